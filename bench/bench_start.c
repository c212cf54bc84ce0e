/* bench/bench_start.c - how long a hub needs to start on a long log.
 *
 * A log is written (see tests/long_log); the hub starts on it without a saved state, which
 * replays everything, then with the one that it saved. What the machine allows is measured in
 * the same run: hashing the rows of the state, each once, by which they are checked.
 *
 *     bench_start [ENTRIES]      1000000 for the figures of docs/performance.md
 */
#include "../tests/long_log/long_log.c"
#include "../tests/unit/coop/kit.c"
#include "../tests/unit/coop/kit_witness.c"
#include "../tests/unit/coop/kit_worlds.c"

#include "hub/sequencer.h"
#include "log/tree.h"
#include "store/clock.h"
#include "store/key_file.h"

#include <unistd.h>

enum { ENTRIES = 20000, TRIES = 3 };

static double now_s(void)
{
    return (double)sheaf_clock_monotonic_us() / 1e6;
}

static void save_one_key(const char *dir, const char *name)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    sheaf_keypair pair;
    sheaf_hash seed = sheaf_sha256(sheaf_str(name));
    must(sheaf_path(path, &err, "%s/keys", dir), &err);
    must(sheaf_folder_make(path, 0700, &err), &err);
    must(sheaf_path(path, &err, "%s/keys/%s.key", dir, name), &err);
    must(sheaf_key_file_put(path, seed.bytes, &pair, &err), &err);
}

static sheaf_hub *start(const char *dir, const char *what)
{
    sheaf_hub *hub;
    sheaf_err err;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    double at = now_s();
    must(sheaf_hub_open(&hub, &config, &err), &err);
    printf("%-46s %9llu entries %8.3f s\n", what,
           (unsigned long long)sheaf_log_store_size(hub->store), now_s() - at);
    fflush(stdout);
    return hub;
}

/* Hashes every row of the state and every node above. */
static void limit(const sheaf_state *state)
{
    uint64_t rows = 0, bytes = 0;
    uint8_t encoded[1024];
    double at = now_s();
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const sheaf_table_shape *shape = sheaf_table_describe(t);
        sheaf_tree tree = {0};
        for (uint32_t i = 0; i < sheaf_table_rows(state, t); i++) {
            sheaf_row_encode(shape, sheaf_table_row(state, t, i), encoded);
            sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(encoded, shape->encoded));
            sheaf_tree_append(&tree, &leaf);
        }
        rows += sheaf_table_rows(state, t);
        bytes += (uint64_t)sheaf_table_rows(state, t) * shape->encoded;
    }
    printf("%-46s %9llu rows    %8.3f s   %.1f MiB\n", "limit: hashing the rows of the state",
           (unsigned long long)rows, now_s() - at, (double)bytes / 1048576);
}

int main(int argc, char **argv)
{
    const char *base = getenv("TMPDIR");
    char dir[SHEAF_PATH_MAX], command[SHEAF_PATH_MAX + 16];
    sheaf_entered entered;
    sheaf_err err;
    long entries = argc == 2 ? atol(argv[1]) : ENTRIES;
    if (argc > 2 || entries < SHEAF_DIGEST_ENTRIES || entries > 10000000) {
        fprintf(stderr, "usage: bench_start [ENTRIES from %d to 10000000]\n",
                SHEAF_DIGEST_ENTRIES);
        return 2;
    }
    snprintf(dir, sizeof dir, "%.900s/sheaf-bench-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(dir))
        kit_fail("cannot make a folder");
    long_log_write(dir, (uint64_t)entries);
    save_one_key(dir, "log");
    save_one_key(dir, "hub");
    sheaf_hub *hub = start(dir, "start without a saved state");
    must(sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_state_digest, NULL, false, &entered,
                               &err),
         &err);
    sheaf_hub_close(hub);
    for (int i = 0; i < TRIES; i++) {
        hub = start(dir, "start from the saved state (wanted: 2 s)");
        if (i == TRIES - 1)
            limit(sheaf_hub_state(hub));
        sheaf_hub_close(hub);
    }
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
