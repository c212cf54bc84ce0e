/* bench/bench_verify.c - `sheaf verify` of a long log, beside the bare signature rate.
 *
 * A log is written (see tests/long_log) and verified: in full, and its hashes only; with the
 * most memory that each took, for a tenth of the log and for all of it. What the machine allows
 * is measured in the same run: signatures by single verifications on as many threads.
 *
 *     bench_verify [ENTRIES [THREADS]]      1000000 for the figures of docs/performance.md
 */
#include "../tests/long_log/long_log.c"
#include "../tests/unit/coop/kit.c"
#include "../tests/unit/coop/kit_witness.c"
#include "../tests/unit/coop/kit_worlds.c"

#include "claims/verify.h"
#include "crypto/ed25519_batch.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 20000, THREADS = 2, SIGNATURES = 6000, KEYS = 100, MESSAGE = 350 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double report(const char *what, double count, const char *unit, double seconds)
{
    printf("%-46s %9.0f %-10s %8.3f s %10.0f /s\n", what, count, unit, seconds,
           count / seconds);
    fflush(stdout);
    return count / seconds;
}

typedef struct {
    sheaf_keypair pair[KEYS];
    uint8_t message[MESSAGE], signature[KEYS][SHEAF_SIGNATURE_BYTES];
} bare;

static void verify_one(void *context, unsigned thread, size_t number)
{
    bare *b = context;
    (void)thread;
    size_t key = number % KEYS;
    if (!sheaf_verify(b->pair[key].public, sheaf_bytes(b->message, MESSAGE), b->signature[key]))
        kit_fail("a good signature is refused");
}

static void make_bare(bare *b)
{
    for (int i = 0; i < KEYS; i++) {
        uint8_t seed[SHEAF_SEED_BYTES] = {1, (uint8_t)i};
        sheaf_keypair_from_seed(&b->pair[i], seed);
        sheaf_sign(&b->pair[i], sheaf_bytes(b->message, MESSAGE), b->signature[i]);
    }
}

/* Signatures a second that the threads can check one by one. */
static double limit(unsigned threads)
{
    static bare b;
    char what[64];
    make_bare(&b);
    double at = now_s();
    sheaf_parallel(SIGNATURES * (size_t)threads, threads, verify_one, &b);
    snprintf(what, sizeof what, "limit: single verifications, %u threads", threads);
    return report(what, SIGNATURES * (double)threads, "signatures", now_s() - at);
}

/* The same signatures in batches, on one thread. */
static void batches(void)
{
    enum { MANY = 1024, COUNT = 8 };
    static bare b;
    static sheaf_signed items[MANY];
    make_bare(&b);
    for (int i = 0; i < MANY; i++)
        items[i] = (sheaf_signed){b.pair[i % KEYS].public, b.signature[i % KEYS],
                                  sheaf_bytes(b.message, MESSAGE)};
    double at = now_s();
    for (int i = 0; i < COUNT; i++)
        if (!sheaf_verify_batch(items, MANY))
            kit_fail("a batch of good signatures is refused");
    report("batches of 1,024 by 100 keys, one thread", (double)MANY * COUNT, "signatures",
           now_s() - at);
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

/* In a process of its own, so that the memory is that of the verification alone. */
static int child(const char *dir, unsigned threads, bool hashes_only)
{
    sheaf_verified found;
    sheaf_err err;
    sheaf_verify_options options = {.threads = threads, .hashes_only = hashes_only};
    if (!sheaf_crypto_start())
        return 1;
    double at = now_s();
    if (sheaf_verify_folder(dir, &options, &found, &err) != SHEAF_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%.6f %ld\n", now_s() - at, peak_mib());
    return 0;
}

static double verify(const char *self, const char *dir, uint64_t entries, unsigned threads,
                     bool hashes_only)
{
    char command[SHEAF_PATH_MAX + 64], what[64];
    double seconds = 0;
    long mib = 0;
    snprintf(command, sizeof command, "'%s' child '%s' %u %d", self, dir, threads, hashes_only);
    FILE *out = popen(command, "r");
    if (!out || fscanf(out, "%lf %ld", &seconds, &mib) != 2 || pclose(out) != 0)
        kit_fail("the verification failed");
    snprintf(what, sizeof what, "%s, %u threads, at most %ld MiB",
             hashes_only ? "--no-signatures" : "verify", threads, mib);
    return report(what, (double)entries, "entries", seconds);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "child") == 0)
        return child(argv[2], (unsigned)atoi(argv[3]), atoi(argv[4]) != 0);
    long entries = argc > 1 ? atol(argv[1]) : ENTRIES,
         threads = argc > 2 ? atol(argv[2]) : THREADS;
    if (argc > 3 || entries < 10 * LONG_LOG_MIN || entries > 10000000 || threads < 1
        || threads > SHEAF_CLAIM_THREADS_MAX) {
        fputs("usage: bench_verify [ENTRIES from 5120 to 10000000 [THREADS]]\n", stderr);
        return 2;
    }
    const char *base = getenv("TMPDIR");
    char dir[2][SHEAF_PATH_MAX], command[3 * SHEAF_PATH_MAX];
    double rate = limit((unsigned)threads), full = 0, hashes = 0;
    batches();
    for (int i = 0; i < 2; i++) {
        snprintf(dir[i], sizeof dir[i], "%.900s/sheaf-bench-XXXXXX", base ? base : "/tmp");
        if (!mkdtemp(dir[i]))
            kit_fail("cannot make a folder in %s", base ? base : "/tmp");
        uint64_t count = (uint64_t)(i ? entries : entries / 10);
        double at = now_s();
        long_log_write(dir[i], count);
        report("writing a log", (double)count, "entries", now_s() - at);
        full = verify(argv[0], dir[i], count, (unsigned)threads, false);
        hashes = verify(argv[0], dir[i], count, (unsigned)threads, true);
    }
    printf("verify has %.0f %% of the bare signature rate (wanted: 85 %%); hashes only %.2f "
           "million entries a second (wanted: 1)\n",
           100 * full / rate, hashes / 1e6);
    snprintf(command, sizeof command, "rm -rf '%s' '%s'", dir[0], dir[1]);
    return system(command) == 0 ? 0 : 1;
}
