/* bylaws/article.h - the articles of the bylaws by number, and how a document holds them: from
 * tbl/articles.def, tbl/params.def and the record `bylaws` of acts/tbl/bylaws.def. */
#ifndef SHEAF_BYLAWS_ARTICLE_H
#define SHEAF_BYLAWS_ARTICLE_H

#include "acts/act.h"

/* SHEAF_ARTICLE_petitions is 8. */
#define ARTICLE(number, key, protected, title) SHEAF_ARTICLE_##key = number,
typedef enum {
    SHEAF_ARTICLE_NONE,
#include "bylaws/tbl/articles.def"
    SHEAF_ARTICLE_COUNT /* 1 + the highest number */
} sheaf_article;
#undef ARTICLE

typedef struct {
    sheaf_article number;
    bool protected; /* unless a document says otherwise */
    const char *key, *title;
} sheaf_article_text;

/* 0 < article < SHEAF_ARTICLE_COUNT. */
const sheaf_article_text *sheaf_article_describe(sheaf_article article);

/* By its key; SHEAF_ARTICLE_NONE if there is none. */
sheaf_article sheaf_article_named(sheaf_slice key);

/* The article's field in the record `bylaws`. */
const sheaf_field *sheaf_article_field(sheaf_article article);

/* Does the article hold where a document leaves it out: data, models and log, whose fixed words
 * always do? */
bool sheaf_article_always(sheaf_article article);

/* The article's record in a document; NULL where it is switched off. Of one that always holds
 * and is left out, the record that says no more: protected, and nothing added. */
const void *sheaf_article_in(const struct sheaf_bylaws *bylaws, sheaf_article article);

/* Is it protected in this document? One that is switched off is not. */
bool sheaf_article_protected(const struct sheaf_bylaws *bylaws, sheaf_article article);

/* SHA-256 of each article's record in the document, in canonical JSON, by its number; of those
 * that are switched off zeros. False if memory is spent. */
SHEAF_MUST_USE bool sheaf_articles_hash(const struct sheaf_bylaws *bylaws,
                                        sheaf_hash out[SHEAF_ARTICLE_COUNT]);

/* Does the program enforce what stands at that path, without places of lists
 * ("members.classes.votes")? What is not enforced is stated only, and must be rendered so. */
bool sheaf_bylaws_enforced(sheaf_slice path);

#endif
