/* Members who call each other to account or have a dispute, for the tests of both. */
#ifndef SHEAF_TEST_COOP_PROCESSES_WORLD_H
#define SHEAF_TEST_COOP_PROCESSES_WORLD_H

#include "test.h"

/* Two of each at a time; so many seconds to answer, talk, mediate and hear. */
static inline void found(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':2,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_disputes] =
        "{'mediation_s':100,'open_max':2,'panel_s':100,'protected':false,'talk_s':100}";
    kit_found_four(k, &rules);
}

/* Settles what is due then. */
static inline void step(kit *k, const char *kind, const char *of, int64_t closes)
{
    k->now = closes;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}", kind,
           of);
}

#endif
