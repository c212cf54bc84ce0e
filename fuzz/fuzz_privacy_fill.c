/* fuzz/fuzz_privacy_fill.c - any JSON as the terms of a mandate or a budget, before what the
 * accountant knows is filled in: no crash, nothing that stood there is changed, and filling in
 * again changes nothing.
 *
 * The first byte chooses the kind of act, the rest is what it says.
 */
#include "claims/privacy_fill.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { TEXT_MAX = 1 << 20 };

static uint8_t block[4 << 20];

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

/* What stands in `before` stands in `after`, too. */
static void kept(const sheaf_json *before, const sheaf_json *after)
{
    if (!after || before->type != after->type)
        __builtin_trap();
    if (before->type == SHEAF_JSON_INT)
        must(before->integer == after->integer);
    if (before->type == SHEAF_JSON_STRING)
        must(sheaf_slice_equal(before->string, after->string));
    const sheaf_json *other = after->first;
    for (const sheaf_json *at = before->first; at; at = at->next, other = other->next)
        kept(at, other); /* what is new comes last */
}

static sheaf_json *parse(sheaf_slice text, sheaf_arena *arena)
{
    sheaf_json *what;
    return sheaf_json_parse(text, arena, &what, NULL) == SHEAF_OK ? what : NULL;
}

static size_t nodes(const sheaf_json *of)
{
    size_t count = 1;
    for (const sheaf_json *at = of->first; at; at = at->next)
        count += nodes(at);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const sheaf_kind kinds[] = {SHEAF_KIND_mandate_grant, SHEAF_KIND_consent_grant,
                                       SHEAF_KIND_motion_open, SHEAF_KIND_ballot_cast};
    sheaf_slice in = {data, len};
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    uint8_t choice;
    if (!sheaf_take_u8(&in, &choice) || in.len > TEXT_MAX)
        return 0;
    sheaf_kind kind = kinds[choice % (sizeof kinds / sizeof *kinds)];
    sheaf_json *before = parse(in, &arena), *what = before ? parse(in, &arena) : NULL;
    if (!what || sheaf_privacy_fill(kind, what, &arena, NULL) != SHEAF_OK)
        return 0;
    kept(before, what);
    size_t filled = nodes(what);
    if (sheaf_privacy_fill(kind, what, &arena, NULL) == SHEAF_OK)
        must(nodes(what) == filled);
    return 0;
}
