/* A forecaster in memory and as a file. */
#include "learn/forecast.h"

#include "learn/model_file.h"
#include "learn/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_MAX = 16, VALUES_MAX = SHEAF_SERIES_COLUMNS_MAX * (SHEAF_COLUMN_MAX + 1) };
#define WEIGHT_MAX (((int64_t)1 << (15 + SHEAF_UNIT_BITS)) - 1)
#define FULL       "look-back by horizon"
#define SEASONAL   "seasons ago"

sheaf_status sheaf_forecaster_open(const sheaf_forecast_terms *terms,
                                   const sheaf_series_columns *columns, bool seasonal,
                                   sheaf_forecaster *out, sheaf_err *err)
{
    *out = (sheaf_forecaster){.terms = *terms, .columns = *columns, .seasonal = seasonal};
    SHEAF_TRY(sheaf_forecast_terms_check(terms, err));
    SHEAF_TRY(sheaf_series_columns_check(columns, err));
    out->weight = calloc(sheaf_forecaster_weights(out), sizeof *out->weight);
    return out->weight ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory for a forecaster");
}

void sheaf_forecaster_close(sheaf_forecaster *model)
{
    free(model->weight);
    *model = (sheaf_forecaster){0};
}

/* ---- as a file ---- */

/* The numbers among the notes, in the order of the terms. */
enum { NUMBERS = 6 };
static const char *const number_names[NUMBERS] = {"look_back", "horizon", "every",
                                                  "step",      "season",  "lambda_millionths"};

static void numbers_of(sheaf_forecast_terms *terms, uint32_t *out[NUMBERS])
{
    out[0] = &terms->look_back;
    out[1] = &terms->horizon;
    out[2] = &terms->every;
    out[3] = &terms->step_s;
    out[4] = &terms->season;
    out[5] = &terms->lambda_millionths;
}

void sheaf_forecaster_write(sheaf_buffer *out, const sheaf_forecaster *model)
{
    sheaf_forecast_terms terms = model->terms;
    uint32_t *numbers[NUMBERS];
    char text[NUMBERS][NUMBER_MAX], values[VALUES_MAX] = "";
    sheaf_tensor_note notes[NUMBERS + 5];
    size_t count = sheaf_forecaster_weights(model), at = 0;
    double *weight = calloc(count, sizeof *weight);
    if (!weight) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        weight[i] = ldexp((double)model->weight[i], -SHEAF_UNIT_BITS);
    numbers_of(&terms, numbers);
    for (int i = 0; i < NUMBERS; i++) {
        snprintf(text[i], NUMBER_MAX, "%u", *numbers[i]);
        notes[i] = (sheaf_tensor_note){sheaf_str(number_names[i]), sheaf_str(text[i])};
    }
    for (uint32_t i = 0; i < model->columns.count; i++)
        at += (size_t)snprintf(values + at, sizeof values - at, "%s%s", i ? "," : "",
                               model->columns.value[i]);
    notes[NUMBERS] =
        (sheaf_tensor_note){sheaf_str("format"), sheaf_str(SHEAF_FORECASTER_FORMAT)};
    notes[NUMBERS + 1] =
        (sheaf_tensor_note){sheaf_str("form"), sheaf_str(model->seasonal ? SEASONAL : FULL)};
    notes[NUMBERS + 2] = (sheaf_tensor_note){sheaf_str("time"), sheaf_str(model->columns.time)};
    notes[NUMBERS + 3] =
        (sheaf_tensor_note){sheaf_str("series"), sheaf_str(model->columns.series)};
    notes[NUMBERS + 4] = (sheaf_tensor_note){sheaf_str("values"), sheaf_str(values)};
    sheaf_tensor tensor = model->seasonal
                              ? sheaf_tensor_row("weight", SHEAF_TENSOR_F64, count, weight)
                              : sheaf_tensor_matrix("weight", SHEAF_TENSOR_F64, terms.look_back,
                                                    terms.horizon, weight);
    sheaf_safetensors_write(out, &tensor, 1, notes, NUMBERS + 5);
    free(weight);
}

static sheaf_status name_read(sheaf_slice name, char out[SHEAF_COLUMN_MAX + 1], sheaf_err *err)
{
    if (!name.data || name.len > SHEAF_COLUMN_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file does not name its columns of times, series and "
                          "values");
    memcpy(out, name.data, name.len);
    return SHEAF_OK;
}

static sheaf_status columns_read(const sheaf_safetensors *file, sheaf_series_columns *out,
                                 sheaf_err *err)
{
    sheaf_slice rest = sheaf_safetensors_note(file, "values"), name;
    SHEAF_TRY(name_read(sheaf_safetensors_note(file, "time"), out->time, err));
    SHEAF_TRY(name_read(sheaf_safetensors_note(file, "series"), out->series, err));
    while (out->count < SHEAF_SERIES_COLUMNS_MAX && rest.len > 0) {
        if (!sheaf_take_until(&rest, ',', &name)) {
            name = rest;
            rest.len = 0;
        }
        SHEAF_TRY(name_read(name, out->value[out->count++], err));
    }
    return rest.len == 0 ? SHEAF_OK
                         : sheaf_fail(err, SHEAF_INVALID,
                                      "the model file names more than %d columns of values",
                                      SHEAF_SERIES_COLUMNS_MAX);
}

static sheaf_status weights_read(const sheaf_safetensors *file, sheaf_forecaster *out,
                                 sheaf_err *err)
{
    const uint64_t rows = out->seasonal ? sheaf_forecaster_weights(out) : out->terms.look_back;
    return sheaf_model_file_units(file, "weight", rows, out->seasonal ? 0 : out->terms.horizon,
                                  -WEIGHT_MAX, WEIGHT_MAX, out->weight, err);
}

static sheaf_status file_read(const sheaf_safetensors *file, sheaf_forecaster *out,
                              sheaf_err *err)
{
    sheaf_forecast_terms terms;
    sheaf_series_columns columns = {0};
    uint32_t *numbers[NUMBERS];
    sheaf_slice form = sheaf_safetensors_note(file, "form");
    if (!sheaf_slice_is(sheaf_safetensors_note(file, "format"), SHEAF_FORECASTER_FORMAT))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file is not of the format " SHEAF_FORECASTER_FORMAT);
    if (!sheaf_slice_is(form, SEASONAL) && !sheaf_slice_is(form, FULL))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file's form is neither '" FULL "' nor '" SEASONAL "'");
    numbers_of(&terms, numbers);
    for (int i = 0; i < NUMBERS; i++)
        SHEAF_TRY(sheaf_model_file_number(file, number_names[i], numbers[i], err));
    SHEAF_TRY(columns_read(file, &columns, err));
    SHEAF_TRY(
        sheaf_forecaster_open(&terms, &columns, sheaf_slice_is(form, SEASONAL), out, err));
    return weights_read(file, out, err);
}

static sheaf_status form_check(const sheaf_forecaster *model, sheaf_slice file, sheaf_err *err)
{
    sheaf_buffer again;
    sheaf_buffer_init(&again, SHEAF_SAFETENSORS_BYTES_MAX);
    sheaf_forecaster_write(&again, model);
    return sheaf_model_file_same(file, &again, "a forecaster", err);
}

sheaf_status sheaf_forecaster_read(sheaf_slice file, sheaf_forecaster *out, sheaf_err *err)
{
    sheaf_safetensors tensors;
    *out = (sheaf_forecaster){0};
    SHEAF_TRY(sheaf_safetensors_read(file, "the model file", SHEAF_SAFETENSORS_CANONICAL,
                                     &tensors, err));
    sheaf_status status = file_read(&tensors, out, err);
    sheaf_safetensors_close(&tensors);
    if (status == SHEAF_OK)
        status = form_check(out, file, err);
    if (status != SHEAF_OK)
        sheaf_forecaster_close(out);
    return status;
}
