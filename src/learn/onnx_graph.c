#include "learn/onnx_graph.h"

#include "learn/onnx.h"
#include "learn/protobuf.h"

#include <assert.h>
#include <stdio.h>

/* Numbers of fields, by message. */
enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER = 2,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_METADATA = 14,
    OPSET_DOMAIN = 1,
    OPSET_VERSION = 2,
    ENTRY_KEY = 1,
    ENTRY_VALUE = 2,
    GRAPH_NODE = 1,
    GRAPH_NAME = 2,
    GRAPH_CONSTANT = 5,
    GRAPH_INPUT = 11,
    GRAPH_OUTPUT = 12,
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OPERATOR = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7,
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_INT = 3,
    ATTRIBUTE_STRING = 4,
    ATTRIBUTE_TENSOR = 5,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_STRINGS = 9,
    ATTRIBUTE_TYPE = 20,
    TENSOR_DIMS = 1,
    TENSOR_TYPE = 2,
    TENSOR_NAME = 8,
    TENSOR_BYTES = 9,
    VALUE_NAME = 1,
    VALUE_TYPE = 2,
    TYPE_TENSOR = 1,
    TENSOR_ELEMENT = 1,
    TENSOR_SHAPE = 2,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
    DIM_NAME = 2,
};

/* Kinds of attributes. */
enum { OF_INT = 2, OF_STRING = 3, OF_TENSOR = 4, OF_INTS = 7, OF_STRINGS = 8 };

enum { IR_VERSION = 8, OPERATORS = 13, ML_OPERATORS = 3 };
#define ML_DOMAIN "ai.onnx.ml"

static sheaf_buffer message(void)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, SHEAF_ONNX_BYTES_MAX);
    return out;
}

void sheaf_onnx_begin(sheaf_onnx_graph *graph)
{
    *graph = (sheaf_onnx_graph){.nodes = message(), .constants = message(), .last = "features"};
}

static void tensor_put(sheaf_buffer *out, uint32_t field, const char *name,
                       sheaf_onnx_type type, uint64_t rows, uint64_t columns,
                       const void *values)
{
    sheaf_buffer tensor = message();
    size_t width = type == SHEAF_ONNX_FLOAT ? sizeof(float) : sizeof(double);
    if (rows)
        sheaf_protobuf_int(&tensor, TENSOR_DIMS, (int64_t)rows);
    if (columns)
        sheaf_protobuf_int(&tensor, TENSOR_DIMS, (int64_t)columns);
    sheaf_protobuf_int(&tensor, TENSOR_TYPE, type);
    if (name)
        sheaf_protobuf_string(&tensor, TENSOR_NAME, name);
    sheaf_protobuf_bytes(
        &tensor, TENSOR_BYTES,
        sheaf_bytes(values, (rows ? rows : 1) * (columns ? columns : 1) * width));
    sheaf_protobuf_message(out, field, &tensor);
}

void sheaf_onnx_constant(sheaf_onnx_graph *graph, const char *name, sheaf_onnx_type type,
                         uint64_t rows, uint64_t columns, const void *values)
{
    tensor_put(&graph->constants, GRAPH_CONSTANT, name, type, rows, columns, values);
}

/* ---- attributes ---- */

static void attribute_end(sheaf_buffer *out, sheaf_buffer *attribute, int type)
{
    sheaf_protobuf_int(attribute, ATTRIBUTE_TYPE, type);
    sheaf_protobuf_message(out, NODE_ATTRIBUTE, attribute);
}

static sheaf_buffer attribute_begin(const char *name)
{
    sheaf_buffer out = message();
    sheaf_protobuf_string(&out, ATTRIBUTE_NAME, name);
    return out;
}

void sheaf_onnx_put_int(sheaf_buffer *attributes, const char *name, int64_t value)
{
    sheaf_buffer attribute = attribute_begin(name);
    sheaf_protobuf_int(&attribute, ATTRIBUTE_INT, value);
    attribute_end(attributes, &attribute, OF_INT);
}

void sheaf_onnx_put_string(sheaf_buffer *attributes, const char *name, const char *value)
{
    sheaf_buffer attribute = attribute_begin(name);
    sheaf_protobuf_string(&attribute, ATTRIBUTE_STRING, value);
    attribute_end(attributes, &attribute, OF_STRING);
}

void sheaf_onnx_put_ints(sheaf_buffer *attributes, const char *name, const int64_t *values,
                         size_t count)
{
    sheaf_buffer attribute = attribute_begin(name);
    for (size_t i = 0; i < count; i++)
        sheaf_protobuf_int(&attribute, ATTRIBUTE_INTS, values[i]);
    attribute_end(attributes, &attribute, OF_INTS);
}

void sheaf_onnx_put_strings(sheaf_buffer *attributes, const char *name,
                            const char *const *values, size_t count)
{
    sheaf_buffer attribute = attribute_begin(name);
    for (size_t i = 0; i < count; i++)
        sheaf_protobuf_string(&attribute, ATTRIBUTE_STRINGS, values[i]);
    attribute_end(attributes, &attribute, OF_STRINGS);
}

void sheaf_onnx_put_doubles(sheaf_buffer *attributes, const char *name, const double *values,
                            size_t count)
{
    sheaf_buffer attribute = attribute_begin(name);
    tensor_put(&attribute, ATTRIBUTE_TENSOR, NULL, SHEAF_ONNX_DOUBLE, count, 0, values);
    attribute_end(attributes, &attribute, OF_TENSOR);
}

/* ---- nodes ---- */

void sheaf_onnx_step(sheaf_onnx_graph *graph, const char *operator,
                     const char * const inputs[3], const sheaf_buffer *attributes,
                     const char *output)
{
    sheaf_buffer node = message();
    bool of_trees = strncmp(operator, "Tree", 4) == 0;
    for (int i = 0; i < 3 && inputs[i]; i++)
        sheaf_protobuf_string(&node, NODE_INPUT, inputs[i][0] ? inputs[i] : graph->last);
    sheaf_protobuf_string(&node, NODE_OUTPUT, output);
    sheaf_protobuf_string(&node, NODE_NAME, output);
    sheaf_protobuf_string(&node, NODE_OPERATOR, operator);
    if (attributes) {
        sheaf_buffer_add(&node, sheaf_buffer_slice(attributes));
        node.failed |= attributes->failed;
    }
    if (of_trees)
        sheaf_protobuf_string(&node, NODE_DOMAIN, ML_DOMAIN);
    graph->trees |= of_trees;
    sheaf_protobuf_message(&graph->nodes, GRAPH_NODE, &node);
    assert(strlen(output) < sizeof graph->last);
    snprintf(graph->last, sizeof graph->last, "%s", output);
}

/* ---- the file ---- */

/* A matrix of doubles with as many rows as its user gives. */
static void value_put(sheaf_buffer *graph, uint32_t field, const char *name, uint64_t columns)
{
    sheaf_buffer rows = message(), width = message(), shape = message(), tensor = message(),
                 type = message(), value = message();
    sheaf_protobuf_string(&rows, DIM_NAME, "N");
    sheaf_protobuf_int(&width, DIM_VALUE, (int64_t)columns);
    sheaf_protobuf_message(&shape, SHAPE_DIM, &rows);
    sheaf_protobuf_message(&shape, SHAPE_DIM, &width);
    sheaf_protobuf_int(&tensor, TENSOR_ELEMENT, SHEAF_ONNX_DOUBLE);
    sheaf_protobuf_message(&tensor, TENSOR_SHAPE, &shape);
    sheaf_protobuf_message(&type, TYPE_TENSOR, &tensor);
    sheaf_protobuf_string(&value, VALUE_NAME, name);
    sheaf_protobuf_message(&value, VALUE_TYPE, &type);
    sheaf_protobuf_message(graph, field, &value);
}

static void opset_put(sheaf_buffer *out, const char *domain, int64_t version)
{
    sheaf_buffer opset = message();
    sheaf_protobuf_string(&opset, OPSET_DOMAIN, domain);
    sheaf_protobuf_int(&opset, OPSET_VERSION, version);
    sheaf_protobuf_message(out, MODEL_OPSET, &opset);
}

static void metadata_put(sheaf_buffer *out, const char *key, sheaf_slice value)
{
    sheaf_buffer entry = message();
    sheaf_protobuf_string(&entry, ENTRY_KEY, key);
    sheaf_protobuf_bytes(&entry, ENTRY_VALUE, value);
    sheaf_protobuf_message(out, MODEL_METADATA, &entry);
}

void sheaf_onnx_end(sheaf_onnx_graph *graph, const sheaf_features *features, sheaf_buffer *out)
{
    sheaf_buffer body = message(), schema = message();
    sheaf_buffer_add(&body, sheaf_buffer_slice(&graph->nodes));
    sheaf_protobuf_string(&body, GRAPH_NAME, "sheaf");
    sheaf_buffer_add(&body, sheaf_buffer_slice(&graph->constants));
    body.failed |= graph->nodes.failed || graph->constants.failed;
    value_put(&body, GRAPH_INPUT, "features", features->count);
    value_put(&body, GRAPH_OUTPUT, graph->last, 1);
    sheaf_protobuf_int(out, MODEL_IR_VERSION, IR_VERSION);
    sheaf_protobuf_string(out, MODEL_PRODUCER, "sheaf");
    sheaf_protobuf_message(out, MODEL_GRAPH, &body);
    opset_put(out, "", OPERATORS);
    if (graph->trees)
        opset_put(out, ML_DOMAIN, ML_OPERATORS);
    sheaf_features_put(&schema, features);
    metadata_put(out, "features", sheaf_buffer_slice(&schema));
    metadata_put(out, "label", sheaf_str(features->label));
    out->failed |= schema.failed;
    sheaf_buffer_deinit(&schema);
    sheaf_buffer_deinit(&graph->nodes);
    sheaf_buffer_deinit(&graph->constants);
}
