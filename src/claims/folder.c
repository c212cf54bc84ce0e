#include "claims/folder.h"

#include "coop/view.h"

typedef struct {
    sheaf_folder *folder;
    sheaf_folder_visit *visit;
    void *context;
} walk;

static sheaf_status step(void *context, uint64_t index, sheaf_slice bytes, sheaf_err *err)
{
    const walk *w = context;
    sheaf_replayed result;
    SHEAF_TRY(sheaf_replay_entry(&w->folder->replay, bytes, &result, err));
    return w->visit ? w->visit(w->context, w->folder, index, bytes, &result, err) : SHEAF_OK;
}

static sheaf_status replay_all(walk *w, const char *dir, sheaf_err *err)
{
    sheaf_folder *f = w->folder;
    f->entries = sheaf_log_store_size(f->store);
    SHEAF_TRY(sheaf_log_store_range(f->store, 0, f->entries, step, w, err));
    if (sheaf_replay_stopped(&f->replay))
        return sheaf_fail(err, SHEAF_INVALID,
                          "from entry %llu on the log follows rules revision %u, which this "
                          "program does not know; install a newer one",
                          (unsigned long long)f->replay.stopped_at, f->replay.needs_revision);
    if (!sheaf_coop(&f->replay.state))
        return sheaf_fail(err, SHEAF_INVALID, "the folder %s holds no co-op", dir);
    return SHEAF_OK;
}

sheaf_status sheaf_folder_open(sheaf_folder *out, const char *dir, sheaf_folder_visit *visit,
                               void *context, sheaf_err *err)
{
    walk w = {out, visit, context};
    *out = (sheaf_folder){0};
    SHEAF_TRY(sheaf_log_store_open(&out->store, dir, true, err));
    sheaf_status status = sheaf_replay_init(&out->replay, SHEAF_REVISION, err);
    if (status != SHEAF_OK) {
        sheaf_log_store_close(out->store);
        return status;
    }
    status = replay_all(&w, dir, err);
    if (status != SHEAF_OK)
        sheaf_folder_close(out);
    return status;
}

void sheaf_folder_close(sheaf_folder *folder)
{
    sheaf_replay_deinit(&folder->replay);
    sheaf_log_store_close(folder->store);
}

static sheaf_status read_entry(const sheaf_log_store *log, uint64_t index, sheaf_arena *arena,
                               sheaf_buffer *bytes, sheaf_entry *out, sheaf_err *err)
{
    sheaf_arena_reset(arena);
    SHEAF_TRY(sheaf_log_store_entry(log, index, bytes, err));
    return sheaf_entry_decode(sheaf_buffer_slice(bytes), SHEAF_REVISION, arena, out, err);
}

sheaf_status sheaf_log_bylaws(const sheaf_log_store *log, uint32_t version, sheaf_arena *arena,
                              sheaf_buffer *bytes, const struct sheaf_bylaws **out,
                              sheaf_err *err)
{
    sheaf_entry entry;
    if (version >= sheaf_log_store_size(log))
        return sheaf_fail(err, SHEAF_INVALID, "the log has %llu entries, and no %u",
                          (unsigned long long)sheaf_log_store_size(log), version);
    SHEAF_TRY(read_entry(log, version, arena, bytes, &entry, err));
    if (entry.act->kind == SHEAF_KIND_coop_found) {
        *out = &((const struct sheaf_coop_found *)entry.act->what)->bylaws;
        return SHEAF_OK;
    }
    /* The tick that settled the motion: what it adopted stands in the motion. */
    if (entry.act->kind == SHEAF_KIND_clock_tick) {
        uint32_t motion = ((const struct sheaf_clock_tick *)entry.act->what)->of;
        SHEAF_TRY(read_entry(log, motion, arena, bytes, &entry, err));
    }
    const struct sheaf_motion_open *motion = entry.act->what;
    if (entry.act->kind != SHEAF_KIND_motion_open || !motion->effect
        || motion->effect->kind != SHEAF_KIND_bylaws_amend)
        return sheaf_fail(err, SHEAF_INVALID, "entry %u holds no bylaws; see: sheaf log show",
                          version);
    *out = &((const struct sheaf_bylaws_amend *)motion->effect->what)->text;
    return SHEAF_OK;
}

sheaf_status sheaf_folder_bylaws(const sheaf_folder *folder, sheaf_arena *arena,
                                 sheaf_buffer *bytes, const struct sheaf_bylaws **out,
                                 sheaf_err *err)
{
    return sheaf_log_bylaws(folder->store, sheaf_coop(&folder->replay.state)->bylaws, arena,
                            bytes, out, err);
}
