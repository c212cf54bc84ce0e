#include "store/journal.h"

#include <assert.h>
#include <fcntl.h>

/* A file's room, one batch over it and one tail fit with much to spare. */
#define JOURNAL_BYTES_MAX ((size_t)256 << 20)

sheaf_status sheaf_journal_init(sheaf_journal *journal, const char *dir, sheaf_err *err)
{
    *journal = (sheaf_journal){.fd = -1};
    sheaf_buffer_init(&journal->record, JOURNAL_BYTES_MAX);
    return sheaf_path(journal->dir, err, "%s/journal", dir);
}

static void close_file(sheaf_journal *journal)
{
    if (journal->fd >= 0)
        sheaf_disk_now()->close(journal->fd);
    journal->fd = -1;
}

void sheaf_journal_deinit(sheaf_journal *journal)
{
    close_file(journal);
    sheaf_buffer_deinit(&journal->record);
}

static sheaf_status slot_path(const sheaf_journal *journal, unsigned slot,
                              char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/%u", journal->dir, slot);
}

sheaf_status sheaf_journal_load(sheaf_journal *journal, sheaf_buffer *bytes,
                                sheaf_journal_run *run, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer file;
    bool stands = false;
    *run = (sheaf_journal_run){0};
    for (unsigned slot = 0; slot < 2; slot++) {
        sheaf_journal_run found;
        SHEAF_TRY(slot_path(journal, slot, path, err));
        if (!sheaf_file_exists(path))
            continue;
        stands = true;
        sheaf_buffer_init(&file, JOURNAL_BYTES_MAX);
        sheaf_status status = sheaf_file_read(path, &file, err);
        if (status == SHEAF_OK)
            status = sheaf_journal_run_read(sheaf_buffer_slice(&file), path, &found, err);
        if (status != SHEAF_OK || found.epoch <= run->epoch) {
            sheaf_buffer_deinit(&file);
            SHEAF_TRY(status);
            continue;
        }
        sheaf_buffer_deinit(bytes);
        *bytes = file; /* the run borrows from the bytes themselves, which do not move */
        *run = found;
        journal->slot = slot;
        journal->epoch = found.epoch;
    }
    if (stands && run->epoch == 0)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the journal in %s is damaged: bring the folder back from a backup",
                          journal->dir);
    return SHEAF_OK;
}

static sheaf_status sync_record(sheaf_journal *journal, const char *path, sheaf_err *err)
{
    SHEAF_TRY(sheaf_file_put(journal->fd, path, sheaf_buffer_slice(&journal->record),
                             journal->end, err));
    if (sheaf_disk_now()->fdatasync(journal->fd) != 0)
        return sheaf_disk_fail(err, "sync", path);
    journal->end += journal->record.len;
    return SHEAF_OK;
}

/* Makes the record's bytes; `room` bytes of zeros follow. */
static sheaf_status fill(sheaf_journal *journal, sheaf_journal_record record, size_t room,
                         sheaf_err *err)
{
    record.epoch = journal->epoch;
    sheaf_buffer_reset(&journal->record);
    sheaf_journal_record_put(&journal->record, &record);
    uint8_t *zeros = sheaf_buffer_extend(&journal->record, room);
    if (zeros && room)
        memset(zeros, 0, room);
    return sheaf_buffer_check(&journal->record, "the journal", err);
}

/* The other file's turn: its path, and its epoch. */
static sheaf_status turn(sheaf_journal *journal, char path[SHEAF_PATH_MAX], sheaf_err *err)
{
    close_file(journal);
    journal->slot = journal->epoch ? 1 - journal->slot : 0;
    journal->epoch++;
    return slot_path(journal, journal->slot, path, err);
}

/* Puts the bytes at journal->record in the file's place, durably. */
static sheaf_status replace_file(sheaf_journal *journal, const char *path, sheaf_err *err)
{
    char draft[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(draft, err, "%s/draft", journal->dir));
    return sheaf_file_replace(path, draft, 0600, sheaf_buffer_slice(&journal->record), true,
                              err);
}

static sheaf_status open_file(sheaf_journal *journal, const char *path, uint64_t end,
                              uint64_t full, sheaf_err *err)
{
    journal->fd = sheaf_disk_now()->open(path, O_WRONLY | O_CLOEXEC, 0);
    if (journal->fd < 0)
        return sheaf_disk_fail(err, "open", path);
    journal->end = end;
    journal->full = full;
    return SHEAF_OK;
}

sheaf_status sheaf_journal_renew(sheaf_journal *journal, const sheaf_journal_run *run,
                                 sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_slice records = run->records;
    sheaf_journal_record record;
    SHEAF_TRY(turn(journal, path, err));
    sheaf_buffer_reset(&journal->record);
    while (sheaf_journal_record_take(&records, &record)) {
        record.epoch = journal->epoch;
        sheaf_journal_record_put(&journal->record, &record);
    }
    SHEAF_TRY(sheaf_buffer_check(&journal->record, "the journal", err));
    SHEAF_TRY(replace_file(journal, path, err));
    return open_file(journal, path, journal->record.len, 0, err);
}

sheaf_status sheaf_journal_begin(sheaf_journal *journal, sheaf_journal_record record,
                                 size_t room, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    struct stat info;
    /* A file is overwritten only where this process itself has made the other one durable, by
     * sheaf_journal_renew() or here. */
    assert(journal->fd >= 0 || journal->epoch == 0);
    SHEAF_TRY(turn(journal, path, err));
    SHEAF_TRY(fill(journal, record, 0, err));
    size_t len = journal->record.len;
    bool large = sheaf_disk_now()->stat(path, true, &info) == 0
                 && (uint64_t)info.st_size >= len + room / 2;
    if (!large) {
        SHEAF_TRY(fill(journal, record, room, err));
        SHEAF_TRY(replace_file(journal, path, err));
        return open_file(journal, path, len, len + room - room / 8, err);
    }
    SHEAF_TRY(open_file(journal, path, 0, (uint64_t)info.st_size - room / 8, err));
    return sync_record(journal, path, err);
}

sheaf_status sheaf_journal_append(sheaf_journal *journal, sheaf_journal_record record,
                                  sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    assert(journal->fd >= 0);
    SHEAF_TRY(slot_path(journal, journal->slot, path, err));
    SHEAF_TRY(fill(journal, record, 0, err));
    return sync_record(journal, path, err);
}
