/* Virtual members, and a mandate tried with them. */
#include "test.h"

#include "learn/draw.h"
#include "learn/evaluate.h"
#include "learn/fedsim.h"
#include "learn/groups.h"
#include "learn/rehearsal.h"
#include "round/message.h"

#include <math.h>
#include <time.h>

enum { ROWS = 600, D = 3 };

static sheaf_features features = {.count = D,
                                  .items = {{.column = "a",
                                             .has_range = true,
                                             .low_millionths = -3000000,
                                             .high_millionths = 3000000},
                                            {.column = "b",
                                             .has_range = true,
                                             .low_millionths = -3000000,
                                             .high_millionths = 3000000},
                                            {.column = "c",
                                             .has_range = true,
                                             .low_millionths = -3000000,
                                             .high_millionths = 3000000}},
                                  .label = "y"};

static double x[ROWS * D], target[ROWS];
static uint8_t y[ROWS], is_test[ROWS];
static uint32_t line[ROWS], group[ROWS];

/* The label follows from a - b, with some chance. */
static sheaf_table table_make(void)
{
    sheaf_table table = {.d = D,
                         .rows = ROWS,
                         .x = x,
                         .target = target,
                         .y = y,
                         .is_test = is_test,
                         .line = line};
    sheaf_draw draw;
    sheaf_draw_init(&draw, 7, 99);
    for (uint32_t i = 0; i < ROWS; i++) {
        for (int j = 0; j < D; j++)
            x[i * D + j] = 4 * sheaf_draw_uniform(&draw) - 2;
        y[i] = x[i * D] - x[i * D + 1] + 2 * sheaf_draw_uniform(&draw) - 1 > 0;
        is_test[i] = i % 3 == 0;
        target[i] = x[i * D];
        line[i] = i + 2;
        group[i] = i % 7 == 0 ? 2 : i % 2;
        table.test_rows += is_test[i];
    }
    table.train_rows = ROWS - table.test_rows;
    return table;
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Every row has one owner, whatever the split. */
static void check_all_rows(const sheaf_virtual *v)
{
    uint8_t seen[ROWS + 2] = {0};
    assert_int_equal(v->first[0], 0);
    assert_int_equal(v->first[v->members], ROWS);
    for (uint32_t m = 0; m < v->members; m++) {
        sheaf_table own = sheaf_virtual_member(v, m);
        assert_int_equal(own.train_rows + own.test_rows, own.rows);
        for (uint32_t i = 0; i < own.rows; i++) {
            uint32_t at = own.line[i] - 2;
            assert_false(seen[at]);
            seen[at] = 1;
            assert_int_equal(own.y[i], y[at]);
            assert_true(own.target[i] == target[at]);
            assert_memory_equal(own.x + i * D, x + (size_t)at * D, D * sizeof *x);
        }
    }
}

static void test_splits(void **unused)
{
    sheaf_table table = table_make();
    sheaf_err err;
    uint32_t class[ROWS];
    for (int i = 0; i < ROWS; i++)
        class[i] = y[i];
    const struct {
        sheaf_split split;
        uint32_t members, most; /* rows of the one that has most */
    } rows[] = {
        {{SHEAF_SPLIT_IID, NULL, 0, 0}, 1, ROWS},
        {{SHEAF_SPLIT_IID, NULL, 0, 0}, 7, 86},
        {{SHEAF_SPLIT_IID, NULL, 0, 0}, ROWS, 1},
        {{SHEAF_SPLIT_GROUPS, group, 3, 0}, 12, 52},
        {{SHEAF_SPLIT_GROUPS, group, 3, 0}, 3, 257},
        {{SHEAF_SPLIT_GROUPS, group, 3, 0}, 2, 343},
        {{SHEAF_SPLIT_DIRICHLET, class, 2, 0.1}, 20, 30},
        {{SHEAF_SPLIT_DIRICHLET, class, 2, 1e-6}, 13, 47},
        {{SHEAF_SPLIT_DIRICHLET, class, 2, 1e6}, 600, 1},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        sheaf_virtual v, again;
        uint32_t most = 0;
        MUST(sheaf_virtual_open(&table, &rows[k].split, rows[k].members, 5, &v, &err));
        MUST(sheaf_virtual_open(&table, &rows[k].split, rows[k].members, 5, &again, &err));
        assert_memory_equal(v.rows.line, again.rows.line, ROWS * sizeof *line);
        check_all_rows(&v);
        for (uint32_t m = 0; m < v.members; m++) {
            sheaf_table own = sheaf_virtual_member(&v, m);
            assert_true(own.rows > 0);
            most = own.rows > most ? own.rows : most;
            if (rows[k].split.kind == SHEAF_SPLIT_GROUPS && rows[k].members >= 3)
                for (uint32_t i = 1; i < own.rows; i++)
                    assert_int_equal(group[own.line[i] - 2], group[own.line[0] - 2]);
        }
        assert_int_equal(most, rows[k].most);
        sheaf_virtual_close(&v);
        sheaf_virtual_close(&again);
    }
    (void)unused;
}

/* How far members' shares of a class are from that of all: near none at a large concentration,
 * and for a small one nearly everybody has one class alone. */
static void test_concentration(void **unused)
{
    sheaf_table table = table_make();
    uint32_t class[ROWS];
    sheaf_err err;
    const struct {
        double concentration, least, most;
    } rows[] = {{1e6, 0.4, 0.6}, {1, 0.6, 0.9}, {0.001, 0.95, 1}};
    for (int i = 0; i < ROWS; i++)
        class[i] = y[i];
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        sheaf_split split = {SHEAF_SPLIT_DIRICHLET, class, 2, rows[k].concentration};
        sheaf_virtual v;
        double larger = 0; /* share of the class that a member has more of */
        MUST(sheaf_virtual_open(&table, &split, 12, 11, &v, &err));
        for (uint32_t m = 0; m < 12; m++) {
            sheaf_table own = sheaf_virtual_member(&v, m);
            double positive = 0;
            for (uint32_t i = 0; i < own.rows; i++)
                positive += own.y[i];
            positive /= own.rows;
            larger += fmax(positive, 1 - positive) / 12;
        }
        if (k == 0)
            larger -= 0.05; /* of 50 rows, by chance */
        assert_true(larger >= rows[k].least && larger <= rows[k].most);
        sheaf_virtual_close(&v);
    }
    (void)unused;
}

static void test_split_refusals(void **unused)
{
    sheaf_table table = table_make();
    sheaf_split split = {.kind = SHEAF_SPLIT_IID};
    sheaf_virtual v;
    sheaf_err err;
    assert_int_equal(sheaf_virtual_open(&table, &split, ROWS + 1, 1, &v, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "600 complete records, too few for 601 members"));
    assert_int_equal(sheaf_virtual_open(&table, &split, 0, 1, &v, &err), SHEAF_INVALID);
    split = (sheaf_split){SHEAF_SPLIT_DIRICHLET, group, 3, NAN};
    assert_int_equal(sheaf_virtual_open(&table, &split, 3, 1, &v, &err), SHEAF_INVALID);
    (void)unused;
}

static void test_groups(void **unused)
{
    static const char file[] = "set,x,site\ntrain,1,north\ntrain,,south\ntest,3,south\n"
                               "train,4,north\n";
    uint32_t at[] = {2, 4, 5}, out[3];
    sheaf_table table = {.d = 1, .rows = 3, .line = at};
    sheaf_groups groups;
    sheaf_err err;
    MUST(sheaf_groups_open(&groups, &err));
    MUST(sheaf_groups_read(&groups, sheaf_str(file), "f", "site", &table, out, &err));
    assert_int_equal(groups.count, 2);
    assert_int_equal(out[0], out[2]);
    assert_int_not_equal(out[0], out[1]);
    assert_int_equal(
        sheaf_groups_read(&groups, sheaf_str(file), "f", "region", &table, out, &err),
        SHEAF_INVALID);
    assert_non_null(strstr(err.message, "f has no column region"));
    sheaf_groups_close(&groups);
    (void)unused;
}

static sheaf_rehearsal plan_of(uint32_t members, sheaf_noised_unit unit)
{
    static sheaf_spec spec;
    sheaf_err err;
    spec = (sheaf_spec){.kind = SHEAF_model_kind_logistic, .features = features, .inputs = D};
    sheaf_rehearsal plan = {.spec = &spec,
                            .training = {.steps = 5, .batch = 8, .rate_millionths = 100000},
                            .gradient_rate_millionths = 4000000,
                            .rounds = 5,
                            .rounds_exact = 5,
                            .members = members,
                            .cohort = (uint16_t)members,
                            .colluders = 1,
                            .masked = 5,
                            .unit = unit,
                            .clip_millionths = 1000000,
                            .sampling_millionths = 1000000,
                            .seed = 3,
                            .cpu_s = cpu_s};
    plan.survivors_least = sheaf_rehearsal_survivors(plan.cohort, 1, 0);
    MUST(sheaf_learn_kind_find(spec.kind, &plan.kind, &err));
    return plan;
}

/* With masks or without, the members of a rehearsal make the model that fedsim makes. */
static void test_exact_as_fedsim(void **unused)
{
    sheaf_table table = table_make(), tables[4];
    sheaf_split split = {.kind = SHEAF_SPLIT_IID};
    sheaf_rehearsal plan = plan_of(4, SHEAF_NOISED_RECORD);
    static sheaf_rehearsed tried;
    static sheaf_model model;
    const uint64_t ids[] = {0, 1, 2, 3};
    int64_t words[SHEAF_EVALUATION_WORDS];
    sheaf_virtual v;
    sheaf_err err;
    MUST(sheaf_rehearsal_check(&plan, &err));
    MUST(sheaf_virtual_open(&table, &split, 4, 1, &v, &err));
    for (uint32_t m = 0; m < 4; m++)
        tables[m] = sheaf_virtual_member(&v, m);
    MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_EXACT, NULL, &v, true, &tried, &err));
    assert_int_equal(tried.round.members, 4);
    const sheaf_fedsim sim = {&features, tables, ids, 4, plan.training, plan.rounds, plan.seed};
    MUST(sheaf_fedsim_run(&sim, &model, &err));
    MUST(sheaf_evaluation_local(&model, &v.rows, SHEAF_PART_TEST, words, &err));
    sheaf_evaluation figures;
    MUST(sheaf_evaluation_finish(words, &figures, &err));
    assert_int_equal(figures.accuracy_millionths, tried.figures.accuracy_millionths);
    assert_int_equal(figures.loss_millionths, tried.figures.log_loss_millionths);
    assert_int_equal(figures.auc_millionths, tried.figures.auc_millionths);
    assert_true(tried.figures.accuracy_millionths > 800000);
    sheaf_virtual_close(&v);
    (void)unused;
}

/* Bytes of the plan are those that members of the masked round sent. */
static void test_noised(void **unused)
{
    sheaf_table table = table_make();
    sheaf_split split = {.kind = SHEAF_SPLIT_IID};
    sheaf_err err;
    sheaf_virtual v;
    MUST(sheaf_virtual_open(&table, &split, 10, 1, &v, &err));
    for (int unit = SHEAF_NOISED_RECORD; unit <= SHEAF_NOISED_MEMBER; unit++) {
        sheaf_rehearsal plan = plan_of(10, (sheaf_noised_unit)unit);
        const sheaf_virtual_records records = {table.rows, 60};
        sheaf_noised_terms terms, strict;
        static sheaf_rehearsed tried, again;
        static sheaf_round_config config;
        MUST(sheaf_rehearsal_terms(&plan, &records, 8, 1e-5, &terms, &err));
        MUST(sheaf_rehearsal_terms(&plan, &records, 1, 1e-5, &strict, &err));
        assert_true(strict.noise_millionths > 4 * terms.noise_millionths);
        MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_NOISED, &terms, &v, true, &tried, &err));
        MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_NOISED, &terms, &v, false, &again, &err));
        assert_memory_equal(&tried.figures, &again.figures, sizeof again.figures);
        assert_int_equal(again.round.members, 0);
        MUST(sheaf_rehearsal_config(&plan, &terms, terms.words, 5, &config, &err));
        size_t sent = 0;
        for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
            sent += sheaf_round_message_max(&config, (sheaf_round_stage)stage);
        assert_int_equal(tried.round.sent, sent);
    }
    sheaf_virtual_close(&v);
    (void)unused;
}

/* ---- series ---- */

enum { SERIES = 6, STEPS = 400, DAY = 24 };

static double value[SERIES * STEPS];
static sheaf_series item[SERIES];
static const sheaf_forecast_terms forecast = {.look_back = 48,
                                              .horizon = 12,
                                              .every = 1,
                                              .step_s = 3600,
                                              .season = DAY,
                                              .lambda_millionths = 10000};

/* Daily waves with chance; the last series is too short for a window. */
static sheaf_series_set set_make(void)
{
    sheaf_draw draw;
    sheaf_draw_init(&draw, 8, 98);
    for (uint32_t i = 0; i < SERIES; i++) {
        const uint32_t steps = i + 1 < SERIES ? STEPS : 40, train = steps * 3 / 4;
        item[i] = (sheaf_series){.step_s = 3600,
                                 .steps = steps,
                                 .value = value + (size_t)i * STEPS,
                                 .train = {0, train},
                                 .validation = {train, train},
                                 .test = {train, steps}};
        for (uint32_t k = 0; k < steps; k++)
            item[i].value[k] = i + sin(k * 2 * M_PI / DAY) + sheaf_draw_uniform(&draw);
    }
    return (sheaf_series_set){.step_s = 3600, .count = SERIES, .items = item};
}

static void test_series_splits(void **unused)
{
    static const uint32_t group_of[SERIES] = {0, 0, 1, 1, 1, 2};
    const sheaf_series_set set = set_make();
    sheaf_split split = {.kind = SHEAF_SPLIT_IID};
    sheaf_virtual_view view;
    sheaf_virtual v;
    sheaf_err err;
    MUST(sheaf_virtual_open_series(&set, &forecast, &split, 3, 5, &v, &err));
    uint8_t seen[SERIES] = {0};
    for (uint32_t m = 0; m < 3; m++) {
        const sheaf_forecast_data *own = sheaf_virtual_data(&v, m, &view);
        assert_int_equal(own->scaled.count, 2);
        for (uint32_t i = 0; i < 2; i++)
            seen[own->scaled.items[i].series - item]++;
    }
    for (int i = 0; i < SERIES; i++)
        assert_int_equal(seen[i], 1);
    const sheaf_virtual_records records = sheaf_virtual_records_of(&v);
    assert_int_equal(records.all, (SERIES - 1) * STEPS + 40);
    assert_int_equal(records.most, 2 * STEPS);
    sheaf_virtual_close(&v);
    split = (sheaf_split){.kind = SHEAF_SPLIT_GROUPS, .group = group_of, .groups = 3};
    MUST(sheaf_virtual_open_series(&set, &forecast, &split, 3, 5, &v, &err));
    for (uint32_t m = 0; m < 3; m++) {
        const sheaf_forecast_data *own = sheaf_virtual_data(&v, m, &view);
        const uint32_t first = (uint32_t)(own->scaled.items[0].series - item);
        assert_int_equal(sheaf_virtual_train(&v, m) > 0, first + 1 < SERIES);
        for (uint32_t i = 0; i < own->scaled.count; i++)
            assert_int_equal(group_of[own->scaled.items[i].series - item], group_of[first]);
    }
    sheaf_virtual_close(&v);
    assert_int_equal(sheaf_virtual_open_series(&set, &forecast, &split, 7, 5, &v, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "there are 6 series, too few for 7 members"));
    split = (sheaf_split){SHEAF_SPLIT_DIRICHLET, group_of, 3, 1};
    assert_int_equal(sheaf_virtual_open_series(&set, &forecast, &split, 3, 5, &v, &err),
                     SHEAF_INVALID);
    (void)unused;
}

/* One exact sum makes the forecaster of all series in one place, whose errors are the same; who
 * has no window has no part in it. */
static void test_forecasters(void **unused)
{
    static sheaf_spec spec;
    const sheaf_series_set set = set_make();
    const sheaf_split split = {.kind = SHEAF_SPLIT_IID};
    static sheaf_rehearsed together, pooled, alone, noised;
    sheaf_noised_terms terms;
    sheaf_virtual v;
    sheaf_err err;
    sheaf_rehearsal plan = plan_of(SERIES, SHEAF_NOISED_MEMBER);
    spec = (sheaf_spec){.kind = SHEAF_model_kind_forecaster,
                        .target = SHEAF_target_number,
                        .features = {.count = 1, .items = {{.column = "kwh"}}},
                        .inputs = 1,
                        .forecaster = {.every = 1,
                                       .horizon = forecast.horizon,
                                       .look_back = forecast.look_back,
                                       .season = DAY,
                                       .step_s = 3600,
                                       .time = "t"},
                        .lambda_millionths = forecast.lambda_millionths};
    plan.spec = &spec;
    MUST(sheaf_learn_kind_find(spec.kind, &plan.kind, &err));
    plan.rounds = plan.rounds_exact = 1;
    MUST(sheaf_virtual_open_series(&set, &forecast, &split, SERIES, 5, &v, &err));
    MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_EXACT, NULL, &v, true, &together, &err));
    MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_POOLED, NULL, &v, false, &pooled, &err));
    MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_LOCAL, NULL, &v, false, &alone, &err));
    assert_memory_equal(&together.figures, &pooled.figures, sizeof pooled.figures);
    assert_int_equal(together.left_out, 1);
    assert_int_equal(alone.left_out, 1);
    assert_int_equal(together.round.members, SERIES - 1);
    assert_true(together.figures.mae_millionths < alone.figures.mae_millionths);
    assert_true(together.figures.mae_millionths < together.figures.baseline_mae_millionths);
    const sheaf_virtual_records records = sheaf_virtual_records_of(&v);
    MUST(sheaf_rehearsal_terms(&plan, &records, 1000, 1e-3, &terms, &err));
    MUST(sheaf_rehearse(&plan, SHEAF_REHEARSE_NOISED, &terms, &v, true, &noised, &err));
    assert_true(noised.figures.mae_millionths < noised.figures.baseline_mae_millionths);
    sheaf_virtual_close(&v);
    (void)unused;
}

static bool not_going(void *context)
{
    (void)context;
    return false;
}

static void test_refusals(void **unused)
{
    sheaf_table table = table_make();
    sheaf_split split = {.kind = SHEAF_SPLIT_IID};
    sheaf_rehearsal plan = plan_of(10, SHEAF_NOISED_RECORD);
    const sheaf_virtual_records records = {table.rows, 60};
    static sheaf_rehearsed tried;
    sheaf_noised_terms terms;
    sheaf_virtual v;
    sheaf_err err;
    static const double epsilons[] = {0, -1, NAN, INFINITY, 1e-9};
    for (size_t i = 0; i < sizeof epsilons / sizeof *epsilons; i++)
        assert_int_equal(
            sheaf_rehearsal_terms(&plan, &records, epsilons[i], 1e-5, &terms, &err),
            SHEAF_INVALID);
    plan.going = not_going;
    MUST(sheaf_virtual_open(&table, &split, 10, 1, &v, &err));
    for (int form = SHEAF_REHEARSE_LOCAL; form <= SHEAF_REHEARSE_EXACT; form++)
        if (form != SHEAF_REHEARSE_POOLED)
            assert_int_equal(sheaf_rehearse(&plan, (sheaf_rehearsal_form)form, NULL, &v, false,
                                            &tried, &err),
                             SHEAF_IO);
    sheaf_virtual_close(&v);
    plan.cohort = 11;
    assert_int_equal(sheaf_rehearsal_check(&plan, &err), SHEAF_INVALID);
    plan = plan_of(10, SHEAF_NOISED_RECORD);
    plan.colluders = 10;
    assert_int_equal(sheaf_rehearsal_check(&plan, &err), SHEAF_INVALID);
    plan = plan_of(2, SHEAF_NOISED_RECORD);
    assert_int_equal(sheaf_rehearsal_check(&plan, &err), SHEAF_INVALID);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits),          cmocka_unit_test(test_concentration),
        cmocka_unit_test(test_split_refusals),  cmocka_unit_test(test_groups),
        cmocka_unit_test(test_exact_as_fedsim), cmocka_unit_test(test_noised),
        cmocka_unit_test(test_refusals),        cmocka_unit_test(test_series_splits),
        cmocka_unit_test(test_forecasters),
    };
    return sheaf_crypto_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
