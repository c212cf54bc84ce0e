/* compute/sandbox_probe.h - attempts to get out of a sandbox, made before a program may run in
 * it.
 *
 * Each attempt is one that succeeds in an ordinary process of the same user; where it succeeds
 * inside as well, a confinement does not hold, whatever the calls that set it up have said.
 * Some are made by the first process while it still has every capability of its namespaces, so
 * that they see the mounts alone; the others by a process confined as the program will be.
 */
#ifndef SHEAF_COMPUTE_SANDBOX_PROBE_H
#define SHEAF_COMPUTE_SANDBOX_PROBE_H

#include "compute/sandbox_internal.h"

/* Before the namespaces' own file tree stands: are they others than ours? */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_probe_namespaces(const sheaf_sandbox_plan *plan,
                                                           sheaf_err *err);

/* By the first process, in the new tree, with its capabilities. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_probe_tree(const sheaf_sandbox_plan *plan,
                                                     sheaf_err *err);

/* By a process that is confined. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_probe_self(const sheaf_sandbox_plan *plan,
                                                     unsigned landlock, sheaf_err *err);

#endif
