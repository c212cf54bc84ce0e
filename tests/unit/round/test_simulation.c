/* A bad network from a seed: messages are lost, doubled, garbled, delayed past each other;
 * participants stop for good. Either the sum is right or the round is aborted, and nobody signs
 * two lists. A failing seed is printed. */
#include "harness.h"

enum { SEEDS = 600, QUEUE_MAX = 4096, POLL_MS = 60 };

typedef struct {
    int64_t at_ms;
    int from, to;      /* participant, or -1 for the coordinator */
    sheaf_slice bytes; /* owned */
} packet;

typedef struct {
    rig r;
    uint64_t random;
    packet queue[QUEUE_MAX];
    size_t queued;
    bool stopped[RIG_MAX];
    unsigned loss, twice, garble, delay_ms;
} network;

static unsigned chance(network *n, unsigned of)
{
    return (unsigned)(next_random(&n->random) % of);
}

static void send_once(network *n, int from, int to, sheaf_slice bytes)
{
    if (n->queued == QUEUE_MAX || chance(n, 100) < n->loss)
        return;
    uint8_t *copy = malloc(bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    if (chance(n, 100) < n->garble)
        copy[chance(n, (unsigned)bytes.len)] ^= (uint8_t)(1 << chance(n, 8));
    n->queue[n->queued++] =
        (packet){n->r.now_ms + chance(n, n->delay_ms), from, to, {copy, bytes.len}};
}

static void post(network *n, int from, int to, sheaf_slice bytes)
{
    if (!bytes.len)
        return;
    send_once(n, from, to, bytes);
    if (chance(n, 100) < n->twice)
        send_once(n, from, to, bytes);
}

static void deliver(network *n, const packet *p)
{
    sheaf_slice message;
    if (p->to < 0) {
        (void)(sheaf_coordinator_receive(&n->r.c, p->bytes, n->r.now_ms, &n->r.err)
               == SHEAF_ROUND_ACCEPTED);
    } else if (!n->stopped[p->to]
               && sheaf_participant_receive(&n->r.p[p->to], p->bytes, &message, &n->r.err)
                      == SHEAF_OK) {
        post(n, p->to, -1, message);
    }
}

static void poll_all(network *n)
{
    for (int i = 0; i < n->r.config.count; i++) {
        if (n->stopped[i] || sheaf_participant_over(&n->r.p[i]))
            continue;
        n->stopped[i] = chance(n, 150) == 0;
        sheaf_round_stage now = sheaf_coordinator_stage(&n->r.c);
        sheaf_round_stage awaited = sheaf_participant_stage(&n->r.p[i]);
        if (now == SHEAF_ROUND_ABORTED)
            awaited = SHEAF_ROUND_ABORTED;
        post(n, -1, i,
             sheaf_coordinator_bundle(&n->r.c, awaited, n->r.config.members[i].member));
        /* The answer to the last stage may have been lost: send the same bytes again. */
        if (awaited > SHEAF_ROUND_ADVERTISE && awaited <= SHEAF_ROUND_DONE)
            post(n, i, -1, sheaf_participant_sent(&n->r.p[i], awaited - 1));
    }
}

static void step(network *n)
{
    for (size_t i = 0; i < n->queued;) {
        if (n->queue[i].at_ms > n->r.now_ms) {
            i++;
            continue;
        }
        packet p = n->queue[i];
        n->queue[i] = n->queue[--n->queued]; /* reorders on purpose */
        deliver(n, &p);
        free((void *)(uintptr_t)p.bytes.data);
    }
    sheaf_coordinator_tick(&n->r.c, n->r.now_ms);
    poll_all(n);
}

static bool simulate(uint64_t seed)
{
    network *n = calloc(1, sizeof *n);
    fprintf(stderr, "\rseed %llu ", (unsigned long long)seed); /* stands there when it fails */
    n->random = seed;
    int count = 2 + (int)chance(n, 4);
    rig_open(&n->r, count, 1 + chance(n, 30), seed);
    n->loss = chance(n, 40);
    n->twice = chance(n, 30);
    n->garble = chance(n, 10);
    n->delay_ms = 1 + chance(n, 400);
    for (int i = 0; i < 200 && sheaf_coordinator_stage(&n->r.c) < SHEAF_ROUND_DONE; i++) {
        n->r.now_ms += POLL_MS;
        step(n);
    }
    bool summed = sheaf_coordinator_stage(&n->r.c) == SHEAF_ROUND_DONE;
    if (summed)
        rig_check_sum(&n->r);
    else
        assert_int_equal(sheaf_coordinator_stage(&n->r.c), SHEAF_ROUND_ABORTED);
    for (int i = 0; summed && i < count; i++) { /* what was signed is what was summed */
        const sheaf_survivors *list = sheaf_participant_list(&n->r.p[i]);
        sheaf_survivors_text text;
        if (!list)
            continue;
        assert_int_equal(sheaf_survivors_text_make(&n->r.config, list, &text, &n->r.err),
                         SHEAF_OK);
        assert_true(sheaf_hash_equal(&text.hash, sheaf_coordinator_list_hash(&n->r.c)));
        sheaf_survivors_text_deinit(&text);
    }
    for (size_t i = 0; i < n->queued; i++)
        free((void *)(uintptr_t)n->queue[i].bytes.data);
    rig_close(&n->r);
    free(n);
    return summed;
}

static void test_bad_networks(void **unused)
{
    (void)unused;
    int summed = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        summed += simulate(seed);
    }
    print_message("%d of %d rounds ended with a sum\n", summed, SEEDS);
    assert_in_range(summed, SEEDS / 5, SEEDS - SEEDS / 20); /* both endings are common */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad_networks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
