#include "hub/readers.h"

#include "acts/act.h"
#include "coop/view.h"
#include "hub/request.h"

#include <stdarg.h>
#include <stdio.h>

bool sheaf_reader_known(const sheaf_api_call *call, bool *member, sheaf_http_response *refusal)
{
    uint32_t key;
    *member = sheaf_http_request_header(call->request, "Sheaf-Request").data != NULL;
    if (!*member)
        return true;
    sheaf_hash nothing = sheaf_sha256((sheaf_slice){0});
    return sheaf_request_signed(call->hub, call->request, &nothing, &key, refusal);
}

/* An entry that is not in form has no area: nobody needs to see it who cannot replay it. */
bool sheaf_entry_for_all(const sheaf_state *state, uint64_t index, sheaf_slice entry)
{
    sheaf_kind kind = sheaf_entry_kind(entry);
    return kind != SHEAF_KIND_none && sheaf_entry_public(state, kind, index);
}

bool sheaf_area_for_all(const sheaf_state *state, sheaf_area area)
{
    if (area == SHEAF_AREA_PUBLIC)
        return true;
    for (uint32_t i = 0; i < sheaf_bylaws_count(state); i++)
        if (!(sheaf_bylaws_at(state, i)->visible >> area & 1))
            return false;
    return true;
}

sheaf_area sheaf_table_area(sheaf_table_id table)
{
    switch (table) {
    case SHEAF_TABLE_member:
    case SHEAF_TABLE_approval:
    case SHEAF_TABLE_key:
    case SHEAF_TABLE_dispute:
    case SHEAF_TABLE_human ... SHEAF_TABLE_place: /* what state_members.def ends with */
        return SHEAF_AREA_MEMBERS;
    case SHEAF_TABLE_motion:
    case SHEAF_TABLE_tally:
    case SHEAF_TABLE_override:
    case SHEAF_TABLE_part:
    case SHEAF_TABLE_pending:
    case SHEAF_TABLE_petition:
    case SHEAF_TABLE_signature:
    case SHEAF_TABLE_advice:
    case SHEAF_TABLE_asked:
    case SHEAF_TABLE_assembly:
    case SHEAF_TABLE_attendance:
    case SHEAF_TABLE_minutes:
    case SHEAF_TABLE_minutes_approval:
    case SHEAF_TABLE_teller:
    case SHEAF_TABLE_accountability:
    case SHEAF_TABLE_suspension:
    case SHEAF_TABLE_conflict:
    case SHEAF_TABLE_matter:
        return SHEAF_AREA_DECISIONS;
    case SHEAF_TABLE_ballot:
    case SHEAF_TABLE_sheet:
    case SHEAF_TABLE_sheet_line:
    case SHEAF_TABLE_counted:
        return SHEAF_AREA_BALLOTS;
    case SHEAF_TABLE_dataset:
    case SHEAF_TABLE_dataset_group:
    case SHEAF_TABLE_consent:
    case SHEAF_TABLE_allowance:
    case SHEAF_TABLE_spent:
        return SHEAF_AREA_DATA;
    case SHEAF_TABLE_account:
        return SHEAF_AREA_LEDGER;
    case SHEAF_TABLE_coop:
    case SHEAF_TABLE_bylaws:
    case SHEAF_TABLE_raised:
    case SHEAF_TABLE_article:
    case SHEAF_TABLE_decision:
    case SHEAF_TABLE_class:
    case SHEAF_TABLE_witness:
    case SHEAF_TABLE_appointment:
    case SHEAF_TABLE_model:
    case SHEAF_TABLE_feature:
    case SHEAF_TABLE_mandate:
    case SHEAF_TABLE_charge:
    case SHEAF_TABLE_source:
    case SHEAF_TABLE_auditor:
    case SHEAF_TABLE_round:
    case SHEAF_TABLE_seat:
    case SHEAF_TABLE_evaluation:
    case SHEAF_TABLE_evaluation_group:
        return SHEAF_AREA_PUBLIC;
    case SHEAF_TABLE_deadline: /* of motions, of members, of whatever else */
    case SHEAF_TABLE_deadline_heap:
    case SHEAF_TABLE_COUNT:
        break;
    }
    return SHEAF_AREA_STATE;
}

bool sheaf_reader_allowed(const sheaf_api_call *call, sheaf_area area, const char *what,
                          sheaf_http_response *refusal)
{
    bool member;
    if (!sheaf_reader_known(call, &member, refusal))
        return false;
    sheaf_hub_read_begin(call->hub);
    bool everyone = sheaf_area_for_all(sheaf_hub_state(call->hub), area);
    sheaf_hub_read_end(call->hub);
    if (!member && !everyone)
        *refusal = sheaf_answer_members_only(
            "%s for members: the request must be signed (Sheaf-Request)", what);
    return member || everyone;
}

sheaf_http_response sheaf_answer_members_only(const char *format, ...)
{
    char sentence[SHEAF_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    sheaf_http_response response = sheaf_http_error(403, "%s", sentence);
    sheaf_http_header(&response, "Cache-Control", "no-store");
    return response;
}
