/* bench/bench_secure_sum.c - the secure sum beside what the machine allows, all on one core.
 *
 * First the limits: memory, and three stream ciphers over the same bytes. Then masking and
 * unmasking, of which a round needs one stream for each pair and each participant. Then adding
 * 32 vectors, of which a piece at a time is in memory, as the coordinator does. At last whole
 * rounds, with keys, shares, hashes and signatures, at the size that Flower 1.15 was measured
 * at (16 participants of 1,000,000 parameters); in a real round the participants work at the
 * same time, each on its own machine.
 *
 * All times are those of this process on its processor. A whole round is played REPEATS times
 * and the best one counts, as others use the machine too. First with memory that the process
 * has not had before, as in a hub's first round; then with what the last round gave back.
 *
 *     bench_secure_sum [WORDS]
 */
#include "bench.h"

#include "round/coordinator.h"
#include "round/mask.h"
#include "round/participant.h"
#include "round/words.h"

#include <malloc.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { WORDS = 10000000, CHUNK = 1 << 16, MANY = 32, PIECE = 1 << 16 };
enum { FLOWER_COUNT = 16, FLOWER_WORDS = 1000000, REPEATS = 7 };

/* Seconds of one core: others who use the machine meanwhile do not count. */
static double core_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double megabytes(const char *what, double bytes, double seconds)
{
    return bench_report(what, bytes / 1e6, "MB", seconds);
}

static void share_of(const char *what, double reached, double limit, int wanted_percent)
{
    printf("  %s: %.0f %% (wanted: %d %%)\n", what, 100 * reached / limit, wanted_percent);
    fflush(stdout);
}

/* ---- limits ---- */

/* Bytes a second that come from memory into the core. */
static double limit_read(const uint64_t *from, size_t count)
{
    typedef uint64_t lanes __attribute__((vector_size(64)));
    lanes sum[4] = {{0}};
    double at = core_s();
    for (size_t i = 0; i + 32 <= count; i += 32)
        for (size_t k = 0; k < 4; k++) {
            lanes next;
            memcpy(&next, from + i + 8 * k, sizeof next);
            sum[k] += next;
        }
    double took = core_s() - at;
    sum[0] += sum[1] + sum[2] + sum[3];
    bench_must(sum[0][0] + sum[0][5] != 1, "reading memory");
    return megabytes("limit: memory, read", (double)count * 8, took);
}

static double limit_copy(uint64_t *to, const uint64_t *from, size_t count)
{
    double at = core_s();
    memcpy(to, from, count * 8);
    return megabytes("limit: memory, copied (read + written)", 16 * (double)count,
                     core_s() - at);
}

static double limit_evp(const char *what, const char *name, double bytes)
{
    static uint8_t zeros[PIECE], out[PIECE];
    const uint8_t key[32] = {1}, start[16] = {0};
    int made;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bench_must(cipher && context, "OpenSSL");
    bench_must(EVP_EncryptInit_ex2(context, cipher, key, start, NULL) == 1, "a cipher");
    double at = core_s();
    for (double done = 0; done < bytes; done += PIECE)
        bench_must(EVP_EncryptUpdate(context, out, &made, zeros, PIECE) == 1, "a cipher");
    double reached = megabytes(what, bytes, core_s() - at);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return reached;
}

static double limit_sodium(double bytes)
{
    static uint8_t out[PIECE];
    const uint8_t key[32] = {1}, nonce[8] = {0};
    double at = core_s();
    for (double done = 0; done < bytes; done += PIECE)
        crypto_stream_chacha20(out, sizeof out, nonce, key);
    return megabytes("limit: ChaCha20, libsodium", bytes, core_s() - at);
}

/* ---- masks ---- */

/* All masks of one participant of `MANY`, or all self masks: the same amount of stream. */
static double masking(size_t words, unsigned bits, bool subtract)
{
    size_t len = words * (bits / 8);
    uint8_t *vector = bench_alloc(1, len);
    sheaf_mask masks[MANY];
    char what[64];
    memset(vector, 1, len);
    for (int i = 0; i < MANY; i++) {
        memset(masks[i].seed, i + 1, sizeof masks[i].seed);
        masks[i].subtract = subtract ? true : i % 2 == 0;
    }
    sheaf_keystreams *streams = sheaf_keystreams_open();
    bench_must(streams != NULL, "opening key streams");
    double at = core_s();
    sheaf_masks_apply(streams, masks, MANY, bits, 0, vector, words);
    snprintf(what, sizeof what,
             subtract ? "unmasking, %u bits (stream)" : "masking, %u bits (stream)", bits);
    double reached = megabytes(what, (double)len * MANY, core_s() - at);
    sheaf_keystreams_close(streams);
    free(vector);
    return reached;
}

/* ---- adding ---- */

static long peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

/* The vectors lie in `source`, at places far from one another; each byte of a vector is read
 * once. */
static void adding(const uint8_t *source, size_t source_len, size_t words, unsigned bits,
                   double limit)
{
    size_t each = bits / 8, len = words * each;
    size_t stride = (source_len - len) / (MANY - 1) / 64 * 64;
    uint8_t *sum = bench_alloc(CHUNK, each);
    const uint8_t *vectors[MANY];
    long before = peak_mib();
    double at = core_s();
    uint64_t kept = 0;
    for (size_t first = 0; first < words; first += CHUNK) {
        size_t n = words - first < CHUNK ? words - first : CHUNK;
        memset(sum, 0, n * each);
        for (size_t i = 0; i < MANY; i++)
            vectors[i] = source + i * stride + first * each;
        sheaf_words_add_many(bits, sum, vectors, MANY, n);
        kept += sum[0];
    }
    double took = core_s() - at;
    char what[64];
    snprintf(what, sizeof what, "adding %d vectors of %u bits", MANY, bits);
    double reached = megabytes(what, (double)len * MANY, took);
    share_of("of memory bandwidth", reached, limit, 70);
    printf(
        "  memory beside the vectors: %zu KiB, grown by %ld MiB; Flower's plain mean: 0.5 to "
        "0.6 s, 2.6 GiB\n",
        CHUNK * each / 1024, peak_mib() - before);
    bench_must(kept != 1, "adding");
    free(sum);
}

/* ---- whole rounds ---- */

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_participant p[FLOWER_COUNT];
    double client[FLOWER_COUNT], server[SHEAF_ROUND_REVEAL + 1]; /* by stage */
    size_t sent[FLOWER_COUNT];
} whole_round;

static void open_round(whole_round *r, unsigned bits, const uint64_t *input)
{
    sheaf_keypair pair[FLOWER_COUNT];
    sheaf_err err = {0};
    r->config = (sheaf_round_config){.origin = "sheaf/benchbenchbenchbenchbench2",
                                     .words = FLOWER_WORDS,
                                     .bits = (uint16_t)bits,
                                     .count = FLOWER_COUNT,
                                     .degree = FLOWER_COUNT - 1,
                                     .threshold = 11,
                                     .min_survivors = 11,
                                     .stage_ms = {1, 1, 1, 1, 1, 1}};
    for (int i = 0; i < FLOWER_COUNT; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        sheaf_keypair_from_seed(&pair[i], seed);
        r->config.members[i].member = (uint32_t)i;
        memcpy(r->config.members[i].public, pair[i].public, SHEAF_PUBLIC_BYTES);
    }
    bench_must(sheaf_coordinator_init(&r->c, &r->config, 0, &err) == SHEAF_OK, "coordinator");
    for (int i = 0; i < FLOWER_COUNT; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 50)};
        double at = core_s();
        bench_must(
            sheaf_participant_init(&r->p[i], &r->config, (uint32_t)i, &pair[i], seed, &err)
                    == SHEAF_OK
                && sheaf_participant_input(&r->p[i], input, FLOWER_WORDS, &err) == SHEAF_OK,
            "participant");
        r->client[i] += core_s() - at;
    }
}

static void play_stage(whole_round *r, sheaf_round_stage stage, int count)
{
    for (int i = 0; i < count && sheaf_coordinator_stage(&r->c) == stage; i++) {
        sheaf_slice message;
        double at = core_s();
        bench_must(
            sheaf_participant_receive(
                &r->p[i], sheaf_coordinator_bundle(&r->c, stage, (uint32_t)i), &message, NULL)
                == SHEAF_OK,
            "a bundle");
        double between = core_s();
        bench_must(sheaf_coordinator_receive(&r->c, message, 0, NULL) == SHEAF_ROUND_ACCEPTED,
                   "a message");
        r->client[i] += between - at;
        r->server[stage] += core_s() - between;
        r->sent[i] += message.len;
    }
    if (sheaf_coordinator_stage(&r->c) == stage && stage != SHEAF_ROUND_REVEAL) {
        double at = core_s();
        sheaf_coordinator_tick(&r->c, 1);
        r->server[stage] += core_s() - at;
    }
}

/* What a round took. */
typedef struct {
    double client, server, input, reveal, upload; /* seconds, and bytes */
} times;

/* The last `dropouts` leave after they have shared, so that their masks must be taken off. */
static times play(unsigned bits, int dropouts, const uint64_t *input)
{
    whole_round *r = bench_alloc(1, sizeof *r);
    open_round(r, bits, input);
    int stay = FLOWER_COUNT - dropouts;
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        play_stage(r, (sheaf_round_stage)stage,
                   stage < SHEAF_ROUND_INPUT ? FLOWER_COUNT : stay);
    const uint64_t *sum = sheaf_coordinator_sum(&r->c);
    for (size_t i = 0; i < FLOWER_WORDS; i++)
        bench_must(sum && sum[i] == (uint64_t)stay * input[i], "the sum of a round");
    times t = {.input = r->server[SHEAF_ROUND_INPUT],
               .reveal = r->server[SHEAF_ROUND_REVEAL],
               .upload = (double)r->sent[0]};
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        t.server += r->server[stage];
    for (int i = 0; i < stay; i++)
        t.client = r->client[i] > t.client ? r->client[i] : t.client;
    for (int i = 0; i < FLOWER_COUNT; i++)
        sheaf_participant_deinit(&r->p[i]);
    sheaf_coordinator_deinit(&r->c);
    free(r);
    return t;
}

/* Whether memory that is given back goes to the system, so that the next big block is new. */
static void memory_new(bool always)
{
    bench_must(mallopt(M_MMAP_THRESHOLD, always ? 1 << 17 : 1 << 25)
                   && mallopt(M_TRIM_THRESHOLD, always ? 1 << 17 : 1 << 30),
               "rules for memory");
}

static void whole(unsigned bits, int dropouts, bool first)
{
    memory_new(first);
    uint64_t *input = bench_alloc(FLOWER_WORDS, sizeof *input);
    for (size_t i = 0; i < FLOWER_WORDS; i++)
        input[i] = i % 1000;
    times best = play(bits, dropouts, input);
    for (int i = 1; i < REPEATS; i++) {
        times next = play(bits, dropouts, input);
        double client = next.client < best.client ? next.client : best.client;
        best = next.server < best.server ? next : best;
        best.client = client;
    }
    printf("%d participants, %d drop out, %d words of %u bits, the best of %d rounds, %s: "
           "slowest participant %.4f s, coordinator %.4f s, upload %.2f MB each\n",
           FLOWER_COUNT, dropouts, FLOWER_WORDS, bits, REPEATS,
           first ? "new memory" : "memory of the round before", best.client, best.server,
           best.upload / 1e6);
    printf("  of the coordinator's, keeping and hashing what comes in %.4f s, shares and sum "
           "%.4f s, the rest %.4f s\n",
           best.input, best.reveal, best.server - best.input - best.reveal);
    printf("  against Flower 1.15 (0.31 to 0.40 s, 1.1 to 1.6 s, 8.0 MB): %.0f, %.0f and %.1f "
           "times better (wanted: 10, 30 and 2)\n",
           0.31 / best.client, 1.1 / best.server, 8.0e6 / best.upload);
    fflush(stdout);
    free(input);
}

int main(int argc, char **argv)
{
    size_t words = argc > 1 ? strtoul(argv[1], NULL, 10) : WORDS;
    if (words < CHUNK || words > 1 << 28) {
        fprintf(stderr, "usage: bench_secure_sum [WORDS]   (%d to %d)\n", CHUNK, 1 << 28);
        return 2;
    }
    bench_must(sheaf_crypto_start(), "libsodium");
    printf("secure sum of %d vectors of %zu words\n", MANY, words);
    size_t count = 8 * words; /* far more than the caches hold */
    uint64_t *source = bench_alloc(count, sizeof *source);
    for (size_t i = 0; i < count; i++)
        source[i] = i;
    (void)limit_read(source, count);
    double memory = limit_read(source, count);
    double copied = limit_copy(source, source + count / 2, count / 2);
    double best = memory > copied ? memory : copied;
    adding((const uint8_t *)source, count * 8, words, 32, best);
    adding((const uint8_t *)source, count * 8, words, 64, best);
    free(source);
    double stream = limit_sodium((double)words * 80);
    double chacha = limit_evp("limit: ChaCha20, OpenSSL", "ChaCha20", (double)words * 160);
    double aes = limit_evp("limit: AES-256-CTR, OpenSSL", "AES-256-CTR", (double)words * 160);
    stream = chacha > stream ? chacha : stream;
    stream = aes > stream ? aes : stream;
    for (unsigned bits = 16; bits <= 64; bits *= 2) {
        share_of("of the fastest stream", masking(words, bits, false), stream, 60);
        share_of("of the fastest stream", masking(words, bits, true), stream, 60);
    }
    whole(32, 0, true);
    whole(32, 0, false);
    whole(32, 1, true);
    whole(64, 0, true);
    return 0;
}
