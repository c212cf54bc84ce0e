#include "cli/demo_steps.h"

#include "coop/view.h"
#include "store/blob.h"
#include "store/clock.h"

#include <stdio.h>

enum { TOLD_MAX = 20 /* rounds that are all told */ };

/* Of many rounds every tenth is told. */
static bool is_told(const demo *d, uint32_t number)
{
    uint32_t rounds = d->exact ? d->scenario->all_rounds : d->scenario->noised.rounds;
    return rounds <= TOLD_MAX || number == 1 || number % 10 == 0;
}

static bool of_number(const demo_run *s)
{
    return sheaf_model_find(demo_look(s), s->d.model)->target == SHEAF_target_number;
}

static void tell_trained(const demo_run *s, const struct sheaf_row_round *round)
{
    const demo *d = &s->d;
    if (!is_told(d, round->number))
        return;
    if (!round->has_figures)
        demo_tell(d, "round", "  round %2u  trained%s; attested by %u", round->number,
                  d->exact ? "" : ", with noise", round->attested);
    else if (of_number(s))
        demo_tell(
            d, "round",
            "  round %2u  trained; before it: error %.3f (RMSE) on %u records, attested by "
            "%u",
            round->number, (double)round->rmse_millionths / 1e6, round->records,
            round->attested);
    else
        demo_tell(d, "round",
                  "  round %2u  trained; before it: loss %.4f, accuracy %.3f on %u records, "
                  "attested by %u",
                  round->number, round->log_loss_millionths / 1e6,
                  round->accuracy_millionths / 1e6, round->records, round->attested);
}

static void tell_round(const demo_run *s, const struct sheaf_row_round *round)
{
    if (round->task == SHEAF_task_statistics)
        demo_tell(&s->d, "round", "  round %2u  means and deviations of all, from one sum",
                  round->number);
    else if (round->task == SHEAF_task_train)
        tell_trained(s, round);
    else
        demo_tell(&s->d, "round", "  round %2u  evaluated on held-out records", round->number);
}

/* Has the node that falls answered in this round, and more to answer? Its home tells. */
static bool in_the_middle(const demo *d, uint32_t round)
{
    char path[SHEAF_PATH_MAX];
    return sheaf_path(path, NULL, "%s/sent/%u/bundle-advertise", d->members[d->count - 1].home,
                      round)
               == SHEAF_OK
           && sheaf_file_exists(path);
}

/* Once, in the middle of a round, a node is killed; it goes on where it was. */
static sheaf_status let_fall(demo_run *s, sheaf_err *err)
{
    demo *d = &s->d;
    const sheaf_state *state = demo_look(s);
    uint32_t count = sheaf_round_count(state);
    if (d->exact || d->fallen_round || count < DEMO_FALL_ROUND)
        return SHEAF_OK;
    const struct sheaf_row_round *last = sheaf_round_at(state, count - 1);
    if (last->state != SHEAF_round_state_open
        || (!in_the_middle(d, last->id) && count < DEMO_FALL_LATEST))
        return SHEAF_OK;
    d->fallen_round = last->id;
    demo_tell(d, "killed",
              "  round %2u  in the middle of it the node of %s is killed, and started again",
              last->number, d->members[d->count - 1].title);
    return demo_restart_node(d, d->count - 1, err);
}

static void tell_fallen(const demo_run *s, const struct sheaf_row_round *round)
{
    if (round->id == s->d.fallen_round)
        demo_tell(&s->d, "survived",
                  "  round %2u  has its result all the same: %u of %u in the sum",
                  round->number, round->survivors, round->seats);
}

/* True once the round has its result, and the next may open. */
static bool settled(const demo_run *s, const struct sheaf_row_round *round)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(demo_look(s), round->mandate);
    return round->state == SHEAF_round_state_aborted
           || (round->state == SHEAF_round_state_closed
               && round->attested >= mandate->attest_min);
}

/* By the groups that every data sheet names. */
static void tell_groups(demo_run *s, const struct sheaf_row_evaluation *e)
{
    const sheaf_state *state = demo_look(s);
    for (uint8_t i = 0; i < e->groups; i++) {
        const struct sheaf_row_evaluation_group *g =
            sheaf_evaluation_group_at(state, e->group_first + i);
        if (g->records == 0)
            demo_tell(&s->d, "group", "  where %.*s is %lld: no member has enough records",
                      SHEAF_PRINT(SHEAF_WORDS(g->column)), (long long)g->level);
        else
            demo_tell(&s->d, "group", "  where %.*s is %lld: %s%u records, accuracy %.3f",
                      SHEAF_PRINT(SHEAF_WORDS(g->column)), (long long)g->level,
                      s->d.exact ? "" : "about ", g->records,
                      (double)g->accuracy_millionths / 1e6);
    }
}

static void tell_evaluated(const demo_run *s, const struct sheaf_row_evaluation *e)
{
    const demo *d = &s->d;
    if (!d->exact)
        demo_tell(d, "evaluated",
                  "On about %u held-out records of all: accuracy about %.3f, from one more sum "
                  "with noise.",
                  e->records, e->accuracy_millionths / 1e6);
    else if (of_number(s))
        demo_tell(
            d, "evaluated",
            "On %u held-out values of all: mean error %.3f, RMSE %.3f, from one more sum.",
            e->records, (double)e->mae_millionths / 1e6, (double)e->rmse_millionths / 1e6);
    else
        demo_tell(d, "evaluated",
                  "On %u held-out records of all: accuracy %.3f, AUC %.3f, log loss "
                  "%.3f, from one more sum.",
                  e->records, e->accuracy_millionths / 1e6, e->auc_millionths / 1e6,
                  e->log_loss_millionths / 1e6);
}

sheaf_status demo_train(demo_run *s, sheaf_err *err)
{
    demo *d = &s->d;
    demo_tell(d, "training",
              "%s nodes start, each beside its own data, and check the mandate "
              "themselves.",
              demo_number(d->count));
    demo_close_sessions(s);
    SHEAF_TRY(demo_start_nodes(d, err));
    uint32_t told = 0;
    int64_t since = sheaf_clock_ms();
    while (!sheaf_evaluation_count(demo_look(s))) {
        SHEAF_TRY(demo_pause(s, since, "the training", err));
        SHEAF_TRY(demo_refresh(s, err));
        SHEAF_TRY(let_fall(s, err));
        const sheaf_state *state = demo_look(s);
        while (told < sheaf_round_count(state) && settled(s, sheaf_round_at(state, told))) {
            const struct sheaf_row_round *round = sheaf_round_at(state, told++);
            if (round->state == SHEAF_round_state_aborted)
                return sheaf_fail(err, SHEAF_FAULT, "round %u was aborted", round->number);
            tell_fallen(s, round);
            tell_round(s, round);
            d->rounds++;
        }
    }
    const sheaf_state *state = demo_look(s);
    const struct sheaf_row_evaluation *e = sheaf_evaluation_at(state, 0);
    d->release_round =
        sheaf_task_base(sheaf_mandate_find(state, d->mandate), SHEAF_task_evaluate);
    tell_evaluated(s, e);
    tell_groups(s, e);
    if (!d->exact)
        demo_tell_privacy(d);
    return SHEAF_OK;
}

/* The model's bytes from the hub's folder, beside what training alone and pooling would give.
 */
sheaf_status demo_check_model(demo_run *s, sheaf_err *err)
{
    sheaf_blobs blobs;
    sheaf_buffer model;
    snprintf(blobs.dir, sizeof blobs.dir, "%.900s/blobs", s->d.dir);
    sheaf_buffer_init(&model, 1 << 20);
    sheaf_status status = sheaf_blob_read(
        &blobs, &sheaf_round_find(demo_look(s), s->d.release_round)->result, &model, err);
    if (status == SHEAF_OK)
        status = s->d.scenario->compare(&s->d, demo_look(s), sheaf_buffer_slice(&model), err);
    sheaf_buffer_deinit(&model);
    if (status == SHEAF_OK && s->d.exact)
        demo_tell(&s->d, "compared",
                  "The masked sums made the very bytes that the same training "
                  "without masks makes.");
    return status;
}
