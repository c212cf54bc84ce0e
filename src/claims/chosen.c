#include "claims/chosen.h"

#include "base/encode.h"

#include <assert.h>

static const char label[] = "sheaf-chosen-chunks/v1\n";

/* The n-th number that the secret and the round give. */
static uint64_t drawn(const uint8_t secret[SHEAF_SEED_BYTES],
                      const struct sheaf_row_round *round, uint32_t n)
{
    uint8_t text[sizeof label - 1 + 2 * SHEAF_HASH_BYTES + 4], *at = text;
    memcpy(at, label, sizeof label - 1);
    at += sizeof label - 1;
    memcpy(at, round->transcript.bytes, SHEAF_HASH_BYTES);
    memcpy(at + SHEAF_HASH_BYTES, round->result.bytes, SHEAF_HASH_BYTES);
    at += 2 * (size_t)SHEAF_HASH_BYTES;
    sheaf_big_endian_put(at, n, 4);
    sheaf_hash hash = sheaf_hmac_sha256(secret, sheaf_bytes(text, sizeof text));
    return sheaf_big_endian_get(hash.bytes, 8);
}

void sheaf_chunks_choose(const uint8_t secret[SHEAF_SEED_BYTES],
                         const struct sheaf_row_round *round, size_t chunks, size_t *out,
                         size_t count)
{
    assert(count <= chunks);
    size_t found = 0;
    for (uint32_t n = 0; found < count; n++) {
        bool fresh = true;
        out[found] = (size_t)(drawn(secret, round, n) % chunks); /* of at most 8,000: no bias */
        for (size_t k = 0; k < found; k++)
            fresh = fresh && out[k] != out[found];
        found += fresh;
    }
}
