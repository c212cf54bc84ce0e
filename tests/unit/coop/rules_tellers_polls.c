/* Tellers in elections and where an amount is divided. */
#include "test.h"

#include "coop/deadline.h"

#define BOARD                                                                                  \
    "{'list':[{'kind':'board','name':'Board','nominate_s':100,'open_s':200,'quorum_bp':5000,"  \
    "'seats':2,'term_s':1000}],'protected':false}"
#define TELLERS                                                                                \
    "{'kind':'tellers.appoint','what':{'duration_s':9000,'members':[{'member':#ann},"          \
    "{'member':#bob}]}}"
#define SHEET(matter, list)                                                                    \
    "{'channel':'paper','evidence':~e,'list':[" list "],'matter':#" matter "}"
#define APPROVES(who, list) "{'approve':[" list "],'member':#" who "}"
#define POINTS(who, list)   "{'member':#" who ",'points':[" list "]}"
#define M(who)              "{'member':#" who "}"
#define O(option, points)   "{'option':" option ",'points':" points "}"
#define VOTE(list)          "{'approve':[" list "],'election':#e}"
#define GIVE(list)          "{'allocation':#a,'points':[" list "]}"

/* Ann and bob, who count, cat and dan; ivy is of a class that has a quarter of the votes. */
static void found(kit *k, bool changeable)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.changeable = changeable;
    rules.classes =
        "{'name':'member','votes':1},{'ceiling_bp':2500,'name':'investor','votes':1}";
    rules.article[SHEAF_ARTICLE_organs] = BOARD;
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':9000}";
    kit_found_four(k, &rules);
    kit_do(k, "ivy", "member.apply", "ivy",
           "{'class':1,'kind':'person','name':^,'public_key':@ivy,'web':false}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#ivy}");
    kit_motion(k, "t", TELLERS, 4);
}

static const struct sheaf_row_election *election(kit *k)
{
    return sheaf_election_get(&k->state, kit_index(k, "e"));
}

/* Cat and dan stand in the election `e`, and ballots are taken. */
static void call(kit *k)
{
    static const kit_row rows[] = {
        {"ann", "election.call", "{'organ':0}", .label = "e"},
        {"cat", "candidate.stand", "{'election':#e}"},
        {"dan", "candidate.stand", "{'election':#e}"},
    };
    KIT_ROWS(k, rows);
    k->now = election(k)->opens;
}

/* Approvals of cat and of dan, those by the class with a ceiling, and ballots. */
static void expect(kit *k, uint32_t cat, uint32_t dan, uint32_t apart, uint32_t ballots)
{
    static const char *const names[] = {"cat", "dan"};
    uint32_t found = 0;
    for (int i = 0; i < 2; i++) {
        uint32_t row = sheaf_candidate_row(
            &k->state, sheaf_pair(kit_index(k, "e"), kit_index(k, names[i])));
        const struct sheaf_row_candidate_tally *tally =
            sheaf_candidate_tally_find(&k->state, sheaf_pair(row, 1));
        assert_int_equal(sheaf_candidate_at(&k->state, row)->approvals, i ? dan : cat);
        found += tally ? tally->approvals : 0;
    }
    assert_int_equal(found, apart);
    assert_int_equal(election(k)->ballots, ballots);
}

void test_tellers_elect(void **unused)
{
    (void)unused;
    kit k;
    found(&k, true);
    kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
    kit_want(&k, R(voting_before), "ann", "ballots.record", SHEET("e", APPROVES("ivy", "")),
             NULL);
    kit_do(&k, "cat", "candidate.stand", NULL, "{'election':#e}");
    kit_do(&k, "dan", "candidate.stand", NULL, "{'election':#e}");
    k.now = election(&k)->opens;
    static const kit_row rows[] = {
        {"dan", "election.vote", VOTE(M("dan"))},
        {"ann", "ballots.record", SHEET("e", "{'choice':'yes','member':#ivy}"), R(ballot_form)},
        {"ann", "ballots.record", SHEET("e", POINTS("ivy", O("0", "1"))), R(ballot_form)},
        {"ann", "ballots.record", SHEET("e", "{'member':#ivy}"), R(ballot_form)},
        {"ann", "ballots.record", SHEET("e", "{'approve':[],'choice':'yes','member':#ivy}"),
         R(ballot_form)},
        {"ann", "ballots.record",
         SHEET("e", APPROVES("ivy", M("ann") "," M("cat") "," M("dan"))), R(too_many_approved)},
        {"ann", "ballots.record", SHEET("e", APPROVES("ivy", M("bob"))), R(not_a_candidate)},
        {"ann", "ballots.record", SHEET("e", APPROVES("ivy", M("dan") "," M("cat"))),
         R(approved_order)},
        {"ann", "ballots.record", SHEET("e", APPROVES("ivy", "") "," APPROVES("dan", "")),
         R(members_order)},
        {"ann", "ballots.record",
         SHEET("e", APPROVES("bob", M("cat")) "," APPROVES("cat", "") "," APPROVES(
                        "dan", M("cat")) "," APPROVES("ivy", M("cat") "," M("dan"))),
         .label = "sheet"},
        {"bob", "ballots.record", SHEET("e", APPROVES("dan", M("dan"))), .label = "other"},
        {"ann", "ballots.confirm", "{'sheet':#sheet}", R(sheet_own)},
        {"bob", "ballots.confirm", "{'sheet':#sheet}"},
        {"ann", "ballots.confirm", "{'sheet':#other}", R(counted_by_tellers)},
        {"dan", "election.vote", VOTE(M("dan")), R(counted_by_tellers)},
    };
    KIT_ROWS(&k, rows);
    expect(&k, 3, 1, 2, 4); /* ivy's is counted apart too; dan's own went */
    kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#e}");
    expect(&k, 2, 2, 2, 4); /* as dan had voted */
    kit_do(&k, "ivy", "ballot.contest", NULL, "{'matter':#e}");
    expect(&k, 1, 1, 0, 3); /* and ivy had not */
    static const kit_row after[] = {
        {"ivy", "ballot.contest", "{'matter':#e}", R(ballot_not_counted)},
        {"ann", "ballots.record", SHEET("e", APPROVES("ivy", "")), R(ballot_contested)},
        {"ivy", "election.vote", VOTE(M("cat"))},
        {"dan", "election.vote", VOTE("")},
        {"bob", "conflict.declare", "{'matter':#e}"}, /* its ballot is taken out */
        {"bob", "ballot.contest", "{'matter':#e}", R(conflicted)},
        {"bob", "ballots.record", SHEET("e", APPROVES("ann", "")), R(conflicted)},
    };
    KIT_ROWS(&k, after);
    expect(&k, 1, 0, 1, 3);
    k.now = election(&k)->closes;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("election", "e"));
    kit_want(&k, R(election_closed), "cat", "ballot.contest", "{'matter':#e}", NULL);
    kit_want(&k, R(election_closed), "ann", "ballots.record", SHEET("e", APPROVES("ivy", "")),
             NULL);
    kit_close(&k);
}

/* A candidate who withdraws between the two acts voids no others on the ballots. */
void test_tellers_elect_who_withdraws(void **unused)
{
    (void)unused;
    kit k;
    found(&k, true);
    call(&k);
    static const kit_row rows[] = {
        {"ann", "ballots.record", SHEET("e", APPROVES("ann", M("cat") "," M("dan"))),
         .label = "sheet"},
        {"dan", "candidate.withdraw", "{'election':#e}"},
        {"bob", "election.vote", VOTE(M("dan")), R(not_a_candidate)},
        {"bob", "ballots.confirm", "{'sheet':#sheet}"},
        {"bob", "election.vote", VOTE(M("cat"))},
        {"ivy", "election.vote", VOTE("")},
    };
    KIT_ROWS(&k, rows);
    expect(&k, 2, 1, 0, 3);
    k.now = election(&k)->closes;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("election", "e"));
    assert_int_equal(election(&k)->state, SHEAF_election_state_elected);
    assert_int_equal(sheaf_chamber_find(&k.state, 0)->officers, 1); /* dan is not */
    kit_close(&k);
}

static const struct sheaf_row_allocation *allocation(kit *k)
{
    return sheaf_allocation_get(&k->state, kit_index(k, "a"));
}

/* Points of the two options, those by the class with a ceiling, and ballots. */
static void expect_points(kit *k, uint64_t one, uint64_t two, uint64_t apart, uint32_t ballots)
{
    uint64_t found = 0;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t row = allocation(k)->option_first + i;
        const struct sheaf_row_option_tally *tally =
            sheaf_option_tally_find(&k->state, sheaf_pair(row, 1));
        assert_int_equal(sheaf_allocation_option_at(&k->state, row)->points, i ? two : one);
        found += tally ? tally->points : 0;
    }
    assert_int_equal(found, apart);
    assert_int_equal(allocation(k)->ballots, ballots);
}

#define DIVIDE "{'amount':1000,'options':[{'name':^},{'name':^}],'points':10,'title':^}"

void test_tellers_divide(void **unused)
{
    (void)unused;
    kit k;
    found(&k, true);
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    kit_do(&k, "ann", "allocation.open", "a", DIVIDE);
    static const kit_row rows[] = {
        {"dan", "allocation.give", GIVE(O("0", "4") "," O("1", "6"))},
        {"ann", "ballots.record", SHEET("a", "{'choice':'yes','member':#ivy}"), R(ballot_form)},
        {"ann", "ballots.record", SHEET("a", APPROVES("ivy", "")), R(ballot_form)},
        {"ann", "ballots.record", SHEET("m", POINTS("ivy", O("0", "1"))), R(ballot_form)},
        {"ann", "ballots.record", SHEET("m", APPROVES("ivy", "")), R(ballot_form)},
        {"ann", "ballots.record", SHEET("a", POINTS("ivy", O("0", "6") "," O("1", "5"))),
         R(points_over)},
        {"ann", "ballots.record", SHEET("a", POINTS("ivy", O("2", "1"))), R(option_order)},
        {"ann", "ballots.record",
         SHEET("a", POINTS("bob", O("1", "1")) "," POINTS("cat", "") "," POINTS(
                        "dan", O("0", "10")) "," POINTS("ivy", O("0", "2") "," O("1", "3"))),
         .label = "sheet"},
        {"bob", "ballots.confirm", "{'sheet':#sheet}"},
        {"dan", "allocation.give", GIVE(O("1", "10")), R(counted_by_tellers)},
    };
    KIT_ROWS(&k, rows);
    expect_points(&k, 12, 4, 5, 4);
    kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#a}");
    expect_points(&k, 6, 10, 5, 4); /* as dan had given */
    kit_do(&k, "ivy", "ballot.contest", NULL, "{'matter':#a}");
    expect_points(&k, 4, 7, 0, 3); /* and ivy had not */
    static const kit_row after[] = {
        {"ivy", "ballot.contest", "{'matter':#a}", R(ballot_not_counted)},
        {"ann", "ballots.record", SHEET("a", POINTS("ivy", "")), R(ballot_contested)},
        {"ivy", "conflict.declare", "{'matter':#a}"}, /* with nothing to take out */
        {"bob", "conflict.declare", "{'matter':#a}"},
        {"bob", "ballot.contest", "{'matter':#a}", R(conflicted)},
        {"ann", "allocation.give", GIVE(O("0", "1"))},
    };
    KIT_ROWS(&k, after);
    expect_points(&k, 5, 6, 0, 3);
    k.now = allocation(&k)->closes;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("allocation", "a"));
    assert_int_equal(allocation(&k)->state, SHEAF_allocation_state_divided);
    kit_want(&k, R(allocation_closed), "cat", "ballot.contest", "{'matter':#a}", NULL);
    kit_close(&k);
}

/* It replaces a proxy, which votes again where it is contested and nothing else was cast; and
 * where ballots are final, what was cast stays so. */
void test_tellers_and_proxies(void **unused)
{
    (void)unused;
    for (int contested = 0; contested < 2; contested++) {
        kit k;
        found(&k, false);
        call(&k);
        static const kit_row rows[] = {
            {"ann", "allocation.open", DIVIDE, .label = "a"},
            {"dan", "proxy.give", "{'member':#cat,'until':1790005000000}"},
            {"cat", "election.vote", VOTE(M("cat"))},
            {"cat", "allocation.give", GIVE(O("0", "10"))},
            {"ann", "ballots.record", SHEET("e", APPROVES("dan", M("dan"))), .label = "s"},
            {"ann", "ballots.record", SHEET("a", POINTS("dan", O("1", "10"))), .label = "s2"},
            {"ann", "ballots.record", SHEET("e", APPROVES("cat", "")), .label = "s3"},
            {"bob", "ballots.confirm", "{'sheet':#s}"},
            {"bob", "ballots.confirm", "{'sheet':#s2}"},
            {"bob", "ballots.confirm", "{'sheet':#s3}"},
            {"cat", "ballot.contest", "{'matter':#e}"},
            {"cat", "election.vote", VOTE(M("dan")), R(voted_already)},
        };
        KIT_ROWS(&k, rows);
        if (contested) {
            kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#e}");
            kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#a}");
        }
        k.now = allocation(&k)->closes;
        kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("allocation", "a"));
        k.now = election(&k)->closes;
        kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("election", "e"));
        expect(&k, contested ? 2 : 1, contested ? 0 : 1, 0, 2);
        expect_points(&k, contested ? 20 : 10, contested ? 0 : 10, 0, 2);
        assert_int_equal(election(&k)->by_proxy, contested);
        kit_close(&k);
    }
}

/* The same time to contest as with motions: put off once, and then too late. */
void test_tellers_leave_time_in_polls(void **unused)
{
    (void)unused;
    for (int divides = 0; divides < 2; divides++) {
        kit k;
        found(&k, true);
        call(&k);
        kit_do(&k, "ann", "allocation.open", "a", DIVIDE);
        const char *first =
            divides ? SHEET("a", POINTS("dan", "")) : SHEET("e", APPROVES("dan", ""));
        const char *late =
            divides ? SHEET("a", POINTS("cat", "")) : SHEET("e", APPROVES("cat", ""));
        int64_t half_ms = divides ? 30000 : 100000;
        kit_want(&k, ACCEPTED, "ann", "ballots.record", first, "sheet");
        kit_want(&k, ACCEPTED, "ann", "ballots.record", late, "late");
        k.step_ms = 0;
        int64_t closes = divides ? allocation(&k)->closes : election(&k)->closes;
        if (!divides) {
            k.now = allocation(&k)->closes;
            kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("allocation", "a"));
        }
        k.now = closes - half_ms + 1;
        kit_do(&k, "bob", "ballots.confirm", NULL, "{'sheet':#sheet}");
        assert_int_equal(divides ? allocation(&k)->closes : election(&k)->closes,
                         closes + half_ms);
        k.now = closes + 1;
        kit_want(&k, R(tellers_late), "bob", "ballots.confirm", "{'sheet':#late}", NULL);
        kit_do(&k, "dan", "ballot.contest", NULL, divides ? "{'matter':#a}" : "{'matter':#e}");
        k.now = closes + half_ms;
        kit_do(&k, "hub", "clock.tick", NULL,
               divides ? KIT_TICK("allocation", "a") : KIT_TICK("election", "e"));
        assert_int_equal(divides ? allocation(&k)->ballots : election(&k)->ballots, 0);
        kit_close(&k);
    }
}

/* Until then all that falls due is settled. */
static void go_to(kit *k, int64_t then)
{
    for (sheaf_deadline due; sheaf_deadline_first(&k->state, &due) && due.at <= then;) {
        k->now = due.at > k->now ? due.at : k->now;
        kit_do(k, "hub", "clock.tick", "last", "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    }
    k->now = then;
}

/* An election for the rest of a term is put off while that goes on, and not beyond it. */
void test_tellers_and_the_rest_of_a_term(void **unused)
{
    (void)unused;
    for (int64_t left_ms = 400000; left_ms < 400002; left_ms++) {
        kit k;
        found(&k, true);
        call(&k);
        kit_do(&k, "ann", "election.vote", NULL, VOTE(M("cat") "," M("dan")));
        kit_do(&k, "bob", "election.vote", NULL, VOTE(M("cat") "," M("dan")));
        kit_do(&k, "dan", "election.vote", NULL, VOTE(M("cat") "," M("dan")));
        k.step_ms = 0;
        go_to(&k, election(&k)->closes);
        /* The term is of 1,000 seconds, an election takes 300, half of its ballots 100. */
        go_to(&k, election(&k)->closes + 1000000 - left_ms);
        kit_do(&k, "dan", "office.resign", NULL, "{'organ':0}");
        go_to(&k, k.now);
        kit_label(&k, "by", kit_index(&k, "last"));
        const struct sheaf_row_election *by = sheaf_election_get(&k.state, kit_index(&k, "by"));
        assert_true(by->ends > 0);
        kit_do(&k, "bob", "candidate.stand", NULL, "{'election':#by}");
        go_to(&k, by->closes - 100000);
        kit_want(&k, ACCEPTED, "ann", "ballots.record", SHEET("by", APPROVES("cat", M("bob"))),
                 "sheet");
        go_to(&k, by->closes - 99999);
        kit_want(&k, left_ms == 400000 ? R(tellers_late) : ACCEPTED, "bob", "ballots.confirm",
                 "{'sheet':#sheet}", NULL);
        assert_true(by->closes < by->ends);
        kit_close(&k);
    }
}
