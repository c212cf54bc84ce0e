/* Three members and a fourth who waits at the door: whatever they do, in any order, a motion is
 * decided once, at its time, by those who could vote when it was opened, and as counted. */
#include "small_worlds.h"

#include <setjmp.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PEOPLE = 4, MOTIONS = 2, CHOICES = 3 };

/* Where the moves of each sort begin. */
enum {
    OPEN = 0,
    VOTE = OPEN + PEOPLE,
    WITHDRAW = VOTE + PEOPLE * MOTIONS * CHOICES,
    LEAVE = WITHDRAW + PEOPLE * MOTIONS,
    ADMIT = LEAVE + PEOPLE,
    WAIT = ADMIT + 1,
    TICK = WAIT + 1,
    MOVES = TICK + MOTIONS
};

static uint32_t people[PEOPLE], model;
static bool changeable;
/* How many motions are opened; and do people abstain, withdraw, leave and join? */
static int motions_max;
static bool everything;
static size_t outcomes[SHEAF_motion_state_COUNT];

static const struct sheaf_row_motion *motion_at(const small_step *at, int n)
{
    return (uint32_t)n < sheaf_motion_count(&at->state)
               ? sheaf_motion_at(&at->state, (uint32_t)n)
               : NULL;
}

static bool open(small_step *at, uint32_t by)
{
    struct sheaf_model_retire retire = {.model = model, .has_model = true};
    sheaf_effect effect = {SHEAF_KIND_model_retire, &retire};
    struct sheaf_motion_open what = {.effect = &effect, .has_effect = true};
    return sheaf_motion_count(&at->state) < (uint32_t)motions_max
           && small_act(at, by, SHEAF_KIND_motion_open, &what);
}

static bool vote(small_step *at, int n)
{
    const struct sheaf_row_motion *motion = motion_at(at, n / CHOICES % MOTIONS);
    if (!motion)
        return false;
    struct sheaf_ballot_cast what = {.choice = (uint8_t)(n % CHOICES), .motion = motion->id};
    return small_act(at, people[n / CHOICES / MOTIONS], SHEAF_KIND_ballot_cast, &what);
}

static bool withdraw(small_step *at, int n)
{
    const struct sheaf_row_motion *motion = motion_at(at, n % MOTIONS);
    if (!motion)
        return false;
    struct sheaf_motion_withdraw what = {.motion = motion->id};
    return small_act(at, people[n / MOTIONS], SHEAF_KIND_motion_withdraw, &what);
}

static bool tick(small_step *at, int n)
{
    const struct sheaf_row_motion *motion = motion_at(at, n);
    if (!motion)
        return false;
    struct sheaf_clock_tick what = {.deadline = SHEAF_deadline_kind_motion, .of = motion->id};
    return small_act(at, SHEAF_NONE, SHEAF_KIND_clock_tick, &what);
}

/* Until the next deadline. */
static bool wait_on(small_step *at)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < MOTIONS; i++) {
        const struct sheaf_row_motion *motion = motion_at(at, i);
        if (motion && motion->state == SHEAF_motion_state_open && motion->closes < next)
            next = motion->closes;
    }
    if (next == INT64_MAX || next <= at->now)
        return false;
    at->now = next;
    return true;
}

static bool move(small_step *at, int n)
{
    if (n < VOTE)
        return open(at, people[n - OPEN]);
    if (n < WITHDRAW)
        return (everything || (n - VOTE) % CHOICES != SHEAF_choice_abstain)
               && vote(at, n - VOTE);
    if (!everything && n < WAIT)
        return false;
    if (n < LEAVE)
        return withdraw(at, n - WITHDRAW);
    if (n < ADMIT) {
        struct sheaf_member_leave what = {0};
        return small_act(at, people[n - LEAVE], SHEAF_KIND_member_leave, &what);
    }
    if (n == ADMIT) {
        struct sheaf_member_admit what = {.member = people[PEOPLE - 1]};
        return small_act(at, people[0], SHEAF_KIND_member_admit, &what);
    }
    return n == WAIT ? wait_on(at) : tick(at, n - TICK);
}

/* ---- what must hold ---- */

typedef struct {
    uint32_t of[SHEAF_choice_COUNT], all;
} tally;

static tally count_ballots(const small_step *at, const struct sheaf_row_motion *motion)
{
    tally out = {0};
    for (uint32_t i = 0; i < sheaf_ballot_count(&at->state); i++) {
        const struct sheaf_row_ballot *ballot = sheaf_ballot_at(&at->state, i);
        if (ballot->motion != motion->id)
            continue;
        const struct sheaf_row_member *member = sheaf_member_get(&at->state, ballot->member);
        assert_true(member->admitted < motion->id);
        out.of[ballot->choice]++;
        out.all++;
    }
    return out;
}

/* As the bylaws of the kit say it: half must take part, and more be for than against. */
static uint8_t decide(const struct sheaf_row_motion *motion, tally votes, bool model_left)
{
    if (votes.all * 2 < motion->electorate)
        return SHEAF_motion_state_no_quorum;
    if (votes.of[SHEAF_choice_yes] <= votes.of[SHEAF_choice_no])
        return SHEAF_motion_state_rejected;
    return model_left ? SHEAF_motion_state_adopted : SHEAF_motion_state_void;
}

static bool model_left(const small_step *at)
{
    return sheaf_model_get(&at->state, model)->state != SHEAF_model_state_retired;
}

static uint32_t voters(const small_step *at)
{
    uint32_t count = 0;
    for (int i = 0; i < PEOPLE; i++)
        count += sheaf_member_get(&at->state, people[i])->state == SHEAF_member_state_active;
    return count;
}

static void judge_motion(const small_step *before, const small_step *after, int n)
{
    const struct sheaf_row_motion *was = motion_at(before, n), *is = motion_at(after, n);
    if (!is)
        return;
    tally votes = count_ballots(after, is);
    assert_int_equal(is->yes, votes.of[SHEAF_choice_yes]);
    assert_int_equal(is->no, votes.of[SHEAF_choice_no]);
    assert_int_equal(is->abstain, votes.of[SHEAF_choice_abstain]);
    assert_true(votes.all <= is->electorate);
    if (!was) {
        assert_int_equal(after->act.kind, SHEAF_KIND_motion_open);
        assert_int_equal(is->electorate, voters(before));
        return;
    }
    assert_int_equal(is->electorate, was->electorate);
    if (was->state != SHEAF_motion_state_open) {
        assert_memory_equal(is, was, sizeof *is); /* decided exactly once */
        return;
    }
    if (is->state == SHEAF_motion_state_open)
        return;
    outcomes[is->state]++;
    if (after->act.kind == SHEAF_KIND_motion_withdraw) {
        assert_int_equal(is->state, SHEAF_motion_state_withdrawn);
        return;
    }
    assert_int_equal(after->act.kind, SHEAF_KIND_clock_tick);
    assert_true(after->now >= was->closes);
    assert_int_equal(is->state, decide(is, votes, model_left(before)));
}

static bool due(const small_step *at)
{
    for (int i = 0; i < MOTIONS; i++) {
        const struct sheaf_row_motion *motion = motion_at(at, i);
        if (motion && motion->state == SHEAF_motion_state_open && motion->closes <= at->now)
            return true;
    }
    return false;
}

static void judge(const small_step *before, const small_step *after, int n)
{
    (void)n;
    if (due(before))
        assert_int_equal(after->act.kind, SHEAF_KIND_clock_tick);
    for (int i = 0; i < MOTIONS; i++)
        judge_motion(before, after, i);
    assert_int_equal(sheaf_coop(&after->state)->voters, voters(after));
}

/* ---- what tells states apart ---- */

/* What is known of a person; who may do the same and has done the same is the same person. */
typedef struct {
    uint8_t state, admits, opened[MOTIONS], choice[MOTIONS], earlier[MOTIONS];
} person;

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(person));
}

static void project(const small_step *at, sheaf_buffer *out)
{
    person list[PEOPLE] = {0};
    for (int p = 0; p < PEOPLE; p++) {
        const struct sheaf_row_member *member = sheaf_member_get(&at->state, people[p]);
        list[p].state = member->state;
        list[p].admits = p == 0;
        for (int i = 0; i < MOTIONS; i++) {
            const struct sheaf_row_motion *motion = motion_at(at, i);
            if (!motion || motion->state != SHEAF_motion_state_open)
                continue; /* what led to a decision no longer matters */
            const struct sheaf_row_ballot *ballot =
                sheaf_ballot_find(&at->state, sheaf_pair(motion->id, people[p]));
            list[p].opened[i] = motion->by == people[p];
            list[p].choice[i] = ballot ? ballot->choice : SHEAF_choice_COUNT;
            list[p].earlier[i] = member->admitted < motion->id;
        }
    }
    qsort(list, PEOPLE, sizeof *list, by_bytes);
    sheaf_buffer_add(out, sheaf_bytes(list, sizeof list));
    sheaf_buffer_add_byte(out, model_left(at));
    for (int i = 0; i < MOTIONS; i++) {
        const struct sheaf_row_motion *motion = motion_at(at, i);
        if (!motion)
            continue;
        bool open = motion->state == SHEAF_motion_state_open;
        sheaf_buffer_add_byte(out, motion->state);
        sheaf_buffer_add_u32(out, open ? motion->electorate : 0);
        sheaf_buffer_add_u64(out, open ? (uint64_t)(motion->closes - at->now) : 0);
    }
}

/* Ann, bob and cat are members, dan has applied, and there is a model for motions to retire. */
static void begin(kit *k, bool early)
{
    static const char *const names[PEOPLE] = {"ann", "bob", "cat", "dan"};
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.changeable = changeable;
    rules.early = early;
    kit_found(k, &rules);
    for (int i = 1; i < PEOPLE; i++)
        kit_do(k, names[i], "member.apply", names[i],
               "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", names[i]);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#bob}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#cat}");
    kit_do(k, "ann", "model.register", "model",
           "{'features':[{'column':'age'}],'kind':'logistic','label':'num','schema':'heart/v1',"
           "'title':^}");
    for (int i = 0; i < PEOPLE; i++)
        people[i] = kit_index(k, names[i]);
    model = kit_index(k, "model");
}

static void explore(bool may_change, bool early, int motions, bool all)
{
    kit k;
    changeable = may_change;
    motions_max = motions;
    everything = all;
    begin(&k, early);
    small_count count = small_walk(&k, &(small_world){.moves = MOVES,
                                                      .depth = INT_MAX,
                                                      .move = move,
                                                      .judge = judge,
                                                      .project = project});
    print_message("%zu states, %zu steps, depth %d\n", count.states, count.steps, count.depth);
    kit_close(&k);
}

/* One motion, and all that four people can do about it. */
static void test_one_motion(void **unused)
{
    (void)unused;
    explore(true, true, 1, true);
    for (int state = SHEAF_motion_state_adopted; state < SHEAF_motion_state_void; state++)
        assert_true(outcomes[state] > 0);
}

/* Two motions of which only one can take effect, votes for and against. */
static void test_two_motions(void **unused)
{
    (void)unused;
    explore(false, false, 2, false);
    assert_true(outcomes[SHEAF_motion_state_void] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_motion),
                                       cmocka_unit_test(test_two_motions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
