/* From the summed words to a model or to figures: integers only. */
#include "learn/noised.h"
#include "round/fixed_point.h"

#include <string.h>

enum { MILLION = 1000000 };

/* The low bits of a word as a signed number. */
static int64_t signed_of(uint64_t word, unsigned bits)
{
    uint64_t top = word << (64 - bits);
    return sheaf_int_from_word(top) / ((int64_t)1 << (64 - bits));
}

/* How far a parameter moves, in units of 2^-24, half to even; false where no parameter moves so
 * far. Numerator and denominator of C * rate * sum / (sensitivity * divisor) share the factor
 * 2^24: sensitivity is a power of two from 2^16 and 10^12 has 2^12. */
static bool move_of(const sheaf_noised_terms *terms, const sheaf_noised_scale *scale,
                    int64_t sum, int64_t *out)
{
    const int64_t five_to_12 = 244140625;
    const uint64_t left = scale->sensitivity >> (SHEAF_UNIT_BITS - 12);
    const bool gradients = terms->unit == SHEAF_NOISED_RECORD && !terms->local;
    const uint64_t norm = terms->local ? terms->local_norm_millionths : terms->norm_millionths;
    sheaf_int128 rate = gradients ? terms->training.rate_millionths : MILLION;
    sheaf_int128 top, bottom = (sheaf_int128)five_to_12 * (int64_t)terms->divisor;
    if (__builtin_mul_overflow((sheaf_int128)sum * (int64_t)norm, rate, &top)
        || __builtin_mul_overflow(bottom, (sheaf_int128)left, &bottom))
        return false;
    sheaf_int128 move = sheaf_divide_rounded(top, bottom);
    if (move > 2 * SHEAF_WEIGHT_MAX || move < -2 * SHEAF_WEIGHT_MAX)
        return false;
    *out = (int64_t)(gradients ? -move : move);
    return true;
}

static bool parameter_move(const sheaf_noised_terms *terms, const sheaf_noised_scale *scale,
                           uint64_t word, int64_t before, int64_t *after)
{
    int64_t move;
    if (!move_of(terms, scale, signed_of(word, scale->bits), &move))
        return false;
    *after = before + move;
    return *after <= SHEAF_WEIGHT_MAX && *after >= -SHEAF_WEIGHT_MAX;
}

sheaf_status sheaf_noised_move(const sheaf_noised_terms *terms, const uint64_t *words,
                               int64_t *parameters, sheaf_err *err)
{
    sheaf_noised_scale scale;
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    for (uint32_t j = 0; j < terms->words; j++)
        if (!parameter_move(terms, &scale, words[j], parameters[j], &parameters[j]))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' sum takes parameter %u beyond %d: the noise or the "
                              "learning rate is too large for the divisor, so abort this round "
                              "and ask for another mandate",
                              j + 1, 1 << SHEAF_PARAMETER_BITS);
    return SHEAF_OK;
}

sheaf_status sheaf_noised_step(const sheaf_noised_terms *terms, const sheaf_model *current,
                               const uint64_t *words, sheaf_model *next, sheaf_err *err)
{
    const uint32_t d = current->features.count;
    int64_t parameters[SHEAF_FEATURES_MAX + 1];
    if (terms->words != d + 1)
        return sheaf_fail(err, SHEAF_INVALID, "a sum of %u words is no step of %u parameters",
                          terms->words, d + 1);
    memcpy(parameters, current->weight, d * sizeof *parameters);
    parameters[d] = current->bias;
    SHEAF_TRY(sheaf_noised_move(terms, words, parameters, err));
    *next = *current;
    memcpy(next->weight, parameters, d * sizeof *parameters);
    next->bias = parameters[d];
    return SHEAF_OK;
}

sheaf_noised_figures sheaf_noised_figures_of(const int64_t cells[SHEAF_NOISED_CELLS])
{
    const sheaf_int128 one = (sheaf_int128)sheaf_noised_sensitivity(SHEAF_NOISED_CELLS);
    sheaf_int128 all = 0, correct = (sheaf_int128)cells[0] + cells[SHEAF_NOISED_CELLS - 1];
    for (int i = 0; i < SHEAF_NOISED_CELLS; i++)
        all += cells[i];
    all = all < one ? one : all;
    all = all > SHEAF_RECORDS_MAX * one ? SHEAF_RECORDS_MAX * one : all;
    correct = correct < 0 ? 0 : correct;
    correct = correct > all ? all : correct;
    return (sheaf_noised_figures){
        .records = (uint32_t)sheaf_divide_rounded(all, one),
        .accuracy_millionths = (int64_t)sheaf_divide_rounded(correct * MILLION, all),
    };
}
