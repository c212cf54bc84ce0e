/* bench/bench_secure_sum.c - the secure sum of 4 and of 32 participants, 10 million words each.
 *
 * The 4 play a whole round, one of them dropping out: keys, shares, masked vectors, hashes,
 * signatures, unmasking. For 32 the same masks are made and taken off chunk by chunk, so that
 * no more than one chunk of each vector is in memory. Beside them stand what the machine
 * allows: copying and adding vectors in memory, and ChaCha20, of which the sum needs one stream
 * for each pair and each participant. Everything runs on one core; in a real round the
 * participants work at the same time, each on its own machine.
 *
 *     bench_secure_sum [WORDS]
 */
#include "bench.h"

#include "crypto/stream.h"
#include "round/coordinator.h"
#include "round/mask.h"
#include "round/participant.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 10000000, CHUNK = 1 << 20, MANY = 32, FEW = 4 };

static void report(const char *what, double bytes, double seconds)
{
    printf("%-46s %8.2f GB %8.3f s %8.2f GB/s\n", what, bytes / 1e9, seconds,
           bytes / 1e9 / seconds);
    fflush(stdout);
}

static uint64_t *vector_new(size_t words)
{
    uint64_t *out = bench_alloc(words, sizeof *out);
    memset(out, 1, words * sizeof *out); /* touch every page before the clock runs */
    return out;
}

/* The machine's limits: bytes read and written per second, and stream bytes per second. */
static void limits(size_t words)
{
    uint64_t *a = vector_new(words), *b = vector_new(words), *c = vector_new(words);
    double bytes = (double)words * 8, at = bench_now_s();
    for (int i = 0; i < 5; i++)
        memcpy(a, b + (i & 1), (words - 1) * 8);
    report("limit: memcpy (read + write)", 5 * 2 * bytes, bench_now_s() - at);
    at = bench_now_s();
    for (int k = 0; k < 5; k++)
        for (size_t i = 0; i < words; i++)
            a[i] = b[i] + 3 * c[i];
    report("limit: triad a = b + 3c (2 reads + write)", 5 * 3 * bytes, bench_now_s() - at);
    uint8_t seed[32] = {1};
    at = bench_now_s();
    for (size_t done = 0; done < words; done += 4096)
        sheaf_stream_bytes(seed, (uint8_t *)a, 4096 * 8);
    report("limit: ChaCha20, one core, in cache", bytes, bench_now_s() - at);
    bench_must(a[words / 2] != 0 || a[7] != 0, "the stream");
    free(a);
    free(b);
    free(c);
}

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_participant p[FEW];
} whole_round;

static void open_round(whole_round *r, size_t words, const uint64_t *input)
{
    sheaf_keypair pair[FEW];
    sheaf_err err = {0};
    r->config = (sheaf_round_config){.origin = "sheaf/benchbenchbenchbenchbench2",
                                     .words = (uint32_t)words,
                                     .bits = 64,
                                     .count = FEW,
                                     .threshold = 3,
                                     .min_survivors = 3,
                                     .stage_ms = {1, 1, 1, 1, 1}};
    for (int i = 0; i < FEW; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        sheaf_keypair_from_seed(&pair[i], seed);
        r->config.members[i].member = (uint32_t)i;
        memcpy(r->config.members[i].public, pair[i].public, SHEAF_PUBLIC_BYTES);
    }
    bench_must(sheaf_coordinator_init(&r->c, &r->config, 0, &err) == SHEAF_OK, "coordinator");
    for (int i = 0; i < FEW; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 50)};
        bench_must(
            sheaf_participant_init(&r->p[i], &r->config, (uint32_t)i, &pair[i], seed, &err)
                    == SHEAF_OK
                && sheaf_participant_input(&r->p[i], input, words, &err) == SHEAF_OK,
            "participant");
    }
}

/* Member 3 drops out after it has shared, so that its masks must be taken off. */
static void play_few(size_t words)
{
    uint64_t *input = vector_new(words);
    whole_round *r = bench_alloc(1, sizeof *r);
    for (size_t i = 0; i < words; i++)
        input[i] = i;
    open_round(r, words, input);
    double start = bench_now_s();
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        double at = bench_now_s();
        for (int i = 0; i < (stage < SHEAF_ROUND_INPUT ? FEW : FEW - 1); i++) {
            sheaf_slice message;
            sheaf_slice bundle = sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)stage);
            bench_must(sheaf_participant_receive(&r->p[i], bundle, &message, NULL) == SHEAF_OK
                           && sheaf_coordinator_receive(&r->c, message, 0, NULL)
                                  == SHEAF_ROUND_ACCEPTED,
                       "a message");
        }
        sheaf_coordinator_tick(&r->c, stage == SHEAF_ROUND_INPUT ? 1 : 0);
        if (stage == SHEAF_ROUND_INPUT)
            report("  3 inputs: masks, hashes, signatures", 3.0 * 8 * (double)words,
                   bench_now_s() - at);
        if (stage == SHEAF_ROUND_REVEAL)
            report("  unmasking the sum, hashing the transcript", 3.0 * 8 * (double)words,
                   bench_now_s() - at);
    }
    report("4 participants, 1 drops out: whole round", 3.0 * 8 * (double)words,
           bench_now_s() - start);
    const uint64_t *sum = sheaf_coordinator_sum(&r->c);
    for (size_t i = 0; i < words; i++)
        bench_must(sum && sum[i] == 3 * input[i], "the sum of 4");
    for (int i = 0; i < FEW; i++)
        sheaf_participant_deinit(&r->p[i]);
    sheaf_coordinator_deinit(&r->c);
    free(r);
    free(input);
}

/* All masks of all participants, as they derive them. */
static void masks_make(sheaf_mask masks[MANY][MANY], sheaf_mask off[MANY])
{
    sheaf_hash session = {{7}};
    sheaf_scalar secret[MANY];
    sheaf_point point[MANY];
    for (int i = 0; i < MANY; i++) {
        secret[i] = sheaf_scalar_from_u32((uint32_t)i + 1000);
        bench_must(sheaf_point_base(&point[i], &secret[i]), "a key");
    }
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < MANY; j++)
            if (i != j)
                bench_must(sheaf_mask_pair(&session, &secret[i], (uint32_t)i, &point[j],
                                           (uint32_t)j, &masks[i][j]),
                           "a mask");
            else
                sheaf_mask_self(&session, &secret[i], (uint32_t)i, &masks[i][i]);
    for (int i = 0; i < MANY; i++) {
        off[i] = masks[i][i];
        off[i].subtract = true;
    }
}

static void play_many(size_t words)
{
    static sheaf_mask masks[MANY][MANY], off[MANY];
    uint64_t *vector = vector_new(CHUNK), *sum = vector_new(CHUNK);
    double masking = 0, adding = 0, unmasking = 0, at = bench_now_s();
    masks_make(masks, off);
    double keys = bench_now_s() - at;
    for (size_t first = 0; first < words; first += CHUNK) {
        size_t n = words - first < CHUNK ? words - first : CHUNK;
        memset(sum, 0, n * 8);
        for (int i = 0; i < MANY; i++) {
            for (size_t k = 0; k < n; k++)
                vector[k] = first + k;
            at = bench_now_s();
            bench_must(sheaf_masks_apply(masks[i], MANY, 64, first, (uint8_t *)vector, n),
                       "masking");
            masking += bench_now_s() - at;
            at = bench_now_s();
            for (size_t k = 0; k < n; k++)
                sum[k] += vector[k];
            adding += bench_now_s() - at;
        }
        at = bench_now_s();
        bench_must(sheaf_masks_apply(off, MANY, 64, first, (uint8_t *)sum, n), "unmasking");
        unmasking += bench_now_s() - at;
        for (size_t k = 0; k < n; k++)
            bench_must(sum[k] == MANY * (uint64_t)(first + k), "the sum of 32");
    }
    double bytes = (double)words * 8;
    printf("32 participants: agreeing on %d masks %.3f s\n", MANY * (MANY + 1) / 2, keys);
    report("  one participant: 32 masks (stream bytes)", MANY * bytes, masking / MANY);
    report("  coordinator: adding 32 vectors", MANY * bytes, adding);
    report("  coordinator: taking 32 self masks off", MANY * bytes, unmasking);
    report("  all on one core (vector bytes)", MANY * bytes, masking + adding + unmasking);
    free(vector);
    free(sum);
}

int main(int argc, char **argv)
{
    size_t words = argc > 1 ? strtoul(argv[1], NULL, 10) : WORDS;
    if (words < 4096 || words > SHEAF_ROUND_WORDS_MAX) {
        fprintf(stderr, "usage: bench_secure_sum [WORDS]   (4096 to %d)\n",
                SHEAF_ROUND_WORDS_MAX);
        return 2;
    }
    bench_must(sheaf_crypto_start(), "libsodium");
    printf("secure sum of %zu words of 64 bits\n", words);
    limits(words);
    play_few(words);
    play_many(words);
    return 0;
}
