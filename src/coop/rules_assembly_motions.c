/* Motions that are put to an assembly. How they are counted stands in motion.h. */
#include "coop/coop_internal.h"

static bool attended(const sheaf_state *state, uint32_t assembly, uint32_t member)
{
    return sheaf_attendance_find(state, sheaf_pair(assembly, member)) != NULL;
}

sheaf_refusal sheaf_assembly_ballot_check(const sheaf_state *state,
                                          const struct sheaf_row_motion *motion,
                                          uint32_t member)
{
    if (motion->assembly == SHEAF_NONE)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(sheaf_assembly_get(state, motion->assembly)->state
                        != SHEAF_assembly_state_under_way,
                    assembly_votes);
    SHEAF_REFUSE_IF(!attended(state, motion->assembly, member), not_attending);
    return SHEAF_ACCEPTED;
}

/* What takes effect stands on the agenda before: known for as long as its sort demands, and
 * decided no earlier than it would be elsewhere. What members think of on the spot they may
 * say, but it has no effect: who stayed at home was not told. */
sheaf_refusal sheaf_assembly_motion_put(sheaf_fold *fold, struct sheaf_row_motion *motion)
{
    if (motion->assembly == SHEAF_NONE)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_assembly *assembly =
        sheaf_assembly_find(fold->state, motion->assembly);
    /* An organ's motion has no part in it: its votes, and the ratification of what it did
     * urgently, have times of their own. */
    SHEAF_REFUSE_IF(!assembly || motion->body != SHEAF_body_assembly, no_such_assembly);
    if (assembly->state == SHEAF_assembly_state_under_way) {
        SHEAF_REFUSE_IF(!attended(fold->state, assembly->id, motion->by), not_attending);
        SHEAF_REFUSE_IF(motion->effect != SHEAF_KIND_none, agenda_late);
        motion->begins = fold->stamp;
    } else {
        SHEAF_REFUSE_IF(assembly->state != SHEAF_assembly_state_convened, assembly_begun);
        SHEAF_REFUSE_IF(
            motion->effect != SHEAF_KIND_none
                && (motion->begins > assembly->starts || motion->closes > assembly->ends),
            agenda_late);
        motion->begins = assembly->starts;
    }
    motion->closes = assembly->ends;
    motion->call = 2;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_motion, motion->closes);
    return SHEAF_ACCEPTED;
}

bool sheaf_assembly_motion_waits(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    if (motion->assembly == SHEAF_NONE)
        return false;
    const struct sheaf_row_assembly *assembly =
        sheaf_assembly_get(fold->state, motion->assembly);
    bool over = assembly->state != SHEAF_assembly_state_second_call
                && assembly->state != SHEAF_assembly_state_under_way;
    if (over || assembly->ends <= motion->closes)
        return false;
    sheaf_motion_edit(fold->state, row)->closes = assembly->ends;
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_motion, assembly->ends);
    return true;
}
