/* Tellers: ballots by hand, on paper and by post, recorded by one and confirmed by another, so
 * that members without a device take part and nobody counts twice. */
#include "bylaws/fixed.h"
#include "coop/member.h"
#include "coop/pending.h"
#include "coop/poll.h"

#define POLL(name, doc) &sheaf_poll_##name,
static const sheaf_poll_kind *const polls[] = {
#include "coop/tbl/polls.def"
};
#undef POLL

enum { POLLS = sizeof polls / sizeof *polls };

sheaf_refusal sheaf_poll_find(const sheaf_state *state, uint32_t id,
                              const sheaf_poll_kind **kind, sheaf_poll *out)
{
    sheaf_refusal refusal = SHEAF_REFUSED_no_such_matter;
    for (size_t i = 0; i < POLLS && refusal == SHEAF_REFUSED_no_such_matter; i++) {
        *kind = polls[i];
        refusal = (*kind)->find(state, id, out);
    }
    return refusal;
}

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

bool sheaf_ballots_contestable(const sheaf_state *state, uint32_t matter)
{
    const struct sheaf_row_hand_count *row = sheaf_hand_count_find(state, matter);
    return row && row->keyed;
}

sheaf_refusal sheaf_counted_check(const sheaf_state *state, uint32_t matter, uint32_t member)
{
    const struct sheaf_row_counted *counted =
        sheaf_counted_find(state, sheaf_pair(matter, member));
    SHEAF_REFUSE_IF(counted && !counted->contested, counted_by_tellers);
    return SHEAF_ACCEPTED;
}

/* It has few keys that are in force. */
bool sheaf_member_keyed(const sheaf_fold *fold, uint32_t member)
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

int64_t sheaf_contest_ms(uint32_t open_s)
{
    int64_t half_ms = (int64_t)open_s * 500;
    int64_t most_ms = SHEAF_FIXED_teller_contest_s * INT64_C(1000);
    return half_ms < most_ms ? half_ms : most_ms;
}

/* Is there time left to contest it, or may it be put off so that there is? Once, from the
 * closing that it had: else tellers could put it off for ever. What has a time of its own that
 * runs out, as urgent matters have, is not put off. */
static sheaf_refusal check_time(const sheaf_fold *fold, uint32_t id, const sheaf_poll *poll)
{
    const struct sheaf_row_hand_count *row = sheaf_hand_count_find(fold->state, id);
    bool put_off = row && row->closes == poll->closes;
    if (poll->closes - fold->stamp >= sheaf_contest_ms(poll->open_s))
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(put_off || poll->urgent, tellers_late);
    return SHEAF_ACCEPTED;
}

/* As for a ballot of the member's own, and none that the tellers have counted. */
static sheaf_refusal check_ballot(const sheaf_fold *fold, const sheaf_poll_kind *kind,
                                  uint32_t id, uint32_t member)
{
    sheaf_poll poll;
    SHEAF_REFUSE_UNLESS(kind->find(fold->state, id, &poll));
    SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, member), not_a_member);
    SHEAF_REFUSE_UNLESS(kind->check(fold, id, member));
    SHEAF_REFUSE_IF(sheaf_counted_find(fold->state, sheaf_pair(id, member)), ballot_contested);
    return sheaf_member_keyed(fold, member) ? check_time(fold, id, &poll) : SHEAF_ACCEPTED;
}

/* ---- recording ---- */

void sheaf_vote_mark(sheaf_state *state, sheaf_vote *vote, uint32_t of, uint16_t points)
{
    if (!vote->count++)
        vote->first = sheaf_mark_count(state);
    struct sheaf_row_mark *mark = sheaf_mark_new(state, 0);
    mark->of = of;
    mark->points = points;
}

static sheaf_vote write_vote(sheaf_state *state, const struct sheaf_counted_ballot *ballot)
{
    sheaf_vote out = {.choice = ballot->has_choice ? ballot->choice : 0};
    const struct sheaf_approved_candidate *approve = ballot->approve.at;
    const struct sheaf_option_points *points = ballot->points.at;
    for (uint32_t i = 0; i < ballot->approve.count; i++)
        sheaf_vote_mark(state, &out, approve[i].member, 0);
    for (uint32_t i = 0; i < ballot->points.count; i++)
        sheaf_vote_mark(state, &out, (uint32_t)points[i].option, (uint16_t)points[i].points);
    return out;
}

sheaf_refusal sheaf_rule_ballots_record(sheaf_fold *fold,
                                        const struct sheaf_ballots_record *what)
{
    sheaf_state *state = fold->state;
    const sheaf_poll_kind *kind;
    sheaf_poll poll;
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    SHEAF_REFUSE_UNLESS(sheaf_poll_find(state, what->matter, &kind, &poll));
    SHEAF_REFUSE_IF(poll.officers, not_this_organs);
    SHEAF_REFUSE_IF(poll.on_tellers, tellers_on_tellers);
    const struct sheaf_counted_ballot *list = what->list.at;
    SHEAF_REFUSE_IF(sheaf_conflicted(state, what->matter, fold->member), conflicted);
    struct sheaf_row_sheet *sheet = sheaf_sheet_new(state, fold->index);
    sheet->id = fold->index;
    sheet->by = fold->member;
    sheet->key = fold->key;
    sheet->confirmed = SHEAF_NONE;
    sheet->matter = what->matter;
    sheet->channel = what->channel;
    sheet->evidence = what->evidence;
    sheet->first = sheaf_sheet_line_count(state);
    sheet->count = (uint16_t)what->list.count;
    for (uint32_t i = 0; i < what->list.count; i++) {
        SHEAF_REFUSE_IF(i > 0 && list[i].member <= list[i - 1].member, members_order);
        SHEAF_REFUSE_UNLESS(check_ballot(fold, kind, what->matter, list[i].member));
        SHEAF_REFUSE_UNLESS(kind->read(state, what->matter, &list[i]));
        const sheaf_vote vote = write_vote(state, &list[i]);
        struct sheaf_row_sheet_line *line = sheaf_sheet_line_new(state, 0);
        line->member = list[i].member;
        line->choice = vote.choice;
        line->first = vote.first;
        line->count = vote.count;
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

/* It stays open for as long as the member can contest the ballot. */
static void keep_open(sheaf_fold *fold, const sheaf_poll_kind *kind, uint32_t id)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_hand_count *row = sheaf_hand_count_have(state, id);
    sheaf_poll poll;
    row->id = id;
    row->keyed++;
    if (kind->find(state, id, &poll) != SHEAF_ACCEPTED
        || poll.closes - fold->stamp >= sheaf_contest_ms(poll.open_s))
        return;
    row->before = poll.closes;
    row->closes = poll.closes + sheaf_contest_ms(poll.open_s);
    kind->put_off(state, id, row->closes);
}

static void count_line(sheaf_fold *fold, const sheaf_poll_kind *kind,
                       struct sheaf_row_sheet *sheet, const struct sheaf_row_sheet_line *line)
{
    sheaf_state *state = fold->state;
    const sheaf_vote vote = {line->choice, line->count, line->first};
    sheaf_vote own = {0};
    uint32_t cast = kind->own(state, sheet->matter, line->member, &own);
    struct sheaf_row_counted *counted =
        sheaf_counted_new(state, sheaf_pair(sheet->matter, line->member));
    counted->matter = sheet->matter;
    counted->member = line->member;
    counted->sheet = sheet->id;
    counted->cast = cast;
    counted->choice = own.choice;
    counted->first = own.first;
    counted->count = own.count;
    counted->keyed = sheaf_member_keyed(fold, line->member);
    sheet->counted++;
    sheaf_member_seen(fold, line->member);
    if (counted->keyed)
        keep_open(fold, kind, sheet->matter);
    if (state->failed)
        return;
    kind->put(fold, sheet->matter, line->member, &vote);
}

/* Between the two acts a member may leave, declare a conflict, or be counted from another
 * sheet. Such a ballot is left out and says why, so that nobody can void the ballots of all the
 * others. Where none is left there is nothing to confirm. */
sheaf_refusal sheaf_rule_ballots_confirm(sheaf_fold *fold,
                                         const struct sheaf_ballots_confirm *what)
{
    sheaf_state *state = fold->state;
    const sheaf_poll_kind *kind;
    sheaf_poll poll;
    uint32_t row = sheaf_sheet_row(state, what->sheet);
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_sheet);
    SHEAF_REFUSE_IF(sheaf_sheet_at(state, row)->confirmed != SHEAF_NONE, sheet_confirmed);
    const struct sheaf_row_sheet *recorded = sheaf_sheet_at(state, row);
    SHEAF_REFUSE_IF(!sheaf_teller_other(fold, recorded->by, recorded->key), sheet_own);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, recorded->matter, fold->member)
                        || sheaf_conflicted(state, recorded->matter, recorded->by),
                    conflicted);
    SHEAF_REFUSE_UNLESS(sheaf_poll_find(state, recorded->matter, &kind, &poll));
    struct sheaf_row_sheet *sheet = sheaf_sheet_edit(state, row);
    sheet->confirmed = fold->index;
    sheaf_refusal last = SHEAF_ACCEPTED;
    for (uint32_t i = 0; i < sheet->count; i++) {
        const struct sheaf_row_sheet_line *line = sheaf_sheet_line_at(state, sheet->first + i);
        sheaf_refusal refusal = check_ballot(fold, kind, sheet->matter, line->member);
        if (refusal == SHEAF_ACCEPTED)
            count_line(fold, kind, sheet, line);
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

sheaf_refusal sheaf_ballot_set_aside(sheaf_fold *fold, uint32_t matter, uint32_t member)
{
    sheaf_state *state = fold->state;
    const sheaf_poll_kind *kind;
    sheaf_poll poll;
    SHEAF_REFUSE_UNLESS(sheaf_poll_find(state, matter, &kind, &poll));
    uint32_t row = sheaf_counted_row(state, sheaf_pair(matter, member));
    SHEAF_REFUSE_IF(row == SHEAF_NONE || sheaf_counted_at(state, row)->contested,
                    ballot_not_counted);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, matter, member), conflicted);
    struct sheaf_row_counted *counted = sheaf_counted_edit(state, row);
    counted->contested = true;
    if (counted->keyed)
        sheaf_hand_count_edit(state, sheaf_hand_count_row(state, matter))->keyed--;
    strike_line(state, counted->sheet, member);
    SHEAF_STOP_IF_SPENT(fold);
    const sheaf_vote own = {counted->choice, counted->count, counted->first};
    if (counted->cast == SHEAF_NONE)
        kind->take_back(fold, matter, member);
    else
        kind->put(fold, matter, member, &own);
    return SHEAF_ACCEPTED;
}

/* Two people speak for whoever does not contradict. Who contradicts has the vote again that it
 * cast itself, or casts one. */
sheaf_refusal sheaf_rule_ballot_contest(sheaf_fold *fold,
                                        const struct sheaf_ballot_contest *what)
{
    return sheaf_ballot_set_aside(fold, what->matter, fold->member);
}
