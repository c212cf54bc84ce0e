#include "claims/erase.h"

#include <stdlib.h>

#include "store/clock.h"
#include "store/retention.h"
#include "store/values.h"

int64_t sheaf_texts_kept(sheaf_kind kind, int64_t stamp, int accounting_years, int64_t now)
{
    sheaf_retention retention;
    sheaf_retention_facts facts = {
        .posted = sheaf_kind_shape(kind)->area == SHEAF_AREA_LEDGER ? stamp : 0};
    (void)sheaf_retention_judge(&facts, accounting_years, now, &retention);
    return retention.review[SHEAF_KEEP_ACCOUNTING];
}

typedef struct {
    sheaf_erasures list;
    sheaf_texts texts;
    void *block;
    uint32_t erased;
    int years;
    int64_t now;
} walk;

/* The texts of that person, or of that entry, up to there. */
static bool listed(const walk *w, uint32_t number, uint64_t index)
{
    const sheaf_erasure *erasure = sheaf_erasures_find(&w->list, number);
    return erasure && erasure->texts && index < erasure->before;
}

static sheaf_status visit(void *context, const sheaf_folder *folder, uint64_t index,
                          sheaf_slice bytes, const sheaf_replayed *result, sheaf_err *err)
{
    walk *w = context;
    sheaf_entry entry;
    sheaf_commitment commitment;
    size_t place = 0;
    (void)folder;
    if (result->kind == SHEAF_KIND_none || result->refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    sheaf_arena arena = sheaf_arena_over(w->block, SHEAF_ACT_ARENA_BYTES);
    SHEAF_TRY(sheaf_entry_decode(bytes, SHEAF_REVISION, &arena, &entry, err));
    uint32_t by = entry.act->has_by ? entry.act->by : (uint32_t)index;
    if (!listed(w, by, index) && !listed(w, (uint32_t)index, index))
        return SHEAF_OK;
    if (sheaf_texts_kept(entry.act->kind, entry.stamp, w->years, w->now))
        return SHEAF_OK;
    while (sheaf_act_next_text(entry.act, &place, &commitment)) {
        bool gone;
        SHEAF_TRY(sheaf_text_erase(&w->texts, &commitment.commitment, &gone, err));
        w->erased += gone;
    }
    return SHEAF_OK;
}

static bool any_texts(const sheaf_erasures *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].texts)
            return true;
    return false;
}

/* The log is walked only where some erasure took texts too. */
static sheaf_status texts_again(walk *w, const char *dir, sheaf_err *err)
{
    sheaf_folder folder;
    if (!any_texts(&w->list))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_texts_look(&w->texts, dir, err));
    w->block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!w->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the log of %s", dir);
    sheaf_status status = sheaf_folder_open(&folder, dir, visit, w, err);
    if (status == SHEAF_OK)
        sheaf_folder_close(&folder);
    free(w->block);
    return status;
}

sheaf_status sheaf_erase_again(const char *dir, sheaf_slice origin, uint32_t *persons,
                               uint32_t *texts, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_private *db;
    walk w = {.now = sheaf_clock_ms()};
    *persons = *texts = 0;
    SHEAF_TRY(sheaf_path(path, err, "%s/erasures.json", dir));
    if (!sheaf_private_exists(dir) && !sheaf_file_exists(path))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_private_open(&db, dir, SHEAF_PRIVATE_CREATE, err));
    sheaf_status status = sheaf_private_bind(db, origin, err);
    if (status == SHEAF_OK)
        status = sheaf_private_erase_again(db, dir, persons, err);
    if (status == SHEAF_OK)
        status = sheaf_private_erasures(db, &w.list, err);
    if (status == SHEAF_OK)
        status = sheaf_private_accounting_years(db, &w.years, err);
    sheaf_private_close(db);
    if (status == SHEAF_OK)
        status = texts_again(&w, dir, err);
    sheaf_erasures_deinit(&w.list);
    *texts = w.erased;
    return status;
}
