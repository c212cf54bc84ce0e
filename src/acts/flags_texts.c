/* Words in documents that are given to flags: where a text stands in a list or an effect,
 * people write the words themselves, and the commitment is made here. */
#include "acts/acts_internal.h"
#include "base/encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sheaf_status commit(sheaf_text_writer *w, const sheaf_field *field, sheaf_json *value,
                           const char *path)
{
    uint8_t salt[SHEAF_SALT_BYTES], made[32];
    char digits[44];
    sheaf_err why;
    if (value->type != SHEAF_JSON_STRING)
        return sheaf_fail(w->err, SHEAF_INVALID, "%s: must be a text", path);
    /* A commitment that was made before: 43 characters, which no word is by chance. */
    if (sheaf_base64url_get(value->string, made, 32))
        return SHEAF_OK;
    if (sheaf_text_form_check(field, value->string, &why) != SHEAF_OK)
        return sheaf_fail(w->err, SHEAF_INVALID, "%.*s%s",
                          (int)(strlen(path) - strlen(field->name)), path, why.message);
    w->source->salt(w->source->context, salt);
    sheaf_hash hash = sheaf_commit(salt, value->string);
    sheaf_base64url_32(hash.bytes, digits);
    sheaf_slice words = sheaf_arena_copy(w->arena, value->string);
    const char *name = sheaf_arena_string(w->arena, sheaf_str(path));
    value->string = sheaf_arena_copy(w->arena, sheaf_str(digits));
    if (!words.data || !name || !value->string.data)
        return sheaf_fail(w->err, SHEAF_NOMEM, "no room left in the work memory");
    if (!w->result)
        return SHEAF_OK;
    if (w->result->text_count == SHEAF_TEXTS_MAX)
        return sheaf_fail(w->err, SHEAF_INVALID, "%s: an act has at most %d texts", path,
                          SHEAF_TEXTS_MAX);
    sheaf_text *text = &w->result->texts[w->result->text_count++];
    *text = (sheaf_text){.name = name, .text = words};
    memcpy(text->salt, salt, sizeof text->salt);
    return SHEAF_OK;
}

static sheaf_status commit_list(sheaf_text_writer *w, const sheaf_field *list,
                                const sheaf_json *value, const char *prefix)
{
    char path[SHEAF_TEXT_PATH_MAX];
    unsigned number = 0;
    /* Of a list that is too long the decoder says so. */
    for (const sheaf_json *item = value->first; item && number < (uint64_t)list->hi;
         item = item->next, number++) {
        if (item->type != SHEAF_JSON_OBJECT)
            continue; /* the decoder says what is wrong */
        for (sheaf_json *m = item->first; m; m = m->next) {
            const sheaf_field *f = sheaf_shape_field(list->shape, m->name);
            if (!f || f->type != SHEAF_FIELD_TEXT)
                continue;
            snprintf(path, sizeof path, "%s%s.%u.%s", prefix, list->name, number, f->name);
            SHEAF_TRY(commit(w, f, m, path));
        }
    }
    return SHEAF_OK;
}

sheaf_status sheaf_texts_commit_what(sheaf_text_writer *w, const sheaf_shape *shape,
                                     const sheaf_json *what, const char *prefix)
{
    char path[SHEAF_TEXT_PATH_MAX];
    if (what->type != SHEAF_JSON_OBJECT)
        return SHEAF_OK;
    for (sheaf_json *m = what->first; m; m = m->next) {
        const sheaf_field *f = sheaf_shape_field(shape, m->name);
        if (f && f->type == SHEAF_FIELD_LIST && m->type == SHEAF_JSON_LIST)
            SHEAF_TRY(commit_list(w, f, m, prefix));
        if (!f || f->type != SHEAF_FIELD_TEXT)
            continue;
        snprintf(path, sizeof path, "%s%s", prefix, f->name);
        SHEAF_TRY(commit(w, f, m, path));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_texts_commit(sheaf_text_writer *w, const sheaf_field *field,
                                const sheaf_json *value)
{
    char prefix[SHEAF_TEXT_PATH_MAX];
    if (field->type == SHEAF_FIELD_LIST && value->type == SHEAF_JSON_LIST)
        return commit_list(w, field, value, "");
    if (field->type != SHEAF_FIELD_EFFECT)
        return SHEAF_OK;
    const sheaf_json *kind = sheaf_json_member(value, "kind");
    const sheaf_json *what = sheaf_json_member(value, "what");
    if (!kind || kind->type != SHEAF_JSON_STRING || !what)
        return SHEAF_OK;
    sheaf_kind number = sheaf_kind_find(kind->string);
    if (number == SHEAF_KIND_none)
        return SHEAF_OK;
    snprintf(prefix, sizeof prefix, "%s.", field->name);
    return sheaf_texts_commit_what(w, sheaf_kind_shape(number), what, prefix);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const sheaf_text *)a)->name, ((const sheaf_text *)b)->name);
}

void sheaf_texts_sort(sheaf_flags_result *result)
{
    qsort(result->texts, result->text_count, sizeof *result->texts, compare);
}
