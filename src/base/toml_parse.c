#include "base/toml.h"

#include "base/text.h"

#include <assert.h>

/* In the tree, while it is made, `boolean` of an object says that its header has stood, and of
 * a list that it is one of tables, to which [[name]] adds. */
typedef struct {
    sheaf_slice all, left;
    sheaf_arena *arena;
    sheaf_err *err;
    sheaf_json *root, *table; /* table: where assignments go */
} reader;

static size_t line_of(const reader *r)
{
    size_t line = 1;
    for (const uint8_t *c = r->all.data; c < r->left.data; c++)
        line += *c == '\n';
    return line;
}

static sheaf_status fail(const reader *r, const char *why)
{
    return sheaf_fail(r->err, SHEAF_INVALID, "line %zu: %s", line_of(r), why);
}

static sheaf_status fail_name(const reader *r, sheaf_slice name, const char *why)
{
    return sheaf_fail(r->err, SHEAF_INVALID, "line %zu: “%.*s” %s", line_of(r),
                      name.len < 60 ? (int)name.len : 60, (const char *)name.data, why);
}

static sheaf_status spent(const reader *r)
{
    return sheaf_fail(r->err, SHEAF_NOMEM, "line %zu: the document is too large", line_of(r));
}

static uint8_t peek(const reader *r)
{
    return r->left.len ? r->left.data[0] : 0;
}

static bool eat(reader *r, char c)
{
    if (!r->left.len || r->left.data[0] != (uint8_t)c)
        return false;
    r->left.data++, r->left.len--;
    return true;
}

static void skip_blanks(reader *r)
{
    while (eat(r, ' ') || eat(r, '\t'))
        ;
}

/* Blanks and a comment, up to the line's end. */
static void skip_rest(reader *r)
{
    skip_blanks(r);
    if (peek(r) == '#')
        while (r->left.len && peek(r) != '\n' && peek(r) != '\r')
            r->left.data++, r->left.len--;
}

static bool eat_line_end(reader *r)
{
    return eat(r, '\n') || sheaf_take_text(&r->left, "\r\n");
}

/* ---- strings ---- */

static bool hex_take(reader *r, size_t digits, uint32_t *out)
{
    sheaf_slice text;
    if (!sheaf_take(&r->left, digits, &text))
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++) {
        uint8_t c = text.data[i], low = c | 0x20;
        if ((c < '0' || c > '9') && (low < 'a' || low > 'f'))
            return false;
        *out = *out << 4 | (uint32_t)(c <= '9' ? c - '0' : low - 'a' + 10);
    }
    return true;
}

/* After the backslash, and not before a line's end; what it stands for goes to *at. */
static sheaf_status escape_read(reader *r, uint8_t **at)
{
    static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
    sheaf_slice c;
    uint32_t point;
    if (!sheaf_take(&r->left, 1, &c))
        return fail(r, "the string has no end");
    const char *known = c.data[0] ? strchr(from, c.data[0]) : NULL;
    if (known) {
        *(*at)++ = (uint8_t)to[known - from];
        return SHEAF_OK;
    }
    bool hex = c.data[0] == 'u'   ? hex_take(r, 4, &point)
               : c.data[0] == 'U' ? hex_take(r, 8, &point)
                                  : false;
    if (!hex)
        return fail(r, "no such escape in a string; a backslash is written \\\\");
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return fail(r, "the escape names no character");
    *at += sheaf_utf8_put(point, *at);
    return SHEAF_OK;
}

/* A backslash at a line's end takes away all white space up to the next character. */
static bool eat_folded_lines(reader *r)
{
    sheaf_slice before = r->left;
    skip_blanks(r);
    if (!eat_line_end(r)) {
        r->left = before;
        return false;
    }
    while (eat(r, ' ') || eat(r, '\t') || eat_line_end(r))
        ;
    return true;
}

/* Does the string end here? Two more quotes may stand before the three that end one of several
 * lines; they belong to it. */
static bool string_ends(reader *r, char quote, bool lines, uint8_t **at)
{
    size_t run = 0;
    while (run < r->left.len && run < 5 && r->left.data[run] == (uint8_t)quote)
        run++;
    if (run < (lines ? 3u : 1u))
        return false;
    for (size_t i = 3; lines && i < run; i++)
        *(*at)++ = (uint8_t)quote;
    size_t len = lines ? run : 1;
    r->left.data += len, r->left.len -= len;
    return true;
}

/* How many bytes stand up to the end of the string at most: its line, or three quotes in one of
 * several lines and the two that may precede them. */
static size_t string_bytes_max(const reader *r, char quote, bool lines)
{
    size_t at = 0, run = 0;
    for (; at < r->left.len && run < 3; at++) {
        uint8_t c = r->left.data[at];
        if (!lines && (c == (uint8_t)quote || c == '\n'))
            break;
        run = c == (uint8_t)quote ? run + 1 : 0;
        if (quote == '"' && c == '\\')
            at++;
    }
    return at;
}

static sheaf_status read_long_string(reader *r, char quote, bool lines, sheaf_slice *out)
{
    size_t room = string_bytes_max(r, quote, lines) + 3;
    uint8_t *begin = sheaf_arena_take(r->arena, room, 1, 1), *at = begin;
    if (!begin)
        return spent(r);
    while (!string_ends(r, quote, lines, &at)) {
        if (!r->left.len)
            return fail(r, "the string has no end");
        if (!lines && (peek(r) == '\n' || peek(r) == '\r'))
            return fail(r, "the string does not end in its line");
        if (quote == '"' && eat(r, '\\')) {
            if (!lines || !eat_folded_lines(r))
                SHEAF_TRY(escape_read(r, &at));
        } else if (!eat(r, '\r')) { /* lines end in LF, however they were written */
            *at++ = *r->left.data;
            r->left.data++, r->left.len--;
        }
    }
    *out = sheaf_bytes(begin, (size_t)(at - begin));
    assert(out->len <= room);
    return SHEAF_OK;
}

/* `quote` is the next character. Most strings have nothing to replace and are borrowed. */
static sheaf_status read_string(reader *r, sheaf_slice *out)
{
    char quote = (char)peek(r);
    bool lines = sheaf_take_text(&r->left, quote == '"' ? "\"\"\"" : "'''");
    if (lines) {
        (void)eat_line_end(r);
        return read_long_string(r, quote, true, out);
    }
    (void)eat(r, quote);
    size_t plain = 0;
    while (plain < r->left.len && r->left.data[plain] >= 0x20
           && r->left.data[plain] != (uint8_t)quote
           && (quote == '\'' || r->left.data[plain] != '\\'))
        plain++;
    if (plain == r->left.len || r->left.data[plain] != (uint8_t)quote)
        return read_long_string(r, quote, false, out);
    (void)sheaf_take(&r->left, plain, out);
    (void)eat(r, quote);
    return SHEAF_OK;
}

/* ---- values ---- */

static bool value_ends(const reader *r)
{
    return !r->left.len || strchr(" \t\r\n,]#", peek(r)) != NULL;
}

static sheaf_status read_integer(reader *r, int64_t *out)
{
    bool negative = eat(r, '-'), digit = false;
    uint8_t first = peek(r);
    uint64_t value = 0;
    size_t digits = 0;
    for (; (peek(r) >= '0' && peek(r) <= '9') || (digit && peek(r) == '_');
         r->left.data++, r->left.len--) {
        digit = peek(r) != '_';
        if (!digit)
            continue;
        if (++digits > 16)
            return fail(r, "the number is outside +-(2^53-1)");
        value = value * 10 + (uint64_t)(peek(r) - '0');
    }
    if (!digits)
        return fail(r, "a value is expected here: \"text\", a whole number, true, false or a "
                       "list in [ ]");
    if (peek(r) == '.' || peek(r) == 'e' || peek(r) == 'E')
        return fail(r, "only whole numbers are allowed: money is in hundredths of its unit, "
                       "shares in hundredths of a percent");
    if (!digit)
        return fail(r, "an underscore stands between two digits");
    if (!value_ends(r))
        return fail(r, "this is no whole number in decimal");
    if (first == '0' && (digits > 1 || negative))
        return fail(r, "a number has no leading zero, and zero no sign");
    if (value > (uint64_t)SHEAF_JSON_INT_MAX)
        return fail(r, "the number is outside +-(2^53-1)");
    *out = negative ? -(int64_t)value : (int64_t)value;
    return SHEAF_OK;
}

static sheaf_status value_new(reader *r, sheaf_json_type type, sheaf_json **out)
{
    *out = SHEAF_ARENA_NEW(r->arena, sheaf_json, 1);
    if (!*out)
        return spent(r);
    (*out)->type = type;
    (*out)->at = (size_t)(r->left.data - r->all.data);
    return SHEAF_OK;
}

/* A string, a number, true or false. */
static sheaf_status read_scalar(reader *r, sheaf_json **out)
{
    uint8_t c = peek(r);
    if (c == '"' || c == '\'') {
        SHEAF_TRY(value_new(r, SHEAF_JSON_STRING, out));
        return read_string(r, &(*out)->string);
    }
    if (c == '{')
        return fail(r, "a table has a header of its own here: [name], or [[name]] in a list");
    if (c == '[')
        return fail(r, "there are no lists in lists here");
    if (c != 't' && c != 'f') {
        SHEAF_TRY(value_new(r, SHEAF_JSON_INT, out));
        return read_integer(r, &(*out)->integer);
    }
    SHEAF_TRY(value_new(r, SHEAF_JSON_BOOL, out));
    (*out)->boolean = sheaf_take_text(&r->left, "true");
    if ((!(*out)->boolean && !sheaf_take_text(&r->left, "false")) || !value_ends(r))
        return fail(r, "a value is expected here; words stand in quotes");
    return SHEAF_OK;
}

/* White space, comments and line ends between the items of a list. */
static void skip_between(reader *r)
{
    do {
        skip_rest(r);
    } while (eat_line_end(r));
}

/* After the opening bracket. */
static sheaf_status read_list(reader *r, sheaf_json *list)
{
    sheaf_json **end = &list->first;
    for (skip_between(r); !eat(r, ']'); skip_between(r)) {
        SHEAF_TRY(read_scalar(r, end));
        end = &(*end)->next;
        list->count++;
        skip_between(r);
        if (!eat(r, ',') && peek(r) != ']')
            return fail(r, "a comma or ] is expected here");
    }
    return SHEAF_OK;
}

static sheaf_status read_value(reader *r, sheaf_json **out)
{
    if (peek(r) != '[')
        return read_scalar(r, out);
    SHEAF_TRY(value_new(r, SHEAF_JSON_LIST, out));
    (void)eat(r, '[');
    return read_list(r, *out);
}

/* ---- names and tables ---- */

static bool bare(uint8_t c)
{
    uint8_t low = c | 0x20;
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static sheaf_status read_name(reader *r, sheaf_slice *out)
{
    if (peek(r) == '"' || peek(r) == '\'') {
        if (r->left.len > 2 && r->left.data[1] == peek(r) && r->left.data[2] == peek(r))
            return fail(r, "a name does not run over lines");
        return read_string(r, out);
    }
    size_t len = 0;
    while (len < r->left.len && bare(r->left.data[len]))
        len++;
    return sheaf_take(&r->left, len, out) && len ? SHEAF_OK
                                                 : fail(r, "a name is expected here");
}

static sheaf_json *find(const sheaf_json *object, sheaf_slice name)
{
    for (sheaf_json *m = object->first; m; m = m->next)
        if (sheaf_slice_equal(m->name, name))
            return m;
    return NULL;
}

static sheaf_json *last_of(const sheaf_json *list)
{
    sheaf_json *last = list->first;
    while (last->next)
        last = last->next;
    return last;
}

static sheaf_status add(reader *r, sheaf_json *to, sheaf_slice name, sheaf_json *value)
{
    sheaf_json **end = &to->first;
    if (to->count == SHEAF_JSON_MEMBERS_MAX)
        return fail(r, to->type == SHEAF_JSON_OBJECT ? "a table with more than 1024 names"
                                                     : "a list with more than 1024 tables");
    while (*end)
        end = &(*end)->next;
    *end = value;
    value->name = name;
    to->count++;
    return SHEAF_OK;
}

/* The table, or list of tables, that a header goes through on its way. */
static sheaf_status step(reader *r, sheaf_json **at, sheaf_slice name)
{
    sheaf_json *next = find(*at, name);
    if (!next) {
        SHEAF_TRY(value_new(r, SHEAF_JSON_OBJECT, &next));
        SHEAF_TRY(add(r, *at, name, next));
    }
    if (next->type == SHEAF_JSON_LIST && next->boolean)
        next = last_of(next);
    if (next->type != SHEAF_JSON_OBJECT)
        return fail_name(r, name, "is a value already, and no table");
    *at = next;
    return SHEAF_OK;
}

static sheaf_status enter_table(reader *r, sheaf_json *in, sheaf_slice name)
{
    sheaf_json *table = find(in, name);
    if (!table) {
        SHEAF_TRY(value_new(r, SHEAF_JSON_OBJECT, &table));
        SHEAF_TRY(add(r, in, name, table));
    } else if (table->type == SHEAF_JSON_LIST && table->boolean) {
        return fail_name(r, name, "is a list of tables; its items are headed [[ ]]");
    } else if (table->type != SHEAF_JSON_OBJECT) {
        return fail_name(r, name, "is a value already, and no table");
    } else if (table->boolean) {
        return fail_name(r, name, "has its header twice");
    }
    table->boolean = true;
    r->table = table;
    return SHEAF_OK;
}

static sheaf_status enter_list(reader *r, sheaf_json *in, sheaf_slice name)
{
    sheaf_json *list = find(in, name), *table;
    if (!list) {
        SHEAF_TRY(value_new(r, SHEAF_JSON_LIST, &list));
        SHEAF_TRY(add(r, in, name, list));
        list->boolean = true;
    }
    if (list->type != SHEAF_JSON_LIST || !list->boolean)
        return fail_name(r, name, "is something else already, and no list of tables");
    SHEAF_TRY(value_new(r, SHEAF_JSON_OBJECT, &table));
    table->boolean = true;
    r->table = table;
    return add(r, list, (sheaf_slice){NULL, 0}, table);
}

/* After the opening brackets. */
static sheaf_status read_header(reader *r, bool list)
{
    sheaf_json *at = r->root;
    sheaf_slice name;
    for (int depth = 1;; depth++) {
        skip_blanks(r);
        SHEAF_TRY(read_name(r, &name));
        skip_blanks(r);
        if (!eat(r, '.'))
            break;
        if (depth == SHEAF_JSON_DEPTH_MAX / 2 - 1)
            return fail(r, "tables are nested more than 15 deep");
        SHEAF_TRY(step(r, &at, name));
    }
    if (!eat(r, ']') || (list && !eat(r, ']')))
        return fail(r, list ? "the header [[name]] does not end in ]]"
                            : "the header [name] does not end in ]");
    return list ? enter_list(r, at, name) : enter_table(r, at, name);
}

static sheaf_status read_assignment(reader *r)
{
    sheaf_slice name;
    sheaf_json *value;
    SHEAF_TRY(read_name(r, &name));
    skip_blanks(r);
    if (peek(r) == '.')
        return fail(r, "a name before = has no points here; head a table with [name]");
    if (!eat(r, '='))
        return fail_name(r, name, "is followed by = and a value");
    skip_blanks(r);
    if (find(r->table, name))
        return fail_name(r, name, "stands twice in this table");
    SHEAF_TRY(read_value(r, &value));
    return add(r, r->table, name, value);
}

/* Bytes that no line may have, wherever they stand. */
static sheaf_status check_bytes(reader *r)
{
    while (r->left.len) {
        uint32_t c;
        sheaf_slice before = r->left;
        if (!sheaf_utf8_take(&r->left, &c)) {
            return fail(r, "the bytes are not UTF-8");
        }
        bool line_end = c == '\n' || (c == '\r' && peek(r) == '\n');
        if ((c < 0x20 && c != '\t' && !line_end) || c == 0x7f
            || (c == 0xfeff && before.data == r->all.data)) {
            r->left = before;
            return fail(r, "a control character, which has no place in TOML");
        }
    }
    r->left = r->all;
    return SHEAF_OK;
}

sheaf_status sheaf_toml_parse(sheaf_slice in, sheaf_arena *arena, sheaf_json **out,
                              sheaf_err *err)
{
    reader r = {.all = in, .left = in, .arena = arena, .err = err};
    SHEAF_TRY(check_bytes(&r));
    SHEAF_TRY(value_new(&r, SHEAF_JSON_OBJECT, &r.root));
    r.table = r.root;
    while (skip_rest(&r), r.left.len) {
        if (eat_line_end(&r))
            continue;
        if (eat(&r, '['))
            SHEAF_TRY(read_header(&r, eat(&r, '[')));
        else
            SHEAF_TRY(read_assignment(&r));
        skip_rest(&r);
        if (r.left.len && !eat_line_end(&r))
            return fail(&r, "something stands behind the end; one thing stands in a line");
    }
    *out = r.root;
    return SHEAF_OK;
}
