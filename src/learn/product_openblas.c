/* Products by OpenBLAS. */
#include "learn/product_internal.h"

#include <cblas.h>
#include <pthread.h>

static struct {
    pthread_once_t once;
    sheaf_err err;
    __typeof__(&cblas_sgemm) sgemm;
    __typeof__(&cblas_dgemm) dgemm;
} blas = {.once = PTHREAD_ONCE_INIT};

enum { SGEMM, DGEMM, SET_THREADS, FUNCTIONS };

static void load_once(void)
{
    static const char *const names[FUNCTIONS] = {
        [SGEMM] = "cblas_sgemm",
        [DGEMM] = "cblas_dgemm",
        [SET_THREADS] = "openblas_set_num_threads",
    };
    void *found[FUNCTIONS];
    sheaf_err why;
    if (sheaf_product_library("libopenblas.so.0", names, found, FUNCTIONS, &why) != SHEAF_OK) {
        (void)sheaf_fail(
            &blas.err, why.status,
            "there is no OpenBLAS, which apt install libopenblas0 installs: without "
            "it, a processor that has no AVX2 takes far longer to train "
            "perceptrons (%.200s)",
            why.message);
        return;
    }
    __typeof__(&openblas_set_num_threads) set_threads =
        (__typeof__(&openblas_set_num_threads))(uintptr_t)found[SET_THREADS];
    set_threads(1);
    blas.sgemm = (__typeof__(blas.sgemm))(uintptr_t)found[SGEMM];
    blas.dgemm = (__typeof__(blas.dgemm))(uintptr_t)found[DGEMM];
}

static sheaf_status load(sheaf_err *err)
{
    pthread_once(&blas.once, load_once);
    if (blas.dgemm)
        return SHEAF_OK;
    *err = blas.err;
    return blas.err.status;
}

static int width_of(bool across, uint32_t rows, uint32_t columns)
{
    return (int)(across ? rows : columns);
}

static CBLAS_TRANSPOSE turned(bool across)
{
    return across ? CblasTrans : CblasNoTrans;
}

static bool multiply(const sheaf_product_shape *s, const float *a, const float *b, float *c)
{
    blas.sgemm(CblasRowMajor, turned(s->a_across), turned(s->b_across), (int)s->m, (int)s->n,
               (int)s->k, 1, a, width_of(s->a_across, s->m, s->k), b,
               width_of(s->b_across, s->k, s->n), s->adds ? 1 : 0, c, (int)s->n);
    return true;
}

static bool multiply_doubles(const sheaf_product_shape *s, const double *a, const double *b,
                             double *c)
{
    blas.dgemm(CblasRowMajor, turned(s->a_across), turned(s->b_across), (int)s->m, (int)s->n,
               (int)s->k, 1, a, width_of(s->a_across, s->m, s->k), b,
               width_of(s->b_across, s->k, s->n), s->adds ? 1 : 0, c, (int)s->n);
    return true;
}

const sheaf_product_row sheaf_product_openblas = {
    .name = "openblas",
    .trusted = true,
    .load = load,
    .multiply = multiply,
    .multiply_doubles = multiply_doubles,
};
