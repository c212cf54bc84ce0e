/* Circles: people who work together. Who is in one admits others; anybody leaves at any time.
 *
 * Each member's circles are a list of at most 32, so that what follows from the end of a
 * membership is bounded. How many circles there are needs no bound of its own: each has a
 * member, and an ended one stands in nobody's way. */
#include "coop/circles.h"

#include "bylaws/article.h"

bool sheaf_circle_in(const sheaf_state *state, uint32_t circle, uint32_t member)
{
    const struct sheaf_row_circle_member *row =
        sheaf_circle_member_find(state, sheaf_pair(circle, member));
    return row && row->joined != SHEAF_NONE && row->left == SHEAF_NONE;
}

sheaf_refusal sheaf_circle_at_entry(const sheaf_state *state, uint32_t circle, uint32_t member,
                                    uint32_t entry)
{
    const struct sheaf_row_circle_member *row =
        sheaf_circle_member_find(state, sheaf_pair(circle, member));
    if (!row || row->joined == SHEAF_NONE || (row->left != SHEAF_NONE && row->left <= entry))
        return SHEAF_REFUSED_not_in_circle;
    return row->joined <= entry ? SHEAF_ACCEPTED : SHEAF_REFUSED_joined_circle_later;
}

/* From the newest time back; each began with somebody else's act, who admitted the member. */
bool sheaf_circle_was_in(const sheaf_state *state, uint32_t circle, uint32_t member,
                         uint32_t entry)
{
    const struct sheaf_row_circle_member *row =
        sheaf_circle_member_find(state, sheaf_pair(circle, member));
    if (sheaf_circle_at_entry(state, circle, member, entry) == SHEAF_ACCEPTED)
        return true;
    const struct sheaf_row_circle_stay *stay;
    for (uint32_t at = row ? row->stay_last : 0; at; at = stay->before) {
        stay = sheaf_circle_stay_at(state, at - 1);
        if (stay->joined <= entry)
            return stay->left > entry;
    }
    return false;
}

/* ---- a member's circles ---- */

static uint32_t party_make(sheaf_state *state, uint32_t member)
{
    uint32_t row = sheaf_circle_party_row(state, member);
    if (row != SHEAF_NONE)
        return row;
    sheaf_circle_party_new(state, member)->id = member;
    return sheaf_circle_party_count(state) - 1;
}

/* The row of the pair: a new one, or that of a member who was there before. */
static uint32_t place_make(sheaf_state *state, uint32_t circle, uint32_t member)
{
    uint64_t pair = sheaf_pair(circle, member);
    uint32_t row = sheaf_circle_member_row(state, pair);
    if (row != SHEAF_NONE)
        return row;
    struct sheaf_row_circle_member *fresh = sheaf_circle_member_new(state, pair);
    fresh->circle = circle;
    fresh->member = member;
    fresh->left = fresh->role_by = SHEAF_NONE;
    return sheaf_circle_member_count(state) - 1;
}

/* Who asks to be in it again was there before: advice that was asked of it then is theirs. */
static void note_stay(sheaf_state *state, uint32_t place)
{
    const struct sheaf_row_circle_member *row = sheaf_circle_member_at(state, place);
    if (row->joined == SHEAF_NONE || row->left == SHEAF_NONE)
        return;
    struct sheaf_row_circle_stay *stay = sheaf_circle_stay_new(state, 0);
    stay->before = row->stay_last;
    stay->joined = row->joined;
    stay->left = row->left;
    sheaf_circle_member_edit(state, place)->stay_last = sheaf_circle_stay_count(state);
}

/* The member asks to be in the circle. */
static sheaf_refusal ask(sheaf_fold *fold, uint32_t circle)
{
    sheaf_state *state = fold->state;
    uint32_t party = party_make(state, fold->member);
    uint32_t place = place_make(state, circle, fold->member);
    SHEAF_STOP_IF_SPENT(fold);
    struct sheaf_row_circle_party *of = sheaf_circle_party_edit(state, party);
    SHEAF_REFUSE_IF(of->circles >= SHEAF_CIRCLES_OF_MEMBER_MAX, circles_many);
    note_stay(state, place);
    SHEAF_STOP_IF_SPENT(fold);
    struct sheaf_row_circle_member *row = sheaf_circle_member_edit(state, place);
    row->asked = fold->index;
    row->joined = row->left = SHEAF_NONE;
    row->next = of->first;
    of->first = place + 1;
    of->circles++;
    return SHEAF_ACCEPTED;
}

static void enter(sheaf_fold *fold, uint32_t circle, uint32_t member)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_circle *row = sheaf_circle_edit(state, sheaf_circle_row(state, circle));
    sheaf_circle_member_edit(state, sheaf_circle_member_row(state, sheaf_pair(circle, member)))
        ->joined = fold->index;
    row->members++;
    row->voters += sheaf_member_get(state, member)->votes > 0;
}

static void list_remove(sheaf_state *state, uint32_t place)
{
    struct sheaf_row_circle_member *row = sheaf_circle_member_edit(state, place);
    struct sheaf_row_circle_party *of =
        sheaf_circle_party_edit(state, sheaf_circle_party_row(state, row->member));
    uint32_t *link = &of->first;
    while (*link && *link != place + 1 && !state->failed)
        link = &sheaf_circle_member_edit(state, *link - 1)->next;
    *link = row->next;
    row->next = 0;
    of->circles--;
}

/* Out of a circle, or back from asking. What the member was to the circle stays on record. */
static void leave(sheaf_fold *fold, uint32_t place)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_circle_member *row = sheaf_circle_member_edit(state, place);
    static const sheaf_hash nothing;
    if (row->joined != SHEAF_NONE) {
        struct sheaf_row_circle *circle =
            sheaf_circle_edit(state, sheaf_circle_row(state, row->circle));
        sheaf_proposals_leave(fold, row->circle, row->member);
        circle->members--;
        circle->voters -= sheaf_member_get(state, row->member)->votes > 0;
        if (!circle->members)
            circle->ended = fold->index;
        row->role = nothing;
    }
    row->left = fold->index;
    list_remove(state, place);
}

void sheaf_circle_take_out(sheaf_fold *fold, uint32_t circle, uint32_t member)
{
    leave(fold, sheaf_circle_member_row(fold->state, sheaf_pair(circle, member)));
}

void sheaf_circles_vote(sheaf_fold *fold, uint32_t member, bool has_vote)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_circle_party *party = sheaf_circle_party_find(state, member);
    for (uint32_t at = party ? party->first : 0; at && !state->failed;) {
        const struct sheaf_row_circle_member *row = sheaf_circle_member_at(state, at - 1);
        if (row->joined != SHEAF_NONE)
            sheaf_circle_edit(state, sheaf_circle_row(state, row->circle))->voters +=
                has_vote ? 1 : -1;
        at = row->next;
    }
}

void sheaf_circles_end(sheaf_fold *fold, uint32_t member)
{
    const struct sheaf_row_circle_party *party = sheaf_circle_party_find(fold->state, member);
    while (party && party->first && !fold->state->failed)
        leave(fold, party->first - 1);
}

/* ---- acts ---- */

/* A circle that has not ended. */
static sheaf_refusal check_circle(const sheaf_fold *fold, uint32_t circle)
{
    const struct sheaf_row_circle *row = sheaf_circle_find(fold->state, circle);
    SHEAF_REFUSE_IF(!sheaf_article_on(fold->state, SHEAF_ARTICLE_circles), circles_off);
    SHEAF_REFUSE_IF(!row || row->ended != SHEAF_NONE, no_such_circle);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_circle_found(sheaf_fold *fold, const struct sheaf_circle_found *what)
{
    sheaf_state *state = fold->state;
    uint8_t depth = 0;
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_circles), circles_off);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    if (what->has_parent) {
        /* Else three members could bring all that they leave unresolved before any circle. */
        SHEAF_REFUSE_UNLESS(check_circle(fold, what->parent));
        SHEAF_REFUSE_IF(!sheaf_circle_in(state, what->parent, fold->member), not_in_circle);
        depth = (uint8_t)(sheaf_circle_get(state, what->parent)->depth + 1);
        SHEAF_REFUSE_IF(depth > SHEAF_CIRCLE_DEPTH_MAX, circle_deep);
    }
    struct sheaf_row_circle *row = sheaf_circle_new(state, fold->index);
    row->id = fold->index;
    row->by = fold->member;
    row->depth = depth;
    row->ended = SHEAF_NONE;
    row->founded = fold->stamp;
    row->name = what->name;
    row->purpose = what->purpose;
    row->parent = what->has_parent ? what->parent : SHEAF_NONE;
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(ask(fold, fold->index));
    SHEAF_STOP_IF_SPENT(fold);
    enter(fold, fold->index, fold->member);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_circle_join(sheaf_fold *fold, const struct sheaf_circle_join *what)
{
    SHEAF_REFUSE_UNLESS(check_circle(fold, what->circle));
    const struct sheaf_row_circle_member *row =
        sheaf_circle_member_find(fold->state, sheaf_pair(what->circle, fold->member));
    SHEAF_REFUSE_IF(row && row->left == SHEAF_NONE, in_circle_already);
    return ask(fold, what->circle);
}

sheaf_refusal sheaf_rule_circle_admit(sheaf_fold *fold, const struct sheaf_circle_admit *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(check_circle(fold, what->circle));
    SHEAF_REFUSE_IF(!sheaf_circle_in(state, what->circle, fold->member), not_in_circle);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    const struct sheaf_row_circle_member *row =
        sheaf_circle_member_find(state, sheaf_pair(what->circle, what->member));
    SHEAF_REFUSE_IF(!row || row->joined != SHEAF_NONE || row->left != SHEAF_NONE,
                    no_such_request);
    SHEAF_REFUSE_IF(sheaf_circle_get(state, what->circle)->members >= SHEAF_CIRCLE_MEMBERS_MAX,
                    circle_full);
    enter(fold, what->circle, what->member);
    return SHEAF_ACCEPTED;
}

/* By a motion of all members, on which the member concerned does not vote. */
sheaf_refusal sheaf_rule_circle_remove(sheaf_fold *fold, const struct sheaf_circle_remove *what)
{
    SHEAF_REFUSE_UNLESS(check_circle(fold, what->circle));
    SHEAF_REFUSE_IF(!sheaf_circle_in(fold->state, what->circle, what->member), not_in_circle);
    sheaf_circle_take_out(fold, what->circle, what->member);
    return SHEAF_ACCEPTED;
}

/* Also where circles have been switched off since. */
sheaf_refusal sheaf_rule_circle_leave(sheaf_fold *fold, const struct sheaf_circle_leave *what)
{
    uint32_t place =
        sheaf_circle_member_row(fold->state, sheaf_pair(what->circle, fold->member));
    SHEAF_REFUSE_IF(place == SHEAF_NONE
                        || sheaf_circle_member_at(fold->state, place)->left != SHEAF_NONE,
                    not_in_circle);
    leave(fold, place);
    return SHEAF_ACCEPTED;
}
