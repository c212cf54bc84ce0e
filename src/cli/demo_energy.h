/* cli/demo_energy.h - the households' forecasts under member-level privacy, tried out.
 *
 * Simulated in this process by the code that members run: the seasonal map of learn/forecast.h
 * learned by one round of clipped changes under noise, as bench/accuracy measures it with more
 * runs. The seeds are fixed, which makes it no more than a trial.
 */
#ifndef SHEAF_CLI_DEMO_ENERGY_H
#define SHEAF_CLI_DEMO_ENERGY_H

#include "cli/demo_gains.h"

enum { DEMO_ENERGY_EPSILONS = 4, DEMO_ENERGY_RUNS = 10 };

typedef struct {
    double begun; /* mean error in kWh of what is known before any round */
    struct {
        double epsilon, noise, error; /* noise: as a multiple of what one household moves */
    } tried[DEMO_ENERGY_EPSILONS];
} demo_energy_privacy;

SHEAF_MUST_USE sheaf_status demo_energy_privacy_try(const demo *d, demo_energy_privacy *out,
                                                    sheaf_err *err);

#endif
