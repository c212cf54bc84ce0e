#include "coop/preview.h"

#include "coop/poll.h"

static sheaf_fold fold_at(sheaf_state *state, int64_t stamp)
{
    return (sheaf_fold){.state = state,
                        .index = (uint32_t)state->size,
                        .stamp = stamp,
                        .member = SHEAF_NONE,
                        .key = SHEAF_NONE,
                        .motion = SHEAF_NONE};
}

sheaf_mark sheaf_preview(sheaf_state *state, uint32_t matter)
{
    const sheaf_mark mark = sheaf_state_mark(state);
    const sheaf_poll_kind *kind;
    sheaf_poll poll;
    if (sheaf_poll_find(state, matter, &kind, &poll) != SHEAF_ACCEPTED)
        return mark;
    sheaf_fold fold = fold_at(state, poll.closes);
    kind->count_proxies(&fold, matter);
    return mark;
}

/* ---- the closing of a motion ---- */

static const char *then_of(const struct sheaf_row_motion *before,
                           const struct sheaf_row_motion *after)
{
    static const char *const states[] = {
        [SHEAF_motion_state_open] = "longer",
        [SHEAF_motion_state_adopted] = "adopted",
        [SHEAF_motion_state_rejected] = "rejected",
        [SHEAF_motion_state_no_quorum] = "no_quorum",
        [SHEAF_motion_state_withdrawn] = "withdrawn",
        [SHEAF_motion_state_void] = "void",
        [SHEAF_motion_state_held] = "held",
        [SHEAF_motion_state_overridden] = "overridden",
        [SHEAF_motion_state_undone] = "undone",
        [SHEAF_motion_state_called_off] = "called_off",
    };
    if (after->state != SHEAF_motion_state_open)
        return states[after->state];
    if (after->body != before->body)
        return after->ratify ? "urgent" : "referred";
    return after->call != before->call ? "second_call" : states[after->state];
}

/* As the tick does that settles it. */
static void close_motion(sheaf_fold *fold, uint32_t id)
{
    sheaf_deadline_clear(fold->state, id, SHEAF_deadline_kind_motion);
    if (!fold->state->failed)
        (void)sheaf_settle_motion(fold, id);
}

bool sheaf_preview_closing(sheaf_state *state, uint32_t motion, int64_t stamp,
                           sheaf_arena *work, sheaf_motion_closing *out)
{
    sheaf_outcome outcome = {.refusal = SHEAF_ACCEPTED};
    sheaf_fold fold = fold_at(state, stamp);
    fold.arena = work;
    fold.out = &outcome;
    const uint32_t row = sheaf_motion_row(state, motion);
    const struct sheaf_row_motion before = *sheaf_motion_at(state, row);
    *out = (sheaf_motion_closing){.then = then_of(&before, &before), .after = before};
    if (before.state != SHEAF_motion_state_open)
        return true;
    const sheaf_mark mark = sheaf_state_mark(state);
    out->longer = sheaf_motion_more_time(&fold, sheaf_motion_at(state, row));
    close_motion(&fold, motion);
    if (!state->failed && sheaf_motion_at(state, row)->state == SHEAF_motion_state_open
        && sheaf_motion_at(state, row)->closes <= stamp)
        close_motion(&fold, motion); /* all have voted who may: the second call is over too */
    out->after = *sheaf_motion_at(state, row);
    out->then = then_of(&before, &out->after);
    sheaf_state_roll_back(state, mark);
    bool done = !state->failed;
    state->failed = false; /* all is as it was */
    return done;
}
