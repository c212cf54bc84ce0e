/* learn/model_file.h - what the files of several kinds of model have in common.
 *
 * A model's file is a canonical safetensors file (learn/safetensors.h). What was learned stands
 * there as doubles that are whole numbers of 2^-24, so that the file says just what is computed
 * with; terms stand among the notes, as decimal digits.
 */
#ifndef SHEAF_LEARN_MODEL_FILE_H
#define SHEAF_LEARN_MODEL_FILE_H

#include "learn/safetensors.h"

/* A tensor of `rows` values, or of `rows` by `columns`, each from `min` to `max` times 2^-24
 * and none of them -0. */
SHEAF_MUST_USE sheaf_status sheaf_model_file_units(const sheaf_safetensors *file,
                                                   const char *name, uint64_t rows,
                                                   uint64_t columns, int64_t min, int64_t max,
                                                   int64_t *out, sheaf_err *err);

/* A note that is a number: digits without a sign or a zero before others. */
SHEAF_MUST_USE sheaf_status sheaf_model_file_number(const sheaf_safetensors *file,
                                                    const char *name, uint32_t *out,
                                                    sheaf_err *err);

/* Whatever a file holds besides `what` is seen by writing it again: refuses it unless `again`
 * is the same bytes, and frees `again` in any case. */
SHEAF_MUST_USE sheaf_status sheaf_model_file_same(sheaf_slice file, sheaf_buffer *again,
                                                  const char *what, sheaf_err *err);

#endif
