#include "log/proof.h"

#include "base/encode.h"

#include <assert.h>

static const char first_line[] = "c2sp.org/tlog-proof@v1";

void sheaf_proof_put(sheaf_buffer *out, uint64_t index, const sheaf_proof *proof,
                     sheaf_slice note)
{
    sheaf_buffer_printf(out, "%s\nindex %llu\n", first_line, (unsigned long long)index);
    for (size_t i = 0; i < proof->count; i++) {
        sheaf_base64_put(out, sheaf_bytes(proof->hashes[i].bytes, SHEAF_HASH_BYTES));
        sheaf_buffer_add_byte(out, '\n');
    }
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_add(out, note);
}

static bool take_line(sheaf_slice *in, sheaf_slice *line)
{
    const uint8_t *at = in->len ? memchr(in->data, '\n', in->len) : NULL;
    sheaf_slice feed;
    return at && sheaf_take(in, (size_t)(at - in->data), line) && sheaf_take(in, 1, &feed);
}

static bool take_word(sheaf_slice *line, const char *word)
{
    sheaf_slice rest = *line, taken;
    if (!sheaf_take(&rest, strlen(word), &taken) || !sheaf_slice_is(taken, word))
        return false;
    *line = rest;
    return true;
}

sheaf_status sheaf_proof_parse(sheaf_slice in, sheaf_proof_file *out, sheaf_err *err)
{
    sheaf_slice line;
    *out = (sheaf_proof_file){0};
    if (in.len > SHEAF_PROOF_FILE_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the proof is larger than %d bytes",
                          SHEAF_PROOF_FILE_MAX);
    if (!take_line(&in, &line) || !sheaf_slice_is(line, first_line))
        return sheaf_fail(err, SHEAF_INVALID, "a proof begins with the line %s", first_line);
    if (!take_line(&in, &line))
        return sheaf_fail(err, SHEAF_INVALID, "the proof ends too early");
    if (take_word(&line, "extra ")) {
        out->extra = line;
        if (sheaf_base64_len(line) == SIZE_MAX || !take_line(&in, &line))
            return sheaf_fail(err, SHEAF_INVALID, "the proof's extra line is malformed");
    }
    if (!take_word(&line, "index ") || !sheaf_decimal_get(line, &out->index))
        return sheaf_fail(err, SHEAF_INVALID, "the proof's index line is malformed");
    for (;;) {
        if (!take_line(&in, &line))
            return sheaf_fail(err, SHEAF_INVALID, "the proof has no checkpoint");
        if (line.len == 0)
            break;
        if (out->proof.count == SHEAF_PROOF_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "the proof has more than %d hashes",
                              SHEAF_PROOF_MAX);
        uint8_t *hash = out->proof.hashes[out->proof.count++].bytes;
        if (!sheaf_base64_get(line, hash, SHEAF_HASH_BYTES))
            return sheaf_fail(err, SHEAF_INVALID, "hash %zu of the proof is no base64 hash",
                              out->proof.count);
    }
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
