/* What is counted of members and applications, so that no rule walks through all of them. */
#include "coop/member.h"

#include "coop/view.h"

/* One application or claim more that is undecided, or one less; one by invitation takes no
 * place (rules_invitations.c), nor does one that as many spoke against as must approve it. */
static void count_undecided(struct sheaf_row_coop *coop, const struct sheaf_row_member *member,
                            bool more)
{
    uint32_t *count = member->number ? &coop->claims : &coop->applications;
    if (member->state == SHEAF_member_state_applied && !member->apart && !member->aside)
        *count += more ? 1 : (uint32_t)-1;
}

void sheaf_application_count(sheaf_fold *fold, const struct sheaf_row_member *member)
{
    count_undecided(sheaf_coop_edit(fold->state, 0), member, true);
}

void sheaf_member_become(sheaf_state *state, uint32_t row, uint8_t to)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    struct sheaf_row_member *member = sheaf_member_edit(state, row);
    if (row >= coop->applications_from)
        count_undecided(coop, member, false);
    coop->members -= member->state == SHEAF_member_state_active;
    coop->members += to == SHEAF_member_state_active;
    member->state = to;
}

void sheaf_application_aside(sheaf_state *state, uint32_t row)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    struct sheaf_row_member *member = sheaf_member_edit(state, row);
    if (row >= coop->applications_from)
        count_undecided(coop, member, false);
    member->aside = true;
}

bool sheaf_application_lapsed(const sheaf_fold *fold, const struct sheaf_row_member *member)
{
    int64_t lapse = sheaf_bylaws_now(fold->state)->application_lapse_s;
    return member->applied + lapse * 1000 < fold->stamp;
}

sheaf_refusal sheaf_appeal_check(const sheaf_state *state,
                                 const struct sheaf_row_member *member, int64_t stamp)
{
    SHEAF_REFUSE_IF(member->state != SHEAF_member_state_applied
                        && member->state != SHEAF_member_state_declined,
                    already_member);
    SHEAF_REFUSE_IF(member->number && member->state == SHEAF_member_state_declined,
                    application_declined);
    int64_t lapse_ms = (int64_t)sheaf_bylaws_now(state)->application_lapse_s * 1000;
    SHEAF_REFUSE_IF(member->number && member->applied + lapse_ms < stamp, application_lapsed);
    SHEAF_REFUSE_IF(member->applied + (int64_t)SHEAF_APPEAL_S * 1000 < stamp,
                    application_lapsed);
    SHEAF_REFUSE_IF(!sheaf_applicant_free(state, member), admitted_otherwise);
    return SHEAF_ACCEPTED;
}

/* Rows stand in the order of their applications: what has lapsed is passed over once. */
uint32_t sheaf_applications_undecided(sheaf_fold *fold, bool claims)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    while (coop->applications_from < sheaf_member_count(state)) {
        const struct sheaf_row_member *member = sheaf_member_at(state, coop->applications_from);
        if (!sheaf_application_lapsed(fold, member))
            break; /* and so are all after it */
        count_undecided(coop, member, false);
        coop->applications_from++;
    }
    return claims ? coop->claims : coop->applications;
}

void sheaf_applications_recount(sheaf_state *state)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    coop->applications = coop->claims = coop->applications_from = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        count_undecided(coop, sheaf_member_at(state, i), true);
}
