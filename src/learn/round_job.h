/* learn/round_job.h - what a round on the log asks for, and what its sum makes.
 *
 * Hub, participants and auditors all come to the result through here: from the state, the base
 * model's bytes and the summed words, in integers, to the bytes whose hash stands on the log.
 */
#ifndef SHEAF_LEARN_ROUND_JOB_H
#define SHEAF_LEARN_ROUND_JOB_H

#include "coop/state.h"
#include "learn/model.h"
#include "learn/noised.h"
#include "round/config.h"

/* The inputs of a registered model. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_features(const sheaf_state *state, uint32_t model,
                                                     sheaf_features *out, sheaf_err *err);

/* Does its mandate add noise? */
bool sheaf_round_noised(const sheaf_state *state, const struct sheaf_row_round *round);

/* The terms of a round with noise. They follow from the mandate, the round's row, the
 * seats and their data sheets, so they never change. The noise is sized for the fewest
 * survivors that the round could have when it was opened. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_terms(const sheaf_state *state,
                                                  const struct sheaf_row_round *round,
                                                  sheaf_noised_terms *out, sheaf_err *err);

/* The model that a round of training or evaluation starts from, out of the file `base`, which
 * is empty for the first round under noise: that starts from zeros, scaled by the public
 * ranges. Refuses a file with other inputs or, under noise, another scaling. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_base(const sheaf_state *state,
                                                 const struct sheaf_row_round *round,
                                                 sheaf_slice base, sheaf_model *out,
                                                 sheaf_err *err);

/* The round protocol's terms. `manifest` is the root of the log up to the entry that opened the
 * round, so that everything in it is bound. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_config(const sheaf_state *state,
                                                   const struct sheaf_row_round *round,
                                                   const sheaf_hash *manifest,
                                                   sheaf_round_config *out, sheaf_err *err);

typedef struct {
    sheaf_buffer bytes; /* the new model; after an evaluation the sum itself */
    bool has_figures;   /* of evaluation, and of training without noise */
    struct sheaf_figures figures;
} sheaf_round_result;

/* `base` is the model that the round started from, empty where it started from none and for an
 * evaluation; `words` has round->words places, their sign carried to 64 bits. Fills *out, whose
 * bytes the caller frees. SHEAF_INVALID if no members within their bounds can have such a sum.
 */
SHEAF_MUST_USE sheaf_status sheaf_round_job_result(const sheaf_state *state,
                                                   const struct sheaf_row_round *round,
                                                   sheaf_slice base, const uint64_t *words,
                                                   sheaf_round_result *out, sheaf_err *err);

#endif
