/* hub/cosign_internal.h - what the parts of cosigning share: cosign.c decides who is asked for
 * what, cosign_ask.c asks and reads answers, cosign_keep.c keeps and publishes what came.
 *
 * `lock` covers everything but what is set before the threads begin. It is taken after the
 * hub's lock, and no thread holds it while it takes the hub's. `keeping` is held while notes
 * are written, and taken before both.
 */
#ifndef SHEAF_HUB_COSIGN_INTERNAL_H
#define SHEAF_HUB_COSIGN_INTERNAL_H

#include "hub/cosign.h"
#include "net/client.h"

enum {
    SHEAF_COSIGN_PAUSE_MS = 100,         /* between two requests to a witness */
    SHEAF_COSIGN_BEHIND_MS = 400,        /* more, where its clock is behind a deadline */
    SHEAF_COSIGN_BACKOFF_MAX_MS = 10000, /* after failures in a row */
    SHEAF_COSIGN_TARGET_MS = 2000,       /* a target waits no longer for the slow */
};

/* One cosignature: of the target where `of` is its size. */
typedef struct {
    uint64_t of, time; /* entries; POSIX seconds; 0: none */
    uint8_t sig[SHEAF_SIGNATURE_BYTES];
    char line[512]; /* as it stands in a note */
} sheaf_cosignature;

/* A witness, by its place in the bylaws in force. */
typedef struct {
    sheaf_cosign *cosign;
    pthread_t thread;
    bool started, named; /* named: the bylaws have a witness at this place */
    sheaf_vkey key;
    char url[sizeof((struct sheaf_row_witness *)0)->url + 1];
    uint64_t seen;   /* entries of the checkpoint that it cosigned last, as far as is known */
    uint64_t stuck;  /* a target that it cannot cosign any more, for it has seen a larger one */
    int64_t next_ms; /* not asked before; monotonic */
    unsigned failures;               /* in a row */
    char trouble[SHEAF_MESSAGE_MAX]; /* the last, or empty */
    sheaf_cosignature last;
} sheaf_cosigner;

struct sheaf_cosign {
    sheaf_hub *hub;
    const char *ca_file;
    atomic_bool stopping;
    pthread_mutex_t lock, keeping;
    pthread_cond_t work;

    uint32_t bylaws; /* the version that names the witnesses */
    unsigned quorum, count;
    sheaf_cosigner signers[SHEAF_WITNESSES_MAX];
    sheaf_buffer latest, target; /* notes with the log's line alone */
    uint64_t latest_size, target_size;
    sheaf_hash target_root;
    int64_t target_ms; /* monotonic: since when */
    uint64_t after_s;  /* a deadline has passed: cosignatures from then on are wanted */

    sheaf_buffer witnessed; /* the newest note with a quorum, or empty */
    uint64_t witnessed_size;
};

/* What a witness is asked for. */
typedef struct {
    sheaf_buffer note;
    uint64_t size, seen;
    sheaf_vkey key;
    char url[sizeof((struct sheaf_row_witness *)0)->url + 1];
    sheaf_cosignature got;
    uint64_t says; /* what it has seen, as far as it says */
    bool beyond;   /* that is more than it was asked for */
} sheaf_cosign_job;

/* Asks; fills `got` and `says`. */
SHEAF_MUST_USE sheaf_status sheaf_cosign_ask(sheaf_cosign *cosign, sheaf_http_client *client,
                                             sheaf_cosign_job *job, sheaf_err *err);

/* Publishes the target with the lines that it has, and keeps it as witnessed once they are
 * enough. Without any lock. */
void sheaf_cosign_keep(sheaf_cosign *cosign);

/* Takes up DIR/witnessed/checkpoint. */
SHEAF_MUST_USE sheaf_status sheaf_cosign_load(sheaf_cosign *cosign, sheaf_err *err);

#endif
