/* bench/bench_governance.c - a motion of a large co-op: a million members, and a vote of each.
 *
 * The members stand in the state from the start: to admit them takes their signatures' time and
 * is not what is measured. The votes come in random order, each a whole entry, with the digests
 * of the state that fall due on the way, until the tick settles the motion. Signatures are left
 * out. What the memory of the machine allows stands beside it: reads at random places.
 *
 *     bench_governance [MEMBERS]
 */
#include "bench.h"
#include "kit.h"

#include "coop/key_numbers.h"
#include "coop/key_tree.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMBERS = 1000000,
    FIRST = 16, /* the entry of the first application */
    BALLOT_MAX = 400,
    READ_BYTES = 256 << 20,
    READS = 8000000,
    RUN = 1024, /* as in claims/verify */
};

/* What the program holds of the heap. */
static double held_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
}

/* ---- the co-op ---- */

static uint32_t application(uint32_t member)
{
    return FIRST + 2 * member;
}

/* As so many applications, each admitted by the entry behind it, would leave the state. */
static void add_members(sheaf_state *state, uint32_t count)
{
    uint64_t seed = 7;
    for (uint32_t i = 0; i < count; i++) {
        sheaf_public_key key;
        for (size_t b = 0; b < sizeof key.bytes; b += 8) {
            uint64_t random = kit_random(&seed);
            memcpy(key.bytes + b, &random, 8);
        }
        struct sheaf_row_member *member = sheaf_member_new(state, application(i));
        member->id = application(i);
        member->admitted = member->id + 1;
        member->counted = member->admitted;
        member->left = member->recovery = member->death = member->notice = member->import =
            member->exclusion = member->asks_exclusion = SHEAF_NONE;
        member->state = SHEAF_member_state_active;
        member->votes = 1;
        member->voting_since = KIT_START;
        struct sheaf_row_key *row = sheaf_key_add(state, application(i), &key);
        row->member = application(i);
        row->scopes = SHEAF_SCOPE_VOTE;
        sheaf_key_number_set(state, sheaf_key_count(state) - 1, 1);
        row->until = INT64_MAX;
        if (i % SHEAF_DIGEST_ENTRIES == 0)
            sheaf_state_commit(state);
    }
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    coop->members += count;
    coop->voters += count;
    coop->voters_unlimited += count;
    state->size = application(count);
    coop->digest_size = state->size;
    bench_must(!state->failed, "memory for the members");
    sheaf_state_commit(state);
}

static void found(kit *k, uint32_t members)
{
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    kit_open(k);
    kit_found(k, &rules);
    add_members(&k->state, members);
}

/* ---- the log ---- */

/* Entries one after the other. */
typedef struct {
    uint8_t *bytes;
    size_t used, capacity;
    sheaf_slice *entry;
    uint32_t count;
} entries;

static void keep(entries *log, sheaf_slice entry)
{
    bench_must(entry.len <= log->capacity - log->used, "room for the log");
    memcpy(log->bytes + log->used, entry.data, entry.len);
    log->entry[log->count++] = sheaf_bytes(log->bytes + log->used, entry.len);
    log->used += entry.len;
}

static void decode_one(kit *k, sheaf_slice bytes, sheaf_entry *out)
{
    if (sheaf_entry_decode(bytes, SHEAF_REVISION, &k->decode, out, &k->err) != SHEAF_OK)
        kit_fail("entry %llu: %s", (unsigned long long)k->state.size, k->err.message);
}

static void fold_one(kit *k, const sheaf_entry *entry)
{
    sheaf_outcome outcome;
    sheaf_outcome_init(&outcome);
    sheaf_arena_reset(&k->work);
    if (sheaf_fold_try(&k->state, entry, &k->work, &outcome, &k->err) != SHEAF_OK
        || outcome.refusal != SHEAF_ACCEPTED)
        kit_fail("entry %llu is refused: %s", (unsigned long long)k->state.size,
                 sheaf_refusal_describe((uint16_t)outcome.refusal)->sentence);
    sheaf_fold_keep(&k->state, entry);
}

static void write_ballot(char out[BALLOT_MAX], uint32_t member, uint32_t motion, int64_t now,
                         const char *choice)
{
    char signature[87];
    memset(signature, 'A', 86);
    signature[86] = 0;
    snprintf(out, BALLOT_MAX,
             "{\"act\":{\"at\":%lld,\"by\":%u,\"key\":%u,\"kind\":\"ballot.cast\",\"seen\":0,"
             "\"seq\":2,\"until\":%lld,\"what\":{\"choice\":\"%s\",\"motion\":%u}},"
             "\"sig\":\"%s\",\"stamp\":%lld}",
             (long long)now, application(member), application(member), (long long)now + 1000,
             choice, motion, signature, (long long)now);
}

/* A motion, a vote of each member in random order, and the tick; and the digests. */
static void live(kit *k, uint32_t members, entries *log)
{
    uint64_t seed = 11;
    uint32_t *order = bench_alloc(members, sizeof *order);
    for (uint32_t i = 0; i < members; i++) {
        uint32_t at = (uint32_t)(kit_random(&seed) % (i + 1));
        order[i] = order[at];
        order[at] = i;
    }
    kit_do(k, "ann", "motion.open", "m", "{'title':^}");
    keep(log, sheaf_buffer_slice(&k->entry));
    uint32_t motion = kit_index(k, "m");
    for (uint32_t i = 0; i < members; i++) {
        char ballot[BALLOT_MAX];
        static const char *const choices[] = {"yes", "no", "yes", "abstain"};
        if (k->state.size - sheaf_coop(&k->state)->digest_size >= SHEAF_DIGEST_ENTRIES) {
            kit_state_digest(k);
            keep(log, sheaf_buffer_slice(&k->entry));
        }
        write_ballot(ballot, order[i], motion, k->now, choices[kit_random(&seed) % 4]);
        sheaf_entry entry;
        sheaf_arena_reset(&k->decode);
        decode_one(k, sheaf_str(ballot), &entry);
        fold_one(k, &entry);
        keep(log, sheaf_str(ballot));
    }
    k->now = sheaf_motion_find(&k->state, motion)->closes;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    keep(log, sheaf_buffer_slice(&k->entry));
    bench_must(sheaf_motion_find(&k->state, motion)->state == SHEAF_motion_state_adopted,
               "the motion is adopted");
    free(order);
}

/* ---- measuring ---- */

static void limits(void)
{
    uint8_t *block = bench_alloc(READ_BYTES, 1);
    memset(block, 1, READ_BYTES);
    uint64_t at = 1;
    double began = bench_core_s();
    for (int i = 0; i < READS; i++)
        at = at * UINT64_C(6364136223846793005) + block[(at >> 30) % READ_BYTES];
    bench_report(at ? "limit: reads at random places, each after the other" : "", READS,
                 "reads", bench_core_s() - began);
    free(block);
}

/* As verification does: a run of entries is decoded, then folded one by one, and what the next
 * ones look up is made ready meanwhile. */
static void replay_run(kit *k, const entries *log, uint32_t from, uint32_t count,
                       double *digests_s)
{
    static sheaf_entry entry[RUN];
    sheaf_arena_reset(&k->decode);
    for (uint32_t i = 0; i < count; i++)
        decode_one(k, log->entry[from + i], &entry[i]);
    for (uint32_t i = 0; i < count; i++) {
        bool digest = entry[i].act->kind == SHEAF_KIND_state_digest;
        if (i + SHEAF_EXPECT_AHEAD < count)
            sheaf_fold_expect(&k->state, entry[i + SHEAF_EXPECT_AHEAD].act, false);
        if (i + SHEAF_EXPECT_SOON < count)
            sheaf_fold_expect(&k->state, entry[i + SHEAF_EXPECT_SOON].act, true);
        double began = digest ? bench_core_s() : 0;
        fold_one(k, &entry[i]);
        if (digest)
            *digests_s += bench_core_s() - began;
    }
}

static void measure(uint32_t members, const entries *log)
{
    kit k;
    double before = held_bytes(), began = bench_core_s();
    found(&k, members);
    bench_report("members and keys put into the state", members, "members",
                 bench_core_s() - began);
    (void)sheaf_state_digest(&k.state);
    double settled = held_bytes();
    printf("memory: %.0f bytes a member, with its key and its hashes\n",
           (settled - before) / members);

    sheaf_entry one;
    began = bench_core_s();
    for (uint32_t i = 0; i < log->count; i++) {
        sheaf_arena_reset(&k.decode);
        decode_one(&k, log->entry[i], &one);
    }
    bench_report("decoded", members, "ballots", bench_core_s() - began);

    double digests = 0, system = bench_system_s(), whole = bench_core_s();
    for (uint32_t i = 0; i < log->count; i += RUN)
        replay_run(&k, log, i, log->count - i < RUN ? log->count - i : RUN, &digests);
    whole = bench_core_s() - whole;
    system = bench_system_s() - system;
    bench_report("replayed without signatures: decoded, folded, digests compared", members,
                 "ballots", whole);
    bench_report("of it, the digests of the state, one in 4,096 entries", members, "ballots",
                 digests);
    bench_report("of it, the system's: memory that the state grows by", members, "ballots",
                 system);
    printf("memory: %.0f bytes a ballot more\n", (held_bytes() - settled) / members);
    kit_close(&k);
}

int main(int argc, char **argv)
{
    long wanted = argc == 2 ? atol(argv[1]) : MEMBERS;
    if (wanted < 1000 || wanted > 10000000) {
        fputs("usage: bench_governance [MEMBERS from 1000 to 10000000]\n", stderr);
        return 2;
    }
    /* Memory of the co-op that is founded first serves the one that is measured: some machines
     * take back what lies idle, and are slow to give it out again. */
    bench_must(mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, INT32_MAX),
               "memory is kept");
    uint32_t members = (uint32_t)wanted;
    size_t digest_bytes = (size_t)members / SHEAF_DIGEST_ENTRIES * 16384;
    entries log = {.capacity = (size_t)members * BALLOT_MAX + digest_bytes + (1 << 20)};
    log.bytes = bench_alloc(log.capacity, 1);
    log.entry = bench_alloc(members + members / 2048 + 16, sizeof *log.entry);
    kit k;
    found(&k, members);
    live(&k, members, &log);
    kit_close(&k);
    printf("%u entries, %.1f MiB\n", log.count, (double)log.used / 1048576);
    limits();
    measure(members, &log);
    free(log.bytes);
    free(log.entry);
    return 0;
}
