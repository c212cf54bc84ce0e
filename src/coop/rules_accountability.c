/* Accountability: any member calls any other, or an organ, to account; answer, hearing and
 * outcome follow each other, whether those who are called take part or not. */
#include "coop/member.h"
#include "coop/pending.h"
#include "coop/room.h"

#include "bylaws/article.h"
#include "coop/deadline.h"
#include "coop/organs.h"

static int64_t outcome_ms(const sheaf_state *state, uint32_t bylaws)
{
    return (int64_t)sheaf_bylaws_get(state, bylaws)->accountability_outcome_s * 1000;
}

/* From here on there is so much time for hearing and outcome. */
static void begin_hearing(sheaf_fold *fold, struct sheaf_row_accountability *process)
{
    process->state = SHEAF_accountability_state_hearing;
    process->closes = fold->stamp + outcome_ms(fold->state, process->bylaws);
    sheaf_deadline_set(fold->state, process->id, SHEAF_deadline_kind_accountability_step,
                       process->closes);
}

static void end(sheaf_fold *fold, struct sheaf_row_accountability *process, uint8_t to)
{
    process->state = to;
    process->ended = fold->index;
    sheaf_pending_change(fold->state)->accountabilities--;
    sheaf_room_free(fold, SHEAF_room_accountability, process->by);
    sheaf_deadline_clear(fold->state, process->id, SHEAF_deadline_kind_accountability_step);
}

/* Of an organ all who were in office when it was called: leaving the office frees nobody, and
 * who is elected since has nothing to answer for. */
static bool is_subject(const sheaf_state *state, const struct sheaf_row_accountability *process,
                       uint32_t member)
{
    return sheaf_called_find(state, sheaf_pair(process->id, member)) != NULL;
}

static void call(sheaf_state *state, struct sheaf_row_accountability *process, uint32_t member)
{
    struct sheaf_row_called *called = sheaf_called_new(state, sheaf_pair(process->id, member));
    called->process = process->id;
    called->member = member;
    called->before = process->called_last;
    process->called_last = sheaf_called_count(state);
}

static void call_officers(sheaf_state *state, struct sheaf_row_accountability *process,
                          uint8_t organ)
{
    const struct sheaf_row_post *post;
    for (uint8_t i = 0; (post = sheaf_post_find(state, sheaf_pair(organ, i))) != NULL; i++)
        if (post->office)
            call(state, process, sheaf_office_at(state, post->office - 1)->member);
}

static sheaf_refusal check_called(const sheaf_fold *fold,
                                  const struct sheaf_accountability_open *what)
{
    SHEAF_REFUSE_IF(what->has_organ == what->has_subject, accountability_who);
    if (what->has_subject) {
        SHEAF_REFUSE_IF(what->subject == fold->member
                            || !sheaf_member_active(fold->state, what->subject),
                        no_such_subject);
        return SHEAF_ACCEPTED;
    }
    SHEAF_REFUSE_IF(!sheaf_organ_now(fold->state, what->organ), no_such_organ);
    SHEAF_REFUSE_IF(!sheaf_officers(fold->state, (uint8_t)what->organ), no_such_subject);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_accountability_open(sheaf_fold *fold,
                                             const struct sheaf_accountability_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_accountability), accountability_off);
    SHEAF_REFUSE_IF(sheaf_pending(state)->accountabilities >= bylaws->accountability_open_max,
                    accountability_open_max);
    SHEAF_REFUSE_UNLESS(sheaf_room_take(fold, SHEAF_room_accountability,
                                        sheaf_pending(state)->accountabilities,
                                        bylaws->accountability_open_max));
    SHEAF_REFUSE_UNLESS(check_called(fold, what));
    struct sheaf_row_accountability *process = sheaf_accountability_new(state, fold->index);
    process->id = fold->index;
    process->by = fold->member;
    process->bylaws = bylaws->id;
    process->organ = what->has_organ ? (uint32_t)what->organ + 1 : 0;
    process->subject = what->has_subject ? what->subject : SHEAF_NONE;
    process->answered = process->ended = process->heard = process->motion = SHEAF_NONE;
    process->opened = fold->stamp;
    process->closes = fold->stamp + (int64_t)bylaws->accountability_answer_s * 1000;
    process->text = what->text;
    process->title = what->title;
    if (what->has_organ)
        call_officers(state, process, (uint8_t)what->organ);
    else
        call(state, process, what->subject);
    sheaf_pending_change(state)->accountabilities++;
    sheaf_deadline_set(state, fold->index, SHEAF_deadline_kind_accountability_step,
                       process->closes);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_accountability_answer(sheaf_fold *fold,
                                               const struct sheaf_accountability_answer *what)
{
    uint32_t row = sheaf_accountability_row(fold->state, what->process);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_process);
    const struct sheaf_row_accountability *process = sheaf_accountability_at(fold->state, row);
    SHEAF_REFUSE_IF(!is_subject(fold->state, process, fold->member), not_the_subject);
    SHEAF_REFUSE_IF(process->state != SHEAF_accountability_state_answer, accountability_step);
    struct sheaf_row_accountability *edited = sheaf_accountability_edit(fold->state, row);
    edited->answered = fold->index;
    edited->answer = what->text;
    begin_hearing(fold, edited);
    return SHEAF_ACCEPTED;
}

/* Is it about who signs, or about a member for whom the same human acts? */
static bool signed_by_subject(const sheaf_fold *fold,
                              const struct sheaf_row_accountability *process)
{
    return is_subject(fold->state, process, fold->member)
           || (process->subject != SHEAF_NONE && sheaf_signer_acts(fold, process->subject));
}

/* Everybody moves the process on but those whom it is about. */
static sheaf_refusal check_step(const sheaf_fold *fold, uint32_t row, uint8_t state)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_process);
    const struct sheaf_row_accountability *process = sheaf_accountability_at(fold->state, row);
    SHEAF_REFUSE_IF(signed_by_subject(fold, process), by_its_subject);
    SHEAF_REFUSE_IF(process->state != state, accountability_step);
    return SHEAF_ACCEPTED;
}

/* Who is first has not the only word: the others add theirs, once each, until the end. */
sheaf_refusal sheaf_rule_accountability_hear(sheaf_fold *fold,
                                             const struct sheaf_accountability_hear *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_accountability_row(state, what->process);
    const struct sheaf_row_accountability *before =
        row == SHEAF_NONE ? NULL : sheaf_accountability_at(state, row);
    bool first = !before || before->state != SHEAF_accountability_state_outcome;
    uint64_t pair = sheaf_pair(what->process, fold->member);
    SHEAF_REFUSE_UNLESS(check_step(fold, row,
                                   first ? SHEAF_accountability_state_hearing
                                         : SHEAF_accountability_state_outcome));
    SHEAF_REFUSE_IF(sheaf_hearing_find(state, pair), heard_already);
    struct sheaf_row_hearing *hearing = sheaf_hearing_new(state, pair);
    hearing->entry = fold->index;
    hearing->member = fold->member;
    hearing->process = what->process;
    hearing->text = what->text;
    if (!first)
        return SHEAF_ACCEPTED;
    struct sheaf_row_accountability *process = sheaf_accountability_edit(state, row);
    process->state = SHEAF_accountability_state_outcome;
    process->heard = fold->index;
    process->hearing = what->text;
    return SHEAF_ACCEPTED;
}

/* How many of those who vote on the motion are called. */
static uint32_t called_of(const sheaf_state *state,
                          const struct sheaf_row_accountability *process,
                          const sheaf_electorate *electorate)
{
    uint32_t count = 0;
    for (uint32_t at = process->called_last; at;) {
        const struct sheaf_row_called *called = sheaf_called_at(state, at - 1);
        count += sheaf_entitled(state, electorate, called->member) == SHEAF_ACCEPTED;
        at = called->before;
    }
    return count;
}

/* Nobody who is called has a vote on what follows. They count for its quorum as whoever is
 * conflicted does, and where they are more than half of all only whom an effect is about has
 * none, so that few cannot decide for all by calling many. */
static void take_votes(sheaf_fold *fold, const struct sheaf_row_accountability *process,
                       const struct sheaf_row_motion *motion)
{
    static const sheaf_hash no_reason;
    sheaf_state *state = fold->state;
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    if (motion->effect != SHEAF_KIND_none
        && called_of(state, process, &electorate) > motion->electorate / 2)
        return;
    for (uint32_t at = process->called_last; at && !state->failed;) {
        const struct sheaf_row_called *called = sheaf_called_at(state, at - 1);
        if (!sheaf_conflicted(state, motion->id, called->member)
            && sheaf_entitled(state, &electorate, called->member) == SHEAF_ACCEPTED)
            sheaf_conflict_make(fold, motion->id, called->member, &no_reason);
        at = called->before;
    }
}

/* An assembly that ends too late, or is called off in the end, would put the matter off. What
 * takes effect is about somebody who is called: on anything else they vote like all others. */
sheaf_refusal sheaf_accountability_put(sheaf_fold *fold, uint32_t id,
                                       struct sheaf_row_motion *motion,
                                       const sheaf_effect *effect)
{
    uint32_t row = sheaf_accountability_row(fold->state, id);
    SHEAF_REFUSE_UNLESS(check_step(fold, row, SHEAF_accountability_state_outcome));
    struct sheaf_row_accountability *process = sheaf_accountability_edit(fold->state, row);
    SHEAF_REFUSE_IF(fold->stamp >= process->closes, accountability_step);
    SHEAF_REFUSE_IF(motion->body == SHEAF_body_organ
                        || (motion->assembly != SHEAF_NONE && motion->closes > process->closes),
                    outcome_motion);
    SHEAF_REFUSE_IF(
        effect && !is_subject(fold->state, process, sheaf_effect_subject(fold->state, effect)),
        outcome_effect);
    take_votes(fold, process, motion);
    SHEAF_STOP_IF_SPENT(fold);
    process->motion = motion->id;
    process->motions++;
    return SHEAF_ACCEPTED;
}

/* Several may be put at one time, so that nobody keeps others from it by a motion that says
 * nothing: the first that is adopted ends the process. */
void sheaf_accountability_decided(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    struct sheaf_row_accountability *process = sheaf_accountability_edit(
        fold->state, sheaf_accountability_row(fold->state, motion->process));
    process->motions--;
    if (process->ended != SHEAF_NONE)
        return;
    if (motion->state == SHEAF_motion_state_adopted
        || motion->state == SHEAF_motion_state_held) {
        process->motion = motion->id;
        end(fold, process, SHEAF_accountability_state_concluded);
    } else if (!process->motions && fold->stamp >= process->closes) {
        end(fold, process, SHEAF_accountability_state_unresolved);
    }
}

sheaf_refusal
sheaf_rule_accountability_withdraw(sheaf_fold *fold,
                                   const struct sheaf_accountability_withdraw *what)
{
    uint32_t row = sheaf_accountability_row(fold->state, what->process);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_process);
    const struct sheaf_row_accountability *process = sheaf_accountability_at(fold->state, row);
    SHEAF_REFUSE_IF(process->by != fold->member, not_your_process);
    SHEAF_REFUSE_IF(is_subject(fold->state, process, fold->member), by_its_subject);
    SHEAF_REFUSE_IF(process->ended != SHEAF_NONE, accountability_step);
    SHEAF_REFUSE_IF(process->motions, outcome_stands);
    end(fold, sheaf_accountability_edit(fold->state, row),
        SHEAF_accountability_state_withdrawn);
    return SHEAF_ACCEPTED;
}

/* Silence does not stop it: without an answer the hearing begins, and without an outcome it
 * stays listed as unresolved. Where motions on it are still open it waits for the last. */
sheaf_refusal sheaf_settle_accountability_step(sheaf_fold *fold, uint32_t of)
{
    struct sheaf_row_accountability *process =
        sheaf_accountability_edit(fold->state, sheaf_accountability_row(fold->state, of));
    if (process->state == SHEAF_accountability_state_answer)
        begin_hearing(fold, process);
    else if (process->motions)
        sheaf_deadline_clear(fold->state, of, SHEAF_deadline_kind_accountability_step);
    else
        end(fold, process, SHEAF_accountability_state_unresolved);
    return SHEAF_ACCEPTED;
}
