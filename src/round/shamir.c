#include "round/shamir.h"

#include <assert.h>

static sheaf_scalar abscissa(int index)
{
    assert(index >= 0);
    return sheaf_scalar_from_u32((uint32_t)index + 1);
}

sheaf_scalar sheaf_shamir_share(const sheaf_scalar *poly, size_t threshold, int index)
{
    assert(threshold > 0);
    sheaf_scalar x = abscissa(index), value = poly[threshold - 1];
    for (size_t k = threshold - 1; k-- > 0;) {
        value = sheaf_scalar_mul(&value, &x);
        value = sheaf_scalar_add(&value, &poly[k]);
    }
    return value;
}

bool sheaf_shamir_commit(const sheaf_scalar *poly, size_t threshold, sheaf_point *out)
{
    for (size_t k = 0; k < threshold; k++)
        if (!sheaf_point_base(&out[k], &poly[k]))
            return false;
    return true;
}

bool sheaf_shamir_verify(sheaf_slice commitments, size_t threshold, int index,
                         const sheaf_scalar *share)
{
    assert(threshold > 0 && commitments.len == threshold * SHEAF_POINT_BYTES);
    sheaf_point own;
    return sheaf_point_base(&own, share)
           && sheaf_points_evaluate_to(commitments, (uint32_t)index + 1, &own);
}

static sheaf_scalar scalar_of(uint64_t value)
{
    sheaf_scalar out = {{0}};
    for (int i = 0; i < 8; i++)
        out.bytes[i] = (uint8_t)(value >> (8 * i));
    return out;
}

/* *product times a small number; as many as fit are gathered in *pending first, because a
 * product of scalars takes a hundred times as long. */
static void multiply_small(sheaf_scalar *product, uint64_t *pending, uint64_t number)
{
    uint64_t both;
    if (!__builtin_mul_overflow(*pending, number, &both)) {
        *pending = both;
        return;
    }
    sheaf_scalar gathered = scalar_of(*pending);
    *product = sheaf_scalar_mul(product, &gathered);
    *pending = number;
}

/* The product of all abscissas. */
static sheaf_scalar numerator(const int *index, size_t count)
{
    sheaf_scalar out = scalar_of(1), rest;
    uint64_t pending = 1;
    for (size_t i = 0; i < count; i++)
        multiply_small(&out, &pending, (uint64_t)index[i] + 1);
    rest = scalar_of(pending);
    return sheaf_scalar_mul(&out, &rest);
}

/* The abscissa x of place i times the product of x' - x over all others. */
static sheaf_scalar denominator(const int *index, size_t count, size_t i)
{
    sheaf_scalar out = abscissa(index[i]), zero = {{0}}, rest;
    uint64_t pending = 1;
    bool negative = false;
    for (size_t j = 0; j < count; j++) {
        int gap = index[j] - index[i];
        if (j == i)
            continue;
        assert(gap != 0);
        negative ^= gap < 0;
        multiply_small(&out, &pending, (uint64_t)(gap < 0 ? -gap : gap));
    }
    rest = scalar_of(pending);
    out = sheaf_scalar_mul(&out, &rest);
    return negative ? sheaf_scalar_sub(&zero, &out) : out;
}

/* Inverts many denominators by one inversion and three products each (Montgomery). */
void sheaf_shamir_lagrange(const int *index, size_t count, sheaf_scalar *out)
{
    enum { BATCH = 64 };
    sheaf_scalar below[BATCH], before[BATCH], above = numerator(index, count);
    for (size_t first = 0; first < count; first += BATCH) {
        size_t n = count - first < BATCH ? count - first : BATCH;
        sheaf_scalar product = scalar_of(1);
        for (size_t i = 0; i < n; i++) {
            below[i] = denominator(index, count, first + i);
            before[i] = product;
            product = sheaf_scalar_mul(&product, &below[i]);
        }
        sheaf_scalar inverse = sheaf_scalar_invert(&product);
        inverse = sheaf_scalar_mul(&inverse, &above);
        for (size_t i = n; i-- > 0;) {
            out[first + i] = sheaf_scalar_mul(&inverse, &before[i]);
            inverse = sheaf_scalar_mul(&inverse, &below[i]);
        }
    }
}

sheaf_scalar sheaf_shamir_join(const sheaf_scalar *lagrange, const sheaf_scalar *shares,
                               size_t count)
{
    sheaf_scalar sum = {{0}};
    for (size_t i = 0; i < count; i++) {
        sheaf_scalar term = sheaf_scalar_mul(&lagrange[i], &shares[i]);
        sum = sheaf_scalar_add(&sum, &term);
    }
    return sum;
}

bool sheaf_shamir_opens(const sheaf_point *commitment, const sheaf_scalar *secret)
{
    sheaf_point point;
    return sheaf_scalar_canonical(secret) && sheaf_point_base(&point, secret)
           && memcmp(point.bytes, commitment->bytes, sizeof point) == 0;
}
