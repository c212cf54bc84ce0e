/* fuzz/fuzz_tensors.c - any bytes as a safetensors file: no crash; tensors lie inside the file
 * and do not overlap; a file in canonical form is written again as the very same bytes, and
 * what is read of another program's file is one content in canonical form too. */
#include "learn/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void holds(bool fact)
{
    if (!fact)
        __builtin_trap();
}

static void tensors_check(const sheaf_safetensors *file, const uint8_t *data, size_t len)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < file->count; i++) {
        const sheaf_tensor *t = &file->tensors[i];
        const uint8_t *from = t->data;
        size_t size = t->count * sheaf_tensor_width(t->type);
        holds(from >= data + 8 && size <= len && from + size <= data + len);
        bytes += size;
        for (uint32_t j = 0; j < i; j++) {
            const sheaf_tensor *other = &file->tensors[j];
            const uint8_t *begin = other->data;
            const uint8_t *end = begin + other->count * sheaf_tensor_width(other->type);
            holds(size == 0 || begin == end || from >= end || from + size <= begin);
        }
    }
    holds(bytes < len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_safetensors foreign, canonical;
    sheaf_err err = {0};
    sheaf_buffer again;
    bool strict = sheaf_safetensors_read(in, "f", SHEAF_SAFETENSORS_CANONICAL, &canonical, &err)
                  == SHEAF_OK;
    holds(strict || err.message[0]);
    if (strict)
        sheaf_safetensors_close(&canonical);
    if (sheaf_safetensors_read(in, "f", SHEAF_SAFETENSORS_FOREIGN, &foreign, &err)
        != SHEAF_OK) {
        holds(!strict && err.message[0]);
        return 0;
    }
    tensors_check(&foreign, data, len);
    sheaf_buffer_init(&again, 2 * SHEAF_SAFETENSORS_HEADER_MAX + len);
    sheaf_safetensors_write(&again, foreign.tensors, foreign.count, foreign.notes,
                            foreign.notes_count);
    if (!again.failed) { /* canonical JSON may escape to more than the header may have */
        sheaf_slice bytes = sheaf_buffer_slice(&again);
        holds(!strict || sheaf_slice_equal(bytes, in));
        holds(sheaf_safetensors_read(bytes, "f", SHEAF_SAFETENSORS_CANONICAL, &canonical, &err)
              == SHEAF_OK);
        holds(canonical.count == foreign.count && canonical.notes_count == foreign.notes_count);
        sheaf_safetensors_close(&canonical);
    }
    sheaf_buffer_deinit(&again);
    sheaf_safetensors_close(&foreign);
    return 0;
}
