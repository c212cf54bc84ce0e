/* Addresses, percent escapes and queries: what is read, what is refused, what is written. */
#include "net/url.h"
#include "test.h"

#include <string.h>

static void test_addresses_are_read_and_joined(void **unused)
{
    static const struct {
        const char *text, *host, *prefix, *joined;
        uint16_t port;
        bool tls, ipv6;
    } rows[] = {
        {"http://hub.example", "hub.example", "", "http://hub.example/x", 80, false, false},
        {"HTTPS://Hub.Example/", "hub.example", "", "https://hub.example/x", 443, true, false},
        {"http://h:8480/a/b//", "h", "/a/b", "http://h:8480/a/b/x", 8480, false, false},
        {"http://h:80", "h", "", "http://h/x", 80, false, false},
        {"https://h:80", "h", "", "https://h:80/x", 80, true, false},
        {"http://[2001:DB8::1]:1/p", "2001:db8::1", "/p", "http://[2001:db8::1]:1/p/x", 1,
         false, true},
        {"https://[::1]", "::1", "", "https://[::1]/x", 443, true, true},
        {"http://h:65535/%41", "h", "/%41", "http://h:65535/%41/x", 65535, false, false},
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_url url;
        sheaf_err err;
        sheaf_buffer joined;
        assert_int_equal(sheaf_url_parse(sheaf_str(rows[i].text), &url, &err), SHEAF_OK);
        assert_string_equal(url.host, rows[i].host);
        assert_string_equal(url.prefix, rows[i].prefix);
        assert_int_equal(url.port, rows[i].port);
        assert_int_equal(url.tls, rows[i].tls);
        assert_int_equal(url.ipv6, rows[i].ipv6);
        assert_int_equal(sheaf_url_join(&url, "/x", &joined, &err), SHEAF_OK);
        assert_string_equal((const char *)joined.data, rows[i].joined);
        sheaf_buffer_deinit(&joined);
    }
}

static void test_other_addresses_are_refused(void **unused)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "does not begin"},
        {"hub.example", "does not begin"},
        {"ftp://h", "does not begin"},
        {"http:/h", "does not begin"},
        {"http://", "no usable host"},
        {"http://:80", "no usable host"},
        {"http:///p", "no usable host"},
        {"http://user@h", "no host name has"},
        {"http://a,b", "no host name has"},
        {"http://[::g]", "no host name has"},
        {"http://[::1", "lacks its ]"},
        {"http://[::1]x", "only a path may follow"},
        {"http://h:", "the port"},
        {"http://h:0", "the port"},
        {"http://h:080", "the port"},
        {"http://h:65536", "the port"},
        {"http://h:123456", "the port"},
        {"http://h:8o", "the port"},
        {"http://h:-1", "the port"},
        {"http://h?q", "only a path may follow"},
        {"http://h/p?q", "a query or a fragment"},
        {"http://h/p#f", "a query or a fragment"},
        {"http://h/a b", "percent-encode it"},
        {"http://h/a\r\nHost: x", "percent-encode it"},
        {"http://h\xc3\xa4", "percent-encode it"},
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_url url;
        sheaf_err err = {0};
        assert_int_equal(sheaf_url_parse(sheaf_str(rows[i].text), &url, &err), SHEAF_INVALID);
        if (!strstr(err.message, rows[i].words))
            fail_msg("%s: %s", rows[i].text, err.message);
    }
}

static void test_lengths_are_bounded(void **unused)
{
    char text[SHEAF_URL_MAX + 2];
    sheaf_url url;
    sheaf_err err;
    (void)unused;
    memset(text, 'a', sizeof text);
    memcpy(text, "http://h/", 9);
    assert_int_equal(sheaf_url_parse(sheaf_bytes(text, SHEAF_URL_MAX), &url, &err), SHEAF_OK);
    assert_int_equal(strlen(url.prefix), SHEAF_URL_MAX - 8);
    assert_int_equal(sheaf_url_parse(sheaf_bytes(text, SHEAF_URL_MAX + 1), &url, &err),
                     SHEAF_INVALID);
    text[8] = 'a';
    assert_int_equal(sheaf_url_parse(sheaf_bytes(text, 7 + SHEAF_URL_HOST_MAX), &url, &err),
                     SHEAF_OK);
    assert_int_equal(sheaf_url_parse(sheaf_bytes(text, 8 + SHEAF_URL_HOST_MAX), &url, &err),
                     SHEAF_INVALID);
}

static void test_loopback(void **unused)
{
    static const struct {
        const char *text;
        bool loopback;
    } rows[] = {
        {"http://localhost", true},
        {"http://LOCALHOST:1", true},
        {"http://127.0.0.1", true},
        {"https://127.255.255.254:8", true},
        {"http://[::1]", true},
        {"http://localhost.example", false},
        {"http://127.0.0.1.example", false},
        {"http://128.0.0.1", false},
        {"http://127.0.0", false},
        {"http://127.0.0.256", false},
        {"http://127.-0.0.1", false},
        {"http://127.0.0.1.", false},
        {"http://[::2]", false},
        {"http://0.0.0.0", false},
        {"http://1127.0.0.1", false},
        {"http://127.0.0.1000", false},
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_url url;
        assert_int_equal(sheaf_url_parse(sheaf_str(rows[i].text), &url, NULL), SHEAF_OK);
        if (sheaf_url_loopback(&url) != rows[i].loopback)
            fail_msg("%s", rows[i].text);
    }
}

static void test_percent_encoding_round_trips(void **unused)
{
    static const char every[] =
        "az-AZ_09.~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\xc3\xa4\xf0\x9f\x8c\xbe";
    uint8_t back[sizeof every];
    size_t len;
    sheaf_buffer out;
    (void)unused;
    sheaf_buffer_init(&out, 1024);
    sheaf_percent_encode(&out, sheaf_str(every));
    sheaf_slice made = sheaf_buffer_slice(&out);
    for (size_t i = 0; i < made.len; i++)
        assert_true(made.data[i] > ' ' && made.data[i] < 0x7f
                    && !strchr("&=+?#/", made.data[i]));
    for (int plus = 0; plus < 2; plus++) {
        assert_true(made.len <= 3 * sizeof every);
        uint8_t *room = test_malloc(made.len);
        assert_true(sheaf_percent_decode(made, plus, room, &len));
        assert_int_equal(len, sizeof every - 1);
        memcpy(back, room, len);
        assert_memory_equal(back, every, len);
        test_free(room);
    }
    sheaf_buffer_deinit(&out);
}

static void test_percent_decoding_is_strict(void **unused)
{
    static const struct {
        const char *in, *out; /* NULL: refused */
        bool plus;
    } rows[] = {
        {"", "", false},         {"a%20b", "a b", false},    {"a+b", "a+b", false},
        {"a+b", "a b", true},    {"%2B", "+", true},         {"%c3%A4", "\xc3\xa4", false},
        {"%", NULL, false},      {"%4", NULL, false},        {"a%", NULL, false},
        {"%zz", NULL, false},    {"%4g", NULL, false},       {"% 1", NULL, false},
        {"%00", NULL, false},    {"%0a", NULL, false},       {"%7f", NULL, false},
        {"a\nb", NULL, false},   {"%ff", NULL, false},       {"%c3", NULL, false},
        {"%c0%af", NULL, false}, {"%ed%a0%80", NULL, false},
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t out[16];
        size_t len = 0;
        bool good = sheaf_percent_decode(sheaf_str(rows[i].in), rows[i].plus, out, &len);
        if (good != (rows[i].out != NULL))
            fail_msg("%s", rows[i].in);
        if (good)
            assert_true(sheaf_slice_is(sheaf_bytes(out, len), rows[i].out));
    }
}

static void test_queries(void **unused)
{
    static const struct {
        const char *in, *a; /* the value of "a", or NULL where the query is refused */
        size_t count;
    } rows[] = {
        {"a=1", "1", 1},       {"a=1&b=2", "1", 2},    {"b=2&a=x%26y%3Dz", "x&y=z", 2},
        {"a", "", 1},          {"a=", "", 1},          {"a=b=c", "b=c", 1},
        {"a=x+y", "x y", 1},   {"%61=1", "1", 1},      {"=1&a=2", "2", 2},
        {"a=1&a=2", NULL, 0},  {"a=1&%61=2", NULL, 0}, {"a=1&", NULL, 0},
        {"&a=1", NULL, 0},     {"a=1&&b=2", NULL, 0},  {"a=%", NULL, 0},
        {"a=%0d%0a", NULL, 0},
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_query query;
        sheaf_err err;
        sheaf_status status = sheaf_query_parse(sheaf_str(rows[i].in), &query, &err);
        if ((status == SHEAF_OK) != (rows[i].a != NULL))
            fail_msg("%s", rows[i].in);
        if (status != SHEAF_OK)
            continue;
        assert_int_equal(query.count, rows[i].count);
        assert_true(sheaf_slice_is(sheaf_query_find(&query, "a"), rows[i].a));
        assert_null(sheaf_query_find(&query, "absent").data);
    }
}

static void test_queries_are_bounded(void **unused)
{
    sheaf_query query;
    sheaf_err err;
    sheaf_buffer text;
    static char large[SHEAF_URL_MAX + 1];
    (void)unused;
    sheaf_buffer_init(&text, 4096);
    for (int i = 0; i < SHEAF_QUERY_ITEMS_MAX; i++)
        sheaf_buffer_printf(&text, "%sn%d=%d", i ? "&" : "", i, i);
    assert_int_equal(sheaf_query_parse(sheaf_buffer_slice(&text), &query, &err), SHEAF_OK);
    assert_int_equal(query.count, SHEAF_QUERY_ITEMS_MAX);
    sheaf_buffer_add_string(&text, "&one=more");
    assert_int_equal(sheaf_query_parse(sheaf_buffer_slice(&text), &query, &err), SHEAF_INVALID);
    sheaf_buffer_deinit(&text);
    memset(large, 'a', sizeof large);
    assert_int_equal(sheaf_query_parse(sheaf_bytes(large, SHEAF_URL_MAX), &query, &err),
                     SHEAF_OK);
    assert_int_equal(sheaf_query_parse(sheaf_bytes(large, sizeof large), &query, &err),
                     SHEAF_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_read_and_joined),
        cmocka_unit_test(test_other_addresses_are_refused),
        cmocka_unit_test(test_lengths_are_bounded),
        cmocka_unit_test(test_loopback),
        cmocka_unit_test(test_percent_encoding_round_trips),
        cmocka_unit_test(test_percent_decoding_is_strict),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_queries_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
