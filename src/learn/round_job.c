#include "learn/round_job.h"

#include "coop/view.h"
#include "learn/evaluate.h"
#include "learn/federate.h"
#include "learn/ranges.h"
#include "learn/round_graph.h"
#include "round/words.h"

#include <stdlib.h>

enum { RESULT_BYTES_MAX = 1 << 24 };

sheaf_status sheaf_round_job_features(const sheaf_state *state, uint32_t model,
                                      sheaf_features *out, sheaf_err *err)
{
    const struct sheaf_row_model *row = sheaf_model_find(state, model);
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID, "there is no model %u", model);
    *out = (sheaf_features){.count = row->features};
    for (uint32_t i = 0; i < row->features; i++) {
        const struct sheaf_row_feature *feature =
            sheaf_feature_at(state, row->feature_first + i);
        memcpy(out->items[i].column, feature->column, sizeof feature->column);
        out->items[i].has_level = feature->has_level;
        out->items[i].level = feature->level;
        out->items[i].has_range = feature->has_range;
        out->items[i].low_millionths = feature->low_millionths;
        out->items[i].high_millionths = feature->high_millionths;
    }
    memcpy(out->label, row->label, sizeof row->label);
    return sheaf_features_check(out, err);
}

bool sheaf_round_noised(const sheaf_state *state, const struct sheaf_row_round *round)
{
    return sheaf_mandate_get(state, round->mandate)->release == SHEAF_release_form_noised;
}

static uint32_t records_max(const sheaf_state *state, const struct sheaf_row_round *round)
{
    uint32_t most = 0;
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
        uint32_t records = sheaf_dataset_get(state, seat->dataset)->records;
        most = records > most ? records : most;
    }
    return most;
}

sheaf_status sheaf_round_job_terms(const sheaf_state *state,
                                   const struct sheaf_row_round *round, sheaf_noised_terms *out,
                                   sheaf_err *err)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_get(state, round->mandate);
    bool evaluates = round->task == SHEAF_task_evaluate;
    sheaf_noised_scale scale;
    *out = (sheaf_noised_terms){
        .unit = mandate->unit == SHEAF_privacy_unit_record ? SHEAF_NOISED_RECORD
                                                           : SHEAF_NOISED_MEMBER,
        .local = mandate->local_noise,
        .evaluates = evaluates,
        .norm_millionths = mandate->clip_millionths,
        .noise_millionths =
            evaluates ? mandate->evaluation_noise_millionths : mandate->noise_millionths,
        .sampling_millionths = mandate->sampling_millionths,
        .divisor = mandate->divisor,
        .local_norm_millionths = mandate->local_clip_millionths,
        .local_divisor = mandate->local_divisor,
        .training = {.steps = mandate->local_steps,
                     .batch = mandate->batch,
                     .rate_millionths = mandate->rate_millionths},
        .words = round->words,
        .members = round->seats,
        .survivors_least = round->survivors_min,
        .colluders = mandate->colluders,
        .records_max = records_max(state, round),
    };
    return sheaf_noised_scale_of(out, &scale, err);
}

static bool features_equal(const sheaf_features *a, const sheaf_features *b)
{
    bool equal = a->count == b->count && strcmp(a->label, b->label) == 0;
    for (uint32_t i = 0; equal && i < a->count; i++)
        equal = strcmp(a->items[i].column, b->items[i].column) == 0
                && a->items[i].has_level == b->items[i].has_level
                && (!a->items[i].has_level || a->items[i].level == b->items[i].level);
    return equal;
}

sheaf_status sheaf_round_job_base(const sheaf_state *state, const struct sheaf_row_round *round,
                                  sheaf_slice base, sheaf_model *out, sheaf_err *err)
{
    sheaf_features features;
    sheaf_scaling scaling;
    bool noised = sheaf_round_noised(state, round);
    SHEAF_TRY(sheaf_round_job_features(state, round->model, &features, err));
    if (noised && sheaf_hash_is_zero(&round->base)) {
        SHEAF_TRY(sheaf_ranges_scaling(&features, &scaling, err));
        sheaf_model_init(out, &features, &scaling);
        return SHEAF_OK;
    }
    SHEAF_TRY(sheaf_model_read(base, out, err));
    if (!features_equal(&out->features, &features))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model does not have the inputs that were registered");
    if (noised && !sheaf_ranges_hold(&features, &out->scaling))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model is not scaled by the ranges that were registered");
    return SHEAF_OK;
}

/* Who shares with whom, and how many must agree on one survivor list, whatever the stated
 * colluders sign. Exact sums are of all seats, so that no list leaves anybody out and none need
 * be stated. */
static sheaf_status graph_set(const sheaf_state *state, const struct sheaf_row_round *round,
                              sheaf_round_config *out, sheaf_err *err)
{
    sheaf_round_graph graph;
    SHEAF_TRY(sheaf_round_graph_of(state, round, &graph, err));
    out->degree = graph.degree;
    out->threshold = graph.threshold;
    out->min_survivors = graph.min_survivors;
    out->withheld_max = graph.withheld_max;
    if (sheaf_round_on_ring(out))
        out->signers = sheaf_round_threshold_against(round->seats, graph.corrupt);
    return SHEAF_OK;
}

/* How wide the words are that members send. */
static sheaf_status bits_of(const sheaf_state *state, const struct sheaf_row_round *round,
                            uint16_t *out, sheaf_err *err)
{
    sheaf_noised_terms terms;
    sheaf_noised_scale scale;
    *out = 64;
    if (!sheaf_round_noised(state, round))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_round_job_terms(state, round, &terms, err));
    SHEAF_TRY(sheaf_noised_scale_of(&terms, &scale, err));
    *out = (uint16_t)scale.bits;
    return SHEAF_OK;
}

sheaf_status sheaf_round_job_config(const sheaf_state *state,
                                    const struct sheaf_row_round *round,
                                    const sheaf_hash *manifest, sheaf_round_config *out,
                                    sheaf_err *err)
{
    if (round->seats > SHEAF_ROUND_MEMBERS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "round %u has %u participants; at most %d can",
                          round->id, round->seats, SHEAF_ROUND_MEMBERS_MAX);
    *out = (sheaf_round_config){.round = round->id,
                                .manifest = *manifest,
                                .words = round->words,
                                .count = round->seats};
    SHEAF_TRY(bits_of(state, round, &out->bits, err));
    SHEAF_TRY(graph_set(state, round, out, err));
    memcpy(out->origin, sheaf_coop(state)->origin, sizeof sheaf_coop(state)->origin);
    for (size_t i = 0; i < SHEAF_ROUND_MESSAGE_STAGES; i++)
        out->stage_ms[i] = round->stage_ms;
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
        out->members[i].member = seat->member;
        memcpy(out->members[i].public, sheaf_key_get(state, seat->key)->public_key.bytes,
               SHEAF_PUBLIC_BYTES);
    }
    return sheaf_round_config_check(out, err);
}

/* Summed words as bytes: 8 each, little-endian. */
static void sum_put(sheaf_buffer *out, const uint64_t *words, size_t count)
{
    uint8_t *to = sheaf_buffer_extend(out, count * 8);
    if (to)
        sheaf_words_pack(64, words, count, to);
}

static sheaf_status statistics(const sheaf_state *state, const struct sheaf_row_round *round,
                               const int64_t *words, sheaf_round_result *out, sheaf_err *err)
{
    sheaf_features features;
    sheaf_scaling scaling;
    sheaf_model model;
    uint32_t records;
    SHEAF_TRY(sheaf_round_job_features(state, round->model, &features, err));
    SHEAF_TRY(sheaf_statistics_finish(words, features.count, &scaling, &records, err));
    sheaf_model_init(&model, &features, &scaling);
    sheaf_model_write(&out->bytes, &model);
    return SHEAF_OK;
}

static sheaf_status train(sheaf_slice base, const int64_t *words, sheaf_round_result *out,
                          sheaf_err *err)
{
    sheaf_model model;
    sheaf_round_figures figures;
    SHEAF_TRY(sheaf_model_read(base, &model, err));
    SHEAF_TRY(sheaf_update_finish(&model, words, &model, &figures, err));
    sheaf_model_write(&out->bytes, &model);
    out->has_figures = true;
    out->figures = (struct sheaf_figures){.accuracy_millionths = figures.accuracy_millionths,
                                          .log_loss_millionths = figures.loss_millionths,
                                          .records = figures.records,
                                          .has_accuracy_millionths = true,
                                          .has_log_loss_millionths = true,
                                          .has_records = true};
    return SHEAF_OK;
}

static sheaf_status evaluate(const struct sheaf_row_round *round, const uint64_t *words,
                             const int64_t *as_integers, sheaf_round_result *out,
                             sheaf_err *err)
{
    sheaf_evaluation evaluation;
    SHEAF_TRY(sheaf_evaluation_finish(as_integers, &evaluation, err));
    sum_put(&out->bytes, words, round->words);
    out->has_figures = true;
    out->figures = (struct sheaf_figures){.accuracy_millionths = evaluation.accuracy_millionths,
                                          .auc_millionths = evaluation.auc_millionths,
                                          .log_loss_millionths = evaluation.loss_millionths,
                                          .records = evaluation.records,
                                          .has_accuracy_millionths = true,
                                          .has_auc_millionths = evaluation.auc_millionths >= 0,
                                          .has_log_loss_millionths = true,
                                          .has_records = true};
    if (!out->figures.has_auc_millionths)
        out->figures.auc_millionths = 0;
    return SHEAF_OK;
}

static sheaf_status train_noised(const sheaf_state *state, const struct sheaf_row_round *round,
                                 sheaf_slice base, const uint64_t *words,
                                 sheaf_round_result *out, sheaf_err *err)
{
    sheaf_noised_terms terms;
    sheaf_model model;
    SHEAF_TRY(sheaf_round_job_terms(state, round, &terms, err));
    SHEAF_TRY(sheaf_round_job_base(state, round, base, &model, err));
    SHEAF_TRY(sheaf_noised_step(&terms, &model, words, &model, err));
    sheaf_model_write(&out->bytes, &model);
    return SHEAF_OK;
}

static void evaluate_noised(const struct sheaf_row_round *round, const uint64_t *words,
                            const int64_t *as_integers, sheaf_round_result *out)
{
    sheaf_noised_figures found = sheaf_noised_figures_of(as_integers);
    sum_put(&out->bytes, words, round->words);
    out->has_figures = true;
    out->figures = (struct sheaf_figures){.accuracy_millionths = found.accuracy_millionths,
                                          .records = found.records,
                                          .has_accuracy_millionths = true,
                                          .has_records = true};
}

/* The task says which; words[] are as_integers[]. */
static sheaf_status result_of(const sheaf_state *state, const struct sheaf_row_round *round,
                              sheaf_slice base, const uint64_t *words,
                              const int64_t *as_integers, sheaf_round_result *out,
                              sheaf_err *err)
{
    bool noised = sheaf_round_noised(state, round);
    if (round->task == SHEAF_task_statistics)
        return statistics(state, round, as_integers, out, err);
    if (round->task == SHEAF_task_train)
        return noised ? train_noised(state, round, base, words, out, err)
                      : train(base, as_integers, out, err);
    if (!noised)
        return evaluate(round, words, as_integers, out, err);
    evaluate_noised(round, words, as_integers, out);
    return SHEAF_OK;
}

sheaf_status sheaf_round_job_result(const sheaf_state *state,
                                    const struct sheaf_row_round *round, sheaf_slice base,
                                    const uint64_t *words, sheaf_round_result *out,
                                    sheaf_err *err)
{
    *out = (sheaf_round_result){0};
    int64_t *integers = calloc(round->words, sizeof *integers);
    if (!integers)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum of %u words", round->words);
    memcpy(integers, words, round->words * sizeof *integers); /* two's complement */
    sheaf_buffer_init(&out->bytes, RESULT_BYTES_MAX);
    sheaf_status status = result_of(state, round, base, words, integers, out, err);
    free(integers);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&out->bytes, "the result of a round", err);
    if (status != SHEAF_OK)
        sheaf_buffer_deinit(&out->bytes);
    return status;
}
