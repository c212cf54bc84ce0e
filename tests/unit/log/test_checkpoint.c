#include "../vectors.h"

#include "log/proof.h"

/* The keys of the sample log: the log, then its two witnesses; the table has others behind. */
static sheaf_vkey keys[3];
static sheaf_keypair log_pair;

static int start(void **unused)
{
    (void)unused;
    assert_true(sheaf_crypto_start());
    vector_table table = open_table("keys.tsv");
    for (size_t i = 0; next_row(&table); i++) {
        uint8_t seed[32];
        if (i >= 3)
            continue;
        assert_true(sheaf_hex_get(table.column[3], seed, 32));
        assert_int_equal(sheaf_vkey_parse(table.column[5], &keys[i], NULL), SHEAF_OK);
        if (i == 0)
            sheaf_keypair_from_seed(&log_pair, seed);
    }
    return 0;
}

static void test_sample_history(void **unused)
{
    static const uint64_t sizes[] = {0, 1, 255, 256, 257, 512, 999};
    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char name[64];
        sheaf_checkpoint head;
        sheaf_buffer again;
        sheaf_err err = {0};
        snprintf(name, sizeof name, "sample-log/history/checkpoint.%d", (int)sizes[i]);
        sheaf_slice file = vector_file(name);
        if (sheaf_checkpoint_open(file, &keys[0], &head, &err) != SHEAF_OK)
            fail_msg("%s: %s", name, err.message);
        assert_int_equal(head.size, sizes[i]);
        /* Ed25519 is deterministic: signing again gives the same line. */
        sheaf_buffer_init(&again, SHEAF_NOTE_BYTES_MAX);
        assert_int_equal(
            sheaf_checkpoint_sign(&again, head.origin, head.size, &head.root, &log_pair, &err),
            SHEAF_OK);
        assert_true(again.len <= file.len && memcmp(again.data, file.data, again.len) == 0);
        sheaf_buffer_deinit(&again);
        free_slice(file);
    }
}

static void test_malformed(void **unused)
{
    static const char *const bad[] = {
        "",
        "o\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "o\n1\nAAAA\n",
        "o\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextension\n"};
    sheaf_checkpoint head;
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (sheaf_checkpoint_parse(sheaf_str(bad[i]), &head, NULL) != SHEAF_INVALID)
            fail_msg("row %zu", i);
    assert_int_equal(
        sheaf_checkpoint_parse(
            sheaf_str("o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), &head, NULL),
        SHEAF_OK);
}

static void test_other_origin(void **unused)
{
    sheaf_buffer note;
    sheaf_hash root = {{1}};
    sheaf_checkpoint head;
    sheaf_vkey other;
    sheaf_err err = {0};
    (void)unused;
    /* A note whose text names one log, signed under the name of another. */
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_checkpoint_put(&note, sheaf_str("sheaf/one"), 5, &root);
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1000);
    sheaf_buffer_add(&text, sheaf_buffer_slice(&note));
    assert_int_equal(sheaf_vkey_make(&other, SHEAF_VKEY_ED25519, sheaf_str("sheaf/two"),
                                     log_pair.public, &err),
                     SHEAF_OK);
    sheaf_buffer_add_byte(&note, '\n');
    sheaf_note_add_line(&note, &other, sheaf_buffer_slice(&text), 0, &log_pair);
    assert_int_equal(sheaf_checkpoint_open(sheaf_buffer_slice(&note), &other, &head, &err),
                     SHEAF_FAULT);
    assert_non_null(strstr(err.message, "sheaf/one"));
    sheaf_buffer_deinit(&note);
    sheaf_buffer_deinit(&text);
}

static void test_sample_proofs(void **unused)
{
    static const int numbers[] = {0, 256, 500, 999};
    (void)unused;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char name[64];
        sheaf_err err = {0};
        sheaf_checkpoint head;
        sheaf_proof_file parsed;
        sheaf_buffer again;
        snprintf(name, sizeof name, "proofs/%d.tlog-proof", numbers[i]);
        sheaf_slice file = vector_file(name);
        snprintf(name, sizeof name, "proofs/%d.entry", numbers[i]);
        sheaf_slice entry = vector_file(name);
        if (sheaf_proof_verify(file, entry, keys, 3, 2, &head, &err) != SHEAF_OK)
            fail_msg("%s: %s", name, err.message);
        assert_int_equal(head.size, 1000);
        assert_int_equal(sheaf_proof_verify(file, entry, keys, 3, 3, NULL, NULL), SHEAF_FAULT);
        assert_int_equal(sheaf_proof_verify(file, sheaf_str("other"), keys, 3, 2, NULL, NULL),
                         SHEAF_FAULT);
        assert_int_equal(sheaf_proof_parse(file, &parsed, NULL), SHEAF_OK);
        assert_int_equal(parsed.index, numbers[i]);
        sheaf_buffer_init(&again, SHEAF_PROOF_FILE_MAX);
        sheaf_proof_put(&again, parsed.index, &parsed.proof, parsed.note);
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&again), file));
        for (size_t at = 0; at < again.len; at++) {
            again.data[at] ^= 1;
            assert_int_not_equal(
                sheaf_proof_verify(sheaf_buffer_slice(&again), entry, keys, 3, 2, NULL, NULL),
                SHEAF_OK);
            again.data[at] ^= 1;
        }
        sheaf_buffer_deinit(&again);
        free_slice(file);
        free_slice(entry);
    }
}

static void test_extra_line(void **unused)
{
    static const char text[] = "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 3\n\nnote";
    static const char bad[] = "c2sp.org/tlog-proof@v1\nextra AAA\nindex 3\n\nnote";
    sheaf_proof_file file;
    (void)unused;
    assert_int_equal(sheaf_proof_parse(sheaf_str(text), &file, NULL), SHEAF_OK);
    assert_true(sheaf_slice_is(file.extra, "AAAA") && sheaf_slice_is(file.note, "note"));
    assert_int_equal(sheaf_proof_parse(sheaf_str(bad), &file, NULL), SHEAF_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_history), cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_other_origin),   cmocka_unit_test(test_sample_proofs),
        cmocka_unit_test(test_extra_line),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
