#include "claims/verify.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "claims/blob_source.h"
#include "claims/recompute.h"
#include "coop/view.h"
#include "learn/model.h"
#include "log/levels.h"
#include "store/log_check.h"
#include "store/texts.h"

enum { RUN = 512 }; /* entries folded at a time */

/* What one verification works on. */
typedef struct {
    const sheaf_verify_options *options;
    const sheaf_blob_source *blobs;
    sheaf_verified *out;
    sheaf_replay replay;
    sheaf_levels leaves; /* of all entries: rounds are named by theirs */
    sheaf_buffer note, bytes;
    size_t ends[RUN];
    size_t count;
    char entry_fault[SHEAF_REPLAYED_TEXT_MAX]; /* the first void entry or false claim */
} verification;

static void progress(const verification *v, const char *what, uint64_t done, uint64_t of)
{
    if (v->options->progress)
        v->options->progress(v->options->context, what, done, of);
}

/* ---- entries ---- */

static void told(void *context, uint64_t index, sheaf_slice entry, const sheaf_replayed *result)
{
    verification *v = context;
    (void)entry;
    if (result->kind == SHEAF_KIND_model_evaluate && result->refusal == SHEAF_ACCEPTED) {
        v->out->evaluations_checked += result->claims == SHEAF_CLAIM_HOLDS;
        v->out->evaluations_missing += result->claims == SHEAF_CLAIM_UNCHECKED;
    }
    bool fault = result->refusal != SHEAF_ACCEPTED || result->claims == SHEAF_CLAIM_FALSE;
    if (fault && !v->entry_fault[0])
        sheaf_replayed_describe(result, index, v->entry_fault);
}

static sheaf_status flush(verification *v, sheaf_err *err)
{
    sheaf_slice entries[RUN];
    for (size_t i = 0, from = 0; i < v->count; from = v->ends[i++])
        entries[i] = sheaf_bytes(v->bytes.data + from, v->ends[i] - from);
    unsigned threads = v->options->threads ? v->options->threads : sheaf_replay_threads();
    SHEAF_TRY(sheaf_replay_entries(&v->replay, entries, v->count, threads, told, v, err));
    v->count = 0;
    sheaf_buffer_reset(&v->bytes);
    progress(v, "entries", v->replay.tree.size, 0);
    return SHEAF_OK;
}

static sheaf_status visit(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    verification *v = context;
    (void)index;
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    SHEAF_TRY(sheaf_levels_append(&v->leaves, &leaf, err));
    sheaf_buffer_add(&v->bytes, entry);
    SHEAF_TRY(sheaf_buffer_check(&v->bytes, "entries of the log", err));
    v->ends[v->count++] = v->bytes.len;
    return v->count == RUN ? flush(v, err) : SHEAF_OK;
}

/* ---- the checkpoint ---- */

static sheaf_status checkpoint_check(verification *v, const char *dir, sheaf_err *err)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&v->replay.state);
    sheaf_checkpoint head;
    sheaf_vkey key;
    sheaf_err why = {0};
    if (!coop)
        return sheaf_fail(err, SHEAF_FAULT, "%s/log: entry 0 founds no co-op: %.250s", dir,
                          v->entry_fault[0] ? v->entry_fault : "there is none");
    sheaf_slice origin = SHEAF_WORDS(coop->origin);
    memcpy(v->out->origin, origin.data,
           origin.len < SHEAF_ORIGIN_LEN ? origin.len : SHEAF_ORIGIN_LEN);
    SHEAF_TRY(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, origin, coop->log_key.bytes, err));
    if (v->options->log_key
        && (!sheaf_slice_equal(sheaf_vkey_name(v->options->log_key), origin)
            || memcmp(v->options->log_key->public, key.public, sizeof key.public) != 0))
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s/log: entry 0 names another log or key than the one given", dir);
    if (sheaf_checkpoint_open(sheaf_buffer_slice(&v->note), &key, &head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s/log/checkpoint: %.250s", dir, why.message);
    v->out->root = head.root;
    return SHEAF_OK;
}

/* ---- rounds ---- */

static sheaf_status evidence(const verification *v, const sheaf_hash *hash, size_t max,
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

static sheaf_status round_check(verification *v, const struct sheaf_row_round *round,
                                sheaf_buffer *result, sheaf_buffer *base,
                                sheaf_buffer *transcript, sheaf_err *err)
{
    sheaf_hash manifest = v->leaves.level[0].hashes[round->id];
    size_t max = 0;
    bool found, base_found = true;
    v->out->rounds++;
    SHEAF_TRY(evidence(v, &round->result, SHEAF_MODEL_BYTES_MAX, result, &found, err));
    v->out->results_checked += found;
    v->out->results_missing += !found;
    if (!sheaf_hash_is_zero(&round->base))
        SHEAF_TRY(evidence(v, &round->base, SHEAF_MODEL_BYTES_MAX, base, &base_found, err));
    SHEAF_TRY(sheaf_round_transcript_max(&v->replay.state, round, &manifest, &max, err));
    SHEAF_TRY(evidence(v, &round->transcript, max, transcript, &found, err));
    v->out->transcripts_checked += found && base_found;
    v->out->transcripts_missing += !(found && base_found);
    if (!found || !base_found)
        return SHEAF_OK;
    return sheaf_round_recompute(&v->replay.state, round, &manifest,
                                 sheaf_buffer_slice(transcript), sheaf_buffer_slice(base), NULL,
                                 err);
}

static sheaf_status rounds_check(verification *v, sheaf_err *err)
{
    sheaf_buffer result, base, transcript;
    sheaf_status status = SHEAF_OK;
    uint32_t count = sheaf_round_count(&v->replay.state);
    sheaf_buffer_init(&result, 0);
    sheaf_buffer_init(&base, 0);
    sheaf_buffer_init(&transcript, 0);
    for (uint32_t i = 0; i < count && status == SHEAF_OK; i++) {
        const struct sheaf_row_round *round = sheaf_round_at(&v->replay.state, i);
        sheaf_buffer_reset(&base);
        if (round->state == SHEAF_round_state_closed)
            status = round_check(v, round, &result, &base, &transcript, err);
        progress(v, "rounds", i + 1, count);
    }
    sheaf_buffer_deinit(&transcript);
    sheaf_buffer_deinit(&base);
    sheaf_buffer_deinit(&result);
    return status;
}

/* ---- texts ---- */

static sheaf_status text_check(verification *v, const sheaf_texts *texts, const char *name,
                               sheaf_err *err)
{
    sheaf_hash commitment;
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_buffer text;
    sheaf_err why = {0};
    if (!sheaf_base64url_get(sheaf_str(name), commitment.bytes, sizeof commitment.bytes))
        return sheaf_fail(err, SHEAF_FAULT, "%s/%s is not the file of a text", texts->dir,
                          name);
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    sheaf_status status = sheaf_text_get(texts, &commitment, salt, &text, &why);
    sheaf_buffer_deinit(&text);
    if (status != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s/%.43s: %.250s", texts->dir, name, why.message);
    v->out->texts_checked++;
    return SHEAF_OK;
}

static sheaf_status texts_check(verification *v, const char *dir, sheaf_err *err)
{
    sheaf_texts texts = {0};
    sheaf_status status = SHEAF_OK;
    SHEAF_TRY(sheaf_path(texts.dir, err, "%s/texts", dir));
    DIR *folder = opendir(texts.dir);
    if (!folder)
        return SHEAF_OK; /* none were kept */
    for (struct dirent *item; status == SHEAF_OK && (item = readdir(folder));)
        if (item->d_name[0] != '.')
            status = text_check(v, &texts, item->d_name, err);
    closedir(folder);
    return status;
}

/* ---- all of it ---- */

static sheaf_status verify(verification *v, const char *dir, const char *texts_dir,
                           sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_check(dir, visit, v, &v->note, err));
    SHEAF_TRY(flush(v, err));
    SHEAF_TRY(checkpoint_check(v, dir, err));
    v->out->entries = v->replay.tree.size;
    v->out->voids = v->replay.voids;
    v->out->digest = sheaf_state_digest(&v->replay.state);
    v->out->needs_revision = v->replay.needs_revision;
    v->out->stopped_at = v->replay.stopped_at;
    if (v->entry_fault[0])
        return sheaf_fail(err, SHEAF_FAULT, "%.350s", v->entry_fault);
    SHEAF_TRY(rounds_check(v, err));
    return texts_dir ? texts_check(v, texts_dir, err) : SHEAF_OK;
}

sheaf_status sheaf_verify_log(const char *dir, const sheaf_blob_source *blobs,
                              const char *texts_dir, const sheaf_verify_options *options,
                              sheaf_verified *out, sheaf_err *err)
{
    static const sheaf_verify_options plain = {0};
    *out = (sheaf_verified){.stopped_at = UINT64_MAX};
    verification *v = calloc(1, sizeof *v);
    if (!v)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to verify %s", dir);
    v->options = options ? options : &plain;
    v->blobs = blobs;
    v->out = out;
    sheaf_buffer_init(&v->note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&v->bytes, RUN * (size_t)SHEAF_ENTRY_MAX);
    uint16_t revision = v->options->revision_max ? v->options->revision_max : SHEAF_REVISION;
    sheaf_status status = sheaf_replay_init(&v->replay, revision, err);
    if (status == SHEAF_OK) {
        v->replay.blobs = blobs;
        status = verify(v, dir, texts_dir, err);
        sheaf_replay_deinit(&v->replay);
    }
    sheaf_levels_deinit(&v->leaves);
    sheaf_buffer_deinit(&v->bytes);
    sheaf_buffer_deinit(&v->note);
    free(v);
    return status;
}

sheaf_status sheaf_verify_folder(const char *dir, const sheaf_verify_options *options,
                                 sheaf_verified *out, sheaf_err *err)
{
    sheaf_blobs blobs = {0}; /* read only: nothing is made or swept */
    SHEAF_TRY(sheaf_path(blobs.dir, err, "%s/blobs", dir));
    sheaf_blob_source source = sheaf_blob_source_folder(&blobs);
    return sheaf_verify_log(dir, &source, dir, options, out, err);
}
