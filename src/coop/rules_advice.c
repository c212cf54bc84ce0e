/* The advice process: anyone may decide, after asking those who are affected and those who
 * know.
 */
#include "coop/pending.h"
#include "coop/room.h"

#include "bylaws/article.h"
#include "coop/deadline.h"

static sheaf_refusal check_asked(const sheaf_fold *fold, const sheaf_list *asked)
{
    const struct sheaf_named_member *list = asked->at;
    for (uint32_t i = 0; i < asked->count; i++)
        SHEAF_REFUSE_IF((i > 0 && list[i].member <= list[i - 1].member)
                            || list[i].member == fold->member
                            || !sheaf_member_active(fold->state, list[i].member),
                        asked_form);
    return SHEAF_ACCEPTED;
}

/* Who was asked stands from the opening on, whoever leaves or takes a role meanwhile. */
static void ask(sheaf_fold *fold, const sheaf_list *asked)
{
    const struct sheaf_named_member *list = asked->at;
    for (uint32_t i = 0; i < asked->count; i++) {
        struct sheaf_row_asked *row =
            sheaf_asked_new(fold->state, sheaf_pair(fold->index, list[i].member));
        row->advice = fold->index;
        row->member = list[i].member;
        row->given = row->replied = SHEAF_NONE;
    }
}

sheaf_refusal sheaf_rule_advice_open(sheaf_fold *fold, const struct sheaf_advice_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_advice), advice_off);
    SHEAF_REFUSE_IF(sheaf_pending(state)->advices >= bylaws->advice_open_max, advice_open_max);
    SHEAF_REFUSE_UNLESS(sheaf_room_take(fold, SHEAF_room_advice, sheaf_pending(state)->advices,
                                        bylaws->advice_open_max));
    SHEAF_REFUSE_UNLESS(check_asked(fold, &what->asked));
    int64_t answer_ms = (int64_t)bylaws->advice_answer_s * 1000;
    struct sheaf_row_advice *advice = sheaf_advice_new(state, fold->index);
    advice->id = fold->index;
    advice->by = fold->member;
    advice->asked = (uint16_t)what->asked.count;
    advice->ended = advice->payment = SHEAF_NONE;
    advice->opened = fold->stamp;
    advice->closes = fold->stamp + answer_ms;
    advice->text = what->text;
    advice->title = what->title;
    ask(fold, &what->asked);
    sheaf_pending_change(state)->advices++;
    /* As long again to answer the advice and decide; then the process makes room for others. */
    sheaf_deadline_set(state, fold->index, SHEAF_deadline_kind_advice_lapses,
                       advice->closes + answer_ms);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_open(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_advice);
    SHEAF_REFUSE_IF(sheaf_advice_at(fold->state, row)->state != SHEAF_advice_state_open,
                    advice_ended);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_decider(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_UNLESS(check_open(fold, row));
    SHEAF_REFUSE_IF(sheaf_advice_at(fold->state, row)->by != fold->member, not_the_decider);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_advice_give(sheaf_fold *fold, const struct sheaf_advice_give *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_advice_row(state, what->advice);
    SHEAF_REFUSE_UNLESS(check_open(fold, row));
    uint32_t place = sheaf_asked_row(state, sheaf_pair(what->advice, fold->member));
    SHEAF_REFUSE_IF(place == SHEAF_NONE, not_asked);
    SHEAF_REFUSE_IF(sheaf_asked_at(state, place)->given != SHEAF_NONE, advised_already);
    SHEAF_REFUSE_IF(sheaf_advice_at(state, row)->closes <= fold->stamp, advice_late);
    struct sheaf_row_asked *asked = sheaf_asked_edit(state, place);
    asked->given = fold->index;
    asked->text = what->text;
    sheaf_advice_edit(state, row)->answered++;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_advice_reply(sheaf_fold *fold, const struct sheaf_advice_reply *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_advice_row(state, what->advice);
    SHEAF_REFUSE_UNLESS(check_decider(fold, row));
    uint32_t place = sheaf_asked_row(state, sheaf_pair(what->advice, what->member));
    SHEAF_REFUSE_IF(place == SHEAF_NONE || sheaf_asked_at(state, place)->given == SHEAF_NONE,
                    no_advice);
    SHEAF_REFUSE_IF(sheaf_asked_at(state, place)->replied != SHEAF_NONE, advice_answered);
    struct sheaf_row_asked *asked = sheaf_asked_edit(state, place);
    asked->replied = fold->index;
    asked->reply = what->text;
    sheaf_advice_edit(state, row)->replied++;
    return SHEAF_ACCEPTED;
}

static struct sheaf_row_advice *end(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    struct sheaf_row_advice *advice = sheaf_advice_edit(fold->state, row);
    advice->state = to;
    advice->ended = fold->index;
    sheaf_pending_change(fold->state)->advices--;
    sheaf_room_free(fold, SHEAF_room_advice, advice->by);
    return advice;
}

sheaf_refusal sheaf_rule_advice_decide(sheaf_fold *fold, const struct sheaf_advice_decide *what)
{
    uint32_t row = sheaf_advice_row(fold->state, what->advice);
    SHEAF_REFUSE_UNLESS(check_decider(fold, row));
    const struct sheaf_row_advice *advice = sheaf_advice_at(fold->state, row);
    SHEAF_REFUSE_IF(advice->answered < advice->asked && fold->stamp < advice->closes,
                    advice_awaited);
    SHEAF_REFUSE_IF(advice->replied < advice->answered, advice_unanswered);
    sheaf_deadline_clear(fold->state, what->advice, SHEAF_deadline_kind_advice_lapses);
    end(fold, row, SHEAF_advice_state_decided)->outcome = what->text;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_advice_withdraw(sheaf_fold *fold,
                                         const struct sheaf_advice_withdraw *what)
{
    uint32_t row = sheaf_advice_row(fold->state, what->advice);
    SHEAF_REFUSE_UNLESS(check_decider(fold, row));
    sheaf_deadline_clear(fold->state, what->advice, SHEAF_deadline_kind_advice_lapses);
    end(fold, row, SHEAF_advice_state_withdrawn);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_advice_lapses(sheaf_fold *fold, uint32_t of)
{
    end(fold, sheaf_advice_row(fold->state, of), SHEAF_advice_state_lapsed);
    return SHEAF_ACCEPTED;
}
