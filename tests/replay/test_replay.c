/* Logs of every rules revision, replayed: they give the same digests for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "replay_lines.h"

static FILE *frozen(const char *name)
{
    char path[512];
    const char *folder = getenv("SHEAF_REPLAY");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "tests/replay", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    return file;
}

static void read_log(replay_lines *lines, const char *name)
{
    FILE *file = frozen(name);
    replay_lines_read(lines, file);
    fclose(file);
}

static void test_revision_1(void **unused)
{
    (void)unused;
    static replay_lines lines;
    sheaf_replay replay;
    bool seen[SHEAF_KIND_COUNT] = {false};
    char want[REPLAY_DIGEST_LINE_MAX], line[REPLAY_DIGEST_LINE_MAX];
    read_log(&lines, "r1/entries.jsonl");
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
    FILE *digests = frozen("r1/digests.txt");
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        assert_int_equal(sheaf_replay_entry(&replay, lines.entry[i], &result, NULL), SHEAF_OK);
        seen[result.kind] = seen[result.kind] || result.refusal == SHEAF_ACCEPTED;
        if ((i + 1) % REPLAY_EVERY != 0 && i + 1 != lines.count)
            continue;
        assert_non_null(fgets(want, sizeof want, digests));
        replay_digest_line(&replay, line);
        assert_string_equal(line, want);
    }
    assert_null(fgets(want, sizeof want, digests));
    assert_int_equal(replay.voids, 8);
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_COOP && !seen[kind])
            fail_msg("the frozen log has no %s", sheaf_kind_shape(kind)->name);
    fclose(digests);
    sheaf_replay_deinit(&replay);
    replay_lines_free(&lines);
}

/* Many at once, on one thread and on two, come to the same. */
static void test_in_batches(void **unused)
{
    (void)unused;
    static replay_lines lines;
    char line[2][REPLAY_DIGEST_LINE_MAX];
    read_log(&lines, "r1/entries.jsonl");
    for (unsigned threads = 1; threads <= 2; threads++) {
        sheaf_replay replay;
        assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
        assert_int_equal(
            sheaf_replay_entries(&replay, lines.entry, lines.count, threads, NULL, NULL, NULL),
            SHEAF_OK);
        replay_digest_line(&replay, line[threads - 1]);
        assert_int_equal(replay.voids, 8);
        sheaf_replay_deinit(&replay);
    }
    assert_string_equal(line[0], line[1]);
    replay_lines_free(&lines);
}

/* An older program stops before the entry that leads to rules it does not know, says which, and
 * goes on with the tree. */
static void test_newer_rules(void **unused)
{
    (void)unused;
    static replay_lines lines;
    sheaf_replay older, newer;
    read_log(&lines, "newer/entries.jsonl");
    assert_int_equal(sheaf_replay_init(&older, 1, NULL), SHEAF_OK);
    assert_int_equal(sheaf_replay_init(&newer, 2, NULL), SHEAF_OK);
    sheaf_hash before = sheaf_state_digest(&older.state), digest = before;
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        before = digest;
        assert_int_equal(sheaf_replay_entry(&older, lines.entry[i], &result, NULL), SHEAF_OK);
        assert_int_equal(result.refusal, SHEAF_ACCEPTED);
        digest = sheaf_state_digest(&older.state);
        if (sheaf_replay_stopped(&older)) {
            assert_int_equal(result.kind, SHEAF_KIND_none);
            assert_memory_equal(before.bytes, digest.bytes, sizeof digest.bytes);
        }
        assert_int_equal(sheaf_replay_entry(&newer, lines.entry[i], &result, NULL), SHEAF_OK);
        assert_int_equal(result.refusal, SHEAF_ACCEPTED);
        assert_false(sheaf_replay_stopped(&newer));
    }
    assert_true(sheaf_replay_stopped(&older));
    assert_int_equal(older.needs_revision, 2);
    assert_int_equal(older.stopped_at, older.state.size);
    assert_true(older.stopped_at + 3 < lines.count);
    assert_int_equal(older.voids, 0);
    assert_int_equal(older.tree.size, lines.count);
    sheaf_hash a = sheaf_tree_root(&older.tree), b = sheaf_tree_root(&newer.tree);
    assert_memory_equal(a.bytes, b.bytes, sizeof a.bytes);
    sheaf_replay_deinit(&older);
    sheaf_replay_deinit(&newer);
    replay_lines_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_revision_1),
        cmocka_unit_test(test_in_batches),
        cmocka_unit_test(test_newer_rules),
    };
    if (!sheaf_crypto_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
