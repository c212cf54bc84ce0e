/* fuzz_receipt.c - any bytes as a receipt and as a relayed act: no crash; what is read is
 * written back as the same bytes; none is by a witness who did not sign it. */
#include <stdlib.h>

#include "acts/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect_same(sheaf_buffer *made, sheaf_slice want)
{
    if (made->failed || !sheaf_slice_equal(sheaf_buffer_slice(made), want))
        __builtin_trap();
    sheaf_buffer_deinit(made);
}

static void try_receipt(const sheaf_receipt *receipt)
{
    static const uint8_t seed[32] = {77};
    sheaf_keypair pair;
    sheaf_vkey witness;
    sheaf_keypair_from_seed(&pair, seed);
    if (sheaf_vkey_make(&witness, SHEAF_VKEY_COSIGNATURE, sheaf_str("w"), pair.public, NULL)
            != SHEAF_OK
        || sheaf_receipt_verify(receipt, sheaf_str("sheaf/abcdefghijklmnopqrstuvwxyz"),
                                &witness, NULL)
               == SHEAF_OK)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t *block;
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_receipt receipt;
    sheaf_relayed relayed;
    sheaf_buffer made, inner;
    if (!sheaf_crypto_start() || len > SHEAF_RELAYED_MAX)
        return 0;
    if (!block)
        block = malloc(SHEAF_RELAYED_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_RELAYED_ARENA_BYTES);
    if (!block)
        return 0;
    if (sheaf_receipt_parse(in, &arena, &receipt, NULL) == SHEAF_OK) {
        sheaf_buffer_init(&made, 2 * SHEAF_RELAYED_MAX);
        sheaf_receipt_put(&made, &receipt);
        expect_same(&made, in);
        try_receipt(&receipt);
    }
    sheaf_arena_reset(&arena);
    if (sheaf_relayed_parse(in, 1, &arena, &relayed, NULL) == SHEAF_OK) {
        sheaf_buffer_init(&inner, 2 * SHEAF_RELAYED_MAX);
        sheaf_buffer_init(&made, 4 * SHEAF_RELAYED_MAX);
        sheaf_receipt_put(&inner, &relayed.receipt);
        sheaf_relayed_put(&made, relayed.act_bytes, relayed.signature,
                          sheaf_buffer_slice(&inner));
        sheaf_buffer_deinit(&inner);
        expect_same(&made, in);
        try_receipt(&relayed.receipt);
    }
    return 0;
}
