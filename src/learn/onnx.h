/* learn/onnx.h - a model as an ONNX file, for programs that know nothing of Sheaf.
 *
 * The graph has one input, `features`, double [N, d]: the model's features in their order,
 * before scaling; a feature COLUMN=LEVEL is 1 where the column equals the level and 0
 * elsewhere, and not a number stands for a missing value. Its output is double [N, 1]:
 * `probability` of a positive label, or `value`, the label itself. Names of features and label,
 * and what the features are (schema.h), stand in the model's metadata.
 *
 *     linear   Sub, Div, Clip where inputs are clipped, Gemm; then Sigmoid of a class, or the
 *              scale of the label of a number: all in doubles
 *
 *     mlp      the same scaling, what is missing as the mean, Cast to float, and Gemm with Relu
 *              or Tanh, as the engine computes it
 *
 *     trees    TreeEnsembleRegressor with thresholds and leaves in doubles: a record comes to
 *              the very leaf that it comes to here, and what is missing goes where the split
 *              says
 *
 * Operators of the default domain are of version 13, of ai.onnx.ml of version 3; the file says
 * so. One model gives one byte string, with fields in the order of their numbers.
 */
#ifndef SHEAF_LEARN_ONNX_H
#define SHEAF_LEARN_ONNX_H

#include "base/buffer.h"
#include "base/status.h"

enum { SHEAF_ONNX_BYTES_MAX = 1 << 28 };

/* Appends the ONNX file of a model file. Refuses models that have no such form, and trees of
 * which none is finished. */
SHEAF_MUST_USE sheaf_status sheaf_onnx_write(sheaf_slice model, sheaf_buffer *out,
                                             sheaf_err *err);

#endif
