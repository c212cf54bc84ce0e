/* Members, money, tellers and overrides; see waiting.h. */
#include "cli/waiting.h"

#include "coop/electorate.h"
#include "coop/ending.h"
#include "coop/import.h"
#include "coop/licence.h"
#include "coop/organs.h"
#include "coop/override.h"
#include "coop/poll.h"
#include "coop/shares.h"
#include "coop/treasury.h"
#include "coop/view.h"

static const sheaf_hash untitled;

/* What waits for the member, without and with what it is called. */
#define WAIT(noun, of, until, ...)        SHEAF_WAIT(w, noun, of, until, untitled, __VA_ARGS__)
#define WAIT_TITLED(noun, of, until, ...) SHEAF_WAIT(w, noun, of, until, __VA_ARGS__)

static const int64_t SOON_MS = INT64_C(30) * 86400 * 1000; /* before a key expires */

/* Has the member spoken on it? */
static bool spoke(const sheaf_waits *w, uint32_t of)
{
    return sheaf_approval_find(w->state, sheaf_pair(w->member, of)) != NULL;
}

/* ---- with a deadline ---- */

static void trial(sheaf_waits *w, uint32_t of, int64_t at)
{
    if (of == w->member)
        WAIT("trial", of, at, "your votes are recorded and not counted", "%s", "");
}

static void leaves(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_member *member = sheaf_member_get(w->state, w->member);
    if (of != w->member)
        return;
    if (member->notice != SHEAF_NONE)
        WAIT("notice", member->notice, at, "you leave, unless you take it back", "member stay");
    else
        WAIT("membership", of, at, "it ends, as the register says", "%s", "");
}

static void recovery(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_recovery *r = sheaf_recovery_get(w->state, of);
    const sheaf_hash name = sheaf_member_get(w->state, r->member)->name;
    bool own = r->member == w->member, votes = sheaf_waits_votes(w);
    if (r->state == SHEAF_recovery_state_open && own && !r->confirmations)
        WAIT("recovery", of, at, "somebody asks for a new key in the place of yours; strike it",
             "recovery decline --recovery %u", of);
    else if (r->state == SHEAF_recovery_state_open && !own && votes && !spoke(w, of))
        WAIT_TITLED("recovery", of, at, name,
                    "of that member's keys; confirm it if you know who asks",
                    "recovery confirm --recovery %u", of);
    else if (r->state == SHEAF_recovery_state_waiting && own)
        WAIT("recovery", of, at, "a new key takes the place of yours, unless you object",
             "recovery object --recovery %u", of);
    else if (r->state == SHEAF_recovery_state_waiting && votes && !spoke(w, of))
        WAIT_TITLED("recovery", of, at, name,
                    "of that member's keys succeeds then; object if you know better",
                    "recovery object --recovery %u", of);
    else if (r->state == SHEAF_recovery_state_objected && own && !r->own)
        WAIT("recovery", of, at,
             "a new key takes the place of yours if others uphold it; object, and it takes as "
             "many as a protected decision",
             "recovery object --recovery %u", of);
    else if (r->state == SHEAF_recovery_state_objected && own)
        WAIT("recovery", of, at,
             "of your keys was objected to; others judge it, and till then your keys can do "
             "nothing with money and keys",
             "%s", "");
    else if (r->state == SHEAF_recovery_state_objected && !own && votes && !spoke(w, of))
        WAIT_TITLED("recovery", of, at, name,
                    "of that member's keys was objected to; who did not confirm it judges",
                    "recovery judge --recovery %u --uphold yes|no", of);
}

static void payment(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_payment *p = sheaf_payment_get(w->state, of);
    const struct sheaf_row_payment_signature *given =
        sheaf_payment_signature_find(w->state, sheaf_pair(of, w->member));
    if (sheaf_conflict_was_found(w->state, of, w->member))
        WAIT_TITLED("payment", of, at, p->purpose,
                    "officers found that you have a conflict of interest: you do not sign it",
                    "payment show %u", of);
    bool any, unable = sheaf_payment_unable(w->state, p, &any);
    if (unable || sheaf_payment_undecided(w->state, p)) {
        if (p->by == w->member)
            WAIT_TITLED("payment", of, at, p->purpose,
                        unable ? "conflicts leave too few treasurers: a motion must decide"
                               : "above the limit: a motion must approve it",
                        "motion open --title TEXT --effect FILE");
    } else if (sheaf_treasurer_is(w->state, w->member) && p->account != w->member
               && !sheaf_conflicted(w->state, of, w->member)
               && !(given && sheaf_payment_signature_counts(w->state, given))) {
        WAIT_TITLED("payment", of, at, p->purpose, "your signature, as a treasurer",
                    "payment sign --payment %u", of);
    }
}

static void override(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_override *o = sheaf_override_get(w->state, of);
    if (o->state == SHEAF_override_state_asked && sheaf_waits_votes(w) && !spoke(w, of)
        && sheaf_may_suspend(w->state, o->of, w->member))
        WAIT_TITLED("override", of, sheaf_override_signed_until(w->state, o), o->reason,
                    "asks for signatures; do sign if it should be suspended",
                    "override suspend --of %u", o->of);
    /* To whoever signed: by itself it comes to nothing. */
    if (o->state == SHEAF_override_state_suspended && sheaf_waits_votes(w) && spoke(w, of))
        WAIT_TITLED("override", of, at, o->reason,
                    "suspends what you signed for, and lapses then unless the members adopt a "
                    "motion with the effect override.confirm",
                    "override show %u", of);
}

/* What members have adopted takes place by itself, unless some of them stop it. */
static void held(sheaf_waits *w, uint32_t of, int64_t at)
{
    const struct sheaf_row_exclusion *asked_for =
        sheaf_exclusion_find(w->state, sheaf_member_get(w->state, w->member)->exclusion);
    if (asked_for && asked_for->motion == of)
        WAIT_TITLED("motion", of, at, sheaf_motion_get(w->state, of)->title,
                    "is adopted, and excludes you then, unless others suspend it",
                    "motion show %u", of);
    const struct sheaf_row_suspension *before = sheaf_suspension_find(w->state, of);
    bool asked =
        before
        && sheaf_override_get(w->state, before->override)->state == SHEAF_override_state_asked;
    if (sheaf_waits_votes(w) && !asked && sheaf_may_suspend(w->state, of, w->member))
        WAIT_TITLED("motion", of, at, sheaf_motion_get(w->state, of)->title,
                    "is adopted, and takes effect then; do sign if it should be suspended",
                    "override suspend --of %u", of);
}

/* ---- without one ---- */

/* What is said of the member itself. */
static void oneself(sheaf_waits *w)
{
    const struct sheaf_row_member *member = sheaf_member_get(w->state, w->member);
    const struct sheaf_row_exclusion *asked = sheaf_exclusion_find(w->state, member->exclusion);
    const struct sheaf_row_deadline *death =
        sheaf_deadline_find(w->state, sheaf_pair(w->member, SHEAF_deadline_kind_member_death));
    if (asked && sheaf_hash_is_zero(&asked->answer) && asked->heard > w->now)
        WAIT_TITLED("exclusion", asked->id, asked->heard, asked->reason,
                    "somebody asks for yours; you are heard",
                    "member answer --exclusion %u --text TEXT", asked->id);
    if (member->death != SHEAF_NONE)
        WAIT("death", member->death, death && death->place ? death->at : 0,
             "it is on record that you have died; any act of yours disproves it",
             "death deny --member %u", w->member);
}

/* Keys that can soon sign no more. */
static void keys(sheaf_waits *w)
{
    const struct sheaf_row_key *row;
    for (uint32_t row_1 = sheaf_member_get(w->state, w->member)->key_last; row_1;
         row_1 = row->before) {
        row = sheaf_key_at(w->state, row_1 - 1);
        if (row->until > w->now && row->until - w->now < SOON_MS)
            WAIT("key", row->id, row->until,
                 "expires, also if it is renewed; `key new` makes another to admit",
                 "key admit --public-key KEY --scopes.vote yes");
    }
}

/* Does the member decide on it: as an officer where these alone do. */
static bool decides(const sheaf_waits *w, uint32_t applicant)
{
    return !sheaf_officers_admit(w->state, applicant, w->now)
           || sheaf_office_now(w->state, w->member,
                               sheaf_bylaws_now(w->state)->admission_organ - 1);
}

/* When those who approve admit, unless as many decline; 0 where no such moment is to come. */
static int64_t admitted_at(const sheaf_waits *w, const struct sheaf_row_member *row)
{
    const struct sheaf_row_deadline *due =
        sheaf_deadline_find(w->state, sheaf_pair(row->id, SHEAF_deadline_kind_member_admits));
    return due && due->place && row->approvals > row->declines ? due->at : 0;
}

static const char *approval_words(const sheaf_waits *w, const struct sheaf_row_member *row)
{
    if (!sheaf_shares_paid(w->state, row->id))
        return "your approval, or `member decline`; admitted only once its shares are paid";
    return admitted_at(w, row) ? "enough approve, and admit then unless as many decline: your "
                                 "approval, or `member decline`"
                               : "your approval, or `member decline`";
}

/* A claim that nobody can admit: the place is another's by now, or the membership is over. */
static bool in_vain(const sheaf_waits *w, const struct sheaf_row_member *row)
{
    return row->number && sheaf_place_check(w->state, row->number, w->now) != SHEAF_ACCEPTED;
}

/* Those of invited people, claims to places of the register and what was put aside are decided
 * like all others, though the co-op does not count them among those that fill it up. */
static void applications(sheaf_waits *w)
{
    const struct sheaf_row_coop *coop = sheaf_coop(w->state);
    int64_t lapse_ms = (int64_t)sheaf_bylaws_now(w->state)->application_lapse_s * 1000;
    uint32_t count = sheaf_waits_votes(w) ? sheaf_member_count(w->state) : 0;
    for (uint32_t i = coop->applications_from; i < count; i++) {
        const struct sheaf_row_member *row = sheaf_member_at(w->state, i);
        if (row->state == SHEAF_member_state_applied && row->applied + lapse_ms >= w->now
            && !spoke(w, row->id) && decides(w, row->id) && !in_vain(w, row)) {
            int64_t at = admitted_at(w, row);
            WAIT_TITLED("application", row->id, at ? at : row->applied + lapse_ms, row->name,
                        approval_words(w, row), "member admit --member %u", row->id);
        }
    }
}

static void imports(sheaf_waits *w)
{
    uint32_t count = sheaf_waits_votes(w) ? sheaf_import_count(w->state) : 0;
    const struct sheaf_row_import_rest *rests = sheaf_import_rest_find(w->state, w->member);
    bool may_decline = !rests || rests->until <= w->now;
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_import *row = sheaf_import_at(w->state, i);
        if (row->confirmed == SHEAF_NONE && !sheaf_import_over(w->state, row->id, w->now)
            && row->by != w->member && row->entered == row->count && !spoke(w, row->id))
            WAIT("import", row->id, row->opened + (int64_t)SHEAF_IMPORT_LAPSE_S * 1000,
                 may_decline
                     ? "of a register: to be compared and confirmed, or `import decline`"
                     : "of a register: to be compared and confirmed",
                 "import FILE --against %u", row->id);
    }
}

/* What another member, who still may, has recorded of the amendment: it is to be confirmed.
 * True if there is such, or one of the member's own. */
static bool recorded(sheaf_waits *w, uint32_t of)
{
    bool any = false;
    uint32_t count = sheaf_registration_asked_count(w->state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_registration_asked *row =
            sheaf_registration_asked_at(w->state, i);
        if (row->of != of || !sheaf_member_active(w->state, row->by)
            || !sheaf_member_get(w->state, row->by)->votes)
            continue;
        any = true;
        if (!spoke(w, row->id))
            WAIT("registration", row->id, 0,
                 "of an amendment, as a member has recorded it; confirm it if the register has "
                 "it so",
                 "bylaws confirm --registration %u", row->id);
    }
    return any;
}

/* An officer records it alone; where there are none, two members do, or the only one. */
static void registration(sheaf_waits *w)
{
    const struct sheaf_row_coop *coop = sheaf_coop(w->state);
    uint8_t power = SHEAF_POWER_record_registrations;
    bool officer = sheaf_power_held(w->state, w->member, power);
    bool may =
        officer || (sheaf_waits_votes(w) && !sheaf_power_officers(w->state, power, SHEAF_NONE));
    uint32_t next = coop->bylaws_newest;
    while (next != coop->bylaws && sheaf_bylaws_get(w->state, next)->base != coop->bylaws)
        next = sheaf_bylaws_get(w->state, next)->base; /* at most so many wait */
    if (!may || next == coop->bylaws)
        return;
    if (officer || !recorded(w, next))
        WAIT("amendment", next, 0, "awaits registration: record it once the register has it",
             "bylaws register --of %u --date SECONDS --number WORDS --document HASH", next);
}

/* Of whom it is on record that they have died: whoever knows better says so. */
static void deaths(sheaf_waits *w)
{
    uint32_t count = sheaf_waits_votes(w) ? sheaf_death_count(w->state) : 0;
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_death *row = sheaf_death_at(w->state, i);
        const struct sheaf_row_member *member = sheaf_member_get(w->state, row->member);
        const struct sheaf_row_denial *denial =
            sheaf_denial_find(w->state, sheaf_pair(w->member, row->member));
        const struct sheaf_row_deadline *ends = sheaf_deadline_find(
            w->state, sheaf_pair(row->member, SHEAF_deadline_kind_member_death));
        if (member->death == row->id && sheaf_member_active(w->state, row->member)
            && row->member != w->member && !spoke(w, row->id) && (!denial || denial->lifted))
            WAIT_TITLED("death", row->id, ends && ends->place ? ends->at : 0, member->name,
                        "is said to have died; deny it if you know better",
                        "death deny --member %u", row->member);
    }
}

/* Shares of the member's own that are on their way back. */
static void repayments(sheaf_waits *w)
{
    uint32_t count = sheaf_repayment_count(w->state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_repayment *row = sheaf_repayment_at(w->state, i);
        if (row->member != w->member || !row->shares
            || row->state == SHEAF_repayment_state_repaid)
            continue;
        bool waits = row->state == SHEAF_repayment_state_waits;
        WAIT("repayment", row->id, waits ? 0 : row->due,
             !waits ? "of your shares: they pass to your account by themselves"
             : w->now < row->until
                 ? "of your shares is due, once the capital may fall by so much"
                 : "of your shares is due; its latest time is suspended until the capital may "
                   "fall by so much",
             "share show");
    }
}

/* Whoever records money pays out what went with members; once creditors are paid, where the
 * co-op is wound up. */
static void splits(sheaf_waits *w)
{
    uint32_t officers;
    const struct sheaf_row_ending *over = sheaf_ending_now(w->state);
    bool may = sheaf_recorder_check(w->state, w->member, &officers) == SHEAF_ACCEPTED
               && !(over && (over->call_until > w->now || over->creditors_open));
    uint32_t count = may ? sheaf_split_count(w->state) : 0;
    bool now = !sheaf_ending_now(w->state) || sheaf_splits_unpaid(w->state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_split *row = sheaf_split_at(w->state, i);
        if (now && row->settled == SHEAF_NONE
            && !(row->signing != SHEAF_NONE && spoke(w, row->signing)))
            WAIT("split", row->id, 0,
                 "what went with the members is to be paid to the other co-op, and recorded",
                 "split settle --split %u --evidence HASH", row->id);
    }
}

static bool teller(const sheaf_waits *w)
{
    const struct sheaf_row_pending *pending =
        sheaf_pending_count(w->state) ? sheaf_pending_at(w->state, 0) : NULL;
    return pending && pending->tellers != SHEAF_NONE && pending->tellers_until >= w->now
           && sheaf_teller_find(w->state, sheaf_pair(pending->tellers, w->member));
}

/* Tellers confirm what another has recorded: who is there, and ballots. */
static void rolls(sheaf_waits *w)
{
    uint32_t count = teller(w) ? sheaf_roll_count(w->state) : 0;
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_roll *row = sheaf_roll_at(w->state, i);
        const struct sheaf_row_assembly *assembly = sheaf_assembly_get(w->state, row->assembly);
        bool held = assembly->state == SHEAF_assembly_state_convened
                    || assembly->state == SHEAF_assembly_state_second_call
                    || assembly->state == SHEAF_assembly_state_under_way;
        if (row->confirmed == SHEAF_NONE && row->by != w->member && held
            && assembly->ends > w->now)
            WAIT("attendance", row->id, assembly->ends,
                 "of an assembly: to be confirmed by another teller",
                 "assembly confirm --roll %u", row->id);
    }
}

static void sheets(sheaf_waits *w)
{
    if (!teller(w))
        return;
    uint32_t count = sheaf_sheet_count(w->state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_sheet *row = sheaf_sheet_at(w->state, i);
        const sheaf_poll_kind *kind;
        sheaf_poll poll;
        if (row->confirmed == SHEAF_NONE && row->by != w->member
            && sheaf_poll_find(w->state, row->matter, &kind, &poll) == SHEAF_ACCEPTED
            && poll.closes > w->now && !sheaf_conflicted(w->state, row->matter, w->member)
            && !sheaf_conflicted(w->state, row->matter, row->by))
            WAIT("sheet", row->id, poll.closes, "of ballots: to be confirmed by a teller",
                 "ballots confirm --sheet %u", row->id);
    }
}

/* Payments that have left are settled once the bank's statement is there, by another than whom
 * they went to; a single liquidator has nobody else. */
static void statements(sheaf_waits *w)
{
    const struct sheaf_row_ending *over = sheaf_ending_now(w->state);
    bool liquidator = sheaf_liquidator_now(w->state, w->member);
    bool alone = liquidator && over && over->liquidators == 1;
    bool may = liquidator || sheaf_treasurer_is(w->state, w->member);
    uint32_t count = may ? sheaf_payment_count(w->state) : 0;
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_payment *row = sheaf_payment_at(w->state, i);
        if (row->state == SHEAF_payment_state_released
            && (alone
                || (row->account != w->member
                    && !sheaf_conflicted(w->state, row->id, w->member))))
            WAIT_TITLED("payment", row->id, 0, row->purpose,
                        "has left; its bank statement is to be recorded",
                        "payment settle --payment %u --evidence HASH", row->id);
    }
}

/* Who holds data consents to each licence of it, or does not. */
static void licences(sheaf_waits *w)
{
    uint32_t count = sheaf_licensed_count(w->state);
    for (uint32_t i = sheaf_waits_from(count); i < count; i++) {
        const struct sheaf_row_licensed *row = sheaf_licensed_at(w->state, i);
        const struct sheaf_row_licence *licence = sheaf_licence_get(w->state, row->licence);
        const struct sheaf_row_dataset *dataset = sheaf_dataset_get(w->state, row->dataset);
        if (dataset->member == w->member && dataset->retired == SHEAF_NONE
            && row->consented == SHEAF_NONE && sheaf_licence_lives(w->state, licence, w->now))
            WAIT_TITLED("licence", licence->id, licence->until, licence->licensee,
                        "would have data of yours, if you consent",
                        "licence consent --licence %u --dataset %u", licence->id, dataset->id);
    }
}

static void ending(sheaf_waits *w)
{
    const struct sheaf_row_ending *row = sheaf_ending_now(w->state);
    if (row && row->state == SHEAF_ending_state_winding_up
        && sheaf_liquidator_find(w->state, sheaf_pair(row->named, w->member)))
        WAIT("ending", row->id, row->call_until > w->now ? row->call_until : 0,
             "you wind the co-op up", "ending show");
}

/* ---- all ---- */

void sheaf_waits_membership(sheaf_waits *waits, uint8_t kind, uint32_t of, int64_t at)
{
    static void (*const looks[SHEAF_deadline_kind_COUNT])(sheaf_waits *, uint32_t, int64_t) = {
        [SHEAF_deadline_kind_hold] = held,
        [SHEAF_deadline_kind_member_leaves] = leaves,
        [SHEAF_deadline_kind_member_trial] = trial,
        [SHEAF_deadline_kind_override] = override,
        [SHEAF_deadline_kind_payment] = payment,
        [SHEAF_deadline_kind_recovery_lapses] = recovery,
        [SHEAF_deadline_kind_recovery_panel] = recovery,
        [SHEAF_deadline_kind_recovery_waits] = recovery,
    };
    if (looks[kind])
        looks[kind](waits, of, at);
}

void sheaf_waits_memberships(sheaf_waits *waits)
{
    oneself(waits);
    keys(waits);
    applications(waits);
    imports(waits);
    registration(waits);
    deaths(waits);
    rolls(waits);
    sheets(waits);
    repayments(waits);
    splits(waits);
    statements(waits);
    licences(waits);
    ending(waits);
}
