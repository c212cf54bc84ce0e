/* cli/home_trace.h - takes back what a founding or an application that came to nothing left.
 *
 * Begun before a command touches the home folder; undo removes what a home holds and what was
 * not there then, and the folders that were made for it. It never touches what it found.
 */
#ifndef SHEAF_CLI_HOME_TRACE_H
#define SHEAF_CLI_HOME_TRACE_H

#include "store/file.h"

typedef struct {
    char home[SHEAF_PATH_MAX];
    size_t stood;       /* bytes of `home` that name a folder which was there */
    unsigned there;     /* bit per name of what a home holds */
    bool key_was_there; /* keys/member.key */
} sheaf_home_trace;

SHEAF_MUST_USE sheaf_status sheaf_home_trace_begin(sheaf_home_trace *trace, const char *home,
                                                   sheaf_err *err);

/* Best effort: what cannot be removed stays. */
void sheaf_home_trace_undo(const sheaf_home_trace *trace);

#endif
