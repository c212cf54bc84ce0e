#include "learn/layer.h"

#include "learn/exact_math.h"
#include "learn/wide.h"

#include <string.h>

enum { LANES = 4, WIDE = 16, TANH_SERIES = 7 };

/* Vectors of the compiler's, in as many of the processor's as they take. */
typedef float floats __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t wholes __attribute__((vector_size(LANES * sizeof(int32_t))));

static size_t rows_of(const sheaf_layer *layer, const sheaf_layer_call *call)
{
    return (size_t)call->examples * layer->positions;
}

static size_t none(const sheaf_layer *layer)
{
    (void)layer;
    return 0;
}

/* Four sums of vectors at once, so that a processor does not wait for one; the same on each. */
double sheaf_square_sum(const float *x, size_t count)
{
    floats first = {0}, second = {0}, third = {0}, fourth = {0};
    size_t i = 0;
    for (; i + WIDE <= count; i += WIDE) {
        floats part[WIDE / LANES];
        memcpy(part, x + i, sizeof part);
        first += part[0] * part[0];
        second += part[1] * part[1];
        third += part[2] * part[2];
        fourth += part[3] * part[3];
    }
    first = (first + second) + (third + fourth);
    double out = ((double)first[0] + (double)first[1]) + ((double)first[2] + (double)first[3]);
    for (; i < count; i++)
        out += (double)(x[i] * x[i]);
    return out;
}

/* ---- dense ---- */

static size_t dense_parameters(const sheaf_layer *layer)
{
    return ((size_t)layer->in + 1) * layer->out;
}

/* Two matrices of products between the positions of an example. */
static size_t dense_scratch(const sheaf_layer *layer)
{
    return layer->positions > 1 ? 2 * (size_t)layer->positions * layer->positions : 0;
}

/* That row as every row of y, by copies that grow. */
static void rows_fill(float *y, size_t rows, const float *row, size_t width)
{
    memcpy(y, row, width * sizeof *y);
    for (size_t done = 1; done < rows; done *= 2)
        memcpy(y + done * width, y,
               (rows - done < done ? rows - done : done) * width * sizeof *y);
}

static void dense_forward(const sheaf_layer *layer, const sheaf_layer_call *call,
                          const float *x, float *y)
{
    const size_t rows = rows_of(layer, call);
    const float *bias = call->parameters + (size_t)layer->in * layer->out;
    const sheaf_product_shape shape = {(uint32_t)rows, layer->out, layer->in,
                                       false,          true,       true};
    rows_fill(y, rows, bias, layer->out);
    sheaf_product_multiply(call->product, &shape, x, call->parameters, y);
}

static void dense_backward(const sheaf_layer *layer, const sheaf_layer_call *call,
                           const float *y, const float *by_y, float *by_x)
{
    const sheaf_product_shape shape = {
        (uint32_t)rows_of(layer, call), layer->in, layer->out, false, false, false};
    (void)y;
    sheaf_product_multiply(call->product, &shape, by_y, call->parameters, by_x);
}

/* Adds each column's sum, times `one`, to out[]: a few columns at a time, which stay in
 * registers. */
SHEAF_WIDE static void columns_add(const float *x, size_t rows, size_t width, float one,
                                   float *out)
{
    size_t j = 0;
    for (; j + WIDE <= width; j += WIDE) {
        float sum[WIDE];
        memcpy(sum, out + j, sizeof sum);
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < WIDE; k++)
                sum[k] += one * x[i * width + j + k];
        memcpy(out + j, sum, sizeof sum);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t k = j; k < width; k++)
            out[k] += one * x[i * width + k];
}

static void dense_gradient(const sheaf_layer *layer, const sheaf_layer_call *call,
                           const float *x, const float *by_y, float *out)
{
    const size_t rows = rows_of(layer, call);
    const sheaf_product_shape shape = {layer->out, layer->in, (uint32_t)rows,
                                       true,       false,     call->adds};
    float *bias = out + (size_t)layer->in * layer->out;
    sheaf_product_multiply(call->product, &shape, by_y, x, out);
    if (!call->adds)
        memset(bias, 0, layer->out * sizeof *bias);
    columns_add(by_y, rows, layer->out, call->one, bias);
}

/* The square of one example of several positions: the sum over pairs of them. */
static double pairs_square(const sheaf_layer *layer, const sheaf_layer_call *call,
                           const float *x, const float *by_y)
{
    const uint32_t side = layer->positions;
    float *of_x = call->scratch, *of_y = of_x + (size_t)side * side;
    const sheaf_product_shape in = {side, side, layer->in, false, true, false};
    const sheaf_product_shape out = {side, side, layer->out, false, true, false};
    double sum = 0;
    sheaf_product_multiply(call->product, &in, x, x, of_x);
    sheaf_product_multiply(call->product, &out, by_y, by_y, of_y);
    for (size_t i = 0; i < (size_t)side * side; i++)
        sum += ((double)of_x[i] + (double)call->one * (double)call->one) * (double)of_y[i];
    return sum > 0 ? sum : 0; /* below 0 by rounding alone */
}

static void dense_squares(const sheaf_layer *layer, const sheaf_layer_call *call,
                          const float *x, const float *by_y, double *squares)
{
    const size_t in = (size_t)layer->in * layer->positions;
    const size_t out = (size_t)layer->out * layer->positions;
    for (uint32_t i = 0; i < call->examples; i++)
        squares[i] +=
            layer->positions > 1
                ? pairs_square(layer, call, x + i * in, by_y + i * out)
                : (sheaf_square_sum(x + i * in, in) + (double)call->one * (double)call->one)
                      * sheaf_square_sum(by_y + i * out, out);
}

const sheaf_layer_kind sheaf_layer_dense = {
    .name = "dense",
    .parameters = dense_parameters,
    .scratch = dense_scratch,
    .forward = dense_forward,
    .backward = dense_backward,
    .gradient = dense_gradient,
    .squares = dense_squares,
};

/* ---- relu ---- */

SHEAF_WIDE static void relu(const float *x, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = x[i] > 0 ? x[i] : 0;
}

SHEAF_WIDE static void relu_slopes(const float *y, const float *by_y, size_t count, float *by_x)
{
    for (size_t i = 0; i < count; i++) {
        const float slope = by_y[i]; /* read in any case, so that there is no branch */
        by_x[i] = y[i] > 0 ? slope : 0;
    }
}

static void relu_forward(const sheaf_layer *layer, const sheaf_layer_call *call, const float *x,
                         float *y)
{
    relu(x, rows_of(layer, call) * layer->out, y);
}

static void relu_backward(const sheaf_layer *layer, const sheaf_layer_call *call,
                          const float *y, const float *by_y, float *by_x)
{
    relu_slopes(y, by_y, rows_of(layer, call) * layer->out, by_x);
}

const sheaf_layer_kind sheaf_layer_relu = {
    .name = "relu",
    .in_place = true,
    .parameters = none,
    .scratch = none,
    .forward = relu_forward,
    .backward = relu_backward,
};

/* ---- tanh ---- */

/* tanh(x) = m / (m + 2) of m = exp(2|x|) - 1, and that is 2^k q + (2^k - 1) where 2|x| is
 * k ln 2 + r and q = exp(r) - 1, a series. From 20 on, or for no number, 2|x| counts as 20. */
static floats tanh_of(floats x)
{
    static const float inverse[TANH_SERIES] = {1.F,       1.F / 2,   1.F / 6,   1.F / 24,
                                               1.F / 120, 1.F / 720, 1.F / 5040};
    const floats magic = (floats){0} + 0x1.8p23F, end = (floats){0} + 20;
    const wholes sign = (wholes)x & INT32_MIN;
    floats size = (floats)((wholes)x & INT32_MAX);
    size = size + size;
    const wholes small = size < end;
    size = (floats)(((wholes)size & small) | ((wholes)end & ~small));
    floats k = (size * 0x1.715476p+0F + magic) - magic; /* to the nearest whole number */
    floats r = (size - k * 0x1.62e4p-1F) - k * 0x1.7f7d1cp-20F;
    floats q = r * inverse[TANH_SERIES - 1];
    for (int i = TANH_SERIES - 2; i > 0; i--)
        q = (q + inverse[i]) * r;
    q = r + r * q;
    floats power = (floats)((__builtin_convertvector(k, wholes) + 127) << 23);
    floats m = power * q + (power - 1);
    return (floats)((wholes)(m / (m + 2)) | sign);
}

static void tanh_forward(const sheaf_layer *layer, const sheaf_layer_call *call, const float *x,
                         float *y)
{
    const size_t count = rows_of(layer, call) * layer->out;
    for (size_t i = 0; i < count; i += LANES) {
        floats part = {0};
        const size_t bytes = (count - i < LANES ? count - i : LANES) * sizeof *x;
        memcpy(&part, x + i, bytes);
        part = tanh_of(part);
        memcpy(y + i, &part, bytes);
    }
}

static void tanh_backward(const sheaf_layer *layer, const sheaf_layer_call *call,
                          const float *y, const float *by_y, float *by_x)
{
    const size_t count = rows_of(layer, call) * layer->out;
    for (size_t i = 0; i < count; i++)
        by_x[i] = by_y[i] * (1 - y[i] * y[i]);
}

const sheaf_layer_kind sheaf_layer_tanh = {
    .name = "tanh",
    .in_place = true,
    .parameters = none,
    .scratch = none,
    .forward = tanh_forward,
    .backward = tanh_backward,
};

/* ---- losses ---- */

void sheaf_loss_class(const float *score, const float *target, uint32_t rows, double *losses,
                      float *slopes)
{
    for (uint32_t i = 0; i < rows; i++) {
        double s = (double)score[i];
        if (losses)
            losses[i] = sheaf_exact_softplus(target[i] > 0 ? -s : s);
        if (slopes)
            slopes[i] = (float)(sheaf_exact_sigmoid(s) - (double)target[i]);
    }
}

void sheaf_loss_number(const float *score, const float *target, uint32_t rows, double *losses,
                       float *slopes)
{
    for (uint32_t i = 0; i < rows; i++) {
        double off = (double)score[i] - (double)target[i];
        if (losses)
            losses[i] = off * off / 2;
        if (slopes)
            slopes[i] = (float)off;
    }
}
