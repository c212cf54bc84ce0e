/* coop/index.h - from the key of a row to its number.
 *
 * An open-addressing table with linear probing (Knuth, The Art of Computer Programming 3, 6.4)
 * keeps of each row its number and 32 bits of its key's hash; the key itself stands in the row.
 * Members choose some of these keys, as numbers of an imported register, and must not be able
 * to make them meet in one stretch. So keys are hashed by simple tabulation with words that
 * nobody else knows; then a search takes a constant number of steps on average whatever the
 * keys are (Patrascu and Thorup, The Power of Simple Tabulation Hashing, Journal of the ACM
 * 59:3, 2012). What the state is, and its digest, does not depend on the words.
 *
 * Tables that nearly every entry looks into, and whose keys are numbers of entries, have a
 * place for each entry instead.
 */
#ifndef SHEAF_COOP_INDEX_H
#define SHEAF_COOP_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHEAF_INDEX_PAGE_ENTRIES = 256 };

/* The words of one state. */
typedef struct {
    uint32_t of[8][256]; /* for each byte of a key */
} sheaf_index_words;

/* Every program calls this once, before it makes a state, with a random number; without it the
 * words are always the same, as tests like it. */
void sheaf_index_keep_secret(uint64_t random);
void sheaf_index_words_fill(sheaf_index_words *words);

static inline uint32_t sheaf_index_hash(const sheaf_index_words *words, uint64_t key)
{
    uint32_t hash = 0;
    for (unsigned i = 0; i < 8; i++)
        hash ^= words->of[i][key >> (8 * i) & 255];
    return hash;
}

typedef struct {
    uint64_t *slots;   /* hash << 32 | 1 + row, 0 for an empty slot */
    uint32_t capacity; /* a power of two, or 0 */
    unsigned shift;    /* a hash's own place is hash >> shift */
} sheaf_index;

static inline uint32_t sheaf_index_place(const sheaf_index *index, uint32_t hash)
{
    return hash >> index->shift;
}

/* Room for so many rows; false if memory is spent. */
bool sheaf_index_reserve(sheaf_index *index, uint32_t rows);
/* There is room. */
void sheaf_index_put(sheaf_index *index, uint32_t hash, uint32_t row);
void sheaf_index_remove(sheaf_index *index, uint32_t hash, uint32_t row);

/* 1 + row by number of entry, or 0; in pages, so that entries without a row take little. */
typedef struct {
    uint32_t **pages;
    uint32_t capacity; /* of pages */
} sheaf_entry_index;

/* The place of that entry, or NULL where there is none. */
static inline uint32_t *sheaf_entry_place(const sheaf_entry_index *index, uint64_t entry)
{
    uint64_t page = entry / SHEAF_INDEX_PAGE_ENTRIES;
    if (page >= index->capacity || !index->pages[page])
        return NULL;
    return index->pages[page] + entry % SHEAF_INDEX_PAGE_ENTRIES;
}

/* Makes the place; false if memory is spent. */
bool sheaf_entry_reserve(sheaf_entry_index *index, uint32_t entry);
void sheaf_entry_index_free(sheaf_entry_index *index);

#endif
