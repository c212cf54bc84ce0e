#include "generate.h"

#define TERMS "'open_s':10,'quorum_bp':5000,'seats':1,'term_s':100000000"

void generate_organs_rules(kit_rules *rules)
{
    rules->urgent = "{'organ':1,'ratify_s':100000}";
    rules->article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':10," TERMS "},"
        "{'kind':'panel','name':'Panel','nominate_s':0," TERMS "},"
        "{'kind':'treasurers','name':'Treasurers','nominate_s':0,'open_s':10,'quorum_bp':5000,"
        "'seats':2,'term_s':100000000}],'protected':false}";
    rules->article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':1000000}";
}

/* The election or the seat that is next due. */
static void due(kit *k, const char *kind, const char *of, const char *label)
{
    k->now += 10000;
    kit_do(k, "hub", "clock.tick", label, "{'deadline':'%s','of':#%s,'unwitnessed':false}",
           kind, of);
}

static void interests(kit *k)
{
    kit_do(k, "ann", "motion.open", "interest", "{'title':^}");
    kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#interest}");
    kit_do(k, "bob", "conflict.declare", NULL, "{'matter':#interest,'reason':^}");
    kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'no','motion':#interest}");
    kit_do(k, "ann", "motion.withdraw", NULL, "{'motion':#interest}");
    kit_do(k, "bob", "motion.open", "friends", "{'organ':0,'title':^}");
    kit_do(k, "dan", "conflict.allege", NULL, "{'matter':#friends,'member':#bob,'reason':^}");
    kit_do(k, "bob", "motion.withdraw", NULL, "{'motion':#friends}");
    kit_do(k, "cat", "accountability.open", "acc.panel", "{'organ':1,'text':^,'title':^}");
    kit_do(k, "cat", "accountability.withdraw", NULL, "{'process':#acc.panel}");
}

static void proxies(kit *k)
{
    kit_do(k, "ann", "proxy.give", NULL, "{'member':#bob,'until':%lld}",
           (long long)k->now + 900000000);
    kit_do(k, "ann", "motion.open", "absent", "{'title':^}");
    kit_do(k, "cat", "proxy.give", NULL, "{'matter':#absent,'member':#bob,'until':%lld}",
           (long long)k->now + 900000000);
    kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#absent}");
    k->now += 60000;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'motion','of':#absent,'unwitnessed':false}");
    kit_do(k, "ann", "proxy.revoke", NULL, "{}");
    kit_do(k, "ann", "proxy.give", NULL, "{'member':#bob,'until':%lld}",
           (long long)k->now + 900000000);
    kit_do(k, "bob", "proxy.decline", NULL, "{'member':#ann}");
}

/* Dan is not asked, and so three are all. */
static void recall(kit *k)
{
    static const char *const people[] = {"ann", "bob", "cat"};
    kit_do(k, "ann", "motion.open", "recall",
           "{'effect':{'kind':'office.recall','what':{'member':#dan,'organ':1}},'title':^}");
    for (int i = 0; i < 3; i++)
        kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#recall}");
    k->now += 60000;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'motion','of':#recall,'unwitnessed':false}");
}

static void vote(kit *k, const char *choice, const char *of, int count)
{
    static const char *const people[] = {"dan", "ann", "bob", "cat"};
    for (int i = 0; i < count; i++)
        kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}", choice, of);
}

/* Bob is the board, dan the panel: a resolution; one that passes to the members; and an urgent
 * act that the members do not ratify. */
static void decisions(kit *k)
{
    kit_do(k, "bob", "motion.open", "resolved", "{'organ':0,'title':^}");
    kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#resolved}");
    k->now += 60000;
    due(k, "motion", "resolved", NULL);
    kit_do(k, "bob", "motion.open", "referred", "{'organ':0,'title':^}");
    kit_do(k, "bob", "conflict.declare", NULL, "{'matter':#referred}");
    due(k, "motion", "referred", NULL);
    vote(k, "yes", "referred", 2);
    k->now += 60000;
    due(k, "motion", "referred", NULL);
    kit_do(k, "ann", "model.register", "model",
           "{'features':[{'column':'age'}],'kind':'logistic','label':'num','schema':'heart/v1',"
           "'title':^}");
    kit_motion(k, "running", KIT_MANDATE, 4);
    kit_do(k, "dan", "motion.open", "urgent",
           "{'effect':{'kind':'automation.suspend','what':{'of':#running.tick}},'organ':1,"
           "'title':^,'urgent':true}");
    vote(k, "yes", "urgent", 1);
    due(k, "motion", "urgent", NULL);
    vote(k, "no", "urgent", 3);
    k->now += 60000;
    due(k, "motion", "urgent", NULL);
}

void generate_organs(kit *k)
{
    static const char *const people[] = {"ann", "bob", "cat"};
    kit_do(k, "dan", "election.call", "board", "{'organ':0}");
    for (int i = 0; i < 3; i++)
        kit_do(k, people[i], "candidate.stand", NULL, "{'election':#board}");
    kit_do(k, "cat", "candidate.withdraw", NULL, "{'election':#board}");
    k->now += 10000;
    kit_do(k, "ann", "election.vote", NULL, "{'approve':[{'member':#ann}],'election':#board}");
    kit_do(k, "bob", "election.vote", NULL, "{'approve':[{'member':#bob}],'election':#board}");
    kit_do(k, "cat", "election.vote", NULL, "{'approve':[{'member':#bob}],'election':#board}");
    kit_do(k, "cat", "election.vote", NULL, "{'approve':[{'member':#ann}],'election':#board}");
    due(k, "election", "board", "elected");
    kit_do(k, "ann", "office.resign", NULL, "{'organ':0}");
    due(k, "vacancy", "elected", NULL);
    kit_motion(k, "panel", "{'kind':'office.elect','what':{'member':#dan,'organ':1}}", 4);
    decisions(k);
    interests(k);
    proxies(k);
    recall(k);
    due(k, "vacancy", "panel.tick", "again");
    due(k, "election", "again", NULL);
    kit_motion(k, "hold", "{'kind':'election.hold','what':{'organ':1}}", 4);
    due(k, "election", "hold.tick", NULL);
}
