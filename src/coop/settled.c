#include "coop/settled.h"

#include "bylaws/fixed.h"
#include "coop/electorate.h"
#include "coop/motion.h"
#include "coop/organs.h"
#include "coop/panel.h"

int64_t sheaf_settled_from(const sheaf_fold *fold)
{
    int64_t settled_s = sheaf_bylaws_now(fold->state)->settled_s;
    int64_t from = fold->stamp - settled_s * 1000, founded = sheaf_coop(fold->state)->founded;
    if (!settled_s)
        return 0;
    return from > founded ? from : founded;
}

bool sheaf_settled_founding(const sheaf_fold *fold)
{
    const sheaf_state *state = fold->state;
    bool organ = sheaf_bylaws_now(state)->admission_organ && sheaf_office_count(state);
    return !organ && !sheaf_removal_count(state)
           && fold->stamp
                  <= sheaf_coop(state)->founded + (int64_t)SHEAF_FIXED_founding_s * 1000;
}

void sheaf_settled_remove(sheaf_fold *fold, uint32_t member)
{
    if (!sheaf_member_get(fold->state, member)->votes)
        return;
    struct sheaf_row_removal *row = sheaf_removal_new(fold->state, 0);
    row->at = fold->stamp;
    row->entry = fold->index;
    row->member = member;
}

void sheaf_settled_overrule(sheaf_fold *fold, uint32_t member)
{
    if (!sheaf_member_get(fold->state, member)->votes)
        return;
    int64_t settled_s = sheaf_bylaws_now(fold->state)->settled_s;
    struct sheaf_row_overruled *row = sheaf_overruled_have(fold->state, member);
    if (row->at <= fold->stamp - settled_s * 1000)
        row->entry = fold->index; /* else what was decided since the first still counts it */
    row->id = member;
    row->at = fold->stamp;
}

static bool voted(const sheaf_state *state, const struct sheaf_row_motion *motion,
                  uint32_t member)
{
    const struct sheaf_row_ballot *ballot = sheaf_motion_ballot(state, motion, member);
    return ballot && ballot->counts && !sheaf_conflicted(state, motion->id, member);
}

/* What came before counts no more when the motion closes. */
static int64_t counts_after(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    int64_t settled_s = sheaf_bylaws_get(state, motion->bylaws)->settled_s;
    return motion->closes - settled_s * 1000;
}

/* Was it on the log when the motion was decided? All is while it is open, however late: who
 * ticks does not choose who counts. */
static bool recorded(const struct sheaf_row_motion *motion, uint32_t entry)
{
    return entry < motion->decided;
}

/* Is the member settled, and could it vote on the motion: was it admitted before that was
 * opened, and not on trial, and is it of the class that decides? */
static bool settled(const struct sheaf_row_motion *motion,
                    const struct sheaf_row_member *member)
{
    return member->counted <= motion->since && member->voting_since <= motion->settled_from
           && (!motion->of || member->class == motion->of - 1);
}

/* It counts so whatever becomes of the member: who is excluded besides counts once. */
bool sheaf_settled_overruled(const sheaf_state *state, const struct sheaf_row_motion *motion,
                             uint32_t member)
{
    const struct sheaf_row_overruled *row = sheaf_overruled_find(state, member);
    return row && row->at > counts_after(state, motion) && recorded(motion, row->entry);
}

/* Few: where nine tenths decide, only fewer than nine others overrule anybody. */
static void count_overruled(const sheaf_state *state, const struct sheaf_row_motion *motion,
                            sheaf_settled_removed *out)
{
    for (uint32_t i = 0; i < sheaf_overruled_count(state); i++) {
        const struct sheaf_row_overruled *row = sheaf_overruled_at(state, i);
        const struct sheaf_row_member *member = sheaf_member_get(state, row->id);
        const struct sheaf_row_ballot *ballot = sheaf_motion_ballot(state, motion, row->id);
        bool counts = voted(state, motion, row->id);
        if (!sheaf_settled_overruled(state, motion, row->id) || !settled(motion, member)
            || (counts && ballot->choice == SHEAF_choice_no))
            continue;
        bool yes = counts && ballot->choice == SHEAF_choice_yes;
        out->yes += yes;
        out->yes_of[member->class] += yes;
        out->abstain += counts && !yes;
        out->abstain_of[member->class] += counts && !yes;
        out->of[member->class]++;
        out->all++;
        out->overruled++;
        out->before += member->left <= motion->since;
    }
}

sheaf_settled_removed sheaf_settled_removed_count(const sheaf_state *state,
                                                  const struct sheaf_row_motion *motion)
{
    sheaf_settled_removed out = {0};
    int64_t after = counts_after(state, motion);
    for (uint32_t i = sheaf_removal_count(state); i; i--) {
        const struct sheaf_row_removal *row = sheaf_removal_at(state, i - 1);
        if (row->at <= after)
            break; /* and so are all before it */
        const struct sheaf_row_member *member = sheaf_member_get(state, row->member);
        if (!recorded(motion, row->entry) || !settled(motion, member)
            || voted(state, motion, row->member)
            || sheaf_settled_overruled(state, motion, row->member))
            continue;
        out.of[member->class]++;
        out.all++;
        out.before += member->left <= motion->since;
    }
    count_overruled(state, motion, &out);
    return out;
}

uint32_t sheaf_settled_electorate(const sheaf_state *state,
                                  const struct sheaf_row_motion *motion)
{
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *row = sheaf_member_at(state, i);
        count += row->voting_since <= motion->settled_from
                 && sheaf_row_entitled(state, &electorate, row) == SHEAF_ACCEPTED;
    }
    return count;
}

static bool overruled_lately(const sheaf_fold *fold, uint32_t member, int64_t settled_ms)
{
    const struct sheaf_row_overruled *row = sheaf_overruled_find(fold->state, member);
    return row && row->at > fold->stamp - settled_ms;
}

/* Have the member's votes counted since then, or the founding? */
static bool settled_by(const struct sheaf_row_member *member, int64_t from)
{
    return member->counted != SHEAF_NONE && member->voting_since <= from;
}

static const struct sheaf_row_approval *
voice(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery, uint32_t member)
{
    return sheaf_approval_find(fold->state, sheaf_pair(member, recovery->id));
}

static void add(const sheaf_state *state, const struct sheaf_row_member *member,
                sheaf_votes *votes)
{
    votes->all++;
    votes->of[member->class] +=
        sheaf_class_limited(state, sheaf_bylaws_now(state), member->class);
}

/* Adds who was excluded so lately without having spoken on it, or overruled, and would be
 * settled but for that. */
static void add_gone(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery,
                     int64_t from, int64_t settled_ms, sheaf_votes *votes)
{
    const sheaf_state *state = fold->state;
    for (uint32_t i = sheaf_removal_count(state); i; i--) {
        const struct sheaf_row_removal *row = sheaf_removal_at(state, i - 1);
        if (row->at <= fold->stamp - settled_ms)
            break;
        const struct sheaf_row_member *member = sheaf_member_get(state, row->member);
        if (settled_by(member, from) && !voice(fold, recovery, member->id)
            && !overruled_lately(fold, member->id, settled_ms))
            add(state, member, votes);
    }
    for (uint32_t i = 0; i < sheaf_overruled_count(state); i++) {
        const struct sheaf_row_member *member =
            sheaf_member_get(state, sheaf_overruled_at(state, i)->id);
        if (member->id != recovery->member && settled_by(member, from)
            && overruled_lately(fold, member->id, settled_ms))
            add(state, member, votes);
    }
}

/* A voice stands whatever becomes of its member: who excludes an objector while the panel sits
 * gains nothing. */
sheaf_settled_view sheaf_settled_on_recovery(const sheaf_fold *fold,
                                             const struct sheaf_row_recovery *recovery)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_member *own = sheaf_member_get(state, recovery->member);
    int64_t from = sheaf_settled_from(fold);
    int64_t settled_ms = (int64_t)sheaf_bylaws_now(state)->settled_s * 1000;
    sheaf_votes with = {0}, all = {0};
    bool against = false;
    if (!from || !recovery->own)
        return SHEAF_SETTLED_FOR;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        const struct sheaf_row_approval *said =
            settled_by(member, from) && !overruled_lately(fold, member->id, settled_ms)
                ? voice(fold, recovery, member->id)
                : NULL;
        if (!said)
            continue;
        add(state, member, &all);
        if (said->declines)
            against = true;
        else
            add(state, member, &with);
    }
    add_gone(fold, recovery, from, settled_ms, &all);
    if (settled_by(own, from))
        add(state, own, &all);
    if (sheaf_panel_reached(state, recovery, &with, &all))
        return SHEAF_SETTLED_FOR;
    return against ? SHEAF_SETTLED_AGAINST : SHEAF_SETTLED_TOO_FEW;
}

bool sheaf_settled_rose(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    const struct sheaf_row_bylaws *opened = sheaf_bylaws_get(fold->state, motion->bylaws);
    return motion->body != SHEAF_body_organ
           && sheaf_bylaws_now(fold->state)->settled_s > opened->settled_s
           && (motion->sort == SHEAF_decision_sort_protected
               || sheaf_motion_sort_now(fold, motion) == SHEAF_decision_sort_protected);
}
