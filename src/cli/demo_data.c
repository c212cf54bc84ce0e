#include "cli/demo.h"

#include "learn/model.h"

#include <stdio.h>
#include <stdlib.h>

#define EMBEDDED(name) extern const uint8_t name[], name##_end[];
EMBEDDED(sheaf_heart_cleveland)
EMBEDDED(sheaf_heart_hungarian)
EMBEDDED(sheaf_heart_switzerland)
EMBEDDED(sheaf_heart_va)
EMBEDDED(sheaf_heart_split)
#undef EMBEDDED

static const struct {
    const uint8_t *from, *end;
} raw[DEMO_CENTRES] = {
    {sheaf_heart_cleveland, sheaf_heart_cleveland_end},
    {sheaf_heart_hungarian, sheaf_heart_hungarian_end},
    {sheaf_heart_switzerland, sheaf_heart_switzerland_end},
    {sheaf_heart_va, sheaf_heart_va_end},
};

static sheaf_status write_table(demo_centre *centre, size_t at, sheaf_err *err)
{
    sheaf_buffer table;
    sheaf_slice bytes = {raw[at].from, (size_t)(raw[at].end - raw[at].from)};
    sheaf_slice split = {sheaf_heart_split,
                         (size_t)(sheaf_heart_split_end - sheaf_heart_split)};
    sheaf_buffer_init(&table, 1 << 20);
    sheaf_status status =
        sheaf_heart_convert(bytes, split, centre->name, &table, &centre->counts, err);
    if (status == SHEAF_OK)
        status = sheaf_folder_make(centre->home, 0700, err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(centre->data, 0600, sheaf_buffer_slice(&table), err);
    sheaf_buffer_deinit(&table);
    return status;
}

sheaf_status demo_write_tables(demo *d, sheaf_err *err)
{
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        SHEAF_TRY(write_table(&d->centres[i], i, err));
    return SHEAF_OK;
}

/* Without noise or masks the same training makes the very same bytes. */
static sheaf_status same_bytes(const demo *d, sheaf_slice model, sheaf_err *err)
{
    sheaf_buffer without_masks;
    sheaf_buffer_init(&without_masks, 1 << 20);
    sheaf_model_write(&without_masks, &d->comparison->federated_model);
    bool same = sheaf_slice_equal(sheaf_buffer_slice(&without_masks), model);
    sheaf_buffer_deinit(&without_masks);
    if (!same)
        return sheaf_fail(
            err, SHEAF_FAULT,
            "the model of the masked rounds differs from the same training without "
            "masks");
    return SHEAF_OK;
}

static sheaf_status compare_tables(demo *d, sheaf_table *tables, sheaf_slice model,
                                   sheaf_err *err)
{
    sheaf_model released;
    uint64_t ids[DEMO_CENTRES];
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        ids[i] = d->centres[i].member;
    sheaf_fedsim sim = {.features = sheaf_features_heart(),
                        .tables = tables,
                        .ids = ids,
                        .owners = DEMO_CENTRES,
                        .training = sheaf_training_default(),
                        .rounds = DEMO_EXACT_ROUNDS,
                        .seed = d->seed};
    SHEAF_TRY(sheaf_fedsim_compare(&sim, d->comparison, err));
    SHEAF_TRY(sheaf_model_read(model, &released, err));
    SHEAF_TRY(sheaf_fedsim_evaluate(&sim, &released, d->released, err));
    return d->exact ? same_bytes(d, model, err) : SHEAF_OK;
}

sheaf_status demo_compare(demo *d, sheaf_slice model, sheaf_err *err)
{
    sheaf_table tables[DEMO_CENTRES] = {0};
    sheaf_status status = SHEAF_OK;
    d->comparison = calloc(1, sizeof *d->comparison);
    d->released = calloc(1, sizeof *d->released);
    if (!d->comparison || !d->released)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the comparison");
    size_t n = 0;
    for (; n < DEMO_CENTRES && status == SHEAF_OK; n++)
        status = sheaf_table_load(d->centres[n].data, sheaf_features_heart(), SHEAF_TABLE_EXACT,
                                  &tables[n], err);
    if (status == SHEAF_OK)
        status = compare_tables(d, tables, model, err);
    for (size_t i = 0; i < n; i++)
        sheaf_table_close(&tables[i]);
    return status;
}
