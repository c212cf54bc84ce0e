/* store/blob.h - what is too large for the log: bytes named by their SHA-256.
 *
 * A blob is the file DIR/blobs/ab/cdef... of its hash in lower-case hex. It appears there only
 * once it is whole, durable and of that hash. Streaming takes up to 4 GiB. A blob that was read
 * into memory is checked; one that is served from its file descriptor is checked by whoever
 * receives it.
 */
#ifndef SHEAF_STORE_BLOB_H
#define SHEAF_STORE_BLOB_H

#include "crypto/hash.h"
#include "store/file.h"

#define SHEAF_BLOB_BYTES_MAX ((uint64_t)4 << 30)

typedef struct {
    char dir[SHEAF_PATH_MAX]; /* DIR/blobs */
} sheaf_blobs;

/* Makes DIR/blobs where it is missing and sweeps what an earlier crash left half written. One
 * process at a time may write: the caller holds the folder's lock. */
SHEAF_MUST_USE sheaf_status sheaf_blobs_open(sheaf_blobs *out, const char *dir, sheaf_err *err);

bool sheaf_blob_exists(const sheaf_blobs *blobs, const sheaf_hash *hash);

/* Stores bytes; *hash is filled. Storing what is there already changes nothing. */
SHEAF_MUST_USE sheaf_status sheaf_blob_put(const sheaf_blobs *blobs, sheaf_slice data,
                                           sheaf_hash *hash, sheaf_err *err);

/* Stores bytes that come in pieces. One thread per writer; several writers may be open. */
typedef struct sheaf_blob_writer sheaf_blob_writer;
SHEAF_MUST_USE sheaf_status sheaf_blob_writer_open(sheaf_blob_writer **out,
                                                   const sheaf_blobs *blobs, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_blob_writer_add(sheaf_blob_writer *writer, sheaf_slice data,
                                                  sheaf_err *err);
/* Ends the writer in any case. With `expected`, other bytes are refused; `hash` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_blob_writer_commit(sheaf_blob_writer *writer,
                                                     const sheaf_hash *expected,
                                                     sheaf_hash *hash, sheaf_err *err);
void sheaf_blob_writer_abort(sheaf_blob_writer *writer); /* NULL is fine */

/* Removes the blob for good: once it returns SHEAF_OK, a power cut does not bring it back. One
 * that is not there is fine. The caller knows that nothing needs it. */
SHEAF_MUST_USE sheaf_status sheaf_blob_delete(const sheaf_blobs *blobs, const sheaf_hash *hash,
                                              sheaf_err *err);

/* Opens the blob's file for reading; the caller closes the descriptor. */
SHEAF_MUST_USE sheaf_status sheaf_blob_open(const sheaf_blobs *blobs, const sheaf_hash *hash,
                                            int *fd, uint64_t *size, sheaf_err *err);

/* Reads it whole into `out`, which is emptied first; SHEAF_FAULT if the bytes are not those of
 * the hash. */
SHEAF_MUST_USE sheaf_status sheaf_blob_read(const sheaf_blobs *blobs, const sheaf_hash *hash,
                                            sheaf_buffer *out, sheaf_err *err);

#endif
