/* coop/key_tree.h - which public keys are known.
 *
 * Every key that was ever admitted is found by its bytes, in a tree in the rows of the table
 * `key`: row n holds the key and the branch that was made for it. A branch parts keys by one
 * bit, further down by later ones (a PATRICIA trie, Knuth, The Art of Computer Programming 3,
 * 6.3). So looking takes at most 256 steps whatever keys somebody makes on purpose, some twenty
 * among a million, and one comparison of all bytes.
 */
#ifndef SHEAF_COOP_KEY_TREE_H
#define SHEAF_COOP_KEY_TREE_H

#include "coop/state.h"

bool sheaf_key_known(const sheaf_state *state, const sheaf_public_key *public_key);

/* The row of a new key that is not known yet; its public key is never changed. Zeros but for
 * `id`, the public key, and that it is not revoked; the number of its last act is 0. */
struct sheaf_row_key *sheaf_key_add(sheaf_state *state, uint32_t id,
                                    const sheaf_public_key *public_key);

#endif
