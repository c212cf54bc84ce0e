/* cli/member_show.c - `sheaf member show` and `sheaf recovery show`. */
#include "cli/claim_words.h"
#include "cli/matter.h"

#include "bylaws/fixed.h"
#include "cli/source_text.h"
#include "coop/ceilings.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

/* When that kind of deadline of the entry comes; false where none is set. */
static bool due(const sheaf_state *state, uint32_t of, uint8_t kind, int64_t *at)
{
    const struct sheaf_row_deadline *row = sheaf_deadline_find(state, sheaf_pair(of, kind));
    if (!row || !row->place)
        return false;
    *at = row->at;
    return true;
}

/* The deadline and what follows then; nothing where none is set. */
static void print_due(const sheaf_matter *matter, uint32_t of, uint8_t kind, const char *then)
{
    int64_t at;
    if (!due(matter->state, of, kind, &at))
        return;
    sheaf_matter_print_time("until", at);
    printf("  then        %s\n", then);
}

/* ---- member show ---- */

static const char *const standings[SHEAF_member_state_COUNT] = {
    [SHEAF_member_state_applied] = "has applied",
    [SHEAF_member_state_active] = "is a member",
    [SHEAF_member_state_left] = "has left",
    [SHEAF_member_state_declined] = "was declined",
    [SHEAF_member_state_dismissed] = "was dismissed on trial",
    [SHEAF_member_state_excluded] = "was excluded",
    [SHEAF_member_state_deceased] = "has died",
};

/* What is left to somebody who was declined, or not decided on. */
static void print_appeal(const sheaf_matter *matter, const struct sheaf_row_member *member)
{
    if (sheaf_appeal_check(matter->state, member, sheaf_coop(matter->state)->stamp)
        != SHEAF_ACCEPTED)
        return;
    sheaf_matter_print_time("until", member->applied + (int64_t)SHEAF_APPEAL_S * 1000);
    puts("  appeal      the members can admit all the same, by a motion with the effect "
         "member.accept");
}

static void print_applicant(const sheaf_matter *matter, const struct sheaf_row_member *member)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(matter->state);
    sheaf_claim_print(&matter->source, member, "  claims      ", "              ");
    printf("  so far      %u for, %" PRIu32
           " against; it takes %u for it, or all who decide where "
           "they are fewer,\n              and more than are against it\n",
           member->approvals, member->declines, bylaws->approvals);
    if (member->aside)
        puts("              so many have spoken against it that it takes no place of others; "
             "the "
             "rest may\n              still approve it, or the members admit by a motion with "
             "the effect member.accept");
    print_due(matter, member->id, SHEAF_deadline_kind_member_admits,
              "those who approve admit, unless as many have declined");
    int64_t lapses = member->applied + (int64_t)bylaws->application_lapse_s * 1000;
    if (lapses < sheaf_coop(matter->state)->stamp) {
        puts("  now         it was not decided on in time, and has lapsed");
        print_appeal(matter, member);
        return;
    }
    sheaf_matter_print_time("until", lapses);
    printf("  then        the application lapses; `sheaf member admit --member %" PRIu32
           "` approves it,\n              `sheaf member decline --member %" PRIu32
           "` speaks against it\n",
           member->id, member->id);
}

static void print_death(const sheaf_matter *matter, const struct sheaf_row_member *member)
{
    const struct sheaf_row_death *death = sheaf_death_find(matter->state, member->death);
    if (!death)
        return;
    printf("  death       recorded by %" PRIu32 " of %" PRIu64 " members that it takes",
           death->records, 2 + (uint64_t)member->denials);
    if (member->denials)
        printf("; %" PRIu32 " said that the member lives", member->denials);
    printf("\n              `sheaf death deny --member %" PRIu32
           "` says so; whatever the member signs disproves it,\n"
           "              and a vote or its presence that tellers confirm\n",
           member->id);
    print_due(matter, member->id, SHEAF_deadline_kind_member_death, "the membership ends");
}

static void print_exclusion(const sheaf_matter *matter, const struct sheaf_row_member *member)
{
    const struct sheaf_row_exclusion *row =
        sheaf_exclusion_find(matter->state, member->exclusion);
    const struct sheaf_row_motion *motion =
        row ? sheaf_exclusion_motion(matter->state, row) : NULL;
    if (!row
        || (!motion
            && row->heard + (int64_t)SHEAF_EXCLUSION_LAPSE_S * 1000
                   < sheaf_coop(matter->state)->stamp))
        return;
    printf("  exclusion   asked for by ");
    sheaf_matter_print_member(matter, row->by);
    printf(", entry %" PRIu32 "\n", row->id);
    sheaf_matter_print_text(matter, "reason", &row->reason);
    sheaf_matter_print_text(matter, "answer", &row->answer);
    sheaf_matter_print_time("heard until", row->heard);
    if (motion)
        printf("  motion      %" PRIu32 ": sheaf motion show %" PRIu32 "\n", motion->id,
               motion->id);
    else
        printf("  then        a motion can be put to the members, for 90 days; "
               "`sheaf member answer\n              --exclusion %" PRIu32 "` answers\n",
               row->id);
}

static void print_active(const sheaf_matter *matter, const struct sheaf_row_member *member)
{
    printf("  admitted    with entry %" PRIu32 "%s\n", member->admitted,
           member->trial   ? ", on trial: votes are recorded and not counted"
           : member->votes ? ", with a vote"
                           : ", without a vote");
    print_due(matter, member->id, SHEAF_deadline_kind_member_trial,
              "the trial is over, and votes count");
    print_due(matter, member->id, SHEAF_deadline_kind_member_leaves,
              member->notice == SHEAF_NONE
                  ? "the membership ends, as the register says"
                  : "the membership ends; `sheaf member stay` takes the notice back");
    print_death(matter, member);
    print_exclusion(matter, member);
    if (member->recovery != SHEAF_NONE)
        printf("  recovery    of its keys is under way: sheaf recovery show %" PRIu32 "\n",
               member->recovery);
    printf("  keys        sheaf key list --member %" PRIu32 "\n", member->id);
}

static void print_member(const sheaf_matter *matter)
{
    const struct sheaf_row_member *member = matter->row;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(matter->state);
    const struct sheaf_row_class *class =
        sheaf_class_at(matter->state, bylaws->class_first + member->class);
    printf("Member %" PRIu32, member->id);
    sheaf_source_print_name(&matter->source, member->id);
    printf(", %s of the class “%.*s”, %s.\n",
           member->kind == SHEAF_member_kind_person ? "a person" : "an organisation",
           SHEAF_PRINT(SHEAF_WORDS(class->name)), standings[member->state]);
    sheaf_matter_print_time("applied", member->applied);
    if (member->state == SHEAF_member_state_applied)
        print_applicant(matter, member);
    else if (member->state == SHEAF_member_state_active)
        print_active(matter, member);
    else if (member->state == SHEAF_member_state_declined)
        print_appeal(matter, member);
    else if (member->left != SHEAF_NONE)
        printf("  ended       with entry %" PRIu32 "\n", member->left);
}

static void put_member(const sheaf_matter *matter, sheaf_json_writer *w)
{
    sheaf_matter_put_text(matter, w, "name",
                          &((const struct sheaf_row_member *)matter->row)->name);
}

static int run_member(const sheaf_arguments *a)
{
    return sheaf_matter_show(&(sheaf_matter_view){&sheaf_command_member_show,
                                                  SHEAF_TABLE_member, print_member, put_member},
                             a);
}

const sheaf_command sheaf_command_member_show = SHEAF_MATTER_COMMAND(
    "member", "where a membership stands: application, trial, notice, hearing, recovery",
    run_member);

/* ---- recovery show ---- */

static void print_confirmers(const sheaf_matter *matter,
                             const struct sheaf_row_recovery *recovery)
{
    for (uint32_t at = recovery->confirmation_last; at;) {
        const struct sheaf_row_confirmation *row = sheaf_confirmation_at(matter->state, at - 1);
        fputs("  confirmed   by ", stdout);
        sheaf_matter_print_member(matter, row->by);
        puts("");
        at = row->before;
    }
}

static void print_panel(const sheaf_matter *matter, const struct sheaf_row_recovery *row)
{
    static const char *const majorities[] = {
        [SHEAF_majority_simple] = "more than half",
        [SHEAF_majority_two_thirds] = "two thirds",
        [SHEAF_majority_three_quarters] = "three quarters",
        [SHEAF_majority_nine_tenths] = "nine tenths",
    };
    uint32_t needed = sheaf_recovery_needed(matter->state, row);
    const struct sheaf_row_member *own = sheaf_member_get(matter->state, row->member);
    bool limited =
        sheaf_class_limited(matter->state, sheaf_bylaws_now(matter->state), own->class);
    uint32_t others =
        sheaf_coop(matter->state)->voters_unlimited - (own->votes > 0 && !limited);
    printf("  so far      %u for the new key with those who confirmed, %u against%s\n",
           row->confirmations + row->upheld, row->against + row->own,
           row->own ? " with the member itself" : "");
    printf("  takes       %s of them%s%s",
           majorities[sheaf_recovery_majority(matter->state, row)],
           row->own ? ", as a protected decision" : "",
           sheaf_recovery_whole(matter->state, row) ? "" : "; they weigh as votes do");
    if (needed)
        printf(", and %" PRIu32
               " who judge: %u have\n              `sheaf recovery judge --recovery %" PRIu32
               " --uphold yes|no`, by who has not confirmed it",
               needed, row->judged, row->id);
    puts(needed ? "" : "; nobody else is left to judge");
    if (row->own && !row->against && others >= SHEAF_FIXED_recovery_all)
        puts("  or          all other members, if none of them is against it");
    print_due(matter, row->id, SHEAF_deadline_kind_recovery_panel,
              "the new key takes the place of all others if the panel upholds it, else it "
              "fails;\n              till then no key of the member does anything with money "
              "and keys");
    if (!row->own)
        printf("  object      with any key of the member's own, until then: `sheaf recovery "
               "object --recovery %" PRIu32 "`\n",
               row->id);
}

static void print_recovery(const sheaf_matter *matter)
{
    const struct sheaf_row_recovery *row = matter->row;
    static const char *const stands[SHEAF_recovery_state_COUNT] = {
        [SHEAF_recovery_state_open] = "waits for confirmations",
        [SHEAF_recovery_state_waiting] = "is confirmed, and the waiting time runs",
        [SHEAF_recovery_state_objected] = "was objected to, and a panel decides",
        [SHEAF_recovery_state_done] = "is done: the new key took the place of all others",
        [SHEAF_recovery_state_failed] = "has failed",
    };
    printf("Recovery %" PRIu32 " of the keys of ", row->id);
    sheaf_matter_print_member(matter, row->member);
    printf(" %s.\n", stands[row->state]);
    print_confirmers(matter, row);
    if (row->state == SHEAF_recovery_state_open) {
        printf("  takes       %" PRIu32 " that it is the member's own key: `sheaf recovery "
               "confirm --recovery %" PRIu32 "`\n",
               sheaf_recovery_needed(matter->state, row), row->id);
        print_due(matter, row->id, SHEAF_deadline_kind_recovery_lapses, "it fails");
    } else if (row->state == SHEAF_recovery_state_waiting) {
        print_due(matter, row->id, SHEAF_deadline_kind_recovery_waits,
                  "the new key takes the place of all others, unless it is objected to:");
        printf("              `sheaf recovery object --recovery %" PRIu32
               "`, by the member or one who has not confirmed it\n",
               row->id);
    } else if (row->state == SHEAF_recovery_state_objected) {
        print_panel(matter, row);
    } else {
        printf("  decided     with entry %" PRIu32 "\n", row->decided);
    }
}

static int run_recovery(const sheaf_arguments *a)
{
    return sheaf_matter_show(&(sheaf_matter_view){&sheaf_command_recovery_show,
                                                  SHEAF_TABLE_recovery, print_recovery, NULL},
                             a);
}

const sheaf_command sheaf_command_recovery_show = SHEAF_MATTER_COMMAND(
    "recovery", "where a recovery of lost keys stands, who confirmed it, and what follows",
    run_recovery);
