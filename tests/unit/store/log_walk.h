/* The whole of a log checked on one thread, with its entries in order. */
#ifndef TEST_STORE_LOG_WALK_H
#define TEST_STORE_LOG_WALK_H

#include "store/log_check.h"

typedef sheaf_status walk_visit(void *context, uint64_t index, sheaf_slice entry,
                                sheaf_err *err);

/* `visit` may be NULL. */
static sheaf_status walk_log(const char *dir, walk_visit *visit, void *context,
                             sheaf_buffer *note, sheaf_err *err)
{
    static sheaf_log_run run;
    sheaf_log_check *check;
    sheaf_status status = sheaf_log_check_open(&check, dir, note, err);
    if (status != SHEAF_OK)
        return status;
    sheaf_log_run_init(&run);
    for (uint64_t n = 0; n < sheaf_log_check_runs(check) && status == SHEAF_OK; n++) {
        sheaf_log_check_read(check, n, &run);
        status = sheaf_log_check_add(check, &run, err);
        for (size_t i = 0; visit && i < run.count && status == SHEAF_OK; i++)
            status = visit(context, run.first + i, run.entries[i], err);
    }
    if (status == SHEAF_OK)
        status = sheaf_log_check_finish(check, err);
    sheaf_log_run_deinit(&run);
    sheaf_log_check_close(check);
    return status;
}

#endif
