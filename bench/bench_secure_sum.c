/* bench/bench_secure_sum.c - what a secure sum is made of beside what the machine allows, all
 * on one core: masking and unmasking, of which a round needs one stream for each pair and each
 * participant, beside stream ciphers over the same bytes; and adding 32 vectors, of which a
 * piece at a time is in memory, as the coordinator does, beside memory itself.
 *
 * All times are those of this process on its core. Everything is done REPEATS times, limits
 * too, and the best one counts, as others use the machine's memory and caches.
 *
 *     bench_secure_sum [WORDS]
 */
#include "bench.h"

#include "round/mask.h"
#include "round/words.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { WORDS = 10000000, CHUNK = 1 << 16, MANY = 32, PIECE = 1 << 14, REPEATS = 9 };

/* Bytes a second of the best of the repetitions. */
static double best_of(const char *what, double bytes, void (*work)(void *context),
                      void *context)
{
    double best = 1e9;
    for (int i = 0; i < REPEATS; i++) {
        double at = bench_core_s();
        work(context);
        double took = bench_core_s() - at;
        best = took < best ? took : best;
    }
    printf("%-50s %8.2f GB/s", what, bytes / best / 1e9);
    return bytes / best;
}

static void limit_line(void)
{
    printf("\n");
    fflush(stdout);
}

static void share_line(double reached, const char *of, double limit, int wanted_percent)
{
    printf("  %.0f %% of %s (wanted: %d %%)\n", 100 * reached / limit, of, wanted_percent);
    fflush(stdout);
}

/* ---- ciphers ---- */

typedef struct {
    double bytes;
    EVP_CIPHER_CTX *context;
    sheaf_keystreams *streams;
} cipher;

static uint8_t piece[PIECE];

static void run_sodium(void *context)
{
    const uint8_t key[32] = {1}, nonce[8] = {0};
    for (double done = 0; done < ((cipher *)context)->bytes; done += PIECE)
        crypto_stream_chacha20(piece, PIECE, nonce, key);
}

static void run_openssl(void *context)
{
    static const uint8_t zeros[PIECE];
    const cipher *c = context;
    int made;
    for (double done = 0; done < c->bytes; done += PIECE)
        bench_must(EVP_EncryptUpdate(c->context, piece, &made, zeros, PIECE) == 1, "a cipher");
}

static void run_masks(void *context)
{
    const cipher *c = context;
    const uint8_t key[32] = {1};
    sheaf_keystreams_seek(c->streams, 0, key, 0);
    for (double done = 0; done < c->bytes; done += PIECE)
        sheaf_keystreams_next(c->streams, 0, piece, PIECE);
}

static double limit_openssl(const char *what, const char *name, double bytes)
{
    const uint8_t key[32] = {1}, start[16] = {0};
    EVP_CIPHER *of = EVP_CIPHER_fetch(NULL, name, NULL);
    cipher c = {.bytes = bytes, .context = EVP_CIPHER_CTX_new()};
    bench_must(of && c.context && EVP_EncryptInit_ex2(c.context, of, key, start, NULL) == 1,
               "OpenSSL");
    double reached = best_of(what, bytes, run_openssl, &c);
    limit_line();
    EVP_CIPHER_CTX_free(c.context);
    EVP_CIPHER_free(of);
    return reached;
}

/* The fastest of all. */
static double limit_stream(double bytes)
{
    cipher c = {.bytes = bytes, .streams = sheaf_keystreams_open()};
    bench_must(c.streams != NULL, "opening key streams");
    double limits[4] = {best_of("limit: ChaCha20, libsodium", bytes, run_sodium, &c)};
    limit_line();
    limits[1] = limit_openssl("limit: ChaCha20, OpenSSL", "ChaCha20", bytes);
    limits[2] = limit_openssl("limit: AES-256-CTR, OpenSSL", "AES-256-CTR", bytes);
    limits[3] = best_of("limit: AES-256-CTR, libipsec-mb if it is there", bytes, run_masks, &c);
    limit_line();
    sheaf_keystreams_close(c.streams);
    double best = limits[0];
    for (int i = 1; i < 4; i++)
        best = limits[i] > best ? limits[i] : best;
    return best;
}

/* ---- masks ---- */

typedef struct {
    unsigned bits;
    size_t words;
    uint8_t *vector;
    sheaf_mask masks[MANY];
    sheaf_keystreams *streams;
} masked;

static void run_apply(void *context)
{
    masked *m = context;
    sheaf_masks_apply(m->streams, m->masks, MANY, m->bits, 0, m->vector, m->words);
}

/* All masks of one participant of `MANY`, or all self masks: the same amount of stream. */
static void masking(size_t words, unsigned bits, bool subtract, double limit)
{
    masked m = {.bits = bits, .words = words, .streams = sheaf_keystreams_open()};
    double bytes = (double)words * bits / 8 * MANY;
    char what[64];
    bench_must(m.streams != NULL, "opening key streams");
    m.vector = bench_alloc(words, bits / 8);
    memset(m.vector, 1, words * (bits / 8));
    for (int i = 0; i < MANY; i++) {
        memset(m.masks[i].seed, i + 1, sizeof m.masks[i].seed);
        m.masks[i].subtract = subtract ? true : i % 2 == 0;
    }
    snprintf(what, sizeof what, "%s, %u bits (bytes of stream)",
             subtract ? "unmasking" : "masking", bits);
    share_line(best_of(what, bytes, run_apply, &m), "the fastest", limit, 60);
    sheaf_keystreams_close(m.streams);
    free(m.vector);
}

/* ---- adding ---- */

/* The vectors lie in `source`, at places far from one another; each byte of a vector is read
 * once. `count` words of 64 bits, far more than the caches hold. */
typedef struct {
    uint64_t *source;
    size_t count, words;
    unsigned bits;
    uint8_t *sum;
    uint64_t kept;
} added;

/* From one place, or from four at once, as vectors are added. */
static void read_from(added *a, size_t places)
{
    typedef uint64_t lanes __attribute__((vector_size(64)));
    lanes sum[4] = {{0}};
    size_t apart = places > 1 ? a->count / places : 8, count = a->count / places;
    size_t step = places > 1 ? 8 : 32;
    for (size_t i = 0; i + step <= count; i += step)
        for (size_t k = 0; k < 4; k++) {
            lanes next;
            memcpy(&next, a->source + i + apart * k, sizeof next);
            sum[k] += next;
        }
    sum[0] += sum[1] + sum[2] + sum[3];
    a->kept += sum[0][0] + sum[0][5];
}

static void run_read(void *context)
{
    read_from(context, 1);
}

static void run_read_four(void *context)
{
    read_from(context, 4);
}

static void run_copy(void *context)
{
    const added *a = context;
    memcpy(a->source, a->source + a->count / 2, a->count / 2 * 8);
}

static void run_add(void *context)
{
    added *a = context;
    const uint8_t *vectors[MANY];
    size_t each = a->bits / 8, len = a->words * each;
    size_t stride = (a->count * 8 - len) / (MANY - 1) / 64 * 64;
    for (size_t first = 0; first < a->words; first += CHUNK) {
        size_t n = a->words - first < CHUNK ? a->words - first : CHUNK;
        memset(a->sum, 0, n * each);
        for (size_t i = 0; i < MANY; i++)
            vectors[i] = (const uint8_t *)a->source + i * stride + first * each;
        sheaf_words_add_many(a->bits, a->sum, vectors, MANY, n);
        a->kept += a->sum[0];
    }
}

static long peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

static void adding(added *a, unsigned bits, double limit)
{
    char what[64];
    a->bits = bits;
    a->sum = bench_alloc(CHUNK, bits / 8);
    long before = peak_mib();
    double bytes = (double)a->words * bits / 8 * MANY;
    snprintf(what, sizeof what, "adding %d vectors of %u bits", MANY, bits);
    double reached = best_of(what, bytes, run_add, a);
    share_line(reached, "memory's", limit, 70);
    printf(
        "  %.3f s, %u KiB beside the vectors, grown by %ld MiB; Flower 1.15, the plain mean: "
        "0.5 to 0.6 s, 2.6 GiB\n",
        bytes / reached, CHUNK * bits / 8 / 1024, peak_mib() - before);
    free(a->sum);
}

static void sums(size_t words)
{
    added a = {.count = 8 * words, .words = words};
    a.source = bench_alloc(a.count, sizeof *a.source);
    for (size_t i = 0; i < a.count; i++)
        a.source[i] = i;
    double memory = best_of("limit: memory, read", (double)a.count * 8, run_read, &a);
    limit_line();
    double four =
        best_of("limit: memory, read at four places", (double)a.count * 8, run_read_four, &a);
    limit_line();
    double copied =
        best_of("limit: memory, copied (read + written)", (double)a.count * 8, run_copy, &a);
    limit_line();
    memory = four > memory ? four : memory;
    memory = copied > memory ? copied : memory;
    adding(&a, 32, memory);
    adding(&a, 64, memory);
    bench_must(a.kept != 1, "adding");
    free(a.source);
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
    sums(words);
    double stream = limit_stream((double)words * 64);
    for (unsigned bits = 16; bits <= 64; bits *= 2) {
        masking(words, bits, false, stream);
        masking(words, bits, true, stream);
    }
    return 0;
}
