/* learn/inputs.h - the inputs of a model as columns of a table, and their statistics, where
 * values may be missing.
 *
 * A feature whose gaps count as average is read with its gaps and counts as 0 once it is
 * standardised; under noise that is the middle of its public range. One with an indicator has
 * besides an input of its own, behind all features, that is 1 where it is missing.
 *
 * Words of statistics: as learn/statistics.h over all inputs, of the values that are there;
 * then the same three of the label, where it is a number; then, for each feature with gaps, how
 * many values are there. One that hardly anybody has counts with mean 0 and scale 1.
 */
#ifndef SHEAF_LEARN_INPUTS_H
#define SHEAF_LEARN_INPUTS_H

#include "learn/spec.h"
#include "learn/statistics.h"

/* As a table and a model have them: spec->inputs of them. */
void sheaf_inputs_of(const sheaf_spec *spec, sheaf_features *out);

size_t sheaf_inputs_statistics_words(const sheaf_spec *spec);

/* Over the training rows of a table of these inputs. */
SHEAF_MUST_USE sheaf_status sheaf_inputs_statistics_local(const sheaf_spec *spec,
                                                          const sheaf_table *table,
                                                          int64_t *words, sheaf_err *err);

/* From the summed words; integers only. Refuses sums that no records can have. */
SHEAF_MUST_USE sheaf_status sheaf_inputs_statistics_finish(const sheaf_spec *spec,
                                                           const int64_t *words,
                                                           sheaf_scaling *out, sheaf_err *err);

#endif
