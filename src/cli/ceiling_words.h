/* cli/ceiling_words.h - what a ceiling of votes makes of those cast, in words and as data. */
#ifndef SHEAF_CLI_CEILING_WORDS_H
#define SHEAF_CLI_CEILING_WORDS_H

#include "base/json.h"
#include "coop/ceilings.h"

/* "6.67": what the votes count for, to the nearest hundredth of one. */
typedef struct {
    char words[32];
} sheaf_counted;

sheaf_counted sheaf_counted_as(const sheaf_ceilings *ceilings, const sheaf_votes *votes);

/* A line for each class whose votes count for less than they are: the label, then "6 votes of
 * the class “investor” count as 0.67: it has at most 25.00 % of those cast". `bylaws` is the
 * version that is decided under, `thing` what is cast: vote, ballot, point. */
void sheaf_ceilings_print(const sheaf_state *state, uint32_t bylaws,
                          const sheaf_ceilings *ceilings, const char *label, const char *thing);

/* The member `ceilings` of an object that is open: those classes. */
void sheaf_ceilings_put(const sheaf_state *state, uint32_t bylaws,
                        const sheaf_ceilings *ceilings, sheaf_json_writer *w);

/* The member `counted_thousandths`, rounded down. */
void sheaf_counted_put(const sheaf_ceilings *ceilings, const sheaf_votes *votes,
                       sheaf_json_writer *w);

#endif
