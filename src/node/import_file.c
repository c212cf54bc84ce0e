#include "node/import_file.h"

#include "base/text.h"
#include "coop/import.h"
#include "coop/view.h"
#include "learn/csv.h"
#include "learn/times.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER, NAME, CLASS, JOINED, KIND, TERM, CANCELLED_TO, COLUMNS, NAME_MAX_BYTES = 200 };

static const struct {
    const char *name;
    bool needed;
} columns[COLUMNS] = {
    [NUMBER] = {"number", true},
    [NAME] = {"name", true},
    [CLASS] = {"class", true},
    [JOINED] = {"joined", true},
    [KIND] = {"kind", false},
    [TERM] = {"term", false},
    [CANCELLED_TO] = {"cancelled_to", false},
};

typedef struct {
    sheaf_csv csv;
    const sheaf_state *state;
    uint32_t against;   /* an import of this very file */
    int64_t now;        /* seconds since 1970 */
    int place[COLUMNS]; /* in a line, or -1 */
    size_t wide;        /* values of a line */
    size_t names_used;
    bool faulty; /* the line at hand */
    sheaf_import_file *out;
} reader;

__attribute__((format(printf, 3, 4))) static void fault(reader *r, uint32_t line,
                                                        const char *format, ...)
{
    r->faulty = true;
    if (r->out->fault_count++ >= SHEAF_IMPORT_FAULTS_MAX)
        return;
    sheaf_import_fault *at = &r->out->faults[r->out->fault_count - 1];
    va_list args;
    va_start(args, format);
    at->line = line;
    vsnprintf(at->message, sizeof at->message, format, args);
    va_end(args);
}

/* ---- the header ---- */

static sheaf_status read_header(reader *r, sheaf_err *err)
{
    sheaf_slice line, names[COLUMNS + 1];
    for (int c = 0; c < COLUMNS; c++)
        r->place[c] = -1;
    if (!sheaf_csv_line(&r->csv, &line))
        return sheaf_fail(err, SHEAF_INVALID, "%s is empty", r->csv.name);
    SHEAF_TRY(sheaf_csv_values(&r->csv, line, names, COLUMNS + 1, &r->wide, err));
    for (size_t i = 0; i < r->wide && i <= COLUMNS; i++) {
        int c = 0;
        while (c < COLUMNS && !sheaf_slice_equal(names[i], sheaf_str(columns[c].name)))
            c++;
        if (c == COLUMNS || r->place[c] >= 0)
            return sheaf_fail(
                err, SHEAF_INVALID,
                "%s: the column “%.*s” %s; there are number, name, class, joined, "
                "kind, term and cancelled_to",
                r->csv.name, (int)(names[i].len < 40 ? names[i].len : 40),
                (const char *)names[i].data, c == COLUMNS ? "is unknown" : "is there twice");
        r->place[c] = (int)i;
    }
    for (int c = 0; c < COLUMNS; c++)
        if (columns[c].needed && r->place[c] < 0)
            return sheaf_fail(err, SHEAF_INVALID, "%s has no column %s", r->csv.name,
                              columns[c].name);
    return SHEAF_OK;
}

/* ---- values ---- */

static sheaf_slice value_of(const reader *r, const sheaf_slice *values, int column)
{
    return r->place[column] < 0 ? (sheaf_slice){0} : values[r->place[column]];
}

static uint32_t take_number(reader *r, sheaf_slice text)
{
    uint64_t out = 0;
    bool digits = text.len > 0 && text.len <= 10;
    for (size_t i = 0; i < text.len && digits; i++) {
        digits = text.data[i] >= '0' && text.data[i] <= '9';
        out = out * 10 + text.data[i] - '0';
    }
    if (!digits || !out || out >= SHEAF_NONE) {
        fault(r, r->csv.line, "number is a whole number from 1 to 4294967294, not “%.*s”",
              (int)(text.len < 24 ? text.len : 24), text.len ? (const char *)text.data : "");
        return 0;
    }
    const struct sheaf_row_place *place = sheaf_place_find(r->state, (uint32_t)out);
    if (place && place->import != r->against
        && !sheaf_import_over(r->state, place->import, sheaf_coop(r->state)->stamp))
        fault(r, r->csv.line, "number %u stands in the register already", (uint32_t)out);
    return (uint32_t)out;
}

/* Twice the quotation mark inside of quotation marks is one. */
static sheaf_slice take_name(reader *r, sheaf_slice text)
{
    uint8_t *at = r->out->names + r->names_used;
    size_t len = 0;
    if (!text.len || text.len > NAME_MAX_BYTES) {
        fault(r, r->csv.line, "name has %zu bytes; it needs 1 to %d", text.len, NAME_MAX_BYTES);
        return text;
    }
    if (!memchr(text.data, '"', text.len))
        return text;
    for (size_t i = 0; i < text.len; i++) {
        at[len++] = text.data[i];
        i += text.data[i] == '"';
    }
    r->names_used += len;
    return sheaf_bytes(at, len);
}

static uint8_t take_class(reader *r, sheaf_slice text)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(r->state);
    for (uint8_t i = 0; i < bylaws->classes && i < SHEAF_IMPORT_CLASSES_MAX; i++)
        if (sheaf_slice_equal(
                text, SHEAF_WORDS(sheaf_class_at(r->state, bylaws->class_first + i)->name)))
            return i;
    fault(r, r->csv.line, "the bylaws have no class “%.*s”",
          (int)(text.len < 40 ? text.len : 40), text.len ? (const char *)text.data : "");
    return 0;
}

static uint8_t take_kind(reader *r, sheaf_slice text)
{
    if (r->place[KIND] < 0 || sheaf_slice_equal(text, sheaf_str("person")))
        return SHEAF_member_kind_person;
    if (!sheaf_slice_equal(text, sheaf_str("organisation")))
        fault(r, r->csv.line, "kind is person or organisation, not “%.*s”",
              (int)(text.len < 24 ? text.len : 24), text.len ? (const char *)text.data : "");
    return SHEAF_member_kind_organisation;
}

static int64_t take_day(reader *r, int column, sheaf_slice text)
{
    int64_t out = 0;
    if (!text.len && !columns[column].needed)
        return 0;
    if (text.len != 10 || !sheaf_time_parse(text, &out))
        fault(r, r->csv.line, "%s is a day such as 1998-05-31, not “%.*s”",
              columns[column].name, (int)(text.len < 24 ? text.len : 24),
              text.len ? (const char *)text.data : "");
    return out;
}

static void check_days(reader *r, const sheaf_import_line *row)
{
    if (row->joined > r->now)
        fault(r, row->line, "the day of joining is in the future");
    if ((row->term && row->term < row->joined)
        || (row->cancelled_to && row->cancelled_to < row->joined))
        fault(r, row->line, "the membership ends before it began");
    if (row->term < 0 || row->cancelled_to < 0)
        fault(r, row->line, "the membership ended before 1970; leave the line out");
}

static sheaf_status read_line(reader *r, sheaf_slice line, sheaf_err *err)
{
    sheaf_slice values[COLUMNS + 1];
    size_t count;
    sheaf_err why;
    r->faulty = false;
    if (r->out->count == SHEAF_IMPORT_ROWS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s has more than %d members", r->csv.name,
                          SHEAF_IMPORT_ROWS_MAX);
    if (sheaf_csv_values(&r->csv, line, values, COLUMNS + 1, &count, &why) != SHEAF_OK) {
        fault(r, r->csv.line,
              sheaf_utf8_valid(line)
                  ? "cannot be read: a quotation mark or a character out of place"
                  : "is not UTF-8: save the file in that encoding");
        return SHEAF_OK;
    }
    if (count != r->wide) {
        fault(r, r->csv.line, "has %zu values where the first line has %zu", count, r->wide);
        return SHEAF_OK;
    }
    sheaf_import_line row = {
        .line = r->csv.line,
        .number = take_number(r, value_of(r, values, NUMBER)),
        .name = take_name(r, value_of(r, values, NAME)),
        .joined = take_day(r, JOINED, value_of(r, values, JOINED)),
        .term = take_day(r, TERM, value_of(r, values, TERM)),
        .cancelled_to = take_day(r, CANCELLED_TO, value_of(r, values, CANCELLED_TO)),
        .class = take_class(r, value_of(r, values, CLASS)),
        .kind = take_kind(r, value_of(r, values, KIND)),
    };
    if (!r->faulty)
        check_days(r, &row);
    if (!r->faulty)
        r->out->rows[r->out->count++] = row;
    return SHEAF_OK;
}

/* ---- the report ---- */

static int by_number(const void *a, const void *b)
{
    const sheaf_import_line *const *x = a, *const *y = b;
    if ((*x)->number != (*y)->number)
        return (*x)->number < (*y)->number ? -1 : 1;
    return (*x)->line < (*y)->line ? -1 : (*x)->line > (*y)->line;
}

static int by_person(const void *a, const void *b)
{
    const sheaf_import_line *const *x = a, *const *y = b;
    if ((*x)->joined != (*y)->joined)
        return (*x)->joined < (*y)->joined ? -1 : 1;
    if ((*x)->name.len != (*y)->name.len)
        return (*x)->name.len < (*y)->name.len ? -1 : 1;
    return memcmp((*x)->name.data, (*y)->name.data, (*x)->name.len);
}

static void count_row(sheaf_import_file *out, const sheaf_import_line *row, int64_t now)
{
    out->by_class[row->class]++;
    out->by_kind[row->kind]++;
    out->limited += row->term != 0;
    out->cancelled += row->cancelled_to != 0;
    out->ended +=
        (row->term && row->term <= now) || (row->cancelled_to && row->cancelled_to <= now);
}

static sheaf_status reconcile(reader *r, sheaf_err *err)
{
    sheaf_import_file *out = r->out;
    if (!out->count)
        return SHEAF_OK;
    const sheaf_import_line **sorted = malloc(out->count * sizeof *sorted);
    if (!sorted)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the members of %s", r->csv.name);
    for (uint32_t i = 0; i < out->count; i++) {
        sorted[i] = &out->rows[i];
        count_row(out, sorted[i], r->now);
    }
    qsort(sorted, out->count, sizeof(void *), by_person);
    for (uint32_t i = 1; i < out->count; i++)
        out->alike += by_person(&sorted[i - 1], &sorted[i]) == 0;
    qsort(sorted, out->count, sizeof(void *), by_number);
    out->number_low = sorted[0]->number;
    out->number_high = sorted[out->count - 1]->number;
    uint32_t distinct = 1;
    for (uint32_t i = 1; i < out->count; i++) {
        if (sorted[i]->number != sorted[i - 1]->number)
            distinct++;
        else
            fault(r, sorted[i]->line, "number %u is that of line %u as well", sorted[i]->number,
                  sorted[i - 1]->line);
    }
    out->missing = out->number_high - out->number_low + 1 - distinct;
    free(sorted);
    return SHEAF_OK;
}

sheaf_status sheaf_import_file_read(sheaf_slice bytes, const char *name,
                                    const sheaf_state *state, uint32_t against, int64_t now_ms,
                                    sheaf_import_file *out, sheaf_err *err)
{
    reader r = {.state = state, .against = against, .now = now_ms / 1000, .out = out};
    sheaf_slice line;
    *out = (sheaf_import_file){0};
    SHEAF_TRY(sheaf_csv_open(&r.csv, bytes, name, err));
    SHEAF_TRY(read_header(&r, err));
    size_t lines = sheaf_csv_count(&r.csv);
    out->rows = calloc(lines ? lines : 1, sizeof *out->rows);
    out->names = malloc(bytes.len);
    sheaf_status status = out->rows && out->names
                              ? SHEAF_OK
                              : sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    while (status == SHEAF_OK && sheaf_csv_line(&r.csv, &line))
        if (line.len)
            status = read_line(&r, line, err);
    if (status == SHEAF_OK && !out->count && !out->fault_count)
        fault(&r, 2, "no member stands below the names of the columns");
    if (status == SHEAF_OK)
        status = reconcile(&r, err);
    if (status != SHEAF_OK)
        sheaf_import_file_close(out);
    return status;
}

void sheaf_import_file_close(sheaf_import_file *file)
{
    free(file->rows);
    free(file->names);
    file->rows = NULL;
    file->names = NULL;
}
