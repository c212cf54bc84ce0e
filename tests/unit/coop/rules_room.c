/* Room for everybody where only so many things are open at a time. */
#include "test.h"

#include "coop/room.h"

/* Five places of each sort: three are anybody's, two are kept. */
static void found(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.open_max = 5;
    rules.early = false;
    rules.article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':900,'members_bp':7500,'open_max':5,'protected':true,'sign_s':200}";
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':60,'protected':false,'quorum_bp':5000}";
    rules.article[SHEAF_ARTICLE_advice] =
        "{'answer_s':100,'open_max':5,'protected':false,'spend_max_cents':0}";
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':5,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_disputes] =
        "{'mediation_s':100,'open_max':5,'panel_s':100,'protected':false,'talk_s':100}";
    kit_found_four(k, &rules);
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "tom" : "sue";
        kit_do(k, name, "member.apply", name,
               "{'class':1,'kind':'person','name':^,'public_key':@%s,'web':false}", name);
        kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
    }
}

static uint32_t used(kit *k, uint8_t room, const char *who)
{
    return sheaf_room_used(&k->state, room, kit_named(k, who)->member);
}

static const struct {
    uint8_t room;
    const char *kind, *what; /* what ann, bob, cat and sue may all say */
    sheaf_refusal full;
    bool needs_vote;                  /* to open one at all */
    const char *withdraw, *withdrawn; /* the kind, and the field with what is given up */
} sorts[] = {
    {SHEAF_room_motion, "motion.open", "{'title':^}", R(motions_open_max), true,
     "motion.withdraw", "motion"},
    {SHEAF_room_allocation, "allocation.open",
     "{'amount':100,'options':[{'name':^},{'name':^}],'points':10,'title':^}",
     R(allocations_open_max), true},
    {SHEAF_room_petition, "petition.open", "{'text':^,'title':^}", R(petitions_open_max), true},
    {SHEAF_room_advice, "advice.open", "{'asked':[{'member':#dan}],'text':^,'title':^}",
     R(advice_open_max), false, "advice.withdraw", "advice"},
    {SHEAF_room_accountability, "accountability.open", "{'subject':#dan,'text':^,'title':^}",
     R(accountability_open_max), false, "accountability.withdraw", "process"},
    {SHEAF_room_dispute, "dispute.open", "{'with':#dan}", R(disputes_open_max), false},
};

/* One member takes three of five and no more; then each of the others has one. */
void test_room(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        const char *kind = sorts[i].kind, *what = sorts[i].what;
        const sheaf_refusal others = R(room_for_others);
        kit k;
        found(&k);
        kit_do(&k, "ann", kind, "a", "%s", what);
        kit_do(&k, "ann", kind, "b", "%s", what);
        kit_do(&k, "ann", kind, "c", "%s", what);
        kit_want(&k, others, "ann", kind, what, NULL);
        kit_do(&k, "bob", kind, "d", "%s", what);
        kit_want(&k, others, "bob", kind, what, NULL);
        kit_want(&k, sorts[i].needs_vote ? R(no_vote) : others, "sue", kind, what, NULL);
        kit_do(&k, "cat", kind, "e", "%s", what);
        kit_want(&k, sorts[i].full, "cat", kind, what, NULL);
        assert_int_equal(used(&k, sorts[i].room, "ann"), 3);
        assert_int_equal(used(&k, sorts[i].room, "cat"), 1);
        kit_close(&k);
    }
}

/* What is given up makes room; below half anybody may have more than one again. */
void test_room_is_given_back(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        static const char *const rows[][2] = {
            {"ann", "a"}, {"ann", "b"}, {"ann", "c"}, {"bob", "d"}, {"cat", "e"}};
        const char *kind = sorts[i].kind, *what = sorts[i].what;
        kit k;
        if (!sorts[i].withdraw)
            continue;
        found(&k);
        for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
            kit_do(&k, rows[n][0], kind, rows[n][1], "%s", what);
        for (int n = 0; n < 2; n++)
            kit_do(&k, "ann", sorts[i].withdraw, NULL, "{'%s':#%s}", sorts[i].withdrawn,
                   rows[n][1]);
        kit_want(&k, R(room_for_others), "ann", kind, what, NULL); /* three are still taken */
        kit_do(&k, "ann", sorts[i].withdraw, NULL, "{'%s':#c}", sorts[i].withdrawn);
        assert_int_equal(used(&k, sorts[i].room, "ann"), 0);
        kit_do(&k, "bob", kind, NULL, "%s", what);
        kit_want(&k, R(room_for_others), "bob", kind, what, NULL);
        kit_do(&k, "ann", kind, NULL, "%s", what);
        kit_close(&k);
    }
}

/* Members without a vote take no place that is kept for those who have one. */
void test_room_without_vote(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        if (sorts[i].needs_vote)
            continue;
        kit k;
        found(&k);
        kit_do(&k, "sue", sorts[i].kind, NULL, "%s", sorts[i].what);
        kit_do(&k, "tom", sorts[i].kind, NULL, "%s", sorts[i].what);
        kit_do(&k, "sue", sorts[i].kind, NULL, "%s", sorts[i].what);
        kit_want(&k, R(room_for_others), "tom", sorts[i].kind, sorts[i].what, NULL);
        kit_do(&k, "ann", sorts[i].kind, NULL, "%s", sorts[i].what);
        kit_do(&k, "bob", sorts[i].kind, NULL, "%s", sorts[i].what);
        kit_want(&k, sorts[i].full, "cat", sorts[i].kind, sorts[i].what, NULL);
        kit_close(&k);
    }
}

/* The clock settles everything that is due; a member who leaves meanwhile gives its places back
 * then as well. */
void test_room_in_time(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        for (int n = 0; n < 3; n++)
            kit_do(&k, "cat", sorts[i].kind, NULL, "%s", sorts[i].what);
    kit_do(&k, "cat", "member.leave", NULL, "{}");
    sheaf_deadline due;
    while (sheaf_deadline_first(&k.state, &due)) {
        k.now = due.at > k.now ? due.at : k.now;
        char what[128];
        snprintf(what, sizeof what, "{'deadline':'%s','of':%u,'unwitnessed':false}",
                 sheaf_deadline_name(due.kind), due.of);
        kit_do(&k, "hub", "clock.tick", NULL, "%s", what);
    }
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        assert_int_equal(used(&k, sorts[i].room, "cat"), 0);
    kit_close(&k);
}

/* A petition keeps its place until its assembly is over; a single place is whoever's comes
 * first. */
void test_room_of_one(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(&k, "bob", "petition.sign", NULL, "{'petition':#p}");
    assert_int_equal(used(&k, SHEAF_room_petition, "ann"), 1);
    kit_do(&k, "cat", "petition.sign", NULL, "{'petition':#p}");
    sheaf_deadline due = {0};
    for (int left = 2; left; left--) { /* it dates itself, and nobody comes */
        assert_int_equal(used(&k, SHEAF_room_petition, "ann"), 1);
        assert_true(sheaf_deadline_first(&k.state, &due));
        k.now = due.at;
        kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    }
    assert_int_equal(used(&k, SHEAF_room_petition, "ann"), 0);
    kit_close(&k);

    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.open_max = 1;
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "motion.open", "a", "{'title':^}");
    kit_want(&k, R(motions_open_max), "bob", "motion.open", "{'title':^}", NULL);
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#a}");
    kit_do(&k, "bob", "motion.open", NULL, "{'title':^}");
    kit_close(&k);
}

/* Urgent matters find a place where others have taken all of the motions'; of their own they
 * have as many, shared out in the same way. */
void test_room_of_urgent_matters(void **unused)
{
    (void)unused;
    static const char *const stop =
        "{'effect':{'kind':'automation.suspend','what':{'of':#g.tick}},'title':^}";
    static const char *const outcome = "{'process':#p,'title':^}";
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.open_max = 3;
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':5,'outcome_s':200,'protected':true}";
    kit_with_data(&k, &rules);
    kit_motion(&k, "g", KIT_MANDATE, 4);
    kit_do(&k, "ann", "accountability.open", "p", "{'subject':#dan,'text':^,'title':^}");
    kit_do(&k, "dan", "accountability.answer", NULL, "{'process':#p,'text':^}");
    kit_do(&k, "ann", "motion.open", "a", "{'title':^}");
    kit_do(&k, "ann", "motion.open", "b", "{'title':^}");
    kit_do(&k, "bob", "motion.open", "c", "{'title':^}");
    const kit_row rows[] = {
        {"cat", "motion.open", "{'title':^}", R(motions_open_max)},
        {"cat", "motion.open", outcome, R(accountability_step)},
        {"ann", "accountability.hear", "{'process':#p,'text':^}"},
        {"cat", "motion.open", "{'process':4000,'title':^}", R(no_such_process)},
        {"dan", "motion.open", outcome, R(by_its_subject)},
        {"ann", "motion.open", stop, .label = "s"},
        {"ann", "motion.open", stop, .label = "t"},
        {"ann", "motion.open", stop, R(room_for_others)},
        {"cat", "motion.open", outcome, .label = "o"},
        {"bob", "motion.open", outcome, R(motions_open_max)},
        {"ann", "motion.withdraw", "{'motion':#s}", R(stop_stands)},
        {"ann", "ballot.cast", "{'choice':'no','motion':#s}"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#s}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#s}"},
        {"dan", "ballot.cast", "{'choice':'no','motion':#s}"},
        {"hub", "clock.tick", KIT_TICK("motion", "s")},
        {"bob", "motion.open", stop},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->motions_placed, 3);
    const struct sheaf_row_accountability *process =
        sheaf_accountability_get(&k.state, kit_index(&k, "p"));
    assert_int_equal(process->state, SHEAF_accountability_state_outcome);
    assert_int_equal(process->motion, kit_index(&k, "o"));
    assert_int_equal(used(&k, SHEAF_room_urgent, "ann"), 1);
    assert_int_equal(used(&k, SHEAF_room_urgent, "cat"), 1);
    assert_int_equal(used(&k, SHEAF_room_motion, "cat"), 0);
    kit_close(&k);
}
