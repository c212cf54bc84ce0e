/* A round in memory that is played up to some stage, for targets that hand its participants and
 * its coordinator messages which nobody sent. */
#ifndef SHEAF_FUZZ_PLAYED_H
#define SHEAF_FUZZ_PLAYED_H

#include "round/coordinator.h"
#include "round/participant.h"

#include "round.h"

enum { PLAYED_MAX = 4, PLAYED_WORDS = 2 };

/* The target fills config and keys by round_make(). */
typedef struct {
    sheaf_round_config config;
    sheaf_keypair pair[PLAYED_MAX];
    sheaf_coordinator c;
    sheaf_participant p[PLAYED_MAX];
} played;

static inline void played_start(played *r)
{
    static const uint64_t words[PLAYED_WORDS] = {1, 2};
    must(sheaf_coordinator_init(&r->c, &r->config, 0, NULL) == SHEAF_OK);
    for (int i = 0; i < r->config.count; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 101)};
        must(sheaf_participant_init(&r->p[i], &r->config, (uint32_t)i + 1, &r->pair[i], seed,
                                    NULL)
             == SHEAF_OK);
        must(sheaf_participant_input(&r->p[i], words, PLAYED_WORDS, NULL) == SHEAF_OK);
    }
}

/* All stages up to this one, as far as the round has them. */
static inline void played_play(played *r, int stages)
{
    for (int stage = sheaf_round_first(&r->config); stage <= stages; stage++)
        for (int i = 0; i < r->config.count; i++) {
            sheaf_slice message;
            sheaf_slice bundle =
                sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)stage, (uint32_t)i + 1);
            must(sheaf_participant_receive(&r->p[i], bundle, &message, NULL) == SHEAF_OK);
            must(sheaf_coordinator_receive(&r->c, message, 0, NULL) == SHEAF_ROUND_ACCEPTED);
        }
}

static inline void played_stop(played *r)
{
    sheaf_coordinator_deinit(&r->c);
    for (int i = 0; i < r->config.count; i++)
        sheaf_participant_deinit(&r->p[i]);
}

/* Once the whole round is played: did one of its participants send this? */
static inline bool played_sent(const played *r, sheaf_slice bytes)
{
    bool sent = false;
    for (int i = 0; i < r->config.count; i++)
        for (int stage = sheaf_round_first(&r->config); stage <= SHEAF_ROUND_REVEAL; stage++)
            sent = sent
                   || sheaf_slice_equal(
                       bytes, sheaf_participant_sent(&r->p[i], (sheaf_round_stage)stage));
    return sent;
}

#endif
