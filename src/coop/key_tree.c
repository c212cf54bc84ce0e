#include "coop/key_tree.h"

#include "coop/view.h"

/* What a branch leads to: 0 for nothing, else 1 + twice a row, and one more for its branch. */

static uint32_t leaf(uint32_t row)
{
    return 1 + 2 * row;
}

static uint32_t branch(uint32_t row)
{
    return 2 + 2 * row;
}

static bool is_branch(uint32_t node)
{
    return node && node % 2 == 0;
}

static uint32_t row_of(uint32_t node)
{
    return (node - 1) / 2;
}

static bool bit_of(const sheaf_public_key *key, unsigned bit)
{
    return key->bytes[bit / 8] >> (7 - bit % 8) & 1;
}

static uint32_t below(const struct sheaf_row_key *at, const sheaf_public_key *key)
{
    return bit_of(key, at->branch_bit) ? at->branch_1 : at->branch_0;
}

/* The one row that could hold the key, or SHEAF_NONE. */
static uint32_t candidate(const sheaf_state *state, const sheaf_public_key *key)
{
    uint32_t node = sheaf_coop(state) ? sheaf_coop(state)->key_top : 0;
    while (is_branch(node))
        node = below(sheaf_key_at(state, row_of(node)), key);
    return node ? row_of(node) : SHEAF_NONE;
}

bool sheaf_key_known(const sheaf_state *state, const sheaf_public_key *public_key)
{
    uint32_t row = candidate(state, public_key);
    return row != SHEAF_NONE
           && memcmp(sheaf_key_at(state, row)->public_key.bytes, public_key->bytes,
                     sizeof public_key->bytes)
                  == 0;
}

static unsigned first_difference(const sheaf_public_key *a, const sheaf_public_key *b)
{
    unsigned bit = 0;
    while (bit_of(a, bit) == bit_of(b, bit)) {
        bit++;
        assert(bit < 8 * sizeof a->bytes); /* two keys that are the same */
    }
    return bit;
}

/* Hangs the branch of the newest row above the first node that parts later than it does. */
static void hang(sheaf_state *state, uint32_t row, unsigned bit)
{
    struct sheaf_row_key *made = sheaf_key_edit(state, row);
    uint32_t parent = SHEAF_NONE;
    uint32_t node = sheaf_coop(state)->key_top;
    while (is_branch(node) && sheaf_key_at(state, row_of(node))->branch_bit < bit) {
        parent = row_of(node);
        node = below(sheaf_key_at(state, parent), &made->public_key);
    }
    bool one = bit_of(&made->public_key, bit);
    made->branch_bit = (uint8_t)bit;
    made->branch_0 = one ? node : leaf(row);
    made->branch_1 = one ? leaf(row) : node;
    if (parent == SHEAF_NONE) {
        sheaf_coop_edit(state, 0)->key_top = branch(row);
        return;
    }
    struct sheaf_row_key *above = sheaf_key_edit(state, parent);
    if (bit_of(&made->public_key, above->branch_bit))
        above->branch_1 = branch(row);
    else
        above->branch_0 = branch(row);
}

struct sheaf_row_key *sheaf_key_add(sheaf_state *state, uint32_t id,
                                    const sheaf_public_key *public_key)
{
    uint32_t near = candidate(state, public_key), row = sheaf_key_count(state);
    if (row >= UINT32_MAX / 2 - 1)
        state->failed = true;
    struct sheaf_row_key *key = sheaf_key_new(state, id);
    key->public_key = *public_key;
    key->revoked = SHEAF_NONE;
    if (row % SHEAF_NUMBERS == 0)
        sheaf_key_numbers_new(state, 0);
    if (state->failed)
        return key;
    if (near == SHEAF_NONE)
        sheaf_coop_edit(state, 0)->key_top = leaf(row);
    else
        hang(state, row, first_difference(public_key, &sheaf_key_at(state, near)->public_key));
    return key;
}
