/* Documents to start from. */
#include "bylaws/bylaws.h"

#define RULE(majority, open_s, quorum_bp)                                                      \
    "{\"base\":\"for_and_against\",\"majority\":\"" majority                                   \
    "\",\"notice_s\":0,\"open_s\":" open_s ",\"quorum_base\":\"all\",\"quorum_bp\":" quorum_bp \
    "}"

#define TEMPLATE(form, early, ordinary_s, protected_s, confirm_s, readers)                     \
    "{\"amendment\":{\"protected\":true,\"registration\":false,\"rule\":" RULE(                \
        "three_quarters", protected_s,                                                         \
        "7500") "},"                                                                           \
                "\"decisions\":{\"ballots_changeable\":true,\"early_close\":" early            \
                ",\"open_max\":100,"                                                           \
                "\"ordinary\":" RULE(                                                          \
                    "simple", ordinary_s,                                                      \
                    "5000") ",\"protected\":true,\"qualified\":" RULE("two_thirds",            \
                                                                      protected_s,             \
                                                                      "5000") "},"             \
                                                                              "\"dissolution"  \
                                                                              "\":{"           \
                                                                              "\"liquidators"  \
                                                                              "\":2,"          \
                                                                              "\"protected\":" \
                                                                              "true,"          \
                                                                              "\"reserve\":"   \
                                                                              "\"another_"     \
                                                                              "cooperative\"}" \
                                                                              ","              \
                                                                              "\"keys\":{"     \
                                                                              "\"protected\":" \
                                                                              "false,\"web_"   \
                                                                              "scopes\":{"     \
                                                                              "\"admin\":"     \
                                                                              "false,"         \
                                                                              "\"data\":true," \
                                                                              "\"money\":"     \
                                                                              "false,"         \
                                                                              "\"train\":"     \
                                                                              "false,"         \
                                                                              "\"vote\":true}" \
                                                                              "},"             \
                                                                              "\"members\":{"  \
                                                                              "\"admission\":" \
                                                                              "{\"approvals\"" \
                                                                              ":2,\"lapse_"    \
                                                                              "s\":2592000,"   \
                                                                              "\"open_max\":"  \
                                                                              "100},"          \
                                                                              "\"classes\":[{" \
                                                                              "\"name\":"      \
                                                                              "\"member\","    \
                                                                              "\"votes\":1},"  \
                                                                              "{\"name\":"     \
                                                                              "\"supporter\"," \
                                                                              "\"role\":"      \
                                                                              "\"supporter\"," \
                                                                              "\"votes\":0}]," \
                                                                              "\"leave_"       \
                                                                              "notice_s\":0,"  \
                                                                              "\"protected\":" \
                                                                              "true},"         \
                                                                              "\"override\":{" \
                                                                              "\"confirm_"     \
                                                                              "s\":" confirm_s \
                                                                              ",\"hold_s\":0," \
                                                                              "\"members\":2," \
                                                                              "\"members_"     \
                                                                              "bp\":1000,"     \
                                                                              "\"protected\":" \
                                                                              "true},"         \
                                                                              "\"privacy\":{"  \
                                                                              "\"cohort_"      \
                                                                              "min\":3,"       \
                                                                              "\"exact_"       \
                                                                              "sums\":true,"   \
                                                                              "\"protected\":" \
                                                                              "true,"          \
                                                                              "\"rounds_"      \
                                                                              "max\":1000},"   \
                                                                              "\"purpose\":{"  \
                                                                              "\"currency\":"  \
                                                                              "\"EUR\","       \
                                                                              "\"form\":"      \
                                                                              "\"" form        \
                                                                              "\",\"name\":"   \
                                                                              "\"\","          \
                                                                              "\"protected\":" \
                                                                              "true,\"text\":" \
                                                                              "\"\"},"         \
                                                                              "\"succession\"" \
                                                                              ":{\"approvals_" \
                                                                              "bp\":5001,"     \
                                                                              "\"protected\":" \
                                                                              "true},"         \
                                                                              "\"surplus\":{"  \
                                                                              "\"data_bp\":"   \
                                                                              "5000,"          \
                                                                              "\"members_"     \
                                                                              "bp\":3000,"     \
                                                                              "\"protected\":" \
                                                                              "true,"          \
                                                                              "\"reserve_"     \
                                                                              "bp\":2000},"    \
                                                                              "\"visibility\"" \
                                                                              ":{\"ballots\":" \
                                                                              "\"" readers     \
                                                                              "\",\"data\":"   \
                                                                              "\"" readers     \
                                                                              "\","            \
                                                                              "\"decisions\":" \
                                                                              "\"" readers     \
                                                                              "\",\"ledger\":" \
                                                                              "\"" readers     \
                                                                              "\","            \
                                                                              "\"members\":"   \
                                                                              "\"" readers     \
                                                                              "\","            \
                                                                              "\"protected\":" \
                                                                              "true},"         \
                                                                              "\"witnesses\":" \
                                                                              "{\"list\":[],"  \
                                                                              "\"protected\":" \
                                                                              "false,"         \
                                                                              "\"quorum\":0}}"

const char *sheaf_bylaws_template(enum sheaf_legal_form form)
{
    return form == SHEAF_legal_form_demonstration
               ? TEMPLATE("demonstration", "true", "2", "2", "10", "public")
               : TEMPLATE("association", "false", "604800", "1209600", "1209600", "members");
}
