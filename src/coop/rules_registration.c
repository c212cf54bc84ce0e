/* Amendments that await registration: recorded, or given up. Versions stand in the table
 * `bylaws` from their adoption on, each naming the one that it was written against; which of
 * them is in force says the co-op's row. */
#include "coop/coop_internal.h"
#include "coop/organs.h"

enum { DAY_S = 86400 };

static sheaf_refusal check_registrar(const sheaf_fold *fold)
{
    const sheaf_state *state = fold->state;
    if (sheaf_power_held(state, fold->member, SHEAF_POWER_record_registrations))
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(sheaf_power_officers(state, SHEAF_POWER_record_registrations, SHEAF_NONE)
                        || !sheaf_member_get(state, fold->member)->votes,
                    registrar);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_bylaws_register(sheaf_fold *fold,
                                         const struct sheaf_bylaws_register *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *version = sheaf_bylaws_find(state, what->of);
    SHEAF_REFUSE_IF(!version || version->state != SHEAF_bylaws_state_waiting, not_waiting);
    SHEAF_REFUSE_IF(version->base != sheaf_coop(state)->bylaws, registration_order);
    SHEAF_REFUSE_UNLESS(check_registrar(fold));
    SHEAF_REFUSE_IF(what->date > fold->stamp / 1000
                        || what->date <= version->adopted / 1000 - DAY_S,
                    registration_date);
    struct sheaf_row_registration *row = sheaf_registration_new(state, what->of);
    row->id = what->of;
    row->by = fold->member;
    row->date = what->date;
    row->document = what->document;
    row->entry = fold->index;
    SHEAF_SET_WORDS(row->number, what->number);
    return sheaf_bylaws_begin(fold, what->of);
}

sheaf_refusal sheaf_rule_bylaws_withdraw(sheaf_fold *fold,
                                         const struct sheaf_bylaws_withdraw *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *version = sheaf_bylaws_find(state, what->of);
    SHEAF_REFUSE_IF(!version || version->state != SHEAF_bylaws_state_waiting, not_waiting);
    uint32_t before = version->base, at = sheaf_coop(state)->bylaws_newest;
    while (at != before) {
        uint32_t row = sheaf_bylaws_row(state, at);
        at = sheaf_bylaws_at(state, row)->base;
        sheaf_bylaws_edit(state, row)->state = SHEAF_bylaws_state_withdrawn;
    }
    sheaf_coop_edit(state, 0)->bylaws_newest = before;
    return SHEAF_ACCEPTED;
}
