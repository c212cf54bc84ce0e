#include "store/log_list.h"

#include "log/visible.h"

#include <errno.h>
#include <stdlib.h>

enum { DEPTH_MAX = 12 }; /* tile/LEVEL/x.../x.../NNN.p/W of any 64-bit index */

static sheaf_status keep(sheaf_log_list *list, const sheaf_tile *tile, sheaf_err *err)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 256, bytes;
        sheaf_tile *tiles = NULL;
        if (!__builtin_mul_overflow(capacity, sizeof *tiles, &bytes))
            tiles = realloc(list->tiles, bytes);
        if (!tiles)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory to list %zu files", capacity);
        list->tiles = tiles;
        list->capacity = capacity;
    }
    list->tiles[list->count++] = *tile;
    return SHEAF_OK;
}

static sheaf_status walk(sheaf_log_list *list, const char *dir, const char *below, int depth,
                         sheaf_err *err);

static sheaf_status look(sheaf_log_list *list, const char *dir, const char *name, int depth,
                         sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    struct stat info;
    sheaf_tile tile;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/%s", dir, name));
    if (sheaf_disk_now()->stat(path, false, &info) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX)
        return walk(list, dir, name, depth + 1, err);
    if (!S_ISREG(info.st_mode))
        return sheaf_fail(err, SHEAF_FAULT, "%s is no plain file", path);
    if (strcmp(name, "checkpoint") == 0)
        return SHEAF_OK;
    if (sheaf_visible_parse(sheaf_str(name), &tile))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s lists what is public of a log: this copy can be verified with "
                          "--public alone",
                          path);
    if (!sheaf_tile_parse(sheaf_str(name), &tile))
        return sheaf_fail(err, SHEAF_FAULT, "%s does not belong to a log", path);
    return keep(list, &tile, err);
}

typedef struct {
    sheaf_log_list *list;
    const char *dir, *below;
    int depth;
    sheaf_status status;
    sheaf_err *err;
} folder;

static void look_at_item(void *context, const char *item)
{
    folder *f = context;
    char name[SHEAF_PATH_MAX];
    if (f->status == SHEAF_OK)
        f->status = sheaf_path(name, f->err, "%s%s%s", f->below, *f->below ? "/" : "", item);
    if (f->status == SHEAF_OK)
        f->status = look(f->list, f->dir, name, f->depth, f->err);
}

/* Recursion is bounded by DEPTH_MAX. */
static sheaf_status walk(sheaf_log_list *list, const char *dir, const char *below, int depth,
                         sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    folder f = {list, dir, below, depth, SHEAF_OK, err};
    SHEAF_TRY(sheaf_path(path, err, "%s/log/%s", dir, below));
    if (sheaf_disk_now()->list(path, look_at_item, &f) != 0 && f.status == SHEAF_OK)
        return sheaf_fail(err, SHEAF_IO, "cannot list %s: %s", path, strerror(errno));
    return f.status;
}

static int compare(const void *a, const void *b)
{
    const sheaf_tile *x = a, *y = b;
    if (x->entries != y->entries)
        return x->entries ? -1 : 1;
    if (x->level != y->level)
        return x->level < y->level ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return (x->width > y->width) - (x->width < y->width);
}

sheaf_status sheaf_log_list_read(sheaf_log_list *out, const char *dir, sheaf_err *err)
{
    *out = (sheaf_log_list){0};
    sheaf_status status = walk(out, dir, "", 0, err);
    if (status != SHEAF_OK) {
        sheaf_log_list_deinit(out);
        return status;
    }
    if (out->count)
        qsort(out->tiles, out->count, sizeof *out->tiles, compare);
    return SHEAF_OK;
}

void sheaf_log_list_deinit(sheaf_log_list *list)
{
    free(list->tiles);
    *list = (sheaf_log_list){0};
}

bool sheaf_log_list_has(const sheaf_log_list *list, const sheaf_tile *tile)
{
    return list->count
           && bsearch(tile, list->tiles, list->count, sizeof *list->tiles, compare) != NULL;
}

const sheaf_tile *sheaf_log_list_widest(const sheaf_log_list *list, bool entries, uint8_t level,
                                        uint64_t index)
{
    sheaf_tile sought = {
        .entries = entries, .level = level, .index = index, .width = UINT16_MAX};
    size_t low = 0, high = list->count; /* the first that sorts behind what is sought */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&list->tiles[middle], &sought) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const sheaf_tile *found = &list->tiles[low - 1];
    return found->entries == entries && found->level == level && found->index == index ? found
                                                                                       : NULL;
}
