/* Petitions. */
#include "test.h"

static const struct sheaf_row_petition *petition(const kit *k, const char *label)
{
    return sheaf_petition_find(&k->state, kit_index((kit *)k, label));
}

static kit_rules rules_with(const char *petitions)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_petitions] = petitions;
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':60,'protected':false,'quorum_bp':5000}";
    return rules;
}

static void tick(kit *k, const char *kind, const char *of, const char *label)
{
    kit_do(k, "hub", "clock.tick", label, "{'deadline':'%s','of':#%s,'unwitnessed':false}",
           kind, of);
}

void test_petitions(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with("{'assembly_s':300,'members_bp':7500,'open_max':2,"
                                 "'protected':true,'sign_s':200}");
    kit_found_four(&k, &rules);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    static const kit_row rows[] = {
        {"sue", "petition.open", "{'text':^,'title':^}", R(no_vote)},
        {"ann", "petition.open", "{'text':^,'title':^}", .label = "p"},
        {"ann", "petition.open", "{'text':^,'title':^}", R(room_for_others)},
        {"bob", "petition.open", "{'text':^,'title':^}", .label = "q"},
        {"cat", "petition.open", "{'text':^,'title':^}", R(petitions_open_max)},
        {"ann", "petition.sign", "{'petition':4000}", R(no_such_petition)},
        {"ann", "petition.sign", "{'petition':#p}", R(signed_already)},
        {"sue", "petition.sign", "{'petition':#p}", R(no_vote)},
        {"bob", "petition.unsign", "{'petition':#p}", R(not_signed)},
        {"ann", "assembly.convene",
         "{'agenda':^,'ends':1790000330000,'petition':#p,'place':^,'starts':1790000300000}",
         R(petition_short)},
        {"bob", "petition.sign", "{'petition':#p}"},
        {"bob", "petition.unsign", "{'petition':#p}"},
        {"bob", "petition.unsign", "{'petition':#p}", R(not_signed)},
        {"bob", "petition.sign", "{'petition':#p}"},
        {"bob", "petition.sign", "{'petition':#p}", R(signed_already)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(petition(&k, "p")->signatures, 2);
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    kit_do(&k, "cat", "petition.sign", "third", "{'petition':#p}");
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_reached);
    assert_int_equal(petition(&k, "p")->reached, kit_index(&k, "third"));
    kit_want(&k, R(petition_closed), "cat", "petition.unsign", "{'petition':#p}", NULL);
    kit_want(&k, R(petition_closed), "dan", "petition.sign", "{'petition':#p}", NULL);
    /* The other was not signed by anybody else, and makes room for another. */
    k.now = petition(&k, "q")->closes;
    kit_want(&k, R(deadline_due), "dan", "petition.sign", "{'petition':#q}", NULL);
    if (petition(&k, "p")->closes - 100000 <= k.now)
        tick(&k, "petition_dates", "p", NULL);
    tick(&k, "petition_lapses", "q", NULL);
    assert_int_equal(petition(&k, "q")->state, SHEAF_petition_state_lapsed);
    kit_want(&k, R(petition_closed), "dan", "petition.sign", "{'petition':#q}", NULL);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->petitions, 1); /* its assembly is to be */
    kit_close(&k);
}

/* One alone calls no assembly, whatever share they are; of two, one does. */
void test_petitions_of_few(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_want(&k, R(petitions_off), "ann", "petition.open", "{'text':^,'title':^}", NULL);
    kit_want(&k, R(assemblies_off), "ann", "assembly.convene",
             "{'agenda':^,'ends':1790000330000,'place':^,'starts':1790000300000}", NULL);
    kit_close(&k);

    kit_open(&k);
    rules = rules_with("{'assembly_s':300,'members_bp':2500,'open_max':2,'protected':true,"
                       "'sign_s':200}");
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "petition.open", "p", "{'text':^,'title':^}");
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    kit_do(&k, "cat", "member.leave", "left", "{}"); /* one of two */
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_reached);
    assert_int_equal(petition(&k, "p")->reached, kit_index(&k, "left"));
    kit_do(&k, "bob", "petition.open", "q", "{'text':^,'title':^}");
    assert_int_equal(petition(&k, "q")->state, SHEAF_petition_state_reached);
    /* Reached they keep their places, however fast. */
    kit_want(&k, R(petitions_open_max), "ann", "petition.open", "{'text':^,'title':^}", NULL);
    kit_close(&k);

    kit_open(&k);
    rules = rules_with("{'assembly_s':300,'members_bp':10000,'members_max':2,'open_max':2,"
                       "'protected':true,'sign_s':200}");
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "petition.open", "p", "{'text':^,'title':^}");
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    kit_do(&k, "bob", "petition.sign", NULL, "{'petition':#p}");
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_reached);
    kit_close(&k);
}

/* Who leaves counts neither as a signer nor among those of whom so many must sign. */
void test_petitions_and_leaving(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with("{'assembly_s':300,'members_bp':5000,'open_max':9,"
                                 "'protected':true,'sign_s':200}");
    kit_found_four(&k, &rules);
    kit_do(&k, "dan", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(&k, "ann", "petition.open", "q", "{'text':^,'title':^}");
    kit_do(&k, "dan", "petition.sign", NULL, "{'petition':#q}");
    assert_int_equal(petition(&k, "q")->state, SHEAF_petition_state_reached);
    kit_do(&k, "bob", "petition.open", "r", "{'text':^,'title':^}");
    kit_do(&k, "dan", "member.leave", "left", "{}");
    assert_int_equal(petition(&k, "p")->signatures, 0); /* of three */
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    assert_int_equal(petition(&k, "q")->state, SHEAF_petition_state_reached); /* and stays so */
    assert_int_equal(petition(&k, "r")->state, SHEAF_petition_state_open);
    kit_do(&k, "cat", "member.leave", "left", "{}"); /* one of two is half */
    assert_int_equal(petition(&k, "r")->state, SHEAF_petition_state_reached);
    assert_int_equal(petition(&k, "r")->reached, kit_index(&k, "left"));
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->petitions, 3);
    kit_close(&k);
}

/* Who is excluded signs no more, and is no longer one of those of whom so many must sign; what
 * was reached before stays reached. */
void test_petitions_and_exclusion(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with("{'assembly_s':90000,'members_bp':6000,'open_max':6,"
                                 "'protected':true,'sign_s':80000}");
    rules.exclusion = "'exclusion':{'hearing_s':60},";
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"dan", "petition.open", "{'text':^,'title':^}", .label = "p"},
        {"ann", "petition.sign", "{'petition':#p}"},
        {"ann", "petition.open", "{'text':^,'title':^}", .label = "q"},
        {"bob", "petition.sign", "{'petition':#q}"},
        {"dan", "petition.sign", "{'petition':#q}"}, /* three of four */
        {"bob", "petition.open", "{'text':^,'title':^}", .label = "r"},
        {"cat", "petition.sign", "{'petition':#r}"},
        {"ann", "exclusion.open", "{'member':#dan,'reason':^}", .label = "x"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(petition(&k, "p")->signatures, 2);
    assert_int_equal(petition(&k, "r")->state, SHEAF_petition_state_open); /* two of four */
    static const kit_row excluded[] = {
        {"ann", "motion.open",
         "{'effect':{'kind':'member.exclude','what':{'exclusion':#x}},'title':^}", .label = "m",
         .wait_ms = 60000},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m"), .label = "m.tick", .wait_ms = 120000},
    };
    KIT_ROWS(&k, excluded);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "dan"))->state,
                     SHEAF_member_state_excluded);
    assert_int_equal(petition(&k, "p")->signatures, 1);
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_open);
    assert_int_equal(petition(&k, "q")->state, SHEAF_petition_state_reached);
    assert_int_equal(petition(&k, "r")->state, SHEAF_petition_state_reached); /* of three */
    assert_int_equal(petition(&k, "r")->reached, kit_index(&k, "m.tick"));
    kit_want(&k, R(not_a_member), "dan", "petition.sign", "{'petition':#p}", NULL);
    kit_want(&k, R(not_a_member), "dan", "petition.unsign", "{'petition':#p}", NULL);
    kit_do(&k, "cat", "petition.sign", NULL, "{'petition':#p}");
    assert_int_equal(petition(&k, "p")->state, SHEAF_petition_state_reached);
    kit_close(&k);
}

/* A class that loses its vote loses its signatures, and gets them back with it. */
void test_petitions_and_classes(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with("{'assembly_s':900,'members_bp':9000,'open_max':2,"
                                 "'protected':true,'sign_s':800}");
    kit_found_four(&k, &rules);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':1}";
    kit_motion(&k, "with", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "sue", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(&k, "bob", "petition.sign", NULL, "{'petition':#p}");
    assert_int_equal(petition(&k, "p")->signatures, 2);
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0}";
    kit_motion(&k, "without", kit_amendment(&rules, "#with.tick"), 4);
    assert_int_equal(petition(&k, "p")->signatures, 1);
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':1}";
    kit_motion(&k, "again", kit_amendment(&rules, "#without.tick"), 4);
    assert_int_equal(petition(&k, "p")->signatures, 2);
    kit_close(&k);
}

/* Begins and ends so many seconds before the last moment for the petition's assembly. */
static sheaf_refusal convene(kit *k, const char *who, int begins_s, int ends_s,
                             const char *label)
{
    char what[200];
    int64_t last = petition(k, "p")->closes;
    snprintf(what, sizeof what,
             "{'agenda':^,'ends':%lld,'petition':#p,'place':^,'starts':%lld}",
             (long long)(last - ends_s * INT64_C(1000)),
             (long long)(last - begins_s * INT64_C(1000)));
    return kit_try(k, who, "assembly.convene", what, label);
}

/* Who opened it, for half of the time; then whoever signed it, who may have signed to be the
 * first; never anybody else. A minute is no assembly. */
void test_petition_conveners(void **unused)
{
    (void)unused;
    kit k;
    for (int turn = 0; turn < 3; turn++) {
        kit_open(&k);
        kit_rules rules = rules_with("{'assembly_s':20000,'members_bp':5000,'open_max':2,"
                                     "'protected':true,'sign_s':200}");
        rules.article[SHEAF_ARTICLE_assemblies] =
            "{'notice_s':100,'open_s':9000,'protected':false,'quorum_bp':5000}";
        kit_found_four(&k, &rules);
        kit_do(&k, "ann", "petition.open", "p", "{'text':^,'title':^}");
        kit_do(&k, "bob", "petition.sign", NULL, "{'petition':#p}");
        const int64_t half = petition(&k, "p")->closes - 100000 - 19900000 / 2;
        assert_int_equal(convene(&k, "dan", 4000, 0, NULL), R(petition_convener));
        assert_int_equal(convene(&k, "bob", 4000, 0, NULL), R(petition_convener));
        assert_int_equal(convene(&k, "ann", 3599, 0, NULL), R(assembly_times));
        assert_int_equal(convene(&k, "ann", 9001, 0, NULL), R(assembly_times));
        if (turn == 0) {
            assert_int_equal(convene(&k, "ann", 3600, 0, "a"), ACCEPTED);
        } else if (turn == 1) {
            k.now = half - 1 - k.step_ms;
            assert_int_equal(convene(&k, "bob", 4000, 0, NULL), R(petition_convener));
            k.now = half - k.step_ms;
            assert_int_equal(convene(&k, "dan", 4000, 0, NULL), R(petition_convener));
            k.now = half - k.step_ms;
            assert_int_equal(convene(&k, "bob", 4000, 0, "a"), ACCEPTED);
        } else {
            kit_do(&k, "ann", "member.leave", NULL, "{}");
            assert_int_equal(convene(&k, "cat", 4000, 0, NULL), R(petition_convener));
            assert_int_equal(convene(&k, "bob", 4000, 0, "a"), ACCEPTED);
        }
        kit_close(&k);
    }
}

#define PLACE "{'assembly':#in,'place':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE'}"

/* The assembly #in of a petition, opened by ann and signed by bob, has dated itself. */
static void begin_dated(kit *k, const kit_rules *rules)
{
    kit_open(k);
    kit_found_four(k, rules);
    kit_do(k, "ann", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(k, "bob", "petition.sign", NULL, "{'petition':#p}");
    k->now = petition(k, "p")->closes - 100000;
    tick(k, "petition_dates", "p", "in");
}

/* Where one that dated itself is held, told by who asked for it. */
void test_petition_place(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with("{'assembly_s':300,'members_bp':5000,'open_max':2,"
                                 "'protected':true,'sign_s':200}");
    for (int turn = 0; turn < 2; turn++) {
        begin_dated(&k, &rules);
        const struct sheaf_row_assembly *assembly =
            sheaf_assembly_find(&k.state, kit_index(&k, "in"));
        const int64_t half = assembly->starts - 50000;
        assert_true(sheaf_hash_is_zero(&assembly->place));
        static const kit_row rows[] = {
            {"ann", "assembly.place", "{'assembly':4000,'place':^}", R(no_such_assembly)},
            {"dan", "assembly.place", PLACE, R(petition_convener)},
            {"bob", "assembly.place", PLACE, R(petition_convener)},
        };
        KIT_ROWS(&k, rows);
        if (turn) {
            k.now = half - 1 - k.step_ms;
            kit_want(&k, R(petition_convener), "bob", "assembly.place", PLACE, NULL);
            k.now = half - k.step_ms;
        }
        kit_do(&k, turn ? "bob" : "ann", "assembly.place", NULL, PLACE);
        kit_want(&k, R(place_told), "ann", "assembly.place", PLACE, NULL);
        assembly = sheaf_assembly_find(&k.state, kit_index(&k, "in"));
        assert_false(sheaf_hash_is_zero(&assembly->place));
        kit_close(&k);
    }
    /* Too late. */
    begin_dated(&k, &rules);
    k.now = sheaf_assembly_find(&k.state, kit_index(&k, "in"))->starts;
    tick(&k, "assembly_begins", "in", NULL);
    kit_want(&k, R(place_told), "ann", "assembly.place", PLACE, NULL);
    /* Nor that of one which somebody convened, whatever stands for its place. */
    kit_do(&k, "dan", "assembly.convene", "own",
           "{'agenda':^,'ends':%lld,'place':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',"
           "'starts':%lld}",
           (long long)k.now + 400000, (long long)k.now + 340000);
    kit_want(&k, R(place_told), "ann", "assembly.place", "{'assembly':#own,'place':^}", NULL);
    kit_close(&k);
}

/* The assembly is dated by somebody in time, or dates itself. */
void test_petition_dates_assembly(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with("{'assembly_s':300,'members_bp':2500,'open_max':2,"
                                 "'protected':true,'sign_s':200}");
    kit_found_four(&k, &rules);
    char what[256];
    kit_do(&k, "bob", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(&k, "ann", "petition.sign", NULL, "{'petition':#p}");
    int64_t by = petition(&k, "p")->closes;
    static const struct {
        int64_t after_closes;
        sheaf_refusal want;
    } rows[] = {{1, R(petition_late)}, {-250000, R(assembly_notice_short)}, {0, ACCEPTED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t starts = by + rows[i].after_closes;
        snprintf(what, sizeof what,
                 "{'agenda':^,'ends':%lld,'petition':#p,'place':^,'starts':%lld}",
                 (long long)starts + 60000, (long long)starts);
        kit_want(&k, rows[i].want, "bob", "assembly.convene", what, "a");
    }
    assert_int_equal(petition(&k, "p")->assembly, kit_index(&k, "a"));
    kit_want(&k, R(petition_dated), "bob", "assembly.convene", what, NULL);
    kit_want(&k, R(no_such_petition), "bob", "assembly.convene",
             "{'agenda':^,'ends':1790009000000,'petition':4000,'place':^,"
             "'starts':1790008950000}",
             NULL);

    kit_do(&k, "ann", "petition.open", "q", "{'text':^,'title':^}");
    kit_do(&k, "bob", "petition.sign", NULL, "{'petition':#q}");
    by = petition(&k, "q")->closes;
    k.now = by - 100000; /* just time for the notice */
    kit_want(&k, R(deadline_due), "ann", "motion.open", "{'title':^}", NULL);
    tick(&k, "petition_dates", "q", "b");
    const struct sheaf_row_assembly *assembly =
        sheaf_assembly_find(&k.state, kit_index(&k, "b"));
    assert_non_null(assembly);
    assert_int_equal(assembly->by, SHEAF_NONE);
    assert_int_equal(assembly->petition, kit_index(&k, "q"));
    assert_true(assembly->starts >= by);
    assert_true(assembly->starts - k.now >= 99000);
    assert_int_equal(assembly->ends - assembly->starts, 60000);
    assert_memory_equal(&assembly->agenda, &petition(&k, "q")->text, 32);
    kit_close(&k);

    /* The clock was late: the notice is kept all the same. */
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "petition.open", "q", "{'text':^,'title':^}");
    kit_do(&k, "bob", "petition.sign", NULL, "{'petition':#q}");
    k.now = petition(&k, "q")->closes + 5000;
    tick(&k, "petition_dates", "q", "b");
    assembly = sheaf_assembly_find(&k.state, kit_index(&k, "b"));
    assert_int_equal(assembly->starts, sheaf_coop(&k.state)->stamp + 100000);
    kit_close(&k);
}
