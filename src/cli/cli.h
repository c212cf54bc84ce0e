/* cli/cli.h - the command line: a table of commands, each with its options, from which parsing,
 * `sheaf help`, bash completion and the manual page are made.
 *
 * Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1
 * failed, 2 wrong usage, 3 verification found a fault, 4 refused by the bylaws.
 */
#ifndef SHEAF_CLI_CLI_H
#define SHEAF_CLI_CLI_H

#include "acts/catalogue.h"
#include "base/json.h"
#include "base/status.h"

#include <stdatomic.h>

enum {
    SHEAF_EXIT_DONE = 0,
    SHEAF_EXIT_FAILED = 1,
    SHEAF_EXIT_USAGE = 2,
    SHEAF_EXIT_FAULT = 3,
    SHEAF_EXIT_REFUSED = 4,
};

enum { SHEAF_ARGUMENTS_MAX = 64, SHEAF_OPTIONS_MAX = 32 };

typedef struct {
    const char *name;  /* without the dashes */
    const char *value; /* what it takes, as printed: DIR, N; NULL for a switch */
    const char *doc;
} sheaf_option;

/* A command line that was parsed: options in the order of the command's table. */
typedef struct {
    const char *value[SHEAF_OPTIONS_MAX]; /* NULL where it was not given; "" for a switch */
    const char *repeated[SHEAF_ARGUMENTS_MAX]; /* all values of the option marked `many` */
    const char *other[SHEAF_ARGUMENTS_MAX];    /* the same of `many_other` */
    int repeated_count, other_count;
    const char *argument[SHEAF_ARGUMENTS_MAX];
    int argument_count;
    bool json, usage; /* usage: what is reported is wrong usage */
} sheaf_arguments;

typedef struct {
    const char *name;      /* "serve", "log show" */
    const char *arguments; /* as printed: "DIR", "[FILE]" */
    const char *summary;
    const char *detail; /* some sentences for help and manual, or NULL */
    sheaf_option
        options[SHEAF_OPTIONS_MAX]; /* ended by a NULL name; --json and --help are everywhere */
    int arguments_min, arguments_max;
    int many;       /* which option may be repeated, or -1 */
    int many_other; /* one more, which is not the first; 0: none */
    int (*run)(const sheaf_arguments *arguments);
} sheaf_command;

#define COMMAND(name) extern const sheaf_command sheaf_command_##name;
#include "cli/commands.def"
#undef COMMAND

/* All of them in the order of the help, ended by NULL. */
extern const sheaf_command *const sheaf_commands[];

/* Prints the error for people, or as one JSON object with --json, and gives the exit code: 3
 * for SHEAF_FAULT, else 1. */
int sheaf_report(const sheaf_arguments *arguments, const sheaf_err *err);

/* Says on standard error if training was slower than it could be, and what to install. */
void sheaf_report_products(void);

/* Wrong usage: says what, and how it goes. */
__attribute__((format(printf, 2, 3))) int sheaf_usage(const sheaf_command *command,
                                                      const char *format, ...);

/* Prints the help of a kind of act, with the options that all acts take; the exit code. */
int sheaf_help_kind(sheaf_kind kind);

/* Prints every refusal with its article and sentence; the exit code. */
int sheaf_help_refusals(bool json);

/* Prints what motions can bring about, with the decision that each needs; the exit code. */
int sheaf_help_effects(bool json);

/* "article 2, Members" for the key of an article. */
void sheaf_article_words(const char *key, char *out, size_t size);

/* A number within a range, or false. */
bool sheaf_number(const char *text, long long lo, long long hi, long long *out);

/* Signing commands: --home or the user's data folder. */
SHEAF_MUST_USE sheaf_status sheaf_home_path(const char *given, char *out, size_t size,
                                            sheaf_err *err);

/* `sheaf motion open …`: the command of a kind of act. */
int sheaf_act_command(int argc, char **argv);

/* Prints words of others to standard output: one line of plain text, with a question mark where
 * a control character stood. */
void sheaf_print_plain(sheaf_slice words);
/* The same of a message that may be cut within a letter; `out` takes as many bytes as it has,
 * with the zero at its end, and may be the message itself. */
void sheaf_plain(const char *message, char *out);

/* Prints a buffer to standard output; with a line feed where it has none. */
int sheaf_print(const sheaf_buffer *buffer);

/* The object that --json asks for: between the two its members are written. The second prints
 * and frees it. */
sheaf_json_writer sheaf_print_begin(sheaf_buffer *object);
int sheaf_print_end(sheaf_buffer *object, sheaf_json_writer *w);

/* Ctrl-C and termination set *sheaf_stopping; long-running commands look at it. */
extern atomic_bool sheaf_stopping;
void sheaf_stop_on_signals(void);

#endif
