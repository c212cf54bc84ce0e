/* bench/bench_hub.c - requests per second and latency of a hub, beside what the machine allows.
 *
 * A co-op of four members in a temporary folder, its hub in this process. Each member posts
 * acts that were signed before, one after the other, each durable before it is answered; then
 * eight threads read a table of the state. The limits come from the same run: a bare answer of
 * the same size by the same server, an fdatasync, an Ed25519 verification.
 *
 *     bench_hub [REQUESTS of each thread]
 */
#include "../tests/unit/coop/kit.c"
#include "../tests/unit/coop/kit_witness.c"
#include "../tests/unit/coop/kit_worlds.c"

#include "acts/submission.h"
#include "hub/hub.h"
#include "log/checkpoint.h"
#include "net/client.h"
#include "net/server.h"
#include "store/clock.h"
#include "store/key_file.h"
#include "store/log_store.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum { REQUESTS = 500, REQUESTS_MAX = 900, WRITERS = 4, THREADS = 8, LIMIT_TRIES = 1000 };

typedef struct {
    char url[128];
    sheaf_buffer *bodies; /* NULL: reads */
    size_t count, answer_len;
    double *seconds; /* of each request */
    pthread_t thread;
} client;

static void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        kit_fail("%s", err->message);
}

static double now_s(void)
{
    return (double)sheaf_clock_monotonic_us() / 1e6;
}

/* ---- the co-op ---- */

static sheaf_slice next_entry(sheaf_slice *log)
{
    sheaf_slice head, entry;
    if (!sheaf_take(log, 4, &head)
        || !sheaf_take(log,
                       (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                           | (uint32_t)head.data[2] << 8 | head.data[3],
                       &entry))
        kit_fail("the log is cut");
    return entry;
}

static void save_key(const char *dir, const char *name)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    sheaf_keypair pair;
    sheaf_hash seed = sheaf_sha256(sheaf_str(name));
    must(sheaf_path(path, &err, "%s/keys", dir), &err);
    must(sheaf_folder_make(path, 0700, &err), &err);
    must(sheaf_path(path, &err, "%s/keys/%s.key", dir, name), &err);
    must(sheaf_key_file_put(path, seed.bytes, &pair, &err), &err);
}

/* The folder of a hub with the entries so far. */
static void save(kit *k, const char *dir)
{
    sheaf_err err;
    sheaf_log_store *store;
    sheaf_buffer note;
    save_key(dir, "log");
    save_key(dir, "hub");
    must(sheaf_log_store_open(&store, dir, false, &err), &err);
    for (sheaf_slice log = sheaf_buffer_slice(&k->log); log.len > 0;) {
        sheaf_slice entry = next_entry(&log);
        must(sheaf_log_store_append(store, &entry, 1, &err), &err);
    }
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_hash root = sheaf_log_store_root(store);
    must(sheaf_checkpoint_sign(&note, sheaf_str(KIT_ORIGIN), sheaf_log_store_size(store), &root,
                               &kit_named(k, "log")->pair, &err),
         &err);
    must(sheaf_log_store_publish(store, sheaf_buffer_slice(&note), &err), &err);
    sheaf_buffer_deinit(&note);
    sheaf_log_store_close(store);
}

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
        must(sheaf_entry_decode(sheaf_buffer_slice(&k->entry), SHEAF_REVISION, &k->decode,
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
    must(sheaf_http_client_open(&http, NULL, &err), &err);
    sheaf_http_reply_init(&reply);
    for (size_t i = 0; i < c->count; i++) {
        double at = now_s();
        if (c->bodies)
            must(sheaf_http_post(http, c->url, "application/json",
                                 sheaf_buffer_slice(&c->bodies[i]), &reply, &err),
                 &err);
        else
            must(sheaf_http_get(http, c->url, &reply, &err), &err);
        c->seconds[i] = now_s() - at;
        if (reply.status != 200)
            kit_fail("status %u: %.*s", reply.status,
                     SHEAF_PRINT(sheaf_buffer_slice(&reply.body)));
        c->answer_len = reply.body.len;
    }
    sheaf_http_reply_deinit(&reply);
    sheaf_http_client_close(http);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Runs them all; the length of an answer. */
static size_t measure(const char *what, const char *url, size_t threads, size_t count,
                      sheaf_buffer bodies[][REQUESTS_MAX])
{
    client clients[THREADS];
    size_t total = threads * count;
    double *seconds = calloc(total, sizeof *seconds), at = now_s();
    if (!seconds)
        kit_fail("no memory for %zu times", total);
    for (size_t i = 0; i < threads; i++) {
        clients[i] = (client){.bodies = bodies ? bodies[i] : NULL,
                              .count = count,
                              .seconds = seconds + i * count};
        snprintf(clients[i].url, sizeof clients[i].url, "%s", url);
        if (pthread_create(&clients[i].thread, NULL, work, &clients[i]) != 0)
            kit_fail("the system gives no thread");
    }
    for (size_t i = 0; i < threads; i++)
        pthread_join(clients[i].thread, NULL);
    double wall = now_s() - at;
    qsort(seconds, total, sizeof *seconds, compare);
    printf("%-34s %zu threads %8.0f /s   p50 %7.3f ms   p99 %7.3f ms   %6zu bytes\n", what,
           threads, (double)total / wall, 1e3 * seconds[total / 2],
           1e3 * seconds[total * 99 / 100], clients[0].answer_len);
    fflush(stdout);
    free(seconds);
    return clients[0].answer_len;
}

/* ---- limits ---- */

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
    char url[128];
    sheaf_err err;
    must(sheaf_http_server_open(
             &server, &(sheaf_http_server_config){.handler = answer_bare, .ctx = &body}, &err),
         &err);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", sheaf_http_server_port(server));
    (void)measure("limit: a bare answer of that size", url, THREADS, count, NULL);
    sheaf_http_server_close(server);
}

static void limits(const char *dir, kit *k)
{
    char path[SHEAF_PATH_MAX];
    uint8_t signature[SHEAF_SIGNATURE_BYTES], page[4096] = {1};
    sheaf_keypair *pair = &kit_named(k, "ann")->pair;
    snprintf(path, sizeof path, "%.900s/sync", dir);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    double at = now_s();
    for (int i = 0; i < LIMIT_TRIES; i++)
        if (pwrite(fd, page, sizeof page, 0) != sizeof page || fdatasync(fd) != 0)
            kit_fail("cannot write %s", path);
    printf("%-44s %8.0f /s\n", "limit: fdatasync of 4 KiB", LIMIT_TRIES / (now_s() - at));
    close(fd);
    sheaf_sign(pair, sheaf_bytes(page, 400), signature);
    at = now_s();
    for (int i = 0; i < LIMIT_TRIES; i++)
        if (!sheaf_verify(pair->public, sheaf_bytes(page, 400), signature))
            kit_fail("a good signature is refused");
    printf("%-44s %8.0f /s\n", "limit: Ed25519 verifications, one thread",
           LIMIT_TRIES / (now_s() - at));
}

int main(int argc, char **argv)
{
    static sheaf_buffer bodies[WRITERS][REQUESTS_MAX];
    long wanted = argc == 2 ? atol(argv[1]) : REQUESTS;
    char dir[] = "/tmp/bench-hub-XXXXXX", url[128], command[64];
    if (wanted < 10 || wanted > REQUESTS_MAX) {
        fprintf(stderr, "usage: bench_hub [REQUESTS from 10 to %d]\n", REQUESTS_MAX);
        return 2;
    }
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    if (!mkdtemp(dir))
        kit_fail("cannot make a folder in /tmp");
    save(&k, dir);
    sign(&k, (size_t)wanted, bodies);
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    must(sheaf_hub_open(&hub, &config, &k.err), &k.err);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/v1/acts", sheaf_hub_port(hub));
    (void)measure("signed acts, each durable", url, WRITERS, (size_t)wanted, bodies);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/v1/state/member", sheaf_hub_port(hub));
    size_t len = measure("reads of the state", url, THREADS, (size_t)wanted, NULL);
    sheaf_hub_close(hub);
    limit_server(len, (size_t)wanted);
    limits(dir, &k);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", dir);
    for (int i = 0; i < WRITERS; i++)
        for (long j = 0; j < wanted; j++)
            sheaf_buffer_deinit(&bodies[i][j]);
    kit_close(&k);
    return 0;
}
