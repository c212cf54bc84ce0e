#include "claims/check.h"

#include "claims/privacy_cost.h"

#include <pthread.h>
#include <stdatomic.h>

#include "crypto/label.h"
#include "learn/evaluate.h"
#include "learn/noised.h"
#include "log/checkpoint.h"
#include "round/fixed_point.h"
#include "round/words.h"

enum { SUM_BYTES = SHEAF_EVALUATION_WORDS * 8 };

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

static sheaf_status figure_check(const char *name, int64_t claimed, int64_t found,
                                 sheaf_err *err)
{
    if (claimed == found)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT, "%s is stated as %lld, but the sum gives %lld", name,
                      (long long)claimed, (long long)found);
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

static sheaf_status noised_figures_check(sheaf_slice sum, const struct sheaf_figures *figures,
                                         sheaf_err *err)
{
    int64_t cells[SHEAF_NOISED_CELLS];
    SHEAF_TRY(sum_read(sum, cells, SHEAF_NOISED_CELLS, err));
    sheaf_noised_figures found = sheaf_noised_figures_of(cells);
    SHEAF_TRY(figure_check("records", figures->records, found.records, err));
    return figure_check("accuracy_millionths", figures->accuracy_millionths,
                        found.accuracy_millionths, err);
}

/* Do the figures follow from the bytes of a sum? Those without a logarithmic loss are of a
 * mandate with noise, which the rule has seen to. */
static sheaf_status figures_check(sheaf_slice sum, const struct sheaf_figures *figures,
                                  sheaf_err *err)
{
    int64_t words[SHEAF_EVALUATION_WORDS];
    sheaf_evaluation found;
    if (!figures->has_log_loss_millionths)
        return noised_figures_check(sum, figures, err);
    SHEAF_TRY(sum_read(sum, words, SHEAF_EVALUATION_WORDS, err));
    sheaf_err why;
    if (sheaf_evaluation_finish(words, &found, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s", why.message);
    if (figures->has_auc_millionths != (found.auc_millionths >= 0))
        return sheaf_fail(err, SHEAF_FAULT,
                          "auc_millionths must be stated exactly where both "
                          "classes occur");
    if (figures->has_auc_millionths)
        SHEAF_TRY(
            figure_check("auc_millionths", figures->auc_millionths, found.auc_millionths, err));
    SHEAF_TRY(figure_check("records", figures->records, found.records, err));
    SHEAF_TRY(figure_check("accuracy_millionths", figures->accuracy_millionths,
                           found.accuracy_millionths, err));
    return figure_check("log_loss_millionths", figures->log_loss_millionths,
                        found.loss_millionths, err);
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
            result = figures_check(sheaf_buffer_slice(&sum), &claim->figures, err) == SHEAF_OK
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
