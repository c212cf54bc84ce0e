#include "claims/verify_kept.h"

#include "coop/snapshot.h"
#include "log/checkpoint.h"

static const char magic[] = "sheaf-kept/v1\n";

bool sheaf_kept_is(sheaf_slice bytes)
{
    sheaf_slice head;
    return sheaf_take(&bytes, sizeof magic - 1, &head) && sheaf_slice_is(head, magic);
}

/* The numbers in the order of the file. */
enum { NUMBERS = 8 };

static void numbers_of(sheaf_kept *kept, uint64_t *out[NUMBERS])
{
    uint64_t *all[NUMBERS] = {&kept->trusted,
                              &kept->voids,
                              &kept->first_void,
                              &kept->unwitnessed,
                              &kept->commitments,
                              &kept->evaluations_checked,
                              &kept->evaluations_missing,
                              &kept->fault_entry};
    memcpy(out, all, sizeof all);
}

/* ---- writing ---- */

static void put_string(sheaf_buffer *out, sheaf_slice bytes)
{
    sheaf_buffer_add_u32(out, (uint32_t)bytes.len);
    sheaf_buffer_add(out, bytes);
}

void sheaf_kept_put(sheaf_buffer *out, const sheaf_kept *kept, const sheaf_state *state)
{
    size_t from = out->len;
    sheaf_kept copy = *kept;
    uint64_t *numbers[NUMBERS];
    numbers_of(&copy, numbers);
    sheaf_buffer_add_string(out, magic);
    put_string(out, kept->note);
    sheaf_buffer_add(out, sheaf_bytes(kept->origin, SHEAF_ORIGIN_LEN));
    sheaf_buffer_add_u64(out, kept->entries);
    sheaf_buffer_add(out, sheaf_bytes(kept->root.bytes, SHEAF_HASH_BYTES));
    for (size_t i = 0; i < NUMBERS; i++)
        sheaf_buffer_add_u64(out, *numbers[i]);
    put_string(out, sheaf_str(kept->fault));
    put_string(out, sheaf_str(kept->fault_rests_on));
    sheaf_snapshot_put(out, state);
    if (out->failed)
        return;
    sheaf_hash hash = sheaf_sha256(sheaf_bytes(out->data + from, out->len - from));
    sheaf_buffer_add(out, sheaf_bytes(hash.bytes, SHEAF_HASH_BYTES));
}

/* ---- reading ---- */

static bool take_string(sheaf_slice *in, sheaf_slice *out)
{
    uint32_t len;
    return sheaf_take_u32(in, &len) && sheaf_take(in, len, out);
}

/* Words that may go to a terminal, as a string that ends in NUL. */
static bool copy_words(sheaf_slice words, char *out, size_t size)
{
    if (words.len >= size)
        return false;
    for (size_t i = 0; i < words.len; i++) {
        if (words.data[i] < 0x20 || words.data[i] == 0x7f)
            return false;
        out[i] = (char)words.data[i];
    }
    out[words.len] = 0;
    return true;
}

static bool take_fields(sheaf_slice *in, sheaf_kept *out)
{
    uint64_t *numbers[NUMBERS];
    sheaf_slice origin, fault, rests_on;
    numbers_of(out, numbers);
    if (!take_string(in, &out->note) || !sheaf_take(in, SHEAF_ORIGIN_LEN, &origin)
        || !sheaf_take_u64(in, &out->entries) || !sheaf_take_hash(in, &out->root))
        return false;
    for (size_t i = 0; i < NUMBERS; i++)
        if (!sheaf_take_u64(in, numbers[i]))
            return false;
    return take_string(in, &fault) && take_string(in, &rests_on)
           && copy_words(origin, out->origin, sizeof out->origin)
           && copy_words(fault, out->fault, sizeof out->fault)
           && copy_words(rests_on, out->fault_rests_on, sizeof out->fault_rests_on);
}

/* Nothing that contradicts itself. */
static bool possible(const sheaf_kept *kept)
{
    sheaf_checkpoint head;
    bool fault = kept->fault_entry != UINT64_MAX;
    if (kept->entries == 0 || kept->entries > SHEAF_REF_MAX || kept->trusted > kept->entries
        || kept->voids > kept->entries || kept->unwitnessed > kept->entries
        || (kept->voids > 0 ? kept->first_void >= kept->entries
                            : kept->first_void != UINT64_MAX)
        || fault != (kept->fault[0] != 0) || (fault && kept->fault_entry >= kept->entries))
        return false;
    return kept->note.len == 0
           || (sheaf_checkpoint_read(kept->note, &head, NULL) == SHEAF_OK
               && sheaf_slice_is(head.origin, kept->origin) && head.size <= kept->entries
               && (head.size < kept->entries || sheaf_hash_equal(&head.root, &kept->root)));
}

sheaf_status sheaf_kept_get(sheaf_slice bytes, sheaf_kept *out, sheaf_err *err)
{
    sheaf_slice in = bytes, head;
    if (!sheaf_kept_is(bytes))
        return sheaf_fail(err, SHEAF_INVALID, "it is nothing that a verification has kept");
    sheaf_hash hash = {0};
    if (bytes.len > SHEAF_HASH_BYTES) {
        in.len -= SHEAF_HASH_BYTES;
        hash = sheaf_sha256(in);
    }
    if (in.len == bytes.len || memcmp(hash.bytes, bytes.data + in.len, SHEAF_HASH_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "it is spoiled: its hash is not that of its bytes");
    *out = (sheaf_kept){0};
    if (!sheaf_take(&in, sizeof magic - 1, &head) || !take_fields(&in, out) || !possible(out))
        return sheaf_fail(err, SHEAF_INVALID, "it is spoiled: what it says cannot be");
    out->state = in;
    return SHEAF_OK;
}
