/* No sequence of acts passes a protected change below its threshold: coalitions of several
 * sizes play any acts of the catalogue under the models of the bylaws (coalition.h). What a
 * majority may do by the bylaws it does: it takes offices, brings in strangers who vote with
 * it, and excludes opponents by the majority which that needs. For as long as nobody becomes
 * settled (coop/settled.h) nothing protected passes by that. Under a model that asks for no
 * settled members a majority brings in nobody, and a sequence ends with an exclusion. A
 * minority tries all of it.
 *
 * SHEAF_TEST_SEED plays one sequence and tells every act of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bylaws/model.h"
#include "coalition.h"
#include "coop/deadline.h"
#include "coop/organs.h"

enum { TURNS = 30, ACTS_MAX = 8, FEW = 26, MANY = 4000, KINDS_MIN = 30 };

static const coalition_side sides[] = {
    {"coop3", 4, 3},       {"coop3", 4, 2},      {"coop3", 6, 2},       {"coop3", 7, 2},
    {"association", 4, 3}, {"consortium", 3, 2}, {"data-coop", 5, 3},   {"worker", 4, 3},
    {"coop3", 2, 3},       {"sce", 2, 3},        {"association", 2, 3}, {"sce", 5, 4},
    {"coop3", 3, 4},
};
enum { SIDES = sizeof sides / sizeof *sides };

/* ---- the world ---- */

static void put_in(sheaf_buffer *out, const char *text)
{
    static const char *const empty[] = {"\"name\":\"\"", "\"place\":\"\"", "\"text\":\"\"",
                                        "\"before_admission\":true,"};
    static const char *const filled[] = {"'name':'Seven SCE'", "'place':'Berlin'",
                                         "'text':'to learn'", ""}; /* nobody pays here */
    while (*text) {
        size_t i = 0;
        while (i < 4 && strncmp(text, empty[i], strlen(empty[i])) != 0)
            i++;
        if (i < 4) {
            sheaf_buffer_add_string(out, filled[i]);
            text += strlen(empty[i]);
            continue;
        }
        sheaf_buffer_add_byte(out, *text == '"' ? '\'' : *text == '\'' ? '`' : (uint8_t)*text);
        text++;
    }
    sheaf_buffer_add_byte(out, 0);
}

static void put_model(coalition *c)
{
    const sheaf_bylaws_model *model;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)); i++)
        if (strcmp(model->name, c->side.model) == 0)
            break;
    if (!model)
        kit_fail("no model %s", c->side.model);
    sheaf_buffer_init(&c->base, 1 << 16);
    put_in(&c->base, model->text);
}

static void member_joins(coalition *c, char side, int place)
{
    char name[KIT_NAME_MAX], other[KIT_NAME_MAX], what[200], holder[16] = "";
    coalition_name(name, side, place);
    if (side == 'o') /* whose commitments the coalition can copy */
        snprintf(holder, sizeof holder, "'holder':~%c,", 'a' + place);
    kit_do(&c->k, name, "member.apply", name,
           "{'class':0,%s'kind':'person','name':^,'public_key':@%s,'web':false}", holder, name);
    snprintf(what, sizeof what, "{'member':#%s}", name);
    for (int i = 0; i < c->side.ours; i++)
        if (!sheaf_member_active(&c->k.state, kit_named(&c->k, name)->member))
            (void)kit_try(&c->k, coalition_name(other, 'c', i), "member.admit", what, NULL);
    for (int i = 0; i < c->side.theirs; i++)
        if (!sheaf_member_active(&c->k.state, kit_named(&c->k, name)->member))
            (void)kit_try(&c->k, coalition_name(other, 'o', i), "member.admit", what, NULL);
}

/* Those on trial have their votes. */
static void trials_end(coalition *c)
{
    sheaf_deadline due;
    while (sheaf_deadline_first(&c->k.state, &due)
           && due.kind == SHEAF_deadline_kind_member_trial) {
        c->k.now = due.at;
        kit_do(&c->k, "hub", "clock.tick", NULL,
               "{'deadline':'member_trial','of':%u,'unwitnessed':false}", due.of);
    }
}

static void found(coalition *c)
{
    sheaf_buffer what;
    kit_open_revision(&c->k, 2);
    put_model(c);
    sheaf_buffer_init(&c->what, 1 << 18);
    sheaf_buffer_init(&what, 1 << 17);
    sheaf_buffer_add_string(&what, "{'bylaws':");
    coalition_put_bylaws(c, &what, false);
    sheaf_buffer_add_string(&what,
                            ",'class':0,'hub_key':@hub,'kind':'person','log_key':@log,'name':^,"
                            "'origin':'" KIT_ORIGIN "','public_key':@c0,'revision':1}");
    sheaf_buffer_add_byte(&what, 0);
    kit_want(&c->k, SHEAF_ACCEPTED, "c0", "coop.found", (const char *)what.data, "c0");
    sheaf_buffer_deinit(&what);
    for (int i = 0; i < c->side.theirs; i++)
        member_joins(c, 'o', i);
    for (int i = 1; i < c->side.ours; i++)
        member_joins(c, 'c', i);
    trials_end(c);
    if (sheaf_coop(&c->k.state)->voters != (uint32_t)(c->side.ours + c->side.theirs))
        kit_fail("%s: %u of %d have a vote", c->side.model, sheaf_coop(&c->k.state)->voters,
                 c->side.ours + c->side.theirs);
    int64_t settled_ms = (int64_t)sheaf_bylaws_now(&c->k.state)->settled_s * 1000;
    c->settles = settled_ms > 0;
    if (coalition_draw(c, 2))
        c->k.now += settled_ms; /* all are settled by now, and not as founders alone */
    c->last = c->settles ? c->k.now + settled_ms : INT64_MAX;
    c->turn = INT64_MAX;
    c->bylaws = sheaf_coop(&c->k.state)->bylaws_newest;
    c->wait_ms = (int64_t)sheaf_bylaws_now(&c->k.state)->recovery_wait_s * 1000;
}

/* ---- the coalition ---- */

static sheaf_kind some_kind(coalition *c)
{
    static const char *const weapons[] = {
        "ballots.confirm",  "ballots.record",   "conflict.allege",  "conflict.allege",
        "member.admit",     "member.apply",     "member.apply",     "recovery.confirm",
        "recovery.judge",   "recovery.object",  "recovery.open",    "recovery.open",
        "member.death",     "exclusion.open",   "import.open",      "member.import",
        "import.confirm",   "member.claim",     "assembly.convene", "election.call",
        "candidate.stand",  "election.vote",    "key.admit",        "proxy.give",
        "assembly.convene", "assembly.convene", "circle.found",     "proposal.open",
        "override.suspend", "bylaws.register",  "bylaws.confirm",   "petition.open",
        "holder.allow",     "assembly.admit"};
    sheaf_kind kind = SHEAF_KIND_none;
    uint32_t which = coalition_draw(c, 10);
    if (which < 3)
        return SHEAF_KIND_motion_open;
    if (which < 8)
        return sheaf_kind_find(
            sheaf_str(weapons[coalition_draw(c, sizeof weapons / sizeof *weapons)]));
    do
        kind = (sheaf_kind)(1 + coalition_draw(c, SHEAF_KIND_COUNT - 1));
    while (kind == SHEAF_KIND_coop_found || kind == SHEAF_KIND_hub_appoint
           || kind == SHEAF_KIND_member_leave || kind == SHEAF_KIND_office_resign
           || (sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_MEMBER
               && sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_APPLICANT));
    return kind;
}

static bool brings_key(sheaf_kind kind)
{
    return sheaf_shape_field(sheaf_kind_shape(kind), sheaf_str("public_key")) != NULL;
}

/* One of them signs what was written, or one after the other all of them. */
static void sign(coalition *c, sheaf_kind kind, bool all)
{
    char name[KIT_NAME_MAX], label[KIT_NAME_MAX];
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    const char *what = (const char *)c->what.data;
    bool key = brings_key(kind);
    if (key && c->puppets == COALITION_PUPPETS_MAX)
        return;
    /* A majority admits whom it likes, and is a larger one then. */
    if (shape->actor == SHEAF_ACTOR_APPLICANT && kind != SHEAF_KIND_recovery_open
        && c->side.ours > c->side.theirs && !c->settles)
        return;
    if (shape->actor == SHEAF_ACTOR_APPLICANT) {
        coalition_name(name, 'p', c->puppets);
        if (coalition_try(c, name, shape->name, what, name) == SHEAF_ACCEPTED)
            c->puppets++;
        /* Enough approvals admit at once: those against it are asked before. */
        if (kind != SHEAF_KIND_recovery_open)
            coalition_oppose(c);
        return;
    }
    int members = c->side.ours + c->puppets, from = (int)coalition_draw(c, (uint32_t)members);
    for (int i = 0; i < (all ? members : 1); i++) {
        int who = (from + i) % members;
        coalition_name(name, who < c->side.ours ? 'c' : 'p',
                       who < c->side.ours ? who : who - c->side.ours);
        if (kit_named(&c->k, name)->key == SHEAF_NONE)
            continue;
        coalition_name(label, 'p', c->puppets);
        bool done =
            coalition_try(c, name, shape->name, what, key ? label : NULL) == SHEAF_ACCEPTED;
        if (key && done && kind != SHEAF_KIND_member_invite)
            c->puppets++;
        if (key)
            return;
    }
}

static void play_act(coalition *c, sheaf_kind kind)
{
    char seal[KIT_NAME_MAX], name[KIT_NAME_MAX];
    c->seal = coalition_name(seal, 'p', c->puppets);
    bool each = coalition_draw(c, 2), all = coalition_draw(c, 3) > 0;
    for (int i = 0; i < (each ? c->side.theirs : 1); i++) {
        c->victim = each ? kit_named(&c->k, coalition_name(name, 'o', i))->member : SHEAF_NONE;
        c->seal = coalition_name(seal, 'p', c->puppets);
        coalition_say(c, kind);
        sign(c, kind, all && kind != SHEAF_KIND_motion_open);
    }
    c->victim = SHEAF_NONE;
}

__attribute__((format(printf, 3, 4))) static void all_sign(coalition *c, const char *kind,
                                                           const char *what, ...)
{
    va_list args;
    sheaf_buffer_reset(&c->what);
    char text[200];
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    sheaf_buffer_add_string(&c->what, text);
    sheaf_buffer_add_byte(&c->what, 0);
    sign(c, sheaf_kind_find(sheaf_str(kind)), true);
}

/* What all of them do with what is under way. */
static void follow_up(coalition *c)
{
    const sheaf_state *state = &c->k.state;
    uint32_t founder = kit_named(&c->k, "c0")->member;
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++)
        if (sheaf_motion_at(state, i)->state == SHEAF_motion_state_open
            && sheaf_motion_at(state, i)->begins <= c->k.now
            && (!sheaf_ballot_find(state, sheaf_pair(sheaf_motion_at(state, i)->id, founder))
                || !coalition_draw(c, 10)))
            all_sign(c, "ballot.cast", "{'choice':'yes','motion':%u}",
                     sheaf_motion_at(state, i)->id);
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        if (sheaf_member_at(state, i)->state == SHEAF_member_state_applied)
            all_sign(c, "member.admit", "{'member':%u}", sheaf_member_at(state, i)->id);
    for (uint32_t i = 0; i < sheaf_recovery_count(state); i++) {
        const struct sheaf_row_recovery *row = sheaf_recovery_at(state, i);
        if (row->state == SHEAF_recovery_state_open)
            all_sign(c, "recovery.confirm", "{'recovery':%u}", row->id);
        if (row->state == SHEAF_recovery_state_objected)
            all_sign(c, "recovery.judge", "{'recovery':%u,'uphold':true}", row->id);
    }
    for (uint32_t i = 0; i < sheaf_assembly_count(state); i++)
        if (sheaf_assembly_at(state, i)->starts - 1800000 <= c->k.now
            && sheaf_assembly_at(state, i)->ends > c->k.now)
            all_sign(c, "assembly.attend", "{'assembly':%u}", sheaf_assembly_at(state, i)->id);
    for (uint32_t i = 0; i < sheaf_sheet_count(state); i++)
        if (sheaf_sheet_at(state, i)->confirmed == SHEAF_NONE)
            all_sign(c, "ballots.confirm", "{'sheet':%u}", sheaf_sheet_at(state, i)->id);
}

/* ---- what a majority does to the electorate ---- */

static void move(coalition *c, int by, const char *effect, uint32_t of)
{
    char name[KIT_NAME_MAX], what[200];
    snprintf(what, sizeof what, "{'effect':{'kind':'%s','what':{'%s':%u}},'title':^}", effect,
             strcmp(effect, "member.accept") == 0 ? "member" : "exclusion", of);
    (void)coalition_try(c, coalition_name(name, 'c', by), "motion.open", what, NULL);
}

/* Strangers apply; they are approved before anybody has noticed, or put to the vote. */
static void pack(coalition *c)
{
    char name[KIT_NAME_MAX], what[200];
    for (uint32_t count = 1 + coalition_draw(c, 6);
         count && c->puppets < COALITION_PUPPETS_MAX && !c->broken; count--) {
        coalition_name(name, 'p', c->puppets);
        snprintf(what, sizeof what,
                 "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", name);
        if (coalition_try(c, name, "member.apply", what, name) != SHEAF_ACCEPTED)
            return;
        c->puppets++;
        uint32_t member = kit_named(&c->k, name)->member;
        if (coalition_draw(c, 2))
            coalition_oppose(c);
        if (coalition_draw(c, 2))
            all_sign(c, "member.admit", "{'member':%u}", member);
        if (!sheaf_member_active(&c->k.state, member))
            move(c, (int)count % c->side.ours, "member.accept", member);
    }
}

/* Each asks for the exclusion of another opponent, and it is voted on once they were heard. */
static void purge(coalition *c)
{
    char name[KIT_NAME_MAX], what[100];
    const sheaf_state *state = &c->k.state;
    for (int i = 0; i < c->side.theirs; i++) {
        const kit_name *who = kit_named(&c->k, coalition_name(name, 'o', i));
        snprintf(what, sizeof what, "{'member':%u,'reason':^}", who->member);
        if (sheaf_member_active(state, who->member))
            (void)coalition_try(c, coalition_name(name, 'c', i % c->side.ours),
                                "exclusion.open", what, NULL);
    }
    for (uint32_t i = 0; i < sheaf_exclusion_count(state); i++)
        if (sheaf_member_active(state, sheaf_exclusion_at(state, i)->member))
            move(c, 0, "member.exclude", sheaf_exclusion_at(state, i)->id);
}

/* What all of it is for. */
static void strike(coalition *c)
{
    (void)coalition_try(c, "c0", "motion.open",
                        "{'effect':{'kind':'coop.dissolve','what':{'liquidators':[{'member':"
                        "#c0},{'member':#c1}]}},'title':^}",
                        NULL);
}

static void grow(coalition *c)
{
    void (*const ways[])(coalition *) = {pack, pack, purge, purge, strike};
    if (c->settles && c->side.ours > c->side.theirs)
        ways[coalition_draw(c, sizeof ways / sizeof *ways)](c);
}

/* Until when the clock goes on after a turn. */
static int64_t some_moment(coalition *c)
{
    static const int64_t ms[] = {1, 1000, 60000, 1800000, 3600000, 86400000, 604800000};
    sheaf_deadline due;
    uint32_t which = coalition_draw(c, 12);
    if (which < 7)
        return c->k.now + ms[which];
    if (!sheaf_deadline_first(&c->k.state, &due))
        return c->k.now + 86400000;
    return due.at + (which == 7 ? -1800000 : (int64_t)coalition_draw(c, 2));
}

/* ---- the play ---- */

/* A majority takes the offices first, and the tellers' too. */
static void take_offices(coalition *c)
{
    char what[300];
    for (int organ = 0; organ < 16; organ++)
        for (int i = 0; i < 2 && sheaf_organ_now(&c->k.state, organ); i++) {
            snprintf(what, sizeof what,
                     "{'effect':{'kind':'office.elect','what':{'member':#c%d,'organ':%d}},"
                     "'title':^}",
                     i, organ);
            (void)coalition_try(c, "c0", "motion.open", what, NULL);
        }
    (void)coalition_try(c, "c0", "motion.open",
                        "{'effect':{'kind':'tellers.appoint','what':{'duration_s':31536000,"
                        "'members':[{'member':#c0},{'member':#c1}]}},'title':^}",
                        NULL);
    follow_up(c);
    coalition_wait(c, c->k.now + 604801000);
}

typedef struct {
    const char *broken, *over;
    int lawful;
    uint64_t size;
} result;

static void print_story(const coalition *c)
{
    for (size_t i = 0; i < c->lines; i++)
        printf("# %s\n", c->story[i]);
}

static result play(uint64_t seed, bool aloud)
{
    static char story[COALITION_STORY][COALITION_TEXT_MAX];
    coalition c = {.seed = seed * 15485863,
                   .side = sides[seed % SIDES],
                   .victim = SHEAF_NONE,
                   .story = story};
    c.lawful = c.side.ours;
    found(&c);
    if (c.side.ours > c.side.theirs && coalition_draw(&c, 2))
        take_offices(&c);
    for (int turn = 0; turn < TURNS && !c.broken && !c.over; turn++) {
        for (uint32_t acts = 1 + coalition_draw(&c, ACTS_MAX); acts && !c.broken; acts--)
            play_act(&c, some_kind(&c));
        grow(&c);
        if (coalition_draw(&c, 6))
            follow_up(&c);
        int64_t moment = some_moment(&c);
        coalition_wait(&c, moment < c.last ? moment : c.last - 1);
        if (moment >= c.last && !c.over)
            c.over = "newcomers are settled";
        if (coalition_draw(&c, 2))
            follow_up(&c);
    }
    result out = {c.broken, c.over, c.lawful, c.k.state.size};
    if (c.broken)
        printf("# seed %llu, %s, %d of %d: %s\n", (unsigned long long)seed, c.side.model,
               c.side.ours, c.side.ours + c.side.theirs, c.broken);
    if (aloud)
        print_story(&c);
    kit_close(&c.k);
    sheaf_buffer_deinit(&c.base);
    sheaf_buffer_deinit(&c.what);
    return out;
}

static void test_coalitions(void **unused)
{
    (void)unused;
    const char *given = getenv("SHEAF_TEST_SEED");
    uint64_t first = given ? strtoull(given, NULL, 10) : 1;
    uint64_t last = given ? first : getenv("SHEAF_TEST_LONG") ? MANY : FEW;
    int broken = 0, over = 0, kinds = 0;
    uint64_t acts = 0;
    for (uint64_t seed = first; seed <= last; seed++) {
        result got = play(seed, given != NULL);
        broken += got.broken != NULL;
        over += got.over != NULL;
        acts += got.size;
    }
    for (int kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        kinds += kit_accepted((sheaf_kind)kind);
    printf("# %d broken, %d ended, %llu entries of %d kinds\n", broken, over,
           (unsigned long long)acts, kinds);
    assert_int_equal(broken, 0);
    assert_true(given || kinds >= KINDS_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_coalitions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
