#include "base/buffer.h"

#include "base/encode.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void sheaf_buffer_init(sheaf_buffer *buffer, size_t max)
{
    *buffer = (sheaf_buffer){.max = max};
}

void sheaf_buffer_deinit(sheaf_buffer *buffer)
{
    free(buffer->data);
    *buffer = (sheaf_buffer){.max = buffer->max};
}

void sheaf_buffer_reset(sheaf_buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = false;
}

uint8_t *sheaf_buffer_extend(sheaf_buffer *buffer, size_t n)
{
    if (buffer->failed)
        return NULL;
    if (n > buffer->max || buffer->len > buffer->max - n) {
        buffer->failed = true;
        return NULL;
    }
    if (!buffer->data || buffer->len + n > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 256;
        while (capacity < buffer->len + n)
            capacity = capacity > buffer->max / 2 ? buffer->max : capacity * 2;
        uint8_t *data = realloc(buffer->data, capacity);
        if (!data) {
            buffer->failed = true;
            return NULL;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    uint8_t *out = buffer->data + buffer->len;
    buffer->len += n;
    return out;
}

void sheaf_buffer_add(sheaf_buffer *buffer, sheaf_slice bytes)
{
    if (!bytes.len)
        return;
    uint8_t *out = sheaf_buffer_extend(buffer, bytes.len);
    if (out)
        memcpy(out, bytes.data, bytes.len);
}

void sheaf_buffer_add_string(sheaf_buffer *buffer, const char *text)
{
    sheaf_buffer_add(buffer, sheaf_str(text));
}

void sheaf_buffer_add_byte(sheaf_buffer *buffer, uint8_t byte)
{
    sheaf_buffer_add(buffer, sheaf_bytes(&byte, 1));
}

void sheaf_buffer_printf(sheaf_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(need >= 0);
    /* vsnprintf writes a NUL behind the text: room for it, which does not count against the
     * maximum, then the length without it. */
    size_t max = buffer->max;
    buffer->max = max < SIZE_MAX ? max + 1 : max;
    uint8_t *out = sheaf_buffer_extend(buffer, (size_t)need + 1);
    buffer->max = max;
    if (out) {
        vsnprintf((char *)out, (size_t)need + 1, format, again);
        buffer->len--;
    }
    va_end(again);
}

static void add_big_endian(sheaf_buffer *buffer, uint64_t value, size_t width)
{
    uint8_t *out = sheaf_buffer_extend(buffer, width);
    if (out)
        sheaf_big_endian_put(out, value, width);
}

void sheaf_buffer_add_u16(sheaf_buffer *buffer, uint16_t value)
{
    add_big_endian(buffer, value, 2);
}

void sheaf_buffer_add_u32(sheaf_buffer *buffer, uint32_t value)
{
    add_big_endian(buffer, value, 4);
}

void sheaf_buffer_add_u64(sheaf_buffer *buffer, uint64_t value)
{
    add_big_endian(buffer, value, 8);
}

sheaf_status sheaf_buffer_check(const sheaf_buffer *buffer, const char *what, sheaf_err *err)
{
    if (buffer->failed)
        return sheaf_fail(err, SHEAF_NOMEM, "%s does not fit into %zu bytes", what,
                          buffer->max);
    return SHEAF_OK;
}

static bool take_big_endian(sheaf_slice *in, size_t width, uint64_t *out)
{
    sheaf_slice bytes;
    if (!sheaf_take(in, width, &bytes))
        return false;
    *out = sheaf_big_endian_get(bytes.data, width);
    return true;
}

bool sheaf_take_u8(sheaf_slice *in, uint8_t *out)
{
    uint64_t value;
    if (!take_big_endian(in, 1, &value))
        return false;
    *out = (uint8_t)value;
    return true;
}

bool sheaf_take_u16(sheaf_slice *in, uint16_t *out)
{
    uint64_t value;
    if (!take_big_endian(in, 2, &value))
        return false;
    *out = (uint16_t)value;
    return true;
}

bool sheaf_take_u32(sheaf_slice *in, uint32_t *out)
{
    uint64_t value;
    if (!take_big_endian(in, 4, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

bool sheaf_take_u64(sheaf_slice *in, uint64_t *out)
{
    return take_big_endian(in, 8, out);
}
