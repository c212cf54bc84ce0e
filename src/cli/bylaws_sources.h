/* cli/bylaws_sources.h - sources that stayed while the number changed that they were named for.
 */
#ifndef SHEAF_CLI_BYLAWS_SOURCES_H
#define SHEAF_CLI_BYLAWS_SOURCES_H

#include "cli/bylaws_draft.h"
#include "bylaws/article.h"

/* In a draft made from a model: where a number is another than the model's, the founders chose
 * it; the note of what they left out goes. */
SHEAF_MUST_USE sheaf_status sheaf_draft_settle_sources(sheaf_draft *tree, const char *model,
                                                       sheaf_err *err);

/* `of` is a path in the article: ordinary.majority. */
typedef void sheaf_stale_visit(void *context, sheaf_article article, sheaf_slice of,
                               sheaf_slice source);

/* Each note of the article that an earlier version has too, of another number. */
SHEAF_MUST_USE sheaf_status sheaf_sources_stale(const struct sheaf_bylaws *before,
                                                const struct sheaf_bylaws *now,
                                                sheaf_article article, sheaf_stale_visit *visit,
                                                void *context, sheaf_err *err);

/* Each note of the whole document that models have too, and each of them of another number. */
SHEAF_MUST_USE sheaf_status sheaf_sources_of_models(const struct sheaf_bylaws *now,
                                                    sheaf_stale_visit *visit, void *context,
                                                    sheaf_err *err);

#endif
