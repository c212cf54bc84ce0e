#include "learn/times.h"

#include <assert.h>
#include <stdio.h>

enum { YEAR_MIN = 1600, YEAR_MAX = 2999 };

/* Exactly so many digits off the front. */
static bool digits_take(sheaf_slice *in, size_t count, int *out)
{
    sheaf_slice text;
    if (!sheaf_take(in, count, &text))
        return false;
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *out = *out * 10 + (text.data[i] - '0');
    }
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Years are counted from March, so that the leap day is a year's last: then the months before
 * month m have (153 m + 2) / 5 days. */
static int64_t days_of_date(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t m = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool clock_take(sheaf_slice *in, int64_t *seconds)
{
    int hour, minute, second = 0;
    if (!digits_take(in, 2, &hour) || !sheaf_take_text(in, ":") || !digits_take(in, 2, &minute))
        return false;
    if (sheaf_take_text(in, ":") && !digits_take(in, 2, &second))
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

bool sheaf_time_parse(sheaf_slice text, int64_t *seconds)
{
    int year, month, day;
    int64_t clock = 0;
    if (!digits_take(&text, 4, &year) || !sheaf_take_text(&text, "-")
        || !digits_take(&text, 2, &month) || !sheaf_take_text(&text, "-")
        || !digits_take(&text, 2, &day))
        return false;
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1
        || day > days_in_month(year, month))
        return false;
    if ((sheaf_take_text(&text, "T") || sheaf_take_text(&text, " "))
        && !clock_take(&text, &clock))
        return false;
    sheaf_take_text(&text, "Z");
    *seconds = days_of_date(year, month, day) * SHEAF_DAY_S + clock;
    return text.len == 0;
}

void sheaf_time_print(int64_t seconds, char out[SHEAF_TIME_LEN + 1])
{
    int64_t clock = sheaf_time_of_day(seconds), days = (seconds - clock) / SHEAF_DAY_S;
    int year = YEAR_MIN, month = 1;
    while (days_of_date(year + 1, 1, 1) <= days)
        year++;
    while (month < 12 && days_of_date(year, month + 1, 1) <= days)
        month++;
    assert(year <= YEAR_MAX);
    snprintf(out, SHEAF_TIME_LEN + 1, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)year % 10000,
             (unsigned)month % 100, (unsigned)(days - days_of_date(year, month, 1) + 1) % 100,
             (unsigned)(clock / 3600) % 100, (unsigned)(clock / 60 % 60) % 100,
             (unsigned)(clock % 60) % 100);
}
