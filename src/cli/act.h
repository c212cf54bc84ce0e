/* cli/act.h - signing and entering an act from its flags; what `sheaf motion open …` and the
 * demonstration both do. */
#ifndef SHEAF_CLI_ACT_H
#define SHEAF_CLI_ACT_H

#include "cli/cli.h"
#include "node/member.h"

/* A member's home with its way to the hub. */
typedef struct {
    sheaf_http_transport transport, relay;
    sheaf_member member;
} sheaf_session;

/* `hub_url` may be NULL where the home knows its hub, `ca_file` where the system's certificates
 * or those that the home knows will do; one that is given is remembered with the hub. */
SHEAF_MUST_USE sheaf_status sheaf_session_open(sheaf_session *session, const char *home,
                                               const char *hub_url, const char *ca_file,
                                               sheaf_err *err);
void sheaf_session_close(sheaf_session *session);

/* Acts go through the witness at this address from now on. */
SHEAF_MUST_USE sheaf_status sheaf_session_relay(sheaf_session *session, const char *url,
                                                const char *ca_file, sheaf_err *err);

/* A look at a co-op: from one's own home, brought up to date, or as a visitor of a hub, who
 * keeps no home: the log is followed into a folder that goes away again. */
typedef struct {
    sheaf_session session;
    bool temporary;
    char home[SHEAF_PATH_MAX];
} sheaf_visit;

/* With `hub_url` alone as a visitor; else `home`, or the user's where that is NULL, whose hub
 * `hub_url` is from now on. `ca_file` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_visit_open(sheaf_visit *visit, const char *hub_url,
                                             const char *home, const char *ca_file,
                                             sheaf_err *err);
void sheaf_visit_close(sheaf_visit *visit);

/* `argv` are the flags of the kind. A refusal is a result. */
SHEAF_MUST_USE sheaf_status sheaf_session_act(sheaf_session *session, sheaf_kind kind, int argc,
                                              const char *const *argv, bool dry_run,
                                              sheaf_posted *out, sheaf_err *err);

/* Prints what became of an act; the exit code. */
int sheaf_posted_print(const sheaf_posted *posted, bool json, bool dry_run);

#endif
