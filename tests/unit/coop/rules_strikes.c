/* Shares that were recorded and never paid in are struck, wherever they are by then. */
#include "shares_world.h"

#define STRIKE(who, count)                                                                     \
    "{'kind':'share.strike','what':{'member':#" who ",'shares':" count "}}"

/* What was recorded and never paid in is struck by the others. */
void test_shares_are_struck(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, SHARES(""));
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "5"));
    kit_want(&k, R(share_short), "ann", "motion.open", OPEN(STRIKE("bob", "6")), NULL);
    kit_want(&k, R(share_short), "ann", "motion.open", OPEN(STRIKE("cat", "1")), NULL);
    static const kit_row rows[] = {
        {"ann", "motion.open", OPEN(STRIKE("bob", "4")), .label = "m"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m"), .wait_ms = 120000},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(holding(&k, "bob")->shares, 1);
    assert_int_equal(owed(&k, SHEAF_account_kind_bank, NULL), -1000);
    check_sum(&k);
    kit_close(&k);
}

/* Nobody gets away with them by giving them up in time. */
void test_shares_are_struck_that_were_given_up(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, SHARES(""));
    static const kit_row rows[] = {
        {"ann", "share.pay", PAY("bob", "5")},
        {"bob", "share.give_up", GIVE_UP("1"), .label = "g"},
        {"cat", "motion.open", OPEN(STRIKE("bob", "6")), R(share_short)},
    };
    KIT_ROWS(&k, rows);
    k.now = sheaf_repayment_get(&k.state, kit_index(&k, "g"))->due;
    settle(&k, "g");
    kit_do(&k, "bob", "share.give_up", "h", GIVE_UP("2"));
    kit_want(&k, R(share_short), "cat", "motion.open", OPEN(STRIKE("bob", "6")), NULL);
    kit_do(&k, "cat", "motion.open", "m", OPEN(STRIKE("bob", "3")));
    static const char *const yes[] = {"ann", "cat", "dan"};
    for (int i = 0; i < 3; i++)
        kit_do(&k, yes[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    k.now = sheaf_motion_get(&k.state, kit_index(&k, "m"))->closes;
    if (k.now >= sheaf_repayment_get(&k.state, kit_index(&k, "h"))->due)
        settle(&k, "h");
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    assert_int_equal(holding(&k, "bob")->shares, 0);
    assert_int_equal(holding(&k, "bob")->leaving, 1);
    check_sum(&k);
    k.now = sheaf_repayment_get(&k.state, kit_index(&k, "h"))->due;
    settle(&k, "h");
    assert_int_equal(account(&k, "bob"), 2000); /* one before, and one now */
    assert_int_equal(sheaf_capital_now(&k.state)->cents, 0);
    check_sum(&k);
    kit_close(&k);
}

/* What is repaid already is struck last, also where it was given up after what is not. */
void test_repaid_shares_are_struck_last(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_shares] = SHARES("");
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "share.pay", NULL, PAY("bob", "5"));
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':5,'min_count':2,'price_cents':1000,'protected':false,'repay_from_s':0,"
        "'repay_until_s':200,'transferable':true}";
    kit_do(&k, "ann", "motion.open", "a", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    static const char *const yes[] = {"ann", "cat", "dan", "bob"};
    for (int i = 0; i < 3; i++)
        kit_do(&k, yes[i], "ballot.cast", NULL, "{'choice':'yes','motion':#a}");
    static const kit_row rows[] = {
        {"bob", "share.give_up", GIVE_UP("2"), .label = "g", .wait_ms = 60000},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#a}"},
        {"hub", "clock.tick", KIT_TICK("motion", "a")},
        {"bob", "member.leave", "{}", .label = "l"},
        {"hub", "clock.tick", KIT_TICK("share", "l")},
        {"ann", "motion.open", OPEN(STRIKE("bob", "6")), R(share_short)},
        {"ann", "motion.open", OPEN(STRIKE("bob", "2")), .label = "m"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m")},
        {"hub", "clock.tick", KIT_TICK("share", "g"), .wait_ms = 100000},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(account(&k, "bob"), 3000);
    assert_int_equal(sheaf_repayment_get(&k.state, kit_index(&k, "l"))->shares, 3);
    assert_int_equal(sheaf_repayment_get(&k.state, kit_index(&k, "g"))->shares, 0);
    assert_int_equal(holding(&k, "bob")->leaving, 0);
    check_sum(&k);
    kit_close(&k);
}

/* Nobody keeps what was never paid in by having it repaid, nor by having it paid out: that is a
 * loss, and what the co-op has is what the bank says. */
void test_repaid_shares_are_struck(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':5,'min_count':2,'price_cents':1000,'protected':false,'repay_from_s':0,"
        "'repay_until_s':200,'transferable':true}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'treasurers','name':'Treasurers','nominate_s':10,'open_s':10,"
        "'quorum_bp':5000,'seats':2,'term_s':100000000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':5000,'protected':false,'signatures':1}";
    kit_found_four(&k, &rules);
    kit_motion(&k, "e", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
#define OUT(cents) "{'account':#bob,'amount_cents':" cents ",'payee':^,'purpose':^}"
    static const kit_row rows[] = {
        {"dan", "revenue.record", "{'amount_cents':500,'evidence':~e,'memo':^}"},
        {"dan", "share.pay", PAY("bob", "5")},
        {"bob", "share.give_up", GIVE_UP("3"), .label = "g"},
        {"hub", "clock.tick", KIT_TICK("share", "g")},
        {"bob", "payment.order", OUT("1000"), .label = "p"},
        {"dan", "payment.sign", "{'payment':#p}"},
        {"bob", "payment.order", OUT("1500"), .label = "q"},
        {"ann", "motion.open", OPEN(STRIKE("bob", "6")), R(share_short)},
        {"ann", "motion.open", OPEN(STRIKE("bob", "5")), R(share_bank)}, /* 4,500 */
        {"ann", "motion.open", OPEN(STRIKE("bob", "3")), .label = "m"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m"), .wait_ms = 120000},
    };
    KIT_ROWS(&k, rows);
    /* Two that he held, and one of three that were repaid, off what was not paid out. */
    assert_int_equal(holding(&k, "bob")->shares, 0);
    assert_int_equal(sheaf_repayment_get(&k.state, kit_index(&k, "g"))->shares, 2);
    assert_int_equal(account(&k, "bob"), 1000);
    assert_int_equal(owed(&k, SHEAF_account_kind_bank, NULL), -1500);
    check_sum(&k);
    kit_want(&k, R(account_short), "dan", "payment.sign", "{'payment':#q}", NULL);
    /* The other two: one is on the account, one has left it. */
    kit_do(&k, "dan", "revenue.record", NULL, "{'amount_cents':501,'evidence':~e,'memo':^}");
    static const kit_row more[] = {
        {"ann", "motion.open", OPEN(STRIKE("bob", "2")), .label = "o"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#o}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#o}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#o}"},
        {"hub", "clock.tick", KIT_TICK("motion", "o"), .wait_ms = 120000},
        {"ann", "motion.open", OPEN(STRIKE("bob", "1")), R(share_short)},
    };
    KIT_ROWS(&k, more);
    assert_int_equal(account(&k, "bob"), 0);
    assert_int_equal(owed(&k, SHEAF_account_kind_bank, NULL), -1);
    assert_int_equal(sheaf_ledger_free(&k.state), 1); /* 1,001 earned, 1,000 lost */
    check_sum(&k);
    kit_close(&k);
}
