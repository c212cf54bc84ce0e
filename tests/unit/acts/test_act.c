#include "test.h"

#include "generate.h"

#include "acts/acts_internal.h"
#include "acts/log_key.h"
#include "base/encode.h"

#define T43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SIG "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" T43
#define MEMBER(kind, what)                                                                     \
    "{\"at\":1,\"by\":0,\"key\":0,\"kind\":\"" kind                                            \
    "\",\"seen\":5,\"seq\":7,\"until\":9,\"what\":" what "}"
#define HUB(kind, what)                                                                        \
    "{\"at\":1,\"key\":0,\"kind\":\"" kind                                                     \
    "\",\"seen\":5,\"seq\":7,\"until\":9,\"what\":" what "}"
#define BALLOT "{\"choice\":\"yes\",\"motion\":57}"

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

/* Of what is read quickly the whole decoder says the same. */
static bool check_quick(sheaf_slice in)
{
    static uint8_t blocks[2][SHEAF_ACT_ARENA_BYTES];
    sheaf_arena quick_arena = sheaf_arena_over(blocks[0], sizeof blocks[0]);
    sheaf_arena tree_arena = sheaf_arena_over(blocks[1], sizeof blocks[1]);
    sheaf_entry quick, tree;
    sheaf_buffer made_of[2];
    if (!sheaf_entry_quick(in, 1, &quick_arena, &quick))
        return false;
    assert_int_equal(sheaf_entry_decode_tree(in, 1, &tree_arena, &tree, NULL), SHEAF_OK);
    assert_true(sheaf_slice_equal(quick.act_bytes, tree.act_bytes));
    assert_memory_equal(quick.signature, tree.signature, sizeof tree.signature);
    assert_int_equal(quick.stamp, tree.stamp);
    assert_int_equal(quick.act->has_by, tree.act->has_by);
    assert_int_equal(quick.act->has_key, tree.act->has_key);
    for (int i = 0; i < 2; i++) {
        sheaf_buffer_init(&made_of[i], SHEAF_ENTRY_MAX);
        sheaf_act_encode(&made_of[i], i ? tree.act : quick.act);
    }
    assert_true(
        sheaf_slice_equal(sheaf_buffer_slice(&made_of[0]), sheaf_buffer_slice(&made_of[1])));
    sheaf_buffer_deinit(&made_of[0]);
    sheaf_buffer_deinit(&made_of[1]);
    return true;
}

/* The entry with a byte changed, left out or put in. */
static void check_quick_near(generator *g, sheaf_slice entry)
{
    static uint8_t near[SHEAF_ENTRY_MAX + 1];
    static const char bytes[] = "\"\\{}[],:-0123456789abcutf \n\x01\x7f\xc3\xa4";
    for (int i = 0; i < 40; i++) {
        size_t at = (size_t)generator_number(g, 0, (int64_t)entry.len - 1);
        size_t put = i % 3 < 2, skip = i % 3 > 0;
        memcpy(near, entry.data, at);
        near[at] = (uint8_t)bytes[generator_number(g, 0, sizeof bytes - 2)];
        memcpy(near + at + put, entry.data + at + skip, entry.len - at - skip);
        (void)check_quick(sheaf_bytes(near, entry.len + put - skip));
    }
}

static void test_quick_is_alike(void **unused)
{
    (void)unused;
    generator g = {.state = 5};
    size_t quick = 0, all = 0;
    for (int turn = 0; turn < 20; turn++)
        for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
            if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP)
                continue;
            static const uint8_t signature[SHEAF_SIGNATURE_BYTES] = {7, 1};
            sheaf_arena arena = sheaf_arena_over(made, sizeof made);
            sheaf_buffer entry;
            g.arena = &arena;
            sheaf_act act = generator_act(&g, kind);
            sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
            sheaf_entry_encode(&entry, generator_bytes(&g, &act), signature, turn);
            if (!entry.failed) {
                bool took = check_quick(sheaf_buffer_slice(&entry));
                assert_true(took || kind != SHEAF_KIND_ballot_cast);
                quick += took;
                all++;
                check_quick_near(&g, sheaf_buffer_slice(&entry));
            }
            sheaf_buffer_deinit(&entry);
        }
    print_message("%zu of %zu entries were read quickly\n", quick, all);
    assert_true(quick > all / 3);
}

/* The entry with `number` at its front, where eight digits are read at once, or at its end. */
static void check_number(const char *number, bool front)
{
    static uint8_t tree_block[SHEAF_ACT_ARENA_BYTES];
    char text[400];
    int len = snprintf(
        text, sizeof text,
        "{\"act\":{\"at\":%s,\"by\":0,\"key\":0,\"kind\":\"ballot.cast\",\"seen\":"
        "5,\"seq\":7,\"until\":9,\"what\":" BALLOT "},\"sig\":\"" SIG "\",\"stamp\":%s}",
        front ? number : "3", front ? "4" : number);
    sheaf_slice in = sheaf_bytes(text, (size_t)len);
    sheaf_arena arena = sheaf_arena_over(tree_block, sizeof tree_block);
    sheaf_entry tree;
    bool wanted = sheaf_entry_decode_tree(in, 1, &arena, &tree, NULL) == SHEAF_OK;
    if (check_quick(in) != wanted)
        fail_msg("%s is read otherwise", number);
}

/* Of every length, with every byte behind or between its digits that could be taken for one. */
static void test_quick_numbers(void **unused)
{
    static const char *const edges[] = {"0",
                                        "-0",
                                        "-",
                                        "",
                                        "01",
                                        "-1",
                                        "9007199254740991",
                                        "9007199254740992",
                                        "9999999999999999",
                                        "18446744073709551617",
                                        "00000000",
                                        "100000000000000000"};
    (void)unused;
    for (int front = 0; front < 2; front++) {
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
            check_number(edges[i], front);
        for (int len = 1; len <= 20; len++)
            for (int at = 0; at <= len; at++)
                for (int byte = 1; byte < 256; byte += at < len ? 1 : 256) {
                    char number[32];
                    for (int k = 0; k < len; k++)
                        number[k] = (char)('1' + (k * 7 + len) % 9);
                    number[len] = 0;
                    if (at < len)
                        number[at] = (char)byte;
                    check_number(number, front);
                }
    }
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

typedef struct {
    const char *act, *want; /* want: how the message begins */
} refused_act;

static const refused_act refused_envelopes[] = {
    {"[]", "must be an object, not a list"},
    {"", "byte 0: "},
    {"{}", "kind: is missing"},
    {MEMBER("ballot.cast", BALLOT) " ", "byte 107: not in canonical form"},
    {"{\"by\":0,\"at\":1,\"key\":0,\"kind\":\"ballot.cast\",\"seen\":5,\"seq\":7,"
     "\"until\":9,\"what\":" BALLOT "}",
     "byte 2: not in canonical form"},
    {MEMBER("ballot.cast", "{\"choice\":\"\\u0079es\",\"motion\":57}"),
     "byte 89: not in canonical form"},
    {MEMBER("ballot.cost", BALLOT), "kind: there is no kind of act named ballot.cost"},
    {MEMBER("model.retire", "{\"model\":1}"),
     "kind: only a decision can do model.retire: open a motion with it as the effect"},
    {HUB("ballot.cast", BALLOT), "by: is missing"},
    {MEMBER("clock.tick", "{\"of\":1}"), "by: there is no such field; allowed here: at"},
    {HUB("member.apply", "{}"), "key: there is no such field"},
    {"{\"at\":1,\"by\":0,\"key\":0,\"kind\":\"member.leave\",\"note\":\"x\",\"seen\":5,"
     "\"seq\":7,\"until\":9,\"what\":{}}",
     "note: there is no such field"},
    {"{\"at\":1,\"by\":0,\"key\":0,\"kind\":\"member.leave\",\"seen\":5,\"seq\":0,"
     "\"until\":9,\"what\":{}}",
     "seq: must be a whole number from 1 to 9007199254740991, not 0"},
    {"{\"at\":1,\"by\":4294967295,\"key\":0,\"kind\":\"member.leave\",\"seen\":5,\"seq\":1,"
     "\"until\":9,\"what\":{}}",
     "by: must be a whole number from 0 to 4294967294, not 4294967295"},
    {"{\"at\":-1,\"by\":0,\"key\":0,\"kind\":\"member.leave\",\"seen\":5,\"seq\":1,"
     "\"until\":9,\"what\":{}}",
     "at: must be a whole number from 0"},
    {"{\"at\":1,\"by\":0,\"key\":0,\"kind\":7,\"seen\":5,\"seq\":1,\"until\":9,\"what\":{}"
     "}",
     "kind: must be the name of a kind of act, not a number"},
    {MEMBER("member.leave", "[]"), "what: must be an object, not a list"},
    {MEMBER("member.leave", "{\"why\":1}"),
     "what.why: there is no such field; allowed here: none"},
    {MEMBER("ballot.cast", "{\"motion\":57}"), "what.choice: is missing (the vote)"},
    {MEMBER("ballot.cast", "{\"choice\":\"maybe\",\"motion\":57}"),
     "what.choice: must be one of: abstain, no, yes"},
    {MEMBER("ballot.cast", "{\"choice\":\"yes\",\"motion\":-1}"),
     "what.motion: must be a whole number from 0 to 4294967294, not -1"},
    {MEMBER("ballot.cast", "{\"choice\":\"yes\",\"motion\":\"57\"}"),
     "what.motion: must be a whole number from 0 to 4294967294, not a string"},
    {MEMBER("ballot.cast", "{\"choice\":\"yes\",\"motion\":57,\"why\":\"x\"}"),
     "what.why: there is no such field; allowed here: choice, motion"},
    {MEMBER("ballot.cast", "{\"choice\":\"yes\",\"choice\":\"yes\",\"motion\":57}"), "byte "},
};

static const refused_act refused_values[] = {
    {MEMBER("motion.open", "{\"title\":\"AAAA\"}"),
     "what.title: must be 32 bytes in base64url (43 characters)"},
    {MEMBER("motion.open", "{\"title\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"}"),
     "what.title: must be 32 bytes in base64url"},
    {MEMBER("motion.open", "{\"effect\":{\"kind\":\"motion.withdraw\",\"what\":{\"motion\":"
                           "1}},\"title\":\"" T43 "\"}"),
     "what.effect.kind: motion.withdraw is no effect of a decision"},
    {MEMBER("motion.open", "{\"effect\":{\"kind\":\"motion.open\",\"what\":{\"title\":"
                           "\"" T43 "\"}},\"title\":\"" T43 "\"}"),
     "what.effect.kind: motion.open is no effect of a decision"},
    {MEMBER("motion.open", "{\"effect\":{\"kind\":\"model.retire\",\"what\":{\"model\":1},"
                           "\"when\":2},\"title\":\"" T43 "\"}"),
     "what.effect.when: there is no such field; allowed here: kind, what"},
    {MEMBER("motion.open", "{\"effect\":{\"kind\":\"bylaws.amend\",\"what\":{\"base\":0,"
                           "\"text\":{\"members\":{\"classes\":[{\"name\":\"a\",\"votes\":1},"
                           "{\"name\":\"b\",\"votes\":2}]}}}},\"title\":\"" T43 "\"}"),
     "what.effect.what.text.members.classes[1].votes: must be a whole number from 0 to 1, not "
     "2"},
    {MEMBER("motion.open", "{\"effect\":{\"kind\":\"bylaws.amend\",\"what\":{\"base\":0,"
                           "\"text\":{\"members\":{\"classes\":[]}}}},\"title\":\"" T43 "\"}"),
     "what.effect.what.text.members.classes: must have 1 to 16 items, not 0"},
    {MEMBER("motion.open",
            "{\"effect\":{\"kind\":\"bylaws.amend\",\"what\":{\"base\":0,"
            "\"text\":{\"purpose\":{\"currency\":\"EURO\"}}}},\"title\":\"" T43 "\"}"),
     "what.effect.what.text.purpose.currency: must have 3 bytes, not 4"},
    {MEMBER("key.admit", "{\"public_key\":\"" T43 "\",\"scopes\":{\"admin\":1}}"),
     "what.scopes.admin: must be true or false, not a number"},
    {MEMBER("key.admit", "{\"holder\":\"AB\",\"public_key\":\"" T43 "\"}"),
     "what.holder: must be a hash: 64 characters from 0-9 and a-f"},
    {HUB("state.digest", "{\"tables\":{}}"), "what.tables: must be a list, not an object"},
    {MEMBER("model.register", "{\"features\":[{\"column\":\" age\"}]}"),
     "what.features[0].column: must not begin or end with a blank"},
    {MEMBER("model.register", "{\"features\":[{\"column\":\"age\xc2\xa0\"}]}"),
     "what.features[0].column: must not begin or end with a blank"},
    {MEMBER("model.register", "{\"features\":[{\"column\":\"a\\nb\"}]}"),
     "what.features[0].column: must not contain control characters"},
    {MEMBER("model.register", "{\"features\":[{\"column\":\"a\xe2\x80\xae"
                              "b\"}]}"),
     "what.features[0].column: must not contain control characters"},
    {MEMBER("model.register", "{\"features\":[{\"column\":\"a\"},7]}"),
     "what.features[1]: must be an object, not a number"},
};

static void check_refused(const refused_act *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sheaf_act act;
        sheaf_err err = {0};
        assert_int_equal(decode(sheaf_str(rows[i].act), 1, &act, &err), SHEAF_INVALID);
        if (strncmp(err.message, rows[i].want, strlen(rows[i].want)) != 0)
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, err.message, rows[i].want);
    }
}

static void test_refused_with_path(void **unused)
{
    (void)unused;
    check_refused(refused_envelopes, sizeof refused_envelopes / sizeof *refused_envelopes);
    check_refused(refused_values, sizeof refused_values / sizeof *refused_values);
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

static void test_later_rules(void **unused)
{
    (void)unused;
    sheaf_act act;
    sheaf_err err = {0};
    assert_int_equal(decode(sheaf_str(MEMBER("ballot.cast", BALLOT)), 0, &act, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message,
                        "kind: ballot.cast needs rules revision 1; this log is at revision 0");

    struct later {
        int64_t old, young;
        bool has_old, has_young;
    } out = {0};
    static const sheaf_field fields[] = {
        {.name = "old",
         .lo = 0,
         .hi = 9,
         .at = offsetof(struct later, old),
         .has = offsetof(struct later, has_old),
         .type = SHEAF_FIELD_INT,
         .required = true,
         .since = 1},
        {.name = "young",
         .doc = "new",
         .lo = 0,
         .hi = 9,
         .at = offsetof(struct later, young),
         .has = offsetof(struct later, has_young),
         .type = SHEAF_FIELD_INT,
         .required = true,
         .since = 2},
    };
    static const sheaf_shape shape = {
        .name = "later", .fields = fields, .count = 2, .size = sizeof out};
    static const struct {
        const char *json;
        uint16_t revision;
        const char *want;
    } rows[] = {
        {"{\"old\":1}", 1, NULL},
        {"{\"old\":1,\"young\":2}", 2, NULL},
        {"{\"old\":1,\"young\":2}", 1,
         "young: this field needs rules revision 2; this log is at revision 1"},
        {"{\"old\":1}", 2, "young: is missing (new)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        sheaf_json *tree;
        assert_int_equal(
            sheaf_json_parse_canonical(sheaf_str(rows[i].json), &arena, &tree, NULL), SHEAF_OK);
        sheaf_decoder d = sheaf_decoder_begin(&arena, rows[i].revision, &err);
        out = (struct later){0};
        sheaf_status status = sheaf_shape_decode(&d, &shape, tree, &out);
        assert_int_equal(status == SHEAF_OK, rows[i].want == NULL);
        if (rows[i].want)
            assert_string_equal(err.message, rows[i].want);
    }
}

static void test_entries_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *entry, *want;
    } rows[] = {
        {"{\"act\":" MEMBER("ballot.cast", BALLOT) ",\"sig\":\"" SIG "\",\"stamp\":-1}",
         "stamp: must be a whole number"},
        {"{\"act\":" MEMBER("ballot.cast", BALLOT) ",\"sig\":\"AAAA\",\"stamp\":1}",
         "sig: must be 64 bytes in base64url (86 characters)"},
        {"{\"act\":" MEMBER("ballot.cast", BALLOT) ",\"sig\":\"" SIG "\"}",
         "stamp: is missing"},
        {"{\"act\":7,\"sig\":\"" SIG "\",\"stamp\":1}", "must be an object, not a number"},
        {"{\"act\":" MEMBER("ballot.cast", "{}") ",\"sig\":\"" SIG "\",\"stamp\":1}",
         "what.choice: is missing"},
        {"{\"act\":{},\"sig\":\"" SIG "\",\"stamp\":1,\"texts\":{}}",
         "texts: there is no such field"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        sheaf_entry entry;
        sheaf_err err = {0};
        assert_int_equal(sheaf_entry_decode(sheaf_str(rows[i].entry), 1, &arena, &entry, &err),
                         SHEAF_INVALID);
        if (strncmp(err.message, rows[i].want, strlen(rows[i].want)) != 0)
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, err.message, rows[i].want);
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
        cmocka_unit_test(test_quick_is_alike),
        cmocka_unit_test(test_quick_numbers),
        cmocka_unit_test(test_effects_round_trip),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_refused_with_path),
        cmocka_unit_test(test_every_field_is_checked),
        cmocka_unit_test(test_later_rules),
        cmocka_unit_test(test_entries_refused),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_origin_and_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
