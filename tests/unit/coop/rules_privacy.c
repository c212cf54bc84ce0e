/* Mandates with noise, budgets of consents, and what exact sums may not be subtracted from. */
#include "test.h"

#include "coop/budget.h"

static void want(sheaf_refusal is, sheaf_refusal should)
{
    if (is != should)
        kit_fail("refusal %d instead of %d", is, should);
}

static void begin(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(k, &rules);
    kit_ranged(k);
}

static void grant(kit *k, const char *label, const kit_terms *terms)
{
    kit_motion(k, label, kit_noised(terms), 4);
    assert_int_equal(k->outcome.effect, ACCEPTED);
}

/* Opening the motion tries the effect. */
static void refused(kit *k, const kit_terms *terms, sheaf_refusal should)
{
    char what[8192];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_noised(terms));
    kit_want(k, should, "ann", "motion.open", what, NULL);
}

static void whole_round(kit *k, const char *label, const char *task, char base, char result)
{
    want(kit_noised_open(k, label, task, base, "m.tick"), ACCEPTED);
    want(kit_round_close(k, label, "evaluate", result), ACCEPTED); /* without figures */
    want(kit_attest(k, "ann.node", label, result), ACCEPTED);
    want(kit_attest(k, "bob.node", label, result), ACCEPTED);
}

static int64_t spent(kit *k, const char *data, uint8_t unit)
{
    return sheaf_spent_amount(&k->state, kit_index(k, data), unit, 3);
}

void test_ranges(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
#define MODEL(ends)                                                                            \
    "{'features':[{'column':'age'" ends "}],'kind':'logistic','label':'num',"                  \
    "'schema':'heart/v1','title':^}"
    static const kit_row rows[] = {
        {"ann", "model.register", MODEL(",'high_millionths':1"), R(range_form)},
        {"ann", "model.register", MODEL(",'low_millionths':1"), R(range_form)},
        {"ann", "model.register", MODEL(",'high_millionths':1,'low_millionths':1"),
         R(range_form)},
        {"ann", "model.register", MODEL(",'high_millionths':1,'level':3,'low_millionths':0"),
         R(range_form)},
        {"ann", "model.register", MODEL(",'high_millionths':-1,'low_millionths':-2")},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_feature *last =
        sheaf_feature_at(&k.state, sheaf_feature_count(&k.state) - 1);
    assert_true(last->has_range && last->high_millionths == -1 && last->low_millionths == -2);
    kit_close(&k);
}

void test_noised_terms(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
#define TERMS_REFUSED(why, change)                                                             \
    do {                                                                                       \
        kit_terms t = kit_terms_usual();                                                       \
        change;                                                                                \
        refused(&k, &t, R(why));                                                               \
    } while (0)
    TERMS_REFUSED(privacy_where, t.without = 1);
    TERMS_REFUSED(privacy_where, t.release = "exact_sum");
    TERMS_REFUSED(record_learning, t.batch = 1);
    TERMS_REFUSED(record_learning, t.steps = 2);
    TERMS_REFUSED(local_learning, (t.local = true, t.batch = 1));
    TERMS_REFUSED(local_learning, (t.local = true, t.unit = "member"));
    TERMS_REFUSED(member_sampling, (t.unit = "member", t.sampling = 999999));
    TERMS_REFUSED(range_missing, t.model = "model");
    kit_do(&k, "ann", "model.register", "line",
           "{'features':[{'column':'cp','level':2}],'kind':'linear','label':'num','linear':"
           "{'lambda_millionths':1},'schema':'heart/v1','target':'number','title':^}");
    TERMS_REFUSED(label_range_missing, t.model = "line");
    kit_do(&k, "ann", "model.register", "forest",
           "{'features':[{'column':'cp','level':2}],'kind':'trees','label':'num','schema':"
           "'heart/v1','title':^,'trees':{'bins':8,'depth':8,'lambda_millionths':1,"
           "'min_hessian_millionths':1,'rate_millionths':1,'trees':9}}");
    TERMS_REFUSED(trees_local, (t.model = "forest", t.local = true));
    kit_do(&k, "ann", "model.register", "series",
           "{'features':[{'column':'kwh'}],'forecaster':{'every':0,'horizon':24,"
           "'lambda_millionths':1,'look_back':48,'season':24,'step_s':3600,'time':'hour'},"
           "'kind':'forecaster','schema':'heart/v1','target':'number','title':^}");
    TERMS_REFUSED(forecaster_unit, t.model = "series");
    TERMS_REFUSED(colluders_many, t.colluders = 3);
    TERMS_REFUSED(mandate_over, t.limit = 99);
    TERMS_REFUSED(mandate_over, t.rounds = 9);
    TERMS_REFUSED(mandate_over, t.cost = t.limit = SHEAF_UNBOUNDED);
    TERMS_REFUSED(mandate_over, (t.cost = SHEAF_UNBOUNDED / 7, t.limit = SHEAF_UNBOUNDED));
    kit_terms terms = kit_terms_usual();
    terms.colluders = 2;
    grant(&k, "m", &terms);
    uint32_t m = kit_index(&k, "m.tick");
    const struct sheaf_row_mandate *row = sheaf_mandate_find(&k.state, m);
    assert_int_equal(row->colluders, 2);
    assert_int_equal(row->clip_millionths, 1000000);
    assert_int_equal(row->divisor, 1000);
    assert_int_equal(row->noise_millionths, 2000000);
    assert_int_equal(row->unit, SHEAF_privacy_unit_record);
    assert_int_equal(sheaf_charge_find(&k.state, sheaf_pair(m, 3))->limit, 100);
    assert_int_equal(sheaf_charge_find(&k.state, sheaf_pair(m, 31))->cost, 10);
    assert_false(row->local_noise);
    assert_int_equal(k.outcome.claims[1].steps, 1);
    kit_close(&k);
}

/* Noise of each member's own allows several steps, all of which the round's cost is for. */
void test_local_noise(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_terms terms = kit_terms_usual();
    terms.local = true;
    terms.steps = 20;
    terms.sampling = 250000;
    grant(&k, "m", &terms);
    const struct sheaf_row_mandate *row = sheaf_mandate_find(&k.state, kit_index(&k, "m.tick"));
    assert_true(row->local_noise);
    assert_int_equal(row->local_steps, 20);
    assert_int_equal(row->local_clip_millionths, 2000000);
    assert_int_equal(row->local_divisor, 250);
    assert_int_equal(k.outcome.claim_count, 4);
    assert_int_equal(k.outcome.claims[1].steps, 20);
    assert_int_equal(k.outcome.claims[2].steps, 1);
    whole_round(&k, "r1", "train", 0, 'a');
    assert_int_equal(spent(&k, "ann.data", SHEAF_privacy_unit_record), 10);
    kit_close(&k);
}

void test_amounts(void **unused)
{
    (void)unused;
    assert_int_equal(sheaf_amount_add(1, 2), 3);
    assert_int_equal(sheaf_amount_add(SHEAF_UNBOUNDED - 1, 1), SHEAF_UNBOUNDED);
    assert_int_equal(sheaf_amount_add(SHEAF_UNBOUNDED, SHEAF_UNBOUNDED), SHEAF_UNBOUNDED);
    assert_int_equal(sheaf_amount_times(3, 5), 15);
    assert_int_equal(sheaf_amount_times(SHEAF_UNBOUNDED, 0), 0);
    assert_int_equal(sheaf_amount_times(SHEAF_UNBOUNDED, UINT32_MAX), SHEAF_UNBOUNDED);
    assert_true(sheaf_amount_within(0, 0));
    assert_true(sheaf_amount_within(SHEAF_UNBOUNDED - 1, SHEAF_UNBOUNDED));
    assert_false(sheaf_amount_within(SHEAF_UNBOUNDED, SHEAF_UNBOUNDED));
    assert_false(sheaf_amount_within(1, 0));
}

void test_noised_rounds(void **unused)
{
    (void)unused;
#define FIGURES(more)                                                                          \
    "{'figures':{'accuracy_millionths':790000" more "'records':230},'round':#e}"
    kit k;
    begin(&k);
    kit_terms terms = kit_terms_usual();
    grant(&k, "m", &terms);
    want(kit_noised_open(&k, "r", "statistics", 0, "m.tick"), R(wrong_task));
    want(kit_noised_open(&k, "r", "evaluate", 0, "m.tick"), R(wrong_task));
    want(kit_noised_open(&k, "r", "train", 'a', "m.tick"), R(wrong_base));
    want(kit_round_open(&k, "r", "train", 0, "m.tick"), R(wrong_words));
    /* An aborted round stays spent. */
    want(kit_noised_open(&k, "r0", "train", 0, "m.tick"), ACCEPTED);
    assert_int_equal(spent(&k, "ann.data", SHEAF_privacy_unit_record), 10);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r0}");
    assert_int_equal(spent(&k, "ann.data", SHEAF_privacy_unit_record), 10);
    want(kit_noised_open(&k, "r1", "train", 0, "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r1", "train", 'a'), R(figures_where));
    want(kit_round_close(&k, "r1", "evaluate", 'a'), ACCEPTED); /* without figures */
    want(kit_attest(&k, "ann.node", "r1", 'a'), ACCEPTED);
    want(kit_attest(&k, "bob.node", "r1", 'a'), ACCEPTED);
    /* cat dropped out, and may come back: noise is what protects here. */
    want(kit_attest(&k, "cat.node", "r1", 'a'), R(not_in_round));
    assert_int_equal(sheaf_member_find(&k.state, kit_index(&k, "cat"))->contributed, 0);
    assert_int_equal(sheaf_member_find(&k.state, kit_index(&k, "dan"))->contributed, 400);
    whole_round(&k, "r2", "train", 'a', 'b');
    whole_round(&k, "e", "evaluate", 'b', 'e');
    kit_want(&k, R(figures_form), "hub", "model.evaluate", FIGURES(",'auc_millionths':1,"),
             NULL);
    kit_want(&k, R(figures_form), "hub", "model.evaluate", FIGURES(",'log_loss_millionths':1,"),
             NULL);
    kit_want(&k, ACCEPTED, "hub", "model.evaluate", FIGURES(","), "f");
    const struct sheaf_row_evaluation *row =
        sheaf_evaluation_find(&k.state, kit_index(&k, "f"));
    assert_false(row->has_log_loss || row->has_auc);
    assert_int_equal(spent(&k, "dan.data", SHEAF_privacy_unit_record), 60);
    assert_int_equal(spent(&k, "dan.data", SHEAF_privacy_unit_member), 0);
    kit_close(&k);

    begin(&k); /* an exact sum tells its loss */
    kit_motion(&k, "m", KIT_MANDATE, 4);
    want(kit_round_open(&k, "r1", "statistics", 0, "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r1", "statistics", 'a'), ACCEPTED);
    want(kit_attest(&k, "ann.node", "r1", 'a'), ACCEPTED);
    want(kit_attest(&k, "bob.node", "r1", 'a'), ACCEPTED);
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), ACCEPTED);
    kit_want(&k, R(figures_form), "hub", "round.close",
             "{'figures':{'accuracy_millionths':1,'records':9},'result':~b,'round':#r2,"
             "'survivors':[{'key':#ann.node},{'key':#bob.node},{'key':#dan.node}],"
             "'transcript':~f}",
             NULL);
    kit_close(&k);
}

/* The hub cannot evaluate more often than the mandate can bear, however many rounds are left.
 */
void test_noised_limits(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_terms terms = kit_terms_usual();
    grant(&k, "m", &terms);
    whole_round(&k, "r1", "train", 0, 'a');
    whole_round(&k, "e1", "evaluate", 'a', 'b');
    whole_round(&k, "e2", "evaluate", 'a', 'b');
    whole_round(&k, "r2", "train", 'a', 'c'); /* 80 */
    want(kit_noised_open(&k, "e3", "evaluate", 'c', "m.tick"), R(mandate_spent));
    whole_round(&k, "r3", "train", 'c', 'd');
    whole_round(&k, "r4", "train", 'd', 'e'); /* 100 */
    want(kit_noised_open(&k, "r5", "train", 'e', "m.tick"), R(mandate_spent));
    assert_int_equal(sheaf_mandate_find(&k.state, kit_index(&k, "m.tick"))->rounds_used, 6);
    kit_close(&k);
}

static void consent(kit *k, const char *unit, int64_t limit, const char *label)
{
    char amounts[1024];
    kit_amounts(amounts, limit, 3);
    kit_do(k, "dan", "consent.grant", label,
           "{'budget':{'delta_trillionths':1000000000,'epsilon_millionths':5000000,"
           "'limit':%s,'unit':'%s'},'dataset':#dan.data,'purpose':'research',"
           "'until':1890000000000}",
           amounts, unit);
}

void test_budgets(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_terms terms = kit_terms_usual();
    grant(&k, "m", &terms);
    kit_motion(&k, "x", KIT_MANDATE, 4);
    consent(&k, "record", 35, "c");
    assert_int_equal(sheaf_consent_find(&k.state, kit_index(&k, "c"))->budget_unit,
                     SHEAF_privacy_unit_record);
    want(kit_round_open(&k, "r", "statistics", 0, "x.tick"), R(budget_exact));
    whole_round(&k, "r1", "train", 0, 'a');
    want(kit_noised_open(&k, "e", "evaluate", 'a', "m.tick"), R(budget_spent)); /* 40 */
    whole_round(&k, "r2", "train", 'a', 'b');
    /* Another mandate spends of the same budget. */
    grant(&k, "n", &terms);
    want(kit_noised_open(&k, "r3", "train", 0, "n.tick"), ACCEPTED); /* 30 */
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r3}");
    want(kit_noised_open(&k, "r4", "train", 'b', "m.tick"), R(budget_spent));
    want(kit_noised_open(&k, "r4", "train", 0, "n.tick"), R(budget_spent));
    /* All live consents count: a wider one once the first is gone, one that is overdrawn
     * already (what was spent before counts), and none. */
    consent(&k, "record", 40, "wider");
    want(kit_noised_open(&k, "r4", "train", 'b', "m.tick"), R(budget_spent));
    kit_do(&k, "dan", "consent.revoke", NULL, "{'consent':#c}");
    whole_round(&k, "r4", "train", 'b', 'c');
    consent(&k, "record", 5, "overdrawn");
    uint32_t m = kit_index(&k, "m.tick"), data = kit_index(&k, "dan.data");
    assert_int_equal(sheaf_seat_check(&k.state, m, kit_index(&k, "dan.node"), data, k.now),
                     R(budget_spent));
    kit_do(&k, "dan", "consent.revoke", NULL, "{'consent':#overdrawn}");
    kit_do(&k, "dan", "consent.revoke", NULL, "{'consent':#wider}");
    whole_round(&k, "r5", "train", 'c', 'd');
    assert_int_equal(spent(&k, "dan.data", SHEAF_privacy_unit_record), 50);
    kit_close(&k);
}

void test_budget_units(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_terms terms = kit_terms_usual();
    terms.unit = "member";
    terms.steps = 5;
    grant(&k, "m", &terms);
    consent(&k, "record", 1000, "c");
    want(kit_noised_open(&k, "r1", "train", 0, "m.tick"), R(budget_unit));
    consent(&k, "member", 1000, "d");
    want(kit_noised_open(&k, "r1", "train", 0, "m.tick"), R(budget_unit));
    kit_do(&k, "dan", "consent.revoke", NULL, "{'consent':#c}");
    whole_round(&k, "r1", "train", 0, 'a');
    assert_int_equal(spent(&k, "dan.data", SHEAF_privacy_unit_member), 10);
    assert_int_equal(spent(&k, "dan.data", SHEAF_privacy_unit_record), 40);
    kit_close(&k);
}

#define SEAT(name) "{'dataset':#" name ".data,'key':#" name ".node}"

static void exact_open(kit *k, const char *mandate, const char *seats, const char *label,
                       sheaf_refusal should)
{
    char what[1024];
    snprintf(what, sizeof what,
             "{'mandate':#%s,'participants':[%s],'stage_ms':1000,'task':'statistics',"
             "'words':7}",
             mandate, seats);
    kit_want(k, should, "hub", "round.open", what, label);
}

void test_exact_sums_overlap(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_motion(&k, "m", KIT_MANDATE, 4);
    kit_motion(&k, "n", KIT_MANDATE, 4);
    kit_terms terms = kit_terms_usual();
    grant(&k, "p", &terms);
    exact_open(&k, "m.tick", SEAT("ann") "," SEAT("bob") "," SEAT("cat"), "r1", ACCEPTED);
    uint32_t r1 = kit_index(&k, "r1");
    assert_int_equal(sheaf_round_find(&k.state, r1)->survivors_min, 3);
    assert_int_equal(sheaf_dataset_find(&k.state, kit_index(&k, "cat.data"))->exact_round, r1);
    assert_int_equal(sheaf_dataset_find(&k.state, kit_index(&k, "dan.data"))->exact_round,
                     SHEAF_NONE);
    /* Neither while the round is under way nor after it was aborted, since nobody can know what
     * the hub has added up; under another mandate no more than under this one. */
    exact_open(&k, "n.tick", SEAT("ann") "," SEAT("bob") "," SEAT("dan"), NULL,
               R(survivors_differ));
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r1}");
    exact_open(&k, "m.tick", SEAT("ann") "," SEAT("bob") "," SEAT("cat") "," SEAT("dan"), NULL,
               R(survivors_differ));
    exact_open(&k, "n.tick", SEAT("bob") "," SEAT("cat") "," SEAT("dan"), NULL,
               R(survivors_differ));
    exact_open(&k, "n.tick", SEAT("ann") "," SEAT("bob") "," SEAT("cat"), "r2", ACCEPTED);
    kit_want(&k, R(cohort_small), "hub", "round.close",
             "{'result':~a,'round':#r2,'survivors':[{'key':#ann.node},{'key':#bob.node}],"
             "'transcript':~f}",
             NULL);
    /* With noise all go on, whoever drops out. */
    want(kit_noised_open(&k, "r3", "train", 0, "p.tick"), ACCEPTED);
    want(kit_round_close(&k, "r3", "evaluate", 'a'), ACCEPTED);
    kit_close(&k);
}
