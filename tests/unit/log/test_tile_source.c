#include "../vectors.h"

#include "log/checkpoint.h"
#include "log/levels.h"
#include "log/tile_source.h"

/* A tree of edge entries in memory, which gives its tiles. */
static sheaf_levels levels;
static sheaf_tile_source source;
static sheaf_status failure;

static sheaf_status read_tile(void *context, const sheaf_tile *tile,
                              sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    (void)context;
    if (failure != SHEAF_OK)
        return sheaf_fail(err, failure, "the tile cannot be read");
    size_t from = (size_t)tile->index * SHEAF_TILE_WIDTH;
    assert_true(from + tile->width <= levels.level[8 * tile->level].count);
    memcpy(out, levels.level[8 * tile->level].hashes + from, tile->width * sizeof *out);
    return SHEAF_OK;
}

static sheaf_tree_source of_size(uint64_t size)
{
    source = (sheaf_tile_source){.read = read_tile, .size = size};
    return sheaf_tile_source_as(&source);
}

static int start(void **unused)
{
    (void)unused;
    assert_int_equal(sheaf_levels_reserve(&levels, 70000, NULL), SHEAF_OK);
    for (int i = 0; i < 70000; i++) {
        char text[64];
        int len = snprintf(text, sizeof text, "sheaf test entry %08d\n", i);
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(text, (size_t)len));
        assert_int_equal(sheaf_levels_append(&levels, &leaf, NULL), SHEAF_OK);
    }
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    sheaf_levels_deinit(&levels);
    return 0;
}

/* Every size around the edges of tiles: the same roots and proofs as from memory. */
static void test_same_as_memory(void **unused)
{
    static const uint64_t sizes[] = {1,   2,   255,  256,   257,   511,   512,
                                     513, 700, 4096, 65535, 65536, 65537, 70000};
    sheaf_tree_source memory = sheaf_levels_source(&levels);
    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t size = sizes[i], places[] = {0, size / 3, size / 2, size - 1};
        sheaf_tree_source tiles = of_size(size);
        sheaf_hash root, want = sheaf_levels_root(&levels, size);
        assert_int_equal(sheaf_tree_root_at(&tiles, size, &root, NULL), SHEAF_OK);
        assert_memory_equal(root.bytes, want.bytes, 32);
        for (size_t k = 0; k < 4; k++) {
            sheaf_proof made, known;
            tiles = of_size(size);
            assert_int_equal(sheaf_inclusion_make(&tiles, places[k], size, &made, NULL),
                             SHEAF_OK);
            assert_true(source.tiles_read <= 5);
            assert_int_equal(sheaf_inclusion_make(&memory, places[k], size, &known, NULL),
                             SHEAF_OK);
            assert_int_equal(made.count, known.count);
            assert_memory_equal(made.hashes, known.hashes, made.count * 32);
            tiles = of_size(70000);
            assert_int_equal(sheaf_consistency_make(&tiles, places[k], size, &made, NULL),
                             SHEAF_OK);
            assert_int_equal(sheaf_consistency_make(&memory, places[k], size, &known, NULL),
                             SHEAF_OK);
            assert_int_equal(made.count, known.count);
            assert_memory_equal(made.hashes, known.hashes, made.count * 32);
        }
    }
}

/* The last tiles stay: further proofs read one tile of each level below the top. */
static void test_few_reads(void **unused)
{
    sheaf_tree_source tiles = of_size(70000);
    sheaf_hash root = sheaf_levels_root(&levels, 70000);
    size_t before = 0;
    (void)unused;
    for (uint64_t i = 0; i < 500; i++) {
        sheaf_proof proof;
        uint64_t index = i * 7919 % 70000;
        assert_int_equal(sheaf_inclusion_make(&tiles, index, 70000, &proof, NULL), SHEAF_OK);
        assert_true(sheaf_inclusion_verify(&proof, index, 70000, &levels.level[0].hashes[index],
                                           &root));
        assert_true(source.tiles_read - before <= (i == 0 ? 5 : 2));
        before = source.tiles_read;
    }
}

/* What is not there, and what cannot be read, is a failure and leaves no half-filled slot. */
static void test_failures(void **unused)
{
    sheaf_proof proof;
    sheaf_hash hash;
    sheaf_tree_source tiles = of_size(300);
    (void)unused;
    assert_int_equal(tiles.subtree(tiles.context, 0, 300, &hash, NULL), SHEAF_INVALID);
    assert_int_equal(tiles.subtree(tiles.context, 8, 1, &hash, NULL), SHEAF_INVALID);
    assert_int_equal(tiles.subtree(tiles.context, 40, 0, &hash, NULL), SHEAF_INVALID);
    assert_int_equal(tiles.subtree(tiles.context, 0, UINT64_MAX, &hash, NULL), SHEAF_INVALID);
    tiles = of_size(300);
    failure = SHEAF_IO;
    assert_int_equal(sheaf_inclusion_make(&tiles, 7, 300, &proof, NULL), SHEAF_IO);
    failure = SHEAF_OK;
    assert_int_equal(sheaf_inclusion_make(&tiles, 7, 300, &proof, NULL), SHEAF_OK);
    sheaf_hash root = sheaf_levels_root(&levels, 300);
    assert_true(sheaf_inclusion_verify(&proof, 7, 300, &levels.level[0].hashes[7], &root));
}

/* The older checkpoints of the sample log, against the tiles of its last one. */
static sheaf_status sample_tile(void *context, const sheaf_tile *tile,
                                sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    char path[SHEAF_TILE_PATH_MAX], name[SHEAF_TILE_PATH_MAX + 16];
    (void)context, (void)err;
    sheaf_tile_path(tile, path);
    snprintf(name, sizeof name, "sample-log/%s", path);
    sheaf_slice file = vector_file(name);
    assert_int_equal(file.len, tile->width * sizeof *out);
    memcpy(out, file.data, file.len);
    free_slice(file);
    return SHEAF_OK;
}

static void test_sample_history(void **unused)
{
    static const char *const names[] = {"history/checkpoint.0",   "history/checkpoint.1",
                                        "history/checkpoint.255", "history/checkpoint.256",
                                        "history/checkpoint.257", "history/checkpoint.512",
                                        "history/checkpoint.999", "checkpoint"};
    enum { COUNT = sizeof names / sizeof *names };
    sheaf_checkpoint head[COUNT];
    sheaf_slice file[COUNT];
    (void)unused;
    source = (sheaf_tile_source){.read = sample_tile, .size = 1000};
    sheaf_tree_source tiles = sheaf_tile_source_as(&source);
    for (size_t i = 0; i < COUNT; i++) {
        char name[64];
        sheaf_proof proof;
        sheaf_hash root;
        snprintf(name, sizeof name, "sample-log/%s", names[i]);
        file[i] = vector_file(name);
        assert_int_equal(sheaf_checkpoint_read(file[i], &head[i], NULL), SHEAF_OK);
        assert_int_equal(sheaf_tree_root_at(&tiles, head[i].size, &root, NULL), SHEAF_OK);
        assert_memory_equal(root.bytes, head[i].root.bytes, 32);
        for (size_t k = 0; k <= i; k++) {
            assert_int_equal(
                sheaf_consistency_make(&tiles, head[k].size, head[i].size, &proof, NULL),
                SHEAF_OK);
            assert_true(sheaf_consistency_verify(&proof, head[k].size, head[i].size,
                                                 &head[k].root, &head[i].root));
        }
    }
    for (size_t i = 0; i < COUNT; i++)
        free_slice(file[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_memory),
        cmocka_unit_test(test_few_reads),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_sample_history),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
