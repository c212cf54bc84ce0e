/* cli/motion.h - what `sheaf motion show` tells: a motion from one's own replay of the log,
 * with its texts where they are at hand. */
#ifndef SHEAF_CLI_MOTION_H
#define SHEAF_CLI_MOTION_H

#include "cli/round_source.h"
#include "coop/electorate.h"
#include "coop/motion.h"

typedef struct {
    const sheaf_round_source *source;
    const sheaf_state *state;              /* its */
    const struct sheaf_row_motion *motion; /* while it is open, with the votes by proxy */
    const struct sheaf_row_decision *rule;
    sheaf_standing standing;
    /* By what else the closing judges it, where it is open: the rule in force for an effect
     * that has come to need more, or is protected; else NULL. */
    const struct sheaf_row_decision *raised;
    sheaf_standing raised_standing;
    sheaf_motion_closing closing; /* with its present votes, in its time or now */
    const sheaf_effect *effect;   /* NULL for a resolution */
    sheaf_buffer title, reason;   /* empty where they are not at hand */
    /* What an amendment changes: as `bylaws diff` tells it, and as a list of JSON; empty where
     * it is none, or where the version it was written for is not at hand. */
    sheaf_buffer changes, changes_json;
    int64_t now; /* milliseconds since 1970 */
} sheaf_motion_report;

/* The articles that an amendment changes against the version it was written for, by number;
 * how many. False where memory is spent. */
bool sheaf_motion_articles(const sheaf_motion_report *report,
                           sheaf_article out[SHEAF_ARTICLE_COUNT], size_t *count);

/* The ballots of members on trial, since those decide it who do now. */
uint32_t sheaf_motion_uncounted(const sheaf_motion_report *report);

/* What becomes of it, which is open, with its present votes. */
void sheaf_motion_print_then(const sheaf_motion_report *report);
/* Why its effect has not taken place, or would not, as the row says, and the article that says
 * so. */
void sheaf_motion_print_void(const sheaf_motion_report *report,
                             const struct sheaf_row_motion *motion);

/* For people, on standard output. */
void sheaf_motion_print(const sheaf_motion_report *report);

#endif
