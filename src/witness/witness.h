/* witness/witness.h - a witness of logs (C2SP tlog-witness), without files and sockets.
 *
 * For each log that it trusts a witness knows one checkpoint: the largest it has cosigned. It
 * cosigns another only if that one's tree begins with the whole tree of the last, and only
 * after the new one is durable; comparing and storing are one step under the log's lock. So
 * whatever is asked, in whatever order and by however many at once, no two of its cosignatures
 * stand on trees that contradict each other, and it never goes back.
 *
 * Its key signs cosignatures and nothing else.
 */
#ifndef SHEAF_WITNESS_WITNESS_H
#define SHEAF_WITNESS_WITNESS_H

#include "log/add_checkpoint.h"

#include <pthread.h>

enum {
    SHEAF_WITNESS_LOGS_MAX = 10000,
    SHEAF_WITNESS_KEYS_MAX = 4, /* of one log: an appointed hub signs with a new one */
    SHEAF_WITNESS_URL_MAX = 512,
    SHEAF_WITNESS_ANSWER_MAX = 65536,
};

/* A log that is trusted. Keys, url and hex are set before the threads begin. */
typedef struct {
    size_t number;                           /* its place among the logs */
    sheaf_vkey keys[SHEAF_WITNESS_KEYS_MAX]; /* all named by the origin */
    size_t key_count;
    char url[SHEAF_WITNESS_URL_MAX + 1]; /* where the log is served; may be empty */
    char hex[SHEAF_HASH_BYTES * 2 + 1];  /* SHA-256 of the origin: its name in addresses */

    pthread_mutex_t lock; /* of what follows */
    uint64_t size;        /* of the checkpoint cosigned last, 0: none */
    sheaf_hash root;
    sheaf_buffer note; /* that checkpoint with the log's and the witness's lines, or empty */
    bool failed;       /* the disk failed: nothing more is cosigned by this process */
} sheaf_witness_log;

static inline sheaf_slice sheaf_witness_log_origin(const sheaf_witness_log *log)
{
    return sheaf_vkey_name(&log->keys[0]);
}

/* Where checkpoints are kept. `load` appends what was kept to an empty buffer, nothing if
 * nothing was; `keep` returns once the note is durable in the place of the old one. */
typedef struct {
    sheaf_status (*load)(void *context, const sheaf_witness_log *log, sheaf_buffer *note,
                         sheaf_err *err);
    sheaf_status (*keep)(void *context, const sheaf_witness_log *log, sheaf_slice note,
                         sheaf_err *err);
    void *context;
} sheaf_witness_store;

/* What is sent back: 200 with signature lines, 409 with a size, else with a sentence. */
typedef struct {
    unsigned status;
    sheaf_buffer body;
} sheaf_witness_answer;

void sheaf_witness_answer_init(sheaf_witness_answer *answer);
void sheaf_witness_answer_deinit(sheaf_witness_answer *answer);

/* Fills an answer that is empty so far. */
__attribute__((format(printf, 3, 4))) void
sheaf_witness_answer_put(sheaf_witness_answer *answer, unsigned status, const char *format,
                         ...);

/* The content type that goes with the status. */
const char *sheaf_witness_answer_type(unsigned status);

/* Asked, without any lock, of a checkpoint that would be cosigned otherwise; `note` is what was
 * sent. False, and *answer, if it is not to be cosigned now. */
typedef struct {
    bool (*allow)(void *context, sheaf_witness_log *log, const sheaf_checkpoint *head,
                  sheaf_slice note, sheaf_witness_answer *answer);
    void *context;
} sheaf_witness_gate;

enum { SHEAF_WITNESS_GATES_MAX = 2 };

typedef struct sheaf_witness sheaf_witness;

/* Copies `pair` and borrows what `store` points to. */
SHEAF_MUST_USE sheaf_status sheaf_witness_open(sheaf_witness **out, sheaf_slice name,
                                               const sheaf_keypair *pair,
                                               const sheaf_witness_store *store,
                                               sheaf_err *err);
void sheaf_witness_close(sheaf_witness *witness); /* NULL is fine */

/* Trusts a key for the log that it is named by. Several keys of one log share its checkpoint;
 * the first url counts. Before the threads begin. */
SHEAF_MUST_USE sheaf_status sheaf_witness_trust(sheaf_witness *witness, const sheaf_vkey *log,
                                                const char *url, sheaf_err *err);

/* After all keys are there: takes up the checkpoints that the store has kept. SHEAF_FAULT if
 * one is not signed by its log and by this witness. */
SHEAF_MUST_USE sheaf_status sheaf_witness_load(sheaf_witness *witness, sheaf_err *err);

/* At most SHEAF_WITNESS_GATES_MAX; before the threads begin. */
void sheaf_witness_guard(sheaf_witness *witness, const sheaf_witness_gate *gate);

const sheaf_vkey *sheaf_witness_key(const sheaf_witness *witness);
size_t sheaf_witness_log_count(const sheaf_witness *witness);
sheaf_witness_log *sheaf_witness_log_at(const sheaf_witness *witness, size_t number);

/* By the hex hash of its origin, or NULL. */
sheaf_witness_log *sheaf_witness_log_find(const sheaf_witness *witness, sheaf_slice hex);

/* An add-checkpoint request; any thread. `time_s` is the POSIX time of the cosignature. */
void sheaf_witness_add(sheaf_witness *witness, sheaf_slice body, uint64_t time_s,
                       sheaf_witness_answer *answer);

/* Appends the checkpoint cosigned last; nothing if there is none. */
void sheaf_witness_checkpoint(sheaf_witness_log *log, sheaf_buffer *out);

#endif
