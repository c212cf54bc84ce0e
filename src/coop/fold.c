#include "coop/ending.h"
#include "coop/key_numbers.h"
#include "coop/member.h"

#include <assert.h>

/* ---- the table of rules ---- */

#define RECORD SHEAF_SKIP
#define F      SHEAF_SKIP
#define END    SHEAF_SKIP
#define ACT(name, wire, actor, needs, since, visibility, doc)                                  \
    static sheaf_refusal run_##name(sheaf_fold *fold, const void *what)                        \
    {                                                                                          \
        return sheaf_rule_##name(fold, what);                                                  \
    }
#include "acts/tbl/all.def"
#undef ACT
#define ACT(name, wire, actor, needs, since, visibility, doc) [SHEAF_KIND_##name] = run_##name,
static sheaf_refusal (*const rules[SHEAF_KIND_COUNT])(sheaf_fold *, const void *) = {
#include "acts/tbl/all.def"
};
#undef RECORD
#undef F
#undef END
#undef ACT

sheaf_refusal sheaf_rule_run(sheaf_fold *fold, sheaf_kind kind, const void *what)
{
    SHEAF_REFUSE_UNLESS(sheaf_ending_check(fold->state, kind));
    return rules[kind](fold, what);
}

/* ---- the envelope ---- */

uint8_t sheaf_scope_needed(sheaf_kind kind)
{
    switch (sheaf_kind_shape(kind)->needs) {
    case SHEAF_NEEDS_ADMIN:
        return SHEAF_SCOPE_ADMIN;
    case SHEAF_NEEDS_DATA:
        return SHEAF_SCOPE_DATA;
    case SHEAF_NEEDS_MONEY:
        return SHEAF_SCOPE_MONEY;
    case SHEAF_NEEDS_TRAIN:
        return SHEAF_SCOPE_TRAIN;
    case SHEAF_NEEDS_VOTE:
        return SHEAF_SCOPE_VOTE;
    default:
        return 0;
    }
}

bool sheaf_fold_signer(const sheaf_state *state, const sheaf_act *act,
                       uint8_t public_key[SHEAF_PUBLIC_BYTES])
{
    const sheaf_public_key *key = NULL;
    switch (sheaf_kind_shape(act->kind)->actor) {
    case SHEAF_ACTOR_FOUNDER:
    case SHEAF_ACTOR_APPLICANT:
        key = sheaf_act_public_key(act);
        break;
    case SHEAF_ACTOR_HUB:
        key = sheaf_coop(state) && act->key == sheaf_coop(state)->hub
                  ? &sheaf_coop(state)->hub_key
                  : NULL;
        break;
    default: {
        const struct sheaf_row_key *row = sheaf_key_find(state, act->key);
        key = row ? &row->public_key : NULL;
    }
    }
    if (!key)
        return false;
    memcpy(public_key, key->bytes, SHEAF_PUBLIC_BYTES);
    return true;
}

static sheaf_refusal check_times(const sheaf_fold *fold, const sheaf_act *act)
{
    const struct sheaf_row_coop *coop = sheaf_coop(fold->state);
    SHEAF_REFUSE_IF(coop && fold->stamp < coop->stamp, stamp_backwards);
    SHEAF_REFUSE_IF(act->until < fold->stamp, act_expired);
    SHEAF_REFUSE_IF(act->at > fold->stamp + SHEAF_CLOCK_SKEW_MS, act_early);
    SHEAF_REFUSE_IF(act->seen > fold->index, seen_ahead);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_member(sheaf_fold *fold, const sheaf_act *act)
{
    uint32_t row = sheaf_key_row(fold->state, act->key);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_key);
    const struct sheaf_row_key *key = sheaf_key_at(fold->state, row);
    SHEAF_REFUSE_IF(key->member != act->by, key_of_another);
    SHEAF_REFUSE_IF(act->seq != (uint64_t)sheaf_key_number(fold->state, row) + 1, sequence);
    fold->out->number_used = true;
    const struct sheaf_row_member *member = sheaf_member_find(fold->state, act->by);
    SHEAF_REFUSE_IF(!member || member->state != SHEAF_member_state_active, not_a_member);
    SHEAF_REFUSE_IF(key->revoked != SHEAF_NONE, key_revoked);
    SHEAF_REFUSE_IF(key->until < fold->stamp, key_expired);
    uint8_t needed = sheaf_scope_needed(act->kind);
    SHEAF_REFUSE_IF((sheaf_key_scopes(fold->state, key) & needed) != needed, outside_scope);
    SHEAF_REFUSE_UNLESS(sheaf_kind_frozen(fold->state, act->by, act->kind));
    fold->member = act->by;
    fold->key = act->key;
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_actor(sheaf_fold *fold, const sheaf_act *act)
{
    const struct sheaf_row_coop *coop = sheaf_coop(fold->state);
    switch (sheaf_kind_shape(act->kind)->actor) {
    case SHEAF_ACTOR_FOUNDER:
        SHEAF_REFUSE_IF(coop, founded_twice);
        SHEAF_REFUSE_IF(act->seq != 1, sequence);
        return SHEAF_ACCEPTED;
    case SHEAF_ACTOR_APPLICANT:
        SHEAF_REFUSE_IF(act->seq != 1, sequence);
        return SHEAF_ACCEPTED;
    case SHEAF_ACTOR_MEMBER:
        return check_member(fold, act);
    case SHEAF_ACTOR_HUB:
        SHEAF_REFUSE_IF(act->key != coop->hub, no_such_key);
        SHEAF_REFUSE_IF(act->seq != coop->hub_seq + 1, sequence);
        fold->out->number_used = true;
        return SHEAF_ACCEPTED;
    default:
        return SHEAF_REFUSED_not_by_hand;
    }
}

static void claim_signature(const sheaf_fold *fold, const sheaf_entry *entry)
{
    sheaf_claim *claim = &fold->out->claims[fold->out->claim_count++];
    *claim = (sheaf_claim){.kind = SHEAF_CLAIM_SIGNATURE, .act = entry->act_bytes};
    bool known = sheaf_fold_signer(fold->state, entry->act, claim->public_key);
    assert(known);
    memcpy(claim->signature, entry->signature, sizeof claim->signature);
    if (entry->act->kind == SHEAF_KIND_coop_found) {
        const struct sheaf_coop_found *found = entry->act->what;
        if (found->origin.len == sizeof claim->origin)
            memcpy(claim->origin, found->origin.data, sizeof claim->origin);
    } else {
        memcpy(claim->origin, sheaf_coop(fold->state)->origin, sizeof claim->origin);
    }
}

/* What must be entered before anything else: first the deadlines that have passed, then the
 * digest. A lost hub can enter neither, so the appointment of a new one waits for nothing. */
static sheaf_refusal check_due(const sheaf_fold *fold, sheaf_kind kind)
{
    const struct sheaf_row_coop *coop = sheaf_coop(fold->state);
    sheaf_deadline due;
    if (!coop || kind == SHEAF_KIND_hub_appoint || kind == SHEAF_KIND_clock_tick)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(sheaf_fold_due(fold->state, fold->stamp, &due), deadline_due);
    SHEAF_REFUSE_IF(kind != SHEAF_KIND_state_digest
                        && fold->index - coop->digest_size >= SHEAF_DIGEST_ENTRIES,
                    digest_due);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal run(sheaf_fold *fold, const sheaf_entry *entry)
{
    const sheaf_act *act = entry->act;
    SHEAF_REFUSE_IF(act->kind != SHEAF_KIND_coop_found && !sheaf_coop(fold->state), not_found);
    SHEAF_REFUSE_UNLESS(check_actor(fold, act));
    claim_signature(fold, entry);
    SHEAF_REFUSE_UNLESS(check_times(fold, act));
    SHEAF_REFUSE_UNLESS(check_due(fold, act->kind));
    /* Not before: a death that fell due is disproved no more. */
    if (fold->member != SHEAF_NONE
        && sheaf_member_get(fold->state, fold->member)->death != SHEAF_NONE)
        sheaf_member_lives(fold);
    return sheaf_rule_run(fold, act->kind, act->what);
}

/* The state needs a newer program. */
static bool stopped(const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    return coop && coop->revision > state->revision_max;
}

/* The number of the signer's act and the time of the entry. Founders' and applicants' keys are
 * made with number 1. */
static void count_act(sheaf_state *state, const sheaf_entry *entry, bool number_used)
{
    if (!sheaf_coop(state))
        return;
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    uint32_t key = sheaf_key_row(state, entry->act->key);
    sheaf_actor actor = sheaf_kind_shape(entry->act->kind)->actor;
    if (entry->stamp > coop->stamp)
        coop->stamp = entry->stamp;
    if (number_used && actor == SHEAF_ACTOR_HUB)
        coop->hub_seq = entry->act->seq;
    if (number_used && actor == SHEAF_ACTOR_MEMBER && key != SHEAF_NONE)
        sheaf_key_number_set(state, key, (uint32_t)entry->act->seq);
}

sheaf_status sheaf_fold_try(sheaf_state *state, const sheaf_entry *entry, sheaf_arena *arena,
                            sheaf_outcome *out, sheaf_err *err)
{
    assert(state->undo_count == 0); /* the entry before was kept, dropped or made void */
    assert(!stopped(state));
    if (state->size >= SHEAF_REF_MAX)
        return sheaf_fail(err, SHEAF_NOMEM, "the log has reached its last possible entry");
    out->refusal = out->effect = SHEAF_ACCEPTED;
    out->number_used = out->needs_revision = false;
    out->revision = 0;
    out->claim_count = 0; /* claims are written as they are made */
    sheaf_fold fold = {.state = state,
                       .arena = arena,
                       .out = out,
                       .index = (uint32_t)state->size,
                       .stamp = entry->stamp,
                       .member = SHEAF_NONE,
                       .key = SHEAF_NONE,
                       .motion = SHEAF_NONE};
    (void)sheaf_state_mark(state);
    out->refusal = run(&fold, entry);
    if (!state->failed && out->refusal == SHEAF_ACCEPTED)
        count_act(state, entry, true);
    if (state->failed) {
        sheaf_state_roll_back(state, (sheaf_mark){0});
        state->failed = false;
        return sheaf_fail(err, SHEAF_NOMEM, "no memory left for the state at entry %llu",
                          (unsigned long long)state->size);
    }
    if (out->refusal != SHEAF_ACCEPTED)
        sheaf_state_roll_back(state, (sheaf_mark){0});
    else if (sheaf_coop(state)->revision > state->revision_max) {
        out->needs_revision = true;
        out->revision = sheaf_coop(state)->revision;
    }
    return SHEAF_OK;
}

/* The places in indices. */
static void expect_places(const sheaf_state *state, const sheaf_act *act)
{
    sheaf_expect_slot(state, SHEAF_TABLE_key, act->key);
    sheaf_expect_slot(state, SHEAF_TABLE_member, act->by);
    if (act->kind == SHEAF_KIND_ballot_cast) {
        const struct sheaf_ballot_cast *ballot = act->what;
        sheaf_expect_slot(state, SHEAF_TABLE_ballot, sheaf_pair(ballot->motion, act->by));
    }
}

static void expect_rows(const sheaf_state *state, const sheaf_act *act)
{
    uint32_t key = sheaf_key_row(state, act->key);
    sheaf_expect_row(state, SHEAF_TABLE_key, key);
    sheaf_expect_row(state, SHEAF_TABLE_key_numbers, key / SHEAF_NUMBERS);
    sheaf_expect_row(state, SHEAF_TABLE_member, sheaf_member_row(state, act->by));
    if (act->kind == SHEAF_KIND_ballot_cast) {
        const struct sheaf_ballot_cast *ballot = act->what;
        sheaf_expect_row(state, SHEAF_TABLE_ballot,
                         sheaf_ballot_row(state, sheaf_pair(ballot->motion, act->by)));
    }
}

void sheaf_fold_expect(const sheaf_state *state, const sheaf_act *act, bool soon)
{
    if (!act->has_by)
        return;
    if (soon)
        expect_rows(state, act);
    else
        expect_places(state, act);
}

void sheaf_fold_keep(sheaf_state *state, const sheaf_entry *entry)
{
    assert(sheaf_coop(state)->stamp == entry->stamp); /* the entry that was tried */
    sheaf_state_commit(state);
    state->size++;
}

void sheaf_fold_drop(sheaf_state *state)
{
    sheaf_state_roll_back(state, (sheaf_mark){0});
    sheaf_state_commit(state);
}

void sheaf_fold_void(sheaf_state *state, const sheaf_entry *entry, bool number_used)
{
    sheaf_fold_drop(state);
    count_act(state, entry, number_used);
    sheaf_state_commit(state);
    state->size++;
}

void sheaf_fold_malformed(sheaf_state *state)
{
    sheaf_fold_drop(state);
    state->size++;
}

bool sheaf_fold_due(const sheaf_state *state, int64_t stamp, sheaf_deadline *out)
{
    return sheaf_deadline_first(state, out) && out->at <= stamp;
}

sheaf_refusal sheaf_fold_beyond(const sheaf_state *state, const sheaf_act *act)
{
    int64_t revision = 0;
    if (act->kind == SHEAF_KIND_hub_appoint)
        return SHEAF_REFUSED_appointment_elsewhere;
    if (act->kind == SHEAF_KIND_coop_found)
        revision = ((const struct sheaf_coop_found *)act->what)->revision;
    if (act->kind == SHEAF_KIND_motion_open) {
        const struct sheaf_motion_open *motion = act->what;
        if (motion->has_effect && motion->effect->kind == SHEAF_KIND_rules_adopt)
            revision = ((const struct sheaf_rules_adopt *)motion->effect->what)->revision;
    }
    return revision > state->revision_max ? SHEAF_REFUSED_revision_unknown : SHEAF_ACCEPTED;
}
