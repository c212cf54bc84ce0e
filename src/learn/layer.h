/* learn/layer.h - layers of a network, each with its own functions: nothing is differentiated
 * by a program.
 *
 * A batch is examples of `positions` rows each, one under the other: 1 for records of a table;
 * the moments of a series, the windows under a convolution, the words of a text, wherever the
 * same weights act on each row. A layer turns rows of `in` numbers into rows of `out`.
 *
 *     forward    y from x
 *     backward   the slope of the loss by x from that by y
 *     gradient   that by the parameters, summed over the batch. It is linear in the slopes by
 *                y: multiplying an example's slopes by a weight weighs its gradient.
 *     squares    for each example the square of its gradient's L2 norm, from x and the slopes
 *                by y, without ever making the gradient
 *
 * So clipping every example's gradient takes one pass backward: squares, weights from them, the
 * slopes times the weights, gradient ("book-keeping": Bu, Wang, Zha and Karypis 2022,
 * "Differentially Private Optimization on Large Model at Small Cost"). For one position the
 * norm of a product of two vectors is the product of their norms (Goodfellow 2015); for several
 * it is a sum over pairs of positions (Li et al. 2021, "ghost clipping").
 *
 * The same batch, parameters and product give the same bits; with the portable product the rows
 * of an example follow from that example alone.
 */
#ifndef SHEAF_LEARN_LAYER_H
#define SHEAF_LEARN_LAYER_H

#include "learn/product.h"

typedef struct sheaf_layer sheaf_layer;

/* What the functions get besides. */
typedef struct {
    sheaf_product *product;
    const float *parameters; /* of this layer */
    float *scratch;          /* as many places as `scratch` of the row says */
    uint32_t examples;
    /* For gradients: what biases are multiplied with, 1 but for who has multiplied x by
     * something; and whether to add to what stands in the gradient. */
    float one;
    bool adds;
} sheaf_layer_call;

typedef struct {
    const char *name;
    bool in_place; /* y may stand where x stood, and backward looks at y alone */

    size_t (*parameters)(const sheaf_layer *layer);
    size_t (*scratch)(const sheaf_layer *layer);
    void (*forward)(const sheaf_layer *layer, const sheaf_layer_call *call, const float *x,
                    float *y);
    /* by_x may be by_y where y may stand in the place of x. */
    void (*backward)(const sheaf_layer *layer, const sheaf_layer_call *call, const float *y,
                     const float *by_y, float *by_x);
    /* Where there are parameters. */
    void (*gradient)(const sheaf_layer *layer, const sheaf_layer_call *call, const float *x,
                     const float *by_y, float *out);
    /* Added to squares[], of which there is one for each example. */
    void (*squares)(const sheaf_layer *layer, const sheaf_layer_call *call, const float *x,
                    const float *by_y, double *squares);
} sheaf_layer_kind;

struct sheaf_layer {
    const sheaf_layer_kind *kind;
    uint32_t in, out;   /* numbers of a row */
    uint32_t positions; /* rows of an example, at least 1 */
};

/* y = x W' + b; parameters W [out, in], as PyTorch has it, then b [out]. */
extern const sheaf_layer_kind sheaf_layer_dense;
extern const sheaf_layer_kind sheaf_layer_relu; /* y = x above 0, else 0 */
/* Off by at most 3 units in the last place of a float. */
extern const sheaf_layer_kind sheaf_layer_tanh;

/* ---- what a score costs ---- */

/* Losses of a batch of scores, one a row, and their slopes by the scores; either may be NULL,
 * and is then not computed. */
typedef void (*sheaf_loss)(const float *score, const float *target, uint32_t rows,
                           double *losses, float *slopes);

/* -log of the probability of the target, 0 or 1, where the score is its log odds. */
void sheaf_loss_class(const float *score, const float *target, uint32_t rows, double *losses,
                      float *slopes);
/* Half of the square of what the score is off. */
void sheaf_loss_number(const float *score, const float *target, uint32_t rows, double *losses,
                       float *slopes);

/* ---- rows of numbers ---- */

/* The sum of the squares, to about the digits of a float. */
double sheaf_square_sum(const float *x, size_t count);

#endif
