#include "coop/apportion.h"

#include <assert.h>
#include <stdlib.h>

typedef struct {
    uint64_t remainder;
    size_t at;
} claimant;

static int by_remainder(const void *a, const void *b)
{
    const claimant *x = a, *y = b;
    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

bool sheaf_apportion(int64_t amount, const uint64_t *weights, size_t count, int64_t *shares,
                     sheaf_arena *arena)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (__builtin_add_overflow(total, weights[i], &total))
            return false;
    claimant *claimants = SHEAF_ARENA_NEW(arena, claimant, count);
    if (!total || !claimants || amount < 0)
        return false;
    int64_t left = amount;
    for (size_t i = 0; i < count; i++) {
        unsigned __int128 exact = (unsigned __int128)(uint64_t)amount * weights[i];
        shares[i] = (int64_t)(exact / total);
        claimants[i] = (claimant){(uint64_t)(exact % total), i};
        left -= shares[i];
    }
    assert(left >= 0 && (uint64_t)left <= count);
    qsort(claimants, count, sizeof *claimants, by_remainder);
    for (size_t i = 0; left > 0; i++, left--)
        shares[claimants[i].at]++;
    return true;
}
