/* What a program is called and what it is shown, in absolute paths; declared in
 * sandbox_internal.h. */
#include "compute/sandbox_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the sandbox has of the system, read-only, and what it makes itself. */
static const char *const system_trees[] = {"/usr",   "/bin",   "/sbin",  "/lib",
                                           "/lib32", "/lib64", "/libx32"};
static const char *const own_places[] = {"/proc", "/sys", "/dev", "/job", "/etc"};
/* What it makes itself, where things lie that a program may be shown all the same. */
static const char *const own_folders[] = {"/tmp", "/run"};
static const char *const search[] = {"/usr/local/bin", "/usr/bin", "/bin"};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Is `path` the folder or below it? Both absolute. */
static bool within(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    while (n > 0 && folder[n - 1] == '/')
        n--;
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool seen_already(const sheaf_sandbox_plan *plan, const char *path)
{
    for (size_t i = 0; i < COUNT(system_trees); i++)
        if (within(path, system_trees[i]))
            return true;
    for (size_t i = 0; i < plan->shown_count; i++)
        if (within(path, plan->shown[i].to))
            return true;
    return false;
}

static sheaf_status place_check(const sheaf_sandbox_plan *plan, const char *real,
                                sheaf_err *err)
{
    if (strcmp(real, "/") == 0)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "a trainer is not shown the whole machine: name the folders it needs");
    for (size_t i = 0; i < COUNT(own_places); i++)
        if (within(real, own_places[i]) || (within(own_places[i], real)))
            return sheaf_fail(err, SHEAF_INVALID,
                              "a trainer has a %s of its own: it is not shown %.200s",
                              own_places[i], real);
    for (size_t i = 0; i < COUNT(own_folders); i++)
        if (within(own_folders[i], real))
            return sheaf_fail(err, SHEAF_INVALID,
                              "a trainer has a %s of its own: name what it needs in %.200s",
                              own_folders[i], real);
    if (plan->hidden[0] && (within(real, plan->hidden) || within(plan->hidden, real)))
        return sheaf_fail(err, SHEAF_INVALID,
                          "a trainer is not shown %.150s: the member's keys and log are in "
                          "%.150s; put what it needs elsewhere",
                          real, plan->hidden);
    return SHEAF_OK;
}

/* Where a file is called: its folder without links, its name as it is, since a virtual
 * environment's python knows by its own name where it belongs. */
static sheaf_status called(const char *path, char out[PATH_MAX], sheaf_err *err)
{
    char folder[PATH_MAX], copy[PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int n = slash == path ? 1 : slash ? (int)(slash - path) : 1;
    if ((size_t)n >= sizeof copy)
        return sheaf_fail(err, SHEAF_INVALID, "a path of %zu bytes is too long", strlen(path));
    snprintf(copy, sizeof copy, "%.*s", n, slash ? path : ".");
    if (!realpath(copy, folder))
        return sheaf_disk_fail(err, "find", copy);
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name)
        >= PATH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the path of %.100s is too long", name);
    return SHEAF_OK;
}

/* Lets the program see a file or folder; `to` is where. */
static sheaf_status show(sheaf_sandbox_plan *plan, const char *path, char to[PATH_MAX],
                         sheaf_err *err)
{
    char real[PATH_MAX] = "";
    if (!realpath(path, real))
        return sheaf_disk_fail(err, "find", path);
    SHEAF_TRY(called(path, to, err));
    if (strcmp(real, to) == 0 && seen_already(plan, real))
        return SHEAF_OK;
    if (seen_already(plan, to) && seen_already(plan, real))
        return SHEAF_OK;
    SHEAF_TRY(place_check(plan, real, err));
    SHEAF_TRY(place_check(plan, to, err));
    if (plan->shown_count == COUNT(plan->shown))
        return sheaf_fail(err, SHEAF_INVALID,
                          "a trainer is shown %zu files and folders at most",
                          COUNT(plan->shown));
    plan->shown[plan->shown_count].from = strdup(real);
    plan->shown[plan->shown_count].to = strdup(to);
    bool whole = plan->shown[plan->shown_count].from != NULL
                 && plan->shown[plan->shown_count].to != NULL;
    plan->shown_count++;
    return whole ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory for a path");
}

/* Where the program lies: as it is given, or in the folders of programs. */
static sheaf_status find(const char *name, char out[PATH_MAX], sheaf_err *err)
{
    struct stat st;
    if (strchr(name, '/')) {
        snprintf(out, PATH_MAX, "%s", name);
        if (stat(out, &st) != 0)
            return sheaf_disk_fail(err, "find the trainer", name);
        if (!S_ISREG(st.st_mode))
            return sheaf_fail(err, SHEAF_INVALID, "the trainer %.200s is not a program", name);
        if (access(out, X_OK) != 0)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the trainer %.200s cannot be run: make it executable, or name "
                              "the program that runs it, such as python3 %.100s",
                              name, name);
        return SHEAF_OK;
    }
    for (size_t i = 0; i < COUNT(search); i++) {
        snprintf(out, PATH_MAX, "%s/%s", search[i], name);
        if (stat(out, &st) == 0 && S_ISREG(st.st_mode) && access(out, X_OK) == 0)
            return SHEAF_OK;
    }
    return sheaf_fail(
        err, SHEAF_INVALID,
        "there is no program %.100s in /usr/local/bin, /usr/bin or /bin: give the "
        "trainer's path",
        name);
}

static sheaf_status arguments_set(sheaf_sandbox_plan *plan, sheaf_err *err)
{
    const sheaf_sandbox_job *job = plan->job;
    char path[PATH_MAX], to[PATH_MAX] = "";
    struct stat st;
    if (job->argument_count == 0 || job->argument_count > SHEAF_SANDBOX_ARGUMENTS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a trainer is a program with up to %d arguments, not %zu words",
                          SHEAF_SANDBOX_ARGUMENTS_MAX - 1, job->argument_count);
    for (size_t i = 0; i < job->argument_count; i++) {
        const char *word = job->arguments[i];
        snprintf(path, sizeof path, "%s", word);
        if (i == 0)
            SHEAF_TRY(find(word, path, err));
        bool file = i == 0 || (stat(word, &st) == 0 && S_ISREG(st.st_mode));
        if (file)
            SHEAF_TRY(show(plan, path, to, err));
        plan->arguments[i] = strdup(file ? to : word);
        plan->is_file[i] = file;
        if (!plan->arguments[i])
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for the trainer's arguments");
    }
    return SHEAF_OK;
}

static sheaf_status shown_set(sheaf_sandbox_plan *plan, sheaf_err *err)
{
    char to[PATH_MAX] = "";
    if (plan->job->shown_count > SHEAF_SANDBOX_SHOWN_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a trainer is shown %d folders at most",
                          SHEAF_SANDBOX_SHOWN_MAX);
    for (size_t i = 0; i < plan->job->shown_count; i++)
        SHEAF_TRY(show(plan, plan->job->shown[i], to, err));
    return SHEAF_OK;
}

static sheaf_status hidden_set(sheaf_sandbox_plan *plan, sheaf_err *err)
{
    char real[PATH_MAX];
    if (!plan->job->hidden || !realpath(plan->job->hidden, real))
        return SHEAF_OK; /* what is not there cannot be shown */
    SHEAF_TRY(sheaf_path(plan->hidden, err, "%s", real));
    for (size_t i = 0; i < COUNT(system_trees); i++)
        if (within(real, system_trees[i]))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the member's home %.200s lies in %s, which every trainer may "
                              "read: move it",
                              real, system_trees[i]);
    return SHEAF_OK;
}

sheaf_status sheaf_sandbox_plan_make(const sheaf_sandbox_job *job, sheaf_sandbox_plan *out,
                                     sheaf_err *err)
{
    struct stat st;
    *out = (sheaf_sandbox_plan){.job = job, .control = -1, .report = -1, .out = -1, .talk = -1};
    if (stat("/proc/self/ns/net", &st) != 0)
        return sheaf_fail(err, SHEAF_IO,
                          "a trainer cannot be confined here: there is no /proc to see by");
    out->net_namespace = st.st_ino;
    sheaf_status status = hidden_set(out, err);
    if (status == SHEAF_OK)
        status = shown_set(out, err);
    if (status == SHEAF_OK)
        status = arguments_set(out, err);
    if (status != SHEAF_OK)
        sheaf_sandbox_plan_free(out);
    return status;
}

void sheaf_sandbox_plan_free(sheaf_sandbox_plan *plan)
{
    for (size_t i = 0; i <= SHEAF_SANDBOX_ARGUMENTS_MAX; i++)
        free(plan->arguments[i]);
    for (size_t i = 0; i < plan->shown_count; i++) {
        free(plan->shown[i].from);
        free(plan->shown[i].to);
    }
    *plan = (sheaf_sandbox_plan){.control = -1, .report = -1, .out = -1, .talk = -1};
}
