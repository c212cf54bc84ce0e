#include "base/arena.h"

#include <assert.h>

void *sheaf_arena_take(sheaf_arena *arena, size_t count, size_t size, size_t align)
{
    assert(align != 0 && (align & (align - 1)) == 0);
    size_t pad = (size_t)(-(uintptr_t)(arena->base + arena->used)) & (align - 1);
    size_t bytes, end;
    if (__builtin_mul_overflow(count, size, &bytes)
        || __builtin_add_overflow(arena->used + pad, bytes, &end) || end > arena->size)
        return NULL;
    void *out = arena->base + arena->used + pad;
    arena->used = end;
    return memset(out, 0, bytes);
}

sheaf_slice sheaf_arena_copy(sheaf_arena *arena, sheaf_slice in)
{
    uint8_t *out = sheaf_arena_take(arena, in.len, 1, 1);
    if (!out)
        return (sheaf_slice){NULL, 0};
    if (in.len)
        memcpy(out, in.data, in.len);
    return (sheaf_slice){out, in.len};
}

const char *sheaf_arena_string(sheaf_arena *arena, sheaf_slice in)
{
    char *out = sheaf_arena_take(arena, in.len + 1, 1, 1);
    if (out && in.len)
        memcpy(out, in.data, in.len);
    return out;
}
