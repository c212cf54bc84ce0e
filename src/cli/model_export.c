/* cli/model_export.c - `sheaf model export`: a model file in the form of another program. */
#include "cli/cli.h"
#include "learn/file.h"
#include "learn/onnx.h"
#include "learn/safetensors.h"
#include "store/file.h"

#include <stdio.h>

static sheaf_status export(const char *path, const char *to, size_t *bytes, sheaf_err *err)
{
    sheaf_buffer model, onnx;
    sheaf_err inner;
    sheaf_buffer_init(&model, SHEAF_SAFETENSORS_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_buffer_init(&onnx, SHEAF_ONNX_BYTES_MAX);
    sheaf_status status = sheaf_learn_file(path, SHEAF_SAFETENSORS_BYTES_MAX, &model, err);
    if (status == SHEAF_OK) {
        status = sheaf_onnx_write(sheaf_buffer_slice(&model), &onnx, &inner);
        if (status != SHEAF_OK)
            (void)sheaf_fail(err, status, "%s: %s", path, inner.message);
    }
    if (status == SHEAF_OK)
        status = sheaf_file_write(to, 0644, sheaf_buffer_slice(&onnx), err);
    *bytes = onnx.len;
    sheaf_buffer_deinit(&model);
    sheaf_buffer_deinit(&onnx);
    return status;
}

static int run(const sheaf_arguments *a)
{
    sheaf_err err;
    size_t bytes;
    if (!a->value[0])
        return sheaf_usage(&sheaf_command_model_export, "say where to: --onnx FILE");
    if (export(a->argument[0], a->value[0], &bytes, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json) {
        sheaf_buffer object;
        sheaf_json_writer w = sheaf_print_begin(&object);
        sheaf_json_member_put_int(&w, "bytes", (int64_t)bytes);
        sheaf_json_member_put_string(&w, "onnx", sheaf_str(a->value[0]));
        return sheaf_print_end(&object, &w);
    }
    printf("%s has %zu bytes; its input `features` takes what the model's features are, before "
           "scaling\n",
           a->value[0], bytes);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_model_export = {
    .name = "model export",
    .arguments = "MODEL",
    .summary = "write a model file in the form of another program: ONNX",
    .detail =
        "MODEL is a model file in safetensors: a released model lies in the hub's folder, at "
        "the\n"
        "path that sheaf status prints. Linear models, perceptrons and trees have a form in "
        "ONNX.",
    .options = {{"onnx", "FILE", "as ONNX, into this file"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run,
};
