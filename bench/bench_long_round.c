/* bench/bench_long_round.c - a round of long vectors through a hub and the files of four nodes,
 * over HTTP: 50,000,000 words of 64 bits each, all in this process. The hub has no such round
 * on its log, as no task makes any, so it is begun by hand, and ends without a result once the
 * sum is there. What the process has in memory is printed beside what a vector takes; the
 * nodes' own words, one array for all four, are there before and not counted.
 *
 *     bench_long_round [WORDS]
 */
#include "bench.h"
#include "kit_store.h"

#include "base/encode.h"
#include "hub/rounds_internal.h"
#include "node/round_keep.h"
#include "node/transport.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { COUNT = 4, STAY = 3, WORDS = 50000000, ROUND = 7, STAGE_MS = 3600000 };

typedef struct {
    sheaf_round_keep keep;
    sheaf_round_own own;
    sheaf_participant p;
} member;

typedef struct {
    sheaf_hub *hub;
    sheaf_rounds *rounds;
    sheaf_http_transport http;
    sheaf_round_config config;
    sheaf_keypair pair[COUNT];
    uint64_t *words;
    member member[COUNT];
    int sum; /* the hub's file of it, open since it was there */
} long_round;

static double memory_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / 1e6;
}

static void bench_ok(sheaf_status status, const sheaf_err *err)
{
    bench_must(status == SHEAF_OK, err->message);
}

/* ---- opening ---- */

static void open_hub(long_round *r, kit *k, const char *dir)
{
    sheaf_err err = {0};
    char url[64];
    kit_store_save(k, dir, "log");
    kit_store_keys(dir);
    sheaf_hub_config config = {.dir = dir, .quiet = true, .stage_ms = STAGE_MS};
    bench_ok(sheaf_hub_open(&r->hub, &config, &err), &err);
    r->rounds = r->hub->rounds;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)sheaf_hub_port(r->hub));
    bench_ok(sheaf_http_transport_open(&r->http, url, NULL, NULL, &err), &err);
}

static void begin(long_round *r, uint32_t words)
{
    static const uint32_t keys[COUNT];
    sheaf_err err = {0};
    bench_round_make(COUNT, STAY, words, 64, &r->config, r->pair);
    r->config.round = ROUND;
    r->config.min_survivors = COUNT;
    for (int i = 0; i < SHEAF_ROUND_MESSAGE_STAGES; i++)
        r->config.stage_ms[i] = STAGE_MS;
    bench_ok(sheaf_rounds_add(r->rounds, SHEAF_NONE, &r->config, keys, (sheaf_slice){0}, &err),
             &err);
}

static void take_seat(long_round *r, int i, const char *dir)
{
    member *m = &r->member[i];
    char home[SHEAF_PATH_MAX];
    uint8_t seed[SHEAF_SEED_BYTES];
    bool again;
    sheaf_err err = {0};
    sheaf_hash session = sheaf_round_session(&r->config);
    sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(&r->http));
    bench_ok(sheaf_path(home, &err, "%.900s/node%d", dir, i), &err);
    bench_ok(sheaf_round_keep_init(&m->keep, home, ROUND, &err), &err);
    bench_ok(sheaf_round_keep_open(&m->keep, &ports, &session, seed, &again, &err), &err);
    bench_ok(sheaf_participant_init(&m->p, &r->config, (uint32_t)i, &r->pair[i], seed, &err),
             &err);
    m->own = (sheaf_round_own){&m->keep, r->words};
    bench_ok(sheaf_round_keep_mask(&m->own, &m->p, &err), &err);
}

/* ---- the round ---- */

static sheaf_slice answer(long_round *r, int i, sheaf_round_stage stage)
{
    sheaf_buffer bundle;
    sheaf_slice message;
    sheaf_err err = {0};
    sheaf_buffer_init(&bundle, sheaf_round_bundle_max(&r->config));
    pthread_mutex_lock(&r->rounds->lock);
    sheaf_slot *slot = sheaf_rounds_slot(r->rounds, ROUND);
    bench_must(slot, "a slot");
    sheaf_buffer_add(&bundle, sheaf_coordinator_bundle(slot->coordinator, stage, (uint32_t)i));
    pthread_mutex_unlock(&r->rounds->lock);
    bench_ok(
        sheaf_participant_receive(&r->member[i].p, sheaf_buffer_slice(&bundle), &message, &err),
        &err);
    bench_ok(sheaf_round_keep_answer(&r->member[i].keep, stage, sheaf_buffer_slice(&bundle),
                                     message, &err),
             &err);
    sheaf_buffer_deinit(&bundle);
    return message;
}

static void send_to_hub(long_round *r, int i, sheaf_round_stage stage, sheaf_slice message)
{
    sheaf_buffer head, got;
    char path[64], file[SHEAF_PATH_MAX];
    unsigned status = 0;
    sheaf_err err = {0};
    bool vector = stage == SHEAF_ROUND_INPUT;
    sheaf_buffer_init(&head, 1024);
    sheaf_buffer_init(&got, 65536);
    sheaf_base64url_put(&head, vector ? message : (sheaf_slice){0});
    sheaf_buffer_add_byte(&head, 0);
    bench_ok(sheaf_round_keep_input_path(&r->member[i].keep, file, &err), &err);
    snprintf(path, sizeof path, "/api/v1/rounds/%d/%s", ROUND, vector ? "vector" : "messages");
    sheaf_hub_call call = {.method = vector ? "PUT" : "POST",
                           .path = path,
                           .input = vector ? (const char *)head.data : NULL,
                           .body = vector ? (sheaf_slice){0} : message,
                           .body_file = vector ? file : NULL,
                           .body_from = SHEAF_ROUND_KEEP_WORDS_AT};
    sheaf_transport transport = sheaf_http_transport_as(&r->http);
    bench_ok(transport.call(transport.context, &call, &status, &got, &err), &err);
    bench_must(status == 204, "an answer of 204");
    sheaf_buffer_deinit(&got);
    sheaf_buffer_deinit(&head);
}

static void play(long_round *r, sheaf_round_stage stage)
{
    double bytes = COUNT * (double)sheaf_round_vector_bytes(&r->config), mask_s = 0, send_s = 0;
    for (int i = 0; i < COUNT; i++) {
        double at = bench_now_s();
        sheaf_slice message = answer(r, i, stage);
        mask_s += bench_now_s() - at;
        at = bench_now_s();
        if (stage != SHEAF_ROUND_REVEAL || i < STAY)
            send_to_hub(r, i, stage, message);
        send_s += bench_now_s() - at;
    }
    if (stage != SHEAF_ROUND_INPUT)
        return;
    bench_report("masked, hashed, on the nodes' disk", bytes / 1e6, "MB", mask_s);
    bench_report("sent, taken, hashed, on the hub's disk", bytes / 1e6, "MB", send_s);
}

/* Every call of the hub's interface is answered meanwhile. */
static void wait_sum(long_round *r, const char *dir)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err = {0};
    bool over = false;
    double slowest = 0, begun = bench_now_s();
    bench_ok(sheaf_path(path, &err, "%s/rounds/%d/sum", dir, ROUND), &err);
    for (r->sum = -1; !over;) {
        sheaf_round_progress progress;
        double at = bench_now_s();
        bench_must(sheaf_rounds_progress(r->rounds, ROUND, &progress), "progress");
        slowest = bench_now_s() - at > slowest ? bench_now_s() - at : slowest;
        if (r->sum < 0)
            r->sum = open(path, O_RDONLY | O_CLOEXEC);
        over = strcmp(progress.stage, "reveal") != 0;
        usleep(1000);
    }
    bench_report("read, hashed, added up, unmasked, written",
                 COUNT * (double)sheaf_round_vector_bytes(&r->config) / 1e6, "MB",
                 bench_now_s() - begun);
    printf("the hub told its progress within %.1f ms all the while\n", slowest * 1e3);
}

static void check_sum(const long_round *r)
{
    static uint64_t piece[2048];
    bench_must(r->sum >= 0, "the file of the sum");
    for (size_t k = 0; k < r->config.words; k += 2048) {
        size_t n = r->config.words - k < 2048 ? r->config.words - k : 2048;
        bench_must(pread(r->sum, piece, n * 8, (off_t)(k * 8)) == (ssize_t)(n * 8), "a sum");
        for (size_t i = 0; i < n; i++)
            bench_must(piece[i] == COUNT * r->words[k + i], "the sum");
    }
}

int main(int argc, char **argv)
{
    char dir[SHEAF_PATH_MAX], hub_dir[SHEAF_PATH_MAX];
    unsigned long words = argc > 1 ? strtoul(argv[1], NULL, 10) : WORDS;
    if (words < 1000000 || words > SHEAF_ROUND_WORDS_MAX) {
        fprintf(stderr, "usage: bench_long_round [WORDS]   (1000000 to %d)\n",
                SHEAF_ROUND_WORDS_MAX);
        return 2;
    }
    bench_must(sheaf_crypto_start(), "libsodium");
    long_round *r = bench_alloc(1, sizeof *r);
    kit *k = bench_alloc(1, sizeof *k);
    bench_folder_make(dir);
    snprintf(hub_dir, sizeof hub_dir, "%.900s/hub", dir);
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(k, &rules);
    open_hub(r, k, hub_dir);
    begin(r, (uint32_t)words);
    r->words = bench_alloc(words, sizeof *r->words);
    for (size_t i = 0; i < words; i++)
        r->words[i] = i * 0x9e3779b97f4a7c15u;
    for (int i = 0; i < COUNT; i++)
        take_seat(r, i, dir);
    double before = memory_mb();
    printf("a round of %lu words of 64 bits, %d participants, over HTTP\n", words, COUNT);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        play(r, (sheaf_round_stage)stage);
    wait_sum(r, hub_dir);
    check_sum(r);
    printf("hub and nodes had %.1f MB more in memory than before, at the most; a vector has "
           "%.1f MB\n",
           memory_mb() - before, (double)sheaf_round_vector_bytes(&r->config) / 1e6);
    for (int i = 0; i < COUNT; i++)
        sheaf_participant_deinit(&r->member[i].p);
    sheaf_http_transport_close(&r->http);
    sheaf_hub_close(r->hub);
    close(r->sum);
    kit_close(k);
    free(r->words);
    free(k);
    free(r);
    bench_folder_remove(dir);
    return 0;
}
