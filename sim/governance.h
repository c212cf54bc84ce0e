/* Ten years of a co-op that decides: members join, are on trial, vote, give proxies, amend the
 * bylaws, exclude and leave, as a seed has it. Beside the rules runs a book of its own that
 * knows members, electorates, ballots and proxies from the acts alone, and says what must come
 * of each motion; the two are compared after every act. */
#ifndef SHEAF_SIM_GOVERNANCE_H
#define SHEAF_SIM_GOVERNANCE_H

#include "kit.h"

enum { PEOPLE_MAX = 400, MOTIONS_MAX = 1500, PROXIES_MAX = 4000, NOBODY = -1 };

/* The classes, by their places. */
enum { WORKER, USER, INVESTOR, SUPPORTER, CLASSES };
enum { NOTICE_DAYS = 30, CEILING_BP = 2500, QUALIFIED_QUORUM = 4000, SEATS = 3 };
enum { ORDINARY_DAYS = 7, QUALIFIED_DAYS = 14, PROTECTED_DAYS = 30, SECOND_DAYS = 10 };
#define DAY_MS INT64_C(86400000)

/* What amendments change. */
typedef struct {
    int ordinary_quorum;  /* article 5, protected */
    int protected_quorum; /* article 6, protected */
    bool nine_tenths;     /* article 6, protected: else three quarters */
    int cap;              /* article 7, not protected */
    uint32_t id;          /* the entry that made the version */
} laws;

typedef struct {
    uint32_t id; /* the application */
    int class;
    enum { APPLIED, TRIAL, FULL, GONE } state;
} person;

typedef enum { RESOLUTION, AMENDMENT, EXCLUSION } purpose;

typedef struct {
    uint32_t id;
    int by, sort, call, subject; /* sort: enum decision_sort; subject: of an exclusion */
    purpose what;
    laws opening, text; /* in force then; what an amendment proposes */
    uint32_t base;      /* and against which version */
    int64_t closes;
    bool entitled[PEOPLE_MAX], conflicted[PEOPLE_MAX], trial[PEOPLE_MAX];
    int8_t choice[PEOPLE_MAX];     /* enum choice, or NOBODY */
    int state;                     /* enum motion_state */
    struct sheaf_row_motion final; /* once it is settled */
} motion;

typedef struct {
    int giver, holder;
    uint32_t matter; /* SHEAF_NONE for all */
    int64_t until;
    bool live;
} proxy;

typedef struct {
    person people[PEOPLE_MAX];
    motion motions[MOTIONS_MAX];
    proxy proxies[PROXIES_MAX];
    int person_count, motion_count, proxy_count;
    laws now;
    int64_t tick_at; /* the deadline that was settled last */
    uint32_t outcomes[SHEAF_motion_state_COUNT], second_calls, by_proxy, capped, stricter;
} book;

typedef struct {
    kit k;
    book b;
    uint64_t seed, random;
    uint32_t refused, accepted;
} governance;

__attribute__((noreturn, format(printf, 2, 3))) void governance_fail(const governance *g,
                                                                     const char *format, ...);
unsigned governance_draw(governance *g, unsigned below);

/* What was accepted; `g->k.now` is its stamp. */
void book_joins(governance *g, uint32_t id, int class);
void book_admits(governance *g, int who);
void book_opens(governance *g, const motion *opened);
void book_votes(governance *g, motion *m, int who, int choice);
void book_conflict(governance *g, motion *m, int who);
void book_withdraws(motion *m);
void book_gives(governance *g, const proxy *given);
void book_revokes(governance *g, int giver, uint32_t matter);
/* A tick has settled this. */
void book_ticks(governance *g, const sheaf_deadline *due);
bool book_has_vote(const person *who);

/* Ends the program where the rules and the book do not say the same. */
void book_compare(governance *g);
void book_recount(const governance *g);

/* Founds the co-op; one act of somebody. */
void acts_found(governance *g);
void acts_make(governance *g);
/* Settles all that is due. */
void acts_tick(governance *g);

#endif
