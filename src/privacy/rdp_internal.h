/* privacy/rdp_internal.h - the parts of the accountant at one order, tenths / 10, in MPFR.
 */
#ifndef SHEAF_PRIVACY_RDP_INTERNAL_H
#define SHEAF_PRIVACY_RDP_INTERNAL_H

#include "privacy/mechanism.h"

#include <mpfr.h>

enum { SHEAF_RDP_BITS = 128 };

/* The log-moment of one step: log A(alpha) = (alpha - 1) * RDP(alpha), rounded up. */
void sheaf_rdp_log_moment(mpfr_t out, const sheaf_mechanism *mechanism, unsigned tenths);

/* What the conversion of privacy/rdp.h adds to a divergence to give epsilon at delta:
 * log((alpha - 1) / alpha) - (log delta + log alpha) / (alpha - 1), rounded up. */
void sheaf_rdp_conversion(mpfr_t out, unsigned tenths, double delta);

#endif
