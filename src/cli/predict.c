/* cli/predict.c - `sheaf predict MODEL FILE`. */
#include "cli/cli.h"

#include "learn/predict.h"
#include "store/file.h"

#include <stdio.h>

enum { CSV_BYTES_MAX = 100 << 20 };

static void print_prediction(const sheaf_prediction *p, bool json)
{
    if (json)
        printf("{\"line\":%u,\"positive\":%s,\"probability_millionths\":%u}\n", p->line,
               p->positive ? "true" : "false", p->probability_millionths);
    else
        printf("%u,0.%06u,%d\n", p->line, p->probability_millionths, p->positive);
}

static sheaf_status predict(const char *model_path, const char *path, bool json, sheaf_err *err)
{
    static sheaf_model model;
    sheaf_predictions predictions = {0};
    sheaf_buffer csv;
    SHEAF_TRY(sheaf_model_load(model_path, &model, err));
    sheaf_buffer_init(&csv, CSV_BYTES_MAX);
    sheaf_status status =
        sheaf_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &csv, err);
    if (status == SHEAF_OK)
        status = sheaf_predict(&model, sheaf_buffer_slice(&csv), path, &predictions, err);
    sheaf_buffer_deinit(&csv);
    if (status != SHEAF_OK)
        return status;
    if (!json)
        puts("line,probability,positive");
    for (uint32_t i = 0; i < predictions.count; i++)
        print_prediction(&predictions.items[i], json);
    if (predictions.left_out)
        fprintf(stderr, "sheaf: %u rows have a missing value and were left out\n",
                predictions.left_out);
    sheaf_predictions_close(&predictions);
    return SHEAF_OK;
}

static int run(const sheaf_arguments *arguments)
{
    sheaf_err err;
    if (predict(arguments->argument[0], arguments->argument[1], arguments->json, &err)
        != SHEAF_OK)
        return sheaf_report(arguments, &err);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_predict = {
    .name = "predict",
    .arguments = "MODEL FILE",
    .summary = "probabilities for the rows of a CSV file, from a model in safetensors",
    .detail =
        "MODEL is a model file. A released model lies in the hub's folder, at the path that "
        "sheaf\n"
        "status prints. FILE has a header line and the model's columns; - is standard input.",
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run,
};
