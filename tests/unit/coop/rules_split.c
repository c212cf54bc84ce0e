/* Members who go to another co-op together. */
#include "test.h"

#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/shares.h"

#define OTHER  "sheaf/abcdefghijklmnopqrstuvwxy2"
#define THIRD  "sheaf/abcdefghijklmnopqrstuvwxy3"
#define TO(to) "{'to':'" to "'}"
#define SPLIT(members, reserve, to)                                                            \
    "{'kind':'coop.split','what':{'members':[" members "],'reserve_cents':" reserve            \
    ",'to':'" to "'}}"
#define OPEN(effect) "{'effect':" effect ",'title':^}"
#define WHO(name)    "{'member':#" name "}"
#define SHARES                                                                                 \
    "{'capital_min_cents':5000,'max_count':5,'min_count':1,'price_cents':1000,"                \
    "'protected':false,'repay_from_s':100,'repay_until_s':200,'transferable':true}"

/* Ann, bob, cat and dan; eve, fay and gil have no vote. 1,000 in the reserve. */
static void begin(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.data_bp = 0, rules.members_bp = 5000, rules.reserve_bp = 5000;
    rules.leave_notice = 86400;
    rules.article[SHEAF_ARTICLE_shares] = SHARES;
    rules.article[SHEAF_ARTICLE_dissolution] =
        "{'call_s':100,'liquidators':2,'protected':true,'reserve':'another_cooperative'}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'treasurers','name':'Treasurers','nominate_s':10,'open_s':10,"
        "'quorum_bp':5000,'seats':3,'term_s':100000000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':500,'protected':false,'signatures':2}";
    rules.article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':300,'members_bp':6600,'open_max':2,'protected':true,'sign_s':100000}";
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':60,'protected':false,'quorum_bp':5000}";
    kit_found_four(k, &rules);
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"fay", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@fay,'web':false}", .label = "fay"},
        {"gil", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@gil,'web':false}", .label = "gil"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"ann", "member.admit", "{'member':#fay}"},
        {"ann", "member.admit", "{'member':#gil}"},
        {"ann", "share.pay", "{'evidence':~e,'member':#bob,'shares':5}"},
        {"ann", "share.pay", "{'evidence':~e,'member':#eve,'shares':3}"},
        {"ann", "share.pay", "{'evidence':~e,'member':#fay,'shares':2}"},
        {"ann", "revenue.record", "{'amount_cents':2000,'memo':^}"},
    };
    KIT_ROWS(k, rows);
    kit_motion(k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':2000}}", 4);
}

static int64_t balance(const kit *k, uint8_t account)
{
    return sheaf_ledger_balance(&k->state, account, SHEAF_NONE);
}

/* What is owed to the other co-op, by the split that took effect with the entry #t. */
static void settle(kit *k)
{
    const struct sheaf_row_split *split = sheaf_split_at(&k->state, 0);
    static const kit_row rows[] = {
        {"eve", "split.stay", "{}", R(not_a_member)},
        {"gil", "split.settle", "{'evidence':~e,'split':#t}", R(no_vote)},
        {"bob", "split.settle", "{'evidence':~e,'split':#m}", R(no_such_split)},
        {"bob", "split.settle", "{'evidence':~0,'split':#t}", R(ending_evidence)},
        {"bob", "split.settle", "{'evidence':~e,'split':#t}"},
        {"bob", "split.settle", "{'evidence':~e,'split':#t}", R(approved_twice)},
        {"cat", "split.settle", "{'evidence':~f,'split':#t}"}, /* another statement: anew */
        {"dan", "split.settle", "{'evidence':~e,'split':#t}"}, /* and anew */
    };
    KIT_ROWS(k, rows);
    assert_int_equal(balance(k, SHEAF_account_kind_split), -5000);
    assert_int_equal(split->settled, SHEAF_NONE);
    kit_do(k, "bob", "split.settle", NULL, "{'evidence':~e,'split':#t}");
    kit_want(k, R(no_such_split), "cat", "split.settle", "{'evidence':~e,'split':#t}", NULL);
    assert_int_equal(balance(k, SHEAF_account_kind_split), 0);
    assert_int_equal(balance(k, SHEAF_account_kind_bank), 12000 - 5000);
}

static uint8_t standing(kit *k, const char *who)
{
    return sheaf_member_get(&k->state, kit_index(k, who))->state;
}

void test_split(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    static const kit_row rows[] = {
        {"eve", "split.join", TO("sheaf/abcdefghijklmnopqrstuvwxy1"), R(origin_form)},
        {"eve", "split.join", TO(KIT_ORIGIN), R(split_elsewhere)},
        {"eve", "split.stay", "{}", R(not_going)},
        {"eve", "split.join", TO(OTHER)},
        {"fay", "split.join", TO(THIRD)},
        {"gil", "split.join", TO(OTHER)},
        {"ann", "motion.open", OPEN(SPLIT(WHO("eve") "," WHO("fay"), "0", OTHER)),
         R(split_unsigned)}, /* she goes elsewhere */
        {"fay", "split.join", TO(OTHER)},
        {"fay", "split.stay", "{}"},
        {"fay", "split.stay", "{}", R(not_going)},
        {"ann", "motion.open", OPEN(SPLIT(WHO("eve") "," WHO("fay"), "0", OTHER)),
         R(split_unsigned)},
        {"fay", "split.join", TO(OTHER)},
        {"ann", "motion.open", OPEN(SPLIT(WHO("fay") "," WHO("eve"), "0", OTHER)),
         R(members_order)},
        {"ann", "motion.open", OPEN(SPLIT(WHO("eve"), "0", KIT_ORIGIN)), R(split_elsewhere)},
        {"ann", "motion.open", OPEN(SPLIT(WHO("eve"), "1001", OTHER)), R(split_reserve)},
        {"fay", "share.give_up", "{'shares':1}", .label = "g"},
        /* What goes along is what was there when they said so. */
        {"ann", "share.pay", "{'evidence':~e,'member':#eve,'shares':1}", R(share_going)},
        {"bob", "share.transfer", "{'shares':1,'to':#eve}", R(share_going)},
    };
    KIT_ROWS(&k, rows);
#define ALL WHO("eve") "," WHO("fay") "," WHO("gil")
    kit_motion(&k, "few", SPLIT(ALL, "1000", OTHER), 2); /* as protected as an end */
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_active);
    /* Gil takes it back while the motion is open: the others go. He cannot say it again, with
     * shares that nobody was asked about. */
    static const kit_row back[] = {
        {"ann", "motion.open", OPEN(SPLIT(ALL, "1000", OTHER)), .label = "m"},
        {"gil", "split.stay", "{}"},
        {"bob", "share.transfer", "{'shares':1,'to':#gil}"},
        {"gil", "split.join", TO(OTHER)},
    };
    KIT_ROWS(&k, back);
    static const char *const yes[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++)
        kit_do(&k, yes[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    k.now += 120000;
    while (sheaf_motion_get(&k.state, kit_index(&k, "m"))->state == SHEAF_motion_state_open) {
        sheaf_deadline due;
        assert_true(sheaf_fold_due(&k.state, k.now, &due));
        kit_do(&k, "hub", "clock.tick", "t", "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    }
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("share", "g"));
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_left);
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_left);
    assert_int_equal(standing(&k, "gil"), SHEAF_member_state_active);
    const struct sheaf_row_split *split = sheaf_split_at(&k.state, 0);
    assert_int_equal(split->id, kit_index(&k, "t"));
    assert_int_equal(split->members, 2);
    assert_int_equal(split->shares_cents, 4000); /* but for the one that was given up before */
    assert_int_equal(balance(&k, SHEAF_account_kind_split), -5000);
    assert_int_equal(balance(&k, SHEAF_account_kind_reserve), 0);
    assert_int_equal(k.cents, 0);
    settle(&k);
    kit_close(&k);
}

/* The capital stays, and the end comes after what is owed elsewhere. */
static void end_with_split(kit *k)
{
    begin(k);
    kit_do(k, "bob", "split.join", NULL, TO(OTHER));
    kit_do(k, "eve", "split.join", NULL, TO(OTHER));
    kit_want(k, R(share_capital), "ann", "motion.open",
             OPEN(SPLIT(WHO("bob") "," WHO("eve"), "0", OTHER)), NULL);
    kit_motion(k, "m", SPLIT(WHO("bob"), "0", OTHER), 4); /* exactly the least stays */
    assert_int_equal(sheaf_capital_now(&k->state)->cents, 5000);
    assert_int_equal(sheaf_split_at(&k->state, 0)->shares_cents, 5000);
    static const kit_row end[] = {
        {"ann", "motion.open",
         OPEN("{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},{'member':#cat}"
              "]}}"),
         .label = "d"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#d}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#d}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#d}"},
        {"hub", "clock.tick", KIT_TICK("motion", "d"), .wait_ms = 120000},
        {"eve", "split.join", TO(OTHER), R(winding_up)},
        {"ann", "motion.open", OPEN(SPLIT(WHO("eve"), "0", OTHER)), R(winding_up)},
        {"ann", "creditor.record", "{'amount_cents':8000,'name':^,'reason':^}", .label = "o"},
        {"ann", "split.settle", "{'evidence':~e,'split':#m.tick}", R(creditors_called)},
        {"ann", "split.settle", "{'evidence':~e,'split':#m.tick}", R(creditors_unpaid),
         .wait_ms = 100000},
        {"cat", "creditor.settle", "{'creditor':#o,'evidence':^,'outcome':'paid'}"},
        {"dan", "split.settle", "{'evidence':~e,'split':#m.tick}", R(not_a_liquidator)},
        {"cat", "split.settle", "{'evidence':~e,'split':#m.tick}"},
    };
    KIT_ROWS(k, end);
    const sheaf_final_accounts accounts = sheaf_ending_accounts(&k->state);
    assert_int_equal(accounts.bank, 4000);
    assert_int_equal(accounts.split, 5000);
    assert_int_equal(accounts.split_paid, 4000); /* members get nothing of it */
    assert_int_equal(accounts.paid, 0);
    assert_int_equal(accounts.rest, 0);
    static const kit_row paid[] = {
        {"ann", "coop.close", "{'paid_cents':0,'rest_cents':0}", R(split_unpaid)},
        {"ann", "split.settle", "{'evidence':~e,'split':#m.tick}"},
        {"ann", "split.settle", "{'evidence':~f,'split':#m.tick}", R(bank_short)},
        {"ann", "coop.close", "{'paid_cents':0,'rest_cents':0}"},
    };
    KIT_ROWS(k, paid);
    assert_int_equal(balance(k, SHEAF_account_kind_bank), 0); /* 4,000 of the 5,000 */
    assert_int_equal(balance(k, SHEAF_account_kind_split), -1000);
    const struct sheaf_row_split *split = sheaf_split_at(&k->state, 0);
    assert_int_equal(split->paid_cents, 4000);
    assert_int_equal(sheaf_split_owed(split), 1000);
    assert_int_equal(split->settled, SHEAF_NONE);
}

/* What there was no money for is owed until the log is sealed, and after all where it is not.
 */
void test_split_leaves_what_must_stay(void **unused)
{
    (void)unused;
    kit k;
    end_with_split(&k);
    kit_do(&k, "cat", "coop.close", NULL, "{'paid_cents':0,'rest_cents':0}");
    assert_int_equal(sheaf_ending_now(&k.state)->state, SHEAF_ending_state_sealed);
    assert_int_equal(balance(&k, SHEAF_account_kind_split), 0);
    assert_int_equal(k.cents, 0);
    kit_close(&k);

    end_with_split(&k);
    static const kit_row rows[] = {
        {"ann", "motion.open", OPEN("{'kind':'coop.continue','what':{}}"), .label = "on"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#on}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#on}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#on}"},
        {"hub", "clock.tick", KIT_TICK("motion", "on"), .wait_ms = 120000},
        {"ann", "revenue.record", "{'amount_cents':999,'memo':^}"},
        {"ann", "split.settle", "{'evidence':~f,'split':#m.tick}", R(bank_short)},
        {"ann", "revenue.record", "{'amount_cents':1,'memo':^}"},
        {"ann", "split.settle", "{'evidence':~f,'split':#m.tick}", .label = "f"},
        {"cat", "split.settle",
         "{'evidence':~e,'split':#m.tick}"}, /* that was the first part */
        {"dan", "split.settle", "{'evidence':~e,'split':#m.tick}", .label = "paid"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_split_at(&k.state, 0)->settled, kit_index(&k, "paid"));
    assert_int_equal(sheaf_split_owed(sheaf_split_at(&k.state, 0)), 0);
    assert_int_equal(balance(&k, SHEAF_account_kind_split), 0);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 0);
    assert_int_equal(k.cents, 0);
    kit_close(&k);
}

/* Who records a transfer second says the same of the same amount: what has come in since the
 * first record is not paid by it. */
void test_split_is_settled_as_recorded(void **unused)
{
    (void)unused;
    kit k;
    end_with_split(&k);
    static const kit_row rows[] = {
        {"ann", "revenue.record", "{'amount_cents':100,'evidence':~e,'memo':^}"},
        {"ann", "split.settle", "{'evidence':~f,'split':#m.tick}"},
        {"ann", "revenue.record", "{'amount_cents':300,'evidence':~e,'memo':^}"},
        {"cat", "split.settle", "{'evidence':~f,'split':#m.tick}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_split_at(&k.state, 0)->paid_cents, 4000);
    kit_do(&k, "ann", "split.settle", NULL, "{'evidence':~f,'split':#m.tick}");
    assert_int_equal(sheaf_split_at(&k.state, 0)->paid_cents, 4400);
    kit_close(&k);
}

/* Two of three would be enough, but nobody is left between one who goes and the next. */
void test_split_is_at_once(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    static const kit_row rows[] = {
        {"cat", "petition.open", "{'text':^,'title':^}", .label = "p"},
        {"dan", "petition.sign", "{'petition':#p}"},
        {"ann", "petition.open", "{'text':^,'title':^}", .label = "q"},
        {"dan", "petition.sign", "{'petition':#q}"},
        {"bob", "split.join", TO(OTHER)},
        {"cat", "split.join", TO(OTHER)},
    };
    KIT_ROWS(&k, rows);
    kit_motion(&k, "m", SPLIT(WHO("bob") "," WHO("cat"), "0", OTHER), 4);
    assert_int_equal(sheaf_coop(&k.state)->voters, 2);
    const struct sheaf_row_petition *p = sheaf_petition_find(&k.state, kit_index(&k, "p"));
    assert_int_equal(p->signatures, 1); /* of two */
    assert_int_equal(p->state, SHEAF_petition_state_open);
    p = sheaf_petition_find(&k.state, kit_index(&k, "q"));
    assert_int_equal(p->signatures, 2);
    assert_int_equal(p->state, SHEAF_petition_state_reached);
    assert_int_equal(p->reached, kit_index(&k, "m.tick"));
    kit_close(&k);
}

#define ELECT(who)         "{'kind':'office.elect','what':{'member':#" who ",'organ':0}}"
#define HELD(name, digits) KIT_HELD(name, digits, "true", "true", "true", "")

/* Another treasurer than the first, who is another person, and whose word counts by then. */
void test_split_is_settled_by_two(void **unused)
{
    (void)unused;
    kit k;
    begin(&k);
    kit_do(&k, "eve", "split.join", NULL, TO(OTHER));
    kit_motion(&k, "m", SPLIT(WHO("eve"), "0", OTHER), 4);
    kit_motion(&k, "e1", ELECT("ann"), 4);
    kit_do(&k, "fay", "split.join", NULL, TO(THIRD));
    kit_motion(&k, "alone", SPLIT(WHO("fay"), "0", THIRD), 4);
    kit_do(&k, "ann", "split.settle", NULL, "{'evidence':~d,'split':#alone.tick}");
    assert_int_equal(balance(&k, SHEAF_account_kind_split),
                     -5000); /* article 17 asks for two */
    kit_motion(&k, "e2", ELECT("bob"), 4);
    kit_do(&k, "bob", "split.settle", NULL, "{'evidence':~d,'split':#alone.tick}");
    assert_int_equal(balance(&k, SHEAF_account_kind_split), -3000);
    kit_motion(&k, "e3", ELECT("cat"), 4);
    static const kit_row first[] = {
        {"dan", "split.settle", "{'evidence':~e,'split':#m.tick}", R(not_a_treasurer)},
        {"ann", "split.settle", "{'evidence':~e,'split':#m.tick}"},
    };
    KIT_ROWS(&k, first);
    kit_do(&k, "ann", "office.resign", NULL, "{'organ':0}");
    k.step_ms = 0;
    sheaf_deadline due;
    while (sheaf_fold_due(&k.state, k.now, &due)) /* the election of another begins */
        kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    kit_do(&k, "bob", "split.settle", NULL, "{'evidence':~e,'split':#m.tick}");
    assert_int_equal(balance(&k, SHEAF_account_kind_split), -3000); /* ann's counts no more */
    static const kit_row one[] = {
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"bob", "holder.allow", "{'holder':~a,'member':#cat}"},
        {"cat", "key.admit", HELD("c1", "~a"), .label = "c1"},
        {"cat", "key.admit", HELD("c2", "~c"), .label = "c2"},
        {"b1", "split.settle", "{'evidence':~f,'split':#m.tick}"},
        {"c1", "split.settle", "{'evidence':~f,'split':#m.tick}", R(human_twice)},
        {"cat", "split.settle", "{'evidence':~f,'split':#m.tick}", R(human_unnamed)},
        {"c2", "split.settle", "{'evidence':~f,'split':#m.tick}"},
    };
    KIT_ROWS(&k, one);
    assert_int_equal(balance(&k, SHEAF_account_kind_split), 0);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 12000 - 2000 - 3000);
    kit_close(&k);
}
