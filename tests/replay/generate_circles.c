/* Circles and consent for the frozen log: every kind of act, and every deadline. */
#include "generate.h"

void generate_circles_rules(kit_rules *rules)
{
    rules->article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':5,'protected':false,'review_max_s':1000,'size_warning':3}";
}

static void enter(kit *k, const char *circle, const char *who)
{
    kit_do(k, who, "circle.join", NULL, "{'circle':#%s}", circle);
    kit_do(k, "ann", "circle.admit", NULL, "{'circle':#%s,'member':#%s}", circle, who);
}

void generate_circles(kit *k)
{
    kit_do(k, "ann", "circle.found", "wide", "{'name':^,'purpose':^}");
    kit_do(k, "ann", "circle.found", "team", "{'name':^,'parent':#wide,'purpose':^}");
    enter(k, "wide", "bob");
    enter(k, "wide", "dan");
    enter(k, "team", "bob");
    enter(k, "team", "cat");
    enter(k, "team", "dan");
    kit_do(k, "ann", "advice.open", "adv.team",
           "{'circles':[{'circle':#wide},{'circle':#team}],'organs':[{'organ':0}],'text':^,"
           "'title':^}");
    kit_do(k, "bob", "advice.give", NULL, "{'advice':#adv.team,'text':^}");
    kit_do(k, "ann", "advice.withdraw", NULL, "{'advice':#adv.team}");
    kit_do(k, "ann", "proposal.open", "pro",
           "{'circle':#team,'member':#bob,'review_s':500,'role':^,'text':^,"
           "'title':^}");
    kit_do(k, "bob", "proposal.open", "pro.wider",
           "{'circle':#team,'review_s':500,'text':^,'title':^}");
    kit_do(k, "bob", "proposal.open", "pro.out",
           "{'circle':#team,'remove':#dan,'review_s':500,'text':^,'title':^}");
    kit_do(k, "bob", "proposal.withdraw", NULL, "{'proposal':#pro.out}");
    kit_do(k, "cat", "proposal.open", "pro.back",
           "{'circle':#team,'review_s':500,'text':^,'title':^}");
    kit_do(k, "cat", "proposal.withdraw", NULL, "{'proposal':#pro.back}");
    kit_do(k, "cat", "proposal.object", NULL,
           "{'class':'paramount','proposal':#pro,'reason':^}");
    kit_do(k, "dan", "argument.give", NULL, "{'matter':#pro,'text':^}");
    kit_do(k, "ann", "proposal.amend", NULL, "{'proposal':#pro,'text':^}");
    kit_do(k, "bob", "proposal.consent", NULL, "{'proposal':#pro}");
    kit_do(k, "dan", "proposal.consent", NULL, "{'aside':true,'proposal':#pro}");
    kit_do(k, "cat", "proposal.consent", NULL, "{'proposal':#pro}");
    kit_do(k, "dan", "proposal.object", NULL,
           "{'class':'concern','proposal':#pro.wider,'reason':^}");
    kit_do(k, "ann", "proposal.object", NULL,
           "{'class':'paramount','proposal':#pro.wider,'reason':^}");
    k->now += 110000;
    generate_ticks(k); /* it goes to the wider circle */
    kit_do(k, "ann", "proposal.object", NULL,
           "{'class':'paramount','proposal':#pro.wider,'reason':^}");
    k->now += 110000;
    generate_ticks(k);
    static const char *const people[] = {"ann", "bob", "cat"};
    kit_do(k, "ann", "motion.open", "circle.out",
           "{'effect':{'kind':'circle.remove','what':{'circle':#wide,'member':#dan}},"
           "'title':^}");
    for (int i = 0; i < 3; i++)
        kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#circle.out}");
    k->now += 60000;
    generate_ticks(k);
    kit_do(k, "ann", "motion.open", "pro.motion", "{'proposal':#pro.wider,'title':^}");
    for (int i = 0; i < 3; i++)
        kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#pro.motion}");
    k->now += 60000;
    generate_ticks(k);
    kit_do(k, "cat", "circle.leave", NULL, "{'circle':#team}");
    kit_do(k, "cat", "circle.join", NULL, "{'circle':#team}"); /* again */
    k->now += 500000;
    generate_ticks(k); /* and the decision is to be looked at again */
}
