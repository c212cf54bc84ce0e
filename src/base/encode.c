#include "base/encode.h"

#include <assert.h>
#include <endian.h>

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

/* 64 and the digit of base64url, or 0. */
static const uint8_t url_digits[256] = {
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   126, 0,   0,   116, 117, 118, 119, 120, 121,
    122, 123, 124, 125, 0,   0,   0,   0,   0,   0,   0,   64,  65,  66,  67,  68,  69,  70,
    71,  72,  73,  74,  75,  76,  77,  78,  79,  80,  81,  82,  83,  84,  85,  86,  87,  88,
    89,  0,   0,   0,   0,   127, 0,   90,  91,  92,  93,  94,  95,  96,  97,  98,  99,  100,
    101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,
};

/* Four digits as 24 bits. *valid loses its bit 6 where one is none. */
static inline uint32_t url_four(const uint8_t *text, uint32_t *valid)
{
    uint32_t a = url_digits[text[0]], b = url_digits[text[1]];
    uint32_t c = url_digits[text[2]], d = url_digits[text[3]];
    *valid &= a & b & c & d;
    return (a << 18) + (b << 12) + (c << 6) + d - (64 << 18 | 64 << 12 | 64 << 6 | 64);
}

bool sheaf_base64url_get(sheaf_slice text, uint8_t *out, size_t len)
{
    if (text.len != (len * 4 + 2) / 3)
        return false;
    const uint8_t *at = text.data;
    uint32_t valid = 64;
    for (; len > 3; len -= 3, at += 4, out += 3) { /* the fourth byte is written over */
        uint32_t four = htobe32(url_four(at, &valid) << 8);
        memcpy(out, &four, sizeof four);
    }
    if (len > 0) {
        const uint8_t last[4] = {at[0], at[1], len > 1 ? at[2] : 'A', len > 2 ? at[3] : 'A'};
        uint32_t bits = url_four(last, &valid);
        sheaf_big_endian_put(out, bits >> (24 - 8 * len), len);
        if (bits & (0xffffff >> 8 * len))
            return false; /* trailing bits are not zero */
    }
    return valid != 0;
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
