/* cli/describe.c - what the program says about itself: schema, completion, manual page. All of
 * it comes from the tables of commands and of the catalogue. */
#include "cli/cli.h"

#include "acts/flags.h"
#include "acts/schema.h"

#include <stdio.h>

static int print_and_free(sheaf_buffer *text)
{
    int code = sheaf_print(text);
    sheaf_buffer_deinit(text);
    return code;
}

static int run_schema(const sheaf_arguments *arguments)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, 4 << 20);
    if (arguments->value[0])
        sheaf_catalogue_markdown(&text);
    else if (arguments->value[1])
        sheaf_schema_write_record(&text, "bylaws", "the bylaws of a Sheaf co-op");
    else
        sheaf_schema_write(&text);
    return print_and_free(&text);
}

const sheaf_command sheaf_command_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "print the JSON Schema of every kind of act",
    .options = {{"markdown", NULL, "print the catalogue as a page for people (docs/acts.md)"},
                {"bylaws", NULL, "the schema of the bylaws alone (docs/bylaws.schema.json)"}},
    .many = -1,
    .run = run_schema,
};

/* ---- bash completion ---- */

/* One line of the table that the completion looks words up in: "motion open:--title …". */
static void completion_line(sheaf_buffer *out, const char *words, const sheaf_command *command,
                            sheaf_kind kind)
{
    sheaf_buffer_printf(out, "%s:--json --help", words);
    for (const sheaf_option *o = command ? command->options : NULL; o && o->name; o++)
        sheaf_buffer_printf(out, " --%s", o->name);
    if (kind != SHEAF_KIND_none) {
        sheaf_flag flags[SHEAF_FLAGS_MAX];
        size_t count = sheaf_flags_list(kind, flags);
        sheaf_buffer_add_string(out, " --home --hub --ca --dry-run");
        for (size_t i = 0; i < count; i++)
            sheaf_buffer_printf(out, " --%s", flags[i].name);
    }
    sheaf_buffer_add_byte(out, '\n');
}

/* What the flags with a choice take: "consent grant --purpose:care operations …". */
static void completion_values(sheaf_buffer *out, const char *words, sheaf_kind kind)
{
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    size_t count = sheaf_flags_list(kind, flags);
    for (size_t i = 0; i < count; i++) {
        const sheaf_field *field = flags[i].field;
        bool yes_or_no = field->type == SHEAF_FIELD_BOOL;
        if (!yes_or_no && field->type != SHEAF_FIELD_ENUM)
            continue;
        sheaf_buffer_printf(out, "%s --%s:%s", words, flags[i].name, yes_or_no ? "yes no" : "");
        for (size_t k = 0; !yes_or_no && field->choices[k]; k++)
            sheaf_buffer_printf(out, "%s%s", k ? " " : "", field->choices[k]);
        sheaf_buffer_add_byte(out, '\n');
    }
}

static bool entered_by_hand(sheaf_kind kind)
{
    sheaf_actor actor = sheaf_kind_shape(kind)->actor;
    return actor == SHEAF_ACTOR_MEMBER || actor == SHEAF_ACTOR_COOP;
}

/* Options are offered once the word begins with a dash; the choices of a flag after it; a
 * command's second word where it has one; files otherwise. */
static const char completion_function[] =
    "_sheaf() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} at=1 line words=\"\"\n"
    "    [ \"${COMP_WORDS[1]}\" = help ] && [ \"$COMP_CWORD\" -gt 1 ] && at=2\n"
    "    local first=${COMP_WORDS[at]} second=${COMP_WORDS[at + 1]}\n"
    "    while IFS= read -r line; do\n"
    "        local name=${line%%:*}\n"
    "        if [ \"$COMP_CWORD\" -eq \"$at\" ]; then\n"
    "            words+=\" ${name%% *}\"\n"
    "        elif [ \"$COMP_CWORD\" -eq $((at + 1)) ] && [ \"$name\" != \"${name#\"$first\" "
    "}\" "
    "]; then\n"
    "            words+=\" ${name#* }\"\n"
    "        elif [[ $current == -* && ( $name == \"$first\" || $name == \"$first $second\" ) "
    "]]; then\n"
    "            words+=\" ${line#*:}\"\n"
    "        fi\n"
    "    done <<< \"$_sheaf_table\"\n"
    "    while IFS= read -r line; do\n"
    "        [ \"${line%%:*}\" = \"$first $second ${COMP_WORDS[COMP_CWORD - 1]}\" ] && "
    "words=${line#*:}\n"
    "    done <<< \"$_sheaf_values\"\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\" | sort -u)\n"
    "}\n"
    "complete -o default -F _sheaf sheaf\n";

static int run_completion(const sheaf_arguments *arguments)
{
    (void)arguments;
    char name[SHEAF_WORDS_MAX];
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(&text, "# bash completion for sheaf; load it with: source <(sheaf "
                                   "completion)\n_sheaf_table='help:\n");
    for (size_t i = 0; sheaf_commands[i]; i++)
        completion_line(&text, sheaf_commands[i]->name, sheaf_commands[i], SHEAF_KIND_none);
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (entered_by_hand(kind)) {
            sheaf_kind_words(kind, name);
            completion_line(&text, name, NULL, kind);
        }
    sheaf_buffer_add_string(&text, "'\n_sheaf_values='");
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (entered_by_hand(kind)) {
            sheaf_kind_words(kind, name);
            completion_values(&text, name, kind);
        }
    sheaf_buffer_add_string(&text, "'\n");
    sheaf_buffer_add_string(&text, completion_function);
    return print_and_free(&text);
}

const sheaf_command sheaf_command_completion = {
    .name = "completion",
    .arguments = "",
    .summary = "print bash completion",
    .many = -1,
    .run = run_completion,
};

/* ---- the manual page ---- */

static void manual_command(sheaf_buffer *out, const sheaf_command *command)
{
    sheaf_buffer_printf(out, ".SS sheaf %s %s\n%s.\n", command->name, command->arguments,
                        command->summary);
    if (command->detail)
        sheaf_buffer_printf(out, ".PP\n%s\n", command->detail);
    for (const sheaf_option *o = command->options; o->name; o++)
        sheaf_buffer_printf(out, ".TP\n.B \\-\\-%s %s\n%s\n", o->name, o->value ? o->value : "",
                            o->doc);
}

static void manual_kind(sheaf_buffer *out, sheaf_kind kind)
{
    char words[SHEAF_WORDS_MAX];
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    size_t count = sheaf_flags_list(kind, flags);
    sheaf_kind_words(kind, words);
    sheaf_buffer_printf(out, ".SS sheaf %s\n%s.\n", words, sheaf_kind_shape(kind)->doc);
    for (size_t i = 0; i < count; i++) {
        sheaf_buffer_printf(out, ".TP\n.B \\-\\-%s ", flags[i].name);
        sheaf_flag_value(out, &flags[i]);
        sheaf_buffer_printf(out, "\n%s%s\n", flags[i].field->doc,
                            flags[i].required ? "" : " (optional)");
    }
}

static int run_manual(const sheaf_arguments *arguments)
{
    (void)arguments;
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(
        &text, ".TH SHEAF 1 \"\" \"sheaf " SHEAF_VERSION "\"\n.SH NAME\nsheaf \\- AI that a "
               "cooperative's members own\n.SH SYNOPSIS\n.B sheaf\nCOMMAND [OPTION...]\n"
               ".SH COMMANDS\n");
    for (size_t i = 0; sheaf_commands[i]; i++)
        manual_command(&text, sheaf_commands[i]);
    sheaf_buffer_add_string(&text,
                            ".SH ACTS\nEach is signed with the key in the member's home folder "
                            "(\\-\\-home DIR) and entered on the log.\n");
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_MEMBER)
            manual_kind(&text, kind);
    sheaf_buffer_add_string(&text,
                            ".SH EFFECTS\nWhat a motion may carry in \\-\\-effect FILE.\n");
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP)
            sheaf_buffer_printf(&text, ".TP\n.B %s\n%s\n", sheaf_kind_shape(kind)->name,
                                sheaf_kind_shape(kind)->doc);
    sheaf_buffer_add_string(&text, ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 3 "
                                   "verification found a fault, 4 refused by the bylaws.\n");
    return print_and_free(&text);
}

const sheaf_command sheaf_command_manual = {
    .name = "manual",
    .arguments = "",
    .summary = "print the manual page; read it with: sheaf manual | man -l -",
    .many = -1,
    .run = run_manual,
};
