/* What a model's card says, from the log; declared in card.h. */
#include "cli/card.h"

#include "cli/figures.h"
#include "cli/patience_words.h"
#include "cli/privacy_words.h"
#include "cli/round_trainers.h"
#include "coop/view.h"
#include "privacy/cost.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum {
    MILLION = 1000000,
    WORDS_MAX = 4096,
    WATTS = 15, /* what a computer that is at work draws beyond one that idles, taken for all */
};

typedef struct {
    sheaf_round_source *source;
    const sheaf_state *state;
    const struct sheaf_row_model *model;
    sheaf_json_writer *w;
} gathering;

static bool of_model(const gathering *g, const struct sheaf_row_round *round)
{
    return round->model == g->model->id;
}

static void put_row(const gathering *g, sheaf_table_id table, uint32_t index)
{
    sheaf_json_open_object(g->w);
    sheaf_row_write(sheaf_table_describe(table), sheaf_table_row(g->state, table, index),
                    SHEAF_NONE, g->w);
    sheaf_json_close(g->w);
}

/* ---- rounds, and who took part ---- */

/* What one data set did: rounds whose sums it is in, and of those of training that the rule of
 * sharing counts, its records each time. */
typedef struct {
    uint32_t rounds;
    int64_t brought;
} part;

static void part_add(const gathering *g, const struct sheaf_row_round *round, uint32_t dataset,
                     part *out)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_get(g->state, round->mandate);
    for (uint16_t k = 0; k < round->seats; k++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(g->state, round->seat_first + k);
        if (seat->dataset != dataset || !seat->survived)
            continue;
        out->rounds++;
        if (round->task == SHEAF_task_train && round->attested >= mandate->attest_min)
            out->brought += sheaf_dataset_get(g->state, dataset)->records;
    }
}

static part part_of(const gathering *g, uint32_t dataset)
{
    part out = {0};
    for (uint32_t i = 0; i < sheaf_round_count(g->state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(g->state, i);
        if (of_model(g, round) && round->state == SHEAF_round_state_closed)
            part_add(g, round, dataset, &out);
    }
    return out;
}

static void put_datasets(const gathering *g)
{
    sheaf_json_key(g->w, "datasets");
    sheaf_json_open_list(g->w);
    for (uint32_t i = 0; i < sheaf_dataset_count(g->state); i++) {
        const struct sheaf_row_dataset *row = sheaf_dataset_at(g->state, i);
        part done = part_of(g, row->id);
        if (done.rounds == 0)
            continue;
        const struct sheaf_row_member *member = sheaf_member_find(g->state, row->member);
        sheaf_json_open_object(g->w);
        sheaf_json_member_put_int(g->w, "brought", done.brought);
        sheaf_json_key(g->w, "dataset");
        put_row(g, SHEAF_TABLE_dataset, i);
        sheaf_json_member_put_int(g->w, "member_contributed", (int64_t)member->contributed);
        sheaf_json_member_put_int(g->w, "rounds", done.rounds);
        sheaf_json_close(g->w);
    }
    sheaf_json_close(g->w);
}

/* What all rounds of the model amount to. */
typedef struct {
    uint32_t by_task[SHEAF_task_train + 1], aborted;
    uint32_t survivors_least, survivors_most, attested;
    int64_t open_ms;       /* how long rounds were open, together */
    int64_t machine_ms;    /* the same times participants and the hub */
    int64_t first, last;   /* when the first was opened, and the last ended */
    uint32_t own_trainers; /* attestations that declare a program of the member's own */
} work;

/* Counts them in a round. */
static sheaf_status own_trainers_add(const gathering *g, const struct sheaf_row_round *round,
                                     sheaf_round_trainers *trainers, work *all, sheaf_err *err)
{
    for (uint16_t k = 0; k < round->seats; k++) {
        sheaf_hash declared;
        SHEAF_TRY(sheaf_round_trainer_find(
            trainers, sheaf_seat_at(g->state, round->seat_first + k), &declared, err));
        all->own_trainers += !sheaf_hash_is_zero(&declared);
    }
    return SHEAF_OK;
}

static sheaf_status own_trainers_of(const gathering *g, work *all, sheaf_err *err)
{
    sheaf_log_store *log;
    sheaf_round_trainers trainers;
    SHEAF_TRY(sheaf_round_source_log(g->source, &log, err));
    sheaf_status status = sheaf_round_trainers_open(&trainers, log, err);
    for (uint32_t i = 0; i < sheaf_round_count(g->state) && status == SHEAF_OK; i++) {
        const struct sheaf_row_round *round = sheaf_round_at(g->state, i);
        if (of_model(g, round) && round->task == SHEAF_task_train && round->attested)
            status = own_trainers_add(g, round, &trainers, all, err);
    }
    sheaf_round_trainers_close(&trainers);
    sheaf_round_source_log_close(g->source, log);
    return status;
}

static work work_of(const gathering *g)
{
    work all = {.survivors_least = UINT32_MAX};
    for (uint32_t i = 0; i < sheaf_round_count(g->state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(g->state, i);
        if (!of_model(g, round) || round->state == SHEAF_round_state_open)
            continue;
        int64_t took = round->closed > round->opened ? round->closed - round->opened : 0;
        all.open_ms += took;
        all.machine_ms += took * (round->seats + 1);
        all.first = all.first ? all.first : round->opened;
        all.last = round->closed > all.last ? round->closed : all.last;
        all.aborted += round->state == SHEAF_round_state_aborted;
        if (round->state != SHEAF_round_state_closed)
            continue;
        all.by_task[round->task]++;
        all.attested += round->attested;
        if (round->survivors < all.survivors_least)
            all.survivors_least = round->survivors;
        if (round->survivors > all.survivors_most)
            all.survivors_most = round->survivors;
    }
    if (all.survivors_most == 0)
        all.survivors_least = 0;
    return all;
}

static void put_work(const gathering *g, const work *all)
{
    sheaf_json_key(g->w, "rounds");
    sheaf_json_open_object(g->w);
    sheaf_json_member_put_int(g->w, "aborted", all->aborted);
    sheaf_json_member_put_int(g->w, "attestations", all->attested);
    sheaf_json_member_put_int(g->w, "evaluations", all->by_task[SHEAF_task_evaluate]);
    sheaf_json_member_put_int(g->w, "first", all->first);
    sheaf_json_member_put_int(g->w, "last", all->last);
    sheaf_json_member_put_int(g->w, "members_least", all->survivors_least);
    sheaf_json_member_put_int(g->w, "members_most", all->survivors_most);
    sheaf_json_member_put_int(g->w, "open_ms", all->open_ms);
    sheaf_json_member_put_int(g->w, "own_trainers", all->own_trainers);
    sheaf_json_member_put_int(g->w, "statistics", all->by_task[SHEAF_task_statistics]);
    sheaf_json_member_put_int(g->w, "training", all->by_task[SHEAF_task_train]);
    sheaf_json_close(g->w);
}

static void put_energy(const gathering *g, const work *all)
{
    sheaf_json_key(g->w, "energy");
    sheaf_json_open_object(g->w);
    sheaf_json_member_put_int(g->w, "machine_ms", all->machine_ms);
    sheaf_json_member_put_int(g->w, "millijoules_most", all->machine_ms * WATTS);
    sheaf_json_member_put_int(g->w, "watts", WATTS);
    sheaf_json_close(g->w);
}

/* ---- decisions ---- */

/* What the rounds that were opened have cost, at most, at the mandate's delta; in millionths,
 * rounded up, or -1 where nothing bounds it. */
static int64_t epsilon_spent(const sheaf_state *state, const struct sheaf_row_mandate *m)
{
    sheaf_cost spent;
    int64_t training = (int64_t)m->rounds_used - m->evaluations_used;
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        const struct sheaf_row_charge *charge =
            sheaf_charge_get(state, sheaf_pair(m->id, place));
        int64_t trained, evaluated, sum;
        bool over = __builtin_mul_overflow(charge->cost, training, &trained)
                    || __builtin_mul_overflow(charge->evaluation_cost,
                                              (int64_t)m->evaluations_used, &evaluated)
                    || __builtin_add_overflow(trained, evaluated, &sum);
        spent.cost[place] = over || sum > SHEAF_COST_MAX ? SHEAF_COST_MAX : sum;
    }
    double delta = sheaf_ratio(m->delta_trillionths, 1000000000000, SHEAF_ROUND_DOWN);
    double epsilon = sheaf_cost_epsilon(&spent, delta);
    return isfinite(epsilon) && epsilon < 1e9 ? (int64_t)ceil(epsilon * MILLION) : -1;
}

static void put_motion(const gathering *g, uint32_t id)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(g->state, id);
    if (!motion)
        return;
    sheaf_json_key(g->w, "motion");
    sheaf_json_open_object(g->w);
    sheaf_json_member_put_int(g->w, "abstain", motion->abstain);
    sheaf_json_member_put_int(g->w, "electorate", motion->electorate);
    sheaf_json_member_put_int(g->w, "id", motion->id);
    sheaf_json_member_put_int(g->w, "no", motion->no);
    sheaf_json_member_put_int(g->w, "yes", motion->yes);
    sheaf_json_close(g->w);
}

/* Words that a mandate may have none of. */
static void put_words(const gathering *g, const char *name, sheaf_buffer *words)
{
    if (words->len)
        sheaf_json_member_put_string(g->w, name, sheaf_buffer_slice(words));
    sheaf_buffer_deinit(words);
}

static void put_losses(const gathering *g, const struct sheaf_row_mandate *m)
{
    sheaf_buffer words;
    sheaf_buffer_init(&words, WORDS_MAX);
    sheaf_words_put_losses(&words, g->state, m);
    put_words(g, "losses", &words);
}

static void put_patience(const gathering *g, const struct sheaf_row_mandate *m)
{
    sheaf_buffer words;
    sheaf_buffer_init(&words, WORDS_MAX);
    sheaf_words_put_patience(&words, m);
    put_words(g, "patience", &words);
}

static void put_mandates(const gathering *g)
{
    sheaf_json_key(g->w, "mandates");
    sheaf_json_open_list(g->w);
    for (uint32_t i = 0; i < sheaf_mandate_count(g->state); i++) {
        const struct sheaf_row_mandate *m = sheaf_mandate_at(g->state, i);
        sheaf_buffer words;
        if (m->model != g->model->id)
            continue;
        sheaf_buffer_init(&words, WORDS_MAX);
        sheaf_words_put_mandate(&words, m);
        sheaf_json_open_object(g->w);
        if (m->release == SHEAF_release_form_noised && m->rounds_used) {
            int64_t spent = epsilon_spent(g->state, m);
            if (spent >= 0)
                sheaf_json_member_put_int(g->w, "epsilon_spent_millionths", spent);
        }
        put_losses(g, m);
        sheaf_json_key(g->w, "mandate");
        put_row(g, SHEAF_TABLE_mandate, i);
        put_motion(g, m->motion);
        put_patience(g, m);
        sheaf_json_member_put_string(g->w, "words", sheaf_buffer_slice(&words));
        sheaf_json_close(g->w);
        sheaf_buffer_deinit(&words);
    }
    sheaf_json_close(g->w);
}

/* ---- the model ---- */

static void put_features(const gathering *g)
{
    sheaf_json_key(g->w, "features");
    sheaf_json_open_list(g->w);
    for (uint32_t i = 0; i < g->model->features; i++)
        put_row(g, SHEAF_TABLE_feature, g->model->feature_first + i);
    sheaf_json_close(g->w);
}

/* The figures that count: of the bytes that were released, else the last there are. */
static void put_figures(const gathering *g)
{
    const struct sheaf_row_evaluation *best = NULL;
    sheaf_figure_report figures;
    for (uint32_t i = 0; i < sheaf_evaluation_count(g->state); i++) {
        const struct sheaf_row_evaluation *row = sheaf_evaluation_at(g->state, i);
        if (row->model != g->model->id)
            continue;
        bool same = sheaf_hash_equal(&row->sha256, &g->model->sha256);
        if (!best || same || !sheaf_hash_equal(&best->sha256, &g->model->sha256))
            best = row;
    }
    const struct sheaf_row_round *round = best ? sheaf_round_find(g->state, best->round) : NULL;
    if (round && sheaf_figures_find(g->source, round, &figures))
        sheaf_figures_put(&figures, g->w);
}

static void put_sharing(const gathering *g)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(g->state);
    sheaf_json_key(g->w, "sharing");
    sheaf_json_open_object(g->w);
    sheaf_json_member_put_string(g->w, "currency", SHEAF_WORDS(bylaws->currency));
    sheaf_json_member_put_int(g->w, "data_bp", bylaws->data_bp);
    sheaf_json_member_put_int(g->w, "members_bp", bylaws->members_bp);
    sheaf_json_member_put_int(g->w, "reserve_bp", bylaws->reserve_bp);
    sheaf_json_close(g->w);
}

sheaf_status sheaf_card_gather(sheaf_round_source *source, uint32_t model, sheaf_buffer *out,
                               sheaf_err *err)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_model *row = sheaf_model_find(state, model);
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID,
                          "entry %" PRIu32 " registered no model; sheaf status lists them",
                          model);
    sheaf_json_writer w = sheaf_json_begin(out);
    const gathering g = {.source = source, .state = state, .model = row, .w = &w};
    work all = work_of(&g);
    SHEAF_TRY(own_trainers_of(&g, &all, err));
    sheaf_json_open_object(&w);
    sheaf_json_member_put_string(&w, "coop", SHEAF_WORDS(sheaf_bylaws_now(state)->name));
    put_datasets(&g);
    put_energy(&g, &all);
    sheaf_json_member_put_int(&w, "entries", (int64_t)state->size);
    put_features(&g);
    put_figures(&g);
    put_mandates(&g);
    sheaf_json_key(&w, "model");
    put_row(&g, SHEAF_TABLE_model, sheaf_model_row(state, model));
    sheaf_json_member_put_string(&w, "origin", SHEAF_WORDS(sheaf_coop(state)->origin));
    put_work(&g, &all);
    put_sharing(&g);
    sheaf_json_close(&w);
    return sheaf_buffer_check(out, "the card", err);
}
