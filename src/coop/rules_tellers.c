/* Tellers: ballots by hand, on paper and by post, recorded by one and confirmed by another, so
 * that members without a device take part and nobody counts twice. */
#include "coop/member.h"
#include "coop/pending.h"

bool sheaf_teller_is(const sheaf_fold *fold, uint32_t member)
{
    const struct sheaf_row_pending *pending = sheaf_pending(fold->state);
    return pending->tellers != SHEAF_NONE && fold->stamp <= pending->tellers_until
           && sheaf_teller_find(fold->state, sheaf_pair(pending->tellers, member));
}

/* Only the members appoint tellers: two who agree between them can speak for anybody. */
sheaf_refusal sheaf_rule_tellers_appoint(sheaf_fold *fold,
                                         const struct sheaf_tellers_appoint *what)
{
    SHEAF_REFUSE_UNLESS(sheaf_members_ordered(&what->members));
    const struct sheaf_named_member *list = what->members.at;
    for (uint32_t i = 0; i < what->members.count; i++) {
        SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, list[i].member), teller_not_a_member);
        struct sheaf_row_teller *teller =
            sheaf_teller_new(fold->state, sheaf_pair(fold->index, list[i].member));
        teller->appointed = fold->index;
        teller->member = list[i].member;
    }
    struct sheaf_row_pending *pending = sheaf_pending_change(fold->state);
    pending->tellers = fold->index;
    pending->tellers_until = fold->stamp + what->duration_s * 1000;
    return SHEAF_ACCEPTED;
}

/* As for a ballot of the member's own, and none that the tellers have counted. */
static sheaf_refusal check_ballot(const sheaf_fold *fold, uint32_t motion, uint32_t member)
{
    SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, member), not_a_member);
    return sheaf_ballot_check(fold, motion, member);
}

sheaf_refusal sheaf_rule_ballots_record(sheaf_fold *fold,
                                        const struct sheaf_ballots_record *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, what->motion);
    SHEAF_REFUSE_IF(motion && motion->body == SHEAF_body_organ, not_this_organs);
    const struct sheaf_counted_ballot *list = what->list.at;
    SHEAF_REFUSE_IF(sheaf_conflicted(state, what->motion, fold->member), conflicted);
    struct sheaf_row_sheet *sheet = sheaf_sheet_new(state, fold->index);
    sheet->id = fold->index;
    sheet->by = fold->member;
    sheet->key = fold->key;
    sheet->confirmed = SHEAF_NONE;
    sheet->motion = what->motion;
    sheet->channel = what->channel;
    sheet->evidence = what->evidence;
    sheet->first = sheaf_sheet_line_count(state);
    sheet->count = (uint16_t)what->list.count;
    for (uint32_t i = 0; i < what->list.count; i++) {
        SHEAF_REFUSE_IF(i > 0 && list[i].member <= list[i - 1].member, members_order);
        SHEAF_REFUSE_UNLESS(check_ballot(fold, what->motion, list[i].member));
        struct sheaf_row_sheet_line *line = sheaf_sheet_line_new(state, 0);
        line->member = list[i].member;
        line->choice = list[i].choice;
    }
    return SHEAF_ACCEPTED;
}

/* One human is one teller, whatever keys and members they act for. A key that names nobody is
 * taken for whoever acts for its member. */
bool sheaf_teller_other(const sheaf_fold *fold, uint32_t by, uint32_t key)
{
    const sheaf_state *state = fold->state;
    uint32_t now = sheaf_key_get(state, fold->key)->human;
    uint32_t before = sheaf_key_get(state, key)->human;
    struct sheaf_actor_key recorded = {by, before};
    if (by == fold->member
        || sheaf_one_person(state, recorded, sheaf_signer_key(fold), fold->stamp))
        return false;
    return !(before && !now && sheaf_human_acts(state, before, fold->member, fold->stamp))
           && !(now && !before && sheaf_human_acts(state, now, by, fold->stamp));
}

static void count_line(sheaf_fold *fold, struct sheaf_row_sheet *sheet,
                       const struct sheaf_row_sheet_line *line)
{
    sheaf_ballot_put(fold, sheet->motion, line->member, line->choice);
    struct sheaf_row_counted *counted =
        sheaf_counted_new(fold->state, sheaf_pair(sheet->motion, line->member));
    counted->motion = sheet->motion;
    counted->member = line->member;
    counted->sheet = sheet->id;
    sheet->counted++;
}

/* Between the two acts a member may leave, declare a conflict, or be counted from another
 * sheet. Such a ballot is left out and says why, so that nobody can void the ballots of all the
 * others. Where none is left there is nothing to confirm. */
sheaf_refusal sheaf_rule_ballots_confirm(sheaf_fold *fold,
                                         const struct sheaf_ballots_confirm *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_sheet_row(state, what->sheet);
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_sheet);
    SHEAF_REFUSE_IF(sheaf_sheet_at(state, row)->confirmed != SHEAF_NONE, sheet_confirmed);
    const struct sheaf_row_sheet *recorded = sheaf_sheet_at(state, row);
    SHEAF_REFUSE_IF(!sheaf_teller_other(fold, recorded->by, recorded->key), sheet_own);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, recorded->motion, fold->member)
                        || sheaf_conflicted(state, recorded->motion, recorded->by),
                    conflicted);
    SHEAF_REFUSE_UNLESS(sheaf_ballots_taken(fold, recorded->motion));
    struct sheaf_row_sheet *sheet = sheaf_sheet_edit(state, row);
    sheet->confirmed = fold->index;
    sheaf_refusal last = SHEAF_ACCEPTED;
    for (uint32_t i = 0; i < sheet->count; i++) {
        const struct sheaf_row_sheet_line *line = sheaf_sheet_line_at(state, sheet->first + i);
        sheaf_refusal refusal = check_ballot(fold, sheet->motion, line->member);
        if (refusal == SHEAF_ACCEPTED)
            count_line(fold, sheet, line);
        else
            sheaf_sheet_line_edit(state, sheet->first + i)->refusal = (uint16_t)refusal;
        SHEAF_STOP_IF_SPENT(fold);
        last = refusal;
    }
    return sheet->counted ? SHEAF_ACCEPTED : last;
}
