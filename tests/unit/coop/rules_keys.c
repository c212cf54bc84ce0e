/* What a key hands on, and how many a member has. */
#include "test.h"

#include "coop/member.h"

#define BITS(admin, money, train, vote)                                                        \
    "'scopes':{'admin':" #admin ",'data':false,'money':" #money ",'train':" #train             \
    ",'vote':" #vote "}"
#define WITHOUT_END(name, scopes) "{'public_key':@" name "," scopes ",'web':false}"
#define DAY                       INT64_C(86400000)

static void found(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_found_four(k, &rules);
}

static void admit(kit *k, sheaf_refusal want, const char *who, const char *key,
                  const char *scopes, int64_t until)
{
    char what[400];
    snprintf(what, sizeof what, "{'public_key':@%s,%s,'until':%lld,'web':false}", key, scopes,
             (long long)until);
    kit_want(k, want, who, "key.admit", what, want == ACCEPTED ? key : NULL);
}

/* Somebody acts for a member with few scopes for a while: none of what they sign outgrows that.
 */
void test_keys_within_their_own(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    int64_t end = k.now + 10 * DAY;
    admit(&k, ACCEPTED, "ann", "e1", BITS(true, false, false, true), end);
    kit_do(&k, "ann", "key.admit", "pay", WITHOUT_END("pay", BITS(false, true, false, false)));
    static const kit_row rows[] = {
        /* Its own end, or another's: the machine's scope is no person's to have. */
        {"e1", "key.admit", WITHOUT_END("x", BITS(true, false, false, true)), R(until_beyond)},
        {"e1", "key.admit", WITHOUT_END("x", BITS(false, false, true, false)), R(until_beyond)},
        {"e1", "key.rotate", "{'key':#ann,'public_key':@x,'web':false}", R(scope_beyond)},
        {"e1", "key.rotate", "{'key':#pay,'public_key':@x,'web':false}", R(scope_beyond)},
        {"e1", "key.rotate", "{'key':#ann.node,'public_key':@x,'web':false}", R(until_beyond)},
        {"e1", "key.revoke", "{'key':#ann}", R(until_beyond)},
        {"e1", "key.revoke", "{'key':#ann.node}", R(until_beyond)},
    };
    KIT_ROWS(&k, rows);
    admit(&k, R(until_beyond), "e1", "x", BITS(true, false, false, true), end + 1);
    admit(&k, R(scope_beyond), "e1", "x", BITS(false, true, false, false), end);
    admit(&k, ACCEPTED, "e1", "e2", BITS(true, false, false, false), end);
    admit(&k, ACCEPTED, "e1", "node2", BITS(false, false, true, false), end);
    static const kit_row others[] = {
        {"e2", "key.rotate", "{'key':#e1,'public_key':@x,'web':false}", R(scope_beyond)},
        {"e2", "key.revoke", "{'key':#e1}"}, /* as long as its own */
        {"e2", "key.rotate", "{'key':#e2,'public_key':@e3,'web':false}", .label = "e3"},
        {"e3", "key.rotate", "{'key':#node2,'public_key':@node3,'web':false}",
         .label = "node3"},
        {"ann", "key.revoke", "{'key':#e3}"},
        {"ann", "key.rotate", "{'key':#pay,'public_key':@pay2,'web':false}", .label = "pay2"},
    };
    KIT_ROWS(&k, others);
    assert_int_equal(sheaf_key_get(&k.state, kit_index(&k, "e3"))->until, end);
    assert_int_equal(sheaf_key_get(&k.state, kit_index(&k, "e3"))->scopes, SHEAF_SCOPE_ADMIN);
    kit_close(&k);
}

/* A key made in a page may sign less, so it does not make one that may sign more. */
void test_keys_of_pages(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.web = "{'admin':true,'data':false,'money':false,'train':false,'vote':true}";
    kit_open(&k);
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"web", "member.apply",
         "{'class':0,'kind':'person','name':^,'public_key':@web,'web':true}", .label = "web"},
        {"ann", "member.admit", "{'member':#web}"},
        {"web", "key.admit", WITHOUT_END("x", BITS(true, true, false, true)), R(scope_beyond)},
        {"web", "key.admit", WITHOUT_END("y", BITS(true, false, false, true)), .label = "y"},
        {"web", "key.admit", WITHOUT_END("n", BITS(false, false, true, false)), .label = "n"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* Everybody can leave: also whose keys are all of pages that sign nothing with members. Where
 * somebody has a key with the scope admin it takes that, and no machine's key is enough. */
void test_keys_of_pages_leave(void **unused)
{
    (void)unused;
    for (int none = 0; none < 2; none++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.leave_notice = 3600;
        if (none)
            rules.web = "{'admin':false,'data':false,'money':false,'train':false,'vote':false}";
        kit_open(&k);
        kit_found_four(&k, &rules);
        static const kit_row rows[] = {
            {"web", "member.apply",
             "{'class':0,'kind':'person','name':^,'public_key':@web,'web':true}",
             .label = "web"},
            {"ann", "member.admit", "{'member':#web}"},
            {"bob.node", "member.leave", "{}", R(outside_scope)},
            {"bob", "key.admit", WITHOUT_END("b2", BITS(false, false, false, true)),
             .label = "b2"},
            {"b2", "member.leave", "{}", R(outside_scope)},
            {"bob", "member.leave", "{}"},
            {"b2", "member.stay", "{}", R(outside_scope)},
            {"web", "member.leave", "{}"},
            {"web", "member.stay", "{}"},
            {"web", "member.leave", "{}"},
            {"web", "member.invite", "{'public_key':@y}", R(outside_scope)},
        };
        KIT_ROWS(&k, rows);
        kit_close(&k);
    }
}

#define OF_PAGE(name) "{'public_key':@" name "," BITS(true, false, false, true) ",'web':true}"

/* What an amendment takes from the keys of pages, those that are admitted sign no more either;
 * and it may not leave the co-op without anybody who can see to keys. */
void test_keys_of_pages_amended(void **unused)
{
    (void)unused;
    static const char all[] =
        "{'admin':true,'data':false,'money':false,'train':false,'vote':true}";
    static const char votes[] =
        "{'admin':false,'data':false,'money':false,'train':false,'vote':true}";
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.web = all;
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "key.admit", OF_PAGE("web"), .label = "web"},
        {"ann", "key.admit", OF_PAGE("old"), .label = "old"},
        {"bob", "key.admit", OF_PAGE("b2"), .label = "b2"},
        {"bob", "key.revoke", "{'key':#bob}"},
        {"web", "member.invite", "{'public_key':@x}"},
    };
    KIT_ROWS(&k, rows);
    int64_t until = k.now + 1000000;
    admit(&k, ACCEPTED, "b2", "b3", BITS(true, false, false, false), until);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "ann"))->guards, 3);
    assert_int_equal(sheaf_coop(&k.state)->guarded, 4);
    rules.web = votes;
    kit_do(&k, "ann", "motion.open", "a", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    for (int i = 0; i < 4; i++)
        kit_do(&k, (const char *[]){"ann", "b2", "cat", "dan"}[i], "ballot.cast", NULL,
               "{'choice':'yes','motion':#a}");
    k.now = sheaf_motion_get(&k.state, kit_index(&k, "a"))->closes;
    kit_do(&k, "hub", "clock.tick", "a.tick", KIT_TICK("motion", "a"));
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "ann"))->guards, 1);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "bob"))->guards, 0);
    assert_int_equal(sheaf_coop(&k.state)->guarded, 3);
    int64_t step_ms = k.step_ms;
    k.step_ms = 0; /* to its last moment b3 can see to it that bob leaves */
    k.now = until;
    kit_want(&k, R(outside_scope), "b2", "member.leave", "{}", NULL);
    k.now++;
    k.step_ms = step_ms;
    static const kit_row after[] = {
        {"web", "member.invite", "{'public_key':@y}", R(outside_scope)},
        {"b2", "key.revoke", "{'key':#bob.node}", R(outside_scope)},
        {"web", "motion.open", "{'title':^}"},
        {"ann", "key.revoke", "{'key':#ann}", R(last_admin_key)},
        /* Nor does what is put in its place. */
        {"ann", "key.rotate", "{'key':#old,'public_key':@new,'web':false}", .label = "new"},
        {"new", "motion.open", "{'title':^}"},
        {"new", "member.invite", "{'public_key':@y}", R(outside_scope)},
        {"bob.node", "member.leave", "{}", R(outside_scope)},
        {"b2", "member.leave", "{}"},
    };
    KIT_ROWS(&k, after);
    kit_close(&k);
    kit_open(&k);
    rules.web = all;
    kit_found(&k, &rules);
    kit_do(&k, "ann", "key.admit", "page", OF_PAGE("page"));
    kit_do(&k, "ann", "key.revoke", NULL, "{'key':#ann}");
    rules.web = votes;
    char text[8192];
    snprintf(text, sizeof text, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(last_guard), "page", "motion.open", text, NULL);
    kit_close(&k);
}

static int in_list(kit *k, const char *member)
{
    int count = 0;
    uint32_t at = sheaf_member_get(&k->state, kit_index(k, member))->key_last;
    for (; at; at = sheaf_key_at(&k->state, at - 1)->before)
        count++;
    return count;
}

/* What is revoked or has expired makes room. */
void test_keys_max(void **unused)
{
    (void)unused;
    kit k;
    char name[KIT_NAME_MAX];
    found(&k);
    int64_t soon = k.now + DAY;
    kit_do(&k, "ann", "key.revoke", NULL, "{'key':#ann.node}");
    for (int i = 2; i <= SHEAF_KEYS_MAX; i++) {
        snprintf(name, sizeof name, "k%d", i);
        if (i % 2)
            admit(&k, ACCEPTED, "ann", name, BITS(false, false, true, false), soon);
        else
            kit_do(&k, "ann", "key.admit", name,
                   "{'public_key':@%s," BITS(false, false, true, false) ",'web':false}", name);
    }
    assert_int_equal(in_list(&k, "ann"), SHEAF_KEYS_MAX);
    static const kit_row rows[] = {
        {"ann", "key.admit", WITHOUT_END("x", BITS(true, true, false, true)), R(keys_max)},
        {"ann", "key.rotate", "{'key':#k40,'public_key':@r40,'web':false}", .label = "r40"},
        {"ann", "key.revoke", "{'key':#k2}"},
        {"ann", "key.admit", WITHOUT_END("x", BITS(true, true, false, true)), .label = "x"},
        {"ann", "key.admit", WITHOUT_END("y", BITS(true, true, false, true)), R(keys_max)},
        {"bob", "key.admit", WITHOUT_END("b2", BITS(true, true, false, true)), .label = "b2"},
    };
    KIT_ROWS(&k, rows);
    k.now = soon - k.step_ms; /* the last moment of 31 of them */
    kit_want(&k, R(keys_max), "ann", "key.admit",
             WITHOUT_END("y", BITS(true, true, false, true)), NULL);
    k.now = soon;
    kit_do(&k, "ann", "key.admit", "y", WITHOUT_END("y", BITS(true, true, false, true)));
    assert_int_equal(in_list(&k, "ann"), SHEAF_KEYS_MAX / 2 + 2);
    static const kit_row after[] = {
        {"ann", "key.revoke", "{'key':#k3}"}, /* has expired, and is in no list any more */
        {"ann", "key.revoke", "{'key':#k64}"},
        {"ann", "key.revoke", "{'key':#ann}"},
        {"ann", "motion.open", "{'title':^}", R(key_revoked)},
        {"x", "key.revoke", "{'key':#x}"},
        {"y", "key.revoke", "{'key':#y}", R(last_admin_key)},
    };
    KIT_ROWS(&k, after);
    kit_close(&k);
}

/* A key that ends one day guards nothing: one without an end is always left. */
void test_keys_that_guard(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    admit(&k, ACCEPTED, "ann", "late", BITS(true, true, false, true),
          INT64_C(9007199254740990)); /* a millisecond before the end of time */
    assert_int_equal(sheaf_coop(&k.state)->guarded, 4);
    static const kit_row rows[] = {
        {"ann", "key.revoke", "{'key':#ann}", R(last_admin_key)},
        {"ann", "key.admit", WITHOUT_END("votes", BITS(false, false, false, true)),
         .label = "votes"},
        {"ann", "key.revoke", "{'key':#ann}", R(last_admin_key)},
        {"ann", "key.admit", WITHOUT_END("a2", BITS(true, false, false, false)), .label = "a2"},
        {"ann", "key.revoke", "{'key':#ann}"},
        {"a2", "key.revoke", "{'key':#a2}", R(last_admin_key)},
        {"a2", "key.revoke", "{'key':#late}"},
        {"a2", "key.revoke", "{'key':#votes}"},
        {"a2", "key.rotate", "{'key':#a2,'public_key':@a3,'web':false}", .label = "a3"},
        {"a3", "key.revoke", "{'key':#a3}", R(last_admin_key)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->guarded, 4);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "ann"))->guards, 1);
    kit_close(&k);
}

/* Nor does an amendment leave nobody with a vote who can see to keys. */
void test_keys_that_guard_the_coop(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'reader','votes':1}";
    kit_open(&k);
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"web", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@web,'web':true}", .label = "web"},
        {"ann", "member.admit", "{'member':#web}"},
    };
    KIT_ROWS(&k, rows);
    rules.classes = "{'name':'member','votes':0},{'name':'reader','votes':1}";
    char text[8192];
    snprintf(text, sizeof text, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(last_guard), "ann", "motion.open", text, NULL);
    static const kit_row more[] = {
        {"bob", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@bob,'web':false}", .label = "bob"},
        {"ann", "member.admit", "{'member':#bob}"},
    };
    KIT_ROWS(&k, more);
    kit_want(&k, ACCEPTED, "ann", "motion.open", text, NULL);
    kit_close(&k);
}
