/* The envelope, founding, members, keys. */
#include "test.h"

#include "coop/withheld.h"

#define NODE                                                                                   \
    "'scopes':{'admin':false,'data':false,'money':false,'train':true,'vote':false},'web':"     \
    "false"
#define ALL                                                                                    \
    "'scopes':{'admin':true,'data':true,'money':true,'train':false,'vote':true},'web':false"
#define APPLY(name) KIT_PERSON(name)
#define VOTE_MOTION "{'title':^}"

static void found_with(kit *k, const char *origin, const char *hub, const char *log, int class,
                       sheaf_refusal want)
{
    char what[8192];
    kit_rules rules = kit_rules_usual();
    snprintf(what, sizeof what,
             "{'bylaws':%s,'class':%d,'hub_key':%s,'kind':'person','log_key':%s,'name':^,"
             "'origin':'%s','public_key':@ann,'revision':1}",
             kit_bylaws(&rules), class, hub, log, origin);
    kit_want(k, want, "ann", "coop.found", what, NULL);
}

void test_envelope(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_want(&k, R(not_found), "ann", "member.apply", APPLY("ann"), NULL);
    kit_found_four(&k, &rules);
    found_with(&k, KIT_ORIGIN, "@hub", "@log", 0, R(founded_twice));

    k.wrong.bad_signature = true;
    kit_want(&k, R(signature), "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.seq = 1;
    kit_want(&k, R(sequence), "ann", "motion.open", VOTE_MOTION, NULL);
    assert_false(k.outcome.number_used);
    k.wrong.seq = -1;
    kit_want(&k, R(sequence), "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.seq = 1;
    kit_want(&k, R(sequence), "hub", "clock.tick",
             "{'deadline':'motion','of':0,'unwitnessed':false}", NULL);
    k.wrong.seq = 1;
    kit_want(&k, R(sequence), "eve", "member.apply", APPLY("eve"), NULL);
    k.wrong.stamp = -KIT_START / 2;
    kit_want(&k, R(stamp_backwards), "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.until = -600001;
    kit_want(&k, R(act_expired), "ann", "motion.open", VOTE_MOTION, NULL);
    assert_true(k.outcome.number_used);
    k.wrong.until = -600000; /* until the very moment of the stamp */
    kit_want(&k, ACCEPTED, "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.at = SHEAF_CLOCK_SKEW_MS + 1;
    kit_want(&k, R(act_early), "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.at = SHEAF_CLOCK_SKEW_MS;
    kit_want(&k, ACCEPTED, "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.seen = 1;
    kit_want(&k, R(seen_ahead), "ann", "motion.open", VOTE_MOTION, NULL);
    k.wrong.key = "bob"; /* entry bob, a key that is bob's */
    kit_want(&k, R(key_of_another), "ann", "motion.open", VOTE_MOTION, NULL);
    kit_label(&k, "nothing", 4000);
    k.wrong.key = "nothing";
    kit_want(&k, R(no_such_key), "ann", "motion.open", VOTE_MOTION, NULL);
    kit_want(&k, R(outside_scope), "ann.node", "motion.open", VOTE_MOTION, NULL);
    kit_want(&k, R(malformed), "ann", "motion.open", "{'titel':^}", NULL);
    kit_close(&k);
}

void test_founding(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    found_with(&k, "sheaf/abcdefghijklmnopqrstuvwxy1", "@hub", "@log", 0, R(origin_form));
    found_with(&k, KIT_ORIGIN, "@ann", "@log", 0, R(key_in_use));
    found_with(&k, KIT_ORIGIN, "@log", "@log", 0, R(key_in_use));
    found_with(&k, KIT_ORIGIN, "'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'", "@log", 0,
               R(key_invalid)); /* a point of small order */
    found_with(&k, KIT_ORIGIN, "@hub", "@log", 2, R(no_such_class));
    found_with(&k, KIT_ORIGIN, "@hub", "@log", 1, R(founder_without_vote));
    assert_int_equal(k.state.size, 0);
    found_with(&k, KIT_ORIGIN, "@hub", "@log", 0, ACCEPTED);
    kit_close(&k);
}

void test_admission(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_found_approvals(&k, 2);
    static const kit_row rows[] = {
        {"bob", "member.apply", APPLY("bob"), .label = "bob"},
        {"eve", "member.apply", APPLY("bob"), R(key_in_use)},
        {"hub", "member.apply", APPLY("hub"), R(key_in_use)},
        {"log", "member.apply", APPLY("log"), R(key_in_use)},
        {"cat", "member.apply",
         "{'class':2,'kind':'person','name':^,'public_key':@cat,'web':"
         "false}",
         R(no_such_class)},
        {"bob", "member.admit", "{'member':#bob}", R(not_a_member)},
        {"ann", "member.admit", "{'member':77}", R(no_such_application)},
        {"ann", "member.admit", "{'member':#bob}",
         .label = "bob.in"}, /* all members there are */
        {"ann", "member.admit", "{'member':#bob}", R(already_member)},
        {"cat", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@cat,'web':"
         "false}",
         .label = "cat"},
        {"ann", "member.admit", "{'member':#cat}"},
        {"ann", "member.admit", "{'member':#cat}", R(approved_twice)},
        {"cat", "motion.open", VOTE_MOTION, R(not_a_member)},
        {"bob", "member.admit", "{'member':#cat}", .label = "cat.in"},
        {"cat", "motion.open", VOTE_MOTION, R(no_vote)},
        {"ann", "motion.open", VOTE_MOTION, .label = "m"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}", R(no_vote)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->voters, 2);
    const struct sheaf_row_member *cat = sheaf_member_find(&k.state, kit_index(&k, "cat"));
    assert_int_equal(cat->admitted, kit_index(&k, "cat.in"));
    assert_int_equal(cat->approvals, 2);
    kit_close(&k);
}

void test_keys(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    char what[400];
    static const kit_row rows[] = {
        {"ann", "key.admit", "{'public_key':@k1," ALL "}", .label = "k1"},
        {"ann", "key.admit", "{'public_key':@k1," ALL "}", R(key_in_use)},
        {"ann", "key.admit",
         "{'public_key':'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'," ALL "}",
         R(key_invalid)},
        {"ann", "key.admit",
         "{'public_key':@k2,'scopes':{'admin':false,'data':false,'money':"
         "false,'train':false,'vote':false},'web':false}",
         R(scope_none)},
        {"ann", "key.admit",
         "{'public_key':@k2,'scopes':{'admin':false,'data':false,'money':"
         "true,'train':false,'vote':true},'web':true}",
         R(scope_web)},
        {"ann", "key.admit",
         "{'public_key':@k2,'scopes':{'admin':false,'data':false,'money':"
         "false,'train':false,'vote':true},'web':true}",
         .label = "k2"},
        {"ann", "key.admit", "{'public_key':@k3," NODE ",'until':5}", R(until_past)},
        {"k2", "key.admit", "{'public_key':@k3," NODE "}", R(outside_scope)},
        {"k2", "motion.open", VOTE_MOTION},
        {"bob", "key.revoke", "{'key':#k1}", R(no_such_own_key)},
        {"ann", "key.revoke", "{'key':4000}", R(no_such_own_key)},
        {"bob", "key.revoke", "{'key':#bob}", R(last_admin_key)},
        {"bob", "key.revoke", "{'key':#bob.node}"},
        {"bob", "key.revoke", "{'key':#bob.node}", R(key_revoked)},
        {"ann", "key.revoke", "{'key':#ann}"}, /* k1 can go on */
        {"ann", "motion.open", VOTE_MOTION, R(key_revoked)},
        {"k1", "key.revoke", "{'key':#k1}", R(last_admin_key)},
    };
    KIT_ROWS(&k, rows);
    snprintf(what, sizeof what,
             "{'public_key':@k3,'scopes':{'admin':true,'data':false,'money':false,'train':"
             "false,'vote':true},'until':%lld,'web':false}",
             (long long)k.now + 100);
    kit_want(&k, ACCEPTED, "k1", "key.admit", what, "k3");
    k.now = sheaf_key_find(&k.state, kit_index(&k, "k3"))->until - 1;
    kit_want(&k, ACCEPTED, "k3", "motion.open", VOTE_MOTION, NULL); /* in its last moment */
    kit_want(&k, R(key_expired), "k3", "motion.open", VOTE_MOTION, NULL);
    kit_want(&k, R(last_admin_key), "k1", "key.revoke", "{'key':#k1}", NULL);
    snprintf(what, sizeof what,
             "{'public_key':@k4,'scopes':{'admin':true,'data':false,'money':false,'train':"
             "false,'vote':true},'until':%lld,'web':false}",
             (long long)k.now);
    kit_want(&k, R(until_past), "k1", "key.admit", what, NULL);
    kit_close(&k);
}

void test_leaving(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"bob", "member.apply", APPLY("bob"), .label = "bob"},
        {"ann", "member.leave", "{}", R(last_voter)},
        {"ann", "member.admit", "{'member':#bob}"},
        {"bob", "key.admit", "{'public_key':@bob.node," NODE "}", .label = "bob.node"},
        {"bob", "dataset.register",
         "{'commitment':~a,'licence':'CC0-1.0','records':5,'schema':"
         "'s/v1','subjects':'none','title':^}",
         .label = "d"},
        {"bob", "consent.grant", "{'dataset':#d,'purpose':'care','until':1890000000000}"},
        {"bob", "member.leave", "{}", .label = "gone"},
        {"bob", "motion.open", VOTE_MOTION, R(not_a_member)},
        {"bob", "member.apply", APPLY("bob"), R(key_in_use)},
        {"ann", "member.admit", "{'member':#bob}", R(already_member)},
    };
    KIT_ROWS(&k, rows);
    uint32_t bob = kit_index(&k, "bob");
    assert_int_equal(sheaf_coop(&k.state)->voters, 1);
    assert_int_equal(sheaf_member_find(&k.state, bob)->left, kit_index(&k, "gone"));
    assert_false(sheaf_key_live(&k.state, kit_index(&k, "bob.node"), SHEAF_SCOPE_TRAIN, k.now));
    assert_null(sheaf_consent_live(&k.state, kit_index(&k, "d"), SHEAF_purpose_care, k.now));
    kit_close(&k);
}

/* Anyone may apply, so undecided applications are bounded; they lapse, and can be declined. */
void test_applications(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.approvals = 2;
    rules.applications_max = 2;
    kit_found(&k, &rules);
    kit_do(&k, "bob", "member.apply", "bob", APPLY("bob"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#bob}");
    static const kit_row rows[] = {
        {"eve", "member.apply", APPLY("eve"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay"), .label = "fay"},
        {"gus", "member.apply", APPLY("gus"), R(applications_max)},
        {"ann", "member.decline", "{'member':4000}", R(no_such_application)},
        {"ann", "member.decline", "{'member':#bob}", R(already_member)},
        {"ann", "member.decline", "{'member':#eve}"},
        {"ann", "member.admit", "{'member':#eve}", R(approved_twice)}, /* bob is too few */
        {"bob", "member.decline", "{'member':#eve}"},
        {"bob", "member.admit", "{'member':#eve}", R(application_declined)},
        {"gus", "member.apply", APPLY("gus"), .label = "gus"},
        {"hal", "member.apply", APPLY("hal"), R(applications_max)},
        {"ann", "member.admit", "{'member':#gus}", R(application_lapsed), .wait_ms = 86400001},
        {"hal", "member.apply", APPLY("hal"), .label = "hal"},
        {"ann", "member.admit", "{'member':#hal}"},
        {"bob", "member.admit", "{'member':#hal}"},
        {"ann", "person.update", "{}", R(no_details)},
        {"ann", "person.update", "{'address':@x,'bank_account':@x,'contact':@x,'name':@x}"},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_member *ann = sheaf_member_find(&k.state, kit_index(&k, "ann"));
    assert_false(sheaf_hash_is_zero(&ann->address));
    assert_false(sheaf_hash_is_zero(&ann->bank_account));
    assert_false(sheaf_hash_is_zero(&ann->contact));
    kit_close(&k);
}

#define WITHHELD(kind, reason) "{'kind':'" kind "','reason':'" reason "'}"

static bool withheld(const kit *k, sheaf_kind kind, uint64_t index, uint8_t want)
{
    uint8_t reason;
    return sheaf_entry_withheld(&k->state, kind, index, &reason) && reason == want;
}

/* A kind can be withheld where all others of its area are for everyone, each with a reason; and
 * the reason of what is withheld anyway can be another than its area's. */
void test_withheld_kinds(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    rules.ballots = "members";
    rules.withheld = WITHHELD("member.apply", "security") "," WITHHELD("proxy.give", "dispute");
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    uint32_t at = kit_index(&k, "a.tick");
    /* By the bylaws before it: the amendment's own entry does not withhold what came till then.
     */
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_member_apply, at));
    assert_true(withheld(&k, SHEAF_KIND_member_apply, at + 1, SHEAF_withheld_reason_security));
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_member_admit, at + 1));
    assert_true(withheld(&k, SHEAF_KIND_proxy_give, at + 1, SHEAF_withheld_reason_dispute));
    assert_true(withheld(&k, SHEAF_KIND_ballot_cast, at + 1, SHEAF_withheld_reason_ballot));
    assert_true(withheld(&k, SHEAF_KIND_state_digest, at + 1, SHEAF_withheld_reason_security));
    rules.ballots = "public";
    rules.withheld = WITHHELD("member.apply", "personal_data");
    kit_motion(&k, "b", kit_amendment(&rules, "#a.tick"), 4);
    uint32_t next = kit_index(&k, "b.tick");
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_ballot_cast, next + 1));
    assert_true(
        withheld(&k, SHEAF_KIND_member_apply, next + 1, SHEAF_withheld_reason_personal_data));
    assert_true(withheld(&k, SHEAF_KIND_member_apply, next, SHEAF_withheld_reason_security));
    /* Every area is for everyone, yet a digest would let one guess at what is withheld. */
    assert_false(sheaf_entry_public(&k.state, SHEAF_KIND_state_digest, next + 1));
    rules.withheld = NULL;
    kit_motion(&k, "c", kit_amendment(&rules, "#b.tick"), 4);
    at = kit_index(&k, "c.tick");
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_member_apply, at + 1));
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_state_digest, at + 1));
    kit_close(&k);
}

/* The register counts each entry once, by what held when it was entered. */
void test_withheld_register(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    rules.withheld = WITHHELD("motion.open", "trade_secret");
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    sheaf_withheld_register reg = {0};
#define FRONT(kind) "{\"act\":{\"at\":1,\"key\":0,\"kind\":\"" kind "\","
    sheaf_withheld_register_add(&reg, &k.state, sheaf_str(FRONT("coop.found")));
    while (reg.entries < kit_index(&k, "a.tick") + 3u)
        sheaf_withheld_register_add(&reg, &k.state, sheaf_str(FRONT("motion.open")));
    assert_int_equal(reg.withheld, 2);
    assert_int_equal(reg.counts[SHEAF_KIND_motion_open][SHEAF_withheld_reason_trade_secret], 2);
    sheaf_withheld_register_add(&reg, &k.state, sheaf_str("{}"));
    assert_int_equal(reg.counts[SHEAF_KIND_none][SHEAF_withheld_reason_unreadable], 1);
    assert_int_equal(reg.withheld, 3);
    kit_close(&k);
}

/* What was restricted when it was entered stays so, and what was public stays that. */
void test_visibility(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    rules.ballots = "members";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    uint32_t at = kit_index(&k, "a.tick");
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_ballot_cast, 1));
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_ballot_cast, at));
    assert_false(sheaf_entry_public(&k.state, SHEAF_KIND_ballot_cast, at + 1));
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_motion_open, at + 1));
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_coop_found, 0));
    /* A digest of few ballots would tell what they are. */
    assert_true(sheaf_entry_public(&k.state, SHEAF_KIND_state_digest, at));
    assert_false(sheaf_entry_public(&k.state, SHEAF_KIND_state_digest, at + 1));
    kit_close(&k);
}

#define OF(name) "{'member':#" name "}"

/* Ann, bob, cat, dan and eve, of whom two approve, and others have ten minutes to decline. */
static void found_with_time(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_found_four(k, &rules);
    kit_do(k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    kit_do(k, "ann", "member.admit", NULL, OF("eve"));
    rules.article[SHEAF_ARTICLE_members] =
        "{'admission':{'approvals':2,'lapse_s':86400,'object_s':600,'open_max':20},'classes':"
        "[{'name':'member','votes':1},{'name':'supporter','votes':0}],'leave_notice_s':0,"
        "'protected':true}";
    kit_motion(k, "a", kit_amendment(&rules, "#ann"), 4);
    k->step_ms = 1000;
}

/* Two who are quick let nobody in before the others could decline, up to the last moment. */
void test_time_to_decline(void **unused)
{
    (void)unused;
    kit k;
    found_with_time(&k);
    static const kit_row rows[] = {
        {"fay", "member.apply", KIT_PERSON("fay"), .label = "fay"},
        {"gus", "member.apply", KIT_PERSON("gus"), .label = "gus"},
        {"hal", "member.apply", KIT_PERSON("hal"), .label = "hal"},
        {"ann", "member.admit", OF("fay")},
        {"bob", "member.admit", OF("fay")},
        {"fay", "person.update", "{'contact':@x}", R(not_a_member)},
        {"cat", "member.decline", OF("fay")},
        {"ann", "member.admit", OF("gus")},
        {"bob", "member.admit", OF("gus")},
        {"ann", "member.admit", OF("hal")},
        {"bob", "member.admit", OF("hal")},
        {"hal", "person.update", "{'contact':@x}", R(not_a_member)},
        {"cat", "member.admit", OF("hal")}, /* whom dan and eve cannot outweigh */
        {"hal", "person.update", "{'contact':@x}"},
    };
    KIT_ROWS(&k, rows);
    int64_t fay = sheaf_member_get(&k.state, kit_index(&k, "fay"))->applied + 600000;
    k.now = fay - 1 - k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("member_admits", "fay"), NULL);
    k.now = fay - 1 - k.step_ms;
    kit_do(&k, "dan", "member.decline", NULL, OF("fay"));
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("member_admits", "fay"));
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("member_admits", "gus"));
    static const kit_row after[] = {
        {"fay", "person.update", "{'contact':@x}", R(not_a_member)},
        {"gus", "person.update", "{'contact':@x}"},
        {"eve", "member.admit", OF("fay")}, /* the time is over, and three are for it */
        {"fay", "person.update", "{'contact':@x}"},
    };
    KIT_ROWS(&k, after);
    kit_close(&k);
}

/* Two of five let nobody in against two others; a third does, and none who declines. */
void test_declined_by_as_many(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    kit_do(&k, "ann", "member.admit", NULL, OF("eve"));
    rules.approvals = 3;
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "hal", "member.apply", "hal", KIT_PERSON("hal"));
    kit_do(&k, "ann", "member.admit", NULL, OF("hal"));
    kit_do(&k, "bob", "member.admit", NULL, OF("hal"));
    rules.approvals = 2;
    kit_motion(&k, "b", kit_amendment(&rules, "#a.tick"), 4);
    static const kit_row rows[] = {
        /* Whom fewer would be enough for since a voice against lets in no more. */
        {"cat", "member.decline", OF("hal")},
        {"hal", "person.update", "{'contact':@x}", R(not_a_member)},
        {"dan", "member.admit", OF("hal")},
        {"hal", "person.update", "{'contact':@x}"},
        {"fay", "member.apply", KIT_PERSON("fay"), .label = "fay"},
        {"gus", "member.apply", KIT_PERSON("gus"), .label = "gus"},
        {"cat", "member.decline", OF("fay")},
        {"dan", "member.decline", OF("fay")},
        {"ann", "member.admit", OF("fay")},
        {"bob", "member.admit", OF("fay")},
        {"fay", "person.update", "{'contact':@x}", R(not_a_member)},
        {"eve", "member.admit", OF("fay")},
        {"fay", "person.update", "{'contact':@x}"},
        {"cat", "member.decline", OF("gus")},
        {"ann", "member.admit", OF("gus")},
        {"gus", "person.update", "{'contact':@x}", R(not_a_member)},
        {"bob", "member.admit", OF("gus")}, /* two against one */
        {"gus", "person.update", "{'contact':@x}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}
