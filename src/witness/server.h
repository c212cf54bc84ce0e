/* witness/server.h - the witness on the network, and what serves logs that it mirrors.
 *
 *     POST /add-checkpoint            C2SP tlog-witness
 *     GET  /HEX/checkpoint            the checkpoint cosigned last, HEX = SHA-256 of the origin
 *     GET  /HEX/tile/...              where the witness mirrors: the files of the log
 *     POST /relay/HEX                 an act that the log's hub does not take (relay.h)
 *     GET  /relay/HEX/ACT             what became of it
 *     GET  /vkey                      the witness's verification key
 *
 * A few threads take what waits, for storing waits for the disk, and mirroring for the log; the
 * queue is bounded, and whoever finds it full is asked to come back.
 */
#ifndef SHEAF_WITNESS_SERVER_H
#define SHEAF_WITNESS_SERVER_H

#include "witness/folder.h"

#include <stdint.h>

typedef struct sheaf_witness_server sheaf_witness_server;

typedef struct {
    const char *dir;
    const char *name;               /* NULL: the one it has */
    const char *listen;             /* NULL = 127.0.0.1 */
    uint16_t port;                  /* 0 = any free one */
    const char *tls_cert, *tls_key; /* PEM files, both or neither */
    const char *ca_file;            /* to trust when it asks logs; NULL = the system's */
    const char *const *logs;        /* VKEY=URL each; without "=URL" nothing is fetched */
    size_t log_count;
    bool mirror;         /* keep and serve all tiles and entries */
    int64_t patience_ms; /* how long a relayed act may wait; 0 = five minutes */
    bool quiet;          /* no lines on standard error */
} sheaf_witness_config;

SHEAF_MUST_USE sheaf_status sheaf_witness_server_open(sheaf_witness_server **out,
                                                      const sheaf_witness_config *config,
                                                      sheaf_err *err);
void sheaf_witness_server_close(sheaf_witness_server *server); /* NULL does nothing */

uint16_t sheaf_witness_server_port(const sheaf_witness_server *server);
const sheaf_vkey *sheaf_witness_server_key(const sheaf_witness_server *server);

#endif
