/* How a closed round is added up again and attested; declared in round_driver.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "claims/chosen.h"
#include "claims/recompute.h"
#include "learn/model.h"
#include "node/round_driver.h"
#include "node/trainer_declared.h"
#include "round/words.h"

enum { PATH_BYTES = 96 };

/* GET in the name of the node's seat. */
static sheaf_status get_signed(const sheaf_worker *worker, const char *path, sheaf_buffer *out,
                               sheaf_err *err)
{
    sheaf_member *m = worker->member;
    char header[SHEAF_REQUEST_MAX];
    unsigned status = 0;
    sheaf_hub_call call = {.method = "GET", .path = path};
    SHEAF_TRY(sheaf_request_sign(header, sheaf_str(m->follower.origin), worker->key,
                                 &worker->train, &call, m->ports.now_ms(m->ports.context),
                                 err));
    call.signed_request = header;
    SHEAF_TRY(m->ports.transport.call(m->ports.transport.context, &call, &status, out, err));
    if (status != 200)
        return sheaf_hub_failed(path, status, sheaf_buffer_slice(out), err);
    return SHEAF_OK;
}

static sheaf_status fetch_transcript(const sheaf_worker *worker, uint32_t round,
                                     sheaf_buffer *out, sheaf_err *err)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/transcript", round);
    return get_signed(worker, path, out, err);
}

/* ---- long vectors ---- */

static sheaf_status chunk_get(void *context, uint32_t round, uint32_t member, size_t chunk,
                              uint8_t *out, size_t len, sheaf_err *err)
{
    sheaf_buffer answer;
    char path[PATH_BYTES];
    snprintf(path, sizeof path,
             "/api/v1/rounds/%" PRIu32 "/vector?member=%" PRIu32 "&chunk=%zu", round, member,
             chunk);
    sheaf_buffer_init(&answer, len);
    sheaf_status status = get_signed(context, path, &answer, err);
    if (status == SHEAF_OK && answer.len != len)
        status = sheaf_fail(err, SHEAF_FAULT, "the hub gave %zu bytes for %s, which has %zu",
                            answer.len, path, len);
    if (status == SHEAF_OK)
        memcpy(out, answer.data, len);
    sheaf_buffer_deinit(&answer);
    return status;
}

/* What the hub says that the sum is. */
static sheaf_status fetch_sum(const sheaf_worker *worker, const struct sheaf_row_round *round,
                              uint64_t *out, sheaf_err *err)
{
    sheaf_buffer bytes;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/sum", round->id);
    sheaf_buffer_init(&bytes, (size_t)round->words * 8);
    sheaf_status status = get_signed(worker, path, &bytes, err);
    if (status == SHEAF_OK && bytes.len != (size_t)round->words * 8)
        status = sheaf_fail(err, SHEAF_FAULT, "the sum of round %" PRIu32 " has %zu bytes",
                            round->id, bytes.len);
    if (status == SHEAF_OK)
        sheaf_words_unpack(64, bytes.data, round->words, out);
    sheaf_buffer_deinit(&bytes);
    return status;
}

static sheaf_status recompute_chosen(const sheaf_worker *worker,
                                     const struct sheaf_row_round *round,
                                     const sheaf_hash *manifest, size_t chunks,
                                     const sheaf_round_evidence *whole, sheaf_buffer *result,
                                     sheaf_err *err)
{
    sheaf_round_evidence some = *whole;
    size_t chosen[SHEAF_CHOSEN_MAX];
    uint64_t *sum = calloc(round->words, sizeof *sum);
    if (!sum)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum of %" PRIu32 " words",
                          round->words);
    sheaf_status status = fetch_sum(worker, round, sum, err);
    /* The secret key begins with its seed. */
    sheaf_chunks_choose(worker->train.secret, round, chunks, chosen, SHEAF_CHOSEN_MAX);
    some.chosen = chosen;
    some.chosen_count = SHEAF_CHOSEN_MAX;
    some.sum = sum;
    if (status == SHEAF_OK)
        status = sheaf_round_recompute(sheaf_member_state(worker->member), round, manifest,
                                       &some, result, err);
    free(sum);
    return status;
}

/* ---- attesting ---- */

static sheaf_status add_up(sheaf_worker *worker, const struct sheaf_row_round *round,
                           sheaf_buffer *transcript, sheaf_buffer *base, sheaf_buffer *result,
                           sheaf_attested *out, sheaf_err *err)
{
    const sheaf_state *state = sheaf_member_state(worker->member);
    sheaf_hash manifest, stored;
    sheaf_round_extent extent;
    SHEAF_TRY(sheaf_worker_manifest(worker, round->id, &manifest, err));
    SHEAF_TRY(sheaf_round_extent_of(state, round, &manifest, &extent, err));
    transcript->max = extent.transcript_max;
    SHEAF_TRY(fetch_transcript(worker, round->id, transcript, err));
    if (!sheaf_hash_is_zero(&round->base))
        SHEAF_TRY(sheaf_worker_blob(worker, &round->base, base, err));
    sheaf_round_evidence evidence = {.transcript = sheaf_buffer_slice(transcript),
                                     .base = sheaf_buffer_slice(base),
                                     .vectors = {chunk_get, worker}};
    out->of = extent.chunks;
    out->chunks = extent.chunks > SHEAF_CHOSEN_MAX ? SHEAF_CHOSEN_MAX : extent.chunks;
    if (out->chunks < out->of)
        SHEAF_TRY(
            recompute_chosen(worker, round, &manifest, extent.chunks, &evidence, result, err));
    else
        SHEAF_TRY(sheaf_round_recompute(state, round, &manifest, &evidence, result, err));
    return sheaf_blob_put(&worker->blobs, sheaf_buffer_slice(result), &stored, err);
}

sheaf_status sheaf_result_confirm(sheaf_worker *worker, uint32_t round, sheaf_attested *out,
                                  sheaf_err *err)
{
    const struct sheaf_row_round *row =
        sheaf_round_find(sheaf_member_state(worker->member), round);
    sheaf_buffer transcript, base, result;
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID, "there is no round %u", round);
    struct sheaf_round_attest attest = {
        .round = round, .has_round = true, .result = row->result, .has_result = true};
    sheaf_buffer_init(&transcript, 0);
    sheaf_buffer_init(&base, SHEAF_MODEL_BYTES_MAX);
    sheaf_buffer_init(&result, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = add_up(worker, row, &transcript, &base, &result, out, err);
    sheaf_buffer_deinit(&result);
    sheaf_buffer_deinit(&base);
    sheaf_buffer_deinit(&transcript);
    SHEAF_TRY(status);
    SHEAF_TRY(sheaf_trainer_declared(worker->member->dir, round, &out->trainer, err));
    attest.trainer = out->trainer;
    attest.has_trainer = !sheaf_hash_is_zero(&out->trainer);
    sheaf_intent intent = {.kind = SHEAF_KIND_round_attest, .what = &attest, .no_wait = true};
    return sheaf_member_post(worker->member, &intent, &out->posted, err);
}
