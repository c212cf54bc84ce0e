/* cli/matter.h - `sheaf petition show N` and its like: something that members deal with, by the
 * entry that opened it, from a folder, a hub or one's home. The state is one's own replay;
 * texts are shown where they are at hand and are those of the log's commitments. */
#ifndef SHEAF_CLI_MATTER_H
#define SHEAF_CLI_MATTER_H

#include "cli/cli.h"
#include "cli/round_source.h"

typedef struct {
    sheaf_round_source source; /* without a round */
    const sheaf_state *state;
    uint32_t id;
    const void *row; /* of what is voted on, while it is open, with the votes by proxy */
} sheaf_matter;

typedef struct {
    const sheaf_command *command;
    sheaf_table_id table; /* its name is the noun */
    void (*print)(const sheaf_matter *matter);
    /* Members after that of the row's own name, in byte order; may be NULL. */
    void (*put)(const sheaf_matter *matter, sheaf_json_writer *w);
} sheaf_matter_view;

int sheaf_matter_show(const sheaf_matter_view *view, const sheaf_arguments *a);

/* "  until       2026-11-22T10:00:00Z" */
void sheaf_matter_print_time(const char *label, int64_t ms);
/* "  opened      2026-11-22T10:00:00Z by member 3 (Ada)", without the last words where `by` is
 * SHEAF_NONE. */
void sheaf_matter_print_act(const sheaf_matter *matter, const char *label, int64_t ms,
                            uint32_t by);
/* "member 3 (Ada)", without the name where it is not at hand. */
void sheaf_matter_print_member(const sheaf_matter *matter, uint32_t member);
/* A line: "  subject     member 3 (Ada)". */
void sheaf_matter_print_who(const sheaf_matter *matter, const char *label, uint32_t member);
/* "12.30 EUR", in the currency of the bylaws in force. */
void sheaf_matter_print_cents(const sheaf_matter *matter, int64_t cents);
/* A text line by line behind its label; says so where it is not at hand. Nothing for zeros. */
void sheaf_matter_print_text(const sheaf_matter *matter, const char *label,
                             const sheaf_hash *commitment);
/* The member `name` of an object that is open; nothing where it is not at hand. */
void sheaf_matter_put_text(const sheaf_matter *matter, sheaf_json_writer *w, const char *name,
                           const sheaf_hash *commitment);
/* The list `name` of the rows of that table whose column `of`, the first of their pair, is the
 * matter. */
void sheaf_matter_put_rows(const sheaf_matter *matter, sheaf_json_writer *w, const char *name,
                           sheaf_table_id table);

/* What members have argued on it; where that is nothing and it is open, how to. */
void sheaf_matter_print_arguments(const sheaf_matter *matter, bool open);

/* What the commands have in common. */
#define SHEAF_MATTER_COMMAND(noun, what, run_)                                                 \
    {                                                                                          \
        .name = noun " show", .arguments = "N [DIR|URL]", .summary = what,                     \
        .detail =                                                                              \
            "N is the entry that opened it. DIR is a folder with log/, such as a hub's;\n"     \
            "URL a hub; without either it is the hub of your home.",                           \
        .options = {{"home", "DIR", "your home folder"},                                       \
                    {"ca", "FILE", "certificates to trust, in PEM"}},                          \
        .arguments_min = 1, .arguments_max = 2, .many = -1, .run = run_,                       \
    }

/* `sheaf circle list` and its like: something of the whole state, from the same places. */
typedef struct {
    void (*print)(const sheaf_round_source *source);
    void (*put)(const sheaf_state *state, sheaf_json_writer *w); /* into the open object */
} sheaf_state_view;

int sheaf_state_show(const sheaf_state_view *view, const sheaf_arguments *a);

/* The list `name` of all rows of the table. */
void sheaf_state_put_rows(const sheaf_state *state, sheaf_json_writer *w, const char *name,
                          sheaf_table_id table);

#define SHEAF_STATE_COMMAND(name_, what, run_)                                                 \
    {                                                                                          \
        .name = name_, .arguments = "[DIR|URL]", .summary = what,                              \
        .detail =                                                                              \
            "DIR is a folder with log/, such as a hub's; URL a hub; without either it is\n"    \
            "the hub of your home.",                                                           \
        .options = {{"home", "DIR", "your home folder"},                                       \
                    {"ca", "FILE", "certificates to trust, in PEM"}},                          \
        .arguments_max = 1, .many = -1, .run = run_,                                           \
    }

#endif
