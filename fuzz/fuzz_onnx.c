/* fuzz/fuzz_onnx.c - any bytes as a model file to export: no crash, and what is accepted is
 * written twice as the same bytes. */
#include "learn/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_buffer out, again;
    sheaf_err err = {0};
    sheaf_buffer_init(&out, SHEAF_ONNX_BYTES_MAX);
    sheaf_buffer_init(&again, SHEAF_ONNX_BYTES_MAX);
    if (sheaf_onnx_write(sheaf_bytes(data, len), &out, &err) != SHEAF_OK) {
        if (err.message[0] == 0)
            __builtin_trap();
    } else if (sheaf_onnx_write(sheaf_bytes(data, len), &again, &err) != SHEAF_OK
               || !sheaf_slice_equal(sheaf_buffer_slice(&out), sheaf_buffer_slice(&again))) {
        __builtin_trap();
    }
    sheaf_buffer_deinit(&out);
    sheaf_buffer_deinit(&again);
    return 0;
}
