#include "claims/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "claims/blob_source.h"
#include "claims/pipeline.h"
#include "claims/verify_internal.h"
#include "coop/view.h"

/* One run of entries on its way: read and checked ahead on any thread, then folded in order. */
typedef struct {
    sheaf_log_run run;
    void *block; /* of the arena */
    sheaf_ahead ahead[SHEAF_RUN_ENTRIES];
    sheaf_signature_check checks[SHEAF_RUN_ENTRIES];
} slot;

void sheaf_verify_progress(const sheaf_verification *v, const char *what, uint64_t done,
                           uint64_t of)
{
    if (v->options->progress)
        v->options->progress(v->options->context, what, done, of);
}

/* ---- entries ---- */

static void note_fault(sheaf_verification *v, uint64_t index, const sheaf_replayed *result)
{
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)result->refusal);
    sheaf_replayed_describe(result, index, v->entry_fault);
    v->out->fault_entry = index;
    if (!text)
        snprintf(v->out->fault_rests_on, SHEAF_RESTS_MAX, "the blob that the entry names");
    else if (strcmp(text->article, "log") == 0)
        snprintf(v->out->fault_rests_on, SHEAF_RESTS_MAX,
                 "what every entry must be, whatever the bylaws say (rule %d, %s)",
                 text->number, text->name);
    else
        snprintf(v->out->fault_rests_on, SHEAF_RESTS_MAX, "bylaws, article %s (rule %d, %s)",
                 text->article, text->number, text->name);
}

/* A deadline that was settled although no witness said that it had passed. */
static bool unwitnessed(const sheaf_ahead *ahead)
{
    return ahead->decoded && ahead->entry.act->kind == SHEAF_KIND_clock_tick
           && ((const struct sheaf_clock_tick *)ahead->entry.act->what)->unwitnessed;
}

static void note_result(sheaf_verification *v, uint64_t index, const sheaf_ahead *ahead,
                        const sheaf_replayed *result)
{
    if (result->refusal == SHEAF_ACCEPTED)
        v->out->unwitnessed += unwitnessed(ahead);
    if (result->kind == SHEAF_KIND_model_evaluate && result->refusal == SHEAF_ACCEPTED
        && index >= v->from.size) {
        v->out->evaluations_checked += result->claims == SHEAF_CLAIM_HOLDS;
        v->out->evaluations_missing += result->claims == SHEAF_CLAIM_UNCHECKED;
    }
    bool fault = result->refusal != SHEAF_ACCEPTED || result->claims == SHEAF_CLAIM_FALSE;
    if (fault && !v->entry_fault[0])
        note_fault(v, index, result);
}

/* The rounds' rows are in the order of the entries that opened them. */
static sheaf_status note_manifest(sheaf_verification *v, uint64_t index, sheaf_err *err)
{
    const sheaf_state *state = &v->replay.state;
    if (sheaf_round_count(state) == v->manifest_count
        || sheaf_round_at(state, (uint32_t)v->manifest_count)->id != index)
        return SHEAF_OK;
    if (v->manifest_count == v->manifest_capacity) {
        size_t capacity = v->manifest_capacity ? 2 * v->manifest_capacity : 64;
        sheaf_hash *more = realloc(v->manifests, capacity * sizeof *more);
        if (!more)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for %zu rounds", capacity);
        v->manifests = more;
        v->manifest_capacity = capacity;
    }
    v->manifests[v->manifest_count++] = sheaf_tree_root(&v->replay.tree);
    return SHEAF_OK;
}

static sheaf_status fold_one(sheaf_verification *v, const slot *s, size_t i, sheaf_err *err)
{
    sheaf_replayed result;
    uint64_t index = s->run.first + i;
    SHEAF_TRY(sheaf_replay_ahead(&v->replay, s->run.entries[i], &s->run.leaves[i], &s->ahead[i],
                                 index < v->from.size, &result, err));
    SHEAF_TRY(sheaf_verify_taken_up(v, index, &result, err));
    note_result(v, index, &s->ahead[i], &result);
    if (result.kind == SHEAF_KIND_none || result.refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    return sheaf_verify_values(v, &s->ahead[i], s->run.entries[i], false, err);
}

/* An entry before the state that was gone on from. */
static sheaf_status pass_one(sheaf_verification *v, const slot *s, size_t i, sheaf_err *err)
{
    sheaf_tree_append(&v->replay.tree, &s->run.leaves[i]);
    return v->any_value ? sheaf_verify_values(v, &s->ahead[i], s->run.entries[i], true, err)
                        : SHEAF_OK;
}

static sheaf_status fold_run(sheaf_verification *v, const slot *s, sheaf_err *err)
{
    const sheaf_state *state = &v->replay.state;
    const struct sheaf_row_coop *coop;
    for (size_t i = 0; i < s->run.count; i++) {
        uint64_t index = s->run.first + i;
        sheaf_replay_expect(&v->replay, s->ahead, s->run.count, i);
        if (index < v->passed)
            SHEAF_TRY(pass_one(v, s, i, err));
        else
            SHEAF_TRY(fold_one(v, s, i, err));
        SHEAF_TRY(note_manifest(v, index, err));
        if (index + 1 == v->passed)
            SHEAF_TRY(sheaf_verify_passed(v, err));
        if (index + 1 == v->from.size && (coop = sheaf_coop(state)) != NULL)
            v->from_key = coop->log_key;
    }
    coop = sheaf_coop(state);
    if (coop)
        sheaf_ahead_revision(v->keys, coop->revision);
    return SHEAF_OK;
}

/* Without the fold, the log's key is the one that entry 0 names. */
static void founding_key(sheaf_verification *v, const slot *s)
{
    sheaf_entry entry;
    sheaf_arena arena = sheaf_arena_over(s->block, SHEAF_ACT_ARENA_BYTES);
    if (s->run.first != 0 || s->run.count == 0
        || sheaf_entry_decode(s->run.entries[0], SHEAF_REVISION, &arena, &entry, NULL)
               != SHEAF_OK
        || entry.act->kind != SHEAF_KIND_coop_found)
        return;
    const struct sheaf_coop_found *found = entry.act->what;
    if (found->origin.len != SHEAF_ORIGIN_LEN)
        return;
    memcpy(v->out->origin, found->origin.data, SHEAF_ORIGIN_LEN);
    v->log_key = v->from_key = found->log_key;
    v->has_log_key = true;
}

static void prepare(void *context, void *slot_of, uint64_t number)
{
    sheaf_verification *v = context;
    slot *s = slot_of;
    sheaf_log_check_read(v->check, number, &s->run);
    if (s->run.status != SHEAF_OK || v->options->hashes_only)
        return;
    if (s->run.first + s->run.count <= v->passed && !v->any_value)
        return;
    uint64_t signed_from = v->from.size > v->passed ? v->from.size : v->passed;
    sheaf_arena arena = sheaf_arena_over(s->block, SHEAF_ACT_ARENA_BYTES);
    sheaf_ahead_entries(v->keys, s->run.first, s->run.entries, s->run.count, signed_from,
                        &arena, s->checks, s->ahead);
}

static sheaf_status finish(void *context, void *slot_of, uint64_t number, sheaf_err *err)
{
    sheaf_verification *v = context;
    slot *s = slot_of;
    (void)number;
    SHEAF_TRY(sheaf_log_check_add(v->check, &s->run, err));
    if (v->options->hashes_only)
        founding_key(v, s);
    else
        SHEAF_TRY(fold_run(v, s, err));
    v->out->entries += s->run.count; /* bundles may reach beyond the checkpoint */
    sheaf_verify_earlier_look(v);
    if (sheaf_verify_keep_due(v))
        SHEAF_TRY(sheaf_verify_keep(v, (sheaf_slice){0}, err));
    sheaf_verify_progress(v, "entries", v->out->entries, sheaf_log_check_size(v->check));
    return SHEAF_OK;
}

static void free_slots(sheaf_pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->slot_count; i++) {
        slot *s = pipeline->slots[i];
        sheaf_log_run_deinit(&s->run);
        free(s->block);
        free(s);
    }
}

static sheaf_status make_slots(sheaf_pipeline *pipeline, size_t count, sheaf_err *err)
{
    while (pipeline->slot_count < count) {
        slot *s = calloc(1, sizeof *s);
        void *block = malloc(SHEAF_ACT_ARENA_BYTES);
        if (!s || !block) {
            free(s);
            free(block);
            return sheaf_fail(err, SHEAF_NOMEM,
                              "no memory to verify on so many threads: try "
                              "fewer with --jobs");
        }
        s->block = block;
        sheaf_log_run_init(&s->run);
        pipeline->slots[pipeline->slot_count++] = s;
    }
    return SHEAF_OK;
}

/* As many as were asked for, or one for each processor. */
static unsigned thread_count(const sheaf_verification *v)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = v->options->threads ? v->options->threads
                       : processors < 1    ? 1
                                           : (unsigned)processors;
    return threads > SHEAF_PIPELINE_THREADS_MAX ? SHEAF_PIPELINE_THREADS_MAX : threads;
}

static sheaf_status run_all(sheaf_verification *v, sheaf_err *err)
{
    unsigned threads = thread_count(v);
    sheaf_pipeline pipeline = {
        .prepare = prepare, .finish = finish, .context = v, .stop = v->options->stop};
    uint64_t runs = sheaf_log_check_runs(v->check);
    size_t slots = runs < threads + 2 ? (size_t)runs + 1 : threads + 2;
    sheaf_status status = make_slots(&pipeline, slots, err);
    if (status == SHEAF_OK)
        status = sheaf_pipeline_run(&pipeline, runs, threads, err);
    free_slots(&pipeline);
    return status == SHEAF_OK ? sheaf_log_check_finish(v->check, err) : status;
}

/* ---- the checkpoint ---- */

/* The checkpoint's signature, by the key that is the log's now. */
static sheaf_status head_check(sheaf_verification *v, const char *dir, sheaf_err *err)
{
    sheaf_slice origin = sheaf_str(v->out->origin);
    sheaf_checkpoint head;
    sheaf_vkey key;
    sheaf_err why = {0};
    if (!v->has_log_key)
        return sheaf_fail(err, SHEAF_FAULT, "%s/log: entry 0 founds no co-op: %.250s", dir,
                          v->entry_fault[0] ? v->entry_fault : "there is none");
    SHEAF_TRY(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, origin, v->log_key.bytes, err));
    const sheaf_vkey *given = v->options->log_key;
    if (given
        && (!sheaf_slice_equal(sheaf_vkey_name(given), origin)
            || (!v->options->hashes_only
                && memcmp(given->public, key.public, sizeof key.public) != 0)))
        return sheaf_fail(
            err, SHEAF_FAULT,
            "%s/log is of another log or key than the one given: its entries name "
            "%.32s",
            dir, v->out->origin);
    if (given)
        key = *given; /* without the fold only the caller can know that the log has a new one */
    if (sheaf_checkpoint_open(sheaf_buffer_slice(&v->note), &key, &head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s/log/checkpoint: %.250s%s", dir, why.message,
                          v->options->hashes_only && !given
                              ? "; if the log has got a new key, give it with --vkey"
                              : "");
    v->out->root = head.root;
    return SHEAF_OK;
}

/* ---- all of it ---- */

static sheaf_status take_state(sheaf_verification *v, sheaf_err *err)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&v->replay.state);
    v->out->voids = v->replay.voids;
    v->out->digest = sheaf_state_digest(&v->replay.state);
    if (v->replay.state.failed)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory left for the digest of the state");
    v->out->needs_revision = v->replay.needs_revision;
    v->out->stopped_at = v->replay.stopped_at;
    if (!coop)
        return SHEAF_OK;
    memcpy(v->out->origin, coop->origin, SHEAF_ORIGIN_LEN);
    v->log_key = coop->log_key;
    v->has_log_key = true;
    return SHEAF_OK;
}

/* The log and what is signed over it. */
static sheaf_status verify_log(sheaf_verification *v, const char *dir, sheaf_err *err)
{
    SHEAF_TRY(run_all(v, err));
    if (!v->options->hashes_only)
        SHEAF_TRY(take_state(v, err));
    SHEAF_TRY(head_check(v, dir, err));
    SHEAF_TRY(sheaf_verify_earlier_check(v, err));
    if (v->options->hashes_only)
        return SHEAF_OK;
    v->out->few_members = sheaf_members_few(&v->replay.state);
    return sheaf_verify_cosignatures(v, err);
}

/* After the log, or after what there was time for. */
static sheaf_status keep(sheaf_verification *v, sheaf_status status, sheaf_err *err)
{
    const atomic_bool *stop = v->options->stop;
    bool stopped = status == SHEAF_IO && stop && atomic_load(stop);
    sheaf_slice note = {0};
    if (!v->options->keep || (status != SHEAF_OK && !stopped))
        return status;
    if (status == SHEAF_OK && !v->entry_fault[0])
        note = sheaf_buffer_slice(&v->note);
    SHEAF_TRY(sheaf_verify_keep(v, note, err));
    if (stopped && sheaf_file_exists(v->options->keep))
        return sheaf_fail(err, SHEAF_IO,
                          "stopped before the end; %.200s keeps what was verified: the same "
                          "command goes on from there",
                          v->options->keep);
    return status;
}

static sheaf_status verify(sheaf_verification *v, const char *dir, const char *texts_dir,
                           sheaf_err *err)
{
    sheaf_err why = {0};
    v->dir = dir;
    v->has_values = texts_dir && !v->options->hashes_only;
    if (v->has_values)
        SHEAF_TRY(sheaf_values_look(&v->values, texts_dir, err));
    v->any_value =
        v->has_values && (v->values.private || sheaf_file_exists(v->values.texts.dir));
    SHEAF_TRY(sheaf_log_check_open(&v->check, dir, &v->note, err));
    SHEAF_TRY(sheaf_verify_earlier_begin(v, err));
    sheaf_status status = keep(v, verify_log(v, dir, &why), &why);
    /* The first bad entry comes first, whatever else is wrong. */
    if (v->entry_fault[0] && status == SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%.350s", v->entry_fault);
    if (v->entry_fault[0] && status == SHEAF_FAULT)
        return sheaf_fail(err, status, "%.200s; moreover %.180s", v->entry_fault, why.message);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "%s", why.message);
    if (v->options->note)
        sheaf_buffer_add(v->options->note, sheaf_buffer_slice(&v->note));
    if (v->options->hashes_only)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_verify_rounds(v, err));
    return sheaf_verify_texts(v, err);
}

sheaf_status sheaf_verify_log(const char *dir, const sheaf_blob_source *blobs,
                              const char *texts_dir, const sheaf_verify_options *options,
                              sheaf_verified *out, sheaf_err *err)
{
    static const sheaf_verify_options plain = {0};
    *out = (sheaf_verified){.stopped_at = UINT64_MAX, .fault_entry = UINT64_MAX};
    sheaf_verification *v = calloc(1, sizeof *v);
    if (!v)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to verify %s", dir);
    v->options = options ? options : &plain;
    v->blobs = blobs;
    v->out = out;
    sheaf_buffer_init(&v->note, SHEAF_NOTE_BYTES_MAX);
    uint16_t revision = v->options->revision_max ? v->options->revision_max : SHEAF_REVISION;
    sheaf_status status = sheaf_ahead_keys_open(&v->keys, err);
    if (status == SHEAF_OK)
        status = sheaf_replay_init(&v->replay, revision, err);
    if (status == SHEAF_OK) {
        sheaf_ahead_revision(v->keys, revision);
        v->replay.blobs = blobs;
        status = verify(v, dir, texts_dir, err);
        sheaf_replay_deinit(&v->replay);
    }
    sheaf_log_check_close(v->check);
    sheaf_ahead_keys_close(v->keys);
    sheaf_buffer_deinit(&v->note);
    sheaf_values_close(&v->values);
    free(v->value_block);
    free(v->manifests);
    free(v);
    return status;
}

sheaf_status sheaf_verify_folder(const char *dir, const sheaf_verify_options *options,
                                 sheaf_verified *out, sheaf_err *err)
{
    sheaf_blobs blobs = {0}; /* read only: nothing is made or swept */
    SHEAF_TRY(sheaf_path(blobs.dir, err, "%s/blobs", dir));
    sheaf_blob_source source = sheaf_blob_source_folder(&blobs);
    return sheaf_verify_log(dir, &source, dir, options, out, err);
}
