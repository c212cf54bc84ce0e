#include "cli/matter.h"

#include "cli/arguments_show.h"
#include "cli/source_text.h"
#include "coop/view.h"
#include "store/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { HOME, CA }; /* in the order of the commands' options */
enum { INDENT = 14 };

/* What people call it. */
static const char *noun(sheaf_table_id table)
{
    static const char *const nouns[SHEAF_TABLE_COUNT] = {
        [SHEAF_TABLE_accountability] = "process of accountability",
        [SHEAF_TABLE_advice] = "process of advice",
        [SHEAF_TABLE_allocation] = "vote that divides an amount",
        [SHEAF_TABLE_assembly] = "general assembly",
        [SHEAF_TABLE_dispute] = "case of conflict resolution",
        [SHEAF_TABLE_member] = "application for membership",
        [SHEAF_TABLE_override] = "suspension",
        [SHEAF_TABLE_proposal] = "proposal to a circle",
        [SHEAF_TABLE_recovery] = "recovery of keys",
        [SHEAF_TABLE_sheet] = "sheet of ballots",
    };
    return nouns[table] ? nouns[table] : sheaf_table_describe(table)->name;
}

static bool open_matter(const sheaf_matter_view *view, const sheaf_arguments *a,
                        sheaf_matter *out, int *code)
{
    const char *from = a->argument_count > 1 ? a->argument[1] : NULL;
    long long number;
    sheaf_err err;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &number)) {
        *code = sheaf_usage(view->command,
                            "give the number of the entry that opened it, not “%.40s”",
                            a->argument[0]);
        return false;
    }
    if (sheaf_round_source_open(&out->source, from, a->value[HOME], a->value[CA], SHEAF_NONE,
                                &err)
        != SHEAF_OK) {
        *code = sheaf_report(a, &err);
        return false;
    }
    out->state = out->source.state;
    out->id = (uint32_t)number;
    uint32_t row = sheaf_find_row(out->state, view->table, out->id);
    if (row == SHEAF_NONE) {
        (void)sheaf_fail(&err, SHEAF_INVALID,
                         "entry %" PRIu32 " opened no %s; `sheaf log show` lists what it was",
                         out->id, noun(view->table));
        *code = sheaf_report(a, &err);
        sheaf_round_source_close(&out->source);
        return false;
    }
    out->row = sheaf_table_row(out->state, view->table, row);
    return true;
}

static void put_row(const sheaf_table_shape *shape, const void *row, sheaf_json_writer *w)
{
    sheaf_json_open_object(w);
    sheaf_row_write(shape, row, SHEAF_NONE, w);
    sheaf_json_close(w);
}

/* Do members argue on it? Motions and elections have a `show` of their own. */
static bool is_argued(sheaf_table_id table)
{
    return table == SHEAF_TABLE_allocation || table == SHEAF_TABLE_petition
           || table == SHEAF_TABLE_proposal;
}

int sheaf_matter_show(const sheaf_matter_view *view, const sheaf_arguments *a)
{
    sheaf_matter matter = {0};
    int code = SHEAF_EXIT_DONE;
    if (!open_matter(view, a, &matter, &code))
        return code;
    const sheaf_mark mark = sheaf_round_source_preview(&matter.source, matter.id);
    if (a->json) {
        const sheaf_table_shape *shape = sheaf_table_describe(view->table);
        sheaf_buffer out;
        sheaf_json_writer w = sheaf_print_begin(&out);
        bool before = strcmp("arguments", shape->name) < 0;
        if (is_argued(view->table) && before)
            sheaf_arguments_put(&matter.source, matter.id, &w);
        sheaf_json_key(&w, shape->name);
        put_row(shape, matter.row, &w);
        if (is_argued(view->table) && !before)
            sheaf_arguments_put(&matter.source, matter.id, &w);
        if (view->put)
            view->put(&matter, &w);
        code = sheaf_print_end(&out, &w);
    } else {
        view->print(&matter);
    }
    sheaf_round_source_roll_back(&matter.source, mark);
    sheaf_round_source_close(&matter.source);
    return code;
}

int sheaf_state_show(const sheaf_state_view *view, const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err;
    int code = SHEAF_EXIT_DONE;
    if (sheaf_round_source_open(&source, a->argument_count ? a->argument[0] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json) {
        sheaf_buffer out;
        sheaf_json_writer w = sheaf_print_begin(&out);
        view->put(source.state, &w);
        code = sheaf_print_end(&out, &w);
    } else {
        view->print(&source);
    }
    sheaf_round_source_close(&source);
    return code;
}

void sheaf_state_put_rows(const sheaf_state *state, sheaf_json_writer *w, const char *name,
                          sheaf_table_id table)
{
    sheaf_json_key(w, name);
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_table_rows(state, table); i++)
        put_row(sheaf_table_describe(table), sheaf_table_row(state, table, i), w);
    sheaf_json_close(w);
}

static void print_time(const char *label, int64_t ms)
{
    char when[SHEAF_CLOCK_TEXT_LEN + 1];
    sheaf_clock_text(ms, when);
    printf("  %-11s %s", label, when);
}

void sheaf_matter_print_time(const char *label, int64_t ms)
{
    print_time(label, ms);
    puts("");
}

void sheaf_matter_print_act(const sheaf_matter *matter, const char *label, int64_t ms,
                            uint32_t by)
{
    print_time(label, ms);
    if (by != SHEAF_NONE) {
        fputs(" by ", stdout);
        sheaf_matter_print_member(matter, by);
    }
    puts("");
}

void sheaf_matter_print_member(const sheaf_matter *matter, uint32_t member)
{
    printf("member %" PRIu32, member);
    sheaf_source_print_name(&matter->source, member);
}

void sheaf_matter_print_who(const sheaf_matter *matter, const char *label, uint32_t member)
{
    printf("  %-11s ", label);
    sheaf_matter_print_member(matter, member);
    puts("");
}

void sheaf_matter_print_arguments(const sheaf_matter *matter, bool open)
{
    sheaf_arguments_print(&matter->source, matter->id, open, INDENT - 2);
}

/* ---- texts ---- */

void sheaf_matter_print_cents(const sheaf_matter *matter, int64_t cents)
{
    printf("%" PRId64 ".%02" PRId64 " %.3s", cents / 100, cents % 100,
           sheaf_bylaws_now(matter->state)->currency);
}

void sheaf_matter_print_text(const sheaf_matter *matter, const char *label,
                             const sheaf_hash *commitment)
{
    sheaf_buffer text;
    if (sheaf_hash_is_zero(commitment))
        return;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    printf("  %-11s ", label);
    if (!sheaf_source_text(&matter->source, commitment, &text))
        fputs("its words are not at hand: withheld, erased or not for you", stdout);
    for (sheaf_slice rest = sheaf_buffer_slice(&text); rest.len;) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        sheaf_print_plain(sheaf_bytes(rest.data, len));
        len += end != NULL;
        if (end)
            printf("\n%*s", INDENT, "");
        rest = sheaf_bytes(rest.data + len, rest.len - len);
    }
    puts("");
    sheaf_buffer_deinit(&text);
}

void sheaf_matter_put_text(const sheaf_matter *matter, sheaf_json_writer *w, const char *name,
                           const sheaf_hash *commitment)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    if (!sheaf_hash_is_zero(commitment)
        && sheaf_source_text(&matter->source, commitment, &text))
        sheaf_json_member_put_string(w, name, sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
}

void sheaf_matter_put_rows(const sheaf_matter *matter, sheaf_json_writer *w, const char *name,
                           sheaf_table_id table)
{
    const sheaf_table_shape *shape = sheaf_table_describe(table);
    sheaf_json_key(w, name);
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_table_rows(matter->state, table); i++) {
        const void *row = sheaf_table_row(matter->state, table, i);
        if (shape->key(row) >> 32 == matter->id)
            put_row(shape, row, w);
    }
    sheaf_json_close(w);
}
