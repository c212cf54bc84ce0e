#include "cli/round_trainers.h"

#include "acts/act.h"
#include "acts/catalogue.h"
#include "coop/fold.h"

#include <stdlib.h>

sheaf_status sheaf_round_trainers_open(sheaf_round_trainers *trainers,
                                       const sheaf_log_store *log, sheaf_err *err)
{
    *trainers = (sheaf_round_trainers){.log = log, .block = malloc(SHEAF_ACT_ARENA_BYTES)};
    if (!trainers->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read attestations");
    trainers->arena = sheaf_arena_over(trainers->block, SHEAF_ACT_ARENA_BYTES);
    sheaf_buffer_init(&trainers->entry, SHEAF_LOG_ENTRY_MAX);
    return SHEAF_OK;
}

void sheaf_round_trainers_close(sheaf_round_trainers *trainers)
{
    sheaf_buffer_deinit(&trainers->entry);
    free(trainers->block);
}

sheaf_status sheaf_round_trainer_find(sheaf_round_trainers *trainers,
                                      const struct sheaf_row_seat *seat, sheaf_hash *out,
                                      sheaf_err *err)
{
    sheaf_entry entry;
    *out = (sheaf_hash){0};
    if (seat->attested == SHEAF_NONE)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_log_store_entry(trainers->log, seat->attested, &trainers->entry, err));
    sheaf_arena_reset(&trainers->arena);
    SHEAF_TRY(sheaf_entry_decode(sheaf_buffer_slice(&trainers->entry), SHEAF_REVISION,
                                 &trainers->arena, &entry, err));
    if (entry.act->kind != SHEAF_KIND_round_attest)
        return sheaf_fail(err, SHEAF_FAULT, "entry %u of the log is no attestation",
                          seat->attested);
    const struct sheaf_round_attest *what = entry.act->what;
    if (what->has_trainer)
        *out = what->trainer;
    return SHEAF_OK;
}
