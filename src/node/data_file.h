/* node/data_file.h - a data file and the commitment by which a data sheet names it.
 *
 * The sheet holds HMAC-SHA-256 of the file under a fresh salt of 32 bytes, since the data is
 * about people: only who has the salt could check a guess. The salt stays in the member's home,
 * HOME/salts/COMMITMENT, and is never written over; with it the member, and the member's node
 * before it learns from a file, can tell the registered file from any other.
 *
 * A node whose home has no salt, because the file was committed to on another machine, cannot
 * tell. Exact sums over two states of a file give the difference of these, and so do exact sums
 * over two selections of its rows. So it keeps which bytes were in the first one, and which
 * rows of them: HOME/exact/DATASET and HOME/exact-rows/DATASET, each a salt of its own and the
 * commitment under it.
 */
#ifndef SHEAF_NODE_DATA_FILE_H
#define SHEAF_NODE_DATA_FILE_H

#include "crypto/commit.h"
#include "store/file.h"

typedef enum {
    SHEAF_DATA_UNKNOWN, /* the home has no salt for the commitment */
    SHEAF_DATA_SAME,
    SHEAF_DATA_OTHER,
} sheaf_data_match;

/* Commits to the file under the salt, which the home keeps. */
SHEAF_MUST_USE sheaf_status sheaf_data_commit(const char *home, const char *file,
                                              const uint8_t salt[SHEAF_SALT_BYTES],
                                              sheaf_hash *out, sheaf_err *err);

/* Is the file what was committed to? */
SHEAF_MUST_USE sheaf_status sheaf_data_check(const char *home, const char *file,
                                             const sheaf_hash *commitment,
                                             sheaf_data_match *out, sheaf_err *err);

/* The same for bytes that were read from the file already. */
SHEAF_MUST_USE sheaf_status sheaf_data_match_bytes(const char *home, sheaf_slice bytes,
                                                   const sheaf_hash *commitment,
                                                   sheaf_data_match *out, sheaf_err *err);

/* What is kept of a data set's exact sums. */
typedef enum {
    SHEAF_PIN_FILE, /* its bytes */
    SHEAF_PIN_ROWS, /* the rows that are used, as their hash (learn/kind.h) */
} sheaf_data_pin_kind;

/* The bytes are about to be in an exact sum of the data set, the first or one more of the same.
 */
SHEAF_MUST_USE sheaf_status sheaf_data_pin(const char *home, sheaf_data_pin_kind kind,
                                           uint32_t dataset, sheaf_slice bytes,
                                           const uint8_t salt[SHEAF_SALT_BYTES],
                                           sheaf_err *err);

/* Are they those that were in exact sums of the data set from this home? */
SHEAF_MUST_USE sheaf_status sheaf_data_pinned(const char *home, sheaf_data_pin_kind kind,
                                              uint32_t dataset, sheaf_slice bytes,
                                              sheaf_data_match *out, sheaf_err *err);

#endif
