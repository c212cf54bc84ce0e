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
    if (strlen(text) != SHEAF_DATE_LEN || strspn(text, "0123456789-") != SHEAF_DATE_LEN
        || sscanf(text, "%4d-%2d-%2d", &utc.tm_year, &utc.tm_mon, &utc.tm_mday) != 3
        || utc.tm_year < 1970)
        return false;
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    *out = (int64_t)timegm(&utc) * 1000;
    sheaf_date_print(*out, back); /* the 31st of April is the 1st of May */
    return strcmp(back, text) == 0;
}
