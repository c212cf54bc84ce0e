/* A hub that crashes: the coordinator that is made again from what was written down shows the
 * very same bundles, takes what the other one would have taken, and comes to the same sum. */
#include "harness.h"

#include "round/kept.h"

enum { COUNT = 4, LEN = 20, EVENTS_MAX = 64 };

typedef struct {
    rig r;
    sheaf_round_kept kept;
    sheaf_buffer file;
    size_t end[EVENTS_MAX]; /* of the file after each event */
    int events;
} shell;

static void shell_open(shell *s, uint64_t seed)
{
    *s = (shell){0};
    rig_open(&s->r, COUNT, LEN, seed);
    sheaf_buffer_init(&s->file, sheaf_round_kept_max(&s->r.config));
    sheaf_round_kept_begin(&s->kept, &s->r.c);
}

static void shell_close(shell *s)
{
    sheaf_buffer_deinit(&s->file);
    rig_close(&s->r);
}

static void write_down(shell *s, sheaf_slice message)
{
    size_t before = s->file.len;
    sheaf_round_kept_add(&s->kept, &s->r.c, message, &s->file);
    assert_false(s->file.failed);
    if (s->file.len > before)
        s->end[s->events++] = s->file.len;
}

static void take(shell *s, int i, sheaf_round_stage stage)
{
    sheaf_slice message = rig_answer(&s->r, i, stage);
    if (sheaf_coordinator_receive(&s->r.c, message, s->r.now_ms, &s->r.err)
        != SHEAF_ROUND_ACCEPTED)
        fail_msg("%s", s->r.err.message);
    write_down(s, message);
}

static void time_is_over(shell *s)
{
    s->r.now_ms = sheaf_coordinator_deadline(&s->r.c);
    sheaf_coordinator_tick(&s->r.c, s->r.now_ms);
    write_down(s, (sheaf_slice){0});
}

static sheaf_status restore(const shell *s, sheaf_slice file, sheaf_coordinator *c,
                            sheaf_round_kept *kept, size_t *sound, sheaf_err *err)
{
    assert_int_equal(sheaf_coordinator_init(c, &s->r.config, s->r.now_ms, err), SHEAF_OK);
    sheaf_round_kept_begin(kept, c);
    return sheaf_round_kept_restore(kept, c, file, s->r.now_ms, sound, err);
}

static void assert_same(sheaf_coordinator *a, sheaf_coordinator *b)
{
    assert_int_equal(sheaf_coordinator_stage(a), sheaf_coordinator_stage(b));
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_ABORTED; stage++) {
        sheaf_slice one = sheaf_coordinator_bundle(a, (sheaf_round_stage)stage, 3);
        sheaf_slice two = sheaf_coordinator_bundle(b, (sheaf_round_stage)stage, 3);
        assert_int_equal(one.len, two.len);
        if (one.len)
            assert_memory_equal(one.data, two.data, one.len);
    }
    for (int i = 0; i < a->config.count; i++)
        assert_int_equal(sheaf_coordinator_awaits(a, a->config.members[i].member),
                         sheaf_coordinator_awaits(b, a->config.members[i].member));
}

/* As after a crash: everything comes from the file. */
static void crash(shell *s)
{
    sheaf_coordinator fresh;
    size_t sound;
    if (restore(s, sheaf_buffer_slice(&s->file), &fresh, &s->kept, &sound, &s->r.err)
        != SHEAF_OK)
        fail_msg("%s", s->r.err.message);
    assert_int_equal(sound, s->file.len);
    assert_same(&s->r.c, &fresh);
    assert_int_equal(fresh.stage_since_ms, s->r.now_ms);
    sheaf_coordinator_deinit(&s->r.c);
    s->r.c = fresh;
}

/* The whole round; the hub crashes after every event with a number in the mask. */
static void play(shell *s, const int *leave, uint64_t crashes)
{
    int event = 0;
    for (int at = SHEAF_ROUND_ADVERTISE; at <= SHEAF_ROUND_REVEAL; at++) {
        sheaf_round_stage stage = (sheaf_round_stage)at;
        for (int i = 0; i < COUNT && sheaf_coordinator_stage(&s->r.c) == stage; i++) {
            if (leave && leave[i] <= at)
                continue;
            take(s, i, stage);
            if (crashes >> event++ & 1)
                crash(s);
        }
        if (sheaf_coordinator_stage(&s->r.c) == stage)
            time_is_over(s);
        if (crashes >> event++ & 1)
            crash(s);
    }
}

static const int late_leaver[] = {NEVER, NEVER, SHEAF_ROUND_INPUT, NEVER};

/* A crash after any one event, and after all of them, with and without a drop-out. */
static void test_goes_on(void **unused)
{
    (void)unused;
    for (int event = 0; event <= 24; event++)
        for (int leaves = 0; leaves < 2; leaves++) {
            shell s;
            shell_open(&s, 50);
            play(&s, leaves ? late_leaver : NULL,
                 event == 24 ? UINT64_MAX : (uint64_t)1 << event);
            rig_check_sum(&s.r);
            assert_int_equal(sheaf_coordinator_list(&s.r.c)->survivors,
                             leaves ? COUNT - 1 : COUNT);
            shell_close(&s);
        }
}

/* The sum's members stay fixed: a vector that comes after its stage is refused under the new
 * process, too. */
static void test_late_input(void **unused)
{
    shell s;
    (void)unused;
    shell_open(&s, 51);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_SHARE; stage++)
        for (int i = 0; i < COUNT; i++)
            take(&s, i, (sheaf_round_stage)stage);
    for (int i = 0; i < COUNT - 1; i++)
        take(&s, i, SHEAF_ROUND_INPUT);
    sheaf_slice late = rig_answer(&s.r, COUNT - 1, SHEAF_ROUND_INPUT);
    time_is_over(&s);
    crash(&s);
    assert_int_equal(sheaf_coordinator_receive(&s.r.c, late, s.r.now_ms, &s.r.err),
                     SHEAF_ROUND_REFUSED);
    assert_non_null(strstr(s.r.err.message, "came too late"));
    sheaf_slice again = sheaf_participant_sent(&s.r.p[0], SHEAF_ROUND_INPUT);
    assert_int_equal(sheaf_coordinator_receive(&s.r.c, again, s.r.now_ms, &s.r.err),
                     SHEAF_ROUND_DUPLICATE);
    shell_close(&s);
}

/* An abort that was shown stays one. */
static void test_abort(void **unused)
{
    shell s;
    (void)unused;
    shell_open(&s, 52);
    take(&s, 0, SHEAF_ROUND_ADVERTISE);
    time_is_over(&s);
    assert_int_equal(sheaf_coordinator_stage(&s.r.c), SHEAF_ROUND_ABORTED);
    crash(&s);
    assert_non_null(strstr(sheaf_coordinator_reason(&s.r.c), "1 of 4 participants"));
    crash(&s);
    shell_close(&s);
}

/* Cut anywhere, the file gives what was there after the last whole event or record. */
static void test_torn(void **unused)
{
    shell s;
    sheaf_coordinator c;
    sheaf_round_kept kept;
    size_t sound, before = 0;
    (void)unused;
    shell_open(&s, 53);
    play(&s, late_leaver, 0);
    uint8_t *zeros = calloc(1, s.file.len + 512);
    for (size_t len = 0; len < s.file.len; len += len % 7 ? 3 : 11) {
        memcpy(zeros, s.file.data, len);
        sheaf_slice files[] = {{s.file.data, len}, {zeros, s.file.len + 512}};
        for (int i = 0; i < (len % 5 ? 1 : 2); i++) {
            sheaf_status status = restore(&s, files[i], &c, &kept, &sound, &s.r.err);
            if (i == 0 && status != SHEAF_OK)
                fail_msg("%zu bytes: %s", len, s.r.err.message);
            if (status == SHEAF_OK) {
                assert_true(sound <= len);
                assert_true(i > 0 || sound >= before);
                before = sound;
            }
            sheaf_coordinator_deinit(&c);
        }
    }
    free(zeros);
    for (int i = 0; i < s.events; i++) { /* whole events are never lost */
        assert_int_equal(
            restore(&s, sheaf_bytes(s.file.data, s.end[i]), &c, &kept, &sound, &s.r.err),
            SHEAF_OK);
        assert_int_equal(sound, s.end[i]);
        sheaf_coordinator_deinit(&c);
    }
    shell_close(&s);
}

/* One changed byte anywhere: told, or in the last record, which then is not there. */
static void test_spoiled(void **unused)
{
    shell s;
    sheaf_coordinator c;
    sheaf_round_kept kept;
    size_t sound;
    (void)unused;
    shell_open(&s, 54);
    play(&s, NULL, 0);
    size_t last = s.end[s.events - 2];
    for (size_t at = 0; at < s.file.len; at += 13) {
        s.file.data[at] ^= 0x10;
        sheaf_status status =
            restore(&s, sheaf_buffer_slice(&s.file), &c, &kept, &sound, &s.r.err);
        if (status == SHEAF_OK && (at < last || sound > at))
            fail_msg("byte %zu of %zu may be changed", at, s.file.len);
        sheaf_coordinator_deinit(&c);
        s.file.data[at] ^= 0x10;
    }
    shell_close(&s);
}

/* What was kept of another round is nothing here. */
static void test_other_round(void **unused)
{
    shell s, other;
    sheaf_coordinator c;
    sheaf_round_kept kept;
    size_t sound;
    (void)unused;
    shell_open(&s, 55);
    shell_open(&other, 56);
    play(&other, NULL, 0);
    assert_int_equal(restore(&s, sheaf_buffer_slice(&other.file), &c, &kept, &sound, &s.r.err),
                     SHEAF_FAULT);
    sheaf_coordinator_deinit(&c);
    shell_close(&s);
    shell_close(&other);
}

/* Another program would make other bundles of the same messages. */
static void test_other_bundle(void **unused)
{
    shell s;
    sheaf_coordinator fresh;
    sheaf_round_kept kept;
    size_t sound;
    shell_open(&s, 8);
    for (int i = 0; i < COUNT - 1; i++)
        take(&s, i, SHEAF_ROUND_ADVERTISE);
    sheaf_slice last = rig_answer(&s.r, COUNT - 1, SHEAF_ROUND_ADVERTISE);
    assert_int_equal(sheaf_coordinator_receive(&s.r.c, last, s.r.now_ms, &s.r.err),
                     SHEAF_ROUND_ACCEPTED);
    s.r.c.bundle[SHEAF_ROUND_SHARE].data[s.r.c.bundle[SHEAF_ROUND_SHARE].len - 1] ^= 1;
    write_down(&s, last);
    assert_int_equal(restore(&s, sheaf_buffer_slice(&s.file), &fresh, &kept, &sound, &s.r.err),
                     SHEAF_FAULT);
    assert_non_null(strstr(s.r.err.message, "another bundle"));
    sheaf_coordinator_deinit(&fresh);
    shell_close(&s);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on),     cmocka_unit_test(test_late_input),
        cmocka_unit_test(test_abort),       cmocka_unit_test(test_torn),
        cmocka_unit_test(test_spoiled),     cmocka_unit_test(test_other_bundle),
        cmocka_unit_test(test_other_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
