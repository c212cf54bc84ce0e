/* Products by oneDNN, in float32; it has none in doubles. */
#include "learn/product_internal.h"

#include <pthread.h>

#include <dnnl.h>

static struct {
    pthread_once_t once;
    sheaf_err err;
    __typeof__(&dnnl_sgemm) sgemm;
    void (*set_threads)(int count); /* of OpenMP, for the thread that asks */
} dnn = {.once = PTHREAD_ONCE_INIT};

enum { SGEMM, SET_THREADS, FUNCTIONS };

static void load_once(void)
{
    static const char *const names[FUNCTIONS] = {
        [SGEMM] = "dnnl_sgemm",
        [SET_THREADS] = "omp_set_num_threads",
    };
    void *found[FUNCTIONS];
    if (sheaf_product_library("libdnnl.so.2", names, found, FUNCTIONS, &dnn.err) != SHEAF_OK)
        return;
    dnn.set_threads = (__typeof__(dnn.set_threads))(uintptr_t)found[SET_THREADS];
    dnn.sgemm = (__typeof__(dnn.sgemm))(uintptr_t)found[SGEMM];
}

static sheaf_status load(sheaf_err *err)
{
    pthread_once(&dnn.once, load_once);
    if (dnn.sgemm)
        return SHEAF_OK;
    *err = dnn.err;
    return dnn.err.status;
}

static bool multiply(const sheaf_product_shape *s, const float *a, const float *b, float *c)
{
    dnn.set_threads(1);
    return dnn.sgemm(s->a_across ? 'T' : 'N', s->b_across ? 'T' : 'N', s->m, s->n, s->k, 1, a,
                     s->a_across ? s->m : s->k, b, s->b_across ? s->k : s->n, s->adds ? 1 : 0,
                     c, s->n)
           == dnnl_success;
}

const sheaf_product_row sheaf_product_onednn = {
    .name = "onednn",
    .load = load,
    .multiply = multiply,
};
