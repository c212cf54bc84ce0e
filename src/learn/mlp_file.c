/* A perceptron's file. */
#include "learn/mlp.h"

#include "learn/model_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCHEMA_MAX = 32768, /* the text of 256 features with long names stays below it */
    SCALING_BITS = SHEAF_VALUE_BITS + SHEAF_UNIT_BITS,
    DENSE_MAX = SHEAF_MLP_HIDDEN_MAX + 1,
    TENSORS_MAX = 2 * DENSE_MAX + 3,
    NOTES_MAX = 6,
};
#define FORMAT      "sheaf-mlp/1"
#define SCALING_MAX ((int64_t)1 << (SCALING_BITS + 1))

/* A tensor of the file, and where its values stand in the model. */
typedef struct {
    char name[24];
    int64_t *values;
    uint64_t rows, columns; /* columns 0: a row of `rows` values */
    int64_t min, max;
} tensor;

static uint64_t places(const tensor *t)
{
    return t->rows * (t->columns ? t->columns : 1);
}

/* `label` holds mean and scale of a number's label. */
/* NOLINTNEXTLINE(readability-non-const-parameter): a reader writes there */
static uint32_t tensors_of(sheaf_mlp *model, int64_t label[2], tensor out[TENSORS_MAX])
{
    const uint32_t d = model->shape.inputs;
    uint32_t count = 0, before = d;
    int64_t *at = model->parameters;
    for (uint32_t i = 0; i <= model->shape.hidden; i++) {
        uint32_t units = i < model->shape.hidden ? model->shape.units[i] : 1;
        tensor *weight = &out[count++], *bias = &out[count++];
        *weight = (tensor){"", at, units, before, -SHEAF_WEIGHT_MAX, SHEAF_WEIGHT_MAX};
        at += (size_t)units * before;
        *bias = (tensor){"", at, units, 0, -SHEAF_WEIGHT_MAX, SHEAF_WEIGHT_MAX};
        at += units;
        snprintf(weight->name, sizeof weight->name, "layers.%u.weight", i);
        snprintf(bias->name, sizeof bias->name, "layers.%u.bias", i);
        before = units;
    }
    out[count++] = (tensor){"mean", model->scaling.mean, d, 0, -SCALING_MAX, SCALING_MAX};
    out[count++] = (tensor){"scale", model->scaling.scale, d, 0, 1, SCALING_MAX};
    if (model->shape.number)
        out[count++] = (tensor){"label", label, 2, 0, -SCALING_MAX, SCALING_MAX};
    return count;
}

static uint32_t notes_of(const sheaf_mlp *model, sheaf_buffer *schema,
                         sheaf_tensor_note out[NOTES_MAX])
{
    uint32_t count = 0;
    sheaf_features_put(schema, &model->features);
    out[count++] = (sheaf_tensor_note){sheaf_str("activation"),
                                       sheaf_str(model->shape.tanh ? "tanh" : "relu")};
    out[count++] = (sheaf_tensor_note){sheaf_str("features"), sheaf_buffer_slice(schema)};
    out[count++] = (sheaf_tensor_note){sheaf_str("format"), sheaf_str(FORMAT)};
    if (model->scaling.clipped)
        out[count++] = (sheaf_tensor_note){sheaf_str("inputs"), sheaf_str("clipped")};
    out[count++] = (sheaf_tensor_note){sheaf_str("label"), sheaf_str(model->features.label)};
    out[count++] = (sheaf_tensor_note){sheaf_str("target"),
                                       sheaf_str(model->shape.number ? "number" : "class")};
    return count;
}

void sheaf_mlp_write(sheaf_buffer *out, const sheaf_mlp *model)
{
    sheaf_mlp copy = *model;
    int64_t label[2] = {model->label_mean, model->label_scale};
    tensor tensors[TENSORS_MAX];
    sheaf_tensor rows[TENSORS_MAX];
    sheaf_tensor_note notes[NOTES_MAX];
    sheaf_buffer schema;
    uint32_t count = tensors_of(&copy, label, tensors);
    uint64_t all = 0, at = 0;
    for (uint32_t i = 0; i < count; i++)
        all += places(&tensors[i]);
    double *values = calloc(all, sizeof *values);
    if (!values) {
        out->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const tensor *t = &tensors[i];
        for (uint64_t j = 0; j < places(t); j++)
            values[at + j] = ldexp((double)t->values[j], -SHEAF_UNIT_BITS);
        rows[i] = t->columns
                      ? sheaf_tensor_matrix(t->name, SHEAF_TENSOR_F64, t->rows, t->columns,
                                            values + at)
                      : sheaf_tensor_row(t->name, SHEAF_TENSOR_F64, t->rows, values + at);
        at += places(t);
    }
    sheaf_buffer_init(&schema, SCHEMA_MAX);
    uint32_t notes_count = notes_of(model, &schema, notes);
    sheaf_safetensors_write(out, rows, count, notes, notes_count);
    out->failed |= schema.failed;
    sheaf_buffer_deinit(&schema);
    free(values);
}

/* ---- reading ---- */

/* The shape, from the notes and from how large the layers are. */
static sheaf_status shape_read(const sheaf_safetensors *file, uint32_t inputs,
                               sheaf_mlp_shape *out, sheaf_err *err)
{
    uint64_t before = inputs;
    *out = (sheaf_mlp_shape){
        .inputs = inputs,
        .tanh = sheaf_slice_is(sheaf_safetensors_note(file, "activation"), "tanh"),
        .number = sheaf_slice_is(sheaf_safetensors_note(file, "target"), "number")};
    for (uint32_t i = 0;; i++) {
        char name[24];
        snprintf(name, sizeof name, "layers.%u.weight", i);
        const sheaf_tensor *weight = sheaf_safetensors_tensor(file, name);
        if (!weight || i > SHEAF_MLP_HIDDEN_MAX || weight->dims != 2
            || weight->shape[1] != before || weight->shape[0] < 1
            || weight->shape[0] > SHEAF_MLP_UNITS_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the model file's tensor %s is none of a perceptron with %u "
                              "inputs, 1 to %d hidden layers of 1 to %d units and one output",
                              name, inputs, SHEAF_MLP_HIDDEN_MAX, SHEAF_MLP_UNITS_MAX);
        snprintf(name, sizeof name, "layers.%u.weight", i + 1);
        if (i > 0 && weight->shape[0] == 1 && !sheaf_safetensors_tensor(file, name))
            return SHEAF_OK;
        if (out->hidden < SHEAF_MLP_HIDDEN_MAX)
            out->units[out->hidden] = (uint32_t)weight->shape[0];
        out->hidden++;
        before = weight->shape[0];
    }
}

/* Refuses notes that are not exactly those of the model. */
static sheaf_status notes_check(const sheaf_safetensors *file, const sheaf_mlp *model,
                                sheaf_err *err)
{
    sheaf_tensor_note want[NOTES_MAX];
    sheaf_buffer schema;
    sheaf_buffer_init(&schema, SCHEMA_MAX);
    uint32_t count = notes_of(model, &schema, want);
    bool same = !schema.failed && sheaf_safetensors_notes_are(file, want, count);
    sheaf_buffer_deinit(&schema);
    return same ? SHEAF_OK
                : sheaf_fail(err, SHEAF_INVALID,
                             "the model file's __metadata__ is not the one that its features "
                             "demand: activation, features, format, label, target, and inputs "
                             "only if clipped");
}

static sheaf_status values_read(const sheaf_safetensors *file, sheaf_mlp *model, sheaf_err *err)
{
    int64_t label[2] = {0, 1};
    tensor tensors[TENSORS_MAX];
    uint32_t count = tensors_of(model, label, tensors);
    if (file->count != count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file has %u tensors instead of the %u of its layers, mean "
                          "and scale",
                          file->count, count);
    for (uint32_t i = 0; i < count; i++) {
        const tensor *t = &tensors[i];
        SHEAF_TRY(sheaf_model_file_units(file, t->name, t->rows, t->columns, t->min, t->max,
                                         t->values, err));
    }
    if (label[1] < 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the scale of the label must be above 0 in the model file");
    model->label_mean = model->shape.number ? label[0] : 0;
    model->label_scale = model->shape.number ? label[1] : 0;
    model->scaling.number = model->shape.number;
    model->scaling.label_mean = model->label_mean;
    model->scaling.label_scale = model->label_scale;
    return SHEAF_OK;
}

static sheaf_status content_read(const sheaf_safetensors *file, sheaf_mlp *out, sheaf_err *err)
{
    static const sheaf_scaling no_scaling;
    sheaf_features features;
    sheaf_mlp_shape shape;
    if (!sheaf_slice_is(sheaf_safetensors_note(file, "format"), FORMAT))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file is not of the format " FORMAT
                          "; its header must say so in __metadata__");
    SHEAF_TRY(sheaf_features_parse(sheaf_safetensors_note(file, "features"),
                                   sheaf_safetensors_note(file, "label"), &features, err));
    SHEAF_TRY(shape_read(file, features.count, &shape, err));
    SHEAF_TRY(sheaf_mlp_open(out, &shape, &features, &no_scaling, err));
    out->scaling.clipped = sheaf_slice_is(sheaf_safetensors_note(file, "inputs"), "clipped");
    sheaf_status status = notes_check(file, out, err);
    if (status == SHEAF_OK)
        status = values_read(file, out, err);
    if (status != SHEAF_OK)
        sheaf_mlp_close(out);
    return status;
}

sheaf_status sheaf_mlp_read(sheaf_slice file, sheaf_mlp *out, sheaf_err *err)
{
    sheaf_safetensors read;
    *out = (sheaf_mlp){0};
    SHEAF_TRY(sheaf_safetensors_read(file, "the model file", SHEAF_SAFETENSORS_CANONICAL, &read,
                                     err));
    sheaf_status status = content_read(&read, out, err);
    sheaf_safetensors_close(&read);
    return status;
}
