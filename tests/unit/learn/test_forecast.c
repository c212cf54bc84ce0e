#include "forecast_world.h"

#include "learn/statistics.h"

static int64_t *words_make(const sheaf_series_set *set, const sheaf_forecast_terms *terms)
{
    sheaf_err err;
    sheaf_scaled_set data;
    int64_t *words =
        calloc(sheaf_forecast_words(terms->look_back, terms->horizon), sizeof *words);
    MUST(sheaf_scaled_open(set, terms, false, &data, &err));
    MUST(sheaf_forecast_sums(&data, terms, words, &err));
    sheaf_scaled_close(&data);
    return words;
}

/* Product by product. */
static int64_t *words_slowly(const sheaf_series_set *set, const sheaf_forecast_terms *terms)
{
    sheaf_err err;
    sheaf_scaled_set data;
    const uint32_t back = terms->look_back, ahead = terms->horizon;
    const size_t count = sheaf_forecast_words(back, ahead);
    const sheaf_windows windows = {back, ahead, terms->every};
    int64_t *words = calloc(count, sizeof *words);
    MUST(sheaf_scaled_open(set, terms, false, &data, &err));
    for (uint32_t s = 0; s < data.count; s++) {
        sheaf_window_run run;
        for (uint32_t at = 0;
             sheaf_windows_next(&set->items[s], &windows, set->items[s].train, 0, &at, &run);)
            for (uint32_t r = 0; r < run.count; r++) {
                const int32_t *z = data.items[s].z + run.first + r * run.stride - back;
                size_t word = 0;
                for (uint32_t i = 0; i < back; i++)
                    for (uint32_t j = i; j < back; j++)
                        words[word++] += (int64_t)(z[i] - z[back - 1]) * (z[j] - z[back - 1]);
                for (uint32_t i = 0; i < back; i++)
                    for (uint32_t h = 0; h < ahead; h++)
                        words[word++] +=
                            (int64_t)(z[i] - z[back - 1]) * (z[back + h] - z[back - 1]);
                words[word]++;
            }
    }
    sheaf_scaled_close(&data);
    return words;
}

static void test_sums_are_exact(void **unused)
{
    static const struct {
        uint32_t look_back, horizon, every, series, steps, gaps;
    } rows[] = {
        {5, 3, 1, 1, 60, 0},    {30, 10, 1, 3, 300, 4}, {30, 10, 7, 3, 300, 4},
        {48, 24, 0, 4, 900, 3}, {1, 1, 1, 2, 100, 20},  {24, 24, 50, 2, 600, 2},
        {7, 40, 5, 6, 200, 1},  {12, 4, 12, 2, 200, 0}, {12, 4, 13, 2, 200, 3},
    };
    uint64_t random = 3;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world w;
        world_make(&w, rows[i].series, rows[i].steps, rows[i].gaps, &random);
        sheaf_forecast_terms terms =
            terms_of(rows[i].look_back, rows[i].horizon, rows[i].every);
        size_t count = sheaf_forecast_words(terms.look_back, terms.horizon);
        int64_t *fast = words_make(&w.set, &terms), *slow = words_slowly(&w.set, &terms);
        assert_true(slow[count - 1] > 0);
        assert_memory_equal(fast, slow, count * sizeof *fast);
        free(fast);
        free(slow);
        world_free(&w);
    }
    (void)unused;
}

/* The words of these terms over windows with that room. */
static int64_t *words_within(const sheaf_series_set *set, const sheaf_forecast_terms *terms,
                             uint32_t back, uint32_t ahead)
{
    sheaf_err err;
    sheaf_scaled_set data;
    int64_t *words = calloc(sheaf_forecast_words(terms->look_back, terms->horizon), 8);
    MUST(sheaf_scaled_open(set, terms, false, &data, &err));
    sheaf_scaled_room(&data, back, ahead);
    MUST(sheaf_forecast_sums(&data, terms, words, &err));
    sheaf_scaled_close(&data);
    return words;
}

/* The word of the products of places i <= j, counted from the first of the look-back. */
static size_t word_of(const sheaf_forecast_terms *terms, uint32_t i, uint32_t j)
{
    const size_t back = terms->look_back;
    if (j >= back)
        return back * (back + 1) / 2 + (size_t)i * terms->horizon + (j - back);
    return i * back - (size_t)i * (i - 1) / 2 + (j - i);
}

/* Two exact sums whose horizons differ by a step differ by one window of each series, and that
 * is its values. (Those that are further apart can be solved for, too: along the diagonals
 * their difference is that of the products of two windows.) */
static void test_two_sums_tell_a_window(void **unused)
{
    enum { BACK = 12, AHEAD = 4 };
    sheaf_err err;
    sheaf_scaled_set data;
    world w;
    uint64_t random = 8;
    world_make(&w, 1, 200, 0, &random);
    const sheaf_forecast_terms longer = terms_of(BACK, AHEAD + 1, 1),
                               shorter = terms_of(BACK, AHEAD, 1);
    int64_t *one = words_make(&w.set, &longer), *two = words_make(&w.set, &shorter);
    MUST(sheaf_scaled_open(&w.set, &shorter, false, &data, &err));
    const int32_t *z = data.items[0].z + w.items[0].train.to - AHEAD; /* the last origin */
    for (int i = 0; i < BACK; i++)
        for (int j = i; j < BACK + AHEAD; j++)
            assert_int_equal(two[word_of(&shorter, i, j)] - one[word_of(&longer, i, j)],
                             (int64_t)(z[i - BACK] - z[-1]) * (z[j - BACK] - z[-1]));
    sheaf_scaled_close(&data);
    free(one);
    free(two);
    world_free(&w);
    (void)unused;
}

/* Over the same windows nothing of it is left: the shorter terms' words are among the longer's.
 */
static void test_one_room_tells_no_more(void **unused)
{
    enum { BACK = 12, AHEAD = 5 };
    static const struct {
        uint32_t back, ahead, every, series, gaps;
    } rows[] = {
        {12, 4, 1, 3, 5}, {9, 5, 1, 2, 0}, {4, 1, 1, 1, 9}, {12, 5, 0, 3, 2}, {5, 3, 7, 2, 3}};
    uint64_t random = 9;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        world w;
        world_make(&w, rows[k].series, 300, rows[k].gaps, &random);
        const sheaf_forecast_terms room = terms_of(BACK, AHEAD, rows[k].every),
                                   terms = terms_of(rows[k].back, rows[k].ahead, rows[k].every);
        int64_t *all = words_make(&w.set, &room),
                *some = words_within(&w.set, &terms, BACK, AHEAD);
        const uint32_t skip = BACK - terms.look_back, places = terms.look_back + terms.horizon;
        const int64_t windows = all[sheaf_forecast_words(BACK, AHEAD) - 1];
        assert_true(windows > 0);
        assert_int_equal(some[sheaf_forecast_words(terms.look_back, terms.horizon) - 1],
                         windows);
        for (uint32_t i = 0; i < terms.look_back; i++)
            for (uint32_t j = i; j < places; j++)
                assert_int_equal(some[word_of(&terms, i, j)],
                                 all[word_of(&room, i + skip, j + skip)]);
        free(all);
        free(some);
        world_free(&w);
    }
    (void)unused;
}

/* Each series at another member: the sum, and so the model, is that of one who has all. */
static void test_federated_is_pooled(void **unused)
{
    sheaf_err err;
    world w;
    uint64_t random = 5;
    world_make(&w, 4, 700, 5, &random);
    sheaf_forecast_terms terms = terms_of(48, 24, 1);
    size_t count = sheaf_forecast_words(48, 24);
    int64_t *pooled = words_make(&w.set, &terms), *sum = calloc(count, sizeof *sum);
    for (uint32_t i = 0; i < 4; i++) {
        sheaf_series_set one = {
            .step_s = HOUR, .count = 1, .entities = 1, .items = &w.items[i]};
        int64_t *words = words_make(&one, &terms);
        for (size_t j = 0; j < count; j++)
            sum[j] += words[j];
        free(words);
    }
    assert_memory_equal(sum, pooled, count * sizeof *sum);
    sheaf_forecaster a, b;
    sheaf_buffer bytes[2];
    MUST(sheaf_forecaster_open(&terms, &columns, false, &a, &err));
    MUST(sheaf_forecaster_open(&terms, &columns, false, &b, &err));
    MUST(sheaf_forecast_solve(&terms, sum, a.weight, &err));
    MUST(sheaf_forecast_solve(&terms, pooled, b.weight, &err));
    sheaf_buffer_init(&bytes[0], 1 << 20);
    sheaf_buffer_init(&bytes[1], 1 << 20);
    sheaf_forecaster_write(&bytes[0], &a);
    sheaf_forecaster_write(&bytes[1], &b);
    assert_true(bytes[0].len > 48 * 24 * 8);
    assert_true(
        sheaf_slice_equal(sheaf_buffer_slice(&bytes[0]), sheaf_buffer_slice(&bytes[1])));
    sheaf_buffer_deinit(&bytes[0]);
    sheaf_buffer_deinit(&bytes[1]);
    sheaf_forecaster_close(&a);
    sheaf_forecaster_close(&b);
    free(sum);
    free(pooled);
    world_free(&w);
    (void)unused;
}

/* What comes of the sum satisfies the equations, and is the same on every machine: the hash was
 * taken on one and must be found on all. */
static void test_solution(void **unused)
{
    enum { BACK = 13, AHEAD = 6 };
    sheaf_err err;
    uint64_t random = 9, hash = 0xcbf29ce484222325;
    int64_t words[BACK * (BACK + 1) / 2 + BACK * AHEAD + 1], x[40][BACK + AHEAD];
    int64_t weight[BACK * AHEAD];
    size_t at = 0;
    for (int i = 0; i < 40; i++)
        for (int j = 0; j < BACK + AHEAD; j++)
            x[i][j] = (int64_t)(test_random(&random) % (1 << 20)) - (1 << 19);
    for (int i = 0; i < BACK; i++)
        for (int j = i; j < BACK; j++, at++) {
            words[at] = 0;
            for (int k = 0; k < 40; k++)
                words[at] += x[k][i] * x[k][j];
        }
    for (int i = 0; i < BACK; i++)
        for (int j = BACK; j < BACK + AHEAD; j++, at++) {
            words[at] = 0;
            for (int k = 0; k < 40; k++)
                words[at] += x[k][i] * x[k][j];
        }
    words[at] = 40;
    sheaf_forecast_terms terms = terms_of(BACK, AHEAD, 1);
    terms.lambda_millionths = 300000;
    MUST(sheaf_forecast_solve(&terms, words, weight, &err));
    for (int h = 0; h < AHEAD; h++)
        for (int i = 0; i < BACK; i++) {
            double left = 0, right = 0;
            for (int k = 0; k < 40; k++)
                right += (double)(x[k][i] * x[k][BACK + h]);
            for (int j = 0; j < BACK; j++) {
                double gram = i == j ? 0.3 * 40 * ldexp(1, 36) : 0;
                for (int k = 0; k < 40; k++)
                    gram += (double)(x[k][i] * x[k][j]);
                left += gram * ldexp((double)weight[j * AHEAD + h], -SHEAF_UNIT_BITS);
            }
            assert_true(fabs(left - right) < 1e-6 * 40 * ldexp(1, 40));
        }
    for (int i = 0; i < BACK * AHEAD; i++)
        hash = (hash ^ (uint64_t)weight[i]) * 0x100000001b3;
    assert_int_equal(hash, 0x20885d720b418fac);
    (void)unused;
}

static void test_refused_sums(void **unused)
{
    enum { BACK = 3, AHEAD = 2, WORDS = 6 + 6 + 1 };
    static const struct {
        int64_t words[WORDS];
        const char *message;
    } rows[] = {
        {{0}, "no member has a window of 5 known steps to learn from"},
        {{[12] = -1}, "the sum is not one that windows of series can have"},
        {{[12] = (int64_t)1 << 40}, "the sum is not one that windows of series can have"},
        {{[0] = -1, [12] = 1}, "the sum is not one that windows of series can have"},
        {{[3] = -5, [12] = 1}, "the sum is not one that windows of series can have"},
        {{[5] = -5, [12] = 1}, "the sum is not one that windows of series can have"},
        {{[7] = INT64_MIN, [12] = 1}, "the sum is not one that windows of series can have"},
        {{[1] = (int64_t)1 << 60, [12] = 1},
         "the sum is not one that windows of series can have, or the penalty is too small for "
         "them"},
        {{[6] = (int64_t)1 << 62, [12] = 1},
         "the sum gives weights that are too large; learn with a larger penalty"},
    };
    sheaf_forecast_terms terms = terms_of(BACK, AHEAD, 1);
    int64_t weight[BACK * AHEAD];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        assert_int_equal(sheaf_forecast_solve(&terms, rows[i].words, weight, &err),
                         SHEAF_INVALID);
        assert_string_equal(err.message, rows[i].message);
    }
    (void)unused;
}

/* Evaluation against plain doubles, and that learning helps. */
static void test_evaluation(void **unused)
{
    enum { BACK = 48, AHEAD = 13 };
    sheaf_err err;
    world w;
    uint64_t random = 21;
    world_make(&w, 3, 1200, 6, &random);
    sheaf_forecast_terms terms = terms_of(BACK, AHEAD, 1);
    sheaf_forecaster model;
    sheaf_scaled_set data;
    int64_t got[SHEAF_FORECAST_EVALUATION_WORDS];
    MUST(sheaf_forecaster_open(&terms, &columns, false, &model, &err));
    int64_t *words = words_make(&w.set, &terms);
    MUST(sheaf_forecast_solve(&terms, words, model.weight, &err));
    MUST(sheaf_scaled_open(&w.set, &terms, false, &data, &err));
    MUST(sheaf_forecaster_evaluate(&model, &data, got, &err));

    const sheaf_windows windows = data.windows;
    double square = 0, absolute = 0, naive = 0, unit_square = 0;
    uint64_t points = 0;
    for (uint32_t s = 0; s < data.count; s++) {
        const sheaf_scaled *one = &data.items[s];
        sheaf_window_run run;
        for (uint32_t at = 0;
             sheaf_windows_next(one->series, &windows, one->series->test, 0, &at, &run);)
            for (uint32_t r = 0; r < run.count; r++)
                for (uint32_t h = 0; h < AHEAD; h++, points++) {
                    uint32_t origin = run.first + r;
                    double last = one->z[origin - 1] * SHEAF_SCALED_UNIT, sum = last;
                    for (uint32_t i = 0; i < BACK; i++)
                        sum += ldexp((double)model.weight[i * AHEAD + h], -SHEAF_UNIT_BITS)
                               * (one->z[origin - BACK + i] * SHEAF_SCALED_UNIT - last);
                    double off = sum - one->z[origin + h] * SHEAF_SCALED_UNIT;
                    square += off * off;
                    absolute += fabs(off) * one->scale;
                    unit_square += off * off * one->scale * one->scale;
                    naive += fabs(one->series->value[origin + h]
                                  - one->series->value[origin + h - 24]);
                }
    }
    sheaf_forecast_figures found;
    MUST(sheaf_forecast_figures_of(got, &found, &err));
    double n = (double)points;
    assert_int_equal(found.points, points);
    assert_true(fabs((double)found.model.square_millionths / 1e6 - square / n) < 1e-5);
    assert_true(fabs((double)found.model.mae_millionths / 1e6 - absolute / n) < 1e-5);
    assert_true(fabs((double)found.model.rmse_millionths / 1e6 - sqrt(unit_square / n)) < 1e-5);
    assert_true(fabs((double)found.naive.mae_millionths / 1e6 - naive / n) < 1e-5);
    assert_true(found.model.mae_millionths < found.naive.mae_millionths);
    assert_true(found.model.square_millionths < 500000);

    sheaf_scaled_close(&data);
    sheaf_forecaster_close(&model);
    free(words);
    world_free(&w);
    (void)unused;
}

static void test_refused_evaluations(void **unused)
{
    static const int64_t rows[][SHEAF_FORECAST_EVALUATION_WORDS] = {
        {-1},
        {(int64_t)1 << 50},
        {10, 0, -1},
        {10, 0, 0, -1},
        {10, 0, 0, 0, -1},
        {10, 0, 0, 0, 0, -1},
        {10, 0, 0, 0, 0, 0, -1},
        {10, 0, 0, 0, 0, 0, 0, 0, -1},
        {10, 1000},
        {10, 0, (int64_t)11 * 48 << 18},
        {10, 0, 0, (int64_t)11 * 48 * 48 << 18},
        {10, 0, 0, 0, (int64_t)11 << 47},
        {10, 0, 0, 0, 0, 0, INT64_MAX},
    };
    sheaf_forecast_figures found;
    sheaf_err err = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(sheaf_forecast_figures_of(rows[i], &found, &err), SHEAF_INVALID);
        assert_string_equal(err.message, "the sum is not one that forecasts can have");
    }
    assert_int_equal(sheaf_forecast_figures_of(
                         (const int64_t[SHEAF_FORECAST_EVALUATION_WORDS]){0}, &found, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message, "no member has a window to evaluate on");
    const int64_t fine[SHEAF_FORECAST_EVALUATION_WORDS] = {
        4, -(1 << 18), 1 << 18, 1 << 18, 4 << 20, 0, 1 << 2, 1, 2, 0, 0, 64, 0};
    MUST(sheaf_forecast_figures_of(fine, &found, &err));
    assert_int_equal(found.points, 4);
    assert_int_equal(found.model.bias_millionths, -250000);
    assert_int_equal(found.model.square_millionths, 250000);
    assert_int_equal(found.model.mae_millionths, 1000000);
    assert_int_equal(found.model.rmse_millionths, 16000000); /* 4 * 2^48 / 4 is 2^48: 2^24 */
    assert_int_equal(found.naive.absolute_millionths, 2);    /* 2^-19: 1.9 millionths */
    assert_int_equal(found.naive.rmse_millionths, 4);        /* 4 * 2^-20: 3.8 millionths */
    (void)unused;
}

/* A file of series, as far as it goes. */
static sheaf_status learn_text(const char *text, sheaf_forecast_terms terms, int64_t *windows,
                               sheaf_err *err)
{
    sheaf_series_set set;
    sheaf_scaled_set data;
    SHEAF_TRY(sheaf_series_read(sheaf_str(text), "s.csv", &columns, &set, err));
    sheaf_status status = sheaf_scaled_open(&set, &terms, false, &data, err);
    if (status == SHEAF_OK) {
        size_t count = sheaf_forecast_words(terms.look_back, terms.horizon);
        int64_t *words = calloc(count, sizeof *words);
        int64_t *weight = calloc((size_t)terms.look_back * terms.horizon, sizeof *weight);
        status = sheaf_forecast_sums(&data, &terms, words, err);
        *windows = words[count - 1];
        if (status == SHEAF_OK)
            status = sheaf_forecast_solve(&terms, words, weight, err);
        sheaf_scaled_close(&data);
        free(words);
        free(weight);
    }
    sheaf_series_close(&set);
    return status;
}

static void test_nonsense(void **unused)
{
    static const struct {
        const char *text, *message; /* no message: it learns */
        int64_t windows;
    } rows[] = {
        {"t,kwh\n2020-01-01 00:00,1\n2020-01-01 01:00,2\n", "shorter than a window", 0},
        {"t,kwh\n2020-01-01 00:00,\n2020-01-01 01:00,?\n2020-01-01 02:00,\n"
         "2020-01-01 03:00,\n2020-01-01 04:00,\n2020-01-01 05:00,\n",
         "all gaps", 0},
        {"t,kwh\n2020-01-01 00:00,3\n2020-01-01 01:00,3\n2020-01-01 02:00,3\n"
         "2020-01-01 03:00,3\n2020-01-01 04:00,3\n2020-01-01 05:00,3\n",
         NULL, 3}, /* constant */
        {"t,kwh\n2020-01-01 00:00,1\n2020-01-01 01:00,2\n2020-01-01 02:00,1\n"
         "2020-01-01 03:00,1\n",
         NULL, 1}, /* one window */
        {"t,kwh\n2020-01-01 00:00,1\n2020-01-01 01:00,2\n2020-01-01 03:00,1\n"
         "2020-01-01 04:00,1\n2020-01-01 06:00,1\n2020-01-01 07:00,1\n",
         "a gap in every window", 0},
    };
    sheaf_forecast_terms terms = terms_of(2, 1, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        int64_t windows = -1;
        sheaf_status status = learn_text(rows[i].text, terms, &windows, &err);
        assert_int_equal(windows, rows[i].windows);
        assert_int_equal(status, rows[i].message ? SHEAF_INVALID : SHEAF_OK);
        if (rows[i].message)
            assert_string_equal(err.message,
                                "no member has a window of 3 known steps to learn from");
    }
    sheaf_err err = {0};
    int64_t windows;
    assert_int_equal(learn_text("t,kwh\n2020-01-01,1\n2020-01-02,2\n", terms, &windows, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the series has a value every 86400 seconds, but the model "
                        "forecasts steps of 3600 seconds");
    (void)unused;
}

/* Values far beyond what training has seen are cut, and nothing overflows. */
static void test_extremes(void **unused)
{
    sheaf_err err;
    world w;
    uint64_t random = 33;
    world_make(&w, 1, 400, 0, &random);
    w.items[0].value[50] = 1e6;
    w.items[0].value[350] = -1e6;
    sheaf_forecast_terms terms = terms_of(24, 4, 1);
    int64_t *words = words_make(&w.set, &terms), *slow = words_slowly(&w.set, &terms);
    assert_memory_equal(words, slow, sheaf_forecast_words(24, 4) * sizeof *words);
    sheaf_scaled_set data;
    MUST(sheaf_scaled_open(&w.set, &terms, false, &data, &err));
    assert_int_equal(data.items[0].z[50], SHEAF_SCALED_MAX);
    assert_int_equal(data.items[0].z[350], -SHEAF_SCALED_MAX);
    sheaf_forecaster model;
    MUST(sheaf_forecaster_open(&terms, &columns, false, &model, &err));
    for (size_t i = 0; i < sheaf_forecaster_weights(&model); i++)
        model.weight[i] = ((int64_t)1 << 39) - 1; /* the largest that a file can hold */
    int64_t got[SHEAF_FORECAST_EVALUATION_WORDS];
    sheaf_forecast_figures found;
    MUST(sheaf_forecaster_evaluate(&model, &data, got, &err));
    MUST(sheaf_forecast_figures_of(got, &found, &err));
    sheaf_forecaster_close(&model);
    sheaf_scaled_close(&data);
    free(words);
    free(slow);
    world_free(&w);
    (void)unused;
}

static void test_terms(void **unused)
{
    static const struct {
        sheaf_forecast_terms terms;
        const char *message;
    } rows[] = {
        {{0, 1, 1, 1, 1, 1}, "a look-back of 0 steps; choose 1 to 1024"},
        {{1025, 1, 1, 1, 1, 1}, "a look-back of 1025 steps; choose 1 to 1024"},
        {{1, 0, 1, 1, 1, 1}, "a horizon of 0 steps; choose 1 to 1024"},
        {{1, 1, 2000000, 1, 1, 1},
         "a window every 2000000 steps; choose 1 to 1048576, or 0 for midnight"},
        {{1, 1, 1, 0, 1, 1}, "a step of 0 seconds; choose 1 to 31622400"},
        {{9, 1, 1, 1, 10, 1}, "a season of 10 steps; choose 1 to 9, the look-back"},
        {{9, 1, 1, 1, 1, 0},
         "a penalty of 0 millionths; choose 1 to 1000000000: without one the map is not "
         "determined"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        assert_int_equal(sheaf_forecast_terms_check(&rows[i].terms, &err), SHEAF_INVALID);
        assert_string_equal(err.message, rows[i].message);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_sums_are_exact),
        cmocka_unit_test(test_two_sums_tell_a_window),
        cmocka_unit_test(test_one_room_tells_no_more),
        cmocka_unit_test(test_federated_is_pooled),
        cmocka_unit_test(test_solution),
        cmocka_unit_test(test_refused_sums),
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_refused_evaluations),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
