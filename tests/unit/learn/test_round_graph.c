/* Who shares secrets with whom, by the seats and the mandate alone. */
#include "test.h"

#include <math.h>

#include "learn/round_graph.h"

static void test_complete(void **unused)
{
    (void)unused;
    static const struct {
        uint16_t members, least, colluders, threshold, survivors, corrupt;
    } rows[] = {
        {3, 3, 0, 3, 3, 2},  {4, 3, 1, 3, 3, 1},       {4, 4, 0, 3, 4, 1},
        {10, 7, 1, 7, 7, 3}, {100, 67, 1, 67, 67, 33}, {100, 80, 60, 81, 81, 61},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_round_graph g;
        assert_int_equal(
            sheaf_round_graph_find(rows[i].members, rows[i].least, rows[i].colluders, &g, NULL),
            SHEAF_OK);
        assert_int_equal(g.degree, rows[i].members - 1);
        assert_int_equal(g.threshold, rows[i].threshold);
        assert_int_equal(g.min_survivors, rows[i].survivors);
        assert_int_equal(g.corrupt, rows[i].corrupt);
        assert_true(g.corrupt >= rows[i].colluders);
        assert_int_equal(g.withheld_max, 0);
        assert_true(sheaf_round_graph_failure(&g) == -INFINITY);
    }
}

/* 2^-40 is left whatever the hub tries: log2 of n, of the ways to withhold, and 20. */
static void test_rings(void **unused)
{
    (void)unused;
    static const struct {
        uint16_t members, least, colluders, withheld, survivors, corrupt;
        unsigned tries;
    } rows[] = {
        {101, 91, 1, 2, 91, 10, 20 + 7 + 13},        {120, 115, 20, 2, 115, 20, 20 + 7 + 13},
        {150, 135, 0, 3, 135, 15, 20 + 8 + 20},      {200, 200, 0, 0, 200, 20, 20 + 8 + 0},
        {1000, 900, 1, 20, 900, 100, 20 + 10 + 138},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_round_graph g;
        sheaf_err err = {0};
        if (sheaf_round_graph_find(rows[i].members, rows[i].least, rows[i].colluders, &g, &err)
            != SHEAF_OK)
            fail_msg("%s", err.message);
        assert_true(g.degree < g.members - 1 && g.degree % 2 == 0);
        assert_true(2 * g.threshold > g.degree);
        assert_int_equal(g.withheld_max, rows[i].withheld);
        assert_int_equal(g.min_survivors, rows[i].survivors);
        assert_int_equal(g.corrupt, rows[i].corrupt);
        assert_int_equal(g.tries_bits, rows[i].tries);
        print_message("%u members: degree %u, threshold %u; unsafe with 2^%.1f, aborted with "
                      "2^%.1f\n",
                      g.members, g.degree, g.threshold, sheaf_round_graph_failure(&g), g.lost);
        assert_true(sheaf_round_graph_failure(&g) <= -40);
        assert_true(g.lost <= -20);
    }
}

/* ---- a hub that cuts off whom it likes ---- */

static double log_ways(int n, int k)
{
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

/* log2 of what to expect of pairs of windows of half the degree, somebody on either side, in
 * both of which so many corrupt ones stand as the threshold is above half the degree: with them
 * the last ones before two gaps, which the hub makes by losing everybody else's messages, can
 * be unmasked without anybody beyond. */
static double cut_off(const sheaf_round_graph *g)
{
    int n = g->members, k = g->degree, h = k / 2, least = g->threshold - h;
    double sum = 0, all = log_ways(n, g->corrupt);
    for (int i = least; i <= h; i++)
        for (int j = least; j <= h && i + j <= g->corrupt; j++) {
            if (g->corrupt - i - j <= n - k)
                sum += exp(log_ways(h, i) + log_ways(h, j) + log_ways(n - k, g->corrupt - i - j)
                           - all);
        }
    return log2(sum * n * (n - k - 1) / 2);
}

static void test_cut_off(void **unused)
{
    (void)unused;
    static const struct {
        uint16_t least, colluders;
    } rows[] = {{0, 0}, {950, 0}, {480, 100}, {900, 150}};
    for (uint16_t n = 101; n <= 1000; n = (uint16_t)(n + (n < 700 ? 57 : 29)))
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            sheaf_round_graph g;
            if (rows[i].least > n
                || sheaf_round_graph_find(n, rows[i].least, rows[i].colluders, &g, NULL)
                       != SHEAF_OK)
                continue;
            double tried = cut_off(&g) + g.tries_bits, said = sheaf_round_graph_failure(&g);
            if (tried > -40 || (isfinite(tried) && said < tried))
                fail_msg("%u members, degree %u, threshold %u: 2^%.2f, said 2^%.2f", n,
                         g.degree, g.threshold, tried, said);
        }
}

static void test_none(void **unused)
{
    (void)unused;
    sheaf_round_graph g;
    sheaf_err err = {0};
    assert_int_equal(sheaf_round_graph_find(200, 180, 190, &g, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "no ring of 200 participants is safe where 190"));
    assert_int_equal(sheaf_round_graph_find(5, 4, 5, &g, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "no sum of 5 participants is safe where 5"));
}

static void test_words(void **unused)
{
    (void)unused;
    sheaf_round_graph g;
    char text[SHEAF_ROUND_GRAPH_TEXT];
    assert_int_equal(sheaf_round_graph_find(4, 3, 1, &g, NULL), SHEAF_OK);
    sheaf_round_graph_describe(&g, text);
    assert_string_equal(text,
                        "all 4 share secrets with each other, and any 3 of them can open "
                        "one; 1 may drop out; the hub sees nothing but the sum as long as "
                        "at most 1 of them is in league with it");
    assert_int_equal(sheaf_round_graph_find(1000, 900, 1, &g, NULL), SHEAF_OK);
    sheaf_round_graph_describe(&g, text);
    assert_non_null(strstr(text, "a ring of 1000 in random order: each shares secrets with "));
    assert_non_null(strstr(text, "100 may drop out; as long as at most 100 of them are in "
                                 "league with the hub, it sees more than the sum with "
                                 "probability 2^-4"));
    assert_int_equal(sheaf_round_graph_find(105, 101, 1, &g, NULL), SHEAF_OK);
    sheaf_round_graph_describe(&g, text);
    assert_non_null(strstr(text, "it sees nothing but the sum, however often it tries"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete), cmocka_unit_test(test_rings),
        cmocka_unit_test(test_cut_off),  cmocka_unit_test(test_none),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
