#include "learn/by_group.h"

#include "learn/validation.h"

#include <stdlib.h>

void sheaf_group_names_of(const sheaf_state *state, const sheaf_common_groups *groups,
                          sheaf_group_names *out)
{
    *out = (sheaf_group_names){.count = groups->count};
    for (uint32_t i = 0; i < groups->count; i++) {
        const struct sheaf_row_dataset_group *row =
            sheaf_dataset_group_at(state, groups->row[i]);
        memcpy(out->items[i].column, row->column, sizeof row->column);
        out->items[i].level = row->level;
    }
}

/* Is it the first of its column? Names come in the order of sheets, by column. */
static bool column_begins(const sheaf_group_names *names, uint32_t place)
{
    return place == 0
           || strcmp(names->items[place - 1].column, names->items[place].column) != 0;
}

uint32_t sheaf_group_reach(const sheaf_group_names *names, sheaf_noised_unit unit)
{
    uint32_t columns = 0;
    for (uint32_t i = 0; i < names->count; i++)
        columns += column_begins(names, i);
    return unit == SHEAF_NOISED_RECORD ? columns : names->count;
}

static uint32_t groups_of(const sheaf_job *job)
{
    return job->groups ? job->groups->count : 0;
}

size_t sheaf_by_group_words(const sheaf_learn_kind *kind, const sheaf_job *job)
{
    return sheaf_learn_words(kind, job) * (1 + groups_of(job));
}

/* The job on all records, or on those of one group. */
typedef struct {
    sheaf_job job;
    sheaf_noised_terms terms;
} part;

static void part_of(const sheaf_job *job, part *out)
{
    out->job = *job;
    out->job.groups = NULL;
    out->job.words = job->words / (1 + groups_of(job));
    if (!job->terms)
        return;
    out->terms = *job->terms;
    out->terms.words = out->job.words;
    out->job.terms = &out->terms;
}

/* ---- what a member adds ---- */

/* The place of a group of the job on the member's sheet, which names all of them. */
static uint32_t place_of(const sheaf_group_rows *rows, const sheaf_group_name *name)
{
    uint32_t i = 0;
    while (i < rows->named.count
           && (rows->named.items[i].level != name->level
               || strcmp(rows->named.items[i].column, name->column) != 0))
        i++;
    return i;
}

/* The same table, of which the rows of one group alone are held out. */
static sheaf_table held_out_of(const sheaf_table *table, const sheaf_group_rows *rows,
                               uint32_t place, uint8_t *is_test)
{
    sheaf_table group = *table;
    group.is_test = is_test;
    group.test_rows = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        is_test[i] = table->is_test[i] && (rows->of[i] >> place & 1);
        group.test_rows += is_test[i];
    }
    group.train_rows = table->rows - group.test_rows;
    return group;
}

static sheaf_status groups_local(const sheaf_learn_kind *kind, const sheaf_job *job,
                                 const part *p, const sheaf_table *table,
                                 const sheaf_group_rows *rows, const sheaf_job_seeds *seeds,
                                 int64_t *values, sheaf_err *err)
{
    uint8_t *is_test = calloc((size_t)table->rows + 1, 1);
    sheaf_status status = SHEAF_OK;
    if (!is_test)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
    for (uint32_t g = 0; g < job->groups->count && status == SHEAF_OK; g++) {
        uint32_t place = place_of(rows, &job->groups->items[g]);
        if (place == rows->named.count)
            continue;
        sheaf_table group = held_out_of(table, rows, place, is_test);
        status = sheaf_learn_local(kind, &p->job, &group, seeds,
                                   values + (size_t)(g + 1) * p->job.words, err);
    }
    free(is_test);
    return status;
}

sheaf_status sheaf_by_group_local(const sheaf_learn_kind *kind, const sheaf_job *job,
                                  const void *data, const sheaf_group_rows *rows,
                                  const sheaf_job_seeds *seeds, int64_t *values, sheaf_err *err)
{
    if (!groups_of(job))
        return sheaf_learn_local(kind, job, data, seeds, values, err);
    part p;
    part_of(job, &p);
    memset(values, 0, job->words * sizeof *values);
    SHEAF_TRY(sheaf_learn_local(kind, &p.job, data, seeds, values, err));
    return groups_local(kind, job, &p, data, rows, seeds, values, err);
}

/* ---- what comes of the sum ---- */

static bool all_zero(const int64_t *words, uint32_t count)
{
    while (count && words[count - 1] == 0)
        count--;
    return count == 0;
}

static bool is_few(int64_t records)
{
    return records > 0 && records < SHEAF_BY_GROUP_LEAST;
}

/* The groups of a column, from `first` up to but not including the one that is returned: every
 * record of a group is one of all, and none is in two groups of a column. */
static uint32_t column_finish(const sheaf_group_names *names, uint32_t first, int64_t all,
                              struct sheaf_figures *groups, int64_t *left)
{
    bool few = false;
    uint32_t end = first;
    *left = all;
    do {
        *left -= groups[end].records;
        few = few || is_few(groups[end].records);
    } while (++end < names->count && !column_begins(names, end));
    if (few || is_few(*left))
        memset(groups + first, 0, (end - first) * sizeof *groups);
    return end;
}

static sheaf_status columns_finish(const sheaf_group_names *names, sheaf_round_result *result,
                                   sheaf_err *err)
{
    for (uint32_t first = 0, end; first < names->count; first = end) {
        int64_t left;
        end = column_finish(names, first, result->figures.records, result->groups, &left);
        if (left < 0)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sums count more records in the groups of column %s "
                              "than there are; abort this round and find the member whose node "
                              "is faulty",
                              names->items[first].column);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_by_group_finish(const sheaf_learn_kind *kind, const sheaf_job *job,
                                   const int64_t *words, sheaf_round_result *out,
                                   sheaf_err *err)
{
    if (!groups_of(job))
        return sheaf_learn_finish(kind, job, words, out, err);
    part p;
    part_of(job, &p);
    SHEAF_TRY(sheaf_learn_finish(kind, &p.job, words, out, err));
    for (uint32_t g = 0; g < job->groups->count; g++) {
        const int64_t *of_group = words + (size_t)(g + 1) * p.job.words;
        sheaf_round_result found = {0};
        if (!job->noised && all_zero(of_group, p.job.words))
            continue;
        SHEAF_TRY(sheaf_learn_finish(kind, &p.job, of_group, &found, err));
        out->groups[g] = found.figures;
    }
    return job->noised ? SHEAF_OK : columns_finish(job->groups, out, err);
}
