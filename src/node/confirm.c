/* How a closed round is added up again and attested; declared in round_driver.h. */
#include <inttypes.h>
#include <stdio.h>

#include "claims/recompute.h"
#include "learn/model.h"
#include "node/round_driver.h"

enum { PATH_BYTES = 96 };

static sheaf_status fetch_transcript(const sheaf_worker *worker, uint32_t round,
                                     sheaf_buffer *out, sheaf_err *err)
{
    sheaf_member *m = worker->member;
    char path[PATH_BYTES], header[SHEAF_REQUEST_MAX];
    unsigned status = 0;
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/transcript", round);
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

static sheaf_status add_up(const sheaf_worker *worker, const struct sheaf_row_round *round,
                           sheaf_buffer *transcript, sheaf_buffer *base, sheaf_buffer *result,
                           sheaf_err *err)
{
    const sheaf_state *state = sheaf_member_state(worker->member);
    sheaf_hash manifest, stored;
    SHEAF_TRY(sheaf_worker_manifest(worker, round->id, &manifest, err));
    SHEAF_TRY(sheaf_round_transcript_max(state, round, &manifest, &transcript->max, err));
    SHEAF_TRY(fetch_transcript(worker, round->id, transcript, err));
    if (!sheaf_hash_is_zero(&round->base))
        SHEAF_TRY(sheaf_worker_blob(worker, &round->base, base, err));
    SHEAF_TRY(sheaf_round_recompute(state, round, &manifest, sheaf_buffer_slice(transcript),
                                    sheaf_buffer_slice(base), result, err));
    return sheaf_blob_put(&worker->blobs, sheaf_buffer_slice(result), &stored, err);
}

sheaf_status sheaf_result_confirm(sheaf_worker *worker, uint32_t round, sheaf_posted *out,
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
    sheaf_status status = add_up(worker, row, &transcript, &base, &result, err);
    sheaf_buffer_deinit(&result);
    sheaf_buffer_deinit(&base);
    sheaf_buffer_deinit(&transcript);
    SHEAF_TRY(status);
    sheaf_intent intent = {.kind = SHEAF_KIND_round_attest, .what = &attest, .no_wait = true};
    return sheaf_member_post(worker->member, &intent, out, err);
}
