#include "../vectors.h"

#include "crypto/hash_many.h"
#include "crypto/stream.h"

enum { BYTES = 1 << 16, MANY = 9, MOST = 70 };

static uint8_t bytes[BYTES];

static void assert_hex(const sheaf_hash *hash, const char *hex)
{
    char made[65];
    sheaf_hex_32(hash->bytes, made);
    assert_string_equal(made, hex);
}

/* The examples of FIPS 180-4: one block, two blocks, and a million times `a`, beside pieces of
 * other lengths. */
static void test_published_vectors(void **unused)
{
    static uint8_t million[1000000];
    (void)unused;
    memset(million, 'a', sizeof million);
    const sheaf_slice data[] = {
        sheaf_str("abc"),
        sheaf_bytes(million, sizeof million),
        sheaf_str("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        sheaf_bytes(NULL, 0),
        sheaf_str("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
        sheaf_bytes(million, sizeof million),
    };
    static const char *const want[] = {
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    };
    sheaf_hash made[6];
    sheaf_sha256_many(data, 6, made);
    for (int i = 0; i < 6; i++)
        assert_hex(&made[i], want[i]);
}

/* Pieces of one length, in fours and what is left of them, of every length that is short. */
static void test_one_length(void **unused)
{
    (void)unused;
    for (size_t len = 0; len < 300; len++)
        for (size_t count = 4; count <= 9; count++) {
            sheaf_slice data[MANY];
            sheaf_hash made[MANY];
            for (size_t i = 0; i < count; i++)
                data[i] = sheaf_bytes(bytes + 301 * i, len);
            sheaf_sha256_many(data, count, made);
            for (size_t i = 0; i < count; i++) {
                sheaf_hash want = sheaf_sha256(data[i]);
                assert_true(sheaf_hash_equal(&made[i], &want));
            }
        }
}

/* So many that they go 32 at a time, from places right behind which memory of others begins:
 * each is hashed as if it stood alone, and what is left over is too. */
static void test_many_of_one_length(void **unused)
{
    static const uint8_t counts[] = {31, 32, 33, 36, 63, 64, 70};
    static uint8_t packed[MOST * 300];
    sheaf_slice data[MOST];
    sheaf_hash made[MOST + 1];
    (void)unused;
    for (size_t len = 0; len < 260; len++)
        for (size_t c = 0; c < sizeof counts; c++) {
            size_t count = counts[c];
            memcpy(packed, bytes + 3 * len, sizeof packed);
            for (size_t i = 0; i < count; i++)
                data[i] = sheaf_bytes(packed + len * i, len);
            memset(&made[count], 0xee, sizeof made[count]);
            sheaf_sha256_many(data, count, made);
            for (size_t i = 0; i < count; i++) {
                sheaf_hash want = sheaf_sha256(data[i]);
                assert_true(sheaf_hash_equal(&made[i], &want));
            }
            assert_int_equal(made[count].bytes[0], 0xee);
        }
}

/* One of another length among them, at any place, and one that is too long for all at once. */
static void test_one_unlike(void **unused)
{
    sheaf_slice data[MOST];
    sheaf_hash made[MOST];
    (void)unused;
    for (size_t place = 0; place < MOST; place++)
        for (size_t len = 0; len < 400; len += 57) {
            for (size_t i = 0; i < MOST; i++)
                data[i] = sheaf_bytes(bytes + 5 * i, 65);
            data[place] = sheaf_bytes(bytes + place, len);
            sheaf_sha256_many(data, MOST, made);
            for (size_t i = 0; i < MOST; i++) {
                sheaf_hash want = sheaf_sha256(data[i]);
                assert_true(sheaf_hash_equal(&made[i], &want));
            }
        }
}

/* Every length around the ends of blocks, in either lane, beside a long piece. */
static void test_every_length(void **unused)
{
    (void)unused;
    for (size_t len = 0; len < 300; len++)
        for (int place = 0; place < 2; place++) {
            sheaf_slice data[2] = {sheaf_bytes(bytes + 1, 5000), sheaf_bytes(bytes + 1, 5000)};
            sheaf_hash made[2];
            data[place] = sheaf_bytes(bytes + 3, len);
            sheaf_sha256_many(data, 2, made);
            for (int i = 0; i < 2; i++) {
                sheaf_hash want = sheaf_sha256(data[i]);
                assert_true(sheaf_hash_equal(&made[i], &want));
            }
        }
}

/* As OpenSSL has it, for any number of pieces of any lengths at any addresses. */
static void test_random_lengths(void **unused)
{
    uint64_t words[4 * MANY];
    (void)unused;
    for (uint8_t run = 0; run < 60; run++) {
        sheaf_slice data[MANY];
        sheaf_hash made[MANY];
        sheaf_stream_words((const uint8_t[32]){run, 1}, 0, words, 4 * MANY);
        size_t count = run % (MANY + 1);
        for (size_t i = 0; i < count; i++) {
            size_t from = words[3 * i] % 100, most = words[3 * i + 1] % 3 ? 300 : BYTES - 100;
            data[i] = sheaf_bytes(bytes + from, words[3 * i + 2] % most);
        }
        sheaf_sha256_many(data, count, made);
        for (size_t i = 0; i < count; i++) {
            sheaf_hash want = sheaf_sha256(data[i]);
            assert_true(sheaf_hash_equal(&made[i], &want));
        }
    }
}

/* As many nodes at once as may be left over, the last first; the place behind them is others'.
 */
static void test_nodes(void **unused)
{
    static sheaf_hash nodes[MOST + 1];
    sheaf_node_place at[MOST] = {{NULL, NULL}};
    (void)unused;
    for (size_t count = 0; count <= MOST; count++) {
        for (size_t i = 0; i < count; i++)
            at[i] = (sheaf_node_place){(const sheaf_hash *)(bytes + 32 * (23 * i + count)),
                                       &nodes[count - 1 - i]};
        memset(&nodes[count], 0xee, sizeof nodes[count]);
        sheaf_sha256_nodes(at, count);
        for (size_t i = 0; i < count; i++) {
            uint8_t both[1 + 2 * SHEAF_HASH_BYTES] = {1};
            memcpy(both + 1, at[i].below, 2 * SHEAF_HASH_BYTES);
            sheaf_hash want = sheaf_sha256(sheaf_bytes(both, sizeof both));
            assert_true(sheaf_hash_equal(&nodes[count - 1 - i], &want));
        }
        assert_int_equal(nodes[count].bytes[0], 0xee);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_one_length),
        cmocka_unit_test(test_many_of_one_length),
        cmocka_unit_test(test_one_unlike),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_random_lengths),
        cmocka_unit_test(test_nodes),
    };
    sheaf_stream_bytes((const uint8_t[32]){9}, bytes, sizeof bytes);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
