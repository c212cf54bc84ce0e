#include "claims/recompute.h"

#include <stdlib.h>

#include "learn/round_job.h"
#include "round/transcript.h"
#include "round/unmask.h"

/* What one computation works on; too large for the stack. */
typedef struct {
    sheaf_round_config config;
    sheaf_survivors list;
    sheaf_round_result result;
} recount;

/* The log names exactly those as survivors whose vectors were summed. */
static sheaf_status survivors_check(const sheaf_state *state,
                                    const struct sheaf_row_round *round,
                                    const sheaf_survivors *list, sheaf_err *err)
{
    uint16_t next = 0;
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
        bool summed = next < list->survivors && list->survivor[next] == seat->member;
        next += summed;
        if (summed != (seat->survived != 0))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the log and the transcript of round %u differ on member %u",
                              round->id, seat->member);
    }
    return SHEAF_OK;
}

static sheaf_status result_check(const struct sheaf_row_round *round,
                                 const sheaf_round_result *result, sheaf_err *err)
{
    const struct sheaf_figures *found = &result->figures;
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&result->bytes));
    if (!sheaf_hash_equal(&hash, &round->result))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the result of round %u on the log does not follow from its sum",
                          round->id);
    if (!round->has_figures
        || (result->has_figures && found->records == round->records
            && found->accuracy_millionths == round->accuracy_millionths
            && found->log_loss_millionths == round->log_loss_millionths
            && (uint64_t)found->mae_millionths == round->mae_millionths
            && (uint64_t)found->rmse_millionths == round->rmse_millionths
            && found->validation_records == round->validation_records
            && (uint64_t)found->validation_loss_millionths
                   == round->validation_loss_millionths))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT,
                      "the figures of round %u on the log do not follow from its sum",
                      round->id);
}

/* ---- adding up ---- */

typedef struct {
    const sheaf_round_config *config;
    const sheaf_vector_source *vectors;
} chunks;

static sheaf_status chunk_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    const chunks *from = context;
    if (!from->vectors->get)
        return sheaf_fail(err, SHEAF_IO, "the vectors of round %u are not at hand",
                          from->config->round);
    *out = scratch;
    return from->vectors->get(from->vectors->context, from->config->round,
                              from->config->members[name->index].member, name->chunk, scratch,
                              name->len, err);
}

/* A part of the sum beside the same part of what it is said to be. */
typedef struct {
    uint32_t round;
    const uint64_t *sum;
} comparison;

static sheaf_status compare(void *context, uint64_t first, const uint64_t *words, size_t count,
                            sheaf_err *err)
{
    const comparison *with = context;
    if (memcmp(with->sum + first, words, count * sizeof *words) == 0)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT,
                      "the sum of round %u that the hub shows is not that of its members",
                      with->round);
}

/* Some chunks, chosen by whoever asks. */
static sheaf_status add_chosen(recount *work, const sheaf_round_evidence *evidence,
                               const sheaf_chunk_source *source, sheaf_err *err)
{
    comparison with = {work->config.round, evidence->sum};
    sheaf_sum_sink sink = {&with, compare};
    return sheaf_transcript_chosen(evidence->transcript, &work->config, source,
                                   evidence->chosen, evidence->chosen_count, &sink, &work->list,
                                   err);
}

static sheaf_status add_all(recount *work, const sheaf_round_evidence *evidence,
                            const sheaf_chunk_source *source, uint64_t *words, sheaf_err *err)
{
    sheaf_sum_sink sink = sheaf_sum_to(words);
    return sheaf_transcript_chunks(evidence->transcript, &work->config, source, 0,
                                   sheaf_chunk_count(&work->config), &sink, &work->list, err);
}

static sheaf_status run(recount *work, const sheaf_state *state,
                        const struct sheaf_row_round *round, const sheaf_hash *manifest,
                        const sheaf_round_evidence *evidence, sheaf_err *err)
{
    SHEAF_TRY(sheaf_round_job_config(state, round, manifest, &work->config, err));
    chunks from = {&work->config, &evidence->vectors};
    const sheaf_chunk_source source = {&from, chunk_get};
    uint64_t *words = evidence->chosen ? NULL : calloc(round->words, sizeof *words);
    if (!evidence->chosen && !words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to add up round %u", round->id);
    sheaf_status status = evidence->chosen ? add_chosen(work, evidence, &source, err)
                                           : add_all(work, evidence, &source, words, err);
    if (status == SHEAF_OK)
        status = survivors_check(state, round, &work->list, err);
    if (status == SHEAF_OK)
        status = sheaf_round_job_result(state, round, evidence->base,
                                        evidence->chosen ? evidence->sum : words, &work->result,
                                        err);
    free(words);
    return status;
}

/* Its hash is not the one on the log; what is wrong with it says more than that. */
static sheaf_status other_transcript(recount *work, const sheaf_state *state,
                                     const struct sheaf_row_round *round,
                                     const sheaf_hash *manifest,
                                     const sheaf_round_evidence *evidence, sheaf_err *err)
{
    sheaf_err why = {0};
    chunks from = {&work->config, &evidence->vectors};
    const sheaf_chunk_source source = {&from, chunk_get};
    SHEAF_TRY(sheaf_round_job_config(state, round, manifest, &work->config, err));
    sheaf_status status = sheaf_transcript_chunks(evidence->transcript, &work->config, &source,
                                                  0, 0, NULL, NULL, &why);
    if (status == SHEAF_NOMEM)
        return sheaf_fail(err, status, "%s", why.message);
    return sheaf_fail(err, SHEAF_FAULT,
                      "the transcript of round %u is not the one whose hash is on the log: %s",
                      round->id, status == SHEAF_OK ? "in itself it is sound" : why.message);
}

sheaf_status sheaf_round_recompute(const sheaf_state *state,
                                   const struct sheaf_row_round *round,
                                   const sheaf_hash *manifest,
                                   const sheaf_round_evidence *evidence, sheaf_buffer *result,
                                   sheaf_err *err)
{
    recount *work = calloc(1, sizeof *work);
    if (!work)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to add up round %u", round->id);
    sheaf_err why = {0};
    sheaf_hash hash = sheaf_sha256(evidence->transcript);
    if (!sheaf_hash_equal(&hash, &round->transcript)) {
        sheaf_status other = other_transcript(work, state, round, manifest, evidence, err);
        free(work);
        return other;
    }
    sheaf_status status = run(work, state, round, manifest, evidence, &why);
    if (status == SHEAF_OK)
        status = result_check(round, &work->result, &why);
    if (status == SHEAF_OK && result) {
        sheaf_buffer_reset(result);
        sheaf_buffer_add(result, sheaf_buffer_slice(&work->result.bytes));
        status = sheaf_buffer_check(result, "the result of a round", &why);
    }
    sheaf_buffer_deinit(&work->result.bytes);
    free(work);
    /* Bytes that the log vouches for and that make no sense are its fault. */
    if (status != SHEAF_OK)
        return sheaf_fail(err,
                          status == SHEAF_NOMEM || status == SHEAF_IO ? status : SHEAF_FAULT,
                          "%s", why.message);
    return SHEAF_OK;
}

sheaf_status sheaf_round_extent_of(const sheaf_state *state,
                                   const struct sheaf_row_round *round,
                                   const sheaf_hash *manifest, sheaf_round_extent *out,
                                   sheaf_err *err)
{
    sheaf_round_config *config = calloc(1, sizeof *config);
    if (!config)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the terms of round %u", round->id);
    sheaf_status status = sheaf_round_job_config(state, round, manifest, config, err);
    if (status == SHEAF_OK)
        *out = (sheaf_round_extent){.transcript_max = sheaf_transcript_max(config),
                                    .chunks = sheaf_chunk_count(config)};
    free(config);
    return status;
}
