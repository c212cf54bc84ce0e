/* Rows in bins. What is here is the same for one owner's part as for all rows together: each
 * row's gradients follow from its own score alone, and sums of integers have no order. */
#include "learn/trees_internal.h"

#include "learn/exact_math.h"
#include "learn/wide.h"
#include "round/fixed_point.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = SHEAF_TREES_BLOCK,
    ONE = 1 << SHEAF_TREES_UNIT_BITS,
    TARGET_BITS = 12, /* a number counts as at most 2^12 deviations from the mean */
    AHEAD = 24,       /* rows that memory is asked for before their turn */
    /* So many rows add up in one word of 64 bits. Of a class |g| <= 2^20 and h <= 2^18, which
     * stands below bit 31; of a number |g| < 2^31 and h is 1, counted below bit 16. */
    TOGETHER = (1 << 12) - 1,
    CLASS_SHIFT = 31,
    NUMBER_SHIFT = 16,
};

static sheaf_status row_check(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                              uint32_t row, sheaf_err *err)
{
    double y = rows->y[row];
    if (trees->terms.number ? !(fabs(y) < 1 << SHEAF_VALUE_BITS) : y != 0 && y != 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          trees->terms.number
                              ? "record %u has no number to learn from"
                              : "record %u has no class: a label must be there, and 0 or 1",
                          row + 1);
    for (uint32_t j = 0; j < rows->d; j++)
        if (isnan(rows->x[(size_t)row * rows->d + j]) && !trees->missing[j])
            return sheaf_fail(err, SHEAF_INVALID,
                              "record %u has no value in column %s, and the model has no place "
                              "for missing values there",
                              row + 1, trees->features.items[j].column);
    return SHEAF_OK;
}

static sheaf_status rows_check(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                               sheaf_err *err)
{
    if (rows->d != trees->features.count)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u features, but the model has %u",
                          rows->d, trees->features.count);
    if (rows->n == 0)
        return sheaf_fail(err, SHEAF_INVALID, "the table has no training rows");
    if (rows->n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u training rows; all members together may have %d",
                          rows->n, SHEAF_RECORDS_MAX);
    for (uint32_t i = 0; i < rows->n; i++)
        SHEAF_TRY(row_check(trees, rows, i, err));
    return SHEAF_OK;
}

static void tile_bin(const sheaf_trees *trees, const sheaf_trees_rows *rows, uint32_t feature,
                     uint32_t from, uint32_t to, uint8_t *bins)
{
    const uint32_t cuts = sheaf_trees_cuts_of(trees, feature);
    const double *x = rows->x + (size_t)from * rows->d + feature;
    int64_t units[SHEAF_TREES_TILE];
    uint32_t places[SHEAF_TREES_TILE];
    assert(from < to && to - from <= SHEAF_TREES_TILE);
    for (uint32_t i = 0; i < to - from; i++)
        units[i] = sheaf_trees_units(x[(size_t)i * rows->d]);
    sheaf_trees_places(trees->cuts + trees->cut_first[feature], cuts, units, to - from, places);
    for (uint32_t i = 0; i < to - from; i++)
        bins[(size_t)(from + i) * BLOCK] =
            (uint8_t)(isnan(x[(size_t)i * rows->d]) ? cuts + 1 : places[i]);
}

static void features_bin(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                         sheaf_binned *out)
{
    for (uint32_t from = 0; from < rows->n; from += SHEAF_TREES_TILE) {
        uint32_t to = rows->n - from < SHEAF_TREES_TILE ? rows->n : from + SHEAF_TREES_TILE;
        for (uint32_t j = 0; j < rows->d; j++)
            tile_bin(trees, rows, j, from, to,
                     out->bins + (size_t)(j / BLOCK) * rows->n * BLOCK + j % BLOCK);
    }
}

static int64_t target_of(const sheaf_trees *trees, double y)
{
    if (!trees->terms.number)
        return y != 0;
    const sheaf_int128 most = (sheaf_int128)SHEAF_UNIT << TARGET_BITS;
    sheaf_int128 z = sheaf_divide_rounded(
        (sheaf_int128)(sheaf_trees_units(y) - trees->target_mean) * SHEAF_UNIT,
        trees->target_scale);
    return (int64_t)(z > most ? most : z < -most ? -most : z);
}

sheaf_status sheaf_binned_open(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                               sheaf_binned *out, sheaf_err *err)
{
    SHEAF_TRY(rows_check(trees, rows, err));
    size_t n = rows->n, blocks = (rows->d + BLOCK - 1) / BLOCK;
    *out = (sheaf_binned){
        .n = rows->n,
        .d = rows->d,
        .shift = trees->terms.number ? NUMBER_SHIFT : CLASS_SHIFT,
        .h_unit = trees->terms.number ? ONE : 1,
        .bins = trees->cuts ? calloc(n, blocks * BLOCK) : NULL,
        .target = malloc(n * sizeof *out->target),
        .score = malloc(n * sizeof *out->score),
        .gradient = malloc(n * sizeof *out->gradient),
        .rows = calloc(n + AHEAD, sizeof *out->rows),
        .spare = malloc(n * sizeof *out->spare),
    };
    if ((trees->cuts && !out->bins) || !out->target || !out->score || !out->gradient
        || !out->rows || !out->spare) {
        sheaf_binned_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u training rows", rows->n);
    }
    if (!trees->terms.number)
        sheaf_trees_curve(out->curve);
    if (trees->cuts)
        features_bin(trees, rows, out);
    for (uint32_t i = 0; i < rows->n; i++) {
        out->target[i] = target_of(trees, rows->y[i]);
        out->score[i] = trees->base;
    }
    return SHEAF_OK;
}

void sheaf_binned_close(sheaf_binned *binned)
{
    free(binned->bins);
    free(binned->target);
    free(binned->score);
    free(binned->gradient);
    free(binned->rows);
    free(binned->spare);
    *binned = (sheaf_binned){0};
}

/* ---- nodes ---- */

/* What of a split decides for a row: its bin is not above `last`, or it is that other one. */
typedef struct {
    const uint8_t *bins; /* of the split's feature: every BLOCK-th */
    uint8_t last, other;
} sides;

static sides sides_of(const sheaf_binned *binned, const sheaf_trees *trees,
                      const sheaf_tree_node *split)
{
    uint32_t j = (uint32_t)split->feature;
    return (sides){
        .bins = binned->bins + (size_t)(j / BLOCK) * binned->n * BLOCK + j % BLOCK,
        .last = split->bin,
        .other =
            split->missing_left ? (uint8_t)(sheaf_trees_cuts_of(trees, j) + 1) : split->bin,
    };
}

static inline bool goes_left(const sides *s, uint32_t row)
{
    uint8_t bin = s->bins[(size_t)row * BLOCK];
    return (bin <= s->last) | (bin == s->other); /* without a branch */
}

/* Rows that go left stay in order at the front, the others behind them in order. Returns how
 * many go left. */
static uint32_t node_part(sheaf_binned *binned, const sides s, uint32_t from, uint32_t to)
{
    uint32_t *rows = binned->rows + from, *spare = binned->spare;
    uint32_t count = to - from, left = 0, right = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = rows[i];
        __builtin_prefetch(s.bins + (size_t)rows[i + AHEAD] * BLOCK);
        bool is_left = goes_left(&s, row);
        /* Both are written, and one of them counts. */
        rows[left] = row;
        spare[right] = row;
        left += is_left;
        right += !is_left;
    }
    memcpy(rows + left, spare, right * sizeof *rows);
    return left;
}

/* The same where both sides are leaves: nobody asks for the order of the rows any more. */
static void leaves_add(sheaf_binned *binned, const sides s, uint32_t from, uint32_t to,
                       const sheaf_tree_node children[2])
{
    const int64_t value[2] = {children[1].value, children[0].value};
    for (uint32_t i = from; i < to; i++) {
        uint32_t row = binned->rows[i], later = binned->rows[i + AHEAD];
        __builtin_prefetch(s.bins + (size_t)later * BLOCK);
        __builtin_prefetch(&binned->score[later]);
        binned->score[row] += value[goes_left(&s, row)];
    }
}

uint32_t sheaf_binned_part(sheaf_binned *binned, const sheaf_trees *trees, uint32_t tree,
                           uint32_t at, uint32_t width)
{
    const sheaf_tree_node *root = trees->nodes + trees->tree_first[tree];
    uint32_t first[SHEAF_TREES_WIDTH_MAX + 1], children = 0, kept = 0;
    memcpy(first, binned->node_first, (width + 1) * sizeof *first);
    for (uint32_t k = 0; k < width; k++) {
        const sheaf_tree_node *node = root + at + k, *child = root + node->left;
        uint32_t from = first[k], to = first[k + 1], left = 0, stay = 0;
        if (node->feature < 0) {
            for (uint32_t i = from; i < to; i++)
                binned->score[binned->rows[i]] += node->value;
            continue;
        }
        sides s = sides_of(binned, trees, node);
        if (child[0].feature == SHEAF_TREES_LEAF && child[1].feature == SHEAF_TREES_LEAF) {
            leaves_add(binned, s, from, to, child);
        } else {
            left = node_part(binned, s, from, to);
            stay = to - from;
        }
        /* Rows in leaves are left behind, so that those of nodes stand together. */
        if (kept != from)
            memmove(binned->rows + kept, binned->rows + from, stay * sizeof *binned->rows);
        assert(children + 2 <= SHEAF_TREES_WIDTH_MAX);
        binned->node_first[children++] = kept;
        binned->node_first[children++] = kept + left;
        kept += stay;
    }
    binned->node_first[children] = kept;
    return children;
}

/* Adds rows to the sums of a block's features. This is where the time of a training goes: the
 * additions are written out, as not every compiler does it. */
static void block_add(const uint8_t *bins, const uint64_t *gradient, const uint32_t *rows,
                      uint32_t count, uint64_t sums[BLOCK][SHEAF_TREES_BINS_MAX])
{
    _Static_assert(BLOCK == 4 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
                   "the additions below");
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t v = gradient[i];
        uint32_t bin;
        memcpy(&bin, bins + (size_t)rows[i] * BLOCK, sizeof bin);
        __builtin_prefetch(bins + (size_t)rows[i + AHEAD] * BLOCK);
        sums[0][bin & 255] += v;
        sums[1][bin >> 8 & 255] += v;
        sums[2][bin >> 16 & 255] += v;
        sums[3][bin >> 24] += v;
    }
}

/* The same of the last block's `here` features. */
static void rest_add(const uint8_t *bins, const uint64_t *gradient, const uint32_t *rows,
                     uint32_t count, uint32_t here, uint64_t sums[BLOCK][SHEAF_TREES_BINS_MAX])
{
    for (uint32_t k = 0; k < here; k++) {
        uint64_t *own = sums[k];
        for (uint32_t i = 0; i < count; i++)
            own[bins[(size_t)rows[i] * BLOCK + k]] += gradient[i];
    }
}

/* Takes the words apart. */
SHEAF_WIDE static void block_take(const uint64_t *sums, uint32_t bins, unsigned shift,
                                  int64_t h_unit, int64_t *histogram)
{
    const uint64_t low = ((uint64_t)1 << shift) - 1;
    for (uint32_t b = 0; b < bins; b++) {
        histogram[2 * b] +=
            (int64_t)sums[b] >> shift; /* a sign stays one, with our compilers */
        histogram[2 * b + 1] += (int64_t)(sums[b] & low) * h_unit;
    }
}

/* Adds at most TOGETHER rows, whose gradients stand in their order. */
static void some_sum(const sheaf_binned *binned, const uint32_t *rows, const uint64_t *gradient,
                     uint32_t count, uint32_t bins, int64_t *histogram)
{
    uint64_t sums[BLOCK][SHEAF_TREES_BINS_MAX];
    for (uint32_t j = 0; j < binned->d; j += BLOCK) {
        const uint8_t *block = binned->bins + (size_t)(j / BLOCK) * binned->n * BLOCK;
        const uint32_t here = binned->d - j < BLOCK ? binned->d - j : BLOCK;
        memset(sums, 0, sizeof sums);
        if (here == BLOCK)
            block_add(block, gradient, rows, count, sums);
        else
            rest_add(block, gradient, rows, count, here, sums);
        for (uint32_t k = 0; k < here; k++)
            block_take(sums[k], bins, binned->shift, binned->h_unit,
                       histogram + 2 * (size_t)(j + k) * bins);
    }
}

void sheaf_binned_sum(const sheaf_binned *binned, uint32_t node, uint32_t bins,
                      int64_t *histogram)
{
    uint64_t gradient[TOGETHER];
    const uint32_t end = binned->node_first[node + 1];
    for (uint32_t from = binned->node_first[node]; from < end; from += TOGETHER) {
        const uint32_t count = end - from < TOGETHER ? end - from : TOGETHER;
        const uint32_t *rows = binned->rows + from;
        for (uint32_t i = 0; i < count; i++) {
            gradient[i] = binned->gradient[rows[i]];
            __builtin_prefetch(&binned->gradient[rows[i + AHEAD]]);
        }
        some_sum(binned, rows, gradient, count, bins, histogram);
    }
}
