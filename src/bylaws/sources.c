#include "bylaws/sources.h"

enum { VALUE_MAX = 1 << 16 };

static const sheaf_json *member(const sheaf_json *object, sheaf_slice name)
{
    const sheaf_json *m = object->type == SHEAF_JSON_OBJECT ? object->first : NULL;
    while (m && !sheaf_slice_equal(m->name, name))
        m = m->next;
    return m;
}

/* Appends what stands at the path, of a list that of each item, a line each. Recursion is as
 * deep as a document is nested. */
static void put_at(sheaf_buffer *out, const sheaf_json *value, sheaf_slice path)
{
    sheaf_slice name, rest = path;
    if (!path.len) {
        sheaf_json_write(out, value);
        sheaf_buffer_add_byte(out, '\n');
        return;
    }
    if (value->type == SHEAF_JSON_LIST) {
        for (const sheaf_json *item = value->first; item; item = item->next)
            put_at(out, item, path);
        return;
    }
    if (!sheaf_take_until(&rest, '.', &name)) {
        name = rest;
        rest = (sheaf_slice){rest.data + rest.len, 0};
    }
    const sheaf_json *in = member(value, name);
    if (in)
        put_at(out, in, rest);
}

/* What is left of a list as a whole where each of its items still stands there. */
static bool holds_all(const sheaf_json *before, const sheaf_json *now)
{
    const sheaf_json *old = sheaf_json_member(before, "clauses");
    const sheaf_json *new = sheaf_json_member(now, "clauses");
    for (old = old ? old->first : NULL; old; old = old->next) {
        sheaf_slice text = sheaf_json_member_string(old, "text");
        const sheaf_json *item = new ? new->first : NULL;
        while (item && !sheaf_slice_equal(sheaf_json_member_string(item, "text"), text))
            item = item->next;
        if (!item)
            return false;
    }
    return true;
}

static bool same_at(const sheaf_json *before, const sheaf_json *now, sheaf_slice path)
{
    sheaf_buffer old, new;
    if (sheaf_slice_is(path, "clauses"))
        return holds_all(before, now);
    sheaf_buffer_init(&old, VALUE_MAX);
    sheaf_buffer_init(&new, VALUE_MAX);
    put_at(&old, before, path);
    put_at(&new, now, path);
    bool same =
        !old.failed
        && !new.failed &&sheaf_slice_equal(sheaf_buffer_slice(&old), sheaf_buffer_slice(&new));
    sheaf_buffer_deinit(&old);
    sheaf_buffer_deinit(&new);
    return same;
}

sheaf_source_state sheaf_source_compare(const sheaf_json *before, const sheaf_json *now,
                                        const sheaf_json *note)
{
    sheaf_slice of = sheaf_json_member_string(note, "of");
    sheaf_slice source = sheaf_json_member_string(note, "source");
    const sheaf_json *notes = sheaf_json_member(before, "sources");
    if (sheaf_slice_is(source, SHEAF_SOURCE_CHOICE))
        return SHEAF_SOURCE_OTHER; /* names no number that could be another */
    for (const sheaf_json *old = notes ? notes->first : NULL; old; old = old->next)
        if (sheaf_slice_equal(sheaf_json_member_string(old, "of"), of)
            && sheaf_slice_equal(sheaf_json_member_string(old, "source"), source))
            return same_at(before, now, of) ? SHEAF_SOURCE_HOLDS : SHEAF_SOURCE_STALE;
    return SHEAF_SOURCE_OTHER;
}

bool sheaf_source_needed(const sheaf_json *article, const sheaf_json *note)
{
    sheaf_buffer value;
    sheaf_buffer_init(&value, VALUE_MAX);
    put_at(&value, article, sheaf_json_member_string(note, "of"));
    bool needed = value.len > 0;
    sheaf_buffer_deinit(&value);
    return needed;
}
