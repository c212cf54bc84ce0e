#include "learn/round_job.h"

#include "coop/view.h"
#include "learn/by_group.h"
#include "learn/model.h"
#include "learn/round_graph.h"
#include "round/words.h"

#include <stdlib.h>

/* Does its mandate add noise? */
static bool is_noised(const sheaf_state *state, const struct sheaf_row_round *round)
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

static void groups_of(const sheaf_state *state, const struct sheaf_row_round *round,
                      sheaf_group_names *out)
{
    sheaf_common_groups common;
    sheaf_groups_of_round(state, round, &common);
    sheaf_group_names_of(state, &common, out);
}

sheaf_status sheaf_round_job_terms(const sheaf_state *state,
                                   const struct sheaf_row_round *round, sheaf_noised_terms *out,
                                   sheaf_err *err)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_get(state, round->mandate);
    bool evaluates = round->task == SHEAF_task_evaluate;
    sheaf_noised_scale scale;
    sheaf_group_names groups;
    groups_of(state, round, &groups);
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
    out->groups_reach = sheaf_group_reach(&groups, out->unit);
    return sheaf_noised_scale_of(out, &scale, err);
}

/* Where learning begins without a sum before it, what it starts from is made here. */
static sheaf_status base_of(const struct sheaf_row_round *round, sheaf_slice base,
                            sheaf_round_job *out, sheaf_err *err)
{
    sheaf_job *job = &out->job;
    if (sheaf_hash_is_zero(&round->base) && round->task != SHEAF_task_statistics) {
        SHEAF_TRY(out->kind->begin(&out->spec, job->seed, &out->begun, err));
        SHEAF_TRY(sheaf_buffer_check(&out->begun, "the model to start from", err));
        job->base = sheaf_buffer_slice(&out->begun);
        return SHEAF_OK;
    }
    job->base = base;
    if (round->task == SHEAF_task_statistics
        || (round->task == SHEAF_task_evaluate && !base.len))
        return SHEAF_OK;
    return out->kind->check(&out->spec, base, job->noised, err);
}

static sheaf_status job_fill(const sheaf_state *state, const struct sheaf_row_round *round,
                             sheaf_slice base, sheaf_round_job *out, sheaf_err *err)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_get(state, round->mandate);
    SHEAF_TRY(sheaf_spec_of(state, round->model, &out->spec, err));
    SHEAF_TRY(sheaf_learn_kind_find(out->spec.kind, &out->kind, err));
    groups_of(state, round, &out->groups);
    out->job = (sheaf_job){.spec = &out->spec,
                           .groups = &out->groups,
                           .task = round->task,
                           .noised = is_noised(state, round),
                           .validates = mandate->patience > 0,
                           .step = round->step,
                           .words = round->words,
                           .training = {.steps = mandate->local_steps,
                                        .batch = mandate->batch,
                                        .rate_millionths = mandate->rate_millionths},
                           .seed = mandate->seed};
    size_t words = sheaf_by_group_words(out->kind, &out->job);
    if (words == 0 || words > round->words)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round has vectors of %u words, too few for its task",
                          round->words);
    if (out->job.noised) {
        SHEAF_TRY(sheaf_round_job_terms(state, round, &out->terms, err));
        out->job.terms = &out->terms;
    }
    return base_of(round, base, out, err);
}

sheaf_status sheaf_round_job_open(const sheaf_state *state, const struct sheaf_row_round *round,
                                  sheaf_slice base, sheaf_round_job *out, sheaf_err *err)
{
    *out = (sheaf_round_job){0};
    sheaf_buffer_init(&out->begun, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = job_fill(state, round, base, out, err);
    if (status != SHEAF_OK)
        sheaf_round_job_close(out);
    return status;
}

void sheaf_round_job_close(sheaf_round_job *job)
{
    sheaf_buffer_deinit(&job->begun);
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
    if (!is_noised(state, round))
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

/* words[] are as_integers[]. */
static sheaf_status result_of(const sheaf_job *job, const sheaf_learn_kind *kind,
                              const uint64_t *words, const int64_t *as_integers,
                              sheaf_round_result *out, sheaf_err *err)
{
    SHEAF_TRY(sheaf_by_group_finish(kind, job, as_integers, out, err));
    if (job->task == SHEAF_task_evaluate)
        sum_put(&out->bytes, words, job->words);
    return sheaf_buffer_check(&out->bytes, "the result of a round", err);
}

sheaf_status sheaf_round_job_result(const sheaf_state *state,
                                    const struct sheaf_row_round *round, sheaf_slice base,
                                    const uint64_t *words, sheaf_round_result *out,
                                    sheaf_err *err)
{
    *out = (sheaf_round_result){0};
    sheaf_round_job *job = malloc(sizeof *job);
    int64_t *integers = calloc(round->words, sizeof *integers);
    sheaf_buffer_init(&out->bytes, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status =
        job && integers
            ? sheaf_round_job_open(state, round, base, job, err)
            : sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum of %u words", round->words);
    if (status == SHEAF_OK) {
        memcpy(integers, words, round->words * sizeof *integers); /* two's complement */
        status = result_of(&job->job, job->kind, words, integers, out, err);
        sheaf_round_job_close(job);
    }
    free(integers);
    free(job);
    if (status != SHEAF_OK)
        sheaf_buffer_deinit(&out->bytes);
    return status;
}
