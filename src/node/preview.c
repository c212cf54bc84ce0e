#include "node/preview.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "coop/budget.h"
#include "learn/round_job.h"
#include "privacy/cost.h"

_Static_assert((int)SHEAF_ORDERS == (int)SHEAF_COST_ORDERS,
               "the fold and the accountant agree");

#define MILLIONTH  1e-6
#define TRILLIONTH 1e-12

enum { NUMBER_SIZE = 32 };

/* ---- what it costs ---- */

static int64_t cost_at(const sheaf_state *state, const sheaf_preview *p, unsigned place)
{
    const struct sheaf_row_charge *charge =
        sheaf_charge_get(state, sheaf_pair(p->mandate, place));
    return p->task == SHEAF_task_evaluate ? charge->evaluation_cost : charge->cost;
}

/* An open round was charged when it was opened, the next one was not. */
static void put_cost(const sheaf_preview_view *view, const struct sheaf_row_mandate *mandate,
                     sheaf_preview *p)
{
    const struct sheaf_row_consent *consent =
        sheaf_consent_live(view->state, p->dataset, mandate->purpose, view->now_ms);
    sheaf_cost before, after;
    p->delta = (double)mandate->delta_trillionths * TRILLIONTH;
    p->mandate_epsilon = mandate->epsilon_millionths * MILLIONTH;
    p->has_budget = consent && consent->has_budget;
    if (p->has_budget) {
        p->delta = (double)consent->budget_delta_trillionths * TRILLIONTH;
        p->budget_epsilon = consent->budget_epsilon_millionths * MILLIONTH;
    }
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        int64_t cost = cost_at(view->state, p, place);
        int64_t now = sheaf_spent_amount(view->state, p->dataset, p->unit, place);
        bool charged = p->round != SHEAF_NONE;
        before.cost[place] = charged && now < SHEAF_UNBOUNDED ? now - cost : now;
        after.cost[place] = charged ? now : sheaf_amount_add(now, cost);
    }
    p->spent = sheaf_cost_epsilon(&before, p->delta);
    p->after = sheaf_cost_epsilon(&after, p->delta);
}

/* ---- who takes part ---- */

static void put_other(sheaf_preview *p, uint32_t member, uint32_t own)
{
    for (uint16_t i = 0; i < p->others; i++)
        if (p->other[i] == member)
            return;
    if (member != own && p->others < SHEAF_ROUND_MEMBERS_MAX)
        p->other[p->others++] = member;
}

static void put_others(const sheaf_state *state, const struct sheaf_row_mandate *mandate,
                       sheaf_preview *p)
{
    uint32_t own = sheaf_dataset_get(state, p->dataset)->member;
    if (p->round != SHEAF_NONE) {
        const struct sheaf_row_round *round = sheaf_round_get(state, p->round);
        for (uint16_t i = 0; i < round->seats; i++)
            put_other(p, sheaf_seat_at(state, round->seat_first + i)->member, own);
        return;
    }
    for (uint16_t i = 0; i < mandate->sources; i++) {
        const struct sheaf_row_dataset *dataset = sheaf_dataset_get(
            state, sheaf_source_at(state, mandate->source_first + i)->dataset);
        if (dataset->retired == SHEAF_NONE)
            put_other(p, dataset->member, own);
    }
}

/* Who knows whom, if all of them take part. */
static void put_graph(const sheaf_state *state, const struct sheaf_row_mandate *mandate,
                      sheaf_preview *p)
{
    uint16_t members = (uint16_t)(p->others + 1);
    sheaf_err why = {0};
    if (members > SHEAF_ROUND_MEMBERS_MAX)
        members = SHEAF_ROUND_MEMBERS_MAX;
    sheaf_status status =
        p->round != SHEAF_NONE
            ? sheaf_round_graph_of(state, sheaf_round_get(state, p->round), &p->graph, &why)
            : sheaf_round_graph_next(state, mandate, members, &p->graph, &why);
    p->has_graph = status == SHEAF_OK;
    snprintf(p->graph_why, sizeof p->graph_why, "%s", why.message);
}

/* ---- whether ---- */

static sheaf_status refused(sheaf_refusal refusal, sheaf_err *err)
{
    if (refusal == SHEAF_ACCEPTED)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID, "%s",
                      sheaf_refusal_describe((uint16_t)refusal)->sentence);
}

static sheaf_status next_check(const sheaf_preview_view *view,
                               const struct sheaf_row_mandate *mandate, const sheaf_preview *p,
                               sheaf_err *err)
{
    const sheaf_state *state = view->state;
    if (view->key == SHEAF_NONE)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the node's key is not on the log yet; the node has it admitted when "
                          "it starts");
    SHEAF_TRY(sheaf_source_check(state, mandate, p->dataset, view->key, view->revoked,
                                 view->now_ms, err));
    if (p->noised)
        SHEAF_TRY(refused(sheaf_charge_check(state, mandate, p->task), err));
    return refused(sheaf_budget_check(state, mandate, p->dataset, p->task, view->now_ms), err);
}

/* ---- all of it ---- */

static void put_round(const sheaf_preview_view *view, const struct sheaf_row_round *round,
                      sheaf_preview *p)
{
    sheaf_noised_terms terms;
    sheaf_noised_scale scale;
    p->round = round->id;
    p->number = round->number;
    p->task = round->task;
    p->words = round->words;
    if (p->noised && sheaf_round_job_terms(view->state, round, &terms, NULL) == SHEAF_OK
        && sheaf_noised_scale_of(&terms, &scale, NULL) == SHEAF_OK)
        p->bits = (uint16_t)scale.bits;
}

bool sheaf_preview_get(const sheaf_preview_view *view, uint32_t mandate, uint32_t dataset,
                       sheaf_preview *p)
{
    const sheaf_state *state = view->state;
    const struct sheaf_row_mandate *row = sheaf_mandate_get(state, mandate);
    const struct sheaf_row_round *last = sheaf_round_find(state, row->last_round);
    bool open = last && last->state == SHEAF_round_state_open;
    sheaf_err why = {0};
    if (!sheaf_source_find(state, sheaf_pair(mandate, dataset)) || row->revoked != SHEAF_NONE
        || row->expires < view->now_ms || (!open && row->rounds_used >= row->rounds_max))
        return false;
    *p = (sheaf_preview){.mandate = mandate,
                         .motion = row->motion,
                         .model = row->model,
                         .dataset = dataset,
                         .round = SHEAF_NONE,
                         .number = row->rounds_used + 1,
                         .of = row->rounds_max,
                         .purpose = row->purpose,
                         .noised = row->release == SHEAF_release_form_noised,
                         .local = row->local_noise,
                         .steps = row->local_steps,
                         .unit = row->unit};
    p->bits = p->noised ? 0 : 64;
    sheaf_refusal next = sheaf_task_next(state, row, &p->task);
    p->words = sheaf_task_words(sheaf_model_get(state, row->model), row, p->task);
    bool seated = false;
    if (open && view->key != SHEAF_NONE) {
        const struct sheaf_row_seat *seat = sheaf_round_seat(state, last->id, view->key);
        seated = seat && seat->dataset == dataset;
    }
    if (seated)
        put_round(view, last, p);
    put_others(state, row, p);
    put_graph(state, row, p);
    if (p->noised)
        put_cost(view, row, p);
    sheaf_status status = seated ? sheaf_round_check(state, last->id, view->key, view->revoked,
                                                     view->now_ms, &why)
                          : next != SHEAF_ACCEPTED ? refused(next, &why)
                                                   : next_check(view, row, p, &why);
    if (seated && status == SHEAF_OK && !p->has_graph)
        status = sheaf_fail(&why, SHEAF_INVALID, "%s", p->graph_why);
    p->would = status == SHEAF_OK;
    snprintf(p->why, sizeof p->why, "%s", why.message);
    return true;
}

/* Rounded up to four decimals. */
static const char *number(double value, char out[NUMBER_SIZE])
{
    if (isfinite(value))
        snprintf(out, NUMBER_SIZE, "%.4f", ceil(value * 1e4) / 1e4);
    else
        snprintf(out, NUMBER_SIZE, "without bound");
    return out;
}

void sheaf_preview_describe(const sheaf_preview *p, char out[SHEAF_PREVIEW_MAX])
{
    static const char *const tasks[] = {[SHEAF_task_evaluate] = "to evaluate",
                                        [SHEAF_task_statistics] = "for statistics to scale",
                                        [SHEAF_task_train] = "to train"};
    static const char *const purposes[] = {[SHEAF_purpose_any_member_model] = "any model",
                                           [SHEAF_purpose_care] = "care",
                                           [SHEAF_purpose_operations] = "operations",
                                           [SHEAF_purpose_research] = "research"};
    char bits[NUMBER_SIZE] = "at most 64", a[NUMBER_SIZE], b[NUMBER_SIZE], c[NUMBER_SIZE];
    if (p->bits)
        snprintf(bits, sizeof bits, "%u", p->bits);
    int len =
        snprintf(out, SHEAF_PREVIEW_MAX,
                 "%" PRIu32 " words of %s bits, masked, %s model %" PRIu32
                 " for %s, under mandate %" PRIu32 " of motion %" PRIu32 ", with %u others; ",
                 p->words, bits, tasks[p->task], p->model, purposes[p->purpose], p->mandate,
                 p->motion, p->others);
    if (!p->noised) {
        snprintf(out + len, (size_t)(SHEAF_PREVIEW_MAX - len),
                 "the exact sum of all is disclosed, without noise and so without an epsilon");
        return;
    }
    if (p->local && p->task == SHEAF_task_train)
        len += snprintf(out + len, (size_t)(SHEAF_PREVIEW_MAX - len),
                        "trained in %" PRIu32 " step%s; ", p->steps, p->steps == 1 ? "" : "s");
    len += snprintf(out + len, (size_t)(SHEAF_PREVIEW_MAX - len),
                    "%snoise hides each %s%s: epsilon of data set %" PRIu32
                    " %s before, %s after, at delta %g",
                    p->local ? "this node's own " : "",
                    p->unit == SHEAF_privacy_unit_record ? "record" : "member",
                    p->local ? " from everybody, all other members together too" : "",
                    p->dataset, number(p->spent, a), number(p->after, b), p->delta);
    if (p->has_budget)
        snprintf(out + len, (size_t)(SHEAF_PREVIEW_MAX - len),
                 ", of %s that its consent allows", number(p->budget_epsilon, c));
    else
        snprintf(out + len, (size_t)(SHEAF_PREVIEW_MAX - len),
                 ", of %s that the mandate may spend", number(p->mandate_epsilon, c));
}
