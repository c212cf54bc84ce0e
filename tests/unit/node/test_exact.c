/* Exact sums that could be subtracted from one another, refused by the member's own node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/encode.h"
#include "kit.h"
#include "kit_store.h"
#include "node/data_file.h"
#include "node/data_use.h"
#include "node/local.h"
#include "node/round_check.h"

enum { ROWS = 100 };

typedef struct {
    kit k;
    char dir[SHEAF_PATH_MAX], file[SHEAF_PATH_MAX];
} world;

static world *world_open(void)
{
    world *w = calloc(1, sizeof *w);
    sheaf_err err;
    sheaf_buffer text;
    assert_non_null(w);
    kit_rules rules = kit_rules_usual();
    kit_open(&w->k);
    kit_with_data(&w->k, &rules);
    snprintf(w->dir, sizeof w->dir, "/tmp/exact-test-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    kit_must(sheaf_path(w->file, &err, "%.900s/ann.csv", w->dir), &err);
    sheaf_buffer_init(&text, 1 << 16);
    sheaf_buffer_add_string(&text, "age,cp,num\n");
    for (int i = 0; i < ROWS; i++)
        sheaf_buffer_printf(&text, "%d,%d,%d\n", i, 1 + i % 4, i > 60);
    kit_must(sheaf_file_write(w->file, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
    return w;
}

static void world_close(world *w)
{
    char command[SHEAF_PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -r %s", w->dir);
    assert_int_equal(system(command), 0);
    kit_close(&w->k);
    free(w);
}

/* Ann's file as a data set with that label. */
static void register_file(world *w, const char *label, uint8_t salt_byte)
{
    const uint8_t salt[SHEAF_SALT_BYTES] = {salt_byte};
    char hex[65];
    sheaf_hash commitment;
    sheaf_err err;
    kit_must(sheaf_data_commit(w->dir, w->file, salt, &commitment, &err), &err);
    sheaf_hex_32(commitment.bytes, hex);
    kit_do(&w->k, "ann", "dataset.register", label,
           "{'commitment':'%s','licence':'CC0-1.0','records':%d,'schema':'heart/v1',"
           "'subjects':'patients','title':^}",
           hex, ROWS);
    kit_do(&w->k, "ann", "consent.grant", NULL,
           "{'dataset':#%s,'purpose':'research','until':%lld}", label,
           (long long)(w->k.now + INT64_C(864000000)));
}

static void grant_with(world *w, const char *label, const char *dataset, int batch, int steps,
                       const char *patience)
{
    char effect[1024];
    snprintf(effect, sizeof effect,
             "{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':3,'datasets':["
             "{'dataset':#%s},{'dataset':#bob.data},{'dataset':#cat.data}],'duration_s':86400,"
             "'learning':{'batch':%d,'local_steps':%d,%s'rate_millionths':100000,'seed':7},"
             "'model':#model,'purpose':'research','release':'exact_sum','rounds_max':8}}",
             dataset, batch, steps, patience);
    kit_motion(&w->k, label, effect, 4);
    assert_int_equal(w->k.outcome.effect, SHEAF_ACCEPTED);
}

static void grant(world *w, const char *label, const char *dataset, int batch, int steps)
{
    grant_with(w, label, dataset, batch, steps, "");
}

static sheaf_status survey(world *w, const char *dataset, bool noised, sheaf_err *err)
{
    sheaf_local_survey found;
    return sheaf_local_survey_make(&w->k.state, kit_index(&w->k, dataset),
                                   kit_index(&w->k, "model"), noised, w->dir, w->file, &found,
                                   err);
}

/* The attack: dan leaves, and the others register the same files again, which are bound to
 * nobody. The sum of all less that of the others would be dan's data. */
static void test_same_file_again(void **unused)
{
    world *w = world_open();
    sheaf_err err = {0};
    register_file(w, "first", 1);
    register_file(w, "again", 2);
    assert_int_equal(survey(w, "first", false, &err), SHEAF_OK);
    assert_int_equal(survey(w, "again", false, &err), SHEAF_OK);
    grant(w, "m", "first", 0, 5);
    kit_do(&w->k, "hub", "round.open", "r",
           "{'mandate':#m.tick,'participants':[{'dataset':#first,'key':#ann.node},"
           "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node}],"
           "'stage_ms':60000,'task':'statistics','words':7}");
    assert_int_equal(survey(w, "first", false, &err), SHEAF_OK);
    assert_int_equal(survey(w, "again", false, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "has been in exact sums as data set"));
    assert_int_equal(survey(w, "first", true, &err), SHEAF_OK);
    world_close(w);
    (void)unused;
}

/* Without a salt in the home the bytes of the first exact sum are what counts: two sums over a
 * file and the file with one value mended would differ by that value. */
static void test_file_that_changes(void **unused)
{
    world *w = world_open();
    sheaf_err err = {0};
    sheaf_buffer text;
    const sheaf_noised_seeds seeds = {.noise = {7}};
    uint64_t words[7];
    grant(w, "m", "ann.data", 0, 5);
    kit_do(&w->k, "hub", "round.open", "r",
           "{'mandate':#m.tick,'participants':[{'dataset':#ann.data,'key':#ann.node},"
           "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node}],"
           "'stage_ms':60000,'task':'statistics','words':7}");
    const struct sheaf_row_round *round = sheaf_round_find(&w->k.state, kit_index(&w->k, "r"));
    const struct sheaf_row_seat *seat = sheaf_seat_at(&w->k.state, round->seat_first);
    const sheaf_slice none = {0};
    for (int times = 0; times < 2; times++)
        kit_must(sheaf_local_words(&w->k.state, round, seat, w->dir, w->file, none, &seeds,
                                   NULL, words, &err),
                 &err);
    sheaf_buffer_init(&text, 1 << 16);
    kit_must(sheaf_file_read(w->file, &text, &err), &err);
    text.data[text.len - 2] ^= 1; /* the last label */
    kit_must(sheaf_file_write(w->file, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
    assert_int_equal(sheaf_local_words(&w->k.state, round, seat, w->dir, w->file, none, &seeds,
                                       NULL, words, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "is not the file"));
    assert_int_equal(survey(w, "ann.data", false, &err), SHEAF_INVALID);
    assert_int_equal(survey(w, "ann.data", true, &err), SHEAF_OK);
    world_close(w);
    (void)unused;
}

/* Another model fills the gap that the first left a row out for: the two sums would differ by
 * that row. Noise hides it. */
static void test_rows_that_change(void **unused)
{
    world *w = world_open();
    sheaf_err err = {0};
    sheaf_buffer text;
    sheaf_local_survey found;
    const sheaf_noised_seeds seeds = {.noise = {7}};
    const sheaf_slice none = {0};
    uint64_t words[7];
    sheaf_buffer_init(&text, 1 << 16);
    kit_must(sheaf_file_read(w->file, &text, &err), &err);
    uint8_t *age = (uint8_t *)memmem(text.data, text.len, "\n7,", 3) + 1;
    *age = '?';
    kit_must(sheaf_file_write(w->file, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
    kit_do(&w->k, "ann", "model.register", "filling",
           "{'features':[{'column':'age','missing':'mean'},{'column':'cp','level':2}],"
           "'kind':'logistic','label':'num','schema':'heart/v1','title':^}");
    grant(w, "m", "ann.data", 0, 5);
    kit_do(&w->k, "hub", "round.open", "r",
           "{'mandate':#m.tick,'participants':[{'dataset':#ann.data,'key':#ann.node},"
           "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node}],"
           "'stage_ms':60000,'task':'statistics','words':7}");
    const struct sheaf_row_round *round = sheaf_round_find(&w->k.state, kit_index(&w->k, "r"));
    const struct sheaf_row_seat *seat = sheaf_seat_at(&w->k.state, round->seat_first);
    const uint32_t data = kit_index(&w->k, "ann.data"), other = kit_index(&w->k, "filling");
    kit_must(
        sheaf_local_survey_make(&w->k.state, data, other, false, w->dir, w->file, &found, &err),
        &err);
    assert_int_equal(found.rows, ROWS);
    for (int times = 0; times < 2; times++)
        kit_must(sheaf_local_words(&w->k.state, round, seat, w->dir, w->file, none, &seeds,
                                   NULL, words, &err),
                 &err);
    assert_int_equal(survey(w, "ann.data", false, &err), SHEAF_OK);
    assert_int_equal(
        sheaf_local_survey_make(&w->k.state, data, other, false, w->dir, w->file, &found, &err),
        SHEAF_INVALID);
    assert_non_null(strstr(err.message, "treats missing values otherwise"));
    world_close(w);
    (void)unused;
}

static void forecaster(world *w, const char *label, int look_back, int horizon, int every)
{
    kit_do(&w->k, "ann", "model.register", label,
           "{'features':[{'column':'kwh'}],'forecaster':{'every':%d,'horizon':%d,'lambda_"
           "millionths':10000,'look_back':%d,'season':2,'step_s':3600,'time':'hour'},"
           "'kind':'forecaster','schema':'heart/v1','target':'number','title':^}",
           every, horizon, look_back);
}

/* Sums over windows that differ can be solved for single values; shorter ones over the same
 * windows say nothing new. */
static void test_windows_that_differ(void **unused)
{
    static const struct {
        int look_back, horizon, every;
        bool noised;
        const char *says; /* NULL: taken */
    } rows[] = {
        {8, 4, 1, false, NULL},
        {8, 3, 1, false, NULL},
        {2, 1, 1, false, NULL},
        {9, 4, 1, false, "looks no further back and ahead"},
        {8, 5, 1, false, "over windows of 8 and 4 steps"},
        {8, 4, 2, false, "of the same columns and `every`"},
        {8, 4, 0, false, "other windows of"},
        {9, 5, 2, true, NULL},
    };
    world *w = world_open();
    sheaf_err err = {0};
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 16);
    sheaf_buffer_add_string(&text, "hour,kwh\n");
    for (int i = 0; i < ROWS; i++)
        sheaf_buffer_printf(&text, "2024-01-%02d %02d:00,%d\n", 1 + i / 24, i % 24, i * i % 17);
    kit_must(sheaf_file_write(w->file, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "f%zu", i);
        forecaster(w, label, rows[i].look_back, rows[i].horizon, rows[i].every);
    }
    kit_motion(&w->k, "m",
               "{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':3,'datasets':["
               "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#cat.data}],"
               "'duration_s':86400,'learning':{'batch':0,'local_steps':1,'rate_millionths':1,"
               "'seed':7},'model':#f0,'purpose':'research','release':'exact_sum',"
               "'rounds_max':8}}",
               4);
    assert_int_equal(w->k.outcome.effect, SHEAF_ACCEPTED);
    kit_do(&w->k, "hub", "round.open", "r",
           "{'mandate':#m.tick,'participants':[{'dataset':#ann.data,'key':#ann.node},"
           "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node}],"
           "'stage_ms':60000,'task':'train','words':69}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char label[KIT_NAME_MAX];
        sheaf_local_survey found;
        snprintf(label, sizeof label, "f%zu", i);
        err.message[0] = 0;
        sheaf_status status = sheaf_local_survey_make(&w->k.state, kit_index(&w->k, "ann.data"),
                                                      kit_index(&w->k, label), rows[i].noised,
                                                      w->dir, w->file, &found, &err);
        assert_int_equal(status, rows[i].says ? SHEAF_INVALID : SHEAF_OK);
        assert_true(!rows[i].says || strstr(err.message, rows[i].says));
    }
    world_close(w);
    (void)unused;
}

static void statistics_open(world *w, const char *label, const char *mandate)
{
    kit_do(&w->k, "hub", "round.open", label,
           "{'mandate':#%s,'participants':[{'dataset':#ann.data,'key':#ann.node},"
           "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node}],"
           "'stage_ms':60000,'task':'statistics','words':7}",
           mandate);
}

static sheaf_status patience(const world *w, const char *mandate, uint32_t apart,
                             sheaf_err *err)
{
    kit *k = (kit *)&w->k;
    return sheaf_data_patience_check(&k->state,
                                     sheaf_mandate_get(&k->state, kit_index(k, mandate)),
                                     kit_index(k, "ann.data"), apart, "f", err);
}

/* Two mandates, with patience and without: the sums of one less those of the other are of the
 * validation records alone, be they two. */
static void test_with_and_without_patience(void **unused)
{
    static const char *const mandates[] = {"m.tick", "p.tick"};
    world *w = world_open();
    sheaf_err err = {0};
    sheaf_buffer text;
    sheaf_local_survey found;
    const sheaf_noised_seeds seeds = {.noise = {7}};
    uint64_t words[7];
    sheaf_buffer_init(&text, 1 << 16);
    sheaf_buffer_add_string(&text, "age,cp,num,set\n");
    for (int i = 0; i < ROWS; i++) /* few to train on */
        sheaf_buffer_printf(&text, "%d,%d,%d,%s\n", i, 1 + i % 4, i > 60,
                            i % 9 ? "test" : "train");
    kit_must(sheaf_file_write(w->file, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
    grant(w, "m", "ann.data", 0, 5);
    grant_with(w, "p", "ann.data", 0, 5, "'patience':3,");
    kit_must(sheaf_local_survey_make(&w->k.state, kit_index(&w->k, "ann.data"),
                                     kit_index(&w->k, "model"), false, w->dir, w->file, &found,
                                     &err),
             &err);
    assert_in_range(found.apart, 1, 4);
    for (int i = 0; i < 2; i++)
        assert_int_equal(patience(w, mandates[i], 1, &err), SHEAF_OK);
    statistics_open(w, "r", "m.tick");
    for (uint32_t apart = 0; apart < 7; apart++) {
        assert_int_equal(patience(w, "m.tick", apart, &err), SHEAF_OK);
        assert_int_equal(patience(w, "p.tick", apart, &err),
                         apart >= 1 && apart <= 4 ? SHEAF_INVALID : SHEAF_OK);
    }
    statistics_open(w, "s", "p.tick");
    assert_int_equal(patience(w, "m.tick", 4, &err), SHEAF_INVALID);
    const struct sheaf_row_round *round = sheaf_round_find(&w->k.state, kit_index(&w->k, "s"));
    const struct sheaf_row_seat *seat = sheaf_seat_at(&w->k.state, round->seat_first);
    assert_int_equal(sheaf_local_words(&w->k.state, round, seat, w->dir, w->file,
                                       (sheaf_slice){0}, &seeds, NULL, words, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "without patience, and the difference"));
    world_close(w);
    (void)unused;
}

/* A mandate by which a round is an exact sum over one record of each, or a few. */
static void test_few_records(void **unused)
{
    static const struct {
        int batch, steps;
        bool whole;
    } rows[] = {{1, 1, false}, {8, 12, false}, {1, 99, false}, {10, 10, true}, {0, 1, true}};
    static const sheaf_revoked nothing;
    world *w = world_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char label[KIT_NAME_MAX], tick[KIT_NAME_MAX];
        sheaf_err err = {0};
        snprintf(label, sizeof label, "m%zu", i);
        snprintf(tick, sizeof tick, "m%zu.tick", i);
        grant(w, label, "ann.data", rows[i].batch, rows[i].steps);
        const struct sheaf_row_mandate *mandate =
            sheaf_mandate_find(&w->k.state, kit_index(&w->k, tick));
        sheaf_status status =
            sheaf_source_check(&w->k.state, mandate, kit_index(&w->k, "ann.data"),
                               kit_index(&w->k, "ann.node"), &nothing, w->k.now, &err);
        assert_int_equal(status, rows[i].whole ? SHEAF_OK : SHEAF_INVALID);
        if (!rows[i].whole)
            assert_non_null(strstr(err.message, "exact sums must be over all"));
    }
    world_close(w);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_file_again),
        cmocka_unit_test(test_file_that_changes),
        cmocka_unit_test(test_rows_that_change),
        cmocka_unit_test(test_windows_that_differ),
        cmocka_unit_test(test_with_and_without_patience),
        cmocka_unit_test(test_few_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
