#include "centres.h"

#include "crypto/hash.h"
#include "learn/mlp_train.h"
#include "privacy/clip.h"

#include <math.h>
#include <stdio.h>

static const sheaf_mlp_shape small = {.inputs = 13, .hidden = 2, .units = {16, 8}};
static sheaf_table tables[SHEAF_HEART_CENTRES];
static sheaf_scaling scaling; /* of all centres together */

/* ---- the four centres ---- */

static int centres_open(void **unused)
{
    sheaf_err err;
    int64_t sum[64] = {0}, words[64];
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        test_centre_table(i, SHEAF_TABLE_EXACT, &tables[i]);
        MUST(sheaf_statistics_local(&tables[i], words, &err));
        for (size_t j = 0; j < sheaf_statistics_words(13); j++)
            sum[j] += words[j];
    }
    MUST(sheaf_statistics_finish(sum, 13, &scaling, NULL, &err));
    (void)unused;
    return 0;
}

static int centres_close(void **unused)
{
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        sheaf_table_close(&tables[i]);
    (void)unused;
    return 0;
}

static sheaf_mlp model_of(const sheaf_mlp_shape *shape, uint64_t seed)
{
    sheaf_mlp model;
    sheaf_err err;
    MUST(sheaf_mlp_open(&model, shape, sheaf_features_heart(), &scaling, &err));
    sheaf_mlp_draw(&model, seed);
    if (shape->number) {
        model.label_mean = SHEAF_UNIT / 2;
        model.label_scale = 3 * SHEAF_UNIT;
    }
    return model;
}

/* ---- files ---- */

static void test_one_model_one_file(void **unused)
{
    static const sheaf_mlp_shape shapes[] = {
        {.inputs = 13, .hidden = 2, .units = {16, 8}},
        {.inputs = 13, .hidden = 1, .units = {1}, .tanh = true},
        {.inputs = 13, .hidden = 4, .units = {3, 1, 1, 5}, .tanh = true, .number = true},
        {.inputs = 13, .hidden = 2, .units = {7, 1}, .number = true},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        sheaf_err err;
        sheaf_mlp model = model_of(&shapes[i], i), again;
        sheaf_buffer first, second;
        sheaf_buffer_init(&first, 1 << 20);
        sheaf_buffer_init(&second, 1 << 20);
        sheaf_mlp_write(&first, &model);
        MUST(sheaf_mlp_read(sheaf_buffer_slice(&first), &again, &err));
        assert_memory_equal(&again.shape, &model.shape, sizeof model.shape);
        assert_int_equal(again.label_scale, model.label_scale);
        sheaf_mlp_write(&second, &again);
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&first), sheaf_buffer_slice(&second)));
        for (size_t cut = 0; cut < first.len; cut += 1 + cut / 9) {
            sheaf_mlp none;
            assert_int_equal(sheaf_mlp_read(sheaf_bytes(first.data, cut), &none, &err),
                             SHEAF_INVALID);
        }
        sheaf_mlp_close(&model);
        sheaf_mlp_close(&again);
        sheaf_buffer_deinit(&first);
        sheaf_buffer_deinit(&second);
    }
    (void)unused;
}

/* What begins from a seed is the same bytes on every machine and for ever. */
static void test_beginning_is_frozen(void **unused)
{
    sheaf_mlp model = model_of(&small, 42);
    assert_int_equal(sheaf_mlp_parameters(&small), 14 * 16 + 17 * 8 + 9);
    sheaf_buffer bytes;
    sheaf_hash hash;
    char text[2 * sizeof hash.bytes + 1];
    sheaf_buffer_init(&bytes, 1 << 20);
    sheaf_mlp_write(&bytes, &model);
    hash = sheaf_sha256(sheaf_buffer_slice(&bytes));
    for (size_t i = 0; i < sizeof hash.bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", hash.bytes[i]);
    assert_string_equal(text,
                        "6ab4b9a0e2619cdbcb7f4b149ae56f5377b226d7a0db7ea305ef8bb4c2f3c03e");
    sheaf_mlp_close(&model);
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

static void refused(sheaf_mlp *model, const char *why)
{
    sheaf_err err;
    sheaf_mlp none;
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, 1 << 20);
    sheaf_mlp_write(&bytes, model);
    assert_int_equal(sheaf_mlp_read(sheaf_buffer_slice(&bytes), &none, &err), SHEAF_INVALID);
    if (!strstr(err.message, why))
        fail_msg("%s does not say %s", err.message, why);
    sheaf_buffer_deinit(&bytes);
}

static void test_files_with_nonsense_are_refused(void **unused)
{
    sheaf_mlp model = model_of(&small, 1);
    model.parameters[3] = SHEAF_WEIGHT_MAX + 1;
    refused(&model, "value 3 of the tensor layers.0.weight");
    model.parameters[3] = 0;
    model.scaling.scale[2] = 0;
    refused(&model, "value 2 of the tensor scale");
    sheaf_mlp_close(&model);
    sheaf_mlp number = model_of(
        &(sheaf_mlp_shape){.inputs = 13, .hidden = 1, .units = {2}, .number = true}, 1);
    number.label_scale = 0;
    refused(&number, "scale of the label");
    sheaf_mlp_close(&number);
    (void)unused;
}

/* ---- learning ---- */

static sheaf_mlp_figures round_of(sheaf_mlp *model, const sheaf_training *training, int number)
{
    sheaf_err err;
    sheaf_mlp_figures figures;
    size_t count = sheaf_mlp_update_words(model->count);
    int64_t *sum = calloc(2 * count, sizeof *sum), *words = sum + count;
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        uint64_t seed = sheaf_training_seed(7, (uint32_t)number, (uint64_t)i);
        MUST(sheaf_mlp_update_local(model, &tables[i], training, seed, words, &err));
        for (size_t j = 0; j < count; j++)
            sum[j] += words[j];
    }
    MUST(sheaf_mlp_update_finish(model, sum, &figures, &err));
    free(sum);
    return figures;
}

static double accuracy(const sheaf_mlp *model)
{
    sheaf_err err;
    uint32_t right = 0, all = 0;
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        double *scores = calloc(tables[i].rows, sizeof *scores);
        MUST(sheaf_mlp_scores(model, &tables[i], scores, &err));
        for (uint32_t j = 0; j < tables[i].rows; j++) {
            right += tables[i].is_test[j] && (scores[j] >= 0) == (tables[i].y[j] != 0);
            all += tables[i].is_test[j];
        }
        free(scores);
    }
    return (double)right / all;
}

static void test_hearts_are_learned_together(void **unused)
{
    static const sheaf_training training = {.steps = 40, .batch = 8, .rate_millionths = 20000};
    sheaf_mlp model = model_of(&small, 42), again = model_of(&small, 42);
    sheaf_mlp_figures first = round_of(&model, &training, 0), last = first;
    (void)round_of(&again, &training, 0);
    assert_memory_equal(model.parameters, again.parameters, model.count * sizeof(int64_t));
    assert_int_equal(first.records, 199 + 172 + 30 + 85);
    for (int i = 1; i < 20; i++)
        last = round_of(&model, &training, i);
    assert_true(last.loss_millionths < 450000 && first.loss_millionths > 550000);
    assert_true(last.accuracy_millionths > 800000);
    if (!(accuracy(&model) > 0.77))
        fail_msg("accuracy %.3f", accuracy(&model));
    sheaf_mlp_close(&model);
    sheaf_mlp_close(&again);
    (void)unused;
}

/* The label, which is 0 to 4, as a number. */
static void test_a_number_is_learned(void **unused)
{
    static const sheaf_training training = {
        .steps = 100, .batch = 0, .rate_millionths = 50000, .l2_millionths = 1000};
    sheaf_mlp model = model_of(
        &(sheaf_mlp_shape){
            .inputs = 13, .hidden = 1, .units = {12}, .tanh = true, .number = true},
        3);
    sheaf_mlp_figures first = round_of(&model, &training, 0), last = first;
    for (int i = 1; i < 8; i++)
        last = round_of(&model, &training, i);
    /* The deviation of the label is about 1.2. */
    assert_true(first.rmse_millionths > 1200000 && last.rmse_millionths < 1000000);
    assert_true(last.mae_millionths < last.rmse_millionths && last.mae_millionths > 300000);
    sheaf_mlp_close(&model);
    (void)unused;
}

static void test_impossible_sums_are_refused(void **unused)
{
    sheaf_err err;
    sheaf_mlp_figures figures;
    sheaf_mlp model = model_of(&small, 1);
    size_t count = sheaf_mlp_update_words(model.count);
    int64_t *words = calloc(count, sizeof *words), *behind = words + model.count;
    static const struct {
        int64_t n, loss, right, first;
    } rows[] = {
        {0, 0, 0, 0},
        {-1, 0, 0, 0},
        {SHEAF_RECORDS_MAX + 1, 0, 0, 0},
        {5, -1, 0, 0},
        {5, 0, 6, 0},
        {5, 0, -1, 0},
        {5, (int64_t)5 * SHEAF_LOSS_MAX * SHEAF_UNIT + 1, 0, 0},
        {5, 0, 0, 5 * SHEAF_WEIGHT_MAX + 1},
        {5, 0, 0, -5 * SHEAF_WEIGHT_MAX - 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        behind[0] = rows[i].n, behind[1] = rows[i].loss, behind[2] = rows[i].right;
        words[0] = rows[i].first;
        assert_int_equal(sheaf_mlp_update_finish(&model, words, &figures, &err), SHEAF_INVALID);
    }
    behind[0] = 5, behind[1] = 0, behind[2] = 5, words[0] = 5 * SHEAF_WEIGHT_MAX, words[1] = 7;
    MUST(sheaf_mlp_update_finish(&model, words, &figures, &err));
    assert_true(model.parameters[0] == SHEAF_WEIGHT_MAX && model.parameters[1] == 1);
    free(words);
    sheaf_mlp_close(&model);
    (void)unused;
}

static void test_divergence_is_told(void **unused)
{
    sheaf_err err;
    static const sheaf_training training = {
        .steps = 200, .batch = 1, .rate_millionths = 100000000};
    sheaf_mlp model = model_of(&small, 1);
    int64_t *words = calloc(sheaf_mlp_update_words(model.count), sizeof *words);
    assert_int_equal(sheaf_mlp_update_local(&model, &tables[0], &training, 1, words, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "training diverged"));
    free(words);
    sheaf_mlp_close(&model);
    (void)unused;
}

/* ---- clipped gradients ---- */

typedef struct {
    sheaf_mlp model;
    sheaf_mlp_trainer trainer;
    sheaf_mlp_records records;
    uint32_t rows[512];
    int64_t *all, *one;
    float *gradient;
} clipping;

static void clipping_open(clipping *c, const sheaf_mlp_shape *shape, sheaf_product_kind product)
{
    sheaf_err err;
    *c = (clipping){.model = model_of(shape, 5)};
    MUST(sheaf_mlp_trainer_open(&c->trainer, &c->model, product, 64, &err));
    MUST(sheaf_mlp_records_open(&c->model, &tables[0], SHEAF_PART_TRAIN, &c->records, &err));
    for (uint32_t i = 0; i < c->records.n; i++)
        c->rows[i] = i;
    c->all = calloc(2 * (size_t)c->model.count, sizeof *c->all);
    c->one = c->all + c->model.count;
    c->gradient = calloc(c->model.count, sizeof *c->gradient);
}

static void clipping_close(clipping *c)
{
    free(c->all);
    free(c->gradient);
    sheaf_mlp_records_close(&c->records);
    sheaf_mlp_trainer_close(&c->trainer);
    sheaf_mlp_close(&c->model);
}

/* How far, by the norm, a record's whole numbers are from its clipped gradient. */
static double off_by(clipping *c, uint32_t row, double norm, double sensitivity)
{
    double length = 0, off = 0;
    float *before = calloc(c->model.count, sizeof *before);
    memcpy(before, c->trainer.parameters, c->model.count * sizeof *before);
    sheaf_mlp_step(&c->trainer, &c->records, &row, 1, 1, 0);
    for (uint32_t j = 0; j < c->model.count; j++) {
        c->gradient[j] = before[j] - c->trainer.parameters[j];
        length += (double)c->gradient[j] * (double)c->gradient[j];
    }
    memcpy(c->trainer.parameters, before, c->model.count * sizeof *before);
    free(before);
    double factor = sensitivity / (sqrt(length) > norm ? sqrt(length) : norm);
    for (uint32_t j = 0; j < c->model.count; j++)
        off += pow((double)c->gradient[j] * factor - (double)c->one[j], 2);
    return sqrt(off) / sensitivity;
}

static void test_a_record_moves_at_most_the_sensitivity(void **unused)
{
    static const sheaf_mlp_shape shapes[] = {
        {.inputs = 13, .hidden = 2, .units = {16, 8}},
        {.inputs = 13, .hidden = 2, .units = {64, 64}, .tanh = true},
        {.inputs = 13, .hidden = 1, .units = {5}, .number = true},
    };
    for (int s = 0; s < 3; s++)
        for (int bits = 16; bits <= 22; bits += 3) {
            static clipping c;
            const uint64_t sensitivity = (uint64_t)1 << bits;
            const double norm = bits == 16 ? 1e-3 : bits == 19 ? 1 : 30;
            clipping_open(&c, &shapes[s],
                          s == 1 ? SHEAF_PRODUCT_OPENBLAS : SHEAF_PRODUCT_PORTABLE);
            c.records.x[0] = 1e6F; /* an outlier, and one that is not finite */
            c.records.x[13] = 1e30F;
            c.records.target[2] = (float)NAN;
            sheaf_mlp_clipped_add(&c.trainer, &c.records, c.rows, c.records.n, norm,
                                  sensitivity, c.all);
            for (uint32_t i = 0; i < c.records.n; i++) {
                memset(c.one, 0, c.model.count * sizeof *c.one);
                sheaf_mlp_clipped_add(&c.trainer, &c.records, &i, 1, norm, sensitivity, c.one);
                assert_true(sheaf_norm_within(c.one, c.model.count, sensitivity));
                if (i > 2 && !(off_by(&c, i, norm, (double)sensitivity) < 0.04))
                    fail_msg("record %u is off by %.4f", i,
                             off_by(&c, i, norm, (double)sensitivity));
                if (i == 2)
                    for (uint32_t j = 0; j < c.model.count; j++)
                        assert_int_equal(c.one[j], 0);
                for (uint32_t j = 0; j < c.model.count; j++)
                    c.all[j] -= c.one[j];
            }
            /* The sum is exact, however the records stand together. */
            for (uint32_t j = 0; s != 1 && j < c.model.count; j++)
                assert_int_equal(c.all[j], 0);
            clipping_close(&c);
        }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_model_one_file),
        cmocka_unit_test(test_beginning_is_frozen),
        cmocka_unit_test(test_files_with_nonsense_are_refused),
        cmocka_unit_test(test_hearts_are_learned_together),
        cmocka_unit_test(test_a_number_is_learned),
        cmocka_unit_test(test_impossible_sums_are_refused),
        cmocka_unit_test(test_divergence_is_told),
        cmocka_unit_test(test_a_record_moves_at_most_the_sensitivity),
    };
    return cmocka_run_group_tests(tests, centres_open, centres_close);
}
