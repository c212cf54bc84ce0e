/* Days and moments as people write them for flags. */
#include "acts/acts_internal.h"

#include <string.h>

bool sheaf_field_is_time(const sheaf_field *field)
{
    return field->type == SHEAF_FIELD_INT && strstr(field->doc, "seconds since 1970");
}

/* So many digits off the front. */
static bool take_digits(const char **text, int count, int64_t *out)
{
    for (*out = 0; count; count--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *out = *out * 10 + (**text - '0');
    }
    return true;
}

static bool take_sign(const char **text, char sign)
{
    bool is = **text == sign;
    *text += is;
    return is;
}

static int64_t days_in(int64_t year, int64_t month)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? 28 + leap : 30 + ((month + month / 8) & 1);
}

/* Of the proleptic Gregorian calendar, which begins a year in March: days from 1970-01-01 on.
 */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t months = (month + 9) % 12;
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day - 1
           - 719468;
}

bool sheaf_time_read(const sheaf_field *field, const char *text, int64_t *out)
{
    int64_t year, month, day, hour = 0, minute = 0;
    if (!sheaf_field_is_time(field) || !take_digits(&text, 4, &year) || !take_sign(&text, '-')
        || !take_digits(&text, 2, &month) || !take_sign(&text, '-')
        || !take_digits(&text, 2, &day))
        return false;
    if (*text
        && (!take_sign(&text, 'T') || !take_digits(&text, 2, &hour) || !take_sign(&text, ':')
            || !take_digits(&text, 2, &minute)))
        return false;
    if (*text || year < 1600 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)
        || hour > 23 || minute > 59)
        return false;
    *out = (days_of(year, month, day) * 24 + hour) * 3600 + minute * 60;
    if (strstr(field->doc, "milliseconds since 1970"))
        *out *= 1000;
    return true;
}
