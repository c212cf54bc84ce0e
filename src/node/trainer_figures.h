/* node/trainer_figures.h - numbers by name that a trainer tells: a line of progress, or its
 * metrics.json.
 *
 * One JSON object without anything inside it but numbers, such as {"step":10,"loss":0.693}.
 * Names are lower-case letters, digits and underscores, each once. They are for the member
 * alone: nothing of them leaves this machine.
 */
#ifndef SHEAF_NODE_TRAINER_FIGURES_H
#define SHEAF_NODE_TRAINER_FIGURES_H

#include "base/slice.h"
#include "base/status.h"

enum {
    SHEAF_TRAINER_FIGURES_MAX = 32,
    SHEAF_TRAINER_NAME_MAX = 40,
    SHEAF_TRAINER_FIGURES_TEXT = 400,
};

typedef struct {
    char name[SHEAF_TRAINER_NAME_MAX + 1];
    double value; /* finite */
} sheaf_trainer_figure;

typedef struct {
    uint32_t count;
    sheaf_trainer_figure items[SHEAF_TRAINER_FIGURES_MAX];
} sheaf_trainer_figures;

SHEAF_MUST_USE sheaf_status sheaf_trainer_figures_read(sheaf_slice text,
                                                       sheaf_trainer_figures *out,
                                                       sheaf_err *err);

/* "step=10 loss=0.693"; as many as there is room for. */
void sheaf_trainer_figures_describe(const sheaf_trainer_figures *figures,
                                    char out[SHEAF_TRAINER_FIGURES_TEXT]);

#endif
