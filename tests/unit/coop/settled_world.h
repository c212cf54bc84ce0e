/* A co-op that counts its settled members apart, founded in a day, and strangers who come
 * later. */
#ifndef SHEAF_TEST_COOP_SETTLED_WORLD_H
#define SHEAF_TEST_COOP_SETTLED_WORLD_H

#include "test.h"

#include "coop/motion.h"

enum { SETTLED_S = 31536000 };
#define DAY  INT64_C(86400000)
#define YEAR (INT64_C(1000) * SETTLED_S)

static const char *const people[] = {"ann", "bob", "cat", "dan", "eve", "fay", "gus"};

static inline const struct sheaf_row_motion *motion(kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index(k, label));
}

static inline sheaf_settled_standing settled(kit *k, const char *label)
{
    const struct sheaf_row_motion *row = motion(k, label);
    return sheaf_motion_standing(&k->state, row, sheaf_motion_rule(&k->state, row)).settled;
}

/* Nine tenths, and nobody has to vote. Where there are few members all approve. */
static inline kit_rules rules_of(int settled_s)
{
    kit_rules rules = kit_rules_usual();
    rules.settled_s = settled_s;
    rules.early = false;
    rules.protected.majority = "nine_tenths";
    rules.qualified.quorum = rules.protected.quorum = rules.ordinary.quorum = 0;
    rules.article[SHEAF_ARTICLE_members] =
        "{'admission':{'approvals':9,'lapse_s':31536000,'object_s':604800,'open_max':9},"
        "'classes':[{'name':'member','votes':1},{'name':'new','trial_s':864000,'votes':1},"
        "{'ceiling_bp':2500,'name':'investor','votes':1}],'exclusion':{'hearing_s':0},"
        "'leave_notice_s':0,'protected':true}";
    return rules;
}

static inline void apply(kit *k, const char *who, int class)
{
    kit_do(k, who, "member.apply", who,
           "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", class, who);
}

static inline void approve(kit *k, const char *who, int count)
{
    for (int i = 0; i < count; i++)
        kit_do(k, people[i], "member.admit", NULL, "{'member':#%s}", who);
}

static inline bool is_member(kit *k, const char *who)
{
    return sheaf_member_active(&k->state, kit_index(k, who));
}

static inline void tick(kit *k, const char *kind, const char *of, int64_t at)
{
    k->now = at > k->now ? at : k->now;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}", kind,
           of);
}

/* So many people, approved by all before them, on the first day. */
static inline void found(kit *k, const kit_rules *rules, int count)
{
    kit_open(k);
    kit_found(k, rules);
    for (int i = 1; i < count; i++) {
        apply(k, people[i], 0);
        approve(k, people[i], i);
    }
    k->step_ms = 0;
}

static inline void vote(kit *k, const char *who, const char *label, bool yes)
{
    kit_do(k, who, "ballot.cast", NULL, "{'choice':'%s','motion':#%s}", yes ? "yes" : "no",
           label);
}

/* A letter for each of the people: y, n, or - for none. */
static inline void votes(kit *k, const char *label, const char *letters)
{
    for (int i = 0; letters[i]; i++)
        if (letters[i] != '-')
            vote(k, people[i], label, letters[i] == 'y');
}

static inline uint8_t finish(kit *k, const char *label)
{
    tick(k, "motion", label, motion(k, label)->closes);
    return motion(k, label)->state;
}

static inline void propose(kit *k, const char *label, const char *effect)
{
    kit_do(k, "ann", "motion.open", label, "{'effect':%s,'title':^}", effect);
}

/* By a motion that ann and bob are for. */
static inline void bring_in(kit *k, const char *who, int class)
{
    char label[KIT_NAME_MAX + 8], effect[100];
    snprintf(label, sizeof label, "in.%s", who);
    snprintf(effect, sizeof effect, "{'kind':'member.accept','what':{'member':#%s}}", who);
    apply(k, who, class);
    propose(k, label, effect);
    votes(k, label, "yy");
    assert_int_equal(finish(k, label), SHEAF_motion_state_adopted);
}

/* An amendment of a protected article. */
static inline void amend(kit *k, const char *label, const kit_rules *rules)
{
    kit_rules to = *rules;
    to.open_max++;
    propose(k, label, kit_amendment(&to, "#ann"));
}

/* Strangers of the coalition; a motion on which they vote yes. */
static inline void strangers(kit *k, int count, int class)
{
    for (int i = 0; i < count; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "s%d", i);
        bring_in(k, name, class);
    }
}

static inline void strangers_vote(kit *k, const char *label, int count)
{
    for (int i = 0; i < count; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "s%d", i);
        vote(k, name, label, true);
    }
}

static inline void exclude(kit *k, const char *who, const char *letters)
{
    char label[KIT_NAME_MAX + 8], effect[100];
    snprintf(label, sizeof label, "out.%s", who);
    kit_do(k, "ann", "exclusion.open", label, "{'member':#%s,'reason':^}", who);
    snprintf(effect, sizeof effect, "{'kind':'member.exclude','what':{'exclusion':#%s}}",
             label);
    snprintf(label, sizeof label, "vote.%s", who);
    propose(k, label, effect);
    votes(k, label, letters);
    assert_int_equal(finish(k, label), SHEAF_motion_state_adopted);
    assert_false(is_member(k, who));
}

#endif
