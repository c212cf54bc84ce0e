/* learn/spec.h - what the log says of a registered model: all that everybody knows of it.
 *
 * Filled from the state by whoever computes, checks or verifies a round; a kind (learn/kind.h)
 * looks at nothing else of the log.
 */
#ifndef SHEAF_LEARN_SPEC_H
#define SHEAF_LEARN_SPEC_H

#include "coop/state.h"
#include "learn/schema.h"

typedef struct {
    uint8_t kind; /* SHEAF_model_kind_... */
    sheaf_features features;
} sheaf_spec;

/* That of a registered model. Refuses one that is not there, and inputs without meaning. */
SHEAF_MUST_USE sheaf_status sheaf_spec_of(const sheaf_state *state, uint32_t model,
                                          sheaf_spec *out, sheaf_err *err);

#endif
