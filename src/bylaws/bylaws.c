#include "bylaws/bylaws.h"

#include "log/note.h"

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S, HALF_BP = 5000 };

/* For comparing majorities: numerator and denominator of the share of the votes. `simple`
 * stands for more than a half. */
static const struct {
    uint32_t numerator, denominator;
    bool more_than;
} majorities[SHEAF_majority_COUNT] = {
    [SHEAF_majority_simple] = {1, 2, true},
    [SHEAF_majority_two_thirds] = {2, 3, false},
    [SHEAF_majority_three_quarters] = {3, 4, false},
    [SHEAF_majority_nine_tenths] = {9, 10, false},
};

static bool majority_below(uint8_t a, uint8_t b)
{
    return majorities[a].numerator * majorities[b].denominator
           < majorities[b].numerator * majorities[a].denominator;
}

static sheaf_bylaws_fault check_classes(const struct sheaf_bylaws *bylaws)
{
    const struct sheaf_member_class *classes = bylaws->classes.at;
    bool vote = false;
    for (uint32_t i = 0; i < bylaws->classes.count; i++) {
        vote = vote || classes[i].votes > 0;
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(classes[i].name, classes[k].name))
                return SHEAF_BYLAWS_CLASS_TWICE;
    }
    return vote ? SHEAF_BYLAWS_SOUND : SHEAF_BYLAWS_NO_VOTING_CLASS;
}

static sheaf_bylaws_fault check_motions(const struct sheaf_bylaws *bylaws)
{
    const struct sheaf_decision_rule *ordinary = &bylaws->motions.ordinary;
    const struct sheaf_decision_rule *protected = &bylaws->motions.protected;
    if (majority_below(protected->majority, ordinary->majority)
        || majority_below(protected->majority, SHEAF_majority_two_thirds))
        return SHEAF_BYLAWS_FLOOR_PROTECTED;
    if (bylaws->form != SHEAF_legal_form_demonstration
        && (ordinary->open_s < DAY_S || protected->open_s < WEEK_S))
        return SHEAF_BYLAWS_FLOOR_OPEN;
    return SHEAF_BYLAWS_SOUND;
}

/* The name is that of a note's key (C2SP signed-note): its form is judged by src/log. */
static bool witness_sound(const struct sheaf_named_witness *witness)
{
    sheaf_vkey key;
    return sheaf_vkey_make(&key, SHEAF_VKEY_COSIGNATURE, witness->name,
                           witness->public_key.bytes, NULL)
           == SHEAF_OK;
}

static sheaf_bylaws_fault check_witnesses(const struct sheaf_witness_rules *rules)
{
    const struct sheaf_named_witness *list = rules->list.at;
    if (rules->quorum > rules->list.count)
        return SHEAF_BYLAWS_WITNESS_QUORUM;
    for (uint32_t i = 0; i < rules->list.count; i++) {
        if (!witness_sound(&list[i]))
            return SHEAF_BYLAWS_WITNESS_FORM;
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(list[i].name, list[k].name)
                || memcmp(&list[i].public_key, &list[k].public_key, SHEAF_PUBLIC_BYTES) == 0)
                return SHEAF_BYLAWS_WITNESS_TWICE;
    }
    return SHEAF_BYLAWS_SOUND;
}

sheaf_bylaws_fault sheaf_bylaws_check(const struct sheaf_bylaws *bylaws)
{
    const struct sheaf_surplus_rules *surplus = &bylaws->surplus;
    if (surplus->data_bp + surplus->members_bp + surplus->reserve_bp != 10000)
        return SHEAF_BYLAWS_SURPLUS_KEYS;
    for (size_t i = 0; i < bylaws->currency.len; i++)
        if (bylaws->currency.data[i] < 'A' || bylaws->currency.data[i] > 'Z')
            return SHEAF_BYLAWS_CURRENCY;
    if (bylaws->privacy.exact_sums && bylaws->privacy.cohort_min < 3)
        return SHEAF_BYLAWS_EXACT_COHORT;
    if (bylaws->succession.approvals_bp <= HALF_BP)
        return SHEAF_BYLAWS_FLOOR_SUCCESSION;
    sheaf_bylaws_fault fault = check_classes(bylaws);
    if (fault == SHEAF_BYLAWS_SOUND)
        fault = check_motions(bylaws);
    return fault == SHEAF_BYLAWS_SOUND ? check_witnesses(&bylaws->witnesses) : fault;
}

bool sheaf_majority_reached(uint8_t majority, uint32_t yes, uint32_t no)
{
    uint64_t votes = (uint64_t)yes + no;
    uint64_t have = (uint64_t)yes * majorities[majority].denominator;
    uint64_t need = votes * majorities[majority].numerator;
    return yes > 0 && (majorities[majority].more_than ? have > need : have >= need);
}

bool sheaf_quorum_reached(uint32_t quorum_bp, uint32_t electorate, uint32_t cast)
{
    return (uint64_t)cast * 10000 >= (uint64_t)electorate * quorum_bp;
}

#define TEMPLATE(form, approvals, early, ordinary_s, protected_s, readers)                     \
    "{\"admission\":{\"approvals\":" approvals ",\"lapse_s\":2592000,\"open_max\":100},"       \
    "\"classes\":[{\"name\":\"member\",\"votes\":1},{\"name\":\"supporter\",\"votes\":0}],"    \
    "\"currency\":\"EUR\",\"form\":\"" form "\","                                              \
    "\"motions\":{\"ballots_changeable\":true,\"early_close\":" early ",\"open_max\":100,"     \
    "\"ordinary\":{\"majority\":\"simple\",\"open_s\":" ordinary_s ",\"quorum_bp\":5000},"     \
    "\"protected\":{\"majority\":\"three_quarters\",\"open_s\":" protected_s                   \
    ",\"quorum_bp\":7500}},"                                                                   \
    "\"name\":\"\",\"privacy\":{\"cohort_min\":3,\"exact_sums\":true,\"rounds_max\":1000},"    \
    "\"purpose\":\"\",\"succession\":{\"approvals_bp\":5001},\"surplus\":{\"data_bp\":5000,"   \
    "\"members_bp\":3000,\"reserve_bp\":2000},"                                                \
    "\"visibility\":{\"ballots\":\"" readers "\",\"data\":\"" readers                          \
    "\",\"decisions\":\"" readers "\",\"ledger\":\"" readers "\",\"members\":\"" readers       \
    "\"},"                                                                                     \
    "\"web_scopes\":{\"admin\":false,\"data\":true,\"money\":false,\"train\":false,"           \
    "\"vote\":true},\"witnesses\":{\"list\":[],\"quorum\":0}}"

const char *sheaf_bylaws_template(enum sheaf_legal_form form)
{
    return form == SHEAF_legal_form_demonstration
               ? TEMPLATE("demonstration", "2", "true", "2", "2", "public")
               : TEMPLATE("association", "2", "false", "604800", "1209600", "members");
}
