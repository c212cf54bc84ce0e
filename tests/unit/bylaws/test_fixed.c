/* Numbers that the rules fix have their words in each language, and stand in the statutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bylaws/bylaws.h"
#include "bylaws/fixed.h"
#include "bylaws/statutes.h"

static uint8_t message_block[SHEAF_MESSAGES_ARENA_BYTES], block[SHEAF_ACT_ARENA_BYTES];
static char catalogue[SHEAF_MESSAGES_BYTES_MAX];

static sheaf_messages messages_of(const char *language)
{
    char path[512];
    sheaf_messages messages;
    sheaf_arena arena = sheaf_arena_over(message_block, sizeof message_block);
    snprintf(path, sizeof path, "%s/data/statutes/%s.json", getenv("SHEAF_SOURCE"), language);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(catalogue, 1, sizeof catalogue - 1, file);
    fclose(file);
    catalogue[len] = 0;
    assert_int_equal(sheaf_messages_open(&messages, sheaf_str(catalogue), sheaf_str(catalogue),
                                         &arena, NULL),
                     SHEAF_OK);
    return messages;
}

static void test_words(void **unused)
{
    (void)unused;
    static const char *const languages[] = {"en", "de"};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        sheaf_messages messages = messages_of(languages[i]);
        assert_true(sheaf_message_word(&messages, "fixed").len > 0);
        for (sheaf_article article = 1; article < SHEAF_ARTICLE_COUNT; article++) {
            const sheaf_fixed *fixed;
            for (size_t at = 0; (fixed = sheaf_fixed_next(article, &at));) {
                char key[100];
                snprintf(key, sizeof key, "fixed.%s", fixed->name);
                if (!sheaf_message(&messages, "labels", sheaf_str(key)).len)
                    fail_msg("%s has no label in %s", key, languages[i]);
                sheaf_buffer source;
                sheaf_buffer_init(&source, 1000);
                sheaf_message_source(&messages, sheaf_str(fixed->source), &source);
                if (source.data[0] >= 0x80) /* a quotation mark */
                    fail_msg("the source of %s has no words in %s", key, languages[i]);
                sheaf_buffer_deinit(&source);
            }
        }
    }
}

static void want_source(const sheaf_messages *messages, const char *source, const char *want)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1000);
    sheaf_message_source(messages, sheaf_str(source), &out);
    if (!sheaf_slice_equal(sheaf_buffer_slice(&out), sheaf_str(want)))
        fail_msg("“%s” became “%.*s”", source, SHEAF_PRINT(sheaf_buffer_slice(&out)));
    sheaf_buffer_deinit(&out);
}

/* A source is told in the language; one that has no words in it is quoted, whole. */
static void test_sources(void **unused)
{
    (void)unused;
    static const char regulation[] = "Council Regulation (EC) 1435/2003, art. ";
    char source[200];
    sheaf_messages messages = messages_of("de");
    want_source(&messages, "the founders' choice", "Wahl der Gründer");
    snprintf(source, sizeof source, "%s61(4)", regulation);
    want_source(&messages, source, "Verordnung (EG) Nr. 1435/2003 des Rates, Art. 61(4)");
    snprintf(source, sizeof source, "%s61(4), as far as we see", regulation);
    want_source(&messages, source,
                "„Council Regulation (EC) 1435/2003, art. 61(4), as far as we see“");
    want_source(&messages, "the founders' choice 7", "„the founders' choice 7“");
    want_source(&messages, regulation, "Verordnung (EG) Nr. 1435/2003 des Rates, Art. ");
    want_source(&messages, "", "„“");
    messages = messages_of("en");
    want_source(&messages, "our first meeting", "our first meeting");
    want_source(&messages, "the founders' choice", "the founders' choice");
}

/* The text has no digit of its own but for numbers of articles and of what is compared. */
static bool says_number(sheaf_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool before = i
                      && (strchr("=0123456789", text.data[i - 1])
                          || (i > 6
                              && (!memcmp(text.data + i - 6, "ticle ", 6)
                                  || !memcmp(text.data + i - 6, "tikel ", 6))));
        if (text.data[i] >= '0' && text.data[i] <= '9' && !before)
            return true;
    }
    return false;
}

static void test_no_numbers_in_words(void **unused)
{
    (void)unused;
    assert_true(says_number(sheaf_str("after 90 days")));
    assert_true(says_number(sheaf_str("{?period_s|{period_s}|30 days}")));
    assert_false(says_number(sheaf_str("{votes=1|one|none} under article 18")));
    static const char *const languages[] = {"en", "de"};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        sheaf_messages messages = messages_of(languages[i]);
        for (sheaf_article article = 1; article < SHEAF_ARTICLE_COUNT; article++) {
            const sheaf_json *text =
                sheaf_message_article(&messages, sheaf_article_describe(article)->key, "text");
            for (const sheaf_json *item = text ? text->first : NULL; item; item = item->next) {
                sheaf_slice words = item->type == SHEAF_JSON_STRING
                                        ? item->string
                                        : sheaf_json_member_string(item, "text");
                if (says_number(words))
                    fail_msg("%s: %.*s", languages[i], SHEAF_PRINT(words));
            }
        }
    }
}

/* The template, with a name and a text. */
static const struct sheaf_bylaws *document(void)
{
    static char text[1 << 16];
    const struct sheaf_bylaws *bylaws = NULL;
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    size_t n = 0;
    for (const char *from = sheaf_bylaws_template(SHEAF_legal_form_association); *from;
         from++) {
        text[n++] = *from;
        if (from[0] == '"' && from[1] == '"')
            text[n++] = 'x';
    }
    text[n] = 0;
    assert_int_equal(sheaf_bylaws_decode(sheaf_str(text), 1, &arena, &bylaws, NULL), SHEAF_OK);
    return bylaws;
}

static void test_statutes(void **unused)
{
    (void)unused;
    sheaf_messages messages = messages_of("en");
    sheaf_buffer out;
    sheaf_buffer_init(&out, SHEAF_STATUTES_BYTES_MAX);
    assert_int_equal(sheaf_statutes_write(&out, SHEAF_PAGE_MARKDOWN, document(), &messages,
                                          sheaf_str(""), NULL),
                     SHEAF_OK);
    sheaf_buffer_add_byte(&out, 0);
    const char *text = (const char *)out.data;
    assert_non_null(
        strstr(text, "recorded death can be disproved: 14 days (a choice of this program)"));
    assert_non_null(strstr(text, "where nothing is said: 1 year (German Civil Code"));
    assert_non_null(strstr(text, "on the same evidence and 14 days have passed"));
    assert_non_null(strstr(text, "gives at most 10 arguments on one matter"));
    assert_non_null(strstr(text, "most keys of a member that are in force: 64 ("));
    assert_null(strstr(text, "most members of a circle")); /* its article is off */
    sheaf_buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words), cmocka_unit_test(test_sources),
        cmocka_unit_test(test_no_numbers_in_words), cmocka_unit_test(test_statutes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
