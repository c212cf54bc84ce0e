/* What a model may say of itself, by its kind. */
#include "test.h"

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
         "{'features':[{'column':'age','missing':'mean'},{'column':'cp','level':2,'missing':"
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
    kit_close(&k);
}
