/* learn/spec.h - what the log says of a registered model: all that everybody knows of it.
 *
 * Filled from the state by whoever computes, checks or verifies a round; a kind (learn/kind.h)
 * looks at nothing else of the log.
 */
#ifndef SHEAF_LEARN_SPEC_H
#define SHEAF_LEARN_SPEC_H

#include "coop/state.h"
#include "learn/schema.h"

enum { SHEAF_HIDDEN_MAX = 4 };

/* What becomes of a record that misses a feature's column. */
typedef enum {
    SHEAF_GAP_LEAVE_OUT, /* it is left out */
    SHEAF_GAP_MEAN,      /* the input counts as average */
    SHEAF_GAP_INDICATOR, /* the same, and one more input says that it is missing */
} sheaf_gap;

typedef struct {
    uint8_t kind;   /* SHEAF_model_kind_... */
    uint8_t target; /* SHEAF_target_... */
    sheaf_features features;
    sheaf_gap gap[SHEAF_FEATURES_MAX]; /* of each feature; see inputs.h */
    uint32_t inputs;                   /* features, and those that say that one is missing */
    uint32_t gaps; /* features that count as average where they are missing */
    bool has_label_range;
    int64_t label_low_millionths, label_high_millionths;
    struct {
        uint8_t activation; /* SHEAF_activation_... */
        uint32_t layers, units[SHEAF_HIDDEN_MAX];
    } mlp;
    struct {
        uint32_t trees, depth, bins, rate_millionths, min_hessian_millionths;
    } trees;
    struct {
        uint32_t every, horizon, look_back, season, step_s;
        char series[SHEAF_COLUMN_MAX + 1], time[SHEAF_COLUMN_MAX + 1]; /* series may be empty */
        /* Of exact sums over a data set that has been in some: what its windows have around
         * their origins at least (node/data_use.h). Else 0. */
        uint32_t room_back, room_ahead;
    } forecaster;
    uint32_t lambda_millionths; /* of linear, trees and forecaster */
} sheaf_spec;

/* All but the features, which are only counted. */
void sheaf_spec_of_row(const struct sheaf_row_model *row, sheaf_spec *out);

/* That of a registered model. Refuses one that is not there, and inputs without meaning. */
SHEAF_MUST_USE sheaf_status sheaf_spec_of(const sheaf_state *state, uint32_t model,
                                          sheaf_spec *out, sheaf_err *err);

#endif
