/* cli/found.h - founding a co-op in a folder; used by `sheaf found` and the demonstration. */
#ifndef SHEAF_CLI_FOUND_H
#define SHEAF_CLI_FOUND_H

#include "base/status.h"

#include <stdbool.h>

typedef struct {
    const char *dir;     /* of the hub */
    const char *home;    /* of the first founder */
    const char *hub_url; /* where the hub will be */
    const char *name, *purpose, *member;
    const char *bylaws; /* JSON; NULL: a template */
    bool demonstration, person;
} sheaf_founding;

SHEAF_MUST_USE sheaf_status sheaf_found(const sheaf_founding *founding, sheaf_err *err);

#endif
