#include "../vectors.h"

#include "crypto/ed25519.h"

static void test_known_signatures(void **unused)
{
    vector_table table = open_table("ed25519_sign.tsv");
    int rows = 0;
    (void)unused;
    while (next_row(&table)) {
        uint8_t seed[32], public[32], want[64], made[64];
        sheaf_keypair pair;
        assert_true(sheaf_hex_get(table.column[0], seed, 32));
        assert_true(sheaf_hex_get(table.column[1], public, 32));
        assert_true(sheaf_hex_get(table.column[3], want, 64));
        sheaf_slice message = from_hex(table.column[2]);
        sheaf_keypair_from_seed(&pair, seed);
        assert_memory_equal(pair.public, public, 32);
        assert_true(sheaf_public_valid(public));
        sheaf_sign(&pair, message, made);
        assert_memory_equal(made, want, 64);
        assert_true(sheaf_verify(public, message, want));
        for (size_t i = 0; i < 64; i += 7) {
            made[i] ^= 1;
            assert_false(sheaf_verify(public, message, made));
            made[i] ^= 1;
        }
        free_slice(message);
        rows++;
    }
    assert_int_equal(rows, 64);
}

static bool has_flag(sheaf_slice flags, const char *flag)
{
    while (flags.len)
        if (sheaf_slice_is(cut(&flags, ','), flag))
            return true;
    return false;
}

/* The published edge cases all solve the cofactored equation for k from R as encoded; so under
 * our rule a case counts unless a flag names something that the rule refuses. With a residue
 * of low order the cofactorless equation fails, and only the cofactored one accepts. */
static void test_edge_cases(void **unused)
{
    static const char *const refused[] = {"low_order_A",     "low_order_component_A",
                                          "non_canonical_A", "low_order_R",
                                          "non_canonical_R", "reencoded_k"};
    vector_table table = open_table("ed25519_edge.tsv");
    int rows = 0, accepted = 0, cofactored = 0;
    (void)unused;
    while (next_row(&table)) {
        uint8_t public[32], signature[64];
        assert_true(sheaf_hex_get(table.column[1], public, 32));
        assert_true(sheaf_hex_get(table.column[2], signature, 64));
        bool want = true;
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
            want &= !has_flag(table.column[4], refused[i]);
        bool is =
            sheaf_public_valid(public) && sheaf_verify(public, table.column[3], signature);
        if (is != want)
            fail_msg("case %.*s (%.*s): %s", SHEAF_PRINT(table.column[0]),
                     SHEAF_PRINT(table.column[4]), is ? "accepted" : "refused");
        accepted += is;
        cofactored += is && has_flag(table.column[4], "low_order_residue");
        rows++;
    }
    assert_int_equal(rows, 457);
    assert_true(accepted > 0 && cofactored > 0);
}

/* Adds the group order L to S: the same signature for whoever does not check S < L. */
static void test_s_below_the_order(void **unused)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    static const uint8_t seed[32] = {9};
    sheaf_keypair pair;
    uint8_t signature[64];
    (void)unused;
    sheaf_keypair_from_seed(&pair, seed);
    for (int i = 0; i < 20; i++) {
        sheaf_slice message = sheaf_bytes(&i, sizeof i);
        sheaf_sign(&pair, message, signature);
        unsigned carry = 0;
        for (int k = 0; k < 32; k++) {
            carry += (unsigned)signature[32 + k] + order[k];
            signature[32 + k] = (uint8_t)carry;
            carry >>= 8;
        }
        assert_false(sheaf_verify(pair.public, message, signature));
    }
}

static void test_bad_publics(void **unused)
{
    /* identity, order 2, order 4 (0), p itself, no point on the curve */
    static const char *const hex[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000"};
    (void)unused;
    for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) {
        uint8_t public[32];
        assert_true(sheaf_hex_get(sheaf_str(hex[i]), public, 32));
        assert_false(sheaf_public_valid(public));
    }
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_signatures),
        cmocka_unit_test(test_edge_cases),
        cmocka_unit_test(test_s_below_the_order),
        cmocka_unit_test(test_bad_publics),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
