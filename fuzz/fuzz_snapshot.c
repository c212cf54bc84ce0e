/* fuzz_snapshot.c - any bytes as a saved state: no crash; what is accepted is written back as
 * the same bytes. */
#include "coop/fold.h"
#include "coop/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_state state;
    sheaf_buffer made;
    if (sheaf_state_init(&state, SHEAF_REVISION, NULL) != SHEAF_OK)
        return 0;
    if (sheaf_snapshot_get(sheaf_bytes(data, len), &state, NULL) == SHEAF_OK) {
        sheaf_buffer_init(&made, len);
        sheaf_snapshot_put(&made, &state);
        if (!sheaf_slice_equal(sheaf_buffer_slice(&made), sheaf_bytes(data, len)))
            __builtin_trap();
        sheaf_buffer_deinit(&made);
    }
    sheaf_state_deinit(&state);
    return 0;
}
