/* crypto/hash_many.h - SHA-256 of several pieces of data that do not depend on one another.
 *
 * The same hashes as one sheaf_sha256() after the other, sooner: where the processor has
 * instructions for SHA-256 (x86 with SHA and AVX, looked for at run time), four pieces are
 * hashed at once, or two. A round of SHA-256 waits for the one before it, and the instructions
 * take new work more than twice as often as they give results, so one piece alone leaves most
 * of their time unused. Of short pieces of one length, as the rows of a table or the nodes of a
 * tree are, 32 are hashed at once where there is AVX-512 (crypto/hash_wide.h). Elsewhere it is
 * OpenSSL.
 *
 * Our own loop, because no library that is packaged does this for data of a mebibyte (those for
 * network traffic stop at 64 KiB), and because a coordinator hashes all that comes in: for 16
 * vectors of 4 MB it needs 0.037 s of a core with it and 0.058 s with one hash after the other
 * (docs/privacy-guarantees.md, "Speed"). What is hashed is public.
 */
#ifndef SHEAF_CRYPTO_HASH_MANY_H
#define SHEAF_CRYPTO_HASH_MANY_H

#include "crypto/hash.h"

void sheaf_sha256_many(const sheaf_slice *data, size_t count, sheaf_hash *out);

/* Nodes of Merkle trees (RFC 6962, section 2.1): at `below` stand two hashes side by side, and
 * that of a byte 1 with both is put at `node`. None of the nodes stands below another. As
 * sheaf_sha256_many() does it, but what is hashed is read where it stands. */
#define SHEAF_NODE_MARK INT64_C(1)
typedef struct {
    const sheaf_hash *below;
    sheaf_hash *node;
} sheaf_node_place;
void sheaf_sha256_nodes(const sheaf_node_place *at, size_t count);

#endif
