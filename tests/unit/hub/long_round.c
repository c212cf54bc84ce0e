#include "long_round.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "learn/round_job.h"
#include "round/transcript.h"
#include "round/unmask.h"
#include "store/clock.h"

/* The log knows nothing of it and has but its founding: that entry is taken for the opening. */
enum { ROUND = 0, MODEL = 900, MANDATE = 901, KEY = 910, MEMBER = 920 };

/* ---- rows ---- */

static void put_model(sheaf_state *state)
{
    struct sheaf_row_model *model = sheaf_model_new(state, MODEL);
    model->id = MODEL;
    model->kind = SHEAF_model_kind_logistic;
    model->features = model->inputs = 1;
    model->feature_first = sheaf_feature_count(state);
    model->released = model->retired = model->round = SHEAF_NONE;
    snprintf((char *)&model->label, sizeof model->label, "num");
    struct sheaf_row_feature *feature = sheaf_feature_new(state, 0);
    snprintf((char *)&feature->column, sizeof feature->column, "age");
    feature->model = MODEL;
    feature->missing = SHEAF_missing_leave_out;
}

static void put_mandate(sheaf_state *state)
{
    struct sheaf_row_mandate *mandate = sheaf_mandate_new(state, MANDATE);
    mandate->id = MANDATE;
    mandate->model = MODEL;
    mandate->release = SHEAF_release_form_exact_sum;
    mandate->expires = sheaf_clock_ms() + 1000000;
    mandate->last_round = ROUND;
    mandate->result_round = mandate->revoked = mandate->motion = SHEAF_NONE;
    mandate->rounds_max = mandate->rounds_used = 1;
    mandate->attest_min = 1;
    mandate->audit_s = 3600;
    mandate->cohort_min = 2;
}

static void put_round(long_round *l, sheaf_state *state, uint32_t stage_ms)
{
    struct sheaf_row_round *round = sheaf_round_new(state, ROUND);
    round->id = ROUND;
    round->mandate = MANDATE;
    round->model = MODEL;
    round->number = 1;
    round->opened = sheaf_clock_ms();
    round->seat_first = sheaf_seat_count(state);
    round->seats = LONG_COUNT;
    round->survivors_min = LONG_COUNT;
    round->stage_ms = stage_ms;
    round->state = SHEAF_round_state_open;
    round->task = SHEAF_task_statistics;
    round->words = LONG_WORDS;
    for (uint32_t i = 0; i < LONG_COUNT; i++) {
        /* The founder has the first seat. */
        uint32_t member = i == 0 ? 0 : MEMBER + i;
        struct sheaf_row_key *key = sheaf_key_new(state, KEY + i);
        key->id = l->keys[i] = KEY + i;
        key->member = member;
        key->scopes = SHEAF_SCOPE_TRAIN;
        key->revoked = SHEAF_NONE;
        key->until = INT64_MAX;
        memcpy(key->public_key.bytes, l->pair[i].public, SHEAF_PUBLIC_BYTES);
        struct sheaf_row_seat *seat = sheaf_seat_new(state, sheaf_pair(ROUND, KEY + i));
        seat->attested = SHEAF_NONE;
        seat->key = KEY + i;
        seat->member = member;
        seat->round = ROUND;
    }
}

static void put_rows(long_round *l, uint32_t stage_ms)
{
    sheaf_hub *hub = l->t->hub;
    sheaf_err err;
    pthread_rwlock_wrlock(&hub->lock);
    sheaf_state *state = &hub->replay.state;
    put_model(state);
    put_mandate(state);
    put_round(l, state, stage_ms);
    sheaf_state_commit(state);
    must(sheaf_rounds_config(hub, sheaf_round_get(state, ROUND), &l->config, &err), &err);
    pthread_rwlock_unlock(&hub->lock);
    l->round = ROUND;
    l->mandate = MANDATE;
}

/* ---- members ---- */

static void take_seat(long_round *l, int i)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    bool again, found;
    sheaf_err err;
    sheaf_hash session = sheaf_round_session(&l->config);
    sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(&l->http));
    sheaf_participant *p = calloc(1, sizeof *p);
    assert_non_null(p);
    l->member[i].p = p;
    must(sheaf_round_keep_init(&l->member[i].keep, l->member[i].home, l->round, &err), &err);
    must(sheaf_round_keep_open(&l->member[i].keep, &ports, &session, seed, &again, &err), &err);
    must(sheaf_participant_init(p, &l->config, l->config.members[i].member, &l->pair[i], seed,
                                &err),
         &err);
    must(sheaf_round_keep_input(&l->member[i].keep, p, &found, &err), &err);
    l->member[i].own = (sheaf_round_own){&l->member[i].keep, l->member[i].words};
    if (!found)
        must(sheaf_round_keep_mask(&l->member[i].own, p, &err), &err);
    must(sheaf_round_keep_replay(&l->member[i].keep, p, &err), &err);
    l->member[i].head = sheaf_participant_sent(p, SHEAF_ROUND_INPUT);
}

void long_member_crash(long_round *l, int i)
{
    sheaf_participant_deinit(l->member[i].p);
    free(l->member[i].p);
    take_seat(l, i);
}

/* Ten records each of a column that is 0 everywhere; behind that any words. */
static uint64_t *words_of(int i)
{
    uint64_t *words = calloc(LONG_WORDS, sizeof *words);
    assert_non_null(words);
    words[0] = 10;
    for (uint64_t k = 4; k < LONG_WORDS; k++)
        words[k] = k * 0x9e3779b97f4a7c15u + (uint64_t)i;
    return words;
}

/* ---- the round ---- */

static void add_slot(long_round *l, sheaf_slice kept)
{
    sheaf_err err;
    /* Its slot has no mandate, whose seats would be looked at. */
    must(sheaf_rounds_add(l->rounds, SHEAF_NONE, &l->config, l->keys, kept, &err), &err);
}

void long_open(long_round *l, world *t, uint32_t stage_ms)
{
    sheaf_err err;
    memset(l, 0, sizeof *l);
    l->t = t;
    l->rounds = t->hub->rounds;
    for (int i = 0; i < LONG_COUNT; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 40)};
        sheaf_keypair_from_seed(&l->pair[i], seed);
    }
    put_rows(l, stage_ms);
    add_slot(l, (sheaf_slice){0});
    must(sheaf_http_transport_open(&l->http, t->base, NULL, NULL, &err), &err);
    for (int i = 0; i < LONG_COUNT; i++) {
        snprintf(l->member[i].home, sizeof l->member[i].home, "%.900s%d", t->home, i);
        l->member[i].words = words_of(i);
        take_seat(l, i);
        must(sheaf_round_keep_input_path(&l->member[i].keep, l->member[i].file, &err), &err);
    }
}

void long_close(long_round *l)
{
    for (int i = 0; i < LONG_COUNT; i++) {
        sheaf_participant_deinit(l->member[i].p);
        free(l->member[i].p);
        free(l->member[i].words);
    }
    sheaf_http_transport_close(&l->http);
}

sheaf_round_stage long_stage(long_round *l)
{
    pthread_mutex_lock(&l->rounds->lock);
    const sheaf_slot *slot = sheaf_rounds_slot(l->rounds, l->round);
    assert_non_null(slot);
    sheaf_round_stage stage = sheaf_coordinator_stage(slot->coordinator);
    pthread_mutex_unlock(&l->rounds->lock);
    return stage;
}

void long_hub_crash(long_round *l)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer kept;
    sheaf_err err;
    pthread_mutex_lock(&l->rounds->lock);
    sheaf_slot *slot = sheaf_rounds_slot(l->rounds, l->round);
    assert_non_null(slot);
    assert_int_equal(slot->pins, 0);
    assert_false(slot->vectors->summing.running);
    sheaf_slot_free(slot);
    pthread_mutex_unlock(&l->rounds->lock);
    sheaf_buffer_init(&kept, 1 << 20);
    must(sheaf_path(path, &err, "%s/rounds/%" PRIu32 "/kept", l->t->dir, l->round), &err);
    must(sheaf_file_read(path, &kept, &err), &err);
    add_slot(l, sheaf_buffer_slice(&kept));
    sheaf_buffer_deinit(&kept);
}

sheaf_slice long_answer(long_round *l, int i, sheaf_round_stage stage)
{
    sheaf_buffer bundle;
    sheaf_slice message;
    sheaf_err err = {0};
    sheaf_buffer_init(&bundle, sheaf_round_bundle_max(&l->config));
    pthread_mutex_lock(&l->rounds->lock);
    const sheaf_slot *slot = sheaf_rounds_slot(l->rounds, l->round);
    assert_non_null(slot);
    sheaf_buffer_add(&bundle, sheaf_coordinator_bundle(slot->coordinator, stage,
                                                       l->config.members[i].member));
    pthread_mutex_unlock(&l->rounds->lock);
    must(sheaf_participant_receive(l->member[i].p, sheaf_buffer_slice(&bundle), &message, &err),
         &err);
    if (message.len)
        must(sheaf_round_keep_answer(&l->member[i].keep, stage, sheaf_buffer_slice(&bundle),
                                     message, &err),
             &err);
    if (stage == SHEAF_ROUND_INPUT)
        l->member[i].head = message;
    sheaf_buffer_deinit(&bundle);
    return message;
}

unsigned long_send(long_round *l, int i, const uint8_t *head, const char *file, uint64_t from)
{
    sheaf_buffer text, answer;
    char path[64];
    unsigned status = 0;
    sheaf_err err;
    sheaf_buffer_init(&text, 1024);
    sheaf_buffer_init(&answer, 65536);
    sheaf_base64url_put(&text, head ? sheaf_bytes(head, SHEAF_ROUND_INPUT_HEAD_BYTES)
                                    : l->member[i].head);
    sheaf_buffer_add_byte(&text, 0);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector", l->round);
    sheaf_transport transport = sheaf_http_transport_as(&l->http);
    must(transport.call(transport.context,
                        &(sheaf_hub_call){.method = "PUT",
                                          .path = path,
                                          .input = (const char *)text.data,
                                          .body_file = file ? file : l->member[i].file,
                                          .body_from = from},
                        &status, &answer, &err),
         &err);
    sheaf_buffer_reset(&l->t->reply.body); /* for world_says() */
    l->t->reply.body.max = 65536;
    sheaf_buffer_add(&l->t->reply.body, sheaf_buffer_slice(&answer));
    sheaf_buffer_add_byte(&l->t->reply.body, 0);
    sheaf_buffer_deinit(&answer);
    sheaf_buffer_deinit(&text);
    return status;
}

void long_play(long_round *l, sheaf_round_stage from, sheaf_round_stage until)
{
    char path[64];
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/messages", l->round);
    for (sheaf_round_stage stage = from; stage < until; stage++)
        for (int i = 0; i < LONG_COUNT; i++) {
            sheaf_slice message = long_answer(l, i, stage);
            if (stage == SHEAF_ROUND_REVEAL && i >= l->config.threshold)
                continue; /* enough have */
            unsigned status = stage == SHEAF_ROUND_INPUT
                                  ? long_send(l, i, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT)
                                  : world_call(l->t, "POST", path, message, NULL);
            if (status != 204)
                fail_msg("stage %d: %u %s", (int)stage, status,
                         (const char *)l->t->reply.body.data);
        }
}

unsigned long_get(long_round *l, const char *path)
{
    return long_get_as(l, 0, &l->t->founder, path);
}

unsigned long_get_as(long_round *l, uint32_t key, const sheaf_keypair *pair, const char *path)
{
    char header[SHEAF_REQUEST_MAX], line[SHEAF_REQUEST_MAX + 32];
    sheaf_hub_call call = {.method = "GET", .path = path};
    sheaf_err err;
    must(
        sheaf_request_sign(header, sheaf_str(ORIGIN), key, pair, &call, sheaf_clock_ms(), &err),
        &err);
    snprintf(line, sizeof line, "Sheaf-Request: %s", header);
    return world_call(l->t, "GET", path, (sheaf_slice){0}, line);
}

/* ---- what is to be seen ---- */

void long_path(const long_round *l, const char *name, char out[SHEAF_PATH_MAX])
{
    sheaf_err err;
    must(sheaf_path(out, &err, "%s/rounds/%" PRIu32 "/%s", l->t->dir, l->round, name), &err);
}

long long long_size(const long_round *l, const char *name)
{
    char path[SHEAF_PATH_MAX];
    struct stat info;
    long_path(l, name, path);
    return stat(path, &info) == 0 ? (long long)info.st_size : -1;
}

void long_wait_over(long_round *l)
{
    for (int i = 0; i < TRIES; i++) {
        pthread_mutex_lock(&l->rounds->lock);
        const sheaf_slot *slot = sheaf_rounds_slot(l->rounds, l->round);
        bool over = slot && slot->over;
        sheaf_round_stage stage = slot ? slot->coordinator->stage : 0;
        if (over && stage == SHEAF_ROUND_ABORTED)
            fail_msg("aborted: %s", sheaf_coordinator_reason(slot->coordinator));
        pthread_mutex_unlock(&l->rounds->lock);
        if (over)
            return;
        usleep(TRY_US);
    }
    fail_msg("the round does not end");
}

const struct sheaf_row_round *long_row(const long_round *l)
{
    return sheaf_round_get(&l->t->hub->replay.state, l->round);
}

uint8_t long_state(const long_round *l)
{
    sheaf_hub_read_begin(l->t->hub);
    uint8_t state = long_row(l)->state;
    sheaf_hub_read_end(l->t->hub);
    return state;
}

/* ---- the sum, from what the hub serves ---- */

static sheaf_status served_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                               const uint8_t **out, sheaf_err *err)
{
    long_round *l = context;
    char path[96];
    snprintf(path, sizeof path,
             "/api/v1/rounds/%" PRIu32 "/vector?member=%" PRIu32 "&chunk=%zu", l->round,
             l->config.members[name->index].member, name->chunk);
    if (long_get(l, path) != 200 || l->t->reply.body.len != name->len)
        return sheaf_fail(err, SHEAF_IO, "%s", (const char *)l->t->reply.body.data);
    memcpy(scratch, l->t->reply.body.data, name->len);
    *out = scratch;
    return SHEAF_OK;
}

static void check_sum(const long_round *l, const uint64_t *sum)
{
    for (size_t k = 0; k < LONG_WORDS; k++) {
        uint64_t want = 0;
        for (int i = 0; i < LONG_COUNT; i++)
            want += l->member[i].words[k];
        if (sum[k] != want)
            fail_msg("word %zu of the sum is wrong", k);
    }
}

void long_check_served(long_round *l)
{
    char path[96];
    sheaf_err err = {0};
    sheaf_buffer transcript;
    uint64_t *sum = calloc(LONG_WORDS, sizeof *sum);
    sheaf_sum_sink sink = sheaf_sum_to(sum);
    sheaf_chunk_source source = {l, served_get};
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/transcript", l->round);
    assert_int_equal(long_get(l, path), 200);
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&l->config));
    sheaf_buffer_add(&transcript, sheaf_buffer_slice(&l->t->reply.body));
    must(sheaf_transcript_chunks(sheaf_buffer_slice(&transcript), &l->config, &source, 0,
                                 sheaf_chunk_count(&l->config), &sink, NULL, &err),
         &err);
    check_sum(l, sum);
    sheaf_buffer_deinit(&transcript);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/sum", l->round);
    assert_int_equal(long_get(l, path), 200);
    assert_int_equal(l->t->reply.body.len, LONG_WORDS * 8);
    memcpy(sum, l->t->reply.body.data, LONG_WORDS * 8); /* this machine is little-endian */
    check_sum(l, sum);
    free(sum);
}
