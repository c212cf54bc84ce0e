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
    sheaf_scalar x = abscissa(index);
    sheaf_point value, term, own;
    memcpy(value.bytes, commitments.data + (threshold - 1) * SHEAF_POINT_BYTES,
           SHEAF_POINT_BYTES);
    for (size_t k = threshold - 1; k-- > 0;) {
        memcpy(term.bytes, commitments.data + k * SHEAF_POINT_BYTES, SHEAF_POINT_BYTES);
        if (!sheaf_point_mul(&value, &x, &value) || !sheaf_point_add(&value, &value, &term))
            return false;
    }
    return sheaf_point_base(&own, share) && memcmp(own.bytes, value.bytes, sizeof own) == 0;
}

void sheaf_shamir_lagrange(const int *index, size_t count, sheaf_scalar *out)
{
    for (size_t i = 0; i < count; i++) {
        sheaf_scalar x = abscissa(index[i]);
        sheaf_scalar above = sheaf_scalar_from_u32(1), below = above;
        for (size_t j = 0; j < count; j++) {
            if (j == i)
                continue;
            assert(index[j] != index[i]);
            sheaf_scalar other = abscissa(index[j]);
            sheaf_scalar difference = sheaf_scalar_sub(&other, &x);
            above = sheaf_scalar_mul(&above, &other);
            below = sheaf_scalar_mul(&below, &difference);
        }
        below = sheaf_scalar_invert(&below);
        out[i] = sheaf_scalar_mul(&above, &below);
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
