/* cli/predict.c - `sheaf predict MODEL FILE`. */
#include "cli/cli.h"

#include "learn/predict.h"
#include "learn/table.h"
#include "learn/times.h"
#include "store/file.h"

#include <inttypes.h>
#include <stdio.h>

/* In quotation marks, as JSON and CSV write them. */
static void print_quoted(const char *text, bool json)
{
    putchar('"');
    for (; *text; text++) {
        if (json && (*text == '"' || *text == '\\'))
            putchar('\\');
        else if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void print_cell(const sheaf_predictions *p, uint32_t row, uint32_t column, bool json)
{
    int64_t value = p->cells[(size_t)row * p->columns + column];
    sheaf_prediction_form form = p->column[column].form;
    char time[SHEAF_TIME_LEN + 1];
    if (form == SHEAF_PREDICTION_TIME)
        sheaf_time_print(value, time);
    if (form == SHEAF_PREDICTION_TIME)
        printf(json ? "\"%s\"" : "%s", time);
    else if (form == SHEAF_PREDICTION_NAME && !json && !strpbrk(p->names[value], ",\""))
        fputs(p->names[value], stdout);
    else if (form == SHEAF_PREDICTION_NAME)
        print_quoted(p->names[value], json);
    else if (form == SHEAF_PREDICTION_MILLIONTHS && !json)
        printf("%s%" PRId64 ".%06" PRId64, value < 0 ? "-" : "", imaxabs(value) / 1000000,
               imaxabs(value) % 1000000);
    else if (form == SHEAF_PREDICTION_YES && json)
        fputs(value ? "true" : "false", stdout);
    else
        printf("%" PRId64, value);
}

/* The columns in the order of their names, as the members of an object stand. */
static void order_by_name(const sheaf_predictions *p, uint32_t *order)
{
    for (uint32_t i = 0; i < p->columns; i++) {
        uint32_t at = i;
        for (; at > 0 && strcmp(p->column[order[at - 1]].name, p->column[i].name) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

static void print_json(const sheaf_predictions *p, const uint32_t *order, uint32_t row)
{
    for (uint32_t i = 0; i < p->columns; i++) {
        const sheaf_prediction_column *column = &p->column[order[i]];
        printf("%c\"%s%s\":", i ? ',' : '{', column->name,
               column->form == SHEAF_PREDICTION_MILLIONTHS ? "_millionths" : "");
        print_cell(p, row, order[i], true);
    }
    puts("}");
}

static void print_all(const sheaf_predictions *p, bool json)
{
    uint32_t order[SHEAF_PREDICTION_COLUMNS_MAX] = {0};
    order_by_name(p, order);
    for (uint32_t j = 0; !json && j < p->columns; j++)
        printf("%s%s", j ? "," : "", p->column[j].name);
    if (!json)
        puts("");
    for (uint32_t i = 0; i < p->count; i++) {
        if (json) {
            print_json(p, order, i);
            continue;
        }
        for (uint32_t j = 0; j < p->columns; j++) {
            fputs(j ? "," : "", stdout);
            print_cell(p, i, j, false);
        }
        puts("");
    }
}

static sheaf_status predict(const char *model_path, const char *path, bool json, sheaf_err *err)
{
    sheaf_predictions predictions = {0};
    sheaf_buffer csv;
    sheaf_buffer_init(&csv, SHEAF_CSV_BYTES_MAX);
    sheaf_status status =
        sheaf_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &csv, err);
    if (status == SHEAF_OK)
        status = sheaf_predict(model_path, sheaf_buffer_slice(&csv), path, &predictions, err);
    sheaf_buffer_deinit(&csv);
    if (status != SHEAF_OK)
        return status;
    print_all(&predictions, json);
    if (predictions.left_out)
        fprintf(stderr,
                predictions.names ? "sheaf: %u series have a gap in their last steps, or too "
                                    "few steps, and were left out\n"
                                  : "sheaf: %u rows have a missing value and were left out\n",
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
    .summary = "what a model in safetensors says of the rows of a CSV file, or after them",
    .detail =
        "MODEL is a model file. A released model lies in the hub's folder, at the path that "
        "sheaf\n"
        "status prints. FILE has a header line and the model's columns; - is standard input. "
        "Of a\n"
        "forecaster comes what follows each series.",
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run,
};
