/* The advice process: anyone may decide, after asking those who are affected and those who
 * know: members by name, and whoever is in an organ or circle. */
#include "coop/circles.h"
#include "coop/organs.h"
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

static sheaf_refusal check_bodies(const sheaf_fold *fold, const struct sheaf_advice_open *what)
{
    const struct sheaf_named_circle *circles = what->circles.at;
    const struct sheaf_named_organ *organs = what->organs.at;
    for (uint32_t i = 0; i < what->circles.count; i++) {
        const struct sheaf_row_circle *circle =
            sheaf_circle_find(fold->state, circles[i].circle);
        SHEAF_REFUSE_IF(i > 0 && circles[i].circle <= circles[i - 1].circle, asked_form);
        SHEAF_REFUSE_IF(!circle || circle->ended != SHEAF_NONE, no_such_circle);
    }
    for (uint32_t i = 0; i < what->organs.count; i++) {
        SHEAF_REFUSE_IF(i > 0 && organs[i].organ <= organs[i - 1].organ, asked_form);
        SHEAF_REFUSE_IF(!sheaf_organ_now(fold->state, organs[i].organ), no_such_organ);
    }
    return SHEAF_ACCEPTED;
}

static struct sheaf_row_asked *asked_add(sheaf_fold *fold, uint32_t advice, uint32_t member,
                                         bool wanted)
{
    struct sheaf_row_asked *row = sheaf_asked_new(fold->state, sheaf_pair(advice, member));
    row->advice = advice;
    row->member = member;
    row->given = row->replied = SHEAF_NONE;
    row->wanted = wanted;
    return row;
}

/* How many others are in it. They are not listed: who was in it at the opening can be told at
 * any time, whoever leaves, comes back or takes a role meanwhile. */
static uint32_t ask_body(sheaf_fold *fold, struct sheaf_row_advice *advice, uint8_t body,
                         uint32_t of)
{
    sheaf_state *state = fold->state;
    bool organ = body == SHEAF_body_organ;
    bool own = organ ? sheaf_office_now(state, fold->member, (uint8_t)of) != NULL
                     : sheaf_circle_in(state, of, fold->member);
    struct sheaf_row_advice_body *row =
        sheaf_advice_body_new(state, sheaf_pair(fold->index, advice->bodies));
    row->advice = fold->index;
    row->place = advice->bodies++;
    row->body = body;
    row->of = of;
    row->members = (uint16_t)((organ ? sheaf_officers(state, (uint8_t)of)
                                     : sheaf_circle_get(state, of)->members)
                              - own);
    return row->members;
}

/* How many are asked; who is in several bodies is counted in each. */
static uint32_t ask(sheaf_fold *fold, struct sheaf_row_advice *advice,
                    const struct sheaf_advice_open *what)
{
    const struct sheaf_named_member *members = what->asked.at;
    const struct sheaf_named_circle *circles = what->circles.at;
    const struct sheaf_named_organ *organs = what->organs.at;
    uint32_t count = what->asked.count;
    for (uint32_t i = 0; i < what->asked.count; i++)
        (void)asked_add(fold, fold->index, members[i].member, true);
    for (uint32_t i = 0; i < what->organs.count; i++)
        count += ask_body(fold, advice, SHEAF_body_organ, (uint32_t)organs[i].organ);
    for (uint32_t i = 0; i < what->circles.count; i++)
        count += ask_body(fold, advice, SHEAF_body_circle, circles[i].circle);
    return count;
}

static bool was_in(const sheaf_state *state, const struct sheaf_row_advice_body *row,
                   uint32_t member)
{
    return row->body == SHEAF_body_organ
               ? sheaf_office_at_entry(state, member, (uint8_t)row->of, row->advice)
               : sheaf_circle_was_in(state, row->of, member, row->advice);
}

bool sheaf_advice_asks(const sheaf_state *state, const struct sheaf_row_advice *advice,
                       uint32_t member)
{
    const struct sheaf_row_asked *asked =
        sheaf_asked_find(state, sheaf_pair(advice->id, member));
    bool in = asked && asked->wanted;
    for (uint8_t i = 0; i < advice->bodies && !in; i++)
        in = was_in(state, sheaf_advice_body_get(state, sheaf_pair(advice->id, i)), member);
    return in && member != advice->by;
}

bool sheaf_advice_awaited(const sheaf_state *state, const struct sheaf_row_advice *advice)
{
    bool awaited = advice->named < advice->asked;
    for (uint8_t i = 0; i < advice->bodies && !awaited; i++) {
        const struct sheaf_row_advice_body *row =
            sheaf_advice_body_get(state, sheaf_pair(advice->id, i));
        awaited = row->given < row->members;
    }
    return awaited;
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
    SHEAF_REFUSE_UNLESS(check_bodies(fold, what));
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
    SHEAF_REFUSE_IF(!ask(fold, advice, what), asked_nobody);
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
    const struct sheaf_row_advice *advice = sheaf_advice_at(state, row);
    uint32_t place = sheaf_asked_row(state, sheaf_pair(what->advice, fold->member));
    SHEAF_REFUSE_IF(advice->by == fold->member, own_advice);
    SHEAF_REFUSE_IF(place != SHEAF_NONE && sheaf_asked_at(state, place)->given != SHEAF_NONE,
                    advised_already);
    SHEAF_REFUSE_IF(advice->closes <= fold->stamp, advice_late);
    /* Who was not asked is heard too; nobody waits for it, and it need not be answered. */
    bool named = place != SHEAF_NONE, wanted = sheaf_advice_asks(state, advice, fold->member);
    struct sheaf_row_asked *asked = named ? sheaf_asked_edit(state, place)
                                          : asked_add(fold, what->advice, fold->member, wanted);
    asked->given = fold->index;
    asked->text = what->text;
    struct sheaf_row_advice *edited = sheaf_advice_edit(state, row);
    edited->answered += wanted;
    edited->named += named;
    for (uint8_t i = 0; i < edited->bodies && !state->failed; i++) {
        uint32_t body = sheaf_advice_body_row(state, sheaf_pair(what->advice, i));
        if (was_in(state, sheaf_advice_body_at(state, body), fold->member))
            sheaf_advice_body_edit(state, body)->given++;
    }
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
    sheaf_advice_edit(state, row)->replied += asked->wanted;
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
    SHEAF_REFUSE_IF(fold->stamp < advice->closes && sheaf_advice_awaited(fold->state, advice),
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
