#include "cli/patience_words.h"

#include "coop/task.h"
#include "learn/validation.h"

#include <inttypes.h>

enum { MILLION = 1000000, LOSSES_MAX = 30 };

static double loss_of(uint64_t millionths)
{
    return (double)millionths / MILLION;
}

void sheaf_words_put_patience(sheaf_buffer *out, const struct sheaf_row_mandate *m)
{
    const sheaf_course course = sheaf_task_course(m);
    if (!m->patience)
        return;
    sheaf_buffer_printf(out,
                        "ends after %u model%s in succession that %s no better on validation "
                        "records, a fifth of the training records, from which nothing is "
                        "learned",
                        m->patience, m->patience == 1 ? "" : "s",
                        m->patience == 1 ? "is" : "are");
    if (course.measured == 0)
        return;
    sheaf_buffer_printf(out,
                        "; of %" PRIu32 " that were measured the best is the result of round "
                        "%" PRIu32 ", with a loss of %.6f",
                        course.measured, course.best, loss_of(course.best_loss));
    if (sheaf_course_over(&course, m->patience))
        sheaf_buffer_printf(out, ": so training has ended, and that is what it made");
}

/* The model that a round started from, by the round that made it. */
static const struct sheaf_row_round *maker_of(const sheaf_state *state,
                                              const struct sheaf_row_round *round)
{
    const struct sheaf_row_round *made = NULL;
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *row = sheaf_round_at(state, i);
        if (row->id < round->id && row->mandate == round->mandate
            && row->state == SHEAF_round_state_closed && row->task != SHEAF_task_evaluate)
            made = row;
    }
    return made;
}

void sheaf_words_put_measured(sheaf_buffer *out, const sheaf_state *state,
                              const struct sheaf_row_round *round)
{
    const struct sheaf_row_mandate *m = sheaf_mandate_get(state, round->mandate);
    const struct sheaf_row_model *model = sheaf_model_get(state, round->model);
    const struct sheaf_row_round *made = maker_of(state, round);
    if (!m->patience || round->task != SHEAF_task_train
        || round->state != SHEAF_round_state_closed)
        return;
    if (round->validation_records > 0 && made)
        sheaf_buffer_printf(
            out, "a loss of %.6f of the result of round %" PRIu32 ", on %" PRIu32 " records",
            loss_of(round->validation_loss_millionths), made->id, round->validation_records);
    else if (sheaf_task_measures(model->kind, model->depth, round->step))
        sheaf_buffer_printf(out, "no member has %d validation records, so nothing is measured",
                            SHEAF_VALIDATION_LEAST);
    else if (model->kind == SHEAF_model_kind_trees)
        sheaf_buffer_add_string(out, "nothing: models are measured where a tree is finished");
    else
        sheaf_buffer_add_string(out, "nothing: no training has made what it started from");
}

static bool measured_by(const struct sheaf_row_round *round,
                        const struct sheaf_row_mandate *mandate)
{
    return round->mandate == mandate->id && round->state == SHEAF_round_state_closed
           && round->validation_records > 0;
}

void sheaf_words_put_losses(sheaf_buffer *out, const sheaf_state *state,
                            const struct sheaf_row_mandate *m)
{
    uint32_t place = 0;
    bool marked = false, begun = false;
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        if (!measured_by(round, m))
            continue;
        /* Of equal ones the first is the best. */
        bool best = !marked && round->validation_loss_millionths == m->best_loss_millionths;
        marked |= best;
        if (m->measured - place++ > LOSSES_MAX)
            continue;
        sheaf_buffer_printf(out, "%s%.4f%s", begun ? ", " : "",
                            loss_of(round->validation_loss_millionths), best ? " (best)" : "");
        begun = true;
    }
}
