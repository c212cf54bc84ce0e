/* A coordinator that lies: every honest participant refuses, and says whom or what. */
#include "harness.h"

static rig *fresh(int count, uint64_t seed)
{
    rig *r = malloc(sizeof *r);
    assert_non_null(r);
    rig_open(r, count, 9, seed);
    return r;
}

static void done(rig *r)
{
    rig_close(r);
    free(r);
}

/* An advert with the coordinator's own points, signed by `signer` for `member`. */
static void advert(rig *r, uint32_t member, const sheaf_keypair *signer, sheaf_buffer *out)
{
    sheaf_scalar secret = sheaf_scalar_from_u32(77);
    sheaf_point point;
    assert_true(sheaf_point_base(&point, &secret));
    sheaf_buffer_init(out, 1024);
    sheaf_round_head_put(out, &r->config, SHEAF_ROUND_ADVERTISE, member);
    sheaf_buffer_add(out, sheaf_bytes(&point, sizeof point));
    sheaf_buffer_add(out, sheaf_bytes(&point, sizeof point));
    sheaf_buffer_add(out, sheaf_bytes((const uint8_t[SHEAF_HASH_BYTES]){0}, SHEAF_HASH_BYTES));
    sheaf_round_sign(out, &r->config, signer);
}

static void test_substituted_keys(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 1);
    rig_play_to(r, SHEAF_ROUND_SHARE);
    sheaf_keypair own;
    sheaf_buffer forged;
    sheaf_keypair_from_seed(&own, (const uint8_t[32]){9});
    advert(r, r->config.members[3].member, &own, &forged);
    for (int i = 0; i < 3; i++) {
        sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SHARE).items;
        items.item[3] = sheaf_buffer_slice(&forged);
        rig_refuse_items(r, i, SHEAF_ROUND_SHARE, &items, "is not signed by member 12");
    }
    sheaf_buffer_deinit(&forged);
    done(r);
}

static void test_unknown_participant(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 2);
    rig_play_to(r, SHEAF_ROUND_SHARE);
    sheaf_keypair own;
    sheaf_buffer forged;
    sheaf_keypair_from_seed(&own, (const uint8_t[32]){9});
    advert(r, 1000, &own, &forged);
    for (int i = 0; i < 4; i++) {
        sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SHARE).items;
        items.item[items.count++] = sheaf_buffer_slice(&forged);
        rig_refuse_items(r, i, SHEAF_ROUND_SHARE, &items, "member 1000 is not on the roster");
    }
    sheaf_buffer_deinit(&forged);
    done(r);
}

static void test_doubled_left_out_and_too_few(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 3);
    for (int stage = SHEAF_ROUND_SHARE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        rig_play_to(r, (sheaf_round_stage)stage);
        break;
    }
    sheaf_round_items all = rig_shown(r, SHEAF_ROUND_SHARE).items, items = all;
    items.item[1] = items.item[0];
    rig_refuse_items(r, 4, SHEAF_ROUND_SHARE, &items, "member 3 stands twice");
    items = all;
    items.item[0] = all.item[1];
    items.item[1] = all.item[0];
    rig_refuse_items(r, 4, SHEAF_ROUND_SHARE, &items, "out of order");
    items = all;
    rig_without(&items, 2);
    rig_refuse_items(r, 2, SHEAF_ROUND_SHARE, &items, "left member 9 out");
    rig_without(&items, 0);
    rig_refuse_items(r, 4, SHEAF_ROUND_SHARE, &items, "3 adverts are too few");
    /* Refusals changed nothing: the round still ends well. */
    for (int stage = SHEAF_ROUND_SHARE; stage <= SHEAF_ROUND_REVEAL; stage++)
        rig_stage(r, (sheaf_round_stage)stage, NULL);
    rig_check_sum(r);
    done(r);
}

/* Adverts that differ from participant to participant come out with the shares. */
static void test_split_adverts(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 4);
    rig_play_to(r, SHEAF_ROUND_SHARE);
    sheaf_buffer bundle;
    sheaf_slice message;
    sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SHARE).items;
    rig_without(&items, 4);
    rig_forge(r, SHEAF_ROUND_SHARE, &items, NULL, 0, &bundle);
    assert_int_equal(
        sheaf_participant_receive(&r->p[0], sheaf_buffer_slice(&bundle), &message, &r->err),
        SHEAF_OK);
    sheaf_round_items shares = {.count = 5};
    shares.item[0] = message;
    for (int i = 1; i < 5; i++)
        shares.item[i] = rig_answer(r, i, SHEAF_ROUND_SHARE);
    for (int i = 1; i < 5; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_INPUT, &shares, "member 3 was shown other adverts");
    rig_refuse_items(r, 0, SHEAF_ROUND_INPUT, &shares, "member 6 was shown other adverts");
    assert_int_equal(sheaf_coordinator_receive(&r->c, message, 0, &r->err),
                     SHEAF_ROUND_REFUSED);
    sheaf_buffer_deinit(&bundle);
    done(r);
}

/* Two lists of survivors for two halves: neither gathers enough signatures, and whoever signed
 * one refuses the other. */
static void test_split_survivors(void **unused)
{
    (void)unused;
    rig *r = fresh(6, 5);
    rig_play_to(r, SHEAF_ROUND_SURVIVORS);
    sheaf_round_items one = rig_shown(r, SHEAF_ROUND_SURVIVORS).items, two = one,
                      signed_one = {0};
    uint32_t gone_one = 3, gone_two = 18;
    rig_without(&one, 0);
    rig_without(&two, 5);
    sheaf_buffer first, second, reveal;
    rig_forge(r, SHEAF_ROUND_SURVIVORS, &one, &gone_one, 1, &first);
    rig_forge(r, SHEAF_ROUND_SURVIVORS, &two, &gone_two, 1, &second);
    rig_refuse(r, 0, sheaf_buffer_slice(&first), "left member 3 out");
    rig_refuse(r, 5, sheaf_buffer_slice(&second), "left member 18 out");
    sheaf_slice message[6];
    for (int i = 0; i < 6; i++)
        assert_int_equal(sheaf_participant_receive(&r->p[i],
                                                   sheaf_buffer_slice(i < 3 ? &second : &first),
                                                   &message[i], &r->err),
                         SHEAF_OK);
    for (int i = 0; i < 3; i++)
        rig_refuse(r, i, sheaf_buffer_slice(&first), "second, different bundle");
    /* All six signatures in one bundle. */
    for (int i = 0; i < 6; i++)
        signed_one.item[signed_one.count++] = message[i];
    rig_forge(r, SHEAF_ROUND_REVEAL, &signed_one, NULL, 0, &reveal);
    for (int i = 0; i < 6; i++)
        rig_refuse(r, i, sheaf_buffer_slice(&reveal), "member ");
    sheaf_buffer_deinit(&reveal);
    /* Only those over the reader's own list. */
    sheaf_round_items half = {.count = 3, .item = {message[0], message[1], message[2]}};
    rig_refuse_items(r, 0, SHEAF_ROUND_REVEAL, &half, "3 signatures of the survivor list");
    sheaf_buffer_deinit(&first);
    sheaf_buffer_deinit(&second);
    done(r);
}

/* As `fresh`, with another threshold. */
static rig *fresh_with(int count, uint16_t threshold, uint64_t seed)
{
    rig *r = fresh(count, seed);
    r->config.threshold = r->config.min_survivors = threshold;
    rig_again(r);
    return r;
}

/* Signs the list of participant `honest` for the participant `i`, who signed another one. */
static void sign_as_well(rig *r, int i, int honest, sheaf_buffer *out)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    const sheaf_survivors *list = sheaf_participant_list(&r->p[honest]);
    sheaf_survivors_text text;
    sheaf_buffer_init(out, 1024);
    assert_int_equal(sheaf_survivors_text_make(&r->config, list, &text, &r->err), SHEAF_OK);
    sheaf_survivors_sign(&text, &r->pair[i], signature);
    sheaf_round_head_put(out, &r->config, SHEAF_ROUND_SURVIVORS, r->config.members[i].member);
    sheaf_buffer_add(out, sheaf_bytes(text.hash.bytes, sizeof text.hash.bytes));
    sheaf_buffer_add(out, sheaf_bytes(signature, sizeof signature));
    sheaf_survivors_text_deinit(&text);
}

/* Seven, the first three in league with the coordinator, and two lists: one leaves out the
 * fourth, whose vector would be the difference of the sums. True if both lists are revealed. */
static bool split_with_colluders(uint16_t threshold)
{
    rig *r = fresh_with(7, threshold, 13);
    rig_play_to(r, SHEAF_ROUND_SURVIVORS);
    sheaf_round_items without_fourth = rig_shown(r, SHEAF_ROUND_SURVIVORS).items;
    sheaf_round_items all_signed = {.count = 5}, others_signed = {.count = 5};
    uint32_t fourth = r->config.members[3].member;
    sheaf_buffer split, both[3], bundle[2];
    sheaf_slice message;
    sheaf_status status[2];
    rig_without(&without_fourth, 3);
    rig_forge(r, SHEAF_ROUND_SURVIVORS, &without_fourth, &fourth, 1, &split);
    for (int i = 0; i < 5; i++)
        all_signed.item[i] = rig_answer(r, i, SHEAF_ROUND_SURVIVORS);
    for (int i = 5; i < 7; i++)
        assert_int_equal(sheaf_participant_receive(&r->p[i], sheaf_buffer_slice(&split),
                                                   &others_signed.item[i - 2], &r->err),
                         SHEAF_OK);
    for (int i = 0; i < 3; i++) {
        sign_as_well(r, i, 5, &both[i]);
        others_signed.item[i] = sheaf_buffer_slice(&both[i]);
    }
    rig_forge(r, SHEAF_ROUND_REVEAL, &all_signed, NULL, 0, &bundle[0]);
    rig_forge(r, SHEAF_ROUND_REVEAL, &others_signed, NULL, 0, &bundle[1]);
    status[0] =
        sheaf_participant_receive(&r->p[4], sheaf_buffer_slice(&bundle[0]), &message, &r->err);
    status[1] =
        sheaf_participant_receive(&r->p[6], sheaf_buffer_slice(&bundle[1]), &message, &r->err);
    for (int i = 0; i < 3; i++)
        sheaf_buffer_deinit(&both[i]);
    sheaf_buffer_deinit(&bundle[0]);
    sheaf_buffer_deinit(&bundle[1]);
    sheaf_buffer_deinit(&split);
    done(r);
    return status[0] == SHEAF_OK && status[1] == SHEAF_OK;
}

static void test_split_survivors_with_colluders(void **unused)
{
    (void)unused;
    assert_true(split_with_colluders(sheaf_round_threshold(7))); /* it is for fewer than 3 */
    assert_false(split_with_colluders(sheaf_round_threshold_against(7, 3)));
    for (uint16_t count = 2; count <= SHEAF_ROUND_MEMBERS_MAX; count++)
        for (uint16_t colluders = 0; colluders < count; colluders++) {
            uint16_t threshold = sheaf_round_threshold_against(count, colluders);
            /* The honest are too few for two lists, and all together always enough for one. */
            assert_true(2 * (threshold - colluders) > count - colluders);
            assert_in_range(threshold, sheaf_round_threshold(count), count);
            assert_true(3 * colluders > count || threshold == sheaf_round_threshold(count));
        }
}

/* Known mistake 3: one client in both lists. */
static void test_survivor_and_dropout_at_once(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 6);
    static const int leave[] = {NEVER, NEVER, NEVER, NEVER, SHEAF_ROUND_INPUT};
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_INPUT; stage++)
        rig_stage(r, (sheaf_round_stage)stage, leave);
    sheaf_round_bundle real = rig_shown(r, SHEAF_ROUND_SURVIVORS);
    assert_int_equal(real.dropouts, 1);
    static const struct {
        uint32_t dropout[3];
        uint16_t count;
        const char *reason;
    } rows[] = {
        {{6, 15}, 2, "calls member 6 a survivor and a drop-out at once"},
        {{3}, 1, "calls member 3 a survivor and a drop-out at once"},
        {{0}, 0, "drop-outs are not those who shared"},
        {{15, 18}, 2, "drop-outs are not those who shared"},
        {{14}, 1, "drop-outs are not those who shared"},
        {{15, 15}, 2, "drop-outs are out of order"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        sheaf_buffer bundle;
        rig_forge(r, SHEAF_ROUND_SURVIVORS, &real.items, rows[k].dropout, rows[k].count,
                  &bundle);
        for (int i = 0; i < 4; i++)
            rig_refuse(r, i, sheaf_buffer_slice(&bundle), rows[k].reason);
        sheaf_buffer_deinit(&bundle);
    }
    for (int i = 0; i < 4; i++)
        (void)rig_answer(r, i, SHEAF_ROUND_SURVIVORS);
    done(r);
}

/* Bundles of an old round, of another manifest, and of another co-op. */
static void test_replayed_round(void **unused)
{
    (void)unused;
    rig *old = fresh(4, 7), *now = fresh(4, 8);
    rig_play_to(old, SHEAF_ROUND_REVEAL);
    rig_stage(old, SHEAF_ROUND_REVEAL, NULL);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_DONE; stage++)
        rig_refuse(now, 0, sheaf_coordinator_bundle(&old->c, (sheaf_round_stage)stage, 3),
                   "is for round 7, not 8");
    rig_play_to(now, SHEAF_ROUND_SHARE);
    sheaf_round_items items = rig_shown(old, SHEAF_ROUND_SHARE).items;
    rig_refuse_items(now, 1, SHEAF_ROUND_SHARE, &items, "is for round 7, not 8");
    done(old);
    done(now);

    /* The same round number and keys, but another manifest. */
    rig *other = fresh(4, 1008), *same = fresh(4, 8);
    other->config.round = same->config.round;
    rig_play_to(same, SHEAF_ROUND_SHARE);
    rig_refuse(other, 0, sheaf_coordinator_bundle(&same->c, SHEAF_ROUND_ADVERTISE, 3),
               "another manifest");
    done(other);
    done(same);
}

/* Participants that hold different rosters, thresholds or lengths can not work together, though
 * the manifest's hash is the same. */
static void test_other_terms(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 9);
    sheaf_round_config config = r->config;
    config.min_survivors = 5;
    sheaf_participant_deinit(&r->p[0]);
    assert_int_equal(sheaf_participant_init(&r->p[0], &config, 3, &r->pair[0],
                                            (const uint8_t[32]){1}, &r->err),
                     SHEAF_OK);
    rig_play_to(r, SHEAF_ROUND_SHARE);
    sheaf_slice message = rig_answer(r, 0, SHEAF_ROUND_SHARE);
    assert_int_equal(sheaf_coordinator_receive(&r->c, message, 0, &r->err),
                     SHEAF_ROUND_REFUSED);
    assert_non_null(strstr(r->err.message, "member 3 was shown other adverts"));
    done(r);
}

static void test_reveal_without_signatures(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 10);
    rig_play_to(r, SHEAF_ROUND_REVEAL);
    sheaf_round_items all = rig_shown(r, SHEAF_ROUND_REVEAL).items, items = all;
    rig_without(&items, 1);
    rig_without(&items, 1);
    rig_refuse_items(r, 0, SHEAF_ROUND_REVEAL, &items, "3 signatures of the survivor list");
    items = all;
    items.item[1] = items.item[0];
    rig_refuse_items(r, 0, SHEAF_ROUND_REVEAL, &items, "stands twice");
    items = all;
    uint8_t wrong[256];
    memcpy(wrong, all.item[2].data, all.item[2].len);
    wrong[all.item[2].len - 1] ^= 1;
    items.item[2].data = wrong;
    rig_refuse_items(r, 0, SHEAF_ROUND_REVEAL, &items, "wrong signature of member 9");
    /* A participant that has not signed yet reveals nothing. */
    rig *late = fresh(5, 10);
    rig_play_to(late, SHEAF_ROUND_SURVIVORS);
    rig_refuse(late, 0, sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_REVEAL, 3), "out of turn");
    done(late);
    done(r);
}

static void test_altered_inputs_in_the_list(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 11);
    rig_play_to(r, SHEAF_ROUND_SURVIVORS);
    sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SURVIVORS).items;
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES];
    memcpy(head, items.item[1].data, sizeof head);
    head[SHEAF_ROUND_HEAD_BYTES + 36] ^= 1; /* the hash of its words */
    items.item[1].data = head;
    for (int i = 0; i < 4; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_SURVIVORS, &items, "is not signed by member 6");
    done(r);
}

/* The coordinator's word on the sum counts only with the transcript. */
static void test_wrong_result(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 12);
    rig_play_to(r, SHEAF_ROUND_REVEAL);
    for (int i = 0; i < 4; i++)
        (void)rig_answer(r, i, SHEAF_ROUND_REVEAL);
    sheaf_buffer bundle;
    sheaf_buffer_init(&bundle, 1024);
    sheaf_round_bundle_head_put(&bundle, &r->config, SHEAF_ROUND_DONE);
    memset(sheaf_buffer_extend(&bundle, 64), 5, 64);
    rig_refuse(r, 0, sheaf_buffer_slice(&bundle), "another survivor list");
    sheaf_buffer_deinit(&bundle);
    rig_stage(r, SHEAF_ROUND_REVEAL, NULL);
    assert_int_equal(rig_answer(r, 0, SHEAF_ROUND_DONE).len, 0);
    assert_true(sheaf_participant_over(&r->p[0]));
    assert_true(sheaf_hash_equal(sheaf_participant_transcript(&r->p[0]),
                                 sheaf_coordinator_transcript_hash(&r->c)));
    done(r);
}

/* Two members' adverts change places: each would agree on masks with the wrong one. */
static void test_swapped_keys(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 13);
    rig_play_to(r, SHEAF_ROUND_SHARE);
    sheaf_round_items real = rig_shown(r, SHEAF_ROUND_SHARE).items, items = real;
    uint8_t one[256], two[256];
    assert_in_range(real.item[0].len, 1, sizeof one);
    memcpy(one, real.item[0].data, real.item[0].len);
    memcpy(two, real.item[1].data, real.item[1].len);
    const size_t at = SHEAF_ROUND_HEAD_BYTES, len = 2 * SHEAF_POINT_BYTES;
    memcpy(one + at, real.item[1].data + at, len); /* the points alone */
    memcpy(two + at, real.item[0].data + at, len);
    items.item[0].data = one;
    items.item[1].data = two;
    for (int i = 2; i < 4; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_SHARE, &items, "is not signed by member 3");
    items.item[0] = real.item[1]; /* the whole messages */
    items.item[1] = real.item[0];
    for (int i = 0; i < 4; i++)
        rig_refuse_items(r, i, SHEAF_ROUND_SHARE, &items, "out of order");
    done(r);
}

/* A list of fewer survivors than the round needs: a sum of so few says too much of each. */
static void test_list_below_the_minimum(void **unused)
{
    (void)unused;
    rig *r = fresh(6, 14);
    rig_play_to(r, SHEAF_ROUND_SURVIVORS);
    sheaf_round_items items = rig_shown(r, SHEAF_ROUND_SURVIVORS).items;
    static const uint32_t dropouts[] = {12, 15, 18};
    items.count = 3; /* members 3, 6 and 9; five of six are needed */
    sheaf_buffer bundle;
    rig_forge(r, SHEAF_ROUND_SURVIVORS, &items, dropouts, 3, &bundle);
    for (int i = 0; i < 3; i++)
        rig_refuse(r, i, sheaf_buffer_slice(&bundle),
                   "3 survivors are too few: the round needs 5");
    for (int i = 3; i < 6; i++) /* and nobody signs a list that it is not on */
        rig_refuse(r, i, sheaf_buffer_slice(&bundle), "out after stage input");
    sheaf_buffer_deinit(&bundle);
    for (int stage = SHEAF_ROUND_SURVIVORS; stage <= SHEAF_ROUND_REVEAL; stage++)
        rig_stage(r, (sheaf_round_stage)stage, NULL);
    rig_check_sum(r);
    done(r);
}

/* After the reveal the coordinator asks again: for another list, to get a survivor's mask
 * secret besides its self secret, or by other signatures. It gets the same bytes, or none. */
static void test_second_reveal(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 15);
    rig_play_to(r, SHEAF_ROUND_SURVIVORS);
    sheaf_round_bundle heads = rig_shown(r, SHEAF_ROUND_SURVIVORS);
    rig_stage(r, SHEAF_ROUND_SURVIVORS, NULL);
    sheaf_round_items signatures = rig_shown(r, SHEAF_ROUND_REVEAL).items;
    sheaf_slice first[4];
    for (int i = 0; i < 4; i++)
        first[i] = rig_answer(r, i, SHEAF_ROUND_REVEAL);
    static const uint32_t victim = 15;
    sheaf_round_items fewer = heads.items;
    sheaf_buffer list, reveal;
    rig_without(&fewer, 4);
    rig_forge(r, SHEAF_ROUND_SURVIVORS, &fewer, &victim, 1, &list);
    rig_without(&signatures, 4);
    rig_forge(r, SHEAF_ROUND_REVEAL, &signatures, NULL, 0, &reveal);
    for (int i = 0; i < 4; i++) {
        rig_refuse(r, i, sheaf_buffer_slice(&list),
                   "second, different bundle for stage survivors");
        rig_refuse(r, i, sheaf_buffer_slice(&reveal),
                   "second, different bundle for stage reveal");
        sheaf_slice again = rig_answer(r, i, SHEAF_ROUND_REVEAL);
        assert_true(again.data == first[i].data && again.len == first[i].len);
        assert_null(r->p[i].secrets); /* there is nothing left to answer from */
    }
    sheaf_buffer_deinit(&list);
    sheaf_buffer_deinit(&reveal);
    done(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_substituted_keys),
        cmocka_unit_test(test_unknown_participant),
        cmocka_unit_test(test_doubled_left_out_and_too_few),
        cmocka_unit_test(test_split_adverts),
        cmocka_unit_test(test_split_survivors),
        cmocka_unit_test(test_split_survivors_with_colluders),
        cmocka_unit_test(test_survivor_and_dropout_at_once),
        cmocka_unit_test(test_replayed_round),
        cmocka_unit_test(test_other_terms),
        cmocka_unit_test(test_reveal_without_signatures),
        cmocka_unit_test(test_altered_inputs_in_the_list),
        cmocka_unit_test(test_wrong_result),
        cmocka_unit_test(test_swapped_keys),
        cmocka_unit_test(test_list_below_the_minimum),
        cmocka_unit_test(test_second_reveal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
