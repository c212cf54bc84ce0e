/* bench/bench_verify.c - `sheaf verify` of a long log, beside the bare signature rate.
 *
 * A log is written (see tests/long_log) and verified: in full, in full with --keep, once more
 * from what that kept, and its hashes only; with the most memory that each took, for a tenth of
 * the log and for all of it. What the machine allows is measured in the same run: signatures by
 * single verifications on as many threads.
 *
 *     bench_verify [ENTRIES [THREADS]]      1000000 for the figures of docs/performance.md
 */
#include "../tests/long_log/long_log.h"
#include "bench.h"

#include "claims/verify.h"
#include "crypto/ed25519_batch.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 20000, THREADS = 2 };

/* The signatures of the limit in batches, on one thread. */
static void batches(void)
{
    enum { MANY = 1024, COUNT = 8 };
    static bench_signed b;
    static sheaf_signed items[MANY];
    bench_sign(&b);
    for (int i = 0; i < MANY; i++)
        items[i] = (sheaf_signed){b.pair[i % BENCH_KEYS].public, b.signature[i % BENCH_KEYS],
                                  sheaf_bytes(b.message, BENCH_MESSAGE)};
    double at = bench_now_s();
    for (int i = 0; i < COUNT; i++)
        bench_must(sheaf_verify_batch(items, MANY), "checking a batch of good signatures");
    bench_report("batches of 1,024 by 100 keys, one thread", (double)MANY * COUNT, "signatures",
                 bench_now_s() - at);
}

static long peak_mib(void)
{
    char line[256];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = atol(line + 6);
    if (file)
        fclose(file);
    return kib / 1024;
}

typedef enum { FULL, KEPT, RESUMED, HASHES } mode;

static sheaf_status verify_once(const char *dir, sheaf_verify_options *options, mode how,
                                sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_verified found;
    sheaf_kept kept;
    sheaf_buffer bytes;
    SHEAF_TRY(sheaf_path(path, err, "%s/kept", dir));
    options->hashes_only = how == HASHES;
    if (how == KEPT)
        options->keep = path;
    sheaf_buffer_init(&bytes, SHEAF_KEPT_BYTES_MAX);
    if (how == RESUMED) {
        SHEAF_TRY(sheaf_file_read(path, &bytes, err));
        SHEAF_TRY(sheaf_kept_get(sheaf_buffer_slice(&bytes), &kept, err));
        kept.path = path;
        options->kept = &kept;
    }
    SHEAF_TRY(sheaf_verify_folder(dir, options, &found, err));
    sheaf_buffer_deinit(&bytes);
    return SHEAF_OK;
}

/* In a process of its own, so that the memory is that of the verification alone. */
static int child(const char *dir, unsigned threads, mode how)
{
    sheaf_err err;
    sheaf_verify_options options = {.threads = threads};
    if (!sheaf_crypto_start())
        return 1;
    double at = bench_now_s();
    if (verify_once(dir, &options, how, &err) != SHEAF_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%.6f %ld\n", bench_now_s() - at, peak_mib());
    return 0;
}

static double verify(const char *self, const char *dir, uint64_t entries, unsigned threads,
                     mode how)
{
    static const char *const names[] = {"verify", "with --keep", "from what was kept",
                                        "--no-signatures"};
    char command[SHEAF_PATH_MAX + 64], what[64];
    double seconds = 0;
    long mib = 0;
    snprintf(command, sizeof command, "'%s' child '%s' %u %d", self, dir, threads, (int)how);
    FILE *out = popen(command, "r");
    bench_must(out && fscanf(out, "%lf %ld", &seconds, &mib) == 2 && pclose(out) == 0,
               "the verification");
    snprintf(what, sizeof what, "%s, %u threads, at most %ld MiB", names[how], threads, mib);
    return bench_report(what, (double)entries, "entries", seconds);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "child") == 0)
        return child(argv[2], (unsigned)atoi(argv[3]), (mode)atoi(argv[4]));
    long entries = argc > 1 ? atol(argv[1]) : ENTRIES,
         threads = argc > 2 ? atol(argv[2]) : THREADS;
    if (argc > 3 || entries < 10 * LONG_LOG_MIN || entries > 10000000 || threads < 1
        || threads > SHEAF_CLAIM_THREADS_MAX) {
        fputs("usage: bench_verify [ENTRIES from 5120 to 10000000 [THREADS]]\n", stderr);
        return 2;
    }
    char dir[2][SHEAF_PATH_MAX];
    bench_must(sheaf_crypto_start(), "starting libsodium");
    double rate = bench_limit_signatures((unsigned)threads), full = 0, hashes = 0;
    batches();
    for (int i = 0; i < 2; i++) {
        bench_folder_make(dir[i]);
        uint64_t count = (uint64_t)(i ? entries : entries / 10);
        double at = bench_now_s();
        long_log_write(dir[i], count);
        bench_report("writing a log", (double)count, "entries", bench_now_s() - at);
        full = verify(argv[0], dir[i], count, (unsigned)threads, FULL);
        verify(argv[0], dir[i], count, (unsigned)threads, KEPT);
        verify(argv[0], dir[i], count, (unsigned)threads, RESUMED);
        hashes = verify(argv[0], dir[i], count, (unsigned)threads, HASHES);
    }
    printf("verify has %.0f %% of the bare signature rate (wanted: 85 %%); hashes only %.2f "
           "million entries a second (wanted: 1)\n",
           100 * full / rate, hashes / 1e6);
    bench_folder_remove(dir[0]);
    bench_folder_remove(dir[1]);
    return 0;
}
