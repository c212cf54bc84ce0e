/* Motions that are put to an assembly. How they are counted stands in motion.h. */
#include "coop/pending.h"

#include "bylaws/article.h"
#include "coop/motion.h"

sheaf_refusal sheaf_assembly_ballot_check(const sheaf_state *state,
                                          const struct sheaf_row_motion *motion,
                                          uint32_t member)
{
    if (motion->assembly == SHEAF_NONE)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_assembly *assembly = sheaf_assembly_get(state, motion->assembly);
    SHEAF_REFUSE_IF(assembly->state != SHEAF_assembly_state_under_way, assembly_votes);
    SHEAF_REFUSE_IF(sheaf_motion_unproven(state, motion), notice_unproven);
    SHEAF_REFUSE_IF(!sheaf_attends(state, motion->assembly, member), not_attending);
    return SHEAF_ACCEPTED;
}

/* ---- the agenda ---- */

static bool takes_motions(const struct sheaf_row_assembly *assembly)
{
    return assembly->state == SHEAF_assembly_state_convened
           || assembly->state == SHEAF_assembly_state_under_way;
}

/* The list is as long as the bylaws let motions be open. */
sheaf_refusal sheaf_assembly_place_check(const sheaf_fold *fold, uint32_t id)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_assembly *assembly = sheaf_assembly_find(state, id);
    uint32_t taken = 0, own = 0, most = sheaf_bylaws_now(state)->open_max;
    SHEAF_REFUSE_IF(!assembly, no_such_assembly);
    SHEAF_REFUSE_IF(!takes_motions(assembly), assembly_begun);
    for (uint32_t at = assembly->motion_first; at; taken++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, at - 1);
        own += motion->by == fold->member;
        at = motion->assembly_next;
    }
    SHEAF_REFUSE_IF(taken >= most, agenda_full);
    SHEAF_REFUSE_IF(taken * 2 >= most && own, room_for_others);
    return SHEAF_ACCEPTED;
}

static void list_add(sheaf_state *state, struct sheaf_row_motion *motion)
{
    struct sheaf_row_assembly *assembly =
        sheaf_assembly_edit(state, sheaf_assembly_row(state, motion->assembly));
    motion->assembly_next = assembly->motion_first;
    assembly->motion_first = sheaf_motion_row(state, motion->id) + 1;
}

void sheaf_assembly_motion_drop(sheaf_state *state, uint32_t row)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    if (motion->assembly == SHEAF_NONE)
        return;
    uint32_t of = sheaf_assembly_row(state, motion->assembly);
    uint32_t at = sheaf_assembly_at(state, of)->motion_first, before = 0;
    for (; at && at != row + 1; at = sheaf_motion_at(state, at - 1)->assembly_next)
        before = at;
    if (before)
        sheaf_motion_edit(state, before - 1)->assembly_next = motion->assembly_next;
    else
        sheaf_assembly_edit(state, of)->motion_first = motion->assembly_next;
}

/* ---- putting and moving ---- */

/* What takes effect stands on the agenda before: known for as long as its sort demands, and
 * decided no earlier than it would be elsewhere; so does what ends a process of accountability.
 * What members think of on the spot they may say, but it has no effect: who stayed at home was
 * not told. */
sheaf_refusal sheaf_assembly_motion_put(sheaf_fold *fold, struct sheaf_row_motion *motion)
{
    if (motion->assembly == SHEAF_NONE)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_assembly *assembly =
        sheaf_assembly_find(fold->state, motion->assembly);
    /* An organ's motion has no part in it: its votes, and the ratification of what it did
     * urgently, have times of their own. */
    SHEAF_REFUSE_IF(!assembly || motion->body != SHEAF_body_assembly, no_such_assembly);
    SHEAF_REFUSE_IF(!sheaf_article_on(fold->state, SHEAF_ARTICLE_assemblies), assemblies_off);
    if (assembly->state == SHEAF_assembly_state_under_way) {
        SHEAF_REFUSE_IF(!sheaf_attends(fold->state, assembly->id, motion->by), not_attending);
        SHEAF_REFUSE_IF(sheaf_motion_binds(motion), agenda_late);
        motion->begins = fold->stamp;
    } else {
        SHEAF_REFUSE_IF(
            sheaf_motion_binds(motion)
                && (motion->begins > assembly->starts || motion->closes > assembly->ends),
            agenda_late);
        motion->begins = assembly->starts;
    }
    motion->closes = assembly->contest > assembly->ends ? assembly->contest : assembly->ends;
    motion->call = 2;
    SHEAF_STOP_IF_SPENT(fold);
    list_add(fold->state, motion);
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_motion, motion->closes);
    return SHEAF_ACCEPTED;
}

bool sheaf_assembly_motion_off(const sheaf_state *state, uint32_t row)
{
    uint32_t assembly = sheaf_motion_at(state, row)->assembly;
    return assembly != SHEAF_NONE
           && sheaf_assembly_get(state, assembly)->state == SHEAF_assembly_state_cancelled;
}

void sheaf_assembly_motions_close(sheaf_fold *fold, const struct sheaf_row_assembly *assembly,
                                  int64_t at)
{
    sheaf_state *state = fold->state;
    for (uint32_t row = assembly->motion_first; row && !state->failed;) {
        struct sheaf_row_motion *motion = sheaf_motion_edit(state, row - 1);
        motion->closes = at;
        sheaf_deadline_set(state, motion->id, SHEAF_deadline_kind_motion, at);
        row = motion->assembly_next;
    }
}
