#include "store/journal_record.h"

#include "crypto/hash.h"

#include <assert.h>

static const uint8_t magic[4] = {0xff, 'S', 'J', 0xfe}; /* in no UTF-8 text */

void sheaf_journal_record_put(sheaf_buffer *out, const sheaf_journal_record *record)
{
    size_t from = out->len;
    assert(from % SHEAF_JOURNAL_BLOCK == 0);
    assert(record->bundle.len <= UINT32_MAX && record->note.len <= UINT32_MAX);
    sheaf_buffer_add(out, sheaf_bytes(magic, sizeof magic));
    sheaf_buffer_add_u64(out, record->epoch);
    sheaf_buffer_add_u64(out, record->first);
    sheaf_buffer_add_u32(out, record->count);
    sheaf_buffer_add_u32(out, (uint32_t)record->bundle.len);
    sheaf_buffer_add_u32(out, (uint32_t)record->note.len);
    sheaf_buffer_add(out, record->bundle);
    sheaf_buffer_add(out, record->note);
    if (out->failed)
        return;
    sheaf_hash sum = sheaf_sha256(sheaf_bytes(out->data + from, out->len - from));
    sheaf_buffer_add(out, sheaf_bytes(sum.bytes, sizeof sum.bytes));
    size_t fill = (SHEAF_JOURNAL_BLOCK - out->len % SHEAF_JOURNAL_BLOCK) % SHEAF_JOURNAL_BLOCK;
    uint8_t *zeros = sheaf_buffer_extend(out, fill);
    if (zeros && fill)
        memset(zeros, 0, fill);
}

/* What stands before the bundle, whatever follows. */
static bool take_head(sheaf_slice *in, sheaf_journal_record *out, uint32_t *bundle,
                      uint32_t *note)
{
    sheaf_slice found;
    return sheaf_take(in, sizeof magic, &found) && memcmp(found.data, magic, sizeof magic) == 0
           && sheaf_take_u64(in, &out->epoch) && sheaf_take_u64(in, &out->first)
           && sheaf_take_u32(in, &out->count) && sheaf_take_u32(in, bundle)
           && sheaf_take_u32(in, note);
}

bool sheaf_journal_record_take(sheaf_slice *in, sheaf_journal_record *out)
{
    sheaf_slice rest = *in, sum, fill;
    uint32_t bundle, note;
    if (!take_head(&rest, out, &bundle, &note) || out->epoch == 0
        || !sheaf_take(&rest, bundle, &out->bundle) || !sheaf_take(&rest, note, &out->note))
        return false;
    sheaf_hash made = sheaf_sha256(sheaf_bytes(in->data, in->len - rest.len));
    if (!sheaf_take(&rest, sizeof made.bytes, &sum)
        || memcmp(sum.data, made.bytes, sizeof made.bytes) != 0)
        return false;
    size_t over = (in->len - rest.len) % SHEAF_JOURNAL_BLOCK;
    size_t len = over ? SHEAF_JOURNAL_BLOCK - over : 0;
    if (!sheaf_take(&rest, len < rest.len ? len : rest.len, &fill))
        return false;
    *in = rest;
    return true;
}

/* Does a whole record of this use stand in what follows the run? */
static bool record_beyond(sheaf_slice rest, uint64_t epoch)
{
    sheaf_slice block;
    while (rest.len) {
        sheaf_journal_record record;
        sheaf_slice head = rest, here = rest;
        uint32_t bundle, note;
        if (take_head(&head, &record, &bundle, &note) && record.epoch == epoch
            && sheaf_journal_record_take(&here, &record))
            return true;
        size_t len = rest.len < SHEAF_JOURNAL_BLOCK ? rest.len : SHEAF_JOURNAL_BLOCK;
        if (!sheaf_take(&rest, len, &block))
            break;
    }
    return false;
}

sheaf_status sheaf_journal_run_read(sheaf_slice file, const char *path, sheaf_journal_run *out,
                                    sheaf_err *err)
{
    sheaf_slice in = file, next = file;
    sheaf_journal_record record;
    *out = (sheaf_journal_run){0};
    while (sheaf_journal_record_take(&next, &record)) {
        if (out->epoch == 0) {
            out->epoch = record.epoch;
            out->first = out->next = record.first;
        } else if (record.epoch != out->epoch) {
            break; /* of an earlier use */
        }
        if (record.first != out->next
            || __builtin_add_overflow(out->next, record.count, &out->next))
            return sheaf_fail(err, SHEAF_FAULT,
                              "a record of %s is out of order: bring the folder back from a "
                              "backup",
                              path);
        if (record.note.len)
            out->note = record.note;
        in = next;
    }
    out->records = sheaf_bytes(file.data, file.len - in.len);
    if (out->epoch && record_beyond(in, out->epoch))
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s is damaged at byte %zu: entries that were acknowledged stand "
                          "behind it; bring the folder back from a backup",
                          path, file.len - in.len);
    return SHEAF_OK;
}
