/* A round of more members than can all be neighbours, so that they are on a ring: each is a
 * node in a thread of its own, with a hub that they reach over HTTP. Some go away before their
 * vector is in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <unistd.h>

#include "claims/recompute.h"
#include "hub/hub.h"
#include "kit_store.h"
#include "net/client.h"
#include "node/node.h"
#include "store/clock.h"

enum {
    MEMBERS = 110,
    LEAVERS = 4,   /* hear of who shared, and are never heard of again */
    ATTESTERS = 3, /* stay until they have added up again */
    RECORDS = 20,
    STAGE_MS = 25000,
    WAIT_MS = 400000,
    LOOK_MS = 20,
    SAID_MAX = 4096,
};

/* GnuTLS keeps a few bytes of each thread that ever used it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libgnutls";
}

typedef struct {
    char home[SHEAF_PATH_MAX], line[SHEAF_MESSAGE_MAX];
    sheaf_http_transport http;
    sheaf_node_data data;
    sheaf_node_config config;
    sheaf_node node;
    pthread_t thread;
    bool opened, leaves, attests;
    bool gone, sent; /* the line is cut; the vector, or a part of it, has left */
    uint64_t until_ms;
} party;

/* ---- a line that is cut ---- */

static sheaf_status call(void *context, const sheaf_hub_call *call, unsigned *status,
                         sheaf_buffer *answer, sheaf_err *err)
{
    party *p = context;
    sheaf_transport http = sheaf_http_transport_as(&p->http);
    bool vector = strstr(call->path, "/vector") != NULL;
    p->gone = p->gone || (p->leaves && vector);
    p->sent = p->sent || vector;
    if (p->gone)
        return sheaf_fail(err, SHEAF_IO, "the line is cut");
    return http.call(http.context, call, status, answer, err);
}

static void note(void *context, const char *line)
{
    party *p = context;
    snprintf(p->line, sizeof p->line, "%s", line);
}

/* ---- nodes ---- */

static const struct sheaf_row_round *last_round(const party *p)
{
    const sheaf_state *state = sheaf_member_state(&p->node.member);
    uint32_t count = sheaf_round_count(state);
    return count ? sheaf_round_at(state, count - 1) : NULL;
}

/* Who has gone, or is not needed any more, ends. */
static bool finished(const party *p)
{
    const struct sheaf_row_round *round = last_round(p);
    if (p->gone)
        return true;
    if (!round)
        return false;
    if (round->state == SHEAF_round_state_aborted || round->attested >= ATTESTERS)
        return true;
    return !p->attests && p->sent && !p->node.has_round;
}

static void *live(void *context)
{
    party *p = context;
    sheaf_node_ports ports = sheaf_node_ports_real((sheaf_transport){call, p});
    sheaf_err err = {0};
    p->opened = sheaf_node_open(&p->node, &p->config, &ports, &err) == SHEAF_OK;
    if (!p->opened)
        snprintf(p->line, sizeof p->line, "%s", err.message);
    while (p->opened && !finished(p) && sheaf_clock_ms() < (int64_t)p->until_ms
           && sheaf_node_turn(&p->node, &err) == SHEAF_OK)
        usleep(50000);
    return NULL;
}

static void put_key(const char *home, const char *role, const char *name)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    kit_must(sheaf_path(path, &err, "%.900s/keys/%s.key", home, role), &err);
    kit_store_key(path, name);
}

static void begin(const char *root, const char *hub, party *p, const kit_roster *r, int i,
                  const char *file)
{
    sheaf_err err;
    char path[SHEAF_PATH_MAX], node[KIT_NAME_MAX + 8];
    kit_must(sheaf_path(p->home, &err, "%s/home%d", root, i), &err);
    kit_must(sheaf_path(path, &err, "%.900s/keys", p->home), &err);
    kit_must(sheaf_folder_make(path, 0700, &err), &err);
    snprintf(node, sizeof node, "%s.node", r->members[i]->name);
    put_key(p->home, "member", r->members[i]->name);
    put_key(p->home, "train", node);
    kit_must(sheaf_http_transport_open(&p->http, hub, NULL, NULL, &err), &err);
    p->data = (sheaf_node_data){.name = "heart/v1", .file = file};
    p->config = (sheaf_node_config){.hub_url = hub,
                                    .home = p->home,
                                    .data = &p->data,
                                    .data_count = 1,
                                    .log = note,
                                    .log_context = p};
    p->until_ms = (uint64_t)sheaf_clock_ms() + WAIT_MS;
    assert_int_equal(pthread_create(&p->thread, NULL, live, p), 0);
}

/* ---- the co-op ---- */

static void write_data(const char *file)
{
    sheaf_buffer csv;
    sheaf_err err;
    uint64_t seed = 1;
    sheaf_buffer_init(&csv, 1 << 20);
    sheaf_buffer_add_string(&csv, "age,cp,num\n");
    for (int i = 0; i < RECORDS; i++) {
        unsigned age = 30 + (unsigned)(kit_random(&seed) % 50);
        unsigned cp = 1 + (unsigned)(kit_random(&seed) % 3);
        sheaf_buffer_printf(&csv, "%u,%u,%d\n", age, cp, age > 55);
    }
    kit_must(sheaf_file_write(file, 0600, sheaf_buffer_slice(&csv), &err), &err);
    sheaf_buffer_deinit(&csv);
}

/* The folder of a co-op with so many members, written as of ten minutes ago. */
static void found(kit *k, kit_roster *r, const char *dir, int cohort, int colluders)
{
    char budget[1024];
    kit_terms terms = kit_terms_true(2);
    sheaf_err err;
    terms.rounds = 4;
    terms.cohort = cohort;
    terms.colluders = colluders;
    *r = (kit_roster){.unit = "record",
                      .budget = kit_amounts(budget, terms.limits[KIT_PLACE], KIT_PLACE),
                      .records = RECORDS};
    kit_open(k);
    k->now = sheaf_clock_ms() - 600000;
    kit_roster_open(r, k, MEMBERS);
    assert_int_equal(kit_roster_grant(r, &terms, "m"), SHEAF_ACCEPTED);
    kit_must(sheaf_folder_make(dir, 0700, &err), &err);
    kit_store_save(k, dir, "log");
    kit_store_keys(dir);
}

/* ---- what everybody sees of it ---- */

typedef struct {
    const char *base;
    sheaf_http_client *client;
    char said[SAID_MAX];
} viewer;

/* False unless the hub has that to show. */
static bool ask(viewer *v, const char *path)
{
    char url[128];
    sheaf_http_reply reply;
    sheaf_err err;
    sheaf_http_reply_init(&reply);
    snprintf(url, sizeof url, "%s%s", v->base, path);
    kit_must(sheaf_http_get(v->client, url, &reply, &err), &err);
    bool good = reply.status == 200 && reply.body.len < sizeof v->said;
    snprintf(v->said, sizeof v->said, "%.*s", good ? (int)reply.body.len : 0,
             (const char *)reply.body.data);
    sheaf_http_reply_deinit(&reply);
    return good;
}

static bool says(const viewer *v, const char *text)
{
    return strstr(v->said, text) != NULL;
}

/* Follows the first round to its end: a stage each, in order, and an end only once the log has
 * it. */
static void watch(viewer *v)
{
    static const char *const stages[] = {"begin",     "commit", "advertise", "share", "input",
                                         "survivors", "reveal", "ending",    "done"};
    enum { STAGES = sizeof stages / sizeof *stages };
    int64_t until = sheaf_clock_ms() + WAIT_MS;
    char path[64];
    size_t at = 0;
    bool ring = false;
    while (!ask(v, "/api/v1/state/round") || !says(v, "\"id\":")) {
        assert_true(sheaf_clock_ms() < until);
        usleep(LOOK_MS * 1000);
    }
    snprintf(path, sizeof path, "/api/v1/rounds/%d", atoi(strstr(v->said, "\"id\":") + 5));
    while (strcmp(stages[at], "done") != 0) {
        assert_true(sheaf_clock_ms() < until);
        assert_true(ask(v, path));
        if (says(v, "aborted"))
            fail_msg("%s", v->said);
        char *stage = strstr(v->said, "\"stage\":\"");
        size_t now = 0;
        while (now < STAGES && strncmp(stage + 9, stages[now], strlen(stages[now])) != 0)
            now++;
        assert_true(now < STAGES && now >= at);
        at = now;
        ring = ring || says(v, "a ring of 110 in random order");
        usleep(LOOK_MS * 1000);
    }
    assert_true(ring);
    assert_true(ask(v, "/api/v1/state/round"));
    assert_true(says(v, "\"state\":\"closed\""));
}

/* What `sheaf round verify` does: the result follows from the transcript, and not from another
 * one. */
static void verify(const party *p, const char *dir)
{
    const struct sheaf_row_round *round = last_round(p);
    sheaf_blobs blobs;
    sheaf_hash manifest;
    sheaf_buffer transcript, result;
    sheaf_err err;
    sheaf_buffer_init(&transcript, 64 << 20);
    sheaf_buffer_init(&result, 1 << 20);
    kit_must(sheaf_blobs_open(&blobs, dir, &err), &err);
    kit_must(sheaf_blob_read(&blobs, &round->transcript, &transcript, &err), &err);
    kit_must(sheaf_worker_manifest(&p->node.worker, round->id, &manifest, &err), &err);
    sheaf_round_evidence all = {.transcript = sheaf_buffer_slice(&transcript)};
    kit_must(sheaf_round_recompute(sheaf_member_state(&p->node.member), round, &manifest, &all,
                                   &result, &err),
             &err);
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&result));
    assert_true(sheaf_hash_equal(&hash, &round->result));
    transcript.data[transcript.len / 2] ^= 1;
    assert_int_equal(sheaf_round_recompute(sheaf_member_state(&p->node.member), round,
                                           &manifest, &all, NULL, &err),
                     SHEAF_FAULT);
    sheaf_buffer_deinit(&transcript);
    sheaf_buffer_deinit(&result);
}

/* ---- the round ---- */

static void run(party *all, const char *root, const char *base, const kit_roster *r)
{
    sheaf_err err;
    char file[64];
    viewer *v = calloc(1, sizeof *v);
    assert_non_null(v);
    v->base = base;
    kit_must(sheaf_http_client_open(&v->client, NULL, &err), &err);
    snprintf(file, sizeof file, "%s/data.csv", root);
    write_data(file);
    for (int i = 0; i < MEMBERS; i++) {
        all[i].leaves = i % (MEMBERS / LEAVERS) == 1 && i < MEMBERS - MEMBERS % LEAVERS;
        all[i].attests = i % (MEMBERS / ATTESTERS) == 0;
        begin(root, base, &all[i], r, i, file);
    }
    watch(v);
    for (int i = 0; i < MEMBERS; i++)
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
    sheaf_http_client_close(v->client);
    free(v);
}

static void test_large_round(void **unused)
{
    (void)unused;
    kit k;
    kit_roster r;
    sheaf_err err;
    sheaf_hub *hub;
    char root[] = "/tmp/large-test-XXXXXX", dir[64], base[64], command[64];
    assert_non_null(mkdtemp(root));
    snprintf(dir, sizeof dir, "%s/hub", root);
    found(&k, &r, dir, MEMBERS / 2, 1);
    sheaf_hub_config config = {
        .dir = dir, .quiet = true, .stage_ms = STAGE_MS, .grace_ms = WAIT_MS};
    kit_must(sheaf_hub_open(&hub, &config, &err), &err);
    snprintf(base, sizeof base, "http://127.0.0.1:%u", sheaf_hub_port(hub));
    party *all = calloc(MEMBERS, sizeof *all);
    assert_non_null(all);
    run(all, root, base, &r);
    const struct sheaf_row_round *round = all[0].opened ? last_round(&all[0]) : NULL;
    if (!round || round->state != SHEAF_round_state_closed)
        fail_msg("the round is not closed; the last line of a node: %s", all[0].line);
    assert_int_equal(round->seats, MEMBERS);
    assert_int_equal(round->survivors, MEMBERS - LEAVERS);
    assert_true(round->attested >= ATTESTERS);
    verify(&all[0], dir);
    for (int i = 0; i < MEMBERS; i++) {
        if (all[i].opened)
            sheaf_node_close(&all[i].node);
        sheaf_http_transport_close(&all[i].http);
    }
    free(all);
    sheaf_hub_close(hub);
    snprintf(command, sizeof command, "rm -rf %s", root);
    assert_int_equal(system(command), 0);
    kit_roster_close(&r);
    kit_close(&k);
}

/* ---- a round that is not opened ---- */

/* The node of this member is ready. */
static void say_ready(kit *k, const kit_roster *r, int i, sheaf_http_transport *http)
{
    char header[SHEAF_REQUEST_MAX], body[128], node[KIT_NAME_MAX + 8];
    sheaf_transport transport = sheaf_http_transport_as(http);
    sheaf_buffer answer;
    sheaf_err err;
    unsigned status = 0;
    snprintf(node, sizeof node, "%s.node", r->members[i]->name);
    snprintf(body, sizeof body, "{\"datasets\":[%u],\"key\":%u,\"seen\":0}", r->datasets[i],
             r->nodes[i]);
    sheaf_hub_call call = {.method = "POST",
                           .path = "/api/v1/nodes",
                           .content_type = "application/json",
                           .body = sheaf_str(body)};
    kit_must(sheaf_request_sign(header, sheaf_str(KIT_ORIGIN), r->nodes[i],
                                &kit_named(k, node)->pair, &call, sheaf_clock_ms(), &err),
             &err);
    call.signed_request = header;
    sheaf_buffer_init(&answer, SAID_MAX);
    kit_must(transport.call(transport.context, &call, &status, &answer, &err), &err);
    assert_int_equal(status, 200);
    sheaf_buffer_add_byte(&answer, 0);
    assert_non_null(strstr((const char *)answer.data, "\"round\":null"));
    sheaf_buffer_deinit(&answer);
}

/* So many may be in league with the hub that no ring protects the others: nothing is opened, so
 * that nobody's privacy is spent for it. */
static void test_unsafe(void **unused)
{
    (void)unused;
    kit k;
    kit_roster r;
    sheaf_err err;
    sheaf_hub *hub;
    sheaf_http_transport http;
    viewer *v = calloc(1, sizeof *v);
    char root[] = "/tmp/large-test-XXXXXX", dir[64], base[64], command[64];
    assert_non_null(mkdtemp(root));
    snprintf(dir, sizeof dir, "%s/hub", root);
    found(&k, &r, dir, MEMBERS - 2, MEMBERS - 6);
    sheaf_hub_config config = {.dir = dir, .quiet = true, .grace_ms = 1};
    kit_must(sheaf_hub_open(&hub, &config, &err), &err);
    snprintf(base, sizeof base, "http://127.0.0.1:%u", sheaf_hub_port(hub));
    kit_must(sheaf_http_transport_open(&http, base, NULL, NULL, &err), &err);
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < MEMBERS; i++)
            say_ready(&k, &r, i, &http);
    v->base = base;
    kit_must(sheaf_http_client_open(&v->client, NULL, &err), &err);
    usleep(500000);
    assert_true(ask(v, "/api/v1/state/round"));
    assert_true(says(v, "\"total\":0"));
    sheaf_http_client_close(v->client);
    free(v);
    sheaf_http_transport_close(&http);
    sheaf_hub_close(hub);
    snprintf(command, sizeof command, "rm -rf %s", root);
    assert_int_equal(system(command), 0);
    kit_roster_close(&r);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unsafe),
        cmocka_unit_test(test_large_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
