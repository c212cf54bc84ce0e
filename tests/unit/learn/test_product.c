#include "test.h"

#include "learn/product_internal.h"

#include <math.h>
#include <stdio.h>

enum { SIDE = 131, ELEMENTS = SIDE * 300 };

static float a[ELEMENTS], b[ELEMENTS], c[ELEMENTS], before[ELEMENTS];
static double da[ELEMENTS], db[ELEMENTS], dc[ELEMENTS];
static char told[400];
static int told_count;

static void note(void *context, const char *sentence)
{
    snprintf(told, sizeof told, "%s", sentence);
    told_count++;
    (void)context;
}

static const sheaf_product_teller teller = {note, NULL};

static int fill(void **unused)
{
    uint64_t state = 77;
    for (int i = 0; i < ELEMENTS; i++) {
        a[i] = (float)((double)(test_random(&state) >> 40) * 0x1p-23 - 1);
        b[i] = (float)((double)(test_random(&state) >> 40) * 0x1p-23 - 1);
        before[i] = (float)((double)(test_random(&state) >> 40) * 0x1p-23 - 1);
        da[i] = (double)(int64_t)(test_random(&state) >> 40) - 0x1p23;
        db[i] = (double)(int64_t)(test_random(&state) >> 44) - 0x1p19;
    }
    (void)unused;
    return 0;
}

static size_t at_a(const sheaf_product_shape *s, uint32_t i, uint32_t t)
{
    return s->a_across ? (size_t)t * s->m + i : (size_t)i * s->k + t;
}

static size_t at_b(const sheaf_product_shape *s, uint32_t t, uint32_t j)
{
    return s->b_across ? (size_t)j * s->k + t : (size_t)t * s->n + j;
}

/* The portable product is the sum in its order, to the bit; all others are close to it. */
static void compare(const sheaf_product_row *row, bool exactly, const sheaf_product_shape *s)
{
    for (uint32_t i = 0; i < s->m; i++)
        for (uint32_t j = 0; j < s->n; j++) {
            size_t at = (size_t)i * s->n + j;
            float sum = s->adds ? before[at] : 0, got = c[at];
            for (uint32_t t = 0; t < s->k; t++)
                sum = fmaf(a[at_a(s, i, t)], b[at_b(s, t, j)], sum);
            if (exactly ? got != sum : !(fabsf(got - sum) <= (float)(s->k + 2) * 0x1p-22F))
                fail_msg("%s: %u x %u x %u, across %d %d, adds %d: [%u,%u] is %a, not %a",
                         row->name, s->m, s->k, s->n, s->a_across, s->b_across, s->adds, i, j,
                         (double)got, (double)sum);
        }
}

static void compare_doubles(const sheaf_product_shape *s)
{
    for (uint32_t i = 0; i < s->m; i++)
        for (uint32_t j = 0; j < s->n; j++) {
            double sum = s->adds ? (double)i : 0;
            for (uint32_t t = 0; t < s->k; t++)
                sum += da[at_a(s, i, t)] * db[at_b(s, t, j)];
            assert_true(dc[(size_t)i * s->n + j] == sum);
        }
}

static const uint32_t sizes[][3] = {
    {0, 0, 0},    {0, 3, 2},   {3, 0, 2},    {3, 2, 0},   {1, 1, 1},    {1, 7, 1},
    {7, 1, 5},    {1, 1, 131}, {2, 17, 3},   {9, 16, 8},  {8, 15, 257}, {13, 31, 64},
    {32, 64, 13}, {5, 33, 29}, {64, 64, 32}, {131, 3, 2}, {63, 65, 67}};
enum { SHAPES = 8 * sizeof sizes / sizeof *sizes };

static sheaf_product_shape shape_of(size_t number)
{
    const uint32_t *size = sizes[number / 8];
    return (sheaf_product_shape){size[0],    size[1],           size[2],
                                 number & 1, (number & 2) != 0, (number & 4) != 0};
}

static void one_shape(sheaf_product *product, const sheaf_product_shape *s, bool exactly)
{
    memcpy(c, before, sizeof c);
    sheaf_product_multiply(product, s, a, b, c);
    compare(product->row, exactly, s);
    for (size_t j = 0; j < (size_t)s->m * s->n; j++)
        dc[j] = (double)(j / s->n);
    sheaf_product_multiply_doubles(product, s, da, db, dc);
    compare_doubles(s);
}

static void test_all_agree(void **unused)
{
    for (int kind = 0; kind < SHEAF_PRODUCTS; kind++) {
        sheaf_product product;
        told_count = 0;
        sheaf_product_open(&product, (sheaf_product_kind)kind, teller);
        if (told_count > 0) {
            print_message("not compared: %s\n", told);
            continue;
        }
        for (size_t i = 0; i < SHAPES; i++) {
            const sheaf_product_shape s = shape_of(i);
            one_shape(&product, &s, kind == SHEAF_PRODUCT_PORTABLE);
        }
        /* More shapes than can be noted: oneDNN says so. */
        assert_int_equal(told_count, kind == SHEAF_PRODUCT_ONEDNN);
    }
    (void)unused;
}

static void test_vectors_change_no_bit(void **unused)
{
    for (uint32_t way = 0; way < sheaf_product_ways_here(); way++) {
        sheaf_product product;
        sheaf_product_open_rows(&product, &sheaf_product_ways[way], &sheaf_product_ways[0],
                                teller);
        for (size_t i = 0; i < SHAPES; i++) {
            const sheaf_product_shape s = shape_of(i);
            one_shape(&product, &s, true);
        }
    }
    (void)unused;
}

/* Learning under noise rests on it: others in the batch do not change a record's bits. */
static void test_rows_stand_alone(void **unused)
{
    sheaf_product product;
    float alone[64];
    sheaf_product_open(&product, SHEAF_PRODUCT_PORTABLE, teller);
    const sheaf_product_shape whole = {29, 61, 300, false, true, false},
                              one = {1, 61, 300, false, true, false};
    sheaf_product_multiply(&product, &whole, a, b, c);
    for (uint32_t i = 0; i < whole.m; i++) {
        sheaf_product_multiply(&product, &one, a + (size_t)i * whole.k, b, alone);
        assert_memory_equal(alone, c + (size_t)i * whole.n, whole.n * sizeof *alone);
    }
    (void)unused;
}

static bool faulty(const sheaf_product_shape *s, const float *x, const float *y, float *z)
{
    if (s->n == 6)
        return false;
    bool done = sheaf_product_row_of(SHEAF_PRODUCT_PORTABLE)->multiply(s, x, y, z);
    if (s->n == 5)
        z[s->n - 1] *= 1.0005F; /* as if computed in half its digits */
    return done;
}

static void test_a_shape_is_tested_before_its_first_use(void **unused)
{
    static const sheaf_product_row row = {.name = "faulty", .multiply = faulty};
    sheaf_product product;
    sheaf_product_open_rows(&product, &row, sheaf_product_row_of(SHEAF_PRODUCT_PORTABLE),
                            teller);
    told_count = 0;
    for (int again = 0; again < 2; again++)
        for (uint32_t n = 3; n < 8; n++) {
            const sheaf_product_shape s = {4, n, 20, false, false, false};
            sheaf_product_multiply(&product, &s, a, b, c);
            for (uint32_t j = 0; j < 4 * n; j++) {
                float sum = 0;
                for (uint32_t t = 0; t < s.k; t++)
                    sum += a[at_a(&s, j / n, t)] * b[at_b(&s, t, j % n)];
                assert_true(fabsf(sum - c[j]) < 1e-5F);
            }
            if (n == 5 && !again)
                assert_string_equal(told, "faulty fails in a test of the product of 4 x 20 and "
                                          "20 x 5 matrices; portable computes those from now "
                                          "on");
        }
    assert_int_equal(told_count, 2); /* once a shape */
    for (uint32_t n = 8; n < 200; n++) {
        const sheaf_product_shape s = {1, n, 2, false, false, true};
        sheaf_product_multiply(&product, &s, a, b, c);
    }
    assert_int_equal(told_count, 3);
    assert_string_equal(told,
                        "faulty has been tested in 64 shapes; portable computes all others");
    (void)unused;
}

static void test_named(void **unused)
{
    sheaf_product_kind kind;
    assert_int_equal(sheaf_product_preferred(), SHEAF_PRODUCT_OPENBLAS);
    assert_true(sheaf_product_kind_named("portable", &kind));
    assert_int_equal(kind, SHEAF_PRODUCT_PORTABLE);
    sheaf_product_prefer(kind);
    assert_int_equal(sheaf_product_preferred(), SHEAF_PRODUCT_PORTABLE);
    sheaf_product_prefer(SHEAF_PRODUCT_OPENBLAS);
    assert_int_equal(sheaf_product_kind_named("onednn", &kind),
                     sheaf_product_row_of(SHEAF_PRODUCT_ONEDNN) != NULL);
    assert_false(sheaf_product_kind_named("abacus", &kind));
    (void)unused;
}

static void test_what_is_not_there_is_told(void **unused)
{
    sheaf_product product;
    told_count = 0;
    sheaf_product_open(&product, SHEAF_PRODUCT_ONEDNN, teller);
    if (sheaf_product_row_of(SHEAF_PRODUCT_ONEDNN)) {
        assert_int_equal(told_count, 0);
        assert_string_equal(product.row->name, "onednn");
    } else {
        assert_string_equal(told, "this build has no products by oneDNN; another way is taken "
                                  "to compute products");
        assert_string_equal(product.row->name, "openblas");
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_agree),
        cmocka_unit_test(test_vectors_change_no_bit),
        cmocka_unit_test(test_rows_stand_alone),
        cmocka_unit_test(test_a_shape_is_tested_before_its_first_use),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_what_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
