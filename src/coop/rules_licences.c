/* Licences: members decide that others may use data, and each owner consents for its own. */
#include "coop/coop_internal.h"
#include "coop/licence.h"

#include "coop/ledger.h"
#include "coop/override.h"

static sheaf_refusal add_datasets(sheaf_fold *fold, const struct sheaf_data_license *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_licensed *named = what->datasets.at;
    for (uint32_t i = 0; i < what->datasets.count; i++) {
        const struct sheaf_row_dataset *dataset = sheaf_dataset_find(state, named[i].dataset);
        SHEAF_REFUSE_IF(i > 0 && named[i].dataset <= named[i - 1].dataset, licensed_order);
        SHEAF_REFUSE_IF(!dataset, no_such_dataset);
        SHEAF_REFUSE_IF(dataset->retired != SHEAF_NONE, dataset_retired);
        struct sheaf_row_licensed *row =
            sheaf_licensed_new(state, sheaf_pair(fold->index, named[i].dataset));
        row->licence = fold->index;
        row->dataset = named[i].dataset;
        row->consented = SHEAF_NONE;
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_data_license(sheaf_fold *fold, const struct sheaf_data_license *what)
{
    SHEAF_REFUSE_IF(what->until <= fold->stamp, licence_past);
    if (what->price_cents)
        SHEAF_REFUSE_UNLESS(sheaf_ledger_begin(fold));
    uint32_t first = sheaf_licensed_count(fold->state);
    SHEAF_REFUSE_UNLESS(add_datasets(fold, what));
    struct sheaf_row_licence *licence = sheaf_licence_new(fold->state, fold->index);
    licence->dataset_first = first;
    licence->datasets = (uint8_t)what->datasets.count;
    licence->id = fold->index;
    licence->licensee = what->licensee;
    licence->terms = what->terms;
    licence->price_cents = what->price_cents;
    licence->until = what->until;
    licence->ended = licence->shared = SHEAF_NONE;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_licence_end(sheaf_fold *fold, const struct sheaf_licence_end *what)
{
    uint32_t row = sheaf_licence_row(fold->state, what->licence);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_licence);
    struct sheaf_row_licence *licence = sheaf_licence_edit(fold->state, row);
    SHEAF_REFUSE_IF(licence->ended != SHEAF_NONE, licence_over);
    licence->ended = fold->index;
    return SHEAF_ACCEPTED;
}

/* The owner's own data set under the licence, to write. */
static sheaf_refusal own_row(sheaf_fold *fold, uint32_t licence, uint32_t dataset,
                             struct sheaf_row_licensed **out)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_licence_find(state, licence), no_such_licence);
    uint32_t row = sheaf_licensed_row(state, sheaf_pair(licence, dataset));
    SHEAF_REFUSE_IF(row == SHEAF_NONE, not_licensed);
    SHEAF_REFUSE_IF(sheaf_dataset_get(state, dataset)->member != fold->member,
                    not_your_dataset);
    *out = sheaf_licensed_edit(state, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_licence_consent(sheaf_fold *fold,
                                         const struct sheaf_licence_consent *what)
{
    struct sheaf_row_licensed *row;
    SHEAF_REFUSE_UNLESS(own_row(fold, what->licence, what->dataset, &row));
    const struct sheaf_row_licence *licence = sheaf_licence_get(fold->state, what->licence);
    SHEAF_REFUSE_IF(licence->ended != SHEAF_NONE || licence->until <= fold->stamp,
                    licence_over);
    SHEAF_REFUSE_IF(sheaf_dataset_get(fold->state, what->dataset)->retired != SHEAF_NONE,
                    dataset_retired);
    SHEAF_REFUSE_IF(licence->until
                        > sheaf_consent_latest(sheaf_bylaws_now(fold->state), fold->stamp),
                    consent_long);
    SHEAF_REFUSE_IF(row->consented != SHEAF_NONE, licence_consented);
    row->consented = fold->index;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_licence_withdraw(sheaf_fold *fold,
                                          const struct sheaf_licence_withdraw *what)
{
    struct sheaf_row_licensed *row;
    SHEAF_REFUSE_UNLESS(own_row(fold, what->licence, what->dataset, &row));
    SHEAF_REFUSE_IF(row->consented == SHEAF_NONE, licence_unconsented);
    row->consented = SHEAF_NONE;
    return SHEAF_ACCEPTED;
}

bool sheaf_licence_lives(const sheaf_state *state, const struct sheaf_row_licence *licence,
                         int64_t stamp)
{
    return licence->ended == SHEAF_NONE && stamp < licence->until
           && !sheaf_suspended(state, licence->id);
}

bool sheaf_licensed_lives(const sheaf_state *state, const struct sheaf_row_licensed *row,
                          int64_t stamp)
{
    const struct sheaf_row_dataset *dataset = sheaf_dataset_get(state, row->dataset);
    return sheaf_licence_lives(state, sheaf_licence_get(state, row->licence), stamp)
           && row->consented != SHEAF_NONE && dataset->retired == SHEAF_NONE
           && sheaf_member_active(state, dataset->member);
}

/* ---- what is paid ---- */

static bool any_lives(const sheaf_state *state, const struct sheaf_row_licence *licence,
                      int64_t stamp)
{
    for (uint8_t i = 0; i < licence->datasets; i++)
        if (sheaf_licensed_lives(state, sheaf_licensed_at(state, licence->dataset_first + i),
                                 stamp))
            return true;
    return false;
}

sheaf_refusal sheaf_licence_pay_check(const sheaf_state *state, uint32_t id, int64_t cents,
                                      int64_t stamp)
{
    const struct sheaf_row_licence *licence = sheaf_licence_find(state, id);
    SHEAF_REFUSE_IF(!licence, no_such_licence);
    SHEAF_REFUSE_IF(licence->ended != SHEAF_NONE || licence->until <= stamp, licence_over);
    SHEAF_REFUSE_IF(sheaf_suspended(state, id), licence_suspended);
    SHEAF_REFUSE_IF(!any_lives(state, licence, stamp), licence_idle);
    SHEAF_REFUSE_IF(licence->price_cents - licence->paid_cents < cents, licence_paid);
    return SHEAF_ACCEPTED;
}

void sheaf_licence_pay(sheaf_state *state, uint32_t id, int64_t cents)
{
    sheaf_licence_edit(state, sheaf_licence_row(state, id))->paid_cents += cents;
}

static void contribute(sheaf_state *state, const struct sheaf_row_licence *licence)
{
    for (uint8_t i = 0; i < licence->datasets; i++) {
        const struct sheaf_row_licensed *row =
            sheaf_licensed_at(state, licence->dataset_first + i);
        const struct sheaf_row_dataset *dataset = sheaf_dataset_get(state, row->dataset);
        if (row->consented != SHEAF_NONE && sheaf_member_active(state, dataset->member))
            sheaf_member_edit(state, sheaf_member_row(state, dataset->member))->contributed +=
                dataset->records;
    }
}

/* Licences are adopted by motions, so there are few. Whether they are in force by now does not
 * matter: they were paid for. */
void sheaf_licences_contribute(sheaf_state *state, uint32_t entry)
{
    for (uint32_t i = 0; i < sheaf_licence_count(state); i++) {
        const struct sheaf_row_licence *licence = sheaf_licence_at(state, i);
        if (!licence->price_cents || licence->paid_cents < licence->price_cents
            || licence->shared != SHEAF_NONE)
            continue;
        contribute(state, licence);
        sheaf_licence_edit(state, i)->shared = entry;
    }
}
