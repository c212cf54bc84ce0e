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
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
