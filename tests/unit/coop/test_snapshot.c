/* A state written and read again is the state that replay makes, and goes on as it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coop/snapshot.h"
#include "kit.h"

static void live(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_with_data(k, &rules);
    kit_do(k, "ann", "revenue.record", NULL, "{'amount_cents':500,'memo':^}");
    kit_motion(k, "grant", KIT_MANDATE, 4);
    kit_do(k, "bob", "motion.open", "open", "{'reason':^,'title':^}");
    kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#open}");
    assert_int_equal(kit_round_open(k, "round", "statistics", 0, "grant.tick"), SHEAF_ACCEPTED);
}

static void go_on(kit *k)
{
    kit_do(k, "dan", "ballot.cast", NULL, "{'choice':'no','motion':#open}");
    kit_do(k, "ann", "revenue.record", NULL, "{'amount_cents':7,'memo':^}");
    assert_int_equal(kit_round_close(k, "round", "statistics", '3'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(k, "ann.node", "round", '3'), SHEAF_ACCEPTED);
    kit_do(k, "bob", "dataset.register", "more",
           "{'commitment':~b,'licence':'CC0-1.0','records':9,'schema':'s/v1','subjects':'none',"
           "'title':^}");
    kit_motion(k, "other", KIT_MANDATE, 1);
}

static void save(sheaf_buffer *out, const sheaf_state *state)
{
    sheaf_buffer_init(out, 1 << 24);
    sheaf_snapshot_put(out, state);
    assert_false(out->failed);
}

static sheaf_status load(sheaf_slice bytes, sheaf_state *state)
{
    sheaf_err err;
    assert_int_equal(sheaf_state_init(state, SHEAF_REVISION, &err), SHEAF_OK);
    sheaf_status status = sheaf_snapshot_get(bytes, state, &err);
    if (status != SHEAF_OK)
        sheaf_state_deinit(state);
    return status;
}

static void expect_same(sheaf_state *a, sheaf_state *b)
{
    sheaf_hash x = sheaf_state_digest(a), y = sheaf_state_digest(b);
    assert_memory_equal(x.bytes, y.bytes, sizeof x.bytes);
    assert_int_equal(a->size, b->size);
}

/* The row's columns say by what it is found, in every table. */
static void expect_found(const sheaf_state *state)
{
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const sheaf_table_shape *shape = sheaf_table_describe(t);
        for (uint32_t row = 0; row < sheaf_table_rows(state, t); row++) {
            uint64_t key = shape->key(sheaf_table_row(state, t, row));
            if (shape->find != SHEAF_FIND_BY_ROW && sheaf_find_row(state, t, key) != row)
                fail_msg("row %u of %s is not found by its columns", row, shape->name);
        }
    }
}

static sheaf_slice next_entry(sheaf_slice *log)
{
    uint32_t len;
    sheaf_slice entry;
    assert_true(sheaf_take_u32(log, &len) && sheaf_take(log, len, &entry));
    return entry;
}

static void test_goes_on_alike(void **unused)
{
    kit k;
    sheaf_buffer bytes, again;
    sheaf_state state;
    (void)unused;
    kit_open(&k);
    live(&k);
    save(&bytes, &k.state);
    expect_found(&k.state);
    assert_int_equal(load(sheaf_buffer_slice(&bytes), &state), SHEAF_OK);
    expect_found(&state);
    expect_same(&k.state, &state);
    save(&again, &state);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.data, bytes.data, bytes.len);

    size_t from = k.log.len;
    go_on(&k);
    sheaf_slice log = sheaf_bytes(k.log.data + from, k.log.len - from);
    while (log.len) {
        sheaf_entry entry;
        sheaf_outcome outcome = {0};
        sheaf_slice one = next_entry(&log);
        for (int dropped = 1; dropped >= 0; dropped--) { /* rolling back works too */
            sheaf_hash before = sheaf_state_digest(&state);
            sheaf_arena_reset(&k.decode);
            sheaf_arena_reset(&k.work);
            assert_int_equal(sheaf_entry_decode(one, SHEAF_REVISION, &k.decode, &entry, &k.err),
                             SHEAF_OK);
            assert_int_equal(sheaf_fold_try(&state, &entry, &k.work, &outcome, &k.err),
                             SHEAF_OK);
            if (dropped || outcome.refusal != SHEAF_ACCEPTED) {
                sheaf_fold_drop(&state);
                sheaf_hash after = sheaf_state_digest(&state);
                assert_memory_equal(before.bytes, after.bytes, sizeof after.bytes);
            } else {
                sheaf_fold_keep(&state, &entry);
            }
        }
        assert_int_equal(outcome.refusal, SHEAF_ACCEPTED);
    }
    expect_same(&k.state, &state);
    sheaf_state_deinit(&state);
    sheaf_buffer_deinit(&bytes);
    sheaf_buffer_deinit(&again);
    kit_close(&k);
}

/* No byte can be changed unseen: either it is refused or the digest is another. */
static void test_every_byte_counts(void **unused)
{
    kit k;
    sheaf_buffer bytes;
    sheaf_state state;
    size_t refused = 0;
    (void)unused;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    sheaf_hash want = sheaf_state_digest(&k.state);
    save(&bytes, &k.state);
    for (size_t at = 0; at < bytes.len; at++) {
        bytes.data[at] ^= 0x41;
        if (load(sheaf_buffer_slice(&bytes), &state) != SHEAF_OK) {
            refused++;
        } else {
            sheaf_hash digest = sheaf_state_digest(&state);
            if (state.size == k.state.size && sheaf_hash_equal(&digest, &want))
                fail_msg("byte %zu does not count", at);
            sheaf_state_deinit(&state);
        }
        bytes.data[at] ^= 0x41;
    }
    assert_true(refused > 50);
    for (size_t len = 0; len < bytes.len; len += 13)
        assert_int_not_equal(load(sheaf_bytes(bytes.data, len), &state), SHEAF_OK);
    sheaf_buffer_add_byte(&bytes, 0);
    assert_int_equal(load(sheaf_buffer_slice(&bytes), &state), SHEAF_FAULT);
    sheaf_buffer_deinit(&bytes);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on_alike),
        cmocka_unit_test(test_every_byte_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
