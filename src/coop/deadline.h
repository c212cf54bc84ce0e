/* coop/deadline.h - what falls due, and what comes first.
 *
 * A deadline is a moment, something's entry, and what falls due of it (acts/tbl/deadlines.def);
 * of each thing there is at most one of each kind. A rule sets it when the moment is known,
 * sets it again to move it, and clears it where nothing is to come any more. Once it has
 * passed, nothing else is entered until the hub's clock.tick has settled it: that clears it and
 * runs
 *
 *     sheaf_refusal sheaf_settle_KIND(sheaf_fold *fold, uint32_t of);
 *
 * which does what follows, under the tick's index and stamp, and may set the next deadline. A
 * tick cannot be refused for what it settles, or the log would stand still: what
 * sheaf_settle_KIND() answers is why an effect that it tried to enact was void, and everything
 * it wrote itself stays.
 *
 * Deadlines of many kinds are ordered together: by moment, then by entry, then by kind. They
 * stand in a binary heap in rows of the state, so that each step is O(log n) and rolled back
 * like all others.
 */
#ifndef SHEAF_COOP_DEADLINE_H
#define SHEAF_COOP_DEADLINE_H

#include "coop/state.h"

typedef struct {
    int64_t at;   /* milliseconds since 1970 */
    uint32_t of;  /* an entry */
    uint8_t kind; /* enum sheaf_deadline_kind */
} sheaf_deadline;

void sheaf_deadline_set(sheaf_state *state, uint32_t of, uint8_t kind, int64_t at);

/* Nothing happens where none is set. */
void sheaf_deadline_clear(sheaf_state *state, uint32_t of, uint8_t kind);

/* Which comes first; false if there is none. */
bool sheaf_deadline_first(const sheaf_state *state, sheaf_deadline *out);

/* The word for `kind`: "motion". */
const char *sheaf_deadline_name(uint8_t kind);

#endif
