/* A whole round of long vectors in which everybody crashes, and what is left of it: who may
 * read it, what adds up, what is wrong where it does not, and when it goes. */
#include "long_round.h"

#include <inttypes.h>
#include <unistd.h>

#include "claims/recompute.h"
#include "round/transcript.h"

/* ---- claims ---- */

static sheaf_status recompute(long_round *l, sheaf_round_evidence *evidence, sheaf_err *err)
{
    const sheaf_state *state = &l->t->hub->replay.state;
    sheaf_buffer transcript, result, stored;
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&l->config));
    sheaf_buffer_init(&result, 1 << 20);
    sheaf_buffer_init(&stored, 1 << 20);
    must(sheaf_blob_read(&l->t->hub->blobs, &long_row(l)->transcript, &transcript, err), err);
    must(sheaf_blob_read(&l->t->hub->blobs, &long_row(l)->result, &stored, err), err);
    evidence->transcript = sheaf_buffer_slice(&transcript);
    sheaf_status status =
        sheaf_round_recompute(state, long_row(l), &l->config.manifest, evidence, &result, err);
    if (status == SHEAF_OK)
        assert_true(
            sheaf_slice_equal(sheaf_buffer_slice(&result), sheaf_buffer_slice(&stored)));
    sheaf_buffer_deinit(&stored);
    sheaf_buffer_deinit(&result);
    sheaf_buffer_deinit(&transcript);
    return status;
}

static void wrong(long_round *l, sheaf_round_evidence *evidence, sheaf_status want,
                  const char *why)
{
    sheaf_err err = {0};
    sheaf_status status = recompute(l, evidence, &err);
    if (status != want || !strstr(err.message, why))
        fail_msg("%d %s", status, err.message);
}

static void flip(const long_round *l, const char *name, off_t at)
{
    char path[SHEAF_PATH_MAX], byte;
    long_path(l, name, path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseeko(file, at, SEEK_SET), 0);
    assert_int_equal(fread(&byte, 1, 1, file), 1);
    byte ^= 1;
    assert_int_equal(fseeko(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(&byte, 1, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

/* All chunks, or some with what the hub says of the rest. */
static void check_claims(long_round *l)
{
    enum { SECOND = (1 << 20) / 8 };       /* first word of chunk 1 */
    static const size_t chosen[] = {2, 1}; /* in any order */
    uint64_t *sum = calloc(LONG_WORDS, sizeof *sum);
    sheaf_err err = {0};
    sheaf_round_evidence all = {.vectors = sheaf_vector_source_folder(l->t->dir)};
    for (size_t k = 0; k < LONG_WORDS; k++)
        for (int i = 0; i < LONG_COUNT; i++)
            sum[k] += l->member[i].words[k];
    sheaf_round_evidence some = {
        .vectors = all.vectors, .chosen = chosen, .chosen_count = 2, .sum = sum};
    must(recompute(l, &all, &err), &err);
    must(recompute(l, &some, &err), &err);
    sum[SECOND]++;
    wrong(l, &some, SHEAF_FAULT, "that the hub shows is not that of its members");
    sum[SECOND]--;
    sum[1] += 1u << 30; /* of a chunk that was not chosen: the result would be another */
    wrong(l, &some, SHEAF_FAULT, "are impossible for 40 records");
    sum[1] -= 1u << 30;
    flip(l, "vector-921", 5);
    wrong(l, &all, SHEAF_FAULT, "chunk 0 of the vector of member 921 is not the one that it");
    must(recompute(l, &some, &err), &err);
    flip(l, "vector-921", 5);
    all.vectors.get = NULL;
    wrong(l, &all, SHEAF_IO, "are not at hand");
    all.vectors = sheaf_vector_source_folder("/nowhere");
    wrong(l, &all, SHEAF_IO, "cannot open");
    free(sum);
}

/* The sentence says what is wrong with a transcript, not only that its hash is another. */
static void check_spoiled(long_round *l)
{
    enum { HASHES = 3 * SHEAF_HASH_BYTES, AT = 4 * HASHES }; /* of the last member's chunks */
    static const struct {
        long at; /* from the end where it is below zero */
        long cut;
        const char *why;
    } rows[] = {
        {1, 0, "these bytes are no transcript"},
        {7, 0, "the transcript is of round 1, not 0"},
        {8, 0, "is of another manifest"},
        {60, 0, "a message of stage advertise is for another manifest"},
        {-AT - 2 - 36, 0, "the transcript lacks the self secret of member 923"},
        {-AT - 2 - 1, 0, "the self secret of member 923 is not the one it committed to"},
        {-AT - 1, 0, "does not have 0 mask secrets"},
        {-AT, 0, "the vector of member 0 in the transcript is not the one that it signed"},
        {-1, 0, "the vector of member 923 in the transcript is not the one that it signed"},
        {0, 1, "the transcript lacks the vector of member 923"},
        {0, HASHES + 1, "the transcript lacks the vector of member 922"},
        {0, -1, "bytes are left over behind the transcript"},
    };
    sheaf_buffer transcript;
    sheaf_err err;
    sheaf_round_evidence evidence = {.vectors = sheaf_vector_source_folder(l->t->dir)};
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&l->config) + 1);
    must(sheaf_blob_read(&l->t->hub->blobs, &long_row(l)->transcript, &transcript, &err), &err);
    sheaf_buffer_add_byte(&transcript, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = transcript.len - 1;
        uint8_t *byte = transcript.data + (rows[i].at < 0 ? (long)len : 0) + rows[i].at;
        *byte ^= rows[i].at != 0;
        evidence.transcript = sheaf_bytes(transcript.data, len - (size_t)rows[i].cut);
        sheaf_status status = sheaf_round_recompute(&l->t->hub->replay.state, long_row(l),
                                                    &l->config.manifest, &evidence, NULL, &err);
        if (status != SHEAF_FAULT || !strstr(err.message, rows[i].why))
            fail_msg("row %zu: %d %s", i, status, err.message);
        *byte ^= rows[i].at != 0;
    }
    sheaf_buffer_deinit(&transcript);
}

/* A member who has no seat in the round, until a mandate names it as an auditor. */
static void check_readers(long_round *l)
{
    enum { KEY = 990, MEMBER = 991 };
    static const char *const paths[] = {"/api/v1/rounds/0/transcript", "/api/v1/rounds/0/sum",
                                        "/api/v1/rounds/0/vector?member=0"};
    sheaf_hub *hub = l->t->hub;
    sheaf_keypair pair;
    uint8_t seed[SHEAF_SEED_BYTES] = {99};
    sheaf_keypair_from_seed(&pair, seed);
    for (int auditor = 0; auditor < 2; auditor++) {
        pthread_rwlock_wrlock(&hub->lock);
        sheaf_state *state = &hub->replay.state;
        if (auditor) {
            struct sheaf_row_auditor *row =
                sheaf_auditor_new(state, sheaf_pair(l->mandate, MEMBER));
            row->mandate = l->mandate;
            row->member = MEMBER;
        } else {
            struct sheaf_row_member *member = sheaf_member_new(state, MEMBER);
            member->id = MEMBER;
            member->state = SHEAF_member_state_active;
            struct sheaf_row_key *key = sheaf_key_new(state, KEY);
            key->id = KEY;
            key->member = MEMBER;
            key->revoked = SHEAF_NONE;
            key->until = INT64_MAX;
            memcpy(key->public_key.bytes, pair.public, SHEAF_PUBLIC_BYTES);
        }
        sheaf_state_commit(state);
        pthread_rwlock_unlock(&hub->lock);
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
            assert_int_equal(long_get_as(l, KEY, &pair, paths[i]), auditor ? 200 : 403);
    }
}

/* Who may not read the transcript gets none of its vectors; what is not there is said so. */
static void check_refused(long_round *l)
{
    char path[96];
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector?member=0", l->round);
    assert_int_equal(world_call(l->t, "GET", path, (sheaf_slice){0}, NULL), 401);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/sum", l->round);
    assert_int_equal(world_call(l->t, "GET", path, (sheaf_slice){0}, NULL), 401);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector?member=0&chunk=3", l->round);
    assert_int_equal(long_get(l, path), 404);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector?member=5", l->round);
    assert_int_equal(long_get(l, path), 404);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector", l->round);
    assert_int_equal(long_get(l, path), 404);
}

/* Participants who find the result wrong have the round taken back: just then somebody must be
 * able to look at what was summed. */
static void check_taken_back(long_round *l)
{
    char path[96];
    sheaf_hub *hub = l->t->hub;
    pthread_rwlock_wrlock(&hub->lock);
    sheaf_state *state = &hub->replay.state;
    sheaf_round_edit(state, sheaf_round_row(state, l->round))->state =
        SHEAF_round_state_aborted;
    sheaf_state_commit(state);
    pthread_rwlock_unlock(&hub->lock);
    sheaf_rounds_kept_remove(l->rounds, l->round);
    sheaf_err err;
    sheaf_round_evidence all = {.vectors = sheaf_vector_source_folder(l->t->dir)};
    must(recompute(l, &all, &err), &err);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector?member=0", l->round);
    assert_int_equal(long_get(l, path), 200);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/transcript", l->round);
    assert_int_equal(long_get(l, path), 200);
}

/* Once the window is over, all of it goes. */
static void check_swept(long_round *l)
{
    sheaf_hub *hub = l->t->hub;
    char path[SHEAF_PATH_MAX];
    pthread_rwlock_wrlock(&hub->lock);
    sheaf_state *state = &hub->replay.state;
    sheaf_mandate_edit(state, sheaf_mandate_row(state, l->mandate))->audit_s = 0;
    sheaf_state_commit(state);
    pthread_rwlock_unlock(&hub->lock);
    long_path(l, "", path);
    for (int i = 0; i < TRIES && sheaf_blob_exists(&hub->blobs, &long_row(l)->transcript); i++)
        usleep(TRY_US);
    assert_false(sheaf_file_exists(path));
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/vector?member=0", l->round);
    assert_int_equal(long_get(l, path), 404);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/transcript", l->round);
    assert_int_equal(long_get(l, path), 410);
}

/* Everybody crashes in the middle: members between masking and sending and in front of every
 * stage, the hub with half of the vectors. */
static void test_whole_round(void **state)
{
    long_round *l = malloc(sizeof *l);
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES];
    long_open(l, *state, 60000);
    long_play(l, SHEAF_ROUND_ADVERTISE, SHEAF_ROUND_INPUT);
    for (int i = 0; i < LONG_COUNT; i++) {
        (void)long_answer(l, i, SHEAF_ROUND_INPUT);
        memcpy(head, l->member[i].head.data, sizeof head);
        long_member_crash(l, i);
        assert_int_equal(l->member[i].head.len, sizeof head);
        assert_memory_equal(l->member[i].head.data, head, sizeof head);
        assert_int_equal(long_send(l, i, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204);
        if (i == 1)
            long_hub_crash(l);
    }
    assert_int_equal(long_send(l, 0, NULL, NULL, SHEAF_ROUND_KEEP_WORDS_AT), 204); /* again */
    assert_int_equal(long_size(l, "vector-0"), LONG_WORDS * 8);
    long_hub_crash(l);
    assert_int_equal(long_stage(l), SHEAF_ROUND_SURVIVORS);
    for (int i = 0; i < LONG_COUNT; i++)
        long_member_crash(l, i);
    long_play(l, SHEAF_ROUND_SURVIVORS, SHEAF_ROUND_DONE);
    long_wait_over(l);
    assert_int_equal(long_state(l), SHEAF_round_state_closed);
    /* It goes just after the log has the close. */
    for (int i = 0; i < TRIES && long_size(l, "kept") != -1; i++)
        usleep(TRY_US);
    assert_int_equal(long_size(l, "kept"), -1);
    long_check_served(l);
    check_claims(l);
    check_spoiled(l);
    check_refused(l);
    check_readers(l);
    check_taken_back(l);
    check_swept(l);
    long_close(l);
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_round, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
