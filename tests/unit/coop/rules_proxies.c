/* Proxies. */
#include "test.h"

#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/preview.h"

#define PROXIES "{'cap':2,'protected':false,'until_max_s':1000}"
#define ORGANS                                                                                 \
    "{'list':[{'kind':'board','name':'Board','nominate_s':0,'open_s':100,'quorum_bp':5000,"    \
    "'seats':1,'term_s':1000}],'protected':false}"

static void found(kit *k, const char *proxies)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_proxies] = proxies;
    rules.article[SHEAF_ARTICLE_organs] = ORGANS;
    kit_found_four(k, &rules);
    kit_do(k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#sue}");
}

/* What is counted of a motion, an election or a vote that divides an amount. */
typedef struct {
    uint64_t votes[8];
} tallies;

static tallies tallies_of(const kit *k, uint32_t of)
{
    const struct sheaf_row_motion *m = sheaf_motion_find(&k->state, of);
    if (m)
        return (tallies){{m->yes, m->no, m->abstain, m->by_proxy}};
    const struct sheaf_row_election *e = sheaf_election_find(&k->state, of);
    if (e) {
        tallies out = {{e->ballots, e->by_proxy}};
        const struct sheaf_row_candidate *c;
        for (uint32_t row_1 = e->candidate_last, i = 2; row_1; row_1 = c->before, i++) {
            c = sheaf_candidate_at(&k->state, row_1 - 1);
            out.votes[i] = c->approvals;
        }
        return out;
    }
    const struct sheaf_row_allocation *a = sheaf_allocation_get(&k->state, of);
    tallies out = {{a->ballots}};
    for (uint8_t i = 0; i < a->options; i++)
        out.votes[i + 1] = sheaf_allocation_option_at(&k->state, a->option_first + i)->points;
    return out;
}

/* As the closing would count it now; nothing of it remains. */
static tallies previewed(kit *k, uint32_t of)
{
    const tallies before = tallies_of(k, of);
    const sheaf_hash root = sheaf_state_digest(&k->state);
    const struct sheaf_row_motion *m = sheaf_motion_find(&k->state, of);
    const sheaf_proxied proxied = m ? sheaf_motion_proxied(&k->state, m) : (sheaf_proxied){0};
    const sheaf_mark mark = sheaf_preview(&k->state, of);
    const tallies out = tallies_of(k, of);
    if (m) {
        assert_int_equal(out.votes[0], before.votes[0] + proxied.yes);
        assert_int_equal(out.votes[1], before.votes[1] + proxied.no);
        assert_int_equal(out.votes[2], before.votes[2] + proxied.abstain);
        assert_int_equal(out.votes[3], proxied.yes + proxied.no + proxied.abstain);
    }
    sheaf_state_roll_back(&k->state, mark);
    const sheaf_hash after = sheaf_state_digest(&k->state);
    assert_true(sheaf_hash_equal(&root, &after));
    return out;
}

/* What is shown of it just before is what its closing counts. */
static void settle(kit *k, const char *label)
{
    sheaf_deadline due = {0};
    assert_true(sheaf_deadline_first(&k->state, &due));
    assert_int_equal(due.of, kit_index(k, label));
    const tallies shown = previewed(k, due.of);
    k->now = due.at;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}",
           sheaf_deadline_name(due.kind), label);
    const tallies counted = tallies_of(k, due.of);
    assert_memory_equal(&shown, &counted, sizeof shown);
}

static const struct sheaf_row_motion *motion(kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index(k, label));
}

static void give(kit *k, const char *who, const char *to)
{
    kit_do(k, who, "proxy.give", NULL, "{'member':#%s,'until':%lld}", to,
           (long long)k->now + 900000);
}

void test_proxy_forms(void **unused)
{
    (void)unused;
    char until[64];
    kit k;
    found(&k, NULL);
    kit_want(&k, R(proxies_off), "ann", "proxy.give", "{'member':#bob,'until':9}", NULL);
    kit_close(&k);
    found(&k, PROXIES);
    snprintf(until, sizeof until, "{'member':#bob,'until':%lld}",
             (long long)k.now + 1000 * 1000 + 10);
    kit_want(&k, R(proxy_long), "ann", "proxy.give", until, NULL);
    static const kit_row rows[] = {
        {"ann", "proxy.give", "{'member':#bob,'until':9}", R(proxy_past)},
        {"ann", "proxy.give", "{'member':#ann,'until':9}", R(proxy_holder)},
        {"ann", "proxy.give", "{'member':#sue,'until':9}", R(proxy_holder)},
        {"ann", "proxy.give", "{'member':4000,'until':9}", R(proxy_holder)},
        {"sue", "proxy.give", "{'member':#ann,'until':9}", R(no_vote)},
        {"ann", "proxy.give", "{'matter':4000,'member':#bob,'until':1790000200000}",
         R(no_such_matter)},
        {"ann", "motion.open", "{'title':^}", .label = "m"},
        {"ann", "proxy.revoke", "{}", R(no_such_proxy)},
        {"ann", "proxy.give", "{'member':#bob,'until':1790000200000}"},
        {"ann", "proxy.revoke", "{'matter':#m}", R(no_such_proxy)},
        /* No chains, and so no cycles: neither of two nor of three. */
        {"bob", "proxy.give", "{'member':#ann,'until':1790000200000}", R(proxy_chain)},
        {"cat", "proxy.give", "{'member':#ann,'until':1790000200000}", R(proxy_chain)},
        {"cat", "proxy.give", "{'member':#bob,'until':1790000200000}"},
        {"dan", "proxy.give", "{'member':#bob,'until':1790000200000}", R(proxy_cap)},
        {"cat", "proxy.revoke", "{}"},
        {"cat", "proxy.revoke", "{}", R(no_such_proxy)},
        {"dan", "proxy.give", "{'matter':#m,'member':#bob,'until':1790000200000}"},
        /* Another holder in the place of the first. */
        {"ann", "proxy.give", "{'member':#cat,'until':1790000200000}"},
        {"bob", "proxy.give", "{'member':#ann,'until':1790000200000}", R(proxy_chain)},
        {"ann", "proxy.revoke", "{}"},
        {"dan", "proxy.revoke", "{'matter':#m}"},
        {"bob", "proxy.give", "{'member':#ann,'until':1790000100000}"},
        /* It has expired, and ann may give hers again. */
        {"ann", "proxy.give", "{'member':#dan,'until':1790001000000}", .wait_ms = 200000,
         .want = R(deadline_due)},
    };
    KIT_ROWS(&k, rows);
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    kit_do(&k, "ann", "proxy.give", NULL, "{'member':#dan,'until':1790001000000}");
    kit_close(&k);
}

/* Given unasked, a proxy keeps its holder from nothing: with their own vote they let go of it,
 * and decline it for as long as one can be given, so that it takes no place of another's. */
void test_proxy_laid_down(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "{'cap':1,'protected':false,'until_max_s':1000}");
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "m"},
        {"ann", "proxy.give", "{'member':#dan,'until':1790000200000}", .label = "given"},
        {"bob", "proxy.give", "{'member':#dan,'until':1790000200000}", R(proxy_cap)},
        {"dan", "proxy.give", "{'matter':#m,'member':#cat,'until':1790000200000}",
         .label = "own"},
        {"dan", "proxy.decline", "{'member':#ann}", R(proxy_not_held)},
        {"ann", "proxy.give", "{'member':#dan,'until':1790000200000}", R(proxy_chain)},
        {"dan", "proxy.revoke", "{'matter':#m}"},
        {"ann", "proxy.give", "{'matter':#m,'member':#dan,'until':1790000200000}"},
        {"dan", "proxy.decline", "{'member':#ann}", R(proxy_not_held)},
        {"dan", "proxy.decline", "{'matter':#m,'member':#bob}", R(proxy_not_held)},
        {"cat", "proxy.decline", "{'matter':#m,'member':#ann}", R(proxy_not_held)},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_proxy *all =
        sheaf_proxy_find(&k.state, sheaf_pair(kit_index(&k, "ann"), SHEAF_NONE));
    assert_false(all->live);
    assert_int_equal(all->laid_down, kit_index(&k, "own"));
    kit_do(&k, "dan", "proxy.decline", "declined", "{'matter':#m,'member':#ann}");
    const struct sheaf_row_proxy *one =
        sheaf_proxy_find(&k.state, sheaf_pair(kit_index(&k, "ann"), kit_index(&k, "m")));
    assert_false(one->live);
    assert_int_equal(one->laid_down, kit_index(&k, "declined"));
    const int64_t until = sheaf_coop(&k.state)->stamp + 1000000;
    static const kit_row after[] = {
        {"ann", "proxy.give", "{'member':#dan,'until':1790000200000}", R(proxy_declined)},
        {"ann", "proxy.give", "{'matter':#m,'member':#dan,'until':1790000200000}",
         R(proxy_declined)},
        {"bob", "proxy.give", "{'member':#dan,'until':1790000200000}"},
        {"ann", "proxy.give", "{'member':#cat,'until':1790000200000}"},
    };
    KIT_ROWS(&k, after);
    settle(&k, "m");
    k.now = until - 1 - k.step_ms;
    kit_want(&k, R(proxy_declined), "ann", "proxy.give",
             "{'member':#dan,'until':1790001100000}", NULL);
    k.now = until - k.step_ms;
    kit_do(&k, "ann", "proxy.give", NULL, "{'member':#dan,'until':1790001100000}");
    kit_close(&k);
}

void test_proxies_at_closing(void **unused)
{
    (void)unused;
    kit k;
    found(&k, PROXIES);
    /* Bob votes for ann and cat, who overrides it; dan's for this motion comes before his for
     * all. */
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    give(&k, "ann", "bob");
    give(&k, "cat", "bob");
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'abstain','motion':#m}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'no','motion':#m}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    assert_int_equal(motion(&k, "m")->yes, 1);
    settle(&k, "m");
    assert_int_equal(motion(&k, "m")->yes, 2);
    assert_int_equal(motion(&k, "m")->abstain, 1);
    assert_int_equal(motion(&k, "m")->by_proxy, 1);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    /* Whose holder does not vote has not voted, and who has revoked neither. */
    kit_do(&k, "ann", "motion.open", "n", "{'title':^}");
    kit_do(&k, "dan", "ballot.cast", NULL, "{'choice':'yes','motion':#n}");
    settle(&k, "n");
    assert_int_equal(motion(&k, "n")->state, SHEAF_motion_state_no_quorum);
    kit_do(&k, "ann", "motion.open", "o", "{'title':^}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#o}");
    kit_do(&k, "ann", "proxy.revoke", NULL, "{}");
    settle(&k, "o");
    assert_int_equal(motion(&k, "o")->yes, 2); /* bob's and cat's */
    kit_close(&k);
}

void test_proxies_fall_away(void **unused)
{
    (void)unused;
    kit k;
    found(&k, PROXIES);
    give(&k, "ann", "bob");
    give(&k, "cat", "bob");
    /* A conflicted holder's, and a conflicted giver's. */
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "bob", "conflict.declare", NULL, "{'matter':#m}");
    settle(&k, "m");
    assert_int_equal(motion(&k, "m")->yes, 0);
    kit_do(&k, "ann", "motion.open", "n", "{'title':^}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#n}");
    kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#n}");
    settle(&k, "n");
    assert_int_equal(motion(&k, "n")->yes, 2);
    /* Of two for different ends the nearer one counts: dan gives his to cat here, and bob is
     * asked by nobody. One that expires before the closing counts for nothing. */
    kit_do(&k, "cat", "proxy.revoke", NULL, "{}");
    kit_do(&k, "ann", "motion.open", "o", "{'title':^}");
    give(&k, "dan", "bob");
    kit_do(&k, "dan", "proxy.give", NULL, "{'matter':#o,'member':#cat,'until':%lld}",
           (long long)k.now + 900000);
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#o}");
    kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'no','motion':#o}");
    kit_do(&k, "ann", "proxy.give", NULL, "{'member':#bob,'until':%lld}",
           (long long)k.now + 1000);
    settle(&k, "o");
    assert_int_equal(motion(&k, "o")->yes, 1);
    assert_int_equal(motion(&k, "o")->no, 2);
    /* Who has left neither gives nor holds. */
    kit_do(&k, "ann", "motion.open", "p", "{'title':^}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#p}");
    kit_do(&k, "bob", "member.leave", NULL, "{}");
    settle(&k, "p");
    assert_int_equal(motion(&k, "p")->yes, 1);
    kit_close(&k);
}

/* Of those who have left neither takes a place of the holder's, nor binds the giver. */
void test_proxies_of_who_left(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "{'cap':1,'protected':false,'until_max_s':1000}");
    give(&k, "dan", "bob");
    kit_want(&k, R(proxy_cap), "ann", "proxy.give", "{'member':#bob,'until':1790000200000}",
             NULL);
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    give(&k, "ann", "bob");
    kit_want(&k, R(proxy_chain), "cat", "proxy.give", "{'member':#ann,'until':1790000200000}",
             NULL);
    kit_do(&k, "bob", "member.leave", NULL, "{}");
    give(&k, "cat", "ann");
    kit_do(&k, "cat", "motion.open", "m", "{'title':^}");
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    settle(&k, "m");
    assert_int_equal(motion(&k, "m")->yes, 2);
    assert_int_equal(motion(&k, "m")->by_proxy, 1);
    kit_close(&k);
}

void test_proxies_in_elections(void **unused)
{
    (void)unused;
    kit k;
    found(&k, PROXIES);
    kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
    kit_do(&k, "dan", "candidate.stand", NULL, "{'election':#e}");
    kit_do(&k, "ann", "proxy.give", NULL, "{'matter':#e,'member':#bob,'until':%lld}",
           (long long)k.now + 900000);
    give(&k, "cat", "bob");
    kit_do(&k, "bob", "election.vote", NULL, "{'approve':[{'member':#dan}],'election':#e}");
    kit_do(&k, "cat", "election.vote", NULL, "{'approve':[],'election':#e}");
    settle(&k, "e");
    assert_int_equal(sheaf_election_get(&k.state, kit_index(&k, "e"))->ballots, 3);
    assert_int_equal(
        sheaf_candidate_get(&k.state, sheaf_pair(kit_index(&k, "e"), kit_index(&k, "dan")))
            ->approvals,
        2);
    kit_close(&k);
}

/* Where an amount is divided the holder's points are given once more; not where the giver has
 * given some, nor where giver or holder is conflicted. */
void test_proxies_in_allocations(void **unused)
{
    (void)unused;
#define ALLOCATE "{'amount':1000,'options':[{'name':^},{'name':^}],'points':10,'title':^}"
#define ONE      "[{'option':1,'points':3}]"
    kit k;
    found(&k, PROXIES);
    kit_do(&k, "ann", "allocation.open", "a", ALLOCATE);
    kit_do(&k, "ann", "proxy.give", NULL, "{'matter':#a,'member':#bob,'until':%lld}",
           (long long)k.now + 900000);
    give(&k, "cat", "bob");
    kit_do(&k, "bob", "allocation.give", NULL, "{'allocation':#a,'points':" ONE "}");
    kit_do(&k, "cat", "allocation.give", NULL,
           "{'allocation':#a,'points':[{'option':0,'points':2}]}");
    settle(&k, "a");
    const struct sheaf_row_allocation *a = sheaf_allocation_get(&k.state, kit_index(&k, "a"));
    assert_int_equal(a->ballots, 3);
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first)->share, 250);
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first + 1)->share, 750);
    kit_want(&k, R(no_such_proxy), "ann", "proxy.revoke", "{'matter':#a}", NULL);
    for (int holder = 0; holder < 2; holder++) {
        kit_do(&k, "ann", "allocation.open", "b", ALLOCATE);
        kit_do(&k, "bob", "allocation.give", NULL, "{'allocation':#b,'points':" ONE "}");
        kit_do(&k, holder ? "bob" : "cat", "conflict.declare", NULL, "{'matter':#b}");
        settle(&k, "b");
        assert_int_equal(sheaf_allocation_get(&k.state, kit_index(&k, "b"))->ballots, !holder);
    }
    kit_close(&k);
}

/* ---- one member one vote, whatever is delegated and whoever holds shares ---- */

enum { CROWD = 12, TURNS = 60 };

static bool counts(const kit *k, uint32_t motion, uint32_t member)
{
    return sheaf_ballot_find(&k->state, sheaf_pair(motion, member))
           && !sheaf_conflicted(&k->state, motion, member);
}

/* What the count should be, worked out from scratch, without the lists. */
static uint32_t expected(const kit *k, kit_name **members, uint32_t motion, int64_t closes)
{
    uint32_t votes = 0;
    for (int i = 0; i < CROWD; i++) {
        uint32_t member = members[i]->member;
        const struct sheaf_row_proxy *all = sheaf_proxy_find(&k->state,
                                                             sheaf_pair(member, SHEAF_NONE)),
                                     *one = sheaf_proxy_find(&k->state,
                                                             sheaf_pair(member, motion));
        if (one && one->live && one->until >= closes)
            all = one;
        bool voted = sheaf_ballot_find(&k->state, sheaf_pair(motion, member));
        votes += voted ? counts(k, motion, member)
                       : all && all->live && all->until >= closes
                             && !sheaf_conflicted(&k->state, motion, member)
                             && counts(k, motion, all->holder);
    }
    return votes;
}

static uint32_t most_shares(const kit *k)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < sheaf_holding_count(&k->state); i++)
        if (sheaf_holding_at(&k->state, i)->shares > most)
            most = sheaf_holding_at(&k->state, i)->shares;
    return most;
}

/* In every third turn shares come to somebody, are given up or change hands. */
static void try_shares(kit *k, const char *who, const char *to, uint64_t *seed)
{
    char what[200];
    unsigned shares = 1 + (unsigned)(kit_random(seed) % 9);
    snprintf(what, sizeof what, "{'evidence':~e,'member':#%s,'shares':%u}", to, shares);
    switch (kit_random(seed) % 9) {
    case 0:
        (void)kit_try(k, who, "share.pay", what, NULL);
        break;
    case 1:
        snprintf(what, sizeof what, "{'shares':%u}", shares);
        (void)kit_try(k, who, "share.give_up", what, NULL);
        break;
    case 2:
        snprintf(what, sizeof what, "{'shares':%u,'to':#%s}", shares, to);
        (void)kit_try(k, who, "share.transfer", what, NULL);
    }
}

void test_one_member_one_vote(void **unused)
{
    (void)unused;
    static kit_name *members[CROWD];
    uint64_t seed = 20261122;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':3,'protected':false,'until_max_s':1000}";
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':40,'min_count':1,'price_cents':1000,'protected':false,"
        "'repay_from_s':5000000,'repay_until_s':6000000,'transferable':true}";
    kit_found_many(&k, &rules, members, CROWD);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int turn = 0; turn < TURNS; turn++) {
        char what[200], label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "t%d", turn);
        kit_do(&k, members[turn % CROWD]->name, "motion.open", label, "{'title':^}");
        uint32_t id = kit_index(&k, label);
        for (int act = 0; act < 3 * CROWD; act++) {
            const char *who = members[kit_random(&seed) % CROWD]->name;
            const char *to = members[kit_random(&seed) % CROWD]->name;
            long long until = (long long)k.now + (long long)(kit_random(&seed) % 200) * 1000;
            bool one = kit_random(&seed) % 2;
            const char *kind = "proxy.give";
            try_shares(&k, who, to, &seed);
            switch (kit_random(&seed) % 8) {
            case 0:
                kind = "conflict.declare";
                snprintf(what, sizeof what, "{'matter':%u}", id);
                break;
            case 1:
            case 2:
            case 3:
                kind = "ballot.cast";
                snprintf(what, sizeof what, "{'choice':'%s','motion':%u}",
                         kit_random(&seed) % 2 ? "yes" : "no", id);
                break;
            case 4:
                kind = "proxy.revoke";
                snprintf(what, sizeof what, one ? "{'matter':%u}" : "{}", id);
                break;
            default:
                if (one)
                    snprintf(what, sizeof what, "{'matter':%u,'member':#%s,'until':%lld}", id,
                             to, until);
                else
                    snprintf(what, sizeof what, "{'member':#%s,'until':%lld}", to, until);
            }
            (void)kit_try(&k, who, kind, what, NULL);
        }
        uint32_t want = expected(&k, members, id, motion(&k, label)->closes);
        settle(&k, label);
        const struct sheaf_row_motion *m = motion(&k, label);
        assert_int_equal(m->yes + m->no + m->abstain, want);
        assert_true(want + sheaf_conflicts(&k.state, id) <= m->electorate);
        assert_int_equal(m->electorate, CROWD);
    }
    assert_true(most_shares(&k) > 20 && sheaf_repayment_count(&k.state) > 5);
    kit_close(&k);
}
