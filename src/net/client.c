#include "net/client_internal.h"
#include "net/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT_DEFAULT_MS = 5000, IDLE_DEFAULT_MS = 30000, REPLY_DEFAULT_MAX = 16 << 20 };

#define WRITE_DEFAULT_MAX (UINT64_C(4) << 30)

struct sheaf_http_client {
    CURL *curl;
    sheaf_http_client_config config;
    char *ca_file;
    char detail[CURL_ERROR_SIZE];

    /* Of the running call: */
    const sheaf_http_call *call;
    sheaf_http_reply *reply;
    uint64_t written;
    off_t file_start;
    uint64_t file_sent;
    curl_off_t moved;       /* body bytes both ways, when last looked at */
    uint64_t idle_since_ms; /* monotonic */
    bool idle;              /* for too long: the call is ended */
    sheaf_err why;          /* why a callback ended the call; SHEAF_OK if none did */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void curl_start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

sheaf_status sheaf_http_client_open(sheaf_http_client **out,
                                    const sheaf_http_client_config *config, sheaf_err *err)
{
    pthread_once(&curl_once, curl_start);
    sheaf_http_client *client = calloc(1, sizeof *client);
    if (client && config)
        client->config = *config;
    if (client && client->config.ca_file)
        client->ca_file = strdup(client->config.ca_file);
    if (client)
        client->curl = curl_easy_init();
    if (!client || !client->curl || (client->config.ca_file && !client->ca_file)) {
        sheaf_http_client_close(client);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for an HTTP client");
    }
    client->config.ca_file = client->ca_file;
    if (client->config.connect_timeout_ms == 0)
        client->config.connect_timeout_ms = CONNECT_DEFAULT_MS;
    if (client->config.idle_timeout_ms == 0)
        client->config.idle_timeout_ms = IDLE_DEFAULT_MS;
    if (client->config.reply_max == 0)
        client->config.reply_max = REPLY_DEFAULT_MAX;
    *out = client;
    return SHEAF_OK;
}

void sheaf_http_client_close(sheaf_http_client *client)
{
    if (!client)
        return;
    if (client->curl)
        curl_easy_cleanup(client->curl);
    free(client->ca_file);
    free(client);
}

void sheaf_http_reply_init(sheaf_http_reply *reply)
{
    *reply = (sheaf_http_reply){0};
    sheaf_buffer_init(&reply->body, SIZE_MAX);
}

void sheaf_http_reply_deinit(sheaf_http_reply *reply)
{
    sheaf_buffer_deinit(&reply->body);
}

static unsigned status_of(sheaf_http_client *client)
{
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    return (unsigned)status;
}

static size_t on_write(char *bytes, size_t one, size_t count, void *ctx)
{
    sheaf_http_client *client = ctx;
    const sheaf_http_call *call = client->call;
    sheaf_slice piece = sheaf_bytes(bytes, one * count);
    unsigned status = status_of(client);
    if (!call->write || status < 200 || status > 299) {
        sheaf_buffer_add(&client->reply->body, piece);
        if (!client->reply->body.failed)
            return piece.len;
        sheaf_fail(&client->why, SHEAF_NOMEM, "the answer of %s has more than %zu bytes",
                   call->url, client->reply->body.max);
        return CURL_WRITEFUNC_ERROR;
    }
    uint64_t max = call->write_max ? call->write_max : WRITE_DEFAULT_MAX;
    if (!call->endless && piece.len > max - client->written) {
        sheaf_fail(&client->why, SHEAF_NOMEM, "the answer of %s has more than %llu bytes",
                   call->url, (unsigned long long)max);
        return CURL_WRITEFUNC_ERROR;
    }
    client->written += piece.len;
    if (call->write(call->write_ctx, piece, &client->why))
        return piece.len;
    if (client->why.status == SHEAF_OK)
        sheaf_fail(&client->why, SHEAF_IO, "the download of %s was given up", call->url);
    return CURL_WRITEFUNC_ERROR;
}

static size_t on_read(char *out, size_t one, size_t count, void *ctx)
{
    sheaf_http_client *client = ctx;
    uint64_t left = client->call->body_len - client->file_sent;
    size_t want = one * count < left ? one * count : (size_t)left;
    ssize_t n = want ? pread(client->call->body_fd, out, want,
                             client->file_start + (off_t)client->file_sent)
                     : 0;
    if (n < 0 || (n == 0 && want > 0)) {
        sheaf_fail(&client->why, SHEAF_IO, "cannot read what is to be sent to %s: %s",
                   client->call->url,
                   n < 0 ? strerror(errno) : "the file is shorter than told");
        return CURL_READFUNC_ABORT;
    }
    client->file_sent += (uint64_t)n;
    return (size_t)n;
}

/* libcurl starts over where a kept connection turned out to be dead. */
static int on_seek(void *ctx, curl_off_t offset, int origin)
{
    sheaf_http_client *client = ctx;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > client->call->body_len)
        return CURL_SEEKFUNC_FAIL;
    client->file_sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

bool sheaf_http_client_stopped(const sheaf_http_client *client)
{
    return client->config.stop && atomic_load(client->config.stop);
}

static uint64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Called at least once a second. libcurl's own low-speed limit takes a stream of rare small
 * heartbeats for silence: it rounds bytes per second down. */
static int on_progress(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    sheaf_http_client *client = ctx;
    uint64_t now = monotonic_ms();
    (void)down_total, (void)up_total;
    if (down + up != client->moved) {
        client->moved = down + up;
        client->idle_since_ms = now;
    }
    client->idle = now - client->idle_since_ms >= client->config.idle_timeout_ms;
    return client->idle || sheaf_http_client_stopped(client);
}

static sheaf_status failure(const sheaf_http_client *client, CURLcode code, sheaf_err *err)
{
    const char *url = client->call->url;
    const char *detail = client->detail[0] ? client->detail : curl_easy_strerror(code);
    if (client->why.status != SHEAF_OK)
        return sheaf_fail(err, client->why.status, "%s", client->why.message);
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is no address that can be used here; it begins with http:// or "
                          "https:// and has no user name",
                          url);
    case CURLE_COULDNT_RESOLVE_HOST:
        return sheaf_fail(err, SHEAF_IO,
                          "cannot reach %s: no such host; check the name and the network", url);
    case CURLE_COULDNT_CONNECT:
        return sheaf_fail(err, SHEAF_IO, "cannot reach %s: %s; is it running there?", url,
                          strstr(detail, "refused") ? "connection refused" : detail);
    case CURLE_OPERATION_TIMEDOUT:
        return sheaf_fail(err, SHEAF_IO, "%s does not answer in time; try again later", url);
    case CURLE_PEER_FAILED_VERIFICATION:
        return sheaf_fail(
            err, SHEAF_IO,
            "%s does not prove who it is: %s; give its authority's certificate if "
            "it has its own",
            url, detail);
    case CURLE_SSL_CACERT_BADFILE:
        return sheaf_fail(err, SHEAF_INVALID, "cannot read the certificate file %s",
                          client->ca_file ? client->ca_file : "of the system");
    case CURLE_ABORTED_BY_CALLBACK:
        if (client->idle && !sheaf_http_client_stopped(client))
            return sheaf_fail(err, SHEAF_IO, "%s does not answer in time; try again later",
                              url);
        return sheaf_fail(err, SHEAF_IO, "the call to %s was stopped", url);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return sheaf_fail(err, SHEAF_IO,
                          "the connection to %s broke before its answer ended; "
                          "try again",
                          url);
    case CURLE_OUT_OF_MEMORY:
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the call to %s", url);
    default:
        return sheaf_fail(err, SHEAF_IO, "the call to %s failed: %s", url, detail);
    }
}

/* A proxy of the environment stands between machines, never inside one. */
static bool is_loopback(const char *address)
{
    const char *host = strstr(address, "://");
    sheaf_url url;
    if (!host)
        return false;
    size_t len = (size_t)(host + 3 - address);
    len += strcspn(host + 3, "/?#");
    return sheaf_url_parse(sheaf_bytes(address, len), &url, NULL) == SHEAF_OK
           && sheaf_url_loopback(&url);
}

static void set_connection(sheaf_http_client *client)
{
    CURL *curl = client->curl;
    const sheaf_http_client_config *config = &client->config;
    curl_easy_reset(curl); /* of options alone: the connection is kept */
    curl_easy_setopt(curl, CURLOPT_URL, client->call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "sheaf/" SHEAF_VERSION);
    /* Unpacked in small pieces: on_write() bounds what comes out, however little came in. */
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (is_loopback(client->call->url))
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (config->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, config->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
    if (!client->call->endless)
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)config->total_timeout_ms);
    client->detail[0] = 0;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->detail);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
}

static sheaf_status set_body(sheaf_http_client *client, sheaf_err *err)
{
    CURL *curl = client->curl;
    const sheaf_http_call *call = client->call;
    if (call->body_file) {
        client->file_sent = 0;
        client->file_start = lseek(call->body_fd, 0, SEEK_CUR);
        if (client->file_start < 0 || call->body_len > INT64_MAX)
            return sheaf_fail(err, SHEAF_IO, "what is to be sent to %s is no plain file",
                              call->url);
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(curl, CURLOPT_READDATA, client);
        curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(curl, CURLOPT_SEEKDATA, client);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
    } else if (call->content_type || call->body.len > 0) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                         call->body.len ? (char *)call->body.data : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    }
    if (call->method && strcmp(call->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (call->method)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    return SHEAF_OK;
}

static struct curl_slist *headers_made(const sheaf_http_call *call, bool *good)
{
    char type[256];
    struct curl_slist *list = NULL, *longer;
    *good = true;
    if (call->content_type) {
        int n = snprintf(type, sizeof type, "Content-Type: %s", call->content_type);
        list = n > 0 && (size_t)n < sizeof type ? curl_slist_append(NULL, type) : NULL;
        *good = list;
    }
    for (const char *const *h = call->headers; h && *h && *good; h++) {
        longer = curl_slist_append(list, *h);
        *good = longer;
        list = longer ? longer : list;
    }
    return list;
}

sheaf_status sheaf_http_call_run(sheaf_http_client *client, const sheaf_http_call *call,
                                 sheaf_http_reply *reply, sheaf_err *err)
{
    client->call = call;
    client->reply = reply;
    client->written = 0;
    client->moved = 0;
    client->idle_since_ms = monotonic_ms();
    client->idle = false;
    client->why = (sheaf_err){.status = SHEAF_OK};
    reply->status = 0;
    reply->content_type[0] = 0;
    reply->body.max = client->config.reply_max;
    sheaf_buffer_reset(&reply->body);

    set_connection(client);
    SHEAF_TRY(set_body(client, err));
    bool good;
    struct curl_slist *headers = headers_made(call, &good);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = good ? curl_easy_perform(client->curl) : CURLE_OUT_OF_MEMORY;
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return failure(client, code, err);

    reply->status = status_of(client);
    const char *type = NULL;
    curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
    snprintf(reply->content_type, sizeof reply->content_type, "%s", type ? type : "");
    reply->body.max = reply->body.len + 1;
    sheaf_buffer_add_byte(&reply->body, 0);
    SHEAF_TRY(sheaf_buffer_check(&reply->body, "an answer", err));
    reply->body.len--;
    return SHEAF_OK;
}
