/* Which chunks a node adds up again: the same however often it is asked, others at each node
 * and in each round, and all of them as often as chance would have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claims/chosen.h"

enum { CHUNKS = 200, NODES = 4000 };

typedef struct {
    size_t chunk[SHEAF_CHOSEN_MAX];
} choice;

static choice choose(uint32_t node, uint8_t transcript, uint8_t result)
{
    choice made;
    uint8_t secret[SHEAF_SEED_BYTES] = {(uint8_t)node, (uint8_t)(node >> 8), 1};
    const struct sheaf_row_round round = {.transcript = {{transcript}}, .result = {{result}}};
    sheaf_chunks_choose(secret, &round, CHUNKS, made.chunk, SHEAF_CHOSEN_MAX);
    return made;
}

/* A hub that gives no answer where it would be found out gets no other draw. */
static void test_one_draw(void **unused)
{
    choice first = choose(1, 2, 3), again = choose(1, 2, 3);
    assert_memory_equal(&first, &again, sizeof first);
    const choice others[] = {choose(2, 2, 3), choose(1, 3, 3), choose(1, 2, 4)};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_memory_not_equal(&first, &others[i], sizeof first);
    (void)unused;
}

static void test_different_ones(void **unused)
{
    size_t all[SHEAF_CHOSEN_MAX], seen = 0;
    const struct sheaf_row_round round = {0};
    const uint8_t secret[SHEAF_SEED_BYTES] = {7};
    sheaf_chunks_choose(secret, &round, SHEAF_CHOSEN_MAX, all, SHEAF_CHOSEN_MAX);
    for (size_t i = 0; i < SHEAF_CHOSEN_MAX; i++)
        seen |= (size_t)1 << all[i];
    assert_int_equal(seen, ((size_t)1 << SHEAF_CHOSEN_MAX) - 1);
    (void)unused;
}

/* A sum that is wrong in a tenth of its chunks passes 6.7 % of the nodes: the product of
 * (180 - i) / (200 - i), below 0.9^24. The bounds are five standard deviations. */
static void test_what_passes(void **unused)
{
    size_t asked[CHUNKS] = {0}, passed = 0;
    for (uint32_t node = 0; node < NODES; node++) {
        choice made = choose(node, 0, 0);
        bool caught = false;
        for (size_t i = 0; i < SHEAF_CHOSEN_MAX; i++) {
            assert_true(made.chunk[i] < CHUNKS);
            asked[made.chunk[i]]++;
            caught = caught || made.chunk[i] % 10 == 3;
        }
        passed += !caught;
    }
    assert_in_range(passed, 191, 349);
    for (size_t i = 0; i < CHUNKS; i++) /* 480 are expected */
        assert_in_range(asked[i], 377, 583);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_draw),
        cmocka_unit_test(test_different_ones),
        cmocka_unit_test(test_what_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
