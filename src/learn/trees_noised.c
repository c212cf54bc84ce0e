#include "learn/trees_noised.h"

#include "crypto/ed25519.h"
#include "crypto/stream.h"
#include "learn/ranges.h"
#include "learn/trees_internal.h"
#include "privacy/clip.h"
#include "round/fixed_point.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MILLION = 1000000,
    BATCH = 512,
    LEAF_MOST = 4, /* |G / (H + lambda)| */
};

/* ---- the shape ---- */

static int64_t units_of(int64_t millionths)
{
    return (int64_t)sheaf_divide_rounded((sheaf_int128)millionths * SHEAF_UNIT, MILLION);
}

/* Cut points that part each feature's range evenly. */
static sheaf_status cuts_make(sheaf_trees *trees, sheaf_err *err)
{
    uint32_t d = trees->features.count, count = 0;
    trees->cuts = malloc((size_t)d * trees->terms.bins * sizeof *trees->cuts);
    if (!trees->cuts)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the cut points of %u features", d);
    for (uint32_t j = 0; j < d; j++) {
        const sheaf_feature *feature = &trees->features.items[j];
        int64_t low = feature->has_level ? 0 : units_of(feature->low_millionths);
        int64_t high = feature->has_level ? SHEAF_UNIT : units_of(feature->high_millionths);
        uint32_t bins = feature->has_level ? 2 : trees->terms.bins - trees->missing[j];
        trees->cut_first[j] = count;
        for (uint32_t i = 1; i < bins; i++) {
            int64_t cut =
                low + (int64_t)sheaf_divide_rounded((sheaf_int128)(high - low) * i, bins);
            if (count == trees->cut_first[j] || cut > trees->cuts[count - 1])
                trees->cuts[count++] = cut;
        }
    }
    trees->cut_first[d] = count;
    return SHEAF_OK;
}

sheaf_status sheaf_trees_random_open(const sheaf_features *features, const bool *missing,
                                     const sheaf_trees_terms *terms,
                                     int64_t label_low_millionths,
                                     int64_t label_high_millionths, sheaf_trees *out,
                                     sheaf_err *err)
{
    sheaf_scaling scaling;
    int64_t low = units_of(label_low_millionths), high = units_of(label_high_millionths);
    if (terms->number && label_low_millionths >= label_high_millionths)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the label has no public range; learning under noise needs one");
    SHEAF_TRY(sheaf_ranges_scaling(features, &scaling, err));
    SHEAF_TRY(sheaf_trees_open(features, missing, terms, &scaling, low + (high - low) / 2,
                               high > low + 1 ? (high - low) / 2 : 1, out, err));
    sheaf_status status = cuts_make(out, err);
    if (status == SHEAF_OK)
        status = sheaf_trees_tree_begin(out, err);
    out->step = 1;
    if (status != SHEAF_OK)
        sheaf_trees_close(out);
    return status;
}

bool sheaf_trees_alike(const sheaf_trees *a, const sheaf_trees *b)
{
    const uint32_t d = a->features.count;
    return d == b->features.count && a->base == b->base && a->terms.number == b->terms.number
           && a->terms.trees == b->terms.trees && a->terms.depth == b->terms.depth
           && a->terms.bins == b->terms.bins
           && a->terms.rate_millionths == b->terms.rate_millionths
           && a->terms.lambda_millionths == b->terms.lambda_millionths
           && a->terms.min_hessian_millionths == b->terms.min_hessian_millionths
           && a->telling == b->telling && a->target_mean == b->target_mean
           && a->target_scale == b->target_scale
           && memcmp(a->missing, b->missing, sizeof a->missing) == 0
           && memcmp(a->scaling.mean, b->scaling.mean, d * sizeof *a->scaling.mean) == 0
           && memcmp(a->scaling.scale, b->scaling.scale, d * sizeof *a->scaling.scale) == 0
           && memcmp(a->cut_first, b->cut_first, (d + 1) * sizeof *a->cut_first) == 0
           && (a->cut_first[d] == 0
               || memcmp(a->cuts, b->cuts, a->cut_first[d] * sizeof *a->cuts) == 0);
}

/* Which bins of each feature reach a node. */
typedef struct {
    uint8_t low[SHEAF_FEATURES_MAX], high[SHEAF_FEATURES_MAX];
} span;

/* A split by three words that anybody can draw: the feature, the cut point, the side of missing
 * values. Where no cut point of the feature is left the next feature serves; where none has
 * one, nothing is left to be parted, and any cut point sends all one way. */
static void split_draw(const sheaf_trees *trees, const span *at, const uint64_t draw[3],
                       sheaf_tree_node *out)
{
    const uint32_t d = trees->features.count;
    uint32_t j = (uint32_t)(draw[0] % d);
    for (uint32_t tried = 0; at->low[j] >= at->high[j] && tried < d; tried++)
        j = (j + 1) % d;
    uint32_t low = at->low[j], high = at->high[j], cuts = sheaf_trees_cuts_of(trees, j);
    uint32_t bin = high > low ? low + (uint32_t)(draw[1] % (high - low)) : low;
    assert(cuts > 0);
    out->feature = (int16_t)j;
    out->bin = (uint8_t)(bin < cuts ? bin : cuts - 1);
    out->missing_left = trees->missing[j] && (draw[2] & 1);
}

/* Puts the shape of the next tree in the place of its open root. */
static sheaf_status tree_draw(sheaf_trees *trees, uint64_t seed, sheaf_err *err)
{
    const uint32_t inner = ((uint32_t)1 << trees->terms.depth) - 1;
    uint8_t key[SHEAF_NOISED_SEED] = "sheaf random tree";
    uint64_t draw[3];
    span *spans = calloc(2 * (size_t)inner + 1, sizeof *spans);
    if (!spans)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a tree of %u nodes", inner);
    for (int i = 0; i < 8; i++)
        key[20 + i] = (uint8_t)(seed >> (8 * i));
    for (uint32_t j = 0; j < trees->features.count; j++)
        spans[0].high[j] = (uint8_t)sheaf_trees_cuts_of(trees, j);
    sheaf_tree_node *root = trees->nodes + trees->tree_first[trees->finished];
    for (uint32_t i = 0; i < inner; i++) {
        span *left = &spans[2 * i + 1], *right = &spans[2 * i + 2];
        sheaf_stream_words(key, ((uint64_t)trees->finished << 16) + 8 * (uint64_t)i, draw, 3);
        root[i] = (sheaf_tree_node){.left = 2 * i + 1};
        split_draw(trees, &spans[i], draw, &root[i]);
        *left = *right = spans[i];
        uint8_t bin = root[i].bin, high = spans[i].high[root[i].feature];
        if (bin >= spans[i].low[root[i].feature] && bin < high) {
            left->high[root[i].feature] = bin;
            right->low[root[i].feature] = (uint8_t)(bin + 1);
        }
    }
    for (uint32_t i = inner; i < 2 * inner + 1; i++)
        root[i] = (sheaf_tree_node){.feature = SHEAF_TREES_LEAF};
    trees->node_count = trees->tree_first[trees->finished] + 2 * inner + 1;
    trees->open_count = 0;
    free(spans);
    return SHEAF_OK;
}

static sheaf_status shape_check(const sheaf_noised_terms *terms, const sheaf_trees *trees,
                                sheaf_err *err)
{
    if (trees->step == 0 || trees->finished >= trees->terms.trees || trees->open_count != 1
        || sheaf_trees_level(trees) != 0)
        return sheaf_fail(err, SHEAF_INVALID, "the model is not one before the next tree of %u",
                          trees->terms.trees);
    if (terms->words != sheaf_trees_noised_words(&trees->terms))
        return sheaf_fail(err, SHEAF_INVALID, "a sum of %u words is no tree of depth %u",
                          terms->words, trees->terms.depth);
    if (terms->local)
        return sheaf_fail(err, SHEAF_INVALID,
                          "trees are learned from the sum of a round and have no steps of a "
                          "member's own; ask for a mandate whose noise is that of the sum");
    return SHEAF_OK;
}

/* ---- what the rows add ---- */

static uint32_t leaf_of(const sheaf_trees *trees, const sheaf_binned *binned, uint32_t row)
{
    const sheaf_tree_node *root = trees->nodes + trees->tree_first[trees->finished];
    uint32_t at = 0;
    while (root[at].feature >= 0) {
        uint32_t j = (uint32_t)root[at].feature;
        uint32_t bin = sheaf_binned_bin(binned, j, row);
        bool is_missing = bin > sheaf_trees_cuts_of(trees, j);
        bool left = is_missing ? root[at].missing_left : bin <= root[at].bin;
        at = root[at].left + !left;
    }
    return at - (((uint32_t)1 << trees->terms.depth) - 1);
}

/* g and h of a row; of a number, its target taken within the public range. */
static void pull_of(const sheaf_trees *trees, const sheaf_binned *binned, uint32_t row,
                    double out[2])
{
    int32_t gh[2];
    int64_t target = binned->target[row];
    if (trees->terms.number)
        target = target > SHEAF_UNIT ? SHEAF_UNIT : target < -SHEAF_UNIT ? -SHEAF_UNIT : target;
    sheaf_trees_gradient(trees, binned->curve, binned->score[row], target, gh);
    out[0] = ldexp(gh[0], -SHEAF_TREES_UNIT_BITS);
    out[1] = ldexp(gh[1], -SHEAF_TREES_UNIT_BITS);
}

/* A record is taken where its word of the seed's stream is below the rate times 2^64, as in
 * learn/noised_internal.h. */
static void records_add(const sheaf_noised_terms *terms, const sheaf_trees *trees,
                        const sheaf_binned *binned, uint64_t sensitivity,
                        const uint8_t *sample_seed, int64_t *values)
{
    uint64_t draw[BATCH];
    const double norm = (double)terms->norm_millionths / MILLION;
    const bool all = terms->sampling_millionths == MILLION;
    const uint64_t below =
        (uint64_t)(((sheaf_uint128)terms->sampling_millionths << 64) / MILLION);
    for (uint32_t i = 0; i < binned->n; i++) {
        double pull[2];
        int64_t clipped[2];
        if (i % BATCH == 0 && !all)
            sheaf_stream_words(sample_seed, i, draw, BATCH);
        if (!all && draw[i % BATCH] >= below)
            continue;
        pull_of(trees, binned, i, pull);
        (void)sheaf_clip(pull, 2, norm, sensitivity, clipped); /* the others are zero */
        int64_t *leaf = values + 2 * (size_t)leaf_of(trees, binned, i);
        leaf[0] += clipped[0];
        leaf[1] += clipped[1];
    }
    sheaf_wipe(draw, sizeof draw);
}

static sheaf_status mean_add(const sheaf_noised_terms *terms, const sheaf_trees *trees,
                             const sheaf_binned *binned,
                             const uint8_t rounding_seed[SHEAF_NOISED_SEED], int64_t *values,
                             sheaf_err *err)
{
    double sums[2 << SHEAF_TREES_DEPTH_MAX] = {0};
    for (uint32_t i = 0; i < binned->n; i++) {
        double pull[2], *leaf = sums + 2 * (size_t)leaf_of(trees, binned, i);
        pull_of(trees, binned, i, pull);
        leaf[0] += pull[0] / binned->n;
        leaf[1] += pull[1] / binned->n;
    }
    sheaf_status status = sheaf_noised_change_clip(terms, sums, rounding_seed, values, err);
    sheaf_wipe(sums, sizeof sums);
    return status;
}

static void binned_wipe(sheaf_binned *binned)
{
    sheaf_wipe(binned->target, binned->n * sizeof *binned->target);
    sheaf_wipe(binned->score, binned->n * sizeof *binned->score);
    sheaf_binned_close(binned);
}

sheaf_status sheaf_trees_noised_local(const sheaf_noised_terms *terms, sheaf_trees *trees,
                                      uint64_t seed, const sheaf_trees_rows *rows,
                                      const sheaf_noised_seeds *secret, int64_t *values,
                                      sheaf_err *err)
{
    sheaf_noised_scale scale;
    sheaf_binned binned;
    SHEAF_TRY(shape_check(terms, trees, err));
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    memset(values, 0, terms->words * sizeof *values);
    if (rows->n > terms->records_max)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u records, but the members' data sheets count at "
                          "most %u; register this version of the data",
                          rows->n, terms->records_max);
    if (rows->n == 0) /* nothing is added to the noise, and nobody learns of it */
        return SHEAF_OK;
    SHEAF_TRY(sheaf_binned_open(trees, rows, &binned, err));
    sheaf_trees_replay(trees, &binned);
    sheaf_status status = tree_draw(trees, seed, err);
    if (status == SHEAF_OK && terms->unit == SHEAF_NOISED_RECORD)
        records_add(terms, trees, &binned, scale.sensitivity, secret->sample, values);
    else if (status == SHEAF_OK)
        status = mean_add(terms, trees, &binned, secret->rounding, values, err);
    binned_wipe(&binned);
    return status;
}

/* ---- what follows from the sum ---- */

/* A sum as g or h, in units of 2^-20, of records or of members. */
static int64_t pull_summed(const sheaf_noised_terms *terms, uint64_t sensitivity, int64_t sum)
{
    const sheaf_int128 bound = (sheaf_int128)1 << SHEAF_TREES_SUM_BITS;
    sheaf_int128 pull = sheaf_divide_rounded((sheaf_int128)sum * (int64_t)terms->norm_millionths
                                                 * (1 << SHEAF_TREES_UNIT_BITS),
                                             (sheaf_int128)sensitivity * MILLION);
    return (int64_t)(pull > bound ? bound : pull < -bound ? -bound : pull);
}

static int64_t noised_leaf(const sheaf_trees_terms *terms, int64_t g, int64_t h)
{
    const sheaf_int128 one = (sheaf_int128)1 << SHEAF_TREES_UNIT_BITS;
    sheaf_int128 least = terms->min_hessian_millionths * one;
    sheaf_int128 below = (sheaf_int128)h * MILLION;
    if (h < 1 || below < least)
        return 0;
    below += terms->lambda_millionths * one;
    sheaf_int128 value =
        sheaf_divide_rounded(-(sheaf_int128)g * terms->rate_millionths * SHEAF_UNIT, below);
    sheaf_int128 most = (sheaf_int128)LEAF_MOST * SHEAF_UNIT * terms->rate_millionths / MILLION;
    return (int64_t)(value > most ? most : value < -most ? -most : value);
}

sheaf_status sheaf_trees_noised_finish(const sheaf_noised_terms *terms, sheaf_trees *trees,
                                       uint64_t seed, const int64_t *words, sheaf_err *err)
{
    sheaf_noised_scale scale;
    SHEAF_TRY(shape_check(terms, trees, err));
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    SHEAF_TRY(tree_draw(trees, seed, err));
    uint32_t leaves = (uint32_t)1 << trees->terms.depth;
    sheaf_tree_node *leaf = trees->nodes + trees->node_count - leaves;
    for (uint32_t i = 0; i < leaves; i++)
        leaf[i].value =
            noised_leaf(&trees->terms, pull_summed(terms, scale.sensitivity, words[2 * i]),
                        pull_summed(terms, scale.sensitivity, words[2 * i + 1]));
    trees->step += trees->terms.depth;
    trees->finished++;
    trees->tree_first[trees->finished] = trees->node_count;
    return trees->finished < trees->terms.trees ? sheaf_trees_tree_begin(trees, err) : SHEAF_OK;
}
