/* Rounds with 1,000 seats, as many as an opening on the log can name. */
#include "test.h"

#include "coop/budget.h"

enum { MANY = 1000 };

/* What consents allow, at the order that is looked at last. */
static const char *budget(void)
{
    static char text[1024];
    return kit_amounts(text, 1000, 31);
}

static kit_terms terms_of(const char *unit)
{
    kit_terms terms = kit_terms_usual();
    terms.unit = unit;
    terms.cohort = MANY / 2;
    return terms;
}

void test_large_rosters(void **unused)
{
    (void)unused;
    kit k;
    kit_roster r = {.unit = "member", .budget = budget()};
    kit_open(&k);
    kit_roster_open(&r, &k, MANY);
    kit_terms terms = terms_of("member");
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), ACCEPTED);
    uint32_t spent = sheaf_spent_count(&k.state);
    assert_int_equal(kit_roster_round(&r, "r", "m", MANY / 2 - 1), R(cohort_small));
    assert_int_equal(kit_roster_round(&r, "r", "m", MANY), ACCEPTED);
    assert_true(k.entry.len < SHEAF_ENTRY_MAX * 2 / 3);
    const struct sheaf_row_round *round = sheaf_round_find(&k.state, kit_index(&k, "r"));
    assert_int_equal(round->seats, MANY);
    assert_int_equal(round->survivors_min, 900); /* the ring is made for a tenth that go */
    assert_int_equal(sheaf_spent_count(&k.state) - spent, MANY * 64);
    uint32_t last = r.datasets[MANY - 1];
    assert_int_equal(sheaf_spent_amount(&k.state, last, SHEAF_privacy_unit_member, 31), 10);
    assert_int_equal(sheaf_spent_amount(&k.state, last, SHEAF_privacy_unit_record, 0), 40);
    assert_int_equal(kit_roster_end(&r, "r", 899), R(cohort_small));
    assert_int_equal(kit_roster_end(&r, "r", 900), ACCEPTED);
    round = sheaf_round_find(&k.state, kit_index(&k, "r"));
    assert_int_equal(round->survivors, 900);
    assert_int_equal(kit_attest(&k, "m899.node", "r", 'a'), ACCEPTED);
    assert_int_equal(kit_attest(&k, "m900.node", "r", 'a'), R(not_in_round));
    assert_int_equal(kit_attest(&k, "ann.node", "r", 'a'), ACCEPTED);
    assert_int_equal(sheaf_member_get(&k.state, r.members[899]->member)->contributed, 999);
    kit_roster_close(&r);
    kit_close(&k);
}

void test_large_mandates(void **unused)
{
    (void)unused;
    kit k;
    kit_roster r = {.unit = "record", .budget = budget()};
    kit_open(&k);
    kit_roster_open(&r, &k, 101);
    kit_terms terms = terms_of("record");
    terms.cohort = 102;
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), R(cohort_small));
    terms.cohort = 101;
    terms.colluders = 101;
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), R(colluders_many));
    terms.colluders = 1000; /* with so many, nobody would be left to protect */
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), R(malformed));
    terms.colluders = 1;
    terms.datasets = kit_roster_datasets(&r, 102); /* of the 101 members */
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), R(source_twice));
    terms.datasets = kit_roster_datasets(&r, 1001);
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), R(malformed));
    terms.datasets = NULL;
    terms.cohort = 3;
    assert_int_equal(kit_roster_grant(&r, &terms, "m"), ACCEPTED);
    /* All know all up to 100, and a third may go away; 101 are on a ring. */
    assert_int_equal(kit_roster_round(&r, "r", "m", 100), ACCEPTED);
    assert_int_equal(sheaf_round_find(&k.state, kit_index(&k, "r"))->survivors_min, 67);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r}");
    assert_int_equal(kit_roster_round(&r, "s", "m", 101), ACCEPTED);
    assert_int_equal(sheaf_round_find(&k.state, kit_index(&k, "s"))->survivors_min, 91);
    kit_roster_close(&r);
    kit_close(&k);
}
