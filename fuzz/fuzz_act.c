/* fuzz/fuzz_act.c - any bytes as an act and as an effect: what is accepted has one spelling. */
#include "acts/act.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t block[SHEAF_ACT_ARENA_BYTES];

static void same(const sheaf_buffer *out, sheaf_slice in)
{
    if (out->failed || !sheaf_slice_equal(sheaf_buffer_slice(out), in))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len};
    sheaf_buffer out;
    sheaf_buffer_init(&out, SHEAF_ENTRY_MAX + 1);
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_act act;
    sheaf_status status = sheaf_act_decode(in, 1, &arena, &act, NULL);
    if (status == SHEAF_NOMEM)
        abort(); /* the arena is large enough for every input */
    if (status == SHEAF_OK) {
        sheaf_act_encode(&out, &act);
        same(&out, in);
    }
    sheaf_arena_reset(&arena);
    sheaf_buffer_reset(&out);
    sheaf_effect effect;
    if (sheaf_effect_decode(in, 1, &arena, &effect, NULL) == SHEAF_OK) {
        sheaf_effect_encode(&out, &effect);
        same(&out, in);
    }
    sheaf_buffer_deinit(&out);
    return 0;
}
