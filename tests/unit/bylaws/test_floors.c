/* The floors that every legal form has. */
#include "model_text.h"

/* Nobody shuts others out: members have time to object to an application, and what one of them
 * leaves open fills no places of all. */
static void test_floors_of_room(void **unused)
{
    (void)unused;
    static const missed rows[] = {
        {"\"object_s\":604800", "\"object_s\":259199", "members.admission.object_s",
         "is less than 3 days"},
        {"\"object_s\":604800,", "", "members.admission.object_s",
         "must be there, and not be switched off, by the floor of every legal form"},
        {"\"open_max\":100,\"ordinary\"", "\"open_max\":9,\"ordinary\"", "decisions.open_max",
         "9 is less than 10"},
        {"\"petitions\":{\"assembly_s\":5184000,\"members_bp\":1000,\"members_max\":5000,"
         "\"open_max\":20",
         "\"petitions\":{\"assembly_s\":5184000,\"members_bp\":1000,\"members_max\":5000,"
         "\"open_max\":9",
         "petitions.open_max", "9 is less than 10"},
        {"\"accountability\":{\"answer_s\":1209600,\"open_max\":20",
         "\"accountability\":{\"answer_s\":1209600,\"open_max\":9", "accountability.open_max",
         "9 is less than 10"},
    };
    check_missed(rows, sizeof rows / sizeof *rows);
}

/* Numbers beside others that have floors have them too, in every legal form; a demonstration
 * has none but what protects the articles. */
static void test_floors_of_time(void **unused)
{
    (void)unused;
    static const missed rows[] = {
        {"\"keys\":{\"protected\":true", "\"keys\":{\"protected\":false", "keys.protected",
         "by the floor of every form"},
        {"\"confirmations\":3", "\"confirmations\":1", "keys.recovery.confirmations",
         "1 is less than 2"},
        {"\"panel_s\":2592000,\"wait_s\"", "\"panel_s\":259199,\"wait_s\"",
         "keys.recovery.panel_s", "is less than 3 days"},
        {"\"wait_s\":604800", "\"wait_s\":604799", "keys.recovery.wait_s",
         "is less than 7 days"},
        {"\"sign_s\":7776000", "\"sign_s\":604799", "petitions.sign_s", "is less than 7 days"},
        {"\"evidence\":true,\"notice_s\":2592000,\"open_s\":172800",
         "\"evidence\":true,\"notice_s\":2592000,\"open_s\":3599", "assemblies.open_s",
         "is less than 1 hour"},
        {"\"quorum_bp\":5000,\"second\":{\"open_s\":172800",
         "\"quorum_bp\":5000,\"second\":{\"open_s\":86399", "assemblies.second.open_s",
         "is less than 1 day"},
        {"\"qualified\":{\"base\":\"for_and_against\",\"majority\":\"two_thirds\",\"notice_s\":"
         "0,"
         "\"open_s\":2592000,\"quorum_base\":\"all\",\"quorum_bp\":5000,\"second\":{\"open_s\":"
         "2592000",
         "\"qualified\":{\"base\":\"for_and_against\",\"majority\":\"two_thirds\",\"notice_s\":"
         "0,"
         "\"open_s\":2592000,\"quorum_base\":\"all\",\"quorum_bp\":5000,\"second\":{\"open_s\":"
         "86399",
         "decisions.qualified.second.open_s", "is less than 1 day"},
        {"\"second\":{\"open_s\":2592000,\"quorum_bp\":0}},\"sources\":[{\"of\":\"rule",
         "\"second\":{\"open_s\":604799,\"quorum_bp\":0}},\"sources\":[{\"of\":\"rule",
         "amendment.rule.second.open_s", "is less than 7 days"},
        {"\"open_s\":604800,\"quorum_base\":\"all\",\"quorum_bp\":0}",
         "\"open_s\":604800,\"quorum_base\":\"all\",\"quorum_bp\":0,\"second\":{\"open_s\":"
         "86399,\"quorum_bp\":0}}",
         "decisions.ordinary.second.open_s", "is less than 1 day"},
        {"\"name\":\"treasurers\",\"nominate_s\":1209600",
         "\"name\":\"treasurers\",\"nominate_s\":86399", "organs.list[1].nominate_s",
         "is less than 1 day"},
        {"\"name\":\"treasurers\",\"nominate_s\":1209600,\"open_s\":604800",
         "\"name\":\"treasurers\",\"nominate_s\":1209600,\"open_s\":86399",
         "organs.list[1].open_s", "is less than 1 day"},
        {"\"accountability\":{\"answer_s\":1209600", "\"accountability\":{\"answer_s\":86399",
         "accountability.answer_s", "is less than 1 day"},
        {"\"outcome_s\":2592000", "\"outcome_s\":86399", "accountability.outcome_s",
         "is less than 1 day"},
        {"\"hold_s\":259200", "\"hold_s\":86399", "override.hold_s", "is less than 1 day"},
        {"\"members\":2,\"members_bp\":1000", "\"members\":1000,\"members_bp\":1001",
         "override.members_bp", "10.01 % is more than 10 %"},
        {"\"dissolution\":{", "\"dissolution\":{\"call_s\":31535999,", "dissolution.call_s",
         "is less than 365 days"},
        {"\"until_max_s\":31536000", "\"until_max_s\":2591999", "proxies.until_max_s", "58(3)"},
    };
    check_missed(rows, sizeof rows / sizeof *rows);
    filled(model("association")->text);
    assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
    replace("\"hold_s\":259200", "\"hold_s\":0");
    assert_string_equal(check().path, "override.hold_s");
    filled(model("worker")->text);
    replace("\"notice_s\":1209600,\"open_s\":172800", "\"notice_s\":604799,\"open_s\":172800");
    assert_string_equal(check().path, "assemblies.notice_s");
    filled(model("worker")->text);
    replace("\"hearing_s\":1209600", "\"hearing_s\":86399");
    assert_string_equal(check().path, "members.exclusion.hearing_s");
    filled(model("demonstration")->text);
    replace("\"keys\":{\"protected\":true", "\"keys\":{\"protected\":false");
    assert_string_equal(check().path, "keys.protected");
}

/* Where no recovery, assembly or proxy is known its numbers are missed by nobody. */
static void test_floors_of_absent_parts(void **unused)
{
    (void)unused;
    filled(model("association")->text);
    replace("\"recovery\":{\"confirmations\":3,\"panel_s\":2592000,\"wait_s\":604800},", "");
    replace("\"sources\":[{\"of\":\"recovery.confirmations\",\"source\":\"the founders' "
            "choice\"},{\"of\":\"recovery.panel_s\",\"source\":\"the founders' "
            "choice\"},{\"of\":\"recovery.wait_s\",\"source\":\"the founders' choice\"}],",
            "");
    assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floors_of_room),
        cmocka_unit_test(test_floors_of_time),
        cmocka_unit_test(test_floors_of_absent_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
