/* The key stream of AES-256-CTR, by whatever library makes it here and by OpenSSL. */
#include "../vectors.h"

#include "crypto/ed25519.h"
#include "crypto/keystream.h"
#include "crypto/stream.h"

static void bytes_make(sheaf_keystreams *streams, size_t i, const uint8_t seed[32],
                       uint64_t from, uint8_t *out, size_t len)
{
    sheaf_keystreams_seek(streams, i, seed, from);
    sheaf_keystreams_next(streams, i, out, len);
}

/* E(0) and E(1) under the key 0: the hash key of AES-GCM, and the mask of its tag (McGrew and
 * Viega, test case 13). */
static const uint8_t zero_key[2][SHEAF_KEYSTREAM_BLOCK] = {
    {0xdc, 0x95, 0xc0, 0x78, 0xa2, 0x40, 0x89, 0x89, 0xad, 0x48, 0xa2, 0x14, 0x92, 0x84, 0x20,
     0x87},
    {0x53, 0x0f, 0x8a, 0xfb, 0xc7, 0x45, 0x36, 0xb9, 0xa9, 0x63, 0xb4, 0xf1, 0xc4, 0xcb, 0x73,
     0x8b}};

/* Published blocks, then any piece from anywhere. */
static void check(sheaf_keystreams *streams)
{
    enum { LEN = 70000 };
    static uint8_t whole[LEN], piece[LEN];
    uint8_t key[32] = {0};
    assert_non_null(streams);
    bytes_make(streams, 0, key, 0, whole, 32);
    assert_memory_equal(whole, zero_key, 32);
    for (int i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
    bytes_make(streams, 0, key, 0, whole, LEN);
    for (size_t step = 16; step <= 65536; step *= 8) {
        for (size_t at = 0; at < LEN; at += step) /* each found by itself */
            bytes_make(streams, 1, key, at, piece + at, LEN - at < step ? LEN - at : step);
        assert_memory_equal(piece, whole, LEN);
        memset(piece, 0, LEN);
        sheaf_keystreams_seek(streams, 2, key, 0);
        for (size_t at = 0; at < LEN; at += step) /* one after the other */
            sheaf_keystreams_next(streams, 2, piece + at, LEN - at < step ? LEN - at : step);
        assert_memory_equal(piece, whole, LEN);
    }
    for (size_t len = 0; len < 600; len++) { /* not a byte too many */
        memset(piece, 0xa5, len + 1);
        bytes_make(streams, 3, key, 32, piece, len);
        assert_memory_equal(piece, whole + 32, len);
        assert_int_equal(piece[len], 0xa5);
    }
    /* As far down as it goes. */
    bytes_make(streams, 0, key, SHEAF_KEYSTREAM_MAX - 64, whole, 64);
    bytes_make(streams, 0, key, SHEAF_KEYSTREAM_MAX - 32, piece, 32);
    assert_memory_equal(whole + 32, piece, 32);
    assert_memory_not_equal(whole, whole + 32, 16);
}

static void test_bytes(void **unused)
{
    (void)unused;
    sheaf_keystreams *here = sheaf_keystreams_open(), *plain = sheaf_keystreams_open_openssl();
    check(here);
    check(plain);
    sheaf_keystreams_close(here);
    sheaf_keystreams_close(plain);
}

/* Streams that go on in turn do not disturb one another. */
static void check_in_turn(sheaf_keystreams *streams)
{
    enum { LEN = 3 * 16 * 40 };
    static uint8_t want[SHEAF_KEYSTREAMS][LEN], got[SHEAF_KEYSTREAMS][LEN];
    uint8_t seed[SHEAF_KEYSTREAMS][32] = {{1}, {2}, {2}, {4}};
    assert_non_null(streams);
    for (size_t i = 0; i < SHEAF_KEYSTREAMS; i++)
        bytes_make(streams, 0, seed[i], 160 * i, want[i], LEN);
    for (size_t i = 0; i < SHEAF_KEYSTREAMS; i++)
        sheaf_keystreams_seek(streams, i, seed[i], 160 * i);
    for (size_t at = 0; at < LEN; at += 48)
        for (size_t i = 0; i < SHEAF_KEYSTREAMS; i++)
            sheaf_keystreams_next(streams, i, got[i] + at, 48);
    assert_memory_equal(got, want, sizeof got);
}

static void test_in_turn(void **unused)
{
    (void)unused;
    sheaf_keystreams *here = sheaf_keystreams_open(), *plain = sheaf_keystreams_open_openssl();
    check_in_turn(here);
    check_in_turn(plain);
    sheaf_keystreams_close(here);
    sheaf_keystreams_close(plain);
}

/* Whatever library makes the stream, it is the same one for every seed, place and length. */
static void test_libraries_agree(void **unused)
{
    enum { LEN = 40000 };
    static uint8_t one[LEN], other[LEN];
    uint64_t words[3];
    uint8_t seed[32];
    sheaf_keystreams *here = sheaf_keystreams_open(), *plain = sheaf_keystreams_open_openssl();
    (void)unused;
    assert_true(here && plain);
    for (int run = 0; run < 400; run++) {
        sheaf_stream_bytes((const uint8_t[32]){(uint8_t)run, (uint8_t)(run / 256), 8}, seed,
                           sizeof seed);
        sheaf_stream_words(seed, 0, words, 3);
        uint64_t from = words[0] % SHEAF_KEYSTREAM_MAX >> run % 36;
        from = from / SHEAF_KEYSTREAM_BLOCK * SHEAF_KEYSTREAM_BLOCK;
        size_t len = words[1] % (run % 4 == 0 ? LEN : 300);
        if (len > SHEAF_KEYSTREAM_MAX - from)
            from -= LEN / SHEAF_KEYSTREAM_BLOCK * SHEAF_KEYSTREAM_BLOCK;
        bytes_make(here, words[2] % SHEAF_KEYSTREAMS, seed, from, one, len);
        bytes_make(plain, 0, seed, from, other, len);
        assert_memory_equal(one, other, len);
    }
    sheaf_keystreams_close(here);
    sheaf_keystreams_close(plain);
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_in_turn),
        cmocka_unit_test(test_libraries_agree),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
