/* What hostile programs achieve in the sandbox, and that it notices when it does not hold.
 *
 * Where this machine cannot confine a program, as in some containers, every test asserts that
 * none is started, with the sentence that says what to switch on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/encode.h"
#include "compute/sandbox_internal.h"

static char folder[64], program[128], keys[128];
static bool confines;

/* ---- a place that everyone on the machine may read, with the program in it ---- */

static void copy(const char *from, const char *to)
{
    char block[1 << 14];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        assert_int_equal(fwrite(block, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static sheaf_sandbox_job job_of(const char *const *words, size_t count)
{
    sheaf_sandbox_limits limits = sheaf_sandbox_limits_default();
    limits.seconds = 20;
    limits.memory_bytes = (uint64_t)128 << 20;
    limits.out_bytes = 1 << 20;
    limits.scratch_bytes = 1 << 20;
    limits.processes = 20;
    return (sheaf_sandbox_job){
        .arguments = words, .argument_count = count, .hidden = keys, .limits = limits};
}

/* Whether a user of this machine may make the namespaces and mounts that the sandbox is made
 * of: then it has to confine, and a refusal is our fault. Said with other calls than the
 * sandbox's own. A root that is root nowhere else (a user namespace inside) may or may not. */
static bool machine_confines(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        bool may = unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET) == 0
                   && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
                   && mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0;
        pid_t inside = may ? fork() : -1;
        if (inside == 0)
            _exit(mount("proc", "/proc", "proc", 0, NULL) == 0 ? 0 : 1);
        _exit(inside > 0 && waitpid(inside, &status, 0) == inside && status == 0 ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool root_of_a_part(void)
{
    unsigned inside = 0, outside = 0, count = 0;
    FILE *map = fopen("/proc/self/uid_map", "r");
    bool read = map && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3;
    if (map)
        fclose(map);
    return geteuid() == 0 && !(read && outside == 0 && count == UINT32_MAX);
}

static int group_setup(void **state)
{
    const char *base = getenv("TMPDIR");
    char secret[160];
    (void)state;
    snprintf(folder, sizeof folder, "%.30s/sandbox-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    snprintf(program, sizeof program, "%s/hostile", folder);
    copy(HOSTILE, program);
    chmod(program, 0755);
    snprintf(keys, sizeof keys, "%s/home", folder);
    mkdir(keys, 0755);
    snprintf(secret, sizeof secret, "%s/member.key", keys);
    FILE *file = fopen(secret, "w");
    fputs("secret", file);
    fclose(file);
    chmod(secret, 0644); /* only the sandbox stands between */
    const char *words[] = {program, "speaks", "0"};
    sheaf_sandbox_job job = job_of(words, 3);
    sheaf_sandbox_outcome out;
    sheaf_err err = {0};
    confines = sheaf_sandbox_run(&job, &out, &err) == SHEAF_OK;
    if (confines)
        sheaf_sandbox_close(&out);
    else
        printf("# not confined here: %s\n", err.message);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    sheaf_folder_remove(folder);
    return 0;
}

/* ---- runs ---- */

/* True if it ran; else asserts the refusal. */
static bool ran(const sheaf_sandbox_job *job, sheaf_sandbox_outcome *out)
{
    sheaf_err err = {0};
    sheaf_status status = sheaf_sandbox_run(job, out, &err);
    if (confines) {
        if (status != SHEAF_OK)
            print_error("%s\n", err.message);
        assert_int_equal(status, SHEAF_OK);
        return true;
    }
    assert_int_equal(status, SHEAF_IO);
    assert_non_null(strstr(err.message, "no trainer is started"));
    return false;
}

typedef struct {
    const char *mode, *argument;
    sheaf_sandbox_end end;
    int code;
    const char *words;             /* somewhere in its last words */
    uint32_t seconds, cpu_seconds; /* where they are what ends it */
} ending;

/* True if it ended so. */
static bool ends_so(const ending *row)
{
    const char *words[] = {program, row->mode, row->argument};
    sheaf_sandbox_job job = job_of(words, 3);
    sheaf_sandbox_file file = {"job.json", sheaf_str("{}")};
    sheaf_sandbox_outcome out;
    job.files = &file;
    job.file_count = 1;
    if (row->seconds)
        job.limits.seconds = row->seconds;
    if (row->cpu_seconds)
        job.limits.cpu_seconds = row->cpu_seconds;
    if (!ran(&job, &out))
        return true;
    bool so = out.end == row->end && out.code == row->code && strstr(out.words, row->words);
    if (!so)
        print_error("%s %s: end %d, code %d: %s\n", row->mode, row->argument, out.end, out.code,
                    out.words);
    sheaf_sandbox_close(&out);
    return so;
}

static void test_that_it_confines_where_it_can(void **unused)
{
    if (!root_of_a_part())
        assert_int_equal(confines, machine_confines());
    (void)unused;
}

static void test_ends(void **unused)
{
    static const ending rows[] = {
        {"speaks", "0", SHEAF_SANDBOX_EXITED, 0, "last ?[31m words"},
        {"speaks", "65", SHEAF_SANDBOX_EXITED, 65, "last"},
        {"forks", "", SHEAF_SANDBOX_PROCESSES, 0, ""},
        {"fill", "/job/out/x", SHEAF_SANDBOX_DISK, 0, ""},
        {"fill", "/tmp/x", SHEAF_SANDBOX_DISK, 0, ""},
        {"fill", "/dev/shm/x", SHEAF_SANDBOX_DISK, 0, ""},
        {"many", "/job/out", SHEAF_SANDBOX_DISK, 0, ""},
        {"network", "", SHEAF_SANDBOX_NETWORK, 0, ""},
        {"later", "", SHEAF_SANDBOX_NETWORK, 0, ""},
        {"allocate", "", SHEAF_SANDBOX_EXITED, 1, "no memory after"},
        {"loose", "", SHEAF_SANDBOX_EXITED, 1, "loose: Operation not permitted"},
        {"talk", "", SHEAF_SANDBOX_TALK, 0, ""},
        {"kills", "", SHEAF_SANDBOX_EXITED, 0, ""},
        {"elsewhere", "usr/x", SHEAF_SANDBOX_EXITED, 1, "elsewhere: "},
        {"elsewhere", "x", SHEAF_SANDBOX_EXITED, 1, "elsewhere: "},
        {"elsewhere", "job/job.json", SHEAF_SANDBOX_EXITED, 1, "elsewhere: "},
        {"elsewhere", "run/x", SHEAF_SANDBOX_EXITED, 1, "elsewhere: "},
        {"elsewhere", "tmp/x", SHEAF_SANDBOX_EXITED, 0, ""},
        {"elsewhere", "dev/null", SHEAF_SANDBOX_EXITED, 0, ""},
        {"look", "proc/1/mem", SHEAF_SANDBOX_EXITED, 1, "look: "},
        {"look", "etc/shadow", SHEAF_SANDBOX_EXITED, 1, "No such file"},
        {"look", "job/job.json", SHEAF_SANDBOX_EXITED, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(ends_so(&rows[i]));
    (void)unused;
}

/* Those that take their time, all at once. */
static void test_slow_ends(void **unused)
{
    static const ending rows[] = {
        {"hang", "", SHEAF_SANDBOX_TIME, 0, "", .seconds = 1},
        {"spin", "", SHEAF_SANDBOX_CPU, 0, "", .cpu_seconds = 1},
        {"memory", "", SHEAF_SANDBOX_MEMORY, 0, ""},
        {"hides", "", SHEAF_SANDBOX_MEMORY, 0, ""},
        {"between", "", SHEAF_SANDBOX_MEMORY, 0, ""},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    pid_t pid[ROWS];
    int status;
    for (size_t i = 0; i < ROWS; i++)
        if ((pid[i] = fork()) == 0)
            _exit(ends_so(&rows[i]) ? 0 : 1);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    (void)unused;
}

/* Not what the sandbox says: is the machine as it was? */
static void test_elsewhere_stays_as_it_was(void **unused)
{
    char path[192];
    struct stat st;
    sheaf_sandbox_outcome out;
    sheaf_err err = {0};
    snprintf(path, sizeof path, "%s/planted", folder);
    const char *writes[] = {program, "elsewhere", path};
    sheaf_sandbox_job job = job_of(writes, 3);
    if (ran(&job, &out)) /* where it writes is a folder of its own /tmp of the same name */
        sheaf_sandbox_close(&out);
    assert_int_equal(stat(path, &st), -1);

    /* An argument that names the key is refused before anything runs; that there is no way to
     * it without its name, test_what_does_not_hold sees. */
    snprintf(path, sizeof path, "%s/member.key", keys);
    const char *looks[] = {program, "look", path};
    job = job_of(looks, 3);
    assert_int_equal(sheaf_sandbox_run(&job, &out, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "the member's keys"));
    (void)unused;
}

static void test_lines_and_arguments(void **unused)
{
    char text[160];
    snprintf(text, sizeof text, "%s/notes.txt", folder);
    copy("/dev/null", text);
    chmod(text, 0644);
    const char *words[] = {program, "minds", text};
    sheaf_sandbox_job job = job_of(words, 3);
    sheaf_sandbox_outcome out;
    if (ran(&job, &out)) {
        assert_int_equal(out.end, SHEAF_SANDBOX_EXITED);
        assert_int_equal(out.code, 0);
        assert_true(geteuid() == 0 || !out.held.as_nobody);
        sheaf_sandbox_close(&out);
    }
    (void)unused;
}

static void count_line(void *context, sheaf_slice line)
{
    size_t *counts = context;
    counts[0]++;
    counts[1] += line.len;
}

static void test_what_is_left(void **unused)
{
    const struct {
        const char *name, *only, *read;
    } rows[] = {
        {"x", NULL, NULL},
        {"y", "the trainer has left y in /job/out", "left no x"},
        {"link", "has left link", NULL},
        {"pipe", "has left pipe", NULL},
        {"folder", "has left folder", NULL},
        {"shut", geteuid() == 0 ? NULL : "cannot list", NULL}, /* root may, all the same */
    };
    static const char *const names[] = {"x"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *words[] = {program, "leaves", rows[i].name};
        sheaf_sandbox_job job = job_of(words, 3);
        sheaf_sandbox_outcome out;
        sheaf_buffer bytes;
        sheaf_err err = {0};
        sheaf_buffer_init(&bytes, 1 << 16);
        if (!ran(&job, &out))
            continue;
        sheaf_status status = sheaf_sandbox_only(&out, names, 1, &err);
        assert_int_equal(status, rows[i].only ? SHEAF_INVALID : SHEAF_OK);
        if (rows[i].only)
            assert_non_null(strstr(err.message, rows[i].only));
        status = sheaf_sandbox_read(&out, rows[i].read ? "x" : rows[i].name, 100, &bytes, &err);
        assert_int_equal(status, i == 0 ? SHEAF_OK : SHEAF_INVALID);
        if (i == 0) {
            assert_int_equal(bytes.len, 1);
            assert_int_equal(sheaf_sandbox_read(&out, "x", 0, &bytes, &err), SHEAF_INVALID);
        }
        sheaf_buffer_deinit(&bytes);
        sheaf_sandbox_close(&out);
    }
    size_t counts[2] = {0};
    const char *words[] = {program, "speaks", "0"};
    sheaf_sandbox_job job = job_of(words, 3);
    sheaf_sandbox_outcome out;
    job.line = count_line;
    job.context = counts;
    if (ran(&job, &out)) {
        assert_int_equal(counts[0], 3);
        assert_int_equal(counts[1], 10 + 10 + 11);
        sheaf_sandbox_close(&out);
    }
    (void)unused;
}

/* A confinement that is left out is noticed before a program starts. */
static void test_what_does_not_hold(void **unused)
{
    static const struct {
        unsigned without;
        const char *could;
    } rows[] = {
        {SHEAF_SANDBOX_WITHOUT_NET, "use the machine's network"},
        {SHEAF_SANDBOX_WITHOUT_READ_ONLY, "write outside its own folders"},
        {SHEAF_SANDBOX_WITHOUT_FILTER, "make any system call"},
        {SHEAF_SANDBOX_WITHOUT_LIMITS, "could "},
        {SHEAF_SANDBOX_WITHOUT_SURRENDER, "use capabilities"},
        {SHEAF_SANDBOX_WITH_HIDDEN, "see the member's home, with its keys"},
        {SHEAF_SANDBOX_WITHOUT_SIZE, "fill the disk"},
    };
    const char *words[] = {program, "speaks", "0"};
    sheaf_sandbox_job job = job_of(words, 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_sandbox_outcome out;
        sheaf_err err = {0};
        assert_int_equal(sheaf_sandbox_run_without(&job, rows[i].without, &out, &err),
                         SHEAF_IO);
        assert_int_equal(out.out, -1);
        if (confines && !strstr(err.message, rows[i].could))
            print_error("%u: %s\n", rows[i].without, err.message);
        assert_non_null(strstr(err.message, "no trainer is started"));
        if (confines)
            assert_non_null(strstr(err.message, rows[i].could));
    }
    (void)unused;
}

/* A kernel that lacks Landlock: mounts and filter hold alone. */
static void test_without_landlock(void **unused)
{
    const char *words[] = {program, "elsewhere", "usr/x"};
    sheaf_sandbox_job job = job_of(words, 3);
    sheaf_sandbox_outcome out;
    sheaf_err err = {0};
    sheaf_status status =
        sheaf_sandbox_run_without(&job, SHEAF_SANDBOX_WITHOUT_LANDLOCK, &out, &err);
    assert_int_equal(status, confines ? SHEAF_OK : SHEAF_IO);
    if (confines) {
        assert_int_equal(out.held.landlock, 0);
        assert_int_equal(out.code, 1);
        assert_non_null(strstr(out.words, "Read-only file system"));
        sheaf_sandbox_close(&out);
    }
    (void)unused;
}

static void test_what_may_be_shown(void **unused)
{
    static const struct {
        const char *shown, *why;
    } rows[] = {
        {"/", "the whole machine"},
        {"/proc", "a /proc of its own"},
        {"/job", "cannot"},
        {"/tmp", "a /tmp of its own: name what it needs"},
        {"HOME", "the member's keys and log"},
        {"ABOVE", "the member's keys and log"},
        {"/no/such/folder", "cannot find"},
    };
    const char *words[] = {program, "speaks", "0"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *shown = strcmp(rows[i].shown, "HOME") == 0    ? keys
                            : strcmp(rows[i].shown, "ABOVE") == 0 ? folder
                                                                  : rows[i].shown;
        sheaf_sandbox_job job = job_of(words, 3);
        sheaf_sandbox_outcome out;
        sheaf_err err = {0};
        job.shown = &shown;
        job.shown_count = 1;
        assert_int_not_equal(sheaf_sandbox_run(&job, &out, &err), SHEAF_OK);
        assert_non_null(strstr(err.message, rows[i].why));
    }
    (void)unused;
}

static void test_programs_that_are_none(void **unused)
{
    static const struct {
        const char *name, *why;
    } rows[] = {
        {"no-such-program-here", "there is no program no-such-program-here"},
        {"/no/such/program", "cannot find"},
        {"/usr", "is not a program"},
        {"/etc/passwd", "cannot be run"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_sandbox_job job = job_of(&rows[i].name, 1);
        sheaf_sandbox_outcome out;
        sheaf_err err = {0};
        assert_int_equal(sheaf_sandbox_run(&job, &out, &err) == SHEAF_OK, false);
        assert_non_null(strstr(err.message, rows[i].why));
    }
    (void)unused;
}

/* As the docs have it, so that anybody can compute it by hand. */
static void test_digest(void **unused)
{
    char text[160], hex[SHEAF_HEX_LEN_32 + 1];
    sheaf_buffer bytes, lines;
    sheaf_hash found, want;
    sheaf_err err = {0};
    snprintf(text, sizeof text, "%s/empty.txt", folder);
    copy("/dev/null", text);
    const char *words[] = {program, text, "word with spaces"};
    sheaf_sandbox_job job = job_of(words, 3);
    assert_int_equal(sheaf_sandbox_digest(&job, &found, &err), SHEAF_OK);
    sheaf_buffer_init(&bytes, 1 << 24);
    sheaf_buffer_init(&lines, 1 << 12);
    assert_int_equal(sheaf_file_read(program, &bytes, &err), SHEAF_OK);
    want = sheaf_sha256(sheaf_buffer_slice(&bytes));
    sheaf_hex_32(want.bytes, hex);
    sheaf_buffer_printf(&lines,
                        "file hostile %s\nfile empty.txt "
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                        "word word with spaces\n",
                        hex);
    want = sheaf_sha256(sheaf_buffer_slice(&lines));
    assert_true(sheaf_hash_equal(&found, &want));
    sheaf_buffer_deinit(&lines);
    sheaf_buffer_deinit(&bytes);
    (void)unused;
}

static void test_told_to_stop(void **unused)
{
    const char *words[] = {program, "hang", ""};
    sheaf_sandbox_job job = job_of(words, 3);
    sheaf_sandbox_outcome out;
    atomic_bool stop = true;
    job.stop = &stop;
    sheaf_err err = {0};
    if (confines) {
        assert_int_equal(sheaf_sandbox_run(&job, &out, &err), SHEAF_OK);
        assert_int_equal(out.end, SHEAF_SANDBOX_STOPPED);
        sheaf_sandbox_close(&out);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_that_it_confines_where_it_can),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_slow_ends),
        cmocka_unit_test(test_elsewhere_stays_as_it_was),
        cmocka_unit_test(test_lines_and_arguments),
        cmocka_unit_test(test_what_is_left),
        cmocka_unit_test(test_what_does_not_hold),
        cmocka_unit_test(test_without_landlock),
        cmocka_unit_test(test_what_may_be_shown),
        cmocka_unit_test(test_programs_that_are_none),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_told_to_stop),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
