#include "folder.h"

#include "log_walk.h"
#include "store/journal_record.h"
#include "store/log_files.h"
#include "store/log_settle.h"

static void append(sheaf_log_store *store, uint64_t from, uint64_t count)
{
    static char text[SHEAF_LOG_BATCH_MAX][128];
    static sheaf_slice entries[SHEAF_LOG_BATCH_MAX];
    for (uint64_t i = 0; i < count; i++)
        entries[i] = test_entry(from + i, text[i]);
    assert_ok(sheaf_log_store_append(store, entries, count, &why));
}

static sheaf_status publish_at(sheaf_log_store *store, uint64_t size, sheaf_err *err)
{
    sheaf_buffer note;
    sheaf_hash root = sheaf_log_store_root_at(store, size);
    sign_head(&note, size, &root);
    sheaf_status status = sheaf_log_store_publish(store, sheaf_buffer_slice(&note), err);
    sheaf_buffer_deinit(&note);
    return status;
}

static sheaf_status expect_entry(void *context, uint64_t index, sheaf_slice entry,
                                 sheaf_err *err)
{
    char text[128];
    (void)err;
    assert_true(sheaf_slice_equal(entry, test_entry(index, text)));
    *(uint64_t *)context += 1;
    return SHEAF_OK;
}

static void check_folder(uint64_t size)
{
    sheaf_buffer note;
    uint64_t seen = 0;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    assert_ok(walk_log(folder, expect_entry, &seen, &note, &why));
    assert_int_equal(seen, size);
    sheaf_buffer_deinit(&note);
}

/* What a store of these entries must have, whatever happened to it. */
static void expect_store(const sheaf_log_store *store, uint64_t size)
{
    char text[128];
    sheaf_tree tree = {0};
    uint64_t seen = 0;
    for (uint64_t i = 0; i < size; i++) {
        sheaf_hash leaf = sheaf_tree_leaf(test_entry(i, text));
        sheaf_tree_append(&tree, &leaf);
    }
    sheaf_hash root = sheaf_tree_root(&tree), has = sheaf_log_store_root_at(store, size);
    assert_memory_equal(root.bytes, has.bytes, sizeof root.bytes);
    assert_ok(sheaf_log_store_range(store, 0, size, expect_entry, &seen, &why));
    assert_int_equal(seen, size);
}

static void test_append_publish_reopen(void **unused)
{
    static const uint64_t batches[] = {1, 1, 3, 250, 1, 1, 255, 513, 1, 4};
    sheaf_log_store *store;
    uint64_t size = 0;
    (void)unused;
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        assert_ok(sheaf_log_store_open(&store, folder, false, &why));
        assert_int_equal(sheaf_log_store_size(store), size);
        append(store, size, batches[i]);
        size += batches[i];
        expect_store(store, size);
        assert_ok(publish_at(store, size, &why));
        sheaf_log_store_close(store);
        check_folder(size);
        assert_ok(sheaf_log_store_open(&store, folder, true, &why));
        assert_int_equal(sheaf_log_store_size(store), size);
        expect_store(store, size);
        sheaf_log_store_close(store);
    }
}

static void test_proofs_and_entries(void **unused)
{
    sheaf_log_store *store;
    sheaf_proof proof;
    sheaf_buffer entry;
    char text[128];
    (void)unused;
    sheaf_buffer_init(&entry, SHEAF_LOG_ENTRY_MAX);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    append(store, 0, 700);
    sheaf_hash root = sheaf_log_store_root(store);
    for (uint64_t i = 0; i < 700; i += 23) {
        sheaf_hash leaf = sheaf_log_store_hash(store, 0, i);
        assert_ok(sheaf_log_store_inclusion(store, i, 700, &proof, &why));
        assert_true(sheaf_inclusion_verify(&proof, i, 700, &leaf, &root));
        sheaf_hash old = sheaf_log_store_root_at(store, i);
        assert_ok(sheaf_log_store_consistency(store, i, 700, &proof, &why));
        assert_true(sheaf_consistency_verify(&proof, i, 700, &old, &root));
        assert_ok(sheaf_log_store_entry(store, i, &entry, &why));
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&entry), test_entry(i, text)));
    }
    assert_int_equal(sheaf_log_store_entry(store, 700, &entry, NULL), SHEAF_INVALID);
    assert_int_equal(sheaf_log_store_inclusion(store, 700, 700, &proof, NULL), SHEAF_INVALID);
    assert_int_equal(sheaf_log_store_inclusion(store, 0, 701, &proof, NULL), SHEAF_INVALID);
    assert_int_equal(sheaf_log_store_consistency(store, 5, 4, &proof, NULL), SHEAF_INVALID);
    sheaf_buffer_deinit(&entry);
    sheaf_log_store_close(store);
}

static void test_refusals(void **unused)
{
    sheaf_log_store *store, *second;
    sheaf_err err = {0};
    sheaf_buffer note;
    static uint8_t large[SHEAF_LOG_ENTRY_MAX + 1];
    sheaf_slice entry = sheaf_bytes(large, sizeof large);
    (void)unused;
    assert_int_equal(sheaf_log_store_open(&store, folder, true, &err), SHEAF_IO);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    assert_int_equal(sheaf_log_store_open(&second, folder, false, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, folder));
    assert_int_equal(sheaf_log_store_append(store, &entry, 1, &err), SHEAF_INVALID);
    entry.len--;
    assert_ok(sheaf_log_store_append(store, &entry, 1, &why));
    append(store, 1, 9);
    assert_ok(publish_at(store, 10, &why));
    assert_int_equal(publish_at(store, 9, &err), SHEAF_INVALID);
    sheaf_hash wrong = {{7}};
    sign_head(&note, 10, &wrong);
    assert_int_equal(sheaf_log_store_publish(store, sheaf_buffer_slice(&note), &err),
                     SHEAF_FAULT);
    sheaf_buffer_deinit(&note);
    sheaf_log_store_close(store);
    assert_ok(sheaf_log_store_open(&store, folder, true, &why));
    assert_int_equal(sheaf_log_store_append(store, &entry, 1, &err), SHEAF_INVALID);
    sheaf_log_store_close(store);
}

static void read_journal(sheaf_buffer *out)
{
    char path[SHEAF_PATH_MAX];
    assert_ok(sheaf_path(path, &why, "%s/journal/0", folder));
    sheaf_buffer_init(out, 4 << 20);
    assert_ok(sheaf_file_read(path, out, &why));
}

static void write_journal(sheaf_slice bytes)
{
    char path[SHEAF_PATH_MAX];
    assert_ok(sheaf_path(path, &why, "%s/journal/0", folder));
    assert_ok(sheaf_file_replace(path, path, 0600, bytes, false, &why));
}

/* The journal cut around the end of every record, as a power cut may leave it: every whole
 * record counts. And with a changed byte in a record before the last: that is damage. */
static void test_torn_journal(void **unused)
{
    enum { ENTRIES = 5, RECORD = 32 + 32 };
    sheaf_log_store *store;
    sheaf_buffer whole, grown;
    size_t ends[ENTRIES + 1] = {RECORD}; /* the first record has no entry */
    (void)unused;
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    for (size_t i = 0; i < ENTRIES; i++) {
        char text[128];
        append(store, i, 1);
        ends[i + 1] = (i + 1) * SHEAF_JOURNAL_BLOCK + RECORD + 2 + test_entry(i, text).len;
    }
    sheaf_log_store_close(store);
    read_journal(&whole);
    for (size_t i = 0; i <= ENTRIES; i++)
        for (size_t cut = ends[i] - 5; cut <= ends[i] + 5; cut++) {
            uint64_t want = cut < ends[i] ? i - 1 : i;
            shell("rm -rf '%s/log' '%s/journal/1'", folder, folder);
            write_journal(sheaf_bytes(whole.data, cut));
            if (cut < ends[0]) {
                assert_int_equal(sheaf_log_store_open(&store, folder, false, NULL),
                                 SHEAF_FAULT);
                continue;
            }
            assert_ok(sheaf_log_store_open(&store, folder, false, &why));
            assert_int_equal(sheaf_log_store_size(store), want);
            append(store, want, 1);
            sheaf_log_store_close(store);
            assert_ok(sheaf_log_store_open(&store, folder, false, &why));
            assert_int_equal(sheaf_log_store_size(store), want + 1);
            expect_store(store, want + 1);
            sheaf_log_store_close(store);
        }
    for (size_t at = 0; at < ends[ENTRIES - 1]; at++) {
        size_t record = at / SHEAF_JOURNAL_BLOCK;
        if (at >= ends[record] || at % 5)
            continue;
        shell("rm -f '%s/journal/1'", folder);
        sheaf_buffer_init(&grown, 4 << 20);
        sheaf_buffer_add(&grown, sheaf_buffer_slice(&whole));
        grown.data[at] ^= 0x10;
        write_journal(sheaf_buffer_slice(&grown));
        assert_int_equal(sheaf_log_store_open(&store, folder, false, NULL), SHEAF_FAULT);
        sheaf_buffer_deinit(&grown);
    }
    sheaf_buffer_deinit(&whole);
}

/* Files that were not synced may be lost or empty after a power cut: the journal has them. */
static void test_unsynced_files_lost(void **unused)
{
    sheaf_log_store *store;
    (void)unused;
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    append(store, 0, 300);
    assert_ok(publish_at(store, 299, &why));
    assert_ok(publish_at(store, 300, &why));
    sheaf_log_store_close(store);
    shell("cd '%s/log/tile' && : >entries/000 && : >0/001.p/44 && : >0/001.p/43 && rm 0/000 "
          "1/000.p/1",
          folder);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    expect_store(store, 300);
    sheaf_log_store_close(store);
    check_folder(300);
}

/* Enough to replace the journal several times. */
static void test_rotation(void **unused)
{
    sheaf_log_store *store;
    static uint8_t block[60000];
    (void)unused;
    for (int round = 0; round < 3; round++) {
        assert_ok(sheaf_log_store_open(&store, folder, false, &why));
        for (int i = 0; i < 290; i++) {
            uint64_t number = sheaf_log_store_size(store);
            sheaf_slice entry = sheaf_bytes(block, i % 3 ? 900 : sizeof block);
            memcpy(block, &number, sizeof number);
            assert_ok(sheaf_log_store_append(store, &entry, 1, &why));
        }
        assert_ok(publish_at(store, sheaf_log_store_size(store), &why));
        sheaf_log_store_close(store);
    }
    sheaf_buffer note;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    assert_ok(walk_log(folder, NULL, NULL, &note, &why));
    /* A copy of the public files alone is a log that can be carried on. */
    shell("rm -r '%s/journal'", folder);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    assert_int_equal(sheaf_log_store_size(store), 870);
    sheaf_slice entry = sheaf_str("one more");
    assert_ok(sheaf_log_store_append(store, &entry, 1, &why));
    assert_ok(publish_at(store, 871, &why));
    sheaf_log_store_close(store);
    assert_ok(walk_log(folder, NULL, NULL, &note, &why));
    sheaf_buffer_deinit(&note);
}

static sheaf_status sign_any(void *context, uint64_t size, const sheaf_hash *root,
                             sheaf_buffer *note, sheaf_err *err)
{
    sheaf_buffer made;
    (void)context;
    sign_head(&made, size, root);
    sheaf_buffer_add(note, sheaf_buffer_slice(&made));
    sheaf_buffer_deinit(&made);
    return sheaf_buffer_check(note, "a note", err);
}

static void commit(sheaf_log_store *store, uint64_t from, uint64_t count)
{
    static char text[SHEAF_LOG_BATCH_MAX][128];
    static sheaf_slice entries[SHEAF_LOG_BATCH_MAX];
    for (uint64_t i = 0; i < count; i++)
        entries[i] = test_entry(from + i, text[i]);
    assert_ok(sheaf_log_store_commit(store, entries, count, sign_any, NULL, &why));
}

/* The tile as the store serves it, and, once written, as the folder has it. */
static void expect_tile(const sheaf_log_store *store, sheaf_tile tile, bool written)
{
    sheaf_buffer served, file;
    sheaf_slice bytes;
    char path[SHEAF_PATH_MAX];
    sheaf_buffer_init(&served, SHEAF_BUNDLE_BYTES_MAX);
    sheaf_buffer_init(&file, SHEAF_BUNDLE_BYTES_MAX);
    assert_ok(sheaf_log_store_tile(store, &tile, &served, &bytes, &why));
    assert_ok(sheaf_log_path(folder, &tile, path, &why));
    assert_int_equal(sheaf_file_exists(path), written);
    if (written) {
        assert_ok(sheaf_file_read(path, &file, &why));
        assert_true(sheaf_slice_equal(bytes, sheaf_buffer_slice(&file)));
    }
    assert_true(tile.entries || bytes.len == (size_t)tile.width * SHEAF_HASH_BYTES);
    sheaf_buffer_deinit(&served);
    sheaf_buffer_deinit(&file);
}

/* What is committed is durable and served at once, and in DIR/log after a flush. */
static void test_commit_and_flush(void **unused)
{
    static const sheaf_tile last[] = {{.entries = true, .index = 1, .width = 44},
                                      {.index = 1, .width = 44},
                                      {.level = 1, .width = 1}};
    static const sheaf_tile full[] = {{.entries = true, .width = 256},
                                      {.width = 256},
                                      {.entries = true, .width = 7},
                                      {.width = 7}};
    sheaf_log_store *store;
    sheaf_buffer note;
    (void)unused;
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    commit(store, 0, 7);
    assert_ok(sheaf_log_store_flush(store, &why));
    check_folder(7);
    commit(store, 7, 290);
    commit(store, 297, 3);
    assert_int_equal(sheaf_log_store_published(store), 300);
    check_folder(7); /* the files are behind, and sound */
    for (size_t i = 0; i < sizeof last / sizeof *last; i++)
        expect_tile(store, last[i], false);
    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        expect_tile(store, full[i], i >= 2); /* those of size 7 stand still */
    expect_store(store, 300);
    assert_ok(sheaf_log_store_flush(store, &why));
    check_folder(300);
    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        expect_tile(store, full[i], i < 2);
    for (size_t i = 0; i < sizeof last / sizeof *last; i++)
        expect_tile(store, last[i], true);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_hash root = sheaf_log_store_root(store);
    assert_ok(sign_any(NULL, 300, &root, &note, &why));
    assert_true(
        sheaf_slice_equal(sheaf_log_store_checkpoint(store), sheaf_buffer_slice(&note)));
    sheaf_buffer_deinit(&note);
    commit(store, 300, 1);
    sheaf_log_store_close(store); /* closing flushes */
    check_folder(301);
}

/* While files are written commits go on, and all is served; then the next ones follow. */
static void test_settling(void **unused)
{
    static const sheaf_tile tiles[] = {{.entries = true, .index = 1, .width = 256},
                                       {.index = 1, .width = 256},
                                       {.entries = true, .index = 2, .width = 188},
                                       {.level = 1, .width = 2}};
    enum { TILES = sizeof tiles / sizeof *tiles };
    sheaf_log_store *store;
    sheaf_log_settling settling;
    bool more;
    (void)unused;
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    commit(store, 0, 700);
    assert_ok(sheaf_log_settle_take(store, &settling, &more, &why));
    assert_false(more);
    commit(store, 700, 100);
    for (int i = 0; i < TILES; i++)
        expect_tile(store, tiles[i], false);
    assert_ok(sheaf_log_settle_write(&settling, &why));
    check_folder(700);
    commit(store, 800, 10);
    expect_store(store, 810);
    for (int i = 0; i < TILES; i++)
        expect_tile(store, tiles[i], true);
    sheaf_log_settle_end(store, &settling, SHEAF_OK);
    expect_store(store, 810);
    for (int i = 0; i < TILES; i++)
        expect_tile(store, tiles[i], true);
    /* More than one settling takes. */
    for (int i = 0; i < 9; i++)
        commit(store, 810 + 1000 * (uint64_t)i, 1000);
    assert_ok(sheaf_log_settle_take(store, &settling, &more, &why));
    assert_true(more);
    commit(store, 9810, 300);
    assert_ok(sheaf_log_settle_write(&settling, &why));
    sheaf_log_settle_end(store, &settling, SHEAF_OK);
    check_folder(700); /* the checkpoint comes last */
    expect_store(store, 10110);
    sheaf_log_store_close(store);
    check_folder(10110);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    expect_store(store, 10110);
    /* After a failure nothing more is taken. */
    commit(store, 10110, 1);
    assert_ok(sheaf_log_settle_take(store, &settling, &more, &why));
    sheaf_log_settle_end(store, &settling, SHEAF_IO);
    assert_int_equal(sheaf_log_settle_take(store, &settling, &more, NULL), SHEAF_IO);
    sheaf_log_store_close(store);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    sheaf_log_store_close(store);
    check_folder(10111);
}

/* Far behind, the journal grows beyond its room until the settling ends. */
static void test_far_behind(void **unused)
{
    sheaf_log_store *store;
    sheaf_log_settling settling;
    bool more;
    static uint8_t block[60000];
    sheaf_slice entry = sheaf_bytes(block, sizeof block);
    (void)unused;
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    assert_ok(sheaf_log_store_commit(store, &entry, 1, sign_any, NULL, &why));
    assert_ok(sheaf_log_settle_take(store, &settling, &more, &why));
    uint64_t size = 1;
    for (; !sheaf_log_store_behind(store) && size < 100; size++)
        assert_ok(sheaf_log_store_commit(store, &entry, 1, sign_any, NULL, &why));
    assert_in_range(size, 20, 60);
    assert_ok(sheaf_log_settle_write(&settling, &why));
    sheaf_log_settle_end(store, &settling, SHEAF_OK);
    assert_false(sheaf_log_store_behind(store));
    assert_ok(sheaf_log_store_commit(store, &entry, 1, sign_any, NULL, &why)); /* it turns */
    sheaf_log_store_close(store);
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    assert_int_equal(sheaf_log_store_size(store), size + 1);
    sheaf_log_store_close(store);
}

static void test_checkpoint_ahead(void **unused)
{
    sheaf_log_store *store;
    sheaf_err err = {0};
    (void)unused;
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    append(store, 0, 3);
    assert_ok(publish_at(store, 3, &why));
    sheaf_log_store_close(store);
    sheaf_buffer journal;
    read_journal(&journal);
    write_journal(sheaf_bytes(journal.data, 70));
    assert_int_equal(sheaf_log_store_open(&store, folder, false, &err), SHEAF_FAULT);
    assert_non_null(strstr(err.message, "3 entries, but only 0"));
    sheaf_buffer_deinit(&journal);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_append_publish_reopen),
        IN_FOLDER(test_proofs_and_entries),
        IN_FOLDER(test_refusals),
        IN_FOLDER(test_torn_journal),
        IN_FOLDER(test_unsynced_files_lost),
        IN_FOLDER(test_rotation),
        IN_FOLDER(test_commit_and_flush),
        IN_FOLDER(test_settling),
        IN_FOLDER(test_far_behind),
        IN_FOLDER(test_checkpoint_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
