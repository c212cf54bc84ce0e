#include "store/folder_copy.h"

#include "base/encode.h"
#include "acts/catalogue.h"
#include "log/checkpoint.h"
#include "store/erasures.h"
#include "store/log_files.h"
#include "store/private_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

typedef struct {
    const char *from, *to;
    sheaf_folder_copied *out;
    uint8_t *chunk;
    bool begun; /* what is at `to` is ours */
} copying;

/* ---- one file ---- */

static sheaf_status pump(copying *c, int in, int out, const char *from, const char *to,
                         sheaf_err *err)
{
    uint64_t at = 0;
    for (;;) {
        ssize_t n = sheaf_disk_now()->read(in, c->chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", from, strerror(errno));
        if (n == 0)
            break;
        SHEAF_TRY(sheaf_file_put(out, to, sheaf_bytes(c->chunk, (size_t)n), at, err));
        at += (uint64_t)n;
    }
    c->out->files++;
    c->out->bytes += at;
    return SHEAF_OK;
}

/* One that is missing is fine: a text may be erased at this very moment. */
static sheaf_status copy_file(copying *c, const char *from, const char *to, sheaf_err *err)
{
    const sheaf_disk *disk = sheaf_disk_now();
    int in = disk->open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (in < 0 && errno == ENOENT)
        return SHEAF_OK;
    if (in < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", from, strerror(errno));
    int out = disk->open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    sheaf_status status =
        out < 0 ? sheaf_fail(err, SHEAF_IO, "cannot create %s: %s", to, strerror(errno))
                : pump(c, in, out, from, to, err);
    disk->close(in);
    if (out >= 0 && disk->close(out) != 0 && status == SHEAF_OK)
        status = sheaf_fail(err, SHEAF_IO, "cannot write %s: %s", to, strerror(errno));
    return status;
}

/* ---- folders ---- */

typedef bool name_filter(const copying *c, const char *name);

typedef struct {
    copying *c;
    const char *sub; /* "texts/data" */
    name_filter *wanted;
    bool made;
    sheaf_status status;
    sheaf_err *err;
} folder;

static void copy_named(void *context, const char *name)
{
    folder *f = context;
    char from[SHEAF_PATH_MAX], to[SHEAF_PATH_MAX];
    if (f->status != SHEAF_OK || !f->wanted(f->c, name))
        return;
    f->status = sheaf_path(to, f->err, "%s/%s", f->c->to, f->sub);
    if (f->status == SHEAF_OK && !f->made)
        f->status = sheaf_folder_make(to, 0700, f->err);
    f->made = true;
    if (f->status == SHEAF_OK)
        f->status = sheaf_path(from, f->err, "%s/%s/%s", f->c->from, f->sub, name);
    if (f->status == SHEAF_OK)
        f->status = sheaf_path(to, f->err, "%s/%s/%s", f->c->to, f->sub, name);
    if (f->status == SHEAF_OK)
        f->status = copy_file(f->c, from, to, f->err);
}

/* The files of a folder that pass the filter; a folder that is missing has none. */
static sheaf_status copy_folder(copying *c, const char *sub, name_filter *wanted,
                                sheaf_err *err)
{
    char from[SHEAF_PATH_MAX];
    folder f = {.c = c, .sub = sub, .wanted = wanted, .status = SHEAF_OK, .err = err};
    SHEAF_TRY(sheaf_path(from, err, "%s/%s", c->from, sub));
    if (sheaf_disk_now()->list(from, copy_named, &f) != 0 && errno != ENOENT
        && f.status == SHEAF_OK)
        return sheaf_fail(err, SHEAF_IO, "cannot read the folder %s: %s", from,
                          strerror(errno));
    return f.status;
}

static bool is_blob(const copying *c, const char *name)
{
    (void)c;
    return strlen(name) == 62 && strspn(name, "0123456789abcdef") == 62;
}

static bool is_text(const copying *c, const char *name)
{
    uint8_t commitment[32];
    (void)c;
    return sheaf_base64url_get(sheaf_str(name), commitment, sizeof commitment);
}

static bool is_state(const copying *c, const char *name)
{
    uint64_t size;
    return sheaf_decimal_get(sheaf_str(name), &size) && size <= c->out->entries;
}

static bool is_key(const copying *c, const char *name)
{
    (void)c;
    return strcmp(name, "hub.key") == 0 || strcmp(name, "log.key") == 0;
}

static sheaf_status copy_blobs(copying *c, sheaf_err *err)
{
    for (unsigned i = 0; i < 256; i++) {
        char sub[16];
        snprintf(sub, sizeof sub, "blobs/%02x", i);
        SHEAF_TRY(copy_folder(c, sub, is_blob, err));
    }
    return SHEAF_OK;
}

static sheaf_status copy_texts(copying *c, sheaf_err *err)
{
    for (sheaf_area area = 0; area < SHEAF_AREA_COUNT; area++) {
        char sub[64];
        snprintf(sub, sizeof sub, "texts/%s", sheaf_area_name(area));
        SHEAF_TRY(copy_folder(c, sub, is_text, err));
    }
    return SHEAF_OK;
}

/* ---- the log ---- */

static sheaf_status copy_tile(copying *c, const sheaf_tile *tile, sheaf_buffer *bytes,
                              sheaf_err *err)
{
    sheaf_slice data;
    SHEAF_TRY(sheaf_log_file_read(c->from, tile, bytes, &data, err));
    c->out->files++;
    c->out->bytes += data.len;
    return sheaf_log_file_write(c->to, tile, data, err);
}

static sheaf_status copy_level(copying *c, bool entries, unsigned level, sheaf_buffer *bytes,
                               sheaf_err *err)
{
    uint64_t hashes = sheaf_tile_hashes(level, c->out->entries);
    sheaf_tile tile = {.entries = entries, .level = (uint8_t)level, .width = SHEAF_TILE_WIDTH};
    for (; tile.index < hashes / SHEAF_TILE_WIDTH; tile.index++)
        SHEAF_TRY(copy_tile(c, &tile, bytes, err));
    tile.width = (uint16_t)(hashes % SHEAF_TILE_WIDTH);
    return tile.width ? copy_tile(c, &tile, bytes, err) : SHEAF_OK;
}

/* Files of a log are drafted in its journal's folder, which the copy has only meanwhile. */
static sheaf_status copy_tiles(copying *c, sheaf_err *err)
{
    sheaf_buffer bytes;
    char drafts[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(drafts, err, "%s/journal", c->to));
    SHEAF_TRY(sheaf_folder_make(drafts, 0700, err));
    sheaf_buffer_init(&bytes, SHEAF_BUNDLE_BYTES_MAX);
    sheaf_status status = copy_level(c, true, 0, &bytes, err);
    for (unsigned level = 0; status == SHEAF_OK && level <= SHEAF_TILE_LEVEL_MAX
                             && sheaf_tile_hashes(level, c->out->entries) > 0;
         level++)
        status = copy_level(c, false, level, &bytes, err);
    sheaf_buffer_deinit(&bytes);
    if (sheaf_disk_now()->rmdir(drafts) != 0 && status == SHEAF_OK)
        status = sheaf_fail(err, SHEAF_IO, "cannot remove %s: %s", drafts, strerror(errno));
    return status;
}

static sheaf_status read_checkpoint(copying *c, sheaf_buffer *note, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_checkpoint head;
    sheaf_err why = {0};
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", c->from));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_INVALID, "the folder %s holds no log", c->from);
    SHEAF_TRY(sheaf_file_read(path, note, err));
    if (sheaf_checkpoint_read(sheaf_buffer_slice(note), &head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s: %.250s", path, why.message);
    c->out->entries = head.size;
    return SHEAF_OK;
}

/* ---- persons ---- */

static sheaf_status copy_private(copying *c, bool with_keys, sheaf_err *err)
{
    char to[SHEAF_PATH_MAX], list_from[SHEAF_PATH_MAX], list_to[SHEAF_PATH_MAX];
    sheaf_private *db;
    sheaf_erasures list = {0};
    SHEAF_TRY(sheaf_path(to, err, "%s/private.db", c->to));
    SHEAF_TRY(sheaf_path(list_from, err, "%s/erasures.json", c->from));
    SHEAF_TRY(sheaf_path(list_to, err, "%s/erasures.json", c->to));
    if (sheaf_private_exists(c->from)) {
        SHEAF_TRY(sheaf_private_open(&db, c->from, SHEAF_PRIVATE_EXISTING, err));
        sheaf_status status = sheaf_private_copy(db, to, with_keys, err);
        sheaf_private_close(db);
        SHEAF_TRY(status);
        c->out->files++;
    }
    if (!sheaf_file_exists(list_from))
        return SHEAF_OK;
    sheaf_status status = sheaf_erasures_read(list_from, &list, err);
    if (status == SHEAF_OK)
        status = sheaf_erasures_write(list_to, &list, err);
    sheaf_erasures_deinit(&list);
    c->out->files++;
    return status;
}

/* ---- all of it ---- */

static void note_any(void *context, const char *name)
{
    (void)name;
    *(bool *)context = true;
}

static sheaf_status make_empty(const char *to, sheaf_err *err)
{
    bool any = false;
    SHEAF_TRY(sheaf_folder_make(to, 0700, err));
    if (sheaf_disk_now()->list(to, note_any, &any) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read the folder %s: %s", to, strerror(errno));
    return any ? sheaf_fail(err, SHEAF_INVALID,
                            "the folder %s is not empty: name another, or remove it", to)
               : SHEAF_OK;
}

/* So many files at once are made durable by one call. */
static sheaf_status sync_all(const char *path, sheaf_err *err)
{
    int fd = sheaf_disk_now()->open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0 || syncfs(fd) != 0) {
        sheaf_status status =
            sheaf_fail(err, SHEAF_IO, "cannot make %s durable: %s", path, strerror(errno));
        if (fd >= 0)
            sheaf_disk_now()->close(fd);
        return status;
    }
    sheaf_disk_now()->close(fd);
    return SHEAF_OK;
}

/* The newest witnessed checkpoint, or nothing. */
static sheaf_status read_witnessed(const copying *c, sheaf_buffer *witnessed, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", c->from));
    return sheaf_file_exists(path) ? sheaf_file_read(path, witnessed, err) : SHEAF_OK;
}

static sheaf_status copy_witnessed(const copying *c, const sheaf_buffer *witnessed,
                                   sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    if (!witnessed->len)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed", c->to));
    SHEAF_TRY(sheaf_folder_make(path, 0755, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", c->to));
    c->out->files++;
    return sheaf_file_write(path, 0644, sheaf_buffer_slice(witnessed), err);
}

/* `witnessed` was read before the log's checkpoint, so the copied log has what it covers. */
static sheaf_status copy_all(copying *c, bool with_keys, sheaf_buffer *note,
                             const sheaf_buffer *witnessed, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(read_checkpoint(c, note, err));
    SHEAF_TRY(make_empty(c->to, err));
    c->begun = true;
    SHEAF_TRY(copy_witnessed(c, witnessed, err));
    SHEAF_TRY(copy_tiles(c, err));
    SHEAF_TRY(copy_blobs(c, err));
    SHEAF_TRY(copy_texts(c, err));
    SHEAF_TRY(copy_folder(c, "state", is_state, err));
    SHEAF_TRY(copy_private(c, with_keys, err));
    uint64_t files = c->out->files;
    if (with_keys)
        SHEAF_TRY(copy_folder(c, "keys", is_key, err));
    c->out->keys = c->out->files > files;
    SHEAF_TRY(sync_all(c->to, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", c->to));
    SHEAF_TRY(sheaf_file_write(path, 0644, sheaf_buffer_slice(note), err));
    c->out->files++;
    return SHEAF_OK;
}

sheaf_status sheaf_folder_copy(const char *from, const char *to, bool with_keys,
                               sheaf_folder_copied *out, sheaf_err *err)
{
    sheaf_buffer note, witnessed;
    *out = (sheaf_folder_copied){0};
    copying c = {.from = from, .to = to, .out = out, .chunk = malloc(CHUNK)};
    if (!c.chunk)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to copy %s", from);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&witnessed, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = read_witnessed(&c, &witnessed, err);
    if (status == SHEAF_OK)
        status = copy_all(&c, with_keys, &note, &witnessed, err);
    if (status != SHEAF_OK && c.begun) /* half a copy is none */
        sheaf_folder_remove(to);
    sheaf_buffer_deinit(&witnessed);
    sheaf_buffer_deinit(&note);
    free(c.chunk);
    return status;
}
