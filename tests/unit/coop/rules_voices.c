/* What a motion does to one member takes two votes for it: nobody decides that alone. */
#include "test.h"

#include "coop/motion.h"

#define EXCLUDE "{'effect':{'kind':'member.exclude','what':{'exclusion':#x}},'title':^}"
#define STRIKE  "{'effect':{'kind':'share.strike','what':{'member':#bob,'shares':1}},'title':^}"
#define RECALL  "{'effect':{'kind':'office.recall','what':{'member':#bob,'organ':0}},'title':^}"
#define REMOVE                                                                                 \
    "{'effect':{'kind':'circle.remove','what':{'circle':#c,'member':#bob}},'title':^}"
#define ELECT "{'effect':{'kind':'office.elect','what':{'member':#bob,'organ':0}},'title':^}"

static uint8_t state_of(kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index(k, label))->state;
}

static void settle(kit *k, const char *label)
{
    int64_t closes = sheaf_motion_get(&k->state, kit_index(k, label))->closes;
    k->now = closes > k->now ? closes : k->now;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

static void join(kit *k, const char *who)
{
    kit_do(k, who, "member.apply", who,
           "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", who);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", who);
}

/* Ann and bob, who is on the board, in a circle and holds a share. No quorum is asked for. */
static void found(kit *k)
{
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.early = false;
    rules.approvals = 1;
    rules.classes = "{'name':'member','votes':1},{'name':'new','trial_s':864000,'votes':1}";
    rules.ordinary.quorum = rules.qualified.quorum = 0;
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':5,'min_count':1,'price_cents':1000,'protected':false,'repay_from_s':100,"
        "'repay_until_s':200,'transferable':true}";
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':9,'protected':false,'review_max_s':1000,'size_warning':20}";
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':864000}";
    rules.article[SHEAF_ARTICLE_organs] = "{'list':[{'kind':'board','name':'board','nominate_s'"
                                          ":0,'open_s':100,'quorum_bp':5000,'seats':1,"
                                          "'term_s':1000000}],'protected':false}";
    kit_open(k);
    kit_found(k, &rules);
    join(k, "bob");
    kit_do(k, "ann", "circle.found", "c", "{'name':^,'purpose':^}");
    kit_do(k, "bob", "circle.join", NULL, "{'circle':#c}");
    kit_do(k, "ann", "circle.admit", NULL, "{'circle':#c,'member':#bob}");
    kit_do(k, "ann", "share.pay", NULL, "{'evidence':~e,'member':#bob,'shares':1}");
    kit_do(k, "ann", "exclusion.open", "x", "{'member':#bob,'reason':^}");
    kit_do(k, "ann", "motion.open", "e", "%s", ELECT);
    kit_do(k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#e}");
    settle(k, "e"); /* one vote elects */
    assert_int_equal(state_of(k, "e"), SHEAF_motion_state_adopted);
}

/* In a co-op of two it is not put to the vote at all. */
void test_voices_of_two(void **unused)
{
    (void)unused;
    static const char *const effects[] = {EXCLUDE, STRIKE, RECALL, REMOVE};
    kit k;
    found(&k);
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        kit_want(&k, R(one_voice), "ann", "motion.open", effects[i], NULL);
    join(&k, "cat");
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        kit_do(&k, "ann", "motion.open", NULL, "%s", effects[i]);
    kit_close(&k);
}

/* What the others of three vote, and what comes of it; cat's vote may come by proxy. */
void test_voices_of_three(void **unused)
{
    (void)unused;
    static const struct {
        const char *ann, *cat;
        bool proxy;
        uint8_t want;
    } rows[] = {
        {"yes", NULL, false, SHEAF_motion_state_rejected},
        {"yes", "abstain", false, SHEAF_motion_state_rejected},
        {"yes", "no", false, SHEAF_motion_state_rejected},
        {"yes", "yes", false, SHEAF_motion_state_adopted},
        {"yes", NULL, true, SHEAF_motion_state_adopted},
    };
    static const char *const effects[] = {EXCLUDE, STRIKE, RECALL, REMOVE};
    for (size_t i = 0; i < sizeof rows / sizeof *rows * 4; i++) {
        kit k;
        char ballot[100];
        found(&k);
        join(&k, "cat");
        kit_do(&k, "ann", "motion.open", "m", "%s", effects[i % 4]);
        kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'%s','motion':#m}", rows[i / 4].ann);
        snprintf(ballot, sizeof ballot, "{'choice':'%s','motion':#m}",
                 rows[i / 4].cat ? rows[i / 4].cat : "");
        if (rows[i / 4].cat)
            kit_do(&k, "cat", "ballot.cast", NULL, "%s", ballot);
        if (rows[i / 4].proxy)
            kit_do(&k, "cat", "proxy.give", NULL, "{'member':#ann,'until':%lld}",
                   (long long)(k.now + 864000));
        const struct sheaf_row_motion *m = sheaf_motion_get(&k.state, kit_index(&k, "m"));
        sheaf_standing s = sheaf_motion_standing(&k.state, m, sheaf_motion_rule(&k.state, m));
        assert_int_equal(s.voices, 2);
        settle(&k, "m");
        assert_int_equal(state_of(&k, "m"), rows[i / 4].want);
        kit_close(&k);
    }
}

/* Bob goes, and his seat is looked at. */
static void leave(kit *k)
{
    sheaf_deadline due;
    kit_do(k, "bob", "member.leave", NULL, "{}");
    assert_true(sheaf_fold_due(&k->state, k->now, &due));
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'vacancy','of':%u,'unwitnessed':false}",
           due.of);
}

/* Who is on trial is dismissed by two, or by the one who has a vote. */
void test_voices_on_trial(void **unused)
{
    (void)unused;
    static const struct {
        bool alone, second;
        uint8_t want;
    } rows[] = {
        {false, false, SHEAF_motion_state_rejected},
        {false, true, SHEAF_motion_state_adopted},
        {true, false, SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        found(&k);
        if (rows[i].alone)
            leave(&k);
        kit_do(&k, "eve", "member.apply", "eve",
               "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}");
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
        kit_do(&k, "ann", "motion.open", "m",
               "{'effect':{'kind':'member.dismiss','what':{'member':#eve}},'title':^}");
        kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        if (rows[i].second)
            kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        settle(&k, "m");
        assert_int_equal(state_of(&k, "m"), rows[i].want);
        kit_close(&k);
    }
}
