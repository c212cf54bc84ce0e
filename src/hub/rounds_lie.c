/* hub/rounds_lie.c - the dishonest hub that tests put nodes before: see sheaf_lie. */
#include "hub/rounds_internal.h"
#include "hub/sequencer.h"

#include <stdlib.h>

/* A key that holds only `train`, so a node's, of the data set's member. */
static uint32_t train_key(const sheaf_state *state, uint32_t member)
{
    for (uint32_t i = 0; i < sheaf_key_count(state); i++) {
        const struct sheaf_row_key *key = sheaf_key_at(state, i);
        if (key->member == member && key->scopes == SHEAF_SCOPE_TRAIN
            && key->revoked == SHEAF_NONE)
            return key->id;
    }
    return SHEAF_NONE;
}

static void lie_prepare(const sheaf_state *state, sheaf_opening *out,
                        sheaf_round_config *config)
{
    uint32_t count = 0;
    for (uint32_t m = 0; m < sheaf_member_count(state); m++) {
        uint32_t member = sheaf_member_at(state, m)->id, key = train_key(state, member);
        for (uint32_t i = 0; key != SHEAF_NONE && i < sheaf_dataset_count(state); i++) {
            const struct sheaf_row_dataset *data = sheaf_dataset_at(state, i);
            if (data->member != member || count == SHEAF_ROUND_COMPLETE_MAX)
                continue;
            out->participants[count] = (struct sheaf_participant){
                .dataset = data->id, .has_dataset = true, .key = key, .has_key = true};
            config->members[count].member = member;
            memcpy(config->members[count++].public, sheaf_key_get(state, key)->public_key.bytes,
                   SHEAF_PUBLIC_BYTES);
            break;
        }
    }
    out->what.participants = (sheaf_list){out->participants, count};
    config->count = (uint16_t)count;
}

void sheaf_rounds_lie(sheaf_rounds *rounds)
{
    sheaf_hub *hub = rounds->hub;
    sheaf_opening *opening = &rounds->opening;
    *opening = (sheaf_opening){.what = {.mandate = 0,
                                        .has_mandate = true,
                                        .has_participants = true,
                                        .stage_ms = hub->stage_ms,
                                        .has_stage_ms = true,
                                        .has_task = true,
                                        .task = SHEAF_task_statistics,
                                        .words = 28,
                                        .has_words = true}};
    sheaf_round_config *config = calloc(1, sizeof *config);
    uint32_t keys[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_entered entered;
    if (!config)
        return;
    sheaf_hub_read_begin(hub);
    lie_prepare(sheaf_hub_state(hub), opening, config);
    sheaf_hub_read_end(hub);
    if (config->count >= 3
        && sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_round_open, &opening->what, true,
                                 &entered, NULL)
               == SHEAF_OK) {
        rounds->lied = true;
        config->round = entered.index;
        config->words = 28;
        config->bits = 64;
        config->degree = (uint16_t)(config->count - 1);
        config->threshold = sheaf_round_threshold(config->count);
        config->min_survivors = config->threshold;
        memcpy(config->origin, hub->origin, SHEAF_ORIGIN_LEN);
        for (size_t i = 0; i < SHEAF_ROUND_MESSAGE_STAGES; i++)
            config->stage_ms[i] = hub->stage_ms;
        for (uint16_t i = 0; i < config->count; i++)
            keys[i] = opening->participants[i].key;
        sheaf_hub_read_begin(hub);
        config->manifest = sheaf_log_store_root_at(hub->store, entered.index + 1);
        sheaf_hub_read_end(hub);
        sheaf_err err = {0};
        if (sheaf_rounds_add(rounds, 0, config, keys, (sheaf_slice){0}, &err) != SHEAF_OK)
            sheaf_hub_log(hub, "lie", "error=\"%s\"", err.message);
    }
    free(config);
}
