/* Motions at the edges: thresholds met exactly, second calls, ceilings of classes, sorts that
 * bylaws raise. */
#include "test.h"

enum { CO_OP = 10, WHAT_MAX = 16000 };

static const struct sheaf_row_motion *motion(kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index(k, label));
}

/* Opens a motion with that effect, or NULL, and tells its sort. */
static uint8_t open_motion(kit *k, const char *label, const char *effect)
{
    static char what[WHAT_MAX];
    if (effect)
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_do(k, "ann", "motion.open", label, "%s", effect ? what : "{'title':^}");
    return motion(k, label)->sort;
}

static void tick(kit *k, const char *label)
{
    if (k->now < motion(k, label)->closes)
        k->now = motion(k, label)->closes;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

/* One letter a member: y, n, a, - for none. */
static void vote(kit *k, kit_name *const *who, const char *label, const char *votes)
{
    for (int i = 0; votes[i]; i++)
        if (votes[i] != '-')
            kit_do(k, who[i]->name, "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
                   votes[i] == 'y'   ? "yes"
                   : votes[i] == 'n' ? "no"
                                     : "abstain",
                   label);
}

/* Ten members; a protected change needs nine tenths of the votes for and against. */
static kit_rules ten(kit *k, kit_name **who)
{
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.protected.majority = "nine_tenths";
    rules.protected.quorum = 0;
    rules.ordinary.quorum = 0;
    rules.qualified.quorum = 0;
    kit_open(k);
    kit_found_many(k, &rules, who, CO_OP);
    return rules;
}

/* Nine of ten is nine tenths and no less; blank ballots and silence change nothing. */
void test_thresholds_met_exactly(void **unused)
{
    (void)unused;
    static const struct {
        const char *votes;
        uint8_t want;
    } rows[] = {
        {"yyyyyyyyyn", SHEAF_motion_state_adopted},
        {"yyyyyyyyn-", SHEAF_motion_state_rejected}, /* 88.9 % */
        {"yyyyyyyynn", SHEAF_motion_state_rejected},
        {"yaaaaaaaaa", SHEAF_motion_state_adopted},
        {"aaaaaaaaaa", SHEAF_motion_state_rejected},
        {"----------", SHEAF_motion_state_rejected},
        {"yyyyynnnnn", SHEAF_motion_state_rejected},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_name *who[CO_OP];
        kit_rules rules = ten(&k, who);
        rules.rounds_max = 77;
        assert_int_equal(open_motion(&k, "m", kit_amendment(&rules, "#ann")),
                         SHEAF_decision_sort_protected);
        vote(&k, who, "m", rows[i].votes);
        tick(&k, "m");
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        assert_int_equal(sheaf_bylaws_now(&k.state)->rounds_max == 77,
                         rows[i].want == SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* No votes of ten members, changed at random, pass a change below its threshold. */
void test_no_change_below_its_threshold(void **unused)
{
    (void)unused;
    static const struct {
        const char *majority;
        int of, out_of;
    } majorities[] = {{"two_thirds", 2, 3}, {"three_quarters", 3, 4}, {"nine_tenths", 9, 10}};
    for (uint64_t first = 1; first <= 9; first++) {
        uint64_t seed = first;
        printf("seed %llu\n", (unsigned long long)seed);
        kit k;
        kit_name *who[CO_OP];
        kit_rules rules = ten(&k, who);
        char label[KIT_NAME_MAX], base[KIT_NAME_MAX] = "#ann";
        for (int turn = 0; turn < 8; turn++) {
            int m = (int)(kit_random(&seed) % 3), yes = 0, no = 0;
            char last[CO_OP] = {0};
            /* What the version in force demands was written a turn ago. */
            const struct sheaf_row_decision *rule = sheaf_decision_by(
                &k.state, sheaf_bylaws_now(&k.state), SHEAF_decision_sort_protected);
            int now = rule->majority == SHEAF_majority_two_thirds       ? 0
                      : rule->majority == SHEAF_majority_three_quarters ? 1
                                                                        : 2;
            rules.protected.majority = majorities[m].majority;
            rules.rounds_max++;
            snprintf(label, sizeof label, "m%d", turn);
            open_motion(&k, label, kit_amendment(&rules, base));
            uint64_t bias = kit_random(&seed) % 4 + 1;
            for (int n = 0; n < 14; n++) {
                int at = (int)(kit_random(&seed) % CO_OP);
                last[at] =
                    kit_random(&seed) % (3 * bias) == 0 ? "na"[kit_random(&seed) % 2] : 'y';
                vote(&k, &who[at], label, (char[]){last[at], 0});
            }
            for (int at = 0; at < CO_OP; at++) {
                yes += last[at] == 'y';
                no += last[at] == 'n';
            }
            tick(&k, label);
            bool enough =
                yes > 0 && yes * majorities[now].out_of >= (yes + no) * majorities[now].of;
            assert_int_equal(motion(&k, label)->state == SHEAF_motion_state_adopted, enough);
            if (enough)
                snprintf(base, sizeof base, "%u", sheaf_coop(&k.state)->bylaws);
        }
        kit_close(&k);
    }
}

/* Too few on the first call; the ballots stand, more are taken, and fewer suffice. */
void test_second_call(void **unused)
{
    (void)unused;
    static const struct {
        const char *first, *second;
        uint8_t want;
    } rows[] = {
        {"yn--------", "--y-------", SHEAF_motion_state_adopted},
        {"yn--------", "", SHEAF_motion_state_no_quorum},
        {"yn--------", "n-y-------", SHEAF_motion_state_rejected},
        {"yyyyn-----", NULL, SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_name *who[CO_OP];
        kit_rules rules = kit_rules_usual();
        rules.early = false;
        rules.ordinary.second_open_s = 30;
        rules.ordinary.second_quorum = 3000;
        kit_open(&k);
        kit_found_many(&k, &rules, who, CO_OP);
        open_motion(&k, "m", NULL);
        vote(&k, who, "m", rows[i].first);
        int64_t closes = motion(&k, "m")->closes;
        tick(&k, "m");
        if (rows[i].second) {
            assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_open);
            assert_int_equal(motion(&k, "m")->call, 2);
            assert_true(motion(&k, "m")->closes >= closes + 30000);
            assert_int_equal(motion(&k, "m")->decided, SHEAF_NONE);
            vote(&k, who, "m", rows[i].second);
            tick(&k, "m");
        }
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        kit_want(&k, R(not_due), "hub", "clock.tick",
                 "{'deadline':'motion','of':#m,'unwitnessed':false}", NULL);
        kit_close(&k);
    }
}

/* Nobody is called again who cannot vote; and where all have who may, it is decided at once if
 * the bylaws let motions close by that. */
void test_second_call_of_nobody(void **unused)
{
    (void)unused;
    for (int i = 0; i < 4; i++) {
        bool early = i & 1, all = i & 2;
        kit k;
        kit_name *who[CO_OP];
        kit_rules rules = kit_rules_usual();
        rules.early = early;
        rules.ordinary.quorum = 6000;
        rules.ordinary.second_open_s = 30;
        rules.ordinary.second_quorum = 3000;
        kit_open(&k);
        kit_found_many(&k, &rules, who, CO_OP);
        open_motion(&k, "m", NULL);
        vote(&k, who, "m", all ? "" : "yyyyn-----");
        for (int n = all ? 0 : CO_OP / 2; n < CO_OP; n++)
            kit_do(&k, who[n]->name, "conflict.declare", NULL, "{'matter':#m}");
        assert_int_equal(motion(&k, "m")->closes <= k.now, early);
        assert_string_equal(kit_then(&k, "m"), all     ? "no_quorum"
                                               : early ? "adopted"
                                                       : "second_call");
        tick(&k, "m");
        if (!all) {
            assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_open);
            assert_int_equal(motion(&k, "m")->call, 2);
            assert_int_equal(motion(&k, "m")->closes <= k.now, early);
            tick(&k, "m");
        }
        assert_int_equal(motion(&k, "m")->state,
                         all ? SHEAF_motion_state_no_quorum : SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* Investors weigh at most a quarter of all votes, whatever they cast. */
void test_ceilings(void **unused)
{
    (void)unused;
    static const struct {
        const char *votes; /* three members, then three investors */
        uint8_t want;
    } rows[] = {
        {"ynnyyy", SHEAF_motion_state_rejected}, /* 1 and 1 for, 2 against */
        {"yynnnn", SHEAF_motion_state_rejected}, /* 2 for, 1 and 1 against: a tie */
        {"yyannn", SHEAF_motion_state_adopted},  /* 2 for, 1 against */
        {"yynn--", SHEAF_motion_state_rejected}, /* below the ceiling each vote is whole */
        {"---yyy", SHEAF_motion_state_rejected}, /* alone they decide nothing */
        {"y--yyn", SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_name *who[6];
        kit_rules rules = kit_rules_usual();
        rules.early = false;
        rules.ordinary.quorum = 0;
        rules.classes = "{'name':'member','votes':1},"
                        "{'ceiling_bp':2500,'name':'investor','votes':1}";
        kit_open(&k);
        kit_found_many(&k, &rules, who, 3);
        for (int n = 3; n < 6; n++) {
            char name[KIT_NAME_MAX];
            snprintf(name, sizeof name, "i%d", n);
            kit_do(&k, name, "member.apply", name,
                   "{'class':1,'kind':'person','name':^,'public_key':@%s,'web':false}", name);
            kit_do(&k, "ann", "member.admit", NULL, "{'member':#%s}", name);
            who[n] = kit_named(&k, name);
        }
        open_motion(&k, "m", NULL);
        vote(&k, who, "m", "nyynnn"); /* all change their minds */
        vote(&k, who, "m", "yyyyyy");
        vote(&k, who, "m", rows[i].votes);
        for (int n = 0; n < 6; n++)
            if (rows[i].votes[n] == '-') /* what was cast is taken out */
                kit_do(&k, who[n]->name, "conflict.declare", NULL, "{'matter':#m}");
        assert_int_equal(motion(&k, "m")->electorate, 6);
        tick(&k, "m");
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        kit_close(&k);
    }
}

/* The bylaws can demand more for an effect; where they come to while a motion on it is open,
 * its result must satisfy both. */
void test_raised_effects(void **unused)
{
    (void)unused;
    static const char *const retire = "{'kind':'model.retire','what':{'model':#model}}";
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_name *who[4];
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    rules.early = false;
    rules.ordinary.open_s = 600; /* longer than it takes to amend */
    kit_with_data(&k, &rules);
    for (int i = 0; i < 4; i++)
        who[i] = kit_named(&k, people[i]);
    rules.raised = "{'effect':'ballot.cast','sort':'protected'}";
    char what[WHAT_MAX];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(raised_unknown), "ann", "motion.open", what, NULL);
    rules.raised = "{'effect':'model.retire','sort':'protected'},"
                   "{'effect':'model.retire','sort':'qualified'}";
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
    kit_want(&k, R(raised_twice), "ann", "motion.open", what, NULL);
    /* Two of three for is a simple majority and less than three quarters. */
    assert_int_equal(open_motion(&k, "a", retire), SHEAF_decision_sort_ordinary);
    assert_int_equal(open_motion(&k, "b", retire), SHEAF_decision_sort_ordinary);
    vote(&k, who, "a", "yyn-");
    vote(&k, who, "b", "yyyn");
    rules.raised = "{'effect':'model.retire','sort':'protected'}";
    kit_motion(&k, "raise", kit_amendment(&rules, "#ann"), 4);
    tick(&k, "a");
    assert_int_equal(motion(&k, "a")->state, SHEAF_motion_state_rejected);
    tick(&k, "b");
    assert_int_equal(motion(&k, "b")->state, SHEAF_motion_state_adopted);
    rules.raised = NULL;
    assert_int_equal(open_motion(&k, "c", kit_amendment(&rules, "#raise.tick")),
                     SHEAF_decision_sort_protected);
    kit_close(&k);
}

/* An amendment weighs as much as the articles that it touches. */
void test_amendments_by_article(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_pay] =
        "{'bonuses':false,'protected':false,'ratio_percent':300}";
    kit_found_four(&k, &rules);
    kit_rules other = rules;
    other.article[SHEAF_ARTICLE_pay] =
        "{'bonuses':false,'protected':false,'ratio_percent':400}";
    assert_int_equal(open_motion(&k, "pay", kit_amendment(&other, "#ann")),
                     SHEAF_decision_sort_qualified);
    other.article[SHEAF_ARTICLE_pay] = NULL;
    assert_int_equal(open_motion(&k, "off", kit_amendment(&other, "#ann")),
                     SHEAF_decision_sort_qualified);
    other.rounds_max++;
    assert_int_equal(open_motion(&k, "privacy", kit_amendment(&other, "#ann")),
                     SHEAF_decision_sort_protected);
    /* Protected from now on: to switch it off weighs more. */
    other = rules;
    other.article[SHEAF_ARTICLE_pay] = "{'bonuses':false,'protected':true,'ratio_percent':300}";
    kit_motion(&k, "entrench", kit_amendment(&other, "#ann"), 4);
    assert_int_equal(motion(&k, "entrench")->sort, SHEAF_decision_sort_qualified);
    other.article[SHEAF_ARTICLE_pay] = NULL;
    assert_int_equal(open_motion(&k, "undo", kit_amendment(&other, "#entrench.tick")),
                     SHEAF_decision_sort_protected);
    kit_close(&k);
}
