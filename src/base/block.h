/* base/block.h - big blocks of memory, for vectors of millions of words.
 *
 * Memory that is new to the program is cleared by the system as it is first touched, a small
 * page at a time, which takes as long as hashing it; large pages take a quarter of that. They
 * are only asked for, and only where at most a quarter of one would stay unused: a system that
 * has none gives small ones.
 */
#ifndef SHEAF_BASE_BLOCK_H
#define SHEAF_BASE_BLOCK_H

#include <stddef.h>

/* As malloc(), and given back with free(). NULL if memory is spent. */
void *sheaf_block_new(size_t len);

/* As realloc(), of a block of which `used` bytes count; NULL, and the block stays, if memory is
 * spent. */
void *sheaf_block_grow(void *block, size_t used, size_t len);

#endif
