/* witness/relay.h - acts that members give to a witness because the hub does not take them.
 *
 * The witness answers with a receipt (acts/receipt.h), hands the act to the hub and keeps
 * trying until it is settled: it stands on the log that the witness cosigned, shown by an
 * inclusion proof, or the hub has refused it with its signature. From five minutes after it was
 * taken, a checkpoint of a log that does neither is not cosigned (423).
 *
 * Only what is in the form of an act is taken, for which an honest hub always has one of the
 * two answers; so nobody stops the cosignatures of an honest hub by relaying rubbish. Acts that
 * wait survive a restart. What was settled is told for a while, and forgotten.
 */
#ifndef SHEAF_WITNESS_RELAY_H
#define SHEAF_WITNESS_RELAY_H

#include "witness/folder.h"

#include <stdatomic.h>

enum {
    SHEAF_RELAY_WAITING_MAX = 64,  /* acts that wait, per log */
    SHEAF_RELAY_SETTLED_MAX = 256, /* told of, per log */
    SHEAF_RELAY_PATIENCE_MS = 5 * 60 * 1000,
};

typedef struct sheaf_relay sheaf_relay;

typedef struct {
    const sheaf_witness_folder *folder;
    const sheaf_witness *witness;
    const char *ca_file;
    int64_t patience_ms; /* SHEAF_RELAY_PATIENCE_MS but for tests */
} sheaf_relay_config;

/* Takes up the acts that wait in the folder. Everything in `config` is borrowed. */
SHEAF_MUST_USE sheaf_status sheaf_relay_open(sheaf_relay **out,
                                             const sheaf_relay_config *config, sheaf_err *err);
void sheaf_relay_close(sheaf_relay *relay); /* NULL does nothing */

/* For sheaf_witness_guard(). */
sheaf_witness_gate sheaf_relay_gate(sheaf_relay *relay);

/* Takes a submission: 200 and the receipt, or why not. */
void sheaf_relay_take(sheaf_relay *relay, const sheaf_witness_log *log, sheaf_slice submission,
                      sheaf_witness_answer *answer);

/* What became of an act, by the hex SHA-256 of it: the hub's answer with its status, 202 while
 * it waits, 404. */
void sheaf_relay_tell(sheaf_relay *relay, const sheaf_witness_log *log, sheaf_slice act,
                      sheaf_witness_answer *answer);

#endif
