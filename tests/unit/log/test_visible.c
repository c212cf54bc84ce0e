#include "../vectors.h"

#include "log/tree.h"
#include "log/visible.h"

/* The listing of a sample bundle in which every third entry is withheld. */
static void make_listing(sheaf_slice bundle, sheaf_buffer *out)
{
    sheaf_slice entry;
    for (int i = 0; sheaf_bundle_next(&bundle, &entry); i++) {
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        if (i % 3 == 0)
            sheaf_visible_add_leaf(out, &leaf);
        else
            sheaf_visible_add_entry(out, entry);
    }
}

static void test_tree_from_listing(void **unused)
{
    sheaf_slice bundle = vector_file("sample-log/tile/entries/000"), entries = bundle, entry;
    sheaf_slice tile = vector_file("sample-log/tile/0/000"), in;
    sheaf_buffer listing;
    sheaf_visible record;
    size_t count = 0, readable = 0;
    (void)unused;
    sheaf_buffer_init(&listing, SHEAF_VISIBLE_BYTES_MAX);
    make_listing(bundle, &listing);
    assert_false(listing.failed);
    in = sheaf_buffer_slice(&listing);
    while (sheaf_visible_next(&in, &record)) {
        assert_true(sheaf_bundle_next(&entries, &entry));
        assert_int_equal(record.readable, count % 3 != 0);
        if (record.readable)
            assert_true(sheaf_slice_equal(record.entry, entry));
        assert_memory_equal(record.leaf.bytes, tile.data + 32 * count, 32);
        readable += record.readable;
        count++;
    }
    assert_int_equal(in.len, 0);
    assert_int_equal(count, 256);
    assert_int_equal(readable, 170);
    sheaf_buffer_deinit(&listing);
    free_slice(tile);
    free_slice(bundle);
}

static void test_malformed(void **unused)
{
    static const struct {
        const char *bytes;
        size_t len, good;
    } rows[] = {
        {"\x00", 1, 0},         {"\x00\x00", 2, 0},          {"\x00\x00\x02z", 4, 0},
        {"\x02\x00\x00", 3, 0}, {"\x01zzzz", 5, 0},          {"\xff", 1, 0},
        {"\x00\x00\x00", 3, 1}, {"\x00\x00\x01z\x01", 5, 1}, {"\x00\x00\x01zz", 5, 1},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_slice in = sheaf_bytes(rows[i].bytes, rows[i].len);
        sheaf_visible record;
        size_t good = 0;
        while (sheaf_visible_next(&in, &record))
            good++;
        if (good != rows[i].good || (in.len == 0) != (i == 6))
            fail_msg("row %zu", i);
    }
}

static void test_paths(void **unused)
{
    static const struct {
        uint64_t index;
        uint16_t width;
        const char *path;
    } rows[] = {
        {0, 256, "tile/public/000"},
        {0, 1, "tile/public/000.p/1"},
        {1234, 17, "tile/public/x001/234.p/17"},
        {UINT64_MAX, 255, "tile/public/x018/x446/x744/x073/x709/x551/615.p/255"},
    };
    static const char *const bad[] = {
        "",
        "tile/public/",
        "tile/public",
        "tile/public/1",
        "tile/public/000.p/256",
        "tile/entries/000",
        "tile/public/entries/000",
        "tile/public/x018/x446/x744/x073/x709/x551/x615/x615/x615/x615/x615",
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_tile tile = {.entries = true, .index = rows[i].index, .width = rows[i].width};
        sheaf_tile back;
        char path[SHEAF_TILE_PATH_MAX];
        sheaf_visible_path(&tile, path);
        assert_string_equal(path, rows[i].path);
        assert_true(sheaf_visible_parse(sheaf_str(path), &back));
        assert_true(back.entries && back.level == 0 && back.index == tile.index
                    && back.width == tile.width);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sheaf_tile tile;
        if (sheaf_visible_parse(sheaf_str(bad[i]), &tile))
            fail_msg("%s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_from_listing),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
