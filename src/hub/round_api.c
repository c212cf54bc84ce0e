#include "base/arena.h"
#include "hub/api_internal.h"
#include "hub/readers.h"
#include "hub/request.h"
#include "hub/rounds.h"
#include "round/config.h"

#include <stdlib.h>

enum { BODY_ARENA = 1 << 20 };

/* ---- signed bodies ---- */

/* The JSON of a body that the key it names has signed. The caller frees *block. */
static bool signed_body(const sheaf_api_call *call, void **block, sheaf_json **out,
                        uint32_t *key, sheaf_http_response *refusal)
{
    sheaf_hash hash = sheaf_sha256(call->request->body);
    sheaf_err err;
    *block = NULL;
    if (!sheaf_request_signed(call->hub, call->request, &hash, key, refusal))
        return false;
    *block = malloc(BODY_ARENA);
    sheaf_arena arena = sheaf_arena_over(*block, *block ? BODY_ARENA : 0);
    if (!*block) {
        *refusal = sheaf_http_error(503, "the hub has no memory left; try again later");
    } else if (sheaf_json_parse(call->request->body, &arena, out, &err) != SHEAF_OK) {
        *refusal = sheaf_http_error(400, "%s", err.message);
    } else if (sheaf_json_member_int(*out, "key", -1) != *key) {
        *refusal = sheaf_http_error(400, "key must be the key that signed the request");
    } else {
        return true;
    }
    free(*block);
    *block = NULL;
    return false;
}

/* ---- nodes ---- */

static bool read_datasets(const sheaf_json *body, uint32_t *out, size_t *count,
                          sheaf_http_response *refusal)
{
    const sheaf_json *list = sheaf_json_member(body, "datasets");
    *count = 0;
    if (list && list->type == SHEAF_JSON_LIST && list->count <= SHEAF_NODE_DATASETS_MAX) {
        for (const sheaf_json *item = list->first; item; item = item->next)
            if (item->type == SHEAF_JSON_INT && item->integer >= 0
                && item->integer <= SHEAF_REF_MAX)
                out[(*count)++] = (uint32_t)item->integer;
        if (*count == list->count)
            return true;
    }
    *refusal = sheaf_http_error(400, "datasets must be a list of at most %d entry numbers",
                                SHEAF_NODE_DATASETS_MAX);
    return false;
}

sheaf_http_verdict sheaf_api_nodes(const sheaf_api_call *call, sheaf_http_response *response)
{
    void *block;
    sheaf_json *body;
    uint32_t key, datasets[SHEAF_NODE_DATASETS_MAX];
    sheaf_ready_answer answer = {.round = SHEAF_NONE};
    size_t count;
    sheaf_err err;
    if (!signed_body(call, &block, &body, &key, response))
        return SHEAF_HTTP_ANSWERED;
    if (!read_datasets(body, datasets, &count, response)) {
        free(block);
        return SHEAF_HTTP_ANSWERED;
    }
    free(block);
    if (sheaf_rounds_ready(call->hub->rounds, key, datasets, count, &answer, &err)
        != SHEAF_OK) {
        *response = sheaf_answer_failure(&err);
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_buffer json;
    sheaf_buffer_init(&json, 256);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "again_ms", answer.again_ms);
    sheaf_json_key(&w, "round");
    if (answer.round == SHEAF_NONE)
        sheaf_json_null(&w);
    else
        sheaf_json_int(&w, answer.round);
    sheaf_json_close(&w);
    *response = sheaf_answer_json(&json);
    return SHEAF_HTTP_ANSWERED;
}

/* ---- rounds ---- */

/* How a round ended is what the log says, and not before the log says it. */
static bool progress_of(const sheaf_api_call *call, sheaf_round_progress *out)
{
    sheaf_round_progress now = {0};
    bool under_way = sheaf_rounds_progress(call->hub->rounds, call->number, &now);
    sheaf_hub_read_begin(call->hub);
    const struct sheaf_row_round *row =
        sheaf_round_find(sheaf_hub_state(call->hub), call->number);
    bool known = row != NULL || under_way;
    *out = now;
    if (row && (row->state != SHEAF_round_state_open || !under_way))
        *out = (sheaf_round_progress){.stage = row->state == SHEAF_round_state_closed ? "done"
                                               : row->state == SHEAF_round_state_aborted
                                                   ? "aborted"
                                                   : "begin",
                                      .answers = row->survivors,
                                      .of = row->seats};
    sheaf_hub_read_end(call->hub);
    return known;
}

sheaf_http_verdict sheaf_api_round(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_round_progress progress = {0};
    if (!progress_of(call, &progress)) {
        *response = sheaf_http_error(404, "there is no round %u", call->number);
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_buffer json;
    sheaf_buffer_init(&json, 1024);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "answers", progress.answers);
    if (progress.graph[0])
        sheaf_json_member_put_string(&w, "graph", sheaf_str(progress.graph));
    sheaf_json_member_put_int(&w, "left_ms", progress.left_ms);
    sheaf_json_member_put_int(&w, "of", progress.of);
    sheaf_json_member_put_int(&w, "round", call->number);
    sheaf_json_member_put_string(&w, "stage", sheaf_str(progress.stage));
    if (progress.chunks) {
        sheaf_json_key(&w, "sum");
        sheaf_json_open_object(&w);
        sheaf_json_member_put_int(&w, "chunks", (int64_t)progress.summed);
        sheaf_json_member_put_int(&w, "of", (int64_t)progress.chunks);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    *response = sheaf_answer_json(&json);
    return SHEAF_HTTP_ANSWERED;
}

/* A stage by its name. */
static uint32_t stage_named(sheaf_slice name)
{
    for (uint32_t stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_ABORTED; stage++)
        if (sheaf_slice_is(name, sheaf_round_stage_text((sheaf_round_stage)stage)))
            return stage;
    return 0;
}

/* What participants get is for them alone. */
sheaf_http_verdict sheaf_api_bundle(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_hash nothing = sheaf_sha256((sheaf_slice){0});
    uint64_t key;
    uint32_t signer;
    sheaf_slice name = sheaf_query_find(call->request->query, "stage");
    uint32_t stage = name.data ? stage_named(name) : 0;
    if (!sheaf_api_query_int(call, "key", SHEAF_NONE, SHEAF_NONE, &key, response))
        return SHEAF_HTTP_ANSWERED;
    if (stage == 0) {
        *response = sheaf_http_error(400, "stage must be commit, advertise, share, input, "
                                          "survivors, reveal, done or aborted");
        return SHEAF_HTTP_ANSWERED;
    }
    if (!sheaf_request_signed(call->hub, call->request, &nothing, &signer, response))
        return SHEAF_HTTP_ANSWERED;
    if (key != signer) {
        *response = sheaf_http_error(400, "key must be the key that signed the request");
        return SHEAF_HTTP_ANSWERED;
    }
    return sheaf_rounds_bundle(call->hub->rounds, call->number, signer, stage, call->request,
                               response);
}

/* A quick node sees the opening on the log before it is coordinated here: it may come back,
 * where a 404 would end its part in the round. */
sheaf_http_response sheaf_api_no_round(const sheaf_api_call *call)
{
    sheaf_hub_read_begin(call->hub);
    const struct sheaf_row_round *row =
        sheaf_round_find(sheaf_hub_state(call->hub), call->number);
    bool known = row, open = row && row->state == SHEAF_round_state_open;
    bool closed = row && row->state == SHEAF_round_state_closed;
    sheaf_hub_read_end(call->hub);
    if (!known)
        return sheaf_http_error(404, "there is no round %u", call->number);
    if (open)
        return sheaf_http_error(503, "round %u is about to begin; try again in a moment",
                                call->number);
    return sheaf_http_error(404, "round %u is %s and takes nothing more", call->number,
                            closed ? "closed" : "aborted");
}

bool sheaf_api_message_route(const sheaf_api_call *call, sheaf_http_route *route,
                             sheaf_http_response *refusal)
{
    route->body_max = sheaf_rounds_message_max(call->hub->rounds, call->number);
    if (route->body_max > 0)
        return true;
    *refusal = sheaf_api_no_round(call);
    return false;
}

sheaf_http_verdict sheaf_api_message(const sheaf_api_call *call, sheaf_http_response *response)
{
    *response = sheaf_rounds_message(call->hub->rounds, call->number, call->request->body);
    return SHEAF_HTTP_ANSWERED;
}

/* An entry is enough: a round that the rules refuse is refused here, too. */
static bool on_log(const sheaf_api_call *call)
{
    sheaf_hub_read_begin(call->hub);
    bool found = call->number < sheaf_hub_state(call->hub)->size;
    sheaf_hub_read_end(call->hub);
    return found;
}

sheaf_http_verdict sheaf_api_refuse(const sheaf_api_call *call, sheaf_http_response *response)
{
    void *block;
    sheaf_json *body;
    uint32_t key;
    if (!signed_body(call, &block, &body, &key, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_slice reason = sheaf_json_member_string(body, "reason");
    if (reason.len == 0 || reason.len > SHEAF_REASON_MAX) {
        *response =
            sheaf_http_error(400, "reason must be a text of 1 to %d bytes", SHEAF_REASON_MAX);
    } else if (!on_log(call)) {
        *response = sheaf_http_error(404, "there is no round %u", call->number);
    } else {
        sheaf_rounds_refuse(call->hub->rounds, call->number, key, reason);
        *response = sheaf_answer_nothing();
    }
    free(block);
    return SHEAF_HTTP_ANSWERED;
}

sheaf_http_verdict sheaf_api_refusals(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_buffer json;
    if (!sheaf_reader_allowed(call, SHEAF_AREA_DATA, "why nodes refused a round is", response))
        return SHEAF_HTTP_ANSWERED;
    if (!on_log(call)) {
        *response = sheaf_http_error(404, "there is no round %u", call->number);
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_buffer_init(&json, SHEAF_REFUSALS_MAX * (SHEAF_REASON_MAX * 6 + 64));
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "refusals");
    sheaf_rounds_refusals_put(call->hub->rounds, call->number, &w);
    sheaf_json_close(&w);
    *response = sheaf_answer_json(&json);
    return SHEAF_HTTP_ANSWERED;
}
