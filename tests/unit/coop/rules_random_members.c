/* Whatever members and strangers do with memberships and keys, by the hundred: what the state
 * counts stays true after each act, somebody with a vote is left who can see to keys, and
 * nobody is dead by fewer records than it takes. */
#include "test.h"

#include "coop/deadline.h"

#include <string.h>

enum { NAMES = 80, ACTS = 600 };

typedef struct {
    kit k;
    kit_rules rules;
    uint64_t seed;
    int names; /* p0 … have a key */
} world;

static uint32_t draw(world *w, uint32_t below)
{
    return (uint32_t)(kit_random(&w->seed) % below);
}

/* One of the newest, or after some tries somebody who is a member. */
static uint32_t some_member(world *w)
{
    uint32_t count = sheaf_member_count(&w->k.state),
             row = count - 1 - draw(w, count < 4 ? count : 4);
    for (int i = 0; i < 6 && draw(w, 4); i++)
        if (sheaf_member_at(&w->k.state, row)->state != SHEAF_member_state_active)
            row = draw(w, count);
    return sheaf_member_at(&w->k.state, row)->id;
}

/* Somebody who can sign, where a few tries find one. */
static void some_signer(world *w, char out[KIT_NAME_MAX])
{
    static const char *const founders[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 6; i++) {
        uint32_t which = draw(w, (uint32_t)w->names + 4);
        if (which < 4)
            snprintf(out, KIT_NAME_MAX, "%s", founders[which]);
        else
            snprintf(out, KIT_NAME_MAX, "p%u", which - 4);
        if (sheaf_key_live(&w->k.state, kit_named(&w->k, out)->key, SHEAF_SCOPE_ADMIN,
                           w->k.now))
            return;
    }
}

/* A key in force of the signer's, or any. */
static uint32_t some_key(world *w, const char *who)
{
    const struct sheaf_row_member *member =
        sheaf_member_find(&w->k.state, kit_named(&w->k, who)->member);
    uint32_t row = draw(w, sheaf_key_count(&w->k.state));
    if (member && member->key_last && draw(w, 8)) {
        row = member->key_last - 1;
        while (sheaf_key_at(&w->k.state, row)->before && draw(w, 2))
            row = sheaf_key_at(&w->k.state, row)->before - 1;
    }
    return sheaf_key_at(&w->k.state, row)->id;
}

static uint32_t some_recovery(world *w)
{
    uint32_t count = sheaf_recovery_count(&w->k.state), last = count < 4 ? count : 4;
    return count ? sheaf_recovery_at(&w->k.state, count - 1 - draw(w, last))->id : 0;
}

/* What one of these acts of a member says. */
static void say(world *w, const char *who, const char **kind, char *what, size_t size)
{
    static const char *const bools[] = {"false", "true"};
    uint32_t member = some_member(w), recovery = some_recovery(w), coin = draw(w, 2);
    switch (draw(w, 16)) {
    case 0:
    case 1:
    case 13:
        *kind = draw(w, 8) ? "member.admit" : "member.decline";
        snprintf(what, size, "{'member':%u}", member);
        break;
    case 2:
        *kind = "key.revoke";
        snprintf(what, size, "{'key':%u}", some_key(w, who));
        break;
    case 3:
        *kind = draw(w, 3) ? "member.stay" : "member.leave";
        snprintf(what, size, "{}");
        break;
    case 4:
    case 5:
        *kind = "member.death";
        snprintf(what, size, "{'evidence':~%c,'member':%u}", 'a' + (int)coin, member);
        break;
    case 6:
        *kind = "death.deny";
        snprintf(what, size, "{'member':%u}", member);
        break;
    case 7:
    case 8:
    case 9:
        *kind = "recovery.confirm";
        snprintf(what, size, "{'recovery':%u}", recovery);
        break;
    case 10:
        *kind = draw(w, 2) ? "recovery.object" : "recovery.decline";
        snprintf(what, size, "{'recovery':%u}", recovery);
        break;
    case 11:
        *kind = "recovery.judge";
        snprintf(what, size, "{'recovery':%u,'uphold':%s}", recovery, bools[coin]);
        break;
    case 14:
    case 15:
        *kind = draw(w, 3) ? "holder.allow" : "holder.withdraw";
        snprintf(what, size, "{'holder':~%c,'member':%u}",
                 strchr("abcd", *who) ? *who : 'a' + (int)draw(w, 4), member);
        break;
    default:
        *kind = "exclusion.open";
        snprintf(what, size, "{'member':%u,'reason':^}", member);
        break;
    }
}

/* An act that brings a key, of a stranger or a member. */
static void bring_key(world *w, const char *who)
{
    char name[KIT_NAME_MAX], what[400], until[48] = "", holder[24] = "";
    const char *web = draw(w, 4) ? "false" : "true", *admin = draw(w, 2) ? "false" : "true";
    if (w->names == NAMES)
        return;
    snprintf(name, sizeof name, "p%d", w->names);
    if (draw(w, 2))
        snprintf(until, sizeof until, "'until':%lld,", (long long)w->k.now + draw(w, 9000000));
    if (draw(w, 2))
        snprintf(holder, sizeof holder, "'holder':~%c,", 'a' + (int)draw(w, 4));
    if (!draw(w, 4)) {
        snprintf(what, sizeof what, "{'public_key':@%s}", name);
        (void)kit_try(&w->k, who, "member.invite", what, NULL);
    }
    uint32_t which = draw(w, 5);
    const char *kind = which < 2    ? "member.apply"
                       : which == 2 ? "recovery.open"
                       : which == 3 ? "key.admit"
                                    : "key.rotate";
    if (which < 2)
        snprintf(what, sizeof what,
                 "{'class':%u,%s'kind':'%s','name':^,'public_key':@%s,'web':%s}", draw(w, 2),
                 holder, draw(w, 3) ? "person" : "organisation", name, web);
    else if (which == 2)
        snprintf(what, sizeof what, "{%s'member':%u,'public_key':@%s,'web':%s}", holder,
                 some_member(w), name, web);
    else if (which == 3)
        snprintf(what, sizeof what,
                 "{%s'public_key':@%s,'scopes':{'admin':%s,'data':false,'money':false,'train':"
                 "false,'vote':true},%s'web':%s}",
                 holder, name, admin, until, web);
    else
        snprintf(what, sizeof what, "{'key':%u,'public_key':@%s,'web':%s}", some_key(w, who),
                 name, web);
    w->names += kit_try(&w->k, which < 3 ? name : who, kind, what, name) == ACCEPTED;
}

/* An amendment gives keys of pages the scope admin, or takes it from them. */
static void amend(world *w)
{
    static const char *const founders[] = {"ann", "bob", "cat", "dan"};
    static char what[16384];
    char base[16];
    kit_rules rules = w->rules;
    rules.web = draw(w, 2)
                    ? "{'admin':true,'data':false,'money':false,'train':false,'vote':true}"
                    : "{'admin':false,'data':false,'money':false,'train':false,'vote':true}";
    snprintf(base, sizeof base, "%u", sheaf_coop(&w->k.state)->bylaws_newest);
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, base));
    bool opened = false;
    for (int i = 0; i < 4 && !opened; i++)
        opened = kit_try(&w->k, founders[i], "motion.open", what, "amend") == ACCEPTED;
    for (int i = 0; i < w->names + 4 && opened; i++) {
        char who[KIT_NAME_MAX];
        if (i < 4)
            snprintf(who, sizeof who, "%s", founders[i]);
        else
            snprintf(who, sizeof who, "p%d", i - 4);
        (void)kit_try(&w->k, who, "ballot.cast", "{'choice':'yes','motion':#amend}", NULL);
    }
}

static void check(const world *w)
{
    const sheaf_state *state = &w->k.state;
    kit_counts(&w->k);
    assert_true(sheaf_coop(state)->voters > 0);
    assert_true(sheaf_coop(state)->guarded > 0);
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        const struct sheaf_row_death *death = sheaf_death_find(state, member->death);
        if (death && death->confirmed)
            assert_true(death->records >= 2 + member->denials);
    }
}

static void play(uint64_t seed)
{
    world w = {.seed = seed * 7919};
    char who[KIT_NAME_MAX], what[400];
    const char *kind;
    kit_rules rules = kit_rules_usual();
    rules.recovery = "'recovery':{'confirmations':2,'panel_s':86400,'wait_s':3600},";
    rules.exclusion = "'exclusion':{'hearing_s':3600},";
    rules.classes = "{'name':'member','votes':1},{'name':'newcomer','trial_s':7200,'votes':1}";
    rules.leave_notice = 3600;
    rules.applications_max = 4;
    w.rules = rules;
    kit_open(&w.k);
    kit_found_four(&w.k, &rules);
    for (int i = 0; i < 4; i++) { /* ~a is ann, and so on */
        const char *name = (const char *[]){"ann", "bob", "cat", "dan"}[i];
        snprintf(who, sizeof who, "p%d", w.names++);
        kit_do(&w.k, name, "key.admit", who,
               "{'holder':~%c,'public_key':@%s,'scopes':{'admin':true,'data':false,'money':"
               "false,'train':false,'vote':true},'web':false}",
               *name, who);
    }
    for (int i = 0; i < ACTS; i++) {
        some_signer(&w, who);
        w.k.now +=
            draw(&w, 25) ? draw(&w, 200000) : draw(&w, draw(&w, 4) ? 86400000 : 1500000000);
        sheaf_deadline due;
        while (sheaf_fold_due(&w.k.state, w.k.now + w.k.step_ms, &due))
            kit_do(&w.k, "hub", "clock.tick", NULL,
                   "{'deadline':'%s','of':%u,'unwitnessed':false}",
                   sheaf_deadline_name(due.kind), due.of);
        if (!draw(&w, 30)) {
            amend(&w);
        } else if (!draw(&w, 4)) {
            bring_key(&w, who);
        } else {
            say(&w, who, &kind, what, sizeof what);
            (void)kit_try(&w.k, who, kind, what, NULL);
        }
        check(&w);
    }
    kit_close(&w.k);
}

void test_random_members(void **unused)
{
    (void)unused;
    kit_seeds(play, 12);
}
