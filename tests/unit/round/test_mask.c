/* Masks look like nothing: uniform over the whole modulus and unrelated from round to round. */
#include "harness.h"

#include "round/mask.h"
#include "round/words.h"

/* Sum of squares against 255 degrees of freedom; beyond 400 has probability below 1e-7. */
static void check_uniform_bytes(const uint8_t *bytes, size_t len)
{
    size_t count[256] = {0};
    for (size_t i = 0; i < len; i++)
        count[bytes[i]]++;
    double expected = (double)len / 256, chi = 0;
    for (int i = 0; i < 256; i++)
        chi += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    if (chi > 400 || chi < 150)
        fail_msg("chi-square is %f", chi);
}

enum { WORDS = 20000 };

static sheaf_slice upload(rig *r, int i)
{
    sheaf_slice sent = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_INPUT);
    return sheaf_bytes(sent.data + SHEAF_ROUND_INPUT_HEAD_BYTES,
                       sent.len - SHEAF_ROUND_INPUT_HEAD_BYTES);
}

static rig *with_zero_inputs(uint64_t seed, bool drop)
{
    rig *r = malloc(sizeof *r);
    rig_open(r, 4, WORDS, seed);
    for (int i = 0; i < 4; i++) {
        memset(r->input[i], 0, WORDS * 8);
        memset(r->p[i].sent[SHEAF_ROUND_INPUT].data, 0, r->p[i].sent[SHEAF_ROUND_INPUT].len);
    }
    static const int leave[] = {NEVER, NEVER, SHEAF_ROUND_INPUT, NEVER};
    rig_run(r, drop ? leave : NULL);
    rig_check_sum(r);
    return r;
}

static void test_uploads_are_uniform_and_unrelated(void **unused)
{
    (void)unused;
    rig *one = with_zero_inputs(1, true), *two = with_zero_inputs(2, false);
    uint8_t *difference = malloc(WORDS * 8);
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            continue;
        sheaf_slice a = upload(one, i), b = upload(two, i), c = upload(one, (i + 1) % 4);
        assert_int_equal(a.len, WORDS * 8); /* known mistake 6: no wider than the modulus */
        check_uniform_bytes(a.data, a.len);
        check_uniform_bytes(b.data, b.len);
        for (size_t k = 0; k < a.len; k++)
            difference[k] = a.data[k] ^ b.data[k];
        check_uniform_bytes(difference, a.len);
        for (size_t k = 0; c.data && k < c.len && (i + 1) % 4 != 2; k++)
            difference[k] = a.data[k] ^ c.data[k];
        check_uniform_bytes(difference, a.len);
        /* High and low bytes of the words by themselves. */
        for (size_t k = 0; k < WORDS; k++)
            difference[k] = a.data[8 * k + 7];
        check_uniform_bytes(difference, WORDS);
    }
    free(difference);
    rig_close(one);
    rig_close(two);
    free(one);
    free(two);
}

/* Known mistake 2: the top of the range is reached. Among 2^20 masks the sixteen highest bits
 * take their largest value about 16 times, and the lowest likewise; at 16 bits this is the
 * whole word, 2^16 - 1. */
static void reach_both_ends(unsigned bits)
{
    enum { N = 1 << 20 };
    uint8_t *packed = calloc(N, bits / 8), *zeros = calloc(N, bits / 8);
    uint64_t *words = calloc(N, 8);
    sheaf_hash session = {{1}};
    sheaf_scalar secret = sheaf_scalar_from_u32(99);
    sheaf_mask mask;
    sheaf_mask_self(&session, &secret, 4, &mask);
    sheaf_keystreams *streams = sheaf_keystreams_open();
    assert_non_null(streams);
    sheaf_masks_apply(streams, &mask, 1, bits, 0, packed, N);
    sheaf_words_unpack(bits, packed, N, words);
    size_t top = 0, bottom = 0, low_top = 0;
    for (size_t i = 0; i < N; i++) {
        top += (words[i] >> (bits - 16) & 0xffff) == 0xffff;
        bottom += (words[i] >> (bits - 16) & 0xffff) == 0;
        low_top += (words[i] & 0xffff) == 0xffff;
    }
    assert_in_range(top, 1, 50);
    assert_in_range(bottom, 1, 50);
    assert_in_range(low_top, 1, 50);
    /* And off again, in pieces. */
    mask.subtract = true;
    for (size_t first = 0; first < N; first += 4096)
        sheaf_masks_apply(streams, &mask, 1, bits, first, packed + first * (bits / 8), 4096);
    sheaf_keystreams_close(streams);
    assert_memory_equal(packed, zeros, N * (bits / 8));
    free(words);
    free(packed);
    free(zeros);
}

static void test_masks_reach_both_ends(void **unused)
{
    (void)unused;
    assert_true(sheaf_crypto_start());
    reach_both_ends(16);
    reach_both_ends(32);
    reach_both_ends(64);
}

/* Many masks of both signs at once are the same as one after the other, whatever the length. */
static void test_masks_in_any_number(void **unused)
{
    enum { MOST = 11, N = 40000, STEP = 8 * 173 };
    static uint8_t at_once[N * 8], one_by_one[N * 8];
    sheaf_mask masks[MOST];
    sheaf_keystreams *streams = sheaf_keystreams_open();
    (void)unused;
    assert_non_null(streams);
    for (uint8_t i = 0; i < MOST; i++) {
        memset(masks[i].seed, i + 1, sizeof masks[i].seed);
        masks[i].subtract = i % 3 == 1;
    }
    for (unsigned bits = 16; bits <= 64; bits *= 2)
        for (size_t count = 0; count <= MOST; count++) {
            size_t words = N - 13 * count;
            memset(at_once, 3, sizeof at_once);
            memset(one_by_one, 3, sizeof one_by_one);
            sheaf_masks_apply(streams, masks, count, bits, 64, at_once, words);
            for (size_t i = count; i-- > 0;)
                for (size_t at = 0; at < words; at += STEP)
                    sheaf_masks_apply(streams, &masks[i], 1, bits, 64 + at,
                                      one_by_one + at * (bits / 8),
                                      words - at < STEP ? words - at : STEP);
            assert_memory_equal(at_once, one_by_one, sizeof at_once);
        }
    sheaf_keystreams_close(streams);
}

/* Packing keeps what fits, with its sign; sums wrap at the modulus, whatever the length. */
static void test_words(void **unused)
{
    (void)unused;
    static const unsigned widths[] = {16, 32, 64};
    for (int w = 0; w < 3; w++) {
        enum { N = 131 }; /* two blocks of vectors, and some over, at every width */
        unsigned bits = widths[w];
        uint64_t a[N], b[N], sum[N], state = bits;
        uint64_t high = (uint64_t)1 << (bits - 1);
        uint8_t pa[N * 8], pb[N * 8], before[N * 8];
        for (size_t count = 0; count <= N; count++) {
            for (size_t i = 0; i < count; i++) {
                a[i] = next_random(&state);
                b[i] = i % 3 == 0 ? UINT64_MAX : next_random(&state);
            }
            sheaf_words_pack(bits, a, count, pa);
            sheaf_words_pack(bits, b, count, pb);
            memcpy(before, pa, count * (bits / 8));
            sheaf_words_add(bits, pa, pb, count);
            sheaf_words_unpack(bits, pa, count, sum);
            for (size_t i = 0; i < count; i++) {
                uint64_t want = (a[i] + b[i]) & (high - 1 + high);
                assert_true(sum[i] == (want ^ high) - high);
            }
            sheaf_words_subtract(bits, pa, pb, count);
            assert_memory_equal(pa, before, count * (bits / 8));
            const uint8_t *const many[] = {pb, before, pb, before, pb, pb};
            uint8_t by_many[N * 8];
            for (size_t m = 0; m <= 6; m++) {
                memcpy(by_many, before, count * (bits / 8));
                memcpy(pa, before, count * (bits / 8));
                sheaf_words_add_many(bits, by_many, many, m, count);
                for (size_t i = 0; i < m; i++)
                    sheaf_words_add(bits, pa, many[i], count);
                assert_memory_equal(by_many, pa, count * (bits / 8));
                sheaf_words_subtract_many(bits, by_many, many, m, count);
                assert_memory_equal(by_many, before, count * (bits / 8));
            }
        }
        static const int64_t rows[] = {0, 1, -1, 32767, -32768};
        for (size_t i = 0; i < 5; i++)
            a[i] = (uint64_t)rows[i];
        sheaf_words_pack(bits, a, 5, pa);
        sheaf_words_unpack(bits, pa, 5, b);
        assert_memory_equal(a, b, 5 * sizeof *a);
    }
}

/* Known mistake 1: every bit of the agreed secret, the session and the members counts. */
static void test_seed_depends_on_everything(void **unused)
{
    (void)unused;
    assert_true(sheaf_crypto_start());
    sheaf_hash session = {{1}}, other_session = {{2}};
    sheaf_scalar a = sheaf_scalar_from_u32(5), b = sheaf_scalar_from_u32(6);
    sheaf_point to_a, to_b;
    assert_true(sheaf_point_base(&to_a, &a) && sheaf_point_base(&to_b, &b));
    sheaf_mask ab, ba, other;
    assert_true(sheaf_mask_pair(&session, &a, 3, &to_b, 9, &ab));
    assert_true(sheaf_mask_pair(&session, &b, 9, &to_a, 3, &ba));
    assert_memory_equal(ab.seed, ba.seed, 32);
    assert_true(!ab.subtract && ba.subtract);
    assert_true(sheaf_mask_pair(&other_session, &a, 3, &to_b, 9, &other));
    assert_memory_not_equal(ab.seed, other.seed, 32);
    assert_true(sheaf_mask_pair(&session, &a, 3, &to_b, 10, &other));
    assert_memory_not_equal(ab.seed, other.seed, 32);
    assert_true(sheaf_mask_pair(&session, &b, 3, &to_b, 9, &other));
    assert_memory_not_equal(ab.seed, other.seed, 32);
    sheaf_point nothing = {{0}};
    assert_false(sheaf_mask_pair(&session, &a, 3, &nothing, 9, &other));
    sheaf_mask self;
    for (int bit = 0; bit < 252; bit++) {
        sheaf_scalar flipped = a;
        flipped.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        sheaf_mask_self(&session, &a, 3, &self);
        sheaf_mask_self(&session, &flipped, 3, &other);
        assert_memory_not_equal(self.seed, other.seed, 32);
    }
}

static void test_boxes(void **unused)
{
    (void)unused;
    assert_true(sheaf_crypto_start());
    sheaf_hash session = {{1}}, other = {{2}};
    sheaf_scalar a = sheaf_scalar_from_u32(5), b = sheaf_scalar_from_u32(6);
    sheaf_point to_a, to_b;
    assert_true(sheaf_point_base(&to_a, &a) && sheaf_point_base(&to_b, &b));
    uint8_t box[4 + SHEAF_ROUND_BOX_BYTES], out[4], nonce[24] = {7};
    sheaf_slice sealed = {box, 4 + SHEAF_SEAL_OVERHEAD};
    assert_true(sheaf_box_seal(&session, &a, 3, &to_b, 9, nonce, sheaf_str("data"), box));
    assert_true(sheaf_box_open(&session, &b, 9, &to_a, 3, sealed, out));
    assert_memory_equal(out, "data", 4);
    assert_false(sheaf_box_open(&other, &b, 9, &to_a, 3, sealed, out));
    assert_false(sheaf_box_open(&session, &b, 10, &to_a, 3, sealed, out));
    assert_false(sheaf_box_open(&session, &b, 9, &to_a, 4, sealed, out));
    assert_false(sheaf_box_open(&session, &a, 3, &to_b, 9, sealed, out)); /* sent back */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uploads_are_uniform_and_unrelated),
        cmocka_unit_test(test_masks_reach_both_ends),
        cmocka_unit_test(test_masks_in_any_number),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_seed_depends_on_everything),
        cmocka_unit_test(test_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
