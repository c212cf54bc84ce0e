#include "log/evidence.h"

#include "base/encode.h"
#include "log/proof.h"

static const char first_line[] = "sheaf-evidence/v1";

void sheaf_evidence_put(sheaf_buffer *out, const sheaf_evidence *evidence)
{
    sheaf_buffer_printf(out, "%s\nroot ", first_line);
    sheaf_base64_put(out, sheaf_bytes(evidence->root.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add_byte(out, '\n');
    sheaf_proof_put_hashes(out, &evidence->proof);
    sheaf_buffer_add(out, evidence->older);
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_add(out, evidence->newer);
}

/* The lines up to the next empty one, with its line feed taken too. */
static bool take_lines(sheaf_slice *in, size_t *len)
{
    const uint8_t *start = in->data;
    sheaf_slice line;
    while (sheaf_take_until(in, '\n', &line))
        if (line.len == 0) {
            *len = (size_t)(line.data - start);
            return true;
        }
    return false;
}

/* A checkpoint's text has no empty line, so the note ends at the second one. */
static bool take_note(sheaf_slice *in, sheaf_slice *note)
{
    const uint8_t *start = in->data;
    size_t text, lines;
    if (!take_lines(in, &text) || !take_lines(in, &lines))
        return false;
    *note = sheaf_bytes(start, text + 1 + lines);
    return true;
}

static sheaf_status parse_head(sheaf_slice *in, sheaf_evidence *out, sheaf_err *err)
{
    sheaf_slice line;
    if (!sheaf_take_until(in, '\n', &line) || !sheaf_slice_is(line, first_line))
        return sheaf_fail(err, SHEAF_INVALID, "evidence begins with the line %s", first_line);
    if (!sheaf_take_until(in, '\n', &line) || !sheaf_take_text(&line, "root ")
        || !sheaf_base64_get(line, out->root.bytes, sizeof out->root.bytes))
        return sheaf_fail(err, SHEAF_INVALID, "the evidence's root line is malformed");
    return sheaf_proof_take_hashes(in, &out->proof, err);
}

sheaf_status sheaf_evidence_parse(sheaf_slice in, sheaf_evidence *out, sheaf_err *err)
{
    sheaf_checkpoint head;
    sheaf_evidence read = {0};
    if (in.len > SHEAF_EVIDENCE_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the evidence is larger than %d bytes",
                          SHEAF_EVIDENCE_MAX);
    SHEAF_TRY(parse_head(&in, &read, err));
    if (!take_note(&in, &read.older))
        return sheaf_fail(err, SHEAF_INVALID, "the evidence does not have two checkpoints");
    read.newer = in;
    SHEAF_TRY(sheaf_checkpoint_read(read.older, &head, err));
    SHEAF_TRY(sheaf_checkpoint_read(read.newer, &head, err));
    *out = read;
    return SHEAF_OK;
}

static sheaf_status open_note(sheaf_slice note, const char *which, const sheaf_vkey *log,
                              sheaf_checkpoint *out, sheaf_err *err)
{
    sheaf_err why = {0};
    if (sheaf_checkpoint_open(note, log, out, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID, "the %s checkpoint: %.300s", which, why.message);
    return SHEAF_OK;
}

sheaf_status sheaf_evidence_verify(const sheaf_evidence *evidence, const sheaf_vkey *log,
                                   sheaf_checkpoint *older, sheaf_checkpoint *newer,
                                   sheaf_err *err)
{
    sheaf_checkpoint m, n;
    SHEAF_TRY(open_note(evidence->older, "older", log, &m, err));
    SHEAF_TRY(open_note(evidence->newer, "newer", log, &n, err));
    if (m.size == 0) /* every log begins with the empty one */
        return sheaf_fail(err, SHEAF_INVALID, "the older checkpoint is of an empty log");
    if (sheaf_hash_equal(&m.root, &evidence->root))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the newer log begins with the very entries of the older one");
    if (m.size > n.size
        || !sheaf_consistency_verify(&evidence->proof, m.size, n.size, &evidence->root,
                                     &n.root))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the root that is given is not shown to be that of the newer log's "
                          "first %llu entries",
                          (unsigned long long)m.size);
    if (older)
        *older = m;
    if (newer)
        *newer = n;
    return SHEAF_OK;
}
