/* claims/check.h - what rules claim, checked outside the fold.
 *
 * A claim is a pure predicate over bytes. Signature and cosignature claims and those about the
 * cost of rounds (claims/privacy_cost.h) carry all their bytes; that of the log's root is
 * checked by who holds the tree (claims/replay); an evaluation claim names a blob, which is
 * fetched. Where that is missing the claim is not checked, which is never the same as false.
 * Everything here may run on any thread, without the state.
 */
#ifndef SHEAF_CLAIMS_CHECK_H
#define SHEAF_CLAIMS_CHECK_H

#include "base/buffer.h"
#include "coop/fold.h"

typedef enum {
    SHEAF_CLAIM_HOLDS,
    SHEAF_CLAIM_FALSE,
    SHEAF_CLAIM_UNCHECKED, /* the evidence is not at hand */
} sheaf_claim_result;

/* Where blobs come from. Fills `out`, which is empty and bounds it, with bytes of that hash, or
 * leaves it empty and *found false where there is no such blob. */
typedef struct {
    sheaf_status (*get)(void *context, const sheaf_hash *hash, sheaf_buffer *out, bool *found,
                        sheaf_err *err);
    void *context;
} sheaf_blob_source;

/* `blobs` may be NULL. On anything but SHEAF_CLAIM_HOLDS *err, which may be NULL, says why. */
sheaf_claim_result sheaf_claim_check(const sheaf_claim *claim, const sheaf_blob_source *blobs,
                                     sheaf_err *err);

/* One signature over an act, to be checked with many others. The key is not looked at: the rule
 * that admits a key refuses one that is not valid, once, and what an unfit key has signed
 * stands or falls with that rule. */
typedef struct {
    uint8_t public_key[SHEAF_PUBLIC_BYTES];
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_slice origin, act; /* borrowed */
    bool holds;              /* the answer */
} sheaf_signature_check;

bool sheaf_signature_holds(const sheaf_signature_check *check);

enum { SHEAF_CLAIM_THREADS_MAX = 64 };

/* Runs `work` for every number below `count` on up to `threads` threads, this one included, and
 * returns when all is done. `thread` is below SHEAF_CLAIM_THREADS_MAX and one thread's own.
 * Where the system gives fewer threads, the others do the work. */
typedef void sheaf_parallel_work(void *context, unsigned thread, size_t number);
void sheaf_parallel(size_t count, unsigned threads, sheaf_parallel_work *work, void *context);

/* Fills `holds` of all; in batches (crypto/ed25519_batch.h), which give the same answers. */
void sheaf_signatures_check(sheaf_signature_check *checks, size_t count, unsigned threads);

#endif
