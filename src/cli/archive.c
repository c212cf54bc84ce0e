/* cli/archive.c - `sheaf archive`: what stays of a co-op that was dissolved. */
#include "claims/folder.h"
#include "claims/verify.h"
#include "base/encode.h"
#include "cli/cli.h"
#include "coop/ending.h"
#include "store/folder_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FOLDERS_MAX = 32, LIST_MAX = 1 << 30 };

/* The files of the archive; nftw() has no context. */
static struct {
    char **paths;
    size_t count, room;
    bool spent; /* no memory */
} files;

static int add_file(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about, (void)where;
    if (type != FTW_F)
        return 0;
    if (files.count == files.room) {
        size_t room = files.room ? 2 * files.room : 1024;
        char **more = realloc(files.paths, room * sizeof *more);
        files.spent = files.spent || !more;
        if (!more)
            return 1;
        files.paths = more;
        files.room = room;
    }
    files.paths[files.count] = strdup(path);
    files.spent = files.spent || !files.paths[files.count];
    files.count += files.paths[files.count] != NULL;
    return files.spent;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void files_free(void)
{
    for (size_t i = 0; i < files.count; i++)
        free(files.paths[i]);
    free(files.paths);
    memset(&files, 0, sizeof files);
}

static sheaf_status hash_file(const char *path, sheaf_hash *out, sheaf_err *err)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0)
            close(fd);
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    }
    size_t len = (size_t)about.st_size;
    void *bytes = len ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    close(fd);
    if (bytes == MAP_FAILED)
        return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
    *out = sheaf_sha256(sheaf_bytes(bytes, len));
    if (len)
        munmap(bytes, len);
    return SHEAF_OK;
}

/* A line of sha256sum for every file, in the order of their names. */
static sheaf_status list_files(const char *dir, sheaf_buffer *out, sheaf_err *err)
{
    int ended = nftw(dir, add_file, OPEN_FOLDERS_MAX, FTW_PHYS);
    if (files.spent)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the list of files");
    if (ended != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", dir, strerror(errno));
    qsort(files.paths, files.count, sizeof *files.paths, by_name);
    for (size_t i = 0; i < files.count; i++) {
        char hex[SHEAF_HEX_LEN_32 + 1];
        sheaf_hash hash;
        SHEAF_TRY(hash_file(files.paths[i], &hash, err));
        sheaf_hex_32(hash.bytes, hex);
        sheaf_buffer_printf(out, "%s  %s\n", hex, files.paths[i] + strlen(dir) + 1);
    }
    return sheaf_buffer_check(out, "the list of files", err);
}

static sheaf_status write_into(const char *dir, const char *name, sheaf_slice text,
                               sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/%s", dir, name));
    return sheaf_file_write(path, 0600, text, err);
}

static sheaf_status write_words(const char *dir, const sheaf_verified *v, uint32_t sealed,
                                sheaf_err *err)
{
    char text[2048], root[SHEAF_HEX_LEN_32 + 1], digest[SHEAF_HEX_LEN_32 + 1];
    sheaf_hex_32(v->root.bytes, root);
    sheaf_hex_32(v->digest.bytes, digest);
    int len = snprintf(
        text, sizeof text,
        "The archive of %s, a co-op that was dissolved.\n\n"
        "Its log was sealed with entry %" PRIu32 ". It has %llu entries.\n"
        "root of the log      %s\n"
        "digest of the state  %s\n\n"
        "log/ holds all entries and the checkpoint that signs them, texts/ the words that\n"
        "were not erased, blobs/ the models and transcripts. Details of persons and all keys\n"
        "were left out. SHA256SUMS lists every file: sha256sum -c SHA256SUMS\n"
        "All of it is checked again by: sheaf verify .\n",
        v->origin, sealed, (unsigned long long)v->entries, root, digest);
    return write_into(dir, "ARCHIVE.txt", sheaf_bytes(text, (size_t)len), err);
}

/* The entry that sealed the log; a co-op that goes on has no archive. */
static sheaf_status find_seal(const char *dir, uint32_t *sealed, sheaf_err *err)
{
    sheaf_folder folder;
    SHEAF_TRY(sheaf_folder_open(&folder, dir, NULL, NULL, err));
    const struct sheaf_row_ending *row = sheaf_ending_now(&folder.replay.state);
    sheaf_status status = SHEAF_OK;
    if (row && row->state == SHEAF_ending_state_sealed)
        *sealed = row->ended;
    else
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the log in %s is not sealed: only a co-op that was dissolved is "
                            "archived; for a copy use sheaf backup",
                            dir);
    sheaf_folder_close(&folder);
    return status;
}

static sheaf_status complete(const char *dir, sheaf_verified *verified, sheaf_err *err)
{
    char private[SHEAF_PATH_MAX];
    uint32_t sealed;
    sheaf_buffer list;
    SHEAF_TRY(sheaf_path(private, err, "%s/private.db", dir));
    if (sheaf_file_exists(private))
        SHEAF_TRY(sheaf_file_remove(private, err));
    SHEAF_TRY(find_seal(dir, &sealed, err));
    SHEAF_TRY(sheaf_verify_folder(dir, NULL, verified, err));
    SHEAF_TRY(write_words(dir, verified, sealed, err));
    sheaf_buffer_init(&list, LIST_MAX);
    sheaf_status status = list_files(dir, &list, err);
    files_free();
    if (status == SHEAF_OK)
        status = write_into(dir, "SHA256SUMS", sheaf_buffer_slice(&list), err);
    sheaf_buffer_deinit(&list);
    return status;
}

static int run(const sheaf_arguments *a)
{
    const char *from = a->argument[0], *to = a->argument[1];
    sheaf_err err;
    uint32_t sealed;
    sheaf_folder_copied copied;
    sheaf_verified verified = {0};
    sheaf_status status = find_seal(from, &sealed, &err);
    if (status == SHEAF_OK)
        status = sheaf_folder_copy(from, to, false, &copied, &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    status = complete(to, &verified, &err);
    if (status != SHEAF_OK) {
        sheaf_folder_remove(to);
        return sheaf_report(a, &err);
    }
    if (a->json)
        printf("{\"entries\":%llu,\"sealed\":%" PRIu32 ",\"sound\":true}\n",
               (unsigned long long)copied.entries, sealed);
    else
        printf("%llu entries and all that they name are in %s, which verifies; SHA256SUMS "
               "lists its files.\nDetails of persons and keys are not in it.\n",
               (unsigned long long)copied.entries, to);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_archive = {
    .name = "archive",
    .arguments = "DIR DEST",
    .summary = "keep what stays of a co-op that was dissolved",
    .detail =
        "DIR is the hub's folder, whose log the liquidators have sealed; DEST a new folder.\n"
        "It has the log, the words that were not erased and the blobs, without details of\n"
        "persons and without keys, and a list of all files with their hashes. It verifies.",
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run,
};
