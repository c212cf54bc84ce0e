/* Motions: opened, withdrawn, decided, enacted. Ballots stand in rules_ballots.c. */
#include "coop/circles.h"
#include "coop/motion.h"
#include "coop/organs.h"
#include "coop/override.h"
#include "coop/pending.h"
#include "coop/poll.h"
#include "coop/proxies.h"
#include "coop/room.h"
#include "coop/settled.h"

/* The motion is no longer open. */
static void end_vote(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    sheaf_deadline_clear(fold->state, motion->id, SHEAF_deadline_kind_motion);
    motion->state = to;
    motion->decided = fold->index;
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    coop->motions_open--;
    if (motion->assembly != SHEAF_NONE)
        return; /* its place was one of the assembly's */
    if (motion->room == SHEAF_room_urgent)
        sheaf_pending_change(fold->state)->urgents--;
    else
        coop->motions_placed--;
    sheaf_room_free(fold, motion->room, motion->by);
}

/* Nothing more is to come of its effect. */
static void drop_effect(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    sheaf_parts_free(fold->state, motion->part_first);
    motion->part_first = 0;
}

/* ---- opening ---- */

/* Would the effect take place today? Nothing of it stays. */
static sheaf_refusal rehearse(sheaf_fold *fold, const sheaf_effect *effect)
{
    sheaf_fold inner = *fold;
    inner.rehearsal = true;
    inner.member = inner.key = SHEAF_NONE;
    inner.motion = fold->index;
    sheaf_mark mark = sheaf_state_mark(fold->state);
    sheaf_refusal refusal = sheaf_rule_run(&inner, effect->kind, effect->what);
    sheaf_state_roll_back(fold->state, mark);
    return refusal;
}

static sheaf_refusal store_effect(sheaf_fold *fold, struct sheaf_row_motion *motion,
                                  const sheaf_effect *effect)
{
    SHEAF_REFUSE_UNLESS(rehearse(fold, effect));
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_effect_encode(&bytes, effect);
    if (bytes.failed)
        fold->state->failed = true;
    else
        motion->part_first = sheaf_parts_store(fold->state, sheaf_buffer_slice(&bytes));
    sheaf_buffer_deinit(&bytes);
    motion->effect = (uint8_t)effect->kind;
    if (!sheaf_effect_sort(fold->state, effect, &motion->sort))
        fold->state->failed = true;
    return SHEAF_ACCEPTED;
}

sheaf_electorate sheaf_motion_electorate(const struct sheaf_row_motion *motion)
{
    return (sheaf_electorate){.body = motion->body,
                              .of = motion->of,
                              .opened = motion->since,
                              .bylaws = motion->bylaws};
}

void sheaf_motion_electorate_set(const sheaf_state *state, struct sheaf_row_motion *motion)
{
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    bool apart = motion->body == SHEAF_body_assembly && !motion->of
                 && sheaf_bylaws_get(state, motion->bylaws)->quorum_apart;
    motion->electorate = sheaf_electorate_count(state, &electorate);
    motion->unlimited = apart ? sheaf_coop(state)->voters_unlimited : 0;
}

/* Those of its electorate who may vote on it. */
static uint32_t able(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    return motion->electorate - sheaf_conflicts(state, motion->id);
}

/* The new motion is for one class, in which nobody is left who may vote on it, or fewer than
 * must be for it: then all members with a vote decide, so that nobody's office is beyond
 * recall. Returns whether that is so. */
static bool widen(sheaf_fold *fold, struct sheaf_row_motion *motion)
{
    uint32_t left = able(fold->state, motion);
    if (motion->body != SHEAF_body_assembly || !motion->of
        || (left && left >= sheaf_motion_voices(motion)))
        return false;
    motion->of = 0;
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_motion_electorate_set(fold->state, motion);
    sheaf_conflicts_recount(fold, motion->id, &electorate);
    return true;
}

/* All with a vote; on officers whom one class elects, that class; or officers. Whom it is about
 * does not vote. */
static void set_electorate(sheaf_fold *fold, struct sheaf_row_motion *motion,
                           const sheaf_effect *effect)
{
    if (effect && motion->body == SHEAF_body_assembly)
        motion->of = sheaf_effect_class(fold->state, effect);
    motion->since = motion->id;
    motion->settled_from = sheaf_settled_from(fold);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_motion_electorate_set(fold->state, motion);
    if (!effect)
        return;
    sheaf_conflict_of_subject(fold, motion->id, &electorate, effect);
    if (widen(fold, motion)) {
        const sheaf_electorate all = sheaf_motion_electorate(motion);
        sheaf_conflict_of_subject(fold, motion->id, &all, effect);
    }
    sheaf_payment_moved(fold, effect, motion);
}

void sheaf_motion_schedule(sheaf_fold *fold, struct sheaf_row_motion *motion)
{
    const struct sheaf_row_decision *rule = sheaf_motion_rule(fold->state, motion);
    int64_t notice_ms = (int64_t)rule->notice_s * 1000, open_ms = (int64_t)rule->open_s * 1000;
    bool at_once = motion->body == SHEAF_body_organ && motion->urgent;
    motion->begins = fold->stamp + (at_once ? 0 : notice_ms);
    motion->closes = fold->stamp + notice_ms + open_ms;
    if (motion->ratify && motion->closes > motion->ratify)
        motion->closes = motion->ratify;
    if (motion->body == SHEAF_body_organ && sheaf_organ_unable(fold->state, motion))
        motion->closes = fold->stamp;
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_motion, motion->closes);
}

/* What cannot wait until others are decided: each has a time of its own that runs out, or stops
 * something that goes on. */
static uint8_t room_of(const struct sheaf_motion_open *what)
{
    sheaf_kind effect = what->has_effect ? what->effect->kind : SHEAF_KIND_none;
    return what->urgent || what->has_process || effect == SHEAF_KIND_override_confirm
                   || effect == SHEAF_KIND_automation_suspend
                   || effect == SHEAF_KIND_automation_resume
               ? SHEAF_room_urgent
               : SHEAF_room_motion;
}

/* Motions have as many places as the bylaws say, and urgent matters as many of their own; what
 * is put to an assembly takes one of that. */
static sheaf_refusal take_place(sheaf_fold *fold, const struct sheaf_motion_open *what)
{
    sheaf_state *state = fold->state;
    uint16_t most = sheaf_bylaws_now(state)->open_max;
    uint8_t room = room_of(what);
    bool urgent = room == SHEAF_room_urgent;
    uint32_t open = urgent ? sheaf_pending(state)->urgents : sheaf_coop(state)->motions_placed;
    sheaf_coop_edit(state, 0)->motions_open++;
    if (what->has_assembly)
        return sheaf_assembly_place_check(fold, what->assembly);
    SHEAF_REFUSE_IF(open >= most, motions_open_max);
    SHEAF_REFUSE_UNLESS(sheaf_room_take(fold, room, open, most));
    if (urgent)
        sheaf_pending_change(state)->urgents++;
    else
        sheaf_coop_edit(state, 0)->motions_placed++;
    return SHEAF_ACCEPTED;
}

/* Who decides, and may the member put it to them? */
static sheaf_refusal check_body(const sheaf_fold *fold, const struct sheaf_motion_open *what)
{
    if (what->has_organ || what->urgent)
        return sheaf_organ_motion_check(fold, what);
    SHEAF_REFUSE_IF(!sheaf_member_get(fold->state, fold->member)->votes, no_vote);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_motion_open(sheaf_fold *fold, const struct sheaf_motion_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_UNLESS(check_body(fold, what));
    SHEAF_REFUSE_UNLESS(take_place(fold, what));
    struct sheaf_row_motion *motion = sheaf_motion_new(state, fold->index);
    motion->id = fold->index;
    motion->by = fold->member;
    motion->assembly = what->has_assembly ? what->assembly : SHEAF_NONE;
    motion->title = what->title;
    motion->reason = what->reason;
    motion->bylaws = bylaws->id;
    motion->decided = motion->acted = motion->carries = SHEAF_NONE;
    motion->process = what->has_process ? what->process : SHEAF_NONE;
    motion->room = room_of(what);
    motion->body = what->has_organ ? SHEAF_body_organ : SHEAF_body_assembly;
    motion->of = what->has_organ ? (uint32_t)what->organ : 0;
    motion->organ_1 = what->has_organ ? (uint8_t)(what->organ + 1) : 0;
    motion->urgent = what->urgent;
    if (what->has_effect)
        SHEAF_REFUSE_UNLESS(store_effect(fold, motion, what->effect));
    if (what->has_organ)
        SHEAF_REFUSE_UNLESS(sheaf_organ_effect_check(fold, motion));
    set_electorate(fold, motion, what->has_effect ? what->effect : NULL);
    motion->call = 1;
    motion->opened = fold->stamp;
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_IF(able(state, motion) < sheaf_motion_voices(motion), one_voice);
    sheaf_motion_schedule(fold, motion);
    SHEAF_REFUSE_UNLESS(sheaf_assembly_motion_put(fold, motion));
    SHEAF_STOP_IF_SPENT(fold);
    if (what->has_effect)
        SHEAF_REFUSE_UNLESS(sheaf_exclusion_moved(fold, what->effect, motion));
    if (what->has_process)
        SHEAF_REFUSE_UNLESS(sheaf_accountability_put(fold, what->process, motion,
                                                     what->has_effect ? what->effect : NULL));
    return what->has_proposal ? sheaf_proposal_put(fold, what->proposal, motion)
                              : SHEAF_ACCEPTED;
}

/* Others rely on it, and could not put the same again in time: it stops something, or confirms
 * that it is stopped; or another has voted on it, and what it is about lapses by itself, or the
 * assembly on whose agenda it stands is under way. */
static sheaf_refusal check_relied_on(const sheaf_state *state,
                                     const struct sheaf_row_motion *motion)
{
    SHEAF_REFUSE_IF(motion->effect == SHEAF_KIND_override_confirm
                        || motion->effect == SHEAF_KIND_automation_suspend,
                    stop_stands);
    bool lapses = motion->effect == SHEAF_KIND_member_accept
                  || motion->effect == SHEAF_KIND_member_exclude
                  || motion->effect == SHEAF_KIND_payment_approve
                  || motion->assembly != SHEAF_NONE;
    uint32_t own = sheaf_motion_ballot(state, motion, motion->by) != NULL;
    SHEAF_REFUSE_IF(lapses && motion->yes + motion->no + motion->abstain > own, voted_stands);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_motion_withdraw(sheaf_fold *fold,
                                         const struct sheaf_motion_withdraw *what)
{
    uint32_t row = sheaf_motion_row(fold->state, what->motion);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_motion);
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    SHEAF_REFUSE_IF(motion->by != fold->member, not_your_motion);
    SHEAF_REFUSE_IF(motion->state != SHEAF_motion_state_open, motion_closed);
    SHEAF_REFUSE_IF(motion->ratify, urgent_stands);
    SHEAF_REFUSE_IF(motion->process != SHEAF_NONE, outcome_stands);
    SHEAF_REFUSE_IF(motion->carries != SHEAF_NONE, proposal_stands);
    SHEAF_REFUSE_UNLESS(check_relied_on(fold->state, motion));
    SHEAF_REFUSE_IF(motion->since != motion->id
                        && !sheaf_member_get(fold->state, fold->member)->votes,
                    no_vote); /* it is the members' matter now */
    sheaf_assembly_motion_drop(fold->state, row);
    end_vote(fold, row, SHEAF_motion_state_withdrawn);
    drop_effect(fold, row);
    return SHEAF_ACCEPTED;
}

void sheaf_motion_call_off(sheaf_fold *fold, uint32_t id)
{
    uint32_t row = sheaf_motion_row(fold->state, id);
    sheaf_assembly_motion_drop(fold->state, row);
    end_vote(fold, row, SHEAF_motion_state_called_off);
    drop_effect(fold, row);
}

sheaf_refusal sheaf_matter_motion_open(const sheaf_state *state, uint32_t id,
                                       sheaf_electorate *out)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, id);
    SHEAF_REFUSE_IF(!motion, no_such_matter);
    SHEAF_REFUSE_IF(motion->state != SHEAF_motion_state_open, motion_closed);
    *out = sheaf_motion_electorate(motion);
    return SHEAF_ACCEPTED;
}

/* ---- closing ---- */

static uint8_t outcome_under(const sheaf_state *state, const struct sheaf_row_motion *motion,
                             const struct sheaf_row_decision *rule)
{
    sheaf_standing standing = sheaf_motion_standing(state, motion, rule);
    return !standing.quorate  ? SHEAF_motion_state_no_quorum
           : standing.carried ? SHEAF_motion_state_adopted
                              : SHEAF_motion_state_rejected;
}

/* The stricter of opening and tick: an effect that has come to need more must have it, and so
 * must a protected one whose rule has changed. */
static uint8_t outcome_of(sheaf_state *state, const struct sheaf_row_motion *motion,
                          const sheaf_effect *effect)
{
    uint8_t to = outcome_under(state, motion, sheaf_motion_rule(state, motion));
    uint8_t sort = motion->sort;
    if (effect && !sheaf_effect_sort(state, effect, &sort))
        state->failed = true;
    const struct sheaf_row_decision *now =
        effect ? sheaf_motion_rule_now(state, motion, sort) : NULL;
    return to == SHEAF_motion_state_adopted && now ? outcome_under(state, motion, now) : to;
}

/* ---- more time ---- */

uint8_t sheaf_motion_sort_now(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    sheaf_effect effect;
    uint8_t sort = motion->sort;
    if (motion->effect == SHEAF_KIND_none)
        return sort;
    size_t used = fold->arena->used;
    if (!sheaf_motion_effect(fold->state, motion, fold->arena, &effect)
        || !sheaf_effect_sort(fold->state, &effect, &sort))
        fold->state->failed = true;
    fold->arena->used = used; /* a sheet of ballots asks once a ballot */
    return sort;
}

/* When it was put to those who vote: opened, or referred to them. */
static int64_t put_at(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    return motion->assembly != SHEAF_NONE
               ? motion->opened
               : motion->begins - (int64_t)sheaf_motion_rule(state, motion)->notice_s * 1000;
}

int64_t sheaf_motion_more_time(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    const sheaf_state *state = fold->state;
    uint8_t sort = sheaf_motion_sort_now(fold, motion);
    if (sort <= motion->sort || sheaf_motion_closes_early(fold, motion))
        return 0;
    const struct sheaf_row_decision *rule =
        sheaf_decision_by(state, sheaf_bylaws_now(state), sort);
    int64_t begins = put_at(state, motion) + (int64_t)rule->notice_s * 1000;
    int64_t closes = begins + (int64_t)rule->open_s * 1000;
    if (motion->assembly != SHEAF_NONE)
        return begins > sheaf_assembly_get(state, motion->assembly)->starts
                       || closes > motion->closes
                   ? closes
                   : 0;
    if (motion->ratify && closes > motion->ratify)
        closes = motion->ratify;
    return closes > fold->stamp ? closes : 0;
}

/* It would be adopted by the rule of its opening, but had not the time that it needs by now: it
 * is open for longer, ballots stay, and proxies count when it closes for good. */
static bool extend(sheaf_fold *fold, uint32_t row, sheaf_mark before, int64_t closes)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    const struct sheaf_row_decision *rule = sheaf_motion_rule(fold->state, motion);
    if (!closes || motion->body == SHEAF_body_organ || motion->assembly != SHEAF_NONE
        || outcome_under(fold->state, motion, rule) != SHEAF_motion_state_adopted)
        return false;
    sheaf_state_roll_back(fold->state, before);
    sheaf_motion_edit(fold->state, row)->closes = closes;
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_motion, closes);
    return true;
}

/* An organ has no second call, an urgent act none that would last too long, and a motion on
 * which everybody is conflicted none: nobody could vote on it. */
static bool may_call_again(const sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    int64_t open_ms = (int64_t)sheaf_motion_rule(fold->state, motion)->second_open_s * 1000;
    return open_ms && motion->call == 1 && motion->body != SHEAF_body_organ
           && sheaf_conflicts(fold->state, motion->id) < motion->electorate
           && (!motion->ratify || fold->stamp + open_ms <= motion->ratify);
}

/* Too few voted on the first call: ballots stay, and more are taken, unless all who may have
 * voted and it closes early by that. */
static void call_again(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_motion *again = sheaf_motion_edit(fold->state, row);
    int64_t open_ms = (int64_t)sheaf_motion_rule(fold->state, again)->second_open_s * 1000;
    again->call = 2;
    again->closes = fold->stamp + (sheaf_motion_closes_early(fold, again) ? 0 : open_ms);
    sheaf_deadline_set(fold->state, again->id, SHEAF_deadline_kind_motion, again->closes);
}

/* The effect under the rules in force now. */
static sheaf_refusal enact(sheaf_fold *fold, uint32_t motion, const sheaf_effect *effect)
{
    sheaf_fold inner = *fold;
    inner.member = inner.key = SHEAF_NONE;
    inner.motion = motion;
    sheaf_mark mark = sheaf_state_mark(fold->state);
    size_t claims = fold->out->claim_count;
    sheaf_refusal refusal = sheaf_rule_run(&inner, effect->kind, effect->what);
    if (refusal != SHEAF_ACCEPTED) {
        sheaf_state_roll_back(fold->state, mark);
        fold->out->claim_count = claims; /* a tick is not void for what has no effect */
    }
    return refusal;
}

/* Its effect, which was decoded when the motion was opened; a motion without one has the kind
 * none. False, and the state failed, where the arena is spent. */
static bool load_effect(sheaf_fold *fold, uint32_t row, sheaf_effect *out)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    *out = (sheaf_effect){.kind = SHEAF_KIND_none};
    if (motion->effect != SHEAF_KIND_none
        && !sheaf_motion_effect(fold->state, motion, fold->arena, out))
        fold->state->failed = true;
    return !fold->state->failed;
}

/* An adopted effect takes place, or is void. */
static sheaf_refusal carry_out(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect)
{
    uint32_t id = sheaf_motion_at(fold->state, row)->id;
    sheaf_refusal refusal = enact(fold, id, effect);
    if (fold->state->failed)
        return refusal;
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    motion->acted = fold->index;
    motion->refusal = (uint16_t)refusal;
    motion->state =
        refusal == SHEAF_ACCEPTED ? SHEAF_motion_state_adopted : SHEAF_motion_state_void;
    drop_effect(fold, row);
    return refusal;
}

/* It was adopted, but not as its effect has come to need. */
static sheaf_refusal fail_for_sort(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    motion->acted = fold->index;
    motion->state = SHEAF_motion_state_void;
    motion->refusal = SHEAF_REFUSED_sort_rose;
    drop_effect(fold, row);
    return SHEAF_REFUSED_sort_rose;
}

/* Does the effect wait for the end of its hold? */
static bool hold(sheaf_fold *fold, uint32_t row)
{
    uint32_t hold_s = sheaf_bylaws_now(fold->state)->override_hold_s;
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    if (!hold_s || !sheaf_effect_held(motion->effect))
        return false;
    motion->state = SHEAF_motion_state_held;
    motion->held = fold->stamp + (int64_t)hold_s * 1000;
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_hold, motion->held);
    return true;
}

/* The organ has acted: its effect takes place, and the members are asked. */
static sheaf_refusal act_urgently(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect)
{
    sheaf_state *state = fold->state;
    sheaf_refusal refusal = enact(fold, sheaf_motion_at(state, row)->id, effect);
    if (state->failed)
        return refusal;
    struct sheaf_row_motion *motion = sheaf_motion_edit(state, row);
    if (refusal != SHEAF_ACCEPTED) {
        end_vote(fold, row, SHEAF_motion_state_void);
        motion->acted = fold->index;
        motion->refusal = (uint16_t)refusal;
        drop_effect(fold, row);
        return refusal;
    }
    motion->acted = fold->index;
    motion->ratify = fold->stamp + (int64_t)sheaf_bylaws_now(state)->urgent_ratify_s * 1000;
    sheaf_motion_refer(fold, row, effect);
    return SHEAF_ACCEPTED;
}

/* The members have ratified the urgent act, or have not. */
static sheaf_refusal settle_urgent(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    sheaf_refusal refusal = SHEAF_ACCEPTED;
    if (to == SHEAF_motion_state_adopted) {
        refusal = sheaf_effect_ratify(fold, motion->effect, motion->since);
        to = refusal == SHEAF_ACCEPTED ? to : SHEAF_motion_state_void;
    } else {
        sheaf_effect_undo(fold, motion->effect, motion->since);
        to = SHEAF_motion_state_undone;
    }
    motion->refusal = (uint16_t)refusal;
    end_vote(fold, row, to);
    drop_effect(fold, row);
    return refusal;
}

/* What becomes of the motion; proxies are counted. */
static uint8_t count_out(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    sheaf_poll_motion.count_proxies(fold, motion->id);
    if (motion->body != SHEAF_body_organ)
        sheaf_proxies_end(fold->state, motion->id, motion->closes);
    return outcome_of(fold->state, motion, effect->kind == SHEAF_KIND_none ? NULL : effect);
}

/* Voting is over: it is decided, or goes on. */
static sheaf_refusal close_vote(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    if (sheaf_assembly_motion_off(state, row)) {
        end_vote(fold, row, SHEAF_motion_state_called_off);
        drop_effect(fold, row);
        return SHEAF_ACCEPTED;
    }
    sheaf_effect effect;
    if (!load_effect(fold, row, &effect) || sheaf_organ_refers(fold, row, &effect))
        return SHEAF_ACCEPTED;
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    int64_t longer = sheaf_motion_more_time(fold, motion);
    sheaf_mark mark = sheaf_state_mark(state);
    uint8_t to = count_out(fold, row, &effect);
    if (extend(fold, row, mark, longer))
        return SHEAF_ACCEPTED;
    if (to == SHEAF_motion_state_no_quorum && may_call_again(fold, motion)) {
        sheaf_state_roll_back(state, mark); /* proxies count when it closes for good */
        call_again(fold, row);
        return SHEAF_ACCEPTED;
    }
    if (motion->ratify)
        return settle_urgent(fold, row, to);
    if (to == SHEAF_motion_state_adopted && motion->urgent)
        return act_urgently(fold, row, &effect);
    bool rushed =
        (motion->assembly != SHEAF_NONE && longer) || sheaf_settled_rose(fold, motion);
    end_vote(fold, row, to);
    if (to == SHEAF_motion_state_adopted && rushed)
        return fail_for_sort(fold, row);
    if (to == SHEAF_motion_state_adopted && effect.kind != SHEAF_KIND_none)
        return hold(fold, row) ? SHEAF_ACCEPTED : carry_out(fold, row, &effect);
    drop_effect(fold, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_motion(sheaf_fold *fold, uint32_t of)
{
    uint32_t row = sheaf_motion_row(fold->state, of);
    sheaf_refusal refusal = close_vote(fold, row);
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    SHEAF_STOP_IF_SPENT(fold);
    if (motion->state == SHEAF_motion_state_open)
        return refusal;
    if (motion->process != SHEAF_NONE)
        sheaf_accountability_decided(fold, motion);
    sheaf_proposal_decided(fold, motion);
    return refusal;
}

/* The bylaws may have come to ask for more while it was held. */
sheaf_refusal sheaf_settle_hold(sheaf_fold *fold, uint32_t of)
{
    sheaf_effect effect;
    uint32_t row = sheaf_motion_row(fold->state, of);
    if (!load_effect(fold, row, &effect))
        return SHEAF_ACCEPTED;
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    bool enough = outcome_of(fold->state, motion, &effect) == SHEAF_motion_state_adopted
                  && !sheaf_settled_rose(fold, motion);
    sheaf_refusal refusal = enough ? carry_out(fold, row, &effect) : fail_for_sort(fold, row);
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_override_began(fold, of);
    return refusal;
}

sheaf_refusal sheaf_motion_go_on(sheaf_fold *fold, uint32_t of, bool anew)
{
    int64_t until = sheaf_motion_get(fold->state, of)->held;
    int64_t again =
        fold->stamp + (int64_t)sheaf_bylaws_now(fold->state)->override_hold_s * 1000;
    if (anew && again > until)
        until = again;
    if (until <= fold->stamp)
        return sheaf_settle_hold(fold, of);
    sheaf_deadline_set(fold->state, of, SHEAF_deadline_kind_hold, until);
    return SHEAF_ACCEPTED;
}

void sheaf_motion_override(sheaf_fold *fold, uint32_t of)
{
    uint32_t row = sheaf_motion_row(fold->state, of);
    sheaf_motion_edit(fold->state, row)->state = SHEAF_motion_state_overridden;
    drop_effect(fold, row);
}
