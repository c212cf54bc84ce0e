#include "generate.h"

void generate_money_rules(kit_rules *rules)
{
    rules->article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':500,'protected':false,'signatures':2}";
    rules->article[SHEAF_ARTICLE_shares] =
        "{'capital_min_cents':8000,'max_count':9,'min_count':2,'price_cents':1000,"
        "'protected':false,'repay_from_s':0,'repay_until_s':9,'transferable':true}";
}

static void sign(kit *k, const char *payment)
{
    kit_do(k, "bob", "payment.sign", NULL, "{'payment':%u}", kit_index(k, payment));
    kit_do(k, "cat", "payment.sign", NULL, "{'payment':%u}", kit_index(k, payment));
}

/* What bob gives up waits until others have paid in. */
static void take_shares(kit *k)
{
    kit_do(k, "cat", "share.pay", NULL, "{'evidence':~c,'member':#ann,'shares':4}");
    kit_do(k, "cat", "share.pay", NULL, "{'evidence':~c,'member':#bob,'shares':3}");
    kit_do(k, "bob", "share.give_up", NULL, "{'shares':1}");
    generate_ticks(k);
    kit_do(k, "ann", "share.transfer", NULL, "{'shares':2,'to':#dan}");
    kit_do(k, "cat", "share.pay", NULL, "{'evidence':~c,'member':#ann,'shares':2}");
    generate_ticks(k);
}

/* Who applies pays first, and gets it back. */
void generate_shares(kit *k, kit_rules rules)
{
    rules.article[SHEAF_ARTICLE_shares] =
        "{'before_admission':true,'max_count':9,'min_count':2,'price_cents':1000,"
        "'protected':false,'repay_from_s':0,'repay_until_s':9,'transferable':true}";
    kit_motion(k, "shares", kit_amendment(&rules, "#ann"), 4);
    kit_do(k, "ivo", "member.apply", "ivo",
           "{'class':0,'kind':'person','name':^,'public_key':@ivo,'web':false}");
    kit_do(k, "cat", "share.pay", NULL, "{'evidence':~c,'member':#ivo,'shares':3}");
    kit_motion(k, "strike", "{'kind':'share.strike','what':{'member':#ivo,'shares':1}}", 4);
    static const char *const all[] = {"ann", "bob", "cat", "dan", "pat"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        kit_do(k, all[i], "member.decline", NULL, "{'member':#ivo}");
    kit_do(k, "cat", "share.return", NULL, "{'member':#ivo}");
    generate_ticks(k);
}

void generate_money(kit *k)
{
    kit_motion(k, "purse", "{'kind':'office.elect','what':{'member':#cat,'organ':2}}", 4);
    kit_motion(k, "purse2", "{'kind':'office.elect','what':{'member':#bob,'organ':2}}", 4);
    kit_do(k, "cat", "revenue.record", NULL, "{'amount_cents':5000,'evidence':~e,'memo':^}");
    take_shares(k);
    kit_do(k, "cat", "revenue.record", "wrong", "{'amount_cents':7,'evidence':~e,'memo':^}");
    kit_do(k, "cat", "revenue.reverse", NULL, "{'entry':#wrong,'reason':^}");
    kit_do(k, "ann", "payment.order", "rent", "{'amount_cents':2500,'payee':^,'purpose':^}");
    kit_do(k, "cat", "payment.order", "stamps", "{'amount_cents':120,'payee':^,'purpose':^}");
    kit_do(k, "cat", "payment.sign", NULL, "{'payment':#stamps}");
    kit_do(k, "cat", "payment.unsign", NULL, "{'payment':#stamps}");
    sign(k, "stamps");
    kit_do(k, "cat", "payment.settle", NULL, "{'evidence':~b,'payment':#stamps}");
    kit_motion(k, "pay", "{'kind':'payment.approve','what':{'payment':#rent}}", 4);
    sign(k, "rent");
    kit_do(k, "ann", "payment.order", "pens",
           "{'advice':#adv,'amount_cents':100,'payee':^,'purpose':^}");
    sign(k, "pens");
    kit_motion(k, "b1",
               "{'kind':'budget.adopt','what':{'allocation':#share,'from':0,"
               "'until':9007199254740991}}",
               4);
    kit_motion(k, "b2",
               "{'kind':'budget.adopt','what':{'from':0,'lines':[{'amount_cents':1000,'name':^}"
               ",{'amount_cents':0,'name':^}],'replaces':#b1.tick,'until':9007199254740991}}",
               4);
    kit_do(k, "cat", "payment.order", "ink",
           "{'amount_cents':300,'budget':#b2.tick,'line':0,'payee':^,'purpose':^}");
    sign(k, "ink");
    kit_do(k, "ann", "payment.order", "out",
           "{'account':#ann,'amount_cents':1,'payee':^,'purpose':^}");
    kit_do(k, "ann", "payment.cancel", NULL, "{'payment':#out}");
    kit_motion(k, "lic",
               "{'kind':'data.license','what':{'datasets':[{'dataset':#ann.data},{'dataset':"
               "#bob.data}],'licensee':^,'price_cents':900,'terms':^,"
               "'until':9007199254740991}}",
               4);
    kit_do(k, "ann", "licence.consent", NULL, "{'dataset':#ann.data,'licence':#lic.tick}");
    kit_do(k, "bob", "licence.consent", NULL, "{'dataset':#bob.data,'licence':#lic.tick}");
    kit_do(k, "cat", "revenue.record", NULL,
           "{'amount_cents':900,'evidence':~e,'licence':#lic.tick,'memo':^}");
    kit_do(k, "bob", "licence.withdraw", NULL, "{'dataset':#bob.data,'licence':#lic.tick}");
    kit_motion(k, "over", "{'kind':'licence.end','what':{'licence':#lic.tick}}", 4);
}
