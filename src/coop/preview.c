#include "coop/preview.h"

#include "coop/poll.h"

sheaf_mark sheaf_preview(sheaf_state *state, uint32_t matter)
{
    const sheaf_mark mark = sheaf_state_mark(state);
    const sheaf_poll_kind *kind;
    sheaf_poll poll;
    if (sheaf_poll_find(state, matter, &kind, &poll) != SHEAF_ACCEPTED)
        return mark;
    sheaf_fold fold = {.state = state,
                       .index = (uint32_t)state->size,
                       .stamp = poll.closes,
                       .member = SHEAF_NONE,
                       .key = SHEAF_NONE,
                       .motion = SHEAF_NONE};
    kind->count_proxies(&fold, matter);
    return mark;
}
