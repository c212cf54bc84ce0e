#include "learn/trees_file.h"

#include "learn/model_file.h"
#include "learn/trees_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    NUMBERS = 7,
    NUMBER_MAX = 16,
    SCHEMA_MAX = 1 << 16,
    TENSORS_MAX = 16,
    VALUE_BITS = SHEAF_VALUE_BITS + SHEAF_UNIT_BITS + 1, /* of means, scales and cut points */
    LEAF_BITS = SHEAF_TREES_UNIT_BITS + SHEAF_UNIT_BITS, /* |g| <= 2^20 h, and a rate of 1 */
    BASE_BITS = 40,
};

static const char *const number_names[NUMBERS] = {
    "trees", "depth", "bins", "rate_millionths", "lambda_millionths", "min_hessian_millionths",
    "step"};

static void numbers_of(sheaf_trees_terms *terms, uint32_t *step, uint32_t *out[NUMBERS])
{
    out[0] = &terms->trees;
    out[1] = &terms->depth;
    out[2] = &terms->bins;
    out[3] = &terms->rate_millionths;
    out[4] = &terms->lambda_millionths;
    out[5] = &terms->min_hessian_millionths;
    out[6] = step;
}

/* Trees that have a node: the finished ones and the unfinished. */
static uint32_t trees_begun(const sheaf_trees *trees)
{
    return trees->finished + (trees->step > 0 && trees->finished < trees->terms.trees);
}

/* ---- writing ---- */

/* Arrays that a file has and the model in memory has in another form. */
typedef struct {
    int64_t *value;
    int32_t *feature, *tree_nodes;
    uint8_t *bin, *missing_left, missing[SHEAF_FEATURES_MAX];
    int32_t cut_count[SHEAF_FEATURES_MAX];
    int64_t target[2];
} arrays;

static void arrays_close(arrays *a)
{
    free(a->value);
    free(a->feature);
    free(a->tree_nodes);
    free(a->bin);
    free(a->missing_left);
}

static bool arrays_open(const sheaf_trees *trees, arrays *a)
{
    size_t n = trees->node_count, begun = trees_begun(trees);
    *a = (arrays){.value = calloc(n + 1, sizeof *a->value),
                  .feature = calloc(n + 1, sizeof *a->feature),
                  .tree_nodes = calloc(begun + 1, sizeof *a->tree_nodes),
                  .bin = calloc(n + 1, 1),
                  .missing_left = calloc(n + 1, 1),
                  .target = {trees->target_mean, trees->target_scale}};
    if (!a->value || !a->feature || !a->tree_nodes || !a->bin || !a->missing_left) {
        arrays_close(a);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        a->value[i] = trees->nodes[i].value;
        a->feature[i] = trees->nodes[i].feature;
        a->bin[i] = trees->nodes[i].bin;
        a->missing_left[i] = trees->nodes[i].missing_left;
    }
    for (size_t t = 0; t < begun; t++) {
        uint32_t end = t < trees->finished ? trees->tree_first[t + 1] : trees->node_count;
        a->tree_nodes[t] = (int32_t)(end - trees->tree_first[t]);
    }
    for (uint32_t j = 0; j < trees->features.count; j++) {
        a->missing[j] = trees->missing[j];
        a->cut_count[j] = (int32_t)sheaf_trees_cuts_of(trees, j);
    }
    return true;
}

typedef struct {
    sheaf_tensor items[TENSORS_MAX];
    uint32_t count;
} tensors;

static void tensor_add(tensors *to, const char *name, sheaf_tensor_type type, uint64_t count,
                       const void *data)
{
    if (count > 0)
        to->items[to->count++] = sheaf_tensor_row(name, type, count, data);
}

static void tensors_of(const sheaf_trees *trees, const arrays *a, tensors *out)
{
    const uint64_t d = trees->features.count, n = trees->node_count;
    const uint64_t open = trees->step > 0 ? trees->open_count : 0;
    const uint64_t split = open / 2 * sheaf_trees_histogram_len(trees);
    out->count = 0;
    tensor_add(out, "base", SHEAF_TENSOR_I64, 1, &trees->base);
    tensor_add(out, "cuts", SHEAF_TENSOR_I64, trees->cut_first[d], trees->cuts);
    tensor_add(out, "mean", SHEAF_TENSOR_I64, d, trees->scaling.mean);
    tensor_add(out, "scale", SHEAF_TENSOR_I64, d, trees->scaling.scale);
    tensor_add(out, "target", SHEAF_TENSOR_I64, 2, a->target);
    tensor_add(out, "value", SHEAF_TENSOR_I64, n, a->value);
    tensor_add(out, "open", SHEAF_TENSOR_I64, 2 * open, trees->open);
    tensor_add(out, "split", SHEAF_TENSOR_I64, 2 * split, trees->split);
    tensor_add(out, "cut_count", SHEAF_TENSOR_I32, d, a->cut_count);
    tensor_add(out, "feature", SHEAF_TENSOR_I32, n, a->feature);
    tensor_add(out, "tree_nodes", SHEAF_TENSOR_I32, trees_begun(trees), a->tree_nodes);
    tensor_add(out, "bin", SHEAF_TENSOR_U8, n, a->bin);
    tensor_add(out, "missing", SHEAF_TENSOR_U8, d, a->missing);
    tensor_add(out, "missing_left", SHEAF_TENSOR_U8, n, a->missing_left);
}

void sheaf_trees_write(sheaf_buffer *out, const sheaf_trees *trees)
{
    sheaf_trees_terms terms = trees->terms;
    uint32_t *numbers[NUMBERS], step = trees->step, count = 0;
    char text[NUMBERS + 1][NUMBER_MAX];
    sheaf_tensor_note notes[NUMBERS + 5];
    sheaf_buffer schema;
    tensors list;
    arrays a;
    if (!arrays_open(trees, &a)) {
        out->failed = true;
        return;
    }
    sheaf_buffer_init(&schema, SCHEMA_MAX);
    sheaf_features_put(&schema, &trees->features);
    numbers_of(&terms, &step, numbers);
    for (; count < NUMBERS; count++) {
        snprintf(text[count], NUMBER_MAX, "%u", *numbers[count]);
        notes[count] =
            (sheaf_tensor_note){sheaf_str(number_names[count]), sheaf_str(text[count])};
    }
    notes[count++] = (sheaf_tensor_note){sheaf_str("format"), sheaf_str(SHEAF_TREES_FORMAT)};
    notes[count++] = (sheaf_tensor_note){sheaf_str("features"), sheaf_buffer_slice(&schema)};
    notes[count++] = (sheaf_tensor_note){sheaf_str("label"), sheaf_str(trees->features.label)};
    notes[count++] =
        (sheaf_tensor_note){sheaf_str("target"), sheaf_str(terms.number ? "number" : "class")};
    if (trees->telling >= 0) {
        snprintf(text[NUMBERS], NUMBER_MAX, "%d", trees->telling);
        notes[count++] = (sheaf_tensor_note){sheaf_str("telling"), sheaf_str(text[NUMBERS])};
    }
    tensors_of(trees, &a, &list);
    sheaf_safetensors_write(out, list.items, list.count, notes, count);
    out->failed = out->failed || schema.failed;
    sheaf_buffer_deinit(&schema);
    arrays_close(&a);
}

/* ---- reading ---- */

/* A tensor of `count` values of magnitude at most 2^bits; none where there are none. */
static sheaf_status longs_read(const sheaf_safetensors *file, const char *name, uint64_t count,
                               unsigned bits, int64_t *out, sheaf_err *err)
{
    const sheaf_tensor *tensor;
    const int64_t bound = (int64_t)1 << bits;
    if (count == 0)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_safetensors_expect(file, name, SHEAF_TENSOR_I64, count, 0, &tensor, err));
    for (uint64_t i = 0; i < count; i++) {
        out[i] = sheaf_tensor_i64(tensor, i);
        if (out[i] > bound || out[i] < -bound)
            return sheaf_fail(err, SHEAF_INVALID,
                              "value %llu of the tensor %s is out of bounds",
                              (unsigned long long)i, name);
    }
    return SHEAF_OK;
}

static sheaf_status scaling_read(const sheaf_safetensors *file, sheaf_trees *out,
                                 sheaf_err *err)
{
    const uint32_t d = out->features.count;
    int64_t target[2];
    SHEAF_TRY(longs_read(file, "mean", d, VALUE_BITS, out->scaling.mean, err));
    SHEAF_TRY(longs_read(file, "scale", d, VALUE_BITS, out->scaling.scale, err));
    SHEAF_TRY(longs_read(file, "target", 2, VALUE_BITS, target, err));
    SHEAF_TRY(longs_read(file, "base", 1, BASE_BITS, &out->base, err));
    for (uint32_t j = 0; j < d; j++)
        if (out->scaling.scale[j] < 1)
            return sheaf_fail(err, SHEAF_INVALID, "the scale of feature %u is not above 0", j);
    if (target[1] < 1 || (!out->terms.number && (target[0] != 0 || target[1] != SHEAF_UNIT)))
        return sheaf_fail(err, SHEAF_INVALID, "the scale of the target has no meaning");
    out->target_mean = target[0];
    out->target_scale = target[1];
    return SHEAF_OK;
}

static sheaf_status cuts_read(const sheaf_safetensors *file, sheaf_trees *out, sheaf_err *err)
{
    const sheaf_tensor *counts, *missing;
    const uint32_t d = out->features.count;
    SHEAF_TRY(
        sheaf_safetensors_expect(file, "cut_count", SHEAF_TENSOR_I32, d, 0, &counts, err));
    SHEAF_TRY(sheaf_safetensors_expect(file, "missing", SHEAF_TENSOR_U8, d, 0, &missing, err));
    for (uint32_t j = 0; j < d; j++) {
        uint8_t has = ((const uint8_t *)missing->data)[j];
        int32_t count = sheaf_tensor_i32(counts, j);
        if (has > 1 || count < 0 || (uint32_t)count + has >= out->terms.bins
            || (out->step == 0 && count != 0))
            return sheaf_fail(err, SHEAF_INVALID, "feature %u cannot have so many cut points",
                              j + 1);
        out->missing[j] = has;
        out->cut_first[j + 1] = out->cut_first[j] + (uint32_t)count;
    }
    if (out->step == 0)
        return SHEAF_OK;
    out->cuts = calloc(out->cut_first[d] + 1, sizeof *out->cuts);
    if (!out->cuts)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u cut points", out->cut_first[d]);
    SHEAF_TRY(longs_read(file, "cuts", out->cut_first[d], VALUE_BITS, out->cuts, err));
    for (uint32_t j = 0; j < d; j++)
        for (uint32_t i = out->cut_first[j] + 1; i < out->cut_first[j + 1]; i++)
            if (out->cuts[i] <= out->cuts[i - 1])
                return sheaf_fail(err, SHEAF_INVALID,
                                  "the cut points of feature %u do not rise", j + 1);
    return SHEAF_OK;
}

static bool node_possible(const sheaf_trees *trees, const sheaf_tree_node *node, bool may_split)
{
    if (node->feature < 0)
        return node->bin == 0 && !node->missing_left
               && (node->value == 0 || node->feature == SHEAF_TREES_LEAF);
    if (!may_split || (uint32_t)node->feature >= trees->features.count || node->value != 0)
        return false;
    uint32_t j = (uint32_t)node->feature, cuts = sheaf_trees_cuts_of(trees, j);
    return node->bin < cuts + trees->missing[j]
           && (!node->missing_left || (trees->missing[j] && node->bin < cuts));
}

/* Goes through the levels of a tree of `count` nodes: those above `open_level` are splits and
 * leaves, those of it are open. Says where each split's children are, and how many are open. */
static bool tree_possible(sheaf_trees *trees, sheaf_tree_node *root, uint32_t count,
                          uint32_t open_level, uint32_t *open)
{
    uint32_t at = 0, width = 1, level = 0;
    for (*open = 0; width > 0; level++) {
        uint32_t next = at + width, children = 0;
        if (next > count)
            return false;
        for (uint32_t i = at; i < next; i++) {
            sheaf_tree_node *node = root + i;
            bool is_open = node->feature == SHEAF_TREES_OPEN;
            if (is_open != (level == open_level)
                || !node_possible(trees, node, level < trees->terms.depth))
                return false;
            *open += is_open;
            if (node->feature >= 0) {
                node->left = next + children;
                children += 2;
            }
        }
        at = next;
        width = children;
    }
    return at == count;
}

static sheaf_status trees_check(sheaf_trees *trees, const sheaf_tensor *counts, sheaf_err *err)
{
    const uint32_t none = UINT32_MAX; /* no level of a finished tree is open */
    uint32_t begun = trees_begun(trees), at = 0, open = 0;
    for (uint32_t t = 0; t < begun; t++) {
        int32_t count = sheaf_tensor_i32(counts, t);
        uint32_t level = t < trees->finished ? none : sheaf_trees_level(trees);
        if (count < 1 || (uint32_t)count > trees->node_count - at
            || !tree_possible(trees, trees->nodes + at, (uint32_t)count, level, &open))
            return sheaf_fail(err, SHEAF_INVALID, "the nodes of tree %u do not make a tree",
                              t + 1);
        trees->tree_first[t] = at;
        at += (uint32_t)count;
    }
    if (at != trees->node_count)
        return sheaf_fail(err, SHEAF_INVALID, "%u nodes of the model belong to no tree",
                          trees->node_count - at);
    trees->tree_first[begun] = at;
    trees->open_count = open;
    return SHEAF_OK;
}

static sheaf_status nodes_read(const sheaf_safetensors *file, sheaf_trees *out, sheaf_err *err)
{
    const sheaf_tensor *feature = sheaf_safetensors_tensor(file, "feature");
    const sheaf_tensor *bin, *left, *value, *counts;
    uint64_t n = feature ? feature->count : 0;
    if (n < 1 || n > (uint64_t)SHEAF_TREES_MAX * SHEAF_TREES_NODES_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file has no tensor `feature` of nodes");
    SHEAF_TRY(sheaf_safetensors_expect(file, "feature", SHEAF_TENSOR_I32, n, 0, &feature, err));
    SHEAF_TRY(sheaf_safetensors_expect(file, "bin", SHEAF_TENSOR_U8, n, 0, &bin, err));
    SHEAF_TRY(
        sheaf_safetensors_expect(file, "missing_left", SHEAF_TENSOR_U8, n, 0, &left, err));
    SHEAF_TRY(sheaf_safetensors_expect(file, "value", SHEAF_TENSOR_I64, n, 0, &value, err));
    SHEAF_TRY(sheaf_safetensors_expect(file, "tree_nodes", SHEAF_TENSOR_I32, trees_begun(out),
                                       0, &counts, err));
    out->nodes = calloc(n + SHEAF_TREES_NODES_MAX, sizeof *out->nodes); /* it may grow */
    if (!out->nodes)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a model of %llu nodes",
                          (unsigned long long)n);
    out->node_count = (uint32_t)n;
    out->node_capacity = (uint32_t)n + SHEAF_TREES_NODES_MAX;
    for (uint64_t i = 0; i < n; i++) {
        int32_t of = sheaf_tensor_i32(feature, i);
        uint8_t side = ((const uint8_t *)left->data)[i];
        int64_t leaf = sheaf_tensor_i64(value, i), bound = (int64_t)1 << LEAF_BITS;
        if (of < SHEAF_TREES_OPEN || of >= SHEAF_FEATURES_MAX || side > 1 || leaf > bound
            || leaf < -bound)
            return sheaf_fail(err, SHEAF_INVALID, "node %llu of the model is out of bounds",
                              (unsigned long long)i);
        out->nodes[i] = (sheaf_tree_node){.feature = (int16_t)of,
                                          .bin = ((const uint8_t *)bin->data)[i],
                                          .missing_left = side,
                                          .value = leaf};
    }
    return trees_check(out, counts, err);
}

/* The open nodes' sums and their parents' histograms. */
static sheaf_status open_read(const sheaf_safetensors *file, sheaf_trees *out, sheaf_err *err)
{
    uint32_t pairs = out->open_count / 2;
    size_t len = sheaf_trees_histogram_len(out);
    if (out->open_count == 0)
        return SHEAF_OK;
    SHEAF_TRY(longs_read(file, "open", 2 * (uint64_t)out->open_count, SHEAF_TREES_SUM_BITS,
                         (int64_t *)out->open, err));
    if (sheaf_trees_level(out) == 0)
        return out->open[0].g == 0 && out->open[0].h == 0
                   ? SHEAF_OK
                   : sheaf_fail(err, SHEAF_INVALID, "a root has sums before its histogram");
    out->split = malloc(pairs * len * sizeof *out->split);
    if (!out->split)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the histograms of %u nodes", pairs);
    SHEAF_TRY(longs_read(file, "split", 2 * pairs * len, SHEAF_TREES_SUM_BITS,
                         (int64_t *)out->split, err));
    for (uint32_t k = 0; k < pairs; k++) {
        const sheaf_tree_sums *own = out->open + 2 * (size_t)k;
        sheaf_tree_sums all = {own[0].g + own[1].g, own[0].h + own[1].h};
        if (own[0].h < 1 || own[1].h < 1
            || !sheaf_trees_histogram_possible(out, out->split + k * len, false, &all))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the histogram of split %u is not that of its two nodes", k + 1);
    }
    return SHEAF_OK;
}

static sheaf_status file_read(const sheaf_safetensors *file, sheaf_trees *out, sheaf_err *err)
{
    sheaf_trees_terms terms = {0};
    uint32_t *numbers[NUMBERS], step, telling;
    sheaf_slice target = sheaf_safetensors_note(file, "target");
    sheaf_features features;
    if (!sheaf_slice_is(sheaf_safetensors_note(file, "format"), SHEAF_TREES_FORMAT))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file is not of the format " SHEAF_TREES_FORMAT);
    terms.number = sheaf_slice_is(target, "number");
    if (!terms.number && !sheaf_slice_is(target, "class"))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file's target is neither a class nor a number");
    numbers_of(&terms, &step, numbers);
    for (int i = 0; i < NUMBERS; i++)
        SHEAF_TRY(sheaf_model_file_number(file, number_names[i], numbers[i], err));
    SHEAF_TRY(sheaf_features_parse(sheaf_safetensors_note(file, "features"),
                                   sheaf_safetensors_note(file, "label"), &features, err));
    SHEAF_TRY(sheaf_trees_open(&features, NULL, &terms, &(sheaf_scaling){0}, 0, SHEAF_UNIT, out,
                               err));
    if (step > sheaf_trees_steps(&terms))
        return sheaf_fail(err, SHEAF_INVALID, "the model has no step %u", step);
    out->step = step;
    out->finished = step > 0 ? (step - 1) / terms.depth : 0;
    SHEAF_TRY(scaling_read(file, out, err));
    SHEAF_TRY(cuts_read(file, out, err));
    if (sheaf_safetensors_note(file, "telling").data) {
        SHEAF_TRY(sheaf_model_file_number(file, "telling", &telling, err));
        if (telling >= features.count)
            return sheaf_fail(err, SHEAF_INVALID, "the model has no feature %u", telling + 1);
        out->telling = (int32_t)telling;
    }
    if (step == 0)
        return SHEAF_OK;
    SHEAF_TRY(nodes_read(file, out, err));
    return open_read(file, out, err);
}

static sheaf_status form_check(const sheaf_trees *trees, sheaf_slice file, sheaf_err *err)
{
    sheaf_buffer again;
    sheaf_buffer_init(&again, SHEAF_SAFETENSORS_BYTES_MAX);
    sheaf_trees_write(&again, trees);
    return sheaf_model_file_same(file, &again, "a model of trees", err);
}

sheaf_status sheaf_trees_read(sheaf_slice file, sheaf_trees *out, sheaf_err *err)
{
    sheaf_safetensors opened;
    *out = (sheaf_trees){0};
    SHEAF_TRY(sheaf_safetensors_read(file, "the model file", SHEAF_SAFETENSORS_CANONICAL,
                                     &opened, err));
    sheaf_status status = file_read(&opened, out, err);
    sheaf_safetensors_close(&opened);
    if (status == SHEAF_OK)
        status = form_check(out, file, err);
    if (status != SHEAF_OK)
        sheaf_trees_close(out);
    return status;
}
