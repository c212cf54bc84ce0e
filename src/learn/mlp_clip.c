/* Gradients of single records, clipped and made whole, in one pass backward. */
#include "learn/mlp_train.h"

#include "learn/whole.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    SUM_BITS = 24, /* whole numbers up to 2^24 are exact as floats */
    BATCH_MAX = 256,
    SLOPE_BITS = 11,  /* of the sensitivity's bits about so many are the slopes' */
    ONE_BITS_MAX = 8, /* the others the values', of 1 at most so many */
};

/* Toward zero, times below 1, so that no square grows but by the factor's. */
static void shorten(float *x, size_t count, float times)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(int32_t)(x[i] * times);
}

/* A batch, layer by layer: what goes into those that have parameters, and the slopes by what
 * comes out. */
typedef struct {
    uint32_t layers, records;
    size_t in[SHEAF_LAYERS_MAX], out[SHEAF_LAYERS_MAX];
    float *x[SHEAF_LAYERS_MAX], *slopes[SHEAF_LAYERS_MAX];
    int64_t by_x[SHEAF_LAYERS_MAX][BATCH_MAX]; /* sums of a record's squares */
} batch;

static void batch_find(const sheaf_network *n, uint32_t records, batch *out)
{
    out->layers = 0;
    out->records = records;
    for (uint32_t i = 0; i < n->count; i++) {
        const sheaf_layer *layer = &n->layer[i];
        if (!layer->kind->gradient)
            continue;
        assert(layer->kind == &sheaf_layer_dense && layer->positions == 1);
        out->in[out->layers] = layer->in;
        out->out[out->layers] = layer->out;
        out->x[out->layers] = n->value[i];
        out->slopes[out->layers++] = n->by_value[i + 1];
    }
}

/* Makes what goes into the layers whole, 1 being `one`; adds to lengths[], which are zero,
 * those of the gradients then. */
static void values_whole(batch *b, int32_t one, double *lengths)
{
    float times[BATCH_MAX];
    for (uint32_t i = 0; i < b->records; i++)
        times[i] = (float)one;
    for (uint32_t l = 0; l < b->layers; l++) {
        const size_t width = b->out[l];
        sheaf_whole_rows(b->x[l], b->records, b->in[l], times, b->by_x[l]);
        for (uint32_t i = 0; i < b->records; i++) {
            b->by_x[l][i] += (int64_t)one * one;
            lengths[i] +=
                (double)b->by_x[l][i] * sheaf_square_sum(b->slopes[l] + i * width, width);
        }
    }
    for (uint32_t i = 0; i < b->records; i++)
        lengths[i] = sqrt(lengths[i]);
}

/* Makes whole numbers of a batch's values and slopes, such that the products of each record's
 * have a norm of at most `sensitivity`. */
static void batch_clip(batch *b, double norm, double sensitivity, int32_t one)
{
    const double limit = norm * one;
    double lengths[BATCH_MAX] = {0}, whole[BATCH_MAX] = {0};
    float times[BATCH_MAX];
    int64_t squares[BATCH_MAX];
    values_whole(b, one, lengths);
    for (uint32_t i = 0; i < b->records; i++) {
        for (uint32_t l = 0; l < b->layers && !(lengths[i] < (double)INFINITY); l++)
            memset(b->slopes[l] + i * b->out[l], 0, b->out[l] * sizeof *b->slopes[l]);
        /* Rounding to the nearest lengthens about as often as it shortens, so aim a little
         * below. Slopes that became zero stay it. */
        times[i] = (float)(sensitivity * (1 - 0x1p-7)
                           / (lengths[i] > limit && lengths[i] < (double)INFINITY ? lengths[i]
                                                                                  : limit));
    }
    for (uint32_t l = 0; l < b->layers; l++) {
        sheaf_whole_rows(b->slopes[l], b->records, b->out[l], times, squares);
        for (uint32_t i = 0; i < b->records; i++)
            whole[i] += (double)b->by_x[l][i] * (double)squares[i];
    }
    /* Both factors are exact, being below 2^53; what their product and the sum over layers are
     * off by rounding is below 2^-40 of it. */
    const double most = sensitivity * sensitivity * (1 - 0x1p-40);
    for (uint32_t i = 0; i < b->records; i++)
        for (uint32_t l = 0; l < b->layers && !(whole[i] <= most); l++)
            shorten(b->slopes[l] + i * b->out[l], b->out[l],
                    (float)(sensitivity / sqrt(whole[i]) * (1 - 0x1p-10)));
}

/* How many records at once. */
static uint32_t batch_most(const sheaf_mlp_trainer *t, uint64_t sensitivity)
{
    const int bits = __builtin_ctzll(sensitivity);
    assert(sensitivity == (uint64_t)1 << bits && bits >= 16 && bits <= 22);
    const uint32_t most = (uint32_t)1 << (SUM_BITS - bits);
    return most < t->network.examples_max ? most : t->network.examples_max;
}

void sheaf_mlp_clipped_batch(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                             const uint32_t *rows, uint32_t count, double norm,
                             uint64_t sensitivity)
{
    const int bits = __builtin_ctzll(sensitivity) - SLOPE_BITS;
    const int32_t one = 1 << (bits < ONE_BITS_MAX ? bits : ONE_BITS_MAX);
    batch b;
    assert(count <= batch_most(t, sensitivity) && count <= BATCH_MAX);
    sheaf_mlp_pass(t, records, rows, count, true);
    batch_find(&t->network, count, &b);
    batch_clip(&b, norm, (double)sensitivity, one);
    /* No element of a record's product is above the sensitivity, so no sum is above 2^24. */
    sheaf_network_gradient(&t->network, &t->product, count, (float)one, false, t->gradient);
}

void sheaf_mlp_clipped_add(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                           const uint32_t *rows, uint32_t count, double norm,
                           uint64_t sensitivity, int64_t *values)
{
    const uint32_t most = batch_most(t, sensitivity);
    for (uint32_t first = 0; first < count; first += most) {
        uint32_t some = count - first < most ? count - first : most;
        sheaf_mlp_clipped_batch(t, records, rows + first, some, norm, sensitivity);
        for (uint32_t j = 0; j < t->count; j++)
            values[j] += (int32_t)t->gradient[j];
    }
}
