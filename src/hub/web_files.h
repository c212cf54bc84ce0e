/* hub/web_files.h - the page, embedded in the program.
 *
 * The files are those that web/build.mjs makes: index.html at `/`, the rest under `/assets/`.
 * Everything lives as long as the program. */
#ifndef SHEAF_HUB_WEB_FILES_H
#define SHEAF_HUB_WEB_FILES_H

#include "base/slice.h"

typedef struct {
    const char *path; /* as requested, such as /assets/app.js */
    const char *content_type;
    const char *etag; /* with its quotes: the first 16 hex digits of the data's SHA-256 */
    const uint8_t *data;
    size_t len;
} sheaf_web_file;

/* All of them; defined by the file that web/embed.py makes. */
extern const sheaf_web_file sheaf_web_files[];
extern const size_t sheaf_web_file_count;

/* The file at a path without its query, or NULL. */
const sheaf_web_file *sheaf_web_find(sheaf_slice path);

#endif
