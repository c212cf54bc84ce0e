/* A round in one process: a coordinator and its participants with inputs from a seed. */
#ifndef SHEAF_TEST_ROUND_HARNESS_H
#define SHEAF_TEST_ROUND_HARNESS_H

#include "round/coordinator.h"
#include "round/participant.h"
#include "round/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NEVER = 99, RIG_MAX = 1000 };

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    /* Of each participant. */
    sheaf_keypair *pair;
    sheaf_participant *p;
    uint8_t (*seed)[32];
    uint64_t **input;
    int64_t now_ms;
    sheaf_err err;
} rig;

/* Members 3, 6, 9 …; inputs, keys and secrets follow from `seed`. Words of 64 bits. */
void rig_open(rig *r, int count, uint32_t words, uint64_t seed);
void rig_open_bits(rig *r, int count, uint32_t words, unsigned bits, uint64_t seed);
/* On a ring, five words of 32 bits, a tenth may go away. */
void rig_open_ring(rig *r, int count, int degree, int threshold, int withheld_max,
                   uint64_t seed);
/* Begins anew with the config as it stands now. */
void rig_again(rig *r);
void rig_close(rig *r);

/* Feeds participant i the bundle of the stage; fails the test if it refuses. */
sheaf_slice rig_answer(rig *r, int i, sheaf_round_stage stage);

/* Plays the stage with those for whom leave[i] > stage; NULL: all. Ends at its deadline. */
void rig_stage(rig *r, sheaf_round_stage stage, const int *leave);
void rig_run(rig *r, const int *leave);

/* Makes a message that was changed its sender's own again: the hash of its boxes and the
 * signature are those of what now stands there. */
void rig_sign_again(const rig *r, int sender, sheaf_buffer *message);

/* The sum is that of the survivors' inputs, in the coordinator, its bundle and its transcript.
 */
void rig_check_sum(rig *r);

/* What the protocol promises for this pattern of drop-outs. */
bool rig_should_finish(const rig *r, const int *leave);

/* All answer every stage before this one. */
void rig_play_to(rig *r, sheaf_round_stage stage);
/* What the coordinator shows; a bundle of the stage with other messages and drop-outs in it;
 * and a set of messages with one less. */
sheaf_round_bundle rig_shown(rig *r, sheaf_round_stage stage);
void rig_forge(rig *r, sheaf_round_stage stage, const sheaf_round_items *items,
               const uint32_t *dropouts, uint16_t count, sheaf_buffer *out);
void rig_without(sheaf_round_items *items, int gone);
/* Participant i refuses, and says so. */
void rig_refuse(rig *r, int i, sheaf_slice bundle, const char *reason);
void rig_refuse_items(rig *r, int i, sheaf_round_stage stage, const sheaf_round_items *items,
                      const char *reason);

uint64_t next_random(uint64_t *state);

#endif
