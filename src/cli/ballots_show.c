/* cli/ballots_show.c - `sheaf ballots show`: ballots by hand, on paper and by post. */
#include "cli/matter.h"

#include "coop/refusal.h"

#include <inttypes.h>
#include <stdio.h>

static void print_vote(const sheaf_matter *matter, const struct sheaf_row_sheet_line *line)
{
    static const char *const votes[] = {[SHEAF_choice_yes] = "for",
                                        [SHEAF_choice_no] = "against",
                                        [SHEAF_choice_abstain] = "blank"};
    const struct sheaf_row_sheet *sheet = matter->row;
    bool divides = sheaf_allocation_find(matter->state, sheet->matter);
    if (sheaf_motion_find(matter->state, sheet->matter)) {
        printf(": %s", votes[line->choice]);
        return;
    }
    if (!line->count)
        fputs(": blank", stdout);
    for (uint32_t i = 0; i < line->count; i++) {
        const struct sheaf_row_mark *mark = sheaf_mark_at(matter->state, line->first + i);
        fputs(i ? ", " : divides ? ": " : ": approves ", stdout);
        if (divides)
            printf("%u for option %" PRIu32, mark->points, mark->of);
        else
            sheaf_matter_print_member(matter, mark->of);
    }
}

static void print_line(const sheaf_matter *matter, const struct sheaf_row_sheet_line *line)
{
    fputs("  ballot      of ", stdout);
    sheaf_matter_print_member(matter, line->member);
    print_vote(matter, line);
    if (line->refusal)
        printf("; not counted: %s", sheaf_refusal_describe(line->refusal)->sentence);
    puts("");
}

static void print_matter(const sheaf_state *state, uint32_t id)
{
    if (sheaf_motion_find(state, id))
        printf("on motion %" PRIu32, id);
    else if (sheaf_election_find(state, id))
        printf("in election %" PRIu32, id);
    else
        printf("in vote %" PRIu32 " on how to divide an amount", id);
}

static void print(const sheaf_matter *matter)
{
    static const char *const channels[] = {[SHEAF_channel_hands] = "by show of hands",
                                           [SHEAF_channel_paper] = "on paper",
                                           [SHEAF_channel_postal] = "by post"};
    const struct sheaf_row_sheet *row = matter->row;
    printf("Ballots %" PRIu32 ": %u cast %s ", row->id, row->count, channels[row->channel]);
    print_matter(matter->state, row->matter);
    fputs(", ", stdout);
    if (row->confirmed == SHEAF_NONE)
        puts("not confirmed.");
    else
        printf("%u of them counted.\n", row->counted);
    sheaf_matter_print_who(matter, "recorded by", row->by);
    if (row->confirmed == SHEAF_NONE)
        puts("  then        they count once another teller, who is another person, confirms\n"
             "              them while that is open: `sheaf ballots confirm`");
    else
        printf("  confirmed   with entry %" PRIu32 "\n", row->confirmed);
    for (uint32_t i = 0; i < row->count; i++)
        print_line(matter, sheaf_sheet_line_at(matter->state, row->first + i));
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_sheet *row = matter->row;
    const sheaf_table_shape *shape = sheaf_table_describe(SHEAF_TABLE_sheet_line);
    sheaf_json_key(w, "vote_marks");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < row->count; i++) {
        const struct sheaf_row_sheet_line *line =
            sheaf_sheet_line_at(matter->state, row->first + i);
        sheaf_json_open_list(w);
        for (uint32_t n = 0; n < line->count; n++) {
            sheaf_json_open_object(w);
            sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_mark),
                            sheaf_mark_at(matter->state, line->first + n), SHEAF_NONE, w);
            sheaf_json_close(w);
        }
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    sheaf_json_key(w, "votes");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < row->count; i++) {
        sheaf_json_open_object(w);
        sheaf_row_write(shape, sheaf_sheet_line_at(matter->state, row->first + i), SHEAF_NONE,
                        w);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_ballots_show, SHEAF_TABLE_sheet, print, put}, a);
}

const sheaf_command sheaf_command_ballots_show = SHEAF_MATTER_COMMAND(
    "ballots", "ballots that tellers recorded: how they were cast, and which were not counted",
    run);
