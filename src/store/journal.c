#include "store/journal.h"

#include "crypto/hash.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 8 + 8 + SHEAF_HASH_BYTES,
    RECORD_HEAD = 4 + 8 + 4 + 4,
    ROOM = 1 << 20, /* zeros ahead of the records of a new journal */
};
/* One batch, one tail and the room between them fit with much to spare. */
#define JOURNAL_BYTES_MAX ((size_t)256 << 20)

static const char header_magic[] = "SHEAFJ1\n";
static const uint8_t record_magic[4] = {0xff, 'S', 'J', 0xfe}; /* in no UTF-8 text */

sheaf_status sheaf_journal_init(sheaf_journal *journal, const char *dir, sheaf_err *err)
{
    *journal = (sheaf_journal){.fd = -1};
    SHEAF_TRY(sheaf_path(journal->path, err, "%s/journal/journal", dir));
    return sheaf_path(journal->draft, err, "%s/journal/draft", dir);
}

void sheaf_journal_deinit(sheaf_journal *journal)
{
    if (journal->fd >= 0)
        close(journal->fd);
    journal->fd = -1;
}

static sheaf_status open_file(sheaf_journal *journal, uint64_t end, sheaf_err *err)
{
    sheaf_journal_deinit(journal);
    journal->fd = open(journal->path, O_WRONLY | O_CLOEXEC);
    if (journal->fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", journal->path, strerror(errno));
    journal->end = end;
    journal->full = end + ROOM;
    return SHEAF_OK;
}

static void put_record(sheaf_buffer *out, uint64_t first, uint32_t count, sheaf_slice bundle)
{
    size_t from = out->len;
    sheaf_buffer_add(out, sheaf_bytes(record_magic, sizeof record_magic));
    sheaf_buffer_add_u64(out, first);
    sheaf_buffer_add_u32(out, count);
    sheaf_buffer_add_u32(out, (uint32_t)bundle.len);
    sheaf_buffer_add(out, bundle);
    if (out->failed)
        return;
    sheaf_hash sum = sheaf_sha256(sheaf_bytes(out->data + from, out->len - from));
    sheaf_buffer_add(out, sheaf_bytes(sum.bytes, sizeof sum.bytes));
}

/* Takes one record with a right checksum off the front. */
static bool take_record(sheaf_slice *in, uint64_t *first, uint32_t *count, sheaf_slice *bundle)
{
    sheaf_slice rest = *in, magic, sum;
    uint32_t len;
    if (!sheaf_take(&rest, sizeof record_magic, &magic)
        || memcmp(magic.data, record_magic, sizeof record_magic) != 0
        || !sheaf_take_u64(&rest, first) || !sheaf_take_u32(&rest, count)
        || !sheaf_take_u32(&rest, &len) || !sheaf_take(&rest, len, bundle)
        || !sheaf_take(&rest, SHEAF_HASH_BYTES, &sum))
        return false;
    sheaf_hash made = sheaf_sha256(sheaf_bytes(in->data, RECORD_HEAD + (size_t)len));
    if (memcmp(made.bytes, sum.data, SHEAF_HASH_BYTES) != 0)
        return false;
    *in = rest;
    return true;
}

bool sheaf_journal_next(sheaf_slice *records, uint32_t *count, sheaf_slice *bundle)
{
    uint64_t first;
    return take_record(records, &first, count, bundle);
}

static bool take_header(sheaf_slice *in, uint64_t *first)
{
    sheaf_slice rest = *in, magic, sum;
    sheaf_hash made = sheaf_sha256(sheaf_bytes(in->data, in->len < 16 ? in->len : 16));
    if (!sheaf_take(&rest, 8, &magic) || memcmp(magic.data, header_magic, 8) != 0
        || !sheaf_take_u64(&rest, first) || !sheaf_take(&rest, SHEAF_HASH_BYTES, &sum)
        || memcmp(sum.data, made.bytes, SHEAF_HASH_BYTES) != 0)
        return false;
    *in = rest;
    return true;
}

/* What follows the last whole record: zeros, or the torn end of a write that never counted.
 * A whole record behind a broken one says that the broken one counted. */
static sheaf_status look_beyond(const sheaf_journal *journal, sheaf_slice rest, uint64_t at,
                                bool *torn, sheaf_err *err)
{
    *torn = false;
    for (size_t i = 0; i < rest.len; i++) {
        sheaf_slice here = sheaf_bytes(rest.data + i, rest.len - i), bundle;
        uint64_t first;
        uint32_t count;
        *torn |= rest.data[i] != 0;
        if (rest.data[i] == record_magic[0] && take_record(&here, &first, &count, &bundle))
            return sheaf_fail(
                err, SHEAF_FAULT,
                "%s is damaged at byte %llu: entries that were acknowledged stand "
                "behind it; bring the folder back from a backup",
                journal->path, (unsigned long long)at);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_journal_load(sheaf_journal *journal, sheaf_buffer *bytes,
                                sheaf_slice *records, bool *torn, sheaf_err *err)
{
    SHEAF_TRY(sheaf_file_read(journal->path, bytes, err));
    sheaf_slice all = sheaf_buffer_slice(bytes), in = all, bundle;
    if (!take_header(&in, &journal->first))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the header of %s is damaged: bring the folder back from a backup",
                          journal->path);
    const uint8_t *from = in.data;
    uint64_t expected = journal->first, first;
    uint32_t count;
    while (take_record(&in, &first, &count, &bundle)) {
        if (first != expected || __builtin_add_overflow(expected, count, &expected))
            return sheaf_fail(err, SHEAF_FAULT, "a record of %s is out of order",
                              journal->path);
    }
    *records = sheaf_bytes(from, (size_t)(in.data - from));
    uint64_t end = (uint64_t)(in.data - all.data);
    SHEAF_TRY(look_beyond(journal, in, end, torn, err));
    return open_file(journal, end, err);
}

sheaf_status sheaf_journal_append(sheaf_journal *journal, uint64_t first, uint32_t count,
                                  sheaf_slice bundle, sheaf_err *err)
{
    sheaf_buffer record;
    assert(journal->fd >= 0);
    sheaf_buffer_init(&record, JOURNAL_BYTES_MAX);
    put_record(&record, first, count, bundle);
    sheaf_status status = sheaf_buffer_check(&record, "a journal record", err);
    if (status == SHEAF_OK)
        status = sheaf_file_put(journal->fd, journal->path, sheaf_buffer_slice(&record),
                                journal->end, err);
    if (status == SHEAF_OK && sheaf_disk_now()->fdatasync(journal->fd) != 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot make %s durable: %s", journal->path,
                            strerror(errno));
    if (status == SHEAF_OK)
        journal->end += record.len;
    sheaf_buffer_deinit(&record);
    return status;
}

sheaf_status sheaf_journal_replace(sheaf_journal *journal, uint64_t first, uint32_t count,
                                   sheaf_slice bundle, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_buffer_init(&file, JOURNAL_BYTES_MAX);
    sheaf_buffer_add_string(&file, header_magic);
    sheaf_buffer_add_u64(&file, first);
    if (!file.failed) {
        sheaf_hash sum = sheaf_sha256(sheaf_buffer_slice(&file));
        sheaf_buffer_add(&file, sheaf_bytes(sum.bytes, sizeof sum.bytes));
    }
    if (count)
        put_record(&file, first, count, bundle);
    uint64_t end = file.len;
    uint8_t *zeros = sheaf_buffer_extend(&file, ROOM);
    if (zeros)
        memset(zeros, 0, ROOM);
    sheaf_status status = sheaf_buffer_check(&file, "a new journal", err);
    if (status == SHEAF_OK)
        status = sheaf_file_replace(journal->path, journal->draft, 0600,
                                    sheaf_buffer_slice(&file), true, err);
    sheaf_buffer_deinit(&file);
    SHEAF_TRY(status);
    journal->first = first;
    return open_file(journal, end, err);
}
