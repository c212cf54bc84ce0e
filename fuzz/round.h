/* The round that targets play: the one whose messages, bundles and records are in the corpora.
 */
#ifndef SHEAF_FUZZ_ROUND_H
#define SHEAF_FUZZ_ROUND_H

#include "round/config.h"

enum { ROUND = 7 };

static inline void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

/* Members 1 to count on the complete graph, any two of whom open a secret, and their keys. */
static inline void round_make(uint16_t count, uint32_t words, unsigned bits,
                              sheaf_round_config *out, sheaf_keypair *pair)
{
    must(sheaf_crypto_start());
    *out = (sheaf_round_config){.origin = "sheaf/abcdefghijklmnopqrstuvwxyz",
                                .round = ROUND,
                                .words = words,
                                .bits = (uint16_t)bits,
                                .count = count,
                                .degree = (uint16_t)(count - 1),
                                .threshold = 2,
                                .min_survivors = 2,
                                .stage_ms = {9, 9, 9, 9, 9, 9}};
    for (uint16_t i = 0; i < count; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        sheaf_keypair_from_seed(&pair[i], seed);
        out->members[i].member = (uint32_t)i + 1;
        memcpy(out->members[i].public, pair[i].public, SHEAF_PUBLIC_BYTES);
    }
}

#endif
