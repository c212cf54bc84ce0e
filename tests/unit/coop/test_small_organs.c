/* Three members who are the board of a co-op: whatever they do, in any order, a motion of
 * theirs is decided once, by officers while enough of them can and by all members otherwise,
 * and what they did at once stands exactly until the members have said no. */
#include "organ_world.h"
#include "small_worlds.h"

#include <limits.h>

enum { BOARD = 3, CHOICES = 3 };

/* Where the moves of each sort begin. */
enum {
    OPEN = 0,
    OPEN_URGENT = OPEN + BOARD,
    VOTE = OPEN_URGENT + BOARD,
    CONFLICT = VOTE + BOARD * CHOICES,
    RESIGN = CONFLICT + BOARD,
    WITHDRAW = RESIGN + BOARD,
    WAIT = WITHDRAW + BOARD,
    TICK,
    MOVES
};

static uint32_t people[BOARD], mandate, first_row;
static bool at_once; /* do they open urgent motions, or resolutions? */
static size_t outcomes[SHEAF_motion_state_COUNT], by_board, referred, urgent_acts, ratified;

static const struct sheaf_row_motion *on(const small_step *at)
{
    return sheaf_motion_count(&at->state) > first_row ? sheaf_motion_at(&at->state, first_row)
                                                      : NULL;
}

/* ---- moves ---- */

static bool open_in_board(small_step *at, uint32_t by, bool urgent)
{
    struct sheaf_automation_suspend stop = {.of = mandate};
    sheaf_effect effect = {SHEAF_KIND_automation_suspend, &stop};
    struct sheaf_motion_open what = {.has_organ = true,
                                     .effect = &effect,
                                     .has_effect = urgent,
                                     .urgent = urgent,
                                     .has_urgent = true};
    return !on(at) && small_act(at, by, SHEAF_KIND_motion_open, &what);
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
    if (!on(at) || !sheaf_deadline_first(&at->state, &next) || next.at <= at->now)
        return false;
    at->now = next.at;
    return true;
}

static bool move_about(small_step *at, int n)
{
    uint32_t id = on(at)->id;
    if (n < CONFLICT) {
        struct sheaf_ballot_cast what = {.choice = (uint8_t)((n - VOTE) % CHOICES),
                                         .motion = id};
        return small_act(at, people[(n - VOTE) / CHOICES], SHEAF_KIND_ballot_cast, &what);
    }
    if (n < RESIGN) {
        struct sheaf_conflict_declare what = {.matter = id};
        return small_act(at, people[n - CONFLICT], SHEAF_KIND_conflict_declare, &what);
    }
    struct sheaf_motion_withdraw what = {.motion = id};
    return small_act(at, people[n - WITHDRAW], SHEAF_KIND_motion_withdraw, &what);
}

static bool move(small_step *at, int n)
{
    if (on(at) && on(at)->state != SHEAF_motion_state_open)
        return false; /* what was decided is left alone */
    if (n == WAIT)
        return wait_on(at);
    if (n == TICK)
        return tick(at);
    if (n < OPEN_URGENT)
        return !at_once && open_in_board(at, people[n - OPEN], false);
    if (n < VOTE)
        return at_once && open_in_board(at, people[n - OPEN_URGENT], true);
    if (n >= RESIGN && n < WITHDRAW) {
        struct sheaf_office_resign what = {0};
        return small_act(at, people[n - RESIGN], SHEAF_KIND_office_resign, &what);
    }
    return on(at) && move_about(at, n);
}

/* ---- what must hold ---- */

static bool officer_at(const small_step *at, int person, uint32_t entry)
{
    for (uint32_t i = 0; i < sheaf_office_count(&at->state); i++) {
        const struct sheaf_row_office *office = sheaf_office_at(&at->state, i);
        if (office->member == people[person] && office->organ == 0 && office->began <= entry
            && (office->ended == SHEAF_NONE || office->ended > entry))
            return true;
    }
    return false;
}

static bool officer_now(const small_step *at, int person)
{
    return officer_at(at, person, SHEAF_NONE - 1);
}

static bool officer_of(const small_step *at, uint32_t member)
{
    int person = 0;
    while (people[person] != member)
        person++;
    return officer_now(at, person);
}

static uint32_t officers(const small_step *at)
{
    uint32_t count = 0;
    for (int i = 0; i < BOARD; i++)
        count += officer_now(at, i);
    return count;
}

static bool conflict_of(const small_step *at, const struct sheaf_row_motion *of, int person)
{
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(&at->state, sheaf_pair(of->id, people[person]));
    return row && row->since != SHEAF_NONE;
}

/* What the person has cast for those who decide now, or CHOICES. */
static uint8_t choice_of(const small_step *at, const struct sheaf_row_motion *of, int person)
{
    const struct sheaf_row_ballot *row =
        sheaf_ballot_find(&at->state, sheaf_pair(of->id, people[person]));
    bool entitled = of->body != SHEAF_body_organ || officer_at(at, person, of->since);
    return row && row->cast >= of->since && entitled && !conflict_of(at, of, person)
               ? row->choice
               : CHOICES;
}

typedef struct {
    uint32_t of[CHOICES + 1], cast, able;
} tally;

static tally count_ballots(const small_step *at, const struct sheaf_row_motion *of)
{
    tally out = {0};
    for (int i = 0; i < BOARD; i++) {
        uint8_t choice = choice_of(at, of, i);
        bool silent = choice == CHOICES && officer_at(at, i, of->since) && officer_now(at, i)
                      && !conflict_of(at, of, i);
        out.of[choice]++;
        out.cast += choice != CHOICES;
        out.able += choice != CHOICES || silent;
    }
    return out;
}

/* Half of the officers take part, or more than half are for an urgent act. */
static uint32_t needed(const struct sheaf_row_motion *of)
{
    return of->urgent ? of->electorate / 2 + 1 : (of->electorate + 1) / 2;
}

static bool stopped(const small_step *at)
{
    return sheaf_suspended(&at->state, mandate);
}

static void judge_board(const small_step *before, const small_step *after)
{
    const struct sheaf_row_motion *was = on(before), *is = on(after);
    tally votes = count_ballots(before, was);
    bool more = votes.of[SHEAF_choice_yes] > votes.of[SHEAF_choice_no];
    if (!votes.able || votes.able < needed(was)) {
        assert_int_equal(is->body, SHEAF_body_assembly);
        assert_int_equal(is->state, SHEAF_motion_state_open);
        assert_false(is->urgent || is->ratify || stopped(after));
        referred++;
    } else if (was->urgent && votes.of[SHEAF_choice_yes] >= needed(was)) {
        assert_int_equal(is->body, SHEAF_body_assembly);
        assert_true(is->ratify > after->now && is->closes <= is->ratify && stopped(after));
        urgent_acts++;
    } else {
        assert_int_equal(is->state, votes.cast < needed(was) && !was->urgent
                                        ? SHEAF_motion_state_no_quorum
                                    : more && !was->urgent ? SHEAF_motion_state_adopted
                                                           : SHEAF_motion_state_rejected);
        assert_false(stopped(after));
        by_board++;
        return;
    }
    assert_int_equal(is->electorate, sheaf_coop(&before->state)->voters);
    assert_int_equal(is->yes + is->no + is->abstain, 0);
}

/* As the bylaws of the kit say it: half must take part, and more be for than against. */
static void judge_members(const small_step *before, const small_step *after)
{
    const struct sheaf_row_motion *was = on(before), *is = on(after);
    tally votes = count_ballots(before, was);
    uint8_t to = votes.cast * 2 < was->electorate ? SHEAF_motion_state_no_quorum
                 : votes.of[SHEAF_choice_yes] > votes.of[SHEAF_choice_no]
                     ? SHEAF_motion_state_adopted
                     : SHEAF_motion_state_rejected;
    bool acts = to == SHEAF_motion_state_adopted && was->effect != SHEAF_KIND_none;
    ratified += acts && was->ratify;
    if (was->ratify && !acts)
        to = SHEAF_motion_state_undone;
    assert_int_equal(is->state, to);
    assert_int_equal(stopped(after), acts);
}

static void judge(const small_step *before, const small_step *after, int n)
{
    (void)n;
    const struct sheaf_row_motion *was = on(before), *is = on(after);
    if (!is)
        return;
    tally votes = count_ballots(after, is);
    assert_int_equal(is->yes, votes.of[SHEAF_choice_yes]);
    assert_int_equal(is->no, votes.of[SHEAF_choice_no]);
    assert_int_equal(is->abstain, votes.of[SHEAF_choice_abstain]);
    if (!was) {
        assert_int_equal(is->electorate, officers(before));
        return;
    }
    if (after->act.kind == SHEAF_KIND_ballot_cast && was->body == SHEAF_body_organ)
        assert_true(officer_of(before, after->act.by));
    bool same = is->state == was->state && is->body == was->body;
    outcomes[is->state] += !same;
    if (same) { /* whatever else happens leaves what stands and who decides alone */
        assert_int_equal(is->electorate, was->electorate);
        assert_int_equal(is->since, was->since);
        assert_int_equal(is->ratify, was->ratify);
        assert_int_equal(stopped(after), stopped(before));
        return;
    }
    if (after->act.kind == SHEAF_KIND_motion_withdraw) {
        assert_int_equal(is->state, SHEAF_motion_state_withdrawn);
        assert_int_equal(after->act.by, was->by);
        assert_false(was->ratify);
        return;
    }
    assert_int_equal(after->act.kind, SHEAF_KIND_clock_tick);
    assert_true(after->now >= was->closes);
    if (was->body == SHEAF_body_organ)
        judge_board(before, after);
    else
        judge_members(before, after);
}

/* ---- what tells states apart ---- */

/* Who may do the same and has done the same is the same person. */
typedef struct {
    uint8_t now, then, opened, choice, conflicted;
} person;

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(person));
}

static void project(const small_step *at, sheaf_buffer *out)
{
    const struct sheaf_row_motion *of = on(at);
    sheaf_deadline next = {.at = at->now};
    person list[BOARD] = {0};
    for (int p = 0; p < BOARD; p++) {
        list[p].now = officer_now(at, p);
        if (!of)
            continue;
        list[p].then = officer_at(at, p, of->since);
        list[p].opened = of->by == people[p];
        list[p].choice = choice_of(at, of, p);
        list[p].conflicted = conflict_of(at, of, p);
    }
    qsort(list, BOARD, sizeof *list, by_bytes);
    sheaf_buffer_add(out, sheaf_bytes(list, sizeof list));
    (void)sheaf_deadline_first(&at->state, &next);
    sheaf_buffer_add_byte(out, next.kind);
    sheaf_buffer_add_u64(out, (uint64_t)(next.at - at->now));
    if (!of)
        return;
    sheaf_buffer_add_byte(out, of->state);
    sheaf_buffer_add_byte(out, of->body);
    sheaf_buffer_add_byte(out, of->urgent);
    sheaf_buffer_add_byte(out, stopped(at));
    sheaf_buffer_add_u32(out, of->electorate);
    sheaf_buffer_add_u64(out, (uint64_t)(of->closes - at->now));
    sheaf_buffer_add_u64(out, of->ratify ? (uint64_t)(of->ratify - at->now) : 0);
}

static void explore(bool urgent)
{
    static const char *const names[BOARD] = {"ann", "bob", "cat"};
    kit k;
    at_once = urgent;
    memset(outcomes, 0, sizeof outcomes);
    by_board = referred = urgent_acts = ratified = 0;
    begin(&k, "{'ratify_s':200}");
    for (int i = 0; i < BOARD; i++)
        people[i] = kit_index(&k, names[i]);
    mandate = kit_index(&k, "g.tick");
    first_row = sheaf_motion_count(&k.state);
    small_count count = small_walk(&k, &(small_world){.moves = MOVES,
                                                      .depth = INT_MAX,
                                                      .move = move,
                                                      .judge = judge,
                                                      .project = project});
    print_message("%zu states, %zu steps, depth %d\n", count.states, count.steps, count.depth);
    assert_true(by_board > 0 && referred > 0);
    assert_true(outcomes[SHEAF_motion_state_adopted] > 0);
    assert_true(outcomes[SHEAF_motion_state_rejected] > 0);
    assert_int_equal(outcomes[SHEAF_motion_state_withdrawn] > 0, !urgent); /* a stop stands */
    kit_close(&k);
}

/* A motion of the board, and all that three officers can do about it. */
static void test_board(void **unused)
{
    (void)unused;
    explore(false);
    assert_true(outcomes[SHEAF_motion_state_no_quorum] > 0);
}

/* An urgent act of theirs. */
static void test_urgent(void **unused)
{
    (void)unused;
    explore(true);
    assert_true(urgent_acts > 0 && ratified > 0);
    assert_true(outcomes[SHEAF_motion_state_undone] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_board),
                                       cmocka_unit_test(test_urgent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
