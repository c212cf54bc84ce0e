/* fuzz_erasures.c - any bytes as a list of erasures: no crash; what is accepted stands sorted,
 * each person once, and reads back the same. */
#include "store/erasures.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_erasures list = {0}, back = {0};
    sheaf_buffer bytes;
    if (sheaf_erasures_decode(sheaf_bytes(data, len), &list, NULL) != SHEAF_OK) {
        if (list.count)
            __builtin_trap();
        return 0;
    }
    sheaf_buffer_init(&bytes, SHEAF_ERASURES_BYTES_MAX);
    sheaf_erasures_encode(&bytes, &list);
    if (sheaf_erasures_decode(sheaf_buffer_slice(&bytes), &back, NULL) != SHEAF_OK
        || back.count != list.count)
        __builtin_trap();
    for (uint32_t i = 0; i < list.count; i++)
        if (back.items[i].person != list.items[i].person
            || back.items[i].before != list.items[i].before
            || (i > 0 && list.items[i - 1].person >= list.items[i].person))
            __builtin_trap();
    sheaf_buffer_deinit(&bytes);
    sheaf_erasures_deinit(&list);
    sheaf_erasures_deinit(&back);
    return 0;
}
