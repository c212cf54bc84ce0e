#include "learn/epochs.h"

#include <stdlib.h>

sheaf_status sheaf_epochs_open(const sheaf_training *training, uint32_t n, uint64_t seed,
                               sheaf_epochs *out, sheaf_err *err)
{
    SHEAF_TRY(sheaf_training_check(training, err));
    *out = (sheaf_epochs){.n = n,
                          .batch =
                              training->batch == 0 || training->batch > n ? n : training->batch,
                          .at = n, /* the first step begins an epoch */
                          .state = seed,
                          .order = calloc(n, sizeof *out->order)};
    if (!out->order)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train on %u records", n);
    for (uint32_t i = 0; i < n; i++)
        out->order[i] = i;
    return SHEAF_OK;
}

void sheaf_epochs_close(sheaf_epochs *e)
{
    free(e->order);
    *e = (sheaf_epochs){0};
}

/* A fresh random order (Fisher and Yates). The bias of the multiplication is below 2^-32. */
static void shuffle(sheaf_epochs *e)
{
    for (uint32_t i = e->n; i > 1; i--) {
        uint32_t j = (uint32_t)((unsigned __int128)sheaf_training_draw(&e->state) * i >> 64);
        uint32_t swap = e->order[i - 1];
        e->order[i - 1] = e->order[j];
        e->order[j] = swap;
    }
}

const uint32_t *sheaf_epochs_next(sheaf_epochs *e, uint32_t *count)
{
    if (e->at == e->n) {
        if (e->batch < e->n)
            shuffle(e);
        e->at = 0;
    }
    const uint32_t *rows = e->order + e->at;
    *count = e->batch < e->n - e->at ? e->batch : e->n - e->at;
    e->at += *count;
    return rows;
}
