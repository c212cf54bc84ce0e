/* coop/withheld.h - the register of what is for members alone: how many entries of which kind,
 * and for which reason.
 *
 * It follows from the log: whoever has all of it counts the same. Who has only the public
 * listing (log/visible.h) can count how many there are, not of which kinds.
 */
#ifndef SHEAF_COOP_WITHHELD_H
#define SHEAF_COOP_WITHHELD_H

#include "coop/state.h"

/* Zeros are an empty register. */
typedef struct {
    uint64_t entries;  /* that were looked at, the first ones of the log */
    uint64_t withheld; /* of them */
    uint64_t counts[SHEAF_KIND_COUNT][SHEAF_withheld_reason_COUNT]; /* none: in no known form */
} sheaf_withheld_register;

/* Adds the log's entry number reg->entries. */
void sheaf_withheld_register_add(sheaf_withheld_register *reg, const sheaf_state *state,
                                 sheaf_slice entry);

/* The register as members of an object that is open: "entries", "kinds" (a list of
 * {"count","kind","reason"}, kinds in the order of the catalogue), "size" (of the log),
 * "withheld". `kind` is "unknown" of entries in no known form. */
void sheaf_withheld_register_write(const sheaf_withheld_register *reg, uint64_t size,
                                   sheaf_json_writer *w);

/* "dispute.open", or "unknown"; kind < SHEAF_KIND_COUNT. */
const char *sheaf_withheld_kind_name(unsigned kind);

/* "data about persons"; reason < SHEAF_withheld_reason_COUNT. */
const char *sheaf_withheld_reason_words(uint8_t reason);

#endif
