#include "../vectors.h"

#include "base/text.h"

static void test_known_base64(void **unused)
{
    /* RFC 4648 section 10 */
    static const struct {
        const char *plain, *padded, *url;
    } rows[] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xbf", "+/+/", "-_-_"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_slice plain = sheaf_str(rows[i].plain);
        uint8_t back[16];
        sheaf_buffer out;
        sheaf_buffer_init(&out, 64);
        sheaf_base64_put(&out, plain);
        assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), rows[i].padded));
        sheaf_buffer_reset(&out);
        sheaf_base64url_put(&out, plain);
        assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), rows[i].url));
        sheaf_buffer_deinit(&out);
        assert_int_equal(sheaf_base64_len(sheaf_str(rows[i].padded)), plain.len);
        assert_true(sheaf_base64_get(sheaf_str(rows[i].padded), back, plain.len));
        assert_memory_equal(back, plain.data, plain.len);
        assert_true(sheaf_base64url_get(sheaf_str(rows[i].url), back, plain.len));
        assert_memory_equal(back, plain.data, plain.len);
    }
}

static void test_one_spelling_only(void **unused)
{
    static const char *const padded[] = {
        "Zg=", "Zg", "Zh==", "Z===", "====", "Zg==\n", " Zg==", "Zg=a", "Z_==", "=Zg="};
    static const char *const url[] = {"Zh", "Zg=", "Z+", "Z", "Zg\n"};
    uint8_t out[16];
    (void)unused;
    for (size_t i = 0; i < sizeof padded / sizeof *padded; i++)
        for (size_t len = 0; len < 4; len++)
            assert_false(sheaf_base64_get(sheaf_str(padded[i]), out, len));
    for (size_t i = 0; i < sizeof url / sizeof *url; i++)
        for (size_t len = 0; len < 4; len++)
            assert_false(sheaf_base64url_get(sheaf_str(url[i]), out, len));
    assert_true(sheaf_hex_get(sheaf_str("00ff"), out, 2));
    assert_false(sheaf_hex_get(sheaf_str("00FF"), out, 2));
    assert_false(sheaf_hex_get(sheaf_str("00f"), out, 2));
    assert_false(sheaf_hex_get(sheaf_str("0g"), out, 1));
}

/* Whatever stands at one place of a text: it is read only if what is read is written so. */
static void test_every_character(void **unused)
{
    uint8_t plain[14], back[sizeof plain];
    sheaf_buffer text, again;
    sheaf_buffer_init(&text, 64);
    sheaf_buffer_init(&again, 64);
    (void)unused;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (uint8_t)(i * 89 + 17);
    for (size_t len = 1; len <= sizeof plain; len++) {
        sheaf_buffer_reset(&text);
        sheaf_base64url_put(&text, sheaf_bytes(plain, len));
        for (size_t at = 0; at < text.len; at++) {
            uint8_t there = text.data[at];
            int read = 0;
            for (unsigned c = 0; c < 256; c++) {
                text.data[at] = (uint8_t)c;
                if (!sheaf_base64url_get(sheaf_buffer_slice(&text), back, len))
                    continue;
                read++;
                sheaf_buffer_reset(&again);
                sheaf_base64url_put(&again, sheaf_bytes(back, len));
                assert_int_equal(again.len, text.len);
                assert_memory_equal(again.data, text.data, text.len);
            }
            bool last = at + 1 == text.len;
            assert_int_equal(read, last && len % 3 == 1 ? 4 : last && len % 3 == 2 ? 16 : 64);
            text.data[at] = there;
        }
    }
    sheaf_buffer_deinit(&text);
    sheaf_buffer_deinit(&again);
}

static void test_fixed_size(void **unused)
{
    uint8_t bytes[32], back[32];
    char hex[65], url[44];
    (void)unused;
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(i * 37 + 200);
    sheaf_hex_32(bytes, hex);
    sheaf_base64url_32(bytes, url);
    assert_true(sheaf_hex_get(sheaf_str(hex), back, 32));
    assert_memory_equal(back, bytes, 32);
    assert_int_equal(strlen(url), 43);
    assert_true(sheaf_base64url_get(sheaf_str(url), back, 32));
    assert_memory_equal(back, bytes, 32);
}

static void test_utf8_round_trip(void **unused)
{
    (void)unused;
    for (uint32_t point = 0; point <= 0x10ffff; point += point < 0x900 ? 1 : 251) {
        uint8_t bytes[4];
        uint32_t back;
        size_t len = sheaf_utf8_put(point, bytes);
        sheaf_slice in = sheaf_bytes(bytes, len);
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        assert_int_equal(sheaf_utf8_take(&in, &back), !surrogate);
        if (!surrogate)
            assert_true(back == point && in.len == 0);
        for (size_t cut_at = 1; cut_at < len; cut_at++) {
            in = sheaf_bytes(bytes, cut_at);
            assert_false(sheaf_utf8_take(&in, &back));
        }
    }
    assert_false(sheaf_utf8_valid(sheaf_str("\xef\xbb\xbf"
                                            "a")));
    assert_false(sheaf_utf8_valid(sheaf_str("\xe0\x80\x80")));
    assert_false(sheaf_utf8_valid(sheaf_str("\xf8\x88\x80\x80\x80")));
    assert_true(sheaf_utf8_valid(sheaf_str("a\xef\xbb\xbf")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_base64),    cmocka_unit_test(test_one_spelling_only),
        cmocka_unit_test(test_every_character), cmocka_unit_test(test_fixed_size),
        cmocka_unit_test(test_utf8_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
