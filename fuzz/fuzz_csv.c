/* fuzz/fuzz_csv.c - any bytes as a member's table: no crash, and what is read is whole. */
#include "learn/table.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const sheaf_features schema = {
        .count = 3,
        .items = {{.column = "a"},
                  {.column = "b"},
                  {.column = "b", .has_level = true, .level = 2}},
        .label = "y",
    };
    for (int use = SHEAF_TABLE_EXACT; use <= SHEAF_TABLE_UNLABELLED; use++) {
        sheaf_table table;
        sheaf_err err = {0};
        if (sheaf_table_read(sheaf_bytes(data, len), "input", &schema, (sheaf_table_use)use,
                             &table, &err)
            != SHEAF_OK) {
            if (err.message[0] == 0 || table.x)
                __builtin_trap();
            continue;
        }
        uint32_t held_out = 0;
        for (uint32_t i = 0; i < table.rows; i++) {
            held_out += table.is_test[i];
            for (uint32_t j = 0; j < table.d; j++)
                if (!(fabs(table.x[(size_t)i * table.d + j]) < 1 << SHEAF_VALUE_BITS))
                    __builtin_trap();
        }
        if (table.lines != table.rows + table.left_out + table.unusable
            || (table.rows == 0 && use != SHEAF_TABLE_NOISED)
            || (table.unusable && use != SHEAF_TABLE_NOISED) || held_out != table.test_rows
            || table.test_rows + table.train_rows != table.rows)
            __builtin_trap();
        sheaf_table_close(&table);
    }
    return 0;
}
