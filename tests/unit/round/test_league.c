/* A coordinator in league with a member, who signs for it what no honest one would. */
#include "harness.h"

enum { COUNT = 5, WORDS = 9, FALSE_ONE = COUNT - 1 };

static rig *fresh(uint64_t seed)
{
    rig *r = malloc(sizeof *r);
    assert_non_null(r);
    rig_open(r, COUNT, WORDS, seed);
    return r;
}

static void done(rig *r)
{
    rig_close(r);
    free(r);
}

static void play(rig *r, sheaf_round_stage last, const int *leave)
{
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= (int)last; stage++)
        rig_stage(r, (sheaf_round_stage)stage, leave);
}

/* The head of an honest vector as the false one's own, with one byte of its body changed. */
static void head_of_false_one(rig *r, size_t at, uint8_t change, sheaf_buffer *out)
{
    sheaf_slice head = rig_shown(r, SHEAF_ROUND_SURVIVORS).items.item[0];
    const size_t end = SHEAF_ROUND_INPUT_HEAD_BYTES - SHEAF_SIGNATURE_BYTES;
    sheaf_buffer_init(out, 1024);
    sheaf_round_head_put(out, &r->config, SHEAF_ROUND_INPUT,
                         r->config.members[FALSE_ONE].member);
    sheaf_buffer_add(
        out, sheaf_bytes(head.data + SHEAF_ROUND_HEAD_BYTES, end - SHEAF_ROUND_HEAD_BYTES));
    out->data[SHEAF_ROUND_HEAD_BYTES + at] ^= change;
    sheaf_round_sign(out, &r->config, &r->pair[FALSE_ONE]);
}

/* Nobody has shares of its secrets; if it were on the list they would be asked for. */
static void test_vector_of_one_who_did_not_share(void **unused)
{
    static const int leave[] = {NEVER, NEVER, NEVER, NEVER, SHEAF_ROUND_SHARE};
    rig *r = fresh(1);
    sheaf_buffer head;
    play(r, SHEAF_ROUND_INPUT, leave);
    sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SURVIVORS).items;
    head_of_false_one(r, 0, 0, &head);
    items.item[items.count++] = sheaf_buffer_slice(&head);
    for (int i = 0; i < FALSE_ONE; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_SURVIVORS, &items,
                         "member 15 sent a vector without having shared");
    sheaf_buffer_deinit(&head);
    done(r);
    (void)unused;
}

/* Its vector is masked over others than the honest ones' are. */
static void test_vector_over_something_else(void **unused)
{
    static const struct {
        size_t at;
        const char *reason;
    } rows[] = {
        {SHEAF_HASH_BYTES, "member 15 masked its vector over another set of shares"},
        {0, "member 15 masked its vector over other adverts"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        rig *r = fresh(2);
        sheaf_buffer head;
        play(r, SHEAF_ROUND_INPUT, NULL);
        sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SURVIVORS).items;
        head_of_false_one(r, rows[k].at, 1, &head);
        items.item[FALSE_ONE] = sheaf_buffer_slice(&head);
        for (int i = 0; i < FALSE_ONE; i++)
            rig_refuse_items(r, i, SHEAF_ROUND_SURVIVORS, &items, rows[k].reason);
        sheaf_buffer_deinit(&head);
        done(r);
    }
    (void)unused;
}

/* Whoever has dropped out cannot stand in for a survivor that does not sign. */
static void test_signature_of_a_dropout(void **unused)
{
    static const int leave[] = {NEVER, NEVER, NEVER, NEVER, SHEAF_ROUND_INPUT};
    rig *r = fresh(3);
    sheaf_buffer message;
    sheaf_survivors_text text;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    play(r, SHEAF_ROUND_SURVIVORS, leave);
    sheaf_round_items items = rig_shown(r, SHEAF_ROUND_REVEAL).items;
    assert_int_equal(items.count, FALSE_ONE);
    assert_int_equal(
        sheaf_survivors_text_make(&r->config, sheaf_participant_list(&r->p[0]), &text, &r->err),
        SHEAF_OK);
    sheaf_survivors_sign(&text, &r->pair[FALSE_ONE], signature);
    sheaf_buffer_init(&message, 1024);
    sheaf_round_head_put(&message, &r->config, SHEAF_ROUND_SURVIVORS,
                         r->config.members[FALSE_ONE].member);
    sheaf_buffer_add(&message, sheaf_bytes(text.hash.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add(&message, sheaf_bytes(signature, sizeof signature));
    items.item[FALSE_ONE - 1] = sheaf_buffer_slice(&message);
    for (int i = 0; i < FALSE_ONE; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_REVEAL, &items,
                         "member 15 signed the survivor list but is no survivor");
    sheaf_survivors_text_deinit(&text);
    sheaf_buffer_deinit(&message);
    done(r);
    (void)unused;
}

/* A vector leaves only where enough have shared that there can be a sum over enough. */
static void test_too_few_have_shared(void **unused)
{
    rig *r = fresh(4);
    r->config.min_survivors = COUNT; /* above the threshold */
    rig_again(r);
    rig_play_to(r, SHEAF_ROUND_INPUT);
    sheaf_round_items items = rig_shown(r, SHEAF_ROUND_INPUT).items;
    rig_without(&items, FALSE_ONE);
    for (int i = 0; i < FALSE_ONE; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_INPUT, &items,
                         "4 sharers are too few: the round needs 5");
    done(r);
    (void)unused;
}

/* A sum over a list that too few have signed is no proof of anything. */
static void test_transcript_with_too_few_signatures(void **unused)
{
    rig *r = fresh(5);
    sheaf_buffer transcript;
    uint64_t sum[WORDS];
    uint8_t *gone[2];
    rig_run(r, NULL);
    rig_check_sum(r);
    for (int i = 0; i < 2; i++) {
        gone[i] = r->c.message[SHEAF_ROUND_SURVIVORS][i];
        r->c.message[SHEAF_ROUND_SURVIVORS][i] = NULL;
    }
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
    assert_int_not_equal(
        sheaf_transcript_sum(sheaf_buffer_slice(&transcript), &r->config, sum, NULL, &r->err),
        SHEAF_OK);
    assert_non_null(strstr(r->err.message, "3 signatures of the survivor list are too few"));
    sheaf_buffer_deinit(&transcript);
    for (int i = 0; i < 2; i++)
        r->c.message[SHEAF_ROUND_SURVIVORS][i] = gone[i];
    done(r);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector_of_one_who_did_not_share),
        cmocka_unit_test(test_vector_over_something_else),
        cmocka_unit_test(test_signature_of_a_dropout),
        cmocka_unit_test(test_too_few_have_shared),
        cmocka_unit_test(test_transcript_with_too_few_signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
