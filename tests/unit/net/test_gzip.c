/* Answers in gzip: who gets them, and that what comes out of them is bounded. */
#include "net/client.h"
#include "net/gzip.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_BYTES = 4 << 20 };

static struct {
    sheaf_http_server *server;
    sheaf_http_client *client;
    char base[64];
    uint8_t *body;
    size_t sent; /* bytes of the last answer, before headers */
    bool packed;
} world;

static sheaf_http_verdict handler(void *ctx, const sheaf_http_request *request,
                                  sheaf_http_response *response)
{
    (void)ctx;
    uint64_t len = strtoull((const char *)request->path.data + 1, NULL, 10);
    *response =
        sheaf_http_copy(200, "application/octet-stream", sheaf_bytes(world.body, (size_t)len));
    sheaf_http_gzip(response, request);
    world.sent = response->bytes.len;
    world.packed = response->header_count == 2;
    assert_string_equal(response->headers[response->header_count - 1].name, "Vary");
    return SHEAF_HTTP_ANSWERED;
}

static int start(void **unused)
{
    (void)unused;
    sheaf_http_server_config server = {.handler = handler};
    sheaf_http_client_config client = {.reply_max = 1 << 20};
    world.body = calloc(BODY_BYTES, 1);
    for (size_t i = 0; i < 100000; i++) /* what follows is all zero */
        world.body[i] = (uint8_t)(i * i >> 7);
    if (!world.body || sheaf_http_server_open(&world.server, &server, NULL) != SHEAF_OK
        || sheaf_http_client_open(&world.client, &client, NULL) != SHEAF_OK)
        return -1;
    snprintf(world.base, sizeof world.base, "http://127.0.0.1:%u",
             sheaf_http_server_port(world.server));
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    sheaf_http_client_close(world.client);
    sheaf_http_server_close(world.server);
    free(world.body);
    return 0;
}

static sheaf_status get(size_t len, const char *accept, sheaf_http_reply *reply, sheaf_err *err)
{
    char url[128];
    const char *const headers[] = {accept, NULL};
    snprintf(url, sizeof url, "%s/%zu", world.base, len);
    sheaf_http_call call = {.url = url, .headers = headers};
    return sheaf_http_call_run(world.client, &call, reply, err);
}

static void test_who_gets_it(void **unused)
{
    static const struct {
        const char *accept;
        size_t len;
        bool packed;
    } rows[] = {
        {NULL, 200000, true}, /* the client asks for gzip by itself */
        {NULL, 511, false},
        {NULL, 0, false},
        {"Accept-Encoding: identity", 200000, false},
        {"Accept-Encoding: br, GZIP;q=0.5", 200000, true},
        {"Accept-Encoding: br,\tgzip ; q=0.0", 200000, false},
        {"Accept-Encoding: gzipped, xgzip", 200000, false},
        {"Accept-Encoding: ,;,", 200000, false},
    };
    sheaf_http_reply reply;
    sheaf_err err = {0};
    (void)unused;
    sheaf_http_reply_init(&reply);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (get(rows[i].len, rows[i].accept, &reply, &err) != SHEAF_OK)
            fail_msg("row %zu: %s", i, err.message);
        if (world.packed != rows[i].packed)
            fail_msg("row %zu: packed %d", i, world.packed);
        assert_int_equal(reply.body.len, rows[i].len);
        assert_true(!rows[i].len || memcmp(reply.body.data, world.body, rows[i].len) == 0);
    }
    sheaf_http_reply_deinit(&reply);
}

/* Few bytes on the wire, too many once they are unpacked. */
static void test_bomb(void **unused)
{
    sheaf_http_reply reply;
    sheaf_err err = {0};
    (void)unused;
    sheaf_http_reply_init(&reply);
    assert_int_equal(get(BODY_BYTES, NULL, &reply, &err), SHEAF_NOMEM);
    assert_true(world.packed && world.sent < 200000);
    assert_non_null(strstr(err.message, "1048576 bytes"));
    sheaf_http_reply_deinit(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_gets_it),
        cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
