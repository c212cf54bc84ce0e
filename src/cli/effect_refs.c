/* What the numbers in an effect stand for; declared in effect_words.h. */
#include "cli/effect_words.h"

#include "cli/source_text.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More of a text than this is left to the command that shows what it belongs to. */
enum { WORDS_MAX = 240 };

/* In one line, lines apart by " / ". */
static void print_lines(sheaf_slice text)
{
    for (const char *before = ""; text.len;) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        if (len) {
            fputs(before, stdout);
            sheaf_print_plain(sheaf_bytes(text.data, len));
            before = " / ";
        }
        len += end != NULL;
        text = sheaf_bytes(text.data + len, text.len - len);
    }
}

void sheaf_effect_print_words(const sheaf_round_source *source, const char *before,
                              const sheaf_hash *commitment)
{
    sheaf_buffer text;
    if (sheaf_hash_is_zero(commitment))
        return;
    fputs(before, stdout);
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    if (sheaf_source_text(source, commitment, &text)) {
        size_t len = text.len < WORDS_MAX ? text.len : WORDS_MAX;
        while (len < text.len && (text.data[len] & 0xC0) == 0x80) /* no letter is cut */
            len--;
        fputs("“", stdout);
        print_lines(sheaf_bytes(text.data, len));
        fputs(len < text.len ? " …”" : "”", stdout);
    } else {
        fputs("words that are not at hand", stdout);
    }
    sheaf_buffer_deinit(&text);
}

void sheaf_effect_print_cents(const sheaf_state *state, int64_t cents)
{
    printf("%" PRId64 ".%02" PRId64 " %.3s", cents / 100, cents % 100,
           sheaf_bylaws_now(state)->currency);
}

static void print_member(const sheaf_round_source *source, uint32_t member)
{
    printf("member %" PRIu32, member);
    sheaf_source_print_name(source, member);
}

/* ---- one for each table that effects refer to ---- */

static void print_payment(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_payment *row = sheaf_payment_find(source->state, id);
    if (!row)
        return;
    fputs(", ", stdout);
    sheaf_effect_print_cents(source->state, row->amount_cents);
    if (row->account != SHEAF_NONE) {
        fputs(" out of the account of ", stdout);
        print_member(source, row->account);
    }
    sheaf_effect_print_words(source, " to ", &row->payee);
    sheaf_effect_print_words(source, " for ", &row->purpose);
    fputs(", asked for by ", stdout);
    print_member(source, row->by);
}

static void print_exclusion(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_exclusion *row = sheaf_exclusion_find(source->state, id);
    if (!row)
        return;
    fputs(" of ", stdout);
    print_member(source, row->member);
    sheaf_effect_print_words(source, ", because ", &row->reason);
    sheaf_effect_print_words(source, "; who answers ", &row->answer);
}

static void print_model(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_model *row = sheaf_model_find(source->state, id);
    if (row)
        sheaf_effect_print_words(source, " ", &row->title);
}

static void print_mandate(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_mandate *row = sheaf_mandate_find(source->state, id);
    if (!row)
        return;
    printf(" to train model %" PRIu32, row->model);
    print_model(source, row->model);
    printf(", %" PRIu32 " of %" PRIu32 " rounds used", row->rounds_used, row->rounds_max);
}

static void print_licence(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_licence *row = sheaf_licence_find(source->state, id);
    if (!row)
        return;
    sheaf_effect_print_words(source, " to ", &row->licensee);
    fputs(" for ", stdout);
    sheaf_effect_print_cents(source->state, row->price_cents);
}

/* Of a motion whose effect is held that effect as well, which refers to no other motion. */
static void print_motion(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_motion *row = sheaf_motion_find(source->state, id);
    sheaf_effect effect;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(block, block ? SHEAF_ACT_ARENA_BYTES : 0);
    sheaf_effect_print_words(source, " ", &row->title);
    if (sheaf_motion_effect(source->state, row, &arena, &effect)) {
        fputs(", ", stdout);
        sheaf_effect_print_line(source, &effect);
    } else if (row->effect != SHEAF_KIND_none)
        printf(", %s", sheaf_kind_shape(row->effect)->name);
    free(block);
}

/* What automation.suspend and overrides are about. */
static void print_automatic(const sheaf_round_source *source, uint32_t id)
{
    const sheaf_state *state = source->state;
    if (sheaf_motion_find(state, id)) {
        fputs(", the effect of the motion", stdout);
        print_motion(source, id);
    } else if (sheaf_mandate_find(state, id)) {
        fputs(", a mandate", stdout);
        print_mandate(source, id);
    } else if (sheaf_model_find(state, id)) {
        fputs(", the model", stdout);
        print_model(source, id);
    } else if (sheaf_licence_find(state, id)) {
        fputs(", a licence", stdout);
        print_licence(source, id);
    }
}

static void print_override(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_override *row = sheaf_override_find(source->state, id);
    if (!row)
        return;
    printf(", the suspension of %" PRIu32, row->of);
    print_automatic(source, row->of);
    sheaf_effect_print_words(source, ", because ", &row->reason);
}

/* The options with what each gets, which a budget makes its lines of. */
static void print_allocation(const sheaf_round_source *source, uint32_t id)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_allocation *row = sheaf_allocation_find(state, id);
    if (!row)
        return;
    sheaf_effect_print_words(source, " ", &row->title);
    for (uint8_t i = 0; i < row->options; i++) {
        const struct sheaf_row_allocation_option *option =
            sheaf_allocation_option_at(state, row->option_first + i);
        fputs(i ? ", " : ": ", stdout);
        sheaf_effect_print_cents(state, option->share);
        sheaf_effect_print_words(source, " for ", &option->name);
    }
}

static void print_budget(const sheaf_round_source *source, uint32_t id)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_budget *row = sheaf_budget_find(state, id);
    if (!row)
        return;
    for (uint8_t i = 0; i < row->lines; i++) {
        const struct sheaf_row_budget_line *line =
            sheaf_budget_line_at(state, row->line_first + i);
        fputs(i ? ", " : ": ", stdout);
        sheaf_effect_print_cents(state, line->amount_cents);
        sheaf_effect_print_words(source, " for ", &line->name);
    }
}

/* The motion that adopted a version of the bylaws. */
static void print_bylaws(const sheaf_round_source *source, uint32_t id)
{
    const sheaf_state *state = source->state;
    for (uint32_t i = sheaf_motion_count(state); i-- > 0;) {
        const struct sheaf_row_motion *row = sheaf_motion_at(state, i);
        if (row->decided != id || row->effect != SHEAF_KIND_bylaws_amend)
            continue;
        printf(", adopted by motion %" PRIu32, row->id);
        sheaf_effect_print_words(source, " ", &row->title);
        return;
    }
}

static void print_round(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_round *row = sheaf_round_find(source->state, id);
    if (row)
        printf(", round %" PRIu32 " of mandate %" PRIu32, row->number, row->mandate);
}

static void print_circle(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_circle *row = sheaf_circle_find(source->state, id);
    if (row)
        sheaf_effect_print_words(source, " ", &row->name);
}

static void print_dataset(const sheaf_round_source *source, uint32_t id)
{
    const struct sheaf_row_dataset *row = sheaf_dataset_find(source->state, id);
    if (!row)
        return;
    sheaf_effect_print_words(source, " ", &row->title);
    fputs(" of ", stdout);
    print_member(source, row->member);
}

void sheaf_effect_print_ref(const sheaf_round_source *source, const char *table,
                            uint32_t number)
{
    static const struct {
        const char *table;
        void (*print)(const sheaf_round_source *source, uint32_t id);
    } rows[] = {
        {"member", sheaf_source_print_name},
        {"allocation", print_allocation},
        {"budget", print_budget},
        {"bylaws", print_bylaws},
        {"circle", print_circle},
        {"dataset", print_dataset},
        {"entry", print_automatic},
        {"exclusion", print_exclusion},
        {"licence", print_licence},
        {"mandate", print_mandate},
        {"model", print_model},
        {"override", print_override},
        {"payment", print_payment},
        {"round", print_round},
    };
    printf("%" PRIu32, number);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].table, table) == 0)
            rows[i].print(source, number);
}
