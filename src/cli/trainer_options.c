#include "cli/trainer_options.h"

#include <stdio.h>
#include <string.h>

enum { CPU_PER_SECOND = 4, HOURS_MAX = 24, MEMORY_MIB_MAX = 1 << 20, PROCESSES_MAX = 4096 };

static const char *shown_read(sheaf_trainer_options *out, const char *paths)
{
    if (snprintf(out->paths, sizeof out->paths, "%s", paths) >= (int)sizeof out->paths)
        return "--trainer-read is too long";
    out->trainer.shown = out->shown;
    for (char *at = out->paths; at;) {
        char *next = strchr(at, ':');
        if (next)
            *next++ = '\0';
        if (*at && out->trainer.shown_count == SHEAF_SANDBOX_SHOWN_MAX)
            return "--trainer-read names more than 32 paths";
        if (*at)
            out->shown[out->trainer.shown_count++] = at;
        at = next;
    }
    return NULL;
}

const char *sheaf_trainer_options_read(sheaf_trainer_options *out, const char *const *values,
                                       const char *program, const char *const *words, int count)
{
    sheaf_sandbox_limits *limits = &out->trainer.limits;
    long long seconds = 0, mib = 0, processes = 0;
    *out = (sheaf_trainer_options){.trainer = {.limits = sheaf_sandbox_limits_default()}};
    out->trainer.arguments = out->words;
    if (program)
        out->words[out->trainer.argument_count++] = program;
    for (int i = 0; i < count; i++) {
        if (out->trainer.argument_count == SHEAF_SANDBOX_ARGUMENTS_MAX)
            return "a trainer takes at most 63 arguments";
        out->words[out->trainer.argument_count++] = words[i];
    }
    if (values[1] && !sheaf_number(values[1], 1, HOURS_MAX * 3600, &seconds))
        return "--trainer-seconds is a number from 1 to 86400";
    if (values[2] && !sheaf_number(values[2], 16, MEMORY_MIB_MAX, &mib))
        return "--trainer-memory is a number of MiB from 16 to 1048576";
    if (values[3] && !sheaf_number(values[3], 2, PROCESSES_MAX, &processes))
        return "--trainer-processes is a number from 2 to 4096: a trainer that has so many "
               "processes and threads at once is ended";
    if (seconds)
        limits->seconds = (uint32_t)seconds;
    limits->cpu_seconds = limits->seconds * CPU_PER_SECOND;
    if (mib)
        limits->memory_bytes = (uint64_t)mib << 20;
    if (processes)
        limits->processes = (uint32_t)processes;
    return values[0] ? shown_read(out, values[0]) : NULL;
}
