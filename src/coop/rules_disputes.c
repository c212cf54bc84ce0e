/* Conflict resolution between two members: private talk, then mediation by a colleague whom
 * both trust, then a panel. What it is about never stands on the log. */
#include "coop/member.h"
#include "coop/pending.h"
#include "coop/room.h"

#include "bylaws/article.h"
#include "coop/deadline.h"

/* What the two parties, or the two members of the panel, have said at a step. */
enum { SETTLED = 1, ADVANCE = 4, DECIDED = 16, BOTH = 3 };
/* The panel has its time once more: one party has named nobody for it, or whom it has named has
 * not decided, where the other's has. */
enum { ALONE = 64 };

static struct sheaf_row_dispute *dispute_edit(sheaf_fold *fold, uint32_t id)
{
    return sheaf_dispute_edit(fold->state, sheaf_dispute_row(fold->state, id));
}

/* ---- the steps ---- */

static void step(sheaf_fold *fold, struct sheaf_row_dispute *dispute, uint8_t to,
                 uint32_t seconds)
{
    dispute->state = to;
    dispute->said = 0;
    dispute->closes = fold->stamp + (int64_t)seconds * 1000;
    sheaf_deadline_set(fold->state, dispute->id, SHEAF_deadline_kind_dispute_step,
                       dispute->closes);
}

static void end(sheaf_fold *fold, struct sheaf_row_dispute *dispute, uint8_t to)
{
    dispute->state = to;
    dispute->ended = fold->index;
    sheaf_pending_change(fold->state)->disputes--;
    sheaf_room_free(fold, SHEAF_room_dispute, dispute->by);
    sheaf_deadline_clear(fold->state, dispute->id, SHEAF_deadline_kind_dispute_step);
}

/* Where one party has named nobody for the panel, whom the other has named decides alone, in as
 * much time again. */
static bool decides_alone(sheaf_fold *fold, struct sheaf_row_dispute *dispute, uint32_t seconds)
{
    bool one = (dispute->named_by == SHEAF_NONE) != (dispute->named_with == SHEAF_NONE);
    if (!one || (dispute->said & ALONE))
        return false;
    step(fold, dispute, SHEAF_dispute_state_panel, seconds);
    dispute->said = ALONE;
    return true;
}

/* Nor does one keep it from an end by naming somebody who never decides, where whom the other
 * has named has: in as much time again it names another, else that decision is the panel's. */
static bool replaces(sheaf_fold *fold, struct sheaf_row_dispute *dispute, uint32_t seconds)
{
    uint8_t decided = dispute->said & DECIDED * BOTH;
    if (!decided || (dispute->said & ALONE))
        return false;
    *(decided == DECIDED ? &dispute->named_with : &dispute->named_by) = SHEAF_NONE;
    step(fold, dispute, SHEAF_dispute_state_panel, seconds);
    dispute->said = decided | ALONE;
    return true;
}

/* What comes next. No step is left out: a panel sits only on what somebody has mediated. Nor
 * does one party keep the other from it by naming nobody: then whom the other names mediates,
 * or decides. */
static void next(sheaf_fold *fold, struct sheaf_row_dispute *dispute)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(fold->state, dispute->bylaws);
    switch (dispute->state) {
    case SHEAF_dispute_state_talk:
        step(fold, dispute, SHEAF_dispute_state_naming, bylaws->dispute_mediation_s);
        break;
    case SHEAF_dispute_state_naming:
        step(fold, dispute, SHEAF_dispute_state_offered, bylaws->dispute_mediation_s);
        break;
    case SHEAF_dispute_state_offered:
        end(fold, dispute, SHEAF_dispute_state_unmediated);
        break;
    case SHEAF_dispute_state_mediation:
        dispute->named_by = dispute->named_with = SHEAF_NONE;
        step(fold, dispute, SHEAF_dispute_state_panel, bylaws->dispute_panel_s);
        break;
    default:
        if (!decides_alone(fold, dispute, bylaws->dispute_panel_s)
            && !replaces(fold, dispute, bylaws->dispute_panel_s))
            end(fold, dispute,
                dispute->said & DECIDED * BOTH ? SHEAF_dispute_state_decided
                                               : SHEAF_dispute_state_unresolved);
    }
}

sheaf_refusal sheaf_settle_dispute_step(sheaf_fold *fold, uint32_t of)
{
    next(fold, dispute_edit(fold, of));
    return SHEAF_ACCEPTED;
}

/* ---- the parties ---- */

sheaf_refusal sheaf_rule_dispute_open(sheaf_fold *fold, const struct sheaf_dispute_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_disputes), disputes_off);
    SHEAF_REFUSE_IF(sheaf_pending(state)->disputes >= bylaws->dispute_open_max,
                    disputes_open_max);
    SHEAF_REFUSE_UNLESS(sheaf_room_take(
        fold, SHEAF_room_dispute, sheaf_pending(state)->disputes, bylaws->dispute_open_max));
    SHEAF_REFUSE_IF(what->with == fold->member || !sheaf_member_active(state, what->with),
                    no_such_party);
    struct sheaf_row_dispute *dispute = sheaf_dispute_new(state, fold->index);
    dispute->id = fold->index;
    dispute->by = fold->member;
    dispute->with = what->with;
    dispute->bylaws = bylaws->id;
    dispute->ended = dispute->mediator = SHEAF_NONE;
    dispute->named_by = dispute->named_with = SHEAF_NONE;
    dispute->opened = fold->stamp;
    sheaf_pending_change(state)->disputes++;
    step(fold, dispute, SHEAF_dispute_state_talk, bylaws->dispute_talk_s);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_open(const sheaf_fold *fold, uint32_t id)
{
    const struct sheaf_row_dispute *dispute = sheaf_dispute_find(fold->state, id);
    SHEAF_REFUSE_IF(!dispute, no_such_dispute);
    SHEAF_REFUSE_IF(dispute->ended != SHEAF_NONE, dispute_step);
    return SHEAF_ACCEPTED;
}

static bool is_party(const struct sheaf_row_dispute *dispute, uint32_t member)
{
    return dispute->by == member || dispute->with == member;
}

static sheaf_refusal check_party(const sheaf_fold *fold, uint32_t id)
{
    SHEAF_REFUSE_UNLESS(check_open(fold, id));
    SHEAF_REFUSE_IF(!is_party(sheaf_dispute_get(fold->state, id), fold->member), not_a_party);
    return SHEAF_ACCEPTED;
}

/* Notes that one of two has said so; true once both have. */
static bool both_say(struct sheaf_row_dispute *dispute, bool first, uint8_t what)
{
    dispute->said |= (uint8_t)(first ? what : what << 1);
    return (dispute->said & what * BOTH) == what * BOTH;
}

sheaf_refusal sheaf_rule_dispute_settle(sheaf_fold *fold,
                                        const struct sheaf_dispute_settle *what)
{
    SHEAF_REFUSE_UNLESS(check_party(fold, what->dispute));
    struct sheaf_row_dispute *dispute = dispute_edit(fold, what->dispute);
    bool first = dispute->by == fold->member;
    bool both = both_say(dispute, first, SETTLED);
    if (both || !sheaf_member_active(fold->state, first ? dispute->with : dispute->by))
        end(fold, dispute, SHEAF_dispute_state_settled);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_dispute_advance(sheaf_fold *fold,
                                         const struct sheaf_dispute_advance *what)
{
    SHEAF_REFUSE_UNLESS(check_party(fold, what->dispute));
    struct sheaf_row_dispute *dispute = dispute_edit(fold, what->dispute);
    SHEAF_REFUSE_IF(dispute->state != SHEAF_dispute_state_talk
                        && dispute->state != SHEAF_dispute_state_mediation,
                    dispute_step);
    if (both_say(dispute, dispute->by == fold->member, ADVANCE))
        next(fold, dispute);
    return SHEAF_ACCEPTED;
}

/* Is a mediator looked for? */
static bool seeks(const struct sheaf_row_dispute *dispute)
{
    return dispute->state == SHEAF_dispute_state_naming
           || dispute->state == SHEAF_dispute_state_offered;
}

sheaf_refusal sheaf_rule_dispute_name(sheaf_fold *fold, const struct sheaf_dispute_name *what)
{
    SHEAF_REFUSE_UNLESS(check_party(fold, what->dispute));
    struct sheaf_row_dispute *dispute = dispute_edit(fold, what->dispute);
    SHEAF_REFUSE_IF(!seeks(dispute) && dispute->state != SHEAF_dispute_state_panel,
                    dispute_step);
    SHEAF_REFUSE_IF(is_party(dispute, what->member) || dispute->mediator == what->member,
                    party_mediates);
    SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, what->member), no_such_colleague);
    uint32_t *own = dispute->by == fold->member ? &dispute->named_by : &dispute->named_with;
    uint32_t other = dispute->by == fold->member ? dispute->named_with : dispute->named_by;
    if (dispute->state == SHEAF_dispute_state_panel) {
        /* Two people decide, and who has begun to sit stays, but for one who has not decided
         * and is no member any more, or in time. */
        unsigned decided = dispute->by == fold->member ? DECIDED : DECIDED << 1;
        SHEAF_REFUSE_IF(other == what->member, no_such_colleague);
        SHEAF_REFUSE_IF((dispute->said & ALONE) && !(dispute->said & DECIDED * BOTH)
                            && *own == SHEAF_NONE,
                        dispute_step);
        SHEAF_REFUSE_IF(
            (dispute->said & DECIDED * BOTH)
                && ((dispute->said & decided) || sheaf_member_active(fold->state, *own)),
            dispute_step);
    }
    *own = what->member;
    return SHEAF_ACCEPTED;
}

/* ---- those who help ---- */

/* Neither a party nor who acts for one helps, in whatever membership. */
static sheaf_refusal check_helper(const sheaf_fold *fold,
                                  const struct sheaf_row_dispute *dispute)
{
    SHEAF_REFUSE_IF(sheaf_signer_acts(fold, dispute->by)
                        || sheaf_signer_acts(fold, dispute->with),
                    party_mediates);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_dispute_accept(sheaf_fold *fold,
                                        const struct sheaf_dispute_accept *what)
{
    SHEAF_REFUSE_UNLESS(check_open(fold, what->dispute));
    struct sheaf_row_dispute *dispute = dispute_edit(fold, what->dispute);
    SHEAF_REFUSE_IF(!seeks(dispute), dispute_step);
    bool one = dispute->named_by == fold->member, other = dispute->named_with == fold->member;
    bool alone = dispute->state == SHEAF_dispute_state_offered;
    SHEAF_REFUSE_IF(alone ? !one && !other : !one || !other, not_the_mediator);
    SHEAF_REFUSE_UNLESS(check_helper(fold, dispute));
    dispute->mediator = fold->member;
    step(fold, dispute, SHEAF_dispute_state_mediation,
         sheaf_bylaws_get(fold->state, dispute->bylaws)->dispute_mediation_s);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_dispute_decide(sheaf_fold *fold,
                                        const struct sheaf_dispute_decide *what)
{
    SHEAF_REFUSE_UNLESS(check_open(fold, what->dispute));
    struct sheaf_row_dispute *dispute = dispute_edit(fold, what->dispute);
    SHEAF_REFUSE_IF(dispute->state != SHEAF_dispute_state_panel, dispute_step);
    bool first = dispute->named_by == fold->member,
         second = dispute->named_with == fold->member;
    bool alone = (dispute->said & ALONE) != 0;
    SHEAF_REFUSE_IF(
        (!first && !second)
            || (!alone
                && (dispute->named_by == SHEAF_NONE || dispute->named_with == SHEAF_NONE)),
        not_on_the_panel);
    SHEAF_REFUSE_UNLESS(check_helper(fold, dispute));
    SHEAF_REFUSE_IF(sheaf_signer_acts(fold, dispute->mediator), party_mediates);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, dispute->id, false)); /* two people */
    if (both_say(dispute, first, DECIDED) || alone)
        end(fold, dispute, SHEAF_dispute_state_decided);
    return SHEAF_ACCEPTED;
}
