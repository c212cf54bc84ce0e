/* What was verified before, a checkpoint's note or a kept state, and what is kept for the next
 * time; see verify.h. */
#include "claims/verify_internal.h"
#include "coop/snapshot.h"
#include "coop/view.h"

/* A state is kept again after so many entries, or after as many as it has rows if those are
 * more: writing a row takes less than a hundredth of verifying an entry. */
enum { KEEP_ENTRIES = 32768 };

/* ---- before the entries ---- */

static sheaf_status note_begin(sheaf_verification *v, const sheaf_checkpoint *head,
                               sheaf_err *err)
{
    sheaf_err why = {0};
    if (!v->options->from.len)
        return SHEAF_OK;
    if (sheaf_checkpoint_read(v->options->from, &v->from, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID, "the earlier checkpoint: %.300s", why.message);
    if (!sheaf_slice_equal(head->origin, v->from.origin))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the earlier checkpoint is of the log %.*s, not of %.*s",
                          SHEAF_PRINT(v->from.origin), SHEAF_PRINT(head->origin));
    if (v->from.size > head->size)
        return sheaf_fail(err, SHEAF_FAULT,
                          "log/checkpoint covers %llu entries, fewer than the %llu of the "
                          "earlier checkpoint: the log was cut",
                          (unsigned long long)head->size, (unsigned long long)v->from.size);
    sheaf_log_check_watch(v->check, v->from.size);
    return SHEAF_OK;
}

/* The counters go on from where they stood. */
static void take_counters(sheaf_verification *v, const sheaf_kept *kept)
{
    sheaf_verified *out = v->out;
    v->replay.voids = kept->voids;
    v->replay.first_void = kept->first_void;
    v->commitments = kept->commitments;
    out->texts_missing = v->has_values ? (uint32_t)kept->commitments : 0;
    out->trusted = kept->trusted;
    out->unwitnessed = kept->unwitnessed;
    out->evaluations_checked = (uint32_t)kept->evaluations_checked;
    out->evaluations_missing = (uint32_t)kept->evaluations_missing;
    out->fault_entry = kept->fault_entry;
    memcpy(v->entry_fault, kept->fault, sizeof v->entry_fault);
    memcpy(out->fault_rests_on, kept->fault_rests_on, sizeof out->fault_rests_on);
    out->resumed_at = v->passed = v->kept_entries = kept->entries;
}

static sheaf_status kept_begin(sheaf_verification *v, const sheaf_checkpoint *head,
                               sheaf_err *err)
{
    const sheaf_kept *kept = v->options->kept;
    sheaf_state *state = &v->replay.state;
    sheaf_err why = {0};
    if (!kept)
        return SHEAF_OK;
    if (v->options->hashes_only)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%.150s keeps a state, which hashes have no use for: verify in full, "
                          "or give a checkpoint",
                          kept->path);
    if (!sheaf_slice_is(head->origin, kept->origin))
        return sheaf_fail(err, SHEAF_INVALID, "%.150s is of the log %s, not of %.*s",
                          kept->path, kept->origin, SHEAF_PRINT(head->origin));
    if (kept->entries > head->size)
        return sheaf_fail(err, SHEAF_FAULT,
                          "log/checkpoint covers %llu entries, fewer than the %llu of which "
                          "%.150s keeps the state: the log was cut, or is an older copy",
                          (unsigned long long)head->size, (unsigned long long)kept->entries,
                          kept->path);
    sheaf_status status = sheaf_snapshot_get(kept->state, state, &why);
    if (status == SHEAF_NOMEM)
        return sheaf_fail(err, status, "%s", why.message);
    if (status == SHEAF_OK
        && (state->size != kept->entries
            || memcmp(sheaf_coop(state)->origin, kept->origin, SHEAF_ORIGIN_LEN) != 0))
        status = sheaf_fail(&why, SHEAF_INVALID, "its state is another one than it says");
    if (status != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the state in %.150s cannot be taken up: %.120s; remove the file to "
                          "verify from the first entry on",
                          kept->path, why.message);
    sheaf_ahead_keys_of(v->keys, state);
    take_counters(v, kept);
    return SHEAF_OK;
}

sheaf_status sheaf_verify_earlier_begin(sheaf_verification *v, sheaf_err *err)
{
    sheaf_checkpoint head;
    SHEAF_TRY(sheaf_checkpoint_read(sheaf_buffer_slice(&v->note), &head, err));
    SHEAF_TRY(note_begin(v, &head, err));
    return kept_begin(v, &head, err);
}

/* ---- the entries ---- */

sheaf_status sheaf_verify_passed(const sheaf_verification *v, sheaf_err *err)
{
    const sheaf_kept *kept = v->options->kept;
    sheaf_hash root = sheaf_tree_root(&v->replay.tree);
    bool same = sheaf_hash_equal(&root, &kept->root);
    if (same && v->manifest_count == sheaf_round_count(&v->replay.state))
        return SHEAF_OK;
    if (same)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the state in %.150s has rounds that no entry of the log opened: "
                          "remove the file to verify from the first entry on",
                          kept->path);
    return sheaf_fail(
        err, SHEAF_FAULT,
        "the log's first %llu entries are not those of which %.100s keeps the "
        "state%s: they were changed, or two histories were signed; keep both, and "
        "verify without that file",
        (unsigned long long)kept->entries, kept->path,
        kept->note.len ? " and a checkpoint" : "");
}

sheaf_status sheaf_verify_taken_up(sheaf_verification *v, uint64_t index,
                                   const sheaf_replayed *result, sheaf_err *err)
{
    if (!v->passed || v->state_proved || result->kind != SHEAF_KIND_state_digest)
        return SHEAF_OK;
    v->state_proved = result->refusal == SHEAF_ACCEPTED;
    if (result->refusal != SHEAF_REFUSED_digest_differs)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "the state in %.150s does not lead to the one that the log's digest at "
                      "entry %llu lists: verify from the first entry on, without that file, "
                      "which tells whether the file or the log is wrong",
                      v->options->kept->path, (unsigned long long)index);
}

/* Is the earlier checkpoint of this log, and are the entries that it covers the same? */
static sheaf_status note_check(const sheaf_verification *v, sheaf_err *err)
{
    sheaf_vkey key;
    sheaf_checkpoint head;
    sheaf_err why = {0};
    sheaf_hash root = sheaf_log_check_watched(v->check);
    bool same = sheaf_hash_equal(&root, &v->from.root);
    /* All of it was verified otherwise, by a key that may not be the log's any more. */
    if (same && v->from.size <= v->passed)
        return SHEAF_OK;
    SHEAF_TRY(
        sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, v->from.origin, v->from_key.bytes, err));
    if (sheaf_checkpoint_open(v->options->from, &key, &head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the earlier checkpoint is not one of this log: %.300s", why.message);
    if (!same)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the log's first %llu entries are not those of the earlier "
                          "checkpoint: two histories were signed; keep both checkpoints",
                          (unsigned long long)v->from.size);
    return SHEAF_OK;
}

void sheaf_verify_earlier_look(sheaf_verification *v)
{
    if (!v->from.size || v->from_looked || v->out->entries < v->from.size)
        return;
    v->from_looked = true;
    v->from_err.status = note_check(v, &v->from_err);
}

sheaf_status sheaf_verify_earlier_check(sheaf_verification *v, sheaf_err *err)
{
    if (v->from_err.status != SHEAF_OK)
        return sheaf_fail(err, v->from_err.status, "%s", v->from_err.message);
    if (v->from.size > v->passed)
        v->out->trusted = v->from.size;
    return SHEAF_OK;
}

/* ---- keeping ---- */

/* Runs are whole, the state is that of their last entry, and what was spared is vouched for. */
static bool keepable(const sheaf_verification *v)
{
    const sheaf_replay *replay = &v->replay;
    return v->options->keep && !sheaf_replay_stopped(replay) && sheaf_coop(&replay->state)
           && replay->tree.size == v->out->entries && replay->state.size == replay->tree.size
           && (!v->from.size || (v->from_looked && v->from_err.status == SHEAF_OK));
}

bool sheaf_verify_keep_due(const sheaf_verification *v)
{
    uint64_t rows = 0;
    if (!keepable(v) || v->out->entries - v->kept_entries < KEEP_ENTRIES)
        return false;
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++)
        rows += sheaf_table_rows(&v->replay.state, t);
    return v->out->entries - v->kept_entries >= rows;
}

sheaf_status sheaf_verify_keep(sheaf_verification *v, sheaf_slice note, sheaf_err *err)
{
    const sheaf_verified *out = v->out;
    sheaf_buffer bytes;
    if (!keepable(v))
        return SHEAF_OK;
    if (!note.len && v->options->kept)
        note = v->options->kept->note;
    sheaf_kept kept = {.note = note,
                       .entries = out->entries,
                       .root = sheaf_tree_root(&v->replay.tree),
                       .trusted = v->from.size > v->passed ? v->from.size : out->trusted,
                       .voids = v->replay.voids,
                       .first_void = v->replay.first_void,
                       .unwitnessed = out->unwitnessed,
                       .commitments = v->commitments,
                       .evaluations_checked = out->evaluations_checked,
                       .evaluations_missing = out->evaluations_missing,
                       .fault_entry = out->fault_entry};
    memcpy(kept.origin, sheaf_coop(&v->replay.state)->origin, SHEAF_ORIGIN_LEN);
    memcpy(kept.fault, v->entry_fault, sizeof kept.fault);
    memcpy(kept.fault_rests_on, out->fault_rests_on, sizeof kept.fault_rests_on);
    sheaf_buffer_init(&bytes, SHEAF_KEPT_BYTES_MAX);
    sheaf_kept_put(&bytes, &kept, &v->replay.state);
    sheaf_status status = sheaf_buffer_check(&bytes, "the state that is kept", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(v->options->keep, 0600, sheaf_buffer_slice(&bytes), err);
    sheaf_buffer_deinit(&bytes);
    if (status == SHEAF_OK)
        v->kept_entries = kept.entries;
    return status;
}
