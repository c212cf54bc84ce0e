/* learn/unmasked.h - a mandate's exact rounds in one process, by somebody who has all the
 * files.
 *
 * For comparison (the demonstration, tests): the rounds of some of the members without masks,
 * through the same row of the kind of model (kind.h) as members, hub and auditors take. With
 * one member this is training alone; with all of them it must give the very bytes of the masked
 * rounds. Figures are those of an evaluation round of the members that are named.
 */
#ifndef SHEAF_LEARN_UNMASKED_H
#define SHEAF_LEARN_UNMASKED_H

#include "learn/kind.h"

enum { SHEAF_UNMASKED_MEMBERS_MAX = 64 };

typedef struct {
    const sheaf_learn_kind *kind;
    const sheaf_spec *spec; /* borrowed */
    sheaf_training training;
    uint32_t rounds;   /* of training, at most where there is patience */
    uint32_t patience; /* 0: none */
    uint64_t seed;
    uint32_t count;
    uint32_t member[SHEAF_UNMASKED_MEMBERS_MAX]; /* numbers in sheaf_training_seed() */
    void *data[SHEAF_UNMASKED_MEMBERS_MAX];
} sheaf_unmasked;

/* Members from `first` on, so many. */
typedef struct {
    uint32_t first, count;
} sheaf_unmasked_who;

/* Begins with nobody; the caller sets training, rounds, patience and seed. */
SHEAF_MUST_USE sheaf_status sheaf_unmasked_open(const sheaf_spec *spec, sheaf_unmasked *out,
                                                sheaf_err *err);
void sheaf_unmasked_close(sheaf_unmasked *u);

/* Reads a member's file. */
SHEAF_MUST_USE sheaf_status sheaf_unmasked_add(sheaf_unmasked *u, uint32_t member,
                                               const char *path, sheaf_err *err);

/* Statistics where the kind has them, then the rounds of training: appends the model. */
SHEAF_MUST_USE sheaf_status sheaf_unmasked_train(const sheaf_unmasked *u,
                                                 sheaf_unmasked_who who, sheaf_buffer *model,
                                                 sheaf_err *err);

SHEAF_MUST_USE sheaf_status sheaf_unmasked_figures(const sheaf_unmasked *u,
                                                   sheaf_unmasked_who who, sheaf_slice model,
                                                   struct sheaf_figures *out, sheaf_err *err);

#endif
