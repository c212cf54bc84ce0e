/* Memory that runs out in every kind of act, all of which stand in the frozen log: at every
 * allocation that folding an entry makes, the answer is SHEAF_NOMEM and the state is as before.
 * The program is linked with --wrap, so that its own allocations and no others can be made to
 * fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "replay_lines.h"
#include "scarce.h"

#include "coop/snapshot.h"

enum { TRIES_MAX = 1000, SNAPSHOT_MAX = 64 << 20 };

/* Folds the entry into a state that has just been read back, so that whatever it needs must be
 * had, with so many allocations; false if they were not enough. */
static bool try_with(sheaf_slice snapshot, const sheaf_entry *entry, sheaf_arena *work,
                     long allocations)
{
    bool founded = entry->act->kind != SHEAF_KIND_coop_found;
    sheaf_state state;
    sheaf_buffer after;
    sheaf_outcome outcome = {0};
    sheaf_err err = {0};
    assert_int_equal(sheaf_state_init(&state, SHEAF_REVISION, NULL), SHEAF_OK);
    if (founded && sheaf_snapshot_get(snapshot, &state, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    sheaf_arena_reset(work);
    scarce_left = allocations;
    sheaf_status status = sheaf_fold_try(&state, entry, work, &outcome, &err);
    scarce_left = -1;
    if (status == SHEAF_OK)
        sheaf_fold_drop(&state);
    else
        assert_int_equal(status, SHEAF_NOMEM);
    assert_false(state.failed);
    sheaf_buffer_init(&after, SNAPSHOT_MAX);
    sheaf_snapshot_put(&after, &state);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&after), snapshot));
    sheaf_buffer_deinit(&after);
    sheaf_state_deinit(&state);
    return status == SHEAF_OK;
}

/* Returns how many allocations were too few. */
static int try_hungry(const sheaf_state *state, const sheaf_entry *entry, sheaf_arena *work)
{
    sheaf_buffer snapshot;
    int tries = 0;
    sheaf_buffer_init(&snapshot, SNAPSHOT_MAX);
    sheaf_snapshot_put(&snapshot, state);
    while (tries < TRIES_MAX && !try_with(sheaf_buffer_slice(&snapshot), entry, work, tries))
        tries++;
    assert_true(tries < TRIES_MAX);
    sheaf_buffer_deinit(&snapshot);
    return tries;
}

static void read_log(replay_lines *lines)
{
    const char *folder = getenv("SHEAF_REPLAY");
    char path[512];
    snprintf(path, sizeof path, "%s/r1/entries.jsonl", folder ? folder : "tests/replay");
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    replay_lines_read(lines, file);
    fclose(file);
}

static void test_every_kind(void **unused)
{
    (void)unused;
    static replay_lines lines;
    sheaf_replay replay;
    void *blocks[2] = {malloc(SHEAF_ACT_ARENA_BYTES), malloc(SHEAF_FOLD_ARENA_BYTES)};
    sheaf_arena decode = sheaf_arena_over(blocks[0], SHEAF_ACT_ARENA_BYTES);
    sheaf_arena work = sheaf_arena_over(blocks[1], SHEAF_FOLD_ARENA_BYTES);
    int failures = 0;
    read_log(&lines);
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        sheaf_entry entry;
        sheaf_arena_reset(&decode);
        bool sound = sheaf_entry_decode(lines.entry[i], SHEAF_REVISION, &decode, &entry, NULL)
                     == SHEAF_OK; /* some are void for their form */
        if (sound)
            failures += try_hungry(&replay.state, &entry, &work);
        assert_int_equal(sheaf_replay_entry(&replay, lines.entry[i], &result, NULL), SHEAF_OK);
    }
    assert_true(failures > 300);
    sheaf_replay_deinit(&replay);
    replay_lines_free(&lines);
    free(blocks[0]);
    free(blocks[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
