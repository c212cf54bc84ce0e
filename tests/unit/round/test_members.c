/* Members that cheat or stumble: the coordinator and the other members notice, name them, and
 * nothing wrong is ever summed. */
#include "harness.h"

#include "round/mask.h"
#include "round/shamir.h"

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

static void refused(rig *r, sheaf_slice message, const char *reason)
{
    sheaf_err err = {0};
    assert_int_equal(sheaf_coordinator_receive(&r->c, message, r->now_ms, &err),
                     SHEAF_ROUND_REFUSED);
    if (!strstr(err.message, reason))
        fail_msg("refused with \"%s\" instead of \"%s\"", err.message, reason);
}

/* The same message with one byte changed and signed again by its sender. */
static void sign_changed(rig *r, int sender, sheaf_slice message, size_t at, sheaf_buffer *out)
{
    sheaf_buffer_init(out, 1 << 20);
    sheaf_buffer_add(out, message);
    out->data[at] ^= 1;
    rig_sign_again(r, sender, out);
}

/* Member 3 encrypts another scalar than the one that it committed to. */
static void test_false_share_names_its_giver(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 21);
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    r->p[0].secrets->self_poly[2] = sheaf_scalar_from_u32(5);
    sheaf_slice message = rig_answer(r, 0, SHEAF_ROUND_SHARE);
    sheaf_round_message share;
    assert_int_equal(sheaf_round_message_decode(message, &share, &r->err), SHEAF_OK);
    /* Other commitments than the polynomial of the shares. */
    size_t at = (size_t)(share.share.self_commitments.data - message.data) + 32;
    sheaf_buffer changed;
    sheaf_buffer_init(&changed, 1 << 20);
    sheaf_buffer_add(&changed, message);
    memcpy(changed.data + at, r->p[0].adverts.seal[1].bytes, 32);
    rig_sign_again(r, 0, &changed);
    assert_int_equal(sheaf_coordinator_receive(&r->c, sheaf_buffer_slice(&changed), 0, &r->err),
                     SHEAF_ROUND_ACCEPTED);
    for (int i = 1; i < 4; i++)
        assert_int_equal(
            sheaf_coordinator_receive(&r->c, rig_answer(r, i, SHEAF_ROUND_SHARE), 0, &r->err),
            SHEAF_ROUND_ACCEPTED);
    for (int i = 1; i < 4; i++) {
        sheaf_slice none;
        assert_int_equal(sheaf_participant_receive(
                             &r->p[i], sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_INPUT, 3),
                             &none, &r->err),
                         SHEAF_FAULT);
        assert_non_null(strstr(r->err.message, "member 3 gave member"));
    }
    sheaf_buffer_deinit(&changed);
    done(r);
}

/* A commitment that is no point: the coordinator does not take it, and if it does all the same
 * nobody takes the share. */
static void test_commitment_that_is_no_point(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 34);
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    sheaf_slice message = rig_answer(r, 0, SHEAF_ROUND_SHARE), none;
    sheaf_round_message share;
    assert_int_equal(sheaf_round_message_decode(message, &share, &r->err), SHEAF_OK);
    sheaf_buffer changed;
    sheaf_buffer_init(&changed, message.len);
    sheaf_buffer_add(&changed, message);
    memset(changed.data + (share.share.self_commitments.data - message.data) + 32, 255, 32);
    rig_sign_again(r, 0, &changed);
    refused(r, sheaf_buffer_slice(&changed), "member 3 committed to an invalid point");
    r->c.message[SHEAF_ROUND_SHARE][0] = changed.data;
    r->c.message_len[SHEAF_ROUND_SHARE][0] = changed.len;
    rig_stage(r, SHEAF_ROUND_SHARE, (const int[]){0, NEVER, NEVER, NEVER});
    assert_int_equal(
        sheaf_participant_receive(
            &r->p[3], sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_INPUT, 3), &none, &r->err),
        SHEAF_FAULT);
    assert_string_equal(r->err.message,
                        "member 3 gave member 12 a share that is not the one it "
                        "committed to");
    done(r);
}

static void test_share_that_does_not_open(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 22);
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    sheaf_slice message = rig_answer(r, 0, SHEAF_ROUND_SHARE), none;
    sheaf_buffer changed;
    sign_changed(r, 0, message, message.len - 1, &changed);
    assert_int_equal(sheaf_coordinator_receive(&r->c, sheaf_buffer_slice(&changed), 0, &r->err),
                     SHEAF_ROUND_ACCEPTED);
    rig_stage(r, SHEAF_ROUND_SHARE, (const int[]){1, NEVER, NEVER, NEVER});
    assert_int_equal(
        sheaf_participant_receive(
            &r->p[3], sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_INPUT, 3), &none, &r->err),
        SHEAF_FAULT);
    assert_string_equal(r->err.message, "the share of member 3 for member 12 does not open");
    sheaf_buffer_deinit(&changed);
    done(r);
}

/* Whoever changes boxes on their way, or says something in a member's name, is not taken for
 * that member: nothing is held against it that it did not sign. */
static void test_others_cannot_blame_a_member(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 33);
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    sheaf_slice message = rig_answer(r, 0, SHEAF_ROUND_SHARE);
    uint8_t *changed = malloc(message.len);
    assert_non_null(changed);
    for (int accepted = 0; accepted < 2; accepted++) {
        memcpy(changed, message.data, message.len);
        changed[message.len - 1] ^= 1; /* behind the signature */
        refused(r, sheaf_bytes(changed, message.len),
                "the encrypted shares of member 3 are not those that it signed");
        changed[message.len - 1] ^= 1;
        changed[SHEAF_ROUND_HEAD_BYTES] ^= 1; /* before it */
        refused(r, sheaf_bytes(changed, message.len), "is not signed by member 3");
        if (!accepted)
            assert_int_equal(sheaf_coordinator_receive(&r->c, message, 0, &r->err),
                             SHEAF_ROUND_ACCEPTED);
    }
    free(changed);
    sheaf_buffer second;
    sign_changed(r, 0, message, message.len - 1, &second);
    refused(r, sheaf_buffer_slice(&second), "member 3 sent another message of stage share");
    sheaf_buffer_deinit(&second);
    for (int s = SHEAF_ROUND_SHARE; s <= SHEAF_ROUND_SURVIVORS; s++)
        rig_stage(r, (sheaf_round_stage)s, NULL);
    uint8_t forged[256];
    message = sheaf_participant_sent(&r->p[0], SHEAF_ROUND_SURVIVORS);
    memcpy(forged, message.data, message.len);
    forged[message.len - 1] ^= 1;
    refused(r, sheaf_bytes(forged, message.len), "wrong signature of member 3");
    forged[SHEAF_ROUND_HEAD_BYTES] ^= 1;
    refused(r, sheaf_bytes(forged, message.len), "names another survivor list");
    rig_stage(r, SHEAF_ROUND_REVEAL, NULL);
    rig_check_sum(r);
    done(r);
}

/* The mask secret that is shared must be the one behind the advertised point. */
static void test_shared_secret_is_the_advertised_one(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 23);
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    r->p[1].secrets->mask_poly[0] = sheaf_scalar_from_u32(5);
    refused(r, rig_answer(r, 1, SHEAF_ROUND_SHARE),
            "member 6 shared another mask secret than it advertised");
    done(r);
}

/* A false reveal is dropped and named; one more sound reveal still ends the round. */
static void test_false_reveal(void **unused)
{
    (void)unused;
    rig *r = fresh(5, 24);
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_SURVIVORS; s++)
        rig_stage(r, (sheaf_round_stage)s, NULL);
    r->p[2].secrets->self_share[3] = sheaf_scalar_from_u32(7);
    rig_stage(r, SHEAF_ROUND_REVEAL, NULL);
    rig_check_sum(r);
    assert_true(r->c.faulty[2]);
    assert_false(r->c.faulty[3]);
    done(r);
    /* Two of five are one too many: no sum rather than a wrong one. */
    r = fresh(5, 25);
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_SURVIVORS; s++)
        rig_stage(r, (sheaf_round_stage)s, NULL);
    r->p[2].secrets->self_share[3] = sheaf_scalar_from_u32(7);
    r->p[0].secrets->self_share[0] = sheaf_scalar_from_u32(7);
    rig_stage(r, SHEAF_ROUND_REVEAL, NULL);
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_ABORTED);
    assert_null(sheaf_coordinator_sum(&r->c));
    done(r);
}

static void test_doubled_late_early_and_second(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 26);
    sheaf_slice first = rig_answer(r, 0, SHEAF_ROUND_ADVERTISE);
    assert_true(sheaf_coordinator_awaits(&r->c, 3));
    assert_false(sheaf_coordinator_awaits(&r->c, 4)); /* on no roster */
    assert_int_equal(sheaf_coordinator_receive(&r->c, first, 0, &r->err), SHEAF_ROUND_ACCEPTED);
    assert_false(sheaf_coordinator_awaits(&r->c, 3));
    assert_int_equal(sheaf_coordinator_receive(&r->c, first, 0, &r->err),
                     SHEAF_ROUND_DUPLICATE);
    /* The same bundle again gives the very same bytes. */
    sheaf_slice again = rig_answer(r, 0, SHEAF_ROUND_ADVERTISE);
    assert_true(again.data == first.data && again.len == first.len);
    sheaf_buffer changed;
    sheaf_buffer_init(&changed, first.len); /* with its points the other way round */
    sheaf_buffer_add(&changed, first);
    uint8_t *points = changed.data + SHEAF_ROUND_HEAD_BYTES;
    memcpy(points, first.data + SHEAF_ROUND_HEAD_BYTES + SHEAF_POINT_BYTES, SHEAF_POINT_BYTES);
    memcpy(points + SHEAF_POINT_BYTES, first.data + SHEAF_ROUND_HEAD_BYTES, SHEAF_POINT_BYTES);
    refused(r, sheaf_buffer_slice(&changed), "is not signed by member 3");
    rig_sign_again(r, 0, &changed);
    refused(r, sheaf_buffer_slice(&changed), "sent another message of stage advertise before");
    sheaf_buffer_deinit(&changed);
    rig_stage(r, SHEAF_ROUND_ADVERTISE, (const int[]){NEVER, NEVER, NEVER, 1});
    refused(r, rig_answer(r, 3, SHEAF_ROUND_ADVERTISE), "came too late: round 26 is in stage");
    sheaf_slice share = rig_answer(r, 0, SHEAF_ROUND_SHARE);
    rig_stage(r, SHEAF_ROUND_SHARE, (const int[]){NEVER, NEVER, NEVER, 1});
    assert_int_equal(sheaf_coordinator_receive(&r->c, share, 0, &r->err),
                     SHEAF_ROUND_DUPLICATE);
    done(r);
}

/* Known mistake of others: masking twice with the same masks. The second input is refused. */
static void test_one_input_only(void **unused)
{
    (void)unused;
    rig *r = fresh(3, 27);
    uint64_t other[9] = {1};
    assert_int_equal(sheaf_participant_input(&r->p[0], other, 9, &r->err), SHEAF_INVALID);
    assert_string_equal(r->err.message, "the input of round 27 was given before");
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    rig_stage(r, SHEAF_ROUND_SHARE, NULL);
    sheaf_slice sent = rig_answer(r, 0, SHEAF_ROUND_INPUT);
    sheaf_hash hash = sheaf_sha256(sent);
    assert_int_equal(sheaf_participant_input(&r->p[0], other, 9, &r->err), SHEAF_INVALID);
    sent = rig_answer(r, 0, SHEAF_ROUND_INPUT);
    sheaf_hash again = sheaf_sha256(sent);
    assert_true(sheaf_hash_equal(&hash, &again));
    done(r);
}

/* Masked inputs that are too short or too long by a word, of another width, of somebody else,
 * or of another round. */
static void test_inputs_of_the_wrong_length(void **unused)
{
    (void)unused;
    static const unsigned widths[] = {16, 32, 64};
    for (int w = 0; w < 3; w++) {
        rig *r = malloc(sizeof *r), *old = malloc(sizeof *old);
        unsigned each = widths[w] / 8;
        rig_open_bits(r, 3, 9, widths[w], 31);
        rig_open_bits(old, 3, 9, widths[w], 32);
        rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
        rig_stage(r, SHEAF_ROUND_SHARE, NULL);
        rig_stage(old, SHEAF_ROUND_ADVERTISE, NULL);
        rig_stage(old, SHEAF_ROUND_SHARE, NULL);
        sheaf_slice sent = rig_answer(r, 0, SHEAF_ROUND_INPUT);
        uint8_t longer[512] = {0};
        memcpy(longer, sent.data, sent.len);
        refused(r, sheaf_bytes(sent.data, sent.len - each), "of member 3 has fewer than");
        refused(r, sheaf_bytes(sent.data, sent.len - 1), "of member 3 has fewer than");
        refused(r, sheaf_bytes(sent.data, SHEAF_ROUND_INPUT_HEAD_BYTES), "has fewer than");
        refused(r, sheaf_bytes(longer, sent.len + each), "of member 3 has more than");
        refused(r, sheaf_bytes(longer, sent.len + 1), "of member 3 has more than");
        refused(r, rig_answer(old, 0, SHEAF_ROUND_INPUT), "is for round 32, not 31");
        longer[SHEAF_ROUND_HEAD_BYTES - 1] ^= 3 ^ 6; /* said to be member 6's */
        refused(r, sheaf_bytes(longer, sent.len), "is not signed by member 6");
        for (int i = 0; i < 3; i++)
            assert_null(r->c.vector[i]);
        for (int s = SHEAF_ROUND_INPUT; s <= SHEAF_ROUND_REVEAL; s++)
            rig_stage(r, (sheaf_round_stage)s, NULL);
        rig_check_sum(r);
        done(old);
        done(r);
    }
}

static void test_late_input_is_never_unmasked(void **unused)
{
    (void)unused;
    rig *r = fresh(4, 28);
    static const int leave[] = {NEVER, NEVER, NEVER, SHEAF_ROUND_INPUT};
    for (int s = SHEAF_ROUND_ADVERTISE; s <= SHEAF_ROUND_INPUT; s++)
        rig_stage(r, (sheaf_round_stage)s, leave);
    refused(r, rig_answer(r, 3, SHEAF_ROUND_INPUT), "came too late");
    sheaf_slice none;
    assert_int_equal(sheaf_participant_receive(
                         &r->p[3], sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_SURVIVORS, 3),
                         &none, &r->err),
                     SHEAF_FAULT); /* it is on the list of drop-outs: it signs nothing */
    for (int s = SHEAF_ROUND_SURVIVORS; s <= SHEAF_ROUND_REVEAL; s++)
        rig_stage(r, (sheaf_round_stage)s, leave);
    rig_check_sum(r);
    for (int i = 0; i < 3; i++) { /* nobody revealed its self share */
        sheaf_round_message reveal;
        assert_int_equal(
            sheaf_round_message_decode(sheaf_participant_sent(&r->p[i], SHEAF_ROUND_REVEAL),
                                       &reveal, &r->err),
            SHEAF_OK);
        for (int k = 0; k < reveal.reveal.survivors; k++) {
            sheaf_scalar share;
            assert_int_not_equal(
                sheaf_round_share_at(reveal.reveal.self_shares, (size_t)k, &share), 12);
        }
    }
    done(r);
}

static void test_secrets_are_gone_afterwards(void **unused)
{
    (void)unused;
    rig *r = fresh(3, 29);
    rig_run(r, NULL);
    for (int i = 0; i < 3; i++)
        assert_null(r->p[i].secrets);
    done(r);
    r = fresh(3, 30);
    sheaf_coordinator_abort(&r->c, "the mandate was revoked\n");
    assert_string_equal(sheaf_coordinator_reason(&r->c), "the mandate was revoked?");
    assert_int_equal(rig_answer(r, 0, SHEAF_ROUND_ABORTED).len, 0);
    assert_int_equal(sheaf_participant_stage(&r->p[0]), SHEAF_ROUND_ABORTED);
    assert_true(sheaf_participant_over(&r->p[0]));
    assert_null(r->p[0].secrets);
    refused(r, rig_answer(r, 1, SHEAF_ROUND_ABORTED), "malformed");
    done(r);
}

static void test_shamir(void **unused)
{
    (void)unused;
    assert_true(sheaf_crypto_start());
    sheaf_scalar poly[3] = {sheaf_scalar_from_u32(42), sheaf_scalar_from_u32(7),
                            sheaf_scalar_from_u32(1000003)};
    sheaf_point commitments[3];
    assert_true(sheaf_shamir_commit(poly, 3, commitments));
    sheaf_slice points = sheaf_bytes(commitments, sizeof commitments);
    sheaf_scalar share[5], lagrange[3];
    for (int i = 0; i < 5; i++) {
        share[i] = sheaf_shamir_share(poly, 3, i);
        assert_true(sheaf_shamir_verify(points, 3, i, &share[i]));
        assert_false(sheaf_shamir_verify(points, 3, (i + 1) % 5, &share[i]));
    }
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 5; b++)
            for (int c = 0; c < 5; c++) {
                if (a == b || b == c || a == c)
                    continue;
                sheaf_shamir_lagrange((const int[]){a, b, c}, 3, lagrange);
                sheaf_scalar secret = sheaf_shamir_join(
                    lagrange, (const sheaf_scalar[]){share[a], share[b], share[c]}, 3);
                assert_memory_equal(secret.bytes, poly[0].bytes, 32);
            }
}

/* As many as large cohorts need, at positions far apart, near each other, in any order. */
static void test_shamir_of_many(void **unused)
{
    static const struct {
        int count, first, step;
    } rows[] = {{1, 0, 1},  {2, 999998, 1},       {63, 5, 7},     {64, 400, -3},
                {65, 0, 1}, {130, 999999, -7000}, {200, 17, 4999}};
    sheaf_scalar poly[200], share[200], lagrange[200];
    int index[200];
    (void)unused;
    assert_true(sheaf_crypto_start());
    for (uint32_t i = 0; i < 200; i++) {
        sheaf_hash seed = sheaf_sha256(sheaf_bytes(&i, sizeof i));
        uint8_t uniform[64] = {1};
        memcpy(uniform + 32, seed.bytes, 32);
        poly[i] = sheaf_scalar_from_uniform(uniform);
    }
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        size_t count = (size_t)rows[row].count;
        for (size_t i = 0; i < count; i++) {
            index[i] = rows[row].first + (int)i * rows[row].step;
            share[i] = sheaf_shamir_share(poly, count, index[i]);
        }
        sheaf_shamir_lagrange(index, count, lagrange);
        sheaf_scalar secret = sheaf_shamir_join(lagrange, share, count);
        assert_memory_equal(secret.bytes, poly[0].bytes, 32);
    }
}

static void test_config(void **unused)
{
    (void)unused;
    static const uint16_t thresholds[][2] = {{2, 2}, {3, 3}, {4, 3}, {5, 4}, {6, 5}, {100, 67}};
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++)
        assert_int_equal(sheaf_round_threshold(thresholds[i][0]), thresholds[i][1]);
    rig *r = fresh(4, 31);
    sheaf_round_config good = r->config, bad;
    assert_int_equal(sheaf_round_config_check(&good, &r->err), SHEAF_OK);
#define WRONG(change, reason)                                                                  \
    do {                                                                                       \
        bad = good;                                                                            \
        change;                                                                                \
        assert_int_equal(sheaf_round_config_check(&bad, &r->err), SHEAF_INVALID);              \
        if (!strstr(r->err.message, reason))                                                   \
            fail_msg("\"%s\" instead of \"%s\"", r->err.message, reason);                      \
    } while (0)
    WRONG(bad.origin[0] = 0, "origin must have");
    WRONG(bad.origin[3] = '\n', "not printable");
    WRONG(bad.count = 1, "2 to 1000 participants");
    WRONG(bad.count = 1001, "2 to 1000 participants");
    WRONG(bad.words = 0, "sums 1 to");
    WRONG(bad.words = SHEAF_ROUND_WORDS_MAX + 1, "sums 1 to");
    WRONG(bad.threshold = 2, "must be 3 to 4, not 2");
    WRONG(bad.threshold = 5, "must be 3 to 4, not 5");
    WRONG(bad.min_survivors = 2, "must be 3 to 4, not 2");
    WRONG(bad.degree = 1, "even degree of 2 to 3, not 1");
    WRONG((bad.degree = 2, bad.threshold = 3), "must be 2 to 2, not 3");
    WRONG((bad.degree = 2, bad.threshold = bad.min_survivors = 2), "must be 3 to 4, not 2");
    WRONG((bad.count = 101, bad.degree = 100, bad.threshold = bad.min_survivors = 101),
          "more than 100 are on a ring");
    WRONG(bad.withheld_max = 1, "at most 0 participants may withhold");
    WRONG(bad.signers = 3, "all are neighbours the threshold says");
    WRONG((bad.degree = 2, bad.threshold = 2, bad.signers = 2), "3 to 3 must sign");
    WRONG((bad.degree = 2, bad.threshold = 2, bad.signers = 4), "3 to 3 must sign");
    WRONG((bad.degree = 2, bad.threshold = 2, bad.signers = 3, bad.withheld_max = 2),
          "at most 1 participants");
    WRONG(bad.stage_ms[3] = 0, "stage input of the round has no time");
    WRONG(bad.members[1].member = 3, "member 3 stands twice");
    WRONG(bad.members[1].member = 1, "not sorted");
    WRONG(memset(bad.members[2].public, 0, 32), "member 9 is no valid key");
    WRONG(memcpy(bad.members[2].public, bad.members[0].public, 32), "the same train key");
#undef WRONG
    sheaf_hash before = sheaf_round_session(&good), after;
    good.stage_ms[0]++;
    after = sheaf_round_session(&good);
    assert_true(sheaf_hash_equal(&before, &after));
    good.manifest.bytes[31] ^= 1;
    after = sheaf_round_session(&good);
    assert_false(sheaf_hash_equal(&before, &after));
    good.manifest.bytes[31] ^= 1;
    good.words++;
    after = sheaf_round_session(&good);
    assert_false(sheaf_hash_equal(&before, &after));
    done(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_share_names_its_giver),
        cmocka_unit_test(test_commitment_that_is_no_point),
        cmocka_unit_test(test_share_that_does_not_open),
        cmocka_unit_test(test_others_cannot_blame_a_member),
        cmocka_unit_test(test_shared_secret_is_the_advertised_one),
        cmocka_unit_test(test_false_reveal),
        cmocka_unit_test(test_doubled_late_early_and_second),
        cmocka_unit_test(test_one_input_only),
        cmocka_unit_test(test_inputs_of_the_wrong_length),
        cmocka_unit_test(test_late_input_is_never_unmasked),
        cmocka_unit_test(test_secrets_are_gone_afterwards),
        cmocka_unit_test(test_shamir),
        cmocka_unit_test(test_shamir_of_many),
        cmocka_unit_test(test_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
