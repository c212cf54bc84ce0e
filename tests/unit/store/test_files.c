#include "folder.h"

#include "store/blob.h"
#include "store/clock.h"
#include "store/key_file.h"
#include "store/random.h"
#include "store/texts.h"

#include <errno.h>

static void path_in(char out[SHEAF_PATH_MAX], const char *name)
{
    assert_ok(sheaf_path(out, &why, "%s/%s", folder, name));
}

static void test_read_and_write(void **unused)
{
    char path[SHEAF_PATH_MAX], deep[SHEAF_PATH_MAX];
    sheaf_buffer out;
    (void)unused;
    path_in(path, "file");
    sheaf_buffer_init(&out, 5);
    assert_int_equal(sheaf_file_read(path, &out, NULL), SHEAF_IO);
    assert_ok(sheaf_file_write(path, 0600, sheaf_str("first"), &why));
    assert_ok(sheaf_file_write(path, 0600, sheaf_str("again"), &why));
    assert_ok(sheaf_file_read(path, &out, &why));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), "again"));
    assert_ok(sheaf_file_write(path, 0600, sheaf_str("longer"), &why));
    sheaf_buffer_reset(&out);
    assert_int_equal(sheaf_file_read(path, &out, NULL), SHEAF_INVALID);
    sheaf_buffer_deinit(&out);
    path_in(deep, "a/b/c");
    assert_ok(sheaf_folder_make(deep, 0700, &why));
    assert_ok(sheaf_folder_make(deep, 0700, &why));
    path_in(deep, "file/x");
    assert_int_equal(sheaf_folder_make(deep, 0700, NULL), SHEAF_IO);
    assert_ok(sheaf_file_remove(path, &why));
    assert_ok(sheaf_file_remove(path, &why));
    assert_false(sheaf_file_exists(path));
    char long_name[SHEAF_PATH_MAX + 1];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[SHEAF_PATH_MAX] = 0;
    assert_int_equal(sheaf_path(path, NULL, "%s", long_name), SHEAF_INVALID);
}

static ssize_t full_pwrite(int fd, const void *data, size_t len, off_t at)
{
    return len > 3 ? pwrite(fd, data, 3, at) : -1;
}

/* A disk that fills up leaves the old file as it was and no draft. */
static void test_disk_full(void **unused)
{
    static sheaf_disk full;
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    sheaf_buffer out;
    (void)unused;
    path_in(path, "file");
    path_in(draft, "file.draft");
    assert_ok(sheaf_file_write(path, 0600, sheaf_str("old"), &why));
    full = *sheaf_disk_now();
    full.pwrite = full_pwrite;
    sheaf_disk_use(&full);
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_str("newer"), NULL), SHEAF_IO);
    sheaf_disk_use(NULL);
    assert_false(sheaf_file_exists(draft));
    sheaf_buffer_init(&out, 10);
    assert_ok(sheaf_file_read(path, &out, &why));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), "old"));
    sheaf_buffer_deinit(&out);
}

/* What is no plain file, such as /dev/null, is not replaced by one. */
static void test_pipe_stays(void **unused)
{
    char path[SHEAF_PATH_MAX];
    struct stat info;
    sheaf_err err = {0};
    (void)unused;
    path_in(path, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_str("x"), &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "no plain file"));
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISFIFO(info.st_mode));
}

static int read_only_mkdir(const char *path, mode_t mode)
{
    (void)path, (void)mode;
    errno = EROFS;
    return -1;
}

/* Why a folder cannot be made is told, not what was tried after that. */
static void test_folder_read_only(void **unused)
{
    static sheaf_disk read_only;
    char path[SHEAF_PATH_MAX];
    sheaf_err err = {0};
    (void)unused;
    path_in(path, "made");
    read_only = *sheaf_disk_now();
    read_only.mkdir = read_only_mkdir;
    sheaf_disk_use(&read_only);
    assert_int_equal(sheaf_folder_make(path, 0700, &err), SHEAF_IO);
    sheaf_disk_use(NULL);
    assert_non_null(strstr(err.message, "Read-only"));
}

static void test_lock(void **unused)
{
    int first, second;
    sheaf_err err = {0};
    (void)unused;
    assert_ok(sheaf_folder_lock(folder, &first, &why));
    assert_int_equal(sheaf_folder_lock(folder, &second, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, folder));
    sheaf_folder_unlock(first);
    assert_ok(sheaf_folder_lock(folder, &second, &why));
    sheaf_folder_unlock(second);
}

static void test_key_file(void **unused)
{
    char path[SHEAF_PATH_MAX];
    sheaf_keypair made, loaded;
    sheaf_err err = {0};
    (void)unused;
    path_in(path, "key");
    assert_int_equal(sheaf_key_file_load(path, &loaded, &err), SHEAF_IO);
    assert_ok(sheaf_key_file_create(path, &made, &why));
    assert_ok(sheaf_key_file_load(path, &loaded, &why));
    assert_memory_equal(made.secret, loaded.secret, sizeof made.secret);
    assert_int_equal(sheaf_key_file_create(path, &loaded, &err), SHEAF_INVALID);
    shell("chmod 644 '%s'", path);
    assert_int_equal(sheaf_key_file_load(path, &loaded, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "chmod 600"));
    shell("chmod 600 '%s' && printf x >>'%s'", path, path);
    assert_int_equal(sheaf_key_file_load(path, &loaded, &err), SHEAF_INVALID);
    shell("printf 'sheaf-key/v1\\n%%43s\\n' '' >'%s'", path);
    assert_int_equal(sheaf_key_file_load(path, &loaded, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "damaged"));
}

static void test_blobs(void **unused)
{
    sheaf_blobs blobs;
    sheaf_blob_writer *writer;
    sheaf_hash hash, streamed, other = {{1}};
    sheaf_buffer out;
    sheaf_err err = {0};
    int fd;
    uint64_t size;
    (void)unused;
    assert_ok(sheaf_blobs_open(&blobs, folder, &why));
    assert_ok(sheaf_blob_put(&blobs, sheaf_str("abc"), &hash, &why));
    assert_ok(sheaf_blob_put(&blobs, sheaf_str("abc"), &hash, &why));
    assert_true(sheaf_blob_exists(&blobs, &hash) && !sheaf_blob_exists(&blobs, &other));
    assert_ok(sheaf_blob_writer_open(&writer, &blobs, &why));
    for (int i = 0; i < 3; i++)
        assert_ok(sheaf_blob_writer_add(writer, sheaf_bytes("abc" + i, 1), &why));
    assert_ok(sheaf_blob_writer_commit(writer, &hash, &streamed, &why));
    assert_true(sheaf_hash_equal(&hash, &streamed));
    assert_ok(sheaf_blob_open(&blobs, &hash, &fd, &size, &why));
    assert_int_equal(size, 3);
    close(fd);
    assert_int_equal(sheaf_blob_open(&blobs, &other, &fd, &size, &err), SHEAF_IO);
    assert_ok(sheaf_blob_writer_open(&writer, &blobs, &why));
    assert_ok(sheaf_blob_writer_add(writer, sheaf_str("abd"), &why));
    assert_int_equal(sheaf_blob_writer_commit(writer, &hash, NULL, &err), SHEAF_FAULT);
    assert_ok(sheaf_blob_writer_open(&writer, &blobs, &why));
    sheaf_blob_writer_abort(writer);
    shell("test $(ls '%s/blobs' | wc -l) = 1", folder); /* no draft is left */
    shell("touch '%s/blobs/draft-x'", folder);
    assert_ok(sheaf_blobs_open(&blobs, folder, &why));
    shell("test ! -e '%s/blobs/draft-x'", folder);
    sheaf_buffer_init(&out, 10);
    assert_ok(sheaf_blob_read(&blobs, &hash, &out, &why));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), "abc"));
    assert_ok(sheaf_blob_put(&blobs, sheaf_str("gone"), &streamed, &why));
    assert_ok(sheaf_blob_delete(&blobs, &streamed, &why));
    assert_ok(sheaf_blob_delete(&blobs, &streamed, &why));
    assert_true(!sheaf_blob_exists(&blobs, &streamed) && sheaf_blob_exists(&blobs, &hash));
    shell("for f in '%s'/blobs/*/*; do printf abx >\"$f\"; done", folder);
    assert_int_equal(sheaf_blob_read(&blobs, &hash, &out, &err), SHEAF_FAULT);
    assert_int_equal(out.len, 0);
    sheaf_buffer_deinit(&out);
}

static void test_texts(void **unused)
{
    sheaf_texts texts;
    uint8_t salt[SHEAF_SALT_BYTES], back[SHEAF_SALT_BYTES];
    sheaf_buffer out;
    sheaf_area area;
    uint32_t checked = 0;
    bool erased;
    sheaf_slice text = sheaf_str("why we train this model");
    (void)unused;
    sheaf_random(salt, sizeof salt);
    sheaf_hash commitment = sheaf_commit(salt, text);
    sheaf_buffer_init(&out, SHEAF_TEXT_BYTES_MAX);
    assert_ok(sheaf_texts_open(&texts, folder, &why));
    assert_int_equal(sheaf_text_get(&texts, &commitment, back, &out, NULL), SHEAF_IO);
    assert_int_equal(
        sheaf_text_put(&texts, SHEAF_AREA_LEDGER, &commitment, salt, sheaf_str("other"), NULL),
        SHEAF_FAULT);
    assert_false(sheaf_text_find(&texts, &commitment, &area));
    assert_ok(sheaf_text_put(&texts, SHEAF_AREA_LEDGER, &commitment, salt, text, &why));
    assert_true(sheaf_text_find(&texts, &commitment, &area));
    assert_int_equal(area, SHEAF_AREA_LEDGER);
    assert_ok(sheaf_text_get(&texts, &commitment, back, &out, &why));
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&out), text));
    assert_memory_equal(salt, back, sizeof salt);
    assert_ok(sheaf_texts_check(&texts, &checked, &why));
    assert_int_equal(checked, 1);
    shell("for f in '%s'/texts/ledger/*; do printf x >>\"$f\"; done", folder);
    assert_int_equal(sheaf_text_get(&texts, &commitment, back, &out, NULL), SHEAF_FAULT);
    assert_int_equal(sheaf_texts_check(&texts, &checked, &why), SHEAF_FAULT);
    assert_ok(sheaf_text_erase(&texts, &commitment, &erased, &why));
    assert_true(erased && !sheaf_text_find(&texts, &commitment, NULL));
    assert_ok(sheaf_text_erase(&texts, &commitment, &erased, &why));
    assert_false(erased);
    /* What a crash left half written goes at the next start; a stranger's file is named. */
    shell("printf half >'%s/texts/draft'", folder);
    assert_ok(sheaf_texts_open(&texts, folder, &why));
    shell("test ! -e '%s/texts/draft' && printf x >'%s/texts/data/x'", folder, folder);
    assert_int_equal(sheaf_texts_check(&texts, &checked, &why), SHEAF_FAULT);
    sheaf_buffer_deinit(&out);
}

static void test_clock(void **unused)
{
    (void)unused;
    int64_t before = sheaf_clock_monotonic_us();
    assert_true(sheaf_clock_ms() > 1700000000000);
    assert_true(sheaf_clock_monotonic_us() >= before);
}

static void test_clock_text(void **unused)
{
    static const struct {
        int64_t ms;
        const char *want;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1795335091533, "2026-11-22T08:11:31.533Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
        {253402300800000, "10000-01-01T00:00:00.000Z"},
        {9007199254740991, "287396-10-12T08:59:00.991Z"}, /* the greatest on a log */
        {-1, "-"},
        {INT64_MAX, "-"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[SHEAF_CLOCK_TEXT_LEN + 1];
        sheaf_clock_text(rows[i].ms, text);
        assert_string_equal(text, rows[i].want);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_read_and_write),
        IN_FOLDER(test_disk_full),
        IN_FOLDER(test_folder_read_only),
        IN_FOLDER(test_pipe_stays),
        IN_FOLDER(test_lock),
        IN_FOLDER(test_key_file),
        IN_FOLDER(test_blobs),
        IN_FOLDER(test_texts),
        IN_FOLDER(test_clock),
        cmocka_unit_test(test_clock_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
