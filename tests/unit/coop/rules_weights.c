/* Elections in which a class has a ceiling of votes. */
#include "organ_world.h"

#include "coop/organs.h"

/* Ann, bob, cat and dan are of a class without a ceiling; one backer more than they are, of one
 * with a fifth, so that all backers together weigh as much as one of the four. */
enum { BACKERS = 5 };

static void found(kit *k)
{
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.classes = "{'name':'member','votes':1},{'ceiling_bp':2000,'name':'backer','votes':1}";
    kit_open(k);
    kit_found_four(k, &rules);
    for (int i = 0; i < BACKERS; i++) {
        char name[8];
        snprintf(name, sizeof name, "b%d", i);
        kit_do(k, name, "member.apply", name,
               "{'class':1,'kind':'person','name':^,'public_key':@%s,'web':false}", name);
        kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
    }
    kit_do(k, "ann", "election.call", "e", "{'organ':1}");
    kit_do(k, "ann", "candidate.stand", NULL, "{'election':#e}");
    kit_do(k, "b0", "candidate.stand", NULL, "{'election':#e}");
}

static void approve(kit *k, const char *who, const char *of)
{
    if (of)
        kit_do(k, who, "election.vote", NULL, "{'approve':[{'member':#%s}],'election':#e}", of);
    else
        kit_do(k, who, "election.vote", NULL, "{'approve':[],'election':#e}");
}

static void backers_approve(kit *k)
{
    for (int i = 0; i < BACKERS; i++) {
        char name[8];
        snprintf(name, sizeof name, "b%d", i);
        approve(k, name, "b0");
    }
}

static const struct sheaf_row_election *election(kit *k)
{
    return sheaf_election_get(&k->state, kit_index(k, "e"));
}

static bool first(kit *k, const char *who)
{
    const struct sheaf_row_office *office = sheaf_office_now(&k->state, kit_index(k, who), 1);
    return office && office->place == 0;
}

static void count(kit *k)
{
    k->now = election(k)->closes;
    kit_do(k, "hub", "clock.tick", NULL, "%s", KIT_TICK("election", "e"));
}

/* Five approvals weigh as much as one beside four ballots, blank ones among them, and of two
 * with as many who stood first is elected; beside two approvals more they are more than two. */
void test_election_ceiling(void **unused)
{
    (void)unused;
    static const struct {
        const char *cat_and_dan, *elected;
    } rows[] = {{"ann", "ann"}, {"b0", "b0"}, {NULL, "ann"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        found(&k);
        backers_approve(&k);
        approve(&k, "ann", "ann");
        approve(&k, "bob", i < 2 ? "ann" : NULL);
        approve(&k, "cat", rows[i].cat_and_dan);
        approve(&k, "dan", rows[i].cat_and_dan);
        count(&k);
        assert_int_equal(election(&k)->ballots, 4 + BACKERS);
        assert_true(first(&k, rows[i].elected));
        kit_close(&k);
    }
}

/* Where nobody else votes such a class elects nobody; who is conflicted weighs nothing, also
 * within the class. */
void test_election_ceiling_alone(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    backers_approve(&k);
    count(&k);
    assert_int_equal(election(&k)->state, SHEAF_election_state_nobody);
    kit_close(&k);

    found(&k);
    backers_approve(&k);
    approve(&k, "ann", "ann");
    approve(&k, "bob", "ann");
    approve(&k, "cat", NULL);
    approve(&k, "dan", NULL);
    for (int i = 1; i < BACKERS; i++) {
        char name[8];
        snprintf(name, sizeof name, "b%d", i);
        kit_do(&k, name, "conflict.declare", NULL, "{'matter':#e}");
    }
    assert_int_equal(election(&k)->ballots, 5);
    count(&k);
    assert_true(first(&k, "ann"));
    assert_non_null(sheaf_office_now(&k.state, kit_index(&k, "b0"), 1));
    kit_close(&k);
}
