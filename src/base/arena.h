/* base/arena.h - work memory that is given back whole.
 *
 * One arena serves one request, one replayed entry or one training step. It never grows: the
 * bound is the point. Whoever calls passes the arena; what must outlive it is copied out.
 */
#ifndef SHEAF_BASE_ARENA_H
#define SHEAF_BASE_ARENA_H

#include "base/slice.h"

typedef struct {
    uint8_t *base; /* borrowed: whoever made the block frees it */
    size_t size, used;
} sheaf_arena;

static inline sheaf_arena sheaf_arena_over(void *block, size_t size)
{
    return (sheaf_arena){block, size, 0};
}

static inline void sheaf_arena_reset(sheaf_arena *arena)
{
    arena->used = 0;
}

/* Zeroed memory, or NULL once the block is spent. */
void *sheaf_arena_take(sheaf_arena *arena, size_t count, size_t size, size_t align);

#define SHEAF_ARENA_NEW(arena, type, count)                                                    \
    ((type *)sheaf_arena_take((arena), (count), sizeof(type), _Alignof(type)))

/* A copy of `in` inside the arena; data is NULL once the block is spent (and in.len > 0). */
sheaf_slice sheaf_arena_copy(sheaf_arena *arena, sheaf_slice in);

/* The same with a zero behind it; NULL once the block is spent. */
const char *sheaf_arena_string(sheaf_arena *arena, sheaf_slice in);

#endif
