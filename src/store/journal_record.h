/* store/journal_record.h - the bytes of a journal: records, and the run of them in a file.
 *
 * A record is one step that became durable at once: entries, a signed checkpoint, or both.
 *     magic(4) epoch(8) first(8) count(4) bundle length(4) note length(4) bundle note
 *     SHA-256 of all before(32)
 * It begins at a multiple of SHEAF_JOURNAL_BLOCK bytes and is filled up with zeros, so that
 * writing one never touches a sector in which another stands. The records of one use of a file
 * share its epoch; what follows them is zeros or belongs to an earlier use.
 */
#ifndef SHEAF_STORE_JOURNAL_RECORD_H
#define SHEAF_STORE_JOURNAL_RECORD_H

#include "base/buffer.h"

enum { SHEAF_JOURNAL_BLOCK = 4096 };

typedef struct {
    uint64_t epoch; /* of the file's use, from 1 */
    uint64_t first; /* number of its first entry, or of the next one if it has none */
    uint32_t count; /* of entries */
    sheaf_slice bundle, note;
} sheaf_journal_record;

/* Appends the record to `out`, whose length is a multiple of the block; its parts are shorter
 * than 4 GiB. */
void sheaf_journal_record_put(sheaf_buffer *out, const sheaf_journal_record *record);

/* Takes a record with a right checksum, and what fills it up, off the front; borrows. */
bool sheaf_journal_record_take(sheaf_slice *in, sheaf_journal_record *out);

/* The records of a file's present use: whole, in order, without a gap. */
typedef struct {
    uint64_t epoch;       /* 0: the file does not begin with a whole record */
    uint64_t first, next; /* numbers of the first entry and of the one after the last */
    sheaf_slice records;
    sheaf_slice note; /* the last one, or empty */
} sheaf_journal_run;

/* Finds the run at the front of a file. A broken record that ends it was never acknowledged,
 * for each is synced before the next is written; SHEAF_FAULT if a whole record of the same use
 * stands behind it, for then the broken one was. */
SHEAF_MUST_USE sheaf_status sheaf_journal_run_read(sheaf_slice file, const char *path,
                                                   sheaf_journal_run *out, sheaf_err *err);

#endif
