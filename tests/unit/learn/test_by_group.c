/* Evaluation by group: every kind's words of a group are those of a table whose other records
 * are not held out; of a column with a few records of a level nothing is stated. */
#include "test.h"

#include "learn/alone.h"
#include "learn/by_group.h"

#include <stdarg.h>
#include <stdio.h>

enum { FILE_MAX = 1 << 16, WORDS_MAX = 17 * 129 };

/* A file of rows, and what of it is reported. */
typedef struct {
    char text[FILE_MAX];
    size_t len;
    sheaf_table table;
    sheaf_group_rows rows;
} world;

static world w;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    w.len += (size_t)vsnprintf(w.text + w.len, sizeof w.text - w.len, format, values);
    va_end(values);
    assert_true(w.len < sizeof w.text);
}

static sheaf_slice file(void)
{
    return sheaf_bytes(w.text, w.len);
}

static sheaf_group_names names_of(const char *const columns[], const int levels[], uint32_t n)
{
    sheaf_group_names names = {.count = n};
    for (uint32_t i = 0; i < n; i++) {
        snprintf(names.items[i].column, sizeof names.items[i].column, "%s", columns[i]);
        names.items[i].level = levels[i];
    }
    return names;
}

static void open_rows(const sheaf_group_names *names, bool noised)
{
    sheaf_features features;
    sheaf_err err;
    MUST(sheaf_features_parse(sheaf_str("x"), sheaf_str("y"), &features, &err));
    MUST(sheaf_table_read(file(), "file", &features,
                          noised ? SHEAF_TABLE_NOISED : SHEAF_TABLE_EXACT, &w.table, &err));
    MUST(sheaf_group_rows_open(names, file(), "file", &w.table, &w.rows, &err));
}

static void close_rows(void)
{
    sheaf_group_rows_close(&w.rows);
    sheaf_table_close(&w.table);
}

/* ---- which rows ---- */

static void test_levels_of_columns(void **unused)
{
    static const char *const columns[] = {"lacking", "sex", "sex", "site"};
    static const int levels[] = {1, 0, 1, -4};
    const sheaf_group_names names = names_of(columns, levels, 4);
    w.len = 0;
    put("x;sex;site;y;set\n");
    static const struct {
        const char *sex, *site;
        uint16_t of;
    } rows[] = {{"0", "-4", 1 << 1 | 1 << 3},
                {"1,0", "north", 1 << 2},
                {"2", "4", 0},
                {"1e0", "-40e-1", 1 << 2 | 1 << 3},
                {"0,5", "4-", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put("1;%s;%s;0;test\n", rows[i].sex, rows[i].site);
    put("1;1;?;0;test\n1;0;;0;test\n"); /* under noise these rows count, in one group each */
    open_rows(&names, true);
    assert_int_equal(w.table.rows, 7);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(w.rows.of[i], rows[i].of);
    assert_int_equal(w.rows.of[5], 1 << 2);
    assert_int_equal(w.rows.of[6], 1 << 1);
    assert_int_equal(w.rows.records[0], 0);
    assert_int_equal(w.rows.records[2], 3);
    close_rows();
    open_rows(&names, false); /* in exact sums they are left out, as without groups */
    assert_int_equal(w.table.rows, 5);
    assert_int_equal(w.rows.of[4], 0);
    close_rows();
    (void)unused;
}

/* ---- every kind ---- */

static void spec_of(uint8_t kind, sheaf_spec *out)
{
    sheaf_err err;
    *out = (sheaf_spec){.kind = kind,
                        .target = kind == SHEAF_model_kind_linear ? SHEAF_target_number
                                                                  : SHEAF_target_class,
                        .inputs = 1,
                        .mlp = {.activation = SHEAF_activation_relu, .layers = 1, .units = {3}},
                        .trees = {.trees = 2,
                                  .depth = 2,
                                  .bins = 8,
                                  .rate_millionths = 500000,
                                  .min_hessian_millionths = 1000},
                        .lambda_millionths = 1000};
    MUST(sheaf_features_parse(sheaf_str("x"), sheaf_str("y"), &out->features, &err));
}

static void rows_put(void)
{
    uint64_t state = 9;
    w.len = 0;
    put("x,sex,y,set\n");
    for (int i = 0; i < 200; i++) {
        int x = (int)(test_random(&state) % 100), sex = (int)(test_random(&state) % 2);
        put("%d,%d,%d,%s\n", x, sex, x + (int)(test_random(&state) % 60) > 70 + 20 * sex,
            i % 2 ? "test" : "train");
    }
}

/* All levels of a column together make up all; a group's words are those of its records. */
static void test_words_of_kinds(void **unused)
{
    static const uint8_t kinds[] = {SHEAF_model_kind_linear, SHEAF_model_kind_logistic,
                                    SHEAF_model_kind_mlp, SHEAF_model_kind_trees};
    static const char *const columns[] = {"sex", "sex", "sex"};
    static const int levels[] = {0, 1, 7}, asked[] = {1, 7};
    const sheaf_group_names sheet = names_of(columns, levels, 3);
    const sheaf_group_names round = names_of(columns, asked, 2);
    rows_put();
    for (size_t i = 0; i < sizeof kinds; i++) {
        sheaf_spec spec;
        sheaf_buffer model;
        sheaf_err err;
        spec_of(kinds[i], &spec);
        sheaf_alone alone = {.spec = &spec, .training = sheaf_training_default(), .rounds = 1};
        if (kinds[i] == SHEAF_model_kind_trees)
            alone.rounds = 1 + 2 * 2;
        MUST(sheaf_learn_kind_find(kinds[i], &alone.kind, &err));
        open_rows(&sheet, false);
        sheaf_buffer_init(&model, 1 << 20);
        MUST(sheaf_alone_train(&alone, &w.table, &model, &err));
        sheaf_job job = {.spec = &spec,
                         .groups = &round,
                         .task = SHEAF_task_evaluate,
                         .step = alone.rounds,
                         .base = sheaf_buffer_slice(&model)};
        const sheaf_job_seeds seeds = {0};
        static int64_t words[WORDS_MAX];
        sheaf_round_result result = {0};
        job.words = (uint32_t)sheaf_by_group_words(alone.kind, &job);
        assert_int_equal(job.words, spec.target == SHEAF_target_number ? 24 : 3 * 129);
        MUST(sheaf_by_group_local(alone.kind, &job, &w.table, &w.rows, &seeds, words, &err));
        job.base = sheaf_bytes(NULL, 0);
        MUST(sheaf_by_group_finish(alone.kind, &job, words, &result, &err));
        struct sheaf_figures all, men;
        MUST(sheaf_alone_evaluate(&alone, sheaf_buffer_slice(&model), &w.table, &all, &err));
        assert_memory_equal(&result.figures, &all, sizeof all);
        uint8_t is_test[200];
        sheaf_table part = w.table;
        part.is_test = is_test;
        part.test_rows = 0;
        for (uint32_t r = 0; r < part.rows; r++)
            part.test_rows += is_test[r] = w.table.is_test[r] && (w.rows.of[r] & 2);
        MUST(sheaf_alone_evaluate(&alone, sheaf_buffer_slice(&model), &part, &men, &err));
        assert_memory_equal(&result.groups[0], &men, sizeof men);
        assert_int_equal(men.records, w.rows.records[1]);
        assert_false(result.groups[1].has_records); /* nobody has sex = 7 */
        sheaf_buffer_deinit(&model);
        close_rows();
    }
    (void)unused;
}

/* ---- what comes of the sum ---- */

/* So many held-out records in a = 0, a = 1, none of the two; b = 3 has half of those of a = 0.
 * Which groups are told, as bits. */
static uint32_t told_of(int zero, int one, int other)
{
    static const char *const columns[] = {"a", "a", "b"};
    static const int levels[] = {0, 1, 3};
    const sheaf_group_names names = names_of(columns, levels, 3);
    const int counts[] = {zero, one, other};
    sheaf_spec spec;
    sheaf_buffer model;
    sheaf_err err;
    static int64_t words[WORDS_MAX];
    const sheaf_job_seeds seeds = {0};
    sheaf_round_result result = {0};
    uint32_t told = 0;
    w.len = 0;
    put("x,a,b,y,set\n1,0,0,1,train\n2,9,9,0,train\n");
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < counts[i]; k++)
            put("%d,%d,%d,%d,test\n", k, i, i == 0 && k % 2 ? 3 : 0, k % 2);
    open_rows(&names, false);
    spec_of(SHEAF_model_kind_logistic, &spec);
    sheaf_alone alone = {.spec = &spec, .training = sheaf_training_default(), .rounds = 1};
    MUST(sheaf_learn_kind_find(spec.kind, &alone.kind, &err));
    sheaf_buffer_init(&model, 1 << 20);
    MUST(sheaf_alone_train(&alone, &w.table, &model, &err));
    sheaf_job job = {.spec = &spec,
                     .groups = &names,
                     .task = SHEAF_task_evaluate,
                     .base = sheaf_buffer_slice(&model)};
    job.words = (uint32_t)sheaf_by_group_words(alone.kind, &job);
    MUST(sheaf_by_group_local(alone.kind, &job, &w.table, &w.rows, &seeds, words, &err));
    job.base = sheaf_bytes(NULL, 0);
    MUST(sheaf_by_group_finish(alone.kind, &job, words, &result, &err));
    assert_int_equal(result.figures.records, zero + one + other);
    for (uint32_t i = 0; i < 3; i++)
        told |= (uint32_t)result.groups[i].has_records << i;
    sheaf_buffer_deinit(&model);
    close_rows();
    return told;
}

static void test_few_records(void **unused)
{
    assert_int_equal(told_of(20, 20, 0), 7);
    assert_int_equal(told_of(10, 5, 5), 7);
    assert_int_equal(told_of(10, 0, 0), 5);  /* nobody has a = 1: that alone */
    assert_int_equal(told_of(20, 4, 20), 4); /* four in a level of a */
    assert_int_equal(told_of(20, 20, 1), 4); /* one in none of a's */
    assert_int_equal(told_of(9, 20, 20), 3); /* four with b = 3 */
    assert_int_equal(told_of(4, 0, 0), 0);   /* in all */
    (void)unused;
}

static void test_impossible_sums(void **unused)
{
    static const char *const columns[] = {"a", "a", "b"};
    static const int levels[] = {0, 1, 0};
    const sheaf_group_names names = names_of(columns, levels, 3);
    const sheaf_learn_kind *kind;
    sheaf_err err;
    sheaf_spec spec;
    spec_of(SHEAF_model_kind_logistic, &spec);
    MUST(sheaf_learn_kind_find(spec.kind, &kind, &err));
    sheaf_job job = {
        .spec = &spec, .groups = &names, .task = SHEAF_task_evaluate, .words = 4 * 129};
    static int64_t words[4 * 129];
    sheaf_round_result result = {0};
    words[40] = 20;           /* twenty negative records of all */
    words[129 + 40] = 14;     /* of a = 0 fourteen */
    words[2 * 129 + 40] = 6;  /* of a = 1 six */
    words[3 * 129 + 40] = 20; /* of b = 0 all */
    MUST(sheaf_by_group_finish(kind, &job, words, &result, &err));
    assert_int_equal(result.groups[0].records, 14);
    assert_false(result.groups[0].has_auc_millionths); /* there is one class */
    words[2 * 129 + 41] = 1;
    assert_int_equal(sheaf_by_group_finish(kind, &job, words, &result, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "column a"));
    words[2 * 129 + 41] = 0;
    words[3 * 129 + 41] = 1;
    assert_int_equal(sheaf_by_group_finish(kind, &job, words, &result, &err), SHEAF_INVALID);
    words[3 * 129 + 41] = 0;
    words[129 + 41] = -1;
    assert_int_equal(sheaf_by_group_finish(kind, &job, words, &result, &err), SHEAF_INVALID);
    words[129 + 41] = 0;
    words[129 + 40] = 0; /* a loss without a record */
    words[129 + 128] = 1;
    assert_int_equal(sheaf_by_group_finish(kind, &job, words, &result, &err), SHEAF_INVALID);
    (void)unused;
}

/* ---- under noise ---- */

static void test_noise_grows(void **unused)
{
    static const char *const columns[] = {"a", "a", "b"};
    static const int levels[] = {0, 1, 0};
    const sheaf_group_names names = names_of(columns, levels, 3);
    assert_int_equal(sheaf_group_reach(&names, SHEAF_NOISED_RECORD), 2);
    assert_int_equal(sheaf_group_reach(&names, SHEAF_NOISED_MEMBER), 3);
    sheaf_noised_terms terms = {.unit = SHEAF_NOISED_RECORD,
                                .evaluates = true,
                                .norm_millionths = 1000000,
                                .noise_millionths = 2000000,
                                .sampling_millionths = 1000000,
                                .divisor = 1,
                                .training = sheaf_training_default(),
                                .words = 4,
                                .members = 5,
                                .survivors_least = 4,
                                .colluders = 1,
                                .records_max = 100};
    sheaf_noised_scale alone, grouped;
    sheaf_err err;
    MUST(sheaf_noised_scale_of(&terms, &alone, &err));
    terms.words = 4 * 4;
    terms.groups_reach = 2;
    MUST(sheaf_noised_scale_of(&terms, &grouped, &err));
    assert_int_equal(grouped.sensitivity, alone.sensitivity); /* what a record counts */
    double ratio = (double)grouped.share.numerator / (double)grouped.share.denominator
                   / ((double)alone.share.numerator / (double)alone.share.denominator);
    assert_true(ratio >= 3 && ratio < 3.0001);
    (void)unused;
}

/* A record is in the cells of all and of at most one group of each column, once each. */
static void test_noised_words(void **unused)
{
    static const char *const columns[] = {"sex", "sex"};
    static const int levels[] = {0, 1};
    const sheaf_group_names names = names_of(columns, levels, 2);
    const sheaf_learn_kind *kind;
    sheaf_buffer model;
    sheaf_spec spec;
    sheaf_err err;
    spec_of(SHEAF_model_kind_logistic, &spec);
    spec.features.items[0].has_range = true;
    spec.features.items[0].high_millionths = 100000000;
    MUST(sheaf_learn_kind_find(spec.kind, &kind, &err));
    sheaf_buffer_init(&model, 1 << 20);
    MUST(kind->begin(&spec, 1, &model, &err));
    rows_put();
    for (int unit = SHEAF_NOISED_RECORD; unit <= SHEAF_NOISED_MEMBER; unit++) {
        sheaf_noised_terms terms = {.unit = (sheaf_noised_unit)unit,
                                    .evaluates = true,
                                    .norm_millionths = 1000000,
                                    .noise_millionths = 2000000,
                                    .sampling_millionths = 1000000,
                                    .divisor = 1,
                                    .training = sheaf_training_default(),
                                    .words = 12,
                                    .members = 5,
                                    .survivors_least = 4,
                                    .colluders = 1,
                                    .records_max = 200};
        sheaf_job job = {.spec = &spec,
                         .groups = &names,
                         .task = SHEAF_task_evaluate,
                         .noised = true,
                         .words = 12,
                         .base = sheaf_buffer_slice(&model),
                         .terms = &terms};
        const sheaf_job_seeds seeds = {0};
        int64_t words[12], one = (int64_t)sheaf_noised_sensitivity(4);
        terms.groups_reach = sheaf_group_reach(&names, terms.unit);
        open_rows(&names, true);
        MUST(sheaf_by_group_local(kind, &job, &w.table, &w.rows, &seeds, words, &err));
        for (int part = 0; part < 3; part++) {
            int64_t sum = 0;
            for (int c = 0; c < 4; c++)
                sum += words[4 * part + c];
            uint32_t records = part ? w.rows.records[part - 1] : w.table.test_rows;
            if (unit == SHEAF_NOISED_RECORD)
                assert_int_equal(sum, records * one);
            else
                assert_in_range(sum, one - 4, one);
        }
        for (int c = 0; c < 4 && unit == SHEAF_NOISED_RECORD; c++)
            assert_int_equal(words[c], words[4 + c] + words[8 + c]);
        close_rows();
    }
    sheaf_buffer_deinit(&model);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_of_columns), cmocka_unit_test(test_few_records),
        cmocka_unit_test(test_words_of_kinds),    cmocka_unit_test(test_impossible_sums),
        cmocka_unit_test(test_noise_grows),       cmocka_unit_test(test_noised_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
