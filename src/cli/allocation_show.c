/* cli/allocation_show.c - `sheaf allocation show`. */
#include "cli/ceiling_words.h"
#include "cli/matter.h"
#include "cli/teller_words.h"

#include "bylaws/bylaws.h"
#include "coop/allocation.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

static uint16_t quorum_bp(const sheaf_state *state, const struct sheaf_row_allocation *row)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, row->bylaws);
    return sheaf_decision_by(state, bylaws, SHEAF_decision_sort_ordinary)->quorum_bp;
}

static uint32_t needed(const sheaf_state *state, const struct sheaf_row_allocation *row)
{
    return (uint32_t)(((uint64_t)row->electorate * quorum_bp(state, row) + 9999) / 10000);
}

static const struct sheaf_row_allocation_option *
option_at(const sheaf_matter *matter, const struct sheaf_row_allocation *row, uint8_t place)
{
    return sheaf_allocation_option_at(matter->state, row->option_first + place);
}

static void print_options(const sheaf_matter *matter, const struct sheaf_row_allocation *row)
{
    const sheaf_ceilings ceilings = sheaf_allocation_ceilings(matter->state, row);
    for (uint8_t i = 0; i < row->options; i++) {
        char label[16];
        const sheaf_votes votes = sheaf_option_votes(matter->state, row->option_first + i);
        const struct sheaf_row_allocation_option *option = option_at(matter, row, i);
        snprintf(label, sizeof label, "option %u", i);
        sheaf_matter_print_text(matter, label, &option->name);
        printf("              %" PRIu64 " point%s", option->points,
               option->points == 1 ? "" : "s");
        if (ceilings.bind && option->points)
            printf(", counted as %s", sheaf_counted_as(&ceilings, &votes).words);
        if (row->state == SHEAF_allocation_state_divided)
            printf(": it gets %" PRId64, option->share);
        puts("");
    }
    sheaf_ceilings_print(matter->state, row->bylaws, &ceilings, "  ceiling     ", "point");
}

/* Who gave points on trial, which do not count, and by proxy, which do. */
typedef struct {
    uint32_t on_trial, by_proxy;
} apart;

static apart count_apart(const sheaf_state *state, const struct sheaf_row_allocation *row)
{
    apart out = {0};
    uint64_t closing =
        row->state == SHEAF_allocation_state_open ? state->size : row->decided; /* the entry */
    for (uint32_t i = 0; i < sheaf_allocation_ballot_count(state); i++) {
        const struct sheaf_row_allocation_ballot *ballot = sheaf_allocation_ballot_at(state, i);
        out.on_trial += ballot->allocation == row->id && ballot->cast && !ballot->counts;
        out.by_proxy += ballot->allocation == row->id && ballot->cast == closing;
    }
    return out;
}

static void print_apart(const sheaf_state *state, const struct sheaf_row_allocation *row)
{
    const apart given = count_apart(state, row);
    if (given.by_proxy)
        printf("  by proxy    %" PRIu32 " of them, as the holder %s\n", given.by_proxy,
               row->state == SHEAF_allocation_state_open ? "has given so far" : "gave");
    if (given.on_trial)
        printf("  on trial    %" PRIu32 " gave points, which is recorded and not counted\n",
               given.on_trial);
}

static void print(const sheaf_matter *matter)
{
    static const char *const standings[] = {
        [SHEAF_allocation_state_open] = "is open",
        [SHEAF_allocation_state_divided] = "has divided it by the points",
        [SHEAF_allocation_state_no_quorum] = "has failed: too few gave points",
        [SHEAF_allocation_state_no_points] = "has failed: nobody gave a point to any option",
    };
    const struct sheaf_row_allocation *row = matter->row;
    printf("Vote %" PRIu32 " on how to divide %" PRId64 " %s.\n", row->id, row->amount,
           standings[row->state]);
    fputs("  of what     units that the title says; as a budget, ", stdout);
    sheaf_matter_print_cents(matter, row->amount);
    puts("");
    sheaf_matter_print_text(matter, "title", &row->title);
    sheaf_matter_print_text(matter, "reason", &row->reason);
    sheaf_matter_print_act(matter, "opened", row->opened, row->by);
    printf("  points      %u for everybody\n", row->points);
    print_options(matter, row);
    sheaf_matter_print_arguments(matter, row->state == SHEAF_allocation_state_open);
    printf("  quorum      %" PRIu32 " of %" PRIu32 " needed, of %" PRIu32 " who may vote: %s\n",
           row->ballots, needed(matter->state, row), row->electorate,
           sheaf_quorum_reached(quorum_bp(matter->state, row), row->electorate, row->ballots)
               ? "reached"
               : "not reached");
    print_apart(matter->state, row);
    sheaf_tellers_print(matter->state, row->id,
                        row->state == SHEAF_allocation_state_open ? row->closes : 0,
                        "  tellers     ", "              ");
    if (row->state == SHEAF_allocation_state_open) {
        sheaf_matter_print_time("until", row->closes);
        puts("  then        it is divided by the points by itself, the largest remainders "
             "first;\n"
             "              `sheaf allocation give` gives points");
    }
    if (row->state == SHEAF_allocation_state_divided)
        puts("  then        a motion with the effect budget.adopt can make a budget of it");
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_allocation *row = matter->row;
    const sheaf_ceilings ceilings = sheaf_allocation_ceilings(matter->state, row);
    const apart given = count_apart(matter->state, row);
    sheaf_json_member_put_int(w, "by_proxy", given.by_proxy);
    sheaf_ceilings_put(matter->state, row->bylaws, &ceilings, w);
    sheaf_json_member_put_int(w, "needed", needed(matter->state, row));
    sheaf_json_key(w, "options");
    sheaf_json_open_list(w);
    for (uint8_t i = 0; i < row->options; i++) {
        const struct sheaf_row_allocation_option *option = option_at(matter, row, i);
        const sheaf_votes votes = sheaf_option_votes(matter->state, row->option_first + i);
        sheaf_json_open_object(w);
        sheaf_counted_put(&ceilings, &votes, w);
        sheaf_matter_put_text(matter, w, "name", &option->name);
        sheaf_json_member_put_int(w, "points", (int64_t)option->points);
        sheaf_json_member_put_int(w, "share", option->share);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    sheaf_matter_put_text(matter, w, "reason", &row->reason);
    sheaf_sheets_put(matter->state, row->id, w);
    sheaf_matter_put_text(matter, w, "title", &row->title);
    sheaf_json_member_put_int(w, "uncounted", given.on_trial);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(&(sheaf_matter_view){&sheaf_command_allocation_show,
                                                  SHEAF_TABLE_allocation, print, put},
                             a);
}

const sheaf_command sheaf_command_allocation_show = SHEAF_MATTER_COMMAND(
    "allocation", "how a vote divides an amount, by which points, and what follows", run);
