#include "hub/rounds_internal.h"
#include "hub/sequencer.h"
#include "learn/by_group.h"
#include "learn/round_job.h"
#include "round/transcript.h"
#include "round/words.h"

#include <stdlib.h>

/* ---- closing ---- */

/* The keys of those whose vectors are in the sum, in the order of the seats. */
static uint32_t survivors(const sheaf_slot *slot, struct sheaf_survivor *out)
{
    const sheaf_coordinator *c = slot->coordinator;
    const sheaf_survivors *list = sheaf_coordinator_list(c);
    uint32_t count = 0;
    for (uint16_t i = 0; i < slot->count; i++)
        for (uint16_t k = 0; k < list->survivors; k++)
            if (list->survivor[k] == c->config.members[i].member)
                out[count++] = (struct sheaf_survivor){.key = slot->keys[i], .has_key = true};
    return count;
}

/* The result as the state has it, without holding the lock while blobs are read. */
static sheaf_status compute(sheaf_hub *hub, const sheaf_slot *slot, sheaf_round_result *out,
                            uint8_t *task, sheaf_err *err)
{
    sheaf_buffer base;
    struct sheaf_row_round round;
    sheaf_hub_read_begin(hub);
    const struct sheaf_row_round *row = sheaf_round_find(sheaf_hub_state(hub), slot->round);
    if (row)
        round = *row;
    sheaf_hub_read_end(hub);
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID, "there is no round %u", slot->round);
    *task = round.task;
    uint64_t *words = calloc(round.words, sizeof *words);
    if (!words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum of %u words", round.words);
    sheaf_buffer_init(&base, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = sheaf_sum_read(slot->vectors->dir, words, round.words, err);
    if (status == SHEAF_OK && !sheaf_hash_is_zero(&round.base))
        status = sheaf_blob_read(&hub->blobs, &round.base, &base, err);
    if (status == SHEAF_OK) {
        sheaf_hub_read_begin(hub);
        status = sheaf_round_job_result(sheaf_hub_state(hub), &round, sheaf_buffer_slice(&base),
                                        words, out, err);
        sheaf_hub_read_end(hub);
    }
    sheaf_buffer_deinit(&base);
    free(words);
    return status;
}

static sheaf_status store_transcript(sheaf_hub *hub, const sheaf_coordinator *c,
                                     sheaf_hash *hash, sheaf_err *err)
{
    sheaf_buffer transcript;
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&c->config));
    sheaf_status status = sheaf_coordinator_transcript(c, &transcript, err);
    if (status == SHEAF_OK)
        status = sheaf_blob_put(&hub->blobs, sheaf_buffer_slice(&transcript), hash, err);
    sheaf_buffer_deinit(&transcript);
    if (status == SHEAF_OK && !sheaf_hash_equal(hash, sheaf_coordinator_transcript_hash(c)))
        status = sheaf_fail(err, SHEAF_FAULT,
                            "the transcript of round %u is not the one that was announced",
                            c->config.round);
    return status;
}

sheaf_status sheaf_rounds_finish(sheaf_rounds *rounds, sheaf_slot *slot, sheaf_err *err)
{
    sheaf_hub *hub = rounds->hub;
    sheaf_round_result result;
    struct sheaf_survivor list[SHEAF_ROUND_MEMBERS_MAX];
    struct sheaf_round_close what = {.round = slot->round,
                                     .has_round = true,
                                     .has_result = true,
                                     .has_transcript = true,
                                     .survivors = {list, survivors(slot, list)},
                                     .has_survivors = true};
    uint8_t task = 0;
    SHEAF_TRY(compute(hub, slot, &result, &task, err));
    what.has_figures = task == SHEAF_task_train && result.has_figures;
    what.figures = result.figures;
    sheaf_hash made = sheaf_sha256(sheaf_buffer_slice(&result.bytes));
    sheaf_status status = sheaf_rounds_made_note(
        hub, slot->round, &made, sheaf_coordinator_transcript_hash(slot->coordinator), err);
    if (status == SHEAF_OK)
        status =
            sheaf_blob_put(&hub->blobs, sheaf_buffer_slice(&result.bytes), &what.result, err);
    sheaf_buffer_deinit(&result.bytes);
    SHEAF_TRY(status);
    SHEAF_TRY(store_transcript(hub, slot->coordinator, &what.transcript, err));
    sheaf_entered entered;
    SHEAF_TRY(sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_round_close, &what, false,
                                    &entered, err));
    if (entered.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "%s",
                          sheaf_refusal_describe((uint16_t)entered.refusal)->sentence);
    sheaf_hub_log(hub, "round.close", "round=%u survivors=%u", slot->round,
                  what.survivors.count);
    return SHEAF_OK;
}

/* ---- evaluations ---- */

static sheaf_status read_sum(sheaf_hub *hub, const struct sheaf_row_round *round,
                             uint64_t *words, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, (size_t)round->words * 8);
    sheaf_status status = sheaf_blob_read(&hub->blobs, &round->result, &bytes, err);
    if (status == SHEAF_OK && bytes.len != (size_t)round->words * 8)
        status = sheaf_fail(err, SHEAF_FAULT, "the sum of round %u has %zu bytes", round->id,
                            bytes.len);
    if (status == SHEAF_OK)
        sheaf_words_unpack(64, bytes.data, round->words, words);
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* The figures of an evaluation's groups, whose names stay in `names`. */
static void groups_put(const sheaf_group_names *names, const sheaf_round_result *result,
                       struct sheaf_group_figures groups[SHEAF_GROUPS_REPORTED_MAX],
                       struct sheaf_model_evaluate *out)
{
    for (uint32_t i = 0; i < names->count; i++)
        groups[i] = (struct sheaf_group_figures){.column = sheaf_str(names->items[i].column),
                                                 .has_column = true,
                                                 .level = names->items[i].level,
                                                 .has_level = true,
                                                 .figures = result->groups[i],
                                                 .has_figures = result->groups[i].has_records};
    out->groups = (sheaf_list){groups, names->count};
    out->has_groups = names->count > 0;
}

static sheaf_status result_of(sheaf_hub *hub, uint32_t id, sheaf_group_names *names,
                              sheaf_round_result *out, sheaf_err *err)
{
    sheaf_hub_read_begin(hub);
    struct sheaf_row_round round = *sheaf_round_find(sheaf_hub_state(hub), id);
    sheaf_hub_read_end(hub);
    uint64_t *words = calloc(round.words, sizeof *words);
    if (!words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum of %u words", round.words);
    sheaf_status status = read_sum(hub, &round, words, err);
    if (status == SHEAF_OK) {
        sheaf_hub_read_begin(hub);
        const sheaf_state *state = sheaf_hub_state(hub);
        sheaf_common_groups groups;
        sheaf_groups_of_round(state, &round, &groups);
        sheaf_group_names_of(state, &groups, names);
        status = sheaf_round_job_result(state, &round, (sheaf_slice){0}, words, out, err);
        sheaf_hub_read_end(hub);
    }
    free(words);
    return status;
}

void sheaf_rounds_record(sheaf_rounds *rounds, uint32_t round)
{
    sheaf_hub *hub = rounds->hub;
    struct sheaf_model_evaluate what = {.round = round, .has_round = true, .has_figures = true};
    struct sheaf_group_figures groups[SHEAF_GROUPS_REPORTED_MAX];
    sheaf_group_names names;
    sheaf_round_result result;
    sheaf_entered entered = {0};
    sheaf_err err = {0};
    sheaf_status status = result_of(hub, round, &names, &result, &err);
    if (status == SHEAF_OK) {
        what.figures = result.figures;
        groups_put(&names, &result, groups, &what);
        sheaf_buffer_deinit(&result.bytes);
    }
    if (status == SHEAF_OK)
        status = sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_model_evaluate, &what, false,
                                       &entered, &err);
    if (status == SHEAF_OK && entered.refusal != SHEAF_ACCEPTED)
        status = sheaf_fail(&err, SHEAF_INVALID, "%s",
                            sheaf_refusal_describe((uint16_t)entered.refusal)->sentence);
    /* The mandate's work is done: say what all of it amounts to. */
    if (status == SHEAF_OK)
        status = sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_state_digest, NULL, false,
                                       &entered, &err);
    if (status != SHEAF_OK)
        sheaf_hub_log(hub, "model.evaluate", "round=%u error=\"%s\"", round, err.message);
}
