/* Conflicts of interest: declared by oneself, found by a panel, or plain from what a motion
 * does. */
#include "coop/coop_internal.h"

#include "coop/organs.h"

/* ---- the kinds of matters ---- */

#define MATTER(name, doc) {sheaf_matter_##name##_open, sheaf_matter_##name##_conflict},
static const struct {
    sheaf_refusal (*open)(const sheaf_state *state, uint32_t id, sheaf_electorate *out);
    void (*conflict)(sheaf_fold *fold, uint32_t id, uint32_t member);
} matters[] = {
#include "coop/tbl/matters.def"
};
#undef MATTER

enum { MATTERS = sizeof matters / sizeof *matters };

/* Which kind of matter it is; refuses where nothing is open under that number. */
static sheaf_refusal find_matter(const sheaf_state *state, uint32_t id, size_t *kind,
                                 sheaf_electorate *electorate)
{
    sheaf_refusal refusal = SHEAF_REFUSED_no_such_matter;
    for (size_t i = 0; i < MATTERS && refusal == SHEAF_REFUSED_no_such_matter; i++) {
        refusal = matters[i].open(state, id, electorate);
        *kind = i;
    }
    return refusal;
}

sheaf_refusal sheaf_matter_find_open(const sheaf_state *state, uint32_t id,
                                     sheaf_electorate *out)
{
    size_t kind;
    return find_matter(state, id, &kind, out);
}

/* ---- what follows from a conflict ---- */

static struct sheaf_row_conflict *conflict_row(sheaf_fold *fold, uint32_t matter,
                                               uint32_t member)
{
    uint64_t pair = sheaf_pair(matter, member);
    uint32_t row = sheaf_conflict_row(fold->state, pair);
    if (row != SHEAF_NONE)
        return sheaf_conflict_edit(fold->state, row);
    struct sheaf_row_conflict *conflict = sheaf_conflict_new(fold->state, pair);
    conflict->id = fold->index;
    conflict->matter = matter;
    conflict->member = member;
    conflict->since = SHEAF_NONE;
    return conflict;
}

/* Counted among those who may vote, or not: of whom it is about nobody asks whether it might.
 */
static void take_hold(sheaf_fold *fold, struct sheaf_row_conflict *conflict, bool entitled)
{
    sheaf_state *state = fold->state;
    bool listed = conflict->since != SHEAF_NONE;
    conflict->since = fold->index;
    conflict->found = conflict->over = false;
    struct sheaf_row_matter *counted = sheaf_matter_have(state, conflict->matter);
    counted->id = conflict->matter;
    counted->conflicted += entitled;
    if (listed)
        return; /* officers had found it, and the members decide now */
    conflict->before = counted->last;
    counted->last =
        1 + sheaf_conflict_row(state, sheaf_pair(conflict->matter, conflict->member));
}

void sheaf_conflicts_recount(sheaf_fold *fold, uint32_t matter,
                             const sheaf_electorate *electorate)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_matter_row(state, matter);
    if (row == SHEAF_NONE)
        return;
    struct sheaf_row_matter *counted = sheaf_matter_edit(state, row);
    counted->conflicted = 0;
    for (uint32_t at = counted->last; at && !state->failed;) {
        const struct sheaf_row_conflict *conflict = sheaf_conflict_at(state, at - 1);
        if (conflict->found && electorate->body != SHEAF_body_organ)
            sheaf_conflict_edit(state, at - 1)->over = true;
        else
            counted->conflicted +=
                sheaf_entitled(state, electorate, conflict->member) == SHEAF_ACCEPTED;
        at = conflict->before;
    }
}

void sheaf_conflict_make(sheaf_fold *fold, uint32_t matter, uint32_t member,
                         const sheaf_hash *reason)
{
    struct sheaf_row_conflict *conflict = conflict_row(fold, matter, member);
    conflict->reason = *reason;
    take_hold(fold, conflict, true);
}

void sheaf_conflicts_follow(sheaf_fold *fold, uint32_t from, uint32_t to,
                            const sheaf_electorate *electorate)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_matter *matter = sheaf_matter_find(state, from);
    for (uint32_t at = matter ? matter->last : 0; at && !state->failed;) {
        const struct sheaf_row_conflict *conflict = sheaf_conflict_at(state, at - 1);
        if (!conflict->found && !sheaf_conflicted(state, to, conflict->member)
            && sheaf_entitled(state, electorate, conflict->member) == SHEAF_ACCEPTED)
            sheaf_conflict_make(fold, to, conflict->member, &conflict->reason);
        at = conflict->before;
    }
}

sheaf_refusal sheaf_rule_conflict_declare(sheaf_fold *fold,
                                          const struct sheaf_conflict_declare *what)
{
    size_t kind = 0;
    sheaf_electorate electorate;
    SHEAF_REFUSE_UNLESS(find_matter(fold->state, what->matter, &kind, &electorate));
    SHEAF_REFUSE_IF(sheaf_conflicted(fold->state, what->matter, fold->member),
                    conflicted_already);
    SHEAF_REFUSE_UNLESS(sheaf_entitled(fold->state, &electorate, fold->member));
    sheaf_conflict_make(fold, what->matter, fold->member, &what->reason);
    SHEAF_STOP_IF_SPENT(fold);
    matters[kind].conflict(fold, what->matter, fold->member);
    return SHEAF_ACCEPTED;
}

/* Officers judge officers: in what all members, a class or a circle decide nobody's vote or
 * objection is taken away by others, or a few would choose who votes. No single officer
 * silences another: more than half of all panels' officers must find so, two at least, none of
 * whom decides on the matter, and the member concerned is not one of them. */
sheaf_refusal sheaf_rule_conflict_allege(sheaf_fold *fold,
                                         const struct sheaf_conflict_allege *what)
{
    sheaf_state *state = fold->state;
    size_t kind = 0;
    sheaf_electorate electorate;
    SHEAF_REFUSE_IF(what->member == fold->member
                        || !sheaf_power_held(state, fold->member, SHEAF_POWER_find_conflicts),
                    not_an_officer);
    SHEAF_REFUSE_UNLESS(find_matter(state, what->matter, &kind, &electorate));
    SHEAF_REFUSE_IF(electorate.body != SHEAF_body_organ, found_by_members);
    SHEAF_REFUSE_IF(sheaf_entitled(state, &electorate, fold->member) == SHEAF_ACCEPTED,
                    finder_decides);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, what->matter, what->member), conflicted_already);
    SHEAF_REFUSE_UNLESS(sheaf_entitled(state, &electorate, what->member));
    struct sheaf_row_conflict *conflict = conflict_row(fold, what->matter, what->member);
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, conflict->id, false));
    if (sheaf_hash_is_zero(&conflict->reason))
        conflict->reason = what->reason;
    struct sheaf_row_finding *finding =
        sheaf_finding_new(state, sheaf_pair(fold->member, conflict->id));
    finding->by = fold->member;
    finding->conflict = conflict->id;
    finding->reason = what->reason;
    uint32_t officers = sheaf_power_officers(state, SHEAF_POWER_find_conflicts, what->member);
    if (++conflict->voices < 2 || conflict->voices * 2u <= officers)
        return SHEAF_ACCEPTED;
    take_hold(fold, conflict, true);
    conflict->found = true;
    SHEAF_STOP_IF_SPENT(fold);
    matters[kind].conflict(fold, what->matter, what->member);
    return SHEAF_ACCEPTED;
}

/* ---- whom an effect is about ---- */

uint32_t sheaf_effect_subject(const sheaf_state *state, const sheaf_effect *effect)
{
    const struct sheaf_row_exclusion *exclusion;
    switch (effect->kind) {
#define SUBJECT(name)                                                                          \
    case SHEAF_KIND_##name:                                                                    \
        return ((const struct sheaf_##name *)effect->what)->member;
#include "coop/tbl/subjects.def"
#undef SUBJECT
    case SHEAF_KIND_member_exclude:
        exclusion = sheaf_exclusion_find(
            state, ((const struct sheaf_member_exclude *)effect->what)->exclusion);
        return exclusion ? exclusion->member : SHEAF_NONE;
    default:
        return SHEAF_NONE;
    }
}

/* The adopted motion, if it is one, that an effect suspends, keeps suspended or lets go on. */
static uint32_t stopped_by(const sheaf_state *state, const sheaf_effect *effect)
{
    const struct sheaf_row_override *override = NULL;
    if (effect->kind == SHEAF_KIND_automation_suspend)
        return ((const struct sheaf_automation_suspend *)effect->what)->of;
    if (effect->kind == SHEAF_KIND_override_confirm)
        override = sheaf_override_find(
            state, ((const struct sheaf_override_confirm *)effect->what)->override);
    if (effect->kind == SHEAF_KIND_automation_resume)
        override = sheaf_override_find(
            state, ((const struct sheaf_automation_resume *)effect->what)->override);
    return override ? override->of : SHEAF_NONE;
}

void sheaf_conflict_of_subject(sheaf_fold *fold, uint32_t matter,
                               const sheaf_electorate *electorate, const sheaf_effect *effect)
{
    uint32_t stopped = stopped_by(fold->state, effect);
    if (stopped != SHEAF_NONE)
        sheaf_conflicts_follow(fold, stopped, matter, electorate);
    uint32_t subject = sheaf_effect_subject(fold->state, effect);
    if (subject != SHEAF_NONE && !sheaf_conflicted(fold->state, matter, subject))
        take_hold(fold, conflict_row(fold, matter, subject),
                  sheaf_entitled(fold->state, electorate, subject) == SHEAF_ACCEPTED);
}
