/* Three members who give each other their votes, in any order: nobody is counted twice, there
 * are no chains, and who votes in person overrides their proxy. */
#include "small_worlds.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PEOPLE = 3, SCOPES = 2, CHOICES = 2 };

/* Where the moves of each sort begin. */
enum {
    GIVE = 0,
    REVOKE = GIVE + PEOPLE * PEOPLE * SCOPES,
    DECLINE = REVOKE + PEOPLE * SCOPES,
    VOTE = DECLINE + PEOPLE, /* what they gave to ann for all */
    CONFLICT = VOTE + PEOPLE * CHOICES,
    TICK = CONFLICT + PEOPLE,
    MOVES
};

static uint32_t people[PEOPLE], motion;
static size_t by_proxy;

static const struct sheaf_row_motion *motion_of(const small_step *at)
{
    return sheaf_motion_get(&at->state, motion);
}

static bool give(small_step *at, int n)
{
    bool matter = n % SCOPES;
    struct sheaf_proxy_give what = {.member = people[n / SCOPES % PEOPLE],
                                    .until = motion_of(at)->closes,
                                    .has_matter = matter,
                                    .matter = motion};
    return small_act(at, people[n / SCOPES / PEOPLE], SHEAF_KIND_proxy_give, &what);
}

static bool move(small_step *at, int n)
{
    if (motion_of(at)->state != SHEAF_motion_state_open)
        return false;
    if (n < REVOKE)
        return give(at, n);
    if (n < VOTE && n >= DECLINE) {
        struct sheaf_proxy_decline what = {.member = people[n - DECLINE]};
        return small_act(at, people[0], SHEAF_KIND_proxy_decline, &what);
    }
    if (n < VOTE) {
        struct sheaf_proxy_revoke what = {.has_matter = n % SCOPES, .matter = motion};
        return small_act(at, people[(n - REVOKE) / SCOPES], SHEAF_KIND_proxy_revoke, &what);
    }
    if (n < CONFLICT) {
        struct sheaf_ballot_cast what = {.choice = (n - VOTE) % CHOICES ? SHEAF_choice_yes
                                                                        : SHEAF_choice_no,
                                         .motion = motion};
        return small_act(at, people[(n - VOTE) / CHOICES], SHEAF_KIND_ballot_cast, &what);
    }
    if (n < TICK) {
        struct sheaf_conflict_declare what = {.matter = motion};
        return small_act(at, people[n - CONFLICT], SHEAF_KIND_conflict_declare, &what);
    }
    if (at->now < motion_of(at)->closes)
        at->now = motion_of(at)->closes;
    struct sheaf_clock_tick what = {.deadline = SHEAF_deadline_kind_motion, .of = motion};
    return small_act(at, SHEAF_NONE, SHEAF_KIND_clock_tick, &what);
}

/* ---- what must hold ---- */

static bool conflicted(const small_step *at, uint32_t member)
{
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(&at->state, sheaf_pair(motion, member));
    return row && row->since != SHEAF_NONE;
}

/* Of that one motion, or of all where there is none for it; SHEAF_NONE without either. */
static uint32_t holder_of(const small_step *at, uint32_t member)
{
    const struct sheaf_row_proxy *own =
        sheaf_proxy_find(&at->state, sheaf_pair(member, motion));
    const struct sheaf_row_proxy *all =
        sheaf_proxy_find(&at->state, sheaf_pair(member, SHEAF_NONE));
    if (own && own->live)
        return own->holder;
    return all && all->live ? all->holder : SHEAF_NONE;
}

static int own_choice(const small_step *at, uint32_t member)
{
    const struct sheaf_row_ballot *cast =
        sheaf_ballot_find(&at->state, sheaf_pair(motion, member));
    return cast && !conflicted(at, member) ? cast->choice : SHEAF_choice_COUNT;
}

/* How the member's vote counts if the motion closes now; SHEAF_choice_COUNT where it does not.
 */
static int counted_as(const small_step *at, uint32_t member)
{
    uint32_t holder = holder_of(at, member);
    if (conflicted(at, member))
        return SHEAF_choice_COUNT;
    if (own_choice(at, member) != SHEAF_choice_COUNT || holder == SHEAF_NONE)
        return own_choice(at, member);
    return own_choice(at, holder);
}

static void judge_chains(const small_step *at)
{
    for (uint32_t i = 0; i < sheaf_proxy_count(&at->state); i++) {
        const struct sheaf_row_proxy *given = sheaf_proxy_at(&at->state, i);
        assert_true(!given->live || given->giver != given->holder);
        for (uint32_t j = 0; given->live && j < sheaf_proxy_count(&at->state); j++) {
            const struct sheaf_row_proxy *other = sheaf_proxy_at(&at->state, j);
            assert_true(!other->live || other->giver != given->holder);
        }
    }
}

static void judge(const small_step *before, const small_step *after, int n)
{
    const struct sheaf_row_motion *is = motion_of(after);
    uint32_t of[SHEAF_choice_COUNT + 1] = {0}, own = 0;
    judge_chains(after);
    if (n != TICK)
        return;
    for (int i = 0; i < PEOPLE; i++) {
        of[counted_as(before, people[i])]++;
        own += own_choice(before, people[i]) != SHEAF_choice_COUNT;
    }
    assert_int_equal(is->yes, of[SHEAF_choice_yes]);
    assert_int_equal(is->no, of[SHEAF_choice_no]);
    assert_int_equal(is->by_proxy, is->yes + is->no - own);
    assert_true(is->yes + is->no <= PEOPLE);
    by_proxy += is->by_proxy > 0;
}

/* ---- what tells states apart ---- */

static void project(const small_step *at, sheaf_buffer *out)
{
    for (int i = 0; i < PEOPLE; i++) {
        const struct sheaf_row_ballot *cast =
            sheaf_ballot_find(&at->state, sheaf_pair(motion, people[i]));
        sheaf_buffer_add_byte(out, cast ? cast->choice : SHEAF_choice_COUNT);
        sheaf_buffer_add_byte(out, conflicted(at, people[i]));
        for (int scope = 0; scope < SCOPES; scope++) {
            const struct sheaf_row_proxy *given = sheaf_proxy_find(
                &at->state, sheaf_pair(people[i], scope ? motion : SHEAF_NONE));
            sheaf_buffer_add_u32(out, given && given->live ? given->holder : SHEAF_NONE);
        }
        sheaf_buffer_add_byte(
            out,
            sheaf_proxy_declined_find(&at->state, sheaf_pair(people[i], people[0])) != NULL);
    }
    sheaf_buffer_add_byte(out, motion_of(at)->state);
}

/* Ann, bob and cat are members, and there is a motion to vote on. */
static void test_proxies_of_three(void **unused)
{
    (void)unused;
    static const char *const names[PEOPLE] = {"ann", "bob", "cat"};
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':1,'protected':false,'until_max_s':864000}";
    kit_found(&k, &rules);
    for (int i = 1; i < PEOPLE; i++) {
        kit_do(&k, names[i], "member.apply", names[i],
               "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", names[i]);
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#%s}", names[i]);
    }
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    for (int i = 0; i < PEOPLE; i++)
        people[i] = kit_index(&k, names[i]);
    motion = kit_index(&k, "m");
    small_count count = small_walk(&k, &(small_world){.moves = MOVES,
                                                      .depth = INT_MAX,
                                                      .move = move,
                                                      .judge = judge,
                                                      .project = project});
    print_message("%zu states, %zu steps, depth %d\n", count.states, count.steps, count.depth);
    assert_true(by_proxy > 0);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_proxies_of_three)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
