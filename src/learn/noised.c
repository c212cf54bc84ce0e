#include "learn/noised_internal.h"

#include "crypto/ed25519.h"
#include "crypto/stream.h"
#include "privacy/clip.h"
#include "privacy/discrete_gaussian.h"
#include "round/fixed_point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000 };

static sheaf_status local_check(const sheaf_noised_terms *terms, sheaf_err *err)
{
    if (!terms->local)
        return SHEAF_OK;
    if (terms->unit != SHEAF_NOISED_RECORD)
        return sheaf_fail(err, SHEAF_INVALID,
                          "noise of each member's own in every step hides records; what hides "
                          "members is the noise of a round");
    if (terms->local_norm_millionths == 0
        || terms->local_norm_millionths > SHEAF_NOISED_NORM_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the norm of what a member sends is 1 to %lld millionths, not %llu",
                          (long long)SHEAF_NOISED_NORM_MAX,
                          (unsigned long long)terms->local_norm_millionths);
    if (terms->local_divisor == 0 || terms->local_divisor > SHEAF_NOISED_DIVISOR_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the divisor of a local step is 1 to %d, not %llu",
                          SHEAF_NOISED_DIVISOR_MAX, (unsigned long long)terms->local_divisor);
    return SHEAF_OK;
}

static sheaf_status terms_check(const sheaf_noised_terms *terms, sheaf_err *err)
{
    if (terms->norm_millionths == 0 || terms->norm_millionths > SHEAF_NOISED_NORM_MAX)
        return sheaf_fail(
            err, SHEAF_INVALID, "the clipping norm is 1 to %lld millionths, not %llu",
            (long long)SHEAF_NOISED_NORM_MAX, (unsigned long long)terms->norm_millionths);
    if (terms->sampling_millionths == 0 || terms->sampling_millionths > MILLION)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the rate of the sample is 1 to %d millionths, not %u", MILLION,
                          terms->sampling_millionths);
    if (terms->unit == SHEAF_NOISED_MEMBER && terms->sampling_millionths != MILLION)
        return sheaf_fail(err, SHEAF_INVALID,
                          "where members are what is protected no sample is taken: who takes "
                          "part stands on the log");
    SHEAF_TRY(local_check(terms, err));
    if (terms->divisor == 0 || terms->divisor > SHEAF_NOISED_DIVISOR_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the divisor is 1 to %d, not %llu",
                          SHEAF_NOISED_DIVISOR_MAX, (unsigned long long)terms->divisor);
    if (terms->words == 0 || terms->words > SHEAF_NOISED_WORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a sum has 1 to %d words, not %u",
                          SHEAF_NOISED_WORDS_MAX, terms->words);
    if (terms->records_max == 0 || terms->records_max > SHEAF_CSV_ROWS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a member has 1 to %d records, not %u",
                          SHEAF_CSV_ROWS_MAX, terms->records_max);
    return sheaf_training_check(&terms->training, err);
}

uint64_t sheaf_noised_sensitivity(uint32_t words)
{
    uint64_t sensitivity = 1, least = sheaf_sensitivity_least(words);
    while (sensitivity < least)
        sensitivity *= 2;
    return sensitivity;
}

/* What has a norm of `units` in each of so many parts: units * sqrt(parts), rounded up. */
static uint64_t root_up(uint64_t units, uint32_t parts)
{
    sheaf_int128 square = (sheaf_int128)units * units * parts;
    sheaf_int128 root = sheaf_root_rounded(square);
    return (uint64_t)(root + (root * root < square));
}

/* The narrowest words that so many magnitudes cannot leave as a signed sum. Sensitivities are
 * at most 2^40 and members fewer than 2^20, so that 64 bits always do. */
static unsigned bits_without_noise(uint32_t members, uint64_t magnitude_max)
{
    unsigned bits = 16;
    while (bits < 64
           && (sheaf_uint128)members * magnitude_max > ((uint64_t)1 << (bits - 1)) - 1)
        bits *= 2;
    return bits;
}

sheaf_status sheaf_noised_scale_of(const sheaf_noised_terms *terms, sheaf_noised_scale *out,
                                   sheaf_err *err)
{
    SHEAF_TRY(terms_check(terms, err));
    uint64_t sensitivity = sheaf_noised_sensitivity(terms->words);
    sheaf_noised_scale scale = {.sensitivity = sensitivity};
    bool steps = terms->local && !terms->evaluates;
    scale.magnitude_max =
        sensitivity * (terms->unit == SHEAF_NOISED_RECORD && !steps ? terms->records_max : 1);
    /* The whole noise is what is left of two where one knows its own. */
    const sheaf_noise_plan plan = {.multiplier_millionths = terms->noise_millionths,
                                   .sensitivity = root_up(sensitivity, 1 + terms->groups_reach),
                                   .survivors_least = terms->local ? 2 : terms->survivors_least,
                                   .colluders = terms->local ? 1 : terms->colluders};
    SHEAF_TRY(sheaf_noise_share(&plan, &scale.share, err));
    if (steps) {
        scale.bits = bits_without_noise(terms->members, scale.magnitude_max);
        *out = scale;
        return SHEAF_OK;
    }
    const sheaf_noise_range range = {.participants = terms->members,
                                     .magnitude_max = scale.magnitude_max,
                                     .dimension = terms->words,
                                     .share = scale.share};
    SHEAF_TRY(sheaf_noise_modulus(&range, &scale.bits, err));
    *out = scale;
    return SHEAF_OK;
}

/* ---- what a member adds ---- */

sheaf_status sheaf_noised_shape_check(const sheaf_noised_terms *terms, uint32_t features,
                                      const sheaf_scaling *scaling, const sheaf_table *table,
                                      uint32_t words, sheaf_err *err)
{
    if (table->d != features || terms->words != words)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u features and the round %u words, which does not "
                          "fit a model of %u",
                          table->d, terms->words, features);
    if (table->rows > terms->records_max)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u records, but the members' data sheets count at "
                          "most %u; register this version of the data",
                          table->rows, terms->records_max);
    if (!scaling->clipped)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model is scaled by somebody's data; learning under noise begins "
                          "with a model that is scaled by public ranges");
    return SHEAF_OK;
}

void sheaf_noised_parameters(const sheaf_model *model, double *out)
{
    uint32_t d = model->features.count;
    for (uint32_t j = 0; j < d; j++)
        out[j] = ldexp((double)model->weight[j], -SHEAF_UNIT_BITS);
    out[d] = ldexp((double)model->bias, -SHEAF_UNIT_BITS);
}

double sheaf_noised_norm(const sheaf_noised_terms *terms)
{
    return (double)terms->norm_millionths / MILLION;
}

void sheaf_noised_sampler_init(sheaf_noised_sampler *out, const sheaf_noised_terms *terms,
                               uint32_t records, uint32_t step,
                               const uint8_t seed[SHEAF_NOISED_SEED])
{
    *out = (sheaf_noised_sampler){
        .seed = seed,
        .first = (uint64_t)step * (((uint64_t)records + 7) / 8 * 8),
        .below = (uint64_t)(((sheaf_uint128)terms->sampling_millionths << 64) / MILLION),
        .all = terms->sampling_millionths == MILLION};
}

bool sheaf_noised_sampler_takes(sheaf_noised_sampler *s, uint32_t record)
{
    if (s->all)
        return true;
    if (record % SHEAF_NOISED_DRAWS == 0)
        sheaf_stream_words(s->seed, s->first + record, s->draw, SHEAF_NOISED_DRAWS);
    return s->draw[record % SHEAF_NOISED_DRAWS] < s->below;
}

void sheaf_noised_gradients_add(const sheaf_noised_terms *terms, const sheaf_samples *samples,
                                uint64_t sensitivity, const double *parameters, uint32_t step,
                                const uint8_t sample_seed[SHEAF_NOISED_SEED], int64_t *values)
{
    sheaf_noised_sampler sampler;
    double gradient[SHEAF_FEATURES_MAX + 1];
    int64_t clipped[SHEAF_FEATURES_MAX + 1];
    sheaf_noised_sampler_init(&sampler, terms, samples->n, step, sample_seed);
    for (uint32_t i = 0; i < samples->n; i++) {
        if (!sheaf_noised_sampler_takes(&sampler, i))
            continue;
        sheaf_logistic_gradient(samples, &i, 1, parameters, 0, gradient);
        (void)sheaf_clip(gradient, terms->words, sheaf_noised_norm(terms), sensitivity,
                         clipped);
        for (uint32_t j = 0; j < terms->words; j++)
            values[j] += clipped[j];
    }
    sheaf_wipe(&sampler, sizeof sampler);
    sheaf_wipe(gradient, sizeof gradient);
    sheaf_wipe(clipped, sizeof clipped);
}

void sheaf_noised_samples_close(sheaf_samples *samples)
{
    sheaf_wipe(samples->z, (size_t)samples->n * samples->d * sizeof *samples->z);
    sheaf_wipe(samples->y, samples->n);
    if (samples->target)
        sheaf_wipe(samples->target, samples->n * sizeof *samples->target);
    sheaf_samples_close(samples);
}

sheaf_status sheaf_noised_gradient(const sheaf_noised_terms *terms, const sheaf_model *current,
                                   const sheaf_table *table,
                                   const uint8_t sample_seed[SHEAF_NOISED_SEED],
                                   int64_t *values, sheaf_err *err)
{
    sheaf_noised_scale scale;
    sheaf_samples samples;
    double parameters[SHEAF_FEATURES_MAX + 1];
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    SHEAF_TRY(sheaf_noised_shape_check(terms, current->features.count, &current->scaling, table,
                                       current->features.count + 1, err));
    memset(values, 0, terms->words * sizeof *values);
    if (table->train_rows == 0)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_samples_open(table, SHEAF_PART_TRAIN, &current->scaling, &samples, err));
    sheaf_noised_parameters(current, parameters);
    sheaf_noised_gradients_add(terms, &samples, scale.sensitivity, parameters, 0, sample_seed,
                               values);
    sheaf_noised_samples_close(&samples);
    return SHEAF_OK;
}

sheaf_status sheaf_noised_change_clip(const sheaf_noised_terms *terms, const double *change,
                                      const uint8_t rounding_seed[SHEAF_NOISED_SEED],
                                      int64_t *values, sheaf_err *err)
{
    sheaf_noised_scale scale;
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    memset(values, 0, terms->words * sizeof *values);
    (void)sheaf_clip_at_random(change, terms->words, sheaf_noised_norm(terms),
                               scale.sensitivity, rounding_seed, values);
    return SHEAF_OK;
}

sheaf_status sheaf_noised_change(const sheaf_noised_terms *terms, const sheaf_model *current,
                                 const sheaf_table *table, uint64_t order_seed,
                                 const uint8_t rounding_seed[SHEAF_NOISED_SEED],
                                 int64_t *values, sheaf_err *err)
{
    sheaf_samples samples;
    double before[SHEAF_FEATURES_MAX + 1], change[SHEAF_FEATURES_MAX + 1];
    SHEAF_TRY(sheaf_noised_shape_check(terms, current->features.count, &current->scaling, table,
                                       current->features.count + 1, err));
    memset(values, 0, terms->words * sizeof *values);
    if (table->train_rows == 0)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_samples_open(table, SHEAF_PART_TRAIN, &current->scaling, &samples, err));
    sheaf_noised_parameters(current, before);
    sheaf_noised_parameters(current, change);
    sheaf_status status =
        sheaf_logistic_train(&samples, &terms->training, order_seed, change, err);
    sheaf_noised_samples_close(&samples);
    for (uint32_t j = 0; j < terms->words; j++)
        change[j] -= before[j];
    if (status == SHEAF_OK)
        status = sheaf_noised_change_clip(terms, change, rounding_seed, values, err);
    sheaf_wipe(change, sizeof change);
    return status;
}

sheaf_status sheaf_noised_cells_of(const sheaf_noised_terms *terms, const sheaf_table *table,
                                   const double *scores, int64_t *values, sheaf_err *err)
{
    sheaf_noised_scale scale;
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    memset(values, 0, SHEAF_NOISED_CELLS * sizeof *values);
    for (uint32_t i = 0; i < table->rows; i++) {
        if (!sheaf_part_has(table, SHEAF_PART_TEST, i))
            continue;
        bool predicted = scores[i] >= 0;
        values[(table->y[i] ? 2 : 0) + predicted]++;
    }
    for (int i = 0; i < SHEAF_NOISED_CELLS; i++) {
        values[i] *= (int64_t)scale.sensitivity;
        if (terms->unit == SHEAF_NOISED_MEMBER && table->test_rows > 0)
            values[i] /= table->test_rows; /* they add up to `sensitivity` at most */
    }
    return SHEAF_OK;
}

sheaf_status sheaf_noised_cells(const sheaf_noised_terms *terms, const sheaf_model *model,
                                const sheaf_table *table, int64_t *values, sheaf_err *err)
{
    SHEAF_TRY(sheaf_noised_shape_check(terms, model->features.count, &model->scaling, table,
                                       SHEAF_NOISED_CELLS, err));
    double *scores = calloc((size_t)table->rows + 1, sizeof *scores);
    if (!scores)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to evaluate %u rows", table->rows);
    for (uint32_t i = 0; i < table->rows; i++)
        scores[i] = sheaf_model_score(model, table->x + (size_t)i * table->d);
    sheaf_status status = sheaf_noised_cells_of(terms, table, scores, values, err);
    sheaf_wipe(scores, table->rows * sizeof *scores);
    free(scores);
    return status;
}

/* ---- its noise ---- */

sheaf_status sheaf_noised_words(const sheaf_noised_terms *terms, const int64_t *values,
                                const uint8_t noise_seed[SHEAF_NOISED_SEED], uint64_t *words,
                                sheaf_err *err)
{
    sheaf_noised_scale scale;
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    typedef struct {
        sheaf_discrete_gaussian law;
        sheaf_noise_stream stream;
        int64_t noise[];
    } work;
    const size_t bytes = sizeof(work) + terms->words * sizeof(int64_t);
    work *w = calloc(1, bytes);
    if (!w)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to draw noise");
    sheaf_status status = sheaf_discrete_gaussian_init(&w->law, scale.share, err);
    memset(words, 0, terms->words * sizeof *words);
    if (status == SHEAF_OK && (!terms->local || terms->evaluates)) {
        sheaf_noise_stream_init(&w->stream, noise_seed);
        sheaf_discrete_gaussian_fill(&w->law, &w->stream, w->noise, terms->words);
    }
    if (status == SHEAF_OK)
        status =
            sheaf_noise_add(values, w->noise, terms->words, scale.magnitude_max, words, err);
    for (uint32_t j = 0; j < terms->words && scale.bits < 64; j++)
        words[j] &= ((uint64_t)1 << scale.bits) - 1;
    sheaf_wipe(w, bytes);
    free(w);
    return status;
}
