/* bylaws/fixed.h - numbers that the rules fix whatever a document says: tbl/fixed.def. */
#ifndef SHEAF_BYLAWS_FIXED_H
#define SHEAF_BYLAWS_FIXED_H

#include "bylaws/article.h"

/* SHEAF_FIXED_circle_members is 1000. */
#define FIXED(name, article, value, source) SHEAF_FIXED_##name = value,
enum {
#include "bylaws/tbl/fixed.def"
};
#undef FIXED

typedef struct {
    sheaf_article article;
    const char *name, *source;
    int64_t value; /* in the unit that the name ends in */
} sheaf_fixed;

/* Those of an article, one after the other from *at = 0; NULL after the last. */
const sheaf_fixed *sheaf_fixed_next(sheaf_article article, size_t *at);
/* The one of that name; NULL where there is none. */
const sheaf_fixed *sheaf_fixed_named(sheaf_slice name);

#endif
