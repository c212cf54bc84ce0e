#include "test.h"

#include "learn/federate.h"

#include <math.h>

enum { N = 40, D = 5 };

static double z[N * D];
static uint8_t y[N];
static const sheaf_samples samples = {.n = N, .d = D, .z = z, .y = y};

static double uniform(uint64_t *state)
{
    return (double)(test_random(state) >> 11) / (double)(1ULL << 52) - 1;
}

static int fill(void **unused)
{
    uint64_t state = 99;
    for (int i = 0; i < N * D; i++)
        z[i] = 2 * uniform(&state);
    for (int i = 0; i < N; i++)
        y[i] = test_random(&state) % 2;
    (void)unused;
    return 0;
}

static double objective(const double *parameters, double l2)
{
    double sum = 0, norm = 0;
    for (uint32_t i = 0; i < N; i++)
        sum += sheaf_logistic_loss(sheaf_logistic_score(parameters, z + i * D, D), y[i]);
    for (int j = 0; j < D; j++)
        norm += parameters[j] * parameters[j];
    return sum / N + l2 / 2 * norm;
}

static void test_gradient_by_differences(void **unused)
{
    uint64_t state = 5;
    uint32_t rows[N];
    double parameters[D + 1], gradient[D + 1];
    for (uint32_t i = 0; i < N; i++)
        rows[i] = i;
    for (int j = 0; j <= D; j++)
        parameters[j] = uniform(&state);
    sheaf_logistic_gradient(&samples, rows, N, parameters, 0.1, gradient);
    for (int j = 0; j <= D; j++) {
        const double h = 1e-5, at = parameters[j];
        parameters[j] = at + h;
        double up = objective(parameters, 0.1);
        parameters[j] = at - h;
        double down = objective(parameters, 0.1);
        parameters[j] = at;
        assert_true(fabs((up - down) / (2 * h) - gradient[j]) < 1e-8);
    }
    (void)unused;
}

static void test_loss_is_finite(void **unused)
{
    assert_true(fabs(sheaf_logistic_loss(0, true) - log(2)) < 1e-15);
    assert_true(sheaf_logistic_loss(1e6, false) <= SHEAF_LOSS_MAX);
    assert_true(sheaf_logistic_loss(-1e6, true) <= SHEAF_LOSS_MAX);
    assert_true(sheaf_logistic_loss(1e6, true) >= 0);
    assert_true(sheaf_probability(-1e6) >= 0 && sheaf_probability(1e6) <= 1);
    (void)unused;
}

static void test_training_is_deterministic_and_descends(void **unused)
{
    static const uint32_t batches[] = {0, 1, 7, 40, 1000};
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        sheaf_err err;
        sheaf_training training = {400, batches[b], 20000, 1000};
        double first[D + 1] = {0}, second[D + 1] = {0};
        MUST(sheaf_logistic_train(&samples, &training, 3, first, &err));
        MUST(sheaf_logistic_train(&samples, &training, 3, second, &err));
        assert_memory_equal(first, second, sizeof first);
        assert_true(objective(first, 0) < log(2));
    }
    (void)unused;
}

static void test_parameters_are_checked(void **unused)
{
    static const sheaf_training bad[] = {{0, 1, 1, 0},
                                         {1000001, 1, 1, 0},
                                         {1, 1, 0, 0},
                                         {1, 1, 100000001, 0},
                                         {1, 1, 1, 100000001}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sheaf_err err;
        assert_int_equal(sheaf_training_check(&bad[i], &err), SHEAF_INVALID);
    }
    (void)unused;
}

static void test_update_and_apply(void **unused)
{
    sheaf_err err;
    sheaf_features features = {.count = 1, .items = {{.column = "x"}}, .label = "y"};
    sheaf_scaling scaling = {.scale = {SHEAF_UNIT}};
    sheaf_model model, next;
    sheaf_round_figures figures;
    sheaf_model_init(&model, &features, &scaling);
    /* weights 5/2, -5/2 of a unit: half to even */
    const int64_t words[] = {5, -5, 2, 2 * SHEAF_UNIT, 1};
    MUST(sheaf_update_finish(&model, words, &next, &figures, &err));
    assert_int_equal(next.weight[0], 2);
    assert_int_equal(next.bias, -2);
    assert_int_equal(figures.loss_millionths, 1000000);
    assert_int_equal(figures.accuracy_millionths, 500000);
    static const int64_t bad[][5] = {
        {0, 0, 0, 0, 0},         {0, 0, -1, 0, 0},        {0, 0, SHEAF_RECORDS_MAX + 1LL, 0, 0},
        {0, 0, 2, 0, 3},         {0, 0, 2, -1, 0},        {0, 0, 2, INT64_MAX, 0},
        {INT64_MAX, 0, 2, 0, 0}, {0, INT64_MIN, 2, 0, 0}, {0, 0, 2, 0, -1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sheaf_update_finish(&model, bad[i], &next, NULL, &err), SHEAF_INVALID);

    sheaf_table table;
    sheaf_training wild = {1000, 0, 100000000, 100000000};
    int64_t update[5];
    MUST(sheaf_table_read(sheaf_str("x,y,set\n1,1,train\n-1,0,train\n"), "t", &features,
                          SHEAF_TABLE_EXACT, &table, &err));
    assert_int_equal(sheaf_update_local(&model, &table, &wild, 1, update, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "diverged"));
    sheaf_table_close(&table);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient_by_differences),
        cmocka_unit_test(test_loss_is_finite),
        cmocka_unit_test(test_training_is_deterministic_and_descends),
        cmocka_unit_test(test_parameters_are_checked),
        cmocka_unit_test(test_update_and_apply),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
