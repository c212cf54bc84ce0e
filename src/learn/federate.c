#include "learn/federate.h"
#include "round/fixed_point.h"

#include <math.h>

enum { MILLION = 1000000 };

/* Words of the loss and the correct predictions of the parameters on the samples. */
static void figures_local(const sheaf_samples *samples, const double *parameters,
                          int64_t *words)
{
    words[0] = words[1] = 0;
    for (uint32_t i = 0; i < samples->n; i++) {
        const double *z = samples->z + (size_t)i * samples->d;
        double score = sheaf_logistic_score(parameters, z, samples->d);
        bool positive = samples->y[i] != 0;
        words[0] += llround(ldexp(sheaf_logistic_loss(score, positive), SHEAF_UNIT_BITS));
        words[1] += (score >= 0) == positive;
    }
}

static void parameters_of(const sheaf_model *model, double *parameters)
{
    const uint32_t d = model->features.count;
    for (uint32_t j = 0; j < d; j++)
        parameters[j] = ldexp((double)model->weight[j], -SHEAF_UNIT_BITS);
    parameters[d] = ldexp((double)model->bias, -SHEAF_UNIT_BITS);
}

static sheaf_status update_from(const sheaf_model *current, const sheaf_samples *samples,
                                const sheaf_training *training, uint64_t seed, int64_t *words,
                                sheaf_err *err)
{
    uint32_t d = samples->d;
    double parameters[SHEAF_FEATURES_MAX + 1];
    parameters_of(current, parameters);
    figures_local(samples, parameters, words + d + 2);
    SHEAF_TRY(sheaf_logistic_train(samples, training, seed, parameters, err));
    words[d + 1] = samples->n;
    for (uint32_t j = 0; j <= d; j++) {
        if (!(fabs(parameters[j]) < (1 << SHEAF_PARAMETER_BITS) - 1))
            return sheaf_fail(err, SHEAF_INVALID,
                              "training diverged: a weight grew beyond %d; use a smaller "
                              "learning rate than %u millionths",
                              1 << SHEAF_PARAMETER_BITS, training->rate_millionths);
        words[j] = llround(ldexp(parameters[j], SHEAF_UNIT_BITS)) * samples->n;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_update_local(const sheaf_model *current, const sheaf_table *table,
                                const sheaf_training *training, uint64_t seed, int64_t *words,
                                sheaf_err *err)
{
    sheaf_samples samples;
    if (table->d != current->features.count)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u features, but the model has %u",
                          table->d, current->features.count);
    if (table->train_rows > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u training rows; all members together may have %d",
                          table->train_rows, SHEAF_RECORDS_MAX);
    SHEAF_TRY(sheaf_samples_open(table, SHEAF_PART_TRAIN, &current->scaling, &samples, err));
    sheaf_status status = update_from(current, &samples, training, seed, words, err);
    sheaf_samples_close(&samples);
    return status;
}

sheaf_status sheaf_update_loss(const sheaf_model *model, const sheaf_table *table,
                               int64_t *loss, sheaf_err *err)
{
    sheaf_samples samples;
    double parameters[SHEAF_FEATURES_MAX + 1];
    int64_t words[2];
    SHEAF_TRY(sheaf_samples_open(table, SHEAF_PART_TRAIN, &model->scaling, &samples, err));
    parameters_of(model, parameters);
    figures_local(&samples, parameters, words);
    *loss = words[0];
    sheaf_samples_close(&samples);
    return SHEAF_OK;
}

sheaf_status sheaf_update_finish(const sheaf_model *current, const int64_t *words,
                                 sheaf_model *next, sheaf_round_figures *figures,
                                 sheaf_err *err)
{
    uint32_t d = current->features.count;
    int64_t n = words[d + 1], loss = words[d + 2], correct = words[d + 3];
    if (n < 1 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld training records; it must be 1 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    if (correct < 0 || correct > n || loss < 0 || loss > n * SHEAF_LOSS_MAX * SHEAF_UNIT)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sums of losses and correct predictions are impossible "
                          "for %lld records; abort this round and find the member whose node "
                          "is faulty",
                          (long long)n);
    for (uint32_t j = 0; j <= d; j++)
        if (words[j] > n * SHEAF_WEIGHT_MAX || words[j] < -n * SHEAF_WEIGHT_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sum for weight %u is out of bounds; abort this "
                              "round and find the member whose node is faulty",
                              j + 1);
    if (next != current)
        *next = *current;
    for (uint32_t j = 0; j < d; j++)
        next->weight[j] = (int64_t)sheaf_divide_rounded(words[j], n);
    next->bias = (int64_t)sheaf_divide_rounded(words[d], n);
    if (figures)
        *figures = (sheaf_round_figures){
            .records = (uint32_t)n,
            .correct = (uint32_t)correct,
            .accuracy_millionths = (int64_t)sheaf_divide_rounded(correct * MILLION, n),
            .loss_millionths =
                (int64_t)sheaf_divide_rounded((__int128)loss * MILLION, n * SHEAF_UNIT),
        };
    return SHEAF_OK;
}
