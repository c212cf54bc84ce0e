/* Electorates never change after the snapshot: a co-op in which members come and go, are
 * elected, resign and are recalled, at random; who belonged to the electorate of any matter is
 * asked again after every entry, of everybody. */
#include "test.h"

#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/organs.h"

enum { FIRST = 8, PEOPLE = 24, STEPS = 600, SNAPSHOTS = 24 };

typedef struct {
    sheaf_electorate of;
    uint32_t count;
    bool in[PEOPLE];
} snapshot;

typedef struct {
    kit k;
    kit_name *people[PEOPLE];
    int count; /* of people who have applied */
    snapshot taken[SNAPSHOTS];
    int snapshots;
    uint64_t seed;
} crowd;

static bool belongs(const crowd *c, const snapshot *s, int person)
{
    return sheaf_entitled(&c->k.state, &s->of, c->people[person]->member) == SHEAF_ACCEPTED;
}

static void take(crowd *c)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&c->k.state);
    uint64_t which = kit_random(&c->seed) % 3;
    if (c->snapshots == SNAPSHOTS)
        return;
    snapshot *s = &c->taken[c->snapshots++];
    *s = (snapshot){.of = {.body = which == 2 ? SHEAF_body_organ : SHEAF_body_assembly,
                           .of = which == 1,
                           .opened = (uint32_t)c->k.state.size - 1,
                           .bylaws = coop->bylaws}};
    s->count = sheaf_electorate_count(&c->k.state, &s->of);
    uint32_t count = 0;
    for (int i = 0; i < c->count; i++)
        count += s->in[i] = belongs(c, s, i);
    assert_int_equal(count, s->count);
}

static void compare(const crowd *c)
{
    for (int i = 0; i < c->snapshots; i++)
        for (int p = 0; p < c->count; p++)
            if (belongs(c, &c->taken[i], p) != c->taken[i].in[p])
                fail_msg("%s has changed electorate %d", c->people[p]->name, i);
}

static uint32_t newest_candidate(const crowd *c, uint32_t election)
{
    const struct sheaf_row_election *e = sheaf_election_find(&c->k.state, election);
    return e && e->candidate_last
               ? sheaf_candidate_at(&c->k.state, e->candidate_last - 1)->member
               : 0;
}

/* One act of one member; many are refused. */
static void elections(crowd *c, const char *who, const char *other)
{
    static const char *const kinds[] = {"election.call", "candidate.stand", "election.vote",
                                        "election.vote", "office.resign",   "motion.open"};
    char what[300];
    const char *kind = kinds[kit_random(&c->seed) % 6];
    const struct sheaf_row_chamber *chamber = sheaf_chamber_find(&c->k.state, 0);
    uint32_t election = chamber ? chamber->election : SHEAF_NONE;
    if (election == SHEAF_NONE)
        election = 0;
    if (strcmp(kind, "candidate.stand") == 0)
        snprintf(what, sizeof what, "{'election':%u}", election);
    else if (strcmp(kind, "election.vote") == 0)
        snprintf(what, sizeof what, "{'approve':[{'member':%u}],'election':%u}",
                 newest_candidate(c, election), election);
    else if (strcmp(kind, "motion.open") == 0)
        snprintf(what, sizeof what,
                 "{'effect':{'kind':'office.recall','what':{'member':#%s,'organ':0}},"
                 "'title':^}",
                 other);
    else
        snprintf(what, sizeof what, "{'organ':0}");
    (void)kit_try(&c->k, who, kind, what, NULL);
}

static void ballots(crowd *c)
{
    for (uint32_t i = 0; i < sheaf_motion_count(&c->k.state); i++) {
        const struct sheaf_row_motion *m = sheaf_motion_at(&c->k.state, i);
        char what[100];
        snprintf(what, sizeof what, "{'choice':'yes','motion':%u}", m->id);
        for (int p = 0; p < c->count && m->state == SHEAF_motion_state_open; p++)
            (void)kit_try(&c->k, c->people[p]->name, "ballot.cast", what, NULL);
    }
}

static void membership(crowd *c, const char *who)
{
    char name[KIT_NAME_MAX];
    if (kit_random(&c->seed) % 4 == 0) {
        (void)kit_try(&c->k, who, "member.leave", "{}", NULL);
        return;
    }
    if (c->count == PEOPLE)
        return;
    char what[200];
    snprintf(name, sizeof name, "p%d", c->count);
    snprintf(what, sizeof what,
             "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}",
             (int)(kit_random(&c->seed) % 2), name);
    if (kit_try(&c->k, name, "member.apply", what, name) != ACCEPTED)
        return;
    c->people[c->count++] = kit_named(&c->k, name);
    snprintf(what, sizeof what, "{'member':#%s}", name);
    for (int i = 0; i < 4; i++) /* some are admitted at once and some later, or never */
        (void)kit_try(&c->k, c->people[i]->name, "member.admit", what, NULL);
}

static void settle_due(crowd *c)
{
    sheaf_deadline due;
    while (sheaf_deadline_first(&c->k.state, &due) && due.at <= c->k.now + 10) {
        if (c->k.now < due.at)
            c->k.now = due.at;
        kit_do(&c->k, "hub", "clock.tick", NULL,
               "{'deadline':'%s','of':%u,'unwitnessed':false}", sheaf_deadline_name(due.kind),
               due.of);
        compare(c);
    }
}

void test_electorates_stay(void **unused)
{
    (void)unused;
    static crowd c;
    c = (crowd){.seed = 20261122, .count = FIRST};
    print_message("seed %llu\n", (unsigned long long)c.seed);
    kit_open(&c.k);
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':1}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':0,'open_s':9,'quorum_bp':5000,"
        "'seats':3,'term_s':40,'terms_max':9}],'protected':false}";
    rules.ordinary.quorum = 1000;
    rules.open_max = 100;
    kit_found_many(&c.k, &rules, c.people, FIRST);
    uint32_t elected = 0;
    for (int step = 0; step < STEPS; step++) {
        const char *who = c.people[kit_random(&c.seed) % (uint64_t)c.count]->name;
        const char *other = c.people[kit_random(&c.seed) % (uint64_t)c.count]->name;
        uint64_t turn = kit_random(&c.seed) % 24;
        if (turn == 0)
            membership(&c, who);
        else if (turn == 1)
            ballots(&c);
        else
            elections(&c, who, other);
        if (kit_random(&c.seed) % 12 == 0)
            take(&c);
        compare(&c);
        c.k.now += (int64_t)(kit_random(&c.seed) % 500);
        settle_due(&c);
        elected = sheaf_office_count(&c.k.state);
    }
    assert_true(elected > 10 && c.count > FIRST && c.snapshots == SNAPSHOTS);
    kit_close(&c.k);
}
