#include "base/json.h"

#include "base/encode.h"
#include "base/text.h"

#include <assert.h>
#include <stdlib.h>

sheaf_json_writer sheaf_json_begin(sheaf_buffer *out)
{
    return (sheaf_json_writer){.out = out};
}

/* What stands before a value: nothing after a key, a comma between items. */
static void before_value(sheaf_json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    assert(w->depth == 0 || w->closing[w->depth] == ']');
    if (w->filled[w->depth])
        sheaf_buffer_add_byte(w->out, ',');
    w->filled[w->depth] = true;
}

static void open_level(sheaf_json_writer *w, char opening, char closing)
{
    before_value(w);
    assert(w->depth < SHEAF_JSON_DEPTH_MAX);
    sheaf_buffer_add_byte(w->out, (uint8_t)opening);
    w->depth++;
    w->closing[w->depth] = closing;
    w->filled[w->depth] = false;
}

void sheaf_json_open_object(sheaf_json_writer *w)
{
    open_level(w, '{', '}');
}

void sheaf_json_open_list(sheaf_json_writer *w)
{
    open_level(w, '[', ']');
}

void sheaf_json_close(sheaf_json_writer *w)
{
    assert(w->depth > 0 && !w->after_key);
    sheaf_buffer_add_byte(w->out, (uint8_t)w->closing[w->depth]);
    w->depth--;
}

/* How many characters at the beginning are ASCII and stand for themselves. */
static size_t plain_run(sheaf_slice value)
{
    size_t n = 0;
    while (n < value.len && value.data[n] >= 0x20 && value.data[n] < 0x80
           && value.data[n] != '"' && value.data[n] != '\\')
        n++;
    return n;
}

static void put_string(sheaf_buffer *out, sheaf_slice value)
{
    sheaf_buffer_add_byte(out, '"');
    while (value.len) {
        sheaf_slice run;
        if (sheaf_take(&value, plain_run(value), &run) && run.len) {
            sheaf_buffer_add(out, run);
            continue;
        }
        const uint8_t *from = value.data;
        uint32_t point;
        if (!sheaf_utf8_take(&value, &point)) {
            value.data++, value.len--;
            sheaf_buffer_add_string(out, "\xef\xbf\xbd");
            continue;
        }
        static const char plain[] = "\b\t\n\f\r\"\\", letter[] = "btnfr\"\\";
        const char *at = point && point < 0x80 ? strchr(plain, (int)point) : NULL;
        if (at) {
            sheaf_buffer_add_byte(out, '\\');
            sheaf_buffer_add_byte(out, (uint8_t)letter[at - plain]);
        } else if (point < 0x20) {
            sheaf_buffer_printf(out, "\\u%04x", point);
        } else {
            sheaf_buffer_add(out, sheaf_bytes(from, (size_t)(value.data - from)));
        }
    }
    sheaf_buffer_add_byte(out, '"');
}

/* Most of what is written are numbers and names; printf would be half of the work. */
static void put_integer(sheaf_buffer *out, int64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (uint8_t)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        digits[--at] = '-';
    sheaf_buffer_add(out, sheaf_bytes(digits + at, sizeof digits - at));
}

void sheaf_json_key(sheaf_json_writer *w, const char *name)
{
    int d = w->depth;
    assert(d > 0 && w->closing[d] == '}' && !w->after_key);
    size_t len = strlen(name);
    if (w->filled[d]) {
        if (!w->out->failed) {
            const uint8_t *last = w->out->data + w->key_at[d];
            size_t shorter = len < w->key_len[d] ? len : w->key_len[d];
            int order = memcmp(last, name, shorter);
            assert(order < 0 || (order == 0 && w->key_len[d] < len)); /* canonical order */
        }
        sheaf_buffer_add_byte(w->out, ',');
    }
    w->filled[d] = true;
    w->key_at[d] = w->out->len + 1;
    w->key_len[d] = len;
    put_string(w->out, sheaf_str(name));
    sheaf_buffer_add_byte(w->out, ':');
    w->after_key = true;
}

void sheaf_json_int(sheaf_json_writer *w, int64_t value)
{
    assert(value >= -SHEAF_JSON_INT_MAX && value <= SHEAF_JSON_INT_MAX);
    before_value(w);
    put_integer(w->out, value);
}

void sheaf_json_bool(sheaf_json_writer *w, bool value)
{
    before_value(w);
    sheaf_buffer_add_string(w->out, value ? "true" : "false");
}

void sheaf_json_null(sheaf_json_writer *w)
{
    before_value(w);
    sheaf_buffer_add_string(w->out, "null");
}

void sheaf_json_string(sheaf_json_writer *w, sheaf_slice value)
{
    before_value(w);
    put_string(w->out, value);
}

void sheaf_json_hex(sheaf_json_writer *w, sheaf_slice bytes)
{
    before_value(w);
    sheaf_buffer_add_byte(w->out, '"');
    sheaf_hex_put(w->out, bytes);
    sheaf_buffer_add_byte(w->out, '"');
}

void sheaf_json_base64url(sheaf_json_writer *w, sheaf_slice bytes)
{
    before_value(w);
    sheaf_buffer_add_byte(w->out, '"');
    sheaf_base64url_put(w->out, bytes);
    sheaf_buffer_add_byte(w->out, '"');
}

void sheaf_json_raw(sheaf_json_writer *w, sheaf_slice json)
{
    before_value(w);
    sheaf_buffer_add(w->out, json);
}

void sheaf_json_value(sheaf_json_writer *w, const sheaf_json *value)
{
    before_value(w);
    sheaf_json_write(w->out, value);
}

void sheaf_json_member_put_int(sheaf_json_writer *w, const char *name, int64_t value)
{
    sheaf_json_key(w, name);
    sheaf_json_int(w, value);
}

void sheaf_json_member_put_string(sheaf_json_writer *w, const char *name, sheaf_slice value)
{
    sheaf_json_key(w, name);
    sheaf_json_string(w, value);
}

void sheaf_json_member_put_bool(sheaf_json_writer *w, const char *name, bool value)
{
    sheaf_json_key(w, name);
    sheaf_json_bool(w, value);
}

void sheaf_json_member_put_hex(sheaf_json_writer *w, const char *name, sheaf_slice bytes)
{
    sheaf_json_key(w, name);
    sheaf_json_hex(w, bytes);
}

/* UTF-16 order differs from byte order in one case: code points from U+E000 to U+FFFF sort
 * after those above U+FFFF, whose first unit is a surrogate. */
static int utf16_compare(sheaf_slice a, sheaf_slice b)
{
    while (a.len && b.len) {
        uint32_t x, y;
        if (!sheaf_utf8_take(&a, &x) || !sheaf_utf8_take(&b, &y))
            return 0; /* the parser lets no such name through */
        if (x == y)
            continue;
        uint32_t first_x = x > 0xffff ? 0xd800 + ((x - 0x10000) >> 10) : x;
        uint32_t first_y = y > 0xffff ? 0xd800 + ((y - 0x10000) >> 10) : y;
        if (first_x != first_y)
            return first_x < first_y ? -1 : 1;
        return x < y ? -1 : 1;
    }
    return a.len ? 1 : b.len ? -1 : 0;
}

static int by_name(const void *a, const void *b)
{
    return utf16_compare((*(const sheaf_json *const *)a)->name,
                         (*(const sheaf_json *const *)b)->name);
}

static bool in_order(const sheaf_json *object)
{
    for (const sheaf_json *m = object->first; m && m->next; m = m->next)
        if (utf16_compare(m->name, m->next->name) >= 0)
            return false;
    return true;
}

static void write_items(sheaf_buffer *out, const sheaf_json *value)
{
    for (const sheaf_json *m = value->first; m; m = m->next) {
        if (m != value->first)
            sheaf_buffer_add_byte(out, ',');
        if (value->type == SHEAF_JSON_OBJECT) {
            put_string(out, m->name);
            sheaf_buffer_add_byte(out, ':');
        }
        sheaf_json_write(out, m);
    }
}

static void write_sorted(sheaf_buffer *out, const sheaf_json *object)
{
    const sheaf_json **sorted = calloc(object->count, sizeof *sorted);
    if (!sorted) {
        out->failed = true;
        return;
    }
    size_t n = 0;
    for (const sheaf_json *m = object->first; m; m = m->next)
        sorted[n++] = m;
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 0; i < n; i++) {
        if (i)
            sheaf_buffer_add_byte(out, ',');
        put_string(out, sorted[i]->name);
        sheaf_buffer_add_byte(out, ':');
        sheaf_json_write(out, sorted[i]);
    }
    free(sorted);
}

void sheaf_json_write(sheaf_buffer *out, const sheaf_json *value)
{
    switch (value->type) {
    case SHEAF_JSON_NULL:
        sheaf_buffer_add_string(out, "null");
        break;
    case SHEAF_JSON_BOOL:
        sheaf_buffer_add_string(out, value->boolean ? "true" : "false");
        break;
    case SHEAF_JSON_INT:
        put_integer(out, value->integer);
        break;
    case SHEAF_JSON_STRING:
        put_string(out, value->string);
        break;
    case SHEAF_JSON_LIST:
        sheaf_buffer_add_byte(out, '[');
        write_items(out, value);
        sheaf_buffer_add_byte(out, ']');
        break;
    case SHEAF_JSON_OBJECT:
        sheaf_buffer_add_byte(out, '{');
        if (in_order(value))
            write_items(out, value);
        else
            write_sorted(out, value);
        sheaf_buffer_add_byte(out, '}');
        break;
    }
}
