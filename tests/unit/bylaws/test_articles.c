/* Which articles the statutes have, and what refers to them. */
#include "statutes_text.h"

#include "coop/refusal.h"

/* What the English messages do not tell is told by its label, and would read badly. */
static void check_all_told(const char *text)
{
    sheaf_messages messages = messages_of(english);
    for (const sheaf_json *label = sheaf_json_member(messages.own, "labels")->first; label;
         label = label->next) {
        char line[300];
        snprintf(line, sizeof line, "** %.*s: ", SHEAF_PRINT(label->string));
        if (strstr(text, line))
            fail_msg("no message of the article tells %.*s", SHEAF_PRINT(label->name));
    }
}

static void check_articles(const char *text, bool in_german)
{
    for (uint16_t number = 1; number < 1000; number++) {
        const sheaf_refusal_text *refusal = sheaf_refusal_describe(number);
        char heading[100];
        if (!refusal)
            continue;
        snprintf(heading, sizeof heading, "\n## %s %d. ", in_german ? "Artikel" : "Article",
                 (int)refusal->rests_on);
        if (!strstr(text, heading))
            fail_msg("refusal %d rests on article %d, which is not in the statutes", number,
                     (int)refusal->rests_on);
    }
}

/* Of every model, as it is and with all that can be switched on, in both languages. */
static void test_every_article_stands_in_it(void **unused)
{
    const sheaf_bylaws_model *model;
    (void)unused;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i / 4)); i++) {
        bool all = i % 4 / 2, in_german = i % 2;
        document d = document_of(model->text, all, NULL);
        sheaf_messages messages = messages_of(in_german ? german : english);
        char *text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
        check_articles(text, in_german);
        assert_non_null(strstr(text, "Version 7."));
        assert_true((strstr(text, "Entwurf") != NULL) == in_german);
        assert_null(strchr(text, '{'));
        assert_true((strstr(text, "This article is not in use.") != NULL)
                    == (!in_german && !all));
        assert_true((strstr(text, "Dieser Artikel ist nicht in Gebrauch.") != NULL)
                    == (in_german && !all));
        if (!in_german)
            check_all_told(text);
        free(text);
        document_free(&d);
    }
}

/* An article that the text refers to is one that it has: none that is not in use. */
static void check_references(const char *text, const struct sheaf_bylaws *bylaws,
                             bool in_german)
{
    static const char *const words[2][2] = {{"Article ", "article "}, {"Artikel ", "Artikel "}};
    for (int lower = 0; lower < 2; lower++) {
        const char *word = words[in_german][lower];
        for (const char *at = text; (at = strstr(at, word)); at++) {
            bool heading = at - text > 3 && memcmp(at - 3, "## ", 3) == 0;
            long number = strtol(at + strlen(word), NULL, 10);
            if (!heading && number > 0 && number < SHEAF_ARTICLE_COUNT
                && !sheaf_article_in(bylaws, (sheaf_article)number))
                fail_msg("the text refers to an article that is not in use: %.100s", at - 60);
        }
    }
}

static sheaf_article left_out;

static void leave_one_out(sheaf_json *tree, sheaf_article article)
{
    for (sheaf_json **at = &tree->first; *at; at = &(*at)->next)
        if (sheaf_slice_is((*at)->name, sheaf_article_describe(article)->key)) {
            *at = (*at)->next;
            tree->count--;
            return;
        }
}

/* Without assemblies there are no petitions, which call them. */
static void leave_out(sheaf_json *tree)
{
    leave_one_out(tree, left_out);
    if (left_out == SHEAF_ARTICLE_assemblies)
        leave_one_out(tree, SHEAF_ARTICLE_petitions);
}

/* Of every model with all that can be switched on, but for one article after the other. */
static void test_references_are_to_articles_in_use(void **unused)
{
    const sheaf_bylaws_model *model;
    (void)unused;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i / 2)); i++)
        for (sheaf_article out = 1; out < SHEAF_ARTICLE_COUNT; out++) {
            if (sheaf_article_field(out)->required)
                continue;
            left_out = out;
            document d = document_of(model->text, true, leave_out);
            sheaf_messages messages = messages_of(i % 2 ? german : english);
            char *text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
            check_articles(text, i % 2);
            check_references(text, d.bylaws, i % 2);
            free(text);
            document_free(&d);
        }
}

int main(void)
{
    texts_read();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_article_stands_in_it),
        cmocka_unit_test(test_references_are_to_articles_in_use),
    };
    int code = cmocka_run_group_tests(tests, NULL, NULL);
    texts_free();
    return code;
}
