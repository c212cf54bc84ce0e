#include "learn/epochs.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { STEPS_MAX = 1000000, MILLION = 1000000, MILLIONTHS_MAX = 100000000 };

sheaf_training sheaf_training_default(void)
{
    return (sheaf_training){.steps = 100, .batch = 8, .rate_millionths = 10000};
}

sheaf_status sheaf_training_check(const sheaf_training *training, sheaf_err *err)
{
    if (training->steps < 1 || training->steps > STEPS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a round has 1 to %d local steps, not %u",
                          STEPS_MAX, training->steps);
    if (training->rate_millionths < 1 || training->rate_millionths > MILLIONTHS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the learning rate is 1 to %d millionths, not %u",
                          MILLIONTHS_MAX, training->rate_millionths);
    if (training->l2_millionths > MILLIONTHS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the penalty is at most %d millionths, not %u",
                          MILLIONTHS_MAX, training->l2_millionths);
    return SHEAF_OK;
}

uint64_t sheaf_training_draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t sheaf_training_seed(uint64_t seed, uint32_t round, uint64_t participant)
{
    uint64_t state = seed;
    state = sheaf_training_draw(&state) ^ round;
    state = sheaf_training_draw(&state) ^ participant;
    return sheaf_training_draw(&state);
}

static sheaf_status samples_open(const sheaf_table *table, sheaf_part part, const double *mean,
                                 const double *scale, bool clipped, sheaf_samples *out,
                                 sheaf_err *err)
{
    *out = (sheaf_samples){.d = table->d};
    uint32_t n = part == SHEAF_PART_ALL     ? table->rows
                 : part == SHEAF_PART_TRAIN ? table->train_rows
                                            : table->test_rows;
    assert(table->d > 0);
    if (n == 0)
        return sheaf_fail(err, SHEAF_INVALID, "the table has no %s rows",
                          part == SHEAF_PART_TRAIN ? "training" : "held-out");
    out->z = calloc((size_t)n * table->d, sizeof *out->z);
    out->y = calloc(n, 1);
    if (!out->z || !out->y) {
        sheaf_samples_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to standardise %u records", n);
    }
    for (uint32_t i = 0; i < table->rows; i++) {
        if (!sheaf_part_has(table, part, i))
            continue;
        const double *x = table->x + (size_t)i * table->d;
        double *z = out->z + (size_t)out->n * table->d;
        for (uint32_t j = 0; j < table->d; j++)
            z[j] = isnan(x[j]) ? 0 : sheaf_standardised(x[j], mean[j], scale[j], clipped);
        out->y[out->n++] = table->y[i];
    }
    return SHEAF_OK;
}

sheaf_status sheaf_samples_open_doubles(const sheaf_table *table, sheaf_part part,
                                        const double *mean, const double *scale,
                                        sheaf_samples *out, sheaf_err *err)
{
    return samples_open(table, part, mean, scale, false, out, err);
}

static sheaf_status targets_open(const sheaf_table *table, sheaf_part part,
                                 const sheaf_scaling *scaling, sheaf_samples *out,
                                 sheaf_err *err)
{
    double mean = ldexp((double)scaling->label_mean, -SHEAF_UNIT_BITS);
    double scale = ldexp((double)scaling->label_scale, -SHEAF_UNIT_BITS);
    out->target = calloc(out->n, sizeof *out->target);
    if (!out->target) {
        sheaf_samples_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to standardise labels");
    }
    for (uint32_t i = 0, n = 0; i < table->rows; i++)
        if (sheaf_part_has(table, part, i))
            out->target[n++] =
                sheaf_standardised(table->target[i], mean, scale, scaling->clipped);
    return SHEAF_OK;
}

sheaf_status sheaf_samples_open(const sheaf_table *table, sheaf_part part,
                                const sheaf_scaling *scaling, sheaf_samples *out,
                                sheaf_err *err)
{
    double mean[SHEAF_FEATURES_MAX], scale[SHEAF_FEATURES_MAX];
    for (uint32_t j = 0; j < table->d; j++) {
        mean[j] = ldexp((double)scaling->mean[j], -SHEAF_UNIT_BITS);
        scale[j] = ldexp((double)scaling->scale[j], -SHEAF_UNIT_BITS);
    }
    SHEAF_TRY(samples_open(table, part, mean, scale, scaling->clipped, out, err));
    return scaling->number ? targets_open(table, part, scaling, out, err) : SHEAF_OK;
}

void sheaf_samples_close(sheaf_samples *samples)
{
    free(samples->target);
    free(samples->z);
    free(samples->y);
    *samples = (sheaf_samples){0};
}

double sheaf_logistic_score(const double *parameters, const double *z, uint32_t d)
{
    double score = parameters[d];
    for (uint32_t j = 0; j < d; j++)
        score += parameters[j] * z[j];
    return score;
}

double sheaf_logistic_loss(double score, bool positive)
{
    double margin = positive ? score : -score;
    double loss = margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin;
    return loss < SHEAF_LOSS_MAX ? loss : SHEAF_LOSS_MAX;
}

void sheaf_logistic_gradient(const sheaf_samples *samples, const uint32_t *rows, uint32_t count,
                             const double *parameters, double l2, double *out)
{
    uint32_t d = samples->d;
    for (uint32_t j = 0; j <= d; j++)
        out[j] = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double *z = samples->z + (size_t)rows[i] * d;
        double score = sheaf_logistic_score(parameters, z, d);
        /* d loss / d score: probability - label; of half the squared error, the error */
        double slope = samples->target ? score - samples->target[rows[i]]
                                       : sheaf_probability(score) - samples->y[rows[i]];
        for (uint32_t j = 0; j < d; j++)
            out[j] += slope * z[j];
        out[d] += slope;
    }
    for (uint32_t j = 0; j <= d; j++)
        out[j] /= count;
    for (uint32_t j = 0; j < d; j++)
        out[j] += l2 * parameters[j];
}

sheaf_status sheaf_logistic_train(const sheaf_samples *samples, const sheaf_training *training,
                                  uint64_t seed, double *parameters, sheaf_err *err)
{
    sheaf_epochs epochs;
    double rate = (double)training->rate_millionths / MILLION;
    double l2 = (double)training->l2_millionths / MILLION;
    double gradient[SHEAF_FEATURES_MAX + 1];
    SHEAF_TRY(sheaf_epochs_open(training, samples->n, seed, &epochs, err));
    for (uint32_t step = 0; step < training->steps; step++) {
        uint32_t count;
        const uint32_t *rows = sheaf_epochs_next(&epochs, &count);
        sheaf_logistic_gradient(samples, rows, count, parameters, l2, gradient);
        for (uint32_t j = 0; j <= samples->d; j++)
            parameters[j] -= rate * gradient[j];
    }
    sheaf_epochs_close(&epochs);
    return SHEAF_OK;
}
