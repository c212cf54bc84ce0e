/* Ten years of a co-op that decides: members join, are on trial, vote, give proxies, amend the
 * bylaws, have amendments registered, exclude and leave, a board decides, treasurers take and
 * pay money, members pay in for shares and are repaid, and some go to another co-op, as a seed
 * has it. Then it is wound up, and its log sealed.
 * Beside the rules runs a book of its own that knows members, electorates, ballots, proxies and
 * versions of the bylaws from the acts alone, and says what must come of each motion; the two
 * are compared after every act. Who is in office it takes from the state. */
#ifndef SHEAF_SIM_GOVERNANCE_H
#define SHEAF_SIM_GOVERNANCE_H

#include "kit.h"

enum {
    PEOPLE_MAX = 400,
    MOTIONS_MAX = 1500,
    PROXIES_MAX = 4000,
    SUSPENSIONS_MAX = 400,
    MANDATES_MAX = 400,
    MATTERS_MAX = 400,
    LINES = 2, /* of a budget */
    CANDIDATES_MAX = 40,
    STAY = 3, /* the first, whose data mandates name: they neither leave nor die */
    NOBODY = -1
};

/* The classes, by their places. */
enum { WORKER, USER, INVESTOR, SUPPORTER, PARTNER, COMMUNITY, CLASSES };
/* The circles: the one inside the other. */
enum { OUTER, INNER, CIRCLES };
enum {
    NOTICE_DAYS = 30,
    CEILING_BP = 2500,
    QUALIFIED_QUORUM = 4000,
    BOARD_QUORUM = 5000,
    SEATS = 3,
    WAITING_MAX = 16
};
enum { ORDINARY_DAYS = 7, QUALIFIED_DAYS = 14, PROTECTED_DAYS = 30, SECOND_DAYS = 10 };
enum { REPAY_DAYS = 90, APPLY_DAYS = 60, APPEAL_DAYS = 730 };
enum {
    HOLD_DAYS = 14,
    CONFIRM_DAYS = 30,
    RATIFY_DAYS = 21,
    TELLERS_DAYS = 200,
    CONSENT_DAYS = 20,
    WAIT_DAYS = 14,
    PANEL_DAYS = 30,
    CONFIRMATIONS = 2,
    ADVICE_DAYS = 20,
    ANSWER_DAYS = 30,
    OUTCOME_DAYS = 60,
    SPEND_CENTS = 50000, /* without a decision of the members, in so many days */
    SPEND_DAYS = 30,
    LAPSE_DAYS = 90,
    DEATH_DAYS = 14,
    SIGNATURES = 2,
    ADVISED_CENTS = 60000, /* after advice */
    PRICE_CENTS = 1000,
    SHARES_MIN = 2,
    SHARES_MAX = 20,
    ATTENDANCE = 800, /* hundredths of a percent of the members with a vote */
    SUSPEND_BY = 2
};
#define DAY_MS INT64_C(86400000)

/* What can be met on the way: all that is OFTEN in a few seeds, the rest in many. */
#define GOVERNANCE_MET                                                                         \
    MET(second_call, OFTEN, "second calls")                                                    \
    MET(by_proxy, OFTEN, "with proxies")                                                       \
    MET(capped, OFTEN, "at a ceiling")                                                         \
    MET(divided, OFTEN, "amounts divided")                                                     \
    MET(divided_capped, OFTEN, "of them at a ceiling")                                         \
    MET(stricter, SELDOM, "stopped by a stricter rule")                                        \
    MET(argued, OFTEN, "arguments")                                                            \
    MET(elected, OFTEN, "put into an office by a motion")                                      \
    MET(seated, OFTEN, "elected")                                                              \
    MET(seated_capped, SELDOM, "elections at a ceiling")                                       \
    MET(unseated, OFTEN, "elections of nobody")                                                \
    MET(board, OFTEN, "decided by the board")                                                  \
    MET(referred, SELDOM, "referred to the members")                                           \
    MET(registered, OFTEN, "versions registered")                                              \
    MET(given_up, SELDOM, "versions given up")                                                 \
    MET(mandate, OFTEN, "mandates granted")                                                    \
    MET(suspended, OFTEN, "suspensions")                                                       \
    MET(lapsed, OFTEN, "suspensions lapsed")                                                   \
    MET(confirmed, SELDOM, "suspensions confirmed")                                            \
    MET(overridden, SELDOM, "held effects overridden")                                         \
    MET(resumed, SELDOM, "resumed")                                                            \
    MET(advised, SELDOM, "decided after advice")                                               \
    MET(unadvised, SELDOM, "decided without somebody's advice")                                \
    MET(concluded, OFTEN, "called to account")                                                 \
    MET(unresolved, OFTEN, "accounts unresolved")                                              \
    MET(held, OFTEN, "assemblies held")                                                        \
    MET(second_held, SELDOM, "assemblies called again")                                        \
    MET(in_assembly, OFTEN, "adopted by an assembly")                                          \
    MET(by_tellers, OFTEN, "ballots counted by tellers")                                       \
    MET(contested, OFTEN, "ballots that tellers counted and members contested")                \
    MET(by_members, SELDOM, "payments that left by a decision of the members")                 \
    MET(put_off, SELDOM, "motions put off for that")                                           \
    MET(recovered, OFTEN, "keys recovered")                                                    \
    MET(objected, SELDOM, "recoveries objected to")                                            \
    MET(upheld, SELDOM, "upheld by a panel")                                                   \
    MET(second_key, OFTEN, "acts by an organisation's second person")                          \
    MET(imported, OFTEN, "registers imported")                                                 \
    MET(claimed, OFTEN, "admitted to places of them")                                          \
    MET(died, OFTEN, "died")                                                                   \
    MET(denied, SELDOM, "said to live")                                                        \
    MET(disproved, OFTEN, "deaths disproved")                                                  \
    MET(consent, OFTEN, "adopted by consent")                                                  \
    MET(wider, SELDOM, "brought before a wider circle")                                        \
    MET(carried, OFTEN, "brought before all members")                                          \
    MET(carried_by, SELDOM, "adopted by them")                                                 \
    MET(urgent, OFTEN, "urgent acts")                                                          \
    MET(ratified, SELDOM, "urgent acts ratified")                                              \
    MET(undone, SELDOM, "urgent acts undone")                                                  \
    MET(paid, OFTEN, "payments made")                                                          \
    MET(approved, SELDOM, "of them decided by the members")                                    \
    MET(waited, SELDOM, "payments too much for the period")                                    \
    MET(unpaid, OFTEN, "payments lapsed")                                                      \
    MET(reversed, SELDOM, "receipts reversed")                                                 \
    MET(from_account, OFTEN, "paid out of accounts")                                           \
    MET(from_budget, SELDOM, "paid out of budgets")                                            \
    MET(from_advice, SELDOM, "paid after advice")                                              \
    MET(budget, OFTEN, "budgets adopted")                                                      \
    MET(distributed, OFTEN, "surpluses shared")                                                \
    MET(repaid, OFTEN, "shares repaid")                                                        \
    MET(queued, OFTEN, "repayments that waited")                                               \
    MET(returned, OFTEN, "payments of applicants returned")                                    \
    MET(handed, OFTEN, "shares handed over")                                                   \
    MET(struck, OFTEN, "times shares struck")                                                  \
    MET(struck_repaid, SELDOM, "of them repaid before")                                        \
    MET(split, OFTEN, "splits")                                                                \
    MET(split_paid, SELDOM, "of them paid")                                                    \
    MET(continued, OFTEN, "windings up ended")                                                 \
    MET(creditor, OFTEN, "creditors paid")                                                     \
    MET(final_rest, SELDOM, "times something is left")
#define MET(name, how, words) MET_##name,
enum { GOVERNANCE_MET MET_COUNT };
#undef MET

/* What amendments change. */
typedef struct {
    int ordinary_quorum;  /* article 5, protected */
    int protected_quorum; /* article 6, protected */
    bool nine_tenths;     /* article 6, protected: else three quarters */
    int cap;              /* article 7, not protected */
    int64_t capital_min;  /* article 4, not protected */
    uint32_t id;          /* the entry that made the version */
} laws;

typedef struct {
    uint32_t id; /* the application */
    int class;
    enum { APPLIED, TRIAL, FULL, GONE } state;
    uint32_t full;   /* entries when the trial had ended */
    uint32_t key;    /* the recovery that brought the key that signs now, or 0 */
    uint32_t second; /* the key of somebody else who acts for an organisation, or 0 */
    int64_t applied;
    int shares, leaving;
    uint32_t given; /* the repayment of shares that were given up, or 0 */
    int64_t owed;   /* on the member's account */
    int place;      /* 1 + the place of the register that was claimed, or 0 */
    bool excluded;  /* so the members have decided, and let it be */
} person;

typedef enum {
    RESOLUTION,
    AMENDMENT,
    EXCLUSION,
    WITHDRAWAL, /* of an amendment that waits */
    ELECTION,
    GRANT, /* a mandate */
    REVOCATION,
    STOP,         /* something automatic */
    CONFIRMATION, /* of a suspension */
    RESUMPTION,
    TELLERS,
    APPROVAL, /* of a payment */
    BUDGET,
    DISTRIBUTION, /* of surplus */
    SPLIT,
    DISSOLUTION,
    CONTINUATION, /* after all */
    LIQUIDATORS,
    STRIKE, /* shares that were never paid in: so many as `base` says */
} purpose;

typedef struct {
    uint64_t of[CLASSES][SHEAF_choice_COUNT], all[SHEAF_choice_COUNT], heads, conflicts,
        electorate, voices; /* voices: so many must be for it */
} tally;

typedef struct {
    uint32_t id;
    int by, sort, call, subject; /* sort: enum decision_sort; subject: whom it is about */
    purpose what;
    bool board, urgent; /* the officers of the board decide it, and act at once */
    uint32_t assembly;  /* where it is voted on, or SHEAF_NONE */
    int64_t ratify;     /* of what has taken effect: until when the members ratify it */
    uint32_t acted;     /* by that tick */
    uint32_t account;   /* the account that it would conclude, or 0 */
    uint32_t carries;   /* the proposal that no circle could resolve, or 0 */
    int64_t cents[LINES], from, until; /* of a budget; of what is distributed the first */
    laws opening, text;                /* in force then; what an amendment proposes */
    uint32_t base; /* against which version; or what it withdraws, revokes, stops … */
    int64_t opened, closes, held; /* held: the earliest moment of its effect, or 0 */
    bool entitled[PEOPLE_MAX], conflicted[PEOPLE_MAX], trial[PEOPLE_MAX];
    bool counted[PEOPLE_MAX];      /* by tellers, unless it is contested */
    bool contested[PEOPLE_MAX];    /* and then they count it no more */
    bool put_off;                  /* so that they can */
    uint32_t by_hand;              /* counted so of who could contest it */
    int8_t choice[PEOPLE_MAX];     /* enum choice, or NOBODY */
    int8_t own[PEOPLE_MAX];        /* before the tellers counted */
    int state;                     /* enum motion_state */
    bool named[PEOPLE_MAX];        /* who would go to another co-op */
    tally votes;                   /* as they were when it was settled */
    struct sheaf_row_motion final; /* once it is settled */
} motion;

typedef struct {
    int giver, holder;
    uint32_t matter; /* SHEAF_NONE for all */
    int64_t until;
    bool live;
} proxy;

/* A suspension of something automatic: a held motion or a mandate. */
typedef struct {
    uint32_t id, of, signatures;
    int state;      /* enum override_state */
    int64_t lapses; /* unless it is confirmed */
    bool ended, by_organ, signer[PEOPLE_MAX];
    bool decided; /* the members have decided that it goes on */
} suspension;

typedef struct {
    uint32_t id, motion;
    bool revoked;
    bool decided; /* its motion was suspended, and the members have let it go on */
} mandate;

typedef struct {
    uint32_t id;
    int by, state; /* enum assembly_state */
    int64_t starts, ends;
    bool came[PEOPLE_MAX];
} assembly;

typedef struct {
    uint32_t id, voices;
    int by;
    int64_t cents;
    bool reversed, said[PEOPLE_MAX]; /* who has said that it is wrong */
} receipt;

typedef struct {
    uint32_t id;
    int by, state;    /* enum payment_state */
    int account;      /* whose, or NOBODY */
    int advice;       /* its place, or NOBODY */
    int budget, line; /* its place, or NOBODY */
    int64_t cents, closes, left;
    bool approved, signer[PEOPLE_MAX], conflicted[PEOPLE_MAX];
    uint32_t key[PEOPLE_MAX]; /* with which they signed, as in person */
} payment;

/* Of shares: they are repaid, and until then wait in turn where the capital does not allow it.
 */
typedef struct {
    uint32_t id;
    int of, shares, state; /* enum repayment_state */
    uint32_t turn;
    int64_t due;
} repayment;

typedef struct {
    uint32_t id;
    int next; /* the one that takes its place, or NOBODY */
    int64_t from, until, left[LINES];
} budget;

/* What is owed to another co-op that members went to. */
typedef struct {
    uint32_t id;
    int64_t cents;
    bool settled;
    int by, evidence; /* who recorded it first, or NOBODY */
} split;

typedef struct {
    uint32_t id;
    int by;
    int64_t cents;
    bool open, paid;
} creditor;

/* A proposal to a circle. */
typedef struct {
    uint32_t id;
    int by, circle, from, state; /* from: where it was made; enum proposal_state */
    uint32_t motion;             /* the last that put it before all members, or 0 */
    int64_t closes;
    int round, round_first;                      /* of its text; the first before this circle */
    bool entitled[PEOPLE_MAX], gone[PEOPLE_MAX]; /* who has left the circle since */
    int8_t answer[PEOPLE_MAX], answered[PEOPLE_MAX]; /* enum answer_kind; in which round */
} proposal;

typedef struct {
    uint32_t id;
    int of, state;  /* whose keys; enum recovery_state */
    int64_t closes; /* the step that it is at */
    bool confirmed[PEOPLE_MAX], judged[PEOPLE_MAX], with[PEOPLE_MAX]; /* with: judged for it */
    uint32_t confirmations, upheld, against, judges;
    int64_t until; /* nothing takes effect before */
    bool own;      /* the member itself objected */
} recovery;

typedef struct {
    uint32_t id;
    uint8_t organ;
    bool decided, put_off;
    laws opening; /* in force then */
    int64_t opens, closes;
    int candidates[CANDIDATES_MAX], candidate_count;
    bool entitled[PEOPLE_MAX], trial[PEOPLE_MAX], voted[PEOPLE_MAX];
    bool approved[PEOPLE_MAX][CANDIDATES_MAX];       /* by place of the candidate */
    bool counted[PEOPLE_MAX], contested[PEOPLE_MAX]; /* by tellers */
} election;

/* A register that was kept before, and a place of it. */
typedef struct {
    uint32_t id;
    int by, entered;
    bool confirmed;
} import;

typedef struct {
    uint32_t number;
    int import, class, taken; /* its place; who was admitted to it, or NOBODY */
    int64_t term;             /* when the membership ends, or 0 */
} imported;

/* What is said of somebody who may have died; who says that a member lives goes on saying so.
 */
typedef struct {
    uint32_t id; /* the first record, or 0 */
    char evidence;
    uint32_t records, denials;
    int64_t ends; /* where enough say so: when the membership ends, or 0 */
    bool spoke[PEOPLE_MAX], denied[PEOPLE_MAX];
} death;

typedef struct {
    uint32_t id;
    int by, state; /* enum advice_state */
    int64_t closes;
    bool asked[PEOPLE_MAX], given[PEOPLE_MAX], replied[PEOPLE_MAX];
    bool unasked[PEOPLE_MAX]; /* gave advice all the same */
    bool paid;                /* a payment rests on it */
} advice;

typedef struct {
    uint32_t id;
    int by, state; /* enum accountability_state */
    int motions;   /* on what follows, that are open */
    int64_t closes;
    bool subject[PEOPLE_MAX], heard[PEOPLE_MAX];
} account;

typedef struct {
    person people[PEOPLE_MAX];
    motion motions[MOTIONS_MAX];
    proxy proxies[PROXIES_MAX];
    suspension suspensions[SUSPENSIONS_MAX];
    mandate mandates[MANDATES_MAX];
    advice advices[MATTERS_MAX];
    assembly assemblies[MATTERS_MAX];
    recovery recoveries[MATTERS_MAX];
    death deaths[PEOPLE_MAX];
import imports[MATTERS_MAX];
    imported places[MATTERS_MAX];
    election elections[MATTERS_MAX];
    proposal proposals[MATTERS_MAX];
    uint32_t circles[CIRCLES];
    bool in_circle[CIRCLES][PEOPLE_MAX];
    account accounts[MATTERS_MAX];
    receipt receipts[MATTERS_MAX];
    payment payments[MATTERS_MAX];
    repayment repayments[MATTERS_MAX];
    budget budgets[MATTERS_MAX];
    split splits[MATTERS_MAX];
    creditor creditors[MATTERS_MAX];
    bool going[PEOPLE_MAX];           /* have said that they go to the other co-op */
    bool winding, successor, closing; /* closing: the one liquidator has signed */
    int liquidators[2];
    int64_t call_until;
    int64_t reserve, shares_in; /* paid in for shares, ever */
    bool paid_in;               /* somebody has paid for shares, ever */
    uint32_t turns;             /* of repayments that wait */
    bool sitting[PEOPLE_MAX];   /* on the board, after the last act */
    bool treasurer[PEOPLE_MAX]; /* in office then */
    int election_count, import_count, place_count;
    int person_count, motion_count, proxy_count, suspension_count, mandate_count, advice_count,
        account_count, assembly_count, recovery_count, proposal_count, receipt_count,
        payment_count, repayment_count, budget_count, split_count, creditor_count;
    bool teller[PEOPLE_MAX]; /* until then */
    int64_t tellers_until;
    laws now, waiting[WAITING_MAX]; /* in force; adopted and not registered, in order */
    int waiting_count;
    bool before;     /* nobody is admitted who has not paid in for shares */
    bool registered; /* amendments are in force once they are registered */
    int64_t tick_at; /* the deadline that was settled last */
    uint32_t outcomes[SHEAF_motion_state_COUNT], met[MET_COUNT];
} book;

typedef struct {
    kit k;
    book b;
    uint64_t seed, random;
    uint32_t refused, accepted;
} governance;

__attribute__((noreturn, format(printf, 2, 3))) void governance_fail(const governance *g,
                                                                     const char *format, ...);
unsigned governance_draw(governance *g, unsigned below);

/* What was accepted; `g->k.now` is its stamp. */
void book_joins(governance *g, uint32_t id, int class);
void book_admits(governance *g, int who);
void book_opens(governance *g, const motion *opened);
void book_votes(governance *g, motion *m, int who, int choice);
void book_conflict(governance *g, motion *m, int who);
void book_withdraws(motion *m);
/* Of the version that waits longest. */
void book_registers(governance *g, int who, uint32_t version);
const laws *book_newest(const book *b); /* in force or not */
void book_gives(governance *g, const proxy *given);
void book_revokes(governance *g, int giver, uint32_t matter);
void book_ticks(governance *g, const sheaf_deadline *due); /* a tick has settled this */
bool book_begins_on_trial(const person *who);
bool book_has_vote(const person *who);
bool book_has_voice(const person *who); /* of a class with a vote, on trial or not */
bool book_is_member(const person *who);
uint32_t book_voters(const book *b);
uint32_t book_members(const book *b);
uint32_t book_officers(const book *b);
uint32_t book_treasurers(const book *b);

/* Ends the program where the rules and the book do not say the same. */
void book_compare(governance *g);
void book_recount(governance *g);
/* Ballots (governance_count.c): all of them, with those that count by proxy or without. */
tally book_count(const governance *g, const motion *m, bool proxies);
/* What the votes come to, as a state of the motion: of the members, of officers. */
int book_judge(const tally *t, const laws *rules, int sort, int call);
bool book_carried(const tally *t, const laws *rules, int sort); /* its majority alone */
int book_judge_by_board(const motion *m, const tally *t);
bool book_board_unable(const governance *g, const motion *m); /* too few are left to vote */
/* What an investor's ballot counts for, as a fraction: together at most a third of what the
 * others cast, a quarter of all. */
void book_part_of_investors(const tally *t, uint64_t *part, uint64_t *whole);
/* Who votes for a member who has not voted on that, or NOBODY; nobody does any more. */
int book_holder(const governance *g, uint32_t matter, int64_t closes, int giver);
void book_end_proxies(governance *g, uint32_t matter, int64_t closes);
bool book_capped(const tally *t); /* do the investors' ballots weigh less than they are? */
motion *book_motion(governance *g, uint32_t id);
/* Suspensions and mandates (governance_override.c): a member has signed; what an adopted motion
 * does, as a state of the motion; what the members say on an urgent act; a tick. */
void book_signs(governance *g, int who, uint32_t of);
bool book_is_held(const motion *m);                   /* for some time before it takes effect */
motion *book_stopped(governance *g, const motion *m); /* what that stops or lets go on */
int book_takes_effect(governance *g, const motion *m, uint32_t tick);
int book_ratifies(governance *g, const motion *m);
void book_undoes(governance *g, const motion *m);
void book_hold_ends(governance *g, const sheaf_deadline *due);
void book_suspension_ends(governance *g, const sheaf_deadline *due);
void book_compare_suspensions(const governance *g);
/* Founds the co-op; one act of somebody. */
void acts_found(governance *g);
void acts_make(governance *g);
/* The act, as JSON of the kit; true if the rules accept it. */
__attribute__((format(printf, 4, 5))) bool acts_try(governance *g, int who, const char *kind,
                                                    const char *what, ...);
/* The same with that key. */
__attribute__((format(printf, 4, 5))) bool
acts_try_key(governance *g, const char *key, const char *kind, const char *what, ...);
uint32_t acts_last(const governance *g);
uint32_t acts_id(const governance *g, int who);
/* Mostly somebody who is a member; an officer, or else anybody. */
int acts_somebody(governance *g);
int acts_officer(governance *g);
int acts_teller_after(const governance *g, int who);
/* How the member would vote on it. */
int acts_inclination(governance *g, const motion *m);
extern const char *const acts_choices[SHEAF_choice_COUNT];
/* Opens the motion; `effect` is its field with a comma, or nothing. */
void acts_open(governance *g, motion *m, const char *effect);
/* Everybody is asked, and most are for it. */
void acts_campaign(governance *g, uint32_t id);
/* Of the board, and of the register (governance_board.c). */
void acts_of_board(governance *g, int who);
/* Mandates, and what suspends them (governance_override.c). */
void acts_found_data(governance *g);
void acts_of_override(governance *g, int who);
/* Assemblies and tellers (governance_assemblies.c), a day; who votes there; was it held? */
void acts_of_assemblies(governance *g);
void book_assembly_begins(governance *g, uint32_t of);
void book_assembly_ends(governance *g, uint32_t of);
bool book_attends(const governance *g, uint32_t assembly, int who);
bool book_was_held(const governance *g, uint32_t assembly);
void book_compare_assemblies(const governance *g);
/* Circles (governance_circles.c): a day, who leaves the co-op, a tick. */
void acts_found_circles(governance *g);
void acts_of_circles(governance *g);
void book_leaves_circles(governance *g, int who);
void book_proposal_ends(governance *g, const sheaf_deadline *due);
/* The motion that carries a proposal is open; is decided. */
void book_proposal_put(governance *g, motion *m);
void book_proposal_decided(governance *g, const motion *m);
void book_compare_circles(const governance *g);
/* Recovery of keys (governance_recovery.c). */
void acts_of_recovery(governance *g);
void book_recovery_ends(governance *g, const sheaf_deadline *due);
void book_compare_recoveries(governance *g);
/* Imports (governance_imports.c): a day; whoever has that name claims a place; somebody is
 * admitted; a membership ends then. */
void acts_of_imports(governance *g);
bool acts_claim(governance *g, const char *name);
void book_takes_place(governance *g, int who);
void book_check_term(const governance *g, int who, int64_t ends);
/* Elections (governance_elections.c): somebody does something, a tick. */
void acts_of_elections(governance *g, int who);
void book_elects(governance *g, const sheaf_deadline *due);
void book_compare_elections(governance *g);
/* Who has died (governance_membership.c, where members join too): a day, somebody has signed
 * something, a tick. */
void acts_of_membership(governance *g);
void book_lives(governance *g, int who);
/* The key of an organisation's second person signs no more. */
void acts_second_ends(governance *g, int who);
void book_dies(governance *g, int who, const sheaf_deadline *due);
void book_compare_deaths(const governance *g);
/* Advice and accountability (governance_matters.c). */
void acts_of_matters(governance *g, int who);
void book_advice_lapses(governance *g, const sheaf_deadline *due);
void book_account_goes_on(governance *g, const sheaf_deadline *due);
void book_account_decided(governance *g, const motion *m);
bool book_is_called(const governance *g, uint32_t process, int who);
void book_compare_matters(const governance *g);
/* Money (governance_money.c): a day; what a motion on a payment does once it was held; a tick.
 */
void acts_of_money(governance *g);
int book_approves(governance *g, const motion *m);
/* Who is conflicted on a payment is so on the motion about it, and the other way round. */
void book_payment_conflicts(const governance *g, motion *m);
void book_payment_conflict_of(governance *g, const motion *on, int who);
void book_payment_lapses(governance *g, const sheaf_deadline *due);
void book_compare_money(const governance *g);
/* May the member record money: as a treasurer, or as the co-op stands. */
bool book_may_record(const governance *g, int who);
/* What is in the bank, and what of it is owed to nobody. */
int64_t book_bank(const book *b);
int64_t book_free(const book *b);
/* While a panel judges whose keys they are, they do nothing with money. */
bool book_frozen(const governance *g, int who);
bool acts_is_due(const governance *g);
/* Mostly a treasurer. */
int acts_keeper(governance *g);
/* Budgets, and surplus (governance_budgets.c): what an adopted motion does, how much is left.
 */
void acts_of_budgets(governance *g);
int book_adopts_budget(governance *g, const motion *m, uint32_t tick);
int book_distributes(governance *g, const motion *m);
int64_t book_left(const governance *g, int of, int line);
void book_compare_budgets(const governance *g);
/* Shares and accounts (governance_shares.c): a day, who is no member any more, a tick. */
void acts_of_shares(governance *g);
void book_shares_end(governance *g, int who);
void book_share_due(governance *g, const sheaf_deadline *due);
int64_t book_capital(const book *b);
void acts_pay(governance *g, int who, int to, int shares);
/* A motion to strike shares; what it does. */
void acts_strike(governance *g, int by);
int book_strikes(governance *g, const motion *m);
int64_t book_owed(const book *b);
void book_compare_shares(const governance *g);
void book_recount_shares(const governance *g);
/* Splits, and how the co-op ends (governance_ending.c). */
void acts_of_splits(governance *g);
void acts_end(governance *g);
int book_splits(governance *g, const motion *m, uint32_t tick);
int book_ends(governance *g, const motion *m);
bool book_is_stopped(const governance *g, const motion *m);
int64_t book_split_owed(const book *b);
void book_compare_splits(const governance *g);
void acts_of_day(governance *g);
void book_departs(governance *g, int who);
void acts_tick(governance *g); /* settles all that is due */

#endif
