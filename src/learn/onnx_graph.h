/* learn/onnx_graph.h - the graph of an ONNX file while it is made: nodes one after the other,
 * and the constants that they take. Numbers of fields are those of onnx-ml.proto.
 *
 * Most graphs are a chain: sheaf_onnx_step() applies an operator to what the last one gave.
 */
#ifndef SHEAF_LEARN_ONNX_GRAPH_H
#define SHEAF_LEARN_ONNX_GRAPH_H

#include "base/buffer.h"
#include "learn/schema.h"

typedef enum { SHEAF_ONNX_FLOAT = 1, SHEAF_ONNX_DOUBLE = 11 } sheaf_onnx_type;

enum { SHEAF_ONNX_NAME_MAX = 32 };

typedef struct {
    sheaf_buffer nodes, constants;  /* fields of the graph */
    char last[SHEAF_ONNX_NAME_MAX]; /* what the last step gave; "features" before the first */
    bool trees;                     /* uses the domain ai.onnx.ml */
} sheaf_onnx_graph;

void sheaf_onnx_begin(sheaf_onnx_graph *graph);

/* Adds a constant: a matrix; with `columns` 0 a row of `rows` values, with `rows` 0 one value.
 */
void sheaf_onnx_constant(sheaf_onnx_graph *graph, const char *name, sheaf_onnx_type type,
                         uint64_t rows, uint64_t columns, const void *values);

/* Attributes, appended to a buffer for sheaf_onnx_step(). */
void sheaf_onnx_put_int(sheaf_buffer *attributes, const char *name, int64_t value);
void sheaf_onnx_put_string(sheaf_buffer *attributes, const char *name, const char *value);
void sheaf_onnx_put_ints(sheaf_buffer *attributes, const char *name, const int64_t *values,
                         size_t count);
void sheaf_onnx_put_strings(sheaf_buffer *attributes, const char *name,
                            const char *const *values, size_t count);
void sheaf_onnx_put_doubles(sheaf_buffer *attributes, const char *name, const double *values,
                            size_t count);

/* Applies an operator to the inputs and names what it gives. Up to three inputs, ended by NULL;
 * "" stands for what the last step gave. `attributes` may be NULL. */
void sheaf_onnx_step(sheaf_onnx_graph *graph, const char *operator,
                     const char * const inputs[3], const sheaf_buffer *attributes,
                     const char *output);

/* Appends the file whose only output is what the last step gave, and frees the graph. */
void sheaf_onnx_end(sheaf_onnx_graph *graph, const sheaf_features *features, sheaf_buffer *out);

#endif
