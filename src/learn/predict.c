#include "learn/predict.h"

#include "learn/file.h"
#include "learn/kind.h"
#include "learn/model.h"

/* What is wrong with the model is said with its path, what is wrong with the rows by `name`. */
static sheaf_status kind_of(const char *path, sheaf_slice model, const sheaf_learn_kind **kind,
                            sheaf_err *err)
{
    sheaf_err inner;
    sheaf_status status = sheaf_learn_kind_of_file(model, kind, &inner);
    return status == SHEAF_OK ? SHEAF_OK
                              : sheaf_fail(err, status, "%s: %s", path, inner.message);
}

sheaf_status sheaf_predict(const char *path, sheaf_slice csv, const char *name,
                           sheaf_predictions *out, sheaf_err *err)
{
    const sheaf_learn_kind *kind = NULL;
    sheaf_buffer bytes;
    *out = (sheaf_predictions){0};
    sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(path, SHEAF_MODEL_BYTES_MAX, &bytes, err);
    if (status == SHEAF_OK)
        status = kind_of(path, sheaf_buffer_slice(&bytes), &kind, err);
    if (status == SHEAF_OK)
        status = kind->predict(sheaf_buffer_slice(&bytes), csv, name, out, err);
    sheaf_buffer_deinit(&bytes);
    return status;
}
