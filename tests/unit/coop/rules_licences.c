/* Licences of data: the members' decision and the owner's consent, neither without the other.
 */
#include "test.h"

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
    refuse(&k, R(until_past), LICENCE(SET("ann"), "1"));
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
