/* Classes with a ceiling of votes, in whatever is voted on. */
#include "test.h"

#include "coop/ceilings.h"
#include "coop/deadline.h"
#include "coop/organs.h"

#include <stdlib.h>
#include <string.h>

enum { PEOPLE_MAX = 16, CLASSES = 3 };

#define BOARD                                                                                  \
    "{'list':[{'kind':'board','name':'Board','nominate_s':0,'open_s':100,'quorum_bp':5000,"    \
    "'seats':1,'term_s':100000}],'protected':false}"

/* Ann and m1 to m4 without a ceiling; i1 to i6 and j1 to j2 of two classes that have a quarter
 * of the votes each at most. */
static const struct {
    const char *names[PEOPLE_MAX];
} people[CLASSES] = {
    {{"ann", "m1", "m2", "m3", "m4", "m5"}},
    {{"i1", "i2", "i3", "i4", "i5", "i6"}},
    {{"j1", "j2"}},
};

static void found_with(kit *k, const char *majority, int succession_bp)
{
    kit_rules rules = kit_rules_usual();
    kit_name *members[6];
    if (succession_bp)
        rules.succession = succession_bp;
    rules.early = false;
    rules.ordinary.quorum = 0;
    rules.ordinary.majority = majority;
    rules.classes =
        "{'name':'member','votes':1},{'ceiling_bp':2500,'name':'investor','votes':1}"
        ",{'ceiling_bp':2500,'name':'backer','votes':1}";
    rules.recovery = "'recovery':{'confirmations':2,'panel_s':7200,'wait_s':3600},";
    rules.article[SHEAF_ARTICLE_organs] = BOARD;
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':3,'protected':false,'until_max_s':1000000}";
    kit_open(k);
    kit_found_many(k, &rules, members, 6);
    for (int class = 1; class < CLASSES; class ++)
        for (const char *const *name = people[class].names; *name; name++) {
            kit_do(k, *name, "member.apply", *name,
                   "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", class,
                   *name);
            kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", *name);
        }
}

static void found(kit *k, const char *majority)
{
    found_with(k, majority, 0);
}

static void tick(kit *k, uint8_t kind, const char *label)
{
    sheaf_deadline due = {0};
    assert_true(sheaf_deadline_first(&k->state, &due));
    assert_int_equal(due.kind, kind);
    k->now = due.at > k->now ? due.at : k->now;
    kit_do(k, "hub", "clock.tick", label, "{'deadline':'%s','of':%u,'unwitnessed':false}",
           sheaf_deadline_name(kind), due.of);
}

/* ---- motions ---- */

/* What is exactly the majority, or a tie, is so where fractions of votes make it up. */
void test_ceilings_in_motions_are_exact(void **unused)
{
    (void)unused;
    static const struct {
        const char *majority, *votes[CLASSES]; /* a letter each: y, n, a */
        uint8_t want;
    } rows[] = {
        /* Of four votes of the others each class has four thirds at most. */
        {"simple", {"yyna", "naaa", "na"}, SHEAF_motion_state_rejected}, /* 2 : 1 + 1/3 + 2/3 */
        {"simple", {"yyna", "aaaa", "na"}, SHEAF_motion_state_adopted},
        {"simple", {"ynna", "yaaa", "yy"}, SHEAF_motion_state_adopted}, /* 1 + 1/3 + 4/3 : 2 */
        {"two_thirds", {"ynaa", "yaaa", "ya"}, SHEAF_motion_state_adopted}, /* 2 : 1 */
        {"two_thirds", {"ynaa", "yaaa", "aa"}, SHEAF_motion_state_rejected},
        {"two_thirds", {"aaaa", "yyyy", "na"}, SHEAF_motion_state_adopted}, /* 4/3 : 2/3 */
        {"two_thirds", {"aaaa", "yyya", "na"}, SHEAF_motion_state_rejected},
    };
    static const char *const choices[] = {['a'] = "abstain", ['n'] = "no", ['y'] = "yes"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        found(&k, rows[i].majority);
        kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
        for (int class = 0; class < CLASSES; class ++)
            for (int n = 0; rows[i].votes[class][n]; n++)
                kit_do(&k, people[class].names[n], "ballot.cast", NULL,
                       "{'choice':'%s','motion':#m}", choices[(int)rows[i].votes[class][n]]);
        tick(&k, SHEAF_deadline_kind_motion, NULL);
        assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state, rows[i].want);
        kit_close(&k);
    }
}

/* ---- elections ---- */

static void call(kit *k, const char *first, const char *second)
{
    kit_do(k, "ann", "election.call", "e", "{'organ':0}");
    kit_do(k, first, "candidate.stand", NULL, "{'election':#e}");
    kit_do(k, second, "candidate.stand", NULL, "{'election':#e}");
}

/* For ann, for i1, blank, or none at all. */
static void approve(kit *k, const char *who, char choice)
{
    if (choice == 'a')
        kit_do(k, who, "election.vote", NULL, "{'approve':[{'member':#ann}],'election':#e}");
    else if (choice == 'i')
        kit_do(k, who, "election.vote", NULL, "{'approve':[{'member':#i1}],'election':#e}");
    else if (choice == '0')
        kit_do(k, who, "election.vote", NULL, "{'approve':[],'election':#e}");
}

static void approve_all(kit *k, const char *const votes[CLASSES])
{
    for (int class = 0; class < CLASSES; class ++)
        for (int n = 0; votes[class][n]; n++)
            approve(k, people[class].names[n], votes[class][n]);
}

static bool sits(const kit *k, const char *who)
{
    return sheaf_office_now(&k->state, kit_index((kit *)k, who), 0) != NULL;
}

void test_ceilings_in_elections(void **unused)
{
    (void)unused;
    static const struct {
        const char *votes[CLASSES];
        const char *first, *second; /* who stands first gets the seat at a tie */
        const char *elected;        /* NULL: nobody */
    } rows[] = {
        {{"aa", "iiiiii", ""}, "i1", "ann", "ann"},   /* 2 : 2/3 */
        {{"a000", "iii0", ""}, "ann", "i1", "ann"},   /* 1 : 3/4 of 4/3, a tie */
        {{"a000", "iii0", ""}, "i1", "ann", "i1"},    /* the same */
        {{"a0000", "iii0", ""}, "ann", "i1", "i1"},   /* 1 : 3/4 of 5/3 */
        {{"a000", "iii00", ""}, "i1", "ann", "ann"},  /* 1 : 3/5 of 4/3 */
        {{"aa0000", "ii", ""}, "i1", "ann", "i1"},    /* two are two below the ceiling */
        {{"aa0000", "ii0", ""}, "i1", "ann", "ann"},  /* 2 : 2/3 of 2 */
        {{"a000", "i000", "i0"}, "i1", "ann", "i1"},  /* 1 : 1/3 + 2/3, a tie */
        {{"a000", "i000", "i0"}, "ann", "i1", "ann"}, /* the same */
        {{"ai00", "0000", "i0"}, "ann", "i1", "i1"},  /* 1 : 1 + 2/3 */
        {{"00", "iii", ""}, "ann", "i1", "i1"},       /* 0 : 2/3 */
        {{"--", "iiiiii", "ii"}, "ann", "i1", NULL},  /* alone they elect nobody */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static const char *const before[CLASSES] = {"iaiai", "aaiiai", "ai"};
        kit k;
        found(&k, "simple");
        call(&k, rows[i].first, rows[i].second);
        if (rows[i].elected) {
            approve_all(&k, before); /* all change their minds, or are conflicted */
            for (int class = 0; class < CLASSES; class ++)
                for (size_t n = strlen(rows[i].votes[class]); n < strlen(before[class]); n++)
                    kit_do(&k, people[class].names[n], "conflict.declare", NULL,
                           "{'matter':#e}");
        }
        approve_all(&k, rows[i].votes);
        tick(&k, SHEAF_deadline_kind_election, NULL);
        assert_int_equal(sits(&k, "ann"), rows[i].elected && *rows[i].elected == 'a');
        assert_int_equal(sits(&k, "i1"), rows[i].elected && *rows[i].elected == 'i');
        assert_int_equal(sheaf_election_get(&k.state, kit_index(&k, "e"))->state,
                         rows[i].elected ? SHEAF_election_state_elected
                                         : SHEAF_election_state_nobody);
        kit_close(&k);
    }
}

/* A proxy counts for the class of who gave it. */
void test_ceilings_and_proxies_in_elections(void **unused)
{
    (void)unused;
    for (int by_investor = 0; by_investor < 2; by_investor++) {
        kit k;
        found(&k, "simple");
        call(&k, "ann", "i1");
        kit_do(&k, by_investor ? "i2" : "m3", "proxy.give", NULL,
               "{'matter':#e,'member':#i1,'until':%lld}", (long long)k.now + 900000);
        approve(&k, "ann", 'a');
        approve(&k, "m1", '0');
        approve(&k, "i1", 'i');
        tick(&k, SHEAF_deadline_kind_election, NULL);
        /* An investor's vote more makes nothing of two thirds; a member's makes a vote more. */
        assert_true(sits(&k, by_investor ? "ann" : "i1"));
        kit_close(&k);
    }
}

/* Who comes next in the count does so by the same weights. */
void test_ceilings_when_a_seat_falls_vacant(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "simple");
    call(&k, "i1", "ann");
    kit_do(&k, "m1", "candidate.stand", NULL, "{'election':#e}");
    approve_all(&k, (const char *const[CLASSES]){"aa", "iiiiii", ""});
    for (int n = 2; n < 5; n++)
        kit_do(&k, people[0].names[n], "election.vote", NULL,
               "{'approve':[{'member':#m1}],'election':#e}");
    tick(&k, SHEAF_deadline_kind_election, NULL);
    assert_true(sits(&k, "m1")); /* 3, ann 2, i1 5/3 */
    kit_do(&k, "m1", "office.resign", NULL, "{'organ':0}");
    tick(&k, SHEAF_deadline_kind_vacancy, NULL);
    assert_true(sits(&k, "ann"));
    kit_close(&k);
}

/* ---- elections at random, counted anew ---- */

enum { SEEDS = 60, CANDIDATES = 3, NONE = CANDIDATES + 1, CAP = 3 };
static const char *const candidates[CANDIDATES] = {"ann", "m1", "i1"};

/* What a person has done: approved a candidate, CANDIDATES for a blank ballot, or NONE. */
typedef struct {
    const char *name;
    int class, choice, holder; /* who votes for it, or -1 */
    bool conflicted;
} voter;

static unsigned draw(uint64_t *seed, unsigned below)
{
    return (unsigned)(kit_random(seed) % below);
}

/* How many proxies the person holds. */
static int held(const voter *who, int count, int holder)
{
    int out = 0;
    for (int i = 0; i < count; i++)
        out += who[i].holder == holder;
    return out;
}

static void act_at_random(kit *k, voter *who, int count, uint64_t *seed)
{
    voter *v = &who[draw(seed, (unsigned)count)];
    int holder = (int)draw(seed, (unsigned)count);
    unsigned what = draw(seed, 12);
    if (v->conflicted)
        return;
    if (what < 9) {
        v->choice = (int)draw(seed, CANDIDATES + 1);
        if (v->choice < CANDIDATES)
            kit_do(k, v->name, "election.vote", NULL,
                   "{'approve':[{'member':#%s}],'election':#e}", candidates[v->choice]);
        else
            kit_do(k, v->name, "election.vote", NULL, "{'approve':[],'election':#e}");
    } else if (what < 10) {
        kit_do(k, v->name, "conflict.declare", NULL, "{'matter':#e}");
        v->conflicted = true;
    } else if (v->holder < 0 && &who[holder] != v && who[holder].holder < 0
               && !held(who, count, (int)(v - who)) && held(who, count, holder) < CAP) {
        kit_do(k, v->name, "proxy.give", NULL, "{'matter':#e,'member':#%s,'until':%lld}",
               who[holder].name, (long long)k->now + 900000);
        v->holder = holder;
    }
}

/* The candidate with most votes, by fractions over one denominator; who stood first of those
 * with as many, or NONE. */
static int expected(const voter *who, int count)
{
    uint64_t cast[CLASSES] = {0}, votes[CLASSES][CANDIDATES] = {{0}}, part[CLASSES],
             whole[CLASSES], most = 0;
    int best = NONE;
    for (int i = 0; i < count; i++) {
        const voter *v = &who[i];
        const voter *by = v->choice == NONE && v->holder >= 0 ? &who[v->holder] : v;
        if (v->conflicted || by->conflicted || by->choice == NONE)
            continue;
        cast[v->class]++;
        if (by->choice < CANDIDATES)
            votes[v->class][by->choice]++;
    }
    for (int c = 1; c < CLASSES; c++) {
        bool binds = cast[0] < 3 * cast[c]; /* a quarter of all is a third of the others */
        part[c] = binds ? cast[0] : 1;
        whole[c] = binds ? 3 * cast[c] : 1;
    }
    for (int n = 0; n < CANDIDATES; n++) {
        uint64_t weight = votes[0][n] * whole[1] * whole[2] + votes[1][n] * part[1] * whole[2]
                          + votes[2][n] * part[2] * whole[1];
        if (weight > most)
            best = n;
        most = weight > most ? weight : most;
    }
    return best;
}

static int elected[NONE + 1];

static void elect_at_random(uint64_t seed)
{
    voter who[PEOPLE_MAX];
    kit k;
    int count = 0;
    found(&k, "simple");
    for (int class = 0; class < CLASSES; class ++)
        for (int n = 0; people[class].names[n]; n++)
            who[count++] = (voter){people[class].names[n], class, NONE, -1, false};
    kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
    for (int n = 0; n < CANDIDATES; n++)
        kit_do(&k, candidates[n], "candidate.stand", NULL, "{'election':#e}");
    for (unsigned n = draw(&seed, 60); n > 0; n--)
        act_at_random(&k, who, count, &seed);
    tick(&k, SHEAF_deadline_kind_election, NULL);
    int want = expected(who, count);
    for (int n = 0; n < CANDIDATES; n++)
        assert_int_equal(sits(&k, candidates[n]), n == want);
    elected[want]++;
    kit_close(&k);
}

void test_ceilings_in_elections_at_random(void **unused)
{
    (void)unused;
    kit_seeds(elect_at_random, SEEDS);
    int met = 0;
    for (int n = 0; n <= NONE; n++)
        met += elected[n] > 0;
    assert_true(met > CANDIDATES || getenv("SHEAF_TEST_SEED"));
}

/* ---- votes that divide an amount ---- */

/* Of points a class has its part of those given, not of those who gave some. */
void test_ceilings_in_allocations(void **unused)
{
    (void)unused;
    static const struct {
        const char *votes[CLASSES]; /* the option that each gives points to */
        int points;                 /* of ten, by members of the class without a ceiling */
        int64_t shares[CLASSES];    /* of 1,000; none is divided where they are zero */
    } rows[] = {
        {{"00", "111111", ""}, 10, {750, 250, 0}}, /* 20 : 20/3 */
        {{"00", "111111", ""}, 1, {750, 250, 0}},  /* 2 : 2/3 */
        {{"00", "111111", "22"}, 10, {600, 200, 200}},
        {{"00", "000111", ""}, 10, {875, 125, 0}}, /* 20 + 10/3 : 10/3 */
        {{"000000", "11", ""}, 10, {750, 250, 0}}, /* whole: at the ceiling */
        {{"000000", "1", ""}, 10, {857, 143, 0}},  /* 60 : 10 */
        {{"", "111111", "2"}, 10, {0, 0, 0}},      /* alone they divide nothing */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        found(&k, "simple");
        kit_do(&k, "ann", "allocation.open", "a",
               "{'amount':1000,'options':[{'name':^},{'name':^},{'name':^}],'points':10,"
               "'title':^}");
        for (int class = CLASSES - 1; class >= 0; class --)
            for (int n = 0; people[class].names[n]; n++) {
                bool votes = n < (int)strlen(rows[i].votes[class]);
                const char *who = people[class].names[n];
                kit_do(&k, who, "allocation.give", NULL,
                       "{'allocation':#a,'points':[{'option':1,'points':3},{'option':2,"
                       "'points':4}]}");
                if (votes)
                    kit_do(&k, who, "allocation.give", NULL,
                           "{'allocation':#a,'points':[{'option':%c,'points':%d}]}",
                           rows[i].votes[class][n], class ? 10 : rows[i].points);
                else
                    kit_do(&k, who, "conflict.declare", NULL, "{'matter':#a}");
            }
        tick(&k, SHEAF_deadline_kind_allocation, NULL);
        const struct sheaf_row_allocation *row =
            sheaf_allocation_get(&k.state, kit_index(&k, "a"));
        assert_int_equal(row->state, rows[i].shares[0] ? SHEAF_allocation_state_divided
                                                       : SHEAF_allocation_state_no_points);
        for (uint32_t n = 0; n < CLASSES; n++)
            assert_int_equal(sheaf_allocation_option_at(&k.state, row->option_first + n)->share,
                             rows[i].shares[n]);
        kit_close(&k);
    }
}

/* A proxy's points are those of the class of who gave it. */
void test_ceilings_and_proxies_in_allocations(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "simple");
    kit_do(&k, "ann", "allocation.open", "a",
           "{'amount':1000,'options':[{'name':^},{'name':^}],'points':10,'title':^}");
    kit_do(&k, "i2", "proxy.give", NULL, "{'matter':#a,'member':#m1,'until':%lld}",
           (long long)k.now + 900000);
    kit_do(&k, "m1", "allocation.give", NULL,
           "{'allocation':#a,'points':[{'option':0,'points':10}]}");
    kit_do(&k, "ann", "allocation.give", NULL,
           "{'allocation':#a,'points':[{'option':1,'points':10}]}");
    tick(&k, SHEAF_deadline_kind_allocation, NULL);
    const struct sheaf_row_allocation *a = sheaf_allocation_get(&k.state, kit_index(&k, "a"));
    assert_int_equal(a->ballots, 3); /* 10 + 20/3 : 10 */
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first)->share, 625);
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first + 1)->share, 375);
    kit_close(&k);
}

/* A third of one class and two thirds of another are one point, no less: of options with as
 * many the first gets what cannot be divided. */
void test_ceilings_tie_of_points(void **unused)
{
    (void)unused;
    static const char *const given[][2] = {
        {"ann", "[{'option':1,'points':1},{'option':2,'points':1},{'option':3,'points':1},"
                "{'option':4,'points':1}]"},
        {"i1", "[{'option':0,'points':1},{'option':5,'points':2},{'option':6,'points':1}]"},
        {"j1", "[{'option':0,'points':1},{'option':6,'points':1}]"},
    };
    kit k;
    found(&k, "simple");
    kit_do(&k, "ann", "allocation.open", "a",
           "{'amount':1,'options':[{'name':^},{'name':^},{'name':^},{'name':^},{'name':^},"
           "{'name':^},{'name':^}],'points':10,'title':^}");
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        kit_do(&k, given[i][0], "allocation.give", NULL, "{'allocation':#a,'points':%s}",
               given[i][1]);
    tick(&k, SHEAF_deadline_kind_allocation, NULL);
    const struct sheaf_row_allocation *a = sheaf_allocation_get(&k.state, kit_index(&k, "a"));
    assert_int_equal(sheaf_allocation_option_at(&k.state, a->option_first)->share, 1);
    kit_close(&k);
}

/* ---- at the bounds of what votes and classes there are ---- */

/* Fifteen ceilings that bind, and as many ballots as there can be members: exact still. */
void test_weights_at_their_bounds(void **unused)
{
    (void)unused;
    sheaf_ceilings ceilings = {.bind = true};
    sheaf_votes most = {.all = UINT64_C(0xfffffffff)}, less, split = {.all = 30};
    for (int i = 1; i < SHEAF_CLASSES_MAX; i++) {
        ceilings.of[i].part = (UINT64_C(1) << 60) - 3;
        ceilings.of[i].whole = (UINT64_C(1) << 60) - 1;
        most.of[i] = UINT64_C(0xffffffff);
    }
    less = most;
    less.all--; /* one vote that is whole */
    sheaf_weight a = sheaf_votes_weigh(&ceilings, &most),
                 b = sheaf_votes_weigh(&ceilings, &less);
    assert_true(sheaf_weight_compare(&a, &b) > 0);
    assert_true(sheaf_weight_compare(&b, &a) < 0);
    assert_int_equal(sheaf_weight_compare(&a, &a), 0);
    /* Two votes of each of fifteen classes, each a third, make up ten whole ones. */
    for (int i = 1; i < SHEAF_CLASSES_MAX; i++) {
        ceilings.of[i].part = UINT64_C(1) << (20 + i);
        ceilings.of[i].whole = UINT64_C(3) << (20 + i);
        split.of[i] = 2;
    }
    sheaf_votes ten = {.all = 10}, nine = {.all = 9}, eleven = {.all = 11};
    sheaf_weight thirds = sheaf_votes_weigh(&ceilings, &split),
                 whole = sheaf_votes_weigh(&ceilings, &ten),
                 below = sheaf_votes_weigh(&ceilings, &nine),
                 above = sheaf_votes_weigh(&ceilings, &eleven);
    assert_int_equal(sheaf_weight_compare(&thirds, &whole), 0);
    assert_true(sheaf_weight_compare(&thirds, &below) > 0);
    assert_true(sheaf_weight_compare(&thirds, &above) < 0);
    assert_int_equal(sheaf_votes_units(&ceilings, &split, 100), 1000);
    sheaf_votes none = {.all = 0};
    thirds = sheaf_votes_weigh(&ceilings, &none);
    assert_true(sheaf_weight_is_zero(&thirds));
}

/* ---- a new hub ---- */

/* Whoever of the three classes, in that order, signs; how many have when the hub is appointed,
 * or 0. Six votes of members, a third of each investor's and two of backers make ten. */
void test_ceilings_in_successions(void **unused)
{
    (void)unused;
    static const struct {
        int bp, signers[CLASSES], appointed;
    } rows[] = {
        {6000, {1, 6, 2}, 0}, /* 5; by heads nine of fourteen would be enough */
        {6000, {2, 6, 2}, 10}, {6000, {4, 5, 0}, 0},  {6000, {4, 6, 0}, 10}, /* exactly */
        {6001, {4, 6, 0}, 0},  {6001, {5, 6, 0}, 9}, /* 5 and four thirds */
        {6000, {6, 0, 0}, 6},  {10000, {6, 5, 2}, 0}, {10000, {6, 6, 2}, 14},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        char what[512], hex[65] = "";
        int signed_by = 0, appointed = 0;
        found_with(&k, "simple", rows[i].bp);
        uint32_t end = (uint32_t)k.state.size;
        for (int class = 0; class < CLASSES; class ++)
            for (int p = 0; p < rows[i].signers[class] && !appointed; p++) {
                snprintf(what, sizeof what,
                         signed_by ? "{'hub_key':@hub.b,'log_key':@log.b,'root':'%s','size':%u,"
                                     "'url':'http://b'}"
                                   : "{'hub_key':@hub.b,'log_key':@log.b,'root':$%s,'size':%u,"
                                     "'url':'http://b'}",
                         hex, end);
                kit_do(&k, people[class].names[p], "hub.appoint", NULL, "%s", what);
                const struct sheaf_row_appointment *row = sheaf_appointment_find(&k.state, end);
                for (size_t b = 0; b < 32; b++)
                    snprintf(hex + 2 * b, 3, "%02x", row->root.bytes[b]);
                signed_by++;
                if (row->appointed != SHEAF_NONE)
                    appointed = signed_by;
            }
        if (appointed != rows[i].appointed)
            fail_msg("row %zu: appointed by %d", i, appointed);
        kit_close(&k);
    }
}

/* ---- recovery ---- */

#define RECOVERY "{'recovery':#r}"
#define UPHOLD   "{'recovery':#r,'uphold':true}"
#define REJECT   "{'recovery':#r,'uphold':false}"

/* Investors together take no membership over: all of them weigh a third of what the others do
 * who have spoken. */
void test_ceilings_in_panels(void **unused)
{
    (void)unused;
    static const struct {
        const char *for_it, *against;
        uint8_t want;
    } cases[] = {
        {"i6", "m2", SHEAF_recovery_state_failed}, /* 2/3 : 2 */
        {"m2", "i6", SHEAF_recovery_state_done},   /* 1 + 5/9 : 1 + 1/9 */
        {"m2", "m3", SHEAF_recovery_state_failed}, /* 1 + 1 : 2, a tie */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kit k;
        found(&k, "simple");
        kit_do(&k, "new", "recovery.open", "r", "{'member':#m1,'public_key':@new,'web':false}");
        kit_do(&k, "i1", "recovery.confirm", NULL, RECOVERY);
        kit_do(&k, "i2", "recovery.confirm", NULL, RECOVERY);
        kit_do(&k, "ann", "recovery.object", NULL, RECOVERY);
        kit_do(&k, "i3", "recovery.judge", NULL, UPHOLD);
        kit_do(&k, "i4", "recovery.judge", NULL, UPHOLD);
        kit_do(&k, "i5", "recovery.judge", NULL, UPHOLD);
        kit_do(&k, cases[i].for_it, "recovery.judge", NULL, UPHOLD);
        kit_do(&k, cases[i].against, "recovery.judge", NULL, REJECT);
        const struct sheaf_row_recovery *row = sheaf_recovery_get(&k.state, kit_index(&k, "r"));
        assert_int_equal(row->state, SHEAF_recovery_state_objected);
        tick(&k, SHEAF_deadline_kind_recovery_panel, NULL);
        assert_int_equal(row->state, cases[i].want);
        kit_close(&k);
    }
}

/* As many speak on a recovery as there are members: more than 65,535, whom the state is told of
 * here, are counted to the last. */
void test_ceilings_in_large_panels(void **unused)
{
    (void)unused;
    enum { MANY = UINT16_MAX };
    kit k;
    found(&k, "simple");
    kit_do(&k, "new", "recovery.open", "r", "{'member':#m1,'public_key':@new,'web':false}");
    kit_do(&k, "i1", "recovery.confirm", NULL, RECOVERY);
    kit_do(&k, "i2", "recovery.confirm", NULL, RECOVERY);
    kit_do(&k, "ann", "recovery.object", NULL, RECOVERY);
    uint32_t id = kit_index(&k, "r");
    struct sheaf_row_recovery *row =
        sheaf_recovery_edit(&k.state, sheaf_recovery_row(&k.state, id));
    struct sheaf_row_recovery_tally *investors =
        sheaf_recovery_tally_have(&k.state, sheaf_pair(id, 1));
    row->upheld += MANY;
    row->against += MANY;
    row->judged += MANY;
    row->judged += MANY;
    investors->with += MANY;
    investors->against += MANY;
    sheaf_state_commit(&k.state);
    kit_do(&k, "i3", "recovery.judge", NULL, UPHOLD);
    kit_do(&k, "i4", "recovery.judge", NULL, UPHOLD);
    kit_do(&k, "i5", "recovery.judge", NULL, REJECT);
    const struct sheaf_row_recovery *now = sheaf_recovery_get(&k.state, id);
    assert_int_equal(now->state, SHEAF_recovery_state_objected);
    assert_int_equal(now->upheld, MANY + 2);
    assert_int_equal(now->against, MANY + 2);
    assert_int_equal(now->judged, 2 * MANY + 3);
    kit_close(&k);
}
