/* Models of the bylaws, with or without their optional articles, as statutes. */
#ifndef SHEAF_TESTS_BYLAWS_STATUTES_TEXT_H
#define SHEAF_TESTS_BYLAWS_STATUTES_TEXT_H

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

enum { BLOCK = 16 << 20 };

static uint8_t message_block[SHEAF_MESSAGES_ARENA_BYTES], tree_block[BLOCK];
static char *english, *german, *parts;

static inline char *slurp(const char *name)
{
    char path[512];
    char *bytes = calloc(1, SHEAF_MESSAGES_BYTES_MAX);
    snprintf(path, sizeof path, "%s/%s", getenv("SHEAF_SOURCE"), name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(bytes);
    assert_true(fread(bytes, 1, SHEAF_MESSAGES_BYTES_MAX - 1, file) > 0);
    fclose(file);
    return bytes;
}

static inline sheaf_messages messages_of(const char *own)
{
    sheaf_messages messages;
    sheaf_err err;
    sheaf_arena arena = sheaf_arena_over(message_block, sizeof message_block);
    if (sheaf_messages_open(&messages, sheaf_str(own), sheaf_str(english), &arena, &err)
        != SHEAF_OK)
        fail_msg("%s", err.message);
    return messages;
}

/* The catalogues and the articles that a model leaves out. */
static inline void texts_read(void)
{
    english = slurp("data/statutes/en.json");
    german = slurp("data/statutes/de.json");
    parts = slurp("data/bylaws/parts.json");
}

static inline void texts_free(void)
{
    free(english);
    free(german);
    free(parts);
}

/* A document and the memory it lives in. */
typedef struct {
    sheaf_buffer json;
    void *block;
    const struct sheaf_bylaws *bylaws;
} document;

/* A model, with every optional article where `all` says so; `edit` may change the tree. */
static inline document document_of(const char *model, bool all, void (*edit)(sheaf_json *))
{
    document d = {.block = malloc(BLOCK)};
    sheaf_json *tree, *optional;
    sheaf_err err;
    sheaf_arena arena = sheaf_arena_over(tree_block, sizeof tree_block);
    sheaf_arena own = sheaf_arena_over(d.block, BLOCK);
    assert_int_equal(sheaf_json_parse(sheaf_str(model), &arena, &tree, NULL), SHEAF_OK);
    assert_int_equal(sheaf_json_parse(sheaf_str(parts), &arena, &optional, NULL), SHEAF_OK);
    sheaf_json **end = &tree->first;
    for (; *end; end = &(*end)->next)
        if (sheaf_slice_is((*end)->name, "purpose"))
            for (sheaf_json *m = (*end)->first; m; m = m->next)
                if (m->type == SHEAF_JSON_STRING && !m->string.len)
                    m->string = sheaf_str("Oak <& *Ash*");
    for (sheaf_json *part = optional->first; all && part;) {
        sheaf_json *next = part->next;
        char name[40];
        snprintf(name, sizeof name, "%.*s", SHEAF_PRINT(part->name));
        part->next = NULL;
        if (!sheaf_json_member(tree, name)) {
            *end = part;
            end = &part->next;
            tree->count++;
        }
        part = next;
    }
    if (edit)
        edit(tree);
    sheaf_buffer_init(&d.json, SHEAF_ENTRY_MAX);
    sheaf_json_write(&d.json, tree);
    if (sheaf_bylaws_decode(sheaf_buffer_slice(&d.json), 1, &own, &d.bylaws, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    return d;
}

static inline document document_make(enum sheaf_legal_form form, bool all,
                                     void (*edit)(sheaf_json *))
{
    return document_of(sheaf_bylaws_template(form), all, edit);
}

static inline void document_free(document *d)
{
    sheaf_buffer_deinit(&d->json);
    free(d->block);
}

static inline char *render(const document *d, const sheaf_messages *messages,
                           sheaf_page_format format)
{
    sheaf_buffer out;
    sheaf_err err;
    sheaf_buffer_init(&out, SHEAF_STATUTES_BYTES_MAX);
    if (sheaf_statutes_write(&out, format, d->bylaws, messages, sheaf_str("Version 7."), &err)
        != SHEAF_OK)
        fail_msg("%s", err.message);
    sheaf_buffer_add_byte(&out, 0);
    assert_false(out.failed);
    return (char *)out.data;
}

#endif
