/* cli/simulate.h - what the files of `sheaf simulate` share: the question, and its answers. */
#ifndef SHEAF_CLI_SIMULATE_H
#define SHEAF_CLI_SIMULATE_H

#include "cli/cli.h"

#include "learn/rehearsal.h"

enum {
    SIMULATE_EPSILONS_MAX = 16,
    SIMULATE_MODELS_MAX = 8,
    SIMULATE_FORMS_MAX = 4, /* rows of a model beside those of its epsilons */
    SIMULATE_ROWS_MAX = SIMULATE_MODELS_MAX * (SIMULATE_EPSILONS_MAX + SIMULATE_FORMS_MAX),
    SIMULATE_SEEDS_MAX = 100,
    SIMULATE_FILES_MAX = 64,
    SIMULATE_MILLION = 1000000,
};

/* In the order of the command's table. */
enum {
    SIMULATE_DATA,
    SIMULATE_LABEL,
    SIMULATE_MEMBERS,
    SIMULATE_SPLIT,
    SIMULATE_MODEL,
    SIMULATE_TARGET,
    SIMULATE_FEATURES,
    SIMULATE_RANGES,
    SIMULATE_TIME,
    SIMULATE_SERIES,
    SIMULATE_EPSILON,
    SIMULATE_DELTA,
    SIMULATE_UNIT,
    SIMULATE_ROUNDS,
    SIMULATE_PATIENCE,
    SIMULATE_COHORT,
    SIMULATE_MISSING,
    SIMULATE_COLLUDERS,
    SIMULATE_CLIP,
    SIMULATE_SAMPLING,
    SIMULATE_STEPS,
    SIMULATE_BATCH,
    SIMULATE_RATE,
    SIMULATE_PENALTY,
    SIMULATE_SEEDS,
    SIMULATE_SEED,
    SIMULATE_MASKED,
    SIMULATE_SVG,
    SIMULATE_PROPOSE,
};

/* One of the models that are tried, and its mandate. */
typedef struct {
    const char *text;
    struct sheaf_row_model row; /* as a registration would make it, but for its inputs */
    sheaf_rehearsal plan;       /* the question's, with the kind and its rounds */
} simulate_model;

/* What was asked for. */
typedef struct {
    const char *files[SIMULATE_FILES_MAX];
    uint32_t file_count;
    const char *label, *features, *ranges; /* each may be NULL, the first for series alone */
    const char *time, *series_column;      /* of series; each may be NULL */
    const char *column;                    /* that members differ by, or NULL */
    const char *split_text;
    sheaf_split split; /* but for the groups, which the data has */
    bool number;       /* what is predicted; else a class */
    bool series;       /* the models are forecasters, none of the others is one */
    double epsilon[SIMULATE_EPSILONS_MAX];
    uint32_t epsilons, seeds;
    double delta;
    double propose; /* an epsilon of the list; 0: the exact sum; below 0: none */
    const char *svg;
    sheaf_rehearsal plan; /* what all models have in common */
    simulate_model model[SIMULATE_MODELS_MAX];
    uint32_t models;
} simulate_question;

/* What the data of a model amounts to. */
typedef struct {
    uint64_t records;        /* rows, or values of series */
    uint64_t train, test;    /* rows, or windows */
    uint32_t left_out;       /* rows with gaps */
    uint32_t positives;      /* rows of which the label is above 0 */
    uint32_t frequent;       /* of those held out, with the class that more have to train on */
    uint32_t series, step_s; /* of series */
    uint32_t features, inputs; /* columns; with what says that there is a gap */
    bool ranges_taken;         /* from the data: no range was given */
} simulate_counts;

/* What all seeds of a model start from: a table, or series. */
typedef struct {
    sheaf_spec spec;
    sheaf_table table;
    sheaf_series_set file[SIMULATE_FILES_MAX];
    sheaf_series_set set; /* the series of all files, borrowed but for `items` */
    sheaf_forecast_terms terms;
    uint32_t *group; /* of each row or series, or NULL */
    sheaf_split split;
    simulate_counts counts;
} simulate_data;

/* The figures of a model that predicts a class, or a number. The name is NULL where there is
 * none. */
enum { SIMULATE_FIGURES = 3 };
typedef struct {
    const char *name, *json;
    bool share, percent; /* within 0 and 1; drawn as a percentage */
} simulate_measure;
const simulate_measure *simulate_measures(const simulate_question *question);

/* Over the seeds: the mean, and half of its 95 % interval by Student's law, -1 for one seed. */
typedef struct {
    double mean, half;
} simulate_figure;

typedef struct {
    char name[32];
    uint32_t model;
    sheaf_rehearsal_form form;
    bool simplest; /* the simplest model: the more frequent class, the mean, or last season */
    double epsilon;
    sheaf_noised_terms terms; /* of NOISED, in the first split */
    double figure[SIMULATE_FIGURES][SIMULATE_SEEDS_MAX];
    uint32_t with[SIMULATE_FIGURES]; /* seeds that have this figure */
    uint32_t done;                   /* seeds with figures */
    uint32_t trained;                /* rounds of training, in the first split */
    uint32_t left_out;               /* members, in the first split */
    double member_s, hub_s;          /* of one round */
    sheaf_masked_cost round;
    sheaf_rehearsal_cost cost;
    char failure[SHEAF_MESSAGE_MAX]; /* why it has no figures */
} simulate_row;

typedef struct {
    const simulate_question *question;
    simulate_counts counts[SIMULATE_MODELS_MAX];
    simulate_row row[SIMULATE_ROWS_MAX]; /* of each model as many, in its order */
    uint32_t rows;
    bool stopped; /* by whoever asked: some rows lack seeds */
} simulation;

/* From the command line; the exit code where it is wrong, else 0. */
int simulate_question_take(const sheaf_arguments *a, simulate_question *out);

SHEAF_MUST_USE sheaf_status simulate_data_read(const simulate_question *question,
                                               const simulate_model *model, simulate_data *out,
                                               sheaf_err *err);
void simulate_data_close(simulate_data *data);

/* The same of series. */
SHEAF_MUST_USE sheaf_status simulate_series_read(const simulate_question *question,
                                                 const simulate_model *model,
                                                 simulate_data *out, sheaf_err *err);

/* All columns of a file but the label, `set`, the times, the series and the one that members
 * differ by, joined by commas. */
SHEAF_MUST_USE sheaf_status simulate_columns(const simulate_question *question,
                                             sheaf_slice file, const char *name,
                                             sheaf_buffer *text, sheaf_err *err);

/* The kind of model: its name, and what its own record says; with the penalty in millionths, or
 * the usual one for 0. */
SHEAF_MUST_USE sheaf_status simulate_model_read(const char *text, bool number,
                                                uint32_t penalty_millionths,
                                                simulate_model *out, sheaf_err *err);

/* Does the kind that stands in front of a text predict numbers alone? Is it a forecaster? */
bool simulate_model_numbers(const char *text);
bool simulate_model_series(const char *text);

/* As many rounds as the kind needs, or as were asked for where more always help. */
void simulate_rounds_set(simulate_model *model, uint32_t rounds);

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

/* Is it what --propose asks for? */
bool simulate_chosen(const simulation *s, const simulate_row *row);

#endif
