/* Who decides on applications where the bylaws name an organ for it. */
#include "test.h"

#define APPLY(name, place)                                                                     \
    "{'class':" place ",'kind':'person','name':^,'public_key':@" name ",'web':false}"
#define OF(name)      "{'member':#" name "}"
#define FOR(one, two) "{'approve':[{'member':#" one "},{'member':#" two "}],'election':#e}"
#define MEMBERS(votes)                                                                         \
    "{'admission':{'approvals':2,'lapse_s':864000,'open_max':9,'organ':1},'classes':[{"        \
    "'name':'member','votes':1},{'name':'worker','votes':" votes                               \
    "},{'name':'new','trial_s':8640000,'votes':1}],'leave_notice_s':0,'protected':true}"

/* Two approvals, and an organ of two officers, the second on the list. */
static kit_rules rules_with_organ(void)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'panel','name':'Panel','nominate_s':0,'open_s':100,'quorum_bp':5000,"
        "'seats':2,'term_s':86400000},{'kind':'board','name':'Board','nominate_s':0,'open_s':"
        "100,'quorum_bp':5000,'seats':2,'term_s':86400000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_members] = MEMBERS("1");
    return rules;
}

/* ann, bob, cat and dan; tim is on trial. Ann and cat, who is of another class, are elected. */
static void found(kit *k, const kit_rules *rules)
{
    kit_open(k);
    kit_found(k, rules);
    static const kit_row rows[] = {
        {"bob", "member.apply", APPLY("bob", "0"), .label = "bob"},
        {"ann", "member.admit", OF("bob")}, /* all who have a vote */
        {"cat", "member.apply", APPLY("cat", "1"), .label = "cat"},
        {"dan", "member.apply", APPLY("dan", "0"), .label = "dan"},
        {"tim", "member.apply", APPLY("tim", "2"), .label = "tim"},
        {"ann", "member.admit", OF("cat")}, /* nobody is in office: so do all members */
        {"bob", "member.admit", OF("cat")},
        {"bob", "member.admit", OF("dan")},
        {"cat", "member.admit", OF("dan")},
        {"dan", "member.admit", OF("tim")},
        {"cat", "member.admit", OF("tim")},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
        {"dan", "member.admit", OF("fay")},
        {"bob", "election.call", "{'organ':1}", .label = "e"},
        {"ann", "candidate.stand", "{'election':#e}"},
        {"cat", "candidate.stand", "{'election':#e}"},
        {"ann", "election.vote", FOR("ann", "cat")},
        {"bob", "election.vote", FOR("ann", "cat")},
        {"hub", "clock.tick", KIT_TICK("election", "e"), .label = "term", .wait_ms = 100000},
    };
    KIT_ROWS(k, rows);
}

void test_admission_by_an_organ(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_organ();
    found(&k, &rules);
    static const kit_row rows[] = {
        {"gus", "member.apply", APPLY("gus", "0"), .label = "gus"},
        {"hal", "member.apply", APPLY("hal", "0"), .label = "hal"},
        {"ida", "member.apply", APPLY("ida", "0"), .label = "ida"},
        {"bob", "member.admit", OF("gus"), R(admission_officers)},
        {"bob", "member.decline", OF("gus"), R(admission_officers)},
        {"tim", "member.admit", OF("gus"), R(no_vote)},
        {"ann", "member.admit", OF("gus")},
        {"gus", "motion.open", "{'title':^}", R(not_a_member)}, /* one of two officers */
        {"cat", "member.admit", OF("gus")},
        {"gus", "motion.open", "{'title':^}", .label = "gus.motion"},
        {"cat", "member.admit", OF("fay")}, /* dan's approval was given when dan could */
        {"fay", "motion.open", "{'title':^}", .label = "fay.motion"},
        {"cat", "member.decline", OF("hal")}, /* ann alone is too few */
        {"ann", "member.decline", OF("hal")},
        {"ann", "member.admit", OF("hal"), R(application_declined)},
        /* One officer is left, who does not admit alone: all members decide; then nobody. */
        {"bob", "member.admit", OF("ida"), R(admission_officers)},
        {"cat", "office.resign", "{'organ':1}"},
        {"hub", "clock.tick", KIT_TICK("vacancy", "term")},
        {"tim", "member.admit", OF("ida"), R(no_vote)},
        {"ann", "member.admit", OF("ida")},
        {"ida", "motion.open", "{'title':^}", R(not_a_member)},
        {"cat", "member.admit", OF("ida")},
        {"ida", "motion.open", "{'title':^}"},
        {"jon", "member.apply", APPLY("jon", "0"), .label = "jon"},
        {"ann", "office.resign", "{'organ':1}"},
        {"hub", "clock.tick", KIT_TICK("vacancy", "term")},
        {"bob", "member.admit", OF("jon")},
        {"tim", "member.admit", OF("jon"), R(no_vote)},
        {"dan", "member.admit", OF("jon")},
        {"jon", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* Officers whose class has lost its vote neither decide nor are waited for. */
void test_admission_by_officers_with_a_vote(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_organ();
    found(&k, &rules);
    rules.article[SHEAF_ARTICLE_members] = MEMBERS("0");
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    static const kit_row rows[] = {
        {"gus", "member.apply", APPLY("gus", "0"), .label = "gus"},
        {"cat", "member.admit", OF("gus"), R(no_vote)},
        {"ann", "member.admit", OF("gus")},
        {"gus", "motion.open", "{'title':^}", R(not_a_member)},
        {"bob", "member.admit", OF("gus")},
        {"gus", "motion.open", "{'title':^}"},
        {"hal", "member.apply", APPLY("hal", "0"), .label = "hal"},
        {"ann", "office.resign", "{'organ':1}"}, /* cat alone is in office, without a vote */
        {"hub", "clock.tick", KIT_TICK("vacancy", "term")},
        {"bob", "member.admit", OF("hal")},
        {"dan", "member.admit", OF("hal")},
        {"hal", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

#define HELD(name, digits) KIT_HELD(name, digits, "true", "false", "false", "")

/* Both officers are one person, who is one voice: the members decide once it is heard. */
void test_admission_by_officers_of_one_person(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_organ();
    found(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "key.revoke", "{'key':#ann}"},
        {"a1", "holder.allow", "{'holder':~a,'member':#cat}"},
        {"cat", "key.admit", HELD("c1", "~a"), .label = "c1"},
        {"c1", "key.revoke", "{'key':#cat}"},
        {"gus", "member.apply", APPLY("gus", "0"), .label = "gus"},
        {"bob", "member.admit", OF("gus"), R(admission_officers)},
        {"a1", "member.admit", OF("gus")},
        {"c1", "member.admit", OF("gus"), R(human_twice)},
        {"gus", "motion.open", "{'title':^}", R(not_a_member)},
        {"dan", "member.admit", OF("gus")},
        {"gus", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* An amendment gives the decision to an organ, or takes it back, for applications that wait. */
void test_admission_amended(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_organ();
    found(&k, &rules);
    rules.article[SHEAF_ARTICLE_members] = NULL;
    rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':1},{'name':'new',"
                    "'trial_s':8640000,'votes':1}";
    rules.approvals = 2;
    kit_do(&k, "gus", "member.apply", "gus", APPLY("gus", "0"));
    kit_want(&k, R(admission_officers), "bob", "member.admit", OF("gus"), NULL);
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "bob", "member.admit", NULL, OF("gus"));
    kit_do(&k, "dan", "member.admit", NULL, OF("gus"));
    kit_do(&k, "gus", "motion.open", NULL, "{'title':^}");
    kit_close(&k);
}

#define ACCEPT(name) "{'kind':'member.accept','what':{'member':#" name "}}"

static uint8_t standing(kit *k, const char *who)
{
    return sheaf_member_get(&k->state, kit_index(k, who))->state;
}

/* The members admit as well, whom officers alone would, and whom these have declined. */
void test_admission_by_the_members(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_organ();
    rules.early = false;
    found(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'effect':" ACCEPT("bob") ",'title':^}", R(already_member)},
        {"ann", "motion.open",
         "{'effect':{'kind':'member.accept','what':{'member':4000}},"
         "'title':^}",
         R(no_such_application)},
        {"ned", "member.apply", APPLY("ned", "2"), .label = "ned"},
        {"ann", "member.decline", OF("ned")}, /* the members can admit ned all the same */
        {"ann", "motion.open", "{'effect':" ACCEPT("ned") ",'title':^}", .label = "ned.motion"},
        {"ann", "motion.withdraw", "{'motion':#ned.motion}"},
        {"cat", "member.decline", OF("ned")},
        {"ann", "member.admit", OF("ned"), R(application_declined)},
        {"ann", "motion.open", "{'effect':" ACCEPT("ned") ",'title':^}", .label = "ned.motion"},
        {"ann", "motion.withdraw", "{'motion':#ned.motion}"},
        {"max", "member.apply", APPLY("max", "2"), .label = "max"},
        {"ann", "motion.open", "{'effect':" ACCEPT("max") ",'organ':1,'title':^}",
         R(organ_no_power)},
    };
    KIT_ROWS(&k, rows);
    uint32_t members = sheaf_coop(&k.state)->members;
    kit_motion(&k, "no", ACCEPT("max"), 1);
    assert_int_equal(sheaf_coop(&k.state)->members, members);
    kit_motion(&k, "yes", ACCEPT("max"), 4);
    assert_int_equal(sheaf_coop(&k.state)->members, members + 1);
    assert_true(sheaf_member_get(&k.state, kit_index(&k, "max"))->trial);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "max"))->admitted,
                     kit_index(&k, "yes.tick"));
    kit_close(&k);
}

/* Strangers who fill all places shut out nobody whom a member knows. */
void test_invitations(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.applications_max = 1;
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"x1", "member.apply", APPLY("x1", "0"), .label = "x1"},
        {"eve", "member.apply", APPLY("eve", "1"), R(applications_max)},
        {"ann", "member.invite", "{'public_key':@bob}", R(key_in_use)},
        {"ann", "member.invite", "{'public_key':@eve}"},
        {"bob", "member.invite", "{'public_key':@eve}", R(invited_already)},
        {"fay", "member.apply", APPLY("fay", "0"), R(applications_max)},
        {"eve", "member.apply", APPLY("eve", "1"), .label = "eve"},
        {"ann", "member.invite", "{'public_key':@fay}", R(invited_waits)},
        {"ann", "member.admit", OF("eve")},
        {"eve", "member.invite", "{'public_key':@fay}", R(no_vote)},
        /* Another invitation takes the place of one that was not used. */
        {"ann", "member.invite", "{'public_key':@fay}"},
        {"ann", "member.invite", "{'public_key':@gus}"},
        {"fay", "member.apply", APPLY("fay", "0"), R(applications_max)},
        {"gus", "member.apply", APPLY("gus", "0"), .label = "gus"},
        {"bob", "member.decline", OF("gus")},
        /* It ends with the membership of whoever invites, and is free for another then. */
        {"dan", "member.invite", "{'public_key':@hal}"},
        {"dan", "member.leave", "{}"},
        {"hal", "member.apply", APPLY("hal", "0"), R(applications_max)},
        {"cat", "member.invite", "{'public_key':@hal}"},
        {"hal", "member.apply", APPLY("hal", "0"), .label = "hal"},
        {"x2", "member.apply", APPLY("x2", "0"), R(applications_max)},
        {"ann", "member.decline", OF("x1")}, /* the other way: it takes no place any more */
        {"ida", "member.apply", APPLY("ida", "0"), .label = "ida"},
        /* The same for recoveries. */
        {"r1", "recovery.open", "{'member':#bob,'public_key':@r1,'web':false}", .label = "r1"},
        {"r2", "recovery.open", "{'member':#bob,'public_key':@r2,'web':false}",
         R(recoveries_max)},
        {"ann", "member.invite", "{'public_key':@r2}"},
        {"r2", "recovery.open", "{'member':#bob,'public_key':@r2,'web':false}", .label = "r2"},
        {"ann", "member.invite", "{'public_key':@r3}", R(invited_waits)},
        {"cat", "recovery.confirm", "{'recovery':#r2}"},
        {"r3", "recovery.open", "{'member':#bob,'public_key':@r3,'web':false}",
         R(recoveries_max)}, /* r2 has freed no place, for it had none */
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "r2"), .wait_ms = 3600000},
        {"ann", "member.invite", "{'public_key':@r3}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->recoveries_open, 1);
    assert_int_equal(sheaf_coop(&k.state)->applications, 1); /* ida's */
    kit_close(&k);
}

/* An invitation lasts as long as an application waits, and what was asked by it as long again.
 */
void test_invitations_lapse(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.applications_max = 1;
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "member.invite", NULL, "{'public_key':@eve}");
    kit_do(&k, "bob", "member.invite", NULL, "{'public_key':@fay}");
    int64_t last = k.now + INT64_C(1000) * rules.lapse_s;
    k.now = last - 2 * k.step_ms;
    kit_do(&k, "x1", "member.apply", "x1", APPLY("x1", "0"));
    kit_do(&k, "fay", "member.apply", "fay", APPLY("fay", "0")); /* the last moment */
    assert_int_equal(k.now, last);
    kit_want(&k, R(applications_max), "eve", "member.apply", APPLY("eve", "0"), NULL);
    k.now = last + INT64_C(1000) * rules.lapse_s - k.step_ms;
    kit_want(&k, R(invited_waits), "bob", "member.invite", "{'public_key':@gus}", NULL);
    k.now = last + INT64_C(1000) * rules.lapse_s + 1 - k.step_ms;
    kit_do(&k, "bob", "member.invite", NULL, "{'public_key':@gus}");
    kit_close(&k);
}

/* One member who declines everybody keeps nobody out: it takes so many that too few are left to
 * approve. But nobody it declines stands in a stranger's way. */
void test_declined_by_one(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.applications_max = 1;
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row one[] = {
        {"eve", "member.apply", APPLY("eve", "0"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay", "0"), R(applications_max)},
        {"ann", "member.decline", OF("eve")},
        {"ann", "member.admit", OF("eve"), R(approved_twice)},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
        {"gus", "member.apply", APPLY("gus", "0"), R(applications_max)},
        {"bob", "member.admit", OF("eve")}, /* as many for eve as against */
        {"eve", "person.update", "{'contact':@x}", R(not_a_member)},
        {"gus", "member.apply", APPLY("gus", "0"), R(applications_max)},
        {"cat", "member.admit", OF("eve")},
        {"eve", "person.update", "{'contact':@x}"},
        {"gus", "member.apply", APPLY("gus", "0"), R(applications_max)},
        {"ann", "member.decline", OF("fay")},
        {"bob", "member.decline", OF("fay")},
        {"cat", "member.decline", OF("fay")},
        {"dan", "member.decline", OF("fay")},
    };
    KIT_ROWS(&k, one);
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_applied); /* eve could */
    assert_int_equal(sheaf_coop(&k.state)->applications, 0);
    kit_do(&k, "eve", "member.decline", NULL, OF("fay"));
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_declined);
    assert_int_equal(sheaf_coop(&k.state)->applications, 0);
    /* Aside, and then lapsed: no place is freed twice. */
    kit_do(&k, "gus", "member.apply", "gus", APPLY("gus", "0"));
    kit_do(&k, "ann", "member.decline", NULL, OF("gus"));
    k.now += INT64_C(1000) * rules.lapse_s + 1;
    kit_do(&k, "hal", "member.apply", "hal", APPLY("hal", "0"));
    kit_want(&k, R(application_lapsed), "bob", "member.admit", OF("gus"), NULL);
    assert_int_equal(sheaf_coop(&k.state)->applications, 1);
    kit_counts(&k);
    kit_close(&k);
}

/* Two approvals of four: three against leave too few, and two are as many as can be for it. */
void test_declined_by_enough(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    rules.approvals = 2;
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    static const kit_row rows[] = {
        {"eve", "member.apply", APPLY("eve", "0"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
        {"ann", "member.decline", OF("eve")},
        {"bob", "member.decline", OF("eve")},
        {"ann", "member.decline", OF("fay")},
        {"bob", "member.decline", OF("fay")},
        {"cat", "member.admit", OF("eve")},
        {"cat", "member.decline", OF("fay")},
        {"dan", "member.admit", OF("fay")}, /* too few: a motion can admit fay, nothing else */
        {"dan", "member.decline", OF("fay"), R(approved_twice)},
        {"dan", "member.admit", OF("eve")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_applied); /* two and two */
    assert_true(sheaf_member_get(&k.state, kit_index(&k, "eve"))->aside);
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_applied);
    assert_true(sheaf_member_get(&k.state, kit_index(&k, "fay"))->aside);
    kit_motion(&k, "m", ACCEPT("eve"), 4);
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_active);
    kit_close(&k);
}

/* Two approvals, the members ann and bob, for both of whom one person may act, who holds a1,
 * and two who apply. */
static void found_with_one_person(kit *k)
{
    kit_open(k);
    kit_found_approvals(k, 2);
    static const kit_row rows[] = {
        {"bob", "member.apply", APPLY("bob", "0"), .label = "bob"},
        {"ann", "member.admit", OF("bob")},
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "key.revoke", "{'key':#ann}"},
        {"a1", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"eve", "member.apply", APPLY("eve", "0"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
    };
    KIT_ROWS(k, rows);
}

/* Two approvals, and two members for both of whom one person acts: the person's is enough, and
 * stays so until somebody else holds a key of theirs as well. */
void test_admission_by_one_person(void **unused)
{
    (void)unused;
    kit k;
    found_with_one_person(&k);
    static const kit_row rows[] = {
        {"gus", "member.apply", APPLY("gus", "0"), .label = "gus"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"a1", "member.admit", OF("eve")}, /* bob's first key is nobody's that is named */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_applied);
    static const kit_row alone[] = {
        {"b1", "key.admit", HELD("b2", "~b"), .label = "b2"},
        {"b1", "key.revoke", "{'key':#bob}"},
        {"a1", "member.admit", OF("fay")}, /* b1 is the same person's, b2 is not */
    };
    KIT_ROWS(&k, alone);
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_applied);
    kit_want(&k, R(human_twice), "b1", "member.admit", OF("fay"), NULL);
    kit_do(&k, "b1", "key.revoke", NULL, "{'key':#b2}");
    kit_want(&k, R(human_twice), "b1", "member.admit", OF("eve"), NULL);
    kit_do(&k, "b1", "member.admit", NULL, OF("gus"));
    assert_int_equal(standing(&k, "gus"), SHEAF_member_state_active);
    kit_close(&k);
}

#define NAMELESS(name)                                                                         \
    "{'public_key':@" name ",'scopes':{'admin':true,'data':false,'money':false,'train':false," \
    "'vote':false},'web':false}"

/* Ann acts for the organisation too: nobody knows whether ann holds its key that names nobody,
 * so ann is not heard by that one as well. */
void test_heard_by_keys_without_a_name(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_found_approvals(&k, 3);
    static const kit_row rows[] = {
        {"org", "member.apply",
         "{'class':0,'kind':'organisation','name':^,'public_key':@org,'web':false}",
         .label = "org"},
        {"ann", "member.admit", OF("org")},
        {"bob", "member.apply", APPLY("bob", "0"), .label = "bob"},
        {"ann", "member.admit", OF("bob")},
        {"org", "member.admit", OF("bob")}, /* its keys name nobody: it counts as itself */
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"a1", "holder.allow", "{'holder':~a,'member':#org}"},
        {"org", "key.admit", HELD("o1", "~a"), .label = "o1"},
        {"org", "key.admit", HELD("o2", "~b"), .label = "o2"},
        {"org", "key.admit", NAMELESS("o3"), .label = "o3"},
        {"eve", "member.apply", APPLY("eve", "0"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
        {"gus", "member.apply", APPLY("gus", "0"), .label = "gus"},
        {"hal", "member.apply", APPLY("hal", "0"), .label = "hal"},
        {"ida", "member.apply", APPLY("ida", "0"), .label = "ida"},
        {"a1", "member.admit", OF("eve")}, /* first as ann */
        {"org", "member.admit", OF("eve"), R(human_unnamed)},
        {"o1", "member.admit", OF("eve"), R(human_twice)},
        {"o2", "member.admit", OF("eve")},
        {"o3", "member.admit", OF("fay")}, /* first as the organisation */
        {"a1", "member.admit", OF("fay"), R(human_twice)},
        {"ann", "member.admit", OF("fay"), R(human_unnamed)},
        {"o1", "member.admit", OF("gus")}, /* ann's own key without a name is ann's */
        {"ann", "member.admit", OF("gus"), R(human_unnamed)},
        {"o2", "member.admit", OF("hal")}, /* somebody else's */
        {"ann", "member.admit", OF("hal")},
        /* Whom the organisation may name no more it does not speak for. */
        {"a1", "holder.withdraw", "{'holder':~a,'member':#org}"},
        {"a1", "member.admit", OF("ida")},
        {"o1", "member.admit", OF("ida"), R(holder_withdrawn)},
        {"org", "member.admit", OF("ida")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_applied); /* bob could */
    kit_do(&k, "bob", "member.admit", NULL, OF("fay"));
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_active); /* all who can be heard */
    kit_close(&k);
}

#define HELD_UNTIL(name, digits, until)                                                        \
    KIT_HELD(name, digits, "true", "false", "false", "'until':" until ",")

/* The same, where the key of somebody else runs out: in its last millisecond the member could
 * still be heard, and no longer. */
void test_admission_until_a_key_runs_out(void **unused)
{
    (void)unused;
    kit k;
    found_with_one_person(&k);
    static const kit_row rows[] = {
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"b1", "key.admit", HELD_UNTIL("b2", "~b", "1790000100000")},
        {"b1", "key.revoke", "{'key':#bob}"},
    };
    KIT_ROWS(&k, rows);
    k.now = KIT_START + 100000 - k.step_ms;
    kit_do(&k, "a1", "member.admit", NULL, OF("eve"));
    assert_int_equal(k.now, KIT_START + 100000);
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_applied);
    kit_do(&k, "a1", "member.admit", NULL, OF("fay"));
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_active);
    kit_close(&k);
}

/* Ann and bob act for the organisation as well: its key that names nobody would take the voice
 * of both, so that it alone admitted. */
void test_heard_for_several(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_found_approvals(&k, 2);
    static const kit_row rows[] = {
        {"org", "member.apply",
         "{'class':0,'kind':'organisation','name':^,'public_key':@org,'web':false}",
         .label = "org"},
        {"ann", "member.admit", OF("org")},
        {"bob", "member.apply", APPLY("bob", "0"), .label = "bob"},
        {"ann", "member.admit", OF("bob")},
        {"org", "member.admit", OF("bob")},
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"bob", "key.admit", HELD("b1", "~b"), .label = "b1"},
        {"a1", "holder.allow", "{'holder':~a,'member':#org}"},
        {"b1", "holder.allow", "{'holder':~b,'member':#org}"},
        {"org", "key.admit", HELD("o1", "~a"), .label = "o1"},
        {"eve", "member.apply", APPLY("eve", "0"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
        {"org", "member.admit", OF("eve")}, /* it may be ann who signs */
        {"a1", "member.admit", OF("eve"), R(human_twice)},
        {"org", "key.admit", HELD("o2", "~b"), .label = "o2"},
        {"org", "member.admit", OF("fay"), R(human_unnamed)}, /* or bob */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_applied);
    kit_do(&k, "o1", "member.admit", NULL, OF("fay"));
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_applied); /* bob can be heard */
    kit_do(&k, "b1", "member.admit", NULL, OF("fay"));
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_active);
    kit_close(&k);
}
