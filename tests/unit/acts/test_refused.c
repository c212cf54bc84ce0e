/* What decoding refuses, and where it says the fault is. */
#include "test.h"

#include "acts/acts_internal.h"

#define T43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SIG "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" T43
#define MEMBER(kind, what)                                                                     \
    "{\"at\":1,\"by\":0,\"key\":0,\"kind\":\"" kind                                            \
    "\",\"seen\":5,\"seq\":7,\"until\":9,\"what\":" what "}"
#define HUB(kind, what)                                                                        \
    "{\"at\":1,\"key\":0,\"kind\":\"" kind                                                     \
    "\",\"seen\":5,\"seq\":7,\"until\":9,\"what\":" what "}"
#define BALLOT "{\"choice\":\"yes\",\"motion\":57}"

static uint8_t block[SHEAF_ACT_ARENA_BYTES];

static sheaf_status decode(sheaf_slice bytes, uint16_t revision, sheaf_act *out, sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    return sheaf_act_decode(bytes, revision, &arena, out, err);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_with_path),
        cmocka_unit_test(test_later_rules),
        cmocka_unit_test(test_entries_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
