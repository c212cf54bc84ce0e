/* bench/bench_start.c - how long a hub needs to start on a long log.
 *
 * A log is written (see tests/long_log); the hub starts on it without a saved state, which
 * replays everything, then with the one that it saved. What the machine allows is measured in
 * the same run: hashing the rows of the state, each once, by which they are checked.
 *
 *     bench_start [ENTRIES]      1000000 for the figures of docs/performance.md
 */
#include "../tests/long_log/long_log.h"
#include "bench.h"
#include "kit_store.h"

#include "hub/sequencer.h"
#include "log/tree.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 20000, TRIES = 3 };

static sheaf_hub *start(const char *dir, const char *what)
{
    sheaf_hub *hub;
    sheaf_err err;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    double at = bench_now_s();
    kit_must(sheaf_hub_open(&hub, &config, &err), &err);
    bench_report(what, (double)sheaf_log_store_size(hub->store), "entries", bench_now_s() - at);
    return hub;
}

/* Hashes every row of the state and every node above. */
static void limit(const sheaf_state *state)
{
    uint64_t rows = 0;
    uint8_t encoded[1024];
    double at = bench_now_s();
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const sheaf_table_shape *shape = sheaf_table_describe(t);
        sheaf_tree tree = {0};
        for (uint32_t i = 0; i < sheaf_table_rows(state, t); i++) {
            sheaf_row_encode(shape, sheaf_table_row(state, t, i), encoded);
            sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(encoded, shape->encoded));
            sheaf_tree_append(&tree, &leaf);
        }
        rows += sheaf_table_rows(state, t);
    }
    bench_report("limit: hashing the rows of the state", (double)rows, "rows",
                 bench_now_s() - at);
}

int main(int argc, char **argv)
{
    char dir[SHEAF_PATH_MAX];
    sheaf_entered entered;
    sheaf_err err;
    long entries = argc == 2 ? atol(argv[1]) : ENTRIES;
    if (argc > 2 || entries < SHEAF_DIGEST_ENTRIES || entries > 10000000) {
        fprintf(stderr, "usage: bench_start [ENTRIES from %d to 10000000]\n",
                SHEAF_DIGEST_ENTRIES);
        return 2;
    }
    bench_folder_make(dir);
    long_log_write(dir, (uint64_t)entries);
    kit_store_keys(dir);
    sheaf_hub *hub = start(dir, "start without a saved state");
    kit_must(sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_state_digest, NULL, false,
                                   &entered, &err),
             &err);
    sheaf_hub_close(hub);
    for (int i = 0; i < TRIES; i++) {
        hub = start(dir, "start from the saved state (wanted: 2 s)");
        if (i == TRIES - 1)
            limit(sheaf_hub_state(hub));
        sheaf_hub_close(hub);
    }
    bench_folder_remove(dir);
    return 0;
}
