/* learn/network.h - layers one after the other, with the memory that a batch takes.
 *
 * Parameters are one vector: layer by layer, each as its kind lays them out. The network holds
 * the values that each layer gave and the slopes of the loss by them, so the calls come in this
 * order: forward; the caller writes the slopes by the output; backward; then, in any number,
 * squares, weigh, gradient.
 */
#ifndef SHEAF_LEARN_NETWORK_H
#define SHEAF_LEARN_NETWORK_H

#include "learn/layer.h"

enum { SHEAF_LAYERS_MAX = 16 };

typedef struct {
    sheaf_layer layer[SHEAF_LAYERS_MAX];
    uint32_t count;
    uint32_t examples_max;                 /* of a batch */
    size_t parameters;                     /* of all layers */
    size_t first[SHEAF_LAYERS_MAX];        /* where those of a layer begin */
    float *value[SHEAF_LAYERS_MAX + 1];    /* what goes into a layer; the last is the output */
    float *by_value[SHEAF_LAYERS_MAX + 1]; /* slopes; none by the input */
    float *scratch;
    float *block; /* of all that; wiped when it is closed, as it holds records */
    size_t block_count;
} sheaf_network;

/* The first layer does not work in place. */
SHEAF_MUST_USE sheaf_status sheaf_network_open(sheaf_network *out, const sheaf_layer *layers,
                                               uint32_t count, uint32_t examples_max,
                                               sheaf_err *err);
void sheaf_network_close(sheaf_network *network);

/* Where the caller writes a batch's examples. */
static inline float *sheaf_network_input(const sheaf_network *network)
{
    return network->value[0];
}

static inline const float *sheaf_network_output(const sheaf_network *network)
{
    return network->value[network->count];
}

/* Where the caller writes the slopes by the output. */
static inline float *sheaf_network_slopes(const sheaf_network *network)
{
    return network->by_value[network->count];
}

void sheaf_network_forward(const sheaf_network *network, sheaf_product *product,
                           const float *parameters, uint32_t examples);
void sheaf_network_backward(const sheaf_network *network, sheaf_product *product,
                            const float *parameters, uint32_t examples);

/* The square of the norm of each example's gradient. */
void sheaf_network_squares(const sheaf_network *network, sheaf_product *product,
                           uint32_t examples, float one, double *squares);

/* Multiplies all slopes of each example by its weight. */
void sheaf_network_weigh(const sheaf_network *network, uint32_t examples, const float *weights);

/* The gradient by all parameters, summed over the examples; in the place of what stands in out
 * or added to it. */
void sheaf_network_gradient(const sheaf_network *network, sheaf_product *product,
                            uint32_t examples, float one, bool adds, float *out);

#endif
