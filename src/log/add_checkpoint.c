#include "log/add_checkpoint.h"

#include "base/encode.h"

static bool take_line(sheaf_slice *in, sheaf_slice *line)
{
    const uint8_t *at = in->len ? memchr(in->data, '\n', in->len) : NULL;
    sheaf_slice feed;
    return at && sheaf_take(in, (size_t)(at - in->data), line) && sheaf_take(in, 1, &feed);
}

sheaf_status sheaf_add_checkpoint_parse(sheaf_slice in, sheaf_add_checkpoint *out,
                                        sheaf_err *err)
{
    sheaf_slice line, word;
    if (in.len > SHEAF_ADD_CHECKPOINT_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the request is larger than %d bytes",
                          SHEAF_ADD_CHECKPOINT_MAX);
    if (!take_line(&in, &line) || !sheaf_take(&line, 4, &word) || !sheaf_slice_is(word, "old ")
        || !sheaf_decimal_get(line, &out->old_size))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the first line of the request must be: old SIZE");
    out->proof.count = 0;
    for (;;) {
        if (!take_line(&in, &line))
            return sheaf_fail(err, SHEAF_INVALID,
                              "an empty line and a checkpoint must follow the proof");
        if (line.len == 0)
            break;
        if (out->proof.count == SHEAF_PROOF_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "the proof has more than %d hashes",
                              SHEAF_PROOF_MAX);
        if (!sheaf_base64_get(line, out->proof.hashes[out->proof.count].bytes,
                              SHEAF_HASH_BYTES))
            return sheaf_fail(err, SHEAF_INVALID, "line %zu of the proof is no base64 hash",
                              out->proof.count + 1);
        out->proof.count++;
    }
    out->note = in;
    return SHEAF_OK;
}

void sheaf_add_checkpoint_put(sheaf_buffer *out, uint64_t old_size, const sheaf_proof *proof,
                              sheaf_slice note)
{
    sheaf_buffer_printf(out, "old %llu\n", (unsigned long long)old_size);
    for (size_t i = 0; i < proof->count; i++) {
        sheaf_base64_put(out, sheaf_bytes(proof->hashes[i].bytes, SHEAF_HASH_BYTES));
        sheaf_buffer_add_byte(out, '\n');
    }
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_add(out, note);
}
