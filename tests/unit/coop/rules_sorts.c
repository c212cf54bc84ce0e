/* What an effect needs is read again: before a motion closes, and once its hold is over. */
#include "test.h"

#include "coop/deadline.h"

#define RETIRE "{'kind':'model.retire','what':{'model':#model}}"
#define TELLERS                                                                                \
    "{'kind':'tellers.appoint','what':{'duration_s':3600,'members':[{'member':#ann},"          \
    "{'member':#bob}]}}"
#define RAISED(k) "{'effect':'" k "','sort':'protected'}"

static const char *const people[] = {"ann", "bob", "cat", "dan"};

static const struct sheaf_row_motion *motion(kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index(k, label));
}

/* One letter for ann, bob, cat and dan: y, n, - for none. */
static void vote(kit *k, const char *label, const char *votes)
{
    for (int i = 0; votes[i]; i++)
        if (votes[i] != '-')
            kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
                   votes[i] == 'y' ? "yes" : "no", label);
}

static void settle(kit *k, const char *kind, const char *label, int64_t at)
{
    k->now = at > k->now ? at : k->now;
    kit_do(k, "hub", "clock.tick", "tick", "{'deadline':'%s','of':#%s,'unwitnessed':false}",
           kind, label);
}

static void amend(kit *k, kit_rules *rules, const char *raised)
{
    rules->raised = raised;
    kit_motion(k, "raise", kit_amendment(rules, "#ann"), 4);
    assert_int_equal(motion(k, "raise")->state, SHEAF_motion_state_adopted);
}

/* ---- held effects ---- */

/* Two of three for are enough when it is adopted; while it is held the bylaws come to ask for
 * three quarters, which three of four are. */
void test_hold_reads_the_sort_again(void **unused)
{
    (void)unused;
    static const struct {
        const char *votes, *raised;
        uint8_t want;
    } rows[] = {
        {"yyn-", RAISED("mandate.grant"), SHEAF_motion_state_void},
        {"yyyn", RAISED("mandate.grant"), SHEAF_motion_state_adopted},
        {"yyn-", RAISED("model.release"), SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = kit_rules_usual();
        rules.early = false;
        rules.article[SHEAF_ARTICLE_override] =
            "{'confirm_s':600,'hold_s':3000,'members':2,'members_bp':10000,'protected':true}";
        kit_with_data(&k, &rules);
        kit_do(&k, "ann", "motion.open", "m", "{'effect':" KIT_MANDATE ",'title':^}");
        vote(&k, "m", rows[i].votes);
        assert_string_equal(kit_then(&k, "m"), "held");
        settle(&k, "motion", "m", motion(&k, "m")->closes);
        int64_t held = k.now;
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_held);
        amend(&k, &rules, rows[i].raised);
        settle(&k, "hold", "m", held + 3000000);
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        bool granted = rows[i].want == SHEAF_motion_state_adopted;
        assert_int_equal(sheaf_mandate_count(&k.state), granted);
        assert_int_equal(motion(&k, "m")->refusal, granted ? ACCEPTED : R(sort_rose));
        assert_int_equal(motion(&k, "m")->part_first, 0);
        kit_close(&k);
    }
}

/* ---- time ---- */

/* Ordinary motions close after 300 seconds, protected ones after a notice of 100 and 500 of
 * votes. */
static kit_rules rules_here(void)
{
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.ordinary.open_s = 300;
    rules.protected.notice_s = 100;
    rules.protected.open_s = 500;
    return rules;
}

/* The clock goes on, and settles what falls due on the way. */
static void pass(kit *k, int64_t to)
{
    sheaf_deadline due;
    k->now = to;
    while (sheaf_fold_due(&k->state, k->now, &due))
        kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
}

/* An amendment that raises the effect; four fifths of its days of voting are over. */
static void raise_effect(kit *k, kit_rules *rules, const char *raised)
{
    rules->raised = raised;
    kit_do(k, "ann", "motion.open", "raise", "{'effect':%s,'title':^}",
           kit_amendment(rules, "#ann"));
    k->now = motion(k, "raise")->begins;
    vote(k, "raise", "yyy-");
    k->now += (int64_t)rules->protected.open_s * 800;
}

static void retire(kit *k)
{
    kit_do(k, "ann", "motion.open", "m", "{'effect':" RETIRE ",'title':^}");
}

/* What would be adopted stays open for as long as it needs by now; ballots stay, and more are
 * taken. What was not adopted anyway is over. */
void test_sort_rises_and_takes_its_time(void **unused)
{
    (void)unused;
    static const struct {
        const char *first, *then;
        uint8_t want;
        const char *now;
    } rows[] = {
        {"yyy-", "---y", SHEAF_motion_state_adopted},
        {"yyn-", "---y", SHEAF_motion_state_adopted}, /* three of four */
        {"yyn-", "---n", SHEAF_motion_state_rejected},
        {"ynn-", NULL, SHEAF_motion_state_rejected, "rejected"},
        {"y---", NULL, SHEAF_motion_state_no_quorum, "no_quorum"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        kit_with_data(&k, &rules);
        raise_effect(&k, &rules, RAISED("model.retire"));
        retire(&k);
        int64_t opened = motion(&k, "m")->opened;
        vote(&k, "m", rows[i].first);
        pass(&k, motion(&k, "raise")->closes);
        assert_int_equal(motion(&k, "raise")->state, SHEAF_motion_state_adopted);
        assert_string_equal(kit_then(&k, "m"), rows[i].then ? "longer" : rows[i].now);
        pass(&k, opened + 300000);
        if (rows[i].then) {
            assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_open);
            assert_int_equal(motion(&k, "m")->closes, opened + 600000);
            assert_int_equal(motion(&k, "m")->yes, 2 + (rows[i].first[2] == 'y'));
            vote(&k, "m", rows[i].then);
            pass(&k, opened + 600000);
        }
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        kit_close(&k);
    }
}

/* By a clock that is late all of its time is over already; by a millisecond it is not. */
void test_sort_rises_after_its_time(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        kit_with_data(&k, &rules);
        raise_effect(&k, &rules, RAISED("model.retire"));
        retire(&k);
        int64_t opened = motion(&k, "m")->opened;
        vote(&k, "m", "yyyy");
        k.step_ms = 0;
        pass(&k, opened + 599999 + late);
        assert_int_equal(motion(&k, "m")->state,
                         late ? SHEAF_motion_state_adopted : SHEAF_motion_state_open);
        kit_close(&k);
    }
}

/* Proxies are counted once it closes for good. */
void test_sort_rises_with_proxies(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':100000}";
    kit_with_data(&k, &rules);
    kit_do(&k, "dan", "proxy.give", NULL, "{'member':#bob,'until':%lld}",
           (long long)k.now + 90000000);
    raise_effect(&k, &rules, RAISED("model.retire"));
    retire(&k);
    int64_t opened = motion(&k, "m")->opened;
    vote(&k, "m", "yyy-");
    pass(&k, opened + 300000);
    assert_int_equal(motion(&k, "m")->by_proxy, 0);
    assert_int_equal(motion(&k, "m")->yes, 3);
    pass(&k, opened + 600000);
    assert_int_equal(motion(&k, "m")->by_proxy, 1);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    kit_close(&k);
}

/* All have voted. In a demonstration that ends it; where the law sets a time for what is
 * protected it does not, also of what has come to be so since. */
void test_sort_rises_before_all_have_voted(void **unused)
{
    (void)unused;
    static const char *const forms[] = {"demonstration", "association"};
    for (int lawful = 0; lawful < 2; lawful++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.early = true;
        rules.form = forms[lawful];
        rules.ordinary.open_s = 86400 * 7;
        rules.qualified.open_s = 86400 * 7;
        rules.protected.open_s = 86400 * 30;
        kit_with_data(&k, &rules);
        raise_effect(&k, &rules, RAISED("model.retire"));
        retire(&k);
        int64_t opened = motion(&k, "m")->opened, closes = motion(&k, "m")->closes;
        vote(&k, "m", "yyy-");
        pass(&k, motion(&k, "raise")->closes);
        vote(&k, "m", "---y");
        assert_int_equal(motion(&k, "m")->closes, lawful ? closes : k.now);
        pass(&k, motion(&k, "m")->closes);
        if (lawful) {
            assert_int_equal(motion(&k, "m")->closes,
                             opened + (INT64_C(86400) * 30 + 100) * 1000);
            pass(&k, motion(&k, "m")->closes);
            assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_held);
            pass(&k, motion(&k, "m")->held);
        }
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* An assembly does not wait: what it adopts without the notice and the days that its effect has
 * come to need is void. */
void test_sort_rises_at_an_assembly(void **unused)
{
    (void)unused;
    static const struct {
        int starts_s, lasts_s;
        uint8_t want;
    } rows[] = {
        {400, 300, SHEAF_motion_state_adopted},
        {400, 150, SHEAF_motion_state_void}, /* less than 600 seconds in all */
        {90, 600, SHEAF_motion_state_void},  /* less than 100 before it begins */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.qualified.open_s = 60;
        rules.article[SHEAF_ARTICLE_assemblies] =
            "{'notice_s':50,'open_s':600,'protected':false,'quorum_bp':5000}";
        kit_found_four(&k, &rules);
        raise_effect(&k, &rules, RAISED("tellers.appoint"));
        long long starts = (long long)k.now + rows[i].starts_s * 1000LL;
        kit_do(&k, "ann", "assembly.convene", "a",
               "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}",
               starts + rows[i].lasts_s * 1000LL, starts);
        kit_do(&k, "ann", "motion.open", "m", "{'assembly':#a,'effect':" TELLERS ",'title':^}");
        for (int p = 0; p < 4; p++)
            kit_do(&k, people[p], "assembly.attend", NULL, "{'assembly':#a}");
        pass(&k, starts);
        pass(&k, motion(&k, "raise")->closes > k.now ? motion(&k, "raise")->closes : k.now);
        assert_int_equal(motion(&k, "m")->sort, SHEAF_decision_sort_qualified);
        vote(&k, "m", "yyyy");
        assert_string_equal(kit_then(&k, "m"),
                            rows[i].want == SHEAF_motion_state_void ? "void" : "adopted");
        pass(&k, motion(&k, "m")->closes);
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        bool adopted = rows[i].want == SHEAF_motion_state_adopted;
        assert_int_equal(motion(&k, "m")->refusal, adopted ? ACCEPTED : R(sort_rose));
        assert_int_equal(sheaf_teller_count(&k.state), adopted ? 2 : 0);
        kit_close(&k);
    }
}

/* Opens it, has the first `count` vote for it, and settles it. */
static void adopt(kit *k, kit_name *const *who, int count, const char *label,
                  const char *effect)
{
    kit_do(k, "ann", "motion.open", label, "{'effect':%s,'title':^}", effect);
    k->now = motion(k, label)->begins;
    for (int i = 0; i < count; i++)
        kit_do(k, who[i]->name, "ballot.cast", NULL, "{'choice':'yes','motion':#%s}", label);
    pass(k, motion(k, label)->closes);
    assert_int_equal(motion(k, label)->state, SHEAF_motion_state_adopted);
}

/* A sheet of ballots on a motion that has come to be protected, and on which all have voted:
 * at each of them the whole amendment is read again, and the memory for it is enough. */
void test_sort_rises_before_a_sheet(void **unused)
{
    (void)unused;
    enum { MANY = 500 };
    static kit_name *who[MANY];
    static char what[MANY * 48], proxies[4000];
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    rules.early = true;
    rules.form = "association";
    rules.ordinary.quorum = rules.qualified.quorum = rules.protected.quorum = 0;
    rules.ordinary.open_s = 86400 * 7;
    rules.qualified.open_s = 86400 * 60;
    rules.protected.open_s = 86400 * 30;
    kit_found_many(&k, &rules, who, MANY);
    adopt(&k, who, 2, "t",
          "{'kind':'tellers.appoint','what':{'duration_s':90000000,'members':[{'member':#ann},"
          "{'member':#m1}]}}");
    kit_rules other = rules;
    snprintf(proxies, sizeof proxies,
             "{'cap':2,'clauses':[{'text':'%01700d'},{'text':'%01700d'}],'protected':false,"
             "'until_max_s':100000}",
             0, 0);
    other.article[SHEAF_ARTICLE_proxies] = proxies;
    kit_do(&k, "ann", "motion.open", "m", "{'effect':%s,'title':^}",
           kit_amendment(&other, "#ann"));
    assert_int_equal(motion(&k, "m")->sort, SHEAF_decision_sort_qualified);
    rules.raised = RAISED("bylaws.amend");
    adopt(&k, who, 2, "raise", kit_amendment(&rules, "#ann"));
    size_t len =
        (size_t)snprintf(what, sizeof what, "{'channel':'paper','evidence':~e,'list':[");
    for (int i = 0; i < MANY; i++) {
        kit_do(&k, who[i]->name, "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        len += (size_t)snprintf(what + len, sizeof what - len, "%s{'choice':'no','member':%u}",
                                i ? "," : "", who[i]->member);
    }
    snprintf(what + len, sizeof what - len, "],'matter':#m}");
    assert_true(motion(&k, "m")->closes > k.now);
    kit_want(&k, ACCEPTED, "ann", "ballots.record", what, "sheet");
    kit_do(&k, who[1]->name, "ballots.confirm", NULL, "{'sheet':#sheet}");
    assert_int_equal(motion(&k, "m")->no, MANY);
    kit_close(&k);
}
