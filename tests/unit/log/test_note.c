#include "../vectors.h"

#include "log/note.h"

static void test_published_notes(void **unused)
{
    vector_table table = open_table("published/index.tsv");
    (void)unused;
    while (next_row(&table)) {
        char name[200];
        sheaf_err err = {0};
        sheaf_vkey key;
        sheaf_note note;
        sheaf_note_seal seal;
        sheaf_buffer text;
        snprintf(name, sizeof name, "published/%.*s", SHEAF_PRINT(table.column[0]));
        sheaf_slice file = vector_file(name);
        assert_int_equal(sheaf_vkey_parse(table.column[1], &key, &err), SHEAF_OK);
        if (sheaf_note_parse(file, &note, &err) != SHEAF_OK
            || sheaf_note_verify(&note, &key, 1, &seal, &err) != SHEAF_OK)
            fail_msg("%s: %s", name, err.message);
        assert_true(seal.is_signed);
        if (key.type == SHEAF_VKEY_COSIGNATURE)
            assert_int_equal(seal.time, 1767139200);
        sheaf_buffer_init(&text, SHEAF_VKEY_TEXT_MAX);
        sheaf_vkey_put(&text, &key);
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&text), table.column[1]));
        sheaf_buffer_deinit(&text);
        free_slice(file);
    }
}

static void test_known_signatures(void **unused)
{
    vector_table table = open_table("note_signatures.tsv");
    int rows = 0;
    (void)unused;
    while (next_row(&table)) {
        uint8_t seed[32];
        sheaf_keypair pair;
        sheaf_vkey key;
        sheaf_buffer line, want;
        uint64_t time = number_of(table.column[3]);
        sheaf_slice text = from_hex(table.column[4]);
        assert_true(sheaf_hex_get(table.column[2], seed, 32));
        sheaf_keypair_from_seed(&pair, seed);
        assert_int_equal(sheaf_vkey_make(&key, (sheaf_vkey_type)number_of(table.column[1]),
                                         table.column[0], pair.public, NULL),
                         SHEAF_OK);
        sheaf_buffer_init(&line, 1000);
        sheaf_buffer_init(&want, 1000);
        sheaf_note_add_line(&line, &key, text, time, &pair);
        sheaf_buffer_printf(&want, "\xe2\x80\x94 %.*s %.*s\n", SHEAF_PRINT(table.column[0]),
                            SHEAF_PRINT(table.column[5]));
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&line), sheaf_buffer_slice(&want)));
        sheaf_buffer_deinit(&line);
        sheaf_buffer_deinit(&want);
        free_slice(text);
        rows++;
    }
    assert_true(rows > 10);
}

static void test_vkeys(void **unused)
{
    static const char *const bad[] = {
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "exa mple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    };
    sheaf_vkey key;
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sheaf_vkey_parse(sheaf_str(bad[i]), &key, NULL), SHEAF_INVALID);
    vector_table table = open_table("keys.tsv");
    while (next_row(&table)) {
        uint8_t public[32];
        assert_int_equal(sheaf_vkey_parse(table.column[5], &key, NULL), SHEAF_OK);
        assert_true(sheaf_hex_get(table.column[4], public, 32));
        assert_memory_equal(key.public, public, 32);
        assert_int_equal(key.type, number_of(table.column[2]));
        assert_true(sheaf_slice_equal(sheaf_vkey_name(&key), table.column[1]));
    }
}

static sheaf_status parse(const char *text)
{
    sheaf_note note;
    return sheaf_note_parse(sheaf_str(text), &note, NULL);
}

#define DASH "\xe2\x80\x94"
#define LINE DASH " a AAAAAAE=\n"

static void test_malformed_notes(void **unused)
{
    static const char *const bad[] = {"",
                                      "\n",
                                      "\n\n",
                                      "text\n",
                                      "text\n\n",
                                      "text\n\nno line\n",
                                      "text\n" LINE,
                                      "text\n\n" DASH " a AAAAAAE=",
                                      "text\n\n" DASH "  AAAAAAE=\n",
                                      "text\n\n" DASH " a\n",
                                      "text\n\n" DASH " a AAAAAA==\n",
                                      "text\n\n" DASH " a AAAAAAF\n",
                                      "text\n\n- a AAAAAAE=\n",
                                      "text\n\n" DASH " a+b AAAAAAE=\n",
                                      "te\rxt\n\n" LINE,
                                      "te\x01xt\n\n" LINE,
                                      "\xff\n\n" LINE,
                                      "text\n\n" LINE LINE,
                                      "text\n\n" LINE "\n",
                                      "text\n\n" DASH " a\xc2\xa0z AAAAAAE=\n"};
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse(bad[i]) != SHEAF_INVALID)
            fail_msg("row %zu: %s", i, bad[i]);
    assert_int_equal(parse("text\n\n" LINE), SHEAF_OK);
    assert_int_equal(parse("text\n\nmore\n\n" LINE DASH " b AAAAAAE=\n"), SHEAF_OK);
}

static void test_line_limit(void **unused)
{
    sheaf_buffer text;
    sheaf_note note;
    (void)unused;
    sheaf_buffer_init(&text, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add_string(&text, "text\n\n");
    for (int i = 0; i < SHEAF_NOTE_LINES_MAX; i++)
        sheaf_buffer_printf(&text, DASH " k%d AAAAAAE=\n", i);
    assert_int_equal(sheaf_note_parse(sheaf_buffer_slice(&text), &note, NULL), SHEAF_OK);
    assert_int_equal(note.line_count, SHEAF_NOTE_LINES_MAX);
    sheaf_buffer_add_string(&text, LINE);
    assert_int_equal(sheaf_note_parse(sheaf_buffer_slice(&text), &note, NULL), SHEAF_INVALID);
    sheaf_buffer_deinit(&text);
}

/* No byte of a note by a known key can change. */
static void test_every_flipped_byte(void **unused)
{
    sheaf_slice file = vector_file("published/sunlight-mirror-checkpoint");
    sheaf_vkey key;
    (void)unused;
    assert_int_equal(sheaf_vkey_parse(sheaf_str("mirror.example.org+3fb148ef+"
                                                "BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"),
                                      &key, NULL),
                     SHEAF_OK);
    uint8_t *bytes = malloc(file.len);
    assert_non_null(bytes);
    memcpy(bytes, file.data, file.len);
    for (size_t at = 0; at < file.len; at++)
        for (int bit = 0; bit < 8; bit++) {
            sheaf_note note;
            bytes[at] ^= (uint8_t)(1 << bit);
            sheaf_status status = sheaf_note_parse(sheaf_bytes(bytes, file.len), &note, NULL);
            if (status == SHEAF_OK)
                status = sheaf_note_verify(&note, &key, 1, NULL, NULL);
            assert_int_not_equal(status, SHEAF_OK);
            bytes[at] ^= (uint8_t)(1 << bit);
        }
    free(bytes);
    free_slice(file);
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_notes), cmocka_unit_test(test_known_signatures),
        cmocka_unit_test(test_vkeys),           cmocka_unit_test(test_malformed_notes),
        cmocka_unit_test(test_line_limit),      cmocka_unit_test(test_every_flipped_byte),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
