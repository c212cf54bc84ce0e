#include "../vectors.h"

#include "log/levels.h"
#include "witness/witness.h"

#define ORIGIN "sheaf.example/test"

enum { NOW = 1790000000, SIZES = 40, THREADS = 6, TURNS = 400 };

/* ---- a store in memory, and a witness over it ---- */

typedef struct {
    pthread_mutex_t lock;
    sheaf_buffer note;
    unsigned kept;
    uint64_t largest; /* ever kept */
    bool broken;      /* the disk */
} memory;

static sheaf_status load(void *context, const sheaf_witness_log *log, sheaf_buffer *note,
                         sheaf_err *err)
{
    memory *m = context;
    (void)log, (void)err;
    sheaf_buffer_add(note, sheaf_buffer_slice(&m->note));
    return SHEAF_OK;
}

static sheaf_status keep(void *context, const sheaf_witness_log *log, sheaf_slice note,
                         sheaf_err *err)
{
    memory *m = context;
    sheaf_checkpoint head;
    (void)log;
    if (m->broken)
        return sheaf_fail(err, SHEAF_IO, "the disk is full");
    pthread_mutex_lock(&m->lock);
    assert_int_equal(sheaf_checkpoint_read(note, &head, NULL), SHEAF_OK);
    assert_true(head.size >= m->largest); /* it never goes back */
    m->largest = head.size;
    m->kept++;
    sheaf_buffer_reset(&m->note);
    sheaf_buffer_add(&m->note, note);
    pthread_mutex_unlock(&m->lock);
    return SHEAF_OK;
}

static void memory_init(memory *m)
{
    *m = (memory){0};
    pthread_mutex_init(&m->lock, NULL);
    sheaf_buffer_init(&m->note, SHEAF_NOTE_BYTES_MAX);
}

static void memory_deinit(memory *m)
{
    sheaf_buffer_deinit(&m->note);
    pthread_mutex_destroy(&m->lock);
}

static sheaf_keypair keypair(uint8_t number)
{
    uint8_t seed[32] = {number};
    sheaf_keypair pair;
    sheaf_keypair_from_seed(&pair, seed);
    return pair;
}

static sheaf_witness *witness_over(memory *m, const sheaf_vkey *log)
{
    sheaf_witness_store store = {load, keep, m};
    sheaf_keypair pair = keypair(1);
    sheaf_witness *witness;
    assert_int_equal(sheaf_witness_open(&witness, sheaf_str("w"), &pair, &store, NULL),
                     SHEAF_OK);
    assert_int_equal(sheaf_witness_trust(witness, log, "", NULL), SHEAF_OK);
    assert_int_equal(sheaf_witness_load(witness, NULL), SHEAF_OK);
    return witness;
}

static sheaf_vkey log_key(const char *origin, uint8_t number)
{
    sheaf_keypair pair = keypair(number);
    sheaf_vkey key;
    assert_int_equal(
        sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(origin), pair.public, NULL),
        SHEAF_OK);
    return key;
}

/* ---- the vectors ---- */

static sheaf_vkey vector_key(const char *name)
{
    sheaf_vkey key;
    bool found = false;
    vector_table table = open_table("keys.tsv");
    while (next_row(&table))
        if (sheaf_slice_is(table.column[1], name)) {
            assert_int_equal(sheaf_vkey_parse(table.column[5], &key, NULL), SHEAF_OK);
            found = true;
        }
    assert_true(found);
    return key;
}

static bool status_fits(sheaf_slice want, unsigned status)
{
    sheaf_slice part;
    while ((part = cut(&want, '|')).len)
        if (number_of(part) == status)
            return true;
    return false;
}

static void test_vectors(void **unused)
{
    memory m;
    memory_init(&m);
    sheaf_vkey log = vector_key("sheaf.example/coop");
    sheaf_witness *witness = witness_over(&m, &log);
    vector_table table = open_table("witness/expected.tsv");
    int rows = 0;
    (void)unused;
    do { /* this table has no header: its first row is the first request */
        char path[200];
        sheaf_witness_answer answer;
        snprintf(path, sizeof path, "witness/%.*s", SHEAF_PRINT(table.column[0]));
        sheaf_slice body = vector_file(path);
        sheaf_witness_answer_init(&answer);
        sheaf_witness_add(witness, body, NOW, &answer);
        if (!status_fits(table.column[1], answer.status))
            fail_msg("%s: %u %.*s", path, answer.status,
                     SHEAF_PRINT(sheaf_buffer_slice(&answer.body)));
        sheaf_witness_answer_deinit(&answer);
        free_slice(body);
        rows++;
    } while (next_row(&table));
    assert_int_equal(rows, 11);
    assert_int_equal(m.largest, 999);
    sheaf_witness_close(witness);
    memory_deinit(&m);
}

/* ---- two histories of one log, signed with its key ---- */

typedef struct {
    sheaf_levels levels;
    sheaf_buffer notes[SIZES + 1]; /* of every size */
} history;

static void history_make(history *h, uint8_t fork)
{
    sheaf_keypair pair = keypair(2);
    *h = (history){0};
    for (unsigned size = 0; size <= SIZES; size++) {
        sheaf_hash root = sheaf_levels_root(&h->levels, size);
        sheaf_buffer_init(&h->notes[size], 1000);
        assert_int_equal(
            sheaf_checkpoint_sign(&h->notes[size], sheaf_str(ORIGIN), size, &root, &pair, NULL),
            SHEAF_OK);
        uint8_t entry[2] = {(uint8_t)size, size < 10 ? 0 : fork}; /* the first ten are shared */
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(entry, 2));
        assert_int_equal(sheaf_levels_append(&h->levels, &leaf, NULL), SHEAF_OK);
    }
}

static void history_free(history *h)
{
    sheaf_levels_deinit(&h->levels);
    for (unsigned size = 0; size <= SIZES; size++)
        sheaf_buffer_deinit(&h->notes[size]);
}

/* Asks for one size of a history; gives the status, and in *line what was answered. */
static unsigned ask(sheaf_witness *witness, const history *h, uint64_t old, uint64_t size,
                    uint64_t time, sheaf_buffer *line)
{
    sheaf_proof proof = {0};
    sheaf_buffer body;
    sheaf_witness_answer answer;
    sheaf_tree_source source = sheaf_levels_source(&h->levels);
    if (old > 0 && old < size)
        assert_int_equal(sheaf_consistency_make(&source, old, size, &proof, NULL), SHEAF_OK);
    sheaf_buffer_init(&body, SHEAF_ADD_CHECKPOINT_MAX);
    sheaf_add_checkpoint_put(&body, old, &proof, sheaf_buffer_slice(&h->notes[size]));
    sheaf_witness_answer_init(&answer);
    sheaf_witness_add(witness, sheaf_buffer_slice(&body), time, &answer);
    if (line) {
        sheaf_buffer_reset(line);
        sheaf_buffer_add(line, sheaf_buffer_slice(&answer.body));
    }
    sheaf_witness_answer_deinit(&answer);
    sheaf_buffer_deinit(&body);
    return answer.status;
}

static void test_answers(void **unused)
{
    memory m;
    history h, fork;
    sheaf_buffer line;
    (void)unused;
    memory_init(&m);
    history_make(&h, 0);
    history_make(&fork, 1);
    sheaf_vkey log = log_key(ORIGIN, 2);
    sheaf_witness *witness = witness_over(&m, &log);
    sheaf_buffer_init(&line, 4096);

    assert_int_equal(ask(witness, &h, 0, 0, NOW, &line), 200); /* the empty log */
    assert_int_equal(ask(witness, &h, 0, 5, NOW, &line), 200);
    assert_int_equal(ask(witness, &h, 0, 7, NOW, &line), 409);
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&line), "5\n"));
    assert_int_equal(ask(witness, &h, 5, 20, NOW, &line), 200);
    assert_int_equal(ask(witness, &fork, 20, 20, NOW, &line), 422); /* same size, other root */
    assert_int_equal(ask(witness, &fork, 20, 30, NOW, &line), 422);
    assert_int_equal(ask(witness, &fork, 5, 30, NOW, &line), 409);
    assert_int_equal(ask(witness, &h, 21, 20, NOW, &line), 400);

    /* The same again gives a cosignature of the new time, which is what is kept. */
    assert_int_equal(ask(witness, &h, 20, 20, NOW + 5, &line), 200);
    sheaf_buffer served;
    sheaf_note note;
    sheaf_note_seal seals[2];
    sheaf_buffer_init(&served, SHEAF_NOTE_BYTES_MAX);
    sheaf_witness_checkpoint(sheaf_witness_log_at(witness, 0), &served);
    const sheaf_vkey keys[2] = {log, *sheaf_witness_key(witness)};
    assert_int_equal(sheaf_note_parse(sheaf_buffer_slice(&served), &note, NULL), SHEAF_OK);
    assert_int_equal(sheaf_note_verify(&note, keys, 2, seals, NULL), SHEAF_OK);
    assert_true(seals[0].is_signed && seals[1].is_signed);
    assert_int_equal(seals[1].time, NOW + 5);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&served), sheaf_buffer_slice(&m.note)));
    sheaf_buffer_deinit(&served);

    /* A witness that comes back knows where it was; one that lost its key's word does not
     * start.
     */
    sheaf_witness_close(witness);
    witness = witness_over(&m, &log);
    assert_int_equal(ask(witness, &h, 0, 30, NOW, &line), 409);
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&line), "20\n"));

    /* What could not be stored is not cosigned, and nothing is until a restart. */
    m.broken = true;
    assert_int_equal(ask(witness, &h, 20, 30, NOW, &line), 500);
    m.broken = false;
    assert_int_equal(ask(witness, &h, 20, 30, NOW, &line), 500);
    sheaf_witness_close(witness);
    sheaf_buffer_deinit(&line);
    history_free(&h);
    history_free(&fork);
    memory_deinit(&m);
}

static void test_malformed(void **unused)
{
    static const struct {
        const char *body;
        unsigned status;
    } rows[] = {
        {"", 400},
        {"old 0\n", 400},
        {"old 0\n\n", 400},
        {"old 00\n\n" ORIGIN "\n0\nx\n\n", 400},
        {"old -1\n\n", 400},
        {"old 0\nAAAA\n\n", 400},
        {"old 0\n\nno note\n", 400},
        {"old 0\n\n" ORIGIN "\n1\n", 400},
        {"old 0\n\nelsewhere\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
         "\xe2\x80\x94 a AAAAAAE=\n",
         404},
        {"old 0\n\n" ORIGIN "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
         "\xe2\x80\x94 a AAAAAAE=\n",
         403},
        {"old 0\n\n" ORIGIN "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n\n"
         "\xe2\x80\x94 a AAAAAAE=\n",
         400},
    };
    memory m;
    (void)unused;
    memory_init(&m);
    sheaf_vkey log = log_key(ORIGIN, 2);
    sheaf_witness *witness = witness_over(&m, &log);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_witness_answer answer;
        sheaf_witness_answer_init(&answer);
        sheaf_witness_add(witness, sheaf_str(rows[i].body), NOW, &answer);
        if (answer.status != rows[i].status)
            fail_msg("row %zu: %u", i, answer.status);
        sheaf_witness_answer_deinit(&answer);
    }
    /* An empty log with a root of its own. */
    sheaf_hash root = {{1}};
    sheaf_keypair pair = keypair(2);
    sheaf_buffer body;
    sheaf_witness_answer answer;
    sheaf_buffer_init(&body, 4096);
    sheaf_buffer_add_string(&body, "old 0\n\n");
    assert_int_equal(sheaf_checkpoint_sign(&body, sheaf_str(ORIGIN), 0, &root, &pair, NULL),
                     SHEAF_OK);
    sheaf_witness_answer_init(&answer);
    sheaf_witness_add(witness, sheaf_buffer_slice(&body), NOW, &answer);
    assert_int_equal(answer.status, 422);
    sheaf_witness_answer_deinit(&answer);
    sheaf_buffer_deinit(&body);
    assert_int_equal(m.kept, 0);
    sheaf_witness_close(witness);
    memory_deinit(&m);
}

/* What is kept must be what this witness cosigned of this log. */
static void test_kept_checked(void **unused)
{
    memory m;
    history h;
    (void)unused;
    memory_init(&m);
    history_make(&h, 0);
    sheaf_buffer_add(&m.note, sheaf_buffer_slice(&h.notes[5])); /* no cosignature */
    sheaf_witness_store store = {load, keep, &m};
    sheaf_keypair pair = keypair(1);
    sheaf_vkey log = log_key(ORIGIN, 2);
    sheaf_witness *witness;
    assert_int_equal(sheaf_witness_open(&witness, sheaf_str("w"), &pair, &store, NULL),
                     SHEAF_OK);
    assert_int_equal(sheaf_witness_trust(witness, &log, "", NULL), SHEAF_OK);
    assert_int_equal(sheaf_witness_trust(witness, &log, "", NULL), SHEAF_INVALID);
    assert_int_equal(sheaf_witness_trust(witness, sheaf_witness_key(witness), "", NULL),
                     SHEAF_INVALID);
    assert_int_equal(sheaf_witness_load(witness, NULL), SHEAF_FAULT);
    sheaf_witness_close(witness);
    history_free(&h);
    memory_deinit(&m);
}

/* ---- whatever is asked, in whatever order, by however many at once ---- */

typedef struct {
    sheaf_witness *witness;
    const history *histories; /* two, which part at entry 10 */
    uint32_t seed;
    uint8_t cosigned[2][SIZES + 1];
} crowd;

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void *crowd_run(void *context)
{
    crowd *c = context;
    sheaf_buffer line;
    sheaf_buffer_init(&line, 4096);
    uint64_t seen = 0;
    for (int i = 0; i < TURNS; i++) {
        unsigned which = next(&c->seed) % 2, size = next(&c->seed) % (SIZES + 1);
        /* Mostly what the last answer said, for else nothing would ever be accepted. */
        uint64_t old = next(&c->seed) % 8 ? seen : next(&c->seed) % (SIZES + 1);
        unsigned status = ask(c->witness, &c->histories[which], old, size, NOW, &line);
        if (status == 200)
            c->cosigned[which][seen = size] = 1;
        else if (status == 409)
            seen = number_of(sheaf_bytes(line.data, line.len - 1));
    }
    sheaf_buffer_deinit(&line);
    return NULL;
}

static void test_crowd(void **unused)
{
    static crowd crowds[THREADS];
    (void)unused;
    for (uint32_t seed = 1; seed <= 6; seed++) {
        memory m;
        history histories[2];
        pthread_t threads[THREADS];
        memory_init(&m);
        history_make(&histories[0], 0);
        history_make(&histories[1], 1);
        sheaf_vkey log = log_key(ORIGIN, 2);
        sheaf_witness *witness = witness_over(&m, &log);
        for (unsigned t = 0; t < THREADS; t++) {
            crowds[t] = (crowd){witness, histories, seed * 100 + t, {{0}}};
            assert_int_equal(pthread_create(&threads[t], NULL, crowd_run, &crowds[t]), 0);
        }
        for (unsigned t = 0; t < THREADS; t++)
            pthread_join(threads[t], NULL);
        unsigned beyond[2] = {0};
        for (unsigned t = 0; t < THREADS; t++)
            for (unsigned which = 0; which < 2; which++)
                for (unsigned size = 11; size <= SIZES; size++)
                    beyond[which] += crowds[t].cosigned[which][size];
        if (beyond[0] && beyond[1])
            fail_msg("seed %u: cosigned both histories", seed);
        assert_true(m.kept > 1);
        sheaf_witness_close(witness);
        history_free(&histories[0]);
        history_free(&histories[1]);
        memory_deinit(&m);
    }
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),   cmocka_unit_test(test_answers),
        cmocka_unit_test(test_malformed), cmocka_unit_test(test_kept_checked),
        cmocka_unit_test(test_crowd),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
