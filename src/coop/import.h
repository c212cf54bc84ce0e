/* coop/import.h - the digest over an imported register, which its second officer confirms.
 *
 * SHA-256 over the digest before (32 zero bytes for the first) and the row as it stands in the
 * table `place` before anybody claims it, of every member in the order of entry. A program
 * makes it again from the co-op's own file; of names it covers the commitments.
 */
#ifndef SHEAF_COOP_IMPORT_H
#define SHEAF_COOP_IMPORT_H

#include "coop/state.h"

/* Given up: it can neither be confirmed any more nor does it hold its numbers. */
bool sheaf_import_over(const sheaf_state *state, uint32_t import);

sheaf_hash sheaf_import_digest(const sheaf_hash *before, const struct sheaf_row_place *row);

#endif
