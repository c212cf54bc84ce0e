#include "base/json.h"

#include "base/text.h"

#include <assert.h>

typedef struct {
    sheaf_slice all, left;
    sheaf_arena *arena;
    sheaf_err *err;
} parser;

static size_t offset(const parser *p)
{
    return p->all.len - p->left.len;
}

static sheaf_status fail(parser *p, const char *why)
{
    return sheaf_fail(p->err, SHEAF_INVALID, "byte %zu: %s", offset(p), why);
}

static sheaf_status spent(parser *p)
{
    return sheaf_fail(p->err, SHEAF_NOMEM, "byte %zu: the document is too large", offset(p));
}

static void skip_space(parser *p)
{
    while (p->left.len
           && (p->left.data[0] == ' ' || p->left.data[0] == '\t' || p->left.data[0] == '\n'
               || p->left.data[0] == '\r'))
        p->left.data++, p->left.len--;
}

static bool eat(parser *p, char c)
{
    if (!p->left.len || p->left.data[0] != (uint8_t)c)
        return false;
    p->left.data++, p->left.len--;
    return true;
}

static sheaf_status parse_integer(parser *p, int64_t *out)
{
    bool negative = eat(p, '-');
    const uint8_t *from = p->left.data;
    uint64_t value = 0;
    size_t digits = 0;
    while (p->left.len && p->left.data[0] >= '0' && p->left.data[0] <= '9') {
        if (++digits > 16)
            return fail(p, "the number is outside +-(2^53-1)");
        value = value * 10 + (uint64_t)(p->left.data[0] - '0');
        p->left.data++, p->left.len--;
    }
    if (!digits)
        return fail(p, "a value is expected here");
    if (p->left.len
        && (p->left.data[0] == '.' || p->left.data[0] == 'e' || p->left.data[0] == 'E'))
        return fail(p, "only whole numbers are allowed, without point or exponent");
    if (from[0] == '0' && (digits > 1 || negative))
        return fail(p, "a number has no leading zero, and zero no sign");
    if (value > (uint64_t)SHEAF_JSON_INT_MAX)
        return fail(p, "the number is outside +-(2^53-1)");
    *out = negative ? -(int64_t)value : (int64_t)value;
    return SHEAF_OK;
}

static bool hex4(parser *p, uint32_t *out)
{
    sheaf_slice digits;
    if (!sheaf_take(&p->left, 4, &digits))
        return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = digits.data[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

/* After the backslash. */
static sheaf_status parse_escape(parser *p, uint32_t *point)
{
    sheaf_slice c;
    if (!sheaf_take(&p->left, 1, &c))
        return fail(p, "the string has no end");
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = c.data[0] ? strchr(from, c.data[0]) : NULL;
    if (at) {
        *point = (uint32_t)to[at - from];
        return SHEAF_OK;
    }
    if (c.data[0] != 'u' || !hex4(p, point))
        return fail(p, "no such escape in a string");
    if (*point >= 0xdc00 && *point <= 0xdfff)
        return fail(p, "a lone surrogate in a string");
    if (*point >= 0xd800 && *point <= 0xdbff) {
        uint32_t low;
        if (!eat(p, '\\') || !eat(p, 'u') || !hex4(p, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(p, "a lone surrogate in a string");
        *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
    }
    return SHEAF_OK;
}

/* Checks a string up to its closing quote; tells where it ends and whether it has escapes. */
static sheaf_status scan_string(parser *p, size_t *len, bool *escaped)
{
    sheaf_slice from = p->left;
    while (p->left.len && p->left.data[0] != '"') {
        uint32_t point;
        if (p->left.data[0] < 0x20)
            return fail(p, "a control character in a string must be escaped");
        if (p->left.data[0] == '\\') {
            *escaped = true;
            p->left.data++, p->left.len--;
            SHEAF_TRY(parse_escape(p, &point));
        } else if (p->left.data[0] < 0x80) {
            p->left.data++, p->left.len--;
        } else if (!sheaf_utf8_take(&p->left, &point)) {
            return fail(p, "the string is not valid UTF-8");
        }
    }
    *len = from.len - p->left.len;
    if (!eat(p, '"'))
        return fail(p, "the string has no end");
    return SHEAF_OK;
}

static sheaf_status parse_string(parser *p, sheaf_slice *out)
{
    if (!eat(p, '"'))
        return fail(p, "a string is expected here");
    const uint8_t *from = p->left.data;
    size_t len = 0;
    bool escaped = false;
    SHEAF_TRY(scan_string(p, &len, &escaped));
    if (!escaped) {
        *out = sheaf_bytes(from, len);
        return SHEAF_OK;
    }
    /* Unescaping never makes a string longer. */
    uint8_t *text = SHEAF_ARENA_NEW(p->arena, uint8_t, len);
    if (!text)
        return spent(p);
    parser again = *p;
    again.left = sheaf_bytes(from, len);
    size_t at = 0;
    while (again.left.len) {
        if (eat(&again, '\\')) {
            uint32_t point;
            SHEAF_TRY(parse_escape(&again, &point));
            at += sheaf_utf8_put(point, text + at);
        } else {
            text[at++] = again.left.data[0];
            again.left.data++, again.left.len--;
        }
    }
    *out = sheaf_bytes(text, at);
    return SHEAF_OK;
}

static sheaf_status parse_literal(parser *p, const char *word)
{
    sheaf_slice taken;
    if (!sheaf_take(&p->left, strlen(word), &taken) || !sheaf_slice_is(taken, word))
        return fail(p, "a value is expected here");
    return SHEAF_OK;
}

static sheaf_status parse_value(parser *p, int depth, sheaf_json **out);

static sheaf_status parse_member_name(parser *p, const sheaf_json *object, sheaf_slice *name)
{
    skip_space(p);
    SHEAF_TRY(parse_string(p, name));
    for (const sheaf_json *m = object->first; m; m = m->next)
        if (sheaf_slice_equal(m->name, *name))
            return fail(p, "the same member name twice in one object");
    skip_space(p);
    if (!eat(p, ':'))
        return fail(p, "a colon is expected here");
    return SHEAF_OK;
}

/* Recursion is bounded by SHEAF_JSON_DEPTH_MAX. */
static sheaf_status parse_items(parser *p, int depth, sheaf_json *list)
{
    bool object = list->type == SHEAF_JSON_OBJECT;
    char closing = object ? '}' : ']';
    sheaf_json **end = &list->first;
    if (depth >= SHEAF_JSON_DEPTH_MAX)
        return fail(p, "lists and objects are nested more than 32 deep");
    skip_space(p);
    if (eat(p, closing))
        return SHEAF_OK;
    do {
        sheaf_slice name = {0};
        sheaf_json *item;
        if (object)
            SHEAF_TRY(parse_member_name(p, list, &name));
        SHEAF_TRY(parse_value(p, depth + 1, &item));
        item->name = name;
        *end = item;
        end = &item->next;
        if (++list->count > SHEAF_JSON_MEMBERS_MAX && object)
            return fail(p, "an object with more than 1024 members");
        skip_space(p);
    } while (eat(p, ','));
    if (!eat(p, closing))
        return fail(p,
                    object ? "a comma or } is expected here" : "a comma or ] is expected here");
    return SHEAF_OK;
}

static sheaf_status parse_value(parser *p, int depth, sheaf_json **out)
{
    skip_space(p);
    sheaf_json *value = SHEAF_ARENA_NEW(p->arena, sheaf_json, 1);
    if (!value)
        return spent(p);
    *out = value;
    value->at = offset(p);
    switch (p->left.len ? p->left.data[0] : 0) {
    case '{':
        value->type = SHEAF_JSON_OBJECT;
        (void)eat(p, '{');
        return parse_items(p, depth, value);
    case '[':
        value->type = SHEAF_JSON_LIST;
        (void)eat(p, '[');
        return parse_items(p, depth, value);
    case '"':
        value->type = SHEAF_JSON_STRING;
        return parse_string(p, &value->string);
    case 't':
    case 'f':
        value->type = SHEAF_JSON_BOOL;
        value->boolean = p->left.data[0] == 't';
        return parse_literal(p, value->boolean ? "true" : "false");
    case 'n':
        return parse_literal(p, "null");
    default:
        value->type = SHEAF_JSON_INT;
        return parse_integer(p, &value->integer);
    }
}

sheaf_status sheaf_json_parse(sheaf_slice in, sheaf_arena *arena, sheaf_json **out,
                              sheaf_err *err)
{
    parser p = {in, in, arena, err};
    SHEAF_TRY(parse_value(&p, 0, out));
    skip_space(&p);
    if (p.left.len)
        return fail(&p, "something follows after the end of the document");
    return SHEAF_OK;
}

sheaf_status sheaf_json_parse_canonical(sheaf_slice in, sheaf_arena *arena, sheaf_json **out,
                                        sheaf_err *err)
{
    SHEAF_TRY(sheaf_json_parse(in, arena, out, err));
    sheaf_buffer back;
    sheaf_buffer_init(&back, in.len);
    (void)sheaf_buffer_extend(&back, in.len); /* all the memory at once */
    sheaf_buffer_reset(&back);
    sheaf_json_write(&back, *out);
    /* A canonical document is never longer than another spelling of the same, but for strings
     * that escape a letter outside ASCII: so the comparison ends at the first byte that
     * differs. */
    size_t at = 0;
    while (at < in.len && at < back.len && in.data[at] == back.data[at])
        at++;
    bool same = !back.failed && at == in.len && at == back.len;
    sheaf_buffer_deinit(&back);
    if (!same)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "byte %zu: not in canonical form (RFC 8785: no white space, members in "
            "order, shortest escapes)",
            at);
    return SHEAF_OK;
}

const sheaf_json *sheaf_json_member(const sheaf_json *object, const char *name)
{
    if (!object || object->type != SHEAF_JSON_OBJECT)
        return NULL;
    for (const sheaf_json *m = object->first; m; m = m->next)
        if (sheaf_slice_is(m->name, name))
            return m;
    return NULL;
}

int64_t sheaf_json_member_int(const sheaf_json *object, const char *name, int64_t otherwise)
{
    const sheaf_json *m = sheaf_json_member(object, name);
    return m && m->type == SHEAF_JSON_INT ? m->integer : otherwise;
}

sheaf_slice sheaf_json_member_string(const sheaf_json *object, const char *name)
{
    const sheaf_json *m = sheaf_json_member(object, name);
    return m && m->type == SHEAF_JSON_STRING ? m->string : (sheaf_slice){NULL, 0};
}

bool sheaf_json_member_bool(const sheaf_json *object, const char *name)
{
    const sheaf_json *m = sheaf_json_member(object, name);
    return m && m->type == SHEAF_JSON_BOOL && m->boolean;
}
