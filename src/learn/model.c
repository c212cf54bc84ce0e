#include "learn/model.h"

#include "learn/model_file.h"

#include <math.h>

enum {
    FILE_MAX = 65536,   /* of a regression */
    SCHEMA_MAX = 32768, /* the text of 256 features with long names stays below it */
    SCALING_BITS = SHEAF_VALUE_BITS + SHEAF_UNIT_BITS,
};
#define LOGISTIC    "sheaf-logistic/1"
#define LINEAR      "sheaf-linear/1"
#define SCALING_MAX ((int64_t)1 << (SCALING_BITS + 1))

/* One tensor of the file. */
typedef struct {
    const char *name;
    int64_t *values;
    uint32_t count;
    int64_t min, max;
} tensor;

enum { TENSORS_MAX = 6, NOTES_MAX = 4 };

/* Returns how many there are. */
static int tensors_of(sheaf_model *model, tensor out[TENSORS_MAX])
{
    uint32_t d = model->features.count;
    out[0] = (tensor){"bias", &model->bias, 1, -SHEAF_WEIGHT_MAX, SHEAF_WEIGHT_MAX};
    out[1] = (tensor){"mean", model->scaling.mean, d, -SCALING_MAX, SCALING_MAX};
    out[2] = (tensor){"scale", model->scaling.scale, d, 1, SCALING_MAX};
    out[3] = (tensor){"weight", model->weight, d, -SHEAF_WEIGHT_MAX, SHEAF_WEIGHT_MAX};
    if (!model->scaling.number)
        return 4;
    out[4] = (tensor){"label.mean", &model->scaling.label_mean, 1, -SCALING_MAX, SCALING_MAX};
    out[5] = (tensor){"label.scale", &model->scaling.label_scale, 1, 1, SCALING_MAX};
    return 6;
}

void sheaf_model_init(sheaf_model *out, const sheaf_features *features,
                      const sheaf_scaling *scaling)
{
    *out = (sheaf_model){.features = *features, .scaling = *scaling};
}

/* The notes of the file; the features' text lies in `schema`. */
static uint32_t notes_of(const sheaf_model *model, sheaf_buffer *schema,
                         sheaf_tensor_note out[NOTES_MAX])
{
    uint32_t count = 0;
    sheaf_features_put(schema, &model->features);
    out[count++] = (sheaf_tensor_note){sheaf_str("features"), sheaf_buffer_slice(schema)};
    out[count++] = (sheaf_tensor_note){sheaf_str("format"),
                                       sheaf_str(model->scaling.number ? LINEAR : LOGISTIC)};
    if (model->scaling.clipped)
        out[count++] = (sheaf_tensor_note){sheaf_str("inputs"), sheaf_str("clipped")};
    out[count++] = (sheaf_tensor_note){sheaf_str("label"), sheaf_str(model->features.label)};
    return count;
}

/* The double k * 2^-24, which is exact: |k| < 2^53. */
static double double_of(int64_t k)
{
    return ldexp((double)k, -SHEAF_UNIT_BITS);
}

void sheaf_model_write(sheaf_buffer *out, const sheaf_model *model)
{
    sheaf_model copy = *model;
    tensor tensors[TENSORS_MAX];
    sheaf_tensor rows[TENSORS_MAX];
    sheaf_tensor_note notes[NOTES_MAX];
    double values[TENSORS_MAX][SHEAF_FEATURES_MAX];
    sheaf_buffer schema;
    int tensor_count = tensors_of(&copy, tensors);
    for (int i = 0; i < tensor_count; i++) {
        for (uint32_t j = 0; j < tensors[i].count; j++)
            values[i][j] = double_of(tensors[i].values[j]);
        rows[i] =
            sheaf_tensor_row(tensors[i].name, SHEAF_TENSOR_F64, tensors[i].count, values[i]);
    }
    sheaf_buffer_init(&schema, SCHEMA_MAX);
    uint32_t count = notes_of(model, &schema, notes);
    sheaf_safetensors_write(out, rows, (uint32_t)tensor_count, notes, count);
    out->failed |= schema.failed;
    sheaf_buffer_deinit(&schema);
}

/* Reads the schema, and refuses notes that are not exactly those of the model. */
static sheaf_status notes_read(const sheaf_safetensors *file, sheaf_model *out, sheaf_err *err)
{
    sheaf_tensor_note want[NOTES_MAX];
    sheaf_buffer schema;
    sheaf_slice format = sheaf_safetensors_note(file, "format");
    out->scaling.number = sheaf_slice_is(format, LINEAR);
    if (!out->scaling.number && !sheaf_slice_is(format, LOGISTIC))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file is not of the format " LOGISTIC " or " LINEAR
                          "; its header must say so in __metadata__");
    out->scaling.clipped = sheaf_slice_is(sheaf_safetensors_note(file, "inputs"), "clipped");
    SHEAF_TRY(sheaf_features_parse(sheaf_safetensors_note(file, "features"),
                                   sheaf_safetensors_note(file, "label"), &out->features, err));
    sheaf_buffer_init(&schema, SCHEMA_MAX);
    uint32_t count = notes_of(out, &schema, want);
    bool same = !schema.failed && sheaf_safetensors_notes_are(file, want, count);
    sheaf_buffer_deinit(&schema);
    return same ? SHEAF_OK
                : sheaf_fail(err, SHEAF_INVALID,
                             "the model file's __metadata__ is not the one that its features "
                             "demand: features, format, label, and inputs only if clipped");
}

static sheaf_status content_read(const sheaf_safetensors *file, sheaf_model *out,
                                 sheaf_err *err)
{
    tensor tensors[TENSORS_MAX];
    SHEAF_TRY(notes_read(file, out, err));
    int count = tensors_of(out, tensors);
    if (file->count != (uint32_t)count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file has %u tensors instead of bias, mean, scale%s "
                          "weight",
                          file->count,
                          out->scaling.number ? ", label.mean, label.scale and" : " and");
    for (int i = 0; i < count; i++)
        SHEAF_TRY(sheaf_model_file_units(file, tensors[i].name, tensors[i].count, 0,
                                         tensors[i].min, tensors[i].max, tensors[i].values,
                                         err));
    return SHEAF_OK;
}

sheaf_status sheaf_model_read(sheaf_slice file, sheaf_model *out, sheaf_err *err)
{
    sheaf_safetensors read;
    *out = (sheaf_model){0};
    if (file.len > FILE_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the model file has %zu bytes; it may have %d",
                          file.len, FILE_MAX);
    SHEAF_TRY(sheaf_safetensors_read(file, "the model file", SHEAF_SAFETENSORS_CANONICAL, &read,
                                     err));
    sheaf_status status = content_read(&read, out, err);
    sheaf_safetensors_close(&read);
    return status;
}

double sheaf_standardised(double x, double mean, double scale, bool clipped)
{
    double z = (x - mean) / scale;
    if (clipped && z < -1)
        return -1;
    return clipped && z > 1 ? 1 : z;
}

double sheaf_model_score(const sheaf_model *model, const double *x)
{
    double score = (double)model->bias;
    for (uint32_t j = 0; j < model->features.count; j++) {
        double mean = ldexp((double)model->scaling.mean[j], -SHEAF_UNIT_BITS);
        double scale = ldexp((double)model->scaling.scale[j], -SHEAF_UNIT_BITS);
        bool filled = isnan(x[j]) && model->features.items[j].missing == SHEAF_MISSING_MEAN;
        double z = filled ? 0 : sheaf_standardised(x[j], mean, scale, model->scaling.clipped);
        score += (double)model->weight[j] * z;
    }
    return ldexp(score, -SHEAF_UNIT_BITS);
}

double sheaf_model_value(const sheaf_model *model, const double *x)
{
    double mean = ldexp((double)model->scaling.label_mean, -SHEAF_UNIT_BITS);
    double scale = ldexp((double)model->scaling.label_scale, -SHEAF_UNIT_BITS);
    return mean + scale * sheaf_model_score(model, x);
}

double sheaf_probability(double score)
{
    if (score >= 0)
        return 1 / (1 + exp(-score));
    double e = exp(score);
    return e / (1 + e);
}
