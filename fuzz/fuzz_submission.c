/* fuzz/fuzz_submission.c - any bytes as what is posted to the hub: what is accepted has one
 * spelling, and its texts match. */
#include "acts/submission.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t block[SHEAF_SUBMISSION_ARENA_BYTES];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len};
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_submission got;
    sheaf_status status = sheaf_submission_decode(in, 1, &arena, &got, NULL);
    if (status == SHEAF_NOMEM)
        abort(); /* the arena is large enough for every input */
    if (status != SHEAF_OK)
        return 0;
    sheaf_buffer out;
    sheaf_buffer_init(&out, SHEAF_SUBMISSION_MAX + 1);
    sheaf_submission_encode(&out, got.act_bytes, got.signature, got.texts, got.text_count);
    if (out.failed || !sheaf_slice_equal(sheaf_buffer_slice(&out), in))
        abort();
    sheaf_buffer_deinit(&out);
    return 0;
}
