/* How a closed round is added up again and attested; declared in round_driver.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "learn/round_job.h"
#include "node/round_driver.h"
#include "round/transcript.h"

enum { PATH_BYTES = 96 };

static sheaf_status fetch_transcript(const sheaf_worker *worker,
                                     const struct sheaf_row_round *round, sheaf_buffer *out,
                                     sheaf_err *err)
{
    sheaf_member *m = worker->member;
    char path[PATH_BYTES], header[SHEAF_REQUEST_MAX];
    unsigned status = 0;
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/transcript", round->id);
    sheaf_hub_call call = {.method = "GET", .path = path};
    SHEAF_TRY(sheaf_request_sign(header, sheaf_str(m->follower.origin), worker->key,
                                 &worker->train, &call, m->ports.now_ms(m->ports.context),
                                 err));
    call.signed_request = header;
    SHEAF_TRY(m->ports.transport.call(m->ports.transport.context, &call, &status, out, err));
    if (status != 200)
        return sheaf_hub_failed(path, status, sheaf_buffer_slice(out), err);
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(out));
    if (!sheaf_hash_equal(&hash, &round->transcript))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the transcript of round %u is not the one whose hash is on the log",
                          round->id);
    return SHEAF_OK;
}

/* The log names exactly those as survivors whose vectors were summed. */
static sheaf_status survivors_check(const sheaf_state *state,
                                    const struct sheaf_row_round *round,
                                    const sheaf_survivors *list, sheaf_err *err)
{
    uint16_t next = 0;
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
        bool summed = next < list->survivors && list->survivor[next] == seat->member;
        next += summed;
        if (summed != (seat->survived != 0))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the log and the transcript of round %u differ on member %u",
                              round->id, seat->member);
    }
    return SHEAF_OK;
}

static sheaf_status figures_check(const struct sheaf_row_round *round,
                                  const sheaf_round_result *result, sheaf_err *err)
{
    const struct sheaf_figures *found = &result->figures;
    if (!round->has_figures)
        return SHEAF_OK;
    if (result->has_figures && found->records == round->records
        && found->accuracy_millionths == round->accuracy_millionths
        && found->log_loss_millionths == round->log_loss_millionths)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT,
                      "the figures of round %u on the log do not follow from its sum",
                      round->id);
}

/* From the transcript to the result, as the log must have it. */
static sheaf_status recompute(const sheaf_worker *worker, const struct sheaf_row_round *round,
                              const sheaf_round_config *config, sheaf_slice transcript,
                              sheaf_err *err)
{
    const sheaf_state *state = sheaf_member_state(worker->member);
    sheaf_round_result result = {0};
    sheaf_buffer base;
    sheaf_hash hash;
    sheaf_buffer_init(&base, SHEAF_MODEL_BYTES_MAX);
    sheaf_survivors *list = calloc(1, sizeof *list);
    uint64_t *words = calloc(round->words, sizeof *words);
    sheaf_status status =
        list && words ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory to add up a round");
    if (status == SHEAF_OK)
        status = sheaf_transcript_sum(transcript, config, words, list, err);
    if (status == SHEAF_OK)
        status = survivors_check(state, round, list, err);
    if (status == SHEAF_OK && !sheaf_hash_is_zero(&round->base))
        status = sheaf_worker_blob(worker, &round->base, &base, err);
    if (status == SHEAF_OK) {
        status = sheaf_round_job_result(state, round, sheaf_buffer_slice(&base), words, &result,
                                        err);
        if (status == SHEAF_OK) {
            hash = sheaf_sha256(sheaf_buffer_slice(&result.bytes));
            if (!sheaf_hash_equal(&hash, &round->result))
                status = sheaf_fail(err, SHEAF_FAULT,
                                    "the result of round %u on the log does not follow from "
                                    "its sum",
                                    round->id);
        }
        if (status == SHEAF_OK)
            status = figures_check(round, &result, err);
        if (status == SHEAF_OK)
            status =
                sheaf_blob_put(&worker->blobs, sheaf_buffer_slice(&result.bytes), &hash, err);
        sheaf_buffer_deinit(&result.bytes);
    }
    free(words);
    free(list);
    sheaf_buffer_deinit(&base);
    return status;
}

sheaf_status sheaf_result_confirm(sheaf_worker *worker, uint32_t round, sheaf_posted *out,
                                  sheaf_err *err)
{
    const struct sheaf_row_round *row =
        sheaf_round_find(sheaf_member_state(worker->member), round);
    sheaf_buffer transcript;
    sheaf_round_config *config = calloc(1, sizeof *config);
    if (!row || !config) {
        free(config);
        return sheaf_fail(err, SHEAF_INVALID, "round %u cannot be added up", round);
    }
    struct sheaf_round_attest attest = {
        .round = round, .has_round = true, .result = row->result, .has_result = true};
    sheaf_buffer_init(&transcript, 0);
    sheaf_status status = sheaf_worker_round_config(worker, round, config, err);
    if (status == SHEAF_OK) {
        transcript.max = sheaf_transcript_max(config);
        status = fetch_transcript(worker, row, &transcript, err);
    }
    if (status == SHEAF_OK)
        status = recompute(worker, row, config, sheaf_buffer_slice(&transcript), err);
    sheaf_buffer_deinit(&transcript);
    free(config);
    SHEAF_TRY(status);
    sheaf_intent intent = {.kind = SHEAF_KIND_round_attest, .what = &attest, .no_wait = true};
    return sheaf_member_post(worker->member, &intent, out, err);
}
