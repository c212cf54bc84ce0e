/* Memory that runs out: at every allocation of a fold, the answer is SHEAF_NOMEM and the state
 * is as before; with memory back the same entry is accepted. The program is linked with
 * --wrap, so that its own allocations and no others can be made to fail. */
#include "test.h"

#include "coop/key_numbers.h"
#include "scarce.h"

/* One entry, again and again until its memory is there. Returns how often it was not. */
static int fold_hungry(sheaf_state *state, kit *k, sheaf_slice bytes)
{
    sheaf_entry entry;
    sheaf_arena_reset(&k->decode);
    assert_int_equal(sheaf_entry_decode(bytes, 1, &k->decode, &entry, NULL), SHEAF_OK);
    sheaf_hash before = sheaf_state_digest(state);
    for (int failures = 0;; failures++) {
        assert_true(failures < 1000);
        sheaf_outcome outcome = {0};
        sheaf_err err = {0};
        sheaf_arena_reset(&k->work);
        scarce_left = failures % 16; /* what was taken stays: each turn fails further on */
        sheaf_status status = sheaf_fold_try(state, &entry, &k->work, &outcome, &err);
        scarce_left = -1;
        if (status == SHEAF_OK) {
            assert_int_equal(outcome.refusal, SHEAF_ACCEPTED);
            scarce_left = 0; /* keeping needs nothing */
            sheaf_fold_drop(state);
            scarce_left = -1;
            sheaf_arena_reset(&k->work);
            assert_int_equal(sheaf_fold_try(state, &entry, &k->work, &outcome, &err), SHEAF_OK);
            scarce_left = 0;
            sheaf_fold_keep(state, &entry);
            scarce_left = -1;
            return failures;
        }
        assert_int_equal(status, SHEAF_NOMEM);
        assert_true(err.message[0] != 0);
        assert_false(state->failed);
        sheaf_hash after = sheaf_state_digest(state);
        assert_memory_equal(before.bytes, after.bytes, 32);
    }
}

/* A log in which every sort of rule writes. */
static void write_log(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_with_data(k, &rules);
    kit_motion(k, "m", KIT_MANDATE, 4);
    rules.open_max = 50;
    kit_motion(k, "a", kit_amendment(&rules, "#ann"), 4);
    assert_int_equal(kit_round_open(k, "r", "statistics", 0, "m.tick"), ACCEPTED);
    assert_int_equal(kit_round_close(k, "r", "statistics", 'a'), ACCEPTED);
    assert_int_equal(kit_attest(k, "ann.node", "r", 'a'), ACCEPTED);
    kit_do(k, "ann", "revenue.record", NULL, "{'amount_cents':1000,'memo':^}");
    kit_motion(k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':999}}", 4);
    for (int i = 0; i < 70; i++) /* past the first size of lists and indices */
        kit_do(k, "ann", "dataset.register", NULL,
               "{'commitment':~1,'licence':'CC0-1.0','records':1,'schema':'s','subjects':"
               "'none','title':^}");
    kit_do(k, "ann", "member.leave", NULL, "{}");
}

static void test_every_allocation(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    write_log(&k);
    /* A state that begins anew for every entry would take long: one state, whose every growth
     * is met by a failure, and its digest in the end. */
    sheaf_state state;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    sheaf_slice log = sheaf_buffer_slice(&k.log), entry;
    int failures = 0;
    while (log.len) {
        uint32_t len = (uint32_t)log.data[0] << 24 | (uint32_t)log.data[1] << 16
                       | (uint32_t)log.data[2] << 8 | log.data[3];
        assert_true(sheaf_take(&log, 4, &entry) && sheaf_take(&log, len, &entry));
        failures += fold_hungry(&state, &k, entry);
    }
    assert_true(failures > 50);
    sheaf_hash a = sheaf_state_digest(&k.state), b = sheaf_state_digest(&state);
    assert_memory_equal(a.bytes, b.bytes, 32);
    sheaf_state_deinit(&state);
    kit_close(&k);
}

/* What is written to a row that could not be made is thrown away, and there is no digest where
 * there is no memory for it. */
static void test_rows_that_are_not_there(void **unused)
{
    (void)unused;
    static const sheaf_hash none;
    sheaf_state state;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    sheaf_mark mark = sheaf_state_mark(&state);
    scarce_left = 0;
    sheaf_tally_new(&state, 7)->yes = 7;
    scarce_left = -1;
    assert_true(state.failed);
    assert_int_equal(sheaf_tally_row(&state, 7), SHEAF_NONE);
    sheaf_tally_edit(&state, sheaf_tally_row(&state, 7))->yes = 7;
    sheaf_tally_edit(&state, 0)->yes = 7;
    assert_int_equal(sheaf_tally_count(&state), 0);
    sheaf_state_roll_back(&state, mark);
    state.failed = false;
    sheaf_tally_new(&state, 7)->yes = 7;
    sheaf_state_commit(&state);
    scarce_left = 0;
    sheaf_hash digest = sheaf_state_digest(&state);
    scarce_left = -1;
    assert_true(state.failed);
    assert_memory_equal(digest.bytes, none.bytes, sizeof none.bytes);
    state.failed = false;
    digest = sheaf_state_digest(&state);
    assert_false(state.failed);
    assert_memory_not_equal(digest.bytes, none.bytes, sizeof none.bytes);
    sheaf_state_deinit(&state);
}

/* Rows that are written are in the next root although there is no memory to list them, and
 * their writing needs none. */
static void test_unlisted_rows(void **unused)
{
    (void)unused;
    enum { ROWS = 700 };
    sheaf_state state, plain;
    sheaf_hash root, want;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    assert_int_equal(sheaf_state_init(&plain, 1, NULL), SHEAF_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        sheaf_tally_new(&state, sheaf_pair(i, 0))->yes = i;
        sheaf_tally_new(&plain, sheaf_pair(i, 0))->yes = i % 3 == 0 && i < 600 ? i + 1 : i;
        if (i % 50 == 0) /* the list is as long as rows are new at once */
            (void)sheaf_table_root(&state, SHEAF_TABLE_tally);
    }
    sheaf_state_commit(&state);
    (void)sheaf_table_root(&state, SHEAF_TABLE_tally);
    scarce_left = 0;
    for (uint32_t i = 0; i < 600; i += 3) {
        sheaf_tally_edit(&state, i)->yes++;
        sheaf_state_commit(&state);
    }
    assert_false(state.failed);
    assert_int_equal(state.tables[SHEAF_TABLE_tally].built, 0);
    (void)sheaf_table_root(&state, SHEAF_TABLE_tally);
    assert_true(state.failed); /* no room for all rows, and no wrong root */
    scarce_left = -1;
    state.failed = false;
    root = sheaf_table_root(&state, SHEAF_TABLE_tally);
    want = sheaf_table_root(&plain, SHEAF_TABLE_tally);
    assert_false(state.failed);
    assert_memory_equal(root.bytes, want.bytes, 32);
    sheaf_state_deinit(&state);
    sheaf_state_deinit(&plain);
}

/* A void entry is entered without memory. */
static void test_void_needs_none(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_write(&k, "ann", "motion.withdraw", "{'motion':3}");
    sheaf_entry entry;
    sheaf_outcome outcome = {0};
    sheaf_arena_reset(&k.decode);
    assert_int_equal(
        sheaf_entry_decode(sheaf_buffer_slice(&k.entry), 1, &k.decode, &entry, NULL), SHEAF_OK);
    assert_int_equal(sheaf_fold_try(&k.state, &entry, &k.work, &outcome, NULL), SHEAF_OK);
    assert_int_equal(outcome.refusal, R(no_such_motion));
    scarce_left = 0;
    sheaf_fold_void(&k.state, &entry, outcome.number_used);
    scarce_left = -1;
    assert_int_equal(sheaf_key_number_of(&k.state, 0), entry.act->seq);
    assert_int_equal(sheaf_coop(&k.state)->stamp, entry.stamp);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation),
        cmocka_unit_test(test_rows_that_are_not_there),
        cmocka_unit_test(test_unlisted_rows),
        cmocka_unit_test(test_void_needs_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
