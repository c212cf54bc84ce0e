#include "../vectors.h"

#include "log/levels.h"
#include "log/tile.h"

static sheaf_hash hash_of(sheaf_slice hex)
{
    sheaf_hash out;
    assert_true(sheaf_hex_get(hex, out.bytes, sizeof out.bytes));
    return out;
}

/* Hashes joined by commas; false if one of them has another length than 32 bytes. */
static bool read_proof(sheaf_slice list, sheaf_proof *out)
{
    out->count = 0;
    while (list.len) {
        sheaf_slice hex = cut(&list, ',');
        if (out->count == SHEAF_PROOF_MAX
            || !sheaf_hex_get(hex, out->hashes[out->count].bytes, SHEAF_HASH_BYTES))
            return false;
        out->count++;
    }
    return true;
}

static bool same_proof(const sheaf_proof *a, const sheaf_proof *b)
{
    return a->count == b->count
           && (a->count == 0 || memcmp(a->hashes, b->hashes, a->count * 32) == 0);
}

static void add(sheaf_levels *levels, sheaf_slice entry)
{
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    assert_int_equal(sheaf_levels_append(levels, &leaf, NULL), SHEAF_OK);
}

static void add_edge_entries(sheaf_levels *levels, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        char text[64];
        int len = snprintf(text, sizeof text, "sheaf test entry %08d\n", (int)i);
        add(levels, sheaf_bytes(text, (size_t)len));
    }
}

static void check_roots(const sheaf_levels *levels, const char *name)
{
    vector_table table = open_table(name);
    while (next_row(&table)) {
        uint64_t size = number_of(table.column[0]);
        sheaf_hash want = hash_of(table.column[1]), made = sheaf_levels_root(levels, size);
        assert_memory_equal(want.bytes, made.bytes, 32);
        sheaf_tree tree = {0};
        for (uint64_t i = 0; i < size; i++)
            sheaf_tree_append(&tree, &levels->level[0].hashes[i]);
        made = sheaf_tree_root(&tree);
        assert_memory_equal(want.bytes, made.bytes, 32);
    }
}

/* Proofs as given, as made, and with one bit of anything changed. */
static void check_inclusion(const sheaf_levels *levels, const char *name)
{
    vector_table table = open_table(name);
    sheaf_tree_source source = sheaf_levels_source(levels);
    while (next_row(&table)) {
        uint64_t size = number_of(table.column[0]), index = number_of(table.column[1]);
        sheaf_proof given, made;
        assert_true(read_proof(table.column[2], &given));
        assert_int_equal(sheaf_inclusion_make(&source, index, size, &made, NULL), SHEAF_OK);
        assert_true(same_proof(&given, &made));
        sheaf_hash root = sheaf_levels_root(levels, size);
        const sheaf_hash *leaf = &levels->level[0].hashes[index];
        assert_true(sheaf_inclusion_verify(&given, index, size, leaf, &root));
        assert_false(sheaf_inclusion_verify(&given, index + size, size, leaf, &root));
        for (size_t i = 0; i < given.count; i++) {
            given.hashes[i].bytes[i] ^= 4;
            assert_false(sheaf_inclusion_verify(&given, index, size, leaf, &root));
            given.hashes[i].bytes[i] ^= 4;
        }
        given.hashes[given.count++] = root;
        assert_false(sheaf_inclusion_verify(&given, index, size, leaf, &root));
    }
}

static void check_consistency(const sheaf_levels *levels, const char *name)
{
    vector_table table = open_table(name);
    sheaf_tree_source source = sheaf_levels_source(levels);
    while (next_row(&table)) {
        uint64_t from = number_of(table.column[0]), to = number_of(table.column[1]);
        sheaf_proof given, made;
        assert_true(read_proof(table.column[2], &given));
        assert_int_equal(sheaf_consistency_make(&source, from, to, &made, NULL), SHEAF_OK);
        assert_true(same_proof(&given, &made));
        sheaf_hash old_root = sheaf_levels_root(levels, from);
        sheaf_hash new_root = sheaf_levels_root(levels, to), wrong = old_root;
        assert_true(sheaf_consistency_verify(&given, from, to, &old_root, &new_root));
        wrong.bytes[31] ^= 1;
        assert_false(sheaf_consistency_verify(&given, from, to, &wrong, &new_root));
        for (size_t i = 0; i < given.count; i++) {
            given.hashes[i].bytes[i] ^= 4;
            assert_false(sheaf_consistency_verify(&given, from, to, &old_root, &new_root));
            given.hashes[i].bytes[i] ^= 4;
        }
        given.hashes[given.count++] = old_root;
        assert_false(sheaf_consistency_verify(&given, from, to, &old_root, &new_root));
    }
}

static void test_small(void **unused)
{
    vector_table table = open_table("small_leaves.tsv");
    sheaf_levels levels = {0};
    (void)unused;
    while (next_row(&table)) {
        sheaf_slice entry = from_hex(table.column[1]);
        sheaf_hash want = hash_of(table.column[2]), made = sheaf_tree_leaf(entry);
        assert_memory_equal(want.bytes, made.bytes, 32);
        add(&levels, entry);
        free_slice(entry);
    }
    check_roots(&levels, "small_roots.tsv");
    check_inclusion(&levels, "small_inclusion.tsv");
    check_consistency(&levels, "small_consistency.tsv");
    sheaf_levels_deinit(&levels);
}

/* Every hash tile of a log of 70,000 entries, and each bundle of it. */
static void check_tiles(const sheaf_levels *levels)
{
    vector_table table = open_table("edge_tiles.tsv");
    int rows = 0;
    while (next_row(&table)) {
        sheaf_tile tile;
        sheaf_slice data;
        sheaf_buffer bundle;
        sheaf_buffer_init(&bundle, SHEAF_BUNDLE_BYTES_MAX);
        assert_true(sheaf_tile_parse(table.column[0], &tile));
        if (tile.entries) {
            for (uint64_t i = 0; i < tile.width; i++) {
                char text[64];
                int len = snprintf(text, sizeof text, "sheaf test entry %08d\n",
                                   (int)(tile.index * SHEAF_TILE_WIDTH + i));
                sheaf_bundle_add(&bundle, sheaf_bytes(text, (size_t)len));
            }
            data = sheaf_buffer_slice(&bundle);
        } else {
            size_t from = (size_t)tile.index * SHEAF_TILE_WIDTH;
            assert_true(from + tile.width <= levels->level[8 * tile.level].count);
            data = sheaf_bytes(levels->level[8 * tile.level].hashes + from,
                               (size_t)tile.width * SHEAF_HASH_BYTES);
        }
        sheaf_hash want = hash_of(table.column[2]), made = sheaf_sha256(data);
        assert_int_equal(data.len, number_of(table.column[1]));
        assert_memory_equal(want.bytes, made.bytes, 32);
        sheaf_buffer_deinit(&bundle);
        rows++;
    }
    assert_true(rows > 500);
}

static void test_edges(void **unused)
{
    sheaf_levels levels = {0};
    (void)unused;
    assert_int_equal(sheaf_levels_reserve(&levels, 70000, NULL), SHEAF_OK);
    add_edge_entries(&levels, 70000);
    check_roots(&levels, "edge_roots.tsv");
    check_inclusion(&levels, "edge_inclusion.tsv");
    check_consistency(&levels, "edge_consistency.tsv");
    check_tiles(&levels);
    sheaf_levels_deinit(&levels);
}

static void test_published_inclusion_cases(void **unused)
{
    vector_table table = open_table("cases_inclusion.tsv");
    int rows = 0;
    (void)unused;
    while (next_row(&table)) {
        sheaf_proof proof;
        sheaf_hash root, leaf;
        bool is = sheaf_hex_get(table.column[3], root.bytes, 32)
                  && sheaf_hex_get(table.column[4], leaf.bytes, 32)
                  && read_proof(table.column[5], &proof)
                  && sheaf_inclusion_verify(&proof, number_of(table.column[1]),
                                            number_of(table.column[2]), &leaf, &root);
        if (is != sheaf_slice_is(table.column[6], "accept"))
            fail_msg("%.*s", SHEAF_PRINT(table.column[0]));
        rows++;
    }
    assert_true(rows > 20);
}

static void test_published_consistency_cases(void **unused)
{
    vector_table table = open_table("cases_consistency.tsv");
    int rows = 0;
    (void)unused;
    while (next_row(&table)) {
        sheaf_proof proof;
        sheaf_hash old_root, new_root;
        bool is = sheaf_hex_get(table.column[3], old_root.bytes, 32)
                  && sheaf_hex_get(table.column[4], new_root.bytes, 32)
                  && read_proof(table.column[5], &proof)
                  && sheaf_consistency_verify(&proof, number_of(table.column[1]),
                                              number_of(table.column[2]), &old_root, &new_root);
        if (!sheaf_slice_is(table.column[6], "either")
            && is != sheaf_slice_is(table.column[6], "accept"))
            fail_msg("%.*s", SHEAF_PRINT(table.column[0]));
        rows++;
    }
    assert_true(rows > 20);
}

/* All pairs of sizes up to 70: what is made verifies, and at no other index or size. */
static void test_all_small_sizes(void **unused)
{
    sheaf_levels levels = {0};
    sheaf_tree_source source = sheaf_levels_source(&levels);
    sheaf_proof proof;
    (void)unused;
    add_edge_entries(&levels, 70);
    for (uint64_t size = 1; size <= 70; size++) {
        sheaf_hash root = sheaf_levels_root(&levels, size);
        for (uint64_t i = 0; i < size; i++) {
            const sheaf_hash *leaf = &levels.level[0].hashes[i];
            assert_int_equal(sheaf_inclusion_make(&source, i, size, &proof, NULL), SHEAF_OK);
            for (uint64_t at = 0; at < size; at++)
                assert_int_equal(sheaf_inclusion_verify(&proof, at, size, leaf, &root),
                                 at == i);
        }
        for (uint64_t from = 0; from <= size; from++) {
            sheaf_hash old_root = sheaf_levels_root(&levels, from);
            assert_int_equal(sheaf_consistency_make(&source, from, size, &proof, NULL),
                             SHEAF_OK);
            assert_true(sheaf_consistency_verify(&proof, from, size, &old_root, &root));
            assert_false(sheaf_consistency_verify(&proof, from + 1, size, &old_root, &root));
        }
    }
    sheaf_levels_deinit(&levels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_published_inclusion_cases),
        cmocka_unit_test(test_published_consistency_cases),
        cmocka_unit_test(test_all_small_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
