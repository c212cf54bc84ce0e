/* learn/mlp.h - a multilayer perceptron as integers, and its one encoding as a file.
 *
 * Dense layers with relu or tanh between them; the last gives one score. Inputs are
 * standardised features. Of a class the score is its log odds; of a number it is the label,
 * standardised too. Parameters are integers in units of 2^-24, one vector: layer by layer the
 * weights [out, in] and then the biases [out]; so a model is equal on every machine, though
 * scores, which are computed in floats, may differ in their last digits.
 *
 * A file (learn/safetensors.h) has F64 tensors layers.0.weight [out, in], layers.0.bias [out],
 * layers.1.weight, and so on, mean [d], scale [d] and, of a number, label [2]: mean and scale.
 * Its notes are format "sheaf-mlp/1", activation relu or tanh, features, label, target class or
 * number, and inputs "clipped" where the scaling says so. PyTorch takes the layers as they are.
 */
#ifndef SHEAF_LEARN_MLP_H
#define SHEAF_LEARN_MLP_H

#include "learn/logistic.h"
#include "learn/network.h"

enum { SHEAF_MLP_HIDDEN_MAX = 4, SHEAF_MLP_UNITS_MAX = 1024 };

typedef struct {
    uint32_t inputs;                      /* 1 .. SHEAF_FEATURES_MAX */
    uint32_t hidden;                      /* hidden layers, 1 .. SHEAF_MLP_HIDDEN_MAX */
    uint32_t units[SHEAF_MLP_HIDDEN_MAX]; /* of each, 1 .. SHEAF_MLP_UNITS_MAX */
    bool tanh;                            /* else relu */
    bool number;                          /* else class */
} sheaf_mlp_shape;

typedef struct {
    sheaf_mlp_shape shape;
    sheaf_features features;
    sheaf_scaling scaling;
    int64_t label_mean, label_scale; /* of a number, in units of 2^-24; else 0 */
    uint32_t count;                  /* of parameters */
    int64_t *parameters;             /* in units of 2^-24, |parameter| < 2^15; owned */
} sheaf_mlp;

/* How many parameters a shape has: at most 2^22. */
uint32_t sheaf_mlp_parameters(const sheaf_mlp_shape *shape);

/* A model with all parameters 0, to fill and to close. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_open(sheaf_mlp *out, const sheaf_mlp_shape *shape,
                                           const sheaf_features *features,
                                           const sheaf_scaling *scaling, sheaf_err *err);
void sheaf_mlp_close(sheaf_mlp *model);

/* Weights drawn from a seed, in integers: evenly within the root of 6 / in (relu; He et al.
 * 2015) or of 6 / (in + out) (tanh and the last layer; Glorot and Bengio 2010); biases 0. */
void sheaf_mlp_draw(sheaf_mlp *model, uint64_t seed);

/* Appends the file's bytes. */
void sheaf_mlp_write(sheaf_buffer *out, const sheaf_mlp *model);
/* On success to be closed. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_read(sheaf_slice file, sheaf_mlp *out, sheaf_err *err);

/* The layers of the model's network; `out` has room for SHEAF_LAYERS_MAX. Returns how many. */
uint32_t sheaf_mlp_layers(const sheaf_mlp_shape *shape, sheaf_layer *out);

/* The model's parameters as floats. */
void sheaf_mlp_floats(const sheaf_mlp *model, float *out);

/* ---- records ---- */

/* Standardised records of one part of a table. */
typedef struct {
    uint32_t n, d;
    float *x;      /* n x d, row by row */
    float *target; /* 0 or 1, or the standardised label */
} sheaf_mlp_records;

SHEAF_MUST_USE sheaf_status sheaf_mlp_records_open(const sheaf_mlp *model,
                                                   const sheaf_table *table, sheaf_part part,
                                                   sheaf_mlp_records *out, sheaf_err *err);
/* Leaves none of them in memory. */
void sheaf_mlp_records_close(sheaf_mlp_records *records);

/* Scores of all records of a table, whatever its part; one place each. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_scores(const sheaf_mlp *model, const sheaf_table *table,
                                             double *out, sheaf_err *err);

#endif
