/* base/encode.h - numbers as bytes, and bytes as text: lower-case hex, base64 (RFC 4648 section
 * 4, padded) and base64url (section 5, without padding). Decoders of text accept exactly one
 * spelling of each value: padding where it belongs, zero trailing bits, no white space,
 * lower-case hex only. */
#ifndef SHEAF_BASE_ENCODE_H
#define SHEAF_BASE_ENCODE_H

#include "base/buffer.h"

enum { SHEAF_BASE64URL_LEN_32 = 43, SHEAF_HEX_LEN_32 = 64 };

void sheaf_hex_put(sheaf_buffer *out, sheaf_slice bytes);
void sheaf_base64_put(sheaf_buffer *out, sheaf_slice bytes);
void sheaf_base64url_put(sheaf_buffer *out, sheaf_slice bytes);

/* Fixed-size text with a NUL behind it. */
void sheaf_hex_32(const uint8_t bytes[32], char out[65]);
void sheaf_base64url_32(const uint8_t bytes[32], char out[44]);

/* True if `text` is the one spelling of exactly `len` bytes, which are written to `out`. */
bool sheaf_hex_get(sheaf_slice text, uint8_t *out, size_t len);
bool sheaf_base64_get(sheaf_slice text, uint8_t *out, size_t len);
bool sheaf_base64url_get(sheaf_slice text, uint8_t *out, size_t len);

/* How many bytes the padded base64 `text` holds, or SIZE_MAX if no length fits. */
size_t sheaf_base64_len(sheaf_slice text);

/* Numbers of up to 8 bytes, the most significant first. */
static inline void sheaf_big_endian_put(uint8_t *out, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        out[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static inline uint64_t sheaf_big_endian_get(const uint8_t *in, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | in[i];
    return value;
}

#endif
