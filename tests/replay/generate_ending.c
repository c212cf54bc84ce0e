#include "generate.h"

#include "coop/ending.h"

/* Dissolved, wound up by two liquidators, one of whom is replaced; and it goes on, for a sealed
 * log has no end to go on from. */
void generate_ending(kit *k)
{
    kit_do(k, "cat", "split.join", NULL, "{'to':'sheaf/abcdefghijklmnopqrstuvwxy2'}");
    kit_do(k, "cat", "split.stay", NULL, "{}");
    kit_motion(k, "end",
               "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},"
               "{'member':#bob}],'successor':'sheaf/abcdefghijklmnopqrstuvwxyz'}}",
               4);
    kit_motion(k, "over",
               "{'kind':'model.hand_over','what':{'model':#model,'to':'Another Co-op'}}", 4);
    kit_motion(k, "liquidators",
               "{'kind':'liquidators.appoint','what':{'members':[{'member':#ann},"
               "{'member':#cat}]}}",
               4);
    kit_do(k, "ann", "creditor.record", "owed", "{'amount_cents':50,'name':^,'reason':^}");
    kit_do(k, "cat", "creditor.settle", NULL,
           "{'creditor':#owed,'evidence':^,'outcome':'paid'}");
    const sheaf_final_accounts accounts = sheaf_ending_accounts(&k->state);
    kit_do(k, "cat", "coop.close", NULL, "{'paid_cents':%lld,'rest_cents':%lld}",
           (long long)accounts.paid, (long long)accounts.rest);
    kit_motion(k, "on", "{'kind':'coop.continue','what':{}}", 4);
}
