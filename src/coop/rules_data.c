/* Data sets and consents. */
#include "coop/coop_internal.h"
#include "coop/groups.h"

/* One spelling of a sheet's groups: ascending by column, then by level. */
static sheaf_refusal add_groups(sheaf_fold *fold, const struct sheaf_dataset_register *what,
                                struct sheaf_row_dataset *row)
{
    const struct sheaf_group *groups = what->groups.at;
    const struct sheaf_row_dataset_group *before = NULL;
    row->group_first = sheaf_dataset_group_count(fold->state);
    row->groups = (uint8_t)what->groups.count;
    for (uint32_t i = 0; i < what->groups.count; i++) {
        struct sheaf_row_dataset_group *group = sheaf_dataset_group_new(fold->state, 0);
        SHEAF_STOP_IF_SPENT(fold);
        group->dataset = fold->index;
        group->level = groups[i].level;
        SHEAF_SET_WORDS(group->column, groups[i].column);
        int order = before ? memcmp(before->column, group->column, sizeof group->column) : -1;
        SHEAF_REFUSE_IF(order > 0 || (order == 0 && before->level >= group->level),
                        group_order);
        before = group;
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_dataset_register(sheaf_fold *fold,
                                          const struct sheaf_dataset_register *what)
{
    struct sheaf_row_dataset *row = sheaf_dataset_new(fold->state, fold->index);
    row->id = fold->index;
    row->member = fold->member;
    row->commitment = what->commitment;
    row->records = (uint32_t)what->records;
    row->retired = row->exact_round = SHEAF_NONE;
    row->subjects = what->subjects;
    row->terms = what->terms;
    row->title = what->title;
    SHEAF_SET_WORDS(row->licence, what->licence);
    SHEAF_SET_WORDS(row->schema, what->schema);
    return what->has_groups ? add_groups(fold, what, row) : SHEAF_ACCEPTED;
}

/* The signer's own data set, not retired. */
static sheaf_refusal own_dataset(const sheaf_fold *fold, uint32_t dataset)
{
    const struct sheaf_row_dataset *row = sheaf_dataset_find(fold->state, dataset);
    SHEAF_REFUSE_IF(!row, no_such_dataset);
    SHEAF_REFUSE_IF(row->member != fold->member, not_your_dataset);
    SHEAF_REFUSE_IF(row->retired != SHEAF_NONE, dataset_retired);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_dataset_retire(sheaf_fold *fold,
                                        const struct sheaf_dataset_retire *what)
{
    SHEAF_REFUSE_UNLESS(own_dataset(fold, what->dataset));
    sheaf_dataset_edit(fold->state, sheaf_dataset_row(fold->state, what->dataset))->retired =
        fold->index;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_consent_grant(sheaf_fold *fold, const struct sheaf_consent_grant *what)
{
    SHEAF_REFUSE_UNLESS(own_dataset(fold, what->dataset));
    SHEAF_REFUSE_IF(what->until < fold->stamp, consent_past);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(fold->state);
    SHEAF_REFUSE_IF(what->until > sheaf_consent_latest(bylaws, fold->stamp), consent_long);
    SHEAF_REFUSE_IF(bylaws->budget_required && !what->has_budget, consent_budget);
    struct sheaf_row_dataset *dataset =
        sheaf_dataset_edit(fold->state, sheaf_dataset_row(fold->state, what->dataset));
    struct sheaf_row_consent *row = sheaf_consent_new(fold->state, fold->index);
    row->before = dataset->consent_last;
    dataset->consent_last = sheaf_consent_count(fold->state);
    row->id = fold->index;
    row->dataset = what->dataset;
    row->granted = fold->stamp;
    row->member = fold->member;
    row->purpose = what->purpose;
    row->revoked = SHEAF_NONE;
    row->until = what->until;
    if (what->has_budget)
        sheaf_consent_budget(fold, &what->budget, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_consent_revoke(sheaf_fold *fold,
                                        const struct sheaf_consent_revoke *what)
{
    uint32_t row = sheaf_consent_row(fold->state, what->consent);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_consent);
    const struct sheaf_row_consent *consent = sheaf_consent_at(fold->state, row);
    SHEAF_REFUSE_IF(consent->member != fold->member, not_your_consent);
    SHEAF_REFUSE_IF(consent->revoked != SHEAF_NONE || consent->until < fold->stamp,
                    consent_ended);
    sheaf_consent_edit(fold->state, row)->revoked = fold->index;
    return SHEAF_ACCEPTED;
}
