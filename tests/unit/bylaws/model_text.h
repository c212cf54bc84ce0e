/* The text of a model, changed in one place, and what the check finds in it. */
#ifndef SHEAF_TESTS_BYLAWS_MODEL_TEXT_H
#define SHEAF_TESTS_BYLAWS_MODEL_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "bylaws/bylaws.h"
#include "bylaws/model.h"

enum { TEXT_MAX = 32768 };

static uint8_t block[SHEAF_ACT_ARENA_BYTES];
static char text[TEXT_MAX];

static inline const sheaf_bylaws_model *model(const char *name)
{
    const sheaf_bylaws_model *m;
    for (size_t i = 0; (m = sheaf_bylaws_model_at(i)); i++)
        if (strcmp(m->name, name) == 0)
            return m;
    fail_msg("no model %s", name);
    return NULL;
}

/* The model's text with a word where founders must say something. */
static inline char *filled(const char *from)
{
    size_t n = 0;
    for (; *from && n + 8 < TEXT_MAX; from++) {
        text[n++] = *from;
        if (from[0] == ':' && from[1] == '"' && from[2] == '"')
            n += (size_t)snprintf(text + n, 8, "\"SCE x"), from++;
    }
    text[n] = 0;
    return text;
}

/* Replaces what stands there once, and only there. */
static inline void replace(const char *old, const char *new)
{
    static char out[TEXT_MAX];
    char *at = strstr(text, old);
    if (!at || strstr(at + 1, old))
        fail_msg("%s stands there %s", old, at ? "twice" : "nowhere");
    snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    memcpy(text, out, sizeof out);
}

static sheaf_bylaws_finding found[8];
static size_t found_count;

static inline sheaf_bylaws_finding check(void)
{
    const struct sheaf_bylaws *document = NULL;
    sheaf_bylaws_finding finding;
    sheaf_err err;
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    if (sheaf_bylaws_decode(sheaf_str(text), 1, &arena, &document, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    (void)sheaf_bylaws_check(document, &finding);
    found_count = sheaf_bylaws_check_all(document, found, sizeof found / sizeof *found);
    return finding;
}

typedef struct {
    const char *old, *new, *path;
    const char *says;
} missed;

/* Each change of the sce model misses the floor at the path, and the finding says so. */
static inline void check_missed(const missed *rows, size_t count)
{
    const char *from = model("sce")->text;
    for (size_t i = 0; i < count; i++) {
        filled(from);
        replace(rows[i].old, rows[i].new);
        sheaf_bylaws_finding finding = check();
        sheaf_buffer words;
        sheaf_buffer_init(&words, 1000);
        assert_int_not_equal(finding.fault, SHEAF_BYLAWS_SOUND);
        assert_non_null(finding.floor);
        assert_string_equal(finding.path, rows[i].path);
        sheaf_bylaws_fault_write(&finding, &words);
        sheaf_buffer_add_byte(&words, 0);
        if (!strstr((const char *)words.data, rows[i].says))
            fail_msg("%s", (const char *)words.data);
        sheaf_buffer_deinit(&words);
    }
}

#endif
