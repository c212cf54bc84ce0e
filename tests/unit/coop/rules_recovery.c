/* Keys that change hands: rotation, recovery, and humans who count once. */
#include "test.h"

#include "coop/deadline.h"

#define DAY                INT64_C(86400000)
#define RECOVERY           "'recovery':{'confirmations':2,'panel_s':86400,'wait_s':3600},"
#define OPEN(name, member) "{'member':#" member ",'public_key':@" name ",'web':false}"
#define OF(recovery)       "{'recovery':#" recovery "}"
#define FOR(recovery)      "{'recovery':#" recovery ",'uphold':true}"
#define AGAINST(recovery)  "{'recovery':#" recovery ",'uphold':false}"
#define ADMIN_KEY(name)                                                                        \
    "{'public_key':@" name ",'scopes':{'admin':true,'data':false,'money':false,'train':"       \
    "false,'vote':false},'web':false}"

static uint8_t state_of(kit *k, const char *label)
{
    return sheaf_recovery_get(&k->state, kit_index(k, label))->state;
}

static void found(kit *k, const char *recovery)
{
    kit_rules rules = kit_rules_usual();
    rules.recovery = recovery;
    rules.applications_max = 2;
    kit_open(k);
    kit_found_four(k, &rules);
}

void test_rotation(void **unused)
{
    (void)unused;
    kit k;
    char what[400];
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "key.rotate", "{'key':#ann,'public_key':@bob,'web':false}", R(key_in_use)},
        {"ann", "key.rotate", "{'key':#bob,'public_key':@r1,'web':false}", R(no_such_own_key)},
        {"ann", "key.rotate", "{'key':4000,'public_key':@r1,'web':false}", R(no_such_own_key)},
        {"ann", "key.rotate", "{'key':#ann,'public_key':@r1,'web':true}", R(scope_web)},
        {"ann.node", "key.rotate", "{'key':#ann,'public_key':@r1,'web':false}",
         R(outside_scope)},
        {"ann", "key.rotate", "{'key':#ann,'public_key':@r1,'web':false}", .label = "r1"},
        {"ann", "motion.open", "{'title':^}", R(key_revoked)},
        {"r1", "key.rotate", "{'key':#ann,'public_key':@r2,'web':false}", R(key_revoked)},
        {"r1", "motion.open", "{'title':^}"},
        {"r1", "key.rotate", "{'key':#ann.node,'public_key':@n2,'web':false}", .label = "n2"},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_key *old = sheaf_key_get(&k.state, kit_index(&k, "ann"));
    const struct sheaf_row_key *new = sheaf_key_get(&k.state, kit_index(&k, "r1"));
    assert_int_equal(new->scopes, old->scopes);
    assert_int_equal(new->until, old->until);
    assert_int_equal(old->revoked, new->id);
    assert_int_equal(sheaf_key_get(&k.state, kit_index(&k, "n2"))->scopes, SHEAF_SCOPE_TRAIN);
    snprintf(what, sizeof what,
             "{'public_key':@p,'scopes':{'admin':false,'data':false,'money':false,'train':"
             "false,'vote':true},'until':%lld,'web':false}",
             (long long)k.now + 100);
    kit_want(&k, ACCEPTED, "r1", "key.admit", what, "p");
    k.now += 200;
    kit_want(&k, R(key_expired), "r1", "key.rotate", "{'key':#p,'public_key':@p2,'web':false}",
             NULL);
    kit_close(&k);
}

/* One human with keys of two members is heard once. */
void test_humans_count_once(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_found_approvals(&k, 2);
#define HELD(name, digits) KIT_HELD(name, digits, "true", "false", "false", "")
    static const kit_row rows[] = {
        {"bob", "member.apply", KIT_PERSON("bob"), .label = "bob"},
        {"ann", "member.admit", "{'member':#bob}"},
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        /* Copied from the log, as a key's, an applicant's or a recovery's. */
        {"bob", "key.admit", HELD("b1", "~a"), R(holder_of_another)},
        {"fay", "member.apply",
         "{'class':0,'holder':~a,'kind':'person','name':^,'public_key':@fay,'web':false}",
         R(holder_of_another)},
        {"bob", "holder.allow", "{'holder':~a,'member':#bob}", R(holder_not_yours)},
        {"ann", "holder.allow", "{'holder':~c,'member':#bob}", R(holder_not_yours)},
        {"ann", "holder.allow",
         "{'holder':'aaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',"
         "'member':#bob}",
         R(holder_not_yours)},
        {"ann", "holder.allow", "{'holder':~a,'member':#eve}", R(no_such_member)},
        {"ann", "holder.allow", "{'holder':~a,'member':#ann}", R(about_oneself)},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"}, /* who is both */
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}", R(holder_allowed)},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"bob", "key.admit", HELD("b2", "~b"), .label = "b2"},
        {"a1", "member.admit", "{'member':#eve}"},
        {"b1", "member.admit", "{'member':#eve}", R(human_twice)},
        {"b1", "key.rotate", "{'key':#b1,'public_key':@b3,'web':false}", .label = "b3"},
        {"b3", "member.admit", "{'member':#eve}", R(human_twice)}, /* the holder stays */
        {"ann", "member.admit", "{'member':#eve}", R(approved_twice)},
        {"b2", "member.admit", "{'member':#eve}"},
        {"eve", "motion.open", "{'title':^}"},
        /* What was allowed is taken back: a new key names it no more, old ones are still ann's.
         */
        {"bob", "holder.withdraw", "{'holder':~a,'member':#bob}", R(holder_not_yours)},
        {"ann", "holder.withdraw", "{'holder':~c,'member':#bob}", R(holder_not_yours)},
        {"ann", "holder.withdraw", "{'holder':~a,'member':#eve}", R(holder_not_allowed)},
        {"ann", "holder.withdraw", "{'holder':~a,'member':#bob}"},
        {"ann", "holder.withdraw", "{'holder':~a,'member':#bob}", R(holder_not_allowed)},
        {"bob", "key.admit", HELD("b5", "~a"), R(holder_of_another)},
        {"b3", "key.rotate", "{'key':#b3,'public_key':@b6,'web':false}", .label = "b6"},
        {"fay", "member.apply", KIT_PERSON("fay"), .label = "fay"},
        {"b6", "member.admit", "{'member':#fay}", R(holder_withdrawn)}, /* not in ann's place */
        {"a1", "member.decline", "{'member':#fay}"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b5", "~a"), .label = "b5"},
        {"bob", "key.admit",
         HELD("b4", "'aaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'"),
         R(holder_taken)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_human_count(&k.state), 2);
    kit_close(&k);
}

void test_recovery(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY);
    static const kit_row rows[] = {
        {"new", "recovery.open", OPEN("bob", "ann"), R(key_in_use)},
        {"new", "recovery.open", "{'member':4000,'public_key':@new,'web':false}",
         R(no_such_member)},
        {"new", "recovery.open", OPEN("new", "ann"), .label = "rec"},
        {"new", "motion.open", "{'title':^}", R(key_revoked)},
        {"ann", "recovery.confirm", OF("rec"), R(about_oneself)},
        {"bob", "recovery.confirm", "{'recovery':4000}", R(no_such_recovery)},
        {"bob", "recovery.object", OF("rec"), R(recovery_elsewhere)},
        {"bob", "recovery.confirm", OF("rec")},
        {"bob", "recovery.confirm", OF("rec"), R(approved_twice)},
        {"cat", "recovery.decline", OF("rec"), R(recovery_confirmed)},
        {"ann", "person.update", "{'contact':@x}"}, /* so far nothing is different */
        {"cat", "recovery.confirm", OF("rec")},
        /* Nobody is rid of it by admitting its key: neither who stole ann's key, nor others. */
        {"ann", "key.admit", ADMIN_KEY("new"), R(key_in_use)},
        {"ann", "key.rotate", "{'key':#rec,'public_key':@r9,'web':false}", R(key_revoked)},
        {"dan", "key.admit", ADMIN_KEY("new"), R(key_in_use)},
        {"new", "recovery.open", OPEN("new", "bob"), R(key_in_use)},
        {"dan", "recovery.confirm", OF("rec"), R(recovery_elsewhere)},
        {"new", "motion.open", "{'title':^}", R(key_revoked)},
        {"ann", "key.admit", ADMIN_KEY("a2"), .label = "a2"},
        {"other", "recovery.open", OPEN("other", "ann"), .label = "rec2"},
        {"dan", "recovery.confirm", OF("rec2"), R(recovery_under_way)},
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "rec"), .wait_ms = 3600000},
        {"ann", "motion.open", "{'title':^}", R(key_revoked)},
        {"a2", "key.revoke", "{'key':#a2}", R(key_revoked)},
        {"new", "motion.open", "{'title':^}"},
        {"new", "key.admit", ADMIN_KEY("a3")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(state_of(&k, "rec"), SHEAF_recovery_state_done);
    assert_false(sheaf_key_live(&k.state, kit_index(&k, "ann.node"), SHEAF_SCOPE_TRAIN, k.now));
    kit_close(&k);
}

/* Whoever opens many leaves nothing but rows that are struck or lapse. */
void test_recovery_flood(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"n2", "recovery.open", OPEN("n2", "ann"), .label = "n2"},
        {"n3", "recovery.open", OPEN("n3", "bob"), R(recoveries_max)},
        {"cat", "recovery.confirm", OF("n1")}, /* it does not count any more */
        {"n3", "recovery.open", OPEN("n3", "bob"), .label = "n3"},
        {"n4", "recovery.open", OPEN("n4", "bob"), R(recoveries_max)},
        {"dan", "recovery.decline", OF("n3")},
        {"dan", "recovery.decline", OF("n3"), R(recovery_elsewhere)},
        {"n4", "recovery.open", OPEN("n4", "bob"), .label = "n4"},
        {"hub", "clock.tick", KIT_TICK("recovery_lapses", "n1"), .wait_ms = DAY},
        {"hub", "clock.tick", KIT_TICK("recovery_lapses", "n2")},
        {"hub", "clock.tick", KIT_TICK("recovery_lapses", "n4")},
        {"n5", "recovery.open", OPEN("n5", "bob")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->recoveries_open, 1);
    assert_int_equal(state_of(&k, "n1"), SHEAF_recovery_state_failed);
    kit_close(&k);
}

/* Both sides are frozen, and the panel decides either way or not at all. */
void test_recovery_objected(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"bob", "recovery.confirm", OF("n1")},
        {"bob", "recovery.object", OF("n1"), R(approved_twice)}, /* who confirmed */
        {"cat", "recovery.judge", FOR("n1"), R(recovery_elsewhere)},
        {"ann.node", "recovery.object", OF("n1")},
        {"ann", "key.admit", ADMIN_KEY("a2"), R(keys_frozen)},
        {"ann", "revenue.record", "{'cents':100,'model':0,'uses':1}", R(malformed)},
        {"ann", "member.leave", "{}", R(keys_frozen)},
        {"ann", "motion.open", "{'title':^}", .label = "m"},
        {"ann", "motion.withdraw", "{'motion':#m}"},
        {"ann", "recovery.judge", AGAINST("n1"), R(about_oneself)},
        {"bob", "recovery.judge", FOR("n1"), R(approved_twice)},
        {"cat", "recovery.judge", AGAINST("n1")}, /* at most two of four can be for it now */
        {"ann", "key.admit", ADMIN_KEY("a2"), .label = "a2"},
        /* Another member objects in its place, and the panel is for it. */
        {"n2", "recovery.open", OPEN("n2", "ann"), .label = "n2"},
        {"dan", "recovery.confirm", OF("n2")},
        {"cat", "recovery.object", OF("n2"), .wait_ms = 1000},
        {"bob", "recovery.judge", FOR("n2")},
        {"n2", "motion.open", "{'title':^}", R(key_revoked)},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n2"), .wait_ms = 3600000},
        {"ann", "motion.open", "{'title':^}", R(key_revoked)},
        {"n2", "key.admit", ADMIN_KEY("a3"), .label = "a3"},
        /* The panel says nothing. */
        {"n3", "recovery.open", OPEN("n3", "ann"), .label = "n3"},
        {"cat", "recovery.confirm", OF("n3")},
        {"n2", "recovery.object", OF("n3")},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n3"), .wait_ms = DAY},
        {"n2", "key.admit", ADMIN_KEY("a4")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(state_of(&k, "n1"), SHEAF_recovery_state_failed);
    assert_int_equal(state_of(&k, "n2"), SHEAF_recovery_state_done);
    assert_int_equal(state_of(&k, "n3"), SHEAF_recovery_state_failed);
    kit_close(&k);
}

/* Colluders cannot hold a member in one false recovery after the other. */
void test_recovery_in_vain(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = RECOVERY;
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"n2", "recovery.open", OPEN("n2", "ann"), .label = "n2"},
        {"bob", "recovery.confirm", OF("n2")}, /* in store, for afterwards */
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.confirm", OF("n1")},
        {"ann", "recovery.object", OF("n1")},
        {"dan", "recovery.judge", AGAINST("n1"), .label = "failed"},
        {"dan", "recovery.confirm", OF("n2"), R(recovery_before)},
        {"n3", "recovery.open", OPEN("n3", "ann"), .label = "n3"},
        {"bob", "recovery.confirm", OF("n3"), R(confirmed_in_vain)},
        {"cat", "recovery.confirm", OF("n3"), R(confirmed_in_vain)},
        {"dan", "recovery.confirm", OF("n3")},
        {"n4", "recovery.open", OPEN("n4", "dan"), .label = "n4"},
        {"bob", "recovery.confirm", OF("n4")}, /* of another's keys */
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_in_vain *last =
        sheaf_in_vain_get(&k.state, sheaf_pair(kit_index(&k, "bob"), kit_index(&k, "ann")));
    sheaf_deadline due;
    int64_t until = last->failed + INT64_C(1000) * (3600 + 86400);
    while (sheaf_deadline_first(&k.state, &due)) {
        k.now = due.at;
        kit_do(&k, "hub", "clock.tick", NULL,
               "{'deadline':'recovery_lapses','of':%u,'unwitnessed':false}", due.of);
    }
    assert_true(k.now < until);
    kit_do(&k, "n5", "recovery.open", "n5", OPEN("n5", "ann"));
    k.now = until - 1 - k.step_ms;
    kit_want(&k, R(confirmed_in_vain), "bob", "recovery.confirm", OF("n5"), NULL);
    k.now = until - k.step_ms;
    kit_do(&k, "bob", "recovery.confirm", NULL, OF("n5"));
    kit_do(&k, "cat", "recovery.confirm", NULL, OF("n5"));
    assert_int_equal(state_of(&k, "n5"), SHEAF_recovery_state_waiting);
    assert_int_equal(state_of(&k, "n2"), SHEAF_recovery_state_failed);
    kit_close(&k);
}

/* What a recovery rests on may end meanwhile: the membership, or that there are others. */
void test_recovery_overtaken(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.confirm", OF("n1")},
        {"ann", "member.leave", "{}"},
        {"dan", "recovery.object", OF("n1"), R(recovery_elsewhere)},
        {"n2", "recovery.open", OPEN("n2", "bob"), .label = "n2"},
        {"cat", "recovery.confirm", OF("n2")}, /* of two others one is enough */
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "n2"), .wait_ms = 3600000},
        {"n2", "motion.open", "{'title':^}"},
        {"n3", "recovery.open", OPEN("n3", "bob"), .label = "n3"},
        {"cat", "member.leave", "{}"},
        {"dan", "recovery.confirm", OF("n3"), R(recovery_alone)},
        {"n4", "recovery.open", OPEN("n4", "bob"), R(recovery_alone)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(state_of(&k, "n1"), SHEAF_recovery_state_failed);
    assert_int_equal(state_of(&k, "n2"), SHEAF_recovery_state_done);
    kit_close(&k);
}

/* What pages' keys may sign is what the bylaws leave them, recovered or not. */
void test_recovery_web(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"w", "recovery.open", "{'member':#ann,'public_key':@w,'web':true}", .label = "w"},
        {"eve", "recovery.confirm", OF("w"), R(no_vote)},
        {"bob", "recovery.confirm", OF("w")},
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "w"), .wait_ms = 3600000},
        {"w", "motion.open", "{'title':^}"},
        {"w", "key.admit", ADMIN_KEY("a2"), R(outside_scope)},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* Who confirms many keeps nobody else from it: half of the places are one a member. */
void test_recovery_confirmed_max(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = RECOVERY;
    rules.applications_max = 4;
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"n2", "recovery.open", OPEN("n2", "ann"), .label = "n2"},
        {"n3", "recovery.open", OPEN("n3", "dan"), .label = "n3"},
        {"n4", "recovery.open", OPEN("n4", "cat"), .label = "n4"},
        {"bob", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n2")},
        {"bob", "recovery.confirm", OF("n3"), R(recoveries_confirmed)},
        {"cat", "recovery.confirm", OF("n1")}, /* a second confirmation takes no place */
        {"cat", "recovery.confirm", OF("n3")},
        {"cat", "recovery.decline", OF("n3"), R(recovery_confirmed)},
        {"bob", "recovery.confirm", OF("n3")}, /* nor does this */
        {"dan", "recovery.confirm", OF("n4")},
        {"n5", "recovery.open", OPEN("n5", "cat"), .label = "n5"},
        {"dan", "recovery.confirm", OF("n5"), R(recoveries_confirmed)},
        {"ann", "recovery.confirm", OF("n5")},
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "n1"), .wait_ms = 3600000},
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "n3")},
        {"hub", "clock.tick", KIT_TICK("recovery_lapses", "n2"), .wait_ms = DAY},
        {"hub", "clock.tick", KIT_TICK("recovery_lapses", "n4")},
        {"hub", "clock.tick", KIT_TICK("recovery_lapses", "n5")},
        {"n6", "recovery.open", OPEN("n6", "cat"), .label = "n6"},
        {"bob", "recovery.confirm", OF("n6")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->recoveries_confirmed, 1);
    assert_int_equal(sheaf_coop(&k.state)->recoveries_open, 0);
    kit_close(&k);
}

#define NAMED(name, digits)                                                                    \
    "{'holder':" digits ",'public_key':@" name ",'scopes':{'admin':true,'data':false,'money'"  \
    ":false,'train':false,'vote':false},'web':false}"

/* The same human in two memberships: what failed for one is not confirmed by the other. */
void test_recovery_of_the_same_human(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    rules.protected.majority = "two_thirds";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "key.admit", NAMED("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", NAMED("b1", "~a"), .label = "b1"},
        {"cat", "key.admit", NAMED("c1", "~c"), .label = "c1"},
        {"cat", "holder.allow", "{'holder':~c,'member':#dan}"},
        {"dan", "key.admit", NAMED("d1", "~c"), .label = "d1"},
        /* Who holds a key of the member, or is to hold the new one, says nothing about it. */
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"b1", "recovery.confirm", OF("n1"), R(recovery_concerned)},
        {"n2", "recovery.open", "{'holder':~c,'member':#dan,'public_key':@n2,'web':false}",
         .label = "n2"},
        {"dan", "key.revoke", "{'key':#d1}"},
        {"c1", "recovery.confirm", OF("n2"), R(recovery_concerned)},
        {"dan", "key.admit", NAMED("d2", "~c"), .label = "d2"},
        {"c1", "recovery.confirm", OF("n1")},
        {"bob", "key.admit", NAMED("b2", "~b"), .label = "b2"},
        {"b1", "recovery.object", OF("n1")}, /* as ann's own, and no voice of the panel's */
        {"b1", "recovery.judge", AGAINST("n1"), R(recovery_concerned)},
        {"bob", "recovery.judge", AGAINST("n1"), R(recovery_concerned)}, /* it may be b1's */
        {"b2", "recovery.judge", AGAINST("n1")},
        {"n3", "recovery.open", OPEN("n3", "ann"), .label = "n3"},
        {"cat", "recovery.confirm", OF("n3"), R(confirmed_in_vain)},
        {"d2", "recovery.confirm", OF("n3"), R(confirmed_in_vain)},
        {"dan", "recovery.confirm", OF("n3"), R(confirmed_in_vain)}, /* it may be d2's */
        {"dan", "key.admit", NAMED("d3", "~d"), .label = "d3"},
        {"d3", "recovery.confirm", OF("n3")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(state_of(&k, "n1"), SHEAF_recovery_state_failed);
    assert_int_equal(state_of(&k, "n3"), SHEAF_recovery_state_waiting);
    int64_t until =
        sheaf_human_in_vain_at(&k.state, 0)->failed + INT64_C(1000) * (3600 + 86400);
    k.now += 3600000;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("recovery_waits", "n3"));
    k.now = until - 60000;
    for (sheaf_deadline due; sheaf_fold_due(&k.state, k.now + k.step_ms, &due);)
        kit_do(&k, "hub", "clock.tick", NULL,
               "{'deadline':'recovery_lapses','of':%u,'unwitnessed':false}", due.of);
    kit_do(&k, "n4", "recovery.open", "n4", OPEN("n4", "ann"));
    k.now = until - 1 - k.step_ms;
    kit_want(&k, R(confirmed_in_vain), "d2", "recovery.confirm", OF("n4"), NULL);
    k.now = until - k.step_ms;
    kit_do(&k, "d2", "recovery.confirm", NULL, OF("n4"));
    kit_close(&k);
}

/* A key that could do nothing replaces none, nor does one that leaves nobody to see to keys. */
void test_recovery_of_nothing(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"w", "recovery.open", "{'member':#ann,'public_key':@w,'web':true}", .label = "w"},
        {"bob", "recovery.confirm", OF("w")},
    };
    KIT_ROWS(&k, rows);
    kit_rules none = rules;
    none.web = "{'admin':false,'data':false,'money':false,'train':false,'vote':false}";
    kit_motion(&k, "m", kit_amendment(&none, "#ann"), 4);
    static const kit_row more[] = {
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "w"), .wait_ms = 3600000},
        {"w2", "recovery.open", "{'member':#ann,'public_key':@w2,'web':true}", R(scope_none)},
        {"ann", "motion.open", "{'title':^}"},
        {"w", "motion.open", "{'title':^}", R(key_revoked)},
    };
    KIT_ROWS(&k, more);
    assert_int_equal(state_of(&k, "w"), SHEAF_recovery_state_failed);
    assert_int_equal(sheaf_in_vain_count(&k.state), 0);
    kit_close(&k);
}

/* Members give recovery up while one waits. */
void test_recovery_given_up(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"n2", "recovery.open", OPEN("n2", "cat"), .label = "n2"},
        {"bob", "recovery.confirm", OF("n1")},
    };
    KIT_ROWS(&k, rows);
    rules.recovery = "";
    kit_motion(&k, "m", kit_amendment(&rules, "#ann"), 4);
    static const kit_row more[] = {
        {"bob", "recovery.confirm", OF("n2"), R(recovery_off)},
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "n1"), .wait_ms = 3600000},
        {"ann", "motion.open", "{'title':^}"},
        {"n1", "motion.open", "{'title':^}", R(key_revoked)},
    };
    KIT_ROWS(&k, more);
    assert_int_equal(state_of(&k, "n1"), SHEAF_recovery_state_failed);
    kit_close(&k);
}

void test_recovery_of_the_last_guard(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':1,'panel_s':86400,'wait_s':3600},";
    kit_open(&k);
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "member.leave", "{}", R(last_voter)},
        {"bob", "member.apply", KIT_PERSON("bob"), .label = "bob"},
        {"ann", "member.admit", "{'member':#bob}"},
        {"cat", "member.apply",
         "{'class':0,'kind':'person','name':^,'public_key':@cat,'web':true}", .label = "cat"},
        {"ann", "member.admit", "{'member':#cat}"},
        {"w", "recovery.open", "{'member':#ann,'public_key':@w,'web':true}", .label = "w"},
        {"bob", "recovery.confirm", OF("w")},
        {"bob", "member.leave", "{}"},
        {"hub", "clock.tick", KIT_TICK("recovery_waits", "w"), .wait_ms = 3600000},
        {"ann", "member.leave", "{}", R(last_guard)}, /* cat's key sees to no keys */
        {"ann", "member.decline", "{'member':#cat}", R(already_member)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(state_of(&k, "w"), SHEAF_recovery_state_failed);
    assert_int_equal(sheaf_coop(&k.state)->guarded, 1);
    kit_close(&k);
}

void test_recovery_off(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "");
    kit_want(&k, R(recovery_off), "n1", "recovery.open", OPEN("n1", "ann"), NULL);
    kit_close(&k);
}
