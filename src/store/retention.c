#include "store/retention.h"

#include <assert.h>
#include <time.h>

#define DAY_MS ((int64_t)86400000)

/* The first moment of the year after `years` whole years have passed since the end of the one
 * that the time lies in. */
static int64_t end_of_years(int64_t time_ms, int years)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc))
        return INT64_MAX;
    struct tm first = {.tm_year = utc.tm_year + years + 1, .tm_mday = 1};
    return (int64_t)timegm(&first) * 1000;
}

bool sheaf_retention_judge(const sheaf_retention_facts *facts, int accounting_years,
                           int64_t now, sheaf_retention *out)
{
    assert(accounting_years >= 0 && accounting_years <= SHEAF_ACCOUNTING_YEARS_MAX);
    int64_t accounting = facts->posted ? end_of_years(facts->posted, accounting_years) : 0;
    *out = (sheaf_retention){{0}};
    if (facts->member)
        out->review[SHEAF_KEEP_MEMBER] = now + 365 * DAY_MS;
    if (facts->balance_cents != 0)
        out->review[SHEAF_KEEP_BALANCE] = now + 365 * DAY_MS;
    if (accounting > now)
        out->review[SHEAF_KEEP_ACCOUNTING] = accounting;
    if (facts->hold_until > now)
        out->review[SHEAF_KEEP_HOLD] = facts->hold_until;
    for (int i = 0; i < SHEAF_KEEP_COUNT; i++)
        if (out->review[i])
            return true;
    return false;
}

const sheaf_keep_text *sheaf_keep_describe(sheaf_keep keep)
{
    static const sheaf_keep_text texts[] = {
        [SHEAF_KEEP_MEMBER] = {"member",
                               "the co-op must keep a register of its members while they are "
                               "members",
                               "GDPR Art. 17(3)(b) with the law on the register of members"},
        [SHEAF_KEEP_BALANCE] = {"balance", "the person's account with the co-op is not settled",
                                "GDPR Art. 17(3)(e): claims"},
        [SHEAF_KEEP_ACCOUNTING] = {"accounting", "records of money must be kept for some years",
                                   "GDPR Art. 17(3)(b) with the law on bookkeeping"},
        [SHEAF_KEEP_HOLD] = {"hold", "the operator has recorded a reason to keep the data",
                             "GDPR Art. 17(3)(b) or (e), as the hold says"},
    };
    assert(keep < SHEAF_KEEP_COUNT);
    return &texts[keep];
}
