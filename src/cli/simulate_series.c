/* cli/simulate_series.c - the files that a simulation of forecasters deals out: series. */
#include "cli/simulate.h"

#include "learn/columns.h"
#include "learn/file.h"
#include "learn/times.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = SHEAF_SERIES_COLUMNS_MAX * (SHEAF_COLUMN_MAX + 1), WEEK = 7 };

/* ---- columns ---- */

static sheaf_status name_copy(sheaf_slice name, char out[SHEAF_COLUMN_MAX + 1], sheaf_err *err)
{
    if (name.len > SHEAF_COLUMN_MAX || memchr(name.data, 0, name.len))
        return sheaf_fail(err, SHEAF_INVALID, "the column name '%.*s…' is longer than %d bytes",
                          SHEAF_CSV_SHOWN(name), SHEAF_COLUMN_MAX);
    memcpy(out, name.data, name.len);
    out[name.len] = 0;
    return SHEAF_OK;
}

static sheaf_status values_read(const char *list, sheaf_series_columns *out, sheaf_err *err)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        if (out->count == SHEAF_SERIES_COLUMNS_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "a forecaster has at most %d columns",
                              SHEAF_SERIES_COLUMNS_MAX);
        SHEAF_TRY(name_copy((sheaf_slice){(const uint8_t *)list, len}, out->value[out->count++],
                            err));
        list += len + (list[len] == ',');
    }
    return SHEAF_OK;
}

/* The first column of a file that is not the series', unless --time says another. */
static sheaf_status time_find(const simulate_question *q, sheaf_slice file,
                              char out[SHEAF_COLUMN_MAX + 1], sheaf_err *err)
{
    static sheaf_columns columns;
    sheaf_csv csv;
    SHEAF_TRY(sheaf_csv_open(&csv, file, q->files[0], err));
    SHEAF_TRY(sheaf_columns_open(&columns, &csv, err));
    bool second = columns.count > 1 && q->series_column
                  && sheaf_slice_is(columns.names[0], q->series_column);
    return name_copy(columns.names[second], out, err);
}

static sheaf_status columns_read(const simulate_question *q, sheaf_slice file,
                                 sheaf_series_columns *out, sheaf_err *err)
{
    simulate_question named = *q;
    sheaf_buffer text;
    *out = (sheaf_series_columns){0};
    if (q->time)
        SHEAF_TRY(name_copy(sheaf_str(q->time), out->time, err));
    else
        SHEAF_TRY(time_find(q, file, out->time, err));
    if (q->series_column)
        SHEAF_TRY(name_copy(sheaf_str(q->series_column), out->series, err));
    named.time = out->time;
    sheaf_buffer_init(&text, NAMES_MAX);
    sheaf_status status = SHEAF_OK;
    if (q->features)
        sheaf_buffer_add_string(&text, q->features);
    else
        status = simulate_columns(&named, file, q->files[0], &text, err);
    sheaf_buffer_add_byte(&text, 0);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&text, "the list of columns", err);
    if (status == SHEAF_OK)
        status = values_read((const char *)text.data, out, err);
    sheaf_buffer_deinit(&text);
    return status == SHEAF_OK ? sheaf_series_columns_check(out, err) : status;
}

/* ---- the model ---- */

/* A day of steps, or of days a week, unless the model says otherwise. */
static uint32_t season_of(const struct sheaf_row_model *row, uint32_t step_s)
{
    if (row->season)
        return row->season;
    if (step_s < SHEAF_DAY_S)
        return SHEAF_DAY_S / step_s;
    return step_s == SHEAF_DAY_S ? WEEK : 1;
}

static sheaf_status spec_set(const simulate_model *model, const sheaf_series_columns *columns,
                             simulate_data *out, sheaf_err *err)
{
    sheaf_spec *spec = &out->spec;
    sheaf_forecast_terms *terms = &out->terms;
    spec->features.count = spec->inputs = columns->count;
    for (uint32_t i = 0; i < columns->count; i++)
        memcpy(spec->features.items[i].column, columns->value[i], sizeof columns->value[i]);
    memcpy(spec->forecaster.time, columns->time, sizeof columns->time);
    memcpy(spec->forecaster.series, columns->series, sizeof columns->series);
    spec->forecaster.step_s = out->set.step_s;
    spec->forecaster.season = season_of(&model->row, out->set.step_s);
    *terms = (sheaf_forecast_terms){.look_back = spec->forecaster.look_back,
                                    .horizon = spec->forecaster.horizon,
                                    .every = spec->forecaster.every,
                                    .step_s = spec->forecaster.step_s,
                                    .season = spec->forecaster.season,
                                    .lambda_millionths = spec->lambda_millionths};
    if (terms->season > terms->look_back && !model->row.season)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a season of %u steps of %u seconds is longer than the %u steps that "
                          "%s looks back; let it look back further, or say the season",
                          terms->season, terms->step_s, terms->look_back, model->text);
    return sheaf_forecast_terms_check(terms, err);
}

/* ---- files ---- */

static sheaf_status file_take(const simulate_question *q, uint32_t i,
                              sheaf_series_columns *columns, simulate_data *out, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_err why;
    sheaf_buffer_init(&file, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(q->files[i], SHEAF_CSV_BYTES_MAX, &file, err);
    if (status == SHEAF_OK && i == 0)
        status = columns_read(q, sheaf_buffer_slice(&file), columns, err);
    if (status == SHEAF_OK
        && sheaf_series_read(sheaf_buffer_slice(&file), q->files[i], columns, &out->file[i],
                             &why)
               != SHEAF_OK)
        status =
            sheaf_fail(err, why.status, "%.300s%s", why.message,
                       q->features ? "" : "; --time, --series and --features name columns");
    sheaf_buffer_deinit(&file);
    return status;
}

/* The series of all files in one set, and for a split by series, whose they are. */
static sheaf_status set_join(const simulate_question *q, simulate_data *out, sheaf_err *err)
{
    const uint32_t step_s = out->file[0].step_s;
    uint32_t count = 0, at = 0, groups = 0;
    for (uint32_t i = 0; i < q->file_count; i++) {
        if (out->file[i].step_s != step_s)
            return sheaf_fail(err, SHEAF_INVALID,
                              "%s has a value every %u seconds, but %s every %u", q->files[0],
                              step_s, q->files[i], out->file[i].step_s);
        count += out->file[i].count;
    }
    out->set = (sheaf_series_set){
        .step_s = step_s, .count = count, .items = calloc(count, sizeof *out->set.items)};
    out->group = calloc(count, sizeof *out->group);
    if (!out->set.items || !out->group)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u series", count);
    for (uint32_t i = 0; i < q->file_count; i++) {
        const sheaf_series_set *file = &out->file[i];
        for (uint32_t k = 0; k < file->count; k++, at++) {
            out->set.items[at] = file->items[k];
            out->group[at] = groups + k / (file->count / file->entities);
        }
        groups += file->entities;
    }
    out->split = q->split;
    out->split.group = out->group;
    out->split.groups = groups;
    return SHEAF_OK;
}

static sheaf_status counts_set(simulate_data *out, sheaf_err *err)
{
    const sheaf_windows windows = {out->terms.look_back, out->terms.horizon, out->terms.every};
    simulate_counts *counts = &out->counts;
    counts->series = out->set.count;
    counts->step_s = out->set.step_s;
    counts->features = counts->inputs = out->spec.features.count;
    for (uint32_t i = 0; i < out->set.count; i++) {
        const sheaf_series *series = &out->set.items[i];
        counts->records += series->steps - series->gaps;
        counts->train +=
            sheaf_windows_count(series, &windows, series->train, series->train.from);
        counts->test += sheaf_windows_count(series, &windows, series->test, 0);
    }
    if (counts->train == 0 || counts->test == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the %u series have %llu windows of %u steps to train on and %llu "
                          "held out; it takes both, so look back less or ahead less",
                          counts->series, (unsigned long long)counts->train,
                          out->terms.look_back + out->terms.horizon,
                          (unsigned long long)counts->test);
    return SHEAF_OK;
}

sheaf_status simulate_series_read(const simulate_question *q, const simulate_model *model,
                                  simulate_data *out, sheaf_err *err)
{
    sheaf_series_columns *columns = calloc(1, sizeof *columns);
    if (!columns)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the columns of series");
    sheaf_status status = SHEAF_OK;
    for (uint32_t i = 0; i < q->file_count && status == SHEAF_OK; i++)
        status = file_take(q, i, columns, out, err);
    if (status == SHEAF_OK)
        status = set_join(q, out, err);
    if (status == SHEAF_OK)
        status = spec_set(model, columns, out, err);
    free(columns);
    return status == SHEAF_OK ? counts_set(out, err) : status;
}
