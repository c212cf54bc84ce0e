/* One round as it is in a co-op: keys, shares, masks, signatures, the sum. */
#include "learn/rehearsal.h"

#include "learn/draw.h"
#include "round/coordinator.h"
#include "round/participant.h"

#include <stdlib.h>
#include <string.h>

enum { PURPOSE_KEYS = 16, PURPOSE_ROUND };

typedef struct {
    const sheaf_round_config *config;
    sheaf_coordinator hub;
    sheaf_participant *member;
    uint16_t opened; /* members that are to be closed */
    double (*cpu_s)(void);
    sheaf_masked_cost *cost;
} whole;

static void seed_of(uint64_t seed, uint64_t purpose, uint16_t member,
                    uint8_t out[SHEAF_SEED_BYTES])
{
    memset(out, 0, SHEAF_SEED_BYTES);
    memcpy(out, &seed, sizeof seed);
    memcpy(out + sizeof seed, &purpose, sizeof purpose);
    memcpy(out + sizeof seed + sizeof purpose, &member, sizeof member);
}

static sheaf_keypair pair_of(uint64_t seed, uint16_t member)
{
    sheaf_keypair pair;
    uint8_t bytes[SHEAF_SEED_BYTES];
    seed_of(seed, PURPOSE_KEYS, member, bytes);
    sheaf_keypair_from_seed(&pair, bytes);
    return pair;
}

static sheaf_status members_open(whole *w, const uint64_t *vectors, uint64_t seed,
                                 sheaf_err *err)
{
    for (uint16_t i = 0; i < w->config->count; i++) {
        sheaf_keypair pair = pair_of(seed, i);
        uint8_t bytes[SHEAF_SEED_BYTES];
        seed_of(seed, PURPOSE_ROUND, i, bytes);
        SHEAF_TRY(sheaf_participant_init(&w->member[i], w->config, i, &pair, bytes, err));
        w->opened = (uint16_t)(i + 1);
        SHEAF_TRY(sheaf_participant_input(&w->member[i], vectors + (size_t)i * w->config->words,
                                          w->config->words, err));
    }
    return SHEAF_OK;
}

static sheaf_status answer(whole *w, sheaf_round_stage stage, uint16_t i, sheaf_err *err)
{
    sheaf_slice message;
    double begun = w->cpu_s();
    sheaf_slice bundle = sheaf_coordinator_bundle(&w->hub, stage, i);
    double shown = w->cpu_s();
    SHEAF_TRY(sheaf_participant_receive(&w->member[i], bundle, &message, err));
    double answered = w->cpu_s();
    if (sheaf_coordinator_receive(&w->hub, message, 0, err) != SHEAF_ROUND_ACCEPTED)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the coordinator did not take the message of a simulated member");
    w->cost->hub_s += w->cpu_s() - answered + shown - begun;
    w->cost->member_s += (answered - shown) / w->config->count;
    w->cost->sent += i == 0 ? message.len : 0;
    return SHEAF_OK;
}

static sheaf_status play(whole *w, sheaf_err *err)
{
    for (int stage = sheaf_round_first(w->config); stage <= SHEAF_ROUND_REVEAL; stage++)
        for (uint16_t i = 0; i < w->config->count; i++)
            if (sheaf_coordinator_stage(&w->hub) == (sheaf_round_stage)stage)
                SHEAF_TRY(answer(w, (sheaf_round_stage)stage, i, err));
    if (sheaf_coordinator_stage(&w->hub) != SHEAF_ROUND_DONE)
        return sheaf_fail(err, SHEAF_FAULT, "a simulated round was aborted: %s",
                          sheaf_coordinator_reason(&w->hub));
    return SHEAF_OK;
}

/* Modulo 2^bits, whatever stands above. */
static sheaf_status compare(const whole *w, const uint64_t *vectors, sheaf_err *err)
{
    const uint64_t *masked = sheaf_coordinator_sum(&w->hub);
    for (uint32_t j = 0; j < w->config->words; j++) {
        uint64_t plain = 0;
        for (uint16_t i = 0; i < w->config->count; i++)
            plain += vectors[(size_t)i * w->config->words + j];
        if ((plain ^ masked[j]) << (64 - w->config->bits) != 0)
            return sheaf_fail(err, SHEAF_FAULT,
                              "word %u of a masked sum is not that of the plain sum", j + 1);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_masked_round(sheaf_round_config *config, const uint64_t *vectors,
                                uint64_t seed, double (*cpu_s)(void), sheaf_masked_cost *out,
                                sheaf_err *err)
{
    *out = (sheaf_masked_cost){.members = config->count};
    for (uint16_t i = 0; i < config->count; i++) {
        config->members[i].member = i;
        memcpy(config->members[i].public, pair_of(seed, i).public, SHEAF_PUBLIC_BYTES);
    }
    SHEAF_TRY(sheaf_round_config_check(config, err));
    whole *w = calloc(1, sizeof *w);
    sheaf_participant *members = calloc(config->count, sizeof *members);
    if (!w || !members) {
        free(w);
        free(members);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a round of %u members",
                          config->count);
    }
    *w = (whole){.config = config, .member = members, .cpu_s = cpu_s, .cost = out};
    sheaf_status status = sheaf_coordinator_init(&w->hub, config, 0, err);
    if (status == SHEAF_OK) {
        status = members_open(w, vectors, seed, err);
        if (status == SHEAF_OK)
            status = play(w, err);
        if (status == SHEAF_OK)
            status = compare(w, vectors, err);
        for (uint16_t i = 0; i < w->opened; i++)
            sheaf_participant_deinit(&members[i]);
        sheaf_coordinator_deinit(&w->hub);
    }
    free(members);
    free(w);
    return status;
}
