#include "coop/organs.h"

#include "coop/view.h"

unsigned sheaf_organ_powers(uint8_t kind)
{
    unsigned powers = 0;
#define POWER(name, doc)
#define GRANT(of, power)                                                                       \
    if (kind == SHEAF_organ_kind_##of)                                                         \
        powers |= SHEAF_POWER_##power;
#include "coop/tbl/organ_powers.def"
#undef POWER
#undef GRANT
    return powers;
}

const char *sheaf_power_doc(unsigned number)
{
#define POWER(name, doc) doc,
#define GRANT(kind, power)
    static const char *const docs[] = {
#include "coop/tbl/organ_powers.def"
    };
#undef POWER
#undef GRANT
    return docs[number];
}

bool sheaf_organ_decides(uint8_t organ_kind, sheaf_kind effect)
{
    bool decides = effect == SHEAF_KIND_none;
#define DECIDES(organ, kind)                                                                   \
    decides =                                                                                  \
        decides || (organ_kind == SHEAF_organ_kind_##organ && effect == SHEAF_KIND_##kind);
#include "coop/tbl/organ_decides.def"
#undef DECIDES
    return decides;
}

const struct sheaf_row_organ *sheaf_organ_of(const sheaf_state *state, uint32_t bylaws,
                                             int64_t place)
{
    const struct sheaf_row_bylaws *version = sheaf_bylaws_get(state, bylaws);
    return place < version->organs
               ? sheaf_organ_at(state, version->organ_first + (uint32_t)place)
               : NULL;
}

const struct sheaf_row_organ *sheaf_organ_now(const sheaf_state *state, int64_t place)
{
    return sheaf_organ_of(state, sheaf_coop(state)->bylaws, place);
}

uint32_t sheaf_officers(const sheaf_state *state, uint8_t organ)
{
    const struct sheaf_row_chamber *chamber = sheaf_chamber_find(state, organ);
    return chamber ? chamber->officers : 0;
}

/* The member's newest office in the organ, or NULL. */
static const struct sheaf_row_office *newest(const sheaf_state *state, uint32_t member,
                                             uint8_t organ)
{
    const struct sheaf_row_officer *officer =
        sheaf_officer_find(state, sheaf_pair(member, organ));
    return officer ? sheaf_office_at(state, officer->office - 1) : NULL;
}

const struct sheaf_row_office *sheaf_office_now(const sheaf_state *state, uint32_t member,
                                                uint8_t organ)
{
    const struct sheaf_row_office *office = newest(state, member, organ);
    return office && office->ended == SHEAF_NONE ? office : NULL;
}

bool sheaf_office_at_entry(const sheaf_state *state, uint32_t member, uint8_t organ,
                           uint32_t entry)
{
    const struct sheaf_row_office *office = newest(state, member, organ);
    while (office && office->began > entry)
        office = office->before ? sheaf_office_at(state, office->before - 1) : NULL;
    return office && (office->ended == SHEAF_NONE || office->ended > entry);
}

bool sheaf_power_held(const sheaf_state *state, uint32_t member, sheaf_power power)
{
    const struct sheaf_row_organ *organ;
    for (uint8_t place = 0; (organ = sheaf_organ_now(state, place)) != NULL; place++)
        if ((sheaf_organ_powers(organ->kind) & power) && sheaf_office_now(state, member, place))
            return true;
    return false;
}

uint32_t sheaf_power_officers(const sheaf_state *state, sheaf_power power, uint32_t without)
{
    uint32_t count = 0;
    const struct sheaf_row_organ *organ;
    for (uint8_t place = 0; (organ = sheaf_organ_now(state, place)) != NULL; place++)
        if (sheaf_organ_powers(organ->kind) & power)
            count += sheaf_officers(state, place)
                     - (sheaf_office_now(state, without, place) != NULL);
    return count;
}

uint32_t sheaf_effect_class(const sheaf_state *state, const sheaf_effect *effect)
{
    int64_t place = -1;
    if (effect->kind == SHEAF_KIND_office_elect)
        place = ((const struct sheaf_office_elect *)effect->what)->organ;
    if (effect->kind == SHEAF_KIND_office_recall)
        place = ((const struct sheaf_office_recall *)effect->what)->organ;
    const struct sheaf_row_organ *organ = place < 0 ? NULL : sheaf_organ_now(state, place);
    return organ ? organ->electorate : 0;
}
