/* Four nodes and a hub in one process: rounds that are right, and a hub that lies. */
#include "stage.h"
#include "learn/fedsim.h"
#include "learn/table.h"

static void expected_model(stage *s, uint32_t rounds, sheaf_model *out)
{
    sheaf_spec spec;
    sheaf_table tables[NODES];
    uint64_t ids[NODES];
    sheaf_err err = {0};
    uint32_t model = kit_index(&s->hub.k, "model");
    assert_int_equal(sheaf_spec_of(&s->hub.k.state, model, &spec, &err), SHEAF_OK);
    for (int i = 0; i < NODES; i++) {
        ids[i] = kit_index(&s->hub.k, people[i]);
        assert_int_equal(
            sheaf_table_load(s->file[i], &spec.features, SHEAF_TABLE_EXACT, &tables[i], &err),
            SHEAF_OK);
    }
    sheaf_fedsim sim = {.features = &spec.features,
                        .tables = tables,
                        .ids = ids,
                        .owners = NODES,
                        .training = {.steps = 5, .rate_millionths = 100000},
                        .rounds = rounds,
                        .seed = 7};
    assert_int_equal(sheaf_fedsim_run(&sim, out, &err), SHEAF_OK);
    for (int i = 0; i < NODES; i++)
        sheaf_table_close(&tables[i]);
}

/* Statistics, two trainings and an evaluation make, masked, the very bytes that training
 * without masks makes. */
static void test_learns(void **unused)
{
    stage *s = begin(NODES);
    turn(s, 1);
    assert_int_equal(s->hub.heartbeats, NODES);
    sheaf_hash model = run_round(s, "statistics", NULL);
    model = run_round(s, "train", &model);
    model = run_round(s, "train", &model);
    (void)run_round(s, "evaluate", &model);
    if (s->hub.refusals)
        fail_msg("%s\n%s", s->hub.refusal, last_lines);
    sheaf_model expected;
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_MODEL_BYTES_MAX);
    expected_model(s, 2, &expected);
    sheaf_model_write(&bytes, &expected);
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&bytes));
    assert_memory_equal(hash.bytes, model.bytes, sizeof hash.bytes);
    for (int i = 0; i < NODES; i++) {
        const sheaf_replay *replay = &s->node[i].member.follower.replay;
        assert_int_equal(replay->voids, 0);
        assert_int_equal(replay->state.size, s->hub.k.state.size);
    }
    sheaf_buffer_deinit(&bytes);
    end(s);
    (void)unused;
}

/* What the keys of a round are made of is all of the log before it, not only the entry that
 * opened it, which names the mandate by its number: another history under the same number is
 * another round. */
static void test_manifest_is_the_history(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash manifest, root;
    sheaf_err err = {0};
    (void)unused;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    turn(s, 1);
    root = sheaf_log_store_root_at(s->hub.store, (uint64_t)s->hub.round + 1);
    kit_must(sheaf_worker_manifest(&s->node[0].worker, s->hub.round, &manifest, &err), &err);
    assert_memory_equal(manifest.bytes, root.bytes, sizeof root.bytes);
    end(s);
}

/* One node is away: an exact sum is over all that the round was opened with, or none. */
static void test_one_stays_away(void **unused)
{
    stage *s = begin(NODES - 1);
    fake_hub_round_open(&s->hub, "statistics", NULL);
    turn(s, 4);
    s->hub.k.now += 70000;
    sheaf_coordinator_tick(&s->hub.coordinator, s->hub.k.now);
    turn(s, 4);
    assert_int_equal(sheaf_coordinator_stage(&s->hub.coordinator), SHEAF_ROUND_ABORTED);
    assert_non_null(
        strstr(sheaf_coordinator_reason(&s->hub.coordinator), "3 of 4 participants answered"));
    end(s);
    (void)unused;
}

/* A hub that opens a round against the rules gets a refusal and nothing else. */
static void test_round_without_mandate(void **unused)
{
    stage *s = begin(1);
    turn(s, 1);
    s->hub.k.enter_refused = true;
    uint32_t index = (uint32_t)s->hub.k.state.size;
    kit_want(&s->hub.k, SHEAF_REFUSED_no_such_mandate, "hub", "round.open",
             "{'mandate':0,'participants':[{'dataset':#ann.data,'key':#ann.node},"
             "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node}],"
             "'stage_ms':1000,'task':'statistics','words':7}",
             NULL);
    fake_hub_publish(&s->hub);
    turn(s, 3);
    assert_int_equal(s->hub.messages, 0);
    assert_int_equal(s->hub.refusals, 1);
    assert_non_null(strstr(s->hub.refusal, "there is no such mandate"));
    assert_non_null(strstr(last_lines, "hub.fault"));
    char round[32];
    snprintf(round, sizeof round, "round=%u", index);
    assert_non_null(strstr(last_lines, round));
    end(s);
    (void)unused;
}

typedef enum {
    REVOKED_HERE,
    REVOKED_ON_LOG,
    MANDATE_REVOKED,
    OTHER_RECORDS,
    TEXT_IN_NUMBERS,
    NO_FILE,
    SPOILED_REVOKED_LIST,
    LATE,
} trouble;

static void make_trouble(stage *s, trouble what)
{
    sheaf_err err = {0};
    char path[SHEAF_PATH_MAX];
    kit *k = &s->hub.k;
    switch (what) {
    case REVOKED_HERE:
        assert_int_equal(sheaf_revoked_add(s->home[0], kit_index(k, "ann.consent"), &err),
                         SHEAF_OK);
        break;
    case REVOKED_ON_LOG:
        kit_do(k, "ann", "consent.revoke", NULL, "{'consent':#ann.consent}");
        break;
    case MANDATE_REVOKED:
        kit_motion(k, "stop", "{'kind':'mandate.revoke','what':{'mandate':#mandate.tick}}", 4);
        break;
    case OTHER_RECORDS:
        assert_int_equal(sheaf_file_write(s->file[0], 0600,
                                          sheaf_str("age,cp,num\n61,1,0\n42,2,1\n50,2,1\n"),
                                          &err),
                         SHEAF_OK);
        break;
    case TEXT_IN_NUMBERS:
        assert_int_equal(
            sheaf_file_write(s->file[0], 0600, sheaf_str("age,cp,num\nsecret,1,0\n"), &err),
            SHEAF_OK);
        break;
    case NO_FILE:
        s->data[0].name = "lungs/v1";
        break;
    case SPOILED_REVOKED_LIST:
        assert_int_equal(sheaf_path(path, &err, "%s/revoked", s->home[0]), SHEAF_OK);
        assert_int_equal(sheaf_file_write(path, 0600, sheaf_str("no number\n"), &err),
                         SHEAF_OK);
        break;
    case LATE:
        s->hub.clock_skew_ms = INT64_C(90000000);
        break;
    }
}

/* A file that no round could use is found before one opens: the member is told, and the data
 * set is not offered until the file fits. */
static void test_unfit_file_is_not_offered(void **unused)
{
    stage *s = begin(1);
    sheaf_buffer good;
    sheaf_err err = {0};
    sheaf_buffer_init(&good, 1 << 20);
    assert_int_equal(sheaf_file_read(s->file[0], &good, &err), SHEAF_OK);
    assert_int_equal(sheaf_file_write(s->file[0], 0600, sheaf_str("age,num\n61,0\n"), &err),
                     SHEAF_OK);
    turn(s, 2);
    assert_int_equal(s->hub.heartbeats, 0);
    assert_int_equal(s->hub.refusals, 0);
    assert_non_null(strstr(last_lines, "data.unfit"));
    assert_non_null(strstr(last_lines, "no column cp"));
    assert_int_equal(sheaf_file_write(s->file[0], 0600, sheaf_buffer_slice(&good), &err),
                     SHEAF_OK);
    turn(s, 1);
    assert_int_equal(s->hub.heartbeats, 0); /* looked at once a minute */
    s->hub.clock_skew_ms = 60000;
    turn(s, 1);
    assert_int_equal(s->hub.heartbeats, 1);
    assert_non_null(strstr(last_lines, "100 rows, of which 100 are used"));
    sheaf_buffer_deinit(&good);
    end(s);
    (void)unused;
}

/* Whatever ends the permission ends the training; the hub is told no more than it must be. */
static void test_refusals(void **unused)
{
    static const struct {
        trouble what;
        const char *to_hub, *to_log;
    } rows[] = {
        {REVOKED_HERE, "the member has revoked consent", "the member has revoked consent"},
        {REVOKED_ON_LOG, "has no live consent", "has no live consent"},
        {MANDATE_REVOKED, "the mandate was revoked", "the mandate was revoked"},
        {OTHER_RECORDS, "the member's data cannot be used", "has 3 complete records"},
        {TEXT_IN_NUMBERS, "the member's data cannot be used",
         "line 2, column age: the value is not a number; write numbers"},
        {NO_FILE, "no file was given", "no file was given"},
        {SPOILED_REVOKED_LIST, "the member has revoked consent", "has revoked consent"},
        {LATE, "the mandate has expired", "the mandate has expired"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage *s = begin(1);
        turn(s, 1);
        fake_hub_round_open(&s->hub, "statistics", NULL);
        make_trouble(s, rows[i].what);
        fake_hub_publish(&s->hub);
        turn(s, 3);
        assert_int_equal(s->hub.messages, 0);
        assert_int_equal(s->hub.refusals, 1);
        if (!strstr(s->hub.refusal, rows[i].to_hub) || !strstr(last_lines, rows[i].to_log))
            fail_msg("%zu: %s\n%s", i, s->hub.refusal, last_lines);
        assert_null(strstr(last_lines, "secret"));
        end(s);
    }
    (void)unused;
}

/* A revocation that comes while a round is under way stops the node before the next message. */
static void test_revoked_meanwhile(void **unused)
{
    stage *s = begin(NODES);
    sheaf_err err = {0};
    fake_hub_round_open(&s->hub, "statistics", NULL);
    turn(s, 1);
    unsigned sent = s->hub.messages;
    assert_true(sent >= NODES);
    sheaf_node *ann = &s->node[0];
    assert_true(ann->has_round);
    assert_int_equal(sheaf_revoked_add(s->home[0], kit_index(&s->hub.k, "ann.consent"), &err),
                     SHEAF_OK);
    unsigned before = s->hub.messages;
    assert_int_equal(sheaf_node_turn(ann, &err), SHEAF_OK);
    assert_int_equal(s->hub.messages, before);
    assert_false(ann->has_round);
    assert_int_equal(s->hub.refusals, 1);
    end(s);
    (void)unused;
}

/* The log claims a result that does not follow: nobody attests, everybody says so. */
static void test_wrong_result(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash result;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    turn(s, 12);
    s->hub.wrong_result = true;
    assert_true(fake_hub_round_close(&s->hub, &result));
    turn(s, 3);
    assert_int_equal(sheaf_round_find(&s->hub.k.state, s->hub.round)->attested, 0);
    if (s->hub.refusals != NODES)
        fail_msg("%u: %s", s->hub.refusals, last_lines);
    assert_non_null(strstr(s->hub.refusal, "does not follow from its sum"));
    end(s);
    (void)unused;
}

/* A whole round, with so many attestations of four. */
static void whole_round(stage *s, const char *task, sheaf_hash *base, uint16_t attested)
{
    fake_hub_round_open(&s->hub, task, *task == 's' ? NULL : base);
    turn(s, 12);
    assert_true(fake_hub_round_close(&s->hub, base));
    turn(s, 3);
    assert_int_equal(sheaf_round_find(&s->hub.k.state, s->hub.round)->attested, attested);
}

/* Nor does anybody attest a loss on validation records that does not follow. */
static void test_wrong_loss(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash model;
    fake_hub_patient(&s->hub);
    whole_round(s, "statistics", &model, NODES);
    whole_round(s, "train", &model, NODES);
    whole_round(s, "train", &model, NODES);
    const struct sheaf_row_round *round = sheaf_round_find(&s->hub.k.state, s->hub.round);
    assert_true(round->validation_records > 20 && round->validation_loss_millionths > 0);
    assert_int_equal(s->hub.refusals, 0);
    s->hub.wrong_loss = true;
    whole_round(s, "train", &model, 0);
    if (s->hub.refusals != NODES)
        fail_msg("%u: %s", s->hub.refusals, last_lines);
    assert_non_null(strstr(s->hub.refusal, "figures of round"));
    end(s);
    (void)unused;
}

/* Another model than the one of the hash is not trained on. */
static void test_wrong_base(void **unused)
{
    stage *s = begin(NODES);
    sheaf_hash model = run_round(s, "statistics", NULL);
    char command[1200];
    for (int i = 0; i < NODES; i++) { /* so that they must ask */
        snprintf(command, sizeof command, "rm -rf %s/blobs/??", s->home[i]);
        assert_int_equal(system(command), 0);
    }
    s->hub.garble_blobs = true;
    s->hub.messages = 0;
    fake_hub_round_open(&s->hub, "train", &model);
    turn(s, 3);
    assert_int_equal(s->hub.messages, 0);
    assert_non_null(strstr(s->hub.refusal, "other bytes than those of the hash"));
    end(s);
    (void)unused;
}

/* A node whose replay found the log to state what its blobs contradict gives it no more. */
static void test_log_that_is_contradicted(void **unused)
{
    stage *s = begin(NODES);
    s->node[0].member.follower.replay.falsehoods = 1;
    fake_hub_round_open(&s->hub, "statistics", NULL);
    turn(s, 3);
    assert_non_null(strstr(s->hub.refusal, "the log states what its blobs contradict"));
    end(s);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_manifest_is_the_history),
        cmocka_unit_test(test_one_stays_away),
        cmocka_unit_test(test_round_without_mandate),
        cmocka_unit_test(test_unfit_file_is_not_offered),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_revoked_meanwhile),
        cmocka_unit_test(test_wrong_result),
        cmocka_unit_test(test_wrong_loss),
        cmocka_unit_test(test_wrong_base),
        cmocka_unit_test(test_log_that_is_contradicted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
