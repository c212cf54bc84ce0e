#include "test.h"

#include "acts/acts_internal.h"
#include "acts/schema.h"

static void check_shape(const sheaf_shape *shape)
{
    size_t texts = 0;
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (i && strcmp(shape->fields[i - 1].name, f->name) >= 0)
            fail_msg("%s: %s does not stand in byte order", shape->name, f->name);
        texts += f->type == SHEAF_FIELD_TEXT;
        assert_true(f->since >= shape->since);
        assert_true(f->lo <= f->hi);
        assert_true(f->lo >= -SHEAF_JSON_INT_MAX && f->hi <= SHEAF_JSON_INT_MAX);
        assert_true((f->shape != NULL)
                    == (f->type == SHEAF_FIELD_REC || f->type == SHEAF_FIELD_LIST));
        assert_true((f->choices != NULL) == (f->type == SHEAF_FIELD_ENUM));
        /* The hub writes no texts, and an effect contains no effect. */
        bool people = shape->kind != SHEAF_KIND_none && shape->actor != SHEAF_ACTOR_COOP
                      && shape->actor != SHEAF_ACTOR_HUB;
        assert_true(f->type != SHEAF_FIELD_TEXT || shape->kind == SHEAF_KIND_none
                    || shape->actor != SHEAF_ACTOR_HUB);
        assert_true(f->type != SHEAF_FIELD_EFFECT || people);
        assert_null(strchr(f->doc, '|'));
    }
    assert_true(texts <= 8);
    assert_null(strchr(shape->doc, '|'));
}

static void test_tables_are_in_order(void **unused)
{
    (void)unused;
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        assert_int_equal(shape->kind, kind);
        assert_int_equal(sheaf_kind_find(sheaf_str(shape->name)), kind);
        check_shape(shape);
        bool scope = shape->needs >= SHEAF_NEEDS_ADMIN && shape->needs <= SHEAF_NEEDS_VOTE;
        bool member = shape->actor == SHEAF_ACTOR_MEMBER;
        assert_true(scope ? member : !member || shape->needs == SHEAF_NEEDS_NONE);
        assert_true((shape->needs >= SHEAF_NEEDS_ORDINARY)
                    == (shape->actor == SHEAF_ACTOR_COOP));
    }
    for (size_t i = 0; i < sheaf_record_count; i++)
        check_shape(sheaf_records[i]);
    /* Choices stand in byte order, but for those whose order means something. */
    for (size_t i = 0; i < sheaf_choice_table_count; i++)
        for (size_t k = 1; sheaf_choice_tables[i].names[k]; k++)
            if (strcmp(sheaf_choice_tables[i].name, "decision_sort") != 0)
                assert_true(
                    strcmp(sheaf_choice_tables[i].names[k - 1], sheaf_choice_tables[i].names[k])
                    < 0);
    assert_int_equal(sheaf_kind_find(sheaf_str("motion.opens")), SHEAF_KIND_none);
}

/* The most texts that an act of the shape has. They stand in it and in its lists, which is
 * where flags and submissions look for them: not in records, nor in lists within lists. */
static size_t most_texts(const sheaf_shape *shape, int depth)
{
    size_t count = 0;
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        count += f->type == SHEAF_FIELD_TEXT;
        if (f->type == SHEAF_FIELD_REC || (depth && f->type == SHEAF_FIELD_LIST)) {
            if (most_texts(f->shape, depth + 1))
                fail_msg("%s: %s has texts where nobody looks", shape->name, f->name);
        } else if (f->type == SHEAF_FIELD_LIST) {
            count += (size_t)f->hi * most_texts(f->shape, depth + 1);
        }
    }
    return count;
}

static void test_texts_are_found_and_bounded(void **unused)
{
    (void)unused;
    size_t effects = 0, acts = 0;
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        size_t texts = most_texts(shape, 0);
        bool effect = shape->actor == SHEAF_ACTOR_COOP;
        effects = effect && texts > effects ? texts : effects;
        acts = !effect && texts > acts ? texts : acts;
    }
    assert_true(acts <= SHEAF_TEXTS_MAX);
    assert_true(effects + most_texts(sheaf_kind_shape(SHEAF_KIND_motion_open), 0)
                <= SHEAF_TEXTS_MAX);
}

static void test_words_of_commands(void **unused)
{
    (void)unused;
    char words[SHEAF_WORDS_MAX];
    sheaf_kind_words(SHEAF_KIND_motion_open, words);
    assert_string_equal(words, "motion open");
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        sheaf_kind_words(kind, words);
        char *space = strchr(words, ' ');
        assert_non_null(space);
        *space = 0;
        assert_int_equal(sheaf_kind_from_words(words, space + 1), kind);
    }
    assert_int_equal(sheaf_kind_from_words("motion", "close"), SHEAF_KIND_none);
}

/* Options of the program that stand beside the flags of a kind. */
static void test_flags_leave_the_programs_options_alone(void **unused)
{
    (void)unused;
    static const char *const options[] = {"dry-run", "help",    "home", "hub",
                                          "json",    "version", "yes"};
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        for (size_t i = 0, n = sheaf_flags_list(kind, flags); i < n; i++)
            for (size_t k = 0; k < sizeof options / sizeof *options; k++)
                assert_string_not_equal(flags[i].name, options[k]);
}

static void test_schema_has_every_kind(void **unused)
{
    (void)unused;
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1 << 20);
    sheaf_schema_write(&out);
    assert_false(out.failed);
    size_t size = 8 << 20;
    void *block = malloc(size);
    sheaf_arena arena = sheaf_arena_over(block, size);
    sheaf_json *tree;
    sheaf_err err = {0};
    if (sheaf_json_parse_canonical(sheaf_buffer_slice(&out), &arena, &tree, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    const sheaf_json *defs = sheaf_json_member(tree, "$defs");
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        const sheaf_json *properties =
            sheaf_json_member(sheaf_json_member(defs, shape->name), "properties");
        const sheaf_json *what =
            sheaf_json_member(sheaf_json_member(properties, "what"), "properties");
        assert_non_null(what);
        assert_int_equal(what->count, shape->count);
        assert_int_equal(properties->count, shape->actor == SHEAF_ACTOR_COOP     ? 2
                                            : shape->actor == SHEAF_ACTOR_MEMBER ? 8
                                            : shape->actor == SHEAF_ACTOR_HUB    ? 7
                                                                                 : 6);
    }
    assert_non_null(sheaf_json_member(sheaf_json_member(defs, "act"), "oneOf"));
    assert_non_null(sheaf_json_member(sheaf_json_member(defs, "bylaws"), "properties"));
    free(block);
    sheaf_buffer_deinit(&out);
}

static void test_help_names_every_flag(void **unused)
{
    (void)unused;
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        sheaf_buffer out;
        sheaf_buffer_init(&out, 1 << 16);
        sheaf_kind_help(&out, kind);
        sheaf_buffer_add_byte(&out, 0);
        assert_false(out.failed);
        for (size_t i = 0, n = sheaf_flags_list(kind, flags); i < n; i++) {
            char line[SHEAF_FLAG_NAME_MAX + 8];
            snprintf(line, sizeof line, "\n  --%.63s ", flags[i].name);
            if (!strstr((const char *)out.data, line))
                fail_msg("the help of kind %d lacks --%s", kind, flags[i].name);
        }
        sheaf_buffer_deinit(&out);
    }
}

/* The page is what the tables say; SHEAF_WRITE_DOCS=1 writes it again. */
static void check_page(const char *name, const sheaf_buffer *want)
{
    const char *root = getenv("SHEAF_SOURCE");
    if (!root)
        skip();
    char path[4096];
    snprintf(path, sizeof path, "%s/docs/%s", root, name);
    assert_false(want->failed);
    if (getenv("SHEAF_WRITE_DOCS")) {
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        assert_int_equal(fwrite(want->data, 1, want->len, out), want->len);
        assert_int_equal(fclose(out), 0);
    }
    FILE *in = fopen(path, "rb");
    uint8_t *have = malloc(want->len + 1);
    size_t len = in ? fread(have, 1, want->len + 1, in) : 0;
    if (in)
        fclose(in);
    if (len != want->len || memcmp(have, want->data, len) != 0)
        fail_msg("docs/%s does not match src/acts/tbl/; write it again with "
                 "SHEAF_WRITE_DOCS=1 SHEAF_SOURCE=. BUILD/tests/unit/acts/test_acts_catalogue",
                 name);
    free(have);
}

static void test_the_page_is_up_to_date(void **unused)
{
    (void)unused;
    sheaf_buffer want;
    sheaf_buffer_init(&want, 1 << 20);
    sheaf_catalogue_markdown(&want);
    check_page("acts.md", &want);
    sheaf_buffer_deinit(&want);
}

/* Every reference of the bylaws' schema is defined in it, and each article is a property. */
static void test_schema_of_the_bylaws(void **unused)
{
    (void)unused;
    static uint8_t block[8 << 20];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_buffer out;
    sheaf_json *tree;
    sheaf_err err = {0};
    sheaf_buffer_init(&out, 1 << 20);
    sheaf_schema_write_record(&out, "bylaws", "the bylaws of a Sheaf co-op");
    assert_int_equal(sheaf_json_parse_canonical(sheaf_buffer_slice(&out), &arena, &tree, &err),
                     SHEAF_OK);
    const sheaf_json *defs = sheaf_json_member(tree, "$defs");
    const sheaf_json *properties =
        sheaf_json_member(sheaf_json_member(defs, "bylaws"), "properties");
    assert_int_equal(properties->count, sheaf_record_shape("bylaws")->count);
    static const char start[] = "\"$ref\":\"#/$defs/";
    sheaf_slice rest = sheaf_buffer_slice(&out);
    const uint8_t *at;
    size_t references = 0;
    while ((at = memmem(rest.data, rest.len, start, strlen(start)))) {
        char name[64] = "";
        at += strlen(start);
        rest.len -= (size_t)(at - rest.data);
        rest.data = at;
        size_t len = (size_t)((const uint8_t *)memchr(at, '"', rest.len) - at);
        assert_true(len < sizeof name);
        memcpy(name, at, len);
        assert_non_null(sheaf_json_member(defs, name));
        references++;
    }
    assert_true(references > 27);
    sheaf_buffer_add_byte(&out, '\n');
    check_page("bylaws.schema.json", &out);
    sheaf_buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_in_order),
        cmocka_unit_test(test_texts_are_found_and_bounded),
        cmocka_unit_test(test_words_of_commands),
        cmocka_unit_test(test_flags_leave_the_programs_options_alone),
        cmocka_unit_test(test_schema_has_every_kind),
        cmocka_unit_test(test_help_names_every_flag),
        cmocka_unit_test(test_the_page_is_up_to_date),
        cmocka_unit_test(test_schema_of_the_bylaws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
