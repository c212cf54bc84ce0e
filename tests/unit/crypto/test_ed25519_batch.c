#include "../vectors.h"

#include "crypto/ed25519_batch.h"
#include "crypto/point25519.h"

#include <sodium.h>

enum { KEYS = 9, MANY = 300 };

typedef struct {
    sheaf_keypair pairs[KEYS];
    uint8_t signatures[MANY][64];
    char messages[MANY][24];
    sheaf_signed items[MANY];
} made;

static void make(made *m)
{
    for (uint8_t k = 0; k < KEYS; k++)
        sheaf_keypair_from_seed(&m->pairs[k], (const uint8_t[32]){k, 3});
    for (int i = 0; i < MANY; i++) {
        const sheaf_keypair *pair = &m->pairs[i * i % KEYS];
        int len = snprintf(m->messages[i], sizeof m->messages[i], "message %d", i);
        sheaf_slice message = sheaf_bytes(m->messages[i], i == 7 ? 0 : (size_t)len);
        sheaf_sign(pair, message, m->signatures[i]);
        m->items[i] = (sheaf_signed){pair->public, m->signatures[i], message};
    }
}

/* Every size until the points are long added up by the other method, by many keys and by few.
 */
static void test_sizes(void **unused)
{
    static made m;
    make(&m);
    for (size_t n = 0; n <= 70; n++)
        assert_true(sheaf_verify_batch(m.items + n, n));
    for (size_t n = 71; n <= MANY; n += n / 10)
        assert_true(sheaf_verify_batch(m.items, n));
    assert_true(sheaf_verify_batch(m.items, MANY));
    (void)unused;
}

/* One bit anywhere in one signature, key or message. */
static void test_one_is_bad(void **unused)
{
    static made m;
    static const size_t sizes[] = {10, 100, MANY};
    make(&m);
    for (size_t at = 0; at < 64; at++) {
        size_t size = sizes[at % 8 == 7 ? 2 : at % 2], which = at * 37 % size;
        m.signatures[which][at] ^= 1;
        assert_false(sheaf_verify_batch(m.items, size));
        m.signatures[which][at] ^= 1;
    }
    m.messages[50][3] ^= 1;
    assert_false(sheaf_verify_batch(m.items, 100));
    m.messages[50][3] ^= 1;
    m.items[4].public = m.pairs[8].public;
    assert_false(sheaf_verify_batch(m.items, 100));
    m.items[4].public = m.items[6].public;
    assert_false(sheaf_verify_batch(m.items, 100));
    (void)unused;
}

static void test_one_is_bad_at_every_place(void **unused)
{
    static made m;
    make(&m);
    for (size_t n = 1; n <= 20; n++)
        for (size_t bad = 0; bad < n; bad++) {
            m.signatures[bad][32 + n] ^= 4;
            assert_false(sheaf_verify_batch(m.items, n));
            m.signatures[bad][32 + n] ^= 4;
        }
    (void)unused;
}

/* The same signature again and again, good and bad. */
static void test_the_same_twice(void **unused)
{
    static made m;
    make(&m);
    for (size_t n = 2; n <= MANY; n += n / 2) {
        for (size_t i = 1; i < n; i++)
            m.items[i] = m.items[0];
        assert_true(sheaf_verify_batch(m.items, n));
        m.signatures[0][40] ^= 1;
        assert_false(sheaf_verify_batch(m.items, n));
        m.signatures[0][40] ^= 1;
    }
    (void)unused;
}

/* Signed with a known scalar: R = r*B, S = r + k*a. */
static void sign_by_scalar(uint8_t signature[64], const uint8_t a[32], const uint8_t r[32],
                           const uint8_t public[32])
{
    uint8_t wide[64], hashed[64];
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature, r), 0);
    memcpy(wide, signature, 32);
    memcpy(wide + 32, public, 32);
    crypto_hash_sha512(hashed, wide, sizeof wide); /* of the empty message */
    crypto_core_ed25519_scalar_reduce(wide, hashed);
    crypto_core_ed25519_scalar_mul(wide, wide, a);
    crypto_core_ed25519_scalar_add(signature + 32, wide, r);
}

/* Keys and points R that are the base point, its multiples and their opposites: the same points
 * again and again in one sum. And S of 0, 1, the largest and one more, which never hold. */
static void test_multiples_of_the_base_point(void **unused)
{
    enum { COUNT = 16 };
    uint8_t publics[COUNT][32], signatures[COUNT][64];
    sheaf_signed items[COUNT];
    for (int i = 0; i < COUNT; i++) {
        uint8_t a[32] = {(uint8_t)(i / 2 % 4 + 1)}, r[32] = {(uint8_t)(i / 4 + 1)};
        if (i % 2)
            crypto_core_ed25519_scalar_negate(a, a);
        if (i % 3 == 0)
            crypto_core_ed25519_scalar_negate(r, r);
        assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(publics[i], a), 0);
        sign_by_scalar(signatures[i], a, r, publics[i]);
        items[i] = (sheaf_signed){publics[i], signatures[i], sheaf_bytes(NULL, 0)};
        assert_true(sheaf_verify(publics[i], items[i].message, signatures[i]));
        assert_true(sheaf_verify_batch(&items[i], 1));
    }
    for (size_t n = 2; n <= COUNT; n++)
        assert_true(sheaf_verify_batch(items, n));
    static const uint8_t one[32] = {1};
    uint8_t last[32], order[32];
    crypto_core_ed25519_scalar_negate(last, one);
    memcpy(order, last, 32);
    order[0]++;
    const uint8_t *others[] = {(const uint8_t[32]){0}, one, last, order};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (size_t at = 0; at < COUNT; at++) {
            uint8_t kept[32];
            memcpy(kept, signatures[at] + 32, 32);
            memcpy(signatures[at] + 32, others[i], 32);
            assert_false(sheaf_verify(publics[at], items[at].message, signatures[at]));
            assert_false(sheaf_verify_batch(&items[at], 1));
            assert_false(sheaf_verify_batch(items, COUNT));
            memcpy(signatures[at] + 32, kept, 32);
        }
    (void)unused;
}

/* Two wrongs that cancel in a plain sum: S of one more, S of another less. */
static void test_no_cancelling(void **unused)
{
    static made m;
    static const uint8_t one[32] = {1};
    make(&m);
    for (int i = 0; i < 40; i += 2) {
        uint8_t *a = m.signatures[i] + 32, *b = m.signatures[i + 1] + 32;
        crypto_core_ed25519_scalar_add(a, a, one);
        crypto_core_ed25519_scalar_sub(b, b, one);
        assert_false(sheaf_verify_batch(m.items + i, 2));
        assert_false(sheaf_verify_batch(m.items, 60));
        crypto_core_ed25519_scalar_sub(a, a, one);
        crypto_core_ed25519_scalar_add(b, b, one);
    }
    assert_true(sheaf_verify_batch(m.items, 60));
    (void)unused;
}

/* Every published edge case: alone as by itself, and among good ones. All that hold, at once.
 */
static void test_edge_cases(void **unused)
{
    static made m;
    static uint8_t publics[500][32], signatures[500][64];
    static sheaf_signed good[500];
    static sheaf_slice messages[500];
    vector_table table = open_table("ed25519_edge.tsv");
    size_t count = 0, rows = 0, cofactored = 0;
    make(&m);
    while (next_row(&table)) {
        uint8_t *public = publics[count], *signature = signatures[count];
        assert_true(sheaf_hex_get(table.column[1], public, 32));
        assert_true(sheaf_hex_get(table.column[2], signature, 64));
        rows++;
        if (!sheaf_public_valid(public))
            continue;
        sheaf_signed mixed[20];
        sheaf_signed item = {public, signature, table.column[3]};
        bool holds = sheaf_verify(public, item.message, signature);
        assert_int_equal(sheaf_verify_batch(&item, 1), holds);
        size_t size = rows % 20 + 1; /* of its batch */
        memcpy(mixed, m.items, sizeof mixed);
        mixed[rows % size] = item;
        assert_int_equal(sheaf_verify_batch(mixed, size), holds);
        if (!holds)
            continue;
        cofactored +=
            crypto_sign_verify_detached(signature, item.message.data, item.message.len, public)
            != 0;
        uint8_t *copy = malloc(item.message.len + 1);
        assert_non_null(copy);
        memcpy(copy, item.message.data, item.message.len);
        messages[count] = sheaf_bytes(copy, item.message.len);
        good[count] = (sheaf_signed){public, signature, messages[count]};
        count++;
    }
    assert_int_equal(rows, 457);
    assert_int_equal(count, 4);
    assert_int_equal(cofactored, 4); /* libsodium's own equation refuses them all */
    assert_true(sheaf_verify_batch(good, count));
    for (size_t i = 0; i < count; i++)
        free_slice(messages[i]);
    (void)unused;
}

static void test_known_signatures(void **unused)
{
    static uint8_t publics[64][32], signatures[64][64];
    static sheaf_signed items[64];
    vector_table table = open_table("ed25519_sign.tsv");
    size_t count = 0;
    while (next_row(&table)) {
        assert_true(sheaf_hex_get(table.column[1], publics[count], 32));
        assert_true(sheaf_hex_get(table.column[3], signatures[count], 64));
        items[count] =
            (sheaf_signed){publics[count], signatures[count], from_hex(table.column[2])};
        count++;
    }
    assert_int_equal(count, 64);
    assert_true(sheaf_verify_batch(items, count));
    signatures[63][60] ^= 1;
    assert_false(sheaf_verify_batch(items, count));
    for (size_t i = 0; i < count; i++)
        free_slice(items[i].message);
    (void)unused;
}

/* Which bytes are a point: as libsodium has it, whose addition takes any encoding of a point
 * and gives the canonical one. */
static void test_points_as_libsodium(void **unused)
{
    static const uint8_t identity[32] = {1};
    uint8_t seed[32] = {5}, bytes[32], sum[32];
    int points = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        sheaf_ge_niels point;
        memcpy(seed, &i, sizeof i);
        crypto_hash_sha256(bytes, seed, sizeof seed);
        if (i < 600) { /* around p, where encodings are not canonical, and around 0 */
            memset(bytes, i & 1 ? 0xff : 0, 32);
            bytes[0] = (uint8_t)(i >> 1);
            bytes[31] = (uint8_t)((i & 1 ? 0x7f : 0) | (i % 3 == 0 ? 0x80 : 0));
        }
        bool canonical =
            crypto_core_ed25519_add(sum, bytes, identity) == 0 && memcmp(sum, bytes, 32) == 0;
        assert_int_equal(sheaf_ge_get(&point, bytes), canonical);
        points += canonical;
    }
    assert_true(points > 1000);
    (void)unused;
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_one_is_bad),
        cmocka_unit_test(test_one_is_bad_at_every_place),
        cmocka_unit_test(test_the_same_twice),
        cmocka_unit_test(test_multiples_of_the_base_point),
        cmocka_unit_test(test_no_cancelling),
        cmocka_unit_test(test_edge_cases),
        cmocka_unit_test(test_known_signatures),
        cmocka_unit_test(test_points_as_libsodium),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
