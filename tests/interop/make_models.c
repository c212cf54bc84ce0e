/* tests/interop/make_models.c - models of every kind that has a form in ONNX, and what they say
 * of some records, for other people's programs to read:
 *
 *     make_models DIR
 *
 * writes DIR/NAME.safetensors and DIR/NAME.csv, whose lines are the features of a record,
 * before scaling, and last what the model says of it.
 */
#include "learn/mlp.h"
#include "learn/model.h"
#include "learn/trees_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { D = 5, ROWS = 400, BYTES_MAX = 1 << 26 };

static uint64_t state = 20261121;

static double draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "make_models: %s\n", what);
    exit(1);
}

/* A folder, and the records that all models are asked about. */
typedef struct {
    const char *folder;
    sheaf_features features;
    sheaf_scaling scaling;
    double x[ROWS * D], y[ROWS];
} world;

static void world_make(world *w, const char *folder)
{
    *w = (world){.folder = folder, .features = {.count = D, .label = "y"}};
    for (int j = 0; j < D; j++) {
        snprintf(w->features.items[j].column, SHEAF_COLUMN_MAX, "c%d", j);
        w->scaling.mean[j] = (int64_t)((draw() - 0.5) * 2 * SHEAF_UNIT);
        w->scaling.scale[j] = (int64_t)((0.2 + draw()) * SHEAF_UNIT);
    }
    for (int i = 0; i < ROWS; i++) {
        double *x = w->x + (size_t)i * D;
        x[0] = draw() * 4 - 2;
        x[1] = floor(draw() * 5) / 4;
        x[2] = 0.01 / (draw() + 1e-5);
        x[3] = i % 7 ? 7 : -7;
        x[4] = draw();
        w->y[i] = x[0] * x[1] - (x[2] > 0.03) + x[4] + draw();
    }
}

static void files_write(const world *w, const char *name, const sheaf_buffer *model,
                        const double *says)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.safetensors", w->folder, name);
    FILE *file = fopen(path, "wb");
    must(!model->failed && file && fwrite(model->data, 1, model->len, file) == model->len
             && fclose(file) == 0,
         path);
    snprintf(path, sizeof path, "%s/%s.csv", w->folder, name);
    file = fopen(path, "w");
    must(file, path);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < D; j++)
            fprintf(file, "%.17g,", w->x[(size_t)i * D + j]);
        fprintf(file, "%.17g\n", says[i]);
    }
    must(fclose(file) == 0, path);
}

/* ---- kinds ---- */

static void linear(world *w, const char *name, bool number, bool clipped, bool gaps)
{
    sheaf_model model;
    sheaf_buffer bytes;
    double says[ROWS];
    w->scaling.clipped = clipped;
    w->scaling.number = number;
    w->scaling.label_mean = number ? -5 * SHEAF_UNIT : 0;
    w->scaling.label_scale = number ? SHEAF_UNIT / 8 : 0;
    w->features.items[4].missing = gaps ? SHEAF_MISSING_MEAN : SHEAF_MISSING_LEAVE_OUT;
    for (int i = 0; gaps && i < ROWS; i += 5)
        w->x[(size_t)i * D + 4] = NAN;
    sheaf_model_init(&model, &w->features, &w->scaling);
    for (int j = 0; j < D; j++)
        model.weight[j] = (int64_t)((draw() - 0.5) * 2 * SHEAF_UNIT);
    model.bias = SHEAF_UNIT / 3;
    for (int i = 0; i < ROWS; i++)
        says[i] = number ? sheaf_model_value(&model, w->x + (size_t)i * D)
                         : sheaf_probability(sheaf_model_score(&model, w->x + (size_t)i * D));
    sheaf_buffer_init(&bytes, BYTES_MAX);
    sheaf_model_write(&bytes, &model);
    files_write(w, name, &bytes, says);
    sheaf_buffer_deinit(&bytes);
    w->scaling.clipped = w->scaling.number = false;
    w->scaling.label_mean = w->scaling.label_scale = 0;
    w->features.items[4].missing = SHEAF_MISSING_LEAVE_OUT;
}

static void mlp(const world *w, const char *name, const sheaf_mlp_shape *shape)
{
    sheaf_mlp model;
    sheaf_buffer bytes;
    sheaf_err err = {0};
    double says[ROWS];
    sheaf_table table = {.d = D, .rows = ROWS, .x = (double *)w->x};
    must(sheaf_mlp_open(&model, shape, &w->features, &w->scaling, &err) == SHEAF_OK,
         err.message);
    sheaf_mlp_draw(&model, 7);
    for (uint32_t i = 0; i < model.count; i++)
        model.parameters[i] += (int64_t)((draw() - 0.5) * 0.1 * SHEAF_UNIT);
    model.label_mean = shape->number ? 40 * SHEAF_UNIT : 0;
    model.label_scale = shape->number ? 3 * SHEAF_UNIT : 0;
    table.y = calloc(ROWS, 1);
    table.target = calloc(ROWS, sizeof *table.target);
    must(table.y && table.target, "memory");
    must(sheaf_mlp_scores(&model, &table, says, &err) == SHEAF_OK, err.message);
    for (int i = 0; i < ROWS; i++)
        says[i] = shape->number ? 40 + 3 * says[i] : sheaf_probability(says[i]);
    sheaf_buffer_init(&bytes, BYTES_MAX);
    sheaf_mlp_write(&bytes, &model);
    files_write(w, name, &bytes, says);
    sheaf_buffer_deinit(&bytes);
    sheaf_mlp_close(&model);
    free(table.y);
    free(table.target);
}

/* Some records lie on cut points, and a hair beside. */
static void move_to_cuts(world *w, const sheaf_trees *trees)
{
    for (int i = 0; i < ROWS; i += 3) {
        uint32_t j = (uint32_t)i % D, cuts = trees->cut_first[j + 1] - trees->cut_first[j];
        if (cuts == 0)
            continue;
        int64_t cut = trees->cuts[trees->cut_first[j] + (uint32_t)i % cuts];
        double x = ldexp((double)cut, -SHEAF_UNIT_BITS);
        w->x[(size_t)i * D + j] = i % 2 ? x : x - ldexp(1, -21) * (i % 4 ? 1 : 1 + 1e-9);
    }
}

static void trees(world *w, const char *name, bool number, bool gaps)
{
    static double class[ROWS];
    const bool missing[D] = {[4] = gaps};
    const sheaf_trees_terms terms = {.number = number,
                                     .trees = 12,
                                     .depth = 4,
                                     .bins = 32,
                                     .rate_millionths = 300000,
                                     .lambda_millionths = 1000000,
                                     .min_hessian_millionths = 1000000};
    sheaf_trees model;
    sheaf_buffer bytes;
    sheaf_err err = {0};
    double says[ROWS];
    for (int i = 0; i < ROWS; i++) {
        class[i] = w->y[i] > 1;
        if (gaps && i % 5 == 0)
            w->x[(size_t)i * D + 4] = NAN;
    }
    const sheaf_trees_rows rows = {ROWS, D, w->x, number ? w->y : class};
    must(sheaf_trees_open(&w->features, missing, &terms, &w->scaling, SHEAF_UNIT / 4,
                          SHEAF_UNIT * 2, &model, &err)
             == SHEAF_OK,
         err.message);
    must(sheaf_trees_train(&model, &rows, &err) == SHEAF_OK, err.message);
    move_to_cuts(w, &model);
    for (int i = 0; i < ROWS; i++) {
        int64_t score;
        must(sheaf_trees_score(&model, w->x + (size_t)i * D, &score), "a value is missing");
        says[i] = sheaf_trees_value(&model, score);
    }
    sheaf_buffer_init(&bytes, BYTES_MAX);
    sheaf_trees_write(&bytes, &model);
    files_write(w, name, &bytes, says);
    sheaf_buffer_deinit(&bytes);
    sheaf_trees_close(&model);
}

int main(int argc, char **argv)
{
    static world w;
    must(argc == 2, "usage: make_models DIR");
    world_make(&w, argv[1]);
    linear(&w, "logistic", false, false, false);
    linear(&w, "logistic-clipped", false, true, false);
    linear(&w, "linear", true, false, false);
    mlp(&w, "mlp-class", &(sheaf_mlp_shape){.inputs = D, .hidden = 2, .units = {16, 8}});
    mlp(&w, "mlp-number",
        &(sheaf_mlp_shape){
            .inputs = D, .hidden = 1, .units = {12}, .tanh = true, .number = true});
    trees(&w, "trees-number", true, false);
    trees(&w, "trees-class", false, true);
    linear(&w, "logistic-gaps", false, true, true);
    return 0;
}
