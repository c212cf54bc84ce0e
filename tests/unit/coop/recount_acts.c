/* Any act about what is open, by anybody. */
#include "recount.h"

enum { TEXT_MAX = 1000 };

typedef struct {
    char at[TEXT_MAX];
    size_t len;
} text;

__attribute__((format(printf, 2, 3))) static void say(text *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(to->at + to->len, sizeof to->at - to->len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof to->at - to->len);
    to->len += (size_t)len;
}

uint32_t recount_draw(recount *w, uint32_t below)
{
    return (uint32_t)(kit_random(&w->seed) % below);
}

static const char *somebody(recount *w)
{
    return recount_people[recount_draw(w, RECOUNT_PEOPLE)].name;
}

static const char *comma(const text *to)
{
    return to->len && to->at[to->len - 1] == '}' ? "," : "";
}

/* "'choice':…", "'approve':…" or "'points':…". */
static recount_ballot say_vote(recount *w, text *to, recount_matter matter)
{
    static const char *const choices[] = {
        [SHEAF_choice_yes] = "yes",
        [SHEAF_choice_no] = "no",
        [SHEAF_choice_abstain] = "abstain",
    };
    recount_ballot out = {.cast = true};
    if (matter == RECOUNT_MOTION) {
        static const uint8_t any[] = {SHEAF_choice_yes, SHEAF_choice_no, SHEAF_choice_abstain};
        out.choice = any[recount_draw(w, 3)];
        say(to, "'choice':'%s'", choices[out.choice]);
        return out;
    }
    text list = {.len = 0};
    for (int i = 0; matter == RECOUNT_ELECTION && i < RECOUNT_PEOPLE; i++)
        if (recount_people[i].stands && recount_draw(w, 2)) {
            out.approved[i] = true;
            say(&list, "%s{'member':#%s}", comma(&list), recount_people[i].name);
        }
    for (int i = 0; matter == RECOUNT_ALLOCATION && i < RECOUNT_OPTIONS; i++)
        if (recount_draw(w, 3)) {
            out.points[i] = 1 + recount_draw(w, 6);
            say(&list, "%s{'option':%d,'points':%u}", comma(&list), i, out.points[i]);
        }
    say(to, "'%s':[%s]", matter == RECOUNT_ELECTION ? "approve" : "points", list.at);
    return out;
}

/* ---- acts ---- */

bool recount_try(recount *w, const char *who, const char *kind, const char *what,
                 const char *label)
{
    if (kit_try(&w->k, who, kind, what, label) != SHEAF_ACCEPTED)
        return false;
    w->seen->accepted[sheaf_kind_find(sheaf_str(kind))]++;
    if (w->aloud)
        printf("# act %d: %s %s %s\n", w->act, who, kind, what);
    return true;
}

static void vote(recount *w, recount_matter matter)
{
    static const char *const kinds[] = {"ballot.cast", "election.vote", "allocation.give"};
    text ballot = {.len = 0}, what = {.len = 0};
    uint32_t who = recount_draw(w, RECOUNT_PEOPLE);
    const recount_ballot own = say_vote(w, &ballot, matter);
    if (matter == RECOUNT_MOTION)
        say(&what, "{%s,'motion':#m}", ballot.at);
    else if (matter == RECOUNT_ELECTION)
        say(&what, "{%s,'election':#e}", ballot.at);
    else
        say(&what, "{'allocation':#a,%s}", ballot.at);
    if (recount_try(w, recount_people[who].name, kinds[matter], what.at, NULL))
        w->own[matter][who] = own;
}

/* A sheet of some. */
static void record(recount *w, recount_matter matter)
{
    text list = {.len = 0}, what = {.len = 0};
    char label[KIT_NAME_MAX];
    for (int i = 0; i < RECOUNT_PEOPLE; i++) {
        if (recount_draw(w, 4))
            continue;
        text ballot = {.len = 0};
        (void)say_vote(w, &ballot, matter);
        if (matter == RECOUNT_ALLOCATION) /* in the order of the fields' names */
            say(&list, "%s{'member':#%s,%s}", comma(&list), recount_people[i].name, ballot.at);
        else
            say(&list, "%s{%s,'member':#%s}", comma(&list), ballot.at, recount_people[i].name);
    }
    say(&what, "{'channel':'paper','evidence':~e,'list':[%s],'matter':#%c}", list.at,
        recount_labels[matter]);
    snprintf(label, sizeof label, "sh%d", w->sheets);
    if (list.len)
        w->sheets += recount_try(w, recount_draw(w, 2) ? "ann" : "bob", "ballots.record",
                                 what.at, label);
}

static void confirm(recount *w, recount_matter matter)
{
    (void)matter; /* it is that of the sheet */
    text what = {.len = 0};
    if (!w->sheets)
        return;
    say(&what, "{'sheet':#sh%u}", recount_draw(w, (uint32_t)w->sheets));
    (void)recount_try(w, recount_draw(w, 2) ? "bob" : "dan", "ballots.confirm", what.at, NULL);
}

static void contest(recount *w, recount_matter matter)
{
    text what = {.len = 0};
    say(&what, "{'matter':#%c}", recount_labels[matter]);
    (void)recount_try(w, somebody(w), "ballot.contest", what.at, NULL);
}

static void declare_conflict(recount *w, recount_matter matter)
{
    text what = {.len = 0};
    say(&what, "{'matter':#%c%s}", recount_labels[matter],
        recount_draw(w, 2) ? ",'reason':^" : "");
    if (!recount_draw(w, 4))
        (void)recount_try(w, somebody(w), "conflict.declare", what.at, NULL);
}

/* For one matter or for all. */
static void give_proxy(recount *w, recount_matter matter)
{
    text what = {.len = 0};
    const char *holder = somebody(w);
    if (recount_draw(w, 2))
        say(&what, "{'matter':#%c,'member':#%s,'until':%lld}", recount_labels[matter], holder,
            (long long)w->k.now + 300000 + recount_draw(w, 500000));
    else
        say(&what, "{'member':#%s,'until':%lld}", holder,
            (long long)w->k.now + 10000 + recount_draw(w, 500000));
    (void)recount_try(w, somebody(w), "proxy.give", what.at, NULL);
}

static void end_proxy(recount *w, recount_matter matter)
{
    text of = {.len = 0}, what = {.len = 0};
    bool decline = recount_draw(w, 2);
    if (recount_draw(w, 2))
        say(&of, "'matter':#%c", recount_labels[matter]);
    if (decline)
        say(&what, "{%s%s'member':#%s}", of.at, of.len ? "," : "", somebody(w));
    else
        say(&what, "{%s}", of.at);
    (void)recount_try(w, somebody(w), decline ? "proxy.decline" : "proxy.revoke", what.at,
                      NULL);
}

/* Who stands no longer, leaves, or revokes the key that votes: all of it for good. Tellers keep
 * theirs. */
static void give_up(recount *w, recount_matter matter)
{
    (void)matter;
    text what = {.len = 0};
    const char *who = somebody(w);
    uint32_t which = recount_draw(w, 24);
    bool teller = strcmp(who, "ann") == 0 || strcmp(who, "bob") == 0 || strcmp(who, "dan") == 0;
    if (which == 0) {
        say(&what, "{'election':#e}");
        (void)recount_try(w, who, "candidate.withdraw", what.at, NULL);
    } else if (which < 3 && !teller) {
        say(&what, "{}");
        (void)recount_try(w, who, "member.leave", what.at, NULL);
    } else if (which < 6 && !teller) {
        say(&what, "{'key':#%s}", who);
        (void)recount_try(w, who, "key.revoke", what.at, NULL);
    }
}

void recount_act(recount *w)
{
    static void (*const ways[])(recount *, recount_matter) = {
        vote,    vote,    record,           record,     confirm,   confirm,
        contest, contest, declare_conflict, give_proxy, end_proxy, give_up,
    };
    recount_matter matter = (recount_matter)recount_draw(w, RECOUNT_NONE);
    ways[recount_draw(w, sizeof ways / sizeof *ways)](w, matter);
}
