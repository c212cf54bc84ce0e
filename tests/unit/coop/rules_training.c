/* Data sets, consents, models, mandates, rounds, evaluations. */
#include "test.h"

#include "coop/ledger.h"

#define DATASET(schema)                                                                        \
    "{'commitment':~a,'licence':'CC0-1.0','records':5,'schema':'" schema                       \
    "','subjects':'none','terms':^,'title':^}"

void test_datasets_and_consents(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "dataset.register", DATASET("s/v1"), .label = "d"},
        {"ann.node", "dataset.register", DATASET("s/v1"), R(outside_scope)},
        {"bob", "consent.grant", "{'dataset':#d,'purpose':'care','until':1890000000000}",
         R(not_your_dataset)},
        {"ann", "consent.grant", "{'dataset':4000,'purpose':'care','until':1890000000000}",
         R(no_such_dataset)},
        {"ann", "consent.grant", "{'dataset':#d,'purpose':'care','until':5}", R(consent_past)},
        {"ann", "consent.grant", "{'dataset':#d,'purpose':'care','until':1890000000000}",
         .label = "c"},
        {"ann", "consent.grant",
         "{'dataset':#d,'purpose':'any_member_model','until':"
         "1790000000500}",
         .label = "short"},
        {"bob", "consent.revoke", "{'consent':#c}", R(not_your_consent)},
        {"ann", "consent.revoke", "{'consent':4000}", R(no_such_consent)},
        {"bob", "dataset.retire", "{'dataset':#d}", R(not_your_dataset)},
    };
    KIT_ROWS(&k, rows);
    uint32_t d = kit_index(&k, "d"), c = kit_index(&k, "c"), s = kit_index(&k, "short");
    assert_int_equal(sheaf_consent_live(&k.state, d, SHEAF_purpose_care, k.now)->id, s);
    assert_int_equal(sheaf_consent_live(&k.state, d, SHEAF_purpose_research, k.now)->id, s);
    assert_int_equal(sheaf_consent_live(&k.state, d, SHEAF_purpose_care, KIT_START + 501)->id,
                     c);
    assert_null(sheaf_consent_live(&k.state, d, SHEAF_purpose_research, KIT_START + 501));
    static const kit_row ends[] = {
        {"ann", "consent.revoke", "{'consent':#short}", R(consent_ended), .wait_ms = 1000},
        {"ann", "consent.revoke", "{'consent':#c}"},
        {"ann", "consent.revoke", "{'consent':#c}", R(consent_ended)},
        {"ann", "dataset.retire", "{'dataset':#d}"},
        {"ann", "dataset.retire", "{'dataset':#d}", R(dataset_retired)},
        {"ann", "consent.grant", "{'dataset':#d,'purpose':'care','until':1890000000000}",
         R(dataset_retired)},
    };
    KIT_ROWS(&k, ends);
    kit_close(&k);
}

void test_models(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    kit_want(&k, R(feature_twice), "ann", "model.register",
             "{'features':[{'column':'cp','level':2},{'column':'age'},{'column':'cp','level':2}"
             "],'kind':'logistic','label':'num','schema':'heart/v1','title':^}",
             NULL);
    kit_want(&k, ACCEPTED, "ann", "model.register",
             "{'features':[{'column':'cp','level':2},{'column':'cp'},{'column':'cp','level':0}"
             "],'kind':'logistic','label':'num','schema':'heart/v1','title':^}",
             "other");
    kit_motion(&k, "m", "{'kind':'model.retire','what':{'model':#model}}", 4);
    const struct sheaf_row_model *model = sheaf_model_find(&k.state, kit_index(&k, "model"));
    assert_int_equal(model->state, SHEAF_model_state_retired);
    assert_int_equal(model->retired, kit_index(&k, "m.tick"));
    kit_want(&k, R(model_retired), "ann", "motion.open",
             "{'effect':{'kind':'model.retire','what':{'model':#model}},'title':^}", NULL);
    kit_want(&k, R(model_retired), "ann", "motion.open", "{'effect':" KIT_MANDATE ",'title':^}",
             NULL);
    kit_close(&k);
}

static void mandate(kit *k, const char *datasets, int attest, int cohort, int rounds,
                    sheaf_refusal want)
{
    char what[2048];
    snprintf(what, sizeof what,
             "{'effect':{'kind':'mandate.grant','what':{'attest_min':%d,'cohort_min':%d,"
             "'datasets':[%s],'duration_s':60,'learning':{'batch':0,'local_steps':1,"
             "'rate_millionths':1,'seed':0},'model':#model,'purpose':'research','release':"
             "'exact_sum','rounds_max':%d}},'title':^}",
             attest, cohort, datasets, rounds);
    kit_want(k, want, "ann", "motion.open", what, NULL);
}

void test_mandates(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.rounds_max = 10;
    kit_with_data(&k, &rules);
    kit_do(&k, "ann", "dataset.register", "ann.data2", DATASET("heart/v1"));
    kit_do(&k, "ann", "dataset.register", "ann.other", DATASET("heart/v2"));
    kit_do(&k, "ann", "dataset.register", "ann.old", DATASET("heart/v1"));
    kit_do(&k, "ann", "dataset.retire", NULL, "{'dataset':#ann.old}");
    static const char three[] = "{'dataset':#ann.data},{'dataset':#bob.data},"
                                "{'dataset':#cat.data}";
    mandate(&k, three, 3, 3, 10, ACCEPTED);
    mandate(&k, three, 3, 3, 11, R(rounds_over_bylaws));
    mandate(&k, three, 4, 3, 10, R(attest_impossible));
    mandate(&k, three, 3, 4, 10, R(cohort_small));
    mandate(&k, "{'dataset':#ann.data},{'dataset':#bob.data}", 1, 3, 1, R(cohort_small));
    /* Three data sets, but of two members only. */
    mandate(&k, "{'dataset':#ann.data},{'dataset':#ann.data2},{'dataset':#bob.data}", 1, 3, 1,
            R(cohort_small));
    mandate(&k, "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#ann.data}", 1, 3, 1,
            R(source_twice));
    mandate(&k, "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#ann.other}", 1, 3, 1,
            R(schema_differs));
    mandate(&k, "{'dataset':#ann.old},{'dataset':#bob.data},{'dataset':#cat.data}", 1, 3, 1,
            R(dataset_retired));
    mandate(&k, "{'dataset':3},{'dataset':#bob.data},{'dataset':#cat.data}", 1, 3, 1,
            R(no_such_dataset));
    kit_label(&k, "model", 3);
    mandate(&k, three, 3, 3, 10, R(no_such_model));
    kit_close(&k);

    kit_open(&k);
    rules.exact = false;
    kit_with_data(&k, &rules);
    mandate(&k, three, 3, 3, 10, R(exact_forbidden));
    kit_close(&k);
}

/* A kit with an adopted mandate called m.tick. */
static void begin(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(k, &rules);
    kit_motion(k, "m", KIT_MANDATE, 4);
}

static void want(sheaf_refusal is, sheaf_refusal should)
{
    if (is != should)
        kit_fail("refusal %d instead of %d", is, should);
}

/* A mandate with these terms of audit. */
#define AUDITED(terms)                                                                         \
    "{'kind':'mandate.grant','what':{'attest_min':2," terms                                    \
    "'cohort_min':3,'datasets':[{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':"       \
    "#cat.data},{'dataset':#dan.data}],'duration_s':86400,'learning':{'batch':0,"              \
    "'local_steps':5,'rate_millionths':100000,'seed':7},'model':#model,'purpose':'research',"  \
    "'release':'exact_sum','rounds_max':8}}"

static bool shown(kit *k, const char *round, const char *member)
{
    return sheaf_transcript_shown(&k->state, sheaf_round_find(&k->state, kit_index(k, round)),
                                  kit_index(k, member));
}

static int64_t kept_until(kit *k, const char *round)
{
    return sheaf_transcript_until(&k->state, sheaf_round_find(&k->state, kit_index(k, round)));
}

void test_auditors(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    static const kit_row opened[] = {
#define OPEN(terms) "ann", "motion.open", "{'effect':" AUDITED(terms) ",'title':^}"
        {OPEN("'auditors':[{'member':4000}],"), R(no_such_auditor)},
        {OPEN("'auditors':[{'member':#model}],"), R(no_such_auditor)},
        {OPEN("'auditors':[{'member':#eve}],"), R(no_such_auditor)},
        {"ann", "member.admit", "{'member':#eve}"},
        {OPEN("'auditors':[{'member':#eve},{'member':#ann},{'member':#eve}],"),
         R(auditor_twice)},
#undef OPEN
    };
    KIT_ROWS(&k, opened);
    kit_motion(&k, "n", AUDITED("'audit_s':60,'auditors':[{'member':#eve},{'member':#ann}],"),
               4);
    want(kit_round_open(&k, "r1", "statistics", 0, "m.tick"), ACCEPTED);
    want(kit_round_open(&k, "r2", "statistics", 0, "n.tick"), ACCEPTED);
    assert_true(shown(&k, "r1", "bob") && shown(&k, "r2", "bob"));
    assert_true(!shown(&k, "r1", "eve") && shown(&k, "r2", "eve"));
    assert_int_equal(kept_until(&k, "r2"), INT64_MAX);
    want(kit_round_close(&k, "r1", "statistics", 'a'), ACCEPTED);
    want(kit_round_close(&k, "r2", "statistics", 'a'), ACCEPTED);
    assert_int_equal(kept_until(&k, "r1"),
                     sheaf_round_find(&k.state, kit_index(&k, "r1"))->closed
                         + INT64_C(90) * 86400 * 1000);
    assert_int_equal(kept_until(&k, "r2"),
                     sheaf_round_find(&k.state, kit_index(&k, "r2"))->closed + 60000);
    kit_close(&k);
}

void test_mandate_ends(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    want(kit_round_open(&k, "r", "statistics", 0, "m"), R(no_such_mandate));
    want(kit_round_open(&k, "r1", "statistics", 0, "m.tick"), ACCEPTED);
    kit_motion(&k, "x", "{'kind':'mandate.revoke','what':{'mandate':#m.tick}}", 4);
    /* What was under way when the mandate ended can only be aborted. */
    want(kit_round_close(&k, "r1", "statistics", 'a'), R(mandate_revoked));
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'revoked','round':#r1}");
    want(kit_round_open(&k, "r2", "statistics", 0, "m.tick"), R(mandate_revoked));
    kit_want(&k, R(mandate_revoked), "ann", "motion.open",
             "{'effect':{'kind':'mandate.revoke','what':{'mandate':#m.tick}},'title':^}", NULL);
    kit_want(&k, R(no_such_mandate), "ann", "motion.open",
             "{'effect':{'kind':'mandate.revoke','what':{'mandate':#m}},'title':^}", NULL);
    kit_close(&k);

    begin(&k);
    k.now = sheaf_mandate_find(&k.state, kit_index(&k, "m.tick"))->expires - 1;
    kit_do(&k, "ann", "consent.grant", NULL,
           "{'dataset':#ann.data,'purpose':'research','until':1890000000000}");
    want(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(mandate_expired));
    kit_close(&k);

    begin(&k); /* rounds_max is 8, and an aborted round is not free */
    for (int i = 0; i < 8; i++) {
        want(kit_round_open(&k, "r", "statistics", 0, "m.tick"), ACCEPTED);
        kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r}");
    }
    want(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(rounds_spent));
    kit_close(&k);

    begin(&k); /* the members no longer allow exact sums: no round of this mandate opens */
    kit_rules rules = kit_rules_usual();
    rules.exact = false;
    kit_motion(&k, "x", kit_amendment(&rules, "#ann"), 4);
    want(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(exact_forbidden));
    kit_close(&k);
}

static void seats(kit *k, const char *participants, sheaf_refusal should)
{
    char what[2048];
    snprintf(what, sizeof what,
             "{'mandate':#m.tick,'participants':[%s],'stage_ms':1000,'task':'statistics',"
             "'words':7}",
             participants);
    kit_want(k, should, "hub", "round.open", what, NULL);
}

#define SEAT(name) "{'dataset':#" name ".data,'key':#" name ".node}"

void test_seats(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    seats(&k, SEAT("ann") "," SEAT("bob"), R(cohort_small));
    seats(&k, SEAT("ann") "," SEAT("cat") "," SEAT("bob"), R(seat_order));
    seats(&k, SEAT("ann") "," SEAT("bob") "," SEAT("bob"), R(seat_order));
    seats(&k, SEAT("ann") "," SEAT("bob") ",{'dataset':#cat.data,'key':#dan.node}",
          R(seat_dataset));
    seats(&k, SEAT("ann") "," SEAT("bob") ",{'dataset':#cat.data,'key':#cat}", R(seat_key));
    seats(&k, SEAT("ann") "," SEAT("bob") ",{'dataset':#cat.data,'key':4000}", R(seat_key));
    kit_do(&k, "dan", "dataset.register", "dan.data2", DATASET("heart/v1"));
    seats(&k, SEAT("ann") "," SEAT("bob") ",{'dataset':#dan.data2,'key':#dan.node}",
          R(seat_dataset));
    kit_do(&k, "dan", "consent.revoke", NULL, "{'consent':#dan.consent}");
    seats(&k, SEAT("ann") "," SEAT("bob") "," SEAT("dan"), R(seat_consent));
    kit_do(&k, "dan", "consent.grant", NULL,
           "{'dataset':#dan.data,'purpose':'care','until':1890000000000}");
    seats(&k, SEAT("ann") "," SEAT("bob") "," SEAT("dan"), R(seat_consent));
    kit_do(&k, "cat", "dataset.retire", NULL, "{'dataset':#cat.data}");
    seats(&k, SEAT("ann") "," SEAT("bob") "," SEAT("cat"), R(seat_dataset));
    kit_do(&k, "dan", "consent.grant", NULL,
           "{'dataset':#dan.data,'purpose':'any_member_model','until':1890000000000}");
    kit_do(&k, "bob", "key.revoke", NULL, "{'key':#bob.node}");
    seats(&k, SEAT("ann") "," SEAT("bob") "," SEAT("dan"), R(seat_key));
    kit_do(&k, "bob", "key.admit", "bob.node2",
           "{'public_key':@bob.node2,'scopes':{'admin':false,'data':false,'money':false,"
           "'train':true,'vote':false},'web':false}");
    seats(&k, SEAT("ann") ",{'dataset':#bob.data,'key':#bob.node2}," SEAT("dan"), ACCEPTED);
    /* All three must survive: two lists of two could be shown to different members. */
    kit_want(&k, R(round_under_way), "hub", "round.open",
             "{'mandate':#m.tick,'participants':[" SEAT("ann") "," SEAT(
                 "dan") "],'stage_ms':1000,'task':'statistics','words':7}",
             NULL);
    kit_close(&k);
}

void test_round_life(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    want(kit_round_open(&k, "r", "train", 0, "m.tick"), R(wrong_task));
    want(kit_round_open(&k, "r", "statistics", 'a', "m.tick"), R(wrong_base));
    want(kit_round_open(&k, "r1", "statistics", 0, "m.tick"), ACCEPTED);
    want(kit_attest(&k, "ann.node", "r1", 'a'), R(round_under_way));
    kit_label(&k, "none", 4000);
    want(kit_round_close(&k, "none", "statistics", 'a'), R(no_such_round));
    want(kit_attest(&k, "ann.node", "none", 'a'), R(no_such_round));
    want(kit_round_close(&k, "r1", "train", 'a'), R(figures_where));
    static const kit_row rows[] = {
        {"hub", "round.close",
         "{'result':~a,'round':#r1,'survivors':[{'key':#ann.node},"
         "{'key':#bob.node}],'transcript':~b}",
         R(cohort_small)},
        {"hub", "round.close",
         "{'result':~a,'round':#r1,'survivors':[{'key':#ann.node},"
         "{'key':#cat.node},{'key':#bob.node}],'transcript':~b}",
         R(survivor_order)},
        {"hub", "round.close",
         "{'result':~a,'round':#r1,'survivors':[{'key':#ann.node},"
         "{'key':#cat.node},{'key':#cat.node}],'transcript':~b}",
         R(survivor_order)},
        {"hub", "round.close",
         "{'result':~a,'round':#r1,'survivors':[{'key':#ann.node},"
         "{'key':#cat.node},{'key':#dan}],'transcript':~b}",
         R(survivor_order)},
        {"hub", "round.close",
         "{'result':~a,'round':#r1,'survivors':[{'key':#ann.node},"
         "{'key':#cat.node},{'key':#dan.node}],'transcript':~b}",
         R(survivors_differ)},
        {"hub", "round.abort", "{'reason':'restart','round':#none}", R(no_such_round)},
    };
    KIT_ROWS(&k, rows);
    want(kit_round_close(&k, "r1", "statistics", 'a'), ACCEPTED);
    want(kit_round_close(&k, "r1", "statistics", 'a'), R(round_ended));
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), R(not_attested));
    want(kit_attest(&k, "ann.node", "r1", 'b'), R(result_differs));
    want(kit_attest(&k, "ann.node", "r1", 'a'), ACCEPTED);
    want(kit_attest(&k, "ann.node", "r1", 'a'), R(attested_twice));
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), R(not_attested));
    want(kit_attest(&k, "bob.node", "r1", 'a'), ACCEPTED);
    want(kit_round_open(&k, "r2", "statistics", 'a', "m.tick"), R(wrong_task));
    want(kit_round_open(&k, "r2", "train", 0, "m.tick"), R(wrong_base));
    want(kit_round_open(&k, "r2", "train", 'b', "m.tick"), R(wrong_base));
    kit_want(&k, R(wrong_words), "hub", "round.open",
             "{'base':~a,'mandate':#m.tick,'participants':[" SEAT("ann") "," SEAT(
                 "bob") "," SEAT("cat") "],'stage_ms':1000,'task':'train','words':7}",
             NULL);
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r2", "statistics", 'b'), R(figures_where));
    want(kit_round_close(&k, "r2", "train", 'b'), ACCEPTED);
    want(kit_attest(&k, "dan.node", "r1", 'a'), ACCEPTED); /* later attestations count too */
    const struct sheaf_row_round *r2 = sheaf_round_find(&k.state, kit_index(&k, "r2"));
    assert_int_equal(r2->number, 2);
    assert_int_equal(r2->survivors, 4);
    assert_int_equal(r2->records, 900);
    assert_int_equal(sheaf_mandate_find(&k.state, kit_index(&k, "m.tick"))->rounds_used, 2);
    kit_motion(&k, "x", "{'kind':'model.retire','what':{'model':#model}}", 4);
    want(kit_attest(&k, "ann.node", "r2", 'b'), ACCEPTED);
    want(kit_attest(&k, "bob.node", "r2", 'b'), ACCEPTED);
    want(kit_round_open(&k, "r3", "train", 'b', "m.tick"), R(model_retired));
    kit_close(&k);
}

/* Opens, closes and attests. */
static void whole_round(kit *k, const char *label, const char *task, char base, char result)
{
    want(kit_round_open(k, label, task, base, "m.tick"), ACCEPTED);
    want(kit_round_close(k, label, task, result), ACCEPTED);
    want(kit_attest(k, "ann.node", label, result), ACCEPTED);
    want(kit_attest(k, "bob.node", label, result), ACCEPTED);
}

void test_round_abort(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    uint32_t m = kit_index(&k, "m.tick");
    whole_round(&k, "r1", "statistics", 0, 'a');
    kit_want(&k, R(round_ended), "hub", "round.abort", "{'reason':'unsound','round':#r1}",
             NULL);
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r2}");
    kit_want(&k, R(round_ended), "hub", "round.abort", "{'reason':'deadline','round':#r2}",
             NULL);
    want(kit_round_close(&k, "r2", "train", 'b'), R(round_ended));
    want(kit_attest(&k, "ann.node", "r2", 'b'), R(round_ended));
    want(kit_round_open(&k, "r3", "train", 'a', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r3", "train", 'b'), ACCEPTED);
    want(kit_attest(&k, "ann.node", "r3", 'b'), ACCEPTED);
    assert_int_equal(sheaf_mandate_find(&k.state, m)->result_round, kit_index(&k, "r3"));
    /* One attestation of two: its result can be taken back, and the earlier model counts. */
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#r3}");
    assert_int_equal(sheaf_mandate_find(&k.state, m)->result_round, kit_index(&k, "r1"));
    want(kit_round_open(&k, "r4", "train", 'b', "m.tick"), R(wrong_base));
    whole_round(&k, "r4", "train", 'a', 'c');
    assert_int_equal(sheaf_mandate_find(&k.state, m)->result_round, kit_index(&k, "r4"));
    kit_close(&k);

    begin(&k); /* statistics taken back: they are computed again */
    want(kit_round_open(&k, "r1", "statistics", 0, "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r1", "statistics", 'a'), ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#r1}");
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), R(wrong_task));
    whole_round(&k, "r2", "statistics", 0, 'a');
    kit_close(&k);
}

static uint64_t contributed(kit *k, const char *who)
{
    return sheaf_member_find(&k->state, kit_index(k, who))->contributed;
}

/* Records count once the training round is attested by enough, and never twice. */
void test_contributions(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    whole_round(&k, "r1", "statistics", 0, 'a');
    assert_int_equal(contributed(&k, "ann"), 0);
    want(kit_round_open(&k, "r2", "train", 'a', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r2", "train", 'b'), ACCEPTED);
    want(kit_attest(&k, "ann.node", "r2", 'b'), ACCEPTED);
    assert_int_equal(contributed(&k, "ann"), 0);
    want(kit_attest(&k, "bob.node", "r2", 'b'), ACCEPTED);
    assert_int_equal(contributed(&k, "ann"), 100);
    assert_int_equal(contributed(&k, "bob"), 200);
    assert_int_equal(contributed(&k, "cat"), 300);
    assert_int_equal(contributed(&k, "dan"), 400);
    want(kit_attest(&k, "dan.node", "r2", 'b'), ACCEPTED);
    assert_int_equal(contributed(&k, "dan"), 400);
    whole_round(&k, "r3", "train", 'b', 'c');
    assert_int_equal(contributed(&k, "dan"), 800);
    want(kit_round_open(&k, "r4", "train", 'c', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r4", "train", 'd'), ACCEPTED);
    /* Surplus is shared between closing and abort: nothing of the rounds before is lost. */
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':100,'memo':^}");
    kit_motion(&k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':100}}", 4);
    assert_int_equal(contributed(&k, "dan"), 0);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#r4}");
    whole_round(&k, "r5", "train", 'c', 'd');
    assert_int_equal(contributed(&k, "dan"), 400);
    kit_close(&k);
}

/* Uses that were not paid after all are not counted either. */
static void reverse_uses(kit *k, const struct sheaf_row_model *model)
{
    uint64_t uses = 3;
    assert_int_equal(model->uses, uses);
    int64_t surplus = sheaf_ledger_surplus(&k->state);
    kit_do(k, "ann", "usage.record", "paid", "{'customer':^,'model':#model,'uses':2}");
    assert_int_equal(model->uses, uses + 2);
    kit_do(k, "ann", "revenue.reverse", NULL, "{'entry':#paid,'reason':^}");
    kit_do(k, "bob", "revenue.reverse", NULL, "{'entry':#paid,'reason':^}");
    assert_int_equal(model->uses, uses);
    assert_int_equal(sheaf_ledger_surplus(&k->state), surplus);
}

#define OVER "{'kind':'model.hand_over','what':{'model':#model,'to':'Others'}}"

/* Somebody else gets the model of a co-op that ends, unless the members have stopped it. */
static void hand_over(kit *k)
{
    const struct sheaf_row_model *model = sheaf_model_find(&k->state, kit_index(k, "model"));
    kit_motion(k, "end",
               "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},{'member':#bob}"
               "]}}",
               4);
    kit_motion(k, "again", "{'kind':'automation.suspend','what':{'of':#model}}", 4);
    kit_want(k, R(model_suspended), "ann", "motion.open", "{'effect':" OVER ",'title':^}",
             NULL);
    kit_motion(k, "off", "{'kind':'automation.resume','what':{'override':#again.tick}}", 4);
    kit_motion(k, "over", OVER, 4);
    assert_int_equal(model->state, SHEAF_model_state_retired);
    assert_int_equal(model->retired, kit_index(k, "over.tick"));
    assert_memory_equal(sheaf_handover_at(&k->state, 0)->to, "Others", 7);
}

#define RELEASE(round, price)                                                                  \
    "{'kind':'model.release','what':{'licence':'CC-BY-4.0','model':#model,'price_cents'"       \
    ":" price ",'round':#" round "}}"

/* Nothing comes to be priced in a currency that another is to follow. */
static void release_in_francs(kit *k, sheaf_refusal stands)
{
    char what[16384];
    kit_rules rules = kit_rules_usual();
    rules.currency = "CHF", rules.registration = true;
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(k, stands, "ann", "motion.open", what, NULL);
    if (stands)
        return;
    kit_motion(k, "chf", kit_amendment(&rules, "#ann"), 4);
    kit_want(k, R(currency_waits), "ann", "motion.open",
             "{'effect':" RELEASE("r2", "1") ",'title':^}", NULL);
    kit_motion(k, "not", "{'kind':'bylaws.withdraw','what':{'of':#chf.tick}}", 4);
}

void test_evaluation_and_release(void **unused)
{
    (void)unused;
#define FIGURES                                                                                \
    "'figures':{'accuracy_millionths':790000,'auc_millionths':860000,"                         \
    "'log_loss_millionths':450000,'records':230}"
    kit k;
    begin(&k);
    whole_round(&k, "r1", "statistics", 0, 'a');
    whole_round(&k, "r2", "train", 'a', 'b');
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'effect':" RELEASE("r2", "250") ",'title':^}",
         R(not_evaluated)},
        {"ann", "motion.open", "{'effect':" RELEASE("r1", "250") ",'title':^}", R(not_trained)},
        {"ann", "motion.open", "{'effect':" RELEASE("ann", "250") ",'title':^}",
         R(not_trained)},
        {"hub", "model.evaluate", "{" FIGURES ",'round':#r2}", R(not_an_evaluation)},
        {"hub", "model.evaluate", "{" FIGURES ",'round':4000}", R(no_such_round)},
    };
    KIT_ROWS(&k, rows);
    want(kit_round_open(&k, "e", "evaluate", 'b', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "e", "evaluate", 'e'), ACCEPTED);
    kit_want(&k, R(not_an_evaluation), "hub", "model.evaluate", "{" FIGURES ",'round':#e}",
             NULL);
    want(kit_attest(&k, "ann.node", "e", 'e'), ACCEPTED);
    want(kit_attest(&k, "bob.node", "e", 'e'), ACCEPTED);
    kit_want(&k, ACCEPTED, "hub", "model.evaluate", "{" FIGURES ",'round':#e}", NULL);
    assert_int_equal(k.outcome.claim_count, 2);
    assert_int_equal(k.outcome.claims[1].kind, SHEAF_CLAIM_EVALUATION);
    assert_int_equal(k.outcome.claims[1].blob.bytes[0], 0xee);
    kit_want(&k, R(not_an_evaluation), "hub", "model.evaluate", "{" FIGURES ",'round':#e}",
             NULL);
    /* An evaluation does not change what the next training round starts from. */
    want(kit_round_open(&k, "r3", "train", 'b', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "r3", "train", 'c'), ACCEPTED);
    kit_want(&k, R(not_attested), "ann", "motion.open",
             "{'effect':" RELEASE("r3", "250") ",'title':^}", NULL);
    kit_want(&k, R(not_released), "ann", "usage.record",
             "{'customer':^,'model':#model,'uses':3}", NULL);
    kit_motion(&k, "free", RELEASE("r2", "0"), 4);
    kit_want(&k, R(free_of_charge), "ann", "usage.record",
             "{'customer':^,'model':#model,'uses':3}", NULL);
    release_in_francs(&k, SHEAF_ACCEPTED);
    kit_motion(&k, "rel", RELEASE("r2", "250"), 4);
    release_in_francs(&k, R(currency_stands));
    const struct sheaf_row_model *model = sheaf_model_find(&k.state, kit_index(&k, "model"));
    assert_int_equal(model->state, SHEAF_model_state_released);
    assert_int_equal(model->sha256.bytes[31], 0xbb);
    kit_want(&k, R(no_such_model), "ann", "usage.record",
             "{'customer':^,'model':#ann,'uses':3}", NULL);
    kit_want(&k, ACCEPTED, "ann", "usage.record", "{'customer':^,'model':#model,'uses':3}",
             NULL);
    reverse_uses(&k, model);
    kit_motion(&k, "stop", "{'kind':'automation.suspend','what':{'of':#model}}", 4);
    kit_want(&k, R(model_suspended), "ann", "usage.record",
             "{'customer':^,'model':#model,'uses':3}", NULL);
    kit_motion(&k, "on", "{'kind':'automation.resume','what':{'override':#stop.tick}}", 4);
    kit_want(&k, ACCEPTED, "ann", "usage.record", "{'customer':^,'model':#model,'uses':3}",
             NULL);
    hand_over(&k);
    kit_close(&k);
}

/* The bylaws may come to demand a lesson while a release is voted on. */
void test_release_with_a_lesson(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    whole_round(&k, "r1", "statistics", 0, 'a');
    whole_round(&k, "r2", "train", 'a', 'b');
    want(kit_round_open(&k, "e", "evaluate", 'b', "m.tick"), ACCEPTED);
    want(kit_round_close(&k, "e", "evaluate", 'e'), ACCEPTED);
    want(kit_attest(&k, "ann.node", "e", 'e'), ACCEPTED);
    want(kit_attest(&k, "bob.node", "e", 'e'), ACCEPTED);
    kit_want(&k, ACCEPTED, "hub", "model.evaluate", "{" FIGURES ",'round':#e}", NULL);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_deployment] = "{'lesson':true,'protected':true}";
    kit_want(&k, ACCEPTED, "ann", "motion.open", "{'effect':" RELEASE("r2", "0") ",'title':^}",
             "late");
    kit_motion(&k, "amend", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#late}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#late}");
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#late}");
    k.now += 60000;
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'motion','of':#late,'unwitnessed':false}");
    const struct sheaf_row_motion *late = sheaf_motion_find(&k.state, kit_index(&k, "late"));
    assert_int_equal(late->state, SHEAF_motion_state_void);
    assert_int_equal(late->refusal, R(lesson_missing));
#define TAUGHT(digit)                                                                          \
    "{'kind':'model.release','what':{'lesson':~" digit                                         \
    ",'licence':'CC-BY-4.0','model':#model,'price_cents':0,'round':#r2}}"
    kit_want(&k, R(lesson_missing), "ann", "motion.open",
             "{'effect':" TAUGHT("0") ",'title':^}", NULL);
    kit_motion(&k, "taught", TAUGHT("d"), 4);
    const struct sheaf_row_model *model = sheaf_model_find(&k.state, kit_index(&k, "model"));
    assert_int_equal(model->state, SHEAF_model_state_released);
    assert_int_equal(model->lesson.bytes[0], 0xdd);
    kit_close(&k);
}
