#include "store/log_files.h"

#include <assert.h>
#include <errno.h>

sheaf_status sheaf_log_path(const char *dir, const sheaf_tile *tile, char out[SHEAF_PATH_MAX],
                            sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_tile_path(tile, name);
    return sheaf_path(out, err, "%s/log/%s", dir, name);
}

sheaf_slice sheaf_log_tile_bytes(const sheaf_levels *levels, const sheaf_tile *tile)
{
    unsigned level = 8u * tile->level;
    assert(!tile->entries && level < SHEAF_LEVELS_MAX);
    size_t from = (size_t)tile->index * SHEAF_TILE_WIDTH;
    assert(from + tile->width <= levels->level[level].count);
    return sheaf_bytes(levels->level[level].hashes + from,
                       (size_t)tile->width * SHEAF_HASH_BYTES);
}

sheaf_slice sheaf_log_bundle_take(sheaf_slice *bundles, size_t count)
{
    sheaf_slice rest = *bundles, entry;
    for (size_t i = 0; i < count; i++)
        if (!sheaf_bundle_next(&rest, &entry))
            assert(!"the bundles have these entries");
    sheaf_slice taken = sheaf_bytes(bundles->data, bundles->len - rest.len);
    *bundles = rest;
    return taken;
}

sheaf_status sheaf_log_file_write(const char *dir, const sheaf_tile *tile, sheaf_slice data,
                                  sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], parent[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_log_path(dir, tile, path, err));
    SHEAF_TRY(sheaf_path_parent(path, parent, err));
    SHEAF_TRY(sheaf_path(draft, err, "%s/journal/draft", dir));
    if (!sheaf_file_exists(parent))
        SHEAF_TRY(sheaf_folder_make(parent, 0755, err));
    return sheaf_file_replace(path, draft, 0644, data, false, err);
}

typedef struct {
    const char *folder;
    sheaf_status status;
    sheaf_err *err;
} removal;

static void remove_one(void *context, const char *name)
{
    removal *work = context;
    char path[SHEAF_PATH_MAX];
    if (work->status == SHEAF_OK)
        work->status = sheaf_path(path, work->err, "%s/%s", work->folder, name);
    if (work->status == SHEAF_OK)
        work->status = sheaf_file_remove(path, work->err);
}

sheaf_status sheaf_log_partials_remove(const char *dir, const sheaf_tile *tile, sheaf_err *err)
{
    char full[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    sheaf_tile whole = *tile;
    whole.width = SHEAF_TILE_WIDTH;
    SHEAF_TRY(sheaf_log_path(dir, &whole, full, err));
    SHEAF_TRY(sheaf_path(folder, err, "%s.p", full));
    struct stat info;
    if (sheaf_disk_now()->stat(folder, true, &info) != 0)
        return SHEAF_OK; /* there never was a partial one */
    removal work = {.folder = folder, .status = SHEAF_OK, .err = err};
    if (sheaf_disk_now()->list(folder, remove_one, &work) != 0 && work.status == SHEAF_OK)
        return sheaf_fail(err, SHEAF_IO, "cannot list %s: %s", folder, strerror(errno));
    (void)sheaf_disk_now()->rmdir(folder); /* an empty folder does no harm */
    return work.status;
}

/* The first `width` entries of a bundle, or NULL data if it has fewer. */
static sheaf_slice bundle_prefix(sheaf_slice bundle, unsigned width)
{
    sheaf_slice in = bundle, entry;
    for (unsigned i = 0; i < width; i++)
        if (!sheaf_bundle_next(&in, &entry))
            return (sheaf_slice){NULL, 0};
    return sheaf_bytes(bundle.data, bundle.len - in.len);
}

sheaf_status sheaf_log_file_read(const char *dir, const sheaf_tile *tile, sheaf_buffer *bytes,
                                 sheaf_slice *data, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_tile whole = *tile;
    sheaf_slice all;
    SHEAF_TRY(sheaf_log_path(dir, tile, path, err));
    bool exact = tile->width == SHEAF_TILE_WIDTH || sheaf_file_exists(path);
    if (!exact) {
        whole.width = SHEAF_TILE_WIDTH;
        SHEAF_TRY(sheaf_log_path(dir, &whole, path, err));
    }
    sheaf_buffer_reset(bytes);
    SHEAF_TRY(sheaf_file_read(path, bytes, err));
    all = sheaf_buffer_slice(bytes);
    *data = all;
    if (tile->entries)
        *data = bundle_prefix(all, tile->width);
    else
        data->len = (size_t)tile->width * SHEAF_HASH_BYTES;
    if (!data->data || data->len > all.len || (exact && data->len != all.len))
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s has the wrong length: check the folder with sheaf verify", path);
    return SHEAF_OK;
}
