#include "folder.h"

#include "log_walk.h"
#include "store/log_store.h"

#include <fcntl.h>

#include "base/encode.h"

static sheaf_status checked(sheaf_err *err)
{
    sheaf_buffer note;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = walk_log(folder, NULL, NULL, &note, err);
    sheaf_buffer_deinit(&note);
    return status;
}

/* As verify does it: the files, then the checkpoint's signature. */
static sheaf_status verified(const sheaf_vkey *key, sheaf_err *err)
{
    sheaf_buffer note;
    sheaf_checkpoint head;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = walk_log(folder, NULL, NULL, &note, err);
    if (status == SHEAF_OK)
        status = sheaf_checkpoint_open(sheaf_buffer_slice(&note), key, &head, err);
    sheaf_buffer_deinit(&note);
    return status;
}

static void take_sample(void)
{
    shell("rm -rf '%s/log' && mkdir '%s/log' && cp -r '%s/sample-log/checkpoint' "
          "'%s/sample-log/tile' '%s/log/'",
          folder, folder, VECTORS, VECTORS, folder);
}

static sheaf_vkey sample_key(void)
{
    sheaf_vkey key;
    assert_ok(sheaf_vkey_parse(
        sheaf_str("sheaf.example/coop+ed5953ad+AePdQUX6GWavx+QqTMgY3+lmNeLfyFMYH2POSaXJncRT"),
        &key, &why));
    return key;
}

static sheaf_buffer load(const char *name)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer file;
    sheaf_buffer_init(&file, 1 << 20);
    assert_ok(sheaf_path(path, &why, "%s/log/%s", folder, name));
    assert_ok(sheaf_file_read(path, &file, &why));
    return file;
}

static void save(const char *name, sheaf_slice bytes)
{
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    assert_ok(sheaf_path(path, &why, "%s/log/%s", folder, name));
    assert_ok(sheaf_path(draft, &why, "%s/draft", folder));
    assert_ok(sheaf_file_replace(path, draft, 0644, bytes, false, &why));
}

static void swap_first_two(sheaf_buffer *file)
{
    sheaf_slice in = sheaf_buffer_slice(file), first, second;
    sheaf_buffer out;
    assert_true(sheaf_bundle_next(&in, &first) && sheaf_bundle_next(&in, &second));
    sheaf_buffer_init(&out, 1 << 20);
    sheaf_bundle_add(&out, second);
    sheaf_bundle_add(&out, first);
    sheaf_buffer_add(&out, in);
    sheaf_buffer_deinit(file);
    *file = out;
}

static void test_mutations(void **unused)
{
    static char line[512];
    char path[SHEAF_PATH_MAX];
    sheaf_vkey key = sample_key();
    int rows = 0;
    (void)unused;
    assert_ok(sheaf_path(path, &why, "%s/mutations.tsv", VECTORS));
    FILE *table = fopen(path, "r");
    assert_non_null(table);
    assert_non_null(fgets(line, sizeof line, table));
    take_sample();
    assert_ok(verified(&key, &why));
    while (fgets(line, sizeof line, table)) {
        char *rest = line, *name = strsep(&rest, "\t"), *action = strsep(&rest, "\t");
        char *xor_with = strsep(&rest, "\t");
        take_sample();
        sheaf_buffer file = load(name);
        if (strcmp(action, "append00") == 0)
            sheaf_buffer_add_byte(&file, 0);
        else if (strcmp(action, "truncate1") == 0)
            file.len--;
        else if (strcmp(action, "swap01") == 0)
            swap_first_two(&file);
        else if (strcmp(action, "delete") != 0)
            file.data[atoi(action)] ^= (uint8_t)atoi(xor_with);
        save(name, sheaf_buffer_slice(&file));
        if (strcmp(action, "delete") == 0)
            shell("rm '%s/log/%s'", folder, name);
        sheaf_err err = {0};
        sheaf_status status = verified(&key, &err);
        if (status != SHEAF_FAULT || (strcmp(name, "checkpoint") && !strstr(err.message, name)))
            fail_msg("%s %s: %d %s", name, action, (int)status, err.message);
        sheaf_buffer_deinit(&file);
        rows++;
    }
    fclose(table);
    assert_int_equal(rows, 12);
}

/* A log of 260 entries with checkpoints at several sizes, so that partial files stand. */
static void make_log(void)
{
    sheaf_log_store *store;
    static const uint64_t sizes[] = {3, 256, 258, 260};
    assert_ok(sheaf_log_store_open(&store, folder, false, &why));
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        while (sheaf_log_store_size(store) < sizes[k]) {
            char text[128];
            int len = snprintf(text, sizeof text, "%d", (int)sheaf_log_store_size(store));
            sheaf_slice entry = sheaf_bytes(text, (size_t)len);
            assert_ok(sheaf_log_store_append(store, &entry, 1, &why));
        }
        sheaf_buffer note;
        sheaf_hash root = sheaf_log_store_root(store);
        sign_head(&note, sizes[k], &root);
        assert_ok(sheaf_log_store_publish(store, sheaf_buffer_slice(&note), &why));
        sheaf_buffer_deinit(&note);
    }
    sheaf_log_store_close(store);
}

static sheaf_vkey test_key(void)
{
    static const uint8_t seed[32] = {1, 2, 3};
    sheaf_keypair pair;
    sheaf_vkey key;
    sheaf_keypair_from_seed(&pair, seed);
    assert_ok(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(ORIGIN), pair.public, &why));
    return key;
}

static const char *const log_files[] = {
    "checkpoint",     "tile/0/000",       "tile/0/001.p/2",       "tile/0/001.p/4",
    "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/2", "tile/entries/001.p/4",
};
enum { FILES = sizeof log_files / sizeof *log_files };

/* Every byte of every file: found, and the file named. Of the large tiles every 37th, which
 * still meets each of the 32 positions in a hash. */
static void test_every_flipped_byte(void **unused)
{
    char path[SHEAF_PATH_MAX];
    sheaf_vkey key = test_key();
    (void)unused;
    make_log();
    assert_ok(verified(&key, &why));
    for (int f = 0; f < FILES; f++) {
        sheaf_buffer file = load(log_files[f]);
        assert_ok(sheaf_path(path, &why, "%s/log/%s", folder, log_files[f]));
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        for (size_t at = 0; at<file.len; at += file.len> 2000 ? 37 : 1) {
            sheaf_err err = {0};
            uint8_t flipped = file.data[at] ^ (uint8_t)(1 << at % 8);
            assert_int_equal(pwrite(fd, &flipped, 1, (off_t)at), 1);
            sheaf_status status = verified(&key, &err);
            if (status == SHEAF_OK || (f > 0 && !strstr(err.message, log_files[f])))
                fail_msg("%s byte %zu: %d %s", log_files[f], at, (int)status, err.message);
            assert_int_equal(pwrite(fd, &file.data[at], 1, (off_t)at), 1);
        }
        close(fd);
        sheaf_buffer_deinit(&file);
    }
    assert_ok(verified(&key, &why));
}

static void test_missing_and_extra_files(void **unused)
{
    static const struct {
        const char *change, *names;
    } rows[] = {
        {"rm tile/0/000", "log/tile/0/000 is missing"},
        {"rm tile/entries/000", "log/tile/entries/000 is missing"},
        {"rm tile/0/001.p/4", "log/tile/0/001.p/4 is missing"},
        {"rm tile/entries/001.p/4", "log/tile/entries/001.p/4 is missing"},
        {"rm tile/1/000.p/1", "log/tile/1/000.p/1 is missing"},
        {"rm checkpoint", "log/checkpoint is missing"},
        {"touch tile/0/note.txt", "tile/0/note.txt"},
        {"touch more", "more does not belong"},
        {"touch tile/0/002", "log/tile/0/002 does not belong"},
        {"mkdir -p tile/2 && touch tile/2/000", "log/tile/2/000 does not belong"},
        {"touch tile/entries/001.p/5", "log/tile/0 only"},
        {"ln -s 000 tile/0/002", "no plain file"},
        {"cp tile/0/000 tile/0/001", "log/tile/0/001"},
        {"head -c 7000 tile/0/000 >t && mv t tile/0/000", "tile/0/000 has 7000 bytes"},
    };
    (void)unused;
    make_log();
    shell("cp -r '%s/log' '%s/good'", folder, folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        shell("cd '%s' && rm -rf log && cp -r good log && cd log && %s", folder,
              rows[i].change);
        if (checked(&err) != SHEAF_FAULT || !strstr(err.message, rows[i].names))
            fail_msg("%s: %s", rows[i].change, err.message);
    }
    /* An older partial that is gone is no fault: a full one or none stands for it. */
    shell("cd '%s' && rm -rf log && cp -r good log && rm log/tile/0/001.p/2", folder);
    assert_ok(checked(&why));
}

static sheaf_status stop_at_7(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    (void)context;
    (void)entry;
    return index == 7 ? sheaf_fail(err, SHEAF_INVALID, "seven") : SHEAF_OK;
}

static void test_visitor_stops(void **unused)
{
    sheaf_buffer note;
    sheaf_err err = {0};
    (void)unused;
    make_log();
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    assert_int_equal(walk_log(folder, stop_at_7, NULL, &note, &err), SHEAF_INVALID);
    assert_string_equal(err.message, "seven");
    sheaf_buffer_deinit(&note);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_mutations),
        IN_FOLDER(test_every_flipped_byte),
        IN_FOLDER(test_missing_and_extra_files),
        IN_FOLDER(test_visitor_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
