/* The privacy report as Markdown; see privacy_report.h. */
#include "cli/date.h"
#include "cli/privacy_report.h"

#include <stdlib.h>

typedef struct {
    const char *member, *title;
    bool day; /* a time, shown as a day; 0 as nothing */
} column;

/* One line of a table cell: nothing in it ends the cell or begins markup of its own. */
static void put_words(sheaf_buffer *out, sheaf_slice words)
{
    for (size_t i = 0; i < words.len; i++) {
        uint8_t byte = words.data[i];
        if (byte == '|' || byte == '\\' || byte == '`' || byte == '<' || byte == '*'
            || byte == '_' || byte == '[')
            sheaf_buffer_add_byte(out, '\\');
        sheaf_buffer_add_byte(out, byte == '\n' || byte == '\t' ? ' ' : byte);
    }
}

static void put_cell(sheaf_buffer *out, const sheaf_json *value, bool day)
{
    char date[SHEAF_DATE_LEN + 1];
    if (!value)
        return;
    if (value->type == SHEAF_JSON_STRING) {
        put_words(out, value->string);
    } else if (value->type == SHEAF_JSON_BOOL) {
        sheaf_buffer_add_string(out, value->boolean ? "yes" : "no");
    } else if (value->type == SHEAF_JSON_INT && !day) {
        sheaf_buffer_printf(out, "%lld", (long long)value->integer);
    } else if (value->type == SHEAF_JSON_INT && value->integer) {
        sheaf_date_print(value->integer, date);
        sheaf_buffer_add_string(out, date);
    }
}

static void put_table(sheaf_buffer *out, const sheaf_json *list, const column *columns,
                      size_t count, const char *none)
{
    if (!list || !list->first) {
        sheaf_buffer_printf(out, "%s\n", none);
        return;
    }
    for (size_t i = 0; i < count; i++)
        sheaf_buffer_printf(out, "| %s ", columns[i].title);
    sheaf_buffer_add_string(out, "|\n");
    for (size_t i = 0; i < count; i++)
        sheaf_buffer_add_string(out, "| --- ");
    sheaf_buffer_add_string(out, "|\n");
    for (const sheaf_json *row = list->first; row; row = row->next) {
        for (size_t i = 0; i < count; i++) {
            sheaf_buffer_add_string(out, "| ");
            put_cell(out, sheaf_json_member(row, columns[i].member), columns[i].day);
            sheaf_buffer_add_byte(out, ' ');
        }
        sheaf_buffer_add_string(out, "|\n");
    }
}

static void put_field(sheaf_buffer *out, const char *title, const sheaf_json *value,
                      const char *none)
{
    sheaf_buffer_printf(out, "- %s: ", title);
    if (value && !(value->type == SHEAF_JSON_STRING && value->string.len == 0))
        put_cell(out, value, false);
    else
        sheaf_buffer_add_string(out, none);
    sheaf_buffer_add_byte(out, '\n');
}

static void put_head(sheaf_buffer *out, const sheaf_json *report)
{
    const sheaf_json *coop = sheaf_json_member(report, "coop");
    const sheaf_json *settings = sheaf_json_member(report, "settings");
    char day[SHEAF_DATE_LEN + 1];
    sheaf_date_print(sheaf_json_member_int(report, "time", 0), day);
    sheaf_buffer_add_string(out, "# Data protection at ");
    put_words(out, sheaf_json_member_string(coop, "name"));
    sheaf_buffer_printf(out,
                        "\n\n**Draft** of %s, made from the co-op's bylaws, its log and the "
                        "hub's private database. To be completed and adopted by the co-op; no "
                        "legal advice.\n\n## Controller (GDPR Art. 30(1)(a))\n\n",
                        day);
    static const struct {
        const char *member, *title, *none;
    } rows[] = {
        {"representative", "acts for the co-op", "to be stated"},
        {"contact", "is reached at", "to be stated"},
        {"data_officer", "data protection officer", "none stated"},
        {"authority", "supervisory authority", "to be stated"},
        {"hosting", "the hub's machine", "to be stated"},
    };
    put_field(out, "purpose", sheaf_json_member(coop, "purpose"), "");
    put_field(out, "legal form", sheaf_json_member(coop, "form"), "");
    put_field(out, "members", sheaf_json_member(coop, "members"), "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put_field(out, rows[i].title, sheaf_json_member(settings, rows[i].member),
                  rows[i].none);
    sheaf_buffer_add_string(
        out,
        "\nFor the data in the data sets each member is the controller of its own; for the "
        "models the members act jointly under the bylaws (Art. 26). The operator of the hub "
        "acts for the co-op.\n");
}

static void put_registers(sheaf_buffer *out, const sheaf_json *report)
{
    static const column activities[] = {
        {"name", "activity", false},   {"purpose", "purpose", false},
        {"subjects", "people", false}, {"data", "data", false},
        {"ground", "ground", false},   {"recipients", "recipients", false},
        {"retention", "kept", false}};
    static const column lines[] = {
        {"title", "name", false}, {"text", "what", false}, {"at", "since", true}};
    static const column sheets[] = {
        {"entry", "entry", false},        {"title", "data set", false},
        {"controller", "member", false},  {"subjects", "people", false},
        {"records", "records", false},    {"licence", "licence", false},
        {"withdrawn", "withdrawn", false}};
    sheaf_buffer_add_string(out, "\n## Register of processing (Art. 30)\n\n");
    put_table(out, sheaf_json_member(report, "activities"), activities, 7, "");
    sheaf_buffer_add_string(out, "\n### Further activities\n\n");
    put_table(out, sheaf_json_member(report, "further_activities"), lines, 3, "None stated.");
    sheaf_buffer_add_string(out, "\n### Processors (Art. 28)\n\n");
    put_table(out, sheaf_json_member(report, "processors"), lines, 3, "None stated.");
    sheaf_buffer_add_string(out, "\n### Data sets on the log\n\n");
    put_table(out, sheaf_json_member(report, "datasets"), sheets, 7, "None.");
    sheaf_buffer_add_string(out, "\n### Who may read entries now\n\n");
    const sheaf_json *areas = sheaf_json_member(report, "visibility");
    for (const sheaf_json *area = areas ? areas->first : NULL; area; area = area->next) {
        sheaf_buffer_printf(out, "- %.*s: ", SHEAF_PRINT(area->name));
        put_cell(out, area, false);
        sheaf_buffer_add_byte(out, '\n');
    }
}

static void put_rest(sheaf_buffer *out, const sheaf_json *report)
{
    static const column assessment[] = {{"question", "question", false},
                                        {"answer", "draft of an answer", false}};
    static const column retention[] = {{"ground", "ground", false},
                                       {"sentence", "why", false},
                                       {"rests_on", "rests on", false}};
    static const column erasures[] = {{"person", "person", false}, {"at", "erased on", true}};
    static const column breaches[] = {{"at", "known on", true},
                                      {"title", "breach", false},
                                      {"text", "facts, effects, measures", false},
                                      {"reported", "reported on", true}};
    static const column restores[] = {
        {"at", "on", true}, {"title", "what", false}, {"text", "from what", false}};
    const sheaf_json *settings = sheaf_json_member(report, "settings");
    sheaf_buffer_add_string(out, "\n## Draft impact assessment (Art. 35)\n\n");
    put_table(out, sheaf_json_member(report, "assessment"), assessment, 2, "");
    sheaf_buffer_add_string(out, "\n## Retention and erasure (Art. 17, 30(1)(f))\n\n");
    put_table(out, sheaf_json_member(report, "retention"), retention, 3, "");
    sheaf_buffer_add_byte(out, '\n');
    put_field(out, "years for records of money",
              sheaf_json_member(settings, "accounting_years"), "10");
    sheaf_buffer_add_string(out, "\n### Erasures\n\n");
    put_table(out, sheaf_json_member(report, "erasures"), erasures, 2, "None.");
    sheaf_buffer_add_string(out, "\n## Register of restores\n\n");
    put_table(out, sheaf_json_member(report, "restores"), restores, 3, "None.");
    sheaf_buffer_add_string(out, "\n## Register of breaches (Art. 33(5))\n\n");
    put_table(out, sheaf_json_member(report, "breaches"), breaches, 4, "None.");
}

sheaf_status sheaf_privacy_markdown(sheaf_slice json, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_json *report;
    /* A tree of what was just written: no value is shorter than two bytes. */
    size_t size = 64 * json.len + 4096;
    void *block = malloc(size);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the report");
    sheaf_arena arena = sheaf_arena_over(block, size);
    sheaf_status status = sheaf_json_parse(json, &arena, &report, err);
    if (status == SHEAF_OK) {
        put_head(out, report);
        put_registers(out, report);
        put_rest(out, report);
        status = sheaf_buffer_check(out, "the report", err);
    }
    free(block);
    return status;
}
