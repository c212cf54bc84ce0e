/* What members add under noise, against the promises that privacy rests on. */
#include "test.h"

#include "ranged.h"

#include "learn/noised.h"
#include "privacy/clip.h"
#include "round/fixed_point.h"

#include <math.h>

enum { D = 3, WORDS = D + 1, ROWS_MAX = 64, SENSITIVITY = 65536 };

/* A table in the test's own memory. */
typedef struct {
    sheaf_table table;
    double x[ROWS_MAX * D];
    uint8_t y[ROWS_MAX], is_test[ROWS_MAX];
} owner;

static void owner_init(owner *o)
{
    memset(o, 0, sizeof *o);
    o->table = (sheaf_table){.d = D, .x = o->x, .y = o->y, .is_test = o->is_test};
}

static void row_add(owner *o, double a, double b, double c, bool y, bool test)
{
    const double x[D] = {a, b, c};
    assert_true(o->table.rows < ROWS_MAX);
    memcpy(o->x + (size_t)o->table.rows * D, x, sizeof x);
    o->y[o->table.rows] = y;
    o->is_test[o->table.rows] = test;
    o->table.rows++;
    o->table.test_rows += test;
    o->table.train_rows += !test;
}

static sheaf_noised_terms terms_make(sheaf_noised_unit unit)
{
    return (sheaf_noised_terms){.unit = unit,
                                .norm_millionths = 1000000,
                                .noise_millionths = 4000000,
                                .sampling_millionths = 1000000,
                                .divisor = 10,
                                .training = {.steps = 5, .rate_millionths = 1000000},
                                .words = WORDS,
                                .members = 4,
                                .survivors_least = 3,
                                .colluders = 1,
                                .records_max = ROWS_MAX};
}

static void model_make(sheaf_model *out)
{
    test_ranged_model(D, out);
    out->weight[0] = SHEAF_UNIT / 3;
    out->bias = -SHEAF_UNIT / 5;
}

static const uint8_t seed[SHEAF_NOISED_SEED] = {1, 2, 3};

static void gradient_of(const sheaf_noised_terms *terms, const owner *o, int64_t *values)
{
    sheaf_err err;
    sheaf_model model;
    model_make(&model);
    MUST(sheaf_noised_gradient(terms, &model, &o->table, seed, values, &err));
}

static double any(uint64_t *state)
{
    static const double odd[] = {0,         1,    -1,        1e6,       -1e300, INFINITY,
                                 -INFINITY, 1e-9, 0x1p-1074, 0.3333333, NAN};
    uint64_t word = test_random(state);
    return word % 3 ? ldexp((double)(word >> 11), -52) - 1
                    : odd[word / 3 % (sizeof odd / sizeof *odd)];
}

/* One record more, whatever is in it, moves a sum by a vector of at most `sensitivity`. */
static void test_sensitivity_of_a_record(void **unused)
{
    uint64_t state = 11;
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    for (int trial = 0; trial < 200; trial++) {
        owner o;
        int64_t without[WORDS], with[WORDS];
        owner_init(&o);
        for (int i = 0; i < 20; i++)
            row_add(&o, any(&state), any(&state), any(&state), state % 2, state % 5 == 0);
        gradient_of(&terms, &o, without);
        row_add(&o, any(&state), any(&state), any(&state), state % 2, false);
        gradient_of(&terms, &o, with);
        for (int j = 0; j < WORDS; j++)
            with[j] -= without[j];
        assert_true(sheaf_norm_within(with, WORDS, SENSITIVITY));
    }
    (void)unused;
}

/* The same of a member and the whole of its data. */
static void test_sensitivity_of_a_member(void **unused)
{
    uint64_t state = 12;
    for (int trial = 0; trial < 100; trial++) {
        sheaf_noised_terms terms = terms_make(SHEAF_NOISED_MEMBER);
        sheaf_err err;
        sheaf_model model;
        owner o;
        int64_t values[WORDS];
        owner_init(&o);
        model_make(&model);
        terms.training.batch = 1 + test_random(&state) % 9;
        terms.training.rate_millionths = trial % 2 ? 100000000 : 1000000;
        for (int i = 0; i < 30; i++)
            row_add(&o, any(&state), any(&state), any(&state), state % 2, state % 3 == 0);
        MUST(sheaf_noised_change(&terms, &model, &o.table, 5, seed, values, &err));
        assert_true(sheaf_norm_within(values, WORDS, SENSITIVITY));
        terms.words = SHEAF_NOISED_CELLS;
        MUST(sheaf_noised_cells(&terms, &model, &o.table, values, &err));
        assert_true(sheaf_norm_within(values, SHEAF_NOISED_CELLS, SENSITIVITY));
    }
    (void)unused;
}

/* A gradient by hand: at weights of zero it is (1/2 - y) times (z, 1), whose norm is below 1.
 */
static void test_gradient_by_hand(void **unused)
{
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    sheaf_err err;
    sheaf_model model;
    owner o;
    int64_t values[WORDS];
    owner_init(&o);
    model_make(&model);
    model.weight[0] = model.bias = 0;
    row_add(&o, 0.5, -0.25, 0, true, false);
    row_add(&o, 77, 0, 0, false, true); /* held out */
    MUST(sheaf_noised_gradient(&terms, &model, &o.table, seed, values, &err));
    assert_int_equal(values[0], -SENSITIVITY / 4);
    assert_int_equal(values[1], SENSITIVITY / 8);
    assert_int_equal(values[2], 0);
    assert_int_equal(values[3], -SENSITIVITY / 2);
    /* A value out of its range counts as the bound; one that is missing as the middle. */
    owner_init(&o);
    row_add(&o, INFINITY, 0, -9, false, false);
    row_add(&o, NAN, 1, 1, true, false);
    MUST(sheaf_noised_gradient(&terms, &model, &o.table, seed, values, &err));
    assert_int_equal(values[0], SENSITIVITY / 2);
    assert_int_equal(values[1], -SENSITIVITY / 2);
    assert_int_equal(values[2], -SENSITIVITY);
    assert_int_equal(values[3], 0);
    (void)unused;
}

/* No record, or none to train on: zeros, and the noise goes out all the same. */
static void test_nothing_to_add(void **unused)
{
    static const int64_t zero[WORDS];
    sheaf_err err;
    sheaf_model model;
    owner o;
    owner_init(&o);
    model_make(&model);
    for (int held_out = 0; held_out < 2; held_out++) {
        int64_t values[WORDS] = {9, 9, 9, 9};
        uint64_t words[WORDS];
        int still = 0;
        sheaf_noised_terms record = terms_make(SHEAF_NOISED_RECORD);
        sheaf_noised_terms member = terms_make(SHEAF_NOISED_MEMBER);
        MUST(sheaf_noised_gradient(&record, &model, &o.table, seed, values, &err));
        assert_memory_equal(values, zero, sizeof zero);
        MUST(sheaf_noised_change(&member, &model, &o.table, 1, seed, values, &err));
        assert_memory_equal(values, zero, sizeof zero);
        MUST(sheaf_noised_words(&record, values, seed, words, &err));
        for (int j = 0; j < WORDS; j++)
            still += words[j] == 0;
        assert_int_equal(still, 0);
        if (!held_out)
            MUST(sheaf_noised_cells(&(sheaf_noised_terms){.unit = SHEAF_NOISED_MEMBER,
                                                          .norm_millionths = 1,
                                                          .noise_millionths = 1000000,
                                                          .sampling_millionths = 1000000,
                                                          .divisor = 1,
                                                          .training = record.training,
                                                          .words = SHEAF_NOISED_CELLS,
                                                          .members = 2,
                                                          .survivors_least = 2,
                                                          .colluders = 1,
                                                          .records_max = 1},
                                    &model, &o.table, values, &err));
        assert_memory_equal(values, zero, sizeof zero);
        row_add(&o, 0, 0, 0, true, true);
    }
    (void)unused;
}

/* One record: its gradient alone; and how often a sample takes it. */
static void test_sample(void **unused)
{
    enum { DRAWS = 4000 };
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    sheaf_err err;
    sheaf_model model;
    owner o;
    owner_init(&o);
    model_make(&model);
    row_add(&o, 0, 0, 0, false, false);
    terms.sampling_millionths = 300000;
    int taken = 0;
    for (int i = 0; i < DRAWS; i++) {
        uint8_t draw[SHEAF_NOISED_SEED] = {(uint8_t)i, (uint8_t)(i >> 8)};
        int64_t values[WORDS], again[WORDS];
        MUST(sheaf_noised_gradient(&terms, &model, &o.table, draw, values, &err));
        MUST(sheaf_noised_gradient(&terms, &model, &o.table, draw, again, &err));
        assert_memory_equal(values, again, sizeof again);
        taken += values[WORDS - 1] != 0;
    }
    assert_in_range(taken, DRAWS * 27 / 100, DRAWS * 33 / 100); /* 4 deviations are 0.029 */
    terms.sampling_millionths = 1;
    int64_t values[WORDS];
    MUST(sheaf_noised_gradient(&terms, &model, &o.table, seed, values, &err));
    assert_int_equal(values[WORDS - 1], 0);
    (void)unused;
}

static void test_cells(void **unused)
{
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    sheaf_err err;
    sheaf_model model;
    owner o;
    int64_t values[SHEAF_NOISED_CELLS];
    owner_init(&o);
    model_make(&model); /* positive where a / 3 is at least 1 / 5 */
    terms.words = SHEAF_NOISED_CELLS;
    row_add(&o, -1, 0, 0, false, true);
    row_add(&o, 0, 0, 0, false, true);
    row_add(&o, 1, 0, 0, false, true);
    row_add(&o, 0.1, 0, 0, true, true);
    row_add(&o, 5, 0, 0, true, true);
    row_add(&o, 1, 0, 0, true, false); /* not held out */
    row_add(&o, NAN, 0, 0, true, true);
    MUST(sheaf_noised_cells(&terms, &model, &o.table, values, &err));
    const int64_t want[] = {2 * SENSITIVITY, SENSITIVITY, 2 * SENSITIVITY, SENSITIVITY};
    assert_memory_equal(values, want, sizeof want);
    terms.unit = SHEAF_NOISED_MEMBER;
    MUST(sheaf_noised_cells(&terms, &model, &o.table, values, &err));
    const int64_t shares[] = {SENSITIVITY / 3, SENSITIVITY / 6, SENSITIVITY / 3,
                              SENSITIVITY / 6};
    assert_memory_equal(values, shares, sizeof shares);
    (void)unused;
}

/* Noise of the stated size, the same from the same seed, in the low bits; never saturated. */
static void test_words(void **unused)
{
    enum { DRAWS = 2000 };
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    sheaf_noised_scale scale;
    sheaf_err err;
    const int64_t values[WORDS] = {5, -5, SENSITIVITY * ROWS_MAX, 0};
    double squares = 0, mean = 0;
    MUST(sheaf_noised_scale_of(&terms, &scale, &err));
    assert_int_equal(scale.sensitivity, SENSITIVITY);
    assert_int_equal(scale.bits, 32);
    for (int i = 0; i < DRAWS; i++) {
        uint8_t draw[SHEAF_NOISED_SEED] = {(uint8_t)i, (uint8_t)(i >> 8), 1};
        uint64_t words[WORDS], again[WORDS];
        MUST(sheaf_noised_words(&terms, values, draw, words, &err));
        MUST(sheaf_noised_words(&terms, values, draw, again, &err));
        assert_memory_equal(words, again, sizeof words);
        for (int j = 0; j < WORDS; j++) {
            assert_int_equal(words[j] >> 32, 0);
            double noise = (double)((int64_t)(words[j] << 32) >> 32) - (double)values[j];
            squares += noise * noise;
            mean += noise;
        }
    }
    /* a share has (4 * 65536)^2 / (3 - 1) */
    double deviation = sqrt(squares / (DRAWS * WORDS)), want = 4 * SENSITIVITY / sqrt(2);
    assert_true(fabs(deviation / want - 1) < 0.04);
    assert_true(fabs(mean / (DRAWS * WORDS)) < 5 * want / sqrt(DRAWS * WORDS));
    const int64_t beyond[WORDS] = {0, 0, SENSITIVITY * ROWS_MAX + 1, 0};
    uint64_t words[WORDS];
    assert_int_equal(sheaf_noised_words(&terms, beyond, seed, words, &err), SHEAF_INVALID);
    for (int j = 0; j < WORDS; j++)
        assert_int_equal(words[j], 0);
    (void)unused;
}

static void test_terms_refused(void **unused)
{
    static const struct {
        const char *says;
        sheaf_noised_terms change; /* what is not 0 here replaces the sound one; 99: 0 */
    } rows[] = {
        {"clipping norm", {.norm_millionths = 99}},
        {"rate of the sample", {.sampling_millionths = 99}},
        {"noise multiplier", {.noise_millionths = 99}},
        {"divisor", {.divisor = 99}},
        {"no colluder", {.colluders = 99}},
        {"records", {.records_max = 99}},
        {"words", {.words = 99}},
    };
    sheaf_err err;
    sheaf_noised_scale scale;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
        const sheaf_noised_terms *c = &rows[i].change;
        terms.norm_millionths = c->norm_millionths ? 0 : terms.norm_millionths;
        terms.sampling_millionths = c->sampling_millionths ? 0 : terms.sampling_millionths;
        terms.noise_millionths = c->noise_millionths ? 0 : terms.noise_millionths;
        terms.divisor = c->divisor ? 0 : terms.divisor;
        terms.colluders = c->colluders ? 0 : terms.colluders;
        terms.records_max = c->records_max ? 0 : terms.records_max;
        terms.words = c->words ? 0 : terms.words;
        assert_int_equal(sheaf_noised_scale_of(&terms, &scale, &err), SHEAF_INVALID);
        assert_non_null(strstr(err.message, rows[i].says));
    }
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_MEMBER);
    terms.sampling_millionths = 500000; /* a public roster amplifies nothing */
    assert_int_equal(sheaf_noised_scale_of(&terms, &scale, &err), SHEAF_INVALID);
    terms = terms_make(SHEAF_NOISED_RECORD);
    terms.colluders = 3; /* as many as may be left */
    assert_int_equal(sheaf_noised_scale_of(&terms, &scale, &err), SHEAF_INVALID);
    terms = terms_make(SHEAF_NOISED_RECORD);
    terms.records_max = SHEAF_CSV_ROWS_MAX;
    MUST(sheaf_noised_scale_of(&terms, &scale, &err));
    assert_int_equal(scale.bits, 64);
    (void)unused;
}

/* Data and models that do not belong to the round. */
static void test_shape_refused(void **unused)
{
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    sheaf_err err;
    sheaf_model model;
    owner o;
    int64_t values[WORDS];
    owner_init(&o);
    model_make(&model);
    row_add(&o, 0, 0, 0, true, false);
    row_add(&o, 0, 0, 0, true, false);
    terms.records_max = 1;
    assert_int_equal(sheaf_noised_gradient(&terms, &model, &o.table, seed, values, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "the table has 2 records"));
    terms.records_max = 2;
    terms.words = WORDS + 1;
    assert_int_equal(sheaf_noised_gradient(&terms, &model, &o.table, seed, values, &err),
                     SHEAF_INVALID);
    terms.words = WORDS;
    model.scaling.clipped = false; /* scaled by somebody's data */
    assert_int_equal(sheaf_noised_gradient(&terms, &model, &o.table, seed, values, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "public ranges"));
    (void)unused;
}

/* The step is exact, rounds half to even, and reads the low bits as signed numbers. */
static void test_step(void **unused)
{
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD);
    sheaf_err err;
    sheaf_model model, next;
    uint64_t words[WORDS] = {10 * SENSITIVITY, (uint32_t)(-5 * SENSITIVITY), 0, 1};
    model_make(&model);
    terms.training.rate_millionths = 2000000;
    MUST(sheaf_noised_step(&terms, &model, words, &next, &err)); /* divisor 10 */
    assert_int_equal(next.weight[0], SHEAF_UNIT / 3 - 2 * SHEAF_UNIT);
    assert_int_equal(next.weight[1], SHEAF_UNIT);
    assert_int_equal(next.weight[2], 0);
    assert_int_equal(next.bias, model.bias - 51); /* 2 * 2^24 / 655360 = 51.2 */
    words[0] |= (uint64_t)7 << 40;                /* beyond the modulus */
    MUST(sheaf_noised_step(&terms, &model, words, &next, &err));
    assert_int_equal(next.weight[0], SHEAF_UNIT / 3 - 2 * SHEAF_UNIT);
    terms.unit = SHEAF_NOISED_MEMBER;
    MUST(sheaf_noised_step(&terms, &model, words, &next, &err));
    assert_int_equal(next.weight[0], SHEAF_UNIT / 3 + SHEAF_UNIT);
    assert_int_equal(next.weight[1], -SHEAF_UNIT / 2);
    terms.divisor = 512; /* half a unit and three halves: to the even neighbour */
    const uint64_t halves[WORDS] = {1, 3, (uint32_t)-1, (uint32_t)-3};
    model.weight[0] = model.bias = 0;
    MUST(sheaf_noised_step(&terms, &model, halves, &next, &err));
    assert_int_equal(next.weight[0], 0);
    assert_int_equal(next.weight[1], 2);
    assert_int_equal(next.weight[2], 0);
    assert_int_equal(next.bias, -2);
    /* out of bounds: a sentence, and the model as it was */
    terms.divisor = 1;
    terms.norm_millionths = SHEAF_NOISED_NORM_MAX;
    const uint64_t huge[WORDS] = {0, 0x7fffffff, 0, 0};
    sheaf_model same = next;
    assert_int_equal(sheaf_noised_step(&terms, &model, huge, &next, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "parameter 2 beyond 32768"));
    assert_memory_equal(same.weight, next.weight, sizeof next.weight);
    const uint64_t beyond[WORDS] = {0, 0, (uint32_t)-3000, 0}; /* less than twice as far */
    assert_int_equal(sheaf_noised_step(&terms, &model, beyond, &next, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "parameter 3 beyond 32768"));
    terms.unit = SHEAF_NOISED_RECORD; /* the product leaves 128 bits */
    terms.records_max = SHEAF_CSV_ROWS_MAX;
    terms.training.rate_millionths = 100000000;
    const uint64_t most[WORDS] = {INT64_MAX, 0, 0, 0};
    assert_int_equal(sheaf_noised_step(&terms, &model, most, &next, &err), SHEAF_INVALID);
    (void)unused;
}

static void test_figures(void **unused)
{
    static const struct {
        int64_t cell[SHEAF_NOISED_CELLS]; /* in records */
        uint32_t records;
        int64_t accuracy;
    } rows[] = {
        {{40, 10, 20, 30}, 100, 700000},
        {{0, 0, 0, 0}, 1, 0},
        {{-5, -5, 0, 2}, 1, 0},             /* noise alone */
        {{60, -10, -10, 60}, 100, 1000000}, /* never above all */
        {{-60, 70, 40, 50}, 100, 0},
        {{1, 1, 1, 0}, 3, 333333},
        {{INT64_MAX / SENSITIVITY, 0, 0, 0}, 1 << 23, 1000000}, /* more than there can be */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t cells[SHEAF_NOISED_CELLS];
        for (int k = 0; k < SHEAF_NOISED_CELLS; k++)
            cells[k] = rows[i].cell[k] * SENSITIVITY;
        sheaf_noised_figures got = sheaf_noised_figures_of(cells);
        assert_int_equal(got.records, rows[i].records);
        assert_int_equal(got.accuracy_millionths, rows[i].accuracy);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sensitivity_of_a_record),
        cmocka_unit_test(test_sensitivity_of_a_member),
        cmocka_unit_test(test_gradient_by_hand),
        cmocka_unit_test(test_nothing_to_add),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_terms_refused),
        cmocka_unit_test(test_shape_refused),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
