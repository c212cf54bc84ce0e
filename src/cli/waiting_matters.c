/* What members decide on and deal with; see waiting.h. */
#include "cli/waiting.h"

#include "coop/allocation.h"
#include "coop/circles.h"
#include "coop/electorate.h"
#include "coop/motion.h"
#include "coop/organs.h"
#include "coop/pending.h"
#include "coop/poll.h"
#include "coop/view.h"

/* What waits for the member. */
#define WAIT(...) SHEAF_WAIT(w, __VA_ARGS__)

static const sheaf_hash untitled;

static sheaf_refusal voter(const sheaf_waits *w, uint8_t body, uint32_t of, uint32_t opened,
                           uint32_t bylaws, uint32_t matter)
{
    const sheaf_electorate electorate = {body, of, opened, bylaws};
    return sheaf_may_vote(w->state, &electorate, matter, w->member);
}

static bool may_vote(const sheaf_waits *w, uint8_t body, uint32_t of, uint32_t opened,
                     uint32_t bylaws, uint32_t matter)
{
    return voter(w, body, of, opened, bylaws, matter) == SHEAF_ACCEPTED;
}

/* What is waited for of whom `may` lets vote; NULL where it is nothing. */
static const char *vote_words(sheaf_refusal may)
{
    return may == SHEAF_ACCEPTED ? "your vote"
           : may == SHEAF_REFUSED_on_trial
               ? "your vote, if you like: on trial it is recorded and not counted"
               : NULL;
}

/* ---- votes ---- */

/* Where it is put to an assembly, only who is present votes, and while that goes on. */
static bool ballots_taken(const sheaf_waits *w, const struct sheaf_row_motion *m)
{
    const struct sheaf_row_assembly *assembly =
        m->assembly == SHEAF_NONE ? NULL : sheaf_assembly_find(w->state, m->assembly);
    return m->begins <= w->now
           && (!assembly
               || (!sheaf_motion_unproven(w->state, m)
                   && assembly->state == SHEAF_assembly_state_under_way
                   && sheaf_attends(w->state, assembly->id, w->member)));
}

/* Has the member given a proxy that holds for the matter when it closes? */
static bool proxied(const sheaf_waits *w, uint32_t matter, int64_t closes)
{
    const struct sheaf_row_proxy *one =
        sheaf_proxy_find(w->state, sheaf_pair(w->member, matter));
    const struct sheaf_row_proxy *all =
        sheaf_proxy_find(w->state, sheaf_pair(w->member, SHEAF_NONE));
    return (one && one->live && one->until >= closes)
           || (all && all->live && all->until >= closes);
}

/* Have tellers counted a vote as the member's, which it has not contested? It is `words`. */
static bool by_tellers(sheaf_waits *w, const char *noun, uint32_t of, int64_t at,
                       sheaf_hash title, const char *words)
{
    if (sheaf_counted_check(w->state, of, w->member) == SHEAF_ACCEPTED)
        return false;
    WAIT(noun, of, at, title, words, "ballot contest --matter %u", of);
    return true;
}

static bool on_motion(sheaf_waits *w, const struct sheaf_row_motion *m, int64_t at)
{
    static const char *const words[] = {
        [SHEAF_choice_yes] =
            "tellers counted a vote of yours for it; say so if it is not yours",
        [SHEAF_choice_no] =
            "tellers counted a vote of yours against it; say so if it is not yours",
        [SHEAF_choice_abstain] =
            "tellers counted a blank vote of yours; say so if it is not yours",
    };
    const struct sheaf_row_ballot *ballot = sheaf_motion_ballot(w->state, m, w->member);
    return ballot && by_tellers(w, "motion", m->id, at, m->title, words[ballot->choice]);
}

/* Is it about the member, who has no vote on it from the first? */
static bool about(const sheaf_waits *w, uint32_t of)
{
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(w->state, sheaf_pair(of, w->member));
    return row && row->id == of;
}

static void motion(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_motion *m = sheaf_motion_get(w->state, of);
    sheaf_refusal may = voter(w, m->body, m->of, m->since, m->bylaws, of);
    bool counts = may == SHEAF_ACCEPTED;
    if (sheaf_conflict_was_found(w->state, of, w->member))
        WAIT("motion", of, at, m->title,
             "officers found that you have a conflict of interest: you do not vote on it",
             "motion show %u", of);
    if (about(w, of))
        WAIT("motion", of, at, m->title, "is about you: you do not vote on it, and may argue",
             "argument give --matter %u --text TEXT", of);
    if (on_motion(w, m, at))
        return;
    if (sheaf_motion_ballot(w->state, m, w->member) || !ballots_taken(w, m) || !vote_words(may))
        return;
    WAIT("motion", of, at, m->title,
         counts && m->ratify            ? "your vote on what an organ has done at once"
         : counts && proxied(w, of, at) ? "your vote, or your proxy's"
                                        : vote_words(may),
         "ballot cast --motion %u --choice yes|no|abstain", of);
}

static void election(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_election *e = sheaf_election_get(w->state, of);
    const struct sheaf_row_organ *organ = sheaf_organ_of(w->state, e->bylaws, e->organ);
    uint64_t pair = sheaf_pair(of, w->member);
    if (!organ)
        return;
    if ((w->now < e->opens || !organ->nominate_s) && sheaf_waits_votes(w)
        && !sheaf_candidate_find(w->state, pair)
        && sheaf_candidate_fit(w->state, e, w->member) == SHEAF_ACCEPTED)
        WAIT("election", of, organ->nominate_s ? e->opens : at, untitled,
             "candidates stand, as you may", "candidate stand --election %u", of);
    if (by_tellers(w, "election", of, at, untitled,
                   "tellers counted a ballot of yours; say so if it is not yours"))
        return;
    const char *words =
        vote_words(voter(w, SHEAF_body_assembly, organ->electorate, of, e->bylaws, of));
    if (words && w->now >= e->opens && !sheaf_election_ballot_of(w->state, of, w->member))
        WAIT("election", of, at, untitled, words, "election vote --election %u --approve FILE",
             of);
}

static void allocation(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_allocation *a = sheaf_allocation_get(w->state, of);
    const struct sheaf_row_decision *rule = sheaf_decision_by(
        w->state, sheaf_bylaws_get(w->state, a->bylaws), SHEAF_decision_sort_ordinary);
    sheaf_refusal may = voter(w, SHEAF_body_assembly, 0, of, a->bylaws, of);
    if (by_tellers(w, "allocation", of, at, a->title,
                   "tellers counted points of yours; say so if they are not yours"))
        return;
    if (w->now >= a->opened + (int64_t)rule->notice_s * 1000
        && !sheaf_allocation_ballot_of(w->state, of, w->member) && vote_words(may))
        WAIT("allocation", of, at, a->title,
             may != SHEAF_ACCEPTED
                 ? "your points, if you like: on trial they are recorded and not counted"
             : proxied(w, of, at) ? "your points, or your proxy's"
                                  : "your points",
             "allocation give --allocation %u --points FILE", of);
}

/* ---- petitions and assemblies ---- */

static void petition(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_petition *p = sheaf_petition_get(w->state, of);
    if (sheaf_waits_votes(w) && !sheaf_signature_find(w->state, sheaf_pair(of, w->member)))
        WAIT("petition", of, at, p->title, "asks for your signature",
             "petition sign --petition %u", of);
}

static void petition_dates(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_petition *p = sheaf_petition_get(w->state, of);
    if (sheaf_petition_convener(w->state, p, w->member, w->now) == SHEAF_ACCEPTED)
        WAIT("petition", of, at, p->title, "its assembly is yours to convene, or dates itself",
             "assembly convene --petition %u --starts MS --ends MS --agenda TEXT --place TEXT",
             of);
}

/* Where an assembly that dated itself is held, as the one to tell it first. */
static void place(sheaf_waits *w, const struct sheaf_row_assembly *a, int64_t at)
{
    const struct sheaf_row_petition *p = sheaf_petition_find(w->state, a->petition);
    if (p && sheaf_assembly_placer(w->state, a, w->member, w->now) == SHEAF_ACCEPTED)
        WAIT("assembly", a->id, at, p->title, "its place is yours to tell",
             "assembly place --assembly %u --place TEXT", a->id);
}

/* Have tellers recorded it, and can the member say that it is not so? */
static bool attends(sheaf_waits *w, const struct sheaf_row_assembly *a, int64_t at)
{
    if (sheaf_presence_contestable(w->state, a->id, w->member, w->now) != SHEAF_ACCEPTED)
        return false;
    WAIT("assembly", a->id, at, untitled,
         "tellers recorded that you are there; say so if you are not",
         "assembly contest --assembly %u", a->id);
    return true;
}

/* One that is over: who was there can be contested still. */
static void assembly_over(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_assembly *a = sheaf_assembly_get(w->state, of);
    (void)at;
    (void)attends(w, a, a->contest);
}

static void assembly(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_assembly *a = sheaf_assembly_get(w->state, of);
    place(w, a, at);
    if (a->state != SHEAF_assembly_state_under_way && !a->delivered
        && (sheaf_assembly_unproven(w->state, a)
            || sheaf_bylaws_now(w->state)->assembly_evidence)
        && sheaf_assembly_called_by(w->state, a, w->member))
        WAIT("assembly", of, at, untitled,
             "the delivery of its notice is to be recorded: without it nothing takes effect",
             "assembly notice --assembly %u --delivered N --evidence SHA256", of);
    if (attends(w, a, at) || a->state == SHEAF_assembly_state_ended
        || sheaf_attends(w->state, of, w->member))
        return;
    bool early = a->state == SHEAF_assembly_state_convened && w->now < at - SHEAF_DOORS_MS;
    WAIT("assembly", of, at, untitled,
         a->state == SHEAF_assembly_state_under_way ? "goes on; you have not said you are there"
         : early ? "is to begin; an hour before you can say that you are there"
                 : "is to begin; you have not said that you are there",
         early ? "assembly show %u" : "assembly attend --assembly %u", of);
}

/* Whoever attended settles the minutes; the newest few assemblies are looked at. */
static void minutes(sheaf_waits *w)
{
    const sheaf_state *state = w->state;
    uint32_t count = sheaf_minutes_count(state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_minutes *row = sheaf_minutes_at(state, i);
        const struct sheaf_row_assembly *of = sheaf_assembly_get(state, row->assembly);
        if (of->minutes == SHEAF_NONE && row->by != w->member
            && sheaf_attends(state, of->id, w->member)
            && !sheaf_minutes_approval_find(state, sheaf_pair(row->id, w->member)))
            WAIT("minutes", row->id, 0, untitled, "of an assembly that you attended",
                 "minutes approve --minutes %u", row->id);
    }
}

/* ---- advice, accountability, conflicts ---- */

static void advice(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_advice *a = sheaf_advice_get(w->state, of);
    const struct sheaf_row_asked *asked = sheaf_asked_find(w->state, sheaf_pair(of, w->member));
    if ((!asked || asked->given == SHEAF_NONE) && w->now < a->closes
        && sheaf_advice_asks(w->state, a, w->member))
        WAIT("advice", of, a->closes, a->title, "you were asked for advice",
             "advice give --advice %u --text TEXT", of);
    if (a->by != w->member)
        return;
    if (a->replied < a->answered)
        WAIT("advice", of, at, a->title, "advice that you have not answered",
             "advice reply --advice %u --member N --text TEXT", of);
    else if (w->now >= a->closes || !sheaf_advice_awaited(w->state, a))
        WAIT("advice", of, at, a->title, "yours to decide",
             "advice decide --advice %u --text TEXT", of);
}

static void accountability(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_accountability *p = sheaf_accountability_get(w->state, of);
    bool subject =
        p->organ ? sheaf_office_at_entry(w->state, w->member, (uint8_t)(p->organ - 1), p->id)
                 : p->subject == w->member;
    if (p->state == SHEAF_accountability_state_answer && subject)
        WAIT("accountability", of, at, p->title, "you are called to account",
             "accountability answer --process %u --text TEXT", of);
    if (p->by != w->member || subject)
        return;
    if (p->state == SHEAF_accountability_state_hearing)
        WAIT("accountability", of, at, p->title, "its hearing is to be held and recorded",
             "accountability hear --process %u --text TEXT", of);
    if (p->state == SHEAF_accountability_state_outcome && !p->motions)
        WAIT("accountability", of, at, p->title, "a motion on what follows is to be put",
             "motion open --process %u --title TITLE", of);
}

/* The bits of `said` (coop/tbl/state_matters.def). */
enum { SETTLED = 1, ADVANCE = 4, DECIDED = 16, ALONE = 64 };

static void party(sheaf_waits *w, const struct sheaf_row_dispute *d, bool first, int64_t at)
{
    uint32_t own = first ? d->named_by : d->named_with;
    bool panel = d->state == SHEAF_dispute_state_panel;
    bool names = panel || d->state == SHEAF_dispute_state_naming
                 || d->state == SHEAF_dispute_state_offered;
    unsigned said = d->said >> !first;
    bool gone = !sheaf_member_active(w->state, first ? d->with : d->by);
    bool named = own != SHEAF_NONE
                 && (sheaf_member_active(w->state, own) || (panel && (said & DECIDED)));
    bool again = panel && (d->said & ALONE) && (d->said & (DECIDED | DECIDED << 1));
    bool missed = own == SHEAF_NONE && (d->said & ALONE) && !again;
    if (names && !named && !missed)
        WAIT("dispute", d->id, at, untitled,
             again   ? "name another for the panel, else what the other has decided stands"
             : panel ? "name a colleague for the panel"
                     : "name the colleague who mediates",
             "dispute name --dispute %u --member N", d->id);
    else if (!names && (gone || !(said & (SETTLED | ADVANCE))))
        WAIT("dispute", d->id, at, untitled,
             d->state == SHEAF_dispute_state_talk
                 ? "talk in private; then say whether it is resolved, or `dispute advance`"
                 : "a colleague mediates; then say whether it is resolved, or `dispute "
                   "advance`",
             "dispute settle --dispute %u", d->id);
}

static void dispute(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_dispute *d = sheaf_dispute_get(w->state, of);
    bool first = d->named_by == w->member, second = d->named_with == w->member;
    if (d->by == w->member || d->with == w->member) {
        party(w, d, d->by == w->member, at);
        return;
    }
    if (d->state == SHEAF_dispute_state_naming && first && second)
        WAIT("dispute", of, at, untitled, "both sides ask you to mediate",
             "dispute accept --dispute %u", of);
    if (d->state == SHEAF_dispute_state_offered && (first || second))
        WAIT("dispute", of, at, untitled, "a side asks you to mediate; they agreed on nobody",
             "dispute accept --dispute %u", of);
    bool complete = d->named_by != SHEAF_NONE && d->named_with != SHEAF_NONE;
    if (d->state == SHEAF_dispute_state_panel && (first || second)
        && (complete || (d->said & ALONE)) && !(d->said >> !first & DECIDED))
        WAIT("dispute", of, at, untitled,
             complete ? "you are on its panel"
                      : "you decide it alone: the other side has named nobody",
             "dispute decide --dispute %u", of);
}

/* ---- circles ---- */

static bool in_circle(const sheaf_waits *w, uint32_t circle)
{
    const struct sheaf_row_circle_member *row =
        sheaf_circle_member_find(w->state, sheaf_pair(circle, w->member));
    return row && row->joined != SHEAF_NONE && row->left == SHEAF_NONE;
}

static void proposal(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_proposal *p = sheaf_proposal_get(w->state, of);
    const struct sheaf_row_answer *answer =
        sheaf_answer_find(w->state, sheaf_pair(of, w->member));
    bool objects = answer && answer->kind == SHEAF_answer_kind_paramount
                   && answer->round >= p->round_first;
    if (p->remove == w->member) {
        WAIT("proposal", of, at, p->title,
             "would take you out of the circle: you do not answer it, and may argue",
             "argument give --matter %u --text TEXT", of);
    } else if (p->by == w->member) {
        if (p->objections && in_circle(w, p->from))
            WAIT("proposal", of, at, p->title, "a paramount objection stands against it",
                 "proposal amend --proposal %u --text TEXT", of);
    } else if ((!answer || answer->round != p->round) && in_circle(w, p->circle)
               && may_vote(w, SHEAF_body_circle, p->circle, p->since, p->bylaws, of)) {
        WAIT("proposal", of, at, p->title,
             objects ? "its text has changed since you objected; consent if that is met"
                     : "your consent, or `proposal object`",
             "proposal consent --proposal %u", of);
    }
}

/* Who proposed it opens the motion; who cannot any more leaves that to all who can. */
static bool puts_it(const sheaf_waits *w, const struct sheaf_row_proposal *p)
{
    return sheaf_waits_votes(w) && sheaf_proposal_may_put(w->state, p, w->member)
           && (p->by == w->member || !sheaf_member_active(w->state, p->by)
               || !sheaf_proposal_may_put(w->state, p, p->by));
}

/* What the clock has left to a circle. */
static void proposals(sheaf_waits *w)
{
    bool circles = sheaf_article_on(w->state, SHEAF_ARTICLE_circles);
    uint32_t count = sheaf_proposal_count(w->state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_proposal *p = sheaf_proposal_at(w->state, i);
        if (p->state == SHEAF_proposal_state_review && circles && in_circle(w, p->circle))
            WAIT("proposal", p->id, 0, p->title, "your circle is to look at it again",
                 "proposal open --circle %u --replaces %u --title TEXT --text TEXT "
                 "--review-s N",
                 p->circle, p->id);
        if (p->state == SHEAF_proposal_state_wider && puts_it(w, p))
            WAIT("proposal", p->id, 0, p->title,
                 "unresolved: open a motion on it for all members",
                 "motion open --proposal %u --title TEXT", p->id);
    }
    count = circles && sheaf_waits_votes(w) ? sheaf_circle_member_count(w->state) : 0;
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_circle_member *row = sheaf_circle_member_at(w->state, i);
        if (row->joined == SHEAF_NONE && row->left == SHEAF_NONE && in_circle(w, row->circle))
            WAIT("circle", row->circle, 0, sheaf_circle_get(w->state, row->circle)->name,
                 "somebody asks to be in it", "circle admit --circle %u --member %u",
                 row->circle, row->member);
    }
}

/* ---- all ---- */

void sheaf_waits_matter(sheaf_waits *waits, uint8_t kind, uint32_t of, int64_t at)
{
    static void (*const looks[SHEAF_deadline_kind_COUNT])(sheaf_waits *, uint32_t, int64_t) = {
        [SHEAF_deadline_kind_accountability_step] = accountability,
        [SHEAF_deadline_kind_advice_lapses] = advice,
        [SHEAF_deadline_kind_allocation] = allocation,
        [SHEAF_deadline_kind_assembly_begins] = assembly,
        [SHEAF_deadline_kind_assembly_ends] = assembly,
        [SHEAF_deadline_kind_minutes] = assembly_over,
        [SHEAF_deadline_kind_dispute_step] = dispute,
        [SHEAF_deadline_kind_election] = election,
        [SHEAF_deadline_kind_motion] = motion,
        [SHEAF_deadline_kind_petition_dates] = petition_dates,
        [SHEAF_deadline_kind_petition_lapses] = petition,
        [SHEAF_deadline_kind_proposal] = proposal,
    };
    if (looks[kind])
        looks[kind](waits, of, at);
}

void sheaf_waits_matters(sheaf_waits *waits)
{
    minutes(waits);
    proposals(waits);
}
