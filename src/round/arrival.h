/* round/arrival.h - an INPUT message on its way in, piece by piece.
 *
 * First its head, which is looked at before a byte of the vector is taken: nobody who is not
 * awaited in this stage makes the coordinator store anything. Then the words, in pieces of any
 * length; never more than the vector may have. At last the hash that the owner signed is
 * compared, and only then is the input in the round.
 *
 * The coordinator is used by opening and closing alone, so that many vectors may arrive at
 * once, each in a thread of its own; it must not be closed in between. With a store an arrival
 * holds two chunks in memory. Two arrivals of one member would share the place of its vector:
 * the shell lets in one at a time.
 */
#ifndef SHEAF_ROUND_ARRIVAL_H
#define SHEAF_ROUND_ARRIVAL_H

#include "round/coordinator.h"

typedef struct sheaf_arrival sheaf_arrival;

/* `head` has SHEAF_ROUND_INPUT_HEAD_BYTES. SHEAF_ROUND_ACCEPTED: *out takes the words.
 * SHEAF_ROUND_DUPLICATE: the input is there already, *out is NULL. */
SHEAF_MUST_USE sheaf_round_answer sheaf_arrival_open(sheaf_coordinator *c, sheaf_slice head,
                                                     int64_t now_ms, sheaf_arrival **out,
                                                     sheaf_err *err);
/* The position of its sender in the roster. */
int sheaf_arrival_index(const sheaf_arrival *arrival);

SHEAF_MUST_USE sheaf_status sheaf_arrival_add(sheaf_arrival *arrival, sheaf_slice words,
                                              sheaf_err *err);

/* What to write down of an arrival that is complete, so that the vector, which the store keeps,
 * need not come again: its head and the hash of each chunk. */
void sheaf_arrival_record(const sheaf_arrival *arrival, sheaf_buffer *out);

/* Takes an input whose vector the store has, by such a record. */
SHEAF_MUST_USE sheaf_round_answer sheaf_arrival_again(sheaf_coordinator *c, sheaf_slice record,
                                                      int64_t now_ms, sheaf_err *err);

/* Either of them ends the arrival. */
SHEAF_MUST_USE sheaf_round_answer sheaf_arrival_close(sheaf_arrival *arrival,
                                                      sheaf_coordinator *c, int64_t now_ms,
                                                      sheaf_err *err);
void sheaf_arrival_abandon(sheaf_arrival *arrival); /* NULL is fine */

#endif
