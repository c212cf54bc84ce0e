#include "test.h"

#include "generate.h"

#include "acts/submission.h"
#include "base/encode.h"

static uint8_t block[SHEAF_SUBMISSION_ARENA_BYTES], made[1 << 20];

typedef struct {
    sheaf_arena arena;
    struct sheaf_motion_open what;
    sheaf_act act;
    sheaf_slice bytes;
    sheaf_text title, reason;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
} fixture;

static sheaf_text text_of(const char *name, const char *words, uint8_t salt)
{
    sheaf_text text = {.name = name, .text = sheaf_str(words)};
    memset(text.salt, salt, sizeof text.salt);
    return text;
}

/* A motion whose title and reason are committed to. */
static void begin(fixture *f, const char *title)
{
    memset(f, 0, sizeof *f);
    f->arena = sheaf_arena_over(made, sizeof made);
    f->title = text_of("title", title, 1);
    f->reason = text_of("reason", "because\n\tit is \"right\"", 2);
    f->what.title = sheaf_commit(f->title.salt, f->title.text);
    f->what.reason = sheaf_commit(f->reason.salt, f->reason.text);
    f->what.has_reason = true;
    f->act = (sheaf_act){.kind = SHEAF_KIND_motion_open, .seq = 1, .what = &f->what};
    generator g = {.arena = &f->arena};
    f->bytes = generator_bytes(&g, &f->act);
    memset(f->signature, 9, sizeof f->signature);
}

static sheaf_status decode(fixture *f, const sheaf_text *texts, size_t count,
                           sheaf_submission *out, sheaf_err *err)
{
    sheaf_buffer body;
    sheaf_buffer_init(&body, SHEAF_SUBMISSION_MAX);
    sheaf_submission_encode(&body, f->bytes, f->signature, texts, count);
    assert_false(body.failed);
    sheaf_slice bytes = sheaf_arena_copy(&f->arena, sheaf_buffer_slice(&body));
    sheaf_buffer_deinit(&body);
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    return sheaf_submission_decode(bytes, 1, &arena, out, err);
}

static size_t texts_of(const sheaf_shape *shape)
{
    size_t count = 0, most = 0;
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        count += f->type == SHEAF_FIELD_TEXT;
        if (f->type == SHEAF_FIELD_LIST)
            for (uint16_t k = 0; k < f->shape->count; k++)
                count += f->shape->fields[k].type == SHEAF_FIELD_TEXT ? (size_t)f->hi : 0;
        if (f->type == SHEAF_FIELD_REC) /* where nobody looks for texts */
            assert_int_equal(texts_of(f->shape), 0);
        for (sheaf_kind kind = 1; f->type == SHEAF_FIELD_EFFECT && kind < SHEAF_KIND_COUNT;
             kind++)
            if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP
                && texts_of(sheaf_kind_shape(kind)) > most)
                most = texts_of(sheaf_kind_shape(kind));
    }
    return count + most;
}

/* No act commits to more texts than a submission takes. */
static void test_there_is_room_for_all_texts(void **unused)
{
    (void)unused;
    size_t most = 0;
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (texts_of(sheaf_kind_shape(kind)) > most)
            most = texts_of(sheaf_kind_shape(kind));
    assert_in_range(most, 34, SHEAF_TEXTS_MAX);
}

static void test_texts_travel_beside_the_act(void **unused)
{
    (void)unused;
    fixture f;
    begin(&f, "Lower the price of a share");
    sheaf_submission out;
    sheaf_err err = {0};
    sheaf_text texts[] = {f.reason, f.title};
    if (decode(&f, texts, 2, &out, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(out.text_count, 2);
    assert_string_equal(out.texts[0].name, "reason");
    assert_true(sheaf_slice_equal(out.texts[0].text, f.reason.text));
    assert_true(sheaf_slice_equal(out.texts[1].text, f.title.text));
    assert_memory_equal(out.texts[1].salt, f.title.salt, SHEAF_SALT_BYTES);
    assert_memory_equal(out.signature, f.signature, sizeof f.signature);
    assert_true(sheaf_slice_equal(out.act_bytes, f.bytes));
    assert_int_equal(out.act.kind, SHEAF_KIND_motion_open);

    /* A text may be withheld. */
    assert_int_equal(decode(&f, &f.title, 1, &out, &err), SHEAF_OK);
    assert_int_equal(out.text_count, 1);
    assert_int_equal(decode(&f, NULL, 0, &out, &err), SHEAF_OK);
    assert_int_equal(out.text_count, 0);
}

static void refuse(fixture *f, sheaf_text text, const char *want)
{
    sheaf_submission out;
    sheaf_err err = {0};
    assert_int_equal(decode(f, &text, 1, &out, &err), SHEAF_INVALID);
    if (!strstr(err.message, want))
        fail_msg("got \"%s\", want \"%s\"", err.message, want);
}

static void test_texts_refused(void **unused)
{
    (void)unused;
    fixture f;
    begin(&f, "x");
    sheaf_text wrong = f.title;
    wrong.text = sheaf_str("y");
    refuse(&f, wrong, "texts: title: the text does not match its commitment in the act");
    wrong = f.title;
    wrong.salt[0] ^= 1;
    refuse(&f, wrong, "texts: title: the text does not match its commitment in the act");
    refuse(&f, text_of("titel", "x", 1),
           "texts.titel: the act commits to no text of this name");
    refuse(&f, text_of("effect", "x", 1), "texts.effect: the act commits to no text");

    static char words[202];
    memset(words, 'x', 201);
    begin(&f, words);
    refuse(&f, f.title, "texts: title: the text must have 1 to 200 bytes, not 201");
    begin(&f, "");
    refuse(&f, f.title, "texts: title: the text must have 1 to 200 bytes, not 0");
    memcpy(words, "\xc3\xa9", 2);
    begin(&f, words);
    refuse(
        &f, f.title,
        "texts: title: the text must have 1 to 200 bytes, not 201, of which letters such as é "
        "take two and more");
    static const char *const blank[] = {" ",         "  ",           "\n\t",
                                        "\xc2\xa0 ", "\xe2\x80\x8b", "\xe3\x80\x80"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++) {
        begin(&f, blank[i]);
        refuse(&f, f.title, "texts: title: the text has nothing but blanks");
    }
    begin(&f, "a\x1b[2Jb");
    refuse(&f, f.title, "texts: title: the text must be UTF-8 without control characters");
    /* An optional text that the act does not have. */
    begin(&f, "x");
    f.what.has_reason = false;
    generator g = {.arena = &f.arena};
    f.bytes = generator_bytes(&g, &f.act);
    refuse(&f, f.reason, "texts.reason: the act commits to no text");
}

static void test_bodies_refused(void **unused)
{
    (void)unused;
    fixture f;
    begin(&f, "x");
    static const struct {
        const char *before, *after, *want;
    } rows[] = {
        {"{\"act\":", "}", "sig: is missing"},
        {"{\"act\":", ",\"sig\":\"AA\",\"texts\":{}}", "sig: must be 64 bytes in base64url"},
        {"{\"act\":", ",\"sig\":\"AA\"}", "texts: is missing"},
        {"{\"act\":", ",\"sig\":\"AA\",\"stamp\":1,\"texts\":{}}", "stamp: there is no such"},
        {"{ \"act\":", ",\"sig\":\"AA\",\"texts\":{}}", "byte 1: not in canonical form"},
        {"[", "]", "must be an object, not a list"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_buffer body;
        sheaf_buffer_init(&body, 10000);
        sheaf_buffer_add_string(&body, rows[i].before);
        sheaf_buffer_add(&body, f.bytes);
        sheaf_buffer_add_string(&body, rows[i].after);
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        sheaf_submission out;
        sheaf_err err = {0};
        assert_int_equal(
            sheaf_submission_decode(sheaf_buffer_slice(&body), 1, &arena, &out, &err),
            SHEAF_INVALID);
        if (!strstr(err.message, rows[i].want))
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, err.message, rows[i].want);
        sheaf_buffer_deinit(&body);
    }
    static uint8_t large[SHEAF_SUBMISSION_MAX + 1];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_submission out;
    sheaf_err err = {0};
    assert_int_equal(
        sheaf_submission_decode(sheaf_bytes(large, sizeof large), 1, &arena, &out, &err),
        SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the submission has 262145 bytes; at most 262144 are allowed");
}

static void test_walk_over_texts(void **unused)
{
    (void)unused;
    fixture f;
    begin(&f, "x");
    size_t place = 0;
    sheaf_commitment commitment;
    assert_true(sheaf_act_next_text(&f.act, &place, &commitment));
    assert_string_equal(commitment.name, "reason");
    assert_true(sheaf_act_next_text(&f.act, &place, &commitment));
    assert_string_equal(commitment.name, "title");
    assert_true(sheaf_hash_equal(&commitment.commitment, &f.what.title));
    assert_int_equal(sheaf_text_check(&commitment, &f.title, NULL), SHEAF_OK);
    assert_int_equal(sheaf_text_check(&commitment, &f.reason, NULL), SHEAF_INVALID);
    assert_false(sheaf_act_next_text(&f.act, &place, &commitment));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_is_room_for_all_texts),
        cmocka_unit_test(test_texts_travel_beside_the_act),
        cmocka_unit_test(test_texts_refused),
        cmocka_unit_test(test_bodies_refused),
        cmocka_unit_test(test_walk_over_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
