/* cli/waiting.h - what waits for a member: what it can vote on and has not, what it was asked,
 * what it has to answer, sign, confirm or decide, each with the command that does so.
 *
 * Found from the state alone: what has a deadline through the heap of deadlines, what has none
 * among the newest rows of its table (SHEAF_WAITING_RECENT), so that a long history costs
 * nothing. It is a help for people: only the rules say what an act is refused for.
 */
#ifndef SHEAF_CLI_WAITING_H
#define SHEAF_CLI_WAITING_H

#include "cli/round_source.h"

enum { SHEAF_WAITING_RECENT = 256, SHEAF_WAITING_COMMAND = 120 };

typedef struct {
    const char *noun;  /* "motion" */
    uint32_t of;       /* its entry */
    int64_t until;     /* milliseconds since 1970; 0 where nothing presses */
    sheaf_hash title;  /* commitment to what it is called, or zeros */
    const char *words; /* what is to be done */
    char
        command[SHEAF_WAITING_COMMAND]; /* without "sheaf "; empty where nothing need be done */
    uint8_t scope;                      /* that a key needs for it; 0 for none */
} sheaf_waiting;

typedef struct {
    const sheaf_state *state;
    uint32_t member;
    uint32_t key; /* which of its keys is at hand, to be set after finding; or SHEAF_NONE */
    int64_t now;  /* milliseconds since 1970 */
    sheaf_waiting *at;
    size_t count, capacity;
    bool failed; /* memory is spent: some are missing */
} sheaf_waits;

/* What waits for the member, what is due first first. Freed by sheaf_waits_free(). */
void sheaf_waits_find(sheaf_waits *waits, const sheaf_state *state, uint32_t member,
                      int64_t now);
void sheaf_waits_free(sheaf_waits *waits);

/* Where the key at hand is one by which lost keys are to be recovered it signs nothing yet:
 * nothing waits for it but that. */
void sheaf_waits_only_recovery(sheaf_waits *waits);

/* For people; `home` is named in the commands where it is not NULL. Both say what the key at
 * hand does not sign. */
void sheaf_waits_print(const sheaf_waits *waits, const sheaf_round_source *source,
                       const char *home);
/* The list "waiting" of an object that is open. */
void sheaf_waits_put(const sheaf_waits *waits, const sheaf_round_source *source,
                     sheaf_json_writer *w);

/* What is open beside motions: a line for people, or the object "open" with how many of each.
 */
void sheaf_open_print(const sheaf_state *state);
void sheaf_open_put(const sheaf_state *state, sheaf_json_writer *w);

/* The first line of what something is called; empty where it is not at hand. */
void sheaf_title_get(const sheaf_round_source *source, const sheaf_hash *title,
                     sheaf_buffer *out);

/* "2026-11-28 09:00 UTC, in 7 days" */
enum { SHEAF_MOMENT_SIZE = 64 };
void sheaf_moment_words(int64_t at, int64_t now, char out[SHEAF_MOMENT_SIZE]);

/* ---- between the files of waiting ---- */

/* One more. */
__attribute__((format(printf, 3, 4))) void
sheaf_waits_add(sheaf_waits *waits, const sheaf_waiting *what, const char *command, ...);

#define SHEAF_WAIT(waits, noun_, of_, until_, title_, words_, ...)                             \
    sheaf_waits_add((waits),                                                                   \
                    &(sheaf_waiting){.noun = (noun_),                                          \
                                     .of = (of_),                                              \
                                     .until = (until_),                                        \
                                     .title = (title_),                                        \
                                     .words = (words_)},                                       \
                    __VA_ARGS__)

/* What the deadline of that kind, of that entry, is of: a column of coop/tbl. */
void sheaf_waits_matter(sheaf_waits *waits, uint8_t kind, uint32_t of, int64_t at);
void sheaf_waits_membership(sheaf_waits *waits, uint8_t kind, uint32_t of, int64_t at);
/* What has no deadline. */
void sheaf_waits_matters(sheaf_waits *waits);
void sheaf_waits_memberships(sheaf_waits *waits);

/* Does the member have a vote? */
bool sheaf_waits_votes(const sheaf_waits *waits);

/* The row before which rows of a table with `count` of them are not looked at. */
static inline uint32_t sheaf_waits_from(uint32_t count)
{
    return count > SHEAF_WAITING_RECENT ? count - SHEAF_WAITING_RECENT : 0;
}

#endif
