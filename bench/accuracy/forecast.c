#include "forecast.h"

#include <stdlib.h>

static const sheaf_series_columns columns = {.time = "t", .count = 1, .value = {"value"}};

sheaf_series_set forecast_part(const sheaf_series_set *set, uint32_t first, uint32_t count)
{
    return (sheaf_series_set){
        .step_s = set->step_s, .count = count, .entities = count, .items = set->items + first};
}

int64_t *forecast_words(const sheaf_forecast_terms *terms)
{
    int64_t *words =
        calloc(sheaf_forecast_words(terms->look_back, terms->horizon), sizeof *words);
    accuracy_must(words ? SHEAF_OK : SHEAF_NOMEM, &(sheaf_err){.message = "no memory"});
    return words;
}

void forecast_sum(const sheaf_series_set *set, const sheaf_forecast_terms *terms,
                  int64_t *words)
{
    sheaf_err err;
    sheaf_scaled_set data;
    int64_t *own = forecast_words(terms);
    accuracy_must(sheaf_scaled_open(set, terms, false, &data, &err), &err);
    accuracy_must(sheaf_forecast_sums(&data, terms, own, &err), &err);
    for (size_t i = 0; i < sheaf_forecast_words(terms->look_back, terms->horizon); i++)
        words[i] += own[i];
    sheaf_scaled_close(&data);
    free(own);
}

void forecast_learn(const sheaf_forecast_terms *terms, const int64_t *words,
                    sheaf_forecaster *out)
{
    sheaf_err err;
    accuracy_must(sheaf_forecaster_open(terms, &columns, false, out, &err), &err);
    accuracy_must(sheaf_forecast_solve(terms, words, out->weight, &err), &err);
}

sheaf_forecast_figures forecast_figures(const sheaf_forecaster *model,
                                        const sheaf_series_set *set, uint32_t season)
{
    sheaf_err err;
    sheaf_scaled_set data;
    sheaf_forecast_figures figures;
    int64_t words[SHEAF_FORECAST_EVALUATION_WORDS];
    sheaf_forecaster beside = *model;
    if (!model->seasonal)
        beside.terms.season = season;
    accuracy_must(sheaf_scaled_open(set, &beside.terms, false, &data, &err), &err);
    accuracy_must(sheaf_forecaster_evaluate(&beside, &data, words, &err), &err);
    accuracy_must(sheaf_forecast_figures_of(words, &figures, &err), &err);
    sheaf_scaled_close(&data);
    return figures;
}
