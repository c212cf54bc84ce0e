#include "crypto/stream.h"

#include "crypto/aes_ctr.h"
#include "crypto/processor.h"

#include <assert.h>
#include <endian.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

#ifdef NDEBUG
#error "the asserts are the bounds of keystreams: build without NDEBUG"
#endif

static const uint8_t zero_nonce[crypto_stream_chacha20_NONCEBYTES];

void sheaf_stream_bytes(const uint8_t seed[32], uint8_t *out, size_t len)
{
    crypto_stream_chacha20(out, len, zero_nonce, seed);
}

void sheaf_stream_words(const uint8_t seed[32], uint64_t first, uint64_t *out, size_t count)
{
    assert(first % 8 == 0);
    memset(out, 0, count * sizeof *out);
    crypto_stream_chacha20_xor_ic((uint8_t *)out, (const uint8_t *)out, count * sizeof *out,
                                  zero_nonce, first / 8, seed);
    for (size_t i = 0; i < count; i++)
        out[i] = le64toh(out[i]);
}

struct sheaf_keystream {
    bool cut; /* within a block: its rest is gone */
    bool by_vectors;
    sheaf_aes_keys keys; /* by vectors */
    uint64_t block;
    EVP_CIPHER *cipher; /* else */
    EVP_CIPHER_CTX *context;
};

sheaf_keystream *sheaf_keystream_open(void)
{
    if (!sheaf_processor_has_vaes())
        return sheaf_keystream_open_openssl();
    sheaf_keystream *stream = calloc(1, sizeof *stream);
    if (stream)
        stream->by_vectors = true;
    return stream;
}

sheaf_keystream *sheaf_keystream_open_openssl(void)
{
    sheaf_keystream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    stream->context = EVP_CIPHER_CTX_new();
    if (stream->cipher && stream->context)
        return stream;
    sheaf_keystream_close(stream);
    return NULL;
}

void sheaf_keystream_close(sheaf_keystream *stream)
{
    EVP_CIPHER_CTX_free(stream->context); /* wipes the key schedule */
    EVP_CIPHER_free(stream->cipher);
    sodium_memzero(&stream->keys, sizeof stream->keys);
    free(stream);
}

void sheaf_keystream_seek(sheaf_keystream *stream, const uint8_t seed[32], uint64_t from)
{
    uint8_t counter[SHEAF_KEYSTREAM_BLOCK] = {0};
    assert(from % SHEAF_KEYSTREAM_BLOCK == 0);
    stream->cut = false;
    stream->block = from / SHEAF_KEYSTREAM_BLOCK;
    if (stream->by_vectors) {
        sheaf_aes_keys_make(&stream->keys, seed);
        return;
    }
    for (int i = 0; i < 8; i++)
        counter[15 - i] = (uint8_t)(stream->block >> 8 * i);
    int ok = EVP_EncryptInit_ex2(stream->context, stream->cipher, seed, counter, NULL);
    assert(ok == 1); /* nothing here takes memory */
}

void sheaf_keystream_next(sheaf_keystream *stream, uint8_t *out, size_t len)
{
    static const uint8_t zeros[16384];
    assert(!stream->cut);
    stream->cut = len % SHEAF_KEYSTREAM_BLOCK != 0;
    if (stream->by_vectors) {
        sheaf_aes_ctr(&stream->keys, stream->block, out, len);
        stream->block += len / SHEAF_KEYSTREAM_BLOCK;
        return;
    }
    int ok = 1;
    while (ok == 1 && len > 0) {
        size_t piece = len < sizeof zeros ? len : sizeof zeros;
        int made = 0;
        ok = EVP_EncryptUpdate(stream->context, out, &made, zeros, (int)piece);
        out += piece;
        len -= piece;
    }
    assert(ok == 1);
}
