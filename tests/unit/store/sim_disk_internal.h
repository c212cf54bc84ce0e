/* What sim_disk.c (contents, names, power cuts) and sim_calls.c (the calls) share. */
#ifndef TEST_STORE_SIM_DISK_INTERNAL_H
#define TEST_STORE_SIM_DISK_INTERNAL_H

#include "sim_disk.h"

#include <stdlib.h>

enum { PAGE = 4096, SECTOR = 512, FDS = 64, FD_FIRST = 5000, PATH = 256 };

typedef struct {
    uint32_t refs;
    uint8_t data[PAGE];
} page;

typedef struct {
    page **pages; /* NULL: zeros */
    size_t count;
    uint64_t size;
} content;

typedef struct {
    bool folder;
    content live, durable;
    uint8_t *dirty; /* per page of `live`: one bit per sector written since the last sync */
    size_t dirty_count;
} inode;

typedef struct {
    char path[PATH];
    size_t inode;
} name;

typedef enum { NAMES_LINK, NAMES_UNLINK, NAMES_RENAME } names_kind;

typedef struct {
    names_kind kind;
    char path[PATH], to[PATH];
    size_t inode;
} names_change;

typedef struct {
    name *items;
    size_t count, capacity;
} names;

struct sim_disk {
    inode **inodes;
    size_t inode_count, inode_capacity;
    names live, durable;
    names_change *pending;
    size_t pending_count, pending_capacity;
    struct {
        bool open, locked;
        size_t inode, at;
        char path[PATH];
    } fds[FDS];
    void (*hook)(void *context, const char *what);
    void *hook_context;
    uint64_t changes, break_at;
    const char *break_what;
    int break_error;
    bool breaks, break_forever, broken;
};

#define GROW(array, count, capacity)                                                           \
    do {                                                                                       \
        if ((count) == (capacity)) {                                                           \
            (capacity) = (capacity) ? 2 * (capacity) : 16;                                     \
            (array) = sim_must(realloc((array), (capacity) * sizeof *(array)));                \
        }                                                                                      \
    } while (0)

void *sim_must(void *memory);
void sim_content_clear(content *c);
const uint8_t *sim_content_see(const content *c, size_t at);
void sim_inode_write(inode *node, const uint8_t *data, size_t len, uint64_t at);
void sim_inode_sync(inode *node, bool fails);
name *sim_names_find(names *in, const char *path);
names sim_names_copy(const names *from);
void sim_names_apply(names *in, const names_change *change);
bool sim_is_in(const char *path, const char *dir);
void sim_names_sync(sim_disk *disk, const char *dir);
size_t sim_inode_add(sim_disk *disk, inode *node);

#endif
