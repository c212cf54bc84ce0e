/* fuzz/fuzz_entry.c - any bytes as an entry: what is accepted has one spelling, and what is
 * read quickly reads alike by way of a tree. */
#include "acts/acts_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t block[SHEAF_ACT_ARENA_BYTES];

static void check_quick(sheaf_slice in)
{
    static uint8_t quick_block[SHEAF_ACT_ARENA_BYTES];
    sheaf_arena tree_arena = sheaf_arena_over(block, sizeof block);
    sheaf_arena quick_arena = sheaf_arena_over(quick_block, sizeof quick_block);
    sheaf_entry quick, tree;
    sheaf_buffer a, b;
    if (!sheaf_entry_quick(in, 1, &quick_arena, &quick))
        return;
    if (sheaf_entry_decode_tree(in, 1, &tree_arena, &tree, NULL) != SHEAF_OK
        || !sheaf_slice_equal(quick.act_bytes, tree.act_bytes) || quick.stamp != tree.stamp
        || memcmp(quick.signature, tree.signature, sizeof tree.signature) != 0
        || quick.act->kind != tree.act->kind || quick.act->has_by != tree.act->has_by
        || quick.act->has_key != tree.act->has_key)
        abort();
    sheaf_buffer_init(&a, SHEAF_ENTRY_MAX + 1);
    sheaf_buffer_init(&b, SHEAF_ENTRY_MAX + 1);
    sheaf_act_encode(&a, quick.act);
    sheaf_act_encode(&b, tree.act);
    if (a.failed || !sheaf_slice_equal(sheaf_buffer_slice(&a), sheaf_buffer_slice(&b)))
        abort();
    sheaf_buffer_deinit(&a);
    sheaf_buffer_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len};
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_entry entry;
    check_quick(in);
    sheaf_kind kind = sheaf_entry_kind(in);
    sheaf_status status = sheaf_entry_decode(in, 1, &arena, &entry, NULL);
    if (status == SHEAF_NOMEM)
        abort(); /* the arena is large enough for every input */
    if (status != SHEAF_OK)
        return 0;
    if (kind != entry.act->kind)
        abort();
    sheaf_buffer act, out;
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX + 1);
    sheaf_buffer_init(&out, SHEAF_ENTRY_MAX + 1);
    sheaf_act_encode(&act, entry.act);
    if (act.failed || !sheaf_slice_equal(sheaf_buffer_slice(&act), entry.act_bytes))
        abort();
    sheaf_entry_encode(&out, entry.act_bytes, entry.signature, entry.stamp);
    if (out.failed || !sheaf_slice_equal(sheaf_buffer_slice(&out), in))
        abort();
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&out);
    return 0;
}
