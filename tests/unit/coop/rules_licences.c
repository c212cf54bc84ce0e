/* Licences of data: the members' decision and the owner's consent, neither without the other.
 */
#include "test.h"

#include "coop/ledger.h"
#include "coop/licence.h"

#define LICENCE(datasets, until)                                                               \
    "{'kind':'data.license','what':{'datasets':[" datasets                                     \
    "],'licensee':^,'price_cents':900,'terms':^,'until':" until "}}"
#define SET(name)         "{'dataset':#" name ".data}"
#define FAR               "9007199254740991"
#define OF(name, licence) "{'dataset':#" name ".data,'licence':#" licence "}"

static bool lives(kit *k, const char *name, const char *licence, int64_t stamp)
{
    char label[KIT_NAME_MAX];
    snprintf(label, sizeof label, "%s.data", name);
    const struct sheaf_row_licensed *row =
        sheaf_licensed_find(&k->state, sheaf_pair(kit_index(k, licence), kit_index(k, label)));
    return row && sheaf_licensed_lives(&k->state, row, stamp);
}

static void refuse(kit *k, sheaf_refusal want, const char *effect)
{
    char what[512];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_want(k, want, "ann", "motion.open", what, NULL);
}

void test_licences(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    refuse(&k, R(licence_past), LICENCE(SET("ann"), "1"));
    refuse(&k, R(licensed_order), LICENCE(SET("bob") "," SET("ann"), FAR));
    refuse(&k, R(licensed_order), LICENCE(SET("ann") "," SET("ann"), FAR));
    refuse(&k, R(no_such_dataset), LICENCE("{'dataset':#ann}", FAR));
    kit_motion(&k, "m", LICENCE(SET("ann") "," SET("bob") "," SET("cat"), FAR), 4);
    assert_false(lives(&k, "ann", "m.tick", k.now)); /* nobody has consented */
    static const kit_row rows[] = {
        {"ann", "licence.consent", OF("bob", "m.tick"), R(not_your_dataset)},
        {"dan", "licence.consent", OF("dan", "m.tick"), R(not_licensed)},
        {"ann", "licence.consent", OF("ann", "m"), R(no_such_licence)},
        {"ann", "licence.withdraw", OF("ann", "m.tick"), R(licence_unconsented)},
        {"ann", "licence.consent", OF("ann", "m.tick")},
        {"ann", "licence.consent", OF("ann", "m.tick"), R(licence_consented)},
        {"bob", "licence.consent", OF("bob", "m.tick")},
        {"bob", "licence.withdraw", OF("bob", "m.tick")},
        {"bob", "licence.consent", OF("bob", "m.tick")},
        {"cat", "dataset.retire", "{'dataset':#cat.data}"},
        {"cat", "licence.consent", OF("cat", "m.tick"), R(dataset_retired)},
    };
    KIT_ROWS(&k, rows);
    refuse(&k, R(dataset_retired), LICENCE(SET("cat"), FAR));
    assert_true(lives(&k, "ann", "m.tick", k.now));
    assert_true(lives(&k, "bob", "m.tick", INT64_C(9007199254740990)));
    assert_false(lives(&k, "bob", "m.tick", INT64_C(9007199254740991)));
    assert_false(lives(&k, "cat", "m.tick", k.now));
    /* An owner who withdraws the data set, or leaves, licenses nothing. */
    kit_do(&k, "bob", "dataset.retire", NULL, "{'dataset':#bob.data}");
    assert_false(lives(&k, "bob", "m.tick", k.now));
    kit_motion(&k, "stop", "{'kind':'automation.suspend','what':{'of':#m.tick}}", 4);
    assert_false(lives(&k, "ann", "m.tick", k.now));
    kit_motion(&k, "on", "{'kind':'automation.resume','what':{'override':#stop.tick}}", 4);
    assert_true(lives(&k, "ann", "m.tick", k.now));
    kit_motion(&k, "end", "{'kind':'licence.end','what':{'licence':#m.tick}}", 4);
    assert_false(lives(&k, "ann", "m.tick", k.now));
    refuse(&k, R(licence_over), "{'kind':'licence.end','what':{'licence':#m.tick}}");
    refuse(&k, R(no_such_licence), "{'kind':'licence.end','what':{'licence':#m}}");
    refuse(&k, R(nothing_automatic), "{'kind':'automation.suspend','what':{'of':#m.tick}}");
    kit_do(&k, "ann", "licence.withdraw", NULL, OF("ann", "m.tick"));
    kit_want(&k, R(licence_over), "ann", "licence.consent", OF("ann", "m.tick"), NULL);
    kit_close(&k);
}

#define PAID(licence, cents) "{'amount_cents':" cents ",'licence':#" licence ",'memo':^}"

static uint64_t contributed(kit *k, const char *name)
{
    return sheaf_member_find(&k->state, kit_index(k, name))->contributed;
}

static int64_t credited(kit *k, const char *name)
{
    return -sheaf_ledger_balance(&k->state, SHEAF_account_kind_member, kit_index(k, name));
}

static const struct sheaf_row_licence *licence(kit *k, const char *label)
{
    return sheaf_licence_find(&k->state, kit_index(k, label));
}

static void begin_paid(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.data_bp = 10000, rules.members_bp = rules.reserve_bp = 0;
    kit_with_data(k, &rules);
    kit_motion(k, "m", LICENCE(SET("ann") "," SET("bob") "," SET("cat"), FAR), 4);
}

/* Money is received for a licence that is in force and that an owner consents to, up to its
 * price. */
void test_licence_paid(void **unused)
{
    (void)unused;
    kit k;
    begin_paid(&k);
    static const kit_row rows[] = {
        {"dan", "revenue.record", PAID("ann", "1"), R(no_such_licence)},
        {"dan", "revenue.record", PAID("m.tick", "1"), R(licence_idle)},
        {"ann", "licence.consent", OF("ann", "m.tick")},
        {"dan", "revenue.record", PAID("m.tick", "901"), R(licence_paid)},
        {"dan", "revenue.record", PAID("m.tick", "400"), .label = "r"},
        {"dan", "revenue.record", PAID("m.tick", "501"), R(licence_paid)},
        {"dan", "revenue.record", PAID("m.tick", "500")},
        {"dan", "revenue.record", PAID("m.tick", "1"), R(licence_paid)},
        {"dan", "revenue.reverse", "{'entry':#r,'reason':^}"},
        {"bob", "revenue.reverse", "{'entry':#r,'reason':^}"},
        {"ann", "licence.withdraw", OF("ann", "m.tick")},
        {"dan", "revenue.record", PAID("m.tick", "400"), R(licence_idle)},
        {"ann", "licence.consent", OF("ann", "m.tick")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(licence(&k, "m.tick")->paid_cents, 500);
    kit_motion(&k, "stop", "{'kind':'automation.suspend','what':{'of':#m.tick}}", 4);
    kit_want(&k, R(licence_suspended), "dan", "revenue.record", PAID("m.tick", "1"), NULL);
    kit_motion(&k, "on", "{'kind':'automation.resume','what':{'override':#stop.tick}}", 4);
    kit_do(&k, "dan", "revenue.record", NULL, PAID("m.tick", "1"));
    kit_motion(&k, "end", "{'kind':'licence.end','what':{'licence':#m.tick}}", 4);
    kit_want(&k, R(licence_over), "dan", "revenue.record", PAID("m.tick", "1"), NULL);
    char what[512];
    int64_t until = k.now + 10000000;
    snprintf(what, sizeof what, LICENCE(SET("ann"), "%lld"), (long long)until);
    kit_motion(&k, "n", what, 4);
    kit_do(&k, "ann", "licence.consent", NULL, OF("ann", "n.tick"));
    k.now = until - 1 - k.step_ms;
    kit_do(&k, "dan", "revenue.record", NULL, PAID("n.tick", "1"));
    k.now = until - k.step_ms;
    kit_want(&k, R(licence_over), "dan", "revenue.record", PAID("n.tick", "1"), NULL);
    kit_close(&k);
}

#define SHARE(cents) "{'kind':'surplus.distribute','what':{'amount_cents':" cents "}}"

/* The owners who consent to a licence that is paid share as those who learn together do, once.
 */
void test_licence_income(void **unused)
{
    (void)unused;
    kit k;
    begin_paid(&k);
    kit_do(&k, "ann", "licence.consent", NULL, OF("ann", "m.tick"));
    kit_do(&k, "bob", "licence.consent", NULL, OF("bob", "m.tick"));
    kit_do(&k, "dan", "revenue.record", NULL, PAID("m.tick", "899"));
    kit_do(&k, "dan", "revenue.record", NULL, "{'amount_cents':1000,'memo':^}");
    kit_motion(&k, "s", SHARE("899"),
               4); /* a cent is to be paid yet, so it goes to the reserve */
    assert_int_equal(credited(&k, "ann"), 0);
    assert_int_equal(licence(&k, "m.tick")->shared, SHEAF_NONE);
    kit_do(&k, "dan", "revenue.record", "last", PAID("m.tick", "1"));
    kit_do(&k, "dan", "revenue.reverse", NULL, "{'entry':#last,'reason':^}");
    kit_do(&k, "ann", "revenue.reverse", NULL, "{'entry':#last,'reason':^}");
    kit_motion(&k, "t", SHARE("100"), 4);
    assert_int_equal(credited(&k, "ann"), 0);
    kit_do(&k, "dan", "revenue.record", NULL, PAID("m.tick", "1"));
    const struct sheaf_row_dataset *ann =
        sheaf_dataset_find(&k.state, kit_index(&k, "ann.data"));
    const struct sheaf_row_dataset *bob =
        sheaf_dataset_find(&k.state, kit_index(&k, "bob.data"));
    int64_t total = (int64_t)ann->records + bob->records;
    kit_motion(&k, "u", SHARE("500"), 4);
    int64_t share = 500 * (int64_t)ann->records / total;
    assert_in_range(credited(&k, "ann"), share, share + 1);
    assert_int_equal(credited(&k, "ann") + credited(&k, "bob"), 500);
    assert_int_equal(credited(&k, "cat"), 0);
    assert_int_equal(licence(&k, "m.tick")->shared, kit_index(&k, "u.tick"));
    assert_int_equal(contributed(&k, "ann"), 0);
    kit_motion(&k, "v", SHARE("200"), 4); /* once is enough */
    assert_int_equal(credited(&k, "ann") + credited(&k, "bob"), 500);
    kit_close(&k);
}
