/* bylaws/sentences.h - what an amendment does to the sentences of the statutes. */
#ifndef SHEAF_BYLAWS_SENTENCES_H
#define SHEAF_BYLAWS_SENTENCES_H

#include "bylaws/article.h"
#include "bylaws/messages.h"

typedef sheaf_status sheaf_sentence_visit(void *context, sheaf_slice sentence, bool new,
                                          sheaf_err *err);

/* Calls `visit` for each sentence that only one version of the article says, paragraph by
 * paragraph, those of the old one first. Sentences are those of the statutes, without
 * footnotes and marks; an article that is off says none. */
SHEAF_MUST_USE sheaf_status sheaf_article_sentences(
    const struct sheaf_bylaws *before, const struct sheaf_bylaws *after, sheaf_article article,
    const sheaf_messages *messages, sheaf_sentence_visit *visit, void *context, sheaf_err *err);

#endif
