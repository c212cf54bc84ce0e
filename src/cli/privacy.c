/* cli/privacy.c - `sheaf privacy report|set|note`: the papers of data protection. */
#include "cli/cli.h"

#include "cli/date.h"
#include "cli/privacy_report.h"
#include "store/clock.h"
#include "store/private_db.h"
#include "store/retention.h"

#include <stdio.h>
#include <string.h>

enum { REPORT_MAX = 64 << 20 };

static int run_report(const sheaf_arguments *a)
{
    sheaf_buffer json, markdown;
    sheaf_err err;
    sheaf_buffer_init(&json, REPORT_MAX);
    sheaf_buffer_init(&markdown, REPORT_MAX);
    sheaf_status status = sheaf_privacy_gather(a->argument[0], &json, &err);
    if (status == SHEAF_OK && !a->json)
        status = sheaf_privacy_markdown(sheaf_buffer_slice(&json), &markdown, &err);
    int code =
        status == SHEAF_OK ? sheaf_print(a->json ? &json : &markdown) : sheaf_report(a, &err);
    sheaf_buffer_deinit(&json);
    sheaf_buffer_deinit(&markdown);
    return code;
}

const sheaf_command sheaf_command_privacy_report = {
    .name = "privacy report",
    .arguments = "DIR",
    .summary = "draft the register of processing and the impact assessment, as Markdown",
    .detail =
        "Filled from the co-op's bylaws, data sheets and the hub's registers; a draft to be\n"
        "completed and adopted. With --json the same as data.",
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_report,
};

/* ---- set ---- */

static bool setting_known(const char *name)
{
    for (const sheaf_privacy_setting *s = sheaf_privacy_settings; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return true;
    return false;
}

static int run_set(const sheaf_arguments *a)
{
    const char *name = a->argument[1], *value = a->argument[2];
    sheaf_private *db = NULL;
    sheaf_err err;
    long long years;
    if (!setting_known(name))
        return sheaf_usage(&sheaf_command_privacy_set, "there is no setting “%.40s”", name);
    if (strcmp(name, "accounting_years") == 0
        && !sheaf_number(value, 0, SHEAF_ACCOUNTING_YEARS_MAX, &years))
        return sheaf_usage(&sheaf_command_privacy_set, "%s is a number from 0 to %d", name,
                           SHEAF_ACCOUNTING_YEARS_MAX);
    sheaf_status status = sheaf_private_open(&db, a->argument[0], SHEAF_PRIVATE_EXISTING, &err);
    if (status == SHEAF_OK)
        status = sheaf_private_set(db, name, sheaf_str(value), &err);
    sheaf_private_close(db);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json)
        printf("{\"set\":\"%s\"}\n", name);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_privacy_set = {
    .name = "privacy set",
    .arguments = "DIR NAME VALUE",
    .summary = "state what the report says about the co-op",
    .detail =
        "NAME is accounting_years (how long records of money are kept), authority, contact,\n"
        "data_officer, hosting or representative.",
    .arguments_min = 3,
    .arguments_max = 3,
    .many = -1,
    .run = run_set,
};

/* ---- note ---- */

static bool kind_known(const char *kind)
{
    for (const char *const *known = sheaf_privacy_kinds; *known; known++)
        if (strcmp(*known, kind) == 0)
            return true;
    return false;
}

static int run_note(const sheaf_arguments *a)
{
    sheaf_private *db = NULL;
    sheaf_err err;
    sheaf_register_line line = {.kind = a->argument[1], .at = sheaf_clock_ms()};
    if (!kind_known(line.kind))
        return sheaf_usage(&sheaf_command_privacy_note,
                           "KIND is breach, processing or processor, not “%.40s”", line.kind);
    if (!a->value[0] || !a->value[1])
        return sheaf_usage(&sheaf_command_privacy_note, "--title and --text are needed");
    if ((a->value[2] && !sheaf_date_parse(a->value[2], &line.at))
        || (a->value[3] && !sheaf_date_parse(a->value[3], &line.reported)))
        return sheaf_usage(&sheaf_command_privacy_note, "a day is written YYYY-MM-DD");
    line.title = sheaf_str(a->value[0]);
    line.words = sheaf_str(a->value[1]);
    sheaf_status status = sheaf_private_open(&db, a->argument[0], SHEAF_PRIVATE_EXISTING, &err);
    if (status == SHEAF_OK)
        status = sheaf_private_note(db, &line, &err);
    sheaf_private_close(db);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json)
        printf("{\"noted\":\"%s\"}\n", line.kind);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_privacy_note = {
    .name = "privacy note",
    .arguments = "DIR KIND",
    .summary = "add a line to the register of breaches, processing or processors",
    .detail =
        "KIND is breach, processing or processor. The words are shown in the report and are "
        "not\n"
        "erased with a person: name nobody. Of a breach: facts, effects, and what was done.",
    .options = {{"title", "TEXT", "what it is, in one line"},
                {"text", "TEXT", "the rest"},
                {"at", "DATE", "since when; of a breach when it became known (today)"},
                {"reported", "DATE", "of a breach: when the authority was told"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run_note,
};
