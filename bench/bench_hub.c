/* bench/bench_hub.c - requests per second and latency of a hub, beside what the machine allows.
 *
 * A co-op of four members in a temporary folder, its hub in this process. Each member posts
 * acts that were signed before, one after the other, each durable before it is answered; then
 * eight threads read a table of the state. The limits come from the same run: a bare answer of
 * the same size by the same server, an fdatasync, an Ed25519 verification.
 *
 *     bench_hub [REQUESTS of each thread]
 */
#include "bench.h"
#include "kit_store.h"

#include "acts/submission.h"
#include "hub/hub.h"
#include "net/client.h"
#include "net/server.h"
#include "store/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS = 500, REQUESTS_MAX = 900, WRITERS = 4, THREADS = 8 };

typedef struct {
    char url[128];
    sheaf_buffer *bodies; /* NULL: reads */
    size_t count, answer_len;
    double *seconds; /* of each request */
} client;

/* Signs `count` acts of each member, of which any may come first. */
static void sign(kit *k, size_t count, sheaf_buffer bodies[WRITERS][REQUESTS_MAX])
{
    static const char *const names[WRITERS] = {"ann", "bob", "cat", "dan"};
    int64_t seen = (int64_t)k->state.size;
    k->now = sheaf_clock_ms();
    k->step_ms = 0;
    for (size_t i = 0; i < count * WRITERS; i++) {
        sheaf_entry entry;
        sheaf_buffer *body = &bodies[i % WRITERS][i / WRITERS];
        k->wrong.seen = seen - (int64_t)k->state.size;
        kit_do(k, names[i % WRITERS], "revenue.record", NULL, "{'amount_cents':5,'memo':^}");
        sheaf_arena_reset(&k->decode);
        kit_must(sheaf_entry_decode(sheaf_buffer_slice(&k->entry), SHEAF_REVISION, &k->decode,
                                    &entry, &k->err),
                 &k->err);
        sheaf_buffer_init(body, SHEAF_SUBMISSION_MAX);
        sheaf_submission_encode(body, entry.act_bytes, entry.signature, NULL, 0);
    }
}

/* ---- clients ---- */

static void *work(void *context)
{
    client *c = context;
    sheaf_http_client *http;
    sheaf_http_reply reply;
    sheaf_err err;
    kit_must(sheaf_http_client_open(&http, NULL, &err), &err);
    sheaf_http_reply_init(&reply);
    for (size_t i = 0; i < c->count; i++) {
        double at = bench_now_s();
        if (c->bodies)
            kit_must(sheaf_http_post(http, c->url, "application/json",
                                     sheaf_buffer_slice(&c->bodies[i]), &reply, &err),
                     &err);
        else
            kit_must(sheaf_http_get(http, c->url, &reply, &err), &err);
        c->seconds[i] = bench_now_s() - at;
        if (reply.status != 200)
            kit_fail("status %u: %.*s", reply.status,
                     SHEAF_PRINT(sheaf_buffer_slice(&reply.body)));
        c->answer_len = reply.body.len;
    }
    sheaf_http_reply_deinit(&reply);
    sheaf_http_client_close(http);
    return NULL;
}

/* Runs them all; the length of an answer. */
static size_t measure(const char *what, const char *url, size_t threads, size_t count,
                      sheaf_buffer bodies[][REQUESTS_MAX])
{
    client clients[THREADS];
    double *seconds = bench_alloc(threads * count, sizeof *seconds);
    for (size_t i = 0; i < threads; i++) {
        clients[i] = (client){.bodies = bodies ? bodies[i] : NULL,
                              .count = count,
                              .seconds = seconds + i * count};
        snprintf(clients[i].url, sizeof clients[i].url, "%s", url);
    }
    double wall = bench_at_once(threads, work, clients, sizeof *clients);
    bench_report_each(what, seconds, threads * count, wall);
    free(seconds);
    return clients[0].answer_len;
}

static sheaf_http_verdict answer_bare(void *context, const sheaf_http_request *request,
                                      sheaf_http_response *response)
{
    (void)request;
    *response = sheaf_http_copy(200, "application/json", *(const sheaf_slice *)context);
    return SHEAF_HTTP_ANSWERED;
}

static void limit_server(size_t len, size_t count)
{
    static uint8_t bytes[1 << 20];
    sheaf_slice body = sheaf_bytes(bytes, len < sizeof bytes ? len : sizeof bytes);
    sheaf_http_server *server;
    char url[128], what[64];
    sheaf_err err;
    kit_must(
        sheaf_http_server_open(
            &server, &(sheaf_http_server_config){.handler = answer_bare, .ctx = &body}, &err),
        &err);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", sheaf_http_server_port(server));
    snprintf(what, sizeof what, "limit: bare answers of %zu bytes, 8 threads", body.len);
    (void)measure(what, url, THREADS, count, NULL);
    sheaf_http_server_close(server);
}

int main(int argc, char **argv)
{
    static sheaf_buffer bodies[WRITERS][REQUESTS_MAX];
    long wanted = argc == 2 ? atol(argv[1]) : REQUESTS;
    char dir[SHEAF_PATH_MAX], url[128];
    if (wanted < 10 || wanted > REQUESTS_MAX) {
        fprintf(stderr, "usage: bench_hub [REQUESTS from 10 to %d]\n", REQUESTS_MAX);
        return 2;
    }
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    bench_folder_make(dir);
    kit_store_save(&k, dir, "log");
    kit_store_keys(dir);
    sign(&k, (size_t)wanted, bodies);
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    kit_must(sheaf_hub_open(&hub, &config, &k.err), &k.err);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/v1/acts", sheaf_hub_port(hub));
    (void)measure("signed acts, each durable, 4 threads", url, WRITERS, (size_t)wanted, bodies);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/v1/state/member", sheaf_hub_port(hub));
    size_t len = measure("reads of the state, 8 threads", url, THREADS, (size_t)wanted, NULL);
    sheaf_hub_close(hub);
    limit_server(len, (size_t)wanted);
    bench_limit_sync(dir, 4096);
    bench_limit_signatures(1);
    bench_folder_remove(dir);
    for (int i = 0; i < WRITERS; i++)
        for (long j = 0; j < wanted; j++)
            sheaf_buffer_deinit(&bodies[i][j]);
    kit_close(&k);
    return 0;
}
