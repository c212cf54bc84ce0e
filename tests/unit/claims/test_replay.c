/* A log replayed: one by one, in batches, with lies in it, with rules that are too new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "claims/replay.h"
#include "coop/key_numbers.h"
#include "kit.h"
#include "learn/evaluate.h"

enum { ENTRIES_MAX = 512 };

static size_t entries_of(const kit *k, sheaf_slice out[ENTRIES_MAX])
{
    sheaf_slice rest = sheaf_buffer_slice(&k->log);
    size_t count = 0;
    uint32_t len;
    while (sheaf_take_u32(&rest, &len) && count < ENTRIES_MAX)
        assert_true(sheaf_take(&rest, len, &out[count++]));
    assert_int_equal(rest.len, 0);
    return count;
}

static void world(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_with_data(k, &rules);
    kit_motion(k, "mandate", KIT_MANDATE, 4);
    assert_int_equal(kit_round_open(k, "first", "statistics", 0, "mandate.tick"),
                     SHEAF_ACCEPTED);
    assert_int_equal(kit_round_close(k, "first", "statistics", '1'), SHEAF_ACCEPTED);
}

static void told_count(void *context, uint64_t index, sheaf_slice entry,
                       const sheaf_replayed *result)
{
    (void)entry, (void)result;
    assert_int_equal(index, (*(uint64_t *)context)++);
}

/* Replays what the kit wrote and compares the states. */
static void replay_all(sheaf_replay *replay, const kit *k, unsigned threads)
{
    static sheaf_slice entries[ENTRIES_MAX];
    size_t count = entries_of(k, entries);
    sheaf_err err;
    assert_int_equal(sheaf_replay_init(replay, SHEAF_REVISION, &err), SHEAF_OK);
    if (threads == 0) {
        sheaf_replayed result;
        for (size_t i = 0; i < count; i++)
            assert_int_equal(sheaf_replay_entry(replay, entries[i], &result, &err), SHEAF_OK);
    } else {
        uint64_t index = 0;
        assert_int_equal(
            sheaf_replay_entries(replay, entries, count, threads, told_count, &index, &err),
            SHEAF_OK);
        assert_int_equal(index, count);
    }
    assert_int_equal(replay->tree.size, count);
    assert_int_equal(replay->state.size, count);
}

static void assert_same_state(sheaf_replay *replay, kit *k)
{
    sheaf_hash ours = sheaf_state_digest(&replay->state);
    sheaf_hash theirs = sheaf_state_digest(&k->state);
    assert_memory_equal(ours.bytes, theirs.bytes, sizeof ours.bytes);
}

static void test_sound_log(void **unused)
{
    static const unsigned threads[] = {0, 1, 3};
    kit k;
    world(&k);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        sheaf_replay replay;
        replay_all(&replay, &k, threads[i]);
        assert_int_equal(replay.voids, 0);
        assert_false(sheaf_replay_stopped(&replay));
        assert_same_state(&replay, &k);
        sheaf_replay_deinit(&replay);
    }
    kit_close(&k);
    (void)unused;
}

/* What a lying hub may put on its log: each row is void, and everybody goes on alike. */
static void test_void_entries(void **unused)
{
    for (unsigned threads = 0; threads < 3; threads++) {
        kit k;
        sheaf_replay replay;
        world(&k);
        k.enter_refused = true;
        k.wrong.bad_signature = true;
        kit_want(&k, SHEAF_REFUSED_signature, "bob", "consent.revoke",
                 "{'consent':#bob.consent}", NULL);
        kit_want(&k, SHEAF_REFUSED_not_your_consent, "bob", "consent.revoke",
                 "{'consent':#ann.consent}", NULL);
        k.wrong.stamp = -INT64_C(1000000);
        kit_want(&k, SHEAF_REFUSED_stamp_backwards, "bob", "consent.revoke",
                 "{'consent':#bob.consent}", NULL);
        k.wrong.until = -INT64_C(10000000);
        kit_want(&k, SHEAF_REFUSED_act_expired, "bob", "consent.revoke",
                 "{'consent':#bob.consent}", NULL);
        k.wrong.seq = 3;
        kit_want(&k, SHEAF_REFUSED_sequence, "bob", "consent.revoke",
                 "{'consent':#bob.consent}", NULL);
        sheaf_buffer_reset(&k.entry);
        sheaf_buffer_add_string(&k.entry, "{\"act\":1}");
        assert_int_equal(kit_offer_entry(&k), SHEAF_REFUSED_malformed);
        uint64_t first = k.state.size - 6;
        kit_do(&k, "bob", "consent.revoke", NULL, "{'consent':#bob.consent}");
        replay_all(&replay, &k, threads);
        assert_int_equal(replay.voids, 6);
        assert_int_equal(replay.first_void, first);
        assert_same_state(&replay, &k);
        sheaf_replay_deinit(&replay);
        kit_close(&k);
    }
    (void)unused;
}

/* Whoever has not the key cannot use up its numbers, whatever else the rules say. */
static void test_forged_and_refused(void **unused)
{
    kit k;
    sheaf_replay replay;
    sheaf_replayed result;
    sheaf_err err;
    world(&k);
    replay_all(&replay, &k, 0);
    uint32_t key = kit_index(&k, "bob");
    uint64_t before = sheaf_key_number_of(&replay.state, key);
    k.wrong.bad_signature = true;
    kit_write(&k, "bob", "consent.revoke", "{'consent':#ann.consent}");
    assert_int_equal(sheaf_replay_entry(&replay, sheaf_buffer_slice(&k.entry), &result, &err),
                     SHEAF_OK);
    assert_int_equal(result.refusal, SHEAF_REFUSED_not_your_consent);
    assert_int_equal(sheaf_key_number_of(&replay.state, key), before);
    kit_write(&k, "bob", "consent.revoke", "{'consent':#ann.consent}");
    assert_int_equal(sheaf_replay_entry(&replay, sheaf_buffer_slice(&k.entry), &result, &err),
                     SHEAF_OK);
    assert_int_equal(sheaf_key_number_of(&replay.state, key), before + 1);
    char text[SHEAF_REPLAYED_TEXT_MAX];
    sheaf_replayed_describe(&result, 40, text);
    assert_string_equal(text, "entry 40 (consent.revoke) is void: the consent belongs to "
                              "another member (article 21, Data and consent; code 404)");
    sheaf_replay_deinit(&replay);
    kit_close(&k);
    (void)unused;
}

/* A void amendment is told with what is wrong in it, by its own article. */
static void test_void_amendment(void **unused)
{
    kit k;
    sheaf_replay replay;
    sheaf_replayed result;
    sheaf_err err;
    char text[SHEAF_REPLAYED_TEXT_MAX];
    kit_rules rules = kit_rules_usual();
    world(&k);
    replay_all(&replay, &k, 0);
    rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':1000,'hold_s':0,'members':2,'members_bp':1000,'protected':false}";
    static char what[8000];
    int len =
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    assert_in_range(len, 1, sizeof what - 1);
    kit_write(&k, "bob", "motion.open", what);
    assert_int_equal(sheaf_replay_entry(&replay, sheaf_buffer_slice(&k.entry), &result, &err),
                     SHEAF_OK);
    assert_int_equal(result.refusal, SHEAF_REFUSED_floor_required);
    sheaf_replayed_describe(&result, 40, text);
    assert_non_null(strstr(text, ": article 15 (Human override), override.protected: must be "
                                 "there, and not be switched off, by the floor of every form"));
    assert_non_null(strstr(text, " (article 15, Human override; code 215)"));
    sheaf_replay_deinit(&replay);
    kit_close(&k);
    (void)unused;
}

/* An older program stops where the rules were raised; the tree goes on. */
static void test_unknown_revision(void **unused)
{
    kit k;
    kit_rules rules = kit_rules_usual();
    static sheaf_slice entries[ENTRIES_MAX];
    sheaf_err err;
    kit_open_revision(&k, SHEAF_REVISION + 1);
    kit_found_four(&k, &rules);
    char effect[128];
    snprintf(effect, sizeof effect, "{'kind':'rules.adopt','what':{'revision':%d}}",
             SHEAF_REVISION + 1);
    kit_motion(&k, "raise", effect, 4);
    uint32_t tick = kit_index(&k, "raise.tick");
    kit_do(&k, "ann", "motion.open", "later", "{'title':^}");
    for (unsigned threads = 0; threads < 2; threads++) {
        sheaf_replay replay;
        sheaf_tree tree = {0};
        assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, &err), SHEAF_OK);
        size_t count = entries_of(&k, entries);
        sheaf_replayed result;
        if (threads)
            assert_int_equal(
                sheaf_replay_entries(&replay, entries, count, threads, NULL, NULL, &err),
                SHEAF_OK);
        for (size_t i = 0; i < count; i++) {
            sheaf_hash leaf = sheaf_tree_leaf(entries[i]);
            sheaf_tree_append(&tree, &leaf);
            if (!threads)
                assert_int_equal(sheaf_replay_entry(&replay, entries[i], &result, &err),
                                 SHEAF_OK);
        }
        assert_true(sheaf_replay_stopped(&replay));
        assert_int_equal(replay.stopped_at, tick);
        assert_int_equal(replay.needs_revision, SHEAF_REVISION + 1);
        assert_int_equal(replay.state.size, tick);
        assert_int_equal(replay.voids, 0);
        sheaf_hash ours = sheaf_tree_root(&replay.tree), theirs = sheaf_tree_root(&tree);
        assert_memory_equal(ours.bytes, theirs.bytes, sizeof ours.bytes);
        sheaf_replay_deinit(&replay);
    }
    kit_close(&k);
    (void)unused;
}

/* ---- claims about blobs ---- */

typedef struct {
    uint8_t sum[SHEAF_EVALUATION_WORDS * 8];
    bool missing;
} evidence;

static sheaf_status get(void *context, const sheaf_hash *hash, sheaf_buffer *out, bool *found,
                        sheaf_err *err)
{
    const evidence *e = context;
    (void)hash;
    *found = !e->missing;
    sheaf_buffer_add(out, sheaf_bytes(e->sum, e->missing ? 0 : sizeof e->sum));
    return sheaf_buffer_check(out, "sum", err);
}

static void put_word(evidence *e, size_t at, uint8_t value)
{
    e->sum[8 * at] = value;
}

static void test_evaluation_claim(void **unused)
{
    /* Ten negatives in the lowest bin, ten positives in the highest; two of each wrong. */
    evidence e = {0};
    put_word(&e, 0, 10);
    put_word(&e, 63, 2);
    put_word(&e, 64 + 63, 10);
    put_word(&e, 64, 2);
    struct sheaf_figures right = {.accuracy_millionths = 833333,
                                  .has_accuracy_millionths = true,
                                  .auc_millionths = 833333,
                                  .has_auc_millionths = true,
                                  .log_loss_millionths = 0,
                                  .has_log_loss_millionths = true,
                                  .records = 24,
                                  .has_records = true};
    sheaf_claim claim = {.kind = SHEAF_CLAIM_EVALUATION,
                         .model_kind = SHEAF_model_kind_logistic,
                         .blob = sheaf_sha256(sheaf_bytes(e.sum, sizeof e.sum))};
    sheaf_blob_source source = {.get = get, .context = &e};
    struct sheaf_figures rows[6] = {right, right, right, right, right, right};
    rows[1].accuracy_millionths++;
    rows[2].auc_millionths--;
    rows[3].log_loss_millionths = 1;
    rows[4].records = 23;
    rows[5].has_auc_millionths = false;
    for (size_t i = 0; i < 6; i++) {
        claim.figures = rows[i];
        assert_int_equal(sheaf_claim_check(&claim, &source, NULL),
                         i ? SHEAF_CLAIM_FALSE : SHEAF_CLAIM_HOLDS);
    }
    claim.figures = right;
    assert_int_equal(sheaf_claim_check(&claim, NULL, NULL), SHEAF_CLAIM_UNCHECKED);
    e.missing = true;
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_UNCHECKED);
    e.missing = false;
    put_word(&e, 5, 1); /* another blob under that hash proves nothing */
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_UNCHECKED);
    (void)unused;
}

static sheaf_status cells_get(void *context, const sheaf_hash *hash, sheaf_buffer *out,
                              bool *found, sheaf_err *err)
{
    sheaf_buffer_add(out, *(const sheaf_slice *)context);
    *found = true;
    (void)hash, (void)err;
    return SHEAF_OK;
}

/* Behind the cells of all come those of each group; nobody added to the second. */
static void test_group_claims(void **unused)
{
    uint8_t bytes[8 * 129 * 3] = {0};
    sheaf_slice sum = sheaf_bytes(bytes, sizeof bytes);
    const sheaf_blob_source source = {cells_get, &sum};
    bytes[0] = 10;             /* all: ten negatives, which are predicted so */
    bytes[8 * 127] = 5;        /* and five positives */
    bytes[8 * 129] = 6;        /* the first group: six negatives, */
    bytes[8 * (129 + 64)] = 2; /* two positives that are predicted negative */
    const struct sheaf_figures all = {.records = 15,
                                      .accuracy_millionths = 1000000,
                                      .auc_millionths = 1000000,
                                      .has_records = true,
                                      .has_accuracy_millionths = true,
                                      .has_auc_millionths = true,
                                      .has_log_loss_millionths = true};
    struct sheaf_figures first = all;
    first.records = 8;
    first.accuracy_millionths = 750000;
    first.auc_millionths = 500000;
    struct sheaf_group_figures groups[2] = {
        {.column = sheaf_str("sex"),
         .has_column = true,
         .has_level = true,
         .figures = first,
         .has_figures = true},
        {.column = sheaf_str("sex"), .has_column = true, .level = 1, .has_level = true}};
    sheaf_claim claim = {.kind = SHEAF_CLAIM_EVALUATION,
                         .model_kind = SHEAF_model_kind_logistic,
                         .blob = sheaf_sha256(sum),
                         .figures = all,
                         .groups = groups,
                         .group_count = 2};
    sheaf_err err;
    assert_int_equal(sheaf_claim_check(&claim, &source, &err), SHEAF_CLAIM_HOLDS);
    groups[0].figures.auc_millionths++;
    assert_int_equal(sheaf_claim_check(&claim, &source, &err), SHEAF_CLAIM_FALSE);
    assert_string_equal(err.message, "where sex is 0, auc_millionths is stated as 500001, but "
                                     "the sum gives 500000");
    groups[0].figures.auc_millionths--;
    groups[1].figures = first; /* figures of nobody */
    groups[1].has_figures = true;
    assert_int_equal(sheaf_claim_check(&claim, &source, &err), SHEAF_CLAIM_FALSE);
    groups[1].has_figures = groups[0].has_figures = false; /* and none of somebody */
    assert_int_equal(sheaf_claim_check(&claim, &source, &err), SHEAF_CLAIM_FALSE);
    groups[0].has_figures = true;
    claim.group_count = 1;
    assert_int_equal(sheaf_claim_check(&claim, &source, &err), SHEAF_CLAIM_FALSE);
    (void)unused;
}

/* Under noise the sum is four cells, each record 2^16 of its own. */
static void test_noised_evaluation_claim(void **unused)
{
    uint8_t bytes[8 * 4] = {[2] = 30, [10] = 10, [18] = 20, [26] = 40};
    sheaf_slice sum = sheaf_bytes(bytes, sizeof bytes);
    const sheaf_blob_source source = {cells_get, &sum};
    sheaf_claim claim = {.kind = SHEAF_CLAIM_EVALUATION,
                         .model_kind = SHEAF_model_kind_logistic,
                         .noised = true,
                         .blob = sheaf_sha256(sum),
                         .figures = {.records = 100,
                                     .accuracy_millionths = 700000,
                                     .has_records = true,
                                     .has_accuracy_millionths = true}};
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_HOLDS);
    claim.figures.accuracy_millionths++;
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_FALSE);
    claim.figures.accuracy_millionths--;
    claim.figures.records++;
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_FALSE);
    claim.figures.records--;
    claim.noised = false; /* as an exact sum it would have other words */
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_FALSE);
    claim.noised = true;
    sum.len--;
    claim.blob = sheaf_sha256(sum);
    assert_int_equal(sheaf_claim_check(&claim, &source, NULL), SHEAF_CLAIM_FALSE);
    assert_int_equal(sheaf_claim_check(&claim, NULL, NULL), SHEAF_CLAIM_UNCHECKED);
    (void)unused;
}

static void test_many_signatures(void **unused)
{
    enum { COUNT = 200, ONE = 77 };
    static sheaf_signature_check checks[COUNT];
    sheaf_keypair pair;
    sheaf_slice origin = sheaf_str(KIT_ORIGIN), act = sheaf_str("{}");
    sheaf_buffer message;
    assert_true(sheaf_crypto_start());
    sheaf_keypair_from_seed(&pair, (const uint8_t[32]){7});
    sheaf_buffer_init(&message, 1024);
    sheaf_act_message(&message, origin, act);
    for (size_t i = 0; i < COUNT; i++) {
        checks[i] = (sheaf_signature_check){.origin = origin, .act = act};
        memcpy(checks[i].public_key, pair.public, 32);
        sheaf_sign(&pair, sheaf_buffer_slice(&message), checks[i].signature);
        checks[i].signature[3] ^= i % 3 == 0;
    }
    for (unsigned threads = 0; threads < 5; threads++) {
        sheaf_signatures_check(checks, COUNT, threads);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(checks[i].holds, i % 3 != 0);
    }
    for (size_t i = 0; i < COUNT; i++)
        checks[i].signature[3] ^= (i % 3 == 0) != (i == ONE); /* now only one is bad */
    for (unsigned threads = 0; threads < 5; threads++) {
        sheaf_signatures_check(checks, COUNT, threads);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(checks[i].holds, i != ONE);
    }
    sheaf_buffer_deinit(&message);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_log),
        cmocka_unit_test(test_void_entries),
        cmocka_unit_test(test_forged_and_refused),
        cmocka_unit_test(test_void_amendment),
        cmocka_unit_test(test_unknown_revision),
        cmocka_unit_test(test_evaluation_claim),
        cmocka_unit_test(test_group_claims),
        cmocka_unit_test(test_noised_evaluation_claim),
        cmocka_unit_test(test_many_signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
