/* What entries name and the log does not hold: blobs and texts; see verify.h. */
#include <stdlib.h>

#include "base/encode.h"
#include "claims/recompute.h"
#include "claims/verify_internal.h"
#include "coop/view.h"
#include "learn/model.h"

/* ---- witnesses ---- */

static sheaf_status cosignature_check(sheaf_verification *v, const sheaf_note *note,
                                      const struct sheaf_row_witness *witness, sheaf_err *err)
{
    sheaf_vkey key;
    sheaf_note_seal seal = {0};
    SHEAF_TRY(sheaf_witness_vkey(witness, &key, err));
    for (size_t i = 0; i < note->line_count; i++) {
        if (note->lines[i].id != key.id
            || !sheaf_slice_equal(note->lines[i].name, sheaf_vkey_name(&key)))
            continue;
        if (sheaf_note_verify(note, &key, 1, &seal, NULL) != SHEAF_OK)
            return sheaf_fail(err, SHEAF_FAULT,
                              "log/checkpoint: the cosignature of %.*s does not hold",
                              SHEAF_PRINT(SHEAF_WORDS(witness->name)));
        v->out->cosigned++;
        if (seal.time > v->out->cosigned_last)
            v->out->cosigned_last = seal.time;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_verify_cosignatures(sheaf_verification *v, sheaf_err *err)
{
    const sheaf_state *state = &v->replay.state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    sheaf_note note;
    v->out->witnesses = bylaws->witnesses;
    v->out->witness_quorum = bylaws->witness_quorum;
    SHEAF_TRY(sheaf_note_parse(sheaf_buffer_slice(&v->note), &note, err));
    for (uint32_t i = 0; i < bylaws->witnesses; i++)
        SHEAF_TRY(cosignature_check(v, &note,
                                    sheaf_witness_at(state, bylaws->witness_first + i), err));
    return SHEAF_OK;
}

/* ---- rounds ---- */

static sheaf_status evidence(const sheaf_verification *v, const sheaf_hash *hash, size_t max,
                             sheaf_buffer *out, bool *found, sheaf_err *err)
{
    sheaf_buffer_reset(out);
    out->max = max;
    *found = false;
    if (!v->blobs)
        return SHEAF_OK;
    SHEAF_TRY(v->blobs->get(v->blobs->context, hash, out, found, err));
    if (!*found)
        return SHEAF_OK;
    sheaf_hash is = sheaf_sha256(sheaf_buffer_slice(out));
    if (sheaf_hash_equal(&is, hash))
        return SHEAF_OK;
    char hex[SHEAF_HEX_LEN_32 + 1];
    sheaf_hex_32(hash->bytes, hex);
    return sheaf_fail(err, SHEAF_FAULT, "blob %s holds other bytes than those of its hash",
                      hex);
}

static sheaf_status round_check(sheaf_verification *v, const struct sheaf_row_round *round,
                                const sheaf_hash *manifest, sheaf_buffer *result,
                                sheaf_buffer *base, sheaf_buffer *transcript, sheaf_err *err)
{
    sheaf_round_extent extent;
    sheaf_err why = {0};
    bool found, base_found = true;
    v->out->rounds++;
    SHEAF_TRY(evidence(v, &round->result, SHEAF_MODEL_BYTES_MAX, result, &found, err));
    v->out->results_checked += found;
    v->out->results_missing += !found;
    if (!sheaf_hash_is_zero(&round->base))
        SHEAF_TRY(evidence(v, &round->base, SHEAF_MODEL_BYTES_MAX, base, &base_found, err));
    SHEAF_TRY(sheaf_round_extent_of(&v->replay.state, round, manifest, &extent, err));
    SHEAF_TRY(evidence(v, &round->transcript, extent.transcript_max, transcript, &found, err));
    found = found && base_found;
    if (found) {
        const sheaf_round_evidence all = {.transcript = sheaf_buffer_slice(transcript),
                                          .base = sheaf_buffer_slice(base),
                                          .vectors = sheaf_vector_source_folder(v->dir)};
        sheaf_status status =
            sheaf_round_recompute(&v->replay.state, round, manifest, &all, NULL, &why);
        found = status != SHEAF_IO; /* long vectors may have stayed at the hub */
        if (status != SHEAF_OK && found)
            return sheaf_fail(err, status, "%s", why.message);
    }
    v->out->transcripts_checked += found;
    v->out->transcripts_missing += !found;
    return SHEAF_OK;
}

sheaf_status sheaf_verify_rounds(sheaf_verification *v, sheaf_err *err)
{
    sheaf_buffer result, base, transcript;
    sheaf_status status = SHEAF_OK;
    uint32_t count = sheaf_round_count(&v->replay.state);
    sheaf_buffer_init(&result, 0);
    sheaf_buffer_init(&base, 0);
    sheaf_buffer_init(&transcript, 0);
    for (uint32_t i = 0; i < count && status == SHEAF_OK; i++) {
        if (v->options->stop && atomic_load(v->options->stop)) {
            status = sheaf_fail(err, SHEAF_IO, "stopped before the end");
            break;
        }
        const struct sheaf_row_round *round = sheaf_round_at(&v->replay.state, i);
        sheaf_buffer_reset(&base);
        if (round->state == SHEAF_round_state_closed)
            status = round_check(v, round, &v->manifests[i], &result, &base, &transcript, err);
        sheaf_verify_progress(v, "rounds", i + 1, count);
    }
    sheaf_buffer_deinit(&transcript);
    sheaf_buffer_deinit(&base);
    sheaf_buffer_deinit(&result);
    return status;
}

/* ---- texts ---- */

sheaf_status sheaf_verify_texts(sheaf_verification *v, sheaf_err *err)
{
    uint32_t files = 0;
    return v->has_values ? sheaf_texts_check(&v->values.texts, &files, err) : SHEAF_OK;
}

/* An entry that was not decoded ahead, if it is in form. */
static sheaf_status decode_entry(sheaf_verification *v, sheaf_slice bytes, sheaf_entry *out,
                                 bool *decoded, sheaf_err *err)
{
    if (!v->value_block && !(v->value_block = malloc(SHEAF_ACT_ARENA_BYTES)))
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to look for texts");
    sheaf_arena arena = sheaf_arena_over(v->value_block, SHEAF_ACT_ARENA_BYTES);
    *decoded = sheaf_entry_decode(bytes, SHEAF_REVISION, &arena, out, NULL) == SHEAF_OK;
    return SHEAF_OK;
}

sheaf_status sheaf_verify_values(sheaf_verification *v, const sheaf_ahead *ahead,
                                 sheaf_slice bytes, bool passed, sheaf_err *err)
{
    sheaf_values_count count = {0};
    sheaf_verified *out = v->out;
    sheaf_commitment commitment;
    if (!v->any_value && (passed || !(v->has_values || v->options->keep)))
        return SHEAF_OK;
    bool decoded = ahead->decoded;
    sheaf_entry entry = ahead->entry;
    if (!decoded)
        SHEAF_TRY(decode_entry(v, bytes, &entry, &decoded, err));
    if (!decoded)
        return SHEAF_OK;
    for (size_t place = 0; !passed && sheaf_act_next_text(entry.act, &place, &commitment);)
        v->commitments++;
    if (v->any_value) /* else it is a copy of the log alone */
        SHEAF_TRY(sheaf_values_check(&v->values, entry.act, &count, err));
    out->texts_checked += count.held;
    if (v->has_values && v->commitments >= out->texts_checked)
        out->texts_missing = (uint32_t)(v->commitments - out->texts_checked);
    return SHEAF_OK;
}
