/* cooperative [SEED [COUNT]] - simulates from many seeds, or from those given.
 *
 * SHEAF_TEST_LONG=1 runs thousands. A failure prints its seed and ends with 1. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 300, SEEDS_LONG = 4000, LENGTH_MS = 8000, CALM_MS = 2500, QUIET_MS = 1000 };

static void crash_somebody(sim *s)
{
    hub *h = &s->hub;
    if (h->down && s->now >= h->up_at)
        h->down = false;
    for (int i = 0; i < MEMBERS; i++)
        if (s->member[i].down && s->now >= s->member[i].up_at)
            s->member[i].down = false;
    if (s->now >= s->calm_ms || sim_chance(s, 10000) >= s->crash)
        return;
    unsigned who = sim_chance(s, MEMBERS + 1);
    /* A hub that lies does not crash, or it would forget its lie. */
    if (who == HUB && !h->down && s->lie == HONEST)
        hub_crash(s);
    else if (who != HUB && !s->member[who].down)
        member_crash(s, (int)who);
}

static void found(sim *s)
{
    kit_open(&s->pen);
    kit_rules rules = kit_rules_usual();
    rules.open_s = 2;
    rules.open_protected_s = 3;
    kit_with_data(&s->pen, &rules);
    kit_terms terms = kit_terms_true(NOISE);
    terms.rounds = NOISED_ROUNDS;
    kit_ranged(&s->pen);
    kit_motion(&s->pen, "m", s->noised ? kit_noised(&terms) : KIT_MANDATE, 4);
    s->now = s->pen.now;
    s->end_ms = s->now + LENGTH_MS;
    s->calm_ms = s->end_ms - CALM_MS;
    s->quiet_ms = s->end_ms - QUIET_MS;
}

static void run(sim *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->seed = s->random = seed;
    s->noised = sim_chance(s, 2);
    found(s);
    s->loss = sim_chance(s, 25);
    s->twice = sim_chance(s, 25);
    s->delay_ms = 1 + sim_chance(s, 150);
    s->crash = sim_chance(s, 60);
    s->lie = sim_chance(s, 2) ? HONEST : (lie)sim_chance(s, LIES);
    s->lie_at = s->now + 1000 + sim_chance(s, 3000);
    hub_open(s);
    for (int i = 0; i < MEMBERS; i++)
        member_open(s, i);
    for (; s->now < s->end_ms; s->now += STEP_MS) {
        crash_somebody(s);
        sim_deliver(s);
        if (!s->hub.down)
            hub_step(s);
        for (int i = 0; i < MEMBERS; i++)
            if (!s->member[i].down)
                member_step(s, i);
    }
    check_end(s);
}

static void finish(sim *s)
{
    for (size_t i = 0; i < s->queued; i++)
        free(s->queue[i].bytes);
    for (int i = 0; i < MEMBERS; i++)
        member_close(s, i);
    hub_close(s);
    kit_close(&s->pen);
}

int main(int argc, char **argv)
{
    sim *s = malloc(sizeof *s);
    const char *longer = getenv("SHEAF_TEST_LONG");
    uint64_t seeds = longer && longer[0] == '1' ? SEEDS_LONG : SEEDS, first = 1;
    uint64_t entered = 0, joined = 0, resumed = 0, summed = 0, lies = 0;
    if (!s)
        return 1;
    if (argc > 1) {
        first = strtoull(argv[1], NULL, 10);
        seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        run(s, seed);
        entered += s->acts_entered;
        joined += s->rounds_joined;
        resumed += s->rounds_resumed;
        summed += s->rounds_summed;
        lies += s->lied;
        finish(s);
    }
    printf("%llu seeds: %llu entries, %llu times in a round, %llu resumed, %llu sums, %llu "
           "lies caught\n",
           (unsigned long long)seeds, (unsigned long long)entered, (unsigned long long)joined,
           (unsigned long long)resumed, (unsigned long long)summed, (unsigned long long)lies);
    free(s);
    return 0;
}
