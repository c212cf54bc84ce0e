/* cli/log_fetch.c - `sheaf log fetch`. */
#include "cli/cli.h"

#include "node/fetch.h"
#include "store/file.h"

#include <stdio.h>

static int run_fetch(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    uint64_t before = 0, after = 0;
    sheaf_status status = sheaf_home_path(a->value[0], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = sheaf_log_fetch(home, a->argument[0], a->value[1], &before, &after, &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    printf(a->json ? "{\"before\":%llu,\"entries\":%llu}\n"
                   : "The copy had %llu entries and has %llu now, all of them checked.\n",
           (unsigned long long)before, (unsigned long long)after);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_log_fetch = {
    .name = "log fetch",
    .arguments = "URL",
    .summary = "bring your own copy of the log up to date from a mirror",
    .detail =
        "For when the hub is lost. URL is where the mirror has checkpoint and tile/, of a\n"
        "witness http://HOST:PORT/HASH; or where a hub is. Every rule and signature is\n"
        "checked, as when the hub serves it. A node of this home is stopped first.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_fetch,
};
