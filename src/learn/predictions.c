#include "learn/predictions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

sheaf_status sheaf_predictions_open(const sheaf_prediction_column *columns,
                                    uint32_t column_count, uint32_t rows, const char *name,
                                    sheaf_predictions *out, sheaf_err *err)
{
    assert(column_count > 0 && column_count <= SHEAF_PREDICTION_COLUMNS_MAX);
    *out = (sheaf_predictions){.columns = column_count};
    out->cells = calloc((size_t)rows * column_count, sizeof *out->cells);
    if (!out->cells && rows > 0)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the predictions of %s", name);
    memcpy(out->column, columns, column_count * sizeof *columns);
    out->count = rows;
    return SHEAF_OK;
}

void sheaf_predictions_close(sheaf_predictions *predictions)
{
    free(predictions->cells);
    free(predictions->names);
    *predictions = (sheaf_predictions){0};
}
