/* privacy/rdp_internal.h - the log-moment of one mechanism at one order, in MPFR.
 *
 * log A(alpha) = (alpha - 1) * RDP(alpha), rounded up.
 */
#ifndef SHEAF_PRIVACY_RDP_INTERNAL_H
#define SHEAF_PRIVACY_RDP_INTERNAL_H

#include "privacy/mechanism.h"

#include <mpfr.h>

enum { SHEAF_RDP_BITS = 128 };

/* Of one step at the order tenths / 10. */
void sheaf_rdp_log_moment(mpfr_t out, const sheaf_mechanism *mechanism, unsigned tenths);

#endif
