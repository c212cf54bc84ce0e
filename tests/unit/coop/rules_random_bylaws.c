/* Whatever members do with amendments, their registration, revisions of the rules, offices,
 * suspensions and new hubs, by the hundred: after each act one version of the bylaws is in
 * force and those that wait follow it, no version that had to be registered is in force
 * unregistered, the revision is as many steps on as were adopted, what is held or suspended has
 * a deadline or a decision, who is in office sits on one seat, and the hub is the last that
 * enough members have appointed. */
#include "test.h"

#include "coop/deadline.h"

enum { ACTS = 250, PEOPLE = 4, WHAT_MAX = 16384, REVISION_MAX = 999 };

static const char *const names[] = {"ann", "bob", "cat", "dan"};

typedef struct {
    kit k;
    kit_rules rules;
    uint64_t seed;
    int hubs;           /* appointments that were tried */
    char hub[16];       /* who signs for the co-op */
    uint32_t hub_entry; /* the signature that appointed it, or 0 */
} world;

static uint32_t draw(world *w, uint32_t below)
{
    return (uint32_t)(kit_random(&w->seed) % below);
}

static const char *someone(world *w)
{
    return names[draw(w, PEOPLE)];
}

/* Of so many rows one of the last four. */
static uint32_t some_row(world *w, uint32_t count)
{
    return count - 1 - draw(w, count < 4 ? count : 4);
}

static uint32_t some_version(world *w)
{
    uint32_t row = some_row(w, sheaf_bylaws_count(&w->k.state));
    return sheaf_bylaws_at(&w->k.state, row)->id;
}

static uint32_t some_motion(world *w)
{
    uint32_t count = sheaf_motion_count(&w->k.state);
    return count ? sheaf_motion_at(&w->k.state, some_row(w, count))->id : 0;
}

static uint32_t some_override(world *w)
{
    uint32_t count = sheaf_override_count(&w->k.state);
    return count ? sheaf_override_at(&w->k.state, some_row(w, count))->id : 0;
}

/* A held motion, or a mandate: where there is one. */
static uint32_t something_automatic(world *w)
{
    uint32_t count = sheaf_mandate_count(&w->k.state);
    return count && draw(w, 2) ? sheaf_mandate_at(&w->k.state, some_row(w, count))->id
                               : some_motion(w);
}

static const char *amendment(world *w)
{
    static const char *const articles[] = {
        "{'confirm_s':600,'hold_s':300,'members':2,'members_bp':5000,'protected':true}",
        "{'confirm_s':900,'hold_s':0,'members':3,'members_bp':10000,'protected':true}"};
    char base[16];
    kit_rules rules = w->rules;
    uint32_t newest = sheaf_coop(&w->k.state)->bylaws_newest;
    rules.registration = draw(w, 3) > 0;
    rules.ballots = draw(w, 2) ? "public" : "members";
    rules.approvals = 1 + (int)draw(w, 3);
    rules.article[SHEAF_ARTICLE_override] = articles[draw(w, 2)];
    rules.classes = draw(w, 6) ? "{'name':'member','votes':1},{'name':'supporter','votes':0}"
                               : "{'name':'member','votes':0},{'name':'supporter','votes':1}";
    snprintf(base, sizeof base, "%u", draw(w, 8) ? newest : some_version(w));
    return kit_amendment(&rules, base);
}

static uint32_t some_revision(world *w)
{
    return sheaf_coop(&w->k.state)->revision + (draw(w, 5) ? 1 : draw(w, 3));
}

static const char *some_effect(world *w)
{
    static const struct {
        const char *kind, *field;
        uint32_t (*some)(world *w);
    } effects[] = {
        {"bylaws.withdraw", "of", some_version},
        {"override.confirm", "override", some_override},
        {"automation.suspend", "of", something_automatic},
        {"automation.resume", "override", some_override},
        {"rules.adopt", "revision", some_revision},
    };
    enum { NAMED = sizeof effects / sizeof *effects };
    static char text[200];
    uint32_t which = draw(w, NAMED + 5);
    if (which < NAMED)
        snprintf(text, sizeof text, "{'kind':'%s','what':{'%s':%u}}", effects[which].kind,
                 effects[which].field, effects[which].some(w));
    else if (which == NAMED)
        snprintf(text, sizeof text, "{'kind':'office.recall','what':{'member':#%s,'organ':0}}",
                 someone(w));
    else if (which == NAMED + 1)
        return KIT_MANDATE;
    else
        return amendment(w);
    return text;
}

/* Somebody opens a motion, and most vote for it at once. */
static void move(world *w)
{
    static char what[WHAT_MAX];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", some_effect(w));
    if (kit_try(&w->k, someone(w), "motion.open", what, "motion") != ACCEPTED)
        return;
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(what, sizeof what, "{'choice':'%s','motion':#motion}",
                 draw(w, 12) ? "yes" : "no");
        (void)kit_try(&w->k, names[i], "ballot.cast", what, NULL);
    }
}

static void register_some(world *w)
{
    char what[300];
    uint32_t of = some_version(w), asked = sheaf_registration_asked_count(&w->k.state);
    int64_t date = sheaf_bylaws_get(&w->k.state, of)->adopted / 1000 + draw(w, 90) - 10;
    snprintf(what, sizeof what, "{'date':%lld,'document':~7,'number':'R %u','of':%u}",
             (long long)date, of, of);
    if (!asked || draw(w, 2)) {
        (void)kit_try(&w->k, someone(w), "bylaws.register", what, NULL);
        return;
    }
    snprintf(what, sizeof what, "{'registration':%u}",
             sheaf_registration_asked_at(&w->k.state, some_row(w, asked))->id);
    (void)kit_try(&w->k, someone(w), "bylaws.confirm", what, NULL);
}

/* Officers go, or an election begins and some stand, or all vote in the one that is open. */
static void elect(world *w)
{
    char what[200];
    if (!draw(w, 6))
        (void)kit_try(&w->k, someone(w), "office.resign", "{'organ':0}", NULL);
    if (kit_try(&w->k, someone(w), "election.call", "{'organ':0}", "election") == ACCEPTED)
        for (int i = 0; i < 3; i++)
            (void)kit_try(&w->k, someone(w), "candidate.stand", "{'election':#election}", NULL);
    uint32_t count = sheaf_election_count(&w->k.state);
    for (int i = 0; i < PEOPLE && count; i++) {
        snprintf(what, sizeof what, "{'approve':[{'member':#%s}],'election':%u}", someone(w),
                 sheaf_election_at(&w->k.state, count - 1)->id);
        (void)kit_try(&w->k, names[i], "election.vote", what, NULL);
    }
}

static void suspend(world *w)
{
    char what[100];
    snprintf(what, sizeof what, "{'of':%u}", something_automatic(w));
    (void)kit_try(&w->k, someone(w), "override.suspend", what, NULL);
}

/* Some sign for another hub, one after the other; now and then somebody else acts between them,
 * which ends it. Three of the four are enough. */
static void succeed(world *w)
{
    char what[400], root[65], hub[16];
    snprintf(hub, sizeof hub, "hub.%d", ++w->hubs);
    uint32_t first = (uint32_t)w->k.state.size, signers = 0, voted = 0;
    snprintf(root, sizeof root, "$");
    for (int i = 0; i < PEOPLE; i++) {
        const char *who = someone(w);
        if (voted && !draw(w, 10)
            && kit_try(&w->k, who, "motion.open", "{'title':^}", NULL) == ACCEPTED)
            voted = PEOPLE; /* nothing follows any more */
        snprintf(what, sizeof what,
                 "{'hub_key':@%s,'log_key':@log.%d,'root':%s%s%s,'size':%u,'url':'http://b'}",
                 hub, w->hubs, voted ? "'" : "", root, voted ? "'" : "", first);
        if (kit_try(&w->k, who, "hub.appoint", what, NULL) != ACCEPTED)
            continue;
        assert_true(voted < PEOPLE && signers < 3);
        voted++;
        if (++signers == 1) {
            const sheaf_hash *hash = &sheaf_appointment_find(&w->k.state, first)->root;
            for (size_t b = 0; b < 32; b++)
                snprintf(root + 2 * b, 3, "%02x", hash->bytes[b]);
        }
        if (signers == 3) {
            snprintf(w->hub, sizeof w->hub, "%s", hub);
            w->hub_entry = (uint32_t)w->k.state.size - 1;
        }
    }
}

/* ---- what stays true ---- */

static void check_rules_and_hub(const world *w)
{
    const sheaf_state *state = &w->k.state;
    uint32_t adopted = 0;
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++)
        adopted += sheaf_motion_at(state, i)->effect == SHEAF_KIND_rules_adopt
                   && sheaf_motion_at(state, i)->state == SHEAF_motion_state_adopted;
    assert_int_equal(sheaf_coop(state)->revision, 1 + adopted);
    assert_int_equal(sheaf_coop(state)->hub, w->hub_entry);
    for (uint32_t i = 0; i < sheaf_appointment_count(state); i++) {
        const struct sheaf_row_appointment *row = sheaf_appointment_at(state, i);
        uint32_t signatures = 0;
        for (uint32_t p = 0; p < sheaf_approval_count(state); p++)
            signatures += sheaf_approval_at(state, p)->of == row->id;
        assert_int_equal(signatures, row->approvals);
        assert_int_equal(row->appointed != SHEAF_NONE, row->approvals == 3);
    }
}

static bool to_come(const sheaf_state *state, uint32_t of, uint8_t kind)
{
    const struct sheaf_row_deadline *row = sheaf_deadline_find(state, sheaf_pair(of, kind));
    return row && row->place;
}

static void check_versions(const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    uint32_t chain = 0, waiting = 0, in_force = 0;
    for (uint32_t at = coop->bylaws_newest; at != coop->bylaws;) {
        assert_int_equal(sheaf_bylaws_get(state, at)->state, SHEAF_bylaws_state_waiting);
        at = sheaf_bylaws_get(state, at)->base;
        chain++;
    }
    for (uint32_t i = 0; i < sheaf_bylaws_count(state); i++) {
        const struct sheaf_row_bylaws *row = sheaf_bylaws_at(state, i);
        const struct sheaf_row_bylaws *base = sheaf_bylaws_find(state, row->base);
        const struct sheaf_row_registration *entered = sheaf_registration_find(state, row->id);
        waiting += row->state == SHEAF_bylaws_state_waiting;
        in_force += row->state == SHEAF_bylaws_state_in_force;
        bool began = row->from != SHEAF_NONE;
        assert_int_equal(began, row->state == SHEAF_bylaws_state_in_force
                                    || row->state == SHEAF_bylaws_state_former);
        if (began && base && (base->registration || row->registration))
            assert_non_null(entered);
        assert_false(entered && (!began || entered->by == entered->confirmed));
    }
    assert_int_equal(in_force, 1);
    assert_int_equal(sheaf_bylaws_now(state)->state, SHEAF_bylaws_state_in_force);
    assert_int_equal(waiting, chain);
}

static void check_overrides(const sheaf_state *state)
{
    for (uint32_t i = 0; i < sheaf_override_count(state); i++) {
        const struct sheaf_row_override *row = sheaf_override_at(state, i);
        const struct sheaf_row_suspension *of = sheaf_suspension_get(state, row->of);
        bool waits = row->state == SHEAF_override_state_asked
                     || row->state == SHEAF_override_state_suspended;
        uint32_t signatures = 0;
        for (uint32_t p = 0; p < sheaf_approval_count(state); p++)
            signatures += sheaf_approval_at(state, p)->of == row->id;
        assert_int_equal(signatures, row->signatures);
        assert_int_equal(to_come(state, row->id, SHEAF_deadline_kind_override), waits);
        assert_false(waits && row->ended != SHEAF_NONE);
        assert_false(waits && of->override != row->id);
        if (row->state == SHEAF_override_state_suspended)
            assert_true(of->in_force);
        if (of->override == row->id && of->in_force)
            assert_true(row->state == SHEAF_override_state_suspended
                        || row->state == SHEAF_override_state_confirmed);
    }
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *row = sheaf_motion_at(state, i);
        const struct sheaf_row_suspension *of = sheaf_suspension_find(state, row->id);
        if (row->state == SHEAF_motion_state_held)
            assert_true(to_come(state, row->id, SHEAF_deadline_kind_hold)
                        != (of && of->in_force));
    }
}

static void check_offices(const sheaf_state *state)
{
    uint32_t seated = 0;
    const struct sheaf_row_chamber *chamber = sheaf_chamber_find(state, 0);
    for (uint32_t i = 0; i < sheaf_office_count(state); i++) {
        const struct sheaf_row_office *row = sheaf_office_at(state, i);
        if (row->ended != SHEAF_NONE)
            continue;
        const struct sheaf_row_post *post =
            sheaf_post_find(state, sheaf_pair(row->organ, row->place));
        assert_true(post && post->office == i + 1);
        assert_true(sheaf_member_active(state, row->member));
        assert_int_equal(sheaf_officer_find(state, sheaf_pair(row->member, row->organ))->office,
                         i + 1);
        seated++;
    }
    assert_int_equal(chamber ? chamber->officers : 0, seated);
    assert_true(seated <= 2);
}

static void settle(world *w)
{
    sheaf_deadline due;
    while (sheaf_fold_due(&w->k.state, w->k.now + w->k.step_ms, &due))
        kit_do(&w->k, w->hub, "clock.tick", NULL,
               "{'deadline':'%s','of':%u,'unwitnessed':false}", sheaf_deadline_name(due.kind),
               due.of);
}

static void play(uint64_t seed)
{
    world w = {.seed = seed * 104729, .rules = kit_rules_usual()};
    w.rules.registration = true;
    w.rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':900,'open_s':900,"
        "'quorum_bp':5000,'seats':2,'term_s':20000}],'protected':false}";
    w.rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':600,'hold_s':300,'members':2,'members_bp':5000,'protected':true}";
    snprintf(w.hub, sizeof w.hub, "hub");
    kit_open_revision(&w.k, REVISION_MAX);
    kit_with_data(&w.k, &w.rules);
    for (int i = 0; i < ACTS; i++) {
        w.k.now += draw(&w, 9) ? draw(&w, 60000) : draw(&w, 2000000);
        settle(&w);
        uint32_t which = draw(&w, 11);
        if (which < 2)
            move(&w);
        else if (which == 10)
            succeed(&w);
        else if (which < 5)
            register_some(&w);
        else if (which < 7)
            suspend(&w);
        else
            elect(&w);
        check_versions(&w.k.state);
        check_overrides(&w.k.state);
        check_offices(&w.k.state);
        check_rules_and_hub(&w);
        kit_counts(&w.k);
    }
    kit_close(&w.k);
}

void test_random_bylaws(void **unused)
{
    (void)unused;
    kit_seeds(play, 12);
}
