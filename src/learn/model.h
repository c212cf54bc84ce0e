/* learn/model.h - a logistic or linear regression as integers, and its one encoding as a file.
 *
 * Weights act on standardised features: the score of x is
 * bias + sum over j of weight[j] * (x[j] - mean[j]) / scale[j]. Of a class 1/(1+exp(-score)) is
 * the probability of a positive label; of a number, whose scaling says so, the score is the
 * label, standardised too. All numbers are integers in units of 2^-24, so that a model is equal
 * on every machine.
 *
 * A file is safetensors with F64 tensors bias [1], mean [d], scale [d], weight [d], whose
 * values are the exact doubles k * 2^-24. The header is canonical JSON (members sorted), padded
 * with spaces to a multiple of 8; its metadata holds the format, the features and the label,
 * and inputs "clipped" where the scaling says so: (x[j] - mean[j]) / scale[j] then counts as
 * the nearer of -1 and 1 where it is beyond them. A linear regression has
 * label.mean [1] and label.scale [1] besides, and a format of its own. One model has exactly
 * one byte string; the reader refuses every other.
 */
#ifndef SHEAF_LEARN_MODEL_H
#define SHEAF_LEARN_MODEL_H

#include "learn/schema.h"
#include "learn/statistics.h"

enum {
    SHEAF_PARAMETER_BITS = 15,        /* |weight|, |bias| < 2^15 */
    SHEAF_MODEL_BYTES_MAX = 64 << 20, /* of the file of any kind of model */
};
#define SHEAF_WEIGHT_MAX (((int64_t)1 << (SHEAF_PARAMETER_BITS + SHEAF_UNIT_BITS)) - 1)

typedef struct {
    sheaf_features features;
    sheaf_scaling scaling;
    int64_t weight[SHEAF_FEATURES_MAX];
    int64_t bias;
} sheaf_model;

/* The model before the first round: all weights zero. */
void sheaf_model_init(sheaf_model *out, const sheaf_features *features,
                      const sheaf_scaling *scaling);

/* Appends the file's bytes. The model is one that this folder made. */
void sheaf_model_write(sheaf_buffer *out, const sheaf_model *model);

SHEAF_MUST_USE sheaf_status sheaf_model_read(sheaf_slice file, sheaf_model *out,
                                             sheaf_err *err);

/* What a value counts as; not a number where the value is none. */
double sheaf_standardised(double x, double mean, double scale, bool clipped);

/* The score (log odds) of one row of raw features. */
double sheaf_model_score(const sheaf_model *model, const double *x);

/* What a linear regression says of one row of raw features, in the label's unit. */
double sheaf_model_value(const sheaf_model *model, const double *x);

/* 1/(1+exp(-score)), without overflow. */
double sheaf_probability(double score);

#endif
