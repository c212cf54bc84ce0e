/* What mandates and budgets state about privacy, recomputed by whoever replays the log; and
 * filled in by whoever writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "claims/privacy_cost.h"
#include "claims/privacy_fill.h"
#include "claims/replay.h"
#include "coop/budget.h"
#include "kit.h"

enum { PLACE = 3 }; /* order 2.5 */

/* The true amounts of kit_terms_usual(): noise 2 and 4, epsilon 5 at delta 1e-3. */
typedef struct {
    sheaf_cost cost, evaluation, limit;
    int steps; /* under local noise; 0: members share it */
} amounts;

static amounts amounts_true(void)
{
    amounts out = {.steps = 0};
    sheaf_err err;
    assert_int_equal(
        sheaf_cost_recall(&(sheaf_cost_terms){2000000, 1000000, 3, 1}, &out.cost, &err),
        SHEAF_OK);
    assert_int_equal(
        sheaf_cost_recall(&(sheaf_cost_terms){4000000, 1000000, 4, 1}, &out.evaluation, &err),
        SHEAF_OK);
    sheaf_cost_allowed(5000000, 1000000000, &out.limit);
    return out;
}

static void begin(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_with_data(k, &rules);
    kit_ranged(k);
    k->enter_refused = true;
}

static const char *noised(const amounts *a)
{
    kit_terms terms = kit_terms_usual();
    terms.rounds = a->steps ? 2 : 5;
    terms.local = a->steps > 0;
    terms.steps = a->steps ? a->steps : 1;
    terms.costs = a->cost.cost;
    terms.evaluations = a->evaluation.cost;
    terms.limits = a->limit.cost;
    return kit_noised(&terms);
}

/* Replays what the kit wrote; what the last void entry was told about is in `detail`. */
static uint64_t voids_of(kit *k, char detail[SHEAF_MESSAGE_MAX])
{
    sheaf_replay replay;
    sheaf_replayed result;
    sheaf_err err;
    sheaf_slice rest = sheaf_buffer_slice(&k->log), entry;
    uint32_t len;
    detail[0] = 0;
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, &err), SHEAF_OK);
    while (sheaf_take_u32(&rest, &len)) {
        assert_true(sheaf_take(&rest, len, &entry));
        assert_int_equal(sheaf_replay_entry(&replay, entry, &result, &err), SHEAF_OK);
        if (result.refusal == SHEAF_REFUSED_claim_false)
            snprintf(detail, SHEAF_MESSAGE_MAX, "%s", result.detail);
    }
    sheaf_hash ours = sheaf_state_digest(&replay.state), theirs = sheaf_state_digest(&k->state);
    assert_memory_equal(ours.bytes, theirs.bytes, sizeof ours.bytes);
    uint64_t voids = replay.voids;
    sheaf_replay_deinit(&replay);
    return voids;
}

static void consent(kit *k, const sheaf_cost *limit)
{
    char what[4096];
    size_t len = (size_t)snprintf(what, sizeof what,
                                  "{'budget':{'delta_trillionths':1000000000,"
                                  "'epsilon_millionths':5000000,'limit':[");
    for (int place = 0; place < 32; place++)
        len += (size_t)snprintf(what + len, sizeof what - len, "%s{'cost':%lld}",
                                place ? "," : "", (long long)limit->cost[place]);
    snprintf(what + len, sizeof what - len,
             "],'unit':'record'},'dataset':#dan.data,'purpose':'research',"
             "'until':1890000000000}");
    (void)kit_try(k, "dan", "consent.grant", what, NULL);
}

static void test_true(void **unused)
{
    kit k;
    char detail[SHEAF_MESSAGE_MAX];
    amounts a = amounts_true();
    begin(&k);
    consent(&k, &a.limit);
    kit_motion(&k, "m", noised(&a), 4);
    assert_int_equal(k.outcome.effect, SHEAF_ACCEPTED);
    assert_int_equal(k.outcome.claim_count, 4); /* the tick's signature, two costs, the limit */
    a.cost.cost[PLACE]++;                       /* more may be stated, and less allowed */
    a.limit.cost[PLACE]--;
    kit_motion(&k, "n", noised(&a), 4);
    consent(&k, &a.limit);
    a = amounts_true(); /* three local steps cost three times as much */
    a.steps = 3;
    for (int place = 0; place < 32; place++)
        a.cost.cost[place] = sheaf_amount_times(a.cost.cost[place], 3);
    kit_motion(&k, "o", noised(&a), 4);
    assert_int_equal(k.outcome.effect, SHEAF_ACCEPTED);
    assert_int_equal(voids_of(&k, detail), 0);
    kit_close(&k);
    (void)unused;
}

static void is_void(const amounts *a, const char *what)
{
    kit k;
    char detail[SHEAF_MESSAGE_MAX], motion[8192];
    begin(&k);
    k.claims_void = true;
    snprintf(motion, sizeof motion, "{'effect':%s,'title':^}", noised(a));
    (void)kit_try(&k, "ann", "motion.open", motion, NULL);
    assert_int_equal(voids_of(&k, detail), 1);
    if (!strstr(detail, what))
        fail_msg("%s", detail);
    kit_close(&k);
}

static void test_false(void **unused)
{
    amounts a = amounts_true();
    a.cost.cost[PLACE]--;
    is_void(&a, "the cost of a training round at order 2.5 is stated as 312499999999, and is "
                "312500000000");
    a = amounts_true(); /* that of two steps, where there are three */
    a.steps = 3;
    a.cost.cost[PLACE] = 2 * a.cost.cost[PLACE];
    is_void(&a, "is stated as");
    a = amounts_true();
    a.evaluation.cost[31]--;
    is_void(&a, "the cost of an evaluation round at order 1024.0 is stated as");
    a = amounts_true();
    a.limit.cost[PLACE]++;
    is_void(&a, "the limit at order 2.5 is stated as");

    kit k;
    char detail[SHEAF_MESSAGE_MAX];
    a = amounts_true();
    a.limit.cost[0]++;
    begin(&k);
    k.claims_void = true;
    consent(&k, &a.limit);
    assert_int_equal(voids_of(&k, detail), 1);
    assert_non_null(strstr(detail, "the limit at order 1.5 is stated as"));
    kit_close(&k);
    (void)unused;
}

/* The tick of an adopted motion whose effect is refused by then claims nothing about it. */
static void test_void_effect(void **unused)
{
    kit k;
    char detail[SHEAF_MESSAGE_MAX];
    amounts a = amounts_true();
    begin(&k);
    kit_do(&k, "ann", "motion.open", "x",
           "{'effect':{'kind':'model.retire','what':{'model':#ranged}},'title':^}");
    kit_do(&k, "ann", "motion.open", "m", "{'effect':%s,'title':^}", noised(&a));
    static const char *const people[] = {"ann", "bob", "cat"}; /* all four would close it */
    for (int i = 0; i < 3; i++) {
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#x}");
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    }
    k.now = sheaf_motion_find(&k.state, kit_index(&k, "m"))->closes;
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#x,'unwitnessed':false}");
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    assert_int_equal(k.outcome.effect, SHEAF_REFUSED_model_retired);
    assert_int_equal(k.outcome.claim_count, 1);
    assert_int_equal(voids_of(&k, detail), 0);
    kit_close(&k);
    (void)unused;
}

/* Parses, fills in, and writes again; `out` is a string. */
static void fill(sheaf_kind kind, const char *what, char *out, size_t size)
{
    static uint8_t block[1 << 20];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *tree;
    sheaf_err err;
    sheaf_buffer text;
    assert_int_equal(sheaf_json_parse(sheaf_str(what), &arena, &tree, &err), SHEAF_OK);
    assert_int_equal(sheaf_privacy_fill(kind, tree, &arena, &err), SHEAF_OK);
    sheaf_buffer_init(&text, size - 1);
    sheaf_json_write(&text, tree);
    assert_false(text.failed);
    memcpy(out, text.data, text.len);
    out[text.len] = 0;
    sheaf_buffer_deinit(&text);
}

static void test_filled_in(void **unused)
{
    static char out[65536];
    char number[64];
    amounts a = amounts_true();
#define TERMS                                                                                  \
    "\"privacy\":{\"epsilon_millionths\":5000000,\"delta_trillionths\":1000000000,"            \
    "\"noise_millionths\":2000000,\"sampling_millionths\":1000000,"                            \
    "\"evaluation_noise_millionths\":4000000"
    fill(SHEAF_KIND_mandate_grant, "{" TERMS "}}", out, sizeof out);
    snprintf(number, sizeof number, "{\"cost\":%lld}", (long long)a.cost.cost[PLACE]);
    assert_non_null(strstr(out, number));
    snprintf(number, sizeof number, "{\"cost\":%lld}]", (long long)a.evaluation.cost[31]);
    assert_non_null(strstr(out, number));
    snprintf(number, sizeof number, "{\"cost\":%lld}", (long long)a.limit.cost[31]);
    assert_non_null(strstr(out, number));
    fill(SHEAF_KIND_motion_open,
         "{\"effect\":{\"kind\":\"mandate.grant\",\"what\":{" TERMS "}}}}", out, sizeof out);
    assert_non_null(strstr(out, number));
    fill(SHEAF_KIND_consent_grant,
         "{\"budget\":{\"epsilon_millionths\":5000000,\"delta_trillionths\":1000000000}}", out,
         sizeof out);
    assert_non_null(strstr(out, number));
    /* Of steps under local noise each counts. */
    fill(SHEAF_KIND_mandate_grant, "{\"learning\":{\"local_steps\":7}," TERMS ",\"local\":{}}}",
         out, sizeof out);
    snprintf(number, sizeof number, "{\"cost\":%lld}", (long long)a.cost.cost[PLACE] * 7);
    assert_non_null(strstr(out, number));
    fill(SHEAF_KIND_mandate_grant, "{\"learning\":{\"local_steps\":7}," TERMS "}}", out,
         sizeof out);
    assert_null(strstr(out, number));
    /* What is given stays; what cannot be computed is 0, and the decoder says why. */
    fill(SHEAF_KIND_mandate_grant, "{" TERMS ",\"cost\":[]}}", out, sizeof out);
    assert_non_null(strstr(out, "\"cost\":[],"));
    fill(SHEAF_KIND_consent_grant, "{\"budget\":{\"epsilon_millionths\":-5}}", out, sizeof out);
    assert_non_null(strstr(out, "\"limit\":[{\"cost\":0},"));
    static const char *const left_alone[] = {
        "{}", "{\"budget\":7,\"privacy\":[]}", "{\"effect\":{\"kind\":3,\"what\":{}}}",
        "{\"effect\":{\"kind\":\"model.retire\",\"what\":{}}}", "7"};
    for (size_t i = 0; i < sizeof left_alone / sizeof *left_alone; i++) {
        static const sheaf_kind kinds[] = {SHEAF_KIND_mandate_grant, SHEAF_KIND_consent_grant,
                                           SHEAF_KIND_motion_open, SHEAF_KIND_ballot_cast};
        for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
            fill(kinds[n], left_alone[i], out, sizeof out);
            assert_string_equal(out, left_alone[i]);
        }
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_true),
        cmocka_unit_test(test_false),
        cmocka_unit_test(test_void_effect),
        cmocka_unit_test(test_filled_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
