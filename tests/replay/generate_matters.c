/* Petitions, advice, assemblies and tellers, accountability and conflict resolution for the
 * frozen log: every kind of act, and every deadline. */
#include "generate.h"

#include <inttypes.h>

void generate_matters_rules(kit_rules *rules)
{
    rules->article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':5,'outcome_s':200,'protected':true}";
    rules->article[SHEAF_ARTICLE_advice] =
        "{'answer_s':100,'open_max':5,'protected':false,'spend_max_cents':50000}";
    rules->article[SHEAF_ARTICLE_assemblies] =
        "{'evidence':true,'notice_s':100,'open_s':600,'protected':false,'quorum_bp':7500,"
        "'second':{'open_s':60,'quorum_bp':2500}}";
    rules->article[SHEAF_ARTICLE_disputes] =
        "{'mediation_s':100,'open_max':5,'panel_s':100,'protected':false,'talk_s':100}";
    rules->article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':300,'members_bp':5000,'open_max':5,'protected':true,'sign_s':200}";
}

/* The clock goes on, and settles what falls due on the way. */
static void pass(kit *k, int64_t seconds)
{
    sheaf_deadline due;
    k->now += seconds * 1000;
    while (sheaf_fold_due(&k->state, k->now, &due))
        kit_do(k, "hub", "clock.tick", NULL,
               "{'deadline':'%s','of':%" PRIu32 ",'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
}

static void petition(kit *k)
{
    kit_do(k, "ann", "petition.open", "pet", "{'text':^,'title':^}");
    kit_do(k, "dan", "petition.open", "pet.late", "{'text':^,'title':^}");
    kit_do(k, "ann", "petition.sign", NULL, "{'petition':#pet.late}");
    kit_do(k, "cat", "petition.open", "pet.lapses", "{'text':^,'title':^}");
    kit_do(k, "ann", "petition.unsign", NULL, "{'petition':#pet}");
    kit_do(k, "bob", "petition.sign", NULL, "{'petition':#pet}");
    kit_do(k, "ann", "petition.sign", NULL, "{'petition':#pet}");
    long long starts = (long long)k->now + 150000;
    kit_do(k, "ann", "assembly.convene", "pet.assembly",
           "{'agenda':^,'ends':%lld,'petition':#pet,'place':^,'starts':%lld}", starts + 600000,
           starts);
    const struct sheaf_row_petition *late =
        sheaf_petition_get(&k->state, kit_index(k, "pet.late"));
    k->now = late->closes - 1000; /* its assembly has dated itself */
    pass(k, 0);
    kit_do(k, "dan", "assembly.place", NULL, "{'assembly':%" PRIu32 ",'place':^}",
           sheaf_petition_get(&k->state, late->id)->assembly);
    pass(k, 1000);
}

static void advise(kit *k)
{
    kit_do(k, "ann", "advice.open", "adv",
           "{'asked':[{'member':#bob},{'member':#cat}],'text':^,'title':^}");
    kit_do(k, "dan", "advice.open", "adv.no", "{'asked':[{'member':#bob}],'text':^,'title':^}");
    kit_do(k, "dan", "advice.open", "adv.late",
           "{'asked':[{'member':#bob}],'text':^,'title':^}");
    kit_do(k, "bob", "advice.give", NULL, "{'advice':#adv,'text':^}");
    kit_do(k, "cat", "advice.give", NULL, "{'advice':#adv,'text':^}");
    kit_do(k, "dan", "advice.give", NULL, "{'advice':#adv,'text':^}"); /* unasked */
    kit_do(k, "ann", "advice.reply", NULL, "{'advice':#adv,'member':#bob,'text':^}");
    kit_do(k, "ann", "advice.reply", NULL, "{'advice':#adv,'member':#cat,'text':^}");
    kit_do(k, "ann", "advice.decide", NULL, "{'advice':#adv,'text':^}");
    kit_do(k, "dan", "advice.withdraw", NULL, "{'advice':#adv.no}");
    pass(k, 201);
}

static void assemble(kit *k)
{
    long long later = (long long)k->now + 900000;
    kit_do(k, "bob", "assembly.convene", "asm.off",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", later + 300000, later);
    kit_do(k, "bob", "assembly.cancel", NULL, "{'assembly':#asm.off}");
    kit_motion(k, "tellers",
               "{'kind':'tellers.appoint','what':{'duration_s':86400,'members':["
               "{'member':#ann},{'member':#bob}]}}",
               4);
    long long starts = (long long)k->now + 150000;
    kit_do(k, "ann", "assembly.convene", "asm",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + 300000, starts);
    kit_do(k, "ann", "assembly.notice", NULL, "{'assembly':#asm,'delivered':2,'evidence':~e}");
    kit_do(k, "ann", "assembly.attend", NULL, "{'assembly':#asm}");
    kit_do(k, "bob", "assembly.admit", "asm.roll",
           "{'assembly':#asm,'members':[{'member':#cat},{'member':#dan}]}");
    kit_do(k, "ann", "assembly.confirm", NULL, "{'roll':#asm.roll}");
    kit_do(k, "cat", "assembly.contest", NULL, "{'assembly':#asm}");
    kit_do(k, "cat", "assembly.attend", NULL, "{'assembly':#asm}");
    kit_do(k, "dan", "motion.open", "asm.there", "{'assembly':#asm,'title':^}");
    pass(k, 150);
    kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#asm.there}");
    kit_do(k, "cat", "motion.open", "asm.motion", "{'title':^}");
    kit_do(k, "dan", "ballot.cast", NULL, "{'choice':'no','motion':#asm.motion}");
    kit_do(k, "ann", "ballots.record", "asm.sheet",
           "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#cat},"
           "{'choice':'abstain','member':#dan}],'matter':#asm.motion}");
    kit_do(k, "bob", "ballots.confirm", NULL, "{'sheet':#asm.sheet}");
    kit_do(k, "dan", "ballot.contest", NULL, "{'matter':#asm.motion}");
    kit_do(k, "ann", "allocation.open", "asm.divide",
           "{'amount':900,'options':[{'name':^},{'name':^}],'points':10,'title':^}");
    kit_do(k, "dan", "allocation.give", NULL,
           "{'allocation':#asm.divide,'points':[{'option':1,'points':7}]}");
    kit_do(k, "ann", "ballots.record", "asm.points",
           "{'channel':'postal','evidence':~e,'list':[{'member':#cat,'points':[{'option':0,"
           "'points':4}]},{'member':#dan,'points':[]}],'matter':#asm.divide}");
    kit_do(k, "bob", "ballots.confirm", NULL, "{'sheet':#asm.points}");
    kit_do(k, "dan", "ballot.contest", NULL, "{'matter':#asm.divide}");
    pass(k, 300);
    kit_do(k, "ann", "minutes.record", "asm.minutes", "{'assembly':#asm,'text':^}");
    kit_do(k, "cat", "minutes.approve", NULL, "{'minutes':#asm.minutes}");
    kit_do(k, "dan", "minutes.approve", NULL, "{'minutes':#asm.minutes}");
    pass(k, 100);
}

static void account(kit *k)
{
    kit_do(k, "ann", "accountability.open", "acc", "{'subject':#bob,'text':^,'title':^}");
    kit_do(k, "ann", "accountability.open", "acc.no", "{'subject':#cat,'text':^,'title':^}");
    kit_do(k, "ann", "accountability.open", "acc.late", "{'subject':#cat,'text':^,'title':^}");
    kit_do(k, "bob", "accountability.answer", NULL, "{'process':#acc,'text':^}");
    kit_do(k, "cat", "accountability.hear", NULL, "{'process':#acc,'text':^}");
    kit_do(k, "dan", "accountability.hear", NULL, "{'process':#acc,'text':^}");
    kit_do(k, "cat", "motion.open", "acc.motion", "{'process':#acc,'title':^}");
    kit_do(k, "ann", "accountability.withdraw", NULL, "{'process':#acc.no}");
    pass(k, 101);
    pass(k, 201);
}

/* Two sit on a panel who are neither parties nor the mediator: for that a fifth member. */
static void resolve(kit *k)
{
    kit_do(k, "pat", "member.apply", "pat",
           "{'class':0,'kind':'person','name':^,'public_key':@pat,'web':false}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#pat}");
    kit_do(k, "ann", "dispute.open", "dis", "{'with':#bob}");
    kit_do(k, "cat", "dispute.open", "dis.settled", "{'with':#bob}");
    kit_do(k, "cat", "dispute.settle", NULL, "{'dispute':#dis.settled}");
    kit_do(k, "bob", "dispute.settle", NULL, "{'dispute':#dis.settled}");
    kit_do(k, "ann", "dispute.advance", NULL, "{'dispute':#dis}");
    kit_do(k, "bob", "dispute.advance", NULL, "{'dispute':#dis}");
    kit_do(k, "ann", "dispute.name", NULL, "{'dispute':#dis,'member':#cat}");
    kit_do(k, "bob", "dispute.name", NULL, "{'dispute':#dis,'member':#cat}");
    kit_do(k, "cat", "dispute.accept", NULL, "{'dispute':#dis}");
    pass(k, 101);
    kit_do(k, "ann", "dispute.name", NULL, "{'dispute':#dis,'member':#dan}");
    kit_do(k, "bob", "dispute.name", NULL, "{'dispute':#dis,'member':#pat}");
    kit_do(k, "dan", "dispute.decide", NULL, "{'dispute':#dis}");
    kit_do(k, "pat", "dispute.decide", NULL, "{'dispute':#dis}");
    /* One party names nobody: whom the other names mediates. In another case none is named. */
    kit_do(k, "ann", "dispute.open", "dis.alone", "{'with':#bob}");
    kit_do(k, "cat", "dispute.open", "dis.nobody", "{'with':#bob}");
    pass(k, 101);
    pass(k, 101);
    kit_do(k, "ann", "dispute.name", NULL, "{'dispute':#dis.alone,'member':#dan}");
    kit_do(k, "dan", "dispute.accept", NULL, "{'dispute':#dis.alone}");
    pass(k, 101);
    kit_do(k, "ann", "dispute.settle", NULL, "{'dispute':#dis.alone}");
    kit_do(k, "bob", "dispute.settle", NULL, "{'dispute':#dis.alone}");
    kit_do(k, "pat", "member.leave", NULL, "{}");
}

void generate_matters(kit *k)
{
    petition(k);
    advise(k);
    assemble(k);
    account(k);
    resolve(k);
}
