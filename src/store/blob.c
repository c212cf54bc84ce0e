#include "store/blob.h"

#include "base/encode.h"
#include "store/random.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char draft_prefix[] = "draft-";

struct sheaf_blob_writer {
    const sheaf_blobs *blobs;
    sheaf_hasher *hasher;
    int fd;
    uint64_t len;
    char draft[SHEAF_PATH_MAX];
};

typedef struct {
    const char *dir;
    sheaf_status status;
    sheaf_err *err;
} sweep;

static void sweep_one(void *context, const char *name)
{
    sweep *work = context;
    char path[SHEAF_PATH_MAX];
    if (work->status != SHEAF_OK || strncmp(name, draft_prefix, sizeof draft_prefix - 1) != 0)
        return;
    work->status = sheaf_path(path, work->err, "%s/%s", work->dir, name);
    if (work->status == SHEAF_OK)
        work->status = sheaf_file_remove(path, work->err);
}

sheaf_status sheaf_blobs_open(sheaf_blobs *out, const char *dir, sheaf_err *err)
{
    SHEAF_TRY(sheaf_path(out->dir, err, "%s/blobs", dir));
    SHEAF_TRY(sheaf_folder_make(out->dir, 0700, err));
    sweep work = {.dir = out->dir, .status = SHEAF_OK, .err = err};
    if (sheaf_disk_now()->list(out->dir, sweep_one, &work) != 0 && work.status == SHEAF_OK)
        return sheaf_fail(err, SHEAF_IO, "cannot list %s: %s", out->dir, strerror(errno));
    return work.status;
}

/* The blob's file; with `folder` its folder only. */
static sheaf_status blob_path(const sheaf_blobs *blobs, const sheaf_hash *hash, bool folder,
                              char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    char hex[SHEAF_HEX_LEN_32 + 1];
    sheaf_hex_32(hash->bytes, hex);
    return folder ? sheaf_path(out, err, "%s/%.2s", blobs->dir, hex)
                  : sheaf_path(out, err, "%s/%.2s/%s", blobs->dir, hex, hex + 2);
}

bool sheaf_blob_exists(const sheaf_blobs *blobs, const sheaf_hash *hash)
{
    char path[SHEAF_PATH_MAX];
    return blob_path(blobs, hash, false, path, NULL) == SHEAF_OK && sheaf_file_exists(path);
}

sheaf_status sheaf_blob_put(const sheaf_blobs *blobs, sheaf_slice data, sheaf_hash *hash,
                            sheaf_err *err)
{
    *hash = sheaf_sha256(data);
    if (sheaf_blob_exists(blobs, hash))
        return SHEAF_OK;
    sheaf_blob_writer *writer;
    SHEAF_TRY(sheaf_blob_writer_open(&writer, blobs, err));
    sheaf_status status = sheaf_blob_writer_add(writer, data, err);
    if (status != SHEAF_OK) {
        sheaf_blob_writer_abort(writer);
        return status;
    }
    return sheaf_blob_writer_commit(writer, hash, NULL, err);
}

sheaf_status sheaf_blob_writer_open(sheaf_blob_writer **out, const sheaf_blobs *blobs,
                                    sheaf_err *err)
{
    uint8_t tag[32];
    char name[SHEAF_BASE64URL_LEN_32 + 1];
    sheaf_random(tag, sizeof tag);
    sheaf_base64url_32(tag, name);
    sheaf_blob_writer *writer = calloc(1, sizeof *writer);
    sheaf_hasher *hasher = sheaf_hasher_open();
    if (!writer || !hasher) {
        free(writer);
        if (hasher)
            (void)sheaf_hasher_close(hasher);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to store a blob");
    }
    *writer = (sheaf_blob_writer){.blobs = blobs, .hasher = hasher, .fd = -1};
    sheaf_status status =
        sheaf_path(writer->draft, err, "%s/%s%s", blobs->dir, draft_prefix, name);
    if (status == SHEAF_OK) {
        writer->fd = sheaf_disk_now()->open(writer->draft,
                                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (writer->fd < 0)
            status = sheaf_fail(err, SHEAF_IO, "cannot create %s: %s", writer->draft,
                                strerror(errno));
    }
    if (status != SHEAF_OK) {
        sheaf_blob_writer_abort(writer);
        return status;
    }
    *out = writer;
    return SHEAF_OK;
}

sheaf_status sheaf_blob_writer_add(sheaf_blob_writer *writer, sheaf_slice data, sheaf_err *err)
{
    if (data.len > SHEAF_BLOB_BYTES_MAX || writer->len > SHEAF_BLOB_BYTES_MAX - data.len)
        return sheaf_fail(err, SHEAF_INVALID, "a blob is larger than 4 GiB");
    SHEAF_TRY(sheaf_file_put(writer->fd, writer->draft, data, writer->len, err));
    sheaf_hasher_add(writer->hasher, data);
    writer->len += data.len;
    return SHEAF_OK;
}

void sheaf_blob_writer_abort(sheaf_blob_writer *writer)
{
    if (!writer)
        return;
    if (writer->hasher)
        (void)sheaf_hasher_close(writer->hasher);
    if (writer->fd >= 0) {
        sheaf_disk_now()->close(writer->fd);
        (void)sheaf_disk_now()->unlink(writer->draft); /* else swept at the next start */
    }
    free(writer);
}

/* Gives the draft, whole and durable, its name. */
static sheaf_status give_name(sheaf_blob_writer *writer, const sheaf_hash *hash, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    SHEAF_TRY(blob_path(writer->blobs, hash, true, folder, err));
    SHEAF_TRY(blob_path(writer->blobs, hash, false, path, err));
    SHEAF_TRY(sheaf_folder_make(folder, 0700, err));
    if (sheaf_disk_now()->fsync(writer->fd) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot make %s durable: %s", writer->draft,
                          strerror(errno));
    if (sheaf_disk_now()->rename(writer->draft, path) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot rename %s to %s: %s", writer->draft, path,
                          strerror(errno));
    SHEAF_TRY(sheaf_path_sync(folder, err));
    return sheaf_path_sync(writer->blobs->dir, err);
}

sheaf_status sheaf_blob_writer_commit(sheaf_blob_writer *writer, const sheaf_hash *expected,
                                      sheaf_hash *hash, sheaf_err *err)
{
    sheaf_hash made = sheaf_hasher_close(writer->hasher);
    writer->hasher = NULL;
    sheaf_status status;
    if (expected && !sheaf_hash_equal(&made, expected)) {
        char want[SHEAF_HEX_LEN_32 + 1], have[SHEAF_HEX_LEN_32 + 1];
        sheaf_hex_32(expected->bytes, want);
        sheaf_hex_32(made.bytes, have);
        status = sheaf_fail(
            err, SHEAF_FAULT,
            "a blob named %s has the hash %s: its bytes were changed on the way", want, have);
    } else {
        status = give_name(writer, &made, err);
    }
    if (status == SHEAF_OK && hash)
        *hash = made;
    sheaf_blob_writer_abort(writer); /* a draft that got its name is no longer there */
    return status;
}

sheaf_status sheaf_blob_delete(const sheaf_blobs *blobs, const sheaf_hash *hash, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    SHEAF_TRY(blob_path(blobs, hash, true, folder, err));
    SHEAF_TRY(blob_path(blobs, hash, false, path, err));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_file_remove(path, err));
    return sheaf_path_sync(folder, err);
}

sheaf_status sheaf_blob_open(const sheaf_blobs *blobs, const sheaf_hash *hash, int *fd,
                             uint64_t *size, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    struct stat info;
    SHEAF_TRY(blob_path(blobs, hash, false, path, err));
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return sheaf_fail(err, SHEAF_IO, "there is no blob %s", path);
    if (file < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(file);
        return sheaf_fail(err, SHEAF_IO, "%s is no plain file", path);
    }
    *fd = file;
    *size = (uint64_t)info.st_size;
    return SHEAF_OK;
}

sheaf_status sheaf_blob_read(const sheaf_blobs *blobs, const sheaf_hash *hash,
                             sheaf_buffer *out, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(blob_path(blobs, hash, false, path, err));
    sheaf_buffer_reset(out);
    SHEAF_TRY(sheaf_file_read(path, out, err));
    sheaf_hash made = sheaf_sha256(sheaf_buffer_slice(out));
    if (!sheaf_hash_equal(&made, hash)) {
        sheaf_buffer_reset(out);
        return sheaf_fail(err, SHEAF_FAULT,
                          "the blob %s is damaged: its bytes do not have the hash in its name",
                          path);
    }
    return SHEAF_OK;
}
