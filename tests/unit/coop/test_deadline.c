/* Deadlines: set, moved, cleared and rolled back at random, against a plain list. */
#include "test.h"

enum { THINGS = 70, KINDS = 4, DEPTH = 4, TURNS = 80, STEPS = 40 };

/* When each falls due, 0 where nothing is to come. */
typedef struct {
    int64_t at[THINGS][KINDS];
} model;

/* By moment, then by thing, then by kind: that is the order of the loops. */
static bool first_of(const model *m, sheaf_deadline *out)
{
    *out = (sheaf_deadline){.at = INT64_MAX};
    for (uint32_t of = 0; of < THINGS; of++)
        for (uint8_t kind = 0; kind < KINDS; kind++)
            if (m->at[of][kind] && m->at[of][kind] < out->at)
                *out = (sheaf_deadline){m->at[of][kind], of, kind};
    return out->at != INT64_MAX;
}

static void compare(const sheaf_state *state, const model *m)
{
    uint32_t count = 0;
    sheaf_deadline want, got;
    bool any = first_of(m, &want);
    assert_int_equal(sheaf_deadline_first(state, &got), any);
    if (any) {
        assert_int_equal(got.at, want.at);
        assert_int_equal(got.of, want.of);
        assert_int_equal(got.kind, want.kind);
    }
    for (uint32_t of = 0; of < THINGS; of++)
        for (uint8_t kind = 0; kind < KINDS; kind++) {
            const struct sheaf_row_deadline *row =
                sheaf_deadline_find(state, sheaf_pair(of, kind));
            int64_t at = m->at[of][kind];
            assert_int_equal(row && row->place, at != 0);
            if (!at)
                continue;
            count++;
            assert_int_equal(row->at, at);
            uint32_t behind = sheaf_deadline_heap_at(state, row->place - 1)->deadline_1;
            assert_ptr_equal(sheaf_deadline_at(state, behind - 1), row);
        }
    assert_int_equal(sheaf_coop(state)->deadlines, count);
    /* The rows beyond the end do not tell what stood there. */
    for (uint32_t i = count; i < sheaf_deadline_heap_count(state); i++)
        assert_int_equal(sheaf_deadline_heap_at(state, i)->deadline_1, 0);
}

static void change(sheaf_state *state, model *m, uint64_t *seed)
{
    uint64_t random = kit_random(seed);
    uint32_t of = (uint32_t)(random % THINGS);
    uint8_t kind = (uint8_t)(random >> 16 & (KINDS - 1));
    if (random >> 32 & 1) {
        int64_t at = 1 + (int64_t)(random >> 40) % 90; /* few moments: many ties */
        sheaf_deadline_set(state, of, kind, at);
        m->at[of][kind] = at;
    } else {
        sheaf_deadline_clear(state, of, kind);
        m->at[of][kind] = 0;
    }
}

static void play(uint64_t seed)
{
    static model models[DEPTH + 1];
    sheaf_mark marks[DEPTH + 1];
    sheaf_state state;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    (void)sheaf_coop_new(&state, 0);
    sheaf_state_commit(&state);
    models[0] = (model){0};
    for (int turn = 0; turn < TURNS; turn++) {
        int depth = 0;
        for (int step = 0; step < STEPS; step++) {
            uint64_t random = kit_random(&seed) % 10;
            if (random == 0 && depth < DEPTH) {
                models[depth + 1] = models[depth];
                marks[++depth] = sheaf_state_mark(&state);
            } else if (random == 1 && depth) {
                sheaf_state_roll_back(&state, marks[depth--]);
            } else {
                change(&state, &models[depth], &seed);
            }
        }
        compare(&state, &models[depth]);
        models[0] = models[depth];
        sheaf_state_commit(&state);
    }
    /* In order to the last. */
    sheaf_deadline due, before = {0};
    while (sheaf_deadline_first(&state, &due)) {
        assert_true(due.at > before.at || (due.at == before.at && due.of > before.of)
                    || (due.at == before.at && due.of == before.of && due.kind > before.kind));
        sheaf_deadline_clear(&state, due.of, due.kind);
        models[0].at[due.of][due.kind] = 0;
        before = due;
    }
    compare(&state, &models[0]);
    sheaf_state_deinit(&state);
}

static void test_heap(void **unused)
{
    (void)unused;
    kit_seeds(play, 12);
}

static void test_none(void **unused)
{
    (void)unused;
    sheaf_state state;
    sheaf_deadline due;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    assert_false(sheaf_deadline_first(&state, &due)); /* before the founding */
    (void)sheaf_coop_new(&state, 0);
    assert_false(sheaf_deadline_first(&state, &due));
    sheaf_deadline_clear(&state, 7, 0);
    assert_int_equal(sheaf_deadline_count(&state), 0);
    assert_string_equal(sheaf_deadline_name(SHEAF_deadline_kind_motion), "motion");
    sheaf_state_deinit(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
