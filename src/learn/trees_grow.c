/* From the histograms of a level to its splits: what every participant repeats after a sum.
 * Gains are doubles, each operation rounded for itself in the order that stands here; of equal
 * gains the first counts: the lower feature, missing values to the right, the lower bin. */
#include "learn/trees_internal.h"

#include "learn/wide.h"
#include "round/fixed_point.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MILLION = 1000000,
    SOME = 8,       /* candidates that are looked at together */
    GAIN_LEAST = 1, /* unit of 2^-20: what is below is no gain but rounding */
};

typedef struct {
    double gain; /* of both sides; below 0 where there is no split */
    uint32_t feature, bin;
    bool missing_left;
    sheaf_tree_sums left;
} split;

/* What the search of one feature works on: sums of everything left of each possible cut. */
typedef struct {
    double g[SHEAF_TREES_BINS_MAX], h[SHEAF_TREES_BINS_MAX];
    double gain[SHEAF_TREES_BINS_MAX];
} candidates;

/* Gains of the first `count` candidates; -1 where a side would have less than `least`. */
SHEAF_WIDE static void gains_of(candidates *c, uint32_t count, sheaf_tree_sums all,
                                double lambda, double least)
{
    double all_g = (double)all.g, all_h = (double)all.h;
    for (uint32_t b = 0; b < count; b++) {
        double gl = c->g[b], hl = c->h[b], gr = all_g - gl, hr = all_h - hl;
        double left = hl + lambda, right = hr + lambda;
        double gain = (gl * gl * right + gr * gr * left) / (left * right);
        c->gain[b] = hl < least || hr < least ? -1 : gain;
    }
}

/* Is one of SOME gains above that? Most often none is. */
static inline bool some_above(const double *gain, double best)
{
    uint32_t above = 0;
    for (uint32_t k = 0; k < SOME; k++)
        above |= gain[k] > best;
    return above != 0;
}

static void best_of(const candidates *c, uint32_t count, uint32_t feature, bool missing_left,
                    split *best)
{
    for (uint32_t b = 0; b < count; b++) {
        if (b % SOME == 0 && b + SOME <= count && !some_above(c->gain + b, best->gain))
            b += SOME - 1;
        else if (c->gain[b] > best->gain)
            *best = (split){
                .gain = c->gain[b], .feature = feature, .bin = b, .missing_left = missing_left};
    }
}

/* The bins of one feature; sums to the left of every cut, `first` being left of all. */
static void prefix_of(candidates *c, const sheaf_tree_sums *bins, uint32_t count,
                      sheaf_tree_sums first)
{
    for (uint32_t b = 0; b < count; b++) {
        first.g += bins[b].g;
        first.h += bins[b].h;
        c->g[b] = (double)first.g;
        c->h[b] = (double)first.h;
    }
}

static void node_search(const sheaf_trees *trees, const sheaf_tree_sums *histogram,
                        sheaf_tree_sums all, split *best)
{
    const sheaf_trees_terms *terms = &trees->terms;
    double lambda = ldexp(terms->lambda_millionths, SHEAF_TREES_UNIT_BITS) / MILLION;
    double least = ldexp(terms->min_hessian_millionths, SHEAF_TREES_UNIT_BITS) / MILLION;
    candidates c;
    *best = (split){.gain = -1};
    for (uint32_t j = 0; j < trees->features.count; j++) {
        const sheaf_tree_sums *bins = histogram + (size_t)j * terms->bins;
        uint32_t cuts = sheaf_trees_cuts_of(trees, j), count = cuts + trees->missing[j];
        if (count == 0)
            continue;
        prefix_of(&c, bins, count, (sheaf_tree_sums){0});
        gains_of(&c, count, all, lambda, least > 1 ? least : 1);
        best_of(&c, count, j, false, best);
        if (!trees->missing[j] || bins[cuts + 1].h == 0)
            continue;
        prefix_of(&c, bins, cuts, bins[cuts + 1]);
        gains_of(&c, cuts, all, lambda, least > 1 ? least : 1);
        best_of(&c, cuts, j, true, best);
    }
    double g = (double)all.g;
    if (!(best->gain - g * g / ((double)all.h + lambda) > GAIN_LEAST))
        best->gain = -1;
    if (best->gain < 0)
        return;
    const sheaf_tree_sums *bins = histogram + (size_t)best->feature * terms->bins;
    if (best->missing_left)
        best->left = bins[sheaf_trees_cuts_of(trees, best->feature) + 1];
    for (uint32_t b = 0; b <= best->bin; b++) {
        best->left.g += bins[b].g;
        best->left.h += bins[b].h;
    }
}

/* -rate * G / (H + lambda) in units of 2^-24. */
static int64_t leaf_value(const sheaf_trees_terms *terms, sheaf_tree_sums sums)
{
    sheaf_int128 above = -(sheaf_int128)sums.g * terms->rate_millionths * SHEAF_UNIT;
    sheaf_int128 below =
        (sheaf_int128)sums.h * MILLION
        + (sheaf_int128)terms->lambda_millionths * (1 << SHEAF_TREES_UNIT_BITS);
    return (int64_t)sheaf_divide_rounded(above, below);
}

/* No record pulls more than 2^20 times its h: so no leaf is beyond what a file may hold. */
static bool bin_possible(sheaf_tree_sums bin)
{
    const int64_t bound = (int64_t)1 << SHEAF_TREES_SUM_BITS;
    if (bin.h < 0 || bin.h > bound || bin.g > bound || bin.g < -bound)
        return false;
    sheaf_int128 most = (sheaf_int128)bin.h << SHEAF_TREES_UNIT_BITS;
    return bin.g <= most && bin.g >= -most;
}

bool sheaf_trees_histogram_possible(const sheaf_trees *trees, const sheaf_tree_sums *histogram,
                                    bool root, sheaf_tree_sums *sums)
{
    const int64_t bound = (int64_t)1 << SHEAF_TREES_SUM_BITS;
    for (uint32_t j = 0; j < trees->features.count; j++) {
        const sheaf_tree_sums *bins = histogram + (size_t)j * trees->terms.bins;
        uint32_t used = sheaf_trees_cuts_of(trees, j) + 1 + trees->missing[j];
        sheaf_tree_sums all = {0};
        for (uint32_t b = 0; b < trees->terms.bins; b++) {
            if (!bin_possible(bins[b]) || (b >= used && bins[b].h != 0))
                return false;
            all.g += bins[b].g;
            all.h += bins[b].h;
        }
        if (root && j == 0)
            *sums = all;
        if (all.g != sums->g || all.h != sums->h || all.h < 1 || all.h > bound || all.g > bound
            || all.g < -bound)
            return false;
    }
    return true;
}

/* Does the root's split part the classes without an error? There h is the same of every record,
 * so that it counts them. */
static bool split_tells(const sheaf_trees *trees, const split *s, sheaf_tree_sums all)
{
    int32_t no[2], yes[2];
    sheaf_trees_gradient(trees, NULL, trees->base, 0, no);
    sheaf_trees_gradient(trees, NULL, trees->base, 1, yes);
    if (trees->terms.number || no[1] != yes[1] || no[1] < 1)
        return false;
    int64_t left = s->left.h / no[1], right = (all.h - s->left.h) / no[1];
    int64_t left_g = s->left.g, right_g = all.g - s->left.g;
    return (left_g == left * no[0] && right_g == right * yes[0])
           || (left_g == left * yes[0] && right_g == right * no[0]);
}

uint32_t sheaf_trees_level(const sheaf_trees *trees)
{
    return (trees->step - 1) % trees->terms.depth;
}

uint32_t sheaf_trees_sent(const sheaf_trees *trees, uint32_t pair)
{
    return trees->open[2 * (size_t)pair].h > trees->open[2 * (size_t)pair + 1].h;
}

static sheaf_tree_node *node_add(sheaf_trees *trees, int16_t feature, int64_t value)
{
    assert(trees->node_count < trees->node_capacity);
    sheaf_tree_node *node = &trees->nodes[trees->node_count++];
    *node = (sheaf_tree_node){.feature = feature, .value = value};
    return node;
}

/* A child of the last level is a leaf; of any other it is open. */
static void child_add(sheaf_trees *trees, sheaf_tree_sums sums, bool last,
                      sheaf_tree_sums *open, uint32_t *count)
{
    node_add(trees, last ? SHEAF_TREES_LEAF : SHEAF_TREES_OPEN,
             last ? leaf_value(&trees->terms, sums) : 0);
    if (!last)
        open[(*count)++] = sums;
}

sheaf_status sheaf_trees_tree_begin(sheaf_trees *trees, sheaf_err *err)
{
    uint32_t need = trees->node_count + SHEAF_TREES_NODES_MAX;
    if (need > trees->node_capacity) {
        uint32_t capacity = need + trees->node_capacity / 2;
        sheaf_tree_node *nodes = realloc(trees->nodes, capacity * sizeof *nodes);
        if (!nodes)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for a model of %u nodes", need);
        trees->nodes = nodes;
        trees->node_capacity = capacity;
    }
    trees->tree_first[trees->finished] = trees->node_count;
    node_add(trees, SHEAF_TREES_OPEN, 0);
    trees->open[0] = (sheaf_tree_sums){0};
    trees->open_count = 1;
    return SHEAF_OK;
}

/* Behind the last level the next tree begins, if there is one. */
static sheaf_status step_end(sheaf_trees *trees, sheaf_err *err)
{
    bool last = sheaf_trees_level(trees) + 1 == trees->terms.depth;
    trees->step++;
    if (!last)
        return SHEAF_OK;
    assert(trees->open_count == 0);
    trees->finished++;
    trees->tree_first[trees->finished] = trees->node_count;
    return trees->finished < trees->terms.trees ? sheaf_trees_tree_begin(trees, err) : SHEAF_OK;
}

/* The splits of all open nodes are known: writes them, with the histograms of those that were
 * split moved to the front. */
static void level_write(sheaf_trees *trees, sheaf_tree_sums *histograms, const split *splits)
{
    bool last = sheaf_trees_level(trees) + 1 == trees->terms.depth;
    size_t len = sheaf_trees_histogram_len(trees);
    uint32_t width = trees->open_count, kept = 0, count = 0;
    uint32_t first = trees->node_count - width, root = trees->tree_first[trees->finished];
    sheaf_tree_sums open[SHEAF_TREES_WIDTH_MAX];
    for (uint32_t k = 0; k < width; k++) {
        const split *s = splits + k;
        sheaf_tree_sums all = trees->open[k];
        if (s->gain < 0) {
            trees->nodes[first + k].feature = SHEAF_TREES_LEAF;
            trees->nodes[first + k].value = leaf_value(&trees->terms, all);
            continue;
        }
        trees->nodes[first + k] = (sheaf_tree_node){.feature = (int16_t)s->feature,
                                                    .bin = (uint8_t)s->bin,
                                                    .missing_left = s->missing_left,
                                                    .left = trees->node_count - root};
        child_add(trees, s->left, last, open, &count);
        child_add(trees, (sheaf_tree_sums){all.g - s->left.g, all.h - s->left.h}, last, open,
                  &count);
        if (kept != k)
            memcpy(histograms + kept * len, histograms + k * len, len * sizeof *histograms);
        kept++;
    }
    memcpy(trees->open, open, count * sizeof *open);
    trees->open_count = count;
}

sheaf_status sheaf_trees_possible(sheaf_trees *trees, const sheaf_tree_sums *histograms,
                                  sheaf_err *err)
{
    size_t len = sheaf_trees_histogram_len(trees);
    bool root = sheaf_trees_level(trees) == 0;
    sheaf_tree_sums sums[SHEAF_TREES_WIDTH_MAX];
    memcpy(sums, trees->open, trees->open_count * sizeof *sums);
    for (uint32_t k = 0; k < trees->open_count; k++)
        if (!sheaf_trees_histogram_possible(trees, histograms + k * len, root, &sums[k]))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sums of gradients are impossible for node %u of "
                              "tree %u; abort this round and find the member whose node is "
                              "faulty",
                              k + 1, trees->finished + 1);
    memcpy(trees->open, sums, trees->open_count * sizeof *sums);
    return SHEAF_OK;
}

sheaf_status sheaf_trees_grow(sheaf_trees *trees, sheaf_tree_sums **histograms, sheaf_err *err)
{
    split splits[SHEAF_TREES_WIDTH_MAX];
    size_t len = sheaf_trees_histogram_len(trees);
    for (uint32_t k = 0; k < trees->open_count; k++)
        node_search(trees, *histograms + k * len, trees->open[k], &splits[k]);
    if (trees->step == 1 && trees->open_count > 0 && splits[0].gain >= 0
        && split_tells(trees, &splits[0], trees->open[0]))
        trees->telling = (int32_t)splits[0].feature;
    level_write(trees, *histograms, splits);
    if (trees->open_count > 0) {
        sheaf_tree_sums *before = trees->split;
        trees->split = *histograms;
        *histograms = before;
    }
    return step_end(trees, err);
}
