/* compute/sandbox_count.h - what all processes of a sandbox use together.
 *
 * Read from /proc by the first process inside, which sees its own namespace there and nothing
 * else. Limits of single processes do not bound what many have together; this does, a moment
 * later.
 */
#ifndef SHEAF_COMPUTE_SANDBOX_COUNT_H
#define SHEAF_COMPUTE_SANDBOX_COUNT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t threads;      /* of all processes but the first */
    uint64_t memory_bytes; /* what is shared is shared out, sockets count as full; 0 where it
                              was not asked for */
} sheaf_sandbox_use;

void sheaf_sandbox_count(sheaf_sandbox_use *out, bool memory);

#endif
