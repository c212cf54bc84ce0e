/* Which ground keeps a person's data, and until when. */
#include "folder.h"

#include "store/retention.h"

#define DAY ((int64_t)86400000)
/* 2026-11-21 12:00 UTC */
#define NOW ((int64_t)1795262400000)

static void test_rows(void **unused)
{
    static const struct {
        sheaf_retention_facts facts;
        int years;
        int64_t review[SHEAF_KEEP_COUNT];
    } rows[] = {
        {{0}, 10, {0}},
        {{.member = true}, 10, {NOW + 365 * DAY}},
        {{.balance_cents = -1}, 10, {0, NOW + 365 * DAY}},
        {{.balance_cents = 1}, 10, {0, NOW + 365 * DAY}},
        /* Posted in 2026: until the end of 2036. */
        {{.posted = NOW - DAY}, 10, {0, 0, 2114380800000}},
        /* On the last day of 2015: until the end of 2025, which is over. */
        {{.posted = 1451606399000}, 10, {0}},
        /* One second later it was 2016: until the end of 2026. */
        {{.posted = 1451606400000}, 10, {0, 0, 1798761600000}},
        {{.posted = NOW - DAY}, 0, {0, 0, 1798761600000}},
        {{.hold_until = NOW}, 10, {0}},
        {{.hold_until = NOW + 1}, 10, {0, 0, 0, NOW + 1}},
        {{.member = true, .balance_cents = 5, .posted = NOW, .hold_until = NOW + 9},
         1,
         {NOW + 365 * DAY, NOW + 365 * DAY, 1830297600000, NOW + 9}},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_retention out;
        bool any = false;
        bool kept = sheaf_retention_judge(&rows[i].facts, rows[i].years, NOW, &out);
        for (int k = 0; k < SHEAF_KEEP_COUNT; k++) {
            any |= rows[i].review[k] != 0;
            if (out.review[k] != rows[i].review[k])
                fail_msg("row %zu, %s: %lld", i, sheaf_keep_describe((sheaf_keep)k)->name,
                         (long long)out.review[k]);
        }
        assert_true(kept == any);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
