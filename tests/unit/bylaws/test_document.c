/* The articles, and documents as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "bylaws/bylaws.h"

static uint8_t block[SHEAF_ACT_ARENA_BYTES];

/* Every article of a document has a number, and every number that has a record its field. */
static void test_articles_and_fields(void **unused)
{
    (void)unused;
    const sheaf_shape *shape = sheaf_record_shape("bylaws");
    unsigned always = 0;
    assert_non_null(shape);
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        sheaf_article number = sheaf_article_named(sheaf_str(field->name));
        assert_int_not_equal(number, SHEAF_ARTICLE_NONE);
        assert_ptr_equal(sheaf_article_field(number), field);
        assert_int_equal(field->type, SHEAF_FIELD_REC);
        assert_non_null(sheaf_shape_field(field->shape, sheaf_str("clauses")));
        assert_non_null(sheaf_shape_field(field->shape, sheaf_str("protected")));
        assert_non_null(sheaf_shape_field(field->shape, sheaf_str("sources")));
    }
    for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
        const sheaf_article_text *text = sheaf_article_describe(number);
        assert_int_equal(text->number, number);
        assert_true(strlen(text->title) > 2);
        assert_non_null(sheaf_article_field(number));
        always += sheaf_article_always(number);
    }
    assert_int_equal(SHEAF_ARTICLE_COUNT - 1, 30);
    assert_int_equal(shape->count, 30);
    assert_int_equal(always, 3);
    assert_int_equal(sheaf_article_named(sheaf_str("motions")), SHEAF_ARTICLE_NONE);
    assert_null(sheaf_record_shape("motions"));
}

static const struct sheaf_bylaws *decode(const char *text)
{
    const struct sheaf_bylaws *out = NULL;
    sheaf_err err;
    static sheaf_arena arena;
    arena = sheaf_arena_over(block, sizeof block);
    if (sheaf_bylaws_decode(sheaf_str(text), 1, &arena, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    return out;
}

/* The template, once a name and a purpose stand in it; SCE is a word of the names of such. */
static char *filled(enum sheaf_legal_form form)
{
    const char *from = sheaf_bylaws_template(form);
    static const char word[] = "SCE";
    char *text = malloc(strlen(from) + 16 * strlen(word)), *out = text;
    for (; *from; from++) {
        *out++ = *from;
        if (from[0] == ':' && from[1] == '"' && from[2] == '"')
            *out++ = '"', out = stpcpy(out, word), from++;
    }
    *out = 0;
    return text;
}

static void test_documents(void **unused)
{
    (void)unused;
    for (uint8_t form = 0; form < SHEAF_legal_form_COUNT; form++) {
        char *text = filled((enum sheaf_legal_form)form);
        const struct sheaf_bylaws *document = decode(text);
        sheaf_bylaws_finding finding;
        assert_int_equal(document->purpose.form, form);
        assert_int_equal(sheaf_bylaws_check(document, &finding), SHEAF_BYLAWS_SOUND);
        sheaf_buffer again;
        sheaf_buffer_init(&again, SHEAF_ENTRY_MAX);
        sheaf_record_encode(&again, sheaf_record_shape("bylaws"), document);
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&again), sheaf_str(text)));
        sheaf_buffer_deinit(&again);
        assert_true(sheaf_article_protected(document, SHEAF_ARTICLE_amendment));
        assert_true(sheaf_article_protected(document, SHEAF_ARTICLE_log));
        assert_false(sheaf_article_protected(document, SHEAF_ARTICLE_income_pool));
        assert_null(sheaf_article_in(document, SHEAF_ARTICLE_income_pool));
        assert_non_null(sheaf_article_in(document, SHEAF_ARTICLE_log));
        assert_non_null(sheaf_article_in(document, SHEAF_ARTICLE_witnesses));
        free(text);
    }
}

/* An article's hash is that of its canonical form. */
static void test_hash_of_an_article(void **unused)
{
    (void)unused;
    char *text = filled(SHEAF_legal_form_association);
    static const char article[] =
        "{\"ballots\":\"members\",\"data\":\"members\",\"decisions\":\"members\","
        "\"ledger\":\"members\",\"members\":\"members\",\"protected\":true}";
    sheaf_hash hashes[SHEAF_ARTICLE_COUNT], want = sheaf_sha256(sheaf_str(article));
    assert_non_null(strstr(text, article));
    assert_true(sheaf_articles_hash(decode(text), hashes));
    assert_true(sheaf_hash_equal(&hashes[SHEAF_ARTICLE_visibility], &want));
    free(text);
}

static void test_what_is_enforced(void **unused)
{
    (void)unused;
    static const struct {
        const char *path;
        bool want;
    } rows[] = {
        {"surplus.data_bp", true},
        {"surplus.clauses", false},
        {"members.classes.votes", true},
        {"members.classes.vote", false},
        {"decisions.ordinary.base", true},
        {"visibility.ballots", true},
        {"dissolution.reserve", true},
        {"compute.outside", false},
        {"surplus", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sheaf_bylaws_enforced(sheaf_str(rows[i].path)), rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_articles_and_fields),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_hash_of_an_article),
        cmocka_unit_test(test_what_is_enforced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
