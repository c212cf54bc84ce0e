/* hub/rounds_internal.h - what the parts of the coordination of rounds share: rounds.c runs,
 * rounds_plan.c decides what is next, rounds_seats.c who takes part, rounds_result.c closes,
 * rounds_http.c listens, rounds_polls.c answers who waits, rounds_arrive.c takes vectors in,
 * rounds_vectors.c has their files, rounds_sum.c adds them up, rounds_keep.c writes down,
 * rounds_audit.c deletes transcripts.
 *
 * `lock` covers everything here. It is taken before the hub's lock, never after it. Only the
 * rounds' thread adds and ends slots, so it may read a coordinator that is over without it. A
 * slot that is pinned stays; the words of a vector and of a sum are read and written without
 * the lock.
 */
#ifndef SHEAF_HUB_ROUNDS_INTERNAL_H
#define SHEAF_HUB_ROUNDS_INTERNAL_H

#include "hub/rounds.h"
#include "round/arrival.h"
#include "round/kept.h"
#include "store/vector_file.h"

enum {
    SHEAF_PLANS_MAX = 256,
    SHEAF_ABORTS_MAX = 3,
    SHEAF_RETRY_MS = 1000,
    SHEAF_DISK_RETRY_MS = 2000, /* what disk or memory had no room for */
    SHEAF_DISK_PATIENCE_MS = 3600000,
    SHEAF_UNSAFE_RETRY_MS = 60000, /* where no graph is safe for those who are ready */
};

/* A sum that is being made. */
typedef struct {
    sheaf_rounds *rounds;
    const sheaf_coordinator *coordinator;
    bool running, done; /* done: the thread touches nothing any more */
    pthread_t thread;
    sheaf_status status;
    sheaf_hash transcript;
    sheaf_err err;
} sheaf_summing;

/* Where the vectors of a round lie. */
typedef struct {
    char dir[SHEAF_PATH_MAX];
    const sheaf_round_config *config; /* the coordinator's */
    atomic_bool cancelled;
    atomic_size_t summed; /* chunks, so far */
    sheaf_summing summing;
} sheaf_vectors;

/* One round that this process runs or ran last. */
typedef struct {
    sheaf_coordinator *coordinator; /* NULL: the slot is free */
    sheaf_vectors *vectors;
    unsigned pins;                                   /* vectors on their way in */
    sheaf_upload *arriving[SHEAF_ROUND_MEMBERS_MAX]; /* by seat */
    uint8_t shown[SHEAF_ROUND_MEMBERS_MAX];          /* bundles on their way to each seat */
    uint32_t round, mandate;
    uint16_t count;
    uint32_t keys[SHEAF_ROUND_MEMBERS_MAX]; /* of the seats */
    bool over;                              /* its end is on the log */
    int64_t over_ms, looked_ms;             /* when it was looked whether it may go on */
    int64_t trouble_ms, again_ms;           /* since when disk or memory fail; not before */
    uint8_t abort_reason;                   /* if it ends without a sum */
    char graph[SHEAF_ROUND_GRAPH_TEXT];     /* who knows whom */
    const char *told_stage;                 /* what was published last */
    uint16_t told_answers;
    const char *end;       /* once it is over: its stage */
    sheaf_round_kept kept; /* what is on the disk */
    int file;              /* -1: none */
    uint64_t file_size;
} sheaf_slot;

typedef struct {
    uint32_t key;
    uint32_t datasets[SHEAF_NODE_DATASETS_MAX];
    size_t count;
    int64_t at_ms;
    bool seated; /* in a round that is under way: a node is in one at a time */
} sheaf_ready_node;

/* What this process remembers of a mandate. */
typedef struct {
    uint32_t mandate;
    int64_t enough_ms;     /* since when enough nodes are ready, 0 if they are not */
    int64_t not_before_ms; /* a pause after a failure */
    unsigned aborts;       /* in a row */
    uint64_t arrivals;     /* of nodes, when it gave up */
    uint32_t pending;      /* a closed round that waits for attestations */
    int64_t pending_ms;
    uint32_t recorded; /* an evaluation that was recorded, or cannot be */
} sheaf_plan;

typedef struct {
    sheaf_http_token *token; /* NULL: free */
    uint32_t round, stage;
    uint16_t seat;
    int64_t until_ms;
} sheaf_poll;

typedef struct {
    uint32_t round, key;
    size_t len;
    char reason[SHEAF_REASON_MAX];
} sheaf_round_refusal;

/* A member who could have a seat in a round. */
typedef struct {
    uint32_t member, key, dataset;
    uint32_t source; /* row of the data set among those of mandates */
} sheaf_candidate;

/* A round that can be opened now. */
typedef struct {
    struct sheaf_round_open what;
    struct sheaf_participant participants[SHEAF_ROUND_MEMBERS_MAX];
} sheaf_opening;

struct sheaf_rounds {
    sheaf_hub *hub;
    pthread_t thread;
    bool started, stopping, lied;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    sheaf_slot slots[SHEAF_ROUNDS_MAX];
    sheaf_ready_node nodes[SHEAF_NODES_MAX];
    size_t node_count;
    uint32_t again_ms; /* between two words of one node, by how many there are */
    uint64_t arrivals; /* nodes that said they are ready after they had not for a while */
    sheaf_plan plans[SHEAF_PLANS_MAX];
    size_t plan_count;
    sheaf_poll polls[SHEAF_POLLS_MAX];
    size_t shown_bytes; /* of bundles on their way */
    sheaf_round_refusal refusals[SHEAF_REFUSALS_MAX];
    uint64_t refusal_count;         /* ever; the latest are kept */
    uint32_t swept;                 /* rounds before this row have no transcript any more */
    int64_t sweep_ms, sweep_all_ms; /* when transcripts are looked at again */
    /* What the rounds' thread is looking at. */
    sheaf_opening opening;
    sheaf_candidate candidates[SHEAF_NODES_MAX];
    uint32_t scratch[SHEAF_NODES_MAX];
    int64_t planned_ms;
};

/* Milliseconds that never go back. */
int64_t sheaf_rounds_now_ms(void);

/* The nodes with a seat in the slot's round are in it, or out again; with the lock held. */
void sheaf_rounds_seated(sheaf_rounds *rounds, const sheaf_slot *slot, bool in);

/* How long a node's word holds; with the lock held. */
int64_t sheaf_rounds_ready_ms(const sheaf_rounds *rounds);

/* The slot of a round, or NULL; with the lock held. */
sheaf_slot *sheaf_rounds_slot(sheaf_rounds *rounds, uint32_t round);

/* A slot for one more round: a free one, or that of the round that has been over for longest;
 * NULL where there is none. No round is opened then: it would be charged and aborted. With the
 * lock held. */
sheaf_slot *sheaf_rounds_place(sheaf_rounds *rounds);

/* Forgets a round; with the lock held, by the rounds' thread. */
void sheaf_slot_free(sheaf_slot *slot);

/* Where the round stands: stage, answers, the time that is left. */
sheaf_round_progress sheaf_slot_progress(const sheaf_slot *slot);

/* Looks at every mandate: opens rounds, records evaluations, takes back what nobody attests. */
void sheaf_rounds_plan(sheaf_rounds *rounds);

/* Who takes part in the mandate's next round, into *out; false while more must be waited for.
 * With both locks held. */
bool sheaf_rounds_seats(sheaf_rounds *rounds, const struct sheaf_row_mandate *mandate,
                        sheaf_plan *plan, sheaf_opening *out);

/* The mandate's memory, or NULL where too many are remembered; with the lock held. */
sheaf_plan *sheaf_rounds_plan_of(sheaf_rounds *rounds, uint32_t mandate);

/* Opens the round on the log and begins to coordinate it. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_begin(sheaf_rounds *rounds,
                                               const sheaf_opening *opening, sheaf_err *err);

/* What the log says of the round, for its coordinator; with the hub's lock held for reading. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_config(const sheaf_hub *hub,
                                                const struct sheaf_row_round *row,
                                                sheaf_round_config *out, sheaf_err *err);

/* Adds a slot for a round with this config; `keys` are those of its seats. `kept` is what an
 * earlier process wrote down, nothing for a new round; SHEAF_FAULT if it cannot be taken up. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_add(sheaf_rounds *rounds, uint32_t mandate,
                                             const sheaf_round_config *config,
                                             const uint32_t *keys, sheaf_slice kept,
                                             sheaf_err *err);

/* Closes a round whose coordinator is done: result and transcript as blobs, round.close. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_finish(sheaf_rounds *rounds, sheaf_slot *slot,
                                                sheaf_err *err);

/* Makes what has happened durable: a message that was accepted, else nothing, and the stage
 * that it led to. With the lock held, before anybody can see it; if the disk fails the round is
 * aborted. */
void sheaf_slot_keep(sheaf_rounds *rounds, sheaf_slot *slot, sheaf_slice message);
/* The same of an input, by its record. */
void sheaf_slot_keep_input(sheaf_rounds *rounds, sheaf_slot *slot, const sheaf_buffer *record);

/* Lets the coordinator keep its vectors on the disk. */
SHEAF_MUST_USE sheaf_status sheaf_vectors_open(const sheaf_rounds *rounds, sheaf_slot *slot,
                                               sheaf_err *err);
/* Those that were taken are there, and half ones gone. */
SHEAF_MUST_USE sheaf_status sheaf_vectors_restore(const sheaf_slot *slot, sheaf_err *err);

/* True of a round that was closed, if only to be taken back, whose transcript is there and
 * names its vectors' chunks. */
bool sheaf_vectors_apart(sheaf_hub *hub, uint32_t round);
/* Removes all of it but the survivors' vectors and the sum. */
void sheaf_vectors_keep_apart(sheaf_hub *hub, uint32_t round);

/* DIR/rounds/N, and in it. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_folder(const sheaf_hub *hub, uint32_t round,
                                                char out[SHEAF_PATH_MAX], sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_vector_path(const char *dir, uint32_t member,
                                              char out[SHEAF_PATH_MAX], sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_sum_path(const char *dir, char out[SHEAF_PATH_MAX],
                                           sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_sum_read(const char *dir, uint64_t *words, size_t count,
                                           sheaf_err *err);

/* True where the failure is one of disk or memory and not an hour old: what the round has is
 * safe, so its end is tried again at slot->again_ms and nothing is charged in vain. */
bool sheaf_slot_waits(sheaf_slot *slot, sheaf_status failure);

/* Begins the sum, if it is not being made; takes it once it is done. With the lock held. */
void sheaf_slot_sum_begin(sheaf_rounds *rounds, sheaf_slot *slot);
void sheaf_slot_sum_end(sheaf_slot *slot);
/* Gives it up and waits for that; without the lock. */
void sheaf_slot_sum_stop(sheaf_slot *slot);

/* The slot's file, with these bytes in it; those of a file that was read are there already,
 * unless it was `torn` and has more behind them. */
SHEAF_MUST_USE sheaf_status sheaf_slot_keep_open(sheaf_rounds *rounds, sheaf_slot *slot,
                                                 sheaf_slice kept, bool torn, sheaf_err *err);
void sheaf_slot_keep_close(sheaf_slot *slot);

/* Takes up the rounds that an earlier process had under way, where it was; those that cannot be
 * are aborted. */
void sheaf_rounds_restore(sheaf_rounds *rounds);

/* Removes what was written down of a round, unless it is open. */
void sheaf_rounds_kept_remove(sheaf_rounds *rounds, uint32_t round);

/* Blobs are written before the entry that names them. Which two a round is about to have is
 * written down first; those that no entry came to name are deleted with the round's folder. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_made_note(const sheaf_hub *hub, uint32_t round,
                                                   const sheaf_hash *result,
                                                   const sheaf_hash *transcript,
                                                   sheaf_err *err);
void sheaf_rounds_made_drop(sheaf_hub *hub, uint32_t round);

/* Enters round.abort. */
void sheaf_rounds_abort(sheaf_rounds *rounds, uint32_t round, uint8_t reason);

/* Enters model.evaluate for an attested evaluation, then the state's digest. */
void sheaf_rounds_record(sheaf_rounds *rounds, uint32_t round);

/* Now and then: deletes transcripts whose audit window is over. */
void sheaf_rounds_sweep(sheaf_rounds *rounds);

/* The dishonest hub of tests. */
void sheaf_rounds_lie(sheaf_rounds *rounds);

/* Answers the polls that can be answered, and those that have waited long enough. */
void sheaf_rounds_answer_polls(sheaf_rounds *rounds, bool all);

#endif
