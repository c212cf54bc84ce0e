#include "bylaws/bylaws_internal.h"

/* Numerator and denominator of the share of the votes. `simple` stands for more than a half. */
static const sheaf_majority_share majorities[SHEAF_majority_COUNT] = {
    [SHEAF_majority_simple] = {1, 2, true},
    [SHEAF_majority_two_thirds] = {2, 3, false},
    [SHEAF_majority_three_quarters] = {3, 4, false},
    [SHEAF_majority_nine_tenths] = {9, 10, false},
};

uint32_t sheaf_majority_bp(uint8_t majority)
{
    uint32_t part = 10000 * majorities[majority].numerator,
             of = majorities[majority].denominator;
    return majorities[majority].more_than ? part / of + 1 : (part + of - 1) / of;
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

size_t sheaf_bylaws_check_all(const struct sheaf_bylaws *bylaws, sheaf_bylaws_finding *list,
                              size_t max)
{
    sheaf_bylaws_findings all = {list, 0, max};
    if (!sheaf_bylaws_contradicts(bylaws, &all))
        (void)sheaf_bylaws_below_floor(bylaws, &all);
    return all.count;
}

sheaf_bylaws_fault sheaf_bylaws_check(const struct sheaf_bylaws *bylaws,
                                      sheaf_bylaws_finding *out)
{
    *out = (sheaf_bylaws_finding){.fault = SHEAF_BYLAWS_SOUND};
    (void)sheaf_bylaws_check_all(bylaws, out, 1);
    return out->fault;
}

sheaf_majority_share sheaf_majority_of(uint8_t majority)
{
    return majorities[majority];
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
