/* crypto/hash_wide.h - SHA-256 of 32 pieces of one length, by AVX-512; for hash_many.c.
 *
 * A vector holds the same word of sixteen computations, so that a round of all of them is some
 * twenty instructions: a rotation is one, and so is a function of three words. Two such
 * sixteens go side by side, as each round waits for the one before it. A block takes half the
 * time that it takes with the processor's instructions for SHA-256, four pieces at once.
 */
#ifndef SHEAF_CRYPTO_HASH_WIDE_H
#define SHEAF_CRYPTO_HASH_WIDE_H

#include "crypto/hash_many.h"

enum { SHEAF_WIDE = 32 };

/* The constants of FIPS 180-4: the first state, and the word of each round. */
extern const uint32_t sheaf_sha256_initial[8];
extern const uint32_t sheaf_sha256_round[64];

/* Only where the processor has AVX-512 (crypto/processor.h). SHEAF_WIDE pieces, all as long as
 * the first, and their hashes. */
void sheaf_sha256_wide(const sheaf_slice *data, sheaf_hash *out);
/* SHEAF_WIDE nodes. */
void sheaf_sha256_wide_nodes(const sheaf_node_place *at);

#endif
