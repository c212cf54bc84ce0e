#include "coop/motion.h"

#include "bylaws/bylaws.h"
#include "bylaws/fixed.h"
#include "coop/electorate.h"
#include "coop/organs.h"
#include "coop/settled.h"
#include "coop/view.h"

enum { WHOLE_BP = 10000 };

const struct sheaf_row_decision *sheaf_motion_rule(const sheaf_state *state,
                                                   const struct sheaf_row_motion *motion)
{
    return sheaf_decision_by(state, sheaf_bylaws_get(state, motion->bylaws), motion->sort);
}

const struct sheaf_row_decision *sheaf_motion_rule_now(const sheaf_state *state,
                                                       const struct sheaf_row_motion *motion,
                                                       uint8_t sort)
{
    bool same = sort != SHEAF_decision_sort_protected && sort <= motion->sort;
    return same ? NULL : sheaf_decision_by(state, sheaf_bylaws_now(state), sort);
}

bool sheaf_motion_binds(const struct sheaf_row_motion *motion)
{
    return motion->effect != SHEAF_KIND_none || motion->process != SHEAF_NONE;
}

uint32_t sheaf_effect_voices(sheaf_kind effect)
{
    switch (effect) {
#define SUBJECT(name) case SHEAF_KIND_##name:
#include "coop/tbl/subjects.def"
#undef SUBJECT
    case SHEAF_KIND_member_dismiss:
    case SHEAF_KIND_member_exclude:
        return SHEAF_FIXED_voices;
    default:
        return 0;
    }
}

/* A founder alone decides on who is on trial. */
uint32_t sheaf_motion_voices(const struct sheaf_row_motion *motion)
{
    uint32_t voices = sheaf_effect_voices(motion->effect);
    bool few = motion->effect == SHEAF_KIND_member_dismiss && motion->electorate < voices;
    return few ? motion->electorate : voices;
}

/* ---- quorums ---- */

static uint32_t quorum_of(uint32_t members, uint32_t bp)
{
    return (uint32_t)(((uint64_t)members * bp + WHOLE_BP - 1) / WHOLE_BP);
}

uint32_t sheaf_assembly_quorum_bp(const struct sheaf_row_bylaws *bylaws, uint8_t call)
{
    return call > 1 && bylaws->assembly_second_s ? bylaws->assembly_second_bp
                                                 : bylaws->assembly_quorum_bp;
}

bool sheaf_assembly_unproven(const sheaf_state *state,
                             const struct sheaf_row_assembly *assembly)
{
    return !assembly->delivered && sheaf_bylaws_get(state, assembly->bylaws)->assembly_evidence;
}

bool sheaf_motion_unproven(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    if (motion->assembly == SHEAF_NONE || !sheaf_motion_binds(motion))
        return false;
    const struct sheaf_row_assembly *assembly = sheaf_assembly_get(state, motion->assembly);
    if (sheaf_assembly_unproven(state, assembly))
        return true;
    return !assembly->delivered && sheaf_bylaws_get(state, motion->bylaws)->assembly_evidence;
}

/* Of the one class that decides, did enough come? Members of others do not stand in for it. */
static bool class_present(const sheaf_state *state, const struct sheaf_row_assembly *assembly,
                          const struct sheaf_row_motion *motion, uint32_t bp)
{
    const sheaf_electorate electorate = {motion->body, motion->of, motion->since,
                                         motion->bylaws};
    uint32_t count = 0;
    for (uint32_t at = assembly->attendance_last; at;) {
        const struct sheaf_row_attendance *row = sheaf_attendance_at(state, at - 1);
        count += !row->contested
                 && sheaf_entitled(state, &electorate, row->member) == SHEAF_ACCEPTED;
        at = row->before;
    }
    return sheaf_quorum_reached(bp, motion->electorate, count);
}

/* An assembly says what it thinks by its own quorum, of those who came. What takes effect needs
 * the quorum of its sort besides, that of the first call: who convenes would else choose when
 * few decide for all. */
static void stand_in_assembly(const sheaf_state *state, const struct sheaf_row_motion *motion,
                              sheaf_standing *out)
{
    const struct sheaf_row_assembly *assembly = sheaf_assembly_get(state, motion->assembly);
    uint32_t convened =
        sheaf_assembly_quorum_bp(sheaf_bylaws_get(state, assembly->bylaws), assembly->call);
    uint32_t opened =
        sheaf_assembly_quorum_bp(sheaf_bylaws_get(state, motion->bylaws), assembly->call);
    uint32_t bp = opened > convened ? opened : convened;
    bool held = assembly->state == SHEAF_assembly_state_under_way
                || assembly->state == SHEAF_assembly_state_ended;
    if (!sheaf_motion_binds(motion)) {
        out->turnout = assembly->present;
        out->needed = quorum_of(held ? assembly->electorate : motion->electorate, bp);
        out->quorate = true;
    }
    out->quorate = out->quorate && held
                   && sheaf_quorum_reached(bp, assembly->electorate, assembly->present)
                   && (!motion->of || class_present(state, assembly, motion, bp));
}

/* ---- counting ---- */

static void add(sheaf_votes *to, const sheaf_votes *more)
{
    to->all += more->all;
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++)
        to->of[i] += more->of[i];
}

/* Tallies by class are kept of classes with a ceiling alone. Where one class decides, or
 * officers do, there are no others to protect from it. */
sheaf_motion_votes sheaf_motion_counted(const sheaf_state *state,
                                        const struct sheaf_row_motion *motion)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, motion->bylaws);
    const bool ceilings = motion->body == SHEAF_body_assembly && !motion->of;
    sheaf_motion_votes out = {
        .yes.all = motion->yes, .no.all = motion->no, .abstain.all = motion->abstain};
    for (uint8_t i = 0; ceilings && i < bylaws->classes; i++) {
        const struct sheaf_row_tally *tally =
            sheaf_tally_find(state, sheaf_pair(motion->id, i));
        if (!tally)
            continue;
        out.yes.of[i] = tally->yes;
        out.no.of[i] = tally->no;
        out.abstain.of[i] = tally->abstain;
    }
    sheaf_votes cast = out.yes;
    add(&cast, &out.no);
    add(&cast, &out.abstain);
    out.ceilings = sheaf_ceilings_of(state, bylaws, &cast);
    return out;
}

/* What the majority is a share of. */
static sheaf_votes base_of(const sheaf_motion_votes *v, const struct sheaf_row_motion *motion,
                           uint8_t base)
{
    if (base == SHEAF_vote_base_entitled)
        return (sheaf_votes){.all = motion->electorate};
    sheaf_votes out = v->yes;
    add(&out, &v->no);
    if (base == SHEAF_vote_base_cast)
        add(&out, &v->abstain);
    return out;
}

/* ---- the settled ---- */

/* Their ballots, with those against that stand for who was excluded or overruled. */
static sheaf_motion_votes settled_votes(const sheaf_state *state,
                                        const struct sheaf_row_motion *motion,
                                        const sheaf_settled_removed *removed)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, motion->bylaws);
    sheaf_motion_votes out = {.yes.all = motion->settled_yes - removed->yes,
                              .no.all = motion->settled_no + removed->all,
                              .abstain.all = motion->settled_abstain - removed->abstain};
    for (uint8_t i = 0; !motion->of && i < bylaws->classes; i++) {
        const struct sheaf_row_tally *tally =
            sheaf_tally_find(state, sheaf_pair(motion->id, i));
        if (!sheaf_class_limited(state, bylaws, i))
            continue;
        out.yes.of[i] = (tally ? tally->settled_yes : 0) - removed->yes_of[i];
        out.no.of[i] = (tally ? tally->settled_no : 0) + removed->of[i];
        out.abstain.of[i] = (tally ? tally->settled_abstain : 0) - removed->abstain_of[i];
    }
    sheaf_votes cast = out.yes;
    add(&cast, &out.no);
    add(&cast, &out.abstain);
    out.ceilings = sheaf_ceilings_of(state, bylaws, &cast);
    return out;
}

static sheaf_settled_standing stand_settled(const sheaf_state *state,
                                            const struct sheaf_row_motion *motion,
                                            const struct sheaf_row_decision *rule)
{
    if (rule->sort != SHEAF_decision_sort_protected || !motion->settled_from)
        return (sheaf_settled_standing){0};
    const sheaf_settled_removed removed = sheaf_settled_removed_count(state, motion);
    const sheaf_motion_votes votes = settled_votes(state, motion, &removed);
    sheaf_votes base = base_of(&votes, motion, rule->base);
    if (rule->base == SHEAF_vote_base_entitled)
        base.all = sheaf_settled_electorate(state, motion) + removed.before;
    const sheaf_weight whole = sheaf_votes_weigh(&votes.ceilings, &base);
    return (sheaf_settled_standing){
        .counted = true,
        .carried = sheaf_weight_is_zero(&whole)
                   || sheaf_votes_reach(&votes.ceilings, rule->majority, &votes.yes, &base),
        .yes = motion->settled_yes - removed.yes,
        .no = motion->settled_no,
        .abstain = motion->settled_abstain - removed.abstain,
        .removed = removed.all - removed.overruled,
        .overruled = removed.overruled,
    };
}

/* ---- organs ---- */

const struct sheaf_row_ballot *sheaf_motion_ballot(const sheaf_state *state,
                                                   const struct sheaf_row_motion *motion,
                                                   uint32_t member)
{
    const struct sheaf_row_ballot *ballot =
        sheaf_ballot_find(state, sheaf_pair(motion->id, member));
    return ballot && ballot->cast >= motion->since ? ballot : NULL;
}

/* So many of its officers take part, or are for an urgent act. */
static uint32_t officers_needed(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    if (motion->urgent)
        return motion->electorate / 2 + 1;
    uint64_t quorum = sheaf_organ_of(state, motion->bylaws, motion->of)->quorum_bp;
    return (uint32_t)((motion->electorate * quorum + WHOLE_BP - 1) / WHOLE_BP);
}

/* Officers who could still vote and have not. */
static uint32_t officers_silent(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    uint32_t count = 0;
    uint8_t organ = (uint8_t)motion->of;
    const struct sheaf_row_post *post;
    for (uint8_t place = 0; (post = sheaf_post_find(state, sheaf_pair(organ, place)));
         place++) {
        if (!post->office)
            continue;
        uint32_t member = sheaf_office_at(state, post->office - 1)->member;
        count += sheaf_office_at_entry(state, member, organ, motion->since)
                 && !sheaf_conflicted(state, motion->id, member)
                 && !sheaf_motion_ballot(state, motion, member);
    }
    return count;
}

bool sheaf_organ_unable(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    uint32_t able = motion->yes + motion->no + motion->abstain + officers_silent(state, motion);
    return !able || able < officers_needed(state, motion);
}

static sheaf_standing organ_standing(const sheaf_state *state,
                                     const struct sheaf_row_motion *motion,
                                     const struct sheaf_row_decision *rule)
{
    uint32_t cast = motion->yes + motion->no + motion->abstain;
    const uint64_t bases[] = {
        [SHEAF_vote_base_cast] = cast,
        [SHEAF_vote_base_entitled] = motion->electorate,
        [SHEAF_vote_base_for_and_against] = (uint64_t)motion->yes + motion->no,
    };
    sheaf_standing out = {.turnout = cast,
                          .needed = officers_needed(state, motion),
                          .yes = (uint64_t)motion->yes * SHEAF_BALLOT_UNITS,
                          .base = bases[rule->base] * SHEAF_BALLOT_UNITS};
    out.quorate = motion->urgent || cast >= out.needed;
    out.carried = motion->urgent ? motion->yes >= out.needed
                                 : sheaf_majority_reached(rule->majority, out.yes, out.base);
    out.majority = out.carried;
    return out;
}

/* ---- standing ---- */

static uint32_t unlimited(const sheaf_votes *votes)
{
    uint64_t out = votes->all;
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++)
        out -= votes->of[i];
    return (uint32_t)out;
}

/* Where the bylaws have it so, those whose class has no ceiling are a quorum by themselves:
 * else investors and a few others would decide for the members who use the co-op (Council
 * Regulation (EC) 1435/2003, art. 61(3)). */
static void stand_apart(const struct sheaf_row_motion *motion, const sheaf_motion_votes *votes,
                        uint8_t quorum_base, uint16_t quorum, sheaf_standing *out)
{
    if (!motion->unlimited)
        return;
    out->turnout_apart = unlimited(&votes->yes) + unlimited(&votes->no);
    if (quorum_base == SHEAF_quorum_base_all)
        out->turnout_apart += unlimited(&votes->abstain);
    out->needed_apart = quorum_of(motion->unlimited, quorum);
    out->quorate =
        out->quorate && sheaf_quorum_reached(quorum, motion->unlimited, out->turnout_apart);
}

sheaf_standing sheaf_motion_standing(const sheaf_state *state,
                                     const struct sheaf_row_motion *motion,
                                     const struct sheaf_row_decision *rule)
{
    if (motion->body == SHEAF_body_organ)
        return organ_standing(state, motion, rule);
    const sheaf_motion_votes votes = sheaf_motion_counted(state, motion);
    const sheaf_votes base = base_of(&votes, motion, rule->base);
    bool meeting = motion->assembly != SHEAF_NONE;
    uint16_t quorum = motion->call > 1 && rule->second_open_s && !meeting
                          ? rule->second_quorum_bp
                          : rule->quorum_bp;
    sheaf_standing out = {
        .turnout = motion->yes + motion->no,
        .voices = sheaf_motion_voices(motion),
        .yes = sheaf_votes_units(&votes.ceilings, &votes.yes, SHEAF_BALLOT_UNITS),
        .base = sheaf_votes_units(&votes.ceilings, &base, SHEAF_BALLOT_UNITS)};
    if (rule->quorum_base == SHEAF_quorum_base_all)
        out.turnout += motion->abstain;
    out.needed = quorum_of(motion->electorate, quorum);
    out.quorate = sheaf_quorum_reached(quorum, motion->electorate, out.turnout);
    if (!meeting || sheaf_motion_binds(motion))
        stand_apart(motion, &votes, rule->quorum_base, quorum, &out);
    out.majority = sheaf_votes_reach(&votes.ceilings, rule->majority, &votes.yes, &base);
    out.settled = stand_settled(state, motion, rule);
    out.carried = out.majority && motion->yes >= out.voices
                  && (!out.settled.counted || out.settled.carried);
    if (meeting)
        stand_in_assembly(state, motion, &out);
    return out;
}

/* ---- sorts ---- */

/* Do these articles leave each that the version protects as it is? One that is switched off has
 * a hash of zeros. */
static bool keeps_protected(const sheaf_state *state, uint32_t version,
                            const sheaf_hash *hashes)
{
    for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
        const struct sheaf_row_article *now =
            sheaf_article_find(state, sheaf_pair(version, number));
        if (now && now->protected && !sheaf_hash_equal(&hashes[number], &now->sha256))
            return false;
    }
    return true;
}

/* Does the version, or one after it, change what the one before it protects? */
static bool gives_up_protected(const sheaf_state *state, uint32_t version)
{
    const struct sheaf_row_bylaws *row = sheaf_bylaws_find(state, version);
    if (!row || row->state != SHEAF_bylaws_state_waiting)
        return false;
    uint32_t before = row->base, at = sheaf_coop(state)->bylaws_newest;
    while (at != before) {
        sheaf_hash hashes[SHEAF_ARTICLE_COUNT] = {0};
        for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
            const struct sheaf_row_article *article =
                sheaf_article_find(state, sheaf_pair(at, number));
            if (article)
                hashes[number] = article->sha256;
        }
        at = sheaf_bylaws_get(state, at)->base;
        if (!keeps_protected(state, at, hashes))
            return true;
    }
    return false;
}

bool sheaf_effect_sort(const sheaf_state *state, const sheaf_effect *effect, uint8_t *out)
{
    sheaf_hash hashes[SHEAF_ARTICLE_COUNT];
    *out = (uint8_t)(sheaf_kind_shape(effect->kind)->needs - SHEAF_NEEDS_ORDINARY);
    const struct sheaf_row_raised *raised =
        sheaf_raised_find(state, sheaf_pair(sheaf_coop(state)->bylaws, effect->kind));
    if (raised && raised->sort > *out)
        *out = raised->sort;
    if (effect->kind == SHEAF_KIND_bylaws_withdraw
        && gives_up_protected(state, ((const struct sheaf_bylaws_withdraw *)effect->what)->of))
        *out = SHEAF_decision_sort_protected;
    if (effect->kind != SHEAF_KIND_bylaws_amend)
        return true;
    if (!sheaf_articles_hash(&((const struct sheaf_bylaws_amend *)effect->what)->text, hashes))
        return false;
    if (!keeps_protected(state, sheaf_coop(state)->bylaws_newest, hashes))
        *out = SHEAF_decision_sort_protected;
    return true;
}
