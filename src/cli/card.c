/* cli/card.c - `sheaf model show` and `sheaf model card`. */
#include "cli/card.h"

#include <stdio.h>

enum { CARD_MAX = 16 << 20 };

/* In the order of the commands' options. */
enum { HOME, CA, MARKDOWN, HTML };

static int run(const sheaf_command *command, const sheaf_arguments *a, sheaf_card_form form)
{
    sheaf_round_source source;
    sheaf_buffer json, page;
    sheaf_err err;
    long long model;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &model))
        return sheaf_usage(command,
                           "a model is the number of the entry that registered it, not “%.40s”",
                           a->argument[0]);
    if (sheaf_round_source_open(&source, a->argument_count > 1 ? a->argument[1] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_buffer_init(&json, CARD_MAX);
    sheaf_buffer_init(&page, CARD_MAX);
    sheaf_status status = sheaf_card_gather(&source, (uint32_t)model, &json, &err);
    if (status == SHEAF_OK && !a->json)
        status = sheaf_card_write(sheaf_buffer_slice(&json), form, &page, &err);
    int code =
        status == SHEAF_OK ? sheaf_print(a->json ? &json : &page) : sheaf_report(a, &err);
    sheaf_buffer_deinit(&json);
    sheaf_buffer_deinit(&page);
    sheaf_round_source_close(&source);
    return code;
}

static int run_show(const sheaf_arguments *a)
{
    return run(&sheaf_command_model_show, a, SHEAF_CARD_TEXT);
}

static int run_card(const sheaf_arguments *a)
{
    if (a->value[MARKDOWN] && a->value[HTML])
        return sheaf_usage(&sheaf_command_model_card, "--markdown or --html, not both");
    return run(&sheaf_command_model_card, a,
               a->value[HTML] ? SHEAF_CARD_HTML : SHEAF_CARD_MARKDOWN);
}

#define OPTION_HOME                                                                            \
    {                                                                                          \
        "home", "DIR", "your home folder"                                                      \
    }
#define OPTION_CA                                                                              \
    {                                                                                          \
        "ca", "FILE", "certificates to trust, in PEM"                                          \
    }

const sheaf_command sheaf_command_model_show = {
    .name = "model show",
    .arguments = "N [DIR|URL]",
    .summary = "what a model is, how good, on whose data, and what was given away for it",
    .detail = "N is the entry that registered the model. DIR is a folder with log/, such as a "
              "hub's;\n"
              "URL a hub; without either it is the hub of your home.",
    .options = {OPTION_HOME, OPTION_CA},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_show,
};

const sheaf_command sheaf_command_model_card = {
    .name = "model card",
    .arguments = "N [DIR|URL]",
    .summary = "a model's card from the log: to publish beside the model",
    .detail =
        "The same as sheaf model show, as Markdown or HTML; with --json as data. It is made "
        "from\n"
        "the log and the sum of the evaluation alone, so that everybody makes the same one.",
    .options = {OPTION_HOME,
                OPTION_CA,
                {"markdown", NULL, "as Markdown, which is the default"},
                {"html", NULL, "as a page by itself"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_card,
};
