/* store/key_file.h - a secret key in a file: two lines, what it is and the base64url seed. A
 * signing key is "sheaf-key/v1", an officer's key for the register "sheaf-officer-key/v1".
 *
 * The file is readable by its owner only, and one that others can read is refused. The secret
 * is in no message. Whoever gets a keypair wipes it with sheaf_wipe().
 */
#ifndef SHEAF_STORE_KEY_FILE_H
#define SHEAF_STORE_KEY_FILE_H

#include "base/status.h"
#include "crypto/ed25519.h"
#include "crypto/sealed_box.h"

/* Makes a new random key; refuses to replace a file that is there. */
SHEAF_MUST_USE sheaf_status sheaf_key_file_create(const char *path, sheaf_keypair *out,
                                                  sheaf_err *err);

/* The same from a given seed, for demonstrations and tests. */
SHEAF_MUST_USE sheaf_status sheaf_key_file_put(const char *path,
                                               const uint8_t seed[SHEAF_SEED_BYTES],
                                               sheaf_keypair *out, sheaf_err *err);

SHEAF_MUST_USE sheaf_status sheaf_key_file_load(const char *path, sheaf_keypair *out,
                                                sheaf_err *err);

/* The same for the key of an officer who can help to open a backup of the register. */
SHEAF_MUST_USE sheaf_status sheaf_officer_key_create(const char *path, sheaf_box_pair *out,
                                                     sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_officer_key_load(const char *path, sheaf_box_pair *out,
                                                   sheaf_err *err);

#endif
