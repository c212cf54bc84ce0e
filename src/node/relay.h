/* node/relay.h - sending an act through a witness, where the hub does not take it.
 *
 * The witness's receipt must hold under the key of a witness that the bylaws name, for only
 * then does it prove anything to others. Act and receipt are kept, durable, in
 * HOME/relayed/ACT.json (acts/receipt.h), which `sheaf log dropped` judges. The texts go with
 * the act: whoever relays reads them.
 */
#ifndef SHEAF_NODE_RELAY_H
#define SHEAF_NODE_RELAY_H

#include "acts/receipt.h"
#include "node/member.h"

/* Gives the submission with this act to m->ports.relay and waits a little for what the hub says
 * to it. *status is that of the hub's answer, in `answer`; or 202 if the act still waits at the
 * witness. `kept` is the file in the home. */
SHEAF_MUST_USE sheaf_status sheaf_member_relay(const sheaf_member *m, sheaf_slice act,
                                               const uint8_t signature[SHEAF_SIGNATURE_BYTES],
                                               sheaf_slice submission, unsigned *status,
                                               sheaf_buffer *answer, char kept[SHEAF_PATH_MAX],
                                               sheaf_err *err);

/* The witness of the bylaws that gave the receipt, by its place; SHEAF_FAULT if none did. */
SHEAF_MUST_USE sheaf_status sheaf_receipt_witness(const sheaf_state *state,
                                                  const sheaf_receipt *receipt, unsigned *place,
                                                  sheaf_err *err);

#endif
