/* The bytes: cut at each place, changed at each place, they are refused; never accepted as
 * something else. */
#include "harness.h"

static rig *played(int count, uint64_t seed)
{
    static const int leave[] = {NEVER, NEVER, NEVER, SHEAF_ROUND_INPUT};
    rig *r = malloc(sizeof *r);
    assert_non_null(r);
    rig_open(r, count, 2, seed);
    rig_run(r, count == 4 ? leave : NULL);
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_DONE);
    return r;
}

static void finish(rig *r)
{
    rig_close(r);
    free(r);
}

/* A copy that ends where its memory ends, so that a sanitizer sees a step beyond. */
static uint8_t *copied(sheaf_slice bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes.data, len);
    return copy;
}

/* By its form; how long a vector must be, the round says: it is left to the coordinator. */
static void refuse_message(rig *r, sheaf_slice bytes)
{
    sheaf_round_message message;
    assert_true(sheaf_round_message_decode(bytes, &message, &r->err) == SHEAF_INVALID
                || (message.type == SHEAF_ROUND_INPUT
                    && message.input.words.len != sheaf_round_vector_bytes(&r->config)));
}

static void test_messages_cut_and_grown(void **unused)
{
    (void)unused;
    rig *r = played(4, 41);
    sheaf_round_message message;
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        sheaf_slice whole = sheaf_participant_sent(&r->p[0], (sheaf_round_stage)stage);
        assert_in_range(whole.len, 1, sheaf_round_message_max(&r->config, stage));
        assert_int_equal(sheaf_round_message_decode(whole, &message, &r->err), SHEAF_OK);
        assert_int_equal(message.type, stage);
        for (size_t len = 0; len < whole.len; len++) {
            uint8_t *cut = copied(whole, len);
            refuse_message(r, sheaf_bytes(cut, len));
            free(cut);
        }
        uint8_t *more = malloc(whole.len + 1);
        memcpy(more, whole.data, whole.len);
        more[whole.len] = 0;
        refuse_message(r, sheaf_bytes(more, whole.len + 1));
        free(more);
    }
    finish(r);
}

static void test_bundles_cut(void **unused)
{
    (void)unused;
    rig *r = played(4, 42);
    sheaf_round_bundle bundle;
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_DONE; stage++) {
        sheaf_slice whole = sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)stage, 3);
        assert_in_range(whole.len, 1, sheaf_round_bundle_max(&r->config));
        assert_int_equal(sheaf_round_bundle_decode(whole, &bundle, &r->err), SHEAF_OK);
        for (size_t len = 0; len < whole.len; len++) {
            uint8_t *cut = copied(whole, len);
            assert_int_equal(sheaf_round_bundle_decode(sheaf_bytes(cut, len), &bundle, &r->err),
                             SHEAF_INVALID);
            free(cut);
        }
    }
    finish(r);
}

/* One flipped bit anywhere: the coordinator refuses, and the round still ends well. */
static void test_garbled_messages(void **unused)
{
    (void)unused;
    rig *r = malloc(sizeof *r);
    rig_open(r, 2, 2, 43);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        sheaf_slice whole = rig_answer(r, 0, (sheaf_round_stage)stage);
        uint8_t *garbled = copied(whole, whole.len);
        for (size_t at = 0; at < whole.len; at++) {
            garbled[at] ^= (uint8_t)(1 << at % 8);
            assert_int_equal(
                sheaf_coordinator_receive(&r->c, sheaf_bytes(garbled, whole.len), 0, &r->err),
                SHEAF_ROUND_REFUSED);
            garbled[at] ^= (uint8_t)(1 << at % 8);
        }
        free(garbled);
        rig_stage(r, (sheaf_round_stage)stage, NULL);
    }
    rig_check_sum(r);
    finish(r);
}

static void test_garbled_bundles(void **unused)
{
    (void)unused;
    rig *r = malloc(sizeof *r);
    rig_open(r, 2, 2, 44);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        sheaf_slice whole = sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)stage, 3),
                    message;
        uint8_t *garbled = copied(whole, whole.len);
        for (size_t at = 0; at < whole.len; at++) {
            garbled[at] ^= (uint8_t)(1 << at % 8);
            if (sheaf_participant_receive(&r->p[0], sheaf_bytes(garbled, whole.len), &message,
                                          &r->err)
                == SHEAF_OK)
                fail_msg("accepted stage %d with byte %zu changed", stage, at);
            garbled[at] ^= (uint8_t)(1 << at % 8);
        }
        free(garbled);
        rig_stage(r, (sheaf_round_stage)stage, NULL);
    }
    rig_check_sum(r);
    finish(r);
}

static void test_garbled_transcript(void **unused)
{
    (void)unused;
    for (int count = 2; count <= 4; count += 2) {
        rig *r = played(count, 45);
        sheaf_buffer transcript;
        uint64_t sum[2];
        sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
        assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
        sheaf_slice whole = sheaf_buffer_slice(&transcript);
        for (size_t at = 0; at < whole.len; at += count == 2 ? 1 : 7) {
            transcript.data[at] ^= (uint8_t)(1 << at % 8);
            if (sheaf_transcript_sum(whole, &r->config, sum, NULL, &r->err) == SHEAF_OK)
                fail_msg("accepted a transcript with byte %zu changed", at);
            transcript.data[at] ^= (uint8_t)(1 << at % 8);
        }
        for (size_t len = 0; len < whole.len; len += count == 2 ? 1 : 7) {
            uint8_t *cut = copied(whole, len);
            assert_int_not_equal(
                sheaf_transcript_sum(sheaf_bytes(cut, len), &r->config, sum, NULL, &r->err),
                SHEAF_OK);
            free(cut);
        }
        assert_int_equal(sheaf_transcript_sum(whole, &r->config, sum, NULL, &r->err), SHEAF_OK);
        sheaf_buffer_deinit(&transcript);
        finish(r);
    }
}

/* Nothing in a transcript is encrypted to anybody. */
static void test_transcript_has_no_boxes(void **unused)
{
    (void)unused;
    rig *r = played(4, 47);
    sheaf_buffer transcript;
    sheaf_round_message share;
    sheaf_slice box;
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
    for (int i = 0; i < 4; i++) {
        sheaf_slice sent = sheaf_participant_sent(&r->p[i], SHEAF_ROUND_SHARE);
        assert_int_equal(sheaf_round_message_decode(sent, &share, &r->err), SHEAF_OK);
        assert_int_equal(share.share.count, 3);
        for (size_t k = 0; k < share.share.count; k++) {
            sheaf_round_box_at(&share.share, k, &box);
            assert_null(memmem(transcript.data, transcript.len, box.data, box.len));
        }
        assert_int_equal(share.share.behind.len, 2 + 3 * SHEAF_ROUND_BOX_ENTRY_BYTES);
        sent.len -= share.share.behind.len;
        assert_non_null(memmem(transcript.data, transcript.len, sent.data, sent.len));
    }
    sheaf_buffer_deinit(&transcript);
    finish(r);
}

static void test_survivor_list_is_canonical_json(void **unused)
{
    (void)unused;
    rig *r = malloc(sizeof *r);
    rig_open(r, 4, 2, 46);
    sheaf_survivors list = {.survivors = 2, .dropouts = 1, .survivor = {3, 6}, .dropout = {9}};
    memset(&list.adverts, 0xab, 32);
    memset(list.input, 0x11, 64);
    memset(&r->config.manifest, 0xcd, 32);
    sheaf_buffer json;
    sheaf_buffer_init(&json, 4096);
    sheaf_survivors_put(&json, &r->config, &list);
    static const char begin[] = "{\"adverts\":\"abab";
    static const char end[] = "11\",\"member\":6}]}";
    assert_memory_equal(json.data, begin, sizeof begin - 1);
    assert_memory_equal(json.data + json.len - (sizeof end - 1), end, sizeof end - 1);
    sheaf_buffer_deinit(&json);
    finish(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_cut_and_grown),
        cmocka_unit_test(test_bundles_cut),
        cmocka_unit_test(test_garbled_messages),
        cmocka_unit_test(test_garbled_bundles),
        cmocka_unit_test(test_garbled_transcript),
        cmocka_unit_test(test_transcript_has_no_boxes),
        cmocka_unit_test(test_survivor_list_is_canonical_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
