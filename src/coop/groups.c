#include "coop/groups.h"

static bool same_group(const struct sheaf_row_dataset_group *a,
                       const struct sheaf_row_dataset_group *b)
{
    return a->level == b->level && memcmp(a->column, b->column, sizeof a->column) == 0;
}

void sheaf_groups_of_dataset(const sheaf_state *state, uint32_t dataset,
                             sheaf_common_groups *out)
{
    const struct sheaf_row_dataset *sheet = sheaf_dataset_find(state, dataset);
    *out = (sheaf_common_groups){.count = sheet ? sheet->groups : 0};
    assert(out->count <= SHEAF_GROUPS_REPORTED_MAX);
    for (uint32_t i = 0; i < out->count; i++)
        out->row[i] = sheet->group_first + i;
}

/* Leaves those that the data set's sheet names too. */
static void keep_common(const sheaf_state *state, uint32_t dataset, sheaf_common_groups *groups)
{
    sheaf_common_groups named;
    uint32_t kept = 0;
    sheaf_groups_of_dataset(state, dataset, &named);
    for (uint32_t i = 0; i < groups->count; i++)
        for (uint32_t k = 0; k < named.count; k++)
            if (same_group(sheaf_dataset_group_at(state, groups->row[i]),
                           sheaf_dataset_group_at(state, named.row[k]))) {
                groups->row[kept++] = groups->row[i];
                break;
            }
    groups->count = kept;
}

static bool has_groups(const struct sheaf_row_model *model, uint8_t task)
{
    return task == SHEAF_task_evaluate && model->kind != SHEAF_model_kind_forecaster;
}

void sheaf_groups_of_round(const sheaf_state *state, const struct sheaf_row_round *round,
                           sheaf_common_groups *out)
{
    *out = (sheaf_common_groups){.count = 0};
    if (!has_groups(sheaf_model_get(state, round->model), round->task))
        return;
    for (uint16_t i = 0; i < round->seats; i++) {
        uint32_t dataset = sheaf_seat_at(state, round->seat_first + i)->dataset;
        if (i == 0)
            sheaf_groups_of_dataset(state, dataset, out);
        else
            keep_common(state, dataset, out);
    }
}

uint32_t sheaf_groups_of_opening(const sheaf_state *state, const struct sheaf_row_model *model,
                                 const struct sheaf_round_open *what)
{
    const struct sheaf_participant *participants = what->participants.at;
    sheaf_common_groups common = {.count = 0};
    if (!has_groups(model, what->task))
        return 0;
    for (uint32_t i = 0; i < what->participants.count; i++) {
        if (i == 0)
            sheaf_groups_of_dataset(state, participants[i].dataset, &common);
        else
            keep_common(state, participants[i].dataset, &common);
    }
    return common.count;
}
