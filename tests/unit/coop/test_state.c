/* The tables: random edits, appends and nested marks against a plain copy of everything. */
#include "test.h"

#include "log/tree.h"

enum { MODEL_ROWS = 1200, DEPTH = 4 };

/* What a table should hold: motions (found by id) and parts (found by row). */
typedef struct {
    uint32_t motions, parts, next_id;
    uint32_t id[MODEL_ROWS], yes[MODEL_ROWS];
    uint8_t byte[MODEL_ROWS];
} model;

static void compare(const sheaf_state *state, const model *m)
{
    assert_int_equal(sheaf_motion_count(state), m->motions);
    assert_int_equal(sheaf_part_count(state), m->parts);
    for (uint32_t i = 0; i < m->motions; i++) {
        assert_int_equal(sheaf_motion_at(state, i)->id, m->id[i]);
        assert_int_equal(sheaf_motion_at(state, i)->yes, m->yes[i]);
        assert_int_equal(sheaf_motion_row(state, m->id[i]), i);
    }
    for (uint32_t i = 0; i < m->parts; i++)
        assert_int_equal(sheaf_part_at(state, i)->bytes[7], m->byte[i]);
    for (uint32_t id = m->next_id; id < m->next_id + 20; id++)
        assert_null(sheaf_motion_find(state, id * 3));
}

static void change(sheaf_state *state, model *m, uint64_t *seed)
{
    uint64_t random = kit_random(seed);
    if (random % 5 == 0 && m->motions < MODEL_ROWS) {
        struct sheaf_row_motion *row = sheaf_motion_new(state, m->next_id * 3);
        row->id = m->id[m->motions] = m->next_id++ * 3;
        row->yes = m->yes[m->motions++] = 0;
    } else if (random % 5 == 1 && m->parts < MODEL_ROWS) {
        struct sheaf_row_part *row = sheaf_part_new(state, 0);
        row->bytes[7] = m->byte[m->parts++] = (uint8_t)(random >> 8);
    } else if (random % 5 == 2 && m->parts) {
        uint32_t at = (uint32_t)(random >> 8) % m->parts;
        sheaf_part_edit(state, at)->bytes[7] = m->byte[at] = (uint8_t)(random >> 40);
    } else if (m->motions) {
        uint32_t at = (uint32_t)(random >> 8) % m->motions;
        sheaf_motion_edit(state, at)->yes = m->yes[at] = (uint32_t)(random >> 40);
    }
}

/* The root of a table, from its rows alone. */
static sheaf_hash root_of(const sheaf_state *state, sheaf_table_id id)
{
    const sheaf_table_shape *shape = sheaf_table_describe(id);
    sheaf_tree tree = {0};
    for (uint32_t i = 0; i < sheaf_table_rows(state, id); i++) {
        uint8_t bytes[1024];
        sheaf_row_encode(shape, sheaf_table_row(state, id, i), bytes);
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(bytes, shape->encoded));
        sheaf_tree_append(&tree, &leaf);
    }
    return sheaf_tree_root(&tree);
}

static void compare_roots(sheaf_state *state)
{
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        sheaf_hash kept = sheaf_table_root(state, t), plain = root_of(state, t);
        assert_memory_equal(kept.bytes, plain.bytes, 32);
    }
}

static void play(uint64_t first)
{
    static model models[DEPTH + 1];
    sheaf_mark marks[DEPTH + 1];
    sheaf_state state;
    uint64_t seed = first;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    memset(models, 0, sizeof models);
    models[0].next_id = 1;
    for (int turn = 0; turn < 60; turn++) {
        int depth = 0;
        for (int step = 0; step < 60; step++) {
            uint64_t random = kit_random(&seed) % 10;
            if (random == 0 && depth < DEPTH) {
                models[depth + 1] = models[depth];
                marks[++depth] = sheaf_state_mark(&state);
            } else if (random == 1 && depth) {
                sheaf_state_roll_back(&state, marks[depth--]);
            } else if (random == 2 && depth) { /* the inner mark is let go, its writes stay */
                models[depth - 1] = models[depth];
                depth--;
            } else {
                change(&state, &models[depth], &seed);
            }
        }
        if (kit_random(&seed) % 3) {
            while (depth)
                sheaf_state_roll_back(&state, marks[depth--]);
        }
        models[0] = models[depth];
        compare(&state, &models[0]);
        sheaf_state_commit(&state);
        if (kit_random(&seed) % 2)
            compare_roots(&state);
    }
    sheaf_state_deinit(&state);
}

static void test_rollback(void **unused)
{
    (void)unused;
    kit_seeds(play, 20);
}

/* Two rows written in turn, and now and then any, under one mark and under many: all are in the
 * next root, also those written since a root under the same mark, and what is kept of them
 * beside grows with the rows, not with the writes. */
static void test_written_often(void **unused)
{
    (void)unused;
    enum { ROWS = 3000, WRITES = 40000 };
    sheaf_state state;
    uint64_t seed = 3;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    for (uint32_t i = 0; i < ROWS; i++)
        sheaf_tally_new(&state, sheaf_pair(i, 0));
    sheaf_state_commit(&state);
    compare_roots(&state);
    for (uint32_t i = 0; i < WRITES; i++) {
        uint32_t any = (uint32_t)(kit_random(&seed) % ROWS);
        sheaf_tally_edit(&state, i % 100 ? i % 2 * 17 : any)->yes++;
        if (i % 20000 < 10000)
            sheaf_state_commit(&state);
        if (i % 9999 == 0)
            compare_roots(&state);
    }
    compare_roots(&state);
    assert_true(state.tables[SHEAF_TABLE_tally].dirty_capacity <= 2 * ROWS);
    sheaf_state_deinit(&state);
}

/* The same entries give the same digest in a state that is digested at every entry, in one that
 * is digested once, and from the rows alone. */
static void test_digest_from_scratch(void **unused)
{
    (void)unused;
    kit k, again;
    kit_open(&k);
    kit_open(&again);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    kit_motion(&k, "m", KIT_MANDATE, 4);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), SHEAF_ACCEPTED);
    sheaf_slice log = sheaf_buffer_slice(&k.log), entry;
    while (log.len) {
        uint32_t len = (uint32_t)log.data[0] << 24 | (uint32_t)log.data[1] << 16
                       | (uint32_t)log.data[2] << 8 | log.data[3];
        assert_true(sheaf_take(&log, 4, &entry) && sheaf_take(&log, len, &entry));
        sheaf_entry decoded;
        sheaf_outcome outcome = {0};
        sheaf_arena_reset(&again.decode);
        sheaf_arena_reset(&again.work);
        assert_int_equal(sheaf_entry_decode(entry, 1, &again.decode, &decoded, NULL), SHEAF_OK);
        assert_int_equal(sheaf_fold_try(&again.state, &decoded, &again.work, &outcome, NULL),
                         SHEAF_OK);
        assert_int_equal(outcome.refusal, SHEAF_ACCEPTED);
        sheaf_fold_keep(&again.state, &decoded);
    }
    compare_roots(&k.state);
    sheaf_hash a = sheaf_state_digest(&k.state), b = sheaf_state_digest(&again.state);
    assert_memory_equal(a.bytes, b.bytes, 32);
    kit_close(&k);
    kit_close(&again);
}

/* How many slots a search for each of the keys looks at, in all. */
static uint64_t steps(const sheaf_state *state, const uint64_t *keys, uint32_t count)
{
    const sheaf_index *index = &state->tables[SHEAF_TABLE_tally].index;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sheaf_tally_row(state, keys[i]);
        uint32_t at = sheaf_index_place(index, sheaf_index_hash(state->words, keys[i]));
        for (sum++; (uint32_t)index->slots[at] != row + 1; at = (at + 1) % index->capacity)
            sum++;
    }
    return sum;
}

static void put_all(sheaf_state *state, const uint64_t *keys, uint32_t count)
{
    assert_int_equal(sheaf_state_init(state, 1, NULL), SHEAF_OK);
    for (uint32_t i = 0; i < count; i++)
        sheaf_tally_new(state, keys[i]);
    sheaf_state_commit(state);
    assert_false(state->failed);
}

/* Keys that somebody who knew the words would choose so that they meet in one stretch: they do
 * with these words, and not with others; and the state is the same. */
static void test_chosen_keys(void **unused)
{
    (void)unused;
    enum { KEYS = 4000 };
    static uint64_t keys[KEYS];
    sheaf_state known, other;
    uint32_t count = 0;
    assert_int_equal(sheaf_state_init(&known, 1, NULL), SHEAF_OK);
    for (uint32_t i = 0; count < KEYS; i++)
        if (sheaf_index_hash(known.words, sheaf_pair(i, 0)) >> 24 == 7)
            keys[count++] = sheaf_pair(i, 0);
    sheaf_state_deinit(&known);
    put_all(&known, keys, KEYS);
    sheaf_index_keep_secret(UINT64_C(0x5bd1e9955bd1e995));
    put_all(&other, keys, KEYS);
    sheaf_index_keep_secret(0);
    assert_true(steps(&known, keys, KEYS) > UINT64_C(100) * KEYS);
    assert_true(steps(&other, keys, KEYS) < UINT64_C(4) * KEYS);
    sheaf_hash a = sheaf_state_digest(&known), b = sheaf_state_digest(&other);
    assert_memory_equal(a.bytes, b.bytes, 32);
    sheaf_state_deinit(&known);
    sheaf_state_deinit(&other);
}

/* Different keys of one hash are told apart: among so many rows some share theirs with keys
 * that are not there, and some with each other. */
static void test_same_hashes(void **unused)
{
    (void)unused;
    enum { ROWS = 200000 };
    sheaf_state state;
    uint32_t met = 0;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    for (uint32_t i = 0; i < ROWS; i++)
        sheaf_tally_new(&state, sheaf_pair(i, i % 7));
    const sheaf_index *index = &state.tables[SHEAF_TABLE_tally].index;
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(sheaf_tally_row(&state, sheaf_pair(i, i % 7)), i);
        uint64_t absent = sheaf_pair(i, 8 + i % 5);
        uint32_t hash = sheaf_index_hash(state.words, absent);
        uint32_t at = sheaf_index_place(index, hash);
        for (; index->slots[at]; at = (at + 1) % index->capacity)
            met += index->slots[at] >> 32 == hash;
        assert_int_equal(sheaf_tally_row(&state, absent), SHEAF_NONE);
    }
    assert_true(met > 0);
    sheaf_state_roll_back(&state, (sheaf_mark){ROWS / 2});
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(sheaf_tally_row(&state, sheaf_pair(i, i % 7)),
                         i < ROWS / 2 ? i : SHEAF_NONE);
    sheaf_state_deinit(&state);
}

/* Rows by entry: far apart, found and forgotten. */
static void test_by_entry(void **unused)
{
    (void)unused;
    static const uint32_t entries[] = {0, 1, 255, 256, 4095, 4096, 1000000, 40000000};
    enum { COUNT = sizeof entries / sizeof *entries };
    sheaf_state state;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(sheaf_motion_new(&state, entries[i])->id, entries[i]);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(sheaf_motion_row(&state, entries[i]), i);
        assert_int_equal(sheaf_find_row(&state, SHEAF_TABLE_motion, entries[i]), i);
        assert_int_equal(sheaf_motion_row(&state, entries[i] + 2), SHEAF_NONE);
    }
    assert_int_equal(sheaf_motion_row(&state, SHEAF_NONE), SHEAF_NONE);
    assert_int_equal(sheaf_motion_row(&state, UINT64_MAX), SHEAF_NONE);
    sheaf_state_roll_back(&state, (sheaf_mark){3});
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(sheaf_motion_row(&state, entries[i]), i < 3 ? i : SHEAF_NONE);
    sheaf_state_deinit(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rollback),      cmocka_unit_test(test_chosen_keys),
        cmocka_unit_test(test_same_hashes),   cmocka_unit_test(test_by_entry),
        cmocka_unit_test(test_written_often), cmocka_unit_test(test_digest_from_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
