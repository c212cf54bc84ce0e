/* bench/bench_fold.c - entries folded per second, with and without their signatures.
 *
 * The log is that of a co-op that lives: motions, ballots, ticks, data sets, consents, revenue.
 * Beside it stand what the machine allows: Ed25519 verifications, of which every entry needs
 * one, and SHA-256, through which every entry and every changed row goes.
 *
 * Then the longest entries that there are: rounds of 1,000 seats, each with a budget. An
 * opening charges 64 amounts a seat.
 *
 *     bench_fold [ENTRIES]
 */
#include "bench.h"
#include "kit.h"

#include "claims/replay.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 20000, HASHED_BYTES = 1 << 20, HASHES = 256, SEATS = 1000, LONG_ENTRY = 8192 };

static void live(kit *k, uint32_t entries)
{
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    uint64_t seed = 5;
    kit_with_data(k, &rules);
    for (uint32_t turn = 0; k->state.size < entries; turn++) {
        kit_do(k, "ann", "motion.open", "m", "{'reason':^,'title':^}");
        kit_do(k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'no','motion':#m}");
        kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        kit_do(k, "cat", "revenue.record", NULL, "{'amount_cents':%u,'memo':^}",
               (unsigned)(1 + kit_random(&seed) % 10000));
        kit_do(k, "dan", "dataset.register", "d",
               "{'commitment':~a,'licence':'CC0-1.0','records':%u,'schema':'s/v1','subjects':"
               "'none','title':^}",
               turn + 1);
        kit_do(k, "dan", "consent.grant", "c",
               "{'dataset':#d,'purpose':'research','until':1890000000000}");
        kit_do(k, "dan", "consent.revoke", NULL, "{'consent':#c}");
        k->now += 60000;
        kit_do(k, "hub", "clock.tick", NULL,
               "{'deadline':'motion','of':#m,'unwitnessed':false}");
        if (k->state.size - sheaf_coop(&k->state)->digest_size >= SHEAF_DIGEST_ENTRIES - 64)
            kit_state_digest(k);
    }
}

static void limits(void)
{
    bench_limit_signatures(1);
    uint8_t *bytes = bench_alloc(HASHED_BYTES, 1);
    memset(bytes, 3, HASHED_BYTES);
    double at = bench_now_s();
    for (int i = 0; i < HASHES; i++)
        bytes[0] = sheaf_sha256(sheaf_bytes(bytes, HASHED_BYTES)).bytes[0];
    bench_report("limit: SHA-256, one thread", HASHES, "MiB", bench_now_s() - at);
    free(bytes);
}

static void fold_one(kit *k, sheaf_state *state, sheaf_slice bytes)
{
    sheaf_entry entry;
    sheaf_outcome outcome = {0};
    sheaf_arena_reset(&k->decode);
    sheaf_arena_reset(&k->work);
    if (sheaf_entry_decode(bytes, SHEAF_REVISION, &k->decode, &entry, &k->err) != SHEAF_OK
        || sheaf_fold_try(state, &entry, &k->work, &outcome, &k->err) != SHEAF_OK
        || outcome.refusal != SHEAF_ACCEPTED)
        kit_fail("entry %llu is refused", (unsigned long long)state->size);
    sheaf_fold_keep(state, &entry);
}

/* Decoding, rules and undo journal, and the digest of the state every `every` entries. */
static double fold(kit *k, const sheaf_slice *entries, uint32_t count, uint32_t every)
{
    sheaf_state state;
    if (sheaf_state_init(&state, SHEAF_REVISION, &k->err) != SHEAF_OK)
        kit_fail("%s", k->err.message);
    double at = bench_now_s();
    for (uint32_t i = 0; i < count; i++) {
        fold_one(k, &state, entries[i]);
        if (i % every == 0)
            (void)sheaf_state_digest(&state);
    }
    double seconds = bench_now_s() - at;
    sheaf_state_deinit(&state);
    return seconds;
}

static double replay(const sheaf_slice *entries, uint32_t count, unsigned threads)
{
    sheaf_replay all;
    sheaf_err err;
    if (sheaf_replay_init(&all, SHEAF_REVISION, &err) != SHEAF_OK)
        kit_fail("%s", err.message);
    double at = bench_now_s();
    if (sheaf_replay_entries(&all, entries, count, threads, NULL, NULL, &err) != SHEAF_OK)
        kit_fail("%s", err.message);
    double seconds = bench_now_s() - at;
    if (all.voids)
        kit_fail("%llu entries are void", (unsigned long long)all.voids);
    sheaf_replay_deinit(&all);
    return seconds;
}

static void large_write(kit *k)
{
    char budget[1024];
    kit_roster r = {.unit = "member", .budget = kit_amounts(budget, 1000, 31)};
    kit_terms terms = kit_terms_usual();
    terms.unit = r.unit;
    kit_roster_open(&r, k, SEATS);
    bool accepted = kit_roster_grant(&r, &terms, "m") == SHEAF_ACCEPTED
                    && kit_roster_round(&r, "r", "m", SEATS) == SHEAF_ACCEPTED
                    && kit_roster_end(&r, "r", SEATS) == SHEAF_ACCEPTED;
    kit_do(k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#r}");
    accepted = accepted && kit_roster_round(&r, "s", "m", SEATS) == SHEAF_ACCEPTED;
    bench_must(accepted, "rounds of many seats");
    kit_roster_close(&r);
}

static void large(void)
{
    kit k;
    sheaf_state state;
    kit_open(&k);
    large_write(&k);
    bench_must(sheaf_state_init(&state, SHEAF_REVISION, &k.err) == SHEAF_OK, "a state");
    sheaf_slice log = sheaf_buffer_slice(&k.log), entry;
    for (uint32_t len; sheaf_take_u32(&log, &len);) {
        bench_must(sheaf_take(&log, len, &entry), "the log is whole");
        const char *kind = sheaf_kind_shape(sheaf_entry_kind(entry))->name;
        double at = bench_now_s();
        fold_one(&k, &state, entry);
        double folded = bench_now_s();
        (void)sheaf_state_digest(&state);
        if (len > LONG_ENTRY || strcmp(kind, "clock.tick") == 0)
            printf("%-14s of %5u bytes, %d seats: folded in %.2f ms, digest %.2f ms\n", kind,
                   len, SEATS, (folded - at) * 1e3, (bench_now_s() - folded) * 1e3);
    }
    sheaf_state_deinit(&state);
    kit_close(&k);
}

int main(int argc, char **argv)
{
    long wanted = argc == 2 ? atol(argv[1]) : ENTRIES;
    if (wanted < 100 || wanted > 1000000) {
        fputs("usage: bench_fold [ENTRIES from 100 to 1000000]\n", stderr);
        return 2;
    }
    kit k;
    kit_open(&k);
    live(&k, (uint32_t)wanted);
    uint32_t count = (uint32_t)k.state.size;
    sheaf_slice *entries = bench_alloc(count, sizeof *entries);
    sheaf_slice log = sheaf_buffer_slice(&k.log);
    for (uint32_t i = 0, len; i < count; i++)
        if (!sheaf_take_u32(&log, &len) || !sheaf_take(&log, len, &entries[i]))
            kit_fail("the log is cut");
    printf("%u entries, %.1f MiB\n", count, (double)k.log.len / 1048576);
    limits();
    bench_report("fold without signatures, digest every 4096", count, "entries",
                 fold(&k, entries, count, 4096));
    bench_report("fold without signatures, digest at every entry", count, "entries",
                 fold(&k, entries, count, 1));
    bench_report("replay with signatures, one thread", count, "entries",
                 replay(entries, count, 1));
    bench_report("replay with signatures, two threads", count, "entries",
                 replay(entries, count, 2));
    free(entries);
    kit_close(&k);
    large();
    return 0;
}
