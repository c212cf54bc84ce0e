/* log/policy.h - which logs are trusted, and whose cosignatures they need (C2SP tlog-policy).
 *
 * A text of lines, `#` begins a comment, words stand apart by spaces or tabs:
 *
 *     log VKEY [URL]
 *     witness NAME VKEY [URL]
 *     group NAME K|all|any MEMBER...      a member is a witness or a group named before
 *     quorum NAME|none                    once: the witness or group that must be satisfied
 *
 * A witness is satisfied if it has cosigned, a group if K of its members are.
 */
#ifndef SHEAF_LOG_POLICY_H
#define SHEAF_LOG_POLICY_H

#include "log/note.h"

enum {
    SHEAF_POLICY_BYTES_MAX = 65536,
    SHEAF_POLICY_LOGS_MAX = 16,
    SHEAF_POLICY_NODES_MAX = 128, /* witnesses and groups */
    SHEAF_POLICY_MEMBERS_MAX = 64,
};

typedef struct {
    sheaf_slice name;
    bool witness;
    sheaf_vkey key; /* of a witness */
    sheaf_slice url;
    size_t need, count;                        /* of a group */
    uint8_t members[SHEAF_POLICY_MEMBERS_MAX]; /* places of nodes before this one */
} sheaf_policy_node;

/* Borrows the text that it was parsed from. Large: from the heap. */
typedef struct {
    size_t log_count, node_count;
    sheaf_vkey logs[SHEAF_POLICY_LOGS_MAX];
    sheaf_policy_node nodes[SHEAF_POLICY_NODES_MAX];
    bool none; /* quorum none */
    size_t quorum;
} sheaf_policy;

/* Errors name the line. */
SHEAF_MUST_USE sheaf_status sheaf_policy_parse(sheaf_slice text, sheaf_policy *out,
                                               sheaf_err *err);

/* Is the quorum satisfied? `cosigned` says of each node that is a witness whether it has. */
bool sheaf_policy_met(const sheaf_policy *policy, const bool *cosigned);

#endif
