/* What is said of a European Cooperative Society, word for word, each with a document that is
 * refused for it: capital, majorities, quorums on two calls, petitions, repayment,
 * reserve, proxies. That it says who its founders are: test_models.c. */
#include "model_text.h"

/* Takes an article out of the text, whole. */
static void without(const char *article)
{
    char start[40];
    snprintf(start, sizeof start, "\"%s\":{", article);
    char *at = strstr(text, start), *end = at;
    assert_non_null(at);
    int depth = 0;
    do {
        depth += *end == '{';
        depth -= *end == '}';
        end++;
    } while (depth || end[-1] != '}');
    end += *end == ',';
    memmove(at, end, strlen(end) + 1);
}

#define QUALIFIED "\"qualified\":{\"base\":\"for_and_against\",\"majority\":"
#define AMENDED   "\"rule\":{\"base\":\"for_and_against\",\"majority\":"
#define DAYS(quorum)                                                                           \
    "\"notice_s\":0,\"open_s\":2592000,\"quorum_base\":\"all\",\"quorum_bp\":" quorum
#define SECOND(quorum) ",\"second\":{\"open_s\":2592000,\"quorum_bp\":" quorum "}"

static void test_numbers(void **unused)
{
    (void)unused;
    static const missed rows[] = {
        {"\"capital_min_cents\":3000000", "\"capital_min_cents\":2999999",
         "shares.capital_min_cents", "art. 3(2)"},
        {QUALIFIED "\"two_thirds\"," DAYS("5000"), QUALIFIED "\"two_thirds\"," DAYS("4999"),
         "decisions.qualified.quorum_bp", "49.99 % is less than 50 %"},
        {AMENDED "\"two_thirds\"," DAYS("5000"), AMENDED "\"two_thirds\"," DAYS("4999"),
         "amendment.rule.quorum_bp", "49.99 % is less than 50 %"},
        {QUALIFIED "\"two_thirds\"," DAYS("5000") SECOND("0"),
         QUALIFIED "\"two_thirds\"," DAYS("5000") SECOND("1"),
         "decisions.qualified.second.quorum_bp", "0.01 % is more than 0 %"},
        {AMENDED "\"two_thirds\"," DAYS("5000") SECOND("0"),
         AMENDED "\"two_thirds\"," DAYS("5000") SECOND("1"), "amendment.rule.second.quorum_bp",
         "none is needed on a second call"},
        {QUALIFIED "\"two_thirds\"," DAYS("5000") SECOND("0"),
         QUALIFIED "\"two_thirds\"," DAYS("5000"), "decisions.qualified.second",
         "must be there"},
        {AMENDED "\"two_thirds\"," DAYS("5000") SECOND("0"),
         AMENDED "\"two_thirds\"," DAYS("5000"), "amendment.rule.second", "must be there"},
        {"\"members_bp\":1000,\"members_max\"", "\"members_bp\":1001,\"members_max\"",
         "petitions.members_bp", "10.01 % is more than 10 %"},
        {"\"members_max\":5000", "\"members_max\":5001", "petitions.members_max",
         "5001 is more than 5000"},
        {"\"members_max\":5000,", "", "petitions.members_max", "must be there"},
        {"\"repay_from_s\":15811200", "\"repay_from_s\":15811199", "shares.repay_from_s",
         "15811199 seconds is less than 183 days"},
        {"\"repay_until_s\":94608000", "\"repay_until_s\":94608001", "shares.repay_until_s",
         "94608001 seconds is more than 1095 days"},
        {"\"members_bp\":3000,\"protected\":true,\"reserve_bp\":2000",
         "\"members_bp\":3501,\"protected\":true,\"reserve_bp\":1499", "surplus.reserve_bp",
         "14.99 % is less than 15 %"},
        {"\"reserve_until_cents\":3000000", "\"reserve_until_cents\":2999999",
         "surplus.reserve_until_cents", "29999.99 is less than 30000.00"},
        {"\"reserve_until_cents\":3000000,", "", "surplus.reserve_until_cents",
         "must be there"},
        {"\"another_cooperative\"", "\"members\"", "dissolution.reserve", "must not be so"},
    };
    check_missed(rows, sizeof rows / sizeof *rows);
}

/* No majority that a document can name is less than one of the votes, and what is qualified or
 * protected takes more. */
static void test_majorities(void **unused)
{
    (void)unused;
    filled(model("sce")->text);
    replace(QUALIFIED "\"two_thirds\"", QUALIFIED "\"simple\"");
    assert_int_not_equal(check().fault, SHEAF_BYLAWS_SOUND);
    assert_string_equal(found[0].path, "decisions.qualified.majority");
    filled(model("sce")->text);
    replace(AMENDED "\"two_thirds\"", AMENDED "\"simple\"");
    assert_int_not_equal(check().fault, SHEAF_BYLAWS_SOUND);
    assert_string_equal(found[0].path, "amendment.rule.majority");
    for (uint8_t majority = 0; majority < SHEAF_majority_COUNT; majority++)
        assert_false(sheaf_majority_reached(majority, 1, 2));
}

static void test_required_articles(void **unused)
{
    (void)unused;
    static const struct {
        const char *article, *source;
    } rows[] = {
        {"proxies", "58(3)"}, {"petitions", "art. 55"}, {"shares", "5(4)"},
        {"organs", "5(4)"},   {"assemblies", "36(a)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool there = false;
        filled(model("sce")->text);
        without(rows[i].article);
        (void)check();
        for (size_t n = 0; n < found_count; n++)
            there = there
                    || (strcmp(found[n].path, rows[i].article) == 0 && found[n].floor
                        && strstr(found[n].floor->source, rows[i].source));
        assert_true(there);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_majorities),
        cmocka_unit_test(test_required_articles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
