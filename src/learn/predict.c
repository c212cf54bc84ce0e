#include "learn/predict.h"

#include "learn/file.h"

#include <math.h>
#include <stdlib.h>

sheaf_status sheaf_predict(const sheaf_model *model, sheaf_slice csv, const char *name,
                           sheaf_predictions *out, sheaf_err *err)
{
    sheaf_table table;
    *out = (sheaf_predictions){0};
    SHEAF_TRY(
        sheaf_table_read(csv, name, &model->features, SHEAF_TABLE_UNLABELLED, &table, err));
    out->items = calloc(table.rows, sizeof *out->items);
    if (!out->items) {
        sheaf_table_close(&table);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the predictions of %s", name);
    }
    out->count = table.rows;
    out->left_out = table.left_out;
    for (uint32_t i = 0; i < table.rows; i++) {
        double score = sheaf_model_score(model, table.x + (size_t)i * table.d);
        out->items[i] = (sheaf_prediction){
            .line = table.line[i],
            .probability_millionths = (uint32_t)lround(sheaf_probability(score) * 1000000),
            .positive = score >= 0,
        };
    }
    sheaf_table_close(&table);
    return SHEAF_OK;
}

void sheaf_predictions_close(sheaf_predictions *predictions)
{
    free(predictions->items);
    *predictions = (sheaf_predictions){0};
}

sheaf_status sheaf_model_load(const char *path, sheaf_model *out, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_err inner;
    sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(path, SHEAF_MODEL_BYTES_MAX, &bytes, err);
    if (status == SHEAF_OK) {
        status = sheaf_model_read(sheaf_buffer_slice(&bytes), out, &inner);
        if (status != SHEAF_OK)
            status = sheaf_fail(err, status, "%s: %s", path, inner.message);
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}
