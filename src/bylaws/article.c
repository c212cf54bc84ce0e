#include "bylaws/article.h"

#include <assert.h>

static const sheaf_article_text articles[SHEAF_ARTICLE_COUNT] = {
#define ARTICLE(number_, key_, protected_, title_)                                             \
    [number_] = {SHEAF_ARTICLE_##key_, protected_, #key_, title_},
#include "bylaws/tbl/articles.def"
#undef ARTICLE
};

/* Articles whose fixed words always hold, and what they are where a document says nothing of
 * them: protected, with nothing added. */
static const struct sheaf_data_article data_alone = {
    .has_budget_required = true, .has_protected = true, .protected = true};
static const struct sheaf_log_article log_alone = {.has_protected = true, .protected = true};
static const struct sheaf_models_article models_alone = {.has_protected = true,
                                                         .protected = true};
static const void *const alone[SHEAF_ARTICLE_COUNT] = {
    [SHEAF_ARTICLE_data] = &data_alone,
    [SHEAF_ARTICLE_log] = &log_alone,
    [SHEAF_ARTICLE_models] = &models_alone,
};

const sheaf_article_text *sheaf_article_describe(sheaf_article article)
{
    assert(article > SHEAF_ARTICLE_NONE);
    assert(article < SHEAF_ARTICLE_COUNT);
    return &articles[article];
}

sheaf_article sheaf_article_named(sheaf_slice key)
{
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++)
        if (sheaf_slice_is(key, articles[i].key))
            return i;
    return SHEAF_ARTICLE_NONE;
}

const sheaf_field *sheaf_article_field(sheaf_article article)
{
    return sheaf_shape_field(sheaf_record_shape("bylaws"), sheaf_str(articles[article].key));
}

bool sheaf_article_always(sheaf_article article)
{
    return alone[article] != NULL;
}

const void *sheaf_article_in(const struct sheaf_bylaws *bylaws, sheaf_article article)
{
    const sheaf_field *field = sheaf_article_field(article);
    const uint8_t *document = (const uint8_t *)bylaws;
    return *(const bool *)(document + field->has) ? document + field->at : alone[article];
}

bool sheaf_article_protected(const struct sheaf_bylaws *bylaws, sheaf_article article)
{
    const sheaf_field *field = sheaf_article_field(article);
    const uint8_t *record = sheaf_article_in(bylaws, article);
    return record
           && *(const bool *)(record
                              + sheaf_shape_field(field->shape, sheaf_str("protected"))->at);
}

bool sheaf_articles_hash(const struct sheaf_bylaws *bylaws, sheaf_hash out[SHEAF_ARTICLE_COUNT])
{
    sheaf_buffer bytes;
    bool done = true;
    memset(out, 0, SHEAF_ARTICLE_COUNT * sizeof *out);
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    for (sheaf_article number = 1; done && number < SHEAF_ARTICLE_COUNT; number++) {
        const void *record = sheaf_article_in(bylaws, number);
        if (!record)
            continue;
        sheaf_buffer_reset(&bytes);
        sheaf_record_encode(&bytes, sheaf_article_field(number)->shape, record);
        done = !bytes.failed;
        if (done)
            out[number] = sheaf_sha256(sheaf_buffer_slice(&bytes));
    }
    sheaf_buffer_deinit(&bytes);
    return done;
}

bool sheaf_bylaws_enforced(sheaf_slice path)
{
    static const char *const paths[] = {
#define PARAM(column, type, sub, path, doc) #path,
#define SHOWN                               SHEAF_SKIP
#define KEPT                                SHEAF_SKIP
#define LISTED(path)                        #path,
#include "bylaws/tbl/params.def"
#undef PARAM
#undef SHOWN
#undef KEPT
#undef LISTED
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        size_t len = strlen(paths[i]);
        if (path.len >= len && memcmp(path.data, paths[i], len) == 0
            && (path.len == len || path.data[len] == '.'))
            return true;
    }
    return false;
}
