#include "learn/onnx.h"

#include "learn/mlp.h"
#include "learn/model.h"
#include "learn/onnx_graph.h"
#include "learn/safetensors.h"
#include "learn/trees_file.h"
#include "learn/trees_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double units(int64_t value)
{
    return ldexp((double)value, -SHEAF_UNIT_BITS);
}

static void cast(sheaf_onnx_graph *graph, sheaf_onnx_type type, const char *output)
{
    sheaf_buffer attributes;
    sheaf_buffer_init(&attributes, 256);
    sheaf_onnx_put_int(&attributes, "to", type);
    sheaf_onnx_step(graph, "Cast", (const char *const[3]){""}, &attributes, output);
    sheaf_buffer_deinit(&attributes);
}

/* From raw features to standardised ones; with `fill` what is missing counts as the mean. */
static void scaling_put(sheaf_onnx_graph *graph, const sheaf_scaling *scaling, uint32_t d,
                        bool fill)
{
    double mean[SHEAF_FEATURES_MAX], scale[SHEAF_FEATURES_MAX];
    const double zero = 0, least = -1, most = 1;
    for (uint32_t j = 0; j < d; j++) {
        mean[j] = units(scaling->mean[j]);
        scale[j] = units(scaling->scale[j]);
    }
    sheaf_onnx_constant(graph, "mean", SHEAF_ONNX_DOUBLE, d, 0, mean);
    sheaf_onnx_constant(graph, "scale", SHEAF_ONNX_DOUBLE, d, 0, scale);
    sheaf_onnx_step(graph, "Sub", (const char *const[3]){"", "mean"}, NULL, "centred");
    sheaf_onnx_step(graph, "Div", (const char *const[3]){"", "scale"}, NULL, "standardised");
    if (fill) {
        sheaf_onnx_constant(graph, "zero", SHEAF_ONNX_DOUBLE, 1, 0, &zero);
        sheaf_onnx_step(graph, "IsNaN", (const char *const[3]){""}, NULL, "missing");
        sheaf_onnx_step(graph, "Where", (const char *const[3]){"", "zero", "standardised"},
                        NULL, "filled");
    }
    if (scaling->clipped) {
        sheaf_onnx_constant(graph, "least", SHEAF_ONNX_DOUBLE, 0, 0, &least);
        sheaf_onnx_constant(graph, "most", SHEAF_ONNX_DOUBLE, 0, 0, &most);
        sheaf_onnx_step(graph, "Clip", (const char *const[3]){"", "least", "most"}, NULL,
                        "clipped");
    }
}

/* From a score in doubles to what the model says. */
static void answer_put(sheaf_onnx_graph *graph, bool number, int64_t mean, int64_t scale)
{
    const double factor = units(scale), offset = units(mean);
    if (!number) {
        sheaf_onnx_step(graph, "Sigmoid", (const char *const[3]){""}, NULL, "probability");
        return;
    }
    sheaf_onnx_constant(graph, "label_scale", SHEAF_ONNX_DOUBLE, 1, 0, &factor);
    sheaf_onnx_constant(graph, "label_mean", SHEAF_ONNX_DOUBLE, 1, 0, &offset);
    sheaf_onnx_step(graph, "Mul", (const char *const[3]){"", "label_scale"}, NULL, "scaled");
    sheaf_onnx_step(graph, "Add", (const char *const[3]){"", "label_mean"}, NULL, "value");
}

/* ---- linear ---- */

static bool fills(const sheaf_features *features)
{
    for (uint32_t j = 0; j < features->count; j++)
        if (features->items[j].missing == SHEAF_MISSING_MEAN)
            return true;
    return false;
}

static sheaf_status linear_write(sheaf_slice file, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_model model;
    sheaf_onnx_graph graph;
    double weight[SHEAF_FEATURES_MAX];
    SHEAF_TRY(sheaf_model_read(file, &model, err));
    const uint32_t d = model.features.count;
    const double bias = units(model.bias);
    for (uint32_t j = 0; j < d; j++)
        weight[j] = units(model.weight[j]);
    sheaf_onnx_begin(&graph);
    scaling_put(&graph, &model.scaling, d, fills(&model.features));
    sheaf_onnx_constant(&graph, "weight", SHEAF_ONNX_DOUBLE, d, 1, weight);
    sheaf_onnx_constant(&graph, "bias", SHEAF_ONNX_DOUBLE, 1, 0, &bias);
    sheaf_onnx_step(&graph, "Gemm", (const char *const[3]){"", "weight", "bias"}, NULL,
                    "score");
    answer_put(&graph, model.scaling.number, model.scaling.label_mean,
               model.scaling.label_scale);
    sheaf_onnx_end(&graph, &model.features, out);
    return SHEAF_OK;
}

/* ---- perceptrons ---- */

/* Layer number i, whose parameters begin at `at`: behind them begin the next. */
static const float *layer_put(sheaf_onnx_graph *graph, const sheaf_mlp_shape *shape, uint32_t i,
                              const float *at)
{
    char weight[SHEAF_ONNX_NAME_MAX], bias[SHEAF_ONNX_NAME_MAX], sum[SHEAF_ONNX_NAME_MAX],
        bent[SHEAF_ONNX_NAME_MAX];
    const uint32_t before = i ? shape->units[i - 1] : shape->inputs;
    const uint32_t width = i < shape->hidden ? shape->units[i] : 1;
    sheaf_buffer attributes;
    snprintf(weight, sizeof weight, "layers.%u.weight", i);
    snprintf(bias, sizeof bias, "layers.%u.bias", i);
    snprintf(sum, sizeof sum, "layers.%u", i);
    snprintf(bent, sizeof bent, "layers.%u.%s", i, shape->tanh ? "tanh" : "relu");
    sheaf_onnx_constant(graph, weight, SHEAF_ONNX_FLOAT, width, before, at);
    at += (size_t)width * before;
    sheaf_onnx_constant(graph, bias, SHEAF_ONNX_FLOAT, width, 0, at);
    sheaf_buffer_init(&attributes, 256);
    sheaf_onnx_put_int(&attributes, "transB", 1);
    sheaf_onnx_step(graph, "Gemm", (const char *const[3]){"", weight, bias}, &attributes, sum);
    sheaf_buffer_deinit(&attributes);
    if (i < shape->hidden)
        sheaf_onnx_step(graph, shape->tanh ? "Tanh" : "Relu", (const char *const[3]){""}, NULL,
                        bent);
    return at + width;
}

static sheaf_status mlp_write(sheaf_slice file, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_mlp model;
    sheaf_onnx_graph graph;
    SHEAF_TRY(sheaf_mlp_read(file, &model, err));
    float *parameters = malloc(model.count * sizeof *parameters);
    if (!parameters) {
        sheaf_mlp_close(&model);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the model's parameters");
    }
    sheaf_mlp_floats(&model, parameters);
    const float *at = parameters;
    sheaf_onnx_begin(&graph);
    scaling_put(&graph, &model.scaling, model.shape.inputs, true);
    cast(&graph, SHEAF_ONNX_FLOAT, "inputs");
    for (uint32_t i = 0; i <= model.shape.hidden; i++)
        at = layer_put(&graph, &model.shape, i, at);
    cast(&graph, SHEAF_ONNX_DOUBLE, "score");
    answer_put(&graph, model.shape.number, model.label_mean, model.label_scale);
    sheaf_onnx_end(&graph, &model.features, out);
    free(parameters);
    sheaf_mlp_close(&model);
    return SHEAF_OK;
}

/* ---- trees ---- */

/* All nodes of the finished trees, and their leaves, as the operator wants them. */
typedef struct {
    int64_t *tree, *node, *feature, *yes, *no, *missing; /* of each node */
    double *value;
    const char **mode;
    int64_t *leaf_tree, *leaf_node, *leaf_target; /* of each leaf */
    double *weight;
    size_t nodes, leaves;
    void *block;
} ensemble;

static bool ensemble_open(ensemble *e, size_t nodes)
{
    enum { ARRAYS = 12 };
    int64_t *at = e->block = calloc(nodes * ARRAYS, sizeof *at);
    if (!at)
        return false;
    int64_t **arrays[] = {&e->tree,    &e->node,      &e->feature,   &e->yes,        &e->no,
                          &e->missing, &e->leaf_tree, &e->leaf_node, &e->leaf_target};
    _Static_assert(sizeof(double) == sizeof *at && sizeof(char *) == sizeof *at, "one width");
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++, at += nodes)
        *arrays[i] = at;
    e->value = (double *)at;
    e->weight = (double *)(at + nodes);
    e->mode = (const char **)(at + 2 * nodes);
    return true;
}

/* The least double that is not below the cut, once it is rounded as values of records are: so
 * the comparison of doubles decides as that of units does. Found by halving, over the doubles
 * in their order. */
static double threshold_of(int64_t cut)
{
    double x = 2 << SHEAF_VALUE_BITS; /* beyond every value */
    int64_t low, high;
    memcpy(&high, &x, sizeof high);
    low = -high;
    while (low < high) {
        int64_t middle = (low & high) + ((low ^ high) >> 1); /* rounded down */
        int64_t bits = middle < 0 ? INT64_MIN - middle : middle;
        memcpy(&x, &bits, sizeof x);
        if (sheaf_trees_units(x) < cut)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t bits = low < 0 ? INT64_MIN - low : low;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void node_take(ensemble *e, const sheaf_trees *trees, uint32_t tree, uint32_t place)
{
    const sheaf_tree_node *node = &trees->nodes[trees->tree_first[tree] + place];
    size_t i = e->nodes++;
    e->tree[i] = tree;
    e->node[i] = place;
    e->mode[i] = "LEAF";
    if (node->feature < 0) {
        size_t leaf = e->leaves++;
        e->leaf_tree[leaf] = tree;
        e->leaf_node[leaf] = place;
        e->weight[leaf] = units(node->value);
        return;
    }
    e->mode[i] = "BRANCH_LT";
    e->feature[i] = node->feature;
    e->yes[i] = node->left;
    e->no[i] = node->left + 1;
    e->missing[i] = node->missing_left;
    const uint32_t j = (uint32_t)node->feature; /* behind its last cut only a gap is right */
    e->value[i] = node->bin >= sheaf_trees_cuts_of(trees, j)
                      ? (double)(2 << SHEAF_VALUE_BITS)
                      : threshold_of(trees->cuts[trees->cut_first[j] + node->bin]);
}

static void ensemble_put(const ensemble *e, sheaf_buffer *out)
{
    sheaf_onnx_put_string(out, "aggregate_function", "SUM");
    sheaf_onnx_put_int(out, "n_targets", 1);
    sheaf_onnx_put_ints(out, "nodes_falsenodeids", e->no, e->nodes);
    sheaf_onnx_put_ints(out, "nodes_featureids", e->feature, e->nodes);
    sheaf_onnx_put_ints(out, "nodes_missing_value_tracks_true", e->missing, e->nodes);
    sheaf_onnx_put_strings(out, "nodes_modes", e->mode, e->nodes);
    sheaf_onnx_put_ints(out, "nodes_nodeids", e->node, e->nodes);
    sheaf_onnx_put_ints(out, "nodes_treeids", e->tree, e->nodes);
    sheaf_onnx_put_ints(out, "nodes_truenodeids", e->yes, e->nodes);
    sheaf_onnx_put_doubles(out, "nodes_values_as_tensor", e->value, e->nodes);
    sheaf_onnx_put_string(out, "post_transform", "NONE");
    sheaf_onnx_put_ints(out, "target_ids", e->leaf_target, e->leaves);
    sheaf_onnx_put_ints(out, "target_nodeids", e->leaf_node, e->leaves);
    sheaf_onnx_put_ints(out, "target_treeids", e->leaf_tree, e->leaves);
    sheaf_onnx_put_doubles(out, "target_weights_as_tensor", e->weight, e->leaves);
}

static sheaf_status ensemble_write(const sheaf_trees *trees, sheaf_buffer *out, sheaf_err *err)
{
    ensemble e = {0};
    sheaf_onnx_graph graph;
    sheaf_buffer attributes;
    const double base = units(trees->base);
    if (trees->finished == 0)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the model file has no finished tree yet; export one of a later round");
    if (!ensemble_open(&e, trees->tree_first[trees->finished]))
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to write %u trees", trees->finished);
    for (uint32_t t = 0; t < trees->finished; t++)
        for (uint32_t i = 0; i < trees->tree_first[t + 1] - trees->tree_first[t]; i++)
            node_take(&e, trees, t, i);
    sheaf_buffer_init(&attributes, SHEAF_ONNX_BYTES_MAX);
    ensemble_put(&e, &attributes);
    sheaf_onnx_begin(&graph);
    sheaf_onnx_step(&graph, "TreeEnsembleRegressor", (const char *const[3]){""}, &attributes,
                    "sum");
    cast(&graph, SHEAF_ONNX_DOUBLE, "precise");
    sheaf_onnx_constant(&graph, "base", SHEAF_ONNX_DOUBLE, 1, 0, &base);
    sheaf_onnx_step(&graph, "Add", (const char *const[3]){"", "base"}, NULL, "score");
    answer_put(&graph, trees->terms.number, trees->target_mean, trees->target_scale);
    sheaf_onnx_end(&graph, &trees->features, out);
    sheaf_buffer_deinit(&attributes);
    free(e.block);
    return SHEAF_OK;
}

static sheaf_status trees_write(sheaf_slice file, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_trees trees;
    SHEAF_TRY(sheaf_trees_read(file, &trees, err));
    sheaf_status status = ensemble_write(&trees, out, err);
    sheaf_trees_close(&trees);
    return status;
}

/* ---- all of them ---- */

sheaf_status sheaf_onnx_write(sheaf_slice model, sheaf_buffer *out, sheaf_err *err)
{
    static const struct {
        const char *format;
        sheaf_status (*write)(sheaf_slice file, sheaf_buffer *out, sheaf_err *err);
    } kinds[] = {
        {"sheaf-logistic/1", linear_write},
        {"sheaf-linear/1", linear_write},
        {"sheaf-mlp/1", mlp_write},
        {SHEAF_TREES_FORMAT, trees_write},
    };
    sheaf_safetensors file;
    char format[41] = "";
    SHEAF_TRY(sheaf_safetensors_read(model, "the model file", SHEAF_SAFETENSORS_CANONICAL,
                                     &file, err));
    sheaf_slice note = sheaf_safetensors_note(&file, "format");
    if (note.len < sizeof format && note.len > 0)
        memcpy(format, note.data, note.len);
    sheaf_safetensors_close(&file);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(format, kinds[i].format) == 0) {
            SHEAF_TRY(kinds[i].write(model, out, err));
            return sheaf_buffer_check(out, "the ONNX file", err);
        }
    return sheaf_fail(err, SHEAF_INVALID,
                      "the model file is of the format '%s', which has no form in ONNX",
                      format);
}
