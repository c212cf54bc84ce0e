/* fuzz_evidence.c - any bytes as evidence of two histories: no crash; what is accepted is
 * written back as the same bytes, and proves nothing under a key that signed none of it. */
#include "log/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const uint8_t seed[32] = {1};
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_evidence evidence;
    sheaf_checkpoint head;
    sheaf_keypair pair;
    sheaf_buffer made;
    sheaf_vkey key;
    if (!sheaf_crypto_start() || sheaf_evidence_parse(in, &evidence, NULL) != SHEAF_OK)
        return 0;
    sheaf_buffer_init(&made, SHEAF_EVIDENCE_MAX);
    sheaf_evidence_put(&made, &evidence);
    if (!sheaf_slice_equal(sheaf_buffer_slice(&made), in))
        __builtin_trap();
    sheaf_buffer_deinit(&made);
    sheaf_keypair_from_seed(&pair, seed);
    if (sheaf_checkpoint_read(evidence.older, &head, NULL) != SHEAF_OK)
        __builtin_trap();
    if (sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, head.origin, pair.public, NULL) == SHEAF_OK
        && sheaf_evidence_verify(&evidence, &key, NULL, NULL, NULL) == SHEAF_OK)
        __builtin_trap();
    return 0;
}
