/* store/vector_file.h - a long vector in a file of its own, written and read piece by piece, so
 * that nobody ever holds it whole.
 *
 * It is opened anew for each piece: however many vectors are on their way, none keeps a
 * descriptor. Before sheaf_vector_file_settle() a crash may leave any part of it.
 */
#ifndef SHEAF_STORE_VECTOR_FILE_H
#define SHEAF_STORE_VECTOR_FILE_H

#include "store/file.h"

/* An empty file for this user alone; one that is there is emptied. */
SHEAF_MUST_USE sheaf_status sheaf_vector_file_create(const char *path, sheaf_err *err);

/* A piece, of at most a few MiB. Now and then the disk is waited for, so that it never has far
 * to catch up at the end. */
SHEAF_MUST_USE sheaf_status sheaf_vector_file_put(const char *path, uint64_t at,
                                                  sheaf_slice piece, sheaf_err *err);

/* Makes the file durable, and its name. */
SHEAF_MUST_USE sheaf_status sheaf_vector_file_settle(const char *path, sheaf_err *err);

/* All of `len` bytes from `at`; SHEAF_FAULT if the file is shorter. */
SHEAF_MUST_USE sheaf_status sheaf_vector_file_get(const char *path, uint64_t at, uint8_t *out,
                                                  size_t len, sheaf_err *err);

#endif
