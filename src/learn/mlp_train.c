#include "learn/mlp_train.h"

#include "learn/epochs.h"
#include "learn/wide.h"
#include "round/fixed_point.h"

#include "crypto/ed25519.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000, CHUNK = 64, BATCH_MAX = 256 };

sheaf_status sheaf_mlp_trainer_open(sheaf_mlp_trainer *out, const sheaf_mlp *model,
                                    sheaf_product_kind product, uint32_t examples_max,
                                    sheaf_err *err)
{
    sheaf_layer layers[SHEAF_LAYERS_MAX];
    const uint32_t count = sheaf_mlp_layers(&model->shape, layers);
    *out = (sheaf_mlp_trainer){
        .count = model->count,
        .loss = model->shape.number ? sheaf_loss_number : sheaf_loss_class,
    };
    sheaf_product_open(&out->product, product,
                       (sheaf_product_teller){sheaf_product_note, NULL});
    SHEAF_TRY(sheaf_network_open(&out->network, layers, count, examples_max, err));
    out->parameters = calloc(2 * (size_t)model->count, sizeof *out->parameters);
    out->losses = calloc(examples_max, sizeof *out->losses);
    if (!out->parameters || !out->losses) {
        sheaf_mlp_trainer_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train a model of %u parameters",
                          model->count);
    }
    out->gradient = out->parameters + model->count;
    sheaf_mlp_floats(model, out->parameters);
    return SHEAF_OK;
}

void sheaf_mlp_trainer_close(sheaf_mlp_trainer *t)
{
    if (t->parameters)
        sheaf_wipe(t->parameters, 2 * (size_t)t->count * sizeof *t->parameters);
    free(t->parameters);
    free(t->losses);
    sheaf_network_close(&t->network);
    *t = (sheaf_mlp_trainer){0};
}

void sheaf_mlp_pass(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                    const uint32_t *rows, uint32_t count, bool backward)
{
    float target[CHUNK];
    float *x = sheaf_network_input(&t->network), *slopes = sheaf_network_slopes(&t->network);
    const float *scores = sheaf_network_output(&t->network);
    for (uint32_t i = 0; i < count; i++)
        memcpy(x + (size_t)i * records->d, records->x + (size_t)rows[i] * records->d,
               records->d * sizeof *x);
    sheaf_network_forward(&t->network, &t->product, t->parameters, count);
    for (uint32_t first = 0; first < count; first += CHUNK) {
        uint32_t some = count - first < CHUNK ? count - first : CHUNK;
        for (uint32_t i = 0; i < some; i++)
            target[i] = records->target[rows[first + i]];
        t->loss(scores + first, target, some, backward ? NULL : t->losses + first,
                backward ? slopes + first : NULL);
    }
    if (backward)
        sheaf_network_backward(&t->network, &t->product, t->parameters, count);
}

/* Parameters of which the first so many are weights, which decay. */
SHEAF_WIDE static void move(float *p, const float *g, size_t weights, size_t all, float rate,
                            float decay)
{
    for (size_t j = 0; j < weights; j++)
        p[j] -= rate * g[j] + decay * p[j];
    for (size_t j = weights; j < all; j++)
        p[j] -= rate * g[j];
}

void sheaf_mlp_descend(sheaf_mlp_trainer *t, float rate, float decay)
{
    const sheaf_network *n = &t->network;
    for (uint32_t i = 0; i < n->count; i++) {
        const sheaf_layer *layer = &n->layer[i];
        if (!layer->kind->gradient)
            continue;
        const size_t weights = (size_t)layer->in * layer->out;
        move(t->parameters + n->first[i], t->gradient + n->first[i], weights,
             weights + layer->out, rate, decay);
    }
}

void sheaf_mlp_step(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                    const uint32_t *rows, uint32_t count, double rate, double l2)
{
    const uint32_t most = t->network.examples_max;
    const float each = (float)(rate / count);
    for (uint32_t first = 0; first < count; first += most) {
        uint32_t some = count - first < most ? count - first : most;
        sheaf_mlp_pass(t, records, rows + first, some, true);
        sheaf_network_gradient(&t->network, &t->product, some, 1, first > 0, t->gradient);
    }
    sheaf_mlp_descend(t, each, (float)(rate * l2));
}

sheaf_status sheaf_mlp_train(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                             const sheaf_training *training, uint64_t seed, sheaf_err *err)
{
    sheaf_epochs epochs;
    SHEAF_TRY(sheaf_epochs_open(training, records->n, seed, &epochs, err));
    for (uint32_t step = 0; step < training->steps; step++) {
        uint32_t count;
        const uint32_t *rows = sheaf_epochs_next(&epochs, &count);
        sheaf_mlp_step(t, records, rows, count, (double)training->rate_millionths / MILLION,
                       (double)training->l2_millionths / MILLION);
    }
    sheaf_epochs_close(&epochs);
    return SHEAF_OK;
}

/* ---- federated averaging ---- */

/* Words of the loss and of what is right or wrong, of the parameters that stand. */
static void figures_local(sheaf_mlp_trainer *t, const sheaf_mlp_records *records, bool number,
                          int64_t *words)
{
    const uint32_t most = t->network.examples_max < CHUNK ? t->network.examples_max : CHUNK;
    const double loss_max = number ? SHEAF_MLP_ERROR_MAX * SHEAF_MLP_ERROR_MAX : SHEAF_LOSS_MAX;
    uint32_t rows[CHUNK];
    words[0] = words[1] = 0;
    for (uint32_t first = 0; first < records->n; first += most) {
        uint32_t some = records->n - first < most ? records->n - first : most;
        for (uint32_t i = 0; i < some; i++)
            rows[i] = first + i;
        sheaf_mlp_pass(t, records, rows, some, false);
        for (uint32_t i = 0; i < some; i++) {
            double loss = number ? 2 * t->losses[i] : t->losses[i];
            float score = sheaf_network_output(&t->network)[i];
            loss = loss < loss_max ? loss : loss_max;
            words[0] += llround(ldexp(loss, SHEAF_UNIT_BITS));
            words[1] += number ? llround(ldexp(sqrt(loss), SHEAF_UNIT_BITS))
                               : (score >= 0) == (records->target[first + i] > 0);
        }
    }
}

static sheaf_status update_words(const sheaf_mlp_trainer *t, const sheaf_training *training,
                                 uint32_t n, int64_t *words, sheaf_err *err)
{
    for (uint32_t j = 0; j < t->count; j++) {
        double parameter = (double)t->parameters[j];
        if (!(fabs(parameter) < (1 << SHEAF_PARAMETER_BITS) - 1))
            return sheaf_fail(err, SHEAF_INVALID,
                              "training diverged: a weight grew beyond %d; use a smaller "
                              "learning rate than %u millionths",
                              1 << SHEAF_PARAMETER_BITS, training->rate_millionths);
        words[j] = llround(ldexp(parameter, SHEAF_UNIT_BITS)) * n;
    }
    words[t->count] = n;
    return SHEAF_OK;
}

sheaf_status sheaf_mlp_update_local(const sheaf_mlp *current, const sheaf_table *table,
                                    const sheaf_training *training, uint64_t seed,
                                    int64_t *words, sheaf_err *err)
{
    sheaf_mlp_records records;
    sheaf_mlp_trainer trainer;
    const uint32_t batch = training->batch;
    if (table->train_rows > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u training rows; all members together may have %d",
                          table->train_rows, SHEAF_RECORDS_MAX);
    SHEAF_TRY(sheaf_mlp_records_open(current, table, SHEAF_PART_TRAIN, &records, err));
    if (records.n == 0)
        return sheaf_fail(err, SHEAF_INVALID, "the table has no training rows");
    sheaf_status status =
        sheaf_mlp_trainer_open(&trainer, current, sheaf_product_preferred(),
                               batch == 0 || batch > BATCH_MAX ? BATCH_MAX : batch, err);
    if (status == SHEAF_OK) {
        figures_local(&trainer, &records, current->shape.number, words + current->count + 1);
        status = sheaf_mlp_train(&trainer, &records, training, seed, err);
        if (status == SHEAF_OK)
            status = update_words(&trainer, training, records.n, words, err);
        sheaf_mlp_trainer_close(&trainer);
    }
    sheaf_mlp_records_close(&records);
    return status;
}

sheaf_status sheaf_mlp_loss(const sheaf_mlp *model, const sheaf_table *table, int64_t *loss,
                            sheaf_err *err)
{
    sheaf_mlp_records records;
    sheaf_mlp_trainer trainer;
    int64_t words[2];
    SHEAF_TRY(sheaf_mlp_records_open(model, table, SHEAF_PART_TRAIN, &records, err));
    sheaf_status status =
        sheaf_mlp_trainer_open(&trainer, model, SHEAF_PRODUCT_OPENBLAS, CHUNK, err);
    if (status == SHEAF_OK) {
        figures_local(&trainer, &records, model->shape.number, words);
        *loss = words[0];
        sheaf_mlp_trainer_close(&trainer);
    }
    sheaf_mlp_records_close(&records);
    return status;
}

static sheaf_mlp_figures figures_of(const sheaf_mlp *model, const int64_t *words)
{
    const int64_t n = words[0], loss = words[1], second = words[2];
    sheaf_mlp_figures out = {.records = (uint32_t)n};
    if (!model->shape.number) {
        out.accuracy_millionths = (int64_t)sheaf_divide_rounded(second * MILLION, n);
        out.loss_millionths =
            (int64_t)sheaf_divide_rounded((sheaf_int128)loss * MILLION, n * SHEAF_UNIT);
        return out;
    }
    const sheaf_int128 scale = (sheaf_int128)model->label_scale * MILLION, one = SHEAF_UNIT;
    const sheaf_int128 root =
        sheaf_root_rounded(sheaf_divide_rounded((sheaf_int128)loss * SHEAF_UNIT, n));
    out.mae_millionths = (int64_t)sheaf_divide_rounded(second * scale, n * one * one);
    out.rmse_millionths = (int64_t)sheaf_divide_rounded(root * scale, one * one);
    return out;
}

sheaf_status sheaf_mlp_update_finish(sheaf_mlp *model, const int64_t *words,
                                     sheaf_mlp_figures *figures, sheaf_err *err)
{
    const uint32_t count = model->count;
    const int64_t n = words[count], loss = words[count + 1], second = words[count + 2];
    const int64_t most = SHEAF_MLP_ERROR_MAX;
    if (n < 1 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld training records; it must be 1 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    const int64_t loss_max =
        n * SHEAF_UNIT * (model->shape.number ? most * most : SHEAF_LOSS_MAX);
    if (loss < 0 || loss > loss_max || second < 0
        || second > (model->shape.number ? n * SHEAF_UNIT * most : n))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sums of losses and of what they predict right are "
                          "impossible for %lld records; abort this round and find the member "
                          "whose node is faulty",
                          (long long)n);
    for (uint32_t j = 0; j < count; j++)
        if (words[j] > n * SHEAF_WEIGHT_MAX || words[j] < -n * SHEAF_WEIGHT_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sum for parameter %u is out of bounds; abort this "
                              "round and find the member whose node is faulty",
                              j + 1);
    for (uint32_t j = 0; j < count; j++)
        model->parameters[j] = (int64_t)sheaf_divide_rounded(words[j], n);
    *figures = figures_of(model, words + count);
    return SHEAF_OK;
}
