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
    assert_non_null(strstr(text, "signing anything: 14 days (a choice of this program)"));
    assert_non_null(strstr(text, "where nothing is said: 1 year (German Civil Code"));
    assert_null(strstr(text, "most members of a circle")); /* its article is off */
    sheaf_buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words),
                                       cmocka_unit_test(test_statutes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
