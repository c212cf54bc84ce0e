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
    for (uint32_t i = 0; i < sheaf_withheld_count(state); i++)
        if (sheaf_kind_shape(sheaf_withheld_at(state, i)->kind)->area == area)
            return false;
    return true;
}

/* The area of every table of the state. One that has none here does not compile: add a line
 * that says who may read its rows, and name it in docs/api.md. */
enum {
#define AREA(table, area) AREA_OF_##table = SHEAF_AREA_##area
    AREA(member, MEMBERS),
    AREA(approval, MEMBERS),
    AREA(key, MEMBERS),
    AREA(key_numbers, MEMBERS),
    AREA(dispute, MEMBERS),
    AREA(recovery_tally, MEMBERS),
    AREA(confirmation, MEMBERS),
    AREA(human_in_vain, MEMBERS),
    AREA(in_vain, MEMBERS),
    AREA(human, MEMBERS),
    AREA(holder_allowed, MEMBERS),
    AREA(voice, MEMBERS),
    AREA(death, MEMBERS),
    AREA(denial, MEMBERS),
    AREA(exclusion, MEMBERS),
    AREA(removal, MEMBERS),
    AREA(overruled, MEMBERS),
    AREA(recovery, MEMBERS),
    AREA(import, MEMBERS),
    AREA(import_rest, MEMBERS),
    AREA(invitation, MEMBERS),
    AREA(place, MEMBERS),
    AREA(circle, DECISIONS),
    AREA(circle_member, DECISIONS),
    AREA(circle_party, DECISIONS),
    AREA(circle_stay, DECISIONS),
    AREA(proposal, DECISIONS),
    AREA(answer, DECISIONS),
    AREA(debate, DECISIONS),
    AREA(argument, DECISIONS),
    AREA(argued, DECISIONS),
    AREA(deadline, STATE),
    AREA(deadline_heap, STATE),
    AREA(room, STATE),
    AREA(motion, DECISIONS),
    AREA(tally, DECISIONS),
    AREA(allocation, DECISIONS),
    AREA(allocation_option, DECISIONS),
    AREA(option_tally, DECISIONS),
    AREA(override, DECISIONS),
    AREA(stopper, DECISIONS),
    AREA(suspension, DECISIONS),
    AREA(part, DECISIONS),
    AREA(pending, DECISIONS),
    AREA(petition, DECISIONS),
    AREA(signature, DECISIONS),
    AREA(advice, DECISIONS),
    AREA(advice_body, DECISIONS),
    AREA(asked, DECISIONS),
    AREA(assembly, DECISIONS),
    AREA(attendance, DECISIONS),
    AREA(minutes, DECISIONS),
    AREA(minutes_approval, DECISIONS),
    AREA(teller, DECISIONS),
    AREA(accountability, DECISIONS),
    AREA(called, DECISIONS),
    AREA(hearing, DECISIONS),
    AREA(conflict, DECISIONS),
    AREA(finding, DECISIONS),
    AREA(matter, DECISIONS),
    AREA(chamber, DECISIONS),
    AREA(post, DECISIONS),
    AREA(term, DECISIONS),
    AREA(office, DECISIONS),
    AREA(officer, DECISIONS),
    AREA(election, DECISIONS),
    AREA(candidate, DECISIONS),
    AREA(candidate_tally, DECISIONS),
    AREA(election_tally, DECISIONS),
    AREA(ballot, BALLOTS),
    AREA(allocation_ballot, BALLOTS),
    AREA(given, BALLOTS),
    AREA(roll, DECISIONS),
    AREA(roll_line, DECISIONS),
    AREA(sheet, BALLOTS),
    AREA(sheet_line, BALLOTS),
    AREA(mark, BALLOTS),
    AREA(counted, BALLOTS),
    AREA(hand_count, DECISIONS),
    AREA(election_ballot, BALLOTS),
    AREA(proxy, BALLOTS),
    AREA(proxy_declined, BALLOTS),
    AREA(proxy_party, BALLOTS),
    AREA(dataset, DATA),
    AREA(dataset_group, DATA),
    AREA(consent, DATA),
    AREA(allowance, DATA),
    AREA(spent, DATA),
    AREA(licence, DATA),
    AREA(licensed, DATA),
    AREA(account, LEDGER),
    AREA(payment, LEDGER),
    AREA(payment_signature, LEDGER),
    AREA(payment_vote, LEDGER),
    AREA(orderer, LEDGER),
    AREA(receipt, LEDGER),
    AREA(till, LEDGER),
    AREA(capital, LEDGER),
    AREA(holding, LEDGER),
    AREA(repayment, LEDGER),
    AREA(budget, LEDGER),
    AREA(budget_line, LEDGER),
    AREA(creditor, LEDGER),
    AREA(coop, PUBLIC),
    AREA(bylaws, PUBLIC),
    AREA(raised, PUBLIC),
    AREA(withheld, PUBLIC),
    AREA(registration, PUBLIC),
    AREA(registration_asked, PUBLIC),
    AREA(ending, PUBLIC),
    AREA(split, LEDGER),
    AREA(going, MEMBERS),
    AREA(liquidator, PUBLIC),
    AREA(handover, PUBLIC),
    AREA(article, PUBLIC),
    AREA(decision, PUBLIC),
    AREA(class, PUBLIC),
    AREA(organ, PUBLIC),
    AREA(witness, PUBLIC),
    AREA(appointment, PUBLIC),
    AREA(appointment_tally, PUBLIC),
    AREA(model, PUBLIC),
    AREA(feature, PUBLIC),
    AREA(mandate, PUBLIC),
    AREA(charge, PUBLIC),
    AREA(source, PUBLIC),
    AREA(auditor, PUBLIC),
    AREA(round, PUBLIC),
    AREA(seat, PUBLIC),
    AREA(evaluation, PUBLIC),
    AREA(evaluation_group, PUBLIC),
#undef AREA
};

static const uint8_t areas[SHEAF_TABLE_COUNT] = {
#define TABLE(name, key, doc) [SHEAF_TABLE_##name] = AREA_OF_##name,
#define COL(table, type, sub, name, doc)
#define END_TABLE(name)
#include "coop/tbl/tables.def"
#undef TABLE
#undef COL
#undef END_TABLE
};

sheaf_area sheaf_table_area(sheaf_table_id table)
{
    return areas[table];
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
