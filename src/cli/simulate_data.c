/* cli/simulate_data.c - the files that a simulation splits: columns, ranges, groups. Series are
 * read in simulate_series.c. */
#include "cli/simulate.h"

#include "learn/columns.h"
#include "learn/fedsim.h"
#include "learn/file.h"
#include "learn/groups.h"
#include "learn/ranges.h"
#include "privacy/mechanism.h"

#include <math.h>
#include <stdlib.h>

enum { CLASSES = 5 }; /* of a Dirichlet split, at most */
enum { FEATURES_TEXT_MAX = SHEAF_FEATURES_MAX * (SHEAF_COLUMN_MAX + 12) };

/* ---- columns ---- */

static bool is_feature(const simulate_question *q, sheaf_slice name)
{
    const char *const others[] = {q->label, q->column, q->time, q->series_column, "set"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] && sheaf_slice_is(name, others[i]))
            return false;
    return true;
}

sheaf_status simulate_columns(const simulate_question *q, sheaf_slice file, const char *name,
                              sheaf_buffer *text, sheaf_err *err)
{
    sheaf_csv csv;
    static sheaf_columns columns;
    SHEAF_TRY(sheaf_csv_open(&csv, file, name, err));
    SHEAF_TRY(sheaf_columns_open(&columns, &csv, err));
    for (size_t i = 0; i < columns.count; i++) {
        if (!is_feature(q, columns.names[i]))
            continue;
        if (text->len)
            sheaf_buffer_add_byte(text, ',');
        sheaf_buffer_add(text, columns.names[i]);
    }
    return sheaf_buffer_check(text, "the list of columns", err);
}

static sheaf_status features_read(const simulate_question *q, sheaf_slice file,
                                  sheaf_features *out, sheaf_err *err)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, FEATURES_TEXT_MAX);
    sheaf_status status = SHEAF_OK;
    if (q->features)
        sheaf_buffer_add_string(&text, q->features);
    else
        status = simulate_columns(q, file, q->files[0], &text, err);
    if (status == SHEAF_OK)
        status = sheaf_features_parse(sheaf_buffer_slice(&text), sheaf_str(q->label), out, err);
    sheaf_buffer_deinit(&text);
    return status;
}

static sheaf_feature *feature_find(sheaf_features *features, sheaf_slice column)
{
    for (uint32_t j = 0; j < features->count; j++)
        if (!features->items[j].has_level && sheaf_slice_is(column, features->items[j].column))
            return &features->items[j];
    return NULL;
}

/* As a registration says it: "chol=mean,chol=missing" is one feature whose gaps count as
 * average and have an input of their own. */
static sheaf_status gaps_set(sheaf_spec *spec, sheaf_err *err)
{
    const sheaf_features list = spec->features;
    sheaf_features *features = &spec->features;
    features->count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        sheaf_feature *to = &features->items[features->count];
        *to = list.items[i];
        to->missing = SHEAF_MISSING_LEAVE_OUT;
        if (list.items[i].missing == SHEAF_MISSING_INDICATOR)
            continue;
        if (list.items[i].missing == SHEAF_MISSING_MEAN)
            spec->gap[features->count] = SHEAF_GAP_MEAN;
        features->count++;
    }
    spec->inputs = list.count;
    for (uint32_t i = 0; i < list.count; i++) {
        if (list.items[i].missing != SHEAF_MISSING_INDICATOR)
            continue;
        const sheaf_feature *of = feature_find(features, sheaf_str(list.items[i].column));
        sheaf_gap *gap = of ? &spec->gap[of - features->items] : NULL;
        if (!gap || *gap == SHEAF_GAP_LEAVE_OUT)
            return sheaf_fail(err, SHEAF_INVALID, "%s=missing goes with %s=mean",
                              list.items[i].column, list.items[i].column);
        *gap = SHEAF_GAP_INDICATOR;
    }
    for (uint32_t i = 0; i < features->count; i++)
        spec->gaps += spec->gap[i] != SHEAF_GAP_LEAVE_OUT;
    return SHEAF_OK;
}

/* ---- ranges ---- */

/* One `column=low:high` of the list. */
static sheaf_status range_read(sheaf_spec *spec, const char *item, size_t len, sheaf_err *err)
{
    char text[128];
    double low, high;
    if (len >= sizeof text)
        return sheaf_fail(err, SHEAF_INVALID, "a range is too long: %.40s…", item);
    memcpy(text, item, len);
    text[len] = 0;
    char *equals = strrchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
    if (!colon)
        return sheaf_fail(err, SHEAF_INVALID, "the range '%s' has not the form column=low:high",
                          text);
    *equals = *colon = 0;
    sheaf_feature *feature = feature_find(&spec->features, sheaf_str(text));
    bool label = spec->target == SHEAF_target_number && strcmp(text, spec->features.label) == 0;
    if (!feature && !label)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a range is given for %s, which is no feature that is a number",
                          text);
    if (!sheaf_decimal_parse(equals + 1, SHEAF_ROUND_DOWN, &low)
        || !sheaf_decimal_parse(colon + 1, SHEAF_ROUND_UP, &high)
        || !(fabs(low) < 1 << SHEAF_VALUE_BITS && fabs(high) < 1 << SHEAF_VALUE_BITS))
        return sheaf_fail(err, SHEAF_INVALID, "the range of %s is not two numbers", text);
    if (label && !(low < high))
        return sheaf_fail(err, SHEAF_INVALID, "the range of %s is empty", text);
    *(label ? &spec->has_label_range : &feature->has_range) = true;
    *(label ? &spec->label_low_millionths : &feature->low_millionths) =
        llround(low * SIMULATE_MILLION);
    *(label ? &spec->label_high_millionths : &feature->high_millionths) =
        llround(high * SIMULATE_MILLION);
    return SHEAF_OK;
}

static sheaf_status ranges_read(const char *list, sheaf_spec *spec, sheaf_err *err)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        SHEAF_TRY(range_read(spec, list, len, err));
        list += len + (list[len] == ',');
    }
    return SHEAF_OK;
}

/* Where no range was given: that of the values, which only a rehearsal may look at. */
static void ranges_take(simulate_data *data)
{
    for (uint32_t j = 0; j < data->spec.features.count; j++) {
        sheaf_feature *feature = &data->spec.features.items[j];
        double low = INFINITY, high = -INFINITY;
        if (feature->has_level || feature->has_range)
            continue;
        for (uint32_t i = 0; i < data->table.rows; i++) {
            double x = data->table.x[(size_t)i * data->table.d + j];
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        feature->has_range = data->counts.ranges_taken = true;
        if (!(low <= high)) /* nobody has a value */
            low = high = 0;
        feature->low_millionths = (int64_t)floor(low * SIMULATE_MILLION);
        feature->high_millionths = (int64_t)ceil(high * SIMULATE_MILLION);
        if (feature->high_millionths == feature->low_millionths) /* a constant column */
            feature->high_millionths = feature->low_millionths + SIMULATE_MILLION;
    }
}

/* ---- files ---- */

typedef struct {
    const sheaf_learn_kind *kind;
    void *opened[SIMULATE_FILES_MAX];      /* by the kind: tables of the inputs that it needs */
    sheaf_table table[SIMULATE_FILES_MAX]; /* the same, borrowed */
    uint32_t *group[SIMULATE_FILES_MAX];
    sheaf_groups groups;
} reading;

static sheaf_status file_take(const simulate_question *q, uint32_t i, sheaf_slice file,
                              reading *r, simulate_data *out, sheaf_err *err)
{
    if (i == 0) {
        SHEAF_TRY(features_read(q, file, &out->spec.features, err));
        SHEAF_TRY(gaps_set(&out->spec, err));
    }
    sheaf_err why;
    void *opened;
    if (r->kind->open(&out->spec, file, q->files[i], SHEAF_TABLE_EXACT, &opened, &why)
        != SHEAF_OK)
        return sheaf_fail(err, why.status, "%.300s%s", why.message,
                          q->features ? "" : "; --features names the columns to learn from");
    r->opened[i] = opened;
    r->table[i] = *(sheaf_table *)opened;
    if (!q->column)
        return SHEAF_OK;
    r->group[i] = calloc(r->table[i].rows, sizeof *r->group[i]);
    if (!r->group[i])
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
    return sheaf_groups_read(&r->groups, file, q->files[i], q->column, &r->table[i],
                             r->group[i], err);
}

static sheaf_status files_take(const simulate_question *q, reading *r, simulate_data *out,
                               sheaf_err *err)
{
    for (uint32_t i = 0; i < q->file_count; i++) {
        sheaf_buffer file;
        sheaf_buffer_init(&file, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
        sheaf_status status = sheaf_learn_file(q->files[i], SHEAF_CSV_BYTES_MAX, &file, err);
        if (status == SHEAF_OK)
            status = file_take(q, i, sheaf_buffer_slice(&file), r, out, err);
        sheaf_buffer_deinit(&file);
        SHEAF_TRY(status);
    }
    return sheaf_tables_pool(r->table, q->file_count, &out->table, err);
}

/* A number's public range: the label's in --ranges, else that of the values. */
static void label_range_set(const simulate_question *q, simulate_data *data)
{
    double low = INFINITY, high = -INFINITY;
    if (!q->number || data->spec.has_label_range)
        return;
    for (uint32_t i = 0; i < data->table.rows; i++) {
        low = fmin(low, data->table.target[i]);
        high = fmax(high, data->table.target[i]);
    }
    data->spec.has_label_range = data->counts.ranges_taken = true;
    data->spec.label_low_millionths = (int64_t)floor(low * SIMULATE_MILLION);
    data->spec.label_high_millionths = (int64_t)ceil(high * SIMULATE_MILLION);
}

static sheaf_status number_check(const simulate_question *q, const sheaf_table *table,
                                 sheaf_err *err)
{
    for (uint32_t i = 1; i < table->rows; i++)
        if (table->target[i] < table->target[0] || table->target[i] > table->target[0])
            return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s is %g in each of the %u records, so that there is nothing to learn",
                      q->label, table->target[0], table->rows);
}

static sheaf_status rows_check(const simulate_question *q, simulate_data *data, sheaf_err *err)
{
    const sheaf_table *table = &data->table;
    simulate_counts *counts = &data->counts;
    *counts = (simulate_counts){.records = table->rows,
                                .train = table->train_rows,
                                .test = table->test_rows,
                                .left_out = table->left_out,
                                .features = data->spec.features.count,
                                .inputs = data->spec.inputs};
    uint32_t test_positives = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        counts->positives += table->y[i];
        test_positives += table->y[i] && table->is_test[i];
    }
    bool positive = 2 * (counts->positives - test_positives) > table->train_rows;
    counts->frequent = positive ? test_positives : table->test_rows - test_positives;
    if (q->number)
        SHEAF_TRY(number_check(q, table, err));
    else if (counts->positives == 0 || counts->positives == table->rows)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is %s in each of the %u records, so that there is nothing to "
                          "learn",
                          q->label, counts->positives ? "above 0" : "0 or below", table->rows);
    if (table->test_rows == 0 || table->train_rows == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "of the %u records %u are to train on and %u held out; it takes both",
                          table->rows, table->train_rows, table->test_rows);
    return SHEAF_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What four fifths of a number's values are below, and three, two and one. */
static sheaf_status bounds_find(const sheaf_table *table, double bounds[CLASSES - 1],
                                sheaf_err *err)
{
    double *values = malloc(table->rows * sizeof *values);
    if (!values)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to sort %u values", table->rows);
    memcpy(values, table->target, table->rows * sizeof *values);
    qsort(values, table->rows, sizeof *values, by_value);
    for (uint32_t k = 1; k < CLASSES; k++)
        bounds[k - 1] = values[(uint64_t)table->rows * k / CLASSES];
    free(values);
    return SHEAF_OK;
}

/* The label as a class; of a number in which fifth of all values it is. */
static uint32_t class_of(const simulate_question *q, const sheaf_table *table, uint32_t row,
                         const double bounds[CLASSES - 1])
{
    uint32_t class = 0;
    if (!q->number)
        return table->y[row];
    while (class < CLASSES - 1 && table->target[row] >= bounds[class])
        class ++;
    return class;
}

/* The groups of the split: by the column, or for a Dirichlet split by the label. */
static sheaf_status groups_set(const simulate_question *q, const reading *r, simulate_data *out,
                               sheaf_err *err)
{
    out->split = q->split;
    if (q->split.kind == SHEAF_SPLIT_IID)
        return SHEAF_OK;
    out->group = calloc(out->table.rows, sizeof *out->group);
    if (!out->group)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
    out->split.groups = q->column ? r->groups.count : CLASSES;
    double bounds[CLASSES - 1];
    SHEAF_TRY(bounds_find(&out->table, bounds, err));
    uint32_t at = 0;
    for (uint32_t i = 0; i < q->file_count && q->column; i++)
        for (uint32_t k = 0; k < r->table[i].rows; k++)
            out->group[at++] = r->group[i][k];
    for (uint32_t k = 0; k < out->table.rows && !q->column; k++)
        out->group[k] = class_of(q, &out->table, k, bounds);
    out->split.group = out->group;
    return SHEAF_OK;
}

static sheaf_status table_read(const simulate_question *q, const simulate_model *model,
                               simulate_data *out, sheaf_err *err)
{
    reading *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read files");
    r->kind = model->plan.kind;
    sheaf_status status = sheaf_groups_open(&r->groups, err);
    if (status == SHEAF_OK)
        status = files_take(q, r, out, err);
    if (status == SHEAF_OK)
        status = rows_check(q, out, err);
    if (status == SHEAF_OK && q->ranges)
        status = ranges_read(q->ranges, &out->spec, err);
    if (status == SHEAF_OK) {
        ranges_take(out);
        label_range_set(q, out);
    }
    if (status == SHEAF_OK)
        status = sheaf_features_check(&out->spec.features, err);
    if (status == SHEAF_OK)
        status = groups_set(q, r, out, err);
    for (uint32_t i = 0; i < q->file_count; i++) {
        r->kind->close(r->opened[i]);
        free(r->group[i]);
    }
    sheaf_groups_close(&r->groups);
    free(r);
    return status;
}

sheaf_status simulate_data_read(const simulate_question *q, const simulate_model *model,
                                simulate_data *out, sheaf_err *err)
{
    *out = (simulate_data){0};
    sheaf_spec_of_row(&model->row, &out->spec);
    sheaf_status status =
        q->series ? simulate_series_read(q, model, out, err) : table_read(q, model, out, err);
    if (status != SHEAF_OK)
        simulate_data_close(out);
    return status;
}

void simulate_data_close(simulate_data *data)
{
    sheaf_table_close(&data->table);
    for (int i = 0; i < SIMULATE_FILES_MAX; i++)
        sheaf_series_close(&data->file[i]);
    sheaf_series_close(&data->set);
    free(data->group);
    *data = (simulate_data){0};
}
