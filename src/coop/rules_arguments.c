/* Arguments on what members decide: who is heard, on what, and how often. */
#include "coop/arguments.h"

#include "coop/circles.h"
#include "coop/organs.h"

/* A petition is put to all members. */
static sheaf_refusal petition_open(const sheaf_state *state, uint32_t id, sheaf_electorate *out)
{
    const struct sheaf_row_petition *petition = sheaf_petition_find(state, id);
    SHEAF_REFUSE_IF(!petition, no_such_matter);
    SHEAF_REFUSE_IF(petition->state != SHEAF_petition_state_open, argued_late);
    *out = (sheaf_electorate){
        .body = SHEAF_body_assembly, .opened = id, .bylaws = petition->bylaws};
    return SHEAF_ACCEPTED;
}

/* What can be argued on. Payments are not: they are signed, on a decision that was. */
static sheaf_refusal find_matter(const sheaf_state *state, uint32_t id, sheaf_electorate *out)
{
    static sheaf_refusal (*const open[])(const sheaf_state *, uint32_t, sheaf_electorate *) = {
        sheaf_matter_motion_open,     sheaf_matter_election_open, petition_open,
        sheaf_matter_allocation_open, sheaf_matter_proposal_open,
    };
    sheaf_refusal refusal = SHEAF_REFUSED_no_such_matter;
    for (size_t i = 0;
         i < sizeof open / sizeof *open && refusal == SHEAF_REFUSED_no_such_matter; i++)
        refusal = open[i](state, id, out);
    return refusal == SHEAF_REFUSED_no_such_matter ? SHEAF_REFUSED_nothing_to_argue : refusal;
}

/* In a circle: of the one that decides, or of the one whose proposal it is. */
static bool in_circle(const sheaf_state *state, uint32_t matter, uint32_t member)
{
    const struct sheaf_row_proposal *proposal = sheaf_proposal_get(state, matter);
    return sheaf_circle_in(state, proposal->circle, member)
           || sheaf_circle_in(state, proposal->from, member);
}

static sheaf_refusal check_heard(const sheaf_fold *fold, uint32_t matter,
                                 const sheaf_electorate *electorate)
{
    SHEAF_REFUSE_IF(
        electorate->body == SHEAF_body_organ
            && !sheaf_office_now(fold->state, fold->member, (uint8_t)electorate->of),
        not_in_office);
    SHEAF_REFUSE_IF(electorate->body == SHEAF_body_circle
                        && !in_circle(fold->state, matter, fold->member),
                    not_in_circle);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_answers(const sheaf_state *state,
                                   const struct sheaf_argument_give *what)
{
    if (!what->has_answers)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_argument *to = sheaf_argument_find(state, what->answers);
    SHEAF_REFUSE_IF(!to || to->matter != what->matter, no_such_argument);
    return SHEAF_ACCEPTED;
}

/* One more of the member's on the matter. Before whom it comes next they are counted anew: what
 * an officer said to the organ, the members have not heard. */
static sheaf_refusal count_member(sheaf_fold *fold, uint32_t matter, uint32_t since)
{
    sheaf_state *state = fold->state;
    uint64_t pair = sheaf_pair(matter, fold->member);
    uint32_t at = sheaf_argued_row(state, pair);
    struct sheaf_row_argued *argued =
        at == SHEAF_NONE ? sheaf_argued_new(state, pair) : sheaf_argued_edit(state, at);
    argued->matter = matter;
    argued->member = fold->member;
    if (argued->since != since)
        argued->earlier = argued->arguments;
    argued->since = since;
    SHEAF_REFUSE_IF(argued->arguments - argued->earlier >= SHEAF_ARGUMENTS_OF_MEMBER_MAX,
                    argued_enough);
    argued->arguments++;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_argument_give(sheaf_fold *fold, const struct sheaf_argument_give *what)
{
    sheaf_state *state = fold->state;
    sheaf_electorate electorate;
    SHEAF_REFUSE_UNLESS(find_matter(state, what->matter, &electorate));
    SHEAF_REFUSE_UNLESS(check_heard(fold, what->matter, &electorate));
    SHEAF_REFUSE_UNLESS(check_answers(state, what));
    SHEAF_REFUSE_UNLESS(count_member(fold, what->matter, electorate.opened));
    uint32_t at = sheaf_debate_row(state, what->matter);
    struct sheaf_row_debate *debate =
        at == SHEAF_NONE ? sheaf_debate_new(state, what->matter) : sheaf_debate_edit(state, at);
    struct sheaf_row_argument *argument = sheaf_argument_new(state, fold->index);
    argument->id = fold->index;
    argument->answers = what->has_answers ? what->answers : SHEAF_NONE;
    argument->matter = what->matter;
    argument->member = fold->member;
    argument->stance = what->has_stance ? what->stance : SHEAF_stance_neither;
    argument->text = what->text;
    argument->before = debate->last;
    debate->id = what->matter;
    debate->arguments++;
    debate->last = sheaf_argument_count(state);
    return SHEAF_ACCEPTED;
}
