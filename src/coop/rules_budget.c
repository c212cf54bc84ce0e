/* Budgets: what members have decided may be spent on what. */
#include "coop/coop_internal.h"

#include "coop/ledger.h"
#include "coop/treasury.h"

/* ---- adopting ---- */

static sheaf_refusal check_form(const sheaf_fold *fold, const struct sheaf_budget_adopt *what)
{
    SHEAF_REFUSE_IF(what->has_lines == what->has_allocation || what->until <= what->from
                        || what->until <= fold->stamp,
                    budget_form);
    return SHEAF_ACCEPTED;
}

/* The budget whose place is taken, when the new one begins, once. */
static sheaf_refusal replace(sheaf_fold *fold, uint32_t id, int64_t from)
{
    uint32_t row = sheaf_budget_row(fold->state, id);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_budget);
    struct sheaf_row_budget *before = sheaf_budget_edit(fold->state, row);
    SHEAF_REFUSE_IF(before->replaced != SHEAF_NONE, budget_not_now);
    SHEAF_REFUSE_IF(from < before->from, budget_before);
    before->replaced = fold->index;
    return SHEAF_ACCEPTED;
}

static void add_line(sheaf_fold *fold, int64_t cents, sheaf_hash name)
{
    struct sheaf_row_budget_line *line = sheaf_budget_line_new(fold->state, 0);
    line->budget = fold->index;
    line->amount_cents = cents;
    line->name = name;
}

static sheaf_refusal add_shares(sheaf_fold *fold, uint32_t allocation, uint8_t *lines)
{
    uint32_t at = sheaf_allocation_row(fold->state, allocation);
    SHEAF_REFUSE_IF(at == SHEAF_NONE, no_such_allocation);
    struct sheaf_row_allocation *row = sheaf_allocation_edit(fold->state, at);
    SHEAF_REFUSE_IF(row->state != SHEAF_allocation_state_divided, allocation_undivided);
    SHEAF_REFUSE_IF(row->budget != SHEAF_NONE, allocation_adopted);
    row->budget = fold->index;
    for (*lines = 0; *lines < row->options; ++*lines) {
        const struct sheaf_row_allocation_option *option =
            sheaf_allocation_option_at(fold->state, row->option_first + *lines);
        add_line(fold, option->share, option->name);
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_budget_adopt(sheaf_fold *fold, const struct sheaf_budget_adopt *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_treasury), treasury_off);
    SHEAF_REFUSE_UNLESS(check_form(fold, what));
    SHEAF_REFUSE_UNLESS(sheaf_ledger_begin(fold));
    if (what->has_replaces)
        SHEAF_REFUSE_UNLESS(replace(fold, what->replaces, what->from));
    uint32_t first = sheaf_budget_line_count(state);
    uint8_t lines = 0;
    if (what->has_allocation)
        SHEAF_REFUSE_UNLESS(add_shares(fold, what->allocation, &lines));
    const struct sheaf_budget_line *given = what->lines.at;
    for (uint32_t i = 0; what->has_lines && i < what->lines.count; i++, lines++)
        add_line(fold, given[i].amount_cents, given[i].name);
    struct sheaf_row_budget *budget = sheaf_budget_new(state, fold->index);
    budget->id = fold->index;
    budget->allocation = what->has_allocation ? what->allocation : SHEAF_NONE;
    budget->from = what->from;
    budget->until = what->until;
    budget->line_first = first;
    budget->lines = lines;
    budget->replaced = SHEAF_NONE;
    return SHEAF_ACCEPTED;
}

/* ---- spending ---- */

int64_t sheaf_budget_ends(const sheaf_state *state, const struct sheaf_row_budget *budget)
{
    if (budget->replaced == SHEAF_NONE)
        return budget->until;
    int64_t next = sheaf_budget_get(state, budget->replaced)->from;
    return next < budget->until ? next : budget->until;
}

bool sheaf_budget_in_force(const sheaf_state *state, const struct sheaf_row_budget *budget,
                           int64_t stamp)
{
    return budget->from <= stamp && stamp < sheaf_budget_ends(state, budget);
}

sheaf_refusal sheaf_budget_line_named(const sheaf_state *state, uint32_t budget, int64_t line,
                                      uint32_t *line_1)
{
    const struct sheaf_row_budget *row = sheaf_budget_find(state, budget);
    SHEAF_REFUSE_IF(!row || line >= row->lines, no_such_budget);
    *line_1 = 1 + row->line_first + (uint32_t)line;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_budget_line_check(const sheaf_state *state, uint32_t line_1, int64_t cents,
                                      int64_t stamp)
{
    const struct sheaf_row_budget_line *line = sheaf_budget_line_at(state, line_1 - 1);
    SHEAF_REFUSE_IF(!sheaf_budget_in_force(state, sheaf_budget_get(state, line->budget), stamp),
                    budget_not_now);
    SHEAF_REFUSE_IF(line->amount_cents - line->spent_cents < cents, budget_over);
    return SHEAF_ACCEPTED;
}

void sheaf_budget_line_spend(sheaf_state *state, uint32_t line_1, int64_t cents)
{
    sheaf_budget_line_edit(state, line_1 - 1)->spent_cents += cents;
}
