/* How memberships end: notice, trial, death, exclusion. */
#include "test.h"

#include "coop/electorate.h"

#define APPLY(name) KIT_PERSON(name)
#define DAY         INT64_C(86400000)
#define EXCLUDE(exclusion)                                                                     \
    "{'effect':{'kind':'member.exclude','what':{'exclusion':#" exclusion "}},'title':^}"
#define REQUEST(name) "{'member':#" name ",'reason':^}"

static const struct sheaf_row_member *member_of(kit *k, const char *label)
{
    return sheaf_member_get(&k->state, kit_index(k, label));
}

/* ann, bob and cat, people with a vote. */
static void found_three(kit *k, const kit_rules *rules)
{
    kit_open(k);
    kit_found(k, rules);
    kit_do(k, "bob", "member.apply", "bob", APPLY("bob"));
    kit_do(k, "ann", "member.admit", NULL, "{'member':#bob}");
    kit_do(k, "cat", "member.apply", "cat", APPLY("cat"));
    kit_do(k, "ann", "member.admit", NULL, "{'member':#cat}");
}

void test_notice(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.leave_notice = 3600;
    found_three(&k, &rules);
    static const kit_row rows[] = {
        {"bob", "member.stay", "{}", R(no_notice)},
        {"bob", "member.leave", "{}", .label = "n1"},
        {"bob", "member.leave", "{}", R(leaving_already), .wait_ms = 1000},
        {"bob", "motion.open", "{'title':^}", .label = "m"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "bob"), R(not_due)},
        {"bob", "member.stay", "{}"},
        {"bob", "member.stay", "{}", R(no_notice)},
        {"cat", "member.leave", "{}"},
        {"ann", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m")},
        {"ann", "motion.open", "{'title':^}", R(deadline_due), .wait_ms = 3600000},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "cat"), .label = "gone"},
        {"cat", "motion.open", "{'title':^}", R(not_a_member)},
        {"bob", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(member_of(&k, "cat")->left, kit_index(&k, "gone"));
    assert_int_equal(member_of(&k, "cat")->state, SHEAF_member_state_left);
    assert_int_equal(sheaf_coop(&k.state)->voters, 2);
    assert_int_equal(sheaf_coop(&k.state)->members, 2);
    kit_close(&k);
}

/* Who has the last vote stays, whatever was given notice of. */
void test_last_vote_stays(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.leave_notice = 3600;
    kit_open(&k);
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "member.leave", "{}", R(last_voter)},
        {"bob", "member.apply", APPLY("bob"), .label = "bob"},
        {"ann", "member.admit", "{'member':#bob}"},
        {"ann", "member.leave", "{}"},
        {"bob", "member.leave", "{}"},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "ann"), .wait_ms = 3600000},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "bob")},
        {"bob", "motion.open", "{'title':^}"},
        {"bob", "member.leave", "{}", R(last_voter)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(member_of(&k, "bob")->leaves, 0);
    kit_close(&k);
}

/* Where every other class has a ceiling of votes, the last of the class without one stays. */
void test_last_without_a_ceiling_stays(void **unused)
{
    (void)unused;
    kit k;
    char text[8192];
    kit_rules rules = kit_rules_usual();
    rules.leave_notice = 3600;
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.classes = "{'name':'member','votes':1},{'ceiling_bp':2500,'name':'investor','votes':"
                    "1},{'name':'worker','trial_s':100,'votes':1}";
    found_three(&k, &rules);
    static const kit_row rows[] = {
        {"ivy", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@ivy,'web':false}", .label = "ivy"},
        {"ann", "member.admit", "{'member':#ivy}"},
        {"wim", "member.apply",
         "{'class':2,'kind':'person','name':^,'public_key':@wim,'web':false}", .label = "wim"},
        {"ann", "member.admit", "{'member':#wim}"},
        {"ann", "member.leave", "{}", .label = "n1"},
        {"bob", "member.leave", "{}"},
        {"cat", "member.leave", "{}"},
        {"hub", "clock.tick", KIT_TICK("member_trial", "wim"), .wait_ms = 100000},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "ann"), .wait_ms = 3600000},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "bob")},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "cat")},
        {"wim", "member.leave", "{}", R(last_unlimited)},
        {"zoe", "member.apply", APPLY("zoe"), .label = "zoe"},
        {"wim", "member.admit", "{'member':#zoe}"},
        {"wim", "member.leave", "{}"},
        {"zoe", "member.leave", "{}"},
        {"ivy", "exclusion.open", REQUEST("zoe"), .label = "x"},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "wim"), .wait_ms = 3600000},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "zoe")}, /* and stays */
        {"zoe", "member.leave", "{}", R(last_unlimited)},
        {"ivy", "motion.open", EXCLUDE("x"), R(last_unlimited)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->voters, 2);
    assert_int_equal(sheaf_coop(&k.state)->voters_unlimited, 1);
    /* The class of investors gets rid of its ceiling, and zoe can go. */
    rules.classes = "{'name':'member','votes':1},{'name':'investor','votes':1},{'name':'worker'"
                    ",'trial_s':100,'votes':1}";
    snprintf(text, sizeof text, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, ACCEPTED, "zoe", "motion.open", text, "m");
    static const kit_row amended[] = {
        {"zoe", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"ivy", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m")},
        {"zoe", "member.leave", "{}"},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "zoe"), .wait_ms = 3600000},
        {"zoe", "motion.open", "{'title':^}", R(not_a_member)},
        {"ivy", "member.leave", "{}", R(last_voter)},
    };
    KIT_ROWS(&k, amended);
    kit_close(&k);
}

/* Of two reasons the one that lets no ballot be recorded is told. */
static void check_conflict_on_trial(kit *k)
{
    uint32_t m1 = kit_index(k, "m1"), cat = kit_index(k, "cat");
    const struct sheaf_row_motion *m = sheaf_motion_get(&k->state, m1);
    const sheaf_electorate electorate = {m->body, m->of, m->since, m->bylaws};
    sheaf_mark mark = sheaf_state_mark(&k->state);
    assert_int_equal(sheaf_may_vote(&k->state, &electorate, m1, cat), R(on_trial));
    sheaf_conflict_new(&k->state, sheaf_pair(m1, cat))->since = m1;
    assert_int_equal(sheaf_may_vote(&k->state, &electorate, m1, cat), R(conflicted));
    sheaf_state_roll_back(&k->state, mark);
}

void test_trial(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','trial_s':7200,'votes':1}";
    found_three(&k, &rules); /* the founder has no trial */
    static const kit_row rows[] = {
        {"bob", "motion.open", "{'title':^}", R(no_vote)},
        {"ann", "motion.open", "{'title':^}", .label = "m1"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m1}"}, /* recorded, not counted */
        {"bob", "ballot.cast", "{'choice':'no','motion':#m1}"},
        {"bob", "conflict.declare", "{'matter':#m1}", R(on_trial)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m1}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m1")}, /* all who count have voted */
        {"ann", "motion.open",
         "{'effect':{'kind':'member.dismiss','what':{'member':#ann}},'title':^}",
         R(not_on_trial)},
        {"ann", "motion.open",
         "{'effect':{'kind':'member.dismiss','what':{'member':4000}},'title':^}",
         R(no_such_member)},
        {"ann", "motion.open",
         "{'effect':{'kind':'member.dismiss','what':{'member':#bob}},'title':^}",
         .label = "m2"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m2}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m2")},
        {"bob", "member.leave", "{}", R(not_a_member)},
        {"hub", "clock.tick", KIT_TICK("member_trial", "cat"), .label = "full",
         .wait_ms = 7200000},
        {"cat", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    check_conflict_on_trial(&k);
    assert_int_equal(member_of(&k, "bob")->state, SHEAF_member_state_dismissed);
    const struct sheaf_row_motion *m1 = sheaf_motion_get(&k.state, kit_index(&k, "m1"));
    assert_int_equal(m1->no, 0);
    assert_int_equal(m1->electorate, 1);
    assert_int_equal(m1->state, SHEAF_motion_state_adopted);
    assert_int_equal(member_of(&k, "cat")->counted, kit_index(&k, "full"));
    assert_int_equal(sheaf_coop(&k.state)->voters, 2);
    kit_close(&k);
}

/* In elections and in dividing an amount as on motions: what who is on trial says is recorded
 * and not counted, also when it is said again after the trial. */
void test_trial_elections(void **unused)
{
    (void)unused;
#define APPROVE           "{'approve':[{'member':#ann}],'election':#e}"
#define POINTS(option, n) "{'allocation':#a,'points':[{'option':" option ",'points':" n "}]}"
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','trial_s':3600,'votes':1},"
                    "{'name':'worker','trial_s':3600,'votes':1}";
    rules.ordinary.open_s = 5000;
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'electorate':0,'kind':'board','name':'Board','nominate_s':10,"
        "'open_s':7000,'quorum_bp':0,'seats':1,'term_s':40000}],'protected':false}";
    found_three(&k, &rules);
    static const kit_row rows[] = {
        {"wim", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@wim,'web':false}", .label = "wim"},
        {"ann", "member.admit", "{'member':#wim}"},
        {"ann", "election.call", "{'organ':0}", .label = "e"},
        {"ann", "candidate.stand", "{'election':#e}"},
        {"ann", "allocation.open",
         "{'amount':100,'options':[{'name':^},{'name':^}],'points':10,'title':^}",
         .label = "a"},
        {"bob", "election.vote", APPROVE, .wait_ms = 10000},
        {"bob", "election.vote", "{'approve':[],'election':#e}"},
        {"bob", "election.vote", APPROVE},
        {"wim", "election.vote", APPROVE, R(other_class)},
        {"bob", "conflict.declare", "{'matter':#e}", R(on_trial)},
        {"bob", "allocation.give", POINTS("1", "10")},
        {"wim", "allocation.give", POINTS("1", "4")},
        {"hub", "clock.tick", KIT_TICK("member_trial", "bob"), .wait_ms = 3600000},
        {"hub", "clock.tick", KIT_TICK("member_trial", "cat")},
        {"hub", "clock.tick", KIT_TICK("member_trial", "wim")},
        {"cat", "election.vote", APPROVE},
        {"bob", "allocation.give", POINTS("1", "9")},
    };
    KIT_ROWS(&k, rows);
    uint32_t e = kit_index(&k, "e");
    const struct sheaf_row_candidate *ann =
        sheaf_candidate_get(&k.state, sheaf_pair(e, kit_index(&k, "ann")));
    assert_int_equal(sheaf_election_ballot_count(&k.state), 2);
    assert_int_equal(ann->approvals, 0);
    assert_int_equal(sheaf_election_get(&k.state, e)->ballots, 0);
    kit_do(&k, "ann", "election.vote", NULL, APPROVE);
    kit_do(&k, "ann", "allocation.give", NULL, POINTS("0", "1"));
    assert_int_equal(ann->approvals, 1);
    assert_int_equal(sheaf_election_get(&k.state, e)->ballots, 1);
    const struct sheaf_row_allocation *a = sheaf_allocation_get(&k.state, kit_index(&k, "a"));
    assert_int_equal(sheaf_allocation_ballot_count(&k.state), 3);
    assert_int_equal(a->ballots, 1);
    k.now = a->closes;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("allocation", "a"));
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first)->share, 100);
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first + 1)->points, 0);
    kit_close(&k);
}

/* An amendment that gives or takes votes does not touch those on trial. */
void test_trial_amended(void **unused)
{
    (void)unused;
    char effect[6000];
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','trial_s':7200,'votes':1}";
    found_three(&k, &rules);
    rules.open_max = 7;
    snprintf(effect, sizeof effect,
             "{'effect':{'kind':'bylaws.amend','what':{'base':#ann,'text':%s}},'title':^}",
             kit_bylaws(&rules));
    kit_do(&k, "ann", "motion.open", "m", "%s", effect);
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    k.now += 120000;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_coop(&k.state)->voters, 1);
    assert_int_equal(member_of(&k, "cat")->votes, 0);
    kit_close(&k);
}

#define DEATH(name) "{'evidence':~a,'member':#" name "}"

void test_death(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0}";
    found_three(&k, &rules);
    static const kit_row rows[] = {
        {"bob", "key.admit",
         "{'public_key':@bob.node,'scopes':{'admin':false,'data':false,'money':false,"
         "'train':true,'vote':false},'web':false}",
         .label = "bob.node"},
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"eve", "member.death", DEATH("bob"), R(no_vote)},
        {"fay", "member.apply", KIT_PERSON("fay"), .label = "fay"},
        {"eve", "member.admit", "{'member':#fay}", R(no_vote)},
        {"eve", "member.decline", "{'member':#fay}", R(no_vote)},
        {"bob", "member.death", DEATH("ann"), R(not_a_person)},
        {"ann", "member.death", "{'evidence':~a,'member':4000}", R(no_such_member)},
        {"bob", "member.death", DEATH("bob"), R(about_oneself)},
        {"ann", "member.death", DEATH("bob"), .label = "d1"},
        {"ann", "member.death", DEATH("bob"), R(approved_twice)},
        {"ann", "member.death", "{'evidence':~b,'member':#bob}", R(evidence_differs)},
        {"cat", "member.death", "{'evidence':~b,'member':#bob}"}, /* a false record ... */
        {"ann", "member.death", DEATH("bob"), .label = "d1"}, /* ... does not keep out others */
        {"cat", "member.death", DEATH("bob")},
        {"cat", "member.death", DEATH("bob"), R(death_confirmed)},
        {"bob", "motion.open", "{'title':^}", .label = "alive"}, /* bob is well */
        {"ann", "member.death", DEATH("bob"), .label = "d2"},
        {"bob", "motion.withdraw", "{'motion':#alive}"}, /* so is a record alone disproved */
        {"ann", "member.death", DEATH("bob"), .label = "d3"},
        {"cat", "member.death", DEATH("bob")},
        {"ann", "motion.open", "{'title':^}", R(deadline_due), .wait_ms = 14 * DAY},
        {"bob", "motion.open", "{'title':^}", R(deadline_due)}, /* too late */
        {"hub", "clock.tick", KIT_TICK("member_death", "bob")},
        {"bob", "motion.open", "{'title':^}", R(not_a_member)},
        {"ann", "member.death", DEATH("bob"), R(no_such_member)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(member_of(&k, "bob")->state, SHEAF_member_state_deceased);
    assert_int_equal(sheaf_coop(&k.state)->voters, 2);
    kit_close(&k);
}

/* Pat, who signs nothing, is said to have died, and it was confirmed. */
static void say_dead(kit *k)
{
    kit_do(k, "bob", "member.death", NULL, DEATH("pat"));
    kit_do(k, "cat", "member.death", NULL, DEATH("pat"));
    assert_int_not_equal(member_of(k, "pat")->death, SHEAF_NONE);
}

/* Whether anything is said of pat's death any more, which a deadline follows. */
static bool said_dead(kit *k)
{
    sheaf_deadline due;
    bool waits =
        sheaf_deadline_first(&k->state, &due) && due.kind == SHEAF_deadline_kind_member_death;
    assert_int_equal(waits, member_of(k, "pat")->death != SHEAF_NONE);
    return waits;
}

/* Nor is anybody who has no device: a ballot or presence that two tellers confirm shows that
 * the member lives, and what one of them recorded alone does not. */
void test_death_of_who_signs_nothing(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.ordinary.open_s = 30 * 86400;
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':10,'open_s':3600,'protected':false,'quorum_bp':7500}";
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "pat", "member.apply", "pat", APPLY("pat"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#pat}");
    kit_motion(&k, "t",
               "{'kind':'tellers.appoint','what':{'duration_s':3600,'members':[{'member':#ann},"
               "{'member':#bob}]}}",
               4);
    long long starts = (long long)k.now + 1200000;
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    say_dead(&k);
#define SHEET(name)                                                                            \
    "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#" name "}],'matter':#" \
    "m}"
    kit_do(&k, "ann", "ballots.record", "sheet", SHEET("pat"));
    kit_do(&k, "ann", "ballots.record", "other", SHEET("cat"));
    kit_do(&k, "bob", "ballots.confirm", NULL, "{'sheet':#other}");
    assert_true(said_dead(&k));
    kit_do(&k, "bob", "ballots.confirm", NULL, "{'sheet':#sheet}");
    assert_int_equal(member_of(&k, "pat")->death, SHEAF_NONE);
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#m}");
    assert_false(said_dead(&k));
    kit_do(&k, "ann", "assembly.convene", "a",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + 3600000, starts);
    say_dead(&k);
    kit_do(&k, "ann", "assembly.admit", "roll", "{'assembly':#a,'members':[{'member':#pat}]}");
    assert_int_not_equal(member_of(&k, "pat")->death, SHEAF_NONE);
    kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
    assert_int_equal(member_of(&k, "pat")->death, SHEAF_NONE);
    kit_close(&k);
}

/* Two members are rid of nobody whom a third knows to live: it takes one record more. */
void test_death_denied(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0}";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"cat", "person.update", "{'name':^}"},
        {"pat", "member.apply", APPLY("pat"), .label = "pat"},
        {"ann", "member.admit", "{'member':#pat}"},
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"cat", "death.deny", "{'member':#pat}", R(no_such_death)},
        {"cat", "death.deny", "{'member':4000}", R(no_such_death)},
        {"ann", "member.death", DEATH("pat")},
        {"ann", "death.deny", "{'member':#pat}", R(approved_twice)},
        {"eve", "death.deny", "{'member':#pat}", R(no_vote)},
        {"ann", "member.death", DEATH("eve")},
        {"eve", "death.deny", "{'member':#eve}"}, /* without a vote, too */
        {"eve", "death.deny", "{'member':#eve}", R(no_vote)},
        {"bob", "member.death", DEATH("pat")},
        {"bob", "member.death", DEATH("pat"), R(death_confirmed)},
        {"cat", "death.deny", "{'member':#pat}", .wait_ms = 14 * DAY - 40},
        {"cat", "death.deny", "{'member':#pat}", R(denied_already)},
        {"ann", "person.update", "{'name':^}", .wait_ms = DAY}, /* no deadline has passed */
        {"ann", "member.death", DEATH("pat"), R(approved_twice)},
        {"cat", "member.death", DEATH("pat"), R(approved_twice)},
        {"dan", "member.death", DEATH("pat")}, /* the third */
        {"hub", "clock.tick", KIT_TICK("member_death", "pat"), R(not_due),
         .wait_ms = 14 * DAY - 10000},
        {"pat", "death.deny", "{'member':#pat}"}, /* about oneself, as any act of its own */
        {"pat", "death.deny", "{'member':#pat}", R(no_such_death)},
        {"dan", "person.update", "{'name':^}", .wait_ms = DAY}, /* no deadline has passed */
        /* What was said counts for the next time, and is lifted by whoever records the death.
         */
        {"ann", "member.death", DEATH("pat")},
        {"bob", "member.death", DEATH("pat")},
        {"bob", "member.death", DEATH("pat"), R(approved_twice)},
        {"cat", "member.death", DEATH("pat")},
        {"dan", "member.death", DEATH("pat"), R(death_confirmed)},
        {"dan", "death.deny", "{'member':#pat}"},
        {"pat", "death.deny", "{'member':#pat}", R(deadline_due), .wait_ms = 14 * DAY},
        {"hub", "clock.tick", KIT_TICK("member_death", "pat")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(member_of(&k, "pat")->state, SHEAF_member_state_deceased);
    assert_int_equal(member_of(&k, "pat")->denials, 1);
    kit_close(&k);
}

void test_exclusion(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':3600},";
    found_three(&k, &rules);
    static const kit_row rows[] = {
        {"dan", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@dan,'web':false}", .label = "dan"},
        {"ann", "member.admit", "{'member':#dan}"},
        {"dan", "exclusion.open", REQUEST("ann"), R(no_vote)},
        {"ann", "exclusion.open", REQUEST("ann"), R(about_oneself)},
        {"ann", "exclusion.open", "{'member':4000,'reason':^}", R(no_such_member)},
        {"ann", "exclusion.open", REQUEST("bob"), .label = "x"},
        {"cat", "exclusion.open", REQUEST("bob"), R(exclusion_under_way)},
        {"ann", "exclusion.open", REQUEST("cat"), R(exclusions_max)},
        {"ann", "motion.open", EXCLUDE("x"), R(hearing)},
        {"ann", "motion.open",
         "{'effect':{'kind':'member.exclude','what':{'exclusion':4000}},'title':^}",
         R(no_such_exclusion)},
        {"cat", "member.answer", "{'exclusion':#x,'text':^}", R(not_concerned)},
        {"bob", "member.answer", "{'exclusion':4000,'text':^}", R(no_such_exclusion)},
        {"bob", "member.answer", "{'exclusion':#x,'text':^}"},
        {"cat", "motion.open", EXCLUDE("x"), .label = "m", .wait_ms = 3600000},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m"), .wait_ms = 120000},
        {"bob", "member.leave", "{}", R(not_a_member)},
        {"ann", "motion.open", EXCLUDE("x"), R(no_such_member)},
        {"ann", "exclusion.open", REQUEST("cat"), .label = "y"}, /* the other one is over */
        {"cat", "member.answer", "{'exclusion':#y,'text':^}", R(exclusion_lapsed),
         .wait_ms = 90 * DAY + 3600001},
        {"ann", "motion.open", EXCLUDE("y"), R(exclusion_lapsed)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(member_of(&k, "bob")->state, SHEAF_member_state_excluded);
    kit_close(&k);
}

/* One hearing, one vote: a motion that was decided has used the request up. */
void test_exclusion_moved(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':3600},";
    rules.early = false;
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "exclusion.open", REQUEST("bob"), .label = "x"},
        {"bob.node", "member.answer", "{'exclusion':#x,'text':^}", R(outside_scope)},
        {"cat", "motion.open", EXCLUDE("x"), .label = "m", .wait_ms = 3600000},
        {"dan", "motion.open", EXCLUDE("x"), R(exclusion_moved)},
        {"dan", "exclusion.open", REQUEST("bob"), R(exclusion_under_way)},
        {"bob", "member.answer", "{'exclusion':#x,'text':^}"},
        {"cat", "motion.withdraw", "{'motion':#m}"},
        {"dan", "motion.open", EXCLUDE("x"), .label = "n"},
        {"ann", "ballot.cast", "{'choice':'no','motion':#n}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#n}"},
        {"hub", "clock.tick", KIT_TICK("motion", "n"), .wait_ms = 120000},
        {"ann", "motion.open", EXCLUDE("x"), R(exclusion_moved)},
        {"bob", "member.answer", "{'exclusion':#x,'text':^}", R(exclusion_lapsed)},
        {"ann", "exclusion.open", REQUEST("bob"), .label = "y"},
        {"ann", "motion.open", EXCLUDE("y"), R(hearing)},
        {"ann", "motion.open", EXCLUDE("y"), .wait_ms = 3600000},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(member_of(&k, "bob")->state, SHEAF_member_state_active);
    kit_close(&k);
}

void test_exclusion_off(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    found_three(&k, &rules);
    kit_want(&k, R(exclusion_off), "ann", "exclusion.open", REQUEST("bob"), NULL);
    kit_close(&k);
}

/* Members give exclusion up while a motion to exclude is open. */
void test_exclusion_given_up(void **unused)
{
    (void)unused;
    kit k;
    char text[8192];
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.early = false;
    found_three(&k, &rules);
    kit_do(&k, "ann", "exclusion.open", "x", REQUEST("bob"));
    rules.exclusion = "";
    snprintf(text, sizeof text, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, ACCEPTED, "ann", "motion.open", text, "a");
    static const kit_row rows[] = {
        {"ann", "motion.open", EXCLUDE("x"), .label = "m"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#a}"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#a}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#a}"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "a"), .wait_ms = 120000},
        {"hub", "clock.tick", KIT_TICK("motion", "m")},
        {"bob", "motion.open", "{'title':^}"},
        {"ann", "motion.open", EXCLUDE("x"), R(exclusion_off)},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_motion *m = sheaf_motion_get(&k.state, kit_index(&k, "m"));
    assert_int_equal(m->state, SHEAF_motion_state_void);
    assert_int_equal(m->refusal, R(exclusion_off));
    kit_close(&k);
}

/* The last vote is not excluded, nor does it die. */
void test_last_vote_outlives(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.early = false;
    found_three(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "exclusion.open", REQUEST("bob"), .label = "x"},
        {"ann", "motion.open", EXCLUDE("x"), .label = "m"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"ann", "member.death", DEATH("bob")},
        {"cat", "member.death", DEATH("bob")},
        {"ann", "member.leave", "{}"},
        {"cat", "member.leave", "{}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m"), .wait_ms = 120000, .label = "decided"},
        {"hub", "clock.tick", KIT_TICK("member_death", "bob"), .wait_ms = 14 * DAY},
        {"bob", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->voters, 1);
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->refusal, R(last_voter));
    kit_close(&k);
}
