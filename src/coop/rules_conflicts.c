/* Conflicts of interest. */
#include "coop/coop_internal.h"

/* ---- the kinds of matters ---- */

#define MATTER(name, doc) {sheaf_matter_##name##_open, sheaf_matter_##name##_conflict},
static const struct {
    sheaf_refusal (*open)(const sheaf_state *state, uint32_t id, sheaf_electorate *out);
    void (*conflict)(sheaf_fold *fold, uint32_t id, uint32_t member);
} matters[] = {
#include "coop/tbl/matters.def"
};
#undef MATTER

/* Which kind of matter it is; refuses where nothing is open under that number. */
static sheaf_refusal find_matter(const sheaf_state *state, uint32_t id, size_t *kind,
                                 sheaf_electorate *electorate)
{
    sheaf_refusal refusal = SHEAF_REFUSED_no_such_matter;
    for (size_t i = 0;
         i < sizeof matters / sizeof *matters && refusal == SHEAF_REFUSED_no_such_matter; i++) {
        refusal = matters[i].open(state, id, electorate);
        *kind = i;
    }
    return refusal;
}

/* ---- what follows from a conflict ---- */

void sheaf_conflict_make(sheaf_fold *fold, uint32_t matter, uint32_t member,
                         const sheaf_hash *reason)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_conflict *conflict = sheaf_conflict_new(state, sheaf_pair(matter, member));
    conflict->matter = matter;
    conflict->member = member;
    conflict->reason = *reason;
    conflict->since = fold->index;
    uint32_t row = sheaf_matter_row(state, matter);
    struct sheaf_row_matter *counted =
        row == SHEAF_NONE ? sheaf_matter_new(state, matter) : sheaf_matter_edit(state, row);
    counted->id = matter;
    counted->conflicted++;
}

sheaf_refusal sheaf_rule_conflict_declare(sheaf_fold *fold,
                                          const struct sheaf_conflict_declare *what)
{
    size_t kind = 0;
    sheaf_electorate electorate;
    SHEAF_REFUSE_UNLESS(find_matter(fold->state, what->matter, &kind, &electorate));
    SHEAF_REFUSE_IF(sheaf_conflicted(fold->state, what->matter, fold->member),
                    conflicted_already);
    SHEAF_REFUSE_UNLESS(sheaf_entitled(fold->state, &electorate, fold->member));
    sheaf_conflict_make(fold, what->matter, fold->member, &what->reason);
    SHEAF_STOP_IF_SPENT(fold);
    matters[kind].conflict(fold, what->matter, fold->member);
    return SHEAF_ACCEPTED;
}
