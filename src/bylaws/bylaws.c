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
    const struct sheaf_member_class *classes = bylaws->members.classes.at;
    bool vote = false;
    for (uint32_t i = 0; i < bylaws->members.classes.count; i++) {
        vote = vote || classes[i].votes > 0;
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(classes[i].name, classes[k].name))
                return SHEAF_BYLAWS_CLASS_TWICE;
    }
    return vote ? SHEAF_BYLAWS_SOUND : SHEAF_BYLAWS_NO_VOTING_CLASS;
}

/* The more a decision weighs, the more votes and the more time it needs. */
static sheaf_bylaws_fault check_decisions(const struct sheaf_bylaws *bylaws)
{
    const struct sheaf_decision_rule *ordinary = &bylaws->decisions.ordinary;
    const struct sheaf_decision_rule *qualified = &bylaws->decisions.qualified;
    const struct sheaf_decision_rule *protected = &bylaws->amendment.rule;
    if (majority_below(protected->majority, qualified->majority)
        || majority_below(qualified->majority, ordinary->majority)
        || majority_below(protected->majority, SHEAF_majority_two_thirds))
        return SHEAF_BYLAWS_FLOOR_PROTECTED;
    if (bylaws->purpose.form != SHEAF_legal_form_demonstration
        && (ordinary->open_s < DAY_S || qualified->open_s < DAY_S
            || protected->open_s < WEEK_S))
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

static sheaf_bylaws_fault check_witnesses(const struct sheaf_witnesses_article *rules)
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
    const struct sheaf_surplus_article *surplus = &bylaws->surplus;
    if (surplus->data_bp + surplus->members_bp + surplus->reserve_bp != 10000)
        return SHEAF_BYLAWS_SURPLUS_KEYS;
    sheaf_slice currency = bylaws->purpose.currency;
    for (size_t i = 0; i < currency.len; i++)
        if (currency.data[i] < 'A' || currency.data[i] > 'Z')
            return SHEAF_BYLAWS_CURRENCY;
    if (bylaws->privacy.exact_sums && bylaws->privacy.cohort_min < 3)
        return SHEAF_BYLAWS_EXACT_COHORT;
    if (bylaws->succession.approvals_bp <= HALF_BP)
        return SHEAF_BYLAWS_FLOOR_SUCCESSION;
    sheaf_bylaws_fault fault = check_classes(bylaws);
    if (fault == SHEAF_BYLAWS_SOUND)
        fault = check_decisions(bylaws);
    return fault == SHEAF_BYLAWS_SOUND ? check_witnesses(&bylaws->witnesses) : fault;
}

sheaf_status sheaf_bylaws_decode(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                 const struct sheaf_bylaws **out, sheaf_err *err)
{
    const void *document;
    SHEAF_TRY(sheaf_record_decode(bytes, sheaf_record_shape("bylaws"), revision, arena,
                                  &document, err));
    *out = document;
    return SHEAF_OK;
}

bool sheaf_majority_reached(uint8_t majority, uint64_t yes, uint64_t base)
{
    unsigned __int128 have = (unsigned __int128)yes * majorities[majority].denominator;
    unsigned __int128 need = (unsigned __int128)base * majorities[majority].numerator;
    return yes > 0 && (majorities[majority].more_than ? have > need : have >= need);
}

bool sheaf_quorum_reached(uint32_t quorum_bp, uint32_t electorate, uint32_t cast)
{
    return (uint64_t)cast * 10000 >= (uint64_t)electorate * quorum_bp;
}
