/* The register that a co-op kept before, and who claims its places. */
#include "test.h"

#include "coop/import.h"

#define ROW(import, number)                                                                    \
    "{'class':0,'import':#" import                                                             \
    ",'joined':1500000000,'kind':'person','name':^,'number':" number "}"
#define CLAIM(name, number) "{'name':^,'number':" number ",'public_key':@" name ",'web':false}"

static void confirm(kit *k, const char *who, const char *import, int count, bool wrong,
                    sheaf_refusal want)
{
    char what[256];
    sheaf_hash digest = sheaf_import_get(&k->state, kit_index(k, import))->digest;
    int n = snprintf(what, sizeof what, "{'count':%d,'digest':'", count);
    digest.bytes[0] ^= wrong;
    for (int i = 0; i < 32; i++)
        n += snprintf(what + n, sizeof what - (size_t)n, "%02x", digest.bytes[i]);
    snprintf(what + n, sizeof what - (size_t)n, "','import':#%s}", import);
    kit_want(k, want, who, "import.confirm", what, NULL);
}

static void found(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_found_four(k, &rules);
}

void test_import(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"eve", "import.open", "{'count':2}", R(no_vote)},
        {"ann", "import.open", "{'count':2}", .label = "i"},
        {"ann", "import.open", "{'count':3}", R(import_under_way)},
        {"ann", "member.import", ROW("ann", "7"), R(no_such_import)},
        {"bob", "member.import", ROW("i", "7"), R(not_your_import)},
        {"ann", "member.import",
         "{'class':5,'import':#i,'joined':1500000000,'kind':'person','name':^,'number':7}",
         R(no_such_class)},
        {"ann", "member.import",
         "{'class':0,'import':#i,'joined':1900000000,'kind':'person','name':^,'number':7}",
         R(joined_in_future)},
        {"ann", "member.import",
         "{'class':0,'import':#i,'joined':1500000000,'kind':'person','name':^,'number':7,"
         "'term':1499999999}",
         R(ends_before_joined)},
        {"ann", "member.import",
         "{'cancelled_to':1499999999,'class':0,'import':#i,'joined':1500000000,'kind':"
         "'person','name':^,'number':7}",
         R(ends_before_joined)},
        {"ann", "member.import", ROW("i", "7")},
        {"ann", "member.import", ROW("i", "7"), R(number_taken)},
        {"max", "member.claim", CLAIM("max", "7"), R(no_such_place)}, /* not confirmed */
    };
    KIT_ROWS(&k, rows);
    confirm(&k, "bob", "i", 2, false, R(import_count));
    kit_do(&k, "ann", "member.import", NULL,
           "{'cancelled_to':%lld,'class':0,'import':#i,'joined':1500000000,'kind':'person',"
           "'name':^,'number':8,'term':%lld}",
           (long long)k.now / 1000 + 3600, (long long)k.now / 1000 + 7200);
    kit_want(&k, R(import_count), "ann", "member.import", ROW("i", "9"), NULL);
    confirm(&k, "ann", "i", 2, false, R(second_officer));
    confirm(&k, "eve", "i", 2, false, R(no_vote));
    confirm(&k, "bob", "i", 3, false, R(import_count));
    confirm(&k, "bob", "i", 2, true, R(import_differs));
    assert_int_equal(sheaf_coop(&k.state)->voters, 4);
    confirm(&k, "bob", "i", 2, false, ACCEPTED);
    confirm(&k, "bob", "i", 2, false, R(import_over));
    assert_int_equal(sheaf_coop(&k.state)->voters, 4); /* nobody has claimed a place */
    static const kit_row claims[] = {
        {"max", "member.claim", CLAIM("max", "70"), R(no_such_place)},
        {"max", "member.claim", CLAIM("ann", "7"), R(key_in_use)},
        {"max", "member.claim", CLAIM("max", "7"), .label = "max"},
        {"moe", "member.claim", CLAIM("moe", "7"), .label = "moe"}, /* an impostor */
        {"ann", "member.admit", "{'member':#max}"},
        {"ann", "member.admit", "{'member':#moe}", R(application_declined)},
        {"ned", "member.claim", CLAIM("ned", "7"), R(place_taken)},
        {"ned", "member.claim", CLAIM("ned", "8"), .label = "ned"},
        {"max", "motion.open", "{'title':^}"},
        {"ann", "member.admit", "{'member':#ned}"},
        {"ned", "member.leave", "{}"}, /* at once: the bylaws ask for no notice */
        {"ann", "import.open", "{'count':1}", .label = "j"},
        {"ann", "member.import", ROW("j", "8"), R(number_taken)},
    };
    KIT_ROWS(&k, claims);
    const struct sheaf_row_member *max = sheaf_member_get(&k.state, kit_index(&k, "max"));
    assert_int_equal(max->number, 7);
    assert_int_equal(max->leaves, 0);
    assert_int_equal(sheaf_place_get(&k.state, 7)->member, max->id);
    kit_close(&k);
}

/* Several claims of a place do not block each other, nor does an impostor who was let in. */
void test_import_claimed_falsely(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.applications_max = 3;
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "import.open", "i", "{'count':2}");
    kit_do(&k, "ann", "member.import", NULL, ROW("i", "7"));
    kit_do(&k, "ann", "member.import", NULL, ROW("i", "8"));
    confirm(&k, "bob", "i", 2, false, ACCEPTED);
    static const kit_row rows[] = {
        {"moe", "member.claim", CLAIM("moe", "7"), .label = "moe"},
        {"eve", "member.claim", CLAIM("eve", "8"), .label = "eve"},
        {"max", "member.claim", CLAIM("max", "7"), .label = "max"},
        {"ann", "member.decline", "{'member':#eve}"},
        {"ned", "member.claim", CLAIM("ned", "8"), .label = "ned"},
        {"ann", "member.admit", "{'member':#moe}"}, /* taken for who stands in the register */
        {"ann", "member.admit", "{'member':#max}", R(application_declined)},
        {"max2", "member.claim", CLAIM("max2", "7"), R(place_taken)},
        {"ann", "exclusion.open", "{'member':#moe,'reason':^}", .label = "x"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->applications, 0); /* claims are no applications */
    kit_motion(&k, "m", "{'kind':'member.exclude','what':{'exclusion':#x}}", 4);
    static const kit_row after[] = {
        {"max2", "member.claim", CLAIM("max2", "7"), .label = "max2"},
        {"ann", "member.admit", "{'member':#max2}"},
        {"moe2", "member.claim", CLAIM("moe2", "7"), R(place_taken)},
        {"ann", "member.admit", "{'member':#ned}"}, /* another place is another matter */
    };
    KIT_ROWS(&k, after);
    assert_int_equal(sheaf_place_get(&k.state, 7)->member, kit_index(&k, "max2"));
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "moe"))->state,
                     SHEAF_member_state_excluded);
    assert_int_equal(sheaf_coop(&k.state)->applications, 0);
    kit_close(&k);
}

/* Who makes keys to claim a place with keeps nobody from another place, nor from applying, nor
 * whom a member knows from the place itself. */
void test_import_claims_flood(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.applications_max = 5;
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "import.open", "i", "{'count':2}");
    kit_do(&k, "ann", "member.import", NULL, ROW("i", "7"));
    kit_do(&k, "ann", "member.import", NULL, ROW("i", "8"));
    confirm(&k, "bob", "i", 2, false, ACCEPTED);
    static const kit_row rows[] = {
        {"x1", "member.claim", CLAIM("x1", "7"), .label = "x1"},
        {"x2", "member.claim", CLAIM("x2", "7"), .label = "x2"},
        {"x3", "member.claim", CLAIM("x3", "7"), .label = "x3"},
        {"x4", "member.claim", CLAIM("x4", "7"), .label = "x4"},
        {"max", "member.claim", CLAIM("max", "7"), R(claims_max)},
        {"ned", "member.claim", CLAIM("ned", "8"), .label = "ned"},
        {"oda", "member.claim", CLAIM("oda", "8"), R(claims_max)}, /* the sixth of all */
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
        {"ann", "member.decline", "{'member':#x2}"},
        {"x5", "member.claim", CLAIM("x5", "7"), .label = "x5"}, /* in the place of x2 */
        {"max", "member.claim", CLAIM("max", "7"), R(claims_max)},
        {"bob", "member.invite", "{'public_key':@max}"},
        {"max", "member.claim", CLAIM("max", "7"), .label = "max"},
        {"max2", "member.claim", CLAIM("max2", "7"), R(claims_max)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_coop(&k.state)->applications, 1); /* eve's */
    assert_int_equal(sheaf_coop(&k.state)->claims, 5);
    static const kit_row after[] = {
        {"y1", "member.claim", CLAIM("y1", "7"), .wait_ms = 86400000, .label = "y1"},
        {"y2", "member.claim", CLAIM("y2", "7"), .label = "y2"}, /* all others have lapsed */
        {"ann", "member.admit", "{'member':#x5}", R(application_lapsed)},
        {"ann", "member.admit", "{'member':#y1}"},
        {"ann", "member.admit", "{'member':#y2}", R(application_declined)},
    };
    KIT_ROWS(&k, after);
    assert_int_equal(sheaf_place_get(&k.state, 7)->member, kit_index(&k, "y1"));
    kit_close(&k);
}

/* Nobody holds numbers for ever by an import that nobody confirms. */
void test_import_lapses(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "import.open", "i", "{'count':1}");
    int64_t opened = k.now;
    kit_do(&k, "ann", "member.import", NULL, ROW("i", "7"));
    k.now = opened + SHEAF_IMPORT_LAPSE_S * INT64_C(1000) - 2 * k.step_ms;
    kit_do(&k, "bob", "import.open", "j", "{'count':1}");
    kit_want(&k, R(number_taken), "bob", "member.import", ROW("j", "7"), NULL);
    k.now = opened + SHEAF_IMPORT_LAPSE_S * INT64_C(1000) + 1 - k.step_ms;
    kit_do(&k, "bob", "member.import", NULL, ROW("j", "7"));
    confirm(&k, "cat", "i", 1, false, R(import_over));
    confirm(&k, "cat", "j", 1, false, ACCEPTED);
    kit_do(&k, "ann", "import.open", NULL, "{'count':1}");
    kit_close(&k);
}

/* A membership that was cancelled or limited before ends on its day, and no notice moves that.
 */
void test_import_ends(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.leave_notice = 1800;
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "import.open", "i", "{'count':2}");
    for (int number = 1; number <= 2; number++)
        kit_do(&k, "ann", "member.import", NULL,
               "{'cancelled_to':%lld,'class':0,'import':#i,'joined':1500000000,'kind':"
               "'person','name':^,'number':%d}",
               (long long)k.now / 1000 + 3600, number);
    confirm(&k, "bob", "i", 2, false, ACCEPTED);
    static const kit_row rows[] = {
        {"max", "member.claim", CLAIM("max", "1"), .label = "max"},
        {"ned", "member.claim", CLAIM("ned", "2"), .label = "ned"},
        {"ann", "member.admit", "{'member':#max}"},
        {"max", "member.stay", "{}", R(no_notice)},
        {"max", "member.leave", "{}"}, /* earlier than the register says */
        {"max", "member.stay", "{}"},
        {"max", "member.leave", "{}", R(leaving_already), .wait_ms = 3000000},
        {"hub", "clock.tick", KIT_TICK("member_leaves", "max"), .wait_ms = 600000},
        {"max", "motion.open", "{'title':^}", R(not_a_member)},
        {"ann", "member.admit", "{'member':#ned}", R(place_ended)},
        {"oda", "member.claim", CLAIM("oda", "2"), R(place_ended)},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* What was given up is out of the way. */
void test_import_withdrawn(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "import.open", "{'count':1}", .label = "i"},
        {"ann", "member.import", ROW("i", "1")},
        {"bob", "import.open", "{'count':1}", .label = "j"},
        {"bob", "member.import", ROW("j", "1"), R(number_taken)},
        {"bob", "import.withdraw", "{'import':#i}", R(not_your_import)},
        {"bob", "import.withdraw", "{'import':4000}", R(no_such_import)},
        {"ann", "import.withdraw", "{'import':#i}"},
        {"ann", "import.withdraw", "{'import':#i}", R(import_over)},
        {"bob", "member.import", ROW("j", "1")},
        {"ann", "import.open", "{'count':1}", .label = "k"},
        {"bob", "member.leave", "{}"},
        {"ann", "member.import", ROW("k", "1")}, /* the number is free again */
    };
    KIT_ROWS(&k, rows);
    confirm(&k, "cat", "j", 1, false, R(import_over));
    confirm(&k, "cat", "k", 1, false, ACCEPTED);
    kit_close(&k);
}

/* One member keeps nobody's register out, and one keeps nobody from entering it: two others
 * give an import up, of whom none confirms it then. */
void test_import_declined(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "import.open", "{'count':1}", .label = "i"},
        {"ann", "member.import", ROW("i", "7")},
        {"ann", "import.decline", "{'import':#i,'reason':^}", R(import_own)},
        {"bob", "import.decline", "{'import':4000,'reason':^}", R(no_such_import)},
        {"bob", "import.decline", "{'import':#i,'reason':^}"},
        {"bob", "import.decline", "{'import':#i,'reason':^}", R(approved_twice)},
        {"cat", "import.open", "{'count':1}", .label = "j"},
        {"cat", "member.import", ROW("j", "7"), R(number_taken)},
    };
    KIT_ROWS(&k, rows);
    confirm(&k, "bob", "i", 1, false, R(approved_twice));
    kit_do(&k, "cat", "import.decline", NULL, "{'import':#i,'reason':^}");
    confirm(&k, "dan", "i", 1, false, R(import_over));
    kit_do(&k, "cat", "member.import", NULL, ROW("j", "7"));
    kit_do(&k, "ann", "import.decline", NULL, "{'import':#j,'reason':^}"); /* alone */
    confirm(&k, "dan", "j", 1, false, ACCEPTED);
    static const kit_row after[] = {
        {"bob", "import.decline", "{'import':#j,'reason':^}", R(import_over)},
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"dan", "import.open", "{'count':1}", .label = "k"},
        {"dan", "member.import", ROW("k", "8")},
        {"eve", "import.decline", "{'import':#k,'reason':^}", R(no_vote)},
        {"bob", "member.leave", "{}"},
        {"cat", "member.leave", "{}"},
        {"ann", "import.decline", "{'import':#k,'reason':^}"}, /* all others with a vote */
        {"ann", "import.open", "{'count':1}", R(import_again)},
    };
    KIT_ROWS(&k, after);
    assert_true(sheaf_import_over(&k.state, kit_index(&k, "k"), k.now));
    kit_close(&k);
}

/* Two who decline whatever is entered keep the register out once, and not for ever. */
void test_import_declined_again(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "import.open", "{'count':1}", .label = "i"},
        {"bob", "import.decline", "{'import':#i,'reason':^}"},
        {"cat", "import.decline", "{'import':#i,'reason':^}"},
        {"ann", "import.open", "{'count':1}", R(import_again)},
        {"dan", "import.open", "{'count':1}", .label = "j"},
        {"bob", "import.decline", "{'import':#j,'reason':^}", R(import_rest)},
        {"cat", "import.decline", "{'import':#j,'reason':^}", R(import_rest)},
        {"ann", "import.decline", "{'import':#j,'reason':^}"},
        {"dan", "import.withdraw", "{'import':#j}"},
        {"dan", "import.open", "{'count':1}", .label = "l"},   /* withdrawn is not declined */
        {"ann", "import.decline", "{'import':#l,'reason':^}"}, /* it has ended none */
    };
    KIT_ROWS(&k, rows);
    const int64_t again = sheaf_import_get(&k.state, kit_index(&k, "i"))->again;
    const int64_t rest = sheaf_import_rest_get(&k.state, kit_index(&k, "bob"))->until;
    assert_int_equal(rest, sheaf_import_rest_get(&k.state, kit_index(&k, "cat"))->until);
    assert_int_equal(rest - again,
                     (int64_t)(SHEAF_IMPORT_REST_S - SHEAF_IMPORT_AGAIN_S) * 1000);
    k.now = again - 1 - k.step_ms;
    kit_want(&k, R(import_again), "ann", "import.open", "{'count':1}", NULL);
    k.now = again - k.step_ms;
    kit_do(&k, "ann", "import.open", "m", "{'count':1}");
    k.now = rest - 1 - k.step_ms;
    kit_want(&k, R(import_rest), "bob", "import.decline", "{'import':#m,'reason':^}", NULL);
    k.now = rest - k.step_ms;
    kit_do(&k, "bob", "import.decline", NULL, "{'import':#m,'reason':^}");
    kit_close(&k);
}

/* Imports that nobody confirms leave rows behind: so many of one member's, to the last one. */
void test_import_without_end(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    uint32_t ann = sheaf_member_row(&k.state, kit_index(&k, "ann"));
    static const kit_row given_up[] = {
        {"ann", "import.open", "{'count':2}", .label = "i"},
        {"ann", "member.import", ROW("i", "7")},
        {"ann", "member.import", ROW("i", "8")},
        {"ann", "import.withdraw", "{'import':#i}"},
        {"ann", "import.open", "{'count':3}", .label = "j"},
        {"ann", "member.import", ROW("j", "7")}, /* stands there, so it is not new */
    };
    KIT_ROWS(&k, given_up);
    assert_int_equal(sheaf_member_at(&k.state, ann)->places, 2);
    sheaf_member_edit(&k.state, ann)->places = SHEAF_IMPORT_PLACES_MAX - 1;
    sheaf_state_commit(&k.state);
    static const kit_row full[] = {
        {"ann", "member.import", ROW("j", "9")},
        {"ann", "member.import", ROW("j", "10"), R(import_places)},
        {"bob", "import.open", "{'count':1}", .label = "b"},
        {"bob", "member.import", ROW("b", "10")}, /* another member may */
        {"ann", "member.import", ROW("j", "8")},
    };
    KIT_ROWS(&k, full);
    assert_int_equal(sheaf_member_at(&k.state, ann)->places, SHEAF_IMPORT_PLACES_MAX);
    confirm(&k, "bob", "j", 3, false, ACCEPTED);
    assert_int_equal(sheaf_member_at(&k.state, ann)->places, SHEAF_IMPORT_PLACES_MAX - 3);
    kit_do(&k, "ann", "import.open", "l", "{'count':1}");
    kit_do(&k, "ann", "member.import", NULL, ROW("l", "11"));
    sheaf_member_edit(&k.state, ann)->places = 0;
    sheaf_state_commit(&k.state);
    confirm(&k, "bob", "l", 1, false, ACCEPTED); /* never below nothing */
    assert_int_equal(sheaf_member_at(&k.state, ann)->places, 0);
    kit_close(&k);
}

#define ON_TRIAL(number, joined)                                                               \
    "{'class':1,'import':#i,'joined':" joined ",'kind':'person','name':^,'number':" number "}"
#define ACCEPT(name) "{'kind':'member.accept','what':{'member':#" name "}}"

static const struct sheaf_row_member *member_of(kit *k, const char *who)
{
    return sheaf_member_get(&k->state, kit_index(k, who));
}

/* Two who enter a register take nobody past the trial; the members by a motion do, as far as it
 * was over by the register. */
void test_import_on_trial(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'new','trial_s':8640000,'votes':1}";
    kit_open(&k);
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "import.open", "{'count':3}", .label = "i"},
        {"ann", "member.import", ON_TRIAL("7", "1500000000")},
        {"ann", "member.import", ON_TRIAL("8", "1500000000")},
        {"ann", "member.import", ON_TRIAL("9", "1789999000")},
    };
    KIT_ROWS(&k, rows);
    confirm(&k, "bob", "i", 3, false, ACCEPTED);
    static const kit_row claims[] = {
        {"max", "member.claim", CLAIM("max", "7"), .label = "max"},
        {"ned", "member.claim", CLAIM("ned", "8"), .label = "ned"},
        {"oda", "member.claim", CLAIM("oda", "9"), .label = "oda"},
        {"ann", "member.admit", "{'member':#max}"},
    };
    KIT_ROWS(&k, claims);
    int64_t begun = k.now;
    assert_true(member_of(&k, "max")->trial);
    assert_int_equal(member_of(&k, "max")->votes, 0);
    assert_int_equal(sheaf_coop(&k.state)->voters, 4);
    kit_motion(&k, "m8", ACCEPT("ned"), 4);
    assert_false(member_of(&k, "ned")->trial);
    assert_int_equal(member_of(&k, "ned")->votes, 1);
    kit_motion(&k, "m9", ACCEPT("oda"), 4);
    assert_true(member_of(&k, "oda")->trial);
    k.step_ms = 0;
    k.now = INT64_C(1789999000000) + INT64_C(8640000000) - 1;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("member_trial", "oda"), NULL);
    k.now++;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("member_trial", "oda"));
    assert_int_equal(member_of(&k, "oda")->votes, 1);
    k.now = begun + INT64_C(8640000000) - 1;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("member_trial", "max"), NULL);
    k.now++;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("member_trial", "max"));
    assert_int_equal(member_of(&k, "max")->votes, 1);
    kit_close(&k);
}

/* Nor past the shares that are paid in before an admission. */
void test_import_before_shares(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    rules.article[SHEAF_ARTICLE_shares] =
        "{'before_admission':true,'max_count':9,'min_count':1,'price_cents':100,'protected':"
        "false,'repay_from_s':1,'repay_until_s':2,'transferable':false}";
    kit_motion(&k, "on", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "ann", "import.open", "i", "{'count':1}");
    kit_do(&k, "ann", "member.import", NULL, ROW("i", "7"));
    confirm(&k, "bob", "i", 1, false, ACCEPTED);
    kit_do(&k, "max", "member.claim", "max", CLAIM("max", "7"));
    kit_want(&k, R(share_unpaid), "ann", "member.admit", "{'member':#max}", NULL);
    kit_close(&k);
}
