/* coop/override.h - members have the last word over what the program does by itself (article
 * 15).
 *
 * What an adopted motion does to money, data, models or memberships (coop/tbl/effects.def)
 * is held for hold_s after the motion closed; what only stops something, fills an office,
 * lets somebody in or changes rules takes effect at the tick. Within that time, and at any time
 * while a mandate is in force or a model released, members suspend it by signing
 * override.suspend: at once when as many have signed as article 15 asks for, a number of them
 * or a share of those with a vote, whichever is fewer, and never one alone where at least two
 * others have a vote. A suspension lapses after confirm_s unless a motion confirms it, one that
 * suspends the same among them, and ends before if a motion resumes it. No effect takes place
 * before its first hold is over, whatever was suspended, resumed or undone meanwhile. After a
 * lapse what was held is held as at first, and whoever signed signs no other suspension of the
 * same, nor of what the motion made or released; others do. So a few can neither stop a
 * thing for good nor use up what others may do. What a motion has resumed is not suspended
 * by signatures any more, nor what it made or released. Whoever is conflicted on a motion
 * signs no suspension of it, nor votes on one. That an organ's urgent stop came to nothing
 * takes nothing from the members. A motion alone suspends and resumes at any time. Every
 * override stays listed, with the kind of effect that it overrode.
 */
#ifndef SHEAF_COOP_OVERRIDE_H
#define SHEAF_COOP_OVERRIDE_H

#include "bylaws/article.h"
#include "coop/state.h"

/* Is that motion's effect, that mandate or that model suspended? */
bool sheaf_suspended(const sheaf_state *state, uint32_t of);

/* Could the member, with a vote, sign that it be suspended? SHEAF_NONE: anybody who has signed
 * no suspension of it. */
bool sheaf_may_suspend(const sheaf_state *state, uint32_t of, uint32_t member);

/* The last moment at which signatures for that suspension, which waits for some, are of use:
 * what it is on may take effect before it lapses. In milliseconds since 1970. */
int64_t sheaf_override_signed_until(const sheaf_state *state,
                                    const struct sheaf_row_override *override);

/* Is an effect of that kind held before it acts? */
bool sheaf_effect_held(sheaf_kind kind);

/* The article that an effect of that kind rests on; SHEAF_ARTICLE_NONE of what is none. */
sheaf_article sheaf_effect_article(sheaf_kind kind);

/* Can an effect of that kind be undone exactly, so that it may be an urgent act? */
bool sheaf_effect_undone(sheaf_kind kind);

/* The signatures that suspend it, with as many entitled as there are: no more than those who
 * are not conflicted on it. */
uint32_t sheaf_override_needed(const sheaf_state *state, uint32_t of);

#endif
