/* The client against the server: answers, files, streams, TLS, and the sentences of failures.
 */
#include "net/client.h"
#include "net/server.h"
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FILE_BYTES = 300000 };

static struct {
    char folder[32], file[64], cert[64], key[64], base[64];
    sheaf_http_server *server;
    sheaf_http_events *events;
    sheaf_http_token *silent;
    atomic_bool stop;
} world = {.folder = "/tmp/net-test-XXXXXX"};

static sheaf_http_verdict handler(void *ctx, const sheaf_http_request *request,
                                  sheaf_http_response *response)
{
    (void)ctx;
    if (sheaf_slice_is(request->path, "/file")) {
        *response = sheaf_http_file(200, "application/octet-stream",
                                    open(world.file, O_RDONLY | O_CLOEXEC), FILE_BYTES);
    } else if (sheaf_slice_is(request->path, "/events")) {
        *response = sheaf_http_stream(world.events);
    } else if (sheaf_slice_is(request->path, "/silent")) {
        world.silent = sheaf_http_defer(request);
        return SHEAF_HTTP_DEFERRED;
    } else if (sheaf_slice_is(request->path, "/refused")) {
        *response = sheaf_http_error(409, "no: \"%s\"", "\xc3\xa4");
    } else if (sheaf_slice_is(request->path, "/moved")) {
        *response = sheaf_http_static(302, NULL, sheaf_str(""));
        sheaf_http_header(response, "Location", "/file");
    } else {
        *response = sheaf_http_copy(200, "text/plain", request->body);
    }
    return SHEAF_HTTP_ANSWERED;
}

static void start(const char *cert, const char *key)
{
    sheaf_err err = {0};
    sheaf_http_server_config config = {.handler = handler, .tls_cert = cert, .tls_key = key};
    if (sheaf_http_server_open(&world.server, &config, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    snprintf(world.base, sizeof world.base, "%s://127.0.0.1:%u", cert ? "https" : "http",
             sheaf_http_server_port(world.server));
}

static const char *at(const char *path)
{
    static char url[128];
    snprintf(url, sizeof url, "%s%s", world.base, path);
    return url;
}

static sheaf_http_client *client_open(const sheaf_http_client_config *config)
{
    sheaf_http_client *client = NULL;
    assert_int_equal(sheaf_http_client_open(&client, config, NULL), SHEAF_OK);
    return client;
}

static bool count_bytes(void *ctx, sheaf_slice piece, sheaf_err *err)
{
    size_t *bytes = ctx;
    (void)err;
    for (size_t i = 0; i < piece.len; i++)
        assert_int_equal(piece.data[i], (uint8_t)((*bytes)++ % 251));
    return true;
}

static void test_answers_and_refusals(void **unused)
{
    sheaf_http_reply reply;
    sheaf_err err = {0};
    (void)unused;
    start(NULL, NULL);
    sheaf_http_client *client = client_open(NULL);
    sheaf_http_reply_init(&reply);
    for (int i = 0; i < 2; i++) { /* the second over the kept connection */
        assert_int_equal(
            sheaf_http_post(client, at("/"), "text/plain", sheaf_str("hello"), &reply, &err),
            SHEAF_OK);
        assert_int_equal(reply.status, 200);
        assert_string_equal((char *)reply.body.data, "hello");
        assert_string_equal(reply.content_type, "text/plain");
    }
    assert_int_equal(sheaf_http_get(client, at("/refused"), &reply, &err), SHEAF_OK);
    assert_int_equal(sheaf_http_reply_check(&reply, "it", &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "no: \"\xc3\xa4\""));
    assert_int_equal(sheaf_http_get(client, at("/moved"), &reply, &err), SHEAF_OK);
    assert_int_equal(reply.status, 302); /* not followed */
    sheaf_http_reply_deinit(&reply);
    sheaf_http_client_close(client);
    sheaf_http_server_close(world.server);
}

/* A proxy of the environment, where nobody listens: it is not asked about this machine. */
static void test_no_proxy_within_the_machine(void **unused)
{
    sheaf_http_reply reply;
    sheaf_err err = {0};
    (void)unused;
    start(NULL, NULL);
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    sheaf_http_client *client = client_open(NULL);
    sheaf_http_reply_init(&reply);
    if (sheaf_http_post(client, at("/"), "text/plain", sheaf_str("hello"), &reply, &err)
        != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_string_equal((char *)reply.body.data, "hello");
    sheaf_http_reply_deinit(&reply);
    sheaf_http_client_close(client);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    sheaf_http_server_close(world.server);
}

static void test_files_go_both_ways(void **unused)
{
    sheaf_http_reply reply;
    sheaf_err err = {0};
    size_t bytes = 0;
    (void)unused;
    start(NULL, NULL);
    sheaf_http_client *client = client_open(NULL);
    sheaf_http_reply_init(&reply);
    assert_int_equal(
        sheaf_http_download(client, at("/file"), FILE_BYTES, count_bytes, &bytes, &err),
        SHEAF_OK);
    assert_int_equal(bytes, FILE_BYTES);
    bytes = 0;
    assert_int_not_equal(
        sheaf_http_download(client, at("/file"), FILE_BYTES - 1, count_bytes, &bytes, &err),
        SHEAF_OK);
    assert_int_equal(sheaf_http_download(client, at("/refused"), 9, count_bytes, &bytes, &err),
                     SHEAF_IO);

    /* A part of a file, and more than is there. */
    int fd = open(world.file, O_RDONLY | O_CLOEXEC);
    for (int over = 0; over < 2; over++) {
        assert_int_equal(lseek(fd, 1000, SEEK_SET), 1000);
        sheaf_http_call call = {.method = "PUT",
                                .url = at("/"),
                                .body_fd = fd,
                                .body_file = true,
                                .body_len = over ? FILE_BYTES : 5};
        sheaf_status status = sheaf_http_call_run(client, &call, &reply, &err);
        assert_int_equal(status, over ? SHEAF_IO : SHEAF_OK);
        if (!over)
            assert_memory_equal(reply.body.data, "\xf7\xf8\xf9\xfa\0", 6);
    }
    assert_non_null(strstr(err.message, "shorter"));
    close(fd);
    sheaf_http_reply_deinit(&reply);
    sheaf_http_client_close(client);
    sheaf_http_server_close(world.server);
}

static bool on_event(void *ctx, sheaf_slice name, sheaf_slice data)
{
    assert_true(sheaf_slice_is(name, "word"));
    assert_true(sheaf_slice_is(data, "one\ntwo"));
    return ++*(int *)ctx < 2;
}

static void *follow(void *ctx)
{
    sheaf_http_client *client =
        client_open(&(sheaf_http_client_config){.idle_timeout_ms = 1500, .stop = &world.stop});
    sheaf_err err = {.message = "untouched"};
    sheaf_status status = sheaf_http_follow(client, at("/events"), on_event, ctx, &err);
    if (status != SHEAF_OK)
        print_error("%s\n", err.message);
    sheaf_http_client_close(client);
    return status == SHEAF_OK && strcmp(err.message, "untouched") == 0 ? ctx : NULL;
}

static void wait_for_listeners(unsigned want)
{
    for (int i = 0; i < 500 && sheaf_http_events_clients(world.events) != want; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(sheaf_http_events_clients(world.events), want);
}

/* Three listeners live on heartbeats alone for longer than they bear silence; then they get two
 * events and leave. A fourth leaves because it is told to stop. */
static void test_followers(void **unused)
{
    static const sheaf_http_events_config lively = {.heartbeat_ms = 300};
    pthread_t threads[4];
    int counts[4] = {0};
    void *good;
    (void)unused;
    assert_int_equal(sheaf_http_events_open(&world.events, &lively, NULL), SHEAF_OK);
    start(NULL, NULL);
    (void)at("/events");
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, follow, &counts[i]), 0);
    wait_for_listeners(3);
    nanosleep(&(struct timespec){.tv_sec = 4}, NULL);
    assert_int_equal(sheaf_http_events_clients(world.events), 3);
    for (int i = 0; i < 2; i++)
        sheaf_http_events_publish(world.events, "word", sheaf_str("one\ntwo"));
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &good);
        assert_ptr_equal(good, &counts[i]);
        assert_int_equal(counts[i], 2);
    }
    wait_for_listeners(0);
    assert_int_equal(pthread_create(&threads[3], NULL, follow, &counts[3]), 0);
    wait_for_listeners(1);
    atomic_store(&world.stop, true);
    pthread_join(threads[3], &good);
    assert_ptr_equal(good, &counts[3]);
    sheaf_http_server_close(world.server);
    sheaf_http_events_close(world.events);
}

static void expect_failure(sheaf_http_client *client, const char *url, const char *words)
{
    sheaf_http_reply reply;
    sheaf_err err = {0};
    sheaf_http_reply_init(&reply);
    assert_int_not_equal(sheaf_http_get(client, url, &reply, &err), SHEAF_OK);
    if (!strstr(err.message, words))
        fail_msg("%s: %s", url, err.message);
    sheaf_http_reply_deinit(&reply);
}

static void test_failures_are_sentences(void **unused)
{
    (void)unused;
    start(NULL, NULL);
    sheaf_http_client *client = client_open(
        &(sheaf_http_client_config){.idle_timeout_ms = 1000, .reply_max = FILE_BYTES - 1});
    expect_failure(client, at("/silent"), "in time");
    expect_failure(client, at("/file"), "299999 bytes");
    expect_failure(client, "file:///etc/passwd", "");
    expect_failure(client, "http://name.invalid/", "cannot reach http://name.invalid/");
    sheaf_http_response late = sheaf_http_copy(200, "text/plain", sheaf_str("late"));
    sheaf_http_respond(world.silent, &late); /* to a client that has gone */
    sheaf_http_server_close(world.server);
    expect_failure(client, at("/"), "is it running there?");
    sheaf_http_client_close(client);
}

static void test_tls_trusts_only_its_authority(void **unused)
{
    char command[512];
    (void)unused;
    snprintf(
        command, sizeof command,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null",
        world.key, world.cert);
    if (system(command) != 0) /* no openssl program here */
        skip();
    start(world.cert, world.key);
    sheaf_http_client *client = client_open(&(sheaf_http_client_config){.ca_file = world.cert});
    sheaf_err err = {0};
    size_t bytes = 0;
    assert_int_equal(
        sheaf_http_download(client, at("/file"), FILE_BYTES, count_bytes, &bytes, &err),
        SHEAF_OK);
    assert_int_equal(bytes, FILE_BYTES);
    sheaf_http_client_close(client);
    client = client_open(NULL);
    expect_failure(client, at("/"), "authority");
    sheaf_http_client_close(client);
    sheaf_http_server_close(world.server);

    sheaf_http_server_config swapped = {
        .handler = handler, .tls_cert = world.key, .tls_key = world.cert};
    assert_int_equal(sheaf_http_server_open(&world.server, &swapped, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "do certificate and key fit each other?"));
}

static int make_folder(void **unused)
{
    (void)unused;
    if (!mkdtemp(world.folder))
        return -1;
    snprintf(world.file, sizeof world.file, "%s/file", world.folder);
    snprintf(world.cert, sizeof world.cert, "%s/cert.pem", world.folder);
    snprintf(world.key, sizeof world.key, "%s/key.pem", world.folder);
    FILE *file = fopen(world.file, "wb");
    for (int i = 0; file && i < FILE_BYTES; i++)
        putc(i % 251, file);
    return file ? fclose(file) : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    unlink(world.file);
    unlink(world.cert);
    unlink(world.key);
    return rmdir(world.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_and_refusals),
        cmocka_unit_test(test_no_proxy_within_the_machine),
        cmocka_unit_test(test_files_go_both_ways),
        cmocka_unit_test(test_followers),
        cmocka_unit_test(test_failures_are_sentences),
        cmocka_unit_test(test_tls_trusts_only_its_authority),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
