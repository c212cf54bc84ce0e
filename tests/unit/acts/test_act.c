/* Acts and entries in bytes: what is made comes back the same, and in one spelling. */
#include "test.h"

#include "generate.h"

#include "acts/acts_internal.h"
#include "acts/log_key.h"

static uint8_t block[SHEAF_ACT_ARENA_BYTES], made[8 << 20];

static sheaf_status decode(sheaf_slice bytes, uint16_t revision, sheaf_act *out, sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    return sheaf_act_decode(bytes, revision, &arena, out, err);
}

/* Who names a key of the log, and which, without decoding. */
static void check_log_key(sheaf_slice entry, const sheaf_act *act)
{
    static uint8_t other[SHEAF_ACT_ARENA_BYTES];
    sheaf_arena arena = sheaf_arena_over(other, sizeof other);
    sheaf_log_key named;
    bool names = sheaf_entry_log_key(entry, &arena, &named);
    if (act->kind == SHEAF_KIND_hub_appoint) {
        const struct sheaf_hub_appoint *appoint = act->what;
        assert_true(names && !named.founding);
        assert_memory_equal(named.key.bytes, appoint->log_key.bytes, sizeof named.key.bytes);
    } else if (act->kind == SHEAF_KIND_coop_found) {
        const struct sheaf_coop_found *found = act->what;
        assert_int_equal(names, sheaf_origin_valid(found->origin));
        assert_true(!names
                    || (named.founding && sheaf_slice_equal(named.origin, found->origin)));
    } else {
        assert_false(names);
    }
}

static void check_entry(sheaf_slice act_bytes, int64_t stamp)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    memset(signature, (int)(stamp & 0xff), sizeof signature);
    sheaf_buffer entry;
    sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
    sheaf_entry_encode(&entry, act_bytes, signature, stamp);
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_entry out;
    sheaf_err err = {0};
    if (sheaf_entry_decode(sheaf_buffer_slice(&entry), 1, &arena, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_true(sheaf_slice_equal(out.act_bytes, act_bytes));
    assert_true(out.act_bytes.data >= entry.data
                && out.act_bytes.data < entry.data + entry.len);
    assert_memory_equal(out.signature, signature, sizeof signature);
    assert_int_equal(out.stamp, stamp);
    assert_int_equal(sheaf_entry_kind(sheaf_buffer_slice(&entry)), out.act->kind);
    check_log_key(sheaf_buffer_slice(&entry), out.act);
    sheaf_buffer_deinit(&entry);
}

static void test_every_kind_round_trips(void **unused)
{
    (void)unused;
    const char *seed = getenv("SHEAF_SEED");
    generator g = {.state = seed ? strtoull(seed, NULL, 10) : 42};
    print_message("seed %llu\n", (unsigned long long)g.state);
    for (int turn = 0; turn < 60; turn++) {
        for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
            if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP)
                continue;
            sheaf_arena arena = sheaf_arena_over(made, sizeof made);
            g.arena = &arena;
            sheaf_act act = generator_act(&g, kind), back;
            sheaf_slice bytes = generator_bytes(&g, &act);
            sheaf_err err = {0};
            if (decode(bytes, 1, &back, &err) != SHEAF_OK)
                fail_msg("%.*s: %s", SHEAF_PRINT(bytes), err.message);
            assert_int_equal(back.kind, kind);
            assert_int_equal(back.has_by, act.has_by);
            assert_int_equal(back.has_key, act.has_key);
            assert_int_equal(back.seq, act.seq);
            assert_true(sheaf_slice_equal(generator_bytes(&g, &back), bytes));
            check_entry(bytes, generator_number(&g, 0, SHEAF_JSON_INT_MAX));
        }
    }
}

static void test_effects_round_trip(void **unused)
{
    (void)unused;
    generator g = {.state = 7};
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        if (shape->actor != SHEAF_ACTOR_COOP)
            continue;
        sheaf_arena arena = sheaf_arena_over(made, sizeof made);
        g.arena = &arena;
        void *what = sheaf_arena_take(&arena, 1, shape->size, 16);
        generator_fill(&g, shape, what);
        sheaf_buffer bytes, again;
        sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
        sheaf_buffer_init(&again, SHEAF_ENTRY_MAX);
        sheaf_effect_encode(&bytes, &(sheaf_effect){kind, what});
        sheaf_effect back;
        sheaf_err err = {0};
        if (sheaf_effect_decode(sheaf_buffer_slice(&bytes), 1, &arena, &back, &err) != SHEAF_OK)
            fail_msg("%s", err.message);
        sheaf_effect_encode(&again, &back);
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&bytes), sheaf_buffer_slice(&again)));
        sheaf_buffer_deinit(&bytes);
        sheaf_buffer_deinit(&again);
    }
}

/* Any one byte changed: refused, or another act that still has one spelling. */
static void test_changed_bytes(void **unused)
{
    (void)unused;
    generator g = {.state = 11};
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP)
            continue;
        sheaf_arena arena = sheaf_arena_over(made, sizeof made);
        g.arena = &arena;
        sheaf_act act = generator_act(&g, kind), back;
        sheaf_slice bytes = generator_bytes(&g, &act);
        for (int turn = 0; turn < 200; turn++) {
            size_t used = arena.used;
            sheaf_slice copy = sheaf_arena_copy(&arena, bytes);
            uint8_t *at = (uint8_t *)copy.data + generator_next(&g) % copy.len;
            *at = (uint8_t)generator_next(&g);
            if (decode(copy, 1, &back, NULL) == SHEAF_OK)
                assert_true(sheaf_slice_equal(generator_bytes(&g, &back), copy));
            arena.used = used;
        }
    }
}

/* One field of an object that is otherwise valid: of another type, then left out. */
static void check_field(const sheaf_shape *shape, const sheaf_field *f, sheaf_json *tree,
                        sheaf_arena *arena)
{
    sheaf_json *member = (sheaf_json *)sheaf_json_member(tree, f->name);
    sheaf_json_type type = member->type;
    void *out = sheaf_arena_take(arena, 1, shape->size, 16);
    for (int wrong = SHEAF_JSON_NULL; wrong <= SHEAF_JSON_OBJECT; wrong++) {
        sheaf_err err = {0};
        sheaf_decoder d = sheaf_decoder_begin(arena, 1, &err);
        member->type = (sheaf_json_type)wrong;
        memset(out, 0, shape->size);
        sheaf_status status = sheaf_shape_decode(&d, shape, tree, out);
        if ((status == SHEAF_OK) != (wrong == (int)type))
            fail_msg("%s.%s as type %d: %s", shape->name, f->name, wrong, err.message);
        if (status != SHEAF_OK)
            assert_memory_equal(err.message, f->name, strlen(f->name));
    }
    member->type = type;
    member->name = sheaf_str("");
    sheaf_err err = {0};
    sheaf_decoder d = sheaf_decoder_begin(arena, 1, &err);
    memset(out, 0, shape->size);
    assert_int_equal(sheaf_shape_decode(&d, shape, tree, out), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "there is no such field"));
}

static void test_every_field_is_checked(void **unused)
{
    (void)unused;
    generator g = {.state = 3};
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        for (size_t i = 0; i < shape->count; i++) {
            const sheaf_field *f = &shape->fields[i];
            if (f->since > GENERATOR_REVISION)
                continue;
            sheaf_arena arena = sheaf_arena_over(made, sizeof made);
            g.arena = &arena;
            void *what = sheaf_arena_take(&arena, 1, shape->size, 16);
            do {
                memset(what, 0, shape->size);
                generator_fill(&g, shape, what);
            } while (!*(const bool *)((uint8_t *)what + f->has));
            sheaf_buffer bytes;
            sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
            sheaf_json_writer w = sheaf_json_begin(&bytes);
            sheaf_shape_encode(&w, shape, what);
            sheaf_json *tree;
            assert_int_equal(sheaf_json_parse(sheaf_buffer_slice(&bytes), &arena, &tree, NULL),
                             SHEAF_OK);
            check_field(shape, f, tree, &arena);
            sheaf_buffer_deinit(&bytes);
        }
    }
}

static void test_sizes(void **unused)
{
    (void)unused;
    /* The costliest entry for the arena is one of many small values. */
    static char dense[SHEAF_ENTRY_MAX + 2];
    memset(dense, '[', 1);
    for (size_t i = 1; i < SHEAF_ENTRY_MAX; i++)
        dense[i] = i % 2 ? '0' : ',';
    dense[SHEAF_ENTRY_MAX - 1] = ']';
    dense[SHEAF_ENTRY_MAX - 2] = '0';
    if (dense[SHEAF_ENTRY_MAX - 3] == '0')
        dense[SHEAF_ENTRY_MAX - 3] = ',', dense[SHEAF_ENTRY_MAX - 4] = '0';
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_entry entry;
    sheaf_err err = {0};
    assert_int_equal(
        sheaf_entry_decode(sheaf_bytes(dense, SHEAF_ENTRY_MAX), 1, &arena, &entry, &err),
        SHEAF_INVALID);
    memset(dense, ' ', sizeof dense);
    assert_int_equal(
        sheaf_entry_decode(sheaf_bytes(dense, SHEAF_ENTRY_MAX + 1), 1, &arena, &entry, &err),
        SHEAF_INVALID);
    assert_string_equal(err.message, "the entry has 65536 bytes; at most 65535 are allowed");
    sheaf_act act;
    assert_int_equal(decode(sheaf_bytes(dense, SHEAF_ACT_BYTES_MAX + 1), 1, &act, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message, "the act has 65408 bytes; at most 65407 are allowed");

    /* The longest act with the longest stamp is the longest entry. */
    uint8_t signature[SHEAF_SIGNATURE_BYTES] = {0};
    sheaf_buffer longest;
    sheaf_buffer_init(&longest, SHEAF_ENTRY_MAX);
    sheaf_entry_encode(&longest, sheaf_bytes(dense, SHEAF_ACT_BYTES_MAX), signature,
                       SHEAF_JSON_INT_MAX);
    assert_false(longest.failed);
    assert_int_equal(longest.len, SHEAF_ENTRY_MAX);
    sheaf_buffer_deinit(&longest);
}

static void test_origin_and_message(void **unused)
{
    (void)unused;
    static const char origin[] = "sheaf/abcdefghijklmnopqrstuvwx27";
    assert_true(sheaf_origin_valid(sheaf_str(origin)));
    assert_false(sheaf_origin_valid(sheaf_str("sheaf/abcdefghijklmnopqrstuvwx2")));
    assert_false(sheaf_origin_valid(sheaf_str("sheaf/abcdefghijklmnopqrstuvwx28")));
    assert_false(sheaf_origin_valid(sheaf_str("sheaf/Abcdefghijklmnopqrstuvwx27")));
    assert_false(sheaf_origin_valid(sheaf_str("sheep/abcdefghijklmnopqrstuvwx27")));
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1000);
    sheaf_act_message(&out, sheaf_str(origin), sheaf_str("{}"));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&out),
                               "sheaf-act/v1\nsheaf/abcdefghijklmnopqrstuvwx27\n{}"));
    sheaf_buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_round_trips),
        cmocka_unit_test(test_effects_round_trip),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_every_field_is_checked),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_origin_and_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
