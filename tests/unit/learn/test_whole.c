#include "test.h"

#include "learn/whole.h"

#include <math.h>

enum { ROWS = 9, WIDTH = 70 };

static uint64_t state = 31;

static float drawn(void)
{
    return (float)((double)(test_random(&state) >> 40) * 0x1p-23 - 1);
}

/* Whatever a row's numbers, its width and where it stands: with vectors as without. */
static void test_vectors_change_no_bit(void **unused)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, 0.5F, -1.5F, 2.5F, -0.25F, 1e38F};
    static const float factors[] = {1, 256, 0x1p-20F, 3e4F, 1e30F, 7.3F, 4096, 0, 100};
    for (size_t width = 1; width <= WIDTH; width++) {
        float x[ROWS * WIDTH], y[ROWS * WIDTH];
        int64_t by_vectors[ROWS], one_by_one[ROWS];
        for (size_t i = 0; i < ROWS * width; i++)
            x[i] = test_random(&state) % 9 ? drawn() * 40 : odd[test_random(&state) % 8];
        memcpy(y, x, sizeof y);
        sheaf_whole_rows(x, ROWS, width, factors, by_vectors);
        sheaf_whole_rows_plain(y, ROWS, width, factors, one_by_one);
        assert_memory_equal(x, y, ROWS * width * sizeof *x);
        assert_memory_equal(by_vectors, one_by_one, sizeof by_vectors);
    }
    (void)unused;
}

static void test_what_it_gives(void **unused)
{
    float x[] = {0.5F, 1.5F, -2.5F, 9000, NAN, 0.25F}, twice[] = {2, 1};
    int64_t squares[2];
    sheaf_whole_rows(x, 2, 3, twice, squares);
    const float want[] = {1, 3, -5, 4096, 4096, 0};
    for (size_t i = 0; i < 6; i++)
        assert_true(x[i] == want[i]);
    assert_int_equal(squares[0], 1 + 9 + 25);
    assert_int_equal(squares[1], 2 << 24);
    (void)unused;
}

/* As wide as a row may be, of the largest numbers: the sum is exact. */
static void test_the_largest_sum(void **unused)
{
    static float x[SHEAF_WHOLE_WIDTH_MAX];
    const float one = 1;
    int64_t square;
    for (size_t i = 0; i < SHEAF_WHOLE_WIDTH_MAX; i++)
        x[i] = i % 2 ? 1e9F : -1e9F;
    sheaf_whole_rows(x, 1, SHEAF_WHOLE_WIDTH_MAX, &one, &square);
    assert_int_equal(square, (int64_t)SHEAF_WHOLE_WIDTH_MAX << 24);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors_change_no_bit),
                                       cmocka_unit_test(test_what_it_gives),
                                       cmocka_unit_test(test_the_largest_sum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
