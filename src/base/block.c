#include "base/block.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__linux__) && defined(MADV_HUGEPAGE)
enum { LARGE_PAGE = 2 << 20 };

void *sheaf_block_new(size_t len)
{
    if (len > SIZE_MAX - LARGE_PAGE)
        return NULL;
    size_t large = (len + LARGE_PAGE / 4) / LARGE_PAGE * LARGE_PAGE;
    if (large == 0)
        return malloc(len);
    void *block;
    if (posix_memalign(&block, LARGE_PAGE, large > len ? large : len) != 0)
        return NULL;
    (void)madvise(block, large, MADV_HUGEPAGE); /* advice: refused or not, it is memory */
    return block;
}
#else
void *sheaf_block_new(size_t len)
{
    return malloc(len);
}
#endif

/* Below this realloc() does as well, and often in place. */
enum { LARGE = 1 << 20 };

void *sheaf_block_grow(void *block, size_t used, size_t len)
{
    if (len < LARGE)
        return realloc(block, len);
    void *grown = sheaf_block_new(len);
    if (!grown)
        return NULL;
    if (used > 0)
        memcpy(grown, block, used);
    free(block);
    return grown;
}
