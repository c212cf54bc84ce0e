/* claims/privacy_fill.h - the numbers of the accountant that nobody types.
 *
 * A mandate with noise carries what its rounds cost and what may be spent, order by order; a
 * consent's budget carries the latter. They follow from noise, sampling, epsilon and delta, so
 * whoever writes such an act may leave them out, and here they are filled in before it is
 * signed. What stands there already is left as it is, for the claims to judge.
 */
#ifndef SHEAF_CLAIMS_PRIVACY_FILL_H
#define SHEAF_CLAIMS_PRIVACY_FILL_H

#include "acts/catalogue.h"
#include "base/json.h"

/* `what` of the kind, parsed; the new members live in the arena, which must outlive the tree. A
 * kind without such numbers is left alone. */
SHEAF_MUST_USE sheaf_status sheaf_privacy_fill(sheaf_kind kind, sheaf_json *what,
                                               sheaf_arena *arena, sheaf_err *err);

#endif
