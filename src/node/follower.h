/* node/follower.h - a member's own verified copy of the log, and the state that follows from
 * it.
 *
 * HOME/log and HOME/journal hold the copy (store/log_store.h). Every step forward is a
 * checkpoint that the log's key signed, of the origin that this home belongs to, whose tree
 * begins with the whole tree that was seen before; its entries are durable here before they
 * count. A hub that signed another history than it showed before is left for good: the proof is
 * kept (node/fork.h), and nothing goes on until a person has looked. An older checkpoint of the
 * same history, from a cache or a restored folder, is only not followed.
 *
 * The node holds its home while it runs. A command only visits: it reads the copy as it stands,
 * and writes what it fetches if nobody holds the home at that moment.
 */
#ifndef SHEAF_NODE_FOLLOWER_H
#define SHEAF_NODE_FOLLOWER_H

#include "claims/replay.h"
#include "log/checkpoint.h"
#include "node/transport.h"
#include "store/log_store.h"

typedef struct {
    char home[SHEAF_PATH_MAX];
    char origin[SHEAF_ORIGIN_LEN + 1]; /* empty until it is known */
    sheaf_log_store *store;            /* NULL while visiting */
    bool knows_key;                    /* log_key is set */
    sheaf_vkey log_key;
    sheaf_replay replay;
    sheaf_buffer note;     /* the last checkpoint that was accepted */
    int64_t foreign_until; /* before then no other key's checkpoint is looked into */
    bool halted;           /* the hub signed two histories; `reason` says so */
    sheaf_err reason;
    sheaf_replay_told *told; /* of every entry that sync brings; may be NULL */
    void *told_context;
} sheaf_follower;

/* Opens the home and replays what it has. `origin` is what the home belongs to, or NULL where
 * that is still open: then the first log that is followed decides. */
SHEAF_MUST_USE sheaf_status sheaf_follower_open(sheaf_follower *f, const char *home,
                                                const char *origin, uint16_t revision_max,
                                                sheaf_err *err);
void sheaf_follower_close(sheaf_follower *f);

/* Learns whose log it is: SHEAF_FAULT if this home belongs to another. */
SHEAF_MUST_USE sheaf_status sheaf_follower_learn(sheaf_follower *f,
                                                 const uint8_t log_key[SHEAF_PUBLIC_BYTES],
                                                 sheaf_slice origin, sheaf_err *err);

/* Holds the home from now on; SHEAF_IO if another program does. */
SHEAF_MUST_USE sheaf_status sheaf_follower_hold(sheaf_follower *f, sheaf_err *err);

/* Fetches, verifies, keeps and folds what is new. SHEAF_FAULT, and `halted` where it is for
 * good, if the hub's log is unsound; SHEAF_INVALID if an entry is stamped more than two minutes
 * ahead of `now_ms`; SHEAF_IO if the hub cannot be reached or has no log yet. After any of them
 * everything is as it was. */
SHEAF_MUST_USE sheaf_status sheaf_follower_sync(sheaf_follower *f,
                                                const sheaf_transport *transport,
                                                int64_t now_ms, sheaf_err *err);

static inline const sheaf_state *sheaf_follower_state(const sheaf_follower *f)
{
    return &f->replay.state;
}

/* The stamp of an entry in canonical form, or -1. */
int64_t sheaf_entry_stamp(sheaf_slice entry);

#endif
