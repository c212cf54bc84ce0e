#include "test.h"

#include "generate.h"

#include "acts/flags.h"
#include "base/encode.h"
#include "base/json.h"

enum { ARGS_MAX = 512 };

static uint8_t block[SHEAF_ACT_ARENA_BYTES], made[8 << 20];

static sheaf_status read_file(void *context, const char *path, sheaf_slice *out, sheaf_err *err)
{
    *out = sheaf_str("no JSON");
    if (strcmp(path, "words.txt") == 0)
        return SHEAF_OK;
    if (strcmp(path, "effect.json") != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s", path);
    *out = sheaf_str(context ? context
                             : "{ \"what\": {\"model\": 7},\n  \"kind\": \"model.retire\" }\n");
    return SHEAF_OK;
}

static void salt(void *context, uint8_t out[SHEAF_SALT_BYTES])
{
    (void)context;
    memset(out, 5, SHEAF_SALT_BYTES);
}

static const sheaf_flags_source source = {read_file, salt, NULL, NULL};

static sheaf_status parse(sheaf_kind kind, const char *const *argv, sheaf_flags_result *out,
                          sheaf_err *err)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    return sheaf_flags_parse(kind, argc, argv, 1, &source, &arena, out, err);
}

static void check(sheaf_kind kind, const char *const *argv, const char *want)
{
    sheaf_flags_result out;
    sheaf_err err = {0};
    if (parse(kind, argv, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    if (!sheaf_slice_is(out.what, want))
        fail_msg("got %.*s, want %s", SHEAF_PRINT(out.what), want);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_flags_make_what(void **unused)
{
    (void)unused;
    check(SHEAF_KIND_ballot_cast, ARGS("--motion", "57", "--choice", "yes"),
          "{\"choice\":\"yes\",\"motion\":57}");
    check(SHEAF_KIND_ballot_cast, ARGS("--motion=57", "--choice=no", "--"),
          "{\"choice\":\"no\",\"motion\":57}");
    check(SHEAF_KIND_member_leave, ARGS(NULL), "{}");
    check(SHEAF_KIND_surplus_distribute, ARGS("--amount_cents", "1250"),
          "{\"amount_cents\":1250}");
    check(SHEAF_KIND_surplus_distribute, ARGS("--amount-cents", "1250"),
          "{\"amount_cents\":1250}");
    check(SHEAF_KIND_key_admit,
          ARGS("--scopes.train", "--scopes.vote", "no", "--public-key",
               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
          "{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"scopes\":{"
          "\"admin\":false,\"data\":false,\"money\":false,\"train\":true,\"vote\":false},"
          "\"web\":false}");
    check(SHEAF_KIND_mandate_grant,
          ARGS("--attest-min", "3", "--cohort-min", "3", "--datasets",
               "[ {\"dataset\": 4}, {\"dataset\": 5} ]", "--duration-s", "60", "--learning",
               "{\"seed\":1,\"rate_millionths\":2,\"local_steps\":3,\"batch\":0}", "--model",
               "9", "--purpose", "care", "--release", "exact_sum", "--rounds-max", "20"),
          "{\"attest_min\":3,\"cohort_min\":3,\"datasets\":[{\"dataset\":4},{\"dataset\":5}],"
          "\"duration_s\":60,\"learning\":{\"batch\":0,\"local_steps\":3,\"rate_millionths\":2,"
          "\"seed\":1},\"model\":9,\"purpose\":\"care\",\"release\":\"exact_sum\","
          "\"rounds_max\":20}");
}

/* Groups of records as people write them come in the one order that the rules take. */
static void test_groups_in_short(void **unused)
{
    (void)unused;
    sheaf_flags_result out;
    sheaf_err err = {0};
    const char *const *argv =
        ARGS("--commitment", "0000000000000000000000000000000000000000000000000000000000000000",
             "--groups", "sex=1,cp=-2,sex=0,s=4", "--licence", "x", "--records", "5",
             "--schema", "s", "--subjects", "none", "--title", "t");
    if (parse(SHEAF_KIND_dataset_register, argv, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    const struct sheaf_dataset_register *what = out.decoded;
    const struct sheaf_group *groups = what->groups.at;
    assert_int_equal(what->groups.count, 4);
    assert_true(sheaf_slice_is(groups[0].column, "cp"));
    assert_int_equal(groups[0].level, -2);
    assert_true(sheaf_slice_is(groups[1].column, "s"));
    assert_int_equal(groups[2].level, 0);
    assert_int_equal(groups[3].level, 1);
}

static void test_groups_in_short_are_explained(void **unused)
{
    (void)unused;
    static const char *const wrong[] = {
        "sex=",
        "=1",
        "sex=1,",
        "sex=-",
        "sex=1.0",
        "sex=1234567890",
        "a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1,q=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        sheaf_flags_result out;
        sheaf_err err = {0};
        assert_int_equal(parse(SHEAF_KIND_dataset_register,
                               ARGS("--commitment", "x", "--groups", wrong[i]), &out, &err),
                         SHEAF_INVALID);
        assert_string_equal(err.message,
                            "--groups is COLUMN=LEVEL, up to 16 of them with commas between, "
                            "such as sex=0,sex=1");
    }
}

static void test_texts_are_committed_to(void **unused)
{
    (void)unused;
    sheaf_flags_result out;
    sheaf_err err = {0};
    const char *const *argv =
        ARGS("--title", "Retire it", "--reason=--because", "--effect", "effect.json");
    if (parse(SHEAF_KIND_motion_open, argv, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(out.text_count, 2);
    assert_string_equal(out.texts[0].name, "reason");
    assert_true(sheaf_slice_is(out.texts[0].text, "--because"));
    assert_string_equal(out.texts[1].name, "title");
    sheaf_hash hash = sheaf_commit(out.texts[1].salt, sheaf_str("Retire it"));
    const struct sheaf_motion_open *what = out.decoded;
    assert_true(sheaf_hash_equal(&what->title, &hash));
    assert_int_equal(what->effect->kind, SHEAF_KIND_model_retire);
    assert_int_equal(((const struct sheaf_model_retire *)what->effect->what)->model, 7);
}

/* Words may stand in a list, and in a list of an effect. */
static void test_texts_in_documents(void **unused)
{
    (void)unused;
    static uint8_t decoding[SHEAF_SUBMISSION_ARENA_BYTES];
    sheaf_flags_result out;
    sheaf_err err = {0};
    const char *const *argv =
        ARGS("--title", "Budget", "--effect",
             "{\"kind\":\"budget.adopt\",\"what\":{\"from\":0,\"until\":9,\"lines\":["
             "{\"amount_cents\":5,\"name\":\"Rent\"},{\"amount_cents\":1,\"name\":\"B\"},"
             "{\"amount_cents\":1,\"name\":\"C\"},{\"amount_cents\":1,\"name\":\"D\"},"
             "{\"amount_cents\":1,\"name\":\"E\"},{\"amount_cents\":1,\"name\":\"F\"},"
             "{\"amount_cents\":1,\"name\":\"G\"},{\"amount_cents\":1,\"name\":\"H\"},"
             "{\"amount_cents\":1,\"name\":\"I\"},{\"amount_cents\":1,\"name\":\"J\"},"
             "{\"amount_cents\":7,\"name\":\"Ink\"}]}}");
    if (parse(SHEAF_KIND_motion_open, argv, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(out.text_count, 12);
    assert_string_equal(out.texts[0].name, "effect.lines.0.name");
    assert_true(sheaf_slice_is(out.texts[0].text, "Rent"));
    assert_string_equal(out.texts[2].name, "effect.lines.10.name"); /* in the order of bytes */
    assert_true(sheaf_slice_is(out.texts[2].text, "Ink"));
    assert_string_equal(out.texts[11].name, "title");

    /* As a submission they come back, each checked against its own commitment. */
    sheaf_arena arena = sheaf_arena_over(made, sizeof made);
    generator g = {.arena = &arena};
    sheaf_act act = {.kind = SHEAF_KIND_motion_open, .seq = 1, .what = out.decoded};
    uint8_t signature[SHEAF_SIGNATURE_BYTES] = {0};
    sheaf_slice bytes = generator_bytes(&g, &act);
    for (int turn = 0; turn < 2; turn++) {
        sheaf_submission back;
        sheaf_buffer body;
        sheaf_buffer_init(&body, SHEAF_SUBMISSION_MAX);
        sheaf_submission_encode(&body, bytes, signature, out.texts, out.text_count);
        sheaf_arena work = sheaf_arena_over(decoding, sizeof decoding);
        sheaf_status status =
            sheaf_submission_decode(sheaf_buffer_slice(&body), 1, &work, &back, &err);
        assert_int_equal(status, turn ? SHEAF_INVALID : SHEAF_OK);
        if (!turn) {
            assert_int_equal(back.text_count, 12);
            assert_string_equal(back.texts[2].name, "effect.lines.10.name");
        }
        sheaf_buffer_deinit(&body);
        out.texts[2].text = out.texts[0].text; /* another line's words */
        memcpy(out.texts[2].salt, out.texts[0].salt, SHEAF_SALT_BYTES);
    }
    assert_non_null(strstr(err.message, "does not match its commitment"));

    /* An effect that is printed keeps its words; a commitment stays one; lengths are checked.
     */
    check(SHEAF_KIND_budget_adopt,
          ARGS("--from", "0", "--until", "9", "--lines",
               "[{\"name\":\"Rent\",\"amount_cents\":5}]"),
          "{\"from\":0,\"lines\":[{\"amount_cents\":5,\"name\":\"Rent\"}],\"until\":9}");
    argv = ARGS("--amount", "9", "--points", "1", "--title", "T", "--options",
                "[{\"name\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},"
                "{\"name\":\"Roof\"}]");
    assert_int_equal(parse(SHEAF_KIND_allocation_open, argv, &out, &err), SHEAF_OK);
    assert_int_equal(out.text_count, 2);
    assert_string_equal(out.texts[0].name, "options.1.name");
    argv = ARGS("--amount", "9", "--points", "1", "--title", "T", "--options",
                "[{\"name\":\"\"},{\"name\":\"Roof\"}]");
    assert_int_equal(parse(SHEAF_KIND_allocation_open, argv, &out, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "--options.0.name: the text must have 1 to 200 bytes"));
}

#define HEX "7777777777777777777777777777777777777777777777777777777777777777"

/* Days and moments in the unit of the field, and what is none. */
static void test_moments(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } rows[] = {
        {"1970-01-01", 0},
        {"1970-01-02", 86400},
        {"2000-02-29", 951782400},
        {"2026-11-22", 1795305600},
        {"2027-01-31T18:30", 1801420200},
        {"2100-03-01", 4107542400},
        {"9999-12-31T23:59", 253402300740},
        {"2100-02-29", -1},
        {"2027-13-01", -1},
        {"2027-00-01", -1},
        {"2027-04-31", -1},
        {"2027-08-31", 1819670400},
        {"2027-01-00", -1},
        {"2027-01-31T24:00", -1},
        {"2027-01-31T18:60", -1},
        {"2027-01-31T18", -1},
        {"2027-01-31 18:30", -1},
        {"2027-1-31", -1},
        {"27-01-31", -1},
        {"2027-01-31x", -1},
        {"0000-01-01", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int ms = 0; ms < 2; ms++) {
            sheaf_flags_result out;
            sheaf_err err = {0};
            char want[300];
            const char *const *argv = ms ? ARGS("--member", "1", "--until", rows[i].text)
                                         : ARGS("--of", "1", "--number", "N", "--document", HEX,
                                                "--date", rows[i].text);
            sheaf_status status = parse(ms ? SHEAF_KIND_proxy_give : SHEAF_KIND_bylaws_register,
                                        argv, &out, &err);
            if (rows[i].seconds < 0 || (ms && !rows[i].seconds)) {
                assert_int_equal(status, SHEAF_INVALID);
                assert_non_null(strstr(err.message, rows[i].seconds ? "a day such as 2027-01-31"
                                                                    : "from 1 to"));
                continue;
            }
            if (status != SHEAF_OK)
                fail_msg("%s: %s", rows[i].text, err.message);
            snprintf(want, sizeof want, ms ? "\"until\":%lld000" : "\"date\":%lld,",
                     (long long)rows[i].seconds);
            assert_non_null(memmem(out.what.data, out.what.len, want, strlen(want)));
        }
}

/* The same list, so many times; then `last`. */
static const char *many_options(int count, const char *last)
{
    static char list[4096];
    size_t at = 0;
    list[at++] = '[';
    for (int i = 0; i < count; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "{\"name\":\"Option %d\"},", i);
    snprintf(list + at, sizeof list - at, "%s]", last);
    return list;
}

/* As many texts as an act can have, and lists that are longer than they may be. */
static void test_many_texts(void **unused)
{
    (void)unused;
    sheaf_flags_result out;
    sheaf_err err = {0};
    const char *title[] = {"--amount", "9",         "--points", "1", "--title",
                           "T",        "--options", NULL,       NULL};
    title[7] = many_options(31, "{\"name\":\"x\"}");
    assert_int_equal(parse(SHEAF_KIND_allocation_open, title, &out, &err), SHEAF_OK);
    assert_int_equal(out.text_count, 33);
    static const int counts[] = {32, 38, 39, 40, 90};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        title[7] = many_options(counts[i], "{\"name\":\"x\"}");
        assert_int_equal(parse(SHEAF_KIND_allocation_open, title, &out, &err), SHEAF_INVALID);
        assert_non_null(strstr(err.message, "--options: must have 2 to 32"));
    }
    title[7] = many_options(2, "{\"name\":7}");
    assert_int_equal(parse(SHEAF_KIND_allocation_open, title, &out, &err), SHEAF_INVALID);
    assert_string_equal(err.message, "--options.2.name: must be a text");
    const char *lines[] = {
        "--from", "0", "--until", "9", "--lines", "[{\"amount_cents\":5,\"name\":\"\"}]", NULL};
    assert_int_equal(parse(SHEAF_KIND_budget_adopt, lines, &out, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "--lines.0.name: the text must have 1 to 200"));
}

static const struct {
    sheaf_kind kind;
    const char *argv[8];
    const char *want;
} wrong_flags[] = {
    {SHEAF_KIND_ballot_cast, {"57"}, "'57' is no flag; `sheaf help ballot.cast` lists the"},
    {SHEAF_KIND_ballot_cast, {""}, "'' is no flag"},
    {SHEAF_KIND_ballot_cast, {"-"}, "'-' is no flag"},
    {SHEAF_KIND_ballot_cast, {"--", "57"}, "'57' is no flag"},
    {SHEAF_KIND_ballot_cast,
     {"--motoin", "57"},
     "there is no flag --motoin for ballot.cast; did you mean --motion?"},
    {SHEAF_KIND_ballot_cast,
     {"--zzzzzz", "57"},
     "there is no flag --zzzzzz for ballot.cast; `sheaf help ballot.cast` lists them"},
    {SHEAF_KIND_key_admit, {"--vote"}, "did you mean --scopes.vote?"},
    {SHEAF_KIND_ballot_cast, {"--motion"}, "--motion needs a value (the motion)"},
    {SHEAF_KIND_ballot_cast, {"--motion", "--choice", "yes"}, "--motion needs a value"},
    {SHEAF_KIND_ballot_cast, {"--motion", "1", "--motion", "2"}, "--motion is given twice"},
    {SHEAF_KIND_ballot_cast, {"--motion", "1"}, "--choice is missing: the vote"},
    {SHEAF_KIND_ballot_cast,
     {"--motion", "1", "--choice", "maybe"},
     "--choice: must be one of: abstain, no, yes"},
    {SHEAF_KIND_ballot_cast,
     {"--motion", "x", "--choice", "yes"},
     "--motion must be a whole number, not x"},
    {SHEAF_KIND_ballot_cast,
     {"--motion", "-1", "--choice", "yes"},
     "--motion: must be a whole number from 0 to 4294967294, not -1"},
    {SHEAF_KIND_surplus_distribute,
     {"--amount-cents", "12.50"},
     "--amount-cents must be a whole number, not 12.50 (amounts are in hundredths: 12.50 "
     "is"},
    {SHEAF_KIND_motion_open, {"--title", ""}, "--title: the text must have 1 to 200 bytes"},
    {SHEAF_KIND_motion_open, {"--title", "\xff"}, "--title: the text must be UTF-8"},
    {SHEAF_KIND_motion_open,
     {"--title", "x", "--effect", "none.json"},
     "cannot open none.json"},
    {SHEAF_KIND_motion_open, {"--title", "x", "--effect", "{oops"}, "--effect: byte 1: "},
    {SHEAF_KIND_motion_open,
     {"--title", "x", "--effect", "words.txt"},
     "--effect: words.txt is not JSON: byte "},
    {SHEAF_KIND_motion_open,
     {"--title", "x", "--effect", "{\"kind\":\"ballot.cast\",\"what\":{}}"},
     "--effect.kind: ballot.cast is no effect of a decision"},
    {SHEAF_KIND_motion_open,
     {"--title", "x", "--effect", "{\"kind\":\"surplus.distribute\",\"what\":{}}"},
     "--effect.what.amount_cents: is missing"},
    {SHEAF_KIND_motion_open,
     {"--title", "x", "--effect", "{\"kind\":\"rules.adopt\",\"what\":{\"revision\":1}}"},
     "--effect.what.revision: must be a whole number from 2 to 65535, not 1"},
    {SHEAF_KIND_key_admit, {"--web=maybe"}, "--public-key is missing: the new key"},
    {SHEAF_KIND_key_admit,
     {"--scopes", "{}", "--scopes.vote", "--public-key", "AA"},
     "give either --scopes or --scopes.vote, not both"},
    {SHEAF_KIND_key_admit,
     {"--public-key", "AA", "--web=maybe"},
     "--web must be yes or no, not maybe"},
    {SHEAF_KIND_key_admit,
     {"--public-key", "AA"},
     "--public-key: must be 32 bytes in base64url (43 characters)"},
    {SHEAF_KIND_bylaws_amend, {"--base", "0"}, "--text is missing: the whole new document"},
    {SHEAF_KIND_bylaws_amend,
     {"--base", "0", "--text.members", "{}"},
     "there is no flag --text.members"},
};

static void test_wrong_flags_are_explained(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrong_flags / sizeof *wrong_flags; i++) {
        sheaf_flags_result out;
        sheaf_err err = {0};
        assert_int_not_equal(parse(wrong_flags[i].kind, wrong_flags[i].argv, &out, &err),
                             SHEAF_OK);
        if (!strstr(err.message, wrong_flags[i].want))
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, err.message, wrong_flags[i].want);
    }
}

static const char *kept(sheaf_arena *arena, const char *name, sheaf_slice value)
{
    size_t size = strlen("--=") + strlen(name) + value.len + 1;
    char *out = sheaf_arena_take(arena, size, 1, 1);
    assert_non_null(out);
    snprintf(out, size, "--%s=%.*s", name, SHEAF_PRINT(value));
    return out;
}

/* The flags that say what a valid object says, records field by field, documents whole. */
static int arguments(sheaf_kind kind, const sheaf_json *tree, sheaf_arena *arena,
                     const char **argv)
{
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    int argc = 0;
    for (size_t i = 0, n = sheaf_flags_list(kind, flags); i < n; i++) {
        if (flags[i].field->type == SHEAF_FIELD_REC && i + 1 < n
            && flags[i + 1].depth > flags[i].depth)
            continue;
        char path[SHEAF_FLAG_NAME_MAX];
        memcpy(path, flags[i].name, sizeof path);
        for (char *c = path; *c; c++)
            if (*c == '-')
                *c = '_';
        const sheaf_json *value = tree;
        for (char *part = path, *dot; part; part = dot ? dot + 1 : NULL) {
            dot = strchr(part, '.');
            if (dot)
                *dot = 0;
            value = sheaf_json_member(value, part);
        }
        if (!value)
            continue;
        sheaf_buffer text;
        sheaf_buffer_init(&text, SHEAF_ENTRY_MAX);
        if (flags[i].field->type == SHEAF_FIELD_BOOL)
            sheaf_buffer_add_string(&text, value->boolean ? "yes" : "no");
        else if (flags[i].field->type == SHEAF_FIELD_TEXT)
            sheaf_buffer_printf(&text, "the %s", flags[i].field->name);
        else if (value->type == SHEAF_JSON_STRING)
            sheaf_buffer_add(&text, value->string);
        else
            sheaf_json_write(&text, value);
        argv[argc++] = kept(arena, flags[i].name, sheaf_buffer_slice(&text));
        assert_true(argc < ARGS_MAX);
        sheaf_buffer_deinit(&text);
    }
    return argc;
}

/* Puts the given texts' commitments into `what`, so that it can be compared. */
static void commit_to(const sheaf_shape *shape, void *what)
{
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->type != SHEAF_FIELD_TEXT || !*(bool *)((uint8_t *)what + f->has))
            continue;
        uint8_t bytes[SHEAF_SALT_BYTES];
        char text[100];
        salt(NULL, bytes);
        snprintf(text, sizeof text, "the %s", f->name);
        *(sheaf_hash *)((uint8_t *)what + f->at) = sheaf_commit(bytes, sheaf_str(text));
    }
}

static sheaf_slice what_bytes(sheaf_kind kind, const void *what, sheaf_buffer *out)
{
    sheaf_buffer_init(out, SHEAF_ENTRY_MAX);
    if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP)
        sheaf_effect_encode(out, &(sheaf_effect){kind, what});
    else
        sheaf_act_encode(out, &(sheaf_act){.kind = kind, .seq = 1, .what = what});
    assert_false(out->failed);
    sheaf_slice all = sheaf_buffer_slice(out);
    const uint8_t *at = memmem(all.data, all.len, "\"what\":", 7);
    assert_non_null(at);
    at += 7;
    return sheaf_bytes(at, all.len - (size_t)(at - all.data) - 1);
}

/* An effect keeps the words of its texts until the act that proposes it commits to them. */
static sheaf_slice with_words(const sheaf_shape *shape, const void *what, sheaf_slice bytes,
                              sheaf_arena *arena)
{
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        const uint8_t *at = (const uint8_t *)what + f->at;
        if (f->type != SHEAF_FIELD_TEXT || !*((const bool *)what + f->has))
            continue;
        char text[100], coded[44];
        sheaf_base64url_32(at, coded);
        snprintf(text, sizeof text, "the %s", f->name);
        const uint8_t *found = memmem(bytes.data, bytes.len, coded, 43);
        assert_non_null(found);
        size_t before = (size_t)(found - bytes.data), len = strlen(text);
        uint8_t *out = sheaf_arena_take(arena, bytes.len, 1, 1);
        assert_non_null(out);
        memcpy(out, bytes.data, before);
        memcpy(out + before, text, len);
        memcpy(out + before + len, found + 43, bytes.len - before - 43);
        bytes = sheaf_bytes(out, bytes.len + len - 43);
    }
    return bytes;
}

static void test_every_kind_can_be_given_by_flags(void **unused)
{
    (void)unused;
    generator g = {.state = 5};
    for (int turn = 0; turn < 20; turn++) {
        for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
            const sheaf_shape *shape = sheaf_kind_shape(kind);
            sheaf_arena arena = sheaf_arena_over(made, sizeof made);
            g.arena = &arena;
            void *what = sheaf_arena_take(&arena, 1, shape->size, 16);
            generator_fill(&g, shape, what);
            commit_to(shape, what);
            sheaf_buffer buffer;
            sheaf_slice want = what_bytes(kind, what, &buffer);
            sheaf_json *tree;
            sheaf_err err = {0};
            assert_int_equal(sheaf_json_parse_canonical(want, &arena, &tree, &err), SHEAF_OK);
            const char *argv[ARGS_MAX + 1] = {0};
            arguments(kind, tree, &arena, argv);
            sheaf_flags_result out;
            if (parse(kind, argv, &out, &err) != SHEAF_OK)
                fail_msg("%s: %s", shape->name, err.message);
            if (shape->actor == SHEAF_ACTOR_COOP)
                want = with_words(shape, what, want, &arena);
            if (!sheaf_slice_equal(out.what, want))
                fail_msg("got %.*s, want %.*s", SHEAF_PRINT(out.what), SHEAF_PRINT(want));
            sheaf_buffer_deinit(&buffer);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_make_what),
        cmocka_unit_test(test_groups_in_short),
        cmocka_unit_test(test_groups_in_short_are_explained),
        cmocka_unit_test(test_texts_are_committed_to),
        cmocka_unit_test(test_texts_in_documents),
        cmocka_unit_test(test_many_texts),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_wrong_flags_are_explained),
        cmocka_unit_test(test_every_kind_can_be_given_by_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
