#include "hub/batch.h"

#include "hub/cosign.h"
#include "hub/sequencer.h"
#include "hub/snapshots.h"

#include <assert.h>

void sheaf_batch_init(sheaf_batch *batch, sheaf_hub *hub)
{
    *batch = (sheaf_batch){.hub = hub};
    sheaf_buffer_init(&batch->bytes, SHEAF_BATCH_BYTES_MAX + (size_t)4 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&batch->scratch, (size_t)4 * SHEAF_ENTRY_MAX);
}

void sheaf_batch_deinit(sheaf_batch *batch)
{
    sheaf_buffer_deinit(&batch->bytes);
    sheaf_buffer_deinit(&batch->scratch);
}

void sheaf_batch_begin(sheaf_batch *batch, int64_t now_ms)
{
    const struct sheaf_row_coop *coop = sheaf_coop(sheaf_hub_state(batch->hub));
    sheaf_buffer_reset(&batch->bytes);
    batch->count = 0;
    batch->waits = false;
    batch->first = sheaf_hub_state(batch->hub)->size;
    batch->stamp = now_ms < coop->stamp ? coop->stamp : now_ms;
}

bool sheaf_batch_has_room(const sheaf_batch *batch)
{
    return batch->count + 2 < SHEAF_BATCH_ENTRIES_MAX
           && batch->bytes.len < SHEAF_BATCH_BYTES_MAX;
}

static void note(sheaf_batch *batch, const sheaf_entry *entry)
{
    assert(batch->count < SHEAF_BATCH_ENTRIES_MAX);
    sheaf_entry_encode(&batch->bytes, entry->act_bytes, entry->signature, entry->stamp);
    batch->ends[batch->count] = batch->bytes.len;
    batch->kinds[batch->count] = entry->act->kind;
    batch->count++;
}

/* The same bytes, key and signature as were checked ahead? */
static bool signature_holds(const sheaf_claim *claim, const sheaf_signature_check *ahead)
{
    if (ahead && memcmp(ahead->public_key, claim->public_key, SHEAF_PUBLIC_BYTES) == 0
        && memcmp(ahead->signature, claim->signature, SHEAF_SIGNATURE_BYTES) == 0
        && sheaf_slice_equal(ahead->act, claim->act)
        && sheaf_slice_equal(ahead->origin, sheaf_bytes(claim->origin, sizeof claim->origin)))
        return ahead->holds;
    return sheaf_claim_check(claim, NULL, NULL) == SHEAF_CLAIM_HOLDS;
}

static sheaf_refusal check_claims(const sheaf_hub *hub, const sheaf_outcome *outcome,
                                  const sheaf_signature_check *ahead, sheaf_err *why)
{
    for (size_t i = 0; i < outcome->claim_count; i++) {
        const sheaf_claim *claim = &outcome->claims[i];
        if (claim->kind == SHEAF_CLAIM_SIGNATURE) {
            if (!signature_holds(claim, ahead))
                return SHEAF_REFUSED_signature;
            continue;
        }
        if (sheaf_claim_check(claim, &hub->blob_source, why) != SHEAF_CLAIM_HOLDS) {
            sheaf_hub_log(hub, "claim.false", "why=\"%s\"", why->message);
            return SHEAF_REFUSED_claim_false;
        }
    }
    return SHEAF_ACCEPTED;
}

/* Is the act signed by the key that the state names? */
static bool signed_by_signer(const sheaf_hub *hub, const sheaf_entry *entry,
                             const sheaf_signature_check *ahead)
{
    sheaf_claim claim = {.kind = SHEAF_CLAIM_SIGNATURE, .act = entry->act_bytes};
    memcpy(claim.origin, sheaf_hub_origin(hub).data, sizeof claim.origin);
    memcpy(claim.signature, entry->signature, sizeof claim.signature);
    return sheaf_fold_signer(sheaf_hub_state(hub), entry->act, claim.public_key)
           && signature_holds(&claim, ahead);
}

/* A refusal tells what the state holds, who has which key and how many acts it has signed too:
 * somebody who cannot sign hears only that. */
static sheaf_refusal judge(const sheaf_hub *hub, const sheaf_entry *entry,
                           const sheaf_signature_check *ahead, const sheaf_outcome *outcome,
                           sheaf_err *why)
{
    if (outcome->refusal == SHEAF_ACCEPTED)
        return check_claims(hub, outcome, ahead, why);
    return signed_by_signer(hub, entry, ahead) ? outcome->refusal : SHEAF_REFUSED_signature;
}

static sheaf_status fold(sheaf_batch *batch, const sheaf_entry *entry,
                         const sheaf_signature_check *ahead, bool lie, sheaf_refusal *refusal,
                         sheaf_err *err)
{
    sheaf_state *state = &batch->hub->replay.state;
    sheaf_outcome outcome;
    *refusal = sheaf_fold_beyond(state, entry->act);
    if (*refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    sheaf_arena_reset(&batch->hub->replay.work);
    sheaf_outcome_init(&outcome);
    SHEAF_TRY(sheaf_fold_try(state, entry, &batch->hub->replay.work, &outcome, err));
    *refusal = judge(batch->hub, entry, ahead, &outcome, &batch->falsehood);
    if (*refusal == SHEAF_ACCEPTED && outcome.needs_revision)
        *refusal = SHEAF_REFUSED_revision_unknown;
    if (*refusal == SHEAF_ACCEPTED)
        sheaf_fold_keep(state, entry);
    else if (lie)
        sheaf_fold_void(state, entry, outcome.number_used);
    else
        sheaf_fold_drop(state);
    if (*refusal == SHEAF_ACCEPTED || lie)
        note(batch, entry);
    return SHEAF_OK;
}

/* ---- the hub's own acts ---- */

static void table_roots(sheaf_state *state, struct sheaf_table_root *out)
{
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        out[t] = (struct sheaf_table_root){.root = sheaf_table_root(state, t),
                                           .rows = sheaf_table_rows(state, t),
                                           .table = sheaf_str(sheaf_table_describe(t)->name),
                                           .has_root = true,
                                           .has_rows = true,
                                           .has_table = true};
    }
}

static sheaf_status sign_own(sheaf_batch *batch, sheaf_kind kind, const void *what,
                             sheaf_slice *act_bytes, uint8_t *signature, sheaf_err *err)
{
    const sheaf_state *state = sheaf_hub_state(batch->hub);
    sheaf_act act = {.kind = kind,
                     .has_key = true,
                     .key = sheaf_coop(state)->hub,
                     .at = batch->stamp,
                     .until = batch->stamp + SHEAF_HUB_ACT_MS,
                     .seen = state->size,
                     .seq = sheaf_coop(state)->hub_seq + 1,
                     .what = what};
    sheaf_buffer_reset(&batch->scratch);
    sheaf_act_encode(&batch->scratch, &act);
    size_t len = batch->scratch.len;
    SHEAF_TRY(sheaf_buffer_check(&batch->scratch, "an act of the hub", err));
    sheaf_buffer message;
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    sheaf_act_message(&message, sheaf_hub_origin(batch->hub),
                      sheaf_buffer_slice(&batch->scratch));
    sheaf_status status = sheaf_buffer_check(&message, "an act of the hub", err);
    if (status == SHEAF_OK)
        sheaf_sign(&batch->hub->hub_pair, sheaf_buffer_slice(&message), signature);
    sheaf_buffer_deinit(&message);
    *act_bytes = sheaf_bytes(batch->scratch.data, len);
    return status;
}

sheaf_status sheaf_batch_add_own(sheaf_batch *batch, sheaf_kind kind, const void *what,
                                 bool lie, sheaf_refusal *refusal, sheaf_err *err)
{
    sheaf_hub *hub = batch->hub;
    struct sheaf_table_root roots[SHEAF_TABLE_COUNT];
    struct sheaf_state_digest digest = {.tables = {roots, SHEAF_TABLE_COUNT},
                                        .has_tables = true};
    if (kind == SHEAF_KIND_state_digest) {
        sheaf_snapshots_take(hub->snapshots);
        table_roots(&hub->replay.state, roots);
        what = &digest;
    }
    sheaf_act act;
    sheaf_entry entry = {.act = &act, .stamp = batch->stamp};
    SHEAF_TRY(sign_own(batch, kind, what, &entry.act_bytes, entry.signature, err));
    sheaf_arena_reset(&hub->replay.decode);
    SHEAF_TRY(sheaf_act_decode(entry.act_bytes, sheaf_coop(sheaf_hub_state(hub))->revision,
                               &hub->replay.decode, &act, err));
    return fold(batch, &entry, NULL, lie, refusal, err);
}

static sheaf_status digest_if_due(sheaf_batch *batch, sheaf_err *err)
{
    const sheaf_state *state = sheaf_hub_state(batch->hub);
    sheaf_refusal refusal;
    if (state->size - sheaf_coop(state)->digest_size < SHEAF_DIGEST_ENTRIES)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_batch_add_own(batch, SHEAF_KIND_state_digest, NULL, false, &refusal, err));
    return refusal == SHEAF_ACCEPTED
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT, "the digest of the state is refused: %s",
                            sheaf_refusal_describe((uint16_t)refusal)->sentence);
}

/* The tick that settles what is due now; false while its cosignatures are not there. */
static bool tick_make(sheaf_hub *hub, const sheaf_deadline *due, int64_t stamp,
                      struct sheaf_tick_cosignature *list, struct sheaf_clock_tick *out)
{
    const sheaf_state *state = sheaf_hub_state(hub);
    *out = (struct sheaf_clock_tick){.deadline = due->kind,
                                     .has_deadline = true,
                                     .of = due->of,
                                     .has_of = true,
                                     .has_unwitnessed = true};
    if (sheaf_bylaws_now(state)->witness_quorum == 0)
        return true;
    if (sheaf_cosign_evidence(hub->cosign, due->at, list, &out->evidence)) {
        out->has_evidence = true;
        return true;
    }
    out->unwitnessed = stamp >= due->at + SHEAF_UNWITNESSED_MS;
    return out->unwitnessed;
}

bool sheaf_batch_due(sheaf_hub *hub, int64_t now_ms)
{
    struct sheaf_tick_cosignature list[SHEAF_WITNESSES_MAX];
    struct sheaf_clock_tick tick;
    sheaf_deadline due;
    return sheaf_fold_due(sheaf_hub_state(hub), now_ms, &due)
           && tick_make(hub, &due, now_ms, list, &tick);
}

sheaf_status sheaf_batch_settle(sheaf_batch *batch, sheaf_err *err)
{
    sheaf_state *state = &batch->hub->replay.state;
    while (sheaf_batch_has_room(batch)) {
        sheaf_deadline due;
        if (!sheaf_fold_due(state, batch->stamp, &due))
            return digest_if_due(batch, err);
        struct sheaf_tick_cosignature list[SHEAF_WITNESSES_MAX];
        struct sheaf_clock_tick tick;
        sheaf_refusal refusal;
        batch->waits = !tick_make(batch->hub, &due, batch->stamp, list, &tick);
        if (batch->waits)
            return SHEAF_OK;
        SHEAF_TRY(
            sheaf_batch_add_own(batch, SHEAF_KIND_clock_tick, &tick, false, &refusal, err));
        if (refusal != SHEAF_ACCEPTED)
            return sheaf_fail(err, SHEAF_FAULT,
                              "the deadline %s of entry %u cannot be settled: %s",
                              sheaf_deadline_name(due.kind), due.of,
                              sheaf_refusal_describe((uint16_t)refusal)->sentence);
        sheaf_hub_log(batch->hub, "tick", "deadline=%s of=%u cosignatures=%u%s",
                      sheaf_deadline_name(due.kind), due.of,
                      tick.has_evidence ? (unsigned)tick.evidence.cosignatures.count : 0,
                      tick.unwitnessed ? " unwitnessed" : "");
    }
    return SHEAF_OK;
}

/* ---- members' acts ---- */

sheaf_status sheaf_batch_ready(sheaf_batch *batch, const sheaf_submission *post, sheaf_err *err)
{
    sheaf_err why = {0};
    if (batch->personal || !sheaf_submission_personal(post))
        return SHEAF_OK;
    batch->personal = sheaf_private_begin(batch->hub->values.private, &why) == SHEAF_OK;
    if (batch->personal)
        return SHEAF_OK;
    sheaf_hub_log(batch->hub, "private", "refused=\"%s\"", why.message);
    return sheaf_fail(err, SHEAF_NOMEM,
                      "the hub's private database is busy; try again in a moment");
}

void sheaf_batch_drop(sheaf_batch *batch)
{
    if (batch->personal)
        sheaf_private_rollback(batch->hub->values.private);
    batch->personal = false;
}

sheaf_status sheaf_batch_add(sheaf_batch *batch, const sheaf_submission *post,
                             const sheaf_signature_check *ahead, sheaf_refusal *refusal,
                             sheaf_err *err)
{
    sheaf_entry entry = {
        .act = &post->act, .act_bytes = post->act_bytes, .stamp = batch->stamp};
    memcpy(entry.signature, post->signature, sizeof entry.signature);
    /* The hub's acts come from the hub alone, whoever may have its key. */
    if (sheaf_kind_shape(post->act.kind)->actor == SHEAF_ACTOR_HUB) {
        *refusal = SHEAF_REFUSED_no_such_key;
        return SHEAF_OK;
    }
    uint64_t index = sheaf_hub_state(batch->hub)->size;
    SHEAF_TRY(fold(batch, &entry, ahead, false, refusal, err));
    if (*refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_values_keep_personal(&batch->hub->values, post, (uint32_t)index, err));
    return sheaf_values_keep_texts(&batch->hub->values, &post->act, post->texts,
                                   post->text_count, err);
}

/* ---- to the disk ---- */

sheaf_status sheaf_batch_commit(sheaf_batch *batch, sheaf_err *err)
{
    sheaf_slice entries[SHEAF_BATCH_ENTRIES_MAX];
    size_t at = 0;
    SHEAF_TRY(sheaf_buffer_check(&batch->bytes, "a batch of entries", err));
    for (size_t i = 0; i < batch->count; i++) {
        entries[i] = sheaf_bytes(batch->bytes.data + at, batch->ends[i] - at);
        at = batch->ends[i];
    }
    /* What the entries commit to is durable before they are. */
    if (batch->personal) {
        batch->personal = false;
        SHEAF_TRY(sheaf_private_commit(batch->hub->values.private, err));
    }
    SHEAF_TRY(sheaf_log_store_commit(batch->hub->store, entries, batch->count, sheaf_hub_sign,
                                     batch->hub, err));
    sheaf_snapshots_keep(batch->hub->snapshots);
    sheaf_cosign_published(batch->hub->cosign);
    return SHEAF_OK;
}
