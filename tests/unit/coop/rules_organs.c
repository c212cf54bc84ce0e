/* Organs, elections, offices. */
#include "test.h"

#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/organs.h"

/* A board of two, treasurers whom members of the class `worker` elect, a panel of three. */
#define BOARD                                                                                  \
    "{'kind':'board','name':'Board','nominate_s':100,'open_s':100,'quorum_bp':5000,"           \
    "'seats':2,'term_s':1000,'terms_max':2}"
#define TREASURERS                                                                             \
    "{'electorate':1,'kind':'treasurers','name':'Treasurers','nominate_s':0,'open_s':100,"     \
    "'quorum_bp':5000,'seats':1,'term_s':2000}"
#define PANEL                                                                                  \
    "{'kind':'panel','name':'Panel','nominate_s':10,'open_s':10,'quorum_bp':5000,'seats':3,"   \
    "'term_s':100000}"
#define ORGANS(list) "{'list':[" list "],'protected':false}"

static kit_rules rules_with_organs(void)
{
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':1},"
                    "{'name':'supporter','votes':0}";
    rules.article[SHEAF_ARTICLE_organs] = ORGANS(BOARD "," TREASURERS "," PANEL);
    return rules;
}

static void join(kit *k, const char *name, int class)
{
    kit_do(k, name, "member.apply", name,
           "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", class, name);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
}

/* Ann, bob, cat and dan of the class `member`; wim and xia work; sue has no vote. */
static void found(kit *k)
{
    kit_open(k);
    kit_rules rules = rules_with_organs();
    kit_found_four(k, &rules);
    join(k, "wim", 1);
    join(k, "xia", 1);
    join(k, "sue", 2);
}

static sheaf_deadline first(const kit *k)
{
    sheaf_deadline due = {0};
    assert_true(sheaf_deadline_first(&k->state, &due));
    return due;
}

/* Settles what comes first, which must be of that kind. */
static void tick(kit *k, uint8_t kind, const char *label)
{
    sheaf_deadline due = first(k);
    if (due.kind != kind)
        fail_msg("due is %s, not %s", sheaf_deadline_name(due.kind), sheaf_deadline_name(kind));
    if (k->now < due.at)
        k->now = due.at;
    kit_do(k, "hub", "clock.tick", label, "{'deadline':'%s','of':%u,'unwitnessed':false}",
           sheaf_deadline_name(kind), due.of);
}
#define TICK(k, kind, label) tick((k), SHEAF_deadline_kind_##kind, (label))

static const struct sheaf_row_election *election(kit *k, const char *label)
{
    return sheaf_election_get(&k->state, kit_index(k, label));
}

static bool in_office(kit *k, const char *name, uint8_t organ)
{
    return sheaf_office_now(&k->state, kit_index(k, name), organ) != NULL;
}

static void stand(kit *k, const char *label, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kit_do(k, names[i], "candidate.stand", NULL, "{'election':#%s}", label);
}

static void vote(kit *k, const char *who, const char *label, const char *a, const char *b)
{
    if (b)
        kit_do(k, who, "election.vote", NULL,
               "{'approve':[{'member':#%s},{'member':#%s}],'election':#%s}", a, b, label);
    else
        kit_do(k, who, "election.vote", NULL, "{'approve':[{'member':#%s}],'election':#%s}", a,
               label);
}

/* Ann and bob are elected to the board by four of six. */
static void elect_board(kit *k, const char *label)
{
    static const char *const names[] = {"bob", "ann", "cat"};
    kit_do(k, "ann", "election.call", label, "{'organ':0}");
    stand(k, label, names, 3);
    k->now = election(k, label)->opens;
    vote(k, "ann", label, "ann", "bob");
    vote(k, "bob", label, "ann", "cat");
    vote(k, "cat", label, "ann", "bob");
    vote(k, "dan", label, "cat", NULL);
    TICK(k, election, "elected");
}

/* The election `e` has been counted, and bob is on the board. */
static void after_the_count(kit *k)
{
    static const kit_row closed[] = {
        {"ann", "election.vote", "{'approve':[],'election':#e}", R(election_closed)},
        {"ann", "conflict.declare", "{'matter':#e}", R(election_closed)},
        {"ann", "candidate.stand", "{'election':#e}", R(election_closed)},
        {"ann", "election.call", "{'organ':2}", R(not_an_officer)},
        {"bob", "election.call", "{'organ':0}", R(no_vacancy)},
        {"bob", "election.call", "{'organ':2}", .label = "panel"},
    };
    KIT_ROWS(k, closed);
}

/* Where votes cannot be changed the first ballot stands, a blank one and one of a member on
 * trial too; by the bylaws of the call, whatever is amended meanwhile. */
void test_election_once(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with_organs();
    rules.changeable = false;
    rules.classes = "{'name':'member','votes':1},{'name':'worker','trial_s':90000,'votes':1},"
                    "{'name':'supporter','votes':0}";
    kit_found_four(&k, &rules);
    join(&k, "wim", 1);
    static const char *const names[] = {"ann", "bob"};
    kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
    stand(&k, "e", names, 2);
    kit_do(&k, "ann", "candidate.withdraw", NULL, "{'election':#e}");
    k.now = election(&k, "e")->opens;
    static const kit_row rows[] = {
        {"bob", "election.vote", "{'approve':[],'election':#e}"},
        {"bob", "election.vote", "{'approve':[{'member':#bob}],'election':#e}",
         R(voted_already)},
        {"wim", "election.vote", "{'approve':[{'member':#bob}],'election':#e}"},
        {"wim", "election.vote", "{'approve':[],'election':#e}", R(voted_already)},
        {"cat", "election.vote", "{'approve':[{'member':#ann}],'election':#e}",
         R(not_a_candidate)},
        {"cat", "election.vote", "{'approve':[{'member':#bob}],'election':#e}"},
        {"cat", "election.vote", "{'approve':[{'member':#bob}],'election':#e}",
         R(voted_already)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(election(&k, "e")->ballots, 2);
    kit_close(&k);
}

void test_election(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row called[] = {
        {"ann", "election.call", "{'organ':3}", R(no_such_organ)},
        {"sue", "election.call", "{'organ':0}", R(no_vote)},
        {"wim", "election.call", "{'organ':0}", .label = "e"},
        {"ann", "election.call", "{'organ':0}", R(election_under_way)},
        {"ann", "candidate.stand", "{'election':4000}", R(no_such_election)},
        {"sue", "candidate.stand", "{'election':#e}", R(no_vote)},
        {"ann", "candidate.stand", "{'election':#e}"},
        {"ann", "candidate.stand", "{'election':#e}", R(stands_already)},
        {"bob", "candidate.stand", "{'election':#e}"},
        {"cat", "candidate.stand", "{'election':#e}"},
        {"dan", "candidate.stand", "{'election':#e}"},
        {"dan", "candidate.withdraw", "{'election':4000}", R(no_such_election)},
        {"wim", "candidate.withdraw", "{'election':#e}", R(not_a_candidate)},
        {"dan", "candidate.withdraw", "{'election':#e}"},
        {"dan", "candidate.withdraw", "{'election':#e}", R(not_a_candidate)},
        {"ann", "election.vote", "{'approve':[],'election':4000}", R(no_such_election)},
        {"ann", "election.vote", "{'approve':[],'election':#e}", R(voting_before)},
    };
    KIT_ROWS(&k, called);
    assert_int_equal(election(&k, "e")->electorate, 6);
    assert_int_equal(election(&k, "e")->seats, 2);
    join(&k, "new", 0);
    k.now = election(&k, "e")->opens;
    static const kit_row ballots[] = {
        {"wim", "candidate.stand", "{'election':#e}", R(standing_over)},
        {"new", "election.vote", "{'approve':[],'election':#e}", R(joined_later)},
        {"sue", "election.vote", "{'approve':[],'election':#e}", R(no_vote)},
        {"ann", "election.vote", "{'approve':[{'member':#dan}],'election':#e}",
         R(not_a_candidate)},
        {"ann", "election.vote", "{'approve':[{'member':#wim}],'election':#e}",
         R(not_a_candidate)},
        {"ann", "election.vote",
         "{'approve':[{'member':#ann},{'member':#bob},{'member':#cat}],'election':#e}",
         R(too_many_approved)},
        {"ann", "election.vote", "{'approve':[{'member':#bob},{'member':#ann}],'election':#e}",
         R(approved_order)},
        {"ann", "election.vote", "{'approve':[{'member':#bob},{'member':#bob}],'election':#e}",
         R(approved_order)},
        /* Bob has two at the end, cat two, ann one: of bob and cat who stood first. */
        {"ann", "election.vote", "{'approve':[{'member':#ann},{'member':#bob}],'election':#e}"},
        {"ann", "election.vote", "{'approve':[{'member':#ann},{'member':#cat}],'election':#e}"},
        {"bob", "election.vote", "{'approve':[{'member':#bob}],'election':#e}"},
        {"wim", "election.vote", "{'approve':[{'member':#bob},{'member':#cat}],'election':#e}"},
        {"xia", "election.vote", "{'approve':[],'election':#e}"},
    };
    KIT_ROWS(&k, ballots);
    assert_int_equal(election(&k, "e")->ballots, 4);
    TICK(&k, election, "t");
    assert_int_equal(election(&k, "e")->state, SHEAF_election_state_elected);
    assert_int_equal(election(&k, "e")->decided, kit_index(&k, "t"));
    assert_true(in_office(&k, "bob", 0) && in_office(&k, "cat", 0));
    assert_false(in_office(&k, "ann", 0) || in_office(&k, "dan", 0));
    assert_int_equal(sheaf_officers(&k.state, 0), 2);
    assert_int_equal(sheaf_term_get(&k.state, kit_index(&k, "t"))->ends,
                     election(&k, "e")->closes + 1000000);
    after_the_count(&k);
    kit_close(&k);
}

void test_election_of_a_class(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "election.call", "e", "{'organ':1}");
    assert_int_equal(election(&k, "e")->electorate, 2);
    static const kit_row rows[] = {
        /* Nobody is given a time of their own to stand, so they stand while ballots are taken.
         */
        {"ann", "candidate.stand", "{'election':#e}"},
        {"ann", "election.vote", "{'approve':[{'member':#ann}],'election':#e}", R(other_class)},
        {"wim", "election.vote", "{'approve':[{'member':#ann}],'election':#e}"},
        {"xia", "candidate.stand", "{'election':#e}"},
    };
    KIT_ROWS(&k, rows);
    TICK(&k, election, NULL);
    assert_true(in_office(&k, "ann", 1));
    /* And so the class alone recalls. */
    kit_do(&k, "dan", "motion.open", "m",
           "{'effect':{'kind':'office.recall','what':{'member':#ann,'organ':1}},'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->electorate, 2);
    kit_want(&k, R(other_class), "dan", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_do(&k, "xia", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "wim", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    TICK(&k, motion, NULL);
    assert_false(in_office(&k, "ann", 1));
    TICK(&k, vacancy, "v");
    /* Xia stood and nobody approved: there is nobody left, and a by-election is called. */
    assert_int_equal(election(&k, "v")->ends, sheaf_term_at(&k.state, 0)->ends);
    TICK(&k, election, NULL);
    assert_int_equal(election(&k, "v")->state, SHEAF_election_state_no_quorum);
    kit_close(&k);
}

void test_offices_end(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    elect_board(&k, "e");
    assert_true(in_office(&k, "ann", 0) && in_office(&k, "bob", 0));
    static const kit_row rows[] = {
        {"cat", "office.resign", "{'organ':0}", R(not_in_office)},
        {"ann", "motion.open",
         "{'effect':{'kind':'office.recall','what':{'member':#cat,'organ':0}},'title':^}",
         R(not_in_office)},
        {"ann", "motion.open",
         "{'effect':{'kind':'office.elect','what':{'member':#cat,'organ':3}},'title':^}",
         R(no_such_organ)},
        {"ann", "motion.open",
         "{'effect':{'kind':'office.elect','what':{'member':4000,'organ':0}},'title':^}",
         R(not_a_member)},
        {"ann", "motion.open",
         "{'effect':{'kind':'office.elect','what':{'member':#sue,'organ':0}},'title':^}",
         R(no_vote)}, /* as in an election */
        {"ann", "motion.open",
         "{'effect':{'kind':'office.elect','what':{'member':#ann,'organ':0}},'title':^}",
         R(in_office)},
        {"ann", "motion.open",
         "{'effect':{'kind':'office.elect','what':{'member':#cat,'organ':0}},'title':^}",
         R(no_vacancy)},
        {"ann", "motion.open",
         "{'effect':{'kind':'election.hold','what':{'organ':0}},'title':^}", R(no_vacancy)},
        {"ann", "office.resign", "{'organ':0}"},
        {"ann", "motion.open", "{'title':^}", R(deadline_due)},
    };
    KIT_ROWS(&k, rows);
    /* Cat is next in the count, for the rest of the term. */
    TICK(&k, vacancy, "v");
    assert_false(in_office(&k, "ann", 0));
    assert_true(in_office(&k, "cat", 0));
    assert_int_equal(sheaf_office_now(&k.state, kit_index(&k, "cat"), 0)->term,
                     kit_index(&k, "elected"));
    /* Who was in office at an entry stays so. */
    uint32_t ann = kit_index(&k, "ann"), cat = kit_index(&k, "cat");
    uint32_t elected = kit_index(&k, "elected"), then = kit_index(&k, "v");
    assert_true(sheaf_office_at_entry(&k.state, ann, 0, elected));
    assert_false(sheaf_office_at_entry(&k.state, ann, 0, elected - 1));
    assert_false(sheaf_office_at_entry(&k.state, ann, 0, then));
    assert_true(sheaf_office_at_entry(&k.state, cat, 0, then));
    assert_false(sheaf_office_at_entry(&k.state, cat, 0, elected));
    /* Bob leaves the co-op: nobody is left in the count. */
    kit_do(&k, "bob", "member.leave", NULL, "{}");
    assert_int_equal(sheaf_officers(&k.state, 0), 1);
    TICK(&k, vacancy, "by");
    assert_int_equal(election(&k, "by")->seats, 1);
    assert_int_equal(election(&k, "by")->ends, sheaf_term_get(&k.state, elected)->ends);
    kit_do(&k, "dan", "candidate.stand", NULL, "{'election':#by}");
    kit_want(&k, R(in_office), "cat", "candidate.stand", "{'election':#by}", NULL);
    k.now = election(&k, "by")->opens;
    vote(&k, "ann", "by", "dan", NULL);
    vote(&k, "cat", "by", "dan", NULL);
    vote(&k, "wim", "by", "dan", NULL);
    TICK(&k, election, "filled");
    assert_true(in_office(&k, "dan", 0));
    assert_int_equal(sheaf_term_get(&k.state, kit_index(&k, "filled"))->ends,
                     sheaf_term_get(&k.state, elected)->ends);
    kit_close(&k);
}

void test_recall_and_elect(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    elect_board(&k, "e");
    kit_do(&k, "cat", "candidate.withdraw", NULL, "{'election':#e}");
    kit_do(&k, "dan", "motion.open", "m",
           "{'effect':{'kind':'office.recall','what':{'member':#ann,'organ':0}},'title':^}");
    /* Whom it is about does not vote on it. */
    kit_want(&k, R(conflicted), "ann", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "dan", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    TICK(&k, motion, NULL);
    assert_false(in_office(&k, "ann", 0));
    TICK(&k, vacancy, "by"); /* cat does not stand any more */
    /* The assembly is quicker than the by-election, which then finds no seat vacant. */
    kit_motion(&k, "n", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    assert_true(in_office(&k, "dan", 0));
    assert_int_equal(sheaf_office_now(&k.state, kit_index(&k, "dan"), 0)->term,
                     kit_index(&k, "n.tick"));
    TICK(&k, election, NULL);
    assert_int_equal(election(&k, "by")->state, SHEAF_election_state_no_quorum);
    kit_motion(&k, "h", "{'kind':'election.hold','what':{'organ':2}}", 4);
    assert_int_equal(election(&k, "h.tick")->organ, 2);
    kit_close(&k);
}

/* Nobody else decides on the officers of a class with a ceiling of votes: they are whole. */
void test_officers_of_a_class_with_a_ceiling(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with_organs();
    rules.classes = "{'name':'member','votes':1},{'ceiling_bp':2500,'name':'worker','votes':1},"
                    "{'name':'supporter','votes':0}";
    kit_found_four(&k, &rules);
    join(&k, "wim", 1);
    join(&k, "xia", 1);
    kit_do(&k, "ann", "motion.open", "m",
           "{'effect':{'kind':'office.elect','what':{'member':#wim,'organ':1}},'title':^}");
    kit_do(&k, "xia", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    TICK(&k, motion, NULL);
    assert_true(in_office(&k, "wim", 1));
    kit_close(&k);
}

/* Terms follow each other without a gap and without anybody's help; after two in a row a third
 * is one too many, until a whole term has passed. */
void test_terms(void **unused)
{
    (void)unused;
    static const char *const both[] = {"ann", "bob"};
    kit k;
    found(&k);
    elect_board(&k, "e");
    int64_t ends = sheaf_term_get(&k.state, kit_index(&k, "elected"))->ends;
    k.now = first(&k).at + 50;
    TICK(&k, term_call, "e2");
    /* The tick came a moment after the deadline. The officers stay for that moment. */
    assert_int_equal(election(&k, "e2")->closes, ends + 51);
    assert_int_equal(election(&k, "e2")->by, SHEAF_NONE);
    assert_int_equal(election(&k, "e2")->seats, 2);
    stand(&k, "e2", both, 2);
    k.now = election(&k, "e2")->opens;
    vote(&k, "ann", "e2", "ann", "bob");
    vote(&k, "bob", "e2", "ann", "bob");
    vote(&k, "cat", "e2", "ann", NULL);
    TICK(&k, term_end, NULL);
    assert_int_equal(sheaf_officers(&k.state, 0), 2);
    TICK(&k, term_end, NULL);
    assert_int_equal(sheaf_officers(&k.state, 0), 0);
    TICK(&k, election, "second");
    assert_int_equal(sheaf_officers(&k.state, 0), 2);
    assert_int_equal(sheaf_office_now(&k.state, kit_index(&k, "ann"), 0)->consecutive, 2);
    TICK(&k, term_call, "e3");
    kit_want(&k, R(term_limit), "ann", "candidate.stand", "{'election':#e3}", NULL);
    /* It is no way out to resign: bob is not elected either, by anyone. */
    kit_do(&k, "bob", "office.resign", NULL, "{'organ':0}");
    TICK(&k, vacancy, NULL); /* the election that is under way fills it */
    kit_want(&k, R(term_limit), "bob", "candidate.stand", "{'election':#e3}", NULL);
    kit_want(&k, R(term_limit), "ann", "motion.open",
             "{'effect':{'kind':'office.elect','what':{'member':#bob,'organ':0}},'title':^}",
             NULL);
    TICK(&k, term_end, NULL);
    TICK(&k, election, NULL);
    assert_int_equal(election(&k, "e3")->state, SHEAF_election_state_no_quorum);
    assert_int_equal(sheaf_coop(&k.state)->deadlines, 0); /* a sleeping co-op stays asleep */
    k.now += 1000001;
    kit_do(&k, "ann", "election.call", "e4", "{'organ':0}");
    kit_do(&k, "ann", "candidate.stand", NULL, "{'election':#e4}");
    k.now = election(&k, "e4")->opens;
    vote(&k, "ann", "e4", "ann", NULL);
    vote(&k, "bob", "e4", "ann", NULL);
    vote(&k, "wim", "e4", "ann", NULL);
    TICK(&k, election, NULL);
    assert_int_equal(sheaf_office_now(&k.state, kit_index(&k, "ann"), 0)->consecutive, 1);
    kit_close(&k);
}

void test_election_of_nobody(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
    kit_do(&k, "ann", "candidate.stand", NULL, "{'election':#e}");
    k.now = election(&k, "e")->opens;
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++)
        kit_do(&k, people[i], "election.vote", NULL, "{'approve':[],'election':#e}");
    TICK(&k, election, NULL);
    assert_int_equal(election(&k, "e")->state, SHEAF_election_state_nobody);
    assert_int_equal(sheaf_officers(&k.state, 0), 0);
    kit_close(&k);
}

void test_candidates_max(void **unused)
{
    (void)unused;
    static kit_name *members[300];
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with_organs();
    rules.applications_max = 1000;
    kit_found_many(&k, &rules, members, 258);
    kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
    for (int i = 0; i < 256; i++)
        kit_do(&k, members[i]->name, "candidate.stand", NULL, "{'election':#e}");
    kit_want(&k, R(candidates_max), members[256]->name, "candidate.stand", "{'election':#e}",
             NULL);
    k.now = election(&k, "e")->opens;
    for (int i = 0; i < 200; i++)
        vote(&k, members[i]->name, "e", members[255]->name, NULL);
    TICK(&k, election, NULL);
    assert_true(in_office(&k, members[255]->name, 0));
    kit_close(&k);
}

/* Where of the class that elects an organ nobody is left who may vote on it, or one alone on a
 * recall, all members decide: nobody is beyond recall, and a class without members leaves no
 * seat empty for ever. */
void test_recall_of_the_last_of_a_class(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_organs();
    kit_open(&k);
    kit_found_four(&k, &rules);
    join(&k, "wim", 1);
#define SEAT(kind, who) "{'kind':'office." kind "','what':{'member':#" who ",'organ':1}}"
    kit_do(&k, "ann", "motion.open", "m", "{'effect':" SEAT("elect", "wim") ",'title':^}");
    kit_want(&k, R(other_class), "ann", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_do(&k, "wim", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    TICK(&k, motion, NULL);
    assert_true(in_office(&k, "wim", 1));
    kit_do(&k, "ann", "motion.open", "r", "{'effect':" SEAT("recall", "wim") ",'title':^}");
    const struct sheaf_row_motion *r = sheaf_motion_get(&k.state, kit_index(&k, "r"));
    assert_int_equal(r->of, 0);
    assert_int_equal(r->electorate, 5);
    assert_int_equal(sheaf_conflicts(&k.state, r->id), 1);
    kit_want(&k, R(conflicted), "wim", "ballot.cast", "{'choice':'no','motion':#r}", NULL);
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#r}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#r}");
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#r}");
    TICK(&k, motion, NULL);
    assert_false(in_office(&k, "wim", 1));
    TICK(&k, vacancy, NULL);
    /* Of two of the class one is left who would recall the other alone. */
    join(&k, "xia", 1);
    kit_do(&k, "xia", "motion.open", "n", "{'effect':" SEAT("elect", "xia") ",'title':^}");
    kit_do(&k, "wim", "ballot.cast", NULL, "{'choice':'yes','motion':#n}");
    kit_do(&k, "xia", "ballot.cast", NULL, "{'choice':'yes','motion':#n}");
    while (!in_office(&k, "xia", 1))
        tick(&k, first(&k).kind, NULL);
    kit_do(&k, "ann", "motion.open", "s", "{'effect':" SEAT("recall", "xia") ",'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "s"))->of, 0);
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#s}");
    /* Of three two are, and the class decides. */
    join(&k, "yan", 1);
    kit_do(&k, "ann", "motion.open", "s", "{'effect':" SEAT("recall", "xia") ",'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "s"))->of, 2);
    kit_want(&k, R(other_class), "ann", "ballot.cast", "{'choice':'yes','motion':#s}", NULL);
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#s}");
    kit_do(&k, "yan", "member.leave", NULL, "{}");
    /* Nobody is left in the class. */
    kit_do(&k, "xia", "member.leave", NULL, "{}");
    while (first(&k).at <= k.now)
        tick(&k, first(&k).kind, NULL);
    kit_do(&k, "wim", "member.leave", NULL, "{}");
    kit_do(&k, "ann", "motion.open", "t", "{'effect':" SEAT("elect", "ann") ",'title':^}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "t"))->of, 0);
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "t"))->electorate, 4);
#undef SEAT
    kit_close(&k);
}

void test_organs_of_the_bylaws(void **unused)
{
    (void)unused;
    static const struct {
        const char *organs;
        sheaf_refusal want;
    } rows[] = {
        {ORGANS(BOARD "," TREASURERS), R(organs_removed)},
        {ORGANS(BOARD "," PANEL "," TREASURERS), R(organs_removed)},
        {NULL, R(organs_removed)},
        {ORGANS(BOARD "," TREASURERS "," PANEL "," BOARD), R(organ_twice)},
        {ORGANS("{'electorate':2,'kind':'board','name':'Board','nominate_s':1,'open_s':1,"
                "'quorum_bp':0,'seats':1,'term_s':10}," TREASURERS "," PANEL),
         R(organ_class)},
        {ORGANS("{'electorate':3,'kind':'board','name':'Board','nominate_s':1,'open_s':1,"
                "'quorum_bp':0,'seats':1,'term_s':10}," TREASURERS "," PANEL),
         R(organ_class)},
        {ORGANS(BOARD "," TREASURERS "," PANEL
                      ",{'kind':'care','name':'Care','nominate_s':1,'open_s':1,"
                      "'quorum_bp':0,'seats':64,'term_s':10}"),
         ACCEPTED},
    };
    kit k;
    found(&k);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char what[20000];
        kit_rules rules = rules_with_organs();
        rules.article[SHEAF_ARTICLE_organs] = rows[i].organs;
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
        kit_want(&k, rows[i].want, "ann", "motion.open", what, NULL);
    }
    kit_close(&k);
}

void test_powers(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    uint32_t ann = kit_index(&k, "ann");
    assert_false(sheaf_power_held(&k.state, ann, SHEAF_POWER_call_elections));
    elect_board(&k, "e");
    assert_true(sheaf_power_held(&k.state, ann, SHEAF_POWER_call_elections));
    assert_false(sheaf_power_held(&k.state, ann, SHEAF_POWER_find_conflicts));
    assert_int_equal(sheaf_power_officers(&k.state, SHEAF_POWER_call_elections, SHEAF_NONE), 2);
    assert_int_equal(sheaf_power_officers(&k.state, SHEAF_POWER_call_elections, ann), 1);
    assert_int_equal(sheaf_organ_powers(SHEAF_organ_kind_other), 0);
    for (unsigned i = 0; i < SHEAF_POWER_COUNT; i++)
        assert_true(strlen(sheaf_power_doc(i)) > 10);
    kit_close(&k);
}
