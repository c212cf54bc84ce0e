/* General assemblies and their minutes. */
#include "test.h"

static const struct sheaf_row_assembly *assembly(const kit *k, const char *label)
{
    return sheaf_assembly_find(&k->state, kit_index((kit *)k, label));
}

static void found(kit *k, const char *second)
{
    static char article[256];
    snprintf(article, sizeof article,
             "{'notice_s':7200,'open_s':60,'protected':false,'quorum_bp':7500%s}", second);
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_assemblies] = article;
    kit_found_four(k, &rules);
}

/* In a co-op that is no demonstration everybody has an hour. */
void test_assembly_lasts(void **unused)
{
    (void)unused;
    for (int allowed = 3600; allowed <= 7200; allowed *= 2) {
        kit k;
        char article[160];
        kit_rules rules = kit_rules_usual();
        rules.form = "association", rules.ordinary.open_s = rules.qualified.open_s = 86400,
        rules.protected.open_s = 604800;
        snprintf(article, sizeof article,
                 "{'notice_s':604800,'open_s':%d,'protected':false,'quorum_bp':5000}", allowed);
        rules.article[SHEAF_ARTICLE_assemblies] = article;
        kit_open(&k);
        kit_found_four(&k, &rules);
        for (int less = 1; less >= 0; less--) {
            char what[160];
            long long starts = (long long)k.now + 700000000;
            snprintf(what, sizeof what, "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}",
                     starts + 3600000 - less, starts);
            kit_want(&k, less ? R(assembly_times) : ACCEPTED, "ann", "assembly.convene", what,
                     NULL);
        }
        kit_close(&k);
    }
}

/* The time is over in which others can write minutes. */
static void wait_for_minutes(kit *k, const char *label)
{
    k->now = assembly(k, label)->minutes_from;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'minutes','of':#%s,'unwitnessed':false}",
           label);
}

/* Begins so long from now and lasts a minute; of the petition, where one is named. */
static sheaf_refusal convene_in(kit *k, const char *who, int64_t in_ms, const char *petition,
                                const char *label)
{
    char what[160], of[40] = "";
    long long starts = (long long)(k->now + in_ms);
    if (petition)
        snprintf(of, sizeof of, "'petition':#%s,", petition);
    snprintf(what, sizeof what, "{'agenda':^,'ends':%lld,%s'place':^,'starts':%lld}",
             starts + 60000, of, starts);
    return kit_try(k, who, "assembly.convene", what, label);
}

/* Begins two hours and a minute from now. */
static sheaf_refusal convene_by(kit *k, const char *who, const char *label)
{
    return convene_in(k, who, 7260000, NULL, label);
}

static void convene(kit *k, const char *label)
{
    assert_int_equal(convene_by(k, "ann", label), ACCEPTED);
}

static void begin(kit *k, const char *label)
{
    k->now = assembly(k, label)->starts;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'assembly_begins','of':#%s,'unwitnessed':false}", label);
}

static void end(kit *k, const char *label)
{
    k->now = assembly(k, label)->ends;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'assembly_ends','of':#%s,'unwitnessed':false}", label);
}

void test_assembly_convened(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "");
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    static const struct {
        int64_t in_ms, lasts_ms;
        sheaf_refusal want;
    } rows[] = {{7000000, 60000, R(assembly_notice_short)},
                {7300000, 0, R(assembly_times)},
                {7300000, -1, R(assembly_times)},
                {7300000, 60001, R(assembly_times)},
                {7300000, 60000, ACCEPTED}};
    char what[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        long long starts = (long long)(k.now + rows[i].in_ms);
        snprintf(what, sizeof what, "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}",
                 starts + (long long)rows[i].lasts_ms, starts);
        kit_want(&k, R(no_vote), "sue", "assembly.convene", what, NULL);
        kit_want(&k, rows[i].want, "ann", "assembly.convene", what, "a");
    }
    static const kit_row notice[] = {
        {"ann", "assembly.notice", "{'assembly':4000,'delivered':3,'evidence':~e}",
         R(no_such_assembly)},
        {"bob", "assembly.notice", "{'assembly':#a,'delivered':3,'evidence':~e}", R(notice_by)},
        {"ann", "assembly.notice", "{'assembly':#a,'delivered':3,'evidence':~e}"},
        {"ann", "assembly.notice", "{'assembly':#a,'delivered':3,'evidence':~e}",
         R(notice_recorded)},
        {"ann", "assembly.attend", "{'assembly':4000}", R(no_such_assembly)},
        {"ann", "assembly.attend", "{'assembly':#a}", R(not_attending_now)},
        {"ann", "minutes.record", "{'assembly':4000,'text':^}", R(no_such_assembly)},
        {"ann", "minutes.record", "{'assembly':#a,'text':^}", R(minutes_early)},
        {"ann", "minutes.approve", "{'minutes':4000}", R(no_such_minutes)},
    };
    KIT_ROWS(&k, notice);
    assert_int_equal(assembly(&k, "a")->delivered, 3);
    kit_close(&k);
}

void test_assembly_held(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "");
    convene(&k, "a");
    k.now = assembly(&k, "a")->starts - 3600000;
    static const kit_row rows[] = {
        {"ann", "assembly.attend", "{'assembly':#a}"},
        {"ann", "assembly.attend", "{'assembly':#a}", R(attended_already)},
        {"bob", "assembly.attend", "{'assembly':#a}"},
        {"cat", "assembly.attend", "{'assembly':#a}"},
    };
    KIT_ROWS(&k, rows);
    begin(&k, "a"); /* three of four: just the quorum */
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_under_way);
    assert_int_equal(assembly(&k, "a")->present, 3);
    assert_int_equal(assembly(&k, "a")->electorate, 4);
    kit_want(&k, R(minutes_early), "ann", "minutes.record", "{'assembly':#a,'text':^}", NULL);
    kit_want(&k, R(notice_recorded), "ann", "assembly.notice",
             "{'assembly':#a,'delivered':3,'evidence':~e}", NULL);
    end(&k, "a");
    static const kit_row minutes[] = {
        {"dan", "assembly.attend", "{'assembly':#a}", R(not_attending_now)},
        {"dan", "minutes.record", "{'assembly':#a,'text':^}", R(not_present)},
        {"ann", "minutes.record", "{'assembly':#a,'text':^}", .label = "m"},
        {"bob", "minutes.record", "{'assembly':#a,'text':^}", .label = "n"},
        {"ann", "minutes.approve", "{'minutes':#m}", R(minutes_own)},
        {"dan", "minutes.approve", "{'minutes':#m}", R(not_present)},
        {"bob", "minutes.approve", "{'minutes':#m}"},
        {"bob", "minutes.approve", "{'minutes':#m}", R(minutes_approved_already)},
        {"cat", "minutes.approve", "{'minutes':#n}"},
        {"cat", "minutes.approve", "{'minutes':#m}"},
    };
    KIT_ROWS(&k, minutes);
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_ended);
    assert_int_equal(assembly(&k, "a")->minutes, SHEAF_NONE);
    assert_true(assembly(&k, "a")->minutes_from >= assembly(&k, "a")->ends + 7200000);
    k.now = assembly(&k, "a")->minutes_from - 1 - k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("minutes", "a"), NULL);
    wait_for_minutes(&k, "a");
    assert_int_equal(assembly(&k, "a")->minutes, kit_index(&k, "m"));
    kit_want(&k, R(minutes_settled), "ann", "minutes.approve", "{'minutes':#n}", NULL);
    kit_want(&k, R(minutes_settled), "ann", "minutes.record", "{'assembly':#a,'text':^}", NULL);
    kit_close(&k);
}

/* Three who are quick write what they like; the others write what was, and more approve that.
 * Of two that as many approve the first stands; what too few approve in time is final with the
 * last that it lacks. */
void test_minutes_take_their_time(void **unused)
{
    (void)unused;
    for (int turn = 0; turn < 3; turn++) {
        kit k;
        found(&k, "");
        kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
        convene(&k, "a");
        k.now = assembly(&k, "a")->starts - 3600000;
        static const char *const all[] = {"ann", "bob", "cat", "dan", "eve"};
        for (int i = 0; i < 5; i++)
            kit_do(&k, all[i], "assembly.attend", NULL, "{'assembly':#a}");
        begin(&k, "a");
        end(&k, "a");
        kit_do(&k, "ann", "minutes.record", "m", "{'assembly':#a,'text':^}");
        kit_do(&k, "bob", "minutes.approve", NULL, "{'minutes':#m}");
        kit_do(&k, "dan", "minutes.record", "n", "{'assembly':#a,'text':^}");
        if (turn < 2) {
            kit_do(&k, "cat", "minutes.approve", NULL, "{'minutes':#m}");
            kit_do(&k, "eve", "minutes.approve", NULL, "{'minutes':#n}");
            kit_do(&k, "cat", "minutes.approve", NULL, "{'minutes':#n}");
        }
        if (turn == 1)
            kit_do(&k, "bob", "minutes.approve", NULL, "{'minutes':#n}");
        assert_int_equal(assembly(&k, "a")->minutes, SHEAF_NONE);
        wait_for_minutes(&k, "a");
        if (turn == 2) {
            assert_int_equal(assembly(&k, "a")->minutes, SHEAF_NONE);
            kit_do(&k, "eve", "minutes.approve", NULL, "{'minutes':#m}");
        }
        assert_int_equal(assembly(&k, "a")->minutes, kit_index(&k, turn == 1 ? "n" : "m"));
        kit_close(&k);
    }
}

/* A human approves once, for whichever members; where few came, so many others are enough. */
void test_minutes_are_approved_by_humans(void **unused)
{
    (void)unused;
#define HELD(name, digits) KIT_HELD(name, digits, "false", "false", "true", "")
    for (int all = 0; all < 2; all++) {
        kit k;
        found(&k, "");
        static const kit_row keys[] = {
            {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
            {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
            {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        };
        KIT_ROWS(&k, keys);
        convene(&k, "a");
        k.now = assembly(&k, "a")->starts - 3600000;
        static const kit_row come[] = {
            {"a1", "assembly.attend", "{'assembly':#a}"},
            {"b1", "assembly.attend", "{'assembly':#a}"},
            {"cat", "assembly.attend", "{'assembly':#a}"},
        };
        KIT_ROWS(&k, come);
        if (all)
            kit_do(&k, "dan", "assembly.attend", NULL, "{'assembly':#a}");
        begin(&k, "a");
        end(&k, "a");
        wait_for_minutes(&k, "a");
        static const kit_row rows[] = {
            {"a1", "minutes.record", "{'assembly':#a,'text':^}", .label = "m"},
            {"b1", "minutes.approve", "{'minutes':#m}", R(human_twice)},
            {"cat", "minutes.record", "{'assembly':#a,'text':^}", .label = "n"},
            {"b1", "minutes.approve", "{'minutes':#n}"},
        };
        KIT_ROWS(&k, rows);
        if (all) {
            kit_want(&k, R(human_twice), "a1", "minutes.approve", "{'minutes':#n}", NULL);
            assert_int_equal(assembly(&k, "a")->minutes, SHEAF_NONE);
            kit_do(&k, "dan", "minutes.approve", NULL, "{'minutes':#n}");
        }
        assert_int_equal(assembly(&k, "a")->minutes, kit_index(&k, "n"));
        kit_close(&k);
    }
}

/* A key that names nobody attended for an organisation for which whoever recorded the minutes
 * acts too: it is not heard on them, and not waited for. Nor is who left the co-op since. */
void test_minutes_wait_for_who_is_heard(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "");
    static const kit_row rows[] = {
        {"org", "member.apply",
         "{'class':1,'kind':'organisation','name':^,'public_key':@org,'web':false}",
         .label = "org"},
        {"ann", "member.admit", "{'member':#org}"},
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#org}"},
        {"org", "key.admit", HELD("o1", "~a"), .label = "o1"},
    };
    KIT_ROWS(&k, rows);
    convene(&k, "a");
    k.now = assembly(&k, "a")->starts - 3600000;
    static const kit_row come[] = {
        {"a1", "assembly.attend", "{'assembly':#a}"},
        {"bob", "assembly.attend", "{'assembly':#a}"},
        {"cat", "assembly.attend", "{'assembly':#a}"},
        {"org", "assembly.attend", "{'assembly':#a}"},
    };
    KIT_ROWS(&k, come);
    begin(&k, "a");
    end(&k, "a");
    wait_for_minutes(&k, "a");
    static const kit_row minutes[] = {
        {"bob", "member.leave", "{}"},
        {"a1", "minutes.record", "{'assembly':#a,'text':^}", .label = "m"},
        {"org", "minutes.approve", "{'minutes':#m}", R(human_unnamed)},
    };
    KIT_ROWS(&k, minutes);
    assert_int_equal(assembly(&k, "a")->minutes, SHEAF_NONE); /* cat is waited for */
    kit_do(&k, "cat", "minutes.approve", NULL, "{'minutes':#m}");
    assert_int_equal(assembly(&k, "a")->minutes, kit_index(&k, "m"));
    kit_close(&k);
}

#define FIRST  "{'assembly':#a,'delivered':3,'evidence':~e}"
#define SECOND "{'assembly':#a,'delivered':4,'evidence':~d}"
void test_assembly_calls(void **unused)
{
    (void)unused;
    kit k;
    /* Without a second call it is not held. */
    found(&k, "");
    convene(&k, "a");
    begin(&k, "a");
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_no_quorum);
    assert_int_equal(assembly(&k, "a")->present, 0);
    kit_want(&k, R(not_attending_now), "ann", "assembly.attend", "{'assembly':#a}", NULL);
    kit_close(&k);

    /* Quorum on the second call only; who left the co-op meanwhile is not there. */
    found(&k, ",'second':{'open_s':600,'quorum_bp':5000}");
    convene(&k, "a");
    assert_int_equal(convene_by(&k, "bob", "b"), ACCEPTED);
    k.now = assembly(&k, "a")->starts - 1000;
    kit_do(&k, "ann", "assembly.attend", NULL, "{'assembly':#a}");
    kit_do(&k, "dan", "assembly.attend", NULL, "{'assembly':#a}");
    kit_do(&k, "dan", "assembly.attend", NULL, "{'assembly':#b}");
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    int64_t lasts = assembly(&k, "a")->ends - assembly(&k, "a")->starts;
    kit_do(&k, "ann", "assembly.notice", NULL, FIRST);
    begin(&k, "a");
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_second_call);
    assert_int_equal(assembly(&k, "a")->present, 1);
    assert_int_equal(assembly(&k, "a")->electorate, 3);
    assert_int_equal(assembly(&k, "a")->ends - assembly(&k, "a")->starts, lasts);
    begin(&k, "b");
    static const kit_row again[] = {
        {"bob", "assembly.notice", SECOND, R(notice_by)},
        {"ann", "assembly.notice", SECOND},
        {"ann", "assembly.notice", FIRST, R(notice_recorded)},
    };
    KIT_ROWS(&k, again);
    assert_int_equal(assembly(&k, "a")->delivered, 4);
    kit_do(&k, "bob", "assembly.attend", NULL, "{'assembly':#a}");
    begin(&k, "a");
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_under_way);
    assert_int_equal(assembly(&k, "a")->present, 2);
    begin(&k, "b"); /* nobody on either call */
    assert_int_equal(assembly(&k, "b")->state, SHEAF_assembly_state_no_quorum);
    kit_do(&k, "cat", "assembly.attend", NULL, "{'assembly':#a}"); /* who comes late */
    end(&k, "a");
    kit_close(&k);
}

/* ---- who convenes ---- */

/* A member has one assembly before it at a time, whatever becomes of it. */
void test_assembly_one_each(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "");
    convene(&k, "a");
    assert_int_equal(convene_by(&k, "ann", NULL), R(assembly_own_open));
    assert_int_equal(convene_by(&k, "bob", "b"), ACCEPTED);
    static const kit_row rows[] = {
        {"ann", "assembly.cancel", "{'assembly':4000}", R(no_such_assembly)},
        {"bob", "assembly.cancel", "{'assembly':#a}", R(not_your_assembly)},
        {"ann", "assembly.cancel", "{'assembly':#a}"},
        {"ann", "assembly.cancel", "{'assembly':#a}", R(assembly_begun)},
        {"ann", "assembly.attend", "{'assembly':#a}", R(not_attending_now)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_cancelled);
    k.now += 1000;
    convene(&k, "c");
    begin(&k, "b"); /* nobody came */
    kit_want(&k, R(assembly_begun), "bob", "assembly.cancel", "{'assembly':#b}", NULL);
    assert_int_equal(convene_by(&k, "bob", "d"), ACCEPTED);
    static const kit_row come[] = {{"ann", "assembly.attend", "{'assembly':#c}"},
                                   {"bob", "assembly.attend", "{'assembly':#c}"},
                                   {"cat", "assembly.attend", "{'assembly':#c}"}};
    KIT_ROWS(&k, come);
    begin(&k, "c");
    assert_int_equal(convene_by(&k, "ann", NULL), R(assembly_own_open)); /* under way */
    kit_want(&k, R(assembly_begun), "ann", "assembly.cancel", "{'assembly':#c}", NULL);
    end(&k, "c");
    convene(&k, "e");
    kit_close(&k);
}

void test_assembly_ahead(void **unused)
{
    (void)unused;
    const int64_t most = 7200000 + INT64_C(366) * 86400000;
    kit k;
    found(&k, "");
    k.step_ms = 0; /* the next act is now */
    assert_int_equal(convene_in(&k, "ann", most + 1, NULL, NULL), R(assembly_far));
    assert_int_equal(convene_in(&k, "ann", most, NULL, NULL), ACCEPTED);
    kit_close(&k);
}

/* Officers of the organ convene, as often as it takes, and members where it has none; a
 * petition's assembly is convened by its opener all the same. */
void test_assembly_of_officers(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':7200,'open_s':60,'organ':0,'protected':false,'quorum_bp':7500}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':0,'open_s':9,'quorum_bp':5000,"
        "'seats':1,'term_s':40000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':9000,'members_bp':5000,'open_max':9,'protected':true,'sign_s':200}";
    kit_found_four(&k, &rules);
    assert_int_equal(convene_by(&k, "cat", "a"), ACCEPTED);
    assert_int_equal(convene_by(&k, "cat", NULL), R(assembly_own_open));
    kit_motion(&k, "m", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    assert_int_equal(convene_by(&k, "ann", NULL), R(not_the_convener));
    assert_int_equal(convene_by(&k, "dan", "b"), ACCEPTED);
    assert_int_equal(convene_by(&k, "dan", "c"), ACCEPTED);
    kit_do(&k, "cat", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(&k, "ann", "petition.sign", NULL, "{'petition':#p}");
    kit_do(&k, "cat", "petition.open", "q", "{'text':^,'title':^}");
    kit_do(&k, "ann", "petition.sign", NULL, "{'petition':#q}");
    assert_int_equal(convene_in(&k, "bob", 7260000, "p", NULL), R(petition_convener));
    assert_int_equal(convene_in(&k, "dan", 7260000, "q", NULL), ACCEPTED); /* an officer */
    assert_int_equal(convene_in(&k, "cat", 7260000, "p", "d"), ACCEPTED);
    kit_want(&k, R(assembly_promised), "cat", "assembly.cancel", "{'assembly':#d}", NULL);
    kit_do(&k, "dan", "office.resign", NULL, "{'organ':0}");
    assert_int_equal(convene_by(&k, "dan", NULL), R(deadline_due)); /* the vacancy */
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'vacancy','of':#m.tick,'unwitnessed':"
           "false}");
    assert_int_equal(convene_by(&k, "dan", NULL), R(assembly_own_open)); /* a member again */
    assert_int_equal(convene_by(&k, "bob", NULL), ACCEPTED);
    kit_close(&k);
}
