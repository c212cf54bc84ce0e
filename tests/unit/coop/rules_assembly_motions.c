/* Motions that are put to an assembly. */
#include "test.h"

#include "coop/motion.h"

static const struct sheaf_row_assembly *assembly(const kit *k, const char *label)
{
    return sheaf_assembly_find(&k->state, kit_index((kit *)k, label));
}

static const struct sheaf_row_motion *motion(const kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index((kit *)k, label));
}

/* Ordinary motions: notice of 50 seconds, votes for 60, a quorum of half. */
static kit_rules rules_here(void)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':7500,"
        "'second':{'open_s':60,'quorum_bp':2500}}";
    rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':1000,'hold_s':0,'members':2,'members_bp':10000,'protected':true}";
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':100000}";
    rules.ordinary.notice_s = 50;
    rules.ordinary.quorum = 5000;
    rules.qualified.quorum = 5000;
    return rules;
}

/* Begins so many seconds from now and lasts as long as is said. */
static void convene(kit *k, const char *label, int in_s, int lasts_s)
{
    long long starts = (long long)k->now + in_s * 1000LL;
    kit_do(k, "ann", "assembly.convene", label,
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + lasts_s * 1000LL,
           starts);
}

static void tick(kit *k, const char *kind, const char *of, int64_t at)
{
    k->now = at > k->now ? at : k->now;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}", kind,
           of);
}

static void begin(kit *k)
{
    tick(k, "assembly_begins", "a", assembly(k, "a")->starts);
}

static void attend(kit *k, const char *who)
{
    kit_do(k, who, "assembly.attend", NULL, "{'assembly':#a}");
}

static void vote(kit *k, const char *who, const char *on, const char *choice)
{
    kit_do(k, who, "ballot.cast", NULL, "{'choice':'%s','motion':#%s}", choice, on);
}

#define TELLERS                                                                                \
    "{'kind':'tellers.appoint','what':{'duration_s':3600,'members':[{'member':#ann},"          \
    "{'member':#bob}]}}"
#define PUT "{'assembly':#a,'effect':" TELLERS ",'title':^}"

/* Who is there votes, also who comes late; it is decided when the assembly ends. */
void test_assembly_decides(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    kit_found_four(&k, &rules);
    convene(&k, "a", 200, 300);
    static const kit_row rows[] = {
        {"cat", "motion.open", "{'assembly':4000,'title':^}", R(no_such_assembly)},
        {"cat", "motion.open", PUT, .label = "m"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}", R(voting_not_begun)},
        {"ann", "assembly.attend", "{'assembly':#a}"},
        {"bob", "assembly.attend", "{'assembly':#a}"},
        {"cat", "assembly.attend", "{'assembly':#a}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->closes, assembly(&k, "a")->ends);
    begin(&k);
    kit_want(&k, R(not_attending), "dan", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_want(&k, R(not_attending), "dan", "motion.open", "{'assembly':#a,'title':^}", NULL);
    kit_want(&k, R(agenda_late), "ann", "motion.open", PUT, NULL);
    kit_do(&k, "ann", "motion.open", "spot", "{'assembly':#a,'title':^}");
    vote(&k, "ann", "spot", "yes");
    attend(&k, "dan");
    vote(&k, "dan", "m", "yes");
    kit_want(&k, R(voted_stands), "cat", "motion.withdraw", "{'motion':#m}", NULL);
    vote(&k, "ann", "m", "yes");
    vote(&k, "bob", "m", "yes");
    vote(&k, "cat", "m", "no"); /* all have voted, and the assembly goes on */
    assert_int_equal(motion(&k, "m")->closes, assembly(&k, "a")->ends);
    tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
    kit_want(&k, R(deadline_due), "ann", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
    tick(&k, "motion", "m", k.now);
    tick(&k, "motion", "spot", k.now);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    assert_int_equal(motion(&k, "m")->yes, 3);
    assert_int_equal(motion(&k, "spot")->state, SHEAF_motion_state_adopted);
    kit_want(&k, R(assembly_begun), "ann", "motion.open", "{'assembly':#a,'title':^}", NULL);
    kit_close(&k);
}

/* The notice of an assembly has to be proven; the record of it, of "a". */
#define EVIDENCE                                                                               \
    "{'evidence':true,'notice_s':100,'open_s':600,'protected':false,'quorum_bp':7500}"
#define NOTICE "{'assembly':#a,'delivered':1,'evidence':~e}"

/* Ann, bob and cat say that they come. */
static void three_attend(kit *k)
{
    attend(k, "ann");
    attend(k, "bob");
    attend(k, "cat");
}

/* Where the bylaws of its notice demand evidence of delivery, an assembly without it says what
 * it thinks and decides on nothing that takes effect; the record is made before it begins. */
void test_assembly_evidence(void **unused)
{
    (void)unused;
    for (int turn = 0; turn < 3; turn++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.article[SHEAF_ARTICLE_assemblies] =
            turn == 2 ? "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':7500}"
                      : EVIDENCE;
        kit_found_four(&k, &rules);
        convene(&k, "a", 200, 300);
        kit_do(&k, "cat", "motion.open", "m", PUT);
        kit_do(&k, "cat", "motion.open", "word", "{'assembly':#a,'title':^}");
        three_attend(&k);
        assert_int_equal(sheaf_assembly_unproven(&k.state, assembly(&k, "a")), turn != 2);
        k.now = assembly(&k, "a")->starts - 2; /* an act takes a millisecond */
        if (turn == 1)
            kit_do(&k, "ann", "assembly.notice", NULL, NOTICE);
        begin(&k);
        kit_want(&k, R(notice_recorded), "ann", "assembly.notice", NOTICE, NULL);
        vote(&k, "ann", "word", "yes");
        static const char *const names[] = {"ann", "bob", "cat"};
        for (int i = 0; i < 3; i++)
            kit_want(&k, turn ? ACCEPTED : R(notice_unproven), names[i], "ballot.cast",
                     "{'choice':'yes','motion':#m}", NULL);
        tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
        tick(&k, "motion", "m", k.now);
        tick(&k, "motion", "word", k.now);
        assert_int_equal(motion(&k, "m")->state,
                         turn ? SHEAF_motion_state_adopted : SHEAF_motion_state_no_quorum);
        assert_int_equal(motion(&k, "word")->state, SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* What ends a process of accountability binds as an effect does. */
void test_assembly_evidence_of_processes(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    rules.article[SHEAF_ARTICLE_assemblies] = EVIDENCE;
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':1000,'open_max':9,'outcome_s':2000,'protected':true}";
    kit_found_four(&k, &rules);
    convene(&k, "a", 200, 300);
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'subject':#bob,'text':^,'title':^}", .label = "p"},
        {"bob", "accountability.answer", "{'process':#p,'text':^}"},
        {"ann", "accountability.hear", "{'process':#p,'text':^}"},
        {"ann", "motion.open", "{'assembly':#a,'process':#p,'title':^}", .label = "m"},
    };
    KIT_ROWS(&k, rows);
    attend(&k, "ann");
    attend(&k, "cat");
    attend(&k, "dan");
    begin(&k);
    kit_want(&k, R(notice_unproven), "ann", "ballot.cast", "{'choice':'yes','motion':#m}",
             NULL);
    kit_close(&k);
}

/* Nor is the demand got round by an assembly that was convened before it: it holds for motions
 * that are opened under it, and for no others. */
void test_assembly_evidence_later(void **unused)
{
    (void)unused;
    for (int proven = 0; proven < 2; proven++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        kit_found_four(&k, &rules);
        convene(&k, "a", 100000, 300);
        kit_do(&k, "cat", "motion.open", "old", PUT);
        rules.article[SHEAF_ARTICLE_assemblies] = EVIDENCE;
        kit_motion(&k, "on", kit_amendment(&rules, "#ann"), 4);
        kit_do(&k, "cat", "motion.open", "m", PUT);
        k.now = assembly(&k, "a")->starts - 10000;
        if (proven)
            kit_do(&k, "ann", "assembly.notice", NULL, NOTICE);
        three_attend(&k);
        begin(&k);
        vote(&k, "ann", "old", "yes");
        kit_want(&k, proven ? ACCEPTED : R(notice_unproven), "ann", "ballot.cast",
                 "{'choice':'yes','motion':#m}", NULL);
        kit_close(&k);
    }
}

/* Where who convened is no member any more, any other with a vote records the notice. */
void test_assembly_evidence_left(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    rules.article[SHEAF_ARTICLE_assemblies] = EVIDENCE;
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0}";
    kit_found_four(&k, &rules);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    convene(&k, "a", 200, 300);
    kit_want(&k, R(notice_by), "bob", "assembly.notice", NOTICE, NULL);
    kit_do(&k, "ann", "member.leave", NULL, "{}");
    kit_want(&k, R(notice_by), "sue", "assembly.notice", NOTICE, NULL);
    kit_do(&k, "bob", "assembly.notice", NULL, NOTICE);
    assert_false(sheaf_assembly_unproven(&k.state, assembly(&k, "a")));
    kit_close(&k);
}

/* What takes effect is known and open for no shorter than elsewhere, to the millisecond. */
void test_assembly_agenda(void **unused)
{
    (void)unused;
    static const struct {
        int starts_s, lasts_s;
        int64_t late_ms;
        sheaf_refusal want;
    } rows[] = {
        {200, 300, 150000, ACCEPTED}, /* 50 seconds before the beginning */
        {200, 300, 150001, R(agenda_late)},
        {200, 30, 120000, ACCEPTED}, /* 110 before the end */
        {200, 30, 120001, R(agenda_late)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.qualified.notice_s = 50;
        rules.qualified.open_s = rules.ordinary.open_s;
        kit_found_four(&k, &rules);
        k.step_ms = 0;
        int64_t now = k.now;
        convene(&k, "a", rows[i].starts_s, rows[i].lasts_s);
        k.now = now + rows[i].late_ms;
        kit_want(&k, rows[i].want, "cat", "motion.open", PUT, NULL);
        kit_do(&k, "cat", "motion.open", NULL, "{'assembly':#a,'title':^}"); /* no effect */
        kit_close(&k);
    }
}

/* On the second call a quarter suffices to a resolution; what takes effect needs the quorum of
 * its sort all the same, ordinary or not. All close when the assembly does. */
void test_assembly_decides_on_second_call(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    kit_found_four(&k, &rules);
    convene(&k, "a", 200, 300);
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':3,'protected':false,'until_max_s':100000}";
    kit_do(&k, "cat", "motion.open", "m", PUT);
    kit_do(&k, "cat", "motion.open", "q", "{'assembly':#a,'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    kit_do(&k, "cat", "motion.open", "r", "{'assembly':#a,'title':^}");
    assert_int_equal(motion(&k, "q")->sort, SHEAF_decision_sort_qualified);
    attend(&k, "bob");
    begin(&k);
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_second_call);
    kit_want(&k, R(assembly_votes), "bob", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_want(&k, R(assembly_begun), "bob", "motion.open", PUT, NULL);
    begin(&k);
    assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_under_way);
    assert_int_equal(assembly(&k, "a")->ends - assembly(&k, "a")->starts, 300000);
    assert_int_equal(motion(&k, "m")->closes, assembly(&k, "a")->ends);
    vote(&k, "bob", "m", "yes");
    vote(&k, "bob", "q", "yes");
    vote(&k, "bob", "r", "yes");
    tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
    tick(&k, "motion", "m", k.now);
    tick(&k, "motion", "q", k.now);
    tick(&k, "motion", "r", k.now);
    assert_int_equal(motion(&k, "r")->state, SHEAF_motion_state_adopted);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_no_quorum);
    assert_int_equal(motion(&k, "q")->state, SHEAF_motion_state_no_quorum);
    kit_close(&k);
}

/* An assembly that is not held, or is called off, decides nothing. */
void test_assembly_not_held(void **unused)
{
    (void)unused;
    for (int off = 0; off < 2; off++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.ordinary.quorum = 0;
        kit_found_four(&k, &rules);
        convene(&k, "a", 200, 300);
        kit_do(&k, "cat", "motion.open", "m", PUT);
        if (off) {
            kit_do(&k, "ann", "assembly.cancel", NULL, "{'assembly':#a}");
        } else {
            begin(&k);
            begin(&k); /* nobody on either call */
        }
        kit_want(&k, R(deadline_due), "ann", "ballot.cast", "{'choice':'yes','motion':#m}",
                 NULL);
        tick(&k, "motion", "m", k.now);
        assert_int_equal(motion(&k, "m")->state,
                         off ? SHEAF_motion_state_called_off : SHEAF_motion_state_no_quorum);
        kit_close(&k);
    }
}

/* A proxy counts where its holder is there and votes. */
void test_assembly_proxies(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    kit_found_four(&k, &rules);
    kit_do(&k, "dan", "proxy.give", NULL, "{'member':#bob,'until':%lld}",
           (long long)k.now + 90000000);
    convene(&k, "a", 200, 300);
    kit_do(&k, "cat", "motion.open", "m", PUT);
    three_attend(&k);
    begin(&k);
    vote(&k, "bob", "m", "yes");
    vote(&k, "cat", "m", "no");
    tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
    tick(&k, "motion", "m", k.now);
    assert_int_equal(motion(&k, "m")->yes, 2);
    assert_int_equal(motion(&k, "m")->by_proxy, 1);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    kit_close(&k);
}

/* ---- a clock that stood still ---- */

/* Held all the same where the hub was away at its beginning, even beyond its end, and for as
 * long; motions close with it. */
void test_assembly_begins_late(void **unused)
{
    (void)unused;
    static const int64_t late_ms[] = {1, 299999, 300000, 900000};
    for (size_t i = 0; i < sizeof late_ms / sizeof *late_ms; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        kit_found_four(&k, &rules);
        convene(&k, "a", 200, 300);
        kit_do(&k, "cat", "motion.open", "m", PUT);
        three_attend(&k);
        int64_t at = assembly(&k, "a")->starts + late_ms[i];
        tick(&k, "assembly_begins", "a", at);
        assert_int_equal(assembly(&k, "a")->state, SHEAF_assembly_state_under_way);
        assert_true(assembly(&k, "a")->starts >= at);
        assert_int_equal(assembly(&k, "a")->ends - assembly(&k, "a")->starts, 300000);
        assert_int_equal(motion(&k, "m")->closes, assembly(&k, "a")->ends);
        vote(&k, "ann", "m", "yes");
        vote(&k, "bob", "m", "yes");
        tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
        tick(&k, "motion", "m", k.now);
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* ---- places ---- */

/* Five places of its own, which none of the other motions have: three are anybody's. What is
 * withdrawn leaves its place, from wherever in the list. */
void test_assembly_places(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    rules.open_max = 5;
    kit_found_four(&k, &rules);
    convene(&k, "a", 200, 300);
    kit_do(&k, "ann", "motion.open", "x", "{'assembly':#a,'title':^}");
    kit_do(&k, "ann", "motion.open", "y", "{'assembly':#a,'title':^}");
    kit_do(&k, "ann", "motion.open", "z", "{'assembly':#a,'title':^}");
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'assembly':#a,'title':^}", R(room_for_others)},
        {"ann", "motion.withdraw", "{'motion':#y}"},
        {"ann", "motion.open", "{'assembly':#a,'title':^}", .label = "w"},
        {"bob", "motion.open", "{'assembly':#a,'title':^}", .label = "b"},
        {"bob", "motion.open", "{'assembly':#a,'title':^}", R(room_for_others)},
        {"cat", "motion.open", "{'assembly':#a,'title':^}", .label = "c"},
        {"dan", "motion.open", "{'assembly':#a,'title':^}", R(agenda_full)},
        {"cat", "motion.withdraw", "{'motion':#c}"},
        {"dan", "motion.open", "{'assembly':#a,'title':^}", .label = "d"},
        {"ann", "motion.withdraw", "{'motion':#x}"},
        {"cat", "motion.open", "{'assembly':#a,'title':^}", .label = "e"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->motions_placed, 0);
    kit_do(&k, "ann", "motion.open", "o", "{'title':^}");
    assert_int_equal(sheaf_coop(&k.state)->motions_placed, 1);
    kit_do(&k, "ann", "assembly.cancel", NULL, "{'assembly':#a}");
    static const char *const left[] = {"z", "w", "b", "d", "e"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        tick(&k, "motion", left[i], k.now);
        assert_int_equal(motion(&k, left[i])->state, SHEAF_motion_state_called_off);
    }
    kit_want(&k, R(assembly_begun), "ann", "motion.open", "{'assembly':#a,'title':^}", NULL);
    assert_int_equal(motion(&k, "c")->state, SHEAF_motion_state_withdrawn);
    assert_int_equal(sheaf_coop(&k.state)->motions_placed, 1);
    kit_close(&k);
}

/* ---- the quorum of an assembly, amended ---- */

/* Half must come by the notice. What is amended before the beginning counts where it is
 * stricter, and where it is not. */
void test_assembly_quorum_amended(void **unused)
{
    (void)unused;
    static const struct {
        const char *article; /* amended to this before the beginning, or switched off */
        uint8_t want;
    } rows[] = {
        {"{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':7500}",
         SHEAF_assembly_state_no_quorum},
        {"{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':100}",
         SHEAF_assembly_state_under_way},
        {NULL, SHEAF_assembly_state_under_way},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.ordinary.notice_s = rules.qualified.notice_s = 0;
        rules.article[SHEAF_ARTICLE_assemblies] =
            "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':5000}";
        kit_found_four(&k, &rules);
        convene(&k, "a", 400, 300);
        kit_do(&k, "cat", "motion.open", "r", "{'assembly':#a,'title':^}");
        rules.article[SHEAF_ARTICLE_assemblies] = rows[i].article;
        kit_motion(&k, "m", kit_amendment(&rules, "#ann"), 4);
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
        if (!rows[i].article)
            kit_want(&k, R(assemblies_off), "cat", "motion.open", "{'assembly':#a,'title':^}",
                     NULL);
        attend(&k, "ann");
        attend(&k, "bob");
        begin(&k);
        assert_int_equal(assembly(&k, "a")->state, rows[i].want);
        kit_close(&k);
    }
}

/* A class decides alone on its officers: others who are there do not make up for it. */
void test_assembly_quorum_of_a_class(void **unused)
{
    (void)unused;
    for (int there = 0; there < 2; there++) {
        kit k;
        kit_open(&k);
        kit_rules rules = rules_here();
        rules.ordinary.quorum = 0;
        rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':1}";
        rules.article[SHEAF_ARTICLE_organs] =
            "{'list':[{'electorate':1,'kind':'board','name':'Board','nominate_s':0,'open_s':9,"
            "'quorum_bp':5000,'seats':1,'term_s':40000}],'protected':false}";
        rules.article[SHEAF_ARTICLE_assemblies] =
            "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':5000}";
        kit_found_four(&k, &rules);
        static const char *const workers[] = {"wim", "xia", "yan"};
        for (int i = 0; i < 3; i++) {
            kit_do(&k, workers[i], "member.apply", workers[i],
                   "{'class':1,'kind':'person','name':^,'public_key':@%s,'web':false}",
                   workers[i]);
            kit_do(&k, "ann", "member.admit", NULL, "{'member':#%s}", workers[i]);
        }
        convene(&k, "a", 200, 300);
        kit_do(&k, "cat", "motion.open", "m",
               "{'assembly':#a,'effect':{'kind':'office.elect','what':{'member':#wim,"
               "'organ':0}},'title':^}");
        assert_int_equal(motion(&k, "m")->of, 2);
        three_attend(&k);
        attend(&k, "xia");
        if (there)
            attend(&k, "yan"); /* two of three: half of them */
        begin(&k);
        vote(&k, "xia", "m", "yes");
        tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
        tick(&k, "motion", "m", k.now);
        assert_int_equal(motion(&k, "m")->state,
                         there ? SHEAF_motion_state_adopted : SHEAF_motion_state_no_quorum);
        kit_close(&k);
    }
}

/* Amended while it is under way: what is put to it from then on needs the new quorum. */
void test_assembly_quorum_of_the_opening(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_here();
    rules.ordinary.notice_s = rules.qualified.notice_s = 0;
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':5000}";
    kit_found_four(&k, &rules);
    convene(&k, "a", 110, 600);
    attend(&k, "ann");
    attend(&k, "bob");
    begin(&k);
    kit_do(&k, "ann", "motion.open", "before", "{'assembly':#a,'title':^}");
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':5001}";
    kit_motion(&k, "m", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "ann", "motion.open", "after", "{'assembly':#a,'title':^}");
    vote(&k, "ann", "before", "yes");
    vote(&k, "ann", "after", "yes");
    tick(&k, "assembly_ends", "a", assembly(&k, "a")->ends);
    tick(&k, "motion", "before", k.now);
    tick(&k, "motion", "after", k.now);
    assert_int_equal(motion(&k, "before")->state, SHEAF_motion_state_adopted);
    assert_int_equal(motion(&k, "after")->state, SHEAF_motion_state_no_quorum);
    kit_close(&k);
}
