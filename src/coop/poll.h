/* coop/poll.h - what members vote on with ballots, whichever way one votes there.
 *
 * One path leads from what tellers record to what counts (rules_tellers.c): it knows whose
 * ballot it is, and on what. What a vote there is, and how it is counted, says the row's kind.
 */
#ifndef SHEAF_COOP_POLL_H
#define SHEAF_COOP_POLL_H

#include "coop/coop_internal.h"

/* A vote on any of them. */
typedef struct {
    uint8_t choice; /* on a motion */
    uint8_t count;  /* marks: candidates who are approved, or points for options */
    uint32_t first; /* row of the first mark */
} sheaf_vote;

/* Adds a mark to the vote that is being written; nothing else writes marks meanwhile. */
void sheaf_vote_mark(sheaf_state *state, sheaf_vote *vote, uint32_t of, uint16_t points);

/* What is open. */
typedef struct {
    int64_t closes;  /* in milliseconds since 1970 */
    uint32_t open_s; /* seconds for which it takes ballots by its rule */
    bool urgent;     /* it has a time of its own, and is not put off */
    bool officers;   /* officers alone vote on it, each on a device */
    bool on_tellers; /* it is about who is a teller */
} sheaf_poll;

typedef struct {
    /* Refuses with no_such_matter where id is none of these, and where it is closed. */
    sheaf_refusal (*find)(const sheaf_state *state, uint32_t id, sheaf_poll *out);
    /* May the member, who is one, vote on it now? Also where its ballot is recorded alone. */
    sheaf_refusal (*check)(const sheaf_fold *fold, uint32_t id, uint32_t member);
    /* Is it a ballot on that? */
    sheaf_refusal (*read)(const sheaf_state *state, uint32_t id,
                          const struct sheaf_counted_ballot *ballot);
    /* The entry by which the member's own vote was cast that stands, and what it is; SHEAF_NONE
     * where there is none. */
    uint32_t (*own)(sheaf_state *state, uint32_t id, uint32_t member, sheaf_vote *out);
    /* The vote counts, in the place of any other of the member's. */
    void (*put)(sheaf_fold *fold, uint32_t id, uint32_t member, const sheaf_vote *vote);
    /* The member has no ballot on it any more, and may cast one. */
    void (*take_back)(sheaf_fold *fold, uint32_t id, uint32_t member);
    void (*put_off)(sheaf_state *state, uint32_t id, int64_t closes);
    /* Counts the votes by proxy that hold for it, which its closing alone does for good. */
    void (*count_proxies)(sheaf_fold *fold, uint32_t id);
} sheaf_poll_kind;

#define POLL(name, doc) extern const sheaf_poll_kind sheaf_poll_##name;
#include "coop/tbl/polls.def"
#undef POLL

/* What is open under that number, and of which kind it is; refuses as its find() does. */
sheaf_refusal sheaf_poll_find(const sheaf_state *state, uint32_t id,
                              const sheaf_poll_kind **kind, sheaf_poll *out);

/* Have the tellers not counted the member's ballot, or has the member contested that? */
sheaf_refusal sheaf_counted_check(const sheaf_state *state, uint32_t matter, uint32_t member);

#endif
