#include "learn/mlp.h"

#include "crypto/ed25519.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

uint32_t sheaf_mlp_layers(const sheaf_mlp_shape *shape, sheaf_layer *out)
{
    uint32_t count = 0, before = shape->inputs;
    for (uint32_t i = 0; i < shape->hidden; i++) {
        const uint32_t units = shape->units[i];
        out[count++] = (sheaf_layer){&sheaf_layer_dense, before, units, 1};
        out[count++] =
            (sheaf_layer){shape->tanh ? &sheaf_layer_tanh : &sheaf_layer_relu, units, units, 1};
        before = units;
    }
    out[count++] = (sheaf_layer){&sheaf_layer_dense, before, 1, 1};
    return count;
}

uint32_t sheaf_mlp_parameters(const sheaf_mlp_shape *shape)
{
    uint32_t before = shape->inputs, count = 0;
    for (uint32_t i = 0; i < shape->hidden; i++) {
        count += (before + 1) * shape->units[i];
        before = shape->units[i];
    }
    return count + before + 1;
}

sheaf_status sheaf_mlp_open(sheaf_mlp *out, const sheaf_mlp_shape *shape,
                            const sheaf_features *features, const sheaf_scaling *scaling,
                            sheaf_err *err)
{
    assert(shape->hidden >= 1 && shape->hidden <= SHEAF_MLP_HIDDEN_MAX && shape->inputs >= 1
           && shape->inputs <= SHEAF_FEATURES_MAX);
    *out = (sheaf_mlp){.shape = *shape,
                       .features = *features,
                       .scaling = *scaling,
                       .label_mean = shape->number ? scaling->label_mean : 0,
                       .label_scale = shape->number ? scaling->label_scale : 0,
                       .count = sheaf_mlp_parameters(shape)};
    out->parameters = calloc(out->count, sizeof *out->parameters);
    if (!out->parameters)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a model of %u parameters",
                          out->count);
    return SHEAF_OK;
}

void sheaf_mlp_close(sheaf_mlp *model)
{
    free(model->parameters);
    *model = (sheaf_mlp){0};
}

/* ---- a beginning ---- */

/* The root of 6 / fan in units of 2^-24, rounded down. */
static int64_t root_of_six_over(uint32_t fan)
{
    const uint64_t square = ((uint64_t)6 << (2 * SHEAF_UNIT_BITS)) / fan;
    uint64_t root = (uint64_t)sqrt((double)square);
    while (root * root > square)
        root--;
    while ((root + 1) * (root + 1) <= square)
        root++;
    return (int64_t)root;
}

void sheaf_mlp_draw(sheaf_mlp *model, uint64_t seed)
{
    sheaf_layer layers[SHEAF_LAYERS_MAX];
    uint32_t count = sheaf_mlp_layers(&model->shape, layers), at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const sheaf_layer *layer = &layers[i];
        if (layer->kind != &sheaf_layer_dense)
            continue;
        bool relu = !model->shape.tanh && i + 1 < count;
        int64_t most = root_of_six_over(relu ? layer->in : layer->in + layer->out);
        for (uint32_t j = 0; j < layer->in * layer->out; j++)
            model->parameters[at++] = (int64_t)((unsigned __int128)sheaf_training_draw(&seed)
                                                    * ((uint64_t)most * 2 + 1)
                                                >> 64)
                                      - most;
        for (uint32_t j = 0; j < layer->out; j++)
            model->parameters[at++] = 0;
    }
    assert(at == model->count);
}

void sheaf_mlp_floats(const sheaf_mlp *model, float *out)
{
    for (uint32_t i = 0; i < model->count; i++)
        out[i] = (float)ldexp((double)model->parameters[i], -SHEAF_UNIT_BITS);
}

/* ---- records ---- */

void sheaf_mlp_records_close(sheaf_mlp_records *records)
{
    if (records->x)
        sheaf_wipe(records->x, (size_t)records->n * records->d * sizeof *records->x);
    if (records->target)
        sheaf_wipe(records->target, records->n * sizeof *records->target);
    free(records->x);
    free(records->target);
    *records = (sheaf_mlp_records){0};
}

/* Standardises one row; what is missing counts as average. */
static void row_standardise(const sheaf_mlp *model, const double *x, float *out)
{
    for (uint32_t j = 0; j < model->shape.inputs; j++) {
        double mean = ldexp((double)model->scaling.mean[j], -SHEAF_UNIT_BITS);
        double scale = ldexp((double)model->scaling.scale[j], -SHEAF_UNIT_BITS);
        double z = sheaf_standardised(x[j], mean, scale, model->scaling.clipped);
        out[j] = z == z ? (float)z : 0;
    }
}

static float target_of(const sheaf_mlp *model, const sheaf_table *table, uint32_t row)
{
    if (!model->shape.number)
        return table->y[row];
    double mean = ldexp((double)model->label_mean, -SHEAF_UNIT_BITS);
    double scale = ldexp((double)model->label_scale, -SHEAF_UNIT_BITS);
    return (float)sheaf_standardised(table->target[row], mean, scale, model->scaling.clipped);
}

sheaf_status sheaf_mlp_records_open(const sheaf_mlp *model, const sheaf_table *table,
                                    sheaf_part part, sheaf_mlp_records *out, sheaf_err *err)
{
    const uint32_t n = part == SHEAF_PART_ALL     ? table->rows
                       : part == SHEAF_PART_TRAIN ? table->train_rows
                                                  : table->test_rows;
    if (table->d != model->shape.inputs)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u features, but the model has %u",
                          table->d, model->shape.inputs);
    *out = (sheaf_mlp_records){.d = table->d};
    if (n == 0)
        return SHEAF_OK;
    out->x = calloc((size_t)n * table->d, sizeof *out->x);
    out->target = calloc(n, sizeof *out->target);
    if (!out->x || !out->target) {
        sheaf_mlp_records_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to standardise %u records", n);
    }
    for (uint32_t i = 0; i < table->rows; i++) {
        if (!sheaf_part_has(table, part, i))
            continue;
        row_standardise(model, table->x + (size_t)i * table->d,
                        out->x + (size_t)out->n * table->d);
        out->target[out->n++] = target_of(model, table, i);
    }
    return SHEAF_OK;
}

/* ---- scores ---- */

sheaf_status sheaf_mlp_scores(const sheaf_mlp *model, const sheaf_table *table, double *out,
                              sheaf_err *err)
{
    sheaf_layer layers[SHEAF_LAYERS_MAX];
    sheaf_network network;
    sheaf_product product;
    uint32_t d = model->shape.inputs, count = sheaf_mlp_layers(&model->shape, layers);
    if (table->d != d)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u features, but the model has %u",
                          table->d, d);
    sheaf_product_open(&product, SHEAF_PRODUCT_PORTABLE,
                       (sheaf_product_teller){sheaf_product_note, NULL});
    SHEAF_TRY(sheaf_network_open(&network, layers, count, BATCH, err));
    float *parameters = calloc(model->count, sizeof *parameters);
    if (!parameters) {
        sheaf_network_close(&network);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to predict");
    }
    sheaf_mlp_floats(model, parameters);
    for (uint32_t first = 0; first < table->rows; first += BATCH) {
        uint32_t rows = table->rows - first < BATCH ? table->rows - first : BATCH;
        for (uint32_t i = 0; i < rows; i++)
            row_standardise(model, table->x + ((size_t)first + i) * d,
                            sheaf_network_input(&network) + (size_t)i * d);
        sheaf_network_forward(&network, &product, parameters, rows);
        for (uint32_t i = 0; i < rows; i++)
            out[first + i] = (double)sheaf_network_output(&network)[i];
    }
    free(parameters);
    sheaf_network_close(&network);
    return SHEAF_OK;
}
