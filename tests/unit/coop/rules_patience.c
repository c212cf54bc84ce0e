/* Mandates with patience: what their rounds measure, when learning ends, and with which result.
 */
#include "test.h"

/* A mandate with more terms of learning; `open`, `batch`, `seed` and so on are the usual. */
#define PATIENT(patience, model, rounds)                                                       \
    "{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':3,'datasets':["               \
    "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#cat.data},"                       \
    "{'dataset':#dan.data}],'duration_s':86400,'learning':{'batch':0,'local_steps':1,"         \
    "'patience':" patience ",'rate_millionths':1,'seed':0},'model':#" model                    \
    ",'purpose':'research','release':'exact_sum','rounds_max':" rounds "}}"

/* Closes without and with validation records, of a class and of a number. */
#define USUAL      "'accuracy_millionths':800000,'log_loss_millionths':450000,'records':900"
#define LOSS(loss) USUAL ",'validation_loss_millionths':" loss ",'validation_records':225"

static const struct sheaf_row_mandate *mandate(kit *k)
{
    return sheaf_mandate_find(&k->state, kit_index(k, "m.tick"));
}

static void begin(kit *k, const char *effect)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    kit_with_data(k, &rules);
    kit_do(k, "ann", "model.register", "forest",
           "{'features':[{'column':'age'}],'kind':'trees','label':'num','schema':'heart/v1',"
           "'title':^,'trees':{'bins':4,'depth':2,'lambda_millionths':1,"
           "'min_hessian_millionths':1,'rate_millionths':1,'trees':5}}");
    if (effect)
        kit_motion(k, "m", effect, 4);
}

static void open_as(kit *k, const char *label, const char *task, char base, uint32_t words,
                    sheaf_refusal want)
{
    char what[2048], hash[32] = "";
    if (base)
        snprintf(hash, sizeof hash, "'base':~%c,", base);
    snprintf(what, sizeof what,
             "{%s'mandate':#m.tick,'participants':[{'dataset':#ann.data,'key':#ann.node},"
             "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node},"
             "{'dataset':#dan.data,'key':#dan.node}],'stage_ms':1000,'task':'%s','words':%u}",
             hash, task, words);
    kit_want(k, want, "hub", "round.open", what, label);
}

static void close_as(kit *k, const char *round, const char *figures, char result,
                     sheaf_refusal want)
{
    char what[2048];
    snprintf(what, sizeof what,
             "{%s%s%s'result':~%c,'round':#%s,'survivors':[{'key':#ann.node},"
             "{'key':#bob.node},{'key':#cat.node},{'key':#dan.node}],'transcript':~f}",
             figures ? "'figures':{" : "", figures ? figures : "", figures ? "}," : "", result,
             round);
    kit_want(k, want, "hub", "round.close", what, NULL);
}

static void attest(kit *k, const char *round, char result)
{
    assert_int_equal(kit_attest(k, "ann.node", round, result), ACCEPTED);
    assert_int_equal(kit_attest(k, "bob.node", round, result), ACCEPTED);
}

/* A whole round of as many words as the task has. */
static void whole(kit *k, const char *label, const char *task, char base, const char *figures,
                  char result)
{
    uint8_t id = strcmp(task, "train") == 0      ? SHEAF_task_train
                 : strcmp(task, "evaluate") == 0 ? SHEAF_task_evaluate
                                                 : SHEAF_task_statistics;
    const struct sheaf_row_mandate *m = mandate(k);
    uint32_t words = sheaf_task_words(sheaf_model_get(&k->state, m->model), m, id);
    open_as(k, label, task, base, words, ACCEPTED);
    close_as(k, label, figures, result, ACCEPTED);
    attest(k, label, result);
}

static void next_is(kit *k, uint8_t want)
{
    uint8_t task = 99;
    assert_int_equal(sheaf_task_next(&k->state, mandate(k), &task), ACCEPTED);
    assert_int_equal(task, want);
}

static void best_is(kit *k, const char *round, uint32_t measured, uint32_t stale)
{
    assert_int_equal(mandate(k)->best_round, round ? kit_index(k, round) : SHEAF_NONE);
    assert_int_equal(mandate(k)->measured, measured);
    assert_int_equal(mandate(k)->stale, stale);
}

static void result_is(kit *k, const char *round)
{
    assert_int_equal(sheaf_task_base(mandate(k), SHEAF_task_evaluate), kit_index(k, round));
}

/* ---- who may have it ---- */

void test_patience_where(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_do(&k, "ann", "model.register", "line",
           "{'features':[{'column':'age'}],'kind':'linear','label':'num',"
           "'linear':{'lambda_millionths':1000},'schema':'heart/v1','target':'number',"
           "'title':^}");
    kit_want(&k, R(patience_kind), "ann", "motion.open",
             "{'effect':" PATIENT("3", "line", "9") ",'title':^}", NULL);
    kit_do(&k, "ann", "model.register", "ahead",
           "{'features':[{'column':'kwh'}],'forecaster':{'every':0,'horizon':24,"
           "'lambda_millionths':1,'look_back':48,'season':24,'step_s':3600,'time':'t'},"
           "'kind':'forecaster','schema':'heart/v1','target':'number','title':^}");
    kit_want(&k, R(patience_kind), "ann", "motion.open",
             "{'effect':" PATIENT("3", "ahead", "9") ",'title':^}", NULL);
    kit_want(&k, ACCEPTED, "ann", "motion.open",
             "{'effect':" PATIENT("1", "forest", "9") ",'title':^}", NULL);

    char noised[8192] = "{'effect':";
    kit_ranged(&k);
    kit_terms terms = kit_terms_usual();
    const char *effect = kit_noised(&terms), *at = strstr(effect, "'rate_millionths'");
    snprintf(noised + strlen(noised), sizeof noised - strlen(noised),
             "%.*s'patience':3,%s,'title':^}", (int)(at - effect), effect, at);
    kit_want(&k, R(patience_noised), "ann", "motion.open", noised, NULL);
    kit_close(&k);
}

/* ---- what rounds carry ---- */

void test_patience_figures(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, PATIENT("2", "model", "9"));
    assert_int_equal(mandate(&k)->patience, 2);
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    /* What no training has made is not measured. */
    open_as(&k, "r2", "train", 'a', 8, R(wrong_words));
    open_as(&k, "r2", "train", 'a', 6, ACCEPTED);
    close_as(&k, "r2", LOSS("500000"), 'b', R(validation_form));
    close_as(&k, "r2", USUAL ",'validation_records':0", 'b', R(validation_form));
    close_as(&k, "r2", USUAL, 'b', ACCEPTED);
    attest(&k, "r2", 'b');
    best_is(&k, NULL, 0, 0);
    open_as(&k, "r3", "train", 'b', 6, R(wrong_words));
    open_as(&k, "r3", "train", 'b', 8, ACCEPTED);
    close_as(&k, "r3", USUAL, 'c', R(validation_form));
    close_as(&k, "r3", NULL, 'c', R(figures_where));
    close_as(&k, "r3", USUAL ",'validation_loss_millionths':500000", 'c', R(validation_form));
    close_as(&k, "r3", USUAL ",'validation_records':225", 'c', R(validation_form));
    close_as(&k, "r3", USUAL ",'validation_loss_millionths':0,'validation_records':0", 'c',
             R(validation_form));
    close_as(&k, "r3", LOSS("500000"), 'c', ACCEPTED);
    const struct sheaf_row_round *r3 = sheaf_round_find(&k.state, kit_index(&k, "r3"));
    assert_int_equal(r3->validation_loss_millionths, 500000);
    assert_int_equal(r3->validation_records, 225);
    attest(&k, "r3", 'c');
    best_is(&k, "r2", 1, 0);
    open_as(&k, "r4", "evaluate", 'c', 129, ACCEPTED);
    close_as(&k, "r4", LOSS("500000"), 'd', R(figures_where));
    close_as(&k, "r4", NULL, 'd', ACCEPTED);
    attest(&k, "r4", 'd');
    kit_want(&k, R(figures_form), "hub", "model.evaluate",
             "{'figures':{" LOSS("5") "},'round':#r4}", NULL);
    kit_close(&k);

    begin(&k, KIT_MANDATE); /* without patience */
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    open_as(&k, "r3", "train", 'b', 8, R(wrong_words));
    open_as(&k, "r3", "train", 'b', 6, ACCEPTED);
    close_as(&k, "r3", LOSS("500000"), 'c', R(validation_form));
    close_as(&k, "r3", USUAL, 'c', ACCEPTED);
    kit_close(&k);
}

/* ---- when it ends ---- */

/* Two results that are no better than the best, an equal one among them: it ends, and the best
 * is evaluated; the other results are not. */
void test_patience_ends(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, PATIENT("2", "model", "20"));
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    whole(&k, "r3", "train", 'b', LOSS("500000"), 'c');
    best_is(&k, "r2", 1, 0);
    whole(&k, "r4", "train", 'c', LOSS("500001"), 'd');
    best_is(&k, "r2", 2, 1);
    result_is(&k, "r2");
    whole(&k, "r5", "train", 'd', LOSS("400000"), 'e');
    best_is(&k, "r4", 3, 0);
    result_is(&k, "r5"); /* nothing since was worse */
    whole(&k, "r6", "train", 'e', LOSS("400000"), 'a');
    best_is(&k, "r4", 4, 1); /* of two equal ones the earlier */
    next_is(&k, SHEAF_task_train);
    open_as(&k, "x", "evaluate", 'a', 129, R(wrong_base));
    whole(&k, "r7", "train", 'a', LOSS("400001"), 'b');
    best_is(&k, "r4", 5, 2);
    next_is(&k, SHEAF_task_evaluate);
    open_as(&k, "x", "train", 'b', 8, R(learning_done));
    open_as(&k, "x", "evaluate", 'b', 129, R(wrong_base));
    open_as(&k, "r8", "evaluate", 'd', 129, ACCEPTED); /* what r4 made */
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r8}");
    next_is(&k, SHEAF_task_evaluate);
    whole(&k, "r9", "evaluate", 'd', NULL, 'e');
    uint8_t task;
    assert_int_equal(sheaf_task_next(&k.state, mandate(&k), &task), R(work_done));
    kit_want(&k, ACCEPTED, "hub", "model.evaluate", "{'figures':{" USUAL "},'round':#r9}",
             NULL);
    /* The best result can be released, and no other: none was evaluated. */
    kit_want(&k, R(not_evaluated), "ann", "motion.open",
             "{'effect':{'kind':'model.release','what':{'licence':'CC0-1.0','model':#model,"
             "'price_cents':0,'round':#r7}},'title':^}",
             NULL);
    kit_motion(&k, "out",
               "{'kind':'model.release','what':{'licence':'CC0-1.0','model':#model,"
               "'price_cents':0,'round':#r4}}",
               4);
    assert_int_equal(sheaf_model_find(&k.state, kit_index(&k, "model"))->round,
                     kit_index(&k, "r4"));
    kit_close(&k);
}

/* Losses that never change end it too, with the first result; rounds that run out end it with
 * the best, or with the last where nothing worse came since. */
void test_patience_without_progress(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, PATIENT("1", "model", "20"));
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    whole(&k, "r3", "train", 'b', LOSS("0"), 'c');
    whole(&k, "r4", "train", 'c', LOSS("0"), 'd');
    next_is(&k, SHEAF_task_evaluate);
    result_is(&k, "r2");
    kit_close(&k);

    begin(&k, PATIENT("1000", "model", "6"));
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    whole(&k, "r3", "train", 'b', LOSS("5"), 'c');
    whole(&k, "r4", "train", 'c', LOSS("5"), 'd');
    whole(&k, "r5", "train", 'd', LOSS("7"), 'e');
    next_is(&k, SHEAF_task_evaluate); /* the last round */
    result_is(&k, "r2");
    kit_close(&k);

    begin(&k, PATIENT("1", "model", "6")); /* nobody has validation records: not measured */
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    whole(&k, "r3", "train", 'b', USUAL ",'validation_records':0", 'c');
    whole(&k, "r4", "train", 'c', USUAL ",'validation_records':0", 'd');
    best_is(&k, NULL, 0, 0);
    next_is(&k, SHEAF_task_train);
    result_is(&k, "r4");
    kit_close(&k);
}

/* Aborted rounds measure nothing, and a result that is taken back takes its measurement along,
 * be it the best, or the one that ended it. */
void test_patience_taken_back(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, PATIENT("1", "model", "20"));
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    open_as(&k, "x1", "train", 'b', 8, ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#x1}");
    best_is(&k, NULL, 0, 0);
    open_as(&k, "x2", "train", 'b', 8, ACCEPTED);
    close_as(&k, "x2", LOSS("100"), 'c', ACCEPTED);
    best_is(&k, "r2", 1, 0);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#x2}");
    best_is(&k, NULL, 0, 0);
    assert_int_equal(mandate(&k)->steps, 1);
    whole(&k, "r3", "train", 'b', LOSS("500"), 'c');
    whole(&k, "r4", "train", 'c', LOSS("400"), 'd');
    best_is(&k, "r3", 2, 0);
    open_as(&k, "x3", "train", 'd', 8, ACCEPTED);
    close_as(&k, "x3", LOSS("600"), 'e', ACCEPTED);
    best_is(&k, "r3", 3, 1); /* it would end here */
    open_as(&k, "x", "evaluate", 'c', 129, R(not_attested));
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#x3}");
    best_is(&k, "r3", 2, 0);
    assert_int_equal(mandate(&k)->best_loss_millionths, 400);
    assert_int_equal(mandate(&k)->result_round, kit_index(&k, "r4"));
    assert_int_equal(mandate(&k)->steps, 3);
    next_is(&k, SHEAF_task_train);
    whole(&k, "r5", "train", 'd', LOSS("300"), 'e');
    best_is(&k, "r4", 3, 0);
    kit_close(&k);
}

/* A second mandate over the same model begins anew. */
void test_patience_anew(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, PATIENT("1", "model", "20"));
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "r2", "train", 'a', USUAL, 'b');
    whole(&k, "r3", "train", 'b', LOSS("10"), 'c');
    whole(&k, "r4", "train", 'c', LOSS("20"), 'd');
    next_is(&k, SHEAF_task_evaluate);
    kit_motion(&k, "n", PATIENT("1", "model", "20"), 4);
    kit_label(&k, "m.tick", kit_index(&k, "n.tick"));
    best_is(&k, NULL, 0, 0);
    whole(&k, "s1", "statistics", 0, NULL, 'a');
    whole(&k, "s2", "train", 'a', USUAL, 'b');
    whole(&k, "s3", "train", 'b', LOSS("99"), 'c');
    best_is(&k, "s2", 1, 0);
    open_as(&k, "x", "train", 'c', 8, ACCEPTED);
    close_as(&k, "x", LOSS("1"), 'd', ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#x}");
    best_is(&k, "s2", 1, 0); /* the other mandate's rounds are none of this one's */
    kit_close(&k);
}

/* What the mandate's rounds have made so far, told by the test itself. */
typedef struct {
    uint32_t made[64]; /* rounds with a result, the statistics first */
    uint64_t loss[64]; /* by their places, of all but the first and the last */
    uint32_t count;
} history;

/* The best of all results that were measured, looked for from the start. */
static void check_history(kit *k, const history *h)
{
    uint32_t best = 1, measured = h->count > 2 ? h->count - 2 : 0;
    for (uint32_t i = 2; i <= measured; i++)
        best = h->loss[i] < h->loss[best] ? i : best;
    uint32_t stale = measured ? measured - best : 0;
    assert_int_equal(mandate(k)->measured, measured);
    assert_int_equal(mandate(k)->stale, stale);
    assert_int_equal(mandate(k)->best_round, measured ? h->made[best] : SHEAF_NONE);
    assert_int_equal(mandate(k)->steps, h->count - 1);
    assert_int_equal(mandate(k)->result_round, h->made[h->count - 1]);
    assert_int_equal(sheaf_task_base(mandate(k), SHEAF_task_evaluate),
                     h->made[stale > 0 ? best : h->count - 1]);
    uint8_t task;
    assert_int_equal(sheaf_task_next(&k->state, mandate(k), &task), ACCEPTED);
    assert_int_equal(task, stale >= 3 ? SHEAF_task_evaluate : SHEAF_task_train);
}

/* Rounds that end in every way, in any order: what counts is what the results that stand say.
 */
void test_patience_at_random(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        kit k;
        history h = {.count = 0};
        uint64_t draw = seed * 7919;
        begin(&k, PATIENT("3", "model", "60"));
        whole(&k, "r", "statistics", 0, NULL, 'a');
        h.made[h.count++] = kit_index(&k, "r");
        for (int i = 0; i < 50 && mandate(&k)->stale < 3; i++) {
            char label[16], figures[200];
            uint64_t loss = kit_random(&draw) % 12, way = kit_random(&draw) % 4;
            snprintf(label, sizeof label, "r%d", i);
            open_as(&k, label, "train", (char)('a' + (h.count - 1) % 5), h.count > 1 ? 8 : 6,
                    ACCEPTED);
            if (way > 0) {
                snprintf(figures, sizeof figures, USUAL);
                if (h.count > 1)
                    snprintf(figures, sizeof figures,
                             USUAL ",'validation_loss_millionths':%d,'validation_records':9",
                             (int)loss);
                close_as(&k, label, figures, (char)('a' + h.count % 5), ACCEPTED);
            }
            if (way < 2) {
                kit_do(&k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#%s}",
                       label);
            } else {
                attest(&k, label, (char)('a' + h.count % 5));
                if (h.count > 1)
                    h.loss[h.count - 1] = loss;
                h.made[h.count++] = kit_index(&k, label);
            }
            check_history(&k, &h);
        }
        assert_true(h.count > 4);
        kit_close(&k);
    }
}

/* ---- trees ---- */

/* Of trees whole ones are measured, where the next begins: cells, then two levels a tree. */
void test_patience_of_trees(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, PATIENT("1", "forest", "40"));
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    whole(&k, "cells", "train", 'a', NULL, 'b');
    open_as(&k, "x", "train", 'b', 13, R(wrong_words)); /* no tree is there to measure */
    whole(&k, "t1a", "train", 'b', NULL, 'c');
    open_as(&k, "x", "train", 'c', 13, R(wrong_words));
    whole(&k, "t1b", "train", 'c', USUAL, 'd');
    open_as(&k, "x", "train", 'd', 11, R(wrong_words));
    open_as(&k, "t2a", "train", 'd', 13, ACCEPTED);
    close_as(&k, "t2a", NULL, 'e', R(validation_form));
    close_as(&k, "t2a", LOSS("700"), 'e', ACCEPTED);
    attest(&k, "t2a", 'e');
    best_is(&k, "t1b", 1, 0);
    whole(&k, "t2b", "train", 'e', USUAL, 'a');
    whole(&k, "t3a", "train", 'a', LOSS("700"), 'b');
    best_is(&k, "t1b", 2, 1);
    next_is(&k, SHEAF_task_evaluate);
    open_as(&k, "x", "train", 'b', 11, R(learning_done));
    open_as(&k, "x", "evaluate", 'b', 129, R(wrong_base));
    open_as(&k, "e", "evaluate", 'd', 129, ACCEPTED); /* one whole tree */
    kit_close(&k);

    begin(&k, PATIENT("1000", "forest", "40")); /* all of them: the last one is not measured */
    static const char *const names[] = {"t0", "t1", "t2", "t3", "t4", "t5",
                                        "t6", "t7", "t8", "t9", "t10"};
    whole(&k, "r1", "statistics", 0, NULL, 'a');
    for (int i = 0; i <= 10; i++)
        whole(&k, names[i], "train", (char)('a' + i % 3),
              i > 2 && i % 2 == 1 ? LOSS("9") : NULL, (char)('a' + (i + 1) % 3));
    next_is(&k, SHEAF_task_evaluate);
    best_is(&k, "t2", 4, 3);
    result_is(&k, "t2");
    kit_close(&k);
}
