#include "hub/api_internal.h"
#include "hub/request.h"
#include "store/clock.h"

#include <stdlib.h>

enum { ROOM_EVERY_BYTES = 64 << 20 };

/* ---- reading ---- */

static sheaf_http_verdict serve(const sheaf_api_call *call, const sheaf_hash *hash,
                                sheaf_http_response *response)
{
    int fd;
    uint64_t size;
    sheaf_err err;
    if (!sheaf_blob_exists(&call->hub->blobs, hash)
        || sheaf_blob_open(&call->hub->blobs, hash, &fd, &size, &err) != SHEAF_OK) {
        *response = sheaf_http_error(404, "there is no such blob here");
        return SHEAF_HTTP_ANSWERED;
    }
    *response = sheaf_http_file(200, "application/octet-stream", fd, size);
    return SHEAF_HTTP_ANSWERED;
}

/* The round with that transcript, or SHEAF_NONE. */
static uint32_t transcript_round(sheaf_hub *hub, const sheaf_hash *hash)
{
    uint32_t found = SHEAF_NONE;
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    for (uint32_t i = 0; i < sheaf_round_count(state) && found == SHEAF_NONE; i++)
        if (sheaf_hash_equal(&sheaf_round_at(state, i)->transcript, hash))
            found = sheaf_round_at(state, i)->id;
    sheaf_hub_read_end(hub);
    return found;
}

bool sheaf_api_transcript_shown(const sheaf_api_call *call, uint32_t round,
                                sheaf_http_response *refusal)
{
    sheaf_hash nothing = sheaf_sha256((sheaf_slice){0});
    uint32_t key;
    if (!sheaf_request_signed(call->hub, call->request, &nothing, &key, refusal))
        return false;
    sheaf_hub_read_begin(call->hub);
    const sheaf_state *state = sheaf_hub_state(call->hub);
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    bool shown = row && sheaf_transcript_shown(state, row, sheaf_key_get(state, key)->member);
    sheaf_hub_read_end(call->hub);
    if (!shown)
        *refusal = sheaf_http_error(
            403, "the transcript of round %u is for its participants and auditors", round);
    return shown;
}

sheaf_http_verdict sheaf_api_blob_get(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_hash hash;
    if (!sheaf_hub_hash_get(call->rest, &hash)) {
        *response = sheaf_http_error(400, "a blob is named by 64 lower-case hex digits");
        return SHEAF_HTTP_ANSWERED;
    }
    uint32_t round = transcript_round(call->hub, &hash);
    if (round != SHEAF_NONE && !sheaf_api_transcript_shown(call, round, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_http_verdict verdict = serve(call, &hash, response);
    if (response->status == 200)
        sheaf_http_header(response, "Cache-Control",
                          round == SHEAF_NONE ? "public, max-age=31536000, immutable"
                                              : "private, no-store");
    return verdict;
}

sheaf_http_verdict sheaf_api_transcript(const sheaf_api_call *call,
                                        sheaf_http_response *response)
{
    sheaf_hash hash = {{0}};
    int64_t until = INT64_MAX;
    sheaf_hub_read_begin(call->hub);
    const struct sheaf_row_round *row =
        sheaf_round_find(sheaf_hub_state(call->hub), call->number);
    if (row) {
        hash = row->transcript;
        until = sheaf_transcript_until(sheaf_hub_state(call->hub), row);
    }
    sheaf_hub_read_end(call->hub);
    if (sheaf_hash_is_zero(&hash)) {
        *response = sheaf_http_error(404, "round %u has no transcript", call->number);
        return SHEAF_HTTP_ANSWERED;
    }
    if (!sheaf_api_transcript_shown(call, call->number, response))
        return SHEAF_HTTP_ANSWERED;
    if (until <= sheaf_clock_ms() && !sheaf_blob_exists(&call->hub->blobs, &hash)) {
        *response = sheaf_http_error(
            410, "the transcript of round %u was deleted: its audit window is over",
            call->number);
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_http_verdict verdict = serve(call, &hash, response);
    if (response->status == 200)
        sheaf_http_header(response, "Cache-Control", "private, no-store");
    return verdict;
}

/* ---- writing ---- */

typedef struct {
    sheaf_hub *hub;
    sheaf_blob_writer *writer;
    sheaf_hash expected;
    uint32_t member;
    uint64_t counted, checked; /* bytes: against the quota; when the disk was last looked at */
} upload;

static sheaf_status upload_write(void *sink, sheaf_slice piece, sheaf_err *err)
{
    upload *up = sink;
    SHEAF_TRY(
        sheaf_uploads_take(&up->hub->uploads, up->member, piece.len, sheaf_clock_ms(), err));
    up->counted += piece.len;
    if (up->counted - up->checked >= ROOM_EVERY_BYTES) {
        SHEAF_TRY(sheaf_uploads_room(up->hub->dir, SHEAF_UPLOAD_RESERVE_BYTES, err));
        up->checked = up->counted;
    }
    return sheaf_blob_writer_add(up->writer, piece, err);
}

static void upload_uncount(const upload *up)
{
    sheaf_uploads_return(&up->hub->uploads, up->member, up->counted, sheaf_clock_ms());
}

static void upload_abandon(void *sink)
{
    upload_uncount(sink);
    sheaf_blob_writer_abort(((upload *)sink)->writer);
    free(sink);
}

bool sheaf_api_blob_route(const sheaf_api_call *call, sheaf_http_route *route,
                          sheaf_http_response *refusal)
{
    static const sheaf_http_sink sink = {upload_write, upload_abandon};
    sheaf_hash expected;
    uint32_t key;
    sheaf_err err;
    if (!sheaf_hub_hash_get(call->rest, &expected)) {
        *refusal = sheaf_http_error(400, "a blob is named by 64 lower-case hex digits");
        return false;
    }
    if (!sheaf_request_signed(call->hub, call->request, &expected, &key, refusal))
        return false;
    if (sheaf_uploads_room(call->hub->dir, SHEAF_UPLOAD_RESERVE_BYTES, &err) != SHEAF_OK) {
        *refusal = sheaf_http_error(err.status == SHEAF_NOMEM ? 507 : 500, "%s", err.message);
        return false;
    }
    upload *up = calloc(1, sizeof *up);
    if (!up || sheaf_blob_writer_open(&up->writer, &call->hub->blobs, &err) != SHEAF_OK) {
        *refusal = up ? sheaf_answer_failure(&err)
                      : sheaf_http_error(503, "the hub has no memory left; try again later");
        free(up);
        return false;
    }
    up->hub = call->hub;
    up->expected = expected;
    sheaf_hub_read_begin(call->hub);
    up->member = sheaf_key_get(sheaf_hub_state(call->hub), key)->member;
    sheaf_hub_read_end(call->hub);
    route->sink = &sink;
    route->sink_ctx = up;
    return true;
}

sheaf_http_verdict sheaf_api_blob_put(const sheaf_api_call *call, sheaf_http_response *response)
{
    upload *up = call->request->sink;
    sheaf_err err;
    bool stood = sheaf_blob_exists(&up->hub->blobs, &up->expected);
    sheaf_status status = sheaf_blob_writer_commit(up->writer, &up->expected, NULL, &err);
    if (status != SHEAF_OK || stood)
        upload_uncount(up);
    free(up);
    if (status == SHEAF_OK)
        *response = sheaf_answer_nothing();
    else if (status == SHEAF_FAULT || status == SHEAF_INVALID)
        *response = sheaf_http_error(422, "%s", err.message);
    else
        *response = sheaf_answer_failure(&err);
    return SHEAF_HTTP_ANSWERED;
}
