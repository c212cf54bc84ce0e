/* What articles 21 and 22 limit: consents, and what mandates may release. */
#include "test.h"

#include "coop/refusal_detail.h"

static const char *caps(int64_t delta, int64_t epsilon, int rounds)
{
    static char text[300];
    snprintf(text, sizeof text,
             "{'cohort_min':3,'delta_max_trillionths':%lld,'epsilon_max_millionths':%lld,"
             "'exact_sums':true,'protected':true,'rounds_max':%d}",
             (long long)delta, (long long)epsilon, rounds);
    return text;
}

static void begin(kit *k, kit_rules *rules)
{
    kit_open(k);
    kit_with_data(k, rules);
    kit_ranged(k);
}

static void amend(kit *k, const kit_rules *rules, const char *label, const char *base)
{
    kit_motion(k, label, kit_amendment(rules, base), 4);
    assert_int_equal(k->outcome.effect, ACCEPTED);
}

/* Opening the motion tries the effect. */
static void asks(kit *k, const char *mandate, sheaf_refusal should, const char *label)
{
    char what[40100];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", mandate);
    kit_want(k, should, "ann", "motion.open", what, label);
}

static void opens(kit *k, const char *label, char base, sheaf_refusal should)
{
    sheaf_refusal is = kit_noised_open(k, label, "train", base, "m.tick");
    if (is != should)
        kit_fail("refusal %d instead of %d", is, should);
}

#define PRIVACY(more)                                                                          \
    "{'cohort_min':3," more "'exact_sums':true,'protected':true,'rounds_max':10}"

/* The usual terms ask for epsilon 5 at delta 0.001. */
void test_caps_of_a_mandate(void **unused)
{
    (void)unused;
    static const struct {
        int64_t delta, epsilon;
        sheaf_refusal should;
    } rows[] = {
        {1000000000, 5000000, ACCEPTED},     {1000000000, 4999999, R(epsilon_over)},
        {999999999, 5000000, R(delta_over)}, {100000000000, 1000000000, ACCEPTED},
        {1000, 1, R(epsilon_over)},
    };
    const kit_terms terms = kit_terms_usual();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.article[SHEAF_ARTICLE_privacy] = caps(rows[i].delta, rows[i].epsilon, 10);
        begin(&k, &rules);
        asks(&k, kit_noised(&terms), rows[i].should, NULL);
        asks(&k, KIT_MANDATE, ACCEPTED, NULL); /* no cap is of exact sums */
        kit_close(&k);
    }
    static const char *const one[] = {PRIVACY("'delta_max_trillionths':999999999,"),
                                      PRIVACY("'epsilon_max_millionths':4999999,")};
    for (int i = 0; i < 2; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.article[SHEAF_ARTICLE_privacy] = one[i];
        begin(&k, &rules);
        asks(&k, kit_noised(&terms), i ? R(epsilon_over) : R(delta_over), NULL);
        kit_close(&k);
    }
}

/* What is asked for, and what is allowed. */
void test_caps_in_words(void **unused)
{
    (void)unused;
    static const struct {
        int64_t delta, epsilon;
        const char *words;
    } rows[] = {
        {1000000000, 2500000,
         "article 22 (Privacy), privacy.epsilon_max_millionths: 5 is asked for, at most 2.5 is "
         "allowed"},
        {10000000, 5000000,
         "article 22 (Privacy), privacy.delta_max_trillionths: 0.001 is asked for, at most "
         "0.00001 is allowed"},
    };
    const kit_terms terms = kit_terms_usual();
    for (int i = 0; i < 2; i++) {
        kit k;
        sheaf_entry entry;
        sheaf_refusal_detail detail;
        kit_rules rules = kit_rules_usual();
        sheaf_refusal refusal = i ? R(delta_over) : R(epsilon_over);
        rules.article[SHEAF_ARTICLE_privacy] = caps(rows[i].delta, rows[i].epsilon, 10);
        begin(&k, &rules);
        asks(&k, kit_noised(&terms), refusal, NULL);
        sheaf_arena_reset(&k.decode);
        assert_int_equal(
            sheaf_entry_decode(sheaf_buffer_slice(&k.entry), 1, &k.decode, &entry, &k.err),
            SHEAF_OK);
        sheaf_refusal_of_act(&k.state, refusal, entry.act, &detail);
        assert_int_equal(detail.article, SHEAF_ARTICLE_privacy);
        assert_string_equal(detail.words, rows[i].words);
        sheaf_refusal_of_act(&k.state, R(cohort_small), entry.act, &detail);
        assert_string_equal(detail.words, "");
        kit_close(&k);
    }
}

/* The bylaws of the tick decide, not those of the opening. */
void test_caps_at_the_tick(void **unused)
{
    (void)unused;
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    kit k;
    const kit_terms terms = kit_terms_usual();
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    asks(&k, kit_noised(&terms), ACCEPTED, "m");
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 4999999, 10);
    amend(&k, &rules, "a", "#ann");
    for (int i = 0; i < 4; i++)
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    assert_int_equal(k.outcome.effect, R(epsilon_over));
    assert_int_equal(sheaf_mandate_count(&k.state), 0);
    kit_close(&k);
}

/* A mandate outlives an amendment; no round of it goes beyond what the bylaws allow. */
void test_caps_stop_a_mandate(void **unused)
{
    (void)unused;
    kit k;
    const kit_terms terms = kit_terms_usual();
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    kit_motion(&k, "m", kit_noised(&terms), 4);
    assert_int_equal(k.outcome.effect, ACCEPTED);
    opens(&k, "r1", 0, ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r1}");
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 4999999, 10);
    amend(&k, &rules, "a", "#ann");
    opens(&k, "r2", 0, R(epsilon_over));
    rules.article[SHEAF_ARTICLE_privacy] = caps(999999999, 5000000, 10);
    amend(&k, &rules, "b", "#a.tick");
    opens(&k, "r2", 0, R(delta_over));
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 5000000, 1);
    amend(&k, &rules, "c", "#b.tick");
    opens(&k, "r2", 0, R(rounds_over_bylaws)); /* one was opened */
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 5000000, 2);
    amend(&k, &rules, "d", "#c.tick");
    opens(&k, "r2", 0, ACCEPTED);
    kit_close(&k);
}

/* ---- article 21 ---- */

#define LONGEST(seconds)                                                                       \
    "{'budget_required':false,'consent_max_s':" #seconds ",'protected':true}"

/* For so long from its own entry. */
static void consents(kit *k, int64_t long_ms, sheaf_refusal should)
{
    char what[200];
    snprintf(what, sizeof what, "{'dataset':#ann.data,'purpose':'research','until':%lld}",
             (long long)(k->now + k->step_ms + long_ms));
    kit_want(k, should, "ann", "consent.grant", what, NULL);
}

static bool counts(kit *k, int64_t stamp)
{
    return sheaf_consent_live(&k->state, kit_index(k, "ann.data"), SHEAF_purpose_research,
                              stamp)
           != NULL;
}

/* A longer one that was given before keeps its own end, and counts for as long as a new one. */
void test_longest_consent(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    const struct sheaf_row_consent *old =
        sheaf_consent_find(&k.state, kit_index(&k, "ann.consent"));
    int64_t granted = old->granted, end = old->until;
    assert_true(end > granted + 3600000);
    rules.article[SHEAF_ARTICLE_data] = LONGEST(3600);
    amend(&k, &rules, "a", "#ann");
    assert_true(counts(&k, granted + 3600000));
    assert_false(counts(&k, granted + 3600001));
    assert_int_equal(old->until, end);
    consents(&k, 3600001, R(consent_long));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    k.now = granted + 3600001 - k.step_ms;
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(seat_consent));
    consents(&k, 3600000, ACCEPTED);
    assert_true(counts(&k, k.now + 3600000));
    rules.article[SHEAF_ARTICLE_data] = NULL;
    amend(&k, &rules, "b", "#a.tick");
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), ACCEPTED);
    assert_true(counts(&k, end));
    assert_false(counts(&k, end + 1));
    consents(&k, INT64_C(9000000000000), ACCEPTED);
    kit_close(&k);
}

/* What lets somebody else use the data is a consent too. */
void test_longest_consent_to_a_licence(void **unused)
{
    (void)unused;
    kit k;
    char effect[300];
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    int64_t until = k.now + 7200000;
    snprintf(effect, sizeof effect,
             "{'kind':'data.license','what':{'datasets':[{'dataset':#ann.data}],'licensee':^,"
             "'price_cents':0,'terms':^,'until':%lld}}",
             (long long)until);
    kit_motion(&k, "l", effect, 4);
    rules.article[SHEAF_ARTICLE_data] = LONGEST(3600);
    amend(&k, &rules, "a", "#ann");
    k.now = until - 3600001 - k.step_ms;
    kit_want(&k, R(consent_long), "ann", "licence.consent",
             "{'dataset':#ann.data,'licence':#l.tick}", NULL);
    k.now = until - 3600000 - k.step_ms;
    kit_want(&k, ACCEPTED, "ann", "licence.consent", "{'dataset':#ann.data,'licence':#l.tick}",
             NULL);
    kit_close(&k);
}

static void budgeted(kit *k, const char *who, const char *label)
{
    char limits[1024];
    kit_do(k, who, "consent.grant", label,
           "{'budget':{'delta_trillionths':1000000000,'epsilon_millionths':5000000,"
           "'limit':%s,'unit':'record'},'dataset':#%s.data,'purpose':'research',"
           "'until':1890000000000}",
           kit_amounts(limits, 50, KIT_PLACE), who);
}

/* Also consents without a budget that were given before let no round take the data. */
void test_budgets_required(void **unused)
{
    (void)unused;
    kit k;
    char what[8300];
    const kit_terms terms = kit_terms_usual();
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    kit_motion(&k, "m", kit_noised(&terms), 4);
    budgeted(&k, "ann", "before");
    rules.article[SHEAF_ARTICLE_data] = "{'budget_required':true,'protected':true}";
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(budgets_exact), "ann", "motion.open", what, NULL);
    rules.exact = false;
    amend(&k, &rules, "a", "#ann");
    consents(&k, 1000, R(consent_budget));
    uint32_t m = kit_index(&k, "m.tick");
    assert_int_equal(sheaf_seat_check(&k.state, m, kit_index(&k, "ann.node"),
                                      kit_index(&k, "ann.data"), k.now),
                     ACCEPTED);
    assert_int_equal(sheaf_seat_check(&k.state, m, kit_index(&k, "dan.node"),
                                      kit_index(&k, "dan.data"), k.now),
                     R(consent_budget));
    budgeted(&k, "bob", NULL);
    budgeted(&k, "cat", NULL);
    opens(&k, "r1", 0, R(consent_budget));
    budgeted(&k, "dan", NULL);
    opens(&k, "r1", 0, ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r1}");
    kit_do(&k, "ann", "consent.revoke", NULL, "{'consent':#before}"); /* one without is left */
    opens(&k, "r2", 0, R(consent_budget));
    rules.article[SHEAF_ARTICLE_data] = NULL;
    amend(&k, &rules, "b", "#a.tick");
    opens(&k, "r2", 0, ACCEPTED);
    kit_close(&k);
}

/* No amendment lifts what a member has limited: the budget stays for as long as it was given.
 */
void test_budgets_outlast_the_longest_consent(void **unused)
{
    (void)unused;
    kit k;
    char limits[1024];
    const kit_terms terms = kit_terms_usual();
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    kit_motion(&k, "m", kit_noised(&terms), 4);
    kit_do(&k, "dan", "consent.grant", NULL,
           "{'budget':{'delta_trillionths':1000000000,'epsilon_millionths':5000000,'limit':%s,"
           "'unit':'record'},'dataset':#dan.data,'purpose':'care','until':1890000000000}",
           kit_amounts(limits, 5, KIT_PLACE));
    opens(&k, "r1", 0, R(budget_spent));
    rules.article[SHEAF_ARTICLE_data] = LONGEST(1);
    amend(&k, &rules, "a", "#ann");
    k.now += 2000;
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++)
        kit_do(&k, people[i], "consent.grant", NULL,
               "{'dataset':#%s.data,'purpose':'research','until':%lld}", people[i],
               (long long)(k.now + 900));
    opens(&k, "r1", 0, R(budget_spent));
    kit_close(&k);
}

/* ---- article 23 ---- */

#define RELEASE                                                                                \
    "{'kind':'model.release','what':{'licence':'CC0-1.0','model':#model,'price_cents':0,"      \
    "'round':#r2}}"

static void whole_round(kit *k, const char *label, const char *task, char base, char result)
{
    assert_int_equal(kit_round_open(k, label, task, base, "m.tick"), ACCEPTED);
    assert_int_equal(kit_round_close(k, label, task, result), ACCEPTED);
    assert_int_equal(kit_attest(k, "ann.node", label, result), ACCEPTED);
    assert_int_equal(kit_attest(k, "bob.node", label, result), ACCEPTED);
}

void test_evaluation_of_enough_records(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_models] = "{'held_out_min':231,'protected':true}";
    begin(&k, &rules);
    kit_motion(&k, "m", KIT_MANDATE, 4);
    whole_round(&k, "r1", "statistics", 0, 'a');
    whole_round(&k, "r2", "train", 'a', 'b');
    asks(&k, RELEASE, R(not_evaluated), NULL);
    whole_round(&k, "e", "evaluate", 'b', 'e');
    kit_do(&k, "hub", "model.evaluate", NULL,
           "{'figures':{'accuracy_millionths':790000,'auc_millionths':860000,"
           "'log_loss_millionths':450000,'records':230},'round':#e}");
    asks(&k, RELEASE, R(evaluation_small), NULL);
    rules.article[SHEAF_ARTICLE_models] = "{'held_out_min':230,'protected':true}";
    amend(&k, &rules, "a", "#ann");
    asks(&k, RELEASE, ACCEPTED, NULL);
    kit_close(&k);
}

/* ---- who changes them ---- */

static uint8_t sort_of(kit *k, const kit_rules *rules, const char *base)
{
    asks(k, kit_amendment(rules, base), ACCEPTED, "sort");
    return sheaf_motion_find(&k->state, kit_index(k, "sort"))->sort;
}

/* An article that always holds is protected also where the document leaves it out: it is given
 * words, loses them and loses its protection by protected decisions alone. */
void test_articles_that_always_hold_are_protected(void **unused)
{
    (void)unused;
    static const struct {
        sheaf_article number;
        const char *alone, *more, *open;
    } rows[] = {
        {SHEAF_ARTICLE_data, "{'budget_required':false,'protected':true}", LONGEST(60),
         "{'budget_required':false,'protected':false}"},
        {SHEAF_ARTICLE_models, "{'protected':true}", "{'held_out_min':9,'protected':true}",
         "{'protected':false}"},
        {SHEAF_ARTICLE_log, "{'protected':true}",
         "{'clauses':[{'text':'The log is printed.'}],'protected':true}",
         "{'protected':false}"},
        {SHEAF_ARTICLE_privacy,
         "{'cohort_min':3,'exact_sums':true,'protected':true,'rounds_max':1000}",
         PRIVACY("'epsilon_max_millionths':1,"),
         "{'cohort_min':3,'exact_sums':true,'protected':false,'rounds_max':1000}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        sheaf_article number = rows[i].number;
        begin(&k, &rules);
        rules.article[number] = rows[i].alone; /* says what holds already */
        assert_int_equal(sort_of(&k, &rules, "#ann"), SHEAF_decision_sort_qualified);
        rules.article[number] = rows[i].open;
        assert_int_equal(sort_of(&k, &rules, "#ann"), SHEAF_decision_sort_protected);
        rules.article[number] = rows[i].more;
        assert_int_equal(sort_of(&k, &rules, "#ann"), SHEAF_decision_sort_protected);
        kit_motion(&k, "half", kit_amendment(&rules, "#ann"), 2);
        assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "half"))->state,
                         SHEAF_motion_state_rejected);
        kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 3);
        rules.article[number] = NULL;
        assert_int_equal(sort_of(&k, &rules, "#a.tick"), SHEAF_decision_sort_protected);
        rules.article[number] = rows[i].open;
        kit_motion(&k, "b", kit_amendment(&rules, "#a.tick"), 3);
        assert_true(sheaf_article_on(&k.state, number));
        rules.article[number] = rows[i].more;
        assert_int_equal(sort_of(&k, &rules, "#b.tick"), SHEAF_decision_sort_qualified);
        kit_close(&k);
    }
}
