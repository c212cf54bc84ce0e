/* fuzz/fuzz_safetensors.c - any bytes as a model file: no crash, and what is accepted is
 * written again as the very same bytes. */
#include "learn/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_model model;
    sheaf_err err = {0};
    sheaf_buffer again;
    if (sheaf_model_read(sheaf_bytes(data, len), &model, &err) != SHEAF_OK) {
        if (err.message[0] == 0)
            __builtin_trap();
        return 0;
    }
    sheaf_buffer_init(&again, SHEAF_MODEL_BYTES_MAX);
    sheaf_model_write(&again, &model);
    if (!sheaf_slice_equal(sheaf_buffer_slice(&again), sheaf_bytes(data, len)))
        __builtin_trap();
    sheaf_buffer_deinit(&again);
    return 0;
}
