/* cli/trainer_options.h - the options by which a member names a trainer of their own; `node`
 * and `trainer check` share them.
 *
 * A trainer's limits are checked here, so that a typing error is wrong usage and not a round
 * that was missed.
 */
#ifndef SHEAF_CLI_TRAINER_OPTIONS_H
#define SHEAF_CLI_TRAINER_OPTIONS_H

#include "cli/cli.h"
#include "node/trainer.h"

/* Rows of a command's table, in the order of sheaf_trainer_option_values. */
#define SHEAF_TRAINER_OPTIONS                                                                  \
    {"trainer-read", "PATHS", "files and folders it may read, separated by colons"},           \
        {"trainer-seconds", "N", "how long it may run (600)"},                                 \
        {"trainer-memory", "MIB", "memory of all its processes together (4096)"},              \
    {                                                                                          \
        "trainer-processes", "N", "it is ended with so many processes and threads (128)"       \
    }

enum { SHEAF_TRAINER_OPTION_COUNT = 4 };

typedef struct {
    sheaf_trainer trainer;
    const char *words[SHEAF_SANDBOX_ARGUMENTS_MAX];
    const char *shown[SHEAF_SANDBOX_SHOWN_MAX];
    char paths[4096]; /* what `shown` points into */
} sheaf_trainer_options;

/* `values` are those of the four options; `words` the program and its arguments. Returns NULL,
 * or what is wrong, in words for sheaf_usage(). */
const char *sheaf_trainer_options_read(sheaf_trainer_options *out, const char *const *values,
                                       const char *program, const char *const *words,
                                       int count);

#endif
