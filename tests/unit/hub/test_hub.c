/* A hub in a fresh folder, spoken to over HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/encode.h"
#include "bylaws/bylaws.h"
#include "crypto/label.h"
#include "hub/hub.h"
#include "log/checkpoint.h"
#include "node/member.h"
#include "store/clock.h"

#define ORIGIN "sheaf/abcdefghijklmnopqrstuvwxyz"

typedef struct {
    char dir[SHEAF_PATH_MAX], home[SHEAF_PATH_MAX], base[64];
    sheaf_keypair founder, log, hub_pair;
    sheaf_hub *hub;
    sheaf_http_client *client;
    sheaf_http_reply reply;
} world;

static void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err->message);
}

/* ---- founding ---- */

static void put_bylaws(sheaf_json_writer *w)
{
    static uint8_t block[1 << 20];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *document;
    sheaf_err err;
    must(sheaf_json_parse(sheaf_str(sheaf_bylaws_template(SHEAF_legal_form_demonstration)),
                          &arena, &document, &err),
         &err);
    for (sheaf_json *member = document->first; member; member = member->next) {
        if (sheaf_slice_is(member->name, "name"))
            member->string = sheaf_str("Test");
        if (sheaf_slice_is(member->name, "purpose"))
            member->string = sheaf_str("testing");
    }
    sheaf_json_value(w, document);
}

static void put_found(const world *t, sheaf_buffer *out, const uint8_t salt[32])
{
    sheaf_hash name = sheaf_commit(salt, sheaf_str("Ann"));
    int64_t now = sheaf_clock_ms();
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "at", now);
    sheaf_json_member_put_string(&w, "kind", sheaf_str("coop.found"));
    sheaf_json_member_put_int(&w, "seen", 0);
    sheaf_json_member_put_int(&w, "seq", 1);
    sheaf_json_member_put_int(&w, "until", now + 60000);
    sheaf_json_key(&w, "what");
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "bylaws");
    put_bylaws(&w);
    sheaf_json_member_put_int(&w, "class", 0);
    sheaf_json_key(&w, "hub_key");
    sheaf_json_base64url(&w, sheaf_bytes(t->hub_pair.public, 32));
    sheaf_json_member_put_string(&w, "kind", sheaf_str("person"));
    sheaf_json_key(&w, "log_key");
    sheaf_json_base64url(&w, sheaf_bytes(t->log.public, 32));
    sheaf_json_key(&w, "name");
    sheaf_json_base64url(&w, sheaf_bytes(name.bytes, 32));
    sheaf_json_member_put_string(&w, "origin", sheaf_str(ORIGIN));
    sheaf_json_key(&w, "public_key");
    sheaf_json_base64url(&w, sheaf_bytes(t->founder.public, 32));
    sheaf_json_member_put_int(&w, "revision", 1);
    sheaf_json_close(&w);
    sheaf_json_close(&w);
}

static sheaf_status found(const world *t, sheaf_err *err)
{
    sheaf_text name = {.name = "name", .text = sheaf_str("Ann")};
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_buffer act, message, submission;
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&submission, SHEAF_SUBMISSION_MAX);
    memset(name.salt, 7, sizeof name.salt);
    put_found(t, &act, name.salt);
    sheaf_act_message(&message, sheaf_str(ORIGIN), sheaf_buffer_slice(&act));
    sheaf_sign(&t->founder, sheaf_buffer_slice(&message), signature);
    sheaf_submission_encode(&submission, sheaf_buffer_slice(&act), signature, &name, 1);
    sheaf_status status =
        sheaf_hub_create(t->dir, sheaf_buffer_slice(&submission), &t->log, &t->hub_pair, err);
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&submission);
    return status;
}

static void serve(world *t)
{
    sheaf_err err;
    sheaf_hub_config config = {.dir = t->dir, .quiet = true};
    must(sheaf_hub_open(&t->hub, &config, &err), &err);
    snprintf(t->base, sizeof t->base, "http://127.0.0.1:%u", sheaf_hub_port(t->hub));
}

static int setup(void **state)
{
    static uint8_t seed[32];
    char root[] = "/tmp/sheaf-hub-XXXXXX";
    world *t = calloc(1, sizeof *t);
    sheaf_err err;
    assert_non_null(t);
    assert_non_null(mkdtemp(root));
    assert_true(sheaf_crypto_start());
    snprintf(t->dir, sizeof t->dir, "%s/hub", root);
    snprintf(t->home, sizeof t->home, "%s/home", root);
    seed[0] = 1;
    sheaf_keypair_from_seed(&t->log, seed);
    seed[0] = 2;
    sheaf_keypair_from_seed(&t->hub_pair, seed);
    must(sheaf_home_keypair(t->home, SHEAF_KEY_MEMBER, true, &t->founder, &err), &err);
    must(found(t, &err), &err);
    serve(t);
    must(sheaf_http_client_open(&t->client, NULL, &err), &err);
    sheaf_http_reply_init(&t->reply);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    world *t = *state;
    char command[SHEAF_PATH_MAX + 16];
    sheaf_hub_close(t->hub);
    sheaf_http_client_close(t->client);
    sheaf_http_reply_deinit(&t->reply);
    *strrchr(t->dir, '/') = 0;
    snprintf(command, sizeof command, "rm -rf %s", t->dir);
    assert_int_equal(system(command), 0);
    free(t);
    return 0;
}

/* ---- speaking ---- */

static unsigned call(world *t, const char *method, const char *path, sheaf_slice body,
                     const char *header)
{
    char url[512];
    const char *headers[] = {header, NULL};
    sheaf_err err;
    snprintf(url, sizeof url, "%s%s", t->base, path);
    sheaf_http_call c = {
        .method = method, .url = url, .headers = header ? headers : NULL, .body = body};
    if (body.len)
        c.content_type = "application/json";
    must(sheaf_http_call_run(t->client, &c, &t->reply, &err), &err);
    return t->reply.status;
}

static bool says(const world *t, const char *text)
{
    return t->reply.body.data && strstr((const char *)t->reply.body.data, text);
}

static void member_open(world *t, sheaf_member *m, sheaf_http_transport *http)
{
    sheaf_err err;
    must(sheaf_http_transport_open(http, t->base, NULL, NULL, &err), &err);
    sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(http));
    must(sheaf_member_open(m, t->home, t->base, &ports, &err), &err);
    must(sheaf_member_sync(m, &err), &err);
}

static void sign_request(const world *t, const char *method, const char *path,
                         const sheaf_hash *body, char out[SHEAF_REQUEST_MAX + 32])
{
    char json[512];
    char hex[65];
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    int64_t now = sheaf_clock_ms();
    sheaf_buffer message, text;
    sheaf_buffer_init(&message, 2048);
    sheaf_buffer_init(&text, 512);
    sheaf_hex_32(body->bytes, hex);
    snprintf(json, sizeof json,
             "{\"body\":\"%s\",\"method\":\"%s\",\"path\":\"%s\",\"time\":%lld}", hex, method,
             path, (long long)now);
    sheaf_label_message(&message, SHEAF_LABEL_REQUEST, sheaf_str(ORIGIN), sheaf_str(json));
    sheaf_sign(&t->founder, sheaf_buffer_slice(&message), signature);
    sheaf_base64url_put(&text, sheaf_bytes(signature, sizeof signature));
    snprintf(out, SHEAF_REQUEST_MAX + 32, "Sheaf-Request: 0.%lld.%.*s", (long long)now,
             SHEAF_PRINT(sheaf_buffer_slice(&text)));
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&text);
}

/* ---- tests ---- */

static void test_reads(void **state)
{
    static const struct {
        const char *path;
        unsigned status;
        const char *says;
    } rows[] = {
        {"/api/v1/coop", 200, "\"purpose\":\"testing\""},
        {"/api/v1/state/member", 200, "\"total\":1"},
        {"/api/v1/state/member?from=1", 200, "\"rows\":[]"},
        {"/api/v1/state/member?count=501", 400, "count must be a number"},
        {"/api/v1/state/nonsense", 404, "no such table"},
        {"/api/v1/motions/7", 404, "no motion 7"},
        {"/api/v1/texts/zz", 400, "64 lower-case hex digits"},
        {"/api/v1/log/entries", 200, "\"kind\":\"coop.found\""},
        {"/api/v1/log/entries?from=9", 200, "\"entries\":[]"},
        {"/api/v1/log/proof?index=0", 200, "\"hashes\":[]"},
        {"/api/v1/log/proof?index=1", 404, "no entry 1"},
        {"/log/checkpoint", 200, ORIGIN "\n1\n"},
        {"/log/tile/0/000.p/1", 200, NULL},
        {"/log/tile/entries/000.p/1", 200, NULL},
        {"/log/tile/0/000", 404, "no such file"},
        {"/log/tile/0/000.p/2", 404, "no such file"},
        {"/api/v1/rounds/3", 404, "no round 3"},
        {"/api/v1/rounds/3/refusals", 200, "{\"refusals\":[]}"},
        {"/api/v1/rounds/3/bundle?key=1&stage=share", 404, "not under way"},
        {"/api/v1/rounds/3/bundle?key=1&stage=2", 400, "stage must name"},
        {"/api/v1/rounds/03", 404, "nothing at this address"},
        {"/api/v1/acts", 405, "does not take that method"},
        {"/nowhere", 404, "nothing at this address"},
        {"/", 200, "<!doctype html"},
    };
    world *t = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned status = call(t, "GET", rows[i].path, (sheaf_slice){0}, NULL);
        if (status != rows[i].status || (rows[i].says && !says(t, rows[i].says)))
            fail_msg("%s: %u %s", rows[i].path, status, (const char *)t->reply.body.data);
    }
}

static void test_acts(void **state)
{
    world *t = *state;
    sheaf_member m;
    sheaf_http_transport http;
    sheaf_err err;
    sheaf_posted posted;
    assert_int_equal(call(t, "POST", "/api/v1/acts", sheaf_str("{}"), NULL), 400);
    member_open(t, &m, &http);
    sheaf_text title = {.name = "title", .text = sheaf_str("Shall we?")};
    struct sheaf_motion_open what = {.has_title = true,
                                     .title = sheaf_commit(title.salt, title.text)};
    sheaf_intent intent = {
        .kind = SHEAF_KIND_motion_open, .what = &what, .texts = &title, .text_count = 1};
    must(sheaf_member_post(&m, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(posted.index, 1);
    assert_int_equal(call(t, "GET", "/api/v1/motions/1", (sheaf_slice){0}, NULL), 200);
    assert_true(says(t, "\"title\":\"Shall we?\""));
    struct sheaf_ballot_cast ballot = {.motion = 5, .has_motion = true, .has_choice = true};
    intent = (sheaf_intent){.kind = SHEAF_KIND_ballot_cast, .what = &ballot};
    must(sheaf_member_post(&m, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_REFUSED_no_such_motion);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&http);
    assert_int_equal(call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 200);
    assert_true(says(t, "\"entries\":2"));
}

/* An act on the log again, and one with another signature: refused, signed, without trace. */
static void test_forged(void **state)
{
    world *t = *state;
    static char body[SHEAF_SUBMISSION_MAX];
    assert_int_equal(call(t, "GET", "/api/v1/log/entries", (sheaf_slice){0}, NULL), 200);
    const char *entry = strstr((const char *)t->reply.body.data, "{\"act\":");
    const char *end = entry ? strstr(entry, ",\"stamp\":") : NULL;
    assert_non_null(end);
    snprintf(body, sizeof body, "%.*s,\"texts\":{}}", (int)(end - entry), entry);
    assert_int_equal(call(t, "POST", "/api/v1/acts", sheaf_str(body), NULL), 422);
    assert_true(says(t, "\"name\":\"founded_twice\""));
    char *sig = strstr(body, "\"sig\":\"");
    assert_non_null(sig);
    memset(sig + 7, 'A', 86);
    assert_int_equal(call(t, "POST", "/api/v1/acts", sheaf_str(body), NULL), 422);
    assert_int_equal(call(t, "GET", "/log/checkpoint", (sheaf_slice){0}, NULL), 200);
    assert_true(says(t, ORIGIN "\n1\n"));
}

static void test_blobs(void **state)
{
    world *t = *state;
    char path[128], hex[65], header[SHEAF_REQUEST_MAX + 32];
    sheaf_slice data = sheaf_str("some bytes");
    sheaf_hash hash = sheaf_sha256(data);
    sheaf_hex_32(hash.bytes, hex);
    snprintf(path, sizeof path, "/api/v1/blobs/%s", hex);
    assert_int_equal(call(t, "GET", path, (sheaf_slice){0}, NULL), 404);
    assert_int_equal(call(t, "PUT", path, data, NULL), 401);
    sign_request(t, "PUT", path, &hash, header);
    assert_int_equal(call(t, "PUT", path, sheaf_str("else bytes"), header), 422);
    assert_int_equal(call(t, "GET", path, (sheaf_slice){0}, NULL), 404);
    assert_int_equal(call(t, "PUT", path, data, header), 204);
    assert_int_equal(call(t, "GET", path, (sheaf_slice){0}, NULL), 200);
    assert_true(says(t, "some bytes"));
    assert_int_equal(call(t, "POST", "/api/v1/nodes", sheaf_str("{\"key\":0}"), header), 401);
}

static void test_restart(void **state)
{
    world *t = *state;
    sheaf_err err;
    sheaf_hub *second;
    assert_int_not_equal(found(t, &err), SHEAF_OK);
    assert_non_null(strstr(err.message, "holds a co-op already"));
    assert_int_not_equal(sheaf_hub_open(&second, &(sheaf_hub_config){.dir = t->dir}, &err),
                         SHEAF_OK);
    assert_non_null(strstr(err.message, "another process"));
    assert_int_equal(call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 200);
    sheaf_hub_close(t->hub);
    serve(t);
    assert_int_equal(call(t, "GET", "/log/checkpoint", (sheaf_slice){0}, NULL), 200);
    assert_true(says(t, ORIGIN "\n1\n"));
}

static int broken_sync(int fd)
{
    (void)fd;
    return -1;
}

/* The disk fails under a batch: nothing is acknowledged, and the hub says so and stops. */
static void test_disk(void **state)
{
    world *t = *state;
    sheaf_member m;
    sheaf_http_transport http;
    sheaf_posted posted;
    sheaf_err err;
    member_open(t, &m, &http);
    struct sheaf_member_leave what = {0};
    struct sheaf_key_revoke revoke = {.key = 0, .has_key = true};
    (void)what;
    sheaf_intent intent = {.kind = SHEAF_KIND_key_revoke, .what = &revoke};
    must(sheaf_member_post(&m, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_REFUSED_last_admin_key);
    sheaf_disk disk = *sheaf_disk_now();
    disk.fdatasync = broken_sync;
    sheaf_text title = {.name = "title", .text = sheaf_str("Shall we?")};
    struct sheaf_motion_open motion = {.has_title = true,
                                       .title = sheaf_commit(title.salt, title.text)};
    intent = (sheaf_intent){
        .kind = SHEAF_KIND_motion_open, .what = &motion, .texts = &title, .text_count = 1};
    sheaf_disk_use(&disk);
    sheaf_status status = sheaf_member_post(&m, &intent, &posted, &err);
    sheaf_disk_use(NULL);
    assert_int_not_equal(status, SHEAF_OK);
    assert_false(sheaf_hub_running(t->hub, &err));
    assert_int_equal(call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 503);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_acts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_blobs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disk, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
