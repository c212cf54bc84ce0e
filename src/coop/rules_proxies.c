/* Proxies. */
#include "coop/proxies.h"

#include "bylaws/article.h"

/* ---- the lists: of all that are live, of each giver and of each holder ---- */

static uint32_t party_row(sheaf_state *state, uint32_t member)
{
    uint32_t row = sheaf_proxy_party_row(state, member);
    if (row != SHEAF_NONE)
        return row;
    sheaf_proxy_party_new(state, member)->id = member;
    return sheaf_proxy_party_count(state) - 1;
}

static void add(sheaf_state *state, uint32_t row)
{
    struct sheaf_row_proxy *proxy = sheaf_proxy_edit(state, row);
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    uint32_t giver_row = party_row(state, proxy->giver),
             holder_row = party_row(state, proxy->holder);
    if (state->failed)
        return;
    struct sheaf_row_proxy_party *giver = sheaf_proxy_party_edit(state, giver_row),
                                 *holder = sheaf_proxy_party_edit(state, holder_row);
    proxy->live = true;
    proxy->next = coop->proxy_first;
    proxy->previous = 0;
    if (proxy->next)
        sheaf_proxy_edit(state, proxy->next - 1)->previous = row + 1;
    coop->proxy_first = row + 1;
    proxy->giver_next = giver->given;
    giver->given = row + 1;
    proxy->holder_next = holder->held;
    holder->held = row + 1;
}

/* Both lists are short: one for all and one for each open matter; at most the cap. */
static void remove_from(sheaf_state *state, uint32_t row, bool given)
{
    const struct sheaf_row_proxy *proxy = sheaf_proxy_at(state, row);
    uint32_t party = party_row(state, given ? proxy->giver : proxy->holder);
    struct sheaf_row_proxy_party *of = sheaf_proxy_party_edit(state, party);
    uint32_t *link = given ? &of->given : &of->held;
    while (*link && *link != row + 1 && !state->failed) {
        struct sheaf_row_proxy *before = sheaf_proxy_edit(state, *link - 1);
        link = given ? &before->giver_next : &before->holder_next;
    }
    *link = given ? proxy->giver_next : proxy->holder_next;
}

static void drop(sheaf_state *state, uint32_t row)
{
    struct sheaf_row_proxy *proxy = sheaf_proxy_edit(state, row);
    if (proxy->previous)
        sheaf_proxy_edit(state, proxy->previous - 1)->next = proxy->next;
    else
        sheaf_coop_edit(state, 0)->proxy_first = proxy->next;
    if (proxy->next)
        sheaf_proxy_edit(state, proxy->next - 1)->previous = proxy->previous;
    remove_from(state, row, true);
    remove_from(state, row, false);
    proxy->live = false;
    proxy->next = proxy->previous = proxy->giver_next = proxy->holder_next = 0;
}

/* How many the member has given, or holds; what has expired, and whose giver or holder is no
 * member any more, is taken out on the way. */
static uint32_t count_live(sheaf_fold *fold, uint32_t member, bool given)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_proxy_party *party = sheaf_proxy_party_find(state, member);
    uint32_t count = 0, row_1 = !party ? 0 : given ? party->given : party->held;
    while (row_1 && !state->failed) {
        const struct sheaf_row_proxy *proxy = sheaf_proxy_at(state, row_1 - 1);
        uint32_t next = given ? proxy->giver_next : proxy->holder_next;
        bool dead = proxy->until < fold->stamp || !sheaf_member_active(state, proxy->giver)
                    || !sheaf_member_active(state, proxy->holder);
        if (dead)
            drop(state, row_1 - 1);
        else
            count++;
        row_1 = next;
    }
    return count;
}

/* Its holder does not vote for the giver any more, who sees so. */
static void lay_down(sheaf_fold *fold, uint32_t row)
{
    drop(fold->state, row);
    sheaf_proxy_edit(fold->state, row)->laid_down = fold->index;
}

/* ---- giving, revoking and declining ---- */

static sheaf_refusal check_terms(const sheaf_fold *fold, const struct sheaf_proxy_give *what)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(fold->state);
    const struct sheaf_row_member *holder = sheaf_member_find(fold->state, what->member);
    SHEAF_REFUSE_IF(!sheaf_article_on(fold->state, SHEAF_ARTICLE_proxies), proxies_off);
    SHEAF_REFUSE_IF(!sheaf_member_get(fold->state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(what->member == fold->member
                        || !sheaf_member_active(fold->state, what->member) || !holder->votes,
                    proxy_holder);
    SHEAF_REFUSE_IF(what->until < fold->stamp, proxy_past);
    SHEAF_REFUSE_IF(what->until > fold->stamp + (int64_t)bylaws->proxy_until_max_s * 1000,
                    proxy_long);
    const struct sheaf_row_proxy_declined *declined =
        sheaf_proxy_declined_find(fold->state, sheaf_pair(fold->member, what->member));
    SHEAF_REFUSE_IF(declined && fold->stamp < declined->until, proxy_declined);
    sheaf_electorate electorate;
    if (what->has_matter) {
        SHEAF_REFUSE_UNLESS(sheaf_matter_find_open(fold->state, what->matter, &electorate));
        SHEAF_REFUSE_IF(electorate.body == SHEAF_body_circle, proxy_consent);
        SHEAF_REFUSE_UNLESS(sheaf_entitled(fold->state, &electorate, fold->member));
        SHEAF_REFUSE_IF(electorate.body == SHEAF_body_organ, not_this_organs);
    }
    return SHEAF_ACCEPTED;
}

/* Nobody keeps another from choosing who votes for them by giving them a proxy unasked: with
 * their own vote they let go of those of others. */
sheaf_refusal sheaf_rule_proxy_give(sheaf_fold *fold, const struct sheaf_proxy_give *what)
{
    sheaf_state *state = fold->state;
    uint32_t matter = what->has_matter ? what->matter : SHEAF_NONE;
    SHEAF_REFUSE_UNLESS(check_terms(fold, what));
    uint64_t pair = sheaf_pair(fold->member, matter);
    uint32_t row = sheaf_proxy_row(state, pair);
    if (row != SHEAF_NONE && sheaf_proxy_at(state, row)->live)
        drop(state, row);
    SHEAF_REFUSE_IF(count_live(fold, what->member, true), proxy_chain);
    for (uint32_t left = count_live(fold, fold->member, false); left && !state->failed; left--)
        lay_down(fold, sheaf_proxy_party_find(state, fold->member)->held - 1);
    SHEAF_REFUSE_IF(count_live(fold, what->member, false) >= sheaf_bylaws_now(state)->proxy_cap,
                    proxy_cap);
    if (row == SHEAF_NONE) {
        (void)sheaf_proxy_new(state, pair);
        row = sheaf_proxy_count(state) - 1;
    }
    SHEAF_STOP_IF_SPENT(fold);
    struct sheaf_row_proxy *proxy = sheaf_proxy_edit(state, row);
    proxy->by = fold->index;
    proxy->giver = fold->member;
    proxy->holder = what->member;
    proxy->matter = matter;
    proxy->until = what->until;
    proxy->laid_down = SHEAF_NONE;
    add(state, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_proxy_revoke(sheaf_fold *fold, const struct sheaf_proxy_revoke *what)
{
    uint32_t matter = what->has_matter ? what->matter : SHEAF_NONE;
    uint32_t row = sheaf_proxy_row(fold->state, sheaf_pair(fold->member, matter));
    SHEAF_REFUSE_IF(row == SHEAF_NONE || !sheaf_proxy_at(fold->state, row)->live,
                    no_such_proxy);
    drop(fold->state, row);
    return SHEAF_ACCEPTED;
}

/* Who was declined would else take the same place again, and keep it from others. */
sheaf_refusal sheaf_rule_proxy_decline(sheaf_fold *fold, const struct sheaf_proxy_decline *what)
{
    sheaf_state *state = fold->state;
    uint32_t matter = what->has_matter ? what->matter : SHEAF_NONE;
    uint32_t row = sheaf_proxy_row(state, sheaf_pair(what->member, matter));
    SHEAF_REFUSE_IF(row == SHEAF_NONE || !sheaf_proxy_at(state, row)->live
                        || sheaf_proxy_at(state, row)->holder != fold->member,
                    proxy_not_held);
    lay_down(fold, row);
    uint64_t pair = sheaf_pair(what->member, fold->member);
    uint32_t at = sheaf_proxy_declined_row(state, pair);
    struct sheaf_row_proxy_declined *declined = at == SHEAF_NONE
                                                    ? sheaf_proxy_declined_new(state, pair)
                                                    : sheaf_proxy_declined_edit(state, at);
    declined->giver = what->member;
    declined->holder = fold->member;
    declined->until = fold->stamp + (int64_t)sheaf_bylaws_now(state)->proxy_until_max_s * 1000;
    return SHEAF_ACCEPTED;
}

/* ---- closing ---- */

static bool serves(const sheaf_state *state, const sheaf_electorate *electorate,
                   uint32_t matter, uint32_t member)
{
    return sheaf_member_active(state, member)
           && sheaf_may_vote(state, electorate, matter, member) == SHEAF_ACCEPTED;
}

/* One for this matter comes before the one for all. */
static bool chosen(const sheaf_state *state, const struct sheaf_row_proxy *proxy,
                   uint32_t matter, int64_t closes)
{
    if (proxy->matter != SHEAF_NONE)
        return proxy->matter == matter;
    const struct sheaf_row_proxy *own =
        sheaf_proxy_find(state, sheaf_pair(proxy->giver, matter));
    return !own || !own->live || own->until < closes;
}

void sheaf_proxies_each(const sheaf_state *state, const sheaf_electorate *electorate,
                        uint32_t matter, int64_t closes,
                        void (*count)(void *to, uint32_t matter, uint32_t giver,
                                      uint32_t holder),
                        void *to)
{
    if (!(sheaf_bylaws_get(state, electorate->bylaws)->articles >> SHEAF_ARTICLE_proxies & 1))
        return;
    const struct sheaf_row_proxy *proxy;
    for (uint32_t row_1 = sheaf_coop(state)->proxy_first; row_1 && !state->failed;
         row_1 = proxy->next) {
        proxy = sheaf_proxy_at(state, row_1 - 1);
        if (proxy->until >= closes && chosen(state, proxy, matter, closes)
            && serves(state, electorate, matter, proxy->giver)
            && serves(state, electorate, matter, proxy->holder))
            count(to, matter, proxy->giver, proxy->holder);
    }
}

/* Only once all are counted: whether one for all comes second must not depend on the order of
 * the list. */
void sheaf_proxies_end(sheaf_state *state, uint32_t matter, int64_t closes)
{
    for (uint32_t row_1 = sheaf_coop(state)->proxy_first; row_1 && !state->failed;) {
        const struct sheaf_row_proxy *proxy = sheaf_proxy_at(state, row_1 - 1);
        uint32_t next = proxy->next;
        if (proxy->until < closes || proxy->matter == matter)
            drop(state, row_1 - 1);
        row_1 = next;
    }
}
