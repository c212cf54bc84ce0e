/* Products in C: each element's terms are added in their order, each by one rounding of product
 * and sum together (fma, exact by IEEE 754 and so the same everywhere). Where the processor has
 * vectors of it, tiles of elements are computed at once; else element by element, slowly where
 * the C library has to imitate it. */
#include "learn/product_internal.h"

#include <math.h>
#include <string.h>

static bool multiply_plain(const sheaf_product_shape *s, const float *a, const float *b,
                           float *c)
{
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            float sum = s->adds ? c[i * s->n + j] : 0;
            for (size_t t = 0; t < s->k; t++)
                sum = fmaf(a[s->a_across ? t * s->m + i : i * s->k + t],
                           b[s->b_across ? j * s->k + t : t * s->n + j], sum);
            c[i * s->n + j] = sum;
        }
    return true;
}

static bool multiply_plain_doubles(const sheaf_product_shape *s, const double *a,
                                   const double *b, double *c)
{
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            double sum = s->adds ? c[i * s->n + j] : 0;
            for (size_t t = 0; t < s->k; t++)
                sum = fma(a[s->a_across ? t * s->m + i : i * s->k + t],
                          b[s->b_across ? j * s->k + t : t * s->n + j], sum);
            c[i * s->n + j] = sum;
        }
    return true;
}

#ifdef __x86_64__
#include <immintrin.h>

#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
enum { DEPTH = 256 };

#define ZIP_4(half, x, y)                                                                      \
    __builtin_shufflevector(x, y, 2 * (half), 4 + 2 * (half), 1 + 2 * (half), 5 + 2 * (half))
#define ZIP_8(half, x, y)                                                                      \
    __builtin_shufflevector(x, y, 4 * (half), 8 + 4 * (half), 1 + 4 * (half), 9 + 4 * (half),  \
                            2 + 4 * (half), 10 + 4 * (half), 3 + 4 * (half), 11 + 4 * (half))
#define ZIP_16(half, x, y)                                                                     \
    __builtin_shufflevector(x, y, 8 * (half), 16 + 8 * (half), 1 + 8 * (half),                 \
                            17 + 8 * (half), 2 + 8 * (half), 18 + 8 * (half), 3 + 8 * (half),  \
                            19 + 8 * (half), 4 + 8 * (half), 20 + 8 * (half), 5 + 8 * (half),  \
                            21 + 8 * (half), 6 + 8 * (half), 22 + 8 * (half), 7 + 8 * (half),  \
                            23 + 8 * (half))

#define NAME(x) avx2_##x
#define TARGET  __attribute__((target("avx2,fma")))
#define REAL    float
#define VECTOR  __m256
#define LANES   8
#define LOAD    _mm256_loadu_ps
#define STORE   _mm256_storeu_ps
#define ZERO    _mm256_setzero_ps
#define SPREAD  _mm256_set1_ps
#define FMA     _mm256_fmadd_ps
#define MASK    __m256i
#define FIRST(n)                                                                               \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define LOAD_SOME  _mm256_maskload_ps
#define STORE_SOME _mm256_maskstore_ps
#define ZIP        ZIP_8
#define ROWS       6
#include "learn/product_tile.def"

#define NAME(x) avx2_doubles_##x
#define TARGET  __attribute__((target("avx2,fma")))
#define REAL    double
#define VECTOR  __m256d
#define LANES   4
#define LOAD    _mm256_loadu_pd
#define STORE   _mm256_storeu_pd
#define ZERO    _mm256_setzero_pd
#define SPREAD  _mm256_set1_pd
#define FMA     _mm256_fmadd_pd
#define MASK    __m256i
#define FIRST(n)                                                                               \
    _mm256_cmpgt_epi64(_mm256_set1_epi64x((int)(n)), _mm256_setr_epi64x(0, 1, 2, 3))
#define LOAD_SOME  _mm256_maskload_pd
#define STORE_SOME _mm256_maskstore_pd
#define ZIP        ZIP_4
#define ROWS       6
#include "learn/product_tile.def"

#define NAME(x)               avx512_##x
#define TARGET                __attribute__((target("avx512f")))
#define REAL                  float
#define VECTOR                __m512
#define LANES                 16
#define LOAD                  _mm512_loadu_ps
#define STORE                 _mm512_storeu_ps
#define ZERO                  _mm512_setzero_ps
#define SPREAD                _mm512_set1_ps
#define FMA                   _mm512_fmadd_ps
#define MASK                  __mmask16
#define FIRST(n)              ((__mmask16)(((uint32_t)1 << (n)) - 1))
#define LOAD_SOME(from, mask) _mm512_maskz_loadu_ps(mask, from)
#define STORE_SOME            _mm512_mask_storeu_ps
#define ZIP                   ZIP_16
#define ROWS                  8
#include "learn/product_tile.def"

#define NAME(x)               avx512_doubles_##x
#define TARGET                __attribute__((target("avx512f")))
#define REAL                  double
#define VECTOR                __m512d
#define LANES                 8
#define LOAD                  _mm512_loadu_pd
#define STORE                 _mm512_storeu_pd
#define ZERO                  _mm512_setzero_pd
#define SPREAD                _mm512_set1_pd
#define FMA                   _mm512_fmadd_pd
#define MASK                  __mmask8
#define FIRST(n)              ((__mmask8)(((uint32_t)1 << (n)) - 1))
#define LOAD_SOME(from, mask) _mm512_maskz_loadu_pd(mask, from)
#define STORE_SOME            _mm512_mask_storeu_pd
#define ZIP                   ZIP_8
#define ROWS                  8
#include "learn/product_tile.def"
#endif

/* The fastest way that this processor has. */
static const sheaf_product_row *way(void)
{
    const sheaf_product_row *best = &sheaf_product_ways[0];
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        best = &sheaf_product_ways[1];
    if (__builtin_cpu_supports("avx512f"))
        best = &sheaf_product_ways[2];
#endif
    return best;
}

static bool multiply(const sheaf_product_shape *s, const float *a, const float *b, float *c)
{
    return way()->multiply(s, a, b, c);
}

static bool multiply_doubles(const sheaf_product_shape *s, const double *a, const double *b,
                             double *c)
{
    return way()->multiply_doubles(s, a, b, c);
}

const sheaf_product_row sheaf_product_ways[SHEAF_PRODUCT_WAYS] = {
    {"plain", true, NULL, multiply_plain, multiply_plain_doubles},
#ifdef __x86_64__
    {"avx2", true, NULL, avx2_multiply, avx2_doubles_multiply},
    {"avx512", true, NULL, avx512_multiply, avx512_doubles_multiply},
#endif
};

uint32_t sheaf_product_ways_here(void)
{
    return (uint32_t)(way() - sheaf_product_ways) + 1;
}

const sheaf_product_row sheaf_product_portable = {
    .name = "portable",
    .trusted = true,
    .multiply = multiply,
    .multiply_doubles = multiply_doubles,
};
