/* Exclusion with a hearing.
 *
 * A member with a vote asks for it and says why; for the time that the bylaws set the member
 * concerned can answer, and no motion to exclude can be opened. Whoever opens it then, the
 * member concerned does not vote on it. Nobody has more than one request open, and there is one
 * against a member at a time, so that members cannot be worn down by many; a motion on it that
 * was decided has used it up, so that nobody is put to the vote twice on one hearing; 90 days
 * after the hearing it lapses, so that nobody lives under an old one. A friend could shield a
 * member by a motion that waits for a far assembly: so the assembly must end before the request
 * lapses, another motion that closes earlier takes the place of one whose assembly has not
 * begun, and one that is withdrawn, is called off with its assembly, or has no quorum uses
 * nothing up. What was adopted is held, as article 15 says, so that others can still stop it;
 * whom it concerns neither signs nor votes on that. Where the bylaws give exclusion up, nobody
 * is excluded any more, by a motion that was open or held then neither. */
#include "coop/member.h"
#include "coop/settled.h"

const struct sheaf_row_motion *sheaf_exclusion_motion(const sheaf_state *state,
                                                      const struct sheaf_row_exclusion *row)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, row->motion);
    bool undecided = motion
                     && (motion->state == SHEAF_motion_state_withdrawn
                         || motion->state == SHEAF_motion_state_called_off
                         || motion->state == SHEAF_motion_state_no_quorum);
    return undecided ? NULL : motion;
}

/* It waits for an assembly that has not begun, and ends nothing else. */
static bool waits(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    if (motion->state != SHEAF_motion_state_open || motion->assembly == SHEAF_NONE
        || motion->process != SHEAF_NONE || motion->carries != SHEAF_NONE)
        return false;
    uint8_t assembly = sheaf_assembly_get(state, motion->assembly)->state;
    return assembly == SHEAF_assembly_state_convened
           || assembly == SHEAF_assembly_state_second_call;
}

static int64_t lapses(const struct sheaf_row_exclusion *row)
{
    return row->heard + (int64_t)SHEAF_EXCLUSION_LAPSE_S * 1000;
}

/* How far a request has come: it is argued, or what was adopted on it is held, or nothing comes
 * of it any more. */
typedef enum { ARGUED, ADOPTED, OVER } stage;

static stage stage_of(const sheaf_fold *fold, uint32_t exclusion)
{
    const struct sheaf_row_exclusion *row = sheaf_exclusion_find(fold->state, exclusion);
    if (!row || !sheaf_member_active(fold->state, row->member))
        return OVER;
    const struct sheaf_row_motion *motion = sheaf_exclusion_motion(fold->state, row);
    if (!motion)
        return lapses(row) < fold->stamp ? OVER : ARGUED;
    return motion->state == SHEAF_motion_state_open   ? ARGUED
           : motion->state == SHEAF_motion_state_held ? ADOPTED
                                                      : OVER;
}

sheaf_refusal sheaf_rule_exclusion_open(sheaf_fold *fold,
                                        const struct sheaf_exclusion_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    struct sheaf_row_member *asks = sheaf_member_edit_active(fold, fold->member);
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, what->member);
    SHEAF_REFUSE_IF(!bylaws->exclusion, exclusion_off);
    SHEAF_REFUSE_IF(!asks->votes, no_vote);
    SHEAF_REFUSE_IF(!member, no_such_member);
    SHEAF_REFUSE_IF(what->member == fold->member, about_oneself);
    SHEAF_REFUSE_IF(stage_of(fold, member->exclusion) != OVER, exclusion_under_way);
    SHEAF_REFUSE_IF(stage_of(fold, asks->asks_exclusion) != OVER, exclusions_max);
    struct sheaf_row_exclusion *row = sheaf_exclusion_new(state, fold->index);
    row->id = member->exclusion = asks->asks_exclusion = fold->index;
    row->motion = SHEAF_NONE;
    row->by = fold->member;
    row->member = what->member;
    row->reason = what->reason;
    row->heard = fold->stamp + (int64_t)bylaws->hearing_s * 1000;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_answer(sheaf_fold *fold, const struct sheaf_member_answer *what)
{
    uint32_t row = sheaf_exclusion_row(fold->state, what->exclusion);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_exclusion);
    SHEAF_REFUSE_IF(sheaf_exclusion_at(fold->state, row)->member != fold->member,
                    not_concerned);
    SHEAF_REFUSE_IF(sheaf_key_get(fold->state, fold->key)->scopes == SHEAF_SCOPE_TRAIN,
                    outside_scope); /* a machine answers for nobody */
    SHEAF_REFUSE_IF(stage_of(fold, what->exclusion) != ARGUED, exclusion_lapsed);
    sheaf_exclusion_edit(fold->state, row)->answer = what->text;
    return SHEAF_ACCEPTED;
}

bool sheaf_exclusion_adopted(const sheaf_state *state, const struct sheaf_row_member *member)
{
    const struct sheaf_row_exclusion *row = sheaf_exclusion_find(state, member->exclusion);
    const struct sheaf_row_motion *motion = row ? sheaf_exclusion_motion(state, row) : NULL;
    return member->state == SHEAF_member_state_excluded
           || (motion && member->state != SHEAF_member_state_active
               && (motion->state == SHEAF_motion_state_held
                   || (motion->state == SHEAF_motion_state_void
                       && motion->refusal == SHEAF_REFUSED_no_such_member)));
}

/* When it is opened the motion must be in time; a vote may last longer. */
sheaf_refusal sheaf_rule_member_exclude(sheaf_fold *fold,
                                        const struct sheaf_member_exclude *what)
{
    const struct sheaf_row_exclusion *row = sheaf_exclusion_find(fold->state, what->exclusion);
    SHEAF_REFUSE_IF(!sheaf_bylaws_now(fold->state)->exclusion, exclusion_off);
    SHEAF_REFUSE_IF(!row, no_such_exclusion);
    SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, row->member), no_such_member);
    SHEAF_REFUSE_IF(fold->stamp < row->heard, hearing);
    const struct sheaf_row_motion *moved = sheaf_exclusion_motion(fold->state, row);
    SHEAF_REFUSE_IF(fold->rehearsal && moved && !waits(fold->state, moved), exclusion_moved);
    SHEAF_REFUSE_IF(fold->rehearsal && stage_of(fold, what->exclusion) != ARGUED,
                    exclusion_lapsed);
    sheaf_settled_remove(fold, row->member);
    return sheaf_member_end(fold, row->member, SHEAF_member_state_excluded);
}

sheaf_refusal sheaf_exclusion_moved(sheaf_fold *fold, const sheaf_effect *effect,
                                    const struct sheaf_row_motion *motion)
{
    if (effect->kind != SHEAF_KIND_member_exclude)
        return SHEAF_ACCEPTED;
    const struct sheaf_member_exclude *what = effect->what;
    struct sheaf_row_exclusion *row =
        sheaf_exclusion_edit(fold->state, sheaf_exclusion_row(fold->state, what->exclusion));
    const struct sheaf_row_motion *before = sheaf_exclusion_motion(fold->state, row);
    SHEAF_REFUSE_IF(motion->assembly != SHEAF_NONE && motion->closes > lapses(row),
                    exclusion_lapsed);
    SHEAF_REFUSE_IF(before && motion->closes >= before->closes, exclusion_moved);
    if (before)
        sheaf_motion_call_off(fold, before->id);
    row->motion = motion->id;
    return SHEAF_ACCEPTED;
}
