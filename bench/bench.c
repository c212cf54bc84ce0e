#include "bench.h"

#include "claims/check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 64, SIGNATURES = 8000, SYNCS = 500, SYNC_MAX = 16384 };

double bench_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_core_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_system_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

void bench_must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: failed: %s\n", program_invocation_short_name, what);
    exit(1);
}

void *bench_alloc(size_t count, size_t size)
{
    void *out = calloc(count, size);
    bench_must(out != NULL, "taking memory");
    return out;
}

void bench_folder_make(char dir[SHEAF_PATH_MAX])
{
    const char *base = getenv("TMPDIR");
    snprintf(dir, SHEAF_PATH_MAX, "%.900s/sheaf-bench-XXXXXX", base ? base : "/tmp");
    bench_must(mkdtemp(dir) != NULL, "making a temporary folder");
}

void bench_folder_remove(const char *dir)
{
    char command[SHEAF_PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    bench_must(system(command) == 0, "removing the temporary folder");
}

double bench_at_once(size_t threads, void *(*work)(void *context), void *contexts, size_t size)
{
    pthread_t thread[THREADS_MAX];
    bench_must(threads <= THREADS_MAX, "so many threads");
    double at = bench_now_s();
    for (size_t i = 0; i < threads; i++)
        bench_must(pthread_create(&thread[i], NULL, work, (uint8_t *)contexts + i * size) == 0,
                   "starting a thread");
    for (size_t i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return bench_now_s() - at;
}

double bench_report(const char *what, double count, const char *unit, double seconds)
{
    printf("%-46s %9.0f %-12s %8.3f s %10.0f /s\n", what, count, unit, seconds,
           count / seconds);
    fflush(stdout);
    return count / seconds;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_report_each(const char *what, double *seconds, size_t count, double wall)
{
    qsort(seconds, count, sizeof *seconds, compare);
    printf("%-46s %8.0f /s   p50 %7.3f ms   p99 %7.3f ms\n", what, (double)count / wall,
           1e3 * seconds[count / 2], 1e3 * seconds[count * 99 / 100]);
    fflush(stdout);
    return (double)count / wall;
}

void bench_round_make(uint16_t count, uint16_t stay, uint32_t words, unsigned bits,
                      sheaf_round_config *out, sheaf_keypair *pair)
{
    *out = (sheaf_round_config){.origin = "sheaf/benchbenchbenchbenchbench2",
                                .words = words,
                                .bits = (uint16_t)bits,
                                .count = count,
                                .degree = (uint16_t)(count - 1),
                                .threshold = stay,
                                .min_survivors = stay,
                                .stage_ms = {1, 1, 1, 1, 1, 1}};
    for (int i = 0; i < count; i++) {
        uint8_t seed[SHEAF_SEED_BYTES] = {(uint8_t)(i + 1)};
        sheaf_keypair_from_seed(&pair[i], seed);
        out->members[i].member = (uint32_t)i;
        memcpy(out->members[i].public, pair[i].public, SHEAF_PUBLIC_BYTES);
    }
}

/* ---- limits ---- */

void bench_sign(bench_signed *out)
{
    for (int i = 0; i < BENCH_KEYS; i++) {
        uint8_t seed[SHEAF_SEED_BYTES] = {1, (uint8_t)i};
        sheaf_keypair_from_seed(&out->pair[i], seed);
        sheaf_sign(&out->pair[i], sheaf_bytes(out->message, BENCH_MESSAGE), out->signature[i]);
    }
}

static void verify_one(void *context, unsigned thread, size_t number)
{
    const bench_signed *b = context;
    size_t key = number % BENCH_KEYS;
    (void)thread;
    bench_must(sheaf_verify(b->pair[key].public, sheaf_bytes(b->message, BENCH_MESSAGE),
                            b->signature[key]),
               "checking a good signature");
}

double bench_limit_signatures(unsigned threads)
{
    static bench_signed b;
    char what[64];
    size_t count = SIGNATURES * (size_t)threads;
    bench_sign(&b);
    double at = bench_now_s();
    sheaf_parallel(count, threads, verify_one, &b);
    snprintf(what, sizeof what, "limit: single signature checks, %u thread%s", threads,
             threads == 1 ? "" : "s");
    return bench_report(what, (double)count, "signatures", bench_now_s() - at);
}

void bench_limit_sync(const char *dir, size_t bytes)
{
    static const uint8_t block[SYNC_MAX];
    char path[SHEAF_PATH_MAX], what[64];
    sheaf_slice whole = sheaf_bytes(block, bytes);
    bench_must(bytes <= SYNC_MAX && sheaf_path(path, NULL, "%s/sync", dir) == SHEAF_OK
                   && sheaf_file_write(path, 0600, whole, NULL) == SHEAF_OK,
               "writing a file");
    int fd = open(path, O_RDWR);
    bench_must(fd >= 0, "opening a file");
    double at = bench_now_s();
    for (int i = 0; i < SYNCS; i++)
        bench_must(pwrite(fd, block, bytes, 0) == (ssize_t)bytes && fdatasync(fd) == 0,
                   "making a write durable");
    double seconds = bench_now_s() - at;
    close(fd);
    snprintf(what, sizeof what, "limit: fdatasync of %zu KiB, %.3f ms", bytes / 1024,
             1e3 * seconds / SYNCS);
    (void)bench_report(what, SYNCS, "syncs", seconds);
}
