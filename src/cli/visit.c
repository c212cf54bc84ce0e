/* Looking at a co-op; declared in act.h. */
#include "cli/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void remove_home(const sheaf_visit *visit)
{
    if (!visit->temporary)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", visit->home, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
}

static sheaf_status follow(sheaf_visit *visit, const char *hub_url, const char *ca_file,
                           sheaf_err *err)
{
    SHEAF_TRY(sheaf_session_open(&visit->session, visit->home, hub_url, ca_file, err));
    sheaf_status status = sheaf_member_sync(&visit->session.member, err);
    if (status != SHEAF_OK)
        sheaf_session_close(&visit->session);
    return status;
}

sheaf_status sheaf_visit_open(sheaf_visit *visit, const char *hub_url, const char *home,
                              const char *ca_file, sheaf_err *err)
{
    const char *base = getenv("TMPDIR");
    visit->temporary = false;
    if (hub_url && home && !sheaf_home_exists(home))
        return sheaf_fail(
            err, SHEAF_INVALID,
            "%.300s is not a member's home; leave out --home to look at the hub as "
            "a visitor",
            home);
    if (hub_url && !home) {
        snprintf(visit->home, sizeof visit->home, "%.900s/sheaf-visit-XXXXXX",
                 base ? base : "/tmp");
        if (!mkdtemp(visit->home))
            return sheaf_fail(err, SHEAF_IO, "cannot make a temporary folder");
        visit->temporary = true;
    } else {
        SHEAF_TRY(sheaf_home_path(home, visit->home, sizeof visit->home, err));
    }
    sheaf_status status = follow(visit, hub_url, ca_file, err);
    if (status != SHEAF_OK)
        remove_home(visit);
    return status;
}

void sheaf_visit_close(sheaf_visit *visit)
{
    sheaf_session_close(&visit->session);
    remove_home(visit);
}
