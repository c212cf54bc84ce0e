/* fuzz/fuzz_forecaster.c - any bytes as a forecaster's model file: what is accepted is written
 * again as the very same bytes. */
#include "learn/forecast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_forecaster model;
    sheaf_err err = {0};
    sheaf_buffer again;
    if (sheaf_forecaster_read(sheaf_bytes(data, len), &model, &err) != SHEAF_OK) {
        if (err.message[0] == 0 || model.weight)
            __builtin_trap();
        return 0;
    }
    sheaf_buffer_init(&again, len + 1);
    sheaf_forecaster_write(&again, &model);
    if (!sheaf_slice_equal(sheaf_buffer_slice(&again), sheaf_bytes(data, len)))
        __builtin_trap();
    sheaf_buffer_deinit(&again);
    sheaf_forecaster_close(&model);
    return 0;
}
