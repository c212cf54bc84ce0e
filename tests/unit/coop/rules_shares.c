/* Member shares: paid in, handed over, repaid, and what comes of them at the end. */
#include "shares_world.h"

#include "coop/ending.h"

#define HAND(count, who) "{'shares':" count ",'to':#" who "}"
#define HELD(name)       KIT_HELD(name, "~a", "true", "true", "false", "")

void test_shares(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, SHARES(""));
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "share.pay", PAY("eve", "2"), R(no_such_member)}, /* not a member yet */
        {"ann", "member.admit", "{'member':#eve}"},
        {"bob", "share.give_up", GIVE_UP("1"), R(share_short)},
        {"bob", "share.transfer", HAND("1", "cat"), R(share_short)},
        {"ann", "share.pay", PAY("bob", "1"), R(share_few)},
        {"ann", "share.pay", "{'evidence':~0,'member':#bob,'shares':2}", R(share_evidence)},
        {"ann", "share.pay", PAY("bob", "6"), R(share_cap)},
        {"ann", "share.pay", "{'evidence':~e,'member':4000,'shares':2}", R(no_such_member)},
        {"ann", "share.pay", PAY("ann", "2"), R(share_own)},
        {"eve", "share.pay", PAY("ann", "2"), R(no_vote)},
        {"ann", "share.pay", PAY("bob", "2")},
        {"ann", "share.pay", PAY("bob", "1")},
        {"ann", "share.pay", PAY("bob", "3"), R(share_cap)},
        {"cat", "share.pay", PAY("bob", "2")},
        {"cat", "share.pay", PAY("bob", "1"), R(share_cap)},
        {"cat", "share.pay", PAY("eve", "5")}, /* who has no vote holds as many */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(holding(&k, "bob")->shares, 5);
    assert_int_equal(sheaf_capital_now(&k.state)->cents, 10000);
    assert_int_equal(owed(&k, SHEAF_account_kind_bank, NULL), -10000);
    assert_int_equal(owed(&k, SHEAF_account_kind_shares, "bob"), 5000);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "bob"))->votes, 1);
    /* None of it is surplus. */
    assert_int_equal(sheaf_ledger_free(&k.state), 0);
    kit_want(&k, R(surplus_short), "ann", "motion.open",
             "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':1}},'title':^}",
             NULL);
    check_sum(&k);
    kit_close(&k);

    begin(&k, NULL);
    static const kit_row off[] = {
        {"ann", "share.pay", PAY("bob", "2"), R(shares_off)},
        {"ann", "share.give_up", GIVE_UP("1"), R(shares_off)},
        {"ann", "share.transfer", HAND("1", "bob"), R(shares_off)},
    };
    KIT_ROWS(&k, off);
    kit_close(&k);
}

/* Treasurers record what is paid in where there are some, and nobody their own. */
void test_shares_are_recorded_by_others(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_shares] = SHARES("");
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'treasurers','name':'Treasurers','nominate_s':10,'open_s':10,"
        "'quorum_bp':5000,'seats':2,'term_s':100000000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':500,'protected':false,'signatures':1}";
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "2")); /* nobody is in office yet */
    kit_do(&k, "eve", "member.apply", "eve",
           "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_motion(&k, "e", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    static const kit_row rows[] = {
        {"ann", "share.pay", PAY("bob", "2"), R(not_a_treasurer)},
        {"dan", "share.pay", PAY("bob", "2")},
        {"dan", "share.pay", PAY("dan", "2"), R(share_own)},
        {"eve", "share.pay", PAY("dan", "2"), R(no_vote)},
        {"ann", "share.pay", PAY("dan", "2")}, /* there is no other treasurer */
        {"dan", "key.admit", HELD("d1"), .label = "d1"},
        {"dan", "holder.allow", "{'holder':~a,'member':#cat}"},
        {"cat", "key.admit", HELD("c1"), .label = "c1"},
        {"d1", "share.pay", PAY("cat", "2"), R(share_own)}, /* the same human */
        {"d1", "share.pay", PAY("ann", "2")},
        {"c1", "share.pay", PAY("dan", "1"), R(share_own)},
    };
    KIT_ROWS(&k, rows);
    kit_motion(&k, "e2", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_want(&k, R(not_a_treasurer), "ann", "share.pay", PAY("dan", "1"), NULL);
    kit_do(&k, "bob", "share.pay", NULL, PAY("dan", "1"));
    /* Capital is not there to be spent. */
    kit_do(&k, "ann", "payment.order", "p", "{'amount_cents':1,'payee':^,'purpose':^}");
    kit_want(&k, R(treasury_short), "dan", "payment.sign", "{'payment':#p}", NULL);
    kit_close(&k);
}

void test_shares_are_handed_over(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, SHARES(""));
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "5"));
    static const kit_row rows[] = {
        {"bob", "share.transfer", HAND("4", "cat"), R(share_few)},
        {"bob", "share.transfer", HAND("1", "cat"), R(share_few)}, /* too few for cat */
        {"bob", "share.transfer", HAND("2", "bob"), R(about_oneself)},
        {"bob", "share.transfer", "{'shares':2,'to':4000}", R(no_such_member)},
        {"bob", "share.transfer", HAND("3", "cat")},
        {"bob", "share.transfer", HAND("1", "cat"), R(share_few)},
        {"ann", "share.pay", PAY("bob", "3")},
        {"bob", "share.transfer", HAND("3", "cat"), R(share_cap)},
        {"bob", "share.transfer", HAND("2", "cat")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(holding(&k, "bob")->shares, 3);
    assert_int_equal(holding(&k, "cat")->shares, 5);
    assert_int_equal(owed(&k, SHEAF_account_kind_shares, "cat"), 5000);
    check_sum(&k);
    kit_close(&k);
    begin(&k, "{'max_count':5,'min_count':2,'price_cents':1000,'protected':false,"
              "'repay_from_s':100,'repay_until_s':200,'transferable':false}");
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "4"));
    kit_want(&k, R(share_fixed), "bob", "share.transfer", HAND("2", "cat"), NULL);
    kit_close(&k);
}

/* At the very moment, and not before; what is given up counts for the cap until then. */
void test_shares_are_repaid(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, SHARES(""));
    static const kit_row rows[] = {
        {"ann", "share.pay", PAY("bob", "5")},
        {"bob", "share.give_up", GIVE_UP("4"), R(share_few)},
        {"bob", "share.give_up", GIVE_UP("2"), .label = "g"},
        {"bob", "share.give_up", GIVE_UP("1"), R(share_given)},
        {"ann", "share.pay", PAY("bob", "1"), R(share_cap)},
    };
    KIT_ROWS(&k, rows);
    int64_t due = sheaf_repayment_get(&k.state, kit_index(&k, "g"))->due;
    assert_int_equal(sheaf_repayment_get(&k.state, kit_index(&k, "g"))->until, due + 100000);
    k.step_ms = 0;
    k.now = due - 1;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("share", "g"), NULL);
    check_sum(&k);
    k.now = due;
    settle(&k, "g");
    assert_int_equal(repayment(&k, "g"), SHEAF_repayment_state_repaid);
    assert_int_equal(account(&k, "bob"), 2000);
    assert_int_equal(holding(&k, "bob")->shares, 3);
    assert_int_equal(holding(&k, "bob")->leaving, 0);
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "2"));
    kit_do(&k, "bob", "share.give_up", NULL, GIVE_UP("1"));
    /* Who leaves gets all of them back, beside those given up. */
    kit_do(&k, "bob", "member.leave", "gone", "{}");
    assert_int_equal(holding(&k, "bob")->leaving, 5);
    kit_want(&k, R(no_such_member), "ann", "share.pay", PAY("bob", "2"), NULL);
    k.now += 100000;
    sheaf_deadline first;
    while (sheaf_fold_due(&k.state, k.now, &first))
        kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(first.kind), first.of);
    assert_int_equal(account(&k, "bob"), 7000);
    assert_int_equal(sheaf_capital_now(&k.state)->cents, 0);
    check_sum(&k);
    kit_close(&k);
}

/* Eve, who has no vote, and bob, cat and dan hold 16 shares; eve leaves first. */
static void begin_waiting(kit *k, const kit_rules *rules)
{
    kit_open(k);
    kit_found_four(k, rules);
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"ann", "share.pay", PAY("eve", "5")},
        {"ann", "share.pay", PAY("cat", "5")},
        {"ann", "share.pay", PAY("dan", "4")},       /* 4,000 above the least */
        {"eve", "member.leave", "{}", .label = "e"}, /* 5,000 */
        {"dan", "share.give_up", GIVE_UP("2"), .label = "d"},
        {"cat", "share.give_up", GIVE_UP("1"), .label = "c"},
        {"hub", "clock.tick", KIT_TICK("share", "e"), .wait_ms = 200000},
        {"hub", "clock.tick", KIT_TICK("share", "d")},
        {"hub", "clock.tick", KIT_TICK("share", "c")},
    };
    KIT_ROWS(k, rows);
    assert_int_equal(repayment(k, "e"), SHEAF_repayment_state_waits);
    /* It would fit, but others have waited for longer. */
    assert_int_equal(repayment(k, "d"), SHEAF_repayment_state_waits);
    assert_int_equal(account(k, "dan"), 0);
    assert_int_equal(sheaf_capital_now(&k->state)->cents, 14000);
}

/* The capital stays; repayments wait in the order in which they fell due. */
void test_repayments_wait(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_shares] = SHARES("'capital_min_cents':10000,");
    begin_waiting(&k, &rules);
    /* Three shares more: 17,000, of which eve's 5,000 go, and then dan's 2,000. */
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "3"));
    kit_want(&k, R(deadline_due), "ann", "motion.open", "{'title':^}", NULL);
    settle(&k, "e");
    assert_int_equal(account(&k, "eve"), 5000);
    settle(&k, "d");
    assert_int_equal(account(&k, "dan"), 2000);
    assert_int_equal(sheaf_capital_now(&k.state)->cents, 10000);
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("share", "c"), NULL);
    /* Whoever falls due next waits behind cat. */
    kit_do(&k, "bob", "share.give_up", "b", GIVE_UP("1"));
    k.now += 100000;
    settle(&k, "b");
    /* An amendment asks for one cent too much, the next for exactly as little. */
    rules.article[SHEAF_ARTICLE_shares] = SHARES("'capital_min_cents':9001,");
    kit_motion(&k, "less", kit_amendment(&rules, "#ann"), 4);
    assert_int_equal(sheaf_coop(&k.state)->bylaws, kit_index(&k, "less.tick"));
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("share", "c"), NULL);
    rules.article[SHEAF_ARTICLE_shares] = SHARES("'capital_min_cents':9000,");
    kit_motion(&k, "least", kit_amendment(&rules, "#less.tick"), 4);
    settle(&k, "c");
    assert_int_equal(repayment(&k, "c"), SHEAF_repayment_state_repaid);
    assert_int_equal(repayment(&k, "b"), SHEAF_repayment_state_waits);
    assert_int_equal(sheaf_capital_now(&k.state)->wait_first,
                     sheaf_capital_now(&k.state)->wait_last);
    kit_do(&k, "ann", "share.pay", NULL, PAY("dan", "1"));
    settle(&k, "b");
    assert_int_equal(sheaf_capital_now(&k.state)->wait_first, 0);
    assert_int_equal(sheaf_capital_now(&k.state)->wait_last, 0);
    check_sum(&k);
    kit_close(&k);
}

/* While anybody holds shares their price stands. */
void test_share_price_stands(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    char what[8192];
    begin(&k, SHARES(""));
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "2"));
    rules.data_bp = 0, rules.members_bp = 10000, rules.reserve_bp = 0;
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(share_price), "ann", "motion.open", what, NULL);
#define DEARER                                                                                 \
    "{'max_count':5,'min_count':2,'price_cents':1001,'protected':false,"                       \
    "'repay_from_s':0,'repay_until_s':200,'transferable':true}"
    rules.article[SHEAF_ARTICLE_shares] = DEARER;
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(share_price), "ann", "motion.open", what, NULL);
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':2,'min_count':1,'price_cents':1000,'protected':false,"
        "'repay_from_s':0,'repay_until_s':200,'transferable':true}";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    static const kit_row rows[] = {
        {"bob", "share.give_up", GIVE_UP("1"), .label = "g"},
        {"hub", "clock.tick", KIT_TICK("share", "g")}, /* at once */
        {"bob", "share.give_up", GIVE_UP("1"), R(share_few)},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);

    /* While one waits that was adopted before anybody held shares nobody comes to hold any, or
     * whoever records a share could keep it from being registered. */
    kit_open(&k);
    rules = kit_rules_usual();
    rules.registration = true;
    rules.article[SHEAF_ARTICLE_shares] = SHARES("");
    kit_found_four(&k, &rules);
    rules.article[SHEAF_ARTICLE_shares] = DEARER;
    kit_motion(&k, "dear", kit_amendment(&rules, "#ann"), 4);
    kit_want(&k, R(share_price_waits), "ann", "share.pay", PAY("bob", "2"), NULL);
    rules.article[SHEAF_ARTICLE_shares] = NULL;
    kit_motion(&k, "none", kit_amendment(&rules, "#dear.tick"), 4);
    for (int i = 0; i < 2; i++) {
        kit_do(&k, "ann", "bylaws.register", "reg",
               "{'date':1790000000,'document':~d,'number':^,'of':#%s.tick}",
               i ? "none" : "dear");
        kit_want(&k, R(share_price_waits), "ann", "share.pay", PAY("bob", "2"), NULL);
        if (i == 0)
            kit_do(&k, "bob", "bylaws.confirm", NULL, "{'registration':#reg}");
    }
    kit_motion(&k, "keep", "{'kind':'bylaws.withdraw','what':{'of':#none.tick}}", 4);
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "2"));
    assert_int_equal(sheaf_capital_now(&k.state)->price_cents, 1001);
    check_sum(&k);
    kit_close(&k);
}

#define DISSOLVE                                                                               \
    "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},{'member':#bob}]}}"

/* Creditors first, then what is credited, then shares at their price, and the rest. */
void test_shares_at_the_end(void **unused)
{
    (void)unused;
    static const struct {
        int owed;
        int64_t credited_paid, shares_paid, paid, rest;
    } rows[] = {
        {0, 300, 9000, 9300, 700}, {700, 300, 9000, 9300, 0}, {701, 300, 8999, 9299, 0},
        {9699, 300, 1, 301, 0},    {9700, 300, 0, 300, 0},    {9701, 299, 0, 299, 0},
        {9999, 1, 0, 1, 0},        {10000, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        begin(&k, SHARES(""));
        kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':1000,'memo':^}");
        kit_motion(&k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':300}}", 4);
        kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "5"));
        kit_do(&k, "ann", "share.pay", NULL, PAY("cat", "4"));
        kit_do(&k, "cat", "share.give_up", "g", GIVE_UP("2"));
        kit_motion(&k, "d", DISSOLVE, 4);
        kit_want(&k, R(winding_up), "cat", "share.give_up", GIVE_UP("1"), NULL);
        kit_want(&k, R(winding_up), "cat", "share.transfer", HAND("2", "dan"), NULL);
        kit_want(&k, R(winding_up), "ann", "share.pay", PAY("dan", "2"), NULL);
        k.now += 100000;
        settle(&k, "g"); /* not ahead of the creditors */
        assert_int_equal(repayment(&k, "g"), SHEAF_repayment_state_waits);
        if (rows[i].owed) {
            kit_do(&k, "ann", "creditor.record", "o", "{'amount_cents':%d,'name':^,'reason':^}",
                   rows[i].owed);
            kit_do(&k, "bob", "creditor.settle", NULL,
                   "{'creditor':#o,'evidence':^,'outcome':'paid'}");
        }
        const sheaf_final_accounts accounts = sheaf_ending_accounts(&k.state);
        assert_int_equal(accounts.shares, 9000);
        assert_int_equal(accounts.credited_paid, rows[i].credited_paid);
        assert_int_equal(accounts.shares_paid, rows[i].shares_paid);
        assert_int_equal(accounts.paid, rows[i].paid);
        assert_int_equal(accounts.rest, rows[i].rest);
        check_sum(&k);
        if (i == 0) { /* the members go on, and the repayment with them */
            kit_motion(&k, "on", "{'kind':'coop.continue','what':{}}", 4);
            settle(&k, "g");
            assert_int_equal(repayment(&k, "g"), SHEAF_repayment_state_repaid);
            kit_close(&k);
            continue;
        }
        for (int who = 0; who < 2; who++)
            kit_do(&k, who ? "bob" : "ann", "coop.close", NULL,
                   "{'paid_cents':%d,'rest_cents':%d}", (int)rows[i].paid, (int)rows[i].rest);
        assert_int_equal(sheaf_ending_now(&k.state)->state, SHEAF_ending_state_sealed);
        assert_int_equal(repayment(&k, "g"), SHEAF_repayment_state_repaid);
        check_sum(&k);
        kit_close(&k);
    }
}

/* Who applies pays first where the bylaws say so, and gets it back where nothing comes of it.
 */
void test_shares_before_admission(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    rules.article[SHEAF_ARTICLE_shares] = SHARES("'before_admission':true,");
    kit_motion(&k, "on", kit_amendment(&rules, "#ann"), 4);
    static const kit_row rows[] = {
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
        {"fay", "member.apply", KIT_PERSON("fay"), .label = "fay"},
        {"gil", "member.apply", KIT_PERSON("gil"), .label = "gil"},
        {"ann", "member.admit", "{'member':#eve}", R(share_unpaid)},
        {"ann", "motion.open", OPEN("{'kind':'member.accept','what':{'member':#eve}}"),
         R(share_unpaid)},
        {"ann", "share.pay", PAY("eve", "2")},
        {"ann", "member.admit", "{'member':#eve}"},
        {"ann", "share.return", "{'member':#eve}", R(share_stays)},
        {"ann", "share.return", "{'member':4000}", R(share_stays)},
        {"ann", "share.pay", PAY("fay", "2")},
        {"ann", "share.return", "{'member':#fay}", R(share_stays)}, /* she may be admitted */
        {"eve", "share.transfer", HAND("2", "fay"), R(no_such_member)},
        {"ann", "member.decline", "{'member':#fay}"},
        {"bob", "member.decline", "{'member':#fay}"},
        {"cat", "member.decline", "{'member':#fay}"},
        {"dan", "member.decline", "{'member':#fay}"},
        {"ann", "share.return", "{'member':#fay}", R(share_stays)}, /* eve may still approve */
        {"eve", "member.decline", "{'member':#fay}"},
        {"ann", "share.return", "{'member':#fay}", .label = "f"},
        {"ann", "share.return", "{'member':#fay}", R(share_stays)}, /* once */
        {"hub", "clock.tick", KIT_TICK("share", "f"), .wait_ms = 100000},
        {"ann", "motion.open", OPEN("{'kind':'member.accept','what':{'member':#fay}}"),
         R(share_unpaid)},
        {"ann", "share.pay", PAY("fay", "2")}, /* the members may still admit her */
        {"ann", "motion.open", OPEN("{'kind':'member.accept','what':{'member':#fay}}"),
         .label = "m"},
        {"ann", "motion.withdraw", "{'motion':#m}"},
        {"ann", "share.pay", PAY("gil", "3")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(account(&k, "fay"), 2000);
    /* To the last moment of the application, and after it. */
    k.step_ms = 0;
    k.now = sheaf_member_get(&k.state, kit_index(&k, "gil"))->applied + INT64_C(86400000);
    kit_want(&k, R(share_stays), "ann", "share.return", "{'member':#gil}", NULL);
    kit_do(&k, "ann", "share.pay", NULL, PAY("gil", "1"));
    k.now++;
    kit_do(&k, "ann", "share.return", "g", "{'member':#gil}");
    k.now += 100000;
    settle(&k, "g");
    assert_int_equal(account(&k, "gil"), 4000);
    k.now = sheaf_member_get(&k.state, kit_index(&k, "gil"))->applied
            + INT64_C(1000) * SHEAF_APPEAL_S;
    kit_do(&k, "ann", "share.pay", NULL, PAY("gil", "2"));
    k.now++;
    kit_want(&k, R(no_such_member), "ann", "share.pay", PAY("gil", "1"), NULL);
    check_sum(&k);
    kit_close(&k);
}
