#include "cli/demo.h"

#include "store/clock.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void demo_tell(const demo *d, const char *event, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!d->json) {
        printf("%s\n", text);
        fflush(stdout);
        return;
    }
    sheaf_buffer line;
    sheaf_json_writer w = sheaf_print_begin(&line);
    sheaf_json_member_put_int(&w, "elapsed_ms", sheaf_clock_ms() - d->started_ms);
    sheaf_json_member_put_string(&w, "event", sheaf_str(event));
    sheaf_json_member_put_string(&w, "text", sheaf_str(text + strspn(text, " ")));
    (void)sheaf_print_end(&line, &w);
}

/* Millionths as a decimal; -1, a figure that does not exist, as a dash. */
static const char *figure(int64_t millionths, char out[8])
{
    if (millionths < 0)
        return "    –";
    snprintf(out, 8, "%.3f", (double)millionths / 1e6);
    return out;
}

static void tell_row(const char *name, const sheaf_evaluation *local,
                     const sheaf_evaluation *federated, const sheaf_evaluation *pooled,
                     const char *published)
{
    char a[6][8];
    static const sheaf_evaluation none = {.accuracy_millionths = -1, .auc_millionths = -1};
    local = local ? local : &none;
    printf("  %-34s %s %s   %s %s   %s %s   %s\n", name,
           figure(local->accuracy_millionths, a[0]), figure(local->auc_millionths, a[1]),
           figure(federated->accuracy_millionths, a[2]),
           figure(federated->auc_millionths, a[3]), figure(pooled->accuracy_millionths, a[4]),
           figure(pooled->auc_millionths, a[5]), published);
}

static double mean_accuracy(const sheaf_fedsim_figures *f)
{
    double sum = 0;
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        sum += (double)f->owner[i].accuracy_millionths / 1e6;
    return sum / DEMO_CENTRES;
}

void demo_tell_figures(const demo *d)
{
    /* FLamby, results_benchmark_fed_heart_disease, means of seeds 42 to 46: local training of
     * the centre on its own test set, FedAvg, pooled training. */
    static const char *const published[DEMO_CENTRES] = {
        ".746 / .731 / .783", ".746 / .719 / .764", ".725 / .650 / .750", ".702 / .640 / .644"};
    const sheaf_fedsim_comparison *c = d->comparison;
    const sheaf_fedsim_figures *r = d->released;
    assert(c && r); /* demo_compare() comes before */
    if (d->json)
        return; /* the summary has them */
    printf("\n  %-34s %-13s %-13s %-13s %s\n  %-34s %-13s %-13s %-13s %s\n", "held-out records",
           "alone", "together", "pooled", "FLamby, acc.: alone", "", "acc.  AUC", "acc.  AUC",
           "acc.  AUC", "/ FedAvg / pooled");
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        tell_row(d->centres[i].hospital, &c->local[i], &r->owner[i], &c->pooled.owner[i],
                 published[i]);
    tell_row("all four", NULL, &r->pooled, &c->pooled.pooled, "   – / .748 / .795");
    printf("\n  Alone: the hospital's own model. Together: the model of the co-op, trained "
           "without any\n  record leaving a hospital. Pooled: as if all records lay in one "
           "place. The demonstration\n  has the four files and works these figures out itself; "
           "from the hospitals come only the\n  sums above. In the Swiss test set 15 of 16 "
           "records are positive, so its figures say little.\n");
    if (d->exact)
        printf("  FLamby standardises per centre; here mean and deviation come from one secure "
               "sum over all\n  four.\n");
    else
        printf("\n  The mean over the four is %.3f with noise, %.3f without. FLamby's is about "
               ".70 with noise, at\n  epsilon 5 for a record too, and .713 without; guessing "
               "each hospital's more frequent outcome\n  gives .721.\n",
               mean_accuracy(r), mean_accuracy(&c->federated));
    printf("\n");
}

static void put_evaluation(sheaf_buffer *out, const sheaf_evaluation *e)
{
    sheaf_buffer_printf(out,
                        "{\"accuracy\":%.6f,\"auc\":", (double)e->accuracy_millionths / 1e6);
    if (e->auc_millionths < 0)
        sheaf_buffer_add_string(out, "null}");
    else
        sheaf_buffer_printf(out, "%.6f}", (double)e->auc_millionths / 1e6);
}

void demo_tell_summary(const demo *d)
{
    const sheaf_fedsim_comparison *c = d->comparison;
    assert(c && d->released);
    sheaf_buffer out;
    if (!d->json)
        return;
    sheaf_buffer_init(&out, 8192);
    sheaf_buffer_add_string(&out, "{\"event\":\"summary\",\"centres\":{");
    for (size_t i = 0; i < DEMO_CENTRES; i++) {
        sheaf_buffer_printf(&out, "%s\"%s\":{\"local\":", i ? "," : "", d->centres[i].name);
        put_evaluation(&out, &c->local[i]);
        sheaf_buffer_add_string(&out, ",\"federated\":");
        put_evaluation(&out, &d->released->owner[i]);
        sheaf_buffer_add_string(&out, ",\"pooled\":");
        put_evaluation(&out, &c->pooled.owner[i]);
        sheaf_buffer_add_string(&out, "}");
    }
    sheaf_buffer_add_string(&out, "},\"pooled_test\":{\"federated\":");
    put_evaluation(&out, &d->released->pooled);
    sheaf_buffer_add_string(&out, ",\"pooled\":");
    put_evaluation(&out, &c->pooled.pooled);
    sheaf_buffer_add_string(&out, "},\"privacy\":");
    if (d->exact) {
        sheaf_buffer_add_string(&out, "null");
    } else {
        const demo_epsilon e = demo_epsilon_spent();
        sheaf_buffer_printf(&out, "{\"delta\":%g,\"epsilon_hub\":%.6f,\"epsilon_member\":%.6f}",
                            e.delta, ceil(e.hub * 1e6) / 1e6, ceil(e.member * 1e6) / 1e6);
    }
    sheaf_buffer_printf(
        &out, ",\"rounds\":%u,\"entries\":%llu,\"verified\":%s,\"folder\":", d->rounds,
        (unsigned long long)d->entries, d->verified ? "true" : "false");
    sheaf_json_writer w = sheaf_json_begin(&out);
    sheaf_json_string(&w, sheaf_str(d->dir));
    sheaf_buffer_add_string(&out, "}");
    (void)sheaf_print(&out);
    sheaf_buffer_deinit(&out);
}
