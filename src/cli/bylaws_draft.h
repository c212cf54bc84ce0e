/* cli/bylaws_draft.h - a bylaws document while it is put together, as a tree of JSON. What is
 * added lives in the arena. */
#ifndef SHEAF_CLI_BYLAWS_DRAFT_H
#define SHEAF_CLI_BYLAWS_DRAFT_H

#include "base/json.h"

typedef struct {
    sheaf_json *root;
    sheaf_arena *arena;
} sheaf_draft;

/* The value at a path such as "decisions.ordinary.open_s", or NULL. */
sheaf_json *sheaf_draft_at(const sheaf_draft *tree, const char *path);

/* A value to fill in at the path; objects on the way are made. NULL where memory is spent or
 * something else than an object stands on the way. */
sheaf_json *sheaf_draft_put(sheaf_draft *tree, const char *path);

void sheaf_draft_remove(sheaf_draft *tree, const char *name);

/* Puts each table of `over` into the tree: members that are objects in both are put into each
 * other, everything else takes the place of what stood there. */
SHEAF_MUST_USE sheaf_status sheaf_draft_lay(sheaf_draft *tree, const sheaf_json *over,
                                            sheaf_err *err);

#endif
