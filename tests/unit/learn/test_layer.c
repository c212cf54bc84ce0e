#include "test.h"

#include "learn/network.h"

#include <math.h>

enum { PLACES = 4096, EXAMPLES = 5 };

static sheaf_product product;
static uint64_t state = 2022;

static void fail_telling(void *context, const char *sentence)
{
    (void)context;
    fail_msg("%s", sentence);
}

static int open_product(void **unused)
{
    sheaf_product_open(&product, SHEAF_PRODUCT_OPENBLAS,
                       (sheaf_product_teller){fail_telling, NULL});
    (void)unused;
    return 0;
}

static float drawn(void)
{
    return (float)((double)(test_random(&state) >> 40) * 0x1p-23 - 1);
}

static void draw(float *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = drawn();
}

static double dot(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static void near(double got, double want, double most, const char *what)
{
    if (!(fabs(got - want) <= most * (1 + fabs(want))))
        fail_msg("%s is %g, not %g", what, got, want);
}

/* ---- single layers ---- */

static const sheaf_layer layers[] = {
    {&sheaf_layer_dense, 7, 5, 1}, {&sheaf_layer_dense, 1, 1, 1}, {&sheaf_layer_dense, 6, 9, 4},
    {&sheaf_layer_relu, 8, 8, 1},  {&sheaf_layer_tanh, 7, 7, 1},  {&sheaf_layer_tanh, 5, 5, 3},
};
enum { LAYERS = sizeof layers / sizeof *layers };

typedef struct {
    float x[PLACES], y[PLACES], by_y[PLACES], by_x[PLACES];
    float parameters[PLACES], by_parameters[PLACES], scratch[PLACES];
    sheaf_layer_call call;
    size_t ins, outs, parameter_count;
} trial;

static void trial_draw(trial *t, const sheaf_layer *layer)
{
    *t = (trial){.ins = (size_t)EXAMPLES * layer->positions * layer->in,
                 .outs = (size_t)EXAMPLES * layer->positions * layer->out,
                 .parameter_count = layer->kind->parameters(layer)};
    t->call = (sheaf_layer_call){&product, t->parameters, t->scratch, EXAMPLES, 1, false};
    draw(t->x, t->ins);
    draw(t->by_y, t->outs);
    draw(t->parameters, t->parameter_count);
}

/* The sum of what comes out, by the slopes. */
static double value_of(trial *t, const sheaf_layer *layer)
{
    layer->kind->forward(layer, &t->call, t->x, t->y);
    return dot(t->y, t->by_y, t->outs);
}

static double by_difference(trial *t, const sheaf_layer *layer, float *at)
{
    const float before = *at, step = 0x1p-7F;
    *at = before + step;
    double up = value_of(t, layer);
    *at = before - step;
    double down = value_of(t, layer);
    *at = before;
    return (up - down) / (2 * (double)step);
}

static void test_slopes_by_differences(void **unused)
{
    static trial t;
    for (int n = 0; n < LAYERS; n++) {
        const sheaf_layer *layer = &layers[n];
        trial_draw(&t, layer);
        for (size_t i = 0; i < t.ins; i++) /* relu has no slope at 0 */
            t.x[i] += t.x[i] < 0 ? -0.02F : 0.02F;
        (void)value_of(&t, layer);
        layer->kind->backward(layer, &t.call, t.y, t.by_y, t.by_x);
        for (size_t i = 0; i < t.ins; i++)
            near(by_difference(&t, layer, &t.x[i]), (double)t.by_x[i], 1e-3, layer->kind->name);
        if (!layer->kind->gradient)
            continue;
        layer->kind->gradient(layer, &t.call, t.x, t.by_y, t.by_parameters);
        for (size_t i = 0; i < t.parameter_count; i++)
            near(by_difference(&t, layer, &t.parameters[i]), (double)t.by_parameters[i], 1e-3,
                 layer->kind->name);
    }
    (void)unused;
}

/* <J u, v> = <u, J' v>: forward is linear in x or its slopes are symmetric. */
static void test_backward_is_adjoint(void **unused)
{
    static trial t;
    static float u[PLACES], ju[PLACES];
    for (int n = 0; n < LAYERS; n++) {
        const sheaf_layer *layer = &layers[n];
        trial_draw(&t, layer);
        draw(u, t.ins);
        if (layer->kind == &sheaf_layer_dense) {
            memset(t.parameters + (size_t)layer->in * layer->out, 0,
                   layer->out * sizeof *t.parameters);
            layer->kind->forward(layer, &t.call, u, ju);
        } else {
            layer->kind->forward(layer, &t.call, t.x, t.y);
            layer->kind->backward(layer, &t.call, t.y, u, ju);
        }
        layer->kind->backward(layer, &t.call, t.y, t.by_y, t.by_x);
        near(dot(ju, t.by_y, t.outs), dot(u, t.by_x, t.ins), 1e-5, layer->kind->name);
        if (!layer->kind->gradient)
            continue;
        /* The same for parameters v: what forward makes of x by v, and the gradient. */
        layer->kind->gradient(layer, &t.call, t.x, t.by_y, t.by_parameters);
        draw(t.parameters, t.parameter_count);
        near(value_of(&t, layer), dot(t.parameters, t.by_parameters, t.parameter_count), 1e-5,
             "the gradient");
    }
    (void)unused;
}

static void test_squares_are_those_of_each_gradient(void **unused)
{
    static trial t;
    for (int n = 0; n < LAYERS; n++) {
        const sheaf_layer *layer = &layers[n];
        if (!layer->kind->squares)
            continue;
        for (int twice = 0; twice < 2; twice++) {
            double squares[EXAMPLES] = {0};
            trial_draw(&t, layer);
            t.call.one = twice ? 16 : 1;
            layer->kind->squares(layer, &t.call, t.x, t.by_y, squares);
            t.call.examples = 1;
            for (size_t i = 0; i < EXAMPLES; i++) {
                layer->kind->gradient(layer, &t.call, t.x + i * (t.ins / EXAMPLES),
                                      t.by_y + i * (t.outs / EXAMPLES), t.by_parameters);
                near(squares[i], dot(t.by_parameters, t.by_parameters, t.parameter_count), 1e-5,
                     "a square");
            }
        }
    }
    (void)unused;
}

static void test_tanh_is_close(void **unused)
{
    const sheaf_layer layer = {&sheaf_layer_tanh, 1, 1, 1};
    const sheaf_layer_call call = {.examples = 1};
    for (int i = 0; i < 20000; i++) {
        float x = i % 2 ? 10 * drawn() : ldexpf(drawn(), -(int)(test_random(&state) % 60)), y;
        sheaf_layer_tanh.forward(&layer, &call, &x, &y);
        double exact = tanh((double)x);
        int exponent;
        (void)frexp(exact, &exponent);
        if (!(fabs((double)y - exact) <= ldexp(3, exponent - 24)))
            fail_msg("tanh(%a) is %a, not %a", (double)x, (double)y, exact);
    }
    (void)unused;
}

static void test_square_sum_is_close(void **unused)
{
    static float x[PLACES];
    for (size_t count = 0; count < PLACES; count += 1 + count / 3) {
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            int64_t v = (int64_t)(test_random(&state) % 8193) - 4096;
            x[i] = (float)v;
            sum += v * v;
        }
        near(sheaf_square_sum(x, count), (double)sum, 1e-6, "a sum of squares");
    }
    (void)unused;
}

/* ---- networks ---- */

typedef struct {
    sheaf_network network;
    float *parameters, *gradient, *explicitly;
    float x[PLACES], target[EXAMPLES];
    sheaf_loss loss;
} net;

static const sheaf_layer stack[] = {
    {&sheaf_layer_dense, 6, 11, 1}, {&sheaf_layer_relu, 11, 11, 1},
    {&sheaf_layer_dense, 11, 9, 1}, {&sheaf_layer_tanh, 9, 9, 1},
    {&sheaf_layer_dense, 9, 1, 1},
};

static void net_open(net *n, sheaf_loss loss)
{
    sheaf_err err;
    *n = (net){.loss = loss};
    MUST(sheaf_network_open(&n->network, stack, sizeof stack / sizeof *stack, EXAMPLES, &err));
    n->parameters = calloc(3 * n->network.parameters, sizeof *n->parameters);
    n->gradient = n->parameters + n->network.parameters;
    n->explicitly = n->gradient + n->network.parameters;
    draw(n->parameters, n->network.parameters);
    draw(n->x, EXAMPLES * 6);
    for (int i = 0; i < EXAMPLES; i++)
        n->target[i] = loss == sheaf_loss_class ? (float)(i % 2) : drawn();
}

static void net_close(net *n)
{
    free(n->parameters);
    sheaf_network_close(&n->network);
}

/* The losses of examples from `first`, their sum returned, and all slopes. */
static double net_run(net *n, uint32_t first, uint32_t count)
{
    double losses[EXAMPLES], sum = 0;
    memcpy(sheaf_network_input(&n->network), n->x + (size_t)first * 6,
           (size_t)count * 6 * sizeof *n->x);
    sheaf_network_forward(&n->network, &product, n->parameters, count);
    n->loss(sheaf_network_output(&n->network), n->target + first, count, losses,
            sheaf_network_slopes(&n->network));
    sheaf_network_backward(&n->network, &product, n->parameters, count);
    for (uint32_t i = 0; i < count; i++)
        sum += losses[i];
    return sum;
}

static void test_a_network_by_differences(void **unused)
{
    static const sheaf_loss losses[] = {sheaf_loss_class, sheaf_loss_number};
    for (int l = 0; l < 2; l++) {
        static net n;
        net_open(&n, losses[l]);
        (void)net_run(&n, 0, EXAMPLES);
        sheaf_network_gradient(&n.network, &product, EXAMPLES, 1, false, n.gradient);
        for (size_t i = 0; i < n.network.parameters; i++) {
            const float before = n.parameters[i], step = 0x1p-9F;
            n.parameters[i] = before + step;
            double up = net_run(&n, 0, EXAMPLES);
            n.parameters[i] = before - step;
            double down = net_run(&n, 0, EXAMPLES);
            n.parameters[i] = before;
            near((up - down) / (2 * (double)step), (double)n.gradient[i], 4e-3, "a slope");
        }
        net_close(&n);
    }
    (void)unused;
}

static void test_weighted_gradients_in_one_pass(void **unused)
{
    static net n;
    double squares[EXAMPLES];
    float weights[EXAMPLES];
    net_open(&n, sheaf_loss_class);
    (void)net_run(&n, 0, EXAMPLES);
    sheaf_network_squares(&n.network, &product, EXAMPLES, 1, squares);
    for (int i = 0; i < EXAMPLES; i++)
        weights[i] = (float)(0.5 / sqrt(squares[i]));
    sheaf_network_weigh(&n.network, EXAMPLES, weights);
    sheaf_network_gradient(&n.network, &product, EXAMPLES, 1, false, n.gradient);
    for (uint32_t i = 0; i < EXAMPLES; i++) {
        (void)net_run(&n, i, 1);
        sheaf_network_gradient(&n.network, &product, 1, 1, false, n.explicitly);
        near(squares[i], dot(n.explicitly, n.explicitly, n.network.parameters), 1e-5,
             "the square of a norm");
        for (size_t j = 0; j < n.network.parameters; j++)
            n.gradient[j] -= weights[i] * n.explicitly[j];
    }
    for (size_t j = 0; j < n.network.parameters; j++)
        near((double)n.gradient[j], 0, 1e-6, "what is left");
    net_close(&n);
    (void)unused;
}

static void test_a_pass_repeats(void **unused)
{
    static net n;
    net_open(&n, sheaf_loss_class);
    double first = net_run(&n, 0, EXAMPLES);
    sheaf_network_gradient(&n.network, &product, EXAMPLES, 1, false, n.gradient);
    assert_true(net_run(&n, 0, EXAMPLES) == first);
    sheaf_network_gradient(&n.network, &product, EXAMPLES, 1, false, n.explicitly);
    assert_memory_equal(n.gradient, n.explicitly, n.network.parameters * sizeof *n.gradient);
    sheaf_network_gradient(&n.network, &product, EXAMPLES, 1, true, n.explicitly);
    for (size_t i = 0; i < n.network.parameters; i++)
        near((double)n.explicitly[i], 2 * (double)n.gradient[i], 1e-6, "twice the gradient");
    net_close(&n);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes_by_differences),
        cmocka_unit_test(test_backward_is_adjoint),
        cmocka_unit_test(test_squares_are_those_of_each_gradient),
        cmocka_unit_test(test_tanh_is_close),
        cmocka_unit_test(test_square_sum_is_close),
        cmocka_unit_test(test_a_network_by_differences),
        cmocka_unit_test(test_weighted_gradients_in_one_pass),
        cmocka_unit_test(test_a_pass_repeats),
    };
    return cmocka_run_group_tests(tests, open_product, NULL);
}
