#include "cli/figures_groups.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { MILLION = 1000000 };

static double real(uint64_t in_millionths)
{
    return (double)in_millionths / MILLION;
}

void sheaf_figure_groups_find(const sheaf_state *state,
                              const struct sheaf_row_evaluation *evaluation, bool noised,
                              double deviation, const int64_t *words, sheaf_figure_groups *out)
{
    *out = (sheaf_figure_groups){
        .count = evaluation->groups, .noised = noised, .number = evaluation->has_errors};
    for (uint32_t i = 0; i < out->count; i++) {
        const struct sheaf_row_evaluation_group *row =
            sheaf_evaluation_group_at(state, evaluation->group_first + i);
        sheaf_figure_group *g = &out->at[i];
        memcpy(g->column, row->column, sizeof row->column);
        g->level = row->level;
        g->records = row->records;
        g->has_auc = row->has_auc;
        g->accuracy_millionths = row->accuracy_millionths;
        g->auc_millionths = row->auc_millionths;
        g->mae_millionths = row->mae_millionths;
        g->rmse_millionths = row->rmse_millionths;
        if (!g->records)
            continue;
        double share = real(g->accuracy_millionths);
        g->accuracy = noised ? sheaf_interval_noised_share(share, g->records, deviation)
                             : sheaf_interval_share(share, g->records);
        if (words && g->has_auc)
            g->has_auc_interval =
                sheaf_interval_auc(words + (size_t)i * SHEAF_EVALUATION_WORDS, &g->auc);
    }
}

static void print_group(const sheaf_figure_groups *groups, const sheaf_figure_group *g)
{
    char name[80];
    snprintf(name, sizeof name, "%s = %" PRId64, g->column, g->level);
    printf("              %-16s ", name);
    if (!g->records) {
        puts("not told: no record, or fewer than five of a level of the column");
        return;
    }
    printf("%s%u records", groups->noised ? "about " : "", g->records);
    if (groups->number)
        printf(", MAE %.6g, RMSE %.6g", real(g->mae_millionths), real(g->rmse_millionths));
    else
        printf(", accuracy %.3f (%.3f to %.3f)", real(g->accuracy_millionths), g->accuracy.low,
               g->accuracy.high);
    if (g->has_auc_interval)
        printf(", AUC %.3f (%.3f to %.3f)", real(g->auc_millionths), g->auc.low, g->auc.high);
    else if (g->has_auc)
        printf(", AUC %.3f", real(g->auc_millionths));
    puts("");
}

void sheaf_figure_groups_print(const sheaf_figure_groups *groups)
{
    if (groups->count)
        printf("  by group    %s\n",
               groups->number ? "with errors of each" : "with 95 % intervals");
    for (uint32_t i = 0; i < groups->count; i++)
        print_group(groups, &groups->at[i]);
}

static void put_interval(sheaf_json_writer *w, const char *name, const sheaf_interval *i)
{
    sheaf_json_key(w, name);
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "high_millionths", llround(i->high * MILLION));
    sheaf_json_member_put_int(w, "low_millionths", llround(i->low * MILLION));
    sheaf_json_close(w);
}

static void put_group(const sheaf_figure_groups *groups, const sheaf_figure_group *g,
                      sheaf_json_writer *w)
{
    const bool class = g->records && !groups->number;
    sheaf_json_open_object(w);
    if (class) {
        put_interval(w, "accuracy_interval", &g->accuracy);
        sheaf_json_member_put_int(w, "accuracy_millionths", g->accuracy_millionths);
    }
    if (g->has_auc_interval)
        put_interval(w, "auc_interval", &g->auc);
    if (g->has_auc)
        sheaf_json_member_put_int(w, "auc_millionths", g->auc_millionths);
    sheaf_json_member_put_string(w, "column", sheaf_str(g->column));
    sheaf_json_member_put_int(w, "level", g->level);
    if (g->records && groups->number)
        sheaf_json_member_put_int(w, "mae_millionths", (int64_t)g->mae_millionths);
    sheaf_json_member_put_int(w, "records", g->records);
    if (g->records && groups->number)
        sheaf_json_member_put_int(w, "rmse_millionths", (int64_t)g->rmse_millionths);
    sheaf_json_close(w);
}

void sheaf_figure_groups_put(const sheaf_figure_groups *groups, sheaf_json_writer *w)
{
    if (!groups->count)
        return;
    sheaf_json_key(w, "groups");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < groups->count; i++)
        put_group(groups, &groups->at[i], w);
    sheaf_json_close(w);
}
