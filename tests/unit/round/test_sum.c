/* The sum is exact for every pattern of drop-outs that leaves enough, and absent for any other.
 */
#include "harness.h"

static void play_bits(int count, const int *leave, unsigned bits, uint64_t seed)
{
    rig *r = malloc(sizeof *r);
    rig_open_bits(r, count, 21, bits, seed);
    rig_run(r, leave);
    if (rig_should_finish(r, leave)) {
        rig_check_sum(r);
        int survivors = 0;
        for (int i = 0; i < count; i++)
            survivors += leave[i] > SHEAF_ROUND_INPUT;
        assert_int_equal(sheaf_coordinator_list(&r->c)->survivors, survivors);
    } else {
        assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_ABORTED);
        assert_null(sheaf_coordinator_sum(&r->c));
        assert_non_null(strstr(sheaf_coordinator_reason(&r->c), "the round needs"));
        assert_non_null(sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_ABORTED, 3).data);
    }
    rig_close(r);
    free(r);
}

static void play(int count, const int *leave, uint64_t seed)
{
    play_bits(count, leave, 64, seed);
}

/* Every subset leaves at every stage. */
static void subsets(int count)
{
    int leave[RIG_MAX];
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        for (int set = 0; set < 1 << count; set++) {
            for (int i = 0; i < count; i++)
                leave[i] = set >> i & 1 ? stage : NEVER;
            play(count, leave, (uint64_t)(set + 64 * stage));
        }
}

static void test_every_pattern_of_three(void **unused)
{
    (void)unused;
    int leave[RIG_MAX];
    for (int pattern = 0; pattern < 6 * 6 * 6; pattern++) {
        for (int i = 0, rest = pattern; i < 3; i++, rest /= 6)
            leave[i] = rest % 6 ? rest % 6 : NEVER;
        play(3, leave, (uint64_t)pattern);
    }
}

static void test_every_subset_of_two_four_five(void **unused)
{
    (void)unused;
    subsets(2);
    subsets(4);
    subsets(5);
}

/* The narrow moduli: every subset of four, at every stage but the first. */
static void test_every_modulus(void **unused)
{
    (void)unused;
    int leave[4];
    for (unsigned bits = 16; bits <= 32; bits *= 2)
        for (int stage = SHEAF_ROUND_SHARE; stage <= SHEAF_ROUND_REVEAL; stage++)
            for (int set = 0; set < 1 << 4; set++) {
                for (int i = 0; i < 4; i++)
                    leave[i] = set >> i & 1 ? stage : NEVER;
                play_bits(4, leave, bits, (uint64_t)(set + 16 * stage));
            }
}

static void random_patterns(int count, int runs)
{
    int leave[RIG_MAX];
    uint64_t state = (uint64_t)count;
    for (int run = 0; run < runs; run++) {
        for (int i = 0; i < count; i++)
            leave[i] = next_random(&state) % 4 ? NEVER : (int)(1 + next_random(&state) % 5);
        play(count, leave, next_random(&state) % 100000);
    }
}

static void test_random_patterns(void **unused)
{
    (void)unused;
    random_patterns(4, 60);
    random_patterns(8, 20);
    random_patterns(20, 3);
}

/* One more than can be spared: n - t + 1 leave before their input, and nothing is summed. */
static void test_one_too_many(void **unused)
{
    (void)unused;
    for (int count = 2; count <= 9; count++) {
        int leave[RIG_MAX], spare = count - sheaf_round_threshold((uint16_t)count);
        for (int gone = spare; gone <= spare + 1; gone++) {
            rig *r = malloc(sizeof *r);
            for (int i = 0; i < count; i++)
                leave[i] = i < gone ? SHEAF_ROUND_INPUT : NEVER;
            rig_open(r, count, 5, (uint64_t)count);
            rig_run(r, leave);
            assert_int_equal(sheaf_coordinator_stage(&r->c),
                             gone == spare ? SHEAF_ROUND_DONE : SHEAF_ROUND_ABORTED);
            rig_close(r);
            free(r);
        }
    }
}

/* Word counts around the chunk and block sizes of the masks. */
static void test_lengths(void **unused)
{
    (void)unused;
    static const uint32_t lengths[] = {1, 7, 8, 9, 1023, 1024, 1025, 2048, 9000};
    static const int leave[] = {NEVER, SHEAF_ROUND_INPUT, NEVER, NEVER};
    for (size_t i = 0; i < 3 * sizeof lengths / sizeof *lengths; i++) {
        rig *r = malloc(sizeof *r);
        rig_open_bits(r, 4, lengths[i / 3], 16u << i % 3, i);
        rig_run(r, leave);
        rig_check_sum(r);
        rig_close(r);
        free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pattern_of_three),
        cmocka_unit_test(test_every_subset_of_two_four_five),
        cmocka_unit_test(test_every_modulus),
        cmocka_unit_test(test_random_patterns),
        cmocka_unit_test(test_one_too_many),
        cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
