/* Mandates and rounds. */
#include "coop/budget.h"
#include "coop/coop_internal.h"
#include "coop/groups.h"

#include <assert.h>

/* How many members the first `count` data sets belong to: one member has one seat in a round,
 * however many data sets it brings. */
static uint32_t owners_of(sheaf_fold *fold, const struct sheaf_source *sources, uint32_t count)
{
    uint32_t *sorted = SHEAF_ARENA_NEW(fold->arena, uint32_t, count), owners = 0;
    if (!sorted) {
        fold->state->failed = true;
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t member = sheaf_dataset_get(fold->state, sources[i].dataset)->member;
        uint32_t at = owners;
        while (at > 0 && sorted[at - 1] > member)
            at--;
        if (at > 0 && sorted[at - 1] == member)
            continue;
        memmove(&sorted[at + 1], &sorted[at], (owners - at) * sizeof *sorted);
        sorted[at] = member;
        owners++;
    }
    return owners;
}

static sheaf_refusal add_sources(sheaf_fold *fold, const struct sheaf_mandate_grant *what,
                                 const struct sheaf_row_model *model)
{
    const struct sheaf_source *sources = what->datasets.at;
    for (uint32_t i = 0; i < what->datasets.count; i++) {
        uint32_t id = sources[i].dataset;
        const struct sheaf_row_dataset *dataset = sheaf_dataset_find(fold->state, id);
        SHEAF_REFUSE_IF(!dataset, no_such_dataset);
        SHEAF_REFUSE_IF(dataset->retired != SHEAF_NONE, dataset_retired);
        SHEAF_REFUSE_IF(memcmp(dataset->schema, model->schema, sizeof model->schema) != 0,
                        schema_differs);
        uint64_t pair = sheaf_pair(fold->index, id);
        SHEAF_REFUSE_IF(sheaf_source_find(fold->state, pair), source_twice);
        struct sheaf_row_source *source = sheaf_source_new(fold->state, pair);
        source->mandate = fold->index;
        source->dataset = id;
    }
    uint32_t owners = owners_of(fold, sources, what->datasets.count);
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_IF(owners < what->cohort_min, cohort_small);
    SHEAF_REFUSE_IF(owners < what->attest_min, attest_impossible);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal add_auditors(sheaf_fold *fold, const struct sheaf_mandate_grant *what)
{
    const struct sheaf_auditor *auditors = what->auditors.at;
    for (uint32_t i = 0; what->has_auditors && i < what->auditors.count; i++) {
        SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, auditors[i].member), no_such_auditor);
        uint64_t pair = sheaf_pair(fold->index, auditors[i].member);
        SHEAF_REFUSE_IF(sheaf_auditor_find(fold->state, pair), auditor_twice);
        struct sheaf_row_auditor *auditor = sheaf_auditor_new(fold->state, pair);
        auditor->mandate = fold->index;
        auditor->member = auditors[i].member;
    }
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_patience(const struct sheaf_mandate_grant *what,
                                    const struct sheaf_row_model *model)
{
    if (!what->learning.has_patience)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(what->release == SHEAF_release_form_noised, patience_noised);
    SHEAF_REFUSE_IF(model->kind == SHEAF_model_kind_linear
                        || model->kind == SHEAF_model_kind_forecaster,
                    patience_kind);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_mandate_grant(sheaf_fold *fold, const struct sheaf_mandate_grant *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    const struct sheaf_row_model *model = sheaf_model_find(state, what->model);
    SHEAF_REFUSE_IF(!model, no_such_model);
    SHEAF_REFUSE_IF(model->state == SHEAF_model_state_retired, model_retired);
    SHEAF_REFUSE_IF(what->cohort_min < bylaws->cohort_min, cohort_small);
    SHEAF_REFUSE_IF(what->rounds_max > bylaws->rounds_max, rounds_over_bylaws);
    SHEAF_REFUSE_UNLESS(check_patience(what, model));
    struct sheaf_row_mandate *row = sheaf_mandate_new(state, fold->index);
    row->id = fold->index;
    row->motion = fold->motion;
    row->model = what->model;
    row->attest_min = (uint16_t)what->attest_min;
    row->audit_s = what->has_audit_s ? (uint32_t)what->audit_s : SHEAF_AUDIT_S;
    row->cohort_min = (uint16_t)what->cohort_min;
    row->purpose = what->purpose;
    row->release = what->release;
    row->expires = fold->stamp + what->duration_s * 1000;
    row->revoked = row->last_round = row->result_round = row->best_round = SHEAF_NONE;
    row->rounds_max = (uint32_t)what->rounds_max;
    row->batch = (uint32_t)what->learning.batch;
    row->local_steps = (uint32_t)what->learning.local_steps;
    row->rate_millionths = (uint32_t)what->learning.rate_millionths;
    if (what->learning.has_patience)
        row->patience = (uint16_t)what->learning.patience;
    row->seed = (uint64_t)what->learning.seed;
    row->source_first = sheaf_source_count(state);
    row->sources = (uint16_t)what->datasets.count;
    SHEAF_REFUSE_UNLESS(sheaf_mandate_privacy(fold, what, row));
    SHEAF_REFUSE_UNLESS(sheaf_release_check(state, row));
    SHEAF_REFUSE_UNLESS(add_auditors(fold, what));
    return add_sources(fold, what, model);
}

sheaf_refusal sheaf_rule_mandate_revoke(sheaf_fold *fold,
                                        const struct sheaf_mandate_revoke *what)
{
    uint32_t row = sheaf_mandate_row(fold->state, what->mandate);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_mandate);
    struct sheaf_row_mandate *mandate = sheaf_mandate_edit(fold->state, row);
    SHEAF_REFUSE_IF(mandate->revoked != SHEAF_NONE, mandate_revoked);
    mandate->revoked = fold->index;
    return SHEAF_ACCEPTED;
}

/* ---- rounds ---- */

/* The round starts from what the mandate's rounds have made so far, an evaluation from the best
 * of it. */
static sheaf_refusal check_base(const sheaf_fold *fold, const struct sheaf_row_mandate *mandate,
                                const struct sheaf_round_open *what)
{
    bool first = mandate->result_round == SHEAF_NONE;
    SHEAF_REFUSE_UNLESS(
        sheaf_task_check(sheaf_model_get(fold->state, mandate->model), mandate, what->task));
    SHEAF_REFUSE_IF(first == what->has_base, wrong_base);
    if (first)
        return SHEAF_ACCEPTED;
    const sheaf_hash *base =
        &sheaf_round_get(fold->state, sheaf_task_base(mandate, what->task))->result;
    SHEAF_REFUSE_IF(!sheaf_hash_equal(&what->base, base), wrong_base);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal add_seats(sheaf_fold *fold, const struct sheaf_row_mandate *mandate,
                               const struct sheaf_round_open *what)
{
    bool noised = mandate->release == SHEAF_release_form_noised;
    const struct sheaf_participant *participants = what->participants.at;
    uint32_t last = SHEAF_NONE;
    for (uint32_t i = 0; i < what->participants.count; i++) {
        const struct sheaf_participant *p = &participants[i];
        SHEAF_REFUSE_UNLESS(
            sheaf_seat_possible(fold->state, what->mandate, p->key, p->dataset, fold->stamp));
        SHEAF_REFUSE_UNLESS(
            sheaf_budget_check(fold->state, mandate, p->dataset, what->task, fold->stamp));
        uint32_t member = sheaf_key_get(fold->state, p->key)->member;
        SHEAF_REFUSE_IF(last != SHEAF_NONE && member <= last, seat_order);
        last = member;
        struct sheaf_row_seat *seat =
            sheaf_seat_new(fold->state, sheaf_pair(fold->index, p->key));
        seat->round = fold->index;
        seat->key = p->key;
        seat->member = member;
        seat->dataset = p->dataset;
        seat->attested = SHEAF_NONE;
        if (noised)
            sheaf_seat_charge(fold, mandate, p->dataset, what->task);
    }
    return SHEAF_ACCEPTED;
}

/* The round's privacy is spent with its opening, whatever comes of it. */
static sheaf_refusal spend(sheaf_fold *fold, struct sheaf_row_mandate *mandate,
                           const struct sheaf_round_open *what, struct sheaf_row_round *round)
{
    bool noised = mandate->release == SHEAF_release_form_noised;
    if (noised)
        SHEAF_REFUSE_UNLESS(sheaf_charge_check(fold->state, mandate, what->task));
    SHEAF_REFUSE_UNLESS(add_seats(fold, mandate, what));
    SHEAF_STOP_IF_SPENT(fold);
    round->survivors_min = sheaf_survivors_min(fold->state, mandate, round->seats);
    if (!noised) {
        round->survivors_min = round->seats;
        SHEAF_REFUSE_UNLESS(sheaf_seats_bind(fold, round));
    }
    mandate->rounds_used++;
    mandate->evaluations_used += what->task == SHEAF_task_evaluate;
    mandate->last_round = fold->index;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_round_open(sheaf_fold *fold, const struct sheaf_round_open *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(sheaf_mandate_check(state, what->mandate, fold->stamp));
    SHEAF_REFUSE_UNLESS(sheaf_next_round_check(state, what->mandate));
    struct sheaf_row_mandate *mandate =
        sheaf_mandate_edit(state, sheaf_mandate_row(state, what->mandate));
    const struct sheaf_row_model *model = sheaf_model_find(state, mandate->model);
    uint16_t seats = (uint16_t)what->participants.count;
    SHEAF_REFUSE_IF(model->state == SHEAF_model_state_retired, model_retired);
    SHEAF_REFUSE_UNLESS(check_base(fold, mandate, what));
    uint32_t groups = sheaf_groups_of_opening(state, model, what);
    SHEAF_REFUSE_IF(what->words
                        != (int64_t)sheaf_groups_words(
                            sheaf_task_words(model, mandate, what->task), groups),
                    wrong_words);
    SHEAF_REFUSE_IF(seats < sheaf_survivors_min(state, mandate, seats), cohort_small);
    struct sheaf_row_round *round = sheaf_round_new(state, fold->index);
    round->id = fold->index;
    round->mandate = what->mandate;
    round->model = mandate->model;
    round->task = what->task;
    round->base = what->base;
    round->opened = fold->stamp;
    round->number = mandate->rounds_used + 1;
    round->step = mandate->steps;
    round->stage_ms = (uint32_t)what->stage_ms;
    round->words = (uint32_t)what->words;
    round->groups = (uint8_t)groups;
    round->seats = seats;
    round->seat_first = sheaf_seat_count(state);
    return spend(fold, mandate, what, round);
}

/* Survivors in the order of the seats; those that are not named did not survive. */
static sheaf_refusal mark_survivors(sheaf_fold *fold, const struct sheaf_row_round *round,
                                    const struct sheaf_round_close *what)
{
    const struct sheaf_survivor *survivors = what->survivors.at;
    uint32_t next = 0;
    for (uint16_t i = 0; i < round->seats && next < what->survivors.count; i++) {
        uint32_t row = round->seat_first + i;
        if (sheaf_seat_at(fold->state, row)->key != survivors[next].key)
            continue;
        sheaf_seat_edit(fold->state, row)->survived = true;
        next++;
    }
    SHEAF_REFUSE_IF(next != what->survivors.count, survivor_order);
    return SHEAF_ACCEPTED;
}

/* Adds the survivors' records to what the members have brought in. Done once, when as many have
 * attested as the mandate demands: from then on the round cannot be taken back. */
static void count_contributions(sheaf_fold *fold, const struct sheaf_row_round *round)
{
    if (round->task != SHEAF_task_train)
        return;
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(fold->state, round->seat_first + i);
        if (!seat->survived)
            continue;
        uint32_t row = sheaf_member_row(fold->state, seat->member);
        sheaf_member_edit(fold->state, row)->contributed +=
            sheaf_dataset_get(fold->state, seat->dataset)->records;
    }
}

/* Whether a round tells of validation records follows from what its mandate's rounds had made
 * when it was opened. */
static bool measures(const struct sheaf_row_mandate *mandate,
                     const struct sheaf_row_model *model, const struct sheaf_row_round *round)
{
    return mandate->patience > 0 && round->task == SHEAF_task_train
           && sheaf_task_measures(model->kind, model->depth, round->step);
}

static sheaf_refusal check_validation(bool wanted, const struct sheaf_round_close *what)
{
    const struct sheaf_figures *figures = &what->figures;
    bool has_records = what->has_figures && figures->has_validation_records;
    bool has_loss = what->has_figures && figures->has_validation_loss_millionths;
    SHEAF_REFUSE_IF(has_records != wanted, validation_form);
    SHEAF_REFUSE_IF(has_loss != (has_records && figures->validation_records > 0),
                    validation_form);
    return SHEAF_ACCEPTED;
}

/* Training with exact sums tells of the model that it started from; kinds that are learned in
 * closed form or start from nothing may have nothing to tell. */
static sheaf_refusal check_figures(const sheaf_state *state,
                                   const struct sheaf_row_mandate *mandate,
                                   const struct sheaf_row_round *round,
                                   const struct sheaf_round_close *what)
{
    const struct sheaf_row_model *model = sheaf_model_get(state, round->model);
    bool trains =
        mandate->release == SHEAF_release_form_exact_sum && round->task == SHEAF_task_train;
    bool must = model->kind == SHEAF_model_kind_logistic || model->kind == SHEAF_model_kind_mlp;
    SHEAF_REFUSE_IF(what->has_figures ? !trains : trains && must, figures_where);
    SHEAF_REFUSE_IF(
        what->has_figures
            && !sheaf_task_figures_fit(model, mandate->release, round->task, &what->figures),
        figures_form);
    return check_validation(measures(mandate, model, round), what);
}

static void keep_figures(struct sheaf_row_round *round, const struct sheaf_figures *figures)
{
    round->has_figures = true;
    round->records = (uint32_t)figures->records;
    if (figures->has_accuracy_millionths)
        round->accuracy_millionths = (uint32_t)figures->accuracy_millionths;
    if (figures->has_log_loss_millionths)
        round->log_loss_millionths = (uint32_t)figures->log_loss_millionths;
    if (figures->has_mae_millionths)
        round->mae_millionths = (uint64_t)figures->mae_millionths;
    if (figures->has_rmse_millionths)
        round->rmse_millionths = (uint64_t)figures->rmse_millionths;
    if (figures->has_validation_records)
        round->validation_records = (uint32_t)figures->validation_records;
    if (figures->has_validation_loss_millionths)
        round->validation_loss_millionths = (uint64_t)figures->validation_loss_millionths;
}

/* A closed round of statistics or training has a result, and may have measured the one before.
 * Which rounds measure nothing is seen by their records. */
static void keep_result(struct sheaf_row_mandate *mandate, const struct sheaf_row_round *round)
{
    if (round->validation_records > 0) {
        sheaf_course course = sheaf_task_course(mandate);
        sheaf_course_measure(&course, mandate->result_round, round->validation_loss_millionths);
        mandate->best_round = course.best;
        mandate->best_loss_millionths = course.best_loss;
        mandate->measured = course.measured;
        mandate->stale = course.stale;
    }
    mandate->result_round = round->id;
    mandate->steps += round->task == SHEAF_task_train;
}

sheaf_refusal sheaf_rule_round_close(sheaf_fold *fold, const struct sheaf_round_close *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_round_row(state, what->round);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_round);
    SHEAF_REFUSE_IF(sheaf_round_at(state, row)->state != SHEAF_round_state_open, round_ended);
    struct sheaf_row_round *round = sheaf_round_edit(state, row);
    struct sheaf_row_mandate *mandate =
        sheaf_mandate_edit(state, sheaf_mandate_row(state, round->mandate));
    SHEAF_REFUSE_IF(mandate->revoked != SHEAF_NONE, mandate_revoked);
    SHEAF_REFUSE_IF(what->survivors.count < sheaf_survivors_min(state, mandate, round->seats),
                    cohort_small);
    bool exact = mandate->release == SHEAF_release_form_exact_sum;
    SHEAF_REFUSE_UNLESS(check_figures(state, mandate, round, what));
    SHEAF_REFUSE_UNLESS(mark_survivors(fold, round, what));
    SHEAF_REFUSE_IF(exact && what->survivors.count != round->seats, survivors_differ);
    SHEAF_REFUSE_IF(what->survivors.count < round->survivors_min, cohort_small);
    round->survivors = (uint16_t)what->survivors.count;
    round->state = SHEAF_round_state_closed;
    round->closed = fold->stamp;
    round->result = what->result;
    round->transcript = what->transcript;
    if (what->has_figures)
        keep_figures(round, &what->figures);
    if (round->task != SHEAF_task_evaluate)
        keep_result(mandate, round);
    return SHEAF_ACCEPTED;
}

/* What the mandate's closed rounds have made and measured, told anew without the one that was
 * taken back. */
static void retrace(const sheaf_state *state, struct sheaf_row_mandate *mandate)
{
    mandate->result_round = mandate->best_round = SHEAF_NONE;
    mandate->best_loss_millionths = 0;
    mandate->measured = mandate->stale = mandate->steps = 0;
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        if (round->mandate == mandate->id && round->state == SHEAF_round_state_closed
            && round->task != SHEAF_task_evaluate)
            keep_result(mandate, round);
    }
}

/* An open round ends without result; a closed one can still be taken back while its result is
 * not attested and nothing builds on it. */
sheaf_refusal sheaf_rule_round_abort(sheaf_fold *fold, const struct sheaf_round_abort *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_round_row(state, what->round);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_round);
    struct sheaf_row_round *round = sheaf_round_edit(state, row);
    struct sheaf_row_mandate *mandate =
        sheaf_mandate_edit(state, sheaf_mandate_row(state, round->mandate));
    bool pending = round->state == SHEAF_round_state_closed
                   && mandate->last_round == what->round
                   && round->attested < mandate->attest_min;
    SHEAF_REFUSE_IF(round->state != SHEAF_round_state_open && !pending, round_ended);
    round->state = SHEAF_round_state_aborted;
    round->reason = what->reason;
    round->closed = fold->stamp;
    if (mandate->result_round == what->round)
        retrace(state, mandate);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_round_attest(sheaf_fold *fold, const struct sheaf_round_attest *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_round_row(state, what->round);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_round);
    SHEAF_REFUSE_IF(sheaf_round_at(state, row)->state == SHEAF_round_state_open,
                    round_under_way);
    SHEAF_REFUSE_IF(sheaf_round_at(state, row)->state != SHEAF_round_state_closed, round_ended);
    uint32_t seat_row = sheaf_seat_row(state, sheaf_pair(what->round, fold->key));
    SHEAF_REFUSE_IF(seat_row == SHEAF_NONE || !sheaf_seat_at(state, seat_row)->survived,
                    not_in_round);
    SHEAF_REFUSE_IF(!sheaf_hash_equal(&what->result, &sheaf_round_at(state, row)->result),
                    result_differs);
    struct sheaf_row_seat *seat = sheaf_seat_edit(state, seat_row);
    SHEAF_REFUSE_IF(seat->attested != SHEAF_NONE, attested_twice);
    seat->attested = fold->index;
    struct sheaf_row_round *round = sheaf_round_edit(state, row);
    round->attested++;
    if (round->attested == sheaf_mandate_get(state, round->mandate)->attest_min)
        count_contributions(fold, round);
    return SHEAF_ACCEPTED;
}
