/* bench/bench_append.c - signed acts entered by a hub, each durable before it is answered.
 *
 * Sixty-four members each wait for one act before they hand in the next: through the hub's
 * sequencer in this process, then over HTTP. Every act is decoded, its signature checked, the
 * rules run, the batch made durable and its checkpoint signed. What the machine allows is
 * measured in the same run: single signature checks on two threads, and an fdatasync.
 *
 *     bench_append [ACTS of each member]
 */
#include "../tests/unit/coop/kit.c"
#include "../tests/unit/coop/kit_witness.c"
#include "../tests/unit/coop/kit_worlds.c"

#include "acts/submission.h"
#include "hub/sequencer.h"
#include "log/checkpoint.h"
#include "net/client.h"
#include "store/clock.h"
#include "store/key_file.h"

#include <fcntl.h>
#include <unistd.h>

enum { MEMBERS = 64, ACTS = 400, ACTS_MAX = 20000, CORES = 2, SIGNATURES = 8000, SYNCS = 500 };

typedef struct {
    kit_name *name;
    sheaf_buffer *bodies;
    size_t count;
    double *seconds; /* of each act */
    sheaf_hub *hub;
    const char *url; /* NULL: through the sequencer */
    pthread_t thread;
} submitter;

static void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        kit_fail("%s", err->message);
}

static double now_s(void)
{
    return (double)sheaf_clock_monotonic_us() / 1e6;
}

/* ---- limits ---- */

typedef struct {
    sheaf_keypair pair[MEMBERS];
    uint8_t message[350], signature[MEMBERS][SHEAF_SIGNATURE_BYTES];
} bare;

static void verify_one(void *context, unsigned thread, size_t number)
{
    bare *b = context;
    size_t i = number % MEMBERS;
    (void)thread;
    if (!sheaf_verify(b->pair[i].public, sheaf_bytes(b->message, sizeof b->message),
                      b->signature[i]))
        kit_fail("a good signature is refused");
}

static double limit_signatures(void)
{
    static bare b;
    for (int i = 0; i < MEMBERS; i++) {
        uint8_t seed[SHEAF_SEED_BYTES] = {1, (uint8_t)i};
        sheaf_keypair_from_seed(&b.pair[i], seed);
        sheaf_sign(&b.pair[i], sheaf_bytes(b.message, sizeof b.message), b.signature[i]);
    }
    double at = now_s();
    sheaf_parallel(SIGNATURES * (size_t)CORES, CORES, verify_one, &b);
    double rate = SIGNATURES * CORES / (now_s() - at);
    printf("%-44s %8.0f /s\n", "limit: single signature checks, two threads", rate);
    return rate;
}

static void limit_sync(const char *dir)
{
    char path[SHEAF_PATH_MAX];
    static uint8_t block[16384];
    snprintf(path, sizeof path, "%.900s/sync", dir);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || pwrite(fd, block, sizeof block, 0) != sizeof block || fsync(fd) != 0)
        kit_fail("cannot write %s", path);
    double at = now_s();
    for (int i = 0; i < SYNCS; i++)
        if (pwrite(fd, block, sizeof block, 0) != sizeof block || fdatasync(fd) != 0)
            kit_fail("cannot write %s", path);
    printf("%-44s %8.3f ms\n", "limit: fdatasync of 16 KiB", 1e3 * (now_s() - at) / SYNCS);
    close(fd);
}

/* ---- the co-op ---- */

static void found(kit *k, submitter *all)
{
    kit_rules rules = kit_rules_usual();
    kit_found(k, &rules);
    all[0].name = kit_named(k, "ann");
    for (int i = 1; i < MEMBERS; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "m%d", i);
        kit_do(k, name, "member.apply", name,
               "{'class':0,'kind':'organisation','name':^,'public_key':@%s,'web':false}", name);
        kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
        all[i].name = kit_named(k, name);
    }
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

static sheaf_status sign_head(void *context, uint64_t size, const sheaf_hash *root,
                              sheaf_buffer *note, sheaf_err *err)
{
    return sheaf_checkpoint_sign(note, sheaf_str(KIT_ORIGIN), size, root,
                                 &kit_named(context, "log")->pair, err);
}

/* The folder of a hub with the entries so far. */
static void save(kit *k, const char *dir)
{
    sheaf_err err;
    sheaf_log_store *store;
    sheaf_slice log = sheaf_buffer_slice(&k->log), entry;
    uint32_t len;
    save_key(dir, "log");
    save_key(dir, "hub");
    must(sheaf_log_store_open(&store, dir, false, &err), &err);
    while (sheaf_take_u32(&log, &len) && sheaf_take(&log, len, &entry))
        must(sheaf_log_store_commit(store, &entry, 1, sign_head, k, &err), &err);
    sheaf_log_store_close(store);
}

/* Signs the next acts of a member. */
static void sign(submitter *s, const kit *k, size_t count)
{
    sheaf_buffer act, message;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    int64_t now = sheaf_clock_ms();
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    for (size_t i = 0; i < count; i++) {
        struct sheaf_revenue_record what = {.has_amount_cents = true,
                                            .amount_cents = (int64_t)(1 + i % 10000),
                                            .has_memo = true};
        sheaf_act a = {.kind = SHEAF_KIND_revenue_record,
                       .has_by = true,
                       .has_key = true,
                       .by = s->name->member,
                       .key = s->name->key,
                       .at = now,
                       .until = now + 3600000,
                       .seen = k->state.size,
                       .seq = ++s->name->seq,
                       .what = &what};
        memcpy(&what.memo, &i, sizeof i);
        sheaf_buffer_reset(&act);
        sheaf_buffer_reset(&message);
        sheaf_act_encode(&act, &a);
        sheaf_act_message(&message, sheaf_str(KIT_ORIGIN), sheaf_buffer_slice(&act));
        sheaf_sign(&s->name->pair, sheaf_buffer_slice(&message), signature);
        sheaf_buffer_init(&s->bodies[i], SHEAF_SUBMISSION_MAX);
        sheaf_submission_encode(&s->bodies[i], sheaf_buffer_slice(&act), signature, NULL, 0);
    }
    s->count = count;
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&message);
}

/* ---- submitting ---- */

static void *work(void *context)
{
    submitter *s = context;
    sheaf_http_client *http = NULL;
    sheaf_http_reply reply;
    sheaf_err err;
    if (s->url)
        must(sheaf_http_client_open(&http, NULL, &err), &err);
    sheaf_http_reply_init(&reply);
    for (size_t i = 0; i < s->count; i++) {
        sheaf_slice body = sheaf_buffer_slice(&s->bodies[i]);
        sheaf_entered entered = {0};
        double at = now_s();
        if (s->url)
            must(sheaf_http_post(http, s->url, "application/json", body, &reply, &err), &err);
        else
            must(sheaf_sequencer_submit(s->hub->sequencer, body, &entered, &err), &err);
        s->seconds[i] = now_s() - at;
        if (entered.refusal != SHEAF_ACCEPTED || (s->url && reply.status != 200))
            kit_fail("an act is refused");
    }
    sheaf_http_reply_deinit(&reply);
    if (http)
        sheaf_http_client_close(http);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double measure(const char *what, submitter *all, kit *k, sheaf_hub *hub, const char *url,
                      size_t count)
{
    double *seconds = calloc(MEMBERS * count, sizeof *seconds);
    if (!seconds)
        kit_fail("no memory for the times");
    for (int i = 0; i < MEMBERS; i++) {
        all[i].hub = hub;
        all[i].url = url;
        all[i].seconds = seconds + (size_t)i * count;
        sign(&all[i], k, count);
    }
    double at = now_s();
    for (int i = 0; i < MEMBERS; i++)
        if (pthread_create(&all[i].thread, NULL, work, &all[i]) != 0)
            kit_fail("the system gives no thread");
    for (int i = 0; i < MEMBERS; i++)
        pthread_join(all[i].thread, NULL);
    double rate = (double)(MEMBERS * count) / (now_s() - at);
    qsort(seconds, MEMBERS * count, sizeof *seconds, compare);
    printf("%-44s %8.0f /s   p50 %.2f ms   p99 %.2f ms\n", what, rate,
           1e3 * seconds[MEMBERS * count / 2], 1e3 * seconds[MEMBERS * count * 99 / 100]);
    fflush(stdout);
    for (int i = 0; i < MEMBERS; i++)
        for (size_t j = 0; j < count; j++)
            sheaf_buffer_deinit(&all[i].bodies[j]);
    free(seconds);
    return rate;
}

int main(int argc, char **argv)
{
    static submitter all[MEMBERS];
    const char *base = getenv("TMPDIR");
    char dir[SHEAF_PATH_MAX], url[128], command[SHEAF_PATH_MAX + 16];
    long count = argc == 2 ? atol(argv[1]) : ACTS;
    if (argc > 2 || count < 50 || count > ACTS_MAX) {
        fprintf(stderr, "usage: bench_append [ACTS from 50 to %d]\n", ACTS_MAX);
        return 2;
    }
    kit k;
    kit_open(&k);
    found(&k, all);
    for (int i = 0; i < MEMBERS; i++)
        if (!(all[i].bodies = calloc((size_t)count, sizeof *all[i].bodies)))
            kit_fail("no memory for the acts");
    snprintf(dir, sizeof dir, "%.900s/sheaf-bench-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(dir))
        kit_fail("cannot make a folder");
    save(&k, dir);
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    must(sheaf_hub_open(&hub, &config, &k.err), &k.err);
    double limit = limit_signatures();
    limit_sync(dir);
    double rate =
        measure("64 submitters, through the library", all, &k, hub, NULL, (size_t)count);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/v1/acts", sheaf_hub_port(hub));
    double http = measure("64 clients, over HTTP", all, &k, hub, url, (size_t)count / 2);
    printf("verified durable appends have %.0f %% of the bare signature rate (wanted: 80 %%), "
           "over HTTP %.0f %%\n",
           100 * rate / limit, 100 * http / limit);
    sheaf_hub_close(hub);
    kit_close(&k);
    for (int i = 0; i < MEMBERS; i++)
        free(all[i].bodies);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
