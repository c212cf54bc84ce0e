/* What a member's data adds to rounds under noise, from the file to the next model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/encode.h"
#include "claims/check.h"
#include "kit.h"
#include "learn/ranges.h"
#include "learn/round_job.h"
#include "node/data_file.h"
#include "node/local.h"
#include "round/fixed_point.h"
#include "store/file.h"

enum { SEATS = 4, WORDS = 3, RESULT_MAX = 1 << 16, WORDS_MAX = 4 * SHEAF_NOISED_CELLS };

typedef struct {
    kit k;
    char dir[SHEAF_PATH_MAX], file[SEATS][SHEAF_PATH_MAX];
    const struct sheaf_row_round *round;
    sheaf_noised_terms terms;
} world;

static void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err->message);
}

/* As many records as the kit's data sheets say; the older have the disease. */
static void write_file(const char *path, int records)
{
    sheaf_err err;
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 16);
    sheaf_buffer_add_string(&text, "age,cp,num,set\n");
    for (int i = 0; i < records; i++)
        sheaf_buffer_printf(&text, "%d,%d,%d,%s\n", i % 100, 1 + i % 4, i % 100 > 60,
                            i % 4 ? "train" : "test");
    must(sheaf_file_write(path, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
}

/* `groups` of all sheets, as acts name them with a comma behind, or "". */
static world *world_of(const kit_terms *terms, const char *groups)
{
    world *w = calloc(1, sizeof *w);
    sheaf_err err;
    assert_non_null(w);
    kit_rules rules = kit_rules_usual();
    kit_open(&w->k);
    const char *const sheets[SEATS] = {groups, groups, groups, groups};
    kit_with_groups(&w->k, &rules, sheets);
    kit_ranged(&w->k);
    kit_motion(&w->k, "m", kit_noised(terms), SEATS);
    assert_int_equal(w->k.outcome.effect, SHEAF_ACCEPTED);
    snprintf(w->dir, sizeof w->dir, "/tmp/local-test-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    for (int i = 0; i < SEATS; i++) {
        must(sheaf_path(w->file[i], &err, "%.900s/%d.csv", w->dir, i), &err);
        write_file(w->file[i], 100 * (i + 1));
    }
    return w;
}

static world *world_open(const kit_terms *terms)
{
    return world_of(terms, "");
}

static void world_close(world *w)
{
    for (int i = 0; i < SEATS; i++)
        unlink(w->file[i]);
    rmdir(w->dir);
    kit_close(&w->k);
    free(w);
}

static void open_round(world *w, const char *label, const char *task, char base)
{
    sheaf_err err;
    assert_int_equal(kit_noised_open(&w->k, label, task, base, "m.tick"), SHEAF_ACCEPTED);
    w->round = sheaf_round_find(&w->k.state, kit_index(&w->k, label));
    must(sheaf_round_job_terms(&w->k.state, w->round, &w->terms, &err), &err);
}

static sheaf_status words_of(const world *w, int seat, const char *file, sheaf_slice base,
                             uint8_t draw, uint64_t *words, sheaf_err *err)
{
    const sheaf_noised_seeds seeds = {{draw, 1}, {draw, 2, (uint8_t)seat}, {draw, 3}};
    return sheaf_local_words(&w->k.state, w->round,
                             sheaf_seat_at(&w->k.state, w->round->seat_first + (uint32_t)seat),
                             w->dir, file, base, &seeds, NULL, words, err);
}

/* The sum of all seats as the protocol gives it: modulo 2^32, the sign carried on. */
static void sum_of(const world *w, sheaf_slice base, uint8_t draw, uint64_t *sum)
{
    memset(sum, 0, w->round->words * sizeof *sum);
    for (int i = 0; i < SEATS; i++) {
        uint64_t words[SHEAF_NOISED_CELLS];
        sheaf_err err;
        must(words_of(w, i, w->file[i], base, draw, words, &err), &err);
        for (uint32_t j = 0; j < w->round->words; j++) {
            assert_int_equal(words[j] >> 32, 0);
            sum[j] += words[j];
        }
    }
    for (uint32_t j = 0; j < w->round->words; j++)
        sum[j] = sheaf_word_from_int((int64_t)(sum[j] << 32) >> 32);
}

static sheaf_round_result result_of(const world *w, sheaf_slice base, const uint64_t *sum)
{
    sheaf_round_result result;
    sheaf_err err;
    must(sheaf_round_job_result(&w->k.state, w->round, base, sum, &result, &err), &err);
    return result;
}

static const sheaf_slice none;

/* The model that the round starts from, as the job has it. */
static sheaf_status base_read(const world *w, const struct sheaf_row_round *round,
                              sheaf_slice base, sheaf_model *out, sheaf_err *err)
{
    sheaf_round_job job;
    sheaf_status status = sheaf_round_job_open(&w->k.state, round, base, &job, err);
    if (status != SHEAF_OK)
        return status;
    status = sheaf_model_read(job.job.base, out, err);
    sheaf_round_job_close(&job);
    return status;
}

static void test_terms(void **unused)
{
    kit_terms usual = kit_terms_usual();
    world *w = world_open(&usual);
    sheaf_round_config config;
    sheaf_err err;
    open_round(w, "r", "train", 0);
    assert_int_equal(w->terms.words, WORDS);
    assert_int_equal(w->terms.members, SEATS);
    assert_int_equal(w->terms.survivors_least, 3);
    assert_int_equal(w->terms.colluders, 1);
    assert_int_equal(w->terms.records_max, 400);
    assert_int_equal(w->terms.noise_millionths, 2000000);
    assert_int_equal(w->terms.divisor, 1000);
    must(sheaf_round_job_config(&w->k.state, w->round, &(sheaf_hash){{1}}, &config, &err),
         &err);
    assert_int_equal(config.bits, 32);
    assert_int_equal(config.threshold, 3);
    assert_int_equal(config.min_survivors, 3);
    world_close(w);
    (void)unused;
}

/* Two of four in league could sign two lists of three: then all must sign, and stay. And the
 * noise is sized for what the two know of it. */
static void test_many_colluders(void **unused)
{
    kit_terms terms = kit_terms_usual();
    terms.colluders = 2;
    world *w = world_open(&terms);
    sheaf_round_config config;
    sheaf_err err;
    open_round(w, "r", "train", 0);
    must(sheaf_round_job_config(&w->k.state, w->round, &(sheaf_hash){{1}}, &config, &err),
         &err);
    assert_int_equal(config.threshold, 4);
    assert_int_equal(config.min_survivors, 4);
    /* Of four shares two are unknown to the two: each has a half of (2 Delta)^2. */
    sheaf_noised_scale scale;
    assert_int_equal(w->terms.survivors_least, 4);
    assert_int_equal(w->terms.colluders, 2);
    must(sheaf_noised_scale_of(&w->terms, &scale, &err), &err);
    sheaf_uint128 whole = (sheaf_uint128)4 * scale.sensitivity * scale.sensitivity;
    assert_true(scale.share.numerator == whole / 2 * scale.share.denominator);
    world_close(w);
    (void)unused;
}

/* From zeros to a model, and from there to its figures. */
static void test_train_and_evaluate(void **unused)
{
    kit_terms usual = kit_terms_usual();
    world *w = world_open(&usual);
    sheaf_model zero, model, by_hand;
    uint64_t sum[SHEAF_NOISED_CELLS], again[SHEAF_NOISED_CELLS];
    sheaf_err err;
    open_round(w, "r", "train", 0);
    sum_of(w, none, 1, sum);
    sum_of(w, none, 1, again);
    assert_memory_equal(sum, again, WORDS * sizeof *sum);
    sum_of(w, none, 2, again); /* other noise */
    assert_memory_not_equal(sum, again, WORDS * sizeof *sum);
    sheaf_round_result trained = result_of(w, none, sum);
    sheaf_slice file = sheaf_buffer_slice(&trained.bytes);
    assert_false(trained.has_figures);
    must(sheaf_model_read(file, &model, &err), &err);
    assert_true(model.scaling.clipped);
    must(base_read(w, w->round, none, &zero, &err), &err);
    must(sheaf_noised_step(&w->terms, &zero, sum, &by_hand, &err), &err);
    assert_memory_equal(model.weight, by_hand.weight, sizeof model.weight);
    assert_int_equal(model.bias, by_hand.bias);
    assert_true(model.weight[0] > 0); /* with age the risk grows, noise or not */
    assert_int_equal(kit_round_close(&w->k, "r", "evaluate", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "ann.node", "r", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "bob.node", "r", 'a'), SHEAF_ACCEPTED);

    open_round(w, "e", "evaluate", 'a');
    assert_int_equal(w->terms.noise_millionths, 4000000);
    sum_of(w, file, 3, sum);
    sheaf_round_result told = result_of(w, file, sum);
    assert_true(told.has_figures && !told.figures.has_log_loss_millionths
                && !told.figures.has_auc_millionths);
    assert_in_range(told.figures.records, 250 - 60, 250 + 60); /* of 250, deviation 11 */
    sheaf_buffer_deinit(&trained.bytes);
    sheaf_buffer_deinit(&told.bytes);
    world_close(w);
    (void)unused;
}

/* Twenty steps at home, each with the whole noise; what is sent is in range without it. */
static void test_local_steps(void **unused)
{
    kit_terms terms = kit_terms_usual();
    terms.local = true;
    terms.steps = 20;
    world *w = world_open(&terms);
    sheaf_model zero, model, by_hand;
    sheaf_noised_scale scale;
    uint64_t sum[SHEAF_NOISED_CELLS], again[SHEAF_NOISED_CELLS], words[SHEAF_NOISED_CELLS];
    sheaf_err err;
    open_round(w, "r", "train", 0);
    assert_true(w->terms.local && !w->terms.evaluates);
    assert_int_equal(w->terms.training.steps, 20);
    assert_int_equal(w->terms.local_norm_millionths, 2000000);
    assert_int_equal(w->terms.local_divisor, 250);
    must(words_of(w, 0, w->file[0], none, 1, words, &err), &err);
    for (int j = 0; j < WORDS; j++)
        assert_in_range((int32_t)words[j] + 65536, 0, 2 * 65536);
    sum_of(w, none, 1, sum);
    sum_of(w, none, 2, again);
    assert_memory_not_equal(sum, again, WORDS * sizeof *sum);
    sheaf_round_result trained = result_of(w, none, sum);
    sheaf_slice file = sheaf_buffer_slice(&trained.bytes);
    must(sheaf_model_read(file, &model, &err), &err);
    must(base_read(w, w->round, none, &zero, &err), &err);
    must(sheaf_noised_step(&w->terms, &zero, sum, &by_hand, &err), &err);
    assert_memory_equal(model.weight, by_hand.weight, sizeof model.weight);
    assert_true(model.weight[0] > 0); /* with age the risk grows */
    assert_int_equal(kit_round_close(&w->k, "r", "evaluate", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "ann.node", "r", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "bob.node", "r", 'a'), SHEAF_ACCEPTED);

    open_round(w, "e", "evaluate", 'a');
    assert_true(w->terms.local && w->terms.evaluates);
    must(sheaf_noised_scale_of(&w->terms, &scale, &err), &err);
    assert_true(scale.share.numerator / scale.share.denominator
                == (sheaf_uint128)(4 * 65536) * (4 * 65536));
    sum_of(w, file, 3, sum);
    sheaf_round_result told = result_of(w, file, sum);
    assert_in_range(told.figures.records, 250 - 80, 250 + 80); /* deviation 16 */
    sheaf_buffer_deinit(&trained.bytes);
    sheaf_buffer_deinit(&told.bytes);
    world_close(w);
    (void)unused;
}

/* Words less the noise are the clipped sum: what the seed of the noise would betray. */
static void test_noise_is_all_that_hides(void **unused)
{
    kit_terms usual = kit_terms_usual();
    usual.unit = "member";
    usual.steps = 9;
    usual.batch = 10;
    world *w = world_open(&usual);
    const int64_t zeros[WORDS] = {0};
    const uint8_t noise_seed[SHEAF_NOISED_SEED] = {7, 2, 1};
    uint64_t words[WORDS], noise[WORDS];
    int64_t values[WORDS], squares = 0;
    sheaf_err err;
    open_round(w, "r", "train", 0);
    must(words_of(w, 1, w->file[1], none, 7, words, &err), &err);
    must(sheaf_noised_words(&w->terms, zeros, noise_seed, noise, &err), &err);
    for (int j = 0; j < WORDS; j++) {
        values[j] = (int64_t)((words[j] - noise[j]) << 32) >> 32;
        squares += values[j] * values[j];
    }
    assert_true(squares > 0 && squares <= INT64_C(65536) * 65536);
    sheaf_round_result result = result_of(w, none, words); /* a member's step is one */
    sheaf_buffer_deinit(&result.bytes);
    world_close(w);
    (void)unused;
}

/* The member is told which row it is, and that exact sums would do without the file. */
static void survey_check(const world *w, const char *file)
{
    const struct sheaf_row_seat *seat =
        sheaf_seat_at(&w->k.state, w->round->seat_first + SEATS - 1u);
    sheaf_local_survey survey;
    char text[SHEAF_SURVEY_TEXT_MAX];
    sheaf_err err = {0};
    must(sheaf_local_survey_make(&w->k.state, seat->dataset, w->round->model, true, w->dir,
                                 file, &survey, &err),
         &err);
    sheaf_local_survey_describe(&survey, text);
    assert_int_equal(survey.lines, 400);
    assert_int_equal(survey.rows, 399);
    assert_int_equal(survey.left_out + survey.unusable, 1);
    if (survey.unusable)
        assert_non_null(strstr(text, "1 cannot be read and count as none: line 202"));
    assert_true(survey.left_out
                || sheaf_local_survey_make(&w->k.state, seat->dataset, w->round->model, false,
                                           w->dir, file, &survey, &err)
                       == SHEAF_INVALID);
}

/* Whatever stands in one row: the member answers, and with what the other rows make. The seeds
 * are the same each time, so that nothing but the row can make a difference. */
static void test_no_row_is_told_by_a_refusal(void **unused)
{
    static const char *const broken[] = {"",
                                         ",,,",
                                         "12",
                                         "12,1,0,dev",
                                         "a,1,0,train",
                                         "12,1,,train",
                                         "12,1,maybe,train",
                                         "1e99,1,0,train",
                                         "12,1,0,train,9",
                                         "\"12,1,0,train",
                                         "12,\x01,0,train",
                                         "\xff,1,0,train"};
    kit_terms usual = kit_terms_usual();
    world *w = world_open(&usual);
    uint64_t words[WORDS], without[WORDS];
    char row[64];
    sheaf_err err = {0};
    open_round(w, "r", "train", 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        sheaf_buffer text;
        sheaf_buffer_init(&text, 1 << 16);
        sheaf_buffer_add_string(&text, "age,cp,num,set\n");
        for (int k = 0; k < 400; k++) {
            snprintf(row, sizeof row, "%d,%d,%d,train", k % 100, 1 + k % 4, k % 100 > 60);
            sheaf_buffer_printf(&text, "%s\n", k == 200 ? broken[i] : row);
        }
        must(sheaf_file_write(w->file[3], 0600, sheaf_buffer_slice(&text), &err), &err);
        sheaf_buffer_deinit(&text);
        must(words_of(w, 3, w->file[3], none, 1, i == 0 ? without : words, &err), &err);
        survey_check(w, w->file[3]);
        if (i > 0)
            assert_memory_equal(words, without, sizeof words);
    }
    world_close(w);
    (void)unused;
}

/* A file of 400 rows, of which one is `odd`. */
static void write_odd(const char *path, const char *odd)
{
    sheaf_buffer text;
    sheaf_err err = {0};
    sheaf_buffer_init(&text, 1 << 16);
    sheaf_buffer_add_string(&text, "age,cp,num,set\n");
    for (int k = 0; k < 400; k++)
        if (k == 200)
            sheaf_buffer_printf(&text, "%s\n", odd);
        else
            sheaf_buffer_printf(&text, "%d,%d,%d,%s\n", k % 100, 1 + k % 4, k % 100 > 60,
                                k % 4 ? "train" : "test");
    must(sheaf_file_write(path, 0600, sheaf_buffer_slice(&text), &err), &err);
    sheaf_buffer_deinit(&text);
}

/* How far words are apart that fit 32 bits, squared. */
static sheaf_uint128 apart(const uint64_t *a, const uint64_t *b, uint32_t count)
{
    sheaf_uint128 squares = 0;
    for (uint32_t j = 0; j < count; j++) {
        int64_t by = (int64_t)((a[j] - b[j]) << 32) >> 32;
        squares += (sheaf_uint128)(by * by);
    }
    return squares;
}

/* From the file on: whatever stands in one row moves the words by no more than the noise was
 * made for, once for records, twice for members, in so many parts. */
static void one_row_moves(world *w, sheaf_slice base, uint64_t times, uint32_t parts)
{
    static const char *const odd[] = {
        "1048575,2,1,train", "-1048575,2,0,train", "1e-300,-7,-1,train", "99,2,0,train",
        "0,2,5,train",       "1e5,1.5,1,train",    "1048575,2,1,test",   "-.5,2,0,test",
        "50,2,1,test",       "50,,1,test",         "50,2.0,1,test",      "50,1e0,0,test"};
    sheaf_noised_scale scale;
    sheaf_err err = {0};
    uint64_t with[WORDS_MAX], without[WORDS_MAX];
    bool moved = false;
    must(sheaf_noised_scale_of(&w->terms, &scale, &err), &err);
    sheaf_uint128 most = (sheaf_uint128)scale.sensitivity * times;
    assert_int_equal(w->terms.groups_reach + 1, parts);
    write_odd(w->file[3], "");
    must(words_of(w, 3, w->file[3], base, 1, without, &err), &err);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        write_odd(w->file[3], odd[i]);
        must(words_of(w, 3, w->file[3], base, 1, with, &err), &err);
        sheaf_uint128 squares = apart(with, without, w->round->words);
        moved |= squares > (parts > 1 ? most * most : 0);
        assert_true(squares <= most * most * parts);
    }
    assert_true(moved || (parts > 1 && times > 1));
}

/* A column that one file lacks is in the sheet all the same. */
#define GROUPS                                                                                 \
    "'groups':[{'column':'cp','level':1},{'column':'cp','level':2},{'column':'lacking',"       \
    "'level':0}],"

static void moves_by(const kit_terms *terms, uint64_t times, const char *groups, uint32_t parts)
{
    world *w = world_of(terms, groups);
    uint64_t sum[SHEAF_NOISED_CELLS];
    sheaf_err err = {0};
    open_round(w, "r", "train", 0);
    sum_of(w, none, 1, sum);
    sheaf_round_result trained = result_of(w, none, sum);
    one_row_moves(w, none, times, 1);
    assert_int_equal(kit_round_close(&w->k, "r", "evaluate", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "ann.node", "r", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "bob.node", "r", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_round_open_words(&w->k, "e", "evaluate", 'a', "m.tick",
                                          parts > 1 ? WORDS_MAX : SHEAF_NOISED_CELLS),
                     SHEAF_ACCEPTED);
    w->round = sheaf_round_find(&w->k.state, kit_index(&w->k, "e"));
    must(sheaf_round_job_terms(&w->k.state, w->round, &w->terms, &err), &err);
    one_row_moves(w, sheaf_buffer_slice(&trained.bytes), times, parts);
    sheaf_buffer_deinit(&trained.bytes);
    world_close(w);
}

static void test_one_row_moves_no_more_than_noise_hides(void **unused)
{
    kit_terms records = kit_terms_usual(), members = kit_terms_usual();
    members.unit = "member";
    members.steps = 5;
    moves_by(&records, 1, "", 1);
    moves_by(&members, 2, "", 1);
    moves_by(&records, 1, GROUPS, 3); /* all, one level of cp, one of what is lacking */
    moves_by(&members, 2, GROUPS, 4);
    (void)unused;
}

static void test_refusals(void **unused)
{
    kit_terms usual = kit_terms_usual();
    world *w = world_open(&usual);
    uint64_t words[SHEAF_NOISED_CELLS], sum[SHEAF_NOISED_CELLS];
    sheaf_model model;
    sheaf_buffer other;
    sheaf_err err;
    open_round(w, "r", "train", 0);
    write_file(w->file[3], 399);
    assert_int_equal(words_of(w, 3, w->file[3], none, 1, words, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "399 rows"));
    write_file(w->file[3], 400);
    sum_of(w, none, 1, sum);
    sheaf_round_result first = result_of(w, none, sum);
    must(sheaf_model_read(sheaf_buffer_slice(&first.bytes), &model, &err), &err);
    assert_int_equal(kit_round_close(&w->k, "r", "evaluate", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "ann.node", "r", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&w->k, "bob.node", "r", 'a'), SHEAF_ACCEPTED);
    open_round(w, "s", "train", 'a');
    sheaf_buffer_init(&other, RESULT_MAX);
    model.scaling.mean[0]++; /* scaled by something else than the public range */
    sheaf_model_write(&other, &model);
    assert_int_equal(words_of(w, 0, w->file[0], sheaf_buffer_slice(&other), 1, words, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "ranges that were registered"));
    assert_int_equal(words_of(w, 0, w->file[0], none, 1, words, &err), SHEAF_INVALID);
    sheaf_buffer_deinit(&other);
    sheaf_buffer_deinit(&first.bytes);
    world_close(w);
    (void)unused;
}

static sheaf_status survey(const world *w, const char *label, sheaf_err *err)
{
    sheaf_local_survey out;
    const struct sheaf_row_mandate *mandate = sheaf_mandate_at(&w->k.state, 0);
    return sheaf_local_survey_make(&w->k.state, kit_index((kit *)&w->k, label), mandate->model,
                                   true, w->dir, w->file[0], &out, err);
}

/* The same file on a second sheet would have a second budget: the node goes by the first. */
static void test_registered_twice(void **unused)
{
    kit_terms usual = kit_terms_usual();
    world *w = world_open(&usual);
    sheaf_hash first, again;
    char hex[65], salts[SHEAF_PATH_MAX];
    sheaf_err err = {0};
    const uint8_t salt[2][SHEAF_SALT_BYTES] = {{1}, {2}};
    must(sheaf_data_commit(w->dir, w->file[0], salt[0], &first, &err), &err);
    must(sheaf_data_commit(w->dir, w->file[0], salt[1], &again, &err), &err);
    uint32_t row = sheaf_dataset_row(&w->k.state, kit_index(&w->k, "ann.data"));
    sheaf_dataset_edit(&w->k.state, row)->commitment = first;
    sheaf_state_commit(&w->k.state);
    sheaf_hex_32(again.bytes, hex);
    kit_do(&w->k, "ann", "dataset.register", "again",
           "{'commitment':'%s','licence':'CC-BY-4.0','records':100,'schema':'heart/v1',"
           "'subjects':'patients','title':^}",
           hex);
    must(survey(w, "ann.data", &err), &err);
    assert_int_equal(survey(w, "again", &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "already, whose budget counts for it"));

    sheaf_mark mark = sheaf_state_mark(&w->k.state);
    sheaf_dataset_edit(&w->k.state, row)->retired = 1; /* before anything was made of it */
    must(survey(w, "again", &err), &err);
    sheaf_state_roll_back(&w->k.state, mark);

    open_round(w, "r", "train", 0);
    kit_do(&w->k, "ann", "dataset.retire", NULL, "{'dataset':#ann.data}");
    assert_int_equal(survey(w, "again", &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "which is retired"));
    must(sheaf_path(salts, &err, "%.900s/salts", w->dir), &err);
    sheaf_folder_remove(salts);
    must(survey(w, "again", &err), &err); /* nothing can be said without a salt */
    world_close(w);
    (void)unused;
}

/* Under noise a model is of the registered inputs, scaled by the registered ranges: another
 * scaling is somebody's data. */
static void test_base_of_something_else(void **unused)
{
    const kit_terms terms = kit_terms_true(8);
    world *w = world_open(&terms);
    sheaf_err err = {0};
    sheaf_spec spec;
    sheaf_scaling scaling;
    sheaf_model model, read;
    sheaf_buffer bytes;
    open_round(w, "r", "train", 0);
    struct sheaf_row_round round = *w->round;
    round.base.bytes[0] = 1; /* not the first round */
    must(sheaf_spec_of(&w->k.state, round.model, &spec, &err), &err);
    must(sheaf_ranges_scaling(&spec.features, &scaling, &err), &err);
    static const char *const refused[] = {NULL, "is not scaled by the ranges",
                                          "does not have the inputs"};
    for (int k = 0; k < 3; k++) {
        scaling.scale[0] += k == 1;
        spec.features.items[0].column[0] ^= k == 2;
        sheaf_model_init(&model, &spec.features, &scaling);
        sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX);
        sheaf_model_write(&bytes, &model);
        assert_int_equal(base_read(w, &round, sheaf_buffer_slice(&bytes), &read, &err),
                         refused[k] ? SHEAF_INVALID : SHEAF_OK);
        if (refused[k])
            assert_non_null(strstr(err.message, refused[k]));
        sheaf_buffer_deinit(&bytes);
    }
    world_close(w);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_many_colluders),
        cmocka_unit_test(test_train_and_evaluate),
        cmocka_unit_test(test_local_steps),
        cmocka_unit_test(test_noise_is_all_that_hides),
        cmocka_unit_test(test_no_row_is_told_by_a_refusal),
        cmocka_unit_test(test_one_row_moves_no_more_than_noise_hides),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_registered_twice),
        cmocka_unit_test(test_base_of_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
