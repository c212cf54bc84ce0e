#include "../vectors.h"

#include "base/json.h"
#include "base/text.h"

static uint8_t block[4 << 20];

static sheaf_status parse(sheaf_slice in, sheaf_json **out, sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    return sheaf_json_parse(in, &arena, out, err);
}

static bool canonical(const char *text)
{
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *value;
    return sheaf_json_parse_canonical(sheaf_str(text), &arena, &value, NULL) == SHEAF_OK;
}

static void test_published_cases(void **unused)
{
    vector_table table = open_table("jcs_cases.tsv");
    (void)unused;
    while (next_row(&table)) {
        sheaf_slice in = from_hex(table.column[1]), want = from_hex(table.column[2]);
        sheaf_json *value, *again;
        sheaf_err err = {0};
        sheaf_buffer out;
        bool accept = sheaf_slice_is(table.column[3], "accept");
        sheaf_buffer_init(&out, 1 << 20);
        bool parsed = sheaf_utf8_valid(in) && parse(in, &value, &err) == SHEAF_OK;
        if (parsed != accept)
            fail_msg("%.*s: %s", SHEAF_PRINT(table.column[0]), err.message);
        if (accept) {
            sheaf_json_write(&out, value);
            assert_true(sheaf_slice_equal(sheaf_buffer_slice(&out), want));
            sheaf_arena arena = sheaf_arena_over(block, sizeof block);
            assert_int_equal(sheaf_json_parse_canonical(want, &arena, &again, &err), SHEAF_OK);
        }
        sheaf_buffer_deinit(&out);
        free_slice(in);
        free_slice(want);
    }
}

static void test_what_is_refused(void **unused)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "a value is expected"},
        {"  ", "a value is expected"},
        {"+1", "a value is expected"},
        {"-", "a value is expected"},
        {"01", "leading zero"},
        {"-0", "zero no sign"},
        {"1.", "whole numbers"},
        {"1E3", "whole numbers"},
        {"9007199254740992", "2^53-1"},
        {"-9007199254740992", "2^53-1"},
        {"123456789012345678901234567890", "2^53-1"},
        {"tru", "a value is expected"},
        {"nulL", "a value is expected"},
        {"[1,]", "a value is expected"},
        {"[1 2]", "comma or ]"},
        {"{\"a\":1,}", "a string is expected"},
        {"{\"a\" 1}", "a colon is expected"},
        {"{1:1}", "a string is expected"},
        {"{\"a\":1,\"\\u0061\":2}", "twice"},
        {"\"\\x\"", "no such escape"},
        {"\"\\ud800\"", "lone surrogate"},
        {"\"\\udc00\\ud800\"", "lone surrogate"},
        {"\"\\ud800\\u0041\"", "lone surrogate"},
        {"\"a", "no end"},
        {"\"\n\"", "control character"},
        {"1 1", "follows after the end"},
        {"\"\xc0\x80\"", "UTF-8"},
        {"\"\xed\xa0\x80\"", "UTF-8"},
        {"\"\xf4\x90\x80\x80\"", "UTF-8"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_json *value;
        sheaf_err err = {0};
        assert_int_equal(parse(sheaf_str(rows[i].text), &value, &err), SHEAF_INVALID);
        if (!strstr(err.message, rows[i].says))
            fail_msg("%s: %s", rows[i].text, err.message);
    }
}

static void test_depth(void **unused)
{
    char text[80];
    sheaf_json *value;
    (void)unused;
    for (int depth = 1; depth <= 33; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        sheaf_status status = parse(sheaf_bytes(text, 2 * (size_t)depth), &value, NULL);
        assert_int_equal(status, depth <= SHEAF_JSON_DEPTH_MAX ? SHEAF_OK : SHEAF_INVALID);
    }
}

static void test_members_max(void **unused)
{
    sheaf_buffer text;
    sheaf_json *value;
    (void)unused;
    sheaf_buffer_init(&text, 1 << 20);
    for (int count = 1024; count <= 1025; count++) {
        sheaf_buffer_reset(&text);
        for (int i = 0; i < count; i++)
            sheaf_buffer_printf(&text, "%s\"m%d\":%d", i ? "," : "{", i, i);
        sheaf_buffer_add_byte(&text, '}');
        assert_int_equal(parse(sheaf_buffer_slice(&text), &value, NULL),
                         count == 1024 ? SHEAF_OK : SHEAF_INVALID);
    }
    sheaf_buffer_deinit(&text);
}

static void test_canonical(void **unused)
{
    static const char *const good[] = {
        "0", "7", "-9007199254740991", "null", "\"\"", "[]", "{}",
        "{\"a\":1,\"b\":[true,false]}", "\"\\u001f\\n\\\"\\\\/\x7f\"", "{\"\":0,\"a\":0}",
        /* U+1F600 sorts before U+FB33, as its first UTF-16 unit is smaller */
        "{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}"};
    static const char *const bad[] = {
        " 0",          "0 ",          "{\"b\":1,\"a\":2}",
        "\"\\u000a\"", "\"\\/\"",     "\"\\u001F\"",
        "[1, 2]",      "\"\\u00e9\"", "{\"\xef\xac\xb3\":2,\"\xf0\x9f\x98\x80\":1}"};
    (void)unused;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!canonical(good[i]))
            fail_msg("%s is canonical", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (canonical(bad[i]))
            fail_msg("%s is not canonical", bad[i]);
}

/* A parser that runs out of its arena says so, whatever the size of the arena. */
static void test_every_arena_size(void **unused)
{
    static const char text[] = "{\"a\":[1,\"x\\ny\",{\"b\":null}],\"c\":\"\\u00e9\"}";
    sheaf_json *value;
    bool fits = false;
    (void)unused;
    for (size_t size = 0; size < 4096 && !fits; size++) {
        sheaf_arena arena = sheaf_arena_over(block, size);
        sheaf_status status = sheaf_json_parse(sheaf_str(text), &arena, &value, NULL);
        assert_true(status == SHEAF_OK || status == SHEAF_NOMEM);
        fits = status == SHEAF_OK;
    }
    assert_true(fits);
}

static void test_look_up_and_write(void **unused)
{
    sheaf_json *value;
    sheaf_buffer out;
    (void)unused;
    assert_int_equal(
        parse(sheaf_str("{\"n\":5,\"s\":\"t\",\"b\":true,\"o\":{\"n\":6}}"), &value, NULL),
        SHEAF_OK);
    assert_int_equal(sheaf_json_member_int(value, "n", -1), 5);
    assert_int_equal(sheaf_json_member_int(value, "s", -1), -1);
    assert_int_equal(sheaf_json_member_int(sheaf_json_member(value, "o"), "n", -1), 6);
    assert_int_equal(sheaf_json_member_int(sheaf_json_member(value, "x"), "n", -1), -1);
    assert_true(sheaf_slice_is(sheaf_json_member_string(value, "s"), "t"));
    assert_true(sheaf_json_member_bool(value, "b"));
    sheaf_buffer_init(&out, 1000);
    sheaf_json_writer w = sheaf_json_begin(&out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "a");
    sheaf_json_open_list(&w);
    sheaf_json_int(&w, -3);
    sheaf_json_null(&w);
    sheaf_json_string(&w, sheaf_str("q\"\x01\xff"));
    sheaf_json_open_object(&w);
    sheaf_json_close(&w);
    sheaf_json_close(&w);
    sheaf_json_member_put_bool(&w, "b", false);
    sheaf_json_member_put_hex(&w, "h", sheaf_bytes("\x0a\xff", 2));
    sheaf_json_key(&w, "v");
    sheaf_json_value(&w, value);
    sheaf_json_close(&w);
    assert_true(sheaf_slice_is(
        sheaf_buffer_slice(&out),
        "{\"a\":[-3,null,\"q\\\"\\u0001\xef\xbf\xbd\",{}],\"b\":false,\"h\":\"0aff\",\"v\":"
        "{\"b\":true,\"n\":5,\"o\":{\"n\":6},\"s\":\"t\"}}"));
    sheaf_buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_cases),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_members_max),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_every_arena_size),
        cmocka_unit_test(test_look_up_and_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
