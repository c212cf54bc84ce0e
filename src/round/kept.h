/* round/kept.h - what a coordinator's shell writes down of a round, so that a restart loses
 * nothing.
 *
 * It is a list of records in the order of what happened: a message was accepted, a stage was
 * opened, the round was aborted. Messages are all that the coordinator's state follows from,
 * but for stages that ended because their time was over; a stage's record has the hash of its
 * bundle, so that what is restored is known to be what was shown. The shell makes the records
 * durable before a message is acknowledged or a bundle shown.
 *
 *     record   length u32 of the bytes, kind u8,
 *              the first 8 bytes of SHA-256 over LABEL, link, length and kind,
 *              bytes, SHA-256 over LABEL, link, kind and bytes
 *
 * where link is that last hash of the record before, of the first one the session: records of
 * another round, of another order or with one missing do not fit. A crash may leave the last
 * record half written; that one was never acknowledged and is cut off.
 *
 *     sheaf_coordinator_init(&c, &config, now_ms, &err);
 *     sheaf_round_kept_begin(&kept, &c);
 *     sheaf_round_kept_restore(&kept, &c, file, now_ms, &sound, &err);    after a restart
 *     …
 *     sheaf_coordinator_tick(&c, now_ms);
 *     sheaf_round_kept_add(&kept, &c, nothing, &records);                 append, sync
 *     sheaf_coordinator_receive(&c, message, now_ms, &err);
 *     sheaf_round_kept_add(&kept, &c, message, &records);                 append, sync, answer
 *
 * Of a coordinator with a store an input is written down without its vector, as
 * sheaf_arrival_record() gives it; and its sum is not: a restart makes it again.
 */
#ifndef SHEAF_ROUND_KEPT_H
#define SHEAF_ROUND_KEPT_H

#include "round/coordinator.h"

typedef struct {
    sheaf_hash link;
    sheaf_round_stage stage; /* the last that was written down */
} sheaf_round_kept;

/* Of a coordinator that was just initialised. */
void sheaf_round_kept_begin(sheaf_round_kept *kept, const sheaf_coordinator *c);

/* Adds the records of what has happened since: the message, if one was accepted, else nothing;
 * then what stage or abort it led to. A tick is written down before the next message. */
void sheaf_round_kept_add(sheaf_round_kept *kept, const sheaf_coordinator *c,
                          sheaf_slice message, sheaf_buffer *out);

/* The same of an input that came by an arrival: its record. */
void sheaf_round_kept_add_input(sheaf_round_kept *kept, const sheaf_coordinator *c,
                                sheaf_slice record, sheaf_buffer *out);

/* Brings a coordinator that was just initialised to where the records end; the clock of its
 * stage begins anew at now_ms. *sound bytes are whole records, more are to be appended behind
 * them. SHEAF_FAULT if the bytes are spoiled before their end, or do not lead to what was shown
 * before; then the coordinator is good for nothing but sheaf_coordinator_deinit(). */
SHEAF_MUST_USE sheaf_status sheaf_round_kept_restore(sheaf_round_kept *kept,
                                                     sheaf_coordinator *c, sheaf_slice bytes,
                                                     int64_t now_ms, size_t *sound,
                                                     sheaf_err *err);

/* No round's records are longer. */
size_t sheaf_round_kept_max(const sheaf_round_config *config);

#endif
