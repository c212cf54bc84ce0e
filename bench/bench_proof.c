/* bench/bench_proof.c - inclusion proofs from the tiles of a large log, beside their parts.
 *
 * The hash tiles of a log are written into a temporary folder; then proofs of entries all over
 * it are made from these files and verified, each with at most one read of a tile a level. What
 * the machine allows is measured in the same run: reading such tiles alone, and hashing as many
 * nodes as the tiles of one path have.
 *
 *     bench_proof [ENTRIES]      10000000 for the figures of docs/performance.md
 */
#include "bench.h"

#include "log/levels.h"
#include "log/tile_source.h"
#include "store/log_files.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 1000000, PROOFS = 2000 };

static char dir[SHEAF_PATH_MAX];
static sheaf_levels levels;
static sheaf_buffer bytes;

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
            bench_must(
                sheaf_log_file_write(dir, &tile, sheaf_log_tile_bytes(&levels, &tile), &err)
                    == SHEAF_OK,
                err.message);
        }
    }
}

static void make_log(uint64_t entries)
{
    char path[SHEAF_PATH_MAX];
    bench_folder_make(dir);
    bench_must(sheaf_path(path, NULL, "%s/journal", dir) == SHEAF_OK
                   && sheaf_folder_make(path, 0700, NULL) == SHEAF_OK,
               "making a folder for drafts");
    bench_must(sheaf_levels_reserve(&levels, entries, NULL) == SHEAF_OK, "growing the tree");
    for (uint64_t i = 0; i < entries; i++) {
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_bytes(&i, sizeof i));
        bench_must(sheaf_levels_append(&levels, &leaf, NULL) == SHEAF_OK, "growing the tree");
    }
    write_tiles(entries);
}

static void bench_proofs(uint64_t entries)
{
    static double seconds[PROOFS];
    sheaf_tile_source *source = bench_alloc(1, sizeof *source);
    sheaf_hash root = sheaf_levels_root(&levels, entries);
    size_t most = 0, first = 0, sum = 0;
    double all = 0;
    source->read = read_file;
    source->size = entries;
    sheaf_tree_source tree = sheaf_tile_source_as(source);
    for (int i = 0; i < PROOFS; i++) {
        sheaf_proof proof;
        uint64_t index = next_index(entries);
        size_t before = source->tiles_read;
        double at = bench_now_s();
        bench_must(sheaf_inclusion_make(&tree, index, entries, &proof, NULL) == SHEAF_OK,
                   "making a proof");
        all += seconds[i] = bench_now_s() - at;
        size_t reads = source->tiles_read - before;
        first = i ? first : reads;
        most = i && reads > most ? reads : most;
        sum += i ? reads : 0;
        bench_must(sheaf_inclusion_verify(&proof, index, entries,
                                          &levels.level[0].hashes[index], &root),
                   "verifying a proof");
    }
    bench_report_each("inclusion proofs from tiles in files", seconds, PROOFS, all);
    printf("  tiles read for a proof: %.2f on average, %zu at most (the first: %zu)\n",
           (double)sum / (PROOFS - 1), most, first);
    free(source);
}

static void bench_parts(uint64_t entries)
{
    sheaf_tile tile = {.width = SHEAF_TILE_WIDTH};
    sheaf_hash out[SHEAF_TILE_WIDTH], hash = {{0}};
    double at = bench_now_s();
    for (int i = 0; i < PROOFS; i++) {
        tile.index = next_index(entries) / SHEAF_TILE_WIDTH;
        if ((tile.index + 1) * SHEAF_TILE_WIDTH > entries)
            tile.index = 0;
        bench_must(read_file(NULL, &tile, out, NULL) == SHEAF_OK, "reading a tile");
    }
    printf("  limit: reading one tile              %6.1f us\n",
           1e6 * (bench_now_s() - at) / PROOFS);
    at = bench_now_s();
    for (int i = 0; i < 100 * SHEAF_TILE_WIDTH; i++) {
        size_t place = (size_t)i % (SHEAF_TILE_WIDTH - 1);
        sheaf_hash node = sheaf_tree_node(&out[place], &out[place + 1]);
        hash.bytes[0] ^= node.bytes[0]; /* so that none is left out */
    }
    bench_must(hash.bytes[1] == 0, "hashing");
    printf("  limit: hashing the nodes of one tile %6.1f us\n",
           1e6 * (bench_now_s() - at) / 100);
}

int main(int argc, char **argv)
{
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : ENTRIES;
    bench_must(entries >= SHEAF_TILE_WIDTH && entries <= UINT32_MAX, "ENTRIES is 256 or more");
    sheaf_buffer_init(&bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    make_log(entries);
    printf("a log of %llu entries\n", (unsigned long long)entries);
    bench_proofs(entries);
    bench_parts(entries);
    bench_folder_remove(dir);
    sheaf_buffer_deinit(&bytes);
    sheaf_levels_deinit(&levels);
    return 0;
}
