/* Gradients of single records, clipped and made whole, in one pass backward. */
#include "learn/mlp_train.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    SUM_BITS = 24,     /* whole numbers up to 2^24 are exact as floats */
    FACTOR_MAX = 4096, /* of values and slopes made whole: squares up to 2^24 */
    LANES = 8,
    ROWS_MAX = 255,   /* so many squares fit 32 bits */
    SLOPE_BITS = 11,  /* of the sensitivity's bits about so many are the slopes' */
    ONE_BITS_MAX = 8, /* the others the values', of 1 at most so many */
};

/* Makes whole numbers of some, each `times` as large, to the nearest and within FACTOR_MAX
 * (what is no number becomes that), and returns the sum of their squares. Adding and taking off
 * 1.5 * 2^23 rounds a float. */
static int64_t make_whole_plain(float *x, size_t count, float times)
{
    const float magic = 0x1.8p23F;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        float v = x[i] * times;
        v = v < FACTOR_MAX ? v : FACTOR_MAX;
        v = v > -FACTOR_MAX ? v : -FACTOR_MAX;
        x[i] = (v + magic) - magic;
        sum += (int32_t)(x[i] * x[i]);
    }
    return sum;
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
__attribute__((target("avx2"))) static int64_t make_whole_avx2(float *x, size_t count,
                                                               float times)
{
    const __m256 by = _mm256_set1_ps(times);
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    assert(count <= (size_t)LANES * 255);
    for (; i + LANES <= count; i += LANES)
        _mm256_storeu_ps(x + i, vector_whole(_mm256_loadu_ps(x + i), by, &sums));
    if (i < count) {
        const __m256i rest = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count - i)),
                                                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
        _mm256_maskstore_ps(x + i, rest,
                            vector_whole(_mm256_maskload_ps(x + i, rest), by, &sums));
    }
    const __m256i fours =
        _mm256_add_epi64(_mm256_cvtepu32_epi64(_mm256_castsi256_si128(sums)),
                         _mm256_cvtepu32_epi64(_mm256_extracti128_si256(sums, 1)));
    const __m128i twos =
        _mm_add_epi64(_mm256_castsi256_si128(fours), _mm256_extracti128_si256(fours, 1));
    return _mm_cvtsi128_si64(_mm_add_epi64(twos, _mm_unpackhi_epi64(twos, twos)));
}
#endif

static int64_t make_whole(float *x, size_t count, float times)
{
#ifdef __x86_64__
    if (count >= LANES && __builtin_cpu_supports("avx2"))
        return make_whole_avx2(x, count, times);
#endif
    return make_whole_plain(x, count, times);
}

/* Toward zero, times below 1, so that no square grows but by the factor's. */
static void shorten(float *x, size_t count, float times)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(int32_t)(x[i] * times);
}

/* The layers that have parameters, and what of them belongs to one record. */
typedef struct {
    const sheaf_layer *layer[SHEAF_LAYERS_MAX];
    float *x[SHEAF_LAYERS_MAX], *slopes[SHEAF_LAYERS_MAX];
    uint32_t count;
} record;

static void record_find(const sheaf_network *n, uint32_t number, record *out)
{
    out->count = 0;
    for (uint32_t i = 0; i < n->count; i++) {
        const sheaf_layer *layer = &n->layer[i];
        if (!layer->kind->gradient)
            continue;
        assert(layer->kind == &sheaf_layer_dense && layer->positions == 1);
        out->layer[out->count] = layer;
        out->x[out->count] = n->value[i] + (size_t)number * layer->in;
        out->slopes[out->count++] = n->by_value[i + 1] + (size_t)number * layer->out;
    }
}

/* Makes whole numbers of a record's values and slopes, such that their products have a norm of
 * at most `sensitivity`. */
static void record_clip(const record *r, double norm, double sensitivity, int32_t one)
{
    double square = 0, whole = 0;
    int64_t by_x[SHEAF_LAYERS_MAX];
    for (uint32_t i = 0; i < r->count; i++) {
        by_x[i] = make_whole(r->x[i], r->layer[i]->in, (float)one) + (int64_t)one * one;
        square += (double)by_x[i] * sheaf_square_sum(r->slopes[i], r->layer[i]->out);
    }
    const double length = sqrt(square), limit = norm * one;
    if (!(length < (double)INFINITY)) {
        for (uint32_t i = 0; i < r->count; i++)
            memset(r->slopes[i], 0, r->layer[i]->out * sizeof *r->slopes[i]);
        return;
    }
    /* Rounding to the nearest lengthens about as often as it shortens, so aim a little below.
     */
    const float times = (float)(sensitivity * (1 - 0x1p-7) / (length > limit ? length : limit));
    for (uint32_t i = 0; i < r->count; i++)
        whole += (double)by_x[i] * (double)make_whole(r->slopes[i], r->layer[i]->out, times);
    /* Both factors are exact, being below 2^53; what their product and the sum over layers are
     * off by rounding is below 2^-40 of it. */
    if (whole <= sensitivity * sensitivity * (1 - 0x1p-40))
        return;
    for (uint32_t i = 0; i < r->count; i++)
        shorten(r->slopes[i], r->layer[i]->out,
                (float)(sensitivity / sqrt(whole) * (1 - 0x1p-10)));
}

/* How many records at once. */
static uint32_t batch_most(const sheaf_mlp_trainer *t, uint64_t sensitivity)
{
    const int bits = __builtin_ctzll(sensitivity);
    assert(sensitivity == (uint64_t)1 << bits && bits >= 16 && bits <= 22);
    const uint32_t most = (uint32_t)1 << (SUM_BITS - bits);
    return most < t->network.examples_max ? most : t->network.examples_max;
}

void sheaf_mlp_clipped_batch(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                             const uint32_t *rows, uint32_t count, double norm,
                             uint64_t sensitivity)
{
    const int bits = __builtin_ctzll(sensitivity) - SLOPE_BITS;
    const int32_t one = 1 << (bits < ONE_BITS_MAX ? bits : ONE_BITS_MAX);
    assert(count <= batch_most(t, sensitivity));
    sheaf_mlp_pass(t, records, rows, count, true);
    for (uint32_t i = 0; i < count; i++) {
        record r;
        record_find(&t->network, i, &r);
        record_clip(&r, norm, (double)sensitivity, one);
    }
    /* No element of a record's product is above the sensitivity, so no sum is above 2^24. */
    sheaf_network_gradient(&t->network, &t->product, count, (float)one, false, t->gradient);
}

void sheaf_mlp_clipped_add(sheaf_mlp_trainer *t, const sheaf_mlp_records *records,
                           const uint32_t *rows, uint32_t count, double norm,
                           uint64_t sensitivity, int64_t *values)
{
    const uint32_t most = batch_most(t, sensitivity);
    for (uint32_t first = 0; first < count; first += most) {
        uint32_t some = count - first < most ? count - first : most;
        sheaf_mlp_clipped_batch(t, records, rows + first, some, norm, sensitivity);
        for (uint32_t j = 0; j < t->count; j++)
            values[j] += (int32_t)t->gradient[j];
    }
}
