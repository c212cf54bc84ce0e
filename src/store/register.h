/* store/register.h - the register of persons in one file that k of n officers can open
 * together.
 *
 * What private.db holds of people - entry, field, salt, text - is sealed (crypto/aead.h) under
 * a key that follows from a secret scalar. The scalar is shared among the officers by Shamir's
 * scheme with Feldman's commitments (round/shamir.h), each share sealed to one officer's key
 * (crypto/sealed_box.h). The file is canonical JSON:
 *
 *     {"head":{"created":…,"entries":…,"officers":[{"public":…,"share":…}],"origin":…,
 *              "points":[…],"threshold":k,"version":1},"sealed":…}
 *
 * created in milliseconds since 1970, entries the size of the log then, points the commitments,
 * bytes in base64url. The seal is bound to the head; the key is HMAC-SHA-256 of
 * "sheaf-register/v1" LF origin under the scalar. Inside:
 * {"details":[{"entry","field","person","salt","text"}]}.
 *
 * A false share names its officer. That the details are the register's is for the caller to
 * check, against the log's commitments: anybody can seal a file for officers.
 */
#ifndef SHEAF_STORE_REGISTER_H
#define SHEAF_STORE_REGISTER_H

#include "crypto/group.h"
#include "crypto/sealed_box.h"
#include "store/private_db.h"

enum {
    SHEAF_OFFICERS_MAX = 16,
    SHEAF_SHARE_BYTES = SHEAF_SCALAR_BYTES + SHEAF_BOX_OVERHEAD,
    SHEAF_REGISTER_BYTES_MAX = 128 << 20, /* of the file */
    SHEAF_REGISTER_PLAIN_MAX = 64 << 20,  /* of what is inside */
};

typedef struct {
    uint8_t public[SHEAF_BOX_PUBLIC_BYTES];
    uint8_t share[SHEAF_SHARE_BYTES];
} sheaf_register_officer;

typedef struct {
    char origin[40];
    int64_t created;
    uint64_t entries;
    int threshold, officer_count; /* 1 <= threshold <= officer_count */
    sheaf_register_officer officers[SHEAF_OFFICERS_MAX];
    sheaf_point points[SHEAF_OFFICERS_MAX]; /* `threshold` of them */
    sheaf_buffer head, sealed;              /* their bytes */
} sheaf_register;

void sheaf_register_deinit(sheaf_register *reg);

/* Appends the file. `reg` says origin, created, entries, threshold and the officers' public
 * keys; the rest of it is filled here. SHEAF_INVALID for a key that is none. */
SHEAF_MUST_USE sheaf_status sheaf_register_seal(sheaf_register *reg, sheaf_slice plain,
                                                sheaf_buffer *out, sheaf_err *err);

/* Reads a file; opens nothing. */
SHEAF_MUST_USE sheaf_status sheaf_register_read(sheaf_slice file, sheaf_register *out,
                                                sheaf_err *err);

/* Opens it with the keys of at least `threshold` officers: what is inside, into `plain`, which
 * is emptied first. SHEAF_INVALID if keys are missing or are no officers'; SHEAF_FAULT if a
 * share is false. */
SHEAF_MUST_USE sheaf_status sheaf_register_open(const sheaf_register *reg,
                                                const sheaf_box_pair *pairs, int count,
                                                sheaf_buffer *plain, sheaf_err *err);

/* What is inside: everything that the database can show; *left_out counts what it cannot, for
 * the person's key is not there. */
SHEAF_MUST_USE sheaf_status sheaf_register_collect(sheaf_private *db, sheaf_buffer *plain,
                                                   uint32_t *details, uint32_t *left_out,
                                                   sheaf_err *err);

/* Calls `visit` for each detail inside, its commitment made from salt and text. */
SHEAF_MUST_USE sheaf_status sheaf_register_details(sheaf_slice plain, sheaf_detail_visit *visit,
                                                   void *context, sheaf_err *err);

#endif
