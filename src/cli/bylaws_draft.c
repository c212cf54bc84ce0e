#include "cli/bylaws_draft.h"

enum { DEPTH_MAX = 8 };

static sheaf_json *member(const sheaf_json *object, sheaf_slice name)
{
    for (sheaf_json *m = object->type == SHEAF_JSON_OBJECT ? object->first : NULL; m;
         m = m->next)
        if (sheaf_slice_equal(m->name, name))
            return m;
    return NULL;
}

sheaf_json *sheaf_draft_at(const sheaf_draft *tree, const char *path)
{
    sheaf_slice rest = sheaf_str(path), name;
    sheaf_json *at = tree->root;
    while (at && sheaf_take_until(&rest, '.', &name))
        at = member(at, name);
    return at ? member(at, rest) : NULL;
}

/* The member of that name, a new one where there is none. */
static sheaf_json *make(sheaf_draft *tree, sheaf_json *object, sheaf_slice name)
{
    sheaf_json *found = member(object, name);
    if (found || object->type != SHEAF_JSON_OBJECT)
        return found;
    found = SHEAF_ARENA_NEW(tree->arena, sheaf_json, 1);
    if (!found)
        return NULL;
    sheaf_json **end = &object->first;
    while (*end)
        end = &(*end)->next;
    *end = found;
    object->count++;
    found->type = SHEAF_JSON_OBJECT;
    found->name = name;
    return found;
}

sheaf_json *sheaf_draft_put(sheaf_draft *tree, const char *path)
{
    sheaf_slice rest = sheaf_str(path), name;
    sheaf_json *at = tree->root;
    while (at && sheaf_take_until(&rest, '.', &name))
        at = make(tree, at, name);
    return at ? make(tree, at, rest) : NULL;
}

void sheaf_draft_remove(sheaf_draft *tree, const char *name)
{
    for (sheaf_json **at = &tree->root->first; *at; at = &(*at)->next)
        if (sheaf_slice_is((*at)->name, name)) {
            *at = (*at)->next;
            tree->root->count--;
            return;
        }
}

/* Recursion is bounded by DEPTH_MAX: bylaws are not deeper. */
static sheaf_status lay(sheaf_draft *tree, sheaf_json *to, const sheaf_json *over, int depth,
                        sheaf_err *err)
{
    if (depth > DEPTH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "tables are nested deeper than bylaws are");
    for (const sheaf_json *m = over->first; m; m = m->next) {
        sheaf_json *at = make(tree, to, m->name);
        if (!at)
            return sheaf_fail(err, SHEAF_NOMEM, "no room left to put bylaws together");
        if (at->type == SHEAF_JSON_OBJECT && m->type == SHEAF_JSON_OBJECT) {
            SHEAF_TRY(lay(tree, at, m, depth + 1, err));
            continue;
        }
        sheaf_json *next = at->next;
        *at = *m;
        at->next = next;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_draft_lay(sheaf_draft *tree, const sheaf_json *over, sheaf_err *err)
{
    return lay(tree, tree->root, over, 0, err);
}
