#include "coop/index.h"

#include "base/block.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- hashing ---- */

static uint64_t secret;

void sheaf_index_keep_secret(uint64_t random)
{
    secret = random;
}

/* The next number of SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number
 * Generators, OOPSLA 2014). */
static uint64_t next(uint64_t *at)
{
    uint64_t word = *at += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

void sheaf_index_words_fill(sheaf_index_words *words)
{
    uint64_t at = secret;
    for (unsigned i = 0; i < 8; i++)
        for (unsigned b = 0; b < 256; b++)
            words->of[i][b] = (uint32_t)(next(&at) >> 32);
}

/* ---- open addressing ---- */

enum { CAPACITY_FIRST = 64, SHIFT_FIRST = 26 };
#define CAPACITY_MAX (UINT32_C(1) << 31)

void sheaf_index_put(sheaf_index *index, uint32_t hash, uint32_t row)
{
    const uint32_t mask = index->capacity - 1;
    uint32_t at = sheaf_index_place(index, hash);
    while (index->slots[at])
        at = (at + 1) & mask;
    index->slots[at] = (uint64_t)hash << 32 | (row + 1);
}

/* Twice the slots: what stood at a place comes to twice that place or the one behind, so that
 * memory is read and written in its order. */
static bool grow(sheaf_index *index)
{
    if (index->capacity == CAPACITY_MAX)
        return false;
    sheaf_index grown = {.capacity = CAPACITY_FIRST, .shift = SHIFT_FIRST};
    if (index->capacity)
        grown = (sheaf_index){.capacity = index->capacity * 2, .shift = index->shift - 1};
    size_t bytes = grown.capacity * sizeof *grown.slots;
    grown.slots = sheaf_block_new(bytes);
    if (!grown.slots)
        return false;
    memset(grown.slots, 0, bytes);
    for (uint32_t i = 0; i < index->capacity; i++)
        if (index->slots[i])
            sheaf_index_put(&grown, (uint32_t)(index->slots[i] >> 32),
                            (uint32_t)index->slots[i] - 1);
    free(index->slots);
    *index = grown;
    return true;
}

bool sheaf_index_reserve(sheaf_index *index, uint32_t rows)
{
    return (uint64_t)rows * 4 <= (uint64_t)index->capacity * 3 || grow(index);
}

/* What follows in the chain moves up, where that is nearer to its own place (Knuth, 6.4,
 * algorithm R). */
void sheaf_index_remove(sheaf_index *index, uint32_t hash, uint32_t row)
{
    const uint32_t mask = index->capacity - 1;
    uint32_t gap = sheaf_index_place(index, hash);
    while ((uint32_t)index->slots[gap] != row + 1) {
        assert(index->slots[gap]);
        gap = (gap + 1) & mask;
    }
    for (uint32_t at = (gap + 1) & mask; index->slots[at]; at = (at + 1) & mask) {
        uint32_t from = sheaf_index_place(index, (uint32_t)(index->slots[at] >> 32));
        if (((at - from) & mask) < ((at - gap) & mask))
            continue; /* it would come to stand before its place */
        index->slots[gap] = index->slots[at];
        gap = at;
    }
    index->slots[gap] = 0;
}

/* ---- a place for each entry ---- */

static bool reserve_pages(sheaf_entry_index *index, uint32_t page)
{
    uint64_t wanted = index->capacity ? index->capacity : 16;
    while (wanted <= page)
        wanted *= 2;
    if (wanted == index->capacity)
        return true;
    uint32_t **grown = calloc(wanted, sizeof *grown);
    if (!grown)
        return false;
    if (index->capacity)
        memcpy(grown, index->pages, index->capacity * sizeof *grown);
    free(index->pages);
    *index = (sheaf_entry_index){grown, (uint32_t)wanted};
    return true;
}

bool sheaf_entry_reserve(sheaf_entry_index *index, uint32_t entry)
{
    uint32_t page = entry / SHEAF_INDEX_PAGE_ENTRIES;
    if (!reserve_pages(index, page))
        return false;
    if (!index->pages[page])
        index->pages[page] = calloc(SHEAF_INDEX_PAGE_ENTRIES, sizeof **index->pages);
    return index->pages[page] != NULL;
}

void sheaf_entry_index_free(sheaf_entry_index *index)
{
    for (uint32_t i = 0; i < index->capacity; i++)
        free(index->pages[i]);
    free(index->pages);
}
