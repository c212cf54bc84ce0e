/* Nodes that crash in the middle of a round: they go on with the bytes that they had made, or
 * stay away and say why. */
#include "stage.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "store/disk.h"

/* As after a power cut: only what is on the disk remains. */
static void restart(stage *s, int i)
{
    sheaf_node_close(&s->node[i]);
    start_node(s, i);
}

static void kept_path(const stage *s, int i, const char *name, char out[SHEAF_PATH_MAX])
{
    assert_int_equal(
        sheaf_path(out, NULL, "%s/sent/%" PRIu32 "/%s", s->home[i], s->hub.round, name),
        SHEAF_OK);
}

static bool kept(const stage *s, int i, const char *name)
{
    char path[SHEAF_PATH_MAX];
    kept_path(s, i, name, path);
    return sheaf_file_exists(path);
}

/* The round as it stands when all nodes but the first have come as far as the hub lets them,
 * and that one has just answered the stage; its answer may or may not have arrived. */
static void stop_behind(stage *s, sheaf_round_stage last, bool arrived)
{
    sheaf_node *ann = &s->node[0];
    sheaf_err err = {0};
    for (int t = 0; t < 12; t++) {
        s->hub.stop_behind = last;
        s->hub.lose = arrived ? 0 : last;
        assert_int_equal(sheaf_node_turn(ann, &err), SHEAF_OK);
        s->hub.stop_behind = s->hub.lose = 0;
        if (sheaf_participant_stage(ann->driver.participant) > last)
            return;
        for (int i = 1; i < s->count; i++)
            assert_int_equal(sheaf_node_turn(&s->node[i], &err), SHEAF_OK);
    }
    fail_msg("stage %d is not reached\n%s", (int)last, last_lines);
}

/* Killed behind each of its answers, whether it arrived or not, it is among the survivors of
 * that very round. */
static void goes_on(sheaf_round_stage last, bool arrived, const char *unit)
{
    stage *s = begin(NODES);
    sheaf_hash result;
    if (unit)
        fake_hub_noised(&s->hub, unit);
    fake_hub_round_open(&s->hub, unit ? "train" : "statistics", NULL);
    stop_behind(s, last, arrived);
    restart(s, 0);
    turn(s, 12);
    if (!fake_hub_round_close(&s->hub, &result))
        fail_msg("stage %d: %s\n%s", (int)last, s->hub.refusal, last_lines);
    assert_non_null(strstr(last_lines, "round.resume"));
    turn(s, 3);
    const struct sheaf_row_round *round = sheaf_round_find(&s->hub.k.state, s->hub.round);
    assert_int_equal(round->survivors, NODES);
    assert_int_equal(round->attested, NODES);
    assert_int_equal(s->hub.refusals, 0);
    assert_int_equal(s->hub.changed, 0);
    for (int i = 0; i < NODES; i++)
        assert_false(kept(s, i, ""));
    end(s);
}

static void test_goes_on(void **unused)
{
    (void)unused;
    for (int last = SHEAF_ROUND_ADVERTISE; last <= SHEAF_ROUND_REVEAL; last++)
        for (int arrived = 0; arrived < 2; arrived++)
            goes_on((sheaf_round_stage)last, arrived, NULL);
}

/* Noise that was drawn and masked is not drawn again: the difference would be without a mask.
 */
static void test_goes_on_under_noise(void **unused)
{
    (void)unused;
    goes_on(SHEAF_ROUND_INPUT, false, "record");
    goes_on(SHEAF_ROUND_INPUT, true, "member");
}

/* All of them, again and again. */
static void test_all_crash(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash result;
    (void)unused;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    for (int t = 0; t < 12; t++) {
        turn(s, 1);
        for (int i = 0; i < NODES; i++)
            restart(s, i);
    }
    if (!fake_hub_round_close(&s->hub, &result))
        fail_msg("%s", last_lines);
    turn(s, 3);
    assert_int_equal(sheaf_round_find(&s->hub.k.state, s->hub.round)->attested, NODES);
    assert_int_equal(s->hub.changed, 0);
    end(s);
}

/* A vector that was masked is used: the data is not looked at again. */
static void test_data_is_read_once(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash result;
    sheaf_err err = {0};
    (void)unused;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    stop_behind(s, SHEAF_ROUND_INPUT, false);
    assert_true(kept(s, 0, "input"));
    assert_int_equal(sheaf_file_write(s->file[0], 0600, sheaf_str("age,cp,num\n"), &err),
                     SHEAF_OK);
    restart(s, 0);
    turn(s, 12);
    assert_true(fake_hub_round_close(&s->hub, &result));
    assert_int_equal(sheaf_round_find(&s->hub.k.state, s->hub.round)->survivors, NODES);
    end(s);
}

/* A file spoiled in some way behind the stage that it was written in: nothing is sent any more,
 * under a second restart neither, and the reason names the file. */
static void spoil(const char *name, sheaf_round_stage last, int way)
{
    stage *s = begin(NODES);
    sheaf_buffer file;
    sheaf_err err = {0};
    char path[SHEAF_PATH_MAX];
    fake_hub_round_open(&s->hub, "statistics", NULL);
    stop_behind(s, last, true);
    sheaf_node_close(&s->node[0]);
    kept_path(s, 0, name, path);
    sheaf_buffer_init(&file, 1 << 20);
    assert_int_equal(sheaf_file_read(path, &file, &err), SHEAF_OK);
    file.data[file.len - 1] ^= 1;
    size_t len = way == 0 ? file.len : way == 1 ? file.len / 2 : 0;
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_bytes(file.data, len), &err), SHEAF_OK);
    sheaf_buffer_deinit(&file);
    unsigned sent = s->hub.messages;
    for (int again = 0; again < 2; again++) {
        if (again)
            sheaf_node_close(&s->node[0]);
        start_node(s, 0);
        assert_int_equal(sheaf_node_turn(&s->node[0], &err), SHEAF_OK);
        assert_int_equal(sheaf_node_turn(&s->node[0], &err), SHEAF_OK);
        assert_int_equal(s->hub.messages, sent);
        const char *why = again ? "has left round" : name;
        if (!strstr(last_lines, why) || !strstr(s->hub.refusal, why))
            fail_msg("%s, %d: %s\n%s", name, way, s->hub.refusal, last_lines);
        assert_false(kept(s, 0, "seed"));
    }
    end(s);
}

static void test_spoiled(void **unused)
{
    static const struct {
        const char *name;
        sheaf_round_stage last;
        int way;
    } rows[] = {
        {"seed", SHEAF_ROUND_SHARE, 0},         {"seed", SHEAF_ROUND_SHARE, 2},
        {"bundle-share", SHEAF_ROUND_SHARE, 1}, {"bundle-share", SHEAF_ROUND_INPUT, 0},
        {"input", SHEAF_ROUND_INPUT, 0},        {"input", SHEAF_ROUND_INPUT, 1},
        {"input", SHEAF_ROUND_INPUT, 2},        {"bundle-survivors", SHEAF_ROUND_SURVIVORS, 0},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        spoil(rows[i].name, rows[i].last, rows[i].way);
}

/* A file that is gone is no reason to make something else of it. */
static void test_missing(void **unused)
{
    static const char *const names[] = {"seed", "input", "bundle-share"};
    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        stage *s = begin(NODES);
        sheaf_err err = {0};
        char path[SHEAF_PATH_MAX];
        fake_hub_round_open(&s->hub, "statistics", NULL);
        stop_behind(s, SHEAF_ROUND_INPUT, true);
        kept_path(s, 0, names[i], path);
        assert_int_equal(sheaf_file_remove(path, &err), SHEAF_OK);
        unsigned sent = s->hub.messages;
        restart(s, 0);
        assert_int_equal(sheaf_node_turn(&s->node[0], &err), SHEAF_OK);
        assert_int_equal(s->hub.messages, sent);
        assert_non_null(strstr(s->hub.refusal, "is spoiled"));
        end(s);
    }
}

/* Nobody else may read it, and of rounds that are over nothing stays. */
static void test_secrets(void **unused)
{
    stage *s = begin(NODES);
    sheaf_err err = {0};
    struct stat info;
    char path[SHEAF_PATH_MAX];
    (void)unused;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    turn(s, 1);
    kept_path(s, 0, "seed", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    kept_path(s, 0, "", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    /* What ends here ends for good, whatever is restarted. */
    assert_int_equal(sheaf_revoked_add(s->home[0], kit_index(&s->hub.k, "ann.consent"), &err),
                     SHEAF_OK);
    restart(s, 0);
    turn(s, 1);
    assert_false(kept(s, 0, "seed"));
    assert_true(kept(s, 0, "left"));
    /* The round is over while the node sleeps. */
    sheaf_node_close(&s->node[1]);
    assert_true(kept(s, 1, "seed"));
    kit_do(&s->hub.k, "hub", "round.abort", NULL, "{'reason':'deadline','round':%" PRIu32 "}",
           s->hub.round);
    fake_hub_publish(&s->hub);
    start_node(s, 1);
    turn(s, 1);
    for (int i = 0; i < NODES; i++)
        assert_false(kept(s, i, ""));
    end(s);
}

/* A disk on which no file that was kept can be looked at. */
static int blind_stat(const char *path, bool follow, struct stat *out)
{
    const char *sent = strstr(path, "/sent/");
    if (!sent || !strchr(sent + strlen("/sent/"), '/'))
        return follow ? stat(path, out) : lstat(path, out);
    errno = EIO;
    return -1;
}

/* It is not taken for an empty one: no second seed, no second vector. */
static void test_blind_disk(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash result;
    sheaf_disk blind = *sheaf_disk_now();
    (void)unused;
    blind.stat = blind_stat;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    stop_behind(s, SHEAF_ROUND_INPUT, true);
    sheaf_disk_use(&blind);
    restart(s, 0);
    turn(s, 2);
    sheaf_disk_use(NULL);
    turn(s, 12);
    if (!fake_hub_round_close(&s->hub, &result))
        fail_msg("%s\n%s", s->hub.refusal, last_lines);
    assert_int_equal(sheaf_round_find(&s->hub.k.state, s->hub.round)->survivors, NODES);
    assert_int_equal(s->hub.refusals, 0);
    assert_int_equal(s->hub.changed, 0);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on),   cmocka_unit_test(test_goes_on_under_noise),
        cmocka_unit_test(test_all_crash), cmocka_unit_test(test_data_is_read_once),
        cmocka_unit_test(test_spoiled),   cmocka_unit_test(test_missing),
        cmocka_unit_test(test_secrets),   cmocka_unit_test(test_blind_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
