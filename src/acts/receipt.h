/* acts/receipt.h - a witness's receipt for an act that it was given to relay.
 *
 *     {"binding":"…note…","receipt":{"act":"hex SHA-256","at":ms},"relay_key":"…","sig":"…"}
 *
 * `sig` signs the object under `receipt` (label sheaf-receipt/v1) with the witness's relay key,
 * for a witness's own key signs cosignatures and nothing else. `binding` says whose the relay
 * key is: it is a checkpoint of the witness's own log NAME/relay, whose one entry is that key,
 * cosigned with the witness's key. So whoever knows the witness's key can check a receipt.
 *
 * A member keeps act and receipt together as one object, what was relayed:
 *
 *     {"act":{…},"receipt":{…as above…},"sig":"…"}
 */
#ifndef SHEAF_ACTS_RECEIPT_H
#define SHEAF_ACTS_RECEIPT_H

#include "acts/act.h"
#include "log/checkpoint.h"

enum { SHEAF_RECEIPT_MAX = 8192, SHEAF_RELAYED_MAX = SHEAF_ENTRY_MAX + SHEAF_RECEIPT_MAX };
enum { SHEAF_RELAYED_ARENA_BYTES = 16 << 20 };

typedef struct {
    sheaf_slice binding;
    sheaf_hash act; /* of the canonical act */
    int64_t at;     /* when the witness took it, in milliseconds since 1970 */
    uint8_t relay_key[SHEAF_PUBLIC_BYTES];
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
} sheaf_receipt;

/* Appends the note that binds a relay key to the witness `key`. */
SHEAF_MUST_USE sheaf_status sheaf_relay_bind(sheaf_buffer *out, const sheaf_vkey *key,
                                             const sheaf_keypair *pair,
                                             const uint8_t relay_key[SHEAF_PUBLIC_BYTES],
                                             uint64_t time_s, sheaf_err *err);

/* Fills signature and relay_key; the rest is set. */
SHEAF_MUST_USE sheaf_status sheaf_receipt_sign(sheaf_receipt *receipt, sheaf_slice origin,
                                               const sheaf_keypair *relay, sheaf_err *err);
void sheaf_receipt_put(sheaf_buffer *out, const sheaf_receipt *receipt);

/* Canonical JSON; borrows from the arena and from `bytes`. */
SHEAF_MUST_USE sheaf_status sheaf_receipt_parse(sheaf_slice bytes, sheaf_arena *arena,
                                                sheaf_receipt *out, sheaf_err *err);

/* Was it given by that witness, for an act of the log with this origin? */
SHEAF_MUST_USE sheaf_status sheaf_receipt_verify(const sheaf_receipt *receipt,
                                                 sheaf_slice origin, const sheaf_vkey *witness,
                                                 sheaf_err *err);

typedef struct {
    sheaf_slice act_bytes;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_act act;
    sheaf_receipt receipt; /* of this very act */
} sheaf_relayed;

void sheaf_relayed_put(sheaf_buffer *out, sheaf_slice act_bytes,
                       const uint8_t signature[SHEAF_SIGNATURE_BYTES], sheaf_slice receipt);

/* As sheaf_receipt_parse(); `arena` is empty and has SHEAF_RELAYED_ARENA_BYTES. */
SHEAF_MUST_USE sheaf_status sheaf_relayed_parse(sheaf_slice bytes, uint16_t revision,
                                                sheaf_arena *arena, sheaf_relayed *out,
                                                sheaf_err *err);

#endif
