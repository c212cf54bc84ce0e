/* bench/bench_ring.c - whole rounds of more than a hundred seats on their ring: the coordinator
 * and every participant, as the program runs them, with short vectors.
 *
 * Degree and threshold are those that a round of so many seats gets on the log. A tenth goes
 * away, the most that the ring is made for: three in a hundred before they commit to anything,
 * two once the order is known, the others when everybody has shared, so that their masks have
 * to be taken off. The sum must be right, and the transcript must give it again. Networks and
 * disks are left out. Times are those of this process on its processor.
 *
 *     bench_ring [SEATS [WORDS]]
 */
#include "bench.h"

#include "learn/round_graph.h"
#include "round/coordinator.h"
#include "round/participant.h"
#include "round/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { WORDS = 100, WORDS_MAX = 1000000, BITS = 32 };

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long peak_mib(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss / 1024;
}

/* What a stage took: of the hub in all, of a participant the slowest, and bytes of one. */
typedef struct {
    double hub, most, members;
    size_t answers, down, up;
} cost;

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_participant *p;
    sheaf_round_stage *leaves; /* before it says anything in this stage */
    uint64_t *input;
    cost stage[SHEAF_ROUND_REVEAL + 1];
} whole;

static void config_fill(whole *w, uint16_t seats, uint32_t words)
{
    sheaf_round_graph graph;
    sheaf_err err;
    if (sheaf_round_graph_find(seats, 0, 0, &graph, &err) != SHEAF_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    printf("%u seats, %u words: degree %u, threshold %u; unsafe with probability 2^%.1f, "
           "aborted with 2^%.1f\n",
           seats, words, graph.degree, graph.threshold, sheaf_round_graph_failure(&graph),
           graph.lost);
    w->config =
        (sheaf_round_config){.origin = "sheaf/benchbenchbenchbenchbench2",
                             .round = 1,
                             .words = words,
                             .bits = BITS,
                             .count = seats,
                             .degree = graph.degree,
                             .threshold = graph.threshold,
                             .signers = sheaf_round_threshold_against(seats, graph.corrupt),
                             .withheld_max = graph.withheld_max,
                             .min_survivors = graph.min_survivors,
                             .stage_ms = {1, 1, 1, 1, 1, 1}};
}

static sheaf_keypair pair_of(uint16_t i)
{
    sheaf_keypair pair;
    uint8_t seed[SHEAF_SEED_BYTES] = {1, (uint8_t)i, (uint8_t)(i >> 8)};
    sheaf_keypair_from_seed(&pair, seed);
    return pair;
}

static void whole_open(whole *w, uint16_t seats, uint32_t words)
{
    sheaf_err err;
    config_fill(w, seats, words);
    w->p = bench_alloc(seats, sizeof *w->p);
    w->leaves = bench_alloc(seats, sizeof *w->leaves);
    w->input = bench_alloc(words, sizeof *w->input);
    for (uint16_t i = 0; i < seats; i++) {
        sheaf_keypair pair = pair_of(i);
        w->config.members[i].member = i;
        memcpy(w->config.members[i].public, pair.public, SHEAF_PUBLIC_BYTES);
        w->leaves[i] = SHEAF_ROUND_DONE;
    }
    for (uint32_t k = 0; k < words; k++)
        w->input[k] = k * 7 + 1;
    bench_must(sheaf_coordinator_init(&w->c, &w->config, 0, &err) == SHEAF_OK, "coordinator");
    for (uint16_t i = 0; i < seats; i++) {
        sheaf_keypair pair = pair_of(i);
        uint8_t seed[SHEAF_SEED_BYTES] = {2, (uint8_t)i, (uint8_t)(i >> 8)};
        bench_must(sheaf_participant_init(&w->p[i], &w->config, i, &pair, seed, &err)
                           == SHEAF_OK
                       && sheaf_participant_input(&w->p[i], w->input, words, &err) == SHEAF_OK,
                   "a participant");
    }
}

/* Spread over the roster; the ring's order is another. */
static void some_leave(whole *w)
{
    uint16_t seats = w->config.count, before = (uint16_t)(seats * 3 / 100);
    uint16_t gone = (uint16_t)(seats - w->config.min_survivors);
    for (uint16_t i = 0; i < gone; i++) {
        sheaf_round_stage *stage = &w->leaves[(size_t)i * seats / gone];
        *stage = SHEAF_ROUND_INPUT;
        if (i < before)
            *stage = SHEAF_ROUND_COMMIT;
        else if (i < before + w->config.withheld_max)
            *stage = SHEAF_ROUND_ADVERTISE;
    }
}

static void whole_close(whole *w)
{
    for (int i = 0; i < w->config.count; i++)
        sheaf_participant_deinit(&w->p[i]);
    sheaf_coordinator_deinit(&w->c);
    free(w->p);
    free(w->leaves);
    free(w->input);
    free(w);
}

static void answer(whole *w, uint16_t i, sheaf_round_stage stage)
{
    cost *spent = &w->stage[stage];
    sheaf_slice message;
    sheaf_err err = {0};
    double at = cpu_s();
    sheaf_slice bundle = sheaf_coordinator_bundle(&w->c, stage, i);
    double shown = cpu_s();
    if (sheaf_participant_receive(&w->p[i], bundle, &message, &err) != SHEAF_OK) {
        fprintf(stderr, "participant %u: %s\n", i, err.message);
        exit(1);
    }
    double answered = cpu_s();
    if (sheaf_coordinator_receive(&w->c, message, 0, &err) != SHEAF_ROUND_ACCEPTED) {
        fprintf(stderr, "coordinator: %s\n", err.message);
        exit(1);
    }
    spent->hub += cpu_s() - answered + shown - at;
    spent->members += answered - shown;
    spent->most = answered - shown > spent->most ? answered - shown : spent->most;
    spent->answers++;
    spent->down = bundle.len;
    spent->up = message.len;
}

static void play_stage(whole *w, sheaf_round_stage stage)
{
    for (uint16_t i = 0; i < w->config.count && sheaf_coordinator_stage(&w->c) == stage; i++)
        if (w->leaves[i] > stage)
            answer(w, i, stage);
    double at = cpu_s();
    if (sheaf_coordinator_stage(&w->c) == stage)
        sheaf_coordinator_tick(&w->c, sheaf_coordinator_deadline(&w->c));
    const cost *spent = &w->stage[stage];
    w->stage[stage].hub += cpu_s() - at;
    printf("%-10s %8zu %10.2f %12.1f %12.1f %12zu %12zu\n", sheaf_round_stage_text(stage),
           spent->answers, spent->hub, spent->members / (double)spent->answers * 1e3,
           spent->most * 1e3, spent->down, spent->up);
    fflush(stdout);
}

/* What an auditor does. */
static void audit(const whole *w)
{
    sheaf_buffer transcript;
    sheaf_survivors list;
    sheaf_err err = {0};
    uint64_t *sum = bench_alloc(w->config.words, sizeof *sum);
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&w->config));
    bench_must(sheaf_coordinator_transcript(&w->c, &transcript, &err) == SHEAF_OK,
               "a transcript");
    double at = cpu_s();
    if (sheaf_transcript_sum(sheaf_buffer_slice(&transcript), &w->config, sum, &list, &err)
        != SHEAF_OK) {
        fprintf(stderr, "transcript: %s\n", err.message);
        exit(1);
    }
    at = cpu_s() - at;
    bench_must(memcmp(sum, sheaf_coordinator_sum(&w->c), w->config.words * sizeof *sum) == 0,
               "the same sum again");
    printf("transcript: %.1f MB, checked and added up again in %.2f s\n",
           (double)transcript.len / 1e6, at);
    sheaf_buffer_deinit(&transcript);
    free(sum);
}

static void play(uint16_t seats, uint32_t words)
{
    whole *w = bench_alloc(1, sizeof *w);
    whole_open(w, seats, words);
    some_leave(w);
    printf("%-10s %8s %10s %12s %12s %12s %12s\n", "stage", "answers", "hub, s", "member, ms",
           "slowest, ms", "down, bytes", "up, bytes");
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++)
        play_stage(w, (sheaf_round_stage)stage);
    if (sheaf_coordinator_stage(&w->c) != SHEAF_ROUND_DONE) {
        fprintf(stderr, "aborted: %s\n", sheaf_coordinator_reason(&w->c));
        exit(1);
    }
    const sheaf_survivors *list = sheaf_coordinator_list(&w->c);
    const uint64_t *sum = sheaf_coordinator_sum(&w->c);
    for (uint32_t k = 0; k < words; k++)
        bench_must(sum[k] == list->survivors * w->input[k], "the sum of a round");
    double hub = 0, member = 0;
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++) {
        hub += w->stage[stage].hub;
        member += w->stage[stage].members / (double)w->stage[stage].answers;
    }
    printf("the sum of %u is right, %u left after sharing: hub %.2f s, %.1f ms a seat; a "
           "member %.2f s; %ld MiB for all in one process\n",
           list->survivors, list->dropouts, hub, hub / seats * 1e3, member, peak_mib());
    audit(w);
    whole_close(w);
}

int main(int argc, char **argv)
{
    static const uint16_t sizes[] = {101, 200};
    unsigned long seats = argc > 1 ? strtoul(argv[1], NULL, 10) : sizes[0];
    unsigned long words = argc > 2 ? strtoul(argv[2], NULL, 10) : WORDS;
    if (seats <= SHEAF_ROUND_COMPLETE_MAX || seats > SHEAF_ROUND_MEMBERS_MAX || words < 1
        || words > WORDS_MAX) {
        fprintf(stderr, "usage: bench_ring [SEATS [WORDS]]   (%d to %d, 1 to %d)\n",
                SHEAF_ROUND_COMPLETE_MAX + 1, SHEAF_ROUND_MEMBERS_MAX, WORDS_MAX);
        return 2;
    }
    bench_must(sheaf_crypto_start(), "libsodium");
    for (size_t i = 0; argc <= 1 && i < sizeof sizes / sizeof *sizes; i++)
        play(sizes[i], WORDS);
    if (argc > 1)
        play((uint16_t)seats, (uint32_t)words);
    return 0;
}
