/* Amendments that await registration: recorded in order by who may, or withdrawn. */
#include "test.h"

enum { WHAT_MAX = 400 };

#define BOARD                                                                                  \
    "{'list':[{'kind':'board','name':'Board','nominate_s':100,'open_s':100,'quorum_bp':5000,"  \
    "'seats':2,'term_s':1000000}],'protected':false}"

static kit_rules registered_rules(void)
{
    kit_rules rules = kit_rules_usual();
    rules.registration = true;
    return rules;
}

static const struct sheaf_row_bylaws *version(const kit *k, const char *tick)
{
    return sheaf_bylaws_get(&k->state, kit_index((kit *)k, tick));
}

/* `late_s` is how long after its adoption the register has it. */
static void record(kit *k, sheaf_refusal want, const char *who, const char *tick,
                   int64_t late_s, const char *label)
{
    char what[WHAT_MAX];
    snprintf(what, sizeof what, "{'date':%lld,'document':~7,'number':'R 77','of':#%s}",
             (long long)(version(k, tick)->adopted / 1000 + late_s), tick);
    kit_want(k, want, who, "bylaws.register", what, label);
}

/* Where nobody is in office: the first records it, the second confirms it. */
static void enter(kit *k, const char *first, const char *second, const char *tick,
                  int64_t late_s, const char *label)
{
    uint32_t before = sheaf_coop(&k->state)->bylaws;
    record(k, ACCEPTED, first, tick, late_s, "asked");
    assert_int_equal(sheaf_coop(&k->state)->bylaws, before);
    assert_int_equal(version(k, tick)->state, SHEAF_bylaws_state_waiting);
    kit_want(k, ACCEPTED, second, "bylaws.confirm", "{'registration':#asked}", label);
    assert_int_equal(sheaf_coop(&k->state)->bylaws, kit_index(k, tick));
}

static void amend(kit *k, const char *label, const kit_rules *rules, const char *base)
{
    kit_motion(k, label, kit_amendment(rules, base), 4);
}

static void want_effect(kit *k, sheaf_refusal want, const char *effect)
{
    char what[16384];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_want(k, want, "ann", "motion.open", what, NULL);
}

static void want_in_force(const kit *k, const char *in_force, const char *newest)
{
    assert_int_equal(sheaf_coop(&k->state)->bylaws, kit_index((kit *)k, in_force));
    assert_int_equal(sheaf_coop(&k->state)->bylaws_newest, kit_index((kit *)k, newest));
}

void test_registration(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    assert_int_equal(version(&k, "ann")->state, SHEAF_bylaws_state_in_force);
    rules.ballots = "members";
    amend(&k, "a", &rules, "#ann");
    want_in_force(&k, "ann", "a.tick");
    assert_int_equal(version(&k, "a.tick")->state, SHEAF_bylaws_state_waiting);
    /* The old text applies: what is entered meanwhile is public. */
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    rules.cohort_min = 4;
    want_effect(&k, R(amends_old_version), kit_amendment(&rules, "#ann"));
    want_effect(&k, R(amends_old_version), kit_amendment(&rules, "#a"));
    amend(&k, "b", &rules, "#a.tick");
    want_in_force(&k, "ann", "b.tick");

    record(&k, R(registration_order), "ann", "b.tick", 0, NULL);
    record(&k, R(not_waiting), "ann", "ann", 0, NULL);
    kit_want(&k, R(not_waiting), "ann", "bylaws.register",
             "{'date':1790000000,'document':~7,'number':'R 77','of':#bob}", NULL);
    k.now = version(&k, "a.tick")->adopted + 5000;
    k.step_ms = 0;
    record(&k, R(registration_date), "ann", "a.tick", 6, NULL);
    record(&k, R(registration_date), "ann", "a.tick", -86400, NULL);
    enter(&k, "ann", "cat", "a.tick", 5, "ra");
    want_in_force(&k, "a.tick", "b.tick");
    assert_int_equal(version(&k, "a.tick")->state, SHEAF_bylaws_state_in_force);
    assert_int_equal(version(&k, "ann")->state, SHEAF_bylaws_state_former);
    record(&k, R(not_waiting), "ann", "a.tick", 0, NULL);
    enter(&k, "bob", "dan", "b.tick", 5, "rb");
    want_in_force(&k, "b.tick", "b.tick");
    const struct sheaf_row_registration *row =
        sheaf_registration_find(&k.state, kit_index(&k, "b.tick"));
    assert_int_equal(row->by, kit_index(&k, "bob"));
    assert_int_equal(row->confirmed, kit_index(&k, "dan"));
    assert_int_equal(row->entry, kit_index(&k, "rb"));
    assert_true(sheaf_slice_is(SHEAF_WORDS(row->number), "R 77"));

    uint32_t from = kit_index(&k, "ra");
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_ballot_cast, from));
    assert_false(sheaf_entry_public(&k.state, SHEAF_KIND_ballot_cast, from + 1));
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->bylaws,
                     kit_index(&k, "ann"));
    kit_close(&k);
}

/* Registration is asked for by the text in force, by the new one, or by one that waits before
 * it. */
void test_registration_stricter(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    rules.cohort_min = 4;
    amend(&k, "a", &rules, "#ann");
    want_in_force(&k, "a.tick", "a.tick");
    rules.registration = true;
    amend(&k, "b", &rules, "#a.tick");
    want_in_force(&k, "a.tick", "b.tick");
    rules.registration = false;
    amend(&k, "c", &rules, "#b.tick");
    want_in_force(&k, "a.tick", "c.tick");
    enter(&k, "ann", "bob", "b.tick", 0, NULL);
    enter(&k, "ann", "bob", "c.tick", 0, NULL);
    rules.cohort_min = 5;
    amend(&k, "d", &rules, "#c.tick");
    want_in_force(&k, "d.tick", "d.tick");
    kit_close(&k);
}

/* An amendment follows from the one that waits, and its sort too. */
void test_registration_follows(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    kit_rules more = rules;
    more.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0},"
                   "{'name':'guest','votes':0}";
    more.article[SHEAF_ARTICLE_pay] = "{'bonuses':false,'protected':true,'ratio_percent':300}";
    more.article[SHEAF_ARTICLE_organs] = BOARD;
    amend(&k, "a", &more, "#ann");
    want_effect(&k, R(classes_removed), kit_amendment(&rules, "#a.tick"));
    kit_rules less = more;
    less.article[SHEAF_ARTICLE_organs] = NULL;
    want_effect(&k, R(organs_removed), kit_amendment(&less, "#a.tick"));
    /* What is protected in the version that waits is so, though not in force yet. */
    less = more;
    less.article[SHEAF_ARTICLE_pay] = "{'bonuses':false,'protected':true,'ratio_percent':900}";
    kit_do(&k, "ann", "motion.open", "p", "{'effect':%s,'title':^}",
           kit_amendment(&less, "#a.tick"));
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "p"))->sort,
                     SHEAF_decision_sort_protected);
    /* Nobody can take up a class that the bylaws in force do not have. */
    kit_want(&k, R(no_such_class), "eve", "member.apply",
             "{'class':2,'kind':'person','name':^,'public_key':@eve,'web':false}", NULL);
    kit_close(&k);
}

void test_registration_withdrawn(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    kit_rules wages = rules;
    wages.article[SHEAF_ARTICLE_proxies] = "{'cap':3,'protected':false,'until_max_s':100}";
    amend(&k, "a", &wages, "#ann"); /* nothing that is protected */
    kit_rules other = wages;
    other.cohort_min = 4;
    amend(&k, "b", &other, "#a.tick"); /* article 22, which is */
    kit_want(&k, R(not_waiting), "ann", "motion.open",
             "{'effect':{'kind':'bylaws.withdraw','what':{'of':#ann}},'title':^}", NULL);
    kit_do(&k, "ann", "motion.open", "x",
           "{'effect':{'kind':'bylaws.withdraw','what':{'of':#b.tick}},'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "x"))->sort,
                     SHEAF_decision_sort_protected);
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#x}");
    kit_do(&k, "ann", "motion.open", "y",
           "{'effect':{'kind':'bylaws.withdraw','what':{'of':#a.tick}},'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "y"))->sort,
                     SHEAF_decision_sort_protected); /* b goes with it */
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#y}");
    kit_motion(&k, "w", "{'kind':'bylaws.withdraw','what':{'of':#b.tick}}", 4);
    want_in_force(&k, "ann", "a.tick");
    assert_int_equal(version(&k, "b.tick")->state, SHEAF_bylaws_state_withdrawn);
    record(&k, R(not_waiting), "ann", "b.tick", 0, NULL);
    want_effect(&k, R(amends_old_version), kit_amendment(&rules, "#b.tick"));
    amend(&k, "c", &wages, "#a.tick");
    kit_do(&k, "ann", "motion.open", "z",
           "{'effect':{'kind':'bylaws.withdraw','what':{'of':#a.tick}},'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "z"))->sort,
                     SHEAF_decision_sort_qualified);
    kit_motion(&k, "v", "{'kind':'bylaws.withdraw','what':{'of':#a.tick}}", 4);
    want_in_force(&k, "ann", "ann");
    assert_int_equal(version(&k, "c.tick")->state, SHEAF_bylaws_state_withdrawn);
    amend(&k, "d", &other, "#ann");
    enter(&k, "ann", "bob", "d.tick", 0, NULL);
    want_in_force(&k, "d.tick", "d.tick");
    kit_close(&k);
}

void test_registration_by_officers(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    rules.article[SHEAF_ARTICLE_organs] = BOARD;
    kit_found_four(&k, &rules);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    rules.cohort_min = 4;
    amend(&k, "a", &rules, "#ann");
    rules.cohort_min = 5;
    amend(&k, "b", &rules, "#a.tick");
    record(&k, R(registrar), "sue", "a.tick", 0, NULL); /* has no vote */
    enter(&k, "dan", "ann", "a.tick", 0, NULL);         /* nobody is in office */
    record(&k, ACCEPTED, "dan", "b.tick", 0, "late");   /* nor yet */
    kit_motion(&k, "o", "{'kind':'office.elect','what':{'member':#cat,'organ':0}}", 4);
    record(&k, R(registrar), "ann", "b.tick", 0, NULL);
    kit_want(&k, R(registrar), "ann", "bylaws.confirm", "{'registration':#late}", NULL);
    record(&k, ACCEPTED, "cat", "b.tick", 0, NULL); /* alone */
    want_in_force(&k, "b.tick", "b.tick");
    assert_int_equal(sheaf_registration_find(&k.state, kit_index(&k, "b.tick"))->confirmed,
                     SHEAF_NONE);
    kit_want(&k, R(not_waiting), "cat", "bylaws.confirm", "{'registration':#late}", NULL);
    kit_close(&k);
}

/* An officer may confirm what a member recorded before anybody was in office. */
void test_registration_confirmed_in_office(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    rules.article[SHEAF_ARTICLE_organs] = BOARD;
    kit_found_four(&k, &rules);
    rules.cohort_min = 4;
    amend(&k, "a", &rules, "#ann");
    record(&k, ACCEPTED, "ann", "a.tick", 0, "asked");
    kit_motion(&k, "o", "{'kind':'office.elect','what':{'member':#cat,'organ':0}}", 4);
    kit_do(&k, "cat", "bylaws.confirm", NULL, "{'registration':#asked}");
    want_in_force(&k, "a.tick", "a.tick");
    kit_close(&k);
}

/* A member alone cannot put an amendment in force, by another record, by a second member of the
 * same person, or by one who has left; nor can who has no vote. */
void test_registration_two_people(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    rules.cohort_min = 4;
    amend(&k, "a", &rules, "#ann");
    record(&k, ACCEPTED, "ann", "a.tick", 0, "first");
    record(&k, ACCEPTED, "ann", "a.tick", 0, "again");
    record(&k, ACCEPTED, "dan", "a.tick", 0, "dans");
    kit_want(&k, R(approved_twice), "ann", "bylaws.confirm", "{'registration':#first}", NULL);
    kit_want(&k, R(approved_twice), "ann", "bylaws.confirm", "{'registration':#again}", NULL);
    kit_want(&k, R(registrar), "sue", "bylaws.confirm", "{'registration':#first}", NULL);
    kit_want(&k, R(no_such_registration), "bob", "bylaws.confirm", "{'registration':#ann}",
             NULL);
    kit_want(&k, R(no_such_registration), "bob", "bylaws.confirm", "{'registration':#a.tick}",
             NULL);
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    kit_want(&k, R(no_such_registration), "bob", "bylaws.confirm", "{'registration':#dans}",
             NULL);
    want_in_force(&k, "ann", "a.tick");
    kit_do(&k, "bob", "bylaws.confirm", NULL, "{'registration':#again}");
    want_in_force(&k, "a.tick", "a.tick");
    kit_want(&k, R(not_waiting), "cat", "bylaws.confirm", "{'registration':#first}", NULL);
    kit_close(&k);
}

/* Whoever acts for two members is one person. */
void test_registration_one_person(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    rules.cohort_min = 4;
    amend(&k, "a", &rules, "#ann");
#define HELD(name, digits) KIT_HELD(name, digits, "true", "false", "false", "")
    kit_do(&k, "ann", "key.admit", "a1", HELD("a1", "~a"));
    kit_do(&k, "ann", "holder.allow", NULL, "{'holder':~a,'member':#bob}");
    kit_do(&k, "bob", "key.admit", "b1", HELD("b1", "~a"));
    kit_do(&k, "bob", "key.admit", "b2", HELD("b2", "~b"));
    record(&k, ACCEPTED, "a1", "a.tick", 0, "asked");
    kit_want(&k, R(human_twice), "b1", "bylaws.confirm", "{'registration':#asked}", NULL);
    kit_want(&k, R(human_unnamed), "bob", "bylaws.confirm", "{'registration':#asked}", NULL);
    kit_do(&k, "b2", "bylaws.confirm", NULL, "{'registration':#asked}");
    want_in_force(&k, "a.tick", "a.tick");
    kit_close(&k);
}

/* Who alone has a vote has nobody to confirm it. */
void test_registration_alone(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found(&k, &rules);
    rules.cohort_min = 4;
    kit_do(&k, "ann", "motion.open", "a", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#a}");
    kit_do(&k, "hub", "clock.tick", "a.tick", KIT_TICK("motion", "a"));
    record(&k, ACCEPTED, "ann", "a.tick", 0, NULL);
    want_in_force(&k, "a.tick", "a.tick");
    kit_close(&k);
}

/* A register takes amendments one after the other, two on one day too. */
void test_registration_dates(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    rules.cohort_min = 4;
    amend(&k, "a", &rules, "#ann");
    rules.cohort_min = 5;
    amend(&k, "b", &rules, "#a.tick");
    int64_t apart = (version(&k, "b.tick")->adopted - version(&k, "a.tick")->adopted) / 1000;
    enter(&k, "ann", "bob", "a.tick", apart - 2, NULL);
    record(&k, R(registration_date), "ann", "b.tick", -3, NULL);
    enter(&k, "ann", "bob", "b.tick", -2, NULL);
    kit_close(&k);
}

/* What could be in force at its adoption and no longer can at its registration. */
void test_registration_locks(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    kit_rules swapped = rules;
    swapped.classes = "{'name':'member','votes':0},{'name':'supporter','votes':1}";
    want_effect(&k, R(no_voting_class), kit_amendment(&swapped, "#ann"));
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    amend(&k, "a", &swapped, "#ann");
    /* Tried, not done. */
    assert_int_equal(sheaf_coop(&k.state)->voters, 4);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "sue"))->votes, 0);
    kit_do(&k, "sue", "member.leave", NULL, "{}");
    record(&k, ACCEPTED, "ann", "a.tick", 0, "early");
    kit_want(&k, R(no_voting_class), "bob", "bylaws.confirm", "{'registration':#early}", NULL);
    want_in_force(&k, "ann", "a.tick");
    kit_do(&k, "tom", "member.apply", "tom",
           "{'class':1,'kind':'person','name':^,'public_key':@tom,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#tom}");
    enter(&k, "ann", "bob", "a.tick", 0, NULL);
    assert_int_equal(sheaf_coop(&k.state)->voters, 1);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "tom"))->votes, 1);
    kit_close(&k);
}

void test_registration_bounded(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = registered_rules();
    kit_found_four(&k, &rules);
    char base[KIT_NAME_MAX] = "#ann", label[KIT_NAME_MAX];
    for (int i = 0; i < 16; i++) {
        rules.cohort_min = 4 + i % 2;
        snprintf(label, sizeof label, "a%d", i);
        amend(&k, label, &rules, base);
        snprintf(base, sizeof base, "#a%d.tick", i);
    }
    want_effect(&k, R(waiting_max), kit_amendment(&rules, base));
    enter(&k, "ann", "bob", "a0.tick", 0, NULL);
    want_effect(&k, ACCEPTED, kit_amendment(&rules, base));
    kit_close(&k);
}
