/* coop/task.h - of which rounds learning a model consists, by its kind.
 *
 * One place says for every kind which tasks it has, in which order they come, how long their
 * vectors are and after how many training rounds it is learned to its end. Rules, hub and nodes
 * ask here; what is computed in a round is the business of learn/kind.h, whose rows must have
 * vectors of the same lengths.
 */
#ifndef SHEAF_COOP_TASK_H
#define SHEAF_COOP_TASK_H

#include "acts/act.h"
#include "coop/course.h"
#include "coop/refusal.h"
#include "coop/state.h"

enum {
    SHEAF_INPUTS_MAX = 256,
    /* Bins of all inputs of a quarter of the nodes of the last level: what a model of trees
     * keeps between two rounds. */
    SHEAF_TREES_KEPT_MAX = 3600000,
    /* Behind the words of training with patience, where its base is measured: the sum of losses
     * on validation records, and how many those are. */
    SHEAF_VALIDATION_WORDS = 2,
};

/* Length of the vectors of a task after so many training rounds, 0 where the kind has none
 * such. Of exact sums:
 *
 *     statistics  records; three words of every input, and of a label that is a number; one of
 *                 every feature that may be missing
 *
 *     logistic    weights and bias, records, loss, right predictions
 *     linear      products of inputs, 1 and label: the upper triangle
 *     mlp         parameters, records, loss, right predictions or absolute errors
 *     trees       first records, targets and 1024 cells of every input
 *     trees       then of each level two words for every bin of half its nodes, and three
 *     forecaster  products of the past with itself and with the future, windows
 *
 *     evaluate    of a class two histograms of 64 scores, loss; of a number eight words of
 *                 errors; of a forecaster thirteen
 *
 * With noise there are no statistics, since scaling is by public ranges; training has a word
 * for each parameter, two for each leaf of a tree, one for each of 64 seasons that a forecaster
 * looks back; evaluation has four cells of a class, and three words of errors of a number. */
uint32_t sheaf_task_words_at(const struct sheaf_row_model *model, uint8_t release, uint8_t task,
                             uint32_t step);

/* Does training with patience measure the model that it starts from? After so many training
 * rounds: whatever training has made, but of trees whole ones alone. */
bool sheaf_task_measures(uint8_t kind, uint32_t depth, uint32_t step);

/* The length in the mandate's next round, with what patience adds. */
uint32_t sheaf_task_words(const struct sheaf_row_model *model,
                          const struct sheaf_row_mandate *mandate, uint8_t task);

/* Training rounds after which a model is learned to its end, whatever comes of them; UINT32_MAX
 * where more of them always help. */
uint32_t sheaf_task_steps(const struct sheaf_row_model *model, uint8_t release);

/* How the mandate's results came out on validation records so far. */
sheaf_course sheaf_task_course(const struct sheaf_row_mandate *mandate);

/* The round whose result such a round of the mandate starts from, SHEAF_NONE where it starts
 * from none: training from the last, evaluation from the one that counts. */
uint32_t sheaf_task_base(const struct sheaf_row_mandate *mandate, uint8_t task);

/* Is it a task of that mandate's next round, given what its rounds have made so far:
 * SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_task_check(const struct sheaf_row_model *model,
                               const struct sheaf_row_mandate *mandate, uint8_t task);

/* What the mandate's next round computes: first statistics, where there are any; evaluation in
 * the last round, or once the model is learned to its end; in between training. Refused, with
 * the evaluation as task, once there is nothing left to do. */
sheaf_refusal sheaf_task_next(const sheaf_state *state, const struct sheaf_row_mandate *mandate,
                              uint8_t *task);

/* Are these the figures that a sum of the task gives: of its target and release, no others?
 * Those of validation records apart, which no evaluation has. */
bool sheaf_task_figures_fit(const struct sheaf_row_model *model, uint8_t release, uint8_t task,
                            const struct sheaf_figures *figures);

#endif
