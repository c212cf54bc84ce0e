/* Protected decisions among the settled, a quorum of those who use the co-op, and the seats
 * that others may hold, for the frozen log; among ann, bob and cat, who have been here for
 * long. */
#include "generate.h"

#include <stdio.h>

#define ORGAN(kind, name, more, seats)                                                         \
    "{'kind':'" kind "','name':'" name "','nominate_s':10," more                               \
    "'open_s':10,'quorum_bp':5000,"                                                            \
    "'seats':" seats ",'term_s':100000000}"
#define ORGANS                                                                                 \
    "{'list':[" ORGAN("board", "Board", "", "1") "," ORGAN(                                    \
        "panel", "Panel", "'non_users_bp':3334,",                                              \
        "3") "," ORGAN("treasurers", "Treasurers", "", "2") "],'protected':false}"

enum { SETTLED_S = 172800 };

static void join(kit *k, const char *who, int class)
{
    kit_do(k, who, "member.apply", who,
           "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", class, who);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", who);
    kit_do(k, "bob", "member.admit", NULL, "{'member':#%s}", who);
}

/* Votes of ann, bob, cat, ned, ida, ada and sam, whose key is another by now: y, n, a, or - for
 * none; and the end, which is labelled LABEL.tick. */
static void vote(kit *k, const char *label, const char *letters, uint8_t want)
{
    static const char *const people[] = {"ann", "bob", "cat", "ned", "ida", "ada", "sam.2"};
    char tick[KIT_NAME_MAX];
    for (int i = 0; letters[i]; i++)
        if (letters[i] != '-')
            kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
                   letters[i] == 'y'   ? "yes"
                   : letters[i] == 'n' ? "no"
                                       : "abstain",
                   label);
    const struct sheaf_row_motion *motion = sheaf_motion_get(&k->state, kit_index(k, label));
    k->now = motion->closes > k->now ? motion->closes : k->now;
    snprintf(tick, sizeof tick, "%s.tick", label);
    kit_do(k, "hub", "clock.tick", tick, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
    if (motion->state != want)
        kit_fail("the motion %s is in state %d", label, motion->state);
}

static void propose(kit *k, const char *label, const char *effect)
{
    kit_do(k, "ann", "motion.open", label, "{'effect':%s,'title':^}", effect);
}

/* Strangers join. One overrules with ann and bob sam's objection to another key; what it
 * confirms of tom's comes to nothing. */
static void overrule(kit *k)
{
    join(k, "sam", 0);
    join(k, "tom", 0);
    k->now += SETTLED_S * INT64_C(1000);
    generate_ticks(k);
    kit_do(k, "ned", "member.apply", "ned",
           "{'class':0,'holder':~8,'kind':'person','name':^,'public_key':@ned,'web':false}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#ned}");
    kit_do(k, "bob", "member.admit", NULL, "{'member':#ned}");
    join(k, "ida", 3);
    kit_do(k, "tom.2", "recovery.open", "tom.2",
           "{'member':#tom,'public_key':@tom.2,'web':false}");
    kit_do(k, "ann", "recovery.confirm", NULL, "{'recovery':#tom.2}");
    kit_do(k, "ned", "recovery.confirm", NULL, "{'recovery':#tom.2}");
    kit_do(k, "tom", "recovery.object", NULL, "{'recovery':#tom.2}");
    kit_do(k, "sam.2", "recovery.open", "sam.2",
           "{'member':#sam,'public_key':@sam.2,'web':false}");
    kit_do(k, "ann", "recovery.confirm", NULL, "{'recovery':#sam.2}");
    kit_do(k, "bob", "recovery.confirm", NULL, "{'recovery':#sam.2}");
    kit_do(k, "sam", "recovery.object", NULL, "{'recovery':#sam.2}");
    kit_do(k, "ned", "recovery.judge", NULL, "{'recovery':#sam.2,'uphold':true}");
    kit_do(k, "ida", "recovery.judge", NULL, "{'recovery':#sam.2,'uphold':true}");
    k->now += 86400000;
    generate_ticks(k);
    if (sheaf_overruled_count(&k->state) != 1)
        kit_fail("nobody is overruled");
}

/* All are for it, and two of five settled count as against it. */
static void outvote(kit *k, kit_rules *rules)
{
    join(k, "ada", 3);
    kit_do(k, "ann", "exclusion.open", "tom.out", "{'member':#tom,'reason':^}");
    k->now += 60000;
    propose(k, "tom.vote", "{'kind':'member.exclude','what':{'exclusion':#tom.out}}");
    vote(k, "tom.vote", "yyyyy", SHEAF_motion_state_adopted);
    rules->open_max--;
    propose(k, "packed", kit_amendment(rules, "#settled.tick"));
    rules->open_max++;
    vote(k, "packed", "yyyyyyy", SHEAF_motion_state_rejected);
}

/* Half of all who vote, but a fifth of those who use it, which is enough on the second call;
 * and a panel of three has one seat for others. */
static void apart(kit *k)
{
    kit_do(k, "ann", "motion.open", "apart", "{'title':^}");
    vote(k, "apart", "y---yy", SHEAF_motion_state_open);
    vote(k, "apart", "", SHEAF_motion_state_adopted);
    propose(k, "seat.1", "{'kind':'office.elect','what':{'member':#ida,'organ':1}}");
    propose(k, "seat.2", "{'kind':'office.elect','what':{'member':#ada,'organ':1}}");
    vote(k, "seat.1", "yyyyyyy", SHEAF_motion_state_adopted);
    vote(k, "seat.2", "yyyyyyy", SHEAF_motion_state_void);
    propose(k, "seat.3", "{'kind':'office.elect','what':{'member':#ann,'organ':1}}");
    vote(k, "seat.3", "yyyyyyy", SHEAF_motion_state_adopted);
}

/* Two of the panel find that the board, which is bob, has a conflict: the members decide. */
static void refer(kit *k)
{
    propose(k, "seat.4", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}");
    vote(k, "seat.4", "yyyyyyy", SHEAF_motion_state_adopted);
    kit_do(k, "bob", "motion.open", "theirs", "{'organ':0,'title':^}");
    kit_do(k, "ann", "conflict.allege", NULL, "{'matter':#theirs,'member':#bob,'reason':^}");
    kit_do(k, "ida", "conflict.allege", NULL, "{'matter':#theirs,'member':#bob,'reason':@x}");
    vote(k, "theirs", "", SHEAF_motion_state_open);
    vote(k, "theirs", "y-nyayy", SHEAF_motion_state_adopted);
    const struct sheaf_row_motion *motion = sheaf_motion_get(&k->state, kit_index(k, "theirs"));
    if (motion->settled_yes != 2 || motion->settled_no != 1)
        kit_fail("other members are settled");
}

/* What those vote whose class has a ceiling stands apart in elections, in what is divided, and
 * for another hub, which does not come. */
static void tally(kit *k)
{
    kit_do(k, "ann", "election.call", "third", "{'organ':1}");
    kit_do(k, "cat", "candidate.stand", NULL, "{'election':#third}");
    k->now += 10000;
    kit_do(k, "ida", "election.vote", NULL, "{'approve':[{'member':#cat}],'election':#third}");
    kit_do(k, "ann", "allocation.open", "lent",
           "{'amount':900,'options':[{'name':^},{'name':^}],'points':10,'title':^}");
    kit_do(k, "ann", "allocation.give", NULL,
           "{'allocation':#lent,'points':[{'option':0,'points':2}]}");
    kit_do(k, "ada", "allocation.give", NULL,
           "{'allocation':#lent,'points':[{'option':1,'points':3}]}");
    kit_do(k, "ida", "hub.appoint", NULL,
           "{'hub_key':@hub.c,'log_key':@log.c,'root':$,'size':%u,'url':'http://c'}",
           (unsigned)k->state.size);
}

/* The last version is labelled settled.later.tick. In the end the members are who they were. */
void generate_settled(kit *k, kit_rules rules, const char *base)
{
    static const char *const guests[] = {"ned", "ida", "ada", "sam.2"};
    rules.settled_s = SETTLED_S;
    rules.apart = true;
    rules.ordinary.second_open_s = 60;
    rules.ordinary.second_quorum = 2000;
    rules.raised = "{'effect':'share.strike','sort':'protected'}";
    rules.withheld = "{'kind':'argument.give','reason':'deliberation'}";
    rules.article[SHEAF_ARTICLE_organs] = ORGANS;
    propose(k, "settled", kit_amendment(&rules, base));
    vote(k, "settled", "yyy", SHEAF_motion_state_adopted);
    overrule(k);
    outvote(k, &rules);
    apart(k);
    refer(k);
    tally(k);
    k->now += SETTLED_S * INT64_C(1000);
    generate_ticks(k);
    rules.ordinary.second_open_s = 0;
    propose(k, "settled.later", kit_amendment(&rules, "#settled.tick"));
    vote(k, "settled.later", "yyyyyyy", SHEAF_motion_state_adopted);
    for (int i = 0; i < 4; i++)
        kit_do(k, guests[i], "member.leave", NULL, "{}");
    k->now += 3600000;
    generate_ticks(k); /* ida's seat falls vacant */
    k->now += 20000;
    generate_ticks(k);
}
