/* learn/kind.h - a kind of model is a row: how its data is read, what a member adds to a sum,
 * what comes of the sum, what the model then says.
 *
 * Hub, nodes and auditors know no kind by name: they make a job from the log (round_job.h) and
 * ask the row of its kind (sheaf_learn_kind_find). What a row gets is the spec (spec.h), the
 * bytes of a model file and the bytes of a member's file, never the state. Its rules:
 *
 *     data      `open` reads a member's file into memory of the kind's own, a table or a series
 *               or whatever it needs; only `open` sees the file. It names files, lines and
 *               columns in what it refuses; a value it quotes after ": ", so that it can be
 *               cut off where the message leaves the member.
 *     local     writes job->words values. Exact: they are summed as they are, so each must stay
 *               below 2^63 over the number of members. Noised: clipped values without noise,
 *               which learn/noised.h then adds. What is before the sum may differ between
 *               machines; whatever differs must not be wanted equal to the pooled model's.
 *     finish    is the same on every machine: integers, or doubles in a fixed order without
 *               fused operations and without functions of libm but sqrt, ldexp, floor, fabs. It
 *               refuses every sum that no members within their bounds can have, and writes a
 *               model file (one model, one byte string) and figures. Of an evaluation it writes
 *               figures alone: they must follow from the spec's kind and target and the words.
 *     loss      of training with patience (validation.h), by kinds whose data is a table: the
 *               sum of the losses of the job's base on a table's training rows.
 *     step      how many training rounds of the mandate have a result that came before: what a
 *               kind learns in stages (a tree by its levels) tells from it where it is.
 *
 * A task that a kind does not have has neither function.
 *
 * Adding a kind (the core knows its name and the length of its vectors, this folder all else):
 *
 *  1. coop/task.c gives the words of its tasks, how many steps it learns in, and what its
 *     record may say. They stand there for every kind of the catalogue already; change them
 *     together with the row's `words` (tests/unit/learn/test_kinds.c compares both).
 *  2. learn/kind_NAME.c defines the row, sheaf_learn_kind_NAME, which kinds.c declares and
 *     lists. Kinds whose data is a table use learn/table_data.h.
 *  3. In acts/tbl/data.def the field of its record in model.register goes from `since` 2 to 1:
 *     from then on the log takes models of the kind. Then regenerate docs/acts.md. Neither
 *     state nor frozen logs change by that.
 */
#ifndef SHEAF_LEARN_KIND_H
#define SHEAF_LEARN_KIND_H

#include "acts/catalogue.h"
#include "base/buffer.h"
#include "coop/groups.h"
#include "learn/noised.h"
#include "learn/predictions.h"
#include "learn/screen.h"
#include "learn/spec.h"
#include "learn/table.h"

enum { SHEAF_TASKS = SHEAF_task_train + 1 };

/* Groups of held-out records that a round of evaluation tells of beside all, as sheets name
 * them (coop/groups.h); no kind looks at them (by_group.h). */
typedef struct {
    char column[SHEAF_COLUMN_MAX + 1];
    int64_t level;
} sheaf_group_name;

typedef struct {
    uint32_t count;
    sheaf_group_name items[SHEAF_GROUPS_REPORTED_MAX];
} sheaf_group_names;

/* What everybody knows of one computation. */
typedef struct {
    const sheaf_spec *spec;
    const sheaf_group_names *groups; /* or NULL */
    uint8_t task;                    /* SHEAF_task_... */
    bool noised;
    bool validates;   /* the mandate has patience: validation records are set apart */
    uint32_t step;    /* training rounds of the mandate that were closed before */
    uint32_t words;   /* of the vector, with what patience adds */
    sheaf_slice base; /* the model file it starts from; empty for statistics, and where an
                         evaluation is finished */
    sheaf_training training;         /* the mandate's learning */
    uint64_t seed;                   /* the mandate's, known to all */
    const sheaf_noised_terms *terms; /* where noised, but for finishing an evaluation */
} sheaf_job;

/* What a member draws from. */
typedef struct {
    uint64_t order;                   /* from the mandate's seed, the step and the member */
    const sheaf_noised_seeds *secret; /* of this round alone; unused in exact sums */
} sheaf_job_seeds;

typedef struct {
    sheaf_buffer bytes; /* the new model; after an evaluation the sum itself */
    bool has_figures;   /* of evaluation, and of training without noise */
    struct sheaf_figures figures;
    struct sheaf_figures groups[SHEAF_GROUPS_REPORTED_MAX]; /* those of the job */
} sheaf_round_result;

/* How much of a member's file is used. */
typedef struct {
    uint32_t lines;                  /* of the file, the header apart */
    uint32_t rows;                   /* that are used */
    uint32_t left_out;               /* for a gap */
    uint32_t unusable;               /* under noise: cannot be read */
    uint32_t apart;                  /* to train on, but for training with patience */
    uint32_t line[SHEAF_TABLE_TOLD]; /* of the first of those */
    /* Which rows are used, as a hash that is only compared on the machine that made it; zero
     * where sums are not over rows, as those of series are not. */
    sheaf_hash row_set;
} sheaf_data_counts;

typedef struct {
    sheaf_status (*local)(const sheaf_job *job, const void *data, const sheaf_job_seeds *seeds,
                          int64_t *values, sheaf_err *err);
    sheaf_status (*finish)(const sheaf_job *job, const int64_t *words, sheaf_round_result *out,
                           sheaf_err *err);
} sheaf_learn_task;

typedef struct {
    uint8_t id;         /* SHEAF_model_kind_... */
    const char *format; /* in the metadata of its model files: "sheaf-logistic/1" */
    bool of_tables;     /* its data is a sheaf_table (learn/table_data.h) */

    sheaf_status (*open)(const sheaf_spec *spec, sheaf_slice file, const char *name,
                         sheaf_table_use use, void **data, sheaf_err *err);
    void (*close)(void *data); /* also of NULL */
    void (*counts)(const void *data, sheaf_data_counts *out);

    /* What looks wrong in it, by the spec's features; NULL where there is nothing to look for.
     */
    sheaf_status (*screen)(const sheaf_spec *spec, const void *data, sheaf_screen *out,
                           sheaf_err *err);

    /* Length of a task's vectors; 0 where the kind has no such task. */
    size_t (*words)(const sheaf_spec *spec, uint8_t task, bool noised, uint32_t step);

    /* Appends the model that learning starts from where no sum comes before: from what the log
     * says and the mandate's seed alone. */
    sheaf_status (*begin)(const sheaf_spec *spec, uint64_t seed, sheaf_buffer *out,
                          sheaf_err *err);

    /* Refuses bytes that are no model of the kind with the registered inputs or, under noise,
     * are scaled by anything but the registered ranges. */
    sheaf_status (*check)(const sheaf_spec *spec, sheaf_slice model, bool noised,
                          sheaf_err *err);

    sheaf_learn_task exact[SHEAF_TASKS], noised[SHEAF_TASKS]; /* by task */

    /* For training with patience, NULL where a kind is learned in one step: in units of 2^-24,
     * at most loss_max (by target, SHEAF_target_...) for each record. */
    sheaf_status (*loss)(const sheaf_job *job, const sheaf_table *table, int64_t *loss,
                         sheaf_err *err);
    uint32_t loss_max[2];

    /* For a trainer of the member's own (own_training.h), NULL where there can be none: the
     * tensors that are learnt, in the order of the noised vector, ended by NULL (those that a
     * model lacks are passed over); and the file of the training rows. */
    const char *const *own_tensors;
    sheaf_status (*own_rows)(const sheaf_job *job, const void *data, sheaf_buffer *out,
                             sheaf_err *err);

    /* What the model says of a file's rows. */
    sheaf_status (*predict)(sheaf_slice model, sheaf_slice file, const char *name,
                            sheaf_predictions *out, sheaf_err *err);
} sheaf_learn_kind;

/* The row of a kind of the catalogue. Refuses one that this program cannot compute. */
SHEAF_MUST_USE sheaf_status sheaf_learn_kind_find(uint8_t id, const sheaf_learn_kind **out,
                                                  sheaf_err *err);

/* The row whose format a model file states. */
SHEAF_MUST_USE sheaf_status sheaf_learn_kind_of_file(sheaf_slice model,
                                                     const sheaf_learn_kind **out,
                                                     sheaf_err *err);

/* Rows by place, for tests; NULL after the last. */
const sheaf_learn_kind *sheaf_learn_kind_at(size_t place);

/* The functions of the job's task, which validation.h calls. Refuses a task that the kind does
 * not have. */
SHEAF_MUST_USE sheaf_status sheaf_learn_task_of(const sheaf_learn_kind *kind,
                                                const sheaf_job *job, sheaf_learn_task *out,
                                                sheaf_err *err);

#endif
