#include "claims/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "coop/refusal_detail.h"
#include "coop/view.h"

enum { AHEAD_ENTRIES = 1024 };

sheaf_status sheaf_replay_init(sheaf_replay *replay, uint16_t revision_max, sheaf_err *err)
{
    *replay = (sheaf_replay){.first_void = UINT64_MAX, .stopped_at = UINT64_MAX};
    replay->decode_block = malloc(SHEAF_ACT_ARENA_BYTES);
    replay->work_block = malloc(SHEAF_FOLD_ARENA_BYTES);
    if (!replay->decode_block || !replay->work_block) {
        free(replay->decode_block);
        free(replay->work_block);
        *replay = (sheaf_replay){0};
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for replaying a log");
    }
    replay->decode = sheaf_arena_over(replay->decode_block, SHEAF_ACT_ARENA_BYTES);
    replay->work = sheaf_arena_over(replay->work_block, SHEAF_FOLD_ARENA_BYTES);
    sheaf_status status = sheaf_state_init(&replay->state, revision_max, err);
    if (status != SHEAF_OK) {
        free(replay->decode_block);
        free(replay->work_block);
        *replay = (sheaf_replay){0};
    }
    return status;
}

void sheaf_replay_deinit(sheaf_replay *replay)
{
    if (!replay->decode_block)
        return;
    sheaf_state_deinit(&replay->state);
    free(replay->decode_block);
    free(replay->work_block);
    *replay = (sheaf_replay){0};
}

/* The revision under which the next entry is read. The founding entry names its own, so it is
 * read with all that this program knows. */
static uint16_t revision_now(const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    return coop ? coop->revision : state->revision_max;
}

static sheaf_slice origin_of(const sheaf_state *state, const sheaf_act *act)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    if (coop)
        return SHEAF_WORDS(coop->origin);
    if (act->kind == SHEAF_KIND_coop_found)
        return ((const struct sheaf_coop_found *)act->what)->origin;
    return (sheaf_slice){0};
}

/* ---- one entry ---- */

/* `ahead`, which may be NULL, was checked before the fold came here: it counts only if it is
 * about these very bytes and this very key. */
static bool signature_holds(const sheaf_signature_check *wanted,
                            const sheaf_signature_check *ahead)
{
    if (ahead && memcmp(ahead->public_key, wanted->public_key, SHEAF_PUBLIC_BYTES) == 0
        && memcmp(ahead->signature, wanted->signature, SHEAF_SIGNATURE_BYTES) == 0
        && sheaf_slice_equal(ahead->origin, wanted->origin)
        && sheaf_slice_equal(ahead->act, wanted->act))
        return ahead->holds;
    return sheaf_signature_holds(wanted);
}

/* Is the act signed by the key that the state names, whatever the rules say of it? */
static bool signed_by_signer(const sheaf_state *state, const sheaf_entry *entry,
                             const sheaf_signature_check *ahead)
{
    sheaf_signature_check check = {.origin = origin_of(state, entry->act),
                                   .act = entry->act_bytes};
    memcpy(check.signature, entry->signature, sizeof check.signature);
    return sheaf_fold_signer(state, entry->act, check.public_key)
           && signature_holds(&check, ahead);
}

static sheaf_claim_result root_check(const sheaf_replay *replay, const sheaf_claim *claim,
                                     sheaf_err *err)
{
    sheaf_hash root = sheaf_tree_root(&replay->tree);
    if (sheaf_hash_equal(&root, &claim->root))
        return SHEAF_CLAIM_HOLDS;
    (void)sheaf_fail(err, SHEAF_FAULT, "the log so far has another root");
    return SHEAF_CLAIM_FALSE;
}

static void refuse_claim(sheaf_replayed *out, const sheaf_err *why)
{
    if (out->refusal != SHEAF_ACCEPTED)
        return;
    out->refusal = SHEAF_REFUSED_claim_false;
    snprintf(out->detail, sizeof out->detail, "%s", why->message);
}

static void check_claims(sheaf_replay *replay, const sheaf_outcome *outcome,
                         const sheaf_signature_check *ahead, sheaf_replayed *out)
{
    for (size_t i = 0; i < outcome->claim_count; i++) {
        const sheaf_claim *claim = &outcome->claims[i];
        if (claim->kind == SHEAF_CLAIM_SIGNATURE) {
            sheaf_signature_check check = {
                .origin = sheaf_bytes(claim->origin, sizeof claim->origin), .act = claim->act};
            memcpy(check.public_key, claim->public_key, sizeof check.public_key);
            memcpy(check.signature, claim->signature, sizeof check.signature);
            if (!signature_holds(&check, ahead))
                out->refusal = SHEAF_REFUSED_signature;
            continue;
        }
        sheaf_err why = {0};
        sheaf_claim_result result = claim->kind == SHEAF_CLAIM_LOG_ROOT
                                        ? root_check(replay, claim, &why)
                                        : sheaf_claim_check(claim, replay->blobs, &why);
        if (claim->kind != SHEAF_CLAIM_EVALUATION) {
            /* All it rests on is on the log, so it is false for everyone alike. */
            if (result != SHEAF_CLAIM_HOLDS)
                refuse_claim(out, &why);
            continue;
        }
        replay->unchecked += result == SHEAF_CLAIM_UNCHECKED;
        replay->falsehoods += result == SHEAF_CLAIM_FALSE;
        if (result == SHEAF_CLAIM_HOLDS || out->claims == SHEAF_CLAIM_FALSE)
            continue;
        out->claims = result;
        snprintf(out->detail, sizeof out->detail, "%s", why.message);
    }
}

static void note_void(sheaf_replay *replay)
{
    if (replay->voids++ == 0)
        replay->first_void = replay->tree.size;
}

/* On which article it rests that the act is void, and what of it. */
static void explain(const sheaf_state *state, const sheaf_act *act, sheaf_replayed *out)
{
    sheaf_refusal_detail detail;
    sheaf_refusal_of_act(state, out->refusal, act, &detail);
    out->article = detail.article;
    if (!out->detail[0])
        snprintf(out->detail, sizeof out->detail, "%s", detail.words);
}

/* Folds one entry that is in form. */
static sheaf_status fold_entry(sheaf_replay *replay, const sheaf_entry *entry,
                               const sheaf_signature_check *ahead, bool trusted,
                               sheaf_replayed *out, sheaf_err *err)
{
    sheaf_state *state = &replay->state;
    sheaf_outcome outcome;
    sheaf_arena_reset(&replay->work);
    sheaf_outcome_init(&outcome);
    out->kind = entry->act->kind;
    SHEAF_TRY(sheaf_fold_try(state, entry, &replay->work, &outcome, err));
    if (outcome.needs_revision) {
        sheaf_fold_drop(state);
        out->kind = SHEAF_KIND_none;
        replay->stopped_at = replay->tree.size;
        replay->needs_revision = outcome.revision;
        return SHEAF_OK;
    }
    out->refusal = outcome.refusal;
    out->effect = outcome.effect;
    if (out->refusal == SHEAF_ACCEPTED && !trusted)
        check_claims(replay, &outcome, ahead, out);
    if (out->refusal == SHEAF_ACCEPTED) {
        sheaf_fold_keep(state, entry);
        return SHEAF_OK;
    }
    /* Whoever cannot sign for a key cannot use up its numbers either. */
    sheaf_fold_drop(state);
    bool number_used = outcome.number_used && out->refusal != SHEAF_REFUSED_signature
                       && signed_by_signer(state, entry, ahead);
    note_void(replay);
    explain(state, entry->act, out);
    sheaf_fold_void(state, entry, number_used);
    return SHEAF_OK;
}

/* Decodes an entry, if it was not decoded ahead with the rules of now. */
static sheaf_status decode_entry(sheaf_replay *replay, sheaf_slice bytes,
                                 const sheaf_ahead *ahead, sheaf_entry *out, sheaf_err *err)
{
    uint16_t revision = revision_now(&replay->state);
    if (ahead && ahead->decoded && ahead->revision == revision) {
        *out = ahead->entry;
        return SHEAF_OK;
    }
    sheaf_arena_reset(&replay->decode);
    return sheaf_entry_decode(bytes, revision, &replay->decode, out, err);
}

sheaf_status sheaf_replay_ahead(sheaf_replay *replay, sheaf_slice bytes, const sheaf_hash *leaf,
                                const sheaf_ahead *ahead, bool trusted, sheaf_replayed *out,
                                sheaf_err *err)
{
    *out = (sheaf_replayed){.kind = SHEAF_KIND_none};
    if (!sheaf_replay_stopped(replay)) {
        sheaf_entry entry;
        sheaf_err why = {0};
        if (decode_entry(replay, bytes, ahead, &entry, &why) == SHEAF_OK) {
            SHEAF_TRY(
                fold_entry(replay, &entry, ahead ? ahead->check : NULL, trusted, out, err));
        } else {
            out->refusal = SHEAF_REFUSED_malformed;
            out->article = sheaf_refusal_describe(SHEAF_REFUSED_malformed)->rests_on;
            snprintf(out->detail, sizeof out->detail, "%s", why.message);
            note_void(replay);
            sheaf_fold_malformed(&replay->state);
        }
    }
    sheaf_tree_append(&replay->tree, leaf);
    return SHEAF_OK;
}

void sheaf_replay_expect(const sheaf_replay *replay, const sheaf_ahead *ahead, size_t count,
                         size_t at)
{
    size_t far = at + SHEAF_EXPECT_AHEAD, near = at + SHEAF_EXPECT_SOON;
    if (far < count && ahead[far].decoded)
        sheaf_fold_expect(&replay->state, ahead[far].entry.act, false);
    if (near < count && ahead[near].decoded)
        sheaf_fold_expect(&replay->state, ahead[near].entry.act, true);
}

static sheaf_status replay_one(sheaf_replay *replay, sheaf_slice bytes,
                               const sheaf_signature_check *check, sheaf_replayed *out,
                               sheaf_err *err)
{
    sheaf_hash leaf = sheaf_tree_leaf(bytes);
    sheaf_ahead ahead = {.check = check};
    return sheaf_replay_ahead(replay, bytes, &leaf, &ahead, false, out, err);
}

sheaf_status sheaf_replay_entry(sheaf_replay *replay, sheaf_slice entry, sheaf_replayed *out,
                                sheaf_err *err)
{
    return replay_one(replay, entry, NULL, out, err);
}

/* ---- many entries ---- */

typedef struct {
    const sheaf_state *state; /* only read while threads run */
    const sheaf_slice *entries;
    sheaf_signature_check *checks, *packed; /* packed: without gaps */
    bool *checked;
    void **blocks; /* one a thread, for decoding */
} ahead_work;

static void ahead_one(void *context, unsigned thread, size_t number)
{
    ahead_work *work = context;
    sheaf_arena arena = sheaf_arena_over(work->blocks[thread], SHEAF_ACT_ARENA_BYTES);
    sheaf_signature_check *check = &work->checks[number];
    sheaf_entry entry;
    work->checked[number] = false;
    if (sheaf_entry_decode(work->entries[number], revision_now(work->state), &arena, &entry,
                           NULL)
        != SHEAF_OK)
        return;
    /* A key that one of these very entries admits is not known yet: then the fold checks. */
    if (!sheaf_fold_signer(work->state, entry.act, check->public_key))
        return;
    /* The origin of the founding entry lies in bytes that stay, not in the arena's. */
    check->origin = origin_of(work->state, entry.act);
    check->act = entry.act_bytes;
    memcpy(check->signature, entry.signature, sizeof check->signature);
    work->checked[number] = true;
}

/* Decodes all, and checks the signatures of those whose signer is known. */
static void check_ahead(ahead_work *work, size_t count, unsigned threads)
{
    size_t n = 0;
    sheaf_parallel(count, threads, ahead_one, work);
    for (size_t i = 0; i < count; i++)
        if (work->checked[i])
            work->packed[n++] = work->checks[i];
    sheaf_signatures_check(work->packed, n, threads);
    for (size_t i = 0, from = 0; i < count; i++)
        if (work->checked[i])
            work->checks[i].holds = work->packed[from++].holds;
}

static sheaf_status replay_run(sheaf_replay *replay, ahead_work *work, size_t count,
                               unsigned threads, sheaf_replay_told *told, void *context,
                               sheaf_err *err)
{
    if (!sheaf_replay_stopped(replay))
        check_ahead(work, count, threads);
    else
        memset(work->checked, 0, count * sizeof *work->checked);
    for (size_t i = 0; i < count; i++) {
        sheaf_replayed result;
        uint64_t index = replay->tree.size;
        SHEAF_TRY(replay_one(replay, work->entries[i],
                             work->checked[i] ? &work->checks[i] : NULL, &result, err));
        if (told)
            told(context, index, work->entries[i], &result);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_replay_entries(sheaf_replay *replay, const sheaf_slice *entries,
                                  size_t count, unsigned threads, sheaf_replay_told *told,
                                  void *context, sheaf_err *err)
{
    void *blocks[SHEAF_CLAIM_THREADS_MAX] = {0};
    bool checked[AHEAD_ENTRIES];
    sheaf_status status = SHEAF_OK;
    threads = threads < 1 ? 1 : threads;
    threads = threads > SHEAF_CLAIM_THREADS_MAX ? SHEAF_CLAIM_THREADS_MAX : threads;
    size_t most = count < AHEAD_ENTRIES ? count : AHEAD_ENTRIES;
    sheaf_signature_check *checks = calloc(2 * most + 1, sizeof *checks);
    bool ready = checks != NULL;
    for (unsigned i = 0; i < threads; i++)
        ready = (blocks[i] = malloc(SHEAF_ACT_ARENA_BYTES)) != NULL && ready;
    if (!ready)
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory for checking signatures");
    for (size_t from = 0; from < count && status == SHEAF_OK; from += AHEAD_ENTRIES) {
        size_t run = count - from < AHEAD_ENTRIES ? count - from : AHEAD_ENTRIES;
        ahead_work work = {.state = &replay->state,
                           .entries = entries + from,
                           .checks = checks,
                           .packed = checks + most,
                           .checked = checked,
                           .blocks = blocks};
        status = replay_run(replay, &work, run, threads, told, context, err);
    }
    for (unsigned i = 0; i < threads; i++)
        free(blocks[i]);
    free(checks);
    return status;
}

unsigned sheaf_replay_threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 8 ? 8 : (unsigned)processors;
}

void sheaf_replayed_why(const sheaf_replayed *result, char out[SHEAF_REPLAYED_WHY_MAX])
{
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)result->refusal);
    int len = snprintf(out, SHEAF_REPLAYED_WHY_MAX, "%s%s%s", text ? text->sentence : "refused",
                       result->detail[0] ? ": " : "", result->detail);
    if (text && result->article && len < SHEAF_REPLAYED_WHY_MAX)
        snprintf(out + len, (size_t)(SHEAF_REPLAYED_WHY_MAX - len),
                 " (article %d, %s; code %d)", (int)result->article,
                 sheaf_article_describe(result->article)->title, (int)text->number);
}

void sheaf_replayed_describe(const sheaf_replayed *result, uint64_t index,
                             char out[SHEAF_REPLAYED_TEXT_MAX])
{
    char why[SHEAF_REPLAYED_WHY_MAX];
    const char *kind =
        result->kind == SHEAF_KIND_none ? "not in form" : sheaf_kind_shape(result->kind)->name;
    unsigned long long number = index;
    sheaf_replayed_why(result, why);
    if (result->refusal != SHEAF_ACCEPTED)
        snprintf(out, SHEAF_REPLAYED_TEXT_MAX, "entry %llu (%s) is void: %s", number, kind,
                 why);
    else if (result->claims == SHEAF_CLAIM_FALSE)
        snprintf(out, SHEAF_REPLAYED_TEXT_MAX, "entry %llu (%s) states what is not so: %s",
                 number, kind, result->detail);
    else
        snprintf(out, SHEAF_REPLAYED_TEXT_MAX, "entry %llu (%s) counts", number, kind);
}
