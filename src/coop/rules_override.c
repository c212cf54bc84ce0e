/* Human override: suspensions by members and by motions. */
#include "coop/coop_internal.h"
#include "coop/deadline.h"
#include "coop/override.h"

/* ---- which effects are held, and which can be undone ---- */

enum { AT_ONCE, HELD };
#define EFFECT(kind, when, undo, article) TIMING_##kind = when,
enum {
#include "coop/tbl/effects.def"
};
#undef EFFECT

#define FOUNDER(name)
#define APPLICANT(name)
#define MEMBER(name)
#define HUB(name)
#define COOP(name)                                            [SHEAF_KIND_##name] = TIMING_##name,
#define RECORD                                                SHEAF_SKIP
#define F                                                     SHEAF_SKIP
#define END                                                   SHEAF_SKIP
#define ACT(name, wire, actor, needs, since, visibility, doc) actor(name)
static const uint8_t timings[SHEAF_KIND_COUNT] = {
#include "acts/tbl/all.def"
};
#undef RECORD
#undef F
#undef END
#undef ACT

bool sheaf_effect_held(sheaf_kind kind)
{
    return timings[kind] == HELD;
}

#define EFFECT(kind, when, undo, article) [SHEAF_KIND_##kind] = SHEAF_ARTICLE_##article,
static const uint8_t articles[SHEAF_KIND_COUNT] = {
#include "coop/tbl/effects.def"
};
#undef EFFECT

sheaf_article sheaf_effect_article(sheaf_kind kind)
{
    return (sheaf_article)articles[kind];
}

#define FINAL(name)
#define UNDONE(name) [SHEAF_KIND_##name] = {sheaf_ratify_##name, sheaf_undo_##name},

#define EFFECT(kind, when, undo, article) undo(kind)
static const struct {
    sheaf_refusal (*ratify)(sheaf_fold *fold, uint32_t entry);
    void (*undo)(sheaf_fold *fold, uint32_t entry);
} undone[SHEAF_KIND_COUNT] = {
#include "coop/tbl/effects.def"
};
#undef FINAL
#undef UNDONE
#undef EFFECT

bool sheaf_effect_undone(sheaf_kind kind)
{
    return undone[kind].undo != NULL;
}

sheaf_refusal sheaf_effect_ratify(sheaf_fold *fold, sheaf_kind kind, uint32_t entry)
{
    return undone[kind].ratify(fold, entry);
}

void sheaf_effect_undo(sheaf_fold *fold, sheaf_kind kind, uint32_t entry)
{
    undone[kind].undo(fold, entry);
}

/* ---- what is suspended ---- */

bool sheaf_suspended(const sheaf_state *state, uint32_t of)
{
    const struct sheaf_row_suspension *row = sheaf_suspension_find(state, of);
    return row && row->in_force;
}

/* Those with a vote who are conflicted on it. */
static uint32_t conflicted_voters(const sheaf_state *state, uint32_t of)
{
    const struct sheaf_row_matter *matter = sheaf_matter_find(state, of);
    uint32_t count = 0;
    for (uint32_t at = matter ? matter->last : 0; at;) {
        const struct sheaf_row_conflict *row = sheaf_conflict_at(state, at - 1);
        const struct sheaf_row_member *member = sheaf_member_get(state, row->member);
        count += member->state == SHEAF_member_state_active && member->votes
                 && sheaf_conflicted(state, of, row->member);
        at = row->before;
    }
    return count;
}

/* No more than may sign. */
static uint32_t of_those_who_may(const sheaf_state *state, uint32_t of, uint32_t needed)
{
    uint32_t left = sheaf_coop(state)->voters - conflicted_voters(state, of);
    return left < needed && left ? left : needed;
}

uint32_t sheaf_override_needed(const sheaf_state *state, uint32_t of)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint64_t voters = sheaf_coop(state)->voters;
    uint64_t share = (voters * bylaws->override_members_bp + 9999) / 10000;
    uint32_t needed =
        share < bylaws->override_members ? (uint32_t)share : bylaws->override_members;
    bool alone = needed < SHEAF_FIXED_override_signers && voters > SHEAF_FIXED_override_signers;
    return of_those_who_may(state, of, alone ? SHEAF_FIXED_override_signers : needed);
}

/* The automatic effect under that number; none where there is nothing that could be suspended.
 */
static sheaf_kind automatic(const sheaf_state *state, uint32_t of)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, of);
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, of);
    const struct sheaf_row_model *model = sheaf_model_find(state, of);
    const struct sheaf_row_licence *licence = sheaf_licence_find(state, of);
    if (motion && motion->state == SHEAF_motion_state_held)
        return motion->effect;
    if (mandate && mandate->revoked == SHEAF_NONE)
        return SHEAF_KIND_mandate_grant;
    if (model && model->state == SHEAF_model_state_released)
        return SHEAF_KIND_model_release;
    if (licence && licence->ended == SHEAF_NONE)
        return SHEAF_KIND_data_license;
    return SHEAF_KIND_none;
}

/* Under what its signers are remembered. */
static uint32_t matter_of(const sheaf_state *state, uint32_t of)
{
    const struct sheaf_row_suspension *row = sheaf_suspension_find(state, of);
    return row && row->origin != SHEAF_NONE ? row->origin : of;
}

static void end(sheaf_fold *fold, struct sheaf_row_override *override, uint8_t to)
{
    override->state = to;
    override->ended = fold->index;
    sheaf_deadline_clear(fold->state, override->id, SHEAF_deadline_kind_override);
}

/* Signatures for a suspension come to nothing where a motion suspends the same, or once what
 * they are on has taken effect. */
static void end_asked(sheaf_fold *fold, uint32_t id)
{
    struct sheaf_row_override *before =
        sheaf_override_edit(fold->state, sheaf_override_row(fold->state, id));
    if (before->state == SHEAF_override_state_asked)
        end(fold, before, SHEAF_override_state_unsupported);
}

static struct sheaf_row_override *begin(sheaf_fold *fold, uint32_t of, sheaf_kind overrode)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_suspension_row(state, of);
    struct sheaf_row_suspension *suspension =
        row == SHEAF_NONE ? sheaf_suspension_new(state, of) : sheaf_suspension_edit(state, row);
    if (row != SHEAF_NONE)
        end_asked(fold, suspension->override);
    if (row == SHEAF_NONE)
        suspension->origin = SHEAF_NONE;
    suspension->id = of;
    suspension->override = fold->index;
    struct sheaf_row_override *override = sheaf_override_new(state, fold->index);
    override->id = fold->index;
    override->of = of;
    override->overrode = (uint8_t)overrode;
    override->suspended = override->ended = SHEAF_NONE;
    return override;
}

static void set_in_force(sheaf_state *state, uint32_t of, bool in_force)
{
    sheaf_suspension_edit(state, sheaf_suspension_row(state, of))->in_force = in_force;
}

/* The hold of a motion waits for what becomes of the suspension. */
static void suspend(sheaf_fold *fold, struct sheaf_row_override *override)
{
    override->state = SHEAF_override_state_suspended;
    override->suspended = fold->index;
    set_in_force(fold->state, override->of, true);
    sheaf_deadline_clear(fold->state, override->of, SHEAF_deadline_kind_hold);
}

/* What was kept back goes on; an effect no earlier than its first hold is over, and where the
 * members have not decided so it waits for the whole hold once more. */
static sheaf_refusal let_go_on(sheaf_fold *fold, uint32_t of, bool decided)
{
    set_in_force(fold->state, of, false);
    return sheaf_motion_find(fold->state, of) ? sheaf_motion_go_on(fold, of, !decided)
                                              : SHEAF_ACCEPTED;
}

/* ---- signatures ---- */

/* A few cannot stop a thing again and again, nor use up what others may do: whoever signed a
 * suspension that lapsed signs no other of the same, nor of what came of it. */
static bool used_up(const sheaf_state *state, uint32_t of, uint32_t member)
{
    const struct sheaf_row_stopper *before =
        sheaf_stopper_find(state, sheaf_pair(matter_of(state, of), member));
    return before
           && sheaf_override_get(state, before->override)->state == SHEAF_override_state_lapsed;
}

bool sheaf_may_suspend(const sheaf_state *state, uint32_t of, uint32_t member)
{
    const struct sheaf_row_suspension *row = sheaf_suspension_find(state, of);
    return automatic(state, of) != SHEAF_KIND_none && !(row && (row->in_force || row->spent))
           && !used_up(state, of, member) && !sheaf_conflicted(state, of, member);
}

int64_t sheaf_override_signed_until(const sheaf_state *state,
                                    const struct sheaf_row_override *override)
{
    const struct sheaf_row_deadline *hold =
        sheaf_deadline_find(state, sheaf_pair(override->of, SHEAF_deadline_kind_hold));
    return hold && hold->place && hold->at < override->lapses ? hold->at : override->lapses;
}

static void note_signer(sheaf_fold *fold, uint32_t matter, uint32_t override)
{
    uint64_t pair = sheaf_pair(matter, fold->member);
    uint32_t row = sheaf_stopper_row(fold->state, pair);
    struct sheaf_row_stopper *stopper = row == SHEAF_NONE
                                            ? sheaf_stopper_new(fold->state, pair)
                                            : sheaf_stopper_edit(fold->state, row);
    stopper->matter = matter;
    stopper->member = fold->member;
    stopper->override = override;
}

/* The override that the member signs: one that waits for signatures, or a new one. */
static sheaf_refusal to_sign(sheaf_fold *fold, const struct sheaf_override_suspend *what,
                             struct sheaf_row_override **out)
{
    sheaf_state *state = fold->state;
    sheaf_kind overrode = automatic(state, what->of);
    const struct sheaf_row_suspension *before = sheaf_suspension_find(state, what->of);
    SHEAF_REFUSE_IF(overrode == SHEAF_KIND_none, nothing_automatic);
    SHEAF_REFUSE_IF(before && before->in_force, suspended_already);
    SHEAF_REFUSE_IF(before && before->spent, suspended_before);
    SHEAF_REFUSE_IF(used_up(state, what->of, fold->member), signed_lapsed);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, what->of, fold->member), conflicted);
    if (before) {
        uint32_t row = sheaf_override_row(state, before->override);
        if (sheaf_override_at(state, row)->state == SHEAF_override_state_asked) {
            *out = sheaf_override_edit(state, row);
            return SHEAF_ACCEPTED;
        }
    }
    *out = begin(fold, what->of, overrode);
    (*out)->reason = what->reason;
    (*out)->lapses = fold->stamp + (int64_t)sheaf_bylaws_now(state)->override_confirm_s * 1000;
    sheaf_deadline_set(state, fold->index, SHEAF_deadline_kind_override, (*out)->lapses);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_override_suspend(sheaf_fold *fold,
                                          const struct sheaf_override_suspend *what)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_override *override;
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_UNLESS(to_sign(fold, what, &override));
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, override->id, false));
    note_signer(fold, matter_of(state, what->of), override->id);
    if (++override->signatures < sheaf_override_needed(state, what->of))
        return SHEAF_ACCEPTED;
    override->lapses =
        fold->stamp + (int64_t)sheaf_bylaws_now(state)->override_confirm_s * 1000;
    sheaf_deadline_set(state, override->id, SHEAF_deadline_kind_override, override->lapses);
    suspend(fold, override);
    return SHEAF_ACCEPTED;
}

/* Nobody has confirmed it, or too few have signed. */
sheaf_refusal sheaf_settle_override(sheaf_fold *fold, uint32_t of)
{
    struct sheaf_row_override *override =
        sheaf_override_edit(fold->state, sheaf_override_row(fold->state, of));
    bool suspended = override->state == SHEAF_override_state_suspended;
    end(fold, override,
        suspended ? SHEAF_override_state_lapsed : SHEAF_override_state_unsupported);
    return suspended ? let_go_on(fold, override->of, false) : SHEAF_ACCEPTED;
}

/* ---- motions ---- */

static sheaf_refusal suspended_now(sheaf_fold *fold, uint32_t id,
                                   struct sheaf_row_override **out)
{
    uint32_t row = sheaf_override_row(fold->state, id);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_override);
    uint8_t stands = sheaf_override_at(fold->state, row)->state;
    SHEAF_REFUSE_IF(stands != SHEAF_override_state_suspended
                        && stands != SHEAF_override_state_confirmed,
                    override_ended);
    *out = sheaf_override_edit(fold->state, row);
    return SHEAF_ACCEPTED;
}

/* Of a motion nothing is left to resume. */
static void confirm(sheaf_fold *fold, struct sheaf_row_override *override)
{
    override->state = SHEAF_override_state_confirmed;
    sheaf_deadline_clear(fold->state, override->id, SHEAF_deadline_kind_override);
    if (!sheaf_motion_find(fold->state, override->of))
        return;
    sheaf_motion_override(fold, override->of);
    override->ended = fold->index;
}

sheaf_refusal sheaf_rule_override_confirm(sheaf_fold *fold,
                                          const struct sheaf_override_confirm *what)
{
    struct sheaf_row_override *override;
    SHEAF_REFUSE_UNLESS(suspended_now(fold, what->override, &override));
    SHEAF_REFUSE_IF(override->state == SHEAF_override_state_confirmed, confirmed_already);
    SHEAF_STOP_IF_SPENT(fold);
    confirm(fold, override);
    return SHEAF_ACCEPTED;
}

/* A few officers cannot stop a thing again and again, nor for good what the members have just
 * adopted. */
static sheaf_refusal check_organ(const sheaf_state *state,
                                 const struct sheaf_row_motion *motion, uint32_t of)
{
    SHEAF_REFUSE_IF(!motion->urgent && sheaf_motion_find(state, of), organ_held);
    const struct sheaf_row_suspension *before = sheaf_suspension_find(state, of);
    if (!before)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(before->by_organ || before->spent, organ_stopped_before);
    return SHEAF_ACCEPTED;
}

/* What is suspended of it now and nobody has confirmed; NULL where nothing is. */
static struct sheaf_row_override *unconfirmed(sheaf_state *state, uint32_t of)
{
    if (!sheaf_suspended(state, of))
        return NULL;
    uint32_t row = sheaf_override_row(state, sheaf_suspension_find(state, of)->override);
    return sheaf_override_at(state, row)->state == SHEAF_override_state_suspended
               ? sheaf_override_edit(state, row)
               : NULL;
}

/* As an urgent act it is a suspension that waits for the members. What a few have suspended
 * already, and would let go on, it confirms. */
sheaf_refusal sheaf_rule_automation_suspend(sheaf_fold *fold,
                                            const struct sheaf_automation_suspend *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_motion *motion = sheaf_motion_get(state, fold->motion);
    bool organ = motion->body == SHEAF_body_organ;
    sheaf_kind overrode = automatic(state, what->of);
    SHEAF_REFUSE_IF(overrode == SHEAF_KIND_none, nothing_automatic);
    struct sheaf_row_override *override =
        organ && motion->urgent ? NULL : unconfirmed(state, what->of);
    SHEAF_REFUSE_IF(!override && sheaf_suspended(state, what->of), suspended_already);
    if (organ)
        SHEAF_REFUSE_UNLESS(check_organ(state, motion, what->of));
    if (!override) {
        override = begin(fold, what->of, overrode);
        SHEAF_STOP_IF_SPENT(fold);
        suspend(fold, override);
    }
    if (organ)
        sheaf_suspension_edit(state, sheaf_suspension_row(state, what->of))->by_organ = true;
    if (organ && motion->urgent)
        override->lapses =
            fold->stamp + (int64_t)sheaf_bylaws_now(state)->urgent_ratify_s * 1000;
    else
        confirm(fold, override);
    return SHEAF_ACCEPTED;
}

/* Members may have confirmed or ended it by a motion of its own. */
sheaf_refusal sheaf_ratify_automation_suspend(sheaf_fold *fold, uint32_t entry)
{
    struct sheaf_row_override *override =
        sheaf_override_edit(fold->state, sheaf_override_row(fold->state, entry));
    SHEAF_REFUSE_IF(override->state == SHEAF_override_state_resumed, override_ended);
    if (override->state == SHEAF_override_state_suspended)
        confirm(fold, override);
    return SHEAF_ACCEPTED;
}

/* An organ's stop that came to nothing takes nothing from the members either. */
void sheaf_undo_automation_suspend(sheaf_fold *fold, uint32_t entry)
{
    struct sheaf_row_override *override =
        sheaf_override_edit(fold->state, sheaf_override_row(fold->state, entry));
    if (override->state != SHEAF_override_state_suspended)
        return;
    end(fold, override, SHEAF_override_state_resumed);
    (void)let_go_on(fold, override->of, false);
}

/* What a motion has made or released only now: a mandate or licence, or a model. */
static uint32_t begun_now(const sheaf_fold *fold, uint32_t motion)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_motion *row = sheaf_motion_find(state, motion);
    uint32_t models =
        row && row->effect == SHEAF_KIND_model_release ? sheaf_model_count(state) : 0;
    for (uint32_t i = 0; i < models; i++)
        if (sheaf_model_at(state, i)->state == SHEAF_model_state_released
            && sheaf_model_at(state, i)->released == fold->index)
            return sheaf_model_at(state, i)->id;
    return automatic(state, fold->index) == SHEAF_KIND_none ? SHEAF_NONE : fold->index;
}

/* What members decided on is not suspended by signatures either, and who has used up a
 * signature on the motion has none on what it made. */
void sheaf_override_began(sheaf_fold *fold, uint32_t motion)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_suspension *before = sheaf_suspension_find(state, motion);
    if (!before)
        return;
    end_asked(fold, before->override);
    uint32_t begun = begun_now(fold, motion);
    if (begun == SHEAF_NONE)
        return;
    bool spent = before->spent;
    uint32_t override = before->override, at = sheaf_suspension_row(state, begun);
    struct sheaf_row_suspension *row = at == SHEAF_NONE ? sheaf_suspension_new(state, begun)
                                                        : sheaf_suspension_edit(state, at);
    if (at == SHEAF_NONE)
        row->override = override;
    row->id = begun;
    row->origin = motion;
    row->spent = row->spent || spent;
}

sheaf_refusal sheaf_rule_automation_resume(sheaf_fold *fold,
                                           const struct sheaf_automation_resume *what)
{
    struct sheaf_row_override *override;
    SHEAF_REFUSE_UNLESS(suspended_now(fold, what->override, &override));
    SHEAF_REFUSE_IF(override->ended != SHEAF_NONE, override_ended);
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_suspension_edit(fold->state, sheaf_suspension_row(fold->state, override->of))->spent =
        true;
    end(fold, override, SHEAF_override_state_resumed);
    (void)let_go_on(fold, override->of, true); /* void or not, it is suspended no longer */
    return SHEAF_ACCEPTED;
}
