/* Motions, ballots, deadlines, the digest. */
#include "test.h"

#include "bylaws/bylaws.h"

static const struct sheaf_row_motion *motion(const kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index((kit *)k, label));
}

static void settle(kit *k, const char *label)
{
    if (k->now < motion(k, label)->closes)
        k->now = motion(k, label)->closes;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

void test_motion_forms(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.open_max = 2;
    rules.changeable = false;
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'reason':^,'title':^}", .label = "a"},
        {"bob", "motion.open", "{'title':^}", .label = "b"},
        {"ann", "motion.open", "{'title':^}", R(motions_open_max)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':4000}", R(no_such_motion)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#a}"},
        {"ann", "ballot.cast", "{'choice':'no','motion':#a}", R(voted_already)},
        {"ann", "motion.withdraw", "{'motion':4000}", R(no_such_motion)},
        {"bob", "motion.withdraw", "{'motion':#a}", R(not_your_motion)},
        {"ann", "motion.withdraw", "{'motion':#a}", .label = "w"},
        {"ann", "motion.withdraw", "{'motion':#a}", R(motion_closed)},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#a}", R(motion_closed)},
        {"hub", "clock.tick", "{'deadline':'motion','of':#b,'unwitnessed':false}", R(not_due)},
        {"hub", "clock.tick", "{'deadline':'motion','of':#a,'unwitnessed':false}", R(not_due)},
        {"ann", "motion.open", "{'title':^}", .label = "c"},
        {"ann", "motion.open",
         "{'effect':{'kind':'model.retire','what':{'model':3}},'title':^}",
         R(motions_open_max)},
        {"bob", "motion.withdraw", "{'motion':#b}"},
        /* An effect that could not take place. */
        {"bob", "motion.open",
         "{'effect':{'kind':'model.retire','what':{'model':3}},'title':^}", R(no_such_model)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "a")->state, SHEAF_motion_state_withdrawn);
    assert_int_equal(motion(&k, "a")->decided, kit_index(&k, "w"));
    assert_int_equal(sheaf_coop(&k.state)->motions_open, 1);
    kit_close(&k);
}

#define ADMIT "{'effect':{'kind':'member.accept','what':{'member':#eve}},'title':^}"

/* What lapses by itself is not taken from those who have voted on it; other motions are their
 * mover's until they close. */
void test_voted_on_stands(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    static const kit_row rows[] = {
        {"ann", "motion.open", ADMIT, .label = "a"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#a}"}, /* its mover alone */
        {"ann", "motion.withdraw", "{'motion':#a}"},
        {"ann", "motion.open", ADMIT, .label = "b"},
        {"bob", "ballot.cast", "{'choice':'abstain','motion':#b}"},
        {"ann", "motion.withdraw", "{'motion':#b}", R(voted_stands)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#b}"},
        {"ann", "motion.withdraw", "{'motion':#b}", R(voted_stands)},
        {"ann", "motion.open", "{'title':^}", .label = "c"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#c}"},
        {"ann", "motion.withdraw", "{'motion':#c}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

void test_tally_boundaries(void **unused)
{
    (void)unused;
    static const struct {
        uint8_t majority;
        uint32_t yes, no;
        bool want; /* of those for and against */
    } majorities[] = {
        {SHEAF_majority_simple, 0, 0, false},
        {SHEAF_majority_simple, 1, 0, true},
        {SHEAF_majority_simple, 1, 1, false},
        {SHEAF_majority_simple, 3, 2, true},
        {SHEAF_majority_two_thirds, 2, 1, true},
        {SHEAF_majority_two_thirds, 3, 2, false},
        {SHEAF_majority_two_thirds, 199, 100, false},
        {SHEAF_majority_two_thirds, 200, 100, true},
        {SHEAF_majority_three_quarters, 3, 1, true},
        {SHEAF_majority_three_quarters, 74, 25, false},
        {SHEAF_majority_nine_tenths, 9, 1, true},
        {SHEAF_majority_nine_tenths, 89, 10, false},
        {SHEAF_majority_nine_tenths, 0, 0, false},
        {SHEAF_majority_nine_tenths, UINT32_MAX, 0, true},
        {SHEAF_majority_simple, UINT32_MAX, UINT32_MAX, false},
    };
    for (size_t i = 0; i < sizeof majorities / sizeof *majorities; i++)
        assert_int_equal(sheaf_majority_reached(majorities[i].majority, majorities[i].yes,
                                                (uint64_t)majorities[i].yes + majorities[i].no),
                         majorities[i].want);
    static const struct {
        uint32_t quorum_bp, electorate, cast;
        bool want;
    } quorums[] = {
        {0, 4, 0, true},     {5000, 4, 1, false},  {5000, 4, 2, true},
        {5000, 5, 2, false}, {5000, 5, 3, true},   {7500, 4, 2, false},
        {7500, 4, 3, true},  {10000, 7, 6, false}, {10000, 7, 7, true},
        {1, 10000, 1, true}, {1, 10001, 1, false}, {10000, UINT32_MAX, UINT32_MAX, true},
    };
    for (size_t i = 0; i < sizeof quorums / sizeof *quorums; i++)
        assert_int_equal(
            sheaf_quorum_reached(quorums[i].quorum_bp, quorums[i].electorate, quorums[i].cast),
            quorums[i].want);
}

void test_tallies(void **unused)
{
    (void)unused;
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    static const struct {
        const char *votes; /* one letter a member: y, n, a, - */
        uint8_t want;
    } rows[] = {
        {"y---", SHEAF_motion_state_no_quorum}, {"ya--", SHEAF_motion_state_adopted},
        {"yn--", SHEAF_motion_state_rejected},  {"aa--", SHEAF_motion_state_rejected},
        {"yyn-", SHEAF_motion_state_adopted},   {"ynna", SHEAF_motion_state_rejected},
        {"yyna", SHEAF_motion_state_adopted},   {"----", SHEAF_motion_state_no_quorum},
    };
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "m%zu", i);
        kit_do(&k, "ann", "motion.open", label, "{'title':^}");
        for (int p = 0; p < 4; p++)
            if (rows[i].votes[p] != '-')
                kit_do(&k, people[p], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
                       rows[i].votes[p] == 'y'   ? "yes"
                       : rows[i].votes[p] == 'n' ? "no"
                                                 : "abstain",
                       label);
        settle(&k, label);
        if (motion(&k, label)->state != rows[i].want)
            fail_msg("%s ended in state %d", rows[i].votes, motion(&k, label)->state);
    }
    kit_close(&k);
}

void test_ballots_changed(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "m"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"ann", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"bob", "ballot.cast", "{'choice':'abstain','motion':#m}"},
        {"bob", "ballot.cast", "{'choice':'abstain','motion':#m}", .label = "last"},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_motion *m = motion(&k, "m");
    assert_int_equal(m->yes, 0);
    assert_int_equal(m->no, 1);
    assert_int_equal(m->abstain, 1);
    uint64_t pair = sheaf_pair(m->id, kit_index(&k, "bob"));
    assert_int_equal(sheaf_ballot_find(&k.state, pair)->cast, kit_index(&k, "last"));
    assert_int_equal(sheaf_ballot_count(&k.state), 2);
    kit_close(&k);
}

void test_electorate_is_a_snapshot(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "m"},
        {"eve", "member.apply",
         "{'class':0,'kind':'person','name':^,'public_key':@eve,'web':"
         "true}",
         .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"eve", "ballot.cast", "{'choice':'yes','motion':#m}", R(joined_later)},
        {"eve", "motion.open", "{'title':^}", .label = "n"},
        {"eve", "ballot.cast", "{'choice':'yes','motion':#n}"},
        /* Who leaves stays in the electorate of what is open, and cannot vote any more. */
        {"dan", "member.leave", "{}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}", R(not_a_member)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->electorate, 4);
    assert_int_equal(motion(&k, "n")->electorate, 5);
    assert_int_equal(sheaf_coop(&k.state)->voters, 4);
    kit_close(&k);
}

/* A motion is decided by those who had a vote when it was opened, under the bylaws of then. */
void test_votes_are_those_of_the_opening(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.early = true;
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0},"
                    "{'name':'friend','votes':1}";
    kit_found_four(&k, &rules);
    static const kit_row joins[] = {
        {"sue", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':"
         "false}",
         .label = "sue"},
        {"ann", "member.admit", "{'member':#sue}"},
        {"fay", "member.apply",
         "{'class':2,'kind':'person','name':^,'public_key':@fay,'web':"
         "false}",
         .label = "fay"},
        {"ann", "member.admit", "{'member':#fay}"},
    };
    KIT_ROWS(&k, joins);
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':1},"
                    "{'name':'friend','votes':0}";
    kit_do(&k, "ann", "motion.open", "amend", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    static const char *const voters[] = {"ann", "bob", "cat", "dan", "fay"};
    for (int i = 0; i < 4; i++)
        kit_do(&k, voters[i], "ballot.cast", NULL, "{'choice':'yes','motion':#amend}");
    k.now = motion(&k, "amend")->closes - 20;
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    settle(&k, "amend");
    assert_int_equal(motion(&k, "amend")->state, SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_coop(&k.state)->voters, 5);
    /* Sue has a vote now, but had none when m was opened; with fay it is the other way. */
    kit_want(&k, R(no_vote), "sue", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
    for (int i = 0; i < 5; i++)
        kit_do(&k, voters[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    assert_int_equal(motion(&k, "m")->electorate, 5);
    settle(&k, "m");
    kit_do(&k, "sue", "motion.open", "s", "{'title':^}");
    kit_want(&k, R(no_vote), "fay", "ballot.cast", "{'choice':'no','motion':#s}", NULL);
    kit_do(&k, "sue", "ballot.cast", NULL, "{'choice':'yes','motion':#s}");
    kit_close(&k);
}

/* Nobody votes before the notice is over; blank ballots count where the bylaws say so. */
void test_notice_and_bases(void **unused)
{
    (void)unused;
    static const struct {
        const char *base, *quorum_base;
        uint8_t want; /* of two for, one against, one blank */
    } rows[] = {
        {"for_and_against", "all", SHEAF_motion_state_adopted},
        {"cast", "all", SHEAF_motion_state_rejected},
        {"entitled", "all", SHEAF_motion_state_rejected},
        {"for_and_against", "for_and_against", SHEAF_motion_state_no_quorum},
    };
    static const char *const votes[][2] = {
        {"ann", "yes"}, {"bob", "yes"}, {"cat", "no"}, {"dan", "abstain"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_open(&k);
        kit_rules rules = kit_rules_usual();
        rules.ordinary =
            (kit_decisions){rows[i].base, "simple", rows[i].quorum_base, 30, 60, 10000};
        kit_found_four(&k, &rules);
        kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
        const struct sheaf_row_motion *m = motion(&k, "m");
        assert_int_equal(m->closes, m->opened + 90000);
        k.step_ms = 0;
        k.now = m->opened + 29999;
        kit_want(&k, R(voting_not_begun), "ann", "ballot.cast", "{'choice':'yes','motion':#m}",
                 NULL);
        k.now++;
        for (int v = 0; v < 4; v++)
            kit_do(&k, votes[v][0], "ballot.cast", NULL, "{'choice':'%s','motion':#m}",
                   votes[v][1]);
        settle(&k, "m");
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        kit_close(&k);
    }
}

void test_early_close(void **unused)
{
    (void)unused;
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    for (int early = 0; early < 2; early++) {
        kit k;
        kit_open(&k);
        kit_rules rules = kit_rules_usual();
        rules.early = early;
        kit_found_four(&k, &rules);
        kit_do(&k, "ann", "motion.open", "first", "{'title':^}");
        kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
        int64_t closes = motion(&k, "m")->closes;
        for (int i = 0; i < 4; i++)
            kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        if (early) {
            assert_int_equal(motion(&k, "m")->closes, k.now);
            kit_want(&k, R(deadline_due), "ann", "ballot.cast", "{'choice':'no','motion':#m}",
                     NULL);
            kit_want(&k, R(deadline_due), "hub", "round.abort",
                     "{'reason':'restart','round':4}", NULL);
            kit_want(&k, R(not_due), "hub", "clock.tick",
                     "{'deadline':'motion','of':#first,'unwitnessed':false}", NULL);
        } else {
            assert_int_equal(motion(&k, "m")->closes, closes);
            kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'no','motion':#m}");
            k.step_ms = 0;
            k.now = motion(&k, "first")->closes - 1; /* the last moment to vote */
            kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'no','motion':#first}");
            k.now++;
            kit_want(&k, R(deadline_due), "ann", "ballot.cast",
                     "{'choice':'yes','motion':#first}", NULL);
            kit_do(&k, "hub", "clock.tick", NULL,
                   "{'deadline':'motion','of':#first,'unwitnessed':false}");
        }
        settle(&k, "m");
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

void test_deadlines_in_order(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.ordinary.open_s = 120; /* as long as protected motions */
    kit_found_four(&k, &rules);
    k.step_ms = 0;
    kit_do(&k, "ann", "motion.open", "a", "{'title':^}");
    kit_do(&k, "ann", "motion.open", "b", "{'title':^}");
    k.now += 5;
    kit_do(&k, "ann", "motion.open", "c", "{'title':^}");
    k.now += 200000;
    static const kit_row rows[] = {
        {"hub", "clock.tick", "{'deadline':'motion','of':#b,'unwitnessed':false}", R(not_due)},
        {"hub", "clock.tick", "{'deadline':'motion','of':#c,'unwitnessed':false}", R(not_due)},
        {"ann", "motion.withdraw", "{'motion':#c}", R(deadline_due)},
        {"hub", "clock.tick", "{'deadline':'motion','of':#a,'unwitnessed':false}"},
        {"hub", "clock.tick", "{'deadline':'motion','of':#c,'unwitnessed':false}", R(not_due)},
        {"hub", "clock.tick", "{'deadline':'motion','of':#b,'unwitnessed':false}"},
        {"hub", "clock.tick", "{'deadline':'motion','of':#c,'unwitnessed':false}"},
        {"hub", "clock.tick", "{'deadline':'motion','of':#c,'unwitnessed':false}", R(not_due)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->deadlines, 0);
    assert_int_equal(sheaf_coop(&k.state)->motions_open, 0);
    /* Closed in every order of opening and closing, with some withdrawn from the middle. */
    uint64_t seed = 11;
    for (int n = 0; n < 40; n++) {
        char label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "r%d", n);
        k.now += (int64_t)(kit_random(&seed) % 2);
        if (sheaf_coop(&k.state)->motions_open == 20)
            break;
        kit_do(&k, "ann", "motion.open", label, "{'title':^}");
        if (n % 3 == 1)
            kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#%s}", label);
    }
    k.now += 200000;
    sheaf_deadline due;
    uint32_t last = 0;
    int64_t closes = 0;
    while (sheaf_fold_due(&k.state, k.now, &due)) {
        const struct sheaf_row_motion *m = sheaf_motion_find(&k.state, due.of);
        assert_true(m->closes > closes || (m->closes == closes && due.of > last));
        closes = m->closes;
        last = due.of;
        kit_do(&k, "hub", "clock.tick", NULL,
               "{'deadline':'motion','of':%u,'unwitnessed':false}", due.of);
    }
    assert_int_equal(sheaf_coop(&k.state)->motions_open, 0);
    kit_close(&k);
}

void test_void_effects(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    kit_do(&k, "ann", "motion.open", "a", "{'effect':" KIT_MANDATE ",'title':^}");
    kit_do(&k, "bob", "dataset.retire", NULL, "{'dataset':#bob.data}");
    for (int i = 0; i < 4; i++)
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#a}");
    settle(&k, "a");
    assert_int_equal(k.outcome.effect, R(dataset_retired));
    assert_int_equal(motion(&k, "a")->state, SHEAF_motion_state_void);
    assert_int_equal(motion(&k, "a")->refusal, R(dataset_retired));
    assert_int_equal(motion(&k, "a")->part_first, 0);
    assert_int_equal(sheaf_mandate_count(&k.state), 0);
    assert_int_equal(sheaf_source_count(&k.state), 0);
    /* The parts of settled motions serve the next ones. */
    uint32_t parts = sheaf_part_count(&k.state);
    for (int i = 0; i < 5; i++) {
        char label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "t%d", i);
        kit_motion(&k, label, "{'kind':'model.retire','what':{'model':#model}}", 0);
        assert_int_equal(motion(&k, label)->state, SHEAF_motion_state_rejected);
    }
    assert_int_equal(sheaf_part_count(&k.state), parts);
    kit_close(&k);
}

void test_state_digest(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    static char what[32768];
    for (int wrong = 1; wrong <= 4; wrong++) {
        kit_write_digest(&k, what, sizeof what, wrong);
        kit_want(&k, R(digest_differs), "hub", "state.digest", what, NULL);
    }
    kit_write_digest(&k, what, sizeof what, 0);
    kit_want(&k, ACCEPTED, "hub", "state.digest", what, NULL);
    kit_want(&k, R(digest_differs), "hub", "state.digest", what, NULL); /* of before */
    kit_close(&k);
}

void test_digest_due(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.open_max = 1;
    kit_found_four(&k, &rules);
    for (uint32_t size = (uint32_t)k.state.size; size < SHEAF_DIGEST_ENTRIES; size++)
        kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':1,'memo':^}");
    kit_want(&k, R(digest_due), "ann", "revenue.record", "{'amount_cents':1,'memo':^}", NULL);
    kit_state_digest(&k);
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':1,'memo':^}");
    kit_close(&k);
}

/* ---- witnesses ---- */

enum { HOUR_MS = 3600000 };

static const char three_witnesses[] =
    "{'name':'w0.example','public_key':@w0,'url':'http://w0'},{'name':'w1.example',"
    "'public_key':@w1,'url':'http://w1'},{'name':'w2.example','public_key':@w2,'url':"
    "'http://w2'}";

static sheaf_refusal tick(kit *k, const char *const *names, size_t count, int64_t time)
{
    char what[6144];
    const char *evidence = kit_evidence(k, names, count, time);
    snprintf(what, sizeof what,
             "{'deadline':'motion','evidence':%s,'of':#m,'unwitnessed':false}", evidence);
    return kit_try(k, "hub", "clock.tick", what, NULL);
}

/* A deadline is certain once two of three witnesses have cosigned at or after it. */
void test_witnessed_ticks(void **unused)
{
    (void)unused;
    static const char *const two[] = {"w0", "w2"}, *const wrong[] = {"w2", "w0"};
    static const char *const none[] = {"w0", "w7"}, *const same[] = {"w1", "w1"};
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.witnesses = three_witnesses, rules.witness_quorum = 2;
    kit_found_four(&k, &rules);
    for (int turn = 0; turn < 2; turn++) {
        kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
        int64_t closes = motion(&k, "m")->closes, second = (closes + 999) / 1000;
        k.now = closes;
        kit_want(&k, R(tick_early), "hub", "clock.tick",
                 "{'deadline':'motion','of':#m,'unwitnessed':false}", NULL);
        kit_want(&k, R(tick_early), "hub", "clock.tick",
                 "{'deadline':'motion','of':#m,'unwitnessed':true}", NULL);
        assert_int_equal(tick(&k, two, 1, second), R(tick_early));
        assert_int_equal(tick(&k, two, 2, (closes - 1) / 1000), R(tick_order));
        assert_int_equal(tick(&k, wrong, 2, second), R(tick_order));
        assert_int_equal(tick(&k, none, 2, second), R(tick_order));
        assert_int_equal(tick(&k, same, 2, second), R(tick_order));
        if (turn == 0) {
            assert_int_equal(tick(&k, two, 2, second), ACCEPTED);
            assert_int_equal(k.outcome.claim_count, 3);
            assert_int_equal(k.outcome.claims[1].kind, SHEAF_CLAIM_COSIGNATURE);
            continue;
        }
        k.now = closes + 72 * HOUR_MS;
        kit_want(&k, ACCEPTED, "hub", "clock.tick",
                 "{'deadline':'motion','of':#m,'unwitnessed':true}", NULL);
    }
    kit_close(&k);
    kit_open(&k);
    rules.witnesses = "", rules.witness_quorum = 0;
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    k.now = motion(&k, "m")->closes;
    kit_want(&k, R(tick_unasked), "hub", "clock.tick",
             "{'deadline':'motion','of':#m,'unwitnessed':true}", NULL);
    assert_int_equal(tick(&k, two, 2, k.now / 1000 + 1), R(tick_unasked));
    kit_want(&k, ACCEPTED, "hub", "clock.tick",
             "{'deadline':'motion','of':#m,'unwitnessed':false}", NULL);
    kit_close(&k);
}
