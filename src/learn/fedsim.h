/* learn/fedsim.h - the same training in one process, by somebody who owns all the tables.
 *
 * For comparison only (the demonstration, tests): each owner alone, everybody's data pooled,
 * and federated averaging without masks. The last must give the very bytes of the masked
 * rounds; sheaf_fedsim_doubles() trains without any rounding to integers, to show that rounding
 * changes no prediction.
 */
#ifndef SHEAF_LEARN_FEDSIM_H
#define SHEAF_LEARN_FEDSIM_H

#include "learn/evaluate.h"
#include "learn/federate.h"
#include "learn/noised.h"

enum { SHEAF_FEDSIM_OWNERS_MAX = 64 };

typedef struct {
    const sheaf_features *features;
    const sheaf_table *tables; /* one an owner */
    const uint64_t *ids;       /* each owner's participant number in sheaf_training_seed() */
    uint32_t owners;
    sheaf_training training;
    uint32_t rounds;
    uint64_t seed;
} sheaf_fedsim;

/* Federated: statistics, then `rounds` rounds. With owners = 1 and that one's table this is
 * training alone. */
SHEAF_MUST_USE sheaf_status sheaf_fedsim_run(const sheaf_fedsim *sim, sheaf_model *out,
                                             sheaf_err *err);

/* The same in doubles throughout: statistics, averaging, scaling. parameters has d+1 places,
 * mean and scale d. */
SHEAF_MUST_USE sheaf_status sheaf_fedsim_doubles(const sheaf_fedsim *sim, double *mean,
                                                 double *scale, double *parameters,
                                                 sheaf_err *err);

/* Learning under noise, each owner adding its share and none missing: `rounds` rounds of the
 * terms (whose words and members follow from the owners) from the model of zeros, scaled by the
 * features' ranges. Noise and samples follow from `seed`, which is what makes this no more than
 * a comparison. */
SHEAF_MUST_USE sheaf_status sheaf_fedsim_noised(const sheaf_fedsim *sim,
                                                const sheaf_noised_terms *terms,
                                                sheaf_model *out, sheaf_err *err);

/* One table with the rows of all, to be closed with sheaf_table_close(). */
SHEAF_MUST_USE sheaf_status sheaf_tables_pool(const sheaf_table *tables, uint32_t count,
                                              sheaf_table *out, sheaf_err *err);

/* Figures per owner and on the pooled test rows. */
typedef struct {
    sheaf_evaluation owner[SHEAF_FEDSIM_OWNERS_MAX];
    sheaf_evaluation pooled;
} sheaf_fedsim_figures;

/* The model on everybody's test rows, exactly (not by histogram). */
SHEAF_MUST_USE sheaf_status sheaf_fedsim_evaluate(const sheaf_fedsim *sim,
                                                  const sheaf_model *model,
                                                  sheaf_fedsim_figures *out, sheaf_err *err);

typedef struct {
    sheaf_model federated_model, pooled_model;
    /* local[i] is owner i's own model on owner i's own test rows */
    sheaf_evaluation local[SHEAF_FEDSIM_OWNERS_MAX];
    sheaf_fedsim_figures federated, pooled;
} sheaf_fedsim_comparison;

/* All three side by side. */
SHEAF_MUST_USE sheaf_status sheaf_fedsim_compare(const sheaf_fedsim *sim,
                                                 sheaf_fedsim_comparison *out, sheaf_err *err);

#endif
