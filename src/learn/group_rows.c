/* In which groups the rows of a table are. */
#include "learn/by_group.h"
#include "learn/columns.h"

#include <stdlib.h>

static bool value_is(sheaf_csv *csv, sheaf_slice value, int64_t level)
{
    double number;
    return !sheaf_csv_missing(value) && sheaf_csv_number(csv, value, &number)
           && number == (double)level;
}

static sheaf_status rows_read(sheaf_csv *csv, sheaf_columns *columns, const sheaf_table *table,
                              sheaf_group_rows *out, sheaf_err *err)
{
    const uint32_t count = out->named.count;
    size_t place[SHEAF_GROUPS_REPORTED_MAX];
    sheaf_slice line;
    for (uint32_t g = 0; g < count; g++)
        place[g] = sheaf_columns_find(columns, out->named.items[g].column);
    for (uint32_t row = 0; row < table->rows && sheaf_csv_line(csv, &line);) {
        if (csv->line != table->line[row])
            continue;
        SHEAF_TRY(sheaf_columns_row(columns, csv, line, err));
        for (uint32_t g = 0; g < count; g++)
            if (place[g] != SHEAF_COLUMN_NONE
                && value_is(csv, columns->values[place[g]], out->named.items[g].level))
                out->of[row] |= (uint16_t)(1u << g);
        row++;
    }
    return SHEAF_OK;
}

static sheaf_status file_read(sheaf_slice file, const char *name, const sheaf_table *table,
                              sheaf_group_rows *out, sheaf_err *err)
{
    sheaf_csv csv;
    sheaf_columns *columns = calloc(1, sizeof *columns);
    if (!columns)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    sheaf_status status = sheaf_csv_open(&csv, file, name, err);
    if (status == SHEAF_OK)
        status = sheaf_columns_open(columns, &csv, err);
    if (status == SHEAF_OK)
        status = rows_read(&csv, columns, table, out, err);
    free(columns);
    return status;
}

sheaf_status sheaf_group_rows_open(const sheaf_group_names *named, sheaf_slice file,
                                   const char *name, const sheaf_table *table,
                                   sheaf_group_rows *out, sheaf_err *err)
{
    *out = (sheaf_group_rows){.named = *named,
                              .of = calloc((size_t)table->rows + 1, sizeof *out->of)};
    if (!out->of)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
    sheaf_status status = file_read(file, name, table, out, err);
    for (uint32_t i = 0; i < table->rows && status == SHEAF_OK; i++)
        for (uint32_t g = 0; g < named->count; g++)
            out->records[g] += table->is_test[i] && (out->of[i] >> g & 1);
    if (status != SHEAF_OK)
        sheaf_group_rows_close(out);
    return status;
}

void sheaf_group_rows_close(sheaf_group_rows *rows)
{
    free(rows->of);
    *rows = (sheaf_group_rows){0};
}
