/* Every sequence of acts that a small co-op can make, up to a depth.
 *
 * A world starts from a state and has numbered moves: acts of its members, the passing of time,
 * the tick. The walk tries every move in every state that it reaches, keeps what the rules
 * accept and lets the world judge each step with the states before and after. Two states that
 * the world's projection writes alike are walked on from once: entry indices and times differ
 * by the order of acts and would hide that the same has been reached.
 */
#ifndef SHEAF_TEST_COOP_SMALL_WORLDS_H
#define SHEAF_TEST_COOP_SMALL_WORLDS_H

#include "kit.h"

typedef struct {
    sheaf_state state; /* with what the last act wrote, which is taken back or kept after it */
    int64_t now;
    sheaf_arena arena;             /* of the rules */
    sheaf_refusal refusal, effect; /* of the last act */
    sheaf_act act;                 /* the last one; kind none where a move was no act */
} small_step;

/* Offers an act of the member's first key, or of the hub where `by` is SHEAF_NONE; true if the
 * rules accept it. A move makes one act at most. */
bool small_act(small_step *at, uint32_t by, sheaf_kind kind, const void *what);

typedef struct {
    int moves, depth; /* how many there are; how many are made in a row */
    /* True if something happened. */
    bool (*move)(small_step *at, int number);
    /* Ends the test where the step was wrong. */
    void (*judge)(const small_step *before, const small_step *after, int number);
    /* Writes what tells this state from others. */
    void (*project)(const small_step *at, sheaf_buffer *out);
} small_world;

typedef struct {
    size_t steps, states; /* accepted moves; different states */
    int depth;            /* moves to the farthest of them */
} small_count;

/* Walks from the kit's state. */
small_count small_walk(const kit *start, const small_world *world);

#endif
