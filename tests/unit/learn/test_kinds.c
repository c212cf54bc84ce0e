/* Every kind of model has the rows that hub, nodes and auditors ask for, and its vectors are as
 * long as the rules say. */
#include "test.h"

#include "coop/view.h"
#include "learn/kind.h"

static void test_rows(void **unused)
{
    const sheaf_learn_kind *kind, *found;
    for (size_t i = 0; (kind = sheaf_learn_kind_at(i)); i++) {
        sheaf_err err;
        MUST(sheaf_learn_kind_find(kind->id, &found, &err));
        assert_ptr_equal(found, kind);
        assert_true(kind->open && kind->close && kind->counts && kind->begin && kind->check
                    && kind->predict);
        kind->close(NULL);
        for (uint8_t task = 0; task < SHEAF_TASKS; task++) {
            const sheaf_learn_task *rows[] = {&kind->exact[task], &kind->noised[task]};
            sheaf_spec spec = {.kind = kind->id, .features.count = 7};
            for (int noised = 0; noised < 2; noised++) {
                size_t words = kind->words(&spec, task, noised, 0);
                assert_int_equal(rows[noised]->local != NULL, words > 0);
                assert_int_equal(rows[noised]->finish != NULL, words > 0);
                if (words > 0)
                    assert_int_equal(words,
                                     sheaf_task_words(task,
                                                      noised ? SHEAF_release_form_noised
                                                             : SHEAF_release_form_exact_sum,
                                                      spec.features.count));
            }
        }
    }
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
        cmocka_unit_test(test_no_such_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
