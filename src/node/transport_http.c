/* The transport over HTTP; declared in transport.h. */
#include <stdio.h>

#include "node/transport.h"

sheaf_status sheaf_http_transport_open(sheaf_http_transport *out, const char *hub_url,
                                       const char *ca_file, const atomic_bool *stop,
                                       sheaf_err *err)
{
    *out = (sheaf_http_transport){0};
    SHEAF_TRY(sheaf_url_parse(sheaf_str(hub_url), &out->base, err));
    sheaf_http_client_config config = {.ca_file = ca_file, .stop = stop};
    return sheaf_http_client_open(&out->client, &config, err);
}

void sheaf_http_transport_close(sheaf_http_transport *transport)
{
    if (transport->client)
        sheaf_http_client_close(transport->client);
    transport->client = NULL;
}

static bool take_piece(void *context, sheaf_slice piece, sheaf_err *err)
{
    sheaf_buffer *answer = context;
    sheaf_buffer_add(answer, piece);
    return sheaf_buffer_check(answer, "the hub's answer", err) == SHEAF_OK;
}

static sheaf_status http_call(void *context, const sheaf_hub_call *call, unsigned *status,
                              sheaf_buffer *answer, sheaf_err *err)
{
    sheaf_http_transport *http = context;
    char header[SHEAF_REQUEST_MAX + 32];
    const char *headers[2] = {NULL, NULL};
    sheaf_buffer url;
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    sheaf_buffer_reset(answer);
    if (call->signed_request) {
        snprintf(header, sizeof header, "Sheaf-Request: %s", call->signed_request);
        headers[0] = header;
    }
    sheaf_status done = sheaf_url_join(&http->base, call->path, &url, err);
    if (done == SHEAF_OK) {
        sheaf_http_call http_call = {.method = call->method,
                                     .url = (const char *)url.data,
                                     .content_type = call->content_type,
                                     .headers = headers,
                                     .body = call->body,
                                     .write = take_piece,
                                     .write_ctx = answer,
                                     .write_max = answer->max};
        done = sheaf_http_call_run(http->client, &http_call, &reply, err);
    }
    if (done == SHEAF_OK) {
        *status = reply.status;
        if (reply.status < 200 || reply.status > 299) {
            sheaf_buffer_reset(answer);
            sheaf_buffer_add(answer, sheaf_buffer_slice(&reply.body));
            if (answer->failed) /* only its sentence would have mattered */
                sheaf_buffer_reset(answer);
        }
    }
    sheaf_http_reply_deinit(&reply);
    sheaf_buffer_deinit(&url);
    return done;
}

sheaf_transport sheaf_http_transport_as(sheaf_http_transport *transport)
{
    return (sheaf_transport){.call = http_call, .context = transport};
}
