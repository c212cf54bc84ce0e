/* coop/import.h - the digest over an imported register, which its second officer confirms.
 *
 * SHA-256 over the digest before (32 zero bytes for the first) and the row as it stands in the
 * table `place` before anybody claims it, of every member in the order of entry. A program
 * makes it again from the co-op's own file; of names it covers the commitments.
 */
#ifndef SHEAF_COOP_IMPORT_H
#define SHEAF_COOP_IMPORT_H

#include "coop/refusal.h"
#include "coop/state.h"

enum {
    SHEAF_IMPORT_LAPSE_S = SHEAF_FIXED_import_lapse_s, /* in which an import is confirmed */
    SHEAF_IMPORT_REST_S =
        SHEAF_FIXED_import_rest_s, /* in which who declined one declines no other */
    SHEAF_IMPORT_AGAIN_S =
        SHEAF_FIXED_import_again_s, /* in which whose was declined enters none */
    SHEAF_IMPORT_PLACES_MAX = SHEAF_FIXED_import_places, /* of a member, and unconfirmed */
};

/* Given up, or not confirmed in time: it can neither be confirmed any more nor does it hold its
 * numbers. `stamp` in milliseconds since 1970. */
bool sheaf_import_over(const sheaf_state *state, uint32_t import, int64_t stamp);

/* Can somebody have the place of the register at that time: it was confirmed, is nobody's, and
 * the membership has not ended. */
sheaf_refusal sheaf_place_check(const sheaf_state *state, uint32_t number, int64_t stamp);

sheaf_hash sheaf_import_digest(const sheaf_hash *before, const struct sheaf_row_place *row);

#endif
