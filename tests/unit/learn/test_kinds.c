/* Every kind of model has the rows that hub, nodes and auditors ask for, and its vectors are as
 * long as the rules say. */
#include "test.h"

#include "coop/view.h"
#include "learn/kind.h"

/* Models of every kind of the catalogue, of several sizes. */
static const struct sheaf_row_model rows[] = {
    {.kind = SHEAF_model_kind_logistic, .features = 7, .inputs = 7},
    {.kind = SHEAF_model_kind_logistic, .features = 7, .inputs = 9, .gaps = 3},
    {.kind = SHEAF_model_kind_linear,
     .target = SHEAF_target_number,
     .features = 5,
     .inputs = 6,
     .gaps = 1},
    {.kind = SHEAF_model_kind_mlp,
     .features = 13,
     .inputs = 13,
     .hidden = 2,
     .hidden_1 = 64,
     .hidden_2 = 32},
    {.kind = SHEAF_model_kind_mlp,
     .target = SHEAF_target_number,
     .features = 3,
     .inputs = 3,
     .hidden = 1,
     .hidden_1 = 5},
    {.kind = SHEAF_model_kind_trees,
     .features = 4,
     .inputs = 4,
     .trees = 3,
     .depth = 4,
     .bins = 16},
    {.kind = SHEAF_model_kind_trees,
     .target = SHEAF_target_number,
     .features = 2,
     .inputs = 2,
     .trees = 2,
     .depth = 1,
     .bins = 256},
    {.kind = SHEAF_model_kind_forecaster,
     .target = SHEAF_target_number,
     .features = 1,
     .inputs = 1,
     .look_back = 48,
     .horizon = 24,
     .season = 24},
    {.kind = SHEAF_model_kind_trees,
     .features = 4,
     .inputs = 5,
     .gaps = 2,
     .trees = 3,
     .depth = 4,
     .bins = 16},
};

static void check_words(const sheaf_learn_kind *kind, const struct sheaf_row_model *row)
{
    sheaf_spec spec;
    sheaf_spec_of_row(row, &spec);
    for (uint8_t task = 0; task < SHEAF_TASKS; task++)
        for (int noised = 0; noised < 2; noised++) {
            const sheaf_learn_task *has = noised ? &kind->noised[task] : &kind->exact[task];
            uint8_t release = noised ? SHEAF_release_form_noised : SHEAF_release_form_exact_sum;
            for (uint32_t step = 0; step < 9; step++) {
                size_t words = kind->words(&spec, task, noised, step);
                assert_int_equal(words, sheaf_task_words_at(row, release, task, step));
                assert_int_equal(has->local != NULL, words > 0);
                assert_int_equal(has->finish != NULL, words > 0);
            }
        }
}

static void test_rows(void **unused)
{
    const sheaf_learn_kind *kind, *found;
    for (size_t i = 0; (kind = sheaf_learn_kind_at(i)); i++) {
        size_t tried = 0;
        sheaf_err err;
        MUST(sheaf_learn_kind_find(kind->id, &found, &err));
        assert_ptr_equal(found, kind);
        assert_true(kind->open && kind->close && kind->counts && kind->begin && kind->check
                    && kind->predict);
        kind->close(NULL);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (rows[k].kind == kind->id) {
                check_words(kind, &rows[k]);
                tried++;
            }
        assert_true(tried > 0);
    }
    (void)unused;
}

/* Vectors of the kinds that no test above reaches are as long as their formulas say. */
static void test_words(void **unused)
{
    static const struct {
        int row;
        uint8_t release, task;
        uint32_t step, words;
    } cases[] = {
        {1, SHEAF_release_form_exact_sum, SHEAF_task_statistics, 0, 1 + 3 * 9 + 3},
        {1, SHEAF_release_form_exact_sum, SHEAF_task_train, 5, 9 + 4},
        {2, SHEAF_release_form_exact_sum, SHEAF_task_statistics, 0, 1 + 3 * 7 + 1},
        {2, SHEAF_release_form_exact_sum, SHEAF_task_train, 0, 8 * 9 / 2},
        {2, SHEAF_release_form_exact_sum, SHEAF_task_evaluate, 1, 8},
        {2, SHEAF_release_form_noised, SHEAF_task_evaluate, 1, 3},
        {3, SHEAF_release_form_exact_sum, SHEAF_task_train, 0, 14 * 64 + 65 * 32 + 33 + 3},
        {3, SHEAF_release_form_noised, SHEAF_task_train, 0, 14 * 64 + 65 * 32 + 33},
        {5, SHEAF_release_form_exact_sum, SHEAF_task_train, 0, 2 + 4 * 1024},
        {5, SHEAF_release_form_exact_sum, SHEAF_task_train, 1, 4 * 16 * 2 + 3},
        {5, SHEAF_release_form_exact_sum, SHEAF_task_train, 2, 4 * 16 * 2 + 3},
        {5, SHEAF_release_form_exact_sum, SHEAF_task_train, 4, 4 * 4 * 16 * 2 + 3},
        {5, SHEAF_release_form_exact_sum, SHEAF_task_train, 5, 4 * 16 * 2 + 3},
        {5, SHEAF_release_form_noised, SHEAF_task_train, 0, 32},
        {7, SHEAF_release_form_exact_sum, SHEAF_task_statistics, 0, 0},
        {7, SHEAF_release_form_exact_sum, SHEAF_task_train, 0, 48 * 49 / 2 + 48 * 24 + 1},
        {7, SHEAF_release_form_noised, SHEAF_task_train, 0, 2},
        {8, SHEAF_release_form_exact_sum, SHEAF_task_statistics, 0, 1 + 3 * 4 + 2},
        {8, SHEAF_release_form_exact_sum, SHEAF_task_train, 0, 2 + 4 * 1024},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(sheaf_task_words_at(&rows[cases[i].row], cases[i].release,
                                             cases[i].task, cases[i].step),
                         cases[i].words);
    assert_int_equal(sheaf_task_steps(&rows[2], SHEAF_release_form_exact_sum), 1);
    assert_int_equal(sheaf_task_steps(&rows[5], SHEAF_release_form_exact_sum), 13);
    assert_int_equal(sheaf_task_steps(&rows[5], SHEAF_release_form_noised), 3);
    (void)unused;
}

static void test_no_such_kind(void **unused)
{
    const sheaf_learn_kind *kind;
    sheaf_learn_task task;
    sheaf_err err;
    assert_int_equal(sheaf_learn_kind_find(SHEAF_model_kind_COUNT, &kind, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "cannot compute models of that kind"));
    const sheaf_job job = {.task = SHEAF_task_statistics, .noised = true};
    MUST(sheaf_learn_kind_find(SHEAF_model_kind_logistic, &kind, &err));
    assert_int_equal(sheaf_learn_task_of(kind, &job, &task, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "no such round under noise"));
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_no_such_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
