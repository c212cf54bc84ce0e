#include "learn/trees_statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OF_COLUMN = 3 }; /* words */

/* One column's values that are there, added up as a table of that column alone. */
static sheaf_status column_add(const double *values, uint32_t rows, uint32_t stride,
                               sheaf_table *table, int64_t *words, uint32_t *count,
                               sheaf_err *err)
{
    int64_t own[1 + OF_COLUMN];
    *count = 0;
    for (uint32_t i = 0; i < rows; i++)
        if (!isnan(values[(size_t)i * stride]))
            table->x[(*count)++] = values[(size_t)i * stride];
    memset(words, 0, OF_COLUMN * sizeof *words);
    if (*count == 0)
        return SHEAF_OK;
    table->rows = table->train_rows = *count;
    SHEAF_TRY(sheaf_statistics_local(table, own, err));
    memcpy(words, own + 1, OF_COLUMN * sizeof *words);
    return SHEAF_OK;
}

sheaf_status sheaf_trees_statistics_local(const sheaf_trees_rows *rows, const bool *missing,
                                          bool number, int64_t *words, sheaf_err *err)
{
    sheaf_table table = {
        .d = 1, .x = calloc(rows->n + 1u, sizeof *table.x), .is_test = calloc(rows->n + 1u, 1)};
    int64_t *gap = words + 1 + OF_COLUMN * ((size_t)rows->d + number);
    uint32_t count;
    sheaf_status status = SHEAF_OK;
    if (!table.x || !table.is_test)
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory for %u training rows", rows->n);
    else if (rows->n == 0)
        status = sheaf_fail(err, SHEAF_INVALID, "the table has no training rows");
    for (uint32_t j = 0; j < rows->d && status == SHEAF_OK; j++) {
        status = column_add(rows->x + j, rows->n, rows->d, &table,
                            words + 1 + (size_t)OF_COLUMN * j, &count, err);
        if (missing[j])
            *gap++ = count;
        else if (count < rows->n && status == SHEAF_OK)
            status = sheaf_fail(err, SHEAF_INVALID, "feature %u has gaps", j + 1);
    }
    if (number && status == SHEAF_OK)
        status = column_add(rows->y, rows->n, 1, &table,
                            words + 1 + (size_t)OF_COLUMN * rows->d, &count, err);
    words[0] = rows->n;
    free(table.x);
    free(table.is_test);
    return status;
}

static sheaf_status column_finish(const int64_t *words, int64_t n, int64_t *mean,
                                  int64_t *scale, sheaf_err *err)
{
    int64_t own[1 + OF_COLUMN] = {n, words[0], words[1], words[2]};
    sheaf_scaling of;
    SHEAF_TRY(sheaf_statistics_finish(own, 1, &of, NULL, err));
    *mean = of.mean[0];
    *scale = of.scale[0];
    return SHEAF_OK;
}

sheaf_status sheaf_trees_statistics_finish(const int64_t *words, uint32_t d,
                                           const bool *missing, bool number,
                                           sheaf_trees_spread *out, sheaf_err *err)
{
    const int64_t n = words[0], *gap = words + 1 + OF_COLUMN * ((size_t)d + number);
    *out = (sheaf_trees_spread){.target_scale = SHEAF_UNIT};
    for (uint32_t j = 0; j < d; j++) {
        int64_t count = missing[j] ? *gap++ : n;
        if (count < 0 || count > n)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sum counts %lld values of feature %u in %lld "
                              "records; abort this round and find the member whose node is "
                              "faulty",
                              (long long)count, j + 1, (long long)n);
        out->scaling.scale[j] = SHEAF_UNIT;
        if (count >= 2 || !missing[j])
            SHEAF_TRY(column_finish(words + 1 + (size_t)OF_COLUMN * j, count,
                                    &out->scaling.mean[j], &out->scaling.scale[j], err));
    }
    if (number)
        SHEAF_TRY(column_finish(words + 1 + (size_t)OF_COLUMN * d, n, &out->target_mean,
                                &out->target_scale, err));
    return SHEAF_OK;
}
