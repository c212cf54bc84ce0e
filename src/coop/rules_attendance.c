/* Who is at an assembly, as far as others say so. Tellers record who is there without a device,
 * and whoever they record counts for the quorum: so a member who has a key says that it is not
 * there, with as much time as for a ballot that tellers counted. */
#include "coop/pending.h"

#include "coop/motion.h"

bool sheaf_attends(const sheaf_state *state, uint32_t assembly, uint32_t member)
{
    const struct sheaf_row_attendance *row =
        sheaf_attendance_find(state, sheaf_pair(assembly, member));
    return row && !row->contested;
}

/* ---- contesting ---- */

/* Has the member shown by what it did there that it is: put the motion on the spot, or voted on
 * it with its own key? */
static bool acted_on(const sheaf_state *state, const struct sheaf_row_assembly *assembly,
                     const struct sheaf_row_motion *motion, uint32_t member)
{
    if (motion->by == member && motion->opened >= assembly->starts)
        return true;
    const struct sheaf_row_counted *counted =
        sheaf_counted_find(state, sheaf_pair(motion->id, member));
    return sheaf_motion_ballot(state, motion, member)
           && (!counted || counted->contested || counted->cast != SHEAF_NONE);
}

static bool has_begun(const struct sheaf_row_assembly *assembly)
{
    return assembly->state == SHEAF_assembly_state_under_way
           || assembly->state == SHEAF_assembly_state_ended;
}

sheaf_refusal sheaf_presence_contestable(const sheaf_state *state, uint32_t assembly,
                                         uint32_t member, int64_t stamp)
{
    const struct sheaf_row_assembly *row = sheaf_assembly_find(state, assembly);
    SHEAF_REFUSE_IF(!row, no_such_assembly);
    const struct sheaf_row_attendance *attendance =
        sheaf_attendance_find(state, sheaf_pair(assembly, member));
    SHEAF_REFUSE_IF(!attendance || attendance->teller == SHEAF_NONE || attendance->contested,
                    presence_not_recorded);
    SHEAF_REFUSE_IF(row->state == SHEAF_assembly_state_cancelled
                        || row->state == SHEAF_assembly_state_no_quorum
                        || (row->state == SHEAF_assembly_state_ended && stamp >= row->contest),
                    presence_late);
    for (uint32_t at = has_begun(row) ? row->motion_first : 0; at;) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, at - 1);
        SHEAF_REFUSE_IF(acted_on(state, row, motion, member), presence_shown);
        at = motion->assembly_next;
    }
    return SHEAF_ACCEPTED;
}

/* The agenda is as long as the bylaws let motions be open. */
sheaf_refusal sheaf_rule_assembly_contest(sheaf_fold *fold,
                                          const struct sheaf_assembly_contest *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(
        sheaf_presence_contestable(state, what->assembly, fold->member, fold->stamp));
    struct sheaf_row_attendance *attendance = sheaf_attendance_edit(
        state, sheaf_attendance_row(state, sheaf_pair(what->assembly, fold->member)));
    uint32_t row = sheaf_assembly_row(state, what->assembly);
    attendance->contested = true;
    for (uint32_t at = sheaf_assembly_at(state, row)->motion_first; at && !state->failed;) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, at - 1);
        at = motion->assembly_next;
        (void)sheaf_ballot_set_aside(fold, motion->id, fold->member); /* if there is one */
    }
    if (attendance->counted && has_begun(sheaf_assembly_at(state, row)))
        sheaf_presence_less(fold, sheaf_assembly_edit(state, row));
    return SHEAF_ACCEPTED;
}

/* ---- the time for it ---- */

/* Of the sorts of decisions the one that is voted on longest says how long that is. */
static int64_t least_ms(const sheaf_state *state, const struct sheaf_row_bylaws *bylaws)
{
    uint32_t open_s = 0;
    for (int sort = 0; sort < SHEAF_decision_sort_COUNT; sort++) {
        uint32_t of_sort = sheaf_decision_by(state, bylaws, (uint8_t)sort)->open_s;
        open_s = of_sort > open_s ? of_sort : open_s;
    }
    return sheaf_contest_ms(open_s);
}

void sheaf_presence_keep_open(sheaf_fold *fold, struct sheaf_row_assembly *assembly)
{
    sheaf_state *state = fold->state;
    assembly->contest =
        fold->stamp + least_ms(state, sheaf_bylaws_get(state, assembly->bylaws));
    for (uint32_t at = has_begun(assembly) ? assembly->motion_first : 0;
         at && !state->failed;) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, at - 1);
        if (motion->state == SHEAF_motion_state_open && motion->closes < assembly->contest) {
            sheaf_motion_edit(state, at - 1)->closes = assembly->contest;
            sheaf_deadline_set(state, motion->id, SHEAF_deadline_kind_motion,
                               assembly->contest);
        }
        at = motion->assembly_next;
    }
}
