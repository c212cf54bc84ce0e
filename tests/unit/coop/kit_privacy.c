/* Mandates with noise, and their rounds. */
#include "kit.h"

#include <inttypes.h>
#include <stdio.h>

static void put_amounts(char out[1024], const int64_t *amounts)
{
    size_t len = 0;
    for (int place = 0; place < 32; place++)
        len += (size_t)snprintf(out + len, 1024 - len, "%s{'cost':%" PRId64 "}",
                                place ? "," : "[", amounts[place]);
    snprintf(out + len, 1024 - len, "]");
}

const char *kit_amounts(char out[1024], int64_t most, int only)
{
    int64_t amounts[32];
    for (int place = 0; place < 32; place++)
        amounts[place] = only < 0 || place == only ? most : 0;
    put_amounts(out, amounts);
    return out;
}

kit_terms kit_terms_usual(void)
{
    return (kit_terms){.model = "ranged",
                       .release = "noised",
                       .unit = "record",
                       .rounds = 8,
                       .steps = 1,
                       .colluders = 1,
                       .sampling = 1000000,
                       .cost = 10,
                       .evaluation = 30,
                       .limit = 100,
                       .place = KIT_PLACE,
                       .noise = 2,
                       .evaluation_noise = 4};
}

kit_terms kit_terms_true(int noise)
{
    static int64_t costs[32], evaluations[32], limits[32];
    kit_terms terms = kit_terms_usual();
    for (int place = 0; place < 32; place++)
        costs[place] = evaluations[place] = SHEAF_JSON_INT_MAX;
    terms.noise = noise;
    terms.evaluation_noise = 2 * noise;
    /* Rounded up, for what does not divide. */
    costs[KIT_PLACE] = INT64_C(1250000000000) / noise / noise + 1;
    evaluations[KIT_PLACE] = INT64_C(1250000000000) / noise / noise / 4 + 1;
    limits[KIT_PLACE] = INT64_C(1500000000000); /* less than epsilon 5 at delta 1e-3 allows */
    terms.costs = costs;
    terms.evaluations = evaluations;
    terms.limits = limits;
    return terms;
}

const char *kit_noised(const kit_terms *t)
{
    static char text[40000];
    static const char four[] = "{'dataset':#ann.data},{'dataset':#bob.data},"
                               "{'dataset':#cat.data},{'dataset':#dan.data}";
    char cost[1024], evaluation[1024], limit[1024], privacy[4096] = "";
    kit_amounts(cost, t->cost, -1);
    kit_amounts(evaluation, t->evaluation, -1);
    kit_amounts(limit, t->limit, t->place);
    if (t->costs)
        put_amounts(cost, t->costs);
    if (t->evaluations)
        put_amounts(evaluation, t->evaluations);
    if (t->limits)
        put_amounts(limit, t->limits);
    if (!t->without)
        snprintf(privacy, sizeof privacy,
                 "'privacy':{'clip_millionths':1000000,'colluders':%d,'cost':%s,"
                 "'delta_trillionths':1000000000,'divisor':1000,"
                 "'epsilon_millionths':5000000,'evaluation_cost':%s,"
                 "'evaluation_noise_millionths':%d,'limit':%s,%s"
                 "'noise_millionths':%d,'sampling_millionths':%d,'unit':'%s'},",
                 t->colluders, cost, evaluation, t->evaluation_noise * 1000000, limit,
                 t->local ? "'local':{'clip_millionths':2000000,'divisor':250}," : "",
                 t->noise * 1000000, t->sampling, t->unit);
    snprintf(text, sizeof text,
             "{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':%d,'datasets':[%s],"
             "'duration_s':86400,'learning':{'batch':%d,"
             "'local_steps':%d,'rate_millionths':100000,'seed':7},'model':#%s,%s"
             "'purpose':'research','release':'%s','rounds_max':%d}}",
             t->cohort ? t->cohort : 3, t->datasets ? t->datasets : four, t->batch, t->steps,
             t->model, privacy, t->release, t->rounds);
    return text;
}

void kit_ranged(kit *k)
{
    kit_do(k, "ann", "model.register", "ranged",
           "{'features':[{'column':'age','high_millionths':100000000,'low_millionths':0},"
           "{'column':'cp','level':2}],'kind':'logistic','label':'num','schema':'heart/v1',"
           "'title':^}");
}
