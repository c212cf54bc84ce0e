#include "net/client.h"

#include "base/json.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_TIMEOUT_MS = 5000,
    IDLE_TIMEOUT_MS = 30000,
    REPLY_MAX = 16 << 20,
    ERROR_BYTES_MAX = 8192, /* of an error answer's sentence */
};
static const uint64_t write_max_default = (uint64_t)4 << 30;

struct sheaf_http_client {
    CURL *curl;
    sheaf_http_client_config config;
    char *ca_file;
};

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

sheaf_status sheaf_http_client_open(sheaf_http_client **out,
                                    const sheaf_http_client_config *config, sheaf_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    sheaf_http_client *client = calloc(1, sizeof *client);
    CURL *curl = curl_easy_init();
    if (!client || !curl) {
        free(client);
        curl_easy_cleanup(curl);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for an HTTP client");
    }
    if (config)
        client->config = *config;
    if (client->config.ca_file)
        client->ca_file = strdup(client->config.ca_file);
    client->curl = curl;
    *out = client;
    return SHEAF_OK;
}

void sheaf_http_client_close(sheaf_http_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    free(client->ca_file);
    free(client);
}

void sheaf_http_reply_init(sheaf_http_reply *reply)
{
    *reply = (sheaf_http_reply){0};
    sheaf_buffer_init(&reply->body, REPLY_MAX + 1);
}

void sheaf_http_reply_deinit(sheaf_http_reply *reply)
{
    sheaf_buffer_deinit(&reply->body);
}

/* One running call. */
typedef struct {
    const sheaf_http_client *client;
    const sheaf_http_call *call;
    sheaf_http_reply *reply;
    sheaf_err stopped; /* why the callback ended the call, if status is not SHEAF_OK */
    uint64_t written;
} transfer;

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    transfer *t = context;
    size_t len = size * count;
    long status = 0;
    curl_easy_getinfo(t->client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->call->write && status >= 200 && status < 300) {
        uint64_t max = t->call->write_max ? t->call->write_max : write_max_default;
        t->written += len;
        if (t->written > max) {
            (void)sheaf_fail(&t->stopped, SHEAF_INVALID, "%s is larger than %llu bytes",
                             t->call->url, (unsigned long long)max);
            return 0;
        }
        return t->call->write(t->call->write_ctx, sheaf_bytes(data, len), &t->stopped) ? len
                                                                                       : 0;
    }
    sheaf_buffer_add(&t->reply->body, sheaf_bytes(data, len));
    if (t->reply->body.failed)
        (void)sheaf_fail(&t->stopped, SHEAF_NOMEM,
                         "the answer from %s is larger than %zu bytes", t->call->url,
                         t->reply->body.max - 1);
    return t->reply->body.failed ? 0 : len;
}

static size_t on_read(char *data, size_t size, size_t count, void *context)
{
    transfer *t = context;
    ssize_t got = read(t->call->body_fd, data, size * count);
    return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const transfer *t = context;
    (void)a, (void)b, (void)c, (void)d;
    return t->client->config.stop && atomic_load(t->client->config.stop);
}

/* A sentence that names the address and the likely cause. */
static sheaf_status explain(const transfer *t, CURLcode code, sheaf_err *err)
{
    const char *url = t->call->url;
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        return sheaf_fail(err, SHEAF_IO,
                          "cannot reach %s: connection refused; is the hub running?", url);
    case CURLE_COULDNT_RESOLVE_HOST:
        return sheaf_fail(err, SHEAF_IO, "cannot reach %s: there is no such host", url);
    case CURLE_OPERATION_TIMEDOUT:
        return sheaf_fail(err, SHEAF_IO, "%s did not answer in time", url);
    case CURLE_ABORTED_BY_CALLBACK:
        return sheaf_fail(err, SHEAF_IO, "the call to %s was interrupted", url);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return sheaf_fail(err, SHEAF_IO,
                          "the certificate of %s is not trusted; name its authority's file",
                          url);
    default:
        return sheaf_fail(err, SHEAF_IO, "the call to %s failed: %s", url,
                          curl_easy_strerror(code));
    }
}

static void set_limits(const sheaf_http_client *client, transfer *t)
{
    CURL *curl = client->curl;
    const sheaf_http_client_config *c = &client->config;
    long idle_ms = c->idle_timeout_ms ? (long)c->idle_timeout_ms : IDLE_TIMEOUT_MS;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* members talk to their hub and nobody else */
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     c->connect_timeout_ms ? (long)c->connect_timeout_ms : CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)c->total_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (idle_ms + 999) / 1000);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "sheaf/" SHEAF_VERSION);
    if (client->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca_file);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
}

static void set_body(CURL *curl, transfer *t)
{
    const sheaf_http_call *call = t->call;
    const char *method = call->method;
    bool body = call->body.len || call->content_type;
    if (call->body_file) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(curl, CURLOPT_READDATA, t);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body_len);
    } else if (body || (method && strcmp(method, "POST") == 0)) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                         call->body.len ? (const char *)call->body.data : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    }
    if (method && strcmp(method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (method
             && (call->body_file
                 || (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)))
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static struct curl_slist *make_headers(const sheaf_http_call *call)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    char type[256];
    if (call->content_type) {
        snprintf(type, sizeof type, "Content-Type: %s", call->content_type);
        list = curl_slist_append(list, type);
    }
    for (const char *const *h = call->headers; h && *h; h++)
        list = curl_slist_append(list, *h);
    return list;
}

sheaf_status sheaf_http_call_run(sheaf_http_client *client, const sheaf_http_call *call,
                                 sheaf_http_reply *reply, sheaf_err *err)
{
    transfer t = {.client = client, .call = call, .reply = reply};
    struct curl_slist *headers = make_headers(call);
    size_t max = client->config.reply_max ? client->config.reply_max : REPLY_MAX;
    long status = 0;
    char *type = NULL;
    sheaf_buffer_reset(&reply->body);
    reply->body.max = max + 1; /* and a NUL */
    curl_easy_reset(client->curl);
    set_limits(client, &t);
    set_body(client->curl, &t);
    curl_easy_setopt(client->curl, CURLOPT_URL, call->url);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(client->curl);
    curl_slist_free_all(headers);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
    reply->status = (unsigned)status;
    snprintf(reply->content_type, sizeof reply->content_type, "%s", type ? type : "");
    if (t.stopped.status != SHEAF_OK) {
        if (err)
            *err = t.stopped;
        return t.stopped.status;
    }
    if (code != CURLE_OK)
        return explain(&t, code, err);
    sheaf_buffer_add_byte(&reply->body, 0);
    if (reply->body.failed)
        return sheaf_fail(err, SHEAF_NOMEM, "the answer from %s is larger than %zu bytes",
                          call->url, max);
    reply->body.len--;
    return SHEAF_OK;
}

sheaf_status sheaf_http_reply_check(const sheaf_http_reply *reply, const char *url,
                                    sheaf_err *err)
{
    uint8_t block[ERROR_BYTES_MAX];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *body;
    sheaf_slice message = {NULL, 0};
    if (reply->status >= 200 && reply->status < 300)
        return SHEAF_OK;
    if (sheaf_json_parse(sheaf_buffer_slice(&reply->body), &arena, &body, NULL) == SHEAF_OK)
        message = sheaf_json_member_string(sheaf_json_member(body, "error"), "message");
    if (!message.len)
        return sheaf_fail(err, SHEAF_IO, "%s answered with status %u", url, reply->status);
    return sheaf_fail(err, SHEAF_IO, "%s: %.*s", url, SHEAF_PRINT(message));
}

sheaf_status sheaf_http_get(sheaf_http_client *client, const char *url, sheaf_http_reply *reply,
                            sheaf_err *err)
{
    return sheaf_http_call_run(client, &(sheaf_http_call){.url = url}, reply, err);
}

sheaf_status sheaf_http_post(sheaf_http_client *client, const char *url,
                             const char *content_type, sheaf_slice body,
                             sheaf_http_reply *reply, sheaf_err *err)
{
    sheaf_http_call call = {
        .method = "POST", .url = url, .content_type = content_type, .body = body};
    return sheaf_http_call_run(client, &call, reply, err);
}

sheaf_status sheaf_http_download(sheaf_http_client *client, const char *url, uint64_t max,
                                 bool (*write)(void *ctx, sheaf_slice piece, sheaf_err *err),
                                 void *ctx, sheaf_err *err)
{
    sheaf_http_call call = {.url = url, .write = write, .write_ctx = ctx, .write_max = max};
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    sheaf_status status = sheaf_http_call_run(client, &call, &reply, err);
    if (status == SHEAF_OK)
        status = sheaf_http_reply_check(&reply, url, err);
    if (status == SHEAF_OK && reply.status != 200)
        status = sheaf_fail(err, SHEAF_IO, "%s answered with status %u", url, reply.status);
    sheaf_http_reply_deinit(&reply);
    return status;
}
