#include "learn/trees_internal.h"

#include "learn/exact_math.h"
#include "round/fixed_point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELLS = SHEAF_TREES_CELLS,
    MIDDLE = 768,                /* cells of one width */
    TAIL = (CELLS - MIDDLE) / 2, /* cells to each side of them */
    WIDTH_BITS = 7,              /* of a middle cell: 2^-7 deviations */
    GROWTH = 15,                 /* 256ths by which a bound in the tail is further out */
    VALUE_UNIT_BITS = 20,        /* values are rounded as for their mean (learn/statistics.h) */
    HEAD = 2,                    /* words before the cells: records, sizes of the targets */
    MILLION = 1000000,
    LOG_2_MILLIONTHS = 693147,
};

int64_t sheaf_trees_units(double x)
{
    const double bound = 1 << SHEAF_VALUE_BITS;
    /* Made positive, to be rounded by cutting off, without a branch on the sign. */
    const int64_t above = (int64_t)1 << (SHEAF_VALUE_BITS + VALUE_UNIT_BITS + 1);
    if (!(x > -bound && x < bound))
        x = x < 0 ? -bound : bound;
    return ((int64_t)(x * (1 << VALUE_UNIT_BITS) + ((double)above + 0.5)) - above)
           * (1 << (SHEAF_UNIT_BITS - VALUE_UNIT_BITS));
}

/* Boundaries of the cells: a value is in the cell of as many boundaries as are not above it. */
static void grid_of(int64_t mean, int64_t scale, int64_t out[CELLS - 1])
{
    const int64_t width = SHEAF_UNIT >> WIDTH_BITS, edge = MIDDLE / 2 * width;
    int64_t at[CELLS - 1]; /* in deviations */
    for (int i = 0; i <= MIDDLE; i++)
        at[TAIL - 1 + i] = (int64_t)i * width - edge;
    for (int i = 0; i + 1 < TAIL; i++) {
        int64_t outer = at[TAIL - 1 + MIDDLE + i];
        outer += outer * GROWTH / 256;
        at[TAIL + MIDDLE + i] = outer;
        at[TAIL - 2 - i] = -outer;
    }
    for (int i = 0; i < CELLS - 1; i++)
        out[i] = mean + (int64_t)sheaf_divide_rounded((sheaf_int128)at[i] * scale, SHEAF_UNIT);
}

/* Both forms are computed, as no processor can foresee the choice. */
static inline const int64_t *half_choose(const int64_t *at, uint32_t half, int64_t x)
{
    const int64_t *further = at + half;
    return further[-1] <= x ? further : at;
}

/* The same bounds are halved for four values in turn, none of which waits for another. */
static void four_places(const int64_t *bounds, uint32_t count, const int64_t x[4],
                        uint32_t out[4])
{
    const int64_t *a = bounds, *b = bounds, *c = bounds, *d = bounds;
    const int64_t xa = x[0], xb = x[1], xc = x[2], xd = x[3];
    while (count > 1) {
        const uint32_t half = count / 2;
        a = half_choose(a, half, xa);
        b = half_choose(b, half, xb);
        c = half_choose(c, half, xc);
        d = half_choose(d, half, xd);
        count -= half;
    }
    out[0] = (uint32_t)(a - bounds) + (*a <= xa);
    out[1] = (uint32_t)(b - bounds) + (*b <= xb);
    out[2] = (uint32_t)(c - bounds) + (*c <= xc);
    out[3] = (uint32_t)(d - bounds) + (*d <= xd);
}

void sheaf_trees_places(const int64_t *bounds, uint32_t count, const int64_t *x, uint32_t n,
                        uint32_t *out)
{
    if (count == 0) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    for (uint32_t i = 0; i < n; i += 4) {
        int64_t values[4] = {0};
        uint32_t places[4];
        const uint32_t here = n - i < 4 ? n - i : 4;
        memcpy(values, x + i, here * sizeof *x);
        four_places(bounds, count, values, places);
        memcpy(out + i, places, here * sizeof *out);
    }
}

/* Adds the values of one feature, that far apart, to its cells. */
static void feature_count(const double *x, uint32_t stride, uint32_t n, const int64_t *grid,
                          int64_t *cells)
{
    for (uint32_t from = 0; from < n; from += SHEAF_TREES_TILE) {
        const uint32_t some = n - from < SHEAF_TREES_TILE ? n - from : SHEAF_TREES_TILE;
        int64_t units[SHEAF_TREES_TILE];
        uint32_t places[SHEAF_TREES_TILE], count = 0;
        for (uint32_t i = 0; i < some; i++) {
            const double value = x[(size_t)(from + i) * stride];
            units[count] = sheaf_trees_units(value);
            count += !isnan(value);
        }
        sheaf_trees_places(grid, CELLS - 1, units, count, places);
        for (uint32_t i = 0; i < count; i++)
            cells[places[i]]++;
    }
}

sheaf_status sheaf_trees_cells_local(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                                     int64_t *words, sheaf_err *err)
{
    sheaf_binned binned; /* checks the rows and reads the targets; there are no cuts yet */
    SHEAF_TRY(sheaf_binned_open(trees, rows, &binned, err));
    memset(words, 0, sheaf_trees_words(&trees->terms, rows->d, 0) * sizeof *words);
    words[0] = rows->n;
    for (uint32_t i = 0; i < rows->n; i++)
        words[1] += binned.target[i] < 0 ? -binned.target[i] : binned.target[i];
    sheaf_binned_close(&binned);
    for (uint32_t j = 0; j < rows->d; j++) {
        int64_t grid[CELLS - 1];
        grid_of(trees->scaling.mean[j], trees->scaling.scale[j], grid);
        feature_count(rows->x + j, rows->d, rows->n, grid, words + HEAD + (size_t)j * CELLS);
    }
    return SHEAF_OK;
}

/* The cells after which a bin ends, at most most-1 of them: each cell that holds records is a
 * bin where they are few enough; else a bin ends as near as can be to an equal share of the
 * records that are left. Returns how many. */
static uint32_t ends_of(const int64_t *cells, uint32_t most, uint32_t ends[])
{
    int64_t left = 0, in_bin = 0;
    uint32_t held = 0, count = 0, before = 0;
    for (uint32_t c = 0; c < CELLS; c++) {
        left += cells[c];
        held += cells[c] > 0;
    }
    bool each = held <= most;
    for (uint32_t c = 0; c < CELLS && count + 1 < most; c++) {
        if (cells[c] == 0)
            continue;
        int64_t share = each ? 1 : left / (most - count);
        bool ends_before = in_bin > 0 && in_bin + cells[c] - share > share - in_bin;
        if (ends_before) {
            ends[count++] = before;
            left -= in_bin;
            in_bin = 0;
        }
        in_bin += cells[c];
        before = c;
        held--;
        if (!ends_before && in_bin >= share && held > 0) {
            ends[count++] = c;
            left -= in_bin;
            in_bin = 0;
        }
    }
    return count;
}

/* The boundary in the middle between the last record of a bin and the first behind it. Bounds
 * of a constant feature, or of one that hardly varies, may be equal; those that part two cells
 * with records in them are not. */
static uint32_t boundary_of(const int64_t *cells, uint32_t end)
{
    uint32_t a = end, b = end + 1;
    while (a > 0 && cells[a] == 0)
        a--;
    while (b + 1 < CELLS && cells[b] == 0)
        b++;
    return a + (b - a - 1) / 2; /* of the b - a boundaries a .. b-1 */
}

static sheaf_status cuts_of(sheaf_trees *trees, const int64_t *words, sheaf_err *err)
{
    uint32_t d = trees->features.count, count = 0;
    int64_t *cuts = malloc((size_t)d * trees->terms.bins * sizeof *cuts);
    if (!cuts)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the cut points of %u features", d);
    for (uint32_t j = 0; j < d; j++) {
        const int64_t *cells = words + HEAD + (size_t)j * CELLS;
        int64_t grid[CELLS - 1];
        uint32_t ends[SHEAF_TREES_BINS_MAX];
        uint32_t most = trees->terms.bins - trees->missing[j];
        uint32_t found = ends_of(cells, most, ends);
        grid_of(trees->scaling.mean[j], trees->scaling.scale[j], grid);
        trees->cut_first[j] = count;
        for (uint32_t i = 0; i < found; i++) {
            int64_t cut = grid[boundary_of(cells, ends[i])];
            if (count == trees->cut_first[j] || cut > cuts[count - 1])
                cuts[count++] = cut;
        }
    }
    trees->cut_first[d] = count;
    free(trees->cuts);
    trees->cuts = cuts;
    return SHEAF_OK;
}

/* The log odds of the positives among n, each class counted as at least half a record, so that
 * one that nobody has seen is unlikely, not impossible. */
static int64_t base_of(int64_t n, int64_t positives)
{
    double odds = (double)(2 * positives + 1) / (double)(2 * (n - positives) + 1);
    return (int64_t)floor(ldexp(sheaf_exact_log(odds), SHEAF_UNIT_BITS) + 0.5);
}

static bool cells_possible(const sheaf_trees *trees, const int64_t *words)
{
    int64_t n = words[0];
    if (words[1] < 0 || words[1] > (trees->terms.number ? n << 37 : n))
        return false;
    for (uint32_t j = 0; j < trees->features.count; j++) {
        const int64_t *cells = words + HEAD + (size_t)j * CELLS;
        int64_t sum = 0;
        for (int c = 0; c < CELLS; c++) {
            if (cells[c] < 0 || cells[c] > n)
                return false;
            sum += cells[c];
        }
        if (sum > n || (sum < n && !trees->missing[j]))
            return false;
    }
    return true;
}

/* Those of a model that knows nothing: a score of 0, the mean of a number. The scale is a
 * deviation with the divisor n-1. */
static void figures_of(const sheaf_trees *trees, const int64_t *words, sheaf_trees_figures *out)
{
    const int64_t n = words[0];
    *out = (sheaf_trees_figures){.records = (uint32_t)n};
    if (!trees->terms.number) {
        out->accuracy_millionths =
            (int64_t)sheaf_divide_rounded((sheaf_int128)words[1] * MILLION, n);
        out->loss_millionths = LOG_2_MILLIONTHS;
        return;
    }
    int64_t root = sheaf_root_rounded(((sheaf_int128)(n - 1) << 2 * SHEAF_UNIT_BITS) / n);
    out->mae_millionths =
        sheaf_trees_in_label(trees, (int64_t)sheaf_divide_rounded(words[1], n));
    out->rmse_millionths = sheaf_trees_in_label(trees, root);
}

sheaf_status sheaf_trees_cells_finish(sheaf_trees *trees, const int64_t *words,
                                      sheaf_trees_figures *figures, sheaf_err *err)
{
    int64_t n = words[0];
    if (n < 1 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld training records; it must be 1 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    if (!cells_possible(trees, words))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sums of cells are impossible for %lld records; abort "
                          "this round and find the member whose node is faulty",
                          (long long)n);
    SHEAF_TRY(cuts_of(trees, words, err));
    trees->base = trees->terms.number ? 0 : base_of(n, words[1]);
    figures_of(trees, words, figures);
    return SHEAF_OK;
}
