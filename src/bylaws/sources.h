/* bylaws/sources.h - the sources that a document names for its numbers, and whether they speak
 * of the numbers that stand there. Documents are trees of JSON here: models, and what founders
 * have not finished, cannot be decoded yet. */
#ifndef SHEAF_BYLAWS_SOURCES_H
#define SHEAF_BYLAWS_SOURCES_H

#include "base/json.h"

/* What models say of a number that no law and no principle gives. */
#define SHEAF_SOURCE_CHOICE "the founders' choice"

typedef enum {
    SHEAF_SOURCE_OTHER, /* the earlier document does not say so */
    SHEAF_SOURCE_HOLDS, /* it does, of the same number */
    SHEAF_SOURCE_STALE, /* it does, of another number: the source stayed and the number changed
                         */
} sheaf_source_state;

/* Of a note {"of":…,"source":…} in `now`, an article; `before` is the same article of an
 * earlier document or a model, or NULL. Clauses of prose change only where one is left out. */
sheaf_source_state sheaf_source_compare(const sheaf_json *before, const sheaf_json *now,
                                        const sheaf_json *note);

/* Does the article say anything at the place that the note is about? */
bool sheaf_source_needed(const sheaf_json *article, const sheaf_json *note);

#endif
