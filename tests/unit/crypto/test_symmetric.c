#include "../vectors.h"

#include "crypto/aead.h"
#include "crypto/commit.h"
#include "crypto/ed25519.h"
#include "crypto/label.h"
#include "crypto/stream.h"

static void assert_hex(const void *bytes, const char *hex)
{
    char made[65];
    sheaf_hex_32(bytes, made);
    assert_string_equal(made, hex);
}

static void test_sha256(void **unused)
{
    (void)unused;
    sheaf_hash empty = sheaf_sha256(sheaf_bytes(NULL, 0)), abc = sheaf_sha256(sheaf_str("abc"));
    assert_hex(&empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_hex(&abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const sheaf_slice parts[] = {sheaf_str("a"), {NULL, 0}, sheaf_str("bc")};
    sheaf_hash joined = sheaf_sha256_parts(parts, 3);
    assert_true(sheaf_hash_equal(&joined, &abc));
    sheaf_hasher *hasher = sheaf_hasher_open();
    assert_non_null(hasher);
    for (int i = 0; i < 3; i++)
        sheaf_hasher_add(hasher, sheaf_bytes("abc" + i, 1));
    joined = sheaf_hasher_close(hasher);
    assert_true(sheaf_hash_equal(&joined, &abc));
}

/* RFC 4231 test case 2, its key padded with zeros to 32 bytes, which HMAC does as well. */
static void test_hmac(void **unused)
{
    uint8_t key[32] = "Jefe";
    (void)unused;
    sheaf_hash mac = sheaf_hmac_sha256(key, sheaf_str("what do ya want for nothing?"));
    assert_hex(&mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    sheaf_hash commitment = sheaf_commit(key, sheaf_str("what do ya want for nothing?"));
    assert_true(sheaf_hash_equal(&mac, &commitment));
    key[31] = 1;
    commitment = sheaf_commit(key, sheaf_str("what do ya want for nothing?"));
    assert_false(sheaf_hash_equal(&mac, &commitment));
}

static void test_sealed_box(void **unused)
{
    static const uint8_t key[32] = {1}, other_key[32] = {2}, nonce[SHEAF_NONCE_BYTES] = {3};
    sheaf_slice plain = sheaf_str("a share of a secret"), bound = sheaf_str("round 7");
    uint8_t box[100], back[100];
    size_t len = plain.len + SHEAF_SEAL_OVERHEAD;
    (void)unused;
    sheaf_seal(box, key, nonce, plain, bound);
    assert_true(sheaf_unseal(back, key, sheaf_bytes(box, len), bound));
    assert_memory_equal(back, plain.data, plain.len);
    assert_false(sheaf_unseal(back, other_key, sheaf_bytes(box, len), bound));
    assert_false(sheaf_unseal(back, key, sheaf_bytes(box, len), sheaf_str("round 8")));
    for (size_t i = 0; i < len; i++) {
        box[i] ^= 0x80;
        assert_false(sheaf_unseal(back, key, sheaf_bytes(box, len), bound));
        box[i] ^= 0x80;
        assert_false(sheaf_unseal(back, key, sheaf_bytes(box, i), bound));
    }
}

/* Words made in chunks of any size are those made at once, and the bytes are theirs. */
static void test_stream_in_chunks(void **unused)
{
    enum { COUNT = 5000 };
    static uint64_t whole[COUNT], pieces[COUNT];
    static uint8_t bytes[COUNT * 8];
    static const uint8_t seed[32] = {5, 6, 7};
    (void)unused;
    sheaf_stream_words(seed, 0, whole, COUNT);
    sheaf_stream_bytes(seed, bytes, sizeof bytes);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t word = 0;
        for (int k = 7; k >= 0; k--)
            word = word << 8 | bytes[i * 8 + (size_t)k];
        assert_true(word == whole[i]);
    }
    for (size_t step = 8; step <= 2048; step *= 2) {
        memset(pieces, 0, sizeof pieces);
        for (size_t at = 0; at < COUNT; at += step) {
            size_t n = COUNT - at < step ? COUNT - at : step;
            sheaf_stream_words(seed, at, pieces + at, n);
        }
        assert_memory_equal(pieces, whole, sizeof whole);
    }
}

/* The key stream of AES-256-CTR: published blocks, then any piece from anywhere. */
static void keystream_bytes(sheaf_keystream *stream, const uint8_t seed[32], uint64_t from,
                            uint8_t *out, size_t len)
{
    sheaf_keystream_seek(stream, seed, from);
    sheaf_keystream_next(stream, out, len);
}

static void keystream_check(sheaf_keystream *stream)
{
    enum { LEN = 70000 };
    static uint8_t whole[LEN], piece[LEN];
    uint8_t key[32];
    assert_non_null(stream);
    /* E(0) and E(1) under the key 0: GCM's hash key, and the mask of its tag (test case 13). */
    static const uint8_t zero_key[2][16] = {{0xdc, 0x95, 0xc0, 0x78, 0xa2, 0x40, 0x89, 0x89,
                                             0xad, 0x48, 0xa2, 0x14, 0x92, 0x84, 0x20, 0x87},
                                            {0x53, 0x0f, 0x8a, 0xfb, 0xc7, 0x45, 0x36, 0xb9,
                                             0xa9, 0x63, 0xb4, 0xf1, 0xc4, 0xcb, 0x73, 0x8b}};
    memset(key, 0, sizeof key);
    keystream_bytes(stream, key, 0, whole, 32);
    assert_memory_equal(whole, zero_key, 32);
    for (int i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
    keystream_bytes(stream, key, 0, whole, LEN);
    for (size_t step = 16; step <= 65536; step *= 8) {
        for (size_t at = 0; at < LEN; at += step) /* each found by itself */
            keystream_bytes(stream, key, at, piece + at, LEN - at < step ? LEN - at : step);
        assert_memory_equal(piece, whole, LEN);
        memset(piece, 0, LEN);
        sheaf_keystream_seek(stream, key, 0);
        for (size_t at = 0; at < LEN; at += step) /* one after the other */
            sheaf_keystream_next(stream, piece + at, LEN - at < step ? LEN - at : step);
        assert_memory_equal(piece, whole, LEN);
    }
    for (size_t len = 0; len < 600; len++) { /* not a byte too many */
        memset(piece, 0xa5, len + 1);
        keystream_bytes(stream, key, 32, piece, len);
        assert_memory_equal(piece, whole + 32, len);
        assert_int_equal(piece[len], 0xa5);
    }
    /* Far down: the counter runs over 32 bits. */
    uint64_t far = ((uint64_t)1 << 36) - 32;
    keystream_bytes(stream, key, far, whole, 64);
    keystream_bytes(stream, key, far + 32, piece, 32);
    assert_memory_equal(whole + 32, piece, 32);
    assert_memory_not_equal(whole, whole + 32, 16);
    sheaf_keystream_close(stream);
}

static void test_keystream(void **unused)
{
    (void)unused;
    keystream_check(sheaf_keystream_open());
    keystream_check(sheaf_keystream_open_openssl());
}

/* Whatever makes the stream, it is the same one for every seed and place. */
static void test_keystreams_are_equal(void **unused)
{
    enum { LEN = 5000 };
    static uint8_t one[LEN], other[LEN];
    uint64_t words[2];
    uint8_t seed[32];
    sheaf_keystream *here = sheaf_keystream_open(), *plain = sheaf_keystream_open_openssl();
    (void)unused;
    assert_true(here && plain);
    for (uint8_t run = 0; run < 200; run++) {
        sheaf_stream_bytes((const uint8_t[32]){run, 8}, seed, sizeof seed);
        sheaf_stream_words(seed, 0, words, 2);
        uint64_t from = (words[0] >> (run % 50)) / 16 * 16;
        size_t len = words[1] % LEN;
        keystream_bytes(here, seed, from, one, len);
        keystream_bytes(plain, seed, from, other, len);
        assert_memory_equal(one, other, len);
    }
    sheaf_keystream_close(here);
    sheaf_keystream_close(plain);
}

static void test_labels(void **unused)
{
    sheaf_buffer out;
    (void)unused;
    sheaf_buffer_init(&out, 200);
    sheaf_label_message(&out, SHEAF_LABEL_ACT, sheaf_str("sheaf/abc"), sheaf_str("{}"));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), "sheaf-act/v1\nsheaf/abc\n{}"));
    sheaf_buffer_deinit(&out);
    for (int a = 0; a < SHEAF_LABEL_COUNT; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(sheaf_label_text((sheaf_label)a),
                                    sheaf_label_text((sheaf_label)b));
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),     cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_sealed_box), cmocka_unit_test(test_stream_in_chunks),
        cmocka_unit_test(test_keystream),  cmocka_unit_test(test_keystreams_are_equal),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
