/* learn/scores.h - the area under the ROC curve from the scores themselves, on records that are
 * at hand: what evaluate.h gives up to the width of its bins.
 */
#ifndef SHEAF_LEARN_SCORES_H
#define SHEAF_LEARN_SCORES_H

#include "learn/predictions.h"
#include "learn/table.h"

/* Held-out records with what a model says of them. */
typedef struct {
    uint32_t n, room;
    double *score;
    uint8_t *y;
    uint32_t *order;
} sheaf_scores;

/* For so many records at most. */
SHEAF_MUST_USE sheaf_status sheaf_scores_open(uint32_t room, sheaf_scores *out, sheaf_err *err);
void sheaf_scores_close(sheaf_scores *scores);

/* Adds a table's held-out records: `said` is what the model says of the file that the table was
 * read from, line and score first (kind.h). */
void sheaf_scores_add(sheaf_scores *scores, const sheaf_predictions *said,
                      const sheaf_table *table);

/* In millionths, ties half; -1 where there is only one class. */
int64_t sheaf_scores_auc(const sheaf_scores *scores);

#endif
