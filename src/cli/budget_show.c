/* cli/budget_show.c - `sheaf budget show`. */
#include "cli/matter.h"

#include "coop/treasury.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

static const struct sheaf_row_budget_line *
line_at(const sheaf_matter *matter, const struct sheaf_row_budget *row, uint8_t place)
{
    return sheaf_budget_line_at(matter->state, row->line_first + place);
}

static void print_amount(int64_t cents)
{
    printf("%" PRId64 ".%02" PRId64, cents / 100, cents % 100);
}

/* By the time of the newest entry. */
static void print_standing(const sheaf_state *state, const struct sheaf_row_budget *row)
{
    int64_t now = sheaf_coop(state)->stamp;
    if (now >= sheaf_budget_ends(state, row))
        fputs("is over", stdout);
    else
        fputs(now < row->from ? "is still to begin" : "is in force", stdout);
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_budget *row = matter->row;
    const char *currency = sheaf_bylaws_now(matter->state)->currency;
    printf("Budget %" PRIu32 " ", row->id);
    print_standing(matter->state, row);
    puts(".");
    sheaf_matter_print_time("from", row->from);
    sheaf_matter_print_time("until", sheaf_budget_ends(matter->state, row));
    if (row->replaced != SHEAF_NONE)
        printf("  then        budget %" PRIu32 " takes its place\n", row->replaced);
    if (row->allocation != SHEAF_NONE)
        printf("  made of     the vote %" PRIu32 ": `sheaf allocation show %" PRIu32 "`\n",
               row->allocation, row->allocation);
    for (uint8_t i = 0; i < row->lines; i++) {
        char label[16];
        const struct sheaf_row_budget_line *line = line_at(matter, row, i);
        snprintf(label, sizeof label, "line %u", i);
        sheaf_matter_print_text(matter, label, &line->name);
        fputs("              ", stdout);
        print_amount(line->spent_cents);
        fputs(" spent of ", stdout);
        print_amount(line->amount_cents);
        printf(" %.3s, ", currency);
        print_amount(line->amount_cents - line->spent_cents);
        puts(" left");
    }
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_budget *row = matter->row;
    sheaf_json_key(w, "lines");
    sheaf_json_open_list(w);
    for (uint8_t i = 0; i < row->lines; i++) {
        const struct sheaf_row_budget_line *line = line_at(matter, row, i);
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "amount_cents", line->amount_cents);
        sheaf_matter_put_text(matter, w, "name", &line->name);
        sheaf_json_member_put_int(w, "spent_cents", line->spent_cents);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_budget_show, SHEAF_TABLE_budget, print, put}, a);
}

const sheaf_command sheaf_command_budget_show = SHEAF_MATTER_COMMAND(
    "budget", "what a budget allows on each line, and what of it is spent", run);
