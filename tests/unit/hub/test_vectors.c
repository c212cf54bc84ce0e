/* Vectors of several chunks on their way into a hub: what is refused, doubled, slow, without
 * room on the disk, or of a round that ends without a result. */
#include "long_round.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

/* ---- what is refused ---- */

static void refused(long_round *l, unsigned status, unsigned want, const char *why)
{
    if (status != want || !world_says(l->t, why))
        fail_msg("%u %s", status, (const char *)l->t->reply.body.data);
}

/* Nobody who is not awaited makes the hub keep a byte; what is not whole is not kept. */
static void test_refused_heads(void **state)
{
    enum { AT = SHEAF_ROUND_KEEP_WORDS_AT };
    long_round *l = malloc(sizeof *l);
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES] = {0};
    long_open(l, *state, 60000);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    (void)long_answer(l, 0, SHEAF_ROUND_INPUT);
    refused(l, long_send(l, 0, head, NULL, AT), 422, "its version is unknown");
    memcpy(head, l->member[0].head.data, sizeof head);
    head[sizeof head - 1] ^= 1;
    refused(l, long_send(l, 0, head, NULL, AT), 422, "is not signed by member 0");
    memcpy(head, l->member[0].head.data, sizeof head);
    head[7] ^= 1;
    refused(l, long_send(l, 0, head, NULL, AT), 422, "round");
    unsigned status =
        world_call(l->t, "PUT", "/api/v1/rounds/0/vector", sheaf_bytes(head, 50), NULL);
    refused(l, status, 400, "Sheaf-Input");
    status = world_call(l->t, "PUT", "/api/v1/rounds/0/vector", sheaf_bytes(head, 50),
                        "Sheaf-Input: AAAA");
    refused(l, status, 400, "base64url");
    status = world_call(l->t, "PUT", "/api/v1/rounds/5/vector", sheaf_bytes(head, 50), NULL);
    refused(l, status, 404, "there is no round 5");
    status = world_call(l->t, "POST", "/api/v1/rounds/0/messages", l->member[0].head, NULL);
    refused(l, status, 422, "is put to /api/v1/rounds/0/vector");
    static uint8_t long_message[65536];
    status = world_call(l->t, "POST", "/api/v1/rounds/0/messages",
                        sheaf_bytes(long_message, sizeof long_message), NULL);
    assert_int_equal(status, 413);
    assert_int_equal(long_size(l, "vector-0"), -1);
    refused(l, long_send(l, 0, NULL, NULL, AT + 8), 422, "fewer than 2400000 bytes");
    refused(l, long_send(l, 0, NULL, NULL, AT - 1), 413, "at most 2400000");
    (void)long_answer(l, 1, SHEAF_ROUND_INPUT);
    refused(l, long_send(l, 0, NULL, l->member[1].file, AT), 422, "its signed hash");
    assert_int_equal(long_size(l, "vector-0"), -1);
    assert_int_equal(long_stage(l), SHEAF_ROUND_INPUT);
    assert_int_equal(long_send(l, 0, NULL, NULL, AT), 204);
    long_close(l);
    free(l);
}

/* ---- arrivals by themselves ---- */

static bool arrive(long_round *l, int i, sheaf_http_route *route, sheaf_http_response *refusal)
{
    *route = (sheaf_http_route){0};
    return sheaf_rounds_vector_route(l->rounds, l->round, l->member[i].head, route, refusal);
}

/* One at a time for each member, the newest: the hub may not have noticed yet that the one
 * before is broken. What is abandoned leaves nothing. */
static void test_two_at_once(void **state)
{
    long_round *l = malloc(sizeof *l);
    sheaf_http_route first, second;
    sheaf_http_response refusal;
    sheaf_err err;
    long_open(l, *state, 60000);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    for (int i = 0; i < 2; i++)
        (void)long_answer(l, i, SHEAF_ROUND_INPUT);
    assert_true(arrive(l, 0, &first, &refusal));
    assert_int_equal(first.body_max, LONG_WORDS * 8);
    must(first.sink->write(first.sink_ctx, sheaf_bytes(l->member[0].words, 2200000), &err),
         &err);
    assert_int_equal(long_size(l, "vector-0"), 2 << 20);
    assert_true(arrive(l, 0, &second, &refusal));
    assert_int_equal(long_size(l, "vector-0"), 0);
    must(second.sink->write(second.sink_ctx, sheaf_bytes(l->member[0].words, 2200000), &err),
         &err);
    assert_int_equal(first.sink->write(first.sink_ctx, sheaf_bytes("more", 4), &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "a newer connection"));
    first.sink->abandon(first.sink_ctx);
    assert_int_equal(long_size(l, "vector-0"), 2 << 20);
    assert_true(arrive(l, 1, &first, &refusal)); /* another member is not held up */
    first.sink->abandon(first.sink_ctx);
    assert_int_equal(long_size(l, "vector-921"), -1);
    assert_int_equal(long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    sheaf_http_response late = sheaf_rounds_vector_end(second.sink_ctx);
    assert_int_equal(late.status, 500);
    sheaf_http_drop(&late);
    assert_int_equal(long_size(l, "vector-0"), LONG_WORDS * 8);
    assert_false(arrive(l, 0, &second, &refusal));
    assert_int_equal(refusal.status, 204);
    sheaf_http_drop(&refusal);
    long_close(l);
    free(l);
}

/* Rounds enough to fill every place but that of the one that is over. */
static void fill_slots(long_round *l)
{
    sheaf_round_config *other = malloc(sizeof *other);
    sheaf_err err;
    *other = l->config;
    for (uint32_t i = 1; i < SHEAF_ROUNDS_MAX; i++) {
        other->round = 1000 + i;
        must(sheaf_rounds_add(l->rounds, SHEAF_NONE, other, l->keys, (sheaf_slice){0}, &err),
             &err);
    }
    pthread_mutex_lock(&l->rounds->lock); /* nor is a round opened that would find none */
    assert_null(sheaf_rounds_place(l->rounds));
    pthread_mutex_unlock(&l->rounds->lock);
    other->round = 2000;
    assert_int_equal(
        sheaf_rounds_add(l->rounds, SHEAF_NONE, other, l->keys, (sheaf_slice){0}, &err),
        SHEAF_NOMEM);
    free(other);
}

/* It began in time and is slow: it is cut off, and the round is held up by nothing. A place in
 * which something arrives is not given away. */
static void test_slow(void **state)
{
    long_round *l = malloc(sizeof *l);
    sheaf_http_route route;
    sheaf_http_response refusal;
    sheaf_err err;
    long_open(l, *state, 1500);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    (void)long_answer(l, 0, SHEAF_ROUND_INPUT);
    assert_true(arrive(l, 0, &route, &refusal));
    must(route.sink->write(route.sink_ctx, sheaf_bytes(l->member[0].words, 1000), &err), &err);
    for (int i = 0; i < TRIES && long_state(l) == SHEAF_round_state_open; i++)
        usleep(TRY_US);
    assert_int_equal(long_state(l), SHEAF_round_state_aborted);
    usleep(2 * TRY_US);
    fill_slots(l);
    assert_int_equal(
        route.sink->write(route.sink_ctx, sheaf_bytes(l->member[0].words, 1000), &err),
        SHEAF_INVALID);
    assert_non_null(strstr(err.message, "came too late: round 0 is in stage aborted"));
    route.sink->abandon(route.sink_ctx);
    assert_int_equal(long_size(l, ""), -1);
    long_close(l);
    free(l);
}

/* A disk that has no room for vectors after their first chunk. */
static ssize_t full_pwrite(int fd, const void *data, size_t len, off_t at)
{
    if (len < 1 << 17 || at == 0)
        return pwrite(fd, data, len, at);
    errno = ENOSPC;
    return -1;
}

/* One that has none for blobs. */
static int full_rename(const char *from, const char *to)
{
    if (!strstr(to, "/blobs/"))
        return rename(from, to);
    errno = ENOSPC;
    return -1;
}

/* One that has less left than is kept for the log. */
static int full_statvfs(const char *path, struct statvfs *out)
{
    int done = statvfs(path, out);
    out->f_bavail = 1;
    return done;
}

static void test_full_disk(void **state)
{
    long_round *l = malloc(sizeof *l);
    sheaf_disk full = *sheaf_disk_now();
    long_open(l, *state, 60000);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    (void)long_answer(l, 0, SHEAF_ROUND_INPUT);
    full.statvfs = full_statvfs;
    sheaf_disk_use(&full);
    refused(l, long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 507, "makes room");
    full.statvfs = statvfs;
    full.pwrite = full_pwrite;
    sheaf_disk_use(&full);
    refused(l, long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 500, "cannot write");
    sheaf_disk_use(NULL);
    assert_int_equal(long_size(l, "vector-0"), -1);
    assert_int_equal(long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    assert_int_equal(long_stage(l), SHEAF_ROUND_INPUT);
    for (int i = 1; i < LONG_COUNT; i++) {
        (void)long_answer(l, i, SHEAF_ROUND_INPUT);
        assert_int_equal(long_send(l, i, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    }
    long_play(l, SHEAF_ROUND_SURVIVORS, SHEAF_ROUND_REVEAL);
    for (int i = 0; i < LONG_COUNT; i++)
        (void)long_answer(l, i, SHEAF_ROUND_REVEAL);
    /* Nor has it room for the sum, then none for the blobs: that ends when there is room. */
    sheaf_disk_use(&full);
    for (int i = 0; i < l->config.threshold; i++)
        assert_int_equal(world_call(l->t, "POST", "/api/v1/rounds/0/messages",
                                    sheaf_participant_sent(l->member[i].p, SHEAF_ROUND_REVEAL),
                                    NULL),
                         204);
    usleep(10 * TRY_US);
    assert_int_equal(long_stage(l), SHEAF_ROUND_REVEAL);
    full.pwrite = pwrite;
    full.rename = full_rename;
    sheaf_disk_use(&full);
    for (int i = 0; i < TRIES && long_stage(l) == SHEAF_ROUND_REVEAL; i++)
        usleep(TRY_US);
    assert_int_equal(long_stage(l), SHEAF_ROUND_DONE);
    usleep(10 * TRY_US);
    assert_int_equal(long_state(l), SHEAF_round_state_open);
    sheaf_disk_use(NULL);
    long_wait_over(l);
    assert_int_equal(long_state(l), SHEAF_round_state_closed);
    long_check_served(l);
    long_close(l);
    free(l);
}

/* ---- killed anywhere ---- */

/* What the hub's folder of the round is like in front of, and in the middle of, each change. */
enum { KILLS_MAX = 64 };
static char watched[SHEAF_PATH_MAX];
static int kills;

static void keep_copy(void)
{
    char command[3 * SHEAF_PATH_MAX];
    if (kills == KILLS_MAX)
        fail_msg("more than %d changes", KILLS_MAX);
    snprintf(command, sizeof command, "cp -r %s %s.%d", watched, watched, kills++);
    assert_int_equal(system(command), 0);
}

static int watched_open(const char *path, int flags, mode_t mode)
{
    if (flags & (O_CREAT | O_TRUNC))
        keep_copy();
    return open(path, flags, mode);
}

static ssize_t watched_pwrite(int fd, const void *data, size_t len, off_t at)
{
    keep_copy();
    ssize_t half = pwrite(fd, data, len / 2, at);
    assert_int_equal(half, len / 2);
    keep_copy();
    return half + pwrite(fd, (const char *)data + half, len - (size_t)half, at + half);
}

/* A hub that is killed at any of these moments asks for the vector again or has it. */
static void test_killed_anywhere(void **state)
{
    long_round *l = malloc(sizeof *l);
    char command[3 * SHEAF_PATH_MAX];
    sheaf_disk watching = *sheaf_disk_now();
    long_open(l, *state, 60000);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    for (int i = 0; i < LONG_COUNT; i++)
        (void)long_answer(l, i, SHEAF_ROUND_INPUT);
    assert_int_equal(long_send(l, 1, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    long_path(l, "", watched);
    watched[strlen(watched) - 1] = 0; /* the slash */
    watching.open = watched_open;
    watching.pwrite = watched_pwrite;
    kills = 0;
    sheaf_disk_use(&watching);
    assert_int_equal(long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    sheaf_disk_use(NULL);
    assert_in_range(kills, 9, KILLS_MAX); /* the file, its chunks, the record */
    for (int i = 0; i < kills; i++) {
        snprintf(command, sizeof command, "rm -r %s && mv %s.%d %s", watched, watched, i,
                 watched);
        assert_int_equal(system(command), 0);
        long_hub_crash(l);
        assert_int_equal(long_stage(l), SHEAF_ROUND_INPUT);
        assert_int_equal(long_size(l, "vector-0"), -1);
        assert_int_equal(long_size(l, "vector-921"), LONG_WORDS * 8);
        assert_int_equal(long_send(l, 1, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
        assert_int_equal(long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    }
    for (int i = 2; i < LONG_COUNT; i++)
        assert_int_equal(long_send(l, i, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
    long_play(l, SHEAF_ROUND_SURVIVORS, SHEAF_ROUND_DONE);
    long_wait_over(l);
    long_check_served(l);
    long_close(l);
    free(l);
}

/* ---- ends without a result ---- */

static size_t blobs_seen;

static int count_blob(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)path, (void)info, (void)at;
    blobs_seen += type == FTW_F;
    return 0;
}

static size_t count_blobs(const long_round *l)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    must(sheaf_path(path, &err, "%s/blobs", l->t->dir), &err);
    blobs_seen = 0;
    (void)nftw(path, count_blob, 16, FTW_PHYS);
    return blobs_seen;
}

/* The mandate is revoked while the result is on its way: of a round that ends without one no
 * sum stays, and no transcript with masked vectors, which nobody would ever delete. */
static void test_close_refused(void **state)
{
    long_round *l = malloc(sizeof *l);
    long_open(l, *state, 60000);
    size_t before = count_blobs(l);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_REVEAL);
    pthread_rwlock_wrlock(&l->t->hub->lock);
    sheaf_state *rows = &l->t->hub->replay.state;
    sheaf_mandate_edit(rows, sheaf_mandate_row(rows, l->mandate))->revoked = 0;
    sheaf_state_commit(rows);
    pthread_rwlock_unlock(&l->t->hub->lock);
    long_play(l, SHEAF_ROUND_REVEAL, SHEAF_ROUND_DONE);
    for (int i = 0; i < TRIES && long_size(l, "") >= 0; i++)
        usleep(TRY_US);
    assert_int_equal(long_state(l), SHEAF_round_state_aborted);
    assert_int_equal(long_size(l, ""), -1);
    assert_int_equal(count_blobs(l), before);
    long_close(l);
    free(l);
}

/* A member whose disk is full while it masks is out of the round: nothing is masked twice. */
static void test_full_member(void **state)
{
    long_round *l = malloc(sizeof *l);
    sheaf_disk full = *sheaf_disk_now();
    sheaf_buffer bundle;
    sheaf_slice none;
    sheaf_err err;
    long_open(l, *state, 60000);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    sheaf_buffer_init(&bundle, sheaf_round_bundle_max(&l->config));
    pthread_mutex_lock(&l->rounds->lock);
    sheaf_buffer_add(
        &bundle, sheaf_coordinator_bundle(sheaf_rounds_slot(l->rounds, l->round)->coordinator,
                                          SHEAF_ROUND_INPUT, l->config.members[0].member));
    pthread_mutex_unlock(&l->rounds->lock);
    full.pwrite = full_pwrite;
    sheaf_disk_use(&full);
    for (int again = 0; again < 2; again++)
        assert_int_equal(
            sheaf_participant_receive(l->member[0].p, sheaf_buffer_slice(&bundle), &none, &err),
            again ? SHEAF_INVALID : SHEAF_IO);
    sheaf_disk_use(NULL);
    assert_false(sheaf_file_exists(l->member[0].file));
    sheaf_buffer_deinit(&bundle);
    long_close(l);
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refused_heads, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_two_at_once, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_slow, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_full_disk, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_killed_anywhere, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_close_refused, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_full_member, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
