/* cli/proposal_show.c - `sheaf proposal show`. */
#include "cli/matter.h"

#include "cli/source_text.h"
#include "coop/electorate.h"

#include <inttypes.h>
#include <stdio.h>

static const char *standing(const struct sheaf_row_proposal *row)
{
    static const char *const texts[] = {
        [SHEAF_proposal_state_open] = "is being answered",
        [SHEAF_proposal_state_adopted] = "is adopted",
        [SHEAF_proposal_state_review] = "is adopted; the circle is to look at it again",
        [SHEAF_proposal_state_replaced] = "was adopted, and replaced",
        [SHEAF_proposal_state_lapsed] = "has lapsed: too few answered in time",
        [SHEAF_proposal_state_withdrawn] = "was taken back",
        [SHEAF_proposal_state_wider] = "is unresolved, and for all members to decide",
        [SHEAF_proposal_state_carried] = "was unresolved; all members decide by a motion",
        [SHEAF_proposal_state_rejected] = "was unresolved, and all members have rejected it",
    };
    return texts[row->state];
}

/* Does the answer stand: is it of this text, or an objection of this circle? */
static bool stands(const struct sheaf_row_proposal *row, const struct sheaf_row_answer *answer)
{
    return answer->round == row->round
           || (answer->kind == SHEAF_answer_kind_paramount
               && answer->round >= row->round_first);
}

static void print_answers(const sheaf_matter *matter, const struct sheaf_row_proposal *row)
{
    static const char *const texts[] = {
        [SHEAF_answer_kind_consent] = "consents",
        [SHEAF_answer_kind_aside] = "stands aside",
        [SHEAF_answer_kind_concern] = "consents, with a concern",
        [SHEAF_answer_kind_paramount] = "objects: paramount",
    };
    const sheaf_state *state = matter->state;
    for (uint32_t i = 0; i < sheaf_answer_count(state); i++) {
        const struct sheaf_row_answer *answer = sheaf_answer_at(state, i);
        char label[24];
        if (answer->proposal != matter->id)
            continue;
        snprintf(label, sizeof label, "member %" PRIu32, answer->member);
        printf("  %-11s", label);
        sheaf_source_print_name(&matter->source, answer->member);
        printf(" %s%s\n", texts[answer->kind],
               !stands(row, answer) ? " (before the last change)"
               : sheaf_conflicted(state, row->id, answer->member)
                   ? " (does not count: conflict)"
                   : "");
        sheaf_matter_print_text(matter, "  reason", &answer->reason);
    }
}

/* Who opens a motion on what no circle could resolve. */
static const char *who_puts(const sheaf_state *state, const struct sheaf_row_proposal *row)
{
    if (sheaf_circle_get(state, row->from)->ended == SHEAF_NONE)
        return row->from == row->circle ? "a member of the circle"
                                        : "a member of the circle that it is from";
    return sheaf_circle_get(state, row->circle)->ended == SHEAF_NONE
               ? "a member of the wider circle, for the other has ended,"
               : "any member with a vote, for the circle has ended,";
}

static void print_then(const sheaf_matter *matter, const struct sheaf_row_proposal *row)
{
    if (row->state == SHEAF_proposal_state_open) {
        printf("  answers     %u of %u, half and two besides ", row->answers, row->electorate);
        sheaf_matter_print_member(matter, row->by);
        fputs(" must; ", stdout);
        if (row->gone)
            printf("%u left or conflicted; ", row->gone);
        printf("paramount objections: %u\n", row->objections);
        sheaf_matter_print_time("until", row->closes);
        puts(
            "  then        it is adopted, at once where all have answered, unless a paramount\n"
            "              objection stands, with which it goes to the wider circle; "
            "`sheaf\n"
            "              proposal consent` and `sheaf proposal object` answer");
    }
    if (row->state == SHEAF_proposal_state_adopted) {
        printf("  decided     with entry %" PRIu32 "\n", row->decided);
        sheaf_matter_print_time("review", row->closes);
    }
    if (row->state == SHEAF_proposal_state_review)
        printf("  then        somebody in the circle proposes what follows: `sheaf proposal "
               "open\n"
               "              --replaces %" PRIu32 "`\n",
               row->id);
    if (row->state == SHEAF_proposal_state_replaced)
        printf("  by          proposal %" PRIu32 "\n", row->replaced);
    if (row->state == SHEAF_proposal_state_wider)
        printf("  then        %s opens a motion\n"
               "              on it: `sheaf motion open --proposal %" PRIu32 "`\n",
               who_puts(matter->state, row), row->id);
    bool carried = row->state == SHEAF_proposal_state_carried;
    if (row->motion != SHEAF_NONE)
        printf("  motion      %" PRIu32 "%s\n", row->motion,
               carried ? "; `sheaf motion show` tells how it stands" : "");
    if (carried)
        puts("  then        it stands if the motion is adopted; where the motion has no\n"
             "              quorum, another is opened");
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_proposal *row = matter->row;
    printf("Proposal %" PRIu32 " to circle %" PRIu32 " %s.\n", row->id, row->circle,
           standing(row));
    sheaf_matter_print_text(matter, "title", &row->title);
    sheaf_matter_print_text(matter, "text", &row->text);
    if (row->replaces != SHEAF_NONE)
        printf("  replaces    proposal %" PRIu32 "\n", row->replaces);
    if (row->role_member != SHEAF_NONE) {
        bool given = !sheaf_hash_is_zero(&row->role);
        sheaf_matter_print_who(matter, given ? "role for" : "no role for", row->role_member);
        sheaf_matter_print_text(matter, "", &row->role);
    }
    if (row->remove != SHEAF_NONE) {
        fputs("  removes     ", stdout);
        sheaf_matter_print_member(matter, row->remove);
        printf(" from circle %" PRIu32 ", who has no part in it\n", row->from);
    }
    sheaf_matter_print_act(matter, "opened", row->opened, row->by);
    if (row->from != row->circle)
        printf("  from        circle %" PRIu32 ", where it was not resolved\n", row->from);
    if (row->amendments)
        printf("  changed     %u time%s\n", row->amendments, row->amendments == 1 ? "" : "s");
    sheaf_matter_print_arguments(matter, row->state == SHEAF_proposal_state_open);
    print_answers(matter, row);
    print_then(matter, row);
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_proposal *row = matter->row;
    sheaf_matter_put_rows(matter, w, "replies", SHEAF_TABLE_answer);
    sheaf_matter_put_text(matter, w, "text", &row->text);
    sheaf_matter_put_text(matter, w, "title", &row->title);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_proposal_show, SHEAF_TABLE_proposal, print, put},
        a);
}

const sheaf_command sheaf_command_proposal_show = SHEAF_MATTER_COMMAND(
    "proposal", "what a circle is to decide, who has answered how, and what follows", run);
