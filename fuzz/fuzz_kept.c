/* fuzz_kept.c - any bytes, with their hash put behind them, as what a verification has kept: no
 * crash; what is accepted is written back as the same bytes. */
#include "claims/verify_kept.h"
#include "coop/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Writes back what was read. */
static void write_back(sheaf_slice bytes, const sheaf_kept *kept)
{
    sheaf_state state;
    sheaf_buffer made;
    if (sheaf_state_init(&state, SHEAF_REVISION, NULL) != SHEAF_OK)
        return;
    if (sheaf_snapshot_get(kept->state, &state, NULL) == SHEAF_OK) {
        sheaf_buffer_init(&made, bytes.len);
        sheaf_kept_put(&made, kept, &state);
        if (!sheaf_slice_equal(sheaf_buffer_slice(&made), bytes))
            __builtin_trap();
        sheaf_buffer_deinit(&made);
    }
    sheaf_state_deinit(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_kept kept;
    sheaf_buffer bytes;
    sheaf_hash hash = sheaf_sha256(sheaf_bytes(data, len));
    sheaf_buffer_init(&bytes, len + SHEAF_HASH_BYTES);
    sheaf_buffer_add(&bytes, sheaf_bytes(data, len));
    sheaf_buffer_add(&bytes, sheaf_bytes(hash.bytes, sizeof hash.bytes));
    if (sheaf_kept_get(sheaf_buffer_slice(&bytes), &kept, NULL) == SHEAF_OK)
        write_back(sheaf_buffer_slice(&bytes), &kept);
    sheaf_buffer_deinit(&bytes);
    return 0;
}
