#include "learn/network.h"

#include "crypto/ed25519.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Places of a matrix, a whole number of cache lines. */
static size_t places(size_t count)
{
    return (count + 15) / 16 * 16;
}

static size_t value_places(const sheaf_network *n, uint32_t at)
{
    const sheaf_layer *layer = &n->layer[at == 0 ? 0 : at - 1];
    return places((size_t)n->examples_max * layer->positions
                  * (at == 0 ? layer->in : layer->out));
}

/* Gives each value and its slopes their places, or counts them where there is no block. */
static size_t lay_out(sheaf_network *n, float *block)
{
    size_t used = 0, scratch = 0;
    for (uint32_t i = 0; i <= n->count; i++) {
        if (i > 0 && n->layer[i - 1].kind->in_place) {
            n->value[i] = n->value[i - 1];
            n->by_value[i] = n->by_value[i - 1];
            continue;
        }
        n->value[i] = block ? block + used : NULL;
        used += value_places(n, i);
        if (i == 0)
            continue;
        n->by_value[i] = block ? block + used : NULL;
        used += value_places(n, i);
    }
    for (uint32_t i = 0; i < n->count; i++) {
        size_t own = n->layer[i].kind->scratch(&n->layer[i]);
        scratch = own > scratch ? own : scratch;
    }
    n->scratch = block ? block + used : NULL;
    return used + scratch;
}

sheaf_status sheaf_network_open(sheaf_network *out, const sheaf_layer *layers, uint32_t count,
                                uint32_t examples_max, sheaf_err *err)
{
    assert(count > 0 && count <= SHEAF_LAYERS_MAX && examples_max > 0
           && !layers[0].kind->in_place);
    *out = (sheaf_network){.count = count, .examples_max = examples_max};
    for (uint32_t i = 0; i < count; i++) {
        assert(i == 0 || layers[i].in == layers[i - 1].out);
        out->layer[i] = layers[i];
        out->first[i] = out->parameters;
        out->parameters += layers[i].kind->parameters(&layers[i]);
    }
    out->block_count = lay_out(out, NULL);
    out->block = aligned_alloc(64, places(out->block_count) * sizeof *out->block);
    if (!out->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train on batches of %u records",
                          examples_max);
    memset(out->block, 0, out->block_count * sizeof *out->block);
    (void)lay_out(out, out->block);
    return SHEAF_OK;
}

void sheaf_network_close(sheaf_network *network)
{
    if (network->block)
        sheaf_wipe(network->block, network->block_count * sizeof *network->block);
    free(network->block);
    *network = (sheaf_network){0};
}

static sheaf_layer_call call_of(const sheaf_network *n, sheaf_product *product,
                                const float *parameters, uint32_t layer, uint32_t examples)
{
    assert(examples <= n->examples_max);
    return (sheaf_layer_call){.product = product,
                              .parameters = parameters ? parameters + n->first[layer] : NULL,
                              .scratch = n->scratch,
                              .examples = examples,
                              .one = 1};
}

void sheaf_network_forward(const sheaf_network *n, sheaf_product *product,
                           const float *parameters, uint32_t examples)
{
    for (uint32_t i = 0; i < n->count; i++) {
        const sheaf_layer_call call = call_of(n, product, parameters, i, examples);
        n->layer[i].kind->forward(&n->layer[i], &call, n->value[i], n->value[i + 1]);
    }
}

void sheaf_network_backward(const sheaf_network *n, sheaf_product *product,
                            const float *parameters, uint32_t examples)
{
    for (uint32_t i = n->count - 1; i > 0; i--) {
        const sheaf_layer_call call = call_of(n, product, parameters, i, examples);
        n->layer[i].kind->backward(&n->layer[i], &call, n->value[i + 1], n->by_value[i + 1],
                                   n->by_value[i]);
    }
}

void sheaf_network_squares(const sheaf_network *n, sheaf_product *product, uint32_t examples,
                           float one, double *squares)
{
    memset(squares, 0, examples * sizeof *squares);
    for (uint32_t i = 0; i < n->count; i++) {
        sheaf_layer_call call = call_of(n, product, NULL, i, examples);
        call.one = one;
        if (n->layer[i].kind->squares)
            n->layer[i].kind->squares(&n->layer[i], &call, n->value[i], n->by_value[i + 1],
                                      squares);
    }
}

void sheaf_network_weigh(const sheaf_network *n, uint32_t examples, const float *weights)
{
    for (uint32_t i = 0; i < n->count; i++) {
        if (!n->layer[i].kind->gradient)
            continue;
        const size_t width = (size_t)n->layer[i].positions * n->layer[i].out;
        for (uint32_t j = 0; j < examples; j++) {
            float *slopes = n->by_value[i + 1] + j * width;
            for (size_t k = 0; k < width; k++)
                slopes[k] *= weights[j];
        }
    }
}

void sheaf_network_gradient(const sheaf_network *n, sheaf_product *product, uint32_t examples,
                            float one, bool adds, float *out)
{
    for (uint32_t i = 0; i < n->count; i++) {
        sheaf_layer_call call = call_of(n, product, NULL, i, examples);
        call.one = one;
        call.adds = adds;
        if (n->layer[i].kind->gradient)
            n->layer[i].kind->gradient(&n->layer[i], &call, n->value[i], n->by_value[i + 1],
                                       out + n->first[i]);
    }
}
