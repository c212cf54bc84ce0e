/* bench/bench_polls.c - what a thousand nodes cost a hub while they wait.
 *
 * A co-op with so many members in a temporary folder, its hub in this process, the nodes' calls
 * in another: first as many words of nodes that they are ready as the hub takes, beside how
 * many it asks for; then all of them wait for the first bundle of a round in which nobody says
 * anything, each over a connection of its own, and are told at one moment that it is over. What
 * is measured of the hub is its processor time, memory and threads.
 *
 *     bench_polls [NODES from 10 to 1000]
 */
#include "bench.h"
#include "kit_store.h"

#include "hub/hub.h"
#include "node/transport.h"
#include "store/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    NODES = 1000,
    THREADS = 8,
    WORDS_S = 3,
    STAGE_MS = 20000,
    STACK_BYTES = 256 << 10,
    ANSWER_BYTES = 1 << 20,
};

/* One node's calls. */
typedef struct {
    char url[64];
    uint32_t key, dataset, round;
    sheaf_keypair pair;
    double first_s, told_s; /* since it waits; when it heard of the end */
    size_t polls;
} caller;

typedef struct {
    caller *callers;
    size_t count, words;
    bool with_data;
    double *seconds;
} share;

/* ---- calls ---- */

static unsigned call(sheaf_http_transport *http, const caller *c, const char *method,
                     const char *path, sheaf_slice body, sheaf_buffer *answer)
{
    char header[SHEAF_REQUEST_MAX];
    sheaf_err err;
    unsigned status = 0;
    sheaf_transport transport = sheaf_http_transport_as(http);
    sheaf_hub_call hub_call = {
        .method = method, .path = path, .content_type = "application/json", .body = body};
    kit_must(sheaf_request_sign(header, sheaf_str(KIT_ORIGIN), c->key, &c->pair, &hub_call,
                                sheaf_clock_ms(), &err),
             &err);
    hub_call.signed_request = header;
    kit_must(transport.call(transport.context, &hub_call, &status, answer, &err), &err);
    return status;
}

/* One word of a node; with its data set a round may open, in which it then has a seat. */
static void word(sheaf_http_transport *http, caller *c, bool with_data, sheaf_buffer *answer)
{
    char body[128], data[16] = "";
    if (with_data)
        snprintf(data, sizeof data, "%u", c->dataset);
    snprintf(body, sizeof body, "{\"datasets\":[%s],\"key\":%u,\"seen\":0}", data, c->key);
    unsigned status = call(http, c, "POST", "/api/v1/nodes", sheaf_str(body), answer);
    sheaf_buffer_add_byte(answer, 0);
    const char *round = strstr((const char *)answer->data, "\"round\":");
    bench_must(status == 200 && round, "the hub takes a node's word");
    c->round = (uint32_t)atoi(round + 8); /* 0 for null */
}

static void *say(void *context)
{
    share *s = context;
    sheaf_http_transport http;
    sheaf_buffer answer;
    sheaf_err err;
    sheaf_buffer_init(&answer, ANSWER_BYTES);
    kit_must(sheaf_http_transport_open(&http, s->callers[0].url, NULL, NULL, &err), &err);
    double begin = bench_now_s();
    size_t most = s->words;
    for (s->words = 0; s->words < most && bench_now_s() - begin < WORDS_S; s->words++) {
        double at = bench_now_s();
        word(&http, &s->callers[s->words % s->count], s->with_data, &answer);
        if (s->seconds)
            s->seconds[s->words] = bench_now_s() - at;
    }
    sheaf_http_transport_close(&http);
    sheaf_buffer_deinit(&answer);
    return NULL;
}

static void *wait_for_bundle(void *context)
{
    caller *c = context;
    sheaf_http_transport http;
    sheaf_buffer answer;
    sheaf_err err;
    char path[96];
    unsigned status = 204;
    sheaf_buffer_init(&answer, ANSWER_BYTES);
    kit_must(sheaf_http_transport_open(&http, c->url, NULL, NULL, &err), &err);
    snprintf(path, sizeof path, "/api/v1/rounds/%u/bundle?key=%u&stage=reveal", c->round,
             c->key);
    c->first_s = bench_now_s();
    for (; status == 204; c->polls++)
        status = call(&http, c, "GET", path, (sheaf_slice){0}, &answer);
    c->told_s = bench_now_s();
    bench_must(status == 200, "the hub tells that the round is over");
    sheaf_http_transport_close(&http);
    sheaf_buffer_deinit(&answer);
    return NULL;
}

/* ---- the nodes ---- */

static void words(caller *callers, size_t count)
{
    enum { EACH = 100000 };
    share shares[THREADS];
    double *seconds = bench_alloc((size_t)THREADS * EACH, sizeof *seconds);
    for (size_t i = 0; i < THREADS; i++)
        shares[i] = (share){.callers = callers + i * count / THREADS,
                            .count = (i + 1) * count / THREADS - i * count / THREADS,
                            .words = EACH,
                            .seconds = seconds + i * EACH};
    double wall = bench_at_once(THREADS, say, shares, sizeof *shares);
    size_t all = 0;
    for (size_t i = 0; i < THREADS; i++) {
        memmove(seconds + all, shares[i].seconds, shares[i].words * sizeof *seconds);
        all += shares[i].words;
    }
    (void)bench_report_each("nodes say that they are ready, 8 threads", seconds, all, wall);
    printf("%-46s %8.0f /s\n", "  that the hub asks for", 200.0);
    fflush(stdout);
    free(seconds);
}

/* All with data, twice at the least: the second time they have their seats. */
static void take_seats(caller *callers, size_t count)
{
    share all = {.callers = callers, .count = count, .with_data = true};
    double until = bench_now_s() + 60;
    while (callers[0].round == 0 || callers[count - 1].round == 0) {
        bench_must(bench_now_s() < until, "a round is opened within a minute");
        all.words = count;
        (void)say(&all);
    }
}

static void nodes_run(caller *callers, size_t count, const char *url, int told)
{
    for (size_t i = 0; i < count; i++)
        snprintf(callers[i].url, sizeof callers[i].url, "%s", url);
    words(callers, count);
    take_seats(callers, count);
    pthread_t *threads = bench_alloc(count, sizeof *threads);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    bench_must(write(told, "w", 1) == 1, "a pipe"); /* from now on they wait */
    for (size_t i = 0; i < count; i++)
        bench_must(pthread_create(&threads[i], &small, wait_for_bundle, &callers[i]) == 0,
                   "starting a thread");
    double first = 0, last = 0, polls = 0;
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        first = first == 0 || callers[i].told_s < first ? callers[i].told_s : first;
        last = callers[i].told_s > last ? callers[i].told_s : last;
        polls += (double)callers[i].polls;
    }
    (void)bench_report("nodes wait for a bundle: requests", polls, "requests",
                       last - callers[0].first_s);
    (void)bench_report("  all hear of the end at one moment", (double)count, "nodes",
                       last - first);
    pthread_attr_destroy(&small);
    free(threads);
}

/* ---- the hub ---- */

static double processor_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
           + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* A line of /proc/self/status, in its unit. */
static long status_of(const char *name)
{
    char line[128];
    long value = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            value = atol(line + strlen(name));
    if (file)
        fclose(file);
    return value;
}

static void watch(int told, pid_t child)
{
    char byte;
    int status;
    double at = bench_now_s(), used = processor_s();
    bench_must(read(told, &byte, 1) == 1, "the nodes wait");
    printf("%-46s %8.1f %%\n", "  processor time of the hub until then",
           100 * (processor_s() - used) / (bench_now_s() - at));
    long before = status_of("VmRSS:"), threads = status_of("Threads:");
    at = bench_now_s(), used = processor_s();
    sleep(STAGE_MS / 1000 / 2);
    printf("%-46s %8.1f %%\n", "processor time of the hub while nodes wait",
           100 * (processor_s() - used) / (bench_now_s() - at));
    printf("%-46s %8.1f MB\n", "  its memory for all of them",
           (double)(status_of("VmRSS:") - before) / 1024);
    printf("%-46s %8ld\n", "  its further threads", status_of("Threads:") - threads);
    fflush(stdout);
    bench_must(waitpid(child, &status, 0) == child && status == 0, "the nodes came to an end");
}

static caller *callers_of(kit *k, const kit_roster *r, size_t count)
{
    caller *callers = bench_alloc(count, sizeof *callers);
    for (size_t i = 0; i < count; i++) {
        char node[KIT_NAME_MAX + 8];
        snprintf(node, sizeof node, "%s.node", r->members[i]->name);
        callers[i].key = r->nodes[i];
        callers[i].dataset = r->datasets[i];
        callers[i].pair = kit_named(k, node)->pair;
    }
    return callers;
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? atol(argv[1]) : NODES;
    char dir[SHEAF_PATH_MAX], url[64] = "", budget[1024];
    int hub_at[2], told[2];
    if (count < 10 || count > NODES) {
        fprintf(stderr, "usage: bench_polls [NODES from 10 to %d]\n", NODES);
        return 2;
    }
    kit k;
    kit_terms terms = kit_terms_true(2);
    kit_roster r = {.unit = "record",
                    .budget = kit_amounts(budget, terms.limits[KIT_PLACE], KIT_PLACE),
                    .records = 20};
    kit_open(&k);
    k.now = sheaf_clock_ms() - 3600000;
    kit_roster_open(&r, &k, (int)count);
    terms.cohort = (int)count;
    terms.rounds = 4;
    bench_must(kit_roster_grant(&r, &terms, "m") == SHEAF_ACCEPTED, "a mandate");
    bench_folder_make(dir);
    kit_store_save(&k, dir, "log");
    kit_store_keys(dir);
    caller *callers = callers_of(&k, &r, (size_t)count);
    bench_must(pipe(hub_at) == 0 && pipe(told) == 0, "pipes");
    pid_t child = fork();
    bench_must(child >= 0, "another process");
    if (child == 0) {
        bench_must(read(hub_at[0], url, sizeof url - 1) > 0, "the hub's address");
        nodes_run(callers, (size_t)count, url, told[1]);
        _exit(0);
    }
    sheaf_hub *hub;
    sheaf_hub_config config = {
        .dir = dir, .quiet = true, .stage_ms = STAGE_MS, .grace_ms = 60000};
    kit_must(sheaf_hub_open(&hub, &config, &k.err), &k.err);
    int len = snprintf(url, sizeof url, "http://127.0.0.1:%u", sheaf_hub_port(hub));
    bench_must(write(hub_at[1], url, (size_t)len) == len, "a pipe");
    watch(told[0], child);
    sheaf_hub_close(hub);
    bench_folder_remove(dir);
    free(callers);
    kit_roster_close(&r);
    kit_close(&k);
    return 0;
}
