/* base/toml.h - TOML 1.0 in a strict subset, for documents that people keep in their hands.
 *
 * The subset: tables [a.b], lists of tables [[a.b]], strings of all four sorts, whole numbers
 * within +-(2^53-1) in decimal (underscores between digits, no plus sign, no -0), true and
 * false, lists of such values, comments. Not in it: dotted keys before `=` and tables in braces
 * (a table has its own header), lists in lists, fractions, dates. Whatever is accepted here,
 * every reader of TOML 1.0 accepts with the same meaning.
 *
 * What is read becomes the tree that sheaf_json_parse() makes of the same document as JSON, in
 * the caller's arena; strings without escapes point into what was read.
 */
#ifndef SHEAF_BASE_TOML_H
#define SHEAF_BASE_TOML_H

#include "base/json.h"

/* Tables in a list; an object has as many members as in JSON. */
enum { SHEAF_TOML_TABLES_MAX = 1024 };

/* The whole document, an object. Errors begin with the line: `line 12: …`. */
SHEAF_MUST_USE sheaf_status sheaf_toml_parse(sheaf_slice in, sheaf_arena *arena,
                                             sheaf_json **out, sheaf_err *err);

/* What a writer says above a value: one line of words, or NULL. `path` are the names that lead
 * to it, `depth` of them, the last one its own. */
typedef struct {
    const char *(*say)(void *context, const sheaf_slice *path, size_t depth);
    void *context;
} sheaf_toml_comments;

/* Writes the object so that reading it gives the same tree; `comments` may be NULL.
 * SHEAF_INVALID for what the subset has no form for: null, lists in lists, lists of objects and
 * other values together. */
SHEAF_MUST_USE sheaf_status sheaf_toml_write(sheaf_buffer *out, const sheaf_json *object,
                                             const sheaf_toml_comments *comments,
                                             sheaf_err *err);

#endif
