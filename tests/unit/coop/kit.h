/* A co-op in memory that tests write acts for.
 *
 * Everybody has a name, and the name gives the key. An act is a row: who signs, the kind, and
 * `what` as JSON in which
 *
 *     '        stands for "
 *     #name    for the index of the entry that was accepted under that label
 *     @name    for the public key of that name
 *     ~c       for a hash whose 64 digits are all c
 *     ^        for a commitment to a text
 *     $        for the root of the log so far
 *
 * Every refusal is checked to leave the digest of the state as it was. Whatever is wrong ends
 * the program with a sentence: the kit serves tests, the log of the replay test and
 * measurements.
 */
#ifndef SHEAF_TEST_COOP_KIT_H
#define SHEAF_TEST_COOP_KIT_H

#include "coop/fold.h"
#include "coop/view.h"

enum { KIT_NAMES_MAX = 4096, KIT_NAME_MAX = 24 };

#define KIT_ORIGIN "sheaf/abcdefghijklmnopqrstuvwxyz"
#define KIT_START  INT64_C(1790000000000)

typedef struct {
    char name[KIT_NAME_MAX];
    bool labelled;  /* an entry was accepted under this name */
    uint32_t index; /* that entry */
    sheaf_keypair pair;
    uint32_t key, member; /* the entries that made it a key */
    uint64_t seq;         /* of the last act */
} kit_name;

typedef struct {
    sheaf_state state;
    sheaf_arena decode, work;
    sheaf_outcome outcome; /* of the last act */
    sheaf_err err;
    int64_t now, step_ms; /* the clock, and by how much it goes on with every act */
    kit_name *names;
    size_t name_count;
    sheaf_buffer entry; /* the last one */
    sheaf_buffer log;   /* u32 length and bytes of every entry that stands */
    bool enter_refused; /* refused acts stand on the log, void */
    bool claims_void;   /* and so does what the rules accept: a claim of it is false */
    int64_t cents;      /* sum of all postings that were told */
    uint32_t postings;  /* how many were */
    /* How the next act differs from what it should be; cleared by it. */
    struct {
        int64_t at, until, seen, seq, stamp;
        const char *by, *key;
        bool bad_signature;
    } wrong;
} kit;

/* How decisions of one sort are taken. */
typedef struct {
    const char *base, *majority, *quorum_base;
    int notice_s, open_s, quorum;
    int second_open_s, second_quorum; /* 0: there is no second call */
} kit_decisions;

/* What the bylaws of a test say; see kit_rules_usual(). */
typedef struct {
    int approvals, open_max, cohort_min, rounds_max, data_bp, members_bp, reserve_bp;
    bool changeable, early, exact, registration;
    const char *form, *currency, *classes, *web;
    kit_decisions ordinary, qualified, protected;
    bool apart;         /* a quorum is also one of those without a ceiling of votes */
    const char *raised; /* the list's items, or NULL */
    int settled_s;      /* 0 leaves it out */
    const char *urgent; /* the record, or NULL */
    int lapse_s, applications_max, succession;
    const char *ballots;
    const char *withheld;  /* the list's items, or NULL */
    const char *witnesses; /* the list's items */
    int witness_quorum;
    /* Whole articles by number, also such as are switched off where this is NULL. */
    const char *article[SHEAF_ARTICLE_COUNT];
    int leave_notice;
    const char *exclusion, *recovery; /* "'exclusion':{…}," where the bylaws know it, or "" */
} kit_rules;

kit_rules kit_rules_usual(void);
/* The document as `what` text; lives until the next call. */
const char *kit_bylaws(const kit_rules *rules);
/* The effect that makes it the bylaws, written against the version `base` ("#ann"); the same.
 */
const char *kit_amendment(const kit_rules *rules, const char *base);

void kit_open(kit *k);
void kit_open_revision(kit *k, uint16_t revision_max);
void kit_close(kit *k);
/* Counts again what the state counts as it goes, and ends the test where it differs; closing a
 * kit does. */
void kit_counts(const kit *k);
kit_name *kit_named(kit *k, const char *name);
uint32_t kit_index(kit *k, const char *label);
void kit_label(kit *k, const char *label, uint32_t index);

/* Writes the entry of an act into k->entry, without offering it. */
void kit_write(kit *k, const char *who, const char *kind, const char *what);
/* Offers k->entry as the log's next one. */
sheaf_refusal kit_offer_entry(kit *k);
/* Both; an accepted entry gets the label, which may be NULL. */
sheaf_refusal kit_try(kit *k, const char *who, const char *kind, const char *what,
                      const char *label);
/* The same, and ends the test if the answer is another. */
void kit_want(kit *k, sheaf_refusal want, const char *who, const char *kind, const char *what,
              const char *label);
__attribute__((format(printf, 5, 6))) void kit_do(kit *k, const char *who, const char *kind,
                                                  const char *label, const char *what, ...);

typedef struct {
    const char *who, *kind, *what;
    sheaf_refusal want;
    const char *label;
    int64_t wait_ms; /* before it */
} kit_row;

/* `what` of the tick that settles that kind of deadline of what has the label. */
#define KIT_TICK(kind, of) "{'deadline':'" kind "','of':#" of ",'unwitnessed':false}"

/* `what` of a person's application, in the first class. */
#define KIT_PERSON(name)                                                                       \
    "{'class':0,'kind':'person','name':^,'public_key':@" name ",'web':false}"
/* `what` of a key that the person behind the digits holds, with those scopes, "true" or
 * "false"; `more` stands between the fields: "" or "'until':…,". */
#define KIT_HELD(name, digits, admin, money, vote, more)                                       \
    "{'holder':" digits ",'public_key':@" name ",'scopes':{'admin':" admin                     \
    ",'data':false,'money':" money ",'train':false,'vote':" vote "}," more "'web':false}"

void kit_rows(kit *k, const kit_row *rows, size_t count);
#define KIT_ROWS(k, rows) kit_rows((k), (rows), sizeof(rows) / sizeof *(rows))

/* Founded by ann, who admits bob, cat and dan; each has a node: ann.node … */
void kit_found(kit *k, const kit_rules *rules);
void kit_found_four(kit *k, const kit_rules *rules);
/* By ann alone, under the usual rules but for so many approvals of who joins. */
void kit_found_approvals(kit *k, int approvals);
/* Founded by ann, who admits m1, m2 …, to so many members in all, the places of their names. */
void kit_found_many(kit *k, const kit_rules *rules, kit_name **members, int count);
/* And a data set (ann.data) with consent (ann.consent) each, and a model registered by ann. */
void kit_with_data(kit *k, const kit_rules *rules);
/* The same with groups on the sheets of the four: "'groups':[…]," each, or nothing. */
void kit_with_groups(kit *k, const kit_rules *rules, const char *const groups[4]);

/* What would become of the motion with its present votes, in its time or with the next entry
 * (coop/preview.h). */
const char *kit_then(kit *k, const char *motion);
/* Opens a motion with the effect, lets `yes` of the four vote for it, and settles it. `label`
 * names the motion, and the tick is labelled LABEL.tick. */
void kit_motion(kit *k, const char *label, const char *effect, int yes);
/* The effect of a mandate over the four data sets, which dan audits. */
#define KIT_MANDATE                                                                            \
    "{'kind':'mandate.grant','what':{'attest_min':2,'auditors':[{'member':#dan}],"             \
    "'cohort_min':3,'datasets':[{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':"       \
    "#cat.data},{'dataset':#dan.data}],'duration_s':86400,'learning':{'batch':0,"              \
    "'local_steps':5,'rate_millionths':100000,'seed':7},'model':#model,'purpose':'research',"  \
    "'release':'exact_sum','rounds_max':8}}"
/* A round of the mandate labelled `mandate` with all four; `base` is the digit of the hash, 0
 * for none. In rounds with noise cat drops out. */
sheaf_refusal kit_round_open(kit *k, const char *label, const char *task, char base,
                             const char *mandate);
/* The same with vectors of so many words. */
sheaf_refusal kit_round_open_words(kit *k, const char *label, const char *task, char base,
                                   const char *mandate, int words);
/* The same of a mandate with noise. */
sheaf_refusal kit_noised_open(kit *k, const char *label, const char *task, char base,
                              const char *mandate);
sheaf_refusal kit_round_close(kit *k, const char *round, const char *task, char result);
sheaf_refusal kit_attest(kit *k, const char *who, const char *round, char result);

/* A list of 32 amounts: `most` at the place `only` (at all, if it is negative), 0 elsewhere. */
const char *kit_amounts(char out[1024], int64_t most, int only);

/* What a mandate with noise says; see kit_terms_usual(). */
typedef struct {
    const char *model, *release, *unit;
    int rounds, batch, steps, colluders, sampling, without; /* without: leave out the terms */
    bool local;
    int64_t cost, evaluation, limit;
    int place;                   /* the one order that shows the limit */
    int noise, evaluation_noise; /* multipliers, which the amounts need not fit */
    /* If given, the amounts by order instead. */
    const int64_t *costs, *evaluations, *limits;
    int cohort;           /* cohort_min, 3 where it is 0 */
    const char *datasets; /* the items of the list, those of the four where it is NULL */
} kit_terms;

/* The unit record over the four data sets and the model "ranged", 8 rounds: 10 for a training
 * round, 30 for an evaluation, and at place 3 a limit of 100. */
kit_terms kit_terms_usual(void);
/* Terms that the accountant confirms, without asking it: they state a cost at one order alone,
 * 2.5 at place KIT_PLACE, and there the true one, order / (2 noise^2). */
enum { KIT_PLACE = 3 };
kit_terms kit_terms_true(int noise);
/* The effect; lives until the next call. */
const char *kit_noised(const kit_terms *terms);
/* Registers that model, whose one input without level has a range. */
void kit_ranged(kit *k);

/* A co-op whose rounds have many seats, of ann, m1, m2 …: each member has a data set and a
 * consent with a budget. Whoever opens it says which. */
typedef struct {
    const char *unit, *budget; /* of consents: the unit, and the list of amounts */
    int records;               /* of each data set; 0: 100, 101 … */
    kit *k;
    int count;
    kit_name **members;
    uint32_t *datasets, *nodes; /* of each member; nodes' keys are ann.node, m1.node … */
    char *text;                 /* of the act that is being written */
} kit_roster;

void kit_roster_open(kit_roster *r, kit *k, int count);
void kit_roster_close(kit_roster *r);
/* The items of a list of so many data sets, the first again after the last; lives until the
 * next call. */
const char *kit_roster_datasets(kit_roster *r, int count);
/* A mandate with noise, over the data sets of all, where the terms name none. */
sheaf_refusal kit_roster_grant(kit_roster *r, const kit_terms *terms, const char *label);
/* Training from zeros with the first `seats`, and its end with the first `survivors`. */
sheaf_refusal kit_roster_round(kit_roster *r, const char *label, const char *mandate,
                               int seats);
sheaf_refusal kit_roster_end(kit_roster *r, const char *round, int survivors);

/* `what` of a state.digest, true, or with `wrong` 1 to 4 wrong in one way; and the act. */
void kit_write_digest(kit *k, char *out, size_t size, int wrong);
void kit_state_digest(kit *k);

/* Hashes the whole log so far. */
sheaf_hash kit_log_root(const kit *k);
/* `evidence` of a tick: the log so far, cosigned at `time` by the keys of names like w0, w1,
 * whose digit is the witness's place; lives until the next call. */
const char *kit_evidence(kit *k, const char *const *names, size_t count, int64_t time);

/* Which refusals were met and which kinds accepted, in this program. */
bool kit_met(uint16_t refusal);
bool kit_accepted(sheaf_kind kind);

__attribute__((noreturn, format(printf, 1, 2))) void kit_fail(const char *format, ...);

uint64_t kit_random(uint64_t *seed);
/* Plays with every seed up to the last, or with that of SHEAF_TEST_SEED alone. */
void kit_seeds(void (*play)(uint64_t seed), uint64_t last);

#endif
