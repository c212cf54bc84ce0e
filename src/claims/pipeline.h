/* claims/pipeline.h - jobs prepared on many threads, finished in order.
 *
 * Every thread does whatever is next: it finishes the oldest job if that is prepared and nobody
 * is finishing, else it prepares another, else it waits. So all processors are busy as long as
 * there is work, and no more jobs are under way than there are slots.
 */
#ifndef SHEAF_CLAIMS_PIPELINE_H
#define SHEAF_CLAIMS_PIPELINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { SHEAF_PIPELINE_THREADS_MAX = 64, SHEAF_PIPELINE_SLOTS_MAX = 128 };

typedef struct {
    /* On any thread and in any order; keeps in the slot what it has to say. */
    void (*prepare)(void *context, void *slot, uint64_t number);
    /* One at a time, in order, on any thread. A failure ends the run. */
    sheaf_status (*finish)(void *context, void *slot, uint64_t number, sheaf_err *err);
    void *context;
    void *slots[SHEAF_PIPELINE_SLOTS_MAX];
    size_t slot_count;       /* more than `threads`, so that nobody waits for the finishing */
    const atomic_bool *stop; /* may be NULL; set from outside, it ends the run, SHEAF_IO */
} sheaf_pipeline;

/* Runs the jobs 0 to count - 1 on up to `threads` threads, this one included. */
SHEAF_MUST_USE sheaf_status sheaf_pipeline_run(const sheaf_pipeline *pipeline, uint64_t count,
                                               unsigned threads, sheaf_err *err);

#endif
