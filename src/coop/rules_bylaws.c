/* The bylaws and the revision of the rules. */
#include "coop/coop_internal.h"

#include "bylaws/bylaws.h"

static sheaf_refusal sound(const struct sheaf_bylaws *text)
{
    static const sheaf_refusal refusals[] = {
        [SHEAF_BYLAWS_SOUND] = SHEAF_ACCEPTED,
        [SHEAF_BYLAWS_SURPLUS_KEYS] = SHEAF_REFUSED_surplus_keys,
        [SHEAF_BYLAWS_NO_VOTING_CLASS] = SHEAF_REFUSED_no_voting_class,
        [SHEAF_BYLAWS_CLASS_TWICE] = SHEAF_REFUSED_class_twice,
        [SHEAF_BYLAWS_FLOOR_OPEN] = SHEAF_REFUSED_floor_open,
        [SHEAF_BYLAWS_FLOOR_PROTECTED] = SHEAF_REFUSED_floor_protected,
        [SHEAF_BYLAWS_EXACT_COHORT] = SHEAF_REFUSED_exact_cohort,
        [SHEAF_BYLAWS_CURRENCY] = SHEAF_REFUSED_currency_form,
        [SHEAF_BYLAWS_FLOOR_SUCCESSION] = SHEAF_REFUSED_floor_succession,
        [SHEAF_BYLAWS_WITNESS_QUORUM] = SHEAF_REFUSED_witness_quorum,
        [SHEAF_BYLAWS_WITNESS_TWICE] = SHEAF_REFUSED_witness_twice,
        [SHEAF_BYLAWS_WITNESS_FORM] = SHEAF_REFUSED_witness_form,
    };
    return refusals[sheaf_bylaws_check(text)];
}

static uint8_t visible_bits(const struct sheaf_visibility_rules *rules)
{
    const struct {
        uint8_t readers;
        sheaf_area area;
    } areas[] = {
        {rules->ballots, SHEAF_AREA_BALLOTS},     {rules->data, SHEAF_AREA_DATA},
        {rules->decisions, SHEAF_AREA_DECISIONS}, {rules->ledger, SHEAF_AREA_LEDGER},
        {rules->members, SHEAF_AREA_MEMBERS},
    };
    unsigned bits = 1u << SHEAF_AREA_PUBLIC, count = 0;
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
        if (areas[i].readers == SHEAF_visibility_public) {
            bits |= 1u << areas[i].area;
            count++;
        }
    if (count == sizeof areas / sizeof *areas)
        bits |= 1u << SHEAF_AREA_STATE;
    return (uint8_t)bits;
}

static void fill(struct sheaf_row_bylaws *row, const struct sheaf_bylaws *text)
{
    SHEAF_SET_WORDS(row->name, text->name);
    SHEAF_SET_WORDS(row->currency, text->currency);
    row->form = text->form;
    row->approvals = (uint16_t)text->admission.approvals;
    row->application_lapse_s = (uint32_t)text->admission.lapse_s;
    row->applications_max = (uint16_t)text->admission.open_max;
    row->succession_bp = (uint16_t)text->succession.approvals_bp;
    row->visible = visible_bits(&text->visibility);
    row->witness_quorum = (uint8_t)text->witnesses.quorum;
    row->witnesses = (uint8_t)text->witnesses.list.count;
    row->ballots_changeable = text->motions.ballots_changeable;
    row->early_close = text->motions.early_close;
    row->open_max = (uint16_t)text->motions.open_max;
    row->ordinary_majority = text->motions.ordinary.majority;
    row->ordinary_open_s = (uint32_t)text->motions.ordinary.open_s;
    row->ordinary_quorum_bp = (uint16_t)text->motions.ordinary.quorum_bp;
    row->protected_majority = text->motions.protected.majority;
    row->protected_open_s = (uint32_t)text->motions.protected.open_s;
    row->protected_quorum_bp = (uint16_t)text->motions.protected.quorum_bp;
    row->cohort_min = (uint16_t)text->privacy.cohort_min;
    row->exact_sums = text->privacy.exact_sums;
    row->rounds_max = (uint32_t)text->privacy.rounds_max;
    row->data_bp = (uint16_t)text->surplus.data_bp;
    row->members_bp = (uint16_t)text->surplus.members_bp;
    row->reserve_bp = (uint16_t)text->surplus.reserve_bp;
    row->web_scopes = sheaf_scope_bits(&text->web_scopes);
}

/* Members keep their class by its place, so the present classes must lead the new list; and who
 * has legal floors cannot step out of them. */
static sheaf_refusal follows_from_present(const sheaf_state *state,
                                          const struct sheaf_bylaws *text)
{
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state);
    const struct sheaf_member_class *classes = text->classes.at;
    SHEAF_REFUSE_IF(text->form == SHEAF_legal_form_demonstration && now->form != text->form,
                    form_demonstration);
    SHEAF_REFUSE_IF(text->classes.count < now->classes, classes_removed);
    for (uint32_t i = 0; i < now->classes; i++) {
        const struct sheaf_row_class *class = sheaf_class_at(state, now->class_first + i);
        SHEAF_REFUSE_IF(!sheaf_slice_equal(SHEAF_WORDS(class->name), classes[i].name),
                        classes_removed);
    }
    return SHEAF_ACCEPTED;
}

/* A class may gain or lose its vote. */
static sheaf_refusal count_votes(sheaf_fold *fold, const struct sheaf_row_bylaws *now)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    coop->voters = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        if (member->state != SHEAF_member_state_active)
            continue;
        uint8_t votes = sheaf_class_at(state, now->class_first + member->class)->votes;
        if (votes != member->votes)
            sheaf_member_edit(state, i)->votes = votes;
        coop->voters += votes > 0;
    }
    SHEAF_REFUSE_IF(sheaf_member_count(state) && !coop->voters, no_voting_class);
    return SHEAF_ACCEPTED;
}

static void add_witnesses(sheaf_fold *fold, const struct sheaf_witness_rules *rules)
{
    const struct sheaf_named_witness *list = rules->list.at;
    for (uint32_t i = 0; i < rules->list.count; i++) {
        struct sheaf_row_witness *row = sheaf_witness_new(fold->state, 0);
        row->bylaws = fold->index;
        row->public_key = list[i].public_key;
        SHEAF_SET_WORDS(row->name, list[i].name);
        SHEAF_SET_WORDS(row->url, list[i].url);
    }
}

sheaf_refusal sheaf_bylaws_enact(sheaf_fold *fold, const struct sheaf_bylaws *text)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(sound(text));
    if (sheaf_coop(state)->bylaws != SHEAF_NONE)
        SHEAF_REFUSE_UNLESS(follows_from_present(state, text));
    struct sheaf_row_bylaws *row = sheaf_bylaws_new(state, fold->index);
    row->id = fold->index;
    row->class_first = sheaf_class_count(state);
    row->classes = (uint8_t)text->classes.count;
    fill(row, text);
    const struct sheaf_member_class *classes = text->classes.at;
    for (uint32_t i = 0; i < text->classes.count; i++) {
        struct sheaf_row_class *class = sheaf_class_new(state, 0);
        class->bylaws = fold->index;
        class->votes = (uint8_t)classes[i].votes;
        SHEAF_SET_WORDS(class->name, classes[i].name);
    }
    row->witness_first = sheaf_witness_count(state);
    add_witnesses(fold, &text->witnesses);
    sheaf_coop_edit(state, 0)->bylaws = fold->index;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_applications_recount(state);
    return count_votes(fold, row);
}

sheaf_refusal sheaf_rule_bylaws_amend(sheaf_fold *fold, const struct sheaf_bylaws_amend *what)
{
    SHEAF_REFUSE_IF(what->base != sheaf_coop(fold->state)->bylaws, amends_old_version);
    return sheaf_bylaws_enact(fold, &what->text);
}

/* A program that does not know the revision must not refuse what a newer hub accepted: it
 * enacts and stops. What its own hub does not order is told by sheaf_fold_beyond(). */
sheaf_refusal sheaf_rule_rules_adopt(sheaf_fold *fold, const struct sheaf_rules_adopt *what)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    SHEAF_REFUSE_IF(what->revision != coop->revision + 1, revision_step);
    coop->revision = (uint16_t)what->revision;
    return SHEAF_ACCEPTED;
}
