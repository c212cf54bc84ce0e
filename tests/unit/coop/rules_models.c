/* What a model may say of itself, by its kind. */
#include "test.h"

#define FORECASTS(feature, season, series)                                                     \
    "{'features':[{'column':'" feature "}],'forecaster':{'every':1,'horizon':2,'lambda_"       \
    "millionths':1,'look_back':2,'season':" season "," series                                  \
    "'step_s':3600,'time':'hour'},'kind':'forecaster','schema':'heart/v1','target':'number',"  \
    "'title':^}"
#define FORECASTER(value, series) FORECASTS(value "'", "1", series)
#define MODEL(rest)                                                                            \
    "{'features':[{'column':'age'},{'column':'cp','level':2}]," rest                           \
    "'schema':'heart/v1','title':^}"

/* More inputs than a model may have, though not more features. */
static const char *many_inputs(char *out, size_t size)
{
    int n = snprintf(out, size, "{'features':[");
    for (int i = 0; i < 129; i++)
        n += snprintf(out + n, size - (size_t)n, "%s{'column':'c%d','missing':'%s'}",
                      i ? "," : "", i, i == 128 ? "mean" : "indicator");
    snprintf(out + n, size - (size_t)n,
             "],'kind':'logistic','label':'num','schema':'heart/v1','title':^}");
    return out;
}

/* Trees of eight levels with 256 bins of so many inputs. */
static const char *many_binned(char *out, size_t size, int inputs)
{
    int n = snprintf(out, size, "{'features':[");
    for (int i = 0; i < inputs; i++)
        n += snprintf(out + n, size - (size_t)n, "%s{'column':'c%d'}", i ? "," : "", i);
    snprintf(out + n, size - (size_t)n,
             "],'kind':'trees','label':'num','schema':'heart/v1','title':^,'trees':{'bins':256,"
             "'depth':8,'lambda_millionths':1,'min_hessian_millionths':1,'rate_millionths':1,"
             "'trees':1000}}");
    return out;
}

void test_kinds_of_models(void **unused)
{
    (void)unused;
    kit k;
    char many[12000];
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "model.register", MODEL("'kind':'linear','label':'num',"), R(kind_record)},
        {"ann", "model.register", MODEL("'kind':'logistic','label':'num','target':'number',"),
         R(kind_target), .label = NULL},
        {"ann", "model.register", MODEL("'kind':'logistic',"), R(label_where)},
        {"ann", "model.register",
         MODEL("'kind':'logistic','label':'num','label_high_millionths':1,"
               "'label_low_millionths':0,"),
         R(label_range_form)},
        {"ann", "model.register",
         MODEL("'kind':'logistic','label':'num','label_low_millionths':0,"),
         R(label_range_form)},
        {"ann", "model.register",
         "{'features':[{'column':'cp','level':2,'missing':'mean'}],'kind':'logistic','label':"
         "'num','schema':'heart/v1','title':^}",
         R(missing_where)},
        {"ann", "model.register",
         "{'features':[{'column':'age'},{'column':'num'}],'kind':'logistic','label':'num',"
         "'schema':'heart/v1','title':^}",
         R(column_twice)},
        {"ann", "model.register", FORECASTER("hour", ""), R(column_twice)},
        {"ann", "model.register", FORECASTER("house", "'series':'house',"), R(column_twice)},
        {"ann", "model.register", FORECASTER("kwh", "'series':'hour',"), R(column_twice)},
        {"ann", "model.register", FORECASTER("kwh", "'series':'house',")},
        {"ann", "model.register", FORECASTS("kwh'", "2", "")},
        {"ann", "model.register", FORECASTS("kwh'", "3", ""), R(season_long)},
        {"ann", "model.register", FORECASTS("kwh','level':2", "1", ""), R(forecaster_feature)},
        {"ann", "model.register",
         FORECASTS("kwh','high_millionths':2,'low_millionths':1", "1", ""),
         R(forecaster_feature)},
        {"ann", "model.register", FORECASTS("kwh','missing':'mean'", "1", ""),
         R(missing_where)},
        {"ann", "model.register",
         "{'features':[{'column':'age','missing':'mean'},{'column':'chol','missing':"
         "'indicator'},{'column':'sex','missing':'leave_out'}],'kind':'logistic','label':'num',"
         "'schema':'heart/v1','target':'class','title':^}",
         .label = "gaps"},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_model *model = sheaf_model_find(&k.state, kit_index(&k, "gaps"));
    assert_int_equal(model->features, 3);
    assert_int_equal(model->inputs, 4);
    assert_int_equal(model->gaps, 2);
    assert_int_equal(sheaf_feature_at(&k.state, model->feature_first + 1)->missing,
                     SHEAF_missing_indicator);
    kit_want(&k, R(inputs_many), "ann", "model.register", many_inputs(many, sizeof many), NULL);
    /* As many bins of 219 inputs as a model of trees keeps, and of 220 more than that. */
    kit_want(&k, SHEAF_ACCEPTED, "ann", "model.register", many_binned(many, sizeof many, 219),
             NULL);
    kit_want(&k, R(trees_large), "ann", "model.register", many_binned(many, sizeof many, 220),
             NULL);
    kit_close(&k);
}

static sheaf_refusal open_round(kit *k, const char *label, const char *task, char base,
                                int words)
{
    return kit_round_open_words(k, label, task, base, "m.tick", words);
}

static void end_round(kit *k, const char *round, const char *figures, char result,
                      sheaf_refusal want)
{
    char what[1024];
    snprintf(what, sizeof what,
             "{%s'result':~%c,'round':#%s,'survivors':[{'key':#ann.node},{'key':#bob.node},"
             "{'key':#cat.node},{'key':#dan.node}],'transcript':~f}",
             figures, result, round);
    kit_want(k, want, "hub", "round.close", what, NULL);
    for (int i = 0; want == SHEAF_ACCEPTED && i < 3; i++) {
        static const char *const nodes[] = {"ann.node", "bob.node", "dan.node"};
        assert_int_equal(kit_attest(k, nodes[i], round, result), SHEAF_ACCEPTED);
    }
}

static uint8_t next(const kit *k, sheaf_refusal want)
{
    uint8_t task;
    const struct sheaf_row_mandate *mandate =
        sheaf_mandate_find(&k->state, kit_index((kit *)k, "m.tick"));
    assert_int_equal(sheaf_task_next(&k->state, mandate, &task), want);
    return task;
}

/* A linear regression takes one sum of statistics and one of products; then it is evaluated, by
 * the errors of a number, and nothing is left to do. */
void test_learned_to_its_end(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(&k, &rules);
    kit_want(&k, R(kind_target), "ann", "model.register",
             MODEL("'kind':'linear','label':'num','linear':{'lambda_millionths':1000},"), NULL);
    kit_do(&k, "ann", "model.register", "line",
           "{'features':[{'column':'age'},{'column':'cp','level':2}],'kind':'linear',"
           "'label':'num','linear':{'lambda_millionths':1000},'schema':'heart/v1','target':"
           "'number','title':^}");
    kit_motion(&k, "m",
               "{'kind':'mandate.grant','what':{'attest_min':3,'cohort_min':3,'datasets':["
               "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#cat.data},"
               "{'dataset':#dan.data}],'duration_s':86400,'learning':{'batch':0,'local_steps':"
               "1,'rate_millionths':1,'seed':0},'model':#line,'purpose':'research','release':"
               "'exact_sum','rounds_max':9}}",
               4);
    assert_int_equal(next(&k, SHEAF_ACCEPTED), SHEAF_task_statistics);
    assert_int_equal(open_round(&k, "r1", "statistics", 0, 10), SHEAF_ACCEPTED);
    end_round(&k, "r1", "", 'a', SHEAF_ACCEPTED);
    assert_int_equal(next(&k, SHEAF_ACCEPTED), SHEAF_task_train);
    assert_int_equal(open_round(&k, "r2", "train", 'a', 6), R(wrong_words));
    assert_int_equal(open_round(&k, "r2", "train", 'a', 10), SHEAF_ACCEPTED);
    end_round(&k, "r2", "'figures':{'accuracy_millionths':1,'records':9},", 'b',
              R(figures_form));
    end_round(&k, "r2", "", 'b', SHEAF_ACCEPTED);
    assert_int_equal(next(&k, SHEAF_ACCEPTED), SHEAF_task_evaluate);
    assert_int_equal(open_round(&k, "r3", "train", 'b', 10), R(learning_done));
    assert_int_equal(open_round(&k, "r3", "evaluate", 'b', 8), SHEAF_ACCEPTED);
    assert_int_equal(sheaf_round_find(&k.state, kit_index(&k, "r3"))->step, 1);
    end_round(&k, "r3", "", 'c', SHEAF_ACCEPTED);
    assert_int_equal(next(&k, R(work_done)), SHEAF_task_evaluate);
    kit_want(&k, R(figures_form), "hub", "model.evaluate",
             "{'figures':{'mae_millionths':5,'records':9,'rmse_millionths':7},'round':#r3}",
             NULL);
    kit_want(&k, SHEAF_ACCEPTED, "hub", "model.evaluate",
             "{'figures':{'baseline_mae_millionths':8,'baseline_rmse_millionths':9,"
             "'mae_millionths':5,'records':9,'rmse_millionths':7},'round':#r3}",
             NULL);
    const struct sheaf_row_evaluation *row = sheaf_evaluation_at(&k.state, 0);
    assert_true(row->has_errors && row->has_baseline && !row->has_accuracy);
    assert_int_equal(row->rmse_millionths, 7);
    assert_int_equal(row->baseline_mae_millionths, 8);
    kit_close(&k);
}
