/* Exclusion that a friend would put off: motions for assemblies far ahead. */
#include "test.h"

#define DAY     INT64_C(86400000)
#define EXCLUDE "'effect':{'kind':'member.exclude','what':{'exclusion':#x}},'title':^}"

static uint8_t state_of(kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index(k, label))->state;
}

static const struct sheaf_row_exclusion *request(kit *k)
{
    return sheaf_exclusion_get(&k->state, kit_index(k, "x"));
}

/* ann asks for bob's exclusion; the hearing is over. */
static void found(kit *k)
{
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.early = false;
    rules.qualified.quorum = 5000;
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':600,'protected':false,'quorum_bp':5000}";
    kit_open(k);
    kit_found_four(k, &rules);
    kit_do(k, "ann", "exclusion.open", "x", "{'member':#bob,'reason':^}");
}

/* One of a minute, which ends so many milliseconds after the request. */
static void convene(kit *k, const char *who, const char *label, int64_t ends_ms)
{
    long long ends = (long long)(request(k)->heard + ends_ms);
    kit_do(k, who, "assembly.convene", label,
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", ends, ends - 60000);
}

static void put(kit *k, sheaf_refusal want, const char *who, const char *assembly,
                const char *label)
{
    char what[200];
    snprintf(what, sizeof what, "{%s%s%s" EXCLUDE, assembly ? "'assembly':#" : "",
             assembly ? assembly : "", assembly ? "," : "");
    kit_want(k, want, who, "motion.open", what, label);
}

static void tick(kit *k, const char *kind, const char *of, int64_t at)
{
    k->now = at > k->now ? at : k->now;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}", kind,
           of);
}

/* The assembly ends before the request lapses, and a motion that closes earlier takes the place
 * of one that waits for it. */
void test_exclusion_far(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    convene(&k, "bob", "far", 90 * DAY + 1);
    convene(&k, "cat", "late", 90 * DAY);
    convene(&k, "dan", "soon", 30 * DAY);
    put(&k, R(exclusion_lapsed), "cat", "far", NULL);
    put(&k, ACCEPTED, "cat", "late", "m");
    kit_want(&k, R(exclusion_under_way), "dan", "exclusion.open", "{'member':#bob,'reason':^}",
             NULL);
    put(&k, R(exclusion_moved), "dan", "late", NULL); /* at the same time */
    put(&k, ACCEPTED, "dan", "soon", "n");
    assert_int_equal(state_of(&k, "m"), SHEAF_motion_state_called_off);
    put(&k, R(exclusion_moved), "cat", "late", NULL);
    put(&k, ACCEPTED, "ann", NULL, "o");
    assert_int_equal(state_of(&k, "n"), SHEAF_motion_state_called_off);
    assert_int_equal(request(&k)->motion, kit_index(&k, "o"));
    assert_int_equal(sheaf_coop(&k.state)->motions_open, 1);
    put(&k, R(exclusion_moved), "cat", NULL, NULL);
    put(&k, R(exclusion_moved), "cat", "soon", NULL);
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#o}");
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#o}");
    kit_do(&k, "dan", "ballot.cast", NULL, "{'choice':'yes','motion':#o}");
    tick(&k, "motion", "o", sheaf_motion_get(&k.state, kit_index(&k, "o"))->closes);
    assert_int_equal(state_of(&k, "o"), SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "bob"))->state,
                     SHEAF_member_state_excluded);
    kit_close(&k);
}

/* An assembly that is called off, or where too few come, has decided nothing; while it is under
 * way nothing takes the place of what it votes on, and what it decides uses the request up. */
void test_exclusion_at_an_assembly(void **unused)
{
    (void)unused;
    enum { CALLED_OFF, NOBODY, HELD, ENDS };
    for (int end = 0; end < ENDS; end++) {
        kit k;
        found(&k);
        convene(&k, "cat", "a", DAY);
        put(&k, ACCEPTED, "cat", "a", "m");
        int64_t starts = sheaf_assembly_get(&k.state, kit_index(&k, "a"))->starts;
        if (end == CALLED_OFF) {
            kit_do(&k, "cat", "assembly.cancel", NULL, "{'assembly':#a}");
        } else {
            k.now = end == HELD ? starts - 1000 : k.now;
            for (int i = 0; end == HELD && i < 3; i++)
                kit_do(&k, (const char *[]){"ann", "cat", "dan"}[i], "assembly.attend", NULL,
                       "{'assembly':#a}");
            tick(&k, "assembly_begins", "a", starts);
            if (end == HELD) {
                put(&k, R(exclusion_moved), "dan", NULL, NULL);
                kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'no','motion':#m}");
                kit_do(&k, "dan", "ballot.cast", NULL, "{'choice':'no','motion':#m}");
                tick(&k, "assembly_ends", "a", starts + 60000);
            }
        }
        tick(&k, "motion", "m", k.now);
        put(&k, end == HELD ? R(exclusion_moved) : ACCEPTED, "dan", NULL, "n");
        kit_close(&k);
    }
}

/* Where too few vote nothing is decided either, and the request lapses all the same. */
void test_exclusion_few_vote(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    for (int i = 0; i < 2; i++) {
        const char *label = i ? "n" : "m";
        put(&k, ACCEPTED, "cat", NULL, label);
        kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#%s}", label);
        tick(&k, "motion", label, sheaf_motion_get(&k.state, kit_index(&k, label))->closes);
        assert_int_equal(state_of(&k, label), SHEAF_motion_state_no_quorum);
    }
    kit_want(&k, R(exclusion_under_way), "dan", "exclusion.open", "{'member':#bob,'reason':^}",
             NULL);
    k.step_ms = 0;
    k.now = request(&k)->heard + 90 * DAY;
    put(&k, ACCEPTED, "dan", NULL, "o");
    kit_do(&k, "dan", "motion.withdraw", NULL, "{'motion':#o}");
    k.now++;
    put(&k, R(exclusion_lapsed), "dan", NULL, NULL);
    kit_do(&k, "dan", "exclusion.open", NULL, "{'member':#bob,'reason':^}");
    kit_close(&k);
}
