/* node/appointment.h - a member signs for a new hub, without the old one.
 *
 * Signed over the end of the log that the new hub carries on: the last checkpoint that the
 * witnesses of the bylaws have cosigned, or, where the bylaws name none, the end of the
 * member's own verified copy. All who sign must name the same end, keys and address. */
#ifndef SHEAF_NODE_APPOINTMENT_H
#define SHEAF_NODE_APPOINTMENT_H

#include "base/buffer.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"

typedef struct {
    const char *home;
    uint8_t hub_key[SHEAF_PUBLIC_BYTES], log_key[SHEAF_PUBLIC_BYTES];
    const char *url;
    uint64_t size;    /* the end, or 0: that of the last witnessed checkpoint, or of the copy */
    bool unwitnessed; /* also where too few witnesses have cosigned that checkpoint */
    int64_t now_ms;
} sheaf_appointment;

/* Appends a submission in canonical form to `out`, good for 30 days; *size and *root say over
 * what it is signed. */
SHEAF_MUST_USE sheaf_status sheaf_appointment_sign(const sheaf_appointment *appointment,
                                                   sheaf_buffer *out, uint64_t *size,
                                                   sheaf_hash *root, sheaf_err *err);

#endif
