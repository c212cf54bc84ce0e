/* bench/bench_whole_round.c - whole rounds, with keys, shares, hashes and signatures, at the
 * size that Flower 1.15 was measured at: 16 participants of 1,000,000 parameters. In a real
 * round the participants work at the same time, each on its own machine.
 *
 * All times are those of this process on its core, the system's part in them. A round is played
 * REPEATS times and the best one counts, as others use the machine's memory and caches. The
 * coordinator has the vectors in memory: in such as the process has not had before, as in a
 * hub's first round, then in what the last round gave back; and at last in files that are made
 * durable, as `sheaf serve` does, so that it may be killed.
 *
 *     bench_whole_round
 */
#include "bench.h"

#include "round/coordinator.h"
#include "round/participant.h"
#include "store/vector_file.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 16, WORDS = 1000000, THRESHOLD = 11, REPEATS = 7 };

typedef enum { NEW_MEMORY, MEMORY_AGAIN, FILES } place;

static const char *const place_text[] = {
    [NEW_MEMORY] = "vectors in new memory",
    [MEMORY_AGAIN] = "vectors in memory of the round before",
    [FILES] = "vectors in files",
};

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_participant p[COUNT];
    double client[COUNT], server[SHEAF_ROUND_REVEAL + 1]; /* seconds; of the server by stage */
    size_t sent[COUNT];
    const uint64_t *input;
    int stay; /* so many participants do not drop out */
    const char *dir;
    char path[SHEAF_PATH_MAX];
} whole_round;

/* ---- vectors in files ---- */

static const char *path_of(whole_round *r, int index)
{
    bench_must(sheaf_path(r->path, NULL, "%s/vector-%d", r->dir, index) == SHEAF_OK, "a path");
    return r->path;
}

static sheaf_status chunk_put(void *context, const sheaf_chunk_name *name, sheaf_slice chunk,
                              sheaf_err *err)
{
    whole_round *r = context;
    const char *path = path_of(r, name->index);
    if (name->chunk == 0)
        SHEAF_TRY(sheaf_vector_file_create(path, err));
    SHEAF_TRY(sheaf_vector_file_put(path, (uint64_t)name->chunk * SHEAF_ROUND_CHUNK_BYTES,
                                    chunk, err));
    if (name->chunk + 1 < sheaf_chunk_count(&r->config))
        return SHEAF_OK;
    return sheaf_vector_file_settle(path, err);
}

static sheaf_status chunk_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    *out = scratch;
    return sheaf_vector_file_get(path_of(context, name->index),
                                 (uint64_t)name->chunk * SHEAF_ROUND_CHUNK_BYTES, scratch,
                                 name->len, err);
}

static sheaf_status sum_put(void *context, uint64_t first, const uint64_t *words, size_t count,
                            sheaf_err *err)
{
    whole_round *r = context;
    const char *path = path_of(r, COUNT);
    for (size_t i = 0; i < count; i++)
        bench_must(words[i] == (uint64_t)r->stay * r->input[first + i], "the sum of a round");
    if (first == 0)
        SHEAF_TRY(sheaf_vector_file_create(path, err));
    return sheaf_vector_file_put(path, first * 8,
                                 sheaf_bytes((const uint8_t *)words, count * 8), err);
}

/* ---- a round ---- */

static void open_round(whole_round *r, unsigned bits)
{
    sheaf_keypair pair[COUNT];
    sheaf_err err = {0};
    bench_round_make(COUNT, THRESHOLD, WORDS, bits, &r->config, pair);
    bench_must(sheaf_coordinator_init(&r->c, &r->config, 0, &err) == SHEAF_OK, "coordinator");
    if (r->dir)
        sheaf_coordinator_stream(&r->c, (sheaf_chunk_store){chunk_put, {r, chunk_get}},
                                 (sheaf_sum_sink){r, sum_put});
    for (int i = 0; i < COUNT; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 50)};
        double at = bench_core_s();
        bench_must(
            sheaf_participant_init(&r->p[i], &r->config, (uint32_t)i, &pair[i], seed, &err)
                    == SHEAF_OK
                && sheaf_participant_input(&r->p[i], r->input, WORDS, &err) == SHEAF_OK,
            "participant");
        r->client[i] += bench_core_s() - at;
    }
}

/* Without files the coordinator makes the sum with the last message that it awaits. */
static void sum_make(whole_round *r)
{
    sheaf_hash transcript;
    if (!r->dir || !sheaf_coordinator_joined(&r->c))
        return;
    bench_must(sheaf_coordinator_sum_make(&r->c, &transcript, NULL) == SHEAF_OK
                   && sheaf_vector_file_settle(path_of(r, COUNT), NULL) == SHEAF_OK,
               "adding up");
    sheaf_coordinator_sum_end(&r->c, &transcript);
}

static void play_stage(whole_round *r, sheaf_round_stage stage, int count)
{
    for (int i = 0; i < count && sheaf_coordinator_stage(&r->c) == stage; i++) {
        sheaf_slice message;
        double at = bench_core_s();
        bench_must(
            sheaf_participant_receive(
                &r->p[i], sheaf_coordinator_bundle(&r->c, stage, (uint32_t)i), &message, NULL)
                == SHEAF_OK,
            "a bundle");
        double between = bench_core_s();
        bench_must(sheaf_coordinator_receive(&r->c, message, 0, NULL) == SHEAF_ROUND_ACCEPTED,
                   "a message");
        sum_make(r);
        r->client[i] += between - at;
        r->server[stage] += bench_core_s() - between;
        r->sent[i] += message.len;
    }
    if (sheaf_coordinator_stage(&r->c) == stage && stage != SHEAF_ROUND_REVEAL) {
        double at = bench_core_s();
        sheaf_coordinator_tick(&r->c, 1);
        r->server[stage] += bench_core_s() - at;
    }
}

/* What a round took. */
typedef struct {
    double client, server, input, reveal, upload; /* seconds, and bytes */
} times;

static void check_sum(const whole_round *r)
{
    const uint64_t *sum = sheaf_coordinator_sum(&r->c);
    bench_must(sheaf_coordinator_stage(&r->c) == SHEAF_ROUND_DONE && (sum || r->dir),
               "a round");
    for (size_t i = 0; sum && i < WORDS; i++)
        bench_must(sum[i] == (uint64_t)r->stay * r->input[i], "the sum of a round");
}

/* The last `dropouts` leave after they have shared, so that their masks must be taken off. */
static times play(unsigned bits, int dropouts, const uint64_t *input, const char *dir)
{
    whole_round *r = bench_alloc(1, sizeof *r);
    *r = (whole_round){.input = input, .stay = COUNT - dropouts, .dir = dir};
    open_round(r, bits);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        play_stage(r, (sheaf_round_stage)stage, stage < SHEAF_ROUND_INPUT ? COUNT : r->stay);
    check_sum(r);
    times t = {.input = r->server[SHEAF_ROUND_INPUT],
               .reveal = r->server[SHEAF_ROUND_REVEAL],
               .upload = (double)r->sent[0]};
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        t.server += r->server[stage];
    for (int i = 0; i < r->stay; i++)
        t.client = r->client[i] > t.client ? r->client[i] : t.client;
    for (int i = 0; i < COUNT; i++)
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

static void report(const char *what, double best, double flower_least, double flower_most,
                   const char *unit, int wanted)
{
    printf("  %-22s %8.4f %-2s  Flower 1.15: %.2f to %.2f; %.1f to %.1f times better (wanted: "
           "%d)\n",
           what, best, unit, flower_least, flower_most, flower_least / best, flower_most / best,
           wanted);
}

static void whole(unsigned bits, int dropouts, place where)
{
    char dir[SHEAF_PATH_MAX];
    memory_new(where != MEMORY_AGAIN);
    if (where == FILES)
        bench_folder_make(dir);
    uint64_t *input = bench_alloc(WORDS, sizeof *input);
    for (size_t i = 0; i < WORDS; i++)
        input[i] = i % 1000;
    times best = {.client = 1e9, .server = 1e9};
    for (int i = 0; i < REPEATS; i++) {
        times next = play(bits, dropouts, input, where == FILES ? dir : NULL);
        double client = next.client < best.client ? next.client : best.client;
        best = next.server < best.server ? next : best;
        best.client = client;
    }
    printf("%d participants, %d drop%s out, %d words of %u bits, %s\n", COUNT, dropouts,
           dropouts == 1 ? "s" : "", WORDS, bits, place_text[where]);
    report("slowest participant", best.client, 0.31, 0.40, "s", 10);
    report("coordinator", best.server, 1.1, 1.6, "s", 30);
    printf("    keeping and hashing what comes in %.4f s, shares and sum %.4f s, rest %.4f s\n",
           best.input, best.reveal, best.server - best.input - best.reveal);
    report("upload of each", best.upload / 1e6, 8, 8, "MB", 2);
    fflush(stdout);
    if (where == FILES)
        bench_folder_remove(dir);
    free(input);
}

int main(void)
{
    bench_must(sheaf_crypto_start(), "libsodium");
    whole(32, 0, NEW_MEMORY);
    whole(32, 0, MEMORY_AGAIN);
    whole(32, 0, FILES);
    whole(32, 1, MEMORY_AGAIN);
    return 0;
}
