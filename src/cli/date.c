#include "cli/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void sheaf_date_print(int64_t ms, char out[SHEAF_DATE_LEN + 1])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc = {0};
    if (!gmtime_r(&seconds, &utc) || strftime(out, SHEAF_DATE_LEN + 1, "%Y-%m-%d", &utc) == 0)
        snprintf(out, SHEAF_DATE_LEN + 1, "%s", "never");
}

bool sheaf_date_parse(const char *text, int64_t *out)
{
    struct tm utc = {0};
    char back[SHEAF_DATE_LEN + 1];
    if (strlen(text) != SHEAF_DATE_LEN || strspn(text, "0123456789-") != SHEAF_DATE_LEN)
        return false;
    const char *end = strptime(text, "%Y-%m-%d", &utc);
    if (!end || *end || utc.tm_year < 70)
        return false;
    *out = (int64_t)timegm(&utc) * 1000;
    sheaf_date_print(*out, back); /* the 31st of April is the 1st of May */
    return strcmp(back, text) == 0;
}

sheaf_moment sheaf_moment_of(int64_t ms)
{
    sheaf_moment out;
    struct tm utc;
    time_t seconds = (time_t)(ms / 1000);
    if (!gmtime_r(&seconds, &utc)
        || !strftime(out.words, sizeof out.words, "%Y-%m-%d %H:%M UTC", &utc))
        snprintf(out.words, sizeof out.words, "later");
    return out;
}
