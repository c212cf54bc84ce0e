/* The transport over HTTP; declared in transport.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/transport.h"

enum { INPUT_LINE_MAX = 320 };

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

/* The lines of a call that are its own. What is refused for its head is not sent at all: where
 * a file follows, the hub is asked first. */
typedef struct {
    char request[SHEAF_REQUEST_MAX + 32], input[INPUT_LINE_MAX];
    const char *lines[4];
} own_headers;

static void headers_put(const sheaf_hub_call *call, own_headers *out)
{
    size_t count = 0;
    *out = (own_headers){0};
    if (call->signed_request) {
        snprintf(out->request, sizeof out->request, "Sheaf-Request: %s", call->signed_request);
        out->lines[count++] = out->request;
    }
    if (call->input) {
        snprintf(out->input, sizeof out->input, "Sheaf-Input: %s", call->input);
        out->lines[count++] = out->input;
    }
    if (call->body_file)
        out->lines[count] = "Expect: 100-continue";
}

static sheaf_status file_open(const sheaf_hub_call *call, sheaf_http_call *out, sheaf_err *err)
{
    struct stat info;
    out->body_file = true;
    out->body_fd = open(call->body_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (out->body_fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", call->body_file,
                          strerror(errno));
    if (fstat(out->body_fd, &info) == 0 && (uint64_t)info.st_size >= call->body_from
        && lseek(out->body_fd, (off_t)call->body_from, SEEK_SET) >= 0) {
        out->body_len = (uint64_t)info.st_size - call->body_from;
        return SHEAF_OK;
    }
    close(out->body_fd);
    return sheaf_fail(err, SHEAF_IO, "%s is cut short", call->body_file);
}

static sheaf_status run(sheaf_http_transport *http, const sheaf_hub_call *call, const char *url,
                        sheaf_http_reply *reply, sheaf_buffer *answer, sheaf_err *err)
{
    own_headers headers;
    sheaf_http_call http_call = {.method = call->method,
                                 .url = url,
                                 .content_type = call->content_type,
                                 .headers = headers.lines,
                                 .body = call->body,
                                 .write = take_piece,
                                 .write_ctx = answer,
                                 .write_max = answer->max};
    headers_put(call, &headers);
    if (call->body_file)
        SHEAF_TRY(file_open(call, &http_call, err));
    sheaf_status status = sheaf_http_call_run(http->client, &http_call, reply, err);
    if (call->body_file)
        close(http_call.body_fd);
    return status;
}

static sheaf_status http_call(void *context, const sheaf_hub_call *call, unsigned *status,
                              sheaf_buffer *answer, sheaf_err *err)
{
    sheaf_http_transport *http = context;
    sheaf_buffer url;
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    sheaf_buffer_reset(answer);
    sheaf_status done = sheaf_url_join(&http->base, call->path, &url, err);
    if (done == SHEAF_OK)
        done = run(http, call, (const char *)url.data, &reply, answer, err);
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
