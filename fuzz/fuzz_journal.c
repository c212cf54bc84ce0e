/* fuzz_journal.c - any bytes as a journal's file: no crash; the records that are found, written
 * again, are the same bytes but for what fills them up, and their numbers follow each other. */
#include "store/journal_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_journal_run run;
    sheaf_journal_record record;
    sheaf_buffer made;
    if (sheaf_journal_run_read(sheaf_bytes(data, len), "the file", &run, NULL) != SHEAF_OK)
        return 0;
    uint64_t next = run.first;
    sheaf_slice left = run.records;
    while (left.len) {
        sheaf_slice from = left;
        if (!sheaf_journal_record_take(&left, &record) || record.epoch != run.epoch
            || record.first != next)
            __builtin_trap();
        next += record.count;
        sheaf_buffer_init(&made, len + 2 * SHEAF_JOURNAL_BLOCK);
        sheaf_journal_record_put(&made, &record);
        size_t whole = 32 + 32 + record.bundle.len + record.note.len;
        if (made.failed || whole > from.len || memcmp(made.data, from.data, whole) != 0)
            __builtin_trap();
        sheaf_buffer_deinit(&made);
    }
    if (next != run.next)
        __builtin_trap();
    return 0;
}
