#include "base/toml.h"

#include "base/text.h"

typedef struct {
    sheaf_buffer *out;
    const sheaf_toml_comments *comments;
    sheaf_err *err;
    sheaf_slice path[SHEAF_JSON_DEPTH_MAX];
    size_t depth;
} writer;

/* Lists are written with [ ] where they hold no tables. */
static bool in_line(const sheaf_json *value)
{
    return value->type != SHEAF_JSON_OBJECT
           && !(value->type == SHEAF_JSON_LIST && value->first
                && value->first->type == SHEAF_JSON_OBJECT);
}

static void put_character(sheaf_buffer *out, sheaf_slice bytes, uint32_t point, bool lines)
{
    static const char plain[] = "\b\t\f\r\"\\", letter[] = "btfr\"\\";
    const char *at = point && point < 0x80 ? strchr(plain, (int)point) : NULL;
    if (at)
        sheaf_buffer_printf(out, "\\%c", letter[at - plain]);
    else if (point == '\n' && !lines)
        sheaf_buffer_add_string(out, "\\n");
    else if ((point < 0x20 && point != '\n') || point == 0x7f)
        sheaf_buffer_printf(out, "\\u%04x", point);
    else
        sheaf_buffer_add(out, bytes);
}

static void put_string(sheaf_buffer *out, sheaf_slice text)
{
    bool lines = text.len && memchr(text.data, '\n', text.len);
    sheaf_buffer_add_string(out, lines ? "\"\"\"\n" : "\"");
    while (text.len) {
        const uint8_t *from = text.data;
        uint32_t point;
        if (!sheaf_utf8_take(&text, &point)) {
            text.data++, text.len--;
            sheaf_buffer_add_string(out, "\xef\xbf\xbd");
            continue;
        }
        put_character(out, sheaf_bytes(from, (size_t)(text.data - from)), point, lines);
    }
    sheaf_buffer_add_string(out, lines ? "\"\"\"" : "\"");
}

static void put_name(sheaf_buffer *out, sheaf_slice name)
{
    bool bare = name.len > 0;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i], low = c | 0x20;
        bare =
            bare
            && ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-');
    }
    if (bare) {
        sheaf_buffer_add(out, name);
        return;
    }
    /* A name never runs over lines, so its line feeds are escaped. */
    sheaf_buffer_add_byte(out, '"');
    while (name.len) {
        const uint8_t *from = name.data;
        uint32_t point;
        if (!sheaf_utf8_take(&name, &point))
            name.data++, name.len--, point = 0xfffd;
        put_character(out, sheaf_bytes(from, (size_t)(name.data - from)), point, false);
    }
    sheaf_buffer_add_byte(out, '"');
}

static void put_comment(writer *w)
{
    const char *words =
        w->comments ? w->comments->say(w->comments->context, w->path, w->depth) : NULL;
    if (words)
        sheaf_buffer_printf(w->out, "# %s\n", words);
}

static sheaf_status unfit(const writer *w, const char *why)
{
    sheaf_slice name = w->depth ? w->path[w->depth - 1] : sheaf_str("the document");
    return sheaf_fail(w->err, SHEAF_INVALID, "%.*s cannot be written as TOML: %s",
                      name.len < 60 ? (int)name.len : 60, (const char *)name.data, why);
}

static sheaf_status put_scalar(writer *w, const sheaf_json *value)
{
    switch (value->type) {
    case SHEAF_JSON_STRING:
        put_string(w->out, value->string);
        return SHEAF_OK;
    case SHEAF_JSON_INT:
    case SHEAF_JSON_BOOL:
        sheaf_json_write(w->out, value);
        return SHEAF_OK;
    case SHEAF_JSON_LIST:
        return unfit(w, "it has a list in a list");
    case SHEAF_JSON_OBJECT:
        return unfit(w, "it has a list of objects and of other values");
    case SHEAF_JSON_NULL:
        break;
    }
    return unfit(w, "it has a null");
}

static sheaf_status put_assignment(writer *w, const sheaf_json *value)
{
    put_comment(w);
    put_name(w->out, value->name);
    sheaf_buffer_add_string(w->out, " = ");
    sheaf_status status = SHEAF_OK;
    if (value->type != SHEAF_JSON_LIST) {
        status = put_scalar(w, value);
    } else {
        sheaf_buffer_add_byte(w->out, '[');
        for (const sheaf_json *m = value->first; m && status == SHEAF_OK; m = m->next) {
            status = put_scalar(w, m);
            sheaf_buffer_add_string(w->out, m->next ? ", " : "");
        }
        sheaf_buffer_add_byte(w->out, ']');
    }
    sheaf_buffer_add_byte(w->out, '\n');
    return status;
}

static void put_header(writer *w, bool list)
{
    sheaf_buffer_add_string(w->out, w->out->len ? "\n" : "");
    put_comment(w);
    sheaf_buffer_add_string(w->out, list ? "[[" : "[");
    for (size_t i = 0; i < w->depth; i++) {
        sheaf_buffer_add_string(w->out, i ? "." : "");
        put_name(w->out, w->path[i]);
    }
    sheaf_buffer_add_string(w->out, list ? "]]\n" : "]\n");
}

static sheaf_status put_object(writer *w, const sheaf_json *object);

/* Recursion is bounded by the depth of JSON. */
static sheaf_status put_tables(writer *w, const sheaf_json *value)
{
    if (value->type == SHEAF_JSON_OBJECT) {
        bool says_itself = !value->first;
        for (const sheaf_json *m = value->first; m; m = m->next)
            says_itself = says_itself || in_line(m);
        if (says_itself)
            put_header(w, false);
        return put_object(w, value);
    }
    for (const sheaf_json *m = value->first; m; m = m->next) {
        if (m->type != SHEAF_JSON_OBJECT)
            return unfit(w, "it has a list of objects and of other values");
        put_header(w, true);
        SHEAF_TRY(put_object(w, m));
    }
    return SHEAF_OK;
}

/* What stands in a line comes first: after a header it would be the header's. */
static sheaf_status put_object(writer *w, const sheaf_json *object)
{
    if (w->depth >= SHEAF_JSON_DEPTH_MAX / 2 - 1 && object->first)
        return unfit(w, "it is nested more than 15 deep");
    for (int tables = 0; tables < 2; tables++)
        for (const sheaf_json *m = object->first; m; m = m->next) {
            if (in_line(m) == (tables == 1))
                continue;
            w->path[w->depth++] = m->name;
            SHEAF_TRY(tables ? put_tables(w, m) : put_assignment(w, m));
            w->depth--;
        }
    return SHEAF_OK;
}

sheaf_status sheaf_toml_write(sheaf_buffer *out, const sheaf_json *object,
                              const sheaf_toml_comments *comments, sheaf_err *err)
{
    writer w = {.out = out, .comments = comments, .err = err};
    if (object->type != SHEAF_JSON_OBJECT)
        return unfit(&w, "it is no object");
    return put_object(&w, object);
}
