/* Documents that contradict themselves. */
#include "bylaws/bylaws_internal.h"

#include "log/note.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { WHOLE_BP = 10000, EXACT_COHORT_MIN = 3 };

bool sheaf_bylaws_found(sheaf_bylaws_findings *out, sheaf_bylaws_fault fault, int64_t value,
                        const char *path, ...)
{
    assert(out->count < out->max);
    sheaf_bylaws_finding *finding = &out->list[out->count++];
    va_list args;
    *finding = (sheaf_bylaws_finding){.fault = fault, .value = value};
    va_start(args, path);
    vsnprintf(finding->path, sizeof finding->path, path, args);
    va_end(args);
    return out->count == out->max;
}

#define FOUND(fault, value, ...)                                                               \
    sheaf_bylaws_found(out, SHEAF_BYLAWS_##fault, (int64_t)(value), __VA_ARGS__)

static bool check_purpose(const struct sheaf_purpose_article *purpose,
                          sheaf_bylaws_findings *out)
{
    bool wrong = false;
    for (size_t i = 0; i < purpose->currency.len; i++)
        wrong = wrong || purpose->currency.data[i] < 'A' || purpose->currency.data[i] > 'Z';
    return wrong && FOUND(CURRENCY, SHEAF_NO_NUMBER, "purpose.currency");
}

static bool check_members(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    const struct sheaf_members_article *members = &bylaws->members;
    const struct sheaf_member_class *classes = members->classes.at;
    bool vote = false, unlimited = false;
    for (uint32_t i = 0; i < members->classes.count; i++) {
        vote = vote || classes[i].votes > 0;
        unlimited = unlimited
                    || (classes[i].votes
                        && (!classes[i].has_ceiling_bp || classes[i].ceiling_bp == WHOLE_BP));
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(classes[i].name, classes[k].name)
                && FOUND(CLASS_TWICE, SHEAF_NO_NUMBER, "members.classes[%u].name", i))
                return true;
    }
    if (!vote && FOUND(NO_VOTING_CLASS, SHEAF_NO_NUMBER, "members.classes"))
        return true;
    if (vote && !unlimited && FOUND(CEILINGS_ALL, SHEAF_NO_NUMBER, "members.classes"))
        return true;
    if (members->admission.has_object_s
        && members->admission.object_s > members->admission.lapse_s
        && FOUND(OBJECT_LAPSES, members->admission.object_s, "members.admission.object_s"))
        return true;
    uint32_t organs = bylaws->has_organs ? bylaws->organs.list.count : 0;
    if (!members->admission.has_organ)
        return false;
    if (members->admission.organ >= organs)
        return FOUND(ADMISSION_ORGAN, members->admission.organ, "members.admission.organ");
    const struct sheaf_organ *organ =
        (const struct sheaf_organ *)bylaws->organs.list.at + members->admission.organ;
    return organ->seats < members->admission.approvals
           && FOUND(ADMISSION_ORGAN, members->admission.approvals,
                    "members.admission.approvals");
}

static bool check_shares(const struct sheaf_shares_article *shares, sheaf_bylaws_findings *out)
{
    if (shares->max_count < shares->min_count
        && FOUND(HOLDING_CAP, shares->max_count, "shares.max_count"))
        return true;
    return shares->repay_until_s < shares->repay_from_s
           && FOUND(REPAYMENT, shares->repay_until_s, "shares.repay_until_s");
}

static bool check_rule(const struct sheaf_decision_rule *rule, const char *path,
                       sheaf_bylaws_findings *out)
{
    return rule->has_second && rule->second.quorum_bp > rule->quorum_bp
           && FOUND(SECOND_QUORUM, rule->second.quorum_bp, "%s.second.quorum_bp", path);
}

/* Somebody can act, and the members have the time to ratify it. */
static bool check_urgent(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    const struct sheaf_urgent_rules *urgent = &bylaws->decisions.urgent;
    const struct sheaf_decision_rule *rule = &bylaws->decisions.ordinary;
    const struct sheaf_organ *organs = bylaws->organs.list.at;
    uint32_t count = bylaws->has_organs ? bylaws->organs.list.count : 0;
    bool boards = false;
    for (uint32_t i = 0; i < count; i++)
        boards = boards || organs[i].kind == SHEAF_organ_kind_board;
    if ((urgent->has_organ ? urgent->organ >= count : !boards)
        && FOUND(URGENT_ORGAN, urgent->organ, "decisions.urgent.organ"))
        return true;
    return urgent->ratify_s < rule->notice_s + rule->open_s
           && FOUND(URGENT_TIME, urgent->ratify_s, "decisions.urgent.ratify_s");
}

/* What is raised is an effect of motions, once. */
static bool check_raised(const struct sheaf_decisions_article *decisions,
                         sheaf_bylaws_findings *out)
{
    const struct sheaf_raised_effect *list = decisions->raised.at;
    for (uint32_t i = 0; i < decisions->raised.count; i++) {
        sheaf_kind kind = sheaf_kind_find(list[i].effect);
        if ((kind == SHEAF_KIND_none || sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_COOP)
            && FOUND(RAISED_UNKNOWN, i, "decisions.raised[%u].effect", i))
            return true;
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(list[i].effect, list[k].effect)
                && FOUND(RAISED_TWICE, i, "decisions.raised[%u].effect", i))
                return true;
    }
    return false;
}

/* The more a decision weighs, the more votes it needs. */
static bool check_decisions(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    uint32_t ordinary = sheaf_majority_bp(bylaws->decisions.ordinary.majority);
    uint32_t qualified = sheaf_majority_bp(bylaws->decisions.qualified.majority);
    uint32_t protected = sheaf_majority_bp(bylaws->amendment.rule.majority);
    if (qualified < ordinary && FOUND(SORTS_ORDER, qualified, "decisions.qualified.majority"))
        return true;
    if (protected < qualified && FOUND(SORTS_ORDER, protected, "amendment.rule.majority"))
        return true;
    return (bylaws->decisions.has_urgent && check_urgent(bylaws, out))
           || check_raised(&bylaws->decisions, out)
           || check_rule(&bylaws->decisions.ordinary, "decisions.ordinary", out)
           || check_rule(&bylaws->decisions.qualified, "decisions.qualified", out)
           || check_rule(&bylaws->amendment.rule, "amendment.rule", out);
}

static const struct sheaf_decision_rule *rule_of(const struct sheaf_bylaws *bylaws,
                                                 uint8_t sort)
{
    return sort == SHEAF_decision_sort_ordinary    ? &bylaws->decisions.ordinary
           : sort == SHEAF_decision_sort_qualified ? &bylaws->decisions.qualified
                                                   : &bylaws->amendment.rule;
}

/* A motion that was opened the moment after must close before the suspension lapses, on its
 * second call too. */
static bool check_override(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    uint8_t sort = SHEAF_decision_sort_ordinary;
    const struct sheaf_raised_effect *raised = bylaws->decisions.raised.at;
    for (uint32_t i = 0; i < bylaws->decisions.raised.count; i++)
        if (sheaf_slice_is(raised[i].effect, "override.confirm") && raised[i].sort > sort)
            sort = raised[i].sort;
    const struct sheaf_decision_rule *rule = rule_of(bylaws, sort);
    int64_t second_s = rule->has_second ? rule->second.open_s : 0;
    return bylaws->override.confirm_s <= rule->notice_s + rule->open_s + second_s
           && FOUND(CONFIRM_TIME, bylaws->override.confirm_s, "override.confirm_s");
}

/* A petition calls an assembly, which has its notice. */
static bool check_assemblies(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    const struct sheaf_assemblies_article *assemblies = &bylaws->assemblies;
    if ((bylaws->has_petitions
         && (!bylaws->has_assemblies || bylaws->petitions.assembly_s < assemblies->notice_s))
        && FOUND(PETITION_DAYS, bylaws->petitions.assembly_s, "petitions.assembly_s"))
        return true;
    if (assemblies->has_organ && assemblies->organ >= bylaws->organs.list.count
        && FOUND(ASSEMBLY_ORGAN, assemblies->organ, "assemblies.organ"))
        return true;
    return bylaws->has_assemblies && assemblies->has_second
           && assemblies->second.quorum_bp > assemblies->quorum_bp
           && FOUND(SECOND_QUORUM, assemblies->second.quorum_bp, "assemblies.second.quorum_bp");
}

static bool check_organs(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    const struct sheaf_organ *organs = bylaws->organs.list.at;
    const struct sheaf_member_class *classes = bylaws->members.classes.at;
    int64_t treasurers = 0;
    for (uint32_t i = 0; i < bylaws->organs.list.count; i++) {
        if ((organs[i].has_electorate
             && (organs[i].electorate >= bylaws->members.classes.count
                 || !classes[organs[i].electorate].votes))
            && FOUND(ORGAN_CLASS, organs[i].electorate, "organs.list[%u].electorate", i))
            return true;
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(organs[i].name, organs[k].name)
                && FOUND(ORGAN_TWICE, SHEAF_NO_NUMBER, "organs.list[%u].name", i))
                return true;
        if (organs[i].kind == SHEAF_organ_kind_treasurers && !treasurers)
            treasurers = organs[i].seats; /* those of the first such organ sign */
    }
    return treasurers && bylaws->has_treasury && bylaws->treasury.signatures > treasurers
           && FOUND(TREASURERS, bylaws->treasury.signatures, "treasury.signatures");
}

static bool check_money(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    const struct sheaf_surplus_article *surplus = &bylaws->surplus;
    const struct sheaf_value_article *value = &bylaws->value_accounting;
    int64_t keys = surplus->data_bp + surplus->members_bp + surplus->reserve_bp;
    int64_t credits = value->care_bp + value->livelihood_bp + value->love_bp;
    if (keys != WHOLE_BP && FOUND(SURPLUS_KEYS, keys, "surplus"))
        return true;
    if (bylaws->has_value_accounting && credits != WHOLE_BP
        && FOUND(VALUE_KEYS, credits, "value_accounting"))
        return true;
    return bylaws->privacy.exact_sums && bylaws->privacy.cohort_min < EXACT_COHORT_MIN
           && FOUND(EXACT_COHORT, bylaws->privacy.cohort_min, "privacy.cohort_min");
}

/* What a consent with a budget allows, an exact sum never keeps to. */
static bool check_data(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    return bylaws->data.budget_required && bylaws->privacy.exact_sums
           && FOUND(BUDGET_EXACT, SHEAF_NO_NUMBER, "data.budget_required");
}

/* The name is that of a note's key (C2SP signed-note): its form is judged by src/log. */
static bool witness_sound(const struct sheaf_named_witness *witness)
{
    sheaf_vkey key;
    return sheaf_vkey_make(&key, SHEAF_VKEY_COSIGNATURE, witness->name,
                           witness->public_key.bytes, NULL)
           == SHEAF_OK;
}

static bool check_witnesses(const struct sheaf_witnesses_article *rules,
                            sheaf_bylaws_findings *out)
{
    const struct sheaf_named_witness *list = rules->list.at;
    if (rules->quorum > rules->list.count
        && FOUND(WITNESS_QUORUM, rules->quorum, "witnesses.quorum"))
        return true;
    for (uint32_t i = 0; i < rules->list.count; i++) {
        if (!witness_sound(&list[i])
            && FOUND(WITNESS_FORM, SHEAF_NO_NUMBER, "witnesses.list[%u]", i))
            return true;
        for (uint32_t k = 0; k < i; k++)
            if ((sheaf_slice_equal(list[i].name, list[k].name)
                 || memcmp(&list[i].public_key, &list[k].public_key, SHEAF_PUBLIC_BYTES) == 0)
                && FOUND(WITNESS_TWICE, SHEAF_NO_NUMBER, "witnesses.list[%u]", i))
                return true;
    }
    return false;
}

/* What is for everyone whatever the bylaws say cannot be withheld; nor can an effect, which is
 * no entry of its own. */
static bool check_withheld(const struct sheaf_visibility_article *rules,
                           sheaf_bylaws_findings *out)
{
    const struct sheaf_withheld_kind *list = rules->withheld.at;
    for (uint32_t i = 0; i < rules->withheld.count; i++) {
        sheaf_kind kind = sheaf_kind_find(list[i].kind);
        if ((kind == SHEAF_KIND_none || sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP
             || sheaf_kind_shape(kind)->area == SHEAF_AREA_PUBLIC)
            && FOUND(WITHHELD_KIND, SHEAF_NO_NUMBER, "visibility.withheld[%u].kind", i))
            return true;
        for (uint32_t k = 0; k < i; k++)
            if (sheaf_slice_equal(list[i].kind, list[k].kind)
                && FOUND(WITHHELD_TWICE, SHEAF_NO_NUMBER, "visibility.withheld[%u].kind", i))
                return true;
    }
    return false;
}

/* A source is of a field that its article has: ordinary.open_s, classes.votes. */
static bool names_field(const sheaf_shape *shape, sheaf_slice path)
{
    while (shape) {
        const uint8_t *dot = path.len ? memchr(path.data, '.', path.len) : NULL;
        sheaf_slice name = {path.data, dot ? (size_t)(dot - path.data) : path.len};
        const sheaf_field *field = sheaf_shape_field(shape, name);
        if (!field)
            return false;
        if (!dot)
            return true;
        path = (sheaf_slice){dot + 1, path.len - name.len - 1};
        shape = field->shape;
    }
    return false;
}

static bool check_sources(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
        const uint8_t *record = sheaf_article_in(bylaws, number);
        if (!record)
            continue;
        const sheaf_shape *shape = sheaf_article_field(number)->shape;
        const sheaf_field *field = sheaf_shape_field(shape, sheaf_str("sources"));
        const sheaf_list *list = (const sheaf_list *)(record + field->at);
        const struct sheaf_source_note *notes = list->at;
        for (uint32_t i = 0; i < list->count; i++)
            if (!names_field(shape, notes[i].of)
                && FOUND(SOURCE_FIELD, SHEAF_NO_NUMBER, "%s.sources[%u].of",
                         sheaf_article_describe(number)->key, i))
                return true;
    }
    return false;
}

bool sheaf_bylaws_contradicts(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    return check_money(bylaws, out) || check_purpose(&bylaws->purpose, out)
           || check_members(bylaws, out)
           || (bylaws->has_shares && check_shares(&bylaws->shares, out))
           || check_decisions(bylaws, out) || check_override(bylaws, out)
           || check_assemblies(bylaws, out) || (bylaws->has_organs && check_organs(bylaws, out))
           || check_data(bylaws, out) || check_withheld(&bylaws->visibility, out)
           || check_witnesses(&bylaws->witnesses, out) || check_sources(bylaws, out);
}
