/* Tellers: ballots by hand, on paper and by post, recorded by one and confirmed by another, so
 * that members without a device take part and nobody counts twice. */
#include "bylaws/fixed.h"
#include "coop/member.h"
#include "coop/motion.h"
#include "coop/pending.h"

bool sheaf_teller_is(const sheaf_fold *fold, uint32_t member)
{
    const struct sheaf_row_pending *pending = sheaf_pending(fold->state);
    return pending->tellers != SHEAF_NONE && fold->stamp <= pending->tellers_until
           && sheaf_teller_find(fold->state, sheaf_pair(pending->tellers, member));
}

/* Only the members appoint tellers, and not by a bare majority: two who agree between them can
 * speak for anybody who does not contradict. */
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

/* ---- whose member can say that it is not theirs ---- */

bool sheaf_ballots_contestable(const sheaf_state *state, uint32_t motion)
{
    const struct sheaf_row_hand_count *row = sheaf_hand_count_find(state, motion);
    return row && row->keyed;
}

/* Has the member a key that could contest it? It has few keys that are in force. */
static bool is_keyed(const sheaf_fold *fold, uint32_t member)
{
    const sheaf_state *state = fold->state;
    for (uint32_t at = sheaf_member_get(state, member)->key_last; at;) {
        const struct sheaf_row_key *key = sheaf_key_at(state, at - 1);
        if (sheaf_key_live(state, key->id, SHEAF_SCOPE_VOTE, fold->stamp))
            return true;
        at = key->before;
    }
    return false;
}

/* The least time in which members see what was counted as theirs, in milliseconds. */
static int64_t contest_ms(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    int64_t half_ms = (int64_t)sheaf_motion_rule(state, motion)->open_s * 500;
    int64_t most_ms = SHEAF_FIXED_teller_contest_s * INT64_C(1000);
    return half_ms < most_ms ? half_ms : most_ms;
}

/* Is there time left to contest it, or may the motion be put off so that there is? Once, from
 * the closing that it had: else tellers could put it off for ever. What has a time of its own
 * that runs out, as urgent matters have, is not put off. */
static sheaf_refusal check_time(const sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_hand_count *row = sheaf_hand_count_find(state, motion->id);
    bool put_off = row && row->closes == motion->closes;
    if (motion->closes - fold->stamp >= contest_ms(state, motion))
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(put_off || motion->room == SHEAF_room_urgent || motion->ratify,
                    tellers_late);
    return SHEAF_ACCEPTED;
}

/* As for a ballot of the member's own, and none that the tellers have counted. */
static sheaf_refusal check_ballot(const sheaf_fold *fold, uint32_t id, uint32_t member)
{
    SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, member), not_a_member);
    SHEAF_REFUSE_UNLESS(sheaf_ballot_check(fold, id, member));
    SHEAF_REFUSE_IF(sheaf_counted_find(fold->state, sheaf_pair(id, member)), ballot_contested);
    return is_keyed(fold, member) ? check_time(fold, sheaf_motion_find(fold->state, id))
                                  : SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_ballots_record(sheaf_fold *fold,
                                        const struct sheaf_ballots_record *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, what->motion);
    SHEAF_REFUSE_IF(motion && motion->body == SHEAF_body_organ, not_this_organs);
    SHEAF_REFUSE_IF(motion && motion->effect == SHEAF_KIND_tellers_appoint, tellers_on_tellers);
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

/* The motion stays open for as long as the member can contest it. */
static void keep_open(sheaf_fold *fold, uint32_t id)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_hand_count *row = sheaf_hand_count_have(state, id);
    row->id = id;
    row->keyed++;
    uint32_t at = sheaf_motion_row(state, id);
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, at);
    int64_t least_ms = contest_ms(state, motion);
    if (motion->closes - fold->stamp >= least_ms)
        return;
    row->before = motion->closes;
    row->closes = motion->closes + least_ms;
    sheaf_motion_edit(state, at)->closes = row->closes;
    sheaf_deadline_set(state, id, SHEAF_deadline_kind_motion, row->closes);
}

static void count_line(sheaf_fold *fold, struct sheaf_row_sheet *sheet,
                       const struct sheaf_row_sheet_line *line)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_ballot *own =
        sheaf_motion_ballot(state, sheaf_motion_find(state, sheet->motion), line->member);
    struct sheaf_row_counted *counted =
        sheaf_counted_new(state, sheaf_pair(sheet->motion, line->member));
    counted->motion = sheet->motion;
    counted->member = line->member;
    counted->sheet = sheet->id;
    counted->cast = own ? own->cast : SHEAF_NONE;
    counted->choice = own ? own->choice : 0;
    counted->keyed = is_keyed(fold, line->member);
    sheet->counted++;
    if (counted->keyed)
        keep_open(fold, sheet->motion);
    if (state->failed)
        return;
    sheaf_ballot_put(fold, sheet->motion, line->member, line->choice);
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

/* ---- contesting ---- */

/* The line of the sheet that is the member's. */
static void strike_line(sheaf_state *state, uint32_t id, uint32_t member)
{
    struct sheaf_row_sheet *sheet = sheaf_sheet_edit(state, sheaf_sheet_row(state, id));
    uint32_t row = sheet->first;
    while (sheaf_sheet_line_at(state, row)->member != member)
        row++;
    sheaf_sheet_line_edit(state, row)->refusal = SHEAF_REFUSED_ballot_contested;
    sheet->counted--;
}

/* Two people speak for whoever does not contradict. Who contradicts has the vote again that it
 * cast itself, or casts one. */
sheaf_refusal sheaf_rule_ballot_contest(sheaf_fold *fold,
                                        const struct sheaf_ballot_contest *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(sheaf_ballots_taken(fold, what->motion));
    uint32_t row = sheaf_counted_row(state, sheaf_pair(what->motion, fold->member));
    SHEAF_REFUSE_IF(row == SHEAF_NONE || sheaf_counted_at(state, row)->contested,
                    ballot_not_counted);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, sheaf_counted_at(state, row)->motion, fold->member),
                    conflicted);
    struct sheaf_row_counted *counted = sheaf_counted_edit(state, row);
    counted->contested = true;
    if (counted->keyed)
        sheaf_hand_count_edit(state, sheaf_hand_count_row(state, what->motion))->keyed--;
    strike_line(state, counted->sheet, fold->member);
    SHEAF_STOP_IF_SPENT(fold);
    if (counted->cast == SHEAF_NONE)
        sheaf_ballot_take_back(fold, what->motion, fold->member);
    else
        sheaf_ballot_put(fold, what->motion, fold->member, counted->choice);
    return SHEAF_ACCEPTED;
}
