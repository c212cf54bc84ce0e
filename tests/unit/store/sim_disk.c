#include "sim_disk_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *sim_must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* splitmix64 */
uint64_t sim_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* ---- contents ---- */

static page *page_new(const uint8_t *data)
{
    page *p = sim_must(calloc(1, sizeof *p));
    p->refs = 1;
    if (data)
        memcpy(p->data, data, PAGE);
    return p;
}

static void page_drop(page *p)
{
    if (p && --p->refs == 0)
        free(p);
}

void sim_content_clear(content *c)
{
    for (size_t i = 0; i < c->count; i++)
        page_drop(c->pages[i]);
    free(c->pages);
    *c = (content){0};
}

static content content_copy(const content *c)
{
    content out = {.count = c->count, .size = c->size};
    if (c->count)
        out.pages = sim_must(calloc(c->count, sizeof *out.pages));
    for (size_t i = 0; i < c->count; i++) {
        out.pages[i] = c->pages[i];
        if (out.pages[i])
            out.pages[i]->refs++;
    }
    return out;
}

static void content_reach(content *c, size_t pages)
{
    if (pages <= c->count)
        return;
    c->pages = sim_must(realloc(c->pages, pages * sizeof *c->pages));
    memset(c->pages + c->count, 0, (pages - c->count) * sizeof *c->pages);
    c->count = pages;
}

/* The page, this content's alone. */
static uint8_t *content_own(content *c, size_t at)
{
    page *p = c->pages[at];
    if (!p || p->refs > 1) {
        c->pages[at] = page_new(p ? p->data : NULL);
        page_drop(p);
    }
    return c->pages[at]->data;
}

const uint8_t *sim_content_see(const content *c, size_t at)
{
    static const uint8_t zeros[PAGE];
    return at < c->count && c->pages[at] ? c->pages[at]->data : zeros;
}

static bool all_zero(const uint8_t *data, size_t len)
{
    static const uint8_t zeros[PAGE];
    return memcmp(data, zeros, len) == 0; /* len <= PAGE */
}

void sim_inode_write(inode *node, const uint8_t *data, size_t len, uint64_t at)
{
    content *c = &node->live;
    size_t pages = (size_t)((at + len + PAGE - 1) / PAGE);
    content_reach(c, pages);
    if (pages > node->dirty_count) {
        node->dirty = sim_must(realloc(node->dirty, pages));
        memset(node->dirty + node->dirty_count, 0, pages - node->dirty_count);
        node->dirty_count = pages;
    }
    for (size_t done = 0; done < len;) {
        size_t p = (size_t)((at + done) / PAGE), from = (size_t)((at + done) % PAGE);
        size_t part = PAGE - from < len - done ? PAGE - from : len - done;
        if (c->pages[p] || !all_zero(data + done, part))
            memcpy(content_own(c, p) + from, data + done, part);
        for (size_t s = from / SECTOR; s <= (from + part - 1) / SECTOR; s++)
            node->dirty[p] |= (uint8_t)(1u << s);
        done += part;
    }
    if (at + len > c->size)
        c->size = at + len;
}

/* What was written since the last sync becomes durable. After a sync that `fails` the cache
 * takes it for written all the same, as real ones do, so that no later sync helps. */
void sim_inode_sync(inode *node, bool fails)
{
    content *c = &node->durable;
    if (!fails && c->size != node->live.size) {
        content_reach(c, node->live.count);
        c->size = node->live.size;
    }
    for (size_t p = 0; p < node->dirty_count; p++) {
        for (unsigned s = 0; !fails && p < c->count && s < PAGE / SECTOR; s++)
            if (node->dirty[p] >> s & 1 && (c->pages[p] || node->live.pages[p]))
                memcpy(content_own(c, p) + (size_t)s * SECTOR,
                       sim_content_see(&node->live, p) + (size_t)s * SECTOR, SECTOR);
        node->dirty[p] = 0;
    }
}

static void inode_free(inode *node)
{
    if (!node)
        return;
    sim_content_clear(&node->live);
    sim_content_clear(&node->durable);
    free(node->dirty);
    free(node);
}

/* ---- names ---- */

name *sim_names_find(names *in, const char *path)
{
    size_t len = strlen(path) + 1;
    for (size_t i = 0; i < in->count; i++)
        if (memcmp(in->items[i].path, path, len) == 0)
            return &in->items[i];
    return NULL;
}

static void names_remove(names *in, const char *path)
{
    name *found = sim_names_find(in, path);
    if (found)
        *found = in->items[--in->count];
}

static void names_put(names *in, const char *path, size_t node)
{
    name *found = sim_names_find(in, path);
    if (!found) {
        GROW(in->items, in->count, in->capacity);
        found = &in->items[in->count++];
        snprintf(found->path, sizeof found->path, "%s", path);
    }
    found->inode = node;
}

names sim_names_copy(const names *from)
{
    names out = {.count = from->count, .capacity = from->count};
    if (from->count) {
        out.items = sim_must(calloc(from->count, sizeof *out.items));
        memcpy(out.items, from->items, from->count * sizeof *out.items);
    }
    return out;
}

void sim_names_apply(names *in, const names_change *change)
{
    switch (change->kind) {
    case NAMES_LINK:
        names_put(in, change->path, change->inode);
        break;
    case NAMES_UNLINK:
        names_remove(in, change->path);
        break;
    case NAMES_RENAME: {
        const name *found = sim_names_find(in, change->path);
        if (found && found->inode == change->inode)
            names_remove(in, change->path);
        names_put(in, change->to, change->inode);
        break;
    }
    }
}

/* Is `path` in the folder `dir`? */
bool sim_is_in(const char *path, const char *dir)
{
    size_t len = strlen(dir);
    len = len == 1 ? 0 : len; /* "/" */
    return strncmp(path, dir, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/');
}

/* A file that was renamed away has not stayed behind under its first name. */
static void forget_link(sim_disk *disk, size_t before, const char *path, size_t node)
{
    for (size_t i = 0; i < before; i++)
        if (disk->pending[i].kind == NAMES_LINK && disk->pending[i].inode == node
            && strcmp(disk->pending[i].path, path) == 0)
            disk->pending[i].path[0] = 0;
}

void sim_names_sync(sim_disk *disk, const char *dir)
{
    size_t kept = 0;
    for (size_t i = 0; i < disk->pending_count; i++) {
        names_change *change = &disk->pending[i];
        bool mine = sim_is_in(change->path, dir)
                    || (change->kind == NAMES_RENAME && sim_is_in(change->to, dir));
        if (mine && change->kind == NAMES_RENAME)
            forget_link(disk, kept, change->path, change->inode);
        if (mine)
            sim_names_apply(&disk->durable, change);
        else
            disk->pending[kept++] = *change;
    }
    disk->pending_count = kept;
}

/* ---- disks ---- */

size_t sim_inode_add(sim_disk *disk, inode *node)
{
    GROW(disk->inodes, disk->inode_count, disk->inode_capacity);
    disk->inodes[disk->inode_count] = node;
    return disk->inode_count++;
}

sim_disk *sim_disk_new(void)
{
    return sim_must(calloc(1, sizeof(sim_disk)));
}

void sim_disk_free(sim_disk *disk)
{
    if (!disk)
        return;
    for (size_t i = 0; i < disk->inode_count; i++)
        inode_free(disk->inodes[i]);
    free(disk->inodes);
    free(disk->live.items);
    free(disk->durable.items);
    free(disk->pending);
    free(disk);
}

static bool chance(uint64_t *seed, unsigned percent)
{
    return sim_random(seed) % 100 < percent;
}

/* What the medium holds of a file after the power cut. */
static content survive(const inode *node, sim_crash kind, uint64_t *seed)
{
    if (kind == SIM_CRASH_DURABLE)
        return content_copy(&node->durable);
    content out = content_copy(&node->durable);
    unsigned kept = (unsigned)(sim_random(seed) % 101);
    if (node->live.size != node->durable.size && chance(seed, 60)) {
        content_reach(&out, node->live.count);
        out.size = node->live.size;
    }
    for (size_t p = 0; p < node->dirty_count && p < out.count; p++)
        for (unsigned s = 0; s < PAGE / SECTOR; s++) {
            if (!(node->dirty[p] >> s & 1))
                continue;
            size_t at = (size_t)s * SECTOR;
            if (kind == SIM_CRASH_GARBAGE && chance(seed, 15)) {
                uint8_t *bytes = content_own(&out, p) + at;
                for (size_t i = 0; i < SECTOR; i++)
                    bytes[i] = (uint8_t)sim_random(seed);
            } else if (chance(seed, kept)) {
                memcpy(content_own(&out, p) + at, sim_content_see(&node->live, p) + at, SECTOR);
            }
        }
    return out;
}

static void drop_orphans(names *in)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < in->count; i++) {
            char parent[PATH];
            snprintf(parent, sizeof parent, "%s", in->items[i].path);
            *strrchr(parent, '/') = 0;
            if (parent[0] && !sim_names_find(in, parent)) {
                in->items[i] = in->items[--in->count];
                again = true;
            }
        }
    }
}

/* The process died, the machine goes on: all is as it was but for open files. */
static sim_disk *copy(const sim_disk *disk)
{
    sim_disk *out = sim_disk_new();
    for (size_t i = 0; i < disk->inode_count; i++) {
        const inode *from = disk->inodes[i];
        inode *node = sim_must(calloc(1, sizeof *node));
        node->folder = from->folder;
        node->live = content_copy(&from->live);
        node->durable = content_copy(&from->durable);
        node->dirty_count = from->dirty_count;
        node->dirty = sim_must(calloc(from->dirty_count + 1, 1));
        if (from->dirty_count)
            memcpy(node->dirty, from->dirty, from->dirty_count);
        (void)sim_inode_add(out, node);
    }
    out->live = sim_names_copy(&disk->live);
    out->durable = sim_names_copy(&disk->durable);
    for (size_t i = 0; i < disk->pending_count; i++) {
        GROW(out->pending, out->pending_count, out->pending_capacity);
        out->pending[out->pending_count++] = disk->pending[i];
    }
    return out;
}

sim_disk *sim_disk_crash(const sim_disk *disk, sim_crash kind, uint64_t *seed)
{
    if (kind == SIM_CRASH_CACHE)
        return copy(disk);
    sim_disk *out = sim_disk_new();
    names left = sim_names_copy(&disk->durable);
    size_t end = disk->pending_count;
    if (kind == SIM_CRASH_ORDERED)
        end = end ? sim_random(seed) % (end + 1) : 0;
    for (size_t i = 0; kind != SIM_CRASH_DURABLE && i < end; i++)
        if (disk->pending[i].path[0] && (kind == SIM_CRASH_ORDERED || chance(seed, 50)))
            sim_names_apply(&left, &disk->pending[i]);
    drop_orphans(&left);
    for (size_t i = 0; i < left.count; i++) {
        const inode *from = disk->inodes[left.items[i].inode];
        inode *node = sim_must(calloc(1, sizeof *node));
        node->folder = from->folder;
        node->durable = survive(from, kind, seed);
        node->live = content_copy(&node->durable);
        node->dirty_count = node->live.count;
        node->dirty = sim_must(calloc(node->dirty_count ? node->dirty_count : 1, 1));
        left.items[i].inode = sim_inode_add(out, node);
    }
    out->live = left;
    out->durable = sim_names_copy(&left);
    return out;
}

void sim_disk_watch(sim_disk *disk, void (*hook)(void *context, const char *what),
                    void *context)
{
    disk->hook = hook;
    disk->hook_context = context;
}

void sim_disk_break(sim_disk *disk, uint64_t at, const char *what, int error, bool forever)
{
    disk->breaks = true;
    disk->break_at = at;
    disk->break_what = what;
    disk->break_error = error;
    disk->break_forever = forever;
}

uint64_t sim_disk_changes(const sim_disk *disk)
{
    return disk->changes;
}
