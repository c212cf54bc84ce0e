/* cli/simulate.h - what the files of `sheaf simulate` share: the question, and its answers. */
#ifndef SHEAF_CLI_SIMULATE_H
#define SHEAF_CLI_SIMULATE_H

#include "cli/cli.h"

#include "learn/rehearsal.h"

enum {
    SIMULATE_EPSILONS_MAX = 16,
    SIMULATE_ROWS_MAX = SIMULATE_EPSILONS_MAX + 3,
    SIMULATE_SEEDS_MAX = 100,
    SIMULATE_FILES_MAX = 64,
};

/* What was asked for. */
typedef struct {
    const char *files[SIMULATE_FILES_MAX];
    uint32_t file_count;
    const char *label, *features, *ranges; /* the last two may be NULL */
    const char *column;                    /* that members differ by, or NULL */
    const char *split_text, *model;
    struct sheaf_row_model row; /* as a registration would make it, but for its inputs */
    sheaf_split split;
    double epsilon[SIMULATE_EPSILONS_MAX];
    uint32_t epsilons, seeds;
    double delta;
    double propose; /* an epsilon of the list; 0: the exact sum; below 0: none */
    const char *svg;
    sheaf_rehearsal plan;
} simulate_question;

/* What all seeds start from. */
typedef struct {
    sheaf_spec spec;
    sheaf_table table;
    uint32_t *group;    /* of each row, or NULL */
    uint32_t positives; /* records of which the label is above 0 */
    bool ranges_taken;  /* from the data: no range was given */
} simulate_data;

/* The figures of a model that predicts a class, or a number; the first is what is drawn. The
 * name is NULL where there is none. */
enum { SIMULATE_FIGURES = 3 };
typedef struct {
    const char *name, *json;
    bool share; /* within 0 and 1 */
} simulate_measure;
const simulate_measure *simulate_measures(const simulate_question *question);

/* Over the seeds: the mean, and half of its 95 % interval by Student's law, -1 for one seed. */
typedef struct {
    double mean, half;
} simulate_figure;

typedef struct {
    char name[32];
    sheaf_rehearsal_form form;
    double epsilon;
    sheaf_noised_terms terms; /* of NOISED, in the first split */
    double figure[SIMULATE_FIGURES][SIMULATE_SEEDS_MAX];
    uint32_t with[SIMULATE_FIGURES]; /* seeds that have this figure */
    uint32_t done;                   /* seeds with figures */
    uint32_t left_out;               /* members, in the first split */
    double member_s, hub_s;          /* of one round */
    sheaf_masked_cost round;
    sheaf_rehearsal_cost cost;
    char failure[SHEAF_MESSAGE_MAX]; /* why it has no figures */
} simulate_row;

typedef struct {
    const simulate_question *question;
    const simulate_data *data;
    simulate_row row[SIMULATE_ROWS_MAX];
    uint32_t rows;
    bool stopped; /* by whoever asked: some rows lack seeds */
} simulation;

SHEAF_MUST_USE sheaf_status simulate_data_read(simulate_question *question, simulate_data *out,
                                               sheaf_err *err);
/* The kind of model: its name, and what its own record says. */
SHEAF_MUST_USE sheaf_status simulate_model_read(const char *text, bool number,
                                                simulate_question *question, sheaf_err *err);

/* As many rounds as the kind needs, or as were asked for where more always help. */
void simulate_rounds_set(simulate_question *question, uint32_t rounds);

void simulate_data_close(simulate_data *data);

simulate_figure simulate_figure_of(const double *values, uint32_t count);

/* The end of a word in the plural. */
const char *simulate_s(uint64_t count);

/* The table for people, the same as one JSON object, and as a picture. */
void simulate_print(const simulation *s);
int simulate_print_json(const simulation *s);
SHEAF_MUST_USE sheaf_status simulate_plot(const simulation *s, const char *path,
                                          sheaf_err *err);

/* Appends the mandate that a row would be proposed as: the effect of a motion, in which MODEL
 * and DATASETS stand for numbers that the log will give. */
void simulate_mandate(const simulation *s, const simulate_row *row, sheaf_buffer *out);

#endif
