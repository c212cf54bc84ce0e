/* fuzz/fuzz_entry.c - any bytes as an entry: what is accepted has one spelling. */
#include "acts/act.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t block[SHEAF_ACT_ARENA_BYTES];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len};
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_entry entry;
    sheaf_kind kind = sheaf_entry_kind(in);
    sheaf_status status = sheaf_entry_decode(in, 1, &arena, &entry, NULL);
    if (status == SHEAF_NOMEM)
        abort(); /* the arena is large enough for every input */
    if (status != SHEAF_OK)
        return 0;
    if (kind != entry.act->kind)
        abort();
    sheaf_buffer act, out;
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX + 1);
    sheaf_buffer_init(&out, SHEAF_ENTRY_MAX + 1);
    sheaf_act_encode(&act, entry.act);
    if (act.failed || !sheaf_slice_equal(sheaf_buffer_slice(&act), entry.act_bytes))
        abort();
    sheaf_entry_encode(&out, entry.act_bytes, entry.signature, entry.stamp);
    if (out.failed || !sheaf_slice_equal(sheaf_buffer_slice(&out), in))
        abort();
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&out);
    return 0;
}
