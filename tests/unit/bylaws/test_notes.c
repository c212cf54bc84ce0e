/* Footnotes of statutes: each stands behind something, in every model. */
#include "statutes_text.h"

/* Looks for each footnote's mark before the footnotes; how many there are. */
static unsigned check_notes(const char *name, const char *text)
{
    const char *notes = strstr(text, "\n[^1]:");
    assert_non_null(notes);
    for (unsigned number = 1;; number++) {
        char head[16], mark[16];
        snprintf(head, sizeof head, "\n[^%u]:", number);
        snprintf(mark, sizeof mark, "[^%u]", number);
        if (!strstr(notes, head))
            return number - 1;
        if (strstr(text, mark) > notes)
            fail_msg("%s: nothing asks for footnote %u", name, number);
    }
}

/* What is absent has none: in the sce model no class has a trial, which its floor is about. */
static void test_notes_are_asked_for(void **unused)
{
    (void)unused;
    sheaf_messages messages = messages_of(english);
    const sheaf_bylaws_model *model;
    unsigned sce = 0;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)); i++) {
        document d = document_of(model->text, false, NULL);
        char *text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
        unsigned count = check_notes(model->name, text);
        if (strcmp(model->name, "sce") == 0)
            sce = count;
        free(text);
        document_free(&d);
    }
    assert_true(sce > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_notes_are_asked_for)};
    texts_read();
    int code = cmocka_run_group_tests(tests, NULL, NULL);
    texts_free();
    return code;
}
