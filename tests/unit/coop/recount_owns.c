/* Whose ballot says what: each what its member has cast, unless tellers have counted one for
 * the member that was not contested. */
#include "recount.h"

#include "coop/electorate.h"

static recount_ballot on_motion(const recount *w, uint32_t member)
{
    const uint32_t id = w->of[RECOUNT_MOTION];
    const struct sheaf_row_ballot *ballot =
        sheaf_ballot_find(&w->k.state, sheaf_pair(id, member));
    recount_ballot out = {.cast = ballot && ballot->cast};
    if (out.cast)
        out.choice = ballot->choice;
    return out;
}

static recount_ballot in_election(const recount *w, uint32_t member)
{
    const uint32_t id = w->of[RECOUNT_ELECTION];
    const struct sheaf_row_election_ballot *ballot =
        sheaf_election_ballot_find(&w->k.state, sheaf_pair(id, member));
    recount_ballot out = {.cast = ballot && ballot->cast};
    for (int i = 0; out.cast && i < RECOUNT_PEOPLE; i++) {
        const struct sheaf_row_candidate *candidate =
            sheaf_candidate_find(&w->k.state, sheaf_pair(id, w->members[i]));
        out.approved[i] =
            candidate
            && ballot->approved.bytes[candidate->place / 8] >> candidate->place % 8 & 1;
    }
    return out;
}

static recount_ballot in_allocation(const recount *w, uint32_t member)
{
    const uint64_t pair = sheaf_pair(w->of[RECOUNT_ALLOCATION], member);
    const struct sheaf_row_allocation_ballot *ballot =
        sheaf_allocation_ballot_find(&w->k.state, pair);
    recount_ballot out = {.cast = ballot && ballot->cast};
    for (uint32_t i = 0; out.cast && i < RECOUNT_OPTIONS; i++) {
        const struct sheaf_row_given *given = sheaf_given_find(
            &w->k.state, sheaf_pair(sheaf_allocation_ballot_row(&w->k.state, pair), i));
        out.points[i] = given ? given->points : 0;
    }
    return out;
}

/* As the sheet has it. */
static recount_ballot on_sheet(const recount *w, recount_matter matter,
                               const struct sheaf_row_counted *counted)
{
    const sheaf_state *state = &w->k.state;
    const struct sheaf_row_sheet *sheet = sheaf_sheet_get(state, counted->sheet);
    uint32_t row = sheet->first;
    while (sheaf_sheet_line_at(state, row)->member != counted->member)
        row++;
    const struct sheaf_row_sheet_line *line = sheaf_sheet_line_at(state, row);
    recount_ballot out = {.cast = true, .choice = line->choice};
    for (uint32_t i = 0; i < line->count; i++) {
        const struct sheaf_row_mark *mark = sheaf_mark_at(state, line->first + i);
        if (matter == RECOUNT_ALLOCATION)
            out.points[mark->of] = mark->points;
        for (int k = 0; matter == RECOUNT_ELECTION && k < RECOUNT_PEOPLE; k++)
            out.approved[k] |= mark->of == w->members[k];
    }
    return out;
}

static void same_ballots(const recount *w, const char *of, const recount_ballot *stands,
                         const recount_ballot *found)
{
    char what[80];
    snprintf(what, sizeof what, "what the ballot of %s says", of);
    recount_same(w, what, stands->cast, found->cast);
    recount_same(w, what, stands->choice, found->choice);
    for (int i = 0; i < RECOUNT_PEOPLE; i++)
        recount_same(w, what, stands->approved[i], found->approved[i]);
    for (int i = 0; i < RECOUNT_OPTIONS; i++)
        recount_same(w, what, stands->points[i], found->points[i]);
}

void recount_check_owns(const recount *w)
{
    static recount_ballot (*const stands[])(const recount *,
                                            uint32_t) = {on_motion, in_election, in_allocation};
    for (int matter = 0; matter < RECOUNT_NONE; matter++)
        for (int i = 0; i < RECOUNT_PEOPLE; i++) {
            uint32_t member = w->members[i];
            if (!recount_open(w, (recount_matter)matter)
                || sheaf_conflicted(&w->k.state, w->of[matter], member))
                continue;
            const struct sheaf_row_counted *counted =
                sheaf_counted_find(&w->k.state, sheaf_pair(w->of[matter], member));
            recount_ballot stand = stands[matter](w, member), found = w->own[matter][i];
            if (counted && !counted->contested)
                found = on_sheet(w, (recount_matter)matter, counted);
            same_ballots(w, recount_people[i].name, &stand, &found);
        }
}
