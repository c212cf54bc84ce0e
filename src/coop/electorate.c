#include "coop/electorate.h"

#include "coop/circles.h"
#include "coop/organs.h"
#include "coop/view.h"

#include <assert.h>

/* Had the member's class a vote under those bylaws? Classes are only ever appended, so a
 * member's place in the list means the same class in every version. */
static bool class_votes(const sheaf_state *state, uint32_t bylaws, uint8_t class)
{
    const struct sheaf_row_bylaws *version = sheaf_bylaws_get(state, bylaws);
    return class < version->classes
           && sheaf_class_at(state, version->class_first + class)->votes > 0;
}

sheaf_refusal sheaf_row_entitled(const sheaf_state *state, const sheaf_electorate *electorate,
                                 const struct sheaf_row_member *row)
{
    if (!row || row->admitted == SHEAF_NONE
        || (row->left != SHEAF_NONE && row->left <= electorate->opened))
        return SHEAF_REFUSED_not_a_member;
    if (row->admitted > electorate->opened)
        return SHEAF_REFUSED_joined_later;
    if (electorate->body == SHEAF_body_organ)
        return sheaf_office_at_entry(state, row->id, (uint8_t)electorate->of,
                                     electorate->opened)
                   ? SHEAF_ACCEPTED
                   : SHEAF_REFUSED_not_an_officer;
    if (electorate->body == SHEAF_body_circle) {
        sheaf_refusal refusal =
            sheaf_circle_at_entry(state, electorate->of, row->id, electorate->opened);
        if (refusal != SHEAF_ACCEPTED)
            return refusal;
    }
    if (!class_votes(state, electorate->bylaws, row->class))
        return SHEAF_REFUSED_no_vote;
    if (electorate->body == SHEAF_body_assembly && electorate->of
        && row->class != electorate->of - 1)
        return SHEAF_REFUSED_other_class;
    if (row->counted > electorate->opened)
        return SHEAF_REFUSED_on_trial;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_entitled(const sheaf_state *state, const sheaf_electorate *electorate,
                             uint32_t member)
{
    return sheaf_row_entitled(state, electorate, sheaf_member_find(state, member));
}

sheaf_refusal sheaf_row_may_vote(const sheaf_state *state, const sheaf_electorate *electorate,
                                 uint32_t matter, const struct sheaf_row_member *row)
{
    sheaf_refusal refusal = sheaf_row_entitled(state, electorate, row);
    bool heard = refusal == SHEAF_ACCEPTED || refusal == SHEAF_REFUSED_on_trial;
    return heard && sheaf_conflicted(state, matter, row->id) ? SHEAF_REFUSED_conflicted
                                                             : refusal;
}

sheaf_refusal sheaf_may_vote(const sheaf_state *state, const sheaf_electorate *electorate,
                             uint32_t matter, uint32_t member)
{
    return sheaf_row_may_vote(state, electorate, matter, sheaf_member_find(state, member));
}

/* Members of one class are counted one by one: it happens once for a matter. */
static uint32_t count_class(const sheaf_state *state, uint32_t class)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *row = sheaf_member_at(state, i);
        count += row->state == SHEAF_member_state_active && row->class == class && row->votes
                 && row->counted != SHEAF_NONE;
    }
    return count;
}

uint32_t sheaf_electorate_count(const sheaf_state *state, const sheaf_electorate *electorate)
{
    if (electorate->body == SHEAF_body_organ)
        return sheaf_officers(state, (uint8_t)electorate->of);
    if (electorate->body == SHEAF_body_circle)
        return sheaf_circle_get(state, electorate->of)->voters;
    assert(electorate->body == SHEAF_body_assembly);
    return electorate->of ? count_class(state, electorate->of - 1) : sheaf_coop(state)->voters;
}

bool sheaf_conflicted(const sheaf_state *state, uint32_t matter, uint32_t member)
{
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(state, sheaf_pair(matter, member));
    return row && row->since != SHEAF_NONE && !row->over;
}

bool sheaf_conflict_was_found(const sheaf_state *state, uint32_t matter, uint32_t member)
{
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(state, sheaf_pair(matter, member));
    return row && row->found && !row->over;
}

uint32_t sheaf_conflicts(const sheaf_state *state, uint32_t matter)
{
    const struct sheaf_row_matter *row = sheaf_matter_find(state, matter);
    return row ? row->conflicted : 0;
}
