/* node/fetch.h - a member's own copy brought up to date from elsewhere than the hub, which may
 * be lost: from a mirror that a witness keeps, or from another address of the hub. What is
 * fetched is checked like what the hub serves. */
#ifndef SHEAF_NODE_FETCH_H
#define SHEAF_NODE_FETCH_H

#include "base/status.h"

#include <stdint.h>

/* `url` is where a hub is, or where checkpoint and tile/ of a mirror are. *before and *after
 * are sizes of the copy. SHEAF_IO if a node holds the home. `ca_file` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_log_fetch(const char *home, const char *url,
                                            const char *ca_file, uint64_t *before,
                                            uint64_t *after, sheaf_err *err);

#endif
