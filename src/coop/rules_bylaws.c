/* The bylaws and the revision of the rules. */
#include "coop/circles.h"
#include "coop/ledger.h"
#include "coop/pending.h"
#include "coop/shares.h"

#include "bylaws/bylaws.h"

sheaf_refusal sheaf_bylaws_refusal(sheaf_bylaws_fault fault)
{
    static const sheaf_refusal refusals[SHEAF_BYLAWS_FAULT_COUNT] = {
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
        [SHEAF_BYLAWS_FLOOR_NUMBER] = SHEAF_REFUSED_floor_number,
        [SHEAF_BYLAWS_FLOOR_REQUIRED] = SHEAF_REFUSED_floor_required,
        [SHEAF_BYLAWS_FLOOR_FORBIDDEN] = SHEAF_REFUSED_floor_forbidden,
        [SHEAF_BYLAWS_SORTS_ORDER] = SHEAF_REFUSED_sorts_order,
        [SHEAF_BYLAWS_SECOND_QUORUM] = SHEAF_REFUSED_second_quorum,
        [SHEAF_BYLAWS_HOLDING_CAP] = SHEAF_REFUSED_holding_cap,
        [SHEAF_BYLAWS_REPAYMENT] = SHEAF_REFUSED_repayment_window,
        [SHEAF_BYLAWS_PETITION_DAYS] = SHEAF_REFUSED_petition_days,
        [SHEAF_BYLAWS_ORGAN_CLASS] = SHEAF_REFUSED_organ_class,
        [SHEAF_BYLAWS_ORGAN_TWICE] = SHEAF_REFUSED_organ_twice,
        [SHEAF_BYLAWS_ADMISSION_ORGAN] = SHEAF_REFUSED_admission_organ,
        [SHEAF_BYLAWS_OBJECT_LAPSES] = SHEAF_REFUSED_object_lapses,
        [SHEAF_BYLAWS_ASSEMBLY_ORGAN] = SHEAF_REFUSED_assembly_organ,
        [SHEAF_BYLAWS_TREASURERS] = SHEAF_REFUSED_treasurers_few,
        [SHEAF_BYLAWS_VALUE_KEYS] = SHEAF_REFUSED_value_keys,
        [SHEAF_BYLAWS_SOURCE_FIELD] = SHEAF_REFUSED_source_field,
        [SHEAF_BYLAWS_URGENT_ORGAN] = SHEAF_REFUSED_urgent_organ,
        [SHEAF_BYLAWS_URGENT_TIME] = SHEAF_REFUSED_urgent_time,
        [SHEAF_BYLAWS_CONFIRM_TIME] = SHEAF_REFUSED_confirm_time,
        [SHEAF_BYLAWS_CEILINGS_ALL] = SHEAF_REFUSED_ceilings_all,
        [SHEAF_BYLAWS_WITHHELD_KIND] = SHEAF_REFUSED_withheld_kind,
        [SHEAF_BYLAWS_WITHHELD_TWICE] = SHEAF_REFUSED_withheld_twice,
        [SHEAF_BYLAWS_BUDGET_EXACT] = SHEAF_REFUSED_budgets_exact,
        [SHEAF_BYLAWS_RAISED_UNKNOWN] = SHEAF_REFUSED_raised_unknown,
        [SHEAF_BYLAWS_RAISED_TWICE] = SHEAF_REFUSED_raised_twice,
    };
    return refusals[fault];
}

static uint8_t visible_bits(const struct sheaf_visibility_article *rules)
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
    if (count == sizeof areas / sizeof *areas && !rules->withheld.count)
        bits |= 1u << SHEAF_AREA_STATE;
    return (uint8_t)bits;
}

/* The columns that come from one field of the document. */
#define FILL_U8(column, path)   row->column = (uint8_t)text->path
#define FILL_U16(column, path)  row->column = (uint16_t)text->path
#define FILL_U32(column, path)  row->column = (uint32_t)text->path
#define FILL_I64(column, path)  row->column = text->path
#define FILL_BOOL(column, path) row->column = text->path
#define FILL_ENUM(column, path) row->column = text->path
#define FILL_N4(column, path)   SHEAF_SET_WORDS(row->column, text->path)
#define FILL_N100(column, path) SHEAF_SET_WORDS(row->column, text->path)
static void fill(struct sheaf_row_bylaws *row, const struct sheaf_bylaws *text)
{
#define PARAM(column, type, sub, path, doc) FILL_##type(column, path);
#define SHOWN(column, type, sub, path, doc) FILL_##type(column, path);
#define KEPT                                SHEAF_SKIP
#define LISTED(path)
#include "bylaws/tbl/params.def"
#undef PARAM
#undef SHOWN
#undef KEPT
#undef LISTED
    if (text->members.admission.has_organ)
        row->admission_organ = (uint8_t)(text->members.admission.organ + 1);
    if (text->assemblies.has_organ)
        row->assembly_organ = (uint8_t)(text->assemblies.organ + 1);
    row->exclusion = text->members.has_exclusion;
    row->urgent_organ_1 =
        text->decisions.urgent.has_organ ? (uint8_t)(text->decisions.urgent.organ + 1) : 0;
    row->visible = visible_bits(&text->visibility);
    row->web_scopes = sheaf_scope_bits(&text->keys.web_scopes);
}

/* Until the reserve has what they say its share stays, and so does what they say: else it would
 * be lowered in two steps (Council Regulation (EC) 1435/2003, art. 65(2)). In another currency
 * both begin anew. */
static sheaf_refusal reserve_follows(const sheaf_state *state,
                                     const struct sheaf_row_bylaws *now,
                                     const struct sheaf_bylaws *text)
{
    int64_t reserve = -sheaf_ledger_balance(state, SHEAF_account_kind_reserve, SHEAF_NONE);
    bool same = sheaf_slice_equal(SHEAF_WORDS(now->currency), text->purpose.currency);
    int64_t until =
        text->surplus.has_reserve_until_cents ? text->surplus.reserve_until_cents : 0;
    SHEAF_REFUSE_IF(reserve < now->reserve_until_cents
                        && (text->surplus.reserve_bp < now->reserve_bp
                            || (same && until < now->reserve_until_cents)),
                    reserve_unfilled);
    return SHEAF_ACCEPTED;
}

/* Members keep their class by its place, so the classes of the version before must lead the new
 * list; and who has legal floors cannot step out of them. */
static sheaf_refusal follows(const sheaf_state *state, const struct sheaf_row_bylaws *now,
                             const struct sheaf_bylaws *text)
{
    const struct sheaf_member_class *classes = text->members.classes.at;
    SHEAF_REFUSE_IF(text->purpose.form == SHEAF_legal_form_demonstration
                        && now->form != text->purpose.form,
                    form_demonstration);
    SHEAF_REFUSE_IF(text->members.classes.count < now->classes, classes_removed);
    for (uint32_t i = 0; i < now->classes; i++) {
        const struct sheaf_row_class *class = sheaf_class_at(state, now->class_first + i);
        SHEAF_REFUSE_IF(!sheaf_slice_equal(SHEAF_WORDS(class->name), classes[i].name),
                        classes_removed);
        SHEAF_REFUSE_IF(
            class->investor
                && (!classes[i].has_role || classes[i].role != SHEAF_class_role_investor),
            class_investor);
    }
    SHEAF_REFUSE_UNLESS(sheaf_shares_follow(state, text->has_shares,
                                            text->has_shares ? text->shares.price_cents : 0));
    SHEAF_REFUSE_UNLESS(reserve_follows(state, now, text));
    return sheaf_organs_follow(state, now->id, text);
}

/* A class may gain or lose its vote. */
static sheaf_refusal count_votes(sheaf_fold *fold, const struct sheaf_row_bylaws *now)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    coop->voters = coop->voters_unlimited = coop->guarded = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        if (member->state != SHEAF_member_state_active)
            continue;
        const struct sheaf_row_class *class =
            sheaf_class_at(state, now->class_first + member->class);
        uint8_t votes = member->trial ? 0 : class->votes;
        if (votes != member->votes) {
            sheaf_petitions_vote(fold, member->id, votes > 0);
            sheaf_circles_vote(fold, member->id, votes > 0);
            sheaf_member_edit(state, i)->votes = votes;
        }
        coop->voters += votes > 0;
        coop->voters_unlimited += votes && class->ceiling_bp == SHEAF_NO_CEILING;
        coop->guarded += votes && member->guards;
    }
    SHEAF_REFUSE_IF(sheaf_member_count(state) && !coop->voters, no_voting_class);
    SHEAF_REFUSE_IF(sheaf_member_count(state) && !coop->voters_unlimited, ceilings_all);
    SHEAF_REFUSE_IF(sheaf_member_count(state) && !coop->guarded, last_guard);
    sheaf_petitions_look(fold);
    return SHEAF_ACCEPTED;
}

static void add_witnesses(sheaf_fold *fold, struct sheaf_row_bylaws *version,
                          const struct sheaf_witnesses_article *rules)
{
    const struct sheaf_named_witness *list = rules->list.at;
    version->witness_first = sheaf_witness_count(fold->state);
    version->witnesses = (uint8_t)rules->list.count;
    for (uint32_t i = 0; i < rules->list.count; i++) {
        struct sheaf_row_witness *row = sheaf_witness_new(fold->state, 0);
        row->bylaws = fold->index;
        row->public_key = list[i].public_key;
        SHEAF_SET_WORDS(row->name, list[i].name);
        SHEAF_SET_WORDS(row->url, list[i].url);
    }
}

static void add_withheld(sheaf_fold *fold, struct sheaf_row_bylaws *version,
                         const struct sheaf_visibility_article *rules)
{
    const struct sheaf_withheld_kind *list = rules->withheld.at;
    version->withheld_first = sheaf_withheld_count(fold->state);
    version->withholdings = (uint8_t)rules->withheld.count;
    for (uint32_t i = 0; i < rules->withheld.count; i++) {
        struct sheaf_row_withheld *row = sheaf_withheld_new(fold->state, 0);
        row->bylaws = fold->index;
        row->kind = (uint8_t)sheaf_kind_find(list[i].kind);
        row->reason = list[i].reason;
    }
}

static void add_classes(sheaf_fold *fold, struct sheaf_row_bylaws *row,
                        const struct sheaf_members_article *article)
{
    const struct sheaf_member_class *classes = article->classes.at;
    row->class_first = sheaf_class_count(fold->state);
    row->classes = (uint8_t)article->classes.count;
    for (uint32_t i = 0; i < article->classes.count; i++) {
        struct sheaf_row_class *class = sheaf_class_new(fold->state, 0);
        class->bylaws = fold->index;
        class->trial_s = (uint32_t)classes[i].trial_s;
        class->votes = (uint8_t)classes[i].votes;
        class->ceiling_bp =
            classes[i].has_ceiling_bp ? (uint16_t)classes[i].ceiling_bp : SHEAF_NO_CEILING;
        class->investor = classes[i].has_role && classes[i].role == SHEAF_class_role_investor;
        class->uses =
            !class->investor
            && (!classes[i].has_role || classes[i].role != SHEAF_class_role_supporter);
        SHEAF_SET_WORDS(class->name, classes[i].name);
    }
}

static void add_decisions(sheaf_fold *fold, struct sheaf_row_bylaws *row,
                          const struct sheaf_bylaws *text)
{
    const struct sheaf_decision_rule *rules[] = {
        [SHEAF_decision_sort_ordinary] = &text->decisions.ordinary,
        [SHEAF_decision_sort_qualified] = &text->decisions.qualified,
        [SHEAF_decision_sort_protected] = &text->amendment.rule,
    };
    row->decision_first = sheaf_decision_count(fold->state);
    for (unsigned sort = 0; sort < SHEAF_decision_sort_COUNT; sort++) {
        const struct sheaf_decision_rule *rule = rules[sort];
        struct sheaf_row_decision *decision = sheaf_decision_new(fold->state, 0);
        decision->bylaws = fold->index;
        decision->sort = (uint8_t)sort;
        decision->base = rule->base;
        decision->majority = rule->majority;
        decision->notice_s = (uint32_t)rule->notice_s;
        decision->open_s = (uint32_t)rule->open_s;
        decision->quorum_base = rule->quorum_base;
        decision->quorum_bp = (uint16_t)rule->quorum_bp;
        if (rule->has_second) {
            decision->second_open_s = (uint32_t)rule->second.open_s;
            decision->second_quorum_bp = (uint16_t)rule->second.quorum_bp;
        }
    }
}

static void add_raised(sheaf_fold *fold, const struct sheaf_decisions_article *article)
{
    const struct sheaf_raised_effect *raised = article->raised.at;
    for (uint32_t i = 0; i < article->raised.count; i++) {
        sheaf_kind kind = sheaf_kind_find(raised[i].effect);
        struct sheaf_row_raised *row =
            sheaf_raised_new(fold->state, sheaf_pair(fold->index, kind));
        row->bylaws = fold->index;
        row->effect = (uint8_t)kind;
        row->sort = raised[i].sort;
    }
}

/* What the next amendment is compared with. */
static void add_articles(sheaf_fold *fold, struct sheaf_row_bylaws *row,
                         const struct sheaf_bylaws *text)
{
    sheaf_hash hashes[SHEAF_ARTICLE_COUNT];
    if (!sheaf_articles_hash(text, hashes))
        fold->state->failed = true;
    for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
        if (!sheaf_article_in(text, number))
            continue;
        row->articles |= UINT64_C(1) << number;
        struct sheaf_row_article *article =
            sheaf_article_new(fold->state, sheaf_pair(fold->index, number));
        article->bylaws = fold->index;
        article->number = (uint8_t)number;
        article->protected = sheaf_article_protected(text, number);
        article->sha256 = hashes[number];
    }
}

sheaf_refusal sheaf_bylaws_begin(sheaf_fold *fold, uint32_t version)
{
    sheaf_state *state = fold->state;
    uint32_t before = sheaf_coop(state)->bylaws;
    struct sheaf_row_bylaws *row = sheaf_bylaws_edit(state, sheaf_bylaws_row(state, version));
    SHEAF_REFUSE_UNLESS(sheaf_ledger_follow(fold, row));
    SHEAF_REFUSE_UNLESS(sheaf_shares_follow(state, row->articles >> SHEAF_ARTICLE_shares & 1,
                                            row->share_price_cents));
    row->from = fold->index;
    row->state = SHEAF_bylaws_state_in_force;
    if (before != SHEAF_NONE)
        sheaf_bylaws_edit(state, sheaf_bylaws_row(state, before))->state =
            SHEAF_bylaws_state_former;
    sheaf_coop_edit(state, 0)->bylaws = version;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_applications_recount(state);
    if (before != SHEAF_NONE
        && ((sheaf_bylaws_get(state, before)->web_scopes ^ row->web_scopes)
            & SHEAF_SCOPE_ADMIN))
        sheaf_guards_recount(state);
    sheaf_shares_look(fold);
    return count_votes(fold, row);
}

/* How many versions await registration. */
static uint32_t waiting(const sheaf_state *state)
{
    uint32_t count = 0, at = SHEAF_NONE;
    while (sheaf_bylaws_waiting(state, &at))
        count++;
    return count;
}

/* The old text applies until the registration is recorded: where the one or the other demands
 * it, and behind a version that waits. It is tried whether it could be in force today. */
static sheaf_refusal begin_or_wait(sheaf_fold *fold, const struct sheaf_row_bylaws *row)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state);
    uint32_t count = now ? waiting(state) : 0;
    sheaf_mark mark = sheaf_state_mark(state);
    sheaf_coop_edit(state, 0)->bylaws_newest = row->id;
    if (!now || (!count && !now->registration && !row->registration))
        return sheaf_bylaws_begin(fold, row->id);
    SHEAF_REFUSE_IF(count >= SHEAF_BYLAWS_WAITING_MAX, waiting_max);
    const bool rehearsal = fold->rehearsal;
    fold->rehearsal = true;
    sheaf_refusal refusal = sheaf_bylaws_begin(fold, row->id);
    fold->rehearsal = rehearsal;
    SHEAF_REFUSE_UNLESS(refusal);
    sheaf_state_roll_back(state, mark);
    sheaf_coop_edit(state, 0)->bylaws_newest = row->id;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_bylaws_enact(sheaf_fold *fold, const struct sheaf_bylaws *text)
{
    sheaf_state *state = fold->state;
    uint32_t base = sheaf_coop(state)->bylaws_newest;
    sheaf_bylaws_finding finding;
    SHEAF_REFUSE_UNLESS(sheaf_bylaws_refusal(sheaf_bylaws_check(text, &finding)));
    if (base != SHEAF_NONE)
        SHEAF_REFUSE_UNLESS(follows(state, sheaf_bylaws_get(state, base), text));
    struct sheaf_row_bylaws *row = sheaf_bylaws_new(state, fold->index);
    row->id = fold->index;
    row->adopted = fold->stamp;
    row->base = base;
    row->from = SHEAF_NONE;
    fill(row, text);
    add_classes(fold, row, &text->members);
    add_decisions(fold, row, text);
    add_raised(fold, &text->decisions);
    add_articles(fold, row, text);
    add_witnesses(fold, row, &text->witnesses);
    add_withheld(fold, row, &text->visibility);
    sheaf_organs_add(fold, row, &text->organs);
    SHEAF_STOP_IF_SPENT(fold);
    return begin_or_wait(fold, row);
}

sheaf_refusal sheaf_rule_bylaws_amend(sheaf_fold *fold, const struct sheaf_bylaws_amend *what)
{
    SHEAF_REFUSE_IF(what->base != sheaf_coop(fold->state)->bylaws_newest, amends_old_version);
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
