/* fuzz/fuzz_csv.c - any bytes as a member's table: no crash, and what is read is whole. */
#include "learn/table.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void holds(bool fact)
{
    if (!fact)
        __builtin_trap();
}

static void table_check(const sheaf_table *table, const sheaf_features *schema,
                        sheaf_table_use use)
{
    uint32_t held_out = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        held_out += table->is_test[i];
        holds(fabs(table->target[i]) < 1 << SHEAF_VALUE_BITS);
        holds(table->y[i] == (table->target[i] > 0));
        for (uint32_t j = 0; j < table->d; j++) {
            double x = table->x[(size_t)i * table->d + j];
            holds(fabs(x) < 1 << SHEAF_VALUE_BITS
                  || (isnan(x) && schema->items[j].missing == SHEAF_MISSING_MEAN));
        }
    }
    holds(table->lines == table->rows + table->left_out + table->unusable);
    holds(table->rows > 0 || use == SHEAF_TABLE_NOISED);
    holds(table->unusable == 0 || use == SHEAF_TABLE_NOISED);
    holds(held_out == table->test_rows && table->test_rows + table->train_rows == table->rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const sheaf_features schemas[] = {
        {.count = 3,
         .items = {{.column = "a"},
                   {.column = "b"},
                   {.column = "b", .has_level = true, .level = 2}},
         .label = "y"},
        {.count = 3,
         .items = {{.column = "a"},
                   {.column = "b", .missing = SHEAF_MISSING_MEAN},
                   {.column = "b", .missing = SHEAF_MISSING_INDICATOR}},
         .label = "y"},
    };
    const sheaf_slice file = sheaf_bytes(data, len);
    sheaf_csv_style style;
    sheaf_err err = {0};
    bool good = sheaf_table_form(file, "input", &style, &err) == SHEAF_OK;
    holds(good || err.message[0]);
    for (int i = 0; i < 6; i++) {
        const sheaf_features *schema = &schemas[i % 2];
        sheaf_table table;
        err.message[0] = 0;
        if (sheaf_table_read(file, "input", schema, (sheaf_table_use)(i / 2), &table, &err)
            == SHEAF_OK) {
            holds(!good || table.lines == style.rows);
            table_check(&table, schema, (sheaf_table_use)(i / 2));
            sheaf_table_close(&table);
        } else {
            holds(err.message[0] && !table.x);
        }
    }
    return 0;
}
