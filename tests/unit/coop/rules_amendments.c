/* Amendments at random: no sequence of them changes what is protected below its threshold. */
#include "test.h"

enum { CO_OP = 10, TURNS = 10, WORLDS = 6, OPEN_MAX = 3, WHAT_MAX = 16000 };

/* Articles that random amendments change, switch off, protect and unprotect. */
static const struct {
    sheaf_article number;
    bool required;
    const char *before, *between;
} forms[] = {
    {SHEAF_ARTICLE_pay, false, "{'bonuses':false,'protected':", ",'ratio_percent':"},
    {SHEAF_ARTICLE_income_pool, false, "{'protected':", ",'share_bp':"},
    {SHEAF_ARTICLE_proxies, false, "{'cap':3,'protected':", ",'until_max_s':"},
    {SHEAF_ARTICLE_privacy, true,
     "{'cohort_min':3,'exact_sums':true,'protected':", ",'rounds_max':"},
};
enum { FORMS = sizeof forms / sizeof *forms };

static const struct {
    const char *name;
    int of, out_of;
} majorities[] = {{"two_thirds", 2, 3}, {"three_quarters", 3, 4}, {"nine_tenths", 9, 10}};
static const char *const bases[] = {"for_and_against", "cast", "entitled"};

typedef struct {
    int majority, base, quorum; /* places in the lists above; hundredths of a percent */
} rule;

/* What differs from one version to the next. */
typedef struct {
    struct {
        bool on, protected;
        int value;
    } articles[FORMS];
    rule qualified, protected;
    bool raised; /* every amendment needs a protected decision */
} version;

typedef struct {
    int yes, no, abstain;
} votes;

static int below(uint64_t *seed, int limit)
{
    return (int)(kit_random(seed) % (uint64_t)limit);
}

static const char *effect_of(const version *v, uint32_t base)
{
    static char articles[FORMS][200], number[16];
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    for (int i = 0; i < FORMS; i++) {
        if (!v->articles[i].on)
            continue;
        snprintf(articles[i], sizeof *articles, "%s%s%s%d}", forms[i].before,
                 v->articles[i].protected ? "true" : "false", forms[i].between,
                 v->articles[i].value);
        rules.article[forms[i].number] = articles[i];
    }
    rules.qualified.majority = majorities[v->qualified.majority].name;
    rules.qualified.base = bases[v->qualified.base];
    rules.qualified.quorum = v->qualified.quorum;
    rules.protected.majority = majorities[v->protected.majority].name;
    rules.protected.base = bases[v->protected.base];
    rules.protected.quorum = v->protected.quorum;
    if (v->raised)
        rules.raised = "{'effect':'bylaws.amend','sort':'protected'}";
    snprintf(number, sizeof number, "%u", base);
    return kit_amendment(&rules, number);
}

static version changed(version v, uint64_t *seed)
{
    for (int n = 1 + below(seed, 2); n > 0; n--) {
        int at = below(seed, FORMS);
        v.articles[at].on = forms[at].required || below(seed, 3) > 0;
        v.articles[at].protected = below(seed, 2) > 0;
        v.articles[at].value = 100 + below(seed, 3);
    }
    if (below(seed, 3) == 0) {
        v.qualified.majority = below(seed, 3);
        v.protected.majority = v.qualified.majority + below(seed, 3 - v.qualified.majority);
        v.qualified.base = below(seed, 3);
        v.protected.base = below(seed, 3);
        v.qualified.quorum = 2500 * below(seed, 4);
        v.protected.quorum = 2500 * below(seed, 4);
        v.raised = below(seed, 4) == 0;
    }
    return v;
}

/* Told from the two versions alone, without the state. */
static bool touches_protected(const version *from, const version *to)
{
    if (from->raised != to->raised
        || memcmp(&from->qualified, &to->qualified, sizeof from->qualified) != 0
        || memcmp(&from->protected, &to->protected, sizeof from->protected) != 0)
        return true;
    for (int i = 0; i < FORMS; i++)
        if (from->articles[i].on && from->articles[i].protected
            && (!to->articles[i].on || !to->articles[i].protected
                || to->articles[i].value != from->articles[i].value))
            return true;
    return false;
}

static bool passes(const rule *r, votes v)
{
    int base[] = {v.yes + v.no, v.yes + v.no + v.abstain, CO_OP};
    return (v.yes + v.no + v.abstain) * 10000 >= CO_OP * r->quorum && v.yes > 0
           && v.yes * majorities[r->majority].out_of
                  >= base[r->base] * majorities[r->majority].of;
}

static votes cast(kit *k, kit_name *const *who, const char *label, uint64_t *seed)
{
    votes v = {0};
    int against = below(seed, 4);
    for (int i = 0; i < CO_OP; i++) {
        int die = below(seed, 12);
        int *count = die <= against ? &v.no : die == 10 ? &v.abstain : &v.yes;
        if (die == 11)
            continue;
        ++*count;
        kit_do(k, who[i]->name, "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
               count == &v.yes  ? "yes"
               : count == &v.no ? "no"
                                : "abstain",
               label);
    }
    return v;
}

static struct {
    int weighed, protected, stopped, stale;
} seen;

/* Opens some amendments of the same version and settles them; of those that are adopted the
 * first takes effect. */
static void turn(kit *k, kit_name *const *who, int number, version *now, uint64_t *seed)
{
    const version before = *now;
    uint32_t base = sheaf_coop(&k->state)->bylaws;
    int count = 1 + below(seed, OPEN_MAX);
    version to[OPEN_MAX];
    votes v[OPEN_MAX];
    char label[OPEN_MAX][KIT_NAME_MAX], what[WHAT_MAX];
    for (int i = 0; i < count; i++) {
        to[i] = changed(before, seed);
        snprintf(label[i], sizeof *label, "m%d.%d", number, i);
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect_of(&to[i], base));
        kit_want(k, ACCEPTED, "ann", "motion.open", what, label[i]);
        v[i] = cast(k, who, label[i], seed);
    }
    sheaf_deadline due;
    k->now += INT64_C(1000000);
    for (int i = 0; i < OPEN_MAX && sheaf_fold_due(&k->state, k->now, &due); i++) {
        int at = 0;
        while (kit_index(k, label[at]) != due.of)
            at++;
        uint32_t was = sheaf_coop(&k->state)->bylaws;
        kit_do(k, "hub", "clock.tick", NULL,
               "{'deadline':'motion','of':%u,'unwitnessed':false}", due.of);
        bool enacted = sheaf_coop(&k->state)->bylaws != was;
        if (was != base) {
            assert_false(enacted);
            seen.stale++;
            continue;
        }
        bool weighs = before.raised || touches_protected(&before, &to[at]);
        assert_int_equal(enacted,
                         passes(weighs ? &before.protected : &before.qualified, v[at]));
        seen.protected += enacted && weighs;
        seen.weighed += enacted && !weighs;
        seen.stopped += !enacted && weighs && passes(&before.qualified, v[at]);
        if (enacted)
            *now = to[at];
    }
    assert_int_equal(sheaf_coop(&k->state)->motions_open, 0);
}

void test_amendments_at_random(void **unused)
{
    (void)unused;
    for (uint64_t first = 1; first <= WORLDS; first++) {
        uint64_t seed = first;
        printf("seed %llu\n", (unsigned long long)seed);
        kit k;
        kit_name *who[CO_OP];
        kit_rules rules = kit_rules_usual();
        version now = {.articles[3] = {true, true, 1000}, {0, 0, 5000}, {1, 0, 7500}, false};
        rules.early = false;
        kit_open(&k);
        kit_found_many(&k, &rules, who, CO_OP);
        for (int i = 0; i < TURNS; i++)
            turn(&k, who, i, &now, &seed);
        kit_close(&k);
    }
    assert_true(seen.protected > 0 && seen.weighed > 0 && seen.stopped > 0 && seen.stale > 0);
}

/* ---- rules of protection that change while a motion is open ---- */

/* Three of four vote for it, enough by the one of two majorities alone: of those of its opening
 * and of the tick the stricter counts. */
static void check_stricter(const char *opening, const char *tick)
{
    kit k;
    kit_open_revision(&k, 2);
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.protected.majority = opening;
    kit_found_four(&k, &rules);
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    rules.protected.majority = tick;
    kit_do(&k, "ann", "motion.open", "other", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    kit_do(&k, "ann", "motion.open", "m",
           "{'effect':{'kind':'rules.adopt','what':{'revision':2}},'title':^}");
    for (int i = 0; i < 4; i++) {
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#other}");
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'%s','motion':#m}",
               i ? "yes" : "no");
    }
    k.now += 200000;
    static const char *const order[] = {"other", "m"};
    static const uint8_t want[] = {SHEAF_motion_state_adopted, SHEAF_motion_state_rejected};
    for (int i = 0; i < 2; i++) {
        assert_string_equal(kit_then(&k, order[i]), i ? "rejected" : "adopted");
        kit_do(&k, "hub", "clock.tick", NULL,
               "{'deadline':'motion','of':#%s,'unwitnessed':false}", order[i]);
        assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, order[i]))->state, want[i]);
    }
    assert_int_equal(sheaf_coop(&k.state)->revision, 1);
    kit_close(&k);
}

void test_protection_changed_meanwhile(void **unused)
{
    (void)unused;
    check_stricter("two_thirds", "nine_tenths");
    check_stricter("nine_tenths", "two_thirds");
}
