#include "test.h"

#include "base/encode.h"
#include "crypto/hash.h"
#include "learn/kind.h"
#include "learn/model.h"
#include "learn/predict.h"

#include <math.h>

static void model_make(sheaf_model *out)
{
    sheaf_scaling scaling;
    memset(&scaling, 0, sizeof scaling);
    uint64_t state = 7;
    for (int j = 0; j < 13; j++) {
        scaling.mean[j] = (int64_t)(test_random(&state) % 1000000000) - 500000000;
        scaling.scale[j] = 1 + (int64_t)(test_random(&state) % 1000000000);
    }
    sheaf_model_init(out, sheaf_features_heart(), &scaling);
    for (int j = 0; j < 13; j++)
        out->weight[j] = (int64_t)(test_random(&state) % 100000000) - 50000000;
    out->bias = -12345;
}

static sheaf_buffer bytes_make(const sheaf_model *model)
{
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX);
    sheaf_model_write(&bytes, model);
    assert_false(bytes.failed);
    return bytes;
}

static void test_round_trip(void **unused)
{
    sheaf_err err;
    sheaf_model model, again;
    model_make(&model);
    sheaf_buffer bytes = bytes_make(&model);
    MUST(sheaf_model_read(sheaf_buffer_slice(&bytes), &again, &err));
    assert_string_equal(model.features.items[12].column, again.features.items[12].column);
    assert_int_equal(model.features.items[12].level, again.features.items[12].level);
    assert_memory_equal(model.weight, again.weight, sizeof model.weight);
    assert_memory_equal(&model.scaling, &again.scaling, sizeof model.scaling);
    assert_int_equal(model.bias, again.bias);
    /* the first bytes of the standard's layout, as other readers expect them */
    assert_int_equal((bytes.data[0] | bytes.data[1] << 8) % 8, 0);
    assert_memory_equal(bytes.data + 8, "{\"__metadata__\":{\"features\":\"age,sex,", 37);
    assert_int_equal(bytes.len, 8 + (bytes.data[0] | bytes.data[1] << 8) + 8 * (1 + 3 * 13));
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&bytes)); /* logs name models by it */
    char hex[65];
    sheaf_hex_32(hash.bytes, hex);
    assert_string_equal(hex,
                        "a060f6b84f770e858beec7c84f2adf9fd83c95a174c8f55647d5321883574a4e");
    double bias;
    memcpy(&bias, bytes.data + 8 + (bytes.data[0] | bytes.data[1] << 8), 8);
    assert_true(bias == -12345.0 / 16777216);
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

/* A model that clips says so in its file and predicts so; one that does not reads as before. */
static void test_clipped_inputs(void **unused)
{
    static const char metadata[] =
        "{\"__metadata__\":{\"features\":\"x\",\"format\":\"sheaf-logistic/1\","
        "\"inputs\":\"clipped\",\"label\":\"y\"}";
    sheaf_err err = {0};
    sheaf_features features = {.count = 1, .items = {{.column = "x"}}, .label = "y"};
    sheaf_scaling scaling = {.mean = {0}, .scale = {SHEAF_UNIT}, .clipped = true};
    sheaf_model model, again;
    sheaf_model_init(&model, &features, &scaling);
    model.weight[0] = SHEAF_UNIT;
    const double beyond = 1e6, below = -INFINITY, within = 0.25, none = NAN;
    assert_true(sheaf_model_score(&model, &beyond) == 1);
    assert_true(sheaf_model_score(&model, &below) == -1);
    assert_true(sheaf_model_score(&model, &within) == 0.25);
    assert_true(isnan(sheaf_model_score(&model, &none)));
    sheaf_buffer bytes = bytes_make(&model);
    assert_memory_equal(bytes.data + 8, metadata, sizeof metadata - 1);
    MUST(sheaf_model_read(sheaf_buffer_slice(&bytes), &again, &err));
    assert_true(again.scaling.clipped);
    assert_true(sheaf_model_score(&again, &beyond) == 1);
    char *word = memmem(bytes.data, bytes.len, "clipped", 7);
    assert_non_null(word);
    word[0] = 'C'; /* no other word */
    assert_int_equal(sheaf_model_read(sheaf_buffer_slice(&bytes), &again, &err), SHEAF_INVALID);
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

/* Whatever byte is changed: refused, or a different model that is written as just these bytes.
 */
static void test_every_byte_counts(void **unused)
{
    static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
    sheaf_model model, other;
    model_make(&model);
    sheaf_buffer bytes = bytes_make(&model);
    size_t data_at = 8 + (size_t)(bytes.data[0] | bytes.data[1] << 8), refused = 0;
    for (size_t i = 0; i < bytes.len; i++)
        for (size_t k = 0; k < sizeof flips; k++) {
            sheaf_err err = {0};
            bytes.data[i] ^= flips[k];
            if (sheaf_model_read(sheaf_buffer_slice(&bytes), &other, &err) == SHEAF_OK) {
                sheaf_buffer again = bytes_make(&other);
                assert_true(
                    sheaf_slice_equal(sheaf_buffer_slice(&bytes), sheaf_buffer_slice(&again)));
                sheaf_buffer_deinit(&again);
            } else {
                assert_true(err.message[0] != 0);
                refused += i < data_at;
            }
            bytes.data[i] ^= flips[k];
        }
    /* in the header only letters of names can change into another sound header */
    assert_true(refused > data_at * 3);
    for (size_t len = 0; len < bytes.len; len++) {
        sheaf_err err;
        assert_int_equal(sheaf_model_read(sheaf_bytes(bytes.data, len), &other, &err),
                         SHEAF_INVALID);
    }
    sheaf_buffer_add_byte(&bytes, 0);
    sheaf_err err;
    assert_int_equal(sheaf_model_read(sheaf_buffer_slice(&bytes), &other, &err), SHEAF_INVALID);
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

static void test_refuses_values(void **unused)
{
    const double bad[] = {NAN, INFINITY, -INFINITY, -0.0, ldexp(1, -25), 1e300, 32768, -32768};
    sheaf_model model, other;
    model_make(&model);
    sheaf_buffer bytes = bytes_make(&model);
    size_t data_at = 8 + (size_t)(bytes.data[0] | bytes.data[1] << 8);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sheaf_err err = {0};
        memcpy(bytes.data + data_at, &bad[i], 8);
        assert_int_equal(sheaf_model_read(sheaf_buffer_slice(&bytes), &other, &err),
                         SHEAF_INVALID);
        assert_non_null(strstr(err.message, "value 0 of the tensor bias"));
    }
    double zero = 0; /* a scale of zero would divide by it */
    memset(bytes.data + data_at, 0, 8);
    memcpy(bytes.data + data_at + 8 + 13 * 8, &zero, 8);
    sheaf_err err = {0};
    assert_int_equal(sheaf_model_read(sheaf_buffer_slice(&bytes), &other, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "tensor scale"));
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

static void test_predicts(void **unused)
{
    sheaf_err err;
    sheaf_features features = {.count = 1, .items = {{.column = "x"}}, .label = "y"};
    sheaf_scaling scaling = {.mean = {2 * SHEAF_UNIT}, .scale = {SHEAF_UNIT / 2}};
    sheaf_model model;
    sheaf_predictions got;
    const sheaf_learn_kind *kind;
    sheaf_model_init(&model, &features, &scaling);
    model.weight[0] = SHEAF_UNIT;
    sheaf_buffer bytes = bytes_make(&model);
    sheaf_slice file = sheaf_buffer_slice(&bytes);
    MUST(sheaf_learn_kind_of_file(file, &kind, &err));
    assert_int_equal(kind->id, SHEAF_model_kind_logistic);
    MUST(kind->predict(file, sheaf_str("x\n2\n?\n2.5\n-1000\n"), "p.csv", &got, &err));
    static const int64_t cells[] = {2, 500000, 1, 4, 731059, 1, 5, 0, 0};
    assert_int_equal(got.count, 3);
    assert_int_equal(got.columns, 3);
    assert_int_equal(got.left_out, 1);
    assert_string_equal(got.column[1].name, "probability");
    assert_memory_equal(got.cells, cells, sizeof cells);
    sheaf_predictions_close(&got);
    assert_int_equal(sheaf_predict("/nonexistent/model", file, "p.csv", &got, &err), SHEAF_IO);
    assert_int_equal(sheaf_learn_kind_of_file(sheaf_str("x"), &kind, &err), SHEAF_INVALID);
    char *format = memmem(bytes.data, bytes.len, "sheaf-logistic/1", 16);
    format[15] = '2';
    assert_int_equal(sheaf_learn_kind_of_file(file, &kind, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "sheaf-logistic/2"));
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

/* The largest schema that is allowed still fits a file. */
static void test_largest(void **unused)
{
    sheaf_err err;
    sheaf_model model = {.features = {.count = SHEAF_FEATURES_MAX, .label = "l"}}, again;
    for (int j = 0; j < SHEAF_FEATURES_MAX; j++) {
        sheaf_feature *feature = &model.features.items[j];
        memset(feature->column, 'x', SHEAF_COLUMN_MAX);
        feature->has_level = true;
        feature->level = -1000000 - j;
        model.scaling.scale[j] = 1;
    }
    sheaf_buffer bytes = bytes_make(&model);
    MUST(sheaf_model_read(sheaf_buffer_slice(&bytes), &again, &err));
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_refuses_values), cmocka_unit_test(test_predicts),
        cmocka_unit_test(test_largest),        cmocka_unit_test(test_clipped_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
