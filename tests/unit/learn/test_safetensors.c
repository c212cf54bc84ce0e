#include "test.h"

#include "learn/safetensors.h"

#include <stdio.h>

/* A file from the text of its header, padded to a multiple of so many bytes, and the length of
 * its data, which counts 0, 1, 2, ... */
static sheaf_buffer file_make(const char *header, size_t pad, size_t data)
{
    sheaf_buffer out;
    uint64_t length = (strlen(header) + pad - 1) / pad * pad;
    sheaf_buffer_init(&out, 1 << 20);
    sheaf_buffer_add(&out, sheaf_bytes(&length, 8));
    sheaf_buffer_add_string(&out, header);
    while (out.len < 8 + length)
        sheaf_buffer_add_byte(&out, ' ');
    for (size_t i = 0; i < data; i++)
        sheaf_buffer_add_byte(&out, (uint8_t)i);
    assert_false(out.failed);
    return out;
}

/* All types, a matrix, a single value and notes: written in one form from any order. */
static void test_one_form(void **unused)
{
    static const char header[] = /* capitals stand before __metadata__, small letters behind */
        "{\"Z\":{\"data_offsets\":[48,49],\"dtype\":\"U8\",\"shape\":[1,1,1]},"
        "\"__metadata__\":{\"format\":\"test/1\",\"label\":\"y\\\"\xc3\xa9\"},"
        "\"a\":{\"data_offsets\":[49,50],\"dtype\":\"U8\",\"shape\":[1]},"
        "\"b\":{\"data_offsets\":[0,16],\"dtype\":\"I64\",\"shape\":[2]},"
        "\"c\":{\"data_offsets\":[44,48],\"dtype\":\"I32\",\"shape\":[1]},"
        "\"d\":{\"data_offsets\":[24,44],\"dtype\":\"F32\",\"shape\":[5]},"
        "\"e\":{\"data_offsets\":[16,24],\"dtype\":\"F64\",\"shape\":[]},"
        "\"zero\":{\"data_offsets\":[50,50],\"dtype\":\"U8\",\"shape\":[0,3]}}";
    const int64_t b[] = {-1, INT64_MAX};
    const double e = -0.5;
    const float d[] = {1, 2, 3, 4, 5};
    const int32_t c = INT32_MIN;
    const uint8_t a = 7, z = 200;
    sheaf_tensor tensors[] = {
        sheaf_tensor_row("b", SHEAF_TENSOR_I64, 2, b),
        {.name = sheaf_str("e"), .type = SHEAF_TENSOR_F64, .count = 1, .data = &e},
        sheaf_tensor_row("d", SHEAF_TENSOR_F32, 5, d),
        sheaf_tensor_row("c", SHEAF_TENSOR_I32, 1, &c),
        {sheaf_str("Z"), SHEAF_TENSOR_U8, 3, {1, 1, 1}, 1, &z},
        sheaf_tensor_row("a", SHEAF_TENSOR_U8, 1, &a),
        sheaf_tensor_matrix("zero", SHEAF_TENSOR_U8, 0, 3, NULL),
    };
    sheaf_tensor_note notes[] = {{sheaf_str("label"), sheaf_str("y\"\xc3\xa9")},
                                 {sheaf_str("format"), sheaf_str("test/1")}};
    enum { N = sizeof tensors / sizeof *tensors };
    sheaf_err err;
    sheaf_buffer first, again;
    sheaf_buffer_init(&first, 1 << 16);
    sheaf_buffer_init(&again, 1 << 16);
    sheaf_safetensors_write(&first, tensors, N, notes, 2);
    for (int i = 0; i < N / 2; i++) {
        sheaf_tensor other = tensors[i];
        tensors[i] = tensors[N - 1 - i];
        tensors[N - 1 - i] = other;
    }
    sheaf_safetensors_write(&again, tensors, N, notes, 2);
    assert_false(first.failed);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&first), sheaf_buffer_slice(&again)));
    size_t padded = (sizeof header - 1 + 7) / 8 * 8;
    assert_int_equal(first.data[0] | first.data[1] << 8, padded);
    assert_memory_equal(first.data + 8, header, sizeof header - 1);
    assert_int_equal(first.len, 8 + padded + 50);

    sheaf_safetensors file;
    MUST(sheaf_safetensors_read(sheaf_buffer_slice(&first), "f", SHEAF_SAFETENSORS_CANONICAL,
                                &file, &err));
    assert_int_equal(file.count, N);
    assert_true(sheaf_slice_is(sheaf_safetensors_note(&file, "label"), "y\"\xc3\xa9"));
    assert_null(sheaf_safetensors_note(&file, "none").data);
    assert_int_equal(sheaf_tensor_i64(sheaf_safetensors_tensor(&file, "b"), 1), INT64_MAX);
    assert_true(sheaf_tensor_f64(sheaf_safetensors_tensor(&file, "e"), 0) == -0.5);
    assert_true(sheaf_tensor_f32(sheaf_safetensors_tensor(&file, "d"), 4) == 5);
    assert_int_equal(sheaf_tensor_i32(sheaf_safetensors_tensor(&file, "c"), 0), INT32_MIN);
    const sheaf_tensor *small = sheaf_safetensors_tensor(&file, "Z");
    assert_int_equal(*(const uint8_t *)small->data, 200);
    assert_int_equal(small->dims, 3);
    for (uint32_t i = 0; i < file.count; i++) /* as the header says of alignment */
        assert_true(((uintptr_t)file.tensors[i].data - (uintptr_t)first.data)
                        % sheaf_tensor_width(file.tensors[i].type)
                    == 0);
    sheaf_safetensors_close(&file);
    sheaf_buffer_deinit(&first);
    sheaf_buffer_deinit(&again);
    (void)unused;
}

#define T(name, offsets, shape)                                                                \
    "\"" name "\":{\"data_offsets\":" offsets ",\"dtype\":\"U8\",\"shape\":" shape "}"

/* Each row is refused in words of its own, also as the file of another program. */
static void test_refusals(void **unused)
{
    static const struct {
        const char *header;
        size_t data;
        const char *words;
    } rows[] = {
        {"", 0, "does not begin with {"},
        {" {}", 0, "does not begin with {"},
        {"[]", 0, "does not begin with {"},
        {"{", 0, "not sound JSON: byte 1"},
        {"{}{}", 0, "something follows after the end"},
        {"{" T("a", "[0,1]", "[1]") "," T("a", "[1,2]", "[1]") "}", 2,
         "same member name twice"},
        {"{" T("a", "[0,4]", "[4]") "," T("b", "[3,6]", "[3]") "}", 6,
         "tensors a and b of f overlap at byte 3"},
        {"{" T("a", "[0,4]", "[4]") "," T("b", "[0,4]", "[4]") "}", 4,
         "tensors a and b of f overlap at byte 0"},
        {"{" T("a", "[0,4]", "[4]") "," T("b", "[6,8]", "[2]") "}", 8,
         "2 bytes before the tensor b of f belong to no tensor"},
        {"{" T("a", "[1,4]", "[3]") "}", 4, "1 bytes before the tensor a"},
        {"{" T("a", "[0,4]", "[4]") "}", 3, "cut short: the tensor a ends at byte 4"},
        {"{" T("a", "[0,4]", "[4]") "}", 5, "1 bytes at the end of f belong to no tensor"},
        {"{}", 5, "5 bytes at the end of f belong to no tensor"},
        {"{" T("a", "[0,4]", "[5]") "}", 4,
         "has 4 bytes of data, but its shape and type make 5"},
        {"{" T("a", "[0,4]", "[4294967296,4294967296,16]") "}", 4, "more values than a file"},
        {"{" T("a", "[0,4]", "[9007199254740992]") "}", 4, "the number is outside"},
        {"{" T("a", "[0,4]", "[-4]") "}", 4, "no whole number from 0"},
        {"{" T("a", "[0,4]", "[\"4\"]") "}", 4, "no whole number from 0"},
        {"{" T("a", "[0,4]", "[4.0]") "}", 4, "only whole numbers"},
        {"{" T("a", "[0,4]", "4") "}", 4, "no shape of at most 8"},
        {"{" T("a", "[0,1]", "[1,1,1,1,1,1,1,1,1]") "}", 1, "no shape of at most 8"},
        {"{" T("a", "[4,0]", "[4]") "}", 4, "not two whole numbers"},
        {"{" T("a", "[-4,0]", "[4]") "}", 4, "not two whole numbers"},
        {"{" T("a", "[0]", "[4]") "}", 4, "not two whole numbers"},
        {"{" T("a", "[0,4,4]", "[4]") "}", 4, "not two whole numbers"},
        {"{" T("", "[0,4]", "[4]") "}", 4, "printable ASCII"},
        {"{" T("a\\n", "[0,4]", "[4]") "}", 4, "printable ASCII"},
        {"{\"a\":{\"data_offsets\":[0,2],\"dtype\":\"BF16\",\"shape\":[1]}}", 2,
         "of type 'BF16'; write it as F64"},
        {"{\"a\":{\"data_offsets\":[0,2],\"dtype\":16,\"shape\":[1]}}", 2, "of type ''"},
        {"{\"a\":{\"data_offsets\":[0,2],\"dtype\":\"U8\"}}", 2, "alone"},
        {"{\"a\":{\"data_offsets\":[0,2],\"dtype\":\"U8\",\"shape\":[2],\"x\":1}}", 2, "alone"},
        {"{\"a\":7}", 0, "alone"},
        {"{\"__metadata__\":[]}", 0, "no object with at most 64 members"},
        {"{\"__metadata__\":{\"a\":1}}", 0, "a in __metadata__ of f is no string"},
        {"{\"__metadata__\":{\"\":\"\"}}", 0, "a name in __metadata__"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_buffer bytes = file_make(rows[i].header, 1, rows[i].data);
        sheaf_err err = {0};
        sheaf_safetensors file;
        assert_int_equal(sheaf_safetensors_read(sheaf_buffer_slice(&bytes), "f",
                                                SHEAF_SAFETENSORS_FOREIGN, &file, &err),
                         SHEAF_INVALID);
        if (!strstr(err.message, rows[i].words))
            fail_msg("row %zu: %s", i, err.message);
        assert_null(file.block);
        sheaf_buffer_deinit(&bytes);
    }
    (void)unused;
}

/* Lengths of the header that lie, and files of a few bytes. */
static void test_lengths(void **unused)
{
    static const struct {
        uint64_t length;
        const char *words;
    } rows[] = {
        {3, "does not begin with {"},
        {9, "cut short: its header has 9 bytes"},
        {UINT64_MAX, "would have a header of 18446744073709551615 bytes, and may have 131072"},
        {1 << 18, "would have a header"},
    };
    sheaf_err err = {0};
    sheaf_safetensors file;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_buffer bytes = file_make("x{      ", 1, 0);
        memcpy(bytes.data, &rows[i].length, 8);
        assert_int_equal(sheaf_safetensors_read(sheaf_buffer_slice(&bytes), "f",
                                                SHEAF_SAFETENSORS_FOREIGN, &file, &err),
                         SHEAF_INVALID);
        assert_non_null(strstr(err.message, rows[i].words));
        sheaf_buffer_deinit(&bytes);
    }
    assert_int_equal(sheaf_safetensors_read(sheaf_str("1234567"), "f",
                                            SHEAF_SAFETENSORS_FOREIGN, &file, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "has only 7 bytes"));
    (void)unused;
}

/* What other programs write is read as FOREIGN and refused as CANONICAL, in words; written
 * again it is canonical. The first is a vector of the format's own library
 * (test_deserialization of its tensor.rs); the last has the shape of its Python side's files.
 */
static void test_foreign_forms(void **unused)
{
    static const struct {
        const char *header;
        size_t pad, data;
        const char *words;
    } rows[] = {
        {"{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 1, 16,
         "bytes, which is no multiple of 8"},
        {"{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 8, 16,
         "byte 11 of the header of f is not in the one form"},
        {"{\"a\": {\"data_offsets\":[0,1],\"dtype\":\"U8\",\"shape\":[1]}}", 8, 1,
         "byte 5 of the header"},
        {"{" T("a", "[0,1]", "[1]") "}", 24, 1, "byte 56 of the header"},
        {"{" T("\\u0061", "[0,1]", "[1]") "}", 8, 1, "byte 2 of the header"},
        {"{" T("a", "[1,2]", "[1]") "," T("b", "[0,1]", "[1]") "}", 8, 2,
         "a of f does not lie where the one order"},
        {"{" T("b", "[1,2]", "[1]") "," T("a", "[0,1]", "[1]") "}", 8, 2,
         "byte 2 of the header"},
        {"{\"__metadata__\":{}," T("a", "[0,1]", "[1]") "}", 8, 1, "byte 2 of the header"},
        {"{\"__metadata__\":{\"format\":\"pt\"},\"net.0.weight\":{\"dtype\":\"F32\",\"shape\":"
         "[2,3],\"data_offsets\":[0,24]},\"net.0.bias\":{\"dtype\":\"F32\",\"shape\":[2],"
         "\"data_offsets\":[24,32]}}",
         8, 32, "net.0.bias of f does not lie"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_buffer bytes = file_make(rows[i].header, rows[i].pad, rows[i].data), again;
        sheaf_err err = {0};
        sheaf_safetensors file, canonical;
        assert_int_equal(sheaf_safetensors_read(sheaf_buffer_slice(&bytes), "f",
                                                SHEAF_SAFETENSORS_CANONICAL, &file, &err),
                         SHEAF_INVALID);
        if (!strstr(err.message, rows[i].words))
            fail_msg("row %zu: %s", i, err.message);
        MUST(sheaf_safetensors_read(sheaf_buffer_slice(&bytes), "f", SHEAF_SAFETENSORS_FOREIGN,
                                    &file, &err));
        sheaf_buffer_init(&again, 1 << 16);
        sheaf_safetensors_write(&again, file.tensors, file.count, file.notes, file.notes_count);
        MUST(sheaf_safetensors_read(sheaf_buffer_slice(&again), "f",
                                    SHEAF_SAFETENSORS_CANONICAL, &canonical, &err));
        assert_int_equal(canonical.count, file.count);
        for (uint32_t k = 0; k < file.count; k++)
            assert_memory_equal(canonical.tensors[k].data, file.tensors[k].data,
                                file.tensors[k].count
                                    * sheaf_tensor_width(file.tensors[k].type));
        sheaf_safetensors_close(&file);
        sheaf_safetensors_close(&canonical);
        sheaf_buffer_deinit(&again);
        sheaf_buffer_deinit(&bytes);
    }
    (void)unused;
}

/* One changed byte of the header, or one byte less or more, is refused or says something else,
 * which is written as just these bytes. */
static void test_every_byte_counts(void **unused)
{
    const double values[] = {1, 2, 3, 4, 5, 6};
    sheaf_tensor tensors[] = {sheaf_tensor_matrix("w", SHEAF_TENSOR_F64, 2, 2, values),
                              sheaf_tensor_row("b", SHEAF_TENSOR_F64, 2, values + 4)};
    sheaf_tensor_note note = {sheaf_str("format"), sheaf_str("test/1")};
    sheaf_buffer bytes, again;
    sheaf_buffer_init(&bytes, 1 << 16);
    sheaf_buffer_init(&again, 1 << 16);
    sheaf_safetensors_write(&bytes, tensors, 2, &note, 1);
    sheaf_safetensors file;
    for (size_t i = 0; i < bytes.len - sizeof values; i++)
        for (int flip = 1; flip < 256; flip += i < 8 ? 1 : 31) {
            sheaf_err err = {0};
            bytes.data[i] ^= (uint8_t)flip;
            if (sheaf_safetensors_read(sheaf_buffer_slice(&bytes), "f",
                                       SHEAF_SAFETENSORS_CANONICAL, &file, &err)
                == SHEAF_OK) {
                assert_true(i > 8);
                sheaf_buffer_reset(&again);
                sheaf_safetensors_write(&again, file.tensors, file.count, file.notes,
                                        file.notes_count);
                assert_true(
                    sheaf_slice_equal(sheaf_buffer_slice(&again), sheaf_buffer_slice(&bytes)));
                sheaf_safetensors_close(&file);
            }
            bytes.data[i] ^= (uint8_t)flip;
        }
    for (size_t len = 0; len < bytes.len; len++)
        for (int form = 0; form < 2; form++)
            assert_int_equal(sheaf_safetensors_read(sheaf_bytes(bytes.data, len), "f",
                                                    (sheaf_safetensors_form)form, &file, NULL),
                             SHEAF_INVALID);
    sheaf_buffer_deinit(&bytes);
    sheaf_buffer_deinit(&again);
    (void)unused;
}

static void test_expectations(void **unused)
{
    const double values[6] = {0};
    sheaf_tensor tensor = sheaf_tensor_matrix("w", SHEAF_TENSOR_F64, 2, 3, values);
    const sheaf_tensor *found = NULL;
    sheaf_buffer bytes;
    sheaf_err err = {0};
    sheaf_safetensors file;
    sheaf_buffer_init(&bytes, 1 << 16);
    sheaf_safetensors_write(&bytes, &tensor, 1, NULL, 0);
    MUST(sheaf_safetensors_read(sheaf_buffer_slice(&bytes), "f", SHEAF_SAFETENSORS_CANONICAL,
                                &file, &err));
    MUST(sheaf_safetensors_expect(&file, "w", SHEAF_TENSOR_F64, 2, 3, &found, &err));
    assert_ptr_equal(found, file.tensors);
    assert_int_equal(sheaf_safetensors_expect(&file, "w", SHEAF_TENSOR_F64, 6, 0, &found, &err),
                     SHEAF_INVALID);
    assert_string_equal(
        err.message,
        "the file has another tensor instead of a tensor w of type F64 and shape [6]");
    assert_int_equal(sheaf_safetensors_expect(&file, "b", SHEAF_TENSOR_I32, 3, 2, &found, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the file has not a tensor b of type I32 and shape [3, 2]");
    sheaf_safetensors_close(&file);
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_form),          cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lengths),           cmocka_unit_test(test_foreign_forms),
        cmocka_unit_test(test_every_byte_counts), cmocka_unit_test(test_expectations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
