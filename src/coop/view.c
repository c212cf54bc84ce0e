#include "coop/view.h"

#include "coop/budget.h"
#include "coop/override.h"
#include "round/config.h"

const struct sheaf_row_coop *sheaf_coop(const sheaf_state *state)
{
    return sheaf_coop_count(state) ? sheaf_coop_at(state, 0) : NULL;
}

const struct sheaf_row_bylaws *sheaf_bylaws_now(const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    return coop ? sheaf_bylaws_find(state, coop->bylaws) : NULL;
}

const struct sheaf_row_decision *
sheaf_decision_by(const sheaf_state *state, const struct sheaf_row_bylaws *bylaws, uint8_t sort)
{
    return sheaf_decision_at(state, bylaws->decision_first + sort);
}

bool sheaf_article_on(const sheaf_state *state, sheaf_article article)
{
    return sheaf_bylaws_now(state)->articles >> article & 1;
}

sheaf_status sheaf_witness_vkey(const struct sheaf_row_witness *row, sheaf_vkey *out,
                                sheaf_err *err)
{
    return sheaf_vkey_make(out, SHEAF_VKEY_COSIGNATURE, SHEAF_WORDS(row->name),
                           row->public_key.bytes, err);
}

/* The bylaws that were in force before the entry; NULL where there were none. */
static const struct sheaf_row_bylaws *bylaws_before(const sheaf_state *state, uint64_t index)
{
    uint32_t version = sheaf_bylaws_count(state);
    while (version-- > 0) {
        const struct sheaf_row_bylaws *row = sheaf_bylaws_at(state, version);
        if (row->from < index)
            return row;
    }
    return NULL;
}

bool sheaf_entry_withheld(const sheaf_state *state, sheaf_kind kind, uint64_t index,
                          uint8_t *reason)
{
    static const uint8_t usual[SHEAF_AREA_COUNT] = {
        [SHEAF_AREA_BALLOTS] = SHEAF_withheld_reason_ballot,
        [SHEAF_AREA_DATA] = SHEAF_withheld_reason_data_source,
        [SHEAF_AREA_DECISIONS] = SHEAF_withheld_reason_deliberation,
        [SHEAF_AREA_LEDGER] = SHEAF_withheld_reason_business,
        [SHEAF_AREA_MEMBERS] = SHEAF_withheld_reason_personal_data,
        [SHEAF_AREA_STATE] = SHEAF_withheld_reason_security,
    };
    sheaf_area area = sheaf_kind_shape(kind)->area;
    if (area == SHEAF_AREA_PUBLIC)
        return false;
    const struct sheaf_row_bylaws *bylaws = bylaws_before(state, index);
    *reason = usual[area];
    for (uint32_t i = 0; bylaws && i < bylaws->withholdings; i++) {
        const struct sheaf_row_withheld *row =
            sheaf_withheld_at(state, bylaws->withheld_first + i);
        if (row->kind == kind) {
            *reason = row->reason;
            return true;
        }
    }
    return !bylaws || !(bylaws->visible >> area & 1);
}

bool sheaf_entry_public(const sheaf_state *state, sheaf_kind kind, uint64_t index)
{
    uint8_t reason;
    return !sheaf_entry_withheld(state, kind, index, &reason);
}

bool sheaf_members_few(const sheaf_state *state)
{
    enum { FOUNDERS = 5, BODIES = 2 };
    uint32_t members = 0, people = 0;
    if (sheaf_bylaws_now(state)->form != SHEAF_legal_form_sce)
        return false;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        bool active = member->state == SHEAF_member_state_active;
        members += active;
        people += active && member->kind == SHEAF_member_kind_person;
    }
    return members < (people ? FOUNDERS : BODIES);
}

bool sheaf_member_active(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_member *row = sheaf_member_find(state, member);
    return row && row->state == SHEAF_member_state_active;
}

uint8_t sheaf_key_scopes(const sheaf_state *state, const struct sheaf_row_key *key)
{
    return key->web ? key->scopes & sheaf_bylaws_now(state)->web_scopes : key->scopes;
}

bool sheaf_key_live(const sheaf_state *state, uint32_t key, uint8_t scopes, int64_t stamp)
{
    const struct sheaf_row_key *row = sheaf_key_find(state, key);
    return row && row->revoked == SHEAF_NONE && row->until >= stamp
           && (sheaf_key_scopes(state, row) & scopes) == scopes
           && sheaf_member_active(state, row->member);
}

int64_t sheaf_consent_latest(const struct sheaf_row_bylaws *bylaws, int64_t granted)
{
    return bylaws->consent_max_s ? granted + (int64_t)bylaws->consent_max_s * 1000 : INT64_MAX;
}

bool sheaf_consent_lasts(const sheaf_state *state, const struct sheaf_row_consent *consent,
                         int64_t stamp)
{
    return consent->revoked == SHEAF_NONE && consent->until >= stamp
           && sheaf_member_active(state, consent->member);
}

/* Nor is it longer than the bylaws in force let consents be. */
static bool allows(const sheaf_state *state, const struct sheaf_row_consent *consent,
                   int64_t stamp)
{
    return sheaf_consent_lasts(state, consent, stamp)
           && sheaf_consent_latest(sheaf_bylaws_now(state), consent->granted) >= stamp;
}

static const struct sheaf_row_consent *consent_or_null(const sheaf_state *state, uint32_t row_1)
{
    return row_1 ? sheaf_consent_at(state, row_1 - 1) : NULL;
}

const struct sheaf_row_consent *sheaf_consent_newest(const sheaf_state *state, uint32_t dataset)
{
    const struct sheaf_row_dataset *row = sheaf_dataset_find(state, dataset);
    return consent_or_null(state, row ? row->consent_last : 0);
}

const struct sheaf_row_consent *sheaf_consent_before(const sheaf_state *state,
                                                     const struct sheaf_row_consent *consent)
{
    return consent_or_null(state, consent->before);
}

const struct sheaf_row_consent *sheaf_consent_live(const sheaf_state *state, uint32_t dataset,
                                                   uint8_t purpose, int64_t stamp)
{
    const struct sheaf_row_consent *row = sheaf_consent_newest(state, dataset);
    while (row
           && ((row->purpose != purpose && row->purpose != SHEAF_purpose_any_member_model)
               || !allows(state, row, stamp)))
        row = sheaf_consent_before(state, row);
    return row;
}

sheaf_refusal sheaf_release_check(const sheaf_state *state,
                                  const struct sheaf_row_mandate *mandate)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    if (mandate->release == SHEAF_release_form_exact_sum)
        return bylaws->exact_sums ? SHEAF_ACCEPTED : SHEAF_REFUSED_exact_forbidden;
    if (bylaws->epsilon_max_millionths
        && mandate->epsilon_millionths > bylaws->epsilon_max_millionths)
        return SHEAF_REFUSED_epsilon_over;
    if (bylaws->delta_max_trillionths
        && mandate->delta_trillionths > (uint64_t)bylaws->delta_max_trillionths)
        return SHEAF_REFUSED_delta_over;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_mandate_check(const sheaf_state *state, uint32_t mandate, int64_t stamp)
{
    const struct sheaf_row_mandate *row = sheaf_mandate_find(state, mandate);
    if (!row)
        return SHEAF_REFUSED_no_such_mandate;
    if (row->revoked != SHEAF_NONE)
        return SHEAF_REFUSED_mandate_revoked;
    if (row->expires < stamp)
        return SHEAF_REFUSED_mandate_expired;
    if (sheaf_suspended(state, mandate))
        return SHEAF_REFUSED_mandate_suspended;
    if (row->rounds_used >= row->rounds_max)
        return SHEAF_REFUSED_rounds_spent;
    if (row->rounds_used >= sheaf_bylaws_now(state)->rounds_max)
        return SHEAF_REFUSED_rounds_over_bylaws;
    return sheaf_release_check(state, row);
}

sheaf_refusal sheaf_seat_possible(const sheaf_state *state, uint32_t mandate, uint32_t key,
                                  uint32_t dataset, int64_t stamp)
{
    const struct sheaf_row_mandate *allowed = sheaf_mandate_find(state, mandate);
    const struct sheaf_row_dataset *data = sheaf_dataset_find(state, dataset);
    if (!allowed)
        return SHEAF_REFUSED_no_such_mandate;
    if (!sheaf_key_live(state, key, SHEAF_SCOPE_TRAIN, stamp))
        return SHEAF_REFUSED_seat_key;
    if (!data || data->member != sheaf_key_get(state, key)->member
        || data->retired != SHEAF_NONE
        || !sheaf_source_find(state, sheaf_pair(mandate, dataset)))
        return SHEAF_REFUSED_seat_dataset;
    if (!sheaf_consent_live(state, dataset, allowed->purpose, stamp))
        return SHEAF_REFUSED_seat_consent;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_seat_check(const sheaf_state *state, uint32_t mandate, uint32_t key,
                               uint32_t dataset, int64_t stamp)
{
    sheaf_refusal refusal = sheaf_seat_possible(state, mandate, key, dataset, stamp);
    return refusal != SHEAF_ACCEPTED
               ? refusal
               : sheaf_budget_fits(state, sheaf_mandate_get(state, mandate), dataset, stamp);
}

sheaf_refusal sheaf_next_round_check(const sheaf_state *state, uint32_t mandate)
{
    const struct sheaf_row_mandate *row = sheaf_mandate_find(state, mandate);
    if (!row)
        return SHEAF_REFUSED_no_such_mandate;
    if (row->last_round == SHEAF_NONE)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_round *last = sheaf_round_find(state, row->last_round);
    if (last->state == SHEAF_round_state_open)
        return SHEAF_REFUSED_round_under_way;
    if (last->state == SHEAF_round_state_closed && last->attested < row->attest_min)
        return SHEAF_REFUSED_not_attested;
    return SHEAF_ACCEPTED;
}

int64_t sheaf_transcript_until(const sheaf_state *state, const struct sheaf_row_round *round)
{
    if (sheaf_hash_is_zero(&round->transcript) || round->state == SHEAF_round_state_open)
        return INT64_MAX;
    return round->closed + (int64_t)sheaf_mandate_get(state, round->mandate)->audit_s * 1000;
}

bool sheaf_transcript_shown(const sheaf_state *state, const struct sheaf_row_round *round,
                            uint32_t member)
{
    for (uint16_t i = 0; i < round->seats; i++)
        if (sheaf_seat_at(state, round->seat_first + i)->member == member)
            return true;
    return sheaf_auditor_find(state, sheaf_pair(round->mandate, member)) != NULL;
}

uint16_t sheaf_survivors_min(const sheaf_state *state, const struct sheaf_row_mandate *mandate,
                             uint16_t seats)
{
    uint16_t least = sheaf_round_threshold_against(seats, (uint16_t)mandate->colluders);
    uint16_t ring = (uint16_t)(seats - seats / 10);
    if (seats > SHEAF_ROUND_COMPLETE_MAX && least < ring)
        least = ring;
    uint16_t bylaws = sheaf_bylaws_now(state)->cohort_min;
    if (least < mandate->cohort_min)
        least = mandate->cohort_min;
    if (least < mandate->attest_min)
        least = mandate->attest_min;
    return least < bylaws ? bylaws : least;
}
