/* crypto/label.h - domain separation: what is signed begins with a label and the log's origin.
 *
 * signed bytes = LABEL LF origin LF canonical JSON (or, for sheaf-round/v1, the message's
 * bytes), so that no signature made for one purpose or one co-op is good for another, nor can
 * be taken for a checkpoint or a cosignature. This table is the only place where labels stand.
 */
#ifndef SHEAF_CRYPTO_LABEL_H
#define SHEAF_CRYPTO_LABEL_H

#include "base/buffer.h"

typedef enum {
    SHEAF_LABEL_ACT,       /* sheaf-act/v1: an act on the log */
    SHEAF_LABEL_REFUSAL,   /* sheaf-refusal/v1: the hub refused an act */
    SHEAF_LABEL_ROUND,     /* sheaf-round/v1: a message of the round protocol */
    SHEAF_LABEL_SURVIVORS, /* sheaf-survivors/v1: the one survivor list a participant signs */
    SHEAF_LABEL_REQUEST, /* sheaf-request/v1: a member asks the hub for what only members get */
    SHEAF_LABEL_RECEIPT, /* sheaf-receipt/v1: a witness took an act to relay it */
    SHEAF_LABEL_COUNT,
} sheaf_label;

const char *sheaf_label_text(sheaf_label label);

/* Appends the bytes to be signed. */
void sheaf_label_message(sheaf_buffer *out, sheaf_label label, sheaf_slice origin,
                         sheaf_slice body);

#endif
