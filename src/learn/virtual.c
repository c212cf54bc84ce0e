#include "learn/virtual.h"

#include "learn/draw.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PURPOSE_ROWS = 1 };

/* Work memory of a split. */
typedef struct {
    const sheaf_split *split;
    uint32_t rows, members, groups;
    uint32_t *order; /* the rows, member by member */
    uint32_t *first; /* members + 1 */
    uint32_t *start; /* where each group's rows begin in `pile`; groups + 1 */
    uint32_t *pile;  /* the rows, group by group, in random order */
    uint32_t *used;  /* of each group: rows given away, or members */
    double *share;   /* of each group */
    sheaf_draw draw;
} work;

/* ---- rows by group ---- */

static uint32_t group_of(const work *w, uint32_t row)
{
    return w->split->kind == SHEAF_SPLIT_IID ? 0 : w->split->group[row];
}

static uint32_t group_rows(const work *w, uint32_t group)
{
    return w->start[group + 1] - w->start[group];
}

static void pile_up(work *w)
{
    for (uint32_t i = 0; i < w->rows; i++) {
        assert(group_of(w, i) < w->groups);
        w->start[group_of(w, i) + 1]++;
    }
    for (uint32_t g = 0; g < w->groups; g++)
        w->start[g + 1] += w->start[g];
    for (uint32_t i = 0; i < w->rows; i++) {
        uint32_t g = group_of(w, i);
        w->pile[w->start[g] + w->used[g]++] = i;
    }
    for (uint32_t g = 0; g < w->groups; g++) {
        sheaf_draw_shuffle(&w->draw, w->pile + w->start[g], group_rows(w, g));
        w->used[g] = 0;
    }
}

/* Cuts rows into even parts for so many members, from `member` on. */
static void cut(work *w, uint32_t from, uint32_t rows, uint32_t member, uint32_t members)
{
    for (uint32_t k = 0; k < members; k++) {
        w->first[member + k] = from;
        from += rows / members + (k < rows % members);
    }
}

/* ---- groups ---- */

/* What is compared: shares of groups, the largest first, or the lowest number. */
static int by_share(const void *a, const void *b, void *shares)
{
    const double *share = shares;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    if (share[i] > share[k] || share[i] < share[k])
        return share[i] > share[k] ? -1 : 1;
    return (i > k) - (i < k);
}

static void sorted(const work *w, uint32_t *list)
{
    for (uint32_t g = 0; g < w->groups; g++)
        list[g] = g;
    qsort_r(list, w->groups, sizeof *list, by_share, w->share);
}

/* One member for each group, the others by largest remainders of what the groups have beyond
 * one row; never more than rows. */
static void members_apportion(work *w, uint32_t *list)
{
    uint32_t left = w->members - w->groups, spare = w->rows - w->groups, given = 0;
    for (uint32_t g = 0; g < w->groups; g++) {
        uint64_t quota = (uint64_t)left * (group_rows(w, g) - 1);
        w->used[g] = 1 + (spare ? (uint32_t)(quota / spare) : 0);
        w->share[g] = spare ? (double)(quota % spare) : 0;
        given += w->used[g];
    }
    sorted(w, list);
    for (uint32_t k = 0; given < w->members; k++, given++)
        w->used[list[k]]++;
}

static void split_groups(work *w, uint32_t *list)
{
    members_apportion(w, list);
    uint32_t member = 0;
    for (uint32_t g = 0; g < w->groups; g++) {
        cut(w, w->start[g], group_rows(w, g), member, w->used[g]);
        member += w->used[g];
    }
    memcpy(w->order, w->pile, w->rows * sizeof *w->order);
}

/* Fewer members than groups: used[g] becomes the member that has group g. */
static void split_whole_groups(work *w, uint32_t *list)
{
    uint32_t *rows = w->first + 1; /* of each member so far */
    for (uint32_t g = 0; g < w->groups; g++)
        w->share[g] = group_rows(w, g);
    sorted(w, list);
    for (uint32_t k = 0; k < w->groups; k++) {
        uint32_t least = 0;
        for (uint32_t m = 1; m < w->members; m++)
            least = rows[m] < rows[least] ? m : least;
        w->used[list[k]] = least;
        rows[least] += group_rows(w, list[k]);
    }
    uint32_t at = 0;
    for (uint32_t m = 0; m < w->members; m++) {
        w->first[m] = at;
        for (uint32_t g = 0; g < w->groups; g++) {
            if (w->used[g] != m)
                continue;
            memcpy(w->order + at, w->pile + w->start[g], group_rows(w, g) * sizeof *w->order);
            at += group_rows(w, g);
        }
    }
}

/* ---- Dirichlet ---- */

/* A member's shares of the groups, the largest of them 1. */
static void shares_draw(work *w)
{
    double most = -INFINITY;
    for (uint32_t g = 0; g < w->groups; g++) {
        double prior = (double)group_rows(w, g) / w->rows;
        w->share[g] = sheaf_draw_log_gamma(&w->draw, w->split->concentration * prior);
        if (w->used[g] < group_rows(w, g) && w->share[g] > most)
            most = w->share[g];
    }
    for (uint32_t g = 0; g < w->groups; g++)
        w->share[g] = exp(w->share[g] - most);
}

/* A group with rows left, by the shares; where those are all 0, the first. */
static uint32_t group_draw(work *w)
{
    double total = 0, at;
    uint32_t last = w->groups;
    for (uint32_t g = 0; g < w->groups; g++)
        total += w->used[g] < group_rows(w, g) ? w->share[g] : 0;
    at = total * sheaf_draw_uniform(&w->draw);
    for (uint32_t g = 0; g < w->groups; g++) {
        if (w->used[g] == group_rows(w, g))
            continue;
        last = g;
        at -= w->share[g];
        if (at <= 0)
            break;
    }
    assert(last < w->groups);
    return last;
}

static void split_dirichlet(work *w)
{
    cut(w, 0, w->rows, 0, w->members);
    for (uint32_t m = 0; m < w->members; m++) {
        uint32_t end = m + 1 < w->members ? w->first[m + 1] : w->rows;
        shares_draw(w);
        for (uint32_t at = w->first[m]; at < end; at++) {
            uint32_t g = group_draw(w);
            w->order[at] = w->pile[w->start[g] + w->used[g]++];
        }
    }
}

/* ---- the table ---- */

_Static_assert(sizeof(sheaf_table) == 8 * 4 + 6 * sizeof(void *) + 4 * SHEAF_TABLE_TOLD,
               "what a table has of each row is arranged here, and shown by a view");

static sheaf_status table_arrange(const sheaf_table *from, const uint32_t *order,
                                  sheaf_table *out, sheaf_err *err)
{
    *out = (sheaf_table){.d = from->d,
                         .rows = from->rows,
                         .lines = from->rows,
                         .train_rows = from->train_rows,
                         .test_rows = from->test_rows};
    out->x = malloc((size_t)from->rows * from->d * sizeof *out->x);
    out->target = malloc(from->rows * sizeof *out->target);
    out->y = malloc(from->rows);
    out->is_test = malloc(from->rows);
    out->is_validation = malloc(from->rows);
    out->line = malloc(from->rows * sizeof *out->line);
    if (!out->x || !out->target || !out->y || !out->is_test || !out->is_validation
        || !out->line) {
        sheaf_table_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to split %u rows", from->rows);
    }
    for (uint32_t i = 0; i < from->rows; i++) {
        memcpy(out->x + (size_t)i * from->d, from->x + (size_t)order[i] * from->d,
               from->d * sizeof *out->x);
        out->target[i] = from->target[order[i]];
        out->y[i] = from->y[order[i]];
        out->is_test[i] = from->is_test[order[i]];
        out->is_validation[i] = from->is_validation && from->is_validation[order[i]];
        out->line[i] = from->line[order[i]];
    }
    return SHEAF_OK;
}

static sheaf_status split_check(uint32_t rows, const char *what, const sheaf_split *split,
                                uint32_t members, sheaf_err *err)
{
    if (members < 1 || members > SHEAF_VIRTUAL_MEMBERS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "1 to %d members can be simulated, not %u",
                          SHEAF_VIRTUAL_MEMBERS_MAX, members);
    if (members > rows)
        return sheaf_fail(err, SHEAF_INVALID,
                          "there are %u %s, too few for %u members; simulate at most %u", rows,
                          what, members, rows);
    if (split->kind == SHEAF_SPLIT_DIRICHLET
        && !(split->concentration > 0 && split->concentration <= 1e9))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the concentration of a Dirichlet split is above 0 and at most 1e9");
    return SHEAF_OK;
}

static void split_make(work *w, uint32_t *list)
{
    pile_up(w);
    if (w->split->kind == SHEAF_SPLIT_DIRICHLET)
        split_dirichlet(w);
    else if (w->members >= w->groups)
        split_groups(w, list);
    else
        split_whole_groups(w, list);
    w->first[w->members] = w->rows;
}

/* Into w->order and w->first, which the caller frees. */
static sheaf_status order_make(work *w, uint64_t seed, sheaf_err *err)
{
    w->groups = w->split->kind == SHEAF_SPLIT_IID ? 1 : w->split->groups;
    w->order = calloc(w->rows, sizeof *w->order);
    w->pile = calloc(w->rows, sizeof *w->pile);
    w->first = calloc((size_t)w->members + 1, sizeof *w->first);
    w->start = calloc((size_t)w->groups + 1, sizeof *w->start);
    w->used = calloc(w->groups, sizeof *w->used);
    w->share = calloc(w->groups, sizeof *w->share);
    uint32_t *list = calloc(w->groups, sizeof *list);
    sheaf_status status = SHEAF_OK;
    if (w->order && w->pile && w->first && w->start && w->used && w->share && list) {
        sheaf_draw_init(&w->draw, seed, PURPOSE_ROWS);
        split_make(w, list);
    } else {
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory to split %u rows", w->rows);
    }
    free(w->pile);
    free(w->start);
    free(w->used);
    free(w->share);
    free(list);
    return status;
}

sheaf_status sheaf_virtual_open(const sheaf_table *table, const sheaf_split *split,
                                uint32_t members, uint64_t seed, sheaf_virtual *out,
                                sheaf_err *err)
{
    *out = (sheaf_virtual){.members = members};
    SHEAF_TRY(split_check(table->rows, "complete records", split, members, err));
    work w = {.split = split, .rows = table->rows, .members = members};
    sheaf_status status = order_make(&w, seed, err);
    if (status == SHEAF_OK)
        status = table_arrange(table, w.order, &out->rows, err);
    out->first = w.first;
    free(w.order);
    if (status != SHEAF_OK)
        sheaf_virtual_close(out);
    return status;
}

/* ---- series ---- */

static sheaf_status series_arrange(const sheaf_forecast_terms *terms, const uint32_t *order,
                                   sheaf_virtual *v, sheaf_err *err)
{
    SHEAF_TRY(sheaf_scaled_open(v->set, terms, false, &v->series.scaled, err));
    const uint32_t count = v->set->count;
    sheaf_scaled *items = calloc(count, sizeof *items);
    if (!items)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to split %u series", count);
    for (uint32_t i = 0; i < count; i++)
        items[i] = v->series.scaled.items[order[i]];
    free(v->series.scaled.items);
    v->series.scaled.items = items;
    return SHEAF_OK;
}

sheaf_status sheaf_virtual_open_series(const sheaf_series_set *set,
                                       const sheaf_forecast_terms *terms,
                                       const sheaf_split *split, uint32_t members,
                                       uint64_t seed, sheaf_virtual *out, sheaf_err *err)
{
    *out = (sheaf_virtual){.members = members, .set = set};
    SHEAF_TRY(split_check(set->count, "series", split, members, err));
    if (split->kind == SHEAF_SPLIT_DIRICHLET)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a Dirichlet split draws by classes, and series have none");
    work w = {.split = split, .rows = set->count, .members = members};
    sheaf_status status = order_make(&w, seed, err);
    if (status == SHEAF_OK)
        status = series_arrange(terms, w.order, out, err);
    out->first = w.first;
    free(w.order);
    if (status != SHEAF_OK)
        sheaf_virtual_close(out);
    return status;
}

void sheaf_virtual_close(sheaf_virtual *v)
{
    sheaf_table_close(&v->rows);
    sheaf_scaled_close(&v->series.scaled);
    free(v->first);
    *v = (sheaf_virtual){0};
}

/* ---- views ---- */

sheaf_table sheaf_virtual_member(const sheaf_virtual *v, uint32_t member)
{
    assert(member < v->members);
    uint32_t first = v->first[member], rows = v->first[member + 1] - first;
    sheaf_table view = {.d = v->rows.d,
                        .rows = rows,
                        .lines = rows,
                        .x = v->rows.x + (size_t)first * v->rows.d,
                        .target = v->rows.target + first,
                        .y = v->rows.y + first,
                        .is_test = v->rows.is_test + first,
                        .is_validation = v->rows.is_validation + first,
                        .line = v->rows.line + first};
    for (uint32_t i = 0; i < rows; i++)
        view.test_rows += view.is_test[i];
    view.train_rows = rows - view.test_rows;
    return view;
}

/* The series alone: no task of the kind looks at the set that they are of. */
static sheaf_scaled_set series_of(const sheaf_virtual *v, uint32_t member)
{
    const uint32_t first = v->first[member];
    return (sheaf_scaled_set){.count = v->first[member + 1] - first,
                              .items = v->series.scaled.items + first,
                              .windows = v->series.scaled.windows};
}

const void *sheaf_virtual_data(const sheaf_virtual *v, uint32_t member,
                               sheaf_virtual_view *view)
{
    assert(member < v->members);
    if (v->set) {
        view->series = (sheaf_forecast_data){.scaled = series_of(v, member)};
        return &view->series;
    }
    view->table = sheaf_virtual_member(v, member);
    return &view->table;
}

const void *sheaf_virtual_all(const sheaf_virtual *v)
{
    return v->set ? (const void *)&v->series : &v->rows;
}

uint64_t sheaf_virtual_train(const sheaf_virtual *v, uint32_t member)
{
    if (!v->set)
        return sheaf_virtual_member(v, member).train_rows;
    const sheaf_scaled_set own = series_of(v, member);
    uint64_t count = 0;
    for (uint32_t i = 0; i < own.count; i++)
        if (own.items[i].scale > 0)
            count += sheaf_windows_count(own.items[i].series, &own.windows,
                                         own.items[i].series->train,
                                         own.items[i].series->train.from);
    return count;
}

sheaf_virtual_records sheaf_virtual_records_of(const sheaf_virtual *v)
{
    sheaf_virtual_records records = {0};
    for (uint32_t m = 0; m < v->members; m++) {
        uint32_t own = v->set ? 0 : v->first[m + 1] - v->first[m];
        for (uint32_t i = v->first[m]; v->set && i < v->first[m + 1]; i++)
            own += v->series.scaled.items[i].series->steps
                   - v->series.scaled.items[i].series->gaps;
        records.all += own;
        records.most = own > records.most ? own : records.most;
    }
    return records;
}
