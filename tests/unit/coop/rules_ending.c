/* The end: dissolved, wound up, sealed. */
#include "test.h"

#include "coop/ending.h"
#include "coop/licence.h"

#define NAMED(a, b)       "[{'member':#" a "},{'member':#" b "}]"
#define DISSOLVE(a, b)    "{'kind':'coop.dissolve','what':{'liquidators':" NAMED(a, b) "}}"
#define APPOINT(a, b)     "{'kind':'liquidators.appoint','what':{'members':" NAMED(a, b) "}}"
#define OPEN(effect)      "{'effect':" effect ",'title':^}"
#define CLOSE(paid, rest) "{'paid_cents':" #paid ",'rest_cents':" #rest "}"
#define OWED(cents)       "{'amount_cents':" #cents ",'name':^,'reason':^}"
#define SETTLE(of, how)   "{'creditor':#" of ",'evidence':^,'outcome':'" how "'}"
#define GO_ON             "{'kind':'coop.continue','what':{}}"
#define LICENCE                                                                                \
    "{'kind':'data.license','what':{'datasets':[{'dataset':#ann.data}],'licensee':^,"          \
    "'price_cents':1,'terms':^,'until':9007199254740991}}"
#define RELEASED "{'kind':'model.hand_over','what':{'model':#model,'to':'Others'}}"

static const struct sheaf_row_ending *now(const kit *k)
{
    return sheaf_ending_now(&k->state);
}

static uint8_t motion_state(kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index(k, label))->state;
}

static void begin(kit *k, const char *article)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_dissolution] = article;
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':9000,'open_max':2,'outcome_s':9000,'protected':true}";
    kit_with_data(k, &rules);
    kit_motion(k, "m", KIT_MANDATE, 4);
}

#define ARTICLE(more, reserve)                                                                 \
    "{" more "'liquidators':2,'protected':true,'reserve':'" reserve "'}"

void test_dissolution(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    assert_null(now(&k));
    static const kit_row before[] = {
        {"ann", "coop.close", CLOSE(0, 0), R(not_winding_up)},
        {"ann", "creditor.record", OWED(1), R(not_winding_up)},
        {"ann", "motion.open", OPEN(GO_ON), R(not_winding_up)},
        {"ann", "motion.open", OPEN(APPOINT("ann", "bob")), R(not_winding_up)},
        {"ann", "motion.open", OPEN(RELEASED), R(not_winding_up)},
        {"ann", "motion.open",
         OPEN("{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann}]}}"),
         R(liquidators_count)},
        {"ann", "motion.open", OPEN(DISSOLVE("bob", "ann")), R(members_order)},
        {"ann", "motion.open", OPEN(DISSOLVE("ann", "ann.node")), R(liquidator_not_a_member)},
        {"ann", "motion.open",
         OPEN("{'kind':'coop.dissolve','what':{'liquidators':" NAMED(
             "ann", "bob") ",'successor':'sheaf/abcdefghijklmnopqrstuvwxy1'}}"),
         R(origin_form)},
        {"ann", "motion.open", OPEN(KIT_MANDATE), .label = "late"},
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
    };
    KIT_ROWS(&k, before);
    /* Three of four are three quarters of those who vote. */
    kit_motion(&k, "two", DISSOLVE("ann", "bob"), 2);
    assert_int_equal(motion_state(&k, "two"), SHEAF_motion_state_rejected);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 3);
    assert_int_equal(motion_state(&k, "d"), SHEAF_motion_state_adopted);
    assert_int_equal(now(&k)->state, SHEAF_ending_state_winding_up);
    assert_int_equal(now(&k)->liquidators, 2);
    assert_int_equal(now(&k)->call_until, now(&k)->began); /* a demonstration */
    assert_int_equal(sheaf_mandate_get(&k.state, kit_index(&k, "m.tick"))->revoked,
                     kit_index(&k, "d.tick"));
    /* What was open before can still be adopted, and has no effect any more. */
    static const kit_row late[] = {
        {"ann", "ballot.cast", "{'choice':'yes','motion':#late}"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#late}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#late}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#late}"},
        {"hub", "clock.tick", "{'deadline':'motion','of':#late,'unwitnessed':false}"},
    };
    KIT_ROWS(&k, late);
    assert_int_equal(motion_state(&k, "late"), SHEAF_motion_state_void);
    assert_int_equal(k.outcome.effect, R(winding_up));
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(winding_up));
    static const kit_row stopped[] = {
        {"ann", "motion.open", OPEN(KIT_MANDATE), R(winding_up)},
        {"ann", "motion.open", OPEN(DISSOLVE("ann", "bob")), R(winding_up)},
        {"ann", "member.admit", "{'member':#eve}", R(winding_up)},
        {"fay", "member.apply", KIT_PERSON("fay"), R(winding_up)},
        {"ann", "motion.open", OPEN(RELEASED), R(not_released)},
        {"ann", "motion.open", "{'title':^}", .label = "free"},
        {"ann", "motion.withdraw", "{'motion':#free}"},
        {"ann", "revenue.record", "{'amount_cents':100,'evidence':~e,'memo':^}"},
    };
    KIT_ROWS(&k, stopped);
    kit_motion(&k, "on", GO_ON, 4);
    assert_null(now(&k));
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(mandate_revoked));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_motion(&k, "n", KIT_MANDATE, 4);
    assert_int_equal(motion_state(&k, "n"), SHEAF_motion_state_adopted);
    kit_motion(&k, "again", DISSOLVE("bob", "cat"), 4);
    assert_int_equal(now(&k)->id, kit_index(&k, "again.tick"));
    kit_close(&k);
}

/* Nothing takes money ahead of the creditors, licenses data or changes the rules. */
void test_dissolved_money_stays(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    static const kit_row stopped[] = {
        {"ann", "motion.open", OPEN("{'kind':'surplus.distribute','what':{'amount_cents':1}}"),
         R(winding_up)},
        {"ann", "motion.open", OPEN("{'kind':'rules.adopt','what':{'revision':2}}"),
         R(winding_up)},
        {"ann", "motion.open", OPEN(LICENCE), R(winding_up)},
        {"ann", "payment.order", "{'amount_cents':1,'payee':^,'purpose':^}", R(winding_up)},
    };
    KIT_ROWS(&k, stopped);
    kit_close(&k);
}

/* Amendments would let those who wind it up choose who gets the reserve. */
void test_dissolved_bylaws_stand(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_dissolution] = ARTICLE("", "members");
    char what[8192];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(winding_up), "ann", "motion.open", what, NULL);
    kit_close(&k);
}

void test_creditors(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':100,'memo':^}");
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    static const kit_row rows[] = {
        {"cat", "creditor.record", OWED(40), R(not_a_liquidator)},
        {"ann", "creditor.record", OWED(40), .label = "a"},
        {"ann", "motion.open", OPEN(GO_ON), R(creditors_unpaid)},
        {"bob", "creditor.record", OWED(61), .label = "b"},
        {"ann", "coop.close", CLOSE(0, 100), R(creditors_unpaid)},
        {"ann", "creditor.settle", SETTLE("a", "paid"), R(second_liquidator)},
        {"cat", "creditor.settle", SETTLE("a", "paid"), R(not_a_liquidator)},
        {"bob", "creditor.settle", SETTLE("ann", "paid"), R(no_such_creditor)},
        {"bob", "creditor.settle", SETTLE("a", "paid")},
        {"bob", "creditor.settle", SETTLE("a", "paid"), R(creditor_settled)},
        {"ann", "creditor.settle", SETTLE("b", "paid"), R(bank_short)},
        {"ann", "creditor.settle", SETTLE("b", "struck")},
        {"ann", "coop.close", CLOSE(0, 61), R(final_accounts)},
        {"ann", "coop.close", CLOSE(1, 59), R(final_accounts)},
        {"cat", "coop.close", CLOSE(0, 60), R(not_a_liquidator)},
        {"ann", "coop.close", CLOSE(0, 60)},
        {"ann", "coop.close", CLOSE(0, 60), R(approved_twice)},
        /* What comes late is settled too, and what was signed counts no longer. */
        {"bob", "creditor.record", OWED(10), .label = "c"},
        {"bob", "coop.close", CLOSE(0, 60), R(creditors_unpaid)},
        {"ann", "creditor.settle", SETTLE("c", "struck")},
        {"bob", "coop.close", CLOSE(0, 60)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(now(&k)->state, SHEAF_ending_state_winding_up);
    assert_int_equal(now(&k)->signatures, 1);
    /* The accounts have changed: bob's signature was under others. */
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':5,'evidence':~e,'memo':^}");
    kit_do(&k, "ann", "coop.close", NULL, CLOSE(0, 65));
    assert_int_equal(now(&k)->signatures, 1);
    kit_do(&k, "bob", "coop.close", NULL, CLOSE(0, 65));
    assert_int_equal(now(&k)->state, SHEAF_ending_state_sealed);
    assert_int_equal(now(&k)->rest_cents, 65);
    kit_close(&k);
}

#define HELD(name, digits) KIT_HELD(name, digits, "true", "true", "false", "")

/* Liquidators have a vote, and one human is not two of them. */
void test_liquidators_are_people(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"ann", "motion.open", OPEN(DISSOLVE("ann", "eve")), R(no_vote)},
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"bob", "key.admit", HELD("b2", "~b"), .label = "b2"},
        {"ann", "revenue.record", "{'amount_cents':100,'memo':^}"},
    };
    KIT_ROWS(&k, rows);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    static const kit_row wound_up[] = {
        {"a1", "creditor.record", OWED(40), .label = "a"},
        {"b1", "creditor.settle", SETTLE("a", "paid"), R(human_twice)},
        {"ann", "creditor.settle", SETTLE("a", "paid"), R(second_liquidator)},
        {"bob", "creditor.settle", SETTLE("a", "paid"), R(human_unnamed)},
        {"b2", "creditor.settle", SETTLE("a", "paid")},
        {"a1", "coop.close", CLOSE(0, 60)},
        {"b1", "coop.close", CLOSE(0, 60), R(human_twice)},
        {"b2", "coop.close", CLOSE(0, 60)},
    };
    KIT_ROWS(&k, wound_up);
    assert_int_equal(now(&k)->state, SHEAF_ending_state_sealed);
    kit_close(&k);
}

/* A co-op in which one member alone has a vote is wound up by that one. */
void test_liquidators_are_as_many_as_can(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_dissolution] = ARTICLE("", "another_cooperative");
    kit_open(&k);
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"ann", "motion.open", OPEN(DISSOLVE("ann", "eve")), R(liquidators_count)},
        {"ann", "motion.open",
         OPEN("{'kind':'coop.dissolve','what':{'liquidators':["
              "{'member':#ann}]}}"),
         .label = "d"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#d}"},
        {"hub", "clock.tick", KIT_TICK("motion", "d"), .wait_ms = 120000},
        {"ann", "creditor.record", OWED(1), .label = "a"},
        {"ann", "creditor.settle", SETTLE("a", "struck")},
        {"ann", "coop.close", CLOSE(0, 0)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(now(&k)->state, SHEAF_ending_state_sealed);
    kit_close(&k);
}

/* What has left the co-op is seen to have arrived before its log is sealed. */
void test_payments_are_settled_first(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'treasurers','name':'Treasurers','nominate_s':10,'open_s':10,"
        "'quorum_bp':5000,'seats':1,'term_s':100000000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':500,'protected':false,'signatures':1}";
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':100,'memo':^}");
    kit_motion(&k, "e", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    static const kit_row rows[] = {
        {"ann", "payment.order", "{'amount_cents':30,'payee':^,'purpose':^}", .label = "p"},
        {"bob", "payment.order", "{'amount_cents':30,'payee':^,'purpose':^}", .label = "q"},
        {"dan", "payment.sign", "{'payment':#p}"},
    };
    KIT_ROWS(&k, rows);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    static const kit_row close[] = {
        {"ann", "coop.close", CLOSE(0, 70), R(payments_unsettled)},
        {"cat", "payment.settle", "{'evidence':~e,'payment':#p}", R(not_a_treasurer)},
        {"bob", "payment.settle", "{'evidence':~e,'payment':#p}"},
        {"ann", "coop.close", CLOSE(0, 70)},
        {"bob", "coop.close", CLOSE(0, 70), .label = "end"},
    };
    KIT_ROWS(&k, close);
    assert_int_equal(now(&k)->state, SHEAF_ending_state_sealed);
    const struct sheaf_row_payment *left = sheaf_payment_find(&k.state, kit_index(&k, "q"));
    assert_int_equal(left->state, SHEAF_payment_state_lapsed);
    assert_int_equal(left->ended, kit_index(&k, "end"));
    kit_close(&k);
}

void test_creditors_are_bounded(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    for (int i = 0; i < 1000; i++)
        kit_do(&k, "ann", "creditor.record", "o", OWED(1));
    kit_want(&k, R(creditors_many), "ann", "creditor.record", OWED(1), NULL);
    kit_do(&k, "bob", "creditor.settle", NULL, SETTLE("o", "struck"));
    kit_do(&k, "ann", "creditor.record", NULL, OWED(1));
    kit_close(&k);
}

void test_liquidators_are_replaced(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_motion(&k, "d", DISSOLVE("ann", "dan"), 4);
    static const kit_row rows[] = {
        {"ann", "coop.close", CLOSE(0, 0)},
        {"dan", "member.leave", "{}"},
        {"dan", "coop.close", CLOSE(0, 0), R(not_a_member)},
        {"ann", "motion.open", OPEN(APPOINT("ann", "dan")), R(liquidator_not_a_member)},
        {"ann", "motion.open", OPEN(APPOINT("ann", "cat")), .label = "l"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#l}"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#l}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#l}"},
        {"hub", "clock.tick", "{'deadline':'motion','of':#l,'unwitnessed':false}",
         .wait_ms = 1000},
        {"bob", "coop.close", CLOSE(0, 0), R(not_a_liquidator)},
        {"cat", "coop.close", CLOSE(0, 0)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(now(&k)->state, SHEAF_ending_state_winding_up); /* ann signs anew */
    kit_do(&k, "ann", "coop.close", NULL, CLOSE(0, 0));
    assert_int_equal(now(&k)->state, SHEAF_ending_state_sealed);
    kit_close(&k);
}

/* At the very moment at which the call ends, and not before. */
void test_creditors_are_called(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("'call_s':1000,", "public_benefit"));
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    assert_int_equal(now(&k)->call_until, now(&k)->began + 1000000);
    k.step_ms = 0;
    k.now = now(&k)->call_until - 1;
    kit_want(&k, R(creditors_called), "ann", "coop.close", CLOSE(0, 0), NULL);
    k.now = now(&k)->call_until;
    kit_do(&k, "ann", "coop.close", NULL, CLOSE(0, 0));
    kit_close(&k);
}

/* Everything ends, and nothing is accepted but what the state amounts to. */
void test_sealed(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':1000,'memo':^}");
    kit_motion(&k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':900}}", 4);
    kit_motion(&k, "l", LICENCE, 4);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    const sheaf_final_accounts accounts = sheaf_ending_accounts(&k.state);
    assert_int_equal(accounts.bank, 1000);
    /* 3,000 of 10,000 parts to members alike; by records nobody has any: to the reserve. */
    assert_int_equal(accounts.credited, 270);
    kit_do(&k, "cat", "motion.open", "open", "{'title':^}");
    static const kit_row account[] = {
        {"ann", "accountability.open", "{'subject':#bob,'text':^,'title':^}", .label = "a"},
        {"bob", "accountability.answer", "{'process':#a,'text':^}"},
        {"cat", "accountability.hear", "{'process':#a,'text':^}"},
        {"cat", "motion.open", "{'process':#a,'title':^}", .label = "urgent"},
    };
    KIT_ROWS(&k, account);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->urgents, 1);
    kit_do(&k, "ann", "coop.close", NULL, CLOSE(270, 730));
    kit_do(&k, "bob", "coop.close", "end", CLOSE(270, 730));
    assert_int_equal(now(&k)->state, SHEAF_ending_state_sealed);
    assert_int_equal(now(&k)->ended, kit_index(&k, "end"));
    for (uint32_t i = 0; i < sheaf_account_count(&k.state); i++)
        assert_int_equal(sheaf_account_at(&k.state, i)->balance_cents, 0);
    for (uint32_t i = 0; i < sheaf_consent_count(&k.state); i++)
        assert_int_equal(sheaf_consent_at(&k.state, i)->revoked, kit_index(&k, "end"));
    for (uint32_t i = 0; i < sheaf_model_count(&k.state); i++)
        assert_int_equal(sheaf_model_at(&k.state, i)->state, SHEAF_model_state_retired);
    assert_int_equal(motion_state(&k, "open"), SHEAF_motion_state_void);
    assert_int_equal(sheaf_coop(&k.state)->motions_open, 0);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->urgents, 0);
    assert_int_equal(sheaf_coop(&k.state)->deadlines, 0);
    k.now += INT64_C(1000000000);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", R(sealed)},
        {"ann", "member.leave", "{}", R(sealed)},
        {"bob", "coop.close", CLOSE(0, 0), R(sealed)},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#open}", R(sealed)},
        {"gil", "member.apply", KIT_PERSON("gil"), R(sealed)},
        {"hub", "clock.tick", "{'deadline':'motion','of':#open,'unwitnessed':false}",
         R(sealed)},
    };
    KIT_ROWS(&k, rows);
    kit_state_digest(&k);
    kit_close(&k);
}

/* What is credited is paid as far as the money goes; and article 30 can leave the rest to the
 * members. */
void test_final_accounts(void **unused)
{
    (void)unused;
    static const struct {
        const char *article;
        int owed;
        int64_t paid, rest;
    } rows[] = {
        {ARTICLE("", "another_cooperative"), 0, 300, 700},
        {ARTICLE("", "members"), 0, 1000, 0},
        {ARTICLE("", "another_cooperative"), 700, 300, 0},
        {ARTICLE("", "another_cooperative"), 701, 299, 0},
        {ARTICLE("", "members"), 1000, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        begin(&k, rows[i].article);
        kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':1000,'memo':^}");
        kit_motion(&k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':1000}}", 4);
        kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
        if (rows[i].owed) {
            kit_do(&k, "ann", "creditor.record", "o", "{'amount_cents':%d,'name':^,'reason':^}",
                   rows[i].owed);
            kit_do(&k, "bob", "creditor.settle", NULL, SETTLE("o", "paid"));
        }
        const sheaf_final_accounts accounts = sheaf_ending_accounts(&k.state);
        assert_int_equal(accounts.paid, rows[i].paid);
        assert_int_equal(accounts.rest, rows[i].rest);
        kit_close(&k);
    }
}

/* A round that is under way ends first. */
void test_round_ends_before_the_close(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), ACCEPTED);
    kit_motion(&k, "d", DISSOLVE("ann", "bob"), 4);
    kit_want(&k, R(round_under_way), "ann", "coop.close", CLOSE(0, 0), NULL);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'revoked','round':#r}");
    kit_do(&k, "ann", "coop.close", NULL, CLOSE(0, 0));
    kit_close(&k);
}
