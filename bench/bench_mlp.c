/* bench/bench_mlp.c - a step of training a perceptron of 13 inputs, 64 and 64 hidden units, on
 * batches of 32 records, beside PyTorch of Debian (python3-torch, where it is installed) and
 * beside what a core does in the product of large matrices; one thread each. Then the same step
 * with every record's gradient clipped.
 *
 * All times are those of the process on its core. The ways of ours take turns, a fraction of a
 * second each, so that what else the machine does meets all of them; each time is the best of
 * REPEATS.
 *
 *     bench_mlp
 */
#include "bench.h"

#include "learn/mlp_train.h"
#include "learn/noised.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    RECORDS = 4096,
    INPUTS = 13,
    BATCH = 32,
    WARM = 200,
    STEPS = 1000,
    REPEATS = 24,
    SIDE = 512
};

static const sheaf_mlp_shape shape = {.inputs = INPUTS, .hidden = 2, .units = {64, 64}};

static void told(void *context, const char *sentence)
{
    (void)context;
    printf("  %s\n", sentence);
}

static float drawn(uint64_t *state)
{
    return (float)((double)(sheaf_training_draw(state) >> 40) * 0x1p-23 - 1);
}

/* Multiplications and additions of a step: forward and by the weights every layer, by what goes
 * into it all but the first. */
static double operations(void)
{
    double weights = 13 * 64 + 64 * 64 + 64, behind = 64 * 64 + 64;
    return 2.0 * BATCH * (2 * weights + behind);
}

typedef struct {
    sheaf_mlp model;
    sheaf_mlp_records records;
    uint32_t rows[RECORDS];
} task;

static void task_make(task *t)
{
    static sheaf_features features = {.count = INPUTS};
    static sheaf_scaling scaling;
    uint64_t state = 1;
    bench_must(sheaf_mlp_open(&t->model, &shape, &features, &scaling, NULL) == SHEAF_OK,
               "a model");
    sheaf_mlp_draw(&t->model, 1);
    t->records =
        (sheaf_mlp_records){RECORDS, INPUTS, bench_alloc(RECORDS * INPUTS, sizeof(float)),
                            bench_alloc(RECORDS, sizeof(float))};
    for (int i = 0; i < RECORDS * INPUTS; i++)
        t->records.x[i] = drawn(&state);
    for (uint32_t i = 0; i < RECORDS; i++) {
        t->records.target[i] = t->records.x[i * INPUTS] > 0;
        t->rows[i] = i;
    }
}

/* A step by the clipped gradients, which are whole units. */
static void clipped_step(task *t, sheaf_mlp_trainer *trainer, const uint32_t *rows,
                         uint64_t sensitivity)
{
    sheaf_mlp_clipped_batch(trainer, &t->records, rows, BATCH, 1, sensitivity);
    sheaf_mlp_descend(trainer, (float)(0.01 / (double)sensitivity / BATCH), 0);
}

/* A way to compute steps, and the least seconds that one took. */
typedef struct {
    sheaf_product_kind product;
    bool clipped;
    double best;
} way;

static void turn(task *t, way *w)
{
    const uint64_t sensitivity = sheaf_noised_sensitivity(t->model.count); /* of a round */
    sheaf_mlp_trainer trainer;
    bench_must(sheaf_mlp_trainer_open(&trainer, &t->model, w->product, BATCH, NULL) == SHEAF_OK,
               "a trainer");
    double at = 0;
    for (uint32_t step = 0; step < STEPS + WARM; step++) {
        const uint32_t *rows = t->rows + step % (RECORDS / BATCH) * BATCH;
        if (step == WARM)
            at = bench_core_s();
        if (w->clipped)
            clipped_step(t, &trainer, rows, sensitivity);
        else
            sheaf_mlp_step(&trainer, &t->records, rows, BATCH, 0.01, 0);
    }
    double seconds = (bench_core_s() - at) / STEPS;
    w->best = w->best > 0 && w->best < seconds ? w->best : seconds;
    sheaf_mlp_trainer_close(&trainer);
}

/* Operations a second of a product of large matrices. */
static double limit(void)
{
    const sheaf_product_shape large = {SIDE, SIDE, SIDE, false, false, false};
    float *a = bench_alloc(3 * SIDE * SIDE, sizeof *a), *b = a + SIDE * SIDE;
    sheaf_product product;
    uint64_t state = 2;
    double best = 0;
    for (int i = 0; i < 2 * SIDE * SIDE; i++)
        a[i] = drawn(&state);
    sheaf_product_open(&product, SHEAF_PRODUCT_OPENBLAS, (sheaf_product_teller){told, NULL});
    for (int i = 0; i < REPEATS; i++) {
        double at = bench_core_s();
        sheaf_product_multiply(&product, &large, a, b, b + SIDE * SIDE);
        double each = 2.0 * SIDE * SIDE * SIDE / (bench_core_s() - at);
        best = each > best ? each : best;
    }
    free(a);
    return best;
}

static const char peer[] =
    "import time,torch\n"
    "torch.set_num_threads(1)\n"
    "n=torch.nn\n"
    "net=n.Sequential(n.Linear(13,64),n.ReLU(),n.Linear(64,64),n.ReLU(),n.Linear(64,1))\n"
    "opt=torch.optim.SGD(net.parameters(),lr=0.01)\n"
    "x=torch.rand(4096,13)*2-1\n"
    "y=(x[:,:1]>0).float()\n"
    "loss=n.BCEWithLogitsLoss()\n"
    "def step(i):\n"
    "  a=i%128*32\n"
    "  opt.zero_grad(); loss(net(x[a:a+32]),y[a:a+32]).backward(); opt.step()\n"
    "for i in range(300): step(i)\n"
    "best=9\n"
    "for r in range(5):\n"
    "  t=time.process_time()\n"
    "  for i in range(2000): step(i)\n"
    "  best=min(best,(time.process_time()-t)/2000)\n"
    "print(best)\n";

/* Seconds of a step of PyTorch; 0 where it is not here. */
static double torch_step(void)
{
    char command[sizeof peer + 100];
    double seconds = 0;
    snprintf(command, sizeof command, "OMP_NUM_THREADS=1 /usr/bin/python3 -c '%s' 2>/dev/null",
             peer);
    FILE *out = popen(command, "r");
    bench_must(out != NULL, "starting Python");
    if (fscanf(out, "%lf", &seconds) != 1)
        seconds = 0;
    pclose(out);
    return seconds;
}

/* All ways in turn; the plain ones first, then the clipped ones. */
static void measure(task *t, way ways[2 * SHEAF_PRODUCTS])
{
    for (int i = 0; i < 2 * SHEAF_PRODUCTS; i++)
        ways[i] = (way){.product = (sheaf_product_kind)(i % SHEAF_PRODUCTS),
                        .clipped = i >= SHEAF_PRODUCTS};
    for (int repeat = 0; repeat < REPEATS; repeat++)
        for (int i = 0; i < 2 * SHEAF_PRODUCTS; i++)
            if (sheaf_product_row_of(ways[i].product)
                && !(ways[i].clipped && ways[i].product == SHEAF_PRODUCT_ONEDNN))
                turn(t, &ways[i]);
}

static void report(const way ways[2 * SHEAF_PRODUCTS], double peak, double torch)
{
    const double openblas = ways[SHEAF_PRODUCT_OPENBLAS].best;
    for (int i = 0; i < 2 * SHEAF_PRODUCTS; i++) {
        const char *name =
            ways[i].best > 0 ? sheaf_product_row_of(ways[i].product)->name : NULL;
        if (name && !ways[i].clipped)
            printf("  products by %-9s                    %7.1f us (%2.0f %% of the limit)\n",
                   name, ways[i].best * 1e6, 100 * operations() / peak / ways[i].best);
        else if (name)
            printf("  every record clipped, %-9s          %7.1f us, %.2f times without, %.2f "
                   "times without by openblas\n",
                   name, ways[i].best * 1e6, ways[i].best / ways[i - SHEAF_PRODUCTS].best,
                   ways[i].best / openblas);
    }
    if (torch > 0)
        printf("  PyTorch, one thread                      %7.1f us: %.1f times openblas, %.1f "
               "times clipped, portable\n",
               torch * 1e6, torch / openblas,
               torch / ways[SHEAF_PRODUCTS + SHEAF_PRODUCT_PORTABLE].best);
    else
        puts("  PyTorch is not here: install python3-torch to compare");
}

int main(void)
{
    static task t;
    const double peak = limit(), torch = torch_step();
    way ways[2 * SHEAF_PRODUCTS];
    task_make(&t);
    measure(&t, ways);
    printf("a step of 13-64-64-1 on 32 records, %.0f thousand operations\n",
           operations() / 1e3);
    printf("  limit: OpenBLAS of 512 x 512 x 512      %7.1f billion operations/s: %5.1f us\n",
           peak / 1e9, operations() / peak * 1e6);
    report(ways, peak, torch);
    sheaf_mlp_close(&t.model);
    free(t.records.x);
    free(t.records.target);
    return 0;
}
