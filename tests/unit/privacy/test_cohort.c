/* Degree and threshold of large cohorts: every row of tests/vectors/secagg, the bounds against
 * binomials in whole numbers, small cohorts, refusals. */
#include "test.h"

#include "privacy/cohort.h"
#include "round/graph.h"

#include <math.h>
#include <stdio.h>

enum { COLUMNS = 8, ROWS = 104 };

static uint32_t millionths(const char *text)
{
    return (uint32_t)lround(strtod(text, NULL) * 1e6);
}

static void row_check(char *line)
{
    char *cell[COLUMNS], *rest = line;
    sheaf_cohort_graph graph;
    sheaf_err err;
    for (int i = 0; i < COLUMNS; i++)
        cell[i] = strsep(&rest, ",\n");
    sheaf_cohort cohort = {
        .members = (uint32_t)strtoul(cell[1], NULL, 10),
        .corrupt_millionths = millionths(cell[2]),
        .dropped_millionths = millionths(cell[3]),
        .hub = strcmp(cell[0], "semi-malicious") == 0 ? SHEAF_HUB_SEMI_MALICIOUS
                                                      : SHEAF_HUB_SEMI_HONEST,
        .privacy_bits = (unsigned)strtoul(cell[4], NULL, 10),
        .correctness_bits = (unsigned)strtoul(cell[5], NULL, 10),
    };
    MUST(sheaf_cohort_check(&cohort, &err));
    assert_true(sheaf_cohort_ring(&cohort, &graph));
    assert_int_equal(graph.degree, strtoul(cell[6], NULL, 10));
    assert_int_equal(graph.threshold, strtoul(cell[7], NULL, 10));
    assert_true(graph.disconnected < -41 && graph.exposed <= -41 && graph.lost <= -20);
    if (cohort.hub == SHEAF_HUB_SEMI_MALICIOUS)
        MUST(sheaf_graph_check(cohort.members, graph.degree, graph.threshold, &err));
}

static void test_every_row(void **unused)
{
    char line[200];
    int rows = 0;
    FILE *file = fopen(VECTOR_FILE, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); rows++)
        row_check(line);
    fclose(file);
    assert_int_equal(rows, ROWS);
    (void)unused;
}

/* ---- the bounds against whole numbers ---- */

/* Exact while it is below 2^53, which it is for a of at most 50. */
static double binomial(int a, int b)
{
    double out = 1;
    if (b < 0 || b > a)
        return 0;
    for (int i = 1; i <= b; i++)
        out = out * (a - b + i) / i;
    return out;
}

static double tail(int n, int marked, int k, int x)
{
    double sum = 0;
    for (int i = x; i <= k; i++)
        sum += binomial(marked, i) * binomial(n - marked, k - i);
    return sum / binomial(n, k);
}

/* Not below the truth, and no further above it than doubles can tell. */
static void bound_check(double bound, double ways, double chance)
{
    double truth = fmin(log2(ways * chance), 0);
    if (chance == 0) {
        assert_true(isinf(bound) && bound < 0);
        return;
    }
    assert_true(fabs(bound - truth) <= 1e-12 * (1 + fabs(truth)));
}

static void test_bounds_are_the_tails(void **unused)
{
    uint64_t seed = 1;
    for (int i = 0; i < 500; i++) {
        int n = 5 + (int)(test_random(&seed) % 46), corrupt = (int)(test_random(&seed) % n) / 2;
        int dropped = (int)(test_random(&seed) % (unsigned)(n - corrupt)) / 2;
        sheaf_cohort cohort = {.members = (uint32_t)n, .hub = (sheaf_hub_malice)(i % 2)};
        /* A millionth more, or rounding down would take one away. */
        cohort.corrupt_millionths = (uint32_t)(1000000 * corrupt / n + 1);
        cohort.dropped_millionths = (uint32_t)(1000000 * dropped / n + 1);
        sheaf_cohort_graph g = {.degree = 2 + 2 * (test_random(&seed) % (unsigned)(n / 2 - 1))};
        int k = (int)g.degree;
        g.threshold = 1 + (uint32_t)(test_random(&seed) % g.degree);
        sheaf_cohort_risk(&cohort, &g);
        assert_int_equal(g.corrupt, corrupt);
        assert_int_equal(g.dropped, dropped);
        int t = (int)g.threshold, liars = i % 2 ? 2 * t - k : t;
        bound_check(g.disconnected, (double)n * (n - k - 1) / 2,
                    tail(n, corrupt + dropped, k, k));
        bound_check(g.exposed, n, tail(n, corrupt, k, liars > 0 ? liars : 0));
        bound_check(g.lost, n, tail(n, dropped, k, k - t + 1));
    }
    (void)unused;
}

/* Both of two windows of h places have x corrupt ones or more. */
static double both_windows(int n, int corrupt, int h, int x)
{
    double sum = 0;
    for (int i = x; i <= h && i <= corrupt; i++)
        sum += binomial(corrupt, i) * binomial(n - corrupt, h - i)
               * tail(n - h, corrupt - i, h, x);
    return sum / binomial(n, h);
}

/* Not below the truth, nor far above it where the truth is small. */
static void test_split_is_bounded(void **unused)
{
    uint64_t seed = 2;
    int tight = 0;
    for (int i = 0; i < 1000; i++) {
        int n = 8 + (int)(test_random(&seed) % 43),
            corrupt = (int)(test_random(&seed) % n) / (1 + i % 3);
        sheaf_cohort cohort = {.members = (uint32_t)n, .hub = SHEAF_HUB_ADAPTIVE};
        cohort.corrupt_millionths = (uint32_t)(1000000 * corrupt / n + 1);
        int k = 2 + 2 * (int)(test_random(&seed) % (unsigned)(n / 2 - 2)), h = k / 2;
        int x = 1 + (int)(test_random(&seed) % (unsigned)h);
        sheaf_cohort_graph g = {.degree = (uint32_t)k, .threshold = (uint32_t)(h + x)};
        sheaf_cohort_risk(&cohort, &g);
        double chance = both_windows(n, corrupt, h, x), pairs = (double)n * (n - k - 1) / 2;
        if (chance == 0 || pairs == 0)
            continue;
        double truth = fmin(log2(pairs * chance), 0);
        assert_true(g.disconnected >= truth - 1e-9);
        if (truth > -4)
            continue;
        cohort.hub = SHEAF_HUB_SEMI_MALICIOUS;
        sheaf_cohort_graph other = g;
        sheaf_cohort_risk(&cohort, &other);
        assert_true(g.disconnected <= fmax(truth + 1, other.disconnected));
        tight++;
    }
    assert_true(tight >= 20);
    (void)unused;
}

/* ---- what is chosen ---- */

static sheaf_cohort cohort_of(uint32_t members, uint32_t corrupt, uint32_t dropped)
{
    return (sheaf_cohort){.members = members,
                          .corrupt_millionths = corrupt,
                          .dropped_millionths = dropped,
                          .hub = SHEAF_HUB_SEMI_MALICIOUS,
                          .privacy_bits = 40,
                          .correctness_bits = 20};
}

static void test_small_cohorts_are_complete(void **unused)
{
    sheaf_cohort_graph g;
    sheaf_err err;
    for (uint32_t n = 2; n < SHEAF_COHORT_RING_MIN; n++) {
        sheaf_cohort cohort = cohort_of(n, 0, 0);
        MUST(sheaf_cohort_graph_find(&cohort, &g, &err));
        assert_int_equal(g.degree, n - 1);
        assert_int_equal(g.threshold, 2 * n / 3 + 1);
        assert_true(isinf(g.exposed) && isinf(g.lost) && isinf(g.disconnected));
        MUST(sheaf_graph_check(n, g.degree, g.threshold, &err));
    }
    sheaf_cohort cohort = cohort_of(64, 100000, 100000);
    MUST(sheaf_cohort_graph_find(&cohort, &g, &err));
    assert_int_equal(g.degree, 20);
    assert_int_equal(g.threshold, 14);
    (void)unused;
}

/* A target that is 40 bits lower takes more neighbours, and keeps to it. */
static void test_retries_take_more(void **unused)
{
    sheaf_cohort_graph once, often;
    sheaf_err err;
    sheaf_cohort cohort = cohort_of(1000, 100000, 100000);
    MUST(sheaf_cohort_graph_find(&cohort, &once, &err));
    cohort.privacy_bits = 80;
    MUST(sheaf_cohort_graph_find(&cohort, &often, &err));
    assert_true(often.degree > once.degree);
    assert_true(often.disconnected <= -81 && often.exposed <= -81 && often.lost <= -20);
    (void)unused;
}

/* A hub that chooses who drops out takes a higher threshold where the bounds are tight. */
static void test_adaptive_takes_more(void **unused)
{
    sheaf_cohort_graph fixed, chosen;
    sheaf_err err;
    sheaf_cohort cohort = cohort_of(1000, 100000, 100000);
    cohort.privacy_bits = 208;
    MUST(sheaf_cohort_graph_find(&cohort, &fixed, &err));
    assert_int_equal(fixed.degree, 172);
    assert_int_equal(fixed.threshold, 131);
    cohort.hub = SHEAF_HUB_ADAPTIVE;
    sheaf_cohort_risk(&cohort, &fixed);
    assert_true(fixed.disconnected > -207);
    MUST(sheaf_cohort_graph_find(&cohort, &chosen, &err));
    assert_int_equal(chosen.degree, 174);
    assert_int_equal(chosen.threshold, 133);
    assert_true(chosen.disconnected <= -209 && chosen.exposed <= -209 && chosen.lost <= -20);
    (void)unused;
}

static void test_refusals(void **unused)
{
    static const struct {
        uint32_t members, corrupt, dropped;
        unsigned bits;
        const char *says;
    } rows[] = {
        {1, 0, 0, 40, "2 to 1000000 members, not 1"},
        {1000001, 0, 0, 40, "not 1000001"},
        {0, 0, 0, 40, "not 0"},
        {100, 0, 0, 0, "2^-1 to 2^-256, not 2^-0"},
        {100, 0, 0, 257, "not 2^-257"},
        {100, 900001, 0, 40, "nine tenths"},
        {100, 0, 450001, 40, "twice the dropped"},
        {100, UINT32_MAX, UINT32_MAX, 40, "nine tenths"},
        {10, 0, 400000, 40, "of 10 members 6 are left when 4 drop out, fewer than the 7"},
        {10, 400000, 100000, 40, "of 10 members 4 are corrupt"},
        {4, 500000, 0, 40,
         "of 4 members 2 are corrupt, and a threshold of 3 stands fewer than 2"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_cohort cohort = cohort_of(rows[i].members, rows[i].corrupt, rows[i].dropped);
        sheaf_cohort_graph g;
        sheaf_err err = {0};
        cohort.privacy_bits = rows[i].bits;
        assert_int_equal(sheaf_cohort_graph_find(&cohort, &g, &err), SHEAF_INVALID);
        if (!strstr(err.message, rows[i].says))
            fail_msg("row %zu: %s", i, err.message);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_bounds_are_the_tails),
        cmocka_unit_test(test_split_is_bounded),
        cmocka_unit_test(test_small_cohorts_are_complete),
        cmocka_unit_test(test_retries_take_more),
        cmocka_unit_test(test_adaptive_takes_more),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
