#include "bylaws/fixed.h"

static const sheaf_fixed rows[] = {
#define FIXED(name, article, value, source) {SHEAF_ARTICLE_##article, #name, source, value},
#include "bylaws/tbl/fixed.def"
#undef FIXED
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

const sheaf_fixed *sheaf_fixed_next(sheaf_article article, size_t *at)
{
    while (*at < ROW_COUNT && rows[*at].article != article)
        ++*at;
    return *at < ROW_COUNT ? &rows[(*at)++] : NULL;
}

const sheaf_fixed *sheaf_fixed_named(sheaf_slice name)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (sheaf_slice_is(name, rows[i].name))
            return &rows[i];
    return NULL;
}
