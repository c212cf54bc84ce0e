/* coop/key_numbers.h - the number of each key's last act.
 *
 * Nearly every entry raises one of them and writes nothing else of its signer. So they stand
 * apart from the keys, sixteen together: what is hashed for the next digest is a row of 64
 * bytes in a tree of a sixteenth of the leaves.
 */
#ifndef SHEAF_COOP_KEY_NUMBERS_H
#define SHEAF_COOP_KEY_NUMBERS_H

#include "coop/state.h"

/* Of the key in that row of the table `key`. It counts from 1 without gaps, so it is at most
 * the number of entries. */
static inline uint32_t sheaf_key_number(const sheaf_state *state, uint32_t key)
{
    return sheaf_key_numbers_at(state, key / SHEAF_NUMBERS)->last[key % SHEAF_NUMBERS];
}

static inline void sheaf_key_number_set(sheaf_state *state, uint32_t key, uint32_t number)
{
    sheaf_key_numbers_edit(state, key / SHEAF_NUMBERS)->last[key % SHEAF_NUMBERS] = number;
}

/* Of the key of that entry, which there is. */
static inline uint32_t sheaf_key_number_of(const sheaf_state *state, uint32_t id)
{
    uint32_t key = sheaf_key_row(state, id);
    assert(key != SHEAF_NONE);
    return sheaf_key_number(state, key);
}

#endif
