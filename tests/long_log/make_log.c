/* make_log DIR ENTRIES - a folder with a long log, the same bytes on every run. */
#include "long_log.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    unsigned long long count = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    if (count < LONG_LOG_MIN || count > 100000000) {
        fprintf(stderr, "usage: make_log DIR ENTRIES (at least %d)\n", LONG_LOG_MIN);
        return 2;
    }
    long_log_write(argv[1], count);
    return 0;
}
