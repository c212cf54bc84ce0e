/* cli/date.h - days as people write them: YYYY-MM-DD, in UTC. */
#ifndef SHEAF_CLI_DATE_H
#define SHEAF_CLI_DATE_H

#include <stdbool.h>
#include <stdint.h>

enum { SHEAF_DATE_LEN = 10 };

/* The day's first moment in milliseconds since 1970, or false. */
bool sheaf_date_parse(const char *text, int64_t *out);

void sheaf_date_print(int64_t ms, char out[SHEAF_DATE_LEN + 1]);

#endif
