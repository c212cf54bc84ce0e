/* hub/hub.h - the hub: orders acts, keeps files, coordinates rounds, serves HTTP.
 *
 * One thread writes (sequencer.h), one coordinates rounds (rounds.h), the server's few answer.
 * Nothing is acknowledged, and nothing is seen by a reader, before it is durable; nothing is
 * entered that the fold refuses. If the disk fails the hub answers nothing more and says so
 * through sheaf_hub_running(): what is on the disk is known again after it was opened anew.
 *
 * The folder: log/ journal/ blobs/ texts/ rounds/ private.db erasures.json and keys/log.key,
 * keys/hub.key.
 */
#ifndef SHEAF_HUB_HUB_H
#define SHEAF_HUB_HUB_H

#include "base/slice.h"
#include "base/status.h"
#include "crypto/ed25519.h"

typedef struct sheaf_hub sheaf_hub;

/* For tests alone, set by code and by no command line: a hub that does what no honest one does,
 * so that it can be shown to get nothing by it. */
typedef enum {
    SHEAF_LIE_NONE,
    SHEAF_LIE_ROUND_WITHOUT_MANDATE, /* enters a round.open that the rules refuse, and runs it
                                      */
    SHEAF_LIE_DROP_MOTIONS,          /* never answers a member who opens a motion */
} sheaf_lie;

typedef struct {
    const char *dir;
    const char *listen;             /* NULL = 127.0.0.1 */
    uint16_t port;                  /* 0 = any free one */
    const char *tls_cert, *tls_key; /* PEM files, both or neither */
    const char *ca_file;            /* to trust when it asks witnesses; NULL = the system's */
    uint32_t stage_ms;              /* how long each stage of a round waits; 0 = 30 seconds */
    uint32_t grace_ms;              /* for further nodes once enough are ready; 0 = 500 */
    uint32_t attest_ms; /* until an unattested result is taken back; 0 = 60 seconds */
    bool quiet;         /* no lines on standard error */
    sheaf_lie lie;
} sheaf_hub_config;

/* Makes a new co-op's folder: both keys, and a log whose entry 0 is the coop.found of the
 * submission, which names these keys. Refuses a folder that holds anything already. */
SHEAF_MUST_USE sheaf_status sheaf_hub_create(const char *dir, sheaf_slice submission,
                                             const sheaf_keypair *log_pair,
                                             const sheaf_keypair *hub_pair, sheaf_err *err);

/* Replays the folder's log, goes on with the rounds of a previous process, and serves. */
SHEAF_MUST_USE sheaf_status sheaf_hub_open(sheaf_hub **out, const sheaf_hub_config *config,
                                           sheaf_err *err);
void sheaf_hub_close(sheaf_hub *hub); /* NULL does nothing */

/* The port that is really in use. */
uint16_t sheaf_hub_port(const sheaf_hub *hub);

/* False once the hub had to stop; *err says why. */
bool sheaf_hub_running(sheaf_hub *hub, sheaf_err *err);

#endif
