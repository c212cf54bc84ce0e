/* fuzz/fuzz_round_sum.c - any words where the sum of a round should be, as after a member who
 * lies: no crash; what becomes a model of it is one that can be read again, with figures that
 * something can have.
 *
 * The first byte says of which kind of round, the second how many features there are; then come
 * the words, eight bytes each, and zeros for those that are missing.
 */
#include "learn/errors.h"
#include "learn/evaluate.h"
#include "learn/federate.h"
#include "learn/linear.h"
#include "learn/noised.h"
#include "learn/ranges.h"

#include <stdio.h>

enum { FEATURES_MAX = 8, WORDS_MAX = SHEAF_EVALUATION_WORDS, MILLION = 1000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static void features_of(uint32_t count, sheaf_features *out)
{
    *out = (sheaf_features){.count = count, .label = "num"};
    for (uint32_t i = 0; i < count; i++) {
        snprintf(out->items[i].column, sizeof out->items[i].column, "x%u", i);
        out->items[i].has_range = true;
        out->items[i].high_millionths = MILLION;
    }
}

/* The bytes that would be stored read as the same model. */
static void model_check(const sheaf_model *model)
{
    sheaf_model again;
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX);
    for (uint32_t j = 0; j < model->features.count; j++)
        must(model->weight[j] <= SHEAF_WEIGHT_MAX && model->weight[j] >= -SHEAF_WEIGHT_MAX);
    must(model->bias <= SHEAF_WEIGHT_MAX && model->bias >= -SHEAF_WEIGHT_MAX);
    sheaf_model_write(&bytes, model);
    must(sheaf_model_read(sheaf_buffer_slice(&bytes), &again, NULL) == SHEAF_OK);
    must(memcmp(again.weight, model->weight, sizeof again.weight) == 0);
    must(again.bias == model->bias);
    sheaf_buffer_deinit(&bytes);
}

static void share_check(int64_t millionths)
{
    must(millionths >= 0 && millionths <= MILLION);
}

static void statistics(const int64_t *words, const sheaf_features *features)
{
    sheaf_scaling scaling = {0};
    sheaf_model model;
    uint32_t records;
    if (sheaf_statistics_finish(words, features->count, &scaling, &records, NULL) != SHEAF_OK)
        return;
    must(records >= 2 && records <= SHEAF_RECORDS_MAX);
    sheaf_model_init(&model, features, &scaling);
    model_check(&model);
}

static void update(const int64_t *words, const sheaf_model *before)
{
    sheaf_model next;
    sheaf_round_figures figures;
    if (sheaf_update_finish(before, words, &next, &figures, NULL) != SHEAF_OK)
        return;
    must(figures.correct <= figures.records && figures.loss_millionths >= 0);
    share_check(figures.accuracy_millionths);
    model_check(&next);
}

static void evaluation(const int64_t *words)
{
    sheaf_evaluation found;
    if (sheaf_evaluation_finish(words, &found, NULL) != SHEAF_OK)
        return;
    must(found.positives <= found.records && found.correct <= found.records);
    must(found.auc_millionths >= -1 && found.auc_millionths <= MILLION);
    share_check(found.accuracy_millionths);
}

/* Products of a linear regression. */
static void products(const int64_t *words, const sheaf_model *before)
{
    sheaf_model model = *before;
    model.scaling.number = true;
    model.scaling.label_scale = SHEAF_UNIT;
    if (sheaf_linear_finish(&model, 1, words, NULL) == SHEAF_OK)
        model_check(&model);
}

static void errors(const int64_t *words)
{
    struct sheaf_figures found;
    if (sheaf_errors_finish(words, &found, NULL) != SHEAF_OK)
        return;
    must(found.records >= 1 && found.records <= SHEAF_RECORDS_MAX);
    must(found.mae_millionths >= 0 && found.rmse_millionths >= 0);
    must(found.baseline_mae_millionths >= 0 && found.baseline_rmse_millionths >= 0);
}

static void noised(const int64_t *words, const sheaf_model *before, uint8_t choice)
{
    sheaf_model next;
    const sheaf_noised_terms terms = {
        .unit = choice & 4 ? SHEAF_NOISED_RECORD : SHEAF_NOISED_MEMBER,
        .norm_millionths = choice & 8 ? SHEAF_NOISED_NORM_MAX : MILLION,
        .noise_millionths = 8 * MILLION,
        .sampling_millionths = MILLION,
        .divisor = choice & 16 ? 1 : 740,
        .training = {.steps = 1, .rate_millionths = MILLION},
        .words = before->features.count + 1,
        .members = 4,
        .survivors_least = 3,
        .colluders = 1,
        .records_max = 300};
    if (sheaf_noised_step(&terms, before, (const uint64_t *)words, &next, NULL) == SHEAF_OK)
        model_check(&next);
    sheaf_noised_figures figures = sheaf_noised_figures_of(words);
    must(figures.records >= 1 && figures.records <= SHEAF_RECORDS_MAX);
    share_check(figures.accuracy_millionths);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len}, word;
    uint8_t choice, count;
    int64_t words[WORDS_MAX] = {0};
    sheaf_features features;
    sheaf_scaling scaling;
    sheaf_model model;
    if (!sheaf_take_u8(&in, &choice) || !sheaf_take_u8(&in, &count))
        return 0;
    for (size_t i = 0; i < WORDS_MAX && sheaf_take(&in, sizeof *words, &word); i++)
        memcpy(&words[i], word.data, sizeof *words);
    features_of(1 + count % FEATURES_MAX, &features);
    must(sheaf_ranges_scaling(&features, &scaling, NULL) == SHEAF_OK);
    sheaf_model_init(&model, &features, &scaling);
    if (choice % 4 == 0)
        statistics(words, &features);
    else if (choice % 4 == 1)
        choice & 128 ? products(words, &model) : update(words, &model);
    else if (choice % 4 == 2)
        choice & 128 ? errors(words) : evaluation(words);
    else
        noised(words, &model, choice);
    return 0;
}
