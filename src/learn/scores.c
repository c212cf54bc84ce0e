#include "learn/scores.h"

#include "learn/evaluate.h"

#include <stdlib.h>

void sheaf_scores_close(sheaf_scores *s)
{
    free(s->score);
    free(s->y);
    free(s->order);
    *s = (sheaf_scores){0};
}

sheaf_status sheaf_scores_open(uint32_t room, sheaf_scores *out, sheaf_err *err)
{
    size_t places = room ? room : 1;
    *out = (sheaf_scores){.room = room,
                          .score = calloc(places, sizeof *out->score),
                          .y = calloc(places, 1),
                          .order = calloc(places, sizeof *out->order)};
    if (out->score && out->y && out->order)
        return SHEAF_OK;
    sheaf_scores_close(out);
    return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u scores", room);
}

/* Predictions have a row for each line of the file that is complete, in its order; the table
 * may have fewer. */
void sheaf_scores_add(sheaf_scores *s, const sheaf_predictions *said, const sheaf_table *table)
{
    for (uint32_t i = 0, at = 0; i < table->rows; i++) {
        while (at < said->count && said->cells[(size_t)at * said->columns] < table->line[i])
            at++;
        if (!table->is_test[i] || at == said->count || s->n == s->room)
            continue;
        s->score[s->n] = (double)said->cells[(size_t)at * said->columns + 1];
        s->y[s->n++] = table->y[i];
    }
}

int64_t sheaf_scores_auc(const sheaf_scores *s)
{
    return sheaf_auc(s->score, s->y, s->n, s->order);
}
