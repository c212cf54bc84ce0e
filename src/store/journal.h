/* store/journal.h - the write-ahead journal of a log store; used by log_store.c only.
 *
 * One file DIR/journal/journal: a header (magic, number of the first entry, SHA-256 of both),
 * then records, then zeros that were written beforehand, so that syncing a record changes no
 * metadata. A record is one batch of entries:
 *     magic(4) first(8) count(4) length(4) bundle(length) SHA-256 of all before(32)
 * Each record is synced before the next is written, so only the last can be torn. The whole
 * file is replaced at once when it is full.
 */
#ifndef SHEAF_STORE_JOURNAL_H
#define SHEAF_STORE_JOURNAL_H

#include "store/file.h"

typedef struct {
    int fd;              /* -1: not open */
    uint64_t first, end; /* number of its first entry; where the next record goes */
    uint64_t full;       /* replace it once `end` is here */
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
} sheaf_journal;

/* Sets the paths under DIR/journal, which exists; opens nothing. */
SHEAF_MUST_USE sheaf_status sheaf_journal_init(sheaf_journal *journal, const char *dir,
                                               sheaf_err *err);
void sheaf_journal_deinit(sheaf_journal *journal);

/* Reads header and records of the file at journal->path into `bytes`; fills journal->first.
 * *records is the run of whole records; *torn tells that a broken record follows. */
SHEAF_MUST_USE sheaf_status sheaf_journal_load(sheaf_journal *journal, sheaf_buffer *bytes,
                                               sheaf_slice *records, bool *torn,
                                               sheaf_err *err);

/* Takes one record off the front of *records, which sheaf_journal_load() has checked. */
bool sheaf_journal_next(sheaf_slice *records, uint32_t *count, sheaf_slice *bundle);

/* Writes and syncs one record. `bundle` holds `count` entries, the first of which is `first`.
 */
SHEAF_MUST_USE sheaf_status sheaf_journal_append(sheaf_journal *journal, uint64_t first,
                                                 uint32_t count, sheaf_slice bundle,
                                                 sheaf_err *err);

/* Puts a new journal in the place of the old one, durably: it begins with these entries. */
SHEAF_MUST_USE sheaf_status sheaf_journal_replace(sheaf_journal *journal, uint64_t first,
                                                  uint32_t count, sheaf_slice bundle,
                                                  sheaf_err *err);

#endif
