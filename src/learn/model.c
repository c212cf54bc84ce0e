#include "learn/model.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_MAX = 32768,    /* a schema of 256 features with long names stays below it */
    PARSE_BYTES = 1 << 17, /* work memory to parse a header that is not larger */
    SCALING_BITS = SHEAF_VALUE_BITS + SHEAF_UNIT_BITS,
};
#define FORMAT      "sheaf-logistic/1"
#define SCALING_MAX ((int64_t)1 << (SCALING_BITS + 1))

/* The tensors in the order of the file. */
typedef struct {
    const char *name;
    int64_t *values;
    uint32_t count;
    int64_t min, max;
} tensor;

enum { TENSORS = 4 };

static void tensors_of(sheaf_model *model, tensor out[TENSORS])
{
    uint32_t d = model->features.count;
    out[0] = (tensor){"bias", &model->bias, 1, -SHEAF_WEIGHT_MAX, SHEAF_WEIGHT_MAX};
    out[1] = (tensor){"mean", model->scaling.mean, d, -SCALING_MAX, SCALING_MAX};
    out[2] = (tensor){"scale", model->scaling.scale, d, 1, SCALING_MAX};
    out[3] = (tensor){"weight", model->weight, d, -SHEAF_WEIGHT_MAX, SHEAF_WEIGHT_MAX};
}

void sheaf_model_init(sheaf_model *out, const sheaf_features *features,
                      const sheaf_scaling *scaling)
{
    *out = (sheaf_model){.features = *features, .scaling = *scaling};
}

static void header_write(sheaf_buffer *out, const sheaf_model *model, const tensor *tensors)
{
    sheaf_buffer schema;
    sheaf_buffer_init(&schema, HEADER_MAX);
    sheaf_features_put(&schema, &model->features);
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "__metadata__");
    sheaf_json_open_object(&w);
    sheaf_json_member_put_string(&w, "features", sheaf_buffer_slice(&schema));
    sheaf_json_member_put_string(&w, "format", sheaf_str(FORMAT));
    if (model->scaling.clipped)
        sheaf_json_member_put_string(&w, "inputs", sheaf_str("clipped"));
    sheaf_json_member_put_string(&w, "label", sheaf_str(model->features.label));
    sheaf_json_close(&w);
    int64_t at = 0;
    for (int i = 0; i < TENSORS; i++) {
        int64_t end = at + 8 * (int64_t)tensors[i].count;
        sheaf_json_key(&w, tensors[i].name);
        sheaf_json_open_object(&w);
        sheaf_json_key(&w, "data_offsets");
        sheaf_json_open_list(&w);
        sheaf_json_int(&w, at);
        sheaf_json_int(&w, end);
        sheaf_json_close(&w);
        sheaf_json_member_put_string(&w, "dtype", sheaf_str("F64"));
        sheaf_json_key(&w, "shape");
        sheaf_json_open_list(&w);
        sheaf_json_int(&w, tensors[i].count);
        sheaf_json_close(&w);
        sheaf_json_close(&w);
        at = end;
    }
    sheaf_json_close(&w);
    if (schema.failed)
        out->failed = true;
    sheaf_buffer_deinit(&schema);
}

static void put_le64(sheaf_buffer *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        sheaf_buffer_add_byte(out, (uint8_t)(value >> (8 * i)));
}

static uint64_t get_le64(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

/* The bits of the double k * 2^-24, which is exact: |k| < 2^53. */
static uint64_t double_bits(int64_t k)
{
    double value = ldexp((double)k, -SHEAF_UNIT_BITS);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The other way; false for every double that double_bits() does not give in [min, max]. */
static bool double_units(uint64_t bits, int64_t min, int64_t max, int64_t *out)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!(fabs(value) < ldexp(1, 52 - SHEAF_UNIT_BITS)))
        return false;
    *out = (int64_t)ldexp(value, SHEAF_UNIT_BITS);
    return double_bits(*out) == bits && *out >= min && *out <= max;
}

void sheaf_model_write(sheaf_buffer *out, const sheaf_model *model)
{
    sheaf_model copy = *model;
    tensor tensors[TENSORS];
    sheaf_buffer header;
    tensors_of(&copy, tensors);
    sheaf_buffer_init(&header, HEADER_MAX);
    header_write(&header, model, tensors);
    while (header.len % 8 != 0)
        sheaf_buffer_add_byte(&header, ' ');
    put_le64(out, header.len);
    sheaf_buffer_add(out, sheaf_buffer_slice(&header));
    if (header.failed)
        out->failed = true;
    sheaf_buffer_deinit(&header);
    for (int i = 0; i < TENSORS; i++)
        for (uint32_t j = 0; j < tensors[i].count; j++)
            put_le64(out, double_bits(tensors[i].values[j]));
}

/* Finds the schema in the header. Whether the header is otherwise right is seen by writing it
 * again. */
static sheaf_status header_parse(sheaf_slice header, sheaf_arena *arena, sheaf_model *out,
                                 sheaf_err *err)
{
    sheaf_json *root;
    SHEAF_TRY(sheaf_json_parse(header, arena, &root, err));
    const sheaf_json *metadata = sheaf_json_member(root, "__metadata__");
    if (!sheaf_slice_is(sheaf_json_member_string(metadata, "format"), FORMAT))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file is not of the format " FORMAT
                          "; its header must say so in __metadata__");
    out->scaling.clipped =
        sheaf_slice_is(sheaf_json_member_string(metadata, "inputs"), "clipped");
    return sheaf_features_parse(sheaf_json_member_string(metadata, "features"),
                                sheaf_json_member_string(metadata, "label"), &out->features,
                                err);
}

static sheaf_status header_read(sheaf_slice *file, sheaf_model *out, sheaf_err *err)
{
    sheaf_slice length, header, want;
    sheaf_buffer again;
    size_t whole = file->len;
    if (whole > SHEAF_MODEL_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the model file has %zu bytes; it may have %d",
                          whole, SHEAF_MODEL_BYTES_MAX);
    if (!sheaf_take(file, 8, &length))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file has only %zu bytes and no safetensors header", whole);
    uint64_t len = get_le64(length.data);
    if (len > HEADER_MAX || !sheaf_take(file, (size_t)len, &header))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file's header would have %llu bytes, but the file has %zu",
                          (unsigned long long)len, whole);
    while (header.len > 0 && header.data[header.len - 1] == ' ')
        header.len--;
    void *block = malloc(PARSE_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the model's header");
    sheaf_arena arena = sheaf_arena_over(block, PARSE_BYTES);
    sheaf_status status = header_parse(header, &arena, out, err);
    free(block);
    SHEAF_TRY(status);

    tensor tensors[TENSORS];
    tensors_of(out, tensors);
    sheaf_buffer_init(&again, HEADER_MAX);
    header_write(&again, out, tensors);
    want = sheaf_buffer_slice(&again);
    status = sheaf_buffer_check(&again, "the model's header", err);
    size_t padded = (want.len + 7) / 8 * 8;
    if (status == SHEAF_OK && (!sheaf_slice_equal(want, header) || len != padded))
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "the model file's header is not the one that its features demand: "
                       "tensors bias [1], mean, scale and weight [%u] of type F64, in this "
                       "order and in canonical form",
                       out->features.count);
    sheaf_buffer_deinit(&again);
    return status;
}

sheaf_status sheaf_model_read(sheaf_slice file, sheaf_model *out, sheaf_err *err)
{
    tensor tensors[TENSORS];
    sheaf_slice bytes;
    *out = (sheaf_model){0};
    SHEAF_TRY(header_read(&file, out, err));
    size_t want = 8 + 24 * (size_t)out->features.count;
    if (file.len != want)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file has %zu bytes of numbers instead of %zu", file.len,
                          want);
    tensors_of(out, tensors);
    for (int i = 0; i < TENSORS; i++)
        for (uint32_t j = 0; j < tensors[i].count; j++)
            if (!sheaf_take(&file, 8, &bytes)
                || !double_units(get_le64(bytes.data), tensors[i].min, tensors[i].max,
                                 &tensors[i].values[j]))
                return sheaf_fail(err, SHEAF_INVALID,
                                  "value %u of the tensor %s is not a whole number of 2^-24 "
                                  "within its bounds",
                                  j, tensors[i].name);
    return SHEAF_OK;
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
        double z = sheaf_standardised(x[j], mean, scale, model->scaling.clipped);
        score += (double)model->weight[j] * z;
    }
    return ldexp(score, -SHEAF_UNIT_BITS);
}

double sheaf_probability(double score)
{
    if (score >= 0)
        return 1 / (1 + exp(-score));
    double e = exp(score);
    return e / (1 + e);
}
