/* A coordinator that lies to a ring: it shows commitments, adverts, shares, survivor lists and
 * signatures to some that it does not show to others, alone or with a member's help. Everybody
 * honest refuses and says why, or the transcript names who lied. */
#include "harness.h"

enum { COUNT = 40, DEGREE = 8, THRESHOLD = 5, SIGNERS = 27, LEAST = 36 };

static rig *fresh(uint64_t seed)
{
    rig *r = malloc(sizeof *r);
    assert_non_null(r);
    rig_open_ring(r, COUNT, DEGREE, THRESHOLD, 2, seed);
    assert_int_equal(r->config.signers, SIGNERS);
    assert_int_equal(r->config.min_survivors, LEAST);
    return r;
}

static void done(rig *r)
{
    rig_close(r);
    free(r);
}

static void play_to(rig *r, sheaf_round_stage stage, const int *leave)
{
    for (int s = SHEAF_ROUND_COMMIT; s < (int)stage; s++)
        rig_stage(r, (sheaf_round_stage)s, leave);
    assert_int_equal(sheaf_coordinator_stage(&r->c), stage);
}

static uint32_t member_at(const rig *r, int i)
{
    return r->config.members[i].member;
}

/* Some neighbour of a member, or somebody who is none. */
static int somebody(const rig *r, int i, bool neighbour)
{
    for (int k = 0; k < COUNT; k++)
        if (k != i && sheaf_neighbours_are(&r->c.neighbours, i, k) == neighbour)
            return k;
    fail_msg("nobody is found");
    return -1;
}

/* The messages of a stage that the coordinator has, of everybody. */
static void all_of(const rig *r, sheaf_round_stage stage, sheaf_round_items *out)
{
    out->count = 0;
    for (int i = 0; i < COUNT; i++)
        if (r->c.message[stage][i])
            out->item[out->count++] =
                (sheaf_slice){r->c.message[stage][i], r->c.message_len[stage][i]};
}

static uint32_t sender_of(sheaf_slice message)
{
    sheaf_round_message m;
    sheaf_err err;
    if (sheaf_round_head_decode(message, &m, &err) != SHEAF_OK
        && sheaf_round_message_decode(message, &m, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    return m.member;
}

static void without(sheaf_round_items *items, uint32_t member)
{
    int kept = 0;
    for (int i = 0; i < items->count; i++)
        if (sender_of(items->item[i]) != member)
            items->item[kept++] = items->item[i];
    items->count = (uint16_t)kept;
}

/* The bundle that lets a member answer `stage`, with these messages of the stage before. */
static sheaf_status show(rig *r, int i, sheaf_round_stage stage, const sheaf_round_items *items,
                         const uint32_t *dropouts, uint16_t count, sheaf_slice *message,
                         sheaf_err *err)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1 << 22);
    sheaf_round_bundle_head_put(&out, &r->config, stage);
    sheaf_round_items_put(&out, items);
    if (stage == SHEAF_ROUND_SURVIVORS)
        sheaf_buffer_add_u16(&out, count);
    for (int k = 0; k < count; k++)
        sheaf_buffer_add_u32(&out, dropouts[k]);
    assert_false(out.failed);
    sheaf_status status =
        sheaf_participant_receive(&r->p[i], sheaf_buffer_slice(&out), message, err);
    sheaf_buffer_deinit(&out);
    return status;
}

static void refuse(rig *r, int i, sheaf_round_stage stage, const sheaf_round_items *items,
                   const char *reason)
{
    sheaf_slice message = {0};
    sheaf_err err = {0};
    if (show(r, i, stage, items, NULL, 0, &message, &err) == SHEAF_OK)
        fail_msg("member %u accepted what should be refused: %s", member_at(r, i), reason);
    if (!strstr(err.message, reason))
        fail_msg("refused with \"%s\" instead of \"%s\"", err.message, reason);
    assert_null(message.data);
}

/* Sends what it was made to say to the coordinator, which refuses it. */
static void refused_by_hub(rig *r, sheaf_slice message, const char *reason)
{
    assert_int_equal(sheaf_coordinator_receive(&r->c, message, r->now_ms, &r->err),
                     SHEAF_ROUND_REFUSED);
    if (!strstr(r->err.message, reason))
        fail_msg("refused with \"%s\" instead of \"%s\"", r->err.message, reason);
}

/* ---- commitments and adverts ---- */

static void test_commitments(void **unused)
{
    (void)unused;
    rig *r = fresh(1);
    play_to(r, SHEAF_ROUND_ADVERTISE, NULL);
    sheaf_round_items all, some;
    sheaf_slice message;
    all_of(r, SHEAF_ROUND_COMMIT, &all);
    some = all;
    without(&some, member_at(r, 4));
    refuse(r, 4, SHEAF_ROUND_ADVERTISE, &some, "left member 15 out after stage commit");
    some.count = LEAST - 1;
    refuse(r, 0, SHEAF_ROUND_ADVERTISE, &some, "35 commitments are too few");
    some = all;
    some.item[1] = some.item[0];
    refuse(r, 4, SHEAF_ROUND_ADVERTISE, &some, "member 3 stands twice");
    /* Whoever has shown its bytes for one set shows them for no other. */
    some = all;
    without(&some, member_at(r, 0));
    assert_int_equal(show(r, 9, SHEAF_ROUND_ADVERTISE, &all, NULL, 0, &message, &r->err),
                     SHEAF_OK);
    refuse(r, 9, SHEAF_ROUND_ADVERTISE, &some, "a second, different bundle");
    done(r);
}

/* Half of the members are shown fewer commitments: they come to another order, and no share of
 * theirs is taken by the others, nor the other way round. */
static void test_two_sets_of_commitments(void **unused)
{
    (void)unused;
    rig *r = fresh(2);
    play_to(r, SHEAF_ROUND_ADVERTISE, NULL);
    sheaf_round_items all, some, adverts = {.count = COUNT - 1};
    sheaf_slice message;
    all_of(r, SHEAF_ROUND_COMMIT, &all);
    some = all;
    without(&some, member_at(r, 0));
    for (int i = 1; i < COUNT; i++) {
        assert_int_equal(show(r, i, SHEAF_ROUND_ADVERTISE, i % 2 ? &all : &some, NULL, 0,
                              &adverts.item[i - 1], &r->err),
                         SHEAF_OK);
    }
    for (int i = 1; i < COUNT; i++)
        assert_int_equal(show(r, i, SHEAF_ROUND_SHARE, &adverts, NULL, 0, &message, &r->err),
                         SHEAF_OK);
    assert_false(sheaf_hash_equal(&r->p[1].neighbours.session, &r->p[2].neighbours.session));
    assert_true(sheaf_hash_equal(&r->p[1].neighbours.session, &r->p[3].neighbours.session));
    sheaf_round_items shares = {0};
    for (int i = 1; i < COUNT; i++)
        if (i == 1 || sheaf_neighbours_are(&r->p[1].neighbours, 1, i))
            shares.item[shares.count++] = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_SHARE);
    refuse(r, 1, SHEAF_ROUND_INPUT, &shares, "was shown other adverts");
    done(r);
}

/* An advert of a member with other bytes for the order, signed by it. */
static void advert_with(rig *r, int i, uint8_t byte, sheaf_buffer *out)
{
    sheaf_slice sent = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_ADVERTISE);
    sheaf_buffer_init(out, sent.len);
    sheaf_buffer_add(out, sent);
    memset(out->data + SHEAF_ROUND_HEAD_BYTES + 2 * SHEAF_POINT_BYTES, byte, SHEAF_HASH_BYTES);
    rig_sign_again(r, i, out);
}

static void test_adverts(void **unused)
{
    (void)unused;
    rig *r = fresh(3);
    int leave[COUNT];
    for (int i = 0; i < COUNT; i++)
        leave[i] = i == 7 ? SHEAF_ROUND_COMMIT : NEVER;
    play_to(r, SHEAF_ROUND_ADVERTISE, leave);
    for (int i = 0; i < COUNT; i++)
        if (i != 7)
            (void)rig_answer(r, i, SHEAF_ROUND_ADVERTISE);
    sheaf_buffer lie;
    advert_with(r, 5, 99, &lie);
    refused_by_hub(r, sheaf_buffer_slice(&lie),
                   "member 18 shows other bytes for the order of the ring");
    rig_stage(r, SHEAF_ROUND_ADVERTISE, leave);
    sheaf_round_items all, some;
    all_of(r, SHEAF_ROUND_ADVERTISE, &all);
    assert_int_equal(all.count, COUNT - 1);
    some = all;
    some.item[5] = sheaf_buffer_slice(&lie);
    refuse(r, 1, SHEAF_ROUND_SHARE, &some,
           "member 18 shows other bytes for the order of the ring");
    sheaf_buffer_deinit(&lie);
    some = all;
    without(&some, member_at(r, 2));
    without(&some, member_at(r, 3));
    without(&some, member_at(r, 4));
    refuse(r, 1, SHEAF_ROUND_SHARE, &some, "3 of 39 participants withhold their part");
    done(r);
}

/* Somebody who committed to nothing is let in when the order can be known. */
static void test_advert_without_commitment(void **unused)
{
    (void)unused;
    rig *r = fresh(4);
    play_to(r, SHEAF_ROUND_ADVERTISE, NULL);
    sheaf_round_items some, adverts = {.count = COUNT};
    all_of(r, SHEAF_ROUND_COMMIT, &some);
    without(&some, member_at(r, 0));
    adverts.item[0] = rig_answer(r, 0, SHEAF_ROUND_ADVERTISE);
    for (int i = 1; i < COUNT; i++)
        assert_int_equal(
            show(r, i, SHEAF_ROUND_ADVERTISE, &some, NULL, 0, &adverts.item[i], &r->err),
            SHEAF_OK);
    refuse(r, 1, SHEAF_ROUND_SHARE, &adverts, "member 3 advertised without having committed");
    done(r);
}

/* ---- shares of the neighbourhood ---- */

static void shares_for(const rig *r, int i, sheaf_round_items *out)
{
    all_of(r, SHEAF_ROUND_SHARE, out);
    for (int k = 0; k < COUNT; k++)
        if (k != i && !sheaf_neighbours_are(&r->c.neighbours, i, k))
            without(out, member_at(r, k));
}

static void test_shares(void **unused)
{
    (void)unused;
    rig *r = fresh(5);
    play_to(r, SHEAF_ROUND_INPUT, NULL);
    sheaf_round_items near, some;
    sheaf_slice message;
    shares_for(r, 6, &near);
    assert_int_equal(near.count, DEGREE + 1);
    all_of(r, SHEAF_ROUND_SHARE, &some);
    refuse(r, 6, SHEAF_ROUND_INPUT, &some, "which is not its neighbour");
    some = near;
    without(&some, member_at(r, 6));
    refuse(r, 6, SHEAF_ROUND_INPUT, &some, "left member 21 out after stage share");
    some = near;
    for (int k = 0, gone = 0; k < COUNT && gone < 4; k++) {
        if (!sheaf_neighbours_are(&r->c.neighbours, 6, k))
            continue;
        without(&some, member_at(r, k));
        gone++;
    }
    refuse(r, 6, SHEAF_ROUND_INPUT, &some, "only 4 neighbours of member 21 have shared");
    /* One neighbour fewer is believed, and stands in what it signs. */
    some = near;
    without(&some, member_at(r, somebody(r, 6, true)));
    assert_int_equal(show(r, 6, SHEAF_ROUND_INPUT, &some, NULL, 0, &message, &r->err),
                     SHEAF_OK);
    refused_by_hub(r, message, "member 21 masked its vector over another set of shares");
    refuse(r, 6, SHEAF_ROUND_INPUT, &near, "a second, different bundle");
    done(r);
}

/* ---- what the transcript tells ---- */

static void transcript_is(rig *r, const char *reason)
{
    sheaf_buffer transcript;
    uint64_t sum[5];
    sheaf_survivors list;
    sheaf_err err = {0};
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
    assert_int_equal(
        sheaf_transcript_sum(sheaf_buffer_slice(&transcript), &r->config, sum, &list, &err),
        SHEAF_FAULT);
    if (!strstr(err.message, reason))
        fail_msg("\"%s\" instead of \"%s\"", err.message, reason);
    sheaf_buffer_deinit(&transcript);
}

static void swap_message(rig *r, sheaf_round_stage stage, int i, uint8_t **message, size_t *len)
{
    uint8_t *before = r->c.message[stage][i];
    size_t before_len = r->c.message_len[stage][i];
    r->c.message[stage][i] = *message;
    r->c.message_len[stage][i] = *len;
    *message = before;
    *len = before_len;
}

/* The hub takes a vector that a member masked over other shares than its neighbours gave, or
 * hides from the transcript that somebody shared: the transcript names who signed otherwise. */
static void test_transcript_names_who_lied(void **unused)
{
    (void)unused;
    rig *r = fresh(6);
    int leave[COUNT];
    for (int i = 0; i < COUNT; i++)
        leave[i] = i == 20 ? SHEAF_ROUND_INPUT : NEVER;
    rig_run(r, leave);
    rig_check_sum(r);
    sheaf_buffer head;
    size_t len = SHEAF_ROUND_INPUT_HEAD_BYTES;
    sheaf_buffer_init(&head, len);
    sheaf_buffer_add(&head, (sheaf_slice){r->c.message[SHEAF_ROUND_INPUT][8], len});
    head.data[SHEAF_ROUND_HEAD_BYTES + SHEAF_HASH_BYTES] ^= 1; /* of the shares' digest */
    rig_sign_again(r, 8, &head);
    uint8_t *other = head.data;
    swap_message(r, SHEAF_ROUND_INPUT, 8, &other, &len);
    transcript_is(r, "member 27 masked its vector over another set of shares");
    swap_message(r, SHEAF_ROUND_INPUT, 8, &other, &len);
    sheaf_buffer_deinit(&head);
    other = NULL;
    len = 0;
    int first = somebody(r, 20, true);
    char reason[80];
    swap_message(r, SHEAF_ROUND_SHARE, 20, &other, &len);
    snprintf(reason, sizeof reason, "member %u masked its vector over another set of shares",
             member_at(r, first));
    transcript_is(r, reason);
    swap_message(r, SHEAF_ROUND_SHARE, 20, &other, &len);
    done(r);
}

/* ---- survivor lists ---- */

/* Those at even places are shown a list with everybody, the others one without member 3, whose
 * vector would be the difference. All sign what they are shown; nobody reveals. */
static void test_two_survivor_lists(void **unused)
{
    (void)unused;
    rig *r = fresh(7);
    play_to(r, SHEAF_ROUND_SURVIVORS, NULL);
    sheaf_round_items all, some, both = {.count = COUNT - 1}, one = {0};
    all_of(r, SHEAF_ROUND_INPUT, &all);
    some = all;
    uint32_t victim = member_at(r, 0);
    without(&some, victim);
    for (int i = 1; i < COUNT; i++) {
        bool whole = r->p[1].neighbours.graph.place[i] < COUNT / 2;
        assert_int_equal(show(r, i, SHEAF_ROUND_SURVIVORS, whole ? &all : &some, &victim,
                              whole ? 0 : 1, &both.item[i - 1], &r->err),
                         SHEAF_OK);
        if (whole)
            one.item[one.count++] = both.item[i - 1];
    }
    assert_in_range(one.count, COUNT / 2 - 1, COUNT / 2);
    for (int i = 1; i < COUNT; i++) {
        bool whole = r->p[1].neighbours.graph.place[i] < COUNT / 2;
        refuse(r, i, SHEAF_ROUND_REVEAL, &both, "names another survivor list");
        if (whole)
            refuse(r, i, SHEAF_ROUND_REVEAL, &one,
                   "signatures of the survivor list are too few");
    }
    done(r);
}

static void test_lists_that_nobody_signs(void **unused)
{
    (void)unused;
    rig *r = fresh(8);
    play_to(r, SHEAF_ROUND_SURVIVORS, NULL);
    sheaf_round_items all, some;
    sheaf_slice message;
    sheaf_err err = {0};
    int near = somebody(r, 12, true), far = somebody(r, 12, false);
    uint32_t both = member_at(r, far);
    all_of(r, SHEAF_ROUND_INPUT, &all);
    assert_int_equal(show(r, 12, SHEAF_ROUND_SURVIVORS, &all, &both, 1, &message, &err),
                     SHEAF_FAULT);
    assert_non_null(strstr(err.message, "a survivor and a drop-out at once"));
    some = all;
    without(&some, member_at(r, near)); /* who shared, says this member's own view */
    refuse(r, 12, SHEAF_ROUND_SURVIVORS, &some, "drop-outs are not those who shared");
    some = all;
    without(&some, member_at(r, 12));
    refuse(r, 12, SHEAF_ROUND_SURVIVORS, &some, "left member 39 out after stage input");
    some = all;
    some.count = LEAST - 1;
    uint32_t gone[COUNT];
    for (int i = LEAST - 1; i < COUNT; i++)
        gone[i - LEAST + 1] = member_at(r, i);
    assert_int_equal(
        show(r, 12, SHEAF_ROUND_SURVIVORS, &some, gone, COUNT - LEAST + 1, &message, &err),
        SHEAF_INVALID);
    assert_non_null(strstr(err.message, "35 survivors are too few"));
    done(r);
}

/* Enough have signed in all, but around one member too few: that one reveals nothing. */
static void test_too_few_signatures_around_one(void **unused)
{
    (void)unused;
    rig *r = fresh(9);
    play_to(r, SHEAF_ROUND_REVEAL, NULL);
    sheaf_round_items all;
    sheaf_slice message;
    all_of(r, SHEAF_ROUND_SURVIVORS, &all);
    for (int k = 0, gone = 0; k < COUNT && gone < 4; k++) {
        if (!sheaf_neighbours_are(&r->c.neighbours, 12, k))
            continue;
        without(&all, member_at(r, k));
        gone++;
    }
    assert_int_equal(all.count, COUNT - 4);
    refuse(r, 12, SHEAF_ROUND_REVEAL, &all,
           "only 4 neighbours of member 39 have signed the survivor list");
    all_of(r, SHEAF_ROUND_SURVIVORS, &all);
    all.count = SIGNERS - 1;
    refuse(r, 12, SHEAF_ROUND_REVEAL, &all, "26 signatures of the survivor list are too few");
    all_of(r, SHEAF_ROUND_SURVIVORS, &all);
    assert_int_equal(show(r, 12, SHEAF_ROUND_REVEAL, &all, NULL, 0, &message, &r->err),
                     SHEAF_OK);
    done(r);
}

/* A member was not shown the share of its next neighbour, so that its vector has no mask with
 * it, and neighbours reveal upon a list that suits the hub. There is none: the member refuses
 * each that names the neighbour, and on one that does not there are too few around it. */
static void test_hidden_share(void **unused)
{
    (void)unused;
    enum { MEMBER = 6 };
    rig *r = fresh(10);
    play_to(r, SHEAF_ROUND_INPUT, NULL);
    const sheaf_graph *graph = &r->c.neighbours.graph;
    int hidden = (int)graph->at[(graph->place[MEMBER] + 1) % COUNT];
    uint32_t gone = member_at(r, hidden);
    sheaf_round_items near, all = {.count = COUNT}, some, signatures = {0};
    sheaf_slice message;
    shares_for(r, MEMBER, &near);
    without(&near, gone);
    assert_int_equal(show(r, MEMBER, SHEAF_ROUND_INPUT, &near, NULL, 0, &message, &r->err),
                     SHEAF_OK);
    for (int i = 0; i < COUNT; i++) {
        if (i != MEMBER)
            (void)rig_answer(r, i, SHEAF_ROUND_INPUT);
        all.item[i] = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_INPUT);
        all.item[i].len = SHEAF_ROUND_INPUT_HEAD_BYTES;
    }
    refuse(r, MEMBER, SHEAF_ROUND_SURVIVORS, &all, "sent a vector without having shared");
    some = all;
    without(&some, gone);
    assert_int_equal(show(r, MEMBER, SHEAF_ROUND_SURVIVORS, &some, &gone, 1, &message, &r->err),
                     SHEAF_FAULT);
    assert_non_null(strstr(r->err.message, "drop-outs are not those who shared"));
    for (int i = 0; i < COUNT; i++) {
        if (i == hidden)
            refuse(r, i, SHEAF_ROUND_SURVIVORS, &some, "after stage input");
        else if (i != MEMBER && sheaf_neighbours_are(&r->c.neighbours, i, hidden))
            refuse(r, i, SHEAF_ROUND_SURVIVORS, &some, "drop-outs are not those who shared");
        else
            assert_int_equal(show(r, i, SHEAF_ROUND_SURVIVORS, &some, NULL, 0,
                                  &signatures.item[signatures.count++], &r->err),
                             SHEAF_OK);
    }
    assert_true(signatures.count >= SIGNERS);
    refuse(r, MEMBER, SHEAF_ROUND_REVEAL, &signatures,
           "only 1 neighbours of member 21 have signed the survivor list");
    done(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commitments),
        cmocka_unit_test(test_two_sets_of_commitments),
        cmocka_unit_test(test_adverts),
        cmocka_unit_test(test_advert_without_commitment),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_transcript_names_who_lied),
        cmocka_unit_test(test_two_survivor_lists),
        cmocka_unit_test(test_lists_that_nobody_signs),
        cmocka_unit_test(test_too_few_signatures_around_one),
        cmocka_unit_test(test_hidden_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
