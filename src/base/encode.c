#include "base/encode.h"

#include <assert.h>

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void sheaf_hex_put(sheaf_buffer *out, sheaf_slice bytes)
{
    uint8_t *to = sheaf_buffer_extend(out, bytes.len * 2);
    for (size_t i = 0; to && i < bytes.len; i++) {
        *to++ = (uint8_t) "0123456789abcdef"[bytes.data[i] >> 4];
        *to++ = (uint8_t) "0123456789abcdef"[bytes.data[i] & 15];
    }
}

static void base64_put(sheaf_buffer *out, sheaf_slice bytes, const char *alphabet, bool padded)
{
    size_t whole = bytes.len / 3, rest = bytes.len % 3;
    size_t len = whole * 4 + (rest ? (padded ? 4 : rest + 1) : 0);
    uint8_t *to = sheaf_buffer_extend(out, len);
    if (!to)
        return;
    const uint8_t *from = bytes.data;
    for (size_t i = 0; i < whole; i++, from += 3) {
        uint32_t bits = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
        for (int k = 18; k >= 0; k -= 6)
            *to++ = (uint8_t)alphabet[bits >> k & 63];
    }
    if (!rest)
        return;
    uint32_t bits = (uint32_t)from[0] << 16 | (rest == 2 ? (uint32_t)from[1] << 8 : 0);
    *to++ = (uint8_t)alphabet[bits >> 18 & 63];
    *to++ = (uint8_t)alphabet[bits >> 12 & 63];
    if (rest == 2)
        *to++ = (uint8_t)alphabet[bits >> 6 & 63];
    else if (padded)
        *to++ = '=';
    if (padded)
        *to++ = '=';
}

void sheaf_base64_put(sheaf_buffer *out, sheaf_slice bytes)
{
    base64_put(out, bytes, standard, true);
}

void sheaf_base64url_put(sheaf_buffer *out, sheaf_slice bytes)
{
    base64_put(out, bytes, url, false);
}

void sheaf_hex_32(const uint8_t bytes[32], char out[65])
{
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    out[64] = 0;
}

void sheaf_base64url_32(const uint8_t bytes[32], char out[44])
{
    uint32_t bits = 0;
    int have = 0;
    char *to = out;
    for (size_t i = 0; i < 32; i++) {
        bits = bits << 8 | bytes[i];
        for (have += 8; have >= 6; have -= 6)
            *to++ = url[bits >> (have - 6) & 63];
    }
    *to++ = url[bits << (6 - have) & 63];
    *to = 0;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool sheaf_hex_get(sheaf_slice text, uint8_t *out, size_t len)
{
    if (text.len != len * 2)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(text.data[2 * i]), low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* `text` without padding, of the one length that `len` bytes have. */
static bool base64_get(sheaf_slice text, uint8_t *out, size_t len)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t at = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.data[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8) {
            assert(at < len);
            have -= 8;
            out[at++] = (uint8_t)(bits >> have);
        }
    }
    assert(at == len);
    return (bits & ((1u << have) - 1)) == 0; /* trailing bits are zero */
}

/* A digit of base64url in its place of four, and a bit that says that it is one. */
#define DIGIT(k, c, n) [c] = UINT32_C(1) << (24 + (k)) | (uint32_t)(n) << (18 - 6 * (k))
#define FIVE(k, a, b, c, d, e, n)                                                              \
    DIGIT(k, a, n), DIGIT(k, b, (n) + 1), DIGIT(k, c, (n) + 2), DIGIT(k, d, (n) + 3),          \
        DIGIT(k, e, (n) + 4)
#define DIGITS(k)                                                                              \
    {                                                                                          \
        FIVE(k, 'A', 'B', 'C', 'D', 'E', 0), FIVE(k, 'F', 'G', 'H', 'I', 'J', 5),              \
            FIVE(k, 'K', 'L', 'M', 'N', 'O', 10), FIVE(k, 'P', 'Q', 'R', 'S', 'T', 15),        \
            FIVE(k, 'U', 'V', 'W', 'X', 'Y', 20), DIGIT(k, 'Z', 25),                           \
            FIVE(k, 'a', 'b', 'c', 'd', 'e', 26), FIVE(k, 'f', 'g', 'h', 'i', 'j', 31),        \
            FIVE(k, 'k', 'l', 'm', 'n', 'o', 36), FIVE(k, 'p', 'q', 'r', 's', 't', 41),        \
            FIVE(k, 'u', 'v', 'w', 'x', 'y', 46), DIGIT(k, 'z', 51),                           \
            FIVE(k, '0', '1', '2', '3', '4', 52), FIVE(k, '5', '6', '7', '8', '9', 57),        \
            DIGIT(k, '-', 62), DIGIT(k, '_', 63)                                               \
    }
static const uint32_t url_digits[4][256] = {DIGITS(0), DIGITS(1), DIGITS(2), DIGITS(3)};

enum { ALL_DIGITS = 0xf << 24 };

/* Four digits as 24 bits, below ALL_DIGITS if that is what they are. */
static inline uint32_t url_four(const uint8_t text[4])
{
    return url_digits[0][text[0]] | url_digits[1][text[1]] | url_digits[2][text[2]]
           | url_digits[3][text[3]];
}

bool sheaf_base64url_get(sheaf_slice text, uint8_t *out, size_t len)
{
    if (text.len != (len * 4 + 2) / 3)
        return false;
    const uint8_t *at = text.data;
    uint32_t valid = ALL_DIGITS;
    for (; len > 3; len -= 3, at += 4, out += 3) { /* the fourth byte is written over */
        uint32_t bits = url_four(at);
        valid &= bits;
        sheaf_big_endian_put(out, (uint64_t)bits << 8, 4);
    }
    if (len > 0) {
        const uint8_t last[4] = {at[0], at[1], len >= 2 ? at[2] : 'A', len >= 3 ? at[3] : 'A'};
        uint32_t bits = url_four(last);
        valid &= bits;
        bits &= 0xffffff;
        sheaf_big_endian_put(out, bits >> (24 - 8 * len), len);
        if (len < 3 && bits & (len == 2 ? 0xff : 0xffff))
            return false; /* trailing bits are not zero */
    }
    return valid == ALL_DIGITS;
}

size_t sheaf_base64_len(sheaf_slice text)
{
    if (text.len % 4)
        return SIZE_MAX;
    size_t pad = 0;
    while (pad < 2 && pad < text.len && text.data[text.len - 1 - pad] == '=')
        pad++;
    return text.len / 4 * 3 - pad;
}

bool sheaf_base64_get(sheaf_slice text, uint8_t *out, size_t len)
{
    if (sheaf_base64_len(text) != len)
        return false;
    text.len -= text.len / 4 * 3 - len;
    return base64_get(text, out, len);
}
