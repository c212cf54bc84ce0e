#include "learn/whole.h"

#include <assert.h>

enum { FACTOR_MAX = SHEAF_WHOLE_MAX, LANES = 8 };

/* One row. Adding and taking off 1.5 * 2^23 rounds a float. */
static int64_t row_whole_plain(float *x, size_t width, float times)
{
    const float magic = 0x1.8p23F;
    int64_t sum = 0;
    for (size_t i = 0; i < width; i++) {
        float v = x[i] * times;
        v = v < FACTOR_MAX ? v : FACTOR_MAX;
        v = v > -FACTOR_MAX ? v : -FACTOR_MAX;
        x[i] = (v + magic) - magic;
        sum += (int32_t)(x[i] * x[i]);
    }
    return sum;
}

void sheaf_whole_rows_plain(float *x, uint32_t rows, size_t width, const float *times,
                            int64_t *squares)
{
    for (uint32_t i = 0; i < rows; i++)
        squares[i] = row_whole_plain(x + i * width, width, times[i]);
}

#ifdef __x86_64__
#include <immintrin.h>

/* One vector of it, and the squares added to sums. */
__attribute__((target("avx2"))) static inline __m256 vector_whole(__m256 v, __m256 by,
                                                                  __m256i *sums)
{
    const __m256 most = _mm256_set1_ps(FACTOR_MAX), least = _mm256_set1_ps(-FACTOR_MAX);
    const __m256 magic = _mm256_set1_ps(0x1.8p23F);
    v = _mm256_max_ps(_mm256_min_ps(_mm256_mul_ps(v, by), most), least);
    v = _mm256_sub_ps(_mm256_add_ps(v, magic), magic);
    *sums = _mm256_add_epi32(*sums, _mm256_cvttps_epi32(_mm256_mul_ps(v, v)));
    return v;
}

/* The same; squares of up to 255 vectors fit 32 bits. */
__attribute__((target("avx2"))) static void
rows_whole_avx2(float *x, uint32_t rows, size_t width, const float *times, int64_t *squares)
{
    const size_t whole = width / LANES * LANES;
    const __m256i rest = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(width - whole)),
                                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    for (uint32_t row = 0; row < rows; row++, x += width) {
        const __m256 by = _mm256_set1_ps(times[row]);
        __m256i sums = _mm256_setzero_si256();
        for (size_t i = 0; i < whole; i += LANES)
            _mm256_storeu_ps(x + i, vector_whole(_mm256_loadu_ps(x + i), by, &sums));
        if (whole < width)
            _mm256_maskstore_ps(x + whole, rest,
                                vector_whole(_mm256_maskload_ps(x + whole, rest), by, &sums));
        const __m256i fours =
            _mm256_add_epi64(_mm256_srli_epi64(sums, 32),
                             _mm256_and_si256(sums, _mm256_set1_epi64x(UINT32_MAX)));
        const __m128i twos =
            _mm_add_epi64(_mm256_castsi256_si128(fours), _mm256_extracti128_si256(fours, 1));
        squares[row] = _mm_cvtsi128_si64(_mm_add_epi64(twos, _mm_unpackhi_epi64(twos, twos)));
    }
}
#endif

void sheaf_whole_rows(float *x, uint32_t rows, size_t width, const float *times,
                      int64_t *squares)
{
    assert(width <= SHEAF_WHOLE_WIDTH_MAX);
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        rows_whole_avx2(x, rows, width, times, squares);
        return;
    }
#endif
    sheaf_whole_rows_plain(x, rows, width, times, squares);
}
