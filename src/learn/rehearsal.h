/* learn/rehearsal.h - a mandate tried out before anybody votes on it, with virtual members in
 * one process (learn/virtual.h), by the code that members, hub and accountant run.
 *
 * What differs from the rounds of a co-op: seeds follow from one number, so nothing here is
 * secret; all who have a seat stay to the end; and the vectors are added as they are, but for
 * those of one round, which go through participants and coordinator of round/ with masks, and
 * whose sum must be the plain one. Figures are of all held-out records, exactly, as only who
 * owns all tables can have them.
 */
#ifndef SHEAF_LEARN_REHEARSAL_H
#define SHEAF_LEARN_REHEARSAL_H

#include "learn/kind.h"
#include "learn/virtual.h"
#include "round/config.h"

typedef enum {
    SHEAF_REHEARSE_LOCAL,  /* each member by itself, on its own held-out records */
    SHEAF_REHEARSE_POOLED, /* one table */
    SHEAF_REHEARSE_EXACT,  /* together, sums without noise */
    SHEAF_REHEARSE_NOISED, /* together, under noise */
} sheaf_rehearsal_form;

/* What is tried. The training is that of every form but NOISED with the unit record, which
 * takes one step of gradient descent a round. */
typedef struct {
    const sheaf_spec *spec;       /* with ranges, for NOISED */
    const sheaf_learn_kind *kind; /* of the spec, for the data of the members */
    sheaf_training training;
    uint32_t gradient_rate_millionths;
    uint32_t rounds;       /* of training under noise; one of evaluation comes behind */
    uint32_t rounds_exact; /* of training without, at most where there is patience */
    uint32_t patience;     /* 0: none; without noise alone, as no mandate has both */
    uint32_t members;
    uint16_t cohort; /* members in a round; drawn anew for each under noise, else once */
    uint16_t survivors_least; /* of a cohort under noise, by sheaf_rehearsal_survivors() */
    uint16_t colluders;
    uint16_t masked; /* members of the round that is masked; at most `cohort` */
    sheaf_noised_unit unit;
    uint64_t clip_millionths;
    uint32_t sampling_millionths;
    uint64_t seed;
    double (*cpu_s)(void);        /* seconds of processor time so far */
    bool (*going)(void *context); /* false: stop */
    void *context;
} sheaf_rehearsal;

/* Refuses what no mandate can say. */
SHEAF_MUST_USE sheaf_status sheaf_rehearsal_check(const sheaf_rehearsal *plan, sheaf_err *err);

/* Fewest members that a round under noise may end with, where so many may be missing. */
uint16_t sheaf_rehearsal_survivors(uint16_t cohort, uint16_t colluders, uint16_t missing);

/* The terms of a round of training with the least noise, to three digits, with which all rounds
 * and one evaluation stay within epsilon by the accountant. The evaluation has a third of the
 * noise, but more where there are few rounds, so that it costs no more than they. Sums are
 * divided by two thirds of the records that data sheets count, as far as a round has them: how
 * many there are to train on nobody may know. */
SHEAF_MUST_USE sheaf_status sheaf_rehearsal_terms(const sheaf_rehearsal *plan,
                                                  const sheaf_virtual_records *records,
                                                  double epsilon, double delta,
                                                  sheaf_noised_terms *out, sheaf_err *err);
uint64_t sheaf_rehearsal_evaluation_noise(const sheaf_rehearsal *plan,
                                          const sheaf_noised_terms *terms);

/* What a round by the protocol took, of one member on the average and of the hub. */
typedef struct {
    uint16_t members;
    double member_s, hub_s;
    size_t sent; /* bytes of one member */
} sheaf_masked_cost;

/* Plays a whole round with masks over the vectors of all members of the config, whose train
 * keys it sets, and compares the sum with the plain one: SHEAF_FAULT where they differ. */
SHEAF_MUST_USE sheaf_status sheaf_masked_round(sheaf_round_config *config,
                                               const uint64_t *vectors, uint64_t seed,
                                               double (*cpu_s)(void), sheaf_masked_cost *out,
                                               sheaf_err *err);

/* The protocol's terms for so many members; without `terms` of an exact sum of `words` words.
 */
SHEAF_MUST_USE sheaf_status sheaf_rehearsal_config(const sheaf_rehearsal *plan,
                                                   const sheaf_noised_terms *terms,
                                                   uint32_t words, uint16_t members,
                                                   sheaf_round_config *out, sheaf_err *err);

typedef struct {
    struct sheaf_figures figures; /* as of an exact round of evaluation */
    uint32_t trained;             /* rounds of training, of sums without noise */
    uint32_t left_out;       /* members without two records to train on, where that matters */
    double member_s, hub_s;  /* of a member in one round, on the average; of the hub in one */
    sheaf_masked_cost round; /* members 0: none was played */
} sheaf_rehearsed;

/* Tries one form over a split; `terms` for NOISED alone. With `masks` the first round is played
 * by the protocol, too. SHEAF_IO where plan->going() said to stop. */
SHEAF_MUST_USE sheaf_status sheaf_rehearse(const sheaf_rehearsal *plan,
                                           sheaf_rehearsal_form form,
                                           const sheaf_noised_terms *terms,
                                           const sheaf_virtual *v, bool masks,
                                           sheaf_rehearsed *out, sheaf_err *err);

/* What the whole mandate costs somebody who has a seat in every round, and the log. */
typedef struct {
    uint64_t sent;    /* bytes of one member, what HTTP adds left out */
    uint32_t rounds;  /* with statistics and evaluation */
    uint64_t entries; /* motion, a ballot of each member, its close; of every round opening,
                         closing and a confirmation by each seat; the figures */
} sheaf_rehearsal_cost;

SHEAF_MUST_USE sheaf_status sheaf_rehearsal_cost_of(const sheaf_rehearsal *plan,
                                                    const sheaf_noised_terms *terms,
                                                    sheaf_rehearsal_cost *out, sheaf_err *err);

#endif
