#include "../vectors.h"

#include "base/toml.h"

static uint8_t block[4 << 20], other_block[4 << 20];

static sheaf_status parse(sheaf_slice in, sheaf_json **out, sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    return sheaf_toml_parse(in, &arena, out, err);
}

static void test_what_is_read(void **unused)
{
    static const struct {
        const char *toml, *json;
    } rows[] = {
        {"", "{}"},
        {"# nothing\n\n  \t# else", "{}"},
        {"a = 1", "{\"a\":1}"},
        {"a=1\r\nb = -2_000 # two\r\n", "{\"a\":1,\"b\":-2000}"},
        {"\"a b\" = true\n'c\\' = false\n\"\\u00e4\" = 0\n",
         "{\"a b\":true,\"c\\\\\":false,\"\xc3\xa4\":0}"},
        {"a = \"x\\ty\\u00e4\\U0001F600\\\"\"\n",
         "{\"a\":\"x\\ty\xc3\xa4\xf0\x9f\x98\x80\\\"\"}"},
        {"a = '\\n'\nb = ''\nc = \"\"\n", "{\"a\":\"\\\\n\",\"b\":\"\",\"c\":\"\"}"},
        {"a = \"\"\"\nx\r\n y\"\"\"\"\"\nb = 1", "{\"a\":\"x\\n y\\\"\\\"\",\"b\":1}"},
        {"a = \"\"\"x \\\n\n   y\\\\\\\"\"\"\"", "{\"a\":\"x y\\\\\\\"\"}"},
        {"a = '''\nit's\n'''\n", "{\"a\":\"it's\\n\"}"},
        {"a = [ ]\nb = [1, 'x', # y\n\n true, ]\n", "{\"a\":[],\"b\":[1,\"x\",true]}"},
        {"[a]\nb=1\n[a.c]\n[ d . \"e\" ]\nf=2\n",
         "{\"a\":{\"b\":1,\"c\":{}},\"d\":{\"e\":{\"f\":2}}}"},
        {"[a.b]\nc=1\n[a]\nd=2\n", "{\"a\":{\"b\":{\"c\":1},\"d\":2}}"},
        {"[[a]]\nb=1\n[[a]]\n[a.c]\nd=2\n[[a.e]]\n[[a.e]]\nf=3",
         "{\"a\":[{\"b\":1},{\"c\":{\"d\":2},\"e\":[{},{\"f\":3}]}]}"},
        {"a = 9007199254740991\nb = -9007199254740991\nc = 0",
         "{\"a\":9007199254740991,\"b\":-9007199254740991,\"c\":0}"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_json *value;
        sheaf_err err = {0};
        sheaf_buffer out;
        sheaf_buffer_init(&out, 1 << 16);
        if (parse(sheaf_str(rows[i].toml), &value, &err) != SHEAF_OK)
            fail_msg("%s: %s", rows[i].toml, err.message);
        sheaf_json_write(&out, value);
        if (!sheaf_slice_is(sheaf_buffer_slice(&out), rows[i].json))
            fail_msg("%s gives %.*s", rows[i].toml, SHEAF_PRINT(sheaf_buffer_slice(&out)));
        sheaf_buffer_deinit(&out);
    }
}

static void test_what_is_refused(void **unused)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"a", "line 1: “a” is followed by ="},
        {"a =", "line 1: a value is expected"},
        {"\na = \n1", "line 2: a value is expected"},
        {"= 1", "a name is expected"},
        {"a = 1 b = 2", "one thing stands in a line"},
        {"a = 1.5", "whole numbers"},
        {"a = 1e3", "whole numbers"},
        {"a = 0x10", "no whole number in decimal"},
        {"a = 2026-11-22", "no whole number in decimal"},
        {"a = +1", "a value is expected"},
        {"a = 01", "leading zero"},
        {"a = -0", "zero no sign"},
        {"a = 1_", "underscore"},
        {"a = 1__0", "underscore"},
        {"a = _1", "a value is expected"},
        {"a = 9007199254740992", "2^53-1"},
        {"a = 12345678901234567890", "2^53-1"},
        {"a = inf", "a value is expected"},
        {"a = truely", "words stand in quotes"},
        {"a = yes", "a value is expected"},
        {"a = {b = 1}", "header of its own"},
        {"a = [[1]]", "no lists in lists"},
        {"a = [1 2]", "a comma or ]"},
        {"a = [1,\n2", "a comma or ]"},
        {"a = [,]", "a value is expected"},
        {"a.b = 1", "no points"},
        {"a = 1\na = 2", "line 2: “a” stands twice"},
        {"[a]\n[a]", "line 2: “a” has its header twice"},
        {"a = 1\n[a]", "is a value already"},
        {"a = 1\n[a.b]", "is a value already"},
        {"a = []\n[[a]]", "no list of tables"},
        {"a = []\n[a.b]", "is a value already"},
        {"[[a]]\n[a]", "headed [[ ]]"},
        {"[a]\n[[a]]", "no list of tables"},
        {"[a.b]\n[a]\nb = 1", "stands twice"},
        {"[a", "does not end in ]"},
        {"[[a]", "does not end in ]]"},
        {"[]", "a name is expected"},
        {"[a.]", "a name is expected"},
        {"[a] b = 1", "one thing stands in a line"},
        {"a = \"x", "no end"},
        {"a = \"x\ny\"", "does not end in its line"},
        {"a = \"\"\"x", "no end"},
        {"a = \"\\x41\"", "no such escape"},
        {"a = \"\\u12\"", "no such escape"},
        {"a = \"\\ud800\"", "names no character"},
        {"a = \"\\U00110000\"", "names no character"},
        {"\"\"\"a\"\"\" = 1", "does not run over lines"},
        {"a = 1\n\xff", "line 2: the bytes are not UTF-8"},
        {"a = 1 # \x01", "control character"},
        {"a = 1\rb = 2", "control character"},
        {"\xef\xbb\xbf"
         "a = 1",
         "control character"},
        {"[a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]", "15 deep"},
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

static void test_bounds(void **unused)
{
    sheaf_buffer text;
    sheaf_json *value;
    sheaf_err err;
    (void)unused;
    sheaf_buffer_init(&text, 1 << 20);
    for (int count = 1024; count <= 1025; count++) {
        sheaf_status want = count == 1024 ? SHEAF_OK : SHEAF_INVALID;
        sheaf_buffer_reset(&text);
        for (int i = 0; i < count; i++)
            sheaf_buffer_printf(&text, "m%d=%d\n", i, i);
        assert_int_equal(parse(sheaf_buffer_slice(&text), &value, &err), want);
        sheaf_buffer_reset(&text);
        for (int i = 0; i < count; i++)
            sheaf_buffer_add_string(&text, "[[m]]\n");
        assert_int_equal(parse(sheaf_buffer_slice(&text), &value, &err), want);
    }
    sheaf_buffer_deinit(&text);
}

static void test_every_arena_size(void **unused)
{
    static const char text[] = "a = [1, \"x\\ny\"]\n[[b.c]]\nd = '''x\ny'''\n";
    sheaf_json *value;
    bool fits = false;
    (void)unused;
    for (size_t size = 0; size < 4096 && !fits; size++) {
        sheaf_arena arena = sheaf_arena_over(block, size);
        sheaf_status status = sheaf_toml_parse(sheaf_str(text), &arena, &value, NULL);
        assert_true(status == SHEAF_OK || status == SHEAF_NOMEM);
        fits = status == SHEAF_OK;
    }
    assert_true(fits);
}

static uint64_t seed;

static uint64_t next(uint64_t below)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % below;
}

static void put_words(sheaf_json_writer *w)
{
    static const char *const pieces[] = {"a",   "Z_9",  "-",    " ",  "\"",  "\"\"\"", "\\",
                                         "'''", "\n",   "\r\n", "\t", "#",   "=",      "[",
                                         "]]",  "\x7f", "\b",   "ä",  "\x01"};
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1000);
    for (uint64_t left = next(6); left; left--)
        sheaf_buffer_add_string(&text, pieces[next(sizeof pieces / sizeof *pieces)]);
    sheaf_json_string(w, sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
}

static void put_scalar(sheaf_json_writer *w)
{
    if (next(3) == 0)
        sheaf_json_int(w, (int64_t)next(2) ? (int64_t)next(100) : -(int64_t)next(1ull << 53));
    else if (next(2))
        sheaf_json_bool(w, next(2));
    else
        put_words(w);
}

static void put_object(sheaf_json_writer *w, int depth)
{
    static const char *const names[] = {"", "a", "a b", "a.b", "b_2", "c\n", "long-name", "ü"};
    sheaf_json_open_object(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (next(3) == 0)
            continue;
        sheaf_json_key(w, names[i]);
        uint64_t sort = next(depth < 4 ? 6 : 4);
        if (sort < 3) {
            put_scalar(w);
        } else if (sort == 4) {
            put_object(w, depth + 1);
        } else {
            sheaf_json_open_list(w);
            for (uint64_t left = next(4); left; left--)
                if (sort == 3)
                    put_scalar(w);
                else
                    put_object(w, depth + 1);
            sheaf_json_close(w);
        }
    }
    sheaf_json_close(w);
}

static const char *say(void *context, const sheaf_slice *path, size_t depth)
{
    (void)context;
    return path[depth - 1].len % 2 ? "a # word = [on] \"it\"" : NULL;
}

/* JSON, TOML, JSON: the same bytes. */
static void test_round_trip(void **unused)
{
    static const sheaf_toml_comments comments = {say, NULL};
    sheaf_buffer json, toml, again;
    (void)unused;
    sheaf_buffer_init(&json, 1 << 20);
    sheaf_buffer_init(&toml, 4 << 20);
    sheaf_buffer_init(&again, 1 << 20);
    for (seed = 1; seed <= 400; seed++) {
        uint64_t kept = seed;
        sheaf_arena arena = sheaf_arena_over(other_block, sizeof other_block);
        sheaf_json *tree;
        sheaf_err err = {0};
        sheaf_buffer_reset(&json), sheaf_buffer_reset(&toml), sheaf_buffer_reset(&again);
        sheaf_json_writer w = sheaf_json_begin(&json);
        put_object(&w, 0);
        assert_int_equal(sheaf_json_parse(sheaf_buffer_slice(&json), &arena, &tree, &err), 0);
        if (sheaf_toml_write(&toml, tree, kept % 2 ? &comments : NULL, &err) != SHEAF_OK
            || parse(sheaf_buffer_slice(&toml), &tree, &err) != SHEAF_OK)
            fail_msg("seed %d: %s\n%.*s", (int)kept, err.message,
                     SHEAF_PRINT(sheaf_buffer_slice(&toml)));
        sheaf_json_write(&again, tree);
        if (!sheaf_slice_equal(sheaf_buffer_slice(&json), sheaf_buffer_slice(&again)))
            fail_msg("seed %d: %.*s", (int)kept, SHEAF_PRINT(sheaf_buffer_slice(&toml)));
        seed = kept;
    }
    sheaf_buffer_deinit(&json), sheaf_buffer_deinit(&toml), sheaf_buffer_deinit(&again);
}

static void test_what_has_no_form(void **unused)
{
    static const char *const rows[] = {"1",
                                       "{\"a\":null}",
                                       "{\"a\":[null]}",
                                       "{\"a\":[[]]}",
                                       "{\"a\":[{},1]}",
                                       "{\"a\":[1,{}]}"};
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        sheaf_json *tree;
        sheaf_buffer out;
        sheaf_err err;
        sheaf_buffer_init(&out, 1000);
        assert_int_equal(sheaf_json_parse(sheaf_str(rows[i]), &arena, &tree, NULL), SHEAF_OK);
        assert_int_equal(sheaf_toml_write(&out, tree, NULL, &err), SHEAF_INVALID);
        assert_non_null(strstr(err.message, "cannot be written as TOML"));
        sheaf_buffer_deinit(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read), cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_bounds),       cmocka_unit_test(test_every_arena_size),
        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_what_has_no_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
