/* Protected decisions among the settled: who packs the electorate, or excludes the others one
 * by one, does not pass what the others are against. */
#include "settled_world.h"

/* ---- who is settled ---- */

/* Since the founding is whom nobody declined, and all have spoken or had the time to. While the
 * co-op is founded and the bylaws ask for settled members, nobody joins before. */
void test_settled_founders(void **unused)
{
    (void)unused;
    static const struct {
        int members, approve, settled_s;
        int64_t late; /* milliseconds after the last moment */
        bool declined, by_motion;
        bool waits, founder;
    } rows[] = {
        {2, 2, SETTLED_S, -1, false, false, false, true},
        {2, 2, SETTLED_S, 0, false, false, false, true},
        {2, 2, SETTLED_S, 1, false, false, false, false},
        {3, 2, SETTLED_S, 0, false, false, true, true}, /* cat could speak against it */
        {3, 2, 0, 0, false, false, false, false},
        {3, 3, SETTLED_S, 0, false, false, false, true},
        {4, 2, SETTLED_S, 0, false, false, true, true},
        {4, 2, 0, 0, false, false, true, true},
        {4, 2, SETTLED_S, 1, false, false, true, false},
        {4, 2, SETTLED_S, 0, true, false, true, false},
        {4, 3, SETTLED_S, 0, true, false, false, false},
        {2, 0, SETTLED_S, 0, false, true, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = rules_of(rows[i].settled_s);
        found(&k, &rules, rows[i].members);
        rules.article[SHEAF_ARTICLE_members] =
            "{'admission':{'approvals':2,'lapse_s':31536000,'object_s':604800,'open_max':9},"
            "'classes':[{'name':'member','votes':1},{'name':'new','trial_s':864000,'votes':1},"
            "{'ceiling_bp':2500,'name':'investor','votes':1}],'leave_notice_s':0,"
            "'protected':true}";
        propose(&k, "fewer", kit_amendment(&rules, "#ann"));
        for (int n = 0; n < rows[i].members; n++)
            vote(&k, people[n], "fewer", true);
        assert_int_equal(finish(&k, "fewer"), SHEAF_motion_state_adopted);
        int64_t founded = sheaf_coop(&k.state)->founded, at = founded + 90 * DAY + rows[i].late;
        k.now = at - (rows[i].waits ? 7 * DAY : rows[i].by_motion ? DAY : 0);
        if (rows[i].by_motion) {
            bring_in(&k, "sam", 0);
        } else {
            apply(&k, "sam", 0);
            if (rows[i].declined)
                kit_do(&k, "dan", "member.decline", NULL, "{'member':#sam}");
            approve(&k, "sam", rows[i].approve);
        }
        assert_int_equal(is_member(&k, "sam"), !rows[i].waits);
        if (rows[i].waits)
            tick(&k, "member_admits", "sam", at);
        assert_true(is_member(&k, "sam"));
        assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "sam"))->voting_since,
                         rows[i].founder ? founded : k.now);
        kit_close(&k);
    }
}

/* Who was excluded can decline nobody: the founding is over. */
void test_settled_founding_ends(void **unused)
{
    (void)unused;
    for (int excluded = 0; excluded < 2; excluded++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        found(&k, &rules, 4);
        if (excluded)
            exclude(&k, "dan", "yyy");
        apply(&k, "sam", 0);
        approve(&k, "sam", excluded ? 3 : 4);
        const struct sheaf_row_member *sam = sheaf_member_get(&k.state, kit_index(&k, "sam"));
        assert_int_equal(sam->voting_since, excluded ? k.now : sheaf_coop(&k.state)->founded);
        kit_close(&k);
    }
}

/* An application may lapse as the time to object ends, and not before. */
void test_object_lapses(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(0);
    found(&k, &rules, 2);
    for (int late = 1; late >= 0; late--) {
        char article[400], what[8192];
        snprintf(article, sizeof article,
                 "{'admission':{'approvals':2,'lapse_s':604800,'object_s':%d,'open_max':9},"
                 "'classes':[{'name':'member','votes':1},{'name':'new','trial_s':864000,"
                 "'votes':1},{'ceiling_bp':2500,'name':'investor','votes':1}],"
                 "'leave_notice_s':0,'protected':true}",
                 604800 + late);
        rules.article[SHEAF_ARTICLE_members] = article;
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
        kit_want(&k, late ? R(object_lapses) : ACCEPTED, "ann", "motion.open", what, NULL);
    }
    kit_close(&k);
}

/* On trial nobody's votes count; a founder's then count as from the founding, another's from
 * the end of the trial. */
void test_settled_trial(void **unused)
{
    (void)unused;
    for (int founder = 0; founder < 2; founder++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        found(&k, &rules, 2);
        if (founder) {
            apply(&k, "sam", 1);
            approve(&k, "sam", 2);
        } else {
            bring_in(&k, "sam", 1);
        }
        const struct sheaf_row_member *sam = sheaf_member_get(&k.state, kit_index(&k, "sam"));
        assert_true(sam->trial);
        assert_int_equal(sam->voting_since, founder ? sheaf_coop(&k.state)->founded : 0);
        amend(&k, "m", &rules);
        vote(&k, "sam", "m", false);
        assert_int_equal(motion(&k, "m")->settled_no, 0);
        votes(&k, "m", "yy");
        assert_int_equal(finish(&k, "m"), SHEAF_motion_state_adopted);
        tick(&k, "member_trial", "sam", k.now + 10 * DAY);
        assert_int_equal(sam->voting_since, founder ? sheaf_coop(&k.state)->founded : k.now);
        kit_close(&k);
    }
}

/* ---- the electorate is packed ---- */

/* Three of four bring in six: nine of ten are nine tenths, three of four are not, nor are eight
 * of nine while the last of the six is not settled. */
void test_settled_packed(void **unused)
{
    (void)unused;
    static const struct {
        int settled_s;
        int64_t wait_ms; /* from when the last of them joined */
        uint8_t want;
    } rows[] = {
        {0, 0, SHEAF_motion_state_adopted},
        {SETTLED_S, 0, SHEAF_motion_state_rejected},
        {SETTLED_S, YEAR - 1, SHEAF_motion_state_rejected},
        {SETTLED_S, YEAR, SHEAF_motion_state_adopted},
        {SETTLED_S / 2, YEAR / 2 - 1, SHEAF_motion_state_rejected},
        {SETTLED_S / 2, YEAR / 2, SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = rules_of(rows[i].settled_s);
        found(&k, &rules, 4);
        strangers(&k, 6, 0);
        k.now += rows[i].wait_ms;
        amend(&k, "m", &rules);
        votes(&k, "m", "yyyn");
        strangers_vote(&k, "m", 6);
        sheaf_settled_standing s = settled(&k, "m");
        assert_int_equal(s.counted, rows[i].settled_s != 0);
        assert_int_equal(s.no, rows[i].settled_s != 0);
        assert_int_equal(finish(&k, "m"), rows[i].want);
        assert_int_equal(motion(&k, "m")->yes, 9);
        kit_close(&k);
    }
}

/* Only what is protected asks for it; and the number itself is protected. */
void test_settled_plain(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S), without = rules_of(0);
    found(&k, &rules, 4);
    strangers(&k, 9, 0);
    kit_do(&k, "ann", "motion.open", "plain", "{'title':^}");
    propose(&k, "off", kit_amendment(&without, "#ann"));
    static const char *const both[] = {"plain", "off"};
    for (int i = 0; i < 2; i++) {
        votes(&k, both[i], "ynnn");
        strangers_vote(&k, both[i], 9);
    }
    assert_false(settled(&k, "plain").counted);
    assert_int_equal(finish(&k, "plain"), SHEAF_motion_state_adopted);
    votes(&k, "off", "yyyn"); /* twelve of thirteen */
    assert_int_equal(settled(&k, "off").yes, 3);
    assert_int_equal(settled(&k, "off").no, 1);
    assert_int_equal(finish(&k, "off"), SHEAF_motion_state_rejected);
    kit_close(&k);
}

/* While it is open the bylaws come to ask for it: it was not counted so, and is void. Where
 * they give it up, what was opened before still needs it. */
void test_settled_meanwhile(void **unused)
{
    (void)unused;
    for (int on = 0; on < 2; on++) {
        kit k;
        kit_rules rules = rules_of(on ? 0 : SETTLED_S), other = rules_of(on ? SETTLED_S : 0);
        found(&k, &rules, 4);
        strangers(&k, 9, 0);
        propose(&k, "turn", kit_amendment(&other, "#ann"));
        k.now += 1000;
        propose(&k, "m",
                "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},"
                "{'member':#bob}]}}");
        votes(&k, "m", "yyyn");
        votes(&k, "turn", "yyyy");
        strangers_vote(&k, "m", 9);
        strangers_vote(&k, "turn", 9);
        assert_int_equal(finish(&k, "turn"), SHEAF_motion_state_adopted);
        assert_int_equal(finish(&k, "m"),
                         on ? SHEAF_motion_state_void : SHEAF_motion_state_rejected);
        assert_int_equal(motion(&k, "m")->refusal, on ? R(sort_rose) : 0);
        kit_close(&k);
    }
}

/* ---- the others are excluded ---- */

/* Four of six exclude the two others, who stand against for a year from then on. */
void test_settled_excluded(void **unused)
{
    (void)unused;
    static const struct {
        int64_t closes; /* after the last exclusion */
        uint32_t removed;
        uint8_t want;
    } rows[] = {
        {DAY, 2, SHEAF_motion_state_rejected},
        {YEAR - 1, 1, SHEAF_motion_state_rejected},
        {YEAR, 0, SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        found(&k, &rules, 6);
        exclude(&k, "eve", "yyyy-n");
        exclude(&k, "fay", "yyyy");
        k.now += rows[i].closes - 120000; /* for which it is open */
        amend(&k, "m", &rules);
        votes(&k, "m", "yyyy");
        assert_int_equal(settled(&k, "m").removed, rows[i].removed);
        assert_int_equal(settled(&k, "m").yes, 4);
        assert_int_equal(finish(&k, "m"), rows[i].want);
        kit_close(&k);
    }
}

/* Of who is excluded while it is open a vote stands, and who gave none counts as against it.
 * Who leaves does not count, and no stranger who is excluded again. */
void test_settled_gone(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    rules.protected.open_s = 86400;
    found(&k, &rules, 7);
    strangers(&k, 1, 0);
    amend(&k, "m", &rules);
    votes(&k, "m", "yyyyy");
    exclude(&k, "eve", "yyyy");
    assert_int_equal(settled(&k, "m").removed, 0);
    assert_int_equal(settled(&k, "m").yes, 5);
    exclude(&k, "fay", "yyyy");
    assert_int_equal(settled(&k, "m").removed, 1);
    exclude(&k, "s0", "yyyy");
    kit_do(&k, "gus", "member.leave", NULL, "{}");
    assert_int_equal(settled(&k, "m").removed, 1);
    assert_false(settled(&k, "m").carried); /* five of six */
    amend(&k, "later", &rules);
    assert_int_equal(settled(&k, "later").removed, 2);
    assert_int_equal(finish(&k, "m"), SHEAF_motion_state_rejected);
    kit_close(&k);
}

/* ---- how it is counted ---- */

/* Where no settled member is for or against, the first count decides; with one it does not. */
void test_settled_silent(void **unused)
{
    (void)unused;
    for (int against = 0; against < 2; against++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        found(&k, &rules, 4);
        strangers(&k, 9, 0);
        amend(&k, "m", &rules);
        votes(&k, "m", against ? "---n" : "----");
        strangers_vote(&k, "m", 9);
        assert_int_equal(finish(&k, "m"),
                         against ? SHEAF_motion_state_rejected : SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* Exactly nine tenths of the settled, and one less. A vote that is changed is counted once. */
void test_settled_exactly(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    rules.protected.majority = "three_quarters";
    found(&k, &rules, 4);
    strangers(&k, 4, 0);
    amend(&k, "m", &rules);
    votes(&k, "m", "yynn");
    strangers_vote(&k, "m", 4);
    assert_true(sheaf_motion_standing(&k.state, motion(&k, "m"),
                                      sheaf_motion_rule(&k.state, motion(&k, "m")))
                    .majority);
    assert_false(settled(&k, "m").carried);
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'abstain','motion':#m}");
    assert_int_equal(settled(&k, "m").abstain, 1);
    assert_false(settled(&k, "m").carried);
    votes(&k, "m", "--y");
    assert_int_equal(settled(&k, "m").yes, 3);
    assert_int_equal(settled(&k, "m").abstain, 0);
    assert_true(settled(&k, "m").carried);
    assert_int_equal(finish(&k, "m"), SHEAF_motion_state_adopted);
    kit_close(&k);
}

/* A share of all who may vote is one of all the settled who may, and of the excluded. */
void test_settled_entitled(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    rules.protected.base = "entitled";
    rules.protected.majority = "three_quarters";
    found(&k, &rules, 5);
    strangers(&k, 20, 0);
    exclude(&k, "eve", "yyyy"); /* before it is opened: one of five */
    amend(&k, "m", &rules);
    votes(&k, "m", "yyy");
    strangers_vote(&k, "m", 20);
    assert_false(settled(&k, "m").carried); /* three of five */
    votes(&k, "m", "---y");
    assert_true(settled(&k, "m").carried); /* four of five */
    assert_int_equal(finish(&k, "m"), SHEAF_motion_state_adopted);
    kit_close(&k);
}

/* A vote by proxy is the giver's: of a settled one by a stranger it counts, not the other way.
 */
void test_settled_proxies(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':5,'protected':false,'until_max_s':864000}";
    found(&k, &rules, 4);
    strangers(&k, 9, 0);
    k.step_ms = 1;
    kit_do(&k, "dan", "proxy.give", NULL, "{'member':#s0,'until':%lld}",
           (long long)(k.now + 5 * DAY));
    kit_do(&k, "s1", "proxy.give", NULL, "{'member':#ann,'until':%lld}",
           (long long)(k.now + 5 * DAY));
    amend(&k, "m", &rules);
    votes(&k, "m", "yyy");
    vote(&k, "s0", "m", true);
    assert_int_equal(motion(&k, "m")->settled_yes, 3);
    assert_int_equal(finish(&k, "m"), SHEAF_motion_state_adopted);
    assert_int_equal(motion(&k, "m")->by_proxy, 2);
    assert_int_equal(motion(&k, "m")->settled_yes, 4);
    assert_int_equal(motion(&k, "m")->yes, 6);
    kit_close(&k);
}

/* A class with a ceiling has no more among the settled either, the excluded of it neither. */
void test_settled_ceilings(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    found(&k, &rules, 4);
    strangers(&k, 4, 2);
    k.now += YEAR;
    amend(&k, "m", &rules);
    votes(&k, "m", "yyyy");
    for (int i = 0; i < 4; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "s%d", i);
        vote(&k, name, "m", i > 0);
    }
    /* A quarter of all is a third of what the four cast: four thirds, a third of it each. */
    assert_int_equal(settled(&k, "m").yes, 7);
    assert_int_equal(settled(&k, "m").no, 1);
    assert_true(settled(&k, "m").carried); /* five of five and a third */
    vote(&k, "s1", "m", false);
    assert_false(settled(&k, "m").carried); /* four and two thirds of five and a third */
    kit_close(&k);
}

/* Strangers take no opponent's key, by which it would be for what it is against. Where no
 * settled member is against it, the panel's majority is enough. */
void test_settled_recovery(void **unused)
{
    (void)unused;
    static const struct {
        int settled_s;
        bool against, removed;
        uint8_t want;
    } rows[] = {
        {SETTLED_S, true, false, SHEAF_recovery_state_failed},
        {SETTLED_S, false, true, SHEAF_recovery_state_done},
        {SETTLED_S, false, false, SHEAF_recovery_state_done},
        {0, true, false, SHEAF_recovery_state_done},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = rules_of(rows[i].settled_s);
        rules.recovery = "'recovery':{'confirmations':2,'panel_s':7200,'wait_s':86400},";
        found(&k, &rules, 5);
        strangers(&k, 16, 0);
        if (rows[i].removed)
            exclude(&k, "dan", "yyy");
        kit_do(&k, "thief", "recovery.open", "thief",
               "{'member':#eve,'public_key':@thief,'web':false}");
        kit_do(&k, "ann", "recovery.confirm", NULL, "{'recovery':#thief}");
        kit_do(&k, "bob", "recovery.confirm", NULL, "{'recovery':#thief}");
        kit_do(&k, "eve", "recovery.object", NULL, "{'recovery':#thief}");
        if (!rows[i].removed)
            kit_do(&k, "dan", "recovery.judge", NULL, "{'recovery':#thief,'uphold':%s}",
                   rows[i].against ? "false" : "true");
        for (int n = 0; n < 16; n++) {
            char name[KIT_NAME_MAX];
            snprintf(name, sizeof name, "s%d", n);
            kit_do(&k, name, "recovery.judge", NULL, "{'recovery':#thief,'uphold':true}");
        }
        const struct sheaf_row_recovery *recovery =
            sheaf_recovery_get(&k.state, kit_index(&k, "thief"));
        tick(&k, "recovery_panel", "thief", recovery->until);
        assert_int_equal(recovery->state, rows[i].want);
        /* Four of five settled members are not nine tenths, whatever strangers say. */
        assert_int_equal(sheaf_overruled_count(&k.state),
                         rows[i].settled_s && rows[i].want == SHEAF_recovery_state_done);
        kit_close(&k);
    }
}
