/* The kinds of model that this program can compute. */
#include "learn/kind.h"

#include "learn/safetensors.h"

extern const sheaf_learn_kind sheaf_learn_kind_forecaster;
extern const sheaf_learn_kind sheaf_learn_kind_linear;
extern const sheaf_learn_kind sheaf_learn_kind_logistic;
extern const sheaf_learn_kind sheaf_learn_kind_mlp;
extern const sheaf_learn_kind sheaf_learn_kind_trees;

static const sheaf_learn_kind *const kinds[] = {
    &sheaf_learn_kind_forecaster, &sheaf_learn_kind_linear, &sheaf_learn_kind_logistic,
    &sheaf_learn_kind_mlp,        &sheaf_learn_kind_trees,
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const sheaf_learn_kind *sheaf_learn_kind_at(size_t place)
{
    return place < KINDS ? kinds[place] : NULL;
}

sheaf_status sheaf_learn_kind_find(uint8_t id, const sheaf_learn_kind **out, sheaf_err *err)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i]->id == id) {
            *out = kinds[i];
            return SHEAF_OK;
        }
    return sheaf_fail(err, SHEAF_INVALID,
                      "this program cannot compute models of that kind; install one that can");
}

static sheaf_status by_format(sheaf_slice format, const sheaf_learn_kind **out, sheaf_err *err)
{
    for (size_t i = 0; i < KINDS; i++)
        if (sheaf_slice_is(format, kinds[i]->format)) {
            *out = kinds[i];
            return SHEAF_OK;
        }
    if (format.len == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model file does not say of which format it is; its header must "
                          "do so in __metadata__");
    return sheaf_fail(err, SHEAF_INVALID,
                      "the model file is of the format %.*s, which this program does not know",
                      format.len < 40 ? (int)format.len : 40, (const char *)format.data);
}

sheaf_status sheaf_learn_kind_of_file(sheaf_slice model, const sheaf_learn_kind **out,
                                      sheaf_err *err)
{
    sheaf_safetensors file;
    SHEAF_TRY(sheaf_safetensors_read(model, "the model file", SHEAF_SAFETENSORS_CANONICAL,
                                     &file, err));
    sheaf_status status = by_format(sheaf_safetensors_note(&file, "format"), out, err);
    sheaf_safetensors_close(&file);
    return status;
}

sheaf_status sheaf_learn_task_of(const sheaf_learn_kind *kind, const sheaf_job *job,
                                 sheaf_learn_task *out, sheaf_err *err)
{
    *out = (sheaf_learn_task){0};
    if (job->task < SHEAF_TASKS)
        *out = job->noised ? kind->noised[job->task] : kind->exact[job->task];
    if (out->local)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID, "models of this kind have no such round%s",
                      job->noised ? " under noise" : "");
}
