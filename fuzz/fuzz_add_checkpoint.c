/* fuzz_add_checkpoint.c - any bytes sent to a witness: no crash; what is read is written back
 * as the same bytes; what is not signed by the log's key is never cosigned. */
#include "log/add_checkpoint.h"
#include "witness/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static sheaf_status nothing(void *context, const sheaf_witness_log *log, sheaf_buffer *note,
                            sheaf_err *err)
{
    (void)context, (void)log, (void)note, (void)err;
    return SHEAF_OK;
}

static sheaf_status never(void *context, const sheaf_witness_log *log, sheaf_slice note,
                          sheaf_err *err)
{
    (void)context, (void)log, (void)note, (void)err;
    __builtin_trap();
}

static sheaf_witness *make(void)
{
    static const uint8_t seed[32] = {7}, log_seed[32] = {9};
    static const sheaf_witness_store store = {nothing, never, NULL};
    sheaf_keypair pair, log_pair;
    sheaf_vkey log;
    sheaf_witness *witness;
    sheaf_keypair_from_seed(&pair, seed);
    sheaf_keypair_from_seed(&log_pair, log_seed);
    if (sheaf_vkey_make(&log, SHEAF_VKEY_ED25519, sheaf_str("sheaf.example/coop"),
                        log_pair.public, NULL)
            != SHEAF_OK
        || sheaf_witness_open(&witness, sheaf_str("w"), &pair, &store, NULL) != SHEAF_OK
        || sheaf_witness_trust(witness, &log, "", NULL) != SHEAF_OK)
        __builtin_trap();
    return witness;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static sheaf_witness *witness;
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_add_checkpoint request;
    sheaf_buffer made;
    sheaf_witness_answer answer;
    if (!sheaf_crypto_start())
        return 0;
    if (!witness)
        witness = make();
    if (sheaf_add_checkpoint_parse(in, &request, NULL) == SHEAF_OK) {
        sheaf_buffer_init(&made, SHEAF_ADD_CHECKPOINT_MAX);
        sheaf_add_checkpoint_put(&made, request.old_size, &request.proof, request.note);
        if (!sheaf_slice_equal(sheaf_buffer_slice(&made), in))
            __builtin_trap();
        sheaf_buffer_deinit(&made);
    }
    sheaf_witness_answer_init(&answer);
    sheaf_witness_add(witness, in, 1790000000, &answer);
    if (answer.status < 400)
        __builtin_trap();
    sheaf_witness_answer_deinit(&answer);
    return 0;
}
