#include "cli/demo_compare.h"

#include "learn/model.h"

static sheaf_status compare(const demo *d, const sheaf_unmasked *u, sheaf_slice model,
                            sheaf_buffer *without_masks, demo_compared *out, sheaf_err *err)
{
    const sheaf_unmasked_who all = {0, u->count};
    SHEAF_TRY(sheaf_unmasked_train(u, all, without_masks, err));
    if (!sheaf_slice_equal(sheaf_buffer_slice(without_masks), model))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the model of the masked rounds differs from the same training "
                          "without masks");
    SHEAF_TRY(sheaf_unmasked_figures(u, all, model, &out->everyone, err));
    for (uint32_t i = 0; i < d->count; i++) {
        const sheaf_unmasked_who one = {i, 1};
        sheaf_buffer *own = &out->own[i];
        SHEAF_TRY(sheaf_unmasked_figures(u, one, model, &out->together[i], err));
        SHEAF_TRY(sheaf_unmasked_train(u, one, own, err));
        SHEAF_TRY(sheaf_unmasked_figures(u, one, sheaf_buffer_slice(own), &out->alone[i], err));
    }
    return SHEAF_OK;
}

static sheaf_status open_all(const demo *d, sheaf_unmasked *u, sheaf_err *err)
{
    u->training = d->scenario->training;
    u->rounds = d->scenario->rounds;
    u->seed = d->seed;
    for (size_t i = 0; i < d->count; i++)
        SHEAF_TRY(sheaf_unmasked_add(u, d->members[i].member, d->members[i].data, err));
    return SHEAF_OK;
}

sheaf_status demo_compare_rounds(const demo *d, const sheaf_state *state, sheaf_slice model,
                                 demo_compared *out, sheaf_err *err)
{
    static sheaf_spec spec; /* large; one demonstration a process */
    sheaf_unmasked u;
    sheaf_buffer without_masks;
    *out = (demo_compared){0};
    for (size_t i = 0; i < d->count; i++)
        sheaf_buffer_init(&out->own[i], SHEAF_MODEL_BYTES_MAX);
    SHEAF_TRY(sheaf_spec_of(state, d->model, &spec, err));
    SHEAF_TRY(sheaf_unmasked_open(&spec, &u, err));
    sheaf_buffer_init(&without_masks, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = open_all(d, &u, err);
    if (status == SHEAF_OK)
        status = compare(d, &u, model, &without_masks, out, err);
    sheaf_buffer_deinit(&without_masks);
    sheaf_unmasked_close(&u);
    return status;
}

void demo_compared_close(demo_compared *compared)
{
    for (size_t i = 0; i < DEMO_MEMBERS_MAX; i++)
        sheaf_buffer_deinit(&compared->own[i]);
}
