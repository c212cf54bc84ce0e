/* Rounds without masks through the rows of kinds: what training in one piece gives, to the
 * byte, and figures that are those of a member's own held-out records. */
#include "test.h"

#include "learn/fedsim.h"
#include "learn/unmasked.h"

#include <stdio.h>
#include <unistd.h>

enum { MEMBERS = 3, ROWS = 40, ROUNDS = 4 };

static char folder[] = "/tmp/unmasked-XXXXXX", paths[MEMBERS][64];
static sheaf_spec spec = {.kind = SHEAF_model_kind_logistic, .inputs = 2};
static const uint32_t ids[MEMBERS] = {5, 0, 9};

static int files_write(void **unused)
{
    uint64_t state = 42;
    sheaf_err err;
    assert_non_null(mkdtemp(folder));
    MUST(sheaf_features_parse(sheaf_str("a,b"), sheaf_str("y"), &spec.features, &err));
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%d.csv", folder, i);
        FILE *file = fopen(paths[i], "w");
        assert_non_null(file);
        fputs("a,b,y,set\n", file);
        for (int row = 0; row < ROWS; row++) {
            int a = (int)(test_random(&state) % 100), b = (int)(test_random(&state) % 100);
            int noise = (int)(test_random(&state) % 60);
            fprintf(file, "%d,%d,%d,%s\n", a, b, a + noise > 80, row % 4 ? "train" : "test");
        }
        fclose(file);
    }
    (void)unused;
    return 0;
}

static int files_remove(void **unused)
{
    for (int i = 0; i < MEMBERS; i++)
        unlink(paths[i]);
    rmdir(folder);
    (void)unused;
    return 0;
}

static void open_all(sheaf_unmasked *u)
{
    sheaf_err err;
    MUST(sheaf_unmasked_open(&spec, u, &err));
    u->training = (sheaf_training){.steps = 20, .batch = 8, .rate_millionths = 50000};
    u->rounds = ROUNDS;
    u->seed = 7;
    for (int i = 0; i < MEMBERS; i++)
        MUST(sheaf_unmasked_add(u, ids[i], paths[i], &err));
}

/* The owners of fedsim from `first` on. */
static void same_as_fedsim(const sheaf_unmasked *u, sheaf_unmasked_who who)
{
    sheaf_err err;
    sheaf_model model, read;
    sheaf_table tables[MEMBERS];
    uint64_t owners[MEMBERS];
    sheaf_buffer bytes, want;
    struct sheaf_figures figures;
    sheaf_evaluation exact;
    sheaf_fedsim sim = {.features = &spec.features,
                        .tables = tables,
                        .ids = owners,
                        .owners = who.count,
                        .training = u->training,
                        .rounds = u->rounds,
                        .seed = u->seed};
    for (uint32_t i = 0; i < who.count; i++) {
        owners[i] = ids[who.first + i];
        MUST(sheaf_table_load(paths[who.first + i], &spec.features, SHEAF_TABLE_EXACT,
                              &tables[i], &err));
    }
    sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX);
    sheaf_buffer_init(&want, SHEAF_MODEL_BYTES_MAX);
    MUST(sheaf_unmasked_train(u, who, &bytes, &err));
    MUST(sheaf_fedsim_run(&sim, &model, &err));
    sheaf_model_write(&want, &model);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&bytes), sheaf_buffer_slice(&want)));
    MUST(sheaf_model_read(sheaf_buffer_slice(&bytes), &read, &err));
    MUST(sheaf_unmasked_figures(u, who, sheaf_buffer_slice(&bytes), &figures, &err));
    if (who.count == 1) {
        MUST(sheaf_evaluation_exact(&read, &tables[0], SHEAF_PART_TEST, &exact, &err));
        assert_int_equal(figures.records, exact.records);
        assert_int_equal(figures.accuracy_millionths, exact.accuracy_millionths);
    } else {
        assert_int_equal(figures.records, who.count * ROWS / 4);
    }
    for (uint32_t i = 0; i < who.count; i++)
        sheaf_table_close(&tables[i]);
    sheaf_buffer_deinit(&bytes);
    sheaf_buffer_deinit(&want);
}

static void test_same_bytes(void **unused)
{
    sheaf_unmasked u;
    open_all(&u);
    same_as_fedsim(&u, (sheaf_unmasked_who){0, MEMBERS});
    same_as_fedsim(&u, (sheaf_unmasked_who){1, 2});
    for (uint32_t i = 0; i < MEMBERS; i++)
        same_as_fedsim(&u, (sheaf_unmasked_who){i, 1});
    sheaf_unmasked_close(&u);
    (void)unused;
}

static void test_refuses(void **unused)
{
    sheaf_unmasked u;
    sheaf_err err;
    struct sheaf_figures figures;
    open_all(&u);
    assert_int_equal(sheaf_unmasked_add(&u, 3, "/nowhere/at.csv", &err), SHEAF_IO);
    assert_int_equal(u.count, MEMBERS);
    assert_int_not_equal(sheaf_unmasked_figures(&u, (sheaf_unmasked_who){0, 1},
                                                sheaf_str("no model"), &figures, &err),
                         SHEAF_OK);
    sheaf_unmasked_close(&u);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, files_write, files_remove);
}
