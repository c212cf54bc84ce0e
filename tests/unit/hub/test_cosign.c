/* A hub whose bylaws name a witness: what the hub makes of its answers, what a deadline needs,
 * and what the witness makes of a hub that drops acts. */
#include "world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/encode.h"
#include "hub/batch.h"
#include "hub/sequencer.h"
#include "node/relay.h"
#include "store/clock.h"
#include "witness/server.h"

enum { PATIENCE_MS = 300, WAIT_MS = 15000 };

static char article[1000], folder[64];
static uint16_t port; /* of the witness */
static sheaf_witness_server *witness;

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0
                && getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* A co-op that demands one cosignature; nobody serves the witness yet. */
static int start(void **state)
{
    sheaf_witness_folder keys;
    sheaf_err err;
    char public[44];
    assert_true(sheaf_crypto_start());
    snprintf(folder, sizeof folder, "/tmp/cosign-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    must(sheaf_witness_folder_open(&keys, folder, "w", &err), &err);
    sheaf_base64url_32(keys.key.public, public);
    sheaf_witness_folder_close(&keys);
    port = free_port();
    witness = NULL;
    snprintf(article, sizeof article,
             "{\"list\":[{\"name\":\"w\",\"public_key\":\"%s\",\"url\":"
             "\"http://127.0.0.1:%u\"}],\"protected\":false,\"quorum\":1}",
             public, port);
    return world_setup_with(state, article);
}

static int finish(void **state)
{
    char command[100];
    sheaf_witness_server_close(witness);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    return world_teardown(state);
}

static void serve_witness(const world *t)
{
    sheaf_vkey key;
    sheaf_err err;
    sheaf_buffer text;
    must(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(ORIGIN), t->log.public, &err),
         &err);
    sheaf_buffer_init(&text, 1000);
    sheaf_vkey_put(&text, &key);
    sheaf_buffer_printf(&text, "=%s/log", t->base);
    sheaf_buffer_add_byte(&text, 0);
    const char *logs[] = {(const char *)text.data};
    sheaf_witness_config config = {.dir = folder,
                                   .port = port,
                                   .logs = logs,
                                   .log_count = 1,
                                   .patience_ms = PATIENCE_MS,
                                   .quiet = true};
    must(sheaf_witness_server_open(&witness, &config, &err), &err);
    sheaf_buffer_deinit(&text);
}

static bool says_in_time(world *t, const char *path, const char *words)
{
    for (int64_t end = sheaf_clock_ms() + WAIT_MS; sheaf_clock_ms() < end; usleep(20000)) {
        (void)world_call(t, "GET", path, (sheaf_slice){0}, NULL);
        if (world_says(t, words))
            return true;
    }
    return false;
}

/* Somebody applies: one more entry. */
static void grow(const world *t, const char *name)
{
    char home[SHEAF_PATH_MAX];
    sheaf_member m;
    sheaf_http_transport http;
    sheaf_posted posted;
    sheaf_err err;
    snprintf(home, sizeof home, "%.900s-%s", t->home, name);
    world_member(t, home, &m, &http);
    must(sheaf_member_apply(&m, name, SHEAF_member_kind_person, 0, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&http);
}

/* ---- what the hub makes of answers ---- */

static unsigned fake_status;
static const char *fake_body;

static sheaf_http_verdict fake(void *context, const sheaf_http_request *request,
                               sheaf_http_response *response)
{
    (void)context, (void)request;
    *response = sheaf_http_copy(fake_status, "text/plain", sheaf_str(fake_body));
    return SHEAF_HTTP_ANSWERED;
}

static void test_false_witness(void **state)
{
    static const struct {
        unsigned status;
        const char *body, *says;
    } rows[] = {
        {409, "7000\n", "has lost some"},
        {409, "nonsense", "without another size"},
        {409, "0\n", "without another size"},
        {403, "never\n", "answers 403: never"},
        {500, "", "500"},
        {204, "", "204"},
        {200, "nonsense\n", "malformed"},
        {200, "\xe2\x80\x94 w AAAAAAE=\n", "the key that the bylaws name"},
    };
    world *t = *state;
    sheaf_http_server *server;
    sheaf_err err;
    sheaf_http_server_config config = {.port = port, .handler = fake};
    fake_status = rows[0].status;
    fake_body = rows[0].body;
    must(sheaf_http_server_open(&server, &config, &err), &err);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake_status = rows[i].status;
        fake_body = rows[i].body;
        world_teardown(state);
        assert_int_equal(world_setup_with(state, article), 0); /* asked at once again */
        t = *state;
        if (!says_in_time(t, "/api/v1/witnesses", rows[i].says))
            fail_msg("row %zu: %s", i, (const char *)t->reply.body.data);
        assert_int_equal(world_call(t, "GET", "/log/checkpoint", (sheaf_slice){0}, NULL), 200);
        assert_false(world_says(t, " w "));
        assert_int_equal(world_call(t, "GET", "/witnessed/checkpoint", (sheaf_slice){0}, NULL),
                         404);
    }
    grow(t, "ben"); /* entries do not wait for it */
    sheaf_http_server_close(server);
}

/* A newer checkpoint is never replaced by an older one with more lines. */
static void test_newer_stays(void **state)
{
    world *t = *state;
    sheaf_err err;
    sheaf_buffer note;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&note, sheaf_log_store_checkpoint(t->hub->store));
    sheaf_buffer_add_string(&note, "\xe2\x80\x94 w AAAAAAE=\n");
    grow(t, "ben");
    must(sheaf_log_cosigned_draft(t->dir, sheaf_buffer_slice(&note), &err), &err);
    must(sheaf_log_store_cosigned(t->hub->store, sheaf_buffer_slice(&note), &err), &err);
    assert_int_equal(world_call(t, "GET", "/log/checkpoint", (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, ORIGIN "\n2\n"));
    assert_false(world_says(t, " w "));
    sheaf_buffer_deinit(&note);
}

/* ---- deadlines ---- */

static void open_motion(const world *t, bool relay, sheaf_posted *posted)
{
    sheaf_member m;
    sheaf_http_transport http, to;
    sheaf_err err;
    char url[64];
    world_member(t, t->home, &m, &http);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    must(sheaf_http_transport_open(&to, url, NULL, NULL, &err), &err);
    if (relay)
        m.ports.relay = sheaf_http_transport_as(&to);
    sheaf_text title = {.name = "title", .text = sheaf_str("Shall we?")};
    struct sheaf_motion_open what = {.has_title = true,
                                     .title = sheaf_commit(title.salt, title.text)};
    sheaf_intent intent = {
        .kind = SHEAF_KIND_motion_open, .what = &what, .texts = &title, .text_count = 1};
    must(sheaf_member_post(&m, &intent, posted, &err), &err);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&to);
    sheaf_http_transport_close(&http);
}

/* Without the witness a deadline waits for 72 hours, and is then settled unwitnessed. */
static void test_unwitnessed(void **state)
{
    world *t = *state;
    sheaf_posted posted;
    sheaf_err err;
    static sheaf_batch batch;
    open_motion(t, false, &posted);
    assert_int_equal(posted.index, 1);
    int64_t later = sheaf_clock_ms() + 3600 * 1000;
    static const int64_t hours[] = {0, 71, 73};
    for (size_t i = 0; i < 3; i++) {
        pthread_rwlock_wrlock(&t->hub->lock);
        sheaf_batch_init(&batch, t->hub);
        sheaf_batch_begin(&batch, later + hours[i] * 3600 * 1000);
        must(sheaf_batch_settle(&batch, &err), &err);
        assert_int_equal(batch.waits, i < 2);
        assert_int_equal(batch.count, i < 2 ? 0 : 1);
        if (i == 2)
            must(sheaf_batch_commit(&batch, &err), &err);
        sheaf_batch_deinit(&batch);
        pthread_rwlock_unlock(&t->hub->lock);
    }
    assert_int_equal(world_call(t, "GET", "/api/v1/log/entries?from=2", (sheaf_slice){0}, NULL),
                     200);
    assert_true(world_says(t, "\"kind\":\"clock.tick\""));
    assert_true(world_says(t, "\"unwitnessed\":true"));
}

static void *enter_digest(void *context)
{
    world *t = context;
    sheaf_entered entered = {0};
    sheaf_err err;
    must(sheaf_sequencer_enter(t->hub->sequencer, SHEAF_KIND_state_digest, NULL, false,
                               &entered, &err),
         &err);
    assert_int_equal(entered.refusal, SHEAF_ACCEPTED);
    return NULL;
}

/* While the deadline waits, members are refused, and the hub's own acts wait with it. */
static void test_waits(void **state)
{
    world *t = *state;
    sheaf_posted posted;
    pthread_t thread;
    open_motion(t, false, &posted);
    usleep(2500000); /* the demonstration's motions are open for two seconds */
    assert_int_equal(pthread_create(&thread, NULL, enter_digest, t), 0);
    open_motion(t, false, &posted);
    assert_int_equal(posted.refusal, SHEAF_REFUSED_deadline_due);
    assert_true(posted.refusal_signed);
    serve_witness(t);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(says_in_time(t, "/api/v1/log/entries?from=2", "\"kind\":\"state.digest\""));
    open_motion(t, false, &posted);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
}

/* ---- relaying ---- */

/* The state of the first motion, as the hub shows it. */
static bool settles(world *t)
{
    return says_in_time(t, "/api/v1/state/motion", "\"state\":\"no_quorum\"")
           || world_says(t, "\"state\":\"rejected\"");
}

static void test_relayed(void **state)
{
    world *t = *state;
    sheaf_posted posted;
    serve_witness(t);
    open_motion(t, true, &posted);
    assert_false(posted.relayed);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(posted.index, 1);
    assert_true(sheaf_file_exists(posted.kept));
    assert_true(settles(t)); /* with the witness's cosignature */
    assert_true(says_in_time(t, "/api/v1/witnesses", "\"witnessed\":3,"));
}

/* A receipt holds for its witness, its log and its act alone. */
static void check_kept(const world *t, const sheaf_posted *posted)
{
    static uint8_t block[SHEAF_RELAYED_ARENA_BYTES];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_relayed relayed;
    sheaf_buffer file;
    sheaf_err err;
    sheaf_vkey key = *sheaf_witness_server_key(witness), other;
    sheaf_buffer_init(&file, SHEAF_RELAYED_MAX);
    must(sheaf_file_read(posted->kept, &file, &err), &err);
    must(sheaf_relayed_parse(sheaf_buffer_slice(&file), SHEAF_REVISION, &arena, &relayed, &err),
         &err);
    must(sheaf_receipt_verify(&relayed.receipt, sheaf_str(ORIGIN), &key, &err), &err);
    must(sheaf_vkey_make(&other, SHEAF_VKEY_COSIGNATURE, sheaf_str("w"), t->log.public, &err),
         &err);
    assert_int_equal(sheaf_receipt_verify(&relayed.receipt, sheaf_str(ORIGIN), &other, &err),
                     SHEAF_FAULT);
    assert_int_equal(sheaf_receipt_verify(&relayed.receipt,
                                          sheaf_str("sheaf/bbcdefghijklmnopqrstuvwxyz"), &key,
                                          &err),
                     SHEAF_FAULT);
    relayed.receipt.at++;
    assert_int_equal(sheaf_receipt_verify(&relayed.receipt, sheaf_str(ORIGIN), &key, &err),
                     SHEAF_FAULT);
    sheaf_buffer_deinit(&file);
}

/* The hub drops motions: its next checkpoint is not cosigned until it has entered the one that
 * was relayed, over restarts of both. */
static void test_censored(void **state)
{
    world *t = *state;
    sheaf_posted posted;
    t->lie = SHEAF_LIE_DROP_MOTIONS;
    t->port = sheaf_hub_port(t->hub);
    sheaf_hub_close(t->hub);
    world_serve(t);
    serve_witness(t);
    assert_true(says_in_time(t, "/api/v1/witnesses", "\"witnessed\":1,"));
    open_motion(t, true, &posted);
    assert_true(posted.relayed);
    check_kept(t, &posted);
    usleep(PATIENCE_MS * 1000);
    grow(t, "ben");
    assert_true(says_in_time(t, "/api/v1/witnesses", "423: withheld: the act "));
    assert_true(world_says(t, "\"witnessed\":1,"));
    sheaf_witness_server_close(witness); /* it does not forget what it has taken */
    serve_witness(t);
    usleep(500000);
    assert_true(says_in_time(t, "/api/v1/witnesses", "withheld"));
    assert_true(world_says(t, "\"witnessed\":1,"));
    t->lie = SHEAF_LIE_NONE;
    sheaf_hub_close(t->hub);
    world_serve(t);
    assert_true(settles(t));
    assert_true(says_in_time(t, "/api/v1/witnesses", "\"witnessed\":4,"));
}

/* Rubbish gets no receipt, and what the hub refuses holds up nothing. */
static void test_refused(void **state)
{
    world *t = *state;
    sheaf_member m;
    sheaf_http_transport http, to;
    sheaf_err err;
    sheaf_posted posted;
    char url[64], path[128], hex[65];
    serve_witness(t);
    assert_true(says_in_time(t, "/api/v1/witnesses", "\"witnessed\":1,"));
    world_member(t, t->home, &m, &http);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    must(sheaf_http_transport_open(&to, url, NULL, NULL, &err), &err);
    m.ports.relay = sheaf_http_transport_as(&to);
    struct sheaf_ballot_cast ballot = {.motion = 5, .has_motion = true, .has_choice = true};
    sheaf_intent intent = {.kind = SHEAF_KIND_ballot_cast, .what = &ballot};
    must(sheaf_member_post(&m, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_REFUSED_no_such_motion);
    assert_true(posted.refusal_signed);

    sheaf_transport relay = m.ports.relay;
    sheaf_hash origin = sheaf_sha256(sheaf_str(ORIGIN));
    sheaf_buffer answer;
    unsigned status;
    sheaf_hex_32(origin.bytes, hex);
    snprintf(path, sizeof path, "/relay/%s", hex);
    sheaf_buffer_init(&answer, 65536);
    sheaf_hub_call call = {.method = "POST",
                           .path = path,
                           .content_type = "application/json",
                           .body = sheaf_str("{\"act\":{}}")};
    must(relay.call(relay.context, &call, &status, &answer, &err), &err);
    assert_int_equal(status, 400);
    path[8] = path[8] == 'a' ? 'b' : 'a'; /* a log that it does not know */
    must(relay.call(relay.context, &call, &status, &answer, &err), &err);
    assert_int_equal(status, 405);
    sheaf_buffer_deinit(&answer);
    usleep(PATIENCE_MS * 1000);
    grow(t, "ben");
    assert_true(says_in_time(t, "/api/v1/witnesses", "\"witnessed\":2,"));
    sheaf_member_close(&m);
    sheaf_http_transport_close(&to);
    sheaf_http_transport_close(&http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_false_witness, start, finish),
        cmocka_unit_test_setup_teardown(test_newer_stays, start, finish),
        cmocka_unit_test_setup_teardown(test_unwitnessed, start, finish),
        cmocka_unit_test_setup_teardown(test_waits, start, finish),
        cmocka_unit_test_setup_teardown(test_relayed, start, finish),
        cmocka_unit_test_setup_teardown(test_censored, start, finish),
        cmocka_unit_test_setup_teardown(test_refused, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
