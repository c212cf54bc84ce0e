#include "test.h"

#include "base/encode.h"
#include "crypto/hash.h"
#include "learn/model.h"
#include "learn/onnx.h"
#include "learn/protobuf.h"
#include "learn/safetensors.h"
#include "learn/trees_file.h"

/* The examples of the encoding's own description, and a negative number. */
static void test_fields(void **unused)
{
    static const uint8_t want[] = {0x08, 0x96, 0x01, 0x12, 0x07, 't',  'e',  's',
                                   't',  'i',  'n',  'g',  0x1a, 0x03, 0x08, 0x96,
                                   0x01, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0x01, 0x22, 0x00};
    sheaf_buffer out, inner;
    sheaf_buffer_init(&out, 1000);
    sheaf_buffer_init(&inner, 1000);
    sheaf_protobuf_int(&out, 1, 150);
    sheaf_protobuf_string(&out, 2, "testing");
    sheaf_protobuf_int(&inner, 1, 150);
    sheaf_protobuf_message(&out, 3, &inner);
    sheaf_protobuf_int(&out, 16, -1);
    sheaf_protobuf_bytes(&out, 4, sheaf_bytes(NULL, 0));
    assert_int_equal(out.len, sizeof want);
    assert_memory_equal(out.data, want, sizeof want);
    sheaf_buffer_init(&inner, 2);
    sheaf_protobuf_string(&inner, 1, "too long");
    sheaf_protobuf_message(&out, 1, &inner);
    assert_true(out.failed);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

static bool holds(const sheaf_buffer *bytes, const char *text)
{
    return memmem(bytes->data, bytes->len, text, strlen(text));
}

/* The file that onnx's own checker accepts (tests/interop/test_models.py) stays as it is. */
static void test_linear(void **unused)
{
    sheaf_features features = {
        .count = 1, .items = {{.column = "x", .missing = SHEAF_MISSING_MEAN}}, .label = "y"};
    sheaf_scaling scaling = {.mean = {SHEAF_UNIT}, .scale = {SHEAF_UNIT / 4}, .clipped = true};
    sheaf_model model;
    sheaf_buffer file, out;
    sheaf_err err;
    char hex[65];
    sheaf_model_init(&model, &features, &scaling);
    model.weight[0] = SHEAF_UNIT / 2;
    sheaf_buffer_init(&file, SHEAF_MODEL_BYTES_MAX);
    sheaf_buffer_init(&out, SHEAF_ONNX_BYTES_MAX);
    sheaf_model_write(&file, &model);
    MUST(sheaf_onnx_write(sheaf_buffer_slice(&file), &out, &err));
    static const char *const words[] = {"Sub",  "Div",     "IsNaN",       "Where", "Clip",
                                        "Gemm", "Sigmoid", "probability", "x=mean"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_true(holds(&out, words[i]));
    assert_false(holds(&out, "ai.onnx.ml"));
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&out));
    sheaf_hex_32(hash.bytes, hex);
    assert_string_equal(hex,
                        "ddb8c51490ad75cad8026189ccbc096fa3d4f82a269e65acb087127fd3a83c3c");
    sheaf_buffer_deinit(&file);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

static void test_refusals(void **unused)
{
    const sheaf_trees_terms terms = {.trees = 1,
                                     .depth = 1,
                                     .bins = 4,
                                     .rate_millionths = 1000000,
                                     .lambda_millionths = 0,
                                     .min_hessian_millionths = 0};
    const sheaf_features features = {.count = 1, .items = {{.column = "x"}}, .label = "y"};
    const sheaf_scaling scaling = {.scale = {SHEAF_UNIT}};
    sheaf_trees trees;
    sheaf_buffer file, out;
    sheaf_err err;
    sheaf_buffer_init(&file, 1 << 20);
    sheaf_buffer_init(&out, 1 << 20);
    MUST(sheaf_trees_open(&features, NULL, &terms, &scaling, 0, SHEAF_UNIT, &trees, &err));
    sheaf_trees_write(&file, &trees);
    sheaf_trees_close(&trees);
    assert_int_equal(sheaf_onnx_write(sheaf_buffer_slice(&file), &out, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "no finished tree"));
    assert_int_equal(sheaf_onnx_write(sheaf_bytes(file.data, file.len - 1), &out, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "cut short"));
    sheaf_buffer_reset(&file);
    sheaf_tensor_note note = {sheaf_str("format"), sheaf_str("sheaf-forecast/1")};
    sheaf_safetensors_write(&file, NULL, 0, &note, 1);
    assert_int_equal(sheaf_onnx_write(sheaf_buffer_slice(&file), &out, &err), SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the model file is of the format 'sheaf-forecast/1', which "
                        "has no form in ONNX");
    assert_int_equal(out.len, 0);
    sheaf_buffer_deinit(&file);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
