/* What the hub enters of itself: that time has passed, and what the state amounts to. */
#include "coop/coop_internal.h"

#define DEADLINE(name, doc) [SHEAF_deadline_kind_##name] = sheaf_settle_##name,
static sheaf_refusal (*const settlers[SHEAF_deadline_kind_COUNT])(sheaf_fold *, uint32_t) = {
#include "acts/tbl/deadlines.def"
};
#undef DEADLINE

static void claim_cosignature(sheaf_fold *fold, const struct sheaf_row_witness *witness,
                              const struct sheaf_tick_evidence *evidence,
                              const struct sheaf_tick_cosignature *cosignature)
{
    sheaf_claim *claim = &fold->out->claims[fold->out->claim_count++];
    *claim = (sheaf_claim){.kind = SHEAF_CLAIM_COSIGNATURE,
                           .root = evidence->root,
                           .size = (uint64_t)evidence->size,
                           .time = (uint64_t)cosignature->time};
    memcpy(claim->public_key, witness->public_key.bytes, sizeof claim->public_key);
    memcpy(claim->signature, cosignature->sig.bytes, sizeof claim->signature);
    memcpy(claim->origin, sheaf_coop(fold->state)->origin, sizeof claim->origin);
}

/* Has the deadline passed by the clocks of as many witnesses as the bylaws require? */
static sheaf_refusal check_evidence(sheaf_fold *fold, const struct sheaf_clock_tick *what,
                                    int64_t deadline)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(fold->state);
    if (!bylaws->witness_quorum || what->unwitnessed) {
        SHEAF_REFUSE_IF(what->has_evidence || (what->unwitnessed && !bylaws->witness_quorum),
                        tick_unasked);
        SHEAF_REFUSE_IF(what->unwitnessed && fold->stamp < deadline + SHEAF_UNWITNESSED_MS,
                        tick_early);
        return SHEAF_ACCEPTED;
    }
    SHEAF_REFUSE_IF(!what->has_evidence
                        || what->evidence.cosignatures.count < bylaws->witness_quorum,
                    tick_early);
    const struct sheaf_tick_cosignature *list = what->evidence.cosignatures.at;
    for (uint32_t i = 0; i < what->evidence.cosignatures.count; i++) {
        SHEAF_REFUSE_IF(list[i].witness >= bylaws->witnesses || list[i].time * 1000 < deadline
                            || (i > 0 && list[i].witness <= list[i - 1].witness),
                        tick_order);
        claim_cosignature(
            fold,
            sheaf_witness_at(fold->state, bylaws->witness_first + (uint32_t)list[i].witness),
            &what->evidence, &list[i]);
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_clock_tick(sheaf_fold *fold, const struct sheaf_clock_tick *what)
{
    sheaf_deadline due;
    SHEAF_REFUSE_IF(!sheaf_fold_due(fold->state, fold->stamp, &due) || due.of != what->of
                        || due.kind != what->deadline,
                    not_due);
    SHEAF_REFUSE_UNLESS(check_evidence(fold, what, due.at));
    sheaf_deadline_clear(fold->state, due.of, due.kind);
    SHEAF_STOP_IF_SPENT(fold);
    fold->out->effect = settlers[due.kind](fold, due.of);
    return SHEAF_ACCEPTED;
}

/* As many as the list of state.digest takes (acts/tbl/decisions.def): else none could be
 * entered, and the log would end where one is due. */
_Static_assert(SHEAF_TABLE_COUNT <= 256, "state.digest lists every table");

sheaf_refusal sheaf_rule_state_digest(sheaf_fold *fold, const struct sheaf_state_digest *what)
{
    SHEAF_REFUSE_IF(!sheaf_state_matches(fold->state, what), digest_differs);
    sheaf_coop_edit(fold->state, 0)->digest_size = fold->index;
    return SHEAF_ACCEPTED;
}
