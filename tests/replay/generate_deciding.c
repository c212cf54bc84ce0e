#include "generate.h"

void generate_deciding(kit *k)
{
    kit_do(
        k, "ann", "allocation.open", "share",
        "{'amount':100000,'options':[{'name':^},{'name':^},{'name':^}],'points':10,'title':^}");
    kit_do(k, "bob", "argument.give", "share.why",
           "{'matter':#share,'stance':'against','text':^}");
    kit_do(k, "ann", "argument.give", NULL,
           "{'answers':#share.why,'matter':#share,'stance':'for','text':^}");
    kit_do(k, "ann", "allocation.give", NULL,
           "{'allocation':#share,'points':[{'option':0,'points':7},{'option':2,'points':3}]}");
    kit_do(k, "bob", "allocation.give", NULL,
           "{'allocation':#share,'points':[{'option':1,'points':5}]}");
    kit_do(k, "cat", "allocation.give", NULL,
           "{'allocation':#share,'points':[{'option':1,'points':1}]}");
    k->now = sheaf_allocation_find(&k->state, kit_index(k, "share"))->closes;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'allocation','of':#share,'unwitnessed':false}");
}
