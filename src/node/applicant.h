/* node/applicant.h - the log as somebody sees it who is no member yet.
 *
 * Where the bylaws keep entries for members, an applicant cannot replay the log. The founding
 * entry and the checkpoint are for everyone: the checkpoint is signed by the key that the
 * founding names, the founding is shown to be the first entry of its tree, and the application
 * is signed over its size. That it was entered is shown by the leaf hash of the very entry.
 * Once admitted the member follows the whole log with signed requests, and finds out then
 * whether all of it is sound.
 */
#ifndef SHEAF_NODE_APPLICANT_H
#define SHEAF_NODE_APPLICANT_H

#include "node/member.h"

/* Learns origin, log key and founding from what is public; m->outside is the checkpoint's size
 * from now on. */
SHEAF_MUST_USE sheaf_status sheaf_applicant_meet(sheaf_member *m, sheaf_err *err);

/* Waits until the log, by its checkpoint and tiles, has the entry with that leaf hash. */
SHEAF_MUST_USE sheaf_status sheaf_applicant_await(sheaf_member *m, uint64_t index,
                                                  const sheaf_hash *leaf, sheaf_err *err);

#endif
