/* cli/split_show.c - `sheaf split show`: who goes to another co-op, who went, what is owed. */
#include "cli/matter.h"
#include "cli/source_text.h"
#include "coop/ending.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

static void print_money(const sheaf_state *state, int64_t cents)
{
    printf("%" PRId64 ".%02d %.3s", cents / 100, (int)(cents % 100),
           sheaf_bylaws_now(state)->currency);
}

static void print_going(const sheaf_round_source *source)
{
    const sheaf_state *state = source->state;
    bool any = false;
    for (uint32_t i = 0; i < sheaf_going_count(state); i++) {
        const struct sheaf_row_going *row = sheaf_going_at(state, i);
        sheaf_slice to = SHEAF_WORDS(row->to);
        if (!to.len || !sheaf_member_active(state, row->id))
            continue;
        printf("Member %" PRIu32, row->id);
        sheaf_source_print_name(source, row->id);
        printf(" goes to %.*s once the members decide on it.\n", SHEAF_PRINT(to));
        any = true;
    }
    if (any)
        puts("  then        a motion with the effect coop.split names them; until it takes "
             "effect\n"
             "              `sheaf split stay` takes it back");
    else
        puts("Nobody waits to go to another co-op; `sheaf split join` says that one does.");
}

static void print_split(const sheaf_round_source *source, const struct sheaf_row_split *row)
{
    const sheaf_state *state = source->state;
    sheaf_slice to = SHEAF_WORDS(row->to);
    printf("With entry %" PRIu32 " %" PRIu32 " member%s went to %.*s, by motion %" PRIu32 ".\n",
           row->id, row->members, row->members == 1 ? "" : "s", SHEAF_PRINT(to), row->motion);
    fputs("  with them   ", stdout);
    print_money(state, row->shares_cents);
    fputs(" for their shares, ", stdout);
    print_money(state, row->reserve_cents);
    puts(" of the reserve");
    if (row->settled == SHEAF_NONE && row->paid_cents) {
        fputs("  paid        ", stdout);
        print_money(state, row->paid_cents);
        fputs(" of it, as far as there was money; ", stdout);
        print_money(state, sheaf_split_owed(row));
        puts(" is owed");
    }
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    if (row->settled == SHEAF_NONE && ending && ending->state == SHEAF_ending_state_sealed)
        puts("  then        nothing: the co-op is dissolved, and there was no more");
    else if (row->settled == SHEAF_NONE && row->by == SHEAF_NONE)
        puts("  then        a treasurer pays it and records the bank's statement, and another "
             "records it too:\n              `sheaf split settle`");
    else if (row->settled == SHEAF_NONE) {
        printf("  then        member %" PRIu32, row->by);
        sheaf_source_print_name(source, row->by);
        puts(" has recorded that it is paid; another treasurer looks at the\n"
             "              bank's statement and records the same: `sheaf split settle`");
    } else
        printf("  paid        recorded with entry %" PRIu32 "\n", row->settled);
    printf("  register    `sheaf register export --split %" PRIu32
           "` writes them for `sheaf import` there\n",
           row->id);
}

static void show(const sheaf_round_source *source)
{
    print_going(source);
    for (uint32_t i = 0; i < sheaf_split_count(source->state); i++)
        print_split(source, sheaf_split_at(source->state, i));
}

static void put(const sheaf_state *state, sheaf_json_writer *w)
{
    sheaf_state_put_rows(state, w, "going", SHEAF_TABLE_going);
    sheaf_state_put_rows(state, w, "splits", SHEAF_TABLE_split);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_state_show(&(sheaf_state_view){show, put}, a);
}

const sheaf_command sheaf_command_split_show = SHEAF_STATE_COMMAND(
    "split show", "who goes to another co-op or went there, and what is owed to it", run);
