#include "log/proof.h"

#include "base/encode.h"

#include <assert.h>

static const char first_line[] = "c2sp.org/tlog-proof@v1";

void sheaf_proof_put_hashes(sheaf_buffer *out, const sheaf_proof *proof)
{
    for (size_t i = 0; i < proof->count; i++) {
        sheaf_base64_put(out, sheaf_bytes(proof->hashes[i].bytes, SHEAF_HASH_BYTES));
        sheaf_buffer_add_byte(out, '\n');
    }
    sheaf_buffer_add_byte(out, '\n');
}

sheaf_status sheaf_proof_take_hashes(sheaf_slice *in, sheaf_proof *out, sheaf_err *err)
{
    sheaf_slice line;
    out->count = 0;
    for (;;) {
        if (!sheaf_take_until(in, '\n', &line))
            return sheaf_fail(err, SHEAF_INVALID,
                              "an empty line and a checkpoint must follow the proof");
        if (line.len == 0)
            return SHEAF_OK;
        if (out->count == SHEAF_PROOF_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "the proof has more than %d hashes",
                              SHEAF_PROOF_MAX);
        if (!sheaf_base64_get(line, out->hashes[out->count++].bytes, SHEAF_HASH_BYTES))
            return sheaf_fail(err, SHEAF_INVALID, "hash %zu of the proof is no base64 hash",
                              out->count);
    }
}

void sheaf_proof_put(sheaf_buffer *out, uint64_t index, const sheaf_proof *proof,
                     sheaf_slice note)
{
    sheaf_buffer_printf(out, "%s\nindex %llu\n", first_line, (unsigned long long)index);
    sheaf_proof_put_hashes(out, proof);
    sheaf_buffer_add(out, note);
}

sheaf_status sheaf_proof_parse(sheaf_slice in, sheaf_proof_file *out, sheaf_err *err)
{
    sheaf_slice line;
    *out = (sheaf_proof_file){0};
    if (in.len > SHEAF_PROOF_FILE_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the proof is larger than %d bytes",
                          SHEAF_PROOF_FILE_MAX);
    if (!sheaf_take_until(&in, '\n', &line) || !sheaf_slice_is(line, first_line))
        return sheaf_fail(err, SHEAF_INVALID, "a proof begins with the line %s", first_line);
    if (!sheaf_take_until(&in, '\n', &line))
        return sheaf_fail(err, SHEAF_INVALID, "the proof ends too early");
    if (sheaf_take_text(&line, "extra ")) {
        out->extra = line;
        if (sheaf_base64_len(line) == SIZE_MAX || !sheaf_take_until(&in, '\n', &line))
            return sheaf_fail(err, SHEAF_INVALID, "the proof's extra line is malformed");
    }
    if (!sheaf_take_text(&line, "index ") || !sheaf_decimal_get(line, &out->index))
        return sheaf_fail(err, SHEAF_INVALID, "the proof's index line is malformed");
    SHEAF_TRY(sheaf_proof_take_hashes(&in, &out->proof, err));
    out->note = in;
    return SHEAF_OK;
}

sheaf_status sheaf_proof_verify(sheaf_slice in, sheaf_slice entry, const sheaf_vkey *keys,
                                size_t key_count, size_t quorum, sheaf_checkpoint *checkpoint,
                                sheaf_err *err)
{
    sheaf_proof_file file;
    sheaf_note note;
    sheaf_checkpoint head;
    sheaf_note_seal seals[SHEAF_NOTE_LINES_MAX];
    assert(key_count >= 1 && key_count <= SHEAF_NOTE_LINES_MAX);
    SHEAF_TRY(sheaf_proof_parse(in, &file, err));
    SHEAF_TRY(sheaf_checkpoint_open(file.note, &keys[0], &head, err));
    SHEAF_TRY(sheaf_note_parse(file.note, &note, err));
    SHEAF_TRY(sheaf_note_verify(&note, keys, key_count, seals, err));
    size_t cosigned = 0;
    for (size_t i = 1; i < key_count; i++)
        cosigned += seals[i].is_signed;
    if (cosigned < quorum)
        return sheaf_fail(err, SHEAF_FAULT, "%zu known witnesses have cosigned, not %zu",
                          cosigned, quorum);
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    if (!sheaf_inclusion_verify(&file.proof, file.index, head.size, &leaf, &head.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the entry is not number %llu of the log of %llu entries",
                          (unsigned long long)file.index, (unsigned long long)head.size);
    if (checkpoint)
        *checkpoint = head;
    return SHEAF_OK;
}
