/* cli/date.h - days and moments as people write them, in UTC: YYYY-MM-DD. */
#ifndef SHEAF_CLI_DATE_H
#define SHEAF_CLI_DATE_H

#include <stdbool.h>
#include <stdint.h>

enum { SHEAF_DATE_LEN = 10 };

/* The day's first moment in milliseconds since 1970, or false. */
bool sheaf_date_parse(const char *text, int64_t *out);

/* "2026-11-28 09:00 UTC" */
typedef struct {
    char words[32];
} sheaf_moment;

sheaf_moment sheaf_moment_of(int64_t ms);

void sheaf_date_print(int64_t ms, char out[SHEAF_DATE_LEN + 1]);

#endif
