#include "../vectors.h"

#include "log/evidence.h"
#include "log/levels.h"

/* Two logs of one key: they differ at one entry. */
enum { SIZE = 300, FORK_AT = 100 };
static sheaf_levels honest, other;
static sheaf_keypair pair;
static sheaf_vkey key;

static void grow(sheaf_levels *levels, const char *at_fork)
{
    for (int i = 0; i < SIZE; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d%s", i, i == FORK_AT ? at_fork : "");
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_str(text));
        assert_int_equal(sheaf_levels_append(levels, &leaf, NULL), SHEAF_OK);
    }
}

static int start(void **unused)
{
    static const uint8_t seed[32] = {7};
    (void)unused;
    assert_true(sheaf_crypto_start());
    sheaf_keypair_from_seed(&pair, seed);
    assert_int_equal(
        sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str("sheaf/log"), pair.public, NULL),
        SHEAF_OK);
    grow(&honest, "");
    grow(&other, "!");
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    sheaf_levels_deinit(&honest);
    sheaf_levels_deinit(&other);
    return 0;
}

typedef struct {
    sheaf_buffer older, newer, bytes;
    sheaf_evidence evidence;
} claim;

static void sign(sheaf_buffer *out, const sheaf_levels *levels, uint64_t size)
{
    sheaf_hash root = sheaf_levels_root(levels, size);
    sheaf_buffer_init(out, SHEAF_NOTE_BYTES_MAX);
    assert_int_equal(
        sheaf_checkpoint_sign(out, sheaf_str("sheaf/log"), size, &root, &pair, NULL), SHEAF_OK);
}

/* The honest log's checkpoint of m entries against the other's of n. */
static void make(claim *c, const sheaf_levels *newer, uint64_t m, uint64_t n)
{
    sheaf_tree_source source = sheaf_levels_source(newer);
    *c = (claim){0};
    sign(&c->older, &honest, m);
    sign(&c->newer, newer, n);
    c->evidence.root = sheaf_levels_root(newer, m);
    assert_int_equal(sheaf_consistency_make(&source, m, n, &c->evidence.proof, NULL), SHEAF_OK);
    c->evidence.older = sheaf_buffer_slice(&c->older);
    c->evidence.newer = sheaf_buffer_slice(&c->newer);
    sheaf_buffer_init(&c->bytes, SHEAF_EVIDENCE_MAX);
    sheaf_evidence_put(&c->bytes, &c->evidence);
    assert_false(c->bytes.failed);
}

static void clear(claim *c)
{
    sheaf_buffer_deinit(&c->older);
    sheaf_buffer_deinit(&c->newer);
    sheaf_buffer_deinit(&c->bytes);
}

static sheaf_status verify(sheaf_slice in, sheaf_err *err)
{
    sheaf_evidence evidence;
    sheaf_checkpoint older, newer;
    SHEAF_TRY(sheaf_evidence_parse(in, &evidence, err));
    SHEAF_TRY(sheaf_evidence_verify(&evidence, &key, &older, &newer, err));
    assert_true(older.size <= newer.size && older.size > FORK_AT);
    return SHEAF_OK;
}

static void test_sizes(void **unused)
{
    static const uint64_t sizes[] = {101, 102, 127, 128, 129, 255, 256, 257, 299, 300};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    (void)unused;
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = i; k < COUNT; k++) {
            claim c;
            sheaf_err err = {0};
            make(&c, &other, sizes[i], sizes[k]);
            if (verify(sheaf_buffer_slice(&c.bytes), &err) != SHEAF_OK)
                fail_msg("%d %d: %s", (int)sizes[i], (int)sizes[k], err.message);
            clear(&c);
            /* A log that only grew is no fork. */
            make(&c, &honest, sizes[i], sizes[k]);
            assert_int_equal(verify(sheaf_buffer_slice(&c.bytes), &err), SHEAF_INVALID);
            assert_non_null(strstr(err.message, "very entries"));
            clear(&c);
        }
}

/* Nobody can accuse a log of what its key did not sign. */
static void test_every_byte_counts(void **unused)
{
    claim c;
    (void)unused;
    make(&c, &other, 129, 300);
    for (size_t at = 0; at < c.bytes.len; at++) {
        c.bytes.data[at] ^= 1;
        if (verify(sheaf_buffer_slice(&c.bytes), NULL) == SHEAF_OK)
            fail_msg("byte %zu", at);
        c.bytes.data[at] ^= 1;
    }
    for (size_t len = 0; len < c.bytes.len; len++)
        assert_int_not_equal(verify(sheaf_bytes(c.bytes.data, len), NULL), SHEAF_OK);
    sheaf_buffer_add_byte(&c.bytes, '\n');
    assert_int_not_equal(verify(sheaf_buffer_slice(&c.bytes), NULL), SHEAF_OK);
    clear(&c);
}

static void test_false_accusations(void **unused)
{
    claim c;
    sheaf_err err = {0};
    (void)unused;
    /* An honest pair with an invented root. */
    make(&c, &honest, 128, 300);
    c.evidence.root.bytes[0] ^= 1;
    assert_int_equal(sheaf_evidence_verify(&c.evidence, &key, NULL, NULL, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "not shown"));
    clear(&c);
    /* The empty log is the beginning of all. */
    make(&c, &honest, 0, 300);
    c.evidence.root.bytes[0] ^= 1;
    assert_int_equal(sheaf_evidence_verify(&c.evidence, &key, NULL, NULL, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "empty log"));
    clear(&c);
    /* The larger one first. */
    make(&c, &other, 128, 300);
    sheaf_slice swap = c.evidence.older;
    c.evidence.older = c.evidence.newer;
    c.evidence.newer = swap;
    assert_int_equal(sheaf_evidence_verify(&c.evidence, &key, NULL, NULL, &err), SHEAF_INVALID);
    /* Under another name of the same key. */
    sheaf_vkey renamed;
    assert_int_equal(sheaf_vkey_make(&renamed, SHEAF_VKEY_ED25519, sheaf_str("sheaf/other"),
                                     pair.public, NULL),
                     SHEAF_OK);
    assert_int_equal(sheaf_evidence_verify(&c.evidence, &renamed, NULL, NULL, &err),
                     SHEAF_INVALID);
    clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_false_accusations),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
