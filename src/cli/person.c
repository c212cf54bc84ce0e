/* cli/person.c - `sheaf person show|export|erase|hold`: what a hub's folder holds about people,
 * for its operator. They work while the hub runs. */
#include "cli/cli.h"

#include "claims/erase.h"
#include "cli/date.h"
#include "cli/dossier.h"
#include "store/clock.h"

#include <stdio.h>

enum { EXPORT_MAX = 256 << 20 };

/* Opens what is held about the person of the command line; else *code is the exit code. */
static bool dossier_open(const sheaf_command *command, const sheaf_arguments *a,
                         sheaf_dossier *d, int *code)
{
    long long number;
    sheaf_err err;
    *code = SHEAF_EXIT_DONE;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &number))
        *code = sheaf_usage(command,
                            "“%.40s” is not the number of a person: give the entry of a "
                            "member's application or of a paid use",
                            a->argument[0]);
    else if (sheaf_dossier_open(d, a->argument_count > 1 ? a->argument[1] : ".",
                                (uint32_t)number, &err)
             != SHEAF_OK)
        *code = sheaf_report(a, &err);
    return *code == SHEAF_EXIT_DONE;
}

static int print_json(sheaf_dossier *d, bool whole, const sheaf_arguments *a)
{
    sheaf_buffer out;
    sheaf_err err;
    sheaf_buffer_init(&out, EXPORT_MAX);
    int code = sheaf_dossier_json(d, whole, &out, &err) == SHEAF_OK ? sheaf_print(&out)
                                                                    : sheaf_report(a, &err);
    if (out.data)
        sheaf_wipe(out.data, out.capacity);
    sheaf_buffer_deinit(&out);
    return code;
}

static int run_show(const sheaf_arguments *a)
{
    sheaf_dossier d = {0};
    sheaf_err err;
    int code;
    if (!dossier_open(&sheaf_command_person_show, a, &d, &code))
        return code;
    if (a->json)
        code = print_json(&d, false, a);
    else if (sheaf_dossier_print(&d, &err) != SHEAF_OK)
        code = sheaf_report(a, &err);
    sheaf_dossier_close(&d);
    return code;
}

const sheaf_command sheaf_command_person_show = {
    .name = "person show",
    .arguments = "N [DIR]",
    .summary = "what the hub's folder holds about person N, and why it is kept",
    .detail =
        "N is the entry that brought the person in: a member's application, the founding,\n"
        "or the record of a paid use for its customer. DIR is the hub's folder (.).",
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_show,
};

static int run_export(const sheaf_arguments *a)
{
    sheaf_dossier d = {0};
    int code;
    if (!dossier_open(&sheaf_command_person_export, a, &d, &code))
        return code;
    code = print_json(&d, true, a);
    sheaf_dossier_close(&d);
    return code;
}

const sheaf_command sheaf_command_person_export = {
    .name = "person export",
    .arguments = "N [DIR]",
    .summary = "everything held about person N, as JSON: for access and portability",
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_export,
};

/* ---- erase ---- */

typedef struct {
    uint32_t erased, kept; /* texts */
} went;

/* The texts that the person wrote besides, but for words about money while they must be kept.
 * One about the person in the store of texts has no business there and goes in any case. */
static sheaf_status erase_texts(sheaf_dossier *d, bool all, went *out, sheaf_err *err)
{
    int years;
    SHEAF_TRY(sheaf_private_accounting_years(d->values.private, &years, err));
    for (uint32_t i = 0; i < d->person.text_count; i++) {
        const sheaf_person_text *t = &d->person.texts[i];
        bool gone, keep = sheaf_texts_kept(t->kind, t->stamp, years, d->now) != 0;
        if (!t->field->personal && (!all || keep)) {
            out->kept += all;
            continue;
        }
        SHEAF_TRY(sheaf_text_erase(&d->values.texts, &t->commitment, &gone, err));
        out->erased += gone;
    }
    return SHEAF_OK;
}

static sheaf_status erase(sheaf_dossier *d, const char *dir, bool texts, went *out,
                          sheaf_err *err)
{
    sheaf_erasure erasure = {.person = d->person.number,
                             .before = (uint32_t)d->person.entries,
                             .at = sheaf_clock_ms(),
                             .texts = texts};
    uint32_t again;
    SHEAF_TRY(sheaf_private_erase(d->values.private, &erasure, err));
    SHEAF_TRY(sheaf_private_erase_again(d->values.private, dir, &again, err));
    return erase_texts(d, texts, out, err);
}

static int refuse(const sheaf_arguments *a, const sheaf_dossier *d)
{
    if (!a->json) {
        printf("Person %u cannot be erased now:\n", d->person.number);
        sheaf_dossier_print_keep(d);
        return SHEAF_EXIT_REFUSED;
    }
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_bool(&w, "erased", false);
    sheaf_dossier_put_keep(&w, d);
    sheaf_json_member_put_int(&w, "person", d->person.number);
    (void)sheaf_print_end(&out, &w);
    return SHEAF_EXIT_REFUSED;
}

static int run_erase(const sheaf_arguments *a)
{
    sheaf_dossier d = {0};
    sheaf_err err;
    went texts = {0};
    int code;
    if (!dossier_open(&sheaf_command_person_erase, a, &d, &code))
        return code;
    const char *dir = a->argument_count > 1 ? a->argument[1] : ".";
    if (d.kept)
        code = refuse(a, &d);
    else if (!a->value[1] && erase(&d, dir, a->value[0] != NULL, &texts, &err) != SHEAF_OK)
        code = sheaf_report(a, &err);
    else if (a->json)
        printf("{\"dry_run\":%s,\"erased\":true,\"person\":%u,\"texts\":%u,"
               "\"texts_kept\":%u}\n",
               a->value[1] ? "true" : "false", d.person.number, texts.erased, texts.kept);
    else if (a->value[1])
        printf("Person %u can be erased.\n", d.person.number);
    else
        printf("Person %u is erased, and %u texts with it. The log is as it was.\n"
               "Copies of the folder are not: what is restored from one is erased again.\n",
               d.person.number, texts.erased);
    if (code == SHEAF_EXIT_DONE && texts.kept && !a->json)
        printf("%u texts about money are kept, as records of money must be.\n", texts.kept);
    sheaf_dossier_close(&d);
    return code;
}

const sheaf_command sheaf_command_person_erase = {
    .name = "person erase",
    .arguments = "N [DIR]",
    .summary = "erase what identifies person N, unless it must be kept",
    .detail =
        "The log keeps numbers, times, amounts and commitments; the values behind them go,\n"
        "with the key under which they were sealed. Exit code 4: it must be kept; the grounds\n"
        "are told, and when to look again. See docs/privacy.md.",
    .options = {{"texts", NULL, "also the other texts that the person wrote: titles, reasons"},
                {"dry-run", NULL, "ask whether it could be; erase nothing"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_erase,
};

/* ---- hold ---- */

static int run_hold(const sheaf_arguments *a)
{
    sheaf_dossier d = {0};
    sheaf_err err;
    int code;
    int64_t until = 0;
    bool lift = a->value[2] != NULL;
    if (lift == (a->value[0] && a->value[1]))
        return sheaf_usage(&sheaf_command_person_hold,
                           "give --until and --ground, or --lift to end the hold");
    if (!lift && (!sheaf_date_parse(a->value[0], &until) || until <= sheaf_clock_ms()))
        return sheaf_usage(&sheaf_command_person_hold, "--until is a day to come: YYYY-MM-DD");
    if (!dossier_open(&sheaf_command_person_hold, a, &d, &code))
        return code;
    sheaf_status status =
        sheaf_private_hold_set(d.values.private, d.person.number, until,
                               lift ? (sheaf_slice){0} : sheaf_str(a->value[1]), &err);
    if (status == SHEAF_OK && a->json)
        printf("{\"person\":%u,\"until\":%lld}\n", d.person.number, (long long)until);
    else if (status == SHEAF_OK)
        printf(lift ? "Nothing holds the data of person %u any more.\n"
                    : "The data of person %u is kept.\n",
               d.person.number);
    sheaf_dossier_close(&d);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_person_hold = {
    .name = "person hold",
    .arguments = "N [DIR]",
    .summary = "record a reason to keep the data of person N until a day, or end it",
    .options = {{"until", "DATE", "the day: YYYY-MM-DD"},
                {"ground", "TEXT", "why, and on which law; names nobody else"},
                {"lift", NULL, "end the hold"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_hold,
};
