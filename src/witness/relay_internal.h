/* witness/relay_internal.h - what the parts of the relay share: relay.c keeps the acts,
 * relay_files.c their files, relay_ask.c speaks to the hub. */
#ifndef SHEAF_WITNESS_RELAY_INTERNAL_H
#define SHEAF_WITNESS_RELAY_INTERNAL_H

#include "acts/receipt.h"
#include "acts/submission.h"
#include "net/client.h"
#include "net/url.h"
#include "witness/relay.h"

/* An act that was taken. */
typedef struct {
    sheaf_hash act;
    char hex[2 * SHEAF_HASH_BYTES + 1];
    int64_t at, next_ms; /* taken; not tried before */
    unsigned tries;
    bool entered; /* the hub says so: as entry `index`, which then has this leaf */
    uint64_t index;
    sheaf_hash leaf;
    uint64_t shown; /* it was shown to stand on a tree of this size, which may be cosigned */
    sheaf_hash shown_root;
    bool settled;
    unsigned status;     /* of the hub's answer */
    sheaf_buffer answer; /* of the hub */
} sheaf_relay_item;

/* How one log's hub is asked, by one thread. */
typedef struct {
    sheaf_http_client *client;
    sheaf_url hub; /* the address of the log without its /log */
    sheaf_witness_log *log;
    uint64_t size; /* of the tree on which the hub's key must stand */
    sheaf_hash root;
    uint8_t *block; /* for decoding */
} sheaf_relay_line;

/* ---- files: DIR/HEX/relay/ACT holds when it was taken, a line feed, and the submission ----
 */

SHEAF_MUST_USE sheaf_status sheaf_relay_file_put(const sheaf_witness_folder *folder,
                                                 const sheaf_witness_log *log,
                                                 const sheaf_relay_item *item,
                                                 sheaf_slice submission, sheaf_err *err);
/* Fills `at`, and `submission` (emptied first). */
SHEAF_MUST_USE sheaf_status sheaf_relay_file_get(const sheaf_witness_folder *folder,
                                                 const sheaf_witness_log *log, const char *hex,
                                                 int64_t *at, sheaf_buffer *submission,
                                                 sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_relay_file_remove(const sheaf_witness_folder *folder,
                                                    const sheaf_witness_log *log,
                                                    const char *hex, sheaf_err *err);

/* ---- the hub ---- */

/* False if the log's address is not a hub's. */
bool sheaf_relay_hub(const sheaf_witness_log *log, sheaf_url *out);

/* Posts the act. Fills `entered`, index and leaf; or, where the hub refused it with its
 * signature, `settled`; both with the answer. Neither: *err says why not. */
void sheaf_relay_post(sheaf_relay_line *line, sheaf_relay_item *item, sheaf_slice submission,
                      sheaf_err *err);

/* Does the entry with this leaf stand at that index of the tree? */
bool sheaf_relay_stands(sheaf_relay_line *line, uint64_t index, const sheaf_hash *leaf,
                        uint64_t size, const sheaf_hash *root);

#endif
