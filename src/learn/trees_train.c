#include "learn/trees_internal.h"

#include <stdlib.h>
#include <string.h>

/* The histograms of all open nodes: of two siblings the one with fewer rows is added up, and
 * the other is the rest. Which of them is sent does not matter here: sums of integers have no
 * order. */
static void histograms_of(sheaf_trees *trees, const sheaf_binned *binned, sheaf_tree_sums *out)
{
    size_t len = sheaf_trees_histogram_len(trees), size = len * sizeof(sheaf_tree_sums);
    if (sheaf_trees_level(trees) == 0) {
        memset(out, 0, size);
        sheaf_binned_sum(binned, 0, trees->terms.bins, (int64_t *)out);
        trees->open[0] = (sheaf_tree_sums){0};
        for (uint32_t b = 0; b < trees->terms.bins; b++) {
            trees->open[0].g += out[b].g;
            trees->open[0].h += out[b].h;
        }
    }
    for (uint32_t pair = 0; pair < trees->open_count / 2; pair++) {
        const uint32_t *first = binned->node_first + 2 * (size_t)pair;
        uint32_t few = first[1] - first[0] > first[2] - first[1];
        sheaf_tree_sums *own = out + (2 * (size_t)pair + few) * len;
        sheaf_tree_sums *rest = out + (2 * (size_t)pair + !few) * len;
        const sheaf_tree_sums *parent = trees->split + len * pair;
        memset(own, 0, size);
        sheaf_binned_sum(binned, 2 * pair + few, trees->terms.bins, (int64_t *)own);
        for (size_t i = 0; i < len; i++)
            rest[i] = (sheaf_tree_sums){parent[i].g - own[i].g, parent[i].h - own[i].h};
    }
}

/* One step of the unfinished tree, and the rows to its new nodes. */
static sheaf_status level_train(sheaf_trees *trees, sheaf_binned *binned,
                                sheaf_tree_sums **histograms, sheaf_err *err)
{
    uint32_t tree = trees->finished, width = trees->open_count;
    uint32_t at = trees->node_count - width - trees->tree_first[tree];
    bool last = sheaf_trees_level(trees) + 1 == trees->terms.depth;
    histograms_of(trees, binned, *histograms);
    SHEAF_TRY(sheaf_trees_grow(trees, histograms, err));
    uint32_t children = sheaf_binned_part(binned, trees, tree, at, width);
    if (last) /* they are leaves */
        sheaf_binned_part(binned, trees, tree, at + width, children);
    return SHEAF_OK;
}

/* The steps after step 0. Two levels' histograms are in memory, which change places. */
static sheaf_status steps_train(sheaf_trees *trees, sheaf_binned *binned, sheaf_err *err)
{
    size_t len = sheaf_trees_histogram_len(trees) << (trees->terms.depth - 1);
    sheaf_tree_sums *histograms = calloc(len, sizeof *histograms);
    trees->split = calloc(len, sizeof *trees->split);
    if (!histograms || !trees->split) {
        free(histograms);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for histograms of %u features",
                          binned->d);
    }
    sheaf_status status = SHEAF_OK;
    while (status == SHEAF_OK && trees->step < sheaf_trees_steps(&trees->terms)) {
        if (sheaf_trees_level(trees) == 0)
            sheaf_binned_begin(trees, binned);
        status = level_train(trees, binned, &histograms, err);
    }
    free(histograms);
    return status;
}

sheaf_status sheaf_trees_train(sheaf_trees *trees, const sheaf_trees_rows *rows, sheaf_err *err)
{
    sheaf_binned binned;
    int64_t *words =
        calloc(sheaf_trees_words(&trees->terms, trees->features.count, 0), sizeof *words);
    if (!words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the cells of %u features",
                          trees->features.count);
    sheaf_status status = sheaf_trees_local(trees, rows, words, err);
    if (status == SHEAF_OK)
        status = sheaf_trees_finish(trees, words, NULL, err);
    free(words);
    SHEAF_TRY(status);
    SHEAF_TRY(sheaf_binned_open(trees, rows, &binned, err));
    status = steps_train(trees, &binned, err);
    sheaf_binned_close(&binned);
    return status;
}
