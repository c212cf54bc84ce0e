/* The files of a hub's log, fetched into a temporary folder and verified; see verify.h. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "claims/verify_fetch.h"
#include "log/checkpoint.h"
#include "store/log_files.h"

enum { ENTRIES_MAX = 100000000 };

typedef struct {
    sheaf_verify_fetch fetch;
    const sheaf_verify_options *options;
    char dir[SHEAF_PATH_MAX];
} download;

static sheaf_status get_tile(download *d, const sheaf_tile *tile, sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_slice bytes;
    sheaf_tile_path(tile, name);
    SHEAF_TRY(sheaf_verify_get_log(&d->fetch, name, &bytes, err));
    return sheaf_log_file_write(d->dir, tile, bytes, err);
}

/* Every tile of one level, or every bundle, that a log of that size has. */
static sheaf_status get_level(download *d, bool entries, unsigned level, uint64_t size,
                              sheaf_err *err)
{
    uint64_t hashes = sheaf_tile_hashes(level, size);
    for (uint64_t at = 0; at < hashes; at += SHEAF_TILE_WIDTH) {
        uint64_t width = hashes - at < SHEAF_TILE_WIDTH ? hashes - at : SHEAF_TILE_WIDTH;
        sheaf_tile tile = {.entries = entries,
                           .level = (uint8_t)level,
                           .width = (uint16_t)width,
                           .index = at / SHEAF_TILE_WIDTH};
        SHEAF_TRY(get_tile(d, &tile, err));
        if (d->options->progress)
            d->options->progress(d->options->context, entries ? "bundles" : "tiles",
                                 tile.index + 1, (hashes - 1) / SHEAF_TILE_WIDTH + 1);
    }
    return SHEAF_OK;
}

/* The checkpoint first: the files of its size stay while the log grows, for a while at least.
 */
static sheaf_status get_log(download *d, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_checkpoint head;
    sheaf_slice note;
    SHEAF_TRY(sheaf_verify_get_log(&d->fetch, "checkpoint", &note, err));
    sheaf_err why = {0};
    if (sheaf_checkpoint_read(note, &head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "/log/checkpoint: %.250s", why.message);
    uint64_t size = head.size;
    if (size > ENTRIES_MAX)
        return sheaf_fail(err, SHEAF_NOMEM, "the log has more than %d entries", ENTRIES_MAX);
    SHEAF_TRY(sheaf_path(path, err, "%s/log", d->dir));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/journal", d->dir)); /* where drafts of files stand */
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", d->dir));
    SHEAF_TRY(sheaf_file_write(path, 0600, note, err));
    SHEAF_TRY(get_level(d, true, 0, size, err));
    for (unsigned level = 0; sheaf_tile_hashes(level, size) > 0; level++)
        SHEAF_TRY(get_level(d, false, level, size, err));
    return SHEAF_OK;
}

static sheaf_status get_blob(void *context, const sheaf_hash *hash, sheaf_buffer *out,
                             bool *found, sheaf_err *err)
{
    download *d = context;
    char hex[SHEAF_HEX_LEN_32 + 1], path[SHEAF_HEX_LEN_32 + 32];
    sheaf_hex_32(hash->bytes, hex);
    snprintf(path, sizeof path, "/api/v1/blobs/%s", hex);
    SHEAF_TRY(sheaf_verify_ask(&d->fetch, path, err));
    *found = d->fetch.reply.status == 200;
    if (!*found)
        return SHEAF_OK;
    sheaf_buffer_add(out, sheaf_buffer_slice(&d->fetch.reply.body));
    return sheaf_buffer_check(out, "a blob", err);
}

static sheaf_status verify(download *d, const char *url, sheaf_verified *out, sheaf_err *err)
{
    const char *tmp = getenv("TMPDIR");
    SHEAF_TRY(sheaf_path(d->dir, err, "%s/sheaf-verify-XXXXXX", tmp && *tmp ? tmp : "/tmp"));
    if (!mkdtemp(d->dir))
        return sheaf_fail(err, SHEAF_IO, "cannot make a temporary folder %s", d->dir);
    sheaf_status status = sheaf_verify_fetch_open(&d->fetch, url, d->options, err);
    if (status == SHEAF_OK) {
        status = get_log(d, err);
        sheaf_blob_source blobs = {.get = get_blob, .context = d};
        if (status == SHEAF_OK)
            status = sheaf_verify_log(d->dir, &blobs, NULL, d->options, out, err);
        sheaf_verify_fetch_close(&d->fetch);
    }
    sheaf_folder_remove(d->dir);
    return status;
}

sheaf_status sheaf_verify_url(const char *url, const sheaf_verify_options *options,
                              sheaf_verified *out, sheaf_err *err)
{
    static const sheaf_verify_options plain = {0};
    *out = (sheaf_verified){.stopped_at = UINT64_MAX, .fault_entry = UINT64_MAX};
    download *d = calloc(1, sizeof *d);
    if (!d)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to verify %s", url);
    d->options = options ? options : &plain;
    sheaf_status status = verify(d, url, out, err);
    free(d);
    return status;
}
