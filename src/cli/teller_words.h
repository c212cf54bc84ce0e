/* cli/teller_words.h - what tellers have counted on a motion, in an election, or where an
 * amount is divided. */
#ifndef SHEAF_CLI_TELLER_WORDS_H
#define SHEAF_CLI_TELLER_WORDS_H

#include "base/json.h"
#include "coop/state.h"

/* A line for each sheet that was confirmed, how many ballots on it count and how many their
 * members contested; while the matter is open, how they do, and until when it is put off for
 * that. `closes` is its closing, 0 once it is over; `first` stands before the first line,
 * `next` before the others. */
void sheaf_tellers_print(const sheaf_state *state, uint32_t matter, int64_t closes,
                         const char *first, const char *next);

/* The member `sheets` of an object that is open: the rows of all that were recorded on it. */
void sheaf_sheets_put(const sheaf_state *state, uint32_t matter, sheaf_json_writer *w);

#endif
