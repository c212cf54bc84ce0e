/* A whole cooperative in one process: a hub and four members, a clock and a network that are
 * numbers from a seed. Messages are late, lost, doubled and overtake each other; anybody
 * crashes and comes back with what was durable; in some seeds the hub lies, or a member does.
 * A scenario is one such fault with a seed of its own, and what must come of it.
 *
 * The parties meet through packets alone. What is checked from outside, with a view of all,
 * stands in check.c.
 */
#ifndef SHEAF_SIM_H
#define SHEAF_SIM_H

#include "claims/replay.h"
#include "coop/view.h"
#include "kit.h"
#include "learn/round_job.h"
#include "round/kept.h"
#include "round/participant.h"
#include "round/transcript.h"
#include "round/round_internal.h"

enum { MEMBERS = 4, HUB = MEMBERS, LOG_MAX = 3000, QUEUE_MAX = 2048, STEP_MS = 10 };
enum { WORDS_MAX = 16, ACK_MAX = 2000, BLOBS_MAX = 64 };
enum {
    NOISE = 8,
    NOISED_ROUNDS = 30
}; /* of a mandate with noise; its vectors carry none here */

typedef enum {
    HONEST,
    LIE_NO_MANDATE, /* enters and runs a round that no mandate allows */
    LIE_EDIT,       /* changes an entry that was served already */
    LIE_FORK,       /* serves one member another log */
    LIE_DROP,       /* loses the acts of one member */
    /* It closes a round with a hash that is not the sum's, */
    LIE_RESULT,
    LIE_LIST,       /* or names fewer than were summed, */
    LIE_TRANSCRIPT, /* or another transcript than it shows */
    /* From here on it runs one round as it likes, see liar.c. */
    LIE_BOTH_SECRETS, /* calls a survivor a drop-out too */
    LIE_TWO_LISTS,    /* shows two survivor lists, with an accomplice who signs both */
    LIE_KEYS,         /* plays all others before one member, with keys of its own */
    LIE_REPLAY,       /* shows what was said in an earlier round */
    LIE_DOUBLED,      /* shows a participant twice */
    LIE_ADDED,        /* shows a participant who is not on the roster */
    LIE_BREAK_OFF,    /* breaks every round off once it has the sum, and opens another */
    LIES
} lie;

/* What is wrong with the third member until the moment flaw_until. */
typedef enum {
    SOUND,
    FLAW_LATE,     /* its masked vectors come when their stage is over */
    FLAW_LENGTH,   /* its masked vectors are too short, or too long */
    FLAW_NAN,      /* its file has a value that is no number, */
    FLAW_INFINITE, /* or one without end, */
    FLAW_RANGE,    /* or one that is too large, */
    FLAW_SHAPE,    /* or has one too many, or lacks a column */
    FLAW_CHANGED,  /* its file is another one in later rounds */
    FLAW_UPDATE,   /* what it learns grows out of all bounds */
    FLAW_CLOCKS,   /* not its, but the first's clock is wrong, then the second's */
    FLAW_SUM,      /* its node gives words that no data makes */
    FLAWS
} flaw;

/* What somebody must say, and what must then not leave whom. */
typedef struct {
    unsigned who; /* a bit for each member, and one for the hub */
    const char *says;
} complaint;

enum { COMPLAINTS_MAX = 4, FLAWED = 2, CLOCKS_MS = 2500, KILLED_MS = 200 };

typedef struct {
    const char *name;
    const char *must; /* come of it, for people */
    uint64_t seed;
    lie lie;
    flaw flaw;
    bool noised, tables;
    bool witnessed;  /* deadlines need the clocks of two witnesses of three */
    bool one_record; /* the third member has no more */
    bool killed;     /* in each round a node dies with its answer unsent, then the hub */
    bool ends;       /* no round comes after it */
    uint32_t rounds; /* of the mandate with noise; 0: many */
    complaint complaints[COMPLAINTS_MAX];
    int length_ms;
} scenario;

typedef enum {
    ACT,
    ACK,
    FETCH,
    ENTRIES,
    BUNDLE,
    ROUND_MESSAGE,
    TRANSCRIPT,
    BLOB,
    GOSSIP
} packet_kind;

typedef struct {
    int64_t at_ms; /* when it comes; of what is given to sim_send(): so much later than usual */
    int from, to;
    packet_kind kind;
    uint64_t number, size; /* by kind: index or round; tree size */
    sheaf_hash hash;       /* by kind: leaf or root */
    uint8_t *bytes;        /* owned */
    size_t len;
} packet;

/* A log as somebody keeps it. */
typedef struct {
    sheaf_buffer entry[LOG_MAX];
    sheaf_hash root[LOG_MAX + 1]; /* of the tree at each size */
    sheaf_tree tree;
    uint64_t size;
} kept_log;

typedef struct {
    sheaf_buffer act; /* act with signature before it */
    uint64_t seq;
    int64_t until;
    bool waiting;
} posting_slot;

/* All that left the members in a round, and the truth about it, by position in the roster. */
enum { WATCHED_MAX = 128 };
typedef struct {
    sheaf_round_config config;
    sheaf_hash session;
    sheaf_buffer left[SHEAF_ROUND_REVEAL + 1][MEMBERS];
    uint64_t input[MEMBERS][WORDS_MAX];
    bool over[MEMBERS][MEMBERS];         /* whom a vector was masked against */
    sheaf_point shown[MEMBERS][MEMBERS]; /* with which points */
    /* By secret, owner and holder: the shares that were revealed, or that the hub holds. */
    sheaf_scalar share[2][MEMBERS][MEMBERS];
    bool known[2][MEMBERS][MEMBERS];
    sheaf_scalar held_secret[MEMBERS]; /* mask secrets of seats that the hub plays itself */
    bool holds[MEMBERS];
    sheaf_scalar secret[2][MEMBERS]; /* what follows from the shares */
    bool joined[2][MEMBERS];
    unsigned accomplices; /* members in league with the hub, a bit each */
} watched;

/* A hub that runs a round as it likes: what it got, by stage and position. */
typedef struct {
    bool running;
    sheaf_round_config config;
    sheaf_round_stage stage;
    int64_t since;
    int again;  /* of LIE_TWO_LISTS: which list is shown */
    int victim; /* position */
    sheaf_buffer got[2][SHEAF_ROUND_REVEAL + 1][MEMBERS];
    sheaf_participant *shadow[MEMBERS]; /* of LIE_KEYS: everybody but the victim */
    sheaf_buffer forged; /* of LIE_TWO_LISTS: the accomplice's second signature */
} liar;

typedef struct {
    const char *name;
    char node[KIT_NAME_MAX];
    sheaf_replay replay;
    kept_log log;                   /* durable */
    sheaf_hash digest[LOG_MAX + 1]; /* of the state at each size */
    posting_slot slot[2];           /* of the person's key and the node's */
    uint32_t revoking;              /* a consent.revoke of this one is under way */
    int64_t revoking_until;         /* until then */
    sheaf_participant participant;
    bool taking_part;
    uint32_t round, joined; /* the round taken part in; the last ever joined, durable */
    bool left;              /* that round, for good */
    uint32_t killed;        /* the round in which it was killed */
    /* What is durable of it: the seed, the bundles that were answered and the masked vector. */
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_buffer answered[SHEAF_ROUND_REVEAL + 1], masked;
    sheaf_hash said[SHEAF_ROUND_REVEAL + 1]; /* what left in each stage */
    sheaf_buffer base;                       /* the model that the round starts from */
    uint64_t input[WORDS_MAX];
    uint32_t input_round;
    bool alarm; /* has proof that the hub lied */
    bool down;
    int64_t up_at;
    struct {
        uint64_t index;
        sheaf_hash leaf;
    } ack[ACK_MAX];
    size_t acks;
} member;

typedef struct {
    sheaf_replay replay;
    kept_log log;
    kept_log *other; /* of LIE_FORK */
    uint64_t durable;
    struct {
        int to;
        uint64_t index;
    } unacknowledged[LOG_MAX];
    size_t waiting;
    sheaf_coordinator coordinator;
    bool coordinating;
    sheaf_round_kept kept;
    sheaf_buffer records; /* durable, of the round `round` */
    uint32_t round;
    sheaf_buffer blobs[BLOBS_MAX]; /* results of rounds */
    size_t blob_count;
    sheaf_buffer transcript;
    uint32_t transcript_round;
    int64_t closed_at, next_round_at;
    uint32_t killed; /* the round in which it was killed */
    int64_t stamp;   /* of the next entry, 0: the time */
    bool down;
    int64_t up_at;
} hub;

typedef struct {
    uint64_t seed, random;
    int64_t now, end_ms;
    int64_t calm_ms, quiet_ms; /* when loss and crashes end; when the log stops to grow */
    char folder[64];           /* where the members' tables are; empty: vectors are made up */
    unsigned files_written;
    bool noised;              /* the mandate adds noise, and consents have budgets */
    const scenario *scenario; /* NULL: all is by chance */
    unsigned complained[COMPLAINTS_MAX];
    char last_complaint[MEMBERS + 1][SHEAF_MESSAGE_MAX];
    lie lie;
    int64_t lie_at;
    bool lied;
    uint32_t lied_round;
    liar liar;
    flaw flaw;
    int64_t flaw_until;
    unsigned wrong_lengths;
    uint32_t sound_from; /* the first round that was opened without the flaw */
    watched *watched[WATCHED_MAX];
    size_t watched_count;
    kit pen; /* knows everybody's keys and writes acts */
    packet queue[QUEUE_MAX];
    size_t queued;
    unsigned loss, twice, delay_ms, crash;
    member member[MEMBERS];
    hub hub;
    uint64_t rounds_summed, rounds_joined, rounds_resumed, acts_entered; /* what happened */
    sheaf_round_config config; /* of the round that is being looked at */
} sim;

unsigned sim_chance(sim *s, unsigned of);
__attribute__((noreturn, format(printf, 2, 3))) void sim_fail(const sim *s, const char *format,
                                                              ...);

void sim_send(sim *s, const packet *p, sheaf_slice bytes);
void sim_deliver(sim *s);

/* Signature, then act, of `who` with the number `seq`, valid for some seconds from `at`. */
void sim_write(sim *s, const char *who, int64_t at, uint64_t seq, const char *kind,
               const char *what, sheaf_buffer *out);

void log_append(sim *s, kept_log *log, sheaf_slice entry);
void log_cut(kept_log *log, uint64_t size);
sheaf_hash log_manifest(const kept_log *log, uint32_t round);
void replay_again(sim *s, sheaf_replay *replay, const kept_log *log);

/* What a party knows of a round from its own replica; false if it must not be. */
bool round_config(const sim *s, const sheaf_state *state, const kept_log *log, uint32_t round,
                  sheaf_round_config *out);

/* clocks.c: the member's own clock. */
int64_t clock_of(const sim *s, int i);
/* The witnesses of the bylaws; and `what` of a tick that these two bear out. */
enum { CLOCKS_QUORUM = 2 };
const char *clocks_witnesses(void);
const char *clocks_tick(sim *s, uint32_t motion, int first, int second);
/* Tries to settle what is not due, which must be refused. */
void clocks_settle_early(sim *s);

/* tables.c: real data in s->folder. */
void tables_open(sim *s);
void tables_close(sim *s);
/* What the member's node computes for the round; false if it refuses. */
bool tables_words(sim *s, int i, uint32_t round, uint64_t *words);
void tables_check_pooled(sim *s, const struct sheaf_row_round *round,
                         const sheaf_survivors *list, const sheaf_hash *result);

/* What the sum makes: with tables a model, else the words; false if no members can have it. */
bool result_of(sim *s, const sheaf_state *state, const struct sheaf_row_round *round,
               sheaf_slice base, const uint64_t *words, sheaf_hash *out,
               sheaf_round_result *made);

void hub_open(sim *s);
void hub_close(sim *s);
void hub_receive(sim *s, const packet *p);
void hub_step(sim *s);
void hub_crash(sim *s);
/* Enters a tick under a stamp that may be ahead; false if it is refused. */
bool hub_tick_at(sim *s, int64_t stamp, const char *what);
/* Sends everybody the model that the round starts from. */
void hub_show_base(sim *s);

void member_open(sim *s, int i);
void member_close(sim *s, int i);
void member_receive(sim *s, int i, const packet *p);
void member_step(sim *s, int i);
void member_crash(sim *s, int i);

/* Somebody refuses something, with this sentence. */
void sim_hear(sim *s, int who, const char *sentence);

/* Goes to the watched round; made where there is none. */
watched *watch_round(sim *s, const sheaf_round_config *config);
/* A message leaves a member whose vector is `input`. */
void watch_left(sim *s, const sheaf_participant *p, const uint64_t *input, sheaf_slice message);
/* What this participant holds is the hub's too: it is a member in league with it, or the hub.
 */
void watch_accomplice(sim *s, const sheaf_participant *p, bool in_league);
/* Whoever saw all that left can compute the sum over this list. */
bool watch_computes(sim *s, uint32_t round, const sheaf_survivors *list);
void watch_close(sim *s);
/* Nobody can compute that of fewer than the round must have, less the accomplices. */
void check_wires(sim *s);

/* True if the hub is to lie in this round. */
bool liar_begin(sim *s, const sheaf_round_config *config);
void liar_receive(sim *s, sheaf_slice message);
bool liar_step(sim *s); /* false: it has given up */
void liar_close(sim *s);

/* scenario.c: all of them, and how many there are; and whether what must come has come. */
const scenario *scenario_all(size_t *count);
void scenario_judge(const sim *s);

void check_training(const sim *s, int i, uint32_t round);
void check_sum(const sim *s);
void check_end(sim *s);

#endif
