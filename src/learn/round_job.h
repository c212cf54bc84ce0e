/* learn/round_job.h - what a round on the log asks for, and what its sum makes.
 *
 * Hub, participants and auditors all come to the result through here: from the state, the base
 * model's bytes and the summed words to the bytes whose hash stands on the log, the same
 * everywhere.
 */
#ifndef SHEAF_LEARN_ROUND_JOB_H
#define SHEAF_LEARN_ROUND_JOB_H

#include "coop/state.h"
#include "learn/kind.h"
#include "round/config.h"

/* The terms of a round with noise. They follow from the mandate, the round's row, the
 * seats and their data sheets, so they never change. The noise is sized for the fewest
 * survivors that the round could have when it was opened. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_terms(const sheaf_state *state,
                                                  const struct sheaf_row_round *round,
                                                  sheaf_noised_terms *out, sheaf_err *err);

/* One computation of a round, as its kind of model sees it. */
typedef struct {
    const sheaf_learn_kind *kind;
    sheaf_spec spec;
    sheaf_group_names groups;
    sheaf_noised_terms terms;
    sheaf_buffer begun; /* the model that it starts from where the log names none */
    sheaf_job job;      /* points into the fields above and to the caller's `base` */
} sheaf_round_job;

/* `base` is the file of the model that the round starts from; empty where it starts from none,
 * as the first under noise does, and where only the figures of an evaluation are asked for.
 * Refuses a file with other inputs or, under noise, another scaling, and a kind of model that
 * this program cannot compute. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_open(const sheaf_state *state,
                                                 const struct sheaf_row_round *round,
                                                 sheaf_slice base, sheaf_round_job *out,
                                                 sheaf_err *err);
void sheaf_round_job_close(sheaf_round_job *job);

/* The round protocol's terms. `manifest` is the root of the log up to the entry that opened the
 * round, so that everything in it is bound. */
SHEAF_MUST_USE sheaf_status sheaf_round_job_config(const sheaf_state *state,
                                                   const struct sheaf_row_round *round,
                                                   const sheaf_hash *manifest,
                                                   sheaf_round_config *out, sheaf_err *err);

/* `base` is the model that the round started from, empty where it started from none and for an
 * evaluation; `words` has round->words places, their sign carried to 64 bits. Fills *out, whose
 * bytes the caller frees. SHEAF_INVALID if no members within their bounds can have such a sum.
 */
SHEAF_MUST_USE sheaf_status sheaf_round_job_result(const sheaf_state *state,
                                                   const struct sheaf_row_round *round,
                                                   sheaf_slice base, const uint64_t *words,
                                                   sheaf_round_result *out, sheaf_err *err);

#endif
