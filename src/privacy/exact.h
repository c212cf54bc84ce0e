/* privacy/exact.h - the exact epsilon of Gaussian noise without sampling.
 *
 * Balle, Wang 2018, "Improving the Gaussian Mechanism for Differential Privacy", theorem 8:
 * with mu = sqrt(steps) / sigma,
 * delta = Phi(mu/2 - epsilon/mu) - e^epsilon Phi(-mu/2 - epsilon/mu),
 * which falls in epsilon. So many steps are one step with sigma / sqrt(steps), exactly.
 */
#ifndef SHEAF_PRIVACY_EXACT_H
#define SHEAF_PRIVACY_EXACT_H

#include <stdint.h>

/* The smallest epsilon at delta, rounded up: within 2^-40 of it, relatively, and never below.
 */
double sheaf_exact_gaussian(double noise_multiplier, uint32_t steps, double delta);

#endif
