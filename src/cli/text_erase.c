/* cli/text_erase.c - `sheaf text erase`: the texts of one entry, whoever they are about. */
#include "cli/cli.h"

#include "claims/erase.h"
#include "cli/date.h"
#include "store/clock.h"
#include "store/retention.h"
#include "store/values.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    uint32_t entry;
    sheaf_values values;
    sheaf_kind kind;
    int64_t stamp;
    sheaf_hash texts[SHEAF_TEXTS_MAX];
    uint32_t count, erased;
    int64_t review; /* not 0: kept until then */
} erasing;

static sheaf_status take_texts(erasing *e, const sheaf_entry *entry, sheaf_err *err)
{
    sheaf_commitment commitment;
    size_t place = 0;
    bool personal = false;
    e->kind = entry->act->kind;
    e->stamp = entry->stamp;
    while (sheaf_act_next_text(entry->act, &place, &commitment)) {
        personal = personal || commitment.field->personal;
        if (!commitment.field->personal)
            e->texts[e->count++] = commitment.commitment;
    }
    if (!e->count && personal)
        return sheaf_fail(err, SHEAF_INVALID,
                          "entry %u names a person: see sheaf person show and erase", e->entry);
    return e->count ? SHEAF_OK
                    : sheaf_fail(err, SHEAF_INVALID, "entry %u has no texts", e->entry);
}

static sheaf_status read_entry(erasing *e, const char *dir, sheaf_err *err)
{
    sheaf_log_store *store;
    sheaf_buffer bytes;
    sheaf_entry entry;
    SHEAF_TRY(sheaf_log_store_open(&store, dir, true, err));
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(block, block ? SHEAF_ACT_ARENA_BYTES : 0);
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_status status =
        block ? sheaf_log_store_entry(store, e->entry, &bytes, err)
              : sheaf_fail(err, SHEAF_NOMEM, "no memory to read entry %u", e->entry);
    if (status == SHEAF_OK)
        status =
            sheaf_entry_decode(sheaf_buffer_slice(&bytes), SHEAF_REVISION, &arena, &entry, err);
    if (status == SHEAF_OK)
        status = take_texts(e, &entry, err);
    sheaf_buffer_deinit(&bytes);
    free(block);
    sheaf_log_store_close(store);
    return status;
}

static sheaf_status judge(erasing *e, sheaf_err *err)
{
    int years;
    SHEAF_TRY(sheaf_private_accounting_years(e->values.private, &years, err));
    e->review = sheaf_texts_kept(e->kind, e->stamp, years, sheaf_clock_ms());
    return SHEAF_OK;
}

/* The entry joins the list of erasures under its number, so that what comes back goes again. */
static sheaf_status erase(erasing *e, const char *dir, sheaf_err *err)
{
    uint32_t again;
    sheaf_erasure erasure = {
        .person = e->entry, .before = e->entry + 1, .at = sheaf_clock_ms(), .texts = true};
    SHEAF_TRY(sheaf_private_erase(e->values.private, &erasure, err));
    SHEAF_TRY(sheaf_private_erase_again(e->values.private, dir, &again, err));
    for (uint32_t i = 0; i < e->count; i++) {
        bool gone;
        SHEAF_TRY(sheaf_text_erase(&e->values.texts, &e->texts[i], &gone, err));
        e->erased += gone;
    }
    return SHEAF_OK;
}

static sheaf_status run_all(erasing *e, const char *dir, sheaf_err *err)
{
    SHEAF_TRY(read_entry(e, dir, err));
    SHEAF_TRY(sheaf_values_look(&e->values, dir, err));
    if (!e->values.private)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s holds no private.db: this is done in the hub's own folder", dir);
    SHEAF_TRY(judge(e, err));
    return e->review ? SHEAF_OK : erase(e, dir, err);
}

static int print_kept(const sheaf_arguments *a, const erasing *e)
{
    char day[SHEAF_DATE_LEN + 1];
    const sheaf_keep_text *text = sheaf_keep_describe(SHEAF_KEEP_ACCOUNTING);
    sheaf_date_print(e->review, day);
    if (a->json)
        printf("{\"entry\":%u,\"erased\":false,\"ground\":\"%s\",\"review\":%lld}\n", e->entry,
               text->name, (long long)e->review);
    else
        printf("The texts of entry %u cannot be erased now: %s (%s); to be looked at again on "
               "%s\n",
               e->entry, text->sentence, text->rests_on, day);
    return SHEAF_EXIT_REFUSED;
}

static int run_text_erase(const sheaf_arguments *a)
{
    sheaf_err err;
    long long number;
    erasing e = {0};
    const char *dir = a->argument_count > 1 ? a->argument[1] : ".";
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &number))
        return sheaf_usage(&sheaf_command_text_erase, "“%.40s” is not the index of an entry",
                           a->argument[0]);
    e.entry = (uint32_t)number;
    sheaf_status status = run_all(&e, dir, &err);
    sheaf_values_close(&e.values);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (e.review)
        return print_kept(a, &e);
    if (a->json)
        printf("{\"entry\":%u,\"erased\":true,\"texts\":%u}\n", e.entry, e.erased);
    else
        printf("%u texts of entry %u are erased. The log is as it was.\n", e.erased, e.entry);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_text_erase = {
    .name = "text erase",
    .arguments = "N [DIR]",
    .summary = "erase the texts of entry N: where they name somebody who is no member",
    .detail =
        "Titles, reasons, memos and terms; words about money only after the years for which\n"
        "they must be kept (exit code 4). The log keeps the commitments.",
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_text_erase,
};
