/* fuzz_toml.c - any bytes: no crash; what parses is written, and that parses to the same. */
#include "base/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t first_block[8 << 20], second_block[8 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_arena first = sheaf_arena_over(first_block, sizeof first_block);
    sheaf_arena second = sheaf_arena_over(second_block, sizeof second_block);
    sheaf_json *value, *again;
    sheaf_buffer json, toml, rewritten;
    if (sheaf_toml_parse(sheaf_bytes(data, len), &first, &value, NULL) != SHEAF_OK)
        return 0;
    sheaf_buffer_init(&json, 8 << 20);
    sheaf_buffer_init(&toml, 8 << 20);
    sheaf_buffer_init(&rewritten, 8 << 20);
    sheaf_json_write(&json, value);
    if (sheaf_toml_write(&toml, value, NULL, NULL) == SHEAF_OK && !json.failed
        && !toml.failed) {
        sheaf_status status =
            sheaf_toml_parse(sheaf_buffer_slice(&toml), &second, &again, NULL);
        if (status == SHEAF_INVALID)
            __builtin_trap();
        if (status == SHEAF_OK) {
            sheaf_json_write(&rewritten, again);
            if (!sheaf_slice_equal(sheaf_buffer_slice(&json), sheaf_buffer_slice(&rewritten)))
                __builtin_trap();
        }
    }
    sheaf_buffer_deinit(&json);
    sheaf_buffer_deinit(&toml);
    sheaf_buffer_deinit(&rewritten);
    return 0;
}
