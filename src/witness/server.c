#include "witness/server_internal.h"

#include "acts/submission.h"
#include "log/visible.h"
#include "store/clock.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* One line on standard error: time, event, key=value. */
__attribute__((format(printf, 3, 4))) static void
say(const sheaf_witness_server *server, const char *event, const char *format, ...)
{
    if (server->quiet)
        return;
    char line[SHEAF_MESSAGE_MAX + 300], when[SHEAF_CLOCK_TEXT_LEN + 1];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    sheaf_clock_text(sheaf_clock_ms(), when);
    fprintf(stderr, "%s info %s %s\n", when, event, line);
}

/* ---- the queue ---- */

static bool push(sheaf_witness_server *s, const sheaf_http_request *request,
                 const sheaf_witness_log *relay)
{
    pthread_mutex_lock(&s->lock);
    bool room = s->count < SHEAF_WITNESS_QUEUE_MAX && !s->stopping;
    if (room) {
        /* Deferred with the lock held, so that no worker answers before the token is there. */
        s->queue[(s->head + s->count++) % SHEAF_WITNESS_QUEUE_MAX] =
            (sheaf_witness_waiting){sheaf_http_defer(request), request->body, relay};
        pthread_cond_signal(&s->filled);
    }
    pthread_mutex_unlock(&s->lock);
    return room;
}

static bool pop(sheaf_witness_server *s, sheaf_witness_waiting *out)
{
    pthread_mutex_lock(&s->lock);
    while (s->count == 0 && !s->stopping)
        pthread_cond_wait(&s->filled, &s->lock);
    bool some = s->count > 0;
    if (some) {
        *out = s->queue[s->head];
        s->head = (s->head + 1) % SHEAF_WITNESS_QUEUE_MAX;
        s->count--;
    }
    pthread_mutex_unlock(&s->lock);
    return some;
}

/* Receipts and what hubs answer are JSON. */
static sheaf_http_response respond(sheaf_witness_answer *answer, bool relay)
{
    bool json = relay && (answer->status == 200 || answer->status == 422);
    return sheaf_http_take(
        answer->status, json ? "application/json" : sheaf_witness_answer_type(answer->status),
        &answer->body);
}

static void answer_one(sheaf_witness_server *s, const sheaf_witness_waiting *item)
{
    sheaf_witness_answer answer;
    sheaf_witness_answer_init(&answer);
    if (item->relay)
        sheaf_relay_take(s->relay, item->relay, item->body, &answer);
    else
        sheaf_witness_add(s->witness, item->body, (uint64_t)(sheaf_clock_ms() / 1000), &answer);
    if (answer.status != 200 && answer.status != 409)
        say(s, "refused", "status=%u why=\"%.*s\"", answer.status,
            answer.body.len ? (int)answer.body.len - 1 : 0, (const char *)answer.body.data);
    sheaf_http_response response = respond(&answer, item->relay != NULL);
    sheaf_http_respond(item->token, &response);
    sheaf_witness_answer_deinit(&answer);
}

static void *worker_run(void *context)
{
    sheaf_witness_server *s = context;
    sheaf_witness_waiting item;
    while (pop(s, &item)) {
        if (s->stopping) {
            sheaf_http_response away = sheaf_http_error(503, "the witness is stopping");
            sheaf_http_respond(item.token, &away);
        } else {
            answer_one(s, &item);
        }
    }
    return NULL;
}

/* ---- requests ---- */

static sheaf_http_response get_checkpoint(sheaf_witness_log *log)
{
    sheaf_buffer note;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_witness_checkpoint(log, &note);
    if (note.len == 0) {
        sheaf_buffer_deinit(&note);
        return sheaf_http_error(404, "no checkpoint of this log was cosigned yet");
    }
    sheaf_http_response response = sheaf_http_take(200, "text/plain; charset=utf-8", &note);
    sheaf_http_header(&response, "Cache-Control", "no-store");
    return response;
}

static sheaf_http_response get_vkey(const sheaf_witness_server *s)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_VKEY_TEXT_MAX + 1);
    sheaf_vkey_put(&text, sheaf_witness_key(s->witness));
    sheaf_buffer_add_byte(&text, '\n');
    return sheaf_http_take(200, "text/plain; charset=utf-8", &text);
}

static sheaf_http_response get_file(sheaf_witness_server *s, sheaf_witness_log *log,
                                    sheaf_slice path)
{
    sheaf_buffer bytes;
    pthread_mutex_lock(&log->lock);
    uint64_t size = log->size;
    pthread_mutex_unlock(&log->lock);
    sheaf_buffer_init(&bytes, SHEAF_VISIBLE_BYTES_MAX);
    unsigned status =
        s->mirrors ? sheaf_mirrors_file(s->mirrors, log, size, path, &bytes) : 404;
    if (status == 200) {
        sheaf_http_response response = sheaf_http_take(200, "application/octet-stream", &bytes);
        sheaf_http_header(&response, "Cache-Control", "public, max-age=31536000, immutable");
        return response;
    }
    sheaf_buffer_deinit(&bytes);
    if (status == 403)
        return sheaf_http_error(403, "these entries are for members; the public listing is at "
                                     "tile/public in the place of tile/entries");
    return sheaf_http_error(status, s->mirrors ? "the log has no such file here"
                                               : "this witness does not mirror");
}

/* Where the log's hub is, as this witness's operator says: a place to look for members who have
 * lost theirs. They believe only what is on its log. */
static sheaf_http_response get_hub(const sheaf_witness_log *log)
{
    return log->url[0] ? sheaf_http_copy(200, "text/plain; charset=utf-8", sheaf_str(log->url))
                       : sheaf_http_error(404, "this witness does not know where the hub is");
}

/* Takes "/HEX" off the front of a path; NULL if that names no log of this witness. */
static sheaf_witness_log *take_log(const sheaf_witness_server *s, sheaf_slice *path)
{
    sheaf_slice hex;
    if (!sheaf_take_text(path, "/") || !sheaf_take(path, 2 * SHEAF_HASH_BYTES, &hex))
        return NULL;
    return sheaf_witness_log_find(s->witness, hex);
}

static sheaf_http_response get_relayed(sheaf_witness_server *s, const sheaf_witness_log *log,
                                       sheaf_slice act)
{
    sheaf_witness_answer answer;
    sheaf_witness_answer_init(&answer);
    sheaf_relay_tell(s->relay, log, act, &answer);
    sheaf_http_response response = respond(&answer, true);
    sheaf_witness_answer_deinit(&answer);
    sheaf_http_header(&response, "Cache-Control", "no-store");
    return response;
}

static sheaf_http_response get(sheaf_witness_server *s, sheaf_slice path)
{
    if (sheaf_slice_is(path, "/vkey"))
        return get_vkey(s);
    bool relay = sheaf_take_text(&path, "/relay");
    sheaf_witness_log *log = take_log(s, &path);
    if (!log)
        return sheaf_http_error(404, "this witness knows nothing at this address");
    if (!sheaf_take_text(&path, "/"))
        return sheaf_http_error(404, "there is nothing at this address");
    if (relay)
        return get_relayed(s, log, path);
    if (sheaf_slice_is(path, "checkpoint"))
        return get_checkpoint(log);
    if (sheaf_slice_is(path, "hub"))
        return get_hub(log);
    return get_file(s, log, path);
}

static bool route(void *context, const sheaf_http_request *request, sheaf_http_route *out,
                  sheaf_http_response *refusal)
{
    const sheaf_witness_server *s = context;
    sheaf_slice path = request->path;
    bool reads = request->method == SHEAF_HTTP_GET || request->method == SHEAF_HTTP_HEAD;
    bool add = sheaf_slice_is(path, "/add-checkpoint");
    bool relay = sheaf_take_text(&path, "/relay") && take_log(s, &path) && path.len == 0;
    out->body_max = relay ? SHEAF_SUBMISSION_MAX : SHEAF_ADD_CHECKPOINT_MAX;
    if (add || relay ? request->method == SHEAF_HTTP_POST : reads)
        return true;
    *refusal = sheaf_http_error(405, "this address does not take that method");
    return false;
}

static sheaf_http_verdict handle(void *context, const sheaf_http_request *request,
                                 sheaf_http_response *response)
{
    sheaf_witness_server *s = context;
    if (request->method != SHEAF_HTTP_POST) {
        *response = get(s, request->path);
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_slice path = request->path;
    const sheaf_witness_log *relay =
        sheaf_take_text(&path, "/relay") ? take_log(s, &path) : NULL;
    if (push(s, request, relay))
        return SHEAF_HTTP_DEFERRED;
    *response = sheaf_http_error(503, "too much waits here; try again in a second");
    return SHEAF_HTTP_ANSWERED;
}

/* ---- opening ---- */

/* "VKEY=URL"; the key's own text may hold '=' only in its name. */
static sheaf_status parse_log(const char *text, bool mirror, sheaf_vkey *key, const char **url,
                              sheaf_err *err)
{
    sheaf_url parsed;
    const char *at = strstr(text, "=http://"), *tls = strstr(text, "=https://");
    at = at ? at : tls;
    size_t len = at ? (size_t)(at - text) : strlen(text);
    sheaf_err why = {0};
    if (sheaf_vkey_parse(sheaf_bytes(text, len), key, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID, "log “%.60s”: %.200s", text, why.message);
    *url = at ? at + 1 : "";
    if (at)
        return sheaf_url_parse(sheaf_str(at + 1), &parsed, err);
    return !mirror ? SHEAF_OK
                   : sheaf_fail(err, SHEAF_INVALID,
                                "to mirror the log %.*s its address is needed: --log VKEY=URL",
                                SHEAF_PRINT(sheaf_vkey_name(key)));
}

/* `witness` may be NULL: then the list is only looked at. */
static sheaf_status trust_all(sheaf_witness *witness, const sheaf_witness_config *config,
                              sheaf_err *err)
{
    for (size_t i = 0; i < config->log_count; i++) {
        sheaf_vkey key;
        const char *url = NULL;
        SHEAF_TRY(parse_log(config->logs[i], config->mirror, &key, &url, err));
        if (witness)
            SHEAF_TRY(sheaf_witness_trust(witness, &key, url, err));
    }
    return SHEAF_OK;
}

static sheaf_status start(sheaf_witness_server *s, const sheaf_witness_config *config,
                          sheaf_err *err)
{
    SHEAF_TRY(trust_all(NULL, config, err)); /* a wrong command line makes no folder */
    SHEAF_TRY(sheaf_witness_folder_open(&s->folder, config->dir, config->name, err));
    sheaf_witness_store store = sheaf_witness_folder_store(&s->folder);
    SHEAF_TRY(sheaf_witness_open(&s->witness, sheaf_vkey_name(&s->folder.key), &s->folder.pair,
                                 &store, err));
    SHEAF_TRY(trust_all(s->witness, config, err));
    SHEAF_TRY(sheaf_witness_load(s->witness, err));
    if (config->mirror) {
        SHEAF_TRY(sheaf_mirrors_open(&s->mirrors, &s->folder, s->witness, config->ca_file,
                                     &s->stopping, err));
        sheaf_witness_gate mirrors = sheaf_mirrors_gate(s->mirrors);
        sheaf_witness_guard(s->witness, &mirrors);
    }
    sheaf_relay_config relay = {.folder = &s->folder,
                                .witness = s->witness,
                                .ca_file = config->ca_file,
                                .patience_ms = config->patience_ms ? config->patience_ms
                                                                   : SHEAF_RELAY_PATIENCE_MS};
    SHEAF_TRY(sheaf_relay_open(&s->relay, &relay, err));
    sheaf_witness_gate gate = sheaf_relay_gate(s->relay);
    sheaf_witness_guard(s->witness, &gate);
    for (; s->thread_count < SHEAF_WITNESS_THREADS; s->thread_count++)
        if (pthread_create(&s->threads[s->thread_count], NULL, worker_run, s) != 0)
            return sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the witness");
    return sheaf_http_server_open(&s->server,
                                  &(sheaf_http_server_config){.address = config->listen,
                                                              .port = config->port,
                                                              .tls_cert = config->tls_cert,
                                                              .tls_key = config->tls_key,
                                                              .route = route,
                                                              .handler = handle,
                                                              .ctx = s},
                                  err);
}

sheaf_status sheaf_witness_server_open(sheaf_witness_server **out,
                                       const sheaf_witness_config *config, sheaf_err *err)
{
    if (!sheaf_crypto_start())
        return sheaf_fail(err, SHEAF_NOMEM, "libsodium cannot start");
    sheaf_witness_server *s = calloc(1, sizeof *s);
    if (!s)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the witness");
    s->folder.lock = -1;
    s->quiet = config->quiet;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->filled, NULL);
    sheaf_status status = start(s, config, err);
    if (status != SHEAF_OK) {
        sheaf_witness_server_close(s);
        return status;
    }
    say(s, "serving", "folder=%s port=%u logs=%zu", s->folder.dir,
        (unsigned)sheaf_witness_server_port(s), sheaf_witness_log_count(s->witness));
    *out = s;
    return SHEAF_OK;
}

void sheaf_witness_server_close(sheaf_witness_server *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    atomic_store(&s->stopping, true);
    pthread_cond_broadcast(&s->filled);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->thread_count; i++)
        pthread_join(s->threads[i], NULL);
    assert(s->count == 0);
    sheaf_http_server_close(s->server);
    sheaf_relay_close(s->relay);
    sheaf_mirrors_close(s->mirrors);
    sheaf_witness_close(s->witness);
    sheaf_witness_folder_close(&s->folder);
    pthread_cond_destroy(&s->filled);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

uint16_t sheaf_witness_server_port(const sheaf_witness_server *s)
{
    return sheaf_http_server_port(s->server);
}

const sheaf_vkey *sheaf_witness_server_key(const sheaf_witness_server *s)
{
    return sheaf_witness_key(s->witness);
}
