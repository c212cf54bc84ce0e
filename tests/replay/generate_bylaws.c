#include "generate.h"

#include <stdio.h>

static void record(kit *k, const char *who, const char *label, const char *version)
{
    kit_do(k, who, "bylaws.register", label,
           "{'date':%lld,'document':~d,'number':'R 12','of':#%s}", (long long)(k->now / 1000),
           version);
}

/* Articles that always hold are given words, and one of them limits. */
static void add_words(kit_rules *rules)
{
    rules->article[SHEAF_ARTICLE_data] =
        "{'budget_required':false,'consent_max_s':3153600000,'protected':true}";
    rules->article[SHEAF_ARTICLE_models] = "{'held_out_min':10,'protected':true}";
    rules->article[SHEAF_ARTICLE_log] =
        "{'clauses':[{'text':'The log is printed once a year.'}],'protected':true}";
}

/* Bob is the board. Of two amendments that wait the second is withdrawn, and another takes its
 * place; while nobody is in office two members record it. */
void generate_bylaws(kit *k, kit_rules rules, const char *base)
{
    rules.registration = true;
    add_words(&rules);
    kit_motion(k, "entered", kit_amendment(&rules, base), 4);
    rules.registration = false;
    kit_motion(k, "given.up", kit_amendment(&rules, "#entered.tick"), 4);
    kit_motion(k, "up", "{'kind':'bylaws.withdraw','what':{'of':#given.up.tick}}", 4);
    kit_motion(k, "bylaws", kit_amendment(&rules, "#entered.tick"), 4);
    record(k, "bob", NULL, "entered.tick");
    kit_do(k, "bob", "office.resign", NULL, "{'organ':0}");
    kit_do(k, "hub", "clock.tick", "empty", KIT_TICK("vacancy", "elected"));
    record(k, "ann", "recorded", "bylaws.tick");
    kit_do(k, "cat", "bylaws.confirm", NULL, "{'registration':#recorded}");
    k->now += 20000;
    kit_do(k, "hub", "clock.tick", NULL, KIT_TICK("election", "empty"));
}
