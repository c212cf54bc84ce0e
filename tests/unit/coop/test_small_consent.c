/* Three members of a circle inside another: whatever they do, in any order, a proposal is
 * decided once, and adopted exactly where nobody objects and enough have answered. */
#include "small_worlds.h"

#include "coop/circles.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PEOPLE = 3, CIRCLES = 2, ANSWERS = SHEAF_answer_kind_COUNT };
enum { INNER, OUTER };

/* Where the moves of each sort begin. */
enum {
    OPEN = 0,
    ANSWER = OPEN + PEOPLE,
    AMEND = ANSWER + PEOPLE * ANSWERS,
    WITHDRAW = AMEND + PEOPLE,
    CONFLICT = WITHDRAW + PEOPLE,
    LEAVE = CONFLICT + PEOPLE,
    JOIN = LEAVE + PEOPLE * CIRCLES,
    ADMIT = JOIN + PEOPLE,
    GO = ADMIT + PEOPLE * PEOPLE,
    WAIT = GO + PEOPLE,
    TICK,
    MOVES
};

static uint32_t people[PEOPLE], circles[CIRCLES];
/* Do they come, go, change the text and declare conflicts? */
static bool movement;
static size_t outcomes[SHEAF_proposal_state_COUNT], referred;

static const struct sheaf_row_proposal *proposal(const small_step *at)
{
    return sheaf_proposal_count(&at->state) ? sheaf_proposal_at(&at->state, 0) : NULL;
}

static bool open(small_step *at, uint32_t by)
{
    struct sheaf_proposal_open what = {.circle = circles[INNER], .review_s = 1000};
    return !proposal(at) && small_act(at, by, SHEAF_KIND_proposal_open, &what);
}

static bool answer(small_step *at, uint32_t by, int kind)
{
    uint32_t id = proposal(at)->id;
    if (kind == SHEAF_answer_kind_consent || kind == SHEAF_answer_kind_aside) {
        struct sheaf_proposal_consent what = {
            .proposal = id, .has_aside = true, .aside = kind == SHEAF_answer_kind_aside};
        return small_act(at, by, SHEAF_KIND_proposal_consent, &what);
    }
    struct sheaf_proposal_object what = {.proposal = id,
                                         .class = kind == SHEAF_answer_kind_paramount
                                                      ? SHEAF_objection_class_paramount
                                                      : SHEAF_objection_class_concern};
    return small_act(at, by, SHEAF_KIND_proposal_object, &what);
}

static bool leave(small_step *at, int n)
{
    struct sheaf_circle_leave what = {.circle = circles[n % CIRCLES]};
    return small_act(at, people[n / CIRCLES], SHEAF_KIND_circle_leave, &what);
}

static bool admit(small_step *at, int n)
{
    struct sheaf_circle_admit what = {.circle = circles[INNER], .member = people[n % PEOPLE]};
    return small_act(at, people[n / PEOPLE], SHEAF_KIND_circle_admit, &what);
}

static bool tick(small_step *at)
{
    sheaf_deadline due;
    if (!sheaf_deadline_first(&at->state, &due) || due.at > at->now)
        return false;
    struct sheaf_clock_tick what = {.deadline = due.kind, .of = due.of};
    return small_act(at, SHEAF_NONE, SHEAF_KIND_clock_tick, &what);
}

static bool wait_on(small_step *at)
{
    sheaf_deadline next;
    if (!sheaf_deadline_first(&at->state, &next) || next.at <= at->now)
        return false;
    at->now = next.at;
    return true;
}

static bool move_about(small_step *at, int n)
{
    uint32_t id = proposal(at)->id;
    if (n < WITHDRAW) {
        struct sheaf_proposal_amend what = {.proposal = id};
        return proposal(at)->amendments < 1
               && small_act(at, people[n - AMEND], SHEAF_KIND_proposal_amend, &what);
    }
    if (n < CONFLICT) {
        struct sheaf_proposal_withdraw what = {.proposal = id};
        return small_act(at, people[n - WITHDRAW], SHEAF_KIND_proposal_withdraw, &what);
    }
    if (n < LEAVE) {
        struct sheaf_conflict_declare what = {.matter = id};
        return small_act(at, people[n - CONFLICT], SHEAF_KIND_conflict_declare, &what);
    }
    if (n < JOIN)
        return leave(at, n - LEAVE);
    if (n < ADMIT) {
        struct sheaf_circle_join what = {.circle = circles[INNER]};
        return small_act(at, people[n - JOIN], SHEAF_KIND_circle_join, &what);
    }
    if (n < GO)
        return admit(at, n - ADMIT);
    struct sheaf_member_leave what = {0};
    return small_act(at, people[n - GO], SHEAF_KIND_member_leave, &what);
}

static bool move(small_step *at, int n)
{
    if (n == WAIT)
        return wait_on(at);
    if (n == TICK)
        return tick(at);
    if (n < ANSWER)
        return open(at, people[n - OPEN]);
    if (!proposal(at) || proposal(at)->state != SHEAF_proposal_state_open)
        return false; /* what was decided is left alone but for the clock */
    if (n < AMEND)
        return answer(at, people[(n - ANSWER) / ANSWERS], (n - ANSWER) % ANSWERS);
    return movement && move_about(at, n);
}

/* ---- what must hold ---- */

/* Did the person have a place in the circle when the proposal came, and has kept it? */
static bool takes_part(const small_step *at, const struct sheaf_row_proposal *of, int person)
{
    const struct sheaf_row_circle_member *place =
        sheaf_circle_member_find(&at->state, sheaf_pair(of->circle, people[person]));
    const struct sheaf_row_conflict *conflict =
        sheaf_conflict_find(&at->state, sheaf_pair(of->id, people[person]));
    return place && place->joined < of->since && place->left == SHEAF_NONE
           && !(conflict && conflict->since != SHEAF_NONE)
           && sheaf_member_get(&at->state, people[person])->state == SHEAF_member_state_active;
}

typedef struct {
    uint16_t answers, objections, others;
} tally;

/* An answer stands if it was given to this text; an objection if in this circle. */
static tally count_answers(const small_step *at, const struct sheaf_row_proposal *of)
{
    tally out = {0};
    for (int i = 0; i < PEOPLE; i++) {
        const struct sheaf_row_answer *given =
            sheaf_answer_find(&at->state, sheaf_pair(of->id, people[i]));
        if (!given || !takes_part(at, of, i))
            continue;
        bool objection = given->kind == SHEAF_answer_kind_paramount && given->entry > of->since;
        bool stands = objection || given->round == of->round;
        out.answers += stands;
        out.objections += objection;
        out.others += stands && people[i] != of->by;
    }
    return out;
}

static uint16_t in_circle(const small_step *at, uint32_t circle)
{
    uint16_t count = 0;
    for (int i = 0; i < PEOPLE; i++)
        count += sheaf_circle_in(&at->state, circle, people[i]);
    return count;
}

static uint16_t take_part(const small_step *at, const struct sheaf_row_proposal *of)
{
    uint16_t count = 0;
    for (int i = 0; i < PEOPLE; i++)
        count += takes_part(at, of, i);
    return count;
}

static void judge_adopted(const struct sheaf_row_proposal *was,
                          const struct sheaf_row_proposal *is, const small_step *after,
                          tally votes)
{
    bool in_time = after->act.kind == SHEAF_KIND_clock_tick && after->now >= was->closes;
    assert_int_equal(votes.objections, 0);
    assert_true(votes.others >= 2);
    assert_true(votes.answers * 2 >= is->electorate);
    assert_true(in_time || votes.answers == take_part(after, is));
    assert_int_equal(is->closes, after->now + 1000000);
}

/* The time is over: what had to come of it? */
static void judge_over(const small_step *before, const struct sheaf_row_proposal *was,
                       const struct sheaf_row_proposal *is)
{
    tally votes = count_answers(before, was);
    bool enough = votes.others >= 2 && votes.answers * 2 >= was->electorate;
    bool wider = was->circle == circles[INNER] && in_circle(before, circles[OUTER]) >= 3;
    if (votes.objections && wider) {
        referred++;
        assert_int_equal(is->state, SHEAF_proposal_state_open);
        assert_int_equal(is->circle, circles[OUTER]);
        assert_int_equal(is->electorate, in_circle(before, circles[OUTER]));
        assert_int_equal(is->objections, 0);
        return;
    }
    assert_int_equal(is->state, votes.objections ? SHEAF_proposal_state_wider
                                : enough         ? SHEAF_proposal_state_adopted
                                                 : SHEAF_proposal_state_lapsed);
}

static void judge_open(const small_step *before, const small_step *after,
                       const struct sheaf_row_proposal *was,
                       const struct sheaf_row_proposal *is)
{
    if (after->act.kind == SHEAF_KIND_clock_tick)
        judge_over(before, was, is);
    if (is->since == was->since)
        assert_int_equal(is->electorate, was->electorate);
    else
        assert_int_equal(after->act.kind, SHEAF_KIND_clock_tick);
    tally votes = count_answers(after, is);
    if (is->state == SHEAF_proposal_state_open) {
        assert_int_equal(is->answers, votes.answers);
        assert_int_equal(is->objections, votes.objections);
        bool all = votes.answers == take_part(after, is) && votes.others >= 2
                   && votes.answers * 2 >= is->electorate && !votes.objections;
        assert_false(all);
        return;
    }
    outcomes[is->state]++;
    assert_int_equal(is->decided, before->state.size);
    if (is->state == SHEAF_proposal_state_adopted)
        judge_adopted(was, is, after, votes);
    else if (is->state == SHEAF_proposal_state_withdrawn)
        assert_int_equal(after->act.kind, SHEAF_KIND_proposal_withdraw);
    else
        assert_int_equal(after->act.kind, SHEAF_KIND_clock_tick);
}

static void judge(const small_step *before, const small_step *after, int n)
{
    const struct sheaf_row_proposal *was = proposal(before), *is = proposal(after);
    sheaf_deadline due;
    if (after->act.kind != SHEAF_KIND_none && sheaf_deadline_first(&before->state, &due)
        && due.at <= after->now)
        assert_int_equal(n, TICK);
    for (int i = 0; i < CIRCLES; i++) {
        const struct sheaf_row_circle *circle = sheaf_circle_get(&after->state, circles[i]);
        assert_int_equal(circle->members, in_circle(after, circles[i]));
        assert_int_equal(circle->voters, circle->members);
        assert_int_equal(circle->ended == SHEAF_NONE, circle->members > 0);
    }
    if (!is)
        return;
    bool is_open = is->state == SHEAF_proposal_state_open;
    assert_int_equal(sheaf_pending_at(&after->state, 0)->proposals, is_open);
    if (!was)
        assert_int_equal(is->electorate, in_circle(before, circles[INNER]));
    else if (was->state == SHEAF_proposal_state_open)
        judge_open(before, after, was, is);
    else if (is->state != was->state)
        assert_true(was->state == SHEAF_proposal_state_adopted
                    && is->state == SHEAF_proposal_state_review);
    else
        assert_memory_equal(is, was, sizeof *is); /* decided exactly once */
}

/* ---- what tells states apart ---- */

/* What is known of a person; who may do the same and has done the same is the same person. */
typedef struct {
    uint8_t state, place[CIRCLES], part, proposes, answer, stands, conflicted;
} person;

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(person));
}

static uint8_t place_of(const small_step *at, uint32_t circle, uint32_t member)
{
    const struct sheaf_row_circle_member *place =
        sheaf_circle_member_find(&at->state, sheaf_pair(circle, member));
    if (!place || place->left != SHEAF_NONE)
        return 0;
    return place->joined == SHEAF_NONE ? 1 : 2;
}

static void project(const small_step *at, sheaf_buffer *out)
{
    const struct sheaf_row_proposal *of = proposal(at);
    person list[PEOPLE] = {0};
    for (int p = 0; p < PEOPLE; p++) {
        list[p].state = sheaf_member_get(&at->state, people[p])->state;
        for (int i = 0; i < CIRCLES; i++)
            list[p].place[i] = place_of(at, circles[i], people[p]);
        if (!of)
            continue;
        const struct sheaf_row_answer *given =
            sheaf_answer_find(&at->state, sheaf_pair(of->id, people[p]));
        const struct sheaf_row_conflict *conflict =
            sheaf_conflict_find(&at->state, sheaf_pair(of->id, people[p]));
        list[p].part = takes_part(at, of, p);
        list[p].proposes = of->by == people[p];
        list[p].conflicted = conflict != NULL;
        list[p].answer = given ? given->kind : ANSWERS;
        list[p].stands =
            given && given->round == of->round ? 2 : given && given->round >= of->round_first;
    }
    qsort(list, PEOPLE, sizeof *list, by_bytes);
    sheaf_buffer_add(out, sheaf_bytes(list, sizeof list));
    if (!of)
        return;
    sheaf_buffer_add_byte(out, of->state);
    sheaf_buffer_add_byte(out, of->circle == circles[INNER]);
    sheaf_buffer_add_byte(out, of->amendments);
    sheaf_buffer_add_u32(out, of->electorate);
    sheaf_buffer_add_u32(out, of->gone);
    sheaf_buffer_add_u64(out, (uint64_t)(of->closes - at->now));
}

/* Ann, bob and cat are in both circles. */
static void begin(kit *k)
{
    static const char *const names[PEOPLE] = {"ann", "bob", "cat"};
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':4,'protected':false,'review_max_s':1000,'size_warning':20}";
    kit_found(k, &rules);
    for (int i = 1; i < PEOPLE; i++) {
        kit_do(k, names[i], "member.apply", names[i],
               "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", names[i]);
        kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", names[i]);
    }
    kit_do(k, "ann", "circle.found", "outer", "{'name':^,'purpose':^}");
    kit_do(k, "ann", "circle.found", "inner", "{'name':^,'parent':#outer,'purpose':^}");
    for (int i = 1; i < PEOPLE; i++) {
        kit_do(k, names[i], "circle.join", NULL, "{'circle':#outer}");
        kit_do(k, "ann", "circle.admit", NULL, "{'circle':#outer,'member':#%s}", names[i]);
        kit_do(k, names[i], "circle.join", NULL, "{'circle':#inner}");
        kit_do(k, "ann", "circle.admit", NULL, "{'circle':#inner,'member':#%s}", names[i]);
    }
    for (int i = 0; i < PEOPLE; i++)
        people[i] = kit_index(k, names[i]);
    circles[INNER] = kit_index(k, "inner");
    circles[OUTER] = kit_index(k, "outer");
}

static void explore(bool moving, int depth)
{
    kit k;
    movement = moving;
    begin(&k);
    small_count count = small_walk(
        &k,
        &(small_world){
            .moves = MOVES, .depth = depth, .move = move, .judge = judge, .project = project});
    print_message("%zu states, %zu steps, depth %d\n", count.states, count.steps, count.depth);
    kit_close(&k);
}

/* All answers in all orders, to the end. */
static void test_answers(void **unused)
{
    (void)unused;
    explore(false, INT_MAX);
    assert_true(outcomes[SHEAF_proposal_state_adopted] > 0);
    assert_true(outcomes[SHEAF_proposal_state_lapsed] > 0);
    assert_true(outcomes[SHEAF_proposal_state_wider] > 0);
    assert_true(referred > 0);
}

/* And while people come and go, change the text and declare conflicts: so many acts deep. */
static void test_answers_of_those_who_move(void **unused)
{
    (void)unused;
    explore(true, getenv("SHEAF_TEST_LONG") ? 8 : 6);
    assert_true(outcomes[SHEAF_proposal_state_withdrawn] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answers),
                                       cmocka_unit_test(test_answers_of_those_who_move)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
