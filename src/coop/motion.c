#include "coop/motion.h"

#include "bylaws/bylaws.h"
#include "coop/view.h"

enum { WHOLE_BP = 10000 };

const struct sheaf_row_decision *sheaf_motion_rule(const sheaf_state *state,
                                                   const struct sheaf_row_motion *motion)
{
    return sheaf_decision_by(state, sheaf_bylaws_get(state, motion->bylaws), motion->sort);
}

/* ---- counting ---- */

/* In units of a ballot. */
typedef struct {
    uint64_t yes, no, abstain;
} weights;

static void weigh_class(const struct sheaf_row_tally *tally, uint32_t free_ballots,
                        uint16_t ceiling_bp, weights *w)
{
    unsigned __int128 cast = (unsigned __int128)tally->yes + tally->no + tally->abstain;
    unsigned __int128 most = (unsigned __int128)free_ballots * SHEAF_BALLOT_UNITS * ceiling_bp
                             / (unsigned)(WHOLE_BP - ceiling_bp);
    if (most > cast * SHEAF_BALLOT_UNITS)
        most = cast * SHEAF_BALLOT_UNITS;
    if (!cast)
        return;
    w->yes += (uint64_t)(tally->yes * most / cast);
    w->no += (uint64_t)(tally->no * most / cast);
    w->abstain += (uint64_t)(tally->abstain * most / cast);
}

/* Tallies by class are kept of classes with a ceiling alone. Where one class decides, or
 * officers do, there are no others to protect from it. */
static weights weigh(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, motion->bylaws);
    uint32_t yes = motion->yes, no = motion->no, abstain = motion->abstain;
    const bool ceilings = motion->body == SHEAF_body_assembly && !motion->of;
    const struct sheaf_row_tally *tallies[SHEAF_CLASSES_MAX];
    for (uint8_t i = 0; i < bylaws->classes; i++) {
        tallies[i] = ceilings ? sheaf_tally_find(state, sheaf_pair(motion->id, i)) : NULL;
        if (!tallies[i])
            continue;
        yes -= tallies[i]->yes;
        no -= tallies[i]->no;
        abstain -= tallies[i]->abstain;
    }
    weights w = {(uint64_t)yes * SHEAF_BALLOT_UNITS, (uint64_t)no * SHEAF_BALLOT_UNITS,
                 (uint64_t)abstain * SHEAF_BALLOT_UNITS};
    for (uint8_t i = 0; i < bylaws->classes; i++)
        if (tallies[i])
            weigh_class(tallies[i], yes + no + abstain,
                        sheaf_class_at(state, bylaws->class_first + i)->ceiling_bp, &w);
    return w;
}

sheaf_standing sheaf_motion_standing(const sheaf_state *state,
                                     const struct sheaf_row_motion *motion,
                                     const struct sheaf_row_decision *rule)
{
    weights w = weigh(state, motion);
    const uint64_t bases[] = {
        [SHEAF_vote_base_cast] = w.yes + w.no + w.abstain,
        [SHEAF_vote_base_entitled] = (uint64_t)motion->electorate * SHEAF_BALLOT_UNITS,
        [SHEAF_vote_base_for_and_against] = w.yes + w.no,
    };
    uint16_t quorum =
        motion->call > 1 && rule->second_open_s ? rule->second_quorum_bp : rule->quorum_bp;
    sheaf_standing out = {.turnout = motion->yes + motion->no, .yes = w.yes};
    if (rule->quorum_base == SHEAF_quorum_base_all)
        out.turnout += motion->abstain;
    out.needed = (uint32_t)(((uint64_t)motion->electorate * quorum + WHOLE_BP - 1) / WHOLE_BP);
    out.base = bases[rule->base];
    out.quorate = sheaf_quorum_reached(quorum, motion->electorate, out.turnout);
    out.carried = sheaf_majority_reached(rule->majority, out.yes, out.base);
    return out;
}

/* ---- sorts ---- */

/* Does the text leave every protected article as it is? One that it switches off has no hash.
 */
static bool keeps_protected(const sheaf_state *state, const sheaf_hash *hashes)
{
    for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
        const struct sheaf_row_article *now =
            sheaf_article_find(state, sheaf_pair(sheaf_coop(state)->bylaws, number));
        if (now && now->protected && !sheaf_hash_equal(&hashes[number], &now->sha256))
            return false;
    }
    return true;
}

bool sheaf_effect_sort(const sheaf_state *state, const sheaf_effect *effect, uint8_t *out)
{
    sheaf_hash hashes[SHEAF_ARTICLE_COUNT];
    *out = (uint8_t)(sheaf_kind_shape(effect->kind)->needs - SHEAF_NEEDS_ORDINARY);
    const struct sheaf_row_raised *raised =
        sheaf_raised_find(state, sheaf_pair(sheaf_coop(state)->bylaws, effect->kind));
    if (raised && raised->sort > *out)
        *out = raised->sort;
    if (effect->kind != SHEAF_KIND_bylaws_amend)
        return true;
    if (!sheaf_articles_hash(&((const struct sheaf_bylaws_amend *)effect->what)->text, hashes))
        return false;
    if (!keeps_protected(state, hashes))
        *out = SHEAF_decision_sort_protected;
    return true;
}
