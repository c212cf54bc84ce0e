#include "acts/acts_internal.h"

#include "base/encode.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

sheaf_decoder sheaf_decoder_begin(sheaf_arena *arena, uint16_t revision, sheaf_err *err)
{
    return (sheaf_decoder){.arena = arena, .err = err, .revision = revision};
}

static size_t path_add(sheaf_decoder *d, const char *text)
{
    size_t mark = d->path_len, len = strlen(text);
    if (len < sizeof d->path - d->path_len) {
        memcpy(d->path + d->path_len, text, len + 1);
        d->path_len += len;
    }
    return mark;
}

size_t sheaf_path_enter(sheaf_decoder *d, const char *name)
{
    size_t mark = d->path_len;
    if (mark)
        path_add(d, ".");
    path_add(d, name);
    return mark;
}

void sheaf_path_leave(sheaf_decoder *d, size_t mark)
{
    d->path_len = mark;
    d->path[mark] = 0;
}

sheaf_status sheaf_decoder_fail(sheaf_decoder *d, const char *format, ...)
{
    char message[SHEAF_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return sheaf_fail(d->err, SHEAF_INVALID, "%s%s%s", d->path, d->path_len ? ": " : "",
                      message);
}

static sheaf_status spent(sheaf_decoder *d)
{
    return sheaf_fail(d->err, SHEAF_NOMEM, "%s%sno room left in the work memory", d->path,
                      d->path_len ? ": " : "");
}

void sheaf_printable(sheaf_slice name, char out[48])
{
    size_t len = name.len < 40 ? name.len : 40;
    for (size_t i = 0; i < len; i++)
        out[i] = name.data[i] > 0x20 && name.data[i] < 0x7f ? (char)name.data[i] : '?';
    memcpy(out + len, name.len > 40 ? "..." : "", name.len > 40 ? 4 : 1);
}

static const char *type_name(const sheaf_json *value)
{
    static const char *const names[] = {
        [SHEAF_JSON_NULL] = "null",    [SHEAF_JSON_BOOL] = "true or false",
        [SHEAF_JSON_INT] = "a number", [SHEAF_JSON_STRING] = "a string",
        [SHEAF_JSON_LIST] = "a list",  [SHEAF_JSON_OBJECT] = "an object",
    };
    return names[value->type];
}

static void list_add(char *list, size_t size, const char *name)
{
    size_t len = strlen(list);
    snprintf(list + len, size - len, "%s%s", len ? ", " : "", name);
}

static sheaf_status unknown_member(sheaf_decoder *d, sheaf_slice name, const char *allowed)
{
    char shown[48];
    sheaf_printable(name, shown);
    sheaf_path_enter(d, shown);
    return sheaf_decoder_fail(d, "there is no such field; allowed here: %s",
                              *allowed ? allowed : "none");
}

static sheaf_status not_among(sheaf_decoder *d, sheaf_slice name, const char *const *names)
{
    char allowed[SHEAF_MESSAGE_MAX / 2] = "";
    for (; *names; names++)
        list_add(allowed, sizeof allowed, *names);
    return unknown_member(d, name, allowed);
}

sheaf_status sheaf_object_check(sheaf_decoder *d, const sheaf_json *object,
                                const char *const *names)
{
    if (object->type != SHEAF_JSON_OBJECT)
        return sheaf_decoder_fail(d, "must be an object, not %s", type_name(object));
    for (const sheaf_json *m = object->first; m; m = m->next) {
        const char *const *name = names;
        while (*name && !sheaf_slice_is(m->name, *name))
            name++;
        if (!*name)
            return not_among(d, m->name, names);
    }
    for (const char *const *name = names; *name; name++)
        if (!sheaf_json_member(object, *name)) {
            sheaf_path_enter(d, *name);
            return sheaf_decoder_fail(d, "is missing");
        }
    return SHEAF_OK;
}

sheaf_status sheaf_decode_int(sheaf_decoder *d, const sheaf_json *value, int64_t lo, int64_t hi,
                              int64_t *out)
{
    if (value->type != SHEAF_JSON_INT)
        return sheaf_decoder_fail(d, "must be a whole number from %lld to %lld, not %s",
                                  (long long)lo, (long long)hi, type_name(value));
    if (value->integer < lo || value->integer > hi)
        return sheaf_decoder_fail(d, "must be a whole number from %lld to %lld, not %lld",
                                  (long long)lo, (long long)hi, (long long)value->integer);
    *out = value->integer;
    return SHEAF_OK;
}

sheaf_status sheaf_decode_base64url(sheaf_decoder *d, const sheaf_json *value, uint8_t *out,
                                    size_t len)
{
    if (value->type != SHEAF_JSON_STRING || !sheaf_base64url_get(value->string, out, len))
        return sheaf_decoder_fail(d, "must be %zu bytes in base64url (%zu characters)", len,
                                  (len * 8 + 5) / 6);
    return SHEAF_OK;
}

static sheaf_status decode_hash(sheaf_decoder *d, const sheaf_json *value, uint8_t out[32])
{
    if (value->type != SHEAF_JSON_STRING || !sheaf_hex_get(value->string, out, 32))
        return sheaf_decoder_fail(d, "must be a hash: 64 characters from 0-9 and a-f");
    return SHEAF_OK;
}

static bool blank(uint32_t c)
{
    return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200d) || c == 0x202f
           || c == 0x205f || c == 0x2060 || c == 0x3000 || c == 0xfeff;
}

bool sheaf_words_have_control(sheaf_slice words, const char *allowed)
{
    uint32_t c;
    while (sheaf_utf8_take(&words, &c)) {
        if ((c < 0x20 || c == 0x7f) && !(c && strchr(allowed, (int)c)))
            return true;
        /* C1 controls; line and paragraph separator; marks that turn the direction of writing,
         * with which words could be made to look like others */
        if ((c >= 0x80 && c <= 0x9f) || c == 0x200e || c == 0x200f || c == 0x061c
            || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            return true;
    }
    return words.len > 0; /* what is left is no UTF-8 */
}

static bool blank_at_the_ends(sheaf_slice words)
{
    uint32_t c = ' ';
    for (bool first = true; words.len && sheaf_utf8_take(&words, &c); first = false)
        if (first && blank(c))
            return true;
    return blank(c);
}

static sheaf_status decode_name(sheaf_decoder *d, const sheaf_field *f, const sheaf_json *value,
                                sheaf_slice *out)
{
    if (value->type != SHEAF_JSON_STRING)
        return sheaf_decoder_fail(d, "must be a string, not %s", type_name(value));
    sheaf_slice words = value->string;
    if (f->lo == f->hi && words.len != (size_t)f->lo)
        return sheaf_decoder_fail(d, "must have %lld bytes, not %zu", (long long)f->lo,
                                  words.len);
    if (words.len < (size_t)f->lo || words.len > (size_t)f->hi)
        return sheaf_decoder_fail(d, "must have %lld to %lld bytes, not %zu", (long long)f->lo,
                                  (long long)f->hi, words.len);
    if (sheaf_words_have_control(words, ""))
        return sheaf_decoder_fail(d, "must not contain control characters or line breaks");
    if (blank_at_the_ends(words))
        return sheaf_decoder_fail(d, "must not begin or end with a blank");
    *out = words;
    return SHEAF_OK;
}

static sheaf_status decode_choice(sheaf_decoder *d, const sheaf_field *f,
                                  const sheaf_json *value, uint8_t *out)
{
    char allowed[SHEAF_MESSAGE_MAX / 2] = "";
    for (uint8_t i = 0; f->choices[i]; i++) {
        if (value->type == SHEAF_JSON_STRING && sheaf_slice_is(value->string, f->choices[i])) {
            *out = i;
            return SHEAF_OK;
        }
    }
    for (uint8_t i = 0; f->choices[i]; i++)
        list_add(allowed, sizeof allowed, f->choices[i]);
    return sheaf_decoder_fail(d, "must be one of: %s", allowed);
}

static sheaf_status decode_list(sheaf_decoder *d, const sheaf_field *f, const sheaf_json *value,
                                sheaf_list *out)
{
    if (value->type != SHEAF_JSON_LIST)
        return sheaf_decoder_fail(d, "must be a list, not %s", type_name(value));
    if (value->count < f->lo || value->count > f->hi)
        return sheaf_decoder_fail(d, "must have %lld to %lld items, not %u", (long long)f->lo,
                                  (long long)f->hi, value->count);
    uint8_t *rows =
        sheaf_arena_take(d->arena, value->count, f->shape->size, _Alignof(max_align_t));
    if (!rows)
        return spent(d);
    uint32_t count = 0;
    for (const sheaf_json *item = value->first; item; item = item->next, count++) {
        char place[16];
        snprintf(place, sizeof place, "[%u]", count);
        size_t mark = path_add(d, place);
        SHEAF_TRY(sheaf_shape_decode(d, f->shape, item, rows + (size_t)count * f->shape->size));
        sheaf_path_leave(d, mark);
    }
    *out = (sheaf_list){rows, count};
    return SHEAF_OK;
}

sheaf_status sheaf_what_decode(sheaf_decoder *d, sheaf_kind kind, const sheaf_json *value,
                               const void **out)
{
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    void *what = sheaf_arena_take(d->arena, 1, shape->size, _Alignof(max_align_t));
    if (!what)
        return spent(d);
    size_t mark = sheaf_path_enter(d, "what");
    SHEAF_TRY(sheaf_shape_decode(d, shape, value, what));
    sheaf_path_leave(d, mark);
    *out = what;
    return SHEAF_OK;
}

sheaf_status sheaf_kind_decode(sheaf_decoder *d, const sheaf_json *object, sheaf_kind *out)
{
    if (object->type != SHEAF_JSON_OBJECT)
        return sheaf_decoder_fail(d, "must be an object, not %s", type_name(object));
    const sheaf_json *value = sheaf_json_member(object, "kind");
    size_t mark = sheaf_path_enter(d, "kind");
    if (!value)
        return sheaf_decoder_fail(d, "is missing");
    if (value->type != SHEAF_JSON_STRING)
        return sheaf_decoder_fail(d, "must be the name of a kind of act, not %s",
                                  type_name(value));
    char shown[48];
    sheaf_printable(value->string, shown);
    sheaf_kind kind = sheaf_kind_find(value->string);
    if (kind == SHEAF_KIND_none)
        return sheaf_decoder_fail(d, "there is no kind of act named %s", shown);
    unsigned since = sheaf_kind_shape(kind)->since;
    if (since > d->revision)
        return sheaf_decoder_fail(d, "%s needs rules revision %u; this log is at revision %u",
                                  shown, since, d->revision);
    sheaf_path_leave(d, mark);
    *out = kind;
    return SHEAF_OK;
}

sheaf_status sheaf_effect_decode_tree(sheaf_decoder *d, const sheaf_json *tree,
                                      sheaf_effect *out)
{
    sheaf_kind kind;
    SHEAF_TRY(sheaf_kind_decode(d, tree, &kind));
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    if (shape->actor != SHEAF_ACTOR_COOP) {
        sheaf_path_enter(d, "kind");
        return sheaf_decoder_fail(d, "%s is no effect of a decision: it is an act of its own",
                                  shape->name);
    }
    SHEAF_TRY(sheaf_object_check(d, tree, (const char *const[]){"kind", "what", NULL}));
    out->kind = kind;
    return sheaf_what_decode(d, kind, sheaf_json_member(tree, "what"), &out->what);
}

static sheaf_status decode_effect(sheaf_decoder *d, const sheaf_json *value,
                                  const sheaf_effect **out)
{
    sheaf_effect *effect = SHEAF_ARENA_NEW(d->arena, sheaf_effect, 1);
    if (!effect)
        return spent(d);
    SHEAF_TRY(sheaf_effect_decode_tree(d, value, effect));
    *out = effect;
    return SHEAF_OK;
}

static sheaf_status decode_field(sheaf_decoder *d, const sheaf_field *f,
                                 const sheaf_json *value, void *at)
{
    int64_t number = 0;
    switch (f->type) {
    case SHEAF_FIELD_INT:
        return sheaf_decode_int(d, value, f->lo, f->hi, at);
    case SHEAF_FIELD_REF:
        SHEAF_TRY(sheaf_decode_int(d, value, 0, SHEAF_REF_MAX, &number));
        *(uint32_t *)at = (uint32_t)number;
        return SHEAF_OK;
    case SHEAF_FIELD_TEXT:
    case SHEAF_FIELD_KEY:
        return sheaf_decode_base64url(d, value, at, 32);
    case SHEAF_FIELD_SIG:
        return sheaf_decode_base64url(d, value, at, 64);
    case SHEAF_FIELD_NAME:
        return decode_name(d, f, value, at);
    case SHEAF_FIELD_HASH:
        return decode_hash(d, value, at);
    case SHEAF_FIELD_BOOL:
        if (value->type != SHEAF_JSON_BOOL)
            return sheaf_decoder_fail(d, "must be true or false, not %s", type_name(value));
        *(bool *)at = value->boolean;
        return SHEAF_OK;
    case SHEAF_FIELD_ENUM:
        return decode_choice(d, f, value, at);
    case SHEAF_FIELD_REC:
        return sheaf_shape_decode(d, f->shape, value, at);
    case SHEAF_FIELD_LIST:
        return decode_list(d, f, value, at);
    case SHEAF_FIELD_EFFECT:
        return decode_effect(d, value, at);
    }
    assert(!"every type of field is decoded");
    return SHEAF_INVALID;
}

static sheaf_status no_such_field(sheaf_decoder *d, const sheaf_shape *shape, sheaf_slice name)
{
    char allowed[SHEAF_MESSAGE_MAX / 2] = "";
    for (size_t i = 0; i < shape->count; i++)
        list_add(allowed, sizeof allowed, shape->fields[i].name);
    return unknown_member(d, name, allowed);
}

sheaf_status sheaf_shape_decode(sheaf_decoder *d, const sheaf_shape *shape,
                                const sheaf_json *object, void *out)
{
    if (object->type != SHEAF_JSON_OBJECT)
        return sheaf_decoder_fail(d, "must be an object, not %s", type_name(object));
    /* Members and fields both stand in byte order: one pass over each. */
    size_t next = 0;
    for (const sheaf_json *m = object->first; m; m = m->next) {
        size_t i = next;
        while (i < shape->count && !sheaf_slice_is(m->name, shape->fields[i].name))
            i++;
        if (i == shape->count)
            return no_such_field(d, shape, m->name);
        const sheaf_field *f = &shape->fields[i];
        size_t mark = sheaf_path_enter(d, f->name);
        if (f->since > d->revision)
            return sheaf_decoder_fail(
                d, "this field needs rules revision %u; this log is at revision %u", f->since,
                d->revision);
        SHEAF_TRY(decode_field(d, f, m, (uint8_t *)out + f->at));
        *(bool *)((uint8_t *)out + f->has) = true;
        sheaf_path_leave(d, mark);
        next = i + 1;
    }
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->required && f->since <= d->revision
            && !*(const bool *)((const uint8_t *)out + f->has)) {
            sheaf_path_enter(d, f->name);
            return sheaf_decoder_fail(d, "is missing (%s)", f->doc);
        }
    }
    return SHEAF_OK;
}
