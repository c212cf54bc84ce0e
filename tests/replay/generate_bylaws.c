#include "generate.h"

#include <stdio.h>

static void record(kit *k, const char *version)
{
    kit_do(k, "bob", "bylaws.register", NULL,
           "{'date':%lld,'document':~d,'number':'R 12','of':#%s}",
           (long long)(k->now / 1000), version);
}

/* Bob is the board. Of two amendments that wait the second is withdrawn, and another takes its place. */
void generate_bylaws(kit *k, kit_rules rules, const char *base)
{
    rules.registration = true;
    kit_motion(k, "entered", kit_amendment(&rules, base), 4);
    rules.registration = false;
    kit_motion(k, "given.up", kit_amendment(&rules, "#entered.tick"), 4);
    kit_motion(k, "up", "{'kind':'bylaws.withdraw','what':{'of':#given.up.tick}}", 4);
    kit_motion(k, "bylaws", kit_amendment(&rules, "#entered.tick"), 4);
    record(k, "entered.tick");
    record(k, "bylaws.tick");
}
