/* fuzz_json.c - any bytes: no crash; what parses is written canonically, and that parses to
 * itself. */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t first_block[8 << 20], second_block[8 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_arena first = sheaf_arena_over(first_block, sizeof first_block);
    sheaf_arena second = sheaf_arena_over(second_block, sizeof second_block);
    sheaf_json *value, *again;
    sheaf_buffer written, rewritten;
    if (sheaf_json_parse(sheaf_bytes(data, len), &first, &value, NULL) != SHEAF_OK)
        return 0;
    sheaf_buffer_init(&written, 8 << 20);
    sheaf_buffer_init(&rewritten, 8 << 20);
    sheaf_json_write(&written, value);
    if (!written.failed) {
        /* A document that fits the arena may, with other escapes, need more of it. */
        sheaf_status status =
            sheaf_json_parse_canonical(sheaf_buffer_slice(&written), &second, &again, NULL);
        if (status == SHEAF_INVALID)
            __builtin_trap();
        if (status == SHEAF_OK) {
            sheaf_json_write(&rewritten, again);
            if (!sheaf_slice_equal(sheaf_buffer_slice(&written),
                                   sheaf_buffer_slice(&rewritten)))
                __builtin_trap();
        }
    }
    sheaf_buffer_deinit(&written);
    sheaf_buffer_deinit(&rewritten);
    return 0;
}
