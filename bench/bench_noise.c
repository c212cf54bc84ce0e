/* bench/bench_noise.c - samples of the discrete Gaussian a second, on one core, beside what the
 * stream under them allows: a sample takes 1.1 words of 8 bytes. Clipping beside it. Times are
 * those of this process on its processor, so that others on the machine disturb less; the best
 * of five runs.
 *
 *     bench_noise [SAMPLES]
 */
#include "bench.h"

#include "crypto/stream.h"
#include "privacy/clip.h"
#include "privacy/discrete_gaussian.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 10000000, BATCH = 8192, RUNS = 5, PIECE = 8192 };

static uint8_t piece[PIECE];

static void run_sodium(size_t bytes)
{
    const uint8_t key[32] = {1}, nonce[8] = {0};
    for (size_t done = 0; done < bytes; done += PIECE)
        crypto_stream_chacha20_xor_ic(piece, piece, PIECE, nonce, done / 64, key);
}

static void run_openssl(const EVP_CIPHER *cipher, size_t bytes)
{
    const uint8_t key[32] = {1}, nonce[16] = {0};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written;
    bench_must(context && EVP_EncryptInit_ex(context, cipher, NULL, key, nonce) == 1,
               "OpenSSL");
    for (size_t done = 0; done < bytes; done += PIECE)
        bench_must(EVP_EncryptUpdate(context, piece, &written, piece, PIECE) == 1, "OpenSSL");
    EVP_CIPHER_CTX_free(context);
}

static void run_openssl_chacha20(size_t bytes)
{
    run_openssl(EVP_chacha20(), bytes);
}

static void run_openssl_aes_ctr(size_t bytes)
{
    run_openssl(EVP_aes_256_ctr(), bytes);
}

static void run_stream(size_t bytes)
{
    static uint64_t words[PIECE / 8];
    const uint8_t seed[32] = {1};
    for (size_t done = 0; done < bytes; done += PIECE)
        sheaf_stream_words(seed, done / 8, words, PIECE / 8);
}

static void report_stream(const char *what, void (*run)(size_t bytes), size_t bytes)
{
    double best = 1e9;
    for (int i = 0; i < RUNS; i++) {
        double at = bench_core_s();
        run(bytes);
        double took = bench_core_s() - at;
        best = took < best ? took : best;
    }
    printf("%-46s %8.2f GB/s %9.1f M words/s\n", what, (double)bytes / best / 1e9,
           (double)bytes / 8 / best / 1e6);
    fflush(stdout);
}

static void report_noise(const char *what, sheaf_variance variance, size_t samples)
{
    static sheaf_discrete_gaussian law;
    static sheaf_noise_stream stream;
    static int64_t out[BATCH];
    const uint8_t seed[32] = {2};
    sheaf_err err;
    double best = 1e9, at = bench_core_s();
    bench_must(sheaf_discrete_gaussian_init(&law, variance, &err) == SHEAF_OK, "the law");
    double tables = bench_core_s() - at;
    for (int i = 0; i < RUNS; i++) {
        sheaf_noise_stream_init(&stream, seed);
        at = bench_core_s();
        for (size_t done = 0; done < samples; done += BATCH)
            sheaf_discrete_gaussian_fill(&law, &stream, out, BATCH);
        double took = bench_core_s() - at;
        best = took < best ? took : best;
    }
    samples = (samples + BATCH - 1) / BATCH * BATCH;
    printf("%-46s %8.1f M samples/s, %.3f words each, tables in %.2f ms\n", what,
           (double)samples / best / 1e6, (double)stream.made / (double)samples, tables * 1e3);
    fflush(stdout);
}

/* Gradients of `dimension` elements, clipped and made integers. */
static void report_clip(const char *what, size_t dimension, size_t elements)
{
    static double in[BATCH];
    static int64_t out[BATCH];
    double best = 1e9;
    for (size_t i = 0; i < dimension; i++)
        in[i] = (double)(i % 17) - 7.5;
    for (int i = 0; i < RUNS; i++) {
        double at = bench_core_s();
        for (size_t done = 0; done < elements; done += dimension)
            bench_must(sheaf_clip(in, dimension, 1, 1 << 20, out) == SHEAF_CLIP_CLIPPED,
                       "clipping");
        double took = bench_core_s() - at;
        best = took < best ? took : best;
    }
    printf("%-46s %8.1f M elements/s\n", what, (double)elements / best / 1e6);
}

int main(int argc, char **argv)
{
    size_t samples = argc > 1 ? strtoul(argv[1], NULL, 10) : SAMPLES;
    __extension__ const unsigned __int128 one = 1;
    bench_must(samples > 0 && sodium_init() >= 0, "starting");
    report_stream("libsodium ChaCha20", run_sodium, samples * 8);
    report_stream("OpenSSL ChaCha20", run_openssl_chacha20, samples * 8);
    report_stream("OpenSSL AES-256-CTR", run_openssl_aes_ctr, samples * 8);
    report_stream("the stream as words, added", run_stream, samples * 8);
    report_noise("discrete Gaussian, deviation 8", (sheaf_variance){64, 1}, samples);
    report_noise("discrete Gaussian, deviation 100", (sheaf_variance){10000, 1}, samples);
    report_noise("discrete Gaussian, deviation 65,536", (sheaf_variance){one << 32, 1},
                 samples);
    report_noise("discrete Gaussian, deviation 2^30", (sheaf_variance){one << 60, 1}, samples);
    report_clip("clipping, 14 elements a record", 14, samples);
    report_clip("clipping, 8,192 elements a record", BATCH, samples);
    return 0;
}
