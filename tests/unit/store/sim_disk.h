/* A disk in memory that knows what is durable and what only its cache has.
 *
 * Data become durable by fdatasync or fsync of their file; names (made, renamed, removed) by
 * fsync of their folder. sim_disk_crash() gives what a power cut at this moment may leave: the
 * durable part, and of the rest any sectors and any names, or all up to some moment; sectors
 * that were being written may hold garbage. Faults can be asked for at any change.
 */
#ifndef TEST_STORE_SIM_DISK_H
#define TEST_STORE_SIM_DISK_H

#include "store/disk.h"

#include <stddef.h>
#include <stdint.h>

typedef struct sim_disk sim_disk;

sim_disk *sim_disk_new(void);
void sim_disk_free(sim_disk *disk);

/* Makes it the disk of the process; NULL brings the real one back. */
void sim_disk_use(sim_disk *disk);

typedef enum {
    SIM_CRASH_DURABLE, /* nothing but what is durable */
    SIM_CRASH_CACHE,   /* everything: the process died, the machine did not */
    SIM_CRASH_ORDERED, /* names up to some moment, sectors at random */
    SIM_CRASH_TORN,    /* names and sectors at random */
    SIM_CRASH_GARBAGE, /* and garbage in some sectors that were being written */
    SIM_CRASH_KINDS
} sim_crash;

/* A new disk; *seed is the state of a generator. */
sim_disk *sim_disk_crash(const sim_disk *disk, sim_crash kind, uint64_t *seed);

/* Called before every change with what it is ("pwrite", "fsync", ...). */
void sim_disk_watch(sim_disk *disk, void (*hook)(void *context, const char *what),
                    void *context);

/* The change number `at` from now (0: the next) fails with `error`; `what` NULL: any change,
 * else only those of this name count. With `forever` all that follow fail too: the process is
 * as good as dead. A pwrite that fails leaves half of its bytes. */
void sim_disk_break(sim_disk *disk, uint64_t at, const char *what, int error, bool forever);

uint64_t sim_disk_changes(const sim_disk *disk); /* so far */

uint64_t sim_random(uint64_t *seed);

#endif
