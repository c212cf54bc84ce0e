/* Vectors of more than one chunk: streamed through stores and sinks, or whole in memory, they
 * give the same sums; and whatever is missing, too long or of other bytes is refused. */
#include "harness.h"

#include "round/arrival.h"
#include "round/kept.h"
#include "round/words.h"

enum { COUNT = 4, CHUNKS_MAX = 64 };

/* What a shell would keep on disk. */
typedef struct {
    size_t count;
    sheaf_hash hash[CHUNKS_MAX];
    uint8_t *bytes[CHUNKS_MAX];
    size_t len[CHUNKS_MAX];
    size_t garble; /* 1 + the chunk that comes back with a byte changed */
    size_t full;   /* puts that work; 0 for all */
} memory_store;

static sheaf_status store_put(void *context, const sheaf_chunk_name *name, sheaf_slice chunk,
                              sheaf_err *err)
{
    memory_store *store = context;
    if (store->full && store->count >= store->full)
        return sheaf_fail(err, SHEAF_IO, "the disk is full");
    assert_in_range(store->count, 0, CHUNKS_MAX - 1);
    assert_int_equal(chunk.len, name->len);
    store->hash[store->count] = name->hash;
    store->bytes[store->count] = malloc(chunk.len);
    memcpy(store->bytes[store->count], chunk.data, chunk.len);
    store->len[store->count++] = chunk.len;
    return SHEAF_OK;
}

static sheaf_status store_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    memory_store *store = context;
    for (size_t i = 0; i < store->count; i++)
        if (sheaf_hash_equal(&store->hash[i], &name->hash)) {
            assert_int_equal(store->len[i], name->len);
            memcpy(scratch, store->bytes[i], name->len);
            scratch[name->len / 2] ^= store->garble == i + 1;
            *out = scratch;
            return SHEAF_OK;
        }
    return sheaf_fail(err, SHEAF_IO, "there is no such chunk");
}

static void store_close(memory_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        free(store->bytes[i]);
    memset(store, 0, sizeof *store);
}

/* A sum that comes in order, without gaps. */
typedef struct {
    uint64_t *words, taken;
} memory_sum;

static sheaf_status sum_put(void *context, uint64_t first, const uint64_t *words, size_t count,
                            sheaf_err *err)
{
    memory_sum *sum = context;
    (void)err;
    assert_int_equal(first, sum->taken);
    memcpy(sum->words + first, words, count * sizeof *words);
    sum->taken += count;
    return SHEAF_OK;
}

/* One participant's own vector, and the file that its masked words go to. */
typedef struct {
    const uint64_t *values;
    uint8_t *file;
    uint64_t written;
    bool broken;
} own_vector;

static sheaf_status own_read(void *context, uint64_t first, uint64_t *values, size_t count,
                             sheaf_err *err)
{
    own_vector *own = context;
    if (own->broken && first > 0)
        return sheaf_fail(err, SHEAF_IO, "the data went away");
    memcpy(values, own->values + first, count * sizeof *values);
    return SHEAF_OK;
}

static sheaf_status own_write(void *context, uint64_t at, sheaf_slice words, sheaf_err *err)
{
    own_vector *own = context;
    (void)err;
    assert_int_equal(at, own->written);
    memcpy(own->file + at, words.data, words.len);
    own->written += words.len;
    return SHEAF_OK;
}

typedef struct {
    rig r;
    memory_store store;
    memory_sum sum;
    own_vector own[COUNT];
} long_rig;

/* Participants that have streams in place of the words that the rig gave them. */
static long_rig *long_open(unsigned bits, uint32_t words, uint64_t seed)
{
    long_rig *l = calloc(1, sizeof *l);
    assert_non_null(l);
    rig *r = &l->r;
    rig_open_bits(r, COUNT, words, bits, seed);
    for (int i = 0; i < COUNT; i++) {
        uint8_t fresh[32] = {(uint8_t)(i + 1), (uint8_t)seed};
        sheaf_participant_deinit(&r->p[i]);
        assert_int_equal(sheaf_participant_init(&r->p[i], &r->config,
                                                r->config.members[i].member, &r->pair[i], fresh,
                                                &r->err),
                         SHEAF_OK);
        l->own[i] = (own_vector){.values = r->input[i],
                                 .file = malloc(sheaf_round_vector_bytes(&r->config))};
        assert_int_equal(
            sheaf_participant_stream(
                &r->p[i], (sheaf_vector_stream){&l->own[i], own_read, own_write}, &r->err),
            SHEAF_OK);
    }
    l->sum.words = calloc(words, sizeof *l->sum.words);
    sheaf_coordinator_stream(&r->c, (sheaf_chunk_store){store_put, {&l->store, store_get}},
                             (sheaf_sum_sink){&l->sum, sum_put});
    return l;
}

static void long_close(long_rig *l)
{
    store_close(&l->store);
    for (int i = 0; i < COUNT; i++)
        free(l->own[i].file);
    free(l->sum.words);
    rig_close(&l->r);
    free(l);
}

/* The vector of participant i on its way, in pieces of this length. */
static sheaf_arrival *on_its_way(long_rig *l, int i, size_t piece)
{
    rig *r = &l->r;
    sheaf_arrival *arrival;
    sheaf_slice head = rig_answer(r, i, SHEAF_ROUND_INPUT);
    size_t len = sheaf_round_vector_bytes(&r->config);
    assert_int_equal(head.len, SHEAF_ROUND_INPUT_HEAD_BYTES);
    assert_int_equal(l->own[i].written, len);
    assert_int_equal(sheaf_arrival_open(&r->c, head, r->now_ms, &arrival, &r->err),
                     SHEAF_ROUND_ACCEPTED);
    for (size_t at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        assert_int_equal(
            sheaf_arrival_add(arrival, sheaf_bytes(l->own[i].file + at, n), &r->err), SHEAF_OK);
    }
    return arrival;
}

static void input_stage(long_rig *l, int stay)
{
    static const size_t pieces[COUNT] = {1 << 20, 100003, 3 << 20, 65536};
    rig *r = &l->r;
    for (int i = 0; i < stay; i++)
        assert_int_equal(
            sheaf_arrival_close(on_its_way(l, i, pieces[i]), &r->c, r->now_ms, &r->err),
            SHEAF_ROUND_ACCEPTED);
    if (sheaf_coordinator_stage(&r->c) == SHEAF_ROUND_INPUT) {
        r->now_ms = sheaf_coordinator_deadline(&r->c);
        sheaf_coordinator_tick(&r->c, r->now_ms);
    }
}

static void check_sum(const long_rig *l, const uint64_t *sum, uint64_t first, size_t count,
                      int stay)
{
    uint64_t sign = (uint64_t)1 << (l->r.config.bits - 1);
    for (size_t k = 0; k < count; k++) {
        uint64_t want = 0;
        for (int i = 0; i < stay; i++)
            want += l->r.input[i][first + k];
        want &= sign - 1 + sign;
        if (sum[k] != (want ^ sign) - sign)
            fail_msg("word %zu of the sum is wrong", k);
    }
}

/* All chunks, or one by itself; other bytes in any are a fault of that member. */
static void check_transcript(long_rig *l, int stay)
{
    rig *r = &l->r;
    sheaf_buffer transcript;
    size_t chunks = sheaf_chunk_count(&r->config), words = 0;
    sheaf_chunk_source source = {&l->store, store_get};
    memory_sum again = {calloc(r->config.words, 8), 0};
    sheaf_sum_sink sink = {&again, sum_put};
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
    sheaf_slice bytes = sheaf_buffer_slice(&transcript);
    assert_int_equal(
        sheaf_transcript_chunks(bytes, &r->config, &source, 0, chunks, &sink, NULL, &r->err),
        SHEAF_OK);
    assert_int_equal(again.taken, r->config.words);
    check_sum(l, again.words, 0, r->config.words, stay);
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        words = sheaf_chunk_bytes(&r->config, chunk) / (r->config.bits / 8);
        uint64_t first = chunk * (uint64_t)SHEAF_ROUND_CHUNK_BYTES / (r->config.bits / 8);
        again = (memory_sum){again.words, first};
        assert_int_equal(
            sheaf_transcript_chunks(bytes, &r->config, &source, chunk, 1, &sink, NULL, &r->err),
            SHEAF_OK);
        check_sum(l, again.words + first, first, words, stay);
    }
    l->store.garble = chunks + 1; /* the first chunk of the second vector */
    again.taken = 0;
    assert_int_equal(
        sheaf_transcript_chunks(bytes, &r->config, &source, 0, 1, &sink, NULL, &r->err),
        SHEAF_FAULT);
    assert_string_equal(r->err.message,
                        "chunk 0 of the vector of member 6 is not the one that it signed");
    assert_int_equal(sheaf_transcript_sum(bytes, &r->config, again.words, NULL, &r->err),
                     SHEAF_INVALID);
    assert_non_null(strstr(r->err.message, "are long and not in its transcript"));
    transcript.data[transcript.len - 1] ^= 1; /* the hash of the last chunk of the last one */
    l->store.garble = 0;
    assert_int_equal(
        sheaf_transcript_chunks(bytes, &r->config, &source, 0, 1, &sink, NULL, &r->err),
        SHEAF_FAULT);
    free(again.words);
    sheaf_buffer_deinit(&transcript);
}

/* What the shell does once the secrets are there; a deadline does not hurry it. */
static void add_up(long_rig *l, sheaf_coordinator *c)
{
    sheaf_hash transcript;
    if (!sheaf_coordinator_joined(c))
        fail_msg("aborted: %s", sheaf_coordinator_reason(c));
    assert_int_equal(sheaf_coordinator_deadline(c), INT64_MAX);
    sheaf_coordinator_tick(c, INT64_MAX - 1);
    assert_int_equal(sheaf_coordinator_stage(c), SHEAF_ROUND_REVEAL);
    if (sheaf_coordinator_sum_make(c, &transcript, &l->r.err) != SHEAF_OK)
        fail_msg("%s", l->r.err.message);
    sheaf_coordinator_sum_end(c, &transcript);
    assert_int_equal(sheaf_coordinator_stage(c), SHEAF_ROUND_DONE);
}

static void whole_round(unsigned bits, uint32_t words, int stay)
{
    long_rig *l = long_open(bits, words, bits + (uint64_t)stay);
    rig *r = &l->r;
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    rig_stage(r, SHEAF_ROUND_SHARE, NULL);
    input_stage(l, stay);
    const int leave[] = {NEVER, NEVER, NEVER, stay == COUNT ? NEVER : SHEAF_ROUND_INPUT};
    rig_stage(r, SHEAF_ROUND_SURVIVORS, leave);
    rig_stage(r, SHEAF_ROUND_REVEAL, leave);
    add_up(l, &r->c);
    assert_null(sheaf_coordinator_sum(&r->c));
    assert_int_equal(l->sum.taken, words);
    check_sum(l, l->sum.words, 0, words, stay);
    assert_int_equal(l->store.count, (size_t)stay * sheaf_chunk_count(&r->config));
    check_transcript(l, stay);
    long_close(l);
}

static void test_streamed_rounds(void **unused)
{
    (void)unused;
    whole_round(16, 1100001, 4); /* three chunks, the last of them short */
    whole_round(32, 524288, 3);  /* two whole ones */
    whole_round(64, 131073, 3);  /* one, and one word */
}

/* The transcript of a short round has the words themselves, wherever they were kept. */
static void test_streamed_short(void **unused)
{
    (void)unused;
    long_rig *l = long_open(64, 20, 8);
    rig *r = &l->r;
    sheaf_buffer transcript;
    sheaf_survivors list;
    sheaf_hash hash;
    uint64_t sum[20];
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    rig_stage(r, SHEAF_ROUND_SHARE, NULL);
    input_stage(l, COUNT);
    rig_stage(r, SHEAF_ROUND_SURVIVORS, NULL);
    rig_stage(r, SHEAF_ROUND_REVEAL, NULL);
    l->store.garble = 2; /* what the disk spoils is noticed, not summed */
    assert_int_equal(sheaf_coordinator_sum_make(&r->c, &hash, &r->err), SHEAF_FAULT);
    assert_string_equal(r->err.message,
                        "chunk 0 of the vector of member 6 is not the one that it signed");
    l->store.garble = 0;
    add_up(l, &r->c);
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
    assert_int_equal(
        sheaf_transcript_sum(sheaf_buffer_slice(&transcript), &r->config, sum, &list, &r->err),
        SHEAF_OK);
    check_sum(l, sum, 0, 20, COUNT);
    sheaf_buffer_deinit(&transcript);
    long_close(l);
}

/* What a hub writes down of a round whose vectors it streams. */
typedef struct {
    sheaf_round_kept kept;
    sheaf_buffer file;
} hub_file;

static void write_stage(long_rig *l, hub_file *f, sheaf_round_stage stage)
{
    rig *r = &l->r;
    for (int i = 0; i < COUNT && !sheaf_coordinator_joined(&r->c); i++) {
        sheaf_slice message = rig_answer(r, i, stage);
        assert_int_equal(sheaf_coordinator_receive(&r->c, message, 0, &r->err),
                         SHEAF_ROUND_ACCEPTED);
        sheaf_round_kept_add(&f->kept, &r->c, message, &f->file);
    }
}

static void write_inputs(long_rig *l, hub_file *f)
{
    rig *r = &l->r;
    sheaf_buffer record;
    sheaf_buffer_init(&record, 1 << 16);
    for (int i = 0; i < COUNT; i++) {
        sheaf_arrival *arrival = on_its_way(l, i, 1 << 20);
        assert_int_equal(sheaf_arrival_index(arrival), i);
        sheaf_buffer_reset(&record);
        sheaf_arrival_record(arrival, &record);
        assert_int_equal(sheaf_arrival_close(arrival, &r->c, 0, &r->err), SHEAF_ROUND_ACCEPTED);
        sheaf_round_kept_add_input(&f->kept, &r->c, sheaf_buffer_slice(&record), &f->file);
    }
    /* The record alone is nothing to a coordinator that has it, or whose words are others. */
    sheaf_slice last = sheaf_buffer_slice(&record);
    assert_int_equal(sheaf_arrival_again(&r->c, last, 0, &r->err), SHEAF_ROUND_DUPLICATE);
    assert_int_equal(sheaf_arrival_again(&r->c, sheaf_bytes(last.data, 99), 0, &r->err),
                     SHEAF_ROUND_REFUSED);
    sheaf_buffer_deinit(&record);
}

static void restore(long_rig *l, const hub_file *f, size_t len)
{
    sheaf_coordinator c;
    sheaf_round_kept kept;
    size_t sound = 0;
    rig *r = &l->r;
    assert_int_equal(sheaf_coordinator_init(&c, &r->config, 0, &r->err), SHEAF_OK);
    l->sum.taken = 0;
    sheaf_coordinator_stream(&c, (sheaf_chunk_store){store_put, {&l->store, store_get}},
                             (sheaf_sum_sink){&l->sum, sum_put});
    sheaf_round_kept_begin(&kept, &c);
    assert_int_equal(
        sheaf_round_kept_restore(&kept, &c, sheaf_bytes(f->file.data, len), 0, &sound, &r->err),
        SHEAF_OK);
    if (len == f->file.len) {
        assert_int_equal(sound, len);
        add_up(l, &c);
        check_sum(l, l->sum.words, 0, r->config.words, COUNT);
        assert_true(sheaf_hash_equal(sheaf_coordinator_transcript_hash(&c),
                                     sheaf_coordinator_transcript_hash(&r->c)));
    }
    sheaf_coordinator_deinit(&c);
}

/* The file ends with the last stage that was shown; the sum is made again. */
static void test_restored_streams(void **unused)
{
    (void)unused;
    long_rig *l = long_open(64, 131073, 73);
    rig *r = &l->r;
    hub_file f;
    sheaf_buffer_init(&f.file, 1 << 20);
    sheaf_round_kept_begin(&f.kept, &r->c);
    write_stage(l, &f, SHEAF_ROUND_ADVERTISE);
    write_stage(l, &f, SHEAF_ROUND_SHARE);
    write_inputs(l, &f);
    write_stage(l, &f, SHEAF_ROUND_SURVIVORS);
    write_stage(l, &f, SHEAF_ROUND_REVEAL);
    size_t puts = l->store.count;
    add_up(l, &r->c);
    sheaf_round_kept_add(&f.kept, &r->c, (sheaf_slice){0}, &f.file); /* adds nothing */
    restore(l, &f, f.file.len / 2);
    restore(l, &f, f.file.len);
    assert_int_equal(l->store.count, puts); /* nothing came a second time */
    sheaf_buffer_deinit(&f.file);
    long_close(l);
}

/* A long vector that nobody streams: the rig's own checks hold but for the transcript. */
static void test_long_in_memory(void **unused)
{
    (void)unused;
    rig *r = malloc(sizeof *r);
    rig_open_bits(r, 3, 300000, 32, 9);
    rig_run(r, NULL);
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_DONE);
    const uint64_t *sum = sheaf_coordinator_sum(&r->c);
    for (uint32_t k = 0; k < r->config.words; k++)
        assert_true((uint32_t)sum[k]
                    == (uint32_t)(r->input[0][k] + r->input[1][k] + r->input[2][k]));
    rig_close(r);
    free(r);
}

static void refuse_open(long_rig *l, sheaf_slice head, const char *reason)
{
    sheaf_arrival *arrival;
    assert_int_equal(sheaf_arrival_open(&l->r.c, head, l->r.now_ms, &arrival, &l->r.err),
                     SHEAF_ROUND_REFUSED);
    assert_null(arrival);
    if (!strstr(l->r.err.message, reason))
        fail_msg("refused with \"%s\" instead of \"%s\"", l->r.err.message, reason);
}

static void refuse_close(long_rig *l, sheaf_arrival *arrival, const char *reason)
{
    assert_int_equal(sheaf_arrival_close(arrival, &l->r.c, l->r.now_ms, &l->r.err),
                     SHEAF_ROUND_REFUSED);
    if (!strstr(l->r.err.message, reason))
        fail_msg("refused with \"%s\" instead of \"%s\"", l->r.err.message, reason);
}

/* Too short, too long, other bytes, twice at once, from nobody, too early, too late. */
static void test_arrivals_that_are_refused(void **unused)
{
    (void)unused;
    long_rig *l = long_open(32, 300000, 71);
    rig *r = &l->r;
    sheaf_arrival *arrival, *other;
    uint8_t byte = 0, forged[SHEAF_ROUND_INPUT_HEAD_BYTES];
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    rig_stage(r, SHEAF_ROUND_SHARE, NULL);
    sheaf_slice head = rig_answer(r, 0, SHEAF_ROUND_INPUT);
    memcpy(forged, head.data, sizeof forged);
    forged[sizeof forged - 1] ^= 1;
    refuse_open(l, sheaf_bytes(forged, sizeof forged), "is not signed by member 3");
    refuse_open(l, sheaf_bytes(forged, sizeof forged - 1), "cut short");
    assert_int_equal(l->store.count, 0); /* nobody unknown makes it keep a byte */
    assert_int_equal(sheaf_arrival_open(&r->c, head, 0, &arrival, &r->err),
                     SHEAF_ROUND_ACCEPTED);
    assert_int_equal(sheaf_arrival_add(arrival, sheaf_bytes(l->own[0].file, 1199999), &r->err),
                     SHEAF_OK);
    refuse_close(l, arrival, "the vector of member 3 has fewer than 1200000 bytes");
    arrival = on_its_way(l, 0, 1 << 20);
    assert_int_equal(sheaf_arrival_add(arrival, sheaf_bytes(&byte, 1), &r->err), SHEAF_FAULT);
    assert_string_equal(r->err.message, "the vector of member 3 has more than 1200000 bytes");
    sheaf_arrival_abandon(arrival);
    l->own[0].file[777] ^= 1;
    refuse_close(l, on_its_way(l, 0, 1 << 20), "does not match its signed hash");
    l->own[0].file[777] ^= 1;
    arrival = on_its_way(l, 0, 1 << 20);
    other = on_its_way(l, 0, 70000);
    assert_int_equal(sheaf_arrival_close(other, &r->c, 0, &r->err), SHEAF_ROUND_ACCEPTED);
    assert_int_equal(sheaf_arrival_close(arrival, &r->c, 0, &r->err), SHEAF_ROUND_DUPLICATE);
    assert_int_equal(sheaf_arrival_open(&r->c, head, 0, &arrival, &r->err),
                     SHEAF_ROUND_DUPLICATE);
    assert_null(arrival);
    arrival = on_its_way(l, 3, 1 << 20); /* begun in time, done too late */
    for (int i = 1; i < 3; i++)
        assert_int_equal(sheaf_arrival_close(on_its_way(l, i, 1 << 20), &r->c, 0, &r->err),
                         SHEAF_ROUND_ACCEPTED);
    r->now_ms = sheaf_coordinator_deadline(&r->c);
    refuse_close(l, arrival, "came too late");
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_SURVIVORS);
    long_close(l);
}

/* A full disk at the hub, data that goes away at the member. */
static void test_broken_stores(void **unused)
{
    (void)unused;
    long_rig *l = long_open(64, 200000, 72);
    rig *r = &l->r;
    sheaf_arrival *arrival;
    sheaf_slice none;
    rig_stage(r, SHEAF_ROUND_ADVERTISE, NULL);
    rig_stage(r, SHEAF_ROUND_SHARE, NULL);
    l->own[1].broken = true;
    assert_int_equal(
        sheaf_participant_receive(
            &r->p[1], sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_INPUT, 6), &none, &r->err),
        SHEAF_IO);
    assert_string_equal(r->err.message, "the data went away");
    l->own[1].broken = false;
    assert_int_equal(
        sheaf_participant_receive(
            &r->p[1], sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_INPUT, 6), &none, &r->err),
        SHEAF_INVALID);
    assert_non_null(strstr(r->err.message, "has left round"));
    l->store.full = 1;
    assert_int_equal(
        sheaf_arrival_open(&r->c, rig_answer(r, 0, SHEAF_ROUND_INPUT), 0, &arrival, &r->err),
        SHEAF_ROUND_ACCEPTED);
    assert_int_equal(sheaf_arrival_add(arrival, sheaf_bytes(l->own[0].file, 1600000), &r->err),
                     SHEAF_IO);
    sheaf_arrival_abandon(arrival);
    long_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streamed_rounds),           cmocka_unit_test(test_streamed_short),
        cmocka_unit_test(test_restored_streams),          cmocka_unit_test(test_long_in_memory),
        cmocka_unit_test(test_arrivals_that_are_refused), cmocka_unit_test(test_broken_stores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
