#include "log/add_checkpoint.h"

#include "log/proof.h"

sheaf_status sheaf_add_checkpoint_parse(sheaf_slice in, sheaf_add_checkpoint *out,
                                        sheaf_err *err)
{
    sheaf_slice line;
    if (in.len > SHEAF_ADD_CHECKPOINT_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the request is larger than %d bytes",
                          SHEAF_ADD_CHECKPOINT_MAX);
    if (!sheaf_take_until(&in, '\n', &line) || !sheaf_take_text(&line, "old ")
        || !sheaf_decimal_get(line, &out->old_size))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the first line of the request must be: old SIZE");
    SHEAF_TRY(sheaf_proof_take_hashes(&in, &out->proof, err));
    out->note = in;
    return SHEAF_OK;
}

void sheaf_add_checkpoint_put(sheaf_buffer *out, uint64_t old_size, const sheaf_proof *proof,
                              sheaf_slice note)
{
    sheaf_buffer_printf(out, "old %llu\n", (unsigned long long)old_size);
    sheaf_proof_put_hashes(out, proof);
    sheaf_buffer_add(out, note);
}
