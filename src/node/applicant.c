#include "node/applicant.h"

#include "coop/view.h"
#include "log/visible.h"
#include "node/remote_tiles.h"

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
    sheaf_checkpoint head;
} meeting;

/* The first record of the first listing. */
static sheaf_status get_founding(meeting *meet, sheaf_slice *out, sheaf_err *err)
{
    uint64_t size = meet->head.size;
    sheaf_tile tile = {.entries = true,
                       .width = size < SHEAF_TILE_WIDTH ? (uint16_t)size : SHEAF_TILE_WIDTH};
    sheaf_visible record;
    unsigned status;
    if (size == 0)
        return sheaf_fail(err, SHEAF_IO, "the hub has no log yet");
    SHEAF_TRY(sheaf_hub_get_tile(&meet->m->ports.transport, sheaf_visible_path, &tile, &status,
                                 &meet->listing, err));
    sheaf_slice listing = sheaf_buffer_slice(&meet->listing);
    if (!sheaf_visible_next(&listing, &record) || !record.readable)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub does not show the founding of its co-op, which is for all");
    *out = record.entry;
    return SHEAF_OK;
}

static sheaf_status learn(meeting *meet, sheaf_slice founding, sheaf_err *err)
{
    sheaf_follower *f = &meet->m->follower;
    sheaf_replayed result;
    SHEAF_TRY(sheaf_replay_entry(&f->replay, founding, &result, err));
    const struct sheaf_row_coop *coop = sheaf_coop(&f->replay.state);
    if (!coop)
        return sheaf_fail(err, SHEAF_FAULT, "the log does not begin with a founding");
    SHEAF_TRY(sheaf_follower_learn(f, coop->log_key.bytes, SHEAF_WORDS(coop->origin), err));
    SHEAF_TRY(
        sheaf_checkpoint_open(sheaf_buffer_slice(&meet->note), &f->log_key, &meet->head, err));
    sheaf_hash leaf = sheaf_tree_leaf(founding);
    return check_leaf(&meet->m->ports.transport, &meet->head, 0, &leaf, err);
}

sheaf_status sheaf_applicant_meet(sheaf_member *m, sheaf_err *err)
{
    meeting meet = {.m = m};
    sheaf_slice founding;
    if (m->follower.replay.tree.size > 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has a copy of the log already", m->dir);
    sheaf_buffer_init(&meet.note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&meet.listing, SHEAF_VISIBLE_BYTES_MAX);
    sheaf_status status =
        sheaf_hub_get(&m->ports.transport, "/log/checkpoint", &meet.note, err);
    if (status == SHEAF_OK)
        status = sheaf_checkpoint_read(sheaf_buffer_slice(&meet.note), &meet.head, err);
    if (status == SHEAF_OK)
        status = get_founding(&meet, &founding, err);
    if (status == SHEAF_OK)
        status = learn(&meet, founding, err);
    if (status == SHEAF_OK)
        m->outside = meet.head.size;
    sheaf_buffer_deinit(&meet.listing);
    sheaf_buffer_deinit(&meet.note);
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
