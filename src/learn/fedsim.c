#include "learn/fedsim.h"

#include "learn/ranges.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { WORDS_MAX = 1 + 3 * SHEAF_FEATURES_MAX };

static void words_add(int64_t *sum, const int64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += words[i];
}

static sheaf_status sim_check(const sheaf_fedsim *sim, sheaf_err *err)
{
    if (sim->owners < 1 || sim->owners > SHEAF_FEDSIM_OWNERS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a comparison takes 1 to %d owners, not %u",
                          SHEAF_FEDSIM_OWNERS_MAX, sim->owners);
    for (uint32_t i = 0; i < sim->owners; i++)
        assert(sim->tables[i].d == sim->features->count);
    return SHEAF_OK;
}

static sheaf_status statistics_sum(const sheaf_fedsim *sim, sheaf_scaling *out, sheaf_err *err)
{
    uint32_t d = sim->features->count;
    int64_t sum[WORDS_MAX] = {0}, words[WORDS_MAX];
    for (uint32_t i = 0; i < sim->owners; i++) {
        SHEAF_TRY(sheaf_statistics_local(&sim->tables[i], words, err));
        words_add(sum, words, sheaf_statistics_words(d));
    }
    return sheaf_statistics_finish(sum, d, out, NULL, err);
}

sheaf_status sheaf_fedsim_run(const sheaf_fedsim *sim, sheaf_model *out, sheaf_err *err)
{
    sheaf_scaling scaling;
    SHEAF_TRY(sim_check(sim, err));
    SHEAF_TRY(statistics_sum(sim, &scaling, err));
    sheaf_model_init(out, sim->features, &scaling);
    for (uint32_t round = 0; round < sim->rounds; round++) {
        int64_t sum[WORDS_MAX] = {0}, words[WORDS_MAX];
        for (uint32_t i = 0; i < sim->owners; i++) {
            uint64_t seed = sheaf_training_seed(sim->seed, round, sim->ids[i]);
            SHEAF_TRY(
                sheaf_update_local(out, &sim->tables[i], &sim->training, seed, words, err));
            words_add(sum, words, sheaf_update_words(out->features.count));
        }
        SHEAF_TRY(sheaf_update_finish(out, sum, out, NULL, err));
    }
    return SHEAF_OK;
}

/* A seed of one owner in one round, for noise, sample or rounding. */
static void seed_of(const sheaf_fedsim *sim, uint32_t round, uint64_t id, uint8_t purpose,
                    uint8_t out[SHEAF_NOISED_SEED])
{
    uint64_t word = sheaf_training_seed(sim->seed, round, id);
    memset(out, 0, SHEAF_NOISED_SEED);
    memcpy(out, &word, sizeof word);
    out[sizeof word] = purpose;
}

/* What one owner adds in one round, noise and all. */
static sheaf_status noised_local(const sheaf_fedsim *sim, const sheaf_noised_terms *terms,
                                 const sheaf_model *model, uint32_t round, uint32_t owner,
                                 uint64_t *words, sheaf_err *err)
{
    int64_t values[SHEAF_FEATURES_MAX + 1];
    sheaf_noised_seeds seeds;
    uint64_t id = sim->ids[owner];
    seed_of(sim, round, id, 1, seeds.sample);
    seed_of(sim, round, id, 2, seeds.noise);
    seed_of(sim, round, id, 3, seeds.rounding);
    if (terms->local)
        SHEAF_TRY(sheaf_noised_steps(terms, model, &sim->tables[owner], &seeds, values, err));
    else if (terms->unit == SHEAF_NOISED_RECORD)
        SHEAF_TRY(sheaf_noised_gradient(terms, model, &sim->tables[owner], seeds.sample, values,
                                        err));
    else
        SHEAF_TRY(sheaf_noised_change(terms, model, &sim->tables[owner],
                                      sheaf_training_seed(sim->seed, round, id), seeds.rounding,
                                      values, err));
    return sheaf_noised_words(terms, values, seeds.noise, words, err);
}

sheaf_status sheaf_fedsim_noised(const sheaf_fedsim *sim, const sheaf_noised_terms *terms,
                                 sheaf_model *out, sheaf_err *err)
{
    sheaf_scaling scaling;
    sheaf_noised_terms all = *terms;
    SHEAF_TRY(sim_check(sim, err));
    SHEAF_TRY(sheaf_ranges_scaling(sim->features, &scaling, err));
    all.training = sim->training;
    all.words = sim->features->count + 1;
    all.members = sim->owners;
    sheaf_model_init(out, sim->features, &scaling);
    for (uint32_t round = 0; round < sim->rounds; round++) {
        uint64_t sum[SHEAF_FEATURES_MAX + 1] = {0}, words[SHEAF_FEATURES_MAX + 1];
        for (uint32_t i = 0; i < sim->owners; i++) {
            SHEAF_TRY(noised_local(sim, &all, out, round, i, words, err));
            for (uint32_t j = 0; j < all.words; j++)
                sum[j] += words[j];
        }
        SHEAF_TRY(sheaf_noised_step(&all, out, sum, out, err));
    }
    return SHEAF_OK;
}

/* Mean and sample standard deviation of all training rows, in two passes. */
static void doubles_scaling(const sheaf_fedsim *sim, double *mean, double *scale)
{
    for (uint32_t j = 0; j < sim->features->count; j++) {
        double n = 0, sum = 0, squares = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (uint32_t k = 0; k < sim->owners; k++) {
                const sheaf_table *table = &sim->tables[k];
                for (uint32_t i = 0; i < table->rows; i++) {
                    double x = table->x[(size_t)i * table->d + j];
                    if (table->is_test[i])
                        continue;
                    n += pass == 0;
                    sum += pass == 0 ? x : 0;
                    squares += pass == 1 ? (x - mean[j]) * (x - mean[j]) : 0;
                }
            }
            mean[j] = sum / n;
        }
        scale[j] = squares > 0 ? sqrt(squares / (n - 1)) : 1;
    }
}

sheaf_status sheaf_fedsim_doubles(const sheaf_fedsim *sim, double *mean, double *scale,
                                  double *parameters, sheaf_err *err)
{
    uint32_t d = sim->features->count;
    SHEAF_TRY(sim_check(sim, err));
    doubles_scaling(sim, mean, scale);
    for (uint32_t j = 0; j <= d; j++)
        parameters[j] = 0;
    for (uint32_t round = 0; round < sim->rounds; round++) {
        double sum[SHEAF_FEATURES_MAX + 1] = {0}, n = 0;
        for (uint32_t i = 0; i < sim->owners; i++) {
            sheaf_samples samples;
            double own[SHEAF_FEATURES_MAX + 1];
            memcpy(own, parameters, (d + 1) * sizeof *own);
            SHEAF_TRY(sheaf_samples_open_doubles(&sim->tables[i], SHEAF_PART_TRAIN, mean, scale,
                                                 &samples, err));
            uint64_t seed = sheaf_training_seed(sim->seed, round, sim->ids[i]);
            sheaf_status status =
                sheaf_logistic_train(&samples, &sim->training, seed, own, err);
            for (uint32_t j = 0; j <= d; j++)
                sum[j] += samples.n * own[j];
            n += samples.n;
            sheaf_samples_close(&samples);
            SHEAF_TRY(status);
        }
        for (uint32_t j = 0; j <= d; j++)
            parameters[j] = sum[j] / n;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_tables_pool(const sheaf_table *tables, uint32_t count, sheaf_table *out,
                               sheaf_err *err)
{
    assert(count > 0);
    size_t rows = 0;
    uint32_t d = tables[0].d;
    for (uint32_t k = 0; k < count; k++)
        rows += tables[k].rows;
    *out = (sheaf_table){.d = d};
    if (rows > SHEAF_CSV_ROWS_MAX || rows * d > SHEAF_TABLE_CELLS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the pooled tables have %zu rows; too many",
                          rows);
    out->x = calloc(rows * d, sizeof *out->x);
    out->target = calloc(rows, sizeof *out->target);
    out->y = calloc(rows, 1);
    out->is_test = calloc(rows, 1);
    out->is_validation = calloc(rows, 1);
    out->line = calloc(rows, sizeof *out->line);
    if (!out->x || !out->target || !out->y || !out->is_test || !out->is_validation
        || !out->line) {
        sheaf_table_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to pool %zu rows", rows);
    }
    for (uint32_t k = 0; k < count; k++) {
        const sheaf_table *table = &tables[k];
        assert(table->d == d);
        memcpy(out->x + (size_t)out->rows * d, table->x,
               (size_t)table->rows * d * sizeof *out->x);
        memcpy(out->target + out->rows, table->target, table->rows * sizeof *out->target);
        memcpy(out->y + out->rows, table->y, table->rows);
        memcpy(out->is_test + out->rows, table->is_test, table->rows);
        if (table->is_validation)
            memcpy(out->is_validation + out->rows, table->is_validation, table->rows);
        memcpy(out->line + out->rows, table->line, table->rows * sizeof *out->line);
        out->rows += table->rows;
        out->left_out += table->left_out;
        out->train_rows += table->train_rows;
        out->test_rows += table->test_rows;
    }
    return SHEAF_OK;
}

static sheaf_status evaluate_all(const sheaf_fedsim *sim, const sheaf_table *pool,
                                 const sheaf_model *model, sheaf_fedsim_figures *out,
                                 sheaf_err *err)
{
    for (uint32_t i = 0; i < sim->owners; i++)
        SHEAF_TRY(sheaf_evaluation_exact(model, &sim->tables[i], SHEAF_PART_TEST,
                                         &out->owner[i], err));
    return sheaf_evaluation_exact(model, pool, SHEAF_PART_TEST, &out->pooled, err);
}

sheaf_status sheaf_fedsim_evaluate(const sheaf_fedsim *sim, const sheaf_model *model,
                                   sheaf_fedsim_figures *out, sheaf_err *err)
{
    sheaf_table pool;
    SHEAF_TRY(sim_check(sim, err));
    SHEAF_TRY(sheaf_tables_pool(sim->tables, sim->owners, &pool, err));
    sheaf_status status = evaluate_all(sim, &pool, model, out, err);
    sheaf_table_close(&pool);
    return status;
}

/* Owner i trains alone and tests on its own rows. */
static sheaf_status local_run(const sheaf_fedsim *sim, uint32_t i, sheaf_evaluation *out,
                              sheaf_err *err)
{
    sheaf_model model;
    sheaf_fedsim alone = *sim;
    alone.tables = &sim->tables[i];
    alone.ids = &sim->ids[i];
    alone.owners = 1;
    SHEAF_TRY(sheaf_fedsim_run(&alone, &model, err));
    return sheaf_evaluation_exact(&model, &sim->tables[i], SHEAF_PART_TEST, out, err);
}

sheaf_status sheaf_fedsim_compare(const sheaf_fedsim *sim, sheaf_fedsim_comparison *out,
                                  sheaf_err *err)
{
    sheaf_table pool;
    SHEAF_TRY(sheaf_fedsim_run(sim, &out->federated_model, err));
    for (uint32_t i = 0; i < sim->owners; i++)
        SHEAF_TRY(local_run(sim, i, &out->local[i], err));
    SHEAF_TRY(sheaf_tables_pool(sim->tables, sim->owners, &pool, err));
    sheaf_fedsim together = *sim;
    together.tables = &pool;
    together.owners = 1;
    sheaf_status status = sheaf_fedsim_run(&together, &out->pooled_model, err);
    if (status == SHEAF_OK)
        status = evaluate_all(sim, &pool, &out->federated_model, &out->federated, err);
    if (status == SHEAF_OK)
        status = evaluate_all(sim, &pool, &out->pooled_model, &out->pooled, err);
    sheaf_table_close(&pool);
    return status;
}
