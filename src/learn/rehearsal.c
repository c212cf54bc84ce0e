#include "learn/rehearsal.h"

#include "learn/draw.h"
#include "learn/fedsim.h"
#include "learn/ranges.h"
#include "privacy/discrete_gaussian.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORDS_MAX = 1 + 3 * SHEAF_FEATURES_MAX,
    PURPOSE_COHORT = 2,
    ALONE_MIN = 2, /* records: a deviation takes two */
};

/* What a form works with. */
typedef struct {
    const sheaf_rehearsal *plan;
    const sheaf_noised_terms *terms; /* NULL: exact */
    const sheaf_virtual *v;
    sheaf_draw draw;
    uint32_t *seats; /* members; the first `cohort` have a seat in the present round */
    uint32_t able;   /* how many may have one */
    uint16_t cohort; /* how many do */
    uint16_t masked; /* of them, whose vectors are kept */
    uint32_t words;  /* of a vector */
    uint64_t *kept;  /* vectors of the first round, for its masks */
    sheaf_model model;
    sheaf_discrete_gaussian law;
    sheaf_noise_stream stream;
    sheaf_rehearsed *out;
} trial;

static sheaf_status stopped(const sheaf_rehearsal *plan, sheaf_err *err)
{
    if (plan->going && !plan->going(plan->context))
        return sheaf_fail(err, SHEAF_IO, "the simulation was stopped");
    return SHEAF_OK;
}

/* ---- who takes part ---- */

/* Under noise everybody can: who has nothing to add adds noise. */
static void members_find(trial *t)
{
    for (uint32_t m = 0; m < t->v->members; m++) {
        sheaf_table table = sheaf_virtual_member(t->v, m);
        if (t->terms || table.train_rows > 0)
            t->seats[t->able++] = m;
    }
    t->out->left_out = t->v->members - t->able;
    t->cohort = t->able < t->plan->cohort ? (uint16_t)t->able : t->plan->cohort;
}

/* Puts `cohort` of those who can in front, each as likely as the others. */
static void cohort_draw(trial *t)
{
    for (uint32_t i = 0; i < t->cohort && t->cohort < t->able; i++) {
        uint32_t k = i + sheaf_draw_below(&t->draw, t->able - i), member = t->seats[i];
        t->seats[i] = t->seats[k];
        t->seats[k] = member;
    }
}

/* ---- a vector ---- */

static void seed_of(const trial *t, uint32_t round, uint32_t member, uint8_t purpose,
                    uint8_t out[SHEAF_NOISED_SEED])
{
    uint64_t word = sheaf_training_seed(t->plan->seed, round, member);
    memset(out, 0, SHEAF_NOISED_SEED);
    memcpy(out, &word, sizeof word);
    out[sizeof word] = purpose;
}

/* As sheaf_noised_words(), by a law that is made once. */
static sheaf_status noised_vector(trial *t, uint32_t round, uint32_t member,
                                  const sheaf_table *table, uint64_t *words, sheaf_err *err)
{
    int64_t values[SHEAF_FEATURES_MAX + 1], noise[SHEAF_FEATURES_MAX + 1];
    uint8_t sample[SHEAF_NOISED_SEED], rounding[SHEAF_NOISED_SEED], drawn[SHEAF_NOISED_SEED];
    sheaf_noised_scale scale;
    seed_of(t, round, member, 1, sample);
    seed_of(t, round, member, 2, drawn);
    seed_of(t, round, member, 3, rounding);
    SHEAF_TRY(sheaf_noised_scale_of(t->terms, &scale, err));
    if (t->terms->unit == SHEAF_NOISED_RECORD)
        SHEAF_TRY(sheaf_noised_gradient(t->terms, &t->model, table, sample, values, err));
    else
        SHEAF_TRY(sheaf_noised_change(t->terms, &t->model, table,
                                      sheaf_training_seed(t->plan->seed, round, member),
                                      rounding, values, err));
    sheaf_noise_stream_init(&t->stream, drawn);
    sheaf_discrete_gaussian_fill(&t->law, &t->stream, noise, t->words);
    return sheaf_noise_add(values, noise, t->words, scale.magnitude_max, words, err);
}

static sheaf_status vector_make(trial *t, uint32_t round, uint32_t member, uint64_t *words,
                                sheaf_err *err)
{
    sheaf_table table = sheaf_virtual_member(t->v, member);
    if (t->terms)
        return noised_vector(t, round, member, &table, words, err);
    return sheaf_update_local(&t->model, &table, &t->plan->training,
                              sheaf_training_seed(t->plan->seed, round, member),
                              (int64_t *)words, err);
}

/* ---- rounds ---- */

static sheaf_status round_finish(trial *t, const uint64_t *sum, sheaf_err *err)
{
    if (t->terms)
        return sheaf_noised_step(t->terms, &t->model, sum, &t->model, err);
    return sheaf_update_finish(&t->model, (const int64_t *)sum, &t->model, NULL, err);
}

static sheaf_status round_train(trial *t, uint32_t round, sheaf_err *err)
{
    uint64_t sum[WORDS_MAX] = {0}, words[WORDS_MAX];
    if (t->terms)
        cohort_draw(t);
    double begun = t->plan->cpu_s();
    for (uint16_t i = 0; i < t->cohort; i++) {
        SHEAF_TRY(stopped(t->plan, err));
        SHEAF_TRY(vector_make(t, round, t->seats[i], words, err));
        for (uint32_t j = 0; j < t->words; j++)
            sum[j] += words[j];
        if (round == 0 && i < t->masked)
            memcpy(t->kept + (size_t)i * t->words, words, t->words * sizeof *words);
    }
    double summed = t->plan->cpu_s();
    SHEAF_TRY(round_finish(t, sum, err));
    t->out->member_s += (summed - begun) / t->cohort / t->plan->rounds;
    t->out->hub_s += (t->plan->cpu_s() - summed) / t->plan->rounds;
    return SHEAF_OK;
}

static sheaf_status start(trial *t, sheaf_err *err)
{
    sheaf_scaling scaling;
    uint32_t d = t->plan->features->count;
    if (t->terms) {
        sheaf_noised_scale scale;
        SHEAF_TRY(sheaf_noised_scale_of(t->terms, &scale, err));
        SHEAF_TRY(sheaf_discrete_gaussian_init(&t->law, scale.share, err));
        SHEAF_TRY(sheaf_ranges_scaling(t->plan->features, &scaling, err));
        t->words = t->terms->words;
    } else {
        int64_t sum[WORDS_MAX] = {0}, words[WORDS_MAX];
        for (uint16_t i = 0; i < t->cohort; i++) {
            sheaf_table table = sheaf_virtual_member(t->v, t->seats[i]);
            SHEAF_TRY(sheaf_statistics_local(&table, words, err));
            for (uint32_t j = 0; j < sheaf_statistics_words(d); j++)
                sum[j] += words[j];
        }
        SHEAF_TRY(sheaf_statistics_finish(sum, d, &scaling, NULL, err));
        t->words = (uint32_t)sheaf_update_words(d);
    }
    sheaf_model_init(&t->model, t->plan->features, &scaling);
    return SHEAF_OK;
}

static sheaf_status masks_play(trial *t, sheaf_err *err)
{
    sheaf_round_config *config = malloc(sizeof *config);
    if (!config)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a round");
    sheaf_status status =
        sheaf_rehearsal_config(t->plan, t->terms, t->words, t->masked, config, err);
    if (status == SHEAF_OK)
        status = sheaf_masked_round(config, t->kept, t->plan->seed, t->plan->cpu_s,
                                    &t->out->round, err);
    free(config);
    return status;
}

static sheaf_status together(trial *t, bool masks, sheaf_err *err)
{
    members_find(t);
    if (t->able < 3)
        return sheaf_fail(err, SHEAF_INVALID,
                          "only %u of the %u members have a record to train on; plan with "
                          "fewer members or more records",
                          t->able, t->v->members);
    if (!t->terms) /* one set of members in all sums that are exact */
        cohort_draw(t);
    SHEAF_TRY(start(t, err));
    if (masks) {
        t->masked = t->plan->masked < t->cohort ? t->plan->masked : t->cohort;
        t->kept = calloc((size_t)t->masked * t->words, sizeof *t->kept);
        if (!t->kept)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for the vectors of a round");
    }
    for (uint32_t round = 0; round < t->plan->rounds; round++) {
        SHEAF_TRY(round_train(t, round, err));
        if (masks && round == 0)
            SHEAF_TRY(masks_play(t, err));
    }
    return sheaf_evaluation_local(&t->model, &t->v->rows, SHEAF_PART_TEST, t->out->words, err);
}

/* ---- without a cooperative ---- */

static sheaf_status alone(const sheaf_rehearsal *plan, const sheaf_table *table, uint64_t id,
                          sheaf_model *model, sheaf_err *err)
{
    const sheaf_fedsim sim = {.features = plan->features,
                              .tables = table,
                              .ids = &id,
                              .owners = 1,
                              .training = plan->training,
                              .rounds = plan->rounds,
                              .seed = plan->seed};
    return sheaf_fedsim_run(&sim, model, err);
}

static sheaf_status each_alone(trial *t, sheaf_err *err)
{
    for (uint32_t m = 0; m < t->v->members; m++) {
        int64_t words[SHEAF_EVALUATION_WORDS];
        sheaf_table table = sheaf_virtual_member(t->v, m);
        SHEAF_TRY(stopped(t->plan, err));
        if (table.train_rows < ALONE_MIN) {
            t->out->left_out++;
            continue;
        }
        SHEAF_TRY(alone(t->plan, &table, m, &t->model, err));
        SHEAF_TRY(sheaf_evaluation_local(&t->model, &table, SHEAF_PART_TEST, words, err));
        for (int j = 0; j < SHEAF_EVALUATION_WORDS; j++)
            t->out->words[j] += words[j];
    }
    return SHEAF_OK;
}

static sheaf_status form_run(trial *t, sheaf_rehearsal_form form, bool masks, sheaf_err *err)
{
    switch (form) {
    case SHEAF_REHEARSE_LOCAL:
        return each_alone(t, err);
    case SHEAF_REHEARSE_POOLED:
        SHEAF_TRY(alone(t->plan, &t->v->rows, 0, &t->model, err));
        return sheaf_evaluation_local(&t->model, &t->v->rows, SHEAF_PART_TEST, t->out->words,
                                      err);
    default:
        return together(t, masks, err);
    }
}

sheaf_status sheaf_rehearse(const sheaf_rehearsal *plan, sheaf_rehearsal_form form,
                            const sheaf_noised_terms *terms, const sheaf_virtual *v, bool masks,
                            sheaf_rehearsed *out, sheaf_err *err)
{
    assert((form == SHEAF_REHEARSE_NOISED) == (terms != NULL));
    *out = (sheaf_rehearsed){0};
    trial *t = calloc(1, sizeof *t);
    uint32_t *seats = calloc(v->members, sizeof *seats);
    sheaf_status status = SHEAF_OK;
    if (t && seats) {
        *t = (trial){.plan = plan, .terms = terms, .v = v, .seats = seats, .out = out};
        sheaf_draw_init(&t->draw, plan->seed, PURPOSE_COHORT);
        status = form_run(t, form, masks, err);
        if (status == SHEAF_OK)
            status = sheaf_evaluation_finish(out->words, &out->figures, err);
        free(t->kept);
    } else {
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory for %u members", v->members);
    }
    free(seats);
    free(t);
    return status;
}
