#include "coop/ceilings.h"

#include "bylaws/bylaws.h"

#include <assert.h>

enum { WHOLE_BP = 10000 };
#define VOTES_END   ((uint64_t)1 << 46)
#define BALLOTS_END ((uint64_t)1 << 36)

static uint16_t ceiling_of(const sheaf_state *state, const struct sheaf_row_bylaws *bylaws,
                           uint8_t class)
{
    return sheaf_class_at(state, bylaws->class_first + class)->ceiling_bp;
}

bool sheaf_class_limited(const sheaf_state *state, const struct sheaf_row_bylaws *bylaws,
                         uint8_t class)
{
    return ceiling_of(state, bylaws, class) != SHEAF_NO_CEILING;
}

/* Those of classes without a ceiling. */
static uint64_t free_of(const sheaf_votes *votes)
{
    uint64_t out = votes->all;
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++) {
        assert(votes->of[i] <= out);
        out -= votes->of[i];
    }
    return out;
}

sheaf_ceilings sheaf_ceilings_of(const sheaf_state *state,
                                 const struct sheaf_row_bylaws *bylaws, const sheaf_votes *cast)
{
    sheaf_ceilings out = {.cast = *cast};
    uint64_t free = free_of(cast);
    assert(cast->all < VOTES_END);
    for (uint8_t i = 0; i < bylaws->classes; i++) {
        if (!cast->of[i])
            continue;
        uint16_t ceiling = ceiling_of(state, bylaws, i);
        assert(ceiling < WHOLE_BP);
        uint64_t part = free * ceiling, whole = cast->of[i] * (uint64_t)(WHOLE_BP - ceiling);
        if (part >= whole)
            continue;
        out.of[i].part = part;
        out.of[i].whole = whole;
        out.bind = true;
    }
    return out;
}

/* ---- exactly ---- */

void sheaf_weight_multiply(sheaf_weight *weight, uint64_t by)
{
    uint64_t carry = 0;
    for (int i = 0; i < SHEAF_WEIGHT_LIMBS; i++) {
        unsigned __int128 limb = (unsigned __int128)weight->limb[i] * by + carry;
        weight->limb[i] = (uint64_t)limb;
        carry = (uint64_t)(limb >> 64);
    }
    assert(!carry);
}

static void add(sheaf_weight *weight, const sheaf_weight *more)
{
    bool carry = false;
    for (int i = 0; i < SHEAF_WEIGHT_LIMBS; i++) {
        uint64_t sum;
        bool over = __builtin_add_overflow(weight->limb[i], more->limb[i], &sum);
        carry = __builtin_add_overflow(sum, (uint64_t)carry, &weight->limb[i]) || over;
    }
    assert(!carry);
}

sheaf_weight sheaf_votes_weigh(const sheaf_ceilings *ceilings, const sheaf_votes *votes)
{
    assert(votes->all < BALLOTS_END);
    uint64_t counted = votes->all;
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++)
        counted -= ceilings->of[i].whole ? votes->of[i] : 0;
    /* The sum of fractions so far, over the product of their denominators. */
    sheaf_weight sum = {.limb = {counted}}, denominator = {.limb = {1}};
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++) {
        if (!ceilings->of[i].whole)
            continue;
        sheaf_weight class = denominator;
        sheaf_weight_multiply(&class, ceilings->of[i].part);
        sheaf_weight_multiply(&class, votes->of[i]);
        sheaf_weight_multiply(&sum, ceilings->of[i].whole);
        add(&sum, &class);
        sheaf_weight_multiply(&denominator, ceilings->of[i].whole);
    }
    return sum;
}

int sheaf_weight_compare(const sheaf_weight *a, const sheaf_weight *b)
{
    for (int i = SHEAF_WEIGHT_LIMBS - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

bool sheaf_weight_is_zero(const sheaf_weight *weight)
{
    static const sheaf_weight none;
    return sheaf_weight_compare(weight, &none) == 0;
}

bool sheaf_votes_reach(const sheaf_ceilings *ceilings, uint8_t majority,
                       const sheaf_votes *with, const sheaf_votes *base)
{
    sheaf_majority_share share = sheaf_majority_of(majority);
    sheaf_weight have = sheaf_votes_weigh(ceilings, with);
    sheaf_weight need = sheaf_votes_weigh(ceilings, base);
    sheaf_weight_multiply(&have, share.denominator);
    sheaf_weight_multiply(&need, share.numerator);
    int more = sheaf_weight_compare(&have, &need);
    return !sheaf_weight_is_zero(&have) && (share.more_than ? more > 0 : more >= 0);
}

/* ---- rounded ---- */

uint64_t sheaf_votes_units(const sheaf_ceilings *ceilings, const sheaf_votes *votes,
                           uint64_t unit)
{
    uint64_t out = votes->all * unit;
    /* What is left of a unit, of all classes together, in parts of 2^64. */
    unsigned __int128 left = 0;
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++) {
        uint64_t whole = ceilings->of[i].whole;
        if (!whole)
            continue;
        unsigned __int128 parts = (unsigned __int128)votes->of[i] * ceilings->of[i].part;
        unsigned __int128 rest = parts % whole * unit;
        out -=
            votes->of[i] * unit - ((uint64_t)(parts / whole) * unit + (uint64_t)(rest / whole));
        left += ((rest % whole) << 64) / whole;
    }
    /* Each of them was rounded down, by less than one such part: thirds make up a whole. */
    return out + (uint64_t)((left + SHEAF_CLASSES_MAX) >> 64);
}
