#include "learn/trees.h"

#include "learn/exact_math.h"
#include "learn/trees_internal.h"
#include "round/fixed_point.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MILLION = 1000000,
    STRENGTH_MAX = 1000000000, /* of lambda and of the least h, in millionths */
    HEAD = 2,                  /* words of step 0 before its cells */
    LOSS_BITS = 5,             /* no record costs 2^5 nats or more */
    ERROR_BITS = 7,            /* or counts as off by more than 2^7 deviations */
};

sheaf_status sheaf_trees_terms_check(const sheaf_trees_terms *terms, sheaf_err *err)
{
    const struct {
        const char *what;
        uint32_t value, least, most;
    } rows[] = {
        {"number of trees", terms->trees, 1, SHEAF_TREES_MAX},
        {"depth", terms->depth, 1, SHEAF_TREES_DEPTH_MAX},
        {"number of bins", terms->bins, SHEAF_TREES_BINS_MIN, SHEAF_TREES_BINS_MAX},
        {"rate in millionths", terms->rate_millionths, 1, MILLION},
        {"lambda in millionths", terms->lambda_millionths, 0, STRENGTH_MAX},
        {"least hessian in millionths", terms->min_hessian_millionths, 0, STRENGTH_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].value < rows[i].least || rows[i].value > rows[i].most)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the %s of a model of trees is %u to %u, not %u", rows[i].what,
                              rows[i].least, rows[i].most, rows[i].value);
    return SHEAF_OK;
}

sheaf_status sheaf_trees_open(const sheaf_features *features, const bool *missing,
                              const sheaf_trees_terms *terms, const sheaf_scaling *scaling,
                              int64_t target_mean, int64_t target_scale, sheaf_trees *out,
                              sheaf_err *err)
{
    SHEAF_TRY(sheaf_trees_terms_check(terms, err));
    if (((size_t)features->count * terms->bins << terms->depth) / 4 > SHEAF_TREES_KEPT_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "trees of depth %u with %u bins of %u features need larger sums than "
                          "a model may keep: use fewer bins or levels",
                          terms->depth, terms->bins, features->count);
    *out = (sheaf_trees){.features = *features,
                         .terms = *terms,
                         .scaling = *scaling,
                         .target_mean = terms->number ? target_mean : 0,
                         .target_scale = terms->number ? target_scale : SHEAF_UNIT,
                         .telling = -1};
    if (missing)
        memcpy(out->missing, missing, features->count * sizeof *missing);
    out->tree_first = calloc(terms->trees + 1, sizeof *out->tree_first);
    out->open = calloc(SHEAF_TREES_WIDTH_MAX, sizeof *out->open);
    if (!out->tree_first || !out->open) {
        sheaf_trees_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a model of %u trees", terms->trees);
    }
    return SHEAF_OK;
}

void sheaf_trees_close(sheaf_trees *trees)
{
    free(trees->cuts);
    free(trees->nodes);
    free(trees->tree_first);
    free(trees->open);
    free(trees->split);
    *trees = (sheaf_trees){0};
}

uint32_t sheaf_trees_steps(const sheaf_trees_terms *terms)
{
    return 1 + terms->trees * terms->depth;
}

size_t sheaf_trees_words(const sheaf_trees_terms *terms, uint32_t d, uint32_t step)
{
    if (step == 0)
        return HEAD + (size_t)d * SHEAF_TREES_CELLS;
    uint32_t level = (step - 1) % terms->depth;
    size_t nodes = level == 0 ? 1 : (size_t)1 << (level - 1);
    return nodes * d * terms->bins * 2 + SHEAF_TREES_STEP_WORDS;
}

/* ---- what an owner adds ---- */

/* Takes the rows from the root of a tree to its open nodes; on the way those in leaves get the
 * leaf's value. */
static void descend(const sheaf_trees *trees, uint32_t tree, sheaf_binned *binned)
{
    const sheaf_tree_node *root = trees->nodes + trees->tree_first[tree];
    uint32_t at = 0, width = 1;
    binned->node_first[0] = 0;
    binned->node_first[1] = binned->n;
    while (width > 0 && root[at].feature != SHEAF_TREES_OPEN) {
        uint32_t children = sheaf_binned_part(binned, trees, tree, at, width);
        at += width;
        width = children;
    }
}

void sheaf_trees_replay(const sheaf_trees *trees, sheaf_binned *binned)
{
    for (uint32_t t = 0; t < trees->finished; t++) {
        for (uint32_t i = 0; i < binned->n; i++)
            binned->rows[i] = i;
        descend(trees, t, binned);
    }
}

sheaf_status sheaf_trees_local(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                               int64_t *words, sheaf_err *err)
{
    if (trees->step >= sheaf_trees_steps(&trees->terms))
        return sheaf_fail(err, SHEAF_INVALID, "all %u trees are finished", trees->finished);
    if (trees->step == 0)
        return sheaf_trees_cells_local(trees, rows, words, err);
    sheaf_binned binned;
    SHEAF_TRY(sheaf_binned_open(trees, rows, &binned, err));
    size_t count = sheaf_trees_words(&trees->terms, rows->d, trees->step);
    size_t len = sheaf_trees_histogram_len(trees);
    memset(words, 0, count * sizeof *words);
    int64_t *behind = words + count - SHEAF_TREES_STEP_WORDS;
    behind[0] = rows->n;
    sheaf_trees_replay(trees, &binned);
    sheaf_binned_figures(trees, &binned, &behind[1], &behind[2]);
    sheaf_binned_begin(trees, &binned);
    descend(trees, trees->finished, &binned); /* to where its open nodes have them */
    if (sheaf_trees_level(trees) == 0)
        sheaf_binned_sum(&binned, 0, trees->terms.bins, words);
    else
        for (uint32_t pair = 0; pair < trees->open_count / 2; pair++)
            sheaf_binned_sum(&binned, 2 * pair + sheaf_trees_sent(trees, pair),
                             trees->terms.bins, words + 2 * len * pair);
    sheaf_binned_close(&binned);
    return SHEAF_OK;
}

sheaf_status sheaf_trees_loss(const sheaf_trees *trees, const sheaf_trees_rows *rows,
                              int64_t *loss, sheaf_err *err)
{
    sheaf_binned binned;
    int64_t other;
    SHEAF_TRY(sheaf_binned_open(trees, rows, &binned, err));
    sheaf_trees_replay(trees, &binned);
    sheaf_binned_figures(trees, &binned, loss, &other);
    sheaf_binned_close(&binned);
    return SHEAF_OK;
}

/* ---- what follows from the sum ---- */

int64_t sheaf_trees_in_label(const sheaf_trees *trees, int64_t deviations)
{
    return (int64_t)sheaf_divide_rounded((sheaf_int128)deviations * trees->target_scale
                                             * MILLION,
                                         (sheaf_int128)SHEAF_UNIT * SHEAF_UNIT);
}

static sheaf_status figures_of(const sheaf_trees *trees, const int64_t *words,
                               sheaf_trees_figures *out, sheaf_err *err)
{
    const bool number = trees->terms.number;
    int64_t n = words[0], loss = words[1], third = words[2];
    if (n < 1 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld training records; it must be 1 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    int64_t third_most = number ? n << (ERROR_BITS + SHEAF_UNIT_BITS) : n;
    int64_t loss_bits = (number ? 2 * ERROR_BITS : LOSS_BITS) + SHEAF_UNIT_BITS;
    if (third < 0 || third > third_most || loss < 0
        || (sheaf_int128)loss > (sheaf_int128)n << loss_bits)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the members' sums of losses and right predictions are impossible for "
            "%lld records; abort this round and find the member whose node is "
            "faulty",
            (long long)n);
    *out = (sheaf_trees_figures){.records = (uint32_t)n};
    if (number) {
        sheaf_int128 square = ((sheaf_int128)loss << SHEAF_UNIT_BITS) / n;
        out->mae_millionths =
            sheaf_trees_in_label(trees, (int64_t)sheaf_divide_rounded(third, n));
        out->rmse_millionths = sheaf_trees_in_label(trees, sheaf_root_rounded(square));
        return SHEAF_OK;
    }
    out->accuracy_millionths = (int64_t)sheaf_divide_rounded((sheaf_int128)third * MILLION, n);
    out->loss_millionths =
        (int64_t)sheaf_divide_rounded((sheaf_int128)loss * MILLION, n * SHEAF_UNIT);
    return SHEAF_OK;
}

/* The histograms of all open nodes from those that were sent and their parents'. What cannot be
 * a difference is found when the tree grows. */
static sheaf_tree_sums *histograms_of(const sheaf_trees *trees, const int64_t *words)
{
    size_t len = sheaf_trees_histogram_len(trees), size = len * sizeof(sheaf_tree_sums);
    sheaf_tree_sums *out = malloc(trees->open_count ? trees->open_count * size : 1);
    if (!out)
        return NULL;
    if (sheaf_trees_level(trees) == 0) {
        memcpy(out, words, size);
        return out;
    }
    for (uint32_t pair = 0; pair < trees->open_count / 2; pair++) {
        uint32_t sent = sheaf_trees_sent(trees, pair);
        sheaf_tree_sums *own = out + (2 * (size_t)pair + sent) * len;
        memcpy(own, words + 2 * len * pair, size);
        sheaf_tree_sums *other = out + (2 * (size_t)pair + !sent) * len;
        memcpy(other, trees->split + len * pair, size);
        for (size_t i = 0; i < len; i++) {
            other[i].g = (int64_t)((uint64_t)other[i].g - (uint64_t)own[i].g);
            other[i].h = (int64_t)((uint64_t)other[i].h - (uint64_t)own[i].h);
        }
    }
    return out;
}

static sheaf_status level_finish(sheaf_trees *trees, const int64_t *words,
                                 sheaf_trees_figures *figures, sheaf_err *err)
{
    size_t count = sheaf_trees_words(&trees->terms, trees->features.count, trees->step);
    size_t histograms = count - SHEAF_TREES_STEP_WORDS;
    bool root = sheaf_trees_level(trees) == 0;
    size_t used = 2 * sheaf_trees_histogram_len(trees) * (root ? 1 : trees->open_count / 2);
    SHEAF_TRY(figures_of(trees, words + histograms, figures, err));
    for (size_t i = used; i < histograms; i++)
        if (words[i] != 0)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sum has something where tree %u has no node; abort "
                              "this round and find the member whose node is faulty",
                              trees->finished + 1);
    sheaf_tree_sums *all = histograms_of(trees, words);
    if (!all)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the histograms of %u nodes",
                          trees->open_count);
    sheaf_status status = sheaf_trees_possible(trees, all, err);
    if (status == SHEAF_OK)
        status = sheaf_trees_grow(trees, &all, err);
    free(all);
    return status;
}

sheaf_status sheaf_trees_finish(sheaf_trees *trees, const int64_t *words,
                                sheaf_trees_figures *figures, sheaf_err *err)
{
    sheaf_trees_figures found = {0};
    if (trees->step >= sheaf_trees_steps(&trees->terms))
        return sheaf_fail(err, SHEAF_INVALID, "all %u trees are finished", trees->finished);
    if (trees->step > 0) {
        SHEAF_TRY(level_finish(trees, words, &found, err));
    } else {
        SHEAF_TRY(sheaf_trees_cells_finish(trees, words, &found, err));
        SHEAF_TRY(sheaf_trees_tree_begin(trees, err));
        trees->step = 1;
    }
    if (figures)
        *figures = found;
    return SHEAF_OK;
}

/* ---- predictions ---- */

static bool goes_left(const sheaf_trees *trees, const sheaf_tree_node *node, double x)
{
    uint32_t j = (uint32_t)node->feature;
    if (isnan(x))
        return node->missing_left;
    /* Behind the last cut there is the bin of missing values alone. */
    return node->bin >= sheaf_trees_cuts_of(trees, j)
           || sheaf_trees_units(x) < trees->cuts[trees->cut_first[j] + node->bin];
}

bool sheaf_trees_score(const sheaf_trees *trees, const double *x, int64_t *score)
{
    for (uint32_t j = 0; j < trees->features.count; j++)
        if (isnan(x[j]) && !trees->missing[j])
            return false;
    *score = trees->base;
    for (uint32_t t = 0; t < trees->finished; t++) {
        const sheaf_tree_node *root = trees->nodes + trees->tree_first[t], *node = root;
        while (node->feature >= 0)
            node = root + node->left + !goes_left(trees, node, x[node->feature]);
        *score += node->value;
    }
    return true;
}

double sheaf_trees_value(const sheaf_trees *trees, int64_t score)
{
    double value = ldexp((double)score, -SHEAF_UNIT_BITS);
    if (!trees->terms.number)
        return sheaf_exact_sigmoid(value);
    return ldexp((double)trees->target_mean, -SHEAF_UNIT_BITS)
           + value * ldexp((double)trees->target_scale, -SHEAF_UNIT_BITS);
}
