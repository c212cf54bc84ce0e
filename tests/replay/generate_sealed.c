#include "generate.h"

#include "coop/ending.h"

static void close(kit *k, const char *who)
{
    const sheaf_final_accounts accounts = sheaf_ending_accounts(&k->state);
    kit_do(k, who, "coop.close", NULL, "{'paid_cents':%lld,'rest_cents':%lld}",
           (long long)accounts.paid, (long long)accounts.rest);
}

/* Nothing but a digest is accepted of a log that is sealed. */
static void after_the_end(kit *k)
{
    k->enter_refused = true;
    (void)kit_try(k, "ann", "motion.open", "{'title':^}", NULL);
    (void)kit_try(k, "bob", "revenue.record", "{'amount_cents':1,'memo':^}", NULL);
    (void)kit_try(k, "ann", "member.leave", "{}", NULL);
    k->enter_refused = false;
    kit_state_digest(k);
}

/* A surplus is shared, somebody joins and somebody leaves; three wind the co-op up, of whom one
 * is replaced, with creditors of both sorts. A motion is open, and has no effect any more. */
void generate_sealed(kit *k)
{
    kit_do(k, "cat", "revenue.record", NULL, "{'amount_cents':90000,'memo':^}");
    kit_motion(k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':50001}}", 4);
    kit_do(k, "eve", "member.apply", "eve",
           "{'class':0,'kind':'person','name':^,'public_key':@eve,'web':false}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_do(k, "eve", "member.leave", NULL, "{}");
    generate_ticks(k);
    kit_do(k, "dan", "motion.open", "late", "{'effect':" KIT_MANDATE ",'title':^}");
    kit_motion(k, "end",
               "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},"
               "{'member':#dan}]}}",
               4);
    kit_motion(k, "over",
               "{'kind':'model.hand_over','what':{'model':#model,'to':'Another Co-op'}}", 4);
    kit_motion(k, "liquidators",
               "{'kind':'liquidators.appoint','what':{'members':[{'member':#ann},"
               "{'member':#bob}]}}",
               4);
    kit_do(k, "ann", "creditor.record", "owed", "{'amount_cents':777,'name':^,'reason':^}");
    kit_do(k, "bob", "creditor.record", "claimed", "{'amount_cents':5,'name':^,'reason':^}");
    kit_do(k, "bob", "creditor.settle", NULL,
           "{'creditor':#owed,'evidence':^,'outcome':'paid'}");
    kit_do(k, "ann", "creditor.settle", NULL,
           "{'creditor':#claimed,'evidence':^,'outcome':'struck'}");
    generate_ticks(k);
    close(k, "ann");
    close(k, "bob");
    if (sheaf_ending_now(&k->state)->state != SHEAF_ending_state_sealed)
        kit_fail("the log is not sealed");
    after_the_end(k);
}
