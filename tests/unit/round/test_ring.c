/* Rounds on a ring with honest participants: the sum is right whoever goes away, as long as
 * enough are left around everybody; a restart gives the same bytes; and what a member holds or
 * says is its neighbourhood's alone. */
#include "harness.h"

#include "round/kept.h"
#include "round/shamir.h"

static rig *fresh(int count, int degree, int threshold, uint64_t seed)
{
    rig *r = malloc(sizeof *r);
    assert_non_null(r);
    rig_open_ring(r, count, degree, threshold, 2, seed);
    return r;
}

static void done(rig *r)
{
    rig_close(r);
    free(r);
}

static void test_nobody_leaves(void **unused)
{
    (void)unused;
    rig *r = fresh(101, 32, 22, 1);
    rig_run(r, NULL);
    rig_check_sum(r);
    assert_int_equal(sheaf_coordinator_list(&r->c)->survivors, 101);
    done(r);
}

/* Two before each stage: in all a tenth, which the ring can stand. */
static void test_leaving_at_every_stage(void **unused)
{
    (void)unused;
    rig *r = fresh(102, 20, 11, 2);
    int leave[102];
    for (int i = 0; i < 102; i++)
        leave[i] = NEVER;
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_INPUT; stage++)
        leave[17 * stage] = leave[17 * stage + 9] = stage;
    leave[3] = SHEAF_ROUND_SURVIVORS; /* is summed, but says no more */
    leave[44] = SHEAF_ROUND_REVEAL;
    rig_run(r, leave);
    if (sheaf_coordinator_stage(&r->c) != SHEAF_ROUND_DONE)
        fail_msg("%s", sheaf_coordinator_reason(&r->c));
    rig_check_sum(r);
    const sheaf_survivors *list = sheaf_coordinator_list(&r->c);
    assert_int_equal(list->survivors, 102 - 8);
    assert_int_equal(list->dropouts, 2); /* those who had shared */
    done(r);
}

static void aborts(rig *r, const int *leave, const char *reason)
{
    rig_run(r, leave);
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_ABORTED);
    if (!strstr(sheaf_coordinator_reason(&r->c), reason))
        fail_msg("aborted with \"%s\" instead of \"%s\"", sheaf_coordinator_reason(&r->c),
                 reason);
    done(r);
}

/* In all few enough leave, but around one member too many. */
static void test_too_few_around_one(void **unused)
{
    (void)unused;
    for (int stage = SHEAF_ROUND_INPUT; stage <= SHEAF_ROUND_REVEAL; stage++) {
        rig *r = fresh(60, 10, 7, 5);
        int leave[60], gone = 0;
        for (int s = SHEAF_ROUND_COMMIT; s <= SHEAF_ROUND_ADVERTISE; s++)
            rig_stage(r, (sheaf_round_stage)s, NULL);
        for (int i = 0; i < 60; i++) {
            bool goes = sheaf_neighbours_are(&r->c.neighbours, i, 30) && gone < 4;
            leave[i] = goes ? stage : NEVER;
            gone += goes;
        }
        aborts(r, leave,
               stage == SHEAF_ROUND_INPUT ? "fewer than 7 neighbours of" : "of member");
    }
}

static void test_too_many_leave(void **unused)
{
    (void)unused;
    int leave[60];
    for (int i = 0; i < 60; i++)
        leave[i] = i < 7 ? SHEAF_ROUND_COMMIT : NEVER;
    aborts(fresh(60, 10, 6, 6), leave, "53 of 60 participants answered in stage commit");
    /* Bytes for the order are withheld: by two that is stood, by three it is another attempt.
     */
    for (int i = 0; i < 60; i++)
        leave[i] = i < 3 ? SHEAF_ROUND_ADVERTISE : NEVER;
    aborts(fresh(60, 10, 6, 7), leave, "3 of 60 participants withhold their part");
}

/* A member gives and reveals shares within its neighbourhood, of its own secrets never. */
static void test_messages_stay_near(void **unused)
{
    (void)unused;
    rig *r = fresh(50, 8, 5, 8);
    int leave[50];
    for (int i = 0; i < 50; i++)
        leave[i] = i % 25 == 7 ? SHEAF_ROUND_INPUT : NEVER;
    for (int s = SHEAF_ROUND_COMMIT; s <= SHEAF_ROUND_SURVIVORS; s++)
        rig_stage(r, (sheaf_round_stage)s, leave);
    for (int i = 0; i < 50; i++) {
        sheaf_round_message m;
        sheaf_scalar share;
        sheaf_slice box;
        sheaf_slice sent = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_SHARE);
        assert_int_equal(sheaf_round_message_decode(sent, &m, &r->err), SHEAF_OK);
        assert_int_equal(m.share.count, 8);
        for (size_t k = 0; k < 8; k++) {
            int to = sheaf_round_index(&r->config, sheaf_round_box_at(&m.share, k, &box));
            assert_true(sheaf_neighbours_are(&r->c.neighbours, i, to));
        }
        if (leave[i] != NEVER)
            continue;
        sent = rig_answer(r, i, SHEAF_ROUND_REVEAL);
        assert_int_equal(sheaf_round_message_decode(sent, &m, &r->err), SHEAF_OK);
        assert_int_equal(m.reveal.survivors + m.reveal.dropouts, 8);
        for (size_t k = 0; k < m.reveal.survivors; k++) {
            int of = sheaf_round_index(&r->config,
                                       sheaf_round_share_at(m.reveal.self_shares, k, &share));
            assert_true(leave[of] == NEVER && sheaf_neighbours_are(&r->c.neighbours, i, of));
        }
        for (size_t k = 0; k < m.reveal.dropouts; k++) {
            int of = sheaf_round_index(&r->config,
                                       sheaf_round_share_at(m.reveal.mask_shares, k, &share));
            assert_true(leave[of] != NEVER && sheaf_neighbours_are(&r->c.neighbours, i, of));
        }
    }
    rig_stage(r, SHEAF_ROUND_REVEAL, leave);
    rig_check_sum(r);
    done(r);
}

/* Of those who hold shares of member 20's self secret all but `honest` reveal another. */
static rig *with_false_shares(int honest)
{
    rig *r = fresh(50, 10, 6, 9);
    int seen = 0;
    for (int s = SHEAF_ROUND_COMMIT; s <= SHEAF_ROUND_SURVIVORS; s++)
        rig_stage(r, (sheaf_round_stage)s, NULL);
    for (int i = 0; i < 50; i++)
        if (sheaf_neighbours_are(&r->c.neighbours, i, 20) && seen++ >= honest)
            r->p[i].secrets->self_share[20] = sheaf_scalar_from_u32(5);
    assert_int_equal(seen, 10);
    rig_stage(r, SHEAF_ROUND_REVEAL, NULL);
    return r;
}

/* A false share is found out; the sum is made while enough are true. */
static void test_false_reveals(void **unused)
{
    (void)unused;
    rig *r = with_false_shares(6);
    rig_check_sum(r);
    done(r);
    r = with_false_shares(5);
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_ABORTED);
    assert_non_null(strstr(sheaf_coordinator_reason(&r->c), "fewer than 6 neighbours of"));
    for (int i = 0, seen = 0; i < 50; i++)
        if (sheaf_neighbours_are(&r->c.neighbours, i, 20) && seen++ < 5)
            assert_false(r->c.faulty[i]);
    done(r);
}

/* So many of a member's neighbours are marked. */
static int marked_near(const rig *r, int i, const bool *marked)
{
    int count = 0;
    for (int k = 0; k < r->config.count; k++)
        count += marked[k] && sheaf_neighbours_are(&r->c.neighbours, i, k);
    return count;
}

/* Of those who hold shares of the last secret that is joined four reveal another, and somebody
 * reveals nothing, so that around another member, whose secret is joined by then, fewer than
 * the threshold are left: nobody needs them any more. */
static void test_joined_secrets_stay(void **unused)
{
    (void)unused;
    enum { LAST = 49 };
    for (uint64_t seed = 60; seed < 90; seed++) {
        rig *r = fresh(50, 10, 6, seed);
        bool liar[50] = {0};
        int leave[50], liars = 0, poor = -1, silent = -1;
        for (int s = SHEAF_ROUND_COMMIT; s <= SHEAF_ROUND_SURVIVORS; s++)
            rig_stage(r, (sheaf_round_stage)s, NULL);
        for (int i = 0; i < LAST && liars < 4; i++)
            if (sheaf_neighbours_are(&r->c.neighbours, i, LAST)) {
                liar[i] = true;
                liars++;
            }
        for (int i = 0; i < LAST && poor < 0; i++)
            poor = marked_near(r, i, liar) == 4 ? i : -1;
        for (int i = 0; i < LAST && poor >= 0; i++)
            if (sheaf_neighbours_are(&r->c.neighbours, i, poor) && !liar[i]
                && !sheaf_neighbours_are(&r->c.neighbours, i, LAST))
                silent = i;
        for (int i = 0; i < 50; i++) {
            leave[i] = i == silent ? SHEAF_ROUND_REVEAL : NEVER;
            if (liar[i])
                r->p[i].secrets->self_share[LAST] = sheaf_scalar_from_u32(5);
        }
        if (silent >= 0) {
            rig_stage(r, SHEAF_ROUND_REVEAL, leave);
            if (sheaf_coordinator_stage(&r->c) != SHEAF_ROUND_DONE)
                fail_msg("%s", sheaf_coordinator_reason(&r->c));
            rig_check_sum(r);
            assert_memory_equal(r->c.faulty, liar, sizeof liar);
            done(r);
            return;
        }
        done(r);
    }
    fail_msg("no ring had such neighbours");
}

/* Participants and coordinator are made again after every stage, and say the same bytes. */
static void test_restarts(void **unused)
{
    (void)unused;
    rig *r = fresh(40, 8, 5, 10);
    sheaf_round_kept kept;
    sheaf_buffer file;
    sheaf_buffer_init(&file, sheaf_round_kept_max(&r->config));
    sheaf_round_kept_begin(&kept, &r->c);
    for (int s = SHEAF_ROUND_COMMIT; s <= SHEAF_ROUND_REVEAL; s++) {
        sheaf_round_stage stage = (sheaf_round_stage)s;
        for (int i = 0; i < 40 && sheaf_coordinator_stage(&r->c) == stage; i++) {
            if (i == 11 && s >= SHEAF_ROUND_INPUT)
                continue;
            sheaf_slice message = rig_answer(r, i, stage);
            assert_int_equal(sheaf_coordinator_receive(&r->c, message, r->now_ms, &r->err),
                             SHEAF_ROUND_ACCEPTED);
            sheaf_round_kept_add(&kept, &r->c, message, &file);
        }
        if (sheaf_coordinator_stage(&r->c) == stage) {
            sheaf_coordinator_tick(&r->c, r->now_ms = sheaf_coordinator_deadline(&r->c));
            sheaf_round_kept_add(&kept, &r->c, (sheaf_slice){0}, &file);
        }
        sheaf_coordinator *again = malloc(sizeof *again);
        sheaf_participant *same = malloc(sizeof *same);
        assert_true(again && same);
        size_t sound;
        assert_int_equal(sheaf_coordinator_init(again, &r->config, 0, &r->err), SHEAF_OK);
        sheaf_round_kept_begin(&kept, again);
        if (sheaf_round_kept_restore(&kept, again, sheaf_buffer_slice(&file), r->now_ms, &sound,
                                     &r->err)
            != SHEAF_OK)
            fail_msg("%s", r->err.message);
        assert_int_equal(sound, file.len);
        assert_int_equal(sheaf_participant_init(same, &r->config, r->config.members[5].member,
                                                &r->pair[5], r->seed[5], &r->err),
                         SHEAF_OK);
        assert_int_equal(sheaf_participant_input(same, r->input[5], 5, &r->err), SHEAF_OK);
        for (int b = SHEAF_ROUND_COMMIT; b <= s; b++) {
            sheaf_slice message, sent,
                bundle = sheaf_coordinator_bundle(again, (sheaf_round_stage)b, 18);
            assert_int_equal(sheaf_participant_receive(same, bundle, &message, &r->err),
                             SHEAF_OK);
            sent = sheaf_participant_sent(&r->p[5], (sheaf_round_stage)b);
            assert_int_equal(message.len, sent.len);
            assert_memory_equal(message.data, sent.data, sent.len);
        }
        sheaf_participant_deinit(same);
        free(same);
        sheaf_coordinator_deinit(&r->c);
        memcpy(&r->c, again, sizeof *again);
        free(again);
    }
    rig_check_sum(r);
    sheaf_buffer_deinit(&file);
    done(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_leaves),
        cmocka_unit_test(test_leaving_at_every_stage),
        cmocka_unit_test(test_too_few_around_one),
        cmocka_unit_test(test_too_many_leave),
        cmocka_unit_test(test_messages_stay_near),
        cmocka_unit_test(test_false_reveals),
        cmocka_unit_test(test_joined_secrets_stay),
        cmocka_unit_test(test_restarts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
