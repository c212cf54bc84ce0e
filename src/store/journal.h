/* store/journal.h - the write-ahead journal of a log store; used by the store's files only.
 *
 * Two files, DIR/journal/0 and /1, in use one at a time. Their room was filled with zeros
 * before, so that syncing a record changes no metadata. A record that returned is durable;
 * while the file in use fills up the other rests, and taking it into use again (with a higher
 * epoch, and a first record that carries over what only the journal has) is itself one synced
 * record: until that is whole, the file before counts.
 */
#ifndef SHEAF_STORE_JOURNAL_H
#define SHEAF_STORE_JOURNAL_H

#include "store/file.h"
#include "store/journal_record.h"

typedef struct {
    int fd;         /* -1: not open */
    unsigned slot;  /* which file is in use */
    uint64_t epoch; /* of its use, 0: none yet */
    uint64_t end;   /* where the next record goes */
    uint64_t full;  /* time for the other file once `end` is here */
    sheaf_buffer record;
    char dir[SHEAF_PATH_MAX]; /* DIR/journal */
} sheaf_journal;

/* Sets the paths under DIR/journal, which exists; opens nothing. */
SHEAF_MUST_USE sheaf_status sheaf_journal_init(sheaf_journal *journal, const char *dir,
                                               sheaf_err *err);
void sheaf_journal_deinit(sheaf_journal *journal);

/* Reads the file that was in use last; *run borrows from `bytes`. run->epoch is 0 if there is
 * no journal. Nothing can be appended before sheaf_journal_begin() or _renew(): what stands in
 * a file that an earlier process left may not be as durable as it looks. */
SHEAF_MUST_USE sheaf_status sheaf_journal_load(sheaf_journal *journal, sheaf_buffer *bytes,
                                               sheaf_journal_run *run, sheaf_err *err);

/* Takes the other file into use, durably, with the records of the one before. */
SHEAF_MUST_USE sheaf_status sheaf_journal_renew(sheaf_journal *journal,
                                                const sheaf_journal_run *run, sheaf_err *err);

/* Takes the other file into use, durably: it begins with this record (whose epoch is set here)
 * and has about `room` bytes for more. */
SHEAF_MUST_USE sheaf_status sheaf_journal_begin(sheaf_journal *journal,
                                                sheaf_journal_record record, size_t room,
                                                sheaf_err *err);

/* Writes and syncs one record (whose epoch is set here). After a failure nothing more may be
 * appended. */
SHEAF_MUST_USE sheaf_status sheaf_journal_append(sheaf_journal *journal,
                                                 sheaf_journal_record record, sheaf_err *err);

#endif
