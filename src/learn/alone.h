/* learn/alone.h - a model of any kind by one owner of data, with nobody: what a member would
 * have without the others. The same tasks as in exact rounds, on sums of one.
 */
#ifndef SHEAF_LEARN_ALONE_H
#define SHEAF_LEARN_ALONE_H

#include "learn/kind.h"

typedef struct {
    const sheaf_spec *spec;
    const sheaf_learn_kind *kind; /* of the spec */
    sheaf_training training;
    uint32_t rounds;   /* of training, at most where there is patience */
    uint32_t patience; /* 0: none */
    uint64_t seed;
} sheaf_alone;

/* Trains on the data that the kind has opened, and appends the model's file. */
SHEAF_MUST_USE sheaf_status sheaf_alone_train(const sheaf_alone *alone, const void *data,
                                              sheaf_buffer *model, sheaf_err *err);

/* A model's figures on the held-out part of the data. */
SHEAF_MUST_USE sheaf_status sheaf_alone_evaluate(const sheaf_alone *alone, sheaf_slice model,
                                                 const void *data, struct sheaf_figures *out,
                                                 sheaf_err *err);

#endif
