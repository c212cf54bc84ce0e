/* make_log DIR ENTRIES      - a folder with a long log, the same bytes on every run.
 * make_log DIR KEY < LINES  - a folder with these entries, signed by the kit's key of that
 * name. */
#include "long_log.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long long count = argc == 3 ? strtoull(argv[2], &end, 10) : 0;
    if (argc != 3 || (*end == 0 && (count < LONG_LOG_MIN || count > 100000000))) {
        fprintf(stderr, "usage: make_log DIR ENTRIES|KEY (entries: at least %d)\n",
                LONG_LOG_MIN);
        return 2;
    }
    if (*end)
        long_log_from_lines(argv[1], argv[2], stdin);
    else
        long_log_write(argv[1], count);
    return 0;
}
