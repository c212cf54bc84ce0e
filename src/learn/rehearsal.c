#include "learn/rehearsal.h"

#include "learn/alone.h"
#include "learn/draw.h"
#include "learn/validation.h"
#include "privacy/discrete_gaussian.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PURPOSE_COHORT = 2,
    ALONE_MIN = 2, /* records: a deviation takes two */
    BYTES_MAX = 1 << 26,
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
    uint64_t *kept;  /* vectors of the first round, for its masks */
    sheaf_buffer model;
    sheaf_patience patience;
    sheaf_discrete_gaussian law;
    sheaf_noise_stream stream;
    sheaf_rehearsed *out;
} trial;

/* A vector for all, one for a member, and one for what it adds by itself. */
typedef struct {
    uint32_t count;
    uint64_t *sum, *words;
    int64_t *values, *noise;
} vectors;

static sheaf_status vectors_open(uint32_t count, vectors *out, sheaf_err *err)
{
    *out = (vectors){.count = count};
    out->sum = calloc((size_t)count * 4, sizeof *out->sum);
    if (!out->sum)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for vectors of %u words", count);
    out->words = out->sum + count;
    out->values = (int64_t *)(out->words + count);
    out->noise = out->values + count;
    return SHEAF_OK;
}

static uint32_t rounds_of(const trial *t)
{
    return t->terms ? t->plan->rounds : t->plan->rounds_exact;
}

static sheaf_status stopped(const sheaf_rehearsal *plan, sheaf_err *err)
{
    if (plan->going && !plan->going(plan->context))
        return sheaf_fail(err, SHEAF_IO, "the simulation was stopped");
    return SHEAF_OK;
}

/* What is learned from. */
static const char *unit_of(const trial *t)
{
    return t->v->set ? "window" : "record";
}

/* ---- who takes part ---- */

/* Rows or windows that a member has to learn from where sums are exact. Kinds with patience
 * have tables. */
static uint64_t learnt_of(const trial *t, uint32_t member)
{
    sheaf_virtual_view view;
    return t->plan->patience ? sheaf_learnt_rows(sheaf_virtual_data(t->v, member, &view))
                             : sheaf_virtual_train(t->v, member);
}

/* Under noise everybody can: who has nothing to add adds noise. */
static void members_find(trial *t)
{
    for (uint32_t m = 0; m < t->v->members; m++) {
        if (t->terms || learnt_of(t, m) > 0)
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

/* What the member adds; its noise as by sheaf_noised_words(), but by a law that is made once.
 */
static sheaf_status vector_make(trial *t, const sheaf_job *job, uint32_t member, vectors *v,
                                sheaf_err *err)
{
    sheaf_virtual_view view;
    sheaf_noised_seeds secret;
    sheaf_noised_scale scale;
    const sheaf_job_seeds seeds = {
        .order = sheaf_training_seed(t->plan->seed, job->step, member), .secret = &secret};
    seed_of(t, job->step, member, 1, secret.sample);
    seed_of(t, job->step, member, 2, secret.noise);
    seed_of(t, job->step, member, 3, secret.rounding);
    SHEAF_TRY(sheaf_learn_local(t->plan->kind, job, sheaf_virtual_data(t->v, member, &view),
                                &seeds, v->values, err));
    memcpy(v->words, v->values, v->count * sizeof *v->words);
    if (!t->terms)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_noised_scale_of(t->terms, &scale, err));
    sheaf_noise_stream_init(&t->stream, secret.noise);
    sheaf_discrete_gaussian_fill(&t->law, &t->stream, v->noise, v->count);
    return sheaf_noise_add(v->values, v->noise, v->count, scale.magnitude_max, v->words, err);
}

/* ---- rounds ---- */

static sheaf_job job_of(const trial *t, uint8_t task, uint32_t step)
{
    const sheaf_rehearsal *plan = t->plan;
    sheaf_job job = {.spec = plan->spec,
                     .task = task,
                     .noised = t->terms != NULL,
                     .validates = !t->terms && plan->patience > 0,
                     .step = step,
                     .base = sheaf_buffer_slice(&t->model),
                     .training = t->terms ? t->terms->training : plan->training,
                     .seed = plan->seed,
                     .terms = t->terms};
    job.words = (uint32_t)sheaf_learn_words(plan->kind, &job);
    return job;
}

/* The next model, out of the sum. */
static sheaf_status model_finish(trial *t, const sheaf_job *job, const uint64_t *sum,
                                 sheaf_err *err)
{
    sheaf_round_result result = {.has_figures = false};
    sheaf_buffer_init(&result.bytes, BYTES_MAX);
    sheaf_status status =
        sheaf_learn_finish(t->plan->kind, job, (const int64_t *)sum, &result, err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&result.bytes, "the model", err);
    if (status == SHEAF_OK)
        status = sheaf_patience_note(&t->patience, job->step, job->base, &result, err);
    if (status != SHEAF_OK) {
        sheaf_buffer_deinit(&result.bytes);
        return status;
    }
    sheaf_buffer_deinit(&t->model);
    t->model = result.bytes;
    return SHEAF_OK;
}

static sheaf_status vectors_sum(trial *t, const sheaf_job *job, vectors *v, sheaf_err *err)
{
    for (uint16_t i = 0; i < t->cohort; i++) {
        SHEAF_TRY(stopped(t->plan, err));
        SHEAF_TRY(vector_make(t, job, t->seats[i], v, err));
        for (uint32_t j = 0; j < v->count; j++)
            v->sum[j] += v->words[j];
        if (t->kept && job->step == 0 && job->task == SHEAF_task_train && i < t->masked)
            memcpy(t->kept + (size_t)i * v->count, v->words, v->count * sizeof *v->words);
    }
    return SHEAF_OK;
}

static sheaf_status round_run(trial *t, uint8_t task, uint32_t step, sheaf_err *err)
{
    const sheaf_job job = job_of(t, task, step);
    vectors v;
    SHEAF_TRY(vectors_open(job.words, &v, err));
    double begun = t->plan->cpu_s();
    sheaf_status status = vectors_sum(t, &job, &v, err);
    double summed = t->plan->cpu_s();
    if (status == SHEAF_OK)
        status = model_finish(t, &job, v.sum, err);
    if (task == SHEAF_task_train) {
        t->out->member_s += (summed - begun) / t->cohort;
        t->out->hub_s += t->plan->cpu_s() - summed;
        t->out->trained++;
    }
    free(v.sum);
    return status;
}

static sheaf_status start(trial *t, sheaf_err *err)
{
    const sheaf_rehearsal *plan = t->plan;
    sheaf_noised_scale scale;
    if (t->terms) {
        SHEAF_TRY(sheaf_noised_scale_of(t->terms, &scale, err));
        SHEAF_TRY(sheaf_discrete_gaussian_init(&t->law, scale.share, err));
    }
    if (plan->kind->words(plan->spec, SHEAF_task_statistics, t->terms != NULL, 0))
        return round_run(t, SHEAF_task_statistics, 0, err);
    return plan->kind->begin(plan->spec, plan->seed, &t->model, err);
}

static sheaf_status masks_play(trial *t, sheaf_err *err)
{
    sheaf_round_config *config = malloc(sizeof *config);
    if (!config)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a round");
    sheaf_status status = sheaf_rehearsal_config(
        t->plan, t->terms, job_of(t, SHEAF_task_train, 0).words, t->masked, config, err);
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
                          "only %u of the %u members have a %s to train on; plan with fewer "
                          "members or more %ss",
                          t->able, t->v->members, unit_of(t), unit_of(t));
    if (!t->terms) /* one set of members in all sums that are exact */
        cohort_draw(t);
    if (masks) {
        t->masked = t->plan->masked < t->cohort ? t->plan->masked : t->cohort;
        t->kept =
            calloc((size_t)t->masked * job_of(t, SHEAF_task_train, 0).words, sizeof *t->kept);
        if (!t->kept)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for the vectors of a round");
    }
    SHEAF_TRY(start(t, err));
    for (uint32_t step = 0; step < rounds_of(t) && !sheaf_patience_over(&t->patience); step++) {
        if (t->terms)
            cohort_draw(t);
        SHEAF_TRY(round_run(t, SHEAF_task_train, step, err));
        if (masks && step == 0)
            SHEAF_TRY(masks_play(t, err));
    }
    t->out->member_s /= t->out->trained;
    t->out->hub_s /= t->out->trained;
    return SHEAF_OK;
}

/* ---- figures ---- */

/* As an exact round of evaluation, whatever the training was. */
static sheaf_job evaluation_of(const trial *t, sheaf_slice model)
{
    sheaf_job job = {.spec = t->plan->spec,
                     .task = SHEAF_task_evaluate,
                     .step = rounds_of(t),
                     .base = model,
                     .training = t->plan->training,
                     .seed = t->plan->seed};
    job.words = (uint32_t)t->plan->kind->words(t->plan->spec, job.task, false, job.step);
    return job;
}

/* Adds what the held-out part of some data says of a model. */
static sheaf_status evaluation_add(const trial *t, sheaf_slice model, const void *data,
                                   vectors *v, sheaf_err *err)
{
    const sheaf_job job = evaluation_of(t, model);
    const sheaf_job_seeds seeds = {.order = 0};
    sheaf_learn_task task;
    SHEAF_TRY(sheaf_learn_task_of(t->plan->kind, &job, &task, err));
    SHEAF_TRY(task.local(&job, data, &seeds, v->values, err));
    for (uint32_t j = 0; j < v->count; j++)
        v->sum[j] += (uint64_t)v->values[j];
    return SHEAF_OK;
}

static sheaf_status figures_finish(const trial *t, const vectors *v, sheaf_err *err)
{
    const sheaf_job job = evaluation_of(t, sheaf_bytes(NULL, 0));
    sheaf_round_result result = {.has_figures = false};
    sheaf_learn_task task;
    SHEAF_TRY(sheaf_learn_task_of(t->plan->kind, &job, &task, err));
    sheaf_buffer_init(&result.bytes, BYTES_MAX);
    sheaf_status status = task.finish(&job, (const int64_t *)v->sum, &result, err);
    sheaf_buffer_deinit(&result.bytes);
    t->out->figures = result.figures;
    return status;
}

/* ---- without a cooperative ---- */

static sheaf_status alone(const trial *t, const void *data, uint64_t id, sheaf_buffer *model,
                          sheaf_err *err)
{
    const sheaf_rehearsal *plan = t->plan;
    const sheaf_alone terms = {.spec = plan->spec,
                               .kind = plan->kind,
                               .training = plan->training,
                               .rounds = plan->rounds_exact,
                               .patience = plan->patience,
                               .seed = plan->seed ^ id};
    return sheaf_alone_train(&terms, data, model, err);
}

static sheaf_status member_alone(trial *t, uint32_t member, vectors *v, sheaf_err *err)
{
    sheaf_virtual_view view;
    const void *data = sheaf_virtual_data(t->v, member, &view);
    sheaf_buffer model;
    SHEAF_TRY(stopped(t->plan, err));
    if (learnt_of(t, member) < ALONE_MIN) {
        t->out->left_out++;
        return SHEAF_OK;
    }
    sheaf_buffer_init(&model, BYTES_MAX);
    sheaf_status status = alone(t, data, member, &model, err);
    if (status == SHEAF_OK)
        status = evaluation_add(t, sheaf_buffer_slice(&model), data, v, err);
    sheaf_buffer_deinit(&model);
    return status;
}

static sheaf_status form_run(trial *t, sheaf_rehearsal_form form, bool masks, vectors *v,
                             sheaf_err *err)
{
    if (form == SHEAF_REHEARSE_LOCAL) {
        for (uint32_t m = 0; m < t->v->members; m++)
            SHEAF_TRY(member_alone(t, m, v, err));
        if (t->out->left_out == t->v->members)
            return sheaf_fail(err, SHEAF_INVALID,
                              "no member has the %d %ss that training takes; plan with fewer "
                              "members or more %ss",
                              ALONE_MIN, unit_of(t), unit_of(t));
        return SHEAF_OK;
    }
    if (form == SHEAF_REHEARSE_POOLED)
        SHEAF_TRY(alone(t, sheaf_virtual_all(t->v), 0, &t->model, err));
    else
        SHEAF_TRY(together(t, masks, err));
    if (form == SHEAF_REHEARSE_EXACT)
        sheaf_patience_end(&t->patience, &t->model);
    return evaluation_add(t, sheaf_buffer_slice(&t->model), sheaf_virtual_all(t->v), v, err);
}

static sheaf_status form_try(trial *t, sheaf_rehearsal_form form, bool masks, sheaf_err *err)
{
    vectors v;
    SHEAF_TRY(vectors_open(evaluation_of(t, sheaf_bytes(NULL, 0)).words, &v, err));
    sheaf_status status = form_run(t, form, masks, &v, err);
    if (status == SHEAF_OK)
        status = figures_finish(t, &v, err);
    free(v.sum);
    return status;
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
        sheaf_buffer_init(&t->model, BYTES_MAX);
        t->patience.patience = terms ? 0 : plan->patience;
        sheaf_draw_init(&t->draw, plan->seed, PURPOSE_COHORT);
        status = form_try(t, form, masks, err);
        sheaf_buffer_deinit(&t->model);
        sheaf_buffer_deinit(&t->patience.best);
        free(t->kept);
    } else {
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory for %u members", v->members);
    }
    free(seats);
    free(t);
    return status;
}
