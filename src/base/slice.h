/* base/slice.h - borrowed bytes. A slice never owns what it points to. */
#ifndef SHEAF_BASE_SLICE_H
#define SHEAF_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const uint8_t *data;
    size_t len;
} sheaf_slice;

/* A slice over a string literal or another string that ends in NUL. */
static inline sheaf_slice sheaf_str(const char *text)
{
    return (sheaf_slice){(const uint8_t *)text, strlen(text)};
}

static inline sheaf_slice sheaf_bytes(const void *data, size_t len)
{
    return (sheaf_slice){data, len};
}

static inline bool sheaf_slice_equal(sheaf_slice a, sheaf_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool sheaf_slice_is(sheaf_slice a, const char *text)
{
    return sheaf_slice_equal(a, sheaf_str(text));
}

/* Takes n bytes off the front; false, and nothing taken, if there are fewer. */
static inline bool sheaf_take(sheaf_slice *in, size_t n, sheaf_slice *out)
{
    if (n > in->len)
        return false;
    *out = (sheaf_slice){in->data, n};
    in->data += n;
    in->len -= n;
    return true;
}

/* Takes that very text off the front; false, and nothing taken, if it does not stand there. */
static inline bool sheaf_take_text(sheaf_slice *in, const char *text)
{
    sheaf_slice rest = *in, taken;
    if (!sheaf_take(&rest, strlen(text), &taken) || !sheaf_slice_is(taken, text))
        return false;
    *in = rest;
    return true;
}

/* Takes what stands before the first such byte into *out, and the byte; false, and nothing
 * taken, if there is none. */
static inline bool sheaf_take_until(sheaf_slice *in, char byte, sheaf_slice *out)
{
    const uint8_t *at = in->len ? memchr(in->data, byte, in->len) : NULL;
    sheaf_slice found;
    return at && sheaf_take(in, (size_t)(at - in->data), out) && sheaf_take(in, 1, &found);
}

/* For printf("%.*s", SHEAF_PRINT(slice)). */
#define SHEAF_PRINT(slice) (int)(slice).len, (const char *)(slice).data

#endif
