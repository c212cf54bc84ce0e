/* A hub in a fresh folder, spoken to over HTTP. */
#include "world.h"

#include "base/encode.h"
#include "crypto/label.h"
#include "hub/hub_internal.h"
#include "store/clock.h"

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
        {"/api/v1/coop", 200, "\"purpose\":\"Test\""},
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
        {"/api/v1/rounds/0/refusals", 200, "{\"refusals\":[]}"},
        {"/api/v1/rounds/3/refusals", 404, "no round 3"},
        {"/api/v1/rounds/3/bundle?key=1&stage=share", 401, "must be signed"},
        {"/api/v1/rounds/3/bundle?key=1&stage=2", 400, "stage must be commit, advertise"},
        {"/api/v1/rounds/03", 404, "nothing at this address"},
        {"/api/v1/acts", 405, "does not take that method"},
        {"/nowhere", 404, "nothing at this address"},
        {"/", 200, "<!doctype html"},
    };
    world *t = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned status = world_call(t, "GET", rows[i].path, (sheaf_slice){0}, NULL);
        if (status != rows[i].status || (rows[i].says && !world_says(t, rows[i].says)))
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
    assert_int_equal(world_call(t, "POST", "/api/v1/acts", sheaf_str("{}"), NULL), 400);
    world_member(t, t->home, &m, &http);
    sheaf_text title = {.name = "title", .text = sheaf_str("Shall we?")};
    struct sheaf_motion_open what = {.has_title = true,
                                     .title = sheaf_commit(title.salt, title.text)};
    sheaf_intent intent = {
        .kind = SHEAF_KIND_motion_open, .what = &what, .texts = &title, .text_count = 1};
    must(sheaf_member_post(&m, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(posted.index, 1);
    assert_int_equal(world_call(t, "GET", "/api/v1/motions/1", (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, "\"title\":\"Shall we?\""));
    struct sheaf_ballot_cast ballot = {.motion = 5, .has_motion = true, .has_choice = true};
    intent = (sheaf_intent){.kind = SHEAF_KIND_ballot_cast, .what = &ballot};
    must(sheaf_member_post(&m, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_REFUSED_no_such_motion);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&http);
    assert_int_equal(world_call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, "\"entries\":2"));
}

/* An act on the log again, and one with another signature: refused, signed, without trace. */
static void test_forged(void **state)
{
    world *t = *state;
    static char body[SHEAF_SUBMISSION_MAX];
    assert_int_equal(world_call(t, "GET", "/api/v1/log/entries", (sheaf_slice){0}, NULL), 200);
    const char *entry = strstr((const char *)t->reply.body.data, "{\"act\":");
    const char *end = entry ? strstr(entry, ",\"stamp\":") : NULL;
    assert_non_null(end);
    snprintf(body, sizeof body, "%.*s,\"texts\":{}}", (int)(end - entry), entry);
    assert_int_equal(world_call(t, "POST", "/api/v1/acts", sheaf_str(body), NULL), 422);
    assert_true(world_says(t, "\"name\":\"founded_twice\""));
    char *sig = strstr(body, "\"sig\":\"");
    assert_non_null(sig);
    memset(sig + 7, 'A', 86);
    assert_int_equal(world_call(t, "POST", "/api/v1/acts", sheaf_str(body), NULL), 422);
    assert_int_equal(world_call(t, "GET", "/log/checkpoint", (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, ORIGIN "\n1\n"));
}

/* Whoever cannot sign learns of no key whose it is, how many acts it has signed, nor whether it
 * is there at all. */
static void test_refusals_tell_strangers_nothing(void **state)
{
    static const struct {
        unsigned by, key, seq;
        const char *kind, *what;
    } rows[] = {
        {0, 0, 1, "motion.withdraw", "{\"motion\":0}"},
        {0, 0, 2, "motion.withdraw", "{\"motion\":0}"},
        {0, 0, 9, "motion.withdraw", "{\"motion\":0}"},
        {3, 0, 2, "motion.withdraw", "{\"motion\":0}"},
        {0, 7, 2, "motion.withdraw", "{\"motion\":0}"},
        {0, 0, 2, "round.attest",
         "{\"result\":\"00000000000000000000000000000000000000000000000000000000000000"
         "00\",\"round\":0}"},
    };
    world *t = *state;
    char body[1024], sig[87];
    memset(sig, 'A', 86);
    sig[86] = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(body, sizeof body,
                 "{\"act\":{\"at\":0,\"by\":%u,\"key\":%u,\"kind\":\"%s\",\"seen\":0,"
                 "\"seq\":%u,\"until\":9007199254740991,\"what\":%s},\"sig\":\"%s\","
                 "\"texts\":{}}",
                 rows[i].by, rows[i].key, rows[i].kind, rows[i].seq, rows[i].what, sig);
        unsigned status = world_call(t, "POST", "/api/v1/acts", sheaf_str(body), NULL);
        if (status != 422 || !world_says(t, "\"name\":\"signature\""))
            fail_msg("row %zu: %u %s", i, status, (const char *)t->reply.body.data);
    }
}

static void test_blobs(void **state)
{
    world *t = *state;
    char path[128], hex[65], header[SHEAF_REQUEST_MAX + 32];
    sheaf_slice data = sheaf_str("some bytes");
    sheaf_hash hash = sheaf_sha256(data);
    sheaf_hex_32(hash.bytes, hex);
    snprintf(path, sizeof path, "/api/v1/blobs/%s", hex);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, NULL), 404);
    assert_int_equal(world_call(t, "PUT", path, data, NULL), 401);
    sign_request(t, "PUT", path, &hash, header);
    assert_int_equal(world_call(t, "PUT", path, sheaf_str("else bytes"), header), 422);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, NULL), 404);
    assert_int_equal(world_call(t, "PUT", path, data, header), 204);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, "some bytes"));
    assert_int_equal(world_call(t, "POST", "/api/v1/nodes", sheaf_str("{\"key\":0}"), header),
                     401);
}

static void test_uploads_are_bounded(void **state)
{
    static const char *const blobs[] = {"ten bytes.", "ten others", "ten bytes.", "2"};
    static const unsigned want[] = {204, 413, 204, 204};
    world *t = *state;
    sheaf_err err;
    t->hub->uploads.day_bytes = 20;
    int64_t day = sheaf_clock_ms() / 86400000;
    assert_int_equal(sheaf_uploads_take(&t->hub->uploads, 0, 9, sheaf_clock_ms(), &err),
                     SHEAF_OK);
    for (size_t i = 0; i < 4; i++) {
        char path[128], hex[65], header[SHEAF_REQUEST_MAX + 32];
        sheaf_slice data = sheaf_str(blobs[i]);
        sheaf_hash hash = sheaf_sha256(data);
        sheaf_hex_32(hash.bytes, hex);
        snprintf(path, sizeof path, "/api/v1/blobs/%s", hex);
        sign_request(t, "PUT", path, &hash, header);
        if (i == 2)
            t->hub->uploads.day_bytes = 29; /* what is there already is not counted twice */
        unsigned got = world_call(t, "PUT", path, data, header);
        if (day == sheaf_clock_ms() / 86400000) /* midnight forgets */
            assert_int_equal(got, want[i]);
    }
    assert_int_equal(sheaf_uploads_take(&t->hub->uploads, 1, 29, 0, &err), SHEAF_OK);
    assert_int_equal(sheaf_uploads_take(&t->hub->uploads, 1, 1, 0, &err), SHEAF_NOMEM);
    assert_non_null(strstr(err.message, "tomorrow"));
    assert_int_equal(sheaf_uploads_take(&t->hub->uploads, 1, 1, 86400000, &err), SHEAF_OK);
    assert_int_equal(sheaf_uploads_room(t->dir, 1, &err), SHEAF_OK);
    assert_int_equal(sheaf_uploads_room(t->dir, UINT64_MAX, &err), SHEAF_NOMEM);
    assert_non_null(strstr(err.message, "makes room"));
}

static void test_restart(void **state)
{
    world *t = *state;
    sheaf_err err;
    sheaf_hub *second;
    assert_int_not_equal(world_found(t, &err), SHEAF_OK);
    assert_non_null(strstr(err.message, "holds a co-op already"));
    assert_int_not_equal(sheaf_hub_open(&second, &(sheaf_hub_config){.dir = t->dir}, &err),
                         SHEAF_OK);
    assert_non_null(strstr(err.message, "another process"));
    assert_int_equal(world_call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 200);
    sheaf_hub_close(t->hub);
    world_serve(t);
    assert_int_equal(world_call(t, "GET", "/log/checkpoint", (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, ORIGIN "\n1\n"));
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
    world_member(t, t->home, &m, &http);
    struct sheaf_key_revoke revoke = {.key = 0, .has_key = true};
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
    assert_int_equal(world_call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 503);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_acts, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_forged, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_refusals_tell_strangers_nothing, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_blobs, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_uploads_are_bounded, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_restart, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_disk, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
