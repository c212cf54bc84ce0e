/* How memberships begin and end, keys that change hands, and an imported register; at the end
 * ann, bob and cat are the members with a vote, as they were before. */
#include "generate.h"

#include <stdio.h>

void generate_ticks(kit *k)
{
    sheaf_deadline due;
    while (sheaf_fold_due(&k->state, k->now + k->step_ms, &due))
        kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
}

static void admit(kit *k, const char *name)
{
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
    kit_do(k, "bob", "member.admit", NULL, "{'member':#%s}", name);
}

static void join(kit *k, const char *name, int class)
{
    kit_do(k, name, "member.apply", name,
           "{'class':%d,'holder':~%c,'kind':'person','name':^,'public_key':@%s,'web':false}",
           class,
           *name == 'z'     ? 'e'
           : name[1] == 'a' ? 'd'
                            : 'c',
           name); /* nobody twice */
    admit(k, name);
}

static void decide_on(kit *k, const char *label, const char *effect)
{
    kit_do(k, "ann", "motion.open", label, "{'effect':%s,'title':^}", effect);
    kit_do(k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#%s}", label);
    kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#%s}", label);
    kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#%s}", label);
    k->now += 120000;
    generate_ticks(k);
}

static void change_keys(kit *k)
{
    join(k, "zoe", 0);
    kit_do(k, "zoe", "key.rotate", "zoe.2", "{'key':#zoe,'public_key':@zoe.2,'web':false}");
    kit_do(k, "zoe.3", "recovery.open", "zoe.3",
           "{'member':#zoe,'public_key':@zoe.3,'web':false}");
    kit_do(k, "liar", "recovery.open", "liar",
           "{'holder':~f,'member':#zoe,'public_key':@liar,'web':false}");
    kit_do(k, "liar.2", "recovery.open", "liar.2",
           "{'member':#bob,'public_key':@liar.2,'web':true}");
    kit_do(k, "cat", "recovery.decline", NULL, "{'recovery':#liar}");
    kit_do(k, "zoe.2", "holder.allow", NULL, "{'holder':~f,'member':#ann}");
    kit_do(k, "zoe.2", "holder.withdraw", NULL, "{'holder':~f,'member':#ann}");
    kit_do(k, "bob", "recovery.confirm", NULL, "{'recovery':#zoe.3}");
    kit_do(k, "cat", "recovery.confirm", NULL, "{'recovery':#zoe.3}");
    kit_do(k, "zoe.2", "recovery.object", NULL, "{'recovery':#zoe.3}");
    kit_do(k, "ann", "recovery.judge", NULL, "{'recovery':#zoe.3,'uphold':true}");
    k->now += 86400000;
    generate_ticks(k);
}

static void exclude(kit *k)
{
    kit_do(k, "ann", "exclusion.open", "x", "{'member':#zoe,'reason':^}");
    kit_do(k, "zoe.3", "member.answer", NULL, "{'exclusion':#x,'text':^}");
    k->now += 60000;
    decide_on(k, "xm", "{'kind':'member.exclude','what':{'exclusion':#x}}");
}

static void depart(kit *k)
{
    join(k, "yan", 2);
    join(k, "yin", 2);
    kit_do(k, "wim", "member.apply", "wim",
           "{'class':1,'kind':'person','name':^,'public_key':@wim,'web':false}");
    decide_on(k, "wm", "{'kind':'member.accept','what':{'member':#wim}}");
    kit_do(k, "wim", "split.join", NULL, "{'to':'sheaf/abcdefghijklmnopqrstuvwxy2'}");
    decide_on(k, "ws",
              "{'kind':'coop.split','what':{'members':[{'member':#wim}],'reserve_cents':1,'to':"
              "'sheaf/abcdefghijklmnopqrstuvwxy2'}}");
    uint32_t split = sheaf_split_at(&k->state, 0)->id;
    kit_do(k, "cat", "split.settle", NULL, "{'evidence':~f,'split':%u}", split);
    kit_do(k, "bob", "split.settle", NULL, "{'evidence':~f,'split':%u}", split);
    kit_do(k, "ann", "motion.open", "yo", "{'title':^}");
    kit_do(k, "yan", "ballot.cast", NULL, "{'choice':'yes','motion':#yo}");
    kit_do(k, "ann", "motion.withdraw", NULL, "{'motion':#yo}");
    decide_on(k, "ym", "{'kind':'member.dismiss','what':{'member':#yan}}");
    k->now += 7200000;
    generate_ticks(k);
    kit_do(k, "yin", "member.leave", NULL, "{}");
    kit_do(k, "yin", "member.stay", NULL, "{}");
    kit_do(k, "ann", "member.death", NULL, "{'evidence':~a,'member':#yin}");
    kit_do(k, "bob", "member.death", NULL, "{'evidence':~a,'member':#yin}");
    kit_do(k, "cat", "death.deny", NULL, "{'member':#yin}");
    kit_do(k, "cat", "person.update", NULL, "{'contact':^}");
    kit_do(k, "yin", "person.update", NULL, "{'contact':^}");
    kit_do(k, "cat", "member.death", NULL, "{'evidence':~b,'member':#yin}");
    kit_do(k, "bob", "member.death", NULL, "{'evidence':~b,'member':#yin}");
    k->now += INT64_C(14) * 86400000;
    generate_ticks(k);
}

static void import(kit *k)
{
    char hex[65];
    kit_do(k, "cat", "import.open", "never", "{'count':1}");
    kit_do(k, "cat", "import.withdraw", NULL, "{'import':#never}");
    kit_do(k, "cat", "import.open", "wrong", "{'count':1}");
    kit_do(k, "ann", "import.decline", NULL, "{'import':#wrong,'reason':^}");
    kit_do(k, "bob", "import.decline", NULL, "{'import':#wrong,'reason':^}");
    kit_do(k, "ann", "import.open", "register", "{'count':2}");
    kit_do(k, "ann", "member.import", NULL,
           "{'class':1,'import':#register,'joined':-157766400,'kind':'organisation','name':^,"
           "'number':1}");
    kit_do(k, "ann", "member.import", NULL,
           "{'cancelled_to':%lld,'class':0,'import':#register,'joined':1500000000,'kind':"
           "'person','name':^,'number':7,'term':1890000000}",
           (long long)k->now / 1000 + 3600);
    sheaf_hash digest = sheaf_import_get(&k->state, kit_index(k, "register"))->digest;
    for (size_t i = 0; i < sizeof digest.bytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest.bytes[i]);
    kit_do(k, "bob", "import.confirm", NULL, "{'count':2,'digest':'%s','import':#register}",
           hex);
    kit_do(k, "cat", "member.invite", NULL, "{'public_key':@max}");
    kit_do(k, "max", "member.claim", "max",
           "{'name':^,'number':7,'public_key':@max,'web':false}");
    admit(k, "max");
    k->now += 3600000;
    generate_ticks(k);
}

void generate_members(kit *k)
{
    change_keys(k);
    exclude(k);
    depart(k);
    import(k);
}
