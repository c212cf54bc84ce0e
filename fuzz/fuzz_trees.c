/* fuzz/fuzz_trees.c - any bytes as a model of trees: no crash and no endless way through a
 * tree, and what is accepted is written again as the very same bytes. */
#include "learn/trees_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const double x[SHEAF_FEATURES_MAX] = {0.5, -3, 1e5, 0};
    sheaf_trees trees;
    sheaf_err err = {0};
    sheaf_buffer again;
    int64_t score;
    if (sheaf_trees_read(sheaf_bytes(data, len), &trees, &err) != SHEAF_OK) {
        if (err.message[0] == 0)
            __builtin_trap();
        return 0;
    }
    if (!sheaf_trees_score(&trees, x, &score))
        __builtin_trap(); /* no value is missing */
    sheaf_buffer_init(&again, len);
    sheaf_trees_write(&again, &trees);
    if (!sheaf_slice_equal(sheaf_buffer_slice(&again), sheaf_bytes(data, len)))
        __builtin_trap();
    sheaf_buffer_deinit(&again);
    sheaf_trees_close(&trees);
    return 0;
}
