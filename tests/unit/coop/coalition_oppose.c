/* The opposition's turn, the clock, and what may not come of anything the coalition does. */
#include "coalition.h"

#include "coop/deadline.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HOUR_MS = 3600000, NEWEST = COALITION_PUPPETS_MAX + 2 * COALITION_SIDE_MAX };

/* ---- acts ---- */

static void tell(coalition *c, const char *who, const char *kind, const char *what)
{
    if (c->lines == COALITION_STORY)
        return;
    snprintf(c->story[c->lines++], COALITION_TEXT_MAX, "%6u +%lld s %s %s %s",
             (unsigned)c->k.state.size - 1, (long long)(c->k.now - KIT_START) / 1000, who, kind,
             what);
}

static void settle(coalition *c)
{
    char what[100];
    sheaf_deadline due;
    while (!c->broken && !c->over
           && sheaf_fold_due(&c->k.state, c->k.now + c->k.step_ms, &due)) {
        snprintf(what, sizeof what, "{'deadline':'%s','of':%u,'unwitnessed':false}",
                 sheaf_deadline_name(due.kind), due.of);
        if (kit_try(&c->k, "hub", "clock.tick", what, NULL) != SHEAF_ACCEPTED)
            kit_fail("the clock stands still at %s", what);
        tell(c, "hub", "clock.tick", what);
        coalition_look(c);
    }
}

sheaf_refusal coalition_try(coalition *c, const char *who, const char *kind, const char *what,
                            const char *label)
{
    settle(c);
    if (c->broken || c->over)
        return SHEAF_REFUSED_deadline_due;
    sheaf_refusal refusal = kit_try(&c->k, who, kind, what, label);
    if (refusal == SHEAF_ACCEPTED) {
        tell(c, who, kind, what);
        coalition_look(c);
        if (*who != 'o' && c->turn > c->k.now + HOUR_MS)
            c->turn = c->k.now + HOUR_MS;
    }
    return refusal;
}

__attribute__((format(printf, 4, 5))) static void
opponent(coalition *c, int place, const char *kind, const char *what, ...)
{
    char name[KIT_NAME_MAX], text[200];
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    (void)coalition_try(c, coalition_name(name, 'o', place), kind, text, NULL);
}

/* ---- the opposition ---- */

static uint32_t newest(uint32_t count)
{
    return count > NEWEST ? count - NEWEST : 0;
}

/* Also where tellers have counted what is not its own. */
static void vote_no(coalition *c, int place, uint32_t member)
{
    const sheaf_state *state = &c->k.state;
    bool contests = sheaf_kind_find(sheaf_str("ballot.contest")) != SHEAF_KIND_none;
    for (uint32_t i = newest(sheaf_motion_count(state)); i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, i);
        const struct sheaf_row_ballot *ballot =
            sheaf_ballot_find(state, sheaf_pair(motion->id, member));
        if (motion->state == SHEAF_motion_state_open && contests
            && sheaf_counted_find(state, sheaf_pair(motion->id, member)))
            opponent(c, place, "ballot.contest", "{'matter':%u}", motion->id);
        if (motion->state == SHEAF_motion_state_open && motion->begins <= c->k.now
            && (!ballot || ballot->choice != SHEAF_choice_no))
            opponent(c, place, "ballot.cast", "{'choice':'no','motion':%u}", motion->id);
    }
}

/* Nor is it where tellers say that it is. */
static void contest_presence(coalition *c, int place, uint32_t member)
{
    const sheaf_state *state = &c->k.state;
    for (uint32_t i = newest(sheaf_assembly_count(state)); i < sheaf_assembly_count(state);
         i++) {
        uint32_t id = sheaf_assembly_at(state, i)->id;
        const struct sheaf_row_attendance *row =
            sheaf_attendance_find(state, sheaf_pair(id, member));
        if (row && row->teller != SHEAF_NONE && !row->contested)
            opponent(c, place, "assembly.contest", "{'assembly':%u}", id);
    }
}

/* And deny what is not so. */
static void decline_strangers(coalition *c, int place, uint32_t member)
{
    const sheaf_state *state = &c->k.state;
    for (uint32_t i = newest(sheaf_member_count(state)); i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *row = sheaf_member_at(state, i);
        if (row->state == SHEAF_member_state_applied
            && !sheaf_approval_find(state, sheaf_pair(member, row->id)))
            opponent(c, place, "member.decline", "{'member':%u}", row->id);
        if (row->death != SHEAF_NONE && row->state == SHEAF_member_state_active)
            opponent(c, place, "death.deny", "{'member':%u}", row->id);
        if (row->death != SHEAF_NONE && row->id == member) /* whatever it signs will do */
            opponent(c, place, "motion.open", "{'title':^}");
    }
    for (uint32_t i = newest(sheaf_import_count(state)); i < sheaf_import_count(state); i++)
        if (sheaf_import_at(state, i)->confirmed == SHEAF_NONE
            && !sheaf_import_at(state, i)->withdrawn)
            opponent(c, place, "import.decline", "{'import':%u}",
                     sheaf_import_at(state, i)->id);
}

/* Each for itself first, then for the others. */
static void keep_keys(coalition *c, int place, bool own)
{
    char name[KIT_NAME_MAX];
    const sheaf_state *state = &c->k.state;
    uint32_t member = kit_named(&c->k, coalition_name(name, 'o', place))->member;
    for (uint32_t i = newest(sheaf_recovery_count(state)); i < sheaf_recovery_count(state);
         i++) {
        const struct sheaf_row_recovery *row = sheaf_recovery_at(state, i);
        if ((row->member == member) != own)
            continue;
        if (row->state == SHEAF_recovery_state_open && !row->confirmations)
            opponent(c, place, "recovery.decline", "{'recovery':%u}", row->id);
        if (row->state == SHEAF_recovery_state_waiting
            || (own && row->state == SHEAF_recovery_state_objected))
            opponent(c, place, "recovery.object", "{'recovery':%u}", row->id);
        if (row->state == SHEAF_recovery_state_objected && !own)
            opponent(c, place, "recovery.judge", "{'recovery':%u,'uphold':false}", row->id);
    }
}

static void attend(coalition *c, int place)
{
    const sheaf_state *state = &c->k.state;
    for (uint32_t i = newest(sheaf_assembly_count(state)); i < sheaf_assembly_count(state); i++)
        if (sheaf_assembly_at(state, i)->state != SHEAF_assembly_state_ended
            && sheaf_assembly_at(state, i)->starts - HOUR_MS < c->k.now)
            opponent(c, place, "assembly.attend", "{'assembly':%u}",
                     sheaf_assembly_at(state, i)->id);
    uint32_t count = sheaf_exclusion_count(state);
    if (count && sheaf_hash_is_zero(&sheaf_exclusion_at(state, count - 1)->answer))
        opponent(c, place, "member.answer", "{'exclusion':%u,'text':^}",
                 sheaf_exclusion_at(state, count - 1)->id);
}

void coalition_oppose(coalition *c)
{
    char name[KIT_NAME_MAX];
    for (int i = 0; i < c->side.theirs; i++)
        keep_keys(c, i, true);
    for (int i = 0; i < c->side.theirs; i++) {
        uint32_t member = kit_named(&c->k, coalition_name(name, 'o', i))->member;
        attend(c, i);
        contest_presence(c, i, member);
        vote_no(c, i, member);
        decline_strangers(c, i, member);
        keep_keys(c, i, false);
    }
    c->turn = INT64_MAX;
}

/* ---- the clock ---- */

/* When the opposition has something to do next, at the latest at `until`. */
static int64_t next_turn(const coalition *c, int64_t until)
{
    const sheaf_state *state = &c->k.state;
    int64_t now = c->k.now, first = until;
    sheaf_deadline due;
    for (uint32_t i = newest(sheaf_motion_count(state)); i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, i);
        if (motion->state == SHEAF_motion_state_open && motion->begins > now
            && motion->begins < first)
            first = motion->begins;
    }
    for (uint32_t i = newest(sheaf_assembly_count(state)); i < sheaf_assembly_count(state);
         i++) {
        int64_t at = sheaf_assembly_at(state, i)->starts - HOUR_MS / 2;
        if (at > now && at < first)
            first = at;
    }
    if (sheaf_deadline_first(state, &due) && due.at - 1000 > now && due.at - 1000 < first)
        first = due.at - 1000;
    if (c->turn > now && c->turn < first)
        first = c->turn;
    return first;
}

void coalition_wait(coalition *c, int64_t until)
{
    settle(c);
    while (!c->broken && !c->over && c->k.now < until) {
        int64_t next = next_turn(c, until);
        if (next > c->k.now)
            c->k.now = next;
        settle(c);
        if (c->k.now >= c->turn || c->k.now < until) {
            coalition_oppose(c);
            settle(c);
        }
    }
}

/* ---- what may not be ---- */

/* Is `yes` enough of `all` who voted, where nobody abstains? */
static bool enough(const coalition *c, const struct sheaf_row_motion *motion, int yes, int all)
{
    const struct sheaf_row_decision *rule = sheaf_decision_by(
        &c->k.state, sheaf_bylaws_get(&c->k.state, motion->bylaws), motion->sort);
    switch (rule->majority) {
    case SHEAF_majority_nine_tenths:
        return yes * 10 >= all * 9;
    case SHEAF_majority_three_quarters:
        return yes * 4 >= all * 3;
    case SHEAF_majority_two_thirds:
        return yes * 3 >= all * 2;
    default:
        return yes * 2 > all;
    }
}

/* The effects on a member who has no vote on it. */
static bool about_member(uint8_t effect)
{
    return effect == SHEAF_KIND_member_exclude || effect == SHEAF_KIND_office_recall
           || effect == SHEAF_KIND_member_dismiss;
}

static bool passed(uint8_t state)
{
    return state == SHEAF_motion_state_adopted || state == SHEAF_motion_state_void
           || state == SHEAF_motion_state_held || state == SHEAF_motion_state_overridden;
}

static const char *pass(coalition *c, const struct sheaf_row_motion *motion)
{
    char what[60];
    snprintf(what, sizeof what, "%u with %u for and %u against", motion->id, motion->yes,
             motion->no);
    tell(c, "the co-op", "passed", what);
    return "a motion passed below its majority";
}

static void look_at_motions(coalition *c)
{
    const sheaf_state *state = &c->k.state;
    for (uint32_t i = c->motions_seen; i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, i);
        if (motion->state == SHEAF_motion_state_open) {
            /* One before may be looked at again, which changes nothing. */
            continue;
        }
        while (c->motions_seen == i)
            c->motions_seen++;
        if (!passed(motion->state) || motion->body != SHEAF_body_assembly)
            continue;
        int ours = c->lawful, theirs = c->side.theirs - c->gone;
        if (c->settles && motion->sort == SHEAF_decision_sort_protected) {
            ours = c->side.ours;
            theirs = c->side.theirs;
        }
        if (!enough(c, motion, ours, ours + theirs - about_member(motion->effect)))
            c->broken = pass(c, motion);
    }
}

static const struct sheaf_row_article *article_of(const sheaf_state *state, uint32_t bylaws,
                                                  uint8_t number)
{
    return sheaf_article_find(state, sheaf_pair(bylaws, number));
}

/* Since the founding no protected article has changed, also in what waits for a register. */
static void look_at_bylaws(coalition *c)
{
    const sheaf_state *state = &c->k.state;
    uint32_t now = sheaf_coop(state)->bylaws_newest;
    if (now == c->bylaws)
        return;
    for (int i = 0; i < SHEAF_ARTICLE_COUNT; i++) {
        const struct sheaf_row_article *was = article_of(state, c->bylaws, (uint8_t)i);
        const struct sheaf_row_article *is = article_of(state, now, (uint8_t)i);
        if (was && was->protected && (!is || !sheaf_hash_equal(&was->sha256, &is->sha256)))
            c->broken = "a protected article changed";
    }
    c->bylaws = now;
}

/* A stranger is in by decision of more than half of the members, or not at all. */
static void look_at_puppets(coalition *c)
{
    char name[KIT_NAME_MAX];
    for (int i = 0; i < c->puppets && !c->broken; i++) {
        const kit_name *who = kit_named(&c->k, coalition_name(name, 'p', i));
        if (c->admitted[i] || who->member == SHEAF_NONE || who->member != who->key
            || !sheaf_member_active(&c->k.state, who->member))
            continue;
        c->admitted[i] = true;
        if (c->lawful <= c->side.theirs)
            c->broken = "a stranger is admitted against the others";
        else if (sheaf_member_get(&c->k.state, who->member)->votes)
            c->lawful++;
    }
}

static void look_at_recoveries(coalition *c)
{
    const sheaf_state *state = &c->k.state;
    for (uint32_t i = newest(sheaf_recovery_count(state)); i < sheaf_recovery_count(state);
         i++) {
        const struct sheaf_row_recovery *row = sheaf_recovery_at(state, i);
        bool known = row->state == SHEAF_recovery_state_open;
        for (int w = 0; w < c->wait_count; w++)
            known = known || c->waits[w].recovery == row->id;
        if (!known && c->wait_count < COALITION_WAITS)
            c->waits[c->wait_count++] = (coalition_wait_row){row->id, c->k.now};
    }
}

/* An opponent objects with its own key: fewer than pass a protected change take no other's
 * place. What takes effect before its time is told apart. */
static void look_at_key(coalition *c, const kit_name *who)
{
    const sheaf_state *state = &c->k.state;
    if (sheaf_key_get(state, who->key)->revoked == SHEAF_NONE)
        return;
    c->broken = "the keys of an opponent were taken";
    for (int w = 0; w < c->wait_count; w++) {
        const struct sheaf_row_recovery *row = sheaf_recovery_get(state, c->waits[w].recovery);
        if (row->member == who->member && row->state == SHEAF_recovery_state_done
            && c->k.now < c->waits[w].began + c->wait_ms)
            c->broken = "the keys of an opponent were taken before the waiting time was over";
    }
}

static void look_at_opponents(coalition *c)
{
    int gone = 0;
    char name[KIT_NAME_MAX];
    const sheaf_state *state = &c->k.state;
    for (int i = 0; i < c->side.theirs && !c->broken && !c->over; i++) {
        const kit_name *who = kit_named(&c->k, coalition_name(name, 'o', i));
        const struct sheaf_row_member *member = sheaf_member_get(state, who->member);
        if (member->state == SHEAF_member_state_excluded && c->settles)
            gone++;
        else if (member->state == SHEAF_member_state_excluded)
            c->over = "an opponent is excluded by the majority that it needs";
        else if (member->state != SHEAF_member_state_active)
            c->broken = "the membership of an opponent ended";
        else if (!member->votes)
            c->broken = "an opponent lost its vote";
        else
            look_at_key(c, who);
    }
    c->gone = gone;
}

void coalition_look(coalition *c)
{
    look_at_motions(c);
    look_at_bylaws(c);
    look_at_puppets(c);
    look_at_recoveries(c);
    look_at_opponents(c);
    if (!c->broken && sheaf_coop(&c->k.state)->revision != 1)
        c->broken = "another revision of the rules";
    if (!c->broken && sheaf_ending_count(&c->k.state))
        c->broken = "the co-op is dissolved";
}
