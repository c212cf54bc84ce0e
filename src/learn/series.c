#include "learn/series.h"

#include "learn/faults.h"
#include "learn/times.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ENTITY_PLACES = 2 * SHEAF_SERIES_MAX,
    PARTS = 3,
};
static const char *const part_names[PARTS] = {"train", "validation", "test"};

/* What is known of one value of the series column while rows come. */
typedef struct {
    sheaf_slice id;
    int64_t first_s, last_s;
    uint32_t last_line;
    uint8_t last_part;
} entity;

/* One line of the file. */
typedef struct {
    int64_t time_s;
    uint32_t line;
    uint16_t entity;
    uint8_t part;
} record;

typedef struct {
    sheaf_csv csv;
    const sheaf_series_columns *columns;
    sheaf_columns cells;
    size_t time, series, set, value[SHEAF_SERIES_COLUMNS_MAX]; /* places in a line */
    entity entities[SHEAF_SERIES_MAX];
    uint16_t place[ENTITY_PLACES]; /* hash table of entities, 1 + index; 0 is free */
    uint32_t entity_count, entity_max;
    record *records;
    double *numbers; /* of each record, columns->count */
    uint32_t count;
    int64_t step_s;              /* smallest distance yet; 0: none. under noise the given one */
    uint32_t step_from, step_to; /* lines between which it is */
    bool noised;
    uint64_t points; /* noised: of the grid yet */
    uint32_t unusable, unusable_line[SHEAF_TABLE_TOLD];
} reader;

static sheaf_status name_check(const char *name, const char *what, sheaf_err *err)
{
    size_t len = strlen(name);
    if (len == 0 || len > SHEAF_COLUMN_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the name of the column of %s has %zu bytes; give 1 to %d", what, len,
                          SHEAF_COLUMN_MAX);
    return SHEAF_OK;
}

sheaf_status sheaf_series_columns_check(const sheaf_series_columns *columns, sheaf_err *err)
{
    if (columns->count == 0 || columns->count > SHEAF_SERIES_COLUMNS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%u columns of values; name 1 to %d",
                          columns->count, SHEAF_SERIES_COLUMNS_MAX);
    SHEAF_TRY(name_check(columns->time, "times", err));
    if (columns->series[0])
        SHEAF_TRY(name_check(columns->series, "series", err));
    if (strcmp(columns->time, columns->series) == 0)
        return sheaf_fail(err, SHEAF_INVALID, "the column %s cannot hold both times and series",
                          columns->time);
    for (uint32_t i = 0; i < columns->count; i++) {
        const char *name = columns->value[i];
        SHEAF_TRY(name_check(name, "values", err));
        bool twice = strcmp(name, columns->time) == 0 || strcmp(name, columns->series) == 0;
        for (uint32_t j = 0; j < i; j++)
            twice = twice || strcmp(name, columns->value[j]) == 0;
        if (twice)
            return sheaf_fail(err, SHEAF_INVALID, "the column %s is named twice", name);
    }
    return SHEAF_OK;
}

/* ---- the header ---- */

static sheaf_status header_read(reader *r, sheaf_err *err)
{
    const sheaf_columns *cells = &r->cells;
    SHEAF_TRY(sheaf_columns_open(&r->cells, &r->csv, err));
    SHEAF_TRY(sheaf_columns_need(cells, &r->csv, r->columns->time, &r->time, err));
    r->series = SHEAF_COLUMN_NONE;
    if (r->columns->series[0])
        SHEAF_TRY(sheaf_columns_need(cells, &r->csv, r->columns->series, &r->series, err));
    for (uint32_t i = 0; i < r->columns->count; i++)
        SHEAF_TRY(sheaf_columns_need(cells, &r->csv, r->columns->value[i], &r->value[i], err));
    r->set = sheaf_columns_find(cells, "set");
    return SHEAF_OK;
}

/* ---- lines ---- */

/* "FILE line N, column C: 'VALUE'", and then what is wrong with it. */
static sheaf_status cell_fail(reader *r, size_t column, const char *what, sheaf_err *err)
{
    r->csv.place = (uint32_t)column + 1;
    return sheaf_fail(err, SHEAF_INVALID, "%s line %u, column %.*s: '%.*s' %s", r->csv.name,
                      r->csv.line, SHEAF_CSV_SHOWN(r->cells.names[column]),
                      SHEAF_CSV_SHOWN(r->cells.values[column]), what);
}

static uint32_t id_hash(sheaf_slice id)
{
    uint32_t hash = 2166136261; /* FNV-1a */
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ id.data[i]) * 16777619;
    return hash % ENTITY_PLACES;
}

/* Finds the line's series; *place tells where it stands or, if it is a new one, will. */
static sheaf_status entity_of(reader *r, sheaf_slice *id, uint32_t *place, sheaf_err *err)
{
    *id = r->series == SHEAF_COLUMN_NONE ? sheaf_str("") : r->cells.values[r->series];
    if (r->series != SHEAF_COLUMN_NONE && sheaf_csv_missing(*id))
        return cell_fail(r, r->series, "is no name of a series", err);
    *place = id_hash(*id);
    while (r->place[*place] && !sheaf_slice_equal(r->entities[r->place[*place] - 1].id, *id))
        *place = (*place + 1) % ENTITY_PLACES;
    if (r->place[*place] == 0 && r->entity_count == r->entity_max)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u begins series %u; a file may hold %d, counting each "
                          "column of values",
                          r->csv.name, r->csv.line, r->entity_count + 1, SHEAF_SERIES_MAX);
    return SHEAF_OK;
}

static sheaf_status part_read(reader *r, uint8_t *out, sheaf_err *err)
{
    *out = 0;
    if (r->set == SHEAF_COLUMN_NONE)
        return SHEAF_OK;
    for (int i = 0; i < PARTS; i++) {
        *out = (uint8_t)i;
        if (sheaf_slice_is(r->cells.values[r->set], part_names[i]))
            return SHEAF_OK;
    }
    return cell_fail(r, r->set, "is neither train, validation nor test", err);
}

static sheaf_status number_read(reader *r, size_t column, double *out, sheaf_err *err)
{
    *out = NAN;
    if (sheaf_csv_missing(r->cells.values[column]))
        return SHEAF_OK;
    return sheaf_columns_number(&r->cells, &r->csv, column, out, err);
}

/* Times of a series go forward; so do its parts. */
static sheaf_status order_check(reader *r, const entity *e, const record *now, sheaf_err *err)
{
    char before[SHEAF_TIME_LEN + 1];
    sheaf_time_print(e->last_s, before);
    if (now->time_s == e->last_s)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "%s line %u has the time of line %u again: %s; every time stands once "
            "in a series, and clocks must not be set back in autumn",
            r->csv.name, now->line, e->last_line, before);
    if (now->time_s < e->last_s)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u goes back in time: line %u has %s; sort the file by time",
                          r->csv.name, now->line, e->last_line, before);
    if (now->part < e->last_part)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u is of set %s after line %u of set %s; parts of a series "
                          "follow each other in time: train, validation, test",
                          r->csv.name, now->line, part_names[now->part], e->last_line,
                          part_names[e->last_part]);
    int64_t step = now->time_s - e->last_s;
    if (!r->noised && (r->step_s == 0 || step < r->step_s)) {
        r->step_s = step;
        r->step_from = e->last_line;
        r->step_to = now->line;
    }
    return SHEAF_OK;
}

/* Under noise a line has its place on the grid of its series, whose first is `e`'s, as soon as
 * it is read. */
static sheaf_status room_check(reader *r, const entity *e, const record *now, sheaf_err *err)
{
    const int64_t since = e ? now->time_s - e->last_s : 0;
    const uint64_t more = (e ? (uint64_t)(since / r->step_s) : 1) * r->columns->count;
    if (since % r->step_s != 0 || r->points + more > SHEAF_SERIES_POINTS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u has no place among steps of %lld "
                          "seconds",
                          r->csv.name, now->line, (long long)r->step_s);
    r->points += more;
    return SHEAF_OK;
}

/* Nothing is kept of a line that is refused. */
static sheaf_status line_read(reader *r, sheaf_slice line, sheaf_err *err)
{
    record *now = &r->records[r->count];
    uint32_t place = 0;
    sheaf_slice id;
    SHEAF_TRY(sheaf_columns_row(&r->cells, &r->csv, line, err));
    now->line = r->csv.line;
    if (!sheaf_time_parse(r->cells.values[r->time], &now->time_s))
        return cell_fail(r, r->time, "is not a time; write it as 2013-07-01 08:30:00", err);
    SHEAF_TRY(part_read(r, &now->part, err));
    for (uint32_t i = 0; i < r->columns->count; i++)
        SHEAF_TRY(number_read(r, r->value[i],
                              &r->numbers[(size_t)r->count * r->columns->count + i], err));
    SHEAF_TRY(entity_of(r, &id, &place, err));
    entity *e = r->place[place] ? &r->entities[r->place[place] - 1] : NULL;
    if (e)
        SHEAF_TRY(order_check(r, e, now, err));
    if (r->noised)
        SHEAF_TRY(room_check(r, e, now, err));
    if (!e) {
        e = &r->entities[r->entity_count++];
        *e = (entity){.id = id, .first_s = now->time_s};
        r->place[place] = (uint16_t)r->entity_count;
    }
    e->last_s = now->time_s;
    e->last_line = now->line;
    e->last_part = now->part;
    now->entity = (uint16_t)(e - r->entities);
    r->count++;
    return SHEAF_OK;
}

static sheaf_status lines_read(reader *r, sheaf_err *err)
{
    sheaf_slice line;
    sheaf_faults found = {.count = 0};
    size_t lines = sheaf_csv_count(&r->csv);
    if (lines == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has a header but no rows", r->csv.name);
    if (lines > SHEAF_CSV_ROWS_MAX || lines * r->columns->count > SHEAF_SERIES_POINTS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has %zu rows of %u values; series may have %d values in all",
                          r->csv.name, lines, r->columns->count, SHEAF_SERIES_POINTS_MAX);
    r->records = calloc(lines, sizeof *r->records);
    r->numbers = calloc(lines * r->columns->count, sizeof *r->numbers);
    if (!r->records || !r->numbers)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the %zu rows of %s", lines,
                          r->csv.name);
    while (sheaf_csv_line(&r->csv, &line)) {
        sheaf_err *first = r->noised ? NULL : sheaf_faults_next(&found);
        if (line_read(r, line, first) == SHEAF_OK)
            continue;
        (void)(sheaf_columns_once(&r->cells, &r->csv, line, first) == SHEAF_OK);
        sheaf_faults_add(&found, &r->csv);
    }
    r->unusable = found.count;
    memcpy(r->unusable_line, found.line, sizeof r->unusable_line);
    if (r->noised)
        return SHEAF_OK;
    return found.count ? sheaf_faults_fail(&found, err) : sheaf_csv_one_mark(&r->csv, err);
}

/* ---- the grid ---- */

static sheaf_status step_check(const reader *r, sheaf_err *err)
{
    if (r->step_s == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "no series of %s has two times; a forecast needs many", r->csv.name);
    if (r->step_s > SHEAF_SERIES_STEP_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the times of %s are more than a year apart; see lines %u and %u",
                          r->csv.name, r->step_from, r->step_to);
    for (uint32_t i = 0; i < r->count; i++) {
        const record *now = &r->records[i];
        int64_t since = now->time_s - r->entities[now->entity].first_s;
        if (since % r->step_s == 0)
            continue;
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u is not a whole number of steps after its series' first "
                          "time; a step is %lld seconds, as between lines %u and %u",
                          r->csv.name, now->line, (long long)r->step_s, r->step_from,
                          r->step_to);
    }
    return SHEAF_OK;
}

static void name_put(const reader *r, const entity *e, uint32_t column, sheaf_series *out)
{
    const char *name = r->columns->value[column];
    size_t len = e->id.len > SHEAF_COLUMN_MAX ? SHEAF_COLUMN_MAX : e->id.len;
    while (len < e->id.len && len > 0 && (e->id.data[len] & 0xc0) == 0x80)
        len--; /* whole characters */
    memcpy(out->name, e->id.data, len);
    if (r->series == SHEAF_COLUMN_NONE)
        snprintf(out->name, sizeof out->name, "%s", name);
    else if (r->columns->count > 1)
        snprintf(out->name + len, sizeof out->name - len, " %s", name);
}

/* Series of the right length without values, each with its default parts. */
static sheaf_status grid_make(const reader *r, sheaf_series_set *out, sheaf_err *err)
{
    uint64_t points = 0;
    uint32_t width = r->columns->count;
    for (uint32_t i = 0; i < r->entity_count; i++)
        points += (uint64_t)((r->entities[i].last_s - r->entities[i].first_s) / r->step_s + 1)
                  * width;
    if (points > SHEAF_SERIES_POINTS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s spans %llu steps of %lld seconds, gaps included; series may have "
                          "%d. is the distance between lines %u and %u right",
                          r->csv.name, (unsigned long long)points, (long long)r->step_s,
                          SHEAF_SERIES_POINTS_MAX, r->step_from, r->step_to);
    *out = (sheaf_series_set){.step_s = (uint32_t)r->step_s,
                              .lines = r->count + r->unusable,
                              .unusable = r->unusable,
                              .count = r->entity_count * width,
                              .entities = r->entity_count};
    memcpy(out->unusable_line, r->unusable_line, sizeof out->unusable_line);
    out->items = calloc((size_t)out->count + 1, sizeof *out->items);
    out->block = calloc(points + 1, sizeof *out->block);
    if (!out->items || !out->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the %llu steps of %s",
                          (unsigned long long)points, r->csv.name);
    for (uint64_t i = 0; i < points; i++)
        out->block[i] = NAN;
    double *at = out->block;
    for (uint32_t i = 0; i < out->count; i++) {
        const entity *e = &r->entities[i / width];
        sheaf_series *one = &out->items[i];
        uint32_t steps = (uint32_t)((e->last_s - e->first_s) / r->step_s + 1);
        *one = (sheaf_series){.start_s = e->first_s,
                              .step_s = out->step_s,
                              .steps = steps,
                              .gaps = steps,
                              .value = at,
                              .train = {0, steps - steps / 4},
                              .validation = {steps - steps / 4, steps - steps / 4},
                              .test = {steps - steps / 4, steps}};
        name_put(r, e, i % width, one);
        at += steps;
    }
    return SHEAF_OK;
}

/* With a column `set`: a part ends where a row of a later one stands. */
static void parts_from_set(const reader *r, sheaf_series_set *out)
{
    uint32_t width = r->columns->count;
    for (uint32_t i = 0; i < out->count; i++) {
        sheaf_series *one = &out->items[i];
        one->validation = one->test = (sheaf_span){one->steps, one->steps};
    }
    for (uint32_t i = r->count; i-- > 0;) {
        const record *now = &r->records[i];
        sheaf_series *all = &out->items[now->entity * width];
        uint32_t step = (uint32_t)((now->time_s - all->start_s) / r->step_s);
        for (uint32_t j = 0; j < width; j++) {
            if (now->part == 2)
                all[j].test.from = step;
            if (now->part >= 1)
                all[j].validation.from = step;
        }
    }
    for (uint32_t i = 0; i < out->count; i++) {
        out->items[i].validation.to = out->items[i].test.from;
        out->items[i].train.to = out->items[i].validation.from;
    }
}

static sheaf_status grid_fill(const reader *r, sheaf_series_set *out, sheaf_err *err)
{
    uint32_t width = r->columns->count;
    if (!r->noised)
        SHEAF_TRY(step_check(r, err));
    SHEAF_TRY(grid_make(r, out, err));
    for (uint32_t i = 0; i < r->count; i++) {
        const record *now = &r->records[i];
        sheaf_series *all = &out->items[now->entity * width];
        int64_t step = (now->time_s - all->start_s) / r->step_s;
        for (uint32_t j = 0; j < width; j++) {
            double value = r->numbers[(size_t)i * width + j];
            assert(all[j].value);
            all[j].value[step] = value;
            all[j].gaps -= !isnan(value);
        }
    }
    if (r->set != SHEAF_COLUMN_NONE)
        parts_from_set(r, out);
    return SHEAF_OK;
}

/* With a step: under noise. */
static sheaf_status series_read(sheaf_slice bytes, const char *name,
                                const sheaf_series_columns *columns, uint32_t step_s,
                                sheaf_series_set *out, sheaf_err *err)
{
    *out = (sheaf_series_set){0};
    SHEAF_TRY(sheaf_series_columns_check(columns, err));
    reader *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    r->columns = columns;
    r->noised = step_s > 0;
    r->step_s = step_s;
    r->entity_max = SHEAF_SERIES_MAX / columns->count;
    sheaf_status status = sheaf_csv_open(&r->csv, bytes, name, err);
    if (status == SHEAF_OK)
        status = header_read(r, err);
    if (status == SHEAF_OK)
        status = lines_read(r, err);
    if (status == SHEAF_OK)
        status = grid_fill(r, out, err);
    if (status != SHEAF_OK)
        sheaf_series_close(out);
    free(r->records);
    free(r->numbers);
    free(r);
    return status;
}

sheaf_status sheaf_series_read(sheaf_slice bytes, const char *name,
                               const sheaf_series_columns *columns, sheaf_series_set *out,
                               sheaf_err *err)
{
    return series_read(bytes, name, columns, 0, out, err);
}

sheaf_status sheaf_series_read_noised(sheaf_slice bytes, const char *name,
                                      const sheaf_series_columns *columns, uint32_t step_s,
                                      sheaf_series_set *out, sheaf_err *err)
{
    assert(step_s > 0 && step_s <= SHEAF_SERIES_STEP_MAX);
    return series_read(bytes, name, columns, step_s, out, err);
}

void sheaf_series_close(sheaf_series_set *set)
{
    free(set->items);
    free(set->block);
    *set = (sheaf_series_set){0};
}

/* ---- parts ---- */

static void split(sheaf_series *series, uint64_t validation, uint64_t test, uint64_t end)
{
    assert(validation <= test && test <= end);
    uint64_t steps = series->steps;
    uint32_t a = (uint32_t)(validation < steps ? validation : steps);
    uint32_t b = (uint32_t)(test < steps ? test : steps);
    uint32_t c = (uint32_t)(end < steps ? end : steps);
    series->train = (sheaf_span){0, a};
    series->validation = (sheaf_span){a, b};
    series->test = (sheaf_span){b, c};
}

void sheaf_series_split_steps(sheaf_series_set *set, uint32_t validation, uint32_t test,
                              uint32_t end)
{
    for (uint32_t i = 0; i < set->count; i++)
        split(&set->items[i], validation, test, end);
}

/* The first step at that time or later. */
static uint64_t step_at(const sheaf_series *series, int64_t time_s)
{
    if (time_s <= series->start_s)
        return 0;
    return (uint64_t)(time_s - series->start_s + series->step_s - 1) / series->step_s;
}

void sheaf_series_split_times(sheaf_series_set *set, int64_t validation_s, int64_t test_s,
                              int64_t end_s)
{
    for (uint32_t i = 0; i < set->count; i++) {
        sheaf_series *one = &set->items[i];
        split(one, step_at(one, validation_s), step_at(one, test_s), step_at(one, end_s));
    }
}
