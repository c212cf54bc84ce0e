#include "acts/schema.h"

#include "acts/acts_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Members of JSON objects are written in byte order, as the writer demands. */

static void put_range(sheaf_json_writer *w, int64_t lo, int64_t hi)
{
    sheaf_json_member_put_int(w, "maximum", hi);
    sheaf_json_member_put_int(w, "minimum", lo);
    sheaf_json_member_put_string(w, "type", sheaf_str("integer"));
}

static void put_pattern(sheaf_json_writer *w, const char *pattern)
{
    sheaf_json_member_put_string(w, "pattern", sheaf_str(pattern));
    sheaf_json_member_put_string(w, "type", sheaf_str("string"));
}

static void put_reference(sheaf_json_writer *w, const char *name)
{
    char reference[SHEAF_WORDS_MAX + 16];
    int len = snprintf(reference, sizeof reference, "#/$defs/%s", name);
    assert(len > 0 && (size_t)len < sizeof reference);
    sheaf_json_member_put_string(w, "$ref", sheaf_str(reference));
}

static void put_choices(sheaf_json_writer *w, const sheaf_field *f)
{
    sheaf_json_key(w, "enum");
    sheaf_json_open_list(w);
    for (size_t i = 0; f->choices[i]; i++)
        sheaf_json_string(w, sheaf_str(f->choices[i]));
    sheaf_json_close(w);
}

static void put_field(sheaf_json_writer *w, const sheaf_field *f)
{
    sheaf_json_open_object(w);
    if (f->type == SHEAF_FIELD_REC)
        put_reference(w, f->shape->name);
    if (f->type == SHEAF_FIELD_EFFECT)
        put_reference(w, "effect");
    sheaf_json_member_put_string(w, "description", sheaf_str(f->doc));
    switch (f->type) {
    case SHEAF_FIELD_INT:
        put_range(w, f->lo, f->hi);
        break;
    case SHEAF_FIELD_REF:
        put_range(w, 0, SHEAF_REF_MAX);
        break;
    case SHEAF_FIELD_TEXT:
    case SHEAF_FIELD_KEY:
        put_pattern(w, "^[A-Za-z0-9_-]{43}$");
        break;
    case SHEAF_FIELD_SIG:
        put_pattern(w, "^[A-Za-z0-9_-]{86}$");
        break;
    case SHEAF_FIELD_NAME:
        /* The limit is in bytes; a schema counts characters, of which there are never more. */
        sheaf_json_member_put_int(w, "maxLength", f->hi);
        sheaf_json_member_put_int(w, "minLength", f->lo > 0);
        sheaf_json_member_put_string(w, "type", sheaf_str("string"));
        break;
    case SHEAF_FIELD_HASH:
        put_pattern(w, "^[0-9a-f]{64}$");
        break;
    case SHEAF_FIELD_BOOL:
        sheaf_json_member_put_string(w, "type", sheaf_str("boolean"));
        break;
    case SHEAF_FIELD_ENUM:
        put_choices(w, f);
        break;
    case SHEAF_FIELD_LIST:
        sheaf_json_key(w, "items");
        sheaf_json_open_object(w);
        put_reference(w, f->shape->name);
        sheaf_json_close(w);
        sheaf_json_member_put_int(w, "maxItems", f->hi);
        sheaf_json_member_put_int(w, "minItems", f->lo);
        sheaf_json_member_put_string(w, "type", sheaf_str("array"));
        break;
    case SHEAF_FIELD_REC:
    case SHEAF_FIELD_EFFECT:
        break;
    }
    sheaf_json_close(w);
}

static void open_object_schema(sheaf_json_writer *w, const char *doc)
{
    sheaf_json_open_object(w);
    sheaf_json_key(w, "additionalProperties");
    sheaf_json_bool(w, false);
    sheaf_json_member_put_string(w, "description", sheaf_str(doc));
    sheaf_json_key(w, "properties");
    sheaf_json_open_object(w);
}

/* Closes the properties; names[] ends with NULL. */
static void close_object_schema(sheaf_json_writer *w, const char *const *names)
{
    sheaf_json_close(w);
    sheaf_json_key(w, "required");
    sheaf_json_open_list(w);
    for (size_t i = 0; names[i]; i++)
        sheaf_json_string(w, sheaf_str(names[i]));
    sheaf_json_close(w);
    sheaf_json_member_put_string(w, "type", sheaf_str("object"));
    sheaf_json_close(w);
}

static void put_shape(sheaf_json_writer *w, const sheaf_shape *shape)
{
    const char *required[SHEAF_FLAGS_MAX + 1];
    size_t count = 0;
    open_object_schema(w, shape->doc);
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        sheaf_json_key(w, f->name);
        put_field(w, f);
        assert(count < SHEAF_FLAGS_MAX);
        if (f->required)
            required[count++] = f->name;
    }
    required[count] = NULL;
    close_object_schema(w, required);
}

static void put_number(sheaf_json_writer *w, const char *name, int64_t lo, int64_t hi)
{
    sheaf_json_key(w, name);
    sheaf_json_open_object(w);
    put_range(w, lo, hi);
    sheaf_json_close(w);
}

static void put_kind_name(sheaf_json_writer *w, const sheaf_shape *shape)
{
    sheaf_json_key(w, "kind");
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "const", sheaf_str(shape->name));
    sheaf_json_close(w);
}

/* The whole act of a kind, or the effect of one that the co-op enacts. */
static void put_kind(sheaf_json_writer *w, const sheaf_shape *shape)
{
    bool effect = shape->actor == SHEAF_ACTOR_COOP, by = shape->actor == SHEAF_ACTOR_MEMBER;
    bool key = by || shape->actor == SHEAF_ACTOR_HUB;
    const char *required[9];
    size_t count = 0;
    open_object_schema(w, shape->doc);
    if (!effect) {
        put_number(w, required[count++] = "at", 0, SHEAF_JSON_INT_MAX);
        if (by)
            put_number(w, required[count++] = "by", 0, SHEAF_REF_MAX);
        if (key)
            put_number(w, required[count++] = "key", 0, SHEAF_REF_MAX);
    }
    required[count++] = "kind";
    put_kind_name(w, shape);
    if (!effect) {
        put_number(w, required[count++] = "seen", 0, (int64_t)SHEAF_REF_MAX + 1);
        put_number(w, required[count++] = "seq", 1, SHEAF_JSON_INT_MAX);
        put_number(w, required[count++] = "until", 0, SHEAF_JSON_INT_MAX);
    }
    sheaf_json_key(w, required[count++] = "what");
    put_shape(w, shape);
    required[count] = NULL;
    close_object_schema(w, required);
}

static void put_one_of(sheaf_json_writer *w, bool effects)
{
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "description",
                                 sheaf_str(effects ? "what an adopted motion does" : "an act"));
    sheaf_json_key(w, "oneOf");
    sheaf_json_open_list(w);
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        if ((shape->actor == SHEAF_ACTOR_COOP) != effects)
            continue;
        sheaf_json_open_object(w);
        put_reference(w, shape->name);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    sheaf_json_close(w);
}

static void put_entry(sheaf_json_writer *w)
{
    open_object_schema(w, "an entry of the log");
    sheaf_json_key(w, "act");
    sheaf_json_open_object(w);
    put_reference(w, "act");
    sheaf_json_close(w);
    sheaf_json_key(w, "sig");
    sheaf_json_open_object(w);
    put_pattern(w, "^[A-Za-z0-9_-]{86}$");
    sheaf_json_close(w);
    put_number(w, "stamp", 0, SHEAF_JSON_INT_MAX);
    close_object_schema(w, (const char *const[]){"act", "sig", "stamp", NULL});
}

/* One definition: of a shape, or of act, effect or entry where shape is NULL. */
typedef struct {
    const char *name;
    const sheaf_shape *shape;
} definition;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const definition *)a)->name, ((const definition *)b)->name);
}

static void put_definition(sheaf_json_writer *w, const definition *def)
{
    sheaf_json_key(w, def->name);
    if (def->shape && def->shape->kind != SHEAF_KIND_none)
        put_kind(w, def->shape);
    else if (def->shape)
        put_shape(w, def->shape);
    else if (strcmp(def->name, "entry") == 0)
        put_entry(w);
    else
        put_one_of(w, strcmp(def->name, "effect") == 0);
}

enum { DEFINITIONS_MAX = 512 };

/* The definitions, of which `root` is what a document is. */
static void put_schema(sheaf_buffer *out, definition *all, size_t count, const char *root,
                       const char *title)
{
    qsort(all, count, sizeof *all, by_name);
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "$defs");
    sheaf_json_open_object(&w);
    for (size_t i = 0; i < count; i++)
        put_definition(&w, &all[i]);
    sheaf_json_close(&w);
    put_reference(&w, root);
    sheaf_json_member_put_string(&w, "$schema",
                                 sheaf_str("https://json-schema.org/draft/2020-12/schema"));
    sheaf_json_member_put_string(&w, "title", sheaf_str(title));
    sheaf_json_close(&w);
}

void sheaf_schema_write(sheaf_buffer *out)
{
    definition all[DEFINITIONS_MAX] = {{"act", NULL}, {"effect", NULL}, {"entry", NULL}};
    size_t count = 3;
    assert(count + sheaf_record_count + SHEAF_KIND_COUNT <= DEFINITIONS_MAX);
    for (size_t i = 0; i < sheaf_record_count; i++)
        all[count++] = (definition){sheaf_records[i]->name, sheaf_records[i]};
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        all[count++] = (definition){sheaf_kind_shape(kind)->name, sheaf_kind_shape(kind)};
    put_schema(out, all, count, "act", "the acts of a Sheaf co-op");
}

static bool contains(const definition *all, size_t count, const sheaf_shape *shape)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].shape == shape)
            return true;
    return false;
}

void sheaf_schema_write_record(sheaf_buffer *out, const char *name, const char *title)
{
    definition all[DEFINITIONS_MAX] = {{name, sheaf_record_shape(name)}};
    size_t count = 1;
    assert(all[0].shape);
    for (size_t done = 0; done < count; done++)
        for (uint16_t i = 0; i < all[done].shape->count; i++) {
            const sheaf_shape *shape = all[done].shape->fields[i].shape;
            assert(count < DEFINITIONS_MAX);
            if (shape && !contains(all, count, shape))
                all[count++] = (definition){shape->name, shape};
        }
    put_schema(out, all, count, name, title);
}
