/* node/local.h - what a member's own data adds to a round: the words, before they are masked.
 *
 * The only place where data is looked at. What comes out goes into the participant, which masks
 * it, and nowhere else; messages name files, lines, columns, counts and times of series, never
 * values.
 */
#ifndef SHEAF_NODE_LOCAL_H
#define SHEAF_NODE_LOCAL_H

#include "base/status.h"
#include "coop/state.h"
#include "learn/kind.h"
#include "node/trainer.h"

/* A trainer of the member's own. */
typedef struct {
    sheaf_trainer_host host; /* without a trainer in it: our own training */
    bool ran;                /* it was asked in this computation */
    bool refused; /* it could not be: for the mandate, the program or the machine, whatever the
                     data */
    sheaf_trainer_report report; /* how that went */
} sheaf_local_own;

/* Reads the file, checks it against the data sheet and, where `home` has the salt, against the
 * commitments (node/data_use.h); then computes the round's task. `base` is the
 * file of the model the round starts from, whose hash was checked; empty where it starts from
 * none. `own` may be NULL. `words` has round->words places. */
SHEAF_MUST_USE sheaf_status sheaf_local_words(
    const sheaf_state *state, const struct sheaf_row_round *round,
    const struct sheaf_row_seat *seat, const char *home, const char *file, sheaf_slice base,
    const sheaf_noised_seeds *seeds, sheaf_local_own *own, uint64_t *words, sheaf_err *err);

/* What rounds would use of a file. */
typedef sheaf_data_counts sheaf_local_survey;

/* Looks at the file as a round for the model would, so that what is wrong with it is found
 * before one opens; fails where the round would. */
SHEAF_MUST_USE sheaf_status sheaf_local_survey_make(const sheaf_state *state, uint32_t dataset,
                                                    uint32_t model, bool noised,
                                                    const char *home, const char *file,
                                                    sheaf_local_survey *out, sheaf_err *err);

/* What its owner should look at besides. */
typedef struct {
    sheaf_screen screen;      /* what looks wrong */
    sheaf_group_names groups; /* that the sheet names, where the model's data is a table */
    uint32_t held_out[SHEAF_GROUPS_REPORTED_MAX]; /* records of each */
} sheaf_local_findings;

/* The same, and what there is to look at. */
SHEAF_MUST_USE sheaf_status sheaf_local_screen(const sheaf_state *state, uint32_t dataset,
                                               uint32_t model, bool noised, const char *home,
                                               const char *file, sheaf_local_survey *out,
                                               sheaf_local_findings *findings, sheaf_err *err);

enum { SHEAF_SURVEY_TEXT_MAX = 240 };
void sheaf_local_survey_describe(const sheaf_local_survey *survey,
                                 char out[SHEAF_SURVEY_TEXT_MAX]);

#endif
