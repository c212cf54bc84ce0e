/* sim_governance [SEED [COUNT [YEARS]]]
 *
 * Simulates ten years of a co-op and its end from this seed, or from so many from there, or so
 * many years; without arguments a few seeds, with SHEAF_TEST_LONG=1 many. A seed is printed
 * before it is played; what differs is told with the entry, and ends the program with 1. */
#include "governance.h"

#include "claims/replay.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 2, SEEDS_LONG = 100, YEARS = 10, ACTS_A_DAY = 2, ENTRIES_MAX = 1 << 16 };

void governance_fail(const governance *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("not ok - seed %llu, entry %llu: ", (unsigned long long)g->seed,
           (unsigned long long)g->k.state.size);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    exit(1);
}

unsigned governance_draw(governance *g, unsigned below)
{
    return (unsigned)(kit_random(&g->random) % below);
}

/* ---- the log, read again ---- */

static size_t cut(const governance *g, sheaf_slice *out)
{
    sheaf_slice log = sheaf_buffer_slice(&g->k.log), head;
    size_t count = 0;
    while (sheaf_take(&log, 4, &head)) {
        uint32_t len = (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                       | (uint32_t)head.data[2] << 8 | head.data[3];
        if (count == ENTRIES_MAX || !sheaf_take(&log, len, &out[count++]))
            governance_fail(g, "the log is too long, or ends within an entry");
    }
    return count;
}

/* In batches of any size the log comes to the same state. */
static void replay(governance *g)
{
    static sheaf_slice entries[ENTRIES_MAX];
    size_t count = cut(g, entries), at = 0;
    sheaf_replay again;
    if (sheaf_replay_init(&again, SHEAF_REVISION, NULL) != SHEAF_OK)
        governance_fail(g, "no memory");
    while (at < count) {
        size_t some = 1 + governance_draw(g, governance_draw(g, 3) ? 40 : 1500);
        some = some < count - at ? some : count - at;
        if (sheaf_replay_entries(&again, entries + at, some, 1, NULL, NULL, NULL) != SHEAF_OK)
            governance_fail(g, "no memory");
        if (governance_draw(g, 2))
            (void)sheaf_state_digest(&again.state);
        at += some;
    }
    sheaf_hash is = sheaf_state_digest(&again.state), was = sheaf_state_digest(&g->k.state);
    if (!sheaf_hash_equal(&is, &was) || again.voids || again.state.size != g->k.state.size)
        governance_fail(g, "a replay in other batches comes to another state");
    sheaf_replay_deinit(&again);
}

/* ---- ten years ---- */

enum { SELDOM, OFTEN };
#define MET(name, how, words) {how, words},
static const struct {
    int how;
    const char *words;
} met[] = {GOVERNANCE_MET};
#undef MET

static void tell(const governance *g)
{
    const book *b = &g->b;
    printf("ok - seed %llu: %u acts, %u refused, %d people, motions %d: %u adopted, "
           "%u rejected, %u without quorum, %u void",
           (unsigned long long)g->seed, g->accepted, g->refused, b->person_count,
           b->motion_count, b->outcomes[SHEAF_motion_state_adopted],
           b->outcomes[SHEAF_motion_state_rejected], b->outcomes[SHEAF_motion_state_no_quorum],
           b->outcomes[SHEAF_motion_state_void]);
    for (int i = 0; i < MET_COUNT; i++)
        printf("%s %u %s", i ? "," : ";", b->met[i], met[i].words);
    putchar('\n');
}

/* Whose death fell due signs nothing any more. */
static void sign_too_late(governance *g)
{
    for (int p = 0; p < g->b.person_count; p++) {
        const death *d = &g->b.deaths[p];
        if (d->id && d->ends && d->ends <= g->k.now
            && acts_try(g, p, "motion.open", "{'title':^}"))
            governance_fail(g, "member %u disproves a death too late", acts_id(g, p));
    }
}

void acts_of_day(governance *g)
{
    g->k.now += DAY_MS;
    sign_too_late(g);
    acts_tick(g);
    acts_of_assemblies(g);
    acts_of_recovery(g);
    acts_of_membership(g);
    acts_of_imports(g);
    acts_of_circles(g);
    acts_of_money(g);
    acts_of_shares(g);
    acts_of_budgets(g);
    acts_of_splits(g);
    for (unsigned n = governance_draw(g, 2 * ACTS_A_DAY + 1); n > 0; n--) {
        acts_make(g);
        acts_tick(g); /* the last ballot closes a motion at once */
    }
}

static void live(governance *g, uint64_t seed, int years, book *total)
{
    memset(g, 0, sizeof *g);
    g->seed = g->random = seed;
    printf("# seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    kit_open(&g->k);
    acts_found(g);
    for (int day = 0; day < years * 365; day++) {
        acts_of_day(g);
        if (day % 30 == 0)
            book_recount(g);
    }
    book_recount(g);
    acts_end(g);
    replay(g);
    tell(g);
    for (int i = 0; i < SHEAF_motion_state_COUNT; i++)
        total->outcomes[i] += g->b.outcomes[i];
    for (int i = 0; i < MET_COUNT; i++)
        total->met[i] += g->b.met[i];
    kit_close(&g->k);
}

int main(int argc, char **argv)
{
    static governance g;
    static book total;
    const char *env = getenv("SHEAF_TEST_LONG");
    if (argc > 4 || (argc > 1 && !(argv[1][0] >= '0' && argv[1][0] <= '9'))) {
        fputs("usage: sim_governance [SEED [COUNT [YEARS]]]\n", stderr);
        return 2;
    }
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2                       ? strtoull(argv[2], NULL, 10)
                     : argc > 1                     ? 1
                     : env && strcmp(env, "0") != 0 ? SEEDS_LONG
                                                    : SEEDS;
    int years = argc > 3 ? atoi(argv[3]) : YEARS;
    for (uint64_t i = 0; i < count; i++)
        live(&g, first + i, years, &total);
    if (argc > 1)
        return 0;
    bool all = total.outcomes[SHEAF_motion_state_void]
               && total.outcomes[SHEAF_motion_state_no_quorum]
               && total.outcomes[SHEAF_motion_state_adopted]
               && total.outcomes[SHEAF_motion_state_rejected];
    for (int i = 0; i < MET_COUNT; i++) {
        bool wanted = met[i].how == OFTEN || count >= SEEDS_LONG;
        if (wanted && !total.met[i])
            printf("# none: %s\n", met[i].words);
        all = all && (!wanted || total.met[i]);
    }
    printf("%s - all that is to be met was\n", all ? "ok" : "not ok");
    printf("1..%llu\n", (unsigned long long)count + 1);
    return !all;
}
