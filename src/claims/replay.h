/* claims/replay.h - a log replayed: tree and state in step, every claim checked.
 *
 * Hub, node, `verify` and the simulation all come to their state through this one path. Entries
 * are given in order, as bytes; what the rules refuse is void, is reported as the hub's fault,
 * and replay goes on. An entry of a newer rules revision stops the state
 * (sheaf_replay_stopped), while the tree goes on.
 *
 * Only what everybody has decides whether an entry counts: its bytes and the entries before it.
 * A claim about a blob is checked where the blob is at hand; if it is false, that is reported
 * and counted, but the state stays what it is for those who have only the log. (The hub enters
 * nothing of which a claim does not hold.)
 */
#ifndef SHEAF_CLAIMS_REPLAY_H
#define SHEAF_CLAIMS_REPLAY_H

#include "claims/ahead.h"
#include "coop/fold.h"
#include "log/tree.h"

typedef struct {
    sheaf_state state;
    sheaf_tree tree;
    const sheaf_blob_source *blobs;  /* borrowed; set by the caller, or NULL */
    void *decode_block, *work_block; /* of the arenas */
    sheaf_arena decode, work;
    uint64_t voids;      /* void entries so far */
    uint64_t first_void; /* index of the first of them, or UINT64_MAX */
    uint64_t unchecked;  /* claims whose blob was not at hand */
    uint64_t falsehoods; /* claims that their blob contradicts */
    uint64_t stopped_at; /* entry from which on a newer program is needed, or UINT64_MAX */
    uint16_t needs_revision;
} sheaf_replay;

typedef struct {
    sheaf_kind kind;       /* SHEAF_KIND_none where the entry is not in form or not folded */
    sheaf_refusal refusal; /* SHEAF_ACCEPTED, or why the entry is void */
    sheaf_refusal effect;  /* of a tick: why the effect of an adopted motion was void */
    sheaf_claim_result claims; /* of an accepted entry: the worst of its claims about blobs */
    sheaf_article article;     /* on which the refusal rests; NONE where nothing is refused */
    /* What is wrong where, if form, a claim or proposed bylaws are. */
    char detail[SHEAF_MESSAGE_MAX];
} sheaf_replayed;

SHEAF_MUST_USE sheaf_status sheaf_replay_init(sheaf_replay *replay, uint16_t revision_max,
                                              sheaf_err *err);
void sheaf_replay_deinit(sheaf_replay *replay);

/* The next entry of the log. Fails only if memory is spent: then nothing has changed. A bad
 * entry is a result. */
SHEAF_MUST_USE sheaf_status sheaf_replay_entry(sheaf_replay *replay, sheaf_slice entry,
                                               sheaf_replayed *out, sheaf_err *err);

/* The next entry, whose leaf hash is known and which may have been dealt with ahead. `trusted`:
 * its signature and its claims about blobs were checked before, by whoever vouches for it. */
SHEAF_MUST_USE sheaf_status sheaf_replay_ahead(sheaf_replay *replay, sheaf_slice entry,
                                               const sheaf_hash *leaf, const sheaf_ahead *ahead,
                                               bool trusted, sheaf_replayed *out,
                                               sheaf_err *err);

/* For whoever goes through `ahead` of `count` in a row and is about to fold `at`: makes ready
 * what some of those behind it will look up (sheaf_fold_expect()). */
void sheaf_replay_expect(const sheaf_replay *replay, const sheaf_ahead *ahead, size_t count,
                         size_t at);

/* Many entries at once: signatures are checked ahead on `threads` threads. `told` (may be NULL)
 * is called for each in order. After a failure the entries that were told of are in. */
typedef void sheaf_replay_told(void *context, uint64_t index, sheaf_slice entry,
                               const sheaf_replayed *result);
SHEAF_MUST_USE sheaf_status sheaf_replay_entries(sheaf_replay *replay,
                                                 const sheaf_slice *entries, size_t count,
                                                 unsigned threads, sheaf_replay_told *told,
                                                 void *context, sheaf_err *err);

/* As sheaf_replay_entries() where the caller does not say how many: one per processor, at most
 * eight. */
unsigned sheaf_replay_threads(void);

static inline bool sheaf_replay_stopped(const sheaf_replay *replay)
{
    return replay->stopped_at != UINT64_MAX;
}

enum {
    SHEAF_REPLAYED_TEXT_MAX = 2 * SHEAF_MESSAGE_MAX,
    SHEAF_REPLAYED_WHY_MAX = SHEAF_REPLAYED_TEXT_MAX - 100,
};
/* Of a void entry: "the motion is closed (article 5, Decisions; code 301)". */
void sheaf_replayed_why(const sheaf_replayed *result, char out[SHEAF_REPLAYED_WHY_MAX]);
/* "entry 12 (ballot.cast) is void: the motion is closed (article 5, Decisions; code 301)" */
void sheaf_replayed_describe(const sheaf_replayed *result, uint64_t index,
                             char out[SHEAF_REPLAYED_TEXT_MAX]);

#endif
