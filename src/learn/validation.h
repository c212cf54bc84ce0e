/* learn/validation.h - training with patience: records that tell when learning should end.
 *
 * Under a mandate with patience about a fifth of a table's training records are set apart
 * (sheaf_table.is_validation). Nothing is learned from them: neither statistics nor training
 * look at them. From the first model on that training has made, each member adds to its vector
 * of training the sum of the losses of the model that it starts from on those records, and how
 * many they are; what follows from both sums are two figures of the round, and what follows
 * from the figures of all rounds, coop/course.h says.
 *
 * Which records they are follows from each record by itself, from the text of its line: so it
 * is the same in every round, under every mandate and of every model, whoever has the record.
 * No mandate can choose others, whose sums could be subtracted from these; and what several
 * owners' sums of integers make is what their pooled records make.
 *
 * A member with fewer than SHEAF_VALIDATION_LEAST such records adds nothing to their losses:
 * those of one record under as many models as it has inputs can be solved for the record, and
 * it may be the only one. The losses are then of fewer members than take part. Where nobody
 * adds any, nothing is measured, and training goes on to its last round. A member who has
 * nothing left to learn from adds nothing to what is learned. A member whose node lies can end
 * training early or keep it from ending, as far as bounds of a loss for each record let it: so
 * does one who lies about what it has learned.
 *
 * Whatever computes a member's vector or finishes a sum comes through here, with patience or
 * without; of an evaluation by group (by_group.h) each part by itself.
 */
#ifndef SHEAF_LEARN_VALIDATION_H
#define SHEAF_LEARN_VALIDATION_H

#include "coop/course.h"
#include "learn/kind.h"

enum { SHEAF_VALIDATION_LEAST = 5 };

/* Training rows that are not set apart. */
uint32_t sheaf_learnt_rows(const sheaf_table *table);

/* Length of the job's vector; 0 where the kind has no such task. */
size_t sheaf_learn_words(const sheaf_learn_kind *kind, const sheaf_job *job);

/* A member's values of the job, by the function of its task; zeros where an exact sum is about
 * training records of a table that has none. */
SHEAF_MUST_USE sheaf_status sheaf_learn_local(const sheaf_learn_kind *kind,
                                              const sheaf_job *job, const void *data,
                                              const sheaf_job_seeds *seeds, int64_t *values,
                                              sheaf_err *err);

/* What comes of the sum, likewise. */
SHEAF_MUST_USE sheaf_status sheaf_learn_finish(const sheaf_learn_kind *kind,
                                               const sheaf_job *job, const int64_t *words,
                                               sheaf_round_result *out, sheaf_err *err);

/* ---- who trains without a log ---- */

/* Keeps the best model. Begins with `patience` set, 0 for none, and all else zero. */
typedef struct {
    uint32_t patience;
    sheaf_course course;
    sheaf_buffer best;
} sheaf_patience;

/* After a round of training: `base` is the model that it started from, the result of so many
 * rounds of training before it. */
SHEAF_MUST_USE sheaf_status sheaf_patience_note(sheaf_patience *p, uint32_t step,
                                                sheaf_slice base,
                                                const sheaf_round_result *made, sheaf_err *err);
bool sheaf_patience_over(const sheaf_patience *p);

/* Puts the model that counts in the place of the last one, and closes. */
void sheaf_patience_end(sheaf_patience *p, sheaf_buffer *model);

#endif
