#include "learn/table_data.h"

#include "learn/inputs.h"
#include "learn/validation.h"

#include <stdlib.h>

sheaf_status sheaf_table_data_open(const sheaf_spec *spec, sheaf_slice file, const char *name,
                                   sheaf_table_use use, void **data, sheaf_err *err)
{
    sheaf_table *table = calloc(1, sizeof *table);
    *data = NULL;
    if (!table)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    sheaf_features inputs;
    sheaf_inputs_of(spec, &inputs);
    sheaf_status status = sheaf_table_read(file, name, &inputs, use, table, err);
    if (status == SHEAF_OK)
        *data = table;
    else
        free(table);
    return status;
}

void sheaf_table_data_close(void *data)
{
    if (data)
        sheaf_table_close(data);
    free(data);
}

void sheaf_table_data_counts(const void *data, sheaf_data_counts *out)
{
    const sheaf_table *table = data;
    *out = (sheaf_data_counts){
        .lines = table->lines,
        .rows = table->rows,
        .left_out = table->left_out,
        .unusable = table->unusable,
        .apart = table->train_rows - sheaf_learnt_rows(table),
        .row_set = sheaf_sha256(sheaf_bytes(table->line, table->rows * sizeof *table->line))};
    memcpy(out->line, table->unusable_line, sizeof out->line);
}

sheaf_status sheaf_table_data_screen(const sheaf_spec *spec, const void *data,
                                     sheaf_screen *out, sheaf_err *err)
{
    return sheaf_screen_table(data, spec->features.count, spec->target == SHEAF_target_number,
                              out, err);
}
