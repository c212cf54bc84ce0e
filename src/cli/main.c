/* cli/main.c - finds the command, parses its options, runs it. */
#include "cli/cli.h"

#include "acts/flags.h"
#include "acts/schema.h"
#include "coop/index.h"
#include "crypto/ed25519.h"
#include "store/random.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const sheaf_command *const sheaf_commands[] = {
#define COMMAND(name) &sheaf_command_##name,
#include "cli/commands.def"
#undef COMMAND
    NULL,
};

enum { LINE_WIDTH = 100 };

atomic_bool sheaf_stopping;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&sheaf_stopping, true);
}

void sheaf_stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* A row of two columns, the right one in as many lines as it needs. */
static void print_row(FILE *to, const char *left, size_t width, const char *right)
{
    size_t at = (size_t)fprintf(to, "  %-*s", (int)width, left);
    for (const char *word = right + strspn(right, " "); *word; word += strspn(word, " ")) {
        size_t len = strcspn(word, " ");
        if (at + 1 + len > LINE_WIDTH)
            at = (size_t)fprintf(to, "\n  %*s", (int)width, "") - 1;
        at += (size_t)fprintf(to, " %.*s", (int)len, word);
        word += len;
    }
    fputs("\n", to);
}

static void print_options(FILE *to, const sheaf_command *command)
{
    char left[64];
    for (const sheaf_option *o = command->options; o->name; o++) {
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        print_row(to, left, 25, o->doc);
    }
    print_row(to, "--json", 25, "print one JSON object a line");
}

static void print_help(FILE *to, const sheaf_command *command)
{
    fprintf(to, "usage: sheaf %s [OPTION...]%s%s\n\n%s\n", command->name,
            *command->arguments ? " " : "", command->arguments, command->summary);
    if (command->detail)
        fprintf(to, "\n%s\n", command->detail);
    fputs("\n", to);
    print_options(to, command);
}

/* Set before anything is parsed, so that wrong usage can be told as JSON too. */
static bool json_wanted;

int sheaf_usage(const sheaf_command *command, const char *format, ...)
{
    sheaf_err err = {.status = SHEAF_INVALID};
    va_list args;
    va_start(args, format);
    vsnprintf(err.message, sizeof err.message, format, args);
    va_end(args);
    (void)sheaf_report(&(sheaf_arguments){.json = json_wanted, .usage = true}, &err);
    if (!json_wanted)
        fprintf(stderr, "usage: sheaf %s [OPTION...]%s%s; see: sheaf help %s\n", command->name,
                *command->arguments ? " " : "", command->arguments, command->name);
    return SHEAF_EXIT_USAGE;
}

static const sheaf_command *find_command(int argc, char **argv, int *words)
{
    for (size_t i = 0; sheaf_commands[i]; i++) {
        const char *name = sheaf_commands[i]->name, *space = strchr(name, ' ');
        if (!space && strcmp(argv[0], name) == 0
            && (argc < 2 || sheaf_kind_from_words(argv[0], argv[1]) == SHEAF_KIND_none))
            return *words = 1, sheaf_commands[i];
        if (space && argc > 1 && strncmp(argv[0], name, (size_t)(space - name)) == 0
            && argv[0][space - name] == 0 && strcmp(argv[1], space + 1) == 0)
            return *words = 2, sheaf_commands[i];
    }
    return NULL;
}

static int take_option(const sheaf_command *command, int argc, char **argv, int *at,
                       sheaf_arguments *out)
{
    const char *name = argv[*at] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    if (len == 4 && strncmp(name, "json", 4) == 0)
        return out->json = true, 0;
    for (int i = 0; command->options[i].name; i++) {
        const sheaf_option *o = &command->options[i];
        if (strlen(o->name) != len || strncmp(o->name, name, len) != 0)
            continue;
        const char *value = "";
        if (o->value && equals)
            value = equals + 1;
        else if (o->value && *at + 1 < argc)
            value = argv[++*at];
        else if (o->value)
            return sheaf_usage(command, "--%s needs a value: %s", o->name, o->value);
        else if (equals)
            return sheaf_usage(command, "--%s takes no value", o->name);
        if (i == command->many) {
            if (out->repeated_count == SHEAF_ARGUMENTS_MAX)
                return sheaf_usage(command, "--%s is given too often", o->name);
            out->repeated[out->repeated_count++] = value;
        } else if (i > 0 && i == command->many_other) {
            if (out->other_count == SHEAF_ARGUMENTS_MAX)
                return sheaf_usage(command, "--%s is given too often", o->name);
            out->other[out->other_count++] = value;
        } else if (out->value[i]) {
            return sheaf_usage(command, "--%s is given twice", o->name);
        }
        out->value[i] = value;
        return 0;
    }
    return sheaf_usage(command, "there is no option --%.*s", (int)len, name);
}

static int run_command(const sheaf_command *command, int argc, char **argv)
{
    sheaf_arguments arguments = {0};
    bool options = true;
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(stdout, command);
            return SHEAF_EXIT_DONE;
        } else if (options && argv[i][0] == '-' && argv[i][1] && argv[i][1] != '-') {
            return sheaf_usage(command, "there is no option %s", argv[i]);
        } else if (options && strncmp(argv[i], "--", 2) == 0) {
            int code = take_option(command, argc, argv, &i, &arguments);
            if (code)
                return code;
        } else if (arguments.argument_count == command->arguments_max) {
            return sheaf_usage(command, "“%s” is one argument too many", argv[i]);
        } else {
            arguments.argument[arguments.argument_count++] = argv[i];
        }
    }
    if (arguments.argument_count < command->arguments_min)
        return sheaf_usage(command, "something is missing: %s", command->arguments);
    return command->run(&arguments);
}

static void print_overview(FILE *to)
{
    fputs("Sheaf runs AI that a cooperative's members own.\n\nusage: sheaf COMMAND "
          "[OPTION...]\n\n",
          to);
    for (size_t i = 0; sheaf_commands[i]; i++)
        print_row(to, sheaf_commands[i]->name, 18, sheaf_commands[i]->summary);
    fputs("\nActs, each signed with the key in --home and entered on the co-op's log:\n\n", to);
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        char words[SHEAF_WORDS_MAX];
        if (shape->actor != SHEAF_ACTOR_MEMBER)
            continue;
        sheaf_kind_words(kind, words);
        print_row(to, words, 18, shape->doc);
    }
    fputs(
        "\nsheaf help COMMAND or sheaf help KIND tells more, sheaf help effects what a motion "
        "can bring about,\nsheaf help refusals what the rules refuse; sheaf demo shows all of "
        "it.\n",
        to);
}

int sheaf_help_kind(sheaf_kind kind)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_kind_help(&text, kind);
    if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_MEMBER)
        sheaf_buffer_add_string(
            &text,
            "\nEvery act takes:\n\n"
            "  --home DIR\n        your home folder, with your key "
            "(~/.local/share/sheaf)\n"
            "  --hub URL\n        another hub of the co-op than the home's\n"
            "  --ca FILE\n        certificates to trust, in PEM; the home remembers them\n"
            "  --relay URL\n        a witness that hands the act to the hub and gives a "
            "receipt\n"
            "  --dry-run\n        ask the rules, enter nothing\n"
            "  --json\n        print one JSON object a line\n\n"
            "It prints the number of its entry. Exit code 4: refused by the bylaws.\n");
    int code = sheaf_print(&text);
    sheaf_buffer_deinit(&text);
    return code;
}

/* Says which commands and kinds begin with the word, or that none does. */
static int unknown(const char *word)
{
    sheaf_err err;
    char found[200] = "", words[SHEAF_WORDS_MAX];
    size_t len = strlen(word), used = 0;
    for (size_t i = 0; sheaf_commands[i]; i++) {
        const char *name = sheaf_commands[i]->name;
        if (len && strncmp(name, word, len) == 0 && name[len] == ' ' && used < 160)
            used += (size_t)snprintf(found + used, 40, ", %.30s", name + len + 1);
    }
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        sheaf_kind_words(kind, words);
        if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_MEMBER && len
            && strncmp(words, word, len) == 0 && words[len] == ' ' && used < 160)
            used += (size_t)snprintf(found + used, 40, ", %.30s", words + len + 1);
    }
    if (used)
        (void)sheaf_fail(&err, SHEAF_INVALID, "“%.40s” needs a second word: %s", word,
                         found + 2);
    else
        (void)sheaf_fail(&err, SHEAF_INVALID,
                         "there is no command or kind of act “%.80s”; see: sheaf help", word);
    return sheaf_report(&(sheaf_arguments){.json = json_wanted, .usage = true}, &err);
}

static int help(int argc, char **argv)
{
    int words;
    if (!argc) {
        print_overview(stdout);
        return SHEAF_EXIT_DONE;
    }
    if (strcmp(argv[0], "refusals") == 0)
        return sheaf_help_refusals(json_wanted);
    if (strcmp(argv[0], "effects") == 0)
        return sheaf_help_effects(json_wanted);
    const sheaf_command *command = find_command(argc, argv, &words);
    if (command) {
        print_help(stdout, command);
        return SHEAF_EXIT_DONE;
    }
    sheaf_kind kind = sheaf_kind_find(sheaf_str(argv[0]));
    if (kind == SHEAF_KIND_none && argc > 1)
        kind = sheaf_kind_from_words(argv[0], argv[1]);
    return kind == SHEAF_KIND_none ? unknown(argv[0]) : sheaf_help_kind(kind);
}

static int run(int argc, char **argv)
{
    int words;
    if (argc < 2) {
        print_overview(stderr);
        return SHEAF_EXIT_USAGE;
    }
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        json_wanted |= strcmp(argv[i], "--json") == 0;
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)
        return puts("sheaf " SHEAF_VERSION) < 0;
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0
        || strcmp(argv[1], "-h") == 0)
        return help(argc - 2, argv + 2);
    const sheaf_command *command = find_command(argc - 1, argv + 1, &words);
    if (command)
        return run_command(command, argc - 1 - words, argv + 1 + words);
    if (argc > 2 && sheaf_kind_from_words(argv[1], argv[2]) != SHEAF_KIND_none)
        return sheaf_act_command(argc - 1, argv + 1);
    return unknown(argv[1]);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (!sheaf_crypto_start()) {
        fputs("sheaf: libsodium cannot start on this machine\n", stderr);
        return SHEAF_EXIT_FAILED;
    }
    uint64_t random;
    sheaf_random(&random, sizeof random);
    sheaf_index_keep_secret(random);
    int code = run(argc, argv);
    bool lost = fflush(stdout) != 0;
    struct pollfd out = {.fd = STDOUT_FILENO};
    if ((!lost && !ferror(stdout)) || (poll(&out, 1, 0) == 1 && out.revents & POLLERR))
        return code; /* a reader who has seen enough, as `head` has, is no failure */
    fputs("sheaf: cannot write to standard output: is its disk full?\n", stderr);
    return code == SHEAF_EXIT_DONE ? SHEAF_EXIT_FAILED : code;
}
