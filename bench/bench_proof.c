/* bench/bench_proof.c - inclusion proofs from the tiles of a large log, beside their parts.
 *
 * The hash tiles of a log are written into a temporary folder; then proofs of entries all over
 * it are made from these files and verified, each with at most one read of a tile a level. What
 * the machine allows is measured in the same run: reading such tiles alone, and hashing as many
 * nodes as the tiles of one path have.
 *
 *     bench_proof [ENTRIES]      10000000 for the figures of docs/performance.md
 */
#include "log/levels.h"
#include "log/tile_source.h"
#include "store/log_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 1000000, PROOFS = 2000 };

static char dir[64] = "/tmp/bench-proof-XXXXXX";
static sheaf_levels levels;
static sheaf_buffer bytes;

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench_proof: %s\n", what);
    exit(1);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint64_t next_index(uint64_t entries)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 20) % entries;
}

static sheaf_status read_file(void *context, const sheaf_tile *tile,
                              sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    sheaf_slice data;
    (void)context;
    SHEAF_TRY(sheaf_log_file_read(dir, tile, &bytes, &data, err));
    memcpy(out, data.data, data.len);
    return SHEAF_OK;
}

static void write_tiles(uint64_t entries)
{
    sheaf_err err;
    for (unsigned level = 0; sheaf_tile_hashes(level, entries); level++) {
        uint64_t hashes = sheaf_tile_hashes(level, entries);
        for (uint64_t at = 0; at < hashes; at += SHEAF_TILE_WIDTH) {
            uint64_t left = hashes - at;
            sheaf_tile tile = {.level = (uint8_t)level,
                               .index = at / SHEAF_TILE_WIDTH,
                               .width =
                                   left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH};
            must(sheaf_log_file_write(dir, &tile, sheaf_log_tile_bytes(&levels, &tile), &err)
                     == SHEAF_OK,
                 err.message);
        }
    }
}

static void make_log(uint64_t entries)
{
    char path[80];
    must(mkdtemp(dir) != NULL, "no temporary folder");
    snprintf(path, sizeof path, "%s/journal", dir);
    must(sheaf_folder_make(path, 0700, NULL) == SHEAF_OK, "no folder for drafts");
    must(sheaf_levels_reserve(&levels, entries, NULL) == SHEAF_OK, "no memory for the tree");
    for (uint64_t i = 0; i < entries; i++) {
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(&i, sizeof i));
        must(sheaf_levels_append(&levels, &leaf, NULL) == SHEAF_OK, "no memory for the tree");
    }
    write_tiles(entries);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_proofs(uint64_t entries)
{
    static double us[PROOFS];
    sheaf_tile_source *source = calloc(1, sizeof *source);
    sheaf_hash root = sheaf_levels_root(&levels, entries);
    size_t most = 0, first = 0, sum = 0;
    must(source != NULL, "no memory");
    source->read = read_file;
    source->size = entries;
    sheaf_tree_source tree = sheaf_tile_source_as(source);
    for (int i = 0; i < PROOFS; i++) {
        sheaf_proof proof;
        uint64_t index = next_index(entries);
        size_t before = source->tiles_read;
        double start = now_us();
        must(sheaf_inclusion_make(&tree, index, entries, &proof, NULL) == SHEAF_OK, "no proof");
        us[i] = now_us() - start;
        size_t reads = source->tiles_read - before;
        first = i ? first : reads;
        most = i && reads > most ? reads : most;
        sum += i ? reads : 0;
        must(sheaf_inclusion_verify(&proof, index, entries, &levels.level[0].hashes[index],
                                    &root),
             "a proof does not hold");
    }
    qsort(us, PROOFS, sizeof *us, by_size);
    printf("inclusion proof from tiles in files    median %6.1f us, 99 of 100 below %6.1f us\n",
           us[PROOFS / 2], us[PROOFS * 99 / 100]);
    printf("  tiles read for a proof               %.2f on average, %zu at most (the first: "
           "%zu)\n",
           (double)sum / (PROOFS - 1), most, first);
    free(source);
}

static void bench_parts(uint64_t entries)
{
    sheaf_tile tile = {.width = SHEAF_TILE_WIDTH};
    sheaf_hash out[SHEAF_TILE_WIDTH], hash = {{0}};
    double start = now_us();
    for (int i = 0; i < PROOFS; i++) {
        tile.index = next_index(entries) / SHEAF_TILE_WIDTH;
        if ((tile.index + 1) * SHEAF_TILE_WIDTH > entries)
            tile.index = 0;
        must(read_file(NULL, &tile, out, NULL) == SHEAF_OK, "a tile cannot be read");
    }
    printf("  limit: reading one tile              %6.1f us\n", (now_us() - start) / PROOFS);
    start = now_us();
    for (int i = 0; i < 100 * SHEAF_TILE_WIDTH; i++) {
        size_t at = (size_t)i % (SHEAF_TILE_WIDTH - 1);
        sheaf_hash node = sheaf_tree_node(&out[at], &out[at + 1]);
        hash.bytes[0] ^= node.bytes[0]; /* so that none is left out */
    }
    must(hash.bytes[1] == 0, "a hash has grown");
    printf("  limit: hashing the nodes of one tile %6.1f us\n", (now_us() - start) / 100);
}

int main(int argc, char **argv)
{
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : ENTRIES;
    char command[128];
    must(entries >= SHEAF_TILE_WIDTH && entries <= UINT32_MAX, "ENTRIES is 256 or more");
    sheaf_buffer_init(&bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    make_log(entries);
    printf("a log of %llu entries\n", (unsigned long long)entries);
    bench_proofs(entries);
    bench_parts(entries);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    must(system(command) == 0, "cannot remove the temporary folder");
    sheaf_buffer_deinit(&bytes);
    sheaf_levels_deinit(&levels);
    return 0;
}
