#include "node/applicant.h"

#include "acts/log_key.h"
#include "coop/view.h"
#include "log/visible.h"
#include "node/remote_tiles.h"

#include <stdlib.h>

enum { WAIT_MS = 20, WAITS_MAX = 250 };

/* That the entry with that leaf hash is number `index` under the checkpoint. */
static sheaf_status check_leaf(const sheaf_transport *transport, const sheaf_checkpoint *head,
                               uint64_t index, const sheaf_hash *leaf, sheaf_err *err)
{
    sheaf_proof proof;
    sheaf_remote_tiles *remote = sheaf_remote_tiles_open(transport, head->size);
    if (!remote)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to check the log");
    sheaf_tree_source tree = sheaf_tile_source_as(&remote->tiles);
    sheaf_status status = sheaf_inclusion_make(&tree, index, head->size, &proof, err);
    sheaf_remote_tiles_close(remote);
    SHEAF_TRY(status);
    if (!sheaf_inclusion_verify(&proof, index, head->size, leaf, &head->root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub's log of %llu entries does not have the right entry %llu",
                          (unsigned long long)head->size, (unsigned long long)index);
    return SHEAF_OK;
}

/* ---- getting to know a log ---- */

typedef struct {
    sheaf_member *m;
    sheaf_buffer note, listing;
    sheaf_checkpoint head; /* of the note */
    sheaf_arena arena;
} meeting;

/* Listing number `tile` of the log that the checkpoint covers. */
static sheaf_status get_listing(meeting *meet, uint64_t tile, sheaf_slice *out, sheaf_err *err)
{
    uint64_t left = meet->head.size - tile * SHEAF_TILE_WIDTH;
    sheaf_tile bundle = {.entries = true,
                         .index = tile,
                         .width = left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH};
    unsigned status;
    SHEAF_TRY(sheaf_hub_get_tile(&meet->m->ports.transport, sheaf_visible_path, &bundle,
                                 &status, &meet->listing, err));
    *out = sheaf_buffer_slice(&meet->listing);
    return SHEAF_OK;
}

/* Replays the founding, which is the first record of the first listing. */
static sheaf_status take_founding(meeting *meet, sheaf_hash *leaf, sheaf_err *err)
{
    sheaf_replay *replay = &meet->m->follower.replay;
    sheaf_visible record;
    sheaf_slice listing;
    sheaf_replayed result;
    if (meet->head.size == 0 || meet->head.size > SHEAF_REF_MAX)
        return sheaf_fail(err, SHEAF_IO, "the hub has no log of a size that can be");
    SHEAF_TRY(get_listing(meet, 0, &listing, err));
    if (!sheaf_visible_next(&listing, &record) || !record.readable)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub does not show the founding of its co-op, which is for all");
    *leaf = record.leaf;
    SHEAF_TRY(sheaf_replay_entry(replay, record.entry, &result, err));
    if (!sheaf_coop(&replay->state))
        return sheaf_fail(err, SHEAF_FAULT, "the log does not begin with a founding");
    return SHEAF_OK;
}

/* Did this key sign the checkpoint, for the log of that founding? */
static bool signed_by(meeting *meet, const sheaf_public_key *key)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&meet->m->follower.replay.state);
    sheaf_vkey vkey;
    return sheaf_vkey_make(&vkey, SHEAF_VKEY_ED25519, SHEAF_WORDS(coop->origin), key->bytes,
                           NULL)
               == SHEAF_OK
           && sheaf_checkpoint_open(sheaf_buffer_slice(&meet->note), &vkey, &meet->head, NULL)
                  == SHEAF_OK;
}

/* The founding's key or, if members have appointed another hub since, one that they named. */
static sheaf_status find_key(meeting *meet, sheaf_public_key *key, sheaf_err *err)
{
    sheaf_slice listing;
    sheaf_visible record;
    sheaf_log_key named;
    uint64_t size = meet->head.size;
    if (signed_by(meet, key))
        return SHEAF_OK;
    for (uint64_t tile = 0; tile * SHEAF_TILE_WIDTH < size; tile++) {
        SHEAF_TRY(get_listing(meet, tile, &listing, err));
        while (sheaf_visible_next(&listing, &record))
            if (record.readable && sheaf_entry_log_key(record.entry, &meet->arena, &named)
                && !named.founding && signed_by(meet, &named.key)) {
                *key = named.key;
                return SHEAF_OK;
            }
    }
    return sheaf_fail(err, SHEAF_FAULT,
                      "no key that the hub's log names has signed its checkpoint");
}

static sheaf_status run(meeting *meet, sheaf_err *err)
{
    sheaf_member *m = meet->m;
    sheaf_hash leaf;
    SHEAF_TRY(sheaf_hub_get(&m->ports.transport, "/log/checkpoint", &meet->note, err));
    SHEAF_TRY(sheaf_checkpoint_read(sheaf_buffer_slice(&meet->note), &meet->head, err));
    SHEAF_TRY(take_founding(meet, &leaf, err));
    const struct sheaf_row_coop *coop = sheaf_coop(&m->follower.replay.state);
    sheaf_public_key key = coop->log_key;
    SHEAF_TRY(find_key(meet, &key, err));
    SHEAF_TRY(sheaf_follower_learn(&m->follower, key.bytes, SHEAF_WORDS(coop->origin), err));
    SHEAF_TRY(check_leaf(&m->ports.transport, &meet->head, 0, &leaf, err));
    m->outside = meet->head.size;
    return SHEAF_OK;
}

sheaf_status sheaf_applicant_meet(sheaf_member *m, sheaf_err *err)
{
    meeting meet = {.m = m};
    if (m->follower.replay.tree.size > 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has a copy of the log already", m->dir);
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the hub's log");
    meet.arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    sheaf_buffer_init(&meet.note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&meet.listing, SHEAF_VISIBLE_BYTES_MAX);
    sheaf_status status = run(&meet, err);
    sheaf_buffer_deinit(&meet.listing);
    sheaf_buffer_deinit(&meet.note);
    free(block);
    return status;
}

/* ---- after the application ---- */

sheaf_status sheaf_applicant_await(sheaf_member *m, uint64_t index, const sheaf_hash *leaf,
                                   sheaf_err *err)
{
    sheaf_buffer note;
    sheaf_checkpoint head = {0};
    sheaf_status status = SHEAF_OK;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    for (int i = 0; i < WAITS_MAX && status == SHEAF_OK && head.size <= index; i++) {
        if (i)
            m->ports.wait(m->ports.context, WAIT_MS);
        status = sheaf_hub_get(&m->ports.transport, "/log/checkpoint", &note, err);
        if (status == SHEAF_OK)
            status = sheaf_checkpoint_open(sheaf_buffer_slice(&note), &m->follower.log_key,
                                           &head, err);
    }
    if (status == SHEAF_OK && head.size <= index)
        status = sheaf_fail(err, SHEAF_IO,
                            "the hub acknowledged entry %llu, but its log does not show it: "
                            "keep this message and tell the members",
                            (unsigned long long)index);
    if (status == SHEAF_OK)
        status = check_leaf(&m->ports.transport, &head, index, leaf, err);
    sheaf_buffer_deinit(&note);
    return status;
}
