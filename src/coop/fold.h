/* coop/fold.h - from an entry to the next state, or the refusal.
 *
 * The one path of an act: sheaf_fold_try() checks the envelope, runs the kind's rule and leaves
 * its writes uncommitted; it emits claims, which the shell checks outside; then exactly one of
 *
 *     sheaf_fold_keep()   the entry stands: accepted, and all claims hold
 *     sheaf_fold_drop()   as if it had never been offered
 *     sheaf_fold_void()   the entry stands on the log although the rules refuse it: no effect,
 * its sequence number used unless form, signature or number itself failed
 *
 * The fold is pure: the same entries give the same state, digest and refusals on every machine.
 */
#ifndef SHEAF_COOP_FOLD_H
#define SHEAF_COOP_FOLD_H

#include "acts/act.h"
#include "coop/deadline.h"
#include "coop/refusal.h"
#include "coop/state.h"

#define REVISION(number, name, doc) SHEAF_REVISION_##name = number,
enum {
#include "coop/revisions.def"
    SHEAF_REVISION_NEXT
};
#undef REVISION
/* The newest rules revision of this program. */
#define SHEAF_REVISION (SHEAF_REVISION_NEXT - 1)

enum { SHEAF_DIGEST_ENTRIES = 4096 }; /* after so many a state.digest is due */
enum { SHEAF_UNWITNESSED_MS = SHEAF_FIXED_unwitnessed_s * 1000 };
enum { SHEAF_CLOCK_SKEW_MS = 120000, SHEAF_CLAIMS_MAX = 20 };

typedef enum {
    SHEAF_CLAIM_SIGNATURE,  /* `signature` by `public_key` over the act */
    SHEAF_CLAIM_EVALUATION, /* the blob `blob` holds the sum of an evaluation, `noised` or not,
                               of a model of `model_kind`, from which `figures` and those of
                               `groups` follow */
    SHEAF_CLAIM_COST,       /* a round of `task` of so many `steps` with noise and sampling as
                               stated, of vectors of `words`, costs at most `amounts` */
    SHEAF_CLAIM_LIMIT,      /* spending at most `amounts` at some order stays within epsilon and
                               delta */
    SHEAF_CLAIM_COSIGNATURE, /* cosignature/v1 by `public_key` at `time` over a checkpoint of
                                `origin` with `size` and `root` */
    SHEAF_CLAIM_LOG_ROOT,    /* `root` is that of the entries before this one */
} sheaf_claim_kind;

typedef struct {
    sheaf_claim_kind kind;
    uint8_t public_key[SHEAF_PUBLIC_BYTES];
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    char origin[SHEAF_ORIGIN_LEN];
    sheaf_slice act; /* borrowed from the entry */
    sheaf_hash blob;
    struct sheaf_figures figures;
    const struct sheaf_group_figures *groups; /* beside all; borrowed from the act */
    uint32_t group_count;
    uint8_t model_kind, target;
    int64_t label_low_millionths, label_high_millionths; /* where the target is a number */
    bool noised;
    sheaf_hash root;
    uint64_t size, time;                    /* entries; seconds since 1970 */
    const struct sheaf_order_cost *amounts; /* SHEAF_ORDERS, borrowed from the act */
    uint64_t noise_millionths, epsilon_millionths, delta_trillionths;
    uint32_t sampling_millionths, words, steps;
    uint8_t task;
} sheaf_claim;

/* One line of double entry: a debit is positive. */
typedef struct {
    uint8_t account; /* enum sheaf_account_kind */
    uint32_t member; /* SHEAF_NONE but for a member's account */
    int64_t cents;
} sheaf_posting;

typedef struct {
    sheaf_refusal refusal; /* SHEAF_ACCEPTED or why not */
    bool number_used;      /* the sequence number was right and the signer is known */
    bool needs_revision;   /* from this entry on a newer program is needed */
    uint16_t revision;     /* which rules revision */
    sheaf_refusal effect;  /* of a tick: why the effect of an adopted motion was void */
    sheaf_claim claims[SHEAF_CLAIMS_MAX];
    size_t claim_count;
    /* Set by the caller: told of every posting as it is made; may be NULL. The postings of an
     * entry that is refused or dropped, or whose effect is void, do not count. */
    void (*posted)(void *context, const sheaf_posting *posting);
    void *context;
} sheaf_outcome;

/* Before it is used for the first time: nobody is told of postings. */
static inline void sheaf_outcome_init(sheaf_outcome *out)
{
    out->posted = NULL;
    out->context = NULL;
}

/* Enough for every rule over co-ops of up to a hundred thousand members. */
enum { SHEAF_FOLD_ARENA_BYTES = 8 << 20 };

/* `entry` was decoded from what stands (or would stand) at index state->size. `arena` is work
 * memory, which the rule may fill. SHEAF_NOMEM if memory is spent: the state is as before. */
SHEAF_MUST_USE sheaf_status sheaf_fold_try(sheaf_state *state, const sheaf_entry *entry,
                                           sheaf_arena *arena, sheaf_outcome *out,
                                           sheaf_err *err);
void sheaf_fold_keep(sheaf_state *state, const sheaf_entry *entry);

/* The act is folded later, or (`soon`) after a few others: whoever folds many in a row says so
 * of each, first the one and then the other, and what the fold is going to look up is at hand
 * when its turn comes. Nothing depends on it. */
enum { SHEAF_EXPECT_AHEAD = 24, SHEAF_EXPECT_SOON = 12 };
void sheaf_fold_expect(const sheaf_state *state, const sheaf_act *act, bool soon);

void sheaf_fold_drop(sheaf_state *state);
void sheaf_fold_void(sheaf_state *state, const sheaf_entry *entry, bool number_used);

/* An entry that is not even in form: only its place counts. */
void sheaf_fold_malformed(sheaf_state *state);

/* The public key that must have signed the act, if the state knows it; for checking signatures
 * ahead of the fold. */
bool sheaf_fold_signer(const sheaf_state *state, const sheaf_act *act,
                       uint8_t public_key[SHEAF_PUBLIC_BYTES]);

/* The deadline that comes first, if it has passed at `stamp`: what the hub must settle by
 * clock.tick. */
bool sheaf_fold_due(const sheaf_state *state, int64_t stamp, sheaf_deadline *out);

/* What a hub of this program does not order although the rules allow it: a motion that would
 * lead to a rules revision this program does not know; the appointment of another hub, which
 * that one enters, since from then on only its key can sign the log. Kept apart from the fold,
 * whose answer must not depend on the program's age. */
sheaf_refusal sheaf_fold_beyond(const sheaf_state *state, const sheaf_act *act);

#endif
