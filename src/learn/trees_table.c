#include "learn/trees_table.h"

#include <stdlib.h>
#include <string.h>

sheaf_status sheaf_trees_rows_open(const sheaf_table *table, sheaf_part part, bool number,
                                   sheaf_trees_rows *out, sheaf_err *err)
{
    const uint32_t d = table->d;
    double *x = calloc((size_t)table->rows * d + 1, sizeof *x);
    double *y = calloc(table->rows + 1u, sizeof *y);
    uint32_t n = 0;
    if (!x || !y) {
        free(x);
        free(y);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u rows", table->rows);
    }
    for (uint32_t i = 0; i < table->rows; i++) {
        if (!sheaf_part_has(table, part, i))
            continue;
        memcpy(x + (size_t)n * d, table->x + (size_t)i * d, d * sizeof *x);
        y[n++] = number ? table->target[i] : table->y[i];
    }
    *out = (sheaf_trees_rows){.n = n, .d = d, .x = x, .y = y};
    return SHEAF_OK;
}

void sheaf_trees_rows_close(sheaf_trees_rows *rows)
{
    free((double *)rows->x);
    free((double *)rows->y);
    *rows = (sheaf_trees_rows){0};
}
