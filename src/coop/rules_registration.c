/* Amendments that await registration: recorded, by an officer or by two members, or given up.
 * Versions stand in the table `bylaws` from their adoption on, each naming the one that it was
 * written against; which of them is in force says the co-op's row. */
#include "coop/coop_internal.h"
#include "coop/ending.h"
#include "coop/organs.h"

enum { DAY_S = 86400 };

const struct sheaf_row_bylaws *sheaf_bylaws_waiting(const sheaf_state *state, uint32_t *at)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    *at = *at == SHEAF_NONE ? coop->bylaws_newest : sheaf_bylaws_get(state, *at)->base;
    return *at == coop->bylaws ? NULL : sheaf_bylaws_get(state, *at);
}

/* An officer records it alone. Where nobody is in office members do, two of them, for an entry
 * puts an amendment in force; a member who alone has a vote has nobody to ask. */
static sheaf_refusal check_registrar(const sheaf_fold *fold, bool *alone)
{
    const sheaf_state *state = fold->state;
    *alone = sheaf_power_held(state, fold->member, SHEAF_POWER_record_registrations);
    if (*alone)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(sheaf_power_officers(state, SHEAF_POWER_record_registrations, SHEAF_NONE)
                        || !sheaf_member_get(state, fold->member)->votes,
                    registrar);
    *alone = sheaf_coop(state)->voters == 1;
    return SHEAF_ACCEPTED;
}

/* The first of those that wait. */
static sheaf_refusal check_first(const sheaf_state *state, uint32_t of)
{
    const struct sheaf_row_bylaws *version = sheaf_bylaws_find(state, of);
    SHEAF_REFUSE_IF(!version || version->state != SHEAF_bylaws_state_waiting, not_waiting);
    SHEAF_REFUSE_IF(version->base != sheaf_coop(state)->bylaws, registration_order);
    return SHEAF_ACCEPTED;
}

/* A register gives a day, which began before whatever was adopted on it; and it takes
 * amendments one after the other. */
static sheaf_refusal check_date(const sheaf_fold *fold, uint32_t of, int64_t date)
{
    const struct sheaf_row_bylaws *version = sheaf_bylaws_get(fold->state, of);
    const struct sheaf_row_registration *before =
        sheaf_registration_find(fold->state, version->base);
    SHEAF_REFUSE_IF(date > fold->stamp / 1000 || date <= version->adopted / 1000 - DAY_S
                        || (before && date < before->date),
                    registration_date);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal enter(sheaf_fold *fold, const struct sheaf_row_registration *entered)
{
    struct sheaf_row_registration *row = sheaf_registration_new(fold->state, entered->id);
    SHEAF_STOP_IF_SPENT(fold);
    *row = *entered;
    return sheaf_bylaws_begin(fold, entered->id);
}

sheaf_refusal sheaf_rule_bylaws_register(sheaf_fold *fold,
                                         const struct sheaf_bylaws_register *what)
{
    bool alone;
    SHEAF_REFUSE_UNLESS(check_first(fold->state, what->of));
    SHEAF_REFUSE_UNLESS(check_registrar(fold, &alone));
    SHEAF_REFUSE_UNLESS(check_date(fold, what->of, what->date));
    SHEAF_REFUSE_UNLESS(sheaf_conversion_called(fold->state, what->of, fold->stamp));
    struct sheaf_row_registration row = {.id = what->of,
                                         .by = fold->member,
                                         .confirmed = SHEAF_NONE,
                                         .date = what->date,
                                         .document = what->document,
                                         .entry = fold->index};
    SHEAF_SET_WORDS(row.number, what->number);
    if (alone)
        return enter(fold, &row);
    struct sheaf_row_registration_asked *asked =
        sheaf_registration_asked_new(fold->state, fold->index);
    SHEAF_STOP_IF_SPENT(fold);
    asked->id = fold->index;
    asked->by = fold->member;
    asked->date = what->date;
    asked->document = what->document;
    asked->of = what->of;
    SHEAF_SET_WORDS(asked->number, what->number);
    return sheaf_member_speak(fold, fold->index, false);
}

/* Whoever recorded it must be somebody who still may. */
sheaf_refusal sheaf_rule_bylaws_confirm(sheaf_fold *fold,
                                        const struct sheaf_bylaws_confirm *what)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_registration_asked *asked =
        sheaf_registration_asked_find(state, what->registration);
    bool alone;
    SHEAF_REFUSE_IF(!asked || !sheaf_member_active(state, asked->by)
                        || !sheaf_member_get(state, asked->by)->votes,
                    no_such_registration);
    SHEAF_REFUSE_UNLESS(check_first(state, asked->of));
    SHEAF_REFUSE_UNLESS(check_registrar(fold, &alone));
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, asked->id, false));
    struct sheaf_row_registration row = {.id = asked->of,
                                         .by = asked->by,
                                         .confirmed = fold->member,
                                         .date = asked->date,
                                         .document = asked->document,
                                         .entry = fold->index};
    SHEAF_SET_WORDS(row.number, SHEAF_WORDS(asked->number));
    return enter(fold, &row);
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
