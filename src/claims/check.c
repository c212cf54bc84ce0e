#include "claims/check.h"

#include "claims/privacy_cost.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "crypto/label.h"
#include "learn/by_group.h"
#include "log/checkpoint.h"
#include "round/fixed_point.h"
#include "round/words.h"

enum { SUM_BYTES = 1 << 20 }; /* of an evaluation, at the most */

bool sheaf_signature_holds(const sheaf_signature_check *check)
{
    sheaf_buffer message;
    sheaf_buffer_init(&message, SHEAF_ENTRY_MAX + 256);
    sheaf_label_message(&message, SHEAF_LABEL_ACT, check->origin, check->act);
    bool holds =
        !message.failed
        && sheaf_verify(check->public_key, sheaf_buffer_slice(&message), check->signature);
    sheaf_buffer_deinit(&message);
    return holds;
}

/* ---- figures ---- */

static const struct {
    const char *name;
    size_t value, has; /* where they stand in the record */
} figure_places[] = {
#define FIGURE(name)                                                                           \
    {                                                                                          \
#name, offsetof(struct sheaf_figures, name),                                           \
            offsetof(struct sheaf_figures, has_##name)                                         \
    }
    FIGURE(accuracy_millionths),
    FIGURE(auc_millionths),
    FIGURE(baseline_mae_millionths),
    FIGURE(baseline_rmse_millionths),
    FIGURE(log_loss_millionths),
    FIGURE(mae_millionths),
    FIGURE(records),
    FIGURE(rmse_millionths),
    FIGURE(validation_loss_millionths),
    FIGURE(validation_records),
#undef FIGURE
};

static sheaf_status figures_compare(const struct sheaf_figures *claimed,
                                    const struct sheaf_figures *found, sheaf_err *err)
{
    for (size_t i = 0; i < sizeof figure_places / sizeof *figure_places; i++) {
        const char *name = figure_places[i].name;
        size_t has = figure_places[i].has, at = figure_places[i].value;
        int64_t a, b;
        if (((const char *)claimed)[has] != ((const char *)found)[has])
            return sheaf_fail(err, SHEAF_FAULT,
                              "%s must be stated exactly where the sum gives it", name);
        memcpy(&a, (const char *)claimed + at, sizeof a);
        memcpy(&b, (const char *)found + at, sizeof b);
        if (((const char *)found)[has] && a != b)
            return sheaf_fail(err, SHEAF_FAULT, "%s is stated as %lld, but the sum gives %lld",
                              name, (long long)a, (long long)b);
    }
    return SHEAF_OK;
}

/* Of a group without records, and of a column that is not told, there are no figures. */
static sheaf_status group_compare(const struct sheaf_group_figures *claimed,
                                  const struct sheaf_figures *found, sheaf_err *err)
{
    if (claimed->has_figures != found->has_records)
        return sheaf_fail(err, SHEAF_FAULT,
                          "figures must be stated exactly where the sum has enough records");
    return found->has_records ? figures_compare(&claimed->figures, found, err) : SHEAF_OK;
}

/* The words of a sum, 8 bytes each, little-endian. */
static sheaf_status sum_read(sheaf_slice sum, int64_t *words, size_t count, sheaf_err *err)
{
    if (sum.len != count * 8)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the sum of an evaluation has %zu bytes, the blob %zu", count * 8,
                          sum.len);
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        sheaf_words_unpack(64, sum.data + 8 * i, 1, &word);
        words[i] = sheaf_int_from_word(word);
    }
    return SHEAF_OK;
}

/* The rule has seen to their form (coop/rules_evaluation.c). */
static void groups_of(const sheaf_claim *claim, sheaf_group_names *out)
{
    *out = (sheaf_group_names){.count = claim->group_count};
    assert(claim->group_count <= SHEAF_GROUPS_REPORTED_MAX);
    for (uint32_t i = 0; i < claim->group_count; i++) {
        sheaf_slice column = claim->groups[i].column;
        assert(column.len <= SHEAF_COLUMN_MAX);
        memcpy(out->items[i].column, column.data, column.len);
        out->items[i].level = claim->groups[i].level;
    }
}

/* What the sum says, by the kind of the model. */
static sheaf_status figures_of(const sheaf_claim *claim, const sheaf_learn_kind *kind,
                               sheaf_slice sum, sheaf_round_result *out, sheaf_err *err)
{
    sheaf_group_names groups;
    sheaf_spec *spec = calloc(1, sizeof *spec);
    if (!spec)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to check an evaluation");
    groups_of(claim, &groups);
    *spec = (sheaf_spec){.kind = claim->model_kind,
                         .target = claim->target,
                         .has_label_range =
                             claim->label_low_millionths < claim->label_high_millionths,
                         .label_low_millionths = claim->label_low_millionths,
                         .label_high_millionths = claim->label_high_millionths};
    sheaf_job job = {
        .spec = spec, .groups = &groups, .task = SHEAF_task_evaluate, .noised = claim->noised};
    job.words = (uint32_t)sheaf_by_group_words(kind, &job);
    int64_t *words = calloc(job.words, sizeof *words);
    sheaf_status status = words ? sum_read(sum, words, job.words, err)
                                : sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum");
    if (status == SHEAF_OK)
        status = sheaf_by_group_finish(kind, &job, words, out, err);
    free(words);
    free(spec);
    return status;
}

/* Do the figures follow from the bytes of a sum? */
static sheaf_status figures_check(const sheaf_claim *claim, sheaf_slice sum, sheaf_err *err)
{
    const sheaf_learn_kind *kind;
    sheaf_round_result found = {0};
    sheaf_err why;
    if (sheaf_learn_kind_find(claim->model_kind, &kind, &why) != SHEAF_OK
        || figures_of(claim, kind, sum, &found, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s", why.message);
    SHEAF_TRY(figures_compare(&claim->figures, &found.figures, err));
    for (uint32_t i = 0; i < claim->group_count; i++) {
        const struct sheaf_group_figures *group = &claim->groups[i];
        sheaf_status status = group_compare(group, &found.groups[i], &why);
        if (status != SHEAF_OK)
            return sheaf_fail(err, status, "where %.*s is %lld, %s", SHEAF_PRINT(group->column),
                              (long long)group->level, why.message);
    }
    return SHEAF_OK;
}

static sheaf_claim_result evaluation_check(const sheaf_claim *claim,
                                           const sheaf_blob_source *blobs, sheaf_err *err)
{
    sheaf_claim_result result = SHEAF_CLAIM_UNCHECKED;
    sheaf_buffer sum;
    sheaf_buffer_init(&sum, SUM_BYTES + 1);
    bool found = false;
    if (!blobs || !blobs->get)
        (void)sheaf_fail(err, SHEAF_IO, "the sum of the evaluation is not at hand");
    else if (blobs->get(blobs->context, &claim->blob, &sum, &found, err) != SHEAF_OK)
        found = false;
    else if (!found)
        (void)sheaf_fail(err, SHEAF_IO, "the sum of the evaluation is not there");
    if (found) {
        /* The source may be a stranger's: a blob is what has its hash. */
        sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&sum));
        if (!sheaf_hash_equal(&hash, &claim->blob))
            (void)sheaf_fail(err, SHEAF_IO, "the blob of the evaluation has another hash");
        else
            result = figures_check(claim, sheaf_buffer_slice(&sum), err) == SHEAF_OK
                         ? SHEAF_CLAIM_HOLDS
                         : SHEAF_CLAIM_FALSE;
    }
    sheaf_buffer_deinit(&sum);
    return result;
}

static sheaf_claim_result cosignature_check(const sheaf_claim *claim, sheaf_err *err)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_NOTE_BYTES_MAX);
    sheaf_checkpoint_put(&text, sheaf_bytes(claim->origin, sizeof claim->origin), claim->size,
                         &claim->root);
    bool holds = !text.failed
                 && sheaf_cosignature_holds(claim->public_key, sheaf_buffer_slice(&text),
                                            claim->time, claim->signature);
    sheaf_buffer_deinit(&text);
    if (holds)
        return SHEAF_CLAIM_HOLDS;
    (void)sheaf_fail(err, SHEAF_FAULT, "a cosignature is not by its witness");
    return SHEAF_CLAIM_FALSE;
}

sheaf_claim_result sheaf_claim_check(const sheaf_claim *claim, const sheaf_blob_source *blobs,
                                     sheaf_err *err)
{
    if (claim->kind == SHEAF_CLAIM_EVALUATION)
        return evaluation_check(claim, blobs, err);
    if (claim->kind == SHEAF_CLAIM_COST || claim->kind == SHEAF_CLAIM_LIMIT)
        return sheaf_cost_claim_check(claim, err);
    if (claim->kind == SHEAF_CLAIM_COSIGNATURE)
        return cosignature_check(claim, err);
    if (claim->kind == SHEAF_CLAIM_LOG_ROOT) {
        (void)sheaf_fail(err, SHEAF_IO, "the log is not at hand");
        return SHEAF_CLAIM_UNCHECKED;
    }
    sheaf_signature_check check = {.origin = sheaf_bytes(claim->origin, sizeof claim->origin),
                                   .act = claim->act};
    memcpy(check.public_key, claim->public_key, sizeof check.public_key);
    memcpy(check.signature, claim->signature, sizeof check.signature);
    if (sheaf_signature_holds(&check))
        return SHEAF_CLAIM_HOLDS;
    (void)sheaf_fail(err, SHEAF_FAULT, "the signature is not by the key over this act");
    return SHEAF_CLAIM_FALSE;
}

typedef struct {
    sheaf_parallel_work *work;
    void *context;
    size_t count;
    atomic_size_t next;
    atomic_uint threads; /* that have begun */
} parallel;

/* Many numbers are handed out in runs, so that threads seldom meet at the counter. */
static void *parallel_run(void *context)
{
    enum { RUN = 8, MANY = 64 * RUN };
    parallel *all = context;
    size_t run = all->count < MANY ? 1 : RUN;
    unsigned thread = atomic_fetch_add(&all->threads, 1);
    for (;;) {
        size_t from = atomic_fetch_add(&all->next, run);
        if (from >= all->count)
            return NULL;
        for (size_t i = from; i < all->count && i < from + run; i++)
            all->work(all->context, thread, i);
    }
}

void sheaf_parallel(size_t count, unsigned threads, sheaf_parallel_work *work, void *context)
{
    parallel all = {.work = work, .context = context, .count = count};
    pthread_t others[SHEAF_CLAIM_THREADS_MAX];
    size_t started = 0;
    if (threads > SHEAF_CLAIM_THREADS_MAX)
        threads = SHEAF_CLAIM_THREADS_MAX;
    while (started + 1 < threads && started + 1 < count) {
        if (pthread_create(&others[started], NULL, parallel_run, &all) != 0)
            break;
        started++;
    }
    parallel_run(&all);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}
