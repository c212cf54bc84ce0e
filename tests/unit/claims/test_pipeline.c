/* Jobs prepared anywhere and finished in order: whatever the threads, slots and failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "claims/pipeline.h"

enum { SLOTS_MAX = 8, NEVER = 1000000 };

typedef struct {
    uint64_t slot[SLOTS_MAX]; /* the number that was prepared in it, plus 1 */
    atomic_uint finishing;
    atomic_uint prepared;
    uint64_t finished;
    uint64_t fail_at, stop_at;
    atomic_bool stop;
} jobs;

static void prepare(void *context, void *slot, uint64_t number)
{
    jobs *j = context;
    volatile unsigned busy =
        (unsigned)(number * 2654435761u % 2000); /* each takes another time */
    while (busy)
        busy--;
    *(uint64_t *)slot = number + 1;
    atomic_fetch_add(&j->prepared, 1);
}

static sheaf_status finish(void *context, void *slot, uint64_t number, sheaf_err *err)
{
    jobs *j = context;
    if (atomic_fetch_add(&j->finishing, 1) != 0)
        return sheaf_fail(err, SHEAF_FAULT, "two finish at once");
    if (number != j->finished || *(uint64_t *)slot != number + 1)
        return sheaf_fail(err, SHEAF_FAULT, "out of order");
    if (number == j->fail_at)
        return sheaf_fail(err, SHEAF_INVALID, "as wanted");
    if (number == j->stop_at)
        atomic_store(&j->stop, true);
    j->finished++;
    atomic_fetch_sub(&j->finishing, 1);
    return SHEAF_OK;
}

static sheaf_status run(jobs *j, uint64_t count, unsigned threads, size_t slots, sheaf_err *err)
{
    sheaf_pipeline pipeline = {.prepare = prepare,
                               .finish = finish,
                               .context = j,
                               .slot_count = slots,
                               .stop = &j->stop};
    for (size_t i = 0; i < slots; i++)
        pipeline.slots[i] = &j->slot[i];
    return sheaf_pipeline_run(&pipeline, count, threads, err);
}

static void test_in_order(void **unused)
{
    static const uint64_t counts[] = {0, 1, 2, 7, 500};
    (void)unused;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (unsigned threads = 1; threads <= 5; threads += 2)
            for (size_t slots = 1; slots <= SLOTS_MAX; slots += 3) {
                jobs j = {.fail_at = NEVER, .stop_at = NEVER};
                sheaf_err err = {0};
                if (run(&j, counts[c], threads, slots, &err) != SHEAF_OK)
                    fail_msg("%s", err.message);
                assert_int_equal(j.finished, counts[c]);
                assert_int_equal(j.prepared, counts[c]);
            }
}

/* What comes behind a failure is not finished, and no more is begun than there are slots. */
static void test_failure_ends_it(void **unused)
{
    (void)unused;
    for (unsigned threads = 1; threads <= 4; threads++) {
        jobs j = {.fail_at = 30, .stop_at = NEVER};
        sheaf_err err = {0};
        assert_int_equal(run(&j, 400, threads, 6, &err), SHEAF_INVALID);
        assert_string_equal(err.message, "as wanted");
        assert_int_equal(j.finished, 30);
        assert_true(j.prepared <= 31 + 6);
    }
}

static void test_stopped_from_outside(void **unused)
{
    jobs j = {.fail_at = NEVER, .stop_at = 12};
    sheaf_err err = {0};
    (void)unused;
    assert_int_equal(run(&j, 400, 3, 5, &err), SHEAF_IO);
    assert_int_equal(j.finished, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_failure_ends_it),
        cmocka_unit_test(test_stopped_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
