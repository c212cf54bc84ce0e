/* Ten years of a co-op that decides: members join, are on trial, vote, give proxies, amend the
 * bylaws, have amendments registered, exclude and leave, and a board decides, as a seed has it.
 * Beside the rules runs a book of its own that knows members, electorates, ballots, proxies and
 * versions of the bylaws from the acts alone, and says what must come of each motion; the two
 * are compared after every act. Who is in office it takes from the state. */
#ifndef SHEAF_SIM_GOVERNANCE_H
#define SHEAF_SIM_GOVERNANCE_H

#include "kit.h"

enum { PEOPLE_MAX = 400, MOTIONS_MAX = 1500, PROXIES_MAX = 4000, NOBODY = -1 };

/* The classes, by their places. */
enum { WORKER, USER, INVESTOR, SUPPORTER, CLASSES };
enum {
    NOTICE_DAYS = 30,
    CEILING_BP = 2500,
    QUALIFIED_QUORUM = 4000,
    BOARD_QUORUM = 5000,
    SEATS = 3,
    WAITING_MAX = 16
};
enum { ORDINARY_DAYS = 7, QUALIFIED_DAYS = 14, PROTECTED_DAYS = 30, SECOND_DAYS = 10 };
#define DAY_MS INT64_C(86400000)

/* What can be met on the way: all that is OFTEN in a few seeds, the rest in many. */
#define GOVERNANCE_MET                                                                         \
    MET(second_call, OFTEN, "second calls")                                                    \
    MET(by_proxy, OFTEN, "with proxies")                                                       \
    MET(capped, OFTEN, "at a ceiling")                                                         \
    MET(stricter, SELDOM, "stopped by a stricter rule")                                        \
    MET(elected, OFTEN, "elected to the board")                                                \
    MET(board, OFTEN, "decided by the board")                                                  \
    MET(referred, SELDOM, "referred to the members")                                           \
    MET(registered, OFTEN, "versions registered")                                              \
    MET(given_up, SELDOM, "versions given up")
#define MET(name, how, words) MET_##name,
enum { GOVERNANCE_MET MET_COUNT };
#undef MET

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

typedef enum { RESOLUTION, AMENDMENT, EXCLUSION, WITHDRAWAL, ELECTION } purpose;

typedef struct {
    uint32_t id;
    int by, sort, call, subject; /* sort: enum decision_sort; subject: whom it is about */
    purpose what;
    bool board;         /* the officers of the board decide it */
    laws opening, text; /* in force then; what an amendment proposes */
    uint32_t base;      /* against which version, or the one that is to be withdrawn */
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
    bool sitting[PEOPLE_MAX]; /* on the board, after the last act */
    int person_count, motion_count, proxy_count;
    laws now, waiting[WAITING_MAX]; /* in force; adopted and not registered, in order */
    int waiting_count;
    bool registered; /* amendments are in force once they are registered */
    int64_t tick_at; /* the deadline that was settled last */
    uint32_t outcomes[SHEAF_motion_state_COUNT], met[MET_COUNT];
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
/* The version that waits longest was recorded as registered. */
void book_registers(governance *g, int who, uint32_t version);
/* The newest version, in force or not: what amendments are written against. */
const laws *book_newest(const book *b);
void book_gives(governance *g, const proxy *given);
void book_revokes(governance *g, int giver, uint32_t matter);
/* A tick has settled this. */
void book_ticks(governance *g, const sheaf_deadline *due);
bool book_has_vote(const person *who);
bool book_is_member(const person *who);
uint32_t book_officers(const book *b);

/* Ends the program where the rules and the book do not say the same. */
void book_compare(governance *g);
void book_recount(const governance *g);
/* What the book does not follow, counted anew (governance_recount.c). */
void recount_petitions(const governance *g);
void recount_shares_and_seats(const governance *g);

/* Founds the co-op; one act of somebody. */
void acts_found(governance *g);
void acts_make(governance *g);
/* The act, as JSON of the kit; true if the rules accept it. */
__attribute__((format(printf, 4, 5))) bool acts_try(governance *g, int who, const char *kind,
                                                    const char *what, ...);
uint32_t acts_last(const governance *g);
uint32_t acts_id(const governance *g, int who);
/* Mostly somebody who is a member; an officer, or else anybody. */
int acts_somebody(governance *g);
int acts_officer(governance *g);
/* Opens the motion; `effect` is its field with a comma, or nothing. */
void acts_open(governance *g, motion *m, const char *effect);
/* Of the board, and of the register (governance_board.c). */
void acts_of_board(governance *g, int who);
/* Settles all that is due. */
void acts_tick(governance *g);

#endif
