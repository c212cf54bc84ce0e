/* bench/bench_append.c - signed acts entered by a hub, each durable before it is answered.
 *
 * Sixty-four members each wait for one act before they hand in the next: through the hub's
 * sequencer in this process, then over HTTP. Every act is decoded, its signature checked, the
 * rules run, the batch made durable and its checkpoint signed. What the machine allows is
 * measured in the same run: single signature checks on two threads, and an fdatasync.
 *
 *     bench_append [ACTS of each member]
 */
#include "bench.h"
#include "kit_store.h"

#include "acts/submission.h"
#include "hub/sequencer.h"
#include "net/client.h"
#include "store/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { MEMBERS = 64, ACTS = 400, ACTS_MAX = 20000, CORES = 2 };

typedef struct {
    kit_name *name;
    sheaf_buffer *bodies;
    size_t count;
    double *seconds; /* of each act */
    sheaf_hub *hub;
    const char *url; /* NULL: through the sequencer */
} submitter;

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
        kit_must(sheaf_http_client_open(&http, NULL, &err), &err);
    sheaf_http_reply_init(&reply);
    for (size_t i = 0; i < s->count; i++) {
        sheaf_slice body = sheaf_buffer_slice(&s->bodies[i]);
        sheaf_entered entered = {0};
        double at = bench_now_s();
        if (s->url)
            kit_must(sheaf_http_post(http, s->url, "application/json", body, &reply, &err),
                     &err);
        else
            kit_must(sheaf_sequencer_submit(s->hub->sequencer, body, &entered, &err), &err);
        s->seconds[i] = bench_now_s() - at;
        if (entered.refusal != SHEAF_ACCEPTED || (s->url && reply.status != 200))
            kit_fail("an act is refused");
    }
    sheaf_http_reply_deinit(&reply);
    if (http)
        sheaf_http_client_close(http);
    return NULL;
}

static double measure(const char *what, submitter *all, kit *k, sheaf_hub *hub, const char *url,
                      size_t count)
{
    double *seconds = bench_alloc(MEMBERS * count, sizeof *seconds);
    for (int i = 0; i < MEMBERS; i++) {
        all[i].hub = hub;
        all[i].url = url;
        all[i].seconds = seconds + (size_t)i * count;
        sign(&all[i], k, count);
    }
    double wall = bench_at_once(MEMBERS, work, all, sizeof *all);
    double rate = bench_report_each(what, seconds, MEMBERS * count, wall);
    for (int i = 0; i < MEMBERS; i++)
        for (size_t j = 0; j < count; j++)
            sheaf_buffer_deinit(&all[i].bodies[j]);
    free(seconds);
    return rate;
}

int main(int argc, char **argv)
{
    static submitter all[MEMBERS];
    kit_name *members[MEMBERS];
    kit_rules rules = kit_rules_usual();
    char dir[SHEAF_PATH_MAX], url[128];
    long count = argc == 2 ? atol(argv[1]) : ACTS;
    if (argc > 2 || count < 50 || count > ACTS_MAX) {
        fprintf(stderr, "usage: bench_append [ACTS from 50 to %d]\n", ACTS_MAX);
        return 2;
    }
    kit k;
    kit_open(&k);
    kit_found_many(&k, &rules, members, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        all[i].name = members[i];
        all[i].bodies = bench_alloc((size_t)count, sizeof *all[i].bodies);
    }
    bench_folder_make(dir);
    kit_store_save(&k, dir, "log");
    kit_store_keys(dir);
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    kit_must(sheaf_hub_open(&hub, &config, &k.err), &k.err);
    double limit = bench_limit_signatures(CORES);
    bench_limit_sync(dir, 16384);
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
    bench_folder_remove(dir);
    return 0;
}
