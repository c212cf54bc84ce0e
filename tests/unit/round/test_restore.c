/* After a crash: participants made again from what was durable give the very same bytes at
 * every stage and never others. */
#include "harness.h"

enum { COUNT = 4, LEN = 20 };

/* Participant i as it is after a restart in front of the given stage; with the masked vector
 * where that had been made. */
static void restart(rig *r, int i, sheaf_round_stage stage)
{
    sheaf_participant fresh;
    sheaf_slice again;
    assert_int_equal(sheaf_participant_init(&fresh, &r->config, r->config.members[i].member,
                                            &r->pair[i], r->seed[i], &r->err),
                     SHEAF_OK);
    sheaf_slice input = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_INPUT);
    if (input.len)
        assert_int_equal(sheaf_participant_input_again(&fresh, input, NULL, &r->err), SHEAF_OK);
    else
        assert_int_equal(sheaf_participant_input(&fresh, r->input[i], r->config.words, &r->err),
                         SHEAF_OK);
    for (int s = SHEAF_ROUND_ADVERTISE; s < (int)stage; s++) {
        sheaf_slice sent = sheaf_participant_sent(&r->p[i], (sheaf_round_stage)s);
        if (sheaf_participant_receive(&fresh,
                                      sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)s, 3),
                                      &again, &r->err)
            != SHEAF_OK)
            fail_msg("stage %d: %s", s, r->err.message);
        assert_int_equal(again.len, sent.len);
        assert_memory_equal(again.data, sent.data, sent.len);
    }
    sheaf_participant_deinit(&r->p[i]);
    r->p[i] = fresh;
}

/* All crash in front of every stage, and the round ends as if nobody had. */
static void test_same_bytes(void **unused)
{
    (void)unused;
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        rig r;
        rig_open(&r, COUNT, LEN, (uint64_t)stage);
        for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_REVEAL; s++) {
            if (s == stage)
                for (int i = 0; i < COUNT; i++)
                    restart(&r, i, (sheaf_round_stage)s);
            rig_stage(&r, (sheaf_round_stage)s, NULL);
        }
        rig_check_sum(&r);
        rig_close(&r);
    }
}

/* One crashes again and again, between any two stages, with drop-outs of others. */
static void test_crashes_all_along(void **unused)
{
    static const int leave[] = {NEVER, NEVER, NEVER, SHEAF_ROUND_INPUT};
    (void)unused;
    for (uint64_t seed = 20; seed < 24; seed++) {
        rig r;
        rig_open_bits(&r, COUNT, LEN, 32, seed);
        for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_REVEAL; s++) {
            restart(&r, 0, (sheaf_round_stage)s);
            rig_stage(&r, (sheaf_round_stage)s, leave);
        }
        rig_check_sum(&r);
        rig_close(&r);
    }
}

/* What was answered before the crash stays answered: no second list, no other shares. */
static void test_no_other_bundle(void **unused)
{
    rig r, other;
    static const int leave[] = {NEVER, NEVER, NEVER, SHEAF_ROUND_INPUT};
    sheaf_slice message;
    (void)unused;
    rig_open(&r, COUNT, LEN, 30);
    rig_open(&other, COUNT, LEN, 30);
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_INPUT; s++) {
        rig_stage(&r, (sheaf_round_stage)s, leave);
        rig_stage(&other, (sheaf_round_stage)s, NULL);
    }
    (void)rig_answer(&r, 0, SHEAF_ROUND_SURVIVORS);
    restart(&r, 0, SHEAF_ROUND_REVEAL);
    assert_int_equal(sheaf_participant_receive(
                         &r.p[0], sheaf_coordinator_bundle(&other.c, SHEAF_ROUND_SURVIVORS, 3),
                         &message, &r.err),
                     SHEAF_FAULT);
    assert_non_null(strstr(r.err.message, "second, different bundle"));
    assert_int_equal(message.len, 0);
    rig_close(&r);
    rig_close(&other);
}

/* A vector that was masked before the crash is sent over those very shares or not at all. */
static void test_masked_once(void **unused)
{
    static const int leave[] = {NEVER, NEVER, NEVER, SHEAF_ROUND_SHARE};
    rig r, other;
    sheaf_participant fresh;
    sheaf_slice message;
    (void)unused;
    rig_open(&r, COUNT, LEN, 31);
    rig_open(&other, COUNT, LEN, 31);
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_INPUT; s++) {
        rig_stage(&r, (sheaf_round_stage)s, NULL);
        rig_stage(&other, (sheaf_round_stage)s, leave);
    }
    sheaf_slice input = sheaf_participant_sent(&r.p[0], SHEAF_ROUND_INPUT);
    assert_int_equal(sheaf_participant_init(&fresh, &r.config, r.config.members[0].member,
                                            &r.pair[0], r.seed[0], &r.err),
                     SHEAF_OK);
    assert_int_equal(sheaf_participant_input_again(&fresh, input, NULL, &r.err), SHEAF_OK);
    assert_int_equal(sheaf_participant_input(&fresh, r.input[0], LEN, &r.err), SHEAF_INVALID);
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_SHARE; s++)
        assert_int_equal(sheaf_participant_receive(
                             &fresh, sheaf_coordinator_bundle(&r.c, (sheaf_round_stage)s, 3),
                             &message, &r.err),
                         SHEAF_OK);
    assert_int_equal(
        sheaf_participant_receive(
            &fresh, sheaf_coordinator_bundle(&other.c, SHEAF_ROUND_INPUT, 3), &message, &r.err),
        SHEAF_FAULT);
    assert_non_null(strstr(r.err.message, "other shares than those"));
    assert_int_equal(
        sheaf_participant_receive(&fresh, sheaf_coordinator_bundle(&r.c, SHEAF_ROUND_INPUT, 3),
                                  &message, &r.err),
        SHEAF_OK);
    assert_int_equal(message.len, input.len);
    assert_memory_equal(message.data, input.data, input.len);
    sheaf_participant_deinit(&fresh);
    rig_close(&r);
    rig_close(&other);
}

/* Any byte of it spoiled, or somebody else's: it is not taken. */
static void test_spoiled_input(void **unused)
{
    rig r;
    sheaf_participant fresh;
    (void)unused;
    rig_open(&r, COUNT, LEN, 32);
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_INPUT; s++)
        rig_stage(&r, (sheaf_round_stage)s, NULL);
    sheaf_slice input = sheaf_participant_sent(&r.p[0], SHEAF_ROUND_INPUT);
    uint8_t *copy = malloc(input.len);
    memcpy(copy, input.data, input.len);
    assert_int_equal(sheaf_participant_init(&fresh, &r.config, r.config.members[0].member,
                                            &r.pair[0], r.seed[0], &r.err),
                     SHEAF_OK);
    for (size_t i = 0; i < input.len; i++) {
        copy[i] ^= 1;
        if (sheaf_participant_input_again(&fresh, sheaf_bytes(copy, input.len), NULL, &r.err)
            == SHEAF_OK)
            fail_msg("byte %zu may be changed", i);
        if (sheaf_participant_input_again(&fresh, sheaf_bytes(input.data, i), NULL, &r.err)
            == SHEAF_OK)
            fail_msg("%zu bytes are enough", i);
        copy[i] ^= 1;
    }
    assert_int_equal(
        sheaf_participant_input_again(
            &fresh, sheaf_participant_sent(&r.p[1], SHEAF_ROUND_INPUT), NULL, &r.err),
        SHEAF_FAULT);
    assert_int_equal(
        sheaf_participant_input_again(
            &fresh, sheaf_participant_sent(&r.p[0], SHEAF_ROUND_SHARE), NULL, &r.err),
        SHEAF_FAULT);
    assert_int_equal(sheaf_participant_input_again(&fresh, input, NULL, &r.err), SHEAF_OK);
    free(copy);
    sheaf_participant_deinit(&fresh);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),      cmocka_unit_test(test_crashes_all_along),
        cmocka_unit_test(test_no_other_bundle), cmocka_unit_test(test_masked_once),
        cmocka_unit_test(test_spoiled_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
