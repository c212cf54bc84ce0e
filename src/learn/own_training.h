/* learn/own_training.h - a round's training done by a program of the member's own.
 *
 * What a program does inside nobody can know: one record of the member may decide everything
 * that it gives back. So it counts for one thing alone, the member as a whole, and only where
 * the mandate's noise hides whole members: its change is clipped here, like that of our own
 * training, and then no change that it can make is told apart from another by more than the
 * mandate says. Where noise hides records (each record's part must be clipped by itself) and
 * where an exact sum is disclosed (nothing is clipped) it is refused.
 *
 * The program gets the training rows as the model takes them, one safetensors file of
 *
 *     x  F64 [rows, inputs]   standardised, and clipped where the model's inputs are
 *     y  F64 [rows]           0 or 1 for a class, the standardised label for a number
 *
 * and gives back the model that it has arrived at: the tensors that are learnt, by the names
 * and shapes they have in the model's file, as F64 or F32. Others of the model may stand beside
 * them if they are what they were.
 */
#ifndef SHEAF_LEARN_OWN_TRAINING_H
#define SHEAF_LEARN_OWN_TRAINING_H

#include "learn/kind.h"

/* Refuses, in words for the member, a job that is no program's of the member's own. */
SHEAF_MUST_USE sheaf_status sheaf_own_training_check(const sheaf_learn_kind *kind,
                                                     const sheaf_job *job, sheaf_err *err);

/* Appends the file of the training rows; nothing where there is none. The job has been checked.
 */
SHEAF_MUST_USE sheaf_status sheaf_own_training_rows(const sheaf_learn_kind *kind,
                                                    const sheaf_job *job, const void *data,
                                                    sheaf_buffer *out, sheaf_err *err);

/* From the file that came back to the values of the round: how far the parameters have moved,
 * clipped, in whole units. Writes job->words values. Refuses files with other tensors, other
 * shapes, and numbers that are none. */
SHEAF_MUST_USE sheaf_status sheaf_own_training_values(const sheaf_learn_kind *kind,
                                                      const sheaf_job *job, sheaf_slice update,
                                                      const sheaf_job_seeds *seeds,
                                                      int64_t *values, sheaf_err *err);

/* For kinds whose data is a table: fills the row's `own_rows`. */
SHEAF_MUST_USE sheaf_status sheaf_own_training_table(const sheaf_job *job, const void *data,
                                                     sheaf_buffer *out, sheaf_err *err);

#endif
