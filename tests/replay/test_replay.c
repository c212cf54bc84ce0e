/* Logs of every rules revision, replayed: they give the same digests for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "coop/ending.h"
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

/* Those of revision 1: one in which every kind stands, and one that ends. */
static const struct {
    const char *entries, *digests;
    uint64_t voids;
    bool sealed;
} logs[] = {
    {"r1/entries.jsonl", "r1/digests.txt", 8, false},
    {"sealed/entries.jsonl", "sealed/digests.txt", 3, true},
};

enum { LOGS = sizeof logs / sizeof *logs };

static bool sealed(const sheaf_state *state)
{
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    return ending && ending->state == SHEAF_ending_state_sealed;
}

/* What a log holds: kinds of acts that were accepted, and tables that have had rows. */
typedef struct {
    bool kind[SHEAF_KIND_COUNT], table[SHEAF_TABLE_COUNT];
} holds;

/* Every so many entries the state is the one of its digest; tells what it met. */
static void replay_frozen(size_t which, holds *seen)
{
    static replay_lines lines;
    sheaf_replay replay;
    char want[REPLAY_DIGEST_LINE_MAX], line[REPLAY_DIGEST_LINE_MAX];
    read_log(&lines, logs[which].entries);
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
    FILE *digests = frozen(logs[which].digests);
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        bool ended = sealed(&replay.state);
        assert_int_equal(sheaf_replay_entry(&replay, lines.entry[i], &result, NULL), SHEAF_OK);
        seen->kind[result.kind] = seen->kind[result.kind] || result.refusal == SHEAF_ACCEPTED;
        for (uint32_t id = 0; id < SHEAF_TABLE_COUNT; id++)
            seen->table[id] = seen->table[id] || replay.state.tables[id].count;
        if (ended && result.kind != SHEAF_KIND_state_digest)
            assert_int_equal(result.refusal, SHEAF_REFUSED_sealed);
        if ((i + 1) % REPLAY_EVERY != 0 && i + 1 != lines.count)
            continue;
        assert_non_null(fgets(want, sizeof want, digests));
        replay_digest_line(&replay, line);
        assert_string_equal(line, want);
    }
    assert_null(fgets(want, sizeof want, digests));
    assert_int_equal(replay.voids, logs[which].voids);
    assert_int_equal(sealed(&replay.state), logs[which].sealed);
    fclose(digests);
    sheaf_replay_deinit(&replay);
    replay_lines_free(&lines);
}

static void test_revision_1(void **unused)
{
    (void)unused;
    holds seen = {0};
    replay_frozen(0, &seen);
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_COOP && !seen.kind[kind])
            fail_msg("the frozen log has no %s", sheaf_kind_shape(kind)->name);
    for (uint32_t id = 0; id < SHEAF_TABLE_COUNT; id++)
        if (!seen.table[id])
            fail_msg("the frozen log leads to no row of %s", sheaf_table_describe(id)->name);
}

/* From the founding to the seal; but for digests nothing that stands after it counts. */
static void test_sealed(void **unused)
{
    (void)unused;
    holds seen = {0};
    replay_frozen(1, &seen);
    assert_true(seen.kind[SHEAF_KIND_coop_close] && seen.kind[SHEAF_KIND_creditor_settle]);
}

/* Many at once, on one thread and on two, come to the same. */
static void test_in_batches(void **unused)
{
    (void)unused;
    static replay_lines lines;
    char line[2][REPLAY_DIGEST_LINE_MAX];
    for (size_t which = 0; which < LOGS; which++) {
        read_log(&lines, logs[which].entries);
        for (unsigned threads = 1; threads <= 2; threads++) {
            sheaf_replay replay;
            assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
            assert_int_equal(sheaf_replay_entries(&replay, lines.entry, lines.count, threads,
                                                  NULL, NULL, NULL),
                             SHEAF_OK);
            replay_digest_line(&replay, line[threads - 1]);
            assert_int_equal(replay.voids, logs[which].voids);
            sheaf_replay_deinit(&replay);
        }
        assert_string_equal(line[0], line[1]);
        replay_lines_free(&lines);
    }
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* Batches of these sizes in turn, at whose ends state and tree are those of one entry after the
 * other. Looking at a digest on the way, or not looking, changes none that follows. */
static void replay_batches(const replay_lines *lines, char (*want)[REPLAY_DIGEST_LINE_MAX],
                           uint64_t voids, uint64_t seed)
{
    static const uint64_t sizes[] = {1, 3, 40, 300, REPLAY_LINES_MAX};
    uint64_t given = seed;
    sheaf_replay replay;
    char line[REPLAY_DIGEST_LINE_MAX];
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
    for (size_t at = 0; at < lines->count;) {
        size_t count = (size_t)(1 + draw(&seed, sizes[draw(&seed, 5)]));
        count = count < lines->count - at ? count : lines->count - at;
        assert_int_equal(sheaf_replay_entries(&replay, lines->entry + at, count,
                                              (unsigned)(1 + draw(&seed, 2)), NULL, NULL, NULL),
                         SHEAF_OK);
        at += count;
        if (draw(&seed, 2) && at < lines->count)
            continue;
        replay_digest_line(&replay, line);
        if (strcmp(line, want[at - 1]) != 0)
            fail_msg("seed %llu: another digest after %zu entries", (unsigned long long)given,
                     at);
    }
    assert_int_equal(replay.voids, voids);
    sheaf_replay_deinit(&replay);
}

static void replay_in_any_batches(size_t which, uint64_t seeds)
{
    static replay_lines lines;
    static char want[REPLAY_LINES_MAX][REPLAY_DIGEST_LINE_MAX];
    sheaf_replay replay;
    read_log(&lines, logs[which].entries);
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        assert_int_equal(sheaf_replay_entry(&replay, lines.entry[i], &result, NULL), SHEAF_OK);
        replay_digest_line(&replay, want[i]);
    }
    sheaf_replay_deinit(&replay);
    for (uint64_t seed = 1; seed <= seeds; seed++)
        replay_batches(&lines, want, logs[which].voids, seed);
    replay_lines_free(&lines);
}

static void test_in_any_batches(void **unused)
{
    (void)unused;
    const char *env = getenv("SHEAF_TEST_LONG");
    for (size_t which = 0; which < LOGS; which++)
        replay_in_any_batches(which, env && strcmp(env, "0") != 0 ? 60 : 8);
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
        cmocka_unit_test(test_revision_1),  cmocka_unit_test(test_sealed),
        cmocka_unit_test(test_in_batches),  cmocka_unit_test(test_in_any_batches),
        cmocka_unit_test(test_newer_rules),
    };
    if (!sheaf_crypto_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
