/* In which groups the rows of a table are, and which groups may be told of. */
#include "learn/by_group.h"
#include "learn/columns.h"

#include <stdlib.h>

enum { PATTERNS = 1 << SHEAF_GROUPS_REPORTED_MAX, UNKNOWNS = 1 + SHEAF_GROUPS_REPORTED_MAX };

/* A prime that no determinant of 17 rows of zeros and ones reaches (Hadamard's bound is 18^9 /
 * 2^17), so that ranks modulo it are ranks. */
#define PRIME ((uint64_t)2147483647)

/* ---- which rows ---- */

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

/* ---- which groups ---- */

/* Held-out records by the groups that they are in. */
typedef struct {
    uint32_t patterns; /* how many there can be */
    uint32_t count[PATTERNS];
    uint8_t
        left[PATTERNS]; /* that a base may still take; no more are ever needed of one kind */
} pattern_counts;

/* Equations in echelon form, one a leading unknown. */
typedef struct {
    uint64_t row[UNKNOWNS][UNKNOWNS];
    bool has[UNKNOWNS];
    uint32_t rank;
} base;

static uint64_t inverse(uint64_t a)
{
    uint64_t result = 1;
    for (uint64_t power = PRIME - 2; power; power >>= 1) {
        if (power & 1)
            result = result * a % PRIME;
        a = a * a % PRIME;
    }
    return result;
}

/* False where the equation of such records follows from those that are there. */
static bool base_add(base *b, uint32_t pattern)
{
    uint64_t v[UNKNOWNS] = {1}; /* every record is one of all */
    for (uint32_t g = 0; g < SHEAF_GROUPS_REPORTED_MAX; g++)
        v[g + 1] = pattern >> g & 1;
    for (uint32_t k = 0; k < UNKNOWNS; k++) {
        if (v[k] == 0)
            continue;
        uint64_t factor = b->has[k] ? PRIME - v[k] : inverse(v[k]);
        for (uint32_t j = k; j < UNKNOWNS; j++)
            v[j] = b->has[k] ? (v[j] + factor * b->row[k][j]) % PRIME : v[j] * factor % PRIME;
        if (b->has[k])
            continue;
        memcpy(b->row[k], v, sizeof v);
        b->has[k] = true;
        b->rank++;
        return true;
    }
    return false;
}

/* A base of records that no base before has taken, those of common kinds first. */
static uint32_t base_take(pattern_counts *p)
{
    base b = {.rank = 0};
    for (uint8_t left = SHEAF_BY_GROUP_LEAST; left > 0; left--)
        for (uint32_t k = 0; k < p->patterns; k++)
            if (p->left[k] == left && base_add(&b, k))
                p->left[k]--;
    return b.rank;
}

/* Do so many bases have all that can be told of the groups of the mask? */
static bool is_safe(pattern_counts *p, const sheaf_table *table, const uint16_t *of,
                    uint32_t mask)
{
    uint32_t rank = 0;
    memset(p->count, 0, sizeof p->count);
    for (uint32_t i = 0; i < table->rows; i++)
        p->count[of[i] & mask] += table->is_test[i];
    for (uint32_t k = 0; k < p->patterns; k++)
        p->left[k] =
            p->count[k] < SHEAF_BY_GROUP_LEAST ? (uint8_t)p->count[k] : SHEAF_BY_GROUP_LEAST;
    for (int i = 0; i < SHEAF_BY_GROUP_LEAST; i++) {
        uint32_t found = base_take(p);
        if (i > 0 && found != rank)
            return false;
        rank = found;
    }
    return true;
}

static sheaf_status reported_set(const sheaf_table *table, sheaf_group_rows *out,
                                 sheaf_err *err)
{
    pattern_counts *p = calloc(1, sizeof *p);
    if (!p)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to look at groups of rows");
    p->patterns = 1u << out->named.count;
    out->none = !is_safe(p, table, out->of, 0);
    for (uint32_t g = 0, next; g < out->named.count && !out->none; g = next) {
        uint32_t column = 1u << g;
        for (next = g + 1; next < out->named.count; next++) {
            if (sheaf_group_column_begins(&out->named, next))
                break;
            column |= 1u << next;
        }
        if (is_safe(p, table, out->of, out->reported | column))
            out->reported |= column;
    }
    free(p);
    return SHEAF_OK;
}

sheaf_status sheaf_group_rows_open(const sheaf_group_names *named, sheaf_slice file,
                                   const char *name, const sheaf_table *table, bool noised,
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
    if (status == SHEAF_OK && noised)
        out->reported = PATTERNS - 1;
    else if (status == SHEAF_OK)
        status = reported_set(table, out, err);
    if (status != SHEAF_OK)
        sheaf_group_rows_close(out);
    return status;
}

void sheaf_group_rows_close(sheaf_group_rows *rows)
{
    free(rows->of);
    *rows = (sheaf_group_rows){0};
}
