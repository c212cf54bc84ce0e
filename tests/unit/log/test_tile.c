#include "../vectors.h"

#include "log/tile.h"

static void test_known_paths(void **unused)
{
    vector_table table = open_table("paths.tsv");
    int rows = 0;
    (void)unused;
    while (next_row(&table)) {
        sheaf_tile tile = {.entries = sheaf_slice_is(table.column[0], "entries")}, back;
        char path[SHEAF_TILE_PATH_MAX];
        tile.level = tile.entries ? 0 : (uint8_t)number_of(table.column[0]);
        tile.index = number_of(table.column[1]);
        tile.width = (uint16_t)number_of(table.column[2]);
        sheaf_tile_path(&tile, path);
        assert_true(sheaf_slice_is(table.column[3], path));
        assert_true(sheaf_tile_parse(table.column[3], &back));
        assert_true(back.entries == tile.entries && back.level == tile.level
                    && back.index == tile.index && back.width == tile.width);
        rows++;
    }
    assert_true(rows > 30);
}

static void test_paths_refused(void **unused)
{
    static const char *const rows[] = {"",
                                       "tile",
                                       "tile/",
                                       "tile/0",
                                       "tile/0/",
                                       "tile/0/1",
                                       "tile/0/01",
                                       "tile/0/0001",
                                       "tile/00/001",
                                       "tile/64/001",
                                       "tile/-1/001",
                                       "tile/0/x001",
                                       "tile/0/x001/",
                                       "tile/0/x000/001",
                                       "tile/0/001/002",
                                       "tile/0/x001/x002",
                                       "tile/0/001.p",
                                       "tile/0/001.p/",
                                       "tile/0/001.p/0",
                                       "tile/0/001.p/01",
                                       "tile/0/001.p/256",
                                       "tile/0/001.p/1 ",
                                       "tile/0/001.P/1",
                                       "tile/entries",
                                       "tile/entries/1",
                                       "tile/entry/001",
                                       "/tile/0/001",
                                       "tile/0/../001",
                                       "tile/0/001.p/1000",
                                       "tile/0/x999/x999/x999/x999/x999/x999/x999/999"};
    sheaf_tile tile;
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sheaf_tile_parse(sheaf_str(rows[i]), &tile))
            fail_msg("%s", rows[i]);
    sheaf_tile largest = {.level = 63, .index = UINT64_MAX, .width = 255}, back;
    char path[SHEAF_TILE_PATH_MAX];
    sheaf_tile_path(&largest, path);
    assert_string_equal(path, "tile/63/x018/x446/x744/x073/x709/x551/615.p/255");
    assert_true(sheaf_tile_parse(sheaf_str(path), &back) && back.index == UINT64_MAX);
}

static void test_widths(void **unused)
{
    static const struct {
        unsigned level;
        uint64_t size, full, partial;
    } rows[] = {
        {0, 0, 0, 0},     {0, 255, 0, 255},     {0, 256, 1, 0},
        {1, 256, 0, 1},   {0, 70000, 273, 112}, {1, 70000, 1, 17},
        {2, 70000, 0, 1}, {3, 70000, 0, 0},     {63, UINT64_MAX, 0, 0},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t hashes = sheaf_tile_hashes(rows[i].level, rows[i].size);
        assert_int_equal(hashes / SHEAF_TILE_WIDTH, rows[i].full);
        assert_int_equal(hashes % SHEAF_TILE_WIDTH, rows[i].partial);
    }
}

static void test_bundles(void **unused)
{
    sheaf_slice file = vector_file("published/tessera-testdata-entries.000.p.15"), entry;
    sheaf_slice in = file;
    sheaf_buffer again;
    (void)unused;
    sheaf_buffer_init(&again, SHEAF_BUNDLE_BYTES_MAX);
    int count = 0;
    while (sheaf_bundle_next(&in, &entry)) {
        sheaf_bundle_add(&again, entry);
        if (count == 0)
            assert_true(sheaf_slice_is(entry, "one"));
        count++;
    }
    assert_int_equal(count, 15);
    assert_int_equal(in.len, 0);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&again), file));
    in = sheaf_bytes(file.data, file.len - 1);
    while (sheaf_bundle_next(&in, &entry))
        count--;
    assert_int_equal(count, 1);
    assert_true(in.len > 0);
    sheaf_buffer_deinit(&again);
    free_slice(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_paths),
        cmocka_unit_test(test_paths_refused),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_bundles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
