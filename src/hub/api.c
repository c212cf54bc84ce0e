#include "hub/api_internal.h"

#include "hub/sequencer.h"
#include "hub/web_files.h"
#include "log/checkpoint.h"

#include <sys/resource.h>

enum {
    CONNECTIONS_MAX = 2560, /* of 64 KiB at most */
    FILES_BESIDE = 256,     /* that the hub has open besides */
};

/* ---- small answers ---- */

static sheaf_http_verdict post_act(const sheaf_api_call *call, sheaf_http_response *response)
{
    static const char motion[] = "\"kind\":\"motion.open\"";
    sheaf_slice body = call->request->body;
    if (call->hub->lie == SHEAF_LIE_DROP_MOTIONS
        && memmem(body.data, body.len, motion, sizeof motion - 1)) {
        *response = sheaf_http_error(503, "try again later");
        return SHEAF_HTTP_ANSWERED;
    }
    return sheaf_sequencer_post(call->hub->sequencer, call->request, response);
}

static sheaf_http_verdict events(const sheaf_api_call *call, sheaf_http_response *response)
{
    *response = sheaf_http_stream(call->hub->events);
    return SHEAF_HTTP_ANSWERED;
}

static sheaf_http_verdict page(const sheaf_api_call *call, sheaf_http_response *response)
{
    const sheaf_web_file *file = sheaf_web_find(call->request->path);
    if (!file) {
        *response = sheaf_http_error(404, "there is no such page");
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_slice seen = sheaf_http_request_header(call->request, "If-None-Match");
    bool same = seen.data && sheaf_slice_is(seen, file->etag);
    *response =
        same ? sheaf_http_static(304, NULL, (sheaf_slice){0})
             : sheaf_http_static(200, file->content_type, sheaf_bytes(file->data, file->len));
    sheaf_http_header(response, "ETag", file->etag);
    sheaf_http_header(response, "Cache-Control", "no-cache");
    sheaf_http_header(response, "Content-Security-Policy",
                      "default-src 'self'; "
                      "frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    sheaf_http_header(response, "Referrer-Policy", "no-referrer");
    return SHEAF_HTTP_ANSWERED;
}

/* ---- routes ---- */

/* '#' stands for a number, '*' for the rest of the path, which is not empty. */
static const struct {
    sheaf_http_method method;
    const char *pattern;
    sheaf_api_handler *handler;
    uint64_t body_max;
} routes[] = {
    {SHEAF_HTTP_GET, "/", page, 0},
    {SHEAF_HTTP_GET, "/assets/*", page, 0},
    {SHEAF_HTTP_GET, "/favicon.svg", page, 0},
    {SHEAF_HTTP_GET, "/api/v1/coop", sheaf_api_coop, 0},
    {SHEAF_HTTP_GET, "/api/v1/state/*", sheaf_api_state, 0},
    {SHEAF_HTTP_GET, "/api/v1/motions/#", sheaf_api_motion, 0},
    {SHEAF_HTTP_GET, "/api/v1/texts/*", sheaf_api_text, 0},
    {SHEAF_HTTP_GET, "/api/v1/erasures", sheaf_api_erasures, 0},
    {SHEAF_HTTP_POST, "/api/v1/acts", post_act, SHEAF_SUBMISSION_MAX},
    {SHEAF_HTTP_GET, "/api/v1/withheld", sheaf_api_withheld, 0},
    {SHEAF_HTTP_GET, "/api/v1/log/entries", sheaf_api_entries, 0},
    {SHEAF_HTTP_GET, "/api/v1/log/proof", sheaf_api_proof, 0},
    {SHEAF_HTTP_GET, "/api/v1/log/consistency", sheaf_api_consistency, 0},
    {SHEAF_HTTP_GET, "/api/v1/witnesses", sheaf_api_witnesses, 0},
    {SHEAF_HTTP_GET, "/witnessed/checkpoint", sheaf_api_witnessed, 0},
    {SHEAF_HTTP_GET, "/log/checkpoint", sheaf_api_checkpoint, 0},
    {SHEAF_HTTP_GET, "/log/*", sheaf_api_tile, 0},
    {SHEAF_HTTP_GET, "/api/v1/blobs/*", sheaf_api_blob_get, 0},
    {SHEAF_HTTP_PUT, "/api/v1/blobs/*", sheaf_api_blob_put, SHEAF_BLOB_BYTES_MAX},
    {SHEAF_HTTP_GET, "/api/v1/events", events, 0},
    {SHEAF_HTTP_POST, "/api/v1/nodes", sheaf_api_nodes, 65536},
    {SHEAF_HTTP_GET, "/api/v1/rounds/#", sheaf_api_round, 0},
    {SHEAF_HTTP_GET, "/api/v1/rounds/#/bundle", sheaf_api_bundle, 0},
    {SHEAF_HTTP_POST, "/api/v1/rounds/#/messages", sheaf_api_message, 0},
    {SHEAF_HTTP_PUT, "/api/v1/rounds/#/vector", sheaf_api_vector_put, 0},
    {SHEAF_HTTP_GET, "/api/v1/rounds/#/vector", sheaf_api_vector_get, 0},
    {SHEAF_HTTP_GET, "/api/v1/rounds/#/sum", sheaf_api_sum, 0},
    {SHEAF_HTTP_GET, "/api/v1/rounds/#/transcript", sheaf_api_transcript, 0},
    {SHEAF_HTTP_POST, "/api/v1/rounds/#/refusals", sheaf_api_refuse, 65536},
    {SHEAF_HTTP_GET, "/api/v1/rounds/#/refusals", sheaf_api_refusals, 0},
};
enum { ROUTE_COUNT = sizeof routes / sizeof *routes };

/* Takes the number at the front of the path. */
static bool take_index(sheaf_slice *path, uint32_t *out)
{
    size_t len = 0;
    uint64_t value;
    sheaf_slice digits;
    while (len < path->len && path->data[len] != '/')
        len++;
    if (!sheaf_take(path, len, &digits) || !sheaf_decimal_get(digits, &value)
        || value > SHEAF_REF_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool matches(const char *pattern, sheaf_slice path, sheaf_api_call *call)
{
    for (; *pattern; pattern++) {
        sheaf_slice byte;
        if (*pattern == '*') {
            call->rest = path;
            return path.len > 0;
        }
        if (*pattern == '#') {
            if (!take_index(&path, &call->number))
                return false;
        } else if (!sheaf_take(&path, 1, &byte) || byte.data[0] != (uint8_t)*pattern) {
            return false;
        }
    }
    return path.len == 0;
}

/* The route, or -1 and why not in *refusal. */
static int find(sheaf_api_call *call, sheaf_http_response *refusal)
{
    const sheaf_http_request *request = call->request;
    bool known = false;
    for (int i = 0; i < ROUTE_COUNT; i++) {
        if (!matches(routes[i].pattern, request->path, call))
            continue;
        known = true;
        if (routes[i].method == request->method
            || (request->method == SHEAF_HTTP_HEAD && routes[i].method == SHEAF_HTTP_GET))
            return i;
    }
    *refusal = known ? sheaf_http_error(405, "this address does not take that method")
                     : sheaf_http_error(404, "there is nothing at this address");
    return -1;
}

static bool stopped(sheaf_hub *hub, sheaf_http_response *refusal)
{
    sheaf_err err;
    if (sheaf_hub_running(hub, &err))
        return false;
    *refusal = sheaf_http_error(503, "%s", err.message);
    return true;
}

static bool route(void *context, const sheaf_http_request *request, sheaf_http_route *out,
                  sheaf_http_response *refusal)
{
    sheaf_api_call call = {.hub = context, .request = request};
    if (stopped(call.hub, refusal))
        return false;
    int i = find(&call, refusal);
    if (i < 0)
        return false;
    out->body_max = routes[i].body_max;
    if (routes[i].handler == sheaf_api_blob_put)
        return sheaf_api_blob_route(&call, out, refusal);
    if (routes[i].handler == sheaf_api_message)
        return sheaf_api_message_route(&call, out, refusal);
    if (routes[i].handler == sheaf_api_vector_put)
        return sheaf_api_vector_route(&call, out, refusal);
    return true;
}

static sheaf_http_verdict handle(void *context, const sheaf_http_request *request,
                                 sheaf_http_response *response)
{
    sheaf_api_call call = {.hub = context, .request = request};
    if (stopped(call.hub, response))
        return SHEAF_HTTP_ANSWERED;
    int i = find(&call, response);
    if (i < 0)
        return SHEAF_HTTP_ANSWERED;
    return routes[i].handler(&call, response);
}

bool sheaf_api_query_int(const sheaf_api_call *call, const char *name, uint64_t otherwise,
                         uint64_t max, uint64_t *out, sheaf_http_response *response)
{
    sheaf_slice value = sheaf_query_find(call->request->query, name);
    *out = otherwise;
    if (!value.data || (sheaf_decimal_get(value, out) && *out <= max))
        return true;
    *response = sheaf_http_error(400, "%s must be a number from 0 to %llu", name,
                                 (unsigned long long)max);
    return false;
}

/* Each node of a large round holds a connection while it waits. A system that gives programs
 * few files is asked for more; what is left of them bounds the connections. */
static unsigned connections_max(void)
{
    const rlim_t wanted = CONNECTIONS_MAX + FILES_BESIDE;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return FILES_BESIDE;
    if (files.rlim_cur < wanted) {
        struct rlimit more = {files.rlim_max < wanted ? files.rlim_max : wanted,
                              files.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &more) == 0)
            files = more;
    }
    if (files.rlim_cur >= wanted)
        return CONNECTIONS_MAX;
    return files.rlim_cur > 2 * FILES_BESIDE ? (unsigned)files.rlim_cur - FILES_BESIDE
                                             : FILES_BESIDE;
}

sheaf_status sheaf_api_open(sheaf_hub *hub, const sheaf_hub_config *config, sheaf_err *err)
{
    return sheaf_http_server_open(
        &hub->server,
        &(sheaf_http_server_config){.address = config->listen,
                                    .port = config->port,
                                    .tls_cert = config->tls_cert,
                                    .tls_key = config->tls_key,
                                    .connections_max = connections_max(),
                                    .route = route,
                                    .handler = handle,
                                    .ctx = hub},
        err);
}
