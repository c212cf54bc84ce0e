/* sim_cooperative [list | scenarios | SCENARIO... | SEED [COUNT]]
 *
 * Simulates these scenarios or seeds; without arguments 300 seeds, with SHEAF_TEST_LONG=1
 * thousands. `list` names the scenarios and says what must come of each, `scenarios` runs them
 * all. A failure prints its scenario or seed and ends with 1. */
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

/* The third member's only data set has one record. */
static void give_one_record(kit *k)
{
    kit_do(k, "cat", "dataset.register", "cat.one",
           "{'commitment':~c,'licence':'CC-BY-4.0','records':1,'schema':'heart/v1',"
           "'subjects':'patients','title':^}");
    kit_do(k, "cat", "consent.grant", NULL,
           "{'dataset':#cat.one,'purpose':'research','until':%lld}",
           (long long)(k->now + INT64_C(86400000)));
    kit_label(k, "cat.data", kit_index(k, "cat.one"));
}

/* As kit_motion(), with the cosignatures that the bylaws ask for. */
static void adopt_witnessed(kit *k, const char *effect)
{
    static const char *const voters[] = {"ann", "bob", "cat", "dan"};
    const char *const witnesses[] = {"w0", "w2"};
    kit_do(k, "ann", "motion.open", "m", "{'effect':%s,'title':^}", effect);
    for (int i = 0; i < 4; i++)
        kit_do(k, voters[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    int64_t closes =
        sheaf_motion_at(&k->state, sheaf_motion_row(&k->state, kit_index(k, "m")))->closes;
    k->now = k->now < closes ? closes : k->now;
    kit_do(k, "hub", "clock.tick", "m.tick",
           "{'deadline':'motion','evidence':%s,'of':#m,'unwitnessed':false}",
           kit_evidence(k, witnesses, 2, k->now / 1000 + 1));
}

static void found(sim *s, int length_ms)
{
    kit_open(&s->pen);
    kit_rules rules = kit_rules_usual();
    rules.ordinary.open_s = 2;
    rules.protected.open_s = 3;
    bool witnessed = s->scenario && s->scenario->witnessed;
    if (witnessed)
        rules.witnesses = clocks_witnesses(), rules.witness_quorum = CLOCKS_QUORUM;
    kit_with_data(&s->pen, &rules);
    if (s->scenario && s->scenario->one_record)
        give_one_record(&s->pen);
    kit_terms terms = kit_terms_true(NOISE);
    terms.rounds = s->scenario && s->scenario->rounds ? s->scenario->rounds : NOISED_ROUNDS;
    kit_ranged(&s->pen);
    char mandate[2048];
    static const char rate[] = "'rate_millionths':100000";
    const char *at = strstr(KIT_MANDATE, rate);
    snprintf(mandate, sizeof mandate, "%.*s%s%s", (int)(at - KIT_MANDATE) + (int)strlen(rate),
             KIT_MANDATE, s->flaw == FLAW_UPDATE ? "00" : "", /* with it weights can run away */
             at + strlen(rate));
    const char *effect = s->noised ? kit_noised(&terms) : mandate;
    if (witnessed)
        adopt_witnessed(&s->pen, effect);
    else
        kit_motion(&s->pen, "m", effect, 4);
    s->now = s->pen.now;
    s->end_ms = s->now + length_ms;
    s->calm_ms = s->end_ms - CALM_MS;
    s->quiet_ms = s->end_ms - QUIET_MS;
}

static void play(sim *s, bool tables)
{
    hub_open(s);
    for (int i = 0; i < MEMBERS; i++)
        member_open(s, i);
    if (tables)
        tables_open(s);
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

static void run_seed(sim *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->seed = s->random = seed;
    s->noised = sim_chance(s, 2);
    s->flaw = sim_chance(s, 4) ? SOUND : (flaw)sim_chance(s, FLAWS);
    found(s, LENGTH_MS);
    s->loss = sim_chance(s, 25);
    s->twice = sim_chance(s, 25);
    s->delay_ms = 1 + sim_chance(s, 150);
    s->crash = sim_chance(s, 60);
    s->lie = sim_chance(s, 2) ? HONEST : (lie)sim_chance(s, LIES);
    s->lie_at = s->now + 1000 + sim_chance(s, 3000);
    s->flaw_until = s->now + sim_chance(s, LENGTH_MS - CALM_MS);
    play(s, (s->flaw > FLAW_LENGTH && s->flaw != FLAW_CLOCKS) || sim_chance(s, 6) == 0);
}

/* A network that is not perfect, but nobody crashes and nothing ends the training. */
static void run_scenario(sim *s, const scenario *which)
{
    memset(s, 0, sizeof *s);
    s->scenario = which;
    s->seed = s->random = which->seed;
    s->noised = which->noised;
    s->flaw = which->flaw;
    found(s, which->length_ms ? which->length_ms : LENGTH_MS);
    s->loss = s->twice = 5;
    s->delay_ms = 40;
    s->lie = which->lie;
    s->lie_at = s->now + 1000;
    s->flaw_until = s->now + (s->flaw == FLAW_CLOCKS ? 2 * CLOCKS_MS : 2500);
    play(s, which->tables);
    scenario_judge(s);
}

static void finish(sim *s)
{
    for (size_t i = 0; i < s->queued; i++)
        free(s->queue[i].bytes);
    for (int i = 0; i < MEMBERS; i++)
        member_close(s, i);
    hub_close(s);
    watch_close(s);
    tables_close(s);
    kit_close(&s->pen);
}

static int run_scenarios(sim *s, char **names, int name_count)
{
    size_t count;
    const scenario *all = scenario_all(&count);
    for (int n = 0; n < name_count; n++) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            if (strcmp(names[n], "scenarios") == 0 || strcmp(names[n], all[i].name) == 0) {
                run_scenario(s, &all[i]);
                printf("%-18s %2llu sums: %s\n", all[i].name,
                       (unsigned long long)s->rounds_summed, all[i].must);
                finish(s);
                known = true;
            }
        if (!known) {
            fprintf(stderr, "there is no scenario \"%s\"; `list` names those that there are\n",
                    names[n]);
            return 2;
        }
    }
    return 0;
}

static void run_seeds(sim *s, uint64_t first, uint64_t seeds)
{
    uint64_t entered = 0, joined = 0, resumed = 0, summed = 0, lies = 0;
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        run_seed(s, seed);
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
}

int main(int argc, char **argv)
{
    sim *s = malloc(sizeof *s);
    const char *longer = getenv("SHEAF_TEST_LONG");
    int result = 0;
    if (!s)
        return 1;
    if (argc > 1 && argv[1][0] >= '0' && argv[1][0] <= '9') {
        run_seeds(s, strtoull(argv[1], NULL, 10), argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
    } else if (argc > 1 && strcmp(argv[1], "list") == 0) {
        size_t count;
        const scenario *all = scenario_all(&count);
        for (size_t i = 0; i < count; i++)
            printf("%-18s %s\n", all[i].name, all[i].must);
    } else if (argc > 1) {
        result = run_scenarios(s, argv + 1, argc - 1);
    } else {
        run_seeds(s, 1, longer && longer[0] == '1' ? SEEDS_LONG : SEEDS);
    }
    free(s);
    return result;
}
