/* Footnotes of statutes: each stands behind something, in every model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bylaws/bylaws.h"
#include "bylaws/model.h"
#include "bylaws/statutes.h"

enum { TEXT_MAX = 1 << 16 };

static uint8_t message_block[SHEAF_MESSAGES_ARENA_BYTES], block[SHEAF_ACT_ARENA_BYTES];
static char catalogue[SHEAF_MESSAGES_BYTES_MAX];

static sheaf_messages english(void)
{
    char path[512];
    sheaf_messages messages;
    sheaf_arena arena = sheaf_arena_over(message_block, sizeof message_block);
    snprintf(path, sizeof path, "%s/data/statutes/en.json", getenv("SHEAF_SOURCE"));
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    catalogue[fread(catalogue, 1, sizeof catalogue - 1, file)] = 0;
    fclose(file);
    assert_int_equal(sheaf_messages_open(&messages, sheaf_str(catalogue), sheaf_str(catalogue),
                                         &arena, NULL),
                     SHEAF_OK);
    return messages;
}

/* The model with an x where founders must say something. */
static const struct sheaf_bylaws *filled(const sheaf_bylaws_model *model)
{
    static char text[TEXT_MAX];
    const struct sheaf_bylaws *bylaws = NULL;
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    size_t n = 0;
    for (const char *from = model->text; *from; from++) {
        text[n++] = *from;
        if (from[0] == '"' && from[1] == '"')
            text[n++] = 'x';
    }
    text[n] = 0;
    assert_int_equal(sheaf_bylaws_decode(sheaf_str(text), 1, &arena, &bylaws, NULL), SHEAF_OK);
    return bylaws;
}

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
    sheaf_messages messages = english();
    const sheaf_bylaws_model *model;
    unsigned sce = 0;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)); i++) {
        sheaf_buffer out;
        sheaf_buffer_init(&out, SHEAF_STATUTES_BYTES_MAX);
        assert_int_equal(sheaf_statutes_write(&out, SHEAF_PAGE_MARKDOWN, filled(model),
                                              &messages, sheaf_str(""), NULL),
                         SHEAF_OK);
        sheaf_buffer_add_byte(&out, 0);
        unsigned count = check_notes(model->name, (const char *)out.data);
        if (strcmp(model->name, "sce") == 0)
            sce = count;
        sheaf_buffer_deinit(&out);
    }
    assert_true(sce > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_notes_are_asked_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
