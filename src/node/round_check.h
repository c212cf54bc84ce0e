/* node/round_check.h - may this node take part in a round: the member's own look at its own
 * replay.
 *
 * Nothing here comes from the hub but what stands on the log. The rules have judged the opening
 * entry already; this asks again at the moment of use, with the member's own clock, so that
 * what ended meanwhile - mandate, consent, key, data set - ends the training too, and asks what
 * only this member knows: what it has revoked but not yet seen on the log, and which results it
 * has recomputed itself.
 */
#ifndef SHEAF_NODE_ROUND_CHECK_H
#define SHEAF_NODE_ROUND_CHECK_H

#include "coop/view.h"

enum { SHEAF_REVOKED_MAX = 1024 };

/* Consents that the member has revoked, from the moment it was decided here. */
typedef struct {
    bool all; /* the list cannot be read: nothing is consented to */
    uint32_t count;
    uint32_t consent[SHEAF_REVOKED_MAX];
} sheaf_revoked;

/* The seat of the key in the round, or NULL. */
const struct sheaf_row_seat *sheaf_round_seat(const sheaf_state *state, uint32_t round,
                                              uint32_t key);

/* SHEAF_INVALID with the reason, in words for the member and the hub, if the node must not take
 * part. The key has a seat. `now_ms` is the member's clock. */
SHEAF_MUST_USE sheaf_status sheaf_round_check(const sheaf_state *state, uint32_t round,
                                              uint32_t key, const sheaf_revoked *revoked,
                                              int64_t now_ms, sheaf_err *err);

/* May the data set be offered for the mandate's next round, as far as time, key and consent go:
 * SHEAF_INVALID with the reason. */
SHEAF_MUST_USE sheaf_status sheaf_source_check(const sheaf_state *state,
                                               const struct sheaf_row_mandate *mandate,
                                               uint32_t dataset, uint32_t key,
                                               const sheaf_revoked *revoked, int64_t now_ms,
                                               sheaf_err *err);

/* HOME/revoked: the entry indices of consents, one a line. A missing file is an empty list. */
void sheaf_revoked_read(sheaf_revoked *out, const char *home);
SHEAF_MUST_USE sheaf_status sheaf_revoked_add(const char *home, uint32_t consent,
                                              sheaf_err *err);

#endif
